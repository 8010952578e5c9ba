/*
 * What is on a drawn photo besides heads: a room, a place outside or lights at night, and bodies.
 * Shapes are simple; a place is painted small and enlarged, so that it lies behind, out of focus.
 */
#include "synth/scene.h"

#include <math.h>

static void any_colour(cairo_t *cr, lac_draws *d, double low, double high, double alpha)
{
    double rgb[3];
    double tone = lac_between(d, low, high);
    for (int c = 0; c < 3; c++)
        rgb[c] = tone + lac_between(d, -0.12, 0.12);
    cairo_set_source_rgba(cr, rgb[0], rgb[1], rgb[2], alpha);
}

static void disc(cairo_t *cr, double x, double y, double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x, y, radius, 0, 6.2831853);
    cairo_fill(cr);
}

/* Fills a rectangle with a gradient between two colours, downwards or across. */
static void shaded(cairo_t *cr, lac_draws *d, const double box[4], double low, double high)
{
    int across = lac_chance(d, 0.5);
    cairo_pattern_t *fade = cairo_pattern_create_linear(
        box[0], box[1], across ? box[0] + box[2] : box[0], across ? box[1] : box[1] + box[3]);
    double tone = lac_between(d, low, high), tint[3];
    for (int c = 0; c < 3; c++)
        tint[c] = lac_between(d, -0.14, 0.14);
    for (int i = 0; i < 2; i++) {
        double t = tone + (i ? lac_between(d, -0.25, 0.1) : 0);
        cairo_pattern_add_color_stop_rgb(fade, i, t + tint[0], t + tint[1], t + tint[2]);
    }
    cairo_set_source(cr, fade);
    cairo_rectangle(cr, box[0], box[1], box[2], box[3]);
    cairo_fill(cr);
    cairo_pattern_destroy(fade);
}

/* A window, a picture or a cupboard: a frame, and panes in it. */
static void panes(cairo_t *cr, lac_draws *d, const double box[4], double low, double high)
{
    shaded(cr, d, box, 0.1, 0.8);
    int columns = 1 + (int)lac_between(d, 0, 3), rows = 1 + (int)lac_between(d, 0, 4);
    double wide = box[2] / columns, high_pane = box[3] / rows;
    double gap = 0.06 * fmin(wide, high_pane);
    for (int i = 0; i < rows * columns; i++) {
        const double pane[4] = {box[0] + i % columns * wide + gap,
                                box[1] + (double)(i / columns) * high_pane + gap, wide - 2 * gap,
                                high_pane - 2 * gap};
        shaded(cr, d, pane, low, high);
    }
}

static void leaves(cairo_t *cr, lac_draws *d, const double box[4])
{
    for (int i = 0; i < 60; i++) {
        double tone = lac_between(d, 0.1, 0.5);
        cairo_set_source_rgba(cr, tone * lac_between(d, 0.5, 1), tone, tone * 0.4, 0.8);
        disc(cr, box[0] + box[2] * lac_between(d, 0, 1), box[1] + box[3] * lac_between(d, 0, 1),
             0.10 * fmin(box[2], box[3]) * lac_between(d, 0.4, 1));
    }
}

static void paint_room(cairo_t *cr, lac_draws *d, double w, double h)
{
    shaded(cr, d, (double[]){0, 0, w, h}, 0.3, 0.95);
    double floor_y = h * lac_between(d, 0.7, 1.1);
    shaded(cr, d, (double[]){0, floor_y, w, h}, 0.1, 0.6);
    int things = 3 + (int)lac_between(d, 0, 6);
    for (int i = 0; i < things; i++) {
        const double box[4] = {w * lac_between(d, -0.1, 0.9), h * lac_between(d, -0.1, 0.8),
                               w * lac_between(d, 0.05, 0.3), h * lac_between(d, 0.1, 0.5)};
        if (lac_chance(d, 0.2))
            leaves(cr, d, box);
        else
            panes(cr, d, box, 0.1, 1);
    }
}

static void paint_outside(cairo_t *cr, lac_draws *d, double w, double h)
{
    double horizon = h * lac_between(d, 0.35, 0.8), light = lac_between(d, 0.55, 0.95);
    cairo_pattern_t *sky = cairo_pattern_create_linear(0, 0, 0, horizon);
    cairo_pattern_add_color_stop_rgb(sky, 0, light * 0.6, light * 0.8, light);
    cairo_pattern_add_color_stop_rgb(sky, 1, light, light, light);
    cairo_set_source(cr, sky);
    cairo_paint(cr);
    cairo_pattern_destroy(sky);
    int houses = (int)lac_between(d, 0, 5), trees = 1 + (int)lac_between(d, 0, 5);
    for (int i = 0; i < houses; i++) {
        double high = horizon * lac_between(d, 0.3, 0.9);
        panes(cr, d,
              (double[]){w * lac_between(d, -0.1, 0.9), horizon - high,
                         w * lac_between(d, 0.1, 0.3), high},
              0.05, 0.5);
    }
    double green = lac_between(d, 0.2, 0.55), dry = lac_between(d, 0.6, 1.2);
    cairo_set_source_rgb(cr, green * dry, green, green * 0.5);
    cairo_rectangle(cr, 0, horizon, w, h);
    cairo_fill(cr);
    for (int i = 0; i < trees; i++) {
        double high = h * lac_between(d, 0.2, 0.6);
        leaves(cr, d,
               (double[]){w * lac_between(d, -0.1, 1), horizon - high * 0.9, high * 0.7, high});
    }
}

