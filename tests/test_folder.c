/*
 * The run folder: its tables, its lock, and what others may do to its files. Every test works in
 * a folder of its own.
 */
#include "support.h"
#include "settings/config.h"
#include "train/run.h"

#include <math.h>

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
    test_path run, metrics, config;
    char notes[2000]; /* of the log, a line each */
} fixture;

static void take_note(void *user, const char *line)
{
    fixture *f = user;
    strncat(f->notes, line, sizeof f->notes - strlen(f->notes) - 1);
    strncat(f->notes, "\n", sizeof f->notes - strlen(f->notes) - 1);
}

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    const lac_context_config config = {.threads = 1, .cpu = LAC_CPU_REF, .log = take_note,
                                       .log_user = f};
    assert_int_equal(lac_context_new(&config, &f->ctx), LAC_OK);
    folder_new(&f->folder);
    f->run = path_in(&f->folder, "run");
    f->metrics = path_in(&f->folder, "run/metrics.csv");
    f->config = path_in(&f->folder, "run/config.json");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

/* ---- Runs begun and gone on with --------------------------------------------------------- */

#define HEADER "epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse," \
               "test_weighted_rmse,failure_points,failure_images\n"
#define LINE_1 "1,0.333333333,800,0.125,,,,0,\n"
#define LINE_2 "2,0.666666667,800,0.125,,,,0,\n"
#define LINE_3 "3,1,800,0.125,,,,0,\n"

static void assert_text(const char *path, const char *wanted)
{
    size_t size;
    char *text = file_bytes(path, &size);
    assert_string_equal(text, wanted);
    free(text);
}

static lac_run *open_run(const fixture *f)
{
    lac_run *run;
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->run.text));
    assert_ok(f->ctx, lac_run_open(f->ctx, f->run.text, &run));
    return run;
}

static lac_run *begin_run(const fixture *f)
{
    const lac_train_config config = lac_train_config_default();
    lac_run *run = open_run(f);
    assert_ok(f->ctx, lac_run_begin(run, &config));
    return run;
}

static lac_status resume(lac_run *run, int epochs)
{
    const lac_train_config config = lac_train_config_default();
    return lac_run_resume(run, &config, epochs);
}

static void append(lac_run *run, int epoch)
{
    const double line[LAC_HISTORY_COLUMNS] = {[LAC_HISTORY_EPOCH] = epoch,
                                              [LAC_HISTORY_SECONDS] = epoch / 3.0,
                                              [LAC_HISTORY_RATE] = 800,
                                              [LAC_HISTORY_LOSS] = 0.125,
                                              [LAC_HISTORY_HOLDOUT_LOSS] = NAN,
                                              [LAC_HISTORY_RMSE] = NAN,
                                              [LAC_HISTORY_WEIGHTED] = NAN,
                                              [LAC_HISTORY_FAILURE_IMAGES] = NAN};
    assert_ok(run->ctx, lac_run_append(run, line));
}

static void a_run_gains_a_line_an_epoch(void **state)
{
    const fixture *f = *state;
    lac_run *run = begin_run(f);
    lac_train_config config;
    assert_text(f->metrics.text, HEADER);
    append(run, 1);
    append(run, 2);
    assert_text(f->metrics.text, HEADER LINE_1 LINE_2);
    assert_ok(f->ctx, lac_train_read(f->ctx, f->config.text, &config));
    assert_int_equal(config.epochs, lac_train_config_default().epochs);
    assert_string_equal(f->notes, "");
    lac_run_close(&run);
    assert_null(run);
}

static void a_folder_that_holds_a_run_is_refused_untouched(void **state)
{
    const fixture *f = *state;
    const lac_train_config config = lac_train_config_default();
    lac_run *run = begin_run(f);
    append(run, 1);
    assert_status(f->ctx, lac_run_begin(run, &config), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "holds a run already (metrics.csv)");
    assert_text(f->metrics.text, HEADER LINE_1);
    static const char *const states[] = {"run/last.safetensors", "run/best.safetensors"};
    for (int i = 0; i < LAC_COUNT(states); i++) {
        test_path file = path_in(&f->folder, states[i]);
        remove(f->metrics.text);
        file_put(file.text, "x", 1);
        assert_status(f->ctx, lac_run_begin(run, &config), LAC_ERROR_ARGUMENT);
        assert_message(f->ctx, states[i] + 4);
        remove(file.text);
    }
    lac_run_close(&run);
}

