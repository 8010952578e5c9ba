/*
 * lacuna submit: Kaggle's submission file.
 */
#include "cli.h"

#include <stdlib.h>

typedef struct submit_options {
    model_options models;
    const char *data;
    const char *lookup;
    const char *out;
    lac_predict_config how;
    machine_options machine;
} submit_options;

static int submit(const submit_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *test = NULL;
    lac_lookup *lookup = NULL;

    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, &o->models, &model);
    if (status == LAC_OK)
        status = lac_lookup_open(ctx, o->lookup ? o->lookup : o->data, &lookup);
    int is_without = status == LAC_ERROR_FORMAT && model && !o->lookup;
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_TEST, &test);
    if (status == LAC_OK)
        status = lac_submission_write(model, test, lookup, &o->how, o->out);
    if (status == LAC_OK)
        printf("%s: %d rows for %d pictures\n", o->out, lac_lookup_rows(lookup),
               lac_data_rows(test));
    int code = report(ctx, status);
    if (is_without)
        fprintf(stderr, "lacuna: that was the lookup table, for which --data stands without "
                "--lookup FILE\n");
    lac_lookup_free(&lookup);
    lac_data_free(&test);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_submit(int argc, char **argv)
{
    submit_options o = {.models = models_room(argc)};
    option options[] = {
        MODEL_OPTIONS(o.models),
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "folder or archive with test.csv or test.zip, and IdLookupTable.csv"},
        {.type = OPTION_TEXT, .name = "lookup", .value = &o.lookup, .unit = "FILE",
         .files = FILES_TABLE,
         .about = "the lookup table where P does not hold it", .zero = "that of P"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .files = FILES_WRITTEN, .required = 1,
         .about = "the file to write; it is replaced at once or not at all"},
        FLIP_OPTION(o.how.flip),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "submit",
        .usage = "lacuna submit --model M --data P --out FILE [options]",
        .about = "Predicts the test table and writes RowId,Location for every row that the "
                 "lookup table asks for, values inside the picture. Of a model with outputs for "
                 "each label source, the source follows from the points that are asked of a "
                 "picture.",
        .examples = "  lacuna submit --model run --data kaggle --out submission.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = submit(&o);
    free(o.models.path.word);
    return code;
}
