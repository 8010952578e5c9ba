/*
 * OpenCV's format of cascades: <cascade> holds <width>, <height>, <stages> and <features>; items of
 * lists are named <_>. Everything is checked here, so that a window can be tested without checks:
 * indices, that nodes lead forward, that rectangles are inside the window.
 */
#include "detect/cascade.h"

#include "base/xml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 256, LEAST_SIDE = 4 };

enum { STAGES, TREES, NODES, LEAVES, FEATURES };

typedef struct reader {
    lac_xml xml;
    lac_cascade *cascade;
} reader;

typedef lac_status (*child)(reader *r);

/* Hands each element inside the open one to `read`, which reads it to its end. */
static lac_status each(reader *r, child read)
{
    lac_xml_event event;
    for (;;) {
        LAC_TRY(lac_xml_next(&r->xml, &event));
        if (event == LAC_XML_END)
            return LAC_OK;
        if (event == LAC_XML_START)
            LAC_TRY(read(r));
    }
}

static int is(const reader *r, const char *name)
{
    return strcmp(r->xml.name, name) == 0;
}

/* The text of the open element, which is read to its end. */
static lac_status read_text(reader *r, const char **text)
{
    lac_xml_event event;
    *text = "";
    for (int pieces = 0;;) {
        LAC_TRY(lac_xml_next(&r->xml, &event));
        if (event == LAC_XML_END)
            return LAC_OK;
        if (event != LAC_XML_TEXT || pieces++)
            return lac_xml_fail(&r->xml, "<%s> must hold one text", r->xml.open[r->xml.depth - 1]);
        *text = r->xml.text;
    }
}

/* Takes the next number off a text of numbers between blanks; 0 when there is none. */
static int take_number(const char **text, double *out)
{
    char word[LAC_NUMBER];
    *text += strspn(*text, " \t\r\n");
    size_t length = strcspn(*text, " \t\r\n");
    if (length == 0 || length >= sizeof word)
        return 0;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length;
    return lac_number_read(word, out) && isfinite(*out);
}

static int take_whole(const char **text, double least, double most, int *out)
{
    double value;
    if (!take_number(text, &value) || value < least || value > most || value != floor(value))
        return 0;
    *out = (int)value;
    return 1;
}

/* Room for one more item of an array. */
static lac_status grow(reader *r, int which, int count, size_t size, void *array)
{
    int *room = &r->cascade->rooms[which];
    void *old, *larger;
    if (count < *room)
        return LAC_OK;
    int more = *room ? 2 * *room : 64;
    LAC_TRY(lac_alloc(r->xml.ctx, (size_t)more, size, &larger));
    memcpy(&old, array, sizeof old);
    if (count)
        memcpy(larger, old, (size_t)count * size);
    free(old);
    memcpy(array, &larger, sizeof larger);
    *room = more;
    return LAC_OK;
}

/* ---- Stages ------------------------------------------------------------------------ */

static lac_status read_nodes(reader *r)
{
    enum { MOST = 1 << 20 };
    lac_cascade *c = r->cascade;
    const char *text;
    LAC_TRY(read_text(r, &text));
    while (text[strspn(text, " \t\r\n")]) {
        lac_tree_node node;
        double threshold;
        if (!take_whole(&text, -MOST, MOST, &node.left) ||
            !take_whole(&text, -MOST, MOST, &node.right) ||
            !take_whole(&text, 0, MOST, &node.feature) || !take_number(&text, &threshold))
            return lac_xml_fail(&r->xml,
                                "<internalNodes> must be left, right, feature and threshold");
        node.threshold = (float)threshold;
        LAC_TRY(grow(r, NODES, c->nodes, sizeof *c->node, &c->node));
        c->node[c->nodes++] = node;
    }
    return LAC_OK;
}

static lac_status read_leaves(reader *r)
{
    lac_cascade *c = r->cascade;
    const char *text;
    double value;
    LAC_TRY(read_text(r, &text));
    while (take_number(&text, &value)) {
        LAC_TRY(grow(r, LEAVES, c->leaves, sizeof *c->leaf, &c->leaf));
        c->leaf[c->leaves++] = (float)value;
    }
    return LAC_OK;
}

