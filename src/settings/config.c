/* The training configuration as a whole: to and from JSON, compared, as options. */
#include "settings/config.h"
#include "net/model.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- To JSON ---------------------------------------------------------------------- */

/* A seed is a string: JSON's numbers keep 53 bits. */
static int is_string(const lac_field *f)
{
    return f->kind == LAC_FIELD_TEXT || f->kind == LAC_FIELD_WORD || f->kind == LAC_FIELD_SEED;
}

/* Numbers go in raw: cJSON's own text of them may differ in the last bit. */
static lac_status add_field(lac_context *ctx, cJSON *object, const lac_train_config *config,
                            const lac_field *f)
{
    char text[LAC_SETTING];
    LAC_TRY(lac_train_get(ctx, config, f->name, text));
    if (is_string(f) ? cJSON_AddStringToObject(object, f->name, text)
                     : cJSON_AddRawToObject(object, f->name, text))
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory for a configuration");
}

lac_status lac_config_to_json(lac_context *ctx, const lac_train_config *config, char **out)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    cJSON *object = cJSON_CreateObject();
    lac_status status = LAC_OK;
    *out = NULL;
    for (int i = 0; object && i < count && status == LAC_OK; i++)
        status = add_field(ctx, object, config, &fields[i]);
    if (object && status == LAC_OK)
        *out = cJSON_Print(object);
    cJSON_Delete(object);
    if (status == LAC_OK && !*out)
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory for a configuration");
    return status;
}

/* ---- From JSON -------------------------------------------------------------------- */

#define MOST_EXACT 9007199254740992.0 /* JSON's numbers are exact up to it */

/* A seed that a person writes may be a number. */
static int read_seed(const lac_field *f, double value, lac_train_config *config)
{
    char text[LAC_SETTING];
    if (!(value >= 0 && value <= MOST_EXACT))
        return 0;
    lac_format(text, sizeof text, "%.0f", value);
    return value == floor(value) && lac_field_read(f, text, config);
}

/* 0 when the item is not a legal value of the field. */
static int read_field(const lac_field *f, const cJSON *item, lac_train_config *config)
{
    if (f->kind == LAC_FIELD_SEED && cJSON_IsNumber(item))
        return read_seed(f, item->valuedouble, config);
    if (is_string(f))
        return cJSON_IsString(item) && lac_field_read(f, item->valuestring, config);
    return cJSON_IsNumber(item) && lac_field_put(f, item->valuedouble, config);
}

/* What a preset says besides its settings: for whom, its time and its error, each as a line. */
static const char *const descriptions[] = {"about", "cost", "measured", NULL};

static int is_description(const char *key)
{
    int i = 0;
    while (descriptions[i] && strcmp(descriptions[i], key) != 0)
        i++;
    return descriptions[i] != NULL;
}

static lac_status read_item(lac_context *ctx, const cJSON *item, int is_preset, const char *where,
                            lac_train_config *config)
{
    const char *key = item->string;
    const lac_field *f = lac_field_named(key);
    char wanted[LAC_SETTING];
    if (f && !read_field(f, item, config))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: \"%s\" must be %s%s", where, key,
                        lac_field_wanted(f, wanted),
                        f->kind == LAC_FIELD_SEED && item->valuedouble > MOST_EXACT
                            ? ", above 9007199254740992 in quotes" : "");
    if (f)
        return LAC_OK;
    if (!is_preset || !is_description(key))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: unknown field \"%.64s\"", where,
                        lac_text_printable(key) ? key : "?");
    if (!cJSON_IsString(item) || !lac_text_printable(item->valuestring))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: \"%s\" must be a line of text", where, key);
    return LAC_OK;
}

static lac_status read_items(lac_context *ctx, const cJSON *object, int is_preset,
                             const char *where, lac_train_config *config)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: not a JSON object", where);
    cJSON_ArrayForEach(item, object)
    {
        LAC_TRY(read_item(ctx, item, is_preset, where, config));
        if (cJSON_GetObjectItemCaseSensitive(object, item->string) != item)
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: \"%s\" is there twice", where,
                            item->string);
    }
    return LAC_OK;
}

/* The first setting that every run's configuration has and the object has not, or NULL. */
static const lac_field *find_missing(const cJSON *object)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        if (!f->is_late && !cJSON_GetObjectItemCaseSensitive(object, f->name))
            return f;
    return NULL;
}

/* What a run did before there was a setting need not be the setting's default. */
static void set_late(const cJSON *object, lac_train_config *config)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        if (f->before && !cJSON_GetObjectItemCaseSensitive(object, f->name))
            lac_field_read(f, f->before, config);
}

/* A preset may leave out any setting; but a text that has all that every run has is a run's. */
static lac_status read_absent(lac_context *ctx, const cJSON *object, int is_preset,
                              const char *where, lac_train_config *config)
{
    const lac_field *missing = find_missing(object);
    if (!missing)
        set_late(object, config);
    if (missing && !is_preset)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the field \"%s\" is missing", where,
                        missing->name);
    return LAC_OK;
}

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (; text < at; text++)
        line += *text == '\n';
    return line;
}

static lac_status from_json(lac_context *ctx, const char *text, int is_preset, const char *where,
                            lac_train_config *out)
{
    const char *end = text;
    lac_train_config config = lac_train_config_default();
    cJSON *object = cJSON_ParseWithOpts(text, &end, 1);
    lac_status status = LAC_OK;
    if (!object && lac_json_is_valid(text, strlen(text)))
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "%s: out of memory for the settings", where);
    else if (!object)
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s:%d: not JSON", where, line_of(text, end));
    if (status == LAC_OK)
        status = read_items(ctx, object, is_preset, where, &config);
    if (status == LAC_OK)
        status = read_absent(ctx, object, is_preset, where, &config);
    if (status == LAC_OK)
        *out = config;
    cJSON_Delete(object);
    return status;
}

