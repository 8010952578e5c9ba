/*
 * Convolution with what follows it: z = pool(relu(norm(conv(x)) + add)).
 *
 * A chunk of pictures at a time, so that each pass over y finds it in cache. In
 * training the batch statistics part the work in two: convolution and sums, then
 * normalization to pooling in one pass. y is kept for the backward pass, nothing
 * else but z; gradients with respect to y exist for one chunk at a time.
 *
 * Batch normalization's formulas are in op/norm.h. Without it the scale is 1, the shift
 * the bias, and dy = g.
 */
#include "op/norm.h"

#include <stdlib.h>
#include <string.h>

/* A chunk's output should stay in a core's cache together with its input: about 2 MB. */
enum { CHUNK_FLOATS = 600000, CHUNK_MOST = 16 };

enum { W, BIAS }; /* parameters; with norm: norm.h */

typedef struct conv_state {
    lac_conv *conv;
    int chunk;
    int chunks;      /* of a full batch */
    lac_shape y_shape;
    void *y;         /* [n, oc, oh, ow], kept for backward; NULL for inference */
    lac_conv *half;   /* inference: half the output channels of one picture */
    float *packed_half; /* [2, its weights] */
    float *packed[2]; /* weights for forward and, where needed, backward data */
    int is_packed[2]; /* since the weights changed: those of conv, of half */
    double *sums;     /* [chunks, 2, oc] */
    double *total;    /* [2, oc] */
    lac_norm norm;
    float *channel;   /* [CHANNEL_ROWS, oc] */
} conv_state;

/* Per channel, as the kernels want them: the point about which moments are taken, and the
 * coefficients of dy = a g + b y + c. */
enum { ORIGIN, COEF_A, COEF_B, COEF_C, CHANNEL_ROWS };

static float *row(const conv_state *s, int which, int block)
{
    return s->channel + (size_t)which * s->y_shape.c + block * LAC_BLOCK;
}

/* ---- Shapes ------------------------------------------------------------------------ */

static lac_shape y_shape(const lac_op *op)
{
    int stride = op->node.stride;
    return (lac_shape){op->node.channels, (op->in.h + stride - 1) / stride,
                       (op->in.w + stride - 1) / stride};
}

static lac_status conv_shape(lac_context *ctx, lac_op *op)
{
    const lac_node *node = &op->node;
    lac_shape y = y_shape(op);
    if (node->channels % LAC_BLOCK != 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: %d channels, must be a multiple of %d",
                        node->name, node->channels, LAC_BLOCK);
    if (node->pool && op->add)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: adds %s in front of a pool, must do one only",
                        node->name, op->add->node.name);
    if (node->pool && (y.h < 2 || y.w < 2))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: a 2x2 pool of %dx%d pixels, pictures must be larger", node->name, y.h,
                        y.w);
    op->out = node->pool ? (lac_shape){y.c, y.h / 2, y.w / 2} : y;
    if (op->add && (op->add->out.c != y.c || op->add->out.h != y.h || op->add->out.w != y.w))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: adds %dx%dx%d to %dx%dx%d", node->name,
                        op->add->out.c, op->add->out.h, op->add->out.w, y.c, y.h, y.w);
    return LAC_OK;
}

static void conv_declare(lac_op *op, lac_params *params, lac_params *buffers)
{
    const lac_node *node = &op->node;
    int shape[4] = {node->channels, op->in.c, node->k, node->k};
    op->param = lac_params_add(params, node->name, "weight", LAC_ROLE_WEIGHT, 4, shape);
    if (!node->norm) {
        lac_params_add(params, node->name, "bias", LAC_ROLE_ZERO, 1, shape);
        return;
    }
    lac_params_add(params, node->name, "norm.weight", LAC_ROLE_ONE, 1, shape);
    lac_params_add(params, node->name, "norm.bias", LAC_ROLE_ZERO, 1, shape);
    op->buffer = lac_params_add(buffers, node->name, "norm.running_mean", LAC_ROLE_ZERO, 1, shape);
    lac_params_add(buffers, node->name, "norm.running_var", LAC_ROLE_ONE, 1, shape);
}

/* ---- Plan ----------------------------------------------------------------------------- */

