/*
 * The kernels: every slot at every level that the machine has against the
 * reference, which test_formulas.c holds against formulas. Convolutions are in
 * test_conv.c.
 */
#include "kernel/tables.h"
#include "numbers.h"

typedef void (*check_fn)(const lac_kernels *k, const lac_kernels *ref);

/* Runs the check at every level above the reference. */
static void each_level(check_fn check)
{
    int levels = 0;
    for (lac_cpu level = next_level(LAC_CPU_REF); level; level = next_level(level)) {
        check(lac_kernels_get(level), &lac_kernels_ref);
        levels++;
    }
    if (!levels)
        skip();
}

static const int pixel_counts[] = {0, 1, 2, 3, 5, 7, 63, 64, 65, 255, 256, 257, 1000, 9216};
enum { LONG = LAC_COUNT(pixel_counts) - 1 }; /* the last is for sums, whose errors grow */
static const struct {
    int h, w;
} sides[] = {{1, 1}, {1, 8}, {7, 1}, {2, 2}, {3, 3}, {4, 5}, {5, 4}, {8, 130}, {17, 19}};

/* ---- Levels ---------------------------------------------------------------------- */

/* AMX is for bf16 alone. */
static lac_cpu level_of_floats(lac_cpu level)
{
    return level == LAC_CPU_AMX ? LAC_CPU_AVX512 : level;
}

static void the_level_is_one_that_the_machine_has(void **state)
{
    (void)state;
    lac_cpu best = lac_kernels_level(LAC_CPU_AUTO);
    assert_true(best >= LAC_CPU_REF && best <= LAC_CPU_AMX);
    assert_int_equal(lac_kernels_level(LAC_CPU_REF), LAC_CPU_REF);
    for (lac_cpu wanted = LAC_CPU_REF; wanted <= LAC_CPU_AMX; wanted++) {
        lac_cpu got = lac_kernels_level(wanted);
        assert_true(got == wanted || got == best);
        assert_int_equal(lac_kernels_get(wanted)->level, level_of_floats(got));
    }
    assert_int_equal(lac_kernels_get(LAC_CPU_AUTO)->level, level_of_floats(best));
}

static void no_slot_is_empty(void **state)
{
    (void)state;
    for (lac_cpu level = LAC_CPU_REF; level <= LAC_CPU_AMX; level++) {
        const lac_kernels *k = lac_kernels_get(level);
        assert_true(k->gemm && k->moments && k->affine && k->affine_pool && k->affine_sums &&
                    k->affine_backward && k->pool_sums && k->pool_backward && k->accumulate &&
                    k->load && k->store && k->adam && k->picture && k->sample && k->peak &&
                    k->add && k->add_backward && k->depthwise && k->softargmax &&
                    k->softargmax_backward);
    }
}

/* ---- Storage --------------------------------------------------------------------- */

/* Arrays have room for floats; storage may be half as large, and the rest must stay. */
static void check_conversions(const lac_kernels *k, const lac_kernels *ref)
{
    for (size_t count = 0; count < 70; count++) {
        for (int i = 0; i < FILLS * 4; i++) {
            fill kind = (fill)(i / 4);
            float *x = filled(count, kind, 1);
            float *got = numbers_skewed(count, i % 4);
            float *want = numbers_skewed(count, i % 4);
            float *wide = numbers_skewed(count, i % 4);
            float *wide_want = numbers_skewed(count, i % 4);
            k->store(x, got, count);
            ref->store(x, want, count);
            assert_memory_equal(got, want, count * sizeof *got);
            k->load(got, wide, count);
            ref->load(want, wide_want, count);
            assert_same(wide, wide_want, count, "load");
            float *all[] = {x, got, want, wide, wide_want};
            for (int a = 0; a < LAC_COUNT(all); a++)
                numbers_free(all[a]);
        }
    }
}

static void any_count_is_converted_as_the_reference_does(void **state)
{
    (void)state;
    const lac_kernels *best = lac_kernels_get_bf16(LAC_CPU_AUTO);
    if (best)
        check_conversions(best, &lac_kernels_ref_bf16);
    each_level(check_conversions);
}

/* ---- Same bits as the reference -------------------------------------------------- */

