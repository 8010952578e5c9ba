/*
 * lacuna layers: the layer table of a network.
 */
#include "cli.h"

#include <stdlib.h>

static lac_status print_text(lac_context *ctx, const char *model)
{
    char *text;
    lac_status status = lac_network_text(ctx, model, &text);
    if (status == LAC_OK)
        fputs(text, stdout);
    free(text);
    return status;
}

static int is_offered(const lac_field *f)
{
    return setting_is(f, "model");
}

int verb_layers(int argc, char **argv)
{
    lac_train_config config = lac_train_config_default();
    int text = 0, size = 96, points = 15;
    option settings[MOST_SETTINGS];
    option options[] = {
        SETTINGS(settings, setting_options(&config, is_offered, settings)),
        {.type = OPTION_INT, .name = "size", .value = &size, .unit = "N",
         .about = "side of the pictures, pixels", .min = 1, .max = 4096},
        {.type = OPTION_INT, .name = "points", .value = &points, .unit = "K",
         .about = "points to learn", .min = 1, .max = 10000},
        {.type = OPTION_FLAG, .name = "text", .value = &text,
         .about = "print the network's text instead, to copy and change"},
    };
    const command c = {
        .name = "layers",
        .usage = "lacuna layers [options]",
        .about = "Prints a network as the paper's figure 5 does: every layer, its output as "
                 "height x width x channels, its parameters, and its work on one picture "
                 "forward (a multiply-add counts as two).",
        .examples = "  lacuna layers\n"
                    "  lacuna layers --model kimura --size 64 --points 5\n"
                    "  lacuna layers --text >my.net; lacuna layers --model my.net",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;

    machine_options machine = {0};
    lac_context *ctx = NULL;
    lac_layer *layers = NULL;
    int count = 0;
    lac_status status = machine_open(&machine, &ctx);
    if (status == LAC_OK && text)
        status = print_text(ctx, config.model);
    else if (status == LAC_OK)
        status = lac_network_layers(ctx, config.model, size, points, &layers, &count);
    if (status == LAC_OK && !text)
        print_layers(layers, count);
    code = report(ctx, status);
    free(layers);
    lac_context_free(&ctx);
    return code;
}
