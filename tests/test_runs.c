/*
 * Runs: stopped and gone on with, told about, limited, failing and refused.
 */
#include "training.h"

#include <limits.h>
#include <math.h>

/* ---- Stopping and going on ----------------------------------------------------------------- */

typedef struct stop_at {
    int epoch, step;
} stop_at;

static int stop_there(void *user, const lac_progress *progress)
{
    const stop_at *at = user;
    return progress->epoch == at->epoch && progress->step == at->step;
}

static void check_resumed(lac_cpu cpu, lac_precision precision)
{
    training *f = training_new(cpu, 16);
    f->config.precision = precision;
    test_path whole = path_in(&f->folder, "whole");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    int steps = lac_trainer_steps(straight);
    const stop_at stops[] = {{1, 1}, {2, 2}, {2, steps}, {3, steps - 1}};
    assert_true(steps > 3);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    for (int i = 0; i < LAC_COUNT(stops); i++) {
        char name[16];
        snprintf(name, sizeof name, "run%d", i);
        test_path run = path_in(&f->folder, name);
        stop_at at = stops[i];
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
        assert_false(same_state(straight, t));
        lac_trainer_free(&t);
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
        assert_int_equal(t->cursor.step, at.step % steps);
        stop_at again = {3, 1};
        lac_status status = lac_trainer_run(t, run.text, stop_there, &again);
        assert_int_equal(status, i < 3 ? LAC_STOPPED : LAC_OK);
        if (status == LAC_STOPPED) {
            lac_trainer_free(&t);
            assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
            assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        }
        assert_true(same_state(straight, t));
        assert_same_run(f->ctx, whole.text, run.text);
        lac_trainer_free(&t);
    }
    lac_trainer_free(&straight);
    training_free(f);
}

static void a_stopped_and_resumed_run_is_one_never_stopped(void **state)
{
    (void)state;
    check_resumed(LAC_CPU_AUTO, LAC_PRECISION_FLOAT32);
    check_resumed(bf16_level(), LAC_PRECISION_BF16);
}

static void a_finished_run_can_be_made_longer(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole");
    test_path run = path_in(&f->folder, "run");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    f->config.epochs = 2;
    f->config.minutes = 100.0;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t));
    assert_true(lac_trainer_config(t)->minutes == 0.0);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_true(same_state(straight, t));
    assert_same_run(f->ctx, whole.text, run.text);
    lac_trainer_free(&t);
    lac_trainer_free(&straight);
    training_free(f);
    (void)state;
}

