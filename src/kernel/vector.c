/*
 * The kernels that memory or cache bounds, in vector registers, for either storage of
 * activations (stored.h).
 *
 * Everything but the sums does the reference's operations in its order and gives
 * its bits. Sums run in CHAINS independent chains of floats for at most RUN
 * pixels, then go to double: close to the reference, and always in one order.
 * |y - origin| above 1e18 may overflow to infinity where the reference does not.
 */
#include "kernel/vector.h"

#include <math.h>

enum {
    CHAINS = PARTS < 4 ? 4 / PARTS : 1, /* pixels in flight: 4 additions of latency 3 or 4 */
    RUN = 64 * CHAINS,
};

/* The 16 numbers of a channel block in registers. */
typedef struct block {
    vec part[PARTS];
} block;

static inline block block_load(const float *p)
{
    block b;
    for (int i = 0; i < PARTS; i++)
        b.part[i] = vec_load(p + i * LANES);
    return b;
}

/* Whether v replaces the largest so far: it is larger, or NaN. */
static inline vec_mask beats(vec v, vec best)
{
    return (vec_mask)(vec_greater(v, best) | vec_is_nan(v));
}

/* ---- Sums ------------------------------------------------------------------------ */

/* Where sums read: at pixel p the sums of g and of g * d are taken, d = y - origin. */
typedef struct terms {
    const stored *y, *z, *dz;
    size_t below; /* from a pixel of y to the one below it, for pools */
    int relu;
    block origin, scale, shift;
} terms;

typedef void (*term_fn)(const terms *t, int pixel, int part, vec *g, vec *d);

static inline void flush(const vec chain[CHAINS][PARTS], double total[16])
{
    float sum[LAC_BLOCK];
    for (int i = 0; i < PARTS; i++) {
        vec v = chain[0][i];
        for (int k = 1; k < CHAINS; k++)
            v += chain[k][i];
        vec_store(sum + i * LANES, v);
    }
    for (int c = 0; c < LAC_BLOCK; c++)
        total[c] += (double)sum[c];
}

static inline __attribute__((always_inline)) void
tally(const terms *t, term_fn term, int pixel, vec first[PARTS], vec second[PARTS])
{
    for (int i = 0; i < PARTS; i++) {
        vec g;
        vec d;
        term(t, pixel, i, &g, &d);
        first[i] += g;
        second[i] = vec_fma(g, d, second[i]);
    }
}

/* Adds the terms of `pixels` pixels to the totals. Inlined with its term. */
static inline __attribute__((always_inline)) void
sum_terms(const terms *t, term_fn term, int pixels, double first[16], double second[16])
{
    for (int start = 0; start < pixels; start += RUN) {
        int end = pixels - start < RUN ? pixels : start + RUN;
        vec g[CHAINS][PARTS] = {{{0}}};
        vec gd[CHAINS][PARTS] = {{{0}}};
        int p = start;
        for (; p + CHAINS <= end; p += CHAINS) {
            for (int k = 0; k < CHAINS; k++)
                tally(t, term, p + k, g[k], gd[k]);
        }
        for (; p < end; p++)
            tally(t, term, p, g[0], gd[0]);
        flush(g, first);
        flush(gd, second);
    }
}

static inline size_t at(int pixel, int part)
{
    return (size_t)pixel * LAC_BLOCK + part * LANES;
}

static inline void moments_term(const terms *t, int pixel, int part, vec *g, vec *d)
{
    *d = vec_take(t->y + at(pixel, part)) - t->origin.part[part];
    *g = *d;
}

/* Where sums of moments begin: at the origin, but for channels that lie far from it and close
 * together, whose floats would lose the digits in which they differ. Four pixels tell. */
static void choose_origin(const stored *y, int pixels, const float origin[16], float own[16])
{
    static const int places[] = {9, 25, 40, 56}; /* of 65, in different columns of most maps */
    for (int c = 0; c < LAC_BLOCK; c++) {
        float least = INFINITY, most = -INFINITY;
        for (int i = 0; i < LAC_COUNT(places); i++) {
            float v = widen(y[(size_t)pixels * places[i] / 65 * LAC_BLOCK + c]);
            least = v < least ? v : least;
            most = v > most ? v : most;
        }
        float middle = 0.5f * (least + most);
        own[c] = fabsf(middle - origin[c]) > 4.0f * (most - least) ? middle : origin[c];
    }
}

static void moments(const void *y_, int pixels, const float origin[16], double sum[16],
                    double square[16])
{
    const stored *y = y_;
    float own[LAC_BLOCK];
    double first[LAC_BLOCK] = {0}, second[LAC_BLOCK] = {0};
    if (pixels == 0)
        return;
    choose_origin(y, pixels, origin, own);
    terms t = {.y = y, .origin = block_load(own)};
    sum_terms(&t, moments_term, pixels, first, second);
    for (int c = 0; c < LAC_BLOCK; c++) {
        double off = (double)own[c] - origin[c];
        sum[c] += first[c] + pixels * off;
        square[c] += second[c] + off * (2.0 * first[c] + pixels * off);
    }
}

