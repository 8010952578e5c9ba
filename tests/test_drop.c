/* Drop lists: read, refused, written; what a training leaves out by them, and what a run keeps. */
#include "training.h"

#include <stdio.h>

enum { ROWS = 16 };

static test_path list_put(const training *f, const char *text)
{
    test_path path = path_in(&f->folder, "drop.txt");
    file_put(path.text, text, strlen(text));
    return path;
}

/* The points that the list names, as the shortest list. */
static void check_list(const lac_data *data, lac_context *ctx, const char *list,
                       const char *wanted)
{
    char *text, *shown;
    uint8_t *point;
    assert_ok(ctx, lac_strdup(ctx, list, &text));
    assert_ok(ctx, lac_drop_parse(ctx, text, "drop.txt", data, &point));
    assert_ok(ctx, lac_drop_text(ctx, data, point, &shown));
    assert_string_equal(shown, wanted);
    free(text);
    free(shown);
    free(point);
}

static void a_list_names_rows_and_points(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_REF, ROWS);
    check_list(f->data, f->ctx, "", "");
    check_list(f->data, f->ctx, "3\n", "3\n");
    check_list(f->data, f->ctx, "# nothing\n\n  \n\t# 5\n", "");
    check_list(f->data, f->ctx, "16 nose\r\n 2 left_eye # off\n1\t\tnose\n16 nose",
               "1 nose\n2 left_eye\n16 nose\n");
    check_list(f->data, f->ctx, "4 nose\n4 left_eye\n4 right_eye", "4\n");
    check_list(f->data, f->ctx, "4 nose\n4# whole", "4\n");
    training_free(f);
}

static void check_refused(const training *f, const char *list, const char *message)
{
    uint8_t *point;
    test_path path = list_put(f, list);
    assert_status(f->ctx, lac_drop_read(f->ctx, path.text, f->data, &point), LAC_ERROR_FORMAT);
    assert_message(f->ctx, message);
    assert_null(point);
}

static void what_is_no_list_is_refused_with_its_line(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_REF, ROWS);
    uint8_t *point;
    check_refused(f, "1\n0\n", "drop.txt:2: row 0, the table has rows 1 to 16");
    check_refused(f, "17\n", "drop.txt:1: row 17, the table has rows 1 to 16");
    check_refused(f, "99999999999999999999999 nose\n", "drop.txt:1: row 99999999999999999999, the");
    check_refused(f, "1\n\n3 chin # 3\n", "drop.txt:3: no point is called chin; there are left");
    check_refused(f, "3,nose\n", "drop.txt:1: a line is the number of a row");
    check_refused(f, "nose\n", "drop.txt:1: a line is the number of a row");
    check_refused(f, "-3\n", "drop.txt:1: a line is");
    check_refused(f, "3 no\x01se\n", "drop.txt:1: no point is called no");
    test_path path = list_put(f, "1");
    file_put(path.text, "1\n\0\n", 4);
    assert_status(f->ctx, lac_drop_read(f->ctx, path.text, f->data, &point), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "a NUL byte");
    assert_status(f->ctx, lac_drop_read(f->ctx, "nowhere", f->data, &point), LAC_ERROR_IO);
    training_free(f);
}

static void rows_taken_out_of_a_table_keep_their_numbers(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_REF, ROWS);
    const int rows[] = {1, 4, 9}, again[] = {0, 2};
    lac_data *part, *less;
    assert_ok(f->ctx, lac_data_take(f->ctx, f->data, rows, 3, &part));
    assert_ok(f->ctx, lac_data_take(f->ctx, part, again, 2, &less));
    check_list(part, f->ctx, "1\n2\n3 nose\n10 nose\n16", "2\n10 nose\n");
    check_list(less, f->ctx, "2 nose\n5\n10\n", "2 nose\n10\n");
    lac_data_free(&part);
    lac_data_free(&less);
    training_free(f);
}

/* ---- What is learned --------------------------------------------------------------------- */