static lac_status read_tree_part(reader *r)
{
    return is(r, "internalNodes") ? read_nodes(r) : is(r, "leafValues") ? read_leaves(r)
                                                        : lac_xml_skip(&r->xml);
}

/* Whether a node leads to a node behind it or to a leaf of its tree. */
static int leads(int to, int from, int nodes, int leaves)
{
    return to > 0 ? to > from && to < nodes : -to < leaves;
}

static lac_status read_tree(reader *r)
{
    lac_cascade *c = r->cascade;
    lac_tree tree = {c->nodes, c->leaves};
    LAC_TRY(grow(r, TREES, c->trees, sizeof *c->tree, &c->tree));
    c->tree[c->trees++] = tree;
    LAC_TRY(each(r, read_tree_part));
    int nodes = c->nodes - tree.node, leaves = c->leaves - tree.leaf;
    for (int i = 0; i < nodes; i++) {
        const lac_tree_node *n = &c->node[tree.node + i];
        if (!leads(n->left, i, nodes, leaves) || !leads(n->right, i, nodes, leaves))
            return lac_xml_fail(&r->xml, "a tree leads to a node or leaf that it does not have");
    }
    return nodes ? LAC_OK : lac_xml_fail(&r->xml, "a tree has no nodes");
}

static lac_status read_stage_part(reader *r)
{
    const char *text;
    double threshold;
    if (is(r, "weakClassifiers"))
        return each(r, read_tree);
    if (!is(r, "stageThreshold"))
        return lac_xml_skip(&r->xml);
    LAC_TRY(read_text(r, &text));
    if (!take_number(&text, &threshold))
        return lac_xml_fail(&r->xml, "<stageThreshold> must be a number");
    /* OpenCV lowers it so that rounding refuses no window that was at it in training. */
    r->cascade->stage[r->cascade->stages - 1].threshold = (float)threshold - 1e-5f;
    return LAC_OK;
}

static lac_status read_stage(reader *r)
{
    lac_cascade *c = r->cascade;
    LAC_TRY(grow(r, STAGES, c->stages, sizeof *c->stage, &c->stage));
    c->stage[c->stages++] = (lac_stage){.tree = c->trees, .threshold = NAN};
    LAC_TRY(each(r, read_stage_part));
    lac_stage *stage = &c->stage[c->stages - 1];
    stage->trees = c->trees - stage->tree;
    if (stage->trees == 0 || isnan(stage->threshold))
        return lac_xml_fail(&r->xml, "stage %d has no trees or no <stageThreshold>", c->stages);
    return LAC_OK;
}

/* ---- Features ---------------------------------------------------------------------- */

static lac_status read_rect(reader *r)
{
    lac_feature *f = &r->cascade->feature[r->cascade->features - 1];
    const char *text;
    double weight;
    LAC_TRY(read_text(r, &text));
    if (f->rects == LAC_FEATURE_RECTS)
        return lac_xml_fail(&r->xml, "a feature has more than %d rectangles", LAC_FEATURE_RECTS);
    int i = f->rects++;
    if (!take_whole(&text, 0, MOST_SIDE, &f->rect[i].x) ||
        !take_whole(&text, 0, MOST_SIDE, &f->rect[i].y) ||
        !take_whole(&text, 1, MOST_SIDE, &f->rect[i].width) ||
        !take_whole(&text, 1, MOST_SIDE, &f->rect[i].height) || !take_number(&text, &weight))
        return lac_xml_fail(&r->xml, "a rectangle must be x, y, width, height and weight");
    f->rect[i].weight = (float)weight;
    return LAC_OK;
}

static lac_status read_feature_part(reader *r)
{
    const char *text;
    int tilted;
    if (is(r, "rects"))
        return each(r, read_rect);
    if (!is(r, "tilted"))
        return lac_xml_skip(&r->xml);
    LAC_TRY(read_text(r, &text));
    if (!take_whole(&text, 0, 1, &tilted) || tilted)
        return lac_xml_fail(&r->xml, "tilted features are not supported");
    return LAC_OK;
}

