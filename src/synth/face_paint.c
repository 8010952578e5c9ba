/*
 * The paint of a drawn face, laid on flat as seen from the front, and what is behind it.
 *
 * Light and shadow that follow from the relief are left to the rendering; here is only
 * what has another tone: hair, brows, eyes, lips, folds, glasses. Ends of shapes that are
 * points of the data set lie exactly where face.c says.
 */
#include "synth/draws.h"
#include "synth/face.h"

#include <math.h>

static void ink(cairo_t *cr, const lac_face *f, lac_tint what, double tone, double alpha)
{
    const double *tint = f->tint[what];
    cairo_set_source_rgba(cr, tone * tint[0], tone * tint[1], tone * tint[2], alpha);
}

static void oval(cairo_t *cr, double x, double y, double wide, double high)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, wide, high);
    cairo_new_sub_path(cr);
    cairo_arc(cr, 0, 0, 1, 0, 2 * 3.14159265358979);
    cairo_restore(cr);
}

static void fill_oval(cairo_t *cr, double x, double y, double wide, double high)
{
    oval(cr, x, y, wide, high);
    cairo_fill(cr);
}

/* A soft spot that fades to nothing at its rim. */
static void spot(cairo_t *cr, const double box[4], double tone, double alpha)
{
    cairo_pattern_t *fade = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1);
    cairo_pattern_add_color_stop_rgba(fade, 0, tone, tone, tone, alpha);
    cairo_pattern_add_color_stop_rgba(fade, 0.5, tone, tone, tone, alpha * 0.6);
    cairo_pattern_add_color_stop_rgba(fade, 1, tone, tone, tone, 0);
    cairo_save(cr);
    cairo_translate(cr, box[0], box[1]);
    cairo_scale(cr, box[2], box[3]);
    cairo_set_source(cr, fade);
    cairo_arc(cr, 0, 0, 1, 0, 2 * 3.14159265358979);
    cairo_fill(cr);
    cairo_restore(cr);
    cairo_pattern_destroy(fade);
}

/* The random numbers of those that only painting uses, from `first` on. */
static lac_draws draws(const lac_face *f, uint64_t first)
{
    return (lac_draws){f->seed, f->stream, ((uint64_t)1 << 32) + first};
}

/* The outline of the head without hair, grown by `more`. */
static void head(cairo_t *cr, const lac_face *f, double more)
{
    double w = f->width * 1.02 + more;
    double chin = f->chin_y + more;
    double top = -1.42 - more;
    double jaw = f->jaw * f->width + more;
    cairo_move_to(cr, 0, top);
    cairo_curve_to(cr, 0.62 * w, top, w, -1.0, w, -0.25);
    cairo_curve_to(cr, w, 0.35, w * 0.96, 0.65, jaw, 1.02);
    cairo_curve_to(cr, jaw * 0.84, 1.36, 0.36, chin, 0, chin);
    cairo_curve_to(cr, -0.36, chin, -jaw * 0.84, 1.36, -jaw, 1.02);
    cairo_curve_to(cr, -w * 0.96, 0.65, -w, 0.35, -w, -0.25);
    cairo_curve_to(cr, -w, -1.0, -0.62 * w, top, 0, top);
    cairo_close_path(cr);
}

/* Fine lines from the crown outwards, inside the current clip. */
static void strands(cairo_t *cr, const lac_face *f)
{
    lac_draws d = draws(f, 0);
    cairo_set_line_width(cr, 0.03);
    for (int i = 0; i < 70; i++) {
        double angle = lac_between(&d, -3.3, 0.16);
        double from = lac_between(&d, 0.3, 1.2);
        double to = from + lac_between(&d, 0.3, 1.2);
        double bend = lac_between(&d, -0.12, 0.12);
        double tone = f->hair_tone + lac_between(&d, -0.14, 0.16);
        ink(cr, f, LAC_TINT_HAIR, fmin(fmax(tone, 0), 1), 0.45);
        cairo_move_to(cr, from * cos(angle), from * sin(angle) - 0.3);
        cairo_line_to(cr, to * cos(angle + bend), to * sin(angle + bend) - 0.3 + 0.3 * (to - from));
        cairo_stroke(cr);
    }
}

