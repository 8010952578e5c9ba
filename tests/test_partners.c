/*
 * Mirror partners: by names in every habit, by a file, by the mean face; refused where a training
 * would need partners and has none; kept by a model that goes on.
 */
#include "tables.h"
#include "train/trainer.h"

enum { ROWS = 12, SIDE = 16, POINTS = 5, MOST = 8, CELL = 32 };

/* ---- Names ------------------------------------------------------------------------------- */

/* Names in pairs, left first; a last one that is alone. */
static void assert_pairs(lac_context *ctx, const char *const *pairs)
{
    char *names[MOST];
    int mirror[MOST], count = 0;
    for (; pairs[count]; count++)
        assert_ok(ctx, lac_strdup(ctx, pairs[count], &names[count]));
    assert_ok(ctx, lac_mirror_find(ctx, names, count, mirror));
    for (int p = 0; p < count; p++) {
        int partner = p == count - 1 && count % 2 ? p : p ^ 1;
        if (mirror[p] != partner)
            fail_msg("the partner of %s is %s", names[p], names[mirror[p]]);
        assert_int_equal(lac_name_is_left(names[p]), p % 2 == 0 && partner != p);
        free(names[p]);
    }
}

static void names_in_every_habit_give_partners(void **state)
{
    static const char *const habits[][MOST] = {
        {"left_eye", "right_eye", "mouth_left_corner", "mouth_right_corner", "bright_nose"},
        {"lefteye", "righteye", "eyebrowleft", "eyebrowright", "nose"},
        {"LeftEye", "RightEye", "MouthLeftCorner", "MouthRightCorner", "Nose"},
        {"LEFT_EYE", "RIGHT_EYE", "leftEar", "rightEar", "nose"},
        {"eye_l", "eye_r", "brow_l_1", "brow_r_1", "lip"},
        {"l_eye", "r_eye", "l_lip", "r_lip", "lower_lip"},
        {"L_eye", "R_eye", "L_EAR", "R_EAR", "nose"},
        {"eye.left", "eye.right", "eye.l", "eye.r", "nose.tip"},
        {"LEye", "REye", "EarL", "EarR", "Nose"},
        {"eye-left", "eye-right", "left ear", "right ear", "nose"},
        {"left_eye_left_end", "right_eye_right_end", "left_eye_right_end", "right_eye_left_end"},
        {"eyeL1", "eyeR1", "eyeL2", "eyeR2", "nose"},
    };
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(habits); i++)
        assert_pairs(f->ctx, habits[i]);
}

static void first_and_last_letters_are_sides_where_nothing_else_is(void **state)
{
    char *const names[] = {(char[]){"leye"}, (char[]){"reye"}, (char[]){"mouthl"},
                                  (char[]){"mouthr"}, (char[]){"lip"}, (char[]){"ear"},
                                  (char[]){"left_lip"}, (char[]){"right_lip"}};
    static const int partner[] = {1, 0, 3, 2, 4, 5, 7, 6};
    fixture *f = *state;
    int mirror[LAC_COUNT(names)];
    assert_ok(f->ctx, lac_mirror_find(f->ctx, names, LAC_COUNT(names), mirror));
    assert_memory_equal(mirror, partner, sizeof partner);
}

/* ---- A face ------------------------------------------------------------------------------- */

static const char *const numbered[POINTS] = {"p0", "p1", "p2", "p3", "p4"};
static const char *const named[POINTS] = {"eye_l", "eye_r", "nose", "mouth_l", "mouth_r"};
static const int pairs[POINTS] = {1, 0, 2, 4, 3};

/* Eyes, nose and mouth about a middle that is `shift` pixels beside the picture's. Rows from the
 * fifth on lack the mouth, unless it is too rare with `rare`. */
static test_path put_face(const fixture *f, const char *const *names, double shift, int rare)
{
    static const double at[POINTS][2] = {{11, 5}, {4, 5}, {7.5, 8}, {10, 11}, {5, 11}};
    static char text[1 << 16];
    char *to = text;
    for (int p = 0; p < POINTS; p++)
        to += sprintf(to, "%s_x,%s_y,", names[p], names[p]);
    to += sprintf(to, "Image\n");
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < 2 * POINTS; i++) {
            double jitter = lac_random_uniform(1, 1, (uint64_t)(r * 2 * POINTS + i)) - 0.5;
            if (i >= 6 && r % 5 >= (rare ? 1 : 3))
                to += sprintf(to, ",");
            else
                to += lac_format(to, CELL, "%.3f,",
                                 at[i / 2][i % 2] + jitter + (i % 2 ? 0 : shift));
        }
        for (int i = 0; i < SIDE * SIDE; i++)
            to += sprintf(to, "%d%s", (int)(lac_random(2, 2, (uint64_t)(r * 256 + i)) % 256),
                          i + 1 < SIDE * SIDE ? " " : "\n");
    }
    return put(f, "face.csv", text);
}

