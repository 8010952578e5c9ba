/*
 * Cross-validation: the rows are dealt to folds by groups of twins, and each fold is held out by
 * one training. A fold is a run whose settings say which it is, so that whoever loads its model
 * finds its hold-out again, and a training that stopped goes on.
 */
#include "comm/comm.h"
#include "data/data.h"
#include "eval/eval.h"
#include "settings/config.h"
#include "train/models.h"
#include "train/stand.h"
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lac_status fold_path(lac_context *ctx, const char *dir, int fold, char **out)
{
    char name[24];
    snprintf(name, sizeof name, "fold-%03d", fold);
    return lac_path_join(ctx, dir, name, out);
}

static lac_status check_folds(lac_context *ctx, int folds)
{
    if (folds >= 2 && folds <= LAC_MOST_FOLDS)
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d folds, must be from 2 to %d", folds,
                    LAC_MOST_FOLDS);
}

/* One fold's training. */
typedef struct fold_job {
    lac_context *ctx;
    const lac_data *data;
    const lac_train_config *config;
    const char *dir;
    int folds, fold; /* which of them */
    lac_folds_fn progress;
    void *user;
    lac_teams teams;
} fold_job;

static int tell(const fold_job *j, const lac_progress *training)
{
    return j->progress ? j->progress(j->user, j->fold, training) : 0;
}

static int tell_step(void *user, const lac_progress *training)
{
    const fold_job *j = user;
    return tell(j, training) | lac_teams_lost(&j->teams);
}

/* A fold that was begun has the epochs that it was begun with: folds of several lengths would have
 * no common figure, and more epochs are not the training that the longer one is. */
static lac_status check_epochs(const fold_job *j, const char *run)
{
    lac_model *model;
    lac_stand at;
    int is_begun;
    LAC_TRY(lac_folder_has(j->ctx, run, "last.safetensors", &is_begun));
    if (!is_begun)
        return LAC_OK;
    LAC_TRY(lac_stand_load(j->ctx, run, &model, &at));
    lac_model_free(&model);
    if (at.epochs == j->config->epochs)
        return LAC_OK;
    return lac_fail(j->ctx, LAC_ERROR_MISMATCH,
                    "%s: its training has %d epochs, not %d: folds of another length need a folder "
                    "of their own", run, at.epochs, j->config->epochs);
}

static lac_status train_in(fold_job *j, const char *run)
{
    lac_train_config config = *j->config;
    lac_trainer *trainer;
    config.holdout = 1.0 / j->folds;
    config.fold = j->fold;
    LAC_TRY(check_epochs(j, run));
    LAC_TRY(lac_trainer_open(j->ctx, j->data, &config, run, &trainer));
    lac_status status = lac_trainer_run(trainer, run, tell_step, j);
    lac_trainer_free(&trainer);
    return status;
}

static lac_status train_fold(void *user)
{
    fold_job *j = user;
    char *run;
    LAC_TRY(fold_path(j->ctx, j->dir, j->fold, &run));
    lac_status status = train_in(j, run);
    free(run);
    return status;
}

/* Says that the folds before `end` are done, from the one at hand on; any rank may stop all. */
static lac_status tell_done(fold_job *j, int end)
{
    lac_verdict verdict = {0};
    for (; j->fold < end; j->fold++)
        verdict.stop |= tell(j, NULL);
    LAC_TRY(lac_agree(j->ctx, &verdict));
    return verdict.stop ? LAC_STOPPED : LAC_OK;
}

/* Every fold must hold out some rows and leave others to learn from. */
static lac_status check_dealt(const fold_job *j)
{
    uint64_t seed = j->config->split_seed ? j->config->split_seed : j->config->seed;
    for (int fold = 1; fold <= j->folds; fold++) {
        lac_split *split;
        int held = 0;
        LAC_TRY(lac_split_make_fold(j->ctx, j->data, j->folds, fold, seed, &split));
        for (int row = 0; row < lac_data_rows(j->data); row++)
            held += lac_split_is_holdout(split, row);
        lac_split_free(&split);
        if (held == 0 || held == lac_data_rows(j->data))
            return lac_fail(j->ctx, LAC_ERROR_ARGUMENT,
                            "fold %d of %d would hold out %d of %d rows: groups of equal and "
                            "nearly equal pictures stay together, and there are too few of them",
                            fold, j->folds, held, lac_data_rows(j->data));
    }
    return LAC_OK;
}

