/*
 * Convolutions: the reference against naive loops in double and difference
 * quotients, a level against the reference, at full chunks and less.
 *
 * usage: test_conv [LEVEL]: oneDNN takes the level of a process's first context, so that a
 * process tests one level beside the reference. bf16 is in test_bf16.c.
 */
#include "kernel/choice.h"
#include "numbers.h"

#ifdef HAVE_DNNL
#include "kernel/dnnl_conv.h"
#endif

static lac_cpu tested; /* the level */

typedef struct geometry {
    int c, h, w, oc, k, stride;
} geometry;

static const geometry geometries[] = {
    {1, 9, 12, 16, 11, 1}, {1, 7, 7, 32, 5, 1},   {1, 6, 5, 16, 3, 2},   {16, 7, 9, 16, 3, 1},
    {16, 8, 8, 32, 3, 2},  {32, 9, 7, 32, 3, 2},  {32, 12, 12, 64, 3, 1}, {16, 7, 5, 32, 1, 1},
    {32, 9, 8, 64, 1, 2},  {16, 6, 11, 16, 5, 2}, {64, 5, 5, 16, 5, 1},  {16, 3, 2, 16, 3, 1},
    {1, 13, 14, 32, 5, 2}, {1, 20, 23, 16, 3, 8}, {1, 7, 6, 16, 1, 3},    {48, 10, 11, 16, 7, 3},
    {16, 9, 8, 16, 5, 4},  {16, 17, 9, 32, 1, 8}, {16, 1, 1, 16, 3, 1},
    /* kernels that reach over the whole picture from anywhere */
    {1, 9, 9, 16, 31, 1},  {16, 3, 5, 16, 31, 1}, {16, 1, 7, 16, 31, 5},  {32, 4, 3, 48, 9, 8},
};

enum { PICTURES = 3 }; /* of a chunk */

static lac_conv_shape shape_of(const geometry *g)
{
    return (lac_conv_shape){.c = g->c, .h = g->h, .w = g->w, .oc = g->oc,
                            .oh = (g->h + g->stride - 1) / g->stride,
                            .ow = (g->w + g->stride - 1) / g->stride,
                            .k = g->k, .stride = g->stride, .pad = g->k / 2};
}

/* One convolution with all its arrays: x, w, dy in; y, dx, dw out. */
typedef struct problem {
    lac_conv_shape shape;
    lac_conv *conv;
    int n, chunks; /* pictures in the last chunk; chunks, of which the others are full */
    int inference; /* forward alone */
    const char *method; /* NULL: chosen; solve puts there which it was */
    size_t x_size, y_size, w_size;
    float *x, *w, *dy, *y, *dx, *dw;
} problem;

static void problem_init(problem *p, const geometry *g, int n, int chunks)
{
    int pictures = PICTURES * (chunks - 1) + n;
    p->shape = shape_of(g);
    p->n = n;
    p->chunks = chunks;
    p->inference = 0;
    p->method = NULL;
    p->x_size = (size_t)g->c * g->h * g->w;
    p->y_size = (size_t)g->oc * p->shape.oh * p->shape.ow;
    p->w_size = (size_t)g->oc * g->c * g->k * g->k;
    p->x = filled(pictures * p->x_size, FILL_PLAIN, 1);
    p->w = filled(p->w_size, FILL_PLAIN, 2);
    p->dy = filled(pictures * p->y_size, FILL_PLAIN, 3);
    p->y = numbers(pictures * p->y_size);
    p->dx = numbers(pictures * p->x_size);
    p->dw = numbers(p->w_size);
}

static void problem_free(problem *p)
{
    float *all[] = {p->x, p->w, p->dy, p->y, p->dx, p->dw};
    for (int i = 0; i < LAC_COUNT(all); i++)
        numbers_free(all[i]);
}

