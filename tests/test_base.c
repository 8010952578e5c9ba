/*
 * The ground: memory, slabs, the parallel loop, random numbers and hashes. Properties are checked
 * on many drawn cases; the few known values hold the streams still, because every seeded result
 * depends on them.
 */
#define _GNU_SOURCE /* for the stack of threads to come */
#include "base/slab.h"
#include "support.h"

#include <math.h>
#include <errno.h>
#include <pthread.h>

/* ---- Memory ------------------------------------------------------------------------ */

static void memory_is_zeroed_aligned_and_refused_when_too_large(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *p;
        assert_ok(ctx, lac_alloc(ctx, size, 1, &p));
        assert_int_equal((uintptr_t)p % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, size); /* so that the next one is not zero by luck */
        free(p);
    }
    void *p = ctx;
    assert_status(ctx, lac_alloc(ctx, SIZE_MAX / 2, 4, &p), LAC_ERROR_MEMORY);
    assert_null(p);
    p = ctx;
    assert_status(ctx, lac_alloc(ctx, SIZE_MAX - 8, 1, &p), LAC_ERROR_MEMORY);
    assert_null(p);
    assert_message(ctx, "out of memory");
    lac_context_free(&ctx);
    (void)state;
}

static void the_chosen_allocation_fails_and_no_other(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    ctx->fail_at = ctx->allocations + 2;
    for (int i = 1; i <= 3; i++) {
        char *p;
        assert_status(ctx, lac_alloc(ctx, 8, 1, &p), i == 2 ? LAC_ERROR_MEMORY : LAC_OK);
        assert_true((p == NULL) == (i == 2));
        free(p);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void a_failure_explains_itself_and_stays_in_its_buffer(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    char longer[2 * sizeof ctx->message];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_status(ctx, lac_fail(ctx, LAC_ERROR_FORMAT, "%s:%d", "labels.csv", 7), LAC_ERROR_FORMAT);
    assert_string_equal(lac_context_message(ctx), "labels.csv:7");
    lac_fail(ctx, LAC_ERROR_IO, "%s", longer);
    assert_int_equal(strlen(lac_context_message(ctx)), sizeof ctx->message - 1);
    lac_context_free(&ctx);
    lac_context_free(&ctx);
    (void)state;
}

/* A path of 4,000 bytes, of letters or of characters of two and three bytes. */
static void a_long_path_leaves_what_went_wrong(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    static const char end[] = ": cannot open: No such file or directory";
    static const char *const letters[] = {"d", "\xc3\xa4", "\xe2\x82\xac"};
    for (int i = 0; i < LAC_COUNT(letters); i++) {
        char path[4100] = "/begin";
        while (strlen(path) < 4000)
            strcat(path, letters[i]);
        errno = ENOENT;
        lac_fail_errno(ctx, path, "open");
        const char *message = lac_context_message(ctx);
        assert_memory_equal(message, "/begin", 6);
        assert_string_equal(strstr(message, ": cannot"), end);
        assert_non_null(strstr(message, " ... "));
        assert_true(strlen(message) > sizeof ctx->message - 8 && lac_utf8_is_valid(message));
        lac_fail(ctx, LAC_ERROR_IO, "again: %s", message);
        assert_string_equal(strstr(lac_context_message(ctx), ": cannot"), end);
    }
    lac_context_free(&ctx);
}

static void a_context_that_cannot_be_made_says_why(void **state)
{
    static const struct {
        lac_context_config config;
        const char *message;
    } cases[] = {{{.threads = -1}, "no context: -1 threads, must be 0 or more"},
                 {{.cpu = (lac_cpu)6}, "no context: level 6, must be 0 to 5"}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_context *ctx;
        assert_int_equal(lac_context_new(&cases[i].config, &ctx), LAC_ERROR_ARGUMENT);
        assert_null(ctx);
        assert_string_equal(lac_context_message(NULL), cases[i].message);
    }
    (void)state;
}

#ifdef __GLIBC__
/* A stack larger than the address space is one that no thread can have. */
static void a_thread_that_cannot_start_is_named(void **state)
{
    const lac_context_config config = {.threads = 3, .cpu = LAC_CPU_REF};
    lac_context *ctx;
    pthread_attr_t kept, huge;
    assert_int_equal(pthread_getattr_default_np(&kept), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, SIZE_MAX / 4), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    lac_status status = lac_context_new(&config, &ctx);
    assert_int_equal(pthread_setattr_default_np(&kept), 0);
    assert_int_equal(status, LAC_ERROR_MEMORY);
    assert_null(ctx);
    assert_message(NULL, "no context: cannot start thread 2 of 3: ");
    pthread_attr_destroy(&kept);
    pthread_attr_destroy(&huge);
    (void)state;
}
#endif

static void note_trouble(void *arg, int item, int thread)
{
    (void)thread;
    lac_trouble_note(arg, LAC_ERROR_MEMORY, "item %d", item % 10);
}

static void trouble_of_threads_is_taken_once(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 3);
    assert_ok(ctx, lac_trouble_take(ctx));
    for (int i = 0; i < 50; i++) {
        lac_parallel(ctx, 100, note_trouble, ctx);
        lac_fail(ctx, LAC_ERROR_IO, "another failure in between");
        assert_status(ctx, lac_trouble_take(ctx), LAC_ERROR_MEMORY);
        assert_message(ctx, "item ");
        assert_ok(ctx, lac_trouble_take(ctx));
    }
    lac_trouble_note(ctx, LAC_ERROR_ARGUMENT, "first");
    lac_trouble_note(ctx, LAC_ERROR_MEMORY, "second");
    assert_status(ctx, lac_trouble_take(ctx), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), "first");
    lac_context_free(&ctx);
    (void)state;
}

