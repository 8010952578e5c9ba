/*
 * The benchmark: training steps on drawn noise, alternating with the machine's multiply-add
 * peak, so that a noisy neighbour slows both. Medians.
 */
#include "data/data.h"
#include "settings/config.h"
#include "train/trainer.h"

#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 2, PREDICTIONS = 15, SINGLES = 101 };
enum { MOST_STEPS = 1000000, MOST_SIZE = 1 << 14, MOST_POINTS = 10000 };

static const double peak_seconds = 0.05; /* one measurement of the peak */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

/* ---- Peak ----------------------------------------------------------------------------- */

typedef struct peak_job {
    const lac_kernels *kernels;
    long rounds;
    double *flop; /* [threads] */
    float *sink;
} peak_job;

static void work_peak(void *arg, int item, int thread)
{
    (void)thread;
    peak_job *j = arg;
    j->flop[item] = j->kernels->peak(j->rounds, &j->sink[item * LAC_BLOCK]);
}

/* FLOP per second of all threads together. */
static double run_peak(lac_context *ctx, peak_job *j)
{
    double started = lac_seconds();
    lac_parallel(ctx, ctx->threads, work_peak, j);
    double seconds = lac_seconds() - started;
    double flop = 0.0;
    for (int i = 0; i < ctx->threads; i++)
        flop += j->flop[i];
    return flop / seconds;
}

/* Doubles the rounds until one measurement takes long enough. */
static void calibrate_peak(lac_context *ctx, peak_job *j)
{
    double started;
    j->rounds = 1000;
    do {
        j->rounds *= 2;
        started = lac_seconds();
        run_peak(ctx, j);
    } while (lac_seconds() - started < peak_seconds);
}

/* ---- Steps ------------------------------------------------------------------------------ */

static lac_status noise(lac_context *ctx, int rows, int size, int points, lac_data **out)
{
    size_t pixels = (size_t)rows * size * size;
    size_t labels = (size_t)rows * 2 * points;
    uint8_t *picture = NULL;
    float *label = NULL;
    uint8_t *mask = NULL;
    const char **names = NULL;
    char (*text)[24] = NULL;
    lac_status status = lac_alloc(ctx, pixels, 1, &picture);
    if (status == LAC_OK)
        status = lac_alloc(ctx, labels, sizeof *label, &label);
    if (status == LAC_OK)
        status = lac_alloc(ctx, labels, 1, &mask);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)points, sizeof *names, &names);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)points, sizeof *text, &text);
    if (status == LAC_OK) {
        for (size_t i = 0; i < pixels; i++)
            picture[i] = (uint8_t)lac_random(1, LAC_STREAM(LAC_STREAM_BENCH), i);
        for (size_t i = 0; i < labels; i++) {
            label[i] = (float)(size * lac_random_uniform(2, LAC_STREAM(LAC_STREAM_BENCH), i));
            mask[i] = 1;
        }
        for (int i = 0; i < points; i++) {
            snprintf(text[i], sizeof text[i], "point%d", i + 1);
            names[i] = text[i];
        }
        status = lac_data_from_memory(ctx, rows, size, points, names, picture, label, mask, out);
    }
    free(picture);
    free(label);
    free(mask);
    free(names);
    free(text);
    return status;
}

/* One step; the epoch begins again when it is over. */
static lac_status timed_step(lac_trainer *t, double *seconds)
{
    double loss;
    double started = lac_seconds();
    LAC_TRY(lac_trainer_step(t, &loss));
    *seconds = lac_seconds() - started;
    if (t->cursor.step == lac_trainer_steps(t)) {
        t->cursor.step = 0;
        t->cursor.epoch++;
    }
    return LAC_OK;
}

/* A plan that only predicts, by the trainer's model and in its precision. */
static lac_status plan_predictions(const lac_trainer *t, lac_plan **out)
{
    int bf16 = t->config.precision == LAC_PRECISION_BF16;
    return lac_plan_new(t->ctx, t->model->net, &t->model->weights, t->config.batch,
                        LAC_PLAN_INFERENCE | (bf16 ? LAC_PLAN_BF16 : 0), out);
}

static lac_status timed_prediction(const lac_trainer *t, lac_plan *plan, int n, float *xy,
                                   double *seconds)
{
    const lac_asked asked = {.pixels = t->data->pixels, .count = n};
    double started = lac_seconds();
    LAC_TRY(lac_plan_predict(plan, &t->model->heads, &asked, xy));
    *seconds = lac_seconds() - started;
    return LAC_OK;
}

typedef struct samples {
    double *step, *batch_made, *peak; /* [steps] */
    double *op;          /* [nodes, 2, steps] */
    double one[SINGLES];
    double batch[PREDICTIONS];
    float *xy;
} samples;

