/* What a network's text says of a convolution, and what follows from it. */
#ifndef LAC_OP_CONV_H
#define LAC_OP_CONV_H

#include "op/op.h"

typedef struct lac_conv_attr {
    int k, stride;
    int channels; /* of the output */
    int norm;     /* batch normalization in the place of a bias */
    int relu;
    int pool;     /* 2x2 max pool at the end */
} lac_conv_attr;

/* The output of the convolution itself, in front of the pool: ceil(size / stride). */
static inline lac_shape lac_conv_y_shape(const lac_node *node)
{
    const lac_conv_attr *a = (const lac_conv_attr *)node->attr;
    return (lac_shape){a->channels, (node->in.h + a->stride - 1) / a->stride,
                       (node->in.w + a->stride - 1) / a->stride, 1};
}

#endif
