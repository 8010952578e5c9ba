/*
 * lacuna eval: a model's errors against labels, as a table or as JSON.
 */
#include "cli.h"

#include "measures.h"

#include <stdlib.h>

static const char *const split_choices[] = {"holdout", "train", "all", NULL}; /* as lac_side */
static const char *const split_words[] = {"hold-out rows", "training rows", "all rows"};
static const char *const shared_words[] = {"rows that all held out", "rows that any learned",
                                           "all rows"};

typedef struct eval_options {
    model_options models;
    table_job table;
    const char *rows;
    const char *drop;
    int split;
    int json;
    lac_predict_config how;
    measure_options measures;
    machine_options machine;
} eval_options;

/* What is told. */
typedef struct told {
    const lac_model *model;
    const lac_predicted *predicted;
    const lac_measures *measures;
    lac_dropped dropped;
} told;

static void print_table(const eval_options *o, const told *t)
{
    const lac_model *model = t->model;
    models_title(model);
    printf(", %s of %s\n", (lac_model_members(model) > 1 ? shared_words : split_words)[o->split],
           o->table.path);
    models_print(&o->models, model);
    if (o->drop)
        printf("without the labels that %s names, of these rows: %d whole, %d point%s of others\n",
               o->drop, t->dropped.rows, t->dropped.points, t->dropped.points == 1 ? "" : "s");
    printf("\n");
    measures_print(t->predicted, t->measures);
}

static void add_models(cJSON *root, const lac_model *model)
{
    if (lac_model_members(model) == 1)
        return;
    cJSON *models = cJSON_AddArrayToObject(root, "models");
    for (int i = 0; i < lac_model_members(model); i++) {
        cJSON *member = cJSON_CreateObject();
        cJSON_AddStringToObject(member, "model", lac_model_name(lac_model_member(model, i)));
        cJSON_AddNumberToObject(member, "epoch", lac_model_epoch(lac_model_member(model, i)));
        cJSON_AddNumberToObject(member, "weight", lac_model_share(model, i));
        cJSON_AddItemToArray(models, member);
    }
}

static void print_json(const eval_options *o, const told *t)
{
    const lac_model *model = t->model;
    cJSON *root = json_new();
    cJSON_AddStringToObject(root, "model", lac_model_name(model));
    cJSON_AddNumberToObject(root, "epoch", lac_model_epoch(model));
    add_models(root, model);
    cJSON_AddStringToObject(root, "split", split_choices[o->split]);
    if (o->drop) {
        cJSON *dropped = cJSON_AddObjectToObject(root, "dropped");
        cJSON_AddNumberToObject(dropped, "rows", t->dropped.rows);
        cJSON_AddNumberToObject(dropped, "points", t->dropped.points);
    }
    measures_json(root, t->predicted, t->measures);
    json_print(root);
}

/* What is predicted is measured, printed, and written to --rows. */
static int measure(lac_context *ctx, const eval_options *o, told *t)
{
    lac_measures *m = NULL;
    lac_measures_config config;
    if (measure_take(&o->measures, t->predicted->data, &config) != CODE_DONE)
        return CODE_FAILED;
    lac_status status = lac_measures_compute(ctx, t->predicted, &config, &m);
    t->measures = m;
    if (status == LAC_OK && o->rows)
        status = lac_predicted_write(ctx, t->predicted, o->rows);
    if (status == LAC_OK && o->json)
        print_json(o, t);
    else if (status == LAC_OK)
        print_table(o, t);
    lac_measures_free(&m);
    return report(ctx, status);
}

static int eval(const eval_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *data = NULL;
    lac_predicted *predicted = NULL;

    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = models_load(ctx, &o->models, &model);
    if (status == LAC_OK)
        status = table_open_for_model(ctx, &o->table, model, &data);
    if (status == LAC_OK)
        status = lac_model_predict_side(model, data, (lac_side)o->split, &o->how, &predicted);
    told t = {.model = model, .predicted = predicted};
    if (status == LAC_OK && o->drop)
        status = lac_data_drop(ctx, data, o->drop, predicted->row, predicted->count, &t.dropped);
    int code = status == LAC_OK ? measure(ctx, o, &t) : report(ctx, status);
    lac_predicted_free(&predicted);
    lac_data_free(&data);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_eval(int argc, char **argv)
{
    eval_options o = {.models = models_room(argc), .measures = MEASURE_DEFAULTS};
    option options[] = {
        MODEL_OPTIONS(o.models),
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "labelled table: a folder, a CSV file, an archive or -; IdLookupTable.csv beside "
                  "the table gives the test weights"},
        {.type = OPTION_CHOICE, .name = "split", .value = &o.split, .choices = split_choices,
         .about = "rows to measure on; holdout and train need the data of the training, all "
                  "takes any data with the same points"},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON; what is not known is null"},
        {.type = OPTION_TEXT, .name = "rows", .value = &o.rows, .unit = "FILE",
         .files = FILES_WRITTEN,
         .about = "write a CSV of the rows: labels, predictions, errors, source and side of the "
                  "split; a missing label is an empty cell",
         .zero = "none"},
        {.type = OPTION_TEXT, .name = "drop", .value = &o.drop, .unit = "FILE", .files = FILES_READ,
         .about = "measure without the labels that a list names, as train --drop takes; the "
                  "figures are not comparable with those of all labels",
         .zero = "nothing"},
        MEASURE_OPTIONS(o.measures),
        FLIP_OPTION(o.how.flip),
        GAP_OPTIONS(o.table),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "eval",
        .usage = "lacuna eval --model M --data P [options]",
        .about = "Predicts labelled pictures and compares: RMSE in pixels over the labels that "
                 "are there (eq. 8), for each point and each label source, and weighted as the "
                 "test set (Kaggle's score); shares of points, and of pictures with any point, "
                 "off by more than 10 % of the side (eq. 7); percentiles of the error of a point, "
                 "shares within limits and the area under their curve, the normalized mean error "
                 "(NME). In brackets stand bootstrap intervals. docs/evaluation.md explains each.",
        .examples = "  lacuna eval --model run --data kaggle\n"
                    "  lacuna eval --model run/best.safetensors --data kaggle --json\n"
                    "  lacuna eval --model run --data kaggle --nme "
                    "left_eye_center,right_eye_center\n"
                    "  lacuna eval --model run --data kaggle --rows rows.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = eval(&o);
    free(o.models.path.word);
    return code;
}
