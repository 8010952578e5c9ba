/*
 * From ONNX's nodes to steps.
 *
 * Nodes are read in their order, which ONNX says is such that each reads what is there already, so
 * that a circle cannot be. A name stands for a tensor of the file, for a few whole numbers (what
 * the graph computes of shapes), or for a map. Of a map the name also says how it is looked at:
 * up-sampled, with its channels at the back, flat, through a sigmoid. Such views cost nothing; only
 * an addition can read one that is up-sampled, and only outputs can be the others.
 */
#include "detect/graph.h"

#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_CHANNELS = 2048,
    MOST_NUMBERS = 8,         /* of a shape */
    MOST_PACKED = 64 << 20,   /* floats of all weights */
    MOST_STRIDE = 8, MOST_TIMES = 8
};

#define UNKNOWN INT64_MIN /* a side of the picture, in a shape */

typedef enum value_kind { VALUE_MAP, VALUE_NUMBERS, VALUE_TENSOR } value_kind;

typedef struct value {
    lac_text name;
    value_kind kind;
    int step, times, is_last, is_flat, is_sigmoid; /* of a map */
    int is_made;                                   /* 1: the step's own name, no view's */
    int count;                                     /* of numbers */
    int64_t number[MOST_NUMBERS];
    lac_onnx_tensor tensor;
} value;

typedef struct translation {
    lac_context *ctx;
    lac_graph *graph;
    const lac_onnx_node *node; /* that is being read */
    value *value;
    int count;
} translation;

