/* Model files, written and read. */
#include "net/model_file.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "lacuna 1";

/* ---- Writing ------------------------------------------------------------------------- */

enum { MOST_PAIRS = 24 };

/* Everything that goes into one file; owns the texts, and the copies of what lies in another order
 * in memory than in a file. */
typedef struct draft {
    lac_context *ctx;
    lac_tensor_info *tensor;
    const float **data;
    float **copy; /* NULL where the data lie in their plain order */
    char **name;
    int tensors;
    lac_metadata pair[MOST_PAIRS];
    char *text[MOST_PAIRS];
    int pairs;
} draft;

static lac_status draft_new(lac_context *ctx, size_t tensors, draft *d)
{
    *d = (draft){.ctx = ctx};
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *d->tensor, &d->tensor));
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *d->data, &d->data));
    LAC_TRY(lac_alloc(ctx, tensors, sizeof *d->copy, &d->copy));
    return lac_alloc(ctx, tensors, sizeof *d->name, &d->name);
}

static void draft_free(draft *d)
{
    for (int i = 0; i < d->tensors; i++) {
        free(d->copy[i]);
        free(d->name[i]);
    }
    for (int i = 0; i < d->pairs; i++)
        free(d->text[i]);
    free(d->tensor);
    free(d->data);
    free(d->copy);
    free(d->name);
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
        d->tensor[i] = info_of(param, d->name[i]);
        d->data[i] = slab + param->offset;
        if (lac_param_is_plain(param))
            continue;
        LAC_TRY(lac_alloc(d->ctx, param->count, sizeof(float), &d->copy[i]));
        lac_param_to_plain(param, slab, d->copy[i]);
        d->data[i] = d->copy[i];
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
    int length = lac_vformat(NULL, 0, format, args);
    va_end(args);
    LAC_TRY(lac_alloc(d->ctx, (size_t)length + 1, 1, &d->text[i]));
    va_start(args, format);
    lac_vformat(d->text[i], (size_t)length + 1, format, args);
    va_end(args);
    d->pair[i] = (lac_metadata){key, d->text[i]};
    return LAC_OK;
}

/* Adds a text that was made for it, freed here, unless `made` says that it could not be made. */
static lac_status add_made(draft *d, const char *key, char *text, lac_status made)
{
    if (made == LAC_OK)
        made = add_text(d, key, "%s", text);
    free(text);
    return made;
}

static lac_status add_points(draft *d, const lac_model *model)
{
    lac_context *ctx = d->ctx;
    char *const *names = model->names;
    const lac_heads *heads = &model->heads;
    char *text = NULL;
    lac_status made = lac_names_join(ctx, names, model->points, NULL, &text);
    LAC_TRY(add_made(d, "points", text, made));
    made = lac_names_join(ctx, names, model->points, heads->mirror, &text);
    LAC_TRY(add_made(d, "mirror", text, made));
    made = lac_heads_to_text(ctx, heads, names, &text);
    LAC_TRY(add_made(d, "sources", text, made));
    made = lac_heads_aside_to_text(ctx, heads, &text);
    return add_made(d, "aside", text, made);
}

static lac_status add_model(draft *d, const lac_model *model)
{
    LAC_TRY(add_text(d, "format", "%s", format_name));
    LAC_TRY(add_text(d, "model", "%s", model->name));
    LAC_TRY(add_text(d, "network", "%s", model->net->text));
    LAC_TRY(add_text(d, "config", "%s", model->story));
    LAC_TRY(add_points(d, model));
    LAC_TRY(add_text(d, "size", "%d", model->size));
    LAC_TRY(add_text(d, "labels", "network = (pixels - size/2) / (size/2)"));
    LAC_TRY(add_text(d, "epoch", "%d", model->epoch));
    LAC_TRY(add_text(d, "data", "%016" PRIx64, model->fingerprint));
    LAC_TRY(add_table(d, "", &model->net->params, model->weights.w));
    return add_table(d, "", &model->net->buffers, model->weights.b);
}

static lac_status add_more(draft *d, const lac_more *more)
{
    for (int i = 0; i < more->texts; i++)
        LAC_TRY(add_text(d, more->text[i].key, "%s", more->text[i].value));
    for (int i = 0; i < more->sets; i++)
        LAC_TRY(add_table(d, more->tensors[i].prefix, more->tensors[i].params,
                          more->tensors[i].slab));
    return LAC_OK;
}

static size_t count_tensors(const lac_net *net, const lac_more *more)
{
    int count = net->params.count + net->buffers.count;
    for (int i = 0; more && i < more->sets; i++)
        count += more->tensors[i].params->count;
    return (size_t)count;
}

