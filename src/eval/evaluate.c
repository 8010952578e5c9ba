/* Measures a model on the rows of one side of its split. */
#include "eval/eval.h"
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

lac_status lac_model_check_size(const lac_model *model, const lac_data *data)
{
    if (data->size == model->size)
        return LAC_OK;
    return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                    "the data's pictures are %dx%d, the model's %dx%d", data->size, data->size,
                    model->size, model->size);
}

static lac_status check_points(const lac_model *model, const lac_data *data)
{
    LAC_TRY(lac_model_check_size(model, data));
    if (data->points != model->points)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH, "the data has %d points, the model %d",
                        data->points, model->points);
    for (int i = 0; i < data->points; i++)
        if (strcmp(data->names[i], model->names[i]) != 0)
            return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                            "point %d is %s in the data, %s in the model", i + 1, data->names[i],
                            model->names[i]);
    return LAC_OK;
}

/* 1 when the data is that of the training of every member. */
static int is_known(const lac_model *model, const lac_data *data)
{
    for (int i = 0; i < lac_model_members(model); i++)
        if (data->fingerprint != lac_model_member(model, i)->fingerprint)
            return 0;
    return 1;
}

/* Moves the rows that are not held out from the model to the side of the training. */
static lac_status mark_learned(const lac_model *model, const lac_data *data, lac_side *side,
                               int *group)
{
    lac_split *split;
    lac_train_config config;
    LAC_TRY(lac_model_config(model, &config));
    LAC_TRY(lac_split_of(model->ctx, data, &config, &split));
    for (int row = 0; row < data->rows; row++) {
        group[row] = lac_split_group(split, row);
        if (!lac_split_is_holdout(split, row))
            side[row] = LAC_SIDE_TRAIN;
    }
    lac_split_free(&split);
    return LAC_OK;
}

lac_status lac_model_sides(const lac_model *model, const lac_data *data, lac_side *side,
                           int *group)
{
    int known = is_known(model, data);
    for (int row = 0; row < data->rows; row++)
        side[row] = known ? LAC_SIDE_HOLDOUT : LAC_SIDE_ALL;
    if (!known)
        return lac_groups_find(model->ctx, data, group, NULL, NULL);
    for (int i = 0; i < lac_model_members(model); i++)
        LAC_TRY(mark_learned(lac_model_member(model, i), data, side, group));
    return LAC_OK;
}

/* Why no row is on the side. */
static lac_status fail_empty(const lac_model *model)
{
    lac_train_config config;
    LAC_TRY(lac_model_config(model, &config));
    if (model->members)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                        "no row was held out from all %d models, so none can tell what their mean "
                        "is worth: measure all rows of other data, or each model by itself",
                        model->members);
    return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                    "no rows to evaluate: the model was trained with a hold-out of %g, which is "
                    "none of these rows: evaluate all rows instead", config.holdout);
}

lac_status lac_model_check(const lac_model *model, const lac_data *data, lac_side side)
{
    LAC_TRY(check_points(model, data));
    if (side == LAC_SIDE_ALL || is_known(model, data))
        return LAC_OK;
    return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                    "%s trained on other data: its hold-out cannot be found here, evaluate all "
                    "rows instead", model->members ? "a model of the mean was" : "the model was");
}

lac_status lac_side_rows(const lac_model *model, const lac_data *data, const lac_side *side,
                         lac_side wanted, int **rows, int *count)
{
    *count = 0;
    LAC_TRY(lac_alloc(model->ctx, (size_t)data->rows, sizeof **rows, rows));
    for (int row = 0; row < data->rows; row++)
        if (wanted == LAC_SIDE_ALL || side[row] == wanted)
            (*rows)[(*count)++] = row;
    if (*count > 0)
        return LAC_OK;
    free(*rows);
    *rows = NULL;
    return fail_empty(model);
}

