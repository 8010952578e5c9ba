/* Rows with a model's predictions: made, and written as a table. */
#include "eval/eval.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Made ----------------------------------------------------------------------------------- */

/* Keeps the sides and groups [rows of the data] of the predicted rows, in place. */
static void keep_rows(lac_predicted *p)
{
    for (int i = 0; i < p->count; i++) {
        p->side[i] = p->side[p->row[i]];
        p->group[i] = p->group[p->row[i]];
    }
}

static lac_status find_loss(const lac_model *model, lac_predicted *p)
{
    lac_metrics *metrics;
    lac_train_config config;
    LAC_TRY(lac_model_config(model, &config));
    LAC_TRY(lac_metrics_compute(model->ctx, p->data, p->xy, p->row, p->count, &metrics));
    lac_metrics_reduce(metrics, config.reduction);
    p->loss = metrics->loss;
    lac_metrics_free(&metrics);
    return LAC_OK;
}

static lac_status predict(const lac_model *model, lac_side side, int flip, lac_predicted *p)
{
    lac_context *ctx = model->ctx;
    const lac_data *data = p->data;
    LAC_TRY(lac_alloc(ctx, (size_t)data->rows, sizeof *p->side, &p->side));
    LAC_TRY(lac_alloc(ctx, (size_t)data->rows, sizeof *p->group, &p->group));
    LAC_TRY(lac_model_sides(model, data, p->side, p->group));
    LAC_TRY(lac_side_rows(model, data, p->side, side, &p->row, &p->count));
    keep_rows(p);
    LAC_TRY(lac_alloc(ctx, (size_t)p->count * 2 * data->points, sizeof *p->xy, &p->xy));
    LAC_TRY(lac_model_predict_rows(model, data, p->row, p->count, flip, p->xy));
    return find_loss(model, p);
}

lac_status lac_model_predict_side(const lac_model *model, const lac_data *data, lac_side side,
                                  const lac_predict_config *how, lac_predicted **out)
{
    *out = NULL;
    LAC_TRY(lac_model_check(model, data, side));
    LAC_TRY(lac_alloc(model->ctx, 1, sizeof **out, out));
    (*out)->data = data;
    lac_status status = predict(model, side, how && how->flip, *out);
    if (status != LAC_OK)
        lac_predicted_free(out);
    return status;
}

void lac_predicted_free(lac_predicted **predicted)
{
    lac_predicted *p = *predicted;
    if (!p)
        return;
    free(p->row);
    free(p->xy);
    free(p->group);
    free(p->side);
    free(p);
    *predicted = NULL;
}

/* ---- Joined --------------------------------------------------------------------------------- */

/* The part whose next row, at its place, is the lowest; -1 when all are at their ends. */
static int next_part(const lac_predicted *const *parts, const int *place, int count)
{
    int lowest = -1;
    for (int i = 0; i < count; i++)
        if (place[i] < parts[i]->count &&
            (lowest < 0 || parts[i]->row[place[i]] < parts[lowest]->row[place[lowest]]))
            lowest = i;
    return lowest;
}

/* place [count] starts as 0. */
static lac_status merge(lac_context *ctx, const lac_predicted *const *parts, int count, int *place,
                        lac_predicted *out)
{
    size_t values = 2 * (size_t)out->data->points;
    for (int i; (i = next_part(parts, place, count)) >= 0;) {
        const lac_predicted *p = parts[i];
        int at = place[i]++, to = out->count++;
        if (to > 0 && out->row[to - 1] == p->row[at])
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "row %d has two predictions",
                            p->row[at] + 1);
        out->row[to] = p->row[at];
        out->group[to] = p->group[at];
        out->side[to] = p->side[at];
        memcpy(out->xy + (size_t)to * values, p->xy + (size_t)at * values,
               values * sizeof *p->xy);
    }
    return LAC_OK;
}

