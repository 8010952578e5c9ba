/*
 * CSV files record by record (RFC 4180), for tables whose header names the columns.
 *
 * A record is one line: a quoted cell may hold commas and doubled quotes, no line
 * break. Accepted beside the letter of the RFC: a byte order mark, LF or CRLF, no
 * line break at the end, empty lines behind the last record.
 */
#ifndef LAC_CSV_H
#define LAC_CSV_H

#include "data/archive.h"

enum { LAC_CSV_COLUMNS = 10000 }; /* at most */

/* A cell lies in the reader's buffer until the next record is read. A NUL stands
 * behind it, and some readable bytes behind that. */
typedef struct lac_cell {
    char *text;
    size_t length;
} lac_cell;

typedef struct lac_csv {
    lac_context *ctx;
    lac_stream *stream;
    char *buffer; /* bytes [start, end) are read and not yet used */
    size_t capacity;
    size_t start;
    size_t end;
    int ended;    /* the stream has no more */
    long row;     /* of the cells; the header is 1 */
    int columns;
    char **name;  /* [columns], from the header, all different */
    lac_cell *cell; /* [columns] */
} lac_csv;

/* Opens a table (see lac_stream_open) and reads its header. */
lac_status lac_csv_open(lac_context *ctx, const char *path, const char *table, lac_csv **out);
void lac_csv_close(lac_csv **csv);

/* Reads the next record into `cell`, as many as the header has; *more is 0 when
 * there is none. */
lac_status lac_csv_next(lac_csv *csv, int *more);

/* Fails with FORMAT and "FILE: row R, column NAME: ..."; column -1: the row. */
lac_status lac_csv_fail(const lac_csv *csv, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a cell that does not hold `required`: shows the cell. */
lac_status lac_csv_fail_cell(const lac_csv *csv, int column, const char *required);

/* A cell as a decimal number, rounded correctly, whatever the locale: digits with
 * sign, point and exponent; no blanks, NaN or infinity. */
lac_status lac_csv_number(const lac_csv *csv, int column, double *out);

/* A cell as a whole number of 0 to 2147483647. */
lac_status lac_csv_integer(const lac_csv *csv, int column, int *out);

/* A cell as numbers of 0 to 255 between blanks: at most `limit` into out. *count is
 * how many there are, which may be more than limit. */
lac_status lac_csv_pixels(const lac_csv *csv, int column, uint8_t *out, size_t limit,
                          size_t *count);

#endif
