/*
 * DeepLabCut's CSV: rows of names in front, then a picture a line. Several animals, called
 * individuals, make several faces of a picture. An empty cell is a missing point; pixels are
 * counted from 0. The picture's path stands in the first column, or in the first three. Between
 * cells stand commas, or semicolons or tabs, and then numbers may have a decimal comma.
 *
 *     scorer,me,me,me,me
 *     individuals,a,a,b,b          (may be left out)
 *     bodyparts,nose,nose,nose,nose
 *     coords,x,y,x,y
 *     labeled-data/film/img01.png,12.5,30,,
 */
#include "import/foreign.h"
#include "import/lines.h"

#include <stdlib.h>
#include <string.h>

/* What a column is. */
typedef struct column {
    const char *individual; /* or NULL; in the head's lines, as the next */
    int point;
    int axis; /* 0 x, 1 y, -1: neither */
} column;

typedef struct reading {
    lac_foreign *labels;
    lac_lines lines;
    char separator;
    int first;      /* the column behind the path's */
    int columns;
    column *column; /* [columns] */
    char **word;    /* [columns + 1] of the line at hand */
} reading;

enum { ROWS = 4 }; /* of the head, at most */

/* The separator behind the head's first cell, which may stand in quotes; 0 where it is another. */
static char separator_of(const char *text)
{
    static const char name[] = "scorer";
    size_t quote = text[0] == '"', length = sizeof name - 1;
    if (strncmp(text + quote, name, length) != 0 || (quote && text[length + 1] != '"'))
        return 0;
    char c = text[length + 2 * quote];
    return c == ',' || c == ';' || c == '\t' ? c : 0;
}

static int count_cells(const char *line, char separator)
{
    int count = 1, is_quoted = 0;
    for (; *line; line++) {
        is_quoted ^= *line == '"';
        count += *line == separator && !is_quoted;
    }
    return count;
}

/* The rows of the head as cells; *individuals is 0 when there is no such row. */
static lac_status read_head(reading *r, char **cell[ROWS], int *individuals)
{
    static const char *const names[ROWS] = {"scorer", "individuals", "bodyparts", "coords"};
    for (int i = 0; i < ROWS; i++) {
        char *line = lac_lines_next(&r->lines);
        if (i == 0 && line)
            r->separator = separator_of(line);
        int count = line ? count_cells(line, r->separator) : 0;
        if (i == 0) {
            if (count > LAC_CSV_COLUMNS || count < 3)
                return lac_lines_fail(&r->lines, "%d columns, must be 3 to %d", count,
                                      LAC_CSV_COLUMNS);
            r->columns = count;
            for (int j = 0; j < ROWS; j++)
                LAC_TRY(lac_alloc(r->labels->ctx, (size_t)count, sizeof **cell, &cell[j]));
        }
        if (count != r->columns)
            return lac_lines_fail(&r->lines, "%d columns, the first row has %d", count,
                                  r->columns);
        lac_words_cut(line, r->separator, cell[i], count);
        if (i == 1 && strcmp(cell[1][0], "bodyparts") == 0) {
            char **swap = cell[1];
            cell[1] = cell[2];
            cell[2] = swap;
            *individuals = 0;
            i = 2;
        }
        if (strcmp(cell[i][0], names[i]) != 0)
            return lac_lines_fail(&r->lines, "\"%.24s\" where %s must be", cell[i][0], names[i]);
    }
    return LAC_OK;
}

/* Columns such as the likelihood, which DeepLabCut's own predictions have. */
static void tell_others(const reading *r, char **axis)
{
    char name[41];
    for (int c = r->first; c < r->columns; c++) {
        if (r->column[c].axis >= 0)
            continue;
        snprintf(name, sizeof name, "%s", axis[c]);
        lac_csv_clean(name);
        lac_log(r->labels->ctx, "%s: columns %s: no labels, left alone: points are taken whatever "
                "these say", r->lines.file, name);
        return;
    }
}

