/*
 * The stem's kernels, compiled once per instruction set.
 *
 * forward keeps a tile of 2 rows by TILE columns by 2 registers of channels and walks the
 * 121 taps; pooling happens in registers. gather makes, per channel, a list of the terms
 * that are not zero (a branch per term would be mispredicted half the time) and then adds
 * patches, the 11 rows of the sum in registers. moments slides a row over another, all
 * horizontal shifts at once.
 */
#include "kernel/stem.h"
#include "kernel/vector.h"

enum {
    TILE = LANES == 16 ? 6 : 2,           /* columns: 24 of 32 registers, or 8 of 16 */
    ROW_VECS = LAC_STEM_ROW / LANES,      /* registers of a patch's row */
    PASS_ROWS = LANES == 16 ? 11 : 6,     /* patch rows held at once: 11, or 12 registers */
    PASS_SHIFTS = LANES == 16 ? 21 : 7,   /* horizontal shifts summed at once */
    EDGE = LAC_STEM_PAD,
};

/* ---- Moments --------------------------------------------------------------------------- */

static double lanes_sum(vec v)
{
    double sum = 0.0;
    for (int i = 0; i < LANES; i++)
        sum += v[i];
    return sum;
}

/* Rows y in [first, last), columns [from, to) in whole registers, of P[y, x] times
 * P[y + dy, x + dx] for PASS_SHIFTS values of dx from dx0 on. */
typedef struct strip {
    const float *frame;
    int stride, first, last, from, to;
} strip;

static inline void strip_products(const strip *s, int dy, int dx0, vec acc[PASS_SHIFTS])
{
    for (int i = 0; i < PASS_SHIFTS; i++)
        acc[i] = (vec){0};
    for (int y = s->first; y < s->last; y++) {
        const float *row = s->frame + (size_t)y * s->stride;
        const float *other = row + (size_t)dy * s->stride + dx0;
        for (int x = s->from; x < s->to; x += LANES) {
            vec a = vec_load(row + x);
#pragma GCC unroll 21
            for (int i = 0; i < PASS_SHIFTS; i++)
                acc[i] = vec_fma(a, vec_load(other + x + i), acc[i]);
        }
    }
}

/* One group of rows: sums [groups of columns, 1 + shifts]. */
static void group_moments(const lac_stem_shape *s, const float *frame, int first, int last,
                          double *sums)
{
    enum { SLOTS = LAC_STEM_SHIFTS + 1 };
    const strip all = {frame, s->stride, first, last, 0, s->w + EDGE};
    const strip left = {frame, s->stride, first, last, EDGE, EDGE + 1};
    const strip right = {frame, s->stride, first, last, s->w, s->w + 1};
    vec acc[PASS_SHIFTS];
    for (int dy = 0; dy < LAC_STEM_K; dy++)
        for (int shift = 0; shift < LAC_STEM_SHIFTS_X; shift += PASS_SHIFTS) {
            double *to = sums + 1 + dy * LAC_STEM_SHIFTS_X + shift;
            int dx = shift - (LAC_STEM_K - 1);
            strip_products(&all, dy, dx, acc);
            for (int i = 0; i < PASS_SHIFTS; i++)
                to[i] += lanes_sum(acc[i]);
            strip_products(&left, dy, dx, acc);
            for (int i = 0; i < PASS_SHIFTS; i++)
                for (int c = 0; c < EDGE; c++)
                    to[(1 + c) * SLOTS + i] += acc[i][c];
            strip_products(&right, dy, dx, acc);
            for (int i = 0; i < PASS_SHIFTS; i++)
                for (int c = 0; c < EDGE; c++)
                    to[(1 + EDGE + c) * SLOTS + i] += acc[i][c];
        }
    for (int y = first; y < last; y++) {
        const float *row = frame + (size_t)y * s->stride;
        for (int x = EDGE; x < s->w + EDGE; x++)
            sums[0] += row[x];
        for (int c = 0; c < EDGE; c++) {
            sums[(1 + c) * SLOTS] += row[EDGE + c];
            sums[(1 + EDGE + c) * SLOTS] += row[s->w + c];
        }
    }
}

static void stem_moments(const lac_stem_shape *s, const float *frame, double *sums)
{
    const size_t group = (size_t)LAC_STEM_GROUPS * (LAC_STEM_SHIFTS + 1);
    group_moments(s, frame, 2 * EDGE, s->h, sums);
    for (int i = 0; i < EDGE; i++) {
        group_moments(s, frame, EDGE + i, EDGE + i + 1, sums + (1 + i) * group);
        group_moments(s, frame, s->h + i, s->h + i + 1, sums + (1 + EDGE + i) * group);
    }
}

