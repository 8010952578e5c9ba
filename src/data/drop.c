/*
 * Drop lists: rows and points whose labels a training leaves out. A line is a row's number, which
 * drops the row whole, or a row's number and a point's name; what stands behind # is a comment.
 *
 *     1748                # another face
 *     2285 nose_tip       # 14.2 px off
 *
 * Rows are counted from 1, the first behind the header, in the table as it was read: rows that were
 * taken out of it keep their numbers, and lines of rows that were left behind say nothing here.
 */
#include "data/csv.h"
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading --------------------------------------------------------------------------- */

typedef struct drop_list {
    lac_context *ctx;
    const lac_data *data;
    const char *where; /* names the list in messages */
    int line;
    uint8_t *point;    /* [rows, K] */
} drop_list;

int lac_row_number(const lac_data *data, int row)
{
    return data->table_row ? data->table_row[row] + 1 : row + 1;
}

/* The row of this number, or -1 where the data is a part of its table that lacks it. Rows keep the
 * order of the table. */
static int find_row(const lac_data *data, int number)
{
    int low = 0, high = data->rows;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (lac_row_number(data, middle) < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < data->rows && lac_row_number(data, low) == number ? low : -1;
}

/* A comment begins with #, which inside of a point's name is a letter like others. */
static void cut_comment(char *line)
{
    char *p = line + strspn(line, " \t0123456789");
    while (*p && *p != '#')
        p += strcspn(p, " \t") + strspn(p + strcspn(p, " \t"), " \t");
    *p = 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length && strchr(" \t\r", text[length - 1]))
        text[--length] = 0;
    return text;
}

/* Whole numbers of 1 to `most`; 0 for anything else. */
static int read_number(const char *digits, size_t length, int most)
{
    enum { MOST_DIGITS = 9 };
    int value = 0;
    if (length == 0 || length > MOST_DIGITS)
        return 0;
    for (size_t i = 0; i < length; i++)
        value = 10 * value + (digits[i] - '0');
    return value <= most ? value : 0;
}

static lac_status find_point(const drop_list *l, char *name, int *point)
{
    const lac_data *data = l->data;
    for (*point = 0; *point < data->points; ++*point)
        if (strcmp(data->names[*point], name) == 0)
            return LAC_OK;
    lac_csv_clean(name);
    return lac_fail(l->ctx, LAC_ERROR_FORMAT,
                    "%s:%d: no point is called %.60s; there are %.60s, %.60s, ...", l->where,
                    l->line, name, data->names[0], data->names[data->points > 1]);
}

static lac_status read_line(const drop_list *l, char *line)
{
    const lac_data *data = l->data;
    cut_comment(line);
    line = trim(line);
    size_t digits = strspn(line, "0123456789");
    char *name = line + digits + strspn(line + digits, " \t");
    int number = read_number(line, digits, data->table_rows);
    if (!*line)
        return LAC_OK;
    if (digits == 0 || (line[digits] && !strchr(" \t", line[digits])))
        return lac_fail(l->ctx, LAC_ERROR_FORMAT,
                        "%s:%d: a line is the number of a row, and behind a blank the name of a "
                        "point if not the whole row is meant", l->where, l->line);
    if (number == 0)
        return lac_fail(l->ctx, LAC_ERROR_FORMAT, "%s:%d: row %.*s, the table has rows 1 to %d",
                        l->where, l->line, digits < 20 ? (int)digits : 20, line, data->table_rows);
    int point = 0, row = find_row(data, number);
    if (*name)
        LAC_TRY(find_point(l, name, &point));
    if (row < 0)
        return LAC_OK;
    memset(l->point + (size_t)row * data->points + point, 1, *name ? 1 : (size_t)data->points);
    return LAC_OK;
}

static lac_status read_lines(drop_list *l, char *text)
{
    for (char *line; (line = lac_line_next(&text)) != NULL;) {
        l->line++;
        LAC_TRY(read_line(l, line));
    }
    return LAC_OK;
}

