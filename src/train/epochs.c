/*
 * The loop over epochs. After each the hold-out is predicted and compared, or some training
 * rows when there is none, to notice a training that fails; then the run folder is written.
 *
 * Where several ranks train, all of them go through this loop, and rank 0 writes. What one alone
 * may come to, a failure, a stop or a time, they agree on after every step.
 */
#include "train/stand.h"
#include "train/trainer.h"
#include "comm/comm.h"
#include "data/data.h"
#include "eval/eval.h"
#include "settings/config.h"
#include "train/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct run_state {
    lac_trainer *t;
    const char *run;    /* the folder, or NULL: nothing is written, by this rank */
    char *last, *best;  /* its model files */
    lac_progress_fn progress;
    void *user;
    double epoch_seconds; /* of training in the current epoch, by this process */
    int epoch_pictures;   /* trained on in them */
    lac_metrics *watched; /* at the end of an epoch, else NULL */
    double raw;           /* the figure of the weights themselves where an average is watched, at
                           * the end of an epoch */
} run_state;

/* Metrics of the hold-out at the end of an epoch; NULL without one. */
static const lac_metrics *holdout_of(const run_state *r)
{
    return r->t->holdout_count ? r->watched : NULL;
}

/* Pictures trained on in the current epoch, resumed parts included. */
static int picture_count(const lac_trainer *t)
{
    return lac_trainer_first(t, t->cursor.step);
}

static double rate(const run_state *r)
{
    return r->epoch_seconds > 0.0 ? r->epoch_pictures / r->epoch_seconds : 0.0;
}

/* Until so many more pictures are trained on, or the minutes are over. */
static double seconds_left(const run_state *r, double pictures)
{
    const lac_trainer *t = r->t;
    double limit = 60.0 * t->config.minutes;
    double left = rate(r) > 0.0 ? pictures / rate(r) : NAN;
    return limit > 0.0 ? fmin(left, fmax(limit - t->cursor.seconds, 0.0)) : left;
}

/* Where the training stands within the epoch that the cursor is in. */
static lac_progress progress_of(const run_state *r)
{
    const lac_trainer *t = r->t;
    int epoch = t->cursor.epoch + 1, epochs = t->config.epochs, done = picture_count(t);
    double left = (double)(epochs - epoch) * t->visits + (t->visits - done);
    return (lac_progress){.epoch = epoch,
                          .epochs = epochs,
                          .step = t->cursor.step,
                          .steps = lac_trainer_steps(t),
                          .loss = done ? t->cursor.loss_sum / done : 0.0,
                          .images_per_second = rate(r),
                          .seconds = t->cursor.seconds,
                          .seconds_left = seconds_left(r, left),
                          .holdout = holdout_of(r)};
}

/* Tells the caller; 1 = stop. */
static int report(const run_state *r, const lac_progress *progress)
{
    return r->progress && r->progress(r->user, progress) != 0;
}

/* A step whose loss is finite may still leave weights that are not. They must not be saved, and
 * without a hold-out nothing else would notice before the next step. */
static lac_status check_weights(const lac_trainer *t)
{
    for (size_t i = 0; i < t->model->net->params.floats; i++)
        if (!isfinite(t->weights->w[i]))
            return lac_fail(t->ctx, LAC_ERROR_NUMERIC,
                            "epoch %d, step %d: a weight must be a finite number, it is not any "
                            "more", t->cursor.epoch + 1, t->cursor.step);
    return LAC_OK;
}

/* What the training is judged by. */
static double figure_of(const lac_metrics *m)
{
    return isnan(m->test_weighted) ? m->rmse : m->test_weighted;
}

/* Watched rows [first, first + n), at most a batch, whose slices the ranks share as in training. */
static lac_status predict_batch(lac_trainer *t, int first, int n)
{
    size_t end[LAC_MOST_RANKS], row = 2 * (size_t)t->data->points;
    float *xy = t->xy + first * row;
    lac_plan_slices(t->plan, n, t->start);
    const int *slice = t->start + lac_rank(t->ctx);
    const lac_asked asked = {.pixels = t->data->pixels, .rows = t->watched + first + slice[0],
                             .count = slice[1] - slice[0], .head = t->head};
    lac_status status = lac_plan_predict(t->plan, &t->model->heads, &asked, xy + slice[0] * row);
    LAC_TRY(lac_context_agree(t->ctx, status));
    for (int r = 0; r < lac_ranks(t->ctx); r++)
        end[r] = (size_t)t->start[r + 1] * row * sizeof *xy;
    return lac_gather(t->ctx, xy, end);
}

static lac_status predict(lac_trainer *t)
{
    int batch = t->config.batch;
    for (int first = 0; first < t->watched_count; first += batch) {
        int left = t->watched_count - first;
        LAC_TRY(predict_batch(t, first, left < batch ? left : batch));
    }
    return LAC_OK;
}

