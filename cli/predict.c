/*
 * lacuna predict: a CSV of keypoints from a table of pictures.
 */
#include "cli.h"

#include <stdlib.h>

typedef struct predict_options {
    model_options models;
    const char *data;
    const char *out;
    int source; /* from 1 */
    int flip;
    machine_options machine;
} predict_options;

/* What to call the model in a message. */
static const char *model_called(const predict_options *o, const lac_model *model)
{
    return lac_model_members(model) == 1 ? o->models.path.word[0] : lac_model_name(model);
}

/* The library refuses pictures of another size too, but does not know the files' names. */
static int check_size(const predict_options *o, const lac_model *model, const lac_data *data)
{
    int size = lac_data_size(data), wanted = lac_model_size(model);
    if (size == wanted)
        return CODE_DONE;
    fprintf(stderr, "lacuna: %s: pictures of %dx%d; the model %s needs %dx%d\n", o->data, size,
            size, model_called(o, model), wanted, wanted);
    return CODE_FAILED;
}

static int check_source(const predict_options *o, const lac_model *model)
{
    int sources = lac_model_sources(model);
    if (o->source <= sources)
        return CODE_DONE;
    fprintf(stderr, "lacuna: --source %d: the model %s has %d source%s, from 1 to %d\n", o->source,
            model_called(o, model), sources, sources == 1 ? "" : "s", sources);
    return CODE_FAILED;
}

static int predict(const predict_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *data = NULL;

    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, &o->models, &model);
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_TEST, &data);
    int code = report(ctx, status);
    if (code == CODE_DONE)
        code = check_size(o, model, data);
    if (code == CODE_DONE)
        code = check_source(o, model);
    const lac_predict_config how = {.source = o->source - 1, .flip = o->flip};
    if (code == CODE_DONE)
        code = report(ctx, lac_predictions_write(model, data, &how, o->out));
    lac_data_free(&data);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_predict(int argc, char **argv)
{
    predict_options o = {.models = models_room(argc), .source = 1};
    option options[] = {
        MODEL_OPTIONS(o.models),
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .required = 1,
         .about = "pictures: a table, whose labels are not read, in a CSV file, an archive or a "
                  "folder (its test table), or - for standard input"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .about = "the CSV to write; it is replaced at once or not at all",
         .zero = "standard output"},
        {.type = OPTION_INT, .name = "source", .value = &o.source, .unit = "N",
         .min = 1, .max = 100,
         .about = "label source to answer as, of a model with outputs for each: 1 is that with "
                  "most points, as lacuna data lists them"},
        FLIP_OPTION(o.flip),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "predict",
        .usage = "lacuna predict --model M --data P [options]",
        .about = "Predicts every picture of a table. The result is a CSV: ImageId (or the "
                 "row's number from 1), then NAME_x,NAME_y of every point of the label "
                 "source, in pixels from the centre of the top left pixel.",
        .examples = "  lacuna predict --model run --data kaggle > points.csv\n"
                    "  lacuna predict --model run --data test.csv --out points.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = predict(&o);
    free(o.models.path.word);
    return code;
}
