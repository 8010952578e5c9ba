/*
 * The mean of models: a model that has others in place of a network, and answers with the weighted
 * mean of what they answer. It stands wherever a model is only asked; what its members need to have
 * in common is checked here once.
 */
#include "net/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static lac_status fail_member(lac_context *ctx, int member, const char *what)
{
    return lac_fail(ctx, LAC_ERROR_MISMATCH, "model %d of the mean has other %s than the first",
                    member + 1, what);
}

static int same_names(const lac_model *a, const lac_model *b)
{
    if (a->points != b->points)
        return 0;
    for (int k = 0; k < a->points; k++)
        if (strcmp(a->names[k], b->names[k]) != 0)
            return 0;
    return 1;
}

/* One head answers for all sources, so that it goes with any others. */
static int same_heads(const lac_heads *a, const lac_heads *b)
{
    if (a->count == 1 || b->count == 1)
        return 1;
    size_t places = (size_t)a->count * (size_t)a->points;
    if (a->count != b->count || memcmp(a->place, b->place, places * sizeof *a->place) != 0 ||
        !a->name != !b->name)
        return 0;
    for (int s = 0; a->name && s < a->count; s++)
        if (strcmp(a->name[s], b->name[s]) != 0)
            return 0;
    return 1;
}

/* Finds the model whose heads are the mean's: the first with one for each source, or else the
 * first. */
static lac_status check(lac_context *ctx, lac_model *const *models, const double *weights,
                        int count, int *richest)
{
    if (count < 1 || count > LAC_MOST_MODELS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "a mean of %d models, must be from 1 to %d",
                        count, LAC_MOST_MODELS);
    *richest = 0;
    for (int i = 0; i < count; i++) {
        const lac_model *model = models[i];
        if (weights && !(weights[i] > 0 && isfinite(weights[i])))
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "weight %g of model %d, must be above 0",
                            weights[i], i + 1);
        if (model->members)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "model %d is a mean itself", i + 1);
        if (!same_names(model, models[0]))
            return fail_member(ctx, i, "points");
        if (!same_heads(&model->heads, &models[*richest]->heads))
            return fail_member(ctx, i, "label sources");
        if (models[*richest]->heads.count == 1)
            *richest = i;
    }
    if (models[*richest]->heads.count == 1)
        *richest = 0;
    return LAC_OK;
}

static lac_status copy_heads(lac_context *ctx, const lac_heads *from, lac_heads *out)
{
    LAC_TRY(lac_heads_copy(ctx, from, out));
    const lac_counts counts = lac_heads_counts(from);
    int outputs = 2 * (from->count == 1 ? counts.points : counts.source_points);
    return lac_heads_place(ctx, out, outputs);
}

static lac_status build(lac_model *mean, const lac_model *first, const lac_heads *heads, int count)
{
    lac_context *ctx = mean->ctx;
    char name[40];
    snprintf(name, sizeof name, "mean of %d models", count);
    mean->size = first->size;
    mean->points = first->points;
    LAC_TRY(lac_strdup(ctx, name, &mean->name));
    LAC_TRY(lac_alloc(ctx, (size_t)first->points, sizeof *mean->names, &mean->names));
    for (int k = 0; k < first->points; k++)
        LAC_TRY(lac_strdup(ctx, first->names[k], &mean->names[k]));
    LAC_TRY(copy_heads(ctx, heads, &mean->heads));
    LAC_TRY(lac_alloc(ctx, (size_t)count, sizeof *mean->member, &mean->member));
    return lac_alloc(ctx, (size_t)count, sizeof *mean->share, &mean->share);
}

lac_status lac_model_mean(lac_context *ctx, lac_model **models, const double *weights, int count,
                          lac_model **out)
{
    int richest = 0;
    double sum = 0;
    *out = NULL;
    LAC_TRY(check(ctx, models, weights, count, &richest));
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    lac_status status = build(*out, models[0], &models[richest]->heads, count);
    if (status != LAC_OK) {
        lac_model_free(out);
        return status;
    }
    for (int i = 0; i < count; i++)
        sum += weights ? weights[i] : 1;
    for (int i = 0; i < count; i++) {
        (*out)->member[i] = models[i];
        (*out)->share[i] = (weights ? weights[i] : 1) / sum;
        models[i] = NULL;
    }
    (*out)->members = count;
    return LAC_OK;
}

int lac_model_members(const lac_model *model)
{
    return model->members ? model->members : 1;
}

const lac_model *lac_model_member(const lac_model *model, int member)
{
    return model->members ? model->member[member] : model;
}

double lac_model_share(const lac_model *model, int member)
{
    return model->members ? model->share[member] : 1;
}

lac_status lac_model_is_one(const lac_model *model, const char *what)
{
    if (!model->members)
        return LAC_OK;
    return lac_fail(model->ctx, LAC_ERROR_ARGUMENT, "a mean of models has no %s", what);
}
