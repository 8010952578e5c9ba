/*
 * ONNX's messages (onnx.proto3). Of each, the fields that are read:
 * Model: graph 7. Graph: node 1, initializer 5, input 11, output 12. Node: input 1, output 2,
 * name 3, op_type 4, attribute 5. Attribute: name 1, i 3, s 4, t 5, ints 8. Tensor: dims 1,
 * data_type 2, float_data 4, int64_data 7, name 8, raw_data 9, external_data 13, data_location 14.
 * ValueInfo: name 1, type 2 > tensor_type 1 > shape 2 > dim 1 > dim_value 1.
 */
#include "detect/onnx.h"

#include <stdlib.h>
#include <string.h>

/* Reads a field into an object. */
typedef lac_status (*reader)(lac_context *ctx, lac_onnx *onnx, const lac_proto_field *f, void *out);

static lac_status bad(lac_context *ctx, const lac_onnx *onnx, const char *what)
{
    return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: %s", onnx->path, what);
}

/* Hands every field of a message to `read`. */
static lac_status read_message(lac_context *ctx, lac_onnx *onnx, lac_text message, reader read,
                               void *out)
{
    lac_proto_field f;
    int more;
    while ((more = lac_proto_next(&message, &f)) > 0)
        LAC_TRY(read(ctx, onnx, &f, out));
    return more < 0 ? bad(ctx, onnx, "damaged, or no ONNX file: a field passes its message's end")
                    : LAC_OK;
}

static int is_bytes(const lac_proto_field *f, uint64_t number)
{
    return f->number == number && f->type == LAC_PROTO_BYTES;
}

/* ---- Tensors ----------------------------------------------------------------------- */

static lac_status add_dim(lac_context *ctx, lac_onnx *onnx, lac_onnx_tensor *t, uint64_t dim)
{
    if (t->rank == LAC_ONNX_RANK)
        return bad(ctx, onnx, "a tensor has more than 8 sizes");
    if (dim > INT32_MAX)
        return bad(ctx, onnx, "a tensor's size is negative or above 2147483647");
    t->dims[t->rank++] = (int64_t)dim;
    return LAC_OK;
}

static lac_status read_tensor_field(lac_context *ctx, lac_onnx *onnx, const lac_proto_field *f,
                                    void *out)
{
    lac_onnx_tensor *t = out;
    if (f->number == 1 && f->type == LAC_PROTO_VARINT)
        return add_dim(ctx, onnx, t, f->value);
    if (is_bytes(f, 1)) {
        lac_text dims = f->bytes;
        uint64_t dim;
        while (dims.size > 0) {
            if (!lac_proto_varint(&dims, &dim))
                return bad(ctx, onnx, "a tensor's sizes are damaged");
            LAC_TRY(add_dim(ctx, onnx, t, dim));
        }
    }
    if (f->number == 2)
        t->type = f->value <= INT32_MAX ? (int)f->value : 0;
    if (is_bytes(f, 8))
        t->name = f->bytes;
    if (is_bytes(f, 4) || is_bytes(f, 7) || is_bytes(f, 9)) {
        t->data = f->bytes;
        t->is_varints = f->number == 7;
    }
    if (f->number == 13 || (f->number == 14 && f->value != 0))
        return bad(ctx, onnx, "its numbers are in another file");
    return LAC_OK;
}

/* Elements as varints end with a byte below 128. */
static size_t count_varints(lac_text data)
{
    size_t count = 0;
    for (size_t i = 0; i < data.size; i++)
        count += (unsigned char)data.at[i] < 0x80;
    return count;
}

/* Types that no node can use are left as they are. */
static lac_status check_tensor(lac_context *ctx, lac_onnx *onnx, lac_onnx_tensor *t)
{
    char name[LAC_NAME_ROOM];
    size_t element = t->type == LAC_ONNX_FLOAT ? 4 : t->type == LAC_ONNX_INT64 ? 8 : 0;
    if (element == 0)
        return LAC_OK;
    size_t held = t->is_varints ? count_varints(t->data) : t->data.size / element;
    t->count = 1;
    for (int i = 0; i < t->rank; i++) {
        t->count *= (size_t)t->dims[i];
        if (t->count > t->data.size)
            break;
    }
    int fits = t->is_varints ? t->type == LAC_ONNX_INT64 : t->data.size % element == 0;
    if (t->count != held || !fits)
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: tensor %s holds %zu numbers; its sizes ask for %s", onnx->path,
                        lac_text_name(t->name, name), held, t->count > held ? "more" : "others");
    return LAC_OK;
}

