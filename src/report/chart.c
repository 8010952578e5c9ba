/* Charts: scales, marks, lines and the texts at their ends. */
#include "report/chart.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_MARKS = 64, MOST_ENDS = 16 };

/* Of a line's end: name and value below it, or the name alone where there are many. */
static const double end_tall = 34, end_low = 17;

/* ---- Scales ------------------------------------------------------------------------------- */

/* An axis on the sheet: values from low to high, or their logarithms, from `start` on. */
typedef struct scale {
    const lac_axis *axis;
    double low, high;
    double start, length; /* units; negative upwards */
} scale;

static double scaled(const lac_axis *axis, double value)
{
    if (!axis->logarithmic)
        return value;
    return value > 0 ? log10(value) : NAN;
}

static double place(const scale *s, double value)
{
    double span = s->high - s->low; /* 0 where the values are so large that 1 more is the same */
    return s->start + (span > 0 ? (scaled(s->axis, value) - s->low) / span : 0) * s->length;
}

static int is_shown(const lac_chart *c, const lac_series *line, int i)
{
    return isfinite(scaled(&c->x, line->x[i])) && isfinite(scaled(&c->y, line->y[i]));
}

/* Finds the range of all values shown; returns 0 when there are none. */
static int find_range(const lac_chart *c, int of_y, scale *s)
{
    s->low = INFINITY;
    s->high = -INFINITY;
    for (int l = 0; l < c->count; l++)
        for (int i = 0; i < c->series[l].count; i++) {
            if (!is_shown(c, &c->series[l], i))
                continue;
            double v = scaled(s->axis, of_y ? c->series[l].y[i] : c->series[l].x[i]);
            s->low = fmin(s->low, v);
            s->high = fmax(s->high, v);
        }
    return s->low <= s->high;
}

/* A line of one epoch stands in the middle; values keep off the edges. */
static void widen(const lac_axis *axis, int of_y, scale *s)
{
    if (!of_y && !axis->logarithmic) {
        if (s->low == s->high) {
            s->low -= 0.5;
            s->high += 0.5;
        }
        return;
    }
    double least = axis->logarithmic ? 0.1 : fmax(0.02 * fabs(s->high), 1e-9);
    double margin = fmax(0.06 * (s->high - s->low), least);
    int is_positive = s->low >= 0;
    s->low -= margin;
    s->high += margin;
    if (!axis->logarithmic && is_positive)
        s->low = fmax(s->low, 0);
}

static int set_scale(const lac_chart *c, int of_y, scale *s)
{
    const lac_axis *axis = of_y ? &c->y : &c->x;
    *s = (scale){.axis = axis, .start = of_y ? c->top + c->high : c->left,
                 .length = of_y ? -c->high : c->wide};
    if (!find_range(c, of_y, s))
        return 0;
    widen(axis, of_y, s);
    if (axis->low < axis->high) {
        s->low = scaled(axis, axis->low);
        s->high = scaled(axis, axis->high);
    }
    return 1;
}

