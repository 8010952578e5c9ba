/*
 * From a painted relief to a grey picture: turn, hit, light, blur, expose, add noise.
 *
 * The view is along parallel rays. In head space a pixel's ray is origin + t * step with
 * the step along z known, so it can be walked down in equal steps of z until it is
 * under the relief; the nearest hit wins, and so the nose hides the cheek behind it.
 */
#include "synth/face.h"

#include <math.h>
#include <stdlib.h>

enum { GRID = 96 };                             /* cells along a side of the relief */
static const double top = 1.75, bottom = -1.05; /* the relief lies between these z */

struct lac_easel {
    int size;
    int paint_size;
    cairo_surface_t *paint;  /* [paint_size, paint_size] of head space */
    cairo_surface_t *behind; /* [size, size] */
    float *relief;           /* [GRID + 1, GRID + 1] */
    float *picture;          /* [size, size] */
    float *smooth;           /* [size, size] */
};

lac_status lac_easel_new(lac_context *ctx, int size, lac_easel **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_easel *e = *out;
    size_t pixels = (size_t)size * (size_t)size;
    e->size = size;
    e->paint_size = size * 5 / 2; /* a little finer than the picture */
    e->paint = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, e->paint_size, e->paint_size);
    e->behind = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, size, size);
    lac_status status = LAC_OK;
    if (cairo_surface_status(e->paint) || cairo_surface_status(e->behind))
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a drawing of %d pixels", size);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (GRID + 1) * (GRID + 1), sizeof(float), &e->relief);
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
    cairo_surface_destroy(e->paint);
    cairo_surface_destroy(e->behind);
    free(e->relief);
    free(e->picture);
    free(e->smooth);
    free(e);
    *easel = NULL;
}