/* Ended by a kill or a full disk before there was a state. */
static void what_a_run_left_without_a_state_is_written_over(void **state)
{
    const fixture *f = *state;
    static const char *const metrics[] = {NULL, "", "epo", HEADER};
    test_path machine = path_in(&f->folder, "run/machine.csv");
    lac_run *run = begin_run(f);
    size_t size;
    char *fresh = file_bytes(machine.text, &size);
    for (int i = 0; i < LAC_COUNT(metrics); i++) {
        const lac_train_config config = lac_train_config_default();
        remove(f->metrics.text);
        if (metrics[i])
            file_put(f->metrics.text, metrics[i], strlen(metrics[i]));
        file_put(f->config.text, "{", i % 2);
        assert_ok(f->ctx, lac_run_begin(run, &config));
        assert_text(f->metrics.text, HEADER);
        assert_text(machine.text, fresh);
    }
    assert_string_equal(f->notes, "");
    free(fresh);
    lac_run_close(&run);
}

static void resuming_drops_the_lines_of_later_epochs(void **state)
{
    const fixture *f = *state;
    lac_run *run = begin_run(f);
    for (int epoch = 1; epoch <= 3; epoch++)
        append(run, epoch);
    assert_ok(f->ctx, resume(run, 3));
    assert_text(f->metrics.text, HEADER LINE_1 LINE_2 LINE_3);
    assert_ok(f->ctx, resume(run, 1));
    assert_text(f->metrics.text, HEADER LINE_1);
    append(run, 2);
    assert_text(f->metrics.text, HEADER LINE_1 LINE_2);
    assert_ok(f->ctx, resume(run, 0));
    assert_text(f->metrics.text, HEADER);
    assert_string_equal(f->notes, "");
    lac_run_close(&run);
}

static void resuming_a_run_replaces_its_number_of_epochs(void **state)
{
    const fixture *f = *state;
    lac_train_config config = lac_train_config_default();
    lac_run *run = begin_run(f);
    config.epochs = 7;
    assert_ok(f->ctx, lac_run_resume(run, &config, 0));
    assert_ok(f->ctx, lac_train_read(f->ctx, f->config.text, &config));
    assert_int_equal(config.epochs, 7);
    lac_run_close(&run);
}

/* ---- metrics.csv, removed and edited ------------------------------------------------------- */

static void a_table_that_is_removed_or_changed_during_a_run_is_written_anew(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text, *note;
    } cases[] = {{NULL, "was removed during the run"},
                 {"", "was changed during the run"},
                 {HEADER "9,9,9,9,9,9,9,9,9\n", "was changed during the run"},
                 {HEADER LINE_1 LINE_2 LINE_3, "was changed during the run"},
                 {HEADER "7,0.333333333,800,0.125,,,,0,\n", "was changed during the run"}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_run *run = begin_run(f);
        append(run, 1);
        f->notes[0] = '\0';
        if (cases[i].text)
            file_put(f->metrics.text, cases[i].text, strlen(cases[i].text));
        else
            remove(f->metrics.text);
        append(run, 2);
        assert_non_null(strstr(f->notes, cases[i].note));
        f->notes[0] = '\0';
        append(run, 3);
        assert_text(f->metrics.text, HEADER LINE_1 LINE_2 LINE_3);
        assert_string_equal(f->notes, "");
        lac_run_close(&run);
        remove(f->metrics.text);
    }
}

