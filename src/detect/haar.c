/*
 * The search with a cascade, as OpenCV's detectMultiScale does it: the grey photo is made smaller
 * by 1.1 again and again, and the window stays. Sums over rectangles come from an integral image,
 * whose place (x, y) holds the sum of all pixels above and left; a second one of squares gives
 * the window's standard deviation, by which features are divided. A scale is one thread's work.
 */
#include "detect/cascade.h"
#include "detect/detect.h"
#include "picture/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FACTOR 1.1
enum {
    NEIGHBOURS = 3,
    MOST_SCALES = 128,
    MOST_WINDOWS = 16384 /* that a photo may have before they are joined; real ones have hundreds */
};

/* A node of a tree with its feature, whose rectangles are places of an integral image: + - - +. All
 * that a window's test reads stands in the order in which it is read. */
typedef struct planned_node {
    int at[LAC_FEATURE_RECTS][4];
    float weight[LAC_FEATURE_RECTS];
    float threshold;
    int left, right; /* as in lac_tree_node */
} planned_node;

typedef struct scale {
    float factor;
    int width, height;     /* of the photo at this scale */
    int step, across, down; /* pixels from window to window, windows */
    uint8_t *found;        /* [down, across], 1: a face */
} scale;

/* What a thread works in. */
typedef struct desk {
    uint8_t *grey;     /* [height, width] of a scale */
    int *sum;          /* [height + 1][line] */
    unsigned *square;
} desk;

struct lac_haar {
    lac_context *ctx;
    lac_cascade cascade;
    planned_node *node; /* [nodes of the cascade] */
    int line;        /* ints from a row of an integral image to the next */
    int width, height; /* of the photo that everything is for */
    uint8_t *grey;
    scale scale[MOST_SCALES];
    int scales;
    uint8_t *found;
    size_t windows;
    desk *desks; /* [threads] */
    lac_rect *rects;      /* [MOST_WINDOWS] */
    lac_detection *faces;
};

static void forget(lac_haar *h)
{
    for (int i = 0; h->desks && i < h->ctx->threads; i++) {
        free(h->desks[i].grey);
        free(h->desks[i].sum);
        free(h->desks[i].square);
    }
    free(h->desks);
    free(h->grey);
    free(h->found);
    h->desks = NULL;
    h->grey = h->found = NULL;
    h->width = h->height = 0;
}

void lac_haar_free(lac_haar **haar)
{
    lac_haar *h = *haar;
    if (!h)
        return;
    forget(h);
    lac_cascade_free(&h->cascade);
    free(h->node);
    free(h->rects);
    free(h->faces);
    free(h);
    *haar = NULL;
}

lac_status lac_haar_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                        lac_haar **out)
{
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    lac_haar *h = *out;
    if (status == LAC_OK) {
        h->ctx = ctx;
        status = lac_cascade_read(ctx, path, bytes, size, &h->cascade);
    }
    free(bytes);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)h->cascade.nodes, sizeof *h->node, &h->node);
    if (status == LAC_OK)
        status = lac_alloc(ctx, MOST_WINDOWS, sizeof *h->rects, &h->rects);
    if (status == LAC_OK)
        status = lac_alloc(ctx, MOST_WINDOWS, sizeof *h->faces, &h->faces);
    if (status != LAC_OK)
        lac_haar_free(out);
    return status;
}

/* ---- Plan -------------------------------------------------------------------------- */

static void corners(int x, int y, int width, int height, int line, int at[4])
{
    at[0] = y * line + x;
    at[1] = at[0] + width;
    at[2] = at[0] + height * line;
    at[3] = at[2] + width;
}

static void plan_nodes(lac_haar *h)
{
    for (int i = 0; i < h->cascade.nodes; i++) {
        const lac_tree_node *n = &h->cascade.node[i];
        const lac_feature *f = &h->cascade.feature[n->feature];
        planned_node *to = &h->node[i];
        *to = (planned_node){.threshold = n->threshold, .left = n->left, .right = n->right};
        for (int k = 0; k < LAC_FEATURE_RECTS; k++) {
            corners(f->rect[k].x, f->rect[k].y, f->rect[k].width, f->rect[k].height, h->line,
                    to->at[k]);
            to->weight[k] = f->rect[k].weight;
        }
    }
}

