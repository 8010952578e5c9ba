/* What a network's text says of a dense layer. */
#ifndef LAC_OP_DENSE_H
#define LAC_OP_DENSE_H

#include "op/op.h"

typedef struct lac_dense_attr {
    int outputs;
    int relu;
    int dropout; /* drop outputs while training; behind relu */
} lac_dense_attr;

#endif