static void check_affine(const lac_kernels *k, const lac_kernels *ref)
{
    float scale[16], shift[16];
    constants(scale, 1);
    constants(shift, 2);
    for (int n = 0; n < LONG * FILLS * 4; n++) {
        int pixels = pixel_counts[n / (FILLS * 4)];
        int relu = n % 2;
        int adds = n / 2 % 2;
        fill kind = (fill)(n / 4 % FILLS);
        size_t count = (size_t)pixels * LAC_BLOCK;
        float *y = filled(count, kind, 3);
        float *add = filled(count, kind, 4);
        float *got = numbers(count);
        float *want = numbers(count);
        char what[80];
        snprintf(what, sizeof what, "affine %s: %d pixels, relu %d, add %d, fill %d",
                 lac_cpu_name(k->level), pixels, relu, adds, kind);
        ref->affine(y, adds ? add : NULL, want, pixels, scale, shift, relu);
        k->affine(y, adds ? add : NULL, got, pixels, scale, shift, relu);
        assert_same(got, want, count, what);
        k->affine(y, adds ? add : NULL, y, pixels, scale, shift, relu); /* in place */
        assert_same(y, want, count, what);
        numbers_free(y);
        numbers_free(add);
        numbers_free(got);
        numbers_free(want);
    }
}

static void affine_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_affine);
}

static void check_affine_pool(const lac_kernels *k, const lac_kernels *ref)
{
    float scale[16], shift[16];
    constants(scale, 1);
    constants(shift, 2);
    for (int n = 0; n < LAC_COUNT(sides) * FILLS * 2; n++) {
        int h = sides[n / (FILLS * 2)].h;
        int w = sides[n / (FILLS * 2)].w;
        fill kind = (fill)(n / 2 % FILLS);
        size_t pooled = (size_t)(h / 2) * (w / 2) * LAC_BLOCK;
        float *y = filled((size_t)h * w * LAC_BLOCK, kind, 3);
        float *got = numbers(pooled);
        float *want = numbers(pooled);
        char what[80];
        snprintf(what, sizeof what, "affine_pool %s: %d x %d, relu %d, fill %d",
                 lac_cpu_name(k->level), h, w, n % 2, kind);
        ref->affine_pool(y, want, h, w, scale, shift, n % 2);
        k->affine_pool(y, got, h, w, scale, shift, n % 2);
        assert_same(got, want, pooled, what);
        numbers_free(y);
        numbers_free(got);
        numbers_free(want);
    }
}

static void affine_pool_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_affine_pool);
}

static void check_affine_backward(const lac_kernels *k, const lac_kernels *ref)
{
    float a[16], b[16], c[16];
    constants(a, 1);
    constants(b, 2);
    constants(c, 3);
    for (int n = 0; n < LONG * FILLS * 9; n++) {
        int pixels = pixel_counts[n / (FILLS * 9)];
        int relu = n % 3 > 0, again = n % 3 == 2;
        int mode = n / 3 % 3; /* no dadd, overwrite, accumulate */
        fill kind = (fill)(n / 9 % FILLS);
        size_t count = (size_t)pixels * LAC_BLOCK;
        float *y = filled(count, kind, 4);
        float *z = filled(count, kind, 5);
        float *dz = filled(count, kind, 6);
        float *dy[2] = {numbers(count), numbers(count)};
        float *dadd[2] = {filled(count, kind, 7), filled(count, kind, 7)};
        char what[96];
        snprintf(what, sizeof what, "affine_backward %s: %d pixels, relu %d, dadd %d, fill %d",
                 lac_cpu_name(k->level), pixels, relu + again, mode, kind);
        const lac_relu gate = {again ? NULL : z, a, b};
        ref->affine_backward(y, relu ? &gate : NULL, dz, dy[0], pixels, a, b, c,
                             mode ? dadd[0] : NULL, mode == 2);
        k->affine_backward(y, relu ? &gate : NULL, dz, dy[1], pixels, a, b, c,
                           mode ? dadd[1] : NULL, mode == 2);
        assert_same(dy[1], dy[0], count, what);
        assert_same(dadd[1], dadd[0], count, what);
        numbers_free(y);
        numbers_free(z);
        numbers_free(dz);
        for (int i = 0; i < 2; i++) {
            numbers_free(dy[i]);
            numbers_free(dadd[i]);
        }
    }
}

static void affine_backward_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_affine_backward);
}

