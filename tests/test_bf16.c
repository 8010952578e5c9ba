/*
 * Activations stored as bf16: rounding, the kernels against the bf16 reference, convolutions
 * and whole networks against float32. What needs AVX512-BF16 is skipped without it; the
 * reference is tested everywhere. Trainings in bf16 are in test_train.c and
 * test_runs.c.
 */
#include "kernel/stored.h"
#include "kernel/tables.h"
#include "net/net.h"
#include "numbers.h"
#include "planned.h"

typedef void (*check_fn)(const lac_kernels *k, const lac_kernels *ref);

static void against_reference(check_fn check)
{
    int tried = 0;
    for (lac_cpu level = next_level(LAC_CPU_REF); level; level = next_level(level)) {
        const lac_kernels *k = lac_kernels_get_bf16(level);
        if (k)
            check(k, &lac_kernels_ref_bf16);
        tried += k != NULL;
    }
    if (!tried)
        skip();
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Room for `count` stored numbers between guard bands; the rest of the last float is 0. */
static void *stored_numbers(size_t count)
{
    float *p = numbers((count + 1) / 2);
    memset(p, 0, (count + 1) / 2 * sizeof *p);
    return p;
}

static void *stored_filled(size_t count, fill kind, uint64_t seed)
{
    float *wide = filled(count, kind, seed);
    void *p = stored_numbers(count);
    lac_kernels_ref_bf16.store(wide, p, count);
    numbers_free(wide);
    return p;
}

static void assert_stored_same(const void *got, const void *want, size_t count, const char *what)
{
    float *a = numbers(count);
    float *b = numbers(count);
    lac_kernels_ref_bf16.load(got, a, count);
    lac_kernels_ref_bf16.load(want, b, count);
    assert_same(a, b, count, what);
    numbers_free(a);
    numbers_free(b);
}

/* ---- Rounding ---------------------------------------------------------------------- */

static uint16_t rounded(const lac_kernels *k, uint32_t bits)
{
    float in[16]; /* a whole register, so that the vector path rounds it too */
    uint16_t out[16];
    for (int i = 0; i < 16; i++)
        in[i] = float_of(bits);
    k->store(in, out, 16);
    for (int i = 1; i < 16; i++)
        assert_int_equal(out[i], out[0]);
    k->store(in, out, 1);
    assert_int_equal(out[0], out[1]);
    return out[0];
}

/* Every bf16 number, and what lies between it and the next away from 0. */
static void check_rounding(const lac_kernels *k, const lac_kernels *ref)
{
    (void)ref;
    for (uint32_t half = 0; half < 65536; half++) {
        uint32_t bits = half << 16;
        uint32_t sign = half & 0x8000;
        uint16_t number = (uint16_t)half;
        float value;
        k->load(&number, &value, 1);
        assert_memory_equal(&value, &bits, sizeof value);
        if (isnan(value)) {
            assert_int_equal(rounded(k, bits | 1), half | 0x40);
        } else if ((half & 0x7f80) == 0) { /* 0 or denormal */
            assert_int_equal(rounded(k, bits), sign);
            assert_int_equal(rounded(k, bits | 0xffff), sign);
        } else if (!isinf(value)) {
            assert_int_equal(rounded(k, bits), half);
            assert_int_equal(rounded(k, bits | 0x7fff), half);
            assert_int_equal(rounded(k, bits | 0x8000), half + half % 2);
            assert_int_equal(rounded(k, bits | 0x8001), half + 1);
        } else {
            assert_int_equal(rounded(k, bits), half);
        }
    }
}

static void rounding_is_to_nearest_even_for_all_numbers(void **state)
{
    (void)state;
    check_rounding(&lac_kernels_ref_bf16, NULL);
}

static void the_processor_rounds_as_the_reference(void **state)
{
    (void)state;
    against_reference(check_rounding);
}

/* ---- Kernels ------------------------------------------------------------------------- */

enum { H = 7, W = 9, PIXELS = H * W, PLANE = PIXELS * LAC_BLOCK,
       POOLED = (H / 2) * (W / 2) * LAC_BLOCK };

typedef struct planes {
    void *y, *z, *dz, *add, *got, *want;
    float scale[16], shift[16], third[16];
} planes;

static planes planes_new(fill kind)
{
    planes p = {stored_filled(PLANE, kind, 1), stored_filled(PLANE, kind, 2),
                stored_filled(PLANE, kind, 3), stored_filled(PLANE, kind, 4),
                stored_numbers(PLANE),         stored_numbers(PLANE),
                {0}, {0}, {0}};
    for (int i = 0; i < LAC_BLOCK; i++) {
        p.scale[i] = number_of(FILL_PLAIN, 5, (uint64_t)i);
        p.shift[i] = number_of(FILL_PLAIN, 6, (uint64_t)i);
        p.third[i] = number_of(FILL_PLAIN, 7, (uint64_t)i);
    }
    return p;
}

static void planes_free(planes *p)
{
    void *all[] = {p->y, p->z, p->dz, p->add, p->got, p->want};
    for (int i = 0; i < LAC_COUNT(all); i++)
        numbers_free(all[i]);
}

/* Three planes, of which one is read 3 x 3 times. */
static void add_planes(const lac_kernels *k, const planes *p, void *to, int relu)
{
    const lac_addend from[] = {{p->y, 1}, {p->z, 3}, {p->add, 1}};
    memcpy(to, p->dz, PLANE * k->element);
    k->add(from, LAC_COUNT(from), to, H - H % 3, W, relu);
}

/* Runs one kernel into `to`, and for those that write a second plane into `second`. */
static void run_kernel(const lac_kernels *k, int which, const planes *p, void *to, void *second)
{
    int relu = which % 2;
    const float *a = p->scale, *b = p->shift, *c = p->third;
    switch (which / 2) {
    case 0:
        k->affine(p->y, p->add, to, PIXELS, a, b, relu);
        break;
    case 1:
        k->affine_pool(p->y, to, H, W, a, b, relu);
        break;
    case 2:
        k->affine_backward(p->y, relu ? &(lac_relu){p->z, a, b} : NULL, p->dz, to, PIXELS, a, b, c,
                           second, relu);
        break;
    case 3:
        k->pool_backward(p->y, p->z, p->dz, to, H, W, relu, a, a, b, c);
        break;
    case 4:
        add_planes(k, p, to, relu);
        break;
    case 5:
        memcpy(to, p->y, PLANE * k->element);
        k->add_backward(p->z, p->dz, to, H, W - W % 3, relu ? 1 : 3, relu, relu);
        break;
    default:
        memcpy(to, p->y, PLANE * k->element);
        k->accumulate(p->z, to, PLANE - 5);
    }
}

static void check_planes(const lac_kernels *k, const lac_kernels *ref)
{
    for (fill kind = FILL_PLAIN; kind < FILLS; kind++)
        for (int which = 0; which < 14; which++) {
            planes p = planes_new(kind);
            void *second[2] = {stored_filled(PLANE, kind, 8), stored_filled(PLANE, kind, 8)};
            char what[64];
            snprintf(what, sizeof what, "kernel %d, relu %d, fill %d", which / 2, which % 2, kind);
            run_kernel(k, which, &p, p.got, second[0]);
            run_kernel(ref, which, &p, p.want, second[1]);
            assert_stored_same(p.got, p.want, which / 2 == 1 ? POOLED : PLANE, what);
            assert_stored_same(second[0], second[1], PLANE, what);
            numbers_free(second[0]);
            numbers_free(second[1]);
            planes_free(&p);
        }
}

static void planes_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    against_reference(check_planes);
}

