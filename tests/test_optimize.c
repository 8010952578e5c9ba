/*
 * What goes on beside the steps: the schedule of their size, decay that spares, the average of
 * the weights, ends by the hold-out's figure, and starting from a model.
 */
#include "net/model_file.h"
#include "train/history.h"
#include "train/schedule.h"
#include "training.h"

#include <math.h>

/* ---- Schedule ------------------------------------------------------------------------------ */

static void assert_rates(const lac_train_config *c, const double wanted[5])
{
    for (int i = 0; i < 5; i++) {
        double rate = lac_schedule_rate(c, 25 * i, 100);
        if (fabs(rate - wanted[i]) > 1e-15)
            fail_msg("schedule %d, step %d of 100: %.17g, must be %.17g", (int)c->schedule, 25 * i,
                     rate, wanted[i]);
    }
}

static void schedules_have_their_values(void **state)
{
    (void)state;
    lac_train_config c = lac_train_config_default();
    const double root = sqrt(0.5);
    assert_rates(&c, (double[]){1, 1, 1, 1, 1});
    c.schedule = LAC_SCHEDULE_COSINE;
    assert_rates(&c, (double[]){1, 0.5 + 0.5 * root, 0.5, 0.5 - 0.5 * root, 0});
    c.warmup = 0.5;
    assert_rates(&c, (double[]){0, 0.5, 1, 0.5, 0});
    c.schedule = LAC_SCHEDULE_CONSTANT;
    assert_rates(&c, (double[]){0, 0.5, 1, 1, 1});
    c.warmup = 0;
    c.schedule = LAC_SCHEDULE_STEPS;
    c.step_factor = 0.5;
    c.step_every = 0.25;
    assert_rates(&c, (double[]){1, 0.5, 0.25, 0.125, 0.0625});
    c.step_every = 0.1;
    for (long step = 0; step < 1000; step++)
        assert_true(lac_schedule_rate(&c, step, 1000) == pow(0.5, (double)(step / 100)));
}

/* ---- Decay --------------------------------------------------------------------------------- */

/* The step is so small that only the decay of AdamW, made large, moves a weight: it halves what
 * decays. */
static void decay_on_weights_spares_norms_and_biases(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    lac_data *data = data_new(ctx, 12, 16, 0);
    lac_train_config c = small_config("resnet");
    c.optimizer = LAC_OPTIMIZER_ADAMW;
    c.lr = 1e-12;
    c.weight_decay = 0.5 / c.lr;
    for (int on = LAC_DECAY_ALL; on <= LAC_DECAY_WEIGHTS; on++) {
        c.decay_on = (lac_decay)on;
        lac_trainer *t = trainer_new(ctx, data, &c);
        const lac_params *params = &t->model->net->params;
        float *w = t->weights->w;
        float *before = malloc(params->floats * sizeof *before);
        for (size_t i = 0; i < params->floats; i++)
            before[i] = w[i];
        take_steps(t, 1);
        for (const lac_param *p = params->table; p < params->table + params->count; p++) {
            int decays = on == LAC_DECAY_ALL || strstr(p->name, ".weight") != NULL;
            decays &= on == LAC_DECAY_ALL || strstr(p->name, "norm") == NULL;
            for (size_t i = p->offset; i < p->offset + p->floats; i++)
                if (fabsf(w[i] - before[i] * (decays ? 0.5f : 1.0f)) > 1e-6f)
                    fail_msg("%s: %g became %g", p->name, (double)before[i], (double)w[i]);
        }
        free(before);
        lac_trainer_free(&t);
    }
    lac_data_free(&data);
    lac_context_free(&ctx);
}

/* ---- Average ------------------------------------------------------------------------------- */

static void naive_average(double *average, const float *now, size_t count, double decay)
{
    for (size_t i = 0; i < count; i++)
        average[i] = decay * average[i] + (1 - decay) * (double)now[i];
}

static double *widened(const float *x, size_t count)
{
    double *out = malloc((count + 1) * sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < count; i++)
        out[i] = (double)x[i];
    return out;
}

static void assert_near(const float *got, const double *want, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fabs((double)got[i] - want[i]) > 1e-6 * (1 + fabs(want[i])))
            fail_msg("[%zu] is %.9g, must be %.9g", i, (double)got[i], want[i]);
}

