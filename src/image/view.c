/* Views as maps: how they are made and joined, and where they take points and labels. */
#include "image/image.h"

#include <assert.h>
#include <math.h>

/* ---- Maps --------------------------------------------------------------------------- */

static void map_point(const lac_map *m, const double in[2], double out[2])
{
    double x = in[0], y = in[1];
    out[0] = m->xx * x + m->xy * y + m->x0;
    out[1] = m->yx * x + m->yy * y + m->y0;
}

static double determinant(const lac_map *m)
{
    return m->xx * m->yy - m->xy * m->yx;
}

static lac_map invert(const lac_map *m)
{
    double d = determinant(m);
    assert(d != 0.0);
    lac_map r = {.xx = m->yy / d, .xy = -m->xy / d, .yx = -m->yx / d, .yy = m->xx / d};
    r.x0 = -(r.xx * m->x0 + r.xy * m->y0);
    r.y0 = -(r.yx * m->x0 + r.yy * m->y0);
    return r;
}

/* ---- Views -------------------------------------------------------------------------- */

static lac_view view_of(lac_map map)
{
    return (lac_view){.map = map, .gain = 1.0f};
}

lac_view lac_view_identity(void)
{
    return view_of((lac_map){.xx = 1.0, .yy = 1.0});
}

lac_view lac_view_mirror(int width)
{
    return view_of((lac_map){.xx = -1.0, .x0 = width - 1, .yy = 1.0});
}

/* The picture's point is c + R'(q - c - d) / scale, with R' the rotation back. */
lac_view lac_view_turn(int width, int height, double angle, double scale, double dx, double dy)
{
    double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0;
    double c = cos(angle) / scale, s = sin(angle) / scale;
    lac_map m = {.xx = c, .xy = s, .yx = -s, .yy = c};
    m.x0 = cx - m.xx * (cx + dx) - m.xy * (cy + dy);
    m.y0 = cy - m.yx * (cx + dx) - m.yy * (cy + dy);
    return view_of(m);
}

lac_view lac_view_stretch(int width, int height, double wide, double high)
{
    double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0;
    return view_of((lac_map){
        .xx = 1.0 / wide, .x0 = cx - cx / wide, .yy = 1.0 / high, .y0 = cy - cy / high});
}

/* Edges meet edges: -1/2 is x - 1/2, size - 1/2 is x + width - 1/2. */
lac_view lac_view_box(double x, double y, double width, double height, int size)
{
    double xx = width / size, yy = height / size;
    return view_of(
        (lac_map){.xx = xx, .x0 = x + 0.5 * (xx - 1.0), .yy = yy, .y0 = y + 0.5 * (yy - 1.0)});
}

lac_view lac_view_compose(const lac_view *first, const lac_view *second)
{
    const lac_map *f = &first->map, *s = &second->map;
    lac_map map = {.xx = f->xx * s->xx + f->xy * s->yx,
                   .xy = f->xx * s->xy + f->xy * s->yy,
                   .x0 = f->xx * s->x0 + f->xy * s->y0 + f->x0,
                   .yx = f->yx * s->xx + f->yy * s->yx,
                   .yy = f->yx * s->xy + f->yy * s->yy,
                   .y0 = f->yx * s->x0 + f->yy * s->y0 + f->y0};
    return (lac_view){.map = map,
                      .gain = first->gain * second->gain,
                      .offset = first->offset * second->gain + second->offset};
}

lac_view lac_view_inverse(const lac_view *view)
{
    assert(view->gain != 0.0f);
    return (lac_view){
        .map = invert(&view->map), .gain = 1.0f / view->gain, .offset = -view->offset / view->gain};
}

int lac_view_is_mirrored(const lac_view *view)
{
    return determinant(&view->map) < 0.0;
}

/* ---- Points ------------------------------------------------------------------------- */

static void map_points(const lac_map *map, const float *xy, int n, float *out)
{
    for (int i = 0; i < 2 * n; i += 2) {
        double p[2] = {(double)xy[i], (double)xy[i + 1]};
        map_point(map, p, p);
        out[i] = (float)p[0];
        out[i + 1] = (float)p[1];
    }
}

void lac_view_points(const lac_view *view, const float *xy, int n, float *out)
{
    lac_map map = invert(&view->map);
    map_points(&map, xy, n, out);
}

void lac_view_points_back(const lac_view *view, const float *xy, int n, float *out)
{
    map_points(&view->map, xy, n, out);
}

/* ---- Labels ------------------------------------------------------------------------- */

/* How far a point lies outside of width x height pixels, along the axes that it has. */
static double outside(const double p[2], const uint8_t mask[2], int width, int height)
{
    double most[2] = {width - 0.5, height - 0.5}, far = 0.0;
    for (int axis = 0; axis < 2; axis++)
        if (mask[axis])
            far = fmax(far, fmax(-0.5 - p[axis], p[axis] - most[axis]));
    return far;
}

/* The mirror's results are those of float arithmetic, width - 1 - x: the difference is exact in
 * double, or so near to width - 1 that it is rounded to it either way. */
static void label_point(const lac_map *to_view, const lac_view_frame *f, const float label[2],
                        const uint8_t mask[2], float out[2], uint8_t out_mask[2])
{
    double p[2] = {mask[0] ? (double)label[0] - f->aside : 0.0, mask[1] ? (double)label[1] : 0.0};
    double q[2];
    map_point(to_view, p, q);
    out_mask[0] = (mask[0] || to_view->xx == 0.0) && (mask[1] || to_view->xy == 0.0);
    out_mask[1] = (mask[0] || to_view->yx == 0.0) && (mask[1] || to_view->yy == 0.0);
    if (outside(q, out_mask, f->view_width, f->view_height) > outside(p, mask, f->width, f->height))
        out_mask[0] = out_mask[1] = 0;
    q[0] += f->aside;
    for (int axis = 0; axis < 2; axis++)
        out[axis] = out_mask[axis] ? (float)q[axis] : 0.0f;
}

void lac_view_labels(const lac_view *view, const lac_view_frame *frame, const float *labels,
                     const uint8_t *mask, const int *partner, int points, float *out,
                     uint8_t *out_mask)
{
    lac_map to_view = invert(&view->map);
    int is_mirrored = lac_view_is_mirrored(view);
    for (int k = 0; k < points; k++) {
        int from = is_mirrored ? partner[k] : k;
        label_point(&to_view, frame, labels + 2 * from, mask + 2 * from, out + 2 * k,
                    out_mask + 2 * k);
    }
}
