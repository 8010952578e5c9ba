/*
 * Rows in the order of their errors, and the pictures that stand for them: of that order the
 * first, the middle and the last. The rule leaves nothing to choose, so it flatters nobody.
 */
#ifndef LAC_RANK_H
#define LAC_RANK_H

#include "report/tile.h"

typedef struct lac_ranking {
    const lac_data *data;
    const int *rows; /* those that were predicted, borrowed */
    int *by_error;   /* [count] indices into `rows`, lowest error first */
    int count;       /* how many of the rows have a label; only those are ranked */
} lac_ranking;

/* Ranks rows[0..count) by their RMSE, averaged over the predictions xy[0..sets), each [count,
 * 2K]. MEMORY. */
lac_status lac_ranking_make(lac_context *ctx, const lac_data *data, const int *rows, int count,
                            const float *const *xy, int sets, lac_ranking *out);
void lac_ranking_free(lac_ranking *ranking);

/* Fills the sheet's three bands, called by these names, with rows and their predictions of one
 * set. MEMORY. */
lac_status lac_ranking_show(lac_context *ctx, const lac_ranking *ranking, const float *xy,
                            const char *const names[LAC_SHEET_BANDS], lac_sheet *sheet);

#endif