lac_status lac_drop_parse(lac_context *ctx, char *text, const char *where, const lac_data *data,
                          uint8_t **point)
{
    drop_list l = {.ctx = ctx, .data = data, .where = where};
    *point = NULL;
    if (data->points == 0)
        return lac_fail(ctx, LAC_ERROR_MISMATCH, "%s: the data has no labels to drop", where);
    LAC_TRY(lac_alloc(ctx, (size_t)data->rows * (size_t)data->points, 1, &l.point));
    lac_status status = read_lines(&l, text);
    if (status == LAC_OK)
        *point = l.point;
    else
        free(l.point);
    return status;
}

lac_status lac_drop_read(lac_context *ctx, const char *path, const lac_data *data, uint8_t **point)
{
    char *text;
    *point = NULL;
    LAC_TRY(lac_file_text(ctx, path, &text));
    lac_status status = lac_drop_parse(ctx, text, path, data, point);
    free(text);
    return status;
}

/* ---- Writing ------------------------------------------------------------------------------ */

static int is_named_whole(const lac_data *data, const uint8_t *point, int row)
{
    return !memchr(point + (size_t)row * data->points, 0, (size_t)data->points);
}

/* Room for the list, in bytes. */
static size_t text_room(const lac_data *data, const uint8_t *point)
{
    enum { NUMBER = 12 };
    size_t room = 1;
    for (int r = 0; r < data->rows; r++)
        for (int k = 0; k < data->points; k++)
            if (point[(size_t)r * data->points + k])
                room += NUMBER + strlen(data->names[k]);
    return room;
}

lac_status lac_drop_text(lac_context *ctx, const lac_data *data, const uint8_t *point, char **text)
{
    size_t room = text_room(data, point), used = 0;
    LAC_TRY(lac_alloc(ctx, room, 1, text));
    for (int r = 0; r < data->rows; r++) {
        int is_whole = is_named_whole(data, point, r), number = lac_row_number(data, r);
        if (is_whole)
            used += (size_t)snprintf(*text + used, room - used, "%d\n", number);
        for (int k = 0; k < data->points && !is_whole; k++)
            if (point[(size_t)r * data->points + k])
                used += (size_t)snprintf(*text + used, room - used, "%d %s\n", number,
                                         data->names[k]);
    }
    return LAC_OK;
}

/* ---- Dropping ------------------------------------------------------------------------------ */

lac_status lac_drop_mask(lac_context *ctx, const lac_data *data, const uint8_t *point,
                         uint8_t **mask)
{
    size_t labels = 2 * (size_t)data->rows * (size_t)data->points;
    LAC_TRY(lac_alloc(ctx, labels, 1, mask));
    for (size_t i = 0; i < labels; i++)
        (*mask)[i] = data->mask[i] && !point[i / 2];
    return LAC_OK;
}

void lac_drop_count(const lac_data *data, const uint8_t *mask, int row, lac_dropped *count)
{
    size_t labels = 2 * (size_t)data->points;
    const uint8_t *had = lac_data_mask(data, row), *has = mask + (size_t)row * labels;
    int is_left = memchr(has, 1, labels) != NULL, points = 0;
    for (size_t i = 0; i < labels; i += 2)
        points += had[i] != has[i] || had[i + 1] != has[i + 1];
    count->rows += points > 0 && !is_left;
    count->points += is_left ? points : 0;
}

lac_status lac_data_drop(lac_context *ctx, lac_data *data, const char *path, const int *rows,
                         int n, lac_dropped *count)
{
    uint8_t *point, *mask;
    *count = (lac_dropped){0};
    LAC_TRY(lac_drop_read(ctx, path, data, &point));
    lac_status status = lac_drop_mask(ctx, data, point, &mask);
    free(point);
    LAC_TRY(status);
    for (int i = 0; i < (rows ? n : data->rows); i++)
        lac_drop_count(data, mask, rows ? rows[i] : i, count);
    for (size_t i = 0; i < 2 * (size_t)data->rows * (size_t)data->points; i++)
        data->labels[i] = mask[i] ? data->labels[i] : 0;
    free(data->mask);
    data->mask = mask;
    return LAC_OK;
}
