/*
 * oneDNN behind the kernels' contracts: convolutions and the matrix product.
 *
 * Every call runs on one thread that oneDNN takes for the whole machine (enter, leave);
 * the threads are ours, and a primitive is made on such a thread too, because it
 * fixes the number of threads when it is made. Primitives come in two sizes, a
 * whole chunk and one picture: what is left of a batch is done picture by picture.
 *
 * For 3x3 convolutions of stride 1 Winograd's F(4x4, 3x3) is asked for first: it
 * takes half the time of the direct method where oneDNN 2 has it (AVX-512). For bf16 it has
 * the direct method alone; winograd.c comes first there.
 */
#include "kernel/dnnl.h"
#include "kernel/conv.h"
#include "kernel/dnnl_compat.h"

#include <assert.h>
#include <string.h>

#ifdef HAVE_OMP
/* Of the runtime that oneDNN was built with; both concern the calling thread alone. */
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
#endif

enum { CHUNK, SINGLE, SIZES };

typedef struct dnnl_state {
    dnnl_engine_t engine;
    dnnl_primitive_attr_t attr;
    int block; /* channels per block of its activations: 16, or 8 where it has AVX2 alone */
    desc w_plain;
    size_t x_copy, y_copy; /* where their copies stand in scratch, floats */
    desc w[3];               /* packed forward, packed backward, gradient */
    dnnl_primitive_t reorder[3];
    struct conv_size {
        desc x, y, scratch[3];
        dnnl_primitive_t pass[3];
    } size[SIZES];
} dnnl_state;

int lac_dnnl_thread_enter(void)
{
#ifdef HAVE_OMP
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
#else
    return 0;
#endif
}

void lac_dnnl_thread_leave(int before)
{
#ifdef HAVE_OMP
    omp_set_num_threads(before);
#endif
    (void)before;
}

void lac_dnnl_limit(lac_cpu level)
{
    if (level == LAC_CPU_AVX2)
        dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
}

void lac_dnnl_gemm(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                   int ldb, float beta, float *c, int ldc)
{
    dnnl_status_t status = dnnl_sgemm(ta ? 'T' : 'N', tb & LAC_TRANSPOSED ? 'T' : 'N', m, n, k,
                                      1.0f, a, lda, b, ldb, beta, c, ldc);
    assert(status == dnnl_success);
    (void)status;
}

/* ---- Running ------------------------------------------------------------------------ */

typedef struct operand {
    int arg; /* DNNL_ARG_... */
    desc d;
    const void *data;
} operand;

/* oneDNN's handles carry no const; what is an input is not written. */
static void *handle(const void *data)
{
    void *p;
    memcpy(&p, &data, sizeof p);
    return p;
}