static void a_run_goes_on_only_where_it_was_resumed_from(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 10);
    f->config.epochs = 1;
    test_path run[3] = {path_in(&f->folder, "a"), path_in(&f->folder, "b"),
                        path_in(&f->folder, "c")};
    lac_trainer *t;
    for (int i = 0; i < 2; i++) {
        f->config.seed = 1 + i;
        t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run[i].text, NULL, NULL));
        lac_trainer_free(&t);
    }
    test_path last = path_in(&f->folder, "b/last.safetensors");
    test_path config = path_in(&f->folder, "b/config.json");
    size_t size[2];
    char *before[2] = {file_bytes(last.text, &size[0]), file_bytes(config.text, &size[1])};
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run[0].text, 2, &t));
    assert_status(f->ctx, lac_trainer_run(t, run[1].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, run[1].text);
    assert_status(f->ctx, lac_trainer_run(t, run[2].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_false(lac_path_exists(run[2].text));
    lac_trainer_free(&t);

    f->config.seed = 9;
    t = trainer_new(f->ctx, f->data, &f->config);
    assert_status(f->ctx, lac_trainer_run(t, run[1].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds a run already");
    lac_trainer_free(&t);
    size_t now;
    char *bytes = file_bytes(last.text, &now);
    assert_int_equal(now, size[0]);
    assert_memory_equal(bytes, before[0], now);
    free(bytes);
    bytes = file_bytes(config.text, &now);
    assert_string_equal(bytes, before[1]);
    free(bytes);
    free(before[0]);
    free(before[1]);
    training_free(f);
    (void)state;
}

/* What the progress callback was told. */
typedef struct told {
    int calls, epoch_ends;
    int last_epoch, last_step;
    double holdout_loss, holdout_rmse;
    double seconds;
} told;

static int listen(void *user, const lac_progress *p)
{
    told *t = user;
    int epoch = t->last_step == p->steps || t->calls == 0 ? t->last_epoch + 1 : t->last_epoch;
    int step = epoch == t->last_epoch ? t->last_step + 1 : 1;
    assert_int_equal(p->epoch, epoch);
    assert_int_equal(p->step, step);
    assert_true(p->loss > 0.0 && p->images_per_second > 0.0 && p->seconds > t->seconds);
    assert_true(p->seconds_left >= 0.0);
    assert_true((p->holdout != NULL) == (step == p->steps));
    if (p->holdout) {
        t->epoch_ends++;
        t->holdout_loss = p->holdout->loss;
        t->holdout_rmse = p->holdout->rmse;
    }
    t->calls++;
    t->last_epoch = epoch;
    t->last_step = step;
    t->seconds = p->seconds;
    return 0;
}

static void progress_tells_every_step_and_the_figures_of_the_holdout(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    for (int reduction = 0; reduction < 2; reduction++) {
        told heard = {0};
        f->config.reduction = (lac_reduction)reduction;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, reduction ? NULL : run.text, listen, &heard));
        assert_int_equal(heard.epoch_ends, f->config.epochs);
        assert_int_equal(heard.calls, f->config.epochs * lac_trainer_steps(t));
        lac_metrics *m;
        assert_ok(f->ctx, lac_model_evaluate(lac_trainer_model(t), f->data, LAC_SIDE_HOLDOUT,
                                             NULL, &m));
        assert_true(m->rmse == heard.holdout_rmse);
        assert_true(fabs(m->loss / heard.holdout_loss - 1.0) < 1e-12);
        lac_metrics_free(&m);
        lac_trainer_free(&t);
    }
    training_free(f);
    (void)state;
}

static void a_limit_in_minutes_ends_with_the_epoch_that_passes_it(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 10);
    f->config.epochs = 1000000;
    f->config.minutes = 1e-9;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_int_equal(lac_model_epoch(lac_trainer_model(t)), 1);
    lac_trainer_free(&t);
    training_free(f);
    (void)state;
}

/* ---- Numbers that are none ----------------------------------------------------------- */

static void a_loss_that_is_no_number_leaves_the_files_alone(void **state)
{
    static const char *const names[] = {"run/last.safetensors", "run/best.safetensors",
                                        "run/metrics.csv"};
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    char *before[3];
    size_t size[3];
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    for (int i = 0; i < 3; i++)
        before[i] = file_bytes(path_in(&f->folder, names[i]).text, &size[i]);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 2, &t));
    t->model->weights.w[0] = NAN;
    assert_status(f->ctx, lac_trainer_run(t, run.text, NULL, NULL), LAC_ERROR_NUMERIC);
    assert_message(f->ctx, "epoch 2, step 1");
    lac_trainer_free(&t);
    for (int i = 0; i < 3; i++) {
        size_t now;
        char *after = file_bytes(path_in(&f->folder, names[i]).text, &now);
        assert_int_equal(now, size[i]);
        assert_memory_equal(after, before[i], now);
        free(after);
        free(before[i]);
    }
    training_free(f);
    (void)state;
}

static void assert_at_its_start(const training *f, const char *run)
{
    lac_trainer *t;
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run, 0, &t));
    assert_int_equal(t->cursor.epoch, 0);
    assert_int_equal(t->cursor.step, 0);
    for (size_t i = 0; i < t->adam.floats; i++)
        assert_true(isfinite(t->model->weights.w[i]));
    lac_trainer_free(&t);
}