/* ---- Forward ------------------------------------------------------------------------------ */

/* Sums of 2 rows by TILE columns by 2 registers of channels. */
typedef struct tile {
    vec at[2][TILE][2];
} tile;

#ifdef LAC_BF16
/* Taps go in pairs side by side: 6 to a row, the last with a weight of 0. A pair of weights is
 * a word, [row, pair, oc]. */
enum { PAIRS = (LAC_STEM_K + 1) / 2 };

static void stem_pack(const float *w, int oc, float *packed)
{
    for (int c = 0; c < oc; c++)
        for (int ky = 0; ky < LAC_STEM_K; ky++, w += LAC_STEM_K)
            for (int i = 0; i < PAIRS; i++) {
                stored pair[2] = {narrow(w[2 * i]),
                                  2 * i + 1 < LAC_STEM_K ? narrow(w[2 * i + 1]) : narrow(0.0f)};
                memcpy(packed + (size_t)(ky * PAIRS + i) * oc + c, pair, sizeof pair);
            }
}

static inline tile tile_convolve(const stored *patch, int stride, const float *w, int oc)
{
    tile t;
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < TILE; c++)
            t.at[r][c][0] = t.at[r][c][1] = (vec){0};
    for (int ky = 0; ky < LAC_STEM_K; ky++, patch += stride) {
        for (int i = 0; i < PAIRS; i++, w += oc) {
            __m512bh w0 = (__m512bh)_mm512_loadu_si512(w);
            __m512bh w1 = (__m512bh)_mm512_loadu_si512(w + LANES);
#pragma GCC unroll 2
            for (int r = 0; r < 2; r++)
#pragma GCC unroll 6
                for (int c = 0; c < TILE; c++) {
                    int32_t pixels;
                    memcpy(&pixels, patch + r * stride + c + 2 * i, sizeof pixels);
                    __m512bh p = (__m512bh)_mm512_set1_epi32(pixels);
                    t.at[r][c][0] = _mm512_dpbf16_ps(t.at[r][c][0], w0, p);
                    t.at[r][c][1] = _mm512_dpbf16_ps(t.at[r][c][1], w1, p);
                }
        }
    }
    return t;
}
#else
/* Weights [taps, oc]. */
static void stem_pack(const float *w, int oc, float *packed)
{
    for (int c = 0; c < oc; c++)
        for (int k = 0; k < LAC_STEM_TAPS; k++)
            packed[(size_t)k * oc + c] = w[(size_t)c * LAC_STEM_TAPS + k];
}

static inline tile tile_convolve(const float *patch, int stride, const float *w, int oc)
{
    tile t;
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < TILE; c++)
            t.at[r][c][0] = t.at[r][c][1] = (vec){0};
    for (int ky = 0; ky < LAC_STEM_K; ky++, patch += stride) {
        for (int kx = 0; kx < LAC_STEM_K; kx++, w += oc) {
            vec w0 = vec_load(w);
            vec w1 = vec_load(w + LANES);
#pragma GCC unroll 2
            for (int r = 0; r < 2; r++)
#pragma GCC unroll 6
                for (int c = 0; c < TILE; c++) {
                    vec p = vec_all(patch[r * stride + c + kx]);
                    t.at[r][c][0] = vec_fma(w0, p, t.at[r][c][0]);
                    t.at[r][c][1] = vec_fma(w1, p, t.at[r][c][1]);
                }
        }
    }
    return t;
}
#endif

typedef int32_t vec_int __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef uint8_t vec_byte __attribute__((vector_size(LANES)));

/* Pools one register of channels of one 2x2 window. */
static inline void pool(const vec four[4], vec scale, vec shift, stored *z, uint8_t *which)
{
    vec best = four[0] * scale + shift;
    vec place = {0};
#pragma GCC unroll 3
    for (int i = 1; i < 4; i++) {
        vec v = four[i] * scale + shift;
        vec_mask larger = vec_greater(v, best);
        best = vec_select(larger, v, best);
        place = vec_select(larger, vec_all((float)i), place);
    }
    vec_put(z, vec_select(vec_greater((vec){0}, best), (vec){0}, best));
    vec_byte bytes = __builtin_convertvector(__builtin_convertvector(place, vec_int), vec_byte);
    memcpy(which, &bytes, sizeof bytes);
}

