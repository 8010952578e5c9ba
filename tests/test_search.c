/*
 * Random search: that it is one search however often it is stopped, that it halves as it says,
 * that bad settings do not end it, and that the hold-out has no say in it.
 */
#include "data/data.h"
#include "support.h"
#include "train/trainer.h"

#include <limits.h>
#include <math.h>

enum { ROWS = 60, SIZE = 8, POINTS = 2 };

static lac_context *ctx;
static test_folder folder;

static int setup(void **state)
{
    (void)state;
    ctx = context_at(LAC_CPU_AUTO, 2);
    folder_new(&folder);
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    folder_free(&folder);
    lac_context_free(&ctx);
    return 0;
}

/* Noise; a label of every third row is missing. `shift` moves the labels of the rows that
 * `moved` [ROWS] names, if it is not NULL. */
static lac_data *data_new(const uint8_t *moved, float shift)
{
    static const char *const names[POINTS] = {"left_wing", "right_wing"};
    uint8_t pixels[ROWS * SIZE * SIZE], mask[ROWS * 2 * POINTS];
    float labels[ROWS * 2 * POINTS];
    lac_data *data;
    for (int i = 0; i < ROWS * SIZE * SIZE; i++)
        pixels[i] = (uint8_t)lac_random(7, 1, (uint64_t)i);
    for (int i = 0; i < ROWS * 2 * POINTS; i++) {
        int row = i / (2 * POINTS);
        mask[i] = row % 3 != 0 || i % 4 < 2;
        labels[i] = 1 + 6 * (float)lac_random_uniform(7, 2, (uint64_t)i);
        if (moved && moved[row])
            labels[i] += shift;
    }
    assert_ok(ctx, lac_data_from_memory(ctx, ROWS, SIZE, POINTS, names, pixels, labels, mask,
                                        &data));
    return data;
}

static lac_search_config config_new(int trials, int epochs)
{
    lac_search_config c = lac_search_config_default();
    strcpy(c.base.model, "kimura");
    c.trials = trials;
    c.epochs = epochs;
    return c;
}

