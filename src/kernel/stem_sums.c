/*
 * The stem's sums, compiled once per instruction set.
 *
 * moments slides a row over another, all horizontal shifts at once. gather makes, per
 * channel, a list of the terms that are not zero (a branch per term would be mispredicted
 * half the time) and then adds patches, the 11 rows of the sum in registers.
 *
 * Of bf16, moments multiplies cells (stem_parts.h), gather pairs of terms. Products of bf16
 * are exact: neither differs from the same sum of floats by more than its order.
 */
#include "kernel/stem_parts.h"

enum {
    ROW_VECS = LAC_STEM_ROW / LANES,      /* registers of a patch's row */
    PASS_ROWS = LANES == 16 ? 11 : 6,  /* patch rows held at once: 11 registers of AVX-512, 12 of
                                          AVX2, 24 of NEON */
    PASS_SHIFTS = LANES == 8 ? 7 : 21, /* horizontal shifts summed at once */
    EDGE = LAC_STEM_PAD,
};

/* ---- Moments --------------------------------------------------------------------------- */

#ifdef LAC_BF16
static inline vec first_row(vec cells)
{
    return (vec)_mm512_and_si512((__m512i)cells, _mm512_set1_epi32(0xffff));
}

static const cell *make_cells(const lac_stem_shape *s, const stored *frame, void *scratch)
{
    cell *cells = scratch;
    size_t count = lac_stem_frame(s->h, s->w) - s->stride;
    for (size_t i = 0; i < count; i++)
        cells[i] = frame[i] | (cell)frame[i + s->stride] << 16;
    return cells;
}
#else
static inline vec first_row(vec cells)
{
    return cells;
}

static const cell *make_cells(const lac_stem_shape *s, const stored *frame, void *scratch)
{
    (void)s;
    (void)scratch;
    return frame;
}
#endif

static inline vec load_cells(const cell *p)
{
    return vec_load((const float *)p);
}

static float lanes_sum(vec v)
{
#if defined __AVX512F__
    return _mm512_reduce_add_ps(v);
#elif defined __AVX2__
    return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
#else
    return (v[0] + v[1]) + (v[2] + v[3]);
#endif
}

/* Rows y in [first, last), columns [from, to) in whole registers, of P[y, x] times
 * P[y + dy, x + dx] for PASS_SHIFTS values of dx from dx0 on. */
typedef struct strip {
    const cell *cells;
    int stride, first, last, from, to;
} strip;

static inline void strip_products(const strip *s, int dy, int dx0, vec acc[PASS_SHIFTS])
{
    for (int i = 0; i < PASS_SHIFTS; i++)
        acc[i] = (vec){0};
    for (int y = s->first; y < s->last; y += CELL_ROWS) {
        const cell *row = s->cells + (size_t)y * s->stride;
        const cell *other = row + (size_t)dy * s->stride + dx0;
        for (int x = s->from; x < s->to; x += LANES) {
            vec a = load_cells(row + x);
            if (y + CELL_ROWS > s->last)
                a = first_row(a);
#pragma GCC unroll 21
            for (int i = 0; i < PASS_SHIFTS; i++)
                acc[i] = cell_multiply(a, load_cells(other + x + i), acc[i]);
        }
    }
}

enum { SLOTS = LAC_STEM_SHIFTS + 1 };

/* The sums of columns [c, EDGE) of the edge that begins at column `edge`, one by one, as far as a
 * register has them: to [EDGE, 1 + shifts]. */
static inline __attribute__((always_inline)) void
edge_products(const strip *all, int edge, int c, int dy, int dx, double *to)
{
    const strip one = {all->cells, all->stride, all->first, all->last, edge + c, edge + c + 1};
    vec acc[PASS_SHIFTS];
    strip_products(&one, dy, dx, acc);
    for (int i = 0; i < PASS_SHIFTS; i++)
        for (int l = 0; l < LANES && c + l < EDGE; l++)
            to[(c + l) * SLOTS + i] += acc[i][l];
}