static void lines_that_are_gone_when_a_run_goes_on_are_counted(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text, *kept, *note;
    } cases[] = {{NULL, HEADER, "lacks 3 of the lines of 3 epochs"},
                 {HEADER LINE_1 LINE_3, HEADER LINE_1 LINE_3, "lacks 1 of the lines of 3"},
                 {HEADER LINE_1 "what\n" LINE_3, HEADER LINE_1 LINE_3, "lacks 1 of"},
                 {HEADER LINE_2 LINE_1 LINE_3 "3,1", HEADER LINE_2 LINE_3, "lacks 1 of"}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_run *run = begin_run(f);
        f->notes[0] = '\0';
        remove(f->metrics.text);
        if (cases[i].text)
            file_put(f->metrics.text, cases[i].text, strlen(cases[i].text));
        assert_ok(f->ctx, resume(run, 3));
        assert_text(f->metrics.text, cases[i].kept);
        assert_non_null(strstr(f->notes, cases[i].note));
        lac_run_close(&run);
        remove(f->metrics.text);
    }
}

static void a_table_that_is_no_runs_is_left_alone(void **state)
{
    const fixture *f = *state;
    lac_run *run = begin_run(f);
    file_put(f->metrics.text, "a;b\n1;2\n", 8);
    assert_status(f->ctx, resume(run, 1), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "metrics.csv:1: not the header of a run's metrics");
    assert_text(f->metrics.text, "a;b\n1;2\n");
    lac_run_close(&run);
}

/* ---- The lock ---------------------------------------------------------------------------- */

static void a_folder_is_worked_in_by_one_at_a_time(void **state)
{
    const fixture *f = *state;
    lac_run *run = begin_run(f), *other = run;
    append(run, 1);
    assert_status(f->ctx, lac_run_open(f->ctx, f->run.text, &other), LAC_ERROR_IO);
    assert_null(other);
    assert_message(f->ctx, "another process is at work in this folder");
    assert_text(f->metrics.text, HEADER LINE_1);
    lac_run_close(&run);
    assert_ok(f->ctx, lac_run_open(f->ctx, f->run.text, &other));
    lac_run_close(&other);
}

static void what_a_killed_process_left_half_written_is_removed(void **state)
{
    const fixture *f = *state;
    static const char *const left[] = {"run/last.safetensors.tmp", "run/metrics.csv.17-0.tmp",
                                       "run/best.safetensors.4194304-12.tmp"};
    static const char *const kept[] = {"run/faces.csv.17-0.tmp", "run/last.safetensors.bak",
                                       "run/metrics.csvtmp", "run/x-config.json.1-1.tmp"};
    assert_ok(f->ctx, lac_folder_make(f->ctx, f->run.text));
    for (int i = 0; i < LAC_COUNT(left); i++)
        file_put(path_in(&f->folder, left[i]).text, "x", 1);
    for (int i = 0; i < LAC_COUNT(kept); i++)
        file_put(path_in(&f->folder, kept[i]).text, "x", 1);
    lac_run *run = open_run(f);
    for (int i = 0; i < LAC_COUNT(left); i++)
        assert_false(lac_path_exists(path_in(&f->folder, left[i]).text));
    for (int i = 0; i < LAC_COUNT(kept); i++)
        assert_true(lac_path_exists(path_in(&f->folder, kept[i]).text));
    lac_run_close(&run);
}

static void a_run_that_is_not_there_is_not_opened(void **state)
{
    const fixture *f = *state;
    lac_run *run;
    test_path missing = path_in(&f->folder, "none/run");
    assert_status(f->ctx, lac_run_open(f->ctx, missing.text, &run), LAC_ERROR_IO);
    assert_null(run);
    assert_false(lac_path_exists(path_in(&f->folder, "none").text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_run_gains_a_line_an_epoch),
        TEST(a_folder_that_holds_a_run_is_refused_untouched),
        TEST(what_a_run_left_without_a_state_is_written_over),
        TEST(resuming_drops_the_lines_of_later_epochs),
        TEST(resuming_a_run_replaces_its_number_of_epochs),
        TEST(a_table_that_is_removed_or_changed_during_a_run_is_written_anew),
        TEST(lines_that_are_gone_when_a_run_goes_on_are_counted),
        TEST(a_table_that_is_no_runs_is_left_alone),
        TEST(a_folder_is_worked_in_by_one_at_a_time),
        TEST(what_a_killed_process_left_half_written_is_removed),
        TEST(a_run_that_is_not_there_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
