/*
 * The curves of a run: loss at the left, on a logarithmic scale, error in pixels at the
 * right. Every line carries its name and last value at its end.
 */
#include "data/csv.h"
#include "report/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 400, EPOCH = 0, LOSS, HOLDOUT_LOSS, RMSE, WEIGHTED, COLUMNS };

static const char *const columns[COLUMNS] = {"epoch", "train_loss", "holdout_loss", "holdout_rmse",
                                             "test_weighted_rmse"};

typedef struct history {
    int count;
    int room;
    double *value[COLUMNS]; /* [count], NaN where the cell is empty */
} history;

typedef struct line {
    int column;
    const char *name;
    unsigned color;
} line;

typedef struct panel {
    const char *title;
    const char *format; /* of a line's last value */
    int logarithmic;
    double left, top, wide, high; /* of the plotted area */
    double x[2];                  /* epochs */
    double y[2];                  /* low, high; their logarithms if logarithmic */
    line lines[2];
} panel;

/* ---- metrics.csv ------------------------------------------------------------------------- */

static lac_status find_columns(const lac_csv *csv, const char *path, int at[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        at[c] = -1;
        for (int i = 0; i < csv->columns; i++)
            if (strcmp(csv->name[i], columns[c]) == 0)
                at[c] = i;
        if (at[c] < 0)
            return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: row 1: no column %s", path,
                            columns[c]);
    }
    return LAC_OK;
}

static lac_status make_room(lac_context *ctx, history *h)
{
    if (h->count < h->room)
        return LAC_OK;
    int room = h->room ? 2 * h->room : 64;
    for (int c = 0; c < COLUMNS; c++) {
        double *more;
        LAC_TRY(lac_alloc(ctx, (size_t)room, sizeof *more, &more));
        if (h->count)
            memcpy(more, h->value[c], (size_t)h->count * sizeof *more);
        free(h->value[c]);
        h->value[c] = more;
    }
    h->room = room;
    return LAC_OK;
}

static lac_status read_rows(lac_context *ctx, lac_csv *csv, const int at[COLUMNS], history *h)
{
    int more;
    LAC_TRY(lac_csv_next(csv, &more));
    while (more) {
        LAC_TRY(make_room(ctx, h));
        for (int c = 0; c < COLUMNS; c++) {
            double *value = &h->value[c][h->count];
            *value = NAN;
            if (csv->cell[at[c]].length > 0 || c == EPOCH)
                LAC_TRY(lac_csv_number(csv, at[c], value));
        }
        if (h->count && !(h->value[EPOCH][h->count] > h->value[EPOCH][h->count - 1]))
            return lac_csv_fail_cell(csv, at[EPOCH], "an epoch above the row before");
        h->count++;
        LAC_TRY(lac_csv_next(csv, &more));
    }
    return LAC_OK;
}

static lac_status read_history(lac_context *ctx, const char *path, history *h)
{
    lac_csv *csv;
    int at[COLUMNS];
    LAC_TRY(lac_csv_open(ctx, path, "metrics", &csv));
    lac_status status = find_columns(csv, path, at);
    if (status == LAC_OK)
        status = read_rows(ctx, csv, at, h);
    lac_csv_close(&csv);
    if (status == LAC_OK && h->count == 0)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: no epoch is finished yet", path);
    return status;
}

/* ---- Scales ------------------------------------------------------------------------------- */

static double scaled(const panel *p, double value)
{
    if (!p->logarithmic)
        return value;
    return value > 0 ? log10(value) : NAN;
}

static double x_at(const panel *p, double epoch)
{
    return p->left + (epoch - p->x[0]) / (p->x[1] - p->x[0]) * p->wide;
}

static double y_at(const panel *p, double value)
{
    return p->top + (p->y[1] - scaled(p, value)) / (p->y[1] - p->y[0]) * p->high;
}

