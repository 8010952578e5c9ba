/* Operators that change how a map is looked at, and those that compute shapes. */
#include "detect/translate.h"

#include <string.h>

lac_status lac_node_sigmoid_read(lac_translation *t)
{
    const lac_value *from;
    LAC_TRY(lac_node_input(t, 0, &from));
    lac_value v = *from;
    if (v.kind != LAC_VALUE_MAP || v.is_sigmoid)
        return lac_node_refuse(t, "it needs a map");
    v.is_sigmoid = 1;
    return lac_node_name(t, v);
}

lac_status lac_node_transpose_read(lac_translation *t)
{
    const lac_value *from;
    int64_t order[4] = {0};
    LAC_TRY(lac_node_input(t, 0, &from));
    lac_value v = *from;
    if (v.kind != LAC_VALUE_MAP || v.is_last || v.is_flat ||
        lac_onnx_ints(t->node, "perm", order, 4) != 4 || order[0] != 0 || order[1] != 2 ||
        order[2] != 3 || order[3] != 1)
        return lac_node_refuse(t, "only channels to the back (0, 2, 3, 1) is supported");
    v.is_last = 1;
    return lac_node_name(t, v);
}

/* [n, h, w, c] to [n, h * w, c]; how many pixels there are is the picture's matter. */
lac_status lac_node_reshape_read(lac_translation *t)
{
    const lac_value *from;
    lac_value shape;
    LAC_TRY(lac_node_input(t, 0, &from));
    lac_value v = *from;
    LAC_TRY(lac_node_numbers(t, 1, &shape));
    if (v.kind != LAC_VALUE_MAP || !v.is_last || v.is_flat || shape.count != 3 ||
        shape.number[2] != t->graph->step[v.step].c)
        return lac_node_refuse(t, "only pixels by channels that are at the back is supported");
    v.is_flat = 1;
    return lac_node_name(t, v);
}

lac_status lac_node_shape_read(lac_translation *t)
{
    const lac_value *from;
    LAC_TRY(lac_node_map(t, 0, &from));
    int c = t->graph->step[from->step].c;
    return lac_node_name(t, (lac_value){.kind = LAC_VALUE_NUMBERS, .count = 4,
                                        .number = {1, c, LAC_UNKNOWN, LAC_UNKNOWN}});
}

lac_status lac_node_gather_read(lac_translation *t)
{
    lac_value v, at;
    LAC_TRY(lac_node_numbers(t, 0, &v));
    LAC_TRY(lac_node_numbers(t, 1, &at));
    if (at.count != 1 || at.number[0] < -v.count || at.number[0] >= v.count)
        return lac_node_refuse(t, "only one number of a shape is supported");
    int64_t i = at.number[0] < 0 ? at.number[0] + v.count : at.number[0];
    return lac_node_name(
        t, (lac_value){.kind = LAC_VALUE_NUMBERS, .count = 1, .number = {v.number[i]}});
}

/* Numbers are kept without their rank, which this changes. */
lac_status lac_node_same_read(lac_translation *t)
{
    lac_value v;
    const lac_value *from;
    LAC_TRY(lac_node_input(t, 0, &from));
    v = *from;
    if (!lac_text_is(t->node->op, "Identity"))
        LAC_TRY(lac_node_numbers(t, 0, &v));
    v.is_made = 0;
    return lac_node_name(t, v);
}

lac_status lac_node_concat_read(lac_translation *t)
{
    lac_value all = {.kind = LAC_VALUE_NUMBERS}, v;
    for (int i = 0; i < t->node->inputs; i++) {
        LAC_TRY(lac_node_numbers(t, i, &v));
        if (all.count + v.count > LAC_VALUE_MOST)
            return lac_node_refuse(t, "a shape has more than 8 numbers");
        memcpy(all.number + all.count, v.number, (size_t)v.count * sizeof v.number[0]);
        all.count += v.count;
    }
    return lac_node_name(t, all);
}

lac_status lac_node_constant_read(lac_translation *t)
{
    lac_value v = {.kind = LAC_VALUE_TENSOR};
    LAC_TRY(lac_onnx_value_of(t->ctx, &t->graph->onnx, t->node, &v.tensor));
    return lac_node_name(t, v);
}
