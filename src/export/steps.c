/*
 * Steps from a network's nodes.
 *
 * A convolution with batch normalization, scale * (w x) + shift by channel, is one with the weights
 * scale * w and the bias shift: scale = gamma / sqrt(var + eps), shift = beta - scale * mean.
 */
#include "export/steps.h"

#include "op/add.h"
#include "op/conv.h"
#include "op/dense.h"
#include "op/norm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Numbers --------------------------------------------------------------------------------- */

/* The i-th parameter of a node, in the slab. */
static const lac_param *param_of(const lac_model *model, const lac_node *node, int i)
{
    return &model->net->params.table[node->param + i];
}

static const float *values_of(const lac_model *model, const lac_node *node, int i)
{
    return model->weights.w + param_of(model, node, i)->offset;
}

static const float *buffer_of(const lac_model *model, const lac_node *node, int i)
{
    return model->weights.b + model->net->buffers.table[node->buffer + i].offset;
}

static lac_status take_weights(const lac_model *model, lac_step *step)
{
    const lac_param *weight = param_of(model, step->node, 0);
    step->rows = weight->shape[0];
    step->columns = (int)(weight->count / (size_t)step->rows);
    LAC_TRY(lac_alloc(model->ctx, weight->count, sizeof(float), &step->weight));
    LAC_TRY(lac_alloc(model->ctx, (size_t)step->rows, sizeof(float), &step->bias));
    lac_param_to_plain(weight, model->weights.w, step->weight);
    return LAC_OK;
}

static void take_bias(const lac_model *model, lac_step *step)
{
    memcpy(step->bias, values_of(model, step->node, 1), (size_t)step->rows * sizeof(float));
}

static void fold_norm(const lac_model *model, lac_step *step)
{
    const float *gamma = values_of(model, step->node, LAC_NORM_WEIGHT);
    const float *beta = values_of(model, step->node, LAC_NORM_BIAS);
    const float *mean = buffer_of(model, step->node, LAC_NORM_RUNNING_MEAN);
    const float *var = buffer_of(model, step->node, LAC_NORM_RUNNING_VAR);
    for (int r = 0; r < step->rows; r++) {
        double scale = (double)gamma[r] / sqrt((double)var[r] + LAC_NORM_EPS);
        float *row = step->weight + (size_t)r * (size_t)step->columns;
        for (int i = 0; i < step->columns; i++)
            row[i] = (float)(scale * (double)row[i]);
        step->bias[r] = (float)((double)beta[r] - scale * (double)mean[r]);
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static lac_status take_conv(const lac_model *model, lac_step *step)
{
    const lac_conv_attr *a = step->node->attr;
    step->k = a->k;
    step->stride = a->stride;
    step->pool = a->pool;
    step->relu = a->relu;
    LAC_TRY(take_weights(model, step));
    (a->norm ? fold_norm : take_bias)(model, step);
    return LAC_OK;
}

static lac_status take_dense(const lac_model *model, lac_step *step)
{
    const lac_dense_attr *a = step->node->attr;
    step->relu = a->relu;
    LAC_TRY(take_weights(model, step));
    take_bias(model, step);
    return LAC_OK;
}

static lac_status take_add(const lac_model *model, lac_step *step)
{
    (void)model;
    step->relu = ((const lac_add_attr *)step->node->attr)->relu;
    return LAC_OK;
}

/* Operators by their word in a network's text. */
static const struct {
    const char *word;
    lac_step_kind kind;
    lac_status (*take)(const lac_model *model, lac_step *step);
} kinds[] = {
    {"add", LAC_STEP_ADD, take_add},       {"concat", LAC_STEP_CONCAT, NULL},
    {"conv", LAC_STEP_CONV, take_conv},    {"dense", LAC_STEP_DENSE, take_dense},
    {"mean", LAC_STEP_MEAN, NULL},         {"softargmax", LAC_STEP_SOFTARGMAX, NULL},
};

static lac_status take_step(const lac_model *model, const lac_node *node, lac_step *step)
{
    step->node = node;
    if (!node->spec)
        return LAC_OK;
    for (int i = 0; i < LAC_COUNT(kinds); i++)
        if (strcmp(kinds[i].word, node->spec->word) == 0) {
            step->kind = kinds[i].kind;
            return kinds[i].take ? kinds[i].take(model, step) : LAC_OK;
        }
    return lac_fail(model->ctx, LAC_ERROR_ARGUMENT, "%s: %s cannot be exported", node->name,
                    node->spec->word);
}

/* One head of the model answers for any source of the whole. */
static lac_status take_places(const lac_model *model, const lac_model *whole, int source,
                              lac_steps *steps)
{
    const int head = model->heads.count == 1 ? 0 : source;
    const int *place = model->heads.place + (size_t)head * (size_t)model->points;
    LAC_TRY(lac_alloc(model->ctx, (size_t)model->points, sizeof(int), &steps->point));
    LAC_TRY(lac_alloc(model->ctx, (size_t)model->points, sizeof(int), &steps->place));
    for (int p = 0; p < model->points; p++)
        if (lac_model_source_has_point(whole, source, p)) {
            steps->point[steps->points] = p;
            steps->place[steps->points++] = place[p];
        }
    return LAC_OK;
}

static lac_status take_steps(const lac_model *model, lac_steps *steps)
{
    const lac_net *net = model->net;
    LAC_TRY(lac_alloc(model->ctx, (size_t)net->count, sizeof *steps->step, &steps->step));
    for (steps->count = 0; steps->count < net->count;) {
        int i = steps->count++;
        steps->output = net->node[i].is_output ? i : steps->output;
        LAC_TRY(take_step(model, &net->node[i], &steps->step[i]));
    }
    return LAC_OK;
}

lac_status lac_export_check_source(const lac_model *model, int source)
{
    int sources = lac_model_sources(model);
    if (source >= 0 && source < sources)
        return LAC_OK;
    return lac_fail(model->ctx, LAC_ERROR_ARGUMENT,
                    "source %d: must be from 0 to %d, the model has %d", source, sources - 1,
                    sources);
}

lac_status lac_steps_new(const lac_model *model, const lac_model *whole, int source,
                         lac_steps **out)
{
    *out = NULL;
    LAC_TRY(lac_model_is_one(model, "network to export"));
    LAC_TRY(lac_alloc(model->ctx, 1, sizeof **out, out));
    (*out)->model = model;
    lac_status status = take_steps(model, *out);
    if (status == LAC_OK)
        status = take_places(model, whole, source, *out);
    if (status != LAC_OK)
        lac_steps_free(out);
    return status;
}

void lac_steps_free(lac_steps **steps)
{
    lac_steps *s = *steps;
    if (!s)
        return;
    for (int i = 0; i < s->count; i++) {
        free(s->step[i].weight);
        free(s->step[i].bias);
        free(s->step[i].scale);
    }
    free(s->step);
    free(s->point);
    free(s->place);
    free(s);
    *steps = NULL;
}
