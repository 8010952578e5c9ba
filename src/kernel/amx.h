/*
 * What the passes of amx.c and amx_weights.c share: a picture spread out, and tiles.
 *
 * A tile is a register of 16 rows of 64 bytes, and there are eight. One instruction multiplies 16
 * pixels of 32 channels by 32 channels of 16 outputs, and adds to 16 x 16 floats: 8,192 products in
 * 16 cycles, where AVX512-BF16 makes 32 in one or two.
 *
 * For that a picture is spread out: 32 channels side by side, and zeros around it. Then a tap of
 * the kernel is a distance: pixel i of the output, counted row by row over the width with its
 * zeros, reads what is `offset of the tap` pixels behind i, so that 16 neighbours are one tile,
 * beyond the end of a row too; what is computed for the zeros is dropped. With a stride the picture
 * is dealt to planes, one for each remainder (phase) of row and column, in which the taps' pixels
 * are neighbours again.
 */
#ifndef LAC_AMX_H
#define LAC_AMX_H

#include "kernel/conv.h"
#include "kernel/vector.h"

enum {
    TILE = 16,             /* rows of a tile, and words of one */
    GROUP = 2 * LAC_BLOCK, /* channels side by side */
    WORDS = TILE * TILE,   /* of a tile */
    MOST_TAPS = LAC_MOST_K * LAC_MOST_K,
};

/* Planes of [h, w] pixels, a picture spread out: pixel (i, j) of plane (p, q) is pixel
 * (stride * i + p - pad, stride * j + q - pad) of the picture, 0 outside it. Each group of channels
 * has all planes, and zeros behind them. */
typedef struct lac_spread {
    int stride, pad;
    int phases; /* planes along each side */
    int h, w;
    int groups;
    size_t plane; /* pixels of a plane */
    size_t group; /* from group to group */
} lac_spread;

lac_spread lac_spread_of(int c, int stride, int phases, int pad, int h, int w);

/* x of a convolution: tap (p, q) of output (i, j) is at `lac_spread_tap` behind i * w + j. */
lac_spread lac_spread_input(const lac_conv_shape *s);

static inline int lac_spread_tap(const lac_spread *f, int p, int q)
{
    int plane = p % f->stride * f->phases + q % f->stride;
    return (int)(plane * f->plane) + p / f->stride * f->w + q / f->stride;
}

/* Numbers that it takes. */
static inline size_t lac_spread_size(const lac_spread *f)
{
    return f->groups * f->group * GROUP;
}

/* Spreads a picture x [c, h, w], stored, or of floats if wide. */
void lac_spread_out(const lac_spread *f, const void *x, int wide, int c, int h, int w, stored *to);

/* The thread's tiles, all of the full size, from begin to end. */
void lac_tiles_begin(void);
void lac_tiles_end(void);

/* What was stored before is loaded by tiles behind this: gcc does not know that they read. */
#define LAC_TILES_SEE_MEMORY() __asm__ volatile("" ::: "memory")

/* Weights' gradients; the contracts of lac_conv_method. */
void lac_amx_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                              const void *dy, float *partial, float *scratch);
void lac_amx_unpack(const lac_conv *conv, int thread, const float *partial, float *dw);
size_t lac_amx_weights_scratch(const lac_conv_shape *s); /* floats */

#endif
