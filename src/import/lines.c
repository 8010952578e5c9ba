/* Lines and words of text files. */
#include "import/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r";

lac_status lac_lines_open(lac_context *ctx, const char *path, lac_lines *out)
{
    size_t size;
    *out = (lac_lines){.ctx = ctx, .file = path};
    LAC_TRY(lac_file_read(ctx, path, &out->bytes, &size));
    out->at = out->bytes;
    out->end = out->bytes + size;
    if (size >= 3 && memcmp(out->at, "\xef\xbb\xbf", 3) == 0)
        out->at += 3;
    if (!memchr(out->bytes, 0, size))
        return LAC_OK;
    lac_lines_close(out);
    return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a NUL byte in the file", path);
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
    while (lines->at < lines->end) {
        char *line = lines->at;
        size_t length = strcspn(line, "\n");
        lines->at += length + 1;
        lines->row++;
        line[length] = 0;
        line = trim(line);
        if (*line)
            return line;
    }
    return NULL;
}

int lac_words_cut(char *line, char separator, char **word, int most)
{
    const char separators[] = {separator, separator == ' ' ? '\t' : '\0', '\0'};
    int count = 0;
    for (;;) {
        size_t length = strcspn(line, separators);
        char end = line[length];
        line[length] = 0;
        if (separator != ' ' || length) {
            if (count < most)
                word[count] = trim(line);
            count++;
        }
        if (!end)
            return count;
        line += length + 1;
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
