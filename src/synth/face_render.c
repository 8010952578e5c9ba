/*
 * A grey picture of a drawn face: what is behind it, blur, exposure, noise.
 */
#include "synth/head.h"

#include <math.h>
#include <stdlib.h>

enum { CELLS = 96 }; /* along a side of the relief */

struct lac_easel {
    int size;
    lac_head head;
    cairo_surface_t *behind; /* [size, size] */
    float *picture;          /* [size, size] */
    float *smooth;           /* [size, size] */
};

lac_status lac_easel_new(lac_context *ctx, int size, lac_easel **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_easel *e = *out;
    size_t pixels = (size_t)size * (size_t)size;
    e->size = size;
    e->behind = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size, size);
    lac_status status = LAC_OK;
    if (cairo_surface_status(e->behind))
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a drawing of %d pixels", size);
    if (status == LAC_OK) /* the paint is a little finer than the picture */
        status = lac_head_new(ctx, size * 5 / 2, CELLS, &e->head);
    if (status == LAC_OK)
        status = lac_alloc(ctx, pixels, sizeof(float), &e->picture);
    if (status == LAC_OK)
        status = lac_alloc(ctx, pixels, sizeof(float), &e->smooth);
    if (status != LAC_OK)
        lac_easel_free(out);
    return status;
}

void lac_easel_free(lac_easel **easel)
{
    lac_easel *e = *easel;
    if (!e)
        return;
    cairo_surface_destroy(e->behind);
    lac_head_free(&e->head);
    free(e->picture);
    free(e->smooth);
    free(e);
    *easel = NULL;
}

static lac_status paint_behind(const lac_face *face, lac_easel *e)
{
    cairo_t *cr = cairo_create(e->behind);
    lac_face_paint_behind(face, cr);
    int failed = cairo_status(cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_flush(e->behind);
    return failed ? LAC_ERROR_MEMORY : LAC_OK;
}

static void render_row(lac_easel *e, int row)
{
    const void *bytes = cairo_image_surface_get_data(e->behind) +
                        (size_t)row * (size_t)cairo_image_surface_get_stride(e->behind);
    const uint32_t *behind = bytes;
    for (int column = 0; column < e->size; column++) {
        double rgba[4];
        lac_head_at(&e->head, column, row, rgba);
        double grey = rgba[2] + (1 - rgba[3]) * (behind[column] & 255) / 255.0;
        e->picture[row * e->size + column] = (float)grey;
    }
}

/* Blurs along x with a Gaussian and writes the result transposed, so two calls blur both axes. */
static void blur_transpose(const float *from, float *to, int size, double sigma)
{
    enum { REACH = 24 };
    double weight[REACH + 1], sum = 0;
    int reach = (int)fmin(ceil(3 * sigma), REACH);
    for (int i = 0; i <= reach; i++) {
        weight[i] = exp(-0.5 * i * i / (sigma * sigma));
        sum += i ? 2 * weight[i] : weight[i];
    }
    for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++) {
            double value = 0;
            for (int i = -reach; i <= reach; i++) {
                int at = x + i < 0 ? 0 : x + i >= size ? size - 1 : x + i;
                value += weight[abs(i)] * (double)from[y * size + at];
            }
            to[x * size + y] = (float)(value / sum);
        }
}

/* Nearly normal noise of deviation 1: the sum of the eight bytes of a random number. */
static double noise(const lac_face *face, int pixel)
{
    uint64_t bits = lac_random(face->seed, face->noise_stream, (uint64_t)pixel);
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += (int)(bits >> (8 * i) & 255);
    return (sum - 1020) / 209.0;
}

lac_status lac_face_render(const lac_face *face, lac_easel *e, uint8_t *pixels)
{
    LAC_TRY(paint_behind(face, e));
    LAC_TRY(lac_head_lay(&e->head, face));
    for (int row = 0; row < e->size; row++)
        render_row(e, row);
    blur_transpose(e->picture, e->smooth, e->size, face->blur);
    blur_transpose(e->smooth, e->picture, e->size, face->blur);
    for (int i = 0; i < e->size * e->size; i++) {
        double value =
            face->lift + face->gain * (double)e->picture[i] + face->noise * noise(face, i);
        pixels[i] = (uint8_t)lround(fmin(fmax(value, 0), 1) * 255);
    }
    return LAC_OK;
}
