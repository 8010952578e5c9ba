/*
 * A host whose locale has a decimal comma: every file that the library writes is the same as
 * without it, but for times, and is read again either way. And a Turkish one, where the small
 * letter of I is another than i. tests/comma.sh runs this with the first in the environment, and
 * has made both.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/box_columns.h"
#include "data/archive.h"
#include "picture/picture.h"
#include "training.h"

#include <ctype.h>
#include <locale.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WITHOUT, WITH, BOTH };

static void use_comma(int comma)
{
    assert_non_null(setlocale(LC_ALL, comma ? "" : "C"));
    assert_int_equal(localeconv()->decimal_point[0], comma ? ',' : '.');
}

typedef struct host {
    lac_context *ctx;
    lac_data *data;
    test_folder folder;
    test_path run[BOTH]; /* trained without and with a comma */
} host;

static lac_train_config config_of(int epochs)
{
    lac_train_config config = small_config("kimura");
    config.epochs = epochs;
    config.schedule = LAC_SCHEDULE_COSINE;
    config.ema = 0.9;
    config.rotation = 2.5;
    return config;
}

static void train(host *h, int comma)
{
    const lac_train_config config = config_of(2);
    h->run[comma] = path_in(&h->folder, comma ? "with" : "without");
    use_comma(comma);
    lac_trainer *t = trainer_new(h->ctx, h->data, &config);
    assert_ok(h->ctx, lac_trainer_run(t, h->run[comma].text, NULL, NULL));
    lac_trainer_free(&t);
}

static int host_new(void **state)
{
    host *h = calloc(1, sizeof *h);
    const lac_synth_config faces = {.rows = 30, .test_rows = 3, .size = 16, .seed = 2};
    assert_non_null(h);
    h->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&h->folder);
    use_comma(WITHOUT);
    test_path path = path_in(&h->folder, "faces");
    assert_ok(h->ctx, lac_synth_write(h->ctx, &faces, path.text));
    assert_ok(h->ctx, lac_data_open(h->ctx, path.text, LAC_TABLE_TRAINING, &h->data));
    train(h, WITHOUT);
    train(h, WITH);
    *state = h;
    return 0;
}

static int host_free(void **state)
{
    host *h = *state;
    folder_free(&h->folder);
    lac_data_free(&h->data);
    lac_context_free(&h->ctx);
    free(h);
    return 0;
}

static void assert_same_files(const char *folder, const char *name, const char *other_folder,
                              const char *other)
{
    char command[900];
    snprintf(command, sizeof command, "diff -r -q %s/%s %s/%s", folder, name, other_folder, other);
    assert_int_equal(system(command), 0);
}

static void a_run_is_the_same(void **state)
{
    host *h = *state;
    assert_same_run(h->ctx, h->run[0].text, h->run[1].text);
    assert_same_files(h->run[0].text, "config.json", h->run[1].text, "config.json");
}

/* The states are read, and what they say goes on in the same way. */
static void a_run_goes_on_in_the_other_locale(void **state)
{
    host *h = *state;
    for (int comma = 0; comma < BOTH; comma++) {
        lac_trainer *t;
        use_comma(comma);
        assert_ok(h->ctx, lac_trainer_resume(h->ctx, h->data, h->run[!comma].text, 3, &t));
        assert_true(t->cursor.seconds > 0 && t->cursor.best < 100);
        assert_ok(h->ctx, lac_trainer_run(t, h->run[!comma].text, NULL, NULL));
        lac_trainer_free(&t);
    }
    assert_same_run(h->ctx, h->run[0].text, h->run[1].text);
}

static void write_all(const host *h, const lac_model *model, const lac_data *test,
                      const lac_lookup *lookup, test_folder *f)
{
    const char *const runs[] = {h->run[0].text, h->run[1].text};
    const lac_report report = {.runs = runs, .count = 2, .data_path = "faces"};
    const lac_synth_config faces = {.rows = 3, .size = 16};
    const lac_train_config config = config_of(3);
    assert_ok(h->ctx, lac_model_save(model, path_in(f, "model.safetensors").text));
    assert_ok(h->ctx, lac_predictions_write(model, h->data, NULL, path_in(f, "xy.csv").text));
    assert_ok(h->ctx, lac_submission_write(model, test, lookup, NULL, path_in(f, "sub.csv").text));
    assert_ok(h->ctx, lac_plot_curve(h->ctx, runs[0], path_in(f, "curve.svg").text));
    assert_ok(h->ctx, lac_plot_faces(model, h->data, path_in(f, "faces.svg").text));
    assert_ok(h->ctx, lac_plot_augmented(h->ctx, h->data, &config, path_in(f, "seen.svg").text));
    assert_ok(h->ctx, lac_report_write(h->ctx, &report, h->data, path_in(f, "report").text));
    assert_ok(h->ctx, lac_synth_write(h->ctx, &faces, path_in(f, "faces").text));
}

