/*
 * lacuna eval: a model's errors against labels, as a table or as JSON.
 */
#include "cli.h"

#include <math.h>

static const char *const split_choices[] = {"holdout", "train", "all", NULL}; /* as lac_side */
static const char *const split_words[] = {"hold-out rows", "training rows", "all rows"};

typedef struct eval_options {
    const char *model;
    table_job table;
    int split;
    int json;
    lac_predict_config how;
    machine_options machine;
} eval_options;

static void print_line(const char *what, double value, int decimals, const char *unit)
{
    char text[24];
    printf("%-46s %9s%s\n", what, number_text(value, decimals, text), isnan(value) ? "" : unit);
}

static void print_sources(const lac_data *data, const lac_metrics *m)
{
    printf("\n%-29s %7s %8s %9s %12s\n", "label source", "rows", "labels", "RMSE px",
           "test weight");
    for (int s = 0; s < m->sources; s++) {
        char name[80], rmse[24], weight[24];
        const char *word = lac_data_source_name(data, s);
        snprintf(name, sizeof name, "%d%s%s%s: %d of %d points", s + 1, word ? " (" : "",
                 word ? word : "", word ? ")" : "", m->source[s].points, m->points);
        printf("%-29s %7d %8ld %9s %12s\n", name, m->source[s].rows, m->source[s].labels,
               number_text(m->source[s].rmse, 3, rmse),
               number_text(m->source[s].weight, 4, weight));
    }
}

static void print_points(const lac_model *model, const lac_metrics *m)
{
    printf("\n%-46s %9s %11s\n", "point", "RMSE px", "off > 10 %");
    for (int k = 0; k < m->points; k++) {
        char rmse[24], failure[24];
        int is_seen = !isnan(m->point_rmse[k]);
        printf("%-46s %9s %9s%s\n", lac_model_point_name(model, k),
               number_text(m->point_rmse[k], 3, rmse),
               number_text(is_seen ? 100 * m->point_failure[k] : NAN, 2, failure),
               is_seen ? " %" : "");
    }
}

static void print_table(const eval_options *o, const lac_model *model, const lac_data *data,
                        const lac_metrics *m)
{
    printf("%s after epoch %d, %s of %s\n\n", lac_model_name(model), lac_model_epoch(model),
           split_words[o->split], o->table.path);
    print_line("rows", m->rows, 0, "");
    print_line("labels", (double)m->labels, 0, "");
    print_line("RMSE", m->rmse, 3, " px");
    print_line("test-weighted RMSE", m->test_weighted, 3, " px");
    print_line("points off by more than 10 % of the side", 100 * m->failure_points, 2, " %");
    print_line("pictures with such a point", 100 * m->failure_images, 2, " %");
    print_sources(data, m);
    print_points(model, m);
}

static void print_json(const eval_options *o, const lac_model *model, const lac_data *data,
                       const lac_metrics *m)
{
    cJSON *root = json_new();
    cJSON_AddStringToObject(root, "model", lac_model_name(model));
    cJSON_AddNumberToObject(root, "epoch", lac_model_epoch(model));
    cJSON_AddStringToObject(root, "split", split_choices[o->split]);
    cJSON_AddNumberToObject(root, "rows", m->rows);
    cJSON_AddNumberToObject(root, "labels", (double)m->labels);
    cJSON_AddNumberToObject(root, "loss", m->loss);
    cJSON_AddNumberToObject(root, "rmse", m->rmse);
    cJSON_AddNumberToObject(root, "test_weighted_rmse", m->test_weighted);
    cJSON_AddNumberToObject(root, "failure_points", m->failure_points);
    cJSON_AddNumberToObject(root, "failure_images", m->failure_images);
    cJSON *sources = cJSON_AddArrayToObject(root, "sources");
    for (int s = 0; s < m->sources; s++) {
        cJSON *source = cJSON_CreateObject();
        json_add_source(source, data, s);
        cJSON_AddNumberToObject(source, "points", m->source[s].points);
        cJSON_AddNumberToObject(source, "rows", m->source[s].rows);
        cJSON_AddNumberToObject(source, "labels", (double)m->source[s].labels);
        cJSON_AddNumberToObject(source, "rmse", m->source[s].rmse);
        cJSON_AddNumberToObject(source, "test_weight", m->source[s].weight);
        cJSON_AddItemToArray(sources, source);
    }
    cJSON *points = cJSON_AddArrayToObject(root, "points");
    for (int k = 0; k < m->points; k++) {
        cJSON *point = cJSON_CreateObject();
        cJSON_AddStringToObject(point, "name", lac_model_point_name(model, k));
        cJSON_AddNumberToObject(point, "rmse", m->point_rmse[k]);
        cJSON_AddNumberToObject(point, "failure",
                                isnan(m->point_rmse[k]) ? NAN : m->point_failure[k]);
        cJSON_AddItemToArray(points, point);
    }
    json_print(root);
}

static int eval(const eval_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *data = NULL;
    lac_metrics *metrics = NULL;

    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_model_load(ctx, o->model, &model);
    if (status == LAC_OK)
        status = table_open_for_model(ctx, &o->table, model, &data);
    if (status == LAC_OK)
        status = lac_model_evaluate(model, data, (lac_side)o->split, &o->how, &metrics);
    if (status == LAC_OK && o->json)
        print_json(o, model, data, metrics);
    else if (status == LAC_OK)
        print_table(o, model, data, metrics);
    int code = report(ctx, status);
    lac_metrics_free(&metrics);
    lac_data_free(&data);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_eval(int argc, char **argv)
{
    eval_options o = {0};
    option options[] = {
        {.type = OPTION_TEXT, .name = "model", .value = &o.model, .unit = "M", .required = 1,
         .about = "a run folder (its last.safetensors) or a safetensors file"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P", .required = 1,
         .about = "labelled table: a folder, a CSV file, an archive or -; IdLookupTable.csv beside "
                  "the table gives the test weights"},
        {.type = OPTION_CHOICE, .name = "split", .value = &o.split, .choices = split_choices,
         .about = "rows to measure on; holdout and train need the data of the training, all "
                  "takes any data with the same points"},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON; what is not known is null"},
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
                 "off by more than 10 % of the side (eq. 7).",
        .examples = "  lacuna eval --model run --data kaggle\n"
                    "  lacuna eval --model run/best.safetensors --data kaggle --json",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    return code == CODE_GO_ON ? eval(&o) : code;
}
