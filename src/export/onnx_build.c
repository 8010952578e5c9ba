/*
 * Steps as ONNX operators. Every step becomes a short chain of nodes whose outputs are called
 * STEP/Operator; the value of a step is the last of its chain. A convolution is Conv, Add, Relu,
 * MaxPool; an up-sampled input of a sum is Resize, and Slice where the sum's side is no multiple of
 * the input's; soft-argmax is a Softmax over all places and a product with their coordinates.
 */
#include "export/onnx.h"

#include "image/units.h"
#include "op/add.h"

#include <stdlib.h>
#include <string.h>

/* Nodes and tensors of one step at most: a sum of LAC_MOST_INPUTS up-sampled maps. */
enum { MOST_NODES = 2 * LAC_MOST_INPUTS + 2, MOST_TENSORS = 4 * LAC_MOST_INPUTS };

/* Of the chain that ends a model. */
enum { MOST_LAST = 8 };

const char lac_wired_input[] = "pictures", lac_wired_output[] = "points";

typedef char name[LAC_ONNX_NAME];

typedef struct builder {
    lac_context *ctx;
    lac_wired *graph;
    const lac_steps *steps;
    char prefix[16]; /* of all names of this model */
    const char *at;  /* the step in hand: its name */
    name *value;     /* [steps] */
} builder;

/* ---- Nodes and tensors ----------------------------------------------------------------------- */

/* Appends a node that reads `input`; its output replaces it. `label` tells nodes of one step and
 * operator apart. */
static lac_wired_node *apply_as(builder *b, const char *op, const char *label, name value)
{
    lac_wired_node *node = &b->graph->node[b->graph->nodes++];
    node->op = op;
    memcpy(node->input[node->inputs++], value, sizeof(name));
    snprintf(node->output, sizeof(name), "%s%s/%s", b->prefix, b->at, label);
    memcpy(value, node->output, sizeof(name));
    return node;
}

static lac_wired_node *apply(builder *b, const char *op, name value)
{
    return apply_as(b, op, op, value);
}

static void reads(lac_wired_node *node, const char *value)
{
    snprintf(node->input[node->inputs++], sizeof(name), "%s", value);
}

static void set_number(lac_wired_node *node, const char *attribute, int64_t value)
{
    node->attribute[node->attributes++] =
        (lac_wired_attribute){.name = attribute, .count = 1, .number = {value}};
}

static void set_word(lac_wired_node *node, const char *attribute, const char *word)
{
    node->attribute[node->attributes++] = (lac_wired_attribute){.name = attribute, .text = word};
}

static void set_list(lac_wired_node *node, const char *attribute, int count, const int64_t *values)
{
    lac_wired_attribute *a = &node->attribute[node->attributes++];
    *a = (lac_wired_attribute){.name = attribute, .is_list = 1, .count = count};
    memcpy(a->number, values, (size_t)count * sizeof *values);
}

/* Appends a tensor, which the node reads. */
static lac_wired_tensor *constant(builder *b, lac_wired_node *node, const char *suffix, int dims,
                                 const int64_t *dim)
{
    lac_wired_tensor *t = &b->graph->tensor[b->graph->tensors++];
    snprintf(t->name, sizeof(name), "%s%s.%s", b->prefix, b->at, suffix);
    t->dims = dims;
    memcpy(t->dim, dim, (size_t)dims * sizeof *dim);
    reads(node, t->name);
    return t;
}

static void constant_floats(builder *b, lac_wired_node *node, const char *suffix, int dims,
                            const int64_t *dim, const float *values)
{
    lac_wired_tensor *t = constant(b, node, suffix, dims, dim);
    t->type = LAC_ONNX_FLOAT;
    t->floats = values;
}

