/*
 * Model files: read back as written, refused when damaged, and what remains when memory or the
 * disk is full.
 */
#define _POSIX_C_SOURCE 200809L
#include "eval/eval.h"
#include "format/format.h"
#include "planned.h"
#include "training.h"

#include <math.h>
#include <sys/stat.h>

/* ---- Model files --------------------------------------------------------------------- */

enum { SHOWN = 10 };

static void assert_predicts(const lac_model *model, const lac_data *data, const float *wanted)
{
    float xy[SHOWN * LABELS];
    assert_ok(model->ctx, lac_model_predict_rows(model, data, NULL, SHOWN, 0, xy));
    for (int i = 0; i < SHOWN * LABELS; i++)
        assert_true(fabs(xy[i] - wanted[i]) <= 1e-6 * data->size);
}

static void a_loaded_model_predicts_what_the_trained_one_does(void **state)
{
    static const char *const models[] = {"resnet", "cnn", "kimura"};
    for (int m = 0; m < LAC_COUNT(models); m++) {
        training *f = training_new(LAC_CPU_AUTO, SHOWN);
        test_path run = path_in(&f->folder, "run");
        test_path last = path_in(&f->folder, "run/last.safetensors");
        test_path own = path_in(&f->folder, "model.safetensors");
        const char *const paths[] = {own.text, last.text, run.text};
        float wanted[SHOWN * LABELS];
        strcpy(f->config.model, models[m]);
        f->config.weight_decay = 1.0 / 3.0; /* must survive to the last bit */
        f->config.seed = UINT64_MAX;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), own.text));
        assert_ok(f->ctx, lac_model_predict_rows(lac_trainer_model(t), f->data, NULL, SHOWN, 0,
                                                 wanted));
        for (int i = 0; i < LAC_COUNT(paths); i++) {
            lac_model *model;
            assert_ok(f->ctx, lac_model_load(f->ctx, paths[i], &model));
            assert_predicts(model, f->data, wanted);
            assert_string_equal(lac_model_name(model), models[m]);
            assert_int_equal(lac_model_size(model), 8);
            assert_int_equal(lac_model_points(model), POINTS);
            assert_string_equal(lac_model_point_name(model, 1), point_names[1]);
            assert_int_equal(lac_model_epoch(model), f->config.epochs);
            lac_train_config config;
            assert_ok(f->ctx, lac_model_config(model, &config));
            assert_int_equal(config.batch, f->config.batch);
            assert_true(config.weight_decay == 1.0 / 3.0 && config.seed == UINT64_MAX);
            lac_model_free(&model);
        }
        lac_trainer_free(&t);
        training_free(f);
    }
    (void)state;
}

static void a_model_predicts_any_number_of_pictures_alike(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 150);
    test_path own = path_in(&f->folder, "model.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    take_steps(t, 2);
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), own.text));
    lac_trainer_free(&t);
    lac_model *model;
    assert_ok(f->ctx, lac_model_load(f->ctx, own.text, &model));
    float *all = calloc(150 * LABELS, sizeof *all);
    assert_non_null(all);
    lac_predictor *predictor;
    assert_ok(f->ctx, lac_predictor_new(f->ctx, model, NULL, &predictor));
    assert_ok(f->ctx, lac_predictor_run(predictor, lac_data_image(f->data, 0), 150, all));
    for (int row = 0; row < 150; row += 37) {
        float one[LABELS];
        assert_ok(f->ctx, lac_predictor_run(predictor, lac_data_image(f->data, row), 1, one));
        for (int i = 0; i < LABELS; i++)
            assert_true(fabs(one[i] - all[row * LABELS + i]) < 1e-5);
    }
    assert_ok(f->ctx, lac_predictor_run(predictor, NULL, 0, NULL));
    assert_status(f->ctx, lac_predictor_run(predictor, NULL, -1, NULL), LAC_ERROR_ARGUMENT);
    lac_predictor_free(&predictor);
    free(all);
    lac_model_free(&model);
    training_free(f);
    (void)state;
}