static lac_status paint(const lac_face *face, lac_easel *e)
{
    cairo_t *cr = cairo_create(e->paint);
    cairo_set_operator(cr, CAIRO_OPERATOR_CLEAR);
    cairo_paint(cr);
    cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
    cairo_scale(cr, e->paint_size / (2 * LAC_FACE_REACH), e->paint_size / (2 * LAC_FACE_REACH));
    cairo_translate(cr, LAC_FACE_REACH, LAC_FACE_REACH);
    lac_face_paint(face, cr);
    int failed = cairo_status(cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cr = cairo_create(e->behind);
    lac_face_paint_behind(face, cr);
    failed |= cairo_status(cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_flush(e->paint);
    cairo_surface_flush(e->behind);
    return failed ? LAC_ERROR_MEMORY : LAC_OK;
}

static void fill_relief(const lac_face *face, float *relief)
{
    const double cell = 2 * LAC_FACE_REACH / GRID;
    for (int i = 0; i <= GRID; i++)
        for (int j = 0; j <= GRID / 2; j++) { /* faces are symmetric */
            float z =
                (float)lac_face_depth(face, j * cell - LAC_FACE_REACH, i * cell - LAC_FACE_REACH);
            relief[i * (GRID + 1) + j] = relief[i * (GRID + 1) + GRID - j] = z;
        }
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double depth_at(const float *relief, double x, double y)
{
    double gx = clamp((x + LAC_FACE_REACH) * (GRID / (2 * LAC_FACE_REACH)), 0, GRID - 1e-6);
    double gy = clamp((y + LAC_FACE_REACH) * (GRID / (2 * LAC_FACE_REACH)), 0, GRID - 1e-6);
    int j = (int)gx, i = (int)gy;
    double fx = gx - j, fy = gy - i;
    const float *r = relief + i * (GRID + 1) + j;
    double upper = (double)r[0] + fx * (double)(r[1] - r[0]);
    double lower = (double)r[GRID + 1] + fx * (double)(r[GRID + 2] - r[GRID + 1]);
    return upper + fy * (lower - upper);
}

/* Where the ray from `origin` (at z = 0) along `slope` (per unit of z) first meets the relief. */
static void hit(const float *relief, const double origin[2], const double slope[2], double p[3])
{
    double above = top, under = top;
    const double step = (top - bottom) / 20; /* shorter than the nose is thick */
    do {
        above = under;
        under -= step;
    } while (under > bottom &&
             depth_at(relief, origin[0] + under * slope[0], origin[1] + under * slope[1]) < under);
    for (int i = 0; i < 5; i++) {
        double z = (above + under) / 2;
        if (depth_at(relief, origin[0] + z * slope[0], origin[1] + z * slope[1]) < z)
            above = z;
        else
            under = z;
    }
    p[2] = (above + under) / 2;
    p[0] = origin[0] + p[2] * slope[0];
    p[1] = origin[1] + p[2] * slope[1];
}

/* Grey (premultiplied) and alpha of the paint at a place between its pixels. */
static void paint_at(const lac_easel *e, double x, double y, double *grey, double *alpha)
{
    int side = e->paint_size;
    double px = (x + LAC_FACE_REACH) * side / (2 * LAC_FACE_REACH) - 0.5;
    double py = (y + LAC_FACE_REACH) * side / (2 * LAC_FACE_REACH) - 0.5;
    *grey = *alpha = 0;
    if (!(px >= 0 && py >= 0 && px < side - 1 && py < side - 1))
        return;
    int j = (int)px, i = (int)py;
    double fx = px - j, fy = py - i;
    const uint8_t *bytes = cairo_image_surface_get_data(e->paint);
    int stride = cairo_image_surface_get_stride(e->paint);
    for (int corner = 0; corner < 4; corner++) {
        int dx = corner & 1, dy = corner >> 1;
        double weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) / 255;
        const void *at = bytes + (size_t)(i + dy) * (size_t)stride + 4 * (size_t)(j + dx);
        uint32_t argb = *(const uint32_t *)at;
        *grey += weight * (argb & 255);
        *alpha += weight * (argb >> 24);
    }
}

static double lit(const lac_face *face, const float *relief, const double light[3],
                  const double p[3])
{
    const double h = 0.04;
    double dx = (depth_at(relief, p[0] + h, p[1]) - depth_at(relief, p[0] - h, p[1])) / (2 * h);
    double dy = (depth_at(relief, p[0], p[1] + h) - depth_at(relief, p[0], p[1] - h)) / (2 * h);
    double along = (light[2] - dx * light[0] - dy * light[1]) / sqrt(1 + dx * dx + dy * dy);
    double shine = along > 0.9 ? (along - 0.9) * 0.6 : 0;
    return face->ambient + face->diffuse * fmax(along, 0) + shine;
}

static void render_row(const lac_face *face, const lac_easel *e, int row)
{
    const double *t = face->turn; /* the transpose is the inverse rotation */
    double light[3];
    for (int i = 0; i < 3; i++)
        light[i] = t[i] * face->light[0] + t[3 + i] * face->light[1] + t[6 + i] * face->light[2];
    const double slope[2] = {t[6] / t[8], t[7] / t[8]};
    const void *bytes = cairo_image_surface_get_data(e->behind) +
                        (size_t)row * (size_t)cairo_image_surface_get_stride(e->behind);
    const uint32_t *behind = bytes;
    for (int column = 0; column < e->size; column++) {
        double x = (column - face->x) / face->scale, y = (row - face->y) / face->scale;
        double z = t[2] * x + t[5] * y;
        const double origin[2] = {t[0] * x + t[3] * y - z * slope[0],
                                  t[1] * x + t[4] * y - z * slope[1]};
        double p[3], grey, alpha;
        hit(e->relief, origin, slope, p);
        paint_at(e, p[0], p[1], &grey, &alpha);
        if (alpha > 0)
            grey *= lit(face, e->relief, light, p);
        grey += (1 - alpha) * (behind[column] & 255) / 255.0;
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
    lac_status status = paint(face, e);
    if (status != LAC_OK)
        return status;
    fill_relief(face, e->relief);
    for (int row = 0; row < e->size; row++)
        render_row(face, e, row);
    blur_transpose(e->picture, e->smooth, e->size, face->blur);
    blur_transpose(e->smooth, e->picture, e->size, face->blur);
    for (int i = 0; i < e->size * e->size; i++) {
        double value =
            face->lift + face->gain * (double)e->picture[i] + face->noise * noise(face, i);
        pixels[i] = (uint8_t)lround(clamp(value, 0, 1) * 255);
    }
    return LAC_OK;
}
