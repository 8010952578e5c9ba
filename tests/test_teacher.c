/*
 * Training with a teacher: what it is asked and answers, what is learned of that, what it must have
 * in common with the training, and what a run that goes on asks of it.
 */
#include "eval/eval.h"
#include "image/units.h"
#include "training.h"

#include <math.h>

enum { ROWS = 24, SIDE = 12, OUTPUTS = 10, LINES = 2000 };

static const char by_source[] = "a conv 5x5 /2 16 norm relu\nc dense 2*source_points output\n";
static const char shared[] = "a conv 5x5 /2 16 norm relu\nc dense 2*points output\n";

typedef struct school {
    lac_context *ctx;
    table table;
    lac_data *data;          /* of two sources: every other row lacks the right eye */
    test_folder folder;
    lac_train_config config; /* of a pupil with a head for each */
    test_path teacher;       /* a run with a head for each */
    char said[LINES];        /* what is logged */
} school;

static void take_line(void *user, const char *line)
{
    char *said = user;
    snprintf(said + strlen(said), LINES - strlen(said), "%s\n", line);
}

static void use_network(const school *s, const char *text, lac_train_config *config)
{
    test_path path = path_in(&s->folder, text == shared ? "shared.net" : "by_source.net");
    file_put(path.text, text, strlen(text));
    strcpy(config->model, path.text);
}

/* Trains for an epoch in a folder of this name. */
static test_path run_of(const school *s, const char *name, const lac_data *data,
                        const lac_train_config *config)
{
    test_path path = path_in(&s->folder, name);
    lac_train_config own = *config;
    own.epochs = 1;
    own.teacher[0] = 0;
    lac_trainer *t = trainer_new(s->ctx, data, &own);
    assert_ok(s->ctx, lac_trainer_run(t, path.text, NULL, NULL));
    lac_trainer_free(&t);
    return path;
}

static school *school_new(void)
{
    school *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->ctx = context_at(LAC_CPU_AUTO, 2);
    s->ctx->log = take_line;
    s->ctx->log_user = s->said;
    s->table = table_new(ROWS, SIDE, 1);
    for (int row = 1; row < ROWS; row += 2)
        s->table.mask[row * LABELS + 2] = s->table.mask[row * LABELS + 3] = 0;
    s->data = data_of(s->ctx, &s->table);
    assert_int_equal(lac_data_sources(s->data), 2);
    folder_new(&s->folder);
    s->config = small_config("");
    s->config.reduction = LAC_REDUCTION_PRESENT;
    s->config.holdout = 0.25;
    use_network(s, by_source, &s->config);
    s->teacher = run_of(s, "teacher", s->data, &s->config);
    strcpy(s->config.teacher, s->teacher.text);
    s->said[0] = 0;
    return s;
}

static void school_free(school *s)
{
    table_free(&s->table);
    folder_free(&s->folder);
    lac_data_free(&s->data);
    lac_context_free(&s->ctx);
    free(s);
}

static lac_model *load(school *s, const char *path)
{
    lac_model *model;
    assert_ok(s->ctx, lac_model_load(s->ctx, path, &model));
    return model;
}

/* ---- What it answers ---------------------------------------------------------------------- */

static size_t place(const lac_trainer *t, int index, int head)
{
    return ((size_t)index * t->model->heads.count + head) * LABELS;
}

/* Of the full rows the labels are known to the head of all points and asked of the other one; of
 * the rest it is the other way round. */
static void it_answers_every_output_without_a_label(void **state)
{
    (void)state;
    school *s = school_new();
    lac_model *teacher = load(s, s->teacher.text);
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    assert_int_equal(t->lessons, 3);
    for (int i = 0; i < t->train_count; i++)
        for (int head = 0; head < 2; head++) {
            int row = t->train_rows[i], is_asked = head != t->head[row];
            const lac_predict_config how = {.source = head, .flip = 1};
            lac_predictor *p;
            float xy[LABELS];
            assert_ok(s->ctx, lac_predictor_new(s->ctx, teacher, &how, &p));
            assert_ok(s->ctx, lac_predictor_run(p, lac_data_image(s->data, row), 1, xy));
            lac_predictor_free(&p);
            for (int k = 0; k < LABELS; k++) {
                int is_taught = is_asked && (head == 0 || k / 2 != 1);
                assert_int_equal(t->taught_mask[place(t, i, head) + k], is_taught);
                if (is_taught)
                    assert_true(fabsf(t->taught[place(t, i, head) + k] - xy[k]) < 1e-4f);
            }
        }
    lac_trainer_free(&t);
    lac_model_free(&teacher);
    school_free(s);
}

