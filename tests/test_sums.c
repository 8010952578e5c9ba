/*
 * Sums over a batch: the same bits whatever slices the ranks have, of rows that go to all and of
 * rows of which each rank gets a piece, with and without an exchange, at once and while others are
 * on their way; within rounding where bf16 goes over the wire.
 */
#include "comm/comm.h"
#include "numbers.h"
#include "op/op.h"
#include "ranked.h"

#include <math.h>

enum { MOST_RANKS = 5, CHUNK = 3 };

/* Numbers of a row: below a piece of work and above it, and so many of all ranks that floats have
 * more than a megabyte. */
enum { FEW = 7, SOME = 4100, MANY_OF_ALL = (1 << 18) + 1000 };

typedef struct sum_case {
    int n;
    int start[MOST_RANKS + 1]; /* of every rank's slice */
    size_t width;
    int bf16; /* on the wire */
} sum_case;

static float value_of(int chunk, size_t i)
{
    return sinf((float)(chunk * 131 + (int)(i % 1009))) * ldexpf(1.0f, (chunk * 7) % 23);
}

/* The largest power of two below the number of chunks makes the left branch. */
static float float_sum(int first, int count, size_t i)
{
    int half = 1;
    if (count == 1)
        return value_of(first, i);
    while (2 * half < count)
        half *= 2;
    volatile float left = float_sum(first, half, i);
    volatile float right = float_sum(first + half, count - half, i);
    return left + right;
}

static double double_sum(int first, int count, size_t i)
{
    int half = 1;
    if (count == 1)
        return (double)value_of(first, i) / 3.0;
    while (2 * half < count)
        half *= 2;
    return double_sum(first, half, i) + double_sum(first + half, count - half, i);
}

static int chunks(int pictures)
{
    return (pictures + CHUNK - 1) / CHUNK;
}

typedef struct place {
    int before, own, all; /* chunks */
} place;

static place place_of(const lac_pass *pass)
{
    place p = {0};
    int rank = lac_rank(pass->ctx);
    for (int r = 0; r < lac_ranks(pass->ctx); r++) {
        p.before = r == rank ? p.all : p.before;
        p.all += chunks(pass->start[r + 1] - pass->start[r]);
    }
    p.own = chunks(pass->n);
    return p;
}

static lac_planner planner_of(const lac_pass *pass, const sum_case *c)
{
    int most = 0;
    for (int r = 0; r < lac_ranks(pass->ctx); r++) {
        int n = c->start[r + 1] - c->start[r];
        most = n > most ? n : most;
    }
    return (lac_planner){.ctx = pass->ctx, .batch = most, .whole = c->n,
                         .wire = c->bf16 ? lac_kernels_get_bf16(LAC_CPU_REF) : pass->ctx->kernels};
}

/* How far a sum may be from the right one. bf16 has 8 bits, and rounds the parts of each rank, and
 * once more the sum. */
static float error_of(const lac_pass *pass, const sum_case *c, size_t i, int chunks)
{
    float size = 0.0f;
    for (int k = 0; c->bf16 && lac_ranks(pass->ctx) > 1 && k < chunks; k++)
        size += fabsf(value_of(k, i));
    return 2 * ldexpf(size, -8);
}

/* So many sums are begun before the first is finished; of one rank each stays in the rows. */
enum { AT_ONCE = 3 };

static void begin_sum(const lac_pass *pass, const lac_transit *t, int k, float *rows)
{
    place p = place_of(pass);
    for (int row = 0; row < p.own; row++)
        for (size_t i = 0; i < t->width; i++)
            rows[row * t->width + i] = ldexpf(value_of(p.before + row, i), k);
    lac_transit_begin(pass, t, rows);
}

static int is_sum_right(const lac_pass *pass, const sum_case *c, const float *sum, int k)
{
    place p = place_of(pass);
    int right = 1;
    for (size_t i = 0; i < c->width; i += i % 64 == 0 || c->width < SOME ? 1 : 63) {
        float error = fabsf(sum[i] - ldexpf(float_sum(0, p.all, i), k));
        right &= error <= ldexpf(error_of(pass, c, i, p.all), k);
    }
    return right;
}

