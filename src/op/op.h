/*
 * Operators: the steps of a network. An operator is a spec, what it is, and its ways, how it
 * is done.
 *
 * A spec knows no memory and no machine: it reads the operator's words in a network's text,
 * and tells shapes, parameters and FLOP. A way makes the passes on this machine; a spec lists
 * its ways, and the first that fits is taken, a special one before the general one.
 *
 * There are few operators because each does what belongs together: a convolution carries its
 * normalization, addition, ReLU and pooling, so that no tensor is walked twice.
 */
#ifndef LAC_OP_H
#define LAC_OP_H

#include "base/slab.h"
#include "kernel/kernel.h"
#include "op/words.h"

/* ---- What a network's text says --------------------------------------------------------- */

/* Of one picture. Maps are stored in blocks of 16 channels (kernel.h), the last of which is
 * filled up with zeros; what is not maps, a picture or a vector, lies as [c, h, w]. */
typedef struct lac_shape {
    int c, h, w;
    int is_maps;
} lac_shape;

/* How many numbers a shape has, and how many are stored for it. */
size_t lac_shape_count(lac_shape s);
size_t lac_shape_stored(lac_shape s);

/* Channels as they are stored. */
int lac_shape_channels(lac_shape s);

enum { LAC_NAME = 40, LAC_MOST_INPUTS = LAC_MOST_ADDENDS };

typedef struct lac_op_spec lac_op_spec;

/* One line of a network's text. */
typedef struct lac_node {
    char name[LAC_NAME];        /* "block1.conv1" */
    const lac_op_spec *spec;    /* NULL for node 0, the pictures */
    void *attr;                 /* what the words say, in the spec's own struct */
    int line;                   /* of the text, from 1 */
    int inputs;
    int input[LAC_MOST_INPUTS]; /* indices of nodes before it; what is added comes last */
    int added;                  /* 1: the last input stands behind a "+" */
    int is_output;
    int side;                   /* of the pictures, pixels */
    lac_shape in;               /* of input 0 */
    lac_shape out;
    int param, buffer;          /* index of its first tensor in lac_params */
} lac_node;

typedef enum lac_role { LAC_ROLE_WEIGHT, LAC_ROLE_ONE, LAC_ROLE_ZERO } lac_role;

/* A named tensor: a parameter, or a buffer (running statistics) that is saved but not
 * learned. */
typedef struct lac_param {
    char name[64];
    int dims;
    int shape[4];
    size_t count;      /* numbers in a file */
    size_t offset;     /* in its slab, floats */
    size_t floats;     /* there; more than `count` where columns are filled up */
    lac_role role;     /* how it starts: drawn, all 1, all 0 */
    int fan_in;
    lac_shape columns; /* of the activation that a dense weight's columns follow in the slab */
    int is_shared;     /* 1: where ranks train, each finds the gradient of its lines alone */
} lac_param;

/* No operator has more tensors of one kind than this. */
enum { LAC_MOST_TENSORS = 3 };

typedef struct lac_params {
    lac_param *table; /* [count], room for LAC_MOST_TENSORS of every node */
    int count;
    size_t floats;    /* of the slab; every tensor starts on a cache line */
} lac_params;

/* Appends a tensor named "node.suffix". */
void lac_params_add(lac_params *params, const char *node, const char *suffix, lac_role role,
                    int dims, const int *shape);

/* The same for a dense weight [shape[0], stored numbers of columns]. */
void lac_params_add_columns(lac_params *params, const char *node, const char *suffix, int outputs,
                            lac_shape columns);

typedef struct lac_op_way lac_op_way;

enum { LAC_READS_INPUTS = 1, LAC_READS_OUTPUT = 2 };

struct lac_op_spec {
    const char *word;         /* "conv": what stands behind a node's name */
    const char *usage;        /* "conv KxK [/STRIDE] CHANNELS [norm] ... [output] [< NODE]" */
    size_t attr_size;
    int least_inputs;         /* how many names stand behind "<" */
    int most_inputs;
    int may_add;              /* whether "+ NODE" may follow */
    int reads_float;          /* what it reads is stored as float in any plan */

    /* Reads the words behind its own. ARGUMENT, with a message (words.h). NULL: there are none. */
    lac_status (*parse)(lac_words *words, void *attr);

    /* Fills node->out from the shapes that it reads, `in` [node->inputs]. ARGUMENT when they
     * are illegal, with the node's name in the message. */
    lac_status (*shape)(lac_context *ctx, lac_node *node, const lac_shape *in);

    /* Declares parameters and buffers, in the order of the file. NULL: it has none. */
    void (*declare)(const lac_node *node, lac_params *params, lac_params *buffers);

    /* Multiply-adds times two of the forward pass of one picture. NULL: none that count. */
    double (*flop)(const lac_node *node);

    /* LAC_READS_INPUTS, LAC_READS_OUTPUT: what the formulas of the backward pass contain besides
     * gradients and weights. What is added behind "+" is no such input. NULL: neither. */
    int (*backward_reads)(const lac_node *node);

    const lac_op_way *const *ways; /* ends with NULL; the last fits always */
};