static lac_status measure(lac_trainer *t, const lac_weights *weights, lac_metrics **out)
{
    lac_plan_use(t->plan, weights);
    lac_status status = predict(t);
    lac_plan_use(t->plan, t->weights);
    LAC_TRY(status);
    status = lac_metrics_compute(t->ctx, t->data, t->xy, t->watched, t->watched_count, out);
    return lac_context_agree(t->ctx, status);
}

/* Leaves the predictions of the model, which may be an average, in t->xy. */
static lac_status evaluate(run_state *r)
{
    lac_trainer *t = r->t;
    LAC_TRY(measure(t, t->weights, &r->watched));
    if (t->beside.w) {
        r->raw = figure_of(r->watched);
        lac_metrics_free(&r->watched);
        LAC_TRY(measure(t, &t->model->weights, &r->watched));
    }
    lac_metrics_reduce(r->watched, t->config.reduction);
    if (r->watched->labels == 0 || isfinite(r->watched->loss))
        return LAC_OK;
    lac_metrics_free(&r->watched);
    return lac_fail(t->ctx, LAC_ERROR_NUMERIC,
                    "epoch %d: the loss of the %s must be a finite number, it is not any more",
                    t->cursor.epoch + 1, t->holdout_count ? "hold-out" : "training rows");
}

static void look_for_trouble(run_state *r)
{
    lac_trainer *t = r->t;
    lac_health_sample sample = {.data = t->data, .rows = t->watched, .xy = t->xy,
                                .count = t->watched_count, .epoch = t->cursor.epoch + 1,
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
        [LAC_HISTORY_EPOCH] = t->cursor.epoch + 1,
        [LAC_HISTORY_SECONDS] = t->cursor.seconds,
        [LAC_HISTORY_RATE] = rate(r),
        [LAC_HISTORY_LOSS] = t->cursor.loss_sum / t->visits,
        [LAC_HISTORY_HOLDOUT_LOSS] = m ? m->loss : NAN,
        [LAC_HISTORY_RMSE] = m ? m->rmse : NAN,
        [LAC_HISTORY_WEIGHTED] = m ? m->test_weighted : NAN,
        [LAC_HISTORY_FAILURE_POINTS] = m ? m->failure_points : NAN,
        [LAC_HISTORY_FAILURE_IMAGES] = m ? m->failure_images : NAN,
        [LAC_HISTORY_RAW] = m ? r->raw : NAN};
    return lac_run_append(t->folder, line);
}

/* Notes the lowest figures so far. Returns whether the RMSE is one. */
static int note_lowest(lac_trainer *t, const lac_metrics *watched)
{
    int is_best = watched->rmse < t->cursor.best;
    if (is_best)
        t->cursor.best = watched->rmse;
    if (figure_of(watched) < t->cursor.lowest) {
        t->cursor.lowest = figure_of(watched);
        t->cursor.lowest_epoch = t->cursor.epoch + 1;
    }
    return is_best;
}

/* What is saved stands at the beginning of the next epoch. */
static void move_on(lac_trainer *t)
{
    t->cursor.epoch++;
    t->cursor.step = 0;
    t->cursor.loss_sum = 0.0;
    t->model->epoch = t->cursor.epoch;
}

/* Writes the folder's files. The state is saved last, so that what it says has happened is in
 * the others. */
static lac_status write_epoch(run_state *r, int is_best)
{
    if (!r->run) {
        move_on(r->t);
        return LAC_OK;
    }
    LAC_TRY(record(r));
    move_on(r->t);
    if (is_best && holdout_of(r))
        LAC_TRY(lac_model_save(r->t->model, r->best));
    return lac_trainer_save(r->t, r->last);
}

/* A stop of any rank stops all, and all take the time that rank 0 has counted. */
static lac_status agree(lac_trainer *t, lac_status status, int *stop)
{
    lac_verdict verdict = {status, *stop, t->cursor.seconds};
    LAC_TRY(lac_agree(t->ctx, &verdict));
    *stop = verdict.stop;
    t->cursor.seconds = verdict.seconds;
    return LAC_OK;
}

/* Adds the seconds since then to those of the training, and returns them. A clock that goes back,
 * as that of a virtual machine which moves may, adds nothing; one that jumps makes no more of them
 * than a run's files may say. */
static double add_time(lac_trainer *t, double started)
{
    double seconds = fmax(lac_seconds() - started, 0.0);
    t->cursor.seconds = fmin(t->cursor.seconds + seconds, LAC_MOST_SECONDS);
    return seconds;
}

