/*
 * A trainer and its step. An epoch visits each training row and its mirror image once, augmented,
 * in an order shuffled by seed and epoch. All that is random is a function of seed, epoch and
 * sample, so that a resumed run does exactly what an uninterrupted one would have done.
 */
#include "train/trainer.h"
#include "comm/comm.h"
#include "data/data.h"
#include "eval/eval.h"
#include "image/units.h"
#include "settings/config.h"
#include "train/augment.h"
#include "train/average.h"
#include "train/axis.h"
#include "train/from.h"
#include "train/loss.h"
#include "train/schedule.h"
#include "train/teacher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 1 << 29 }; /* visits of them and a batch are an int */
enum { WATCHED = 256 }; /* training rows that show how it goes when nothing is held out */

/* ---- Making -------------------------------------------------------------------------- */

/* Reads the drop list where the training begins, and takes its points out of what is learned. */
static lac_status drop_labels(lac_trainer *t, int begins)
{
    t->present = t->data->mask;
    if (begins && t->config.drop[0])
        LAC_TRY(lac_drop_read(t->ctx, t->config.drop, t->data, &t->dropped));
    if (!t->dropped)
        return LAC_OK;
    LAC_TRY(lac_drop_mask(t->ctx, t->data, t->dropped, &t->learned));
    t->present = t->learned;
    return LAC_OK;
}

/* A row of which the drop list leaves no label is not learned from, nor one that it names at all
 * where rows have to be complete. */
static int is_learned(const lac_trainer *t, int row)
{
    size_t points = (size_t)t->data->points;
    if (!lac_row_is_learned(t->data, row, 0, t->config.rows))
        return 0;
    if (!t->dropped || !memchr(t->dropped + (size_t)row * points, 1, points))
        return 1;
    return t->config.rows == LAC_ROWS_ALL && memchr(lac_trainer_mask(t, row), 1, 2 * points);
}

static lac_status choose_rows(lac_trainer *t)
{
    const lac_train_config *config = &t->config;
    size_t rows = (size_t)t->data->rows;
    LAC_TRY(lac_split_of(t->ctx, t->data, config, &t->split));
    LAC_TRY(lac_alloc(t->ctx, rows, sizeof(int), &t->train_rows));
    LAC_TRY(lac_alloc(t->ctx, rows, sizeof(int), &t->holdout_rows));
    int gaps = 0;
    for (int row = 0; row < t->data->rows; row++) {
        if (lac_split_is_holdout(t->split, row)) {
            t->holdout_rows[t->holdout_count++] = row;
        } else if (is_learned(t, row)) {
            t->train_rows[t->train_count++] = row;
            gaps += memchr(lac_trainer_mask(t, row), 0, 2 * (size_t)t->data->points) != NULL;
        }
    }
    if (config->loss == LAC_LOSS_PLAIN && gaps)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "plain loss needs complete rows, and %d of %d training rows have gaps: "
                        "take complete rows only, or the masked loss", gaps, t->train_count);
    if (t->train_count == 0)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "no rows to train on: %d rows, %d held out%s%s", t->data->rows,
                        t->holdout_count, t->dropped ? ", a list of rows dropped" : "",
                        config->rows == LAC_ROWS_COMPLETE ? ", and only complete ones wanted" : "");
    if (t->train_count > MOST_ROWS)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH, "%d rows to train on, at most %d are possible",
                        t->train_count, MOST_ROWS);
    t->visits = t->train_count * (config->mirror ? 2 : 1);
    t->watched = t->holdout_count ? t->holdout_rows : t->train_rows;
    t->watched_count = t->holdout_count ? t->holdout_count
                       : t->train_count < WATCHED ? t->train_count : WATCHED;
    return LAC_OK;
}

