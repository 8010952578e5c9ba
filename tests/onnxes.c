/* ONNX files in memory; see onnxes.h. */
#include "onnxes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_byte(message *m, int byte)
{
    if (m->size == sizeof m->bytes)
        abort();
    m->bytes[m->size++] = (char)byte;
}

static void put_number(message *m, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        put_byte(m, (int)(value & 0x7f) | 0x80);
    put_byte(m, (int)value);
}

void put_varint(message *m, uint64_t number, uint64_t value)
{
    put_number(m, number << 3);
    put_number(m, value);
}

void put_bytes(message *m, uint64_t number, const void *bytes, size_t size)
{
    put_number(m, number << 3 | 2);
    put_number(m, size);
    for (size_t i = 0; i < size; i++)
        put_byte(m, ((const char *)bytes)[i]);
}

void put_text(message *m, uint64_t number, const char *text)
{
    put_bytes(m, number, text, strlen(text));
}

void put_message(message *m, uint64_t number, const message *inner)
{
    put_bytes(m, number, inner->bytes, inner->size);
}

void put_ints(message *node, const char *name, int count, const int *values)
{
    static message attribute;
    attribute.size = 0;
    put_text(&attribute, 1, name);
    for (int i = 0; i < count; i++)
        put_varint(&attribute, count > 1 ? 8 : 3, (uint64_t)(int64_t)values[i]);
    put_varint(&attribute, 20, count > 1 ? 7 : 2);
    put_message(node, 5, &attribute);
}

void put_word(message *node, const char *name, const char *word)
{
    static message attribute;
    attribute.size = 0;
    put_text(&attribute, 1, name);
    put_text(&attribute, 4, word);
    put_varint(&attribute, 20, 3);
    put_message(node, 5, &attribute);
}

void begin_node(message *node, const char *op, const char *name, const char *inputs,
                const char *output)
{
    node->size = 0;
    while (*inputs) {
        size_t length = strcspn(inputs, " ");
        put_bytes(node, 1, inputs, strncmp(inputs, "-", length) == 0 ? 0 : length);
        inputs += length + (inputs[length] == ' ');
    }
    put_text(node, 2, output);
    put_text(node, 3, name);
    put_text(node, 4, op);
}

static void begin_tensor(message *tensor, const char *name, int type)
{
    tensor->size = 0;
    put_text(tensor, 8, name);
    put_varint(tensor, 2, (uint64_t)type);
}

void put_floats(message *graph, const char *name, const int *dims, const float *values)
{
    static message tensor;
    size_t count = 1;
    begin_tensor(&tensor, name, 1);
    for (; *dims >= 0; dims++) {
        put_varint(&tensor, 1, (uint64_t)*dims);
        count *= (size_t)*dims;
    }
    put_bytes(&tensor, 9, values, count * sizeof *values);
    put_message(graph, 5, &tensor);
}

void put_integers(message *graph, const char *name, int count, const int *values)
{
    static message tensor;
    int64_t wide[8];
    begin_tensor(&tensor, name, 7);
    put_varint(&tensor, 1, (uint64_t)count);
    for (int i = 0; i < count; i++)
        wide[i] = values[i];
    put_bytes(&tensor, 9, wide, (size_t)count * sizeof wide[0]);
    put_message(graph, 5, &tensor);
}

static void put_dim(message *shape, int value)
{
    static message dim;
    dim.size = 0;
    if (value)
        put_varint(&dim, 1, (uint64_t)value);
    else
        put_text(&dim, 2, "free");
    put_message(shape, 1, &dim);
}

void put_value(message *graph, uint64_t number, const char *name, int channels)
{
    static message value, type, tensor, shape;
    value.size = type.size = tensor.size = shape.size = 0;
    put_dim(&shape, 0);
    put_dim(&shape, channels);
    put_dim(&shape, 0);
    put_dim(&shape, 0);
    put_varint(&tensor, 1, 1);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&value, 1, name);
    put_message(&value, 2, &type);
    put_message(graph, number, &value);
}

void make_model(message *model, const message *graph)
{
    static message opset;
    model->size = opset.size = 0;
    put_varint(model, 1, 8);
    put_text(model, 2, "a test");
    put_message(model, 7, graph);
    put_varint(&opset, 2, 11);
    put_message(model, 8, &opset);
}

/* ---- The small network ------------------------------------------------------------- */

const small_conv small_convs[SMALL_CONVS] = {
    {"stem", "photo", "a", 5, 3, 3, 2, 1, 1, 1, 1},
    {"point", "a", "b", 7, 5, 1, 1, 0, 1, 0, 2},
    {"depth", "b", "c", 7, 7, 3, 1, 1, 7, 1, 3},
    {"point2", "d", "e", 20, 7, 1, 1, 0, 1, 0, 4},
    {"depth2", "e", "f", 20, 20, 3, 2, 1, 20, 0, 5},
    {"side", "d", "g", 20, 7, 3, 1, 1, 1, 1, 6},
    {"cls", "i", "cls", 1, 20, 1, 1, 0, 1, 0, 7},
    {"obj", "i", "obj_in", 1, 20, 1, 1, 0, 1, 0, 8},
    {"obj_depth", "obj_in", "obj", 1, 1, 3, 1, 1, 1, 0, 9},
    {"bbox", "i", "bbox", 4, 20, 1, 1, 0, 1, 0, 10},
};

float small_weight(int seed, int i)
{
    unsigned h = (unsigned)(seed * 2654435761u) ^ (unsigned)(i * 40503u);
    h = (h ^ h >> 13) * 2246822519u;
    return (float)((h >> 8) % 2001) / 2000 - 0.5f;
}

