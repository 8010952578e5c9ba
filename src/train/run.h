/*
 * The run folder: config.json, metrics.csv and machine.csv. (The trainer writes the model files
 * beside them.) metrics.csv gains a line an epoch; a resumed run drops the lines of
 * the epochs that it is about to repeat.
 */
#ifndef LAC_TRAIN_RUN_H
#define LAC_TRAIN_RUN_H

#include "base/base.h"

/* One line of metrics.csv. NaN is an empty cell. */
typedef struct lac_run_line {
    int epoch;                 /* 1-based */
    double seconds;            /* of training so far */
    double images_per_s;       /* of training, this epoch */
    double train_loss;
    double holdout_loss;       /* from here on NaN without hold-out */
    double holdout_rmse;       /* pixels */
    double test_weighted_rmse; /* pixels */
    double failure_points;     /* shares */
    double failure_images;
} lac_run_line;

/* A new run: makes the folder, refuses one that holds a run already (ARGUMENT), writes
 * config.json and the header of metrics.csv. IO, MEMORY. */
lac_status lac_run_begin(lac_context *ctx, const char *run, const lac_train_config *config);

/* Goes on with a run: keeps the lines of the first `epochs` epochs, replaces config.json.
 * IO, FORMAT (a line is missing), MEMORY. */
lac_status lac_run_resume(lac_context *ctx, const char *run, const lac_train_config *config,
                          int epochs);

/* Removes what a run left that was ended before its first state was saved. IO. */
lac_status lac_run_discard(lac_context *ctx, const char *run);

/* Adds a line and hands it to the system: before the state of that epoch is saved, so that
 * a saved epoch always has its line. IO, MEMORY. */
lac_status lac_run_append(lac_context *ctx, const char *run, const lac_run_line *line);

#endif
