/*
 * A table becomes a data set: the header gives points, the first picture the side of
 * all, and each record is turned into bytes, floats and mask as it streams by, on any thread.
 */
#include "data/csv.h"
#include "data/data.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What a column is; a label column is its coordinate, 2 * point + axis. */
enum { COLUMN_IMAGE = -1, COLUMN_ID = -2, COLUMN_SOURCE = -3 };

typedef struct table {
    lac_context *ctx;
    lac_csv *csv;
    int *role;    /* [columns] */
    int image;    /* the column of the pictures */
    int id;       /* the column of their ids, or -1 */
    int source;   /* the column of the label sources, or -1 */
    int capacity; /* rows that the arrays of data can hold */
    lac_source_word *word; /* [capacity] of that column; NULL without it */
    lac_data *data;
} table;

/* The point of a column NAME_x or NAME_y, added if it is new; -1 for other names. */
static lac_status find_point(lac_context *ctx, lac_data *data, const char *column, int *point)
{
    size_t length = strlen(column);
    *point = -1;
    if (length < 3 || column[length - 2] != '_' ||
        (column[length - 1] != 'x' && column[length - 1] != 'y'))
        return LAC_OK;
    for (int p = 0; p < data->points; p++)
        if (strlen(data->names[p]) == length - 2 &&
            memcmp(data->names[p], column, length - 2) == 0) {
            *point = p;
            return LAC_OK;
        }
    LAC_TRY(lac_strdup(ctx, column, &data->names[data->points]));
    data->names[data->points][length - 2] = 0;
    *point = data->points++;
    return LAC_OK;
}

static lac_status find_role(lac_context *ctx, table *t, int column)
{
    const char *name = t->csv->name[column];
    if (strcmp(name, "Image") == 0) {
        t->image = column;
        t->role[column] = COLUMN_IMAGE;
        return LAC_OK;
    }
    if (strcmp(name, "ImageId") == 0) {
        t->id = column;
        t->role[column] = COLUMN_ID;
        return LAC_OK;
    }
    if (strcmp(name, "source") == 0) {
        t->source = column;
        t->role[column] = COLUMN_SOURCE;
        return LAC_OK;
    }
    int point;
    LAC_TRY(find_point(ctx, t->data, name, &point));
    if (point < 0)
        return lac_csv_fail(t->csv, column, "an unknown column, known are NAME_x, NAME_y, source, "
                                            "ImageId and Image");
    t->role[column] = 2 * point + (name[strlen(name) - 1] == 'y');
    return LAC_OK;
}

/* Every coordinate's column must have its partner: the names differ in x and y. */
static lac_status check_pairs(lac_context *ctx, const table *t)
{
    int *column_of;
    LAC_TRY(lac_alloc(ctx, 2 * (size_t)t->data->points, sizeof *column_of, &column_of));
    for (int c = 0; c < t->csv->columns; c++)
        if (t->role[c] >= 0)
            column_of[t->role[c]] = c + 1;
    lac_status status = LAC_OK;
    for (int i = 0; i < 2 * t->data->points && status == LAC_OK; i++)
        if (!column_of[i])
            status = lac_csv_fail(t->csv, column_of[i ^ 1] - 1,
                                  "there is no column %.100s_%c to it", t->data->names[i / 2],
                                  i % 2 ? 'y' : 'x');
    free(column_of);
    return status;
}

static lac_status read_header(lac_context *ctx, table *t, lac_table kind)
{
    t->image = t->id = t->source = -1;
    LAC_TRY(lac_alloc(ctx, t->csv->columns, sizeof *t->role, &t->role));
    LAC_TRY(lac_alloc(ctx, t->csv->columns, sizeof *t->data->names, &t->data->names));
    for (int c = 0; c < t->csv->columns; c++)
        LAC_TRY(find_role(ctx, t, c));
    LAC_TRY(check_pairs(ctx, t));
    if (t->image < 0)
        return lac_csv_fail(t->csv, -1, "there is no column Image");
    if (kind == LAC_TABLE_TRAINING && t->data->points == 0)
        return lac_csv_fail(t->csv, -1, "there are no columns NAME_x and NAME_y");
    return LAC_OK;
}

