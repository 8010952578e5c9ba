/*
 * The run folder: config.json, metrics.csv and machine.csv. (The trainer writes the model files
 * beside them.) metrics.csv gains a line an epoch; a resumed run drops the lines of
 * the epochs that it is about to repeat.
 *
 * One trainer at a time works in a folder: it holds the folder's lock from when it looks what is
 * there until its last file is written.
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

typedef struct lac_run {
    lac_context *ctx;
    char *path; /* the folder */
    lac_lock lock;
    int columns;           /* of metrics.csv */
    char *metrics;         /* what stands in metrics.csv as long as nobody else writes there */
    size_t length, room;   /* bytes of it */
    lac_stamp stamp;       /* metrics.csv when it was last written here */
} lac_run;

/* Locks a folder, which must exist, and removes what a killed process left half written. IO (also
 * when another process holds the lock), MEMORY. */
lac_status lac_run_open(lac_context *ctx, const char *path, lac_run **out);
void lac_run_close(lac_run **run);

/* The name of a file that a training made in the folder, or NULL: then it holds no run, or one
 * that was ended before its first state was saved. MEMORY, IO. */
lac_status lac_run_find(lac_context *ctx, const char *path, const char **name);

/* A new run: refuses a folder that holds one already (ARGUMENT), writes config.json, machine.csv
 * and the header of metrics.csv. IO, MEMORY. */
lac_status lac_run_begin(lac_run *run, const lac_train_config *config);

/* Goes on with a run: keeps the lines of the first `epochs` epochs, replaces config.json. The log
 * tells of lines that are missing. IO, FORMAT (not a run's metrics.csv), MEMORY. */
lac_status lac_run_resume(lac_run *run, const lac_train_config *config, int epochs);

/* Removes what a run left whose states are gone, or were never saved. IO. */
lac_status lac_run_discard(const lac_run *run);

/* Adds a line to metrics.csv, of the columns that runs of this configuration have, and flushes it.
 * Call it before the state of the epoch is saved, so that a saved epoch always has its line. A
 * file that somebody has removed or changed meanwhile is written anew; the log says so. IO,
 * MEMORY. */
lac_status lac_run_append(lac_run *run, const double line[LAC_HISTORY_COLUMNS]);

/* Opens machine.csv to be read line by line; *out is NULL when the run has none, as runs of
 * early versions. IO, FORMAT, MEMORY. */
lac_status lac_run_machines(lac_context *ctx, const char *run, lac_csv **out);

#endif
