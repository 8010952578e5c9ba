/*
 * The training: loss, visits, steps, runs and their files. The networks are whole but the
 * pictures tiny. Where the promise is "bit for bit", bits are compared: parameters,
 * running statistics, both moments and the cursor.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/data.h"
#include "support.h"
#include "train/loss.h"
#include "train/trainer.h"

#include <math.h>
#include <sys/stat.h>

/* ---- Data and trainers ------------------------------------------------------------------ */

enum { POINTS = 3, LABELS = 2 * POINTS };

static const char *const point_names[POINTS] = {"left_eye", "right_eye", "nose"};

typedef struct table {
    int rows, size;
    uint8_t *pixels;
    float *labels;
    uint8_t *mask;
} table;

/* Noise; labels in quarters of pixels, so that mirroring is exact. Of three rows one is
 * complete, one lacks the nose and one has gaps anywhere, unless `complete`. */
static table table_new(int rows, int size, int complete)
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

static void table_free(table *t)
{
    free(t->pixels);
    free(t->labels);
    free(t->mask);
}

static lac_data *data_of(lac_context *ctx, const table *t)
{
    lac_data *data;
    assert_ok(ctx, lac_data_from_memory(ctx, t->rows, t->size, POINTS, point_names, t->pixels,
                                        t->labels, t->mask, &data));
    return data;
}

static lac_data *data_new(lac_context *ctx, int rows, int size, int complete)
{
    table t = table_new(rows, size, complete);
    lac_data *data = data_of(ctx, &t);
    table_free(&t);
    return data;
}

static lac_train_config small_config(const char *model)
{
    lac_train_config config = lac_train_config_default();
    config.model = model;
    config.batch = 5;
    config.epochs = 3;
    config.lr = 1e-3;
    return config;
}

static lac_trainer *trainer_new(lac_context *ctx, const lac_data *data,
                                const lac_train_config *config)
{
    lac_trainer *t;
    assert_ok(ctx, lac_trainer_new(ctx, data, config, &t));
    return t;
}

static void take_steps(lac_trainer *t, int steps)
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

