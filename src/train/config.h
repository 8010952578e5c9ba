/*
 * The training configuration as an object that outlives its maker: checked, and as
 * the JSON text that config.json and every model file carry.
 */
#ifndef LAC_TRAIN_CONFIG_H
#define LAC_TRAIN_CONFIG_H

#include "base/base.h"

/* Checks every field; ARGUMENT names the field, its value and its range. Afterwards
 * config->model points to a name of the library's own, which never dangles. */
lac_status lac_config_check(lac_context *ctx, lac_train_config *config);

/* All fields of a checked config, indented, enums as the command line spells them. *out is freed by
 * free(). MEMORY. */
lac_status lac_config_to_json(lac_context *ctx, const lac_train_config *config, char **out);

/* The inverse, to the last bit, checked. FORMAT, naming `where` (a file), for text that is
 * no JSON, an unknown or missing field, a bad value. */
lac_status lac_config_from_json(lac_context *ctx, const char *text, const char *where,
                                lac_train_config *config);

/* What differs from the defaults, as options of the command line, " --lr 0.001 --no-mirror".
 * *out is freed by free(). MEMORY. */
lac_status lac_config_options(lac_context *ctx, const lac_train_config *config, char **out);

#endif
