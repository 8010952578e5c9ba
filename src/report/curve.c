/*
 * The curves of a run: loss at the left, on a logarithmic scale, error in pixels at the
 * right.
 */
#include "report/chart.h"
#include "train/history.h"

#include <math.h>

enum { WIDTH = 960, HEIGHT = 400, TOP = 50, HIGH = 290 };

static lac_series column(const lac_history *h, int of, const char *name, const char *format,
                         unsigned color)
{
    lac_series line = {.name = name, .color = color, .count = h->count,
                       .x = h->value[LAC_HISTORY_EPOCH], .y = h->value[of]};
    for (int i = 0; i < h->count; i++)
        if (isfinite(line.y[i]))
            lac_format(line.value, sizeof line.value, format, line.y[i]);
    return line;
}

static void draw(cairo_t *cr, const lac_history *h)
{
    const lac_series losses[] = {
        column(h, LAC_HISTORY_LOSS, "training", "%.3g", LAC_QUIET),
        column(h, LAC_HISTORY_HOLDOUT_LOSS, "hold-out", "%.3g", LAC_BLUE)};
    const lac_series errors[] = {
        column(h, LAC_HISTORY_RMSE, "hold-out", "%.2f px", LAC_BLUE),
        column(h, LAC_HISTORY_WEIGHTED, "test-weighted", "%.2f px", LAC_RED)};
    lac_chart loss = {.title = "loss (logarithmic)",
                      .empty = "nothing was held out",
                      .x = {.title = "epoch", .whole = 1},
                      .y = {.logarithmic = 1},
                      .left = 70,
                      .top = TOP,
                      .wide = 280,
                      .high = HIGH,
                      .room = 100,
                      .series = losses,
                      .count = 2};
    lac_chart error = loss;
    error.title = "RMSE on the hold-out, pixels";
    error.y.logarithmic = 0;
    error.left = 520;
    error.wide = 320;
    error.series = errors;
    lac_chart_draw(cr, &loss);
    lac_chart_draw(cr, &error);
}

lac_status lac_plot_curve(lac_context *ctx, const char *run, const char *path)
{
    lac_history h;
    lac_drawing drawing;
    LAC_TRY(lac_history_read(ctx, run, &h));
    lac_status status = LAC_OK;
    if (h.count == 0)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s/metrics.csv: no epoch is finished yet", run);
    if (status == LAC_OK)
        status = lac_drawing_open(ctx, path, WIDTH, HEIGHT, LAC_LIGHT, &drawing);
    if (status == LAC_OK) {
        draw(drawing.cr, &h);
        status = lac_drawing_close(ctx, &drawing);
    }
    lac_history_free(&h);
    return status;
}
