/* Cross-validation: its folder, its rows, stopped and gone on with. */
#include "eval/eval.h"
#include "training.h"

#include <math.h>

enum { ROWS = 40, FOLDS = 3 };

typedef struct stop_at {
    int fold, epoch, step; /* epoch 0: when the fold is done */
    int folds_done;
} stop_at;

static int stop_there(void *user, int fold, const lac_progress *p)
{
    stop_at *at = user;
    at->folds_done += !p;
    if (fold != at->fold)
        return 0;
    return p ? p->epoch == at->epoch && p->step == at->step : at->epoch == 0;
}

static training *folds_new(void)
{
    training *f = training_new(LAC_CPU_AUTO, ROWS);
    f->config.epochs = 2;
    return f;
}

static test_path fold_in(const training *f, const char *dir, int fold)
{
    char name[40];
    snprintf(name, sizeof name, "%s/fold-%03d", dir, fold);
    return path_in(&f->folder, name);
}

/* What stands in the joined prediction is what the fold's own model answers. */
static void check_fold(const training *f, int number, const lac_predicted *fold,
                       const lac_predicted *all)
{
    float xy[ROWS * LABELS];
    test_path run = fold_in(f, "folds", number);
    lac_model *model;
    lac_train_config config;
    assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &model));
    assert_ok(f->ctx, lac_model_config(model, &config));
    assert_int_equal(config.fold, number);
    assert_ok(f->ctx, lac_model_predict_rows(model, f->data, all->row, ROWS, 0, xy));
    for (int j = 0; j < fold->count; j++) {
        int row = fold->row[j];
        assert_int_equal(all->row[row], row);
        for (int v = row * LABELS; v < (row + 1) * LABELS; v++) /* other batches round otherwise */
            assert_true(fabsf(all->xy[v] - xy[v]) < 1e-4f);
    }
    lac_model_free(&model);
}

static void every_row_is_predicted_by_the_model_that_held_it_out(void **state)
{
    (void)state;
    training *f = folds_new();
    test_path dir = path_in(&f->folder, "folds");
    stop_at never = {0};
    lac_predicted *fold[FOLDS], *all;
    assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, dir.text, stop_there,
                                    &never));
    assert_int_equal(never.folds_done, FOLDS);
    assert_ok(f->ctx, lac_folds_predict(f->ctx, f->data, dir.text, FOLDS, NULL, fold));
    assert_ok(f->ctx, lac_predicted_join(f->ctx, (const lac_predicted *const *)fold, FOLDS, &all));
    assert_int_equal(all->count, ROWS);
    for (int i = 0; i < FOLDS; i++)
        check_fold(f, i + 1, fold[i], all);
    lac_predicted_free(&all);
    const lac_predicted *twice[2] = {fold[0], fold[0]};
    assert_status(f->ctx, lac_predicted_join(f->ctx, twice, 2, &all), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "has two predictions");
    assert_null(all);
    for (int i = 0; i < FOLDS; i++)
        lac_predicted_free(&fold[i]);
    training_free(f);
}

static void stopped_folds_go_on_as_if_they_had_not(void **state)
{
    (void)state;
    training *f = folds_new();
    test_path whole = path_in(&f->folder, "whole"), dir = path_in(&f->folder, "folds");
    stop_at stops[] = {{1, 1, 2, 0}, {1, 0, 0, 0}, {2, 2, 1, 0}, {3, 1, 1, 0}};
    lac_predicted *fold[FOLDS];
    assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, whole.text, NULL, NULL));
    for (int i = 0; i < LAC_COUNT(stops); i++)
        assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, dir.text,
                                            stop_there, &stops[i]), LAC_STOPPED);
    assert_status(f->ctx, lac_folds_predict(f->ctx, f->data, f->folder.path, FOLDS, NULL, fold),
                  LAC_ERROR_IO);
    assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, dir.text, NULL, NULL));
    for (int i = 1; i <= FOLDS; i++) {
        test_path a = fold_in(f, "whole", i), b = fold_in(f, "folds", i);
        assert_same_run(f->ctx, a.text, b.text);
    }
    training_free(f);
}

static void a_folder_keeps_its_folds(void **state)
{
    (void)state;
    training *f = folds_new();
    test_path dir = path_in(&f->folder, "folds");
    f->config.epochs = 1;
    assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 2, dir.text, NULL, NULL));
    assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 3, dir.text, NULL, NULL),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "other settings");
    assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 1, dir.text, NULL, NULL),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "1 folds, must be from 2 to 100");
    f->config.epochs = 2;
    assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 2, dir.text, NULL, NULL),
                  LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "folds/fold-001: its training has 1 epochs, not 2");
    assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 2,
                                        fold_in(f, "folds", 1).text, NULL, NULL),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "fold-001 holds a run: folds need a folder of their own");
    training_free(f);
}

