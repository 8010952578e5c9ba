/*
 * Networks: a description (any directed acyclic graph of operators, in order) and the
 * plan made from it: shapes, slabs, order of the passes.
 */
#ifndef LAC_NET_H
#define LAC_NET_H

#include "op/op.h"

/* Node 0 is the input; every node reads nodes before it; the last is the output. */
typedef struct lac_net {
    const char *name;
    int count;
    lac_node node[LAC_MAX_NODES];
} lac_net;

/* The paper's networks (figures 4 and 5) by name: those of lac_net_names, which ends with NULL.
 * ARGUMENT. */
extern const char *const lac_net_names[];
lac_status lac_net_named(lac_context *ctx, const char *name, int points, lac_net *net);

/* How weights start. */
typedef struct lac_start_config {
    lac_start start;
    double width; /* deviation of LAC_START_NORMAL */
    uint64_t seed;
} lac_start_config;

typedef struct lac_plan {
    lac_context *ctx;
    lac_net net;
    int size;       /* side of the pictures */
    int batch;      /* most pictures per pass */
    int flags;
    const lac_kernels *kernels; /* of the activations' storage; the output is float */
    lac_op op[LAC_MAX_NODES];
    lac_params params;  /* tables of the slabs */
    lac_params buffers;
    float *w;           /* slab of parameters */
    float *g;           /* gradients, same offsets; NULL for inference */
    float *b;           /* running statistics */
    lac_slab slab;      /* activations, their gradients, scratch */
    float *scratch;
    size_t scratch_size;
    float *partial;
    void *x;            /* input [batch, 1, size, size], stored as op[0].kernels has it */
    float *y;           /* output [batch, 2K] */
    float *dy;          /* gradient of the output, to be filled before backward */
    int fixed;          /* the weights will not change: says who has loaded them */
    int passed;         /* since then there was a pass */
} lac_plan;

/* Shapes and tables alone, without memory: enough to describe a network. ARGUMENT. */
lac_status lac_plan_shapes(lac_context *ctx, const lac_net *net, int size, lac_plan **out);

/* INFERENCE keeps nothing for a backward pass; BF16 stores activations, their gradients and
 * the operands of products as bf16. */
enum { LAC_PLAN_INFERENCE = 1, LAC_PLAN_BF16 = 2 };

/* Plans passes of at most `batch` pictures. Weights start as 0, norms as 1. ARGUMENT (illegal
 * shapes, BF16 where the context's level has no kernels for it), MEMORY. */
lac_status lac_plan_new(lac_context *ctx, const lac_net *net, int size, int batch, int flags,
                        lac_plan **out);
void lac_plan_free(lac_plan **plan);

/* Draws the weights; norms 1, biases 0. */
void lac_plan_start(lac_plan *plan, const lac_start_config *config);

/* plan->x in, plan->y out. */
void lac_plan_forward(lac_plan *plan, const lac_pass *pass);

/* plan->dy in, plan->g out; after a forward pass with `training` on the same batch. */
void lac_plan_backward(lac_plan *plan, const lac_pass *pass);

/* Multiply-adds times two for one picture, as direct convolution: of one operator's forward
 * (0) or backward (1) pass, and of all training. */
double lac_op_flop(const lac_op *op, int backward);
double lac_plan_flop_training(const lac_plan *plan);

/* A tensor between its place in a slab and its plain order in files. */
void lac_param_to_plain(const lac_param *param, const float *slab, float *plain);
void lac_param_from_plain(const lac_param *param, const float *plain, float *slab);

#endif
