/*
 * Drawn data sets: the same seed gives the same files, the points are inside the picture
 * and where the face is, the gaps and the copies are as in Kaggle's files.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/data.h"
#include "synth/face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 400, TEST_ROWS = 100, SIDE = 48 };

static lac_context *ctx;
static char folder[] = "/tmp/lacuna-synth-XXXXXX";
static lac_data *training;
static lac_data *test_table;
static const char *const files[3] = {"training.csv", "test.csv", "IdLookupTable.csv"};

static void write_set(lac_context *with, const char *where, int rows, uint64_t seed)
{
    const lac_synth_config config = {
        .rows = rows, .test_rows = TEST_ROWS, .size = SIDE, .seed = seed};
    assert_int_equal(lac_synth_write(with, &config, where), LAC_OK);
}

static int setup(void **state)
{
    (void)state;
    if (lac_context_new(&(lac_context_config){.threads = 2}, &ctx) != LAC_OK || !mkdtemp(folder))
        return 1;
    write_set(ctx, folder, ROWS, 5);
    return lac_data_open(ctx, folder, LAC_TABLE_TRAINING, &training) != LAC_OK ||
           lac_data_open(ctx, folder, LAC_TABLE_TEST, &test_table) != LAC_OK;
}

static char *in_folder(const char *where, const char *name)
{
    char *path = NULL;
    assert_int_equal(lac_path_join(ctx, where, name, &path), LAC_OK);
    return path;
}

static void remove_set(const char *where)
{
    for (int i = 0; i < 3; i++) {
        char *path = in_folder(where, files[i]);
        remove(path);
        free(path);
    }
    assert_int_equal(rmdir(where), 0); /* nothing else was left there */
}

static int teardown(void **state)
{
    (void)state;
    remove_set(folder);
    lac_data_free(&training);
    lac_data_free(&test_table);
    lac_context_free(&ctx);
    return 0;
}

static uint64_t file_hash(const char *where, const char *name)
{
    char *path = in_folder(where, name);
    char *text = NULL;
    size_t size;
    assert_int_equal(lac_file_read(ctx, path, &text, &size), LAC_OK);
    uint64_t hash = lac_hash(1, text, size);
    free(text);
    free(path);
    return hash;
}

static int row_points(int row)
{
    int points = 0;
    for (int k = 0; k < lac_data_points(training); k++)
        points += lac_data_mask(training, row)[2 * k];
    return points;
}

static void the_same_seed_gives_the_same_files_with_any_number_of_threads(void **state)
{
    (void)state;
    char other[] = "/tmp/lacuna-synth-XXXXXX";
    lac_context *one = NULL;
    assert_non_null(mkdtemp(other));
    assert_int_equal(lac_context_new(&(lac_context_config){.threads = 1}, &one), LAC_OK);
    write_set(one, other, ROWS, 5);
    for (int i = 0; i < 3; i++)
        assert_true(file_hash(folder, files[i]) == file_hash(other, files[i]));
    uint64_t fifth = file_hash(other, files[1]);
    remove_set(other);
    write_set(one, other, 20, 6);
    assert_false(file_hash(other, files[1]) == fifth);
    lac_context_free(&one);
    remove_set(other);
}

static void the_files_have_the_asked_shape_and_kaggles_points(void **state)
{
    (void)state;
    assert_int_equal(lac_data_rows(training), ROWS);
    assert_int_equal(lac_data_rows(test_table), TEST_ROWS);
    assert_int_equal(lac_data_size(training), SIDE);
    assert_int_equal(lac_data_size(test_table), SIDE);
    assert_int_equal(lac_data_points(training), 15);
    assert_string_equal(lac_data_point_name(training, 0), "left_eye_center");
    assert_string_equal(lac_data_point_name(training, 14), "mouth_center_bottom_lip");
    assert_int_equal(lac_data_mirror_point(training, 3), 5);
}

static void every_label_is_inside_the_picture(void **state)
{
    (void)state;
    for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < 30; i++) {
            float at = lac_data_labels(training, row)[i];
            if (lac_data_mask(training, row)[i])
                assert_true(at >= 0 && at <= SIDE - 1);
        }
}

