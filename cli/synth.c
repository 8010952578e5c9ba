/*
 * lacuna synth: drawn faces in Kaggle's files, or on photos with labels in others' files.
 */
#include "cli.h"
#include "progress.h"

static void print_photos(const char *out, int photos)
{
    printf("%s: %d photo%s; labels: truth.csv, dlib.xml, coco.json, and a .pts where a photo has "
           "one face without gaps\n", out, photos, photos == 1 ? "" : "s");
}

static void print_tables(const char *out, const lac_synth_config *config)
{
    printf("%s: training.csv with %d rows, test.csv with %d, IdLookupTable.csv%s\n", out,
           config->rows, config->test_rows, config->faults > 0 ? ", faults.csv" : "");
}

static int synth(const lac_synth_config *asked, int photos, const char *out)
{
    lac_synth_config config = *asked;
    machine_options machine = {0};
    lac_context *ctx = NULL;
    count_display shown = count_display_start(photos ? "photo" : "row");
    config.progress = progress_count;
    config.progress_user = &shown;
    signals_watch();
    lac_status status = machine_open(&machine, &ctx);
    if (status == LAC_OK)
        status = photos ? lac_synth_photos(ctx, photos, &config, out)
                        : lac_synth_write(ctx, &config, out);
    progress_clear();
    if (status == LAC_OK && photos)
        print_photos(out, photos);
    else if (status == LAC_OK)
        print_tables(out, &config);
    int code = status == LAC_STOPPED ? stop_code() : report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

int verb_synth(int argc, char **argv)
{
    static const char *const of_tables[] = {"rows", "test-rows", "size", "faults"};
    const char *out = NULL;
    int photos = 0;
    lac_synth_config config = {.rows = 2000, .size = 96, .seed = 1};
    option options[] = {
        {.type = OPTION_TEXT, .name = "out", .value = &out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder for the files, made if missing; none of them may be there already"},
        {.type = OPTION_INT, .name = "photos", .value = &photos, .unit = "N",
         .about = "draw photos instead, with one to four faces each", .zero = "none", .min = 1,
         .max = 99999},
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
                 "points, and the gaps of Kaggle's table: to try the program without data.\n"
                 "With --photos it draws pictures as cameras make them: in colour, of different "
                 "sizes, some grey, some turned by EXIF, some faces cut by the border, with labels "
                 "as other tools write them.",
        .examples = "  lacuna synth --rows 2000 --out faces\n"
                    "  lacuna synth --photos 200 --out photos",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;
    for (size_t i = 0; photos && i < sizeof of_tables / sizeof *of_tables; i++)
        if (options_given(&c, of_tables[i]))
            return options_misuse(&c, "--%s is of tables, --photos draws none", of_tables[i]);
    if (!options_given(&c, "test-rows"))
        config.test_rows = config.rows < 4 ? 1 : config.rows / 4;
    return synth(&config, photos, out);
}