static void run_sums(const lac_kernels *k, int which, const planes *p, double out[32])
{
    memset(out, 0, 32 * sizeof *out);
    if (which == 0)
        k->moments(p->y, PIXELS, p->shift, out, out + 16);
    else if (which < 3)
        k->affine_sums(p->y, which == 2 ? &(lac_relu){NULL, p->scale, p->shift} : NULL, p->dz,
                       PIXELS, p->shift, out, out + 16);
    else
        k->pool_sums(p->y, p->z, p->dz, H, W, which == 4, p->scale, p->shift, out, out + 16);
}

static void check_sums(const lac_kernels *k, const lac_kernels *ref)
{
    for (int which = 0; which < 5; which++) {
        planes p = planes_new(FILL_PLAIN);
        double got[32], want[32];
        run_sums(k, which, &p, got);
        run_sums(ref, which, &p, want);
        for (int i = 0; i < 32; i++)
            assert_true(fabs(got[i] - want[i]) <= 1e-5 * (PIXELS + fabs(want[i])));
        planes_free(&p);
    }
}

static void sums_agree_with_the_reference(void **state)
{
    (void)state;
    against_reference(check_sums);
}

static void check_pictures(const lac_kernels *k, const lac_kernels *ref)
{
    uint8_t pixels[19 * 19];
    uint16_t got[19 * 19], want[19 * 19];
    for (int i = 0; i < LAC_COUNT(pixels); i++)
        pixels[i] = (uint8_t)(i * 7);
    for (int mirror = 0; mirror < 2; mirror++) {
        k->picture(pixels, got, 19, mirror);
        ref->picture(pixels, want, 19, mirror);
        assert_memory_equal(got, want, sizeof got);
        assert_int_equal(want[5], lac_bf16_round((float)pixels[mirror ? 13 : 5] / 255));
    }
}

