/* What operators share: the input, which only hands its pictures on, and tensor tables. */
#include "op/op.h"

#include <assert.h>
#include <stdio.h>

int lac_params_add(lac_params *params, const char *node, const char *suffix, lac_role role,
                   int dims, const int *shape)
{
    assert(params->count < LAC_MAX_PARAMS && dims >= 1 && dims <= 4);
    lac_param *p = &params->table[params->count];
    *p = (lac_param){.dims = dims, .role = role, .count = 1, .fan_in = 1};
    snprintf(p->name, sizeof p->name, "%s.%s", node, suffix);
    for (int i = 0; i < dims; i++) {
        p->shape[i] = shape[i];
        p->count *= (size_t)shape[i];
        p->fan_in *= i > 0 ? shape[i] : 1;
    }
    p->offset = params->floats;
    params->floats += (p->count + 15) / 16 * 16;
    return params->count++;
}

static lac_status input_shape(lac_context *ctx, lac_op *op)
{
    (void)ctx;
    op->out = op->in;
    return LAC_OK;
}

static void input_declare(lac_op *op, lac_params *params, lac_params *buffers)
{
    (void)op;
    (void)params;
    (void)buffers;
}

static lac_status input_plan(lac_op *op, lac_planner *planner)
{
    (void)op;
    (void)planner;
    return LAC_OK;
}

static void input_pass(lac_op *op, const lac_pass *pass)
{
    (void)op;
    (void)pass;
}

static void input_free(lac_op *op)
{
    (void)op;
}

const lac_op_class lac_op_input = {"input",    input_shape, input_declare, input_plan,
                                   input_pass, input_pass,  input_free};
