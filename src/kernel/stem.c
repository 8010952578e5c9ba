/*
 * The stem's forward kernel, compiled once per instruction set.
 *
 * 11 rows of taps over two rows of outputs are 22 products of a row; 17 are enough. With
 * even taps e and odd taps o, and of three neighbouring inputs u, v, u' every other one,
 *   even outputs:  e u + o v  = (e + o) v + e (u - v)
 *   odd outputs:   e v + o u' = (e + o) v + o (u' - v),
 * sums over 6, 6 and 5 taps where the left sides take 11 and 11. Both directions of a picture
 * are treated so: 289 multiply-adds make a 2x2 window of outputs, which is then pooled, instead
 * of 484. Differences of neighbours are small, and exact or nearly so.
 *
 * The 9 planes of differences have a quarter of a picture's pixels each. A tile is TILE windows
 * of a row by 2 registers of channels.
 */
#include "kernel/stem_parts.h"

enum {
    TILE = LANES == 8 ? 4 : 12, /* sums in 8 of AVX2's 16 registers, or 24 of 32 */
};

enum { BOTH, EVEN, ODD, KINDS }; /* v, u - v, u' - v */

/* Taps of a kind; rows of them go in cells. */
static const int taps[KINDS] = {6, 6, 5};

static inline int rows_of(int kind)
{
    return (taps[kind] + CELL_ROWS - 1) / CELL_ROWS;
}

/* ---- Weights ---------------------------------------------------------------------------- */

enum { ALL = 17 }; /* taps of all kinds in a line */

/* 11 numbers of a line, `step` apart, to those of all kinds. */
static void split_line(const float *line, size_t step, float *to, size_t to_step)
{
    for (int i = 0; i < 6; i++) {
        float even = line[2 * i * step];
        float odd = i < 5 ? line[(2 * i + 1) * step] : 0.0f;
        to[i * to_step] = even + odd;
        to[(6 + i) * to_step] = even;
        if (i < 5)
            to[(12 + i) * to_step] = odd;
    }
}

static inline void put_weight(const float *first, const float *below, float *to)
{
#ifdef LAC_BF16
    stored pair[2] = {narrow(*first), narrow(*below)};
    memcpy(to, pair, sizeof pair);
#else
    (void)below;
    *to = *first;
#endif
}

/* Weights [kind of rows, kind of columns, row, column, oc] as cells. The sign of a channel's scale
 * goes into them: the largest sum is then the largest value. */
static void stem_pack(const float *w, const float *scale, int oc, float *packed)
{
    for (int c = 0; c < oc; c++, w += LAC_STEM_TAPS) {
        float rows[ALL][LAC_STEM_K];
        float all[ALL + 1][ALL] = {{0}}; /* a row of zeros pairs with a last one */
        float *to = packed + c;
        for (int x = 0; x < LAC_STEM_K; x++)
            split_line(w + x, LAC_STEM_K, &rows[0][x], LAC_STEM_K);
        for (int y = 0; y < ALL; y++) {
            for (int x = 0; x < LAC_STEM_K; x++)
                rows[y][x] = scale[c] < 0 ? -rows[y][x] : rows[y][x];
            split_line(rows[y], 1, all[y], 1);
        }
        for (int down = 0; down < KINDS; down++)
            for (int across = 0; across < KINDS; across++)
                for (int r = 0; r < rows_of(down); r++)
                    for (int i = 0; i < taps[across]; i++, to += oc) {
                        const float *first = &all[6 * down + CELL_ROWS * r][6 * across + i];
                        put_weight(first, first + ALL, to);
                    }
    }
}

/* ---- Planes ------------------------------------------------------------------------------ */

typedef struct planes {
    cell *at;     /* [kind of rows, kind of columns, rows, stride] */
    size_t plane;
    int stride;
} planes;

static inline vec every_other(const float *p, int from)
{
    vec a = vec_load(p + from);
    vec b = vec_load(p + from + LANES);
#if defined __AVX512F__
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#elif defined __AVX2__
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
#else
    return __builtin_shufflevector(a, b, 0, 2, 4, 6);
#endif
}

/* 16 numbers of a row: they are the lower halves of its cells, the upper of the row above. */
static inline void put_cells(const planes *p, cell *row, int is_first, vec v)
{
#ifdef LAC_BF16
    __m512i words = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(v));
    _mm512_storeu_si512(row, words);
    if (!is_first) {
        cell *above = row - p->stride;
        _mm512_storeu_si512(above, _mm512_or_si512(_mm512_loadu_si512(above),
                                                   _mm512_slli_epi32(words, 16)));
    }
#else
    (void)p;
    (void)is_first;
    vec_store(row, v);
#endif
}