lac_status lac_model_write(const lac_model *model, const lac_more *more, const char *path)
{
    draft d;
    LAC_TRY(lac_model_is_one(model, "file"));
    lac_status status = draft_new(model->ctx, count_tensors(model->net, more), &d);
    if (status == LAC_OK)
        status = add_model(&d, model);
    if (status == LAC_OK && more)
        status = add_more(&d, more);
    if (status == LAC_OK)
        status = lac_safetensors_write(model->ctx, path, d.tensor, d.data, d.tensors, d.pair,
                                       d.pairs);
    draft_free(&d);
    return status;
}

lac_status lac_model_save(const lac_model *model, const char *path)
{
    return lac_model_write(model, NULL, path);
}

/* ---- Opening and looking up ------------------------------------------------------------------ */

lac_status lac_model_file_open(lac_context *ctx, const char *path, lac_model_file *out)
{
    *out = (lac_model_file){.ctx = ctx};
    if (lac_path_is_folder(path))
        LAC_TRY(lac_path_join(ctx, path, "last.safetensors", &out->path));
    else
        LAC_TRY(lac_strdup(ctx, path, &out->path));
    lac_status status = lac_safetensors_read(ctx, out->path, &out->tensors);
    if (status != LAC_OK)
        lac_model_file_close(out);
    return status;
}

void lac_model_file_close(lac_model_file *file)
{
    lac_tensors_free(&file->tensors);
    free(file->path);
    *file = (lac_model_file){0};
}

static lac_status text_of(const lac_model_file *f, const char *key, const char **out)
{
    *out = lac_tensors_metadata(f->tensors, key);
    if (!*out)
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: no \"%s\" in the metadata", f->path, key);
    return LAC_OK;
}

const char *lac_model_file_text(const lac_model_file *f, const char *key)
{
    return lac_tensors_metadata(f->tensors, key);
}

int lac_model_file_has(const lac_model_file *f, const char *key)
{
    return lac_model_file_text(f, key) != NULL;
}

/* The number must take up the whole text. */
lac_status lac_model_file_number(const lac_model_file *f, const char *key, double low, double high,
                                 double *out)
{
    const char *text;
    LAC_TRY(text_of(f, key, &text));
    if (!lac_number_read(text, out) || !(*out >= low && *out <= high))
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: %s \"%s\", must be a number from %g to %g",
                        f->path, key, text, low, high);
    return LAC_OK;
}

lac_status lac_model_file_whole(const lac_model_file *f, const char *key, double low, double high,
                                long *out)
{
    double value;
    LAC_TRY(lac_model_file_number(f, key, low, high, &value));
    *out = (long)value;
    if ((double)*out == value)
        return LAC_OK;
    return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: %s %g, must be a whole number", f->path, key,
                    value);
}

lac_status lac_model_file_tensors(const lac_model_file *f, const char *prefix,
                                  const lac_params *params, float *slab)
{
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        const float *plain = NULL;
        char *name;
        LAC_TRY(full_name(f->ctx, prefix, param->name, &name));
        lac_tensor_info wanted = info_of(param, name);
        lac_status status = lac_tensors_get(f->ctx, f->tensors, &wanted, &plain);
        free(name);
        LAC_TRY(status);
        lac_param_from_plain(param, plain, slab);
    }
    return LAC_OK;
}

/* ---- Reading a model ------------------------------------------------------------------------- */

static int ships(const char *name)
{
    for (const char *const *known = lac_network_names(); *known; known++)
        if (strcmp(*known, name) == 0)
            return 1;
    return 0;
}

/* Files of lacuna 0.1 say how they were trained, and there the network's name alone. It had no
 * other networks than those that ship; a path would let the file name any other file. */
static lac_status read_old_name(const lac_model_file *f, const char *story, char **name)
{
    cJSON *object = cJSON_Parse(story);
    if (!object && lac_json_is_valid(story, strlen(story)))
        return lac_fail(f->ctx, LAC_ERROR_MEMORY, "%s: out of memory for its configuration",
                        f->path);
    const char *model = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "model"));
    lac_status status = model && ships(model)
                            ? lac_strdup(f->ctx, model, name)
                            : lac_fail(f->ctx, LAC_ERROR_FORMAT,
                                       "%s: its configuration names no network that ships with "
                                       "the library, and the file has no network's text", f->path);
    cJSON_Delete(object);
    return status;
}

/* Name and text of the network, both freed by free(). */
static lac_status read_network(const lac_model_file *f, const char *story, char **name,
                               char **text)
{
    const char *found = lac_tensors_metadata(f->tensors, "network");
    if (!found) {
        LAC_TRY(read_old_name(f, story, name));
        return lac_network_text(f->ctx, *name, text);
    }
    const char *model;
    LAC_TRY(text_of(f, "model", &model));
    if (strlen(model) >= LAC_TITLE || strchr(model, '/') || !lac_text_printable(model))
        return lac_fail(f->ctx, LAC_ERROR_FORMAT,
                        "%s: the network's name must have less than %d characters and no slash",
                        f->path, LAC_TITLE);
    LAC_TRY(lac_strdup(f->ctx, model, name));
    return lac_strdup(f->ctx, found, text);
}