/* Returns 0 when there is nothing to show. */
static int set_scales(panel *p, const history *h)
{
    p->x[0] = h->value[EPOCH][0];
    p->x[1] = h->value[EPOCH][h->count - 1];
    if (p->x[0] == p->x[1]) {
        p->x[0] -= 0.5;
        p->x[1] += 0.5;
    }
    p->y[0] = INFINITY;
    p->y[1] = -INFINITY;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < h->count; i++) {
            double v = scaled(p, h->value[p->lines[l].column][i]);
            if (isfinite(v)) {
                p->y[0] = fmin(p->y[0], v);
                p->y[1] = fmax(p->y[1], v);
            }
        }
    double least = p->logarithmic ? 0.1 : 0.02 * fabs(p->y[1]);
    double margin = fmax(0.06 * (p->y[1] - p->y[0]), least);
    p->y[0] -= margin;
    p->y[1] += margin;
    if (!p->logarithmic)
        p->y[0] = fmax(p->y[0], 0);
    return p->y[0] < p->y[1];
}

/* The nice step, 1, 2 or 5 times a power of ten, nearest above span / parts. */
static double nice_step(double span, int parts)
{
    double power = pow(10, floor(log10(span / parts)));
    double rest = span / parts / power;
    return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

/* ---- Drawing ------------------------------------------------------------------------------ */

static void draw_level(cairo_t *cr, const panel *p, double value)
{
    char text[32];
    double y = y_at(p, value);
    snprintf(text, sizeof text, "%.6g", value);
    lac_draw_color(cr, LAC_GRID);
    cairo_move_to(cr, p->left, y);
    cairo_rel_line_to(cr, p->wide, 0);
    cairo_stroke(cr);
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, p->left - 8, y + 4, 1, text);
}

/* 1, 2 and 5 of every decade; all of 1 to 9 where that would be fewer than three lines, of which
 * those above 5 only where there is little else. */
static void draw_log_levels(cairo_t *cr, const panel *p)
{
    double span = p->y[1] - p->y[0];
    for (int power = (int)floor(p->y[0]); power <= p->y[1]; power++)
        for (int digit = 1; digit < 10; digit++) {
            double at = power + log10(digit);
            int shown = digit == 1 || (span < 3 && (digit == 2 || digit == 5)) ||
                        (span < 1 && digit < 6) || span < 0.5;
            if (shown && at >= p->y[0] && at <= p->y[1])
                draw_level(cr, p, digit * pow(10, power));
        }
}

static void draw_axes(cairo_t *cr, const panel *p)
{
    lac_draw_font(cr, 14, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, p->left, p->top - 16, 0, p->title);
    lac_draw_font(cr, 11, 0);
    cairo_set_line_width(cr, 1);
    if (p->logarithmic) {
        draw_log_levels(cr, p);
    } else {
        double step = nice_step(p->y[1] - p->y[0], 8);
        for (double at = ceil(p->y[0] / step); at * step <= p->y[1]; at++)
            draw_level(cr, p, at * step);
    }
    double step = fmax(nice_step(p->x[1] - p->x[0], 8), 1);
    for (double at = ceil(p->x[0] / step); at * step <= p->x[1]; at++) {
        char text[32];
        snprintf(text, sizeof text, "%.0f", at * step);
        lac_draw_text(cr, x_at(p, at * step), p->top + p->high + 18, 0.5, text);
    }
    lac_draw_text(cr, p->left + p->wide, p->top + p->high + 36, 1, "epoch");
}

/* Breaks where a value is missing; returns the index of the last there is, or -1. */
static int draw_line(cairo_t *cr, const panel *p, const line *l, const history *h)
{
    const double *value = h->value[l->column];
    int last = -1;
    lac_draw_color(cr, l->color);
    cairo_set_line_width(cr, h->count > 200 ? 1.2 : 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < h->count; i++) {
        if (!isfinite(scaled(p, value[i])))
            continue;
        double x = x_at(p, h->value[EPOCH][i]), y = y_at(p, value[i]);
        if (last >= 0 && last == i - 1)
            cairo_line_to(cr, x, y);
        else
            cairo_move_to(cr, x, y);
        last = i;
    }
    cairo_stroke(cr);
    for (int i = 0; i < h->count; i++) {
        if (!isfinite(scaled(p, value[i])) || (h->count > 40 && i != last))
            continue;
        cairo_arc(cr, x_at(p, h->value[EPOCH][i]), y_at(p, value[i]), 2.5, 0, 6.2832);
        cairo_fill(cr);
    }
    return last;
}

