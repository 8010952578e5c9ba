/*
 * How far trainings in run folders have come: what their files say.
 */
#include "train/stand.h"

#include <math.h>

/* Files of lacuna 0.2 and before have no lowest figure: patience counts from where they stand. */
lac_status lac_cursor_read_ends(const lac_model_file *f, lac_cursor *cursor)
{
    long epoch = cursor->epoch;
    LAC_TRY(lac_model_file_number(f, "seconds", 0, LAC_MOST_SECONDS, &cursor->seconds));
    if (lac_model_file_has(f, "lowest")) {
        LAC_TRY(lac_model_file_number(f, "lowest", 0, INFINITY, &cursor->lowest));
        LAC_TRY(lac_model_file_whole(f, "lowest_epoch", 0, cursor->epoch, &epoch));
    }
    cursor->lowest_epoch = (int)epoch;
    return LAC_OK;
}

lac_end lac_cursor_end(const lac_cursor *cursor, const lac_train_config *config)
{
    if (config->until > 0.0 && cursor->lowest <= config->until)
        return LAC_END_UNTIL;
    if (config->patience > 0 && cursor->epoch - cursor->lowest_epoch >= config->patience)
        return LAC_END_PATIENCE;
    if (cursor->epoch >= config->epochs)
        return LAC_END_EPOCHS;
    if (config->minutes > 0.0 && cursor->seconds >= 60.0 * config->minutes)
        return LAC_END_MINUTES;
    return LAC_END_NONE;
}

/* A file without a training can only be what one ended with. */
static lac_status read_stand(const lac_model_file *f, const lac_model *model, lac_stand *out)
{
    lac_train_config config;
    lac_cursor cursor = {.epoch = lac_model_epoch(model), .lowest = INFINITY};
    int is_training = lac_model_file_has(f, "seconds");
    LAC_TRY(lac_model_config(model, &config));
    if (is_training)
        LAC_TRY(lac_cursor_read_ends(f, &cursor));
    double folds = fmin(round(1 / config.holdout), LAC_MOST_FOLDS); /* a file may say anything */
    int is_ended = !is_training || lac_cursor_end(&cursor, &config) != LAC_END_NONE;
    *out = (lac_stand){.fold = config.fold,
                       .folds = config.fold ? (int)folds : 0,
                       .epoch = cursor.epoch,
                       .epochs = config.epochs,
                       .is_ended = is_ended};
    return LAC_OK;
}

lac_status lac_stand_load(lac_context *ctx, const char *run, lac_model **model, lac_stand *out)
{
    lac_model_file file;
    *model = NULL;
    LAC_TRY(lac_model_file_open(ctx, run, &file));
    lac_status status = lac_model_file_read(&file, model);
    if (status == LAC_OK)
        status = lac_model_file_answers(&file, *model);
    if (status == LAC_OK)
        status = read_stand(&file, *model, out);
    lac_model_file_close(&file);
    if (status != LAC_OK)
        lac_model_free(model);
    return status;
}

static const lac_stand *find_fold(const lac_stand *at, int count, int fold)
{
    for (int i = 0; i < count; i++)
        if (at[i].fold == fold)
            return &at[i];
    return NULL;
}

void lac_stand_note(lac_context *ctx, const char *dir, const lac_stand *at, int count)
{
    char names[48 * LAC_MOST_FOLDS]; /* ", 100 (after epoch 2147483647 of 2147483647)" each */
    size_t used = 0;
    int folds = at[0].folds, left = 0;
    for (int i = 0; i < count; i++)
        if (at[i].folds != folds)
            return;
    for (int fold = 1; fold <= folds; fold++) {
        const lac_stand *there = find_fold(at, count, fold);
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