static lac_status make_buffers(lac_trainer *t)
{
    size_t batch = (size_t)t->config.batch;
    size_t labels = (size_t)2 * t->data->points, width = (size_t)t->lessons * labels;
    LAC_TRY(lac_adam_new(t->ctx, &t->model->net->params, t->config.decay_on, &t->adam));
    LAC_TRY(lac_alloc(t->ctx, (size_t)t->visits, sizeof(int), &t->order));
    LAC_TRY(lac_alloc(t->ctx, (size_t)t->watched_count * labels, sizeof(float), &t->xy));
    LAC_TRY(lac_alloc(t->ctx, (size_t)lac_ranks(t->ctx) + 1, sizeof(int), &t->start));
    LAC_TRY(lac_alloc(t->ctx, batch, sizeof(int), &t->batch_row));
    LAC_TRY(lac_alloc(t->ctx, batch, sizeof(lac_view), &t->batch_view));
    LAC_TRY(lac_alloc(t->ctx, batch, sizeof(lac_blemish), &t->batch_blemish));
    LAC_TRY(lac_alloc(t->ctx, batch, sizeof(uint64_t), &t->batch_sample));
    LAC_TRY(lac_alloc(t->ctx, batch * width, sizeof(float), &t->target));
    LAC_TRY(lac_alloc(t->ctx, batch * width, sizeof(float), &t->answer));
    LAC_TRY(lac_alloc(t->ctx, batch * width, sizeof(float), &t->answer_gradient));
    LAC_TRY(lac_alloc(t->ctx, batch * width, sizeof(uint8_t), &t->mask));
    LAC_TRY(lac_alloc(t->ctx, width, sizeof(float), &t->weight));
    for (size_t i = 0; i < width; i++)
        t->weight[i] = i < labels ? 1.0f : (float)t->config.teacher_weight;
    return LAC_OK;
}

void lac_trainer_shuffle(lac_trainer *t)
{
    const lac_train_config *config = &t->config;
    for (int i = 0; i < t->visits; i++)
        t->order[i] = config->mirror ? i : 2 * i;
    lac_shuffle(config->seed, LAC_STREAM(LAC_STREAM_ORDER) + (uint64_t)t->cursor.epoch, t->order,
                t->visits);
}

/* The partners that a model keeps: where names give none, those that the mean face shows. Such a
 * training has no mirror images (begin.c), but its predictions may be averaged with those
 * of mirror images. */
static lac_status find_partners(const lac_trainer *t, int **out)
{
    const lac_data *data = t->data;
    LAC_TRY(lac_alloc(t->ctx, (size_t)data->points, sizeof **out, out));
    int *mirror = *out;
    memcpy(mirror, data->mirror, (size_t)data->points * sizeof *mirror);
    for (int p = 0; p < data->points; p++) {
        int q = data->wanted[p];
        if (mirror[p] == p && mirror[q] == q) {
            mirror[p] = q;
            mirror[q] = p;
        }
    }
    return LAC_OK;
}

/* A model of the configuration's network, with weights drawn. */
static lac_status new_model(lac_trainer *t)
{
    const lac_train_config *config = &t->config;
    const lac_start_config start = {config->start, config->start_width, config->seed};
    char title[LAC_TITLE];
    char *text = NULL;
    char *story = NULL;
    int *mirror = NULL;
    lac_network_title(config->model, title);
    LAC_TRY(lac_network_text(t->ctx, config->model, &text));
    lac_status status = lac_config_to_json(t->ctx, config, &story);
    if (status == LAC_OK)
        status = find_partners(t, &mirror);
    if (status == LAC_OK) {
        const lac_data *data = t->data;
        const lac_heads heads = {.points = data->points, .mirror = mirror,
                                 .sources = data->sources, .pattern = data->source_pattern,
                                 .name = data->source_name};
        lac_model_parts parts = {.name = title, .text = text, .where = config->model,
                                 .story = story, .size = data->size, .points = data->points,
                                 .names = data->names, .heads = &heads};
        status = lac_model_new(t->ctx, &parts, &t->model);
    }
    free(text);
    free(story);
    free(mirror);
    LAC_TRY(status);
    t->model->fingerprint = t->data->fingerprint;
    lac_weights_start(t->model->net, &t->model->weights, &start);
    return config->from[0] ? lac_model_begin_from(t->model, config->from) : LAC_OK;
}

/* With an average the model is the average, and what the steps change lies beside it. */
static lac_status make_plan(lac_trainer *t)
{
    const lac_net *net = t->model->net;
    int flags = (t->config.precision == LAC_PRECISION_BF16 ? LAC_PLAN_BF16 : 0) |
                (t->config.wire == LAC_PRECISION_BF16 ? LAC_PLAN_WIRE_BF16 : 0);
    t->weights = &t->model->weights;
    if (t->config.ema > 0.0) {
        LAC_TRY(lac_weights_new(t->ctx, net, &t->beside));
        lac_weights_copy(net, &t->model->weights, &t->beside);
        t->weights = &t->beside;
    }
    return lac_plan_new(t->ctx, net, t->weights, t->config.batch, flags, &t->plan);
}