static int same_floats(const float *a, const float *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

static int same_weights(const lac_trainer *a, const lac_trainer *b)
{
    const lac_plan *p = a->model->plan;
    const lac_plan *q = b->model->plan;
    assert_int_equal(p->params.floats, q->params.floats);
    assert_int_equal(p->buffers.floats, q->buffers.floats);
    return same_floats(p->w, q->w, p->params.floats) && same_floats(p->b, q->b, p->buffers.floats);
}

static int same_state(const lac_trainer *a, const lac_trainer *b)
{
    return same_weights(a, b) && same_floats(a->adam.m, b->adam.m, a->adam.floats) &&
           same_floats(a->adam.v, b->adam.v, a->adam.floats) && a->adam.step == b->adam.step &&
           a->cursor.epoch == b->cursor.epoch && a->cursor.step == b->cursor.step &&
           a->cursor.loss_sum == b->cursor.loss_sum && a->cursor.best == b->cursor.best;
}

/* ---- Loss -------------------------------------------------------------------------------- */

enum { LOSS_N = 7, LOSS_LABELS = LOSS_N * LABELS };

typedef struct loss_case {
    float y[LOSS_LABELS], target[LOSS_LABELS];
    uint8_t mask[LOSS_LABELS];
} loss_case;

static void draw_loss(loss_case *c, int of_ten)
{
    for (int i = 0; i < LOSS_LABELS; i++) {
        c->y[i] = (float)lac_random_normal(1, 4, i);
        c->target[i] = (float)lac_random_normal(1, 5, i);
        c->mask[i] = lac_random(1, 6, i) % 10 < (uint64_t)of_ten;
    }
}

static void the_loss_is_the_mean_squared_error_of_present_labels(void **state)
{
    loss_case c;
    float dy[LOSS_LABELS];
    draw_loss(&c, 6);
    for (int reduction = 0; reduction < 2; reduction++) {
        double sum = 0.0;
        int present = 0;
        for (int i = 0; i < LOSS_LABELS; i++) {
            sum += c.mask[i] ? pow((double)c.y[i] - (double)c.target[i], 2) : 0.0;
            present += c.mask[i];
        }
        assert_in_range(present, 10, LOSS_LABELS - 5);
        double divisor = reduction == LAC_REDUCTION_ALL ? LOSS_LABELS : present;
        lac_loss_batch batch = {c.y, c.target, c.mask, LOSS_N, LABELS, (lac_reduction)reduction};
        assert_true(fabs(lac_loss_gradient(&batch, dy) - sum / divisor) < 1e-12);
        for (int i = 0; i < LOSS_LABELS; i++)
            if (c.mask[i])
                assert_true(fabs(dy[i] - 2.0 * ((double)c.y[i] - (double)c.target[i]) / divisor) <
                            1e-7);
    }
    (void)state;
}

static void missing_labels_are_not_read_and_their_gradient_is_zero_bit_for_bit(void **state)
{
    static const float zero = 0.0f;
    static const float poisons[] = {NAN, INFINITY, -INFINITY, 1e38f, -0.0f};
    loss_case c;
    float clean[LOSS_LABELS];
    float dy[LOSS_LABELS];
    draw_loss(&c, 6);
    for (int reduction = 0; reduction < 2; reduction++) {
        lac_loss_batch batch = {c.y, c.target, c.mask, LOSS_N, LABELS, (lac_reduction)reduction};
        double wanted = lac_loss_gradient(&batch, clean);
        for (int k = 0; k < LAC_COUNT(poisons); k++) {
            for (int i = 0; i < LOSS_LABELS; i++) {
                c.target[i] = c.mask[i] ? c.target[i] : poisons[k];
                dy[i] = NAN;
            }
            assert_true(lac_loss_gradient(&batch, dy) == wanted);
            assert_memory_equal(dy, clean, sizeof dy);
            for (int i = 0; i < LOSS_LABELS; i++)
                if (!c.mask[i])
                    assert_memory_equal(&dy[i], &zero, sizeof zero);
        }
    }
    (void)state;
}

static void a_batch_without_labels_has_loss_and_gradient_zero(void **state)
{
    loss_case c;
    float dy[LOSS_LABELS];
    static const float zeros[LOSS_LABELS];
    draw_loss(&c, 0);
    for (int reduction = 0; reduction < 2; reduction++) {
        lac_loss_batch batch = {c.y, c.target, c.mask, LOSS_N, LABELS, (lac_reduction)reduction};
        memset(dy, 0xff, sizeof dy);
        assert_true(lac_loss_gradient(&batch, dy) == 0.0);
        assert_memory_equal(dy, zeros, sizeof dy);
    }
    (void)state;
}

static void complete_rows_make_masked_loss_plain_loss_bit_for_bit(void **state)
{
    loss_case c;
    float plain[LOSS_LABELS];
    float dy[LOSS_LABELS];
    draw_loss(&c, 10);
    lac_loss_batch batch = {c.y, c.target, NULL, LOSS_N, LABELS, LAC_REDUCTION_ALL};
    double wanted = lac_loss_gradient(&batch, plain);
    batch.mask = c.mask;
    for (int reduction = 0; reduction < 2; reduction++) {
        batch.reduction = (lac_reduction)reduction;
        assert_true(lac_loss_gradient(&batch, dy) == wanted);
        assert_memory_equal(dy, plain, sizeof dy);
    }
    (void)state;
}

static void on_complete_rows_masked_steps_are_plain_steps_bit_for_bit(void **state)
{
    static const char *const models[] = {"resnet", "cnn", "kimura"};
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    lac_data *data = data_new(ctx, 12, 16, 1);
    for (int m = 0; m < LAC_COUNT(models); m++) {
        lac_train_config config = small_config(models[m]);
        config.loss = LAC_LOSS_PLAIN;
        lac_trainer *plain = trainer_new(ctx, data, &config);
        take_steps(plain, 3);
        config.loss = LAC_LOSS_MASKED;
        for (int reduction = 0; reduction < 2; reduction++) {
            config.reduction = (lac_reduction)reduction;
            lac_trainer *masked = trainer_new(ctx, data, &config);
            assert_false(same_weights(plain, masked));
            take_steps(masked, 3);
            assert_true(same_state(plain, masked));
            lac_trainer_free(&masked);
        }
        lac_trainer_free(&plain);
    }
    lac_data_free(&data);
    lac_context_free(&ctx);
    (void)state;
}

static int keep_going(void *user, const lac_progress *progress)
{
    double *loss = user;
    if (progress->holdout)
        *loss = progress->holdout->loss + 10.0 * progress->holdout->rmse;
    return 0;
}

static void nan_at_missing_places_changes_nothing(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    table t = table_new(15, 8, 0);
    lac_train_config config = small_config("kimura");
    config.epochs = 2;
    lac_data *clean = data_of(ctx, &t);
    for (int i = 0; i < t.rows * LABELS; i++)
        t.labels[i] = t.mask[i] ? t.labels[i] : NAN;
    lac_data *given = data_of(ctx, &t);
    lac_data *stored = data_of(ctx, &t);
    assert_int_equal(clean->fingerprint, given->fingerprint);
    for (int i = 0; i < t.rows * LABELS; i++)
        stored->labels[i] = t.labels[i];
    const lac_data *all[] = {clean, given, stored};
    lac_trainer *trainer[3];
    double loss[3] = {0};
    for (int i = 0; i < 3; i++) {
        trainer[i] = trainer_new(ctx, all[i], &config);
        assert_ok(ctx, lac_trainer_run(trainer[i], NULL, keep_going, &loss[i]));
        assert_true(same_state(trainer[0], trainer[i]));
        assert_true(loss[i] > 0.0 && loss[i] == loss[0]);
    }
    for (int i = 0; i < 3; i++)
        lac_trainer_free(&trainer[i]);
    lac_data_free(&clean);
    lac_data_free(&given);
    lac_data_free(&stored);
    table_free(&t);
    lac_context_free(&ctx);
    (void)state;
}

static void steps_without_any_label_learn_nothing(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    table t = table_new(6, 8, 0);
    memset(t.mask, 0, (size_t)t.rows * LABELS);
    lac_data *data = data_of(ctx, &t);
    lac_train_config config = small_config("kimura");
    config.weight_decay = 0.0;
    config.reduction = LAC_REDUCTION_PRESENT;
    lac_trainer *trained = trainer_new(ctx, data, &config);
    lac_trainer *fresh = trainer_new(ctx, data, &config);
    double loss = -1.0;
    assert_ok(ctx, lac_trainer_step(trained, &loss));
    assert_true(loss == 0.0);
    assert_true(same_weights(trained, fresh));
    lac_trainer_free(&trained);
    lac_trainer_free(&fresh);
    lac_data_free(&data);
    table_free(&t);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Visits and mirrors ---------------------------------------------------------------------- */

static table mirrored(const table *t)
{
    static const int partner[POINTS] = {1, 0, 2};
    table m = table_new(t->rows, t->size, 0);
    for (int i = 0; i < t->rows * t->size; i++)
        for (int j = 0; j < t->size; j++)
            m.pixels[i * t->size + j] = t->pixels[i * t->size + t->size - 1 - j];
    for (int i = 0; i < t->rows * LABELS; i++) {
        int from = i / LABELS * LABELS + 2 * partner[i % LABELS / 2] + i % 2;
        m.mask[i] = t->mask[from];
        m.labels[i] = i % 2 ? t->labels[from] : (float)(t->size - 1) - t->labels[from];
    }
    return m;
}

/* One step over everything; where visit v stands in it. */
static int *visit_all(lac_trainer *t)
{
    double loss;
    int *place = malloc((size_t)t->visits * sizeof *place);
    assert_non_null(place);
    assert_int_equal(lac_trainer_steps(t), 1);
    assert_ok(t->ctx, lac_trainer_step(t, &loss));
    for (int i = 0; i < t->visits; i++)
        place[t->batch_sample[i]] = i;
    return place;
}

static void assert_same_visit(const lac_trainer *a, int i, const lac_trainer *b, int j)
{
    size_t area = (size_t)a->data->size * a->data->size;
    assert_memory_equal((float *)a->model->plan->x + i * area,
                        (float *)b->model->plan->x + j * area,
                        area * sizeof(float));
    assert_memory_equal(a->target + i * LABELS, b->target + j * LABELS, LABELS * sizeof(float));
    assert_memory_equal(a->mask + i * LABELS, b->mask + j * LABELS, LABELS);
}

static void mirrored_data_makes_the_same_visits_and_mirroring_twice_is_nothing(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AVX2, LAC_CPU_AVX512};
    for (int l = 0; l < LAC_COUNT(levels); l++) {
        lac_context *ctx = context_at(levels[l], 2);
        if (!ctx)
            continue;
        for (int size = 8; size <= 17; size += 9) {
            table straight = table_new(9, size, 0);
            table flipped = mirrored(&straight);
            lac_train_config config = small_config("kimura");
            config.holdout = 0.0;
            config.batch = 32;
            lac_data *data[2] = {data_of(ctx, &straight), data_of(ctx, &flipped)};
            lac_trainer *a = trainer_new(ctx, data[0], &config);
            lac_trainer *b = trainer_new(ctx, data[1], &config);
            int *in_a = visit_all(a);
            int *in_b = visit_all(b);
            for (int v = 0; v < a->visits; v++)
                assert_same_visit(a, in_a[v], b, in_b[v ^ 1]);
            size_t area = (size_t)size * size;
            for (int row = 0; row < straight.rows; row++) {
                const float *x = (float *)a->model->plan->x + in_a[2 * row] * area;
                const float *y = a->target + in_a[2 * row] * LABELS;
                for (size_t p = 0; p < area; p++)
                    assert_true(fabs(x[p] - straight.pixels[row * area + p] / 255.0) < 1e-7);
                for (int i = 0; i < LABELS; i++)
                    assert_true(fabs(y[i] - (straight.mask[row * LABELS + i]
                                                 ? straight.labels[row * LABELS + i] / (size / 2.0) -
                                                       1.0
                                                 : 0.0)) < 1e-6);
            }
            free(in_a);
            free(in_b);
            lac_trainer_free(&a);
            lac_trainer_free(&b);
            lac_data_free(&data[0]);
            lac_data_free(&data[1]);
            table_free(&straight);
            table_free(&flipped);
        }
        lac_context_free(&ctx);
    }
    (void)state;
}

static void every_epoch_visits_every_training_row_and_its_mirror_once(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    lac_data *data = data_new(ctx, 22, 8, 0);
    for (int mirror = 0; mirror < 2; mirror++) {
        lac_train_config config = small_config("kimura");
        config.mirror = mirror;
        lac_trainer *t = trainer_new(ctx, data, &config);
        int order[2][44];
        assert_int_equal(t->train_count + t->holdout_count, 22);
        assert_int_equal(t->visits, t->train_count * (1 + mirror));
        for (int epoch = 0; epoch < 2; epoch++) {
            int seen[22][2] = {{0}};
            int count = 0;
            for (int step = 0; step < lac_trainer_steps(t); step++) {
                int n = t->visits - count < config.batch ? t->visits - count : config.batch;
                take_steps(t, 1);
                for (int i = 0; i < n; i++) {
                    seen[t->batch_row[i]][t->batch_mirror[i]]++;
                    order[epoch][count++] = (int)t->batch_sample[i];
                }
            }
            assert_int_equal(count, t->visits);
            for (int row = 0; row < 22; row++) {
                int train = !lac_split_is_holdout(lac_trainer_split(t), row);
                assert_int_equal(seen[row][0], train);
                assert_int_equal(seen[row][1], train && mirror);
            }
        }
        assert_memory_not_equal(order[0], order[1], (size_t)t->visits * sizeof(int));
        lac_trainer_free(&t);
    }
    lac_data_free(&data);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- The same bits ------------------------------------------------------------------- */

static void seed_alone_decides_not_threads(void **state)
{
    static const struct {
        const char *model;
        lac_cpu cpu;
        int size;
        lac_precision precision;
    } cases[] = {{"resnet", LAC_CPU_AUTO, 24, LAC_PRECISION_FLOAT32},
                 {"cnn", LAC_CPU_AVX2, 17, LAC_PRECISION_FLOAT32},
                 {"kimura", LAC_CPU_REF, 8, LAC_PRECISION_FLOAT32},
                 {"resnet", LAC_CPU_AVX512, 24, LAC_PRECISION_BF16},
                 {"kimura", LAC_CPU_REF, 8, LAC_PRECISION_BF16}};
    for (int k = 0; k < LAC_COUNT(cases); k++) {
        lac_context *ctx[5] = {NULL};
        lac_data *data[5];
        lac_trainer *t[5];
        static const int threads[5] = {1, 1, 2, 3, 2};
        for (int i = 0; i < 5; i++) {
            lac_train_config config = small_config(cases[k].model);
            config.batch = 19; /* a chunk and a rest */
            config.seed = i == 4 ? 2 : 1;
            config.precision = cases[k].precision;
            if (config.precision == LAC_PRECISION_BF16 && !lac_kernels_get_bf16(cases[k].cpu))
                break;
            ctx[i] = context_at(cases[k].cpu, threads[i]);
            if (!ctx[i])
                break;
            data[i] = data_new(ctx[i], 20, cases[k].size, 0);
            t[i] = trainer_new(ctx[i], data[i], &config);
            take_steps(t[i], 3);
        }
        for (int i = 0; i < 5 && ctx[i]; i++) {
            assert_int_equal(same_state(t[0], t[i]), i < 4);
            if (i > 0) {
                lac_trainer_free(&t[i]);
                lac_data_free(&data[i]);
                lac_context_free(&ctx[i]);
            }
        }
        if (!ctx[0])
            continue;
        lac_trainer_free(&t[0]);
        lac_data_free(&data[0]);
        lac_context_free(&ctx[0]);
    }
    (void)state;
}

/* Buffers that are per thread and those that are per picture: the sanitizers tell them apart. */
static void a_trainer_of_fewer_pictures_than_threads_predicts_the_same(void **state)
{
    enum { ROWS = 12, SIZE = 24 };
    float xy[2][ROWS * LABELS];
    for (int i = 0; i < 2; i++) {
        lac_context *ctx = context_at(LAC_CPU_AUTO, i ? 4 : 1);
        lac_data *data = data_new(ctx, ROWS, SIZE, 0);
        lac_train_config config = small_config("resnet");
        config.batch = i ? 1 : ROWS;
        lac_trainer *t = trainer_new(ctx, data, &config);
        assert_ok(ctx, lac_model_predict(lac_trainer_model(t), data->pixels, ROWS, xy[i]));
        lac_trainer_free(&t);
        lac_data_free(&data);
        lac_context_free(&ctx);
    }
    for (int i = 0; i < ROWS * LABELS; i++)
        assert_float_equal(xy[0][i], xy[1][i], 1e-3);
    (void)state;
}

/* ---- Runs ---------------------------------------------------------------------------- */

typedef struct fixture {
    lac_context *ctx;
    lac_data *data;
    lac_train_config config;
    test_folder folder;
} fixture;

static fixture *fixture_new(lac_cpu cpu, int rows)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(cpu, 2);
    f->data = data_new(f->ctx, rows, 8, 0);
    f->config = small_config("kimura");
    folder_new(&f->folder);
    return f;
}

static void fixture_free(fixture *f)
{
    folder_free(&f->folder);
    lac_data_free(&f->data);
    lac_context_free(&f->ctx);
    free(f);
}

/* metrics.csv without its columns of time, 2 and 3. */
static char *timeless(const char *run)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/metrics.csv", run);
    char *text = file_bytes(path, &size);
    char *to = text;
    int column = 1;
    for (const char *p = text; *p; p++) {
        column = *p == '\n' ? 1 : column + (*p == ',');
        if (column != 2 && column != 3)
            *to++ = *p;
    }
    *to = '\0';
    return text;
}

