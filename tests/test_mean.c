/*
 * Means of models: their answers, the rows that they may be measured on, what they refuse, and how
 * they are loaded and weighed.
 */
#include "eval/eval.h"
#include "net/model_file.h"
#include "train/history.h"
#include "training.h"

#include <math.h>

enum { ROWS = 90, SIDE = 8 };

/* Runs of one epoch on the same data: kimura, kimura of another seed and hold-out, and a network
 * with outputs for each source. */
typedef struct means {
    training *f;
    test_path run[3];
} means;

static void make_run(means *m, int i, const char *network, uint64_t seed)
{
    char name[16];
    snprintf(name, sizeof name, "runs/run%d", i);
    m->run[i] = path_in(&m->f->folder, name);
    lac_train_config config = m->f->config;
    snprintf(config.model, sizeof config.model, "%s", network);
    config.epochs = 1;
    config.holdout = 0.4;
    config.seed = seed;
    lac_trainer *t = trainer_new(m->f->ctx, m->f->data, &config);
    assert_ok(m->f->ctx, lac_trainer_run(t, m->run[i].text, NULL, NULL));
    lac_trainer_free(&t);
}

static means *means_new(void)
{
    means *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->f = training_new(LAC_CPU_AUTO, ROWS);
    test_path folder = path_in(&m->f->folder, "runs");
    test_path heads = path_in(&m->f->folder, "heads.net");
    assert_ok(m->f->ctx, lac_folder_make(m->f->ctx, folder.text));
    file_put(heads.text, "c dense 2*source_points output\n", 31);
    make_run(m, 0, "kimura", 1);
    make_run(m, 1, "kimura", 2);
    make_run(m, 2, heads.text, 1);
    return m;
}

static void means_free(means *m)
{
    training_free(m->f);
    free(m);
}

static lac_model *load(means *m, int i)
{
    lac_model *model;
    assert_ok(m->f->ctx, lac_model_load(m->f->ctx, m->run[i].text, &model));
    return model;
}

/* The mean of runs[0..count). */
static lac_model *mean_of(means *m, const int *runs, const double *weights, int count)
{
    lac_model *models[3], *mean;
    for (int i = 0; i < count; i++)
        models[i] = load(m, runs[i]);
    assert_ok(m->f->ctx, lac_model_mean(m->f->ctx, models, weights, count, &mean));
    for (int i = 0; i < count; i++)
        assert_null(models[i]);
    return mean;
}

static void predict(means *m, const lac_model *model, int flip, float *xy)
{
    int rows[ROWS];
    for (int i = 0; i < ROWS; i++)
        rows[i] = ROWS - 1 - i;
    assert_ok(m->f->ctx, lac_model_predict_rows(model, m->f->data, rows, ROWS, flip, xy));
}

static void a_mean_answers_with_the_weighted_mean_of_its_models(void **state)
{
    (void)state;
    means *m = means_new();
    const int runs[3] = {0, 2, 1};
    const double weights[3] = {1, 2, 5};
    float xy[3][ROWS * LABELS], mean_xy[ROWS * LABELS];
    lac_model *mean = mean_of(m, runs, weights, 3);
    assert_string_equal(lac_model_name(mean), "mean of 3 models");
    assert_int_equal(lac_model_members(mean), 3);
    assert_true(fabs(lac_model_share(mean, 2) - 0.625) < 1e-12);
    for (int flip = 0; flip < 2; flip++) {
        predict(m, mean, flip, mean_xy);
        for (int i = 0; i < 3; i++)
            predict(m, lac_model_member(mean, i), flip, xy[i]);
        for (int v = 0; v < ROWS * LABELS; v++) {
            double wanted = ((double)xy[0][v] + 2 * (double)xy[1][v] + 5 * (double)xy[2][v]) / 8;
            if (isnan(wanted) ? !isnan(mean_xy[v]) : fabs(wanted - (double)mean_xy[v]) > 1e-5)
                fail_msg("flip %d, value %d: %g, wanted %g", flip, v, (double)mean_xy[v], wanted);
        }
    }
    lac_model_free(&mean);
    means_free(m);
}