static void run_backward(problem *p, int thread, const float *packed, float *scratch)
{
    size_t size = lac_conv_partial(p->conv);
    float *partial = numbers(p->chunks * size);
    for (int i = 0; i < p->chunks; i++) {
        int n = i < p->chunks - 1 ? PICTURES : p->n;
        const float *x = p->x + i * PICTURES * p->x_size;
        const float *dy = p->dy + i * PICTURES * p->y_size;
        if (p->shape.c > 1)
            lac_conv_backward_data(p->conv, thread, n, dy, packed, p->dx + i * PICTURES * p->x_size,
                                   scratch);
        lac_conv_backward_weights(p->conv, thread, n, x, dy, partial + i * size, scratch);
    }
    for (size_t i = size; i < p->chunks * size; i++)
        partial[i % size] += partial[i];
    lac_conv_unpack_gradient(p->conv, thread, partial, p->dw);
    numbers_free(partial);
}

/* All passes, on a worker thread as the contract asks. */
static void run_passes(void *arg, int item, int thread)
{
    (void)item;
    problem *p = arg;
    float *forward = numbers(lac_conv_packed(p->conv));
    float *backward = numbers(lac_conv_packed(p->conv));
    float *scratch = numbers(lac_conv_scratch(p->conv));
    int wants_data = !p->inference && p->shape.c > 1;
    for (int i = 0; i < 3; i++)
        lac_conv_pack(p->conv, thread, (lac_part){i, 3}, p->w, forward,
                      wants_data ? backward : NULL);
    for (int i = 0; i < p->chunks; i++)
        lac_conv_forward(p->conv, thread, i < p->chunks - 1 ? PICTURES : p->n,
                         p->x + i * PICTURES * p->x_size, forward, p->y + i * PICTURES * p->y_size,
                         scratch);
    if (!p->inference)
        run_backward(p, thread, backward, scratch);
    numbers_free(forward);
    numbers_free(backward);
    numbers_free(scratch);
}

/* 0: the method asked for cannot do it. */
static int solve(problem *p, lac_cpu level)
{
    const lac_context_config config = {.threads = 1, .cpu = level};
    lac_context *ctx = NULL;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    const lac_conv_task task = {p->shape, PICTURES, p->inference, p->method};
    lac_status status = lac_conv_new(ctx, ctx->kernels, &task, &p->conv);
    assert_int_equal(status, p->method && status ? LAC_ERROR_ARGUMENT : LAC_OK);
    if (status == LAC_OK) {
        assert_int_equal(lac_conv_chunk(p->conv), PICTURES);
        assert_true(!p->method || strcmp(p->method, lac_conv_method_name(p->conv)) == 0);
        p->method = lac_conv_method_name(p->conv);
        lac_parallel(ctx, 1, run_passes, p);
    }
    lac_conv_free(&p->conv);
    assert_null(p->conv);
    lac_context_free(&ctx);
    return status == LAC_OK;
}

/* ---- The reference --------------------------------------------------------------- */

/* Element [c, i, j] of a blocked picture; a single channel is plain. */
static double element(const float *x, int channels, int h, int w, int c, int i, int j)
{
    if (i < 0 || i >= h || j < 0 || j >= w)
        return 0;
    return channels == 1 ? (double)x[i * w + j]
                         : (double)x[((c / 16 * h + i) * w + j) * 16 + c % 16];
}

/* y[o, i, j] of picture `n` by the definition. */
static double naive_output(const problem *p, int n, int o, int i, int j)
{
    const lac_conv_shape *s = &p->shape;
    double sum = 0;
    for (int c = 0; c < s->c; c++)
        for (int a = 0; a < s->k; a++)
            for (int b = 0; b < s->k; b++)
                sum += element(p->x + n * p->x_size, s->c, s->h, s->w, c,
                               i * s->stride + a - s->pad, j * s->stride + b - s->pad) *
                       (double)p->w[((o * s->c + c) * s->k + a) * s->k + b];
    return sum;
}

/* <y, dy> over all pictures by the definition. */
static double objective(const problem *p, int pictures)
{
    const lac_conv_shape *s = &p->shape;
    double total = 0;
    for (int n = 0; n < pictures; n++)
        for (int o = 0; o < s->oc; o++)
            for (int i = 0; i < s->oh; i++)
                for (int j = 0; j < s->ow; j++)
                    total += naive_output(p, n, o, i, j) *
                             element(p->dy + n * p->y_size, s->oc, s->oh, s->ow, o, i, j);
    return total;
}

