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

int lac_utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    int length = *p == 0 ? 0 : *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3
                 : *p < 0xf5 ? 4 : 0;
    for (int i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    int is_long = (*p == 0xe0 && p[1] < 0xa0) || (*p == 0xf0 && p[1] < 0x90);
    int is_outside = (*p == 0xed && p[1] > 0x9f) || (*p == 0xf4 && p[1] > 0x8f);
    return is_long || is_outside ? 0 : length;
}

int lac_utf8_is_valid(const char *text)
{
    for (int length; (length = lac_utf8_length(text)) > 0;)
        text += length;
    return !*text;
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
    for (int length; *text; text += length ? length : 1) {
        unsigned char c = (unsigned char)*text;
        length = lac_utf8_length(text);
        if (c < ' ' || !length)
            fprintf(stream, "\\u%04x", length ? c : 0xfffdu);
        else if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else
            fwrite(text, 1, (size_t)length, stream);
    }
    putc('"', stream);
}