static int are_floats_right(const lac_pass *pass, const sum_case *c)
{
    lac_slab slab = {0};
    lac_planner planner = planner_of(pass, c);
    lac_transit t[AT_ONCE];
    int sums = lac_ranks(pass->ctx) > 1 ? AT_ONCE : 1, right = 1;
    planner.slab = &slab;
    for (int k = 0; k < sums; k++)
        assert_int_equal(lac_transit_plan(&planner, CHUNK, c->width, &t[k]), LAC_OK);
    assert_int_equal(lac_slab_build(pass->ctx, &slab), LAC_OK);
    float *rows = numbers(planner.partial);
    for (int k = 0; k < sums; k++)
        begin_sum(pass, &t[k], k, rows);
    for (int k = 0; k < sums; k++)
        lac_transit_turn(pass, &t[k], rows);
    for (int k = 0; k < sums; k++)
        right &= is_sum_right(pass, c, lac_transit_end(pass, &t[k], rows), k);
    numbers_free(rows);
    lac_slab_free(&slab);
    return right;
}

static int are_doubles_right(const lac_pass *pass, const sum_case *c)
{
    place p = place_of(pass);
    const lac_planner planner = planner_of(pass, c);
    float *room = numbers(2 * lac_chunks_room(&planner, CHUNK, c->width));
    double *rows = (double *)(void *)room;
    for (int row = 0; row < p.own; row++)
        for (size_t i = 0; i < c->width; i++)
            rows[row * c->width + i] = (double)value_of(p.before + row, i) / 3.0;
    lac_chunks_add(pass, CHUNK, rows, c->width);
    int right = 1;
    for (size_t i = 0; i < c->width; i += i % 64 == 0 || c->width < SOME ? 1 : 63)
        right &= rows[i] == double_sum(0, p.all, i);
    numbers_free(room);
    return right;
}

static lac_status add_up(lac_context *ctx, int rank, void *user)
{
    const sum_case *c = user;
    const lac_pass pass = {.ctx = ctx, .n = c->start[rank + 1] - c->start[rank],
                           .start = c->start};
    int right = are_floats_right(&pass, c) && are_doubles_right(&pass, c);
    sum_case rounded = *c;
    rounded.bf16 = 1;
    right = are_floats_right(&pass, &rounded) && right;
    if (ctx->comm) {
        const lac_comm *comm = ctx->comm;
        lac_comm plain = *comm;
        ctx->comm = &plain;
        plain.begin = plain.finish = NULL;
        right = are_floats_right(&pass, c) && right;
        plain.exchange = NULL;
        right = are_floats_right(&pass, c) && are_doubles_right(&pass, c) && right;
        ctx->comm = comm;
    }
    LAC_TRY(lac_trouble_take(ctx));
    return lac_context_agree(ctx, right ? LAC_OK : lac_fail(ctx, LAC_ERROR_NUMERIC, "wrong"));
}

static void check(sum_case c, int ranks)
{
    const size_t widths[] = {1, FEW, SOME, MANY_OF_ALL / (size_t)ranks};
    const ranked r = {.work = add_up, .user = &c};
    for (int w = 0; w < LAC_COUNT(widths); w++) {
        c.width = widths[w];
        word said = by_ranks(ranks, &r, ranks - 1);
        if (said.status != LAC_OK)
            fail_msg("%d pictures, %d ranks, %zu numbers: %s", c.n, ranks, c.width, said.message);
    }
}

static void sums_are_the_same_by_any_slices(void **state)
{
    static const struct {
        int ranks;
        sum_case c;
    } cases[] = {
        {1, {40, {0, 40}, 0, 0}},              {2, {48, {0, 24, 48}, 0, 0}},
        {2, {21, {0, 9, 21}, 0, 0}},           {3, {99, {0, 33, 66, 99}, 0, 0}},
        {3, {48, {0, 0, 0, 48}, 0, 0}},        {4, {96, {0, 24, 48, 72, 96}, 0, 0}},
        {5, {94, {0, 3, 45, 45, 90, 94}, 0, 0}}, {5, {13, {0, 1, 4, 6, 9, 13}, 0, 0}},
    };
    for (int i = 0; i < LAC_COUNT(cases); i++)
        check(cases[i].c, cases[i].ranks);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_the_same_by_any_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