lac_status lac_model_rows(const lac_model *model, const lac_data *data, lac_side side,
                          int **rows, int *count)
{
    lac_side *sides = NULL;
    int *group = NULL;
    *rows = NULL;
    LAC_TRY(lac_model_check(model, data, side));
    if (side == LAC_SIDE_ALL)
        return lac_side_rows(model, data, NULL, side, rows, count);
    lac_status status = lac_alloc(model->ctx, (size_t)data->rows, sizeof *sides, &sides);
    if (status == LAC_OK)
        status = lac_alloc(model->ctx, (size_t)data->rows, sizeof *group, &group);
    if (status == LAC_OK)
        status = lac_model_sides(model, data, sides, group);
    if (status == LAC_OK)
        status = lac_side_rows(model, data, sides, side, rows, count);
    free(sides);
    free(group);
    return status;
}

/* The head of this name for a set of points [K]; -1 where there is none, or it lacks one. */
static int find_named(const lac_model *model, const char *name, const uint8_t *pattern)
{
    int head = lac_heads_named(&model->heads, name);
    for (int p = 0; head >= 0 && p < model->points; p++)
        if (pattern[p] && !lac_model_source_has_point(model, head, p))
            return -1;
    return head;
}

/* The head for one source of the data. */
static lac_status find_head(const lac_model *model, const lac_data *data, int source, int *head)
{
    const lac_heads *heads = &model->heads;
    const char *name = lac_data_source_name(data, source);
    const uint8_t *pattern = data->source_pattern + (size_t)source * data->points;
    int by_name = name && heads->name && heads->count > 1;
    *head = by_name ? find_named(model, name, pattern) : lac_heads_find(heads, pattern);
    if (*head >= 0)
        return LAC_OK;
    if (by_name)
        return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                        "the data has a source %s of %d points, the model none of this name that "
                        "has them", name, data->source_points[source]);
    return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                    "source %d of the data has %d points, which none of the model's %d sources "
                    "has together", source + 1, data->source_points[source], heads->count);
}

lac_status lac_model_heads(const lac_model *model, const lac_data *data, int **heads)
{
    int of_source[LAC_MOST_SOURCES];
    *heads = NULL;
    for (int s = 0; s < data->sources; s++)
        LAC_TRY(find_head(model, data, s, &of_source[s]));
    LAC_TRY(lac_alloc(model->ctx, (size_t)data->rows, sizeof **heads, heads));
    for (int r = 0; r < data->rows; r++)
        (*heads)[r] = of_source[data->row_source[r]];
    return LAC_OK;
}

lac_status lac_model_predict_rows(const lac_model *model, const lac_data *data, const int *rows,
                                  int count, int flip, float *xy)
{
    const lac_asked asked = {.pixels = data->pixels, .rows = rows, .count = count,
                             .how = {.flip = flip}};
    int *head[LAC_MOST_MODELS] = {0};
    int members = lac_model_members(model);
    lac_status status = LAC_OK;
    for (int i = 0; i < members && status == LAC_OK; i++)
        status = lac_model_heads(lac_model_member(model, i), data, &head[i]);
    if (status == LAC_OK)
        status = lac_model_predict(model, &asked, head, xy);
    for (int i = 0; i < members; i++)
        free(head[i]);
    return status;
}

lac_status lac_model_evaluate(const lac_model *model, const lac_data *data, lac_side side,
                              const lac_predict_config *how, lac_metrics **out)
{
    lac_context *ctx = model->ctx;
    lac_train_config config;
    int *rows;
    float *xy = NULL;
    int count;
    *out = NULL;
    LAC_TRY(lac_model_config(model, &config));
    LAC_TRY(lac_model_rows(model, data, side, &rows, &count));
    lac_status status = lac_alloc(ctx, (size_t)count * 2 * data->points, sizeof *xy, &xy);
    if (status == LAC_OK)
        status = lac_model_predict_rows(model, data, rows, count, how && how->flip, xy);
    if (status == LAC_OK)
        status = lac_metrics_compute(ctx, data, xy, rows, count, out);
    if (status == LAC_OK && (*out)->labels == 0) {
        lac_metrics_free(out);
        status = lac_fail(ctx, LAC_ERROR_ARGUMENT,
                          "no labels: none of the %d rows to measure has one", count);
    }
    if (status == LAC_OK)
        lac_metrics_reduce(*out, config.reduction);
    free(rows);
    free(xy);
    return status;
}