static void check_pool_backward(const lac_kernels *k, const lac_kernels *ref)
{
    float scale[16], a[16], b[16], c[16];
    constants(scale, 1);
    constants(a, 2);
    constants(b, 3);
    constants(c, 4);
    for (int n = 0; n < LAC_COUNT(sides) * FILLS * 2; n++) {
        int h = sides[n / (FILLS * 2)].h;
        int w = sides[n / (FILLS * 2)].w;
        fill kind = (fill)(n / 2 % FILLS);
        size_t count = (size_t)h * w * LAC_BLOCK;
        size_t pooled = (size_t)(h / 2) * (w / 2) * LAC_BLOCK;
        float *y = filled(count, kind, 5);
        float *z = filled(pooled, kind, 6);
        float *dz = filled(pooled, kind, 7);
        float *got = numbers(count);
        float *want = numbers(count);
        char what[80];
        snprintf(what, sizeof what, "pool_backward %s: %d x %d, relu %d, fill %d",
                 lac_cpu_name(k->level), h, w, n % 2, kind);
        ref->pool_backward(y, z, dz, want, h, w, n % 2, scale, a, b, c);
        k->pool_backward(y, z, dz, got, h, w, n % 2, scale, a, b, c);
        assert_same(got, want, count, what);
        numbers_free(y);
        numbers_free(z);
        numbers_free(dz);
        numbers_free(got);
        numbers_free(want);
    }
}

static void pool_backward_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_pool_backward);
}

static void check_accumulate(const lac_kernels *k, const lac_kernels *ref)
{
    for (int n = 0; n < LONG * FILLS; n++) {
        size_t count = (size_t)pixel_counts[n / FILLS];
        fill kind = (fill)(n % FILLS);
        float *x = numbers_skewed(count, 1);
        float *y = numbers_skewed(count, 3);
        float *want = filled(count, kind, 2);
        for (size_t i = 0; i < count; i++)
            x[i] = number_of(kind, 1, i);
        memcpy(y, want, count * sizeof *y);
        ref->accumulate(x, want, count);
        k->accumulate(x, y, count);
        assert_same(y, want, count, lac_cpu_name(k->level));
        numbers_free(x);
        numbers_free(y);
        numbers_free(want);
    }
}

enum { ADD_H = 12, ADD_W = 17, ADD_COUNT = ADD_H * ADD_W * LAC_BLOCK };

/* Numbers of a plane that is up-sampled so many times. */
static size_t addend_count(int times)
{
    return (size_t)((ADD_H + times - 1) / times) * ((ADD_W + times - 1) / times) * LAC_BLOCK;
}

static void check_add(const lac_kernels *k, const lac_kernels *ref)
{
    enum { H = ADD_H, W = ADD_W, COUNT = ADD_COUNT };
    static const int times[][3] = {{1, 1, 1}, {2, 1, 6}, {3, 2, 1}, {6, 6, 3}};
    for (int n = 0; n < LAC_COUNT(times) * FILLS * 6; n++) {
        int relu = n % 2;
        int count = n / 2 % 3 + 1;
        fill kind = (fill)(n / 6 % FILLS);
        float *x[3], *got = numbers(COUNT), *want = numbers(COUNT);
        lac_addend from[3];
        for (int i = 0; i < 3; i++) {
            int t = times[n / (6 * FILLS)][i];
            x[i] = filled(addend_count(t), kind, 3 + (uint64_t)i);
            from[i] = (lac_addend){x[i], t};
        }
        k->add(from, count, got, H, W, relu);
        ref->add(from, count, want, H, W, relu);
        assert_same(got, want, COUNT, "add");
        for (int i = 0; i < 3; i++)
            numbers_free(x[i]);
        numbers_free(got);
        numbers_free(want);
    }
}

static void check_add_backward(const lac_kernels *k, const lac_kernels *ref)
{
    enum { H = ADD_H, W = ADD_W, COUNT = ADD_COUNT };
    static const int times[] = {1, 2, 3, 6};
    for (int n = 0; n < LAC_COUNT(times) * FILLS * 4; n++) {
        int relu = n % 2;
        int accumulate = n / 2 % 2;
        fill kind = (fill)(n / 4 % FILLS);
        int t = times[n / (4 * FILLS)];
        size_t count = addend_count(t);
        float *z = filled(COUNT, kind, 3), *dz = filled(COUNT, kind, 4);
        float *got = filled(count, kind, 5);
        float *want = copied(got, count);
        k->add_backward(z, dz, got, H, W, t, relu, accumulate);
        ref->add_backward(z, dz, want, H, W, t, relu, accumulate);
        assert_same(got, want, count, "add_backward");
        float *all[] = {z, dz, got, want};
        for (int i = 0; i < LAC_COUNT(all); i++)
            numbers_free(all[i]);
    }
}

static void sums_of_planes_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_add);
    each_level(check_add_backward);
}

static void accumulate_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_accumulate);
}

static const lac_adam_step some_step = {.lr = 1e-2f, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8f,
                                        .l2 = 5e-4f, .shrink = 1e-3f};

