/*
 * The stem: the 11x11 convolution of one-channel pictures, with normalization, ReLU and
 * 2x2 max pool, never written out in full. See op/stem.c for the mathematics.
 *
 * A picture [h, w], as it is stored, is first copied into the middle of a frame of zeros, so
 * that no kernel asks where the border is.
 */
#ifndef LAC_STEM_H
#define LAC_STEM_H

#include "kernel/kernel.h"

enum {
    LAC_STEM_K = 11,
    LAC_STEM_PAD = LAC_STEM_K / 2,
    LAC_STEM_TAPS = LAC_STEM_K * LAC_STEM_K,
    LAC_STEM_PACKED = 17 * 17, /* weights of a channel as forward takes them (stem.c) */
    LAC_STEM_ROW = 16,                            /* floats of a kernel row in gathered sums */
    LAC_STEM_GATHER = LAC_STEM_K * LAC_STEM_ROW,  /* gathered sums of one channel */
    LAC_STEM_LEAST = 2 * LAC_STEM_K,              /* least side of a picture */

    /* Products of a picture with itself, shifted by (dy, dx), dy in [0, 10], dx in [-10, 10].
     * Rows are kept in groups, the inner ones together, each of the 5 at either edge alone;
     * so are columns: all together, and each of the 5 at either edge. */
    LAC_STEM_SHIFTS_X = 2 * LAC_STEM_K - 1,
    LAC_STEM_SHIFTS = LAC_STEM_K * LAC_STEM_SHIFTS_X,
    LAC_STEM_GROUPS = 1 + 2 * LAC_STEM_PAD,
    LAC_STEM_MOMENTS = LAC_STEM_GROUPS * LAC_STEM_GROUPS * (LAC_STEM_SHIFTS + 1),
};

typedef struct lac_stem_shape {
    int h, w;   /* of the picture, each at least LAC_STEM_LEAST */
    int oc;     /* a multiple of 32 */
    int stride; /* numbers of a frame's row */
} lac_stem_shape;

/* Convolution and normalization. */
typedef struct lac_stem_filter {
    const float *w;             /* as `pack` left it */
    const float *scale, *shift; /* [oc] */
} lac_stem_filter;

typedef struct lac_stem_kernels {
    /* Weights [oc, taps] into forward's order and precision, at most LAC_STEM_PACKED * oc floats,
     * turned by the sign of scale [oc]. */
    void (*pack)(const float *w, const float *scale, int oc, float *packed);

    /* Rows [first, last) of z [oc, h/2, w/2] blocked and of which [oc, h/2, w/2] blocked: the
     * place 0..3 of the largest of the four, row by row, the first of equal sums. */
    void (*forward)(const lac_stem_shape *s, const void *frame, void *scratch,
                    const lac_stem_filter *filter, int first, int last, void *z, uint8_t *which);

    /* Adds the picture's products to sums [groups of rows, groups of columns, 1 + shifts]:
     * first the plain sum of pixels, then sum of P[q] P[q + shift]. */
    void (*moments)(const lac_stem_shape *s, const void *frame, void *scratch, double *sums);

    /* g = dz where z > 0. Adds to gather [oc, LAC_STEM_GATHER] the sum of g times the patch
     * under the largest value, to sum [oc] the sum of g. */
    void (*gather)(const lac_stem_shape *s, const void *frame, const void *z, const void *dz,
                   const uint8_t *which, void *scratch, double *gather, double *sum);
} lac_stem_kernels;

/* The stem that goes with a table, or NULL: the plain convolution does the same there. */
const lac_stem_kernels *lac_stem_get(const lac_kernels *kernels);

static inline int lac_stem_stride(int w)
{
    return (w + 2 * LAC_STEM_PAD + 6 + 15) / 16 * 16;
}

/* Numbers of a frame: rows behind the last are read, as zeros, by shifted products. */
static inline size_t lac_stem_frame(int h, int w)
{
    return (size_t)(h + 2 * LAC_STEM_K) * lac_stem_stride(w);
}

/* Cells of a row of forward's planes: windows, the taps behind the last, a tile's rest. */
static inline int lac_stem_plane_stride(int w)
{
    return (w / 2 + LAC_STEM_PAD + 12 + 15) / 16 * 16;
}

/* Bytes of scratch that the kernels need, on whole cache lines: for forward 9 planes and 3 lines;
 * for the sums a picture's frame twice and 16 channels' terms. */
static inline size_t lac_stem_scratch(int h, int w)
{
    size_t stride = (size_t)lac_stem_plane_stride(w);
    size_t planes = (9 * (h / 2 + LAC_STEM_PAD) * stride + 3 * (2 * stride + 3 * 16)) * 4;
    size_t frame = lac_stem_frame(h, w + 48) * 2 * sizeof(uint16_t);
    size_t terms = LAC_BLOCK * ((size_t)(h / 2) * (w / 2) + 16) * (sizeof(int32_t) + sizeof(float));
    size_t sums = frame + terms;
    return ((planes > sums ? planes : sums) + 63) / 64 * 64;
}

/* Copies x [h, w] into a frame whose border is 0 already; `element` bytes a number. */
void lac_stem_fill(const lac_stem_shape *s, size_t element, const void *x, void *frame);

/* E [taps]: sums of the pixels under each tap over all positions; M [taps, taps]: sums of
 * their products; from the sums of `moments`. */
void lac_stem_assemble(const double *sums, double *e, double *m);

#endif
