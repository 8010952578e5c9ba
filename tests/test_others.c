/*
 * A run's folder that others work in too: a second trainer, a person who removes or edits a file,
 * a program that strips the checksum, a link to another disk.
 */
#define _POSIX_C_SOURCE 200809L
#include "net/model_file.h"
#include "training.h"

#include <sys/stat.h>
#include <unistd.h>

/* ---- Others during a run, and between two ------------------------------------------------ */

typedef struct meddling {
    const training *f;
    const char *run;
    lac_status open, resume, begin; /* what others get during the run */
} meddling;

/* At the end of the first epoch, another trainer would work in the folder, and a person removes
 * metrics.csv. */
static int meddle(void *user, const lac_progress *p)
{
    meddling *m = user;
    const training *f = m->f;
    lac_context *ctx = f->ctx;
    lac_trainer *t;
    lac_model *model;
    char path[512];
    if (p->epoch != 1 || p->step != p->steps)
        return 0;
    m->open = lac_trainer_open(ctx, f->data, &f->config, m->run, &t);
    assert_null(t);
    m->resume = lac_trainer_resume(ctx, f->data, m->run, 0, &t);
    assert_null(t);
    t = trainer_new(ctx, f->data, &f->config);
    m->begin = lac_trainer_run(t, m->run, NULL, NULL);
    lac_trainer_free(&t);
    assert_ok(ctx, lac_model_load(ctx, m->run, &model)); /* readers need no lock */
    lac_model_free(&model);
    snprintf(path, sizeof path, "%s/metrics.csv", m->run);
    assert_int_equal(remove(path), 0);
    return 0;
}

static void a_run_is_not_disturbed_by_others(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    meddling m = {.f = f, .run = run.text};
    for (int i = 0; i < 2; i++) {
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, i ? run.text : whole.text, i ? meddle : NULL, &m));
        lac_trainer_free(&t);
    }
    assert_int_equal(m.open, LAC_ERROR_IO);
    assert_int_equal(m.resume, LAC_ERROR_IO);
    assert_int_equal(m.begin, LAC_ERROR_IO);
    assert_same_run(f->ctx, whole.text, run.text);
    training_free(f);
    (void)state;
}

static void take_note(void *user, const char *line)
{
    char *last = user;
    snprintf(last, LAC_MESSAGE, "%s", line);
}

/* Resumes the run, with a new end unless `epochs` is 0; what the log tells. */
static const char *told_on_resuming(const training *f, const char *run, int epochs, char *last)
{
    lac_trainer *t;
    last[0] = '\0';
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run, epochs, &t));
    assert_true(t->config.lr == f->config.lr);
    lac_trainer_free(&t);
    return last;
}

static void a_changed_configuration_is_told(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run"), file = path_in(&f->folder, "run/config.json");
    static const char alone[] = "its limit of 1000 minutes was one of the part before";
    char last[LAC_MESSAGE];
    f->ctx->log = take_note;
    f->ctx->log_user = last;
    f->config.epochs = 1;
    f->config.minutes = 1000;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_non_null(strstr(told_on_resuming(f, run.text, 0, last), alone));
    assert_non_null(strstr(told_on_resuming(f, run.text, 5, last), alone));
    size_t size;
    char *text = file_bytes(file.text, &size);
    char *epochs = strstr(text, "\"epochs\":\t1");
    assert_non_null(epochs);
    epochs[10] = '7';
    file_put(file.text, text, size);
    assert_non_null(strstr(told_on_resuming(f, run.text, 0, last),
                           "config.json: says epochs 7, but a run keeps its settings: epochs "
                           "stays 1"));
    assert_non_null(strstr(told_on_resuming(f, run.text, 5, last), alone));
    epochs[10] = '1';
    char *lr = strstr(text, "\"lr\":\t0.001");
    assert_non_null(lr);
    lr[10] = '2';
    file_put(file.text, text, size);
    assert_non_null(strstr(told_on_resuming(f, run.text, 5, last), "lr stays 0.001"));
    free(text);
    file_put(file.text, "{", 1);
    assert_non_null(strstr(told_on_resuming(f, run.text, 0, last),
                           "config.json:1: not JSON: it is written anew"));
    remove(file.text);
    assert_non_null(strstr(told_on_resuming(f, run.text, 0, last), alone));
    training_free(f);
    (void)state;
}

/* From when a trainer has read the state until it has written its last. */
static void a_resumed_trainer_holds_its_folder(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    lac_trainer *t, *other;
    f->config.epochs = 1;
    t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    for (int i = 0; i < 2; i++) {
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
        assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &other),
                      LAC_ERROR_IO);
        if (i == 0)
            assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        else
            lac_trainer_free(&t);
        assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &other));
        lac_trainer_free(&other);
        lac_trainer_free(&t);
    }
    training_free(f);
    (void)state;
}

/* ---- States that are missing, stripped or elsewhere ---------------------------------------- */

