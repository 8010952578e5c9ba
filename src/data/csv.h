/*
 * CSV files record by record (RFC 4180), for tables whose header names the columns.
 *
 * A quoted cell may hold commas, doubled quotes and, if the table's first record has quotes, line
 * breaks. Accepted beside the letter of the RFC: semicolons or tabs instead of commas, blanks
 * round a cell, a byte order mark, LF or CRLF, no line break at the end, empty lines behind the
 * last record.
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

/* A piece of the file; its bytes [start, end) are not yet split into records. */
typedef struct lac_window {
    char *bytes; /* [capacity + 1], room for a NUL behind the last line */
    size_t capacity;
    size_t start, end;
    int ended; /* 1 when the file has no more bytes */
} lac_window;

typedef struct lac_csv {
    lac_context *ctx; /* whose message tells of failures */
    lac_stream *stream;
    lac_window window;
    long row;       /* of the record in `cell`; the header is row 1 */
    long empty;     /* row of the first empty line, 0 = none so far */
    int has_quotes; /* 1: a record ends at a line break outside of quotes, 0: at any */
    char separator; /* of cells: the one of , ; and tab that the header has most of */
    int columns;
    char **name;    /* [columns], from the header, all different but for empty ones */
    lac_cell *cell; /* [columns] of the record; there is memory for `room` cells */
    int room;
} lac_csv;

/* Opens a table (see lac_stream_open) and reads its header. */
lac_status lac_csv_open(lac_context *ctx, const char *path, const char *table, lac_csv **out);
void lac_csv_close(lac_csv **csv);

/* Reads the next record into `cell`, as many as the header has; *more is 0 when
 * there is none. */
lac_status lac_csv_next(lac_csv *csv, int *more);

/* The functions that lac_csv_each hands the records to. */
typedef struct lac_csv_taker {
    /* Makes room for all records up to row `last`; on the calling thread. */
    lac_status (*reserve)(void *arg, long last);
    /* Takes a record, whose row and cells are in `record`; lac_csv_fail on it names them. Called
     * on any thread, in any order, several at once. */
    lac_status (*take)(void *arg, const lac_csv *record);
    void *arg;
} lac_csv_taker;

/* Reads all remaining records, on all threads. A failure is that of the first wrong row, as if
 * the rows were read one after the other. records.c */
lac_status lac_csv_each(lac_csv *csv, const lac_csv_taker *taker);

/* ---- Between csv.c and records.c ------------------------------------------------- */

/* Moves the bytes not yet used to the front of the window and reads more behind them. The
 * window grows when those bytes fill half of it. */
lac_status lac_csv_refill(lac_csv *csv, lac_window *window);

/* The line break at the end of the record at `line`; NULL when its `size` bytes have none. */
char *lac_csv_record_end(const lac_csv *csv, char *line, size_t size);

/* Counts the next line, which has `size` bytes with its line break and *length without. FORMAT
 * when it is not empty and an empty line came before it. */
lac_status lac_csv_count_line(lac_csv *csv, const char *line, size_t size, size_t *length);

/* Splits a line into cells, as many as the header has. */
lac_status lac_csv_split(lac_csv *csv, char *line, size_t length);

/* ---- Cells ---------------------------------------------------------------------- */

/* Fails with FORMAT and "FILE: row R, column NAME: ..."; column -1: the row. */
lac_status lac_csv_fail(const lac_csv *csv, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a cell that does not hold `required`: shows the cell. */
lac_status lac_csv_fail_cell(const lac_csv *csv, int column, const char *required);

/* Makes a text printable, for messages of one line. */
void lac_csv_clean(char *text);

/* A cell as a decimal number, rounded correctly, whatever the locale: digits with
 * sign, point and exponent; no blanks, NaN or infinity. Where columns are not between commas a
 * comma may stand for the point. */
lac_status lac_csv_number(const lac_csv *csv, int column, double *out);

/* The same, of `least` to `most`. */
lac_status lac_csv_number_in(const lac_csv *csv, int column, double least, double most,
                             double *out);

/* A cell as a whole number of 0 to 2147483647; lac_cell_integer returns 0 when it is none. */
lac_status lac_csv_integer(const lac_csv *csv, int column, int *out);
int lac_cell_integer(const lac_cell *cell, int *out);

/* How a table writes its pixels. */
typedef enum lac_pixel_form {
    LAC_PIXELS_PLAIN, /* whole numbers of 0 to 255 between blanks */
    LAC_PIXELS_LOOSE, /* numbers of 0 to 255, rounded, between blanks, commas and brackets */
    LAC_PIXELS_UNIT   /* the same of 0 to 1, times 255 */
} lac_pixel_form;

/* The form of the numbers in a cell: UNIT when there are points in them and none is above 1. */
lac_pixel_form lac_csv_pixel_form(const lac_csv *csv, int column);

/* A cell as pixels. The first `limit` of them go into out; *count is how many the cell holds, which
 * may be more. */
lac_status lac_csv_pixels(const lac_csv *csv, int column, lac_pixel_form form, uint8_t *out,
                          size_t limit, size_t *count);

#endif