static lac_status build(lac_trainer *t, const lac_kept *kept)
{
    if (t->data->points == 0)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH, "the data set has no labels to learn");
    LAC_TRY(drop_labels(t, !t->model));
    LAC_TRY(choose_rows(t));
    LAC_TRY(lac_trainer_check(t));
    if (!t->model)
        LAC_TRY(new_model(t));
    LAC_TRY(lac_model_heads(t->model, t->data, &t->head));
    t->lessons = 1;
    if (t->config.teacher[0])
        LAC_TRY(lac_teacher_prepare(t, kept));
    if (t->config.mirror && t->config.mirror_axis == LAC_MIRROR_AXIS_LEARNED)
        LAC_TRY(lac_axis_prepare(t));
    LAC_TRY(make_plan(t));
    LAC_TRY(make_buffers(t));
    t->cursor.best = INFINITY;
    t->cursor.lowest = INFINITY;
    return LAC_OK;
}

lac_status lac_trainer_make(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                            const lac_kept *kept, lac_trainer **out)
{
    lac_kept own = kept ? *kept : (lac_kept){0};
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status != LAC_OK) {
        lac_model_free(&own.model);
        free(own.dropped);
        return status;
    }
    (*out)->ctx = ctx;
    (*out)->data = data;
    (*out)->config = *config;
    (*out)->model = own.model;
    (*out)->dropped = own.dropped;
    status = lac_config_check(ctx, &(*out)->config);
    lac_train_settle(ctx, &(*out)->config);
    lac_train_take_width(data, &(*out)->config);
    if (config->wire == LAC_PRECISION_BF16 && lac_ranks(ctx) == 1)
        lac_log(ctx, "wire bf16: one rank sends nothing, and rounds nothing");
    if (!own.model)
        lac_train_take_crop(data, &(*out)->config);
    if (status == LAC_OK)
        status = build(*out, kept);
    if (status != LAC_OK)
        lac_trainer_free(out);
    return status;
}

lac_status lac_trainer_new(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                           lac_trainer **out)
{
    const lac_train_config usual = lac_train_config_default();
    lac_status status = lac_trainer_make(ctx, data, config ? config : &usual, NULL, out);
    status = lac_context_agree(ctx, status);
    if (status != LAC_OK)
        lac_trainer_free(out);
    return status;
}

void lac_trainer_free(lac_trainer **trainer)
{
    lac_trainer *t = *trainer;
    if (!t)
        return;
    lac_split_free(&t->split);
    lac_plan_free(&t->plan);
    if (t->model)
        lac_weights_free(t->model->net, &t->beside);
    lac_model_free(&t->model);
    lac_adam_free(&t->adam);
    lac_run_close(&t->folder);
    free(t->run);
    free(t->dropped);
    free(t->learned);
    free(t->train_rows);
    free(t->holdout_rows);
    free(t->order);
    free(t->xy);
    free(t->head);
    free(t->head_labels);
    free(t->taught);
    free(t->taught_mask);
    free(t->start);
    free(t->batch_row);
    free(t->batch_view);
    free(t->batch_blemish);
    free(t->batch_sample);
    free(t->target);
    free(t->mask);
    free(t->answer);
    free(t->answer_gradient);
    free(t->weight);
    free(t);
    *trainer = NULL;
}

const lac_model *lac_trainer_model(const lac_trainer *trainer)
{
    return trainer->model;
}

const lac_split *lac_trainer_split(const lac_trainer *trainer)
{
    return trainer->split;
}

lac_dropped lac_trainer_dropped(const lac_trainer *t)
{
    lac_dropped count = {0};
    for (int row = 0; t->dropped && row < t->data->rows; row++) {
        const uint8_t *named = t->dropped + (size_t)row * t->data->points;
        if (!lac_split_is_holdout(t->split, row))
            lac_drop_count(t->data, t->learned, row, &count);
        else
            count.held_out += memchr(named, 1, (size_t)t->data->points) != NULL;
    }
    return count;
}

const lac_train_config *lac_trainer_config(const lac_trainer *trainer)
{
    return &trainer->config;
}

/* ---- One step ---------------------------------------------------------------------------- */

int lac_trainer_steps(const lac_trainer *t)
{
    return (t->visits + t->config.batch - 1) / t->config.batch;
}

/* Even batches begin at the whole parts of equal steps through the visits. */
int lac_trainer_first(const lac_trainer *t, int step)
{
    int64_t full = (int64_t)step * t->config.batch;
    if (t->config.even_batches)
        return (int)((int64_t)step * t->visits / lac_trainer_steps(t));
    return full < t->visits ? (int)full : t->visits;
}