static void pictures_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    against_reference(check_pictures);
}

/* ---- Products -------------------------------------------------------------------------- */

/* A value in [m, n] order from a matrix that may be transposed. */
static double value(const uint16_t *half, const float *wide, int transposed, int line, int i,
                    int j)
{
    size_t at = transposed ? (size_t)j * line + i : (size_t)i * line + j;
    return lac_bf16_widen(half ? half[at] : lac_bf16_round(wide[at]));
}

static void check_product(const lac_kernels *k, const int size[3], int ta, int tb, float beta)
{
    int m = size[0], n = size[1], depth = size[2];
    int lda = (ta ? m : depth) + 1, ldb = (tb & LAC_TRANSPOSED ? depth : n) + 2, ldc = n + 1;
    size_t a_count = (size_t)(ta ? depth : m) * lda;
    size_t b_count = (size_t)(tb & LAC_TRANSPOSED ? n : depth) * ldb;
    uint16_t *a = stored_filled(a_count, FILL_PLAIN, 1);
    uint16_t *b = stored_filled(b_count, FILL_PLAIN, 2);
    float *wide = filled(b_count, FILL_PLAIN, 3);
    float *before = filled((size_t)m * ldc, FILL_PLAIN, 4);
    for (int i = 0; i < m * ldc && beta == 0; i++)
        before[i] = NAN;
    float *c = copied(before, (size_t)m * ldc);
    k->gemm(ta, tb, m, n, depth, a, lda, tb & LAC_WIDE ? (void *)wide : b, ldb, beta, c, ldc);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < ldc; j++) {
            size_t at = (size_t)i * ldc + j;
            double sum = beta == 0 ? 0 : beta * (double)before[at];
            double terms = fabs(sum);
            for (int p = 0; p < depth && j < n; p++) {
                double term = value(a, NULL, ta, lda, i, p) *
                              value(tb & LAC_WIDE ? NULL : b, wide, tb & LAC_TRANSPOSED, ldb, p, j);
                sum += term;
                terms += fabs(term);
            }
            int same = memcmp(c + at, before + at, sizeof *c) == 0;
            if (j < n ? !(fabs(c[at] - sum) <= 1e-5 * terms) : !same)
                fail_msg("ta %d tb %d, %d x %d x %d: c[%d, %d] is %g, must be %g", ta, tb, m, n,
                         depth, i, j, (double)c[at], sum);
        }
    numbers_free((float *)(void *)a);
    numbers_free((float *)(void *)b);
    numbers_free(wide);
    numbers_free(before);
    numbers_free(c);
}

static void check_products(const lac_kernels *k, const lac_kernels *ref)
{
    static const int sizes[][3] = {{1, 1, 1},    {1, 30, 100}, {5, 7, 3},    {6, 64, 128},
                                   {7, 65, 259}, {13, 31, 257}, {300, 16, 33}, {3, 130, 515}};
    static const float betas[] = {0, 1, -0.5f};
    (void)ref;
    for (int i = 0; i < LAC_COUNT(sizes); i++)
        for (int how = 0; how < 24; how++)
            check_product(k, sizes[i], how % 2, how / 2 % 4, betas[how / 8]);
}

static void products_agree_with_naive_loops(void **state)
{
    (void)state;
    for (lac_cpu level = LAC_CPU_REF; level; level = next_level(level))
        if (lac_kernels_get_bf16(level))
            check_products(lac_kernels_get_bf16(level), NULL);
}

/* ---- Convolutions ----------------------------------------------------------------------- */

enum { CHUNK = 3 };

