/*
 * The run folder: config.json, metrics.csv and machine.csv. (The trainer writes the model files
 * beside them.) metrics.csv gains a line an epoch; a resumed run drops the lines of
 * the epochs that it is about to repeat.
 */
#ifndef LAC_TRAIN_RUN_H
#define LAC_TRAIN_RUN_H

#include "data/csv.h"
#include "train/history.h"

/* The columns of machine.csv, a line for every start of the run. */
enum {
    LAC_MACHINE_EPOCH, /* epochs already finished at this start */
    LAC_MACHINE_THREADS,
    LAC_MACHINE_CPU,
    LAC_MACHINE_PROCESSOR,
    LAC_MACHINE_VERSION, /* of lacuna */
    LAC_MACHINE_COLUMNS
};

/* A new run: makes the folder, refuses one that holds a run already (ARGUMENT), writes
 * config.json and the header of metrics.csv. IO, MEMORY. */
lac_status lac_run_begin(lac_context *ctx, const char *run, const lac_train_config *config);

/* Goes on with a run: keeps the lines of the first `epochs` epochs, replaces config.json.
 * IO, FORMAT (a line is missing), MEMORY. */
lac_status lac_run_resume(lac_context *ctx, const char *run, const lac_train_config *config,
                          int epochs);

/* Removes what a run left that was ended before its first state was saved. IO. */
lac_status lac_run_discard(lac_context *ctx, const char *run);

/* Adds a line to metrics.csv, of the columns that runs of this configuration have, and hands it
 * to the system. Call it before the state of the epoch is saved, so that a saved epoch always has
 * its line. IO, MEMORY. */
lac_status lac_run_append(lac_context *ctx, const char *run, const lac_train_config *config,
                          const double line[LAC_HISTORY_COLUMNS]);

/* Opens machine.csv to be read line by line; *out is NULL when the run has none, as runs of
 * early versions. IO, FORMAT, MEMORY. */
lac_status lac_run_machines(lac_context *ctx, const char *run, lac_csv **out);

#endif
