/* Prediction: pictures into a plan, passes, the network's units back into pixels. */
#include "image/units.h"
#include "net/model.h"

#include <math.h>
#include <stdlib.h>

/* Pictures per pass: enough to keep every thread in whole chunks. */
enum { BATCH = 64 };

struct lac_predictor {
    lac_context *ctx;
    const lac_model *model;
    lac_predict_config how;
    lac_plan **plan; /* [members] */
    float *xy;       /* [BATCH, 2K] of a mean: what one of its members answers */
};

void lac_plan_show(lac_plan *plan, int i, const lac_image *image, const lac_view *view,
                   const lac_blemish *blemish)
{
    int size = plan->net->size;
    const lac_op *input = &plan->op[0];
    lac_view_sample(view, blemish, image, input->kernels, size, size,
                    lac_op_at(input, input->z, (size_t)i * size * size));
}

/* A side of the pictures that is not the network's: they are scaled to it. */
static int side_of(const lac_plan *plan, const lac_asked *asked)
{
    return asked->size ? asked->size : plan->net->size;
}

typedef struct fill_job {
    lac_plan *plan;
    const lac_asked *asked;
    int first;
    const lac_view *view;
} fill_job;

static void work_fill(void *arg, int item, int thread)
{
    (void)thread;
    const fill_job *j = arg;
    int side = side_of(j->plan, j->asked), at = j->first + item;
    size_t row = (size_t)(j->asked->rows ? j->asked->rows[at] : at);
    lac_image image = {j->asked->pixels + row * side * side, side, side, (size_t)side};
    lac_plan_show(j->plan, item, &image, j->view, NULL);
}

/* The head that answers for a picture. */
static int head_of(const lac_asked *asked, int i)
{
    return asked->head ? asked->head[asked->rows ? asked->rows[i] : i] : asked->how.source;
}

/* One picture's outputs as pixels [2K]. */
static void to_pixels(const lac_heads *heads, int head, const float *y, int size, float *xy)
{
    const int *place = heads->place + (size_t)head * heads->points;
    for (int i = 0; i < 2 * heads->points; i++) {
        int at = place[i / 2];
        xy[i] = at < 0 ? NAN : lac_to_pixels(y[2 * at + i % 2], size);
    }
}

/* Averages xy with the outputs of the mirror image: point p there is the partner of p here, at
 * size - 1 + 2 aside - x. A point whose partner the head does not have stays as it is. */
static void add_mirrored(const lac_heads *heads, int head, const float *y, int size, float *xy)
{
    const int *place = heads->place + (size_t)head * heads->points;
    double most = size - 1 + 2 * heads->aside[head];
    for (int p = 0; p < heads->points; p++) {
        int at = place[heads->mirror[p]];
        if (place[p] < 0 || at < 0)
            continue;
        double x = most - (double)lac_to_pixels(y[2 * at], size);
        xy[2 * p] = (float)(0.5 * ((double)xy[2 * p] + x));
        xy[2 * p + 1] =
            (float)(0.5 * ((double)xy[2 * p + 1] + (double)lac_to_pixels(y[2 * at + 1], size)));
    }
}

/* Predicts the pictures [first, first + n) of those asked for, as the view shows them; adds to the
 * prediction of the picture as it is where the view is mirrored. */
static lac_status predict_some(lac_plan *plan, const lac_heads *heads, const lac_asked *asked,
                               int first, int n, const lac_view *view, float *xy)
{
    lac_pass pass = {.ctx = plan->ctx, .n = n};
    fill_job job = {plan, asked, first, view};
    lac_parallel(plan->ctx, n, work_fill, &job);
    LAC_TRY(lac_plan_forward(plan, &pass));
    int outputs = plan->output[0]->node->out.c, size = plan->net->size;
    for (int i = 0; i < n; i++) {
        const float *y = plan->output[0]->z;
        (lac_view_is_mirrored(view) ? add_mirrored : to_pixels)(
            heads, head_of(asked, first + i), y + (size_t)i * outputs, size,
            xy + (size_t)(first + i) * 2 * heads->points);
    }
    return LAC_OK;
}

lac_status lac_plan_predict(lac_plan *plan, const lac_heads *heads, const lac_asked *asked,
                            float *xy)
{
    int size = plan->net->size, side = side_of(plan, asked);
    lac_view mirror = lac_view_mirror(size), plain = lac_view_identity();
    if (side != size) {
        plain = lac_view_box(0, 0, side, side, size);
        mirror = lac_view_compose(&plain, &mirror);
    }
    for (int left = asked->count; left > 0;) {
        int first = asked->count - left, n = left < plan->batch ? left : plan->batch;
        LAC_TRY(predict_some(plan, heads, asked, first, n, &plain, xy));
        if (asked->how.flip)
            LAC_TRY(predict_some(plan, heads, asked, first, n, &mirror, xy));
        left -= n;
    }
    if (side != size)
        lac_view_points_back(&plain, xy, asked->count * heads->points, xy);
    return LAC_OK;
}