/* Every operator there is, ends with NULL. list.c */
extern const lac_op_spec *const lac_op_specs[];

/* ---- How it is done ------------------------------------------------------------------------ */

/* What every operator of a pass needs to know. */
typedef struct lac_pass {
    lac_context *ctx;
    int n;                  /* pictures in this batch */
    int training;           /* batch statistics and dropout, or running statistics */
    float dropout;
    int looks;              /* training: 0 moves running statistics by their momentum; K > 0 makes
                             * them the plain mean of K batches, of which this is the last */
    uint64_t seed;
    uint64_t epoch;
    const uint64_t *sample; /* [n] number of the visit within the epoch, for dropout */
    const int *start;       /* training by several ranks: where in the batch that they share the
                             * slice of each begins, and its end, [ranks + 1]; else NULL */
} lac_pass;

typedef struct lac_op lac_op;

/* How long a buffer keeps what is in it. Buffers that never live together share memory. */
typedef enum lac_life {
    LAC_LIFE_FORWARD,  /* during the operator's forward pass */
    LAC_LIFE_BACKWARD, /* during its backward pass; inference has none, and no such buffer */
    LAC_LIFE_TRANSIT,  /* from its backward pass until it is settled */
    LAC_LIFE_STEP,     /* from its forward to its backward pass */
    LAC_LIFE_ALWAYS    /* from one pass to the next; starts as 0 */
} lac_life;

/* What an operator may ask of the plan while it is planned. */
typedef struct lac_planner {
    lac_context *ctx;
    int batch;
    int whole;           /* pictures of the batch that this one is a slice of; else `batch` */
    int inference;       /* no backward pass will come */
    int apart;           /* operators between an operator's backward pass and a turn of settling */
    const lac_kernels *wire; /* how ranks store what they send of gradients */
    lac_slab *slab;
    size_t scratch;      /* floats per thread, the most that any operator needs */
    size_t partial;      /* floats shared by all, for sums per chunk */
    int forward_time;    /* of the operator at hand */
    int backward_time;
    int end;             /* the last time */
} lac_planner;

/* What a batch is summed by is the same whoever sums it: chunks, counted from the start of every
 * rank's slice, each with a row of `width` numbers. The numbers that an array of rows must have
 * room for: those of this rank's chunks, which come first, and what others send. ranks.c */
size_t lac_chunks_room(const lac_planner *planner, int chunk, size_t width);

/* Adds up the rows of all ranks into the first, and changes the others; notes a failure as
 * trouble. */
void lac_chunks_add(const lac_pass *pass, int chunk, double *rows, size_t width);

/* The same of floats, on their way while other operators make their backward passes. transit.c */
typedef struct lac_transit {
    int chunk;
    size_t width;
    int is_short;            /* rows go to all ranks whole */
    const lac_kernels *wire; /* how numbers are stored between ranks */
    void *heard;             /* what ranks have sent; NULL for one rank, as row */
    void *row;               /* of long rows: this rank's branches, then the sum */
} lac_transit;

/* Its memory, and op->partial for the chunks' rows. MEMORY. */
lac_status lac_transit_plan(lac_planner *planner, int chunk, size_t width, lac_transit *out);

/* Begins with the rows of this rank's chunks; then comes one turn, and the end, which returns the
 * sum. In all three `rows` is op->partial; between them nothing is kept in it but, by one rank, the
 * sum. They note failures as trouble. */
void lac_transit_begin(const lac_pass *pass, const lac_transit *transit, float *rows);
void lac_transit_turn(const lac_pass *pass, const lac_transit *transit, float *rows);
float *lac_transit_end(const lac_pass *pass, const lac_transit *transit, float *rows);

/* Where in the batch of all ranks this one's pictures begin. */
int lac_pass_first(const lac_pass *pass);

/* Rows of numbers, one for every picture of all ranks, from each its own to all, on their way while
 * ranks compute. pictures.c */
typedef struct lac_pictures {
    size_t width;
    const lac_kernels *stored, *wire; /* how numbers are stored here, and between ranks */
    void *all;                        /* [pictures, width] */
    void *sent;                       /* the same as the wire stores them; NULL where that is so */
} lac_pictures;

/* Its memory, from the backward pass until it is settled. MEMORY. */
lac_status lac_pictures_plan(lac_planner *planner, size_t width, const lac_kernels *stored,
                             lac_pictures *out);

/* Begun with this rank's rows in place. They note failures as trouble. */
void lac_pictures_begin(const lac_pass *pass, const lac_pictures *pictures);
void lac_pictures_finish(const lac_pass *pass, const lac_pictures *pictures);

/* Where the lines of a rank begin in a tensor that is shared, floats; `rank` may be the number of
 * ranks. */
size_t lac_param_share(const lac_param *param, int rank, int ranks);

/* The lines of all ranks to all, of every tensor in the slab that is shared. RANKS. */
lac_status lac_params_gather(lac_context *ctx, const lac_params *params, float *slab);

/* Pictures of all slices. */
int lac_pass_whole(const lac_pass *pass);

/* Claims `count` items of `size` bytes; *where is any pointer's address, set when the plan is
 * made. MEMORY. */
