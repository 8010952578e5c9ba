/*
 * What a training's settings start from: a preset or a file. Options of the command line stand
 * above it, wherever on the line they are.
 */
#include "cli.h"

#include <string.h>

settings_base base_usual(const char *preset, lac_train_config *config)
{
    settings_base base = {0};
    const char *const *names = lac_preset_names();
    while (strcmp(names[base.preset], preset) != 0)
        base.preset++;
    need_preset(preset, config);
    return base;
}

static lac_status read_base(lac_context *ctx, const settings_base *base, lac_train_config *config)
{
    return base->file ? lac_train_read(ctx, base->file, config)
                      : lac_train_preset(ctx, lac_preset_names()[base->preset], config);
}

static void take_line(const command *c, const lac_train_config *line, lac_train_config *config)
{
    const option *o;
    char text[LAC_SETTING];
    for (int i = 0; (o = option_at(c, i)); i++)
        if (o->given && o->type == OPTION_SETTING)
            lac_train_set(NULL, config, o->field->name, setting_text(line, o->field->name, text));
}

int base_take(const command *c, const settings_base *base, const machine_options *machine,
              lac_train_config *config)
{
    const lac_train_config line = *config;
    if (base->file && options_given(c, "preset"))
        return options_misuse(c, "--preset and --config both say what to start from: give one");
    lac_context *ctx = NULL;
    lac_status status = machine_open(machine, &ctx);
    if (status == LAC_OK)
        status = read_base(ctx, base, config);
    if (status == LAC_OK) {
        take_line(c, &line, config);
        lac_train_settle(ctx, config);
    }
    int code = status == LAC_OK ? CODE_GO_ON : report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

void base_print(const settings_base *base)
{
    if (base->file)
        printf("config   %s\n", base->file);
    else
        printf("preset   %s\n", lac_preset_names()[base->preset]);
}
