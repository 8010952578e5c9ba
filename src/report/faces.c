/*
 * A contact sheet of what a model sees: pictures of the hold-out ordered by their own
 * RMSE, and of that order the first, the middle and the last. The rule leaves nothing to
 * choose, so the sheet flatters nobody.
 */
#include "data/data.h"
#include "eval/eval.h"
#include "report/draw.h"

#include <math.h>
#include <stdlib.h>

enum { ACROSS = 6, CELL = 150, GAP = 12, CAPTION = 24, LEFT = 24, TOP = 70, TITLE = 26 };

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

/* NaN without a label. */
static double row_rmse(const lac_data *data, int row, const float *xy)
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    double sum = 0;
    int labels = 0;
    for (int i = 0; i < 2 * lac_data_points(data); i++) {
        if (!mask[i])
            continue;
        double off = (double)xy[i] - (double)label[i];
        sum += off * off;
        labels++;
    }
    return labels ? sqrt(sum / labels) : NAN;
}

static lac_status find_faces(sheet *s)
{
    const lac_model *model = s->model;
    size_t values = 2 * (size_t)lac_data_points(s->data);
    lac_rows_of side = model->config.holdout > 0 ? LAC_SPLIT_HOLDOUT : LAC_SPLIT_ALL;
    int rows;
    LAC_TRY(lac_model_rows(model, s->data, side, &s->rows, &rows));
    LAC_TRY(lac_alloc(model->ctx, (size_t)rows * values, sizeof *s->xy, &s->xy));
    LAC_TRY(lac_alloc(model->ctx, (size_t)rows, sizeof *s->faces, &s->faces));
    lac_model_predict_rows(model, s->data->pixels, s->rows, rows, s->xy);
    for (int i = 0; i < rows; i++) {
        const float *xy = s->xy + (size_t)i * values;
        face f = {s->rows[i], row_rmse(s->data, s->rows[i], xy), xy};
        if (isfinite(f.rmse))
            s->faces[s->count++] = f;
    }
    if (s->count == 0)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH, "no picture of the %s has a label to draw",
                        side == LAC_SPLIT_ALL ? "data" : "hold-out");
    qsort(s->faces, (size_t)s->count, sizeof *s->faces, face_order);
    return LAC_OK;
}

/* The picture in a cell of CELL units. */
static void draw_picture(cairo_t *cr, const uint8_t *pixels, int size)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, size, size);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        size_t stride = (size_t)cairo_image_surface_get_stride(image);
        for (int y = 0; y < size; y++) {
            void *bytes = cairo_image_surface_get_data(image) + (size_t)y * stride;
            uint32_t *line = bytes;
            for (int x = 0; x < size; x++)
                line[x] = pixels[y * size + x] * 0x010101u;
        }
        cairo_surface_mark_dirty(image);
    }
    cairo_save(cr);
    cairo_scale(cr, (double)CELL / size, (double)CELL / size);
    cairo_rectangle(cr, 0, 0, size, size);
    cairo_set_source_surface(cr, image, 0, 0); /* takes over the image's error, if any */
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_fill(cr);
    cairo_restore(cr);
    cairo_surface_destroy(image);
}

static void draw_dot(cairo_t *cr, double x, double y, unsigned color)
{
    cairo_arc(cr, x, y, 2.6, 0, 6.2832);
    lac_draw_color(cr, 0xffffff);
    cairo_set_line_width(cr, 1);
    cairo_stroke_preserve(cr);
    lac_draw_color(cr, color);
    cairo_fill(cr);
}

/* Every prediction; where both coordinates of the label exist, the label and the way between. A
 * pixel's centre is half a pixel inside its square. */
