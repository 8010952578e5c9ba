/*
 * The matrix product of bf16 numbers, with AVX512-BF16.
 *
 * The instruction multiplies pairs: it adds a0 b0 + a1 b1 to each float of a register. So
 * both operands are wanted as pairs along k, one pair a 32-bit word. B is copied into a
 * panel of such words on the stack, DEPTH rows by WIDTH columns, and rounded on the way if
 * it is float. A's rows have their pairs side by side already; only a transposed A, or an
 * odd end of k, is copied too. Per element the sum runs over k in order, with one more
 * rounding at every DEPTH.
 */
#include "kernel/vector.h"

enum {
    ROWS = 6,
    COLUMNS = 4, /* registers: 24 sums of 32 */
    WIDTH = COLUMNS * LANES,
    DEPTH = 256,
    PAIRS = DEPTH / 2,
    MOST_ROWS = 288, /* of A copied at a time: a multiple of ROWS and of LANES */
    AHEAD = 4,             /* lines of floats */
};

/* One of the two matrices that are multiplied. */
typedef struct operand {
    const void *data;
    int wide;    /* float, to be rounded */
    size_t line; /* numbers from one line to the next */
} operand;

/* Lines are short and far apart: the processor does not foresee the next. */
static inline void prefetch(const void *from, size_t bytes)
{
    __builtin_prefetch((const void *)((uintptr_t)from + bytes));
}

/* `count` numbers from `at` on, as bf16: where they stand, or rounded into `copy`. */
static const uint16_t *line_of(const operand *o, size_t at, int count, uint16_t *copy)
{
    const float *wide = o->data;
    if (!o->wide)
        return (const uint16_t *)o->data + at;
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
        vec_put(copy + i, vec_load(wide + at + i));
        prefetch(wide + at + i, AHEAD * o->line * sizeof *wide);
    }
    for (; i < count; i++)
        copy[i] = narrow(wide[at + i]);
    return copy;
}

enum { STEP = 2 * LANES };

/* Pairs of the STEP numbers from `at` on, those that are there; the others are 0. */
static inline __m512bh take_pairs(const operand *o, size_t at, __mmask32 there)
{
    if (!o->wide)
        return (__m512bh)_mm512_maskz_loadu_epi16(there, (const uint16_t *)o->data + at);
    const float *from = (const float *)o->data + at;
    __m512 first = _mm512_maskz_loadu_ps((__mmask16)there, from);
    __m512 second = _mm512_maskz_loadu_ps((__mmask16)(there >> LANES), from + LANES);
    return _mm512_cvtne2ps_pbh(second, first);
}

/* Words [depth / 2, width] from lines that run across k: two lines make a row of words. */
static void pack_across(const operand *o, size_t at, int depth, int count, int width,
                        uint32_t *words)
{
    static const uint16_t none[MOST_ROWS];
    uint16_t copy[2][WIDTH];
    for (int p = 0; p < depth; p += 2, words += width) {
        const uint16_t *first = line_of(o, at + p * o->line, count, copy[0]);
        const uint16_t *second =
            p + 1 < depth ? line_of(o, at + (p + 1) * o->line, count, copy[1]) : none;
        for (int i = 0; i < count; i++)
            words[i] = first[i] | (uint32_t)second[i] << 16;
    }
}

/* The same from lines that run along k: each makes a column of words, 16 by 16 at a time. Columns
 * are written in sixteens, the last beyond count. */
static void pack_along(const operand *o, size_t at, int depth, int count, int width,
                       uint32_t *words)
{
    for (int i = 0; i < count; i += LANES)
        for (int p = 0; p < depth; p += STEP) {
            __mmask32 there = depth - p < STEP ? (1u << (depth - p)) - 1 : ~0u;
            vec block[LANES];
            for (int k = 0; k < LANES; k++) { /* columns past the end repeat the last */
                size_t line = (size_t)(i + k < count ? i + k : count - 1) * o->line;
                block[k] = (vec)take_pairs(o, at + line + p, there);
                if (o->wide)
                    prefetch((const float *)o->data + at + line + p, AHEAD * 2 * sizeof block[0]);
            }
            vec_transpose(block);
            for (int k = 0; k < LANES && p + 2 * k < depth; k++)
                vec_store((float *)(words + (size_t)(p / 2 + k) * width + i), block[k]);
        }
}