static void a_holdout_loss_that_is_no_number_leaves_the_last_good_state(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    f->config.batch = 64; /* one step, after which nothing is finite that is predicted */
    f->config.lr = 1e30;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_status(f->ctx, lac_trainer_run(t, run.text, NULL, NULL), LAC_ERROR_NUMERIC);
    assert_message(f->ctx, "hold-out");
    lac_trainer_free(&t);
    assert_at_its_start(f, run.text);
    training_free(f);
    (void)state;
}

static int stop_at_once(void *user, const lac_progress *progress)
{
    (void)user;
    (void)progress;
    return 1;
}

/* The first step's loss is finite, its weights are not: at the end of an epoch without hold-out
 * and at a stop. */
static void weights_that_are_no_numbers_leave_the_last_good_state(void **state)
{
    for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
        training *f = training_new(LAC_CPU_AUTO, 16);
        test_path run = path_in(&f->folder, "run");
        f->config.batch = is_stopped ? 5 : 64;
        f->config.lr = 1e39; /* infinite as a float */
        f->config.holdout = 0.0;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_status(f->ctx, lac_trainer_run(t, run.text, stop_at_once, NULL),
                      LAC_ERROR_NUMERIC);
        assert_message(f->ctx, "epoch 1, step 1: a weight must be a finite number");
        lac_trainer_free(&t);
        assert_at_its_start(f, run.text);
        training_free(f);
    }
    (void)state;
}

/* ---- Signs of trouble ---------------------------------------------------------------- */

typedef struct notes {
    int count;
    char last[512];
} notes;

static void take_note(void *user, const char *line)
{
    notes *n = user;
    n->count++;
    snprintf(n->last, sizeof n->last, "%s", line);
}

/* Tells `epochs` epochs whose predictions are the labels' mean plus `share` of their deviation. */
static void tell_epochs(lac_context *ctx, lac_health *health, const lac_data *data, double share,
                        double rmse, int epochs)
{
    const long steps = 1000;
    int rows[32], width = 2 * lac_data_points(data);
    float xy[32 * LABELS];
    assert_in_range(lac_data_rows(data), 1, 32);
    for (int i = 0; i < lac_data_rows(data); i++) {
        rows[i] = i;
        for (int j = 0; j < width; j++)
            xy[i * width + j] = lac_data_mask(data, i)[j]
                                    ? 4.0f + (float)share * (lac_data_labels(data, i)[j] - 4.0f)
                                    : 1000.0f * (float)i; /* must not count */
    }
    lac_health_sample sample = {data, rows, xy, lac_data_rows(data), 7, steps, rmse, 1.0, 1};
    for (int i = 0; i < epochs; i++)
        lac_health_check(ctx, health, &sample);
}

static void a_collapsed_or_diverging_training_is_told_once(void **state)
{
    notes n = {0};
    const lac_context_config config = {.threads = 1, .log = take_note, .log_user = &n};
    lac_health health = {0};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    lac_data *data = data_new(ctx, 30, 8, 0);
    tell_epochs(ctx, &health, data, 0.5, 1.5, 9);
    tell_epochs(ctx, &health, data, 0.01, 1.5, 4);
    tell_epochs(ctx, &health, data, 0.5, 3.5, 4);
    tell_epochs(ctx, &health, data, 0.5, 1.5, 1);
    assert_int_equal(n.count, 0);
    tell_epochs(ctx, &health, data, 0.01, 1.5, 9);
    assert_int_equal(n.count, 1);
    assert_non_null(strstr(n.last, "epoch 7: collapsed"));
    tell_epochs(ctx, &health, data, 0.5, 3.5, 9);
    assert_int_equal(n.count, 2);
    assert_non_null(strstr(n.last, "diverging: the hold-out RMSE is 3.5 px, its lowest was 1 px"));
    lac_data_free(&data);
    lac_context_free(&ctx);
    (void)state;
}

