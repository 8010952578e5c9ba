/* Records of a text table and their cells; cell.c reads the numbers in them. */
#include "data/csv.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 1 << 20,     /* bytes; fits the caches, and is worth waking the threads for */
    LINE_LIMIT = 1 << 27, /* bytes; a picture of 5000 x 5000 fits */
};

static lac_status grow(lac_csv *csv, lac_window *window)
{
    lac_window larger = *window;
    if (window->end - window->start > LINE_LIMIT)
        return lac_csv_fail(csv, -1, "the line is longer than %d bytes", LINE_LIMIT);
    larger.capacity *= 2;
    LAC_TRY(lac_alloc(csv->ctx, larger.capacity + 1, 1, &larger.bytes));
    memcpy(larger.bytes + window->start, window->bytes + window->start,
           window->end - window->start);
    free(window->bytes);
    *window = larger;
    return LAC_OK;
}

lac_status lac_csv_refill(lac_csv *csv, lac_window *window)
{
    size_t left = window->end - window->start;
    size_t count;
    if (left >= window->capacity / 2)
        LAC_TRY(grow(csv, window));
    memmove(window->bytes, window->bytes + window->start, left);
    window->start = 0;
    window->end = left;
    LAC_TRY(lac_stream_read(csv->stream, window->bytes + left, window->capacity - left, &count));
    window->end += count;
    window->ended = count == 0;
    return LAC_OK;
}

lac_status lac_csv_count_line(lac_csv *csv, const char *line, size_t size, size_t *length)
{
    size -= size && line[size - 1] == '\n';
    size -= size && line[size - 1] == '\r';
    *length = size;
    csv->row++;
    if (size == 0 && !csv->empty)
        csv->empty = csv->row;
    if (size == 0 || !csv->empty)
        return LAC_OK;
    csv->row = csv->empty;
    return lac_csv_fail(csv, -1, "an empty line before the end");
}

char *lac_csv_record_end(const lac_csv *csv, char *line, size_t size)
{
    char *newline = memchr(line, '\n', size);
    char *quote = line; /* those before it are counted */
    int is_open = 0;
    while (newline && csv->has_quotes) {
        for (; (quote = memchr(quote, '"', (size_t)(newline - quote))); quote++)
            is_open = !is_open;
        if (!is_open)
            break;
        quote = newline + 1;
        newline = memchr(quote, '\n', size - (size_t)(quote - line));
    }
    return newline;
}

/* The next line; *line is NULL at the end of the file. */
static lac_status next_line(lac_csv *csv, char **line, size_t *length)
{
    lac_window *w = &csv->window;
    char *newline;
    csv->has_quotes = 1;
    for (;;) {
        newline = lac_csv_record_end(csv, w->bytes + w->start, w->end - w->start);
        if (newline || w->ended)
            break;
        LAC_TRY(lac_csv_refill(csv, w));
    }
    *line = NULL;
    if (w->start == w->end)
        return LAC_OK;
    *line = w->bytes + w->start;
    size_t size = newline ? (size_t)(newline + 1 - *line) : w->end - w->start;
    w->start += size;
    csv->has_quotes = memchr(*line, '"', size) != NULL; /* what the rest is taken to be like */
    return lac_csv_count_line(csv, *line, size, length);
}

/* The next line that is not empty. */
static lac_status next_record(lac_csv *csv, char **line, size_t *length)
{
    do
        LAC_TRY(next_line(csv, line, length));
    while (*line && *length == 0);
    return LAC_OK;
}

static int is_blank(const lac_csv *csv, char c)
{
    return c == ' ' || (c == '\t' && csv->separator != '\t');
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
    while (from != end && is_blank(csv, *from))
        from++;
    if (from != end && *from != csv->separator)
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
        lac_cell *cell = &csv->cell[n < csv->room ? n : csv->room - 1];
        char *stop = end;
        while (line < end && is_blank(csv, *line))
            line++;
        cell->text = line;
        if (line < end && *line == '"') {
            LAC_TRY(unquote(csv, n, end, cell, &stop));
        } else {
            char *next = memchr(line, csv->separator, (size_t)(end - line));
            stop = next ? next : end;
            cell->length = (size_t)(stop - line);
            while (cell->length && is_blank(csv, line[cell->length - 1]))
                cell->length--;
        }
        cell->text[cell->length] = 0;
        if (stop == end) {
            *cells = n + 1;
            return LAC_OK;
        }
        line = stop + 1;
    }
}