static void check_adam(const lac_kernels *k, const lac_kernels *ref)
{
    for (int n = 0; n < LONG * FILLS; n++) {
        size_t count = (size_t)pixel_counts[n / FILLS];
        float *got[4], *want[4];
        adam_arrays(got, count, (fill)(n % FILLS), 1);
        adam_arrays(want, count, (fill)(n % FILLS), 0);
        for (int step = 0; step < 3; step++) {
            ref->adam(want[0], want[1], want[2], want[3], count, &some_step);
            k->adam(got[0], got[1], got[2], got[3], count, &some_step);
        }
        for (int which = 0; which < 4; which++) {
            assert_same(got[which], want[which], count, lac_cpu_name(k->level));
            numbers_free(got[which]);
            numbers_free(want[which]);
        }
    }
}

static void adam_gives_the_bits_of_the_reference(void **state)
{
    (void)state;
    each_level(check_adam);
}

static void check_picture(const lac_kernels *k, const lac_kernels *ref)
{
    (void)ref;
    static const int picture_sides[] = {1, 2, 3, 15, 16, 17, 31, 33, 96, 100};
    for (int n = 0; n < LAC_COUNT(picture_sides); n++) {
        int size = picture_sides[n];
        uint8_t bytes[100 * 100];
        for (int i = 0; i < size * size; i++)
            bytes[i] = (uint8_t)lac_random(1, 2, (uint64_t)i);
        for (int mirror = 0; mirror < 2; mirror++) {
            float *x = numbers_skewed((size_t)size * size, 1);
            k->picture(bytes, x, size, mirror);
            for (int i = 0; i < size * size; i++) {
                int from = mirror ? i / size * size + size - 1 - i % size : i;
                assert_true(x[i] == (float)(bytes[from] / 255.0));
            }
            numbers_free(x);
        }
    }
}

static void a_picture_is_its_bytes_over_255_mirrored_if_asked(void **state)
{
    (void)state;
    check_picture(&lac_kernels_ref, &lac_kernels_ref);
    each_level(check_picture);
}

/* All strips have the same bits at every level: the source is one, without fused operations. */
static void check_sample(const lac_kernels *k, const lac_kernels *ref)
{
    static const int shapes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {33, 20}};
    static const int counts[] = {1, 7, 16, 31, 96, LAC_STRIP};
    uint8_t bytes[33 * 20];
    for (int i = 0; i < LAC_COUNT(bytes); i++)
        bytes[i] = (uint8_t)lac_random(1, 2, (uint64_t)i);
    for (int i = 0; i < LAC_COUNT(shapes) * LAC_COUNT(counts); i++) {
        const int *shape = shapes[i / LAC_COUNT(counts)];
        int n = counts[i % LAC_COUNT(counts)];
        lac_strip s = {.pixels = bytes, .width = shape[0], .height = shape[1], .stride = shape[0],
                       .x = -3.7f, .y = 0.3f, .dx = 0.61f, .dy = 0.17f, .gain = 1.2f,
                       .offset = -0.1f, .noise = i % 2 ? 0.1f : 0.0f, .key = 7, .counter = 96 * i};
        float *got = numbers_skewed(LAC_STRIP, 1), *want = numbers_skewed(LAC_STRIP, 1);
        k->sample(&s, got, n);
        ref->sample(&s, want, n);
        assert_memory_equal(got, want, LAC_STRIP * sizeof *got); /* what is behind n stays */
        numbers_free(got);
        numbers_free(want);
    }
}

static void a_strip_has_the_same_bits_at_every_level(void **state)
{
    (void)state;
    each_level(check_sample);
}

/* ---- Sums ------------------------------------------------------------------------ */

/* Sums may differ from the reference by a share of the sum of what was added up, |terms|.
 * Where that is not finite, the sum must not be either. */
static void assert_sums(const double got[16], const double want[16], const double terms[16],
                        const char *what)
{
    for (int c = 0; c < LAC_BLOCK; c++) {
        int good = isfinite(terms[c]) ? fabs(got[c] - want[c]) <= 2e-7 * terms[c]
                                      : !isfinite(got[c]);
        if (!good)
            fail_msg("%s: channel %d: %.12g, must be %.12g (sum of sizes %.6g)", what, c, got[c],
                     want[c], terms[c]);
    }
}

/* Plain numbers around 100 with, if asked, one NaN and one infinity in two channels. */
static float *sum_numbers(size_t count, int spoiled, uint64_t seed)
{
    float *p = filled(count, FILL_PLAIN, seed);
    for (size_t i = 0; i < count; i++)
        p[i] += 100;
    if (spoiled && count >= 3 * LAC_BLOCK) {
        p[count - 2 * LAC_BLOCK + 5] = NAN;
        p[LAC_BLOCK + 9] = INFINITY;
    }
    return p;
}