static void left_is_the_subjects_left_and_the_mouth_below_the_nose(void **state)
{
    (void)state;
    for (int row = 0; row < ROWS; row++) {
        if (row_points(row) != 15)
            continue;
        const float *at = lac_data_labels(training, row);
        assert_true(at[2 * LAC_FACE_LEFT_EYE] > at[2 * LAC_FACE_RIGHT_EYE]);
        assert_true(at[2 * LAC_FACE_MOUTH_LEFT] > at[2 * LAC_FACE_MOUTH_RIGHT]);
        assert_true(at[2 * LAC_FACE_NOSE_TIP + 1] > at[2 * LAC_FACE_LEFT_EYE + 1]);
        assert_true(at[2 * LAC_FACE_TOP_LIP + 1] > at[2 * LAC_FACE_NOSE_TIP + 1]);
        assert_true(at[2 * LAC_FACE_BOTTOM_LIP + 1] > at[2 * LAC_FACE_TOP_LIP + 1]);
    }
}

/* Where a face is drawn without noise, glasses, closed lids or deep shade, the pupil is the
 * darkest place around. */
static void the_eye_centres_are_on_the_pupils(void **state)
{
    (void)state;
    enum { BIG = 96 };
    static uint8_t pixels[BIG * BIG];
    lac_easel *easel = NULL;
    int eyes = 0, found = 0;
    assert_int_equal(lac_easel_new(ctx, BIG, &easel), LAC_OK);
    for (uint64_t i = 0; i < 40; i++) {
        const lac_face_key key = {.seed = 3, .person = 2 * i, .shot = 2 * i + 1, .size = BIG};
        lac_face face;
        double xy[2 * LAC_FACE_MARKS];
        lac_face_make(&key, &face);
        if (face.glasses || face.eye_high < 0.07)
            continue;
        face.noise = 0;
        lac_face_marks(&face, xy);
        assert_int_equal(lac_face_render(&face, easel, pixels), LAC_OK);
        for (int eye = 0; eye < 2; eye++) {
            int x = (int)lround(xy[2 * eye]), y = (int)lround(xy[2 * eye + 1]);
            int pupil = pixels[y * BIG + x];
            int white = pixels[y * BIG + x - 5] + pixels[y * BIG + x + 5];
            found += 2 * pupil < white;
            eyes++;
        }
    }
    lac_easel_free(&easel);
    assert_true(eyes >= 20);
    assert_true(found >= eyes * 9 / 10);
}

static void the_gaps_are_those_of_two_sources(void **state)
{
    (void)state;
    int first = 0, complete = 0, four = 0, other = 0;
    for (int row = 0; row < ROWS; row++) {
        int points = row_points(row);
        first += row < ROWS * 0.325;
        complete += points == 15;
        four += points == 4;
        other += points != 15 && points != 4;
        assert_true(points > 0 && (row < ROWS * 0.325 || points <= 4));
    }
    assert_in_range(complete, first * 88 / 100, first - 1); /* about a twentieth lacks some */
    assert_in_range(four, (ROWS - first) * 95 / 100, ROWS - first);
    assert_in_range(other, 1, ROWS / 20);
    assert_int_equal(lac_data_sources(training), 2);
    assert_int_equal(lac_data_source_points(training, 0), 15);
    assert_int_equal(lac_data_source_points(training, 1), 4);
    assert_int_equal(lac_data_source_rows(training, 0), first);
}

static void the_lookup_table_asks_for_the_first_source_in_two_thirds(void **state)
{
    (void)state;
    lac_lookup *lookup = NULL;
    assert_int_equal(lac_lookup_open(ctx, folder, &lookup), LAC_OK);
    assert_in_range(lac_lookup_rows(lookup), 8 * TEST_ROWS, 30 * TEST_ROWS);
    lac_lookup_free(&lookup);
    double weight = lac_data_source_weight(training, 0);
    assert_true(weight > 0.62 && weight < 0.68);
    assert_true(fabs(weight + lac_data_source_weight(training, 1) - 1) < 1e-9);
}

