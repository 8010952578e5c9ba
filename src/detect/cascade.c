/*
 * OpenCV's format of cascades: <cascade> holds <width>, <height>, <stages> and <features>; items of
 * lists are named <_>. Everything is checked here, so that a window can be tested without checks:
 * indices, that nodes lead forward, that rectangles are inside the window.
 */
#include "detect/cascade.h"

#include "detect/xml.h"

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
        if (event != LAC_XML_OPEN)
            return LAC_OK;
        LAC_TRY(read(r));
    }
}

static lac_status pass(reader *r)
{
    lac_text text;
    return lac_xml_text(&r->xml, &text);
}

static int is(const reader *r, const char *name)
{
    return lac_text_is(r->xml.name, name);
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

/* The open element's text must be `count` numbers, whole ones of at most `most` if that is not 0. */
static lac_status read_numbers(reader *r, double *out, int count, double most)
{
    lac_text text;
    char name[LAC_NAME_ROOM];
    lac_text_name(r->xml.name, name);
    LAC_TRY(lac_xml_text(&r->xml, &text));
    for (int i = 0; i < count; i++) {
        if (!lac_xml_number(&text, &out[i]) || !isfinite(out[i]) ||
            (most > 0 && (out[i] < 0 || out[i] > most || out[i] != floor(out[i]))))
            return lac_xml_fail(&r->xml, "<%s> must be %d number%s in range", name, count,
                                count == 1 ? "" : "s");
    }
    return LAC_OK;
}

/* ---- Stages --------------------------------------------------------------------------------- */

static lac_status read_nodes(reader *r)
{
    lac_cascade *c = r->cascade;
    lac_text text;
    double v[4];
    LAC_TRY(lac_xml_text(&r->xml, &text));
    while (lac_xml_number(&text, &v[0])) {
        for (int i = 1; i < 4; i++)
            if (!lac_xml_number(&text, &v[i]))
                return lac_xml_fail(&r->xml, "<internalNodes> must be fours of numbers");
        for (int i = 0; i < 3; i++)
            if (!(fabs(v[i]) < 1e6) || v[i] != floor(v[i]))
                return lac_xml_fail(&r->xml, "<internalNodes> must name nodes and features");
        LAC_TRY(grow(r, NODES, c->nodes, sizeof *c->node, &c->node));
        c->node[c->nodes++] =
            (lac_tree_node){(int)v[2], (int)v[0], (int)v[1], (float)v[3]};
    }
    return LAC_OK;
}

static lac_status read_leaves(reader *r)
{
    lac_cascade *c = r->cascade;
    lac_text text;
    double v;
    LAC_TRY(lac_xml_text(&r->xml, &text));
    while (lac_xml_number(&text, &v)) {
        LAC_TRY(grow(r, LEAVES, c->leaves, sizeof *c->leaf, &c->leaf));
        c->leaf[c->leaves++] = (float)v;
    }
    return LAC_OK;
}

static lac_status read_tree_part(reader *r)
{
    return is(r, "internalNodes") ? read_nodes(r) : is(r, "leafValues") ? read_leaves(r) : pass(r);
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
    double threshold;
    if (is(r, "weakClassifiers"))
        return each(r, read_tree);
    if (!is(r, "stageThreshold"))
        return pass(r);
    LAC_TRY(read_numbers(r, &threshold, 1, 0));
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

/* ---- Features ---------------------------------------------------------------------------------- */

static lac_status read_rect(reader *r)
{
    lac_feature *f = &r->cascade->feature[r->cascade->features - 1];
    lac_text text;
    double v[5];
    LAC_TRY(lac_xml_text(&r->xml, &text));
    for (int i = 0; i < 5; i++)
        if (!lac_xml_number(&text, &v[i]) || (i < 4 && (v[i] < 0 || v[i] > MOST_SIDE)) ||
            (i < 4 && v[i] != floor(v[i])) || !isfinite(v[i]))
            return lac_xml_fail(&r->xml, "a rectangle must be x, y, width, height and weight");
    if (f->rects == LAC_FEATURE_RECTS)
        return lac_xml_fail(&r->xml, "a feature has more than %d rectangles", LAC_FEATURE_RECTS);
    int i = f->rects++;
    f->rect[i].x = (int)v[0];
    f->rect[i].y = (int)v[1];
    f->rect[i].width = (int)v[2];
    f->rect[i].height = (int)v[3];
    f->rect[i].weight = (float)v[4];
    return LAC_OK;
}

static lac_status read_feature_part(reader *r)
{
    double tilted;
    if (is(r, "rects"))
        return each(r, read_rect);
    if (!is(r, "tilted"))
        return pass(r);
    LAC_TRY(read_numbers(r, &tilted, 1, 1));
    return tilted > 0 ? lac_xml_fail(&r->xml, "tilted features are not supported") : LAC_OK;
}

static lac_status read_feature(reader *r)
{
    lac_cascade *c = r->cascade;
    LAC_TRY(grow(r, FEATURES, c->features, sizeof *c->feature, &c->feature));
    c->feature[c->features++] = (lac_feature){0};
    return each(r, read_feature_part);
}

/* ---- The whole ---------------------------------------------------------------------------------- */

static lac_status read_side(reader *r, int *side)
{
    double value;
    LAC_TRY(read_numbers(r, &value, 1, MOST_SIDE));
    *side = (int)value;
    return LAC_OK;
}

static lac_status read_word(reader *r, const char *wanted)
{
    lac_text text;
    char name[LAC_NAME_ROOM];
    lac_text_name(r->xml.name, name);
    LAC_TRY(lac_xml_text(&r->xml, &text));
    return lac_text_is(text, wanted)
               ? LAC_OK
               : lac_xml_fail(&r->xml, "<%s> must be %s: other cascades are not supported", name,
                              wanted);
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
    return is(r, "features") ? each(r, read_feature) : pass(r);
}

static lac_status check(const reader *r)
{
    const lac_cascade *c = r->cascade;
    if (c->width < LEAST_SIDE || c->height < LEAST_SIDE)
        return lac_xml_fail(&r->xml, "a window of %dx%d; its sides must be %d to %d", c->width,
                            c->height, LEAST_SIDE, MOST_SIDE);
    if (c->stages == 0)
        return lac_xml_fail(&r->xml, "no <stages>");
    for (int i = 0; i < c->nodes; i++)
        if (c->node[i].feature < 0 || c->node[i].feature >= c->features)
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

lac_status lac_cascade_read(lac_context *ctx, const char *path, lac_text bytes, lac_cascade *out)
{
    reader r = {lac_xml_from(ctx, path, bytes), out};
    lac_xml_event event;
    *out = (lac_cascade){0};
    lac_status status = lac_xml_next(&r.xml, &event);
    if (status == LAC_OK && (event != LAC_XML_OPEN || !is(&r, "opencv_storage")))
        status = lac_xml_fail(&r.xml, "no <opencv_storage>: only OpenCV's cascades are read");
    if (status == LAC_OK)
        status = each(&r, read_storage);
    if (status == LAC_OK)
        status = check(&r);
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
