/*
 * 3x3 convolutions of stride 1 on floats by Winograd's F(4x4, 3x3) (Lavin and Gray 2016): 36
 * products where the direct method takes 144. What its sources, each compiled once per
 * instruction set, share: winograd4_tiles.c (transforms), winograd4_products.c, winograd4.c (the
 * passes).
 *
 * A tile is 4x4 outputs, which see 6x6 inputs. With the points 0, a, -a, b, -b and infinity
 *          a2b2   0  -a2-b2   0     1  0         1/a2b2    0     0
 *            0  -ab2  -b2     a     1  0           1/n    a/n  a2/n          1  1  1  1  1  0
 *   B' =     0   ab2  -b2    -a     1  0     G =   1/n   -a/n  a2/n    A' =  0  a -a  b -b  0
 *            0  -a2b  -a2     b     1  0           1/m    b/m  b2/m          0 a2 a2 b2 b2  0
 *            0   a2b  -a2    -b     1  0           1/m   -b/m  b2/m          0 a3-a3 b3-b3  1
 *            0  a2b2   0   -a2-b2   0  1            0      0     1
 * n = 2 a2 (a2 - b2), m = 2 b2 (b2 - a2), and V = B' x B, U = G w G', each of the 36 numbers
 * ("place") of a tile is a matrix product of its own over the channels, and
 *   y = A' (U V) A;   the same with turned weights: dx from dy;
 *   dw = G' (V (A dy A')) G, summed over tiles.
 *
 * Tiles are counted through the rows of the pictures of a chunk, and some of them at a time, a
 * group, stay in the second-level cache: [place, block of 16 channels, tile, 16].
 */
#ifndef LAC_WINOGRAD4_H
#define LAC_WINOGRAD4_H

#include "kernel/conv.h"
#include "kernel/vector.h"

enum { LAC_OUT = 4, LAC_SIDE = 6, LAC_PLACES = LAC_SIDE * LAC_SIDE };

/* Columns of a product that are held in registers: 2 registers. */
enum { LAC_PANEL = 2 * LANES };

/* a and b, whose products are exact. With random inputs and 64 channels, y is off by 7.8e-7 of its
 * root mean square, and at most by 1.7e-6 of the largest; with the usual 1 and 2 by 1.7e-6 and
 * 5.2e-6. Of a dozen other pairs none was better. */
#define LAC_POINT_A 0.625f
#define LAC_POINT_B 1.5f

/* One block of channels of the pictures of a chunk, and its tiles. */
typedef struct lac_tiling {
    int h, w;
    int across; /* tiles of a row */
    int tiles;  /* of a picture */
    size_t picture; /* floats from one picture to the next */
} lac_tiling;

/* Tiles [first, first + count) of one block of channels, x or dy, as `place` numbers each from
 * `place` to `place` floats, [tile, 16]; `none` is a row of zeros. */
void LAC_NAME(lac_winograd4_input)(const lac_tiling *t, const float *x, int first, int count,
                                   const float *none, float *v, size_t place);
void LAC_NAME(lac_winograd4_gradient)(const lac_tiling *t, const float *dy, int first, int count,
                                      const float *none, float *v, size_t place);
void LAC_NAME(lac_winograd4_output)(const lac_tiling *t, const float *m, size_t place, int first,
                                    int count, float *y);

/* Weights and sums stand as panels of LAC_PANEL columns and perhaps a last one of LAC_BLOCK:
 * [panel, place, c, columns], where every place has a line more than it needs: places that are a
 * multiple of 4 KB apart would fight for the same set of the first-level cache. */
static inline size_t lac_winograd4_place(int c, int columns)
{
    return (size_t)c * columns + LAC_BLOCK;
}

/* Floats of the panels of columns [0, oc). */
static inline size_t lac_winograd4_panels(int c, int oc)
{
    size_t whole = (size_t)(oc / LAC_PANEL) * lac_winograd4_place(c, LAC_PANEL);
    return LAC_PLACES * (whole + (oc % LAC_PANEL ? lac_winograd4_place(c, LAC_BLOCK) : 0));
}

/* U of [c, columns] kernels of 9, whose inputs are `along` and whose outputs are `across` floats
 * apart, turned by half a circle if `turned`: [place, c, columns]. */
void LAC_NAME(lac_winograd4_weights)(const float *w, size_t along, size_t across, int turned, int c,
                                     int columns, float *u);
/* dw [c, 9, columns] of sums [place, c, columns]. */
void LAC_NAME(lac_winograd4_sums)(const float *s, int c, int columns, float *dw);

/* M [place, block, tile, 16] = V U for one panel of `columns` outputs. */
typedef struct lac_winograd4_group {
    int tiles;
    size_t block;   /* floats of a block of channels: room for as many tiles */
    size_t place_v; /* floats of a place of V */
    size_t place_m; /* and of the other operand, M or A dy A' of one panel */
} lac_winograd4_group;

/* Tiles of some blocks of channels of x or y, whose lines of memory a product asks for while it
 * computes. */
typedef struct lac_winograd4_fetch {
    const lac_tiling *t;
    const float *x; /* first block */
    int first, tiles, blocks;
} lac_winograd4_fetch;

enum { LAC_FETCH_READ, LAC_FETCH_WRITE, LAC_FETCHES }; /* what they are wanted for */

void LAC_NAME(lac_winograd4_multiply)(const lac_winograd4_group *g, const float *v, int c,
                                      const float *u, int columns, float *m,
                                      const lac_winograd4_fetch fetch[LAC_FETCHES]);

/* S [place, c, columns] = (or, if `add`, +=) V' W over the tiles, W = A dy A' of one panel. */
void LAC_NAME(lac_winograd4_correlate)(const lac_winograd4_group *g, const float *v, int c,
                                       const float *w, int columns, int add, float *s,
                                       const lac_winograd4_fetch fetch[2]);

#endif
