/*
 * A contact sheet of two predictions: the rows on which they differ most, where the one is better
 * and where the other is, each row drawn with both.
 */
#include "data/data.h"
#include "report/tile.h"

#include <stdlib.h>

/* A band of the pairs of one sign, with the predictions of `p`. */
static lac_status fill_band(lac_context *ctx, const lac_predicted *p, const lac_comparison *c,
                            int is_second, int second_is_better, lac_band *band)
{
    static const char *const names[2][2] = {{"A, where A is better", "B, where A is better"},
                                            {"A, where B is better", "B, where B is better"}};
    band->name = names[second_is_better][is_second];
    for (int i = 0; i < c->pairs && band->count < LAC_BAND_TILES; i++) {
        const lac_row_pair *pair = &c->pair[i];
        if (pair->a == pair->b || (pair->b < pair->a) != second_is_better)
            continue;
        const lac_tile_source source = {
            .data = p->data, .row = p->row[pair->index],
            .xy = p->xy + (size_t)pair->index * 2 * (size_t)lac_data_points(p->data)};
        lac_tile *tile = &band->tile[band->count++];
        LAC_TRY(lac_tile_make(ctx, &source, tile));
        lac_format(tile->left, sizeof tile->left, "%.2f px", is_second ? pair->b : pair->a);
    }
    return LAC_OK;
}

lac_status lac_plot_comparison(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                               const lac_comparison *comparison, const char *path)
{
    const lac_predicted *const of[2] = {a, b};
    lac_sheet sheet = {.has_predictions = 1, .bands = LAC_MOST_BANDS,
                       .note = "rows in the order of the difference of their RMSE"};
    snprintf(sheet.title, sizeof sheet.title, "Where two predictions of %d pictures differ most",
             a->count);
    lac_status status = LAC_OK;
    for (int i = 0; i < LAC_MOST_BANDS && status == LAC_OK; i++)
        status = fill_band(ctx, of[i % 2], comparison, i % 2, i / 2 == 0, &sheet.band[i]);
    if (status == LAC_OK)
        status = lac_sheet_plot(ctx, &sheet, path);
    lac_sheet_free(&sheet);
    return status;
}