static void dropped_points_are_as_missing_ones(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, ROWS);
    table gaps = table_new(ROWS, 8, 0);
    gaps.mask[0 * LABELS + 4] = gaps.mask[0 * LABELS + 5] = 0; /* the nose of the first row */
    gaps.mask[6 * LABELS + 0] = gaps.mask[6 * LABELS + 1] = 0; /* and the left eye of row 7 */
    lac_data *without = data_of(f->ctx, &gaps);
    f->config.holdout = 0;
    test_path path = list_put(f, "1 nose\n7 left_eye\n");
    lac_trainer *other = trainer_new(f->ctx, without, &f->config);
    lac_trainer *whole = trainer_new(f->ctx, f->data, &f->config);
    strcpy(f->config.drop, path.text);
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    take_steps(other, 8);
    take_steps(whole, 8);
    take_steps(t, 8);
    assert_true(same_state(t, other));
    assert_false(same_state(t, whole));
    lac_dropped d = lac_trainer_dropped(t);
    assert_int_equal(d.rows, 0);
    assert_int_equal(d.points, 2);
    lac_trainer_free(&t);
    lac_trainer_free(&whole);
    lac_trainer_free(&other);
    lac_data_free(&without);
    table_free(&gaps);
    training_free(f);
}

/* A row on this side of the trainer's split that has all labels. */
static int row_on(const lac_trainer *t, int is_holdout)
{
    for (int row = 0; row < t->data->rows; row++)
        if (lac_split_is_holdout(t->split, row) == is_holdout &&
            lac_data_row_is_complete(t->data, row))
            return row;
    fail();
    return -1;
}

static void the_hold_out_keeps_what_the_list_names(void **state)
{
    (void)state;
    char list[60];
    training *f = training_new(LAC_CPU_AUTO, ROWS);
    f->config.holdout = 0.4;
    lac_trainer *plain = trainer_new(f->ctx, f->data, &f->config);
    int held = row_on(plain, 1), learned = row_on(plain, 0);
    snprintf(list, sizeof list, "%d\n%d\n", held + 1, learned + 1);
    test_path path = list_put(f, list);
    strcpy(f->config.drop, path.text);
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    lac_dropped d = lac_trainer_dropped(t);
    assert_int_equal(d.rows, 1);
    assert_int_equal(d.points, 0);
    assert_int_equal(d.held_out, 1);
    assert_int_equal(t->train_count, plain->train_count - 1);
    assert_int_equal(t->holdout_count, plain->holdout_count);
    assert_memory_equal(t->holdout_rows, plain->holdout_rows,
                        (size_t)t->holdout_count * sizeof(int));
    for (int i = 0; i < t->train_count; i++)
        assert_int_not_equal(t->train_rows[i], learned);
    lac_trainer_free(&plain);
    lac_trainer_free(&t);
    snprintf(list, sizeof list, "%d nose\n", learned + 1);
    list_put(f, list);
    f->config.rows = LAC_ROWS_COMPLETE;
    t = trainer_new(f->ctx, f->data, &f->config);
    assert_int_equal(lac_trainer_dropped(t).points, 1);
    for (int i = 0; i < t->train_count; i++)
        assert_int_not_equal(t->train_rows[i], learned);
    lac_trainer_free(&t);
    training_free(f);
}

static void nothing_is_left_to_learn(void **state)
{
    (void)state;
    char list[20 * ROWS] = "";
    training *f = training_new(LAC_CPU_REF, ROWS);
    for (int row = 1; row <= ROWS; row++)
        snprintf(list + strlen(list), 20, "%d\n", row);
    test_path path = list_put(f, list);
    strcpy(f->config.drop, path.text);
    lac_trainer *t;
    assert_status(f->ctx, lac_trainer_new(f->ctx, f->data, &f->config, &t), LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "a list of rows dropped");
    strcpy(f->config.drop, "nowhere");
    assert_status(f->ctx, lac_trainer_new(f->ctx, f->data, &f->config, &t), LAC_ERROR_IO);
    training_free(f);
}

static void what_is_dropped_is_counted_of_the_rows_that_are_measured(void **state)
{
    (void)state;
    static const int rows[] = {2, 6};
    training *f = training_new(LAC_CPU_REF, ROWS);
    test_path path = list_put(f, "1\n4 nose\n7 nose\n7 left_eye\n");
    lac_dropped d;
    assert_ok(f->ctx, lac_data_drop(f->ctx, f->data, path.text, rows, 2, &d));
    assert_int_equal(d.rows, 0);
    assert_int_equal(d.points, 2);
    assert_false(lac_row_is_labelled(f->data, 0));
    training_free(f);
}

