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

/* A cell lies in the reader's window until the next record is read. A NUL stands
 * behind it. */
typedef struct lac_cell {
    char *text;
    size_t length;
} lac_cell;

/* A piece of the file: bytes [start, end) are read and not yet used. */
typedef struct lac_window {
    char *bytes; /* [capacity + 1], room for a NUL behind the last line */
    size_t capacity;
    size_t start, end;
    int ended; /* the stream has no more */
} lac_window;

typedef struct lac_csv {
    lac_context *ctx; /* takes the messages */
    lac_stream *stream;
    lac_window window;
    long row;       /* of the cells; the header is 1 */
    long empty;     /* the first empty line's, 0 = none so far */
    int columns;
    char **name;    /* [columns], from the header, all different */
    lac_cell *cell; /* [columns], with room for `room` */
    int room;
} lac_csv;

/* Opens a table (see lac_stream_open) and reads its header. */
lac_status lac_csv_open(lac_context *ctx, const char *path, const char *table, lac_csv **out);
void lac_csv_close(lac_csv **csv);

/* Reads the next record into `cell`, as many as the header has; *more is 0 when
 * there is none. */
lac_status lac_csv_next(lac_csv *csv, int *more);

/* Whom lac_csv_each hands the records. */
typedef struct lac_csv_taker {
    /* Makes room for all records up to row `last`; on the calling thread. */
    lac_status (*reserve)(void *arg, long last);
    /* Takes a record: row, cells, and what to fail with. On any thread, in any order,
     * several at once. */
    lac_status (*take)(void *arg, const lac_csv *record);
    void *arg;
} lac_csv_taker;

/* Reads all records that are left, on all threads. What it fails with is the first wrong
 * row's, as if they were read one after the other. records.c */
lac_status lac_csv_each(lac_csv *csv, const lac_csv_taker *taker);

/* ---- Between csv.c and records.c ------------------------------------------------- */

/* Moves what is left to the front of the window, which grows if there is much, and reads
 * more behind it. */
lac_status lac_csv_refill(lac_csv *csv, lac_window *window);

/* Counts the next line, of `size` bytes with its line break; *length is without. Behind
 * an empty line there may only be empty ones: FORMAT. */
lac_status lac_csv_count_line(lac_csv *csv, const char *line, size_t size, size_t *length);

/* Splits a line into cells, as many as the header has. */
lac_status lac_csv_split(lac_csv *csv, char *line, size_t length);

/* ---- Cells ---------------------------------------------------------------------- */

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
