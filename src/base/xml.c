/* A small reader of XML, for files from strangers: see xml.h. */
#include "base/xml.h"

#include <stdlib.h>
#include <string.h>

lac_status lac_xml_fail(const lac_xml *xml, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lac_status status = lac_fail_line(xml->ctx, xml->file, xml->line, format, args);
    va_end(args);
    return status;
}

lac_status lac_xml_begin(lac_context *ctx, const char *file, char *text, size_t size, lac_xml *xml)
{
    size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *xml = (lac_xml){.ctx = ctx, .file = file, .line = 1, .at = text + mark, .end = text + size};
    return memchr(text, 0, size) ? lac_xml_fail(xml, "a NUL byte in the file") : LAC_OK;
}

static lac_status fail_at_end(const lac_xml *xml)
{
    return lac_xml_fail(xml, "the file ends inside of %s",
                        xml->depth ? xml->open[xml->depth - 1] : "the XML");
}

static void move_to(lac_xml *xml, const char *to)
{
    for (; xml->at < to; xml->at++)
        xml->line += *xml->at == '\n';
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(lac_xml *xml)
{
    char *p = xml->at;
    while (is_blank(*p)) /* a NUL stands at the end */
        p++;
    move_to(xml, p);
}

static int begins(const lac_xml *xml, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(xml->end - xml->at) >= length && memcmp(xml->at, with, length) == 0;
}

/* Goes behind the next `mark`. */
static lac_status skip_behind(lac_xml *xml, const char *mark)
{
    char *found = strstr(xml->at, mark);
    if (!found)
        return fail_at_end(xml);
    move_to(xml, found + strlen(mark));
    return LAC_OK;
}

/* ---- Characters -------------------------------------------------------------------------- */

/* Writes a character as UTF-8 and returns where it ends. */
static char *put_character(char *to, unsigned long c)
{
    int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (char)(first[more] | c >> 6 * more);
    while (more-- > 0)
        *to++ = (char)(0x80 | (c >> 6 * more & 0x3f));
    return to;
}

/* The character that `word`, what stands between & and ;, refers to; 0 when it is none. */
static unsigned long refer(const char *word)
{
    static const struct {
        const char *name;
        char character;
    } named[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (int i = 0; i < LAC_COUNT(named); i++)
        if (strcmp(word, named[i].name) == 0)
            return (unsigned char)named[i].character;
    int base = word[0] == '#' && word[1] == 'x' ? 16 : 10;
    const char *digits = word + (base == 16 ? 2 : 1);
    size_t length = strspn(digits, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
    if (word[0] != '#' || length == 0 || digits[length] != 0)
        return 0;
    unsigned long c = strtoul(digits, NULL, base);
    return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : c;
}

/* Puts characters in place of the references to them in [text, end) and a NUL behind the rest. */
static lac_status resolve(const lac_xml *xml, char *text, char *end)
{
    enum { LONGEST = 10 }; /* "#x10ffff" */
    char *to = text;
    *end = 0;
    for (char *p = text; p < end;) {
        if (*p != '&') {
            *to++ = *p++;
            continue;
        }
        size_t length = strcspn(++p, ";");
        char word[LONGEST + 1] = "";
        memcpy(word, p, length < LONGEST ? length : LONGEST);
        unsigned long c = p[length] == ';' && length < LONGEST ? refer(word) : 0;
        if (c == 0)
            return lac_xml_fail(xml, "&%s is no character that is known here", word);
        to = put_character(to, c);
        p += length + 1;
    }
    *to = 0;
    return LAC_OK;
}

/* ---- Tags -------------------------------------------------------------------------------- */

/* A name, up to a blank or one of = / > < and quotes; *stop is the byte behind it, in whose place a
 * NUL comes. */
static lac_status read_name(lac_xml *xml, const char **name, char *stop)
{
    char *begin = xml->at;
    char *p = begin + strcspn(begin, " \t\r\n=/><\"'&");
    if (p == xml->end)
        return fail_at_end(xml);
    if (p == begin)
        return lac_xml_fail(xml, "'%c' where a name must be", *p);
    *stop = *p;
    move_to(xml, p + 1);
    *p = 0;
    *name = begin;
    return LAC_OK;
}

static lac_status read_attribute(lac_xml *xml, char *stop)
{
    const char *name;
    if (xml->attributes == LAC_XML_ATTRIBUTES)
        return lac_xml_fail(xml, "an element has more than %d attributes", LAC_XML_ATTRIBUTES);
    LAC_TRY(read_name(xml, &name, stop));
    if (*stop != '=') {
        skip_blanks(xml);
        if (!is_blank(*stop) || *xml->at++ != '=')
            return lac_xml_fail(xml, "the attribute %.64s has no value", name);
    }
    skip_blanks(xml);
    char quote = *xml->at;
    if (quote != '"' && quote != '\'')
        return lac_xml_fail(xml, "the value of %.64s stands in no quotes", name);
    char *value = ++xml->at;
    char *end = strchr(value, quote);
    if (!end)
        return fail_at_end(xml);
    move_to(xml, end + 1);
    LAC_TRY(resolve(xml, value, end));
    xml->attribute[xml->attributes].name = name;
    xml->attribute[xml->attributes++].value = value;
    *stop = *xml->at;
    if (!is_blank(*stop) && *stop != '/' && *stop != '>')
        return *stop ? lac_xml_fail(xml, "'%c' behind the value of %.64s", *stop, name)
                     : fail_at_end(xml);
    xml->at++;
    xml->line += *stop == '\n';
    return LAC_OK;
}

static lac_status read_start(lac_xml *xml)
{
    char stop;
    xml->attributes = 0;
    if (xml->depth == LAC_XML_DEPTH)
        return lac_xml_fail(xml, "more than %d elements in each other", LAC_XML_DEPTH);
    LAC_TRY(read_name(xml, &xml->name, &stop));
    while (is_blank(stop)) {
        skip_blanks(xml);
        if (*xml->at == '/' || *xml->at == '>')
            stop = *xml->at++;
        else
            LAC_TRY(read_attribute(xml, &stop));
    }
    xml->is_empty = stop == '/';
    if (xml->is_empty)
        stop = *xml->at ? *xml->at++ : stop;
    if (stop != '>')
        return lac_xml_fail(xml, "the tag %.64s has no end", xml->name);
    xml->open[xml->depth++] = xml->name;
    return LAC_OK;
}

static lac_status read_end(lac_xml *xml)
{
    char stop;
    xml->at++;
    LAC_TRY(read_name(xml, &xml->name, &stop));
    if (is_blank(stop)) {
        skip_blanks(xml);
        stop = *xml->at ? *xml->at++ : stop;
    }
    if (stop != '>')
        return lac_xml_fail(xml, "the tag /%.64s has no end", xml->name);
    if (xml->depth == 0 || strcmp(xml->open[xml->depth - 1], xml->name) != 0)
        return lac_xml_fail(xml, "/%.64s ends where %.64s is open", xml->name,
                            xml->depth ? xml->open[xml->depth - 1] : "nothing");
    xml->depth--;
    return LAC_OK;
}

/* A tag's content behind its <; *is_event is 0 for what says nothing. */
static lac_status read_tag(lac_xml *xml, lac_xml_event *event, int *is_event)
{
    *is_event = 1;
    if (*xml->at == '/') {
        *event = LAC_XML_END;
        return read_end(xml);
    }
    *is_event = 0;
    if (begins(xml, "!--"))
        return skip_behind(xml, "-->");
    if (*xml->at == '?')
        return skip_behind(xml, "?>");
    if (*xml->at == '!') {
        size_t length = strcspn(xml->at, "[>");
        if (!begins(xml, "!DOCTYPE") || xml->at[length] == '[')
            return lac_xml_fail(xml, "declarations and CDATA are not read");
        return skip_behind(xml, ">");
    }
    *is_event = 1;
    *event = LAC_XML_START;
    if (xml->depth == 0 && xml->open[0])
        return lac_xml_fail(xml, "a second outermost element");
    return read_start(xml);
}

/* ---- Pieces ------------------------------------------------------------------------------ */

/* The text up to the next < or the end; *is_event is 0 when it is but blanks. */
static lac_status read_text(lac_xml *xml, int *is_event)
{
    char *text = xml->at;
    skip_blanks(xml);
    *is_event = xml->at < xml->end && *xml->at != '<';
    char *end = xml->at + strcspn(xml->at, "<");
    if (*is_event && xml->depth == 0)
        return lac_xml_fail(xml, "a text outside of the outermost element");
    if (end == xml->end && xml->depth)
        return fail_at_end(xml);
    xml->is_in_tag = end < xml->end;
    move_to(xml, end + xml->is_in_tag);
    xml->text = text;
    if (*is_event && xml->depth)
        xml->name = xml->open[xml->depth - 1];
    return resolve(xml, text, end);
}

lac_status lac_xml_next(lac_xml *xml, lac_xml_event *event)
{
    int is_event = 0;
    if (xml->is_empty) {
        xml->is_empty = 0;
        xml->depth--;
        *event = LAC_XML_END;
        return LAC_OK;
    }
    while (!is_event) {
        if (xml->is_in_tag) {
            xml->is_in_tag = 0;
            LAC_TRY(read_tag(xml, event, &is_event));
        } else if (xml->at < xml->end) {
            *event = LAC_XML_TEXT;
            LAC_TRY(read_text(xml, &is_event));
        } else {
            *event = LAC_XML_DONE;
            if (xml->depth)
                return fail_at_end(xml);
            if (!xml->open[0])
                return lac_xml_fail(xml, "the file ends without an element");
            is_event = 1;
        }
    }
    return LAC_OK;
}

lac_status lac_xml_skip(lac_xml *xml)
{
    int depth = xml->depth;
    lac_xml_event event;
    while (xml->depth >= depth)
        LAC_TRY(lac_xml_next(xml, &event));
    return LAC_OK;
}

const char *lac_xml_value(const lac_xml *xml, const char *name)
{
    for (int i = 0; i < xml->attributes; i++)
        if (strcmp(xml->attribute[i].name, name) == 0)
            return xml->attribute[i].value;
    return NULL;
}

lac_status lac_xml_number(const lac_xml *xml, const char *name, double least, double most,
                          double *out)
{
    char low[LAC_NUMBER], high[LAC_NUMBER];
    const char *value = lac_xml_value(xml, name);
    if (!value)
        return lac_xml_fail(xml, "%.64s has no %s", xml->name, name);
    if (!lac_number_read(value, out) || !(*out >= least && *out <= most))
        return lac_xml_fail(xml, "%s is \"%.32s\", must be a number of %s to %s", name, value,
                            lac_number_text(least, low), lac_number_text(most, high));
    return LAC_OK;
}
