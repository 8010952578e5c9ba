/* All measures of predicted rows: of the whole, of every point, source and pattern. */
#include "eval/measures.h"
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

static const char *const measure_names[LAC_MEASURES] = {
    "rmse", "test_weighted_rmse", "failure_points", "failure_images", "nme"};

const char *lac_measure_name(lac_measure measure)
{
    return measure_names[measure];
}

lac_measures_config lac_measures_config_default(void)
{
    return (lac_measures_config){.threshold = LAC_FAILING, .resamples = 1000, .seed = 1,
                                .quantile = {0.50, 0.90, 0.95, 0.99},
                                .limit = {0.01, 0.02, 0.03, 0.05, 0.08, 0.10}};
}

static lac_status check_norm(lac_context *ctx, const lac_data *data, const int point[2])
{
    for (int i = 0; i < 2; i++)
        if (point[i] < 0 || point[i] >= data->points)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "measures: point %d of the norm, must be from 0 to %d", point[i],
                            data->points - 1);
    if (point[0] == point[1])
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "measures: the norm is the distance of two "
                        "points, not of %s from itself", data->names[point[0]]);
    return LAC_OK;
}

static lac_status check_labels(lac_context *ctx, const lac_predicted *p)
{
    for (int i = 0; i < p->count; i++)
        if (lac_row_is_labelled(p->data, p->row[i]))
            return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "no labels: none of the %d rows to measure has one", p->count);
}

lac_status lac_measures_check(lac_context *ctx, const lac_predicted *p,
                             const lac_measures_config *config)
{
    const lac_data *data = p->data;
    if (data->points == 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "measures: the data has no labels");
    if (!(config->threshold > 0))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "measures: a threshold of %g, must be above 0",
                        config->threshold);
    if (config->resamples < 0 || config->resamples > 1000000)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "measures: %d resamples, must be from 0 to 1000000", config->resamples);
    for (int q = 0; q < LAC_QUANTILES; q++)
        if (!(config->quantile[q] >= 0 && config->quantile[q] <= 1))
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "measures: quantile %g, must be from 0 to 1",
                            config->quantile[q]);
    if (config->norm == LAC_LENGTH_POINTS)
        LAC_TRY(check_norm(ctx, data, config->norm_point));
    return check_labels(ctx, p);
}

static lac_status measures_new(lac_context *ctx, const lac_data *data, int patterns,
                              lac_measures **out)
{
    size_t points = (size_t)data->points, sources = (size_t)data->sources;
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_measures *m = *out;
    m->points = data->points;
    m->sources = data->sources;
    LAC_TRY(lac_alloc(ctx, points, sizeof *m->point, &m->point));
    LAC_TRY(lac_alloc(ctx, sources, sizeof *m->source, &m->source));
    LAC_TRY(lac_alloc(ctx, sources, sizeof *m->source_rmse, &m->source_rmse));
    LAC_TRY(lac_alloc(ctx, (size_t)patterns, sizeof *m->pattern, &m->pattern));
    return lac_alloc(ctx, (size_t)patterns * points, 1, &m->present);
}

/* Patterns that none of the rows has are left out. */
static void measure(const lac_errors_of *of, const lac_patterns *patterns, lac_measures *m)
{
    lac_errors_measure(of, (lac_point_set){-1, -1, -1}, &m->all);
    for (int k = 0; k < m->points; k++)
        lac_errors_measure(of, (lac_point_set){k, -1, -1}, &m->point[k]);
    for (int s = 0; s < m->sources; s++)
        lac_errors_measure(of, (lac_point_set){-1, s, -1}, &m->source[s]);
    for (int i = 0; i < patterns->count; i++) {
        lac_errors *e = &m->pattern[m->patterns];
        lac_errors_measure(of, (lac_point_set){-1, -1, i}, e);
        if (e->rows == 0)
            continue;
        memcpy(m->present + (size_t)m->patterns * m->points, patterns->pattern[i].present,
               (size_t)m->points);
        m->patterns++;
    }
}

static lac_status measure_errors(lac_context *ctx, const lac_predicted *p,
                                 const lac_measures_config *config, const lac_patterns *patterns,
                                 lac_measures *m)
{
    double *norm, *scratch = NULL;
    LAC_TRY(lac_alloc(ctx, (size_t)p->count, sizeof *norm, &norm));
    for (int i = 0; i < p->count; i++)
        norm[i] = lac_row_norm(p->data, p->row[i], config);
    lac_status status =
        lac_alloc(ctx, (size_t)p->count * p->data->points, sizeof *scratch, &scratch);
    if (status == LAC_OK) {
        const lac_errors_of of = {p, config, patterns->of_row, norm, scratch};
        measure(&of, patterns, m);
    }
    free(norm);
    free(scratch);
    return status;
}

static lac_status estimate(lac_context *ctx, const lac_predicted *p, lac_measures *m)
{
    lac_estimate found[LAC_MEASURES + LAC_MOST_SOURCES];
    LAC_TRY(lac_estimates_make(ctx, p, NULL, &m->config, found, &m->groups));
    memcpy(m->estimate, found, sizeof m->estimate);
    memcpy(m->source_rmse, found + LAC_MEASURES, (size_t)m->sources * sizeof *found);
    return LAC_OK;
}

lac_status lac_measures_compute(lac_context *ctx, const lac_predicted *p,
                               const lac_measures_config *config, lac_measures **out)
{
    const lac_measures_config usual = lac_measures_config_default();
    lac_patterns patterns;
    *out = NULL;
    if (!config)
        config = &usual;
    LAC_TRY(lac_measures_check(ctx, p, config));
    LAC_TRY(lac_patterns_find(ctx, p->data, 0, &patterns));
    lac_status status = measures_new(ctx, p->data, patterns.count, out);
    if (status == LAC_OK) {
        (*out)->config = *config;
        status = measure_errors(ctx, p, config, &patterns, *out);
    }
    if (status == LAC_OK)
        status = estimate(ctx, p, *out);
    lac_patterns_free(&patterns);
    if (status != LAC_OK)
        lac_measures_free(out);
    return status;
}

void lac_measures_free(lac_measures **measures)
{
    lac_measures *m = *measures;
    if (!m)
        return;
    free(m->point);
    free(m->source);
    free(m->source_rmse);
    free(m->pattern);
    free(m->present);
    free(m);
    *measures = NULL;
}
