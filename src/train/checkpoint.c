/*
 * Model and training files: the safetensors layout that docs/format.md describes. A
 * training's file is a model's file with Adam's moments and the cursor added, so that
 * either can be loaded as a model.
 */
#include "data/data.h"
#include "format/format.h"
#include "train/config.h"
#include "train/run.h"
#include "train/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "lacuna 1";

/* ---- Writing ------------------------------------------------------------------------- */

enum { TENSOR_KINDS = 4, MOST_TENSORS = TENSOR_KINDS * LAC_MAX_PARAMS, MOST_PAIRS = 16 };

/* Everything that goes into one file; owns the plain copies and the texts. */
typedef struct draft {
    lac_context *ctx;
    lac_tensor_info tensor[MOST_TENSORS];
    float *plain[MOST_TENSORS];
    char *name[MOST_TENSORS];
    int tensors;
    lac_metadata pair[MOST_PAIRS];
    char *text[MOST_PAIRS];
    int pairs;
} draft;

static void draft_free(draft *d)
{
    if (!d)
        return;
    for (int i = 0; i < d->tensors; i++) {
        free(d->plain[i]);
        free(d->name[i]);
    }
    for (int i = 0; i < d->pairs; i++)
        free(d->text[i]);
    free(d);
}

static lac_tensor_info info_of(const lac_param *param, const char *name)
{
    lac_tensor_info info = {.name = name, .dims = param->dims};
    for (int i = 0; i < param->dims; i++)
        info.shape[i] = param->shape[i];
    return info;
}

static lac_status full_name(lac_context *ctx, const char *prefix, const char *name, char **out)
{
    size_t length = strlen(prefix) + strlen(name) + 1;
    LAC_TRY(lac_alloc(ctx, length, 1, out));
    snprintf(*out, length, "%s%s", prefix, name);
    return LAC_OK;
}

static lac_status add_table(draft *d, const char *prefix, const lac_params *params,
                            const float *slab)
{
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        int i = d->tensors++;
        LAC_TRY(full_name(d->ctx, prefix, param->name, &d->name[i]));
        LAC_TRY(lac_alloc(d->ctx, param->count, sizeof(float), &d->plain[i]));
        lac_param_to_plain(param, slab, d->plain[i]);
        d->tensor[i] = info_of(param, d->name[i]);
    }
    return LAC_OK;
}

static lac_status add_text(draft *d, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static lac_status add_text(draft *d, const char *key, const char *format, ...)
{
    int i = d->pairs++;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    LAC_TRY(lac_alloc(d->ctx, (size_t)length + 1, 1, &d->text[i]));
    va_start(args, format);
    vsnprintf(d->text[i], (size_t)length + 1, format, args);
    va_end(args);
    d->pair[i] = (lac_metadata){key, d->text[i]};
    return LAC_OK;
}

static lac_status join_names(const lac_model *model, char **out)
{
    size_t length = 1;
    for (int i = 0; i < model->points; i++)
        length += strlen(model->names[i]) + 1;
    LAC_TRY(lac_alloc(model->ctx, length, 1, out));
    for (int i = 0; i < model->points; i++) {
        strcat(*out, i ? "," : "");
        strcat(*out, model->names[i]);
    }
    return LAC_OK;
}

static lac_status add_model(draft *d, const lac_model *model)
{
    const lac_plan *plan = model->plan;
    char *config = NULL;
    char *names = NULL;
    lac_status status = lac_config_to_json(d->ctx, &model->config, &config);
    if (status == LAC_OK)
        status = join_names(model, &names);
    if (status == LAC_OK)
        status = add_text(d, "format", "%s", format_name);
    if (status == LAC_OK)
        status = add_text(d, "config", "%s", config);
    if (status == LAC_OK)
        status = add_text(d, "points", "%s", names);
    free(config);
    free(names);
    LAC_TRY(status);
    LAC_TRY(add_text(d, "size", "%d", model->size));
    LAC_TRY(add_text(d, "labels", "network = (pixels - size/2) / (size/2)"));
    LAC_TRY(add_text(d, "epoch", "%d", model->epoch));
    LAC_TRY(add_text(d, "data", "%016" PRIx64, model->fingerprint));
    LAC_TRY(add_table(d, "", &plan->params, plan->w));
    return add_table(d, "", &plan->buffers, plan->b);
}

static lac_status add_training(draft *d, const lac_trainer *t)
{
    const lac_params *params = &t->model->plan->params;
    char text[LAC_NUMBER];
    LAC_TRY(add_text(d, "step", "%d", t->cursor.step));
    LAC_TRY(add_text(d, "adam_step", "%ld", t->adam.step));
    LAC_TRY(add_text(d, "loss_sum", "%s", lac_number_text(t->cursor.loss_sum, text)));
    LAC_TRY(add_text(d, "seconds", "%s", lac_number_text(t->cursor.seconds, text)));
    LAC_TRY(add_text(d, "best", "%s", lac_number_text(t->cursor.best, text)));
    LAC_TRY(add_table(d, "adam.m.", params, t->adam.m));
    return add_table(d, "adam.v.", params, t->adam.v);
}

static lac_status write_file(const lac_model *model, const lac_trainer *trainer, const char *path)
{
    draft *d;
    LAC_TRY(lac_alloc(model->ctx, 1, sizeof *d, &d));
    d->ctx = model->ctx;
    lac_status status = add_model(d, model);
    if (status == LAC_OK && trainer)
        status = add_training(d, trainer);
    if (status == LAC_OK)
        status = lac_safetensors_write(model->ctx, path, d->tensor,
                                       (const float *const *)d->plain, d->tensors, d->pair,
                                       d->pairs);
    draft_free(d);
    return status;
}

lac_status lac_model_save(const lac_model *model, const char *path)
{
    return write_file(model, NULL, path);
}

lac_status lac_trainer_save(const lac_trainer *trainer, const char *path)
{
    return write_file(trainer->model, trainer, path);
}

/* ---- Reading -------------------------------------------------------------------------- */

typedef struct source {
    lac_context *ctx;
    const char *path;
    lac_tensors *tensors;
} source;

static lac_status text_of(const source *s, const char *key, const char **out)
{
    *out = lac_tensors_metadata(s->tensors, key);
    if (!*out)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: no \"%s\" in the metadata", s->path, key);
    return LAC_OK;
}