/* Row y of all planes, from three rows of the frame. line [3, 2 stride + 3 LANES] is scratch. */
static void make_row(const planes *p, const lac_stem_shape *s, const stored *frame, int y,
                     int is_first, float *line)
{
    const stored *row = frame + (size_t)2 * y * s->stride;
    size_t length = (size_t)2 * p->stride + 3 * LANES;
    for (size_t x = 0; x < length; x += LANES) {
        vec v = vec_take(row + s->stride + x);
        vec_store(line + x, v);
        vec_store(line + length + x, vec_take(row + x) - v);
        vec_store(line + 2 * length + x, vec_take(row + 2 * s->stride + x) - v);
    }
    for (int down = 0; down < KINDS; down++, line += length) {
        cell *to = p->at + down * KINDS * p->plane + (size_t)y * p->stride;
        for (int x = 0; x < p->stride; x += LANES) {
            vec v = every_other(line + 2 * x, 1);
            put_cells(p, to + x, is_first, v);
            put_cells(p, to + EVEN * p->plane + x, is_first, every_other(line + 2 * x, 0) - v);
            put_cells(p, to + ODD * p->plane + x, is_first, every_other(line + 2 * x, 2) - v);
        }
    }
}

/* What rows [first, last) of windows need. */
static planes make_planes(const lac_stem_shape *s, const stored *frame, int first, int last,
                          void *scratch)
{
    planes p = {.at = scratch, .stride = lac_stem_plane_stride(s->w)};
    p.plane = (size_t)(s->h / 2 + LAC_STEM_PAD) * p.stride;
    for (int y = first; y < last + LAC_STEM_PAD; y++)
        make_row(&p, s, frame, y, y == first, (float *)(p.at + KINDS * KINDS * p.plane));
    return p;
}

/* ---- Tiles ------------------------------------------------------------------------------- */

typedef struct sums {
    vec at[TILE][2];
} sums;

/* Adds one product; returns the weights behind its own. */
static inline const float *add_product(const planes *p, int down, int across, size_t at,
                                       const float *w, int oc, sums *sum)
{
    const cell *row = p->at + (KINDS * down + across) * p->plane + at;
    sums s = *sum;
    for (int r = 0; r < rows_of(down); r++, row += CELL_ROWS * p->stride)
        for (int i = 0; i < taps[across]; i++, w += oc) {
            vec w0 = vec_load(w);
            vec w1 = vec_load(w + LANES);
#pragma GCC unroll 12
            for (int t = 0; t < TILE; t++) {
                vec x = cell_all(row[t + i]);
                s.at[t][0] = cell_multiply(w0, x, s.at[t][0]);
                s.at[t][1] = cell_multiply(w1, x, s.at[t][1]);
            }
        }
    *sum = s;
    return w;
}

static inline sums sums_of(const sums *a, const sums *b)
{
    sums s;
    for (int t = 0; t < TILE; t++)
        for (int k = 0; k < 2; k++)
            s.at[t][k] = a->at[t][k] + b->at[t][k];
    return s;
}

/* Outputs of even and odd rows and columns; sums that outputs share are made once. */
static inline void tile_convolve(const planes *p, size_t at, const float *w, int oc, sums y[2][2])
{
    sums shared = {{{{0}}}};
    sums column[2];
    w = add_product(p, BOTH, BOTH, at, w, oc, &shared);
    for (int h = 0; h < 2; h++) {
        column[h] = shared;
        w = add_product(p, BOTH, EVEN + h, at, w, oc, &column[h]);
    }
    for (int v = 0; v < 2; v++) {
        shared = (sums){{{{0}}}};
        w = add_product(p, EVEN + v, BOTH, at, w, oc, &shared);
        for (int h = 0; h < 2; h++) {
            y[v][h] = sums_of(&column[h], &shared);
            w = add_product(p, EVEN + v, EVEN + h, at, w, oc, &y[v][h]);
        }
    }
}

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
    const planes p = make_planes(s, frame, first, last, scratch);
    stored *z = z_;
    int rows = s->h / 2;
    int columns = s->w / 2;
    for (int c = 0; c < s->oc; c += 2 * LANES)
        for (int y = first; y < last; y++)
            for (int x = 0; x < columns; x += TILE) {
                sums of[2][2];
                tile_convolve(&p, (size_t)y * p.stride + x, filter->w + c, s->oc, of);
                for (int half = 0; half < 2; half++) {
                    int channel = c + half * LANES;
                    vec a = magnitude(vec_load(filter->scale + channel));
                    vec b = vec_load(filter->shift + channel);
                    size_t plane = (size_t)(channel / LAC_BLOCK) * rows * columns;
                    for (int i = 0; i < TILE && x + i < columns; i++) {
                        size_t to = (plane + (size_t)y * columns + x + i) * LAC_BLOCK +
                                    channel % LAC_BLOCK;
                        vec four[4] = {of[0][0].at[i][half], of[0][1].at[i][half],
                                       of[1][0].at[i][half], of[1][1].at[i][half]};
                        pool(four, a, b, z + to, which + to);
                    }
                }
            }
}

const lac_stem_kernels LAC_NAME(lac_stem) = {stem_pack, stem_forward, LAC_NAME(lac_stem_moments),
                                             LAC_NAME(lac_stem_gather)};