/* What a loaded model makes of its weights once, it makes for one picture and for many. */
static void a_model_predicts_the_same_however_often_it_is_asked(void **state)
{
    enum { MANY = 5, SIZE = 32 };
    training *f = training_new(LAC_CPU_AUTO, 1);
    lac_data *data = data_new(f->ctx, MANY, SIZE, 0);
    test_path own = path_in(&f->folder, "model.safetensors");
    lac_train_config config = small_config("resnet");
    lac_trainer *t = trainer_new(f->ctx, data, &config);
    take_steps(t, 1);
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), own.text));
    lac_trainer_free(&t);
    float first[2][MANY * LABELS];
    for (int one = 0; one < 2; one++) {
        lac_model *model;
        lac_predictor *predictor;
        assert_ok(f->ctx, lac_model_load(f->ctx, own.text, &model));
        assert_ok(f->ctx, lac_predictor_new(f->ctx, model, NULL, &predictor));
        for (int turn = 0; turn < 4; turn++) { /* many, one, many, one; or the other way round */
            int which = (turn + one) % 2;
            float xy[MANY * LABELS];
            assert_ok(f->ctx, lac_predictor_run(predictor, lac_data_image(data, 0),
                                                which ? 1 : MANY, xy));
            if (!one && turn < 2)
                memcpy(first[which], xy, sizeof xy);
            assert_true(same_floats(xy, first[which], which ? LABELS : MANY * LABELS));
        }
        lac_predictor_free(&predictor);
        lac_model_free(&model);
    }
    lac_data_free(&data);
    training_free(f);
    (void)state;
}

static void assert_unloadable(lac_context *ctx, const char *path, lac_status wanted)
{
    lac_model *model = (lac_model *)(uintptr_t)1;
    assert_status(ctx, lac_model_load(ctx, path, &model), wanted);
    assert_null(model);
    assert_message(ctx, path);
}

static void damaged_model_files_are_refused_by_name(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 6);
    test_path good = path_in(&f->folder, "good.safetensors");
    test_path bad = path_in(&f->folder, "bad.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), good.text));
    lac_trainer_free(&t);
    size_t size;
    char *bytes = file_bytes(good.text, &size);
    const size_t cuts[] = {0, 1, 7, 8, 9, 100, size / 2, size - 1};
    for (int i = 0; i < LAC_COUNT(cuts); i++) {
        file_put(bad.text, bytes, cuts[i]);
        assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
    }
    const size_t flips[] = {0, 9, 60, size / 2, size - 1};
    for (int i = 0; i < LAC_COUNT(flips); i++) {
        bytes[flips[i]] ^= 4;
        file_put(bad.text, bytes, size);
        assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
        bytes[flips[i]] ^= 4;
    }
    file_put(bad.text, "row,x,y\n1,2,3\n", 14);
    assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
    assert_unloadable(f->ctx, path_in(&f->folder, "none").text, LAC_ERROR_IO);
    assert_unloadable(f->ctx, f->folder.path, LAC_ERROR_IO); /* holds no last.safetensors */
    free(bytes);
    training_free(f);
    (void)state;
}

/* A file with this metadata is refused with this message. */
static void assert_head_refused(const training *f, const char *config, const char *size,
                                const char *epoch, const char *data, const char *message)
{
    test_path path = path_in(&f->folder, "head.safetensors");
    const lac_metadata pairs[] = {{"format", "lacuna 1"}, {"config", config},
                                  {"points", "a"},        {"size", size},
                                  {"epoch", epoch},       {"data", data}};
    const lac_tensor_info info = {.name = "x", .dims = 1, .shape = {1}};
    const float one = 1;
    const float *const plain[] = {&one};
    assert_ok(f->ctx, lac_safetensors_write(f->ctx, path.text, &info, plain, 1, pairs,
                                            LAC_COUNT(pairs)));
    assert_unloadable(f->ctx, path.text, LAC_ERROR_FORMAT);
    assert_message(f->ctx, message);
}

