/* Lines and words of text files. */
#include "import/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r";

lac_status lac_lines_open(lac_context *ctx, const char *path, lac_lines *out)
{
    *out = (lac_lines){.ctx = ctx, .file = path};
    LAC_TRY(lac_file_text(ctx, path, &out->bytes));
    out->next = out->bytes;
    return LAC_OK;
}

void lac_lines_close(lac_lines *lines)
{
    free(lines->bytes);
    lines->bytes = NULL;
}

static char *trim(char *text)
{
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length && strchr(blanks, text[length - 1]))
        length--;
    text[length] = 0;
    return text;
}

char *lac_lines_next(lac_lines *lines)
{
    while (lines->next && *lines->next) {
        char *line = trim(lac_line_next(&lines->next));
        lines->row++;
        if (*line)
            return line;
    }
    return NULL;
}

/* Takes the quotes off the cell that the line begins with, if it has any; *cell is what they held.
 * Returns where the search for the cell's end goes on. */
static char *unquote(char *line, char separator, char **cell)
{
    char *from = line + strspn(line, separator == '\t' ? " " : blanks), *to = from;
    if (separator == ' ' || *from != '"')
        return line;
    *cell = to;
    for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    from += *from == '"';
    *to = 0;
    return from;
}

int lac_words_cut(char *line, char separator, char **word, int most)
{
    const char separators[] = {separator, separator == ' ' ? '\t' : '\0', '\0'};
    int count = 0;
    for (;;) {
        char *cell = NULL, *rest = unquote(line, separator, &cell);
        size_t length = strcspn(rest, separators);
        char end = rest[length];
        rest[length] = 0;
        if (separator != ' ' || length) {
            if (count < most)
                word[count] = trim(cell ? cell : line);
            count++;
        }
        if (!end)
            return count;
        line = rest + length + 1;
    }
}

lac_status lac_lines_fail(const lac_lines *lines, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lac_status status = lac_fail_line(lines->ctx, lines->file, lines->row, format, args);
    va_end(args);
    return status;
}

lac_status lac_lines_number(const lac_lines *lines, const char *word, double *out)
{
    if (lac_number_read(word, out) && isfinite(*out))
        return LAC_OK;
    return lac_lines_fail(lines, "\"%.24s\" is not a number", word);
}

lac_status lac_lines_place(const lac_lines *lines, lac_status status)
{
    return status == LAC_ERROR_ARGUMENT
               ? lac_lines_fail(lines, "a place more than a million pixels away")
               : status;
}

static int is_gap(char *word)
{
    const lac_cell cell = {word, strlen(word)};
    return lac_cell_is_gap(&cell);
}

lac_status lac_lines_mark(const lac_lines *lines, lac_foreign *labels, int point, char *x, char *y)
{
    double at[2];
    int no_x = is_gap(x), no_y = is_gap(y);
    labels->halves += no_x != no_y;
    if (no_x || no_y)
        return LAC_OK;
    LAC_TRY(lac_lines_number(lines, x, &at[0]));
    LAC_TRY(lac_lines_number(lines, y, &at[1]));
    return lac_lines_place(lines, lac_foreign_mark(labels, point, at[0], at[1]));
}