/* Products of one group of rows: sums [groups of columns, 1 + shifts]. What a register holds
 * behind the last column is border, 0. */
static void group_products(const lac_stem_shape *s, const cell *cells, int first, int last,
                           double *sums)
{
    const strip all = {cells, s->stride, first, last, EDGE, s->w + EDGE};
    vec acc[PASS_SHIFTS];
    for (int dy = 0; dy < LAC_STEM_K; dy++)
        for (int shift = 0; shift < LAC_STEM_SHIFTS_X; shift += PASS_SHIFTS) {
            double *to = sums + 1 + dy * LAC_STEM_SHIFTS_X + shift;
            int dx = shift - (LAC_STEM_K - 1);
            strip_products(&all, dy, dx, acc);
            for (int i = 0; i < PASS_SHIFTS; i++)
                to[i] += lanes_sum(acc[i]);
            for (int c = 0; c < EDGE; c += LANES) {
                edge_products(&all, EDGE, c, dy, dx, to + SLOTS);
                edge_products(&all, s->w, c, dy, dx, to + (1 + EDGE) * SLOTS);
            }
        }
}

/* The plain sums of the same. */
static void group_sums(const lac_stem_shape *s, const stored *frame, int first, int last,
                       double *sums)
{
    for (int y = first; y < last; y++) {
        const stored *row = frame + (size_t)y * s->stride;
        vec total = {0};
        for (int x = 0; x < s->stride; x += LANES) /* the border is 0 */
            total += vec_take(row + x);
        sums[0] += lanes_sum(total);
        for (int c = 0; c < EDGE; c++) {
            sums[(1 + c) * SLOTS] += widen(row[EDGE + c]);
            sums[(1 + EDGE + c) * SLOTS] += widen(row[s->w + c]);
        }
    }
}

void LAC_NAME(lac_stem_moments)(const lac_stem_shape *s, const void *frame, void *scratch,
                                double *sums)
{
    const cell *cells = make_cells(s, frame, scratch);
    for (int group = 0; group < LAC_STEM_GROUPS; group++) {
        int edge = group - 1;
        int first = group == 0 ? 2 * EDGE : edge < EDGE ? EDGE + edge : s->h + edge - EDGE;
        int last = group == 0 ? s->h : first + 1;
        double *to = sums + (size_t)group * LAC_STEM_GROUPS * (LAC_STEM_SHIFTS + 1);
        group_products(s, cells, first, last, to);
        group_sums(s, frame, first, last, to);
    }
}

/* ---- Gather --------------------------------------------------------------------------------- */

/* The terms of one channel: the gradient g meets the patch whose top left is `at`. */
typedef struct term_list {
    stored *g;
    int32_t *at;
    int count;
} term_list;

enum { SPARE = 16 }; /* terms that may be written behind the last */

/* The frame as patches are read from it: a window at column x is found at x, or skew further
 * on where x has the bit 16. */
typedef struct patches {
    const stored *frame;
    int pitch; /* numbers from row to row */
    int skew;
} patches;

#ifdef LAC_BF16
/* Every row twice, the second time from column 16 on, so that no row of a patch crosses a cache
 * line. One line more parts the rows: all patch rows at one distance from a power of two would
 * fall into the same few places of the cache. */
static patches make_patches(const lac_stem_shape *s, const stored *frame, void *scratch)
{
    stored *to = scratch;
    int half = (s->stride + 31) / 32 * 32;
    int pitch = 2 * half + 32;
    for (int y = 0; y < s->h + 2 * LAC_STEM_PAD; y++, to += pitch, frame += s->stride) {
        memcpy(to, frame, s->stride * sizeof *to);
        memcpy(to + half, frame + 16, (s->stride - 16) * sizeof *to);
    }
    return (patches){scratch, pitch, half - 16};
}
#else
static patches make_patches(const lac_stem_shape *s, const stored *frame, void *scratch)
{
    (void)scratch;
    return (patches){frame, s->stride, 0};
}
#endif

