/* The layer table (figure 5) and the arithmetic of a network. */
#include "net/net.h"

#include <stdlib.h>
#include <string.h>

double lac_op_flop(const lac_op *op, int backward)
{
    if (op->node.kind == LAC_OP_INPUT)
        return 0.0;
    const lac_param *w = &op->params->table[op->param];
    int stride = op->node.kind == LAC_OP_CONV ? op->node.stride : 1;
    int pixels = op->node.kind == LAC_OP_CONV
                     ? ((op->in.h + stride - 1) / stride) * ((op->in.w + stride - 1) / stride)
                     : 1;
    return 2.0 * (double)w->count * pixels * (backward && op->needs_dx ? 2.0 : 1.0);
}

double lac_plan_flop_training(const lac_plan *plan)
{
    double flop = 0.0;
    for (int i = 0; i < plan->net.count; i++)
        flop += lac_op_flop(&plan->op[i], 0) + lac_op_flop(&plan->op[i], 1);
    return flop;
}

static void append(char *text, size_t size, const char *more)
{
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", length ? ", " : "", more);
}

static void describe(const lac_op *op, char *text, size_t size)
{
    const lac_node *node = &op->node;
    char first[48];
    text[0] = '\0';
    if (node->kind == LAC_OP_CONV) {
        snprintf(first, sizeof first, "conv %dx%d%s", node->k, node->k,
                 node->stride == 2 ? " /2" : "");
        append(text, size, first);
    } else if (node->kind == LAC_OP_DENSE) {
        append(text, size, "dense");
    }
    if (node->norm)
        append(text, size, "norm");
    if (node->add) {
        snprintf(first, sizeof first, "+ %s", op->add->node.name);
        append(text, size, first);
    }
    if (node->relu)
        append(text, size, "relu");
    if (node->pool)
        append(text, size, "max pool 2x2");
    if (node->dropout)
        append(text, size, "dropout");
}

static long op_parameters(const lac_plan *plan, int i)
{
    const lac_op *op = &plan->op[i];
    if (op->node.kind == LAC_OP_INPUT)
        return 0;
    int end = i + 1 < plan->net.count ? plan->op[i + 1].param : plan->params.count;
    long count = 0;
    for (int p = op->param; p < end; p++)
        count += (long)plan->params.table[p].count;
    return count;
}

lac_status lac_model_layers(lac_context *ctx, const char *model, int size, int points,
                            lac_layer **layers, int *count)
{
    lac_net net;
    lac_plan *plan;
    *layers = NULL;
    LAC_TRY(lac_net_named(ctx, model, points, &net));
    LAC_TRY(lac_plan_shapes(ctx, &net, size, &plan));
    lac_status status = lac_alloc(ctx, (size_t)net.count, sizeof **layers, layers);
    for (int i = 0; i < net.count && status == LAC_OK; i++) {
        const lac_op *op = &plan->op[i];
        lac_layer *layer = &(*layers)[i];
        snprintf(layer->name, sizeof layer->name, "%s", op->node.name);
        describe(op, layer->what, sizeof layer->what);
        layer->c = op->out.c;
        layer->h = op->out.h;
        layer->w = op->out.w;
        layer->parameters = op_parameters(plan, i);
        layer->flop = lac_op_flop(op, 0);
    }
    *count = net.count;
    lac_plan_free(&plan);
    return status;
}
