/*
 * What a search keeps in its folder: trials.csv, one line a trial (trials.c), and search.txt,
 * its settings as options of the command (search.c).
 */
#ifndef LAC_TRAIN_SEARCH_H
#define LAC_TRAIN_SEARCH_H

#include "base/base.h"

/* In the order of their numbers; else as lac_search_read. */
lac_status lac_trials_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count);

/* Replaces the file at once or not at all. IO, MEMORY. */
lac_status lac_trials_write(lac_context *ctx, const char *dir, const lac_trial *trial, int count);

/* For qsort: trials that came farthest first, of these the lowest error. */
int lac_trial_order(const void *a, const void *b);

/* The options that a search was started with last, without data and folder. *out is freed by
 * free(). IO, FORMAT, MEMORY. */
lac_status lac_search_options(lac_context *ctx, const char *dir, char **out);

#endif