static void folds_keep_their_limit_of_minutes(void **state)
{
    (void)state;
    training *f = folds_new();
    test_path dir = path_in(&f->folder, "folds");
    f->config.epochs = 50;
    f->config.minutes = 1e-9;
    for (int i = 0; i < 2; i++) {
        lac_model *model;
        assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, 2, dir.text, NULL, NULL));
        assert_ok(f->ctx, lac_model_load(f->ctx, fold_in(f, "folds", 1).text, &model));
        assert_int_equal(lac_model_epoch(model), 1);
        lac_model_free(&model);
    }
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_status(f->ctx, lac_trainer_run(t, dir.text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds folds: a run needs a folder of its own");
    lac_trainer_free(&t);
    training_free(f);
}

static void folds_without_rows_are_refused_before_a_training(void **state)
{
    (void)state;
    static const int rows[] = {0, 1, 2};
    training *f = folds_new();
    test_path dir = path_in(&f->folder, "folds");
    lac_data *few;
    assert_ok(f->ctx, lac_data_take(f->ctx, f->data, rows, 3, &few));
    assert_status(f->ctx, lac_folds_run(f->ctx, few, &f->config, 9, dir.text, NULL, NULL),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "of 9 would hold out 0 of 3 rows");
    assert_false(lac_path_exists(dir.text));
    lac_data_free(&few);
    training_free(f);
}

static void keep_line(void *user, const char *line)
{
    snprintf(user, 200, "%s", line);
}

static void assert_line(const char *line, const char *wanted)
{
    if (wanted)
        assert_non_null(strstr(line, wanted));
    else
        assert_string_equal(line, "");
}

/* What is said of the rows that the runs in `dir` predict, and of the mean of these. */
static void assert_noted(training *f, const char *dir, int rows, const char *wanted)
{
    char line[200] = "";
    lac_predicted *p;
    f->ctx->log = keep_line;
    f->ctx->log_user = line;
    assert_ok(f->ctx, lac_runs_predict(f->ctx, f->data, dir, NULL, &p));
    assert_true(rows == ROWS ? p->count == ROWS : p->count < ROWS);
    lac_predicted_free(&p);
    assert_line(line, wanted);
    line[0] = 0;
    lac_model *mean;
    assert_ok(f->ctx, lac_models_load(f->ctx, &dir, 1, 0, &mean));
    lac_model_free(&mean);
    assert_line(line, wanted);
    f->ctx->log = NULL;
}

static void folds_that_are_not_trained_to_the_end_are_told(void **state)
{
    (void)state;
    training *f = folds_new();
    test_path dir = path_in(&f->folder, "folds"), first = fold_in(f, "folds", 1);
    stop_at stops[] = {{1, 1, 2, 0}, {2, 2, 1, 0}, {2, 0, 0, 0}};
    static const char *const notes[] = {
        "folds: 3 of 3 folds are not trained to the end; the lacuna folds command that began them "
        "goes on with 1 (after epoch 0 of 2), 2, 3",
        "folds: 2 of 3 folds are not trained to the end; the lacuna folds command that began them "
        "goes on with 2 (after epoch 1 of 2), 3",
        "folds: 1 of 3 folds is not trained to the end; the lacuna folds command that began them "
        "goes on with 3"};
    for (int i = 0; i < LAC_COUNT(stops); i++) {
        assert_status(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, dir.text,
                                            stop_there, &stops[i]), LAC_STOPPED);
        assert_noted(f, dir.text, 0, notes[i]);
        assert_noted(f, first.text, 0, NULL);
    }
    f->config.patience = 1; /* may end each before its last epoch */
    f->config.epochs = 50;
    f->config.lr = 1e-30;
    test_path early = path_in(&f->folder, "early");
    assert_ok(f->ctx, lac_folds_run(f->ctx, f->data, &f->config, FOLDS, early.text, NULL, NULL));
    assert_noted(f, early.text, ROWS, NULL);
    training_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_predicted_by_the_model_that_held_it_out),
        cmocka_unit_test(stopped_folds_go_on_as_if_they_had_not),
        cmocka_unit_test(a_folder_keeps_its_folds),
        cmocka_unit_test(folds_keep_their_limit_of_minutes),
        cmocka_unit_test(folds_without_rows_are_refused_before_a_training),
        cmocka_unit_test(folds_that_are_not_trained_to_the_end_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
