/*
 * The direct convolution at every level and storage against the reference: shapes that were
 * chosen, and shapes drawn by chance.
 */
#include "kernel/conv.h"
#include "kernel/tables.h"
#include "numbers.h"

typedef struct variant {
    const lac_kernels *kernels, *ref;
    lac_status (*use)(lac_conv *conv);
    const char *name;
} variant;

typedef struct geometry {
    int c, h, w, oc, k, stride, chunk, n;
    int wide_y;
} geometry;

static lac_conv_shape shape_of(const geometry *g)
{
    return (lac_conv_shape){.c = g->c, .h = g->h, .w = g->w, .oc = g->oc,
                            .oh = (g->h + g->stride - 1) / g->stride,
                            .ow = (g->w + g->stride - 1) / g->stride,
                            .k = g->k, .stride = g->stride, .pad = g->k / 2,
                            .wide_y = g->wide_y};
}

/* What one method made of the same numbers; as floats. */
typedef struct outcome {
    const geometry *g;
    lac_conv *conv;
    size_t x_size, y_size, w_size; /* of n pictures */
    float *y, *dx, *dw;
} outcome;

/* Drawn numbers as they are stored, and room for such numbers. */
static void *stored_numbers(const lac_kernels *k, size_t count, uint64_t seed)
{
    float *p = numbers((count * k->element + 3) / 4);
    float *wide = filled(count, FILL_PLAIN, seed);
    if (seed)
        k->store(wide, p, count);
    numbers_free(wide);
    return p;
}

static float *loaded(const lac_kernels *k, void *from, size_t count)
{
    float *p = numbers(count);
    k->load(from, p, count);
    numbers_free(from);
    return p;
}

static void run_passes(void *arg, int item, int thread)
{
    (void)item;
    outcome *o = arg;
    const lac_kernels *k = o->conv->kernels;
    const lac_kernels *of_y = o->g->wide_y ? &lac_kernels_ref : k;
    int backward = o->g->c > 1;
    float *w = filled(o->w_size, FILL_PLAIN, 1);
    void *x = stored_numbers(k, o->x_size, 2);
    void *dy = stored_numbers(of_y, o->y_size, 3);
    void *y = stored_numbers(of_y, o->y_size, 0);
    void *dx = stored_numbers(k, o->x_size, 0);
    float *packed[2] = {numbers(lac_conv_packed(o->conv)), numbers(lac_conv_packed(o->conv))};
    float *scratch = numbers(lac_conv_scratch(o->conv));
    float *partial = numbers(lac_conv_partial(o->conv));
    for (int i = 0; i < 3; i++)
        lac_conv_pack(o->conv, thread, (lac_part){i, 3}, w, packed[0], backward ? packed[1] : NULL);
    lac_conv_forward(o->conv, thread, o->g->n, x, packed[0], y, scratch);
    if (backward)
        lac_conv_backward_data(o->conv, thread, o->g->n, dy, packed[1], dx, scratch);
    lac_conv_backward_weights(o->conv, thread, o->g->n, x, dy, partial, scratch);
    o->dw = numbers(o->w_size);
    lac_conv_unpack_gradient(o->conv, thread, partial, o->dw);
    o->y = loaded(of_y, y, o->y_size);
    o->dx = loaded(k, dx, backward ? o->x_size : 0);
    float *const all[] = {w, x, dy, packed[0], packed[1], scratch, partial};
    for (int i = 0; i < LAC_COUNT(all); i++)
        numbers_free(all[i]);
}

static outcome outcome_of(lac_context *ctx, const geometry *g, const lac_kernels *kernels,
                          lac_status (*use)(lac_conv *conv))
{
    const lac_conv_shape s = shape_of(g);
    outcome o = {.g = g, .x_size = g->n * lac_conv_x_size(&s), .y_size = g->n * lac_conv_y_size(&s),
                 .w_size = lac_conv_w_size(&s)};
    lac_conv conv = {.shape = s, .chunk = g->chunk, .ctx = ctx, .kernels = kernels};
    o.conv = &conv;
    assert_int_equal(use(&conv), LAC_OK);
    lac_parallel(ctx, 1, run_passes, &o);
    return o;
}

static void outcome_free(outcome *o)
{
    numbers_free(o->y);
    numbers_free(o->dx);
    numbers_free(o->dw);
}