/* The weights are those of a training without an average; the model is their average. */
static void the_average_is_that_of_the_definition(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    lac_data *data = data_new(ctx, 16, 16, 1);
    lac_train_config c = small_config("resnet");
    lac_trainer *plain = trainer_new(ctx, data, &c);
    c.ema = 0.4; /* reached at the sixth step */
    lac_trainer *t = trainer_new(ctx, data, &c);
    const lac_net *net = t->model->net;
    double *w = widened(t->model->weights.w, net->params.floats);
    double *b = widened(t->model->weights.b, net->buffers.floats);
    for (int k = 0; k < 8; k++) {
        const double decay = fmin(0.4, (1.0 + k) / (10.0 + k));
        take_steps(plain, 1);
        take_steps(t, 1);
        assert_true(same_floats(plain->weights->w, t->weights->w, net->params.floats));
        assert_true(same_floats(plain->weights->b, t->weights->b, net->buffers.floats));
        naive_average(w, t->weights->w, net->params.floats, decay);
        naive_average(b, t->weights->b, net->buffers.floats, decay);
        assert_near(t->model->weights.w, w, net->params.floats);
        assert_near(t->model->weights.b, b, net->buffers.floats);
    }
    assert_false(same_floats(t->weights->w, t->model->weights.w, net->params.floats));
    free(w);
    free(b);
    lac_trainer_free(&plain);
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

/* Steps of size 0 leave the weights, and tell the statistics of each batch by how they move the
 * running ones. */
static double *mean_statistics(lac_trainer *still)
{
    size_t floats = still->model->net->buffers.floats;
    int steps = lac_trainer_steps(still);
    double *mean = calloc(floats + 1, sizeof *mean);
    assert_non_null(mean);
    still->config.lr = 0;
    for (int k = 0; k < steps; k++) {
        double *before = widened(still->weights->b, floats);
        take_steps(still, 1);
        for (size_t i = 0; i < floats; i++)
            mean[i] += ((double)still->weights->b[i] - 0.9 * before[i]) / 0.1 / steps;
        free(before);
    }
    return mean;
}

/* The running statistics of the model are those of the averaged weights, not averages. */
static void the_average_has_statistics_of_its_own(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    lac_trainer *still = trainer_new(f->ctx, f->data, &f->config);
    f->config.ema = 0.9;
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, NULL, NULL, NULL));
    const lac_net *net = t->model->net;
    memcpy(still->weights->w, t->model->weights.w, net->params.floats * sizeof(float));
    still->weights->version++;
    double *mean = mean_statistics(still);
    for (size_t i = 0; i < net->buffers.floats; i++)
        assert_true(fabs((double)t->model->weights.b[i] - mean[i]) < 1e-4 * (1 + fabs(mean[i])));
    free(mean);
    lac_trainer_free(&still);
    lac_trainer_free(&t);
    training_free(f);
}

static double holdout_rmse(lac_context *ctx, const lac_model *model, const lac_data *data)
{
    lac_metrics *m;
    assert_ok(ctx, lac_model_evaluate(model, data, LAC_SIDE_HOLDOUT, NULL, &m));
    double rmse = m->rmse;
    lac_metrics_free(&m);
    return rmse;
}

static double metric(lac_context *ctx, const char *run, int column)
{
    lac_history h;
    assert_ok(ctx, lac_history_read(ctx, run, &h));
    assert_true(h.count > 0);
    double value = h.value[column][h.count - 1];
    lac_history_free(&h);
    return value;
}

/* metrics.csv, the trainer's model, a loaded file and the trainer's weights put into a model. */
static void the_average_is_what_is_measured_saved_and_loaded(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run"), plain = path_in(&f->folder, "plain");
    f->config.ema = 0.9;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_model *loaded;
    assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &loaded));
    double rmse = metric(f->ctx, run.text, LAC_HISTORY_RMSE);
    double raw = metric(f->ctx, run.text, LAC_HISTORY_RAW);
    assert_true(fabs(holdout_rmse(f->ctx, lac_trainer_model(t), f->data) - rmse) < 1e-6);
    assert_true(fabs(holdout_rmse(f->ctx, loaded, f->data) - rmse) < 1e-6);
    lac_weights_copy(loaded->net, t->weights, &loaded->weights);
    assert_true(fabs(holdout_rmse(f->ctx, loaded, f->data) - raw) < 1e-6);
    assert_true(fabs(raw - rmse) > 1e-3);
    lac_model_free(&loaded);
    lac_trainer_free(&t);
    f->config.ema = 0;
    t = trainer_new(f->ctx, f->data, &f->config);
    assert_null(t->beside.w);
    assert_ok(f->ctx, lac_trainer_run(t, plain.text, NULL, NULL));
    assert_true(isnan(metric(f->ctx, plain.text, LAC_HISTORY_RAW)));
    assert_true(fabs(metric(f->ctx, plain.text, LAC_HISTORY_RMSE) - raw) < 1e-6);
    lac_trainer_free(&t);
    training_free(f);
}