/* <y, dy> is linear in x and in w: a step of 1 gives the slope. */
static double slope(const problem *p, int pictures, float *coordinate)
{
    float kept = *coordinate;
    *coordinate = 1;
    double one = objective(p, pictures);
    *coordinate = 0;
    double zero = objective(p, pictures);
    *coordinate = kept;
    return one - zero;
}

static void check_forward(const problem *p, int pictures)
{
    const lac_conv_shape *s = &p->shape;
    for (int n = 0; n < pictures; n++)
        for (int o = 0; o < s->oc; o++)
            for (int i = 0; i < s->oh; i++)
                for (int j = 0; j < s->ow; j++) {
                    double got = element(p->y + n * p->y_size, s->oc, s->oh, s->ow, o, i, j);
                    double want = naive_output(p, n, o, i, j);
                    if (!(fabs(got - want) < 1e-3))
                        fail_msg("conv %d -> %d, %d x %d, k %d, stride %d: y[%d, %d, %d, %d] is "
                                 "%.9g, must be %.9g", s->c, s->oc, s->h, s->w, s->k, s->stride, n,
                                 o, i, j, got, want);
                }
}

static void check_slopes(const problem *p, int pictures, float *coordinates, const float *gradient,
                         size_t count, const char *what)
{
    const lac_conv_shape *s = &p->shape;
    for (int t = 0; t < 6; t++) {
        size_t i = t == 0 ? 0 : t == 1 ? count - 1 : lac_random(7, 0, (uint64_t)t) % count;
        double want = slope(p, pictures, coordinates + i);
        if (!(fabs((double)gradient[i] - want) < 1e-3))
            fail_msg("conv %d -> %d, %d x %d, k %d, stride %d: %s[%zu] is %.9g, the difference "
                     "%.9g", s->c, s->oc, s->h, s->w, s->k, s->stride, what, i,
                     (double)gradient[i], want);
    }
}

static void the_reference_convolves_by_the_definition(void **state)
{
    (void)state;
    for (int g = 0; g < LAC_COUNT(geometries); g++) {
        problem p;
        problem_init(&p, &geometries[g], 2, 1);
        solve(&p, LAC_CPU_REF);
        assert_string_equal(p.method, "ref");
        check_forward(&p, 2);
        problem_free(&p);
    }
}

static void the_reference_gradients_are_those_of_the_definition(void **state)
{
    (void)state;
    for (int g = 0; g < LAC_COUNT(geometries); g++) {
        problem p;
        if (geometries[g].c * geometries[g].oc > 32 * 32)
            continue; /* the differences take long, and nothing in them is new */
        problem_init(&p, &geometries[g], 2, 1);
        solve(&p, LAC_CPU_REF);
        if (p.shape.c > 1)
            check_slopes(&p, 2, p.x, p.dx, 2 * p.x_size, "dx");
        check_slopes(&p, 2, p.w, p.dw, p.w_size, "dw");
        problem_free(&p);
    }
}

/* ---- Levels ---------------------------------------------------------------------- */

/* The largest error as a share of the largest number. oneDNN's Winograd loses about two digits;
 * ours was off by 2.7e-6, the reference's own error included; elsewhere only the order of sums
 * differs. */
static double tolerance_of(const char *method)
{
    if (strcmp(method, "winograd") == 0)
        return 5e-6;
    return strstr(method, "winograd") ? 1e-4 : 1e-5;
}

static void compare(const problem *got, const problem *want)
{
    const lac_conv_shape *s = &got->shape;
    int pictures = PICTURES * (got->chunks - 1) + got->n;
    double tolerance = tolerance_of(got->method);
    char what[160];
    snprintf(what, sizeof what, "%s %s: %d -> %d, %d x %d, k %d, stride %d, %d of %d, %d chunks",
             lac_cpu_name(tested), got->method, s->c, s->oc, s->h, s->w, s->k, s->stride, got->n,
             PICTURES, got->chunks);
    assert_near(got->y, want->y, pictures * got->y_size, tolerance, what);
    if (s->c > 1)
        assert_near(got->dx, want->dx, pictures * got->x_size, tolerance, what);
    assert_near(got->dw, want->dw, got->w_size, tolerance, what);
}

