/* Names and steps of a graph that is being read; see translate.h. */
#include "detect/translate.h"

#include "kernel/kernel.h"

lac_status lac_node_refuse(const lac_translation *t, const char *what)
{
    char name[LAC_NAME_ROOM], op[LAC_NAME_ROOM];
    return lac_fail(t->ctx, LAC_ERROR_FORMAT, "%s: node %s (%s): %s", t->graph->onnx.path,
                    lac_text_name(t->node->name, name), lac_text_name(t->node->op, op), what);
}

/* ---- Names ------------------------------------------------------------------------- */

/* The newest value of the name, or NULL. */
const lac_value *lac_node_find(const lac_translation *t, lac_text name)
{
    for (int i = t->count - 1; i >= 0; i--)
        if (lac_text_equal(t->value[i].name, name))
            return &t->value[i];
    return NULL;
}

/* The i-th input of the node, which must be there. */
lac_status lac_node_input(const lac_translation *t, int i, const lac_value **out)
{
    if (i >= t->node->inputs)
        return lac_node_refuse(t, "an input is missing");
    *out = lac_node_find(t, t->node->input[i]);
    return *out ? LAC_OK : lac_node_refuse(t, "it reads what no node before it makes");
}

lac_status lac_node_map(const lac_translation *t, int i, const lac_value **out)
{
    LAC_TRY(lac_node_input(t, i, out));
    const lac_value *v = *out;
    if (v->kind != LAC_VALUE_MAP || v->is_last || v->is_flat || v->is_sigmoid)
        return lac_node_refuse(t, "it needs a map of channels, rows and columns");
    return LAC_OK;
}

lac_status lac_node_tensor(const lac_translation *t, int i, const lac_onnx_tensor **out)
{
    const lac_value *v;
    LAC_TRY(lac_node_input(t, i, &v));
    *out = &v->tensor;
    if (v->kind != LAC_VALUE_TENSOR || v->tensor.type != LAC_ONNX_FLOAT)
        return lac_node_refuse(t, "weights must be floats that the file holds");
    return LAC_OK;
}

/* Whole numbers, either computed or held by the file. */
lac_status lac_node_numbers(const lac_translation *t, int i, lac_value *out)
{
    const lac_value *v;
    LAC_TRY(lac_node_input(t, i, &v));
    *out = *v;
    if (v->kind == LAC_VALUE_NUMBERS)
        return LAC_OK;
    if (v->kind != LAC_VALUE_TENSOR || v->tensor.type != LAC_ONNX_INT64 ||
        v->tensor.count > LAC_VALUE_MOST)
        return lac_node_refuse(t, "it needs at most 8 whole numbers");
    out->kind = LAC_VALUE_NUMBERS;
    out->count = (int)v->tensor.count;
    lac_onnx_integers(&v->tensor, out->number, LAC_VALUE_MOST);
    return LAC_OK;
}

/* Gives a value the name of the node's output. */
lac_status lac_node_name(lac_translation *t, lac_value v)
{
    if (t->node->outputs != 1)
        return lac_node_refuse(t, "it must have one output");
    v.name = t->node->output[0];
    t->value[t->count++] = v;
    return LAC_OK;
}

/* How many nodes read the name; an output of the graph counts too. */
int lac_node_readers(const lac_translation *t, lac_text name)
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

/* ---- Steps ------------------------------------------------------------------------- */

static int rounded(int channels)
{
    return (channels + LAC_BLOCK - 1) / LAC_BLOCK * LAC_BLOCK;
}

/* A new step that reads a map; its name is the node's output. */
lac_status lac_node_step(lac_translation *t, lac_step_kind kind, const lac_value *from,
                         int channels, lac_step **out)
{
    lac_graph *g = t->graph;
    if (g->steps == LAC_GRAPH_STEPS)
        return lac_node_refuse(t, "the graph has more than 512 operators");
    lac_step *s = &g->step[g->steps++];
    *s = (lac_step){.kind = kind, .from = {from->step}, .times = {from->times, 1}, .sources = 1,
                    .c = channels, .room = rounded(channels), .k = 1, .stride = 1};
    lac_text_name(t->node->name, s->name);
    *out = s;
    return lac_node_name(
        t, (lac_value){.kind = LAC_VALUE_MAP, .step = g->steps - 1, .times = 1, .is_made = 1});
}

/* A view as a map of its own where somebody needs one. */
lac_status lac_node_without_times(lac_translation *t, const lac_value *v, lac_value *out)
{
    *out = *v;
    if (v->times == 1)
        return LAC_OK;
    lac_step *s;
    LAC_TRY(lac_node_step(t, LAC_STEP_ADD, v, t->graph->step[v->step].c, &s));
    *out = t->value[--t->count]; /* it has no name */
    return LAC_OK;
}