static inline __m512bh pair_of(const char *at)
{
    int32_t word;
    memcpy(&word, at, sizeof word);
    return (__m512bh)_mm512_set1_epi32(word);
}

/* C [rows, columns] = the rows of A times the panel + beta C; `step` bytes lead from one
 * pair of A to the next. */
static void tile(int pairs, const char *const a[ROWS], size_t step, const uint32_t *panel,
                 int rows, int columns, float beta, float *c, int ldc)
{
    vec s[ROWS][COLUMNS] = {{{0}}};
    for (size_t p = 0; pairs > 0; pairs--, p += step, panel += WIDTH) {
#pragma GCC unroll 6
        for (int r = 0; r < ROWS; r++) {
            __m512bh pair = pair_of(a[r] + p);
#pragma GCC unroll 4
            for (int j = 0; j < COLUMNS; j++)
                s[r][j] = _mm512_dpbf16_ps(
                    s[r][j], pair, (__m512bh)_mm512_loadu_si512(panel + j * LANES));
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < ROWS; r++, c += ldc) {
        if (r == rows)
            break;
#pragma GCC unroll 4
        for (int j = 0; j < COLUMNS; j++) {
            int left = columns - j * LANES;
            __mmask16 mask = (__mmask16)(left >= LANES ? 0xffff : left > 0 ? (1 << left) - 1 : 0);
            vec old = {0};
            if (beta != 0)
                old = _mm512_maskz_loadu_ps(mask, c + j * LANES);
            _mm512_mask_storeu_ps(c + j * LANES, mask, vec_fma(vec_all(beta), old, s[r][j]));
        }
    }
}

/* Where the tiles find A's rows. */
typedef struct rows_of_a {
    const char *first;
    size_t row, step; /* bytes from row to row, from pair to pair */
} rows_of_a;

static void tiles(const rows_of_a *a, const uint32_t *panel, int pairs, int m, int columns,
                  float beta, float *c, int ldc)
{
    for (int i = 0; i < m; i += ROWS) {
        int rows = m - i < ROWS ? m - i : ROWS;
        const char *row[ROWS];
        for (int r = 0; r < ROWS; r++) /* rows past the end repeat the last */
            row[r] = a->first + (i + (r < rows ? r : rows - 1)) * a->row;
        tile(pairs, row, a->step, panel, rows, columns, beta, c + (size_t)i * ldc, ldc);
    }
}

void LAC_NAME(lac_gemm)(int ta, int tb, int m, int n, int k, const void *a, int lda,
                        const void *b, int ldb, float beta, float *c, int ldc)
{
    _Alignas(64) uint32_t panel[PAIRS * WIDTH];
    _Alignas(64) uint32_t packed[PAIRS * MOST_ROWS];
    const operand left = {a, 0, (size_t)lda};
    const operand right = {b, tb & LAC_WIDE, (size_t)ldb};
    int across = !(tb & LAC_TRANSPOSED);
    for (int p = 0; p < k; p += DEPTH) {
        int depth = k - p < DEPTH ? k - p : DEPTH;
        int copied = ta || depth % 2;
        int most = copied ? MOST_ROWS : m;
        for (int i = 0; i < m; i += most) {
            int count = m - i < most ? m - i : most;
            size_t at = ta ? (size_t)p * lda + i : (size_t)i * lda + p;
            rows_of_a rows = {(const char *)a + at * sizeof(uint16_t), lda * sizeof(uint16_t),
                              sizeof(uint32_t)};
            if (copied) {
                (ta ? pack_across : pack_along)(&left, at, depth, count, MOST_ROWS, packed);
                rows = (rows_of_a){(const char *)packed, sizeof(uint32_t),
                                   MOST_ROWS * sizeof(uint32_t)};
            }
            for (int j = 0; j < n; j += WIDTH) {
                int columns = n - j < WIDTH ? n - j : WIDTH;
                size_t from = across ? (size_t)p * ldb + j : (size_t)j * ldb + p;
                if (columns < WIDTH)
                    memset(panel, 0, sizeof panel);
                (across ? pack_across : pack_along)(&right, from, depth, columns, WIDTH, panel);
                tiles(&rows, panel, (depth + 1) / 2, count, columns, p ? 1 : beta,
                      c + (size_t)i * ldc + j, ldc);
            }
        }
    }
}