static void sum_sizes(double d, double g, int c, double first[16], double second[16])
{
    first[c] += fabs(g);
    second[c] += fabs(g * d);
}

static void check_moments(const lac_kernels *k, const lac_kernels *ref)
{
    for (int n = 0; n < LAC_COUNT(pixel_counts) * 2; n++) {
        int pixels = pixel_counts[n / 2];
        size_t count = (size_t)pixels * LAC_BLOCK;
        float *y = sum_numbers(count, n % 2, 1);
        float origin[16];
        double got[2][16], want[2][16], terms[2][16] = {{0}};
        for (int c = 0; c < LAC_BLOCK; c++) {
            origin[c] = c == 4 ? 0 : 99.5f + (float)c / 16;
            got[0][c] = want[0][c] = 3; /* it adds */
            got[1][c] = want[1][c] = 5;
            terms[0][c] = terms[1][c] = 5;
        }
        for (size_t i = 0; i < count; i++) {
            double d = (double)y[i] - origin[i % LAC_BLOCK];
            sum_sizes(d, d, (int)(i % LAC_BLOCK), terms[0], terms[1]);
        }
        char what[64];
        snprintf(what, sizeof what, "moments %s: %d pixels", lac_cpu_name(k->level), pixels);
        ref->moments(y, pixels, origin, want[0], want[1]);
        k->moments(y, pixels, origin, got[0], got[1]);
        assert_sums(got[0], want[0], terms[0], what);
        assert_sums(got[1], want[1], terms[1], what);
        numbers_free(y);
    }
}

/* Numbers far from the origin, and close to each other: their variance is what the sums are for. */
static void check_variance(const lac_kernels *k, const lac_kernels *ref)
{
    enum { PLACES = 300 };
    float *y = filled(PLACES * LAC_BLOCK, FILL_PLAIN, 1);
    static const float origin[LAC_BLOCK] = {0};
    double sum[2][LAC_BLOCK] = {{0}}, square[2][LAC_BLOCK] = {{0}};
    for (int i = 0; i < PLACES * LAC_BLOCK; i++)
        y[i] = 64.0f + y[i] / 64.0f;
    k->moments(y, PLACES, origin, sum[0], square[0]);
    ref->moments(y, PLACES, origin, sum[1], square[1]);
    for (int c = 0; c < LAC_BLOCK; c++) {
        double variance[2];
        for (int i = 0; i < 2; i++)
            variance[i] = square[i][c] / PLACES - pow(sum[i][c] / PLACES, 2);
        if (!(fabs(variance[0] - variance[1]) <= 1e-5 * variance[1]))
            fail_msg("%s: variance %g, must be %g", lac_cpu_name(k->level), variance[0],
                     variance[1]);
    }
    numbers_free(y);
}

static void moments_far_from_the_origin_keep_the_variance(void **state)
{
    (void)state;
    each_level(check_variance);
}

static void moments_agree_with_the_reference(void **state)
{
    (void)state;
    each_level(check_moments);
}

static void check_affine_sums(const lac_kernels *k, const lac_kernels *ref)
{
    for (int n = 0; n < LAC_COUNT(pixel_counts) * 6; n++) {
        int pixels = pixel_counts[n / 6];
        int relu = n % 3 > 0, again = n % 3 == 2;
        size_t count = (size_t)pixels * LAC_BLOCK;
        float *y = sum_numbers(count, n / 3 % 2, 1);
        float *z = filled(count, FILL_TIES, 2);
        float *dz = filled(count, FILL_PLAIN, 3);
        float scale[16], shift[16];
        constants(scale, 4);
        constants(shift, 5);
        const lac_relu gate = {again ? NULL : z, scale, shift};
        for (size_t i = 0; again && i < count; i++)
            z[i] = y[i] * scale[i % LAC_BLOCK] + shift[i % LAC_BLOCK];
        float origin[16];
        double got[2][16] = {{0}}, want[2][16] = {{0}}, terms[2][16] = {{0}};
        for (int c = 0; c < LAC_BLOCK; c++)
            origin[c] = 99.5f + (float)c / 16;
        for (size_t i = 0; i < count; i++)
            sum_sizes((double)y[i] - origin[i % LAC_BLOCK], relu && !(z[i] > 0) ? 0 : (double)dz[i],
                      (int)(i % LAC_BLOCK), terms[0], terms[1]);
        char what[64];
        snprintf(what, sizeof what, "affine_sums %s: %d pixels, relu %d", lac_cpu_name(k->level),
                 pixels, relu + again);
        ref->affine_sums(y, relu ? &gate : NULL, dz, pixels, origin, want[0], want[1]);
        k->affine_sums(y, relu ? &gate : NULL, dz, pixels, origin, got[0], got[1]);
        assert_sums(got[0], want[0], terms[0], what);
        assert_sums(got[1], want[1], terms[1], what);
        numbers_free(y);
        numbers_free(z);
        numbers_free(dz);
    }
}