static lac_status open_face(const fixture *f, const test_path *path, const char *by,
                            lac_data **data)
{
    lac_train_config config = lac_train_config_default();
    assert_int_equal(lac_train_set(NULL, &config, "pairs", by), LAC_OK);
    return lac_data_open_as(f->ctx, path->text, LAC_TABLE_TRAINING, &config, data);
}

static void assert_partners(const lac_data *data, lac_mirror_by by, const int *partner,
                            const int *wanted)
{
    assert_int_equal(lac_data_mirror_by(data), by);
    for (int p = 0; p < POINTS; p++) {
        assert_int_equal(lac_data_mirror_point(data, p), partner ? partner[p] : p);
        assert_int_equal(lac_data_wanted_point(data, p), wanted ? wanted[p] : p);
    }
}

static void the_mean_face_tells_what_names_do_not(void **state)
{
    static const char *const half[POINTS] = {"eye_l", "eye_r", "p2", "p3", "p4"};
    static const int eyes[POINTS] = {1, 0, 2, 3, 4}, mouth[POINTS] = {0, 1, 2, 4, 3};
    fixture *f = *state;
    lac_data *data;
    for (int i = 0; i < 4; i++) {
        test_path path = put_face(f, i == 0 ? named : i == 1 ? half : numbered,
                                  i == 2 ? 1 : i == 3 ? 3 : 0, 0);
        assert_ok(f->ctx, open_face(f, &path, "names", &data));
        /* as it is; of two points; with a middle a little off; with one that no face has */
        assert_partners(data, LAC_MIRROR_NAMES, i == 0 ? pairs : i == 1 ? eyes : NULL,
                        i == 1 ? mouth : i == 2 ? pairs : NULL);
        lac_data_free(&data);
    }
}

static void the_mean_face_gives_partners_when_asked(void **state)
{
    fixture *f = *state;
    lac_data *data;
    test_path path = put_face(f, numbered, 0, 0);
    assert_ok(f->ctx, open_face(f, &path, "data", &data));
    assert_partners(data, LAC_MIRROR_MEAN, pairs, NULL);
    lac_data_free(&data);
    path = put_face(f, numbered, 0, 1); /* three mouths are too few to tell */
    assert_status(f->ctx, open_face(f, &path, "data", &data), LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "pairs data: the mean face does not show the mirror partner of p3: name "
                           "the partners with --pairs FILE");
}

static char told[600];

static void take_line(void *user, const char *line)
{
    (void)user;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", line);
}

/* Exchanges the ends of the columns' names: of all points, or of one. */
static void exchange(char *text, const char *point)
{
    for (char *c = text; *c && strncmp(c, "Image", 5) != 0; c = strchr(c, ',') + 1) {
        char *end = strchr(c, ',');
        if (!point || strncmp(c, point, strlen(point)) == 0)
            end[-1] = end[-1] == 'x' ? 'y' : 'x';
    }
}

static void columns_with_x_and_y_exchanged_get_a_warning(void **state)
{
    static const struct {
        const char *const *names;
        int is_exchanged;
        const char *point, *what;
    } cases[] = {
        {named, 0, NULL, ""},
        {numbered, 0, NULL, ""},
        {named, 1, NULL, "x and y look exchanged, or pictures turned: in the mean face eye_l and "
                         "eye_r lie above one another, not side by side; if x and y are, exchange"},
        {numbered, 1, NULL, "x and y look exchanged, or pictures turned: the mean face is its own "
                            "mirror image from top to bottom, not from left to right; if x"},
        {named, 1, "eye_l", "x and y of eye_l look exchanged: in the mean face it is far from the "
                            "mirror image of eye_r; if so"},
    };
    fixture *f = *state;
    f->ctx->log = take_line;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_data *data;
        size_t size;
        test_path path = put_face(f, cases[i].names, 0, 0);
        char *text = file_bytes(path.text, &size);
        if (cases[i].is_exchanged)
            exchange(text, cases[i].point);
        file_put(path.text, text, size);
        free(text);
        told[0] = 0;
        assert_ok(f->ctx, open_face(f, &path, "names", &data));
        if (cases[i].what[0] ? !strstr(told, cases[i].what) : told[0] != 0)
            fail_msg("case %d: %s", i, told);
        lac_data_free(&data);
    }
}