static void metadata_is_checked(void **state)
{
    static const char kimura[] = "{\"model\":\"kimura\"}";
    static const char hash[] = "0123456789abcdef";
    training *f = training_new(LAC_CPU_REF, 1);
    test_path net = path_in(&f->folder, "secret.txt");
    char config[512];
    file_put(net.text, "secret words\n", 13);
    snprintf(config, sizeof config, "{\"model\":\"%s\"}", net.text);
    /* Files of lacuna 0.1 have no text of their network, and name one that shipped with it. */
    assert_head_refused(f, config, "8", "1", hash, "names no network that ships");
    assert_head_refused(f, kimura, "8.5", "1", hash, "size 8.5, must be a whole number");
    assert_head_refused(f, kimura, "8", "0.5", hash, "epoch 0.5, must be a whole number");
    assert_head_refused(f, kimura, "8", "1", "0", "data \"0\", must be 16 hexadecimal digits");
    assert_head_refused(f, kimura, "8\n", "1", hash, "size \"8?\", must be a number");
    training_free(f);
    (void)state;
}

/* ---- No memory ----------------------------------------------------------------------- */

/* A call that allocates; returns what it gave. */
typedef lac_status (*doomed)(training *f);

/* Calls `call` with the 1st, 2nd, ... allocation failing until it succeeds; anything but MEMORY and
 * success fails. Returns the number of failures. */
static int fail_everywhere(training *f, doomed call)
{
    for (int i = 1;; i++) {
        f->ctx->fail_at = f->ctx->allocations + i;
        lac_status status = call(f);
        f->ctx->fail_at = 0;
        if (status == LAC_OK)
            return i - 1;
        check_status(f->ctx, status, LAC_ERROR_MEMORY, "with a failing allocation", __FILE__, i);
        assert_message(f->ctx, "out of memory");
    }
}

static lac_status make_plan(training *f)
{
    long left = f->ctx->fail_at - f->ctx->allocations;
    f->ctx->fail_at = 0;
    planned p = planned_new(f->ctx, "resnet", 24, 3, 1, LAC_PLAN_INFERENCE);
    lac_plan *plan = (lac_plan *)(uintptr_t)1;
    f->ctx->fail_at = f->ctx->allocations + left;
    lac_status status = lac_plan_new(f->ctx, p.net, p.weights, 3, 0, &plan);
    assert_true((plan == NULL) == (status != LAC_OK));
    lac_plan_free(&plan);
    planned_free(&p);
    return status;
}

static lac_status make_trainer(training *f)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    lac_status status = lac_trainer_new(f->ctx, f->data, &f->config, &t);
    assert_true((t == NULL) == (status != LAC_OK));
    lac_trainer_free(&t);
    return status;
}

static lac_status resume_trainer(training *f)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    test_path run = path_in(&f->folder, "run");
    lac_status status = lac_trainer_resume(f->ctx, f->data, run.text, 0, &t);
    assert_true((t == NULL) == (status != LAC_OK));
    lac_trainer_free(&t);
    return status;
}

static lac_status load_model(training *f)
{
    lac_model *model = (lac_model *)(uintptr_t)1;
    test_path run = path_in(&f->folder, "run");
    lac_status status = lac_model_load(f->ctx, run.text, &model);
    assert_true((model == NULL) == (status != LAC_OK));
    lac_model_free(&model);
    return status;
}

static lac_status evaluate_model(training *f)
{
    static lac_model *model;
    test_path run = path_in(&f->folder, "run");
    long fail_at = f->ctx->fail_at - f->ctx->allocations;
    f->ctx->fail_at = 0;
    if (!model)
        assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &model));
    f->ctx->fail_at = f->ctx->allocations + fail_at;
    lac_metrics *m = (lac_metrics *)(uintptr_t)1;
    lac_status status = lac_model_evaluate(model, f->data, LAC_SIDE_HOLDOUT, NULL, &m);
    assert_true((m == NULL) == (status != LAC_OK));
    lac_metrics_free(&m);
    if (status == LAC_OK)
        lac_model_free(&model);
    return status;
}