static void plan_scales(lac_haar *h)
{
    const lac_cascade *c = &h->cascade;
    double factor = 1;
    h->scales = 0;
    h->windows = 0;
    for (; h->scales < MOST_SCALES; factor *= FACTOR) {
        if (lrint(c->width * factor) > h->width || lrint(c->height * factor) > h->height)
            break;
        scale *s = &h->scale[h->scales++];
        s->factor = (float)factor;
        s->width = (int)lrintf((float)h->width / s->factor);
        s->height = (int)lrintf((float)h->height / s->factor);
        s->step = s->factor >= 2 ? 1 : 2;
        int right = s->width + 1 - c->width, below = s->height + 1 - c->height;
        s->across = right > 0 ? (right + s->step - 1) / s->step : 0;
        s->down = below > 0 ? (below + s->step - 1) / s->step : 0;
        h->windows += (size_t)s->across * s->down;
    }
}

static lac_status plan_memory(lac_haar *h)
{
    lac_context *ctx = h->ctx;
    size_t pixels = (size_t)h->width * h->height;
    size_t places_count = (size_t)h->line * (h->height + 1);
    LAC_TRY(lac_alloc(ctx, pixels, 1, &h->grey));
    LAC_TRY(lac_alloc(ctx, h->windows + 1, 1, &h->found));
    LAC_TRY(lac_alloc(ctx, (size_t)ctx->threads, sizeof *h->desks, &h->desks));
    for (int i = 0; i < ctx->threads; i++) {
        LAC_TRY(lac_alloc(ctx, pixels, 1, &h->desks[i].grey));
        LAC_TRY(lac_alloc(ctx, places_count, sizeof(int), &h->desks[i].sum));
        LAC_TRY(lac_alloc(ctx, places_count, sizeof(unsigned), &h->desks[i].square));
    }
    uint8_t *found = h->found;
    for (int i = 0; i < h->scales; i++) {
        h->scale[i].found = found;
        found += (size_t)h->scale[i].across * h->scale[i].down;
    }
    return LAC_OK;
}

static lac_status plan(lac_haar *h, int width, int height)
{
    if (h->width == width && h->height == height)
        return LAC_OK;
    forget(h);
    h->width = width;
    h->height = height;
    h->line = width + 1;
    plan_nodes(h);
    plan_scales(h);
    lac_status status = plan_memory(h);
    if (status != LAC_OK)
        forget(h);
    return status;
}

/* ---- Pictures ---------------------------------------------------------------------- */

static void make_grey(const lac_small *photo, uint8_t *grey)
{
    const uint8_t *rgb = photo->rgb;
    for (int i = 0; i < photo->width * photo->height; i++, rgb += 3)
        grey[i] = (uint8_t)((lac_grey65536(rgb) + (1 << 15)) >> 16);
}

/* Where a pixel of a smaller picture lies between two of the larger, in 2^-8. */
typedef struct between {
    int low, high;
    unsigned of_high;
} between;

static between between_at(int i, int small, int large)
{
    double x = ((double)i + 0.5) * large / small - 0.5;
    int low = (int)floor(x);
    if (low < 0)
        return (between){0, 0, 0};
    if (low >= large - 1)
        return (between){large - 1, large - 1, 0};
    return (between){low, low + 1, (unsigned)lrint((x - low) * 256)};
}

/* Bilinear, in whole numbers, as OpenCV's INTER_LINEAR_EXACT. */
static void make_smaller(const lac_haar *h, const scale *s, uint8_t *to)
{
    if (s->width == h->width && s->height == h->height) {
        memcpy(to, h->grey, (size_t)h->width * h->height);
        return;
    }
    for (int i = 0; i < s->height; i++) {
        between y = between_at(i, s->height, h->height);
        const uint8_t *above = h->grey + (size_t)y.low * h->width;
        const uint8_t *below = h->grey + (size_t)y.high * h->width;
        for (int j = 0; j < s->width; j++) {
            between x = between_at(j, s->width, h->width);
            unsigned a = above[x.low] * (256 - x.of_high) + above[x.high] * x.of_high;
            unsigned b = below[x.low] * (256 - x.of_high) + below[x.high] * x.of_high;
            *to++ = (uint8_t)((a * (256 - y.of_high) + b * y.of_high + (1 << 15)) >> 16);
        }
    }
}

