/*
 * A training's file: the model's (net/model_file.h) with Adam's moments and the cursor added, so
 * that it can be loaded as a model, or gone on with. Where the model is an average, the weights
 * that the steps change are added too.
 */
#include "comm/comm.h"
#include "data/data.h"
#include "settings/config.h"
#include "train/run.h"
#include "train/stand.h"
#include "train/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS 1e15 /* of Adam; exact as a double */

/* ---- Writing ------------------------------------------------------------------------- */

static lac_status save(const lac_trainer *t, const char *path, const char *drop)
{
    char step[LAC_NUMBER], adam_step[LAC_NUMBER];
    char loss_sum[LAC_NUMBER], seconds[LAC_NUMBER], best[LAC_NUMBER];
    char lowest[LAC_NUMBER], lowest_epoch[LAC_NUMBER], teacher[LAC_NUMBER];
    lac_metadata text[9] = {{"step", step}, {"adam_step", adam_step},
                                 {"loss_sum", lac_number_text(t->cursor.loss_sum, loss_sum)},
                                 {"seconds", lac_number_text(t->cursor.seconds, seconds)},
                                 {"best", lac_number_text(t->cursor.best, best)},
                                 {"lowest", lac_number_text(t->cursor.lowest, lowest)},
                                 {"lowest_epoch", lowest_epoch}};
    int texts = 7;
    const lac_params *params = &t->model->net->params;
    const lac_more_tensors tensors[] = {{"adam.m.", params, t->adam.m},
                                        {"adam.v.", params, t->adam.v},
                                        {"trained.", params, t->beside.w},
                                        {"trained.", &t->model->net->buffers, t->beside.b}};
    if (drop)
        text[texts++] = (lac_metadata){"drop", drop};
    if (t->taught)
        text[texts++] = (lac_metadata){"teacher", teacher};
    const lac_more more = {text, texts, tensors, t->beside.w ? LAC_COUNT(tensors) : 2};
    snprintf(step, sizeof step, "%d", t->cursor.step);
    snprintf(adam_step, sizeof adam_step, "%ld", t->adam.step);
    snprintf(lowest_epoch, sizeof lowest_epoch, "%d", t->cursor.lowest_epoch);
    snprintf(teacher, sizeof teacher, "%016" PRIx64, t->teacher);
    return lac_model_write(t->model, &more, path);
}

lac_status lac_trainer_save(const lac_trainer *t, const char *path)
{
    char *drop = NULL;
    if (t->dropped)
        LAC_TRY(lac_drop_text(t->ctx, t->data, t->dropped, &drop));
    lac_status status = save(t, path, drop);
    free(drop);
    return status;
}

/* ---- Reading -------------------------------------------------------------------------- */

static lac_status read_cursor(const lac_model_file *f, lac_trainer *t)
{
    long step;
    LAC_TRY(lac_model_file_whole(f, "step", 0, lac_trainer_steps(t) - 1, &step));
    LAC_TRY(lac_model_file_whole(f, "adam_step", 0, MOST_STEPS, &t->adam.step));
    LAC_TRY(lac_model_file_number(f, "loss_sum", 0, LAC_MOST_FIGURE, &t->cursor.loss_sum));
    LAC_TRY(lac_model_file_number(f, "best", 0, INFINITY, &t->cursor.best));
    t->cursor.epoch = t->model->epoch;
    t->cursor.step = (int)step;
    return lac_cursor_read_ends(f, &t->cursor);
}

static lac_status read_training(const lac_model_file *f, lac_trainer *t)
{
    const lac_params *params = &t->model->net->params;
    LAC_TRY(read_cursor(f, t));
    if (t->beside.w) {
        LAC_TRY(lac_model_file_tensors(f, "trained.", params, t->beside.w));
        LAC_TRY(lac_model_file_tensors(f, "trained.", &t->model->net->buffers, t->beside.b));
    }
    LAC_TRY(lac_model_file_tensors(f, "adam.m.", params, t->adam.m));
    return lac_model_file_tensors(f, "adam.v.", params, t->adam.v);
}

