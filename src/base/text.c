/* Text inside files of other kinds, escaped as these read it. */
#include "base/base.h"

#include <string.h>

/* What stands for a byte that is no character. */
static const char replacement[] = "\xef\xbf\xbd";

static int is_control(char c)
{
    return (unsigned char)c < ' ' || c == 127;
}

int lac_text_printable(const char *text)
{
    while (*text && !is_control(*text))
        text++;
    return !*text;
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

/* Writes the character at `text`, or a mark where there is none, and returns what follows. */
static const char *put_character(FILE *stream, const char *text)
{
    int length = lac_utf8_length(text);
    if (length)
        fwrite(text, 1, (size_t)length, stream);
    else
        fputs(replacement, stream);
    return text + (length ? length : 1);
}

void lac_html_text(FILE *stream, const char *text)
{
    static const char special[] = "<>&\"";
    static const char *const names[] = {"lt", "gt", "amp", "quot"};
    while (*text) {
        const char *found = strchr(special, *text);
        int is_none = is_control(*text) && !strchr("\t\n\r", *text);
        if (found)
            fprintf(stream, "&%s;", names[found - special]);
        else if (is_none)
            fputs(replacement, stream);
        text = found || is_none ? text + 1 : put_character(stream, text);
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

void lac_csv_name(FILE *stream, const char *name, const char *ending)
{
    size_t length = strlen(name);
    int has_blanks = length && (name[0] == ' ' || name[length - 1] == ' ');
    const char *quote = has_blanks || name[strcspn(name, ",;\t\"\r\n")] ? "\"" : "";
    fputs(quote, stream);
    for (; *name; name++)
        fputs(*name == '"' ? "\"\"" : (char[]){*name, 0}, stream);
    fputs(ending, stream);
    fputs(quote, stream);
}

void lac_csv_text(FILE *stream, const char *text)
{
    lac_csv_name(stream, text, "");
}

void lac_json_text(FILE *stream, const char *text)
{
    putc('"', stream);
    while (*text) {
        int is_special = *text == '"' || *text == '\\';
        if (is_special)
            fprintf(stream, "\\%c", *text);
        else if (is_control(*text))
            fprintf(stream, "\\u%04x", (unsigned)*text);
        text = is_special || is_control(*text) ? text + 1 : put_character(stream, text);
    }
    putc('"', stream);
}