/* The mouth's points are called eyes, and the eyes' mouth. */
static void y_counted_from_below_gets_a_warning(void **state)
{
    static const char *const turned[POINTS] = {"MouthL", "MouthR", "nose", "EyeL", "EyeR"};
    fixture *f = *state;
    lac_data *data;
    f->ctx->log = take_line;
    told[0] = 0;
    test_path path = put_face(f, turned, 0, 0);
    assert_ok(f->ctx, open_face(f, &path, "names", &data));
    assert_non_null(strstr(told, "y looks counted from below, or pictures turned: in the mean face "
                                 "EyeL lies under MouthL; if y is, write 15 - y\n"));
    lac_data_free(&data);
}

/* Rows 2 to 13 are of one source, 14 to 25, with x and y exchanged, of another. */
static void a_source_with_x_and_y_exchanged_is_named(void **state)
{
    fixture *f = *state;
    lac_data *data;
    size_t size;
    test_path path = put_face(f, named, 0, 0);
    char *text = file_bytes(path.text, &size), *both = calloc(2 * size + 1000, 1), *to = both;
    to += sprintf(to, "source,%.*s\n", (int)strcspn(text, "\n"), text);
    for (int source = 0; source < 2; source++)
        for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
            char *cell = line;
            to += sprintf(to, "%s", source ? "own" : "helen");
            for (int p = 0; p < POINTS; p++) {
                char *y = cell + strcspn(cell, ",") + 1, *end = y + strcspn(y, ",");
                int x_length = (int)(y - cell) - 1, y_length = (int)(end - y);
                to += source ? sprintf(to, ",%.*s,%.*s", y_length, y, x_length, cell)
                             : sprintf(to, ",%.*s,%.*s", x_length, cell, y_length, y);
                cell = end + 1;
            }
            to += sprintf(to, ",%.*s\n", (int)strcspn(cell, "\n"), cell);
        }
    path = put(f, "both.csv", both);
    free(both);
    free(text);
    f->ctx->log = take_line;
    told[0] = 0;
    assert_ok(f->ctx, open_face(f, &path, "names", &data));
    assert_non_null(strstr(told, "both.csv: source own: x and y look exchanged, or pictures "));
    lac_data_free(&data);
}

/* put_face with pictures that grow lighter to one side: from top to bottom, as faces do, or,
 * stored column by column, from left to right. */
static test_path put_light(const fixture *f, const char *const *names, int is_by_columns)
{
    size_t size;
    test_path path = put_face(f, names, 0, 0);
    char *text = file_bytes(path.text, &size), *lit = calloc(2 * size, 1), *to = lit;
    char *line = strchr(text, '\n') + 1;
    to += sprintf(to, "%.*s", (int)(line - text), text);
    for (char *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        to += sprintf(to, "%.*s", (int)(strrchr(line, ',') + 1 - line), line);
        for (int i = 0; i < SIDE * SIDE; i++)
            to += sprintf(to, "%d ", 7 * (is_by_columns ? i % SIDE : i / SIDE) +
                                         (int)(lac_random(3, 3, (uint64_t)(to - lit)) % 100));
        to += sprintf(to, "\n");
    }
    path = put(f, "light.csv", lit);
    free(lit);
    free(text);
    return path;
}

static void pixels_by_columns_get_a_warning(void **state)
{
    static const char *const alike[POINTS] = {"a", "b", "c", "d", "e"};
    fixture *f = *state;
    f->ctx->log = take_line;
    for (int i = 0; i < 4; i++) {
        lac_data *data;
        told[0] = 0;
        test_path path = put_light(f, i % 2 ? alike : named, i / 2);
        assert_ok(f->ctx, open_face(f, &path, "names", &data));
        int is_told = strstr(told, "light.csv: pixels look stored column by column, or ") != NULL;
        if (is_told != i / 2 || (i < 2 && told[0]))
            fail_msg("%d: \"%s\"", i, told);
        lac_data_free(&data);
    }
}

