/*
 * Running a convolution by oneDNN: the passes of the kernels' contracts, each one or more calls
 * of a primitive on the calling thread.
 *
 * Our code allocates nothing here: a call sets the addresses of memory objects that were made
 * with the plan. A call that fails leaves its note with the context (lac_trouble_note).
 */
#include "kernel/dnnl_conv.h"
#include "kernel/dnnl_guard.h"

#include <assert.h>
#include <string.h>

/* oneDNN's handles carry no const; what is an input is not written. */
static void *handle(const void *data)
{
    void *p;
    memcpy(&p, &data, sizeof p);
    return p;
}

typedef struct execution {
    const dnnl_call *call;
    dnnl_stream_t stream;
    const void *const *data; /* of the operands */
} execution;

static dnnl_status_t execute_call(void *arg)
{
    const execution *e = arg;
    const dnnl_call *call = e->call;
    dnnl_status_t status = dnnl_success;
    for (int i = 0; i < call->count && status == dnnl_success; i++)
        status = dnnl_memory_set_data_handle(call->operand[i].memory, handle(e->data[i]));
    return status == dnnl_success
               ? dnnl_primitive_execute(call->primitive, e->stream, call->count, call->operand)
               : status;
}

static void execute(const lac_conv *conv, int thread, const dnnl_call *call,
                    const void *const data[])
{
    const dnnl_state *state = conv->state;
    assert(thread >= 0 && thread < state->threads && call->count > 0);
    execution e = {call, state->thread[thread].stream, data};
    dnnl_status_t status = lac_dnnl_guard(execute_call, &e);
    if (status == dnnl_success)
        return;
    const lac_conv_shape *s = &conv->shape;
    int no_memory = status == dnnl_out_of_memory;
    lac_trouble_note(conv->ctx, no_memory ? LAC_ERROR_MEMORY : LAC_ERROR_ARGUMENT,
                     "oneDNN (%s): %s, status %d, convolution %dx%d /%d, %dx%dx%d to %d channels",
                     conv->name, no_memory ? "out of memory" : "failed", (int)status, s->k, s->k,
                     s->stride, s->c, s->h, s->w, s->oc);
}

/* oneDNN's AVX2 kernels, all for floats, want blocks of 8 channels: [planes, pixels, 16] and
 * [2 planes, pixels, 8], one way or the other. */
static void reblock(const float *from, float *to, size_t planes, size_t pixels, int to_eights)
{
    for (size_t p = 0; p < planes; p++)
        for (size_t i = 0; i < pixels; i++)
            for (size_t half = 0; half < 2; half++) {
                size_t sixteen = (p * pixels + i) * 16 + half * 8;
                size_t eight = ((2 * p + half) * pixels + i) * 8;
                memcpy(to + (to_eights ? eight : sixteen), from + (to_eights ? sixteen : eight),
                       8 * sizeof *from);
            }
}

/* One operand of a pass in oneDNN's blocks: itself, or a copy in scratch. */
typedef struct activation {
    void *data;
    float *copy; /* NULL: none needed */
    size_t planes, pixels;
} activation;

static void *activation_begin(const activation *a, int is_input)
{
    if (a->copy && is_input)
        reblock(a->data, a->copy, a->planes, a->pixels, 1);
    return a->copy ? (void *)a->copy : a->data;
}

static void activation_end(const activation *a, int is_output)
{
    if (a->copy && is_output)
        reblock(a->copy, a->data, a->planes, a->pixels, 0);
}

/* A pass over a whole chunk or one picture. */
static void run(const lac_conv *conv, int thread, enum pass pass, int size, const void *x,
                const float *w, const void *y, float *scratch)
{
    const dnnl_state *state = conv->state;
    const lac_conv_shape *s = &conv->shape;
    size_t n = size == CHUNK ? (size_t)conv->chunk : 1;
    int eights = state->block == 8;
    activation ax = {handle(x), eights && s->c > 1 ? scratch + state->x_copy : NULL,
                     n * s->c / LAC_BLOCK, (size_t)s->h * s->w};
    activation ay = {handle(y), eights ? scratch + state->y_copy : NULL, n * s->oc / LAC_BLOCK,
                     (size_t)s->oh * s->ow};
    const void *const data[OPERANDS] = {activation_begin(&ax, pass != PASS_DATA), w,
                                        activation_begin(&ay, pass != PASS_FORWARD), scratch};
    execute(conv, thread, &state->thread[thread].pass[size][pass], data);
    activation_end(&ax, pass == PASS_DATA);
    activation_end(&ay, pass == PASS_FORWARD);
}

void lac_dnnl_forward(const lac_conv *conv, int thread, int n, const void *x, const float *packed,
                      void *y, float *scratch)
{
    if (n == conv->chunk) {
        run(conv, thread, PASS_FORWARD, CHUNK, x, packed, y, scratch);
        return;
    }
    for (int i = 0; i < n; i++)
        run(conv, thread, PASS_FORWARD, SINGLE, lac_conv_x_at(conv, x, i), packed,
            lac_conv_y_at(conv, y, i), scratch);
}

void lac_dnnl_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                            const float *packed, void *dx, float *scratch)
{
    if (n == conv->chunk) {
        run(conv, thread, PASS_DATA, CHUNK, dx, packed, dy, scratch);
        return;
    }
    for (int i = 0; i < n; i++)
        run(conv, thread, PASS_DATA, SINGLE, lac_conv_x_at(conv, dx, i), packed,
            lac_conv_y_at(conv, dy, i), scratch);
}

void lac_dnnl_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                               const void *dy, float *partial, float *scratch)
{
    if (n == conv->chunk) {
        run(conv, thread, PASS_WEIGHTS, CHUNK, x, partial, dy, scratch);
        return;
    }
    /* One picture's gradient goes behind the primitive's scratch, to be added up. */
    float *one = scratch + conv->scratch - conv->partial;
    for (int i = 0; i < n; i++) {
        run(conv, thread, PASS_WEIGHTS, SINGLE, lac_conv_x_at(conv, x, i), i ? one : partial,
            lac_conv_y_at(conv, dy, i), scratch);
        if (i)
            conv->ctx->kernels->accumulate(one, partial, conv->partial);
    }
}

static void reorder(const lac_conv *conv, int thread, enum pass pass, const float *from,
                    const float *to)
{
    const dnnl_state *state = conv->state;
    const void *const data[] = {from, to};
    execute(conv, thread, &state->thread[thread].reorder[pass], data);
}

void lac_dnnl_pack(const lac_conv *conv, int thread, lac_part part, const float *w, float *forward,
                   float *backward)
{
    if (forward && part.part == 0)
        reorder(conv, thread, PASS_FORWARD, w, forward);
    if (backward && part.part == 0)
        reorder(conv, thread, PASS_DATA, w, backward);
}

void lac_dnnl_unpack_gradient(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    reorder(conv, thread, PASS_WEIGHTS, partial, dw);
}
