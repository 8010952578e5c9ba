/*
 * Measures with their intervals, by the bootstrap.
 *
 * Pictures of one person or photo are not independent of each other, so that groups of them are
 * drawn, not rows. Every measure is made of sums over groups: these are taken once, and a resample
 * adds up the sums of the groups that it draws. For a comparison both predictions are summed over
 * the same draw.
 */
#include "eval/measures.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>

/* The sums of a group, numbers beside each other: these, then squared errors and labels of each
 * source. */
enum { RELATIVE, FAILURES, IMAGES, FAILING_IMAGES, NME, OF_SOURCES };

typedef struct bootstrap {
    const lac_data *data;
    const lac_measures_config *config;
    const int *group;  /* [count] */
    int groups;
    int width;         /* sums of a group */
    int measures;
    double *sums[2];   /* [groups, width] of the one or two predictions */
    double *total;     /* [threads, 2, width] */
    double *drawn;     /* [measures, resamples] */
} bootstrap;

/* Numbers the groups of the rows from 0 on: group [count], freed by free(). */
static lac_status number_groups(lac_context *ctx, const lac_predicted *p, int **group,
                                int *groups)
{
    int *number; /* [rows of the data] 1 + the number of the group that this row stands for */
    *groups = 0;
    LAC_TRY(lac_alloc(ctx, (size_t)p->count, sizeof **group, group));
    lac_status status = lac_alloc(ctx, (size_t)p->data->rows, sizeof *number, &number);
    if (status != LAC_OK) {
        free(*group);
        *group = NULL;
        return status;
    }
    for (int i = 0; i < p->count; i++) {
        int *of = &number[p->group[i]];
        if (!*of)
            *of = ++*groups;
        (*group)[i] = *of - 1;
    }
    free(number);
    return LAC_OK;
}

static void add_row(const bootstrap *b, const lac_predicted *p, int index, double *sums)
{
    int row = p->row[index], source = lac_data_row_source(p->data, row);
    const float *label = lac_data_labels(p->data, row);
    const uint8_t *mask = lac_data_mask(p->data, row);
    const float *xy = p->xy + (size_t)index * 2 * p->data->points;
    double norm = lac_row_norm(p->data, row, b->config);
    lac_row_errors e = {0};
    for (int k = 0; k < p->data->points; k++)
        lac_row_errors_add(&e, xy + 2 * k, label + 2 * k, mask + 2 * k, norm,
                           b->config->threshold);
    sums[RELATIVE] += e.relative;
    sums[FAILURES] += e.failures;
    sums[IMAGES] += e.relative > 0;
    sums[FAILING_IMAGES] += e.failures > 0;
    sums[NME] += e.relative ? e.sum / e.relative : 0;
    sums[OF_SOURCES + 2 * source] += e.squares;
    sums[OF_SOURCES + 2 * source + 1] += e.labels;
}