/* A run's own model would be taken for the folds'. */
static lac_status check_folder(const fold_job *j)
{
    int is_run;
    LAC_TRY(lac_folder_has(j->ctx, j->dir, "config.json", &is_run));
    return is_run ? lac_fail(j->ctx, LAC_ERROR_ARGUMENT,
                             "%s holds a run: folds need a folder of their own", j->dir)
                  : LAC_OK;
}

static lac_status check(const fold_job *j)
{
    LAC_TRY(check_folds(j->ctx, j->folds));
    LAC_TRY(check_folder(j));
    return check_dealt(j);
}

static lac_status begin(fold_job *j)
{
    LAC_TRY(lac_context_agree(j->ctx, check(j)));
    LAC_TRY(lac_ranks_compare(j->ctx, j->config, j->data));
    return lac_context_agree(j->ctx, lac_folder_make(j->ctx, j->dir));
}

lac_status lac_folds_run(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                         int folds, const char *dir, lac_folds_fn progress, void *user)
{
    fold_job j = {ctx, data, config, dir, folds, 1, progress, user, lac_teams_one(ctx)};
    LAC_TRY(begin(&j));
    LAC_TRY(lac_teams_open(ctx, &j.teams));
    for (int first = 1; first <= folds; first = j.fold) {
        int end = folds - first < j.teams.count ? folds + 1 : first + j.teams.count;
        j.fold = first + j.teams.number;
        LAC_TRY(lac_teams_work(ctx, &j.teams, j.fold < end ? train_fold : NULL, &j));
        j.fold = first;
        LAC_TRY(tell_done(&j, end));
    }
    return LAC_OK;
}

lac_status lac_folds_train(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                           int folds, int fold, const char *dir, lac_folds_fn progress,
                           void *user)
{
    fold_job j = {ctx, data, config, dir, folds, fold, progress, user, lac_teams_one(ctx)};
    if (fold < 1 || fold > folds)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "fold %d of %d, must be one of them", fold,
                        folds);
    LAC_TRY(begin(&j));
    LAC_TRY(train_fold(&j));
    return tell_done(&j, fold + 1);
}

static lac_status predict_fold(lac_context *ctx, const lac_data *data, const char *run,
                               const lac_predict_config *how, lac_stand *at, lac_predicted **out)
{
    lac_model *model;
    LAC_TRY(lac_stand_load(ctx, run, &model, at));
    lac_status status = lac_model_predict_side(model, data, LAC_SIDE_HOLDOUT, how, out);
    lac_model_free(&model);
    return status;
}

lac_status lac_folds_predict(lac_context *ctx, const lac_data *data, const char *dir, int folds,
                             const lac_predict_config *how, lac_predicted **out)
{
    lac_status status = check_folds(ctx, folds);
    for (int fold = 1; fold <= folds && status == LAC_OK; fold++) {
        char *run;
        lac_stand at;
        out[fold - 1] = NULL;
        status = fold_path(ctx, dir, fold, &run);
        if (status == LAC_OK)
            status = predict_fold(ctx, data, run, how, &at, &out[fold - 1]);
        free(run);
        if (status == LAC_OK)
            continue;
        for (int i = 0; i < fold; i++)
            lac_predicted_free(&out[i]);
    }
    return status;
}

/* ---- The runs in a folder ---------------------------------------------------------------- */

lac_status lac_runs_predict(lac_context *ctx, const lac_data *data, const char *path,
                            const lac_predict_config *how, lac_predicted **out)
{
    lac_predicted *part[LAC_MOST_MODELS + 1] = {NULL};
    lac_stand at[LAC_MOST_MODELS + 1] = {{0}};
    char **runs;
    int count;
    *out = NULL;
    LAC_TRY(lac_runs_list(ctx, path, &runs, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count && status == LAC_OK; i++)
        status = predict_fold(ctx, data, runs[i], how, &at[i], &part[i]);
    if (status == LAC_OK && strcmp(runs[0], path) != 0)
        lac_stand_note(ctx, path, at, count);
    if (status == LAC_OK)
        status = lac_predicted_join(ctx, (const lac_predicted *const *)part, count, out);
    for (int i = 0; i < count; i++)
        lac_predicted_free(&part[i]);
    lac_runs_free(&runs, count);
    return status;
}
