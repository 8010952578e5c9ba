/* Models: making, answering questions. */
#include "net/model.h"

#include <math.h>
#include <stdlib.h>

static lac_status fail_output(lac_context *ctx, const char *where, const lac_net *net,
                              const lac_node *node)
{
    const lac_counts *counts = &net->counts;
    char heads[60] = "";
    if (counts->source_points != counts->points)
        snprintf(heads, sizeof heads, ", or of 2*source_points = %d", 2 * counts->source_points);
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "%s:%d: the output %s is %dx%dx%d (h x w x channels), must be a vector of "
                    "2*points = %d numbers%s", where, node->line, node->name, node->out.h,
                    node->out.w, node->out.c, 2 * counts->points, heads);
}

/* What a model of keypoints must give. */
static lac_status check_output(lac_context *ctx, const char *where, const lac_net *net,
                               int *outputs)
{
    const lac_counts *counts = &net->counts;
    if (net->output_count != 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: %d outputs, a model has one", where,
                        net->output_count);
    for (int i = 0; i < net->count; i++) {
        const lac_node *node = &net->node[i];
        if (!node->is_output)
            continue;
        *outputs = node->out.c;
        if (node->out.is_maps ||
            (*outputs != 2 * counts->points && *outputs != 2 * counts->source_points))
            return fail_output(ctx, where, net, node);
    }
    return LAC_OK;
}

static lac_status build(lac_model *model, const lac_model_parts *parts)
{
    lac_context *ctx = model->ctx;
    int outputs = 0;
    LAC_TRY(parts->heads ? lac_heads_copy(ctx, parts->heads, &model->heads)
                         : lac_heads_usual(ctx, parts->names, parts->points, &model->heads));
    LAC_TRY(lac_net_new(ctx, parts->text, parts->where, parts->size,
                        lac_heads_counts(&model->heads), &model->net));
    LAC_TRY(check_output(ctx, parts->where, model->net, &outputs));
    LAC_TRY(lac_heads_place(ctx, &model->heads, outputs));
    LAC_TRY(lac_strdup(ctx, parts->name, &model->name));
    LAC_TRY(lac_strdup(ctx, parts->story, &model->story));
    LAC_TRY(lac_alloc(ctx, (size_t)parts->points, sizeof *model->names, &model->names));
    for (int i = 0; i < parts->points; i++)
        LAC_TRY(lac_strdup(ctx, parts->names[i], &model->names[i]));
    return lac_weights_new(ctx, model->net, &model->weights);
}

lac_status lac_model_new(lac_context *ctx, const lac_model_parts *parts, lac_model **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    (*out)->size = parts->size;
    (*out)->points = parts->points;
    lac_status status = build(*out, parts);
    if (status != LAC_OK)
        lac_model_free(out);
    return status;
}

void lac_model_free(lac_model **model)
{
    lac_model *m = *model;
    if (!m)
        return;
    for (int i = 0; m->names && i < m->points; i++)
        free(m->names[i]);
    free(m->names);
    free(m->name);
    free(m->story);
    lac_heads_free(&m->heads);
    if (m->net)
        lac_weights_free(m->net, &m->weights);
    lac_net_free(&m->net);
    for (int i = 0; i < m->members; i++)
        lac_model_free(&m->member[i]);
    free(m->member);
    free(m->share);
    free(m);
    *model = NULL;
}

/* ---- Questions ------------------------------------------------------------------------- */

const char *lac_model_name(const lac_model *model)
{
    return model->name;
}

int lac_model_size(const lac_model *model)
{
    return model->size;
}

int lac_model_points(const lac_model *model)
{
    return model->points;
}

const char *lac_model_point_name(const lac_model *model, int point)
{
    return model->names[point];
}

int lac_model_sources(const lac_model *model)
{
    return model->heads.count;
}

int lac_model_source_points(const lac_model *model, int source)
{
    int points = 0;
    for (int p = 0; p < model->points; p++)
        points += lac_model_source_has_point(model, source, p);
    return points;
}

int lac_model_source_has_point(const lac_model *model, int source, int point)
{
    return model->heads.place[(size_t)source * model->points + point] >= 0;
}

int lac_model_mirror_point(const lac_model *model, int point)
{
    return model->heads.mirror[point];
}

double lac_model_aside(const lac_model *model, int source)
{
    return model->members ? NAN : model->heads.aside[source];
}

int lac_model_epoch(const lac_model *model)
{
    return model->epoch;
}