static int chunk_for(size_t y_floats, int batch)
{
    int chunk = (int)(CHUNK_FLOATS / y_floats);
    chunk = chunk < 1 ? 1 : chunk > CHUNK_MOST ? CHUNK_MOST : chunk;
    return chunk < batch ? chunk : batch;
}

static lac_status plan_memory(lac_op *op, conv_state *s, lac_planner *p)
{
    size_t y = lac_stored_floats(op->kernels, lac_shape_floats(s->y_shape) * s->chunk);
    size_t x = lac_stored_floats(op->kernels, lac_shape_floats(op->in) * s->chunk);
    size_t conv_scratch = lac_conv_scratch(s->conv);
    if (s->half) {
        size_t half = lac_conv_scratch(s->half);
        conv_scratch = half > conv_scratch ? half : conv_scratch;
        LAC_TRY(lac_slab_claim(p->ctx, p->slab, 2 * lac_conv_packed(s->half), 0, p->end,
                               &s->packed_half));
    }
    size_t scratch = conv_scratch + y + x;
    size_t partial = lac_conv_partial(s->conv) * s->chunks;
    int first = p->inference ? 0 : p->forward_time; /* predictions may keep packed weights */
    int last = p->inference ? p->end : p->backward_time;
    p->scratch = scratch > p->scratch ? scratch : p->scratch;
    if (!p->inference) {
        p->partial = partial > p->partial ? partial : p->partial;
        size_t all = lac_stored_floats(op->kernels, lac_shape_floats(s->y_shape) * p->batch);
        LAC_TRY(lac_slab_claim(p->ctx, p->slab, all, p->forward_time, p->backward_time, &s->y));
    }
    if (op->needs_dx && !p->inference)
        LAC_TRY(lac_slab_claim(p->ctx, p->slab, lac_conv_packed(s->conv), p->forward_time,
                               p->backward_time, &s->packed[1]));
    LAC_TRY(lac_slab_claim(p->ctx, p->slab, lac_conv_packed(s->conv), first, last,
                           &s->packed[0]));
    LAC_TRY(lac_alloc(p->ctx, (size_t)s->chunks * 2 * s->y_shape.c, sizeof(double), &s->sums));
    LAC_TRY(lac_alloc(p->ctx, (size_t)2 * s->y_shape.c, sizeof(double), &s->total));
    LAC_TRY(lac_norm_new(p->ctx, s->y_shape.c, &s->norm));
    return lac_alloc(p->ctx, (size_t)CHANNEL_ROWS * s->y_shape.c, sizeof(float), &s->channel);
}

static lac_status conv_plan(lac_op *op, lac_planner *p)
{
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(conv_state), &op->state));
    conv_state *s = op->state;
    s->y_shape = y_shape(op);
    s->chunk = chunk_for(lac_shape_floats(s->y_shape), p->batch);
    s->chunks = (p->batch + s->chunk - 1) / s->chunk;
    lac_conv_shape shape = {op->in.c,        op->in.h,   op->in.w,         s->y_shape.c,
                            s->y_shape.h,    s->y_shape.w, op->node.k,     op->node.stride,
                            op->node.k / 2};
    LAC_TRY(lac_conv_new(p->ctx, op->kernels, &shape, s->chunk, p->inference, &s->conv));
    if (p->inference && shape.oc % (2 * LAC_BLOCK) == 0) {
        shape.oc /= 2;
        LAC_TRY(lac_conv_new(p->ctx, op->kernels, &shape, 1, 1, &s->half));
    }
    return plan_memory(op, s, p);
}

static void conv_free(lac_op *op)
{
    conv_state *s = op->state;
    if (!s)
        return;
    lac_conv_free(&s->conv);
    lac_conv_free(&s->half);
    free(s->sums);
    free(s->total);
    lac_norm_free(&s->norm);
    free(s->channel);
    free(s);
    op->state = NULL;
}

/* ---- Chunks ------------------------------------------------------------------------------ */

typedef struct job {
    lac_op *op;
    conv_state *s;
    const lac_pass *pass;
    const lac_kernels *kernels;
} job;

/* The pictures and tensors of one chunk. */
typedef struct span {
    int n;
    int first;      /* picture */
    const void *x;
    void *y, *z, *dz;
    void *own;      /* a chunk's y in the thread's scratch */
    void *own_x;    /* a chunk's x in the thread's scratch */
    float *scratch; /* the convolution's */
} span;

