/*
 * Labels that lie to one side of what they mark: how a view carries them, what a training finds,
 * what a model keeps of it, and a mirrored prediction with it.
 */
#include "train/axis.h"
#include "training.h"

#include <math.h>
#include <sys/stat.h>

enum { ROWS = 120, SIDE = 24, OUTPUTS = 10 };

static const char network[] = "a conv 5x5 16 norm relu\n"
                              "b conv 3x3 16 norm relu\n"
                              "maps conv 1x1 source_points\n"
                              "xy softargmax output\n";

/* ---- Data ---------------------------------------------------------------------------------- */

static void draw_spot(uint8_t *pixels, const float at[2], double width, double grey)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            double dx = x - (double)at[0], dy = y - (double)at[1];
            double lit = grey * exp(-(dx * dx + dy * dy) / (2 * width * width));
            pixels[y * SIDE + x] = (uint8_t)fmin(255, pixels[y * SIDE + x] + lit);
        }
}

/* Three spots on black. Every other row lacks the nose, so that there are two sources, and their
 * labels lie aside[0] and aside[1] to the right of the spots. Spots lie left of the middle on the
 * whole: where labels are does not tell the axis. */
static lac_data *spots(lac_context *ctx, const double aside[2])
{
    static const double width[POINTS] = {1.0, 1.0, 1.7}, grey[POINTS] = {120, 120, 250};
    table t = table_new(ROWS, SIDE, 1);
    memset(t.pixels, 0, (size_t)ROWS * SIDE * SIDE);
    for (int row = 0; row < ROWS; row++) {
        const double place[POINTS] = {14, 4, 9}; /* a left eye is on the right */
        for (int k = 0; k < POINTS; k++) {
            uint64_t i = (uint64_t)(row * POINTS + k);
            float at[2] = {(float)(place[k] + 3 * lac_random_uniform(5, 0, i)),
                           (float)(6 + 9 * lac_random_uniform(5, 1, i))};
            draw_spot(t.pixels + row * SIDE * SIDE, at, width[k], grey[k]);
            t.labels[row * LABELS + 2 * k] = at[0] + (float)aside[row % 2];
            t.labels[row * LABELS + 2 * k + 1] = at[1];
            t.mask[row * LABELS + 2 * k] = t.mask[row * LABELS + 2 * k + 1] =
                !(row % 2 && k == 2);
        }
    }
    lac_data *data = data_of(ctx, &t);
    table_free(&t);
    assert_int_equal(lac_data_sources(data), 2);
    return data;
}

static lac_train_config spots_config(const test_folder *folder)
{
    test_path path = path_in(folder, "spots.net");
    file_put(path.text, network, strlen(network));
    lac_train_config config = small_config(path.text);
    config.mirror_axis = LAC_MIRROR_AXIS_LEARNED;
    config.start = LAC_START_UNIFORM;
    config.reduction = LAC_REDUCTION_PRESENT;
    config.weight_decay = 0;
    config.batch = 16;
    config.epochs = 12;
    config.lr = 0.01;
    config.schedule = LAC_SCHEDULE_COSINE;
    config.rotation = 5;
    return config;
}

typedef struct spots_case {
    lac_context *ctx;
    lac_data *data;
    test_folder folder;
    lac_train_config config;
} spots_case;

static spots_case case_new(const double aside[2])
{
    spots_case c = {.ctx = context_at(LAC_CPU_AUTO, 2)};
    c.data = spots(c.ctx, aside);
    folder_new(&c.folder);
    c.config = spots_config(&c.folder);
    return c;
}

static void case_free(spots_case *c)
{
    folder_free(&c->folder);
    lac_data_free(&c->data);
    lac_context_free(&c->ctx);
}

/* ---- Views --------------------------------------------------------------------------------- */

