/*
 * A table with a line a picture and a column of their names. Coordinates are columns in any habit
 * of lacuna's own tables, or, as in Udacity's course, columns 0, 1, 2, ... of x and y in turn. A
 * box is columns such as x, y, w, h, or two corners. Pixels are counted from 0. Columns width and
 * height that are no box's are the size of the picture.
 *
 *     ,0,1,2,3
 *     a.jpg,45.0,98.0,47.0,106.0
 */
#include "base/box_columns.h"
#include "data/columns.h"
#include "data/pictures.h"
#include "import/foreign.h"
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

typedef struct reading {
    lac_foreign *labels;
    lac_csv *csv;
    int file;      /* the column of the pictures' names */
    int source;    /* or -1 */
    lac_box_columns box;
    int size[2];   /* the picture's width and height, or -1 */
    int *x, *y;    /* [labels->points] columns */
    int *v;        /* [labels->points] whether a point is labelled, as in COCO; NULL: unknown */
} reading;

/* ---- Columns ----------------------------------------------------------------------------- */

static int column_named(const lac_csv *csv, const char *name)
{
    return lac_column_called(csv->name, csv->columns, name);
}

static int is_picture(const char *name)
{
    return lac_name_is_photo(name) || lac_name_is_unread(name);
}

/* The first column whose cell in the first row, which is in the cells, ends as a picture's name
 * does; else one that is called as such columns are. */
static lac_status find_file(reading *r)
{
    for (r->file = 0; r->file < r->csv->columns; r->file++)
        if (is_picture(r->csv->cell[r->file].text))
            return LAC_OK;
    for (const char *const *name = lac_file_columns; *name; name++) {
        r->file = column_named(r->csv, *name);
        if (r->file >= 0 && lac_cell_is_file(&r->csv->cell[r->file]))
            return LAC_OK;
    }
    return lac_csv_fail(r->csv, -1, "no column names pictures, such as a.jpg");
}

/* ---- Boxes -------------------------------------------------------------------------------- */

static void find_box(reading *r)
{
    lac_box_columns_find(r->csv->name, r->csv->columns, lac_column_is_corner(r->csv, "x1"),
                         &r->box);
}

static int is_box(const reading *r, int column)
{
    int k = 0;
    while (k < 4 && r->box.column[k] != column)
        k++;
    return k < 4;
}

/* ---- Points ------------------------------------------------------------------------------- */

/* The names that are a whole number, or -1. */
static int number_of(const char *name)
{
    size_t length = strlen(name);
    int is_number = length > 0 && length < 6 && strspn(name, "0123456789") == length;
    return is_number ? (int)strtol(name, NULL, 10) : -1;
}

/* Columns 0, 1, 2, ..., or 1, 2, ...: how many points they are, or 0. *first is the first one. */
static int count_numbered(const reading *r, int *first)
{
    int count = 0, most = -1;
    *first = 1;
    for (int c = 0; c < r->csv->columns; c++) {
        int number = c == r->file ? -1 : number_of(r->csv->name[c]);
        count += number >= 0;
        most = number > most ? number : most;
        *first = number == 0 ? 0 : *first;
    }
    return count >= 2 && count % 2 == 0 && most == *first + count - 1 ? count / 2 : 0;
}

static lac_status find_numbered(reading *r, int points, int first)
{
    LAC_TRY(lac_foreign_numbered(r->labels, lac_stream_name(r->csv->stream), points));
    for (int c = 0; c < r->csv->columns; c++) {
        int number = c == r->file ? -1 : number_of(r->csv->name[c]) - first;
        if (number >= 0)
            (number % 2 ? r->y : r->x)[number / 2] = c;
    }
    return LAC_OK;
}

static lac_status take_named(reading *r, int c, const char *name, int axis, int *point)
{
    LAC_TRY(lac_foreign_point(r->labels, name, point));
    int *column = &(axis ? r->y : r->x)[*point];
    if (*column >= 0)
        return lac_csv_fail(r->csv, c, "column %d is the same coordinate", *column + 1);
    *column = c;
    return LAC_OK;
}

