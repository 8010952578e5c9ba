/*
 * Moves by fork: gathers and exchanges that are begun, and finished while others are under way; of
 * sizes that go round the ring many times, leave no place for the next one, and are larger than
 * all of it. And meetings of ranks some of which end.
 */
#define _GNU_SOURCE
#include "comm/fork.h"
#include "ranked.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_RANKS = 4, MOVES = 90, AT_ONCE = 6, MOST_ROWS = 3 };
enum { SMALL = 1 << 10, USUAL = 5 << 18, LARGE = 1 << 22, TOO_LARGE = 17 << 20 }; /* words */

typedef struct test_move {
    int number, is_exchange;
    int row[MOST_RANKS];     /* ends */
    size_t end[MOST_RANKS];  /* bytes */
    uint32_t *from, *to;
} test_move;

static uint64_t draw(int number, int what)
{
    return lac_random(7, LAC_STREAM(LAC_STREAM_ORDER), (uint64_t)number * 64 + (uint64_t)what);
}

static uint32_t word_of(int number, int row, size_t i)
{
    return (uint32_t)number * 2654435761u + (uint32_t)row * 40503u + (uint32_t)i;
}

static uint32_t *words_new(size_t bytes)
{
    uint32_t *words = malloc(bytes + 1);
    assert_non_null(words);
    return words;
}

static size_t words_of_move(int number)
{
    if (number == MOVES / 2)
        return TOO_LARGE;
    return number % 13 == 5 ? LARGE : number % 3 == 0 ? SMALL : USUAL;
}

static size_t first_of(const test_move *m, int rank)
{
    return rank ? m->end[rank - 1] / 4 : 0;
}

/* Rows and columns of all ranks, some of them none. */
static void draw_move(test_move *m, int number, int ranks)
{
    m->number = number;
    m->is_exchange = draw(number, 0) % 2 && number != MOVES / 2;
    size_t words = words_of_move(number);
    for (int r = 0; r < ranks; r++) {
        m->row[r] = (r ? m->row[r - 1] : 0) + (int)(draw(number, 1 + r) % MOST_ROWS);
        m->end[r] = r == ranks - 1 ? 4 * words : 4 * (words * (size_t)(r + 1) / (size_t)ranks);
    }
    if (m->row[ranks - 1] == 0)
        m->row[ranks - 1] = 1;
}

static lac_move move_of(const test_move *m)
{
    return (lac_move){m->from, m->is_exchange ? m->row : NULL, m->end, m->to};
}

static void begin(lac_context *ctx, test_move *m, int rank, int ranks)
{
    size_t words = m->end[ranks - 1] / 4, own = m->end[rank] / 4 - first_of(m, rank);
    int before = rank ? m->row[rank - 1] : 0, rows = m->is_exchange ? m->row[rank] - before : 0;
    m->from = words_new(4 * words * (size_t)rows);
    m->to = words_new(4 * (m->is_exchange ? own * (size_t)m->row[ranks - 1] : words));
    for (int r = 0; r < rows; r++)
        for (size_t i = 0; i < words; i++)
            m->from[(size_t)r * words + i] = word_of(m->number, before + r, i);
    for (size_t i = first_of(m, rank); !m->is_exchange && i < m->end[rank] / 4; i++)
        m->to[i] = word_of(m->number, 0, i);
    const lac_move move = move_of(m);
    lac_begin_noting(ctx, &move);
}

static int finish(lac_context *ctx, test_move *m, int rank, int ranks)
{
    const lac_move move = move_of(m);
    lac_finish_noting(ctx, &move);
    size_t words = m->end[ranks - 1] / 4, first = m->is_exchange ? first_of(m, rank) : 0;
    size_t own = m->is_exchange ? m->end[rank] / 4 - first : words;
    int rows = m->is_exchange ? m->row[ranks - 1] : 1, right = 1;
    for (int r = 0; r < rows; r++)
        for (size_t i = 0; i < own; i++)
            right &= m->to[(size_t)r * own + i] == word_of(m->number, r, first + i);
    free(m->from);
    free(m->to);
    return right;
}

