/*
 * Operators: the steps of a network. An operator's file answers four questions in
 * this order: which shapes are legal and what comes out, what does it need,
 * forward, backward.
 *
 * There are few because each does what belongs together: a convolution carries its
 * normalization, addition, ReLU and pooling, so that no tensor is walked twice.
 * Activations are [n, c, h, w] in the blocked layout of kernel.h (plain when c is 1);
 * dense outputs are [n, c] with h = w = 1.
 */
#ifndef LAC_OP_H
#define LAC_OP_H

#include "base/slab.h"
#include "kernel/kernel.h"

typedef enum lac_op_kind { LAC_OP_INPUT, LAC_OP_CONV, LAC_OP_DENSE, LAC_OP_KINDS } lac_op_kind;

typedef struct lac_shape {
    int c, h, w;
} lac_shape;

/* One step of a network's description. */
typedef struct lac_node {
    const char *name; /* "block1.conv1" */
    lac_op_kind kind;
    int input;        /* the node that it reads */
    int add;          /* CONV: a node added before ReLU; 0 = none (node 0 is the input) */
    int channels;     /* of the output */
    int k, stride;    /* CONV */
    int norm;         /* CONV: batch normalization in the place of a bias */
    int relu;
    int pool;         /* CONV: 2x2 max pool at the end */
    int dropout;      /* DENSE: drop outputs while training; needs relu */
} lac_node;

typedef enum lac_role { LAC_ROLE_WEIGHT, LAC_ROLE_ONE, LAC_ROLE_ZERO } lac_role;

/* A named tensor: a parameter, or a buffer (running statistics) that is saved but not
 * learned. */
typedef struct lac_param {
    char name[64];
    int dims;
    int shape[4];
    size_t offset, count; /* in its slab */
    lac_role role;        /* how it starts: drawn, all 1, all 0 */
    int fan_in;
    lac_shape columns;    /* dense weight behind a blocked activation of this shape; else c = 0 */
} lac_param;

/* Room for a net's tensors: op_declare appends, the plan allocates. */
enum { LAC_MAX_PARAMS = 64, LAC_MAX_NODES = 24 };

typedef struct lac_params {
    lac_param table[LAC_MAX_PARAMS];
    int count;
    size_t floats; /* of the slab; every tensor starts on a cache line */
} lac_params;

/* Appends a tensor named "node.suffix"; returns its index. */
int lac_params_add(lac_params *params, const char *node, const char *suffix, lac_role role,
                   int dims, const int *shape);

/* What every operator of a pass needs to know. */
typedef struct lac_pass {
    lac_context *ctx;
    int n;                  /* pictures in this batch */
    int training;           /* batch statistics and dropout, or running statistics */
    int repeated;           /* the weights are those of the plan's last pass: what an operator
                             * made of them stands */
    float dropout;
    uint64_t seed;
    uint64_t epoch;
    const uint64_t *sample; /* [n] number of the visit within the epoch, for dropout */
} lac_pass;

typedef struct lac_op lac_op;

/* What an operator may ask of the plan while it is planned. */
typedef struct lac_planner {
    lac_context *ctx;
    int batch;
    int inference;       /* no backward pass will come */
    lac_params *params;
    lac_params *buffers;
    lac_slab *slab;
    size_t scratch;      /* floats per thread, the most that any operator needs */
    size_t partial;      /* floats shared by all, for sums per chunk */
    int forward_time;    /* of the operator at hand */
    int backward_time;
    int end;             /* the last time */
} lac_planner;

typedef struct lac_op_class {
    const char *name;
    /* The output's shape; ARGUMENT when the input's is illegal. */
    lac_status (*shape)(lac_context *ctx, lac_op *op);
    /* Declares parameters and buffers, in the order of the file. */
    void (*declare)(lac_op *op, lac_params *params, lac_params *buffers);
    /* Claims memory and makes what the passes need. */
    lac_status (*plan)(lac_op *op, lac_planner *planner);
    void (*forward)(lac_op *op, const lac_pass *pass);
    void (*backward)(lac_op *op, const lac_pass *pass);
    void (*free)(lac_op *op);
} lac_op_class;

struct lac_op {
    const lac_op_class *class;
    lac_node node;
    lac_shape in, out;
    lac_op *input;         /* producers of what it reads */
    lac_op *add;
    int needs_dx;          /* the input wants a gradient */
    int dx_accumulate;     /* another consumer wrote the input's gradient before */
    int dadd_accumulate;
    const lac_kernels *kernels; /* of the storage of z and dz */
    void *z;               /* output [n, out] */
    void *dz;              /* its gradient */
    int param, buffer;     /* index of its first tensor */
    float *const *w;       /* bases of the slabs; set by the plan */
    float *const *g;
    float *const *b;
    const lac_params *params;
    const lac_params *buffers;
    float *const *scratch; /* base of [threads][*scratch_size] */
    const size_t *scratch_size;
    float *const *partial;
    void *state;           /* the class's own */
    double seconds[2];     /* that the last forward and backward pass took */
};

extern const lac_op_class lac_op_input, lac_op_conv, lac_op_dense;

/* A convolution that fits may be planned as a stem, once it is declared: the same numbers,
 * faster (stem.c). */
extern const lac_op_class lac_op_stem;
int lac_stem_fits(const lac_op *op);

static inline size_t lac_shape_floats(lac_shape s)
{
    return (size_t)s.c * s.h * s.w;
}

/* The i-th tensor of an operator: weights, gradients, buffers. */
static inline float *lac_op_w(const lac_op *op, int i)
{
    return *op->w + op->params->table[op->param + i].offset;
}

static inline float *lac_op_g(const lac_op *op, int i)
{
    return *op->g + op->params->table[op->param + i].offset;
}

static inline float *lac_op_b(const lac_op *op, int i)
{
    return *op->b + op->buffers->table[op->buffer + i].offset;
}

/* Number i of z or dz of an operator. */
static inline void *lac_op_at(const lac_op *op, void *base, size_t i)
{
    return base ? (char *)base + i * op->kernels->element : NULL;
}

/* Floats that hold `count` stored numbers, whole cache lines. */
static inline size_t lac_stored_floats(const lac_kernels *kernels, size_t count)
{
    return (count * kernels->element + 63) / 64 * 16;
}

static inline float *lac_op_scratch(const lac_op *op, int thread)
{
    return *op->scratch + (size_t)thread * *op->scratch_size;
}

#endif
