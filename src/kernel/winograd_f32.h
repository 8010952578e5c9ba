/*
 * 3x3 convolutions of stride 1 on floats by Winograd's F(4x4, 3x3) and F(3x3, 3x3) (Lavin and Gray
 * 2016): 36 products for 16 outputs, or 25 for 9, where the direct method takes 9 for each; and of
 * stride 2, 49 for 9 (winograd_f32_strided.c). What its sources, each compiled once per instruction
 * set, share: winograd_f32_tiles.c (transforms, by the lines of winograd_f32_lines.h),
 * winograd_f32_products.c, winograd_f32.c (the passes).
 *
 * A tile is out x out outputs, which see side x side inputs, side = out + 2. Its numbers are taken
 * at side x side "places", pairs of side points: 0, a, -a, b, (-b,) infinity. With the matrices B',
 * G and A' of winograd_f32_lines.h and V = B' x B, U = G w G', each place is a matrix product of
 * its own over the channels, and
 *   y = A' (U V) A;   the same with turned weights: dx from dy;
 *   dw = G' (V (A dy A')) G, summed over tiles.
 *
 * Tiles are counted through the rows of the pictures of a chunk, and some of them at a time, a
 * group, stay in the second-level cache: [place, block of 16 channels, tile, 16].
 */
#ifndef LAC_WINOGRAD_F32_H
#define LAC_WINOGRAD_F32_H

#include "kernel/conv.h"
#include "kernel/vector.h"

/* Functions of a tile's size or a count of rows, which the compiler knows where they are called. */
#define INLINE static inline __attribute__((always_inline))

/* The names that the sources share end in the instruction set. */
#define lac_winograd_input LAC_NAME(lac_winograd_input)
#define lac_winograd_gradient LAC_NAME(lac_winograd_gradient)
#define lac_winograd_output LAC_NAME(lac_winograd_output)
#define lac_strided_input LAC_NAME(lac_strided_input)
#define lac_strided_gradient LAC_NAME(lac_strided_gradient)
#define lac_strided_output LAC_NAME(lac_strided_output)
#define lac_strided_dy LAC_NAME(lac_strided_dy)
#define lac_strided_dx LAC_NAME(lac_strided_dx)
#define lac_winograd_weights LAC_NAME(lac_winograd_weights)
#define lac_winograd_sums LAC_NAME(lac_winograd_sums)
#define lac_winograd_multiply LAC_NAME(lac_winograd_multiply)
#define lac_winograd_correlate LAC_NAME(lac_winograd_correlate)

/* Columns of a product that are held in registers: 32 or, but for AVX-512, a block of 16. */
enum { LAC_PANEL = LANES == 16 ? 2 * LAC_BLOCK : LAC_BLOCK, LAC_PANEL_VECS = LAC_PANEL / LANES };

/* Of stride 2, 6x6 pixels of x meet 3x3 of y. */
enum { LAC_STRIDED = 6 };

/* How pictures are cut into tiles; a block of their channels is [picture, h, w, 16]. */
typedef struct lac_tiling {
    int out; /* pixels from one tile to the next: 4 or 3; of stride 2, LAC_STRIDED of x, 3 of y */
    int h, w;
    int across;     /* tiles of a row */
    int tiles;      /* of a picture */
    size_t picture; /* floats from one picture to the next */
} lac_tiling;

/* ---- Transforms (winograd_f32_tiles.c) ----------------------------------------------- */

/* Tiles [first, first + count) of one block of channels, x or dy, to [place, tile, 16], or from
 * there to y. `place` floats lie between places; `none` is a row of zeros. */
typedef void lac_winograd_take(const lac_tiling *t, const float *x, int first, int count,
                               const float *none, float *v, size_t place);
typedef void lac_winograd_put(const lac_tiling *t, const float *m, size_t place, int first,
                              int count, float *y);
lac_winograd_take lac_winograd_input, lac_winograd_gradient;
lac_winograd_put lac_winograd_output;

/* The same for stride 2 (winograd_f32_strided.c): of x, of dy for the weights' gradient, to y, of
 * dy for the gradient of x, to dx. */
lac_winograd_take lac_strided_input, lac_strided_gradient, lac_strided_dy;
lac_winograd_put lac_strided_output, lac_strided_dx;

/* Weights and sums stand as panels of LAC_PANEL columns and perhaps a last one of LAC_BLOCK:
 * [panel, place, c, columns], where every place has a line more than it needs: places that are a
 * multiple of 4 KB apart would fight for the same set of the first-level cache. */
static inline size_t lac_winograd_place(int c, int columns)
{
    return (size_t)c * columns + LAC_BLOCK;
}

/* Floats of the panels of columns [0, oc). */
static inline size_t lac_winograd_panels(int matrices, int c, int oc)
{
    size_t whole = (size_t)(oc / LAC_PANEL) * lac_winograd_place(c, LAC_PANEL);
    return matrices * (whole + (oc % LAC_PANEL ? lac_winograd_place(c, LAC_BLOCK) : 0));
}

/* U of one panel, of kernels of 9 whose inputs are `along` and whose outputs are `across` floats
 * apart, turned by half a circle if `turned`. */
typedef struct lac_kernels_at {
    const float *w;
    size_t along, across;
    int turned;
} lac_kernels_at;

/* `out` is that of x's tiles. */
void lac_winograd_weights(int out, const lac_kernels_at *from, int c, int columns, float *u);

/* dw [c, 9, columns] of one panel of sums. */
void lac_winograd_sums(int out, const float *s, int c, int columns, float *dw);

/* ---- Products (winograd_f32_products.c) ------------------------------------------------ */

/* A group of tiles. */
typedef struct lac_winograd_group {
    int places, tiles;
    const unsigned char *matrix; /* of a place: that of the weights or the sums */
    size_t block;   /* floats of a block of channels: room for as many tiles */
    size_t place_v; /* floats of a place of V */
    size_t place_m; /* and of the other operand, M or A dy A' of one panel */
} lac_winograd_group;

/* Tiles of some blocks of channels of x or y, whose lines of memory a product asks for while it
 * computes. */
typedef struct lac_winograd_fetch {
    const lac_tiling *t;
    const float *x; /* first block */
    int first, tiles, blocks;
} lac_winograd_fetch;

/* M = V U for one panel. Fetches the first to read it, the second to write to it. */
void lac_winograd_multiply(const lac_winograd_group *g, const float *v, int c, const float *u,
                           int columns, float *m, const lac_winograd_fetch fetch[2]);

/* Sums of one panel = (or, if `add`, +=) V' W over the tiles, W = A dy A'. Fetches both to read. */
void lac_winograd_correlate(const lac_winograd_group *g, const float *v, int c, const float *w,
                            int columns, int add, float *s, const lac_winograd_fetch fetch[2]);

#endif
