/*
 * Convolutions: what all methods share, and the plain-C reference.
 *
 * Pictures are convolved a chunk at a time on one thread, so that what comes next
 * finds the output in cache, and threads share nothing. Each chunk's weight
 * gradient is a partial sum of its own: the sum over chunks is taken in order and
 * does not depend on the number of threads.
 */
#include "kernel/conv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

size_t lac_conv_x_size(const lac_conv_shape *s)
{
    return (size_t)s->c * s->h * s->w;
}

size_t lac_conv_y_size(const lac_conv_shape *s)
{
    return (size_t)s->oc * s->oh * s->ow;
}

size_t lac_conv_w_size(const lac_conv_shape *s)
{
    return (size_t)s->oc * s->c * s->k * s->k;
}

/* ---- Reference -------------------------------------------------------------------- */

/* Where channel c of pixel (i, j) of a blocked picture stands; plain for one channel. */
static size_t at(int channels, int c, int h, int w, int i, int j)
{
    if (channels == 1)
        return (size_t)i * w + j;
    return (((size_t)(c / LAC_BLOCK) * h + i) * w + j) * LAC_BLOCK + c % LAC_BLOCK;
}

typedef struct tap {
    size_t x, w, y; /* offsets of the three numbers that one multiply-add joins */
} tap;

/* Calls visit for every multiply-add of one picture: y[t.y] += x[t.x] * w[t.w]. */
static void for_each_tap(const lac_conv_shape *s,
                         void (*visit)(const tap *t, const float *a, const float *b, float *c),
                         const float *a, const float *b, float *c)
{
    for (int o = 0; o < s->oc; o++)
        for (int i = 0; i < s->oh; i++)
            for (int j = 0; j < s->ow; j++)
                for (int ci = 0; ci < s->c; ci++)
                    for (int ki = 0; ki < s->k; ki++)
                        for (int kj = 0; kj < s->k; kj++) {
                            int xi = i * s->stride + ki - s->pad;
                            int xj = j * s->stride + kj - s->pad;
                            if (xi < 0 || xi >= s->h || xj < 0 || xj >= s->w)
                                continue;
                            tap t = {at(s->c, ci, s->h, s->w, xi, xj),
                                     (((size_t)o * s->c + ci) * s->k + ki) * s->k + kj,
                                     at(s->oc, o, s->oh, s->ow, i, j)};
                            visit(&t, a, b, c);
                        }
}

static void visit_forward(const tap *t, const float *x, const float *w, float *y)
{
    y[t->y] += x[t->x] * w[t->w];
}

static void visit_data(const tap *t, const float *dy, const float *w, float *dx)
{
    dx[t->x] += dy[t->y] * w[t->w];
}

static void visit_weights(const tap *t, const float *x, const float *dy, float *dw)
{
    dw[t->w] += x[t->x] * dy[t->y];
}

/* Floats, rounded to the storage type. */
static void round_floats(const lac_kernels *kernels, const float *from, float *to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        _Alignas(float) char rounded[sizeof(float)];
        kernels->store(from + i, rounded, 1);
        kernels->load(rounded, to + i, 1);
    }
}

static void ref_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                     float *forward, float *backward)
{
    (void)thread;
    float *const packed[] = {forward, backward};
    size_t count = lac_conv_w_size(&conv->shape);
    for (int i = 0; i < 2; i++)
        if (packed[i] && part.part == 0)
            round_floats(conv->kernels, w, packed[i], count);
}

/* A pass converts one picture of x, then of y, to float in the scratch. A wide dy is rounded as if
 * it were stored. */
static void load_dy(const lac_conv *conv, const char *from, float *to)
{
    size_t count = lac_conv_y_size(&conv->shape);
    if (conv->shape.wide_y)
        round_floats(conv->kernels, (const float *)(const void *)from, to, count);
    else
        conv->kernels->load(from, to, count);
}

static void ref_forward(const lac_conv *conv, int thread, int n, const void *x, const float *packed,
                        void *y, float *scratch)
{
    (void)thread;
    size_t x_size = lac_conv_x_size(&conv->shape);
    size_t y_size = lac_conv_y_size(&conv->shape);
    float *sum = scratch + x_size;
    for (int i = 0; i < n; i++) {
        conv->kernels->load(lac_conv_x_at(conv, x, i), scratch, x_size);
        memset(sum, 0, y_size * sizeof *sum);
        for_each_tap(&conv->shape, visit_forward, scratch, packed, sum);
        if (conv->shape.wide_y)
            memcpy(lac_conv_y_at(conv, y, i), sum, y_size * sizeof *sum);
        else
            conv->kernels->store(sum, lac_conv_y_at(conv, y, i), y_size);
    }
}