double lac_nice_step(double span, int parts)
{
    if (!(span > 1e-300 && span < 1e300)) /* nothing to divide, or no number */
        return 1;
    double power = pow(10, floor(log10(span / parts)));
    double rest = span / parts / power;
    return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

/* 1, 2 and 5 of every decade; all of 1 to 9 where that would be fewer than three, of which
 * those above 5 only where there is little else. */
static int find_log_marks(const scale *s, double mark[MOST_MARKS])
{
    double span = s->high - s->low;
    int count = 0;
    for (int power = (int)floor(s->low); power <= s->high; power++)
        for (int digit = 1; digit < 10; digit++) {
            double at = power + log10(digit);
            int shown = digit == 1 || (span < 3 && (digit == 2 || digit == 5)) ||
                        (span < 1 && digit < 6) || span < 0.5;
            if (shown && at >= s->low && at <= s->high && count < MOST_MARKS)
                mark[count++] = digit * pow(10, power);
        }
    return count;
}

static int find_marks(const scale *s, double mark[MOST_MARKS])
{
    if (s->axis->logarithmic)
        return find_log_marks(s, mark);
    double step = lac_nice_step(s->high - s->low, 8);
    if (s->axis->whole)
        step = fmax(step, 1);
    int count = 0;
    double slack = 1e-9 * (s->high - s->low);
    double first = ceil((s->low - slack) / step);
    while (count < MOST_MARKS && (first + count) * step <= s->high + slack) {
        mark[count] = (first + count) * step + 0.0; /* no -0 */
        count++;
    }
    return count;
}

/* ---- Axes --------------------------------------------------------------------------------- */

static void draw_title(cairo_t *cr, const lac_chart *c)
{
    lac_draw_font(cr, 14, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, c->left, c->top - 16, 0, c->title);
}

static void draw_axes(cairo_t *cr, const lac_chart *c, const scale *x, const scale *y)
{
    double mark[MOST_MARKS];
    char text[32];
    int count = find_marks(y, mark);
    lac_draw_font(cr, 12, 0);
    cairo_set_line_width(cr, 1);
    for (int i = 0; i < count; i++) {
        double at = place(y, mark[i]);
        lac_draw_color(cr, LAC_GRID);
        cairo_move_to(cr, c->left, at);
        cairo_rel_line_to(cr, c->wide, 0);
        cairo_stroke(cr);
        lac_draw_color(cr, LAC_QUIET);
        lac_format(text, sizeof text, "%.6g", mark[i]);
        lac_draw_text(cr, c->left - 8, at + 4, 1, text);
    }
    count = find_marks(x, mark);
    double taken = 0; /* where the text before ends */
    for (int i = 0; i < count; i++) {
        cairo_text_extents_t e;
        lac_format(text, sizeof text, "%.6g", mark[i]);
        cairo_text_extents(cr, text, &e);
        if (place(x, mark[i]) - e.x_advance / 2 < taken)
            continue;
        taken = place(x, mark[i]) + e.x_advance / 2 + 6;
        lac_draw_text(cr, place(x, mark[i]), c->top + c->high + 18, 0.5, text);
    }
    lac_draw_text(cr, c->left + c->wide, c->top + c->high + 36, 1, c->x.title);
}

/* ---- Lines -------------------------------------------------------------------------------- */

/* Draws a line that breaks where a value is missing. Returns the index of the last value, or
 * -1. */
static int draw_line(cairo_t *cr, const lac_chart *c, const lac_series *line, const scale *x,
                     const scale *y)
{
    int last = -1;
    lac_draw_color(cr, line->color);
    cairo_set_line_width(cr, line->count > 200 ? 1.2 : 2);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < line->count; i++) {
        if (!is_shown(c, line, i))
            continue;
        if (last >= 0 && last == i - 1 && !line->is_scattered)
            cairo_line_to(cr, place(x, line->x[i]), place(y, line->y[i]));
        else
            cairo_move_to(cr, place(x, line->x[i]), place(y, line->y[i]));
        last = i;
    }
    cairo_stroke(cr);
    for (int i = 0; i < line->count; i++) {
        int wanted = line->is_scattered || line->count <= 40 || i == last;
        if (!wanted || line->is_rule || !is_shown(c, line, i))
            continue;
        cairo_arc(cr, place(x, line->x[i]), place(y, line->y[i]), line->is_scattered ? 4 : 2.5, 0,
                  6.2832);
        cairo_fill(cr);
    }
    return last;
}

/* The text at a line's end. */
typedef struct end {
    const lac_series *line;
    double y;
} end;

static int end_order(const void *a, const void *b)
{
    const end *p = a;
    const end *q = b;
    return (p->y > q->y) - (p->y < q->y);
}

/* Moves texts apart that would overlap, as little as a pass down and one up can. */
static void spread_ends(end *ends, int count, double height)
{
    qsort(ends, (size_t)count, sizeof *ends, end_order);
    for (int pass = 0; pass < 20; pass++)
        for (int i = 1; i < count; i++) {
            double overlap = height - (ends[i].y - ends[i - 1].y);
            if (overlap <= 0)
                continue;
            ends[i - 1].y -= overlap / 2;
            ends[i].y += overlap / 2;
        }
}

/* Keeps the texts beside the plotted area while there is room. */
static void hold_ends(const lac_chart *c, end *ends, int count, double height)
{
    double low = c->top + c->high - 13, high = c->top + 10;
    for (int i = count - 1; i >= 0; i--, low -= height)
        ends[i].y = fmin(ends[i].y, low);
    for (int i = 0; i < count; i++, high += height)
        ends[i].y = fmax(ends[i].y, high);
}

static void draw_ends(cairo_t *cr, const lac_chart *c, end *ends, int count)
{
    double x = c->left + c->wide + 10;
    double height = count * end_tall <= c->high + end_tall ? end_tall : end_low;
    spread_ends(ends, count, height);
    hold_ends(c, ends, count, height);
    for (int i = 0; i < count; i++) {
        const lac_series *line = ends[i].line;
        lac_draw_color(cr, line->color);
        lac_draw_font(cr, 13, 0);
        lac_draw_fitting(cr, x, ends[i].y - 2, 0, c->room, line->name);
        lac_draw_font(cr, 13, 1);
        if (height == end_tall)
            lac_draw_text(cr, x, ends[i].y + 14, 0, line->value);
    }
}

void lac_chart_draw(cairo_t *cr, const lac_chart *c)
{
    scale x, y;
    end ends[MOST_ENDS];
    int count = 0;
    draw_title(cr, c);
    if (!set_scale(c, 0, &x) || !set_scale(c, 1, &y)) {
        lac_draw_font(cr, 12, 0);
        lac_draw_color(cr, LAC_QUIET);
        lac_draw_text(cr, c->left, c->top + 10, 0, c->empty);
        return;
    }
    draw_axes(cr, c, &x, &y);
    for (int l = 0; l < c->count; l++) {
        const lac_series *line = &c->series[l];
        int last = draw_line(cr, c, line, &x, &y);
        if (last >= 0 && line->name && count < MOST_ENDS)
            ends[count++] = (end){line, place(&y, line->y[last])};
    }
    draw_ends(cr, c, ends, count);
}