/* Every method that can do it. Returns how many. */
static int check_level(const geometry *g, int n, int chunks)
{
    problem want;
    int checked = 0;
    problem_init(&want, g, n, chunks);
    solve(&want, LAC_CPU_REF);
    for (int i = 0; lac_conv_method_at(i); i++) {
        problem got;
        problem_init(&got, g, n, chunks);
        got.method = lac_conv_method_at(i);
        if (solve(&got, tested)) {
            compare(&got, &want);
            checked++;
        }
        problem_free(&got);
    }
    problem_free(&want);
    return checked;
}

/* Whole tiles and parts of them, one group of tiles and several, panels of one register and two. */
static const geometry tiled[] = {
    {16, 1, 1, 16, 3, 1},  {16, 2, 3, 16, 3, 1},  {16, 4, 4, 32, 3, 1},  {32, 5, 6, 16, 3, 1},
    {16, 9, 3, 48, 3, 1},  {48, 13, 7, 16, 3, 1}, {64, 12, 12, 64, 3, 1}, {16, 47, 33, 16, 3, 1},
    {16, 1, 50, 32, 3, 1}, {96, 6, 6, 80, 3, 1},  {288, 6, 6, 32, 3, 1}, {32, 16, 21, 80, 3, 1},
    {16, 1, 1, 16, 3, 2},  {16, 2, 3, 48, 3, 2},  {32, 5, 6, 16, 3, 2},  {48, 12, 12, 64, 3, 2},
    {16, 33, 47, 16, 3, 2}, {16, 1, 50, 32, 3, 2}, {64, 13, 7, 80, 3, 2}, {288, 7, 8, 32, 3, 2},
};

static void every_method_of_the_level_agrees_with_the_reference(void **state)
{
    (void)state;
    for (int g = 0; g < LAC_COUNT(tiled); g++) {
        check_level(&tiled[g], PICTURES, 1);
        check_level(&tiled[g], 1, 2);
    }
    for (int g = 0; g < LAC_COUNT(geometries); g++) {
        int methods = check_level(&geometries[g], PICTURES, 1);
        assert_int_equal(check_level(&geometries[g], 2, 2), methods);
        assert_int_equal(check_level(&geometries[g], 1, 1), methods);
#ifdef HAVE_DNNL
        assert_true(methods >= 2); /* it and "ref" */
#endif
    }
}

static int is_finite(const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return 0;
    return 1;
}

/* Where one number of x, dy or of a kernel's middle, which every tap meets, is `bad`, y, dx and dw
 * are finite or not as the reference's are. */
static void check_spoiled(const geometry *g, int where, float bad)
{
    problem want;
    for (int i = -1; i < 0 || lac_conv_method_at(i); i++) {
        problem p;
        problem_init(&p, g, 2, 1);
        float *const spoiled[] = {p.x, p.dy, p.w};
        const size_t at[] = {2 * p.x_size - 1, p.y_size / 2, (size_t)g->k * g->k / 2};
        spoiled[where][at[where]] = bad;
        p.method = i < 0 ? NULL : lac_conv_method_at(i);
        int can = solve(&p, i < 0 ? LAC_CPU_REF : tested);
        if (i < 0) {
            want = p;
            continue;
        }
        if (can) {
            assert_int_equal(is_finite(p.y, 2 * p.y_size), is_finite(want.y, 2 * p.y_size));
            assert_int_equal(is_finite(p.dw, p.w_size), is_finite(want.dw, p.w_size));
            if (g->c > 1)
                assert_int_equal(is_finite(p.dx, 2 * p.x_size), is_finite(want.dx, 2 * p.x_size));
        }
        problem_free(&p);
    }
    problem_free(&want);
}

static void what_is_not_finite_shows_as_in_the_reference(void **state)
{
    (void)state;
    static const geometry shapes[] = {{16, 9, 7, 16, 3, 1}, {32, 6, 5, 16, 3, 1},
                                      {16, 8, 7, 32, 3, 2}, {16, 8, 8, 16, 1, 2},
                                      {1, 8, 9, 16, 5, 2},  {16, 7, 7, 16, 1, 1}};
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int g = 0; g < LAC_COUNT(shapes); g++)
        for (int i = 0; i < 3 * LAC_COUNT(bad); i++)
            check_spoiled(&shapes[g], i % 3, bad[i / 3]);
}