static void draw_points(cairo_t *cr, const lac_data *data, const face *f)
{
    const float *label = lac_data_labels(data, f->row);
    const uint8_t *mask = lac_data_mask(data, f->row);
    double unit = (double)CELL / lac_data_size(data);
    for (int k = 0; k < lac_data_points(data); k++) {
        double x = ((double)f->xy[2 * k] + 0.5) * unit, y = ((double)f->xy[2 * k + 1] + 0.5) * unit;
        if (mask[2 * k] && mask[2 * k + 1]) {
            double tx = ((double)label[2 * k] + 0.5) * unit;
            double ty = ((double)label[2 * k + 1] + 0.5) * unit;
            cairo_move_to(cr, tx, ty);
            cairo_line_to(cr, x, y);
            cairo_set_line_width(cr, 1.2);
            lac_draw_color(cr, LAC_RED);
            cairo_stroke(cr);
            draw_dot(cr, tx, ty, LAC_RED);
        }
        draw_dot(cr, x, y, LAC_BLUE);
    }
}

static void draw_face(cairo_t *cr, const lac_data *data, const face *f)
{
    char text[64];
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, CELL, CELL);
    cairo_clip(cr);
    draw_picture(cr, lac_data_image(data, f->row), lac_data_size(data));
    draw_points(cr, data, f);
    cairo_restore(cr);
    snprintf(text, sizeof text, "%.2f px", f->rmse);
    lac_draw_font(cr, 12, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, 0, CELL + 15, 0, text);
    snprintf(text, sizeof text, "picture %d", lac_data_id(data, f->row));
    lac_draw_font(cr, 11, 0);
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, CELL, CELL + 15, 1, text);
}

static void draw_title(cairo_t *cr, const sheet *s)
{
    char text[160];
    snprintf(text, sizeof text, "%s after epoch %d: the best, the middle and the worst of %d %s",
             lac_model_name(s->model), lac_model_epoch(s->model), s->count,
             s->model->config.holdout > 0 ? "hold-out pictures"
                                          : "pictures, none of them held out");
    lac_draw_font(cr, 16, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, LEFT, 30, 0, text);
    lac_draw_font(cr, 12, 0);
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, LEFT + 125, 52, 0, "ordered by RMSE over the labels that exist");
    draw_dot(cr, LEFT + 4, 48, LAC_RED);
    lac_draw_color(cr, LAC_RED);
    lac_draw_text(cr, LEFT + 12, 52, 0, "label");
    draw_dot(cr, LEFT + 54, 48, LAC_BLUE);
    lac_draw_color(cr, LAC_BLUE);
    lac_draw_text(cr, LEFT + 62, 52, 0, "predicted");
}

static void draw(cairo_t *cr, const sheet *s, int across)
{
    static const char *const names[3] = {"best", "middle", "worst"};
    const int first[3] = {0, (s->count - across) / 2, s->count - across};
    draw_title(cr, s);
    for (int band = 0; band < 3; band++) {
        double top = TOP + band * (TITLE + CELL + CAPTION);
        lac_draw_font(cr, 13, 1);
        lac_draw_color(cr, LAC_INK);
        lac_draw_text(cr, LEFT, top + 18, 0, names[band]);
        for (int i = 0; i < across; i++) {
            cairo_save(cr);
            cairo_translate(cr, LEFT + i * (CELL + GAP), top + TITLE);
            draw_face(cr, s->data, &s->faces[first[band] + i]);
            cairo_restore(cr);
        }
    }
}

lac_status lac_plot_faces(const lac_model *model, const lac_data *data, const char *path)
{
    sheet s = {.model = model, .data = data};
    lac_drawing drawing;
    lac_status status = find_faces(&s);
    int across = s.count < ACROSS ? s.count : ACROSS;
    int width = 2 * LEFT + ACROSS * (CELL + GAP) - GAP;
    int height = TOP + 3 * (TITLE + CELL + CAPTION) + GAP;
    if (status == LAC_OK)
        status = lac_drawing_open(model->ctx, path, width, height, &drawing);
    if (status == LAC_OK) {
        draw(drawing.cr, &s, across);
        status = lac_drawing_close(model->ctx, &drawing);
    }
    free(s.rows);
    free(s.xy);
    free(s.faces);
    return status;
}