static span span_of(const job *j, int item, int thread)
{
    const lac_op *op = j->op;
    const conv_state *s = j->s;
    int first = item * s->chunk;
    int left = j->pass->n - first;
    size_t z_floats = lac_shape_floats(op->out);
    float *scratch = lac_op_scratch(op, thread);
    span c;
    c.n = left < s->chunk ? left : s->chunk;
    c.first = first;
    c.x = lac_op_at(op, op->input->z, first * lac_shape_floats(op->in));
    c.y = lac_op_at(op, s->y, first * lac_shape_floats(s->y_shape));
    c.z = lac_op_at(op, op->z, first * z_floats);
    c.dz = lac_op_at(op, op->dz, first * z_floats);
    c.own = scratch;
    scratch += lac_stored_floats(op->kernels, s->chunk * lac_shape_floats(s->y_shape));
    c.own_x = scratch;
    c.scratch = scratch + lac_stored_floats(op->kernels, s->chunk * lac_shape_floats(op->in));
    return c;
}

static void for_each_chunk(lac_op *op, const lac_pass *pass, lac_work work)
{
    conv_state *s = op->state;
    job j = {op, s, pass, op->kernels};
    lac_parallel(pass->ctx, (pass->n + s->chunk - 1) / s->chunk, work, &j);
}

/* A plane is one block of 16 channels of one picture; planes of a chunk are consecutive. */
static int blocks(const conv_state *s)
{
    return s->y_shape.c / LAC_BLOCK;
}

static void *plane_of_y(const job *j, void *y, int i)
{
    return lac_op_at(j->op, y, (size_t)i * j->s->y_shape.h * j->s->y_shape.w * LAC_BLOCK);
}

static void *plane_of_z(const job *j, void *z, int i)
{
    return lac_op_at(j->op, z, (size_t)i * j->op->out.h * j->op->out.w * LAC_BLOCK);
}

/* The two sums of a chunk, [2, oc], set to 0. */
static double *chunk_sums(const conv_state *s, int item)
{
    double *sums = s->sums + (size_t)item * 2 * s->y_shape.c;
    memset(sums, 0, 2 * s->y_shape.c * sizeof *sums);
    return sums;
}

static void add_up_chunks(conv_state *s, int n)
{
    int c = 2 * s->y_shape.c;
    memset(s->total, 0, c * sizeof *s->total);
    for (int item = 0; item * s->chunk < n; item++)
        for (int i = 0; i < c; i++)
            s->total[i] += s->sums[(size_t)item * c + i];
}

/* ---- Forward ---------------------------------------------------------------------------- */

/* Planes [first, last) of a chunk from y to z. */
static void finish(const job *j, void *y, const span *c, int first, int last)
{
    const lac_op *op = j->op;
    const conv_state *s = j->s;
    int relu = op->node.relu;
    int pixels = s->y_shape.h * s->y_shape.w;
    void *add = op->add ? lac_op_at(op, op->add->z, c->first * lac_shape_floats(op->out)) : NULL;
    for (int i = first; i < last; i++) {
        const float *scale = s->norm.scale + i % blocks(s) * LAC_BLOCK;
        const float *shift = s->norm.shift + i % blocks(s) * LAC_BLOCK;
        const void *from = plane_of_y(j, y, i);
        void *to = plane_of_z(j, c->z, i);
        if (op->node.pool)
            j->kernels->affine_pool(from, to, s->y_shape.h, s->y_shape.w, scale, shift, relu);
        else
            j->kernels->affine(from, plane_of_y(j, add, i), to, pixels, scale, shift, relu);
    }
}

/* A single picture is worth two threads. */
static int by_halves(const conv_state *s, const lac_pass *pass)
{
    return s->half && pass->n == 1;
}

static void work_pack(void *arg, int item, int thread)
{
    (void)item;
    const job *j = arg;
    const conv_state *s = j->s;
    const float *w = lac_op_w(j->op, W);
    if (!by_halves(s, j->pass)) {
        lac_conv_pack(s->conv, thread, w, s->packed[0], j->pass->training ? s->packed[1] : NULL);
        return;
    }
    size_t half = j->op->params->table[j->op->param].count / 2;
    for (int i = 0; i < 2; i++)
        lac_conv_pack(s->half, thread, w + i * half, s->packed_half + i * lac_conv_packed(s->half),
                      NULL);
}