#if defined LAC_X86 || defined LAC_ARM64
/* A chunk's pictures share groups of tiles, and know nothing of each other. */
static void winograd_gives_a_picture_the_same_bits_in_any_company(void **state)
{
    (void)state;
    for (int g = 0; g < LAC_COUNT(tiled); g++) {
        problem all, one;
        problem_init(&all, &tiled[g], PICTURES, 1);
        problem_init(&one, &tiled[g], 1, 1);
        all.method = one.method = "winograd";
        assert_true(solve(&all, tested));
        for (int i = 0; i < PICTURES; i++) {
            memcpy(one.x, all.x + i * all.x_size, all.x_size * sizeof *one.x);
            memcpy(one.dy, all.dy + i * all.y_size, all.y_size * sizeof *one.dy);
            assert_true(solve(&one, tested));
            assert_memory_equal(one.y, all.y + i * all.y_size, all.y_size * sizeof *one.y);
            assert_memory_equal(one.dx, all.dx + i * all.x_size, all.x_size * sizeof *one.dx);
        }
        problem_free(&all);
        problem_free(&one);
    }
}
#endif

static int is_apart(const char *method)
{
    for (int i = 0; i < lac_conv_list_count; i++)
        if (strcmp(lac_conv_list[i].name, method) == 0)
            return lac_conv_list[i].apart;
    return 0;
}

/* Of one picture: each half of the channels for itself, and all together. */
static void check_halves(const geometry *g, const char *method)
{
    problem all, half;
    geometry some = *g;
    some.oc /= 2;
    problem_init(&all, g, 1, 1);
    problem_init(&half, &some, 1, 1);
    all.method = half.method = method;
    all.inference = half.inference = 1;
    int can = solve(&all, tested);
    for (int i = 0; i < 2 && can; i++) {
        memcpy(half.w, all.w + i * half.w_size, half.w_size * sizeof *half.w);
        assert_true(solve(&half, tested));
        assert_memory_equal(half.y, all.y + i * half.y_size, half.y_size * sizeof *half.y);
    }
    problem_free(&all);
    problem_free(&half);
}

static void channels_have_the_same_bits_in_any_company(void **state)
{
    (void)state;
    for (int i = 0; lac_conv_method_at(i); i++)
        for (int g = 0; g < LAC_COUNT(tiled) + LAC_COUNT(geometries); g++) {
            const geometry *at =
                g < LAC_COUNT(tiled) ? &tiled[g] : &geometries[g - LAC_COUNT(tiled)];
            if (at->oc % (2 * LAC_BLOCK) == 0 && is_apart(lac_conv_method_at(i)))
                check_halves(at, lac_conv_method_at(i));
        }
}

static void a_plan_for_inference_gives_the_same_output(void **state)
{
    (void)state;
    const geometry g = {16, 7, 9, 16, 3, 1};
    problem whole, forward;
    problem_init(&whole, &g, 1, 2);
    problem_init(&forward, &g, 1, 2);
    forward.inference = 1;
    solve(&whole, tested);
    solve(&forward, tested);
    assert_near(forward.y, whole.y, (PICTURES + 1) * whole.y_size, 1e-4, forward.method);
    problem_free(&whole);
    problem_free(&forward);
}

/* ---- Failures -------------------------------------------------------------------- */

static lac_context *context_of_level(void)
{
    const lac_context_config config = {.threads = 2, .cpu = tested};
    lac_context *ctx = NULL;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    return ctx;
}

