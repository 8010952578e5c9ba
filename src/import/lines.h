/* A text file whole in memory, line by line, word by word. */
#ifndef LAC_IMPORT_LINES_H
#define LAC_IMPORT_LINES_H

#include "import/foreign.h"

typedef struct lac_lines {
    lac_context *ctx;
    const char *file; /* for messages */
    char *bytes;
    char *next; /* line, or NULL behind the last */
    long row;   /* of the line last read, from 1 */
} lac_lines;

/* `path` must live as long as the lines. IO, FORMAT (a NUL byte), MEMORY. */
lac_status lac_lines_open(lac_context *ctx, const char *path, lac_lines *out);
void lac_lines_close(lac_lines *lines);

/* The next line that is not blank, without its end and blanks round it; NULL behind the last. */
char *lac_lines_next(lac_lines *lines);

/* Cuts a line into words between blanks, or, unless `separator` is ' ', into cells between
 * separators, without blanks and quotes round them. Returns how many there are; the first `most` of
 * them are put into word. */
int lac_words_cut(char *line, char separator, char **word, int most);

/* A word as a finite number. FORMAT, naming file and line. */
lac_status lac_lines_number(const lac_lines *lines, const char *word, double *out);

/* Adds a point to the last face. Where one of the words says that there is none, as in tables, the
 * point is left out. FORMAT, MEMORY. */
lac_status lac_lines_mark(const lac_lines *lines, lac_foreign *labels, int point, char *x, char *y);

/* Fails with FORMAT and "FILE: line N: ...". */
lac_status lac_lines_fail(const lac_lines *lines, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For a status that lac_foreign_mark and lac_foreign_box leave without a message. */
lac_status lac_lines_place(const lac_lines *lines, lac_status status);

#endif