/* Forty faces, of which every `step`-th is turned upside down, or has left and right exchanged. */
static test_path put_sides(const fixture *f, int step, int is_turned)
{
    static const double at[POINTS][2] = {{11, 5}, {4, 5}, {7.5, 8}, {10, 11}, {5, 11}};
    static const int other[POINTS] = {1, 0, 2, 4, 3};
    static char text[1 << 16];
    char *to = text;
    for (int p = 0; p < POINTS; p++)
        to += sprintf(to, "%s_x,%s_y,", named[p], named[p]);
    to += sprintf(to, "Image\n");
    for (int r = 0; r < 40; r++) {
        for (int p = 0; p < POINTS; p++) {
            const int is_odd = r % step == step - 1;
            const double *xy = at[is_odd && !is_turned ? other[p] : p];
            const double jitter = lac_random_uniform(4, 4, (uint64_t)(r * POINTS + p)) - 0.5;
            const double x = is_odd && is_turned ? 15 - xy[0] : xy[0];
            const double y = is_odd && is_turned ? 15 - xy[1] : xy[1];
            to += r % 7 == 3 && p == 1
                      ? sprintf(to, ",,")
                      : lac_format(to, 2 * CELL, "%.3f,%.3f,", x + jitter, y - jitter);
        }
        for (int i = 0; i < SIDE * SIDE; i++)
            to += sprintf(to, "%d ", (r * 7 + i) % 256);
        to += sprintf(to, "\n");
    }
    return put(f, "sides.csv", text);
}

static void rows_with_left_and_right_exchanged_get_a_warning(void **state)
{
    static const struct {
        int step, is_turned, is_told;
    } cases[] = {{2, 0, 1}, {5, 0, 1}, {6, 0, 0}, {2, 1, 0}, {5, 1, 0}}; /* 6: six rows are few */
    fixture *f = *state;
    f->ctx->log = take_line;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_data *data;
        told[0] = 0;
        test_path path = put_sides(f, cases[i].step, cases[i].is_turned);
        assert_ok(f->ctx, open_face(f, &path, "names", &data));
        const char *line = strstr(told, "lie the other way round than in the rest");
        if ((line != NULL) != cases[i].is_told)
            fail_msg("%d: \"%s\"", i, told);
        if (cases[i].step == 5 && line)
            assert_non_null(strstr(line, " in 8 of 40 rows, first in row 6: "));
        lac_data_free(&data);
    }
}

static void a_file_gives_partners(void **state)
{
    static const char *const good[] = {"p0 p1\np3 p4\n", "p1,p0\r\n\n  p4 ,\tp3",
                                       "p4\tp3\np2 p2\np0 p1", "p0, p1\np3  p4 \n"};
    static const char *const bad[][2] = {
        {"p0 p5\n", ":1: no point is called p5; there are p0, p1, ..."},
        {"p0 p1\np0 p2\n", ":2: p0 has a partner already"},
        {"p0 p1\n\np3\n", ":3: a pair is two names with a blank or a comma between them"},
        {"p0 p1 p2\n", ":1: no point is called p1 p2"},
        {",p1\n", ":1: no point is called "},
    };
    fixture *f = *state;
    lac_data *data;
    test_path face = put_face(f, numbered, 0, 0);
    for (int i = 0; i < LAC_COUNT(good); i++) {
        test_path path = put(f, "pairs.txt", good[i]);
        assert_ok(f->ctx, open_face(f, &face, path.text, &data));
        assert_partners(data, LAC_MIRROR_FILE, pairs, NULL);
        lac_data_free(&data);
    }
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        test_path path = put(f, "pairs.txt", bad[i][0]);
        assert_status(f->ctx, open_face(f, &face, path.text, &data), LAC_ERROR_FORMAT);
        assert_message(f->ctx, bad[i][1]);
    }
    assert_status(f->ctx, open_face(f, &face, "no/such.txt", &data), LAC_ERROR_IO);
}

static void partners_can_be_decided_anew(void **state)
{
    fixture *f = *state;
    lac_data *data;
    test_path face = put_face(f, numbered, 0, 0), bad = put(f, "bad.txt", "p0 p4\np0 p1\n");
    assert_ok(f->ctx, open_face(f, &face, "names", &data));
    assert_ok(f->ctx, lac_data_pair(f->ctx, data, "data"));
    assert_partners(data, LAC_MIRROR_MEAN, pairs, NULL);
    assert_status(f->ctx, lac_data_pair(f->ctx, data, bad.text), LAC_ERROR_FORMAT);
    assert_partners(data, LAC_MIRROR_MEAN, pairs, NULL);
    assert_ok(f->ctx, lac_data_pair(f->ctx, data, "names"));
    assert_partners(data, LAC_MIRROR_NAMES, NULL, pairs);
    lac_data_free(&data);
}

/* ---- Training ----------------------------------------------------------------------------- */

