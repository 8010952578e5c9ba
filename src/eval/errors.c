/*
 * The errors of sets of points: how large they are, how they are spread, how many are small.
 *
 * The error of a point is its distance from its label. In pixels it makes percentiles; divided by
 * its row's norm it is compared with limits and with the threshold.
 */
#include "eval/measures.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>

static int is_whole(const uint8_t mask[2])
{
    return mask[0] && mask[1];
}

static double points_apart(const lac_data *data, int row, const int point[2])
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    if (!is_whole(mask + 2 * point[0]) || !is_whole(mask + 2 * point[1]))
        return NAN;
    return lac_point_error(label + 2 * point[0], label + 2 * point[1], 1);
}

/* sqrt(width * height) of the box around all labels. */
static double box_side(const lac_data *data, int row)
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int i = 0; i < 2 * data->points; i++) {
        if (!mask[i])
            continue;
        low[i % 2] = fmin(low[i % 2], (double)label[i]);
        high[i % 2] = fmax(high[i % 2], (double)label[i]);
    }
    double width = high[0] - low[0], height = high[1] - low[1];
    return width > 0 && height > 0 ? sqrt(width * height) : NAN;
}

double lac_row_norm(const lac_data *data, int row, const lac_measures_config *config)
{
    double norm = config->norm == LAC_LENGTH_SIDE     ? data->size
                  : config->norm == LAC_LENGTH_POINTS ? points_apart(data, row, config->norm_point)
                                                    : box_side(data, row);
    return norm > 0 ? norm : NAN;
}

double lac_row_errors_add(lac_row_errors *sum, const float xy[2], const float label[2],
                          const uint8_t mask[2], double norm, double threshold)
{
    for (int axis = 0; axis < 2; axis++) {
        if (!mask[axis])
            continue;
        double off = (double)xy[axis] - (double)label[axis];
        sum->squares += off * off;
        sum->labels++;
    }
    if (!is_whole(mask))
        return NAN;
    double error = lac_point_error(xy, label, 1);
    if (!isfinite(error))
        error = INFINITY;
    sum->points++;
    if (isnan(norm))
        return error;
    sum->relative++;
    sum->failures += error / norm > threshold;
    sum->sum += error / norm;
    return error;
}

static int number_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void lac_numbers_sort(double *number, long count)
{
    qsort(number, (size_t)count, sizeof *number, number_order);
}

double lac_quantile(const double *sorted, long count, double share)
{
    if (count == 0)
        return NAN;
    double place = share * (double)(count - 1);
    long below = (long)place;
    double part = place - (double)below;
    if (part == 0)
        return sorted[below];
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

/* ---- Sums over a set; the struct holds sums and counts until they are divided -------------- */

static void add_error(const lac_errors_of *of, double error, double norm, lac_errors *e)
{
    const lac_measures_config *config = of->config;
    of->scratch[e->points++] = error;
    e->mean += error;
    if (isnan(norm))
        return;
    for (int l = 0; l < LAC_LIMITS; l++)
        e->within[l] += error / norm <= config->limit[l];
    e->auc += fmax(0, 1 - error / norm / config->threshold);
}

/* Returns whether the row has a relative error. */
static int add_row(const lac_errors_of *of, int index, int point, lac_errors *e)
{
    const lac_predicted *p = of->predicted;
    const float *label = lac_data_labels(p->data, p->row[index]);
    const uint8_t *mask = lac_data_mask(p->data, p->row[index]);
    const float *xy = p->xy + (size_t)index * 2 * p->data->points;
    double norm = of->norm[index];
    lac_row_errors row = {0};
    int first = point < 0 ? 0 : point, end = point < 0 ? p->data->points : point + 1;
    for (int k = first; k < end; k++) {
        double error = lac_row_errors_add(&row, xy + 2 * k, label + 2 * k, mask + 2 * k, norm,
                                          of->config->threshold);
        if (!isnan(error))
            add_error(of, error, norm, e);
    }
    e->rows += row.labels > 0;
    e->labels += row.labels;
    e->rmse += row.squares;
    e->relative += row.relative;
    e->failure_points += row.failures;
    e->failure_images += row.failures > 0;
    e->nme += row.relative ? row.sum / row.relative : 0;
    return row.relative > 0;
}

static double mean_of(double sum, long count)
{
    return count ? sum / (double)count : NAN;
}

static void divide(const lac_errors_of *of, long images, lac_errors *e)
{
    e->rmse = sqrt(mean_of(e->rmse, e->labels));
    e->mean = mean_of(e->mean, e->points);
    lac_numbers_sort(of->scratch, e->points);
    for (int q = 0; q < LAC_QUANTILES; q++)
        e->quantile[q] = lac_quantile(of->scratch, e->points, of->config->quantile[q]);
    for (int l = 0; l < LAC_LIMITS; l++)
        e->within[l] = mean_of(e->within[l], e->relative);
    e->auc = mean_of(e->auc, e->relative);
    e->failure_points = mean_of(e->failure_points, e->relative);
    e->failure_images = mean_of(e->failure_images, images);
    e->nme = mean_of(e->nme, images);
}

void lac_errors_measure(const lac_errors_of *of, lac_point_set set, lac_errors *out)
{
    const lac_predicted *p = of->predicted;
    long images = 0;
    *out = (lac_errors){0};
    for (int i = 0; i < p->count; i++) {
        int row = p->row[i];
        if ((set.source < 0 || set.source == lac_data_row_source(p->data, row)) &&
            (set.pattern < 0 || set.pattern == of->pattern[row]))
            images += add_row(of, i, set.point, out);
    }
    divide(of, images, out);
}