static void hair_behind(cairo_t *cr, const lac_face *f)
{
    double v = f->hair_volume;
    ink(cr, f, LAC_TINT_HAIR, f->hair_tone * 0.8, 1);
    if (f->hair == LAC_HAIR_LONG) {
        double w = f->width + 0.10 + v;
        cairo_move_to(cr, 0, -1.45 - v);
        cairo_curve_to(cr, 0.8 * w, -1.45 - v, w, -0.9, w, -0.2);
        cairo_curve_to(cr, w, 0.6, w * 1.12, 1.2, w * 1.08, 2);
        cairo_line_to(cr, -w * 1.08, 2);
        cairo_curve_to(cr, -w * 1.12, 1.2, -w, 0.6, -w, -0.2);
        cairo_curve_to(cr, -w, -0.9, -0.8 * w, -1.45 - v, 0, -1.45 - v);
        cairo_fill(cr);
    }
    if (f->hair == LAC_HAIR_CURLY) {
        lac_draws d = draws(f, 1000);
        for (int i = 0; i < 60; i++) {
            double angle = lac_between(&d, -3.5, 0.36);
            double r = lac_between(&d, 0.75, 0.95 + v);
            fill_oval(cr, r * cos(angle) * 1.1 * f->width, r * sin(angle) * 1.2 - 0.35,
                      0.16 + 0.5 * v, 0.16 + 0.5 * v);
        }
    }
}

/* The region of hair in front of the head: its outer edge, then the hairline back. */
static void hair_region(cairo_t *cr, const lac_face *f)
{
    double w = f->width * 1.03;
    double v = f->hair == LAC_HAIR_SHORT ? f->hair_volume * 0.5 : f->hair_volume;
    double outer = w + v * 0.4;
    double side = f->hair == LAC_HAIR_LONG ? 0.5 : -0.02;
    double line = f->hair == LAC_HAIR_FRINGE ? fmin(f->brow_y - 0.10, -0.30) : f->hair_line;
    double temple = f->hair == LAC_HAIR_FRINGE ? line : line * 0.75;
    double part = f->hair == LAC_HAIR_PARTED ? 0.4 : 0;
    cairo_move_to(cr, -w * 0.98, side);
    cairo_curve_to(cr, -outer * 1.04, -0.9, -0.7 * outer, -1.45 - v, 0, -1.45 - v);
    cairo_curve_to(cr, 0.7 * outer, -1.45 - v, outer * 1.04, -0.9, w * 0.98, side);
    cairo_line_to(cr, w * 0.90, side - 0.18);
    cairo_curve_to(cr, w * 0.88, temple, 0.70, temple, part + 0.25, line);
    cairo_curve_to(cr, part, line - 0.10 - 0.5 * part, part - 0.4, line, -0.6, temple);
    cairo_curve_to(cr, -0.80, temple, -w * 0.88, temple, -w * 0.90, side - 0.18);
    cairo_close_path(cr);
}

static void cap(cairo_t *cr, const lac_face *f)
{
    double w = f->width * 1.08;
    cairo_move_to(cr, -w, -0.42);
    cairo_curve_to(cr, -w, -1.4, -0.6, -1.68, 0, -1.68);
    cairo_curve_to(cr, 0.6, -1.68, w, -1.4, w, -0.42);
    cairo_curve_to(cr, 0.6, -0.72, -0.6, -0.72, -w, -0.42);
    cairo_close_path(cr);
    ink(cr, f, LAC_TINT_CLOTH, f->cloth, 1);
    cairo_fill(cr);
    cairo_move_to(cr, -w, -0.42);
    cairo_curve_to(cr, -0.6, -0.74, 0.6, -0.74, w, -0.42);
    cairo_set_line_width(cr, 0.13);
    ink(cr, f, LAC_TINT_CLOTH, fmin(f->cloth * 0.6 + 0.05, 1), 1);
    cairo_stroke(cr);
}

