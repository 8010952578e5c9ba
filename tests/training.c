/* Data, trainers and runs for tests of the training. */
#include "training.h"

/* ---- Data and trainers ------------------------------------------------------------------ */

const char *const point_names[POINTS] = {"left_eye", "right_eye", "nose"};

table table_new(int rows, int size, int complete)
{
    table t = {rows, size, malloc((size_t)rows * size * size),
               malloc((size_t)rows * LABELS * sizeof(float)), malloc((size_t)rows * LABELS)};
    assert_true(t.pixels && t.labels && t.mask);
    for (int i = 0; i < rows * size * size; i++)
        t.pixels[i] = (uint8_t)lac_random(1, 1, i);
    for (int i = 0; i < rows * LABELS; i++) {
        int row = i / LABELS;
        int point = i % LABELS / 2;
        int gap = row % 3 == 1 ? point == 2 : row % 3 == 2 && lac_random(1, 2, i / 2) % 2;
        t.labels[i] = (float)(lac_random(1, 3, i) % (4 * (size - 1) + 1)) / 4;
        t.mask[i] = complete || !gap;
    }
    return t;
}

void table_free(table *t)
{
    free(t->pixels);
    free(t->labels);
    free(t->mask);
}

lac_data *data_of(lac_context *ctx, const table *t)
{
    lac_data *data;
    assert_ok(ctx, lac_data_from_memory(ctx, t->rows, t->size, POINTS, point_names, t->pixels,
                                        t->labels, t->mask, &data));
    return data;
}

lac_data *data_new(lac_context *ctx, int rows, int size, int complete)
{
    table t = table_new(rows, size, complete);
    lac_data *data = data_of(ctx, &t);
    table_free(&t);
    return data;
}

lac_train_config small_config(const char *model)
{
    lac_train_config config = lac_train_config_default();
    strcpy(config.model, model);
    config.batch = 5;
    config.epochs = 3;
    config.lr = 1e-3;
    return config;
}

lac_trainer *trainer_new(lac_context *ctx, const lac_data *data, const lac_train_config *config)
{
    lac_trainer *t;
    assert_ok(ctx, lac_trainer_new(ctx, data, config, &t));
    return t;
}

void take_steps(lac_trainer *t, int steps)
{
    for (int i = 0; i < steps; i++) {
        double loss;
        assert_ok(t->ctx, lac_trainer_step(t, &loss));
        assert_true(loss > 0.0);
        if (t->cursor.step == lac_trainer_steps(t)) {
            t->cursor.step = 0;
            t->cursor.epoch++;
        }
    }
}

int same_floats(const float *a, const float *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

int same_weights(const lac_trainer *a, const lac_trainer *b)
{
    const lac_net *net = a->model->net;
    const lac_weights *p = &a->model->weights;
    const lac_weights *q = &b->model->weights;
    assert_int_equal(net->params.floats, b->model->net->params.floats);
    assert_int_equal(net->buffers.floats, b->model->net->buffers.floats);
    return same_floats(p->w, q->w, net->params.floats) &&
           same_floats(p->b, q->b, net->buffers.floats) &&
           memcmp(a->model->heads.aside, b->model->heads.aside,
                  (size_t)a->model->heads.count * sizeof(double)) == 0;
}

int same_state(const lac_trainer *a, const lac_trainer *b)
{
    return same_weights(a, b) &&
           same_floats(a->weights->w, b->weights->w, a->adam.floats) &&
           same_floats(a->weights->b, b->weights->b, a->model->net->buffers.floats) &&
           same_floats(a->adam.m, b->adam.m, a->adam.floats) &&
           same_floats(a->adam.v, b->adam.v, a->adam.floats) && a->adam.step == b->adam.step &&
           a->cursor.epoch == b->cursor.epoch && a->cursor.step == b->cursor.step &&
           a->cursor.loss_sum == b->cursor.loss_sum && a->cursor.best == b->cursor.best &&
           a->cursor.lowest == b->cursor.lowest && a->cursor.lowest_epoch == b->cursor.lowest_epoch;
}

/* ---- Runs ---------------------------------------------------------------------------- */

training *training_new(lac_cpu cpu, int rows)
{
    training *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(cpu, 2);
    f->data = data_new(f->ctx, rows, 8, 0);
    f->config = small_config("kimura");
    folder_new(&f->folder);
    return f;
}

void training_free(training *f)
{
    folder_free(&f->folder);
    lac_data_free(&f->data);
    lac_context_free(&f->ctx);
    free(f);
}

static void assert_same_metrics(const char *run, const char *other)
{
    char *a = timeless(run, "metrics.csv", 2, 3);
    char *b = timeless(other, "metrics.csv", 2, 3);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* Loads both models and compares their bits. */
static void assert_same_model(lac_context *ctx, const char *path, const char *other)
{
    lac_model *a;
    lac_model *b;
    assert_ok(ctx, lac_model_load(ctx, path, &a));
    assert_ok(ctx, lac_model_load(ctx, other, &b));
    assert_int_equal(a->epoch, b->epoch);
    assert_true(same_floats(a->weights.w, b->weights.w, a->net->params.floats));
    assert_true(same_floats(a->weights.b, b->weights.b, a->net->buffers.floats));
    lac_model_free(&a);
    lac_model_free(&b);
}

void assert_same_run(lac_context *ctx, const char *run, const char *other)
{
    char best[2][512];
    snprintf(best[0], sizeof best[0], "%s/best.safetensors", run);
    snprintf(best[1], sizeof best[1], "%s/best.safetensors", other);
    assert_same_metrics(run, other);
    assert_same_model(ctx, run, other);
    assert_same_model(ctx, best[0], best[1]);
}

lac_cpu bf16_level(void)
{
    return lac_kernels_get_bf16(LAC_CPU_AUTO) ? LAC_CPU_AUTO : LAC_CPU_REF;
}