static inline void affine_term(const terms *t, int pixel, int part, vec *g, vec *d)
{
    size_t i = at(pixel, part);
    *d = vec_take(t->y + i) - t->origin.part[part];
    *g = vec_take(t->dz + i);
}

static inline void affine_relu_term(const terms *t, int pixel, int part, vec *g, vec *d)
{
    affine_term(t, pixel, part, g, d);
    *g = gate(1, vec_take(t->z + at(pixel, part)), *g);
}

/* The value in front of the relu is made again, as affine makes it. */
static inline void affine_again_term(const terms *t, int pixel, int part, vec *g, vec *d)
{
    vec y = vec_take(t->y + at(pixel, part));
    *d = y - t->origin.part[part];
    *g = gate(1, y * t->scale.part[part] + t->shift.part[part],
              vec_take(t->dz + at(pixel, part)));
}

static void affine_sums(const void *y_, const lac_relu *relu, const void *dz_, int pixels,
                        const float origin[16], double sum[16], double product[16])
{
    terms t = {.y = y_, .dz = dz_, .origin = block_load(origin)};
    if (!relu) {
        sum_terms(&t, affine_term, pixels, sum, product);
    } else if (relu->z) {
        t.z = relu->z;
        sum_terms(&t, affine_relu_term, pixels, sum, product);
    } else {
        t.scale = block_load(relu->scale);
        t.shift = block_load(relu->shift);
        sum_terms(&t, affine_again_term, pixels, sum, product);
    }
}

static inline void pool_term(const terms *t, int pixel, int part, vec *g, vec *d)
{
    size_t i = at(pixel, part);
    const stored *corner = t->y + at(2 * pixel, part);
    const stored *four[4] = {corner, corner + LAC_BLOCK, corner + t->below,
                             corner + t->below + LAC_BLOCK};
    vec y = vec_take(four[0]);
    vec best = y * t->scale.part[part];
    for (int s = 1; s < 4; s++) {
        vec other = vec_take(four[s]);
        vec value = other * t->scale.part[part];
        vec_mask better = beats(value, best);
        best = vec_select(better, value, best);
        y = vec_select(better, other, y);
    }
    *d = y - t->origin.part[part];
    *g = gate(t->relu, vec_take(t->z + i), vec_take(t->dz + i));
}

static void pool_sums(const void *y_, const void *z_, const void *dz_, int h, int w, int relu,
                      const float scale[16], const float origin[16], double sum[16],
                      double product[16])
{
    const stored *y = y_;
    const stored *z = z_;
    const stored *dz = dz_;
    terms t = {.y = y, .z = z, .dz = dz, .below = (size_t)w * LAC_BLOCK, .relu = relu,
               .origin = block_load(origin), .scale = block_load(scale)};
    for (int i = 0; i < h / 2; i++) {
        sum_terms(&t, pool_term, w / 2, sum, product);
        t.y += 2 * t.below;
        t.z += (size_t)(w / 2) * LAC_BLOCK;
        t.dz += (size_t)(w / 2) * LAC_BLOCK;
    }
}

/* ---- Normalization, relu, pool --------------------------------------------------- */

static void affine(const void *y_, const void *add_, void *z_, int pixels, const float scale[16],
                   const float shift[16], int relu)
{
    const stored *y = y_;
    const stored *add = add_;
    stored *z = z_;
    block by = block_load(scale);
    block plus = block_load(shift);
    for (int p = 0; p < pixels; p++) {
        for (int i = 0; i < PARTS; i++) {
            vec v = vec_take(y + at(p, i)) * by.part[i] + plus.part[i];
            if (add)
                v += vec_take(add + at(p, i));
            vec_put(z + at(p, i), relu ? relu_of(v) : v);
        }
    }
}

static void affine_pool(const void *y_, void *z_, int h, int w, const float scale[16],
                        const float shift[16], int relu)
{
    const stored *y = y_;
    stored *z = z_;
    block by = block_load(scale);
    block plus = block_load(shift);
    size_t below = (size_t)w * LAC_BLOCK;
    for (int row = 0; row < h / 2; row++, y += 2 * below, z += (size_t)(w / 2) * LAC_BLOCK) {
        for (int p = 0; p < w / 2; p++) {
            for (int i = 0; i < PARTS; i++) {
                const stored *corner = y + at(2 * p, i);
                const stored *four[4] = {corner, corner + LAC_BLOCK, corner + below,
                                         corner + below + LAC_BLOCK};
                vec best = vec_take(four[0]) * by.part[i] + plus.part[i];
                for (int s = 1; s < 4; s++) {
                    vec v = vec_take(four[s]) * by.part[i] + plus.part[i];
                    best = vec_select(beats(v, best), v, best);
                }
                vec_put(z + at(p, i), relu ? relu_of(best) : best);
            }
        }
    }
}

