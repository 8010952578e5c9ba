/* The columns of a run's metrics.csv, and what a file holds, column by column. */
#ifndef LAC_TRAIN_HISTORY_H
#define LAC_TRAIN_HISTORY_H

#include "base/base.h"

enum { LAC_MOST_EPOCHS = 1000000 }; /* of a training, as lac_train_config says */

/* What a table of a run or a search may hold: seconds, and figures that grow as a training
 * diverges, whose squares of floats stay below. */
#define LAC_MOST_SECONDS 1e12
#define LAC_MOST_FIGURE 1e100

/* In the order of the file, the last one for runs with an average only. A line is an array of as
 * many numbers; NaN is an empty cell. */
enum {
    LAC_HISTORY_EPOCH,          /* 1-based */
    LAC_HISTORY_SECONDS,        /* of training so far */
    LAC_HISTORY_RATE,           /* pictures trained on in a second, this epoch */
    LAC_HISTORY_LOSS,           /* of training, mean over the epoch */
    LAC_HISTORY_HOLDOUT_LOSS,   /* from here on NaN without hold-out */
    LAC_HISTORY_RMSE,           /* pixels */
    LAC_HISTORY_WEIGHTED,       /* test-weighted RMSE, pixels */
    LAC_HISTORY_FAILURE_POINTS, /* shares */
    LAC_HISTORY_FAILURE_IMAGES,
    LAC_HISTORY_RAW,            /* pixels: without the average, the test-weighted RMSE where it is
                                   known, else the RMSE; only runs with an average have it */
    LAC_HISTORY_COLUMNS
};

extern const char *const lac_history_names[LAC_HISTORY_COLUMNS];

typedef struct lac_history {
    int count;                           /* epochs; 0 when none is finished */
    int room;                            /* epochs that there is memory for */
    double *value[LAC_HISTORY_COLUMNS]; /* [count], NaN where the cell is empty */
} lac_history;

/* IO, FORMAT, MEMORY. */
lac_status lac_history_read(lac_context *ctx, const char *run, lac_history *out);
void lac_history_free(lac_history *history);

#endif