static void labels_aside_lie_aside_in_every_view(void **state)
{
    (void)state;
    static const int partner[POINTS] = {1, 0, 2};
    static const float label[LABELS] = {4, 5, 9.5f, 6, 7, 8}, none[LABELS];
    static const uint8_t mask[LABELS] = {1, 1, 1, 1, 1, 0};
    static const lac_view_frame frame = {SIDE, SIDE, SIDE, SIDE, 1.25};
    lac_view mirror = lac_view_mirror(SIDE), turn = lac_view_turn(SIDE, SIDE, 0.5, 1, 0, 0);
    float out[LABELS], spot[2] = {4 - 1.25f, 5};
    uint8_t out_mask[LABELS];
    lac_view_labels(&mirror, &frame, label, mask, partner, POINTS, out, out_mask);
    assert_true(out[0] == 23 + 2.5f - 9.5f && out[1] == 6 && out[2] == 23 + 2.5f - 4);
    assert_true(out[4] == 23 + 2.5f - 7 && out_mask[4] && !out_mask[5] && out[5] == 0);
    lac_view_labels(&turn, &frame, label, mask, partner, POINTS, out, out_mask);
    lac_view_points(&turn, spot, 1, spot);
    assert_true(fabsf(out[0] - (spot[0] + 1.25f)) < 1e-5f && fabsf(out[1] - spot[1]) < 1e-5f);
    static const uint8_t no_mask[LABELS];
    lac_view_labels(&mirror, &frame, label, no_mask, partner, POINTS, out, out_mask);
    assert_memory_equal(out, none, sizeof none);
}

/* ---- Training ------------------------------------------------------------------------------ */

static void a_training_finds_how_far_aside_labels_lie(void **state)
{
    (void)state;
    static const double aside[2] = {1.25, -0.75};
    spots_case c = case_new(aside);
    double rmse[2];
    for (int learned = 0; learned < 2; learned++) {
        test_path run = path_in(&c.folder, learned ? "learned" : "middle");
        c.config.mirror_axis = learned ? LAC_MIRROR_AXIS_LEARNED : LAC_MIRROR_AXIS_MIDDLE;
        lac_trainer *t = trainer_new(c.ctx, c.data, &c.config);
        assert_ok(c.ctx, lac_trainer_run(t, run.text, NULL, NULL));
        rmse[learned] = t->cursor.best;
        for (int source = 0; source < 2; source++) {
            double found = lac_model_aside(lac_trainer_model(t), source);
            assert_true(learned ? fabs(found - aside[source]) < 0.1 : found == 0);
        }
        lac_trainer_free(&t);
    }
    assert_true(rmse[1] < 0.9 * rmse[0]);
    case_free(&c);
}

static void without_mirror_images_nothing_is_learned_of_their_axis(void **state)
{
    (void)state;
    static const double aside[2] = {1.25, -0.75};
    spots_case c = case_new(aside);
    c.config.mirror = 0;
    lac_trainer *t = trainer_new(c.ctx, c.data, &c.config);
    take_steps(t, 5);
    assert_true(lac_model_aside(lac_trainer_model(t), 0) == 0);
    assert_true(lac_model_aside(lac_trainer_model(t), 1) == 0);
    lac_trainer_free(&t);
    case_free(&c);
}

/* Threads change nothing, nor do a stop in the midst of an epoch and a resume. */
static void what_is_learned_of_it_resumes_to_the_same_bits(void **state)
{
    (void)state;
    static const double aside[2] = {0.5, 1.0};
    spots_case c = case_new(aside);
    lac_context *one = context_at(LAC_CPU_AUTO, 1);
    c.config.ema = 0.9;
    lac_trainer *whole = trainer_new(c.ctx, c.data, &c.config);
    lac_trainer *part = trainer_new(one, c.data, &c.config);
    take_steps(whole, 5);
    take_steps(part, 2);
    test_path run = path_in(&c.folder, "part");
    assert_int_equal(mkdir(run.text, 0777), 0);
    test_path last = path_in(&c.folder, "part/last.safetensors");
    assert_ok(one, lac_trainer_save(part, last.text));
    lac_trainer_free(&part);
    assert_ok(c.ctx, lac_trainer_resume(c.ctx, c.data, run.text, 0, &part));
    lac_trainer_shuffle(part); /* in the midst of an epoch */
    take_steps(part, 3);
    assert_true(same_state(whole, part));
    for (int source = 0; source < 2; source++) {
        double a = lac_model_aside(lac_trainer_model(whole), source);
        assert_true(a != 0 && a == lac_model_aside(lac_trainer_model(part), source));
    }
    lac_trainer_free(&whole);
    lac_trainer_free(&part);
    lac_context_free(&one);
    case_free(&c);
}

/* ---- Models -------------------------------------------------------------------------------- */