static void affine_sums_agree_with_the_reference(void **state)
{
    (void)state;
    each_level(check_affine_sums);
}

static void check_pool_sums(const lac_kernels *k, const lac_kernels *ref)
{
    float scale[16], origin[16];
    constants(scale, 1);
    constants(origin, 2);
    for (int n = 0; n < LAC_COUNT(sides) * 4; n++) {
        int h = sides[n / 4].h;
        int w = sides[n / 4].w;
        int relu = n % 2;
        size_t pooled = (size_t)(h / 2) * (w / 2) * LAC_BLOCK;
        float *y = filled((size_t)h * w * LAC_BLOCK, n / 2 % 2 ? FILL_TIES : FILL_PLAIN, 3);
        float *z = filled(pooled, FILL_TIES, 4);
        float *dz = filled(pooled, FILL_PLAIN, 5);
        double got[2][16] = {{0}}, want[2][16] = {{0}}, terms[2][16] = {{0}};
        for (size_t i = 0; i < pooled; i++)
            sum_sizes(4, (double)dz[i], (int)(i % LAC_BLOCK), terms[0], terms[1]);
        char what[64];
        snprintf(what, sizeof what, "pool_sums %s: %d x %d, relu %d", lac_cpu_name(k->level), h, w,
                 relu);
        ref->pool_sums(y, z, dz, h, w, relu, scale, origin, want[0], want[1]);
        k->pool_sums(y, z, dz, h, w, relu, scale, origin, got[0], got[1]);
        assert_sums(got[0], want[0], terms[0], what);
        assert_sums(got[1], want[1], terms[1], what);
        numbers_free(y);
        numbers_free(z);
        numbers_free(dz);
    }
}

static void pool_sums_agree_with_the_reference(void **state)
{
    (void)state;
    each_level(check_pool_sums);
}

/* ---- Depthwise convolution ------------------------------------------------------------- */

static void check_depthwise_of(const lac_kernels *k, const lac_kernels *ref, const lac_depthwise *d)
{
    size_t line = (size_t)((d->pixels - 1) * d->stride + d->k) * d->c;
    size_t made = (size_t)d->pixels * d->c;
    float *x[LAC_MOST_DEPTHWISE];
    const void *rows[LAC_MOST_DEPTHWISE];
    float *got = numbers(made);
    float *want = numbers(made);
    for (int p = 0; p < d->k; p++)
        rows[p] = x[p] = filled(line, FILL_PLAIN, (uint64_t)p + 3);
    k->depthwise(d, rows, got);
    ref->depthwise(d, rows, want);
    assert_near(got, want, made, 1e-6, "depthwise");
    for (int p = 0; p < d->k; p++)
        numbers_free(x[p]);
    numbers_free(got);
    numbers_free(want);
}

static void check_depthwise(const lac_kernels *k, const lac_kernels *ref)
{
    static const int pixels[] = {1, 2, 3, 17};
    for (int c = 16; c <= 64; c += 16) {
        float *w = filled((size_t)LAC_MOST_DEPTHWISE * LAC_MOST_DEPTHWISE * c, FILL_PLAIN, 1);
        float *bias = filled((size_t)c, FILL_PLAIN, 2);
        for (int size = 1; size <= LAC_MOST_DEPTHWISE; size++)
            for (int i = 0; i < 4 * LAC_COUNT(pixels); i++) {
                const lac_depthwise d = {.c = c, .pixels = pixels[i / 4], .k = size,
                                         .stride = 1 + i % 2, .relu = i / 2 % 2, .w = w,
                                         .bias = bias};
                check_depthwise_of(k, ref, &d);
            }
        numbers_free(w);
        numbers_free(bias);
    }
}

static void depthwise_agrees_with_the_reference(void **state)
{
    (void)state;
    each_level(check_depthwise);
}

/* ---- Soft-argmax ----------------------------------------------------------------- */

enum { MAP_H = 5, MAP_W = 7, MAP = MAP_H * MAP_W * LAC_BLOCK };

static const float columns[MAP_W] = {-0.9f, -0.6f, -0.3f, 0, 0.25f, 0.5f, 0.75f};
static const float rows[MAP_H] = {-0.8f, -0.4f, 0, 0.3f, 0.6f};

