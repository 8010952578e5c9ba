/*
 * A head per label source: its places among the outputs, its training, its file, and what is
 * predicted with it; mirrored prediction; sources that a table names.
 */
#include "eval/eval.h"
#include "tables.h"
#include "training.h"

#include <math.h>

enum { ROWS = 24, SIDE = 8, OUTPUTS = 10, WIDTH = 2 * POINTS };

static const char network[] = "a conv 5x5 /2 16 norm relu\n"
                              "b conv 3x3 /2 32 norm relu\n"
                              "c dense 2*source_points output\n";

/* Of two rows one carries every point, the other lacks the right eye. */
static lac_data *two_sources(lac_context *ctx)
{
    table t = table_new(ROWS, SIDE, 1);
    for (int row = 1; row < ROWS; row += 2)
        t.mask[row * LABELS + 2] = t.mask[row * LABELS + 3] = 0;
    lac_data *data = data_of(ctx, &t);
    table_free(&t);
    assert_int_equal(lac_data_sources(data), 2);
    return data;
}

typedef struct heads_case {
    lac_context *ctx;
    lac_data *data;
    test_folder folder;
    lac_train_config config;
} heads_case;

static heads_case case_new(void)
{
    heads_case c = {.ctx = context_at(LAC_CPU_AUTO, 2)};
    c.data = two_sources(c.ctx);
    folder_new(&c.folder);
    test_path path = path_in(&c.folder, "heads.net");
    file_put(path.text, network, strlen(network));
    c.config = small_config(path.text);
    return c;
}

static void case_free(heads_case *c)
{
    folder_free(&c->folder);
    lac_data_free(&c->data);
    lac_context_free(&c->ctx);
}

static char *const eyes[POINTS] = {(char[]){"left_eye"}, (char[]){"right_eye"}, (char[]){"nose"}};

/* A model whose only layer has weights 0, so that it answers `outputs` (pixels) to any picture. */
static lac_model *answering(lac_context *ctx, const char *text, const lac_heads *heads,
                            const float *outputs)
{
    const lac_model_parts parts = {.name = "constant", .text = text, .where = "constant",
                                   .story = "{}", .size = SIDE, .points = POINTS,
                                   .names = eyes, .heads = heads};
    lac_model *model;
    assert_ok(ctx, lac_model_new(ctx, &parts, &model));
    const lac_param *bias = &model->net->params.table[model->net->params.count - 1];
    for (size_t i = 0; i < bias->count; i++)
        model->weights.w[bias->offset + i] = (outputs[i] - SIDE / 2) / (SIDE / 2);
    return model;
}

static int partners[POINTS] = {1, 0, 2};
static uint8_t patterns[2 * POINTS] = {1, 1, 1, 1, 0, 1};
static const lac_heads usual_heads = {.points = POINTS, .mirror = partners, .sources = 2,
                                      .pattern = patterns};
static const float answers[OUTPUTS] = {1, 2, 6.5f, 3, 4, 5.25f, 1.5f, 2.5f, 3.75f, 6};
static const char one_layer[] = "a dense 2*source_points output";

/* ---- Texts ------------------------------------------------------------------------------- */

static void a_text_may_ask_for_sources_and_their_points(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    const lac_counts counts = {.points = 15, .sources = 2, .source_points = 19};
    lac_net *net;
    assert_ok(ctx, lac_net_new(ctx, "a dense sources\nb dense 3*source_points\nc dense points\n"
                                    "d dense source_points output", "n", 4, counts, &net));
    assert_int_equal(net->node[1].out.c, 2);
    assert_int_equal(net->node[2].out.c, 57);
    assert_int_equal(net->node[3].out.c, 15);
    assert_int_equal(net->node[4].out.c, 19);
    lac_net_free(&net);
    assert_status(ctx, lac_net_new(ctx, "a dense 2*source output", "n", 4, counts, &net),
                  LAC_ERROR_ARGUMENT);
    assert_message(ctx, "\"2*source\" where a number of outputs (1 to 1048576, points, sources, "
                        "source_points, or a multiple such as 2*points) is wanted");
    lac_context_free(&ctx);
    (void)state;
}