lac_status lac_config_from_json(lac_context *ctx, const char *text, const char *where,
                                lac_train_config *config)
{
    return from_json(ctx, text, 0, where, config);
}

lac_status lac_config_from_preset(lac_context *ctx, const char *text, const char *where,
                                  lac_train_config *config)
{
    return from_json(ctx, text, 1, where, config);
}

/* ---- Compared --------------------------------------------------------------------- */

static int is_same(const lac_field *f, const lac_train_config *a, const lac_train_config *b)
{
    char x[LAC_SETTING], y[LAC_SETTING];
    return lac_train_get(NULL, a, f->name, x) == LAC_OK &&
           lac_train_get(NULL, b, f->name, y) == LAC_OK && strcmp(x, y) == 0;
}

static const lac_field *find_difference(const lac_train_config *a, const lac_train_config *b,
                                        int with_limits)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        if ((with_limits || !f->is_limit) && !is_same(f, a, b))
            return f;
    return NULL;
}

const lac_field *lac_config_difference(const lac_train_config *a, const lac_train_config *b)
{
    return find_difference(a, b, 0);
}

const lac_field *lac_config_any_difference(const lac_train_config *a, const lac_train_config *b)
{
    return find_difference(a, b, 1);
}

int lac_config_differences(const lac_train_config *a, const lac_train_config *b)
{
    int count, differences = 0;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        differences += !is_same(f, a, b);
    return differences;
}

/* ---- To options --------------------------------------------------------------------- */

enum { OPTION = 4 * LAC_SETTING + 48 }; /* room for " --NAME VALUE", quoted for a shell */

/* The field as an option. A flag says by its name what it is. */
static lac_status option_text(lac_context *ctx, const lac_train_config *config,
                              const lac_field *f, char text[OPTION])
{
    char value[LAC_SETTING], name[40];
    LAC_TRY(lac_train_get(ctx, config, f->name, value));
    snprintf(name, sizeof name, "%s", f->name);
    for (char *p = name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    if (f->kind == LAC_FIELD_FLAG)
        snprintf(text, OPTION, " --%s%s", value[0] == '0' ? "no-" : "", name);
    else
        lac_shell_word(value, text + snprintf(text, OPTION, " --%s ", name), OPTION - 48);
    return LAC_OK;
}

lac_status lac_config_options(lac_context *ctx, const lac_train_config *config,
                              const lac_train_config *base, char **out)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    size_t used = 0;
    LAC_TRY(lac_alloc(ctx, (size_t)count * OPTION, 1, out));
    lac_status status = LAC_OK;
    for (int i = 0; i < count && status == LAC_OK; i++) {
        if (is_same(&fields[i], config, base))
            continue;
        status = option_text(ctx, config, &fields[i], *out + used);
        used += strlen(*out + used);
    }
    if (status != LAC_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

lac_status lac_model_config(const lac_model *model, lac_train_config *out)
{
    const lac_model *first = lac_model_member(model, 0);
    return lac_config_from_json(model->ctx, first->story, first->name, out);
}

/* The rule of a member for a detector's boxes, or for those of its first; all 0 where it has none.
 * `config` gets the member's settings. */
static lac_status find_crop(const lac_model *model, int member, const char *detector,
                            lac_train_config *config, lac_crop *out)
{
    const lac_model *m = lac_model_member(model, member);
    lac_crop rules[LAC_MOST_CROPS];
    int count;
    *out = (lac_crop){0};
    LAC_TRY(lac_config_from_json(model->ctx, m->story, m->name, config));
    lac_crops_read(config->crop, rules, &count); /* was checked with the settings */
    for (int i = count - 1; i >= 0; i--)
        if (!detector || strcmp(rules[i].detector, detector) == 0)
            *out = rules[i];
    return LAC_OK;
}

lac_status lac_model_crops_agree(const lac_model *model, const char *detector)
{
    lac_train_config first, config;
    lac_crop wanted, rule;
    LAC_TRY(find_crop(model, 0, detector, &first, &wanted));
    for (int i = 1; i < lac_model_members(model); i++) {
        LAC_TRY(find_crop(model, i, detector, &config, &rule));
        if (strcmp(rule.detector, wanted.detector) != 0 || rule.side != wanted.side ||
            rule.left != wanted.left || rule.top != wanted.top)
            return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                            "models 1 and %d of the mean have different crop rules %.40s (%.120s "
                            "and %.120s): say one for all with --crop SIDE,LEFT,TOP", i + 1,
                            detector ? detector : "of any kind",
                            first.crop[0] ? first.crop : "none",
                            config.crop[0] ? config.crop : "none");
    }
    return LAC_OK;
}

lac_status lac_model_crop(const lac_model *model, const char *detector, lac_crop *out)
{
    lac_train_config config;
    LAC_TRY(lac_model_crops_agree(model, detector));
    LAC_TRY(find_crop(model, 0, detector, &config, out));
    if (out->detector[0])
        return LAC_OK;
    return lac_fail(model->ctx, LAC_ERROR_MISMATCH,
                    "model %s has no crop rule for boxes of %.40s (it has %.160s): give one with "
                    "--crop, here or in training; 'lacuna detect --fit' measures it",
                    lac_model_name(model), detector ? detector : "any kind",
                    config.crop[0] ? config.crop : "none");
}