/* Columns of a row of the pooled picture, 16 channels each. */
typedef struct pooled_row {
    const stored *z, *dz;
    const uint8_t *which;
    int y, columns;
} pooled_row;

#if defined __AVX512F__
/* 16 columns at a time change places with the channels; a channel's terms are then closed up
 * in a register. */
static void list_row(const patches *p, const pooled_row *row, term_list lists[LAC_BLOCK])
{
    const __m512i none = _mm512_set1_epi32(4);
    const __m512i step = _mm512_setr_epi32(0, 1, p->pitch, p->pitch + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                           0, 0, 0);
    const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (int first = 0; first < row->columns; first += 16) {
        vec g[16];
        vec place[16];
        for (int x = 0; x < 16; x++) {
            int is_there = first + x < row->columns;
            size_t i = (size_t)(is_there ? first + x : first) * LAC_BLOCK;
            __mmask16 open = vec_greater(vec_take(row->z + i), (vec){0}) & (is_there ? 0xffff : 0);
            __m128i which;
            memcpy(&which, row->which + i, sizeof which);
            g[x] = vec_take(row->dz + i);
            place[x] = _mm512_castsi512_ps(
                _mm512_mask_blend_epi32(open, none, _mm512_cvtepu8_epi32(which)));
        }
        vec_transpose(g);
        vec_transpose(place);
        __m512i column = _mm512_slli_epi32(_mm512_add_epi32(_mm512_set1_epi32(first), count), 1);
        __mmask16 far = _mm512_test_epi32_mask(column, _mm512_set1_epi32(16));
        __m512i corner = _mm512_mask_add_epi32(column, far, column, _mm512_set1_epi32(p->skew));
        corner = _mm512_add_epi32(corner, _mm512_set1_epi32(2 * row->y * p->pitch));
        for (int l = 0; l < LAC_BLOCK; l++) {
            term_list *list = &lists[l];
            __m512i places = _mm512_castps_si512(place[l]);
            __mmask16 open = _mm512_cmpneq_epi32_mask(places, none);
            __m512i at = _mm512_add_epi32(corner, _mm512_permutexvar_epi32(places, step));
            vec_put(list->g + list->count, _mm512_maskz_compress_ps(open, g[l]));
            _mm512_storeu_si512(list->at + list->count, _mm512_maskz_compress_epi32(open, at));
            list->count += __builtin_popcount(open);
        }
    }
}
#else
static void list_row(const patches *p, const pooled_row *row, term_list lists[LAC_BLOCK])
{
    const int32_t step[4] = {0, 1, p->pitch, p->pitch + 1};
    for (int x = 0; x < row->columns; x++) {
        int32_t corner = 2 * (row->y * p->pitch + x);
        for (int l = 0; l < LAC_BLOCK; l++) {
            size_t i = (size_t)x * LAC_BLOCK + l;
            term_list *list = &lists[l];
            list->g[list->count] = row->dz[i];
            list->at[list->count] = corner + step[row->which[i] & 3];
            list->count += row->z[i] > 0.0f;
        }
    }
}
#endif