static lac_status refuse(const translation *t, const char *what)
{
    char name[LAC_NAME_ROOM], op[LAC_NAME_ROOM];
    return lac_fail(t->ctx, LAC_ERROR_FORMAT, "%s: node %s (%s): %s", t->graph->onnx.path,
                    lac_text_name(t->node->name, name), lac_text_name(t->node->op, op), what);
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* The newest value of the name, or NULL. */
static const value *find(const translation *t, lac_text name)
{
    for (int i = t->count - 1; i >= 0; i--)
        if (lac_text_equal(t->value[i].name, name))
            return &t->value[i];
    return NULL;
}

/* The i-th input of the node, which must be there. */
static lac_status input(const translation *t, int i, const value **out)
{
    if (i >= t->node->inputs)
        return refuse(t, "an input is missing");
    *out = find(t, t->node->input[i]);
    return *out ? LAC_OK : refuse(t, "it reads what no node before it makes");
}

static lac_status input_map(const translation *t, int i, const value **out)
{
    LAC_TRY(input(t, i, out));
    const value *v = *out;
    if (v->kind != VALUE_MAP || v->is_last || v->is_flat || v->is_sigmoid)
        return refuse(t, "it needs a map of channels, rows and columns");
    return LAC_OK;
}

static lac_status input_tensor(const translation *t, int i, const lac_onnx_tensor **out)
{
    const value *v;
    LAC_TRY(input(t, i, &v));
    *out = &v->tensor;
    if (v->kind != VALUE_TENSOR || v->tensor.type != LAC_ONNX_FLOAT)
        return refuse(t, "weights must be floats that the file holds");
    return LAC_OK;
}

/* Whole numbers, either computed or held by the file. */
static lac_status input_numbers(const translation *t, int i, value *out)
{
    const value *v;
    LAC_TRY(input(t, i, &v));
    *out = *v;
    if (v->kind == VALUE_NUMBERS)
        return LAC_OK;
    if (v->kind != VALUE_TENSOR || v->tensor.type != LAC_ONNX_INT64 ||
        v->tensor.count > MOST_NUMBERS)
        return refuse(t, "it needs at most 8 whole numbers");
    out->kind = VALUE_NUMBERS;
    out->count = (int)v->tensor.count;
    lac_onnx_integers(&v->tensor, out->number, MOST_NUMBERS);
    return LAC_OK;
}

/* Gives a value the name of the node's output. */
static lac_status name_it(translation *t, value v)
{
    if (t->node->outputs != 1)
        return refuse(t, "it must have one output");
    v.name = t->node->output[0];
    t->value[t->count++] = v;
    return LAC_OK;
}

/* How many nodes read the name; an output of the graph counts too. */
static int readers(const translation *t, lac_text name)
{
    const lac_onnx *onnx = &t->graph->onnx;
    int count = 0;
    for (int i = 0; i < onnx->nodes; i++)
        for (int k = 0; k < onnx->node[i].inputs; k++)
            count += lac_text_equal(onnx->node[i].input[k], name);
    for (int i = 0; i < onnx->outputs; i++)
        count += lac_text_equal(onnx->output[i].name, name);
    return count;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static int rounded(int channels)
{
    return (channels + LAC_BLOCK - 1) / LAC_BLOCK * LAC_BLOCK;
}

/* A new step that reads a map; its name is the node's output. */
static lac_status add_step(translation *t, lac_step_kind kind, const value *from, int channels,
                           lac_step **out)
{
    lac_graph *g = t->graph;
    if (g->steps == LAC_GRAPH_STEPS)
        return refuse(t, "the graph has more than 512 operators");
    lac_step *s = &g->step[g->steps++];
    *s = (lac_step){.kind = kind, .from = {from->step}, .times = {from->times, 1}, .sources = 1,
                    .c = channels, .room = rounded(channels), .k = 1, .stride = 1};
    lac_text_name(t->node->name, s->name);
    *out = s;
    return name_it(
        t, (value){.kind = VALUE_MAP, .step = g->steps - 1, .times = 1, .is_made = 1});
}

/* A view as a map of its own where somebody needs one. */
static lac_status without_times(translation *t, const value *v, value *out)
{
    *out = *v;
    if (v->times == 1)
        return LAC_OK;
    lac_step *s;
    LAC_TRY(add_step(t, LAC_STEP_ADD, v, t->graph->step[v->step].c, &s));
    *out = t->value[--t->count]; /* it has no name */
    return LAC_OK;
}

/* Sides of windows: kernel_shape, strides, pads, dilations. */
static lac_status read_window(const translation *t, lac_step *s, int k)
{
    int64_t shape[2] = {k, k}, strides[2] = {1, 1}, pads[4] = {0}, dilations[2] = {1, 1};
    lac_text automatic = {0};
    int shapes = lac_onnx_ints(t->node, "kernel_shape", shape, 2);
    int strided = lac_onnx_ints(t->node, "strides", strides, 2);
    int padded = lac_onnx_ints(t->node, "pads", pads, 4);
    int dilated = lac_onnx_ints(t->node, "dilations", dilations, 2);
    if ((shapes && shapes != 2) || (strided && strided != 2) || (padded && padded != 4) ||
        (dilated && dilated != 2))
        return refuse(t, "its windows must have two sides");
    if (shape[0] != shape[1] || shape[0] < 1 || shape[0] > LAC_MOST_DEPTHWISE ||
        (k && shape[0] != k))
        return refuse(t, "its windows must be squares of at most 7x7, as its weights are");
    if (strides[0] != strides[1] || strides[0] < 1 || strides[0] > MOST_STRIDE)
        return refuse(t, "its strides must be equal, 1 to 8");
    if (pads[0] != pads[1] || pads[0] != pads[2] || pads[0] != pads[3] || pads[0] < 0 ||
        pads[0] >= shape[0])
        return refuse(t, "its padding must be the same on all sides, and less than its windows");
    if (dilations[0] != 1 || dilations[1] != 1)
        return refuse(t, "dilations are not supported");
    if (lac_onnx_string(t->node, "auto_pad", &automatic) && !lac_text_is(automatic, "NOTSET"))
        return refuse(t, "auto_pad is not supported");
    s->k = (int)shape[0];
    s->stride = (int)strides[0];
    s->pad = (int)pads[0];
    return LAC_OK;
}

/* ---- Convolutions ------------------------------------------------------------------------------ */

/* ONNX's [oc, ic / group, k, k] into the orders of lac_step; what fills up the channels is 0. */
static lac_status pack_weights(translation *t, lac_step *s, const lac_onnx_tensor *w,
                               const lac_onnx_tensor *bias)
{
    int from = t->graph->step[s->from[0]].room;
    int ic = (int)w->dims[1], taps = s->k * s->k;
    size_t floats = (size_t)taps * s->room * (s->kind == LAC_STEP_CONV ? from : 1);
    t->graph->packed += floats;
    if (t->graph->packed > MOST_PACKED)
        return refuse(t, "the graph has too many weights");
    LAC_TRY(lac_alloc(t->ctx, floats, sizeof(float), &s->w));
    LAC_TRY(lac_alloc(t->ctx, (size_t)s->room, sizeof(float), &s->bias));
    for (int o = 0; o < s->c; o++) {
        for (int i = 0; i < ic; i++)
            for (int tap = 0; tap < taps; tap++) {
                size_t row = s->kind == LAC_STEP_CONV ? (size_t)tap * from + i : (size_t)tap;
                s->w[row * s->room + o] = lac_onnx_float(w, ((size_t)o * ic + i) * taps + tap);
            }
        s->bias[o] = bias ? lac_onnx_float(bias, (size_t)o) : 0;
    }
    return LAC_OK;
}

static lac_status read_conv(translation *t)
{
    const lac_onnx_tensor *w, *bias = NULL;
    const value *from;
    value x;
    lac_step *s;
    LAC_TRY(input_map(t, 0, &from));
    LAC_TRY(input_tensor(t, 1, &w));
    if (t->node->inputs > 2)
        LAC_TRY(input_tensor(t, 2, &bias));
    int channels = t->graph->step[from->step].c;
    int64_t group = lac_onnx_int(t->node, "group", 1);
    if (w->rank != 4 || w->dims[2] != w->dims[3] || w->dims[0] < 1 || w->dims[0] > MOST_CHANNELS ||
        w->dims[2] < 1 || w->dims[2] > LAC_MOST_DEPTHWISE)
        return refuse(t, "weights must be 1 to 2048 squares of at most 7x7");
    if (bias && bias->count != (size_t)w->dims[0])
        return refuse(t, "a bias for every channel is needed");
    int is_depthwise = group == channels && w->dims[0] == channels && w->dims[1] == 1;
    if (!is_depthwise && (group != 1 || w->dims[1] != channels))
        return refuse(t, "weights and groups must be for all channels at once, or for each alone");
    int k = (int)w->dims[2], to = (int)w->dims[0];
    LAC_TRY(without_times(t, from, &x));
    LAC_TRY(add_step(t, is_depthwise && k > 1 ? LAC_STEP_DEPTHWISE : LAC_STEP_CONV, &x, to, &s));
    if (s->kind == LAC_STEP_CONV && is_depthwise && channels > 1)
        return refuse(t, "a window of one pixel for each channel alone is not supported");
    LAC_TRY(read_window(t, s, k));
    return pack_weights(t, s, w, bias);
}

/* A relu belongs to the step before it where nobody else reads that step. */
static lac_status read_relu(translation *t)
{
    const value *from;
    lac_step *s;
    LAC_TRY(input_map(t, 0, &from));
    const value v = *from;
    lac_step *before = &t->graph->step[v.step];
    int belongs = v.is_made && readers(t, v.name) == 1 && before->kind != LAC_STEP_PICTURE &&
                  before->kind != LAC_STEP_POOL;
    if (!belongs)
        LAC_TRY(add_step(t, LAC_STEP_ADD, &v, before->c, &s));
    else
        LAC_TRY(name_it(t, v));
    t->graph->step[t->value[t->count - 1].step].relu = 1;
    return LAC_OK;
}

static lac_status read_pool(translation *t)
{
    const value *from;
    value x;
    lac_step *s;
    LAC_TRY(input_map(t, 0, &from));
    LAC_TRY(without_times(t, from, &x));
    LAC_TRY(add_step(t, LAC_STEP_POOL, &x, t->graph->step[x.step].c, &s));
    LAC_TRY(read_window(t, s, 0));
    if (s->pad || lac_onnx_int(t->node, "ceil_mode", 0) != 0)
        return refuse(t, "padding and ceil_mode are not supported");
    return LAC_OK;
}

/* Up-sampling by the nearest pixel above and left of it. */
static lac_status read_resize(translation *t)
{
    const value *from;
    lac_text word;
    const lac_onnx_tensor *scales;
    LAC_TRY(input_map(t, 0, &from));
    int is_old = lac_text_is(t->node->op, "Upsample");
    LAC_TRY(input_tensor(t, is_old ? 1 : 2, &scales));
    if (!lac_onnx_string(t->node, "mode", &word) || lac_text_is(word, "nearest"))
        word = (lac_text){"floor", 5};
    else
        return refuse(t, "its mode must be nearest");
    if (!is_old && (!lac_onnx_string(t->node, "coordinate_transformation_mode", &word) ||
                    !lac_text_is(word, "asymmetric")))
        return refuse(t, "its coordinates must be asymmetric");
    if (!is_old && (!lac_onnx_string(t->node, "nearest_mode", &word) ||
                    !lac_text_is(word, "floor")))
        return refuse(t, "its nearest_mode must be floor");
    float by = scales->count == 4 ? lac_onnx_float(scales, 2) : 0;
    int whole = by >= 1 && by <= MOST_TIMES ? (int)by : 0;
    if (whole < 1 || (float)whole != by || lac_onnx_float(scales, 3) != by ||
        lac_onnx_float(scales, 0) != 1 || lac_onnx_float(scales, 1) != 1)
        return refuse(t, "its scales must be 1, 1 and twice a whole number of at most 8");
    value v;
    LAC_TRY(without_times(t, from, &v));
    v.times = whole;
    v.is_made = 0;
    return name_it(t, v);
}

static lac_status read_add(translation *t)
{
    const value *a, *b;
    lac_step *s;
    LAC_TRY(input_map(t, 0, &a));
    LAC_TRY(input_map(t, 1, &b));
    const value first = *a, second = *b;
    int c = t->graph->step[first.step].c;
    if (c != t->graph->step[second.step].c)
        return refuse(t, "its maps must have the same channels");
    LAC_TRY(add_step(t, LAC_STEP_ADD, &first, c, &s));
    s->from[1] = second.step;
    s->times[1] = second.times;
    s->sources = 2;
    return LAC_OK;
}

/* ---- Views, and shapes as numbers ----------------------------------------------------------------- */

static lac_status read_sigmoid(translation *t)
{
    const value *from;
    LAC_TRY(input(t, 0, &from));
    value v = *from;
    if (v.kind != VALUE_MAP || v.is_sigmoid)
        return refuse(t, "it needs a map");
    v.is_sigmoid = 1;
    return name_it(t, v);
}

static lac_status read_transpose(translation *t)
{
    const value *from;
    int64_t order[4] = {0};
    LAC_TRY(input(t, 0, &from));
    value v = *from;
    if (v.kind != VALUE_MAP || v.is_last || v.is_flat ||
        lac_onnx_ints(t->node, "perm", order, 4) != 4 || order[0] != 0 || order[1] != 2 ||
        order[2] != 3 || order[3] != 1)
        return refuse(t, "only channels to the back (0, 2, 3, 1) is supported");
    v.is_last = 1;
    return name_it(t, v);
}

/* [n, h, w, c] to [n, h * w, c]; how many pixels there are is the picture's matter. */
static lac_status read_reshape(translation *t)
{
    const value *from;
    value shape;
    LAC_TRY(input(t, 0, &from));
    value v = *from;
    LAC_TRY(input_numbers(t, 1, &shape));
    if (v.kind != VALUE_MAP || !v.is_last || v.is_flat || shape.count != 3 ||
        shape.number[2] != t->graph->step[v.step].c)
        return refuse(t, "only pixels by channels, with the channels at the back, is supported");
    v.is_flat = 1;
    return name_it(t, v);
}

static lac_status read_shape(translation *t)
{
    const value *from;
    LAC_TRY(input_map(t, 0, &from));
    return name_it(t, (value){.kind = VALUE_NUMBERS, .count = 4,
                              .number = {1, t->graph->step[from->step].c, UNKNOWN, UNKNOWN}});
}

static lac_status read_gather(translation *t)
{
    value v, at;
    LAC_TRY(input_numbers(t, 0, &v));
    LAC_TRY(input_numbers(t, 1, &at));
    if (at.count != 1 || at.number[0] < -v.count || at.number[0] >= v.count)
        return refuse(t, "only one number of a shape is supported");
    int64_t i = at.number[0] < 0 ? at.number[0] + v.count : at.number[0];
    return name_it(t, (value){.kind = VALUE_NUMBERS, .count = 1, .number = {v.number[i]}});
}

/* Numbers are kept without their rank, which this changes. */
static lac_status read_same(translation *t)
{
    value v;
    const value *from;
    LAC_TRY(input(t, 0, &from));
    v = *from;
    if (!lac_text_is(t->node->op, "Identity"))
        LAC_TRY(input_numbers(t, 0, &v));
    v.is_made = 0;
    return name_it(t, v);
}

static lac_status read_concat(translation *t)
{
    value all = {.kind = VALUE_NUMBERS}, v;
    for (int i = 0; i < t->node->inputs; i++) {
        LAC_TRY(input_numbers(t, i, &v));
        if (all.count + v.count > MOST_NUMBERS)
            return refuse(t, "a shape has more than 8 numbers");
        memcpy(all.number + all.count, v.number, (size_t)v.count * sizeof v.number[0]);
        all.count += v.count;
    }
    return name_it(t, all);
}

static lac_status read_constant(translation *t)
{
    value v = {.kind = VALUE_TENSOR};
    LAC_TRY(lac_onnx_value_of(t->ctx, &t->graph->onnx, t->node, &v.tensor));
    return name_it(t, v);
}

static lac_status read_node(translation *t)
{
    static const struct {
        const char *op;
        lac_status (*read)(translation *t);
    } known[] = {
        {"Add", read_add},         {"Cast", read_same},         {"Concat", read_concat},
        {"Constant", read_constant}, {"Conv", read_conv},       {"Gather", read_gather},
        {"Identity", read_same},   {"MaxPool", read_pool},      {"Relu", read_relu},
        {"Reshape", read_reshape}, {"Resize", read_resize},     {"Shape", read_shape},
        {"Sigmoid", read_sigmoid}, {"Squeeze", read_same},      {"Transpose", read_transpose},
        {"Unsqueeze", read_same},  {"Upsample", read_resize},
    };
    for (int i = 0; i < LAC_COUNT(known); i++)
        if (lac_text_is(t->node->op, known[i].op))
            return known[i].read(t);
    return refuse(t, "this operator is not supported");
}

/* ---- The whole graph --------------------------------------------------------------------------------- */

static lac_status read_inputs(translation *t)
{
    lac_graph *g = t->graph;
    const lac_onnx *onnx = &g->onnx;
    for (int i = 0; i < onnx->tensors; i++)
        t->value[t->count++] = (value){.name = onnx->tensor[i].name, .kind = VALUE_TENSOR,
                                       .tensor = onnx->tensor[i]};
    int pictures = 0;
    for (int i = 0; i < onnx->inputs; i++) {
        if (find(t, onnx->input[i].name))
            continue; /* a tensor of the file, which old files list here too */
        if (onnx->input[i].channels != 3 || pictures++)
            return lac_fail(t->ctx, LAC_ERROR_FORMAT,
                            "%s: one input, a picture of 3 channels, is needed", onnx->path);
        t->value[t->count++] =
            (value){.name = onnx->input[i].name, .kind = VALUE_MAP, .times = 1};
        g->step[g->steps++] = (lac_step){.c = 3, .room = 3, .k = 1, .stride = 1};
    }
    return pictures ? LAC_OK
                    : lac_fail(t->ctx, LAC_ERROR_FORMAT, "%s: no picture goes in", onnx->path);
}

/* A product that only one depthwise step reads is made inside it. */
static void put_inside(lac_graph *g)
{
    for (int i = 1; i < g->steps; i++) {
        lac_step *s = &g->step[i];
        int count = 0;
        for (int k = 0; k < g->steps; k++)
            for (int j = 0; j < g->step[k].sources; j++)
                count += g->step[k].from[j] == i ? g->step[k].kind == LAC_STEP_DEPTHWISE ? 1 : 2 : 0;
        for (int k = 0; k < g->outputs; k++)
            count += g->output[k].step == i ? 2 : 0;
        s->is_inside = s->kind == LAC_STEP_CONV && s->k == 1 && s->stride == 1 && !s->relu &&
                       count == 1;
    }
}

static lac_status read_outputs(translation *t)
{
    lac_graph *g = t->graph;
    for (int i = 0; i < g->onnx.outputs; i++) {
        const value *v = find(t, g->onnx.output[i].name);
        if (!v || v->kind != VALUE_MAP || v->times != 1)
            continue; /* whoever needs the output finds that it is not there */
        g->output[g->outputs++] = (lac_graph_output){v->name, v->step, v->is_sigmoid};
    }
    return LAC_OK;
}

static lac_status translate(lac_context *ctx, lac_graph *g)
{
    const lac_onnx *onnx = &g->onnx;
    translation t = {.ctx = ctx, .graph = g};
    size_t names = (size_t)onnx->nodes + onnx->tensors + onnx->inputs + 1;
    lac_status status = lac_alloc(ctx, names, sizeof *t.value, &t.value);
    if (status == LAC_OK)
        status = lac_alloc(ctx, LAC_GRAPH_STEPS, sizeof *g->step, &g->step);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)onnx->outputs, sizeof *g->output, &g->output);
    if (status == LAC_OK)
        status = read_inputs(&t);
    for (int i = 0; i < onnx->nodes && status == LAC_OK; i++) {
        t.node = &onnx->node[i];
        status = read_node(&t);
    }
    if (status == LAC_OK)
        status = read_outputs(&t);
    if (status == LAC_OK)
        put_inside(g);
    free(t.value);
    return status;
}

