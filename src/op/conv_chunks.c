/*
 * The passes of a convolution done in chunks (conv_chunks.h). In training the batch statistics
 * part the work in two: convolution and sums, then normalization to pooling in one pass. y is
 * kept for the backward pass; z only where it is more than y, normalized, or a reader needs it
 * (recall). Gradients with respect to y exist for one chunk at a time. Without normalization and
 * pool the backward pass needs no y, and the convolution writes into z.
 *
 * Batch normalization's formulas are in op/norm.h. Without it the scale is 1, the shift
 * the bias, and dy = g. Channels that only fill up the last block of 16 have weights, scale,
 * shift and coefficients of 0, and so stay 0.
 */
#include "op/conv_chunks.h"

#include <string.h>

enum { W, BIAS }; /* parameters; with norm: norm.h */

typedef struct job {
    lac_op *op;
    lac_conv_state *s;
    const lac_pass *pass;
    const lac_kernels *kernels;
    const float *w; /* plain weights, while they are packed */
    float *gradient; /* of packed weights, settled */
} job;

static job job_of(lac_op *op, const lac_pass *pass)
{
    return (job){.op = op, .s = op->state, .pass = pass, .kernels = op->kernels};
}

static float *row(const lac_conv_state *s, int which, int block)
{
    return s->channel + (size_t)which * s->oc + block * LAC_BLOCK;
}

static lac_conv_span span_of(const job *j, int item, int thread)
{
    return lac_conv_span_of(j->op, j->pass->n, item, thread);
}

static void for_each_chunk(lac_op *op, const lac_pass *pass, lac_work work)
{
    lac_conv_state *s = op->state;
    job j = job_of(op, pass);
    lac_parallel(pass->ctx, (pass->n + s->chunk - 1) / s->chunk, work, &j);
}

/* A plane is one block of 16 channels of one picture; planes of a chunk are consecutive. */
static int blocks(const lac_conv_state *s)
{
    return s->oc / LAC_BLOCK;
}

static void *plane_of_y(const job *j, void *y, int i)
{
    return lac_op_at(j->op, y, (size_t)i * j->s->y_shape.h * j->s->y_shape.w * LAC_BLOCK);
}

static void *plane_of_z(const job *j, void *z, int i)
{
    const lac_shape out = j->op->node->out;
    return lac_op_at(j->op, z, (size_t)i * out.h * out.w * LAC_BLOCK);
}

static const void *plane_of_add(const job *j, const void *add, int i)
{
    size_t plane = (size_t)j->s->y_shape.h * j->s->y_shape.w * LAC_BLOCK;
    return add ? (const char *)add + i * plane * j->kernels->element : NULL;
}

/* The two sums of a chunk, [2, oc], set to 0. */
static double *chunk_sums(const lac_conv_state *s, int item)
{
    double *sums = s->sums + (size_t)item * 2 * s->oc;
    memset(sums, 0, 2 * s->oc * sizeof *sums);
    return sums;
}

/* Those of the batch, then in s->sums [2, oc]. */
static void add_up_chunks(lac_conv_state *s, const lac_pass *pass)
{
    lac_chunks_add(pass, s->chunk, s->sums, 2 * (size_t)s->oc);
}

/* ---- Weights ----------------------------------------------------------------------------- */

/* Copies [oc, c, area] between real and filled-up channels; what fills up is 0 already. */
static void copy_channels(const lac_op *op, const float *from, float *to, int to_padded)
{
    const lac_conv_state *s = op->state;
    size_t area = (size_t)s->attr->k * s->attr->k;
    size_t c = (size_t)op->node->in.c;
    size_t stored = (size_t)lac_shape_channels(op->node->in);
    for (int o = 0; o < s->y_shape.c; o++) {
        size_t real = o * c * area, padded = o * stored * area;
        memcpy(to + (to_padded ? padded : real), from + (to_padded ? real : padded),
               c * area * sizeof *to);
    }
}