/* The head of a row's lesson, and where it has its points among the outputs. */
static int head_of(const lac_trainer *t, int row, int lesson)
{
    return lesson ? lesson - 1 : t->head[row];
}

static const int *places_of(const lac_trainer *t, int row, int lesson)
{
    return t->model->heads.place + (size_t)head_of(t, row, lesson) * t->data->points;
}

/* A lesson of one visit in the network's units, 0 where missing. A label in the mirror that the
 * head has no point for becomes missing. */
static void fill_lesson(const lac_trainer *t, int visit, int lesson, const lac_view *view,
                        float *target, uint8_t *mask)
{
    const lac_data *data = t->data;
    const lac_heads *heads = &t->model->heads;
    int size = data->size, row = t->train_rows[visit / 2];
    const int *place = places_of(t, row, lesson);
    lac_view_frame frame = {size, size, size, size, heads->aside[head_of(t, row, lesson)]};
    const float *labels = lac_data_labels(data, row);
    const uint8_t *present = lac_trainer_mask(t, row);
    if (lesson) {
        size_t at = lac_teacher_place(t, visit / 2, lesson - 1);
        labels = t->taught + at;
        present = t->taught_mask + at;
    }
    lac_view_labels(view, &frame, labels, present, heads->mirror, data->points, target, mask);
    for (int i = 0; i < 2 * data->points; i++) {
        if (mask[i])
            target[i] = lac_to_units(target[i], size);
        mask[i] &= place[i / 2] >= 0;
    }
}

/* This rank's slice of the batch. */
static int slice_first(const lac_trainer *t)
{
    return t->start[lac_rank(t->ctx)];
}

static int slice_count(const lac_trainer *t)
{
    return t->start[lac_rank(t->ctx) + 1] - slice_first(t);
}

typedef struct batch_job {
    lac_trainer *t;
    const int *visit; /* 2 * index of row + mirror, of every picture of the batch */
} batch_job;

/* Every rank has the labels of the whole batch, and the pictures of its slice. */

static void work_visit(void *arg, int item, int thread)
{
    (void)thread;
    const batch_job *j = arg;
    lac_trainer *t = j->t;
    int size = t->data->size, visit = j->visit[item], row = t->train_rows[visit / 2];
    size_t labels = (size_t)2 * t->data->points;
    const lac_visit v = {row, visit % 2, (uint64_t)t->cursor.epoch};
    lac_view *view = &t->batch_view[item];
    lac_image image = {lac_data_image(t->data, row), size, size, (size_t)size};
    t->batch_row[item] = row;
    t->batch_sample[item] = (uint64_t)visit;
    *view = lac_augment_view(&t->config, &v, size);
    t->batch_blemish[item] = lac_augment_blemish(&t->config, &v, size);
    for (int lesson = 0; lesson < t->lessons; lesson++) {
        size_t to = ((size_t)item * t->lessons + lesson) * labels;
        fill_lesson(t, visit, lesson, view, t->target + to, t->mask + to);
    }
    int at = item - slice_first(t);
    if (at >= 0 && at < slice_count(t))
        lac_plan_show(t->plan, at, &image, view, &t->batch_blemish[item]);
}

/* Pictures, labels and masks of the step at hand. */
static void make_batch(lac_trainer *t)
{
    double started = lac_seconds();
    int first = lac_trainer_first(t, t->cursor.step);
    int n = lac_trainer_first(t, t->cursor.step + 1) - first;
    batch_job j = {t, t->order + first};
    lac_plan_slices(t->plan, n, t->start);
    lac_parallel(t->ctx, n, work_visit, &j);
    t->batch_seconds = lac_seconds() - started;
}

/* Numbers of a picture's lessons. */
static size_t width_of(const lac_trainer *t)
{
    return (size_t)t->lessons * 2 * t->data->points;
}

/* Label i of the slice among those of the batch, and the place that it has among the outputs of
 * its lesson's head. */
static size_t label_of(const lac_trainer *t, size_t i, int *at)
{
    size_t labels = 2 * (size_t)t->data->points, width = width_of(t);
    size_t of_batch = slice_first(t) * width + i;
    int lesson = (int)(i % width / labels);
    *at = places_of(t, t->batch_row[of_batch / width], lesson)[i % labels / 2];
    return of_batch;
}

/* Picks each lesson's answer out of the outputs [n, outputs] of the slice: its head's. */
static void take_answers(const lac_trainer *t, int n, int outputs, const float *y)
{
    size_t width = width_of(t);
    for (size_t i = 0; i < n * width; i++) {
        int at;
        size_t of_batch = label_of(t, i, &at);
        t->answer[of_batch] = at < 0 ? 0.0f : y[i / width * outputs + 2 * at + i % 2];
    }
}