static void assert_same_metrics(const char *run, const char *other)
{
    char *a = timeless(run);
    char *b = timeless(other);
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
    assert_true(same_floats(a->plan->w, b->plan->w, a->plan->params.floats));
    assert_true(same_floats(a->plan->b, b->plan->b, a->plan->buffers.floats));
    lac_model_free(&a);
    lac_model_free(&b);
}

static void assert_same_run(lac_context *ctx, const char *run, const char *other)
{
    char best[2][512];
    snprintf(best[0], sizeof best[0], "%s/best.safetensors", run);
    snprintf(best[1], sizeof best[1], "%s/best.safetensors", other);
    assert_same_metrics(run, other);
    assert_same_model(ctx, run, other);
    assert_same_model(ctx, best[0], best[1]);
}

typedef struct stop_at {
    int epoch, step;
} stop_at;

static int stop_there(void *user, const lac_progress *progress)
{
    const stop_at *at = user;
    return progress->epoch == at->epoch && progress->step == at->step;
}

static void check_resumed(lac_cpu cpu, lac_precision precision)
{
    fixture *f = fixture_new(cpu, 16);
    f->config.precision = precision;
    test_path whole = path_in(&f->folder, "whole");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    int steps = lac_trainer_steps(straight);
    const stop_at stops[] = {{1, 1}, {2, 2}, {2, steps}, {3, steps - 1}};
    assert_true(steps > 3);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    for (int i = 0; i < LAC_COUNT(stops); i++) {
        char name[16];
        snprintf(name, sizeof name, "run%d", i);
        test_path run = path_in(&f->folder, name);
        stop_at at = stops[i];
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
        assert_false(same_state(straight, t));
        lac_trainer_free(&t);
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
        assert_int_equal(t->cursor.step, at.step % steps);
        stop_at again = {3, 1};
        lac_status status = lac_trainer_run(t, run.text, stop_there, &again);
        assert_int_equal(status, i < 3 ? LAC_STOPPED : LAC_OK);
        if (status == LAC_STOPPED) {
            lac_trainer_free(&t);
            assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
            assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        }
        assert_true(same_state(straight, t));
        assert_same_run(f->ctx, whole.text, run.text);
        lac_trainer_free(&t);
    }
    lac_trainer_free(&straight);
    fixture_free(f);
}