lac_status lac_planner_claim(lac_planner *planner, lac_life life, size_t count, size_t size,
                             void *where);

/* Per-thread scratch, and sums per chunk, of at least so many floats. */
void lac_planner_scratch(lac_planner *planner, size_t floats);
void lac_planner_partial(lac_planner *planner, size_t floats);

enum { LAC_TURNS = 2 };

struct lac_op_way {
    const char *name;
    int (*fits)(const lac_op *op); /* NULL: always */
    /* Claims memory and makes what the passes need. NULL: nothing. */
    lac_status (*plan)(lac_op *op, lac_planner *planner);
    void (*forward)(lac_op *op, const lac_pass *pass);
    /* Overwrites the parameters' gradients, but for what settling does. Gradients of inputs are
     * added up where op->accumulate says so, and are written from the last input to the first. */
    void (*backward)(lac_op *op, const lac_pass *pass);
    /* What it takes of the parameters' gradients once ranks have heard each other: after the
     * backward passes of some operators more, in LAC_TURNS turns, 0 and up. NULL: nothing. */
    void (*settle)(lac_op *op, const lac_pass *pass, int turn);
    void (*free)(lac_op *op); /* NULL: the way keeps nothing */
    const lac_conv *(*conv)(const lac_op *op); /* its convolution, once planned; NULL: none */
    /* Pictures of one of the chunks by which it sums a batch of so many. NULL: it sums none, or
     * picture by picture. */
    int (*chunk)(const lac_op *op, int batch);

    /* Whether the way can make z of any pictures again in the backward pass, from what it keeps
     * besides, and how: pictures [first, first + n) into `room`. NULL: it cannot. */
    int (*recalls)(const lac_op *op);
    void (*recall)(const lac_op *op, int first, int n, void *room);
    int recall_reads; /* LAC_READS_INPUTS: it makes z from its inputs, which then must be there */
    int fetches; /* its backward pass reads input 0 by lac_op_fetch_again and no other one */
};

/* An operator of a plan. */
struct lac_op {
    const lac_node *node;
    const lac_op_way *way;
    lac_op *input[LAC_MOST_INPUTS];
    int wants_gradient[LAC_MOST_INPUTS]; /* whether the input needs its gradient */
    int accumulate[LAC_MOST_INPUTS];     /* whether others have written to that gradient before */
    const lac_kernels *kernels;          /* of the storage of z and dz */
    const lac_kernels *reads;            /* of that in which input 0 is read: the same, unless a way
                                            says otherwise when it plans */
    void *z;                             /* output [n, out] */
    int is_brief;                        /* z is gone in the backward pass, and recalled by whoever
                                            reads it */
    void *dz;                            /* its gradient */
    const lac_params *params;            /* tables of the slabs w and g, and b */
    const lac_params *buffers;
    float *w, *g, *b;                    /* slabs; g is NULL for inference */
    const uint64_t *weights_version;     /* changes whenever a weight or a buffer does */
    float *const *scratch;               /* base of [threads][*scratch_size] */
    const size_t *scratch_size;
    float *const *partial;
    void *state;                         /* the way's own */
    double seconds[2];                   /* that the last forward and backward pass took */
};

/* How it is done, in a word or two: the method of its convolution, or the name of its way where
 * there are others, or "-". */
const char *lac_op_method(const lac_op *op);

/* The i-th tensor of an operator: weights, gradients, buffers. */
static inline float *lac_op_w(const lac_op *op, int i)
{
    return op->w + op->params->table[op->node->param + i].offset;
}

static inline float *lac_op_g(const lac_op *op, int i)
{
    return op->g + op->params->table[op->node->param + i].offset;
}

static inline float *lac_op_b(const lac_op *op, int i)
{
    return op->b + op->buffers->table[op->node->buffer + i].offset;
}

/* The input behind "+", or NULL. */
static inline lac_op *lac_op_added(const lac_op *op)
{
    return op->node->added ? op->input[op->node->inputs - 1] : NULL;
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

/* Pictures [first, first + n) of input i, stored as the operator reads it (input 0 as op->reads,
 * others as the operator's output): in place where they are stored so, else converted into
 * `room`. */
const void *lac_op_fetch(const lac_op *op, int i, int first, int n, void *room);

/* The same of input 0 in the backward pass, where it may have to be recalled. */
const void *lac_op_fetch_again(const lac_op *op, int first, int n, void *room);

/* Whether an operator reads the input stored as that is. */
int lac_op_is_alike(const lac_op *op, int i);

/* Where the gradient of those pictures of input i is to be written before lac_op_deliver: in
 * place, or `room` when it must be added or converted. */
void *lac_op_target(const lac_op *op, int i, int first, void *room);

/* The same for a kernel that can add to what is there: in place wherever the two are stored alike.
 * *accumulate says whether the kernel must add. */
void *lac_op_target_adding(const lac_op *op, int i, int first, void *room, int *accumulate);

/* Adds, or converts, what stands in the target into the input's gradient. */
void lac_op_deliver(const lac_op *op, int i, int first, int n, const void *target);

#endif