/* Adds to acc the patch rows of all terms, to *sum the terms. */
#ifdef LAC_BF16
static inline void add_patches(const patches *p, const term_list *list, int first,
                               vec acc[PASS_ROWS][ROW_VECS], vec *sum)
{
    const stored *frame = p->frame + (size_t)first * p->pitch;
    __m512i pairs = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8,
                                     39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3f80);
    list->g[list->count] = narrow(0.0f); /* an odd last term's partner */
    list->at[list->count] = 0;
    for (int i = 0; i < list->count; i += 2) {
        const stored *a = frame + list->at[i];
        const stored *b = frame + list->at[i + 1];
        int32_t both;
        memcpy(&both, list->g + i, sizeof both);
        __m512bh g = (__m512bh)_mm512_set1_epi32(both);
        *sum = _mm512_dpbf16_ps(*sum, g, ones);
#pragma GCC unroll 11
        for (int k = 0; k < PASS_ROWS; k++) {
            __m256i row[2];
            memcpy(&row[0], a + (size_t)k * p->pitch, sizeof row[0]);
            memcpy(&row[1], b + (size_t)k * p->pitch, sizeof row[1]);
            __m512i pair = _mm512_permutex2var_epi16(_mm512_castsi256_si512(row[0]), pairs,
                                                     _mm512_castsi256_si512(row[1]));
            acc[k][0] = _mm512_dpbf16_ps(acc[k][0], g, (__m512bh)pair);
        }
    }
}
#else
static inline void add_patches(const patches *p, const term_list *list, int first,
                               vec acc[PASS_ROWS][ROW_VECS], vec *sum)
{
    for (int i = 0; i < list->count; i++) {
        const float *patch = p->frame + list->at[i] + (size_t)first * p->pitch;
        vec g = vec_all(list->g[i]);
        *sum += g;
#pragma GCC unroll 11
        for (int k = 0; k < PASS_ROWS; k++)
#pragma GCC unroll 2
            for (int v = 0; v < ROW_VECS; v++)
                acc[k][v] = vec_fma(g, vec_load(patch + (size_t)k * p->pitch + v * LANES),
                                    acc[k][v]);
    }
}
#endif

/* Patch rows [first, first + PASS_ROWS) of one channel's sum; returns the sum of its g. */
static double gather_rows(const patches *p, const term_list *list, int first, double *gather)
{
    vec acc[PASS_ROWS][ROW_VECS];
    vec sum = {0};
    for (int k = 0; k < PASS_ROWS; k++)
        for (int v = 0; v < ROW_VECS; v++)
            acc[k][v] = (vec){0};
    add_patches(p, list, first, acc, &sum);
    for (int k = 0; k < PASS_ROWS && first + k < LAC_STEM_K; k++)
        for (int v = 0; v < ROW_VECS; v++)
            for (int l = 0; l < LANES; l++)
                gather[(first + k) * LAC_STEM_ROW + v * LANES + l] += acc[k][v][l];
    return sum[0];
}

void LAC_NAME(lac_stem_gather)(const lac_stem_shape *s, const void *frame, const void *z_,
                               const void *dz_, const uint8_t *which, void *scratch,
                               double *gather, double *sum)
{
    const stored *z = z_;
    const stored *dz = dz_;
    size_t plane = (size_t)(s->h / 2) * (s->w / 2) * LAC_BLOCK;
    size_t room = plane / LAC_BLOCK + SPARE;
    patches p = make_patches(s, frame, scratch);
    int32_t *at = scratch;
    if (p.frame == scratch)
        at = (int32_t *)((stored *)scratch + (size_t)(s->h + 2 * LAC_STEM_PAD) * p.pitch);
    stored *g = (stored *)(at + LAC_BLOCK * room);
    for (int c = 0; c < s->oc; c += LAC_BLOCK, z += plane, dz += plane, which += plane) {
        term_list lists[LAC_BLOCK];
        for (int l = 0; l < LAC_BLOCK; l++)
            lists[l] = (term_list){g + l * room, at + l * room, 0};
        for (int y = 0; y < s->h / 2; y++) {
            size_t i = (size_t)y * (s->w / 2) * LAC_BLOCK;
            list_row(&p, &(pooled_row){z + i, dz + i, which + i, y, s->w / 2}, lists);
        }
        for (int l = 0; l < LAC_BLOCK; l++) {
            double *to = gather + (size_t)(c + l) * LAC_STEM_GATHER;
            double total = 0.0;
            for (int first = 0; first < LAC_STEM_K; first += PASS_ROWS)
                total = gather_rows(&p, &lists[l], first, to);
            sum[c + l] += total;
        }
    }
}