/* Points, partners, sources and what lies aside, of which files of before have the points alone. */
static lac_status make_model(const lac_model_file *f, lac_model_parts *parts, lac_model **out)
{
    const char *points;
    char *copy;
    char **names = NULL;
    lac_heads heads = {0};
    LAC_TRY(text_of(f, "points", &points));
    LAC_TRY(lac_strdup(f->ctx, points, &copy));
    lac_status status = lac_text_printable(points)
                            ? lac_names_cut(f->ctx, copy, &names, &parts->points)
                            : lac_fail(f->ctx, LAC_ERROR_FORMAT,
                                       "%s: the names of its points are not printable", f->path);
    if (status == LAC_OK)
        status = lac_heads_from_text(f->ctx, lac_tensors_metadata(f->tensors, "sources"),
                                     lac_tensors_metadata(f->tensors, "mirror"), names,
                                     parts->points, f->path, &heads);
    parts->names = names;
    parts->heads = &heads;
    if (status == LAC_OK)
        status = lac_model_new(f->ctx, parts, out);
    const char *aside = lac_tensors_metadata(f->tensors, "aside");
    if (status == LAC_OK && aside)
        status = lac_heads_aside_from_text(f->ctx, aside, (*out)->size, f->path, &(*out)->heads);
    lac_heads_free(&heads);
    free(names);
    free(copy);
    parts->names = NULL;
    parts->heads = NULL;
    return status == LAC_ERROR_ARGUMENT ? LAC_ERROR_FORMAT : status; /* it stands in a file */
}

/* The model without its weights. */
static lac_status read_head(const lac_model_file *f, lac_model **out)
{
    const char *format, *story, *data;
    char *name = NULL;
    char *text = NULL;
    long size, epoch;
    LAC_TRY(text_of(f, "format", &format));
    if (strcmp(format, format_name) != 0)
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: format \"%s\", must be \"%s\"", f->path,
                        format, format_name);
    LAC_TRY(text_of(f, "config", &story));
    LAC_TRY(lac_model_file_whole(f, "size", 1, 1 << 14, &size));
    LAC_TRY(lac_model_file_whole(f, "epoch", 0, 1000000000, &epoch));
    LAC_TRY(text_of(f, "data", &data));
    if (strlen(data) != 16 || strspn(data, "0123456789abcdef") != 16)
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: data \"%s\", must be 16 hexadecimal digits",
                        f->path, data);
    lac_status status = read_network(f, story, &name, &text);
    if (status == LAC_OK) {
        lac_model_parts parts = {.name = name, .text = text, .where = f->path, .story = story,
                                 .size = (int)size};
        status = make_model(f, &parts, out);
    }
    free(name);
    free(text);
    LAC_TRY(status);
    (*out)->epoch = (int)epoch;
    (*out)->fingerprint = strtoull(data, NULL, 16);
    return LAC_OK;
}

lac_status lac_model_file_read(const lac_model_file *f, lac_model **out)
{
    *out = NULL;
    lac_status status = read_head(f, out);
    if (status == LAC_OK)
        status = lac_model_file_tensors(f, "", &(*out)->net->params, (*out)->weights.w);
    if (status == LAC_OK)
        status = lac_model_file_tensors(f, "", &(*out)->net->buffers, (*out)->weights.b);
    if (status != LAC_OK)
        lac_model_free(out);
    return status;
}

/* Numbers of a parameter in a file, without those that fill up blocks. */
static size_t param_numbers(const lac_param *param)
{
    size_t count = 1;
    for (int i = 0; i < param->dims; i++)
        count *= (size_t)param->shape[i];
    return count;
}

static int is_finite(const float *x, size_t count)
{
    const uint32_t exponent = 0x7f800000;
    uint32_t odd = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        odd |= (bits & exponent) == exponent;
    }
    return !odd;
}

static lac_status check_finite(const lac_model_file *f, const lac_params *params)
{
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        const lac_tensor_info wanted = info_of(param, param->name);
        const float *plain;
        LAC_TRY(lac_tensors_get(f->ctx, f->tensors, &wanted, &plain));
        if (!is_finite(plain, param_numbers(param)))
            return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s: %s holds a number that is not finite",
                            f->path, param->name);
    }
    return LAC_OK;
}

lac_status lac_model_file_answers(const lac_model_file *f, const lac_model *model)
{
    LAC_TRY(check_finite(f, &model->net->params));
    return check_finite(f, &model->net->buffers);
}

lac_status lac_model_load(lac_context *ctx, const char *path, lac_model **out)
{
    lac_model_file file;
    *out = NULL;
    LAC_TRY(lac_model_file_open(ctx, path, &file));
    lac_status status = lac_model_file_read(&file, out);
    if (status == LAC_OK)
        status = lac_model_file_answers(&file, *out);
    if (status != LAC_OK)
        lac_model_free(out);
    lac_model_file_close(&file);
    return status;
}