static void hair_front(cairo_t *cr, const lac_face *f)
{
    if (f->hair == LAC_HAIR_CAP) {
        cap(cr, f);
        return;
    }
    if (f->hair == LAC_HAIR_NONE)
        return;
    cairo_save(cr);
    hair_region(cr, f);
    ink(cr, f, LAC_TINT_HAIR, f->hair_tone, 1);
    cairo_fill_preserve(cr);
    cairo_clip(cr);
    strands(cr, f);
    cairo_restore(cr);
}

/* The lids' edges, from corner to corner; side is 1 for the subject's left. */
static void lid(cairo_t *cr, const lac_face *f, double side, double high)
{
    double inner = side * (f->eye_x - f->eye_wide), outer = side * (f->eye_x + f->eye_wide);
    double third = side * f->eye_wide * 0.55;
    cairo_curve_to(cr, inner + third, 0.02 + high * 1.30, outer - third, 0.02 + high * 1.25, outer,
                   0.02 - f->eye_tilt);
}

static void eye(cairo_t *cr, const lac_face *f, double side)
{
    double x = side * f->eye_x;
    double inner = side * (f->eye_x - f->eye_wide);
    double iris = 0.088;
    spot(cr, (double[]){x, 0.06, 0.34, 0.24}, 0, 0.22 + 0.12 * f->age);
    cairo_save(cr);
    cairo_move_to(cr, inner, 0.02 + f->eye_tilt);
    lid(cr, f, side, -f->eye_high - 0.02);
    cairo_curve_to(cr, x + side * 0.6 * f->eye_wide, 0.02 + f->eye_high * 0.9,
                   x - side * 0.6 * f->eye_wide, 0.02 + f->eye_high * 0.9, inner,
                   0.02 + f->eye_tilt);
    ink(cr, f, LAC_TINT_NONE, 0.55 + 0.35 * f->skin, 1);
    cairo_fill_preserve(cr);
    cairo_clip(cr);
    ink(cr, f, LAC_TINT_EYES, f->eye_tone * 0.6, 1);
    fill_oval(cr, x, 0, iris, iris);
    ink(cr, f, LAC_TINT_EYES, f->eye_tone, 1);
    fill_oval(cr, x, 0, iris * 0.8, iris * 0.8);
    ink(cr, f, LAC_TINT_NONE, 0.02, 1);
    fill_oval(cr, x, 0, iris * 0.45, iris * 0.45);
    ink(cr, f, LAC_TINT_NONE, 1, 0.9);
    fill_oval(cr, x - 0.03, -0.03, 0.018, 0.018);
    cairo_restore(cr);

    cairo_move_to(cr, inner, 0.02 + f->eye_tilt);
    lid(cr, f, side, -f->eye_high - 0.02);
    cairo_set_line_width(cr, f->lashes);
    ink(cr, f, LAC_TINT_NONE, 0.05, 0.9);
    cairo_stroke(cr);
    cairo_move_to(cr, inner, -0.05 + f->eye_tilt);
    lid(cr, f, side, -f->eye_high - 0.09);
    cairo_set_line_width(cr, 0.025);
    ink(cr, f, LAC_TINT_SKIN, f->skin * 0.4, 0.5);
    cairo_stroke(cr);
    cairo_move_to(cr, inner, 0.06);
    lid(cr, f, side, f->eye_high + 0.09 * f->age);
    cairo_set_line_width(cr, 0.02);
    ink(cr, f, LAC_TINT_SKIN, f->skin * 0.5, 0.35 + 0.3 * f->age);
    cairo_stroke(cr);
}