static lac_status measure_steps(lac_trainer *t, peak_job *peak, samples *s, int steps)
{
    for (int i = -WARM_UP; i < steps; i++) {
        double rate = run_peak(t->ctx, peak);
        double seconds;
        LAC_TRY(timed_step(t, &seconds));
        if (i < 0)
            continue;
        s->peak[i] = rate;
        s->step[i] = seconds;
        s->batch_made[i] = t->batch_seconds;
        for (int k = 0; k < 2 * t->model->net->count; k++)
            s->op[(size_t)k * steps + i] = t->plan->op[k / 2].seconds[k % 2];
    }
    return LAC_OK;
}

static lac_status measure_predictions(const lac_trainer *t, samples *s)
{
    lac_plan *plan;
    LAC_TRY(plan_predictions(t, &plan));
    lac_status status = LAC_OK;
    for (int i = -WARM_UP; i < PREDICTIONS && status == LAC_OK; i++)
        status = timed_prediction(t, plan, t->config.batch, s->xy, &s->batch[i < 0 ? 0 : i]);
    for (int i = -WARM_UP; i < SINGLES && status == LAC_OK; i++)
        status = timed_prediction(t, plan, 1, s->xy, &s->one[i < 0 ? 0 : i]);
    lac_plan_free(&plan);
    return status;
}

static void summarize(const lac_trainer *t, samples *s, int steps, lac_bench_result *out)
{
    const lac_net *net = t->model->net;
    int batch = t->config.batch;
    out->step_seconds = median(s->step, steps);
    out->batch_seconds = median(s->batch_made, steps);
    out->images_per_second = batch / out->step_seconds;
    out->flop = lac_net_flop_training(net) * batch;
    out->flop_per_second = out->flop / out->step_seconds;
    out->peak_flop_per_second = median(s->peak, steps);
    out->fraction = out->flop_per_second / out->peak_flop_per_second;
    out->predict_seconds = median(s->one, SINGLES);
    out->predict_images_per_second = batch / median(s->batch, PREDICTIONS);
    out->operators = net->count - 1; /* all but the input */
    for (int i = 0; i < out->operators; i++) {
        const lac_node *node = &net->node[i + 1];
        snprintf(out->op[i].name, sizeof out->op[i].name, "%s", node->name);
        for (int part = 0; part < 2; part++) {
            out->op[i].flop[part] = lac_node_flop(net, node, part) * batch;
            out->op[i].seconds[part] = median(s->op + (size_t)(2 * (i + 1) + part) * steps, steps);
        }
    }
}

static lac_status bench(lac_context *ctx, const lac_train_config *config, const lac_data *data,
                        int steps, lac_bench_result *out)
{
    lac_trainer *t = NULL;
    samples s = {0};
    peak_job peak = {0};
    lac_status status = lac_trainer_new(ctx, data, config, &t);
    size_t nodes = t ? (size_t)t->model->net->count : 0;
    if (status == LAC_OK)
        status = lac_alloc(ctx, nodes, sizeof *out->op, &out->op);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)steps, sizeof(double), &s.step);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)steps, sizeof(double), &s.batch_made);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)steps, sizeof(double), &s.peak);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)steps, 2 * nodes * sizeof(double), &s.op);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)config->batch * 2 * data->points, sizeof(float), &s.xy);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)ctx->threads, sizeof(double), &peak.flop);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)ctx->threads * LAC_BLOCK, sizeof(float), &peak.sink);
    if (status == LAC_OK) {
        peak.kernels = t->plan->kernels;
        calibrate_peak(ctx, &peak);
        status = measure_steps(t, &peak, &s, steps);
    }
    if (status == LAC_OK)
        status = measure_predictions(t, &s);
    if (status == LAC_OK)
        summarize(t, &s, steps, out);
    free(s.step);
    free(s.batch_made);
    free(s.peak);
    free(s.op);
    free(s.xy);
    free(peak.flop);
    free(peak.sink);
    lac_trainer_free(&t);
    return status;
}

lac_status lac_bench(lac_context *ctx, const lac_train_config *config, int size, int points,
                     int steps, lac_bench_result **out)
{
    lac_train_config c = config ? *config : lac_train_config_default();
    lac_data *data;
    *out = NULL;
    LAC_TRY(lac_config_check(ctx, &c));
    if (steps < 1 || steps > MOST_STEPS || size < 1 || size > MOST_SIZE || points < 1 ||
        points > MOST_POINTS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%d steps, size %d, %d points: must be 1 to %d, %d, %d", steps, size,
                        points, MOST_STEPS, MOST_SIZE, MOST_POINTS);
    c.holdout = 0.0;
    LAC_TRY(noise(ctx, c.batch, size, points, &data));
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status == LAC_OK)
        status = bench(ctx, &c, data, steps, *out);
    if (status != LAC_OK)
        lac_bench_result_free(out);
    lac_data_free(&data);
    return status;
}

void lac_bench_result_free(lac_bench_result **result)
{
    if (!*result)
        return;
    free((*result)->op);
    free(*result);
    *result = NULL;
}
