/*
 * The stem's forward kernel, compiled once per instruction set: a tile of 2 rows by TILE
 * columns by 2 registers of channels walks the 121 taps; pooling happens in registers.
 */
#include "kernel/stem_parts.h"

enum { TILE = LANES == 16 ? 6 : 2 }; /* columns: 24 of 32 registers, or 8 of 16 */

/* Sums of 2 rows by TILE columns by 2 registers of channels. */
typedef struct tile {
    vec at[2][TILE][2];
} tile;

/* The frame, and its cells. */
typedef struct source {
    const stored *frame;
    const cell *cells;
    int stride;
} source;

/* The sign of a channel's scale goes into its weights: the largest sum is then the largest
 * value. */
static float signed_weight(float w, float scale)
{
    return scale < 0 ? -w : w;
}

#ifdef LAC_BF16
/* Taps go in pairs: the first 10 rows two by two on cells, the last row along itself, its last
 * pair with a weight of 0. A pair of weights is a word too, [61, oc]. */
enum { ROW_PAIRS = LAC_STEM_K / 2, LAST_PAIRS = (LAC_STEM_K + 1) / 2 };

static inline void put_pair(float first, float second, float *word)
{
    stored pair[2] = {narrow(first), narrow(second)};
    memcpy(word, pair, sizeof pair);
}

static void stem_pack(const float *w, const float *scale, int oc, float *packed)
{
    const int last = LAC_STEM_K * (LAC_STEM_K - 1);
    for (int c = 0; c < oc; c++, w += LAC_STEM_TAPS) {
        float *to = packed + c;
        for (int r = 0; r < ROW_PAIRS; r++)
            for (int kx = 0; kx < LAC_STEM_K; kx++, to += oc) {
                const float *tap = w + 2 * r * LAC_STEM_K + kx;
                put_pair(signed_weight(tap[0], scale[c]), signed_weight(tap[LAC_STEM_K], scale[c]),
                         to);
            }
        for (int i = 0; i < LAST_PAIRS; i++, to += oc)
            put_pair(signed_weight(w[last + 2 * i], scale[c]),
                     2 * i + 1 < LAC_STEM_K ? signed_weight(w[last + 2 * i + 1], scale[c]) : 0.0f,
                     to);
    }
}

/* One word of every position meets one pair of weights. */
static inline void tile_step(tile *t, const char *words, size_t row, size_t column, const float *w)
{
    __m512bh w0 = (__m512bh)_mm512_loadu_si512(w);
    __m512bh w1 = (__m512bh)_mm512_loadu_si512(w + LANES);
#pragma GCC unroll 2
    for (int r = 0; r < 2; r++)
#pragma GCC unroll 6
        for (int c = 0; c < TILE; c++) {
            int32_t word;
            memcpy(&word, words + r * row + c * column, sizeof word);
            __m512bh p = (__m512bh)_mm512_set1_epi32(word);
            t->at[r][c][0] = _mm512_dpbf16_ps(t->at[r][c][0], w0, p);
            t->at[r][c][1] = _mm512_dpbf16_ps(t->at[r][c][1], w1, p);
        }
}

static inline tile tile_convolve(const source *from, size_t at, const float *w, int oc)
{
    const cell *cells = from->cells + at;
    const stored *last = from->frame + at + (size_t)(LAC_STEM_K - 1) * from->stride;
    size_t row = from->stride;
    tile t;
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < TILE; c++)
            t.at[r][c][0] = t.at[r][c][1] = (vec){0};
    for (int r = 0; r < ROW_PAIRS; r++, cells += 2 * row)
        for (int kx = 0; kx < LAC_STEM_K; kx++, w += oc)
            tile_step(&t, (const char *)(cells + kx), row * sizeof *cells, sizeof *cells, w);
    for (int i = 0; i < LAST_PAIRS; i++, w += oc)
        tile_step(&t, (const char *)(last + 2 * i), row * sizeof *last, sizeof *last, w);
    return t;
}
#else
/* Weights [taps, oc]. */
static void stem_pack(const float *w, const float *scale, int oc, float *packed)
{
    for (int c = 0; c < oc; c++)
        for (int k = 0; k < LAC_STEM_TAPS; k++)
            packed[(size_t)k * oc + c] = signed_weight(w[(size_t)c * LAC_STEM_TAPS + k], scale[c]);
}

