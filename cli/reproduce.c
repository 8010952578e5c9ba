/*
 * lacuna reproduce: the three models of the paper's table II with the settings of its table
 * I, from one hold-out, then the report.
 *
 * Every training is a run folder of its own that is opened, not begun: whatever stopped the
 * program, the same command goes on.
 */
#include "cli.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct recipe {
    const char *name;
    const char *model;
    lac_rows rows;
    lac_loss loss;
} recipe;

static const recipe recipes[] = {
    {"cnn-plain", "cnn", LAC_ROWS_COMPLETE, LAC_LOSS_PLAIN},
    {"cnn-masked", "cnn", LAC_ROWS_ALL, LAC_LOSS_MASKED},
    {"resnet-masked", "resnet", LAC_ROWS_ALL, LAC_LOSS_MASKED},
};
enum { RECIPES = sizeof recipes / sizeof recipes[0], MEASURED_STEPS = 3 };

typedef struct reproduce_options {
    const char *data;
    const char *out;
    const char *models;
    int seeds;
    settings_base base;
    lac_train_config config; /* what the trainings share */
    machine_options machine;
} reproduce_options;

/* One training. */
typedef struct task {
    const recipe *recipe;
    lac_train_config config;
    char *run;
} task;

typedef struct plan {
    task *task;
    int count;
} plan;

static char *path_of(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = need(size, 1);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Whether `name` stands in the list "a,b,c". */
static int is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strncmp(p, name, length) == 0 && (p[length] == ',' || p[length] == '\0'))
            return 1;
    return 0;
}

/* Every word of the list must be a recipe's name. */
static int check_list(const command *c, const char *list)
{
    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        int length = (int)strcspn(p, ","), known = 0;
        for (int i = 0; i < RECIPES; i++)
            known |= (int)strlen(recipes[i].name) == length &&
                     strncmp(recipes[i].name, p, (size_t)length) == 0;
        if (!known)
            return options_misuse(c, "--models needs names of cnn-plain, cnn-masked and "
                                     "resnet-masked between commas, not '%.*s'", length, p);
    }
    return CODE_GO_ON;
}

static void make_plan(const reproduce_options *o, plan *p)
{
    p->task = need((size_t)RECIPES * (size_t)o->seeds, sizeof *p->task);
    for (int seed = 1; seed <= o->seeds; seed++)
        for (int i = 0; i < RECIPES; i++) {
            if (o->models && !is_listed(o->models, recipes[i].name))
                continue;
            char name[64];
            task *t = &p->task[p->count++];
            t->recipe = &recipes[i];
            t->config = o->config;
            lac_train_set(NULL, &t->config, "model", recipes[i].model);
            t->config.rows = recipes[i].rows;
            t->config.loss = recipes[i].loss;
            t->config.seed = (uint64_t)seed;
            t->config.split_seed = 1;
            if (seed == 1)
                snprintf(name, sizeof name, "%s", recipes[i].name);
            else
                snprintf(name, sizeof name, "%s-seed%d", recipes[i].name, seed);
            t->run = path_of(o->out, name);
        }
}

/* Whether the models of complete rows have some to train on; says which has none. */
static int complete_rows_suffice(const lac_data *data, const lac_split *split, const plan *p)
{
    for (int i = 0; i < p->count; i++) {
        const recipe *r = p->task[i].recipe;
        if (r->rows == LAC_ROWS_ALL || lac_split_train_rows(split, data, r->rows) > 0)
            continue;
        fprintf(stderr, "lacuna: %s learns from rows with all their labels, and none of the %d "
                        "to train on is such a row; --models cnn-masked,resnet-masked leaves it "
                        "out\n", r->name, lac_split_train_rows(split, data, LAC_ROWS_ALL));
        return 0;
    }
    return 1;
}

/* ---- Estimate ------------------------------------------------------------------------------ */

