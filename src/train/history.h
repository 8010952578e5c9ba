/* What a run's metrics.csv tells, column by column. */
#ifndef LAC_TRAIN_HISTORY_H
#define LAC_TRAIN_HISTORY_H

#include "base/base.h"

enum { LAC_HISTORY_EPOCH, LAC_HISTORY_SECONDS, LAC_HISTORY_RATE, LAC_HISTORY_LOSS,
       LAC_HISTORY_HOLDOUT_LOSS, LAC_HISTORY_RMSE, LAC_HISTORY_WEIGHTED, LAC_HISTORY_COLUMNS };

typedef struct lac_history {
    int count;                           /* epochs; 0 in a run whose first is not done */
    int room;
    double *value[LAC_HISTORY_COLUMNS]; /* [count], NaN where the cell is empty */
} lac_history;

/* IO, FORMAT, MEMORY. */
lac_status lac_history_read(lac_context *ctx, const char *run, lac_history *out);
void lac_history_free(lac_history *history);

#endif
