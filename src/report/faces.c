/*
 * A contact sheet of what a model sees: pictures of the hold-out ordered by their own
 * RMSE, and of that order the first, the middle and the last. The rule leaves nothing to
 * choose, so the sheet flatters nobody.
 */
#include "data/data.h"
#include "eval/eval.h"
#include "report/tile.h"

#include <math.h>
#include <stdlib.h>

typedef struct face {
    int row;
    double rmse;
    const float *xy; /* [2K] */
} face;

typedef struct sheet {
    const lac_model *model;
    const lac_data *data;
    int *rows;
    float *xy;   /* [count, 2K] */
    face *faces; /* [count], lowest RMSE first */
    int count;   /* with a label */
} sheet;

static int face_order(const void *a, const void *b)
{
    const face *x = a;
    const face *y = b;
    if (x->rmse != y->rmse)
        return x->rmse < y->rmse ? -1 : 1;
    return x->row < y->row ? -1 : 1;
}

static lac_status find_faces(sheet *s)
{
    const lac_model *model = s->model;
    size_t values = 2 * (size_t)lac_data_points(s->data);
    lac_side side = model->config.holdout > 0 ? LAC_SIDE_HOLDOUT : LAC_SIDE_ALL;
    int rows;
    LAC_TRY(lac_model_rows(model, s->data, side, &s->rows, &rows));
    LAC_TRY(lac_alloc(model->ctx, (size_t)rows * values, sizeof *s->xy, &s->xy));
    LAC_TRY(lac_alloc(model->ctx, (size_t)rows, sizeof *s->faces, &s->faces));
    lac_model_predict_rows(model, s->data->pixels, s->rows, rows, s->xy);
    for (int i = 0; i < rows; i++) {
        const float *xy = s->xy + (size_t)i * values;
        face f = {s->rows[i], lac_row_rmse(s->data, s->rows[i], xy), xy};
        if (isfinite(f.rmse))
            s->faces[s->count++] = f;
    }
    if (s->count == 0)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH, "no picture of the %s has a label to draw",
                        side == LAC_SIDE_ALL ? "data" : "hold-out");
    qsort(s->faces, (size_t)s->count, sizeof *s->faces, face_order);
    return LAC_OK;
}

static lac_status fill(const sheet *s, lac_sheet *out)
{
    static const char *const names[LAC_SHEET_BANDS] = {"best", "middle", "worst"};
    int across = s->count < LAC_BAND_TILES ? s->count : LAC_BAND_TILES;
    const int first[LAC_SHEET_BANDS] = {0, (s->count - across) / 2, s->count - across};
    snprintf(out->title, sizeof out->title,
             "%s after epoch %d: the best, the middle and the worst of %d %s",
             lac_model_name(s->model), lac_model_epoch(s->model), s->count,
             s->model->config.holdout > 0 ? "hold-out pictures"
                                          : "pictures, none of them held out");
    out->note = "ordered by RMSE over the labels that exist";
    out->has_predictions = 1;
    out->bands = LAC_SHEET_BANDS;
    for (int b = 0; b < out->bands; b++) {
        lac_band *band = &out->band[b];
        band->name = names[b];
        band->count = across;
        for (int i = 0; i < across; i++) {
            const face *f = &s->faces[first[b] + i];
            lac_tile_source source = {.data = s->data, .row = f->row, .xy = f->xy};
            LAC_TRY(lac_tile_make(s->model->ctx, &source, &band->tile[i]));
            snprintf(band->tile[i].left, sizeof band->tile[i].left, "%.2f px", f->rmse);
        }
    }
    return LAC_OK;
}

lac_status lac_plot_faces(const lac_model *model, const lac_data *data, const char *path)
{
    sheet s = {.model = model, .data = data};
    lac_sheet drawn = {0};
    lac_drawing drawing;
    int width, height;
    lac_status status = find_faces(&s);
    if (status == LAC_OK)
        status = fill(&s, &drawn);
    lac_sheet_size(&drawn, &width, &height);
    if (status == LAC_OK)
        status = lac_drawing_open(model->ctx, path, width, height, LAC_LIGHT, &drawing);
    if (status == LAC_OK) {
        lac_sheet_draw(drawing.cr, &drawn);
        status = lac_drawing_close(model->ctx, &drawing);
    }
    lac_sheet_free(&drawn);
    free(s.rows);
    free(s.xy);
    free(s.faces);
    return status;
}
