/*
 * lacuna compare: whether two models differ, on rows that neither was trained on.
 */
#include "cli.h"
#include "measures.h"

#include <math.h>
#include <string.h>

static const char *const split_choices[] = {"holdout", "train", "all", NULL}; /* as lac_side */
static const char *const split_words[] = {"rows that both held out", "rows that both learned",
                                          "all rows"};

typedef struct compare_options {
    const char *path[2];
    table_job table;
    const char *out;
    int split;
    int rows;
    int weigh;
    int json;
    lac_predict_config how;
    measure_options measures;
    machine_options machine;
} compare_options;

/* How each lac_measure is shown: its name, what it is multiplied by, its decimals. */
static const struct shown {
    const char *name;
    double unit;
    int decimals;
} shown[LAC_MEASURES] = {
    {"RMSE, px", 1, 3},
    {"test-weighted RMSE, px", 1, 3},
    {"points that failed, %", 100, 2},
    {"pictures with such a point, %", 100, 2},
    {"NME, %", 100, 3},
};

static void print_measure(const lac_comparison *c, int i, const char *name, double unit,
                          int decimals)
{
    char a[24], b[24], difference[24], low[24], high[24];
    const lac_estimate *d = &c->difference[i];
    printf("%-30s%9s%9s%9s", name, number_text(unit * c->a[i].value, decimals, a),
           number_text(unit * c->b[i].value, decimals, b),
           number_text(unit * d->value, decimals, difference));
    if (!isnan(d->low))
        printf("  (%s to %s)", number_text(unit * d->low, decimals, low),
               number_text(unit * d->high, decimals, high));
    printf("\n");
}

static void print_measures(const lac_data *data, const lac_comparison *c)
{
    printf("%-30s%9s%9s%9s  95 %% of the difference\n", "", "A", "B", "B - A");
    for (int i = 0; i < LAC_MEASURES; i++)
        if (!isnan(c->a[i].value))
            print_measure(c, i, shown[i].name, shown[i].unit, shown[i].decimals);
    for (int s = 0; lac_data_sources(data) > 1 && s < lac_data_sources(data); s++) {
        char name[60];
        snprintf(name, sizeof name, "RMSE of source %d, px", s + 1);
        print_measure(c, LAC_MEASURES + s, name, 1, 3);
    }
}

static int is_same(const lac_comparison *c)
{
    return c->pairs && c->pair[0].a == c->pair[0].b;
}

/* The answer in one sentence. */
static void print_verdict(const lac_comparison *c)
{
    char by[24], low[24], high[24];
    const lac_estimate *d = &c->difference[c->deciding];
    int verdict = lac_comparison_verdict(c);
    const char *name = c->deciding == LAC_MEASURE_RMSE ? "RMSE" : "test-weighted RMSE";
    if (is_same(c))
        printf("A and B do not differ on any row.\n");
    else if (isnan(d->low))
        printf("B's %s is %s by %s px; resamples would tell whether that says anything.\n", name,
               d->value < 0 ? "lower" : "higher", number_text(fabs(d->value), 3, by));
    else if (verdict)
        printf("%s is better: its %s is lower by %s px (95 %% interval %s to %s).\n",
               verdict < 0 ? "B" : "A", name, number_text(fabs(d->value), 3, by),
               number_text(verdict < 0 ? -d->high : d->low, 3, low),
               number_text(verdict < 0 ? -d->low : d->high, 3, high));
    else
        printf("No difference can be told: B's %s is %s by %s px, but the\n"
               "95 %% interval of B - A, %s to %s, has 0 in it.\n", name,
               d->value < 0 ? "lower" : "higher", number_text(fabs(d->value), 3, by),
               number_text(d->low, 3, low), number_text(d->high, 3, high));
}

static void print_rows(const compare_options *o, const lac_predicted *p, const lac_comparison *c)
{
    int rows = o->rows < c->pairs ? o->rows : c->pairs;
    if (rows == 0 || is_same(c))
        return;
    printf("\nthe rows that differ most, RMSE px\n%8s%8s%9s%9s%9s\n", "picture", "source", "A", "B",
           "B - A");
    for (int i = 0; i < rows; i++) {
        char id[24], a[24], b[24], difference[24];
        const lac_row_pair *pair = &c->pair[i];
        int row = p->row[pair->index];
        printf("%8s%8d%9s%9s%9s\n", picture_text(p->data, row, id),
               lac_data_row_source(p->data, row) + 1, number_text(pair->a, 3, a),
               number_text(pair->b, 3, b), number_text(pair->b - pair->a, 3, difference));
    }
}

