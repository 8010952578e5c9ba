/*
 * Kaggle's IdLookupTable.csv: the coordinates that a submission must give, one a row.
 * The column Location is there to be filled in; what stands in it is not read.
 */
#include "data/csv.h"
#include "data/data.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURE_NAME = 1024 }; /* bytes of a feature's name */
enum { ROW_ID, IMAGE_ID, FEATURE, LOCATION, COLUMNS };
static const char *const column_names[COLUMNS] = {"RowId", "ImageId", "FeatureName", "Location"};

typedef struct reader {
    lac_csv *csv;
    int column[COLUMNS]; /* of the file, -1 = absent */
    int capacity;
    lac_lookup *lookup;
} reader;

int lac_feature_find(char *const *names, int points, const char *feature, int *axis)
{
    char point[FEATURE_NAME];
    if (strlen(feature) >= sizeof point || !lac_column_coordinate(feature, point, axis))
        return -1;
    for (int p = 0; p < points; p++)
        if (strcmp(names[p], point) == 0)
            return p;
    return -1;
}

static lac_status read_header(reader *r)
{
    for (int i = 0; i < COLUMNS; i++)
        r->column[i] = -1;
    for (int c = 0; c < r->csv->columns; c++) {
        int i = 0;
        while (i < COLUMNS && strcmp(r->csv->name[c], column_names[i]) != 0)
            i++;
        if (i == COLUMNS)
            return lac_csv_fail(r->csv, c, "an unknown column, known are RowId, ImageId, "
                                           "FeatureName and Location");
        r->column[i] = c;
    }
    for (int i = 0; i < LOCATION; i++)
        if (r->column[i] < 0)
            return lac_csv_fail(r->csv, -1, "there is no column %s", column_names[i]);
    return LAC_OK;
}

/* Finds the index of the feature that the cell names; a new one is added to the table. */
static lac_status find_feature(lac_context *ctx, reader *r, int *feature)
{
    lac_lookup *l = r->lookup;
    int column = r->column[FEATURE];
    const lac_cell *cell = &r->csv->cell[column];
    for (int f = 0; f < l->features; f++)
        if (strcmp(l->feature[f], cell->text) == 0) {
            *feature = f;
            return LAC_OK;
        }
    char point[FEATURE_NAME];
    int axis;
    if (cell->length >= sizeof point || memchr(cell->text, 0, cell->length) ||
        !lac_column_coordinate(cell->text, point, &axis))
        return lac_csv_fail_cell(r->csv, column, "the name of a coordinate, NAME_x or NAME_y");
    if (l->features == LAC_CSV_COLUMNS)
        return lac_csv_fail(r->csv, column, "more than %d features", LAC_CSV_COLUMNS);
    LAC_TRY(lac_strdup(ctx, cell->text, &l->feature[l->features]));
    *feature = l->features++;
    return LAC_OK;
}

static lac_status read_row(lac_context *ctx, reader *r)
{
    lac_lookup *l = r->lookup;
    if (l->rows == r->capacity) {
        if (r->capacity > INT_MAX / 2)
            return lac_csv_fail(r->csv, -1, "more than %d rows", r->capacity);
        int capacity = r->capacity ? 2 * r->capacity : 4096;
        lac_lookup_row *larger;
        LAC_TRY(lac_alloc(ctx, capacity, sizeof *larger, &larger));
        if (l->rows > 0)
            memcpy(larger, l->row, l->rows * sizeof *larger);
        free(l->row);
        l->row = larger;
        r->capacity = capacity;
    }
    lac_lookup_row *row = &l->row[l->rows];
    LAC_TRY(lac_csv_integer(r->csv, r->column[ROW_ID], &row->row_id));
    LAC_TRY(lac_csv_integer(r->csv, r->column[IMAGE_ID], &row->image_id));
    LAC_TRY(find_feature(ctx, r, &row->feature));
    l->rows++;
    return LAC_OK;
}

static lac_status read_lookup(lac_context *ctx, reader *r)
{
    int more;
    LAC_TRY(read_header(r));
    LAC_TRY(lac_alloc(ctx, LAC_CSV_COLUMNS, sizeof *r->lookup->feature, &r->lookup->feature));
    for (;;) {
        LAC_TRY(lac_csv_next(r->csv, &more));
        if (!more)
            break;
        LAC_TRY(read_row(ctx, r));
    }
    if (r->lookup->rows == 0)
        return lac_csv_fail(r->csv, -1, "a header and no rows behind it");
    return LAC_OK;
}

lac_status lac_lookup_open(lac_context *ctx, const char *path, lac_lookup **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    reader r = {.lookup = *out};
    lac_status status = lac_csv_open(ctx, path, "IdLookupTable", &r.csv);
    if (status == LAC_OK)
        status = read_lookup(ctx, &r);
    lac_csv_close(&r.csv);
    if (status != LAC_OK)
        lac_lookup_free(out);
    return status;
}

void lac_lookup_free(lac_lookup **lookup)
{
    lac_lookup *l = *lookup;
    if (!l)
        return;
    for (int f = 0; f < l->features; f++)
        free(l->feature[f]);
    free(l->feature);
    free(l->row);
    free(l);
    *lookup = NULL;
}

int lac_lookup_rows(const lac_lookup *lookup)
{
    return lookup->rows;
}