static lac_context *context_new(lac_cpu cpu)
{
    const lac_context_config config = {.threads = 2, .cpu = cpu};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    return ctx;
}

typedef struct conv_case {
    lac_conv *conv;
    int n;
    float *w, *dw;
    void *x, *dy;
    void *y, *dx;
} conv_case;

/* All passes, on a worker thread as the contract asks. */
static void run_conv(void *arg, int item, int thread)
{
    (void)item;
    conv_case *c = arg;
    float *forward = numbers(lac_conv_packed(c->conv));
    float *backward = numbers(lac_conv_packed(c->conv));
    float *scratch = numbers(lac_conv_scratch(c->conv));
    float *partial = numbers(lac_conv_partial(c->conv));
    for (int i = 0; i < 3; i++)
        lac_conv_pack(c->conv, thread, (lac_part){i, 3}, c->w, forward, c->dx ? backward : NULL);
    lac_conv_forward(c->conv, thread, c->n, c->x, forward, c->y, scratch);
    if (c->dx)
        lac_conv_backward_data(c->conv, thread, c->n, c->dy, backward, c->dx, scratch);
    lac_conv_backward_weights(c->conv, thread, c->n, c->x, c->dy, partial, scratch);
    lac_conv_unpack_gradient(c->conv, thread, partial, c->dw);
    numbers_free(forward);
    numbers_free(backward);
    numbers_free(scratch);
    numbers_free(partial);
}

/* Stored numbers as floats, freed. */
static float *loaded(void *from, size_t count)
{
    float *p = numbers(count);
    lac_kernels_ref_bf16.load(from, p, count);
    numbers_free(from);
    return p;
}

/* Of small integers, and weights of four times those, all that Winograd rounds is bf16 already:
 * it must give the very numbers of the reference. */
static void check_conv(const lac_kernels *k, const lac_conv_shape *s, int n, fill kind,
                       const char *method)
{
    size_t x = (size_t)n * s->c * s->h * s->w, y = (size_t)n * s->oc * s->oh * s->ow;
    size_t w = (size_t)s->oc * s->c * s->k * s->k;
    float *out[2][3] = {{NULL}};
    int winograd = strstr(method, "winograd") != NULL;
    for (int i = 0; i < 2; i++) {
        lac_context *ctx = context_new(i ? LAC_CPU_REF : LAC_CPU_AUTO);
        conv_case c = {.n = n, .w = filled(w, kind, 1), .dw = numbers(w),
                       .x = stored_filled(x, kind, 2),
                       .dy = s->wide_y ? filled(y, kind, 3) : stored_filled(y, kind, 3),
                       .y = s->wide_y ? numbers(y) : stored_numbers(y),
                       .dx = s->c > 1 ? stored_numbers(x) : NULL};
        for (size_t e = 0; e < w && kind == FILL_TIES; e++)
            c.w[e] *= 4;
        const lac_conv_task task = {*s, CHUNK, 0, i ? "ref" : method};
        assert_int_equal(lac_conv_new(ctx, i ? &lac_kernels_ref_bf16 : k, &task, &c.conv), LAC_OK);
        lac_parallel(ctx, 1, run_conv, &c);
        out[i][0] = s->wide_y ? c.y : loaded(c.y, y);
        out[i][1] = c.dx ? loaded(c.dx, x) : numbers(0);
        out[i][2] = c.dw;
        numbers_free(c.w);
        numbers_free(c.x);
        numbers_free(c.dy);
        lac_conv_free(&c.conv);
        lac_context_free(&ctx);
    }
    /* Sums in another order may round to the neighbour, 2^-8 away; Winograd rounds more. */
    double exact = kind == FILL_TIES ? 0.0 : 1.0;
    assert_near(out[0][0], out[1][0], y, exact / (winograd ? 100 : 256), "output");
    assert_near(out[0][1], out[1][1], s->c > 1 ? x : 0, exact / (winograd ? 100 : 256),
                "gradient of the input");
    assert_near(out[0][2], out[1][2], w, exact * (winograd ? 0.01 : 1e-5),
                "gradient of the weights");
    for (int i = 0; i < 6; i++)
        numbers_free(out[i / 3][i % 3]);
}