static void brow(cairo_t *cr, const lac_face *f, double side)
{
    double in = side * f->brow_in, out = side * f->brow_out;
    double y = f->brow_y, t = f->brow_thick, end = y + 0.03;
    double bow = side * (f->brow_out - f->brow_in) / 3;
    cairo_move_to(cr, in, y - t * 0.8);
    cairo_curve_to(cr, in + bow, y - f->brow_arch - t * 1.6, out - bow, y - f->brow_arch - t * 1.4,
                   out, end - 0.01);
    cairo_line_to(cr, out, end + 0.01);
    cairo_curve_to(cr, out - bow, y - f->brow_arch + t * 0.5, in + bow, y - f->brow_arch + t * 0.9,
                   in, y + t * 0.8);
    cairo_close_path(cr);
    ink(cr, f, LAC_TINT_HAIR, fmin(f->hair_tone * 0.8, f->skin * 0.55), 0.9);
    cairo_fill(cr);
}

static void nose(cairo_t *cr, const lac_face *f)
{
    double y = f->nose_y, w = f->nose_wide;
    spot(cr, (double[]){0, y + 0.20, 0.26 * w, 0.12}, 0, 0.40);
    spot(cr, (double[]){0, y - 0.02, 0.11, 0.11}, 1, 0.22);
    for (int side = -1; side <= 1; side += 2) {
        ink(cr, f, LAC_TINT_SKIN, f->skin * 0.15, 0.85);
        fill_oval(cr, side * 0.10 * w, y + 0.115, 0.052 * w, 0.030);
        cairo_move_to(cr, side * 0.19 * w, y - 0.02);
        cairo_curve_to(cr, side * 0.27 * w, y + 0.02, side * 0.26 * w, y + 0.13, side * 0.17 * w,
                       y + 0.13);
        cairo_set_line_width(cr, 0.035);
        ink(cr, f, LAC_TINT_SKIN, f->skin * 0.35, 0.55);
        cairo_stroke(cr);
    }
}

/* A lip from corner to corner along the mouth's line `inner`, and back by way of `outer`. */
static void lip(cairo_t *cr, const lac_face *f, double inner, double outer, double bow)
{
    double w = f->mouth_wide, corner = f->mouth_y - 0.01 - 0.09 * f->smile;
    cairo_move_to(cr, -w, corner);
    cairo_curve_to(cr, -0.5 * w, inner, -0.3 * w, inner, 0, inner);
    cairo_curve_to(cr, 0.3 * w, inner, 0.5 * w, inner, w, corner);
    cairo_curve_to(cr, 0.6 * w, outer - bow * 0.6, 0.32 * w, outer - bow, 0, outer);
    cairo_curve_to(cr, -0.32 * w, outer - bow, -0.6 * w, outer - bow * 0.6, -w, corner);
    cairo_close_path(cr);
}

static void mouth(cairo_t *cr, const lac_face *f)
{
    double y = f->mouth_y, under = y + f->open;
    spot(cr, (double[]){0, under + f->lower_lip + 0.09, 0.28, 0.08}, 0, 0.35);
    lip(cr, f, y, under, 0);
    ink(cr, f, LAC_TINT_NONE, 0.10, 1);
    cairo_fill_preserve(cr);
    cairo_save(cr);
    cairo_clip(cr);
    ink(cr, f, LAC_TINT_NONE, 0.88, f->smile > 0 ? 1 : 0.4);
    if (f->open > 0) /* cairo takes no oval without height */
        fill_oval(cr, 0, y, f->mouth_wide * 0.8, 0.75 * f->open);
    cairo_restore(cr);
    lip(cr, f, y, y - f->upper_lip, 0.035);
    ink(cr, f, LAC_TINT_LIPS, f->lip_tone * 0.9, 1);
    cairo_fill(cr);
    lip(cr, f, under, under + f->lower_lip, -0.02);
    ink(cr, f, LAC_TINT_LIPS, f->lip_tone, 1);
    cairo_fill(cr);
    spot(cr, (double[]){0, under + 0.5 * f->lower_lip, 0.16, 0.04}, 1, 0.25);
    lip(cr, f, y, under, 0);
    cairo_set_line_width(cr, 0.02);
    ink(cr, f, LAC_TINT_LIPS, f->lip_tone * 0.25, 0.9);
    cairo_stroke(cr);
}