/* ---- Going on ------------------------------------------------------------------------------ */

typedef struct stop_at {
    int epoch, step;
} stop_at;

static int stop_there(void *user, const lac_progress *progress)
{
    const stop_at *at = user;
    return progress->epoch == at->epoch && progress->step == at->step;
}

static lac_train_config modern_config(lac_precision precision)
{
    lac_train_config c = small_config("resnet");
    c.precision = precision;
    c.optimizer = LAC_OPTIMIZER_ADAMW;
    c.schedule = LAC_SCHEDULE_COSINE;
    c.warmup = 0.3;
    c.decay_on = LAC_DECAY_WEIGHTS;
    c.ema = 0.9;
    c.error = LAC_FORM_SATURATING;
    c.patience = 9;
    return c;
}

static void check_resumed(int threads, lac_precision precision)
{
    lac_context *ctx = context_at(precision ? bf16_level() : LAC_CPU_AUTO, threads);
    lac_data *data = data_new(ctx, 16, 16, 0);
    test_folder folder;
    folder_new(&folder);
    test_path whole = path_in(&folder, "whole"), run = path_in(&folder, "run");
    const lac_train_config c = modern_config(precision);
    lac_trainer *straight = trainer_new(ctx, data, &c), *t = trainer_new(ctx, data, &c);
    stop_at stops[] = {{1, 2}, {2, lac_trainer_steps(t)}, {3, 1}};
    assert_ok(ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    for (int i = 0; i < LAC_COUNT(stops); i++) {
        assert_status(ctx, lac_trainer_run(t, run.text, stop_there, &stops[i]), LAC_STOPPED);
        lac_trainer_free(&t);
        assert_ok(ctx, lac_trainer_resume(ctx, data, run.text, 0, &t));
    }
    assert_false(same_state(straight, t));
    assert_ok(ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_true(same_state(straight, t));
    assert_same_run(ctx, whole.text, run.text);
    lac_trainer_free(&t);
    lac_trainer_free(&straight);
    folder_free(&folder);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

static void with_everything_on_a_resumed_run_is_one_never_stopped(void **state)
{
    (void)state;
    check_resumed(1, LAC_PRECISION_FLOAT32);
    check_resumed(2, LAC_PRECISION_FLOAT32);
    check_resumed(2, LAC_PRECISION_BF16);
}

static void with_everything_on_threads_change_nothing(void **state)
{
    (void)state;
    const lac_train_config c = modern_config(LAC_PRECISION_FLOAT32);
    lac_context *ctx[2] = {context_at(LAC_CPU_AUTO, 1), context_at(LAC_CPU_AUTO, 2)};
    lac_data *data[2];
    lac_trainer *t[2];
    for (int i = 0; i < 2; i++) {
        data[i] = data_new(ctx[i], 16, 16, 0);
        t[i] = trainer_new(ctx[i], data[i], &c);
        assert_ok(ctx[i], lac_trainer_run(t[i], NULL, NULL, NULL));
    }
    assert_true(same_state(t[0], t[1]));
    for (int i = 0; i < 2; i++) {
        lac_trainer_free(&t[i]);
        lac_data_free(&data[i]);
        lac_context_free(&ctx[i]);
    }
}

/* After three epochs a cosine over three has come to 0, and one over six to a half. */
static void a_schedule_follows_the_new_number_of_epochs(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    f->config.schedule = LAC_SCHEDULE_COSINE;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    long steps = lac_trainer_steps(t);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 6, &t));
    assert_true(fabs(lac_schedule_rate(lac_trainer_config(t), t->adam.step, 6 * steps) - 0.5) <
                1e-12);
    lac_trainer_free(&t);
    training_free(f);
}

/* The state of a run as lacuna 0.2 wrote it: no setting and no metadata of this file's. */
static void write_old(lac_trainer *t, const char *path)
{
    static const char *const late[] = {"error", "error_width", "from", "schedule", "warmup",
                                       "step_factor", "step_every", "decay_on", "ema", "until",
                                       "patience"};
    char number[5][LAC_NUMBER];
    const lac_metadata text[] = {{"step", number[0]}, {"adam_step", number[1]},
                                 {"loss_sum", lac_number_text(t->cursor.loss_sum, number[2])},
                                 {"seconds", lac_number_text(t->cursor.seconds, number[3])},
                                 {"best", lac_number_text(t->cursor.best, number[4])}};
    const lac_params *params = &t->model->net->params;
    const lac_more_tensors tensors[] = {{"adam.m.", params, t->adam.m},
                                        {"adam.v.", params, t->adam.v}};
    const lac_more more = {text, LAC_COUNT(text), tensors, LAC_COUNT(tensors)};
    lac_number_text(t->cursor.step, number[0]);
    lac_number_text((double)t->adam.step, number[1]);
    for (int i = 0; i < LAC_COUNT(late); i++) {
        char key[40];
        snprintf(key, sizeof key, "\t\"%s\":", late[i]);
        char *line = strstr(t->model->story, key);
        assert_non_null(line);
        char *next = strchr(line, '\n') + 1;
        memmove(line, next, strlen(next) + 1);
    }
    assert_ok(t->ctx, lac_model_write(t->model, &more, path));
}

static void files_of_before_load_and_go_on_with_the_same_bits(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    test_path last = path_in(&f->folder, "run/last.safetensors");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    stop_at at = {2, 2};
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
    write_old(t, last.text);
    lac_model *model;
    assert_ok(f->ctx, lac_model_load(f->ctx, last.text, &model));
    assert_true(same_floats(model->weights.w, t->model->weights.w, t->adam.floats));
    lac_model_free(&model);
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
    assert_int_equal(t->cursor.lowest_epoch, 1);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    t->cursor.lowest = straight->cursor.lowest; /* which the old file did not know */
    t->cursor.lowest_epoch = straight->cursor.lowest_epoch;
    assert_true(same_state(straight, t));
    assert_same_run(f->ctx, whole.text, run.text);
    lac_trainer_free(&t);
    lac_trainer_free(&straight);
    training_free(f);
}

/* ---- Ends ---------------------------------------------------------------------------------- */

typedef struct figures {
    int count;
    double value[64];
} figures;

static int take_figure(void *user, const lac_progress *p)
{
    figures *f = user;
    if (p->step == p->steps && p->holdout)
        f->value[f->count++] = p->holdout->rmse; /* these data know no test weights */
    return 0;
}

static figures figures_of(training *f, lac_end *end)
{
    figures got = {0};
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_int_equal(lac_trainer_end(t), LAC_END_NONE);
    assert_ok(f->ctx, lac_trainer_run(t, NULL, take_figure, &got));
    *end = lac_trainer_end(t);
    lac_trainer_free(&t);
    return got;
}

static void until_ends_with_the_first_epoch_that_is_as_good(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 20);
    f->config.epochs = 12;
    lac_end end;
    figures all = figures_of(f, &end);
    assert_int_equal(all.count, 12);
    assert_int_equal(end, LAC_END_EPOCHS);
    int wanted = 0;
    for (int i = 1; i < 6; i++)
        wanted = all.value[i] < all.value[wanted] ? i : wanted;
    f->config.until = all.value[wanted];
    figures some = figures_of(f, &end);
    assert_int_equal(some.count, wanted + 1);
    assert_int_equal(end, LAC_END_UNTIL);
    training_free(f);
}