/* Where a method says so, half of the output channels have the bits that they have among all. */
static void check_halves(const lac_kernels *k, const lac_conv_shape *s, const char *method)
{
    lac_conv_shape half = *s;
    half.oc /= 2;
    size_t x = (size_t)s->c * s->h * s->w, y = (size_t)half.oc * half.oh * half.ow;
    size_t w = (size_t)half.oc * s->c * s->k * s->k;
    lac_context *ctx = context_new(LAC_CPU_AUTO);
    const lac_conv_task tasks[] = {{*s, 1, 0, method}, {half, 1, 0, method}};
    conv_case all = {.n = 1, .w = filled(2 * w, FILL_PLAIN, 1), .dw = numbers(2 * w),
                     .x = stored_filled(x, FILL_PLAIN, 2),
                     .dy = stored_filled(2 * y, FILL_PLAIN, 3), .y = stored_numbers(2 * y)};
    conv_case some = {.n = 1, .dw = all.dw, .x = all.x, .dy = all.dy, .y = stored_numbers(y)};
    assert_int_equal(lac_conv_new(ctx, k, &tasks[0], &all.conv), LAC_OK);
    assert_int_equal(lac_conv_new(ctx, k, &tasks[1], &some.conv), LAC_OK);
    lac_parallel(ctx, 1, run_conv, &all);
    for (int i = 0; i < 2 && lac_conv_is_cut_alike(all.conv, some.conv); i++) {
        some.w = all.w + i * w;
        lac_parallel(ctx, 1, run_conv, &some);
        assert_memory_equal(some.y, (char *)all.y + i * y * k->element, y * k->element);
    }
    void *const made[] = {all.w, all.dw, all.x, all.dy, all.y, some.y};
    for (int i = 0; i < LAC_COUNT(made); i++)
        numbers_free(made[i]);
    lac_conv_free(&all.conv);
    lac_conv_free(&some.conv);
    lac_context_free(&ctx);
}

static int can_do(const lac_kernels *k, const lac_conv_shape *s, const char *method)
{
    const lac_conv_task task = {*s, CHUNK, 0, method};
    lac_context *ctx = context_new(LAC_CPU_AUTO);
    lac_conv *conv;
    lac_status status = lac_conv_new(ctx, k, &task, &conv);
    assert_int_equal(status, status ? LAC_ERROR_ARGUMENT : LAC_OK);
    lac_conv_free(&conv);
    lac_context_free(&ctx);
    return status == LAC_OK;
}

static void check_convs(const lac_kernels *k, const lac_kernels *ref)
{
    static const lac_conv_shape shapes[] = {
        {32, 12, 11, 32, 12, 11, 3, 1, 1, 0}, {32, 11, 12, 64, 6, 6, 3, 2, 1, 0},
        {32, 12, 12, 64, 6, 6, 1, 2, 0, 0}, {1, 13, 14, 16, 13, 14, 5, 1, 2, 0},
        {16, 9, 9, 32, 9, 9, 3, 1, 1, 0}, {64, 1, 1, 16, 1, 1, 3, 1, 1, 0},
        {48, 2, 70, 48, 2, 70, 3, 1, 1, 0}, {32, 24, 24, 64, 24, 24, 3, 1, 1, 0},
        {1, 13, 14, 16, 7, 7, 5, 2, 2, 0}, {1, 20, 23, 16, 3, 3, 3, 8, 1, 0},
        {16, 17, 9, 32, 3, 2, 1, 8, 0, 0}, {48, 10, 11, 16, 4, 4, 7, 3, 3, 0},
        {1, 9, 9, 16, 9, 9, 31, 1, 15, 0}, {16, 3, 5, 16, 3, 5, 31, 1, 15, 0},
        {32, 4, 3, 48, 1, 1, 9, 8, 4, 0}, {16, 5, 6, 16, 5, 6, 1, 1, 0, 0},
        {16, 5, 1, 32, 3, 1, 3, 2, 1, 0}, {1, 4, 3, 16, 1, 1, 3, 8, 1, 0},
        /* a float output */
        {64, 12, 11, 32, 12, 11, 1, 1, 0, 1}, {32, 11, 12, 16, 6, 6, 3, 2, 1, 1}};
    (void)ref;
    for (int i = 0; i < LAC_COUNT(shapes); i++)
        for (int m = 0; lac_conv_method_at(m); m++) {
            const char *method = lac_conv_method_at(m);
            if (strcmp(method, "ref") == 0 || !can_do(k, &shapes[i], method))
                continue;
            if (shapes[i].oc % (2 * LAC_BLOCK) == 0 && !shapes[i].wide_y)
                check_halves(k, &shapes[i], method);
            for (int n = CHUNK - 1; n <= CHUNK; n++) { /* a rest and a whole chunk */
                check_conv(k, &shapes[i], n, FILL_PLAIN, method);
                check_conv(k, &shapes[i], n, FILL_TIES, method);
            }
        }
}