/* What the columns are. The point of a part that several individuals have is one. */
static lac_status find_columns(reading *r, char ***cell, int individuals)
{
    int point = -1;
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)r->columns, sizeof *r->column, &r->column));
    r->first = 1;
    while (r->first < r->columns && !cell[3][r->first][0])
        r->first++;
    for (int c = r->first; c < r->columns; c++) {
        const char *axis = cell[3][c];
        r->column[c].axis = strcmp(axis, "x") == 0 ? 0 : strcmp(axis, "y") == 0 ? 1 : -1;
        if (r->column[c].axis < 0)
            continue;
        LAC_TRY(lac_foreign_point(r->labels, cell[2][c], &point));
        r->column[c].point = point;
        r->column[c].individual = individuals ? cell[1][c] : NULL;
        const column *x = &r->column[c - 1];
        if (r->column[c].axis == 1 && (c == r->first || x->axis != 0 || x->point != point))
            return lac_lines_fail(&r->lines, "column %d: a y without its x in front", c + 1);
    }
    tell_others(r, cell[3]);
    return r->labels->points ? LAC_OK : lac_lines_fail(&r->lines, "no columns x and y");
}

/* The picture's path, out of one column or several. */
static lac_status begin_face(reading *r)
{
    char name[1024] = "";
    size_t used = 0;
    for (int c = 0; c < r->first && used < sizeof name; c++)
        if (r->word[c][0])
            used += (size_t)snprintf(name + used, sizeof name - used, "%s%s", used ? "/" : "",
                                     r->word[c]);
    if (used == 0 || used >= sizeof name)
        return lac_lines_fail(&r->lines, "the picture's path must have 1 to 1023 bytes");
    return lac_foreign_face(r->labels, name);
}

/* Where commas separate nothing, they may be decimal points. */
static char *with_point(const reading *r, char *word)
{
    char *comma = r->separator == ',' ? NULL : strchr(word, ',');
    if (comma)
        *comma = '.';
    return word;
}

/* A face of the columns from c on; returns through *c where its individual's columns end. */
static lac_status read_face(reading *r, int *c)
{
    const char *individual = r->column[*c].individual;
    size_t before = r->labels->marks;
    LAC_TRY(begin_face(r));
    for (; *c < r->columns; ++*c) {
        const column *k = &r->column[*c];
        if (individual && k->individual && strcmp(k->individual, individual) != 0)
            break;
        if (k->axis == 1)
            LAC_TRY(lac_lines_mark(&r->lines, r->labels, k->point, with_point(r, r->word[*c - 1]),
                                   with_point(r, r->word[*c])));
    }
    if (individual && r->labels->marks == before) { /* an individual that is not in the picture */
        lac_face *face = &r->labels->face[--r->labels->faces];
        free(face->file);
        free(face->name);
    }
    return LAC_OK;
}

static lac_status read_rows(reading *r)
{
    LAC_TRY(lac_alloc(r->labels->ctx, (size_t)r->columns, sizeof *r->word, &r->word));
    for (char *line; (line = lac_lines_next(&r->lines));) {
        int count = lac_words_cut(line, r->separator, r->word, r->columns);
        if (count != r->columns)
            return lac_lines_fail(&r->lines, "%d columns, the first row has %d", count,
                                  r->columns);
        for (int c = r->first; c < r->columns;)
            LAC_TRY(read_face(r, &c));
    }
    return LAC_OK;
}

static lac_status read_file(lac_foreign *labels, const char *path)
{
    reading r = {.labels = labels};
    char **cell[ROWS] = {NULL};
    int individuals = 1;
    LAC_TRY(lac_lines_open(labels->ctx, path, &r.lines));
    lac_status status = read_head(&r, cell, &individuals);
    if (status == LAC_OK)
        status = find_columns(&r, cell, individuals);
    if (status == LAC_OK)
        status = read_rows(&r);
    for (int i = 0; i < ROWS; i++)
        free(cell[i]);
    free(r.column);
    free(r.word);
    lac_lines_close(&r.lines);
    return status;
}

static int is_it(const lac_label_head *head)
{
    return separator_of(head->text) != 0;
}

const lac_label_format lac_format_dlc = {"dlc", is_it, read_file};
