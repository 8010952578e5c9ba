/* Records of a CSV file and their cells; cell.c reads the numbers in them. */
#include "data/csv.h"

#include <stdlib.h>
#include <string.h>

enum {
    START_CAPACITY = 1 << 18, /* stays in the second-level cache */
    LINE_LIMIT = 1 << 27,     /* bytes; a picture of 5000 x 5000 fits */
    SLACK = 16                /* readable bytes behind the last cell */
};

/* Moves what is left to the front of the buffer and reads more behind it. */
static lac_status refill(lac_csv *csv)
{
    size_t left = csv->end - csv->start;
    if (left >= csv->capacity / 2) {
        if (left > LINE_LIMIT)
            return lac_csv_fail(csv, -1, "the line is longer than %d bytes", LINE_LIMIT);
        char *larger;
        LAC_TRY(lac_alloc(csv->ctx, 2 * csv->capacity + SLACK, 1, &larger));
        memcpy(larger, csv->buffer + csv->start, left);
        free(csv->buffer);
        csv->buffer = larger;
        csv->capacity *= 2;
    } else {
        memmove(csv->buffer, csv->buffer + csv->start, left);
    }
    csv->start = 0;
    csv->end = left;
    size_t count;
    LAC_TRY(lac_stream_read(csv->stream, csv->buffer + left, csv->capacity - left, &count));
    csv->end += count;
    csv->ended = count == 0;
    return LAC_OK;
}

/* The next line without its line break and with a NUL behind it; *line is NULL at
 * the end of the file. */
static lac_status next_line(lac_csv *csv, char **line, size_t *length)
{
    size_t scanned = 0;
    char *newline;
    for (;;) {
        size_t left = csv->end - csv->start;
        newline = memchr(csv->buffer + csv->start + scanned, '\n', left - scanned);
        if (newline || csv->ended)
            break;
        scanned = left;
        LAC_TRY(refill(csv));
    }
    *line = NULL;
    if (!newline && csv->start == csv->end)
        return LAC_OK;
    *line = csv->buffer + csv->start;
    size_t size = newline ? (size_t)(newline - *line) : csv->end - csv->start;
    csv->start += size + (newline != NULL);
    if (size && (*line)[size - 1] == '\r')
        size--;
    (*line)[size] = 0;
    *length = size;
    csv->row++;
    return LAC_OK;
}

/* The next line that is not empty. Empty lines may only stand at the end. */
static lac_status next_record(lac_csv *csv, char **line, size_t *length)
{
    long empty = 0;
    do {
        LAC_TRY(next_line(csv, line, length));
        if (*line && *length == 0 && !empty)
            empty = csv->row;
    } while (*line && *length == 0);
    if (*line && empty) {
        csv->row = empty;
        return lac_csv_fail(csv, -1, "an empty line before the end");
    }
    return LAC_OK;
}

/* Takes the quotes off the cell at `text` in place; *stop is the byte behind it. */
static lac_status unquote(const lac_csv *csv, int column, char *end, lac_cell *cell, char **stop)
{
    char *from = cell->text + 1;
    char *to = cell->text;
    for (;;) {
        char *quote = memchr(from, '"', (size_t)(end - from));
        if (!quote)
            return lac_csv_fail(csv, column, "a quote is opened and not closed in its line");
        memmove(to, from, (size_t)(quote - from));
        to += quote - from;
        from = quote + 1;
        if (from == end || *from != '"')
            break;
        *to++ = *from++;
    }
    if (from != end && *from != ',')
        return lac_csv_fail(csv, column, "text behind the closing quote");
    cell->length = (size_t)(to - cell->text);
    *stop = from;
    return LAC_OK;
}

static lac_status split_cells(lac_csv *csv, char *line, size_t length, int *cells)
{
    char *end = line + length;
    for (int n = 0;; n++) {
        if (n == LAC_CSV_COLUMNS)
            return lac_csv_fail(csv, -1, "more than %d columns", LAC_CSV_COLUMNS);
        lac_cell *cell = &csv->cell[n];
        char *stop = end;
        cell->text = line;
        if (line < end && *line == '"') {
            LAC_TRY(unquote(csv, n, end, cell, &stop));
        } else {
            char *comma = memchr(line, ',', (size_t)(end - line));
            stop = comma ? comma : end;
            cell->length = (size_t)(stop - line);
        }
        cell->text[cell->length] = 0;
        if (stop == end) {
            *cells = n + 1;
            return LAC_OK;
        }
        line = stop + 1;
    }
}

static lac_status read_header(lac_csv *csv)
{
    char *line;
    size_t length;
    int cells;
    LAC_TRY(next_record(csv, &line, &length));
    if (line && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        length -= 3;
    }
    if (!line || length == 0)
        return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: the file is empty",
                        lac_stream_name(csv->stream));
    LAC_TRY(split_cells(csv, line, length, &cells));
    for (int i = 0; i < cells; i++)
        if (strlen(csv->cell[i].text) != csv->cell[i].length)
            return lac_csv_fail(csv, i, "a NUL byte in the cell");
    LAC_TRY(lac_alloc(csv->ctx, cells, sizeof *csv->name, &csv->name));
    csv->columns = cells;
    for (int i = 0; i < cells; i++) {
        LAC_TRY(lac_strdup(csv->ctx, csv->cell[i].text, &csv->name[i]));
        for (int j = 0; j < i; j++)
            if (strcmp(csv->name[i], csv->name[j]) == 0)
                return lac_csv_fail(csv, i, "the column stands twice, as number %d and %d", j + 1,
                                    i + 1);
    }
    return LAC_OK;
}

static lac_status open_csv(lac_csv *csv, const char *path, const char *table)
{
    csv->capacity = START_CAPACITY;
    LAC_TRY(lac_stream_open(csv->ctx, path, table, &csv->stream));
    LAC_TRY(lac_alloc(csv->ctx, csv->capacity + SLACK, 1, &csv->buffer));
    LAC_TRY(lac_alloc(csv->ctx, LAC_CSV_COLUMNS, sizeof *csv->cell, &csv->cell));
    return read_header(csv);
}

lac_status lac_csv_open(lac_context *ctx, const char *path, const char *table, lac_csv **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    lac_status status = open_csv(*out, path, table);
    if (status != LAC_OK)
        lac_csv_close(out);
    return status;
}

void lac_csv_close(lac_csv **csv)
{
    lac_csv *c = *csv;
    if (!c)
        return;
    lac_stream_close(&c->stream);
    for (int i = 0; i < c->columns; i++)
        free(c->name[i]);
    free(c->name);
    free(c->cell);
    free(c->buffer);
    free(c);
    *csv = NULL;
}

lac_status lac_csv_next(lac_csv *csv, int *more)
{
    char *line;
    size_t length;
    int cells;
    LAC_TRY(next_record(csv, &line, &length));
    *more = line != NULL;
    if (!line)
        return LAC_OK;
    LAC_TRY(split_cells(csv, line, length, &cells));
    if (cells != csv->columns)
        return lac_csv_fail(csv, -1, "%d columns, the header has %d", cells, csv->columns);
    return LAC_OK;
}