static void work_sums(void *arg, int item, int thread)
{
    const job *j = arg;
    const conv_state *s = j->s;
    span c = span_of(j, item, thread);
    double *sums = chunk_sums(s, item);
    lac_conv_forward(s->conv, thread, c.n, c.x, s->packed[0], c.y, c.scratch);
    for (int i = 0; i < c.n * blocks(s); i++) {
        int block = i % blocks(s);
        j->kernels->moments(plane_of_y(j, c.y, i), s->y_shape.h * s->y_shape.w,
                            row(s, ORIGIN, block), sums + block * LAC_BLOCK,
                            sums + s->y_shape.c + block * LAC_BLOCK);
    }
}

static void work_finish(void *arg, int item, int thread)
{
    const job *j = arg;
    span c = span_of(j, item, thread);
    finish(j, c.y, &c, 0, c.n * blocks(j->s));
}

static void work_whole(void *arg, int item, int thread)
{
    const job *j = arg;
    span c = span_of(j, item, thread);
    void *y = j->pass->training ? c.y : c.own;
    lac_conv_forward(j->s->conv, thread, c.n, c.x, j->s->packed[0], y, c.scratch);
    finish(j, y, &c, 0, c.n * blocks(j->s));
}

/* Half the channels of the only picture. */
static void work_half(void *arg, int item, int thread)
{
    const job *j = arg;
    const conv_state *s = j->s;
    span c = span_of(j, 0, thread);
    int planes = blocks(s) / 2;
    lac_conv_forward(s->half, thread, 1, c.x, s->packed_half + item * lac_conv_packed(s->half),
                     plane_of_y(j, c.own, item * planes), c.scratch);
    finish(j, c.own, &c, item * planes, (item + 1) * planes);
}

/* Sums were taken about the running mean, which keeps the difference of squares exact. */
static void batch_statistics(lac_op *op, conv_state *s, int n)
{
    double count = (double)n * s->y_shape.h * s->y_shape.w;
    for (int c = 0; c < s->y_shape.c; c++) {
        double offset = s->total[c] / count;
        double var = s->total[s->y_shape.c + c] / count - offset * offset;
        lac_norm_batch(op, &s->norm, c, row(s, ORIGIN, 0)[c] + offset, var, count);
    }
}