/* The same with room for the numbers, which the caller fills. */
static lac_status constant_own(builder *b, lac_wired_node *node, const char *suffix, int dims,
                               const int64_t *dim, float **values)
{
    size_t count = 1;
    for (int i = 0; i < dims; i++)
        count *= (size_t)dim[i];
    LAC_TRY(lac_alloc(b->ctx, count, sizeof(float), values));
    constant_floats(b, node, suffix, dims, dim, *values);
    b->graph->tensor[b->graph->tensors - 1].owned = *values;
    return LAC_OK;
}

static lac_status constant_number(builder *b, lac_wired_node *node, const char *suffix,
                                  float value)
{
    float *own;
    LAC_TRY(constant_own(b, node, suffix, 0, (int64_t[1]){0}, &own));
    *own = value;
    return LAC_OK;
}

static lac_status constant_longs(builder *b, lac_wired_node *node, const char *suffix, int count,
                                 const int64_t *values)
{
    int64_t *own;
    LAC_TRY(lac_alloc(b->ctx, (size_t)count, sizeof *own, &own));
    memcpy(own, values, (size_t)count * sizeof *own);
    lac_wired_tensor *t = constant(b, node, suffix, 1, (int64_t[]){count});
    t->type = LAC_ONNX_INT64;
    t->longs = own;
    return LAC_OK;
}

