/* What the stem needs outside its inner loops: frames, moments put together, the choice. */
#include "kernel/stem.h"
#include "kernel/tables.h"

#include <string.h>

extern const lac_stem_kernels lac_stem_avx2, lac_stem_avx512, lac_stem_avx512_bf16, lac_stem_neon;

const lac_stem_kernels *lac_stem_get(const lac_kernels *kernels)
{
#ifdef LAC_X86
    if (kernels->level >= LAC_CPU_AVX512 && kernels->element < sizeof(float))
        return &lac_stem_avx512_bf16;
#endif
    switch (kernels->level) {
#define STEM(isa, level)                                                                           \
    case level:                                                                                    \
        return &lac_stem_##isa;
        LAC_LEVELS(STEM)
    default:
        return NULL;
    }
}

/* Where row y of a picture starts in its frame. */
static size_t inside(const lac_stem_shape *s, int y)
{
    return (size_t)(y + LAC_STEM_PAD) * s->stride + LAC_STEM_PAD;
}

void lac_stem_fill(const lac_stem_shape *s, size_t element, const void *x, void *frame)
{
    size_t row = s->w * element;
    for (int y = 0; y < s->h; y++)
        memcpy((char *)frame + inside(s, y) * element, (const char *)x + y * row, row);
}

/* The sum over the window of tap (ky, kx): rows ky to ky + h - 1 of the frame, columns kx to
 * kx + w - 1. Of the 5 rows at the top edge (frame rows 5 to 9) it holds those from ky on,
 * of the 5 at the bottom (h to h + 4) those before ky + h; columns likewise, by taking what
 * is outside away from the whole. */
static double window(const double *sums, int slot, int ky, int kx)
{
    const size_t slots = LAC_STEM_SHIFTS + 1;
    double total = 0.0;
    for (int group = 0; group < LAC_STEM_GROUPS; group++) {
        int top = group >= 1 && group <= LAC_STEM_PAD;
        int edge = top ? group - 1 : group - 1 - LAC_STEM_PAD;
        int inside = group == 0 || (top ? LAC_STEM_PAD + edge >= ky : edge < ky);
        if (!inside)
            continue;
        const double *row = sums + group * LAC_STEM_GROUPS * slots + slot;
        total += row[0];
        for (int c = 0; c < LAC_STEM_PAD; c++) {
            if (LAC_STEM_PAD + c < kx)
                total -= row[(1 + c) * slots];
            if (c >= kx)
                total -= row[(1 + LAC_STEM_PAD + c) * slots];
        }
    }
    return total;
}

void lac_stem_assemble(const double *sums, double *e, double *m)
{
    for (int a = 0; a < LAC_STEM_TAPS; a++) {
        int ky = a / LAC_STEM_K;
        int kx = a % LAC_STEM_K;
        e[a] = window(sums, 0, ky, kx);
        for (int b = a; b < LAC_STEM_TAPS; b++) { /* not above a: dy >= 0 */
            int dy = b / LAC_STEM_K - ky;
            int dx = b % LAC_STEM_K - kx;
            int slot = 1 + dy * LAC_STEM_SHIFTS_X + dx + LAC_STEM_K - 1;
            m[a * LAC_STEM_TAPS + b] = m[b * LAC_STEM_TAPS + a] = window(sums, slot, ky, kx);
        }
    }
}