/* A level that trains in bf16: the machine's own, or the reference. */
static lac_cpu bf16_level(void)
{
    return lac_kernels_get_bf16(LAC_CPU_AUTO) ? LAC_CPU_AUTO : LAC_CPU_REF;
}

static void a_stopped_and_resumed_run_is_one_never_stopped(void **state)
{
    (void)state;
    check_resumed(LAC_CPU_AUTO, LAC_PRECISION_FLOAT32);
    check_resumed(bf16_level(), LAC_PRECISION_BF16);
}

static void a_finished_run_can_be_made_longer(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole");
    test_path run = path_in(&f->folder, "run");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    f->config.epochs = 2;
    f->config.minutes = 100.0;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t));
    assert_true(lac_trainer_config(t)->minutes == 0.0);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_true(same_state(straight, t));
    assert_same_run(f->ctx, whole.text, run.text);
    lac_trainer_free(&t);
    lac_trainer_free(&straight);
    fixture_free(f);
    (void)state;
}

static void a_run_goes_on_only_where_it_was_resumed_from(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 10);
    f->config.epochs = 1;
    test_path run[3] = {path_in(&f->folder, "a"), path_in(&f->folder, "b"),
                        path_in(&f->folder, "c")};
    lac_trainer *t;
    for (int i = 0; i < 2; i++) {
        f->config.seed = 1 + i;
        t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run[i].text, NULL, NULL));
        lac_trainer_free(&t);
    }
    test_path last = path_in(&f->folder, "b/last.safetensors");
    test_path config = path_in(&f->folder, "b/config.json");
    size_t size[2];
    char *before[2] = {file_bytes(last.text, &size[0]), file_bytes(config.text, &size[1])};
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run[0].text, 2, &t));
    assert_status(f->ctx, lac_trainer_run(t, run[1].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, run[1].text);
    assert_status(f->ctx, lac_trainer_run(t, run[2].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_false(lac_path_exists(run[2].text));
    lac_trainer_free(&t);

    f->config.seed = 9;
    t = trainer_new(f->ctx, f->data, &f->config);
    assert_status(f->ctx, lac_trainer_run(t, run[1].text, NULL, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds a run already");
    lac_trainer_free(&t);
    size_t now;
    char *bytes = file_bytes(last.text, &now);
    assert_int_equal(now, size[0]);
    assert_memory_equal(bytes, before[0], now);
    free(bytes);
    bytes = file_bytes(config.text, &now);
    assert_string_equal(bytes, before[1]);
    free(bytes);
    free(before[0]);
    free(before[1]);
    fixture_free(f);
    (void)state;
}

/* What the progress callback was told. */
typedef struct told {
    int calls, epoch_ends;
    int last_epoch, last_step;
    double holdout_loss, holdout_rmse;
    double seconds;
} told;

static int listen(void *user, const lac_progress *p)
{
    told *t = user;
    int epoch = t->last_step == p->steps || t->calls == 0 ? t->last_epoch + 1 : t->last_epoch;
    int step = epoch == t->last_epoch ? t->last_step + 1 : 1;
    assert_int_equal(p->epoch, epoch);
    assert_int_equal(p->step, step);
    assert_true(p->loss > 0.0 && p->images_per_second > 0.0 && p->seconds > t->seconds);
    assert_true(p->seconds_left >= 0.0);
    assert_true((p->holdout != NULL) == (step == p->steps));
    if (p->holdout) {
        t->epoch_ends++;
        t->holdout_loss = p->holdout->loss;
        t->holdout_rmse = p->holdout->rmse;
    }
    t->calls++;
    t->last_epoch = epoch;
    t->last_step = step;
    t->seconds = p->seconds;
    return 0;
}

static void progress_tells_every_step_and_the_figures_of_the_holdout(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    for (int reduction = 0; reduction < 2; reduction++) {
        told heard = {0};
        f->config.reduction = (lac_reduction)reduction;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, reduction ? NULL : run.text, listen, &heard));
        assert_int_equal(heard.epoch_ends, f->config.epochs);
        assert_int_equal(heard.calls, f->config.epochs * lac_trainer_steps(t));
        lac_metrics *m;
        assert_ok(f->ctx, lac_model_evaluate(lac_trainer_model(t), f->data, LAC_SPLIT_HOLDOUT, &m));
        assert_true(m->rmse == heard.holdout_rmse);
        assert_true(fabs(m->loss / heard.holdout_loss - 1.0) < 1e-12);
        lac_metrics_free(&m);
        lac_trainer_free(&t);
    }
    fixture_free(f);
    (void)state;
}

static void a_limit_in_minutes_ends_with_the_epoch_that_passes_it(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 10);
    f->config.epochs = 1000000;
    f->config.minutes = 1e-9;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_int_equal(lac_model_epoch(lac_trainer_model(t)), 1);
    lac_trainer_free(&t);
    fixture_free(f);
    (void)state;
}

/* ---- Numbers that are none ----------------------------------------------------------- */

static void nan_in_any_parameter_is_found_by_the_next_step(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AVX2, LAC_CPU_AVX512};
    for (int l = 0; l < LAC_COUNT(levels); l++) {
        lac_context *ctx = context_at(levels[l], 1);
        if (!ctx)
            continue;
        lac_data *data = data_new(ctx, 4, 24, 1);
        lac_train_config config = small_config("resnet");
        config.batch = 1;
        config.dropout = 0.0;
        config.holdout = 0.0;
        lac_trainer *t = trainer_new(ctx, data, &config);
        const lac_params *params = &t->model->plan->params;
        for (int p = 0; p < params->count; p++) {
            float *w = t->model->plan->w + params->table[p].offset;
            float kept = *w;
            double loss;
            *w = NAN;
            lac_status status = lac_trainer_step(t, &loss);
            if (status != LAC_ERROR_NUMERIC)
                fail_msg("%s: NaN in %s gave %d, loss %g", lac_cpu_name(levels[l]),
                         params->table[p].name, (int)status, loss);
            assert_message(ctx, "not a number");
            assert_int_equal(t->adam.step, 0);
            *w = kept;
        }
        lac_trainer_free(&t);
        lac_data_free(&data);
        lac_context_free(&ctx);
    }
    (void)state;
}

static void a_loss_that_is_no_number_leaves_the_files_alone(void **state)
{
    static const char *const names[] = {"run/last.safetensors", "run/best.safetensors",
                                        "run/metrics.csv"};
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    char *before[3];
    size_t size[3];
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    for (int i = 0; i < 3; i++)
        before[i] = file_bytes(path_in(&f->folder, names[i]).text, &size[i]);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 2, &t));
    t->model->plan->w[0] = NAN;
    assert_status(f->ctx, lac_trainer_run(t, run.text, NULL, NULL), LAC_ERROR_NUMERIC);
    assert_message(f->ctx, "epoch 2, step 1");
    lac_trainer_free(&t);
    for (int i = 0; i < 3; i++) {
        size_t now;
        char *after = file_bytes(path_in(&f->folder, names[i]).text, &now);
        assert_int_equal(now, size[i]);
        assert_memory_equal(after, before[i], now);
        free(after);
        free(before[i]);
    }
    fixture_free(f);
    (void)state;
}