static void print_table(const compare_options *o, const lac_model *const model[2],
                        const lac_predicted *p, const lac_comparison *c)
{
    for (int i = 0; i < 2; i++) {
        printf("%c  %s: ", 'A' + i, o->path[i]);
        models_title(model[i]);
        printf("\n");
    }
    printf("%d %s of %s\n\n", p->count, split_words[o->split], o->table.path);
    print_measures(p->data, c);
    if (c->config.resamples)
        printf("%d resamples of %d groups of pictures, seed %llu\n", c->config.resamples,
               c->groups, (unsigned long long)c->config.seed);
    printf("\n");
    print_verdict(c);
    print_rows(o, p, c);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void add_measure(cJSON *root, const char *name, const lac_comparison *c, int i)
{
    cJSON *measure = cJSON_AddObjectToObject(root, name);
    cJSON_AddNumberToObject(measure, "a", c->a[i].value);
    json_add_interval(measure, "a_interval", &c->a[i]);
    cJSON_AddNumberToObject(measure, "b", c->b[i].value);
    json_add_interval(measure, "b_interval", &c->b[i]);
    cJSON_AddNumberToObject(measure, "difference", c->difference[i].value);
    json_add_interval(measure, "difference_interval", &c->difference[i]);
}

static void add_rows(cJSON *root, const compare_options *o, const lac_predicted *p,
                     const lac_comparison *c)
{
    cJSON *rows = cJSON_AddArrayToObject(root, "rows_that_differ");
    for (int i = 0; i < o->rows && i < c->pairs; i++) {
        cJSON *row = cJSON_CreateObject();
        json_add_picture(row, p->data, p->row[c->pair[i].index]);
        cJSON_AddNumberToObject(row, "a", c->pair[i].a);
        cJSON_AddNumberToObject(row, "b", c->pair[i].b);
        cJSON_AddItemToArray(rows, row);
    }
}

static void print_json(const compare_options *o, const lac_predicted *p, const lac_comparison *c)
{
    static const char *const verdicts[] = {"b", "none", "a"};
    cJSON *root = json_new();
    cJSON_AddStringToObject(root, "a", o->path[0]);
    cJSON_AddStringToObject(root, "b", o->path[1]);
    cJSON_AddStringToObject(root, "split", split_choices[o->split]);
    cJSON_AddNumberToObject(root, "rows", p->count);
    cJSON_AddNumberToObject(root, "groups", c->groups);
    cJSON_AddNumberToObject(root, "resamples", c->config.resamples);
    cJSON_AddNumberToObject(root, "seed", (double)c->config.seed);
    cJSON_AddStringToObject(root, "better", verdicts[lac_comparison_verdict(c) + 1]);
    for (int i = 0; i < LAC_MEASURES; i++)
        add_measure(root, lac_measure_name((lac_measure)i), c, i);
    for (int s = 0; s < lac_data_sources(p->data); s++) {
        char name[40];
        snprintf(name, sizeof name, "source_%d_rmse", s + 1);
        add_measure(root, name, c, LAC_MEASURES + s);
    }
    add_rows(root, o, p, c);
    json_print(root);
}

/* ---- The verb -------------------------------------------------------------------------------- */

static int compare(lac_context *ctx, const compare_options *o, const lac_model *const model[2],
                   const lac_predicted *const p[2])
{
    lac_comparison *c = NULL;
    lac_measures_config config;
    if (measure_take(&o->measures, p[0]->data, &config) != CODE_DONE)
        return CODE_FAILED;
    lac_status status = lac_compare(ctx, p[0], p[1], &config, &c);
    if (status == LAC_OK && o->out)
        status = lac_plot_comparison(ctx, p[0], p[1], c, o->out);
    if (status == LAC_OK && o->json)
        print_json(o, p[0], c);
    else if (status == LAC_OK)
        print_table(o, model, p[0], c);
    lac_comparison_free(&c);
    return report(ctx, status);
}

static int load_and_compare(const compare_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_model *model[2] = {NULL, NULL};
    lac_predicted *p[2] = {NULL, NULL};

    lac_status status = machine_open(&o->machine, &ctx);
    for (int i = 0; i < 2 && status == LAC_OK; i++)
        status = lac_models_load(ctx, &o->path[i], 1, o->weigh, &model[i]);
    if (status == LAC_OK)
        status = table_open_for_model(ctx, &o->table, model[0], &data);
    for (int i = 0; i < 2 && status == LAC_OK; i++)
        status = lac_model_predict_side(model[i], data, (lac_side)o->split, &o->how, &p[i]);
    if (status == LAC_OK)
        status = lac_predicted_meet(ctx, p[0], p[1]);
    int code = status == LAC_OK ? compare(ctx, o, (const lac_model *const *)model,
                                          (const lac_predicted *const *)p)
                                : report(ctx, status);
    for (int i = 0; i < 2; i++) {
        lac_predicted_free(&p[i]);
        lac_model_free(&model[i]);
    }
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_compare(int argc, char **argv)
{
    compare_options o = {.rows = 10, .measures = MEASURE_DEFAULTS};
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "A", .value = &o.path[0],
         .files = FILES_RUNS, .required = 1,
         .about = "a model: a run folder (its last.safetensors), a safetensors file, or a folder "
                  "of runs, which is the mean of them"},
        {.type = OPTION_ARGUMENT, .name = "B", .value = &o.path[1],
         .files = FILES_RUNS, .required = 1,
         .about = "another one"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P",
         .files = FILES_TABLE,
         .required = 1,
         .about = "labelled table, that of both trainings: a folder, a CSV file, an archive or -"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .files = FILES_WRITTEN,
         DRAWING_FORM, .about = "draw the rows that differ most, .svg or .png by the name",
         .zero = "none"},
        {.type = OPTION_CHOICE, .name = "split", .value = &o.split, .choices = split_choices,
         .about = "rows to compare on; of other data than that of the trainings, all"},
        {.type = OPTION_INT, .name = "rows", .value = &o.rows, .unit = "N", .min = 0,
         .max = 1000000, .about = "how many of the rows that differ most to list"},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON; what is not known is null"},
        {.type = OPTION_FLAG, .name = "weigh", .value = &o.weigh,
         .about = "weigh the models of a mean by 1 / (error of their hold-out)^2, not equally"},
        MEASURE_OPTIONS(o.measures),
        FLIP_OPTION(o.how.flip),
        GAP_OPTIONS(o.table),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "compare",
        .usage = "lacuna compare A B --data P [options]",
        .about = "Tells whether two models differ: both predict the rows that both held out, and a "
                 "paired bootstrap of groups of pictures tells the interval of the difference. "
                 "The test-weighted RMSE decides where it is known, else the RMSE.",
        .examples = "  lacuna compare run other --data kaggle\n"
                    "  lacuna compare run seeds --data kaggle --out differ.png",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    return code == CODE_GO_ON ? load_and_compare(&o) : code;
}
