/*
 * One convolution as oneDNN does it: what dnnl_plan.c makes and dnnl_conv.c runs.
 *
 * A primitive may be executed by several threads at once, a memory object, which is little
 * more than a pointer, may not: every thread has its own calls.
 */
#ifndef LAC_DNNL_CONV_H
#define LAC_DNNL_CONV_H

#include "kernel/conv.h"
#include "kernel/dnnl_compat.h"

/* Primitives come in two sizes, a whole chunk and one picture: what is left of a batch is done
 * picture by picture. */
enum { CHUNK, SINGLE, SIZES };

enum { OPERANDS = 4 }; /* of a pass: x, weights, y, scratch; of a reorder: from, to */

/* A primitive and its operands, whose addresses are set before every execution. */
typedef struct dnnl_call {
    dnnl_primitive_t primitive; /* the convolution's */
    int count;
    dnnl_exec_arg_t operand[OPERANDS];
} dnnl_call;

/* What one thread executes with. */
typedef struct dnnl_thread {
    dnnl_stream_t stream;
    dnnl_call pass[SIZES][PASSES];
    dnnl_call reorder[PASSES];
} dnnl_thread;

typedef struct dnnl_state {
    dnnl_engine_t engine;
    dnnl_primitive_attr_t attr;
    int block; /* channels per block of its activations: 16, or 8 where it has AVX2 alone */
    size_t x_copy, y_copy;       /* where their copies in blocks of 8 start in scratch, floats */
    desc w_plain, w_any, dw_any; /* any: in an order of oneDNN's choice */
    desc w[PASSES];              /* in that order: packed forward, packed backward, gradient */
    dnnl_primitive_t reorder[PASSES]; /* to packed, to packed, from gradient */
    struct conv_size {
        desc x, y, scratch[PASSES];
        dnnl_primitive_t pass[PASSES];
    } size[SIZES];
    dnnl_primitive_desc_t hint, making; /* in hand while primitives are made */
    int threads;
    dnnl_thread *thread;
} dnnl_state;

/* dnnl_conv.c: the passes over what dnnl_plan.c planned. */
void lac_dnnl_pack(const lac_conv *conv, int thread, lac_part part, const float *w, float *forward,
                   float *backward);
void lac_dnnl_forward(const lac_conv *conv, int thread, int n, const void *x, const float *packed,
                      void *y, float *scratch);
void lac_dnnl_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                            const float *packed, void *dx, float *scratch);
void lac_dnnl_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                               const void *dy, float *partial, float *scratch);
void lac_dnnl_unpack_gradient(const lac_conv *conv, int thread, const float *partial, float *dw);

#endif
