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

static lac_status train_in(fold_job *j, const char *run)
{
    lac_train_config config = *j->config;
    lac_trainer *trainer;
    config.holdout = 1.0 / j->folds;
    config.fold = j->fold;
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

static lac_status begin(fold_job *j)
{
    LAC_TRY(check_folds(j->ctx, j->folds));
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

/* Where a fold's training stands. */
typedef struct stand {
    int fold, folds; /* 0: it is no fold */
    int epoch, epochs;
    int is_ended;
} stand;

/* A file without a training can only be what one ended with. */
static lac_status read_stand(const lac_model_file *f, const lac_model *model, stand *out)
{
    lac_train_config config;
    lac_cursor cursor = {.epoch = lac_model_epoch(model), .lowest = INFINITY};
    int is_training = lac_model_file_has(f, "seconds");
    LAC_TRY(lac_model_config(model, &config));
    if (is_training)
        LAC_TRY(lac_cursor_read_ends(f, &cursor));
    double folds = fmin(round(1 / config.holdout), LAC_MOST_FOLDS); /* a file may say anything */
    *out = (stand){.fold = config.fold,
                   .folds = config.fold ? (int)folds : 0,
                   .epoch = cursor.epoch,
                   .epochs = config.epochs,
                   .is_ended = !is_training || lac_cursor_end(&cursor, &config) != LAC_END_NONE};
    return LAC_OK;
}

static lac_status predict_fold(lac_context *ctx, const lac_data *data, const char *run,
                               const lac_predict_config *how, stand *at, lac_predicted **out)
{
    lac_model_file file;
    lac_model *model = NULL;
    LAC_TRY(lac_model_file_open(ctx, run, &file));
    lac_status status = lac_model_file_read(&file, &model);
    if (status == LAC_OK)
        status = read_stand(&file, model, at);
    lac_model_file_close(&file);
    if (status == LAC_OK)
        status = lac_model_predict_side(model, data, LAC_SIDE_HOLDOUT, how, out);
    lac_model_free(&model);
    return status;
}

lac_status lac_folds_predict(lac_context *ctx, const lac_data *data, const char *dir, int folds,
                             const lac_predict_config *how, lac_predicted **out)
{
    lac_status status = check_folds(ctx, folds);
    for (int fold = 1; fold <= folds && status == LAC_OK; fold++) {
        char *run;
        stand at;
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

static const stand *find_fold(const stand *at, int count, int fold)
{
    for (int i = 0; i < count; i++)
        if (at[i].fold == fold)
            return &at[i];
    return NULL;
}

/* Tells which folds of a cross-validation are not trained to the end. Runs of other kinds, such as
 * several seeds, are left alone. */
static void note_unfinished(lac_context *ctx, const char *dir, const stand *at, int count)
{
    char names[48 * LAC_MOST_FOLDS]; /* ", 100 (after epoch 2147483647 of 2147483647)" each */
    size_t used = 0;
    int folds = at[0].folds, left = 0;
    for (int i = 0; i < count; i++)
        if (at[i].folds != folds)
            return;
    for (int fold = 1; fold <= folds; fold++) {
        const stand *there = find_fold(at, count, fold);
        if (there && there->is_ended)
            continue;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%d", left++ ? ", " : "",
                                 fold);
        if (there)
            used += (size_t)snprintf(names + used, sizeof names - used, " (after epoch %d of %d)",
                                     there->epoch, there->epochs);
    }
    if (left)
        lac_log(ctx, "%s: %d of %d folds %s not trained to the end; the lacuna folds command that "
                "began them goes on with %s", dir, left, folds, left == 1 ? "is" : "are", names);
}

lac_status lac_runs_predict(lac_context *ctx, const lac_data *data, const char *path,
                            const lac_predict_config *how, lac_predicted **out)
{
    lac_predicted *part[LAC_MOST_MODELS + 1] = {NULL};
    stand at[LAC_MOST_MODELS + 1] = {{0}};
    char **runs;
    int count;
    *out = NULL;
    LAC_TRY(lac_runs_list(ctx, path, &runs, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count && status == LAC_OK; i++)
        status = predict_fold(ctx, data, runs[i], how, &at[i], &part[i]);
    if (status == LAC_OK && strcmp(runs[0], path) != 0)
        note_unfinished(ctx, path, at, count);
    if (status == LAC_OK)
        status = lac_predicted_join(ctx, (const lac_predicted *const *)part, count, out);
    for (int i = 0; i < count; i++)
        lac_predicted_free(&part[i]);
    lac_runs_free(&runs, count);
    return status;
}
