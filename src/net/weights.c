/* The numbers of a network: their memory, how they start, and their order in files. */
#include "net/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

lac_status lac_weights_new(lac_context *ctx, const lac_net *net, lac_weights *out)
{
    *out = (lac_weights){.version = 1};
    LAC_TRY(lac_pages_new(ctx, net->params.floats * sizeof(float), &out->w));
    lac_status status = lac_alloc(ctx, net->buffers.floats, sizeof(float), &out->b);
    if (status != LAC_OK) {
        lac_weights_free(net, out);
        return status;
    }
    lac_weights_start(net, out, NULL);
    return LAC_OK;
}

void lac_weights_free(const lac_net *net, lac_weights *weights)
{
    if (weights->w)
        lac_pages_free(weights->w, net->params.floats * sizeof(float));
    free(weights->b);
    *weights = (lac_weights){0};
}

void lac_weights_copy(const lac_net *net, const lac_weights *from, lac_weights *to)
{
    memcpy(to->w, from->w, net->params.floats * sizeof(float));
    memcpy(to->b, from->b, net->buffers.floats * sizeof(float));
    to->version++;
}

/* ---- Start --------------------------------------------------------------------------------- */

static float start_value(const lac_param *param, const lac_start_config *config, int index,
                         size_t i)
{
    if (param->role != LAC_ROLE_WEIGHT)
        return param->role == LAC_ROLE_ONE ? 1.0f : 0.0f;
    if (!config)
        return 0.0f;
    const uint64_t stream = LAC_STREAM(LAC_STREAM_START) + index;
    if (config->start == LAC_START_UNIFORM)
        return (float)((2.0 * lac_random_uniform(config->seed, stream, i) - 1.0) /
                       sqrt(param->fan_in));
    double deviation = config->start == LAC_START_HE ? sqrt(2.0 / param->fan_in) : config->width;
    return (float)(deviation * lac_random_normal(config->seed, stream, i));
}

/* Whether place i of a tensor in its slab belongs to a channel that only fills up a block. */
static int fills_up(const lac_param *param, size_t i)
{
    const lac_shape s = param->columns;
    if (param->floats == param->count)
        return 0;
    size_t block = i % lac_shape_stored(s) / ((size_t)s.h * s.w * LAC_BLOCK);
    return block * LAC_BLOCK + i % LAC_BLOCK >= (size_t)s.c;
}

/* The slab is 0 when it comes; without a config only the ones are written. */
static void start_table(const lac_params *params, const lac_start_config *config, float *slab)
{
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        if (config || param->role == LAC_ROLE_ONE)
            for (size_t i = 0; i < param->floats; i++)
                slab[param->offset + i] =
                    fills_up(param, i) ? 0.0f : start_value(param, config, p, i);
    }
}

void lac_weights_start(const lac_net *net, lac_weights *weights, const lac_start_config *config)
{
    start_table(&net->params, config, weights->w);
    start_table(&net->buffers, config, weights->b);
    weights->version++;
}

/* ---- Tensors in files ---------------------------------------------------------------- */

/* A dense weight's columns follow [c/16, h, w, 16] in the slab and [c, h, w] in files. */
static void copy_columns(const lac_param *param, const float *from, float *to, int to_plain)
{
    lac_shape s = param->columns;
    size_t plane = (size_t)s.h * s.w;
    for (int row = 0; row < param->shape[0]; row++)
        for (int c = 0; c < s.c; c++)
            for (size_t i = 0; i < plane; i++) {
                size_t plain = row * lac_shape_count(s) + c * plane + i;
                size_t blocked = row * lac_shape_stored(s) +
                                 ((size_t)(c / LAC_BLOCK) * plane + i) * LAC_BLOCK + c % LAC_BLOCK;
                to[to_plain ? plain : blocked] = from[to_plain ? blocked : plain];
            }
}

int lac_param_is_plain(const lac_param *param)
{
    return !param->columns.is_maps;
}

static void copy(const lac_param *param, const float *from, float *to, int to_plain)
{
    if (lac_param_is_plain(param))
        memcpy(to, from, param->count * sizeof *to);
    else
        copy_columns(param, from, to, to_plain);
}

void lac_param_to_plain(const lac_param *param, const float *slab, float *plain)
{
    copy(param, slab + param->offset, plain, 1);
}

void lac_param_from_plain(const lac_param *param, const float *plain, float *slab)
{
    copy(param, plain, slab + param->offset, 0);
}