static void convolutions_agree_with_the_reference(void **state)
{
    (void)state;
    against_reference(check_convs);
}

/* ---- Networks -------------------------------------------------------------------------- */

enum { BATCH = 19, SIDE = 24, POINTS = 3, VISITS = 19 };

static const uint64_t samples[VISITS] = {3, 1, 4, 15, 9, 2, 6, 5, 35, 8, 97, 93, 23, 84, 62,
                                         64, 33, 83, 27};

/* Numbers of all outputs of a batch. */
static size_t output_numbers(const lac_net *net)
{
    size_t count = 0;
    for (int i = 0; i < net->count; i++)
        count += net->node[i].is_output ? BATCH * lac_shape_stored(net->node[i].out) : 0;
    return count;
}

/* Forward and backward; the gradient goes to g, the outputs, one behind the other, to y. */
static void run_network(lac_context *ctx, const char *network, int flags, float *g, float *y)
{
    lac_start_config start = {.start = LAC_START_HE, .seed = 1};
    uint8_t pixels[SIDE * SIDE];
    planned p = planned_new(ctx, network, SIDE, POINTS, BATCH, flags);
    lac_weights_start(p.net, p.weights, &start);
    const lac_op *input = &p.plan->op[0];
    for (int n = 0; n < BATCH; n++) {
        for (int i = 0; i < SIDE * SIDE; i++) /* smooth, as pictures are */
            pixels[i] = (uint8_t)(127 + 60 * sin(0.3 * n + i % SIDE * 0.4) +
                                  60 * cos(0.7 * n + i / SIDE * 0.3));
        input->kernels->picture(pixels, lac_op_at(input, input->z, (size_t)n * SIDE * SIDE), SIDE,
                                0);
    }
    lac_pass pass = {.ctx = ctx, .n = BATCH, .training = 1, .dropout = 0.25f, .seed = 1,
                     .sample = samples};
    assert_int_equal(lac_plan_forward(p.plan, &pass), LAC_OK);
    for (int o = 0; o < p.net->output_count; o++) {
        const lac_shape out = p.plan->output[o]->node->out;
        const float *z = p.plan->output[o]->z;
        float *dz = p.plan->output[o]->dz;
        for (size_t i = 0; i < BATCH * lac_shape_stored(out); i++) {
            int fills_up = out.is_maps && lac_shape_channels(out) != out.c &&
                           (int)(i / (out.h * out.w * LAC_BLOCK) % (lac_shape_channels(out) /
                                                                    LAC_BLOCK)) *
                                       LAC_BLOCK + (int)(i % LAC_BLOCK) >= out.c;
            *y++ = z[i];
            dz[i] = fills_up ? 0.0f : z[i] - (float)(i % 5) / 5;
        }
    }
    assert_int_equal(lac_plan_backward(p.plan, &pass), LAC_OK);
    memcpy(g, p.plan->g, p.net->params.floats * sizeof *g);
    planned_free(&p);
}

typedef struct likeness {
    double cosine, distance; /* distance relative to the first */
} likeness;

static likeness compare(const float *a, const float *b, size_t count)
{
    double aa = 0, bb = 0, ab = 0, d = 0;
    for (size_t i = 0; i < count; i++) {
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
        ab += (double)a[i] * b[i];
        d += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    }
    return (likeness){ab / sqrt(aa * bb), sqrt(d / aa)};
}

