/*
 * The run of a graph, step by step. A step's rows are made in bands, which the threads take in
 * turn. A convolution of k x k taps first copies the rows that its band reads, with zeros around
 * them, so that no tap asks where it is; the taps of a row are then one matrix product, whose left
 * rows are pixels `stride` apart and overlap. In place of a copy a depthwise step makes the rows by
 * the product in front of it.
 */
#include "detect/graph.h"

#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

enum {
    BAND = 48 << 10, /* floats of copied rows, 192 KB: they stay in a second-level cache */
    MOST_ROWS = 32,
    MOST_FLOATS = 1 << 28, /* of a map */
};
#define MOST_PRODUCTS 1e12 /* multiply-adds; YuNet makes 0.6e9 of a picture of 640 x 640 */

/* ---- Sizes ------------------------------------------------------------------------- */

static lac_status refuse(const lac_graph *g, const lac_step *s, const char *what)
{
    return lac_fail(g->ctx, LAC_ERROR_FORMAT, "%s: node %s: %s", g->onnx.path, s->name, what);
}

static lac_status measure_step(const lac_graph *g, lac_step *s)
{
    const lac_step *from = &g->step[s->from[0]];
    const lac_step *second = &g->step[s->from[1]];
    s->h = from->h * s->times[0];
    s->width = from->width * s->times[0];
    if (s->kind != LAC_STEP_ADD) {
        s->h = (from->h + 2 * s->pad - s->k + s->stride) / s->stride;
        s->width = (from->width + 2 * s->pad - s->k + s->stride) / s->stride;
    }
    if (s->h < 1 || s->width < 1)
        return refuse(g, s, "nothing is left of a picture");
    if (s->sources == 2 &&
        (second->h * s->times[1] != s->h || second->width * s->times[1] != s->width))
        return refuse(g, s, "its two maps differ in size");
    if ((double)s->h * s->width * s->room > MOST_FLOATS)
        return refuse(g, s, "its map is too large");
    return LAC_OK;
}

lac_status lac_graph_measure(lac_graph *g, int h, int w)
{
    double products = 0;
    g->step[0].h = h;
    g->step[0].width = w;
    for (int i = 1; i < g->steps; i++) {
        lac_step *s = &g->step[i];
        if (!s->is_needed)
            continue;
        LAC_TRY(measure_step(g, s));
        int channels = s->kind == LAC_STEP_CONV ? g->step[s->from[0]].room : 1;
        products += (double)s->h * s->width * s->k * s->k * channels * s->room;
        if (products > MOST_PRODUCTS)
            return refuse(g, s, "the graph is too large for a detector");
    }
    return LAC_OK;
}

/* Rows of output that a band has. */
static int band_of(const lac_graph *g, const lac_step *s)
{
    const lac_step *from = &g->step[s->from[0]];
    int rows = BAND / (from->width * from->room) / s->stride;
    return rows < 2 ? 2 : rows > MOST_ROWS ? MOST_ROWS : rows;
}

static int is_plain(const lac_step *s)
{
    return s->kind == LAC_STEP_CONV && s->k == 1 && s->stride == 1;
}

static int copies_rows(const lac_step *s)
{
    return s->kind == LAC_STEP_DEPTHWISE || (s->kind == LAC_STEP_CONV && !is_plain(s));
}

static size_t line_of(const lac_graph *g, const lac_step *s)
{
    const lac_step *from = &g->step[s->from[0]];
    return (size_t)(from->width + 2 * s->pad) * from->room;
}

/* When the map is read last; outputs are read behind the end. */
static int last_reader(const lac_graph *g, int step)
{
    int last = step;
    for (int i = step + 1; i < g->steps; i++) {
        const lac_step *s = &g->step[i];
        for (int k = 0; k < s->sources && s->is_needed; k++) {
            if (s->from[k] == step)
                last = s->is_inside && last_reader(g, i) > i ? last_reader(g, i) : i;
        }
    }
    for (int i = 0; i < g->outputs; i++)
        if (g->output[i].step == step)
            last = g->steps;
    return last;
}

