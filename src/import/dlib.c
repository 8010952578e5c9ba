/*
 * dlib's XML, as imglab writes it. A part that is missing is left out; a box may say that it is to
 * be ignored. Pixels are counted from 0.
 *
 *     <image file='a.jpg' width='320' height='240'>
 *       <box top='83' left='207' width='96' height='96'>
 *         <part name='00' x='272' y='119'/>
 */
#include "base/xml.h"
#include "import/foreign.h"

#include <stdlib.h>
#include <string.h>

/* A number that may be absent. */
static lac_status read_size(const lac_xml *xml, const char *name, int *out)
{
    double value = 0;
    if (lac_xml_value(xml, name))
        LAC_TRY(lac_xml_number(xml, name, 0, LAC_FARTHEST, &value));
    *out = (int)value;
    return LAC_OK;
}

static lac_status read_part(lac_foreign *labels, const lac_xml *xml, int *point)
{
    double x, y;
    const char *name = lac_xml_value(xml, "name");
    if (!name)
        return lac_xml_fail(xml, "a part without a name");
    LAC_TRY(lac_xml_number(xml, "x", -LAC_FARTHEST, LAC_FARTHEST, &x));
    LAC_TRY(lac_xml_number(xml, "y", -LAC_FARTHEST, LAC_FARTHEST, &y));
    LAC_TRY(lac_foreign_point(labels, name, point));
    const lac_face *face = &labels->face[labels->faces - 1];
    for (size_t i = face->first; i < labels->marks; i++)
        if (labels->mark[i].point == *point)
            return lac_xml_fail(xml, "the part %.64s stands twice in a box", name);
    return lac_foreign_mark(labels, *point, x, y);
}

static lac_status read_box(lac_foreign *labels, const char *file, const int size[2], lac_xml *xml)
{
    static const char *const names[] = {"left", "top", "width", "height"};
    double box[4];
    const char *ignored = lac_xml_value(xml, "ignore");
    if (ignored && strcmp(ignored, "0") != 0)
        return lac_xml_skip(xml);
    for (int i = 0; i < 4; i++)
        LAC_TRY(lac_xml_number(xml, names[i], -LAC_FARTHEST, LAC_FARTHEST, &box[i]));
    LAC_TRY(lac_foreign_face(labels, file));
    LAC_TRY(lac_foreign_box(labels, box[0], box[1], box[2], box[3]));
    lac_face *face = &labels->face[labels->faces - 1];
    face->width = size[0];
    face->height = size[1];
    int depth = xml->depth, point = -1;
    while (xml->depth >= depth) {
        lac_xml_event event;
        LAC_TRY(lac_xml_next(xml, &event));
        if (event == LAC_XML_START && strcmp(xml->name, "part") == 0)
            LAC_TRY(read_part(labels, xml, &point));
    }
    return LAC_OK;
}

static lac_status read_image(lac_foreign *labels, lac_xml *xml)
{
    int size[2];
    const char *file = lac_xml_value(xml, "file");
    if (!file || !*file)
        return lac_xml_fail(xml, "an image without a file");
    LAC_TRY(read_size(xml, "width", &size[0]));
    LAC_TRY(read_size(xml, "height", &size[1]));
    int depth = xml->depth;
    while (xml->depth >= depth) {
        lac_xml_event event;
        LAC_TRY(lac_xml_next(xml, &event));
        if (event == LAC_XML_START && strcmp(xml->name, "part") == 0)
            return lac_xml_fail(xml, "a part outside of a box");
        if (event == LAC_XML_START && strcmp(xml->name, "box") == 0)
            LAC_TRY(read_box(labels, file, size, xml));
    }
    return LAC_OK;
}

static lac_status read_all(lac_foreign *labels, lac_xml *xml)
{
    lac_xml_event event;
    do {
        LAC_TRY(lac_xml_next(xml, &event));
        if (event != LAC_XML_START)
            continue;
        if (xml->depth == 1 && strcmp(xml->name, "dataset") != 0)
            return lac_xml_fail(xml, "the outermost element is %.64s; dlib's is dataset",
                                xml->name);
        if (strcmp(xml->name, "image") == 0)
            LAC_TRY(read_image(labels, xml));
    } while (event != LAC_XML_DONE);
    return LAC_OK;
}

static lac_status read_file(lac_foreign *labels, const char *path)
{
    lac_xml xml;
    char *text;
    size_t size;
    LAC_TRY(lac_file_read(labels->ctx, path, &text, &size));
    lac_status status = lac_xml_begin(labels->ctx, path, text, size, &xml);
    if (status == LAC_OK)
        status = read_all(labels, &xml);
    free(text);
    return status;
}

static int is_it(const lac_label_head *head)
{
    return head->text[0] == '<';
}

const lac_label_format lac_format_dlib = {"dlib", is_it, read_file};