static lac_status read_feature(reader *r)
{
    lac_cascade *c = r->cascade;
    LAC_TRY(grow(r, FEATURES, c->features, sizeof *c->feature, &c->feature));
    c->feature[c->features++] = (lac_feature){0};
    return each(r, read_feature_part);
}

/* ---- The whole --------------------------------------------------------------------- */

static lac_status read_side(reader *r, int *side)
{
    const char *text;
    LAC_TRY(read_text(r, &text));
    return take_whole(&text, LEAST_SIDE, MOST_SIDE, side)
               ? LAC_OK
               : lac_xml_fail(&r->xml, "a window's side must be %d to %d", LEAST_SIDE, MOST_SIDE);
}

static lac_status read_word(reader *r, const char *wanted)
{
    const char *text;
    LAC_TRY(read_text(r, &text));
    return strcmp(text, wanted) == 0
               ? LAC_OK
               : lac_xml_fail(&r->xml, "a cascade of %s; only %s is supported", text, wanted);
}

static lac_status read_part(reader *r)
{
    if (is(r, "featureType"))
        return read_word(r, "HAAR");
    if (is(r, "stageType"))
        return read_word(r, "BOOST");
    if (is(r, "width"))
        return read_side(r, &r->cascade->width);
    if (is(r, "height"))
        return read_side(r, &r->cascade->height);
    if (is(r, "stages"))
        return each(r, read_stage);
    return is(r, "features") ? each(r, read_feature) : lac_xml_skip(&r->xml);
}

static lac_status check(const reader *r)
{
    const lac_cascade *c = r->cascade;
    if (c->width == 0 || c->height == 0 || c->stages == 0)
        return lac_xml_fail(&r->xml, "<width>, <height> or <stages> is missing");
    for (int i = 0; i < c->nodes; i++)
        if (c->node[i].feature >= c->features)
            return lac_xml_fail(&r->xml, "a tree asks for feature %d of %d", c->node[i].feature,
                                c->features);
    for (int i = 0; i < c->features; i++)
        for (int k = 0; k < c->feature[i].rects; k++)
            if (c->feature[i].rect[k].x + c->feature[i].rect[k].width > c->width ||
                c->feature[i].rect[k].y + c->feature[i].rect[k].height > c->height)
                return lac_xml_fail(&r->xml, "a rectangle of feature %d leaves the window", i);
    return LAC_OK;
}

static lac_status read_storage(reader *r)
{
    if (!is(r, "cascade"))
        return lac_xml_fail(&r->xml, "no <cascade> as OpenCV writes it since 2.4");
    if (r->cascade->stages)
        return lac_xml_fail(&r->xml, "a second <cascade>");
    return each(r, read_part);
}

static lac_status read_all(reader *r)
{
    lac_xml_event event;
    LAC_TRY(lac_xml_next(&r->xml, &event));
    if (event != LAC_XML_START || !is(r, "opencv_storage"))
        return lac_xml_fail(&r->xml, "no <opencv_storage>: only OpenCV's cascades are read");
    LAC_TRY(each(r, read_storage));
    LAC_TRY(lac_xml_next(&r->xml, &event)); /* nothing may follow */
    return check(r);
}

lac_status lac_cascade_read(lac_context *ctx, const char *path, char *bytes, size_t size,
                            lac_cascade *out)
{
    reader r = {.cascade = out};
    *out = (lac_cascade){0};
    lac_status status = lac_xml_begin(ctx, path, bytes, size, &r.xml);
    if (status == LAC_OK)
        status = read_all(&r);
    if (status != LAC_OK)
        lac_cascade_free(out);
    return status;
}

void lac_cascade_free(lac_cascade *cascade)
{
    free(cascade->stage);
    free(cascade->tree);
    free(cascade->node);
    free(cascade->leaf);
    free(cascade->feature);
    *cascade = (lac_cascade){0};
}