static void fixed_affine(lac_op *op, conv_state *s)
{
    if (op->node.norm) {
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
    conv_state *s = op->state;
    job j = {op, s, pass, op->kernels};
    int half = by_halves(s, pass);
    if (!pass->repeated)
        s->is_packed[0] = s->is_packed[1] = 0;
    if (!s->is_packed[half])
        lac_parallel(pass->ctx, 1, work_pack, &j);
    s->is_packed[half] = 1;
    if (!(pass->training && op->node.norm)) {
        fixed_affine(op, s);
        if (half)
            lac_parallel(pass->ctx, 2, work_half, &j);
        else
            for_each_chunk(op, pass, work_whole);
        return;
    }
    memcpy(row(s, ORIGIN, 0), lac_op_b(op, LAC_NORM_RUNNING_MEAN),
           s->y_shape.c * sizeof(float));
    for_each_chunk(op, pass, work_sums);
    add_up_chunks(s, pass->n);
    batch_statistics(op, s, pass->n);
    for_each_chunk(op, pass, work_finish);
}

/* ---- Backward -------------------------------------------------------------------------------- */

static void work_gradient_sums(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    const conv_state *s = j->s;
    span c = span_of(j, item, thread);
    double *sums = chunk_sums(s, item);
    for (int i = 0; i < c.n * blocks(s); i++) {
        int block = i % blocks(s);
        const void *y = plane_of_y(j, c.y, i);
        const void *z = plane_of_z(j, c.z, i);
        const void *dz = plane_of_z(j, c.dz, i);
        double *sum = sums + block * LAC_BLOCK;
        double *product = sum + s->y_shape.c;
        if (op->node.pool)
            j->kernels->pool_sums(y, z, dz, s->y_shape.h, s->y_shape.w, op->node.relu,
                                  s->norm.scale + block * LAC_BLOCK, row(s, ORIGIN, block), sum,
                                  product);
        else
            j->kernels->affine_sums(y, z, dz, s->y_shape.h * s->y_shape.w, op->node.relu,
                                    row(s, ORIGIN, block), sum, product);
    }
}

/* The gradient of y for one chunk, in the thread's own buffer; that of add on the way. */
static void gradient_of_y(const job *j, const span *c)
{
    const lac_op *op = j->op;
    const conv_state *s = j->s;
    int relu = op->node.relu;
    size_t first = c->first * lac_shape_floats(op->out);
    void *dadd = op->add ? lac_op_at(op, op->add->dz, first) : NULL;
    for (int i = 0; i < c->n * blocks(s); i++) {
        int block = i % blocks(s);
        const void *y = plane_of_y(j, c->y, i);
        const void *z = plane_of_z(j, c->z, i);
        const void *dz = plane_of_z(j, c->dz, i);
        void *dy = plane_of_y(j, c->own, i);
        const float *a = row(s, COEF_A, block);
        const float *b = row(s, COEF_B, block);
        const float *k = row(s, COEF_C, block);
        if (op->node.pool)
            j->kernels->pool_backward(y, z, dz, dy, s->y_shape.h, s->y_shape.w, relu,
                                      s->norm.scale + block * LAC_BLOCK, a, b, k);
        else
            j->kernels->affine_backward(y, z, dz, dy, s->y_shape.h * s->y_shape.w, relu, a, b, k,
                                        plane_of_y(j, dadd, i), op->dadd_accumulate);
    }
}

static void work_gradients(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    const conv_state *s = j->s;
    span c = span_of(j, item, thread);
    gradient_of_y(j, &c);
    lac_conv_backward_weights(s->conv, thread, c.n, c.x, c.own,
                              *op->partial + item * lac_conv_partial(s->conv), c.scratch);
    if (!op->needs_dx)
        return;
    void *dx = lac_op_at(op, op->input->dz, c.first * lac_shape_floats(op->in));
    void *target = op->dx_accumulate ? c.own_x : dx;
    lac_conv_backward_data(s->conv, thread, c.n, c.own, s->packed[1], target, c.scratch);
    if (op->dx_accumulate)
        j->kernels->accumulate(target, dx, c.n * lac_shape_floats(op->in));
}

static void work_reduce(void *arg, int item, int thread)
{
    (void)item;
    const job *j = arg;
    int chunks = (j->pass->n + j->s->chunk - 1) / j->s->chunk;
    lac_conv_reduce(j->s->conv, thread, *j->op->partial, chunks, lac_op_g(j->op, W));
}

/* The parameters' gradients and the coefficients of dy = a g + b y + c. */
static void norm_gradients(lac_op *op, conv_state *s, int n)
{
    double count = (double)n * s->y_shape.h * s->y_shape.w;
    for (int c = 0; c < s->y_shape.c; c++) {
        double rounded = row(s, ORIGIN, 0)[c] - s->norm.mean[c];
        double product = s->total[s->y_shape.c + c] + rounded * s->total[c];
        lac_norm_gradients(op, &s->norm, c, s->total[c], product, count);
        row(s, COEF_A, 0)[c] = (float)s->norm.dy[c].a;
        row(s, COEF_B, 0)[c] = (float)s->norm.dy[c].b;
        row(s, COEF_C, 0)[c] = (float)s->norm.dy[c].c;
    }
}

static void bias_gradients(lac_op *op, conv_state *s)
{
    for (int c = 0; c < s->y_shape.c; c++) {
        lac_op_g(op, BIAS)[c] = (float)s->total[c];
        row(s, COEF_A, 0)[c] = 1.0f;
    }
}

static void conv_backward(lac_op *op, const lac_pass *pass)
{
    conv_state *s = op->state;
    job j = {op, s, pass, op->kernels};
    for (int c = 0; c < s->y_shape.c; c++)
        row(s, ORIGIN, 0)[c] = (float)s->norm.mean[c];
    for_each_chunk(op, pass, work_gradient_sums);
    add_up_chunks(s, pass->n);
    if (op->node.norm)
        norm_gradients(op, s, pass->n);
    else
        bias_gradients(op, s);
    for_each_chunk(op, pass, work_gradients);
    lac_parallel(pass->ctx, 1, work_reduce, &j);
}

const lac_op_class lac_op_conv = {"conv",       conv_shape,    conv_declare, conv_plan,
                                  conv_forward, conv_backward, conv_free};
