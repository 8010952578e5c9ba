/* Folders that are filled: what is there is not replaced, what a killed process left is. */
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const char *const names[] = {"a.csv", "b.csv"};

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
    test_path out, mark;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&f->folder);
    f->out = path_in(&f->folder, "out");
    f->mark = path_in(&f->folder, "out/.unfinished");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

static lac_status begin(const fixture *f, lac_filling *filling)
{
    return lac_filling_begin(f->ctx, f->out.text, "fill", names, LAC_COUNT(names), filling);
}

static void put(const fixture *f, const char *name)
{
    file_put(path_in(&f->folder, name).text, "x", 1);
}

static void a_folder_is_marked_until_it_is_filled(void **state)
{
    const fixture *f = *state;
    lac_filling filling;
    assert_ok(f->ctx, begin(f, &filling));
    assert_true(lac_path_exists(f->mark.text));
    assert_false(filling.is_anew);
    lac_filling_end(&filling);
    assert_int_equal(file_count(f->out.text), 0);
    lac_filling_end(&filling);
}

static void what_is_there_stays(void **state)
{
    const fixture *f = *state;
    lac_filling filling;
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->out.text));
    put(f, "out/c.csv");
    put(f, "out/b.csv");
    assert_status(f->ctx, begin(f, &filling), LAC_ERROR_IO);
    assert_message(f->ctx, "out: holds a b.csv already: choose another folder");
    assert_int_equal(file_count(f->out.text), 2);
    lac_filling_end(&filling);
    assert_int_equal(file_count(f->out.text), 2);
}

static void one_process_fills_a_folder(void **state)
{
    const fixture *f = *state;
    lac_filling first, second;
    assert_ok(f->ctx, begin(f, &first));
    assert_status(f->ctx, begin(f, &second), LAC_ERROR_IO);
    assert_message(f->ctx, "another process is at work in this folder");
    lac_filling_end(&second);
    assert_true(lac_path_exists(f->mark.text));
    lac_filling_end(&first);
    assert_ok(f->ctx, begin(f, &second));
    assert_false(second.is_anew);
    lac_filling_end(&second);
}

static void what_a_killed_process_left_may_be_replaced(void **state)
{
    const fixture *f = *state;
    lac_filling filling;
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->out.text));
    file_put(f->mark.text, "fill", 4);
    put(f, "out/a.csv");
    put(f, "out/b.csv.123-4.tmp");
    put(f, "out/mine.tmp");
    put(f, "out/my.12-x.tmp");
    assert_ok(f->ctx, begin(f, &filling));
    assert_true(filling.is_anew);
    lac_filling_end(&filling);
    assert_int_equal(file_count(f->out.text), 3);
    assert_false(lac_path_exists(path_in(&f->folder, "out/b.csv.123-4.tmp").text));
}

/* The mark of a command that was killed before it had looked, and that of another command, say
 * nothing of the files that are there. */
static void what_is_not_claimed_stays(void **state)
{
    const fixture *f = *state;
    static const char *const marks[] = {"", "fil", "fills", "import"};
    lac_filling filling;
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->out.text));
    put(f, "out/a.csv");
    for (int i = 0; i < LAC_COUNT(marks); i++) {
        file_put(f->mark.text, marks[i], strlen(marks[i]));
        assert_status(f->ctx, begin(f, &filling), LAC_ERROR_IO);
        assert_message(f->ctx, "holds a a.csv already");
        lac_filling_end(&filling);
    }
    assert_int_equal(remove(path_in(&f->folder, "out/a.csv").text), 0);
    file_put(f->mark.text, "import", 6);
    assert_ok(f->ctx, begin(f, &filling));
    assert_ok(f->ctx, lac_filling_claim(f->ctx, &filling));
    lac_lock_release(&filling.lock); /* as when the process is killed */
    free(filling.mark);
    put(f, "out/a.csv");
    assert_ok(f->ctx, begin(f, &filling));
    assert_true(filling.is_anew);
    lac_filling_end(&filling);
}

enum { FILLERS = 8, TRIES = 200 };

typedef struct race {
    const fixture *f;
    atomic_int at_work, most, begun;
} race;

/* Of many that fill a folder at the same time, again and again, no two are ever at work. */
static void *fill_again(void *arg)
{
    race *r = arg;
    lac_context *own = context_at(LAC_CPU_REF, 1);
    for (int i = 0; i < TRIES; i++) {
        lac_filling filling;
        if (lac_filling_begin(own, r->f->out.text, "fill", NULL, 0, &filling) != LAC_OK)
            continue;
        int now = atomic_fetch_add(&r->at_work, 1) + 1;
        if (now > atomic_load(&r->most))
            atomic_store(&r->most, now);
        atomic_fetch_add(&r->begun, 1);
        sched_yield();
        atomic_fetch_sub(&r->at_work, 1);
        lac_filling_end(&filling);
    }
    lac_context_free(&own);
    return NULL;
}

static void no_two_are_at_work_at_the_same_time(void **state)
{
    race r = {.f = *state};
    pthread_t thread[FILLERS];
    for (int i = 0; i < FILLERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, fill_again, &r), 0);
    for (int i = 0; i < FILLERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(atomic_load(&r.most), 1);
    assert_true(atomic_load(&r.begun) > 0);
}

static void memory_may_run_out(void **state)
{
    const fixture *f = *state;
    lac_filling filling;
    lac_status status = LAC_ERROR_MEMORY;
    for (long at = 1; status == LAC_ERROR_MEMORY; at++) {
        f->ctx->fail_at = f->ctx->allocations + at;
        status = begin(f, &filling);
        lac_filling_end(&filling);
        assert_false(lac_path_exists(f->mark.text));
    }
    f->ctx->fail_at = 0;
    assert_int_equal(status, LAC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_is_marked_until_it_is_filled),
        TEST(what_is_there_stays),
        TEST(one_process_fills_a_folder),
        TEST(what_a_killed_process_left_may_be_replaced),
        TEST(what_is_not_claimed_stays),
        TEST(no_two_are_at_work_at_the_same_time),
        TEST(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