static void affine_backward(const void *y_, const lac_relu *relu, const void *dz_, void *dy_,
                            int pixels, const float a[16], const float b[16], const float c[16],
                            void *dadd_, int accumulate)
{
    const stored *y = y_;
    const stored *z = relu ? relu->z : NULL;
    const stored *dz = dz_;
    stored *dy = dy_;
    stored *dadd = dadd_;
    block of_g = block_load(a);
    block of_y = block_load(b);
    block constant = block_load(c);
    block scale = {{{0}}}, shift = {{{0}}};
    if (relu && !z) {
        scale = block_load(relu->scale);
        shift = block_load(relu->shift);
    }
    for (int p = 0; p < pixels; p++) {
        for (int i = 0; i < PARTS; i++) {
            size_t k = at(p, i);
            vec g = vec_take(dz + k), value = vec_take(y + k);
            if (relu)
                g = gate(1, z ? vec_take(z + k) : value * scale.part[i] + shift.part[i], g);
            vec_put(dy + k, of_g.part[i] * g + of_y.part[i] * value + constant.part[i]);
            if (dadd)
                vec_put(dadd + k, accumulate ? vec_take(dadd + k) + g : g);
        }
    }
}

/* One window of one part: the winner gets g, the others 0. */
static inline void window_backward(const stored *y, stored *dy, size_t below, vec g, vec scale,
                                   const vec line[3])
{
    size_t offset[4] = {0, LAC_BLOCK, below, below + LAC_BLOCK};
    vec best = vec_take(y) * scale;
    vec_mask wins[4];
    for (int s = 1; s < 4; s++) {
        vec v = vec_take(y + offset[s]) * scale;
        wins[s] = beats(v, best);
        best = vec_select(wins[s], v, best);
    }
    vec left = g; /* g until a later pixel has taken it */
    for (int s = 3; s >= 0; s--) {
        vec here = s ? vec_select(wins[s], left, (vec){0}) : left;
        if (s)
            left = vec_select(wins[s], (vec){0}, left);
        vec_put(dy + offset[s], line[0] * here + line[1] * vec_take(y + offset[s]) + line[2]);
    }
}

static void pool_backward(const void *y_, const void *z_, const void *dz_, void *dy_, int h, int w,
                          int relu, const float scale[16], const float a[16], const float b[16],
                          const float c[16])
{
    const stored *y = y_;
    const stored *z = z_;
    const stored *dz = dz_;
    stored *dy = dy_;
    block by = block_load(scale);
    block of_g = block_load(a);
    block of_y = block_load(b);
    block constant = block_load(c);
    size_t below = (size_t)w * LAC_BLOCK;
    for (int row = 0; row < h; row++) {
        int windows = row < h / 2 * 2 ? w / 2 : 0;
        if (row % 2 == 0) {
            for (int p = 0; p < windows; p++) {
                for (int i = 0; i < PARTS; i++) {
                    vec line[3] = {of_g.part[i], of_y.part[i], constant.part[i]};
                    vec g = gate(relu, vec_take(z + at(p, i)), vec_take(dz + at(p, i)));
                    window_backward(y + at(2 * p, i), dy + at(2 * p, i), below, g, by.part[i],
                                    line);
                }
            }
            z += (size_t)windows * LAC_BLOCK;
            dz += (size_t)windows * LAC_BLOCK;
        }
        /* Pixels that no window covers. */
        for (int p = 2 * windows; p < w; p++) {
            for (int i = 0; i < PARTS; i++) {
                vec v = of_g.part[i] * (vec){0} + of_y.part[i] * vec_take(y + at(p, i));
                vec_put(dy + at(p, i), v + constant.part[i]);
            }
        }
        y += below;
        dy += below;
    }
}

/* ---- Plain loops that the compiler turns into vectors ---------------------------- */

static void accumulate_into(const void *x_, void *y_, size_t count)
{
    const stored *restrict x = x_;
    stored *restrict y = y_;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        vec_put(y + i, vec_take(y + i) + vec_take(x + i));
    for (; i < count; i++)
        y[i] = narrow(widen(y[i]) + widen(x[i]));
}

static void load(const void *x_, float *y, size_t count)
{
    const stored *x = x_;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        vec_store(y + i, vec_take(x + i));
    for (; i < count; i++)
        y[i] = widen(x[i]);
}

static void store(const float *x, void *y_, size_t count)
{
    stored *y = y_;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        vec_put(y + i, vec_load(x + i));
    for (; i < count; i++)
        y[i] = narrow(x[i]);
}

