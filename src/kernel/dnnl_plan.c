/*
 * Planning a convolution by oneDNN: primitives for both sizes and all passes, and for every
 * thread the memory objects to execute them with (dnnl_conv.c).
 *
 * oneDNN has two algorithms, which are two methods of the list (methods.c): Winograd's F(4x4, 3x3),
 * in oneDNN 2 for float32 with AVX-512, and the direct one.
 */
#include "kernel/dnnl_conv.h"
#include "kernel/dnnl_guard.h"

#define DNNL_TRY(call)                                                                             \
    do {                                                                                           \
        dnnl_status_t try_status = (call);                                                         \
        if (try_status != dnnl_success)                                                            \
            return try_status;                                                                     \
    } while (0)

static void call_free(dnnl_call *call)
{
    for (int i = 0; i < call->count; i++)
        dnnl_memory_destroy(call->operand[i].memory);
}

static void thread_free(dnnl_thread *thread)
{
    for (int pass = 0; pass < PASSES; pass++) {
        for (int i = 0; i < SIZES; i++)
            call_free(&thread->pass[i][pass]);
        call_free(&thread->reorder[pass]);
    }
    dnnl_stream_destroy(thread->stream);
}

static void size_free(struct conv_size *size)
{
    for (int pass = 0; pass < PASSES; pass++) {
        dnnl_primitive_destroy(size->pass[pass]);
        desc_free(size->scratch[pass]);
    }
    desc_free(size->x);
    desc_free(size->y);
}

/* Frees what was in hand. */
static void let_go(dnnl_state *state)
{
    dnnl_primitive_desc_destroy(state->making);
    dnnl_primitive_desc_destroy(state->hint);
    state->making = state->hint = NULL;
}

static void free_state(void *opaque)
{
    dnnl_state *state = opaque;
    for (int i = 0; i < state->threads; i++)
        thread_free(&state->thread[i]);
    free(state->thread);
    for (int i = 0; i < SIZES; i++)
        size_free(&state->size[i]);
    for (int pass = 0; pass < PASSES; pass++) {
        dnnl_primitive_destroy(state->reorder[pass]);
        desc_free(state->w[pass]);
    }
    let_go(state);
    desc_free(state->w_plain);
    desc_free(state->w_any);
    desc_free(state->dw_any);
    dnnl_primitive_attr_destroy(state->attr);
    dnnl_engine_destroy(state->engine);
    free(state);
}

/* ---- Primitives ---------------------------------------------------------------------- */

static conv_geometry geometry_of(const lac_conv_shape *s)
{
    conv_geometry g = {{s->stride, s->stride}, {0, 0}, {s->pad, s->pad}, {0, 0}};
    g.pad_after[0] = (s->oh - 1) * s->stride + s->k - s->h - s->pad;
    g.pad_after[1] = (s->ow - 1) * s->stride + s->k - s->w - s->pad;
    return g;
}

static dnnl_data_type_t stored_type(const lac_conv *conv)
{
    return conv->kernels->element == sizeof(float) ? dnnl_f32 : dnnl_bf16;
}

static int wants_pass(const lac_conv *conv, enum pass pass)
{
    return pass == PASS_FORWARD ||
           (!conv->inference && (pass == PASS_WEIGHTS || conv->shape.c > 1));
}

/* The packed weights' order is oneDNN's choice the first time, for the whole chunk, and given
 * the second. */
static dnnl_status_t primitive_new(dnnl_state *state, enum pass pass, struct conv_size *size,
                                   const_dnnl_primitive_desc_t pd)
{
    DNNL_TRY(dnnl_primitive_create(&size->pass[pass], pd));
    if (!state->w[pass])
        DNNL_TRY(
            desc_query(&state->w[pass], pd,
                       pass == PASS_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md));
    return desc_query(&size->scratch[pass], pd, dnnl_query_scratchpad_md);
}

static dnnl_status_t pass_new(const lac_conv *conv, enum pass pass, struct conv_size *size,
                              dnnl_alg_kind_t alg)
{
    dnnl_state *state = conv->state;
    conv_geometry g = geometry_of(&conv->shape);
    desc any = pass == PASS_WEIGHTS ? state->dw_any : state->w_any;
    desc w = state->w[pass] ? state->w[pass] : any;
    if (pass != PASS_FORWARD) /* the forward pass is a hint for a backward one */
        DNNL_TRY(conv_desc_new(&state->hint, PASS_FORWARD, alg, size->x, state->w_any, size->y, &g,
                               state->attr, state->engine, NULL));
    DNNL_TRY(conv_desc_new(&state->making, pass, alg, size->x, w, size->y, &g, state->attr,
                           state->engine, state->hint));
    DNNL_TRY(primitive_new(state, pass, size, state->making));
    let_go(state);
    return dnnl_success;
}