static void check_network(const char *network, lac_cpu level)
{
    lac_context *ctx = context_new(level);
    planned shapes = planned_new(ctx, network, SIDE, POINTS, 1, LAC_PLAN_INFERENCE);
    size_t floats = shapes.net->params.floats;
    size_t outputs = output_numbers(shapes.net);
    planned_free(&shapes);
    float *g[2] = {numbers(floats), numbers(floats)};
    float *y[2] = {numbers(outputs), numbers(outputs)};
    for (int i = 0; i < 2; i++)
        run_network(ctx, network, i ? LAC_PLAN_BF16 : 0, g[i], y[i]);
    likeness gradient = compare(g[0], g[1], floats);
    likeness output = compare(y[0], y[1], outputs);
    /* The reference is as far away: a ReLU or a maximum that tips over moves a gradient. */
    if (!(gradient.cosine > 0.995 && gradient.distance < 0.1 && output.distance < 0.02))
        fail_msg("%s at %s: gradients at cosine %.5f and distance %.4f, outputs at %.4f", network,
                 lac_cpu_name(level), gradient.cosine, gradient.distance, output.distance);
    for (int i = 0; i < 2; i++) {
        numbers_free(g[i]);
        numbers_free(y[i]);
    }
    lac_context_free(&ctx);
}

/* At every level of the machine that has bf16. */
static void check_levels(const char *network)
{
    for (lac_cpu level = LAC_CPU_REF; level; level = next_level(level))
        if (lac_kernels_get_bf16(level))
            check_network(network, level);
}

/* Floats beside bf16: outputs that others read, add, and are added to. */
static void outputs_of_any_operator_are_floats(void **state)
{
    (void)state;
    static const char network[] = "a conv 5x5 16 norm relu\n"
                                  "b conv 3x3 20 norm relu output\n"
                                  "c conv 1x1 24 relu\n"
                                  "d conv 3x3 /2 24 norm\n"
                                  "e conv 1x1 24 output < d + d\n"
                                  "f conv 1x1 20 norm relu < a + b\n"
                                  "g dense 12 relu < b\n"
                                  "h dense 6 output\n"
                                  "i dense 4 output < f\n";
    check_levels(network);
}

/* Maps that softargmax reads are floats, beside an addition and a concatenation of both kinds. */
static void maps_are_added_joined_and_located(void **state)
{
    (void)state;
    static const char network[] = "a conv 5x5 /2 20 norm relu\n"
                                  "b conv 3x3 /2 20 norm relu\n"
                                  "c add relu < b a\n"
                                  "d conv 1x1 20 norm relu output\n"
                                  "e add < d b\n"
                                  "f concat < e d a\n"
                                  "g conv 3x3 19 < f\n"
                                  "h softargmax output\n"
                                  "i softargmax < d\n"
                                  "j dense 5 output\n"
                                  "k mean < f\n"
                                  "l mean < d\n"
                                  "m dense 6 relu < k\n"
                                  "n dense 6 output\n"
                                  "o dense 4 output < l\n";
    check_levels(network);
}

static void networks_have_the_outputs_and_gradients_of_float32(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet", "cnn", "kimura"};
    check_network("kimura", LAC_CPU_REF);
    for (lac_cpu level = next_level(LAC_CPU_REF); level; level = next_level(level))
        for (int i = 0; i < LAC_COUNT(names) && lac_kernels_get_bf16(level); i++)
            check_network(names[i], level);
}

static void levels_without_bf16_refuse_it(void **state)
{
    (void)state;
    lac_context *ctx = context_new(LAC_CPU_AVX2);
    planned p;
    if (lac_context_cpu(ctx) != LAC_CPU_AVX2) {
        lac_context_free(&ctx);
        skip();
    }
    assert_int_equal(planned_try(ctx, "kimura", SIDE, POINTS, 2, LAC_PLAN_BF16, &p),
                     LAC_ERROR_ARGUMENT);
    assert_null(p.plan);
    assert_non_null(strstr(lac_context_message(ctx), "AVX512-BF16"));
    planned_free(&p);
    lac_context_free(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_is_to_nearest_even_for_all_numbers),
        cmocka_unit_test(the_processor_rounds_as_the_reference),
        cmocka_unit_test(planes_have_the_bits_of_the_reference),
        cmocka_unit_test(sums_agree_with_the_reference),
        cmocka_unit_test(pictures_have_the_bits_of_the_reference),
        cmocka_unit_test(products_agree_with_naive_loops),
        cmocka_unit_test(convolutions_agree_with_the_reference),
        cmocka_unit_test(networks_have_the_outputs_and_gradients_of_float32),
        cmocka_unit_test(maps_are_added_joined_and_located),
        cmocka_unit_test(outputs_of_any_operator_are_floats),
        cmocka_unit_test(levels_without_bf16_refuse_it), /* last: it lowers oneDNN's level */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