static void assert_at_its_start(const fixture *f, const char *run)
{
    lac_trainer *t;
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run, 0, &t));
    assert_int_equal(t->cursor.epoch, 0);
    assert_int_equal(t->cursor.step, 0);
    for (size_t i = 0; i < t->adam.floats; i++)
        assert_true(isfinite(t->model->plan->w[i]));
    lac_trainer_free(&t);
}

static void a_holdout_loss_that_is_no_number_leaves_the_last_good_state(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    f->config.batch = 64; /* one step, after which nothing is finite that is predicted */
    f->config.lr = 1e30;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_status(f->ctx, lac_trainer_run(t, run.text, NULL, NULL), LAC_ERROR_NUMERIC);
    assert_message(f->ctx, "hold-out");
    lac_trainer_free(&t);
    assert_at_its_start(f, run.text);
    fixture_free(f);
    (void)state;
}

static int stop_at_once(void *user, const lac_progress *progress)
{
    (void)user;
    (void)progress;
    return 1;
}

/* The first step's loss is finite, its weights are not: at the end of an epoch without hold-out
 * and at a stop. */
static void weights_that_are_no_numbers_leave_the_last_good_state(void **state)
{
    for (int is_stopped = 0; is_stopped < 2; is_stopped++) {
        fixture *f = fixture_new(LAC_CPU_AUTO, 16);
        test_path run = path_in(&f->folder, "run");
        f->config.batch = is_stopped ? 5 : 64;
        f->config.lr = 1e39; /* infinite as a float */
        f->config.holdout = 0.0;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_status(f->ctx, lac_trainer_run(t, run.text, stop_at_once, NULL),
                      LAC_ERROR_NUMERIC);
        assert_message(f->ctx, "epoch 1, step 1: a weight must be a finite number");
        lac_trainer_free(&t);
        assert_at_its_start(f, run.text);
        fixture_free(f);
    }
    (void)state;
}

/* ---- Signs of trouble ---------------------------------------------------------------- */

typedef struct notes {
    int count;
    char last[512];
} notes;

static void take_note(void *user, const char *line)
{
    notes *n = user;
    n->count++;
    snprintf(n->last, sizeof n->last, "%s", line);
}

/* Tells `epochs` epochs whose predictions are the labels' mean plus `share` of their deviation. */
static void tell_epochs(lac_context *ctx, lac_health *health, const lac_data *data, double share,
                        double rmse, int epochs)
{
    const long steps = 1000;
    int rows[32], width = 2 * lac_data_points(data);
    float xy[32 * LABELS];
    assert_in_range(lac_data_rows(data), 1, 32);
    for (int i = 0; i < lac_data_rows(data); i++) {
        rows[i] = i;
        for (int j = 0; j < width; j++)
            xy[i * width + j] = lac_data_mask(data, i)[j]
                                    ? 4.0f + (float)share * (lac_data_labels(data, i)[j] - 4.0f)
                                    : 1000.0f * (float)i; /* must not count */
    }
    lac_health_sample sample = {data, rows, xy, lac_data_rows(data), 7, steps, rmse, 1.0};
    for (int i = 0; i < epochs; i++)
        lac_health_check(ctx, health, &sample);
}

static void a_collapsed_or_diverging_training_is_told_once(void **state)
{
    notes n = {0};
    const lac_context_config config = {.threads = 1, .log = take_note, .log_user = &n};
    lac_health health = {0};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    lac_data *data = data_new(ctx, 30, 8, 0);
    tell_epochs(ctx, &health, data, 0.5, 1.5, 9);
    tell_epochs(ctx, &health, data, 0.01, 1.5, 4);
    tell_epochs(ctx, &health, data, 0.5, 3.5, 4);
    tell_epochs(ctx, &health, data, 0.5, 1.5, 1);
    assert_int_equal(n.count, 0);
    tell_epochs(ctx, &health, data, 0.01, 1.5, 9);
    assert_int_equal(n.count, 1);
    assert_non_null(strstr(n.last, "epoch 7: collapsed"));
    tell_epochs(ctx, &health, data, 0.5, 3.5, 9);
    assert_int_equal(n.count, 2);
    assert_non_null(strstr(n.last, "diverging: the hold-out RMSE is 3.5 px, its lowest was 1 px"));
    lac_data_free(&data);
    lac_context_free(&ctx);
    (void)state;
}

/* A start and steps so small that all pictures look alike; the first 100 steps say nothing. */
static void a_network_that_learns_nothing_says_that_it_collapsed(void **state)
{
    notes n = {0};
    const lac_context_config config = {.threads = 1, .log = take_note, .log_user = &n};
    lac_context *ctx;
    lac_trainer *t;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    lac_data *data = data_new(ctx, 30, 8, 0);
    lac_train_config c = small_config("kimura");
    c.epochs = 18; /* of 10 steps */
    c.start_width = 1e-12;
    c.lr = 1e-7;
    assert_ok(ctx, lac_trainer_new(ctx, data, &c, &t));
    assert_ok(ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_int_equal(n.count, 1);
    assert_non_null(strstr(n.last, "epoch 15: collapsed: for 5 epochs"));
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Opening ------------------------------------------------------------------------- */

static void opening_a_run_begins_it_or_goes_on(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    stop_at at = {2, 1};
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, whole.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_status(f->ctx, lac_trainer_run(t, run.text, stop_there, &at), LAC_STOPPED);
    lac_trainer_free(&t);
    f->config.lr *= 2;
    assert_status(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds a run with other settings");
    assert_null(t);
    f->config.lr /= 2;
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_same_run(f->ctx, whole.text, run.text);
    fixture_free(f);
    (void)state;
}

/* Ended between config.json and its first state, a run has nothing to go on with. */
static void a_run_without_a_state_is_begun_anew(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    lac_trainer *t;
    f->config.epochs = 1;
    assert_ok(f->ctx, lac_folder_make(f->ctx, run.text));
    file_put(path_in(&f->folder, "run/config.json").text, "{", 1);
    file_put(path_in(&f->folder, "run/metrics.csv").text, "x", 1);
    assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    fixture_free(f);
    (void)state;
}

static void seeds_may_share_a_hold_out(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 30);
    const uint64_t seeds[3][2] = {{1, 0}, {2, 1}, {2, 0}}; /* seed, split_seed */
    int same[3] = {1, 1, 1};
    lac_trainer *first = NULL;
    for (int i = 0; i < 3; i++) {
        f->config.seed = seeds[i][0];
        f->config.split_seed = seeds[i][1];
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        for (int row = 0; first && row < 30; row++)
            same[i] &= lac_split_is_holdout(t->split, row) ==
                       lac_split_is_holdout(first->split, row);
        if (first)
            lac_trainer_free(&t);
        else
            first = t;
    }
    assert_true(same[1]);
    assert_false(same[2]);
    lac_trainer_free(&first);
    fixture_free(f);
    (void)state;
}

/* ---- Refusals ------------------------------------------------------------------------ */

static void assert_refused(const fixture *f, const lac_data *data, const lac_train_config *config,
                           lac_status wanted, const char *message)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    assert_status(f->ctx, lac_trainer_new(f->ctx, data, config, &t), wanted);
    assert_null(t);
    assert_message(f->ctx, message);
}

static void trainings_that_cannot_be_are_refused(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 9);
    lac_train_config config = f->config;
    config.loss = LAC_LOSS_PLAIN;
    assert_refused(f, f->data, &config, LAC_ERROR_MISMATCH, "gaps");
    config.rows = LAC_ROWS_COMPLETE;
    lac_trainer *t = trainer_new(f->ctx, f->data, &config);
    assert_in_range(t->train_count, 1, 4);
    lac_trainer_free(&t);

    table none = table_new(6, 8, 0);
    for (int i = 0; i < none.rows; i++)
        none.mask[i * LABELS] = 0;
    lac_data *data = data_of(f->ctx, &none);
    assert_refused(f, data, &config, LAC_ERROR_MISMATCH, "no rows to train on");
    lac_data_free(&data);
    assert_ok(f->ctx, lac_data_from_memory(f->ctx, 6, 8, 0, NULL, none.pixels, NULL, NULL, &data));
    assert_refused(f, data, &f->config, LAC_ERROR_MISMATCH, "no labels");
    lac_data_free(&data);
    assert_ok(f->ctx, lac_data_from_memory(f->ctx, 6, 4, POINTS, point_names, none.pixels,
                                           none.labels, none.mask, &data));
    assert_refused(f, data, &f->config, LAC_ERROR_ARGUMENT, "pictures must be larger");
    lac_data_free(&data);
    table_free(&none);
    fixture_free(f);
    (void)state;
}

