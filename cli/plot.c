/*
 * lacuna plot: `plot curve` draws how a run went, `plot faces` what a model answers, `plot
 * augmented` what a training sees.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static int plot_curve(int argc, char **argv)
{
    const char *run = NULL, *out = NULL;
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "RUN", .value = &run, .required = 1, .files = FILES_RUNS,
         .about = "folder of the run"},
        {.type = OPTION_TEXT, .name = "out", .value = &out, .unit = "FILE",
         .files = FILES_WRITTEN, .required = 1,
         DRAWING_FORM,
         .about = "picture to write, .svg or .png by its name"},
    };
    const command c = {
        .name = "plot curve",
        .usage = "lacuna plot curve RUN --out FILE",
        .about = "Draws loss and RMSE by epoch from the run's metrics.csv.",
        .examples = "  lacuna plot curve run --out curve.svg",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;

    machine_options machine = {0};
    lac_context *ctx = NULL;
    lac_status status = machine_open(&machine, &ctx);
    if (status == LAC_OK)
        status = lac_plot_curve(ctx, run, out);
    code = report(ctx, status);
    lac_context_free(&ctx);
    return code;
}

static int draw_faces(const model_options *models, const machine_options *machine,
                      const table_job *table, const char *out)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *data = NULL;
    lac_status status = machine_open(machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, models, &model);
    if (status == LAC_OK)
        status = table_open_for_model(ctx, table, model, &data);
    if (status == LAC_OK)
        status = lac_plot_faces(model, data, out);
    int code = report(ctx, status);
    lac_data_free(&data);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

static int plot_faces(int argc, char **argv)
{
    const char *out = NULL;
    table_job table = {0};
    model_options models = models_room(argc);
    machine_options machine = {0};
    option options[] = {
        MODEL_OPTIONS(models),
        {.type = OPTION_TEXT, .name = "data", .value = &table.path, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "labelled table, that of the training: a folder, a CSV file, an archive or -"},
        {.type = OPTION_TEXT, .name = "out", .value = &out, .unit = "FILE",
         .files = FILES_WRITTEN, .required = 1,
         DRAWING_FORM,
         .about = "picture to write, .svg or .png by its name"},
        GAP_OPTIONS(table),
        MACHINE_OPTIONS(machine),
    };
    const command c = {
        .name = "plot faces",
        .usage = "lacuna plot faces --model M --data P --out FILE [options]",
        .about = "Draws hold-out faces (of all rows, if none were held out) with labels in red "
                 "and predictions in blue: the best, the typical and the worst.",
        .examples = "  lacuna plot faces --model run --data kaggle --out faces.png",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = draw_faces(&models, &machine, &table, out);
    free(models.path.word);
    return code;
}

static int is_offered(const lac_field *f)
{
    return setting_is(f, "mirror seed " AUGMENTATION) || is_table_setting(f);
}

static int plot_augmented(int argc, char **argv)
{
    const char *data_path = NULL, *out = NULL;
    lac_train_config config = lac_train_config_default();
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &data_path, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "labelled table: a folder, a CSV file, an archive or -"},
        {.type = OPTION_TEXT, .name = "out", .value = &out, .unit = "FILE",
         .files = FILES_WRITTEN, .required = 1,
         DRAWING_FORM,
         .about = "picture to write, .svg or .png by its name"},
        SETTINGS(settings, setting_options(&config, is_offered, settings)),
    };
    const command c = {
        .name = "plot augmented",
        .usage = "lacuna plot augmented --data P --out FILE [options]",
        .about = "Draws pictures with their labels, as they are and as a training with these "
                 "settings sees them.",
        .examples = "  lacuna plot augmented --data kaggle --out seen.png --rotation 15 --scale "
                    "0.15",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;

    machine_options machine = {0};
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_status status = machine_open(&machine, &ctx);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, data_path, LAC_TABLE_TRAINING, &config, &data);
    if (status == LAC_OK)
        status = lac_plot_augmented(ctx, data, &config, out);
    code = report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_plot(int argc, char **argv)
{
    static const struct {
        const char *name;
        const char *about;
        int (*plot)(int argc, char **argv);
    } kinds[] = {
        {"curve", "loss and RMSE of a run by epoch", plot_curve},
        {"faces", "hold-out faces with labels and predictions", plot_faces},
        {"augmented", "pictures as a training sees them", plot_augmented},
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    const char *what = argc > 0 ? argv[0] : "";
    for (int i = 0; i < KINDS; i++)
        if (strcmp(what, kinds[i].name) == 0)
            return kinds[i].plot(argc - 1, argv + 1);
    if (is_completion(argc, argv)) {
        for (int i = 0; i < KINDS; i++)
            print_candidate(kinds[i].name, kinds[i].about, argv[argc - 1]);
        return CODE_DONE;
    }
    int is_man = strcmp(what, "--man") == 0;
    if (is_man || strcmp(what, "--help") == 0 || strcmp(what, "-h") == 0) {
        for (int i = 0; i < KINDS; i++) {
            if (i > 0 && !is_man)
                printf("\n");
            kinds[i].plot(1, argv);
        }
        return CODE_DONE;
    }
    if (what[0])
        fprintf(stderr, "lacuna plot: draws curve, faces or augmented, not '%s'\n", what);
    else
        fprintf(stderr, "lacuna plot: draws curve, faces or augmented: which?\n");
    return CODE_MISUSE;
}