/* A number that must take up the whole text and lie in [low, high]. */
static lac_status number_of(const source *s, const char *key, double low, double high, double *out)
{
    const char *text;
    LAC_TRY(text_of(s, key, &text));
    if (!lac_number_read(text, out) || !(*out >= low && *out <= high))
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s \"%s\", must be a number from %g to %g",
                        s->path, key, text, low, high);
    return LAC_OK;
}

static lac_status read_table(const source *s, const char *prefix, const lac_params *params,
                             float *slab)
{
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        const float *plain = NULL;
        char *name;
        LAC_TRY(full_name(s->ctx, prefix, param->name, &name));
        lac_tensor_info wanted = info_of(param, name);
        lac_status status = lac_tensors_get(s->ctx, s->tensors, &wanted, &plain);
        free(name);
        LAC_TRY(status);
        lac_param_from_plain(param, plain, slab);
    }
    return LAC_OK;
}

/* "a,b,c" cut into its names, in place; *names is an array of pointers into text. */
static lac_status cut_names(lac_context *ctx, char *text, char ***names, int *count)
{
    *count = 1;
    for (const char *p = text; *p; p++)
        *count += *p == ',';
    LAC_TRY(lac_alloc(ctx, (size_t)*count, sizeof **names, names));
    for (int i = 0; i < *count; i++) {
        (*names)[i] = text;
        char *comma = strchr(text, ',');
        if (comma) {
            *comma = '\0';
            text = comma + 1;
        }
    }
    return LAC_OK;
}

static lac_status read_names(const source *s, const lac_train_config *config, int size,
                             lac_model **out)
{
    const char *text;
    char *copy;
    char **names = NULL;
    int count;
    LAC_TRY(text_of(s, "points", &text));
    LAC_TRY(lac_strdup(s->ctx, text, &copy));
    lac_status status = cut_names(s->ctx, copy, &names, &count);
    if (status == LAC_OK)
        status = lac_model_new(s->ctx, config, size, count, names, out);
    free(names);
    free(copy);
    return status;
}

/* The model without its weights. */
static lac_status read_head(const source *s, lac_model **out)
{
    const char *text;
    lac_train_config config;
    double size, epoch;
    LAC_TRY(text_of(s, "format", &text));
    if (strcmp(text, format_name) != 0)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: format \"%s\", must be \"%s\"", s->path,
                        text, format_name);
    LAC_TRY(text_of(s, "config", &text));
    LAC_TRY(lac_config_from_json(s->ctx, text, s->path, &config));
    LAC_TRY(number_of(s, "size", 1, 1 << 14, &size));
    LAC_TRY(number_of(s, "epoch", 0, 1e9, &epoch));
    LAC_TRY(text_of(s, "data", &text));
    LAC_TRY(read_names(s, &config, (int)size, out));
    (*out)->epoch = (int)epoch;
    (*out)->fingerprint = strtoull(text, NULL, 16);
    return LAC_OK;
}

static lac_status read_weights(const source *s, lac_plan *plan)
{
    LAC_TRY(read_table(s, "", &plan->params, plan->w));
    return read_table(s, "", &plan->buffers, plan->b);
}