static void adam(float *restrict w, const float *restrict g, float *restrict m, float *restrict v,
                 size_t count, const lac_adam_step *step)
{
    const lac_adam_step s = *step;
    const float keep1 = (float)s.beta1;
    const float keep2 = (float)s.beta2;
    const float take1 = (float)(1 - s.beta1);
    const float take2 = (float)(1 - s.beta2);
    for (size_t i = 0; i < count; i++) {
        float d = g[i] + s.l2 * w[i];
        float first = keep1 * m[i] + take1 * d;
        float second = keep2 * v[i] + take2 * (d * d);
        m[i] = first;
        v[i] = second;
        w[i] -= s.shrink * w[i] + s.lr * first / (sqrtf(second) + s.eps);
    }
}

static void picture(const uint8_t *restrict pixels, void *x_, int size, int mirror)
{
    stored *restrict x = x_;
    for (int i = 0; i < size; i++, pixels += size, x += size) {
        if (mirror) {
            for (int j = 0; j < size; j++)
                x[j] = narrow((float)pixels[size - 1 - j] / 255);
        } else {
            for (int j = 0; j < size; j++)
                x[j] = narrow((float)pixels[j] / 255);
        }
    }
}

/* ---- Peak ------------------------------------------------------------------------ */

#ifdef LAC_BF16
/* Pairs of bf16 (0, 1/2) and (0, 1): x -> x + 1/2. */
enum { PEAK_FLOP = 4 };

static inline vec advance(vec x, vec half, vec one)
{
    return _mm512_dpbf16_ps(x, (__m512bh)half, (__m512bh)one);
}
#else
/* x -> x / 2 + 1 */
enum { PEAK_FLOP = 2 };

static inline vec advance(vec x, vec half, vec one)
{
    return vec_fma(x, half, one);
}
#endif

/* Independent chains, as many as hide the latency and stay in registers; the constants are
 * read where the compiler cannot know them. */
static double peak(long rounds, float *sink)
{
    enum { COUNT = LANES == 8 ? 12 : 24 };
    volatile float numbers[2] = {0.5f, 1};
    vec half = vec_all(numbers[0]);
    vec one = vec_all(numbers[1]);
    vec x[COUNT];
#pragma GCC unroll 24
    for (int i = 0; i < COUNT; i++)
        x[i] = vec_all((float)i);
    for (long r = 0; r < rounds; r++) {
#pragma GCC unroll 24
        for (int i = 0; i < COUNT; i++)
            x[i] = advance(x[i], half, one);
    }
    vec sum = {0};
#pragma GCC unroll 24
    for (int i = 0; i < COUNT; i++)
        sum += x[i];
    float lanes[LANES];
    vec_store(lanes, sum);
    *sink = 0;
    for (int i = 0; i < LANES; i++)
        *sink += lanes[i];
    return (double)PEAK_FLOP * COUNT * LANES * (double)rounds;
}

/* ---- Matrix product -------------------------------------------------------------- */

enum { FEW = 4 }; /* rows */

static void gemm(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                 int ldb, float beta, float *c, int ldc)
{
    if (m <= FEW && !ta && tb & LAC_TRANSPOSED) {
        LAC_NAME(lac_gemm_few)(tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    LAC_NAME(lac_gemm)(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
}

/* The tables: AMX's differs from that of AVX512-BF16 by its level and its peak alone. */
#define TABLE(name, its_level, its_peak)                                                           \
    const lac_kernels name = {                                                                     \
        .level = its_level,                                                                        \
        .element = sizeof(stored),                                                                 \
        .gemm = gemm,                                                                              \
        .moments = moments,                                                                        \
        .affine = affine,                                                                          \
        .affine_pool = affine_pool,                                                                \
        .affine_sums = affine_sums,                                                                \
        .affine_backward = affine_backward,                                                        \
        .pool_sums = pool_sums,                                                                    \
        .pool_backward = pool_backward,                                                            \
        .add = LAC_NAME(lac_add),                                                                  \
        .add_backward = LAC_NAME(lac_add_backward),                                                \
        .depthwise = LAC_NAME(lac_depthwise),                                                      \
        .softargmax = LAC_NAME(lac_softargmax),                                                    \
        .softargmax_backward = LAC_NAME(lac_softargmax_backward),                                  \
        .accumulate = accumulate_into,                                                             \
        .load = load,                                                                              \
        .store = store,                                                                            \
        .adam = adam,                                                                              \
        .picture = picture,                                                                        \
        .sample = LAC_NAME(lac_sample),                                                            \
        .peak = its_peak,                                                                          \
    }

TABLE(LAC_NAME(lac_kernels), LAC_LEVEL, peak);
#ifdef LAC_BF16
TABLE(lac_kernels_amx, LAC_CPU_AMX, lac_amx_peak);
#endif