static lac_status find_named(reading *r)
{
    for (int c = 0, point = -1; c < r->csv->columns; c++) {
        char *name;
        int axis;
        lac_status status = LAC_OK;
        LAC_TRY(lac_alloc(r->labels->ctx, strlen(r->csv->name[c]) + 1, 1, &name));
        if (!is_box(r, c) && !lac_column_is_box(r->csv, r->csv->name[c]) &&
            lac_column_coordinate(r->csv->name[c], name, &axis))
            status = take_named(r, c, name, axis, &point);
        free(name);
        LAC_TRY(status);
    }
    return r->labels->points
               ? LAC_OK
               : lac_csv_fail(r->csv, -1, "no columns of coordinates: NAME_x and NAME_y, or 0, 1, "
                              "2, ... of x and y in turn");
}

/* The column called as a point's x is, with v in place of it. */
static lac_status find_seen(const reading *r, int x, int *out)
{
    char *name;
    LAC_TRY(lac_strdup(r->labels->ctx, r->csv->name[x], &name));
    size_t length = strlen(name), at = length - 1 - (length > 1 && strchr(")]", name[length - 1]));
    at = strchr("xX", name[at]) ? at : 0; /* nose_x, nose(x) or x1 */
    name[at] = 'v';
    *out = column_named(r->csv, name);
    free(name);
    return LAC_OK;
}

/* COCO's v: 0, 1 or 2 for every point. Where columns of this name hold something else in the first
 * row, they are left alone. */
static lac_status find_seens(reading *r)
{
    int points = 0;
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)r->labels->points, sizeof *r->v, &r->v));
    for (int p = 0; p < r->labels->points; p++) {
        LAC_TRY(find_seen(r, r->x[p], &r->v[p]));
        const lac_cell *cell = r->v[p] >= 0 ? &r->csv->cell[r->v[p]] : NULL;
        double v;
        points += cell && (lac_cell_is_gap(cell) ||
                           (lac_number_read(cell->text, &v) && (v == 0 || v == 1 || v == 2)));
    }
    if (points == r->labels->points)
        return LAC_OK;
    free(r->v);
    r->v = NULL;
    return LAC_OK;
}

/* The columns of the picture's size, called by any of these names. */
static void find_size(reading *r)
{
    static const char *const names[][2] = {{"image_width", "image_height"},
                                           {"img_width", "img_height"}, {"width", "height"}};
    int i = 0;
    do {
        r->size[0] = column_named(r->csv, names[i][0]);
        r->size[1] = column_named(r->csv, names[i][1]);
    } while ((r->size[0] < 0 || r->size[1] < 0) && ++i < LAC_COUNT(names));
    if (i == LAC_COUNT(names) || is_box(r, r->size[0]))
        r->size[0] = r->size[1] = -1;
}

/* The log names the columns that are neither picture, box, source nor coordinate. */
static lac_status tell_others(const reading *r)
{
    lac_columns columns = {0};
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)r->csv->columns, sizeof *columns.role,
                      &columns.role));
    for (int c = 0; c < r->csv->columns; c++)
        columns.role[c] = c == r->file || c == r->source || is_box(r, c) || c == r->size[0] ||
                                  c == r->size[1]
                              ? LAC_COLUMN_PLACE
                              : LAC_COLUMN_OTHER;
    for (int p = 0; p < r->labels->points; p++)
        columns.role[r->x[p]] = columns.role[r->y[p]] = columns.role[r->v ? r->v[p] : r->x[p]] =
            LAC_COLUMN_PLACE;
    lac_columns_tell_others(r->csv, &columns);
    free(columns.role);
    return LAC_OK;
}

/* The labels of an import are pixels of its own pictures, not of the photos that it names. */
static lac_status check_foreign(const reading *r)
{
    if (column_named(r->csv, "photo_width") < 0 || column_named(r->csv, "crop") < 0 ||
        column_named(r->csv, "Image") < 0)
        return LAC_OK;
    return lac_csv_fail(r->csv, -1, "a table that 'lacuna import' has made: 'lacuna train' takes "
                        "it as it is; for other crops import the first labels anew");
}

static lac_status find_columns(reading *r)
{
    size_t most = LAC_CSV_COLUMNS;
    LAC_TRY(lac_alloc(r->labels->ctx, most, sizeof *r->x, &r->x));
    LAC_TRY(lac_alloc(r->labels->ctx, most, sizeof *r->y, &r->y));
    for (size_t i = 0; i < most; i++)
        r->x[i] = r->y[i] = -1;
    LAC_TRY(check_foreign(r));
    LAC_TRY(find_file(r));
    find_box(r);
    find_size(r);
    r->source = column_named(r->csv, "source");
    int first, numbered = count_numbered(r, &first);
    LAC_TRY(numbered && numbered <= LAC_MOST_POINTS ? find_numbered(r, numbered, first)
                                                    : find_named(r));
    for (int p = 0; p < r->labels->points; p++)
        if (r->x[p] < 0 || r->y[p] < 0)
            return lac_csv_fail(r->csv, -1, "%.60s has no column for its %c", r->labels->name[p],
                                r->x[p] < 0 ? 'x' : 'y');
    LAC_TRY(find_seens(r));
    return tell_others(r);
}

