/*
 * lacuna predict: keypoints of the pictures of a table, or of photos.
 */
#include "photos.h"
#include "progress.h"

#include <stdlib.h>

typedef struct predict_options {
    model_options models;
    const char *data;
    const char *out;
    int source; /* from 1 */
    int flip;
    machine_options machine;
    photo_options photos;
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

/* A folder without a test table, such as an import makes, holds a training table that is predicted
 * as well. */
static lac_status open_table(lac_context *ctx, const char *path, lac_data **data)
{
    char inside[1024];
    lac_status status = lac_data_open(ctx, path, LAC_TABLE_TEST, data);
    int length = snprintf(inside, sizeof inside, "%s/training.csv", path);
    FILE *file = status == LAC_ERROR_IO && length < (int)sizeof inside ? fopen(inside, "rb") : NULL;
    if (!file)
        return status;
    fclose(file);
    fprintf(stderr, "lacuna: %s: no test table, training.csv is read\n", path);
    return lac_data_open(ctx, inside, LAC_TABLE_TEST, data);
}

static int predict_table(lac_context *ctx, const predict_options *o, const lac_model *model,
                         const lac_predict_config *how)
{
    lac_data *data = NULL;
    int code = report(ctx, open_table(ctx, o->data, &data));
    if (code == CODE_DONE)
        code = check_size(o, model, data);
    if (code == CODE_DONE)
        code = check_source(o, model);
    if (code == CODE_DONE)
        code = report(ctx, lac_predictions_write(model, data, how, o->out));
    lac_data_free(&data);
    return code;
}

static int predict_photos(lac_context *ctx, const predict_options *o, const lac_model *model,
                          const lac_predict_config *how)
{
    int code = check_source(o, model);
    return code == CODE_DONE ? photos_predict(ctx, model, &o->photos, how, o->out) : code;
}

static int predict(const predict_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    const lac_predict_config how = {.source = o->source - 1, .flip = o->flip};
    if (!o->data)
        signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, &o->models, &model);
    int code = report(ctx, status);
    if (code == CODE_DONE)
        code = (o->data ? predict_table : predict_photos)(ctx, o, model, &how);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_predict(int argc, char **argv)
{
    predict_options o = {.models = models_room(argc), .source = 1};
    o.photos.words.word = need((size_t)argc, sizeof *o.photos.words.word);
    option options[] = {
        MODEL_OPTIONS(o.models),
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .files = FILES_TABLE,
         .about = "pictures: a table, whose labels are not read, in a CSV file, an archive or a "
                  "folder (its test table), or - for standard input"},
        PHOTO_OPTIONS(o.photos),
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .files = FILES_WRITTEN,
         .about = "the file to write, replaced at once or not at all; of --format pts a folder, "
                  "made if missing",
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
        .usage = "lacuna predict --model M --data P [options]\n"
                 "lacuna predict --model M PHOTO... [options]",
        .about = "Predicts every picture of a table. The result is a CSV: ImageId (or the "
                 "row's number from 1), then NAME_x,NAME_y of every point of the label "
                 "source, in pixels from the centre of the top left pixel.\n"
                 "Of photos it predicts faces, in pixels of the photo, turned upright; where they "
                 "are is said by one of --box, --boxes, --whole, --detect and --detector. The "
                 "result is a CSV of file, face (from 1), its box x,y,w,h, score if the boxes have "
                 "any, and the points, or what --format says. A photo that cannot be read is a "
                 "line on stderr; the exit code is 1 then.",
        .examples = "  lacuna predict --model run --data kaggle > points.csv\n"
                    "  lacuna predict --model run --data test.csv --out points.csv\n"
                    "  lacuna predict --model run photo.jpg --box 207,83,96,96\n"
                    "  lacuna predict --model run photos --boxes boxes.csv --draw drawn\n"
                    "  lacuna predict --model run photos --detect --format coco --out points.json",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = photos_check(&c, &o.photos, o.out);
    if (code == CODE_GO_ON)
        code = predict(&o);
    free(o.models.path.word);
    free(o.photos.words.word);
    return code;
}
