/*
 * A painted relief seen in the turn of its head: which colour is at a place of the view.
 *
 * The view is along parallel rays. In head space a ray is origin + t * step with the step
 * along z known, so it can be walked down in equal steps of z until it is under the
 * relief; the nearest hit wins, and so the nose hides the cheek behind it.
 */
#include "synth/head.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double top = 1.75, bottom = -1.05; /* the relief lies between these z */

lac_status lac_head_new(lac_context *ctx, int side, int cells, lac_head *h)
{
    *h = (lac_head){.side = side, .cells = cells};
    LAC_TRY(lac_alloc(ctx, (size_t)(cells + 1) * (size_t)(cells + 1), sizeof(float), &h->relief));
    h->paint = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side);
    if (cairo_surface_status(h->paint) == CAIRO_STATUS_SUCCESS)
        return LAC_OK;
    lac_head_free(h);
    return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: a drawing of %d pixels", side);
}

void lac_head_free(lac_head *h)
{
    if (h->paint)
        cairo_surface_destroy(h->paint);
    free(h->relief);
    *h = (lac_head){0};
}

static lac_status paint(lac_head *h)
{
    cairo_t *cr = cairo_create(h->paint);
    cairo_set_operator(cr, CAIRO_OPERATOR_CLEAR);
    cairo_paint(cr);
    cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
    cairo_scale(cr, h->side / (2 * LAC_FACE_REACH), h->side / (2 * LAC_FACE_REACH));
    cairo_translate(cr, LAC_FACE_REACH, LAC_FACE_REACH);
    lac_face_paint(h->face, cr);
    int failed = cairo_status(cr) != CAIRO_STATUS_SUCCESS;
    cairo_destroy(cr);
    cairo_surface_flush(h->paint);
    return failed ? LAC_ERROR_MEMORY : LAC_OK;
}

static void fill_relief(lac_head *h)
{
    const double cell = 2 * LAC_FACE_REACH / h->cells;
    int stride = h->cells + 1;
    for (int i = 0; i <= h->cells; i++)
        for (int j = 0; j <= h->cells / 2; j++) { /* faces are symmetric */
            float z = (float)lac_face_depth(h->face, j * cell - LAC_FACE_REACH,
                                            i * cell - LAC_FACE_REACH);
            h->relief[i * stride + j] = h->relief[i * stride + h->cells - j] = z;
        }
}

lac_status lac_head_lay(lac_head *h, const lac_face *face)
{
    h->face = face;
    LAC_TRY(paint(h));
    fill_relief(h);
    const double *t = face->turn; /* the transpose is the inverse rotation */
    for (int i = 0; i < 3; i++)
        h->light[i] = t[i] * face->light[0] + t[3 + i] * face->light[1] + t[6 + i] * face->light[2];
    h->slope[0] = t[6] / t[8];
    h->slope[1] = t[7] / t[8];
    return LAC_OK;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double depth_at(const lac_head *h, double x, double y)
{
    double gx = clamp((x + LAC_FACE_REACH) * (h->cells / (2 * LAC_FACE_REACH)), 0, h->cells - 1e-6);
    double gy = clamp((y + LAC_FACE_REACH) * (h->cells / (2 * LAC_FACE_REACH)), 0, h->cells - 1e-6);
    int j = (int)gx, i = (int)gy;
    double fx = gx - j, fy = gy - i;
    int below = h->cells + 1;
    const float *r = h->relief + i * below + j;
    double upper = (double)r[0] + fx * (double)(r[1] - r[0]);
    double lower = (double)r[below] + fx * (double)(r[below + 1] - r[below]);
    return upper + fy * (lower - upper);
}

/* Where the ray from `origin` (at z = 0) first meets the relief. */
static void hit(const lac_head *h, const double origin[2], double p[3])
{
    const double *slope = h->slope;
    double above = top, under = top;
    const double step = (top - bottom) / 20; /* shorter than the nose is thick */
    do {
        above = under;
        under -= step;
    } while (under > bottom &&
             depth_at(h, origin[0] + under * slope[0], origin[1] + under * slope[1]) < under);
    for (int i = 0; i < 5; i++) {
        double z = (above + under) / 2;
        if (depth_at(h, origin[0] + z * slope[0], origin[1] + z * slope[1]) < z)
            above = z;
        else
            under = z;
    }
    p[2] = (above + under) / 2;
    p[0] = origin[0] + p[2] * slope[0];
    p[1] = origin[1] + p[2] * slope[1];
}

/* Red, green, blue (premultiplied) and alpha of the paint at a place between its pixels. */
static void paint_at(const lac_head *h, double x, double y, double rgba[4])
{
    double px = (x + LAC_FACE_REACH) * h->side / (2 * LAC_FACE_REACH) - 0.5;
    double py = (y + LAC_FACE_REACH) * h->side / (2 * LAC_FACE_REACH) - 0.5;
    memset(rgba, 0, 4 * sizeof *rgba);
    if (!(px >= 0 && py >= 0 && px < h->side - 1 && py < h->side - 1))
        return;
    int j = (int)px, i = (int)py;
    double fx = px - j, fy = py - i;
    const uint8_t *bytes = cairo_image_surface_get_data(h->paint);
    int stride = cairo_image_surface_get_stride(h->paint);
    for (int corner = 0; corner < 4; corner++) {
        int dx = corner & 1, dy = corner >> 1;
        double weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) / 255;
        const void *at = bytes + (size_t)(i + dy) * (size_t)stride + 4 * (size_t)(j + dx);
        uint32_t argb = *(const uint32_t *)at;
        for (int c = 0; c < 3; c++)
            rgba[c] += weight * (argb >> (16 - 8 * c) & 255);
        rgba[3] += weight * (argb >> 24);
    }
}

static double lit(const lac_head *head, const double p[3])
{
    const double *light = head->light, h = 0.04;
    double dx = (depth_at(head, p[0] + h, p[1]) - depth_at(head, p[0] - h, p[1])) / (2 * h);
    double dy = (depth_at(head, p[0], p[1] + h) - depth_at(head, p[0], p[1] - h)) / (2 * h);
    double along = (light[2] - dx * light[0] - dy * light[1]) / sqrt(1 + dx * dx + dy * dy);
    double shine = along > 0.9 ? (along - 0.9) * 0.6 : 0;
    return head->face->ambient + head->face->diffuse * fmax(along, 0) + shine;
}

void lac_head_at(const lac_head *h, double column, double row, double rgba[4])
{
    const lac_face *face = h->face;
    const double *t = face->turn;
    double x = (column - face->x) / face->scale, y = (row - face->y) / face->scale;
    double z = t[2] * x + t[5] * y;
    const double origin[2] = {t[0] * x + t[3] * y - z * h->slope[0],
                              t[1] * x + t[4] * y - z * h->slope[1]};
    double p[3];
    hit(h, origin, p);
    paint_at(h, p[0], p[1], rgba);
    if (rgba[3] > 0) {
        double light = lit(h, p);
        for (int c = 0; c < 3; c++)
            rgba[c] *= light;
    }
}
