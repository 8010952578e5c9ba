/* Tags out of an XML text; see xml.h. */
#include "detect/xml.h"

#include <string.h>

lac_xml lac_xml_from(lac_context *ctx, const char *path, lac_text bytes)
{
    return (lac_xml){.ctx = ctx, .path = path, .start = bytes.at, .at = bytes.at,
                     .end = bytes.at + bytes.size};
}

lac_status lac_xml_fail(const lac_xml *xml, const char *format, ...)
{
    char what[256];
    int line = 1;
    for (const char *p = xml->start; p < xml->at; p++)
        line += *p == '\n';
    va_list args;
    va_start(args, format);
    lac_vformat(what, sizeof what, format, args);
    va_end(args);
    return lac_fail(xml->ctx, LAC_ERROR_FORMAT, "%s:%d: %s", xml->path, line, what);
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int begins(const lac_xml *xml, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(xml->end - xml->at) >= length && memcmp(xml->at, word, length) == 0;
}

/* Moves behind the next `word`. */
static lac_status pass(lac_xml *xml, const char *word)
{
    for (; xml->at < xml->end; xml->at++) {
        if (begins(xml, word)) {
            xml->at += strlen(word);
            return LAC_OK;
        }
    }
    return lac_xml_fail(xml, "the file ends before %s", word);
}

static lac_status close(lac_xml *xml, lac_xml_event *event)
{
    char name[LAC_NAME_ROOM];
    *event = LAC_XML_CLOSE;
    if (xml->depth == 0 || !lac_text_equal(xml->open[xml->depth - 1], xml->name))
        return lac_xml_fail(xml, "</%s> closes what is not open", lac_text_name(xml->name, name));
    xml->depth--;
    return LAC_OK;
}

/* From behind a tag's < to behind its >. */
static lac_status read_tag(lac_xml *xml, lac_xml_event *event)
{
    const char *start = xml->at;
    LAC_TRY(pass(xml, ">"));
    const char *end = xml->at - 1;
    int closes = start < end && *start == '/';
    start += closes;
    const char *name = start;
    while (start < end && !is_blank(*start) && *start != '/')
        start++;
    xml->name = (lac_text){name, (size_t)(start - name)};
    xml->attributes = (lac_text){start, (size_t)(end - start)};
    if (xml->name.size == 0)
        return lac_xml_fail(xml, "a tag without a name");
    if (closes)
        return close(xml, event);
    *event = LAC_XML_OPEN;
    if (xml->depth == LAC_XML_DEPTH)
        return lac_xml_fail(xml, "more than %d elements inside each other", LAC_XML_DEPTH);
    xml->open[xml->depth++] = xml->name;
    xml->closes_itself = end > start && end[-1] == '/';
    return LAC_OK;
}

lac_status lac_xml_next(lac_xml *xml, lac_xml_event *event)
{
    if (xml->closes_itself) {
        xml->closes_itself = 0;
        xml->before = (lac_text){0};
        return close(xml, event);
    }
    for (;;) {
        const char *start = xml->at;
        while (xml->at < xml->end && *xml->at != '<')
            xml->at++;
        xml->before = (lac_text){start, (size_t)(xml->at - start)};
        if (xml->at == xml->end) {
            *event = LAC_XML_END;
            return xml->depth ? lac_xml_fail(xml, "the file ends inside an element") : LAC_OK;
        }
        xml->at++;
        if (begins(xml, "!--"))
            LAC_TRY(pass(xml, "-->"));
        else if (begins(xml, "?") || begins(xml, "!"))
            LAC_TRY(pass(xml, ">"));
        else
            return read_tag(xml, event);
    }
}

lac_status lac_xml_text(lac_xml *xml, lac_text *text)
{
    int outside = xml->depth - 1;
    int tags = 0;
    lac_xml_event event;
    do {
        LAC_TRY(lac_xml_next(xml, &event));
        tags++;
    } while (xml->depth > outside);
    *text = tags == 1 ? xml->before : (lac_text){0};
    return LAC_OK;
}

int lac_xml_number(lac_text *text, double *out)
{
    char word[LAC_NUMBER];
    size_t length = 0;
    while (text->size > 0 && is_blank(*text->at)) {
        text->at++;
        text->size--;
    }
    while (length < text->size && !is_blank(text->at[length]))
        length++;
    if (length == 0 || length >= sizeof word)
        return 0;
    memcpy(word, text->at, length);
    word[length] = '\0';
    text->at += length;
    text->size -= length;
    return lac_number_read(word, out);
}