static void check(lac_context *ctx, const variant *v, const geometry *g)
{
    char what[3][160];
    const char *const of[3] = {"y", "dx", "dw"};
    for (int i = 0; i < 3; i++)
        snprintf(what[i], sizeof what[i], "%s: %d -> %d, %d x %d, k %d, stride %d, %d of %d: %s",
                 v->name, g->c, g->oc, g->h, g->w, g->k, g->stride, g->n, g->chunk, of[i]);
    outcome want = outcome_of(ctx, g, v->ref, lac_conv_use_ref);
    outcome got = outcome_of(ctx, g, v->kernels, v->use);
    /* Sums in another order; those that are rounded to bf16 may become the neighbour. */
    double near = v->kernels->element == sizeof(float) ? 1e-5 : 1.0 / 256;
    assert_near(got.y, want.y, got.y_size, g->wide_y ? 1e-5 : near, what[0]);
    assert_near(got.dx, want.dx, g->c > 1 ? got.x_size : 0, near, what[1]);
    assert_near(got.dw, want.dw, got.w_size, 1e-5, what[2]);
    outcome_free(&want);
    outcome_free(&got);
}

static const geometry chosen[] = {
    {1, 48, 40, 32, 5, 2, 3, 3, 0}, {1, 9, 12, 16, 11, 1, 3, 2, 0}, {16, 7, 9, 16, 3, 1, 3, 3, 0},
    {32, 24, 24, 64, 3, 2, 2, 2, 0}, {64, 12, 12, 32, 3, 2, 4, 3, 0},
    {64, 6, 6, 64, 3, 1, 16, 13, 0}, {32, 9, 8, 64, 1, 2, 3, 3, 0},
    {128, 12, 12, 64, 1, 1, 4, 4, 0}, {64, 24, 24, 32, 1, 1, 2, 2, 0},
    {48, 13, 14, 96, 3, 2, 2, 2, 0}, {16, 1, 1, 16, 3, 1, 16, 16, 0},
    {32, 3, 3, 48, 3, 1, 16, 9, 0}, {16, 17, 9, 32, 1, 8, 2, 2, 0}, {1, 7, 6, 16, 1, 3, 2, 2, 0},
    {1, 5, 7, 32, 7, 1, 1, 1, 0}, {16, 3, 5, 16, 31, 1, 2, 2, 0}, {16, 1, 7, 16, 31, 5, 2, 2, 0},
    {32, 4, 3, 48, 9, 8, 2, 1, 0}, {1, 20, 23, 16, 3, 8, 2, 2, 0}, {16, 5, 1, 32, 3, 2, 3, 3, 0},
    {16, 90, 91, 32, 3, 2, 1, 1, 0}, {16, 70, 70, 16, 3, 1, 1, 1, 0},
    {1, 9, 9, 16, 31, 1, 1, 1, 0},
};

static geometry drawn(uint64_t seed)
{
    static const int channels[] = {1, 16, 32, 48, 64};
#define DRAW(what, most) (int)(lac_random(seed, what, 0) % (uint64_t)(most))
    geometry g = {channels[DRAW(1, 5)], 1 + DRAW(2, 19), 1 + DRAW(3, 19), channels[1 + DRAW(4, 3)],
                  1 + 2 * DRAW(5, 4), 1 + DRAW(6, 4), 1 + DRAW(7, 5), 0, DRAW(9, 2)};
    g.n = 1 + DRAW(8, g.chunk);
#undef DRAW
    return g;
}

static void check_all(const variant *v)
{
    const lac_context_config config = {.threads = 1, .cpu = LAC_CPU_REF};
    lac_context *ctx = NULL;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    for (int i = 0; i < 2 * LAC_COUNT(chosen); i++) {
        geometry g = chosen[i / 2];
        g.wide_y = i % 2;
        check(ctx, v, &g);
    }
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const geometry g = drawn(seed);
        check(ctx, v, &g);
    }
    lac_context_free(&ctx);
}

/* A test for a level of this build. */
#define ON_LEVEL(isa, level)                                                                       \
    static void the_direct_method_agrees_with_the_reference_on_##isa(void **state)                 \
    {                                                                                              \
        (void)state;                                                                               \
        if (lac_kernels_level(level) != level)                                                     \
            skip();                                                                                \
        check_all(&(variant){&lac_kernels_##isa, &lac_kernels_ref, lac_conv_use_direct_##isa,      \
                             #isa});                                                               \
    }
LAC_LEVELS(ON_LEVEL)

static void the_direct_method_agrees_with_the_reference_on_bf16(void **state)
{
    (void)state;
#ifdef LAC_X86
    if (lac_kernels_get_bf16(LAC_CPU_AVX512) != &lac_kernels_avx512_bf16)
        skip();
    check_all(&(variant){&lac_kernels_avx512_bf16, &lac_kernels_ref_bf16,
                         lac_conv_use_direct_avx512_bf16, "bf16"});
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST_OF(isa, level)                                                                        \
    cmocka_unit_test(the_direct_method_agrees_with_the_reference_on_##isa),
        LAC_LEVELS(TEST_OF)
        cmocka_unit_test(the_direct_method_agrees_with_the_reference_on_bf16),
    };
    return cmocka_run_group_tests_name("direct", tests, NULL, NULL);
}