/* After the last step of an epoch: evaluate, write, report. */
static lac_status end_epoch(run_state *r, int *stop)
{
    lac_trainer *t = r->t;
    LAC_TRY(check_weights(t));
    LAC_TRY(lac_trainer_gather(t));
    double started = lac_seconds();
    LAC_TRY(lac_trainer_settle(t));
    add_time(t, started);
    LAC_TRY(evaluate(r));
    int is_best = note_lowest(t, r->watched);
    look_for_trouble(r);
    lac_progress progress = progress_of(r);
    lac_status status = write_epoch(r, is_best);
    if (status == LAC_OK)
        *stop = report(r, &progress);
    lac_metrics_free(&r->watched);
    return agree(t, status, stop);
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
        r->epoch_seconds += add_time(t, started);
        r->epoch_pictures += picture_count(t) - before;
        if (t->cursor.step == steps)
            break;
        lac_progress progress = progress_of(r);
        *stop = report(r, &progress);
        LAC_TRY(agree(t, LAC_OK, stop));
        if (*stop) {
            LAC_TRY(check_weights(t));
            LAC_TRY(lac_trainer_gather(t));
            return lac_context_agree(t->ctx, r->run ? lac_trainer_save(t, r->last) : LAC_OK);
        }
    }
    return end_epoch(r, stop);
}

lac_end lac_trainer_end(const lac_trainer *t)
{
    return lac_cursor_end(&t->cursor, &t->config);
}

/* Begins the run's folder, or makes it ready to go on. */
static lac_status open_folder(run_state *r)
{
    lac_trainer *t = r->t;
    LAC_TRY(lac_path_join(t->ctx, r->run, "last.safetensors", &r->last));
    LAC_TRY(lac_path_join(t->ctx, r->run, "best.safetensors", &r->best));
    if (!t->run)
        LAC_TRY(lac_folder_make(t->ctx, r->run));
    if (!t->folder)
        LAC_TRY(lac_run_open(t->ctx, r->run, &t->folder));
    if (t->run && (t->adam.step > 0 || lac_path_exists(r->last)))
        return lac_run_resume(t->folder, &t->config, t->cursor.epoch);
    LAC_TRY(lac_run_begin(t->folder, &t->config));
    return lac_trainer_save(t, r->last); /* whatever ends the run, it can go on */
}

static lac_status run_epochs(run_state *r)
{
    const lac_trainer *t = r->t;
    int stop = 0;
    while (!stop && lac_trainer_end(t) == LAC_END_NONE)
        LAC_TRY(run_epoch(r, &stop));
    return stop ? LAC_STOPPED : LAC_OK;
}

static lac_status begin(run_state *r)
{
    const lac_trainer *t = r->t;
    if (r->run && t->run && strcmp(r->run, t->run) != 0)
        return lac_fail(t->ctx, LAC_ERROR_ARGUMENT,
                        "%s: this training was opened in %s and goes on there alone", r->run,
                        t->run);
    return r->run ? open_folder(r) : LAC_OK;
}

lac_status lac_ranks_compare(lac_context *ctx, const lac_train_config *config,
                             const lac_data *data)
{
    char *text;
    LAC_TRY(lac_context_agree(ctx, lac_config_to_json(ctx, config, &text)));
    uint64_t settings = lac_hash(0, text, strlen(text));
    free(text);
    LAC_TRY(lac_expect_same(ctx, "settings", settings));
    LAC_TRY(lac_expect_same(ctx, "data", data->fingerprint));
    return lac_expect_same(ctx, "instructions (--cpu)", (uint64_t)ctx->cpu);
}

static lac_status compare_ranks(const lac_trainer *t)
{
    const lac_net *net = t->model->net;
    size_t bytes = net->params.floats * sizeof(float);
    if (lac_ranks(t->ctx) == 1)
        return LAC_OK;
    LAC_TRY(lac_ranks_compare(t->ctx, &t->config, t->data));
    uint64_t state = lac_hash((uint64_t)t->adam.step, t->weights->w, bytes);
    state = lac_hash(state, t->weights->b, net->buffers.floats * sizeof(float));
    state = lac_hash(state, t->adam.m, bytes);
    state = lac_hash(state, t->adam.v, bytes);
    LAC_TRY(lac_expect_same(t->ctx, "teacher", t->teacher));
    return lac_expect_same(t->ctx, "weights", state);
}

lac_status lac_trainer_run(lac_trainer *t, const char *run, lac_progress_fn progress, void *user)
{
    run_state r = {.t = t, .run = lac_rank(t->ctx) ? NULL : run, .progress = progress,
                   .user = user};
    lac_status status = compare_ranks(t);
    if (status == LAC_OK)
        status = lac_context_agree(t->ctx, begin(&r));
    if (status == LAC_OK)
        status = run_epochs(&r);
    lac_run_close(&t->folder);
    free(r.last);
    free(r.best);
    return status;
}
