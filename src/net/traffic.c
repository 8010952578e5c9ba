/*
 * The bytes that an operator's passes cannot do without: what they must read and write once, had a
 * cache room for everything in between. A share of the memory's bandwidth that is counted from them
 * is a lower bound: passes that walk a tensor again move more.
 *
 * Forward: the inputs and the weights are read, the output is written. Backward: the output's
 * gradient is read, with it what the formulas need of inputs and output, and the weights where an
 * input wants its gradient; the gradients of inputs and weights are written, those of inputs that
 * another operator has begun are read too. Activations count as they are stored, in blocks of
 * channels; statistics and coefficients, a few numbers a channel, do not.
 */
#include "net/net.h"

static double parameter_bytes(const lac_plan *plan, int i)
{
    const lac_net *net = plan->net;
    int end = i + 1 < net->count ? net->node[i + 1].param : net->params.count;
    double floats = 0.0;
    for (int p = net->node[i].param; p < end; p++)
        floats += (double)net->params.table[p].floats;
    return floats * sizeof(float);
}

/* One picture's output of an operator. */
static double activation_bytes(const lac_op *op)
{
    return (double)(lac_shape_stored(op->node->out) * op->kernels->element);
}

static double forward_bytes(const lac_plan *plan, int i, int n)
{
    const lac_op *op = &plan->op[i];
    double each = activation_bytes(op);
    for (int k = 0; k < op->node->inputs; k++)
        each += activation_bytes(op->input[k]);
    return n * each + parameter_bytes(plan, i);
}

static double backward_bytes(const lac_plan *plan, int i, int n)
{
    const lac_op *op = &plan->op[i];
    const lac_node *node = op->node;
    int reads = node->spec->backward_reads ? node->spec->backward_reads(node) : 0;
    int gradients = 0;
    double each = activation_bytes(op) * (reads & LAC_READS_OUTPUT ? 2 : 1);
    for (int k = 0; k < node->inputs; k++) {
        int is_read = (reads & LAC_READS_INPUTS) && k < node->inputs - node->added;
        int moved = op->wants_gradient[k] ? 1 + op->accumulate[k] : 0;
        each += activation_bytes(op->input[k]) * (is_read + moved);
        gradients |= op->wants_gradient[k];
    }
    return n * each + parameter_bytes(plan, i) * (1 + gradients);
}

double lac_plan_bytes(const lac_plan *plan, int i, int n, int backward)
{
    return backward ? backward_bytes(plan, i, n) : forward_bytes(plan, i, n);
}
