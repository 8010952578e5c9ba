/*
 * The training configuration: its fields one by one (table.c), the whole as JSON, which
 * config.json and every model file carry, and as options of the command (config.c), and presets
 * (preset.c).
 */
#ifndef LAC_SETTINGS_CONFIG_H
#define LAC_SETTINGS_CONFIG_H

#include "base/base.h"

/* Checks every field; ARGUMENT names the field, its value and its range. */
lac_status lac_config_check(lac_context *ctx, const lac_train_config *config);

/* All fields of a checked config, indented, enums as the command line spells them. *out is freed by
 * free(). MEMORY. */
lac_status lac_config_to_json(lac_context *ctx, const lac_train_config *config, char **out);

/* The inverse, to the last bit, checked; *config stays as it is on failure. FORMAT, naming
 * `where` (a file), for text that is no JSON, an unknown or missing field, a bad value. */
lac_status lac_config_from_json(lac_context *ctx, const char *text, const char *where,
                                lac_train_config *config);

/* The same from a preset's text: settings that it leaves out have their defaults, and it may
 * describe itself. ctx may be NULL: then nothing is explained. */
lac_status lac_config_from_preset(lac_context *ctx, const char *text, const char *where,
                                  lac_train_config *config);

/* What differs from `base`, as options of the command line, quoted for a shell,
 * " --lr 0.001 --no-mirror". *out is freed by free(). MEMORY. */
lac_status lac_config_options(lac_context *ctx, const lac_train_config *config,
                              const lac_train_config *base, char **out);

/* The preset that differs from the config in the fewest settings. MEMORY. */
lac_status lac_preset_nearest(lac_context *ctx, const lac_train_config *config,
                              const char **nearest);

/* The first field in which two checked configs differ, those aside that limit how long a
 * training goes; NULL when there is none: a run of the one may go on as the other's. */
const lac_field *lac_config_difference(const lac_train_config *a, const lac_train_config *b);

/* The same, all fields counted. */
const lac_field *lac_config_any_difference(const lac_train_config *a, const lac_train_config *b);

/* In how many fields they differ, all counted. */
int lac_config_differences(const lac_train_config *a, const lac_train_config *b);

/* ---- One field -------------------------------------------------------------------- */

const lac_field *lac_field_named(const char *name); /* or NULL */

/* The value of any field but a TEXT or SEED; a word's is its index. */
double lac_field_number(const lac_field *field, const lac_train_config *config);

/* Set it from a number, or any field from text; 0, and nothing is changed, when the value is
 * not legal. */
int lac_field_put(const lac_field *field, double value, lac_train_config *config);
int lac_field_read(const lac_field *field, const char *text, lac_train_config *config);

/* What a value must be: "a number above 0", "all or complete". Returns `text`. */
const char *lac_field_wanted(const lac_field *field, char text[LAC_SETTING]);

#endif
