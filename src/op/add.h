/* What a network's text says of a sum of maps. */
#ifndef LAC_OP_ADD_H
#define LAC_OP_ADD_H

#include "op/op.h"

typedef struct lac_add_attr {
    int relu;
} lac_add_attr;

static inline int lac_divide_up(int side, int times)
{
    return (side + times - 1) / times;
}

/* How often a sum z repeats a place of an input, across and down; 0 when no factor fits. */
static inline int lac_add_times(lac_shape z, lac_shape in)
{
    int times = lac_divide_up(z.h, in.h);
    return lac_divide_up(z.h, times) == in.h && lac_divide_up(z.w, times) == in.w ? times : 0;
}

#endif
