/* Pictures with points, alone and in sheets; see tile.h. */
#include "report/tile.h"
#include "data/data.h"
#include "base/base64.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 12, CAPTION = 24, LEFT = 24, TOP = 70, TITLE = 26 };

static const double dot_share = 2.6 / LAC_TILE_SIDE; /* a dot's radius by the tile's side */

/* ---- Making ------------------------------------------------------------------------------- */

/* A grey number as a byte. */
static uint8_t byte_of(float grey)
{
    float byte = 255.0f * grey + 0.5f;
    return (uint8_t)(byte < 0.0f ? 0.0f : byte > 255.0f ? 255.0f : byte);
}

static lac_status copy_pixels(lac_context *ctx, const lac_tile_source *s, const lac_view *view,
                              lac_tile *tile)
{
    int size = lac_data_size(s->data);
    size_t count = (size_t)size * size;
    lac_image image = {lac_data_image(s->data, s->row), size, size, (size_t)size};
    float *grey;
    tile->size = size;
    LAC_TRY(lac_alloc(ctx, count, 1, &tile->pixels));
    LAC_TRY(lac_alloc(ctx, count, sizeof *grey, &grey));
    lac_view_sample(view, s->blemish, &image, lac_kernels_get(LAC_CPU_REF), size, size, grey);
    for (size_t i = 0; i < count; i++)
        tile->pixels[i] = byte_of(grey[i]);
    free(grey);
    return LAC_OK;
}

/* A pixel's centre is half a pixel inside its square. */
static void add_point(const lac_tile_source *s, int k, const float label[2],
                      const uint8_t mask[2], lac_tile *tile)
{
    int is_right = s->tells_sides && !lac_name_is_left(lac_data_point_name(s->data, k));
    int is_hollow = s->filled ? !s->filled[k] : is_right;
    int is_predicted = s->xy && !isnan(s->xy[2 * k]); /* the row's source may lack the point */
    double px = is_predicted ? (double)s->xy[2 * k] + 0.5 : 0.0;
    double py = is_predicted ? (double)s->xy[2 * k + 1] + 0.5 : 0.0;
    if (mask[0] && mask[1])
        tile->mark[tile->marks++] =
            (lac_mark){.x = (double)label[0] + 0.5, .y = (double)label[1] + 0.5, .to_x = px,
                       .to_y = py, .has_line = is_predicted, .is_hollow = is_hollow,
                       .color = LAC_RED};
    if (is_predicted)
        tile->mark[tile->marks++] = (lac_mark){.x = px, .y = py, .color = LAC_BLUE};
}

/* The labels as the view has them; their mask stands behind them in memory. */
static lac_status add_points(lac_context *ctx, const lac_tile_source *s, const lac_view *view,
                             lac_tile *tile)
{
    const lac_data *data = s->data;
    int points = lac_data_points(data), size = lac_data_size(data);
    const lac_view_frame frame = {size, size, size, size, 0};
    float *label;
    LAC_TRY(lac_alloc(ctx, 2 * (size_t)points, sizeof *tile->mark, &tile->mark));
    LAC_TRY(lac_alloc(ctx, 2 * (size_t)points, sizeof *label + 1, &label));
    uint8_t *mask = (uint8_t *)(label + 2 * points);
    lac_view_labels(view, &frame, lac_data_labels(data, s->row), lac_data_mask(data, s->row),
                    data->mirror, points, label, mask);
    for (int k = 0; k < points; k++)
        add_point(s, k, label + 2 * k, mask + 2 * k, tile);
    free(label);
    return LAC_OK;
}

lac_status lac_tile_make(lac_context *ctx, const lac_tile_source *s, lac_tile *out)
{
    lac_view view = s->view ? *s->view : lac_view_identity();
    LAC_TRY(copy_pixels(ctx, s, &view, out));
    LAC_TRY(add_points(ctx, s, &view, out));
    int id = lac_data_id(s->data, s->row); /* or the row, as the file counts it */
    lac_format(out->right, sizeof out->right, "%s %d", id < 0 ? "row" : "picture",
             id < 0 ? s->row + 2 : id);
    return LAC_OK;
}

void lac_tile_free(lac_tile *tile)
{
    free(tile->pixels);
    free(tile->mark);
}

