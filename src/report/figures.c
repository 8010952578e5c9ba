/* The report's charts, its layer tables, and figures as files. */
#include "report/chart.h"
#include "report/report.h"
#include "settings/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 440, HEIGHT = 350, LEFT = 50, TOP = 40, WIDE = 250, HIGH = 262, ROOM = 126 };

/* ---- Files --------------------------------------------------------------------------------- */

static lac_status write_as(lac_context *ctx, const char *dir, const char *end, lac_theme theme,
                           const lac_figure *f)
{
    char name[96];
    char *path;
    lac_drawing drawing;
    lac_format(name, sizeof name, "%s%s", f->name, end);
    LAC_TRY(lac_path_join(ctx, dir, name, &path));
    lac_status status = lac_drawing_open(ctx, path, f->width, f->height, theme, &drawing);
    free(path);
    LAC_TRY(status);
    f->draw(drawing.cr, f->arg);
    return lac_drawing_close(ctx, &drawing);
}

lac_status lac_figure_write(lac_context *ctx, const char *dir, const lac_figure *f)
{
    LAC_TRY(write_as(ctx, dir, ".svg", LAC_LIGHT, f));
    if (f->has_dark)
        LAC_TRY(write_as(ctx, dir, "-dark.svg", LAC_DARK, f));
    return write_as(ctx, dir, ".png", LAC_LIGHT, f);
}

/* ---- Lines of the runs ---------------------------------------------------------------------- */

static lac_chart chart_of(const char *title, const lac_series *series, int count)
{
    return (lac_chart){.title = title, .empty = "no epoch is finished yet", .left = LEFT,
                       .top = TOP, .wide = WIDE, .high = HIGH, .room = ROOM, .series = series,
                       .count = count};
}

/* The text at the end of a run's line. Only the first run of a kind has one: its value, or the
 * range of values of all runs of the kind. `of` is a column of the history, LIMIT or SCALED. */
enum { LIMIT = -2, SCALED = -1 };

static double value_of(const lac_shown *run, int of)
{
    int count = run->history.count;
    if (of == LIMIT)
        return 100 - 100 * run->metrics->failure_points;
    if (count == 0)
        return NAN;
    return of == SCALED ? run->loss_scaled[count - 1] : run->history.value[of][count - 1];
}

static void say_end(const lac_material *m, int i, int of, lac_series *line)
{
    double low = INFINITY, high = -INFINITY;
    char text[2][12];
    if (m->run[i].first != i)
        return;
    for (int j = i; j < m->runs; j++)
        if (m->run[j].first == i) {
            low = fmin(low, value_of(&m->run[j], of));
            high = fmax(high, value_of(&m->run[j], of));
        }
    const char *unit = of == LIMIT ? " %" : of == LAC_HISTORY_WEIGHTED || of == LAC_HISTORY_RMSE
                                          ? " px" : "";
    const char *format = of == LIMIT ? "%.1f" : *unit ? "%.2f" : "%.3g";
    lac_format(text[0], sizeof text[0], format, low);
    lac_format(text[1], sizeof text[1], format, high);
    line->name = m->run[i].label;
    if (strcmp(text[0], text[1]) == 0)
        lac_format(line->value, sizeof line->value, "%s%s", text[0], unit);
    else
        lac_format(line->value, sizeof line->value, "%s\u2013%s%s", text[0], text[1], unit);
}

static const lac_axis by_epoch = {.title = "epoch", .whole = 1};
static const lac_axis logarithmic = {.logarithmic = 1};

/* A column of the runs' histories over another one, `over`. */
static void draw_history(cairo_t *cr, const lac_material *m, const char *title, int over,
                         lac_axis x, int of, lac_axis y)
{
    lac_series lines[LAC_MOST_RUNS];
    for (int i = 0; i < m->runs; i++) {
        const lac_shown *run = &m->run[i];
        lines[i] = (lac_series){.color = run->color, .count = run->history.count,
                                .x = run->history.value[over],
                                .y = of == SCALED ? run->loss_scaled : run->history.value[of]};
        say_end(m, i, of, &lines[i]);
    }
    lac_chart chart = chart_of(title, lines, m->runs);
    if (!m->is_holdout)
        chart.empty = "nothing was held out";
    chart.x = x;
    chart.y = y;
    lac_chart_draw(cr, &chart);
}

