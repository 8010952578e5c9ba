/*
 * The report's pictures. No row is chosen by hand: those of a kind are taken at even steps
 * through the data, those with predictions by their rank.
 */
#include "report/report.h"
#include "data/data.h"

#include <stdio.h>

enum { COMPLETE, WITH_GAPS, LABELLED };

static int is_kind(const lac_data *data, int row, int kind)
{
    int is_complete = lac_data_row_is_complete(data, row);
    int is_labelled = lac_row_is_labelled(data, row);
    return kind == COMPLETE ? is_complete : is_labelled && (kind == LABELLED || !is_complete);
}

/* At most `most` rows of a kind, the middles of equal parts of all of them; how many. */
static int pick(const lac_data *data, int kind, int most, int *rows)
{
    int all = 0, seen = 0, picked = 0;
    for (int row = 0; row < lac_data_rows(data); row++)
        all += is_kind(data, row, kind);
    int wanted = all < most ? all : most;
    for (int row = 0; row < lac_data_rows(data) && picked < wanted; row++) {
        if (!is_kind(data, row, kind))
            continue;
        if (seen++ == (int)((2LL * picked + 1) * all / (2LL * wanted)))
            rows[picked++] = row;
    }
    return picked;
}

static lac_status fill_band(const lac_material *m, int kind, lac_band *band)
{
    int rows[LAC_BAND_TILES];
    band->count = pick(m->data, kind, LAC_BAND_TILES, rows);
    for (int i = 0; i < band->count; i++) {
        lac_tile *tile = &band->tile[i];
        lac_tile_source source = {.data = m->data, .row = rows[i]};
        LAC_TRY(lac_tile_make(m->ctx, &source, tile));
        snprintf(tile->left, sizeof tile->left, "%d of %d", tile->marks, lac_data_points(m->data));
    }
    return LAC_OK;
}

lac_status lac_sheet_samples(const lac_material *m, lac_sheet *sheet)
{
    snprintf(sheet->title, sizeof sheet->title, "Pictures with all labels, and with gaps");
    sheet->note = "taken at even steps through the data";
    sheet->bands = 2;
    sheet->band[0].name = "every label";
    sheet->band[1].name = "labels missing";
    LAC_TRY(fill_band(m, COMPLETE, &sheet->band[0]));
    return fill_band(m, WITH_GAPS, &sheet->band[1]);
}

lac_status lac_sheet_mirrors(const lac_material *m, lac_sheet *sheet)
{
    int rows[LAC_BAND_TILES];
    int count = pick(m->data, m->complete ? COMPLETE : LABELLED, LAC_BAND_TILES, rows);
    snprintf(sheet->title, sizeof sheet->title, "Mirror pairs");
    sheet->note = "filled: points named left; their names move with the mirror";
    sheet->bands = 2;
    for (int b = 0; b < 2; b++) {
        lac_band *band = &sheet->band[b];
        band->name = b ? "mirrored" : "as it is";
        for (band->count = 0; band->count < count; band->count++) {
            lac_tile_source source = {.data = m->data, .row = rows[band->count], .is_mirrored = b,
                                      .tells_sides = 1};
            LAC_TRY(lac_tile_make(m->ctx, &source, &band->tile[band->count]));
        }
    }
    return LAC_OK;
}

lac_status lac_sheet_predictions(const lac_material *m, int run, lac_sheet *sheet)
{
    static const char *const names[LAC_SHEET_BANDS] = {"best", "typical", "worst"};
    const lac_shown *shown = &m->run[run];
    snprintf(sheet->title, sizeof sheet->title, "%s after epoch %d", shown->name,
             lac_model_epoch(shown->model));
    sheet->note = "rows ordered by their RMSE, mean of the runs: first, middle, last";
    return lac_ranking_show(m->ctx, &m->ranking, shown->xy, names, sheet);
}
