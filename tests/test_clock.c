/*
 * Clocks that go back, stand or jump while a network is trained: a run's times stay such as its
 * files may say, and nothing else of it changes. This program stands in for the system's clock.
 */
#define _POSIX_C_SOURCE 200809L
#include "training.h"
#include "train/history.h"

#include <math.h>
#include <time.h>

/* What the clock says, and by how much that grows whenever it is asked. */
static double now = 1e6, stride = 1e-3;

int clock_gettime(clockid_t id, struct timespec *out)
{
    (void)id;
    now += stride;
    out->tv_sec = (time_t)floor(now);
    out->tv_nsec = (long)(1e9 * (now - floor(now)));
    return 0;
}

static lac_status train(training *f, const char *run, lac_progress_fn progress)
{
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    lac_status status = lac_trainer_run(t, run, progress, NULL);
    lac_trainer_free(&t);
    return status;
}

static int is_sound(void *user, const lac_progress *p)
{
    (void)user;
    assert_true(p->seconds >= 0 && p->images_per_second >= 0 && isfinite(p->images_per_second));
    assert_false(p->seconds_left < 0);
    return 0;
}

static void a_run_goes_on_under_any_clock(void **state)
{
    (void)state;
    static const double strides[] = {-1, 0, -1e-9, -3e9, 1e12};
    training *f = training_new(LAC_CPU_REF, 12);
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    f->config.epochs = 3;
    assert_ok(f->ctx, train(f, whole.text, is_sound));
    for (int i = 0; i < LAC_COUNT(strides); i++) {
        lac_trainer *t;
        lac_history h;
        stride = strides[i];
        f->config.epochs = 2;
        assert_ok(f->ctx, train(f, run.text, is_sound));
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t));
        assert_ok(f->ctx, lac_trainer_run(t, run.text, is_sound, NULL));
        lac_trainer_free(&t);
        assert_ok(f->ctx, lac_history_read(f->ctx, run.text, &h));
        assert_int_equal(h.count, 3);
        lac_history_free(&h);
        assert_same_run(f->ctx, whole.text, run.text);
        tree_remove(run.text);
    }
    training_free(f);
}

/* A limit of minutes ends it where they pass, and not where the clock stands. */
static void minutes_are_those_of_the_clock(void **state)
{
    (void)state;
    static const struct {
        double stride;
        int epochs;
    } cases[] = {{-1, 3}, {0, 3}, {3600, 1}};
    training *f = training_new(LAC_CPU_REF, 12);
    test_path run = path_in(&f->folder, "run");
    f->config.epochs = 3;
    f->config.minutes = 1;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_history h;
        stride = cases[i].stride;
        assert_ok(f->ctx, train(f, run.text, NULL));
        assert_ok(f->ctx, lac_history_read(f->ctx, run.text, &h));
        assert_int_equal(h.count, cases[i].epochs);
        lac_history_free(&h);
        tree_remove(run.text);
    }
    training_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_goes_on_under_any_clock),
        cmocka_unit_test(minutes_are_those_of_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
