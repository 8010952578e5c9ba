/*
 * A table becomes a data set: the header gives points, the first picture the side of
 * all, and each record is turned into bytes, floats and mask as it streams by, on any thread. A
 * picture is pixels in the cell, or a file that the cell names.
 */
#include "data/labels.h"
#include "data/pictures.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    lac_context *ctx;
    lac_csv *csv;
    lac_columns columns;
    lac_gaps gaps;
    lac_pixel_form form;
    int has_files; /* 1: the cells name files */
    char crop[LAC_SETTING]; /* the rule in the first row */
    int capacity; /* rows that the arrays of data can hold */
    uint8_t *note; /* [capacity] of labels.h */
    lac_source_word *word; /* [capacity] of the column source; NULL without it */
    lac_data *data;
} table;

/* The side of all pictures is that of the first, and so is the form of their numbers. */
static lac_status find_size(lac_context *ctx, table *t)
{
    uint8_t *pixels;
    size_t count;
    int image = t->columns.image;
    size_t limit = t->csv->cell[image].length / 2 + 1;
    t->has_files = lac_cell_is_file(&t->csv->cell[image]);
    if (t->has_files)
        return lac_picture_size(t->csv, image, &t->data->size);
    t->form = lac_csv_pixel_form(t->csv, image);
    LAC_TRY(lac_alloc(ctx, limit, 1, &pixels));
    lac_status status = lac_csv_pixels(t->csv, image, t->form, pixels, limit, &count);
    free(pixels);
    LAC_TRY(status);
    int size = 0;
    while ((size_t)size * size < count)
        size++;
    if (count == 0 || (size_t)size * size != count)
        return lac_csv_fail(t->csv, image, "%zu pixels do not make a square picture", count);
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
    LAC_TRY(grow_array(t->ctx, &t->note, 1, d->rows, capacity));
    if (t->columns.id >= 0)
        LAC_TRY(grow_array(t->ctx, &d->id_text, sizeof *d->id_text, d->rows, capacity));
    if (t->columns.photo >= 0)
        LAC_TRY(grow_array(t->ctx, &d->photo, sizeof *d->photo, d->rows, capacity));
    if (t->columns.source >= 0)
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

/* Reads the picture that a record names. */
static lac_status read_file(const table *t, const lac_csv *record, int row)
{
    const lac_data *d = t->data;
    size_t area = (size_t)d->size * d->size;
    lac_box box;
    int is_whole;
    LAC_TRY(lac_picture_read(record, t->columns.image, d->size, d->pixels + row * area, &box,
                             &is_whole));
    if (!is_whole)
        lac_labels_move(d, row, &box);
    return LAC_OK;
}

static lac_status read_image(const table *t, const lac_csv *record, int row)
{
    const lac_data *d = t->data;
    size_t size = (size_t)d->size * d->size;
    size_t count;
    int image = t->columns.image;
    LAC_TRY(lac_csv_pixels(record, image, t->form, d->pixels + row * size, size, &count));
    if (count != size)
        return lac_csv_fail(record, image, "%zu pixels, the first picture has %zu", count, size);
    return LAC_OK;
}

static lac_status read_label(const table *t, const lac_csv *record, int row, int column)
{
    const lac_data *d = t->data;
    size_t at = (size_t)row * 2 * d->points + t->columns.role[column];
    double value;
    if (lac_cell_is_gap(&record->cell[column]))
        return LAC_OK;
    lac_status status = lac_csv_number(record, column, &value);
    if (status == LAC_ERROR_FORMAT)
        return lac_csv_fail_cell(record, column, "a number, nor a gap: empty, NaN, NA, N/A, None, "
                                 "null or -");
    LAC_TRY(status);
    d->labels[at] = (float)value;
    d->mask[at] = 1;
    return LAC_OK;
}

/* An ImageId that is not a number as it would be written is a text. */
static lac_status read_id(const table *t, const lac_csv *record, int row)
{
    const lac_cell *cell = &record->cell[t->columns.id];
    int *id = &t->data->ids[row];
    if (memchr(cell->text, 0, cell->length) || !lac_text_printable(cell->text))
        return lac_csv_fail_cell(record, t->columns.id, "a printable text");
    if (lac_cell_integer(cell, id) && (cell->text[0] != '0' || cell->length == 1))
        return LAC_OK;
    *id = -1;
    return lac_strdup(record->ctx, cell->text, &t->data->id_text[row]);
}

/* Letters, digits, dots, _ and -: a word that fits into a line of a summary. */
static lac_status read_source(const table *t, const lac_csv *record, int row)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    int source = t->columns.source;
    const lac_cell *cell = &record->cell[source];
    if (cell->length == 0 || cell->length >= LAC_SOURCE_WORD ||
        strspn(cell->text, good) != cell->length)
        return lac_csv_fail_cell(record, source,
                                 "a number or a word of letters, digits, dots, _ and -, at most "
                                 "31 characters");
    memcpy(t->word[row], cell->text, cell->length + 1);
    return LAC_OK;
}