static void execute(const dnnl_state *state, dnnl_primitive_t primitive, const operand *operands,
                    int count)
{
    dnnl_exec_arg_t args[4];
    dnnl_stream_t stream = NULL;
    dnnl_status_t status = dnnl_stream_create(&stream, state->engine, dnnl_stream_default_flags);
    assert(count <= LAC_COUNT(args) && status == dnnl_success);
    for (int i = 0; i < count; i++) {
        args[i].arg = operands[i].arg;
        status = dnnl_memory_create(&args[i].memory, operands[i].d, state->engine,
                                    handle(operands[i].data));
        assert(status == dnnl_success);
    }
    status = dnnl_primitive_execute(primitive, stream, count, args);
    assert(status == dnnl_success);
    for (int i = 0; i < count; i++)
        dnnl_memory_destroy(args[i].memory);
    dnnl_stream_destroy(stream);
    (void)status;
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

static void run(const lac_conv *conv, enum pass pass, int whole, const void *x, const float *w,
                const void *y, float *scratch)
{
    const dnnl_state *state = conv->state;
    const lac_conv_shape *s = &conv->shape;
    const struct conv_size *size = &state->size[whole ? CHUNK : SINGLE];
    static const int args[3][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
    };
    size_t n = whole ? (size_t)conv->chunk : 1;
    int eights = state->block == 8;
    activation ax = {handle(x), eights && s->c > 1 ? scratch + state->x_copy : NULL,
                     n * s->c / LAC_BLOCK, (size_t)s->h * s->w};
    activation ay = {handle(y), eights ? scratch + state->y_copy : NULL, n * s->oc / LAC_BLOCK,
                     (size_t)s->oh * s->ow};
    operand operands[] = {{args[pass][0], size->x, activation_begin(&ax, pass != PASS_DATA)},
                          {args[pass][1], state->w[pass], w},
                          {args[pass][2], size->y, activation_begin(&ay, pass != PASS_FORWARD)},
                          {DNNL_ARG_SCRATCHPAD, size->scratch[pass], scratch}};
    execute(state, size->pass[pass], operands, LAC_COUNT(operands));
    activation_end(&ax, pass == PASS_DATA);
    activation_end(&ay, pass == PASS_FORWARD);
}

static void forward(const lac_conv *conv, int n, const void *x, const float *packed, void *y,
                    float *scratch)
{
    if (n == conv->chunk) {
        run(conv, PASS_FORWARD, 1, x, packed, y, scratch);
        return;
    }
    for (int i = 0; i < n; i++)
        run(conv, PASS_FORWARD, 0, lac_conv_x_at(conv, x, i), packed, lac_conv_y_at(conv, y, i),
            scratch);
}

static void backward_data(const lac_conv *conv, int n, const void *dy, const float *packed,
                          void *dx, float *scratch)
{
    if (n == conv->chunk) {
        run(conv, PASS_DATA, 1, dx, packed, dy, scratch);
        return;
    }
    for (int i = 0; i < n; i++)
        run(conv, PASS_DATA, 0, lac_conv_x_at(conv, dx, i), packed, lac_conv_y_at(conv, dy, i),
            scratch);
}

static void backward_weights(const lac_conv *conv, int n, const void *x, const void *dy,
                             float *partial, float *scratch)
{
    if (n == conv->chunk) {
        run(conv, PASS_WEIGHTS, 1, x, partial, dy, scratch);
        return;
    }
    /* One picture's gradient goes behind the primitive's scratch, to be added up. */
    float *one = scratch + conv->scratch - conv->partial;
    for (int i = 0; i < n; i++) {
        run(conv, PASS_WEIGHTS, 0, lac_conv_x_at(conv, x, i), i ? one : partial,
            lac_conv_y_at(conv, dy, i), scratch);
        if (i)
            conv->ctx->kernels->accumulate(one, partial, conv->partial);
    }
}

static void reorder(const dnnl_state *state, int which, desc from, const float *source, desc to,
                    float *target)
{
    operand operands[] = {{DNNL_ARG_FROM, from, source}, {DNNL_ARG_TO, to, target}};
    execute(state, state->reorder[which], operands, LAC_COUNT(operands));
}

static void pack(const lac_conv *conv, const float *w, float *packed_forward,
                 float *packed_backward)
{
    const dnnl_state *state = conv->state;
    reorder(state, PASS_FORWARD, state->w_plain, w, state->w[PASS_FORWARD], packed_forward);
    if (packed_backward)
        reorder(state, PASS_DATA, state->w_plain, w, state->w[PASS_DATA], packed_backward);
}

static void unpack_gradient(const lac_conv *conv, const float *partial, float *dw)
{
    const dnnl_state *state = conv->state;
    reorder(state, PASS_WEIGHTS, state->w[PASS_WEIGHTS], partial, state->w_plain, dw);
}

/* ---- Planning -------------------------------------------------------------------------- */

static void free_state(void *opaque)
{
    dnnl_state *state = opaque;
    for (int s = 0; s < SIZES; s++) {
        for (int p = 0; p < 3; p++) {
            dnnl_primitive_destroy(state->size[s].pass[p]);
            desc_free(state->size[s].scratch[p]);
        }
        desc_free(state->size[s].x);
        desc_free(state->size[s].y);
    }
    for (int p = 0; p < 3; p++) {
        dnnl_primitive_destroy(state->reorder[p]);
        desc_free(state->w[p]);
    }
    desc_free(state->w_plain);
    dnnl_primitive_attr_destroy(state->attr);
    dnnl_engine_destroy(state->engine);
    free(state);
}

/* A copy of the descriptor that a primitive descriptor answers a query with. */
static int desc_query(desc *out, const_dnnl_primitive_desc_t pd, dnnl_query_t what)
{
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_clone(out, dnnl_primitive_desc_query_md(pd, what, 0)) == dnnl_success;
#else
    *out = malloc(sizeof **out);
    if (*out)
        **out = *dnnl_primitive_desc_query_md(pd, what, 0);
    return *out != NULL;
#endif
}

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

/* The primitive of one pass at one size. The weights' order is oneDNN's choice the first
 * time (the whole chunk) and given the second. */
static int pass_new(lac_conv *conv, enum pass pass, int which, dnnl_alg_kind_t alg)
{
    dnnl_state *state = conv->state;
    struct conv_size *size = &state->size[which];
    const lac_conv_shape *s = &conv->shape;
    conv_geometry g = geometry_of(s);
    dnnl_dims_t w_dims = {s->oc, s->c, s->k, s->k};
    dnnl_data_type_t type = stored_type(conv);
    dnnl_primitive_desc_t hint = NULL;
    dnnl_primitive_desc_t pd = NULL;
    desc any = NULL;
    desc any_gradient = NULL; /* float whatever the activations are */
    int good = desc_new(&any, w_dims, type, dnnl_format_tag_any) &&
               desc_new(&any_gradient, w_dims, dnnl_f32, dnnl_format_tag_any);
    desc w = state->w[pass] ? state->w[pass] : pass == PASS_WEIGHTS ? any_gradient : any;
    good = good && conv_desc_new(&hint, PASS_FORWARD, alg, size->x, any, size->y, &g, state->attr,
                                 state->engine, NULL);
    good = good && conv_desc_new(&pd, pass, alg, size->x, w, size->y, &g, state->attr,
                                 state->engine, pass == PASS_FORWARD ? NULL : hint);
    good = good && dnnl_primitive_create(&size->pass[pass], pd) == dnnl_success;
    if (good && !state->w[pass])
        good = desc_query(&state->w[pass], pd,
                          pass == PASS_WEIGHTS ? dnnl_query_diff_weights_md
                                               : dnnl_query_weights_md);
    good = good && desc_query(&size->scratch[pass], pd, dnnl_query_scratchpad_md);
    if (good && which == CHUNK && pass == PASS_FORWARD)
        dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &conv->name);
    dnnl_primitive_desc_destroy(pd);
    dnnl_primitive_desc_destroy(hint);
    desc_free(any);
    desc_free(any_gradient);
    return good;
}

