/* What there is to know about a data set before training on it. */
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTLIERS = 10 };

static lac_status count_labels(lac_context *ctx, const lac_data *data, lac_data_summary *s)
{
    int width = 2 * data->points;
    int *count;
    LAC_TRY(lac_alloc(ctx, data->points, sizeof *s->labels, &s->labels));
    LAC_TRY(lac_alloc(ctx, width, sizeof *s->mean, &s->mean));
    LAC_TRY(lac_alloc(ctx, width, sizeof *count, &count));
    for (int r = 0; r < data->rows; r++) {
        const float *labels = lac_data_labels(data, r);
        const uint8_t *mask = lac_data_mask(data, r);
        for (int i = 0; i < width; i++)
            if (mask[i]) {
                s->mean[i] += labels[i];
                count[i]++;
            }
        for (int p = 0; p < data->points; p++)
            s->labels[p] += mask[2 * p] & mask[2 * p + 1];
        s->complete_rows += width > 0 && lac_data_row_is_complete(data, r);
        s->unlabelled_rows += !lac_row_is_labelled(data, r);
    }
    for (int i = 0; i < width; i++)
        s->mean[i] /= count[i] ? count[i] : 1;
    free(count);
    return LAC_OK;
}

static lac_status copy_patterns(lac_context *ctx, const lac_data *data, lac_data_summary *s)
{
    lac_patterns found;
    LAC_TRY(lac_patterns_find(ctx, data, 1, &found));
    lac_status status = lac_alloc(ctx, found.count, sizeof *s->patterns, &s->patterns);
    for (int i = 0; i < found.count && status == LAC_OK; i++) {
        s->patterns[i] = found.pattern[i];
        status = lac_alloc(ctx, data->points, 1, &s->patterns[i].present);
        if (status == LAC_OK)
            memcpy(s->patterns[i].present, found.pattern[i].present, data->points);
        s->pattern_count = i + 1;
    }
    lac_patterns_free(&found);
    return status;
}

static lac_status count_groups(lac_context *ctx, const lac_data *data, lac_data_summary *s)
{
    int *group = NULL;
    uint8_t *twin = NULL;
    uint8_t *duplicate = NULL;
    lac_status status = lac_alloc(ctx, data->rows, sizeof *group, &group);
    if (status == LAC_OK)
        status = lac_alloc(ctx, data->rows, 1, &twin);
    if (status == LAC_OK)
        status = lac_alloc(ctx, data->rows, 1, &duplicate);
    if (status == LAC_OK)
        status = lac_groups_find(ctx, data, group, twin, duplicate);
    for (int r = 0; r < data->rows && status == LAC_OK; r++) {
        s->groups += group[r] == r;
        s->twin_rows += twin[r];
        s->duplicate_rows += duplicate[r];
    }
    free(group);
    free(twin);
    free(duplicate);
    return status;
}

/* Distance of a row's labels from the mean face, pixels, RMS; -1 for a row without labels. */
static double face_distance(const lac_data *data, int row, const double *mean)
{
    const float *labels = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    double square = 0;
    int count = 0;
    for (int i = 0; i < 2 * data->points; i++)
        if (mask[i]) {
            square += (labels[i] - mean[i]) * (labels[i] - mean[i]);
            count++;
        }
    return count ? sqrt(square / count) : -1;
}

static lac_status find_outliers(lac_context *ctx, const lac_data *data, lac_data_summary *s)
{
    LAC_TRY(lac_alloc(ctx, OUTLIERS, sizeof *s->outliers, &s->outliers));
    for (int r = 0; r < data->rows; r++) {
        lac_outlier o = {r, face_distance(data, r, s->mean)};
        int at = s->outlier_count;
        while (at > 0 && s->outliers[at - 1].distance < o.distance)
            at--;
        if (o.distance < 0 || at == OUTLIERS)
            continue;
        s->outlier_count += s->outlier_count < OUTLIERS;
        memmove(s->outliers + at + 1, s->outliers + at,
                (s->outlier_count - 1 - at) * sizeof *s->outliers);
        s->outliers[at] = o;
    }
    return LAC_OK;
}

lac_status lac_data_summarize(lac_context *ctx, const lac_data *data, lac_data_summary **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_data_summary *s = *out;
    s->rows = data->rows;
    s->points = data->points;
    lac_status status = count_labels(ctx, data, s);
    if (status == LAC_OK)
        status = copy_patterns(ctx, data, s);
    if (status == LAC_OK)
        status = count_groups(ctx, data, s);
    if (status == LAC_OK)
        status = find_outliers(ctx, data, s);
    if (status != LAC_OK)
        lac_data_summary_free(out);
    return status;
}

void lac_data_summary_free(lac_data_summary **summary)
{
    lac_data_summary *s = *summary;
    if (!s)
        return;
    for (int i = 0; i < s->pattern_count; i++)
        free(s->patterns[i].present);
    free(s->patterns);
    free(s->labels);
    free(s->mean);
    free(s->outliers);
    free(s);
    *summary = NULL;
}