/* Epochs that a task's run has behind it. */
static int epochs_done(lac_context *ctx, const task *t)
{
    char *path = path_of(t->run, "last.safetensors");
    struct stat info;
    lac_model *model = NULL;
    int is_there = stat(path, &info) == 0;
    int done = is_there && lac_model_load(ctx, path, &model) == LAC_OK ? lac_model_epoch(model) : 0;
    lac_model_free(&model);
    free(path);
    return done;
}

/* Seconds of an epoch, from a few steps measured; the hold-out is predicted besides. */
static lac_status measure(lac_context *ctx, const lac_data *data, const lac_split *split,
                          const task *t, double *seconds)
{
    lac_bench_result *b;
    lac_status status = lac_bench(ctx, &t->config, lac_data_size(data), lac_data_points(data),
                                  MEASURED_STEPS, &b);
    if (status != LAC_OK)
        return status;
    double visits = (t->config.mirror ? 2.0 : 1.0) *
                    lac_split_train_rows(split, data, t->config.rows);
    *seconds = visits / b->images_per_second +
               lac_split_holdout_rows(split) / b->predict_images_per_second;
    lac_bench_result_free(&b);
    return LAC_OK;
}

static lac_status print_estimate(lac_context *ctx, const lac_data *data, const lac_split *split,
                                 const plan *p)
{
    double epoch[RECIPES] = {0}, total = 0;
    char text[24];
    lac_status status = LAC_OK;
    printf("%-24s %10s %14s %12s\n", "training", "done", "an epoch", "left");
    for (int i = 0; i < p->count && status == LAC_OK; i++) {
        const task *t = &p->task[i];
        int kind = (int)(t->recipe - recipes), done = epochs_done(ctx, t);
        int left = t->config.epochs > done ? t->config.epochs - done : 0;
        if (left && epoch[kind] == 0)
            status = measure(ctx, data, split, t, &epoch[kind]);
        if (status == LAC_OK && stop_is_asked())
            status = LAC_STOPPED;
        if (status != LAC_OK)
            break;
        char each[32] = "-";
        if (epoch[kind] > 0)
            snprintf(each, sizeof each, "%.1f s", epoch[kind]);
        const char *name = strrchr(t->run, '/') + 1;
        printf("%-24s %4d of %-5d %10s %12s\n", name, done, t->config.epochs, each,
               duration_text(left * epoch[kind], text));
        fflush(stdout);
        total += left * epoch[kind];
    }
    if (status == LAC_OK && total > 0)
        printf("about %s in all (hours:minutes:seconds), from %d steps of each measured now\n",
               duration_text(total, text), MEASURED_STEPS);
    else if (status == LAC_OK)
        printf("nothing is left to train\n");
    return status;
}

/* ---- Training ------------------------------------------------------------------------------ */

static lac_status train(lac_context *ctx, const lac_data *data, const task *t)
{
    lac_trainer *trainer;
    display d = DISPLAY_START;
    lac_status status = lac_trainer_open(ctx, data, &t->config, t->run, &trainer);
    if (status != LAC_OK)
        return status;
    int done = lac_model_epoch(lac_trainer_model(trainer));
    printf("\n%s: epoch %d of %d\n", t->run, done, t->config.epochs);
    if (done < t->config.epochs) {
        progress_head();
        status = lac_trainer_run(trainer, t->run, progress_show, &d);
        progress_clear();
    }
    lac_trainer_free(&trainer);
    return status == LAC_OK && stop_is_asked() ? LAC_STOPPED : status;
}

static int write_report(lac_context *ctx, const lac_data *data, const reproduce_options *o,
                        const plan *p)
{
    char *out = path_of(o->out, "report");
    const char **runs = need((size_t)p->count, sizeof *runs);
    for (int i = 0; i < p->count; i++)
        runs[i] = p->task[i].run;
    report_job job = {.runs = runs, .count = p->count, .data_path = o->data, .out = out};
    printf("\n");
    int code = report_write(ctx, &job, data);
    free(runs);
    free(out);
    return code;
}