static void forget(lac_graph *g)
{
    lac_slab_free(&g->slab);
    free(g->scratch);
    g->scratch = NULL;
    g->room = 0;
    g->h = g->w = 0;
}

static lac_status claim_maps(lac_graph *g)
{
    for (int i = 0; i < g->steps; i++) {
        lac_step *s = &g->step[i];
        if (i > 0 && (!s->is_needed || s->is_inside))
            continue;
        LAC_TRY(lac_slab_claim(g->ctx, &g->slab, (size_t)s->h * s->width * s->room, i,
                               last_reader(g, i), &s->map));
        size_t rows = (size_t)(band_of(g, s) - 1) * s->stride + s->k;
        if (copies_rows(s) && rows * line_of(g, s) > g->room)
            g->room = rows * line_of(g, s);
    }
    LAC_TRY(lac_slab_build(g->ctx, &g->slab));
    return lac_alloc(g->ctx, g->room * (size_t)g->ctx->threads + 1, sizeof *g->scratch,
                     &g->scratch);
}

lac_status lac_graph_plan(lac_graph *g, int h, int w)
{
    if (g->h == h && g->w == w)
        return LAC_OK;
    forget(g);
    LAC_TRY(lac_graph_measure(g, h, w));
    lac_status status = claim_maps(g);
    if (status != LAC_OK) {
        forget(g);
        return status;
    }
    g->h = h;
    g->w = w;
    return LAC_OK;
}

/* ---- Rows -------------------------------------------------------------------------- */

/* Kernels for a product with `room` columns. AVX-512's makes 64 columns at a time, AVX2's 16: where
 * there are fewer than 64 it wastes less, and a picture took 20 ms in place of 24. */
static const lac_kernels *kernels_for(const lac_graph *g, int room)
{
    int is_narrow = g->ctx->kernels->level == LAC_CPU_AVX512 && room % 64 != 0;
    return is_narrow ? lac_kernels_get(LAC_CPU_AVX2) : g->ctx->kernels;
}

/* y [pixels, room] = bias + x times the weights of row p of the taps, added to y where p > 0;
 * pixel j of x stands `apart` floats behind pixel j - 1. */
static void product(const lac_graph *g, const lac_step *s, int p, int pixels, const float *x,
                    int apart, float *y)
{
    int depth = s->k * g->step[s->from[0]].room;
    for (int j = 0; j < pixels && p == 0; j++)
        memcpy(y + (size_t)j * s->room, s->bias, (size_t)s->room * sizeof *y);
    kernels_for(g, s->room)->gemm(0, 0, pixels, s->room, depth, x, apart,
                                  s->w + (size_t)p * depth * s->room, s->room, 1, y, s->room);
}

static void relu(float *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] = y[i] < 0 ? 0 : y[i];
}

static const float *row_at(const lac_step *s, int row)
{
    return s->map + (size_t)row * s->width * s->room;
}

/* Rows [first, first + count) of what the step reads, with its padding. */
static void copy_rows(const lac_graph *g, const lac_step *s, int first, int count, float *to)
{
    const lac_step *from = &g->step[s->from[0]];
    const lac_step *before = &g->step[from->from[0]];
    size_t pad = (size_t)s->pad * from->room, inner = (size_t)from->width * from->room;
    for (int row = first; row < first + count; row++, to += inner + 2 * pad) {
        int is_there = row >= 0 && row < from->h;
        memset(to, 0, (is_there ? pad : inner + pad) * sizeof *to);
        memset(to + pad + inner, 0, pad * sizeof *to);
        if (is_there && from->is_inside)
            product(g, from, 0, from->width, row_at(before, row), before->room, to + pad);
        else if (is_there)
            memcpy(to + pad, row_at(from, row), inner * sizeof *to);
    }
}