static lac_train_config small_config(const char *pairs_by)
{
    lac_train_config config = lac_train_config_default();
    assert_int_equal(lac_train_set(NULL, &config, "model", "kimura"), LAC_OK);
    assert_int_equal(lac_train_set(NULL, &config, "pairs", pairs_by), LAC_OK);
    config.epochs = 1;
    config.batch = 4;
    return config;
}

static void a_training_refuses_to_mirror_points_without_partners(void **state)
{
    fixture *f = *state;
    lac_data *data, *part;
    lac_trainer *t;
    lac_train_config config = small_config("names");
    const int rows[] = {0, 1, 2, 3, 4};
    test_path face = put_face(f, numbered, 0, 0);
    assert_ok(f->ctx, open_face(f, &face, "names", &data));
    assert_status(f->ctx, lac_trainer_new(f->ctx, data, &config, &t), LAC_ERROR_MISMATCH);
    assert_null(t);
    assert_string_equal(lac_context_message(f->ctx),
                        "p0 has no mirror partner by its name, and by the mean face p1 is one: "
                        "name the partners with --pairs FILE, take those of the mean face with "
                        "--pairs data, or leave mirror images out with --no-mirror");
    /* A part of the rows decides nothing anew. */
    assert_ok(f->ctx, lac_data_take(f->ctx, data, rows, LAC_COUNT(rows), &part));
    assert_status(f->ctx, lac_trainer_new(f->ctx, part, &config, &t), LAC_ERROR_MISMATCH);
    lac_data_free(&part);
    /* A model without mirror images in its training may predict them all the same. */
    config.mirror = 0;
    assert_ok(f->ctx, lac_trainer_new(f->ctx, data, &config, &t));
    for (int p = 0; p < POINTS; p++)
        assert_int_equal(lac_model_mirror_point(lac_trainer_model(t), p), pairs[p]);
    lac_trainer_free(&t);
    lac_data_free(&data);
}

/* The run's last model in bytes after another epoch on this data. */
static void go_on(const fixture *f, const lac_data *data, const char *run)
{
    lac_trainer *t;
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, data, run, 2, &t));
    for (int p = 0; p < POINTS; p++)
        assert_int_equal(lac_model_mirror_point(lac_trainer_model(t), p), pairs[p]);
    assert_ok(f->ctx, lac_trainer_run(t, run, NULL, NULL));
    lac_trainer_free(&t);
}

static void a_run_goes_on_with_its_own_partners(void **state)
{
    fixture *f = *state;
    lac_data *by_file, *by_name;
    test_path face = put_face(f, numbered, 0, 0), list = put(f, "pairs.txt", "p0 p1\np3 p4\n");
    test_path runs[2] = {path_in(&f->folder, "a"), path_in(&f->folder, "b")};
    char *metrics[2];
    assert_ok(f->ctx, open_face(f, &face, list.text, &by_file));
    assert_ok(f->ctx, open_face(f, &face, "names", &by_name));
    const lac_train_config config = small_config(list.text);
    for (int i = 0; i < 2; i++) {
        lac_trainer *t;
        assert_ok(f->ctx, lac_trainer_new(f->ctx, by_file, &config, &t));
        assert_ok(f->ctx, lac_trainer_run(t, runs[i].text, NULL, NULL));
        lac_trainer_free(&t);
        go_on(f, i ? by_name : by_file, runs[i].text);
        metrics[i] = timeless(runs[i].text, "metrics.csv", 2, 3);
    }
    assert_string_equal(metrics[0], metrics[1]);
    lac_train_config kept;
    assert_ok(f->ctx, lac_train_read(f->ctx, runs[0].text, &kept));
    assert_string_equal(kept.pairs, list.text);
    for (int i = 0; i < 2; i++)
        free(metrics[i]);
    lac_data_free(&by_file);
    lac_data_free(&by_name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_in_every_habit_give_partners),
        TEST(first_and_last_letters_are_sides_where_nothing_else_is),
        TEST(the_mean_face_tells_what_names_do_not),
        TEST(the_mean_face_gives_partners_when_asked),
        TEST(columns_with_x_and_y_exchanged_get_a_warning),
        TEST(y_counted_from_below_gets_a_warning),
        TEST(a_source_with_x_and_y_exchanged_is_named),
        TEST(pixels_by_columns_get_a_warning),
        TEST(rows_with_left_and_right_exchanged_get_a_warning),
        TEST(a_file_gives_partners),
        TEST(partners_can_be_decided_anew),
        TEST(a_training_refuses_to_mirror_points_without_partners),
        TEST(a_run_goes_on_with_its_own_partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