/* Plain logits, ever larger, so that the softmax gets ever sharper. */
static void check_softargmax(const lac_kernels *k, const lac_kernels *ref)
{
    for (float scale = 0.01f; scale < 2e3f; scale *= 3) {
        float dx[16], dy[16];
        float *l = filled(MAP, FILL_PLAIN, 1);
        float *got = filled(MAP, FILL_PLAIN, 2);
        float *want = copied(got, MAP);
        constants(dx, 3);
        constants(dy, 4);
        for (size_t i = 0; i < MAP; i++)
            l[i] = 100 + l[i] * scale;
        lac_expected a, b;
        k->softargmax(l, MAP_H, MAP_W, columns, rows, &a);
        ref->softargmax(l, MAP_H, MAP_W, columns, rows, &b);
        assert_same(a.most, b.most, LAC_BLOCK, "largest");
        assert_near(a.share, b.share, LAC_BLOCK, 2e-6, "share");
        assert_near(a.x, b.x, LAC_BLOCK, 2e-6, "x");
        assert_near(a.y, b.y, LAC_BLOCK, 2e-6, "y");
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            k->softargmax_backward(l, MAP_H, MAP_W, columns, rows, &b, dx, dy, got, accumulate);
            ref->softargmax_backward(l, MAP_H, MAP_W, columns, rows, &b, dx, dy, want, accumulate);
            assert_near(got, want, MAP, 2e-6, "gradient");
        }
        numbers_free(l);
        numbers_free(got);
        numbers_free(want);
    }
}

static void softargmax_agrees_with_the_reference(void **state)
{
    (void)state;
    each_level(check_softargmax);
}

static void check_nan(const lac_kernels *k, const lac_kernels *ref)
{
    float *l = filled(MAP, FILL_PLAIN, 1);
    lac_expected a;
    (void)ref;
    l[MAP / 2] = NAN;
    k->softargmax(l, MAP_H, MAP_W, columns, rows, &a);
    for (int c = 0; c < LAC_BLOCK; c++)
        assert_int_equal(isnan(a.x[c]) && isnan(a.y[c]), c == MAP / 2 % LAC_BLOCK);
    numbers_free(l);
}

static void softargmax_does_not_hide_nan(void **state)
{
    (void)state;
    check_nan(&lac_kernels_ref, NULL);
    each_level(check_nan);
}

/* With a largest of 0, a share of 1 and one coordinate of 1 the backward pass is exp alone. */
static void check_exp(const lac_kernels *k, const lac_kernels *ref)
{
    enum { COUNT = 88 * 512 };
    const float one = 1;
    const float zero[16] = {0};
    float ones[16];
    (void)ref;
    lac_expected at = {{0}, {0}, {0}, {0}};
    for (int c = 0; c < LAC_BLOCK; c++)
        at.share[c] = ones[c] = 1;
    for (int i = 0; i < COUNT; i++) {
        float l[16], e[16];
        for (int c = 0; c < LAC_BLOCK; c++)
            l[c] = -((float)i + (float)c / 16) / 512;
        k->softargmax_backward(l, 1, 1, &one, &one, &at, ones, zero, e, 0);
        for (int c = 0; c < LAC_BLOCK; c++) {
            double want = l[c] < -87 ? 0 : exp((double)l[c]);
            if (!(fabs((double)e[c] - want) <= want * 0x1p-22))
                fail_msg("exp(%.9g) is %.9g, must be %.9g", (double)l[c], (double)e[c], want);
        }
    }
}

static void the_exponential_is_off_by_two_units_in_the_last_place_at_most(void **state)
{
    (void)state;
    each_level(check_exp);
}

/* ---- Matrix product -------------------------------------------------------------- */

typedef lac_gemm *gemm_fn;