static void every_allocation_may_fail_without_a_trace(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AUTO};
    for (int l = 0; l < LAC_COUNT(levels); l++) {
        training *f = training_new(levels[l], 6);
        test_path run = path_in(&f->folder, "run");
        f->config.epochs = 1;
        f->config.mirror = 0;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        lac_trainer_free(&t);
        assert_in_range(fail_everywhere(f, make_plan), 20, 1000);
        assert_in_range(fail_everywhere(f, make_trainer), 30, 1000);
        assert_in_range(fail_everywhere(f, load_model), 20, 1000);
        assert_in_range(fail_everywhere(f, resume_trainer), 60, 1000);
        assert_in_range(fail_everywhere(f, evaluate_model), 5, 1000);
        training_free(f);
    }
    (void)state;
}

static void a_failed_save_leaves_the_old_file(void **state)
{
    training *f = training_new(LAC_CPU_REF, 6);
    test_path path = path_in(&f->folder, "last.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_save(t, path.text));
    size_t size;
    char *before = file_bytes(path.text, &size);
    t->model->weights.w[0] += 1.0f;
    for (int i = 1;; i++) {
        f->ctx->fail_at = f->ctx->allocations + i;
        lac_status status = lac_trainer_save(t, path.text);
        f->ctx->fail_at = 0;
        size_t now;
        char *after = file_bytes(path.text, &now);
        assert_int_equal(now, size);
        assert_int_equal(memcmp(before, after, size) == 0, status != LAC_OK);
        assert_int_equal(file_count(f->folder.path), 1);
        free(after);
        if (status == LAC_OK) {
            assert_in_range(i, 60, 1000);
            break;
        }
        check_status(f->ctx, status, LAC_ERROR_MEMORY, "lac_trainer_save", __FILE__, i);
    }
    free(before);
    test_path missing = path_in(&f->folder, "missing/last.safetensors");
    assert_status(f->ctx, lac_trainer_save(t, missing.text), LAC_ERROR_IO);
    assert_message(f->ctx, missing.text);
    lac_trainer_free(&t);
    training_free(f);
    (void)state;
}

/* Wherever a run breaks off, it can be resumed from what it saved, and ends as if nothing had
 * been. */
static void a_run_that_fails_anywhere_resumes_to_the_same_end(void **state)
{
    training *f = training_new(LAC_CPU_REF, 4);
    test_path whole = path_in(&f->folder, "whole");
    f->config.epochs = 2;
    f->config.mirror = 0;
    f->config.holdout = 0.25;
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    int resumed = 0;
    lac_status status = LAC_ERROR_MEMORY;
    for (int i = 1; status != LAC_OK; i += 3) {
        char name[16];
        snprintf(name, sizeof name, "run%d", i);
        test_path run = path_in(&f->folder, name);
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        f->ctx->fail_at = f->ctx->allocations + i;
        status = lac_trainer_run(t, run.text, NULL, NULL);
        f->ctx->fail_at = 0;
        assert_true(status == LAC_OK || status == LAC_ERROR_MEMORY);
        lac_trainer_free(&t);
        char last[512];
        snprintf(last, sizeof last, "%s/last.safetensors", run.text);
        if (status == LAC_OK || !lac_path_exists(last))
            continue; /* nothing saved yet */
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        assert_true(same_state(straight, t));
        assert_same_run(f->ctx, whole.text, run.text);
        lac_trainer_free(&t);
        resumed++;
    }
    assert_true(resumed > 20);
    lac_trainer_free(&straight);
    training_free(f);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loaded_model_predicts_what_the_trained_one_does),
        cmocka_unit_test(a_model_predicts_any_number_of_pictures_alike),
        cmocka_unit_test(a_model_predicts_the_same_however_often_it_is_asked),
        cmocka_unit_test(damaged_model_files_are_refused_by_name),
        cmocka_unit_test(metadata_is_checked),
        cmocka_unit_test(every_allocation_may_fail_without_a_trace),
        cmocka_unit_test(a_failed_save_leaves_the_old_file),
        cmocka_unit_test(a_run_that_fails_anywhere_resumes_to_the_same_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