static lac_status reshape(builder *b, name value, const char *label, int count,
                          const int64_t *shape)
{
    return constant_longs(b, apply_as(b, "Reshape", label, value), label, count, shape);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Bytes 0 to 255 become 0 to 1. */
static lac_status build_picture(builder *b, name value)
{
    snprintf(value, sizeof(name), "%s", lac_wired_input);
    if (!b->graph->float_input)
        set_number(apply(b, "Cast", value), "to", LAC_ONNX_FLOAT);
    return constant_number(b, apply(b, "Mul", value), "scale", 1.0f / 255.0f);
}

static void build_relu(builder *b, const lac_step *step, name value)
{
    if (step->relu)
        apply(b, "Relu", value);
}

static void build_conv(builder *b, const lac_step *step, name value)
{
    const int64_t k = step->k, c = step->node->in.c, rows = step->rows, pad = k / 2;
    lac_wired_node *conv = apply(b, "Conv", value);
    constant_floats(b, conv, "weight", 4, (int64_t[]){rows, c, k, k}, step->weight);
    constant_floats(b, conv, "bias", 1, &rows, step->bias);
    set_list(conv, "kernel_shape", 2, (int64_t[]){k, k});
    set_list(conv, "strides", 2, (int64_t[]){step->stride, step->stride});
    set_list(conv, "pads", 4, (int64_t[]){pad, pad, pad, pad});
    if (step->node->added)
        reads(apply(b, "Add", value), b->value[step->node->input[step->node->inputs - 1]]);
    build_relu(b, step, value);
    if (step->pool) {
        lac_wired_node *pool = apply(b, "MaxPool", value);
        set_list(pool, "kernel_shape", 2, (int64_t[]){2, 2});
        set_list(pool, "strides", 2, (int64_t[]){2, 2});
    }
}

/* Repeats every place `times` times across and down, then cuts off what stands beyond the sum. */
static lac_status build_repeat(builder *b, const lac_step *step, int input, name value)
{
    const lac_step *from = &b->steps->step[step->node->input[input]];
    const int times = lac_add_times(step->node->out, from->node->out);
    const lac_shape out = step->node->out, in = from->node->out;
    float *scales;
    char label[40];
    if (times == 1)
        return LAC_OK;
    snprintf(label, sizeof label, "Resize%d", input + 1);
    lac_wired_node *resize = apply_as(b, "Resize", label, value);
    reads(resize, "");
    LAC_TRY(constant_own(b, resize, label, 1, (int64_t[]){4}, &scales));
    scales[0] = scales[1] = 1.0f;
    scales[2] = scales[3] = (float)times;
    set_word(resize, "mode", "nearest");
    set_word(resize, "coordinate_transformation_mode", "asymmetric");
    set_word(resize, "nearest_mode", "floor");
    if (times * in.h == out.h && times * in.w == out.w)
        return LAC_OK;
    snprintf(label, sizeof label, "Slice%d", input + 1);
    lac_wired_node *slice = apply_as(b, "Slice", label, value);
    LAC_TRY(constant_longs(b, slice, strcat(label, ".from"), 2, (int64_t[]){0, 0}));
    LAC_TRY(constant_longs(b, slice, strcat(label, ".to"), 2, (int64_t[]){out.h, out.w}));
    return constant_longs(b, slice, strcat(label, ".axes"), 2, (int64_t[]){2, 3});
}

static lac_status build_add(builder *b, const lac_step *step, name value)
{
    name input[LAC_MOST_INPUTS];
    for (int i = 0; i < step->node->inputs; i++) {
        memcpy(input[i], b->value[step->node->input[i]], sizeof(name));
        LAC_TRY(build_repeat(b, step, i, input[i]));
    }
    memcpy(value, input[0], sizeof(name));
    lac_wired_node *sum = apply(b, "Sum", value);
    for (int i = 1; i < step->node->inputs; i++)
        reads(sum, input[i]);
    build_relu(b, step, value);
    return LAC_OK;
}

static void build_concat(builder *b, const lac_step *step, name value)
{
    lac_wired_node *concat = apply(b, "Concat", value);
    for (int i = 1; i < step->node->inputs; i++)
        reads(concat, b->value[step->node->input[i]]);
    set_number(concat, "axis", 1);
}

static void build_mean(builder *b, name value)
{
    lac_wired_node *mean = apply(b, "ReduceMean", value);
    set_list(mean, "axes", 2, (int64_t[]){2, 3});
    set_number(mean, "keepdims", 0);
}

static void build_dense(builder *b, const lac_step *step, name value)
{
    const int64_t rows = step->rows, columns = step->columns;
    set_number(apply(b, "Flatten", value), "axis", 1);
    lac_wired_node *gemm = apply(b, "Gemm", value);
    constant_floats(b, gemm, "weight", 2, (int64_t[]){rows, columns}, step->weight);
    constant_floats(b, gemm, "bias", 1, &rows, step->bias);
    set_number(gemm, "transB", 1);
    build_relu(b, step, value);
}

static lac_status build_softargmax(builder *b, const lac_step *step, name value)
{
    const lac_shape in = step->node->in;
    const int side = step->node->side;
    float *grid;
    LAC_TRY(reshape(b, value, "places", 3, (int64_t[]){0, 0, -1}));
    set_number(apply(b, "Softmax", value), "axis", -1);
    lac_wired_node *product = apply(b, "MatMul", value);
    LAC_TRY(constant_own(b, product, "grid", 2, (int64_t[]){(int64_t)in.h * in.w, 2}, &grid));
    for (int y = 0; y < in.h; y++)
        for (int x = 0; x < in.w; x++) {
            *grid++ = lac_place_in_units(x, in.w, side);
            *grid++ = lac_place_in_units(y, in.h, side);
        }
    return reshape(b, value, "vector", 2, (int64_t[]){0, -1});
}

static lac_status build_step(builder *b, int i)
{
    const lac_step *step = &b->steps->step[i];
    b->at = step->node->name;
    if (step->kind == LAC_STEP_PICTURE)
        return build_picture(b, b->value[i]);
    memcpy(b->value[i], b->value[step->node->input[0]], sizeof(name));
    switch (step->kind) {
    case LAC_STEP_PICTURE:
        break;
    case LAC_STEP_ADD:
        return build_add(b, step, b->value[i]);
    case LAC_STEP_CONCAT:
        build_concat(b, step, b->value[i]);
        break;
    case LAC_STEP_CONV:
        build_conv(b, step, b->value[i]);
        break;
    case LAC_STEP_DENSE:
        build_dense(b, step, b->value[i]);
        break;
    case LAC_STEP_MEAN:
        build_mean(b, b->value[i]);
        break;
    case LAC_STEP_SOFTARGMAX:
        return build_softargmax(b, step, b->value[i]);
    }
    return LAC_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* The pairs of the output that are the source's points. */
static lac_status pick_points(builder *b, name value)
{
    const lac_steps *s = b->steps;
    int64_t *place;
    LAC_TRY(lac_alloc(b->ctx, (size_t)s->points, sizeof *place, &place));
    for (int p = 0; p < s->points; p++)
        place[p] = s->place[p];
    lac_wired_node *gather = apply(b, "Gather", value);
    lac_status status = constant_longs(b, gather, "source", s->points, place);
    set_number(gather, "axis", 1);
    free(place);
    return status;
}

/* The output as points in pixels, unit * half + half, times the model's share of a mean. */
static lac_status build_last(builder *b, double share, name value)
{
    const float half = (float)lac_unit(b->steps->model->size);
    memcpy(value, b->value[b->steps->output], sizeof(name));
    b->at = "points";
    LAC_TRY(reshape(b, value, "pairs", 3, (int64_t[]){0, -1, 2}));
    if (2 * b->steps->points != b->steps->step[b->steps->output].node->out.c)
        LAC_TRY(pick_points(b, value));
    LAC_TRY(constant_number(b, apply(b, "Mul", value), "unit", half));
    LAC_TRY(constant_number(b, apply(b, "Add", value), "middle", half));
    if (share == 1.0)
        return LAC_OK;
    return constant_number(b, apply_as(b, "Mul", "Share", value), "share", (float)share);
}

static lac_status build_model(builder *b, double share, name value)
{
    LAC_TRY(lac_alloc(b->ctx, (size_t)b->steps->count, sizeof(name), &b->value));
    lac_status status = LAC_OK;
    for (int i = 0; i < b->steps->count && status == LAC_OK; i++)
        status = build_step(b, i);
    if (status == LAC_OK)
        status = build_last(b, share, value);
    free(b->value);
    return status;
}

/* Adds `value` to the sum of the models before; without one it is the sum. */
static void add_up(builder *b, name sum, const name value, int model)
{
    if (model == 0)
        memcpy(sum, value, sizeof(name));
    else
        reads(apply_as(b, "Add", "Sum", sum), value);
}

static lac_status build(lac_context *ctx, lac_steps *const *models, const double *share, int count,
                        lac_wired *graph)
{
    size_t steps = 0;
    for (int i = 0; i < count; i++)
        steps += (size_t)models[i]->count;
    size_t nodes = steps * MOST_NODES + (size_t)count * MOST_LAST;
    size_t tensors = steps * MOST_TENSORS + (size_t)count * MOST_LAST;
    LAC_TRY(lac_alloc(ctx, nodes, sizeof *graph->node, &graph->node));
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *graph->tensor, &graph->tensor));
    name sum = "";
    for (int i = 0; i < count; i++) {
        builder b = {.ctx = ctx, .graph = graph, .steps = models[i]};
        name value;
        if (count > 1)
            snprintf(b.prefix, sizeof b.prefix, "m%d/", i + 1);
        LAC_TRY(build_model(&b, share[i], value));
        add_up(&b, sum, value, i);
    }
    snprintf(graph->node[graph->nodes - 1].output, sizeof(name), "%s", lac_wired_output);
    return LAC_OK;
}

lac_status lac_wired_new(lac_context *ctx, lac_steps *const *models, const double *share, int count,
                        int float_input, lac_wired **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->size = models[0]->model->size;
    (*out)->points = models[0]->points;
    (*out)->float_input = float_input;
    lac_status status = build(ctx, models, share, count, *out);
    if (status != LAC_OK)
        lac_wired_free(out);
    return status;
}

void lac_wired_free(lac_wired **graph)
{
    lac_wired *g = *graph;
    if (!g)
        return;
    for (int i = 0; i < g->tensors; i++) {
        free(g->tensor[i].longs);
        free(g->tensor[i].owned);
    }
    free(g->node);
    free(g->tensor);
    free(g);
    *graph = NULL;
}