lac_status lac_graph_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_graph *out)
{
    *out = (lac_graph){.ctx = ctx};
    lac_status status = lac_onnx_read(ctx, path, bytes, size, &out->onnx);
    if (status == LAC_OK)
        status = translate(ctx, out);
    if (status != LAC_OK)
        lac_graph_free(out);
    return status;
}

void lac_graph_free(lac_graph *graph)
{
    for (int i = 0; i < graph->steps; i++) {
        free(graph->step[i].w);
        free(graph->step[i].bias);
    }
    lac_slab_free(&graph->slab);
    free(graph->scratch);
    free(graph->step);
    free(graph->output);
    lac_onnx_free(&graph->onnx);
    *graph = (lac_graph){0};
}

const lac_graph_output *lac_graph_find(const lac_graph *graph, const char *name)
{
    for (int i = 0; i < graph->outputs; i++)
        if (lac_text_is(graph->output[i].name, name))
            return &graph->output[i];
    return NULL;
}

void lac_graph_need(lac_graph *graph, int step)
{
    graph->step[step].is_needed = 1;
    for (int i = step; i > 0; i--) { /* steps read those before them */
        const lac_step *s = &graph->step[i];
        for (int k = 0; k < s->sources && s->is_needed; k++)
            graph->step[s->from[k]].is_needed = 1;
    }
}