/* The data must be those of the training: the same rows, and so the same hold-out. */
static lac_status check_data(const lac_model_file *f, const lac_model *model, const lac_data *data)
{
    if (model->fingerprint == data->fingerprint)
        return LAC_OK;
    return lac_fail(f->ctx, LAC_ERROR_MISMATCH,
                    "%s: trained on other data (hash %016" PRIx64 ", this data %016" PRIx64 ")",
                    f->path, model->fingerprint, data->fingerprint);
}

/* The points that the run drops, as its state names them; NULL when it drops none. */
static lac_status read_dropped(const lac_model_file *f, const lac_data *data, uint8_t **dropped)
{
    const char *kept = lac_model_file_text(f, "drop");
    char *text;
    *dropped = NULL;
    if (!kept)
        return LAC_OK;
    LAC_TRY(lac_strdup(f->ctx, kept, &text));
    lac_status status = lac_drop_parse(f->ctx, text, f->path, data, dropped);
    free(text);
    return status;
}

/* What the teacher that it began with is told by; 0 without one. */
static uint64_t read_teacher(const lac_model_file *f)
{
    const char *text = lac_model_file_text(f, "teacher");
    return text ? strtoull(text, NULL, 16) : 0;
}

/* The model's story, told anew: the run may go on for longer. */
static lac_status retell(lac_model *model, const lac_train_config *config)
{
    char *story;
    LAC_TRY(lac_config_to_json(model->ctx, config, &story));
    free(model->story);
    model->story = story;
    return LAC_OK;
}

/* `ends` says when it ends, or NULL: as the run itself says. Minutes count from the beginning;
 * those of the part before are over. */
static void put_ends(const lac_train_config *ends, lac_train_config *config)
{
    config->epochs = ends ? ends->epochs : config->epochs;
    config->until = ends ? ends->until : config->until;
    config->patience = ends ? ends->patience : config->patience;
    config->minutes = ends ? ends->minutes : 0.0;
}

static lac_status compare_file(lac_context *ctx, const char *path, const lac_train_config *ends,
                               const lac_train_config *used)
{
    lac_train_config found;
    char there[LAC_SETTING], kept[LAC_SETTING];
    lac_status status = lac_train_read(ctx, path, &found);
    if (status == LAC_ERROR_MEMORY)
        return status;
    if (status != LAC_OK) {
        lac_log(ctx, "%s: it is written anew from the run's state", lac_context_message(ctx));
        return LAC_OK;
    }
    put_ends(ends, &found);
    const lac_field *f = lac_config_any_difference(&found, used);
    if (!f)
        return LAC_OK;
    LAC_TRY(lac_train_get(ctx, &found, f->name, there));
    LAC_TRY(lac_train_get(ctx, used, f->name, kept));
    lac_log(ctx, "%s: says %s %s, but a run keeps its settings: %s stays %s", path, f->name, there,
            f->name, kept);
    return LAC_OK;
}

/* The state says how a run is trained, not config.json: whoever has changed that is told. */
static lac_status note_change(const lac_run *folder, const lac_train_config *ends,
                              const lac_train_config *used)
{
    char *path;
    LAC_TRY(lac_path_join(folder->ctx, folder->path, "config.json", &path));
    lac_status status =
        lac_path_exists(path) ? compare_file(folder->ctx, path, ends, used) : LAC_OK;
    free(path);
    return status;
}

/* `folder` is the run's, NULL where a file is resumed. */
static lac_status read_settings(const lac_model_file *f, const lac_run *folder,
                                const lac_train_config *ends, lac_model *model,
                                lac_train_config *out)
{
    LAC_TRY(lac_config_from_json(f->ctx, model->story, f->path, out));
    const double minutes = out->minutes;
    put_ends(ends, out);
    if (minutes > 0 && out->minutes == 0.0)
        lac_log(f->ctx, "%s: its limit of %g minutes was one of the part before: it has none now",
                f->path, minutes);
    if (folder)
        LAC_TRY(note_change(folder, ends, out));
    return retell(model, out);
}

