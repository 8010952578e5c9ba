/*
 * Patterns: which sets of points occur, and which row has which. Rows are sorted by
 * their sets, so that equal ones stand together, and the runs then by their length.
 */
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

/* A row with its set of points; after join_runs, all rows that have the set. */
typedef struct entry {
    const uint8_t *present; /* [K] */
    int points;             /* K */
    int first;              /* the row, or the first of them */
    int rows;               /* how many rows have the set */
    int run;                /* index among the sets, sorted by their bytes */
} entry;

static int compare_sets(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    int order = memcmp(x->present, y->present, x->points);
    return order ? order : x->first - y->first;
}

static int compare_rows(const void *a, const void *b)
{
    const entry *x = a;
    const entry *y = b;
    return x->rows != y->rows ? y->rows - x->rows : x->first - y->first;
}

void lac_row_points(const lac_data *data, int row, uint8_t *present)
{
    const uint8_t *mask = lac_data_mask(data, row);
    for (int p = 0; p < data->points; p++)
        present[p] = mask[2 * p] | mask[2 * p + 1];
}

/* Joins neighbours with equal sets into one entry; returns how many are left. of_row [rows]
 * gets the index of the entry that each row went into. */
static int join_runs(entry *entries, int rows, int *of_row)
{
    int runs = 0;
    for (int i = 0; i < rows; i++) {
        const entry *e = &entries[i];
        if (runs == 0 || memcmp(entries[runs - 1].present, e->present, e->points) != 0) {
            entries[runs] = *e;
            entries[runs].rows = 0;
            entries[runs].run = runs;
            runs++;
        }
        entries[runs - 1].rows++;
        of_row[e->first] = runs - 1;
    }
    return runs;
}

static void whole_points(const lac_data *data, int row, uint8_t *present)
{
    const uint8_t *mask = lac_data_mask(data, row);
    for (int p = 0; p < data->points; p++)
        present[p] = mask[2 * p] & mask[2 * p + 1];
}

static lac_status fill(lac_context *ctx, const lac_data *data, int is_whole, entry *entries,
                       uint8_t *sets, lac_patterns *out)
{
    int k = data->points;
    for (int r = 0; r < data->rows; r++) {
        uint8_t *present = sets + (size_t)r * k;
        (is_whole ? whole_points : lac_row_points)(data, r, present);
        entries[r] = (entry){.present = present, .points = k, .first = r};
    }
    qsort(entries, data->rows, sizeof *entries, compare_sets);
    LAC_TRY(lac_alloc(ctx, data->rows, sizeof *out->of_row, &out->of_row));
    out->count = join_runs(entries, data->rows, out->of_row);
    qsort(entries, out->count, sizeof *entries, compare_rows);
    LAC_TRY(lac_alloc(ctx, out->count, sizeof *out->pattern, &out->pattern));
    LAC_TRY(lac_alloc(ctx, (size_t)out->count * k, 1, &out->present));
    int *rank;
    LAC_TRY(lac_alloc(ctx, out->count, sizeof *rank, &rank));
    for (int i = 0; i < out->count; i++) {
        uint8_t *present = out->present + (size_t)i * k;
        memcpy(present, entries[i].present, k);
        out->pattern[i] = (lac_pattern){.rows = entries[i].rows, .present = present};
        for (int p = 0; p < k; p++)
            out->pattern[i].points += present[p];
        rank[entries[i].run] = i;
    }
    for (int r = 0; r < data->rows; r++)
        out->of_row[r] = rank[out->of_row[r]];
    free(rank);
    return LAC_OK;
}

lac_status lac_patterns_find(lac_context *ctx, const lac_data *data, int is_whole,
                             lac_patterns *out)
{
    entry *entries = NULL;
    uint8_t *sets = NULL;
    *out = (lac_patterns){0};
    lac_status status = lac_alloc(ctx, data->rows, sizeof *entries, &entries);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)data->rows * data->points, 1, &sets);
    if (status == LAC_OK)
        status = fill(ctx, data, is_whole, entries, sets, out);
    free(entries);
    free(sets);
    if (status != LAC_OK)
        lac_patterns_free(out);
    return status;
}

void lac_patterns_free(lac_patterns *patterns)
{
    free(patterns->pattern);
    free(patterns->present);
    free(patterns->of_row);
    *patterns = (lac_patterns){0};
}