static void a_mean_of_equal_models_is_the_model(void **state)
{
    (void)state;
    means *m = means_new();
    float one[ROWS * LABELS], twice[ROWS * LABELS];
    lac_model *model = load(m, 0), *mean = mean_of(m, (const int[]){0, 0}, NULL, 2);
    predict(m, model, 0, one);
    predict(m, mean, 0, twice);
    assert_true(same_floats(one, twice, ROWS * LABELS));
    lac_predictor *predictor;
    assert_ok(m->f->ctx, lac_predictor_new(m->f->ctx, mean, NULL, &predictor));
    assert_ok(m->f->ctx, lac_predictor_run(predictor, m->f->data->pixels, ROWS, twice));
    for (int r = 0; r < ROWS; r++)
        assert_true(same_floats(twice + r * LABELS, one + (ROWS - 1 - r) * LABELS, LABELS));
    lac_predictor_free(&predictor);
    lac_model_free(&model);
    lac_model_free(&mean);
    means_free(m);
}

/* Pictures of one grey are the same in any size. */
static void a_model_for_larger_pictures_sees_them_scaled(void **state)
{
    (void)state;
    enum { LARGE = 2 * SIDE };
    means *m = means_new();
    lac_context *ctx = m->f->ctx;
    uint8_t grey[LARGE * LARGE];
    float small[LABELS], large[LABELS], both[LABELS];
    memset(grey, 77, sizeof grey);
    test_path path = path_in(&m->f->folder, "large");
    lac_data *data = data_new(ctx, 20, LARGE, 0);
    m->f->config.epochs = 1;
    lac_trainer *t = trainer_new(ctx, data, &m->f->config);
    assert_ok(ctx, lac_trainer_run(t, path.text, NULL, NULL));
    lac_trainer_free(&t);
    lac_model *models[2] = {load(m, 0), NULL}, *mean;
    assert_ok(ctx, lac_model_load(ctx, path.text, &models[1]));
    assert_ok(ctx, lac_model_mean(ctx, models, NULL, 2, &mean));
    assert_int_equal(lac_model_size(mean), SIDE);
    for (int flip = 0; flip < 2; flip++) {
        const lac_model *const asked[3] = {lac_model_member(mean, 0), lac_model_member(mean, 1),
                                           mean};
        float *const out[3] = {small, large, both};
        for (int i = 0; i < 3; i++) {
            lac_predictor *predictor;
            const lac_predict_config how = {.flip = flip};
            assert_ok(ctx, lac_predictor_new(ctx, asked[i], &how, &predictor));
            assert_ok(ctx, lac_predictor_run(predictor, grey, 1, out[i]));
            lac_predictor_free(&predictor);
        }
        for (int v = 0; v < LABELS; v++) {
            float scaled = (large[v] + 0.5f) * SIDE / LARGE - 0.5f;
            assert_true(fabsf(both[v] - 0.5f * (small[v] + scaled)) < 1e-4f);
        }
    }
    lac_model_free(&mean);
    lac_data_free(&data);
    means_free(m);
}

static void a_mean_has_the_sources_of_its_model_with_most(void **state)
{
    (void)state;
    means *m = means_new();
    lac_model *heads = load(m, 2), *mean = mean_of(m, (const int[]){0, 2}, NULL, 2);
    float xy[LABELS];
    lac_predictor *predictor;
    const lac_predict_config second = {.source = 1};
    assert_true(lac_model_sources(heads) > 1);
    assert_int_equal(lac_model_sources(mean), lac_model_sources(heads));
    assert_int_equal(lac_model_source_points(mean, 1), lac_model_source_points(heads, 1));
    assert_ok(m->f->ctx, lac_predictor_new(m->f->ctx, mean, &second, &predictor));
    assert_ok(m->f->ctx, lac_predictor_run(predictor, m->f->data->pixels, 1, xy));
    for (int p = 0; p < POINTS; p++)
        assert_int_equal(!isnan(xy[2 * p]), lac_model_source_has_point(heads, 1, p));
    lac_predictor_free(&predictor);
    lac_model_free(&heads);
    lac_model_free(&mean);
    means_free(m);
}

static void a_mean_is_measured_on_rows_that_all_its_models_held_out(void **state)
{
    (void)state;
    means *m = means_new();
    lac_side side[3][ROWS];
    int group[ROWS], both = 0;
    lac_model *mean = mean_of(m, (const int[]){0, 1}, NULL, 2);
    assert_ok(m->f->ctx, lac_model_sides(mean, m->f->data, side[2], group));
    for (int i = 0; i < 2; i++)
        assert_ok(m->f->ctx, lac_model_sides(lac_model_member(mean, i), m->f->data, side[i],
                                             group));
    for (int r = 0; r < ROWS; r++) {
        int held = side[0][r] == LAC_SIDE_HOLDOUT && side[1][r] == LAC_SIDE_HOLDOUT;
        assert_int_equal(side[2][r], held ? LAC_SIDE_HOLDOUT : LAC_SIDE_TRAIN);
        both += held;
    }
    lac_predicted *p;
    assert_ok(m->f->ctx, lac_model_predict_side(mean, m->f->data, LAC_SIDE_HOLDOUT, NULL, &p));
    assert_true(both > 0 && both < 0.3 * ROWS);
    assert_int_equal(p->count, both);
    lac_predicted_free(&p);
    lac_model_free(&mean);
    means_free(m);
}

