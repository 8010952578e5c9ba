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

/* The output of the convolution itself, in front of the pool. */
lac_shape lac_conv_y_shape(const lac_node *node);

#endif
