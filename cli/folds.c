/*
 * lacuna folds: cross-validation. Trains once for every fold, then measures all rows, each by the
 * model that never saw it. Ranks train, and rank 0 measures.
 */
#include "cli.h"
#include "measures.h"
#include "progress.h"
#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char usual_preset[] = "fast"; /* as train's */

typedef struct folds_options {
    const char *data;
    const char *out;
    int folds;
    int fold; /* trains this one alone; all: 0 */
    int json;
    lac_predict_config how;
    settings_base base;
    lac_train_config config;
    machine_options machine;
} folds_options;

/* ---- Training ------------------------------------------------------------------------------- */

typedef struct folds_view {
    display line;
    char before[48];
    int folds;
    int is_quiet; /* 1: stdout is for JSON */
} folds_view;

static int show(void *user, int fold, const lac_progress *p)
{
    folds_view *v = user;
    if (p) {
        snprintf(v->before, sizeof v->before, "fold %d of %d, ", fold, v->folds);
        progress_step(&v->line, p);
    } else {
        progress_clear();
        if (!v->is_quiet)
            printf("fold %d of %d is trained\n", fold, v->folds);
        fflush(stdout);
        v->line = (display)DISPLAY_START;
        v->line.before = v->before;
    }
    return stop_is_asked();
}

static lac_status train_folds(lac_context *ctx, const folds_options *o, const lac_data *data)
{
    folds_view view = {.line = DISPLAY_START, .folds = o->folds, .is_quiet = o->json};
    view.line.before = view.before;
    if (!o->json && !o->fold)
        printf("%d folds of %s, %d epoch%s each\n", o->folds, o->config.model, o->config.epochs,
               o->config.epochs == 1 ? "" : "s");
    fflush(stdout);
    signals_stop();
    lac_status status =
        o->fold ? lac_folds_train(ctx, data, &o->config, o->folds, o->fold, o->out, show, &view)
                : lac_folds_run(ctx, data, &o->config, o->folds, o->out, show, &view);
    progress_clear();
    return status;
}

/* ---- Figures of every fold ------------------------------------------------------------------- */

/* A line of the table: values by lac_measure, the rows 0 for those of all folds. */
static void print_line(const char *name, int rows, const double *value)
{
    static const double units[LAC_MEASURES] = {1, 1, 100, 100, 100};
    static const int decimals[LAC_MEASURES] = {3, 3, 2, 2, 3};
    char text[24];
    printf("%-10s", name);
    if (rows)
        printf("%7d", rows);
    else
        printf("%7s", "");
    for (int i = 0; i < LAC_MEASURES; i++)
        printf("%12s", number_text(units[i] * value[i], decimals[i], text));
    printf("\n");
}

/* Mean and standard deviation over the folds, of each measure. */
static void spread(lac_measures *const *m, int folds, double *mean, double *deviation)
{
    for (int i = 0; i < LAC_MEASURES; i++) {
        double sum = 0, squares = 0;
        for (int f = 0; f < folds; f++)
            sum += m[f]->estimate[i].value;
        mean[i] = sum / folds;
        for (int f = 0; f < folds; f++)
            squares += pow(m[f]->estimate[i].value - mean[i], 2);
        deviation[i] = sqrt(squares / (folds - 1));
    }
}

static void values_of(const lac_measures *m, double *value)
{
    for (int i = 0; i < LAC_MEASURES; i++)
        value[i] = m->estimate[i].value;
}

static void print_folds(const folds_options *o, lac_measures *const *m)
{
    double value[LAC_MEASURES], deviation[LAC_MEASURES];
    printf("\n%-10s%7s%12s%12s%12s%12s%12s\n", "fold", "rows", "RMSE px", "weighted px",
           "points > %", "pictures %", "NME %");
    for (int f = 0; f < o->folds; f++) {
        char name[16];
        snprintf(name, sizeof name, "%d", f + 1);
        values_of(m[f], value);
        print_line(name, m[f]->all.rows, value);
    }
    spread(m, o->folds, value, deviation);
    print_line("mean", 0, value);
    print_line("deviation", 0, deviation);
    printf("\nall rows of %s, each by the model that was not trained on it or a twin\n\n", o->data);
}

static void add_values(cJSON *object, const double *value)
{
    for (int i = 0; i < LAC_MEASURES; i++)
        cJSON_AddNumberToObject(object, lac_measure_name((lac_measure)i), value[i]);
}

static void print_json(const folds_options *o, lac_measures *const *m, const lac_predicted *all,
                       const lac_measures *whole)
{
    double value[LAC_MEASURES], deviation[LAC_MEASURES];
    cJSON *root = json_new();
    cJSON *folds = cJSON_AddArrayToObject(root, "folds");
    for (int f = 0; f < o->folds; f++) {
        cJSON *fold = cJSON_CreateObject();
        values_of(m[f], value);
        cJSON_AddNumberToObject(fold, "rows", m[f]->all.rows);
        add_values(fold, value);
        cJSON_AddItemToArray(folds, fold);
    }
    spread(m, o->folds, value, deviation);
    add_values(cJSON_AddObjectToObject(root, "mean"), value);
    add_values(cJSON_AddObjectToObject(root, "deviation"), deviation);
    measures_json(root, all, whole);
    json_print(root);
}

