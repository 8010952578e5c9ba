/*
 * Networks, from text to passes:
 *   lac_net      what the text says: nodes in order, each reading nodes before it, with shapes
 *                and tables of tensors for pictures of one size and counts of the data
 *   lac_weights  the numbers: parameters and running statistics
 *   lac_plan     the operators with memory, to make passes with
 * docs/networks.md describes the text.
 */
#ifndef LAC_NET_H
#define LAC_NET_H

#include "op/op.h"

/* ---- The network -------------------------------------------------------------------------- */

typedef struct lac_net {
    char *text;
    int size;            /* side of the pictures */
    lac_counts counts;   /* of the data that it is for */
    int count;           /* of nodes; node 0 is the pictures */
    lac_node *node;
    int output_count;
    lac_params params;   /* tables of the slabs in lac_weights */
    lac_params buffers;
} lac_net;

/* Reads a network's text for pictures of side `size` and data of these counts. `where` names it
 * in messages, "WHERE:LINE: ...". ARGUMENT (text, shapes, limits), MEMORY. */
lac_status lac_net_new(lac_context *ctx, const char *text, const char *where, int size,
                       lac_counts counts, lac_net **out);
void lac_net_free(lac_net **net);

/* What to call a network given by name or path: "my" for nets/my.net. */
enum { LAC_TITLE = 64 };
void lac_network_title(const char *network, char out[LAC_TITLE]);

/* Multiply-adds times two for one picture, as direct convolution: of one node's forward (0) or
 * backward (1) pass, and of all training. */
double lac_node_flop(const lac_net *net, const lac_node *node, int backward);
double lac_net_flop_training(const lac_net *net);

/* ---- The numbers ----------------------------------------------------------------------------- */

typedef struct lac_weights {
    float *w;         /* slab of net->params */
    float *b;         /* slab of net->buffers: running statistics */
    uint64_t version; /* whoever changes a number adds 1: packed copies are then out of date */
} lac_weights;

/* Weights 0, norms 1. MEMORY. */
lac_status lac_weights_new(lac_context *ctx, const lac_net *net, lac_weights *out);
void lac_weights_free(const lac_net *net, lac_weights *weights);

/* All numbers of `from`, weights of the same network. */
void lac_weights_copy(const lac_net *net, const lac_weights *from, lac_weights *to);

/* How weights start. */
typedef struct lac_start_config {
    lac_start start;
    double width; /* standard deviation of LAC_START_NORMAL */
    uint64_t seed;
} lac_start_config;

/* Draws the weights; norms 1, biases 0. */
void lac_weights_start(const lac_net *net, lac_weights *weights, const lac_start_config *config);

/* A tensor between its place in a slab and its plain order in files, which may be the same. */
int lac_param_is_plain(const lac_param *param);
void lac_param_to_plain(const lac_param *param, const float *slab, float *plain);
void lac_param_from_plain(const lac_param *param, const float *plain, float *slab);

/* ---- The plan -------------------------------------------------------------------------------- */

typedef struct lac_plan {
    lac_context *ctx;
    const lac_net *net;         /* borrowed, as the weights */
    const lac_weights *weights; /* training passes move the running statistics */
    int batch;                  /* most pictures per pass; where ranks train, of this one's slice */
    int whole;                  /* and of all slices together */
    int unit;                   /* of pictures at which slices begin */
    int apart;                  /* operators between the backward pass of one and a turn of
                                   settling it; fewer are possible than at first */
    int flags;
    const lac_kernels *kernels; /* of the activations' storage; outputs are float */
    lac_op *op;                 /* [net->count] */
    float *g;                   /* gradients, offsets of net->params; NULL for inference */
    lac_slab slab;              /* activations, their gradients, scratch */
    float *scratch;
    size_t scratch_size;
    float *partial;
    lac_op **output;            /* [net->output_count], in the order of the text */
} lac_plan;

/* INFERENCE keeps nothing for a backward pass; BF16 stores activations, their gradients and
 * the operands of products as bf16; WIRE_BF16 what ranks send each other to sum gradients. */
enum { LAC_PLAN_INFERENCE = 1, LAC_PLAN_BF16 = 2, LAC_PLAN_WIRE_BF16 = 4 };

/* Plans passes of at most `batch` pictures; where the context has ranks, and not for inference, of
 * slices of such a batch. ARGUMENT (BF16 where the context's level has no
 * kernels for it), MEMORY. */
lac_status lac_plan_new(lac_context *ctx, const lac_net *net, const lac_weights *weights,
                        int batch, int flags, lac_plan **out);
void lac_plan_free(lac_plan **plan);

/* Passes go on with other weights of the same network. */
void lac_plan_use(lac_plan *plan, const lac_weights *weights);

/* Where the slices of the ranks begin in a batch of n pictures, [ranks + 1]. */
void lac_plan_slices(const lac_plan *plan, int n, int *start);

/* The pictures, op[0].z [n, 1, size, size], in; every output's z out. */
lac_status lac_plan_forward(lac_plan *plan, const lac_pass *pass);

/* Every output's dz in, plan->g out; after a forward pass with `training` on the same batch. */
lac_status lac_plan_backward(lac_plan *plan, const lac_pass *pass);

/* Bytes that operator i must read and write at least once in its forward (0) or backward (1) pass
 * of n pictures. traffic.c says how they are counted. */
double lac_plan_bytes(const lac_plan *plan, int i, int n, int backward);

#endif