static void patience_ends_where_no_figure_was_lowest_for_so_long(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 20);
    f->config.epochs = 40;
    f->config.lr = 1e-2;
    lac_end end;
    figures all = figures_of(f, &end);
    for (int patience = 1; patience < 5; patience++) {
        int lowest = 0, epoch = 0;
        while (epoch < all.count && epoch - lowest < patience) {
            epoch++;
            if (epoch < all.count && all.value[epoch] < all.value[lowest])
                lowest = epoch;
        }
        assert_true(epoch < 40); /* noise cannot be learned for long */
        f->config.patience = patience;
        figures some = figures_of(f, &end);
        assert_int_equal(some.count, epoch + 1);
        assert_int_equal(end, LAC_END_PATIENCE);
    }
    training_free(f);
}

static void an_end_by_the_figure_is_over_until_more_epochs_are_asked_for(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    f->config.until = 1e6; /* of the first epoch's figure */
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
    assert_int_equal(lac_trainer_end(t), LAC_END_UNTIL);
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_int_equal(lac_model_epoch(lac_trainer_model(t)), 3);
    lac_trainer_free(&t);
    f->config.until = 1e-6;
    f->config.epochs = 4;
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_true(lac_trainer_config(t)->until == 1e-6);
    assert_int_equal(lac_trainer_end(t), LAC_END_NONE);
    lac_trainer_free(&t);
    training_free(f);
}

