/*
 * What a graph is made with: the values that its names stand for, and what readers of nodes share.
 *
 * A name stands for a tensor of the file, for a few whole numbers (what the graph computes of
 * shapes), or for a map. Of a map the name also says how it is looked at: up-sampled, with its
 * channels at the back, flat, through a sigmoid. Such views cost nothing; only an addition can read
 * one that is up-sampled, and only outputs can be the others.
 */
#ifndef LAC_TRANSLATE_H
#define LAC_TRANSLATE_H

#include "detect/graph.h"

enum { LAC_VALUE_MOST = 8 }; /* numbers of a shape */

#define LAC_UNKNOWN INT64_MIN /* a side of the picture, in a shape */

typedef enum lac_value_kind { LAC_VALUE_MAP, LAC_VALUE_NUMBERS, LAC_VALUE_TENSOR } lac_value_kind;

typedef struct lac_value {
    lac_text name;
    lac_value_kind kind;
    int step, times, is_last, is_flat, is_sigmoid; /* of a map */
    int is_made;                                   /* 1: the step's own name, no view's */
    int count;                                     /* of numbers */
    int64_t number[LAC_VALUE_MOST];
    lac_onnx_tensor tensor;
} lac_value;

typedef struct lac_translation {
    lac_context *ctx;
    lac_graph *graph;
    const lac_onnx_node *node; /* that is being read */
    lac_value *value;
    int count;
} lac_translation;

/* FORMAT, with the names of the node and its operator. */
lac_status lac_node_refuse(const lac_translation *t, const char *what);

/* The newest value of the name, or NULL. */
const lac_value *lac_node_find(const lac_translation *t, lac_text name);

/* The i-th input of the node, which must be there: anything; a map that is looked at plainly or
 * up-sampled; floats that the file holds; whole numbers, computed or held by the file. FORMAT. */
lac_status lac_node_input(const lac_translation *t, int i, const lac_value **out);
lac_status lac_node_map(const lac_translation *t, int i, const lac_value **out);
lac_status lac_node_tensor(const lac_translation *t, int i, const lac_onnx_tensor **out);
lac_status lac_node_numbers(const lac_translation *t, int i, lac_value *out);

/* Gives a value the name of the node's output. FORMAT (it must have one). */
lac_status lac_node_name(lac_translation *t, lac_value v);

/* How many nodes read the name; an output of the graph counts too. */
int lac_node_readers(const lac_translation *t, lac_text name);

/* A new step that reads a map; its name is the node's output. FORMAT. */
lac_status lac_node_step(lac_translation *t, lac_step_kind kind, const lac_value *from,
                         int channels, lac_step **out);

/* A map that may be up-sampled as one of its own. FORMAT. */
lac_status lac_node_without_times(lac_translation *t, const lac_value *v, lac_value *out);

/* ---- Operators: graph_maps.c, graph_views.c ---------------------------------------- */

typedef lac_status lac_node_reader(lac_translation *t);
lac_node_reader lac_node_conv_read, lac_node_relu_read, lac_node_pool_read, lac_node_resize_read,
    lac_node_add_read;
lac_node_reader lac_node_sigmoid_read, lac_node_transpose_read, lac_node_reshape_read,
    lac_node_shape_read, lac_node_gather_read, lac_node_same_read, lac_node_concat_read,
    lac_node_constant_read;

#endif
