/*
 * How far labels are from their predictions, and what is usual of that.
 *
 * What is usual differs by point and source: noses are found to the pixel, chins are not. So it is
 * told by median and median deviation of each point and source, which are what most rows say: the
 * wrong labels that are looked for hardly move them.
 */
#include "eval/residuals.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>

/* What is usual needs some numbers; the median deviation of normal ones is 1 / 1.4826 of their
 * standard deviation; no spread is below a fifth of the median, which for normal errors is nearer
 * to a half, and no median below a thousandth of the picture's side. */
enum { ENOUGH = 20 };
static const double to_deviation = 1.4826, least_side = 0.001, least_share = 0.2;

static double median(double *values, long count)
{
    lac_numbers_sort(values, count);
    return lac_quantile(values, count, 0.5);
}

lac_usual lac_usual_of(double *values, long count, double least)
{
    lac_usual u = {.median = median(values, count)};
    for (long i = 0; i < count; i++)
        values[i] = fabs(values[i] - u.median);
    u.spread = to_deviation * median(values, count);
    u.median = fmax(u.median, least);
    u.spread = fmax(u.spread, least_share * u.median);
    return u;
}

static double beyond(const lac_usual *u, double value)
{
    return (value - u->median) / u->spread;
}

const float *lac_residual_label(const lac_residuals *r, int index, int k)
{
    return lac_data_labels(r->data, r->predicted->row[index]) + 2 * k;
}

const float *lac_residual_answer(const lac_residuals *r, int index, int k)
{
    return r->predicted->xy + 2 * ((size_t)index * r->data->points + k);
}

static int source_at(const lac_residuals *r, int index)
{
    return r->data->row_source[r->predicted->row[index]];
}

int lac_residual_is_known(const lac_residuals *r, int index, int k)
{
    const uint8_t *mask = lac_data_mask(r->data, r->predicted->row[index]) + 2 * k;
    const float *xy = lac_residual_answer(r, index, k);
    return mask[0] && mask[1] && isfinite(xy[0]) && isfinite(xy[1]);
}

/* The place of a point's numbers among those of all sources. */
static size_t place(const lac_residuals *r, int index, int k)
{
    return (size_t)source_at(r, index) * r->data->points + k;
}

double lac_residual_of(const lac_residuals *r, int index, int k, const float label[2])
{
    const float *xy = lac_residual_answer(r, index, k);
    const double *shift = r->shift + 2 * place(r, index, k);
    return hypot((double)label[0] - (double)xy[0] - shift[0],
                 (double)label[1] - (double)xy[1] - shift[1]);
}

/* Sources differ in where they mark a point, and a model may sit between them. */
static void find_shift(lac_residuals *r, int source, int k)
{
    double *shift = r->shift + 2 * ((size_t)source * r->data->points + k);
    for (int axis = 0; axis < 2; axis++) {
        long count = 0;
        for (int i = 0; i < r->predicted->count; i++)
            if (source_at(r, i) == source && lac_residual_is_known(r, i, k))
                r->scratch[count++] = (double)lac_residual_label(r, i, k)[axis] -
                                      (double)lac_residual_answer(r, i, k)[axis];
        shift[axis] = count >= ENOUGH ? median(r->scratch, count) : 0;
    }
}

static void find_distances(lac_residuals *r)
{
    int points = r->data->points;
    for (int source = 0; source < r->data->sources; source++)
        for (int k = 0; k < points; k++)
            find_shift(r, source, k);
    for (int i = 0; i < r->predicted->count; i++)
        for (int k = 0; k < points; k++) {
            const float *label = lac_residual_label(r, i, k);
            r->distance[(size_t)i * points + k] =
                lac_residual_is_known(r, i, k) ? lac_residual_of(r, i, k, label) : NAN;
        }
}

/* Of the values [count, width] in this column, or all if it is -1, whose row is of this source, or
 * any if it is -1. Too few: as `other`, which may be NULL. */
static lac_usual usual_of(lac_residuals *r, const double *values, int width, int source, int column,
                          double least, const lac_usual *other)
{
    long count = 0;
    for (int i = 0; i < r->predicted->count; i++)
        for (int k = 0; k < width && (source < 0 || source_at(r, i) == source); k++) {
            double value = values[(size_t)i * width + k];
            if ((column < 0 || k == column) && !isnan(value))
                r->scratch[count++] = value;
        }
    if (count == 0 || (count < ENOUGH && other))
        return other ? *other : (lac_usual){least, least};
    return lac_usual_of(r->scratch, count, least);
}

static void find_usual(lac_residuals *r)
{
    int points = r->data->points;
    double least = least_side * r->data->size;
    const lac_usual all = usual_of(r, r->distance, points, -1, -1, least, NULL);
    for (int source = 0; source < r->data->sources; source++)
        for (int k = 0; k < points; k++)
            r->usual[source * points + k] =
                usual_of(r, r->distance, points, source, k, least, &all);
}

static void find_rows(lac_residuals *r)
{
    int points = r->data->points;
    for (int i = 0; i < r->predicted->count; i++) {
        double sum = 0;
        int count = 0;
        for (int k = 0; k < points; k++) {
            double distance = r->distance[(size_t)i * points + k];
            if (isnan(distance))
                continue;
            sum += distance / r->usual[place(r, i, k)].median;
            count++;
        }
        r->mean[i] = count >= LAC_ENOUGH_POINTS ? sum / count : NAN;
    }
    const lac_usual all = usual_of(r, r->mean, 1, -1, 0, 1e-3, NULL);
    for (int source = 0; source < r->data->sources; source++)
        r->of_row[source] = usual_of(r, r->mean, 1, source, 0, 1e-3, &all);
}

double lac_residual_score(const lac_residuals *r, int index, int k, double distance)
{
    return beyond(&r->usual[place(r, index, k)], distance);
}

double lac_residual_row_score(const lac_residuals *r, int index)
{
    return beyond(&r->of_row[source_at(r, index)], r->mean[index]);
}

static lac_status make(lac_context *ctx, lac_residuals *r)
{
    size_t points = (size_t)r->data->points, places = (size_t)r->data->sources * points;
    size_t rows = (size_t)r->predicted->count;
    LAC_TRY(lac_alloc(ctx, 2 * places, sizeof *r->shift, &r->shift));
    LAC_TRY(lac_alloc(ctx, places, sizeof *r->usual, &r->usual));
    LAC_TRY(lac_alloc(ctx, (size_t)r->data->sources, sizeof *r->of_row, &r->of_row));
    LAC_TRY(lac_alloc(ctx, rows * points, sizeof *r->distance, &r->distance));
    LAC_TRY(lac_alloc(ctx, rows, sizeof *r->mean, &r->mean));
    LAC_TRY(lac_alloc(ctx, rows * points, sizeof *r->scratch, &r->scratch));
    find_distances(r);
    find_usual(r);
    find_rows(r);
    return LAC_OK;
}

lac_status lac_residuals_make(lac_context *ctx, const lac_predicted *predicted, lac_residuals *out)
{
    *out = (lac_residuals){.predicted = predicted, .data = predicted->data};
    lac_status status = make(ctx, out);
    if (status != LAC_OK)
        lac_residuals_free(out);
    return status;
}

void lac_residuals_free(lac_residuals *r)
{
    free(r->shift);
    free(r->usual);
    free(r->of_row);
    free(r->distance);
    free(r->mean);
    free(r->scratch);
    *r = (lac_residuals){0};
}
