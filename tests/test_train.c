/*
 * The training: loss, visits, steps. The networks are whole but the pictures tiny. Where the
 * promise is "bit for bit", bits are compared: parameters, running statistics, both moments
 * and the cursor.
 */
#include "train/loss.h"
#include "training.h"

#include <math.h>

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

static lac_loss_batch batch_of(const loss_case *c, lac_reduction reduction, lac_form form)
{
    return (lac_loss_batch){c->y, c->target, c->mask, LOSS_N, LABELS, reduction, form, 0.5, NULL};
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
        lac_loss_batch batch = batch_of(&c, (lac_reduction)reduction, LAC_FORM_SQUARED);
        assert_true(fabs(lac_loss_gradient(&batch, dy) - sum / divisor) < 1e-12);
        for (int i = 0; i < LOSS_LABELS; i++)
            if (c.mask[i])
                assert_true(fabs(dy[i] - 2.0 * ((double)c.y[i] - (double)c.target[i]) / divisor) <
                            1e-7);
    }
    (void)state;
}

/* Of squares by loops as they stand in the formula; of every form by difference quotients. */
static void weights_of_outputs_count_in_the_sum_and_in_the_divisor(void **state)
{
    static const float weight[LABELS] = {1, 1, 1, 0.25f, 0.5f, 0.125f};
    const float step = 1.0f / 1024;
    loss_case c;
    float dy[LOSS_LABELS], moved[LOSS_LABELS];
    draw_loss(&c, 6);
    for (int way = 0; way < 2 * (LAC_FORM_WING + 1); way++) {
        lac_loss_batch batch = batch_of(&c, (lac_reduction)(way % 2), (lac_form)(way / 2));
        batch.weight = weight;
        double loss = lac_loss_gradient(&batch, dy), sum = 0, present = 0, all = 0;
        for (int i = 0; i < LOSS_LABELS; i++) {
            double w = (double)weight[i % LABELS], e = (double)c.y[i] - (double)c.target[i];
            sum += c.mask[i] ? w * e * e : 0;
            present += c.mask[i] ? w : 0;
            all += w;
        }
        if (batch.form == LAC_FORM_SQUARED)
            assert_true(fabs(loss - sum / (way % 2 ? present : all)) < 1e-12);
        for (int i = 0; i < LOSS_LABELS; i++) {
            float y = c.y[i];
            c.y[i] = y + step;
            double more = lac_loss_gradient(&batch, moved);
            c.y[i] = y - step;
            double slope = (more - lac_loss_gradient(&batch, moved)) / (2 * (double)step);
            c.y[i] = y;
            assert_true(fabs(slope - (double)dy[i]) < 1e-4);
        }
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
    for (int way = 0; way < 2 * (LAC_FORM_WING + 1); way++) {
        lac_loss_batch batch = batch_of(&c, (lac_reduction)(way % 2), (lac_form)(way / 2));
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
        lac_loss_batch batch = batch_of(&c, (lac_reduction)reduction, LAC_FORM_SQUARED);
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
    lac_loss_batch batch = batch_of(&c, LAC_REDUCTION_ALL, LAC_FORM_SQUARED);
    batch.mask = NULL;
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
    lac_data *data = data_of(ctx, &t);
    lac_train_config config = small_config("kimura");
    config.weight_decay = 0.0;
    config.reduction = LAC_REDUCTION_PRESENT;
    lac_trainer *trained = trainer_new(ctx, data, &config);
    lac_trainer *fresh = trainer_new(ctx, data, &config);
    double loss = -1.0;
    memset(data->mask, 0, (size_t)t.rows * LABELS); /* now, as no training begins so */
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
    assert_memory_equal((float *)a->plan->op[0].z + i * area,
                        (float *)b->plan->op[0].z + j * area,
                        area * sizeof(float));
    assert_memory_equal(a->target + i * LABELS, b->target + j * LABELS, LABELS * sizeof(float));
    assert_memory_equal(a->mask + i * LABELS, b->mask + j * LABELS, LABELS);
}

static void mirrored_data_makes_the_same_visits_and_mirroring_twice_is_nothing(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AVX2, LAC_CPU_AVX512,
                                     LAC_CPU_NEON, LAC_CPU_AMX};
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
                const float *x = (float *)a->plan->op[0].z + in_a[2 * row] * area;
                const float *y = a->target + in_a[2 * row] * LABELS;
                for (size_t p = 0; p < area; p++)
                    assert_true(fabs(x[p] - straight.pixels[row * area + p] / 255.0) < 1e-7);
                for (int i = 0; i < LABELS; i++) {
                    double pixels = straight.labels[row * LABELS + i];
                    int present = straight.mask[row * LABELS + i];
                    double wanted = present ? pixels / (size / 2.0) - 1.0 : 0.0;
                    assert_true(fabs(y[i] - wanted) < 1e-6);
                }
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
                int n = lac_trainer_first(t, step + 1) - count;
                take_steps(t, 1);
                for (int i = 0; i < n; i++) {
                    seen[t->batch_row[i]][lac_view_is_mirrored(&t->batch_view[i])]++;
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
                 {"resnet", LAC_CPU_AMX, 24, LAC_PRECISION_BF16},
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
        assert_ok(ctx, lac_plan_predict(t->plan, &t->model->heads,
                                        &(lac_asked){.pixels = data->pixels, .count = ROWS},
                                        xy[i]));
        lac_trainer_free(&t);
        lac_data_free(&data);
        lac_context_free(&ctx);
    }
    for (int i = 0; i < ROWS * LABELS; i++)
        assert_float_equal(xy[0][i], xy[1][i], 1e-3);
    (void)state;
}

/* ---- Numbers that are none ----------------------------------------------------------- */

static void nan_in_any_parameter_is_found_by_the_next_step(void **state)
{
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AVX2, LAC_CPU_AVX512,
                                     LAC_CPU_NEON, LAC_CPU_AMX};
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
        const lac_params *params = &t->model->net->params;
        for (int p = 0; p < params->count; p++) {
            float *w = t->model->weights.w + params->table[p].offset;
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

static double holdout_rmse(const lac_trainer *t)
{
    lac_metrics *m;
    assert_ok(t->ctx, lac_model_evaluate(lac_trainer_model(t), t->data, LAC_SIDE_HOLDOUT,
                                         NULL, &m));
    double rmse = m->rmse;
    lac_metrics_free(&m);
    return rmse;
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
    lac_trainer *t = trainer_new(ctx, data, &config);
    assert_true(holdout_rmse(t) > 4.0);
    assert_ok(ctx, lac_trainer_run(t, NULL, NULL, NULL));
    double rmse = holdout_rmse(t);
    if (!(rmse < 2.0))
        fail_msg("hold-out RMSE is %g pixels after %d epochs", rmse, config.epochs);
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return rmse;
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
        cmocka_unit_test(weights_of_outputs_count_in_the_sum_and_in_the_divisor),
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
        cmocka_unit_test(nan_in_any_parameter_is_found_by_the_next_step),
        cmocka_unit_test(a_network_learns_where_the_dots_are_in_either_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