static void ends_by_the_figure_need_a_holdout(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    lac_trainer *t;
    f->config.holdout = 0;
    f->config.until = 2;
    assert_status(f->ctx, lac_trainer_new(f->ctx, f->data, &f->config, &t), LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "until needs a hold-out to watch, and no row is held out (holdout 0)");
    f->config.until = 0;
    f->config.patience = 2;
    assert_status(f->ctx, lac_trainer_new(f->ctx, f->data, &f->config, &t), LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "patience needs a hold-out");
    training_free(f);
}

/* ---- From a model -------------------------------------------------------------------------- */

static void keep_line(void *user, const char *line)
{
    snprintf(user, 512, "%s", line);
}

/* Onto other data: into the same network, into one with a wider layer, into one that has no tensor
 * of the model. The model is an average, which is what is taken. */
static void a_training_begins_with_what_fits_of_a_model(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    char line[512] = "";
    const lac_context_config how = {.threads = 1, .log = keep_line, .log_user = line};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&how, &ctx), LAC_OK);
    lac_data *other = data_new(ctx, 10, 8, 1);
    test_path run = path_in(&f->folder, "run"), text = path_in(&f->folder, "net.net");
    f->config.ema = 0.9;
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));

    lac_train_config c = small_config("kimura");
    assert_ok(ctx, lac_train_set(ctx, &c, "from", run.text));
    lac_trainer *same = trainer_new(ctx, other, &c);
    assert_true(same_weights(t, same));
    assert_non_null(strstr(line, "10 of 10 tensors fit"));
    assert_null(strstr(line, "afresh"));
    lac_trainer_free(&same);

    char *network;
    assert_ok(ctx, lac_network_text(ctx, "kimura", &network));
    char *wide = strstr(network, "400");
    assert_non_null(wide);
    memcpy(wide, "401", 3);
    file_put(text.text, network, strlen(network));
    free(network);
    assert_ok(ctx, lac_train_set(ctx, &c, "model", text.text));
    lac_trainer *some = trainer_new(ctx, other, &c);
    assert_non_null(strstr(line, "7 of 10 tensors fit; these start afresh: dense1.weight, "
                                 "dense1.bias, dense2.weight"));
    const lac_param *first = &some->model->net->params.table[0];
    assert_true(same_floats(some->weights->w + first->offset, t->model->weights.w + first->offset,
                            first->floats));
    assert_true(some->adam.step == 0 && some->cursor.epoch == 0);
    lac_trainer_free(&some);

    static const char small[] = "only dense 2*points output < input\n";
    file_put(text.text, small, sizeof small - 1);
    assert_status(ctx, lac_trainer_new(ctx, other, &c, &some), LAC_ERROR_MISMATCH);
    assert_message(ctx, "no tensor has name and shape");
    strcat(c.from, "/none");
    assert_status(ctx, lac_trainer_new(ctx, other, &c, &some), LAC_ERROR_IO);
    lac_trainer_free(&t);
    lac_data_free(&other);
    lac_context_free(&ctx);
    training_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_have_their_values),
        cmocka_unit_test(decay_on_weights_spares_norms_and_biases),
        cmocka_unit_test(the_average_is_that_of_the_definition),
        cmocka_unit_test(the_average_has_statistics_of_its_own),
        cmocka_unit_test(the_average_is_what_is_measured_saved_and_loaded),
        cmocka_unit_test(with_everything_on_a_resumed_run_is_one_never_stopped),
        cmocka_unit_test(with_everything_on_threads_change_nothing),
        cmocka_unit_test(a_schedule_follows_the_new_number_of_epochs),
        cmocka_unit_test(files_of_before_load_and_go_on_with_the_same_bits),
        cmocka_unit_test(until_ends_with_the_first_epoch_that_is_as_good),
        cmocka_unit_test(patience_ends_where_no_figure_was_lowest_for_so_long),
        cmocka_unit_test(an_end_by_the_figure_is_over_until_more_epochs_are_asked_for),
        cmocka_unit_test(ends_by_the_figure_need_a_holdout),
        cmocka_unit_test(a_training_begins_with_what_fits_of_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
