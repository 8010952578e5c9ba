/*
 * The messages of an ONNX file (onnx.proto), of IR version 8 and operator set 17, which runtimes
 * since 2022 read. Numbers of fields stand where they are put.
 */
#include "export/onnx.h"

#include <stdlib.h>

enum { IR_VERSION = 8, OPERATOR_SET = 17 };

/* Of AttributeProto. */
enum { ATTRIBUTE_INT = 2, ATTRIBUTE_STRING = 3, ATTRIBUTE_INTS = 7 };

/* ---- Nodes and tensors ----------------------------------------------------------------------- */

static void put_attribute(lac_wire *wire, const void *it)
{
    const lac_wired_attribute *a = it;
    lac_wire_text(wire, 1, a->name);
    if (a->text)
        lac_wire_text(wire, 4, a->text);
    for (int i = 0; i < a->count; i++)
        lac_wire_int(wire, a->is_list ? 8 : 3, (uint64_t)a->number[i]);
    lac_wire_int(wire, 20, a->text      ? ATTRIBUTE_STRING
                           : a->is_list ? ATTRIBUTE_INTS
                                        : ATTRIBUTE_INT);
}

static void put_node(lac_wire *wire, const void *it)
{
    const lac_wired_node *node = it;
    for (int i = 0; i < node->inputs; i++)
        lac_wire_text(wire, 1, node->input[i]);
    lac_wire_text(wire, 2, node->output);
    lac_wire_text(wire, 3, node->output);
    lac_wire_text(wire, 4, node->op);
    for (int i = 0; i < node->attributes; i++)
        lac_wire_message(wire, 5, put_attribute, &node->attribute[i]);
}

static size_t count_of(const lac_wired_tensor *tensor)
{
    size_t count = 1;
    for (int i = 0; i < tensor->dims; i++)
        count *= (size_t)tensor->dim[i];
    return count;
}

static void put_tensor(lac_wire *wire, const void *it)
{
    const lac_wired_tensor *tensor = it;
    for (int i = 0; i < tensor->dims; i++)
        lac_wire_int(wire, 1, (uint64_t)tensor->dim[i]);
    lac_wire_int(wire, 2, tensor->type);
    lac_wire_text(wire, 8, tensor->name);
    if (tensor->longs)
        lac_wire_longs(wire, 9, tensor->longs, count_of(tensor));
    else
        lac_wire_floats(wire, 9, tensor->floats, count_of(tensor));
}

/* ---- Inputs and outputs ---------------------------------------------------------------------- */

/* A value with its shape; a side of -1 is the batch, which may be any. */
typedef struct value {
    const char *name;
    lac_wired_type type;
    int dims;
    int dim[LAC_ONNX_DIMS];
} value;

static void put_dimension(lac_wire *wire, const void *it)
{
    const int side = *(const int *)it;
    if (side < 0)
        lac_wire_text(wire, 2, "N");
    else
        lac_wire_int(wire, 1, (uint64_t)side);
}

static void put_shape(lac_wire *wire, const void *it)
{
    const value *v = it;
    for (int i = 0; i < v->dims; i++)
        lac_wire_message(wire, 1, put_dimension, &v->dim[i]);
}

static void put_tensor_type(lac_wire *wire, const void *it)
{
    lac_wire_int(wire, 1, ((const value *)it)->type);
    lac_wire_message(wire, 2, put_shape, it);
}

static void put_type(lac_wire *wire, const void *it)
{
    lac_wire_message(wire, 1, put_tensor_type, it);
}

static void put_value(lac_wire *wire, const void *it)
{
    lac_wire_text(wire, 1, ((const value *)it)->name);
    lac_wire_message(wire, 2, put_type, it);
}

/* ---- Graph and model ------------------------------------------------------------------------- */

static void put_graph(lac_wire *wire, const void *it)
{
    const lac_wired *g = it;
    const lac_wired_type type = g->float_input ? LAC_ONNX_FLOAT : LAC_ONNX_UINT8;
    for (int i = 0; i < g->nodes; i++)
        lac_wire_message(wire, 1, put_node, &g->node[i]);
    lac_wire_text(wire, 2, "lacuna");
    for (int i = 0; i < g->tensors; i++)
        lac_wire_message(wire, 5, put_tensor, &g->tensor[i]);
    lac_wire_message(wire, 11, put_value,
                     &(value){lac_wired_input, type, 4, {-1, 1, g->size, g->size}});
    lac_wire_message(wire, 12, put_value,
                     &(value){lac_wired_output, LAC_ONNX_FLOAT, 3, {-1, g->points, 2}});
}

static void put_operator_set(lac_wire *wire, const void *it)
{
    (void)it;
    lac_wire_int(wire, 2, OPERATOR_SET);
}

static void put_entry(lac_wire *wire, const void *it)
{
    const lac_metadata *e = it;
    lac_wire_text(wire, 1, e->key);
    lac_wire_text(wire, 2, e->value);
}

void lac_wired_put(lac_wire *wire, const void *it)
{
    const lac_wired *g = it;
    lac_wire_int(wire, 1, IR_VERSION);
    lac_wire_text(wire, 2, "lacuna");
    lac_wire_text(wire, 3, LAC_VERSION);
    lac_wire_message(wire, 7, put_graph, g);
    lac_wire_message(wire, 8, put_operator_set, g);
    for (int i = 0; i < g->entries; i++)
        lac_wire_message(wire, 14, put_entry, &g->entry[i]);
}