static void folds(cairo_t *cr, const lac_face *f)
{
    double depth = 0.6 * f->age + 0.4 * fmax(f->smile, 0);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(cr, side * 0.26, f->nose_y + 0.04);
        cairo_curve_to(cr, side * 0.42, f->nose_y + 0.15, side * 0.50, f->mouth_y - 0.15,
                       side * (f->mouth_wide + 0.12), f->mouth_y + 0.04);
        cairo_set_line_width(cr, 0.04);
        ink(cr, f, LAC_TINT_SKIN, f->skin * 0.3, 0.45 * depth);
        cairo_stroke(cr);
    }
    cairo_set_line_width(cr, 0.02);
    for (int i = 0; i < 3; i++) {
        cairo_move_to(cr, -0.45, -0.52 - 0.13 * i);
        cairo_curve_to(cr, -0.2, -0.57 - 0.13 * i, 0.2, -0.57 - 0.13 * i, 0.45, -0.52 - 0.13 * i);
        ink(cr, f, LAC_TINT_SKIN, f->skin * 0.3, 0.35 * fmax(0, f->age - 0.4));
        cairo_stroke(cr);
    }
}

static void beard(cairo_t *cr, const lac_face *f)
{
    double corner = f->mouth_y, w = f->width * 1.02;
    cairo_save(cr);
    head(cr, f, 0.02);
    cairo_clip(cr);
    ink(cr, f, LAC_TINT_HAIR, f->hair_tone, f->beard);
    cairo_move_to(cr, -w, 0.15);
    cairo_curve_to(cr, -0.85, 0.9, -0.7, corner - 0.2, -f->mouth_wide - 0.08, corner - 0.12);
    cairo_curve_to(cr, -0.35, corner + 0.35, 0.35, corner + 0.35, f->mouth_wide + 0.08,
                   corner - 0.12);
    cairo_curve_to(cr, 0.7, corner - 0.2, 0.85, 0.9, w, 0.15);
    cairo_line_to(cr, w, 2);
    cairo_line_to(cr, -w, 2);
    cairo_fill(cr);
    cairo_restore(cr);
}

static void moustache(cairo_t *cr, const lac_face *f)
{
    double y = f->mouth_y - f->upper_lip - 0.02, w = f->mouth_wide + 0.06;
    cairo_move_to(cr, 0, f->nose_y + 0.19);
    cairo_curve_to(cr, 0.2, f->nose_y + 0.2, w, y - 0.06, w, f->mouth_y + 0.02);
    cairo_curve_to(cr, 0.6 * w, y, 0.2, y - 0.03, 0, y - 0.01);
    cairo_curve_to(cr, -0.2, y - 0.03, -0.6 * w, y, -w, f->mouth_y + 0.02);
    cairo_curve_to(cr, -w, y - 0.06, -0.2, f->nose_y + 0.2, 0, f->nose_y + 0.19);
    ink(cr, f, LAC_TINT_HAIR, f->hair_tone, f->moustache);
    cairo_fill(cr);
}

static void lens(cairo_t *cr, const lac_face *f, double x)
{
    double w = 0.36, h = 0.25, r = f->glasses_round, y = 0.04;
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + w - r, y - h + r, r, -1.5708, 0);
    cairo_arc(cr, x + w - r, y + h - r, r, 0, 1.5708);
    cairo_arc(cr, x - w + r, y + h - r, r, 1.5708, 3.1416);
    cairo_arc(cr, x - w + r, y - h + r, r, 3.1416, 4.7124);
    cairo_close_path(cr);
}

