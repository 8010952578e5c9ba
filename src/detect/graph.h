/*
 * A convolutional network out of an ONNX file, and its run over a picture of any size.
 *
 * The graph becomes a list of steps, each of which makes a map [h, w, room] of floats: the channels
 * of a pixel stand side by side, filled up with zeros to `room`, a multiple of 16. So a 1x1
 * convolution is one matrix product of pixels by channels, and what ONNX's graph does at its end to
 * bring channels to the back (Transpose, Reshape) is nothing to do. Step 0 is the picture.
 */
#ifndef LAC_GRAPH_H
#define LAC_GRAPH_H

#include "base/slab.h"
#include "detect/onnx.h"

typedef enum lac_step_kind {
    LAC_STEP_PICTURE,
    LAC_STEP_CONV,      /* a product over all channels; k x k taps */
    LAC_STEP_DEPTHWISE, /* every channel by itself */
    LAC_STEP_POOL,      /* the largest of k x k */
    LAC_STEP_ADD        /* one map or the sum of two, each up-sampled `times` times */
} lac_step_kind;

typedef struct lac_step {
    lac_step_kind kind;
    char name[LAC_NAME_ROOM]; /* its node's */
    int from[2], times[2];    /* the steps whose maps it reads */
    int sources;              /* how many */
    int c, room;
    int k, stride, pad, relu;
    float *w;    /* CONV: [k, k * room of the source, room]; DEPTHWISE: [k, k, room] */
    float *bias; /* [room] */
    int is_needed; /* by an output that is asked for */
    int is_inside; /* its map is never stored: the depthwise step behind it makes the rows that it
                    * reads, a band at a time, and so they stay in the cache */
    int h, width;  /* of the planned picture */
    float *map;    /* [h, width, room] */
} lac_step;

/* What comes out under a name: the map of a step. */
typedef struct lac_graph_output {
    lac_text name;
    int step;
    int is_sigmoid; /* its numbers x stand for 1 / (1 + exp(-x)) */
} lac_graph_output;

enum { LAC_GRAPH_STEPS = 512 };

typedef struct lac_graph {
    lac_context *ctx;
    lac_onnx onnx;
    int steps, outputs;
    lac_step *step;
    lac_graph_output *output;
    size_t packed; /* floats of all weights */
    lac_slab slab; /* the maps */
    int h, w;      /* of the picture that it is for */
    float *scratch; /* [threads][room], for rows that a step reads, with zeros around them */
    size_t room;
} lac_graph;

/* Reads the graph of an ONNX file, whose bytes it owns even on failure. `path`, for messages, must
 * outlive the graph. FORMAT (damaged, or an operator that is not known or not as it should be: the
 * message names the node), MEMORY. */
lac_status lac_graph_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_graph *out);
void lac_graph_free(lac_graph *graph);

/* The output of that name, or NULL. */
const lac_graph_output *lac_graph_find(const lac_graph *graph, const char *name);

/* Marks what the outputs that are asked for need; nothing else is run. */
void lac_graph_need(lac_graph *graph, int step);

/* Sets the sizes of the needed maps for a picture of h x w pixels. FORMAT (maps that do not fit
 * each other, or are too large). */
lac_status lac_graph_measure(lac_graph *graph, int h, int w);

/* The same, with memory for the maps, which stays as it is while the size does. FORMAT, MEMORY. */
lac_status lac_graph_plan(lac_graph *graph, int h, int w);

/* Runs every needed step over the picture, which stands in step[0].map as [h, w, 3]. */
void lac_graph_run(lac_graph *graph);

#endif
