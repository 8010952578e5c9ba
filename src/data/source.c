/*
 * Label sources. Data sets grow together from collections with their own conventions; the
 * column source tells them apart, or else which points a row carries.
 *
 * The empty pattern is no source, however frequent: a row without labels belongs to
 * the smallest source, like any other that fits in it.
 */
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int contains(const uint8_t *set, const uint8_t *subset, int points)
{
    for (int p = 0; p < points; p++)
        if (subset[p] && !set[p])
            return 0;
    return 1;
}

int lac_source_of(const lac_data *data, const uint8_t *points)
{
    int best = -1;
    for (int s = 0; s < data->sources; s++)
        if (contains(data->source_pattern + (size_t)s * data->points, points, data->points) &&
            (best < 0 || data->source_points[s] < data->source_points[best]))
            best = s;
    return best;
}

/* Memory for up to `most` sources. */
static lac_status make_room(lac_context *ctx, int most, lac_data *data)
{
    size_t sources = (size_t)most;
    LAC_TRY(lac_alloc(ctx, sources * (size_t)data->points, 1, &data->source_pattern));
    LAC_TRY(lac_alloc(ctx, sources, sizeof *data->source_points, &data->source_points));
    LAC_TRY(lac_alloc(ctx, sources, sizeof *data->source_rows, &data->source_rows));
    LAC_TRY(lac_alloc(ctx, sources, sizeof *data->source_weight, &data->source_weight));
    for (int s = 0; s < most; s++)
        data->source_weight[s] = NAN;
    return lac_alloc(ctx, data->rows, sizeof *data->row_source, &data->row_source);
}

/* ---- By pattern ------------------------------------------------------------------ */

/* Adds a source for the pattern (NULL: all points), behind those with as many points or more;
 * returns its index. */
static int add_source(lac_data *data, const uint8_t *present, int points)
{
    size_t k = data->points;
    int at = 0;
    while (at < data->sources && data->source_points[at] >= points)
        at++;
    int behind = data->sources++ - at;
    uint8_t *pattern = data->source_pattern + at * k;
    int *count = data->source_points + at;
    memmove(pattern + k, pattern, behind * k);
    memmove(count + 1, count, behind * sizeof *count);
    for (size_t p = 0; p < k; p++)
        pattern[p] = present ? present[p] : 1;
    *count = points;
    return at;
}

static lac_status find_by_pattern(lac_context *ctx, lac_data *data)
{
    enum { MOST = 11 }; /* at most ten patterns have a tenth of the rows; one more for all points */
    lac_patterns patterns;
    LAC_TRY(make_room(ctx, MOST, data));
    LAC_TRY(lac_patterns_find(ctx, data, 0, &patterns));
    for (int i = 0; i < patterns.count; i++) {
        const lac_pattern *p = &patterns.pattern[i];
        if (p->points > 0 && 10LL * p->rows >= data->rows)
            add_source(data, p->present, p->points);
    }
    int fit = 1;
    for (int i = 0; i < patterns.count; i++)
        fit &= lac_source_of(data, patterns.pattern[i].present) >= 0;
    if (!fit)
        add_source(data, NULL, data->points);
    for (int r = 0; r < data->rows; r++) {
        int source = lac_source_of(data, patterns.pattern[patterns.of_row[r]].present);
        data->row_source[r] = source;
        data->source_rows[source]++;
    }
    lac_patterns_free(&patterns);
    return LAC_OK;
}

/* ---- By column -------------------------------------------------------------------- */

/* The different words, in the order of their first rows, and what their rows carry. */
typedef struct named {
    int count;
    const char *word[LAC_MOST_SOURCES];
    int points[LAC_MOST_SOURCES];
    uint8_t *pattern; /* [LAC_MOST_SOURCES, K] */
    uint8_t *present; /* [K] of one row */
} named;

static int find_word(const named *n, const char *word)
{
    int i = 0;
    while (i < n->count && strcmp(n->word[i], word) != 0)
        i++;
    return i;
}

/* Adds the row to its word's pattern; data->row_source gets the word's index. */
static void add_row(named *n, const char *word, lac_data *data, int row)
{
    int i = find_word(n, word);
    uint8_t *pattern = n->pattern + (size_t)i * data->points;
    if (i == n->count)
        n->word[n->count++] = word;
    lac_row_points(data, row, n->present);
    for (int p = 0; p < data->points; p++) {
        n->points[i] += n->present[p] && !pattern[p];
        pattern[p] |= n->present[p];
    }
    data->row_source[row] = i;
}