/* ---- Rows -------------------------------------------------------------------------------- */

static lac_status read_mark(const reading *r, int point)
{
    const lac_csv *csv = r->csv;
    double x, y, v;
    int no_x = lac_cell_is_gap(&csv->cell[r->x[point]]);
    int no_y = lac_cell_is_gap(&csv->cell[r->y[point]]);
    r->labels->halves += no_x != no_y;
    if (no_x || no_y)
        return LAC_OK;
    LAC_TRY(lac_csv_number(csv, r->x[point], &x));
    LAC_TRY(lac_csv_number(csv, r->y[point], &y));
    if (r->v && lac_number_read(csv->cell[r->v[point]].text, &v) && v == 0) {
        r->labels->unseen += x != 0 || y != 0;
        return LAC_OK;
    }
    lac_status status = lac_foreign_mark(r->labels, point, x, y);
    return status == LAC_ERROR_ARGUMENT
               ? lac_csv_fail(csv, r->x[point], "a place more than a million pixels away")
               : status;
}

/* What a table's column of sources cannot hold becomes _. */
static void take_source(const char *text, lac_source_word word)
{
    snprintf(word, LAC_SOURCE_WORD, "%s", text);
    for (char *c = word; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *c))
            *c = '_';
}

static lac_status read_size(const reading *r, lac_face *face)
{
    double size[2] = {0, 0};
    for (int i = 0; i < 2 && r->size[0] >= 0; i++)
        if (!lac_cell_is_gap(&r->csv->cell[r->size[i]]))
            LAC_TRY(lac_csv_number_in(r->csv, r->size[i], 0, LAC_FARTHEST, &size[i]));
    face->width = (int)size[0];
    face->height = (int)size[1];
    return LAC_OK;
}

static lac_status read_row(const reading *r)
{
    const lac_csv *csv = r->csv;
    const lac_cell *file = &csv->cell[r->file];
    double box[4];
    int gaps = r->box.column[0] < 0;
    if (file->length == 0 || strlen(file->text) != file->length)
        return lac_csv_fail_cell(csv, r->file, "the name of a picture");
    LAC_TRY(lac_foreign_face(r->labels, file->text));
    for (int k = 0; k < 4 && !gaps; k++) {
        gaps = lac_cell_is_gap(&csv->cell[r->box.column[k]]);
        if (!gaps)
            LAC_TRY(lac_csv_number_in(csv, r->box.column[k], -LAC_FARTHEST, LAC_FARTHEST,
                                      &box[k]));
    }
    for (int k = 2; k < 4 && !gaps && r->box.is_corners; k++)
        box[k] -= box[k - 2];
    if (!gaps)
        LAC_TRY(lac_foreign_box(r->labels, box[0], box[1], box[2], box[3]));
    lac_face *face = &r->labels->face[r->labels->faces - 1];
    LAC_TRY(read_size(r, face));
    if (r->source >= 0)
        take_source(csv->cell[r->source].text, face->source);
    for (int p = 0; p < r->labels->points; p++)
        LAC_TRY(read_mark(r, p));
    return LAC_OK;
}

static lac_status read_rows(reading *r)
{
    int more;
    LAC_TRY(lac_csv_next(r->csv, &more));
    if (!more)
        return lac_csv_fail(r->csv, -1, "a header and no rows behind it");
    LAC_TRY(find_columns(r));
    while (more) {
        LAC_TRY(read_row(r));
        LAC_TRY(lac_csv_next(r->csv, &more));
    }
    return LAC_OK;
}

static lac_status read_file(lac_foreign *labels, const char *path)
{
    reading r = {.labels = labels};
    LAC_TRY(lac_csv_open(labels->ctx, path, "training", &r.csv));
    lac_status status = read_rows(&r);
    free(r.x);
    free(r.y);
    free(r.v);
    lac_csv_close(&r.csv);
    return status;
}

/* What is nothing else; its reader says what is wrong. */
static int is_it(const lac_label_head *head)
{
    (void)head;
    return 1;
}

const lac_label_format lac_format_csv = {"csv", is_it, read_file};
