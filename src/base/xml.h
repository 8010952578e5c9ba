/*
 * XML as label files and cascades have it, piece by piece: an element begins, a text, an element
 * ends. The text is read in place: names and values are cut out of it by NULs, and references to
 * characters become the characters, which are never longer.
 *
 *     lac_xml xml;
 *     lac_xml_event event;
 *     LAC_TRY(lac_xml_begin(ctx, path, text, size, &xml));
 *     do
 *         LAC_TRY(lac_xml_next(&xml, &event));
 *     while (event != LAC_XML_DONE);
 *
 * Encodings are not converted. Entities other than the five of XML are refused, and so is their
 * declaration: nothing in a file can make it larger than it is.
 */
#ifndef LAC_XML_H
#define LAC_XML_H

#include "base/base.h"

enum {
    LAC_XML_DEPTH = 64,     /* elements in elements, at most */
    LAC_XML_ATTRIBUTES = 32 /* of an element, at most */
};

typedef enum lac_xml_event {
    LAC_XML_START, /* an element begins: `name`, `attribute` */
    LAC_XML_TEXT,  /* `text` inside of the element `name`, not only blanks. One that a comment
                    * interrupts comes in two pieces */
    LAC_XML_END,   /* the element `name` ends */
    LAC_XML_DONE   /* the outermost element has ended, and the file too */
} lac_xml_event;

typedef struct lac_xml {
    lac_context *ctx;
    const char *file; /* for messages */
    long line;
    int depth;        /* elements that are open: at START with the new one, at END without */
    const char *name;
    const char *text;
    int attributes;
    struct {
        const char *name, *value;
    } attribute[LAC_XML_ATTRIBUTES];

    char *at, *end;
    int is_in_tag; /* 1: the < in front of `at` is read */
    int is_empty;  /* 1: the element that began ends at once */
    const char *open[LAC_XML_DEPTH]; /* names of the open elements */
} lac_xml;

/* Begins with the text of a file, `size` bytes with a NUL behind them, which the reader changes and
 * which must live as long as it. FORMAT when there are other NULs. */
lac_status lac_xml_begin(lac_context *ctx, const char *file, char *text, size_t size, lac_xml *xml);

/* The next piece. FORMAT; then there are no more. */
lac_status lac_xml_next(lac_xml *xml, lac_xml_event *event);

/* Behind a START: goes on to that element's END, over all that is inside. FORMAT. */
lac_status lac_xml_skip(lac_xml *xml);

/* The value of an attribute of the element that began last, or NULL. */
const char *lac_xml_value(const lac_xml *xml, const char *name);

/* The same as a number of `least` to `most`; FORMAT without one. */
lac_status lac_xml_number(const lac_xml *xml, const char *name, double least, double most,
                          double *out);

/* Fails with FORMAT and "FILE: line N: ...". */
lac_status lac_xml_fail(const lac_xml *xml, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