static dnnl_status_t reorder_new(dnnl_state *state, enum pass pass)
{
    desc from = pass == PASS_WEIGHTS ? state->w[pass] : state->w_plain;
    desc to = pass == PASS_WEIGHTS ? state->w_plain : state->w[pass];
    DNNL_TRY(dnnl_reorder_primitive_desc_create(&state->making, from, state->engine, to,
                                                state->engine, NULL));
    DNNL_TRY(dnnl_primitive_create(&state->reorder[pass], state->making));
    let_go(state);
    return dnnl_success;
}

static dnnl_status_t size_new(const lac_conv *conv, int pictures, struct conv_size *size,
                              dnnl_alg_kind_t alg)
{
    const dnnl_state *state = conv->state;
    const lac_conv_shape *s = &conv->shape;
    dnnl_dims_t x_dims = {pictures, s->c, s->h, s->w};
    dnnl_dims_t y_dims = {pictures, s->oc, s->oh, s->ow};
    dnnl_format_tag_t blocked = state->block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    DNNL_TRY(desc_new(&size->x, x_dims, stored_type(conv), s->c == 1 ? dnnl_nchw : blocked));
    DNNL_TRY(desc_new(&size->y, y_dims, stored_type(conv), blocked));
    for (enum pass pass = 0; pass < PASSES; pass++)
        if (wants_pass(conv, pass))
            DNNL_TRY(pass_new(conv, pass, size, alg));
    return dnnl_success;
}

/* ---- Calls ------------------------------------------------------------------------------ */

static dnnl_status_t call_new(dnnl_call *call, dnnl_engine_t engine, dnnl_primitive_t primitive,
                              int count, const int args[], const desc descs[])
{
    call->primitive = primitive;
    for (; call->count < count; call->count++) {
        dnnl_exec_arg_t *operand = &call->operand[call->count];
        operand->arg = args[call->count];
        DNNL_TRY(
            dnnl_memory_create(&operand->memory, descs[call->count], engine, DNNL_MEMORY_NONE));
    }
    return dnnl_success;
}

static dnnl_status_t pass_call_new(dnnl_call *call, const dnnl_state *state, enum pass pass,
                                   const struct conv_size *size)
{
    static const int args[PASSES][OPERANDS] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD},
        {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_SCRATCHPAD},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_SCRATCHPAD},
    };
    const desc descs[OPERANDS] = {size->x, state->w[pass], size->y, size->scratch[pass]};
    return call_new(call, state->engine, size->pass[pass], OPERANDS, args[pass], descs);
}

static dnnl_status_t reorder_call_new(dnnl_call *call, const dnnl_state *state, enum pass pass)
{
    static const int args[] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    const desc pack[] = {state->w_plain, state->w[pass]};
    const desc unpack[] = {state->w[pass], state->w_plain};
    return call_new(call, state->engine, state->reorder[pass], 2, args,
                    pass == PASS_WEIGHTS ? unpack : pack);
}

static dnnl_status_t thread_new(const lac_conv *conv, dnnl_thread *thread)
{
    const dnnl_state *state = conv->state;
    DNNL_TRY(dnnl_stream_create(&thread->stream, state->engine, dnnl_stream_default_flags));
    for (enum pass pass = 0; pass < PASSES; pass++) {
        if (!wants_pass(conv, pass))
            continue;
        for (int i = 0; i < SIZES; i++)
            DNNL_TRY(pass_call_new(&thread->pass[i][pass], state, pass, &state->size[i]));
        DNNL_TRY(reorder_call_new(&thread->reorder[pass], state, pass));
    }
    return dnnl_success;
}

/* ---- The whole -------------------------------------------------------------------------- */

static dnnl_status_t state_fill(const lac_conv *conv, dnnl_alg_kind_t alg)
{
    dnnl_state *state = conv->state;
    const lac_conv_shape *s = &conv->shape;
    dnnl_dims_t w_dims = {s->oc, s->c, s->k, s->k};
    int threads = lac_context_threads(conv->ctx);
    state->block = conv->ctx->kernels->level == LAC_CPU_AVX512 ? 16 : 8;
    DNNL_TRY(dnnl_engine_create(&state->engine, dnnl_cpu, 0));
    DNNL_TRY(dnnl_primitive_attr_create(&state->attr));
    DNNL_TRY(dnnl_primitive_attr_set_scratchpad_mode(state->attr, dnnl_scratchpad_mode_user));
    DNNL_TRY(desc_new(&state->w_plain, w_dims, dnnl_f32, dnnl_oihw));
    DNNL_TRY(desc_new(&state->w_any, w_dims, stored_type(conv), dnnl_format_tag_any));
    DNNL_TRY(desc_new(&state->dw_any, w_dims, dnnl_f32, dnnl_format_tag_any));
    DNNL_TRY(size_new(conv, conv->chunk, &state->size[CHUNK], alg));
    DNNL_TRY(size_new(conv, 1, &state->size[SINGLE], alg));
    for (enum pass pass = 0; pass < PASSES; pass++)
        if (wants_pass(conv, pass))
            DNNL_TRY(reorder_new(state, pass));
    if (lac_alloc(conv->ctx, threads, sizeof *state->thread, &state->thread) != LAC_OK)
        return dnnl_out_of_memory;
    state->threads = threads;
    for (int i = 0; i < threads; i++)
        DNNL_TRY(thread_new(conv, &state->thread[i]));
    return dnnl_success;
}

