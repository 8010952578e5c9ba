/* Operators that make maps: convolutions, relu, pools, up-sampling, additions. */
#include "detect/translate.h"

#include "kernel/kernel.h"

enum {
    MOST_CHANNELS = 2048,
    MOST_PACKED = 64 << 20, /* floats of all weights */
    MOST_STRIDE = 8,
    MOST_TIMES = 8
};

/* Sides of windows: kernel_shape, strides, pads, dilations. */
static lac_status read_window(const lac_translation *t, lac_step *s, int k)
{
    int64_t shape[2] = {k, k}, strides[2] = {1, 1}, pads[4] = {0}, dilations[2] = {1, 1};
    lac_text automatic = {0};
    int shapes = lac_onnx_ints(t->node, "kernel_shape", shape, 2);
    int strided = lac_onnx_ints(t->node, "strides", strides, 2);
    int padded = lac_onnx_ints(t->node, "pads", pads, 4);
    int dilated = lac_onnx_ints(t->node, "dilations", dilations, 2);
    if ((shapes && shapes != 2) || (strided && strided != 2) || (padded && padded != 4) ||
        (dilated && dilated != 2))
        return lac_node_refuse(t, "its windows must have two sides");
    if (shape[0] != shape[1] || shape[0] < 1 || shape[0] > LAC_MOST_DEPTHWISE ||
        (k && shape[0] != k))
        return lac_node_refuse(t, "its windows must be squares of at most 7x7, as its weights are");
    if (strides[0] != strides[1] || strides[0] < 1 || strides[0] > MOST_STRIDE)
        return lac_node_refuse(t, "its strides must be equal, 1 to 8");
    if (pads[0] != pads[1] || pads[0] != pads[2] || pads[0] != pads[3] || pads[0] < 0 ||
        pads[0] >= shape[0])
        return lac_node_refuse(t, "its padding must be equal on all sides, and less than a window");
    if (dilations[0] != 1 || dilations[1] != 1)
        return lac_node_refuse(t, "dilations are not supported");
    if (lac_onnx_string(t->node, "auto_pad", &automatic) && !lac_text_is(automatic, "NOTSET"))
        return lac_node_refuse(t, "auto_pad is not supported");
    s->k = (int)shape[0];
    s->stride = (int)strides[0];
    s->pad = (int)pads[0];
    return LAC_OK;
}

/* ---- Convolutions ------------------------------------------------------------------ */

