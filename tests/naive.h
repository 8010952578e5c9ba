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
    const ref_operator *op;
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

struct ref_operator {
    const char *word;
    void (*read)(const lac_node *node, ref_layer *layer); /* NULL: it has no words */
    void (*shape)(const ref_net *r, ref_node *a);         /* out, y_shape and tensors, from in */
    void (*forward)(ref_net *r, ref_node *a);
    void (*backward)(ref_net *r, ref_node *a);            /* adds to the inputs' dz */
};

/* naive_conv.c and naive_maps.c */
extern const ref_operator ref_add, ref_concat, ref_conv, ref_dense, ref_mean, ref_softargmax;

static inline ref_node *input_of(ref_net *r, const ref_node *a, int i)
{
    return &r->node[a->node.input[i]];
}

static inline lac_shape input_shape(const ref_net *r, const ref_node *a, int i)
{
    return r->node[a->node.input[i]].out;
}

/* `count` zeros. */
double *doubles(size_t count);

/* z from v: pool, ReLU, dropout. Remembers the nearest kink (margin). */
void ref_finish(ref_net *r, ref_node *a);

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
