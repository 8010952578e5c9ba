/*
 * Global average pool: the mean of each map over its places, a vector. In the text: "mean < a".
 *
 * Backward: every place of a map gets dz / places.
 */
#include "op/op.h"

#include <string.h>

static lac_status mean_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    if (!in[0].is_maps)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: mean reads maps, its input is not maps",
                        node->name);
    node->out = (lac_shape){in[0].c, 1, 1, 0};
    return LAC_OK;
}

/* Channels of the block that are real. */
static int channels_at(const lac_op *op, int block)
{
    int left = op->node->in.c - block * LAC_BLOCK;
    return left < LAC_BLOCK ? left : LAC_BLOCK;
}

static void work_forward(void *arg, int item, int thread)
{
    (void)thread;
    static const float origin[LAC_BLOCK] = {0};
    const lac_op *op = arg;
    const lac_op *input = op->input[0];
    const lac_shape in = op->node->in;
    int pixels = in.h * in.w;
    const char *x = lac_op_at(input, input->z, item * lac_shape_stored(in));
    for (int block = 0; block < lac_shape_channels(in) / LAC_BLOCK; block++) {
        double sum[LAC_BLOCK] = {0};
        double square[LAC_BLOCK] = {0};
        float z[LAC_BLOCK];
        input->kernels->moments(x, pixels, origin, sum, square);
        for (int c = 0; c < LAC_BLOCK; c++)
            z[c] = (float)(sum[c] / pixels);
        op->kernels->store(z, lac_op_at(op, op->z, (size_t)item * in.c + block * LAC_BLOCK),
                           (size_t)channels_at(op, block));
        x += (size_t)pixels * LAC_BLOCK * input->kernels->element;
    }
}

static void work_backward(void *arg, int item, int thread)
{
    (void)thread;
    static const float one[LAC_BLOCK] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const lac_op *op = arg;
    const lac_op *input = op->input[0];
    const lac_shape in = op->node->in;
    int pixels = in.h * in.w;
    size_t plane = (size_t)pixels * LAC_BLOCK * input->kernels->element;
    char *dx = lac_op_at(input, input->dz, item * lac_shape_stored(in));
    for (int block = 0; block < lac_shape_channels(in) / LAC_BLOCK; block++) {
        float share[LAC_BLOCK] = {0};
        int channels = channels_at(op, block);
        op->kernels->load(lac_op_at(op, op->dz, (size_t)item * in.c + block * LAC_BLOCK), share,
                          (size_t)channels);
        for (int c = 0; c < channels; c++)
            share[c] /= (float)pixels;
        if (!op->accumulate[0])
            memset(dx, 0, plane);
        input->kernels->affine(dx, NULL, dx, pixels, one, share, 0);
        dx += plane;
    }
}

static void mean_forward(lac_op *op, const lac_pass *pass)
{
    lac_parallel(pass->ctx, pass->n, work_forward, op);
}

static void mean_backward(lac_op *op, const lac_pass *pass)
{
    if (op->wants_gradient[0])
        lac_parallel(pass->ctx, pass->n, work_backward, op);
}

static const lac_op_way mean_pictures = {
    .name = "pictures",
    .forward = mean_forward,
    .backward = mean_backward,
};
static const lac_op_way *const ways[] = {&mean_pictures, NULL};

const lac_op_spec lac_op_mean = {
    .word = "mean",
    .usage = "mean [< NODE]",
    .least_inputs = 1,
    .most_inputs = 1,
    .shape = mean_shape,
    .ways = ways,
};
