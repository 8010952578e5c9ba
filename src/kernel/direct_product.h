/* The product that both passes of the direct convolution over pixels are (direct.c). */
#ifndef LAC_DIRECT_PRODUCT_H
#define LAC_DIRECT_PRODUCT_H

#include "kernel/direct.h"

enum {
    REGISTERS = LANES == 4 ? 4 : 2,
    WIDTH = REGISTERS * LANES,   /* channels of the output at a time: 32, or a block of 16 */
    ROWS = LANES == 16 ? 12 : 6, /* and pixels: 24 sums of 32 registers, or 12 of AVX2's 16 */
};

/* Outputs [pictures, rows, columns] of `channels` channels, each the product of its inputs,
 * `blocks` times `lines` lines of `run` numbers, with the weights [channels / WIDTH, blocks,
 * packed lines, run / TERM, WIDTH], the last as wide as is left. Steps lead from a number to the
 * next along each direction; those of y are bytes. */
typedef struct product {
    const stored *x; /* first input of the first output */
    size_t x_column, x_row, x_picture; /* from output to output */
    size_t x_line, x_block;            /* from input to input of one output */
    int blocks, lines, run;            /* of inputs; numbers of a line */
    int packed_lines;                  /* of a block of weights; these are the first `lines` */
    int top, down, height; /* the first output's first line is row `top` of a picture of `height`
                              rows, that of the output below `down` rows below */
    char *y;
    size_t y_column, y_row, y_picture, y_block;
    int pictures, rows, columns;
    int channels; /* of the output */
    int wide_y;   /* it is float beside bf16 */
    ahead *ahead;
} product;

#define LAC_DIRECT_MULTIPLY(isa) void lac_direct_multiply_##isa(const product *p, const float *w)
LAC_DIRECT_MULTIPLY(avx2);
LAC_DIRECT_MULTIPLY(avx512);
LAC_DIRECT_MULTIPLY(avx512_bf16);
LAC_DIRECT_MULTIPLY(neon);
#undef LAC_DIRECT_MULTIPLY

#endif