static void put_conv(message *graph, const small_conv *c)
{
    static message node;
    static float values[4096];
    char name[4][40], inputs[160];
    int count = c->oc * c->ic / c->group * c->k * c->k;
    const int dims[] = {c->oc, c->ic / c->group, c->k, c->k, -1}, one[] = {c->oc, -1};
    const int kernel[] = {c->k, c->k}, strides[] = {c->stride, c->stride};
    const int pads[] = {c->pad, c->pad, c->pad, c->pad};
    snprintf(name[0], sizeof name[0], "%s.w", c->name);
    snprintf(name[1], sizeof name[1], "%s.b", c->name);
    snprintf(name[2], sizeof name[2], "%s%s", c->to, c->relu ? "_before" : "");
    for (int i = 0; i < count; i++)
        values[i] = small_weight(c->seed, i);
    put_floats(graph, name[0], dims, values);
    for (int i = 0; i < c->oc; i++)
        values[i] = small_weight(-c->seed, i);
    put_floats(graph, name[1], one, values);
    snprintf(inputs, sizeof inputs, "%s %s %s", c->from, name[0], name[1]);
    begin_node(&node, "Conv", c->name, inputs, name[2]);
    put_ints(&node, "kernel_shape", 2, kernel);
    put_ints(&node, "strides", 2, strides);
    put_ints(&node, "pads", 4, pads);
    put_ints(&node, "group", 1, &c->group);
    put_message(graph, 1, &node);
    if (!c->relu)
        return;
    snprintf(name[3], sizeof name[3], "%s_relu", c->name);
    begin_node(&node, "Relu", name[3], name[2], c->to);
    put_message(graph, 1, &node);
}

static void put_plain(message *graph, const char *op, const char *inputs, const char *output)
{
    static message node;
    begin_node(&node, op, output, inputs, output);
    put_message(graph, 1, &node);
}

static void put_axis(message *graph, const char *op, const char *inputs, const char *output,
                     const char *attribute, int count)
{
    static message node;
    const int zero = 0;
    begin_node(&node, op, output, inputs, output);
    put_ints(&node, attribute, count, &zero);
    put_message(graph, 1, &node);
}

/* `from` with its channels at the back, flat, as `to`. */
static void put_tail(message *graph, const char *from, const char *to, int channels, int computed)
{
    static message node;
    char at_back[40], shape[40], first[40], one[40], rest[40], inputs[128];
    const int back[] = {0, 2, 3, 1}, sizes[] = {1, -1, channels};
    snprintf(at_back, sizeof at_back, "%s_back", from);
    snprintf(shape, sizeof shape, "%s_shape", from);
    snprintf(first, sizeof first, "%s_first", from);
    snprintf(one, sizeof one, "%s_one", from);
    snprintf(rest, sizeof rest, "%s_rest", from);
    begin_node(&node, "Transpose", at_back, from, at_back);
    put_ints(&node, "perm", 4, back);
    put_message(graph, 1, &node);
    if (computed) {
        put_integers(graph, rest, 2, sizes + 1);
        put_plain(graph, "Shape", from, first);
        snprintf(inputs, sizeof inputs, "%s zero", first);
        put_axis(graph, "Gather", inputs, one, "axis", 1);
        snprintf(inputs, sizeof inputs, "%s_axis", one);
        put_axis(graph, "Unsqueeze", one, inputs, "axes", 1);
        snprintf(inputs, sizeof inputs, "%s_axis %s", one, rest);
        put_axis(graph, "Concat", inputs, shape, "axis", 1);
    } else {
        put_integers(graph, shape, 3, sizes);
    }
    snprintf(inputs, sizeof inputs, "%s %s", at_back, shape);
    put_plain(graph, "Reshape", inputs, to);
}

void make_small(message *model, int computed)
{
    static message graph, node;
    const int two[] = {2, 2}, dims[] = {4, -1}, zero = 0;
    const float scales[] = {1, 1, 2, 2};
    graph.size = 0;
    put_integers(&graph, "zero", 1, &zero);
    put_floats(&graph, "scales", dims, scales);
    for (int i = 0; i < 3; i++)
        put_conv(&graph, &small_convs[i]);
    begin_node(&node, "MaxPool", "pool", "c", "d");
    put_ints(&node, "kernel_shape", 2, two);
    put_ints(&node, "strides", 2, two);
    put_message(&graph, 1, &node);
    for (int i = 3; i < 6; i++)
        put_conv(&graph, &small_convs[i]);
    begin_node(&node, "Resize", "up", "f - scales", "h");
    put_word(&node, "mode", "nearest");
    put_word(&node, "coordinate_transformation_mode", "asymmetric");
    put_word(&node, "nearest_mode", "floor");
    put_message(&graph, 1, &node);
    put_plain(&graph, "Add", "g h", "i");
    for (int i = 6; i < SMALL_CONVS; i++)
        put_conv(&graph, &small_convs[i]);
    put_tail(&graph, "cls", "cls_flat", 1, computed);
    put_plain(&graph, "Sigmoid", "cls_flat", "cls_4");
    put_tail(&graph, "obj", "obj_4", 1, computed);
    put_tail(&graph, "bbox", "bbox_4", 4, computed);
    put_value(&graph, 11, "photo", 3);
    put_value(&graph, 12, "cls_4", 0);
    put_value(&graph, 12, "obj_4", 0);
    put_value(&graph, 12, "bbox_4", 0);
    make_model(model, &graph);
}