static void an_output_of_neither_length_is_refused(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_model_parts parts = {.name = "n", .text = "a dense 8 output", .where = "n.net",
                             .story = "{}", .size = SIDE, .points = POINTS, .names = eyes,
                             .heads = &usual_heads};
    lac_model *model;
    assert_status(ctx, lac_model_new(ctx, &parts, &model), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "n.net:1: the output a is 1x1x8 (h x w x channels), must be a vector of "
                        "2*points = 6 numbers, or of 2*source_points = 10");
    parts.heads = NULL;
    assert_status(ctx, lac_model_new(ctx, &parts, &model), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "2*points = 6 numbers");
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Training ------------------------------------------------------------------------------ */

/* Whether all gradients of the last layer's outputs [from, to) are 0. */
static int is_still(const lac_trainer *t, int from, int to)
{
    const lac_params *params = &t->model->net->params;
    int still = 1;
    for (int i = params->count - 2; i < params->count; i++) {
        const lac_param *param = &params->table[i];
        size_t row = param->floats / OUTPUTS;
        if (param->count == OUTPUTS)
            row = 1;
        for (size_t k = from * row; k < to * row; k++)
            still &= t->plan->g[param->offset + k] == 0.0f;
    }
    return still;
}

static void rows_of_one_source_never_move_the_head_of_another(void **state)
{
    heads_case c = case_new();
    int seen[2] = {0};
    c.config.batch = 1;
    c.config.holdout = 0;
    lac_trainer *t = trainer_new(c.ctx, c.data, &c.config);
    assert_int_equal(t->plan->output[0]->node->out.c, OUTPUTS);
    for (int i = 0; i < lac_trainer_steps(t); i++) {
        double loss;
        assert_ok(c.ctx, lac_trainer_step(t, &loss));
        int source = lac_data_row_source(c.data, t->batch_row[0]);
        seen[source]++;
        assert_int_equal(is_still(t, 0, 6), source == 1);
        assert_int_equal(is_still(t, 6, 10), source == 0);
        /* the mirrored left eye is a right one, which the second source does not have */
        int is_mirrored = lac_view_is_mirrored(&t->batch_view[0]);
        assert_true(source == 0 || is_still(t, 6, 8) == is_mirrored);
    }
    assert_true(seen[0] == ROWS && seen[1] == ROWS);
    lac_trainer_free(&t);
    case_free(&c);
    (void)state;
}

/* The mean over all labels means the same with one head and with several. */
static void the_loss_is_the_mean_over_a_rows_own_points(void **state)
{
    heads_case c = case_new();
    double loss[2];
    test_path shared = path_in(&c.folder, "shared.net");
    file_put(shared.text, "c dense 2*points output\n", 24);
    test_path heads = path_in(&c.folder, "one.net");
    file_put(heads.text, "c dense 2*source_points output\n", 31);
    for (int i = 0; i < 2; i++) {
        lac_train_config config = small_config(i ? heads.text : shared.text);
        config.mirror = 0;
        lac_trainer *t = trainer_new(c.ctx, c.data, &config);
        memset(t->model->weights.w, 0, t->model->net->params.floats * sizeof(float));
        assert_ok(c.ctx, lac_trainer_step(t, &loss[i]));
        lac_trainer_free(&t);
    }
    assert_true(loss[0] == loss[1]);
    case_free(&c);
    (void)state;
}

static void a_stopped_run_with_heads_goes_on_to_the_same_bits(void **state)
{
    heads_case c = case_new();
    test_path whole = path_in(&c.folder, "whole"), parts = path_in(&c.folder, "parts");
    lac_trainer *t = trainer_new(c.ctx, c.data, &c.config);
    assert_ok(c.ctx, lac_trainer_run(t, whole.text, NULL, NULL));
    lac_trainer_free(&t);
    c.config.epochs = 1;
    t = trainer_new(c.ctx, c.data, &c.config);
    assert_ok(c.ctx, lac_trainer_run(t, parts.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_ok(c.ctx, lac_trainer_resume(c.ctx, c.data, parts.text, 3, &t));
    assert_ok(c.ctx, lac_trainer_run(t, parts.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_same_run(c.ctx, whole.text, parts.text);
    case_free(&c);
    (void)state;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void a_file_keeps_sources_and_partners(void **state)
{
    heads_case c = case_new();
    test_path path = path_in(&c.folder, "model.safetensors");
    lac_model *model = answering(c.ctx, one_layer, &usual_heads, answers);
    assert_ok(c.ctx, lac_model_save(model, path.text));
    lac_model_free(&model);
    assert_ok(c.ctx, lac_model_load(c.ctx, path.text, &model));
    assert_int_equal(lac_model_sources(model), 2);
    assert_int_equal(lac_model_source_points(model, 0), 3);
    assert_int_equal(lac_model_source_points(model, 1), 2);
    assert_int_equal(lac_model_source_has_point(model, 1, 1), 0);
    assert_memory_equal(model->heads.mirror, partners, sizeof partners);
    char *text;
    assert_ok(c.ctx, lac_heads_to_text(c.ctx, &model->heads, model->names, &text));
    assert_string_equal(text, "[{\"points\":[\"left_eye\",\"right_eye\",\"nose\"]},"
                              "{\"points\":[\"left_eye\",\"nose\"]}]");
    free(text);
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

/* Renames a key of the file's header, whose length stays. */
static void rename_key(const char *path, const char *key, const char *other)
{
    size_t size, length = strlen(key);
    char *bytes = file_bytes(path, &size);
    for (size_t i = 0; i + length < size; i++)
        if (memcmp(bytes + i, key, length) == 0) {
            memcpy(bytes + i, other, length);
            break;
        }
    file_put(path, bytes, size);
    free(bytes);
}

static void a_file_of_before_has_one_head_for_all(void **state)
{
    heads_case c = case_new();
    test_path path = path_in(&c.folder, "model.safetensors");
    lac_model *model = answering(c.ctx, "a dense 2*points output", &usual_heads, answers);
    assert_int_equal(lac_model_sources(model), 1);
    assert_ok(c.ctx, lac_model_save(model, path.text));
    lac_model_free(&model);
    rename_key(path.text, "\"sources\"", "\"s______\"");
    rename_key(path.text, "\"mirror\"", "\"m_____\"");
    rename_key(path.text, "\"checksum\"", "\"c_______\"");
    assert_ok(c.ctx, lac_model_load(c.ctx, path.text, &model));
    assert_int_equal(lac_model_sources(model), 1);
    assert_int_equal(lac_model_source_points(model, 0), 3);
    assert_memory_equal(model->heads.mirror, partners, sizeof partners);
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

static void wrong_sources_and_partners_in_a_file_are_refused(void **state)
{
    static const struct {
        const char *sources, *mirror;
    } cases[] = {
        {"", NULL},
        {"{}", NULL},
        {"[]", NULL},
        {"[1]", NULL},
        {"[{\"points\":[\"chin\"]}]", NULL},
        {"[{\"points\":[1]}]", NULL},
        {"[{\"points\":[]},{\"name\":\"b\",\"points\":[]}]", NULL},
        {"[{\"name\":\"b\",\"points\":[]},{\"points\":[]}]", NULL},
        {NULL, "left_eye"},
        {NULL, "left_eye,right_eye,chin"},
        {NULL, "right_eye,nose,left_eye"},
    };
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_heads heads;
        assert_status(ctx, lac_heads_from_text(ctx, cases[i].sources, cases[i].mirror, eyes,
                                               POINTS, "m.safetensors", &heads),
                      LAC_ERROR_FORMAT);
        assert_message(ctx, cases[i].sources ? "m.safetensors: its sources must be a list"
                                             : "m.safetensors: its mirror must name");
        assert_null(heads.pattern);
    }
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Prediction ------------------------------------------------------------------------------ */

static void a_source_is_answered_by_its_head(void **state)
{
    heads_case c = case_new();
    const lac_predict_config second = {.source = 1}, third = {.source = 2};
    lac_model *model = answering(c.ctx, one_layer, &usual_heads, answers);
    lac_predictor *predictor;
    float xy[WIDTH];
    assert_ok(c.ctx, lac_predictor_new(c.ctx, model, NULL, &predictor));
    assert_ok(c.ctx, lac_predictor_run(predictor, lac_data_image(c.data, 0), 1, xy));
    assert_true(same_floats(xy, answers, WIDTH));
    lac_predictor_free(&predictor);
    assert_ok(c.ctx, lac_predictor_new(c.ctx, model, &second, &predictor));
    assert_ok(c.ctx, lac_predictor_run(predictor, lac_data_image(c.data, 0), 1, xy));
    assert_true(xy[0] == 1.5f && xy[1] == 2.5f && isnan(xy[2]) && isnan(xy[3]));
    assert_true(xy[4] == 3.75f && xy[5] == 6.0f);
    lac_predictor_free(&predictor);
    assert_status(c.ctx, lac_predictor_new(c.ctx, model, &third, &predictor),
                  LAC_ERROR_ARGUMENT);
    assert_message(c.ctx, "source 2: must be from 0 to 1, the model has 2");
    test_path path = path_in(&c.folder, "points.csv");
    assert_ok(c.ctx, lac_predictions_write(model, c.data, &second, path.text));
    size_t size;
    char *text = file_bytes(path.text, &size);
    const char *wanted = "ImageId,left_eye_x,left_eye_y,nose_x,nose_y\n"
                         "1,1.5000,2.5000,3.7500,6.0000\n";
    assert_memory_equal(text, wanted, strlen(wanted));
    free(text);
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

static void rows_are_measured_on_their_own_head(void **state)
{
    heads_case c = case_new();
    lac_model *model = answering(c.ctx, one_layer, &usual_heads, answers);
    float xy[ROWS * WIDTH];
    assert_ok(c.ctx, lac_model_predict_rows(model, c.data, NULL, ROWS, 0, xy));
    for (int row = 0; row < ROWS; row++) {
        assert_true(xy[row * WIDTH] == (row % 2 ? 1.5f : 1.0f));
        assert_true(row % 2 ? isnan(xy[row * WIDTH + 2]) : xy[row * WIDTH + 2] == 6.5f);
    }
    const int picked[] = {3, 0, 5};
    assert_ok(c.ctx, lac_model_predict_rows(model, c.data, picked, 3, 0, xy));
    assert_true(xy[0] == 1.5f && xy[WIDTH] == 1.0f && xy[2 * WIDTH] == 1.5f);
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

static void a_submission_takes_the_smallest_source_that_has_what_is_asked(void **state)
{
    char *features[] = {(char[]){"left_eye_x"}, (char[]){"right_eye_x"}, (char[]){"nose_y"}};
    heads_case c = case_new();
    lac_model *model = answering(c.ctx, one_layer, &usual_heads, answers);
    test_path path = path_in(&c.folder, "submission.csv");
    lac_lookup_row ask[] = {{1, 1, 0}, {2, 2, 0}, {3, 2, 1}, {4, 1, 2}, {5, 2, 2}};
    lac_lookup lookup = {5, ask, 3, features};
    assert_ok(c.ctx, lac_submission_write(model, c.data, &lookup, NULL, path.text));
    size_t size;
    char *text = file_bytes(path.text, &size);
    assert_string_equal(text, "RowId,Location\n1,1.500000\n2,1.000000\n3,6.500000\n4,6.000000\n"
                              "5,5.250000\n");
    free(text);
    lac_model_free(&model);
    uint8_t apart[] = {1, 0, 0, 1, 1, 0, 0, 0, 1};
    const lac_heads heads = {.points = POINTS, .mirror = partners, .sources = 3,
                             .pattern = apart};
    model = answering(c.ctx, one_layer, &heads, answers);
    assert_status(c.ctx, lac_submission_write(model, c.data, &lookup, NULL, path.text),
                  LAC_ERROR_MISMATCH);
    assert_message(c.ctx, "lookup table: RowId 1, ImageId 1: none of the model's 3 sources has "
                          "all points that are asked of this picture");
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

/* ---- Mirrored prediction --------------------------------------------------------------------- */

static void a_flip_averages_with_the_mirrored_answer(void **state)
{
    heads_case c = case_new();
    lac_model *model = answering(c.ctx, one_layer, &usual_heads, answers);
    for (int source = 0; source < 2; source++) {
        /* of the second head, the left eye has no partner and stays as it is */
        static const float wanted[2][WIDTH] = {
            {(1 + 7 - 6.5f) / 2, 2.5f, (6.5f + 7 - 1) / 2, 2.5f, 3.5f, 5.25f},
            {1.5f, 2.5f, NAN, NAN, 3.5f, 6}};
        const lac_predict_config how = {.source = source, .flip = 1};
        lac_predictor *predictor;
        float xy[ROWS * WIDTH];
        assert_ok(c.ctx, lac_predictor_new(c.ctx, model, &how, &predictor));
        assert_ok(c.ctx, lac_predictor_run(predictor, lac_data_image(c.data, 0), ROWS, xy));
        for (int i = 0; i < ROWS * WIDTH; i++)
            assert_true(isnan(wanted[source][i % WIDTH]) ? isnan(xy[i])
                                                         : xy[i] == wanted[source][i % WIDTH]);
        lac_predictor_free(&predictor);
    }
    lac_model_free(&model);
    case_free(&c);
    (void)state;
}

/* More pictures than one pass takes, and a network that sees them. */
static void the_mirror_image_gets_the_mirrored_answer(void **state)
{
    enum { MANY = 70 };
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    table t = table_new(MANY, SIDE, 1);
    lac_data *plain = data_of(ctx, &t);
    for (int i = 0; i < MANY * SIDE; i++)
        for (int x = 0; x < SIDE / 2; x++) {
            uint8_t *row = t.pixels + i * SIDE, left = row[x];
            row[x] = row[SIDE - 1 - x];
            row[SIDE - 1 - x] = left;
        }
    lac_data *mirrored = data_of(ctx, &t);
    lac_train_config config = small_config("kimura");
    lac_trainer *trainer = trainer_new(ctx, plain, &config);
    float xy[2][MANY * WIDTH];
    for (int i = 0; i < 2; i++)
        assert_ok(ctx, lac_model_predict_rows(lac_trainer_model(trainer), i ? mirrored : plain,
                                              NULL, MANY, 1, xy[i]));
    for (int i = 0; i < MANY * WIDTH; i++) {
        int point = i % WIDTH / 2, axis = i % 2;
        float other = xy[1][i - i % WIDTH + 2 * partners[point] + axis];
        float wanted = axis ? other : SIDE - 1 - other;
        assert_float_equal(xy[0][i], wanted, 1e-5);
    }
    lac_trainer_free(&trainer);
    lac_data_free(&plain);
    lac_data_free(&mirrored);
    table_free(&t);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Named sources --------------------------------------------------------------------------- */

static const char header[] = "source,left_eye_x,left_eye_y,nose_x,nose_y,Image\n";

/* `rows` rows whose sources are words[row % count]; the last word's rows lack the nose if
 * `poor`. */
static lac_data *named_table(const fixture *f, const char *const *words, int count, int rows,
                             int poor)
{
    char text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", header);
    for (int r = 0; r < rows; r++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s,1,%d,%s,%d 9 30 200\n",
                                 words[r % count], r % 3,
                                 poor && r % count == count - 1 ? "," : "2,2", r * 5 % 256);
    test_path path = put(f, "named.csv", text);
    return open_table(f, path.text, LAC_TABLE_TRAINING);
}

static const char *const three[] = {"helen", "7", "ibug-2"};

static void a_column_names_sources_with_equal_points(void **state)
{
    fixture *f = *state;
    lac_data *data = named_table(f, three, 3, 12, 0);
    assert_int_equal(lac_data_points(data), 2);
    assert_int_equal(lac_data_sources(data), 3);
    for (int s = 0; s < 3; s++) {
        assert_string_equal(lac_data_source_name(data, s), three[s]);
        assert_int_equal(lac_data_source_rows(data, s), 4);
        assert_int_equal(lac_data_source_points(data, s), 2);
    }
    for (int row = 0; row < 12; row++)
        assert_int_equal(lac_data_row_source(data, row), row % 3);
    const int rows[] = {4, 5};
    lac_data *part;
    assert_ok(f->ctx, lac_data_take(f->ctx, data, rows, 2, &part));
    assert_string_equal(lac_data_source_name(part, 2), "ibug-2");
    assert_int_equal(lac_data_row_source(part, 0), 1);
    lac_data_free(&part);
    uint64_t fingerprint = data->fingerprint;
    lac_data_free(&data);
    const char *const others[] = {"helen", "ibug-2", "7"};
    data = named_table(f, others, 3, 12, 0);
    assert_true(data->fingerprint != fingerprint);
    lac_data_free(&data);
}

static void a_named_source_has_the_points_of_any_of_its_rows(void **state)
{
    static const char *const words[] = {"poor", "rich"};
    fixture *f = *state;
    lac_data *data = named_table(f, words, 2, 6, 1);
    assert_string_equal(lac_data_source_name(data, 0), "poor"); /* as many points, earlier */
    lac_data_free(&data);
    test_path path = put(f, "two.csv", "source,a_x,a_y,b_x,b_y,Image\n"
                                       "one,1,1,,,0\none,,,,,1\ntwo,1,1,,,2\ntwo,,,1,,3\n");
    data = open_table(f, path.text, LAC_TABLE_TRAINING);
    assert_string_equal(lac_data_source_name(data, 0), "two");
    assert_int_equal(lac_data_source_points(data, 0), 2);
    assert_int_equal(lac_data_source_points(data, 1), 1);
    assert_int_equal(lac_data_source_has_point(data, 1, 0), 1);
    assert_int_equal(lac_data_source_has_point(data, 1, 1), 0);
    assert_int_equal(lac_data_row_source(data, 1), 1);
    assert_int_equal(lac_data_row_source(data, 3), 0);
    lac_data_free(&data);
}

static void a_bad_source_is_refused_by_row(void **state)
{
    static const char *const cells[] = {"", "two words", "a/b", "\"a,b\"",
                                        "abcdefghijklmnopqrstuvwxyzabcdef"};
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(cells); i++) {
        char text[200];
        lac_data *data;
        snprintf(text, sizeof text, "a_x,a_y,source,Image\n1,1,good,0\n1,1,%s,0\n", cells[i]);
        test_path path = put(f, "bad.csv", text);
        assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, "bad.csv: row 3, column source: ");
        assert_message(f->ctx, "a number or a word of letters");
    }
    char many[8192];
    size_t used = (size_t)snprintf(many, sizeof many, "a_x,a_y,source,Image\n");
    for (int i = 0; i <= LAC_MOST_SOURCES; i++)
        used += (size_t)snprintf(many + used, sizeof many - used, "1,1,%d,0\n", i);
    test_path path = put(f, "many.csv", many);
    lac_data *data;
    assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "row 102, column source: 100 is one source too many, at most 100");
}

static void every_failing_allocation_of_a_named_table_is_survived(void **state)
{
    fixture *f = *state;
    lac_data *data = named_table(f, three, 3, 12, 0);
    lac_data_free(&data);
    test_path path = path_in(&f->folder, "named.csv");
    lac_status status;
    long i = 0;
    do {
        f->ctx->fail_at = f->ctx->allocations + ++i;
        status = lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !data));
    } while (status != LAC_OK);
    f->ctx->fail_at = 0;
    assert_in_range(i, 20, 200);
    lac_data_free(&data);
}

static lac_model *trained_on(const fixture *f, const lac_data *data)
{
    test_path path = path_in(&f->folder, "named.net");
    test_path saved = path_in(&f->folder, "named.safetensors");
    lac_model *model;
    file_put(path.text, network, strlen(network));
    lac_train_config config = small_config(path.text);
    lac_trainer *t = trainer_new(f->ctx, data, &config);
    assert_ok(f->ctx, lac_trainer_run(t, NULL, NULL, NULL));
    assert_ok(f->ctx, lac_model_save(lac_trainer_model(t), saved.text));
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_model_load(f->ctx, saved.text, &model));
    return model;
}

static void named_sources_are_found_again_in_other_data(void **state)
{
    static const char *const others[] = {"ibug-2", "helen"}, *const strange[] = {"7", "lfpw"};
    fixture *f = *state;
    lac_data *data = named_table(f, three, 3, 12, 0);
    lac_model *model = trained_on(f, data);
    assert_int_equal(lac_model_sources(model), 3);
    lac_data_free(&data);
    data = named_table(f, others, 2, 4, 0);
    int *heads;
    assert_ok(f->ctx, lac_model_heads(model, data, &heads));
    assert_true(heads[0] == 2 && heads[1] == 0 && heads[2] == 2 && heads[3] == 0);
    free(heads);
    lac_metrics *metrics;
    assert_ok(f->ctx, lac_model_evaluate(model, data, LAC_SIDE_ALL, NULL, &metrics));
    assert_true(isfinite(metrics->rmse));
    lac_metrics_free(&metrics);
    lac_data_free(&data);
    data = named_table(f, strange, 2, 4, 0);
    assert_status(f->ctx, lac_model_evaluate(model, data, LAC_SIDE_ALL, NULL, &metrics),
                  LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "the data has a source lfpw of 2 points, the model none of this name "
                           "that has them");
    lac_data_free(&data);
    lac_model_free(&model);
}

#define NAMED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_may_ask_for_sources_and_their_points),
        cmocka_unit_test(an_output_of_neither_length_is_refused),
        cmocka_unit_test(rows_of_one_source_never_move_the_head_of_another),
        cmocka_unit_test(the_loss_is_the_mean_over_a_rows_own_points),
        cmocka_unit_test(a_stopped_run_with_heads_goes_on_to_the_same_bits),
        cmocka_unit_test(a_file_keeps_sources_and_partners),
        cmocka_unit_test(a_file_of_before_has_one_head_for_all),
        cmocka_unit_test(wrong_sources_and_partners_in_a_file_are_refused),
        cmocka_unit_test(a_source_is_answered_by_its_head),
        cmocka_unit_test(rows_are_measured_on_their_own_head),
        cmocka_unit_test(a_submission_takes_the_smallest_source_that_has_what_is_asked),
        cmocka_unit_test(a_flip_averages_with_the_mirrored_answer),
        cmocka_unit_test(the_mirror_image_gets_the_mirrored_answer),
        NAMED(a_column_names_sources_with_equal_points),
        NAMED(a_named_source_has_the_points_of_any_of_its_rows),
        NAMED(a_bad_source_is_refused_by_row),
        NAMED(every_failing_allocation_of_a_named_table_is_survived),
        NAMED(named_sources_are_found_again_in_other_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
