/* Text inside files of other kinds, escaped as these read it. */
#include "base/base.h"

#include <string.h>

void lac_html_text(FILE *stream, const char *text)
{
    for (const char *p = text; *p; p++)
        switch (*p) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        case '"':
            fputs("&quot;", stream);
            break;
        default:
            putc(*p, stream);
        }
}

char *lac_line_next(char **text)
{
    char *line = *text, *end = line ? strchr(line, '\n') : NULL;
    *text = end ? end + 1 : NULL;
    if (end)
        *end = 0;
    return line;
}

void lac_csv_text(FILE *stream, const char *text)
{
    size_t length = strlen(text);
    int is_plain = !text[strcspn(text, ",\"\r\n")];
    if (is_plain && (!length || (text[0] != ' ' && text[length - 1] != ' '))) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text; text++)
        fputs(*text == '"' ? "\"\"" : (char[]){*text, 0}, stream);
    fputc('"', stream);
}

void lac_json_text(FILE *stream, const char *text)
{
    putc('"', stream);
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < ' ')
            fprintf(stream, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else
            putc(c, stream);
    }
    putc('"', stream);
}
