/*
 * The square of each face, in two steps.
 *
 * First those that are plain: boxes of the labels, by one rule for all; or, where they are not
 * used, the extent of the points with a margin, for the faces that have the most points.
 *
 * From these follows the mean face, each point's place as a share of the square. A face with fewer
 * points has a smaller extent, which would enlarge it; its square is put where the mean face fits
 * its points best, by scale and shift. With m and x the places of its points in the mean face and
 * in the picture, and a bar over means, the least squares are
 *
 *     s = sum (m - mbar) . (x - xbar) / sum |m - mbar|^2,  t = xbar - s mbar
 */
#include "import/crops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- By boxes ---------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The median height of a box in widths; 1 without boxes. */
static lac_status find_aspect(const lac_foreign *labels, double *out)
{
    double *aspect;
    int count = 0;
    LAC_TRY(lac_alloc(labels->ctx, (size_t)labels->faces, sizeof *aspect, &aspect));
    for (int f = 0; f < labels->faces; f++)
        if (labels->face[f].has_box)
            aspect[count++] = labels->face[f].box.height / labels->face[f].box.width;
    if (count)
        qsort(aspect, (size_t)count, sizeof *aspect, compare_doubles);
    *out = count ? aspect[count / 2] : 1;
    free(aspect);
    return LAC_OK;
}

/* A square of `side` box widths about the middle of a box of that aspect, by numbers that the rule
 * has as a text. */
static lac_crop centred(double side, double aspect)
{
    return (lac_crop){"box", round(1000 * side) / 1000, round(500 * (1 - side)) / 1000,
                      round(500 * (aspect - side)) / 1000};
}

int lac_crop_holds(int size, const float xy[2])
{
    return xy[0] >= 0 && xy[0] <= (float)size && xy[1] >= 0 && xy[1] <= (float)size;
}

static int holds(const lac_box *box, int size, const lac_mark *m)
{
    float xy[2] = {(float)m->x, (float)m->y};
    lac_box_from_photo(box, size, xy, 1, xy);
    return lac_crop_holds(size, xy);
}

/* The faces with a box whose square holds all their points, as a share. */
static double share_held(const lac_foreign *labels, const lac_crop *rule, int size)
{
    int boxes = 0, held = 0;
    for (int f = 0; f < labels->faces; f++) {
        const lac_face *face = &labels->face[f];
        if (!face->has_box || face->marks == 0)
            continue;
        lac_box square = lac_crop_of(rule, &face->box);
        int i = 0;
        while (i < face->marks && holds(&square, size, &labels->mark[face->first + (size_t)i]))
            i++;
        boxes++;
        held += i == face->marks;
    }
    return boxes ? (double)held / boxes : 1;
}

/* Detectors' boxes often end above the chin: a crop that is the box would cut off labels, so by
 * itself it grows in steps until it holds all points of 99 faces of 100, or is twice the box. */
static lac_status choose_rule(const lac_foreign *labels, const lac_import_config *config,
                              lac_crop *out)
{
    double aspect;
    LAC_TRY(find_aspect(labels, &aspect));
    if (config->box_scale > 0) {
        *out = centred(config->box_scale * fmax(1, aspect), aspect);
        return LAC_OK;
    }
    for (int step = 0; step <= 20; step++) {
        *out = centred((1 + 0.05 * step) * fmax(1, aspect), aspect);
        if (share_held(labels, out, config->size) >= 0.99)
            break;
    }
    return LAC_OK;
}

/* ---- By points --------------------------------------------------------------------------- */

/* The square about the points' extent; 0 where they are at one place. */
static int around(const lac_foreign *labels, const lac_face *face, double margin, lac_box *out)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int i = 0; i < face->marks; i++) {
        const lac_mark *m = &labels->mark[face->first + (size_t)i];
        low[0] = fmin(low[0], m->x);
        low[1] = fmin(low[1], m->y);
        high[0] = fmax(high[0], m->x);
        high[1] = fmax(high[1], m->y);
    }
    double extent = fmax(high[0] - low[0], high[1] - low[1]);
    double side = extent * (1 + 2 * margin);
    *out = (lac_box){(low[0] + high[0] - side) / 2 + 0.5, (low[1] + high[1] - side) / 2 + 0.5,
                     side, side};
    return face->marks > 0 && extent > 0;
}

/* ---- By the mean face -------------------------------------------------------------------- */

typedef struct mean_face {
    double *place; /* [points, 2] sums, then means, as shares of the square */
    int *count;    /* [points] */
} mean_face;

