/* Rows in the order of their errors. */
#include "report/rank.h"
#include "eval/eval.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double error;
    int index;
} ranked;

static int rank_order(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;
    if (x->error != y->error)
        return x->error < y->error ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

lac_status lac_ranking_make(lac_context *ctx, const lac_data *data, const int *rows, int count,
                            const float *const *xy, int sets, lac_ranking *out)
{
    size_t values = 2 * (size_t)lac_data_points(data);
    ranked *rank;
    *out = (lac_ranking){.data = data, .rows = rows};
    LAC_TRY(lac_alloc(ctx, (size_t)count, sizeof *rank, &rank));
    lac_status status = lac_alloc(ctx, (size_t)count, sizeof(int), &out->by_error);
    for (int i = 0; i < count && status == LAC_OK; i++) {
        double sum = 0; /* has the same order as the mean */
        for (int s = 0; s < sets; s++)
            sum += lac_row_rmse(data, rows[i], xy[s] + (size_t)i * values);
        if (isfinite(sum))
            rank[out->count++] = (ranked){sum, i};
    }
    qsort(rank, (size_t)out->count, sizeof *rank, rank_order);
    for (int i = 0; i < out->count; i++)
        out->by_error[i] = rank[i].index;
    free(rank);
    return status;
}

void lac_ranking_free(lac_ranking *ranking)
{
    free(ranking->by_error);
    *ranking = (lac_ranking){0};
}

lac_status lac_ranking_show(lac_context *ctx, const lac_ranking *r, const float *xy,
                            const char *const names[LAC_SHEET_BANDS], lac_sheet *sheet)
{
    size_t values = 2 * (size_t)lac_data_points(r->data);
    int across = r->count < LAC_BAND_TILES ? r->count : LAC_BAND_TILES;
    const int first[LAC_SHEET_BANDS] = {0, (r->count - across) / 2, r->count - across};
    sheet->has_predictions = 1;
    sheet->bands = LAC_SHEET_BANDS;
    for (int b = 0; b < LAC_SHEET_BANDS; b++) {
        lac_band *band = &sheet->band[b];
        band->name = names[b];
        band->count = across;
        for (int i = 0; i < across; i++) {
            int index = r->by_error[first[b] + i], row = r->rows[index];
            const float *predicted = xy + (size_t)index * values;
            lac_tile_source source = {.data = r->data, .row = row, .xy = predicted};
            LAC_TRY(lac_tile_make(ctx, &source, &band->tile[i]));
            lac_format(band->tile[i].left, sizeof band->tile[i].left, "%.2f px",
                       lac_row_rmse(r->data, row, predicted));
        }
    }
    return LAC_OK;
}
