/*
 * The loop over epochs. After each the hold-out is predicted and compared, or some training
 * rows when there is none, to notice a training that fails; then the run folder is written.
 */
#include "train/trainer.h"
#include "data/data.h"
#include "eval/eval.h"
#include "train/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct run_state {
    lac_trainer *t;
    const char *run;
    lac_progress_fn progress;
    void *user;
    double epoch_seconds; /* of training, in this process */
    int epoch_pictures;
    lac_metrics *watched; /* at the end of an epoch, else NULL */
} run_state;

/* What was watched is the hold-out, or NULL. */
static const lac_metrics *holdout_of(const run_state *r)
{
    return r->t->holdout_count ? r->watched : NULL;
}

static int picture_count(const lac_trainer *t)
{
    int count = t->cursor.step * t->model->config.batch;
    return count < t->visits ? count : t->visits;
}

static double rate(const run_state *r)
{
    return r->epoch_seconds > 0.0 ? r->epoch_pictures / r->epoch_seconds : 0.0;
}

/* Until the last epoch ends, or the minutes are over. */
static double seconds_left(const run_state *r, double pictures)
{
    const lac_trainer *t = r->t;
    double limit = 60.0 * t->model->config.minutes;
    double left = rate(r) > 0.0 ? pictures / rate(r) : NAN;
    return limit > 0.0 ? fmin(left, fmax(limit - t->cursor.seconds, 0.0)) : left;
}

/* Tells the caller how it stands; 1 = stop. */
static int report(const run_state *r, int epoch, int step)
{
    const lac_trainer *t = r->t;
    if (!r->progress)
        return 0;
    int steps = lac_trainer_steps(t);
    int done = step == steps ? t->visits : picture_count(t);
    double left = (double)(t->model->config.epochs - epoch) * t->visits + (t->visits - done);
    lac_progress p = {.epoch = epoch,
                      .epochs = t->model->config.epochs,
                      .step = step,
                      .steps = steps,
                      .loss = done ? t->cursor.loss_sum / done : 0.0,
                      .images_per_second = rate(r),
                      .seconds = t->cursor.seconds,
                      .seconds_left = seconds_left(r, left),
                      .holdout = holdout_of(r)};
    return r->progress(r->user, &p) != 0;
}

/* A step with a finite loss may leave weights that are not: the next one would find out, and
 * no hold-out may be there to do so before. */
static lac_status check_weights(const lac_trainer *t)
{
    const lac_plan *plan = t->model->plan;
    for (size_t i = 0; i < plan->params.floats; i++)
        if (!isfinite(plan->w[i]))
            return lac_fail(t->ctx, LAC_ERROR_NUMERIC,
                            "epoch %d, step %d: a weight must be a finite number, it is not any "
                            "more", t->cursor.epoch + 1, t->cursor.step);
    return LAC_OK;
}

static lac_status save(const run_state *r, const char *name)
{
    char *path;
    LAC_TRY(lac_path_join(r->t->ctx, r->run, name, &path));
    lac_status status = strcmp(name, "last.safetensors") == 0
                            ? lac_trainer_save(r->t, path)
                            : lac_model_save(r->t->model, path);
    free(path);
    return status;
}

static lac_status evaluate(run_state *r)
{
    lac_trainer *t = r->t;
    lac_model_predict_rows(t->model, t->data->pixels, t->watched, t->watched_count, t->xy);
    LAC_TRY(lac_metrics_compute(t->ctx, t->data, t->xy, t->watched, t->watched_count,
                                &r->watched));
    lac_metrics_reduce(r->watched, t->model->config.reduction);
    if (r->watched->labels == 0 || isfinite(r->watched->loss))
        return LAC_OK;
    lac_metrics_free(&r->watched);
    return lac_fail(t->ctx, LAC_ERROR_NUMERIC,
                    "epoch %d: the loss of the %s must be a finite number, it is not any more",
                    t->cursor.epoch, t->holdout_count ? "hold-out" : "training rows");
}

static void look_for_trouble(run_state *r)
{
    lac_trainer *t = r->t;
    lac_health_sample sample = {.data = t->data, .rows = t->watched, .xy = t->xy,
                                .count = t->watched_count, .epoch = t->cursor.epoch,
                                .steps = t->adam.step, .rmse = r->watched->rmse,
                                .lowest = t->cursor.best,
                                .holdout = t->holdout_count > 0};
    lac_health_check(t->ctx, &t->health, &sample);
}

