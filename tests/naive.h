/*
 * Networks in naive loops of double: the specification that operators are compared with. It
 * computes in plain [n, c, h, w] order and knows nothing of chunks, blocks or slabs.
 */
#ifndef LAC_TEST_NAIVE_H
#define LAC_TEST_NAIVE_H

#include "net/net.h"

enum { MOST_TENSORS = 3, MOST_NODES = 16 };

/* What a node does, in the checker's own words. */
typedef struct ref_layer {
    int channels, k, stride, norm, relu, pool, dropout;
    int inputs, input[LAC_MOST_INPUTS]; /* nodes behind "<" */
    int add;                            /* the node behind "+"; 0 = none */
    int side;                           /* of the pictures */
} ref_layer;

typedef struct ref_operator ref_operator;

typedef struct ref_node {
    const char *name;
    const ref_operator *op; /* naive.c */
    ref_layer node;
    lac_shape in, y_shape, out;
    double *tensor[MOST_TENSORS];   /* weight, then gamma and beta, or bias */
    double *gradient[MOST_TENSORS];
    int tensors;
    size_t count[MOST_TENSORS];
    double *running_mean, *running_var; /* [channels], of norm */
    double *y;                      /* before norm, add, relu, pool */
    double *v;                      /* before relu and pool */
    double *z, *dz;
    double *loss;                   /* an output: the gradient that the loss hands in */
    double *mean, *inv_std;         /* [channels] */
    uint8_t *keep;                  /* dropout: which outputs stay; NULL = all */
} ref_node;

typedef struct ref_net {
    int count, n, training;
    double dropout;
    double margin; /* distance of the nearest kink */
    uint8_t is_output[MOST_NODES];
    ref_node node[MOST_NODES];
} ref_net;

static inline size_t volume(lac_shape s)
{
    return (size_t)s.c * s.h * s.w;
}

/* For n pictures; numbers are 0 until drawn. Freed by ref_free(); the net must live longer. */
ref_net *ref_new(const lac_net *net, int n);
void ref_free(ref_net *r);

/* Tensors, pictures and the gradients of the outputs, as floats, so that both sides start from
 * the same numbers; dropout keeps all. */
void ref_draw(ref_net *r, uint64_t seed);

/* Running statistics move with every forward pass: back to where they were drawn. */
void ref_redraw_running(ref_net *r, uint64_t seed);

void ref_forward(ref_net *r);

/* The gradient of an output, as drawn, is what its dz begins with. */
void ref_backward(ref_net *r);

#endif