/* A single picture is worth two threads. */
static int by_halves(const lac_conv_state *s, const lac_pass *pass)
{
    return s->half && pass->n == 1;
}

/* The plain weights, with channels filled up where the convolution needs it. */
static const float *plain_weights(const job *j)
{
    const lac_conv_state *s = j->s;
    if (!s->padded)
        return lac_op_w(j->op, W);
    copy_channels(j->op, lac_op_w(j->op, W), s->padded, 1);
    return s->padded;
}

static void work_pack_half(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_conv_state *s = j->s;
    size_t half = (size_t)s->oc / 2 * lac_shape_channels(j->op->node->in) * s->attr->k *
                  s->attr->k;
    lac_conv_pack(s->half, thread, (lac_part){0, 1}, j->w + item * half,
                  s->packed_half + item * lac_conv_packed(s->half), NULL);
}

/* Two threads share the packing. */
enum { PACKERS = 2 };

static void work_pack_forward(void *arg, int item, int thread)
{
    const job *j = arg;
    lac_conv_pack(j->s->conv, thread, (lac_part){item, PACKERS}, j->w, j->s->packed[0], NULL);
}

static void work_pack_backward(void *arg, int item, int thread)
{
    const job *j = arg;
    lac_conv_pack(j->s->conv, thread, (lac_part){item, PACKERS}, j->w, NULL, j->s->packed[1]);
}

static void pack_forward(job *j)
{
    lac_conv_state *s = j->s;
    int halves = by_halves(s, j->pass);
    uint64_t *version = &s->packed_version[halves];
    if (s->keeps_packed && *version == *j->op->weights_version)
        return;
    j->w = plain_weights(j);
    lac_parallel(j->pass->ctx, PACKERS, halves ? work_pack_half : work_pack_forward, j);
    *version = *j->op->weights_version;
}

static void pack_backward(job *j)
{
    j->w = plain_weights(j);
    lac_parallel(j->pass->ctx, PACKERS, work_pack_backward, j);
}

static void work_unpack_gradient(void *arg, int item, int thread)
{
    (void)item;
    const job *j = arg;
    lac_conv_state *s = j->s;
    float *dw = lac_op_g(j->op, W);
    lac_conv_unpack_gradient(s->conv, thread, j->gradient, s->padded ? s->padded : dw);
    if (!s->padded)
        return;
    copy_channels(j->op, s->padded, dw, 0);
    memset(s->padded, 0, (size_t)s->oc * lac_shape_channels(j->op->node->in) * s->attr->k *
                             s->attr->k * sizeof *dw);
}

/* ---- Forward ---------------------------------------------------------------------------- */

static const void *x_of(const job *j, const lac_conv_span *c)
{
    return lac_op_fetch(j->op, 0, c->first, c->n, c->own_x);
}

/* Planes [first, last) of a chunk from y to z. */
static void finish(const job *j, void *y, const lac_conv_span *c, int first, int last)
{
    const lac_op *op = j->op;
    const lac_conv_state *s = j->s;
    const lac_conv_attr *attr = s->attr;
    int pixels = s->y_shape.h * s->y_shape.w;
    const void *add = op->node->added ? lac_op_fetch(op, 1, c->first, c->n, c->own_add) : NULL;
    for (int i = first; i < last; i++) {
        const float *scale = s->norm.scale + i % blocks(s) * LAC_BLOCK;
        const float *shift = s->norm.shift + i % blocks(s) * LAC_BLOCK;
        const void *from = plane_of_y(j, y, i);
        void *to = plane_of_z(j, c->z, i);
        if (attr->pool)
            j->kernels->affine_pool(from, to, s->y_shape.h, s->y_shape.w, scale, shift,
                                    attr->relu);
        else
            j->kernels->affine(from, plane_of_add(j, add, i), to, pixels, scale, shift,
                               attr->relu);
    }
}

