/*
 * What the stem's two sources, each compiled once per instruction set, share.
 *
 * A cell is what a multiply-add takes of a picture: a float, or, as the processor multiplies
 * bf16 in pairs, a number in the lower half of a word and the one below it in the upper, so that
 * columns stay apart.
 */
#ifndef LAC_STEM_PARTS_H
#define LAC_STEM_PARTS_H

#include "kernel/stem.h"
#include "kernel/vector.h"

void LAC_NAME(lac_stem_moments)(const lac_stem_shape *s, const void *frame, void *scratch,
                                double *sums);
void LAC_NAME(lac_stem_gather)(const lac_stem_shape *s, const void *frame, const void *z,
                               const void *dz, const uint8_t *which, void *scratch, double *gather,
                               double *sum);

#ifdef LAC_BF16
typedef uint32_t cell;

enum { CELL_ROWS = 2 };

static inline vec cell_multiply(vec a, vec b, vec sum)
{
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

static inline vec cell_all(cell v)
{
    return (vec)_mm512_set1_epi32((int32_t)v);
}
#else
typedef float cell;

enum { CELL_ROWS = 1 };

static inline vec cell_multiply(vec a, vec b, vec sum)
{
    return vec_fma(a, b, sum);
}

static inline vec cell_all(cell v)
{
    return vec_all(v);
}
#endif

#endif