/* ONNX's [oc, ic / group, k, k] into the orders of lac_step; what fills up the channels is 0. */
static lac_status pack_weights(lac_translation *t, lac_step *s, const lac_onnx_tensor *w,
                               const lac_onnx_tensor *bias)
{
    int from = t->graph->step[s->from[0]].room;
    int ic = (int)w->dims[1], taps = s->k * s->k;
    size_t floats = (size_t)taps * s->room * (s->kind == LAC_STEP_CONV ? from : 1);
    t->graph->packed += floats;
    if (t->graph->packed > MOST_PACKED)
        return lac_node_refuse(t, "the graph has too many weights");
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

lac_status lac_node_conv_read(lac_translation *t)
{
    const lac_onnx_tensor *w, *bias = NULL;
    const lac_value *from;
    lac_value x;
    lac_step *s;
    LAC_TRY(lac_node_map(t, 0, &from));
    LAC_TRY(lac_node_tensor(t, 1, &w));
    if (t->node->inputs > 2)
        LAC_TRY(lac_node_tensor(t, 2, &bias));
    int channels = t->graph->step[from->step].c;
    int64_t group = lac_onnx_int(t->node, "group", 1);
    if (w->rank != 4 || w->dims[2] != w->dims[3] || w->dims[0] < 1 || w->dims[0] > MOST_CHANNELS ||
        w->dims[2] < 1 || w->dims[2] > LAC_MOST_DEPTHWISE)
        return lac_node_refuse(t, "weights must be 1 to 2048 squares of at most 7x7");
    if (bias && bias->count != (size_t)w->dims[0])
        return lac_node_refuse(t, "a bias for every channel is needed");
    int is_depthwise = group == channels && w->dims[0] == channels && w->dims[1] == 1;
    if (!is_depthwise && (group != 1 || w->dims[1] != channels))
        return lac_node_refuse(t, "weights must be for all channels at once, or for each alone");
    int k = (int)w->dims[2], to = (int)w->dims[0];
    LAC_TRY(lac_node_without_times(t, from, &x));
    lac_step_kind kind = is_depthwise && k > 1 ? LAC_STEP_DEPTHWISE : LAC_STEP_CONV;
    LAC_TRY(lac_node_step(t, kind, &x, to, &s));
    if (s->kind == LAC_STEP_CONV && is_depthwise && channels > 1)
        return lac_node_refuse(t, "a window of one pixel for each channel alone is not supported");
    LAC_TRY(read_window(t, s, k));
    return pack_weights(t, s, w, bias);
}

/* A relu belongs to the step before it where nobody else reads that step. */
lac_status lac_node_relu_read(lac_translation *t)
{
    const lac_value *from;
    lac_step *s;
    LAC_TRY(lac_node_map(t, 0, &from));
    const lac_value v = *from;
    lac_step *before = &t->graph->step[v.step];
    int belongs = v.is_made && lac_node_readers(t, v.name) == 1 && before->kind != LAC_STEP_POOL;
    if (!belongs)
        LAC_TRY(lac_node_step(t, LAC_STEP_ADD, &v, before->c, &s));
    else
        LAC_TRY(lac_node_name(t, v));
    t->graph->step[t->value[t->count - 1].step].relu = 1;
    return LAC_OK;
}

lac_status lac_node_pool_read(lac_translation *t)
{
    const lac_value *from;
    lac_value x;
    lac_step *s;
    LAC_TRY(lac_node_map(t, 0, &from));
    LAC_TRY(lac_node_without_times(t, from, &x));
    LAC_TRY(lac_node_step(t, LAC_STEP_POOL, &x, t->graph->step[x.step].c, &s));
    LAC_TRY(read_window(t, s, 0));
    if (s->pad || lac_onnx_int(t->node, "ceil_mode", 0) != 0)
        return lac_node_refuse(t, "padding and ceil_mode are not supported");
    return LAC_OK;
}

/* Up-sampling by the nearest pixel above and left of it. */
lac_status lac_node_resize_read(lac_translation *t)
{
    const lac_value *from;
    lac_text word;
    const lac_onnx_tensor *scales;
    LAC_TRY(lac_node_map(t, 0, &from));
    int is_old = lac_text_is(t->node->op, "Upsample");
    LAC_TRY(lac_node_tensor(t, is_old ? 1 : 2, &scales));
    if (!lac_onnx_string(t->node, "mode", &word) || lac_text_is(word, "nearest"))
        word = (lac_text){"floor", 5};
    else
        return lac_node_refuse(t, "its mode must be nearest");
    if (!is_old && (!lac_onnx_string(t->node, "coordinate_transformation_mode", &word) ||
                    !lac_text_is(word, "asymmetric")))
        return lac_node_refuse(t, "its coordinates must be asymmetric");
    if (!is_old && (!lac_onnx_string(t->node, "nearest_mode", &word) ||
                    !lac_text_is(word, "floor")))
        return lac_node_refuse(t, "its nearest_mode must be floor");
    float by = scales->count == 4 ? lac_onnx_float(scales, 2) : 0;
    int whole = by >= 1 && by <= MOST_TIMES ? (int)by : 0;
    if (whole < 1 || (float)whole != by || lac_onnx_float(scales, 3) != by ||
        lac_onnx_float(scales, 0) != 1 || lac_onnx_float(scales, 1) != 1)
        return lac_node_refuse(t, "its scales must be 1, 1 and twice a whole number of at most 8");
    lac_value v;
    LAC_TRY(lac_node_without_times(t, from, &v));
    v.times = whole;
    v.is_made = 0;
    return lac_node_name(t, v);
}

lac_status lac_node_add_read(lac_translation *t)
{
    const lac_value *a, *b;
    lac_step *s;
    LAC_TRY(lac_node_map(t, 0, &a));
    LAC_TRY(lac_node_map(t, 1, &b));
    const lac_value first = *a, second = *b;
    int c = t->graph->step[first.step].c;
    if (c != t->graph->step[second.step].c)
        return lac_node_refuse(t, "its maps must have the same channels");
    LAC_TRY(lac_node_step(t, LAC_STEP_ADD, &first, c, &s));
    s->from[1] = second.step;
    s->times[1] = second.times;
    s->sources = 2;
    return LAC_OK;
}