static lac_status resume(const lac_model_file *f, const lac_data *data, const lac_run *folder,
                         const lac_train_config *ends, lac_trainer **out)
{
    lac_kept kept = {0};
    lac_train_config config;
    if (!lac_model_file_has(f, "checksum"))
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: no checksum: a training goes on from a "
                        "file as it was saved alone", f->path);
    LAC_TRY(lac_model_file_read(f, &kept.model));
    lac_status status = check_data(f, kept.model, data);
    if (status == LAC_OK)
        status = read_settings(f, folder, ends, kept.model, &config);
    if (status == LAC_OK)
        status = read_dropped(f, data, &kept.dropped);
    kept.teacher = read_teacher(f);
    if (status != LAC_OK) {
        lac_model_free(&kept.model);
        return status;
    }
    LAC_TRY(lac_trainer_make(f->ctx, data, &config, &kept, out));
    return read_training(f, *out);
}

/* A run that was ended before its first state was saved goes on from its beginning. */
static lac_status begin_again(lac_context *ctx, const lac_data *data, const char *run,
                              const lac_train_config *ends, lac_trainer **out)
{
    lac_train_config config;
    LAC_TRY(lac_train_read(ctx, run, &config));
    double minutes = config.minutes;
    put_ends(ends, &config);
    if (config.minutes == 0.0)
        config.minutes = minutes; /* all of them are left */
    return lac_trainer_make(ctx, data, &config, NULL, out);
}

/* Whether a folder has config.json and nothing that a training made. */
static lac_status is_stillborn(lac_context *ctx, const char *run, int *is)
{
    const char *found;
    LAC_TRY(lac_run_find(ctx, run, &found));
    LAC_TRY(lac_folder_has(ctx, run, "config.json", is));
    *is = *is && !found;
    return LAC_OK;
}

/* `folder` is locked, or NULL: a file is gone on with, or rank 0 has the lock. */
static lac_status make_trainer(lac_context *ctx, const lac_data *data, const char *run,
                               const lac_run *folder, const lac_train_config *ends,
                               lac_trainer **out)
{
    lac_model_file file;
    int is_new = 0;
    if (lac_path_is_folder(run))
        LAC_TRY(is_stillborn(ctx, run, &is_new));
    if (is_new)
        return begin_again(ctx, data, run, ends, out);
    LAC_TRY(lac_model_file_open(ctx, run, &file));
    lac_status status = resume(&file, data, folder, ends, out);
    lac_model_file_close(&file);
    return status;
}

/* Hands the locked folder, which may be NULL, to the trainer, if every rank has one. */
static lac_status keep_folder(lac_context *ctx, lac_status status, const char *run,
                              lac_run **folder, lac_trainer **out)
{
    if (status == LAC_OK)
        status = lac_strdup(ctx, run, &(*out)->run);
    status = lac_context_agree(ctx, status);
    if (status != LAC_OK) {
        lac_trainer_free(out);
        lac_run_close(folder);
        return status;
    }
    (*out)->folder = *folder;
    return LAC_OK;
}

/* Rank 0 writes, and holds the lock. */
static lac_status open_folder(lac_context *ctx, const char *run, lac_run **out)
{
    *out = NULL;
    return !lac_rank(ctx) && lac_path_is_folder(run) ? lac_run_open(ctx, run, out) : LAC_OK;
}

/* Whether the file that the setting `drop` names still names what the run drops. */
static lac_status compare_drop(const lac_trainer *t, int *is_same)
{
    uint8_t *found;
    *is_same = 1;
    if (!t->dropped)
        return LAC_OK;
    LAC_TRY(lac_drop_read(t->ctx, t->config.drop, t->data, &found));
    *is_same = memcmp(found, t->dropped, (size_t)t->data->rows * (size_t)t->data->points) == 0;
    free(found);
    return LAC_OK;
}