static lac_status train_all(lac_context *ctx, const lac_data *data, const lac_split *split,
                            const plan *p)
{
    lac_status status = print_estimate(ctx, data, split, p);
    for (int i = 0; i < p->count && status == LAC_OK; i++)
        status = train(ctx, data, &p->task[i]);
    return status;
}

static int reproduce(const reproduce_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_split *split = NULL;
    plan p = {0};
    int code, fits = 0;
    signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, o->data, LAC_TABLE_TRAINING, &o->config, &data);
    make_plan(o, &p);
    if (status == LAC_OK)
        status = lac_split_make(ctx, data, o->config.holdout, p.task[0].config.split_seed, &split);
    if (status == LAC_OK)
        fits = complete_rows_suffice(data, split, &p);
    if (fits) {
        base_print(&o->base);
        mkdir(o->out, 0777); /* a failure shows when the first run is made in it */
        signals_stop();
        status = train_all(ctx, data, split, &p);
    }
    if (status == LAC_STOPPED) {
        fprintf(stderr, "lacuna: stopped and saved in %s; the same command goes on\n", o->out);
        code = stop_code();
    } else if (status == LAC_OK) {
        code = fits ? write_report(ctx, data, o, &p) : CODE_FAILED;
    } else {
        code = report(ctx, status);
    }
    for (int i = 0; i < p.count; i++)
        free(p.task[i].run);
    free(p.task);
    lac_split_free(&split);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

static int is_offered(const lac_field *f)
{
    return setting_is(f, "epochs even_batches precision ema holdout missing outside pairs");
}

int verb_reproduce(int argc, char **argv)
{
    reproduce_options o = {.seeds = 1};
    o.base = base_usual("paper", &o.config);
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "training table: a folder, a CSV file, an archive or -; IdLookupTable.csv "
                  "beside it gives the test-weighted RMSE, which compares with the paper's"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder made if missing: a run folder for every training, and report/"},
        {.type = OPTION_INT, .name = "seeds", .value = &o.seeds, .unit = "K",
         .about = "trainings of every model, with seeds 1 to K and the same hold-out", .min = 1,
         .max = 100},
        {.type = OPTION_TEXT, .name = "models", .value = &o.models, .unit = "LIST",
         .about = "which of cnn-plain,cnn-masked,resnet-masked (default: all)"},
        BASE_OPTIONS(o.base),
        SETTINGS(settings, setting_options(&o.config, is_offered, settings)),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "reproduce",
        .usage = "lacuna reproduce --data P --out DIR [options]",
        .about = "Trains the models of the paper's table II with the settings of its table I, "
                 "all with the same hold-out: cnn-plain (complete rows, plain squared error), "
                 "cnn-masked and resnet-masked (all rows, masked loss); then writes the report. "
                 "Says first about how long it takes. Network, rows, loss and seeds are the "
                 "table's whatever --preset or --config says.\n"
                 "Ctrl-C saves; the same command goes on, and may ask for more epochs or seeds. "
                 "'lacuna report' draws what there is at any time.",
        .examples = "  lacuna reproduce --data kaggle --out paper\n"
                    "  lacuna reproduce --data kaggle --out quick --epochs 30 \\\n"
                    "      --models cnn-masked,resnet-masked\n"
                    "  lacuna report paper/cnn-plain paper/cnn-masked --data kaggle --out half",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON && o.models)
        code = check_list(&c, o.models);
    if (code == CODE_GO_ON)
        code = base_take(&c, &o.base, &o.machine, &o.config);
    if (code == CODE_GO_ON && o.config.holdout == 0)
        code = options_misuse(&c, "--holdout needs a number above 0: the models are measured on "
                                  "what is held out");
    return code == CODE_GO_ON ? reproduce(&o) : code;
}
