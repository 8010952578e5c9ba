/*
 * The matrix product of a few rows, such as one face's, with lines along k, compiled once per
 * instruction set. Nothing is used often enough to be worth a panel: what counts is how fast the
 * lines come from memory. Five at a time come faster than one (0.48 ms for 37 MB on two threads
 * against 0.70, and 0.62 by oneDNN).
 */
#include "kernel/vector.h"

enum { LINES = 5, SUMS = 2 };

#ifdef LAC_BF16
enum { STEP = 2 * LANES };
typedef __m512bh term;

static inline term term_load(const void *p, int wide)
{
    const float *from = p;
    return wide ? _mm512_cvtne2ps_pbh(vec_load(from + LANES), vec_load(from))
                : (term)_mm512_loadu_si512(p);
}

static inline vec term_multiply(term a, term b, vec sum)
{
    return _mm512_dpbf16_ps(sum, a, b);
}
#else
enum { STEP = LANES };
typedef vec term;

static inline term term_load(const void *p, int wide)
{
    (void)wide;
    return vec_load(p);
}

static inline vec term_multiply(term a, term b, vec sum)
{
    return vec_fma(a, b, sum);
}
#endif

static float sum_of(vec v)
{
    float lanes[LANES];
    vec_store(lanes, v);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++)
            lanes[i] += lanes[i + width];
    return lanes[0];
}

/* Lines of B, and of what they are made. */
typedef struct lines {
    const char *first;
    size_t line, size; /* bytes of a line, of a number */
    int wide;
} lines;

/* What is left of the lines at k, shorter than STEP: padded with 0. */
static inline void multiply_rest(const stored *a, const lines *b, int count, int left,
                                 vec sums[LINES][SUMS])
{
    stored padded[STEP] = {0};
    float line[STEP]; /* room for either type */
    memcpy(padded, a, left * sizeof *a);
    for (int l = 0; l < count; l++) {
        memset(line, 0, sizeof line);
        memcpy(line, b->first + l * b->line, left * b->size);
        sums[l][0] = term_multiply(term_load(padded, 0), term_load(line, b->wide), sums[l][0]);
    }
}

static inline __attribute__((always_inline)) void dots(const stored *a, lines b, int count, int k,
                                                       float beta, float *c)
{
    vec sums[LINES][SUMS] = {{{0}}};
    int p = 0;
    for (; p + SUMS * STEP <= k; p += SUMS * STEP, b.first += SUMS * STEP * b.size)
        for (int i = 0; i < SUMS; i++) {
            term left = term_load(a + p + i * STEP, 0);
            for (int l = 0; l < count; l++)
                sums[l][i] = term_multiply(
                    left, term_load(b.first + l * b.line + i * STEP * b.size, b.wide), sums[l][i]);
        }
    for (; p < k; p += STEP, b.first += STEP * b.size)
        multiply_rest(a + p, &b, count, k - p < STEP ? k - p : STEP, sums);
    for (int l = 0; l < count; l++)
        c[l] = sum_of(sums[l][0] + sums[l][1]) + (beta != 0 ? beta * c[l] : 0.0f);
}

void LAC_NAME(lac_gemm_few)(int tb, int m, int n, int k, const void *a_, int lda, const void *b,
                            int ldb, float beta, float *c, int ldc)
{
    const stored *a = a_;
    int wide = sizeof(stored) < sizeof(float) && tb & LAC_WIDE;
    size_t size = wide ? sizeof(float) : sizeof(stored);
    lines at = {b, ldb * size, size, wide};
    int j = 0;
    for (; j + LINES <= n; j += LINES, at.first += LINES * at.line)
        for (int i = 0; i < m; i++)
            dots(a + (size_t)i * lda, at, LINES, k, beta, c + (size_t)i * ldc + j);
    for (; j < n; j++, at.first += at.line)
        for (int i = 0; i < m; i++)
            dots(a + (size_t)i * lda, at, 1, k, beta, c + (size_t)i * ldc + j);
}
