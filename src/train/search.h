/*
 * What a search draws (search_draw.c), and what it keeps in its folder: trials.csv, one line a
 * trial (trials.c), and search.txt, its settings as options of the command (search_text.c).
 */
#ifndef LAC_TRAIN_SEARCH_H
#define LAC_TRAIN_SEARCH_H

#include "base/base.h"

/* Whether there can be such a search. ARGUMENT, MEMORY and what a network's text may come to. */
lac_status lac_search_check(lac_context *ctx, const lac_data *data, const lac_search_config *c);

/* A trial as it begins, `number` from 1. */
void lac_trial_draw(const lac_search_config *c, int number, lac_trial *trial);

/* In the order of their numbers; else as lac_search_read. */
lac_status lac_trials_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count);

/* Replaces the file at once or not at all. IO, MEMORY. */
lac_status lac_trials_write(lac_context *ctx, const char *dir, const lac_trial *trial, int count);

/* For qsort: trials that came farthest first, of these the lowest error. */
int lac_trial_order(const void *a, const void *b);

/* What search.txt holds of a search on these training rows; freed by free(). MEMORY, and the
 * statuses of reading a network's text. */
lac_status lac_search_text(lac_context *ctx, const lac_search_config *config, const lac_data *data,
                           char **out);

/* Whether a folder's search.txt, if there is one, is of the same search: in all but how long it
 * goes. ARGUMENT, IO, MEMORY. */
lac_status lac_search_compare(lac_context *ctx, const char *dir, const char *text);
lac_status lac_search_keep(lac_context *ctx, const char *dir, const char *text);

/* The options that a search was started with last, without data and folder. *out is freed by
 * free(). IO, FORMAT, MEMORY. */
lac_status lac_search_options(lac_context *ctx, const char *dir, char **out);

#endif