static void glasses(cairo_t *cr, const lac_face *f)
{
    cairo_set_line_width(cr, 0.055);
    for (int side = -1; side <= 1; side += 2) {
        lens(cr, f, side * (f->eye_x + 0.02));
        ink(cr, f, LAC_TINT_NONE, f->glasses == 2 ? 0.05 : 1, f->glasses == 2 ? 0.85 : 0.08);
        cairo_fill_preserve(cr);
        ink(cr, f, LAC_TINT_NONE, f->glasses_tone, 1);
        cairo_stroke(cr);
        cairo_move_to(cr, side * (f->eye_x + 0.38), -0.04);
        cairo_line_to(cr, side * f->width * 1.02, -0.08);
        cairo_stroke(cr);
    }
    cairo_move_to(cr, -(f->eye_x - 0.34), 0);
    cairo_curve_to(cr, -0.05, -0.07, 0.05, -0.07, f->eye_x - 0.34, 0);
    cairo_stroke(cr);
}

void lac_face_paint(const lac_face *f, cairo_t *cr)
{
    hair_behind(cr, f);
    for (int side = -1; side <= 1; side += 2) {
        ink(cr, f, LAC_TINT_SKIN, f->skin * 0.85, 1);
        fill_oval(cr, side * f->width * 1.03, 0.15, 0.10, 0.28);
    }
    head(cr, f, 0);
    ink(cr, f, LAC_TINT_SKIN, f->skin, 1);
    cairo_fill(cr);
    folds(cr, f);
    if (f->beard > 0)
        beard(cr, f);
    nose(cr, f);
    mouth(cr, f);
    if (f->moustache > 0)
        moustache(cr, f);
    for (int side = -1; side <= 1; side += 2) {
        eye(cr, f, side);
        brow(cr, f, side);
    }
    if (f->glasses)
        glasses(cr, f);
    hair_front(cr, f);
}

/* A wall with light on it, things on the wall, neck and shoulders. */
void lac_face_paint_behind(const lac_face *f, cairo_t *cr)
{
    cairo_surface_t *surface = cairo_get_target(cr);
    double side = cairo_image_surface_get_width(surface);
    double dx = cos(f->back_angle) * side / 2, dy = sin(f->back_angle) * side / 2;
    cairo_pattern_t *wall =
        cairo_pattern_create_linear(side / 2 - dx, side / 2 - dy, side / 2 + dx, side / 2 + dy);
    for (int i = 0; i < 2; i++)
        cairo_pattern_add_color_stop_rgb(wall, i, f->back[i], f->back[i], f->back[i]);
    cairo_set_source(cr, wall);
    cairo_paint(cr);
    cairo_pattern_destroy(wall);
    lac_draws d = draws(f, 2000);
    for (int i = 0; i < f->clutter; i++) {
        double x = lac_between(&d, -0.3, 1) * side, y = lac_between(&d, -0.3, 1) * side;
        double wide = lac_between(&d, 0.05, 0.5) * side;
        double high = lac_between(&d, 0.1, 0.9) * side;
        ink(cr, f, LAC_TINT_NONE, lac_between(&d, 0, 1), 0.8);
        if (i % 2)
            fill_oval(cr, x, y, wide * 0.6, high * 0.4);
        else
            cairo_rectangle(cr, x, y, wide, high);
        cairo_fill(cr);
    }
    double neck[3];
    lac_face_project(f, (double[]){0, f->chin_y - 0.5, 0.1}, neck);
    double s = f->scale;
    ink(cr, f, LAC_TINT_SKIN, f->skin * (f->ambient + 0.35 * f->diffuse), 1);
    cairo_rectangle(cr, neck[0] - 0.62 * s, neck[1] - 0.3 * s, 1.24 * s, 3 * s);
    cairo_fill(cr);
    ink(cr, f, LAC_TINT_CLOTH, f->cloth, 1);
    fill_oval(cr, neck[0], neck[1] + 1.75 * s, 1.9 * s, 0.95 * s);
}