static void paint_lights(cairo_t *cr, lac_draws *d, double w, double h)
{
    shaded(cr, d, (double[]){0, 0, w, h}, 0.05, 0.3);
    int lights = 20 + (int)lac_between(d, 0, 60);
    for (int i = 0; i < lights; i++) {
        any_colour(cr, d, 0.4, 1, lac_between(d, 0.15, 0.7));
        disc(cr, w * lac_between(d, 0, 1), h * lac_between(d, 0, 1),
             fmin(w, h) * lac_between(d, 0.01, 0.05));
    }
}

void lac_scene_paint_place(const lac_scene *scene, cairo_t *cr, int width, int height)
{
    lac_draws d = scene->paint;
    double kind = lac_between(&d, 0, 1);
    if (kind < 0.55)
        paint_room(cr, &d, width, height);
    else if (kind < 0.85)
        paint_outside(cr, &d, width, height);
    else
        paint_lights(cr, &d, width, height);
}

/* ---- A body ---------------------------------------------------------------------------- */

static void tinted_stop(cairo_pattern_t *fade, double at, const double tint[3], double tone)
{
    cairo_pattern_add_color_stop_rgb(fade, at, tone * tint[0], tone * tint[1], tone * tint[2]);
}

/* The shade of the chin falls on the neck. */
static void paint_neck(const lac_face *f, cairo_t *cr, double x, double y)
{
    double s = f->scale, lit = f->ambient + 0.6 * f->diffuse;
    const double *skin = f->tint[LAC_TINT_SKIN];
    cairo_pattern_t *fade = cairo_pattern_create_linear(0, y, 0, y + 1.2 * s);
    tinted_stop(fade, 0, skin, 0.45 * f->skin * lit);
    tinted_stop(fade, 0.5, skin, 0.55 * f->skin * lit);
    tinted_stop(fade, 1, skin, 0.9 * f->skin * lit);
    cairo_set_source(cr, fade);
    cairo_move_to(cr, x - 0.60 * s, y - 0.4 * s);
    cairo_curve_to(cr, x - 0.55 * s, y + 0.5 * s, x - 0.7 * s, y + 0.8 * s, x - 1.1 * s,
                   y + 1.1 * s);
    cairo_line_to(cr, x, y + 2 * s);
    cairo_line_to(cr, x + 1.1 * s, y + 1.1 * s);
    cairo_curve_to(cr, x + 0.7 * s, y + 0.8 * s, x + 0.55 * s, y + 0.5 * s, x + 0.60 * s,
                   y - 0.4 * s);
    cairo_fill(cr);
    cairo_pattern_destroy(fade);
}

/* From the neck at x, y down to `bottom`. */
static void shoulders(cairo_t *cr, const double at[2], double s, double collar, double bottom)
{
    double x = at[0], y = at[1];
    cairo_move_to(cr, x, y + (1.0 + collar) * s);
    cairo_line_to(cr, x + 0.75 * s, y + 0.78 * s);
    cairo_curve_to(cr, x + 1.3 * s, y + 1.0 * s, x + 2.0 * s, y + 1.0 * s, x + 2.2 * s,
                   y + 2.2 * s);
    cairo_line_to(cr, x + 2.5 * s, bottom);
    cairo_line_to(cr, x - 2.5 * s, bottom);
    cairo_line_to(cr, x - 2.2 * s, y + 2.2 * s);
    cairo_curve_to(cr, x - 2.0 * s, y + 1.0 * s, x - 1.3 * s, y + 1.0 * s, x - 0.75 * s,
                   y + 0.78 * s);
    cairo_close_path(cr);
}

void lac_scene_paint_body(const lac_scene *scene, const lac_face *f, cairo_t *cr)
{
    lac_draws d = {scene->paint.seed, f->stream, (uint64_t)1 << 34};
    double s = f->scale, neck[3], collar = lac_between(&d, -0.05, 0.8);
    lac_face_project(f, (double[]){0, f->chin_y - 0.45, 0.1}, neck);
    double x = neck[0], y = neck[1], bottom = fmax(scene->height, y + 3 * s);
    paint_neck(f, cr, x, y);
    cairo_pattern_t *fade = cairo_pattern_create_linear(x - 2.2 * s, y, x + 2.2 * s, y);
    for (int i = 0; i <= 4; i++) {
        double side = i / 2.0 - 1, facing = fmax(0, side * f->light[0] + 0.8 * f->light[2]);
        tinted_stop(fade, i / 4.0, f->tint[LAC_TINT_CLOTH],
                    f->cloth * (f->ambient + f->diffuse * facing));
    }
    cairo_set_source(cr, fade);
    shoulders(cr, neck, s, collar, bottom);
    cairo_fill_preserve(cr);
    cairo_pattern_destroy(fade);
    if (lac_chance(&d, 0.35)) {
        double step = s * lac_between(&d, 0.1, 0.3);
        cairo_save(cr);
        cairo_clip(cr);
        any_colour(cr, &d, 0.1, 0.9, 0.6);
        cairo_set_line_width(cr, step * lac_between(&d, 0.2, 0.6));
        for (double at = y + 0.7 * s; at < bottom; at += step) {
            cairo_move_to(cr, x - 3 * s, at);
            cairo_line_to(cr, x + 3 * s, at + 0.1 * s);
        }
        cairo_stroke(cr);
        cairo_restore(cr);
    }
    cairo_new_path(cr);
}