/* What a step is shown of the answers is what it would be shown of such labels. */
static void answers_go_with_labels_through_every_view(void **state)
{
    (void)state;
    school *s = school_new();
    double loss;
    int gone = 0, mirrored = 0;
    s->config.rotation = 40;
    s->config.shift = 0.4;
    s->config.batch = 2 * ROWS;
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    t->model->heads.aside[1] = 1.5;
    assert_ok(s->ctx, lac_trainer_step(t, &loss));
    for (int i = 0; i < t->visits; i++)
        for (int head = 0; head < 2; head++) {
            size_t from = place(t, (int)t->batch_sample[i] / 2, head);
            size_t at = (size_t)(3 * i + 1 + head) * LABELS;
            const lac_view_frame frame = {SIDE, SIDE, SIDE, SIDE, head * 1.5};
            float want[LABELS];
            uint8_t mask[LABELS];
            lac_view_labels(&t->batch_view[i], &frame, t->taught + from, t->taught_mask + from,
                            s->data->mirror, POINTS, want, mask);
            mirrored += lac_view_is_mirrored(&t->batch_view[i]);
            for (int k = 0; k < LABELS; k++) {
                mask[k] &= head == 0 || k / 2 != 1;
                gone += !mask[k] && t->taught_mask[from + k];
                assert_int_equal(t->mask[at + k], mask[k]);
                if (mask[k])
                    assert_true(t->target[at + k] == lac_to_units(want[k], SIDE));
            }
        }
    assert_true(gone > 0 && mirrored > 0);
    lac_trainer_free(&t);
    school_free(s);
}

/* ---- What is learned of it ------------------------------------------------------------------ */

/* Answers that count as much as labels are labels, bit for bit. */
static void a_teacher_of_weight_1_fills_gaps_as_labels_would(void **state)
{
    (void)state;
    school *s = school_new();
    use_network(s, shared, &s->config);
    s->config.teacher_weight = 1;
    s->config.holdout = 0;
    s->config.rotation = 20;
    lac_trainer *taught = trainer_new(s->ctx, s->data, &s->config);
    assert_int_equal(taught->lessons, 2);
    for (int i = 0; i < ROWS * LABELS; i++)
        if (!s->table.mask[i]) {
            assert_int_equal(taught->taught_mask[i], 1);
            s->table.labels[i] = taught->taught[i];
            s->table.mask[i] = 1;
        }
    lac_data *full = data_of(s->ctx, &s->table);
    s->config.teacher[0] = 0;
    lac_trainer *labelled = trainer_new(s->ctx, full, &s->config);
    lac_trainer *gaps = trainer_new(s->ctx, s->data, &s->config);
    take_steps(taught, 12);
    take_steps(labelled, 12);
    take_steps(gaps, 12);
    assert_true(same_weights(taught, labelled));
    assert_false(same_weights(taught, gaps));
    lac_trainer_free(&taught);
    lac_trainer_free(&labelled);
    lac_trainer_free(&gaps);
    lac_data_free(&full);
    school_free(s);
}

/* How far the last layer's outputs [from, to) are moved by the step at hand. */
static double pull(const lac_trainer *t, int from, int to)
{
    const lac_param *bias = &t->model->net->params.table[t->model->net->params.count - 1];
    double sum = 0;
    assert_int_equal(bias->count, OUTPUTS);
    for (int i = from; i < to; i++)
        sum += fabs((double)t->plan->g[bias->offset + i]);
    return sum;
}

static void rows_of_one_source_move_the_head_of_another_by_the_weight(void **state)
{
    (void)state;
    school *s = school_new();
    static const double weights[] = {0.01, 0.1};
    double own[2], other[2], loss;
    s->config.batch = 1;
    s->config.mirror = 0; /* a point whose partner its source lacks would have no label */
    for (int i = 0; i < 2; i++) {
        s->config.teacher_weight = weights[i];
        lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
        assert_ok(s->ctx, lac_trainer_step(t, &loss));
        int is_full = t->head[t->batch_row[0]] == 0;
        own[i] = is_full ? pull(t, 0, 6) : pull(t, 6, 10);
        other[i] = is_full ? pull(t, 6, 10) : pull(t, 0, 6);
        own[i] *= is_full ? 6 + weights[i] * 4 : 4 + weights[i] * 6;
        other[i] *= is_full ? 6 + weights[i] * 4 : 4 + weights[i] * 6;
        lac_trainer_free(&t);
    }
    assert_true(own[0] > 0 && fabs(own[1] / own[0] - 1) < 1e-5);
    assert_true(other[0] > 0 && fabs(other[1] / other[0] / 10 - 1) < 1e-5);
    school_free(s);
}