/* Returns the split seed of a hold-out that shares no row with that of seed 1. */
static uint64_t disjoint_seed(means *m, double holdout)
{
    lac_split *first, *other;
    assert_ok(m->f->ctx, lac_split_make(m->f->ctx, m->f->data, holdout, 1, &first));
    for (uint64_t seed = 2; seed < 1000; seed++) {
        int shared = 0;
        assert_ok(m->f->ctx, lac_split_make(m->f->ctx, m->f->data, holdout, seed, &other));
        for (int r = 0; r < ROWS; r++)
            shared += lac_split_is_holdout(first, r) && lac_split_is_holdout(other, r);
        lac_split_free(&other);
        if (!shared) {
            lac_split_free(&first);
            return seed;
        }
    }
    fail_msg("every hold-out shares a row");
    return 0;
}

static void models_that_know_every_row_between_them_are_not_measured(void **state)
{
    (void)state;
    means *m = means_new();
    lac_predicted *p;
    m->f->config.epochs = 1;
    m->f->config.holdout = 0.05;
    m->f->config.split_seed = 1;
    lac_model *models[2], *mean;
    for (int i = 0; i < 2; i++) {
        test_path path = path_in(&m->f->folder, i ? "b" : "a");
        lac_trainer *t = trainer_new(m->f->ctx, m->f->data, &m->f->config);
        assert_ok(m->f->ctx, lac_trainer_run(t, path.text, NULL, NULL));
        lac_trainer_free(&t);
        assert_ok(m->f->ctx, lac_model_load(m->f->ctx, path.text, &models[i]));
        m->f->config.split_seed = disjoint_seed(m, 0.05);
    }
    assert_ok(m->f->ctx, lac_model_mean(m->f->ctx, models, NULL, 2, &mean));
    assert_status(m->f->ctx, lac_model_predict_side(mean, m->f->data, LAC_SIDE_HOLDOUT, NULL, &p),
                  LAC_ERROR_MISMATCH);
    assert_message(m->f->ctx, "no row was held out from all 2 models");
    assert_ok(m->f->ctx, lac_model_predict_side(mean, m->f->data, LAC_SIDE_ALL, NULL, &p));
    assert_int_equal(p->count, ROWS);
    lac_predicted_free(&p);
    lac_model_free(&mean);
    means_free(m);
}

static void models_that_do_not_fit_together_are_refused_and_stay(void **state)
{
    (void)state;
    means *m = means_new();
    lac_context *ctx = m->f->ctx;
    lac_model *models[2] = {load(m, 0), load(m, 1)}, *mean;
    assert_status(ctx, lac_model_mean(ctx, models, (const double[]){1, 0}, 2, &mean),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "weight 0 of model 2");
    assert_status(ctx, lac_model_mean(ctx, models, NULL, 0, &mean), LAC_ERROR_ARGUMENT);
    models[1]->names[0][0] = 'x';
    assert_status(ctx, lac_model_mean(ctx, models, NULL, 2, &mean), LAC_ERROR_MISMATCH);
    assert_message(ctx, "model 2 of the mean has other points than the first");
    models[1]->names[0][0] = point_names[0][0];
    assert_null(mean);
    assert_ok(ctx, lac_model_mean(ctx, models, NULL, 2, &mean));
    lac_layer *layers;
    int count;
    assert_status(ctx, lac_model_layers(mean, &layers, &count), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "a mean of models has no layers");
    assert_status(ctx, lac_model_save(mean, "never"), LAC_ERROR_ARGUMENT);
    models[0] = mean;
    assert_status(ctx, lac_model_mean(ctx, models, NULL, 1, &mean), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "model 1 is a mean itself");
    lac_model_free(&models[0]);
    means_free(m);
}