typedef struct attempt {
    const lac_conv *conv;
    dnnl_alg_kind_t alg;
} attempt;

static dnnl_status_t fill(void *arg)
{
    const attempt *a = arg;
    return state_fill(a->conv, a->alg);
}

/* Leaves conv->state NULL where oneDNN does not have the algorithm for the shape. */
static lac_status try_algorithm(lac_conv *conv, dnnl_alg_kind_t alg)
{
    LAC_TRY(lac_alloc(conv->ctx, 1, sizeof(dnnl_state), &conv->state));
    attempt a = {conv, alg};
    dnnl_status_t status = lac_dnnl_guard(fill, &a);
    if (status == dnnl_success)
        return LAC_OK;
    free_state(conv->state);
    conv->state = NULL;
    if (status == dnnl_out_of_memory)
        return lac_fail(conv->ctx, LAC_ERROR_MEMORY, "out of memory: a convolution of oneDNN");
    return LAC_OK;
}

typedef struct job {
    lac_conv *conv;
    dnnl_alg_kind_t alg;
    lac_status status;
} job;

static void work_try(void *arg, int item, int thread)
{
    (void)item;
    (void)thread;
    job *j = arg;
    j->status = try_algorithm(j->conv, j->alg);
}

static size_t floats_of(desc d)
{
    /* Rounded up to a cache line: what stands behind it stays aligned. */
    return d ? (dnnl_memory_desc_get_size(d) + 63) / 64 * 64 / sizeof(float) : 0;
}

static void measure(lac_conv *conv)
{
    dnnl_state *state = conv->state;
    size_t scratch = 0;
    for (int i = 0; i < SIZES; i++)
        for (int pass = 0; pass < PASSES; pass++) {
            size_t floats = floats_of(state->size[i].scratch[pass]);
            scratch = floats > scratch ? floats : scratch;
        }
    if (state->block == 8) {
        state->x_copy = scratch;
        state->y_copy = state->x_copy + floats_of(state->size[CHUNK].x);
        scratch = state->y_copy + floats_of(state->size[CHUNK].y);
    }
    size_t forward = floats_of(state->w[PASS_FORWARD]);
    size_t backward = floats_of(state->w[PASS_DATA]);
    conv->packed = forward > backward ? forward : backward;
    conv->partial = floats_of(state->w[PASS_WEIGHTS]);
    conv->scratch = scratch + conv->partial;
}

/* What oneDNN calls the implementation that it chose for the forward pass. */
static void take_name(lac_conv *conv)
{
    const dnnl_state *state = conv->state;
    const_dnnl_primitive_desc_t pd;
    conv->name = "oneDNN";
    if (dnnl_primitive_get_primitive_desc(state->size[CHUNK].pass[PASS_FORWARD], &pd) ==
        dnnl_success)
        dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &conv->name);
}

/* oneDNN 2.6 reads beside an output of one column in the backward pass for bf16 weights: most
 * kernels and strides give a gradient that is wrong by far. */
static int is_trusted(const lac_conv *conv)
{
    return stored_type(conv) == dnnl_f32 || conv->shape.ow > 1;
}

static lac_status use(lac_conv *conv, dnnl_alg_kind_t alg)
{
    static const lac_conv_method method = {free_state,
                                           lac_dnnl_pack,
                                           lac_dnnl_forward,
                                           lac_dnnl_backward_data,
                                           lac_dnnl_backward_weights,
                                           lac_dnnl_unpack_gradient};
    job j = {conv, alg, LAC_OK};
    if (!is_trusted(conv))
        return LAC_OK;
    LAC_TRY(lac_reserve(conv->ctx));
    lac_parallel(conv->ctx, 1, work_try, &j);
    if (j.status != LAC_OK || !conv->state)
        return j.status;
    conv->method = &method;
    measure(conv);
    take_name(conv);
    return LAC_OK;
}

lac_status lac_conv_use_dnnl_winograd(lac_conv *conv)
{
    return use(conv, dnnl_convolution_winograd);
}

lac_status lac_conv_use_dnnl_direct(lac_conv *conv)
{
    return use(conv, dnnl_convolution_direct);
}