static lac_status predictor_make(lac_predictor *p)
{
    const lac_model *model = p->model;
    int sources = model->heads.count, members = lac_model_members(model);
    if (p->how.source < 0 || p->how.source >= sources)
        return lac_fail(p->ctx, LAC_ERROR_ARGUMENT,
                        "source %d: must be from 0 to %d, the model has %d", p->how.source,
                        sources - 1, sources);
    LAC_TRY(lac_alloc(p->ctx, (size_t)members, sizeof *p->plan, &p->plan));
    if (model->members)
        LAC_TRY(lac_alloc(p->ctx, BATCH * 2 * (size_t)model->points, sizeof *p->xy, &p->xy));
    for (int i = 0; i < members; i++) {
        const lac_model *own = lac_model_member(model, i);
        LAC_TRY(lac_plan_new(p->ctx, own->net, &own->weights, BATCH, LAC_PLAN_INFERENCE,
                             &p->plan[i]));
    }
    return LAC_OK;
}

lac_status lac_predictor_new(lac_context *ctx, const lac_model *model,
                             const lac_predict_config *config, lac_predictor **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    **out = (lac_predictor){.ctx = ctx, .model = model};
    if (config)
        (*out)->how = *config;
    lac_status status = predictor_make(*out);
    if (status != LAC_OK)
        lac_predictor_free(out);
    return status;
}

lac_context *lac_predictor_context(const lac_predictor *predictor)
{
    return predictor->ctx;
}

const lac_model *lac_predictor_model(const lac_predictor *predictor)
{
    return predictor->model;
}

void lac_predictor_free(lac_predictor **predictor)
{
    lac_predictor *p = *predictor;
    if (!p)
        return;
    for (int i = 0; p->plan && i < lac_model_members(p->model); i++)
        lac_plan_free(&p->plan[i]);
    free(p->plan);
    free(p->xy);
    free(p);
    *predictor = NULL;
}

/* What a member of the model is asked. One head answers for any source. */
static lac_asked ask_member(const lac_predictor *p, const lac_asked *asked, int *const *head,
                          int member)
{
    lac_asked own = *asked;
    own.size = p->model->size;
    own.head = head ? head[member] : NULL;
    if (lac_model_member(p->model, member)->heads.count == 1)
        own.how.source = 0;
    return own;
}

/* The mean of a mean's members, for at most BATCH pictures. */
static lac_status predict_mean(lac_predictor *p, const lac_asked *asked, int *const *head,
                               float *xy)
{
    size_t values = (size_t)asked->count * 2 * p->model->points;
    for (int i = 0; i < p->model->members; i++) {
        lac_asked own = ask_member(p, asked, head, i);
        LAC_TRY(lac_plan_predict(p->plan[i], &p->model->member[i]->heads, &own, p->xy));
        double share = p->model->share[i];
        for (size_t v = 0; v < values; v++)
            xy[v] = (float)((i ? (double)xy[v] : 0) + share * (double)p->xy[v]);
    }
    return LAC_OK;
}

/* The pictures [first, first + n) of those asked for. */
static lac_asked ask_some(const lac_predictor *p, const lac_asked *asked, int first, int n)
{
    lac_asked some = *asked;
    some.count = n;
    if (asked->rows)
        some.rows += first;
    else
        some.pixels += (size_t)first * p->model->size * p->model->size;
    return some;
}

static lac_status predict(lac_predictor *p, const lac_asked *asked, int *const *head, float *xy)
{
    if (!p->model->members) {
        lac_asked own = ask_member(p, asked, head, 0);
        return lac_plan_predict(p->plan[0], &p->model->heads, &own, xy);
    }
    for (int first = 0; first < asked->count; first += BATCH) {
        int n = asked->count - first < BATCH ? asked->count - first : BATCH;
        lac_asked some = ask_some(p, asked, first, n);
        LAC_TRY(predict_mean(p, &some, head, xy + (size_t)first * 2 * p->model->points));
    }
    return LAC_OK;
}

lac_status lac_predictor_run(lac_predictor *predictor, const uint8_t *pixels, int n, float *xy)
{
    if (n < 0)
        return lac_fail(predictor->ctx, LAC_ERROR_ARGUMENT, "%d pictures, must be 0 or more", n);
    const lac_asked asked = {.pixels = pixels, .count = n, .how = predictor->how};
    return predict(predictor, &asked, NULL, xy);
}

lac_status lac_model_predict(const lac_model *model, const lac_asked *asked, int *const *head,
                             float *xy)
{
    lac_predictor *predictor;
    LAC_TRY(lac_predictor_new(model->ctx, model, &asked->how, &predictor));
    lac_status status = predict(predictor, asked, head, xy);
    lac_predictor_free(&predictor);
    return status;
}
