/*
 * Reads XML from memory, a tag at a time: what numbers in elements need, without entities,
 * attributes' values and name spaces. Elements must close as they open.
 */
#ifndef LAC_XML_H
#define LAC_XML_H

#include "base/base.h"
#include "detect/protobuf.h"

enum { LAC_XML_DEPTH = 32 };

typedef enum lac_xml_event { LAC_XML_OPEN, LAC_XML_CLOSE, LAC_XML_END } lac_xml_event;

typedef struct lac_xml {
    lac_context *ctx;
    const char *path; /* for messages */
    const char *start, *at, *end;
    lac_text name;       /* of the tag just read */
    lac_text attributes; /* what stands behind the name of an opening tag */
    lac_text before;     /* the text between the last two tags */
    lac_text open[LAC_XML_DEPTH];
    int depth;
    int closes_itself; /* the opening tag just read also closes */
} lac_xml;

lac_xml lac_xml_from(lac_context *ctx, const char *path, lac_text bytes);

/* The next tag; comments and declarations are passed over. END is where all elements are closed
 * and only blanks are left. FORMAT. */
lac_status lac_xml_next(lac_xml *xml, lac_xml_event *event);

/* Reads up to the end of the element that is open, and what is in it, and gives its text if it
 * holds nothing but text, else an empty one. FORMAT. */
lac_status lac_xml_text(lac_xml *xml, lac_text *text);

/* Takes the next number off a text of numbers between blanks; 0 when there is none. */
int lac_xml_number(lac_text *text, double *out);

/* FORMAT, with the path and the line. */
lac_status lac_xml_fail(const lac_xml *xml, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