/* The side of all pictures is that of the first. */
static lac_status find_size(lac_context *ctx, table *t)
{
    uint8_t *pixels;
    size_t count;
    size_t limit = t->csv->cell[t->image].length / 2 + 1;
    LAC_TRY(lac_alloc(ctx, limit, 1, &pixels));
    lac_status status = lac_csv_pixels(t->csv, t->image, pixels, limit, &count);
    free(pixels);
    LAC_TRY(status);
    int size = 0;
    while ((size_t)size * size < count)
        size++;
    if (count == 0 || (size_t)size * size != count)
        return lac_csv_fail(t->csv, t->image, "%zu pixels do not make a square picture", count);
    t->data->size = size;
    return LAC_OK;
}

/* Moves the array whose address is `array` into memory for `capacity` items. */
static lac_status grow_array(lac_context *ctx, void *array, size_t item, int rows, int capacity)
{
    void *old;
    void *larger;
    memcpy(&old, array, sizeof old);
    LAC_TRY(lac_alloc(ctx, capacity, item, &larger));
    if (rows > 0)
        memcpy(larger, old, rows * item);
    free(old);
    memcpy(array, &larger, sizeof larger);
    return LAC_OK;
}

static lac_status grow_pixels(lac_context *ctx, lac_data *d, int capacity)
{
    size_t area = (size_t)d->size * d->size;
    uint8_t *larger;
    LAC_TRY(lac_pages_new(ctx, capacity * area, &larger));
    if (d->rows > 0)
        memcpy(larger, d->pixels, d->rows * area);
    lac_pages_free(d->pixels, d->pixel_bytes);
    d->pixels = larger;
    d->pixel_bytes = capacity * area;
    return LAC_OK;
}

static lac_status grow(table *t, int capacity)
{
    lac_data *d = t->data;
    size_t labels = 2 * (size_t)d->points;
    LAC_TRY(grow_array(t->ctx, &d->ids, sizeof *d->ids, d->rows, capacity));
    LAC_TRY(grow_pixels(t->ctx, d, capacity));
    LAC_TRY(grow_array(t->ctx, &d->labels, labels * sizeof *d->labels, d->rows, capacity));
    LAC_TRY(grow_array(t->ctx, &d->mask, labels, d->rows, capacity));
    if (t->source >= 0)
        LAC_TRY(grow_array(t->ctx, &t->word, sizeof *t->word, d->rows, capacity));
    t->capacity = capacity;
    return LAC_OK;
}

/* The header is row 1. */
static lac_status reserve(void *arg, long last)
{
    enum { ROWS_MOST = INT_MAX / 2 };
    table *t = arg;
    if (last - 1 > ROWS_MOST)
        return lac_csv_fail(t->csv, -1, "more than %d rows", ROWS_MOST);
    int rows = (int)last - 1;
    if (rows > t->capacity)
        LAC_TRY(grow(t, rows > 2 * t->capacity ? rows : 2 * t->capacity));
    t->data->rows = rows;
    return LAC_OK;
}

static lac_status read_image(const table *t, const lac_csv *record, int row)
{
    const lac_data *d = t->data;
    size_t size = (size_t)d->size * d->size;
    size_t count;
    LAC_TRY(lac_csv_pixels(record, t->image, d->pixels + row * size, size, &count));
    if (count != size)
        return lac_csv_fail(record, t->image, "%zu pixels, the first picture has %zu", count, size);
    return LAC_OK;
}

static lac_status read_label(const table *t, const lac_csv *record, int row, int column)
{
    const lac_data *d = t->data;
    size_t at = (size_t)row * 2 * d->points + t->role[column];
    double value;
    if (record->cell[column].length == 0)
        return LAC_OK;
    LAC_TRY(lac_csv_number(record, column, &value));
    if (!(value >= 0 && value <= d->size)) {
        char required[64];
        snprintf(required, sizeof required, "inside the picture, 0 to %d", d->size);
        return lac_csv_fail_cell(record, column, required);
    }
    d->labels[at] = (float)value;
    d->mask[at] = 1;
    return LAC_OK;
}

/* Letters, digits, dots, _ and -: a word that fits into a line of a summary. */
static lac_status read_source(const table *t, const lac_csv *record, int row)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const lac_cell *cell = &record->cell[t->source];
    if (cell->length == 0 || cell->length >= LAC_SOURCE_WORD ||
        strspn(cell->text, good) != cell->length)
        return lac_csv_fail_cell(record, t->source,
                                 "a number or a word of letters, digits, dots, _ and -, at most "
                                 "31 characters");
    memcpy(t->word[row], cell->text, cell->length + 1);
    return LAC_OK;
}