static void a_plan_without_memory_is_told_and_not_a_slow_one(void **state)
{
    (void)state;
    lac_conv_task task = {shape_of(&(geometry){16, 7, 9, 16, 3, 1}), PICTURES, 0, NULL};
    lac_context *ctx = context_of_level();
    for (int i = 0; (task.method = lac_conv_method_at(i)); i++) {
        lac_status status = LAC_ERROR_MEMORY;
        int failed = 0;
        for (; status == LAC_ERROR_MEMORY; failed++) {
            lac_conv *conv = NULL;
            ctx->fail_at = ctx->allocations + failed + 1;
            status = lac_conv_new(ctx, ctx->kernels, &task, &conv);
            assert_true((conv == NULL) == (status != LAC_OK));
            if (status == LAC_ERROR_MEMORY)
                assert_non_null(strstr(lac_context_message(ctx), "out of memory"));
            lac_conv_free(&conv);
        }
        assert_true(failed > 1);
        assert_true(status == LAC_OK || status == LAC_ERROR_ARGUMENT);
    }
    lac_context_free(&ctx);
}

#ifdef HAVE_DNNL
/* A call without its primitive is one that oneDNN refuses. */
static void a_failure_of_onednn_comes_back_from_the_threads(void **state)
{
    (void)state;
    const geometry g = {16, 8, 8, 32, 3, 2};
    problem p;
    problem_init(&p, &g, 2, 2);
    lac_context *ctx = context_of_level();
    const lac_conv_task task = {p.shape, PICTURES, 0, "onednn direct"};
    assert_int_equal(lac_conv_new(ctx, ctx->kernels, &task, &p.conv), LAC_OK);
    lac_parallel(ctx, 1, run_passes, &p);
    assert_int_equal(lac_trouble_take(ctx), LAC_OK);
    dnnl_state *planned = p.conv->state;
    for (int call = 0; call < 2 * PASSES && planned; call++) {
        int pass = call % PASSES;
        dnnl_thread *thread = &planned->thread[0];
        dnnl_call *broken = call < PASSES ? &thread->pass[SINGLE][pass] : &thread->reorder[pass];
        dnnl_primitive_t kept = broken->primitive;
        broken->primitive = NULL;
        lac_parallel(ctx, 1, run_passes, &p);
        assert_int_equal(lac_trouble_take(ctx), LAC_ERROR_ARGUMENT);
        assert_non_null(strstr(lac_context_message(ctx), "oneDNN ("));
        assert_non_null(strstr(lac_context_message(ctx), "3x3 /2, 16x8x8 to 32 channels"));
        broken->primitive = kept;
        lac_parallel(ctx, 1, run_passes, &p);
        assert_int_equal(lac_trouble_take(ctx), LAC_OK);
    }
    lac_conv_free(&p.conv);
    lac_context_free(&ctx);
    problem_free(&p);
}
#endif

int main(int argc, char **argv)
{
    const struct CMUnitTest of_reference[] = {
        cmocka_unit_test(the_reference_convolves_by_the_definition),
        cmocka_unit_test(the_reference_gradients_are_those_of_the_definition),
    };
    const struct CMUnitTest of_level[] = {
        cmocka_unit_test(every_method_of_the_level_agrees_with_the_reference),
        cmocka_unit_test(what_is_not_finite_shows_as_in_the_reference),
#if defined LAC_X86 || defined LAC_ARM64
        cmocka_unit_test(winograd_gives_a_picture_the_same_bits_in_any_company),
#endif
        cmocka_unit_test(channels_have_the_same_bits_in_any_company),
        cmocka_unit_test(a_plan_for_inference_gives_the_same_output),
        cmocka_unit_test(a_plan_without_memory_is_told_and_not_a_slow_one),
#ifdef HAVE_DNNL
        cmocka_unit_test(a_failure_of_onednn_comes_back_from_the_threads),
#endif
    };
    tested = lac_kernels_level(LAC_CPU_AUTO);
    for (lac_cpu level = LAC_CPU_REF; argc > 1 && level <= LAC_CPU_AMX; level++)
        if (strcmp(argv[1], lac_cpu_name(level)) == 0) {
            if (lac_kernels_level(level) != level)
                return 77; /* meson's sign for a test that cannot run here */
            tested = level;
        }
    if (tested == LAC_CPU_REF)
        return cmocka_run_group_tests_name("reference", of_reference, NULL, NULL);
    return cmocka_run_group_tests_name(lac_cpu_name(tested), of_level, NULL, NULL);
}
