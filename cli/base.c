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

static int read_base(const settings_base *base, const machine_options *machine,
                     lac_train_config *config)
{
    lac_context *ctx = NULL;
    lac_status status = machine_open(machine, &ctx);
    if (status == LAC_OK && base->file)
        status = lac_train_read(ctx, base->file, config);
    else if (status == LAC_OK)
        status = lac_train_preset(ctx, lac_preset_names()[base->preset], config);
    int code = status == LAC_OK ? CODE_GO_ON : report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

int base_take(const command *c, const settings_base *base, const machine_options *machine,
              lac_train_config *config)
{
    const lac_train_config line = *config;
    const option *o;
    char text[LAC_SETTING];
    if (base->file && options_given(c, "preset"))
        return options_misuse(c, "--preset and --config both say what to start from: give one");
    int code = read_base(base, machine, config);
    for (int i = 0; code == CODE_GO_ON && (o = option_at(c, i)); i++)
        if (o->given && o->type == OPTION_SETTING)
            lac_train_set(NULL, config, o->field->name, setting_text(&line, o->field->name, text));
    return code;
}

void base_print(const settings_base *base)
{
    if (base->file)
        printf("config   %s\n", base->file);
    else
        printf("preset   %s\n", lac_preset_names()[base->preset]);
}