static void work_sums(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_conv_state *s = j->s;
    lac_conv_span c = span_of(j, item, thread);
    double *sums = chunk_sums(s, item);
    lac_conv_forward(s->conv, thread, c.n, x_of(j, &c), s->packed[0], c.y, c.scratch);
    for (int i = 0; i < c.n * blocks(s); i++) {
        int block = i % blocks(s);
        j->kernels->moments(plane_of_y(j, c.y, i), s->y_shape.h * s->y_shape.w,
                            row(s, LAC_CONV_ORIGIN, block), sums + block * LAC_BLOCK,
                            sums + s->oc + block * LAC_BLOCK);
    }
}

static void work_finish(void *arg, int item, int thread)
{
    const job *j = arg;
    lac_conv_span c = span_of(j, item, thread);
    finish(j, c.y, &c, 0, c.n * blocks(j->s));
}

static void work_whole(void *arg, int item, int thread)
{
    const job *j = arg;
    lac_conv_span c = span_of(j, item, thread);
    void *y = j->pass->training ? c.y : c.own;
    lac_conv_forward(j->s->conv, thread, c.n, x_of(j, &c), j->s->packed[0], y, c.scratch);
    finish(j, y, &c, 0, c.n * blocks(j->s));
}

/* Half the channels of the only picture. */
static void work_half(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_conv_state *s = j->s;
    lac_conv_span c = span_of(j, 0, thread);
    int planes = blocks(s) / 2;
    lac_conv_forward(s->half, thread, 1, x_of(j, &c),
                     s->packed_half + item * lac_conv_packed(s->half),
                     plane_of_y(j, c.own, item * planes), c.scratch);
    finish(j, c.own, &c, item * planes, (item + 1) * planes);
}

/* Sums were taken about the running mean or, by the kernel, about a nearer number: the difference
 * of squares keeps its digits. */
static void batch_statistics(lac_op *op, lac_conv_state *s, const lac_pass *pass)
{
    double count = (double)lac_pass_whole(pass) * s->y_shape.h * s->y_shape.w;
    for (int c = 0; c < s->y_shape.c; c++) {
        double offset = s->sums[c] / count;
        const lac_norm_statistics batch = {row(s, LAC_CONV_ORIGIN, 0)[c] + offset,
                                           s->sums[s->oc + c] / count - offset * offset, count};
        lac_norm_batch(op, pass, &s->norm, c, &batch);
    }
}

static void fixed_affine(lac_op *op, lac_conv_state *s)
{
    if (s->attr->norm) {
        lac_norm_fixed(op, &s->norm);
        return;
    }
    for (int c = 0; c < s->y_shape.c; c++) {
        s->norm.scale[c] = 1.0f;
        s->norm.shift[c] = lac_op_w(op, BIAS)[c];
    }
}

static void conv_forward(lac_op *op, const lac_pass *pass)
{
    lac_conv_state *s = op->state;
    job j = job_of(op, pass);
    pack_forward(&j);
    if (!(pass->training && s->attr->norm)) {
        fixed_affine(op, s);
        if (by_halves(s, pass))
            lac_parallel(pass->ctx, 2, work_half, &j);
        else
            for_each_chunk(op, pass, work_whole);
        return;
    }
    memcpy(row(s, LAC_CONV_ORIGIN, 0), lac_op_b(op, LAC_NORM_RUNNING_MEAN),
           s->y_shape.c * sizeof(float));
    for_each_chunk(op, pass, work_sums);
    add_up_chunks(s, pass);
    batch_statistics(op, s, pass);
    for_each_chunk(op, pass, work_finish);
}

/* ---- Backward -------------------------------------------------------------------------------- */