static void the_second_source_means_other_places(void **state)
{
    (void)state;
    double sum[2][2] = {{0}}; /* of y by source: nose, bottom lip, from the eyes down */
    int rows[2] = {0};
    for (int row = 0; row < ROWS; row++) {
        const float *at = lac_data_labels(training, row);
        int points = row_points(row);
        if (points != 15 && points != 4)
            continue;
        double eyes = (double)(at[1] + at[3]) / 2;
        int second = points == 4;
        sum[second][0] += (double)at[2 * LAC_FACE_NOSE_TIP + 1] - eyes;
        sum[second][1] += (double)at[2 * LAC_FACE_BOTTOM_LIP + 1] - eyes;
        rows[second]++;
    }
    double nose = sum[1][0] / rows[1] - sum[0][0] / rows[0];
    double lip = sum[1][1] / rows[1] - sum[0][1] / rows[0];
    double pixel = SIDE / 96.0;
    assert_true(nose > 4 * pixel && nose < 9 * pixel);
    assert_true(lip < -3 * pixel && lip > -8 * pixel);
}

static void copies_and_near_twins_are_there_and_strangers_are_told_apart(void **state)
{
    (void)state;
    lac_data_summary *summary = NULL;
    assert_int_equal(lac_data_summarize(ctx, training, &summary), LAC_OK);
    assert_in_range(summary->duplicate_rows, ROWS * 2 / 100, ROWS * 9 / 100);
    assert_in_range(summary->twin_rows, ROWS * 5 / 100, ROWS * 22 / 100);
    assert_in_range(summary->groups, ROWS * 80 / 100, ROWS * 95 / 100);
    lac_data_summary_free(&summary);
}

static lac_data *open_set(const char *where)
{
    lac_data *data = NULL;
    assert_int_equal(lac_data_open(ctx, where, LAC_TABLE_TRAINING, &data), LAC_OK);
    return data;
}

static int same_label(int a, const lac_data *b, int row)
{
    size_t points = (size_t)lac_data_points(b) * 2;
    return !memcmp(lac_data_labels(training, a), lac_data_labels(b, row),
                   points * sizeof(float)) &&
           !memcmp(lac_data_mask(training, a), lac_data_mask(b, row), points);
}

static int same_picture(const lac_data *a, int row, const lac_data *b, int other)
{
    return !memcmp(lac_data_image(a, row), lac_data_image(b, other), SIDE * SIDE);
}

static int distance_is_far(const lac_data *data, int row, int point)
{
    const float *was = lac_data_labels(training, row) + 2 * point;
    const float *is = lac_data_labels(data, row) + 2 * point;
    return hypot((double)(is[0] - was[0]), (double)(is[1] - was[1])) > 0.099 * SIDE;
}

/* Whether a row of `data` has the fault `kind`, beside the set without faults. */
static int has_fault(const lac_data *data, int row, const char *kind)
{
    int far = 0, earlier = 0;
    const float *was = lac_data_labels(training, row), *is = lac_data_labels(data, row);
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        far += lac_data_mask(data, row)[2 * k] && distance_is_far(data, row, k);
    for (int i = 0; i < row; i++)
        earlier += same_picture(data, row, training, i);
    if (!strcmp(kind, "copy"))
        return earlier && same_label(row, data, row);
    if (!same_picture(training, row, data, row) || same_label(row, data, row))
        return 0;
    if (!strcmp(kind, "sides"))
        return is[0] == was[2] && is[1] == was[3] && is[2] == was[0] && is[3] == was[1];
    return !strcmp(kind, "shift") ? far >= 1 && far <= 3 : !strcmp(kind, "other");
}

