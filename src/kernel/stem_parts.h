/* What the stem's two sources, each compiled once per instruction set, share. */
#ifndef LAC_STEM_PARTS_H
#define LAC_STEM_PARTS_H

#include "kernel/stem.h"
#include "kernel/vector.h"

void LAC_NAME(lac_stem_moments)(const lac_stem_shape *s, const void *frame, void *scratch,
                                double *sums);
void LAC_NAME(lac_stem_gather)(const lac_stem_shape *s, const void *frame, const void *z,
                               const void *dz, const uint8_t *which, void *scratch, double *gather,
                               double *sum);

/* The processor multiplies bf16 in pairs. Where columns are to stay apart, a pixel is paired with
 * the one below it, in the upper half of a word: a cell. Cells of rows [first, last) of a frame
 * go to the same places in scratch. */
#ifdef LAC_BF16
typedef uint32_t cell;

static inline const cell *make_cells(const lac_stem_shape *s, const stored *frame, int first,
                                     int last, void *scratch)
{
    cell *cells = scratch;
    size_t end = (size_t)last * s->stride;
    for (size_t i = (size_t)first * s->stride; i < end; i++)
        cells[i] = frame[i] | (cell)frame[i + s->stride] << 16;
    return cells;
}
#else
typedef float cell;

static inline const cell *make_cells(const lac_stem_shape *s, const stored *frame, int first,
                                     int last, void *scratch)
{
    (void)s;
    (void)first;
    (void)last;
    (void)scratch;
    return frame;
}
#endif

#endif
