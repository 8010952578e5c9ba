/* The paper's networks as descriptions (figures 4 and 5; see docs/method.md). */
#include "net/net.h"

#include <string.h>

const char *const lac_net_names[] = {"resnet", "cnn", "kimura", NULL};

static int add(lac_net *net, lac_node node)
{
    net->node[net->count] = node;
    return net->count++;
}

static int add_conv(lac_net *net, const char *name, int input, int channels, int k)
{
    return add(net, (lac_node){.name = name, .kind = LAC_OP_CONV, .input = input,
                               .channels = channels, .k = k, .stride = 1, .relu = 1});
}

static void add_head(lac_net *net, int hidden, int points)
{
    int dense = add(net, (lac_node){.name = "dense1", .kind = LAC_OP_DENSE,
                                    .input = net->count - 1, .channels = hidden, .relu = 1,
                                    .dropout = 1});
    add(net, (lac_node){.name = "dense2", .kind = LAC_OP_DENSE, .input = dense,
                        .channels = 2 * points});
}

typedef struct block_names {
    const char *conv1, *conv2, *shortcut;
} block_names;

/* conv 3x3, conv 3x3 /2, and beside them, if asked for, a 1x1 /2 shortcut. */
static int add_block(lac_net *net, const block_names *names, int input, int channels, int residual)
{
    int first = add_conv(net, names->conv1, input, channels, 3);
    net->node[first].norm = 1;
    int shortcut = 0;
    if (residual) {
        shortcut = add_conv(net, names->shortcut, input, channels, 1);
        net->node[shortcut].stride = 2;
        net->node[shortcut].norm = 1;
        net->node[shortcut].relu = 0;
    }
    int second = add_conv(net, names->conv2, first, channels, 3);
    net->node[second].stride = 2;
    net->node[second].norm = 1;
    net->node[second].add = shortcut;
    return second;
}

static void build_xu(lac_net *net, int points, int residual)
{
    static const block_names block1 = {"block1.conv1", "block1.conv2", "block1.shortcut"};
    static const block_names block2 = {"block2.conv1", "block2.conv2", "block2.shortcut"};
    int stem = add_conv(net, "conv1", 0, 32, 11);
    net->node[stem].norm = 1;
    net->node[stem].pool = 1;
    int middle = add_block(net, &block1, stem, 32, residual);
    add_block(net, &block2, middle, 64, residual);
    add_head(net, 1000, points);
}

static void build_kimura(lac_net *net, int points)
{
    static const struct {
        const char *name;
        int channels, k;
    } stages[] = {{"conv1", 16, 5}, {"conv2", 32, 3}, {"conv3", 64, 3}};
    for (int i = 0; i < LAC_COUNT(stages); i++) {
        int stage = add_conv(net, stages[i].name, i, stages[i].channels, stages[i].k);
        net->node[stage].pool = 1;
    }
    add_head(net, 400, points);
}

lac_status lac_net_named(lac_context *ctx, const char *name, int points, lac_net *net)
{
    *net = (lac_net){.name = name};
    if (points < 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d points, a network needs at least 1", points);
    add(net, (lac_node){.name = "input", .kind = LAC_OP_INPUT});
    if (strcmp(name, "resnet") == 0)
        build_xu(net, points, 1);
    else if (strcmp(name, "cnn") == 0)
        build_xu(net, points, 0);
    else if (strcmp(name, "kimura") == 0)
        build_kimura(net, points);
    else
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "model \"%s\" is not known, must be resnet, cnn or kimura", name);
    return LAC_OK;
}