/* Two lines of text behind a line's end: its name, and its last value. */
static void draw_end(cairo_t *cr, const panel *p, const line *l, double value, double y)
{
    char text[48];
    snprintf(text, sizeof text, p->format, value);
    lac_draw_color(cr, l->color);
    lac_draw_font(cr, 12, 0);
    lac_draw_text(cr, p->left + p->wide + 10, y - 2, 0, l->name);
    lac_draw_font(cr, 12, 1);
    lac_draw_text(cr, p->left + p->wide + 10, y + 13, 0, text);
}

static void draw_panel(cairo_t *cr, panel *p, const history *h)
{
    const double apart = 34; /* what a line's end needs */
    double value[2] = {0}, y[2] = {0};
    int last[2];
    if (!set_scales(p, h)) {
        lac_draw_font(cr, 14, 1);
        lac_draw_color(cr, LAC_INK);
        lac_draw_text(cr, p->left, p->top - 16, 0, p->title);
        lac_draw_font(cr, 12, 0);
        lac_draw_color(cr, LAC_QUIET);
        lac_draw_text(cr, p->left, p->top + 10, 0, "nothing was held out");
        return;
    }
    draw_axes(cr, p);
    for (int i = 0; i < 2; i++) {
        last[i] = draw_line(cr, p, &p->lines[i], h);
        if (last[i] < 0)
            continue;
        value[i] = h->value[p->lines[i].column][last[i]];
        y[i] = y_at(p, value[i]);
    }
    int upper = y[0] <= y[1] ? 0 : 1;
    double overlap = apart - fabs(y[0] - y[1]);
    if (last[0] >= 0 && last[1] >= 0 && overlap > 0) {
        y[upper] -= overlap / 2;
        y[1 - upper] += overlap / 2;
    }
    for (int i = 0; i < 2; i++)
        if (last[i] >= 0)
            draw_end(cr, p, &p->lines[i], value[i], y[i]);
}

static void draw(cairo_t *cr, const history *h)
{
    panel loss = {.title = "loss (logarithmic)",
                  .format = "%.3g",
                  .logarithmic = 1,
                  .left = 70,
                  .top = 50,
                  .wide = 280,
                  .high = 290,
                  .lines = {{LOSS, "training", LAC_QUIET}, {HOLDOUT_LOSS, "hold-out", LAC_BLUE}}};
    panel error = {.title = "RMSE on the hold-out, pixels",
                   .format = "%.2f px",
                   .left = 520,
                   .top = 50,
                   .wide = 320,
                   .high = 290,
                   .lines = {{RMSE, "hold-out", LAC_BLUE}, {WEIGHTED, "test-weighted", LAC_RED}}};
    draw_panel(cr, &loss, h);
    draw_panel(cr, &error, h);
}

lac_status lac_plot_curve(lac_context *ctx, const char *run, const char *path)
{
    history h = {0};
    lac_drawing drawing;
    char *metrics = NULL;
    LAC_TRY(lac_path_join(ctx, run, "metrics.csv", &metrics));
    lac_status status = read_history(ctx, metrics, &h);
    if (status == LAC_OK)
        status = lac_drawing_open(ctx, path, WIDTH, HEIGHT, &drawing);
    if (status == LAC_OK) {
        draw(drawing.cr, &h);
        status = lac_drawing_close(ctx, &drawing);
    }
    for (int c = 0; c < COLUMNS; c++)
        free(h.value[c]);
    free(metrics);
    return status;
}