static void write_in_locale(const host *h, int comma, test_folder *f)
{
    lac_model *model;
    lac_data *test;
    lac_lookup *lookup;
    test_path path = path_in(&h->folder, "faces");
    use_comma(comma);
    assert_ok(h->ctx, lac_model_load(h->ctx, h->run[0].text, &model));
    assert_ok(h->ctx, lac_data_open(h->ctx, path.text, LAC_TABLE_TEST, &test));
    assert_ok(h->ctx, lac_lookup_open(h->ctx, path.text, &lookup));
    write_all(h, model, test, lookup, f);
    lac_lookup_free(&lookup);
    lac_data_free(&test);
    lac_model_free(&model);
}

/* Each time in a process of its own: cairo counts surfaces, and writes the numbers into files. */
static void all_else_that_is_written_is_the_same(void **state)
{
    host *h = *state;
    test_folder f[BOTH];
    for (int comma = 0; comma < BOTH; comma++) {
        int code;
        folder_new(&f[comma]);
        pid_t child = fork();
        if (child == 0) {
            write_in_locale(h, comma, &f[comma]);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &code, 0), child);
        assert_int_equal(code, 0);
    }
    assert_same_files(f[0].path, "", f[1].path, "");
    folder_free(&f[0]);
    folder_free(&f[1]);
}

static void a_search_is_the_same_and_goes_on_in_the_other_locale(void **state)
{
    host *h = *state;
    lac_search_config search = lac_search_config_default();
    test_path dir[BOTH] = {path_in(&h->folder, "search0"), path_in(&h->folder, "search1")};
    search.base = config_of(1);
    for (int i = 0; i < 2 * BOTH; i++) { /* begin both, then go on with both */
        use_comma(i % 2 == i / 2);
        search.trials = 2 + i / 2;
        search.epochs = 1;
        assert_ok(h->ctx, lac_search_run(h->ctx, h->data, &search, dir[i % 2].text, NULL, NULL));
    }
    char *a = timeless(dir[0].text, "trials.csv", 5, 5);
    char *b = timeless(dir[1].text, "trials.csv", 5, 5);
    assert_string_equal(a, b);
    assert_same_files(dir[0].text, "search.txt", dir[1].text, "search.txt");
    free(a);
    free(b);
}

/* Names in capitals are found as in every other locale. */
static void capitals_are_read_in_turkish(void **state)
{
    host *h = *state;
    static char *const names[] = {"ID", "FILENAME"};
    test_path faces = path_in(&h->folder, "faces/training.csv");
    test_path folder = path_in(&h->folder, "CAPITALS");
    test_path capitals = path_in(&h->folder, "CAPITALS/TRAINING.CSV");
    lac_data *data;
    assert_non_null(setlocale(LC_ALL, "tr_TR.UTF-8"));
    assert_int_not_equal(tolower('I'), 'i');
    assert_int_equal(mkdir(folder.text, 0777), 0);
    assert_int_equal(symlink(faces.text, capitals.text), 0);
    assert_ok(h->ctx, lac_data_open(h->ctx, folder.text, LAC_TABLE_TRAINING, &data));
    lac_data_free(&data);
    assert_int_equal(lac_table_rank("FACES.ZIP", "training"), LAC_RANK_PACKED);
    assert_int_equal(lac_column_called(names, 2, "filename"), 1);
    assert_true(lac_name_is_unread("A.TIFF"));
    use_comma(WITHOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_the_same),
        cmocka_unit_test(a_run_goes_on_in_the_other_locale),
        cmocka_unit_test(all_else_that_is_written_is_the_same),
        cmocka_unit_test(a_search_is_the_same_and_goes_on_in_the_other_locale),
        cmocka_unit_test(capitals_are_read_in_turkish),
    };
    return cmocka_run_group_tests(tests, host_new, host_free);
}