static lac_status record(const run_state *r)
{
    const lac_trainer *t = r->t;
    const lac_metrics *m = holdout_of(r);
    const double line[LAC_HISTORY_COLUMNS] = {
        [LAC_HISTORY_EPOCH] = t->cursor.epoch,
        [LAC_HISTORY_SECONDS] = t->cursor.seconds,
        [LAC_HISTORY_RATE] = rate(r),
        [LAC_HISTORY_LOSS] = t->cursor.loss_sum / t->visits,
        [LAC_HISTORY_HOLDOUT_LOSS] = m ? m->loss : NAN,
        [LAC_HISTORY_RMSE] = m ? m->rmse : NAN,
        [LAC_HISTORY_WEIGHTED] = m ? m->test_weighted : NAN,
        [LAC_HISTORY_FAILURE_POINTS] = m ? m->failure_points : NAN,
        [LAC_HISTORY_FAILURE_IMAGES] = m ? m->failure_images : NAN};
    return lac_run_append(t->ctx, r->run, line);
}

/* After the last step of an epoch: evaluate, write, report. The saved cursor stands at the
 * beginning of the next epoch, and is saved last: what it says has happened. */
static lac_status end_epoch(run_state *r, int *stop)
{
    lac_trainer *t = r->t;
    double loss_sum = t->cursor.loss_sum;
    LAC_TRY(check_weights(t));
    t->cursor.epoch++;
    t->model->epoch = t->cursor.epoch;
    LAC_TRY(evaluate(r));
    int better = r->watched->rmse < t->cursor.best;
    if (better)
        t->cursor.best = r->watched->rmse;
    look_for_trouble(r);
    lac_status status = r->run ? record(r) : LAC_OK;
    t->cursor.step = 0;
    t->cursor.loss_sum = 0.0;
    if (status == LAC_OK && r->run && holdout_of(r) && better)
        status = save(r, "best.safetensors");
    if (status == LAC_OK && r->run)
        status = save(r, "last.safetensors");
    t->cursor.loss_sum = loss_sum;
    if (status == LAC_OK)
        *stop = report(r, t->cursor.epoch, lac_trainer_steps(t));
    t->cursor.loss_sum = 0.0;
    lac_metrics_free(&r->watched);
    return status;
}

static lac_status run_epoch(run_state *r, int *stop)
{
    lac_trainer *t = r->t;
    int steps = lac_trainer_steps(t);
    if (t->cursor.step > 0)
        lac_trainer_shuffle(t); /* resumed in the middle */
    r->epoch_seconds = 0.0;
    r->epoch_pictures = 0;
    while (t->cursor.step < steps) {
        double started = lac_seconds();
        int before = picture_count(t);
        double loss;
        LAC_TRY(lac_trainer_step(t, &loss));
        double seconds = lac_seconds() - started;
        r->epoch_seconds += seconds;
        r->epoch_pictures += picture_count(t) - before;
        t->cursor.seconds += seconds;
        if (t->cursor.step < steps && report(r, t->cursor.epoch + 1, t->cursor.step)) {
            *stop = 1;
            LAC_TRY(check_weights(t));
            return r->run ? save(r, "last.safetensors") : LAC_OK;
        }
    }
    return end_epoch(r, stop);
}

static int time_is_up(const lac_trainer *t)
{
    double minutes = t->model->config.minutes;
    return minutes > 0.0 && t->cursor.seconds >= 60.0 * minutes;
}

lac_status lac_trainer_run(lac_trainer *t, const char *run, lac_progress_fn progress, void *user)
{
    run_state r = {.t = t, .run = run, .progress = progress, .user = user};
    const lac_train_config *config = &t->model->config;
    int stop = 0;
    if (run && t->run && strcmp(run, t->run) != 0)
        return lac_fail(t->ctx, LAC_ERROR_ARGUMENT,
                        "%s: this training was resumed from %s and goes on there alone", run,
                        t->run);
    if (run && t->run) {
        LAC_TRY(lac_run_resume(t->ctx, run, config, t->cursor.epoch));
    } else if (run) {
        LAC_TRY(lac_run_begin(t->ctx, run, config));
        LAC_TRY(save(&r, "last.safetensors")); /* whatever ends the run, it can go on */
    }
    while (!stop && t->cursor.epoch < config->epochs && !time_is_up(t))
        LAC_TRY(run_epoch(&r, &stop));
    return stop ? LAC_STOPPED : LAC_OK;
}