static lac_status read_tensor(lac_context *ctx, lac_onnx *onnx, lac_text message,
                              lac_onnx_tensor *out)
{
    *out = (lac_onnx_tensor){0};
    LAC_TRY(read_message(ctx, onnx, message, read_tensor_field, out));
    return check_tensor(ctx, onnx, out);
}

/* ---- Nodes and values -------------------------------------------------------------- */

static lac_status read_node_field(lac_context *ctx, lac_onnx *onnx, const lac_proto_field *f,
                                  void *out)
{
    lac_onnx_node *node = out;
    if (is_bytes(f, 3))
        node->name = f->bytes;
    if (is_bytes(f, 4))
        node->op = f->bytes;
    if (is_bytes(f, 1)) {
        if (node->inputs == LAC_ONNX_INPUTS)
            return bad(ctx, onnx, "a node has more than 8 inputs");
        node->input[node->inputs++] = f->bytes;
    }
    if (is_bytes(f, 2)) {
        if (node->outputs == LAC_ONNX_OUTPUTS)
            return bad(ctx, onnx, "a node has more than 4 outputs");
        node->output[node->outputs++] = f->bytes;
    }
    return LAC_OK;
}

/* The first field of this number that holds bytes; an empty text without one. */
static lac_text inside(lac_text message, uint64_t number)
{
    lac_proto_field f;
    while (lac_proto_next(&message, &f) > 0)
        if (is_bytes(&f, number))
            return f.bytes;
    return (lac_text){0};
}

static int64_t channels_of(lac_text type)
{
    lac_text shape = inside(inside(type, 1), 2);
    lac_proto_field dim, value;
    for (int i = 0; lac_proto_next(&shape, &dim) > 0; i++) {
        lac_text rest = dim.bytes;
        while (i == 1 && lac_proto_next(&rest, &value) > 0)
            if (value.number == 1 && value.type == LAC_PROTO_VARINT)
                return (int64_t)value.value;
    }
    return 0;
}

static lac_onnx_value value_from(lac_text message)
{
    return (lac_onnx_value){inside(message, 1), channels_of(inside(message, 2))};
}

/* ---- The graph --------------------------------------------------------------------- */

/* Counts on the first walk, when there is no array yet; fills the arrays on the second. */
static lac_status read_graph_field(lac_context *ctx, lac_onnx *onnx, const lac_proto_field *f,
                                   void *out)
{
    (void)out;
    if (f->type != LAC_PROTO_BYTES)
        return LAC_OK;
    if (f->number == 1 && onnx->nodes++ < LAC_ONNX_MOST && onnx->node) {
        lac_onnx_node *node = &onnx->node[onnx->nodes - 1];
        node->body = f->bytes;
        return read_message(ctx, onnx, f->bytes, read_node_field, node);
    }
    if (f->number == 5 && onnx->tensors++ < LAC_ONNX_MOST && onnx->tensor)
        return read_tensor(ctx, onnx, f->bytes, &onnx->tensor[onnx->tensors - 1]);
    if (f->number == 11 && onnx->inputs++ < LAC_ONNX_MOST && onnx->input)
        onnx->input[onnx->inputs - 1] = value_from(f->bytes);
    if (f->number == 12 && onnx->outputs++ < LAC_ONNX_MOST && onnx->output)
        onnx->output[onnx->outputs - 1] = value_from(f->bytes);
    return LAC_OK;
}