static double quotient(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static void measures_of(const lac_data *data, const double *sums, double *out)
{
    double squares = 0, labels = 0, mean_square[LAC_MOST_SOURCES];
    for (int s = 0; s < data->sources; s++) {
        const double *of = sums + OF_SOURCES + 2 * s;
        squares += of[0];
        labels += of[1];
        mean_square[s] = quotient(of[0], of[1]);
        out[LAC_MEASURES + s] = sqrt(mean_square[s]);
    }
    out[LAC_MEASURE_RMSE] = sqrt(quotient(squares, labels));
    out[LAC_MEASURE_TEST_WEIGHTED] = lac_test_weighted(data, mean_square);
    out[LAC_MEASURE_FAILURE_POINTS] = quotient(sums[FAILURES], sums[RELATIVE]);
    out[LAC_MEASURE_FAILURE_IMAGES] = quotient(sums[FAILING_IMAGES], sums[IMAGES]);
    out[LAC_MEASURE_NME] = quotient(sums[NME], sums[IMAGES]);
}

/* The measures of these sums of the one prediction, or the difference of the two. */
static void compare(const bootstrap *b, const double *total, double *out)
{
    double second[LAC_MEASURES + LAC_MOST_SOURCES];
    measures_of(b->data, total, out);
    if (!b->sums[1])
        return;
    measures_of(b->data, total + b->width, second);
    for (int f = 0; f < b->measures; f++)
        out[f] = second[f] - out[f];
}

static void add_group(const bootstrap *b, int group, double *total)
{
    for (int s = 0; s < 2 && b->sums[s]; s++)
        for (int i = 0; i < b->width; i++)
            total[s * b->width + i] += b->sums[s][(size_t)group * b->width + i];
}

/* Resample number `item`. */
static void work_draw(void *arg, int item, int thread)
{
    const bootstrap *b = arg;
    double out[LAC_MEASURES + LAC_MOST_SOURCES];
    double *total = b->total + (size_t)thread * 2 * b->width;
    for (int i = 0; i < 2 * b->width; i++)
        total[i] = 0;
    for (int i = 0; i < b->groups; i++) {
        double at = lac_random_uniform(b->config->seed,
                                       LAC_STREAM(LAC_STREAM_BOOTSTRAP) + (uint32_t)item,
                                       (uint32_t)i);
        add_group(b, (int)(at * b->groups), total);
    }
    compare(b, total, out);
    for (int f = 0; f < b->measures; f++)
        b->drawn[(size_t)f * b->config->resamples + item] = out[f];
}

static void find_interval(double *drawn, int count, lac_estimate *e)
{
    int known = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(drawn[i]))
            drawn[known++] = drawn[i];
    lac_numbers_sort(drawn, known);
    e->low = lac_quantile(drawn, known, 0.025);
    e->high = lac_quantile(drawn, known, 0.975);
}

static lac_status sum_groups(lac_context *ctx, bootstrap *b, const lac_predicted *p,
                             double **sums)
{
    LAC_TRY(lac_alloc(ctx, (size_t)b->groups * b->width, sizeof **sums, sums));
    for (int i = 0; i < p->count; i++)
        add_row(b, p, i, *sums + (size_t)b->group[i] * b->width);
    return LAC_OK;
}

static lac_status estimate(lac_context *ctx, bootstrap *b, const lac_predicted *const p[2],
                           lac_estimate *out)
{
    double value[LAC_MEASURES + LAC_MOST_SOURCES];
    int resamples = b->config->resamples;
    for (int s = 0; s < 2 && p[s]; s++)
        LAC_TRY(sum_groups(ctx, b, p[s], &b->sums[s]));
    LAC_TRY(lac_alloc(ctx, (size_t)lac_context_threads(ctx) * 2 * b->width, sizeof *b->total,
                      &b->total));
    LAC_TRY(lac_alloc(ctx, (size_t)b->measures * resamples, sizeof *b->drawn, &b->drawn));
    for (int g = 0; g < b->groups; g++)
        add_group(b, g, b->total);
    compare(b, b->total, value);
    lac_parallel(ctx, resamples, work_draw, b);
    for (int f = 0; f < b->measures; f++) {
        out[f].value = value[f];
        find_interval(b->drawn + (size_t)f * resamples, resamples, &out[f]);
    }
    return LAC_OK;
}

lac_status lac_estimates_make(lac_context *ctx, const lac_predicted *a, const lac_predicted *second,
                              const lac_measures_config *config, lac_estimate *out, int *groups)
{
    int sources = a->data->sources;
    int *group;
    bootstrap b = {.data = a->data, .config = config, .width = OF_SOURCES + 2 * sources,
                   .measures = LAC_MEASURES + sources};
    LAC_TRY(number_groups(ctx, a, &group, &b.groups));
    b.group = group;
    *groups = b.groups;
    lac_status status = estimate(ctx, &b, (const lac_predicted *const[2]){a, second}, out);
    free(group);
    free(b.sums[0]);
    free(b.sums[1]);
    free(b.total);
    free(b.drawn);
    return status;
}
