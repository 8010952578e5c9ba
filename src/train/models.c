/*
 * Models by the paths of runs: one, or the mean of several. A folder that is no run stands for the
 * runs in it, such as seeds or folds, in the order of their names.
 */
#include "train/models.h"
#include "net/model.h"
#include "train/history.h"
#include "train/stand.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char model_file[] = "last.safetensors";

/* Models under way; what lac_model_mean has taken is NULL. */
typedef struct loading {
    lac_context *ctx;
    int weigh;
    int count;
    lac_model *model[LAC_MOST_MODELS];
    char *run[LAC_MOST_MODELS]; /* the folder that tells the model's errors */
} loading;

static int holds_model(lac_context *ctx, const char *folder, lac_status *status)
{
    int there = 0;
    *status = lac_folder_has(ctx, folder, model_file, &there);
    return there;
}

/* The folder of a run, or of a file in it. */
static lac_status find_run(lac_context *ctx, const char *path, char **run)
{
    LAC_TRY(lac_strdup(ctx, path, run));
    if (lac_path_is_folder(path))
        return LAC_OK;
    char *slash = strrchr(*run, '/');
    if (slash)
        slash[slash == *run] = '\0';
    else
        memcpy(*run, ".", 2); /* a file's name has a character at least */
    return LAC_OK;
}

/* `at`: how far its training has come, or NULL where nobody asks. */
static lac_status load_one(loading *l, const char *path, lac_stand *at)
{
    if (l->count == LAC_MOST_MODELS)
        return lac_fail(l->ctx, LAC_ERROR_ARGUMENT, "%s: more than %d models", path,
                        LAC_MOST_MODELS);
    int i = l->count++;
    LAC_TRY(at ? lac_stand_load(l->ctx, path, &l->model[i], at)
               : lac_model_load(l->ctx, path, &l->model[i]));
    return find_run(l->ctx, path, &l->run[i]);
}

static int name_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the folders in `path` that hold a model. */
static lac_status find_runs(lac_context *ctx, const char *path, char **runs, int *count)
{
    struct dirent *entry;
    lac_status status = LAC_OK;
    DIR *folder = opendir(path);
    if (!folder)
        return lac_fail_errno(ctx, path, "open");
    while (status == LAC_OK && *count <= LAC_MOST_MODELS && (entry = readdir(folder))) {
        char *run;
        if (entry->d_name[0] == '.')
            continue;
        status = lac_path_join(ctx, path, entry->d_name, &run);
        if (status == LAC_OK && holds_model(ctx, run, &status))
            runs[(*count)++] = run;
        else
            free(run);
    }
    closedir(folder);
    qsort(runs, (size_t)*count, sizeof *runs, name_order);
    return status;
}

lac_status lac_runs_list(lac_context *ctx, const char *path, char ***runs, int *count)
{
    lac_status status = LAC_OK;
    *count = 0;
    LAC_TRY(lac_alloc(ctx, LAC_MOST_MODELS + 1, sizeof **runs, runs));
    if (lac_path_is_folder(path) && !holds_model(ctx, path, &status) && status == LAC_OK)
        status = find_runs(ctx, path, *runs, count);
    if (status == LAC_OK && *count == 0)
        status = lac_strdup(ctx, path, &(*runs)[(*count)++]);
    if (status != LAC_OK)
        lac_runs_free(runs, *count);
    return status;
}

void lac_runs_free(char ***runs, int count)
{
    for (int i = 0; *runs && i < count; i++)
        free((*runs)[i]);
    free(*runs);
    *runs = NULL;
}

/* A mean of folds that are not trained to the end is one of other models than was meant. */
static lac_status load_path(loading *l, const char *path)
{
    lac_stand at[LAC_MOST_MODELS + 1];
    char **runs;
    int count;
    LAC_TRY(lac_runs_list(l->ctx, path, &runs, &count));
    int is_folder = strcmp(runs[0], path) != 0;
    lac_status status = LAC_OK;
    for (int i = 0; i < count && status == LAC_OK; i++)
        status = load_one(l, runs[i], is_folder ? &at[i] : NULL);
    if (status == LAC_OK && is_folder)
        lac_stand_note(l->ctx, path, at, count);
    lac_runs_free(&runs, count);
    return status;
}

/* ---- Weights ------------------------------------------------------------------------------ */

/* The line of the model's epoch, or -1. */
static int find_epoch(const lac_history *h, int epoch)
{
    for (int i = 0; i < h->count; i++)
        if (h->value[LAC_HISTORY_EPOCH][i] == epoch)
            return i;
    return -1;
}

/* 1 / e^2, where e is the error of the hold-out that the run noted after the model's epoch. */
static lac_status weigh_all(const loading *l, double *weight)
{
    for (int i = 0; i < l->count; i++) {
        lac_history h;
        LAC_TRY(lac_history_read(l->ctx, l->run[i], &h));
        int line = find_epoch(&h, lac_model_epoch(l->model[i]));
        double error = line < 0 ? NAN : h.value[LAC_HISTORY_WEIGHTED][line];
        if (line >= 0 && isnan(error))
            error = h.value[LAC_HISTORY_RMSE][line];
        lac_history_free(&h);
        if (!(error > 0))
            return lac_fail(l->ctx, LAC_ERROR_MISMATCH,
                            "%s/metrics.csv tells no error of the hold-out after epoch %d, so "
                            "that the model cannot be weighed",
                            l->run[i], lac_model_epoch(l->model[i]));
        weight[i] = 1 / (error * error);
    }
    return LAC_OK;
}

static lac_status join(loading *l, lac_model **out)
{
    double weight[LAC_MOST_MODELS];
    if (l->count == 1) {
        *out = l->model[0];
        l->model[0] = NULL;
        return LAC_OK;
    }
    if (l->weigh)
        LAC_TRY(weigh_all(l, weight));
    return lac_model_mean(l->ctx, l->model, l->weigh ? weight : NULL, l->count, out);
}

lac_status lac_models_load(lac_context *ctx, const char *const *paths, int count, int weigh,
                           lac_model **out)
{
    loading l = {.ctx = ctx, .weigh = weigh};
    lac_status status = LAC_OK;
    *out = NULL;
    for (int i = 0; i < count && status == LAC_OK; i++)
        status = load_path(&l, paths[i]);
    if (status == LAC_OK && l.count == 0)
        status = lac_fail(ctx, LAC_ERROR_ARGUMENT, "no paths of models");
    if (status == LAC_OK)
        status = join(&l, out);
    for (int i = 0; i < l.count; i++) {
        lac_model_free(&l.model[i]);
        free(l.run[i]);
    }
    return status;
}