static void labels_are_dropped_from_what_is_measured(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_REF, ROWS);
    test_path path = list_put(f, "1\n4 nose\n7 nose\n7 left_eye\n");
    uint64_t fingerprint = f->data->fingerprint;
    lac_dropped d;
    assert_ok(f->ctx, lac_data_drop(f->ctx, f->data, path.text, NULL, 0, &d));
    assert_int_equal(d.rows, 1);
    assert_int_equal(d.points, 3);
    assert_false(lac_row_is_labelled(f->data, 0));
    assert_true(f->data->fingerprint == fingerprint);
    for (int i = 0; i < LABELS; i++) {
        assert_int_equal(lac_data_mask(f->data, 3)[i], i < 4);
        assert_int_equal(lac_data_mask(f->data, 6)[i], i == 2 || i == 3);
        assert_true(lac_data_mask(f->data, 6)[i] || lac_data_labels(f->data, 6)[i] == 0);
    }
    training_free(f);
}

/* ---- Runs --------------------------------------------------------------------------------- */

static int stop_in_epoch_2(void *user, const lac_progress *progress)
{
    (void)user;
    return progress->epoch == 2;
}

static void take_line(void *user, const char *line)
{
    snprintf(user, 400, "%s", line);
}

/* Resumes a stopped run of the list "1\n" with the file as it is now; `line` is what it logs. */
static void check_goes_on(training *f, const char *name, const lac_trainer *straight,
                          char line[400])
{
    test_path run = path_in(&f->folder, name);
    lac_trainer *t;
    *line = 0;
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_int_equal(lac_trainer_dropped(t).rows + lac_trainer_dropped(t).held_out, 1);
    assert_true(same_state(straight, t));
    lac_trainer_free(&t);
}

static void a_run_keeps_its_list(void **state)
{
    (void)state;
    char line[400];
    training *f = training_new(LAC_CPU_AUTO, ROWS);
    f->ctx->log = take_line;
    f->ctx->log_user = line;
    test_path list = list_put(f, "1\n");
    strcpy(f->config.drop, list.text);
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, NULL, NULL, NULL));
    for (const char *name = "abc"; *name; name++) {
        test_path run = path_in(&f->folder, name);
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_status(f->ctx, lac_trainer_run(t, run.text, stop_in_epoch_2, NULL), LAC_STOPPED);
        lac_trainer_free(&t);
    }
    check_goes_on(f, "abc", straight, line);
    assert_string_equal(line, "");
    list_put(f, "1\n2 nose\n");
    check_goes_on(f, "bc", straight, line);
    assert_non_null(strstr(line, "was changed since the run began"));
    remove(list.text);
    check_goes_on(f, "c", straight, line);
    assert_non_null(strstr(line, "goes on with the list that it began with"));
    lac_trainer_free(&straight);
    training_free(f);
}

static void a_folder_refuses_another_list(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, ROWS);
    test_path run = path_in(&f->folder, "run"), list = list_put(f, "1\n");
    lac_trainer *t;
    strcpy(f->config.drop, list.text);
    for (int i = 0; i < 2; i++) { /* begun, and gone on with: comments do not count */
        assert_ok(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t));
        assert_int_equal(lac_trainer_run(t, run.text, i ? NULL : stop_in_epoch_2, NULL),
                         i ? LAC_OK : LAC_STOPPED);
        lac_trainer_free(&t);
        list_put(f, "# still\n1 # this one\n");
    }
    list_put(f, "2\n");
    assert_status(f->ctx, lac_trainer_open(f->ctx, f->data, &f->config, run.text, &t),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "dropped other rows and points than");
    training_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_names_rows_and_points),
        cmocka_unit_test(what_is_no_list_is_refused_with_its_line),
        cmocka_unit_test(rows_taken_out_of_a_table_keep_their_numbers),
        cmocka_unit_test(dropped_points_are_as_missing_ones),
        cmocka_unit_test(the_hold_out_keeps_what_the_list_names),
        cmocka_unit_test(nothing_is_left_to_learn),
        cmocka_unit_test(labels_are_dropped_from_what_is_measured),
        cmocka_unit_test(what_is_dropped_is_counted_of_the_rows_that_are_measured),
        cmocka_unit_test(a_run_keeps_its_list),
        cmocka_unit_test(a_folder_refuses_another_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