void lac_sheet_free(lac_sheet *sheet)
{
    for (int b = 0; b < LAC_MOST_BANDS; b++)
        for (int i = 0; i < LAC_BAND_TILES; i++)
            lac_tile_free(&sheet->band[b].tile[i]);
    memset(sheet, 0, sizeof *sheet);
}

/* ---- By cairo ----------------------------------------------------------------------------- */

static void draw_picture(cairo_t *cr, const lac_tile *c)
{
    int size = c->size;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, size, size);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        size_t stride = (size_t)cairo_image_surface_get_stride(image);
        for (int y = 0; y < size; y++) {
            void *bytes = cairo_image_surface_get_data(image) + (size_t)y * stride;
            uint32_t *line = bytes;
            for (int x = 0; x < size; x++)
                line[x] = c->pixels[y * size + x] * 0x010101u;
        }
        cairo_surface_mark_dirty(image);
    }
    cairo_save(cr);
    cairo_scale(cr, (double)LAC_TILE_SIDE / size, (double)LAC_TILE_SIDE / size);
    cairo_rectangle(cr, 0, 0, size, size);
    cairo_set_source_surface(cr, image, 0, 0); /* an error of `image` becomes one of `cr` */
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_fill(cr);
    cairo_restore(cr);
    cairo_surface_destroy(image);
}

static void draw_dot(cairo_t *cr, double x, double y, const lac_mark *m)
{
    cairo_arc(cr, x, y, dot_share * LAC_TILE_SIDE, 0, 6.2832);
    lac_draw_color(cr, 0xffffff);
    cairo_set_line_width(cr, 1);
    cairo_stroke_preserve(cr);
    if (m->is_hollow)
        cairo_fill_preserve(cr);
    lac_draw_color(cr, m->color);
    if (m->is_hollow)
        cairo_stroke(cr);
    else
        cairo_fill(cr);
}

static void draw_tile(cairo_t *cr, const lac_tile *c)
{
    double unit = (double)LAC_TILE_SIDE / c->size;
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, LAC_TILE_SIDE, LAC_TILE_SIDE);
    cairo_clip(cr);
    draw_picture(cr, c);
    for (int i = 0; i < c->marks; i++) {
        const lac_mark *m = &c->mark[i];
        if (m->has_line) {
            cairo_move_to(cr, m->x * unit, m->y * unit);
            cairo_line_to(cr, m->to_x * unit, m->to_y * unit);
            cairo_set_line_width(cr, 1.2);
            lac_draw_color(cr, m->color);
            cairo_stroke(cr);
        }
        draw_dot(cr, m->x * unit, m->y * unit, m);
    }
    cairo_restore(cr);
    lac_draw_font(cr, 12, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, 0, LAC_TILE_SIDE + 15, 0, c->left);
    lac_draw_font(cr, 11, 0);
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, LAC_TILE_SIDE, LAC_TILE_SIDE + 15, 1, c->right);
}

/* ---- Sheets ------------------------------------------------------------------------------- */

static void draw_legend(cairo_t *cr, const lac_sheet *s)
{
    const lac_mark label = {.color = LAC_RED}, predicted = {.color = LAC_BLUE};
    lac_draw_font(cr, 12, 0);
    draw_dot(cr, LEFT + 4, 48, &label);
    lac_draw_color(cr, LAC_RED);
    lac_draw_text(cr, LEFT + 12, 52, 0, "label");
    if (s->has_predictions) {
        draw_dot(cr, LEFT + 54, 48, &predicted);
        lac_draw_color(cr, LAC_BLUE);
        lac_draw_text(cr, LEFT + 62, 52, 0, "predicted");
    }
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, LEFT + (s->has_predictions ? 125 : 54), 52, 0, s->note);
}

void lac_sheet_size(const lac_sheet *sheet, int *width, int *height)
{
    *width = 2 * LEFT + LAC_BAND_TILES * (LAC_TILE_SIDE + GAP) - GAP;
    *height = TOP + sheet->bands * (TITLE + LAC_TILE_SIDE + CAPTION) + GAP;
}