static void assert_same_trials(const char *a, const char *b)
{
    char *x = timeless(a, "trials.csv", 5, 5);
    char *y = timeless(b, "trials.csv", 5, 5);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static int count_calls(void *user, const lac_search_progress *p)
{
    int *calls = user;
    assert_in_range(p->current, 0, p->trials - 1);
    return --*calls == 0;
}

static void a_search_stopped_anywhere_is_one_never_stopped(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    const lac_search_config c = config_new(4, 4);
    test_path whole = path_in(&folder, "whole"), parts = path_in(&folder, "parts");
    assert_ok(ctx, lac_search_run(ctx, data, &c, whole.text, NULL, NULL));
    int stops = 0;
    for (;; stops++) {
        int calls = 2 + stops % 3;
        lac_status status = lac_search_run(ctx, data, &c, parts.text, count_calls, &calls);
        if (status == LAC_OK)
            break;
        assert_int_equal(status, LAC_STOPPED);
    }
    assert_true(stops > 4);
    assert_same_trials(whole.text, parts.text);
    lac_data_free(&data);
}

static void halving_lets_the_better_half_go_on(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    lac_search_config c = config_new(5, 4);
    test_path dir = path_in(&folder, "halving");
    lac_trial *t;
    int count, ended[5] = {0};
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    assert_ok(ctx, lac_search_read(ctx, dir.text, &t, &count));
    assert_int_equal(count, 5);
    for (int i = 0; i < count; i++)
        if (t[i].state != LAC_TRIAL_FAILED)
            ended[t[i].epochs]++;
    assert_true(ended[1] <= 2 && ended[2] <= 1 && ended[4] <= 2 && ended[4] >= 1);
    for (int i = 1; i < count; i++) /* of one round, none that stopped was better than one kept */
        if (t[i].epochs == t[i - 1].epochs && t[i].state == t[i - 1].state)
            assert_true(!(t[i].rmse < t[i - 1].rmse));
    free(t);
    c.halving = 0;
    c.epochs = 2;
    test_path all = path_in(&folder, "all");
    assert_ok(ctx, lac_search_run(ctx, data, &c, all.text, NULL, NULL));
    assert_ok(ctx, lac_search_read(ctx, all.text, &t, &count));
    for (int i = 0; i < count; i++)
        assert_true(t[i].state == LAC_TRIAL_FAILED || t[i].epochs == 2);
    assert_false(lac_path_exists(path_in(&folder, "all/trial-001/last.safetensors").text));
    assert_true(lac_path_exists(path_in(&folder, "all/trial-001/metrics.csv").text));
    free(t);
    lac_data_free(&data);
}

static void the_hold_out_has_no_say(void **state)
{
    (void)state;
    const lac_search_config c = config_new(2, 2);
    test_path dir[3] = {path_in(&folder, "a"), path_in(&folder, "b"), path_in(&folder, "c")};
    uint8_t held[ROWS], kept[ROWS];
    lac_data *data = data_new(NULL, 0);
    lac_split *split;
    assert_ok(ctx, lac_split_of(ctx, data, &c.base, &split));
    for (int row = 0; row < ROWS; row++) {
        held[row] = (uint8_t)lac_split_is_holdout(split, row);
        kept[row] = !held[row];
    }
    assert_true(lac_split_holdout_rows(split) > 5);
    lac_split_free(&split);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir[0].text, NULL, NULL));
    lac_data_free(&data);
    data = data_new(held, 3.5f);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir[1].text, NULL, NULL));
    lac_data_free(&data);
    assert_same_trials(dir[0].text, dir[1].text);
    data = data_new(kept, 3.5f); /* the training rows have: the test above can fail */
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir[2].text, NULL, NULL));
    lac_data_free(&data);
    char *a = timeless(dir[0].text, "trials.csv", 5, 5);
    char *b = timeless(dir[2].text, "trials.csv", 5, 5);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
}

/* Puts a NaN into the weights of the first trial, stopped at its first step. */
static void spoil(const lac_data *data, const lac_search_config *c, const char *run)
{
    int rows[ROWS], count = 0;
    lac_split *split;
    lac_data *training;
    lac_trainer *t;
    assert_ok(ctx, lac_split_of(ctx, data, &c->base, &split));
    for (int row = 0; row < ROWS; row++)
        if (!lac_split_is_holdout(split, row))
            rows[count++] = row;
    assert_ok(ctx, lac_data_take(ctx, data, rows, count, &training));
    assert_ok(ctx, lac_trainer_resume(ctx, training, run, 0, &t));
    const lac_params *params = &t->model->net->params;
    t->model->weights.w[params->table[params->count - 1].offset] = NAN;
    char path[512];
    snprintf(path, sizeof path, "%s/last.safetensors", run);
    assert_ok(ctx, lac_trainer_save(t, path));
    lac_trainer_free(&t);
    lac_data_free(&training);
    lac_split_free(&split);
}

static void a_failed_trial_ends_nothing_and_is_not_repeated(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    lac_search_config c = config_new(3, 2);
    test_path dir = path_in(&folder, "failing");
    lac_trial *t;
    int count, calls = 1;
    c.halving = 0;
    assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, count_calls, &calls), LAC_STOPPED);
    spoil(data, &c, path_in(&folder, "failing/trial-001").text);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    assert_ok(ctx, lac_search_read(ctx, dir.text, &t, &count));
    assert_int_equal(count, 3);
    assert_int_equal(t[0].state, LAC_TRIAL_GOING);
    assert_int_equal(t[2].number, 1);
    assert_int_equal(t[2].state, LAC_TRIAL_FAILED);
    assert_int_equal(t[2].epochs, 1);
    free(t);
    calls = 1;
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, count_calls, &calls));
    assert_int_equal(calls, 1);
    lac_data_free(&data);
}