/* Makes the words sources, most points first, and tells the rows. */
static lac_status order_sources(lac_context *ctx, const named *n, lac_data *data)
{
    int place[LAC_MOST_SOURCES];
    for (int i = 0; i < n->count; i++) {
        int at = add_source(data, n->pattern + (size_t)i * data->points, n->points[i]);
        for (int j = 0; j < i; j++)
            place[j] += place[j] >= at;
        place[i] = at;
    }
    LAC_TRY(lac_alloc(ctx, (size_t)n->count, sizeof *data->source_name, &data->source_name));
    for (int i = 0; i < n->count; i++)
        LAC_TRY(lac_strdup(ctx, n->word[i], &data->source_name[place[i]]));
    for (int r = 0; r < data->rows; r++) {
        data->row_source[r] = place[data->row_source[r]];
        data->source_rows[data->row_source[r]]++;
    }
    return LAC_OK;
}

static lac_status find_by_word(lac_context *ctx, const lac_source_word *words, lac_data *data)
{
    named n = {0};
    size_t points = (size_t)data->points;
    LAC_TRY(make_room(ctx, LAC_MOST_SOURCES, data));
    lac_status status = lac_alloc(ctx, LAC_MOST_SOURCES * points, 1, &n.pattern);
    if (status == LAC_OK)
        status = lac_alloc(ctx, points, 1, &n.present);
    for (int r = 0; r < data->rows && status == LAC_OK; r++)
        add_row(&n, words[r], data, r);
    if (status == LAC_OK)
        status = order_sources(ctx, &n, data);
    free(n.pattern);
    free(n.present);
    return status;
}

lac_status lac_sources_find(lac_context *ctx, const lac_source_word *words, lac_data *data)
{
    return words ? find_by_word(ctx, words, data) : find_by_pattern(ctx, data);
}

/* ---- Weights ---------------------------------------------------------------------- */

static int compare_images(const void *a, const void *b)
{
    const lac_lookup_row *x = a;
    const lac_lookup_row *y = b;
    return x->image_id < y->image_id ? -1 : x->image_id > y->image_id;
}

/* Counts the lookup rows of every source. Returns 0 when a picture's points are in no source.
 * `rows` are sorted by picture, `point` [features] gives the point of a feature. */
static int count_coordinates(const lac_data *data, const lac_lookup_row *rows, int count,
                             const int *point, uint8_t *present, long *coordinates)
{
    for (int i = 0, end; i < count; i = end) {
        memset(present, 0, data->points);
        for (end = i; end < count && rows[end].image_id == rows[i].image_id; end++)
            present[point[rows[end].feature]] = 1;
        int source = lac_source_of(data, present);
        if (source < 0)
            return 0;
        coordinates[source] += end - i;
    }
    return 1;
}

/* The last four arguments are scratch memory of lac_sources_weigh. */
static void weigh(lac_data *data, const lac_lookup *lookup, lac_lookup_row *rows,
                  const int *point, uint8_t *present, long *coordinates)
{
    memcpy(rows, lookup->row, lookup->rows * sizeof *rows);
    qsort(rows, lookup->rows, sizeof *rows, compare_images);
    if (count_coordinates(data, rows, lookup->rows, point, present, coordinates))
        for (int s = 0; s < data->sources; s++)
            data->source_weight[s] = (double)coordinates[s] / lookup->rows;
}

lac_status lac_sources_weigh(lac_context *ctx, const lac_lookup *lookup, lac_data *data)
{
    lac_lookup_row *rows = NULL;
    int *point = NULL;
    uint8_t *present = NULL;
    long *coordinates = NULL;
    lac_status status = lac_alloc(ctx, lookup->rows, sizeof *rows, &rows);
    if (status == LAC_OK)
        status = lac_alloc(ctx, lookup->features, sizeof *point, &point);
    if (status == LAC_OK)
        status = lac_alloc(ctx, data->points, 1, &present);
    if (status == LAC_OK)
        status = lac_alloc(ctx, data->sources, sizeof *coordinates, &coordinates);
    int known = status == LAC_OK;
    for (int f = 0; known && f < lookup->features; f++) {
        int axis;
        point[f] = lac_feature_find(data->names, data->points, lookup->feature[f], &axis);
        known = point[f] >= 0;
        if (!known)
            lac_log(ctx, "the lookup table asks for %s, which the data does not have: no test "
                         "weights", lookup->feature[f]);
    }
    if (known)
        weigh(data, lookup, rows, point, present, coordinates);
    free(rows);
    free(point);
    free(present);
    free(coordinates);
    return status;
}