static inline tile tile_convolve(const source *from, size_t at, const float *w, int oc)
{
    const float *patch = from->frame + at;
    tile t;
    for (int r = 0; r < 2; r++)
        for (int c = 0; c < TILE; c++)
            t.at[r][c][0] = t.at[r][c][1] = (vec){0};
    for (int ky = 0; ky < LAC_STEM_K; ky++, patch += from->stride) {
        for (int kx = 0; kx < LAC_STEM_K; kx++, w += oc) {
            vec w0 = vec_load(w);
            vec w1 = vec_load(w + LANES);
#pragma GCC unroll 2
            for (int r = 0; r < 2; r++)
#pragma GCC unroll 6
                for (int c = 0; c < TILE; c++) {
                    vec p = vec_all(patch[r * from->stride + c + kx]);
                    t.at[r][c][0] = vec_fma(w0, p, t.at[r][c][0]);
                    t.at[r][c][1] = vec_fma(w1, p, t.at[r][c][1]);
                }
        }
    }
    return t;
}
#endif

/* The place of the largest: 1 over 0, 3 over 2, the lower two over the upper. */
static inline void put_places(vec_mask upper, vec_mask lower, vec_mask down, uint8_t *which)
{
#if defined __AVX512F__
    __m128i a = _mm_mask_blend_epi8(upper, _mm_set1_epi8(0), _mm_set1_epi8(1));
    __m128i b = _mm_mask_blend_epi8(lower, _mm_set1_epi8(2), _mm_set1_epi8(3));
    __m128i place = _mm_mask_blend_epi8(down, a, b);
    memcpy(which, &place, sizeof place);
#else
    typedef uint8_t vec_byte __attribute__((vector_size(LANES)));
    vec_mask place = (down & (2 - lower)) | (~down & -upper); /* a truth is -1 */
    vec_byte bytes = __builtin_convertvector(place, vec_byte);
    memcpy(which, &bytes, sizeof bytes);
#endif
}

/* Pools one register of channels of one 2x2 window; scale is not negative. */
static inline void pool(const vec four[4], vec scale, vec shift, stored *z, uint8_t *which)
{
    vec_mask upper = vec_greater(four[1], four[0]);
    vec_mask lower = vec_greater(four[3], four[2]);
    vec best = vec_select(upper, four[1], four[0]);
    vec other = vec_select(lower, four[3], four[2]);
    vec_mask down = vec_greater(other, best);
    best = vec_select(down, other, best) * scale + shift;
    vec_put(z, vec_select(vec_greater((vec){0}, best), (vec){0}, best));
    put_places(upper, lower, down, which);
}

static inline vec magnitude(vec v)
{
    return vec_select(vec_greater((vec){0}, v), -v, v);
}

static void stem_forward(const lac_stem_shape *s, const void *frame, void *scratch,
                         const lac_stem_filter *filter, int first, int last, void *z_,
                         uint8_t *which)
{
    const source from = {
        frame, make_cells(s, frame, 2 * first, 2 * last + LAC_STEM_K - 1, scratch), s->stride};
    stored *z = z_;
    int rows = s->h / 2;
    int columns = s->w / 2;
    for (int c = 0; c < s->oc; c += 2 * LANES) {
        for (int y = first; y < last; y++) {
            for (int x = 0; x < columns; x += TILE / 2) {
                tile t = tile_convolve(&from, (size_t)2 * y * s->stride + 2 * x, filter->w + c,
                                       s->oc);
                for (int half = 0; half < 2; half++) {
                    int channel = c + half * LANES;
                    vec a = magnitude(vec_load(filter->scale + channel));
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

const lac_stem_kernels LAC_NAME(lac_stem) = {stem_pack, stem_forward, LAC_NAME(lac_stem_moments),
                                             LAC_NAME(lac_stem_gather)};