static void conv_row(const lac_graph *g, const lac_step *s, const float *rows, float *y)
{
    int room = g->step[s->from[0]].room;
    for (int p = 0; p < s->k; p++)
        product(g, s, p, s->width, rows + p * line_of(g, s), s->stride * room, y);
    if (s->relu)
        relu(y, (size_t)s->width * s->room);
}

static void depthwise_row(const lac_graph *g, const lac_step *s, const float *rows, float *y)
{
    const lac_depthwise d = {.c = s->room, .pixels = s->width, .k = s->k, .stride = s->stride,
                             .relu = s->relu, .w = s->w, .bias = s->bias};
    const void *x[LAC_MOST_DEPTHWISE];
    for (int p = 0; p < s->k; p++)
        x[p] = rows + p * line_of(g, s);
    g->ctx->kernels->depthwise(&d, x, y);
}

static void pool_row(const lac_graph *g, const lac_step *s, int row, float *restrict y)
{
    const lac_step *from = &g->step[s->from[0]];
    for (int j = 0; j < s->width; j++, y += s->room) {
        for (int tap = 0; tap < s->k * s->k; tap++) {
            const float *x = row_at(from, row * s->stride + tap / s->k) +
                             (size_t)(j * s->stride + tap % s->k) * s->room;
            for (int i = 0; i < s->room; i++)
                y[i] = tap == 0 || x[i] > y[i] ? x[i] : y[i];
        }
    }
}

static void add_row(const lac_graph *g, const lac_step *s, int row, float *restrict y)
{
    for (int k = 0; k < s->sources; k++) {
        int times = s->times[k];
        const float *x = row_at(&g->step[s->from[k]], row / times);
        for (int j = 0; j < s->width; j++) {
            const float *pixel = x + (size_t)(j / times) * s->room;
            float *to = y + (size_t)j * s->room;
            for (int i = 0; i < s->room; i++)
                to[i] = k == 0 ? pixel[i] : to[i] + pixel[i];
        }
    }
    if (s->relu)
        relu(y, (size_t)s->width * s->room);
}

/* ---- Bands ------------------------------------------------------------------------- */

typedef struct job {
    const lac_graph *graph;
    const lac_step *step;
    int rows;
} job;

static void make_band(void *arg, int item, int thread)
{
    const job *b = arg;
    const lac_graph *g = b->graph;
    const lac_step *s = b->step;
    int first = item * b->rows;
    int count = s->h - first < b->rows ? s->h - first : b->rows;
    float *scratch = g->scratch + (size_t)thread * g->room;
    size_t line = (size_t)s->width * s->room;
    float *y = s->map + first * line;
    if (is_plain(s)) {
        const lac_step *from = &g->step[s->from[0]];
        product(g, s, 0, count * s->width, row_at(from, first), from->room, y);
        if (s->relu)
            relu(y, count * line);
        return;
    }
    if (copies_rows(s))
        copy_rows(g, s, first * s->stride - s->pad, (count - 1) * s->stride + s->k, scratch);
    for (int i = 0; i < count; i++, y += line) {
        const float *rows = scratch + (size_t)i * s->stride * line_of(g, s);
        if (s->kind == LAC_STEP_CONV)
            conv_row(g, s, rows, y);
        else if (s->kind == LAC_STEP_DEPTHWISE)
            depthwise_row(g, s, rows, y);
        else if (s->kind == LAC_STEP_POOL)
            pool_row(g, s, first + i, y);
        else
            add_row(g, s, first + i, y);
    }
}

void lac_graph_run(lac_graph *g)
{
    for (int i = 1; i < g->steps; i++) {
        lac_step *s = &g->step[i];
        if (!s->is_needed || s->is_inside)
            continue;
        job b = {g, s, band_of(g, s)};
        lac_parallel(g->ctx, (s->h + b.rows - 1) / b.rows, make_band, &b);
    }
}
