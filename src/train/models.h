/* Paths of models, spread out. */
#ifndef LAC_TRAIN_MODELS_H
#define LAC_TRAIN_MODELS_H

#include "base/base.h"

/* The paths that `path` stands for: of a folder that holds no model itself, the folders in it that
 * do, in the order of their names; else, or if there are none, `path`. Each of runs[0..count) and
 * the array are freed by free(). IO, MEMORY. */
lac_status lac_runs_list(lac_context *ctx, const char *path, char ***runs, int *count);
void lac_runs_free(char ***runs, int count);

#endif
