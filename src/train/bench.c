/*
 * The benchmark: training steps on drawn noise, alternating with the machine's multiply-add
 * peak, so that a noisy neighbour slows both. Medians. The memory's bandwidth is measured before
 * and behind them: between them it would empty the caches.
 */
#include "comm/comm.h"
#include "data/data.h"
#include "train/bench.h"

#include <stdlib.h>
#include <string.h>

enum { WARM_UP = 2, PREDICTIONS = 15, SINGLES = 101 };
enum { MOST_STEPS = 1000000 };

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
    double *step, *batch_made, *peak, *gather; /* [steps] */
    double *spared;      /* [steps] what the next one, which hears nothing while it computes, waits
                            longer */
    double gather_bytes, gathers, hidden_bytes; /* of the last step */
    double *op;          /* [nodes, 2, steps] */
    double one[SINGLES];
    double batch[PREDICTIONS];
    double bandwidth[2]; /* before and behind */
    float *xy;
} samples;

/* A step that does not go on before it has heard the others; what it waits for. */
static lac_status step_alone(lac_trainer *t, double *waits)
{
    int apart = t->plan->apart;
    double seconds, waited = t->ctx->heard_seconds;
    t->plan->apart = 0;
    lac_status status = timed_step(t, &seconds);
    t->plan->apart = apart;
    *waits = t->ctx->heard_seconds - waited;
    return status;
}

static lac_status measure_step(lac_trainer *t, samples *s, int i, int steps)
{
    lac_context *ctx = t->ctx;
    double gathered = ctx->heard_seconds, bytes = ctx->heard_bytes, times = ctx->heard_times;
    double moved = ctx->moved_bytes;
    LAC_TRY(timed_step(t, &s->step[i]));
    s->gather[i] = ctx->heard_seconds - gathered;
    s->gather_bytes = ctx->heard_bytes - bytes;
    s->gathers = ctx->heard_times - times;
    s->hidden_bytes = ctx->moved_bytes - moved;
    s->batch_made[i] = t->batch_seconds;
    for (int k = 0; k < 2 * t->model->net->count; k++)
        s->op[(size_t)k * steps + i] = t->plan->op[k / 2].seconds[k % 2];
    return LAC_OK;
}

/* Ranks begin each step together. Warm-ups are measured, too, and overwritten. */
static lac_status measure_steps(lac_trainer *t, lac_machine *machine, samples *s, int steps)
{
    for (int n = -WARM_UP; n < steps; n++) {
        int i = n < 0 ? 0 : n;
        s->peak[i] = lac_machine_peak(machine, t->ctx->threads);
        LAC_TRY(lac_context_agree(t->ctx, LAC_OK));
        LAC_TRY(measure_step(t, s, i, steps));
        if (lac_ranks(t->ctx) == 1)
            continue;
        LAC_TRY(lac_context_agree(t->ctx, LAC_OK));
        LAC_TRY(step_alone(t, &s->spared[i]));
        s->spared[i] -= s->gather[i];
    }
    return LAC_OK;
}

static lac_status measure_predictions(const lac_trainer *t, samples *s)
{
    lac_plan *plan;
    LAC_TRY(lac_bench_plan(t, &plan));
    lac_status status = LAC_OK;
    for (int i = -WARM_UP; i < PREDICTIONS && status == LAC_OK; i++)
        status = timed_prediction(t, plan, t->config.batch, s->xy, &s->batch[i < 0 ? 0 : i]);
    for (int i = -WARM_UP; i < SINGLES && status == LAC_OK; i++)
        status = timed_prediction(t, plan, 1, s->xy, &s->one[i < 0 ? 0 : i]);
    lac_plan_free(&plan);
    return status;
}

static void summarize_operators(const lac_trainer *t, samples *s, int steps, lac_bench_result *out)
{
    const lac_net *net = t->model->net;
    int rank = lac_rank(t->ctx), batch = t->start[rank + 1] - t->start[rank];
    out->operators = net->count - 1; /* all but the input */
    for (int i = 0; i < out->operators; i++) {
        lac_bench_operator *op = &out->op[i];
        const lac_node *node = &net->node[i + 1];
        snprintf(op->name, sizeof op->name, "%s", node->name);
        op->method = lac_op_method(&t->plan->op[i + 1]);
        for (int part = 0; part < 2; part++) {
            op->flop[part] = lac_node_flop(net, node, part) * batch;
            op->bytes[part] = lac_plan_bytes(t->plan, i + 1, batch, part);
            op->seconds[part] = lac_median(s->op + (size_t)(2 * (i + 1) + part) * steps, steps);
        }
    }
}