static lac_status move_all(lac_context *ctx, int rank, void *user)
{
    test_move moves[AT_ONCE];
    int ranks = lac_ranks(ctx), right = 1;
    assert_true(lac_moves(ctx));
    for (int i = 0; i < MOVES + AT_ONCE; i++) {
        test_move *m = &moves[i % AT_ONCE];
        if (i >= AT_ONCE)
            right &= finish(ctx, m, rank, ranks);
        if (i < MOVES) {
            draw_move(m, i, ranks);
            begin(ctx, m, rank, ranks);
        }
        if (i % 7 == 0)
            LAC_TRY(lac_context_agree(ctx, LAC_OK));
    }
    LAC_TRY(lac_trouble_take(ctx));
    (void)user;
    return lac_context_agree(ctx, right ? LAC_OK : lac_fail(ctx, LAC_ERROR_NUMERIC, "wrong"));
}

static void moves_bring_what_was_sent(void **state)
{
    const ranked r = {.work = move_all};
    for (int ranks = 2; ranks <= MOST_RANKS; ranks++) {
        word said = by_ranks(ranks, &r, ranks - 1);
        if (said.status != LAC_OK)
            fail_msg("%d ranks: %s", ranks, said.message);
    }
    (void)state;
}

/* Of the second half of the ring. */
static int is_touched(const lac_context *ctx)
{
    const lac_fork_team *t = ctx->comm->user;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = LAC_FORK_RING / 2;
    uintptr_t from = ((uintptr_t)t->place->ring + bytes + page - 1) / page * page;
    unsigned char *pages = malloc(bytes / page);
    int touched = 0;
    assert_non_null(pages);
    assert_int_equal(mincore((void *)from, bytes / page * page - page, pages), 0);
    for (size_t i = 0; i + 1 < bytes / page; i++)
        touched |= pages[i] & 1;
    free(pages);
    return touched;
}

static lac_status move_little(lac_context *ctx, int rank, void *user)
{
    test_move m;
    int ranks = lac_ranks(ctx), right = 1;
    for (int i = 0; i < MOVES; i++) {
        draw_move(&m, 1, ranks);
        begin(ctx, &m, rank, ranks);
        right &= finish(ctx, &m, rank, ranks);
        LAC_TRY(lac_context_agree(ctx, LAC_OK));
    }
    right &= !is_touched(ctx);
    (void)user;
    return lac_context_agree(ctx, right ? LAC_OK : lac_fail(ctx, LAC_ERROR_NUMERIC, "wrong"));
}

static void small_moves_touch_little_memory(void **state)
{
    const ranked r = {.work = move_little};
    assert_int_equal(by_ranks(2, &r, 1).status, LAC_OK);
    (void)state;
}

/* Rank 1 comes to the meeting last, and is found to have ended before rank 0 is awake. */
static void who_has_met_all_may_end(void **state)
{
    lac_comm *comm;
    assert_int_equal(lac_fork_open(2, &comm), LAC_OK);
    lac_fork_team *t = comm->user;
    if (comm->rank == 1) {
        while (!atomic_load(&t->place->arrived))
            usleep(1000);
        atomic_store(&t->place->arrived, 0);
        atomic_store(&t->shared->gone, 1);
        atomic_fetch_add(&t->place->meeting, 1);
        _exit(0);
    }
    assert_int_equal(lac_fork_meet(t), 0);
    assert_int_equal(lac_fork_meet(t), 1);
    lac_fork_close(&comm);
    (void)state;
}

static lac_status die_or_meet(lac_context *ctx, int rank, void *user)
{
    LAC_TRY(lac_context_agree(ctx, LAC_OK));
    if (rank == 1)
        raise(SIGKILL);
    (void)user;
    return lac_context_agree(ctx, LAC_OK);
}

/* As a process does that was started by one that ignores it. */
static void a_death_is_noticed_where_its_signal_is_ignored(void **state)
{
    const ranked r = {.work = die_or_meet};
    assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    word said = by_ranks(3, &r, 1);
    assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
    assert_int_equal(said.status, LAC_ERROR_RANKS);
    assert_string_equal(said.message, "rank 1 is gone, and the training with it");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_bring_what_was_sent),
        cmocka_unit_test(small_moves_touch_little_memory),
        cmocka_unit_test(who_has_met_all_may_end),
        cmocka_unit_test(a_death_is_noticed_where_its_signal_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