static lac_status join(lac_context *ctx, const lac_predicted *const *parts, int count,
                       lac_predicted *out)
{
    size_t rows = 0;
    int *place;
    for (int i = 0; i < count; i++) {
        if (parts[i]->data != out->data)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "predictions of several data sets");
        rows += (size_t)parts[i]->count;
    }
    LAC_TRY(lac_alloc(ctx, rows, sizeof *out->row, &out->row));
    LAC_TRY(lac_alloc(ctx, rows, sizeof *out->group, &out->group));
    LAC_TRY(lac_alloc(ctx, rows, sizeof *out->side, &out->side));
    LAC_TRY(lac_alloc(ctx, rows * 2 * (size_t)out->data->points, sizeof *out->xy, &out->xy));
    LAC_TRY(lac_alloc(ctx, (size_t)count, sizeof *place, &place));
    lac_status status = merge(ctx, parts, count, place, out);
    free(place);
    return status;
}

lac_status lac_predicted_join(lac_context *ctx, const lac_predicted *const *parts, int count,
                              lac_predicted **out)
{
    *out = NULL;
    if (count < 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "no predictions to join");
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->data = parts[0]->data;
    (*out)->loss = NAN;
    lac_status status = join(ctx, parts, count, *out);
    if (status != LAC_OK)
        lac_predicted_free(out);
    return status;
}

/* ---- Written -------------------------------------------------------------------------------- */

/* Enough digits to tell a label's float from any other. */
enum { LABEL_DIGITS = 9, DECIMALS = 4 };

static void write_header(FILE *stream, const lac_data *data)
{
    static const char *const endings[] = {"_x", "_y", "_x_predicted", "_y_predicted", "_error"};
    fputs("ImageId,source,side,group,rmse", stream);
    for (int k = 0; k < data->points; k++)
        for (int i = 0; i < LAC_COUNT(endings); i++) {
            fputc(',', stream);
            lac_csv_name(stream, data->names[k], endings[i]);
        }
    fputc('\n', stream);
}

/* A cell with a number, empty for NaN. */
static void write_number(FILE *stream, double value)
{
    char cell[LAC_NUMBER];
    fprintf(stream, ",%s", isnan(value) ? "" : lac_number_decimals(value, DECIMALS, cell));
}

static void write_source(FILE *stream, const lac_data *data, int row)
{
    int source = lac_data_row_source(data, row);
    const char *name = lac_data_source_name(data, source);
    if (name)
        fprintf(stream, ",%s", name);
    else
        fprintf(stream, ",%d", source + 1);
}

static void write_point(FILE *stream, const float *xy, const float *label, const uint8_t *mask)
{
    for (int axis = 0; axis < 2; axis++) {
        char cell[LAC_NUMBER];
        fprintf(stream, ",%s",
                mask[axis] ? lac_number_digits((double)label[axis], LABEL_DIGITS, cell) : "");
    }
    write_number(stream, (double)xy[0]);
    write_number(stream, (double)xy[1]);
    write_number(stream, mask[0] && mask[1] ? lac_point_error(xy, label, 1) : NAN);
}

static void write_row(FILE *stream, const lac_predicted *p, int index)
{
    static const char *const sides[] = {",holdout", ",train", ","};
    const lac_data *data = p->data;
    int row = p->row[index];
    const float *xy = p->xy + (size_t)index * 2 * data->points;
    lac_write_id(stream, data, row);
    write_source(stream, data, row);
    fputs(sides[p->side[index]], stream);
    fputc(',', stream);
    lac_write_id(stream, data, p->group[index]);
    write_number(stream, lac_row_rmse(data, row, xy));
    for (int k = 0; k < data->points; k++)
        write_point(stream, xy + 2 * k, lac_data_labels(data, row) + 2 * k,
                    lac_data_mask(data, row) + 2 * k);
    fputc('\n', stream);
}

lac_status lac_predicted_write(lac_context *ctx, const lac_predicted *p, const char *path)
{
    lac_file file;
    LAC_TRY(lac_file_create(ctx, path, &file));
    write_header(file.stream, p->data);
    for (int i = 0; i < p->count; i++)
        write_row(file.stream, p, i);
    return lac_file_finish(ctx, &file, LAC_OK);
}