/* A start and steps so small that all pictures look alike; the first 100 steps say nothing. */
static void learn_nothing(double holdout)
{
    notes n = {0};
    const lac_context_config config = {.threads = 1, .log = take_note, .log_user = &n};
    lac_context *ctx;
    lac_trainer *t;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    lac_data *data = data_new(ctx, 30, 8, 0);
    lac_train_config c = small_config("kimura");
    c.holdout = holdout;
    c.epochs = 18; /* of 10 steps or a few more */
    c.start_width = 1e-12;
    c.lr = 1e-7;
    assert_ok(ctx, lac_trainer_new(ctx, data, &c, &t));
    assert_ok(ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_int_equal(n.count, 1);
    assert_non_null(strstr(n.last, ": collapsed: for 5 epochs"));
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

static void a_network_that_learns_nothing_says_that_it_collapsed(void **state)
{
    learn_nothing(0.2);
    learn_nothing(0.0); /* nothing held out: rows it trained on show it as well */
    (void)state;
}

/* ---- Opening ------------------------------------------------------------------------- */

static void opening_a_run_begins_it_or_goes_on(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    stop_at at = {2, 1};
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, whole.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
    lac_trainer_free(&t);
    f->config.lr *= 2;
    assert_status(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds a run with other settings");
    assert_null(t);
    f->config.lr /= 2;
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_same_run(f->ctx, whole.text, run.text);
    training_free(f);
    (void)state;
}

/* Ended between config.json and its first state, a run has nothing to go on with. */
static void a_run_without_a_state_is_begun_anew(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    lac_trainer *t;
    f->config.epochs = 1;
    assert_ok(f->ctx, lac_folder_make(f->ctx, run.text));
    file_put(path_in(&f->folder, "run/config.json").text, "{", 1);
    file_put(path_in(&f->folder, "run/metrics.csv").text, "x", 1);
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    training_free(f);
    (void)state;
}

/* The precision of a run is what the machine that began it made of auto. */
static void check_settled(lac_cpu cpu, lac_precision expected)
{
    training *f = training_new(cpu, 16);
    test_path run = path_in(&f->folder, "run");
    stop_at at = {1, 1};
    lac_trainer *t;
    lac_train_config kept;
    f->config.precision = LAC_PRECISION_AUTO;
    for (int i = 0; i < 2; i++) {
        assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
        assert_int_equal(lac_trainer_config(t)->precision, expected);
        if (i == 0)
            assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
        lac_trainer_free(&t);
    }
    assert_ok(f->ctx, lac_train_read(f->ctx, run.text, &kept));
    assert_int_equal(kept.precision, expected);
    training_free(f);
}

static void precision_auto_becomes_what_the_machine_has(void **state)
{
    int multiplies = lac_kernels_get_bf16(LAC_CPU_AVX512) != NULL &&
                     lac_kernels_get(LAC_CPU_AUTO)->level == LAC_CPU_AVX512;
    check_settled(LAC_CPU_AUTO, multiplies ? LAC_PRECISION_BF16 : LAC_PRECISION_FLOAT32);
    check_settled(LAC_CPU_AVX2, LAC_PRECISION_FLOAT32);
    check_settled(LAC_CPU_REF, LAC_PRECISION_FLOAT32);
    (void)state;
}

static void an_errors_width_of_0_becomes_a_sixteenth_of_the_side(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    f->config.error = LAC_FORM_SATURATING;
    f->config.error_width = 0;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_true(lac_trainer_config(t)->error_width == lac_data_size(f->data) / 16.0);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    lac_trainer_free(&t);
    f->config.error_width = lac_data_size(f->data) / 8.0;
    assert_status(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t),
                  LAC_ERROR_ARGUMENT);
    training_free(f);
    (void)state;
}

static void seeds_may_share_a_hold_out(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 30);
    const uint64_t seeds[3][2] = {{1, 0}, {2, 1}, {2, 0}}; /* seed, split_seed */
    int same[3] = {1, 1, 1};
    lac_trainer *first = NULL;
    for (int i = 0; i < 3; i++) {
        f->config.seed = seeds[i][0];
        f->config.split_seed = seeds[i][1];
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        for (int row = 0; first && row < 30; row++)
            same[i] &= lac_split_is_holdout(t->split, row) ==
                       lac_split_is_holdout(first->split, row);
        if (first)
            lac_trainer_free(&t);
        else
            first = t;
    }
    assert_true(same[1]);
    assert_false(same[2]);
    lac_trainer_free(&first);
    training_free(f);
    (void)state;
}

/* ---- Refusals ------------------------------------------------------------------------ */

static void assert_refused(const training *f, const lac_data *data, const lac_train_config *config,
                           lac_status wanted, const char *message)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    assert_status(f->ctx, lac_trainer_new(f->ctx, data, config, &t), wanted);
    assert_null(t);
    assert_message(f->ctx, message);
}

