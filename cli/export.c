/*
 * lacuna export: a model as an ONNX file, or as C.
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TO_ONNX, TO_C };
static const char *const to_choices[] = {"onnx", "c", NULL};
static const char *const input_choices[] = {"uint8", "float", NULL};
static const char *const weight_choices[] = {"float32", "int8", NULL};
static const char *const split_choices[] = {"holdout", "train", "all", NULL}; /* as lac_side */

typedef struct export_options {
    model_options models;
    int to;
    const char *out;
    int source; /* from 1 */
    lac_export_config how;
    lac_train_config own; /* the model's, whose crop may be noted in `how` */
    table_job table;
    int split;
    machine_options machine;
} export_options;

/* ---- Rounded weights ------------------------------------------------------------------------- */

static lac_status measure(const export_options *o, const lac_model *model, const lac_data *data,
                          lac_metrics **out)
{
    return lac_model_evaluate(model, data, (lac_side)o->split, NULL, out);
}

static void print_errors(const export_options *o, const lac_metrics *before,
                         const lac_metrics *after)
{
    char text[2][24];
    printf("%s of %s, %ld labels: RMSE %s px in float32, %s px in int8\n",
           split_choices[o->split], o->table.path, before->labels,
           number_text(before->rmse, 4, text[0]), number_text(after->rmse, 4, text[1]));
}

/* Rounds the weights; where there is data, says what that costs. */
static lac_status round_weights(lac_context *ctx, const export_options *o, lac_model *model)
{
    lac_data *data = NULL;
    lac_metrics *before = NULL, *after = NULL;
    lac_status status = LAC_OK;
    if (o->table.path)
        status = table_open_for_model(ctx, &o->table, model, &data);
    if (status == LAC_OK && data)
        status = measure(o, model, data, &before);
    if (status == LAC_OK)
        status = lac_model_round(model);
    if (status == LAC_OK && data)
        status = measure(o, model, data, &after);
    if (status == LAC_OK && data)
        print_errors(o, before, after);
    lac_metrics_free(&before);
    lac_metrics_free(&after);
    lac_data_free(&data);
    return status;
}

/* ---- The export ------------------------------------------------------------------------------ */

static int check_source(const export_options *o, const lac_model *model)
{
    int sources = lac_model_sources(model);
    if (o->source <= sources)
        return CODE_DONE;
    fprintf(stderr, "lacuna: --source %d: the model has %d source%s, from 1 to %d\n", o->source,
            sources, sources == 1 ? "" : "s", sources);
    return CODE_FAILED;
}

static lac_status write_c(lac_context *ctx, const export_options *o, lac_model *model)
{
    lac_export_size size;
    lac_status status = LAC_OK;
    if (o->how.int8)
        status = round_weights(ctx, o, model);
    if (status == LAC_OK)
        status = lac_export_c(model, &o->how, o->out, &size);
    if (status == LAC_OK)
        printf("%zu bytes of weights, %zu of memory lent to a prediction\n", size.weights,
               size.memory);
    return status;
}

/* How its pictures are cut out of photos, where --crop does not say it: the model's own rules. */
static lac_status note_crop(const lac_model *model, export_options *o)
{
    if (o->how.crop)
        return LAC_OK;
    lac_status status = lac_model_config(model, &o->own);
    if (status == LAC_OK && o->own.crop[0])
        o->how.crop = o->own.crop;
    return status;
}

static int export_model(export_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, &o->models, &model);
    int code = report(ctx, status);
    if (code == CODE_DONE)
        code = check_source(o, model);
    if (code == CODE_DONE)
        code = report(ctx, note_crop(model, o));
    if (code == CODE_DONE)
        code = report(ctx, o->to == TO_C ? write_c(ctx, o, model)
                                         : lac_export_onnx(model, &o->how, o->out));
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* Options that the other format alone takes. */
static int check_options(const command *c, const export_options *o)
{
    static const char *const only[][4] = {[TO_ONNX] = {"input"}, [TO_C] = {"name", "weights"}};
    const int other = o->to == TO_C ? TO_ONNX : TO_C;
    for (int i = 0; only[other][i]; i++)
        if (options_given(c, only[other][i]))
            return options_misuse(c, "--%s is an option of --to %s", only[other][i],
                                  to_choices[other]);
    if (o->table.path && !o->how.int8)
        return options_misuse(c, "--data measures what --to c --weights int8 costs");
    return CODE_GO_ON;
}

static int is_c_name(const char *name)
{
    static const char digits[] = "0123456789_";
    static const char good[] = "0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name && !strchr(digits, *name) && !name[strspn(name, good)];
}

int verb_export(int argc, char **argv)
{
    export_options o = {.models = models_room(argc), .source = 1};
    option options[] = {
        MODEL_OPTIONS(o.models),
        {.type = OPTION_CHOICE, .name = "to", .value = &o.to, .choices = to_choices, .required = 1,
         .about = "an ONNX file, or C99 that needs no library and allocates nothing"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "P", .required = 1,
         .about = "the ONNX file to write, or the folder for the C files"},
        {.type = OPTION_INT, .name = "source", .value = &o.source, .unit = "N",
         .min = 1, .max = 100,
         .about = "label source to answer as, of a model with outputs for each"},
        {.type = OPTION_CHOICE, .name = "input", .value = &o.how.float_input,
         .choices = input_choices,
         .about = "ONNX: pictures as bytes, or as floats from 0 to 255"},
        {.type = OPTION_TEXT, .name = "name", .value = &o.how.name, .unit = "NAME",
         .is_good = is_c_name, .wanted = "a letter, and letters, digits and _ behind it",
         .about = "C: begins the names of functions and files", .zero = "face"},
        {.type = OPTION_CHOICE, .name = "weights", .value = &o.how.int8, .choices = weight_choices,
         .about = "C: weights in a quarter of the size, whole numbers times a scale for each "
                  "channel"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P",
         .about = "labelled table on which to measure what int8 costs", .zero = "none"},
        {.type = OPTION_CHOICE, .name = "split", .value = &o.split, .choices = split_choices,
         .about = "rows of it; holdout and train need the data of the training, all takes any "
                  "data with the same points"},
        GAP_OPTIONS(o.table),
        {.type = OPTION_TEXT, .name = "crop", .value = &o.how.crop, .unit = "TEXT",
         .about = "note how the pictures are cut out of photos", .zero = "the model's own rules"},
        {.type = OPTION_TEXT, .name = "licence", .value = &o.how.licence, .unit = "TEXT",
         .about = "note the model's licence", .zero = "none"},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "export",
        .usage = "lacuna export --model M --to onnx --out FILE [options]\n"
                 "lacuna export --model M --to c --out DIR [options]",
        .about = "Writes a model for programs that do not know lacuna. Grey bytes go in, points in "
                 "pixels come out, as lacuna predict tells them. docs/export.md shows how each "
                 "format is used.",
        .examples = "  lacuna export --model run --to onnx --out face.onnx\n"
                    "  lacuna export --model run --to c --out face --weights int8 --data kaggle\n"
                    "  cc -O3 face/*.c -o points; ./points face.pgm",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = check_options(&c, &o);
    o.how.source = o.source - 1;
    if (code == CODE_GO_ON)
        code = export_model(&o);
    free(o.models.path.word);
    return code;
}