static void stem_forward(const lac_stem_shape *s, const void *frame_,
                         const lac_stem_filter *filter, int first, int last, void *z_,
                         uint8_t *which)
{
    const stored *frame = frame_;
    stored *z = z_;
    int rows = s->h / 2;
    int columns = s->w / 2;
    for (int c = 0; c < s->oc; c += 2 * LANES) {
        for (int y = first; y < last; y++) {
            for (int x = 0; x < columns; x += TILE / 2) {
                tile t = tile_convolve(frame + (size_t)2 * y * s->stride + 2 * x, s->stride,
                                       filter->w + c, s->oc);
                for (int half = 0; half < 2; half++) {
                    int channel = c + half * LANES;
                    vec a = vec_load(filter->scale + channel);
                    vec b = vec_load(filter->shift + channel);
                    size_t plane = (size_t)(channel / LAC_BLOCK) * rows * columns;
#pragma GCC unroll 3
                    for (int i = 0; i < TILE / 2; i++) {
                        if (x + i >= columns)
                            break;
                        size_t to = (plane + (size_t)y * columns + x + i) * LAC_BLOCK +
                                    channel % LAC_BLOCK;
                        vec four[4] = {t.at[0][2 * i][half], t.at[0][2 * i + 1][half],
                                       t.at[1][2 * i][half], t.at[1][2 * i + 1][half]};
                        pool(four, a, b, z + to, which + to);
                    }
                }
            }
        }
    }
}

/* ---- Gather --------------------------------------------------------------------------------- */

/* The terms of 16 channels, each channel's in a row of `most`; returns their numbers. */
static void list_terms(const lac_stem_shape *s, const stored *z, const stored *dz,
                       const uint8_t *which, lac_stem_term *terms, int count[LAC_BLOCK])
{
    int most = (s->h / 2) * (s->w / 2);
    int32_t step[4] = {0, 1, s->stride, s->stride + 1};
    lac_stem_term *next[LAC_BLOCK];
    for (int l = 0; l < LAC_BLOCK; l++)
        next[l] = terms + (size_t)l * most;
    for (int y = 0; y < s->h / 2; y++)
        for (int x = 0; x < s->w / 2; x++, z += LAC_BLOCK, dz += LAC_BLOCK, which += LAC_BLOCK) {
            int32_t corner = 2 * (y * s->stride + x);
#pragma GCC unroll 16
            for (int l = 0; l < LAC_BLOCK; l++) {
                *next[l] = (lac_stem_term){widen(dz[l]), corner + step[which[l] & 3]};
                next[l] += widen(z[l]) > 0.0f;
            }
        }
    for (int l = 0; l < LAC_BLOCK; l++)
        count[l] = (int)(next[l] - (terms + (size_t)l * most));
}

/* Patch rows [first, first + PASS_ROWS) of one channel's sum. */
static inline void add_patches(const float *frame, int stride, const lac_stem_term *terms,
                               int count, int first, double *gather)
{
    vec acc[PASS_ROWS][ROW_VECS];
    for (int k = 0; k < PASS_ROWS; k++)
        for (int v = 0; v < ROW_VECS; v++)
            acc[k][v] = (vec){0};
    for (int i = 0; i < count; i++) {
        const float *patch = frame + terms[i].at + (size_t)first * stride;
        vec g = vec_all(terms[i].g);
#pragma GCC unroll 11
        for (int k = 0; k < PASS_ROWS; k++)
#pragma GCC unroll 2
            for (int v = 0; v < ROW_VECS; v++)
                acc[k][v] = vec_fma(g, vec_load(patch + (size_t)k * stride + v * LANES), acc[k][v]);
    }
    for (int k = 0; k < PASS_ROWS && first + k < LAC_STEM_K; k++)
        for (int v = 0; v < ROW_VECS; v++)
            for (int l = 0; l < LANES; l++)
                gather[(first + k) * LAC_STEM_ROW + v * LANES + l] += acc[k][v][l];
}

static void stem_gather(const lac_stem_shape *s, const float *frame, const void *z_,
                        const void *dz_, const uint8_t *which, lac_stem_term *terms,
                        double *gather, double *sum)
{
    const stored *z = z_;
    const stored *dz = dz_;
    int most = (s->h / 2) * (s->w / 2);
    for (int c = 0; c < s->oc; c += LAC_BLOCK) {
        int count[LAC_BLOCK];
        size_t plane = (size_t)c * most;
        list_terms(s, z + plane, dz + plane, which + plane, terms, count);
        for (int l = 0; l < LAC_BLOCK; l++) {
            const lac_stem_term *own = terms + (size_t)l * most;
            double *to = gather + (size_t)(c + l) * LAC_STEM_GATHER;
            for (int first = 0; first < LAC_STEM_K; first += PASS_ROWS)
                add_patches(frame, s->stride, own, count[l], first, to);
            for (int i = 0; i < count[l]; i++)
                sum[c + l] += own[i].g;
        }
    }
}

const lac_stem_kernels LAC_NAME(lac_stem) = {stem_moments, stem_pack, stem_forward,
                                             stem_gather};
