/* The layer table (figure 5) of a network. */
#include "net/model.h"

#include <stdlib.h>
#include <string.h>

static long parameters_of(const lac_net *net, int i)
{
    int end = i + 1 < net->count ? net->node[i + 1].param : net->params.count;
    long count = 0;
    for (int p = net->node[i].param; p < end; p++)
        count += (long)net->params.table[p].count;
    return count;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The line of the text that defines a node, behind its name, with single blanks. */
static void copy_words(const lac_net *net, const lac_node *node, char *to, size_t size)
{
    const char *p = net->text;
    for (int line = 1; line < node->line; line++)
        p = strchr(p, '\n') + 1;
    p = strstr(p, node->name) + strlen(node->name);
    size_t used = 0;
    for (; *p && *p != '\n' && *p != '#' && used + 2 < size; p++) {
        int blank = is_blank(*p);
        if (!blank && used > 0 && is_blank(p[-1]))
            to[used++] = ' ';
        if (!blank)
            to[used++] = *p;
    }
    to[used] = '\0';
}

static void describe(const lac_net *net, int i, lac_layer *layer)
{
    const lac_node *node = &net->node[i];
    snprintf(layer->name, sizeof layer->name, "%s", node->name);
    if (node->spec)
        copy_words(net, node, layer->what, sizeof layer->what);
    layer->c = node->out.c;
    layer->h = node->out.h;
    layer->w = node->out.w;
    layer->parameters = node->spec ? parameters_of(net, i) : 0;
    layer->flop = lac_node_flop(net, node, 0);
}

static lac_status list(lac_context *ctx, const lac_net *net, lac_layer **layers, int *count)
{
    *count = 0;
    LAC_TRY(lac_alloc(ctx, (size_t)net->count, sizeof **layers, layers));
    for (int i = 0; i < net->count; i++)
        describe(net, i, &(*layers)[i]);
    *count = net->count;
    return LAC_OK;
}

lac_status lac_model_layers(const lac_model *model, lac_layer **layers, int *count)
{
    *layers = NULL;
    *count = 0;
    LAC_TRY(lac_model_is_one(model, "layers"));
    return list(model->ctx, model->net, layers, count);
}

lac_status lac_network_layers(lac_context *ctx, const char *network, int size, int points,
                              lac_layer **layers, int *count)
{
    const lac_counts counts = {.points = points, .sources = 1, .source_points = points};
    lac_net *net;
    char *text;
    *layers = NULL;
    *count = 0;
    LAC_TRY(lac_network_text(ctx, network, &text));
    lac_status status = lac_net_new(ctx, text, network, size, counts, &net);
    if (status == LAC_OK)
        status = list(ctx, net, layers, count);
    lac_net_free(&net);
    free(text);
    return status;
}