static void trainings_that_cannot_be_are_refused(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 9);
    lac_train_config config = f->config;
    config.loss = LAC_LOSS_PLAIN;
    assert_refused(f, f->data, &config, LAC_ERROR_MISMATCH, "gaps");
    config.rows = LAC_ROWS_COMPLETE;
    lac_trainer *t = trainer_new(f->ctx, f->data, &config);
    assert_in_range(t->train_count, 1, 4);
    lac_trainer_free(&t);

    table lone = table_new(9, 8, 1);
    for (int i = 0; i < lone.rows * LABELS; i += 2)
        lone.mask[i] = 0;
    lac_data *data = data_of(f->ctx, &lone);
    config = f->config;
    t = trainer_new(f->ctx, data, &config);
    lac_trainer_free(&t);
    config.rotation = 5;
    assert_refused(f, data, &config, LAC_ERROR_MISMATCH, "have x or y alone, which is lost");
    lac_data_free(&data);
    table_free(&lone);

    table none = table_new(6, 8, 0);
    for (int i = 0; i < none.rows; i++)
        none.mask[i * LABELS] = 0;
    data = data_of(f->ctx, &none);
    config.rotation = 0;
    config.rows = LAC_ROWS_COMPLETE;
    assert_refused(f, data, &config, LAC_ERROR_MISMATCH, "no rows to train on");
    lac_data_free(&data);
    assert_ok(f->ctx, lac_data_from_memory(f->ctx, 6, 8, 0, NULL, none.pixels, NULL, NULL, &data));
    assert_refused(f, data, &f->config, LAC_ERROR_MISMATCH, "no labels");
    lac_data_free(&data);
    assert_ok(f->ctx, lac_data_from_memory(f->ctx, 6, 4, POINTS, point_names, none.pixels,
                                           none.labels, none.mask, &data));
    assert_refused(f, data, &f->config, LAC_ERROR_ARGUMENT, "pictures must be larger");
    lac_data_free(&data);
    table_free(&none);
    training_free(f);
    (void)state;
}

static void every_field_of_the_configuration_is_checked(void **state)
{
    training *f = training_new(LAC_CPU_REF, 9);
    lac_train_config bad[18];
    static const char *const fields[] = {"model", "model", "rows", "loss", "reduction", "optimizer",
                                         "start", "epochs", "batch", "lr", "beta1", "beta2", "eps",
                                         "weight_decay", "dropout", "mirror", "holdout",
                                         "start_width"};
    for (int i = 0; i < LAC_COUNT(bad); i++)
        bad[i] = f->config;
    strcpy(bad[0].model, "vgg");
    bad[1].model[0] = '\0';
    bad[2].rows = (lac_rows)2;
    bad[3].loss = (lac_loss)2;
    bad[4].reduction = (lac_reduction)7;
    bad[5].optimizer = (lac_optimizer)2;
    bad[6].start = (lac_start)3;
    bad[7].epochs = 0;
    bad[8].batch = -1;
    bad[9].lr = NAN;
    bad[10].beta1 = 1.0;
    bad[11].beta2 = -0.1;
    bad[12].eps = 0.0;
    bad[13].weight_decay = INFINITY;
    bad[14].dropout = 1.0;
    bad[15].mirror = 2;
    bad[16].holdout = 1.0;
    bad[17].start_width = 0.0;
    for (int i = 0; i < LAC_COUNT(bad); i++)
        assert_refused(f, f->data, &bad[i], LAC_ERROR_ARGUMENT, fields[i]);
    training_free(f);
    (void)state;
}