static void check_gemm_shape(gemm_fn gemm, const int size[3], int ta, int tb, float beta)
{
    int m = size[0], n = size[1], k = size[2];
    int lda = (ta ? m : k) + 3;
    int ldb = (tb ? k : n) + 1;
    int ldc = n + 2;
    size_t a_count = (size_t)(ta ? k : m) * lda;
    size_t b_count = (size_t)(tb ? n : k) * ldb;
    size_t c_count = (size_t)m * ldc;
    float *a = filled(a_count, FILL_PLAIN, 1);
    float *b = filled(b_count, FILL_PLAIN, 2);
    float *before = filled(c_count, FILL_PLAIN, 3);
    for (size_t i = 0; i < c_count && beta == 0; i++)
        before[i] = NAN; /* must not be read */
    float *c = copied(before, c_count);
    gemm(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < ldc; j++) {
            size_t at = (size_t)i * ldc + j;
            double sum = beta == 0 ? 0 : beta * (double)before[at];
            double terms = fabs(sum);
            for (int p = 0; p < k && j < n; p++) {
                double term = (double)a[ta ? p * lda + i : i * lda + p] *
                              (double)b[tb ? j * ldb + p : p * ldb + j];
                sum += term;
                terms += fabs(term);
            }
            int same = memcmp(c + at, before + at, sizeof *c) == 0;
            if (j < n ? !(fabs(c[at] - sum) <= 1e-5 * terms) : !same)
                fail_msg("gemm ta %d tb %d, %d x %d x %d, beta %g: c[%d, %d] is %.9g, must be %.9g",
                         ta, tb, m, n, k, (double)beta, i, j, (double)c[at], sum);
        }
    }
    numbers_free(a);
    numbers_free(b);
    numbers_free(before);
    numbers_free(c);
}

static void check_gemm(gemm_fn gemm)
{
    static const int sizes[][3] = {{1, 1, 1},   {1, 30, 100}, {5, 7, 3},     {6, 64, 128},
                                   {7, 65, 129}, {13, 31, 257}, {64, 16, 33}, {3, 130, 300},
                                   {200, 150, 40}, {20, 150, 530}};
    static const float betas[] = {0, 1, -0.5f};
    for (int n = 0; n < LAC_COUNT(sizes) * LAC_COUNT(betas) * 4; n++)
        check_gemm_shape(gemm, sizes[n / (LAC_COUNT(betas) * 4)], n % 2, n / 2 % 2,
                         betas[n / 4 % LAC_COUNT(betas)]);
}

static void check_gemm_slot(const lac_kernels *k, const lac_kernels *ref)
{
    (void)ref;
    check_gemm(k->gemm);
}

static void the_matrix_product_agrees_with_naive_loops(void **state)
{
    (void)state;
    check_gemm(lac_kernels_ref.gemm);
    each_level(check_gemm_slot);
}

static void our_own_matrix_products_agree_with_naive_loops(void **state)
{
    (void)state;
    if (lac_kernels_level(LAC_CPU_AUTO) == LAC_CPU_REF)
        skip();
#define CHECK(isa, level)                                                                          \
    if (lac_kernels_level(level) == level)                                                         \
        check_gemm(lac_gemm_##isa);
    LAC_LEVELS(CHECK)
}

static void the_peak_counts_what_it_does(void **state)
{
    (void)state;
    for (lac_cpu level = LAC_CPU_REF; level; level = next_level(level)) {
        /* Every number converges to 2, so that their sum tells how many there are. */
        float sum = 0;
        double flop = lac_kernels_get(level)->peak(100, &sum);
        assert_true(sum > 0 && flop == 100 * (double)sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_is_one_that_the_machine_has),
        cmocka_unit_test(no_slot_is_empty),
        cmocka_unit_test(any_count_is_converted_as_the_reference_does),
        cmocka_unit_test(affine_gives_the_bits_of_the_reference),
        cmocka_unit_test(affine_pool_gives_the_bits_of_the_reference),
        cmocka_unit_test(affine_backward_gives_the_bits_of_the_reference),
        cmocka_unit_test(pool_backward_gives_the_bits_of_the_reference),
        cmocka_unit_test(sums_of_planes_have_the_bits_of_the_reference),
        cmocka_unit_test(accumulate_gives_the_bits_of_the_reference),
        cmocka_unit_test(adam_gives_the_bits_of_the_reference),
        cmocka_unit_test(a_picture_is_its_bytes_over_255_mirrored_if_asked),
        cmocka_unit_test(a_strip_has_the_same_bits_at_every_level),
        cmocka_unit_test(moments_agree_with_the_reference),
        cmocka_unit_test(moments_far_from_the_origin_keep_the_variance),
        cmocka_unit_test(affine_sums_agree_with_the_reference),
        cmocka_unit_test(pool_sums_agree_with_the_reference),
        cmocka_unit_test(depthwise_agrees_with_the_reference),
        cmocka_unit_test(softargmax_agrees_with_the_reference),
        cmocka_unit_test(softargmax_does_not_hide_nan),
        cmocka_unit_test(the_exponential_is_off_by_two_units_in_the_last_place_at_most),
        cmocka_unit_test(the_matrix_product_agrees_with_naive_loops),
        cmocka_unit_test(our_own_matrix_products_agree_with_naive_loops),
        cmocka_unit_test(the_peak_counts_what_it_does),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