/* Rows of one photo are held out together; a hash says which are. */
static void read_photo(const table *t, const lac_csv *record, int row)
{
    const lac_cell *cell = &record->cell[t->columns.photo];
    uint64_t hash = lac_hash(0, cell->text, cell->length);
    t->data->photo[row] = cell->length ? hash + (hash == 0) : 0;
}

static uint8_t note_crop(const table *t, const lac_csv *record)
{
    int crop = t->columns.crop;
    return crop >= 0 && strcmp(record->cell[crop].text, t->crop) != 0 ? LAC_NOTE_CROP : 0;
}

static lac_status read_record(void *arg, const lac_csv *record)
{
    const table *t = arg;
    int row = (int)(record->row - 2);
    t->data->ids[row] = row + 1;
    for (int c = 0; c < record->columns; c++) {
        int role = t->columns.role[c];
        if (role >= 0)
            LAC_TRY(read_label(t, record, row, c));
        else if (role == LAC_COLUMN_IMAGE && !t->has_files)
            LAC_TRY(read_image(t, record, row));
        else if (role == LAC_COLUMN_ID)
            LAC_TRY(read_id(t, record, row));
        else if (role == LAC_COLUMN_SOURCE)
            LAC_TRY(read_source(t, record, row));
        else if (role == LAC_COLUMN_PHOTO)
            read_photo(t, record, row);
    }
    lac_gaps_mark(&t->gaps, t->data, row);
    if (t->has_files)
        LAC_TRY(read_file(t, record, row)); /* the picture's size moves the labels */
    t->note[row] = lac_gaps_take(&t->gaps, t->data, row) | note_crop(t, record);
    return LAC_OK;
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
            return lac_csv_fail(t->csv, t->columns.source, "%s is one source too many, at most %d "
                                "are possible", t->word[r], LAC_MOST_SOURCES);
        }
        if (i == count)
            first[count++] = r;
    }
    return LAC_OK;
}

/* The rule of the first row, which is in the cells, is that of all. */
static void find_crop(table *t)
{
    const lac_cell *cell = &t->csv->cell[t->columns.crop];
    if (cell->length < sizeof t->crop)
        memcpy(t->crop, cell->text, cell->length + 1);
}

/* A table has a rule where all rows have the same and it is one. */
static void settle_crop(table *t)
{
    lac_crop rules[LAC_MOST_CROPS];
    int count, other = 0;
    while (other < t->data->rows && !(t->note[other] & LAC_NOTE_CROP))
        other++;
    if (other == t->data->rows && lac_crops_read(t->crop, rules, &count))
        memcpy(t->data->crop, t->crop, sizeof t->crop);
    else
        lac_log(t->ctx, "%s: column crop: %s: left alone", lac_stream_name(t->csv->stream),
                other == t->data->rows ? "no rule such as box:1,0,0" : "not the same in all rows");
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
    LAC_TRY(lac_columns_find(t->csv, kind, &t->columns, t->data));
    LAC_TRY(lac_csv_next(t->csv, &more));
    if (!more)
        return lac_csv_fail(t->csv, -1, "a header and no rows behind it");
    LAC_TRY(find_size(ctx, t));
    if (t->columns.crop >= 0)
        find_crop(t);
    LAC_TRY(grow(t, expected_rows(t->csv)));
    LAC_TRY(reserve(t, t->csv->row));
    LAC_TRY(read_record(t, t->csv));
    LAC_TRY(lac_csv_each(t->csv, &taker));
    if (t->columns.source >= 0)
        LAC_TRY(check_sources(t));
    if (t->columns.crop >= 0)
        settle_crop(t);
    LAC_TRY(lac_labels_check(t->csv, &t->columns, &t->gaps, t->note, t->data));
    return lac_labels_warn(t->csv, t->note, t->data);
}

lac_status lac_table_read(lac_context *ctx, const char *path, lac_table kind,
                          const lac_train_config *config, lac_data *data,
                          lac_source_word **source)
{
    table t = {.ctx = ctx, .data = data};
    const char *name = kind == LAC_TABLE_TEST ? "test" : "training";
    *source = NULL;
    LAC_TRY(lac_gaps_read(ctx, config, &t.gaps));
    LAC_TRY(lac_csv_open(ctx, path, name, &t.csv));
    lac_status status = read_table(ctx, &t, kind);
    free(t.columns.role);
    free(t.note);
    lac_csv_close(&t.csv);
    if (status != LAC_OK) {
        free(t.word);
        t.word = NULL;
    }
    *source = t.word;
    return status;
}