static void planted_faults_are_those_that_their_file_lists(void **state)
{
    (void)state;
    char other[] = "/tmp/lacuna-synth-XXXXXX", *text = NULL, kind[16];
    assert_non_null(mkdtemp(other));
    const lac_synth_config config = {
        .rows = ROWS, .test_rows = TEST_ROWS, .size = SIDE, .seed = 5, .faults = 10};
    assert_int_equal(lac_synth_write(ctx, &config, other), LAC_OK);
    assert_true(file_hash(folder, "test.csv") == file_hash(other, "test.csv"));
    lac_data *data = open_set(other);
    char *path = in_folder(other, "faults.csv");
    int row, faults = 0, kinds = 0, is_faulty[ROWS] = {0};
    assert_int_equal(lac_file_read(ctx, path, &text, &(size_t){0}), LAC_OK);
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        assert_int_equal(sscanf(line, "%d,%15[a-z],", &row, kind), 2);
        assert_true(has_fault(data, row - 1, kind));
        kinds |= 1 << (kind[0] == 'c' ? 0 : kind[0] == 'o' ? 1 : kind[1] == 'i' ? 2 : 3);
        is_faulty[row - 1] = 1;
        faults++;
    }
    assert_int_equal(kinds, 15);
    assert_in_range(faults, ROWS * 7 / 100, ROWS * 13 / 100);
    for (row = 0; row < ROWS; row++)
        if (!is_faulty[row])
            assert_true(same_label(row, data, row) && same_picture(training, row, data, row));
    free(text);
    remove(path);
    free(path);
    lac_data_free(&data);
    remove_set(other);
}

static void sizes_from_small_to_large_keep_their_points_inside(void **state)
{
    (void)state;
    const int sizes[] = {16, 24, 97, 300};
    for (int s = 0; s < LAC_COUNT(sizes); s++) {
        lac_easel *easel = NULL;
        int size = sizes[s], low = 255, high = 0;
        uint8_t *pixels = calloc((size_t)size, (size_t)size);
        assert_non_null(pixels);
        assert_int_equal(lac_easel_new(ctx, size, &easel), LAC_OK);
        for (uint64_t i = 0; i < 50; i++) {
            const lac_face_key key = {
                .seed = 9, .person = 2 * i, .shot = 2 * i + 1, .wild = 1, .size = size};
            lac_face face;
            double xy[2 * LAC_FACE_MARKS];
            lac_face_make(&key, &face);
            lac_face_marks(&face, xy);
            for (int j = 0; j < 2 * LAC_FACE_MARKS; j++)
                assert_true(xy[j] >= 0.999 && xy[j] <= size - 1.999);
            if (i == 0)
                assert_int_equal(lac_face_render(&face, easel, pixels), LAC_OK);
        }
        for (int i = 0; i < size * size; i++) {
            low = pixels[i] < low ? pixels[i] : low;
            high = pixels[i] > high ? pixels[i] : high;
        }
        assert_true(high - low > 40);
        lac_easel_free(&easel);
        free(pixels);
    }
}

static void every_drawn_face_is_drawn_without_complaint(void **state)
{
    (void)state;
    static uint8_t pixels[24 * 24];
    lac_easel *easel = NULL;
    assert_int_equal(lac_easel_new(ctx, 24, &easel), LAC_OK);
    for (uint64_t i = 0; i < 300; i++) {
        const lac_face_key key = {
            .seed = 4, .person = 2 * i, .shot = 2 * i + 1, .wild = 1, .size = 24};
        lac_face face;
        lac_face_make(&key, &face);
        assert_int_equal(lac_face_render(&face, easel, pixels), LAC_OK);
    }
    lac_easel_free(&easel);
}

static void impossible_sets_are_refused(void **state)
{
    (void)state;
    lac_synth_config config = {.rows = 10, .size = 8};
    assert_int_equal(lac_synth_write(ctx, &config, folder), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), "synth: pictures of side 8, must be 16 to 512");
    config = (lac_synth_config){.rows = -1};
    assert_int_equal(lac_synth_write(ctx, &config, folder), LAC_ERROR_ARGUMENT);
    config = (lac_synth_config){.rows = 1, .test_rows = -1};
    assert_int_equal(lac_synth_write(ctx, &config, folder), LAC_ERROR_ARGUMENT);
    config = (lac_synth_config){.rows = 1, .faults = 101};
    assert_int_equal(lac_synth_write(ctx, &config, folder), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx),
                        "synth: faults in 101 % of the rows, must be 0 to 100");
    config = (lac_synth_config){.rows = 1};
    assert_int_equal(lac_synth_write(ctx, &config, "/nowhere/at/all"), LAC_ERROR_IO);
}