static void the_hold_out_never_sees_it(void **state)
{
    (void)state;
    school *s = school_new();
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    lac_metrics *m;
    assert_ok(s->ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_ok(s->ctx, lac_metrics_compute(s->ctx, s->data, t->xy, t->holdout_rows,
                                          t->holdout_count, &m));
    long labels = 0;
    for (int i = 0; i < t->holdout_count; i++)
        labels += t->holdout_rows[i] % 2 ? 4 : 6;
    assert_int_equal(m->labels, labels);
    lac_metrics_free(&m);
    for (int row = 0; row < ROWS; row++)
        assert_int_equal(s->data->mask[row * LABELS + 2], row % 2 == 0);
    lac_trainer_free(&t);
    school_free(s);
}

/* ---- What it has in common with the training ------------------------------------------------- */

static void points_are_matched_by_name(void **state)
{
    (void)state;
    static const char *const other_names[POINTS] = {"nose", "chin", "left_eye"};
    school *s = school_new();
    table full = table_new(ROWS, SIDE, 1);
    lac_data *other;
    assert_ok(s->ctx, lac_data_from_memory(s->ctx, ROWS, SIDE, POINTS, other_names, full.pixels,
                                           full.labels, full.mask, &other));
    lac_train_config config = s->config;
    use_network(s, shared, &config);
    config.mirror = s->config.mirror = 0;
    test_path path = run_of(s, "other", other, &config);
    strcpy(s->config.teacher, path.text);
    s->said[0] = 0;
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    lac_model *teacher = load(s, path.text);
    lac_predictor *p;
    assert_ok(s->ctx, lac_predictor_new(s->ctx, teacher, NULL, &p));
    int full_rows = 0, gaps;
    for (int i = 0; i < t->train_count; i++) {
        int row = t->train_rows[i], head = 1 - t->head[row];
        float xy[LABELS];
        full_rows += head == 1;
        assert_ok(s->ctx, lac_predictor_run(p, lac_data_image(s->data, row), 1, xy));
        const float *taught = t->taught + place(t, i, head);
        for (int axis = 0; axis < 2; axis++) {
            assert_true(fabsf(taught[axis] - xy[4 + axis]) < 1e-4f);
            assert_true(fabsf(taught[4 + axis] - xy[axis]) < 1e-4f);
            assert_int_equal(t->taught_mask[place(t, i, head) + 2 + axis], 0);
        }
    }
    gaps = 4 * full_rows + 6 * (t->train_count - full_rows);
    char wanted[80];
    snprintf(wanted, sizeof wanted, "answers %d of the %d labels", 4 * t->train_count, gaps);
    assert_non_null(strstr(s->said, wanted));
    assert_non_null(strstr(s->said, "was trained on other data"));
    lac_predictor_free(&p);
    lac_model_free(&teacher);
    lac_trainer_free(&t);
    lac_data_free(&other);
    table_free(&full);
    school_free(s);
}

static void a_folder_of_models_teaches_their_mean(void **state)
{
    (void)state;
    school *s = school_new();
    test_path folder = path_in(&s->folder, "both");
    const char *const names[] = {"both/1", "both/2"};
    lac_trainer *t[3];
    lac_train_config config = s->config;
    assert_ok(s->ctx, lac_folder_make(s->ctx, folder.text));
    for (int i = 0; i < 2; i++) {
        config.split_seed = 1;
        config.seed = 5 + (uint64_t)i;
        test_path path = run_of(s, names[i], s->data, &config);
        strcpy(s->config.teacher, path.text);
        t[i] = trainer_new(s->ctx, s->data, &s->config);
    }
    strcpy(s->config.teacher, folder.text);
    s->said[0] = 0;
    t[2] = trainer_new(s->ctx, s->data, &s->config);
    for (size_t i = 0; i < place(t[2], t[2]->train_count, 0); i++) {
        double mean = ((double)t[0]->taught[i] + (double)t[1]->taught[i]) / 2;
        assert_true(fabs((double)t[2]->taught[i] - mean) < 1e-4);
    }
    assert_null(strstr(s->said, "too good"));
    for (int i = 0; i < 3; i++)
        lac_trainer_free(&t[i]);
    school_free(s);
}

static void whether_it_has_seen_what_is_held_out_is_told(void **state)
{
    (void)state;
    school *s = school_new();
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    assert_null(strstr(s->said, "too good"));
    lac_trainer_free(&t);
    lac_train_config config = s->config;
    config.seed = 7;
    test_path path = run_of(s, "seven", s->data, &config);
    strcpy(s->config.teacher, path.text);
    s->said[0] = 0;
    t = trainer_new(s->ctx, s->data, &s->config);
    assert_non_null(strstr(s->said, "rows held out here, so that their figures are too good"));
    lac_trainer_free(&t);
    school_free(s);
}

static void check_refused(school *s, lac_status status, const char *message)
{
    lac_trainer *t;
    assert_status(s->ctx, lac_trainer_new(s->ctx, s->data, &s->config, &t), status);
    assert_message(s->ctx, message);
    assert_null(t);
}

static void what_cannot_teach_is_refused(void **state)
{
    (void)state;
    school *s = school_new();
    lac_train_config config = s->config;
    lac_data *full = data_new(s->ctx, ROWS, SIDE, 1), *large = data_new(s->ctx, ROWS, SIDE + 2, 1);
    use_network(s, shared, &config);
    test_path path = run_of(s, "large", large, &config);
    strcpy(s->config.teacher, path.text);
    check_refused(s, LAC_ERROR_MISMATCH, "large: its pictures are 14x14, the data's 12x12");
    strcpy(s->config.teacher, "nowhere");
    check_refused(s, LAC_ERROR_IO, "nowhere");
    strcpy(s->config.teacher, s->teacher.text);
    s->config.loss = LAC_LOSS_PLAIN;
    s->config.rows = LAC_ROWS_COMPLETE;
    check_refused(s, LAC_ERROR_MISMATCH, "plain loss learns complete rows alone");
    s->config.loss = LAC_LOSS_MASKED;
    lac_data_free(&s->data);
    s->data = full;
    check_refused(s, LAC_ERROR_MISMATCH, "the training rows lack no label that it could answer");
    lac_data_free(&large);
    school_free(s);
}

/* ---- Runs ----------------------------------------------------------------------------------- */

static int stop_in_epoch_2(void *user, const lac_progress *progress)
{
    (void)user;
    return progress->epoch == 2 && progress->step == 1;
}

/* One thread or two, at once or with a stop in the midst of an epoch. */
static void a_run_goes_on_with_it_to_the_same_bits(void **state)
{
    (void)state;
    school *s = school_new();
    lac_context *one = context_at(LAC_CPU_AUTO, 1);
    test_path run = path_in(&s->folder, "run");
    s->config.ema = 0.9;
    s->config.rotation = 10;
    s->config.mirror_axis = LAC_MIRROR_AXIS_LEARNED;
    lac_trainer *whole = trainer_new(s->ctx, s->data, &s->config);
    assert_ok(s->ctx, lac_trainer_run(whole, NULL, NULL, NULL));
    lac_trainer *part = trainer_new(one, s->data, &s->config);
    assert_status(one, lac_trainer_run(part, run.text, stop_in_epoch_2, NULL), LAC_STOPPED);
    lac_trainer_free(&part);
    assert_ok(s->ctx, lac_trainer_resume(s->ctx, s->data, run.text, 0, &part));
    assert_ok(s->ctx, lac_trainer_run(part, run.text, NULL, NULL));
    assert_true(same_state(whole, part));
    lac_trainer_free(&whole);
    lac_trainer_free(&part);
    lac_context_free(&one);
    school_free(s);
}

static void a_run_does_not_go_on_with_another(void **state)
{
    (void)state;
    school *s = school_new();
    test_path run = path_in(&s->folder, "run");
    lac_trainer *t = trainer_new(s->ctx, s->data, &s->config);
    assert_status(s->ctx, lac_trainer_run(t, run.text, stop_in_epoch_2, NULL), LAC_STOPPED);
    lac_trainer_free(&t);
    tree_remove(s->teacher.text);
    assert_status(s->ctx, lac_trainer_resume(s->ctx, s->data, run.text, 0, &t), LAC_ERROR_IO);
    assert_message(s->ctx, s->teacher.text);
    lac_train_config config = s->config;
    config.lr *= 2;
    run_of(s, "teacher", s->data, &config);
    assert_status(s->ctx, lac_trainer_resume(s->ctx, s->data, run.text, 0, &t),
                  LAC_ERROR_MISMATCH);
    assert_message(s->ctx, "is another model now than when the run began");
    tree_remove(s->teacher.text);
    run_of(s, "teacher", s->data, &s->config);
    assert_ok(s->ctx, lac_trainer_resume(s->ctx, s->data, run.text, 0, &t));
    lac_trainer_free(&t);
    school_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_every_output_without_a_label),
        cmocka_unit_test(answers_go_with_labels_through_every_view),
        cmocka_unit_test(a_teacher_of_weight_1_fills_gaps_as_labels_would),
        cmocka_unit_test(rows_of_one_source_move_the_head_of_another_by_the_weight),
        cmocka_unit_test(the_hold_out_never_sees_it),
        cmocka_unit_test(points_are_matched_by_name),
        cmocka_unit_test(a_folder_of_models_teaches_their_mean),
        cmocka_unit_test(whether_it_has_seen_what_is_held_out_is_told),
        cmocka_unit_test(what_cannot_teach_is_refused),
        cmocka_unit_test(a_run_goes_on_with_it_to_the_same_bits),
        cmocka_unit_test(a_run_does_not_go_on_with_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
