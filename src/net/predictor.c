/* Prediction: pictures into a plan, passes, the network's units back into pixels. */
#include "image/units.h"
#include "net/model.h"

#include <stdlib.h>

/* Pictures per pass: enough to keep every thread in whole chunks. */
enum { BATCH = 64 };

struct lac_predictor {
    lac_context *ctx;
    lac_plan *plan;
};

void lac_plan_show(lac_plan *plan, int i, const lac_image *image, const lac_view *view,
                   const lac_blemish *blemish)
{
    int size = plan->net->size;
    const lac_op *input = &plan->op[0];
    lac_view_sample(view, blemish, image, input->kernels, size, size,
                    lac_op_at(input, input->z, (size_t)i * size * size));
}

typedef struct fill_job {
    lac_plan *plan;
    const uint8_t *pixels;
    const int *rows;
    const lac_view *view;
} fill_job;

static void work_fill(void *arg, int item, int thread)
{
    (void)thread;
    const fill_job *j = arg;
    int size = j->plan->net->size;
    size_t row = j->rows ? (size_t)j->rows[item] : (size_t)item;
    lac_image image = {j->pixels + row * size * size, size, size, (size_t)size};
    lac_view view = j->view ? j->view[item] : lac_view_identity();
    lac_plan_show(j->plan, item, &image, &view, NULL);
}

void lac_plan_fill(lac_plan *plan, const uint8_t *pixels, const int *rows, const lac_view *view,
                   int n)
{
    fill_job j = {plan, pixels, rows, view};
    lac_parallel(plan->ctx, n, work_fill, &j);
}

lac_status lac_plan_predict(lac_plan *plan, const uint8_t *pixels, const int *rows, int count,
                            float *xy)
{
    int size = plan->net->size;
    int outputs = 2 * plan->net->points;
    for (int first = 0; first < count; first += plan->batch) {
        int n = count - first < plan->batch ? count - first : plan->batch;
        lac_pass pass = {.ctx = plan->ctx, .n = n};
        size_t skipped = rows ? 0 : (size_t)first * size * size;
        lac_plan_fill(plan, pixels + skipped, rows ? rows + first : NULL, NULL, n);
        LAC_TRY(lac_plan_forward(plan, &pass));
        const float *y = plan->output[0]->z;
        for (int i = 0; i < n * outputs; i++)
            xy[(size_t)first * outputs + i] = lac_to_pixels(y[i], size);
    }
    return LAC_OK;
}

lac_status lac_predictor_new(lac_context *ctx, const lac_model *model, lac_predictor **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    lac_status status = lac_plan_new(ctx, model->net, &model->weights, BATCH, LAC_PLAN_INFERENCE,
                                     &(*out)->plan);
    if (status != LAC_OK)
        lac_predictor_free(out);
    return status;
}

void lac_predictor_free(lac_predictor **predictor)
{
    if (!*predictor)
        return;
    lac_plan_free(&(*predictor)->plan);
    free(*predictor);
    *predictor = NULL;
}

lac_status lac_predictor_run(lac_predictor *predictor, const uint8_t *pixels, int n, float *xy)
{
    if (n < 0)
        return lac_fail(predictor->ctx, LAC_ERROR_ARGUMENT, "%d pictures, must be 0 or more", n);
    return lac_plan_predict(predictor->plan, pixels, NULL, n, xy);
}

lac_status lac_model_predict_rows(const lac_model *model, const uint8_t *pixels, const int *rows,
                                  int count, float *xy)
{
    lac_predictor *predictor;
    LAC_TRY(lac_predictor_new(model->ctx, model, &predictor));
    lac_status status = lac_plan_predict(predictor->plan, pixels, rows, count, xy);
    lac_predictor_free(&predictor);
    return status;
}
