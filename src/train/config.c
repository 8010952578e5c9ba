/*
 * The training configuration: one table says what every field is called, where it
 * lies, what it may hold; checking, writing and reading walk it.
 *
 * A field whose upper end is exclusive ([0, 1) in the header) has the largest double
 * below that end as its maximum, one that must be above 0 the smallest double.
 */
#include "train/config.h"
#include "format/format.h"

#include <cjson/cJSON.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum kind { WORD, MODEL, INTEGER, REAL, SEED };

static const char *const models[] = {"resnet", "cnn", "kimura", NULL};
static const char *const rows[] = {"all", "complete", NULL};
static const char *const losses[] = {"masked", "plain", NULL};
static const char *const reductions[] = {"all", "present", NULL};
static const char *const optimizers[] = {"adam", "adamw", NULL};
static const char *const starts[] = {"normal", "he", NULL};
static const char *const precisions[] = {"float32", "bf16", NULL};

struct field {
    const char *name;
    enum kind kind;
    size_t offset;
    double least, most;       /* numbers */
    const char *range;        /* in words */
    const char *const *words; /* enums: the word of value i is words[i] */
    int late;                 /* files from before it was known lack it: the default holds */
};

#define AT(name) offsetof(lac_train_config, name)
#define BELOW_1 (1 - DBL_EPSILON / 2)
#define ABOVE_0 DBL_TRUE_MIN
#define SEED_RANGE "a whole number of at most 64 bits"

static const struct field fields[] = {
    {"model", MODEL, AT(model), 0, 0, "resnet, cnn or kimura", models, 0},
    {"rows", WORD, AT(rows), 0, 0, "all or complete", rows, 0},
    {"loss", WORD, AT(loss), 0, 0, "masked or plain", losses, 0},
    {"reduction", WORD, AT(reduction), 0, 0, "all or present", reductions, 0},
    {"optimizer", WORD, AT(optimizer), 0, 0, "adam or adamw", optimizers, 0},
    {"start", WORD, AT(start), 0, 0, "normal or he", starts, 0},
    {"start_width", REAL, AT(start_width), ABOVE_0, DBL_MAX, "above 0", NULL, 1},
    {"precision", WORD, AT(precision), 0, 0, "float32 or bf16", precisions, 1},
    {"epochs", INTEGER, AT(epochs), 1, INT_MAX, "1 or more", NULL, 0},
    {"batch", INTEGER, AT(batch), 1, INT_MAX, "1 or more", NULL, 0},
    {"lr", REAL, AT(lr), ABOVE_0, DBL_MAX, "above 0", NULL, 0},
    {"beta1", REAL, AT(beta1), 0, BELOW_1, "in [0, 1)", NULL, 0},
    {"beta2", REAL, AT(beta2), 0, BELOW_1, "in [0, 1)", NULL, 0},
    {"eps", REAL, AT(eps), 1e-30, DBL_MAX, "at least 1e-30", NULL, 0},
    {"weight_decay", REAL, AT(weight_decay), 0, DBL_MAX, "0 or more", NULL, 0},
    {"dropout", REAL, AT(dropout), 0, BELOW_1, "in [0, 1)", NULL, 0},
    {"mirror", INTEGER, AT(mirror), 0, 1, "0 or 1", NULL, 0},
    {"minutes", REAL, AT(minutes), 0, DBL_MAX, "0 or more", NULL, 0},
    {"holdout", REAL, AT(holdout), 0, BELOW_1, "in [0, 1)", NULL, 0},
    {"seed", SEED, AT(seed), 0, 0, SEED_RANGE, NULL, 0},
    {"split_seed", SEED, AT(split_seed), 0, 0, SEED_RANGE, NULL, 1},
};