void lac_sheet_draw(cairo_t *cr, const lac_sheet *s)
{
    lac_draw_font(cr, 16, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, LEFT, 30, 0, s->title);
    draw_legend(cr, s);
    for (int b = 0; b < s->bands; b++) {
        double top = TOP + b * (TITLE + LAC_TILE_SIDE + CAPTION);
        lac_draw_font(cr, 13, 1);
        lac_draw_color(cr, LAC_INK);
        lac_draw_text(cr, LEFT, top + 18, 0, s->band[b].name);
        for (int i = 0; i < s->band[b].count; i++) {
            cairo_save(cr);
            cairo_translate(cr, LEFT + i * (LAC_TILE_SIDE + GAP), top + TITLE);
            draw_tile(cr, &s->band[b].tile[i]);
            cairo_restore(cr);
        }
    }
}

lac_status lac_sheet_plot(lac_context *ctx, const lac_sheet *s, const char *path)
{
    lac_drawing drawing;
    int width, height;
    lac_sheet_size(s, &width, &height);
    LAC_TRY(lac_drawing_open(ctx, path, width, height, LAC_LIGHT, &drawing));
    lac_sheet_draw(drawing.cr, s);
    return lac_drawing_close(ctx, &drawing);
}

/* ---- On a page ---------------------------------------------------------------------------- */

static cairo_status_t add_bytes(void *closure, const unsigned char *bytes, unsigned length)
{
    lac_base64_add(closure, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

/* Writes the picture as a grey PNG, which is how cairo writes a surface of alpha alone. */
static lac_status write_picture(lac_context *ctx, FILE *stream, const lac_tile *c)
{
    lac_base64 out = {.stream = stream};
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_A8, c->size, c->size);
    cairo_status_t status = cairo_surface_status(image);
    if (status == CAIRO_STATUS_SUCCESS) {
        unsigned char *to = cairo_image_surface_get_data(image);
        size_t stride = (size_t)cairo_image_surface_get_stride(image);
        for (int y = 0; y < c->size; y++)
            memcpy(to + (size_t)y * stride, c->pixels + (size_t)y * c->size, (size_t)c->size);
        cairo_surface_mark_dirty(image);
        status = cairo_surface_write_to_png_stream(image, add_bytes, &out);
        lac_base64_end(&out);
    }
    cairo_surface_destroy(image);
    return status == CAIRO_STATUS_SUCCESS
               ? LAC_OK
               : lac_fail(ctx, LAC_ERROR_MEMORY, "a picture of the page: %s",
                          cairo_status_to_string(status));
}

static void write_mark(FILE *stream, const lac_tile *c, const lac_mark *m)
{
    const char *kind = m->color == LAC_BLUE ? "p" : m->is_hollow ? "h" : "l";
    if (m->has_line)
        lac_print(stream, "<path d=\"M%.2f %.2fL%.2f %.2f\"/>", m->x, m->y, m->to_x, m->to_y);
    lac_print(stream, "<circle class=\"%s\" cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\"/>", kind, m->x, m->y,
              dot_share * c->size);
}

lac_status lac_tile_write(lac_context *ctx, FILE *stream, const lac_tile *c)
{
    lac_print(stream, "<svg viewBox=\"0 0 %d %d\" stroke-width=\"%.2f\"><image "
              "width=\"%d\" height=\"%d\" href=\"data:image/png;base64,", c->size, c->size,
              0.4 * dot_share * c->size, c->size, c->size);
    LAC_TRY(write_picture(ctx, stream, c));
    lac_print(stream, "\"/>");
    for (int i = 0; i < c->marks; i++)
        write_mark(stream, c, &c->mark[i]);
    lac_print(stream, "</svg>");
    return LAC_OK;
}

lac_status lac_sheet_write(lac_context *ctx, FILE *stream, const lac_sheet *s)
{
    for (int b = 0; b < s->bands; b++) {
        lac_print(stream, "<h4>%s</h4>\n<div class=\"tiles\">\n", s->band[b].name);
        for (int i = 0; i < s->band[b].count; i++) {
            const lac_tile *tile = &s->band[b].tile[i];
            lac_print(stream, "<figure>");
            LAC_TRY(lac_tile_write(ctx, stream, tile));
            lac_print(stream, "<figcaption><b>%s</b> <span>%s</span></figcaption></figure>\n",
                      tile->left, tile->right);
        }
        lac_print(stream, "</div>\n");
    }
    return LAC_OK;
}
