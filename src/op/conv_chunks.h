/*
 * The general way of a convolution: a chunk of pictures at a time, so that each pass over y, the
 * convolution's own output, finds it in cache. conv_plan.c claims what the passes in
 * conv_chunks.c need.
 */
#ifndef LAC_CONV_CHUNKS_H
#define LAC_CONV_CHUNKS_H

#include "op/conv.h"
#include "op/norm.h"

typedef struct lac_conv_state {
    const lac_conv_attr *attr;
    lac_conv *conv;
    int chunk;            /* pictures */
    int chunks;           /* of a full batch, or of a full slice of one */
    lac_shape y_shape;
    int oc;               /* channels of y as stored, whole blocks */
    void *y;              /* [n, oc, oh, ow], kept for backward; NULL for inference, and where z
                             serves instead: there is no norm, no pool */
    lac_conv *half;       /* inference: half the output channels of one picture */
    float *packed_half;   /* [2, its weights] */
    float *packed[2];     /* weights for forward and, where needed, backward data */
    int keeps_packed;     /* inference: packed weights stay from one pass to the next */
    uint64_t packed_version[2]; /* version of the weights packed for conv, and for half */
    float *padded;        /* NULL, or plain weights or their gradient with channels filled up */
    lac_transit transit;  /* of the weights' gradient */
    double *sums;         /* [chunks, 2, oc] */
    lac_norm norm;
    float *channel;       /* [LAC_CONV_ROWS, oc] */
} lac_conv_state;

/* Rows of `channel`, as the kernels want them: the point about which moments are taken, and the
 * coefficients of dy = a g + b y + c. */
enum { LAC_CONV_ORIGIN, LAC_CONV_A, LAC_CONV_B, LAC_CONV_C, LAC_CONV_ROWS };

/* The pictures and tensors of one chunk, and the thread's scratch. */
typedef struct lac_conv_span {
    int n;
    int first;      /* picture */
    void *y, *z, *dz; /* y is z where it is not kept */
    void *own;      /* room for a chunk's y */
    void *own_x;    /* room for a chunk's x */
    void *own_add;  /* room for a chunk of what is added, if that is stored otherwise */
    float *scratch; /* the convolution's */
} lac_conv_span;

lac_status lac_conv_plan(lac_op *op, lac_planner *planner);
int lac_conv_chunk_for(const lac_op *op, int batch);
void lac_conv_state_free(lac_op *op);

/* Chunk `item` of a pass over n pictures. */
lac_conv_span lac_conv_span_of(const lac_op *op, int n, int item, int thread);

#endif