static void draw_loss(cairo_t *cr, const void *arg)
{
    draw_history(cr, arg, "loss on the hold-out (logarithmic)", LAC_HISTORY_EPOCH, by_epoch,
                 LAC_HISTORY_HOLDOUT_LOSS, logarithmic);
}

static void draw_loss_scaled(cairo_t *cr, const void *arg)
{
    draw_history(cr, arg, "loss on the hold-out, each run scaled to 0..1", LAC_HISTORY_EPOCH,
                 by_epoch, SCALED, (lac_axis){.low = 0, .high = 1});
}

/* The error that the runs are compared by: test-weighted where the submission is known. */
static int error_of(const lac_material *m)
{
    int is_weighted = m->runs && isfinite(m->run[0].metrics->test_weighted);
    return is_weighted ? LAC_HISTORY_WEIGHTED : LAC_HISTORY_RMSE;
}

static const char *error_title(int error)
{
    return error == LAC_HISTORY_WEIGHTED ? "test-weighted RMSE, pixels"
                                         : "RMSE on the hold-out, pixels";
}

static void draw_error(cairo_t *cr, const void *arg)
{
    int error = error_of(arg);
    draw_history(cr, arg, error_title(error), LAC_HISTORY_EPOCH, by_epoch, error, (lac_axis){0});
}

/* What a training costs: both axes logarithmic, for runs of a minute beside runs of hours. */
static void draw_time(cairo_t *cr, const void *arg)
{
    int error = error_of(arg);
    lac_axis seconds = {.title = "seconds of training", .logarithmic = 1};
    draw_history(cr, arg, error_title(error), LAC_HISTORY_SECONDS, seconds, error, logarithmic);
}

static void draw_ced(cairo_t *cr, const void *arg)
{
    const lac_material *m = arg;
    double error[LAC_CED_STEPS + 1], limit_x[2] = {10, 10}, limit_y[2] = {0, 100};
    lac_series lines[LAC_MOST_RUNS + 1];
    for (int i = 0; i <= LAC_CED_STEPS; i++)
        error[i] = 0.1 * i;
    lines[0] = (lac_series){.is_rule = 1, .color = LAC_QUIET, .count = 2, .x = limit_x,
                            .y = limit_y};
    for (int i = 0; i < m->runs; i++) {
        lines[i + 1] = (lac_series){.color = m->run[i].color, .count = LAC_CED_STEPS + 1,
                                    .x = error, .y = m->run[i].ced};
        say_end(m, i, LIMIT, &lines[i + 1]);
    }
    lac_chart chart = chart_of("% of points within an error (beside: in 10 %)", lines,
                               m->runs + 1);
    chart.x = (lac_axis){.title = "error, % of the picture's side", .low = 0, .high = 15};
    chart.y = (lac_axis){.low = 0, .high = 100};
    lac_chart_draw(cr, &chart);
}

/* ---- Error of every point ------------------------------------------------------------------- */

enum { ROW = 22, NAMES = 182, POINTS_TOP = 48, LEGEND_ROW = 18, LEGEND_COLUMNS = 3 };

