/*
 * How far predictions are from labels: eq. 7 and 8 of the paper, for all points, for
 * each point, for each source.
 *
 * Everything is one tally, kept many times: a sum of squares, the labels in it, the
 * points whose two coordinates are both there, and how many of those fail. A label
 * whose mask is 0 is not read.
 */
#include "eval/eval.h"
#include "image/units.h"

#include <math.h>
#include <stdlib.h>

typedef struct tally {
    double squares; /* pixels squared */
    long labels;
    long pairs; /* points with both coordinates */
    long failures;
} tally;

typedef struct tallies {
    tally all;
    tally *point;  /* [K] */
    tally *source; /* [sources] */
    long images;   /* pictures with a pair */
    long failing_images;
} tallies;

static void tally_add(tally *t, const tally *more)
{
    t->squares += more->squares;
    t->labels += more->labels;
    t->pairs += more->pairs;
    t->failures += more->failures;
}

double lac_point_error(const float xy[2], const float label[2], int size)
{
    double dx = (double)xy[0] - (double)label[0];
    double dy = (double)xy[1] - (double)label[1];
    return sqrt(dx * dx + dy * dy) / size;
}

/* One point of one row. A prediction that is not a number fails. */
static tally tally_point(const float xy[2], const float label[2], const uint8_t mask[2], int size)
{
    tally t = {0};
    for (int axis = 0; axis < 2; axis++) {
        if (!mask[axis])
            continue;
        double off = (double)xy[axis] - (double)label[axis];
        t.squares += off * off;
        t.labels++;
    }
    t.pairs = t.labels == 2;
    t.failures = t.pairs && !(lac_point_error(xy, label, size) <= LAC_FAILING);
    return t;
}

static void tally_row(tallies *sums, const lac_data *data, int row, const float *xy)
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    tally whole = {0};
    for (int k = 0; k < lac_data_points(data); k++) {
        tally t = tally_point(xy + 2 * k, label + 2 * k, mask + 2 * k, lac_data_size(data));
        tally_add(&sums->point[k], &t);
        tally_add(&whole, &t);
    }
    tally_add(&sums->source[lac_data_row_source(data, row)], &whole);
    tally_add(&sums->all, &whole);
    sums->images += whole.pairs > 0;
    sums->failing_images += whole.failures > 0;
}

static double mean_square(const tally *t)
{
    return t->labels ? t->squares / (double)t->labels : NAN;
}

static double share(long part, long whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

/* A source of weight 0 is left out, since its mean may be NaN. */
double lac_test_weighted(const lac_data *data, const double *mean_square)
{
    double mean = 0;
    for (int s = 0; s < lac_data_sources(data); s++) {
        double weight = lac_data_source_weight(data, s);
        if (weight != 0)
            mean += weight * mean_square[s];
    }
    return lac_data_sources(data) ? sqrt(mean) : NAN;
}

static void fill(lac_metrics *m, const tallies *sums, const lac_data *data)
{
    double of_source[LAC_MOST_SOURCES];
    double unit = lac_unit(lac_data_size(data));
    double all = 2.0 * m->rows * m->points;
    m->labels = sums->all.labels;
    m->loss = all > 0 ? sums->all.squares / (unit * unit) / all : NAN;
    m->rmse = sqrt(mean_square(&sums->all));
    m->failure_points = share(sums->all.failures, sums->all.pairs);
    m->failure_images = share(sums->failing_images, sums->images);
    for (int k = 0; k < m->points; k++) {
        m->point_rmse[k] = sqrt(mean_square(&sums->point[k]));
        m->point_failure[k] = share(sums->point[k].failures, sums->point[k].pairs);
    }
    for (int s = 0; s < m->sources; s++) {
        m->source[s].points = lac_data_source_points(data, s);
        m->source[s].labels = sums->source[s].labels;
        of_source[s] = mean_square(&sums->source[s]);
        m->source[s].rmse = sqrt(of_source[s]);
        m->source[s].weight = lac_data_source_weight(data, s);
    }
    m->test_weighted = lac_test_weighted(data, of_source);
}

static lac_status metrics_new(lac_context *ctx, const lac_data *data, int rows, lac_metrics **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_metrics *m = *out;
    m->rows = rows;
    m->points = lac_data_points(data);
    m->sources = lac_data_sources(data);
    lac_status status = lac_alloc(ctx, (size_t)m->points, sizeof(double), &m->point_rmse);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)m->points, sizeof(double), &m->point_failure);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)m->sources, sizeof *m->source, &m->source);
    if (status != LAC_OK)
        lac_metrics_free(out);
    return status;
}

static lac_status check(lac_context *ctx, const lac_data *data, const int *rows, int count)
{
    int have = lac_data_rows(data);
    if (lac_data_points(data) == 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "metrics: the data has no labels");
    if (count < 0 || (!rows && count != have))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "metrics: %d predictions for %d rows", count,
                        have);
    for (int i = 0; rows && i < count; i++)
        if (rows[i] < 0 || rows[i] >= have)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "metrics: row %d of a data set of %d rows",
                            rows[i], have);
    return LAC_OK;
}

lac_status lac_metrics_compute(lac_context *ctx, const lac_data *data, const float *xy,
                               const int *rows, int count, lac_metrics **out)
{
    *out = NULL;
    LAC_TRY(check(ctx, data, rows, count));
    LAC_TRY(metrics_new(ctx, data, count, out));
    lac_metrics *m = *out;
    tallies sums = {0};
    size_t tallied = (size_t)m->points + (size_t)m->sources;
    lac_status status = lac_alloc(ctx, tallied, sizeof(tally), &sums.point);
    if (status != LAC_OK) {
        lac_metrics_free(out);
        return status;
    }
    sums.source = sums.point + m->points;
    for (int i = 0; i < count; i++) {
        int row = rows ? rows[i] : i;
        tally_row(&sums, data, row, xy + (size_t)i * 2 * (size_t)m->points);
        m->source[lac_data_row_source(data, row)].rows++;
    }
    fill(m, &sums, data);
    free(sums.point);
    return LAC_OK;
}

double lac_row_rmse(const lac_data *data, int row, const float *xy)
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    double sum = 0;
    int labels = 0;
    for (int i = 0; i < 2 * lac_data_points(data); i++) {
        if (!mask[i])
            continue;
        double off = (double)xy[i] - (double)label[i];
        sum += off * off;
        labels++;
    }
    return labels ? sqrt(sum / labels) : NAN;
}

void lac_metrics_reduce(lac_metrics *m, lac_reduction reduction)
{
    if (reduction == LAC_REDUCTION_PRESENT)
        m->loss *= 2.0 * m->rows * m->points / (double)(m->labels ? m->labels : 1);
}

void lac_metrics_free(lac_metrics **metrics)
{
    if (!*metrics)
        return;
    free((*metrics)->point_rmse);
    free((*metrics)->point_failure);
    free((*metrics)->source);
    free(*metrics);
    *metrics = NULL;
}
