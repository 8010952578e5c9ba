/*
 * The report's pictures, and those of an augmentation. No row is chosen by hand: those of a kind
 * are taken at even steps through the data, those with predictions by their rank.
 */
#include "report/report.h"
#include "data/data.h"
#include "settings/config.h"
#include "train/augment.h"

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
        lac_format(tile->left, sizeof tile->left, "%d of %d", tile->marks,
                   lac_data_points(m->data));
    }
    return LAC_OK;
}

lac_status lac_sheet_samples(const lac_material *m, lac_sheet *sheet)
{
    lac_format(sheet->title, sizeof sheet->title, "Pictures with all labels, and with gaps");
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
    const lac_view mirror = lac_view_mirror(lac_data_size(m->data));
    lac_format(sheet->title, sizeof sheet->title, "Mirror pairs");
    sheet->note = "filled: points named left; their names move with the mirror";
    sheet->bands = 2;
    for (int b = 0; b < 2; b++) {
        lac_band *band = &sheet->band[b];
        band->name = b ? "mirrored" : "as it is";
        for (band->count = 0; band->count < count; band->count++) {
            lac_tile_source source = {.data = m->data, .row = rows[band->count],
                                      .view = b ? &mirror : NULL, .tells_sides = 1};
            LAC_TRY(lac_tile_make(m->ctx, &source, &band->tile[band->count]));
        }
    }
    return LAC_OK;
}

lac_status lac_sheet_predictions(const lac_material *m, int run, lac_sheet *sheet)
{
    static const char *const names[LAC_SHEET_BANDS] = {"best", "typical", "worst"};
    const lac_shown *shown = &m->run[run];
    lac_format(sheet->title, sizeof sheet->title, "%s after epoch %d", shown->name,
               lac_model_epoch(shown->model));
    sheet->note = "rows ordered by their RMSE, mean of the runs: first, middle, last";
    return lac_ranking_show(m->ctx, &m->ranking, shown->xy, names, sheet);
}

/* ---- Augmentation ------------------------------------------------------------------------- */

/* Rows as a visit of a training sees them; visit NULL: as they are. */
static lac_status fill_augmented(lac_context *ctx, const lac_data *data,
                                 const lac_train_config *config, const lac_visit *visit,
                                 const int *rows, int count, lac_band *band)
{
    for (band->count = 0; band->count < count; band->count++) {
        lac_tile_source source = {.data = data, .row = rows[band->count], .tells_sides = 1};
        lac_view view;
        lac_blemish blemish;
        if (visit) {
            const lac_visit v = {source.row, visit->is_mirrored, visit->epoch};
            view = lac_augment_view(config, &v, lac_data_size(data));
            blemish = lac_augment_blemish(config, &v, lac_data_size(data));
            source.view = &view;
            source.blemish = &blemish;
        }
        LAC_TRY(lac_tile_make(ctx, &source, &band->tile[band->count]));
    }
    return LAC_OK;
}

static lac_status fill_sheet(lac_context *ctx, const lac_data *data,
                             const lac_train_config *config, lac_sheet *sheet)
{
    const lac_visit first = {.epoch = 0};
    const lac_visit second = {.epoch = !config->mirror, .is_mirrored = config->mirror};
    int rows[LAC_BAND_TILES];
    int count = pick(data, COMPLETE, LAC_BAND_TILES, rows);
    if (count == 0)
        count = pick(data, LABELLED, LAC_BAND_TILES, rows);
    if (count == 0)
        return lac_fail(ctx, LAC_ERROR_MISMATCH, "no picture of the data has a label to draw");
    lac_format(sheet->title, sizeof sheet->title, "Pictures as a training sees them");
    sheet->note = "filled: points named left";
    sheet->bands = 3;
    sheet->band[0].name = "as they are";
    sheet->band[1].name = "epoch 1";
    sheet->band[2].name = config->mirror ? "epoch 1, mirrored" : "epoch 2";
    LAC_TRY(fill_augmented(ctx, data, config, NULL, rows, count, &sheet->band[0]));
    LAC_TRY(fill_augmented(ctx, data, config, &first, rows, count, &sheet->band[1]));
    return fill_augmented(ctx, data, config, &second, rows, count, &sheet->band[2]);
}

lac_status lac_plot_augmented(lac_context *ctx, const lac_data *data,
                              const lac_train_config *config, const char *path)
{
    lac_sheet sheet = {0};
    LAC_TRY(lac_config_check(ctx, config));
    lac_status status = fill_sheet(ctx, data, config, &sheet);
    if (status == LAC_OK)
        status = lac_sheet_plot(ctx, &sheet, path);
    lac_sheet_free(&sheet);
    return status;
}
