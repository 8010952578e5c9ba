/*
 * A graph of ONNX operators in memory, as a file describes it: nodes that read and write values by
 * name, and constant tensors among these values. onnx_build.c makes one from steps, onnx_file.c
 * writes it.
 */
#ifndef LAC_EXPORT_ONNX_H
#define LAC_EXPORT_ONNX_H

#include "export/steps.h"
#include "export/wire.h"
#include "format/format.h"

enum { LAC_ONNX_NAME = 96, LAC_ONNX_ATTRIBUTES = 4, LAC_ONNX_DIMS = 4 };

/* Numbers of ONNX for types of tensors. */
typedef enum lac_wired_type {
    LAC_ONNX_FLOAT = 1,
    LAC_ONNX_UINT8 = 2,
    LAC_ONNX_INT64 = 7
} lac_wired_type;

/* A word, whole numbers, or one of them. */
typedef struct lac_wired_attribute {
    const char *name;
    const char *text; /* NULL: numbers */
    int is_list;
    int count;
    int64_t number[LAC_ONNX_DIMS];
} lac_wired_attribute;

typedef struct lac_wired_node {
    const char *op; /* "Conv" */
    int inputs;
    char input[LAC_MOST_INPUTS][LAC_ONNX_NAME]; /* an empty name: left out */
    char output[LAC_ONNX_NAME];                 /* also the node's own name */
    int attributes;
    lac_wired_attribute attribute[LAC_ONNX_ATTRIBUTES];
} lac_wired_node;

typedef struct lac_wired_tensor {
    char name[LAC_ONNX_NAME];
    lac_wired_type type;
    int dims;
    int64_t dim[LAC_ONNX_DIMS];
    const float *floats; /* borrowed */
    int64_t *longs;      /* owned */
    float *owned;        /* what `floats` points to where no step has it, or NULL */
} lac_wired_tensor;

typedef struct lac_wired {
    int size;        /* side of the pictures */
    int points;      /* that it answers with */
    int float_input; /* whether the pictures are floats */
    int nodes, tensors;
    lac_wired_node *node;
    lac_wired_tensor *tensor;
    const lac_metadata *entry; /* [entries] of the file's metadata, borrowed */
    int entries;
} lac_wired;

/* Names of the pictures, and of the points. */
extern const char lac_wired_input[], lac_wired_output[];

/* The graph of models [count] whose answers are added up in these shares, from pictures of bytes or
 * of floats, 0 to 255. MEMORY. */
lac_status lac_wired_new(lac_context *ctx, lac_steps *const *models, const double *share, int count,
                        int float_input, lac_wired **out);
void lac_wired_free(lac_wired **graph);

/* The whole file, a ModelProto: a lac_wire_put of a lac_wired. */
lac_wire_put lac_wired_put;

#endif