static void numbers_near_the_end_of_an_int_are_refused(void **state)
{
    training *f = training_new(LAC_CPU_REF, 9);
    const struct {
        int batch, size, points, steps;
    } bad[] = {{INT_MAX, 8, 1, 1}, {INT_MAX - 1, 8, 1, 1}, {65537, 8, 1, 1}, {INT_MIN, 8, 1, 1},
               {1, INT_MAX, 1, 1}, {1, 8, INT_MAX, 1}, {1, 8, 1, INT_MAX}, {1, -1, 1, 1}};
    lac_layer *layers;
    int count;
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_train_config config = f->config;
        lac_bench_result *result;
        config.batch = bad[i].batch;
        assert_status(f->ctx, lac_bench(f->ctx, &config, bad[i].size, bad[i].points, bad[i].steps,
                                        &result), LAC_ERROR_ARGUMENT);
        assert_null(result);
        if (config.batch != 1)
            assert_refused(f, f->data, &config, LAC_ERROR_ARGUMENT, "batch is ");
    }
    assert_status(f->ctx, lac_network_layers(f->ctx, "cnn", 96, INT_MAX, &layers, &count),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "2147483647 points");
    training_free(f);
    (void)state;
}

static void other_data_does_not_resume_a_run(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 10);
    test_path run = path_in(&f->folder, "run");
    test_path missing = path_in(&f->folder, "missing");
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);

    table other = table_new(10, 8, 0);
    other.pixels[77] ^= 1;
    lac_data *data = data_of(f->ctx, &other);
    t = (lac_trainer *)(uintptr_t)1;
    assert_status(f->ctx, lac_trainer_resume(f->ctx, data, run.text, 0, &t), LAC_ERROR_MISMATCH);
    assert_null(t);
    assert_message(f->ctx, "other data");
    lac_data_free(&data);
    table_free(&other);
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, missing.text, 0, &t), LAC_ERROR_IO);
    assert_null(t);
    test_path best = path_in(&f->folder, "run/best.safetensors"); /* a model, no training */
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, best.text, 0, &t), LAC_ERROR_FORMAT);
    assert_null(t);
    assert_message(f->ctx, "step");
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, -1, &t),
                  LAC_ERROR_ARGUMENT);
    assert_null(t);
    training_free(f);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_and_resumed_run_is_one_never_stopped),
        cmocka_unit_test(a_finished_run_can_be_made_longer),
        cmocka_unit_test(a_run_goes_on_only_where_it_was_resumed_from),
        cmocka_unit_test(progress_tells_every_step_and_the_figures_of_the_holdout),
        cmocka_unit_test(a_limit_in_minutes_ends_with_the_epoch_that_passes_it),
        cmocka_unit_test(a_loss_that_is_no_number_leaves_the_files_alone),
        cmocka_unit_test(a_holdout_loss_that_is_no_number_leaves_the_last_good_state),
        cmocka_unit_test(weights_that_are_no_numbers_leave_the_last_good_state),
        cmocka_unit_test(a_collapsed_or_diverging_training_is_told_once),
        cmocka_unit_test(a_network_that_learns_nothing_says_that_it_collapsed),
        cmocka_unit_test(opening_a_run_begins_it_or_goes_on),
        cmocka_unit_test(a_run_without_a_state_is_begun_anew),
        cmocka_unit_test(precision_auto_becomes_what_the_machine_has),
        cmocka_unit_test(an_errors_width_of_0_becomes_a_sixteenth_of_the_side),
        cmocka_unit_test(seeds_may_share_a_hold_out),
        cmocka_unit_test(trainings_that_cannot_be_are_refused),
        cmocka_unit_test(every_field_of_the_configuration_is_checked),
        cmocka_unit_test(numbers_near_the_end_of_an_int_are_refused),
        cmocka_unit_test(other_data_does_not_resume_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
