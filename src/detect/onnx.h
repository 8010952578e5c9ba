/*
 * An ONNX file taken apart: the nodes of its graph in their order, the tensors that it brings,
 * what goes in and comes out. All texts point into the file's bytes. What the nodes mean is
 * graph.h's matter.
 */
#ifndef LAC_ONNX_H
#define LAC_ONNX_H

#include "base/base.h"
#include "detect/protobuf.h"

enum {
    LAC_ONNX_MOST = 2048,  /* nodes; tensors; inputs; outputs */
    LAC_ONNX_INPUTS = 8,   /* of a node */
    LAC_ONNX_OUTPUTS = 4,
    LAC_ONNX_RANK = 8,
    LAC_ONNX_FLOAT = 1,    /* types of elements */
    LAC_ONNX_INT64 = 7
};

typedef struct lac_onnx_tensor {
    lac_text name;
    int type;
    int rank;
    int64_t dims[LAC_ONNX_RANK];
    size_t count; /* of elements, as many as `data` holds */
    lac_text data;
    int is_varints; /* whole numbers as varints; else every element as it is in memory */
} lac_onnx_tensor;

typedef struct lac_onnx_node {
    lac_text name, op, body;
    int inputs, outputs;
    lac_text input[LAC_ONNX_INPUTS], output[LAC_ONNX_OUTPUTS];
} lac_onnx_node;

/* What goes into the graph or comes out of it. */
typedef struct lac_onnx_value {
    lac_text name;
    int64_t channels; /* its second size; 0 when it is not told */
} lac_onnx_value;

typedef struct lac_onnx {
    const char *path; /* for messages */
    char *bytes;
    int nodes, tensors, inputs, outputs;
    lac_onnx_node *node;
    lac_onnx_tensor *tensor;
    lac_onnx_value *input; /* tensors may be among them */
    lac_onnx_value *output;
} lac_onnx;

/* Takes a file's bytes apart and owns them, which free() frees, even on failure. FORMAT, MEMORY. */
lac_status lac_onnx_read(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_onnx *out);
void lac_onnx_free(lac_onnx *onnx);

/* An attribute of a node. The first two return how many whole numbers it has and write at most
 * `most` of them; 0 when there is no such attribute, -1 when it is damaged. */
int lac_onnx_ints(const lac_onnx_node *node, const char *name, int64_t *out, int most);
int64_t lac_onnx_int(const lac_onnx_node *node, const char *name, int64_t otherwise);
int lac_onnx_string(const lac_onnx_node *node, const char *name, lac_text *out);
lac_status lac_onnx_value_of(lac_context *ctx, const lac_onnx *onnx, const lac_onnx_node *node,
                             lac_onnx_tensor *out); /* the tensor "value"; FORMAT */

/* Elements of a tensor of that type. */
float lac_onnx_float(const lac_onnx_tensor *tensor, size_t i);
void lac_onnx_integers(const lac_onnx_tensor *tensor, int64_t *out, int most);

#endif
