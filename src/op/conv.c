/*
 * Convolution with what follows it: z = pool(relu(norm(conv(x)) + add)).
 *
 * "Same" padding: the picture is surrounded by k / 2 zeros, and the output has ceil(h / stride)
 * rows. Without normalization a bias is added. In the text: "conv 3x3 /2 64 norm relu < a + b".
 */
#include "op/conv.h"

#include <string.h>

enum { MOST_CHANNELS = 4096 };

/* "3x3", an odd side. */
static int read_kernel(const char *word, int *k)
{
    const char *times = word ? strchr(word, 'x') : NULL;
    int other;
    return times && lac_words_number(word, times, 1, LAC_MOST_K, k) &&
           lac_words_number(times + 1, word + strlen(word), 1, LAC_MOST_K, &other) && other == *k &&
           *k % 2 == 1;
}

static lac_status conv_parse(lac_words *words, void *attr)
{
    lac_conv_attr *a = attr;
    const char *word = lac_words_peek(words);
    if (!read_kernel(word, &a->k))
        return lac_words_wanted(words, "a kernel such as 3x3 (odd, 1x1 to 31x31)");
    words->next++;
    a->stride = 1;
    word = lac_words_peek(words);
    if (word && word[0] == '/') {
        if (!lac_words_number(word + 1, word + strlen(word), 1, LAC_MOST_STRIDE, &a->stride))
            return lac_words_wanted(words, "a stride such as /2 (1 to 8)");
        words->next++;
    }
    LAC_TRY(lac_words_count(words, "a number of channels", MOST_CHANNELS, &a->channels));
    a->norm = lac_words_take(words, "norm");
    a->relu = lac_words_take(words, "relu");
    a->pool = lac_words_take(words, "pool");
    return LAC_OK;
}

static lac_status conv_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    const lac_conv_attr *a = node->attr;
    lac_shape y = lac_conv_y_shape(node);
    const lac_shape *add = node->added ? &in[1] : NULL;
    if (!in[0].is_maps && node->input[0] != 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: a convolution reads maps, its input is a vector of %d numbers",
                        node->name, in[0].c);
    if (a->pool && add)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: adds in front of a pool, must do one only",
                        node->name);
    if (a->pool && (y.h < 2 || y.w < 2))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: a 2x2 pool of %dx%d pixels, pictures must be larger", node->name, y.h,
                        y.w);
    if (add && !add->is_maps)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: adds %s, must add a convolution's output",
                        node->name, node->input[1] ? "a vector" : "the pictures");
    if (add && (add->c != y.c || add->h != y.h || add->w != y.w))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: adds %dx%dx%d (h x w x channels) to %dx%dx%d, must be equal",
                        node->name, add->h, add->w, add->c, y.h, y.w, y.c);
    node->out = a->pool ? (lac_shape){y.c, y.h / 2, y.w / 2, 1} : y;
    return LAC_OK;
}

static void conv_declare(const lac_node *node, lac_params *params, lac_params *buffers)
{
    const lac_conv_attr *a = node->attr;
    const int shape[4] = {a->channels, node->in.c, a->k, a->k};
    lac_params_add(params, node->name, "weight", LAC_ROLE_WEIGHT, 4, shape);
    if (!a->norm) {
        lac_params_add(params, node->name, "bias", LAC_ROLE_ZERO, 1, shape);
        return;
    }
    lac_params_add(params, node->name, "norm.weight", LAC_ROLE_ONE, 1, shape);
    lac_params_add(params, node->name, "norm.bias", LAC_ROLE_ZERO, 1, shape);
    lac_params_add(buffers, node->name, "norm.running_mean", LAC_ROLE_ZERO, 1, shape);
    lac_params_add(buffers, node->name, "norm.running_var", LAC_ROLE_ONE, 1, shape);
}

static double conv_flop(const lac_node *node)
{
    const lac_conv_attr *a = node->attr;
    lac_shape y = lac_conv_y_shape(node);
    return 2.0 * a->channels * node->in.c * a->k * a->k * y.h * y.w;
}

static int conv_backward_reads(const lac_node *node)
{
    const lac_conv_attr *a = node->attr;
    return LAC_READS_INPUTS | (a->norm || a->relu || a->pool ? LAC_READS_OUTPUT : 0);
}

extern const lac_op_way lac_conv_stem, lac_conv_chunks;
static const lac_op_way *const ways[] = {&lac_conv_stem, &lac_conv_chunks, NULL};

const lac_op_spec lac_op_conv = {
    .word = "conv",
    .usage = "conv KxK [/STRIDE] CHANNELS [norm] [relu] [pool] [output] [< NODE] [+ NODE]",
    .attr_size = sizeof(lac_conv_attr),
    .least_inputs = 1,
    .most_inputs = 1,
    .may_add = 1,
    .parse = conv_parse,
    .shape = conv_shape,
    .declare = conv_declare,
    .flop = conv_flop,
    .backward_reads = conv_backward_reads,
    .ways = ways,
};