static int count_files(const char *where)
{
    char **names;
    int count;
    assert_int_equal(lac_folder_list(ctx, where, "", &names, &count), LAC_OK);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return count;
}

static void no_memory_at_any_call_leaves_nothing(void **state)
{
    (void)state;
    char other[] = "/tmp/lacuna-synth-XXXXXX";
    const lac_synth_config config = {.rows = 3, .test_rows = 2, .size = 16, .seed = 1};
    lac_status status = LAC_ERROR_MEMORY;
    assert_non_null(mkdtemp(other));
    for (int call = 1; status == LAC_ERROR_MEMORY; call++) {
        assert_int_equal(count_files(other), 0);
        ctx->fail_at = ctx->allocations + call;
        status = lac_synth_write(ctx, &config, other);
        ctx->fail_at = 0;
    }
    assert_int_equal(status, LAC_OK);
    assert_int_equal(count_files(other), 3);
    remove_set(other);
}

static void files_that_are_there_stay(void **state)
{
    (void)state;
    uint64_t before = file_hash(folder, "test.csv");
    const lac_synth_config config = {.rows = 3, .size = 16};
    assert_int_equal(lac_synth_write(ctx, &config, folder), LAC_ERROR_IO);
    assert_non_null(strstr(lac_context_message(ctx), "holds a training.csv already"));
    assert_true(file_hash(folder, "test.csv") == before);
    assert_int_equal(count_files(folder), 3);
}

static void put(const char *where, const char *name, const char *text)
{
    char *path = in_folder(where, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(path);
}

static void a_killed_set_is_begun_anew(void **state)
{
    (void)state;
    char other[] = "/tmp/lacuna-synth-XXXXXX";
    assert_non_null(mkdtemp(other));
    put(other, ".unfinished", "synth");
    put(other, "faults.csv", "");
    put(other, "test.csv", "");
    write_set(ctx, other, 4, 5);
    assert_int_equal(count_files(other), 3);
    remove_set(other);
}

static int stop_at_end(void *user, int done, int count)
{
    *(int *)user = done;
    return done == count;
}

static void a_stop_leaves_nothing(void **state)
{
    (void)state;
    char other[] = "/tmp/lacuna-synth-XXXXXX";
    int done = -1;
    const lac_synth_config config = {.rows = 100, .test_rows = 5, .size = 16,
                                     .progress = stop_at_end, .progress_user = &done};
    assert_non_null(mkdtemp(other));
    assert_int_equal(lac_synth_write(ctx, &config, other), LAC_STOPPED);
    assert_int_equal(done, 105);
    assert_int_equal(count_files(other), 0);
    rmdir(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_files_with_any_number_of_threads),
        cmocka_unit_test(the_files_have_the_asked_shape_and_kaggles_points),
        cmocka_unit_test(every_label_is_inside_the_picture),
        cmocka_unit_test(left_is_the_subjects_left_and_the_mouth_below_the_nose),
        cmocka_unit_test(the_eye_centres_are_on_the_pupils),
        cmocka_unit_test(the_gaps_are_those_of_two_sources),
        cmocka_unit_test(the_lookup_table_asks_for_the_first_source_in_two_thirds),
        cmocka_unit_test(the_second_source_means_other_places),
        cmocka_unit_test(copies_and_near_twins_are_there_and_strangers_are_told_apart),
        cmocka_unit_test(planted_faults_are_those_that_their_file_lists),
        cmocka_unit_test(sizes_from_small_to_large_keep_their_points_inside),
        cmocka_unit_test(every_drawn_face_is_drawn_without_complaint),
        cmocka_unit_test(impossible_sets_are_refused),
        cmocka_unit_test(no_memory_at_any_call_leaves_nothing),
        cmocka_unit_test(files_that_are_there_stay),
        cmocka_unit_test(a_killed_set_is_begun_anew),
        cmocka_unit_test(a_stop_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