static void ref_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                              const float *packed, void *dx, float *scratch)
{
    (void)thread;
    size_t x_size = lac_conv_x_size(&conv->shape);
    float *gradient = scratch + x_size;
    for (int i = 0; i < n; i++) {
        load_dy(conv, lac_conv_y_at(conv, dy, i), gradient);
        memset(scratch, 0, x_size * sizeof *scratch);
        for_each_tap(&conv->shape, visit_data, gradient, packed, scratch);
        conv->kernels->store(scratch, lac_conv_x_at(conv, dx, i), x_size);
    }
}

static void ref_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                                 const void *dy, float *partial, float *scratch)
{
    (void)thread;
    size_t x_size = lac_conv_x_size(&conv->shape);
    memset(partial, 0, lac_conv_w_size(&conv->shape) * sizeof *partial);
    for (int i = 0; i < n; i++) {
        conv->kernels->load(lac_conv_x_at(conv, x, i), scratch, x_size);
        load_dy(conv, lac_conv_y_at(conv, dy, i), scratch + x_size);
        for_each_tap(&conv->shape, visit_weights, scratch, scratch + x_size, partial);
    }
}

static void ref_unpack_gradient(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    (void)thread;
    memcpy(dw, partial, lac_conv_w_size(&conv->shape) * sizeof *dw);
}

lac_status lac_conv_use_ref(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           ref_pack,
                                           ref_forward,
                                           ref_backward_data,
                                           ref_backward_weights,
                                           ref_unpack_gradient};
    conv->method = &method;
    conv->name = "ref";
    conv->scratch = lac_conv_x_size(&conv->shape) + lac_conv_y_size(&conv->shape);
    conv->packed = lac_conv_w_size(&conv->shape);
    conv->partial = conv->packed;
    return LAC_OK;
}

/* ---- The public face ---------------------------------------------------------------- */

lac_status lac_conv_new(lac_context *ctx, const lac_kernels *kernels, const lac_conv_task *task,
                        lac_conv **out)
{
    const lac_conv_shape *shape = &task->shape;
    assert(shape->oc % LAC_BLOCK == 0 && (shape->c == 1 || shape->c % LAC_BLOCK == 0));
    assert(shape->k % 2 == 1 && shape->k <= LAC_MOST_K);
    assert(shape->stride >= 1 && shape->stride <= LAC_MOST_STRIDE);
    assert(shape->oh == (shape->h + shape->stride - 1) / shape->stride);
    assert(shape->ow == (shape->w + shape->stride - 1) / shape->stride);
    assert(shape->pad == shape->k / 2);
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_conv *conv = *out;
    conv->shape = *shape;
    conv->chunk = task->chunk;
    conv->inference = task->inference;
    conv->ctx = ctx;
    conv->kernels = kernels;
    lac_status status = lac_conv_choose(conv, task->method);
    if (status != LAC_OK)
        lac_conv_free(out);
    return status;
}

void lac_conv_free(lac_conv **conv)
{
    if (*conv && (*conv)->method && (*conv)->method->free_state)
        (*conv)->method->free_state((*conv)->state);
    free(*conv);
    *conv = NULL;
}

int lac_conv_chunk(const lac_conv *conv)
{
    return conv->chunk;
}

const char *lac_conv_method_name(const lac_conv *conv)
{
    return conv->entry->name;
}

int lac_conv_is_cut_alike(const lac_conv *whole, const lac_conv *some)
{
    return whole->entry == some->entry && whole->entry->apart;
}

size_t lac_conv_scratch(const lac_conv *conv)
{
    return conv->scratch;
}

size_t lac_conv_packed(const lac_conv *conv)
{
    return conv->packed;
}

size_t lac_conv_partial(const lac_conv *conv)
{
    return conv->partial;
}

void lac_conv_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                   float *packed_forward, float *packed_backward)
{
    conv->method->pack(conv, thread, part, w, packed_forward, packed_backward);
}

void lac_conv_forward(const lac_conv *conv, int thread, int n, const void *x,
                      const float *packed_forward, void *y, float *scratch)
{
    assert(n >= 1 && n <= conv->chunk);
    conv->method->forward(conv, thread, n, x, packed_forward, y, scratch);
}

void lac_conv_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                            const float *packed_backward, void *dx, float *scratch)
{
    assert(n >= 1 && n <= conv->chunk && !conv->inference);
    conv->method->backward_data(conv, thread, n, dy, packed_backward, dx, scratch);
}

void lac_conv_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                               const void *dy, float *partial, float *scratch)
{
    assert(n >= 1 && n <= conv->chunk && !conv->inference);
    conv->method->backward_weights(conv, thread, n, x, dy, partial, scratch);
}

void lac_conv_unpack_gradient(const lac_conv *conv, int thread, float *partial, float *dw)
{
    conv->method->unpack_gradient(conv, thread, partial, dw);
}
