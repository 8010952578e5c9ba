/*
 * Kaggle's submission: RowId,Location for every row of the lookup table, in its order.
 *
 * Everything that can be wrong with the table is found before the test pictures are
 * predicted, and every message names the RowId.
 */
#include "eval/eval.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>

typedef struct image {
    int id;
    int row;
} image;

typedef struct submission {
    lac_context *ctx;
    const lac_model *model;
    const lac_data *test;
    const lac_lookup *lookup;
    image *images; /* [rows of test] by id */
    int *column;   /* [features] index into a prediction, or -1 */
    size_t *cell;  /* [lookup rows] index into xy */
    uint8_t *present; /* [rows of test, K] 1 = the picture is asked for the point */
    int *head[LAC_MOST_MODELS]; /* of each member, [rows of test] the head that answers */
    float *xy;     /* [rows of test, 2K] */
} submission;

static int image_order(const void *a, const void *b)
{
    const image *x = a, *y = b;
    return x->id != y->id ? (x->id < y->id ? -1 : 1) : x->row - y->row;
}

static void find_columns(submission *s)
{
    for (int f = 0; f < s->lookup->features; f++) {
        int axis = 0;
        int point =
            lac_feature_find(s->model->names, s->model->points, s->lookup->feature[f], &axis);
        s->column[f] = point < 0 ? -1 : 2 * point + axis;
    }
}

/* A picture is looked up by its number: no two may be equal. */
static lac_status find_images(submission *s)
{
    int rows = lac_data_rows(s->test);
    for (int i = 0; i < rows; i++)
        s->images[i] = (image){lac_data_id(s->test, i), i};
    qsort(s->images, (size_t)rows, sizeof *s->images, image_order);
    for (int i = 1; i < rows; i++)
        if (s->images[i].id >= 0 && s->images[i].id == s->images[i - 1].id)
            return lac_fail(s->ctx, LAC_ERROR_MISMATCH,
                            "test table: ImageId %d stands in two rows, %d and %d", s->images[i].id,
                            s->images[i - 1].row + 2, s->images[i].row + 2);
    return LAC_OK;
}

static int order_by_id(const void *key, const void *element)
{
    int id = *(const int *)key, other = ((const image *)element)->id;
    return (id > other) - (id < other);
}

/* Where in xy each row of the lookup table finds its number. */
static lac_status find_cells(submission *s)
{
    int rows = lac_data_rows(s->test);
    for (int i = 0; i < s->lookup->rows; i++) {
        const lac_lookup_row *ask = &s->lookup->row[i];
        const image *found = bsearch(&ask->image_id, s->images, (size_t)rows, sizeof *found,
                                     order_by_id);
        if (!found)
            return lac_fail(s->ctx, LAC_ERROR_MISMATCH,
                            "lookup table: RowId %d asks for ImageId %d, not in the test table",
                            ask->row_id, ask->image_id);
        if (s->column[ask->feature] < 0)
            return lac_fail(s->ctx, LAC_ERROR_MISMATCH,
                            "lookup table: RowId %d, ImageId %d asks for %s, which the model "
                            "does not predict",
                            ask->row_id, ask->image_id, s->lookup->feature[ask->feature]);
        s->cell[i] =
            (size_t)found->row * 2 * (size_t)s->model->points + (size_t)s->column[ask->feature];
        s->present[s->cell[i] / 2] = 1;
    }
    return LAC_OK;
}

/* The points that are asked of a picture tell its source to a member of the model. */
static lac_status find_heads(submission *s, const lac_heads *heads, int *head)
{
    size_t points = (size_t)s->model->points;
    for (int i = 0; i < s->lookup->rows; i++) {
        const lac_lookup_row *ask = &s->lookup->row[i];
        size_t row = s->cell[i] / (2 * points);
        head[row] = lac_heads_find(heads, s->present + row * points);
        if (head[row] < 0)
            return lac_fail(s->ctx, LAC_ERROR_MISMATCH,
                            "lookup table: RowId %d, ImageId %d: none of the model's %d sources "
                            "has all points that are asked of this picture", ask->row_id,
                            ask->image_id, heads->count);
    }
    return LAC_OK;
}

/* Numbers are written by hand: printf's decimal point is the locale's. */
static lac_status write_rows(submission *s, FILE *stream)
{
    double side = s->model->size;
    fputs("RowId,Location\n", stream);
    for (int i = 0; i < s->lookup->rows; i++) {
        const lac_lookup_row *ask = &s->lookup->row[i];
        double at = (double)s->xy[s->cell[i]];
        if (!isfinite(at))
            return lac_fail(s->ctx, LAC_ERROR_NUMERIC,
                            "submission: RowId %d, ImageId %d, %s: the prediction is not finite",
                            ask->row_id, ask->image_id, s->lookup->feature[ask->feature]);
        long micro = lround(fmin(fmax(at, 0), side) * 1e6);
        fprintf(stream, "%d,%ld.%06ld\n", ask->row_id, micro / 1000000, micro % 1000000);
    }
    return LAC_OK;
}

static lac_status prepare(submission *s)
{
    size_t rows = (size_t)lac_data_rows(s->test);
    size_t values = 2 * (size_t)s->model->points;
    LAC_TRY(lac_alloc(s->ctx, rows, sizeof *s->images, &s->images));
    LAC_TRY(lac_alloc(s->ctx, (size_t)s->lookup->features, sizeof *s->column, &s->column));
    LAC_TRY(lac_alloc(s->ctx, (size_t)s->lookup->rows, sizeof *s->cell, &s->cell));
    LAC_TRY(lac_alloc(s->ctx, rows * values, sizeof *s->xy, &s->xy));
    LAC_TRY(lac_alloc(s->ctx, rows * values / 2, 1, &s->present));
    find_columns(s);
    LAC_TRY(find_images(s));
    LAC_TRY(find_cells(s));
    for (int i = 0; i < lac_model_members(s->model); i++) {
        LAC_TRY(lac_alloc(s->ctx, rows, sizeof *s->head[i], &s->head[i]));
        LAC_TRY(find_heads(s, &lac_model_member(s->model, i)->heads, s->head[i]));
    }
    return LAC_OK;
}

static lac_status write_file(submission *s, const char *path)
{
    lac_file file;
    LAC_TRY(lac_file_create(s->ctx, path, &file));
    return lac_file_finish(s->ctx, &file, write_rows(s, file.stream));
}

lac_status lac_submission_write(const lac_model *model, const lac_data *test,
                                const lac_lookup *lookup, const lac_predict_config *config,
                                const char *path)
{
    submission s = {.ctx = model->ctx, .model = model, .test = test, .lookup = lookup};
    LAC_TRY(lac_model_check_size(model, test));
    lac_status status = prepare(&s);
    const lac_asked asked = {.pixels = test->pixels, .count = test->rows,
                             .how = {.flip = config && config->flip}};
    if (status == LAC_OK)
        status = lac_model_predict(model, &asked, s.head, s.xy);
    if (status == LAC_OK)
        status = write_file(&s, path);
    free(s.images);
    free(s.column);
    free(s.cell);
    free(s.present);
    for (int i = 0; i < lac_model_members(model); i++)
        free(s.head[i]);
    free(s.xy);
    return status;
}