/* Puts the answers' gradient where they were taken from; of all other outputs it is 0. */
static void put_gradient(const lac_trainer *t, int n, int outputs, float *dy)
{
    size_t width = width_of(t);
    memset(dy, 0, (size_t)n * outputs * sizeof *dy);
    for (size_t i = 0; i < n * width; i++) {
        int at;
        size_t of_batch = label_of(t, i, &at);
        if (at >= 0)
            dy[i / width * outputs + 2 * at + i % 2] += t->answer_gradient[of_batch];
    }
}

/* The answers to the whole batch to every rank, which so finds the same loss in the same way. */
static lac_status gather_answers(lac_trainer *t)
{
    size_t end[LAC_MOST_RANKS];
    size_t row = width_of(t) * sizeof *t->answer;
    for (int r = 0; r < lac_ranks(t->ctx); r++)
        end[r] = (size_t)t->start[r + 1] * row;
    return lac_gather(t->ctx, t->answer, end);
}

lac_status lac_trainer_gather(lac_trainer *t)
{
    const lac_params *params = &t->model->net->params;
    LAC_TRY(lac_params_gather(t->ctx, params, t->adam.m));
    return lac_params_gather(t->ctx, params, t->adam.v);
}

/* Changes the weights by the plan's gradients. */
static lac_status update_weights(lac_trainer *t)
{
    const lac_train_config *config = &t->config;
    long step = t->adam.step;
    long steps = (long)lac_trainer_steps(t) * config->epochs;
    double lr = config->lr * lac_schedule_rate(config, step, steps);
    lac_adam_apply(t->ctx, &t->adam, config, lr, t->weights->w, t->plan->g);
    LAC_TRY(lac_params_gather(t->ctx, &t->model->net->params, t->weights->w));
    t->weights->version++;
    if (config->ema > 0.0)
        lac_average_update(t->ctx, t->model->net, t->weights,
                           lac_average_decay(config->ema, step), &t->model->weights);
    return LAC_OK;
}

lac_status lac_trainer_forward(lac_trainer *t, int looks, lac_pass *pass)
{
    make_batch(t);
    *pass = (lac_pass){.ctx = t->ctx, .n = slice_count(t), .training = 1,
                       .dropout = (float)t->config.dropout, .looks = looks,
                       .seed = t->config.seed, .epoch = (uint64_t)t->cursor.epoch,
                       .sample = t->batch_sample + slice_first(t),
                       .start = lac_ranks(t->ctx) > 1 ? t->start : NULL};
    return lac_context_agree(t->ctx, lac_plan_forward(t->plan, pass));
}

/* The loss of the n pictures of the batch, and its gradient by the answers. */
static lac_status find_loss(lac_trainer *t, int n, double *loss)
{
    const lac_train_config *config = &t->config;
    lac_loss_batch batch = {
        t->answer, t->target, config->loss == LAC_LOSS_PLAIN ? NULL : t->mask, n,
        (int)width_of(t), config->reduction, config->error,
        config->error_width / lac_unit(t->data->size), t->weight};
    *loss = lac_loss_gradient(&batch, t->answer_gradient);
    if (isfinite(*loss))
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_NUMERIC,
                    "epoch %d, step %d: the loss is %s, it must be a finite number",
                    t->cursor.epoch + 1, t->cursor.step + 1,
                    isnan(*loss) ? "not a number" : "infinite");
}

lac_status lac_trainer_step(lac_trainer *t, double *loss)
{
    lac_plan *plan = t->plan;
    const lac_op *output = plan->output[0];
    if (t->cursor.step == 0)
        lac_trainer_shuffle(t);
    lac_pass pass;
    LAC_TRY(lac_trainer_forward(t, 0, &pass));
    int n = t->start[lac_ranks(t->ctx)], outputs = output->node->out.c;
    take_answers(t, pass.n, outputs, output->z);
    LAC_TRY(gather_answers(t));
    LAC_TRY(find_loss(t, n, loss));
    if (t->head_labels)
        lac_axis_learn(t, n);
    put_gradient(t, pass.n, outputs, output->dz);
    LAC_TRY(lac_context_agree(t->ctx, lac_plan_backward(plan, &pass)));
    LAC_TRY(update_weights(t));
    t->cursor.step++;
    t->cursor.loss_sum += *loss * n;
    return LAC_OK;
}