static lac_status read_record(void *arg, const lac_csv *record)
{
    const table *t = arg;
    int row = (int)(record->row - 2);
    t->data->ids[row] = row + 1;
    for (int c = 0; c < record->columns; c++) {
        if (t->role[c] == COLUMN_IMAGE)
            LAC_TRY(read_image(t, record, row));
        else if (t->role[c] == COLUMN_ID)
            LAC_TRY(lac_csv_integer(record, c, &t->data->ids[row]));
        else if (t->role[c] == COLUMN_SOURCE)
            LAC_TRY(read_source(t, record, row));
        else
            LAC_TRY(read_label(t, record, row, c));
    }
    return LAC_OK;
}

typedef struct row_id {
    int id;
    int row;
} row_id;

static int compare_ids(const void *a, const void *b)
{
    const row_id *x = a;
    const row_id *y = b;
    return x->id != y->id ? (x->id < y->id ? -1 : 1) : x->row - y->row;
}

/* A picture is looked up by its ImageId, so that no two may be equal. */
static lac_status check_ids(lac_context *ctx, table *t)
{
    row_id *ids;
    LAC_TRY(lac_alloc(ctx, t->data->rows, sizeof *ids, &ids));
    for (int r = 0; r < t->data->rows; r++)
        ids[r] = (row_id){t->data->ids[r], r};
    qsort(ids, t->data->rows, sizeof *ids, compare_ids);
    lac_status status = LAC_OK;
    for (int i = 1; i < t->data->rows && status == LAC_OK; i++)
        if (ids[i].id == ids[i - 1].id) {
            t->csv->row = ids[i].row + 2L;
            status = lac_csv_fail(t->csv, t->id, "%d stands in row %d too", ids[i].id,
                                  ids[i - 1].row + 2);
        }
    free(ids);
    return status;
}

/* Counts the different sources, up to one too many. */
static lac_status check_sources(table *t)
{
    int first[LAC_MOST_SOURCES]; /* row of each */
    int count = 0;
    for (int r = 0; r < t->data->rows; r++) {
        int i = 0;
        while (i < count && strcmp(t->word[first[i]], t->word[r]) != 0)
            i++;
        if (i == LAC_MOST_SOURCES) {
            t->csv->row = r + 2L;
            return lac_csv_fail(t->csv, t->source, "%s is one source too many, at most %d are "
                                "possible", t->word[r], LAC_MOST_SOURCES);
        }
        if (i == count)
            first[count++] = r;
    }
    return LAC_OK;
}

/* Estimates the number of rows from the size of the file and the length of the first row,
 * which is in the cells. */
static int expected_rows(const lac_csv *csv)
{
    const lac_cell *last = &csv->cell[csv->columns - 1];
    size_t length = (size_t)(last->text + last->length + 1 - csv->cell[0].text);
    size_t rows = lac_stream_size(csv->stream) / length;
    return rows < INT_MAX / 4 ? (int)(rows + rows / 4 + 1) : INT_MAX / 4;
}

static lac_status read_table(lac_context *ctx, table *t, lac_table kind)
{
    const lac_csv_taker taker = {.reserve = reserve, .take = read_record, .arg = t};
    int more;
    LAC_TRY(read_header(ctx, t, kind));
    LAC_TRY(lac_csv_next(t->csv, &more));
    if (!more)
        return lac_csv_fail(t->csv, -1, "a header and no rows behind it");
    LAC_TRY(find_size(ctx, t));
    LAC_TRY(grow(t, expected_rows(t->csv)));
    LAC_TRY(reserve(t, t->csv->row));
    LAC_TRY(read_record(t, t->csv));
    LAC_TRY(lac_csv_each(t->csv, &taker));
    if (t->source >= 0)
        LAC_TRY(check_sources(t));
    return t->id < 0 ? LAC_OK : check_ids(ctx, t);
}

lac_status lac_table_read(lac_context *ctx, const char *path, lac_table kind, lac_data *data,
                          lac_source_word **source)
{
    table t = {.ctx = ctx, .data = data};
    const char *name = kind == LAC_TABLE_TEST ? "test" : "training";
    *source = NULL;
    LAC_TRY(lac_csv_open(ctx, path, name, &t.csv));
    lac_status status = read_table(ctx, &t, kind);
    free(t.role);
    lac_csv_close(&t.csv);
    if (status != LAC_OK) {
        free(t.word);
        t.word = NULL;
    }
    *source = t.word;
    return status;
}
