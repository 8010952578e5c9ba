/*
 * lacuna synth: drawn faces in Kaggle's files.
 */
#include "cli.h"

static int synth(const lac_synth_config *config, const char *out)
{
    machine_options machine = {0};
    lac_context *ctx = NULL;
    lac_status status = machine_open(&machine, &ctx);
    if (status == LAC_OK)
        status = lac_synth_write(ctx, config, out);
    if (status == LAC_OK)
        printf("%s: training.csv with %d rows, test.csv with %d, IdLookupTable.csv\n", out,
               config->rows, config->test_rows);
    int code = report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

int verb_synth(int argc, char **argv)
{
    const char *out = NULL;
    lac_synth_config config = {.rows = 2000, .size = 96, .seed = 1};
    option options[] = {
        {.type = OPTION_TEXT, .name = "out", .value = &out, .unit = "DIR", .required = 1,
         .about = "folder for training.csv, test.csv and IdLookupTable.csv, made if missing"},
        {.type = OPTION_INT, .name = "rows", .value = &config.rows, .unit = "N",
         .about = "training rows", .min = 1, .max = 1000000},
        {.type = OPTION_INT, .name = "test-rows", .value = &config.test_rows, .unit = "N",
         .about = "test rows", .zero = "a quarter of --rows", .min = 1, .max = 1000000},
        {.type = OPTION_INT, .name = "size", .value = &config.size, .unit = "N",
         .about = "side of the pictures, pixels", .min = 16, .max = 512},
        {.type = OPTION_U64, .name = "seed", .value = &config.seed, .unit = "S",
         .about = "same seed, same files"},
        {.type = OPTION_NUMBER, .name = "faults", .value = &config.faults, .unit = "PERCENT",
         .about = "training rows with wrong labels, planted to be found; faults.csv lists them",
         .zero = "none", .min = 0, .max = 100},
    };
    const command c = {
        .name = "synth",
        .usage = "lacuna synth --out DIR [options]",
        .about = "Draws a data set of faces, with pose, light, skin and noise varied, exact "
                 "points, and the gaps of Kaggle's table: to try the program without data.",
        .examples = "  lacuna synth --rows 2000 --out faces",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;
    if (!options_given(&c, "test-rows"))
        config.test_rows = config.rows < 4 ? 1 : config.rows / 4;
    return synth(&config, out);
}