static void every_field_of_the_configuration_is_checked(void **state)
{
    fixture *f = fixture_new(LAC_CPU_REF, 9);
    lac_train_config bad[18];
    static const char *const fields[] = {"model", "model", "rows", "loss", "reduction", "optimizer",
                                         "start", "epochs", "batch", "lr", "beta1", "beta2", "eps",
                                         "weight_decay", "dropout", "mirror", "holdout",
                                         "start_width"};
    for (int i = 0; i < LAC_COUNT(bad); i++)
        bad[i] = f->config;
    bad[0].model = "vgg";
    bad[1].model = NULL;
    bad[2].rows = (lac_rows)2;
    bad[3].loss = (lac_loss)2;
    bad[4].reduction = (lac_reduction)7;
    bad[5].optimizer = (lac_optimizer)2;
    bad[6].start = (lac_start)2;
    bad[7].epochs = 0;
    bad[8].batch = -1;
    bad[9].lr = NAN;
    bad[10].beta1 = 1.0;
    bad[11].beta2 = -0.1;
    bad[12].eps = 0.0;
    bad[13].weight_decay = INFINITY;
    bad[14].dropout = 1.0;
    bad[15].mirror = 2;
    bad[16].holdout = 1.0;
    bad[17].start_width = 0.0;
    for (int i = 0; i < LAC_COUNT(bad); i++)
        assert_refused(f, f->data, &bad[i], LAC_ERROR_ARGUMENT, fields[i]);
    fixture_free(f);
    (void)state;
}

static void other_data_does_not_resume_a_run(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 10);
    test_path run = path_in(&f->folder, "run");
    test_path missing = path_in(&f->folder, "missing");
    f->config.epochs = 1;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);

    table other = table_new(10, 8, 0);
    other.pixels[77] ^= 1;
    lac_data *data = data_of(f->ctx, &other);
    t = (lac_trainer *)(uintptr_t)1;
    assert_status(f->ctx, lac_trainer_resume(f->ctx, data, run.text, 0, &t), LAC_ERROR_MISMATCH);
    assert_null(t);
    assert_message(f->ctx, "other data");
    lac_data_free(&data);
    table_free(&other);
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, missing.text, 0, &t), LAC_ERROR_IO);
    assert_null(t);
    test_path best = path_in(&f->folder, "run/best.safetensors"); /* a model, no training */
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, best.text, 0, &t), LAC_ERROR_FORMAT);
    assert_null(t);
    assert_message(f->ctx, "step");
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, -1, &t),
                  LAC_ERROR_ARGUMENT);
    assert_null(t);
    fixture_free(f);
    (void)state;
}

/* ---- Model files --------------------------------------------------------------------- */

enum { SHOWN = 10 };

static void assert_predicts(const lac_model *model, const lac_data *data, const float *wanted)
{
    float xy[SHOWN * LABELS];
    assert_ok(model->ctx, lac_model_predict(model, lac_data_image(data, 0), SHOWN, xy));
    for (int i = 0; i < SHOWN * LABELS; i++)
        assert_true(fabs(xy[i] - wanted[i]) <= 1e-6 * data->size);
}

static void a_loaded_model_predicts_what_the_trained_one_does(void **state)
{
    static const char *const models[] = {"resnet", "cnn", "kimura"};
    for (int m = 0; m < LAC_COUNT(models); m++) {
        fixture *f = fixture_new(LAC_CPU_AUTO, SHOWN);
        test_path run = path_in(&f->folder, "run");
        test_path last = path_in(&f->folder, "run/last.safetensors");
        test_path own = path_in(&f->folder, "model.safetensors");
        const char *const paths[] = {own.text, last.text, run.text};
        float wanted[SHOWN * LABELS];
        f->config.model = models[m];
        f->config.weight_decay = 1.0 / 3.0; /* must survive to the last bit */
        f->config.seed = UINT64_MAX;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), own.text));
        assert_ok(f->ctx, lac_model_predict(lac_trainer_model(t), lac_data_image(f->data, 0), SHOWN,
                                            wanted));
        for (int i = 0; i < LAC_COUNT(paths); i++) {
            lac_model *model;
            assert_ok(f->ctx, lac_model_load(f->ctx, paths[i], &model));
            assert_predicts(model, f->data, wanted);
            assert_string_equal(lac_model_name(model), models[m]);
            assert_int_equal(lac_model_size(model), 8);
            assert_int_equal(lac_model_points(model), POINTS);
            assert_string_equal(lac_model_point_name(model, 1), point_names[1]);
            assert_int_equal(lac_model_epoch(model), f->config.epochs);
            const lac_train_config *config = lac_model_config(model);
            assert_int_equal(config->batch, f->config.batch);
            assert_true(config->weight_decay == 1.0 / 3.0 && config->seed == UINT64_MAX);
            lac_model_free(&model);
        }
        lac_trainer_free(&t);
        fixture_free(f);
    }
    (void)state;
}

static void a_model_predicts_any_number_of_pictures_alike(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 150);
    test_path own = path_in(&f->folder, "model.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    take_steps(t, 2);
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), own.text));
    lac_trainer_free(&t);
    lac_model *model;
    assert_ok(f->ctx, lac_model_load(f->ctx, own.text, &model));
    float *all = calloc(150 * LABELS, sizeof *all);
    assert_non_null(all);
    assert_ok(f->ctx, lac_model_predict(model, lac_data_image(f->data, 0), 150, all));
    for (int row = 0; row < 150; row += 37) {
        float one[LABELS];
        assert_ok(f->ctx, lac_model_predict(model, lac_data_image(f->data, row), 1, one));
        for (int i = 0; i < LABELS; i++)
            assert_true(fabs(one[i] - all[row * LABELS + i]) < 1e-5);
    }
    assert_ok(f->ctx, lac_model_predict(model, NULL, 0, NULL));
    assert_status(f->ctx, lac_model_predict(model, NULL, -1, NULL), LAC_ERROR_ARGUMENT);
    free(all);
    lac_model_free(&model);
    fixture_free(f);
    (void)state;
}