static int reorder_new(dnnl_state *state, int pass)
{
    desc from = pass == PASS_WEIGHTS ? state->w[pass] : state->w_plain;
    desc to = pass == PASS_WEIGHTS ? state->w_plain : state->w[pass];
    dnnl_primitive_desc_t pd = NULL;
    int good = dnnl_reorder_primitive_desc_create(&pd, from, state->engine, to, state->engine,
                                                  NULL) == dnnl_success &&
               dnnl_primitive_create(&state->reorder[pass], pd) == dnnl_success;
    dnnl_primitive_desc_destroy(pd);
    return good;
}

static int wants_pass(const lac_conv *conv, int pass)
{
    return pass == PASS_FORWARD ||
           (!conv->inference && (pass == PASS_WEIGHTS || conv->shape.c > 1));
}

static int state_fill(lac_conv *conv, dnnl_alg_kind_t alg)
{
    dnnl_state *state = conv->state;
    const lac_conv_shape *s = &conv->shape;
    dnnl_dims_t w_dims = {s->oc, s->c, s->k, s->k};
    state->block = conv->ctx->cpu == LAC_CPU_AVX512 ? 16 : 8;
    dnnl_format_tag_t tag = state->block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    int good = dnnl_engine_create(&state->engine, dnnl_cpu, 0) == dnnl_success &&
               dnnl_primitive_attr_create(&state->attr) == dnnl_success &&
               dnnl_primitive_attr_set_scratchpad_mode(
                   state->attr, dnnl_scratchpad_mode_user) == dnnl_success &&
               desc_new(&state->w_plain, w_dims, dnnl_f32, dnnl_oihw);
    for (int which = 0; which < SIZES && good; which++) {
        int n = which == CHUNK ? conv->chunk : 1;
        dnnl_dims_t x_dims = {n, s->c, s->h, s->w};
        dnnl_dims_t y_dims = {n, s->oc, s->oh, s->ow};
        struct conv_size *size = &state->size[which];
        good = desc_new(&size->x, x_dims, stored_type(conv), s->c == 1 ? dnnl_nchw : tag) &&
               desc_new(&size->y, y_dims, stored_type(conv), tag);
        for (int pass = 0; pass < 3 && good; pass++)
            good = !wants_pass(conv, pass) || pass_new(conv, pass, which, alg);
    }
    for (int pass = 0; pass < 3 && good; pass++)
        good = !wants_pass(conv, pass) || reorder_new(state, pass);
    return good;
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
    for (int which = 0; which < SIZES; which++)
        for (int pass = 0; pass < 3; pass++) {
            size_t size = floats_of(state->size[which].scratch[pass]);
            scratch = size > scratch ? size : scratch;
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

static int try_algorithm(lac_conv *conv, dnnl_alg_kind_t alg)
{
    dnnl_state *state = calloc(1, sizeof *state);
    const char *name = conv->name;
    if (!state)
        return 0;
    conv->state = state;
    if (state_fill(conv, alg))
        return 1;
    free_state(state);
    conv->state = NULL;
    conv->name = name;
    return 0;
}

static void try_all(void *arg, int item, int thread)
{
    (void)item;
    (void)thread;
    lac_conv *conv = arg;
    int winograd = conv->shape.k == 3 && conv->shape.stride == 1;
    if (!(winograd && try_algorithm(conv, dnnl_convolution_winograd)))
        try_algorithm(conv, dnnl_convolution_direct);
}

int lac_conv_use_dnnl(lac_conv *conv)
{
    static const lac_conv_method method = {free_state,    pack,
                                           forward,       backward_data,
                                           backward_weights, unpack_gradient};
    lac_parallel(conv->ctx, 1, try_all, conv);
    if (!conv->state)
        return 0;
    conv->method = &method;
    measure(conv);
    return 1;
}