/* Pictures of z from y, as `finish` made them. */
static void conv_recall(const lac_op *op, int first, int n, void *room)
{
    const lac_conv_state *s = op->state;
    size_t plane = (size_t)s->y_shape.h * s->y_shape.w * LAC_BLOCK;
    for (int i = 0; i < n * blocks(s); i++) {
        size_t from = (size_t)first * blocks(s) + i;
        int channel = i % blocks(s) * LAC_BLOCK;
        op->kernels->affine(lac_op_at(op, s->y, from * plane), NULL, lac_op_at(op, room, i * plane),
                            s->y_shape.h * s->y_shape.w, s->norm.scale + channel,
                            s->norm.shift + channel, s->attr->relu);
    }
}

static int conv_recalls(const lac_op *op)
{
    const lac_conv_attr *attr = op->node->attr;
    return attr->norm && !attr->pool && !op->node->added;
}

/* What the relu let through in plane i: z says so where it is more than y, normalized. */
static lac_relu relu_of(const job *j, const void *z, int i)
{
    int channel = i % blocks(j->s) * LAC_BLOCK;
    return (lac_relu){.z = conv_recalls(j->op) ? NULL : z,
                      .scale = j->s->norm.scale + channel,
                      .shift = j->s->norm.shift + channel};
}

static void work_gradient_sums(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_conv_state *s = j->s;
    lac_conv_span c = span_of(j, item, thread);
    double *sums = chunk_sums(s, item);
    for (int i = 0; i < c.n * blocks(s); i++) {
        int block = i % blocks(s);
        const void *y = plane_of_y(j, c.y, i);
        const void *z = plane_of_z(j, c.z, i);
        const void *dz = plane_of_z(j, c.dz, i);
        const float *origin = row(s, LAC_CONV_ORIGIN, block);
        double *sum = sums + block * LAC_BLOCK;
        double *product = sum + s->oc;
        lac_relu relu = relu_of(j, z, i);
        if (s->attr->pool)
            j->kernels->pool_sums(y, z, dz, s->y_shape.h, s->y_shape.w, s->attr->relu,
                                  s->norm.scale + block * LAC_BLOCK, origin, sum, product);
        else
            j->kernels->affine_sums(s->attr->norm ? y : dz, s->attr->relu ? &relu : NULL, dz,
                                    s->y_shape.h * s->y_shape.w, origin, sum, product);
    }
}

/* The gradient of y for one chunk: dz itself where nothing follows the convolution but a bias, else
 * in the thread's own buffer. That of add on the way. */
static const void *gradient_of_y(const job *j, const lac_conv_span *c)
{
    const lac_conv_state *s = j->s;
    int relu = s->attr->relu;
    if (!s->attr->norm && !relu && !s->attr->pool && !j->op->node->added)
        return c->dz;
    int accumulate = 0;
    void *dadd = NULL;
    if (j->op->node->added && j->op->wants_gradient[1])
        dadd = lac_op_target_adding(j->op, 1, c->first, c->own_add, &accumulate);
    for (int i = 0; i < c->n * blocks(s); i++) {
        int block = i % blocks(s);
        const void *z = plane_of_z(j, c->z, i);
        const void *dz = plane_of_z(j, c->dz, i);
        const void *y = s->y ? plane_of_y(j, c->y, i) : dz; /* times 0 where it is not kept */
        void *dy = plane_of_y(j, c->own, i);
        const float *a = row(s, LAC_CONV_A, block);
        const float *b = row(s, LAC_CONV_B, block);
        const float *k = row(s, LAC_CONV_C, block);
        lac_relu gate = relu_of(j, z, i);
        if (s->attr->pool)
            j->kernels->pool_backward(y, z, dz, dy, s->y_shape.h, s->y_shape.w, relu,
                                      s->norm.scale + block * LAC_BLOCK, a, b, k);
        else
            j->kernels->affine_backward(y, relu ? &gate : NULL, dz, dy,
                                        s->y_shape.h * s->y_shape.w, a, b, k,
                                        plane_of_y(j, dadd, i), accumulate);
    }
    if (dadd == c->own_add && dadd)
        lac_op_deliver(j->op, 1, c->first, c->n, dadd);
    return c->own;
}

