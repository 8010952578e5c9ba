/* The list of operators that networks are made of: a new one is a line here. */
#include "op/op.h"

extern const lac_op_spec lac_op_add, lac_op_concat, lac_op_conv, lac_op_dense, lac_op_mean,
    lac_op_softargmax;

const lac_op_spec *const lac_op_specs[] = {
    &lac_op_add,
    &lac_op_concat,
    &lac_op_conv,
    &lac_op_dense,
    &lac_op_mean,
    &lac_op_softargmax,
    NULL,
};