static void assert_unloadable(lac_context *ctx, const char *path, lac_status wanted)
{
    lac_model *model = (lac_model *)(uintptr_t)1;
    assert_status(ctx, lac_model_load(ctx, path, &model), wanted);
    assert_null(model);
    assert_message(ctx, path);
}

static void damaged_model_files_are_refused_by_name(void **state)
{
    fixture *f = fixture_new(LAC_CPU_AUTO, 6);
    test_path good = path_in(&f->folder, "good.safetensors");
    test_path bad = path_in(&f->folder, "bad.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), good.text));
    lac_trainer_free(&t);
    size_t size;
    char *bytes = file_bytes(good.text, &size);
    const size_t cuts[] = {0, 1, 7, 8, 9, 100, size / 2, size - 1};
    for (int i = 0; i < LAC_COUNT(cuts); i++) {
        file_put(bad.text, bytes, cuts[i]);
        assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
    }
    const size_t flips[] = {0, 9, 60, size / 2, size - 1};
    for (int i = 0; i < LAC_COUNT(flips); i++) {
        bytes[flips[i]] ^= 4;
        file_put(bad.text, bytes, size);
        assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
        bytes[flips[i]] ^= 4;
    }
    file_put(bad.text, "row,x,y\n1,2,3\n", 14);
    assert_unloadable(f->ctx, bad.text, LAC_ERROR_FORMAT);
    assert_unloadable(f->ctx, path_in(&f->folder, "none").text, LAC_ERROR_IO);
    assert_unloadable(f->ctx, f->folder.path, LAC_ERROR_IO); /* holds no last.safetensors */
    free(bytes);
    fixture_free(f);
    (void)state;
}

/* ---- No memory ----------------------------------------------------------------------- */

/* Calls `call` with the 1st, 2nd, ... allocation failing until it succeeds. It returns what the call
 * gave; anything but MEMORY and success fails. Returns the number of failures. */
typedef lac_status (*doomed)(fixture *f);

static int fail_everywhere(fixture *f, doomed call)
{
    for (int i = 1;; i++) {
        f->ctx->fail_at = f->ctx->allocations + i;
        lac_status status = call(f);
        f->ctx->fail_at = 0;
        if (status == LAC_OK)
            return i - 1;
        check_status(f->ctx, status, LAC_ERROR_MEMORY, "with a failing allocation", __FILE__, i);
        assert_message(f->ctx, "out of memory");
    }
}

static lac_status make_plan(fixture *f)
{
    lac_net net;
    lac_plan *plan = (lac_plan *)(uintptr_t)1;
    assert_ok(f->ctx, lac_net_named(f->ctx, "resnet", 3, &net));
    lac_status status = lac_plan_new(f->ctx, &net, 24, 3, 0, &plan);
    assert_true((plan == NULL) == (status != LAC_OK));
    lac_plan_free(&plan);
    return status;
}

static lac_status make_trainer(fixture *f)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    lac_status status = lac_trainer_new(f->ctx, f->data, &f->config, &t);
    assert_true((t == NULL) == (status != LAC_OK));
    lac_trainer_free(&t);
    return status;
}

static lac_status resume_trainer(fixture *f)
{
    lac_trainer *t = (lac_trainer *)(uintptr_t)1;
    test_path run = path_in(&f->folder, "run");
    lac_status status = lac_trainer_resume(f->ctx, f->data, run.text, 0, &t);
    assert_true((t == NULL) == (status != LAC_OK));
    lac_trainer_free(&t);
    return status;
}

static lac_status load_model(fixture *f)
{
    lac_model *model = (lac_model *)(uintptr_t)1;
    test_path run = path_in(&f->folder, "run");
    lac_status status = lac_model_load(f->ctx, run.text, &model);
    assert_true((model == NULL) == (status != LAC_OK));
    lac_model_free(&model);
    return status;
}

static lac_status evaluate_model(fixture *f)
{
    static lac_model *model;
    test_path run = path_in(&f->folder, "run");
    long fail_at = f->ctx->fail_at - f->ctx->allocations;
    f->ctx->fail_at = 0;
    if (!model)
        assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &model));
    f->ctx->fail_at = f->ctx->allocations + fail_at;
    lac_metrics *m = (lac_metrics *)(uintptr_t)1;
    lac_status status = lac_model_evaluate(model, f->data, LAC_SPLIT_HOLDOUT, &m);
    assert_true((m == NULL) == (status != LAC_OK));
    lac_metrics_free(&m);
    if (status == LAC_OK)
        lac_model_free(&model);
    return status;
}

static void every_allocation_may_fail_without_a_trace(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AUTO};
    for (int l = 0; l < LAC_COUNT(levels); l++) {
        fixture *f = fixture_new(levels[l], 6);
        test_path run = path_in(&f->folder, "run");
        f->config.epochs = 1;
        f->config.mirror = 0;
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        lac_trainer_free(&t);
        assert_in_range(fail_everywhere(f, make_plan), 30, 1000);
        assert_in_range(fail_everywhere(f, make_trainer), 30, 1000);
        assert_in_range(fail_everywhere(f, load_model), 20, 1000);
        assert_in_range(fail_everywhere(f, resume_trainer), 60, 1000);
        assert_in_range(fail_everywhere(f, evaluate_model), 5, 1000);
        fixture_free(f);
    }
    (void)state;
}

static void a_failed_save_leaves_the_old_file(void **state)
{
    fixture *f = fixture_new(LAC_CPU_REF, 6);
    test_path path = path_in(&f->folder, "last.safetensors");
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_save(t, path.text));
    size_t size;
    char *before = file_bytes(path.text, &size);
    t->model->plan->w[0] += 1.0f;
    for (int i = 1;; i++) {
        f->ctx->fail_at = f->ctx->allocations + i;
        lac_status status = lac_trainer_save(t, path.text);
        f->ctx->fail_at = 0;
        size_t now;
        char *after = file_bytes(path.text, &now);
        assert_int_equal(now, size);
        assert_int_equal(memcmp(before, after, size) == 0, status != LAC_OK);
        assert_false(lac_path_exists(path_in(&f->folder, "last.safetensors.tmp").text));
        free(after);
        if (status == LAC_OK) {
            assert_in_range(i, 60, 1000);
            break;
        }
        check_status(f->ctx, status, LAC_ERROR_MEMORY, "lac_trainer_save", __FILE__, i);
    }
    free(before);
    test_path missing = path_in(&f->folder, "missing/last.safetensors");
    assert_status(f->ctx, lac_trainer_save(t, missing.text), LAC_ERROR_IO);
    assert_message(f->ctx, missing.text);
    lac_trainer_free(&t);
    fixture_free(f);
    (void)state;
}

