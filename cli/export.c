/*
 * lacuna export: a model as an ONNX file, as C, or as a page.
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TO_ONNX, TO_C, TO_PAGE };
static const char *const to_choices[] = {"onnx", "c", "page", NULL};
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

static int export_as(lac_context *ctx, const export_options *o, lac_model *model)
{
    lac_export_size size;
    if (o->to == TO_ONNX)
        return report(ctx, lac_export_onnx(model, &o->how, o->out));
    int code = CODE_DONE;
    if (o->how.int8)
        code = report(ctx, round_weights(ctx, o, model));
    if (code == CODE_DONE)
        code = o->to == TO_C ? report(ctx, lac_export_c(model, &o->how, o->out, &size))
                             : page_write(ctx, model, &o->how, o->out, &size);
    if (code == CODE_DONE)
        printf("%zu bytes of weights, %zu of memory lent to a prediction\n", size.weights,
               size.memory);
    return code;
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
        code = export_as(ctx, o, model);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

/* ---- The command ----------------------------------------------------------------------------- */

/* Options that other formats take. */
static int check_options(const command *c, const export_options *o)
{
    static const struct {
        const char *name;
        int to[2];
    } some[] = {
        {"input", {TO_ONNX, TO_ONNX}}, {"name", {TO_C, TO_C}}, {"weights", {TO_C, TO_PAGE}}};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        const int *to = some[i].to;
        if (o->to != to[0] && o->to != to[1] && options_given(c, some[i].name))
            return options_misuse(c, "--%s is an option of --to %s%s%s", some[i].name,
                                  to_choices[to[0]], to[0] == to[1] ? "" : " and --to ",
                                  to[0] == to[1] ? "" : to_choices[to[1]]);
    }
    if (o->table.path && !o->how.int8)
        return options_misuse(c, "--data measures what --weights int8 costs");
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
         .about = "an ONNX file, C99 that needs no library and allocates nothing, or a page that "
                  "predicts in a browser, which clang and lld make"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "P",
         .files = FILES_WRITTEN, .required = 1,
         .about = "the ONNX or HTML file to write, or the folder for the C files"},
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
         .about = "C, page: weights in a quarter of the size, whole numbers times a scale for each "
                  "channel"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P",
         .files = FILES_TABLE,
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
                 "lacuna export --model M --to c --out DIR [options]\n"
                 "lacuna export --model M --to page --out FILE [options]",
        .about = "Writes a model for programs that do not know lacuna. Grey bytes go in, points in "
                 "pixels come out, as lacuna predict tells them. docs/export.md shows how each "
                 "format is used.",
        .examples = "  lacuna export --model run --to onnx --out face.onnx\n"
                    "  lacuna export --model run --to c --out face --weights int8 --data kaggle\n"
                    "  cc -O3 face/*.c -o points; ./points face.pgm\n"
                    "  lacuna export --model run --to page --out face.html --weights int8",
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
