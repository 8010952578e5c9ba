/*
 * Why the hold-out error of a training differs from epoch to epoch: goes on from a run's last
 * state in several ways and prints the RMSE over all labels of the hold-out. Reads the run and
 * leaves it as it is. Twenty epochs, twice, and six more: minutes.
 *
 * usage: build/bench/wander RUN DATA
 */
#include "data/data.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCHS = 20, AVERAGED = 3, LOOKS = 4 };

typedef struct subject {
    lac_context *ctx;
    lac_data *data;
    const char *run;
} subject;

/* No way is gone on with after an error. */
static void check(const lac_context *ctx, lac_status status)
{
    if (status == LAC_OK)
        return;
    fprintf(stderr, "wander: %s\n", lac_context_message(ctx));
    exit(1);
}

static lac_trainer *resume(const subject *s)
{
    lac_trainer *t;
    check(s->ctx, lac_trainer_resume(s->ctx, s->data, s->run, 0, &t));
    return t;
}

/* The run's state in a trainer whose precision is float32. */
static lac_trainer *resume_in_float32(const subject *s)
{
    lac_trainer *from = resume(s), *t;
    lac_train_config config = *lac_trainer_config(from);
    config.precision = LAC_PRECISION_FLOAT32;
    check(s->ctx, lac_trainer_new(s->ctx, s->data, &config, &t));
    size_t bytes = t->model->net->params.floats * sizeof(float);
    memcpy(t->model->weights.w, from->model->weights.w, bytes);
    memcpy(t->adam.m, from->adam.m, bytes);
    memcpy(t->adam.v, from->adam.v, bytes);
    memcpy(t->model->weights.b, from->model->weights.b,
           t->model->net->buffers.floats * sizeof(float));
    t->adam.step = from->adam.step;
    t->cursor = from->cursor;
    lac_trainer_free(&from);
    return t;
}

static double rmse(lac_trainer *t)
{
    lac_metrics *m;
    const lac_asked asked = {.pixels = t->data->pixels, .rows = t->holdout_rows,
                             .count = t->holdout_count, .head = t->head};
    check(t->ctx, lac_plan_predict(t->plan, &t->model->heads, &asked, t->xy));
    check(t->ctx, lac_metrics_compute(t->ctx, t->data, t->xy, t->holdout_rows, t->holdout_count,
                                      &m));
    double value = m->rmse;
    lac_metrics_free(&m);
    return value;
}

static void step(lac_trainer *t)
{
    double loss;
    check(t->ctx, lac_trainer_step(t, &loss));
}

/* Its mean training loss. */
static double end_epoch(lac_trainer *t)
{
    double loss = t->cursor.loss_sum / t->visits;
    t->cursor.loss_sum = 0.0;
    t->cursor.step = 0;
    t->cursor.epoch++;
    return loss;
}

/* Running statistics of the weights as they are: an epoch's full batches without a step. */
static void take_statistics(lac_trainer *t)
{
    t->config.lr = 0.0;
    int full = lac_trainer_steps(t) - (t->config.even_batches ? 0 : 1);
    while (t->cursor.step < full)
        step(t);
}

static void one_epoch_by_steps(const subject *s)
{
    lac_trainer *t = resume(s);
    int steps = lac_trainer_steps(t);
    printf("as saved, after epoch %d: %.2f\n", t->cursor.epoch, rmse(t));
    printf("steps of the next one:");
    while (t->cursor.step < steps) {
        step(t);
        if (t->cursor.step % (steps / LOOKS) == 0 || t->cursor.step == steps)
            printf(" %d: %.2f", t->cursor.step, rmse(t));
    }
    printf(" (the last step has %d pictures)\n", t->visits - lac_trainer_first(t, steps - 1));
    lac_trainer_free(&t);

    t = resume(s);
    take_statistics(t);
    printf("the weights as saved, statistics anew: %.2f\n", rmse(t));
    lac_trainer_free(&t);
}

static void average_of_steps(const subject *s)
{
    lac_trainer *t = resume(s);
    size_t floats = t->model->net->params.floats;
    int steps = AVERAGED * lac_trainer_steps(t);
    double *mean = calloc(floats, sizeof *mean);
    if (!mean)
        exit(1);
    for (int i = 1; i <= steps; i++) {
        step(t);
        for (size_t j = 0; j < floats; j++)
            mean[j] += (double)t->model->weights.w[j] / steps;
        if (t->cursor.step == lac_trainer_steps(t))
            end_epoch(t);
    }
    for (size_t j = 0; j < floats; j++)
        t->model->weights.w[j] = (float)mean[j];
    take_statistics(t);
    printf("mean of the weights of %d steps, statistics anew: %.2f\n", steps, rmse(t));
    free(mean);
    lac_trainer_free(&t);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Goes on and prints every epoch; the training losses into loss[epochs]. Frees t. */
static void go_on(lac_trainer *t, int epochs, const char *how, double loss[EPOCHS])
{
    double error[EPOCHS];
    printf("%s:", how);
    for (int e = 0; e < epochs; e++) {
        while (t->cursor.step < lac_trainer_steps(t))
            step(t);
        loss[e] = end_epoch(t);
        error[e] = rmse(t);
        printf(" %.2f", error[e]);
        fflush(stdout);
    }
    qsort(error, (size_t)epochs, sizeof *error, ascending);
    printf("\n  median %.2f, %.2f to %.2f\n", (error[(epochs - 1) / 2] + error[epochs / 2]) / 2.0,
           error[0], error[epochs - 1]);
    lac_trainer_free(&t);
}

int main(int argc, char **argv)
{
    subject s = {.run = argv[1]};
    double ragged[EPOCHS], even[EPOCHS];
    int lower = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: wander RUN DATA\n");
        return 2;
    }
    if (lac_context_new(NULL, &s.ctx) != LAC_OK)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    check(s.ctx, lac_data_open(s.ctx, argv[2], LAC_TABLE_TRAINING, &s.data));
    one_epoch_by_steps(&s);
    average_of_steps(&s);
    go_on(resume_in_float32(&s), AVERAGED, "in float32", even);
    lac_trainer *t = resume(&s);
    t->config.even_batches = 0;
    go_on(t, EPOCHS, "batches full but the last", ragged);
    t = resume(&s);
    t->config.even_batches = 1;
    go_on(t, EPOCHS, "even batches", even);
    for (int e = 0; e < EPOCHS; e++)
        lower += even[e] < ragged[e];
    printf("  training loss lower in %d of %d epochs\n", lower, EPOCHS);
    lac_data_free(&s.data);
    lac_context_free(&s.ctx);
    return 0;
}