static void work_gradients(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    const lac_conv_state *s = j->s;
    lac_conv_span c = span_of(j, item, thread);
    if (!s->attr->norm)
        work_gradient_sums(arg, item, thread);
    const void *dy = gradient_of_y(j, &c);
    lac_conv_backward_weights(s->conv, thread, c.n,
                              lac_op_fetch_again(op, c.first, c.n, c.own_x), dy,
                              *op->partial + item * lac_conv_partial(s->conv),
                              c.scratch);
    if (!op->wants_gradient[0])
        return;
    void *target = lac_op_target(op, 0, c.first, c.own_x);
    lac_conv_backward_data(s->conv, thread, c.n, dy, s->packed[1], target, c.scratch);
    lac_op_deliver(op, 0, c.first, c.n, target);
}

/* The parameters' gradients and the coefficients of dy = a g + b y + c; without norm dy = g. */
static void norm_gradients(lac_op *op, lac_conv_state *s, const lac_pass *pass)
{
    double count = (double)lac_pass_whole(pass) * s->y_shape.h * s->y_shape.w;
    for (int c = 0; c < s->y_shape.c; c++) {
        double rounded = row(s, LAC_CONV_ORIGIN, 0)[c] - s->norm.mean[c];
        double product = s->sums[s->oc + c] + rounded * s->sums[c];
        lac_norm_gradients(op, &s->norm, c, s->sums[c], product, count);
        row(s, LAC_CONV_A, 0)[c] = (float)s->norm.dy[c].a;
        row(s, LAC_CONV_B, 0)[c] = (float)s->norm.dy[c].b;
        row(s, LAC_CONV_C, 0)[c] = (float)s->norm.dy[c].c;
    }
}

static void bias_gradients(lac_op *op, lac_conv_state *s)
{
    for (int c = 0; c < s->y_shape.c; c++)
        lac_op_g(op, BIAS)[c] = (float)s->sums[c];
}

static void conv_backward(lac_op *op, const lac_pass *pass)
{
    lac_conv_state *s = op->state;
    job j = job_of(op, pass);
    for (int c = 0; c < s->y_shape.c; c++) {
        row(s, LAC_CONV_ORIGIN, 0)[c] = (float)s->norm.mean[c];
        row(s, LAC_CONV_A, 0)[c] = 1.0f;
    }
    if (s->attr->norm) {
        for_each_chunk(op, pass, work_gradient_sums);
        add_up_chunks(s, pass);
        norm_gradients(op, s, pass);
    }
    if (op->wants_gradient[0])
        pack_backward(&j);
    for_each_chunk(op, pass, work_gradients);
    if (!s->attr->norm) {
        add_up_chunks(s, pass);
        bias_gradients(op, s);
    }
    lac_transit_begin(pass, &s->transit, *op->partial);
}

static void conv_settle(lac_op *op, const lac_pass *pass, int turn)
{
    const lac_conv_state *s = op->state;
    job j = job_of(op, pass);
    if (turn == 0) {
        lac_transit_turn(pass, &s->transit, *op->partial);
        return;
    }
    j.gradient = lac_transit_end(pass, &s->transit, *op->partial);
    lac_parallel(pass->ctx, 1, work_unpack_gradient, &j);
}

/* That of a full batch: a plan for one picture uses the halves. */
static const lac_conv *conv_of(const lac_op *op)
{
    const lac_conv_state *s = op->state;
    return s->half && s->chunks == 1 && s->chunk == 1 ? s->half : s->conv;
}

const lac_op_way lac_conv_chunks = {
    .name = "chunks",
    .plan = lac_conv_plan,
    .forward = conv_forward,
    .backward = conv_backward,
    .settle = conv_settle,
    .free = lac_conv_state_free,
    .conv = conv_of,
    .chunk = lac_conv_chunk_for,
    .recalls = conv_recalls,
    .recall = conv_recall,
    .fetches = 1,
};
