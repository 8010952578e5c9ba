/*
 * From ONNX's nodes to steps. Nodes are read in their order, which ONNX says is such that each
 * reads what is there already, so that a circle cannot be.
 */
#include "detect/translate.h"

#include <stdlib.h>

static lac_status read_node(lac_translation *t)
{
    static const struct {
        const char *op;
        lac_status (*read)(lac_translation *t);
    } known[] = {
        {"Add", lac_node_add_read},
        {"Cast", lac_node_same_read},
        {"Concat", lac_node_concat_read},
        {"Constant", lac_node_constant_read},
        {"Conv", lac_node_conv_read},
        {"Gather", lac_node_gather_read},
        {"Identity", lac_node_same_read},
        {"MaxPool", lac_node_pool_read},
        {"Relu", lac_node_relu_read},
        {"Reshape", lac_node_reshape_read},
        {"Resize", lac_node_resize_read},
        {"Shape", lac_node_shape_read},
        {"Sigmoid", lac_node_sigmoid_read},
        {"Squeeze", lac_node_same_read},
        {"Transpose", lac_node_transpose_read},
        {"Unsqueeze", lac_node_same_read},
        {"Upsample", lac_node_resize_read},
    };
    for (int i = 0; i < LAC_COUNT(known); i++)
        if (lac_text_is(t->node->op, known[i].op))
            return known[i].read(t);
    return lac_node_refuse(t, "this operator is not supported");
}

/* ---- The whole graph --------------------------------------------------------------- */

static lac_status read_inputs(lac_translation *t)
{
    lac_graph *g = t->graph;
    const lac_onnx *onnx = &g->onnx;
    for (int i = 0; i < onnx->tensors; i++)
        t->value[t->count++] = (lac_value){.name = onnx->tensor[i].name, .kind = LAC_VALUE_TENSOR,
                                       .tensor = onnx->tensor[i]};
    int pictures = 0;
    for (int i = 0; i < onnx->inputs; i++) {
        if (lac_node_find(t, onnx->input[i].name))
            continue; /* a tensor of the file, which old files list here too */
        if (onnx->input[i].channels != 3 || pictures++)
            return lac_fail(t->ctx, LAC_ERROR_FORMAT,
                            "%s: one input, a picture of 3 channels, is needed", onnx->path);
        t->value[t->count++] =
            (lac_value){.name = onnx->input[i].name, .kind = LAC_VALUE_MAP, .times = 1};
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
                if (g->step[k].from[j] == i)
                    count += g->step[k].kind == LAC_STEP_DEPTHWISE ? 1 : 2;
        for (int k = 0; k < g->outputs; k++)
            count += g->output[k].step == i ? 2 : 0;
        s->is_inside = s->kind == LAC_STEP_CONV && s->k == 1 && s->stride == 1 && !s->relu &&
                       count == 1;
    }
}

static lac_status read_outputs(lac_translation *t)
{
    lac_graph *g = t->graph;
    for (int i = 0; i < g->onnx.outputs; i++) {
        const lac_value *v = lac_node_find(t, g->onnx.output[i].name);
        if (!v || v->kind != LAC_VALUE_MAP || v->times != 1)
            continue; /* whoever needs the output finds that it is not there */
        g->output[g->outputs++] = (lac_graph_output){v->name, v->step, v->is_sigmoid};
    }
    return LAC_OK;
}

static lac_status translate(lac_context *ctx, lac_graph *g)
{
    const lac_onnx *onnx = &g->onnx;
    lac_translation t = {.ctx = ctx, .graph = g};
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