static int entered, left;

static int count_enter(void)
{
    return ++entered;
}

static void count_leave(int before)
{
    assert_int_equal(before, entered);
    left++;
}

static void the_caller_enters_and_leaves_around_every_loop(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    ctx->thread_enter = count_enter;
    ctx->thread_leave = count_leave;
    for (int i = 1; i <= 3; i++) {
        lac_parallel(ctx, i - 1, note_trouble, ctx);
        assert_int_equal(entered, i - 1);
        assert_int_equal(left, i - 1);
    }
    ctx->thread_enter = NULL;
    ctx->thread_leave = NULL;
    lac_parallel(ctx, 2, note_trouble, ctx);
    assert_int_equal(left, 2);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Slab ---------------------------------------------------------------------------- */

enum { MOST_CLAIMS = 60, TIMES = 12 };

typedef struct buffer {
    float *where;
    size_t floats;
    int first, last;
} buffer;

static void draw_buffers(lac_context *ctx, lac_slab *slab, buffer *b, int count, uint64_t seed)
{
    for (int i = 0; i < count; i++) {
        int t = (int)(lac_random(seed, 1, i) % TIMES);
        b[i].where = NULL;
        b[i].floats = lac_random(seed, 2, i) % 8 == 0 ? 0 : lac_random(seed, 3, i) % 500;
        b[i].first = t;
        b[i].last = t + (int)(lac_random(seed, 4, i) % (TIMES - t));
        assert_ok(ctx, lac_slab_claim(ctx, slab, b[i].floats, b[i].first, b[i].last, &b[i].where));
    }
}

static int live_together(const buffer *a, const buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static int share_bytes(const buffer *a, const buffer *b)
{
    return a->where < b->where + b->floats && b->where < a->where + a->floats;
}

static size_t most_alive(const buffer *b, int count)
{
    size_t most = 0;
    for (int t = 0; t < TIMES; t++) {
        size_t alive = 0;
        for (int i = 0; i < count; i++)
            alive += b[i].first <= t && t <= b[i].last ? b[i].floats : 0;
        most = alive > most ? alive : most;
    }
    return most;
}

static void claims_that_live_together_never_share_memory(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        lac_slab slab = {0};
        buffer b[MOST_CLAIMS];
        int count = (int)(lac_random(seed, 0, 0) % (MOST_CLAIMS + 1));
        size_t sum = 0;
        draw_buffers(ctx, &slab, b, count, seed);
        assert_ok(ctx, lac_slab_build(ctx, &slab));
        for (int i = 0; i < count; i++) {
            assert_int_equal((uintptr_t)b[i].where % 64, 0);
            assert_true(b[i].where >= slab.memory);
            assert_true(b[i].where + b[i].floats <= slab.memory + slab.floats);
            sum += (b[i].floats + 15) / 16 * 16;
            for (int j = 0; j < i; j++)
                assert_false(live_together(&b[i], &b[j]) && share_bytes(&b[i], &b[j]));
        }
        assert_in_range(slab.floats, most_alive(b, count), sum);
        lac_slab_free(&slab);
        lac_slab_free(&slab);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void claims_that_follow_each_other_share_all_their_memory(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_slab slab = {0};
    float *where[TIMES];
    for (int t = 0; t < TIMES; t++)
        assert_ok(ctx, lac_slab_claim(ctx, &slab, 160, t, t, &where[t]));
    assert_ok(ctx, lac_slab_build(ctx, &slab));
    assert_int_equal(slab.floats, 160);
    for (int t = 0; t < TIMES; t++)
        assert_ptr_equal(where[t], slab.memory);
    lac_slab_free(&slab);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Parallel loop -------------------------------------------------------------------- */

enum { MOST_ITEMS = 500, MOST_THREADS = 8 };

typedef struct tally {
    atomic_int visits[MOST_ITEMS];
    atomic_int busy[MOST_THREADS]; /* a thread's index must not be in two places at once */
    atomic_int wrong;
    int threads;
} tally;

static void count_visit(void *arg, int item, int thread)
{
    tally *t = arg;
    if (thread < 0 || thread >= t->threads || atomic_fetch_add(&t->busy[thread], 1) != 0) {
        atomic_fetch_add(&t->wrong, 1);
        return;
    }
    atomic_fetch_add(&t->visits[item], 1);
    atomic_fetch_sub(&t->busy[thread], 1);
}

static void every_item_is_done_once_before_the_loop_returns(void **state)
{
    static const int items[] = {0, 1, 2, 7, 8, 9, MOST_ITEMS, 0, -3, 1};
    for (int threads = 1; threads <= MOST_THREADS; threads++) {
        lac_context *ctx = context_at(LAC_CPU_REF, threads);
        assert_int_equal(lac_context_threads(ctx), threads);
        for (int round = 0; round < 20 * LAC_COUNT(items); round++) {
            tally t = {.threads = threads};
            int count = items[round % LAC_COUNT(items)];
            lac_parallel(ctx, count, count_visit, &t);
            assert_int_equal(t.wrong, 0);
            for (int i = 0; i < MOST_ITEMS; i++)
                assert_int_equal(t.visits[i], i < count);
        }
        lac_context_free(&ctx);
    }
    (void)state;
}

typedef struct sums {
    const int *in; /* plain memory: the loop itself must order it */
    int out[MOST_ITEMS];
} sums;

static void copy_item(void *arg, int item, int thread)
{
    (void)thread;
    sums *s = arg;
    s->out[item] = s->in[item] + 1;
}

static void what_one_loop_writes_the_next_one_reads(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 3);
    static sums a;
    static sums b;
    int zeros[MOST_ITEMS] = {0};
    a.in = zeros;
    lac_parallel(ctx, MOST_ITEMS, copy_item, &a);
    for (int round = 0; round < 50; round++) {
        b.in = a.out;
        lac_parallel(ctx, MOST_ITEMS, copy_item, &b);
        a.in = b.out;
        lac_parallel(ctx, MOST_ITEMS, copy_item, &a);
    }
    for (int i = 0; i < MOST_ITEMS; i++)
        assert_int_equal(a.out[i], 101);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Random numbers ---------------------------------------------------------------------- */

static void known_draws_stay_what_they_are(void **state)
{
    assert_int_equal(lac_random(0, 0, 0), 0x238275bc38fcbe91u);
    assert_int_equal(lac_random(1, LAC_STREAM(LAC_STREAM_SPLIT), 2), 0xabc958c3ef8dfd28u);
    assert_int_equal(lac_random(UINT64_MAX, UINT64_MAX, UINT64_MAX), 0x595b17f487c0e71bu);
    assert_true(lac_random_uniform(1, 2, 3) == 0x1.a0e68ea1fbc6cp-1);
    assert_true(fabs(lac_random_normal(1, 2, 3) - 1.1931383653235457) < 1e-14);
    int order[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    static const int wanted[8] = {1, 4, 0, 6, 2, 5, 7, 3};
    lac_shuffle(1, 2, order, 8);
    assert_memory_equal(order, wanted, sizeof order);
    (void)state;
}

/* The largest of 64 bins' deviation in standard deviations of its count. */
static double worst_bin(uint64_t seed, uint64_t stream, uint64_t step, int draws)
{
    int bin[64] = {0};
    double worst = 0.0;
    for (int i = 0; i < draws; i++)
        bin[(int)(64 * lac_random_uniform(seed + i * step, stream, i))]++;
    for (int i = 0; i < 64; i++) {
        double off = fabs(bin[i] - draws / 64.0) / sqrt(draws / 64.0);
        worst = off > worst ? off : worst;
    }
    return worst;
}

static void uniform_draws_fill_the_interval_evenly(void **state)
{
    for (uint64_t stream = 0; stream < 20; stream++) {
        assert_true(worst_bin(stream, stream, 0, 64000) < 4.5);
        assert_true(worst_bin(stream, LAC_STREAM(stream), 1, 64000) < 4.5);
    }
    (void)state;
}

static void streams_and_neighbours_are_not_correlated(void **state)
{
    enum { DRAWS = 40000 };
    double next = 0.0;
    double stream = 0.0;
    double seed = 0.0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double x = lac_random_uniform(5, LAC_STREAM(3), i) - 0.5;
        next += 12.0 * x * (lac_random_uniform(5, LAC_STREAM(3), i + 1) - 0.5);
        stream += 12.0 * x * (lac_random_uniform(5, LAC_STREAM(3) + 1, i) - 0.5);
        seed += 12.0 * x * (lac_random_uniform(6, LAC_STREAM(3), i) - 0.5);
    }
    assert_true(fabs(next) < 4.0 * sqrt(DRAWS));
    assert_true(fabs(stream) < 4.0 * sqrt(DRAWS));
    assert_true(fabs(seed) < 4.0 * sqrt(DRAWS));
    (void)state;
}

static void normal_draws_have_the_moments_of_a_normal(void **state)
{
    enum { DRAWS = 200000 };
    double moment[5] = {0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        double x = lac_random_normal(9, LAC_STREAM(LAC_STREAM_START), i);
        assert_true(isfinite(x));
        for (int k = 1; k <= 4; k++)
            moment[k] += pow(x, k) / DRAWS;
    }
    double unit = 1.0 / sqrt(DRAWS); /* errors of the four: 1, 1.4, 3.9 and 9.8 units */
    assert_true(fabs(moment[1]) < 4 * unit);
    assert_true(fabs(moment[2] - 1.0) < 6 * unit);
    assert_true(fabs(moment[3]) < 16 * unit);
    assert_true(fabs(moment[4] - 3.0) < 40 * unit);
    (void)state;
}

static void a_shuffle_is_a_permutation_and_no_place_is_favoured(void **state)
{
    enum { COUNT = 6, ROUNDS = 6000 };
    int seen[COUNT][COUNT] = {{0}};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        int order[COUNT] = {0, 1, 2, 3, 4, 5};
        int present = 0;
        lac_shuffle(1, LAC_STREAM(LAC_STREAM_ORDER) + round, order, COUNT);
        for (int i = 0; i < COUNT; i++) {
            present |= 1 << order[i];
            seen[order[i]][i]++;
        }
        assert_int_equal(present, (1 << COUNT) - 1);
    }
    double wanted = (double)ROUNDS / COUNT;
    for (int i = 0; i < COUNT; i++)
        for (int j = 0; j < COUNT; j++)
            assert_true(fabs(seen[i][j] - wanted) < 4.5 * sqrt(wanted));
    int one[1] = {7};
    lac_shuffle(1, 1, one, 1);
    lac_shuffle(1, 1, one, 0);
    assert_int_equal(one[0], 7);
    (void)state;
}

/* ---- Hash ------------------------------------------------------------------------------- */

static void a_hash_stays_what_it_is_and_sees_every_change(void **state)
{
    unsigned char bytes[100];
    for (int i = 0; i < 100; i++)
        bytes[i] = (unsigned char)lac_random(1, 1, i);
    assert_int_equal(lac_hash(0, bytes, 0), 0xac5f8ffce2db88bbu);
    assert_int_equal(lac_hash(1, bytes, 100), 0x757352f3fbe232a7u);
    for (size_t size = 0; size <= 100; size++) {
        uint64_t whole = lac_hash(3, bytes, size);
        assert_int_equal(lac_hash(3, bytes, size), whole);
        assert_int_not_equal(lac_hash(4, bytes, size), whole);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_int_not_equal(lac_hash(3, bytes, size), whole);
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
    unsigned char zeros[100] = {0}; /* padding must not look like content */
    for (size_t size = 1; size <= 100; size++)
        assert_int_not_equal(lac_hash(0, zeros, size), lac_hash(0, zeros, size - 1));
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_refused_when_too_large),
        cmocka_unit_test(the_chosen_allocation_fails_and_no_other),
        cmocka_unit_test(a_failure_explains_itself_and_stays_in_its_buffer),
        cmocka_unit_test(a_long_path_leaves_what_went_wrong),
        cmocka_unit_test(a_context_that_cannot_be_made_says_why),
#ifdef __GLIBC__
        cmocka_unit_test(a_thread_that_cannot_start_is_named),
#endif
        cmocka_unit_test(trouble_of_threads_is_taken_once),
        cmocka_unit_test(the_caller_enters_and_leaves_around_every_loop),
        cmocka_unit_test(claims_that_live_together_never_share_memory),
        cmocka_unit_test(claims_that_follow_each_other_share_all_their_memory),
        cmocka_unit_test(every_item_is_done_once_before_the_loop_returns),
        cmocka_unit_test(what_one_loop_writes_the_next_one_reads),
        cmocka_unit_test(known_draws_stay_what_they_are),
        cmocka_unit_test(uniform_draws_fill_the_interval_evenly),
        cmocka_unit_test(streams_and_neighbours_are_not_correlated),
        cmocka_unit_test(normal_draws_have_the_moments_of_a_normal),
        cmocka_unit_test(a_shuffle_is_a_permutation_and_no_place_is_favoured),
        cmocka_unit_test(a_hash_stays_what_it_is_and_sees_every_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