/* Wherever a run breaks off, it can be resumed from what it saved, and ends as if nothing had been. */
static void a_run_that_fails_anywhere_resumes_to_the_same_end(void **state)
{
    fixture *f = fixture_new(LAC_CPU_REF, 4);
    test_path whole = path_in(&f->folder, "whole");
    f->config.epochs = 2;
    f->config.mirror = 0;
    f->config.holdout = 0.25;
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    int resumed = 0;
    lac_status status = LAC_ERROR_MEMORY;
    for (int i = 1; status != LAC_OK; i += 3) {
        char name[16];
        snprintf(name, sizeof name, "run%d", i);
        test_path run = path_in(&f->folder, name);
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        f->ctx->fail_at = f->ctx->allocations + i;
        status = lac_trainer_run(t, run.text, NULL, NULL);
        f->ctx->fail_at = 0;
        assert_true(status == LAC_OK || status == LAC_ERROR_MEMORY);
        lac_trainer_free(&t);
        char last[512];
        snprintf(last, sizeof last, "%s/last.safetensors", run.text);
        if (status == LAC_OK || !lac_path_exists(last))
            continue; /* nothing saved yet */
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        assert_true(same_state(straight, t));
        assert_same_run(f->ctx, whole.text, run.text);
        lac_trainer_free(&t);
        resumed++;
    }
    assert_true(resumed > 20);
    lac_trainer_free(&straight);
    fixture_free(f);
    (void)state;
}

/* ---- It learns ----------------------------------------------------------------------- */

enum { DOT_ROWS = 200, DOT_SIZE = 32 };

static void draw_dot(uint8_t *picture, double x, double y)
{
    for (int i = 0; i < DOT_SIZE; i++)
        for (int j = 0; j < DOT_SIZE; j++) {
            double bright = 200.0 * exp(-((j - x) * (j - x) + (i - y) * (i - y)) / 6.0);
            picture[i * DOT_SIZE + j] = (uint8_t)(picture[i * DOT_SIZE + j] + bright);
        }
}

/* Two equal dots on noise, one in either half; "left" is the subject's: the one at the right. A
 * mirror image that forgot to exchange them would teach both to sit in the middle. */
static lac_data *dots(lac_context *ctx)
{
    static const char *const names[] = {"left_dot", "right_dot"};
    enum { AREA = DOT_SIZE * DOT_SIZE };
    uint8_t *pixels = malloc(DOT_ROWS * AREA);
    float *labels = malloc(DOT_ROWS * 4 * sizeof *labels);
    uint8_t *mask = malloc(DOT_ROWS * 4);
    lac_data *data;
    assert_true(pixels && labels && mask);
    for (int i = 0; i < DOT_ROWS * AREA; i++)
        pixels[i] = (uint8_t)(lac_random(7, 0, i) % 50);
    for (int i = 0; i < 2 * DOT_ROWS; i++) {
        double x = (i % 2 ? 3 : 18) + 10 * lac_random_uniform(7, 1, i);
        double y = 4 + 23 * lac_random_uniform(7, 2, i);
        draw_dot(pixels + i / 2 * AREA, x, y);
        int present = lac_random(7, 3, i) % 4 != 0;
        labels[2 * i] = present ? (float)x : NAN;
        labels[2 * i + 1] = present ? (float)y : NAN;
        mask[2 * i] = mask[2 * i + 1] = (uint8_t)present;
    }
    assert_ok(ctx, lac_data_from_memory(ctx, DOT_ROWS, DOT_SIZE, 2, names, pixels, labels, mask,
                                        &data));
    free(pixels);
    free(labels);
    free(mask);
    return data;
}

static double learn_dots(lac_cpu cpu, lac_precision precision)
{
    lac_context *ctx = context_at(cpu, 2);
    lac_data *data = dots(ctx);
    lac_train_config config = small_config("kimura");
    config.batch = 16;
    config.epochs = 10;
    config.start = LAC_START_HE;
    config.dropout = 0.0;
    config.precision = precision;
    told heard = {0};
    lac_trainer *t = trainer_new(ctx, data, &config);
    lac_metrics *m;
    assert_ok(ctx, lac_model_evaluate(lac_trainer_model(t), data, LAC_SPLIT_HOLDOUT, &m));
    assert_true(m->rmse > 4.0);
    lac_metrics_free(&m);
    assert_ok(ctx, lac_trainer_run(t, NULL, listen, &heard));
    if (!(heard.holdout_rmse < 2.0))
        fail_msg("hold-out RMSE is %g pixels after %d steps", heard.holdout_rmse, heard.calls);
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return heard.holdout_rmse;
}

static void a_network_learns_where_the_dots_are_in_either_precision(void **state)
{
    (void)state;
    double whole = learn_dots(LAC_CPU_AUTO, LAC_PRECISION_FLOAT32);
    double half = learn_dots(bf16_level(), LAC_PRECISION_BF16);
    if (!(fabs(half - whole) < 0.1 * whole))
        fail_msg("hold-out RMSE is %g in float32 and %g in bf16", whole, half);
}


int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_the_mean_squared_error_of_present_labels),
        cmocka_unit_test(missing_labels_are_not_read_and_their_gradient_is_zero_bit_for_bit),
        cmocka_unit_test(a_batch_without_labels_has_loss_and_gradient_zero),
        cmocka_unit_test(complete_rows_make_masked_loss_plain_loss_bit_for_bit),
        cmocka_unit_test(on_complete_rows_masked_steps_are_plain_steps_bit_for_bit),
        cmocka_unit_test(nan_at_missing_places_changes_nothing),
        cmocka_unit_test(steps_without_any_label_learn_nothing),
        cmocka_unit_test(mirrored_data_makes_the_same_visits_and_mirroring_twice_is_nothing),
        cmocka_unit_test(every_epoch_visits_every_training_row_and_its_mirror_once),
        cmocka_unit_test(seed_alone_decides_not_threads),
        cmocka_unit_test(a_trainer_of_fewer_pictures_than_threads_predicts_the_same),
        cmocka_unit_test(a_stopped_and_resumed_run_is_one_never_stopped),
        cmocka_unit_test(a_finished_run_can_be_made_longer),
        cmocka_unit_test(a_run_goes_on_only_where_it_was_resumed_from),
        cmocka_unit_test(progress_tells_every_step_and_the_figures_of_the_holdout),
        cmocka_unit_test(a_limit_in_minutes_ends_with_the_epoch_that_passes_it),
        cmocka_unit_test(nan_in_any_parameter_is_found_by_the_next_step),
        cmocka_unit_test(a_loss_that_is_no_number_leaves_the_files_alone),
        cmocka_unit_test(a_holdout_loss_that_is_no_number_leaves_the_last_good_state),
        cmocka_unit_test(weights_that_are_no_numbers_leave_the_last_good_state),
        cmocka_unit_test(a_collapsed_or_diverging_training_is_told_once),
        cmocka_unit_test(a_network_that_learns_nothing_says_that_it_collapsed),
        cmocka_unit_test(opening_a_run_begins_it_or_goes_on),
        cmocka_unit_test(a_run_without_a_state_is_begun_anew),
        cmocka_unit_test(seeds_may_share_a_hold_out),
        cmocka_unit_test(trainings_that_cannot_be_are_refused),
        cmocka_unit_test(every_field_of_the_configuration_is_checked),
        cmocka_unit_test(other_data_does_not_resume_a_run),
        cmocka_unit_test(a_loaded_model_predicts_what_the_trained_one_does),
        cmocka_unit_test(a_model_predicts_any_number_of_pictures_alike),
        cmocka_unit_test(damaged_model_files_are_refused_by_name),
        cmocka_unit_test(every_allocation_may_fail_without_a_trace),
        cmocka_unit_test(a_failed_save_leaves_the_old_file),
        cmocka_unit_test(a_run_that_fails_anywhere_resumes_to_the_same_end),
        cmocka_unit_test(a_network_learns_where_the_dots_are_in_either_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