static lac_status write_predictions(lac_context *ctx, const folds_options *o,
                                    const lac_predicted *all)
{
    size_t size = strlen(o->out) + sizeof "/predictions.csv";
    char *path = need(size, 1);
    snprintf(path, size, "%s/predictions.csv", o->out);
    lac_status status = lac_predicted_write(ctx, all, path);
    free(path);
    return status;
}

static lac_status measure(lac_context *ctx, const folds_options *o, lac_predicted *const *fold)
{
    lac_measures_config brief = lac_measures_config_default();
    lac_predicted *all = NULL;
    lac_measures *whole = NULL, *m[LAC_MOST_FOLDS] = {NULL};
    brief.resamples = 0;
    lac_status status = lac_predicted_join(ctx, (const lac_predicted *const *)fold, o->folds, &all);
    for (int f = 0; f < o->folds && status == LAC_OK; f++)
        status = lac_measures_compute(ctx, fold[f], &brief, &m[f]);
    if (status == LAC_OK)
        status = lac_measures_compute(ctx, all, NULL, &whole);
    if (status == LAC_OK)
        status = write_predictions(ctx, o, all);
    if (status == LAC_OK && o->json) {
        print_json(o, m, all, whole);
    } else if (status == LAC_OK) {
        print_folds(o, m);
        measures_print(all, whole);
    }
    for (int f = 0; f < o->folds; f++)
        lac_measures_free(&m[f]);
    lac_measures_free(&whole);
    lac_predicted_free(&all);
    return status;
}

static lac_status measure_folds(lac_context *ctx, const folds_options *o, const lac_data *data)
{
    lac_predicted *fold[LAC_MOST_FOLDS] = {NULL};
    lac_status status = lac_folds_predict(ctx, data, o->out, o->folds, &o->how, fold);
    if (status == LAC_OK)
        status = measure(ctx, o, fold);
    for (int f = 0; f < o->folds; f++)
        lac_predicted_free(&fold[f]);
    return status;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static int folds(folds_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    status = ranks_meet(&o->machine, ctx, status);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, o->data, LAC_TABLE_TRAINING, &o->config, &data);
    if (status == LAC_OK)
        status = train_folds(ctx, o, data);
    if (status == LAC_OK && !o->fold)
        status = lac_context_agree(
            ctx, ranks_is_first(&o->machine) ? measure_folds(ctx, o, data) : LAC_OK);
    if (status == LAC_STOPPED)
        fprintf(stderr, "lacuna: stopped and saved in %s; the same command goes on\n", o->out);
    int code = status == LAC_STOPPED ? stop_code() : report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

static int is_offered(const lac_field *f)
{
    return !setting_is(f, "holdout fold");
}

int verb_folds(int argc, char **argv)
{
    folds_options o = {.folds = 5, .machine = {.team = 1}};
    o.base = base_usual(usual_preset, &o.config);
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "training table: a folder, a CSV file or a zip"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder made if missing: a run folder for every fold, and predictions.csv, the "
                  "rows as eval --rows writes them"},
        {.type = OPTION_INT, .name = "folds", .value = &o.folds, .unit = "K", .min = 2,
         .max = LAC_MOST_FOLDS, .about = "folds; each is held out once"},
        {.type = OPTION_INT, .name = "fold", .value = &o.fold, .unit = "N", .zero = "all",
         .about = "train this fold alone, by all ranks, and measure nothing; several may be under "
                  "way at a time, and the command without it measures them",
         .min = 0, .max = LAC_MOST_FOLDS},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON; what is not known is null"},
        FLIP_OPTION(o.how.flip),
        BASE_OPTIONS(o.base),
        SETTINGS(settings, setting_options(&o.config, is_offered, settings)),
        MACHINE_OPTIONS(o.machine),
        TEAM_OPTIONS(o.machine, "fold"),
    };
    const command c = {
        .name = "folds",
        .usage = "lacuna folds --data P --out DIR [--folds K] [options]",
        .about = "Cross-validation: deals the rows to folds, whole groups of equal and nearly "
                 "equal pictures, of every label pattern alike; trains once for each fold, which "
                 "that training holds out; and measures every fold, their mean and deviation, and "
                 "all rows together, each predicted by the model that was not trained on it.\n"
                 "Ctrl-C saves; the same command goes on, with any number of ranks.",
        .examples = "  lacuna folds --data kaggle --out folds\n"
                    "  lacuna folds --data kaggle --out folds --folds 10 --preset first\n"
                    "  mpirun -n 5 lacuna folds --data kaggle --out folds\n"
                    "  lacuna predict --model folds --data kaggle --out points.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = base_take(&c, &o.base, &o.machine, &o.config);
    if (code == CODE_GO_ON && o.fold > o.folds)
        code = options_misuse(&c, "--fold %d: there are %d folds", o.fold, o.folds);
    if (code == CODE_GO_ON)
        code = ranks_open(&c, &o.machine);
    if (code != CODE_GO_ON)
        return code;
    code = folds(&o);
    ranks_close(&o.machine);
    return code;
}