static void more_trials_join_and_fewer_are_refused(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    lac_search_config c = config_new(2, 1);
    test_path dir = path_in(&folder, "more");
    lac_trial *t;
    int count;
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    c.trials = 3;
    int calls = 1000;
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, count_calls, &calls));
    assert_ok(ctx, lac_search_read(ctx, dir.text, &t, &count));
    assert_int_equal(count, 3);
    free(t);
    c.trials = 1;
    assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "holds 3 trials, this search has 1");
    c.trials = 3;
    c.validation = 0;
    assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "a share above 0");
    lac_data_free(&data);
}

static void assert_other(const lac_data *data, const lac_search_config *c, const char *dir)
{
    assert_status(ctx, lac_search_run(ctx, data, c, dir, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "holds a search with other settings or data");
}

/* Also when all its trials are done and their models gone. */
static void a_folder_holds_one_search(void **state)
{
    (void)state;
    const lac_search_config usual = config_new(1, 1);
    lac_data *data = data_new(NULL, 0);
    uint8_t all[ROWS];
    memset(all, 1, sizeof all);
    lac_data *other = data_new(all, 0.5f);
    test_path dir = path_in(&folder, "one");
    assert_ok(ctx, lac_search_run(ctx, data, &usual, dir.text, NULL, NULL));
    lac_search_config c = usual;
    c.seed = 2;
    assert_other(data, &c, dir.text);
    c = usual;
    c.validation = 0.3;
    assert_other(data, &c, dir.text);
    c = usual;
    strcpy(c.base.model, "cnn");
    assert_other(data, &c, dir.text);
    c = usual;
    c.base.holdout = 0.3;
    assert_other(data, &c, dir.text);
    assert_other(other, &usual, dir.text);
    c = usual;
    c.epochs = 2;
    c.base.lr = 5; /* is drawn */
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    lac_data_free(&other);
    lac_data_free(&data);
}

static void a_search_does_not_go_on_with_a_network_that_was_changed(void **state)
{
    (void)state;
    static const char before[] = "a dense 2*points output\n", after[] = "a dense 8 relu\n"
                                                                       "b dense 2*points output\n";
    lac_search_config c = config_new(1, 1);
    lac_data *data = data_new(NULL, 0);
    test_path dir = path_in(&folder, "changed");
    test_path net = path_in(&folder, "my.net");
    assert_ok(ctx, lac_train_set(ctx, &c.base, "model", net.text));
    file_put(net.text, before, sizeof before - 1);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    file_put(net.text, after, sizeof after - 1);
    assert_other(data, &c, dir.text);
    file_put(net.text, before, sizeof before - 1);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    lac_data_free(&data);
}

static void same_seed_same_trials(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    lac_search_config c = config_new(200, 1);
    lac_trial *t[2];
    double lowest = INFINITY, highest = 0;
    int count, calls, equal = 1;
    for (int i = 0; i < 2; i++) {
        test_path dir = path_in(&folder, i ? "same2" : "same1");
        calls = 1;
        assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, count_calls, &calls),
                      LAC_STOPPED);
        assert_ok(ctx, lac_search_read(ctx, dir.text, &t[i], &count)); /* written at once */
        assert_int_equal(count, 200);
    }
    for (int i = 0; i < count; i++) {
        equal &= t[0][i].config.lr == t[1][i].config.lr &&
                 t[0][i].config.weight_decay == t[1][i].config.weight_decay &&
                 t[0][i].config.batch == t[1][i].config.batch;
        lowest = fmin(lowest, t[0][i].config.lr);
        highest = fmax(highest, t[0][i].config.lr);
    }
    assert_true(equal);
    assert_true(lowest >= 1e-5 && lowest < 2e-5 && highest <= 1e-2 && highest > 5e-3);
    int low = 0; /* of the logarithm's lower half */
    for (int i = 0; i < count; i++)
        low += t[0][i].config.lr < 3.16e-4;
    assert_in_range(low, 80, 120);
    free(t[0]);
    free(t[1]);
    lac_data_free(&data);
}

