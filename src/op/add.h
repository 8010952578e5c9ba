/* What a network's text says of a sum of maps. */
#ifndef LAC_OP_ADD_H
#define LAC_OP_ADD_H

#include "op/op.h"

typedef struct lac_add_attr {
    int relu;
} lac_add_attr;

#endif
