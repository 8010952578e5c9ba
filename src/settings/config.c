/* The training configuration as a whole: to and from JSON, compared, as options. */
#include "settings/config.h"
#include "format/format.h"
#include "net/model.h"

#include <cjson/cJSON.h>
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

/* 0 when the item is not a legal value of the field. */
static int read_field(const lac_field *f, const cJSON *item, lac_train_config *config)
{
    if (is_string(f))
        return cJSON_IsString(item) && lac_field_read(f, item->valuestring, config);
    return cJSON_IsNumber(item) && lac_field_put(f, item->valuedouble, config);
}

static lac_status read_fields(lac_context *ctx, const cJSON *object, const char *where,
                              lac_train_config *config)
{
    int count;
    char wanted[LAC_SETTING];
    const lac_field *fields = lac_train_fields(&count);
    if (!cJSON_IsObject(object))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the configuration is not a JSON object", where);
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
        if (!lac_field_named(item->string))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: unknown field \"%.64s\"", where,
                            lac_text_printable(item->string) ? item->string : "?");
    for (const lac_field *f = fields; f < fields + count; f++) {
        item = cJSON_GetObjectItemCaseSensitive(object, f->name);
        if (!item && f->is_late) {
            lac_field_read(f, f->before ? f->before : f->usual, config);
            continue;
        }
        if (!item)
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the field \"%s\" is missing", where,
                            f->name);
        if (!read_field(f, item, config))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: \"%s\" must be %s", where, f->name,
                            lac_field_wanted(f, wanted));
    }
    return LAC_OK;
}

lac_status lac_config_from_json(lac_context *ctx, const char *text, const char *where,
                                lac_train_config *config)
{
    cJSON *object = cJSON_ParseWithOpts(text, NULL, 1);
    *config = lac_train_config_default();
    lac_status status = read_fields(ctx, object, where, config);
    cJSON_Delete(object);
    return status;
}

/* ---- Compared --------------------------------------------------------------------- */

static int is_same(const lac_field *f, const lac_train_config *a, const lac_train_config *b)
{
    char x[LAC_SETTING], y[LAC_SETTING];
    return lac_train_get(NULL, a, f->name, x) == LAC_OK &&
           lac_train_get(NULL, b, f->name, y) == LAC_OK && strcmp(x, y) == 0;
}

const lac_field *lac_config_difference(const lac_train_config *a, const lac_train_config *b)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    for (const lac_field *f = fields; f < fields + count; f++)
        if (!f->is_limit && !is_same(f, a, b))
            return f;
    return NULL;
}

/* ---- To options --------------------------------------------------------------------- */

enum { OPTION = 4 * LAC_SETTING + 48 }; /* room for " --NAME VALUE", quoted for a shell */

/* The field as an option, or an empty text if it is the default. A flag says by its name how it
 * differs from its default. */
static lac_status option_text(lac_context *ctx, const lac_train_config *config,
                              const lac_field *f, char text[OPTION])
{
    char value[LAC_SETTING], name[40];
    LAC_TRY(lac_train_get(ctx, config, f->name, value));
    text[0] = '\0';
    if (strcmp(value, f->usual) == 0)
        return LAC_OK;
    snprintf(name, sizeof name, "%s", f->name);
    for (char *p = name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    if (f->kind == LAC_FIELD_FLAG)
        snprintf(text, OPTION, " --%s%s", value[0] == '0' ? "no-" : "", name);
    else
        lac_shell_word(value, text + snprintf(text, OPTION, " --%s ", name), OPTION - 48);
    return LAC_OK;
}

lac_status lac_config_options(lac_context *ctx, const lac_train_config *config, char **out)
{
    int count;
    const lac_field *fields = lac_train_fields(&count);
    size_t used = 0;
    LAC_TRY(lac_alloc(ctx, (size_t)count * OPTION, 1, out));
    lac_status status = LAC_OK;
    for (int i = 0; i < count && status == LAC_OK; i++) {
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
    return lac_config_from_json(model->ctx, model->story, model->name, out);
}