static lac_status read_graph(lac_context *ctx, lac_onnx *onnx, lac_text graph)
{
    LAC_TRY(read_message(ctx, onnx, graph, read_graph_field, NULL));
    if (onnx->nodes == 0 || onnx->inputs == 0 || onnx->outputs == 0)
        return bad(ctx, onnx, "no ONNX graph: nodes, inputs or outputs are missing");
    if (onnx->nodes > LAC_ONNX_MOST || onnx->tensors > LAC_ONNX_MOST ||
        onnx->inputs > LAC_ONNX_MOST || onnx->outputs > LAC_ONNX_MOST)
        return bad(ctx, onnx, "more than 2048 nodes, tensors, inputs or outputs");
    LAC_TRY(lac_alloc(ctx, (size_t)onnx->nodes, sizeof *onnx->node, &onnx->node));
    LAC_TRY(lac_alloc(ctx, (size_t)onnx->tensors + 1, sizeof *onnx->tensor, &onnx->tensor));
    LAC_TRY(lac_alloc(ctx, (size_t)onnx->inputs, sizeof *onnx->input, &onnx->input));
    LAC_TRY(lac_alloc(ctx, (size_t)onnx->outputs, sizeof *onnx->output, &onnx->output));
    onnx->nodes = onnx->tensors = onnx->inputs = onnx->outputs = 0;
    return read_message(ctx, onnx, graph, read_graph_field, NULL);
}

static lac_status find_graph(lac_context *ctx, lac_onnx *onnx, const lac_proto_field *f, void *out)
{
    (void)ctx;
    (void)onnx;
    if (is_bytes(f, 7))
        *(lac_text *)out = f->bytes;
    return LAC_OK;
}

lac_status lac_onnx_read(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_onnx *out)
{
    lac_text graph = {0};
    *out = (lac_onnx){.path = path, .bytes = bytes};
    lac_status status =
        read_message(ctx, out, (lac_text){bytes, size}, find_graph, &graph);
    if (status == LAC_OK)
        status = read_graph(ctx, out, graph);
    if (status != LAC_OK)
        lac_onnx_free(out);
    return status;
}

void lac_onnx_free(lac_onnx *onnx)
{
    free(onnx->node);
    free(onnx->tensor);
    free(onnx->input);
    free(onnx->output);
    free(onnx->bytes);
    *onnx = (lac_onnx){0};
}

/* ---- Attributes and elements ------------------------------------------------------- */

static int attribute(const lac_onnx_node *node, const char *name, lac_text *out)
{
    lac_text rest = node->body;
    lac_proto_field f;
    while (lac_proto_next(&rest, &f) > 0) {
        if (is_bytes(&f, 5) && lac_text_is(inside(f.bytes, 1), name)) {
            *out = f.bytes;
            return 1;
        }
    }
    return 0;
}

int lac_onnx_ints(const lac_onnx_node *node, const char *name, int64_t *out, int most)
{
    lac_text rest;
    lac_proto_field f;
    int count = 0;
    if (!attribute(node, name, &rest))
        return 0;
    while (lac_proto_next(&rest, &f) > 0) {
        if ((f.number == 3 || f.number == 8) && f.type == LAC_PROTO_VARINT && count++ < most)
            out[count - 1] = (int64_t)f.value;
        uint64_t value;
        while (is_bytes(&f, 8) && f.bytes.size > 0) {
            if (!lac_proto_varint(&f.bytes, &value))
                return -1;
            if (count++ < most)
                out[count - 1] = (int64_t)value;
        }
    }
    return count;
}

int64_t lac_onnx_int(const lac_onnx_node *node, const char *name, int64_t otherwise)
{
    int64_t value;
    return lac_onnx_ints(node, name, &value, 1) == 1 ? value : otherwise;
}

int lac_onnx_string(const lac_onnx_node *node, const char *name, lac_text *out)
{
    lac_text rest;
    if (!attribute(node, name, &rest))
        return 0;
    *out = inside(rest, 4);
    return 1;
}

lac_status lac_onnx_value_of(lac_context *ctx, const lac_onnx *onnx, const lac_onnx_node *node,
                             lac_onnx_tensor *out)
{
    lac_text rest = {0};
    lac_onnx here = {.path = onnx->path};
    attribute(node, "value", &rest);
    return read_tensor(ctx, &here, inside(rest, 5), out);
}

float lac_onnx_float(const lac_onnx_tensor *tensor, size_t i)
{
    float value;
    memcpy(&value, tensor->data.at + i * sizeof value, sizeof value);
    return value;
}

void lac_onnx_integers(const lac_onnx_tensor *tensor, int64_t *out, int most)
{
    lac_text rest = tensor->data;
    for (int i = 0; i < most && (size_t)i < tensor->count; i++) {
        uint64_t value = 0;
        if (tensor->is_varints)
            lac_proto_varint(&rest, &value);
        else
            memcpy(&value, rest.at + i * sizeof value, sizeof value);
        out[i] = (int64_t)value;
    }
}