/* All that a run has before its first state is saved is config.json, and a table's header. */
static void a_run_ended_before_its_first_state_is_resumed_and_begun(void **state)
{
    for (int is_resumed = 0; is_resumed < 2; is_resumed++) {
        training *f = training_new(LAC_CPU_AUTO, 16);
        test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
        lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, whole.text, NULL, NULL));
        lac_trainer_free(&t);
        f->config.epochs = 2;
        t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        lac_trainer_free(&t);
        f->config.epochs = 3;
        remove(path_in(&f->folder, "run/last.safetensors").text);
        if (is_resumed) /* these are epochs that somebody may want to keep */
            assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t),
                          LAC_ERROR_IO);
        remove(path_in(&f->folder, "run/best.safetensors").text);
        remove(path_in(&f->folder, "run/metrics.csv").text);
        if (is_resumed)
            assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 3, &t));
        else
            t = trainer_new(f->ctx, f->data, &f->config);
        assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
        assert_same_run(f->ctx, whole.text, run.text);
        lac_trainer_free(&t);
        training_free(f);
    }
    (void)state;
}

/* A file without one is a model, as another program may have written it. */
static void a_state_without_its_checksum_predicts_and_does_not_go_on(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run");
    test_path last = path_in(&f->folder, "run/last.safetensors");
    lac_model *model;
    size_t size;
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    char *bytes = file_bytes(last.text, &size);
    for (size_t i = 0; i + 8 < size; i++)
        if (memcmp(bytes + i, "checksum", 8) == 0)
            memcpy(bytes + i, "note....", 8);
    file_put(last.text, bytes, size);
    free(bytes);
    assert_ok(f->ctx, lac_model_load(f->ctx, run.text, &model));
    lac_model_free(&model);
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 4, &t), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "no checksum");
    assert_null(t);
    training_free(f);
    (void)state;
}

/* A state whose checksum is right and one of whose numbers is not. */
static void numbers_of_a_state_have_their_range(void **state)
{
    static const lac_metadata good[] = {{"step", "0"}, {"adam_step", "8"}, {"loss_sum", "0"},
                                        {"seconds", "1"}, {"best", "inf"}, {"lowest", "inf"},
                                        {"lowest_epoch", "0"}};
    static const lac_metadata bad[] = {
        {"step", "-1"}, {"step", "0.5"}, {"step", "9007199254740993"}, {"step", "nan"},
        {"adam_step", "-1"}, {"adam_step", "1.5"}, {"adam_step", "1e16"}, {"adam_step", ""},
        {"loss_sum", "-1"}, {"loss_sum", "inf"}, {"loss_sum", "1e101"}, {"loss_sum", "nan"},
        {"seconds", "-1"}, {"seconds", "inf"}, {"seconds", "1e13"}, {"best", "-1"},
        {"best", "nan"}, {"lowest", "-1"}, {"lowest_epoch", "0.5"}, {"lowest_epoch", "2"},
        {"lowest_epoch", "-1"}};
    training *f = training_new(LAC_CPU_REF, 16);
    test_path path = path_in(&f->folder, "state");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    lac_trainer *t;
    straight->model->epoch = 1;
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_metadata text[LAC_COUNT(good)];
        const lac_more more = {.text = text, .texts = LAC_COUNT(good)};
        for (int k = 0; k < LAC_COUNT(good); k++)
            text[k] = strcmp(good[k].key, bad[i].key) == 0 ? bad[i] : good[k];
        assert_ok(f->ctx, lac_model_write(straight->model, &more, path.text));
        assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, path.text, 0, &t),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, bad[i].key);
        assert_null(t);
    }
    const lac_more more = {.text = good, .texts = LAC_COUNT(good)};
    assert_ok(f->ctx, lac_model_write(straight->model, &more, path.text));
    assert_status(f->ctx, lac_trainer_resume(f->ctx, f->data, path.text, 0, &t), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "adam.m."); /* which this one lacks */
    lac_trainer_free(&straight);
    training_free(f);
    (void)state;
}

static void a_link_in_the_place_of_the_state_stays_one(void **state)
{
    training *f = training_new(LAC_CPU_AUTO, 16);
    test_path run = path_in(&f->folder, "run"), disk = path_in(&f->folder, "other disk");
    test_path last = path_in(&f->folder, "run/last.safetensors");
    struct stat info;
    assert_ok(f->ctx, lac_folder_make(f->ctx, run.text));
    assert_ok(f->ctx, lac_folder_make(f->ctx, disk.text));
    assert_int_equal(symlink("../other disk/state", last.text), 0);
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    assert_true(lstat(last.text, &info) == 0 && S_ISLNK(info.st_mode));
    assert_int_equal(file_count(disk.text), 1);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 4, &t));
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    lac_trainer_free(&t);
    training_free(f);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_not_disturbed_by_others),
        cmocka_unit_test(a_changed_configuration_is_told),
        cmocka_unit_test(a_resumed_trainer_holds_its_folder),
        cmocka_unit_test(a_run_ended_before_its_first_state_is_resumed_and_begun),
        cmocka_unit_test(a_state_without_its_checksum_predicts_and_does_not_go_on),
        cmocka_unit_test(numbers_of_a_state_have_their_range),
        cmocka_unit_test(a_link_in_the_place_of_the_state_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