/* The one of comma, semicolon, tab and bar that a line has most of outside of quotes. */
static char find_separator(const char *line, size_t length)
{
    static const char separators[] = ",;\t|";
    int count[4] = {0}, best = 0, is_quoted = 0;
    for (size_t i = 0; i < length; i++) {
        is_quoted ^= line[i] == '"';
        const char *found = line[i] && !is_quoted ? strchr(separators, line[i]) : NULL;
        if (found)
            count[found - separators]++;
    }
    for (int s = 1; s < 4; s++)
        best = count[s] > count[best] ? s : best;
    return separators[best];
}

/* The first record without a byte order mark. Excel writes "sep=;" before it. */
static lac_status first_record(lac_csv *csv, char **line, size_t *length)
{
    LAC_TRY(next_record(csv, line, length));
    if (*line && *length >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
        *line += 3;
        *length -= 3;
    }
    if (!*line || *length != 5 || memcmp(*line, "sep=", 4) != 0)
        return LAC_OK;
    csv->row = 0;
    return next_record(csv, line, length);
}

/* Blanks are no part of a name, in quotes neither. */
static lac_status copy_name(const lac_csv *csv, const lac_cell *cell, char **out)
{
    const char *text = cell->text;
    size_t length = cell->length;
    for (; is_blank(csv, *text); text++)
        length--;
    LAC_TRY(lac_alloc(csv->ctx, length + 1, 1, out));
    while (length && is_blank(csv, text[length - 1]))
        length--;
    memcpy(*out, text, length);
    return LAC_OK;
}

/* Of a table without a header the first row's numbers stand twice soon. */
static lac_status fail_twice(const lac_csv *csv, int first, int second)
{
    double value;
    return lac_csv_fail(csv, second, "the column stands twice, as number %d and %d%s", first + 1,
                        second + 1, lac_number_read(csv->name[second], &value)
                                        ? "; the first row must name the columns" : "");
}

static lac_status read_header(lac_csv *csv)
{
    char *line;
    size_t length;
    int cells;
    LAC_TRY(first_record(csv, &line, &length));
    if (!line || length == 0)
        return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: the file is empty",
                        lac_stream_name(csv->stream));
    if (memchr(line, '\r', length))
        return lac_csv_fail(csv, -1, "lines end in CR alone, must end in LF or in CR and LF");
    csv->separator = find_separator(line, length);
    LAC_TRY(split_cells(csv, line, length, &cells));
    for (int i = 0; i < cells; i++)
        if (strlen(csv->cell[i].text) != csv->cell[i].length)
            return lac_csv_fail(csv, i, "a NUL byte in the cell");
    LAC_TRY(lac_alloc(csv->ctx, cells, sizeof *csv->name, &csv->name));
    csv->columns = cells;
    for (int i = 0; i < cells; i++) {
        LAC_TRY(copy_name(csv, &csv->cell[i], &csv->name[i]));
        for (int j = 0; j < i; j++)
            if (csv->name[i][0] && strcmp(csv->name[i], csv->name[j]) == 0)
                return fail_twice(csv, j, i);
    }
    return LAC_OK;
}

static lac_status open_csv(lac_csv *csv, const char *path, const char *table)
{
    lac_window *w = &csv->window;
    LAC_TRY(lac_stream_open(csv->ctx, path, table, &csv->stream));
    size_t size = lac_stream_size(csv->stream);
    w->capacity = size > 0 && size < WINDOW ? size + 1 : WINDOW;
    LAC_TRY(lac_alloc(csv->ctx, w->capacity + 1, 1, &w->bytes));
    csv->room = LAC_CSV_COLUMNS;
    LAC_TRY(lac_alloc(csv->ctx, csv->room, sizeof *csv->cell, &csv->cell));
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
    free(c->window.bytes);
    free(c);
    *csv = NULL;
}

lac_status lac_csv_split(lac_csv *csv, char *line, size_t length)
{
    int cells;
    LAC_TRY(split_cells(csv, line, length, &cells));
    if (cells != csv->columns)
        return lac_csv_fail(csv, -1, "%d columns, the header has %d", cells, csv->columns);
    return LAC_OK;
}

lac_status lac_csv_next(lac_csv *csv, int *more)
{
    char *line;
    size_t length;
    LAC_TRY(next_record(csv, &line, &length));
    *more = line != NULL;
    return line ? lac_csv_split(csv, line, length) : LAC_OK;
}
