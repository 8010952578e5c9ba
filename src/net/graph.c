/*
 * A network made from its text: the graph is checked here, once, so that plans and passes need
 * not ask: every node is read by another or is an output, shapes fit, sizes are within limits,
 * tensors have names of their own.
 */
#include "net/text.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of one activation of one picture, and of all parameters. */
static const double most_numbers = 1 << 28, most_parameters = 1 << 30;

enum { MOST_SIZE = 1 << 14, MOST_POINTS = 1 << 20 };

/* ---- Checks ---------------------------------------------------------------------------------- */

static lac_status check_readers(lac_context *ctx, const char *where, const lac_net *net)
{
    if (net->count == 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: the network has no nodes", where);
    if (net->output_count == 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: no node is marked as output: write \"output\" behind its words",
                        where);
    uint8_t is_read[LAC_MOST_NODES] = {0};
    for (int i = 1; i < net->count; i++)
        for (int k = 0; k < net->node[i].inputs; k++)
            is_read[net->node[i].input[k]] = 1;
    for (int i = 1; i < net->count; i++)
        if (!is_read[i] && !net->node[i].is_output)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s:%d: nobody reads %s, and it is no output: mark it, or remove it",
                            where, net->node[i].line, net->node[i].name);
    return LAC_OK;
}

/* The context's message so far, behind the place that it is about. */
static lac_status prefix_place(lac_context *ctx, const char *where, int line, lac_status status)
{
    char message[400];
    snprintf(message, sizeof message, "%s", lac_context_message(ctx));
    return lac_fail(ctx, status, "%s:%d: %s", where, line, message);
}

static lac_status fill_shape(lac_context *ctx, const char *where, lac_net *net, lac_node *node)
{
    lac_shape in[LAC_MOST_INPUTS];
    for (int k = 0; k < node->inputs; k++)
        in[k] = net->node[node->input[k]].out;
    node->in = in[0];
    lac_status status = node->spec->shape(ctx, node, in);
    if (status != LAC_OK)
        return prefix_place(ctx, where, node->line, status);
    double numbers = (double)lac_shape_stored(node->out);
    if (numbers > most_numbers)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s:%d: %s gives %.0f numbers a picture, at most %.0f are possible", where,
                        node->line, node->name, numbers, most_numbers);
    return LAC_OK;
}

/* Whether two tensors would have one name in a training's file, which has those of a network, and
 * with an average all of them a second time, with "trained." in front of their names. */
static int is_clash(const char *a, const char *b)
{
    static const char again[] = "trained.";
    const size_t length = sizeof again - 1;
    return strcmp(a, b) == 0 || (strncmp(a, again, length) == 0 && strcmp(a + length, b) == 0) ||
           (strncmp(b, again, length) == 0 && strcmp(b + length, a) == 0);
}

static lac_status check_name(lac_context *ctx, const char *where, const lac_node *node,
                             const lac_params *params, const char *name)
{
    for (int i = 0; i < params->count; i++) {
        const char *other = params->table[i].name;
        if (other == name || !is_clash(other, name))
            continue;
        if (strcmp(other, name) == 0)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s:%d: %s has a tensor named %s, which another node has too", where,
                            node->line, node->name, name);
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s:%d: %s has a tensor named %s, and another node one named %s, which a "
                        "training's file cannot tell apart", where, node->line, node->name, name,
                        other);
    }
    return LAC_OK;
}

static lac_status declare(lac_context *ctx, const char *where, lac_net *net, lac_node *node)
{
    lac_params *tables[] = {&net->params, &net->buffers};
    node->param = net->params.count;
    node->buffer = net->buffers.count;
    if (node->spec->declare)
        node->spec->declare(node, &net->params, &net->buffers);
    const int first[] = {node->param, node->buffer};
    for (int t = 0; t < 2; t++)
        for (int i = first[t]; i < tables[t]->count; i++) {
            const char *name = tables[t]->table[i].name;
            LAC_TRY(check_name(ctx, where, node, &net->params, name));
            LAC_TRY(check_name(ctx, where, node, &net->buffers, name));
        }
    if ((double)net->params.floats > most_parameters)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s:%d: %s brings the parameters to %zu, at most %.0f are possible", where,
                        node->line, node->name, net->params.floats, most_parameters);
    return LAC_OK;
}

/* ---- Making ---------------------------------------------------------------------------------- */

static lac_status check_numbers(lac_context *ctx, const char *where, int size, int points)
{
    if (size < 1 || size > MOST_SIZE)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: pictures of side %d, must be 1 to %d", where,
                        size, MOST_SIZE);
    if (points < 1 || points > MOST_POINTS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: %d points, a network has 1 to %d", where,
                        points, MOST_POINTS);
    return LAC_OK;
}

static lac_status build(lac_context *ctx, const char *text, const char *where, lac_net *net)
{
    size_t tensors = (size_t)LAC_MOST_NODES * LAC_MOST_TENSORS;
    LAC_TRY(check_numbers(ctx, where, net->size, net->counts.points));
    LAC_TRY(lac_strdup(ctx, text, &net->text));
    LAC_TRY(lac_alloc(ctx, LAC_MOST_NODES, sizeof *net->node, &net->node));
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *net->params.table, &net->params.table));
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *net->buffers.table, &net->buffers.table));
    net->node[net->count++] = (lac_node){.name = "input", .out = {1, net->size, net->size, 0}};
    LAC_TRY(lac_text_read(ctx, where, net));
    LAC_TRY(check_readers(ctx, where, net));
    for (int i = 1; i < net->count; i++) {
        LAC_TRY(fill_shape(ctx, where, net, &net->node[i]));
        LAC_TRY(declare(ctx, where, net, &net->node[i]));
    }
    return LAC_OK;
}

lac_status lac_net_new(lac_context *ctx, const char *text, const char *where, int size,
                       lac_counts counts, lac_net **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->size = size;
    (*out)->counts = counts;
    lac_status status = build(ctx, text, where, *out);
    if (status != LAC_OK)
        lac_net_free(out);
    return status;
}

void lac_net_free(lac_net **net)
{
    lac_net *n = *net;
    if (!n)
        return;
    for (int i = 0; i < n->count; i++)
        free(n->node[i].attr);
    free(n->node);
    free(n->params.table);
    free(n->buffers.table);
    free(n->text);
    free(n);
    *net = NULL;
}

/* ---- Arithmetic ------------------------------------------------------------------------------ */

static int has_parameters(const lac_net *net, const lac_node *node)
{
    return node->param < (node + 1 < net->node + net->count ? node[1].param : net->params.count);
}

/* Backward, the weights' gradient costs what forward does, and so does the input's, which the
 * pictures do not need. */
double lac_node_flop(const lac_net *net, const lac_node *node, int backward)
{
    if (!node->spec || !node->spec->flop)
        return 0.0;
    double forward = node->spec->flop(node);
    return backward ? forward * (has_parameters(net, node) + (node->input[0] != 0)) : forward;
}

double lac_net_flop_training(const lac_net *net)
{
    double flop = 0.0;
    for (int i = 0; i < net->count; i++)
        flop += lac_node_flop(net, &net->node[i], 0) + lac_node_flop(net, &net->node[i], 1);
    return flop;
}