static char *const names[POINTS] = {(char[]){"left_eye"}, (char[]){"right_eye"}, (char[]){"nose"}};
static int partners[POINTS] = {1, 0, 2};
static uint8_t patterns[2 * POINTS] = {1, 1, 1, 1, 1, 0};
static const float answers[OUTPUTS] = {4, 2, 10.5f, 3, 8, 5.25f, 7.5f, 2.5f, 3.75f, 6};

/* A model that answers `answers` (pixels) to any picture, its labels 1.5 and -0.25 aside. */
static lac_model *answering(lac_context *ctx)
{
    const lac_heads heads = {.points = POINTS, .mirror = partners, .sources = 2,
                             .pattern = patterns};
    const lac_model_parts parts = {.name = "constant", .text = "a dense 2*source_points output",
                                   .where = "constant", .story = "{}", .size = SIDE,
                                   .points = POINTS, .names = names, .heads = &heads};
    lac_model *model;
    assert_ok(ctx, lac_model_new(ctx, &parts, &model));
    const lac_param *bias = &model->net->params.table[model->net->params.count - 1];
    for (size_t i = 0; i < bias->count; i++)
        model->weights.w[bias->offset + i] = (answers[i] - SIDE / 2) / (SIDE / 2);
    assert_true(lac_model_aside(model, 0) == 0 && lac_model_aside(model, 1) == 0);
    model->heads.aside[0] = 1.5;
    model->heads.aside[1] = -0.25;
    return model;
}

static void a_mirrored_prediction_takes_it_into_account(void **state)
{
    (void)state;
    static const float wanted[2][4] = {{(4 + 26 - 10.5f) / 2, 2.5f, (10.5f + 26 - 4) / 2, 2.5f},
                                       {(7.5f + 22.5f - 3.75f) / 2, 4.25f,
                                        (3.75f + 22.5f - 7.5f) / 2, 4.25f}};
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    lac_model *model = answering(ctx);
    static const uint8_t pixels[SIDE * SIDE];
    for (int source = 0; source < 2; source++) {
        const lac_predict_config how = {.source = source, .flip = 1};
        lac_predictor *predictor;
        float xy[LABELS];
        assert_ok(ctx, lac_predictor_new(ctx, model, &how, &predictor));
        assert_ok(ctx, lac_predictor_run(predictor, pixels, 1, xy));
        for (int i = 0; i < 4; i++)
            assert_true(fabsf(xy[i] - wanted[source][i]) < 1e-5f);
        assert_true(source ? isnan(xy[4]) : fabsf(xy[4] - 13) < 1e-5f);
        lac_predictor_free(&predictor);
    }
    lac_model_free(&model);
    lac_context_free(&ctx);
}

static void a_model_file_keeps_it_to_the_last_bit(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    test_folder folder;
    folder_new(&folder);
    test_path path = path_in(&folder, "model.safetensors");
    lac_model *model = answering(ctx);
    model->heads.aside[0] = 1.0 / 3;
    assert_ok(ctx, lac_model_save(model, path.text));
    lac_model_free(&model);
    assert_ok(ctx, lac_model_load(ctx, path.text, &model));
    assert_true(lac_model_aside(model, 0) == 1.0 / 3 && lac_model_aside(model, 1) == -0.25);
    lac_model_free(&model);
    folder_free(&folder);
    lac_context_free(&ctx);
}

static void wrong_numbers_in_a_file_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "1", "1,2,3", "1,x",
                                        "1,nan", "inf,0", "1,24.5", "1,,2"};
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_model *model = answering(ctx);
    for (int i = 0; i < LAC_COUNT(texts); i++) {
        assert_status(ctx, lac_heads_aside_from_text(ctx, texts[i], SIDE, "m.safetensors",
                                                     &model->heads), LAC_ERROR_FORMAT);
        assert_message(ctx, "m.safetensors: its aside must be 2 numbers from -24 to 24");
    }
    lac_model_free(&model);
    lac_context_free(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_aside_lie_aside_in_every_view),
        cmocka_unit_test(a_training_finds_how_far_aside_labels_lie),
        cmocka_unit_test(without_mirror_images_nothing_is_learned_of_their_axis),
        cmocka_unit_test(what_is_learned_of_it_resumes_to_the_same_bits),
        cmocka_unit_test(a_mirrored_prediction_takes_it_into_account),
        cmocka_unit_test(a_model_file_keeps_it_to_the_last_bit),
        cmocka_unit_test(wrong_numbers_in_a_file_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