/* Lines in the legend, one for every kind of runs. */
static int legend_rows(const lac_material *m)
{
    int kinds = 0;
    for (int r = 0; r < m->runs; r++)
        kinds += m->run[r].first == r;
    return (kinds + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
}

static double highest_rmse(const lac_material *m)
{
    double most = 0;
    for (int r = 0; r < m->runs; r++)
        for (int k = 0; k < m->run[r].metrics->points; k++)
            if (isfinite(m->run[r].metrics->point_rmse[k]))
                most = fmax(most, m->run[r].metrics->point_rmse[k]);
    return most > 0 ? most : 1;
}

static void draw_legend(cairo_t *cr, const lac_material *m)
{
    int column = WIDTH / LEGEND_COLUMNS, kind = 0;
    for (int r = 0; r < m->runs; r++) {
        if (m->run[r].first != r)
            continue;
        double x = 16 + kind % LEGEND_COLUMNS * column;
        double y = POINTS_TOP + kind / LEGEND_COLUMNS * LEGEND_ROW;
        lac_draw_color(cr, m->run[r].color);
        cairo_arc(cr, x, y - 4, 4, 0, 6.2832);
        cairo_fill(cr);
        lac_draw_fitting(cr, x + 9, y, 0, column - 20, m->run[r].label);
        kind++;
    }
}

static void draw_points(cairo_t *cr, const void *arg)
{
    const lac_material *m = arg;
    double wide = WIDTH - NAMES - 16, most = 1.05 * highest_rmse(m);
    int points = lac_data_points(m->data);
    double top = POINTS_TOP + legend_rows(m) * LEGEND_ROW, bottom = top + points * ROW;
    lac_draw_font(cr, 14, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, 12, 24, 0, "RMSE of every point, pixels");
    lac_draw_font(cr, 13, 0);
    draw_legend(cr, m);
    cairo_set_line_width(cr, 1);
    for (double step = lac_nice_step(most, 6), at = 0; at <= most; at += step) {
        char text[16];
        double x = NAMES + at / most * wide;
        lac_draw_color(cr, LAC_GRID);
        cairo_move_to(cr, x, top - 8);
        cairo_line_to(cr, x, bottom);
        cairo_stroke(cr);
        lac_format(text, sizeof text, "%g", at);
        lac_draw_color(cr, LAC_QUIET);
        lac_draw_text(cr, x, bottom + 16, 0.5, text);
    }
    for (int k = 0; k < points; k++) {
        double y = top + (k + 0.5) * ROW;
        lac_draw_color(cr, LAC_INK);
        lac_draw_fitting(cr, NAMES - 10, y + 4, 1, NAMES - 14, lac_data_point_name(m->data, k));
        for (int r = 0; r < m->runs; r++) {
            double rmse = m->run[r].metrics->point_rmse[k];
            if (!isfinite(rmse))
                continue;
            lac_draw_color(cr, m->run[r].color);
            cairo_arc(cr, NAMES + rmse / most * wide, y, 4, 0, 6.2832);
            cairo_fill(cr);
        }
    }
}

int lac_material_chart(const lac_material *m, int index, lac_figure *f, const char **about)
{
    static const struct {
        const char *name, *about;
        void (*draw)(cairo_t *, const void *);
    } charts[] = {
        {"loss", "Loss on the hold-out by epoch", draw_loss},
        {"loss-scaled", "Loss on the hold-out by epoch, scaled to 0..1", draw_loss_scaled},
        {"error", "RMSE on the hold-out by epoch", draw_error},
        {"time", "RMSE on the hold-out by seconds of training", draw_time},
        {"distribution", "Cumulative distribution of the points' errors", draw_ced},
        {"points", "RMSE of every point; the table below has the numbers", draw_points},
    };
    if (m->runs == 0 || index >= LAC_COUNT(charts))
        return 0;
    *f = (lac_figure){charts[index].name, WIDTH, HEIGHT, 1, charts[index].draw, m};
    if (charts[index].draw == draw_points)
        f->height = POINTS_TOP + 30 + LEGEND_ROW * legend_rows(m) + ROW * lac_data_points(m->data);
    *about = charts[index].about;
    return 1;
}

/* ---- Search --------------------------------------------------------------------------------- */

/* "reduction: 0 all, 1 present"; of a number its title alone. */
static void name_axis(lac_search_view *v)
{
    const lac_field *f = v->field;
    size_t used = (size_t)lac_format(v->axis, sizeof v->axis, "%s", f->draw.title);
    for (int i = 0; f->words && f->words[i] && used < sizeof v->axis; i++)
        used += (size_t)lac_format(v->axis + used, sizeof v->axis - used, "%s %d %s",
                                   i ? "," : ":", i, f->words[i]);
}

/* Words stand at whole numbers; an axis of what is drawn from above 0 is logarithmic. */
static lac_axis axis_of(const lac_search_view *v)
{
    const lac_draw *d = &v->field->draw;
    if (v->field->kind == LAC_FIELD_WORD)
        return (lac_axis){v->axis, 0, 1, -0.5, d->count - 0.5};
    double lowest = d->value[0];
    for (int i = 1; i < d->count; i++)
        lowest = fmin(lowest, d->value[i]);
    return (lac_axis){v->axis, lowest > 0, 0, 0, 0};
}

/* Trials that reached their end are blue; those stopped early are grey, at their last error. */
static void draw_search(cairo_t *cr, const void *arg)
{
    const lac_search_view *v = arg;
    const lac_searched *s = v->search;
    double *at[2] = {s->scratch, s->scratch + s->trials};
    double *error[2] = {s->scratch + 2 * s->trials, s->scratch + 3 * s->trials};
    int count[2] = {0, 0};
    for (int i = 0; i < s->trials; i++) {
        const lac_trial *t = &s->trial[i];
        int going = t->state == LAC_TRIAL_GOING;
        at[going][count[going]] = lac_field_number(v->field, &t->config);
        error[going][count[going]++] = t->state == LAC_TRIAL_FAILED ? NAN : t->rmse;
    }
    const lac_series dots[2] = {
        {.name = "stopped early", .color = LAC_QUIET, .is_scattered = 1, .count = count[0],
         .x = at[0], .y = error[0]},
        {.name = "went on", .color = LAC_BLUE, .is_scattered = 1, .count = count[1], .x = at[1],
         .y = error[1]}};
    lac_chart chart = chart_of("validation RMSE, pixels", dots, 2);
    chart.x = axis_of(v);
    chart.y.logarithmic = 1;
    lac_chart_draw(cr, &chart);
}

int lac_search_chart(const lac_searched *s, int index, lac_figure *f, const char **about)
{
    lac_search_view *v = s->view;
    const lac_field *field = lac_search_field(index);
    if (!field)
        return 0;
    *v = (lac_search_view){.search = s, .field = field};
    lac_format(v->name, sizeof v->name, "search-%s", field->name);
    for (char *p = v->name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    lac_format(v->about, sizeof v->about, "Error by %s", field->draw.title);
    name_axis(v);
    *f = (lac_figure){v->name, WIDTH, HEIGHT, 1, draw_search, v};
    *about = v->about;
    return 1;
}

/* ---- Layers --------------------------------------------------------------------------------- */

int lac_layer_table_height(const lac_layer_table *t)
{
    return 60 + 24 * (t->count + 1);
}

static void draw_layer(cairo_t *cr, const lac_layer *l, double y)
{
    char text[48];
    lac_draw_text(cr, 16, y, 0, l->name);
    lac_draw_text(cr, 150, y, 0, l->what);
    if (l->h == 1 && l->w == 1)
        lac_format(text, sizeof text, "%d", l->c);
    else
        lac_format(text, sizeof text, "%d\u00d7%d\u00d7%d", l->h, l->w, l->c);
    lac_draw_text(cr, 600, y, 1, text);
    lac_format(text, sizeof text, "%ld", l->parameters);
    lac_draw_text(cr, LAC_LAYER_TABLE_WIDTH - 16, y, 1, text);
}

void lac_layer_table_draw(cairo_t *cr, const void *arg)
{
    const lac_layer_table *t = arg;
    long parameters = 0;
    char text[32];
    lac_draw_font(cr, 14, 1);
    lac_draw_color(cr, LAC_INK);
    lac_draw_text(cr, 16, 22, 0, t->title);
    lac_draw_font(cr, 12, 0);
    lac_draw_color(cr, LAC_QUIET);
    lac_draw_text(cr, 600, 44, 1, "output");
    lac_draw_text(cr, LAC_LAYER_TABLE_WIDTH - 16, 44, 1, "parameters");
    for (int i = 0; i < t->count; i++) {
        double y = 66 + 24 * i;
        lac_draw_color(cr, LAC_GRID);
        cairo_move_to(cr, 16, y - 16);
        cairo_line_to(cr, LAC_LAYER_TABLE_WIDTH - 16, y - 16);
        cairo_set_line_width(cr, 1);
        cairo_stroke(cr);
        lac_draw_color(cr, LAC_INK);
        draw_layer(cr, &t->layer[i], y);
        parameters += t->layer[i].parameters;
    }
    lac_draw_font(cr, 12, 1);
    lac_format(text, sizeof text, "%ld", parameters);
    lac_draw_text(cr, 16, 66 + 24 * t->count, 0, "total");
    lac_draw_text(cr, LAC_LAYER_TABLE_WIDTH - 16, 66 + 24 * t->count, 1, text);
}