static lac_status source_open(lac_context *ctx, const char *path, source *s, char **file)
{
    *s = (source){.ctx = ctx};
    if (lac_path_is_folder(path))
        LAC_TRY(lac_path_join(ctx, path, "last.safetensors", file));
    else
        LAC_TRY(lac_strdup(ctx, path, file));
    s->path = *file;
    lac_status status = lac_safetensors_read(ctx, *file, &s->tensors);
    if (status != LAC_OK) {
        free(*file);
        *file = NULL;
    }
    return status;
}

/* Pictures per inference pass: enough to keep every thread in whole chunks. */
enum { INFERENCE_BATCH = 64 };

lac_status lac_model_load(lac_context *ctx, const char *path, lac_model **out)
{
    source s;
    char *file = NULL;
    *out = NULL;
    LAC_TRY(source_open(ctx, path, &s, &file));
    lac_status status = read_head(&s, out);
    if (status == LAC_OK)
        status = lac_model_plan(*out, INFERENCE_BATCH, 1);
    if (status == LAC_OK)
        status = read_weights(&s, (*out)->plan);
    if (status == LAC_OK)
        (*out)->plan->fixed = 1;
    else
        lac_model_free(out);
    lac_tensors_free(&s.tensors);
    free(file);
    return status;
}

static lac_status read_cursor(const source *s, lac_trainer *t)
{
    double step, adam_step, best;
    LAC_TRY(number_of(s, "step", 0, lac_trainer_steps(t) - 1, &step));
    LAC_TRY(number_of(s, "adam_step", 0, 1e15, &adam_step));
    LAC_TRY(number_of(s, "loss_sum", -INFINITY, INFINITY, &t->cursor.loss_sum));
    LAC_TRY(number_of(s, "seconds", 0, INFINITY, &t->cursor.seconds));
    LAC_TRY(number_of(s, "best", 0, INFINITY, &best));
    t->cursor.best = best;
    t->cursor.step = (int)step;
    t->adam.step = (long)adam_step;
    return LAC_OK;
}

static lac_status read_training(const source *s, lac_trainer *t)
{
    const lac_params *params = &t->model->plan->params;
    LAC_TRY(read_cursor(s, t));
    LAC_TRY(read_weights(s, t->model->plan));
    LAC_TRY(read_table(s, "adam.m.", params, t->adam.m));
    return read_table(s, "adam.v.", params, t->adam.v);
}

lac_status lac_trainer_resume(lac_context *ctx, const lac_data *data, const char *run, int epochs,
                              lac_trainer **out)
{
    source s;
    char *file = NULL;
    lac_model *head = NULL;
    *out = NULL;
    LAC_TRY(source_open(ctx, run, &s, &file));
    lac_status status = read_head(&s, &head);
    if (status == LAC_OK && head->fingerprint != data->fingerprint)
        status = lac_fail(ctx, LAC_ERROR_MISMATCH,
                          "%s: trained on other data (hash %016" PRIx64 ", this data %016" PRIx64
                          ")", file, head->fingerprint, data->fingerprint);
    if (status == LAC_OK) {
        head->config.epochs = epochs ? epochs : head->config.epochs;
        head->config.minutes = 0.0; /* was a limit of the first part */
        status = lac_trainer_new(ctx, data, &head->config, out);
    }
    if (status == LAC_OK) {
        (*out)->cursor.epoch = (*out)->model->epoch = head->epoch;
        status = read_training(&s, *out);
    }
    if (status == LAC_OK)
        status = lac_strdup(ctx, run, &(*out)->run);
    if (status != LAC_OK)
        lac_trainer_free(out);
    lac_model_free(&head);
    lac_tensors_free(&s.tensors);
    free(file);
    return status;
}

/* Two trainings may differ in how long they go, and in nothing else. */
static lac_status check_same(lac_context *ctx, const char *run, const lac_train_config *wanted,
                             const lac_train_config *found)
{
    char value[LAC_SETTING];
    LAC_TRY(lac_config_check(ctx, wanted));
    const lac_field *other = lac_config_difference(wanted, found);
    if (!other)
        return LAC_OK;
    LAC_TRY(lac_train_get(ctx, found, other->name, value));
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "%s: holds a run with other settings (%s %s): choose another folder", run,
                    other->name, value);
}

lac_status lac_trainer_open(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                            const char *run, lac_trainer **out)
{
    const lac_train_config usual = lac_train_config_default();
    const lac_train_config *wanted = config ? config : &usual;
    char *last;
    *out = NULL;
    LAC_TRY(lac_path_join(ctx, run, "last.safetensors", &last));
    int is_begun = lac_path_exists(last);
    free(last);
    if (!is_begun) {
        LAC_TRY(lac_run_discard(ctx, run));
        return lac_trainer_new(ctx, data, wanted, out);
    }
    LAC_TRY(lac_trainer_resume(ctx, data, run, wanted->epochs, out));
    lac_status status = check_same(ctx, run, wanted, lac_trainer_config(*out));
    if (status != LAC_OK)
        lac_trainer_free(out);
    return status;
}