lac_train_config lac_train_config_default(void)
{
    return (lac_train_config){
        .model = models[0],
        .epochs = 1000,
        .start_width = 0.02,
        .batch = 256,
        .lr = 1e-4,
        .beta1 = 0.9,
        .beta2 = 0.999,
        .eps = 1e-8,
        .weight_decay = 5e-4,
        .dropout = 0.5,
        .mirror = 1,
        .holdout = 0.2,
        .seed = 1,
    };
}

/* ---- One field -------------------------------------------------------------------- */

/* Enums are read and written as ints: all of theirs have int's size. */
_Static_assert(sizeof(lac_rows) == sizeof(int) && sizeof(lac_start) == sizeof(int), "enum size");

static double number(const lac_train_config *config, const struct field *f)
{
    const char *at = (const char *)config + f->offset;
    double real;
    int integer;
    if (f->kind == REAL) {
        memcpy(&real, at, sizeof real);
        return real;
    }
    memcpy(&integer, at, sizeof integer);
    return integer;
}

static void set_number(lac_train_config *config, const struct field *f, double value)
{
    char *at = (char *)config + f->offset;
    int integer = f->kind == REAL ? 0 : (int)value;
    if (f->kind == REAL)
        memcpy(at, &value, sizeof value);
    else
        memcpy(at, &integer, sizeof integer);
}

static const uint64_t *seed_of(const lac_train_config *config, const struct field *f)
{
    return f->offset == AT(seed) ? &config->seed : &config->split_seed;
}

static int word_index(const struct field *f, const char *word)
{
    for (int i = 0; word && f->words[i]; i++)
        if (strcmp(f->words[i], word) == 0)
            return i;
    return -1;
}

static int word_count(const struct field *f)
{
    int count = 0;
    while (f->words[count])
        count++;
    return count;
}

static int in_range(const struct field *f, double value)
{
    return value >= f->least && value <= f->most; /* false for NaN */
}

/* The shortest text that reads back as the same double, with a point in every locale. */
static void number_text(double value, char text[32])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *comma = strchr(text, ',');
    if (comma)
        *comma = '.';
}

/* ---- Check ------------------------------------------------------------------------ */

static lac_status check_field(lac_context *ctx, lac_train_config *config, const struct field *f)
{
    if (f->kind == SEED)
        return LAC_OK;
    if (f->kind == MODEL) {
        int i = word_index(f, config->model);
        if (i < 0)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "model is %.64s, must be %s",
                            config->model ? config->model : "NULL", f->range);
        config->model = f->words[i];
        return LAC_OK;
    }
    double value = number(config, f);
    if (f->kind == WORD ? value >= 0 && value < word_count(f) : in_range(f, value))
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s is %.9g, must be %s", f->name, value, f->range);
}

lac_status lac_config_check(lac_context *ctx, lac_train_config *config)
{
    for (int i = 0; i < LAC_COUNT(fields); i++)
        LAC_TRY(check_field(ctx, config, &fields[i]));
    return LAC_OK;
}

/* ---- To JSON ---------------------------------------------------------------------- */

static int add_field(cJSON *object, const lac_train_config *config, const struct field *f)
{
    char text[32];
    switch (f->kind) {
    case MODEL:
        return cJSON_AddStringToObject(object, f->name, config->model) != NULL;
    case WORD:
        return cJSON_AddStringToObject(object, f->name, f->words[(int)number(config, f)]) != NULL;
    case SEED: /* a string: JSON's numbers keep 53 bits */
        snprintf(text, sizeof text, "%" PRIu64, *seed_of(config, f));
        return cJSON_AddStringToObject(object, f->name, text) != NULL;
    default: /* raw: cJSON's own numbers may differ in the last bit */
        number_text(number(config, f), text);
        return cJSON_AddRawToObject(object, f->name, text) != NULL;
    }
}

lac_status lac_config_to_json(lac_context *ctx, const lac_train_config *config, char **out)
{
    *out = NULL;
    cJSON *object = cJSON_CreateObject();
    int good = object != NULL;
    for (int i = 0; good && i < LAC_COUNT(fields); i++)
        good = add_field(object, config, &fields[i]);
    if (good)
        *out = cJSON_Print(object);
    cJSON_Delete(object);
    return *out ? LAC_OK : lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory for a configuration");
}