static void a_search_is_worked_on_by_one_at_a_time(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    const lac_search_config c = config_new(1, 1);
    test_path dir = path_in(&folder, "locked");
    lac_lock lock;
    assert_ok(ctx, lac_folder_make(ctx, dir.text));
    assert_ok(ctx, lac_lock_take(ctx, dir.text, &lock));
    assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL), LAC_ERROR_IO);
    assert_message(ctx, "another process is at work in this folder");
    assert_int_equal(file_count(dir.text), 1); /* the lock */
    lac_lock_release(&lock);
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL));
    assert_ok(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL)); /* released again */
    lac_data_free(&data);
}

/* Numbers near the end of an int are refused before anything is computed from them. */
static void a_search_that_cannot_be_is_refused(void **state)
{
    (void)state;
    lac_data *data = data_new(NULL, 0);
    test_path dir = path_in(&folder, "never");
    const struct {
        int trials, epochs, batch;
    } bad[] = {{INT_MAX, 1, 1}, {100001, 1, 1}, {1, INT_MAX, 1}, {1, 1000001, 1}, {0, 1, 1},
               {1, 0, 1}, {1, 1, INT_MAX}, {INT_MIN, INT_MIN, INT_MIN}};
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_search_config c = config_new(bad[i].trials, bad[i].epochs);
        c.base.batch = bad[i].batch;
        assert_status(ctx, lac_search_run(ctx, data, &c, dir.text, NULL, NULL),
                      LAC_ERROR_ARGUMENT);
    }
    assert_false(lac_path_exists(dir.text));
    lac_data_free(&data);
}

static void a_damaged_table_is_refused_by_row_and_column(void **state)
{
    (void)state;
    static const char head[] = "trial,state,epochs,rmse,seconds,lr,weight_decay,batch,start_width,"
                               "dropout,reduction\n";
    static const struct {
        const char *row, *message;
    } bad[] = {{"1,gone,1,3,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column state"},
               {"2,going,1,3,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column trial"},
               {"1,going,1,x,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column rmse"},
               {"1,going,1,-1,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column rmse"},
               {"1,going,1,1e999,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column rmse"},
               {"1,going,1,3,1e13,0.1,0.1,32,0.1,0.5,all\n", "row 2, column seconds"},
               {"1,going,1000001,3,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column epochs"},
               {"1,going,9007199254740993,3,4,0.1,0.1,32,0.1,0.5,all\n", "row 2, column epochs"},
               {"1,going,1,3,4,0.1,0.1,32,0.1,0.5,some\n", "row 2, column reduction"}};
    lac_trial *t;
    int count;
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        char text[512];
        snprintf(text, sizeof text, "%s%s", head, bad[i].row);
        file_put(path_in(&folder, "trials.csv").text, text, strlen(text));
        assert_status(ctx, lac_search_read(ctx, folder.path, &t, &count), LAC_ERROR_FORMAT);
        assert_message(ctx, bad[i].message);
        assert_null(t);
    }
    file_put(path_in(&folder, "trials.csv").text, "a,b\n1,2\n", 8);
    assert_status(ctx, lac_search_read(ctx, folder.path, &t, &count), LAC_ERROR_FORMAT);
    assert_message(ctx, "not the columns of a search");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_stopped_anywhere_is_one_never_stopped),
        cmocka_unit_test(halving_lets_the_better_half_go_on),
        cmocka_unit_test(the_hold_out_has_no_say),
        cmocka_unit_test(a_failed_trial_ends_nothing_and_is_not_repeated),
        cmocka_unit_test(more_trials_join_and_fewer_are_refused),
        cmocka_unit_test(a_folder_holds_one_search),
        cmocka_unit_test(a_search_does_not_go_on_with_a_network_that_was_changed),
        cmocka_unit_test(same_seed_same_trials),
        cmocka_unit_test(a_search_is_worked_on_by_one_at_a_time),
        cmocka_unit_test(a_search_that_cannot_be_is_refused),
        cmocka_unit_test(a_damaged_table_is_refused_by_row_and_column),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