static void make_integrals(const lac_haar *h, const scale *s, desk *d)
{
    const uint8_t *grey = d->grey;
    memset(d->sum, 0, (size_t)(s->width + 1) * sizeof *d->sum);
    memset(d->square, 0, (size_t)(s->width + 1) * sizeof *d->square);
    for (int i = 0; i < s->height; i++) {
        int *sum = d->sum + (size_t)(i + 1) * h->line;
        unsigned *square = d->square + (size_t)(i + 1) * h->line;
        int row = 0;
        unsigned row_square = 0;
        sum[0] = 0;
        square[0] = 0;
        for (int j = 0; j < s->width; j++, grey++) {
            row += *grey;
            row_square += (unsigned)*grey * *grey;
            sum[j + 1] = sum[j + 1 - h->line] + row;
            square[j + 1] = square[j + 1 - h->line] + row_square;
        }
    }
}

/* ---- Windows ----------------------------------------------------------------------- */

/* 1 / (area times standard deviation) of the window without its border; 0 when it is too even to
 * be a face. */
static float contrast(const lac_haar *h, const int *sum, const unsigned *square)
{
    int width = h->cascade.width - 2, height = h->cascade.height - 2;
    int at[4];
    corners(1, 1, width, height, h->line, at);
    double area = (double)width * height;
    double total = sum[at[0]] - sum[at[1]] - sum[at[2]] + sum[at[3]];
    double squares = square[at[0]] - square[at[1]] - square[at[2]] + square[at[3]];
    double variance = area * squares - total * total;
    if (!(variance > 0))
        return 0;
    float by = (float)(1 / sqrt(variance));
    return area * (double)by < 0.1 ? by : 0;
}

static inline float part_of(const planned_node *n, int k, const int *sum)
{
    const int *at = n->at[k];
    return n->weight[k] * (float)(sum[at[0]] - sum[at[1]] - sum[at[2]] + sum[at[3]]);
}

static inline float value_of(const planned_node *n, const int *sum, float by)
{
    float value = part_of(n, 0, sum) + part_of(n, 1, sum);
    if (n->weight[2] != 0)
        value += part_of(n, 2, sum);
    return value * by;
}

/* How many stages the window passes, or -1 when it is too even. */
static int stages_passed(const lac_haar *h, const int *sum, const unsigned *square)
{
    const lac_cascade *c = &h->cascade;
    float by = contrast(h, sum, square);
    if (by == 0)
        return -1;
    for (int s = 0; s < c->stages; s++) {
        const lac_tree *tree = c->tree + c->stage[s].tree;
        double total = 0;
        for (int t = 0; t < c->stage[s].trees; t++, tree++) {
            int next = 0;
            do {
                const planned_node *n = &h->node[tree->node + next];
                next = value_of(n, sum, by) < n->threshold ? n->left : n->right;
            } while (next > 0);
            total += (double)c->leaf[tree->leaf - next];
        }
        if (total < (double)c->stage[s].threshold)
            return s;
    }
    return c->stages;
}

/* A window that fails at the first stage is not near a face: the next one is passed over. */
static void search_scale(void *arg, int item, int thread)
{
    lac_haar *h = arg;
    scale *s = &h->scale[item];
    desk *d = &h->desks[thread];
    make_smaller(h, s, d->grey);
    make_integrals(h, s, d);
    memset(s->found, 0, (size_t)s->across * s->down);
    for (int i = 0; i < s->down; i++) {
        for (int j = 0; j < s->across; j++) {
            size_t at = (size_t)i * s->step * h->line + (size_t)j * s->step;
            int passed = stages_passed(h, d->sum + at, d->square + at);
            s->found[i * s->across + j] = passed == h->cascade.stages;
            j += passed == 0;
        }
    }
}

static int collect(const lac_haar *h)
{
    int count = 0;
    for (int k = 0; k < h->scales; k++) {
        const scale *s = &h->scale[k];
        for (int i = 0; i < s->across * s->down && count < MOST_WINDOWS; i++) {
            if (!s->found[i])
                continue;
            float x = (float)(i % s->across * s->step), y = (float)(i / s->across * s->step);
            h->rects[count++] = (lac_rect){
                (int)lrintf(x * s->factor), (int)lrintf(y * s->factor),
                (int)lrintf((float)h->cascade.width * s->factor),
                (int)lrintf((float)h->cascade.height * s->factor)};
        }
    }
    return count;
}

lac_status lac_haar_run(lac_haar *h, const lac_small *photo, const lac_detection **faces,
                        int *count)
{
    LAC_TRY(plan(h, photo->width, photo->height));
    make_grey(photo, h->grey);
    lac_parallel(h->ctx, h->scales, search_scale, h);
    *faces = h->faces;
    return lac_boxes_group(h->ctx, h->rects, collect(h), NEIGHBOURS, h->faces, count);
}