static void add_face(const lac_foreign *labels, const lac_face *face, const lac_box *square,
                     mean_face *mean)
{
    for (int i = 0; i < face->marks; i++) {
        const lac_mark *m = &labels->mark[face->first + (size_t)i];
        mean->place[2 * m->point] += (m->x + 0.5 - square->x) / square->width;
        mean->place[2 * m->point + 1] += (m->y + 0.5 - square->y) / square->height;
        mean->count[m->point]++;
    }
}

/* Puts the square where the mean face fits; 0 where too few points say so. */
static int fit(const lac_foreign *labels, const lac_face *face, const mean_face *mean,
               lac_box *out)
{
    double m_bar[2] = {0}, x_bar[2] = {0}, product = 0, square = 0;
    int n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < face->marks; i++) {
            const lac_mark *mark = &labels->mark[face->first + (size_t)i];
            const double *m = mean->place + 2 * mark->point;
            const double x[2] = {mark->x + 0.5, mark->y + 0.5};
            for (int a = 0; a < 2 && mean->count[mark->point]; a++) {
                if (pass == 0) {
                    m_bar[a] += m[a];
                    x_bar[a] += x[a];
                } else {
                    product += (m[a] - m_bar[a] / n) * (x[a] - x_bar[a] / n);
                    square += (m[a] - m_bar[a] / n) * (m[a] - m_bar[a] / n);
                }
            }
            n += pass == 0 && mean->count[mark->point] > 0;
        }
    double s = product / square;
    if (n < 2 || !(square > 1e-6) || !(s > 1))
        return 0;
    *out = (lac_box){x_bar[0] / n - s * m_bar[0] / n, x_bar[1] / n - s * m_bar[1] / n, s, s};
    return 1;
}

static lac_status fit_others(const lac_foreign *labels, lac_crops *crops)
{
    mean_face mean = {0};
    size_t points = (size_t)labels->points;
    lac_status status = lac_alloc(labels->ctx, 2 * points, sizeof *mean.place, &mean.place);
    if (status == LAC_OK)
        status = lac_alloc(labels->ctx, points, sizeof *mean.count, &mean.count);
    for (int f = 0; f < labels->faces && status == LAC_OK; f++)
        if (crops->is_known[f])
            add_face(labels, &labels->face[f], &crops->box[f], &mean);
    for (size_t i = 0; i < 2 * points && status == LAC_OK; i++)
        mean.place[i] /= mean.count[i / 2] ? mean.count[i / 2] : 1;
    for (int f = 0; f < labels->faces && status == LAC_OK; f++)
        if (!crops->is_known[f])
            crops->is_known[f] = (uint8_t)fit(labels, &labels->face[f], &mean, &crops->box[f]);
    free(mean.place);
    free(mean.count);
    return status;
}

/* ---- Together ---------------------------------------------------------------------------- */

static void take_boxes(const lac_foreign *labels, lac_crops *crops)
{
    for (int f = 0; f < labels->faces; f++)
        if (labels->face[f].has_box) {
            crops->box[f] = lac_crop_of(&crops->rule, &labels->face[f].box);
            crops->is_known[f] = 1;
        }
}

static void take_extents(const lac_foreign *labels, double margin, lac_crops *crops)
{
    int most = 0;
    for (int f = 0; f < labels->faces; f++)
        most = labels->face[f].marks > most ? labels->face[f].marks : most;
    for (int f = 0; f < labels->faces; f++)
        if (labels->face[f].marks == most)
            crops->is_known[f] =
                (uint8_t)around(labels, &labels->face[f], margin, &crops->box[f]);
}

lac_status lac_crops_find(const lac_foreign *labels, const lac_import_config *config,
                          lac_crops *out)
{
    int boxes = 0;
    *out = (lac_crops){0};
    for (int f = 0; f < labels->faces && !config->by_points; f++)
        boxes += labels->face[f].has_box;
    lac_status status = lac_alloc(labels->ctx, (size_t)labels->faces, sizeof *out->box, &out->box);
    if (status == LAC_OK)
        status = lac_alloc(labels->ctx, (size_t)labels->faces, 1, &out->is_known);
    if (status == LAC_OK && boxes)
        status = choose_rule(labels, config, &out->rule);
    if (status == LAC_OK && boxes)
        take_boxes(labels, out);
    else if (status == LAC_OK)
        take_extents(labels, config->margin, out);
    if (status == LAC_OK)
        status = fit_others(labels, out);
    if (status != LAC_OK)
        lac_crops_free(out);
    return status;
}

void lac_crops_free(lac_crops *crops)
{
    free(crops->box);
    free(crops->is_known);
    *crops = (lac_crops){0};
}