/* A run keeps its list: whoever has changed or removed the file is told. */
static lac_status note_drop(const lac_trainer *t)
{
    int is_same;
    lac_status status = compare_drop(t, &is_same);
    if (status == LAC_ERROR_MEMORY)
        return status;
    if (status != LAC_OK)
        lac_log(t->ctx, "%s: the run goes on with the list that it began with",
                lac_context_message(t->ctx));
    else if (!is_same)
        lac_log(t->ctx, "%s: was changed since the run began, which goes on with the list as it "
                "was", t->config.drop);
    return LAC_OK;
}

lac_status lac_trainer_resume(lac_context *ctx, const lac_data *data, const char *run, int epochs,
                              lac_trainer **out)
{
    const lac_train_config ends = {.epochs = epochs}; /* and no other end */
    lac_run *folder;
    *out = NULL;
    lac_status status = open_folder(ctx, run, &folder);
    if (status == LAC_OK)
        status = make_trainer(ctx, data, run, folder, epochs ? &ends : NULL, out);
    if (status == LAC_OK)
        status = note_drop(*out);
    return keep_folder(ctx, status, run, &folder, out);
}

/* ---- Going on or beginning ------------------------------------------------------------------- */

/* Two trainings may differ in how long they go, and in nothing else. */
static lac_status check_settings(const lac_trainer *t, const char *run,
                                 const lac_train_config *wanted)
{
    char value[LAC_SETTING];
    lac_train_config settled = *wanted;
    LAC_TRY(lac_config_check(t->ctx, wanted));
    lac_train_settle(t->ctx, &settled);
    lac_train_take_crop(t->data, &settled);
    lac_train_take_width(t->data, &settled);
    const lac_field *other = lac_config_difference(&settled, &t->config);
    if (!other)
        return LAC_OK;
    LAC_TRY(lac_train_get(t->ctx, &t->config, other->name, value));
    return lac_fail(t->ctx, LAC_ERROR_ARGUMENT,
                    "%s: holds a run with other settings (%s %s): choose another folder", run,
                    other->name, value);
}

/* The network's text may have been changed behind its name. */
static lac_status check_network(const lac_trainer *t, const char *run,
                                const lac_train_config *wanted)
{
    char *text;
    LAC_TRY(lac_network_text(t->ctx, wanted->model, &text));
    int is_same = strcmp(text, t->model->net->text) == 0;
    free(text);
    if (is_same)
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_ARGUMENT,
                    "%s: holds a run of another network than %s is now: choose another folder",
                    run, wanted->model);
}

/* And so may the drop list. */
static lac_status check_drop(const lac_trainer *t, const char *run)
{
    int is_same;
    LAC_TRY(compare_drop(t, &is_same));
    if (is_same)
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_ARGUMENT,
                    "%s: holds a run that dropped other rows and points than %s names now: choose "
                    "another folder", run, t->config.drop);
}

static lac_status go_on_or_begin(lac_context *ctx, const lac_data *data,
                                 const lac_train_config *wanted, const char *run,
                                 const lac_run *folder, lac_trainer **out)
{
    char *last;
    LAC_TRY(lac_path_join(ctx, run, "last.safetensors", &last));
    int is_begun = lac_path_exists(last);
    free(last);
    if (!is_begun) {
        LAC_TRY(lac_trainer_make(ctx, data, wanted, NULL, out));
        return folder ? lac_run_discard(folder) : LAC_OK;
    }
    LAC_TRY(make_trainer(ctx, data, run, folder, wanted, out));
    LAC_TRY(check_settings(*out, run, wanted));
    LAC_TRY(check_drop(*out, run));
    return check_network(*out, run, wanted);
}

lac_status lac_trainer_open(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                            const char *run, lac_trainer **out)
{
    const lac_train_config usual = lac_train_config_default();
    const lac_train_config *wanted = config ? config : &usual;
    lac_run *folder;
    *out = NULL;
    if (!lac_path_is_folder(run))
        return lac_trainer_new(ctx, data, wanted, out);
    lac_status status = open_folder(ctx, run, &folder);
    if (status == LAC_OK)
        status = go_on_or_begin(ctx, data, wanted, run, folder, out);
    return keep_folder(ctx, status, run, &folder, out);
}
