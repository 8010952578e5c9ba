/*
 * A drawn photo: the place, then the people from the smallest, which are farthest, to the largest,
 * each a body with a head on it; then what a camera does: its white, and noise.
 */
#include "synth/head.h"
#include "synth/scene.h"

#include <math.h>
#include <string.h>

enum { CELLS = 192 }; /* along a side of the relief */

static uint32_t *pixel_row(cairo_surface_t *surface, int row)
{
    void *bytes = cairo_image_surface_get_data(surface) +
                  (size_t)row * (size_t)cairo_image_surface_get_stride(surface);
    return bytes;
}

static uint32_t byte_of(double value)
{
    return (uint32_t)lround(fmin(fmax(value, 0), 1) * 255);
}

/* Noise in [-1, 1] that is smooth over `cell` pixels. */
static double cloud(const lac_draws *d, double x, double y, double cell)
{
    double gx = x / cell, gy = y / cell;
    double ix = floor(gx), iy = floor(gy), fx = gx - ix, fy = gy - iy, sum = 0;
    for (int corner = 0; corner < 4; corner++) {
        int dx = corner & 1, dy = corner >> 1;
        uint64_t at = (uint64_t)(iy + dy) << 32 | (uint64_t)(ix + dx) << 8 | (uint64_t)(cell / 4);
        sum += (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) *
               (2 * lac_random_uniform(d->seed, d->stream + ((uint64_t)1 << 31), at) - 1);
    }
    return sum;
}

static void texture(const lac_draws *d, cairo_surface_t *place, double depth)
{
    int width = cairo_image_surface_get_width(place);
    int height = cairo_image_surface_get_height(place);
    cairo_surface_flush(place);
    for (int y = 0; y < height; y++) {
        uint32_t *row = pixel_row(place, y);
        for (int x = 0; x < width; x++) {
            double light =
                1 + depth * (cloud(d, x, y, 64) + cloud(d, x, y, 16) + cloud(d, x, y, 4));
            uint32_t to = 0xff;
            for (int c = 0; c < 3; c++)
                to = to << 8 | byte_of(light * (row[x] >> (16 - 8 * c) & 255) / 255);
            row[x] = to;
        }
    }
    cairo_surface_mark_dirty(place);
}

/* Paints the place at a half to a sixth of the photo's size, as if out of focus. */
static void paint_place(const lac_scene *s, cairo_t *cr)
{
    lac_draws d = {s->paint.seed, s->paint.stream, (uint64_t)1 << 33};
    double out_of_focus = lac_between(&d, 1.5, 6);
    int width = (int)ceil(s->width / out_of_focus), height = (int)ceil(s->height / out_of_focus);
    cairo_surface_t *place = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *small = cairo_create(place);
    lac_scene_paint_place(s, small, width, height);
    cairo_destroy(small);
    if (cairo_surface_status(place) == CAIRO_STATUS_SUCCESS)
        texture(&d, place, lac_between(&d, 0.01, 0.12));
    cairo_save(cr);
    cairo_scale(cr, out_of_focus, out_of_focus);
    cairo_set_source_surface(cr, place, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_paint(cr);
    cairo_restore(cr);
    cairo_surface_destroy(place);
}

/* The pixels that the head may cover: left, top, right, bottom, the last two outside. */
static void head_extent(const lac_face *f, int width, int height, int box[4])
{
    box[0] = (int)fmax(f->x - 2.4 * f->scale, 0);
    box[1] = (int)fmax(f->y - 2.4 * f->scale, 0);
    box[2] = (int)fmin(f->x + 2.4 * f->scale, width);
    box[3] = (int)fmin(f->y + 2.8 * f->scale, height);
}

static lac_status draw_head(lac_context *ctx, const lac_face *face, cairo_surface_t *photo)
{
    lac_head head;
    int side = (int)(2 * LAC_FACE_REACH * 1.5 * face->scale) + 2, box[4];
    LAC_TRY(lac_head_new(ctx, side, CELLS, &head));
    lac_status status = lac_head_lay(&head, face);
    if (status != LAC_OK)
        status = lac_fail(ctx, status, "out of memory: drawing a face of %d pixels", side);
    head_extent(face, cairo_image_surface_get_width(photo), cairo_image_surface_get_height(photo),
                box);
    cairo_surface_flush(photo);
    for (int y = box[1]; status == LAC_OK && y < box[3]; y++) {
        uint32_t *row = pixel_row(photo, y);
        for (int x = box[0]; x < box[2]; x++) {
            double rgba[4];
            lac_head_at(&head, x, y, rgba);
            if (rgba[3] == 0)
                continue;
            uint32_t to = 0xff;
            for (int c = 0; c < 3; c++) {
                double behind = (row[x] >> (16 - 8 * c) & 255) / 255.0;
                to = to << 8 | byte_of(rgba[c] + (1 - rgba[3]) * behind);
            }
            row[x] = to;
        }
    }
    cairo_surface_mark_dirty(photo);
    lac_head_free(&head);
    return status;
}

/* Nearly normal noise of deviation 1. */
static double noise(const lac_draws *d, uint64_t pixel)
{
    uint64_t bits = lac_random(d->seed, d->stream + ((uint64_t)1 << 30), pixel);
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += (int)(bits >> (8 * i) & 255);
    return (sum - 1020) / 209.0;
}

static void expose(const lac_scene *s, cairo_surface_t *surface, lac_photo *photo)
{
    lac_draws d = {s->paint.seed, s->paint.stream, (uint64_t)1 << 34};
    double warm = lac_about(&d, 0, 0.10), gain = lac_about(&d, 1, 0.2);
    double grain = lac_between(&d, 0, 0.025);
    const double white[3] = {gain * (1 + warm), gain, gain * (1 - warm)};
    uint8_t *to = photo->rgb;
    cairo_surface_flush(surface);
    for (int y = 0; y < s->height; y++) {
        const uint32_t *row = pixel_row(surface, y);
        for (int x = 0; x < s->width; x++, to += 3) {
            double rgb[3], more = grain * noise(&d, (uint64_t)(to - photo->rgb));
            for (int c = 0; c < 3; c++)
                rgb[c] = white[c] * (row[x] >> (16 - 8 * c) & 255) / 255 + more;
            double grey = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)byte_of(s->is_grey ? grey : rgb[c]);
        }
    }
}

static lac_status draw_on(lac_context *ctx, const lac_scene *s, cairo_surface_t *surface)
{
    cairo_t *cr = cairo_create(surface);
    lac_status status = LAC_OK;
    paint_place(s, cr);
    for (int i = 0; i < s->faces && status == LAC_OK; i++) {
        lac_scene_paint_body(s, &s->face[i].face, cr);
        status = draw_head(ctx, &s->face[i].face, surface);
    }
    int failed = cairo_status(cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    if (status == LAC_OK && failed)
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a drawing of %dx%d pixels",
                          s->width, s->height);
    return status;
}

lac_status lac_scene_draw(lac_context *ctx, const lac_scene *s, lac_photo **out)
{
    *out = NULL;
    LAC_TRY(lac_reserve(ctx));
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, s->width, s->height);
    lac_status status = LAC_OK;
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a drawing of %dx%d pixels",
                          s->width, s->height);
    if (status == LAC_OK)
        status = draw_on(ctx, s, surface);
    if (status == LAC_OK)
        status = lac_photo_new(ctx, s->width, s->height, out);
    if (status == LAC_OK)
        expose(s, surface, *out);
    cairo_surface_destroy(surface);
    return status;
}