/* ---- From JSON -------------------------------------------------------------------- */

/* Decimal digits alone; 0 when they are none or too many. */
static int parse_seed(const char *text, uint64_t *seed)
{
    *seed = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (*seed > (UINT64_MAX - digit) / 10)
            return 0;
        *seed = *seed * 10 + digit;
    }
    return p > text && *p == '\0';
}

/* 0 when the item is not a legal value of the field. */
static int set_field(lac_train_config *config, const struct field *f, const cJSON *item)
{
    const char *text = cJSON_GetStringValue(item);
    if (f->kind == SEED)
        return text && parse_seed(text, f->offset == AT(seed) ? &config->seed
                                                              : &config->split_seed);
    if (f->kind == MODEL || f->kind == WORD) {
        int i = word_index(f, text);
        if (i < 0)
            return 0;
        if (f->kind == MODEL)
            config->model = f->words[i];
        else
            set_number(config, f, i);
        return 1;
    }
    if (!cJSON_IsNumber(item) || !in_range(f, item->valuedouble))
        return 0;
    set_number(config, f, item->valuedouble);
    return number(config, f) == item->valuedouble; /* no fraction lost */
}

static int is_field(const char *name)
{
    for (int i = 0; i < LAC_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return 1;
    return 0;
}

static lac_status read_fields(lac_context *ctx, const cJSON *object, const char *where,
                              lac_train_config *config)
{
    if (!cJSON_IsObject(object))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the configuration is not a JSON object", where);
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
        if (!is_field(item->string))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: unknown field \"%.64s\"", where,
                            lac_text_printable(item->string) ? item->string : "?");
    for (int i = 0; i < LAC_COUNT(fields); i++) {
        item = cJSON_GetObjectItemCaseSensitive(object, fields[i].name);
        if (!item && fields[i].late)
            continue;
        if (!item)
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: the field \"%s\" is missing", where,
                            fields[i].name);
        if (!set_field(config, &fields[i], item))
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: \"%s\" must be %s", where, fields[i].name,
                            fields[i].range);
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

/* ---- To options --------------------------------------------------------------------- */

/* The field as an option into text[96], or an empty text if it is the default. */
static void option_text(const lac_train_config *config, const struct field *f, char text[96])
{
    const lac_train_config usual = lac_train_config_default();
    char value[32], name[32];
    text[0] = '\0';
    if (f->kind == MODEL ? strcmp(config->model, usual.model) == 0
        : f->kind == SEED ? *seed_of(config, f) == *seed_of(&usual, f)
                          : number(config, f) == number(&usual, f))
        return;
    if (f->offset == AT(mirror)) {
        snprintf(text, 96, " --no-mirror");
        return;
    }
    if (f->kind == REAL || f->kind == INTEGER)
        number_text(number(config, f), value);
    else if (f->kind == SEED)
        snprintf(value, sizeof value, "%" PRIu64, *seed_of(config, f));
    else
        snprintf(value, sizeof value, "%s",
                 f->kind == MODEL ? config->model : f->words[(int)number(config, f)]);
    snprintf(name, sizeof name, "%s", f->name);
    for (char *p = name; *p; p++)
        *p = *p == '_' ? '-' : *p;
    snprintf(text, 96, " --%s %s", name, value);
}

lac_status lac_config_options(lac_context *ctx, const lac_train_config *config, char **out)
{
    size_t room = 96 * LAC_COUNT(fields), used = 0;
    LAC_TRY(lac_alloc(ctx, room, 1, out));
    for (int i = 0; i < LAC_COUNT(fields); i++) {
        option_text(config, &fields[i], *out + used);
        used += strlen(*out + used);
    }
    return LAC_OK;
}
