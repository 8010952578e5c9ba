/* How far trainings in run folders have come. */
#ifndef LAC_TRAIN_STAND_H
#define LAC_TRAIN_STAND_H

#include "train/trainer.h"

typedef struct lac_stand {
    int fold, folds; /* 0: it is no fold */
    int epoch, epochs;
    int is_ended;
} lac_stand;

/* What ends go by, from a training's file: all but the epoch, which the cursor has; its `lowest`
 * is infinite. FORMAT. */
lac_status lac_cursor_read_ends(const lac_model_file *file, lac_cursor *cursor);

/* The end that a training with this cursor has come to. */
lac_end lac_cursor_end(const lac_cursor *cursor, const lac_train_config *config);

/* The model of a run folder or a file, and how far its training has come. IO, FORMAT (also of
 * weights that are not finite), MEMORY; on failure *model is NULL. */
lac_status lac_stand_load(lac_context *ctx, const char *run, lac_model **model, lac_stand *out);

/* Logs which folds of a cross-validation in `dir` are not trained to the end. Runs of other kinds,
 * such as several seeds, are left alone. */
void lac_stand_note(lac_context *ctx, const char *dir, const lac_stand *at, int count);

#endif
