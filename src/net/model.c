/* Models: making, predicting, answering questions. Files are train/checkpoint.c's. */
#include "net/model.h"
#include "image/units.h"

#include <stdlib.h>

lac_status lac_model_new(lac_context *ctx, const lac_train_config *config, int size, int points,
                         char *const *names, lac_model **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_model *model = *out;
    model->ctx = ctx;
    model->config = *config;
    model->size = size;
    model->points = points;
    lac_status status = lac_alloc(ctx, (size_t)points, sizeof *model->names, &model->names);
    for (int i = 0; i < points && status == LAC_OK; i++)
        status = lac_strdup(ctx, names[i], &model->names[i]);
    if (status != LAC_OK)
        lac_model_free(out);
    return status;
}

lac_status lac_model_plan(lac_model *model, int batch, int inference)
{
    lac_net net;
    LAC_TRY(lac_net_named(model->ctx, model->config.model, model->points, &net));
    int flags = inference ? LAC_PLAN_INFERENCE
                          : model->config.precision == LAC_PRECISION_BF16 ? LAC_PLAN_BF16 : 0;
    return lac_plan_new(model->ctx, &net, model->size, batch, flags, &model->plan);
}

void lac_model_free(lac_model **model)
{
    lac_model *m = *model;
    if (!m)
        return;
    for (int i = 0; m->names && i < m->points; i++)
        free(m->names[i]);
    free(m->names);
    lac_plan_free(&m->plan);
    free(m);
    *model = NULL;
}

/* ---- Prediction ------------------------------------------------------------------------ */

typedef struct fill_job {
    const lac_model *model;
    const uint8_t *pixels;
    const int *rows;
    const lac_view *view;
} fill_job;

static void work_fill(void *arg, int item, int thread)
{
    (void)thread;
    const fill_job *j = arg;
    int size = j->model->size;
    size_t area = (size_t)size * size;
    size_t row = j->rows ? (size_t)j->rows[item] : (size_t)item;
    lac_image image = {j->pixels + row * area, size, size, (size_t)size};
    lac_view view = j->view ? j->view[item] : lac_view_identity();
    const lac_op *input = &j->model->plan->op[0];
    lac_view_sample(&view, &image, input->kernels, size, size,
                    lac_op_at(input, input->z, item * area));
}

void lac_model_fill(const lac_model *model, const uint8_t *pixels, const int *rows,
                    const lac_view *view, int n)
{
    fill_job j = {model, pixels, rows, view};
    lac_parallel(model->ctx, n, work_fill, &j);
}

void lac_model_predict_rows(const lac_model *model, const uint8_t *pixels, const int *rows,
                            int count, float *xy)
{
    lac_plan *plan = model->plan;
    int outputs = 2 * model->points;
    for (int first = 0; first < count; first += plan->batch) {
        int n = count - first < plan->batch ? count - first : plan->batch;
        lac_pass pass = {.ctx = model->ctx, .n = n, .repeated = plan->fixed && plan->passed};
        size_t skipped = rows ? 0 : (size_t)first * model->size * model->size;
        lac_model_fill(model, pixels + skipped, rows ? rows + first : NULL, NULL, n);
        lac_plan_forward(plan, &pass);
        plan->passed = 1;
        for (int i = 0; i < n * outputs; i++)
            xy[(size_t)first * outputs + i] = lac_to_pixels(plan->y[i], model->size);
    }
}

lac_status lac_model_predict(const lac_model *model, const uint8_t *pixels, int n, float *xy)
{
    if (n < 0)
        return lac_fail(model->ctx, LAC_ERROR_ARGUMENT, "%d pictures, must be 0 or more", n);
    lac_model_predict_rows(model, pixels, NULL, n, xy);
    return LAC_OK;
}

/* ---- Questions ------------------------------------------------------------------------- */

const char *lac_model_name(const lac_model *model)
{
    return model->config.model;
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

const lac_train_config *lac_model_config(const lac_model *model)
{
    return &model->config;
}

int lac_model_epoch(const lac_model *model)
{
    return model->epoch;
}