static void summarize(const lac_trainer *t, samples *s, int steps, lac_bench_result *out)
{
    int batch = t->config.batch;
    out->step_seconds = lac_median(s->step, steps);
    out->batch_seconds = lac_median(s->batch_made, steps);
    out->images_per_second = batch / out->step_seconds;
    out->flop = lac_net_flop_training(t->model->net) * batch;
    out->flop_per_second = out->flop / out->step_seconds;
    out->peak_flop_per_second = lac_median(s->peak, steps);
    out->ranks = lac_ranks(t->ctx);
    out->gather_seconds = lac_median(s->gather, steps);
    out->gather_bytes = s->gather_bytes;
    out->gathers = s->gathers;
    out->hidden_seconds = lac_median(s->spared, steps);
    out->hidden_bytes = s->hidden_bytes;
    out->fraction = out->flop_per_second / out->peak_flop_per_second / out->ranks;
    out->predict_seconds = lac_median(s->one, SINGLES);
    out->predict_images_per_second = batch / lac_median(s->batch, PREDICTIONS);
    out->memory_bytes_per_second = 0.5 * (s->bandwidth[0] + s->bandwidth[1]);
    summarize_operators(t, s, steps, out);
}

static lac_status make_samples(const lac_trainer *t, int steps, samples *s)
{
    lac_context *ctx = t->ctx;
    size_t nodes = (size_t)t->model->net->count;
    size_t answers = (size_t)t->config.batch * 2 * t->model->points;
    LAC_TRY(lac_alloc(ctx, (size_t)steps, sizeof *s->step, &s->step));
    LAC_TRY(lac_alloc(ctx, (size_t)steps, sizeof *s->batch_made, &s->batch_made));
    LAC_TRY(lac_alloc(ctx, (size_t)steps, sizeof *s->peak, &s->peak));
    LAC_TRY(lac_alloc(ctx, (size_t)steps, sizeof *s->gather, &s->gather));
    LAC_TRY(lac_alloc(ctx, (size_t)steps, sizeof *s->spared, &s->spared));
    LAC_TRY(lac_alloc(ctx, (size_t)steps, 2 * nodes * sizeof *s->op, &s->op));
    return lac_alloc(ctx, answers, sizeof *s->xy, &s->xy);
}

static lac_status measure(lac_trainer *t, lac_machine *machine, samples *s, int steps)
{
    LAC_TRY(lac_machine_bandwidth(t->ctx, &s->bandwidth[0]));
    LAC_TRY(lac_machine_new(t->ctx, t->plan->kernels, machine));
    LAC_TRY(measure_steps(t, machine, s, steps));
    LAC_TRY(measure_predictions(t, s));
    return lac_machine_bandwidth(t->ctx, &s->bandwidth[1]);
}

static lac_status bench(lac_trainer *t, int steps, lac_bench_result *out)
{
    samples s = {0};
    lac_machine machine = {0};
    lac_status status = lac_alloc(t->ctx, (size_t)t->model->net->count, sizeof *out->op, &out->op);
    if (status == LAC_OK)
        status = make_samples(t, steps, &s);
    if (status == LAC_OK)
        status = measure(t, &machine, &s, steps);
    if (status == LAC_OK)
        summarize(t, &s, steps, out);
    free(s.step);
    free(s.batch_made);
    free(s.peak);
    free(s.gather);
    free(s.spared);
    free(s.op);
    free(s.xy);
    lac_machine_free(&machine);
    return status;
}

lac_status lac_bench(lac_context *ctx, const lac_train_config *config, int size, int points,
                     int steps, lac_bench_result **out)
{
    lac_data *data;
    lac_trainer *trainer;
    *out = NULL;
    if (steps < 1 || steps > MOST_STEPS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d steps: must be 1 to %d", steps, MOST_STEPS);
    lac_status status = lac_bench_trainer(ctx, config, size, points, &data, &trainer);
    if (status == LAC_OK)
        status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status == LAC_OK)
        status = bench(trainer, steps, *out);
    if (status != LAC_OK)
        lac_bench_result_free(out);
    lac_trainer_free(&trainer);
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