static void models_are_loaded_by_runs_files_and_folders_of_runs(void **state)
{
    (void)state;
    means *m = means_new();
    lac_context *ctx = m->f->ctx;
    lac_model *model;
    test_path folder = path_in(&m->f->folder, "runs");
    test_path best = path_in(&m->f->folder, "runs/run0/best.safetensors");
    const char *paths[2] = {folder.text, best.text};
    assert_ok(ctx, lac_models_load(ctx, paths + 1, 1, 0, &model));
    assert_string_equal(lac_model_name(model), "kimura");
    lac_model_free(&model);
    assert_ok(ctx, lac_models_load(ctx, paths, 2, 0, &model));
    assert_int_equal(lac_model_members(model), 4);
    assert_string_equal(lac_model_name(lac_model_member(model, 2)), "heads");
    assert_true(lac_model_share(model, 3) == 0.25);
    lac_model_free(&model);
    paths[0] = m->f->folder.path;
    assert_status(ctx, lac_models_load(ctx, paths, 1, 0, &model), LAC_ERROR_IO);
    assert_message(ctx, "last.safetensors: cannot open");
    assert_null(model);
    means_free(m);
}

static void models_are_weighed_by_the_errors_that_their_runs_tell(void **state)
{
    (void)state;
    means *m = means_new();
    lac_context *ctx = m->f->ctx;
    lac_model *model;
    test_path best = path_in(&m->f->folder, "runs/run1/best.safetensors");
    const char *paths[2] = {m->run[0].text, best.text};
    double weight[2];
    assert_ok(ctx, lac_models_load(ctx, paths, 2, 1, &model));
    for (int i = 0; i < 2; i++) {
        lac_history h;
        assert_ok(ctx, lac_history_read(ctx, m->run[i].text, &h));
        weight[i] = pow(h.value[LAC_HISTORY_RMSE][0], -2);
        lac_history_free(&h);
    }
    assert_true(weight[0] != weight[1]);
    assert_true(fabs(lac_model_share(model, 0) - weight[0] / (weight[0] + weight[1])) < 1e-12);
    lac_model_free(&model);
    test_path metrics = path_in(&m->f->folder, "runs/run0/metrics.csv");
    assert_int_equal(remove(metrics.text), 0);
    assert_status(ctx, lac_models_load(ctx, paths, 2, 1, &model), LAC_ERROR_IO);
    means_free(m);
}

static void no_memory_at_any_call_leaves_nothing_behind(void **state)
{
    (void)state;
    means *m = means_new();
    lac_context *ctx = m->f->ctx;
    lac_model *models[2] = {load(m, 0), load(m, 2)}, *mean;
    int failures = 0;
    lac_status status;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_model_mean(ctx, models, NULL, 2, &mean);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !mean && models[0]));
    } while (status != LAC_OK);
    int made = failures;
    lac_predicted *p = NULL;
    failures = 0;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_model_predict_side(mean, m->f->data, LAC_SIDE_ALL, NULL, &p);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !p));
    } while (status != LAC_OK);
    int predicted = failures;
    lac_predicted_free(&p);
    lac_model_free(&mean);
    test_path folder = path_in(&m->f->folder, "runs");
    const char *path = folder.text;
    failures = 0;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_models_load(ctx, &path, 1, 1, &mean);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !mean));
    } while (status != LAC_OK);
    ctx->fail_at = 0;
    assert_true(made > 5 && predicted > 10 && failures > 50);
    lac_model_free(&mean);
    means_free(m);
}

static void a_model_without_numbers_is_refused(void **state)
{
    (void)state;
    means *m = means_new();
    lac_model *model = load(m, 0), *again;
    test_path path = path_in(&m->f->folder, "none.safetensors");
    model->weights.w[model->net->params.table[1].offset] = INFINITY;
    assert_ok(m->f->ctx, lac_model_save(model, path.text));
    lac_model_free(&model);
    assert_status(m->f->ctx, lac_model_load(m->f->ctx, path.text, &again), LAC_ERROR_FORMAT);
    assert_message(m->f->ctx, "holds a number that is not finite");
    assert_null(again);
    means_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mean_answers_with_the_weighted_mean_of_its_models),
        cmocka_unit_test(a_mean_of_equal_models_is_the_model),
        cmocka_unit_test(a_model_for_larger_pictures_sees_them_scaled),
        cmocka_unit_test(a_mean_has_the_sources_of_its_model_with_most),
        cmocka_unit_test(a_mean_is_measured_on_rows_that_all_its_models_held_out),
        cmocka_unit_test(models_that_know_every_row_between_them_are_not_measured),
        cmocka_unit_test(models_that_do_not_fit_together_are_refused_and_stay),
        cmocka_unit_test(models_are_loaded_by_runs_files_and_folders_of_runs),
        cmocka_unit_test(models_are_weighed_by_the_errors_that_their_runs_tell),
        cmocka_unit_test(a_model_without_numbers_is_refused),
        cmocka_unit_test(no_memory_at_any_call_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
