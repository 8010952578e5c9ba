/*
 * lacuna train: starts a run or goes on with one, and shows how it goes.
 */
#include "cli.h"
#include "progress.h"
#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char usual_preset[] = "fast"; /* what a run starts from when nothing is said */

typedef struct train_options {
    const char *data;
    const char *out;
    int resume;
    settings_base base;
    lac_train_config config;
    machine_options machine;
} train_options;

/* ---- What is printed before and after --------------------------------------------------- */

static void print_data_line(const char *path, const lac_data *data, const lac_split *split)
{
    int complete = 0, rows = lac_data_rows(data), points = lac_data_points(data);
    for (int row = 0; row < rows; row++)
        complete += lac_data_row_is_complete(data, row);
    printf("data     %s: %d pictures of %dx%d, %d point%s\n", path, rows, lac_data_size(data),
           lac_data_size(data), points, points == 1 ? "" : "s");
    printf("         %d with every label, %d held out\n", complete, lac_split_holdout_rows(split));
}

static void print_dropped(const lac_train_config *config, const lac_trainer *trainer)
{
    const lac_dropped d = lac_trainer_dropped(trainer);
    if (!config->drop[0])
        return;
    printf("dropped  %d row%s and %d point%s of other rows, by %s\n", d.rows,
           d.rows == 1 ? "" : "s", d.points, d.points == 1 ? "" : "s", config->drop);
    if (d.held_out)
        printf("         %d row%s of the list %s held out and measured all the same\n", d.held_out,
               d.held_out == 1 ? "" : "s", d.held_out == 1 ? "is" : "are");
}

static void print_machine(const lac_context *ctx, const machine_options *m,
                          const lac_train_config *config)
{
    char precision[LAC_SETTING];
    int threads = lac_context_threads(ctx);
    printf("machine  ");
    if (m->comm)
        printf("%d ranks, each of ", m->comm->size);
    printf("%d thread%s, %s, %s\n\n", threads, threads == 1 ? "" : "s",
           lac_cpu_name(lac_context_cpu(ctx)), setting_text(config, "precision", precision));
}

static lac_status print_start(lac_context *ctx, const train_options *o, const lac_data *data,
                              const lac_trainer *trainer)
{
    const lac_train_config *config = lac_trainer_config(trainer);
    lac_layer *layers;
    int count;
    lac_status status = lac_model_layers(lac_trainer_model(trainer), &layers, &count);
    if (status != LAC_OK)
        return status;
    print_data_line(o->data, data, lac_trainer_split(trainer));
    if (config->mirror) {
        printf("%9s", "");
        print_model_partners(lac_trainer_model(trainer),
                             o->resume ? "of the run" : partners_by(data));
    }
    print_dropped(config, trainer);
    if (!o->resume)
        base_print(&o->base);
    settings_print(config);
    print_machine(ctx, &o->machine, config);
    print_layers(layers, count);
    free(layers);
    return LAC_OK;
}

/* The command that goes on with this run on this machine. */
static void print_resume_command(const command *c, const train_options *o)
{
    fprintf(stderr, "  lacuna train --data ");
    print_quoted(stderr, o->data);
    fprintf(stderr, " --out ");
    print_quoted(stderr, o->out);
    fprintf(stderr, " --resume");
    if (options_given(c, "ranks"))
        fprintf(stderr, " --ranks %d", o->machine.ranks);
    if (options_given(c, "threads"))
        fprintf(stderr, " --threads %d", o->machine.threads);
    if (options_given(c, "cpu"))
        fprintf(stderr, " --cpu %s", cpu_choices[o->machine.cpu]);
    fprintf(stderr, "\n");
}

/* Why it ended, unless that was the last epoch. */
static void print_reason(const display *d, const lac_trainer *trainer)
{
    const lac_train_config *config = lac_trainer_config(trainer);
    int epoch = lac_model_epoch(lac_trainer_model(trainer));
    lac_end end = lac_trainer_end(trainer);
    if (d->epochs == 0)
        printf("nothing to do: the run stands at epoch %d of %d; --epochs N adds more\n", epoch,
               config->epochs);
    if (end == LAC_END_UNTIL)
        printf("the hold-out has come to %g px (--until) after %d of %d epochs\n", config->until,
               epoch, config->epochs);
    else if (end == LAC_END_PATIENCE)
        printf("no new lowest figure of the hold-out in %d epochs (--patience) after %d of %d "
               "epochs\n", config->patience, epoch, config->epochs);
    else if (end == LAC_END_MINUTES)
        printf("the time is up (--minutes %g) after %d of %d epochs\n", config->minutes, epoch,
               config->epochs);
}

/* What was learned of the mirror's axis. */
static void print_aside(const lac_trainer *trainer)
{
    const lac_train_config *config = lac_trainer_config(trainer);
    const lac_model *model = lac_trainer_model(trainer);
    int sources = lac_model_sources(model);
    if (!config->mirror || config->mirror_axis != LAC_MIRROR_AXIS_LEARNED)
        return;
    printf("mirror axis: labels lie");
    for (int s = 0; s < sources; s++) {
        double aside = lac_model_aside(model, s);
        printf("%s %.2f px %s", s ? "," : "", fabs(aside), aside < 0 ? "left" : "right");
        if (sources > 1)
            printf(" (source %d)", s + 1);
    }
    printf("\n");
}

static void print_end(const train_options *o, const display *d, const lac_trainer *trainer)
{
    int epoch = lac_model_epoch(lac_trainer_model(trainer));
    printf("\n");
    print_reason(d, trainer);
    if (d->best_epoch)
        printf("lowest hold-out RMSE of these epochs: %.3f px, epoch %d\n", d->best_rmse,
               d->best_epoch);
    print_aside(trainer);
    printf("%s holds the model of epoch %d; next:\n  lacuna eval --model ", o->out, epoch);
    print_quoted(stdout, o->out);
    printf(" --data ");
    print_quoted(stdout, o->data);
    printf("%s\n", lac_split_holdout_rows(lac_trainer_split(trainer)) ? "" : " --split all");
}

/* Going on repeats what happened: a run keeps its settings. */
static void print_way_out(const train_options *o)
{
    fprintf(stderr, "lacuna: %s keeps the last good state, which leads here again; start another "
                    "run with a smaller --lr or --start he, and look at the data with "
                    "'lacuna data'\n", o->out);
}

static int finish(const command *c, const train_options *o, const display *d, lac_context *ctx,
                  const lac_trainer *trainer, lac_status status)
{
    if (status == LAC_OK) {
        print_end(o, d, trainer);
        return CODE_DONE;
    }
    if (status == LAC_STOPPED) {
        fprintf(stderr, "lacuna: stopped and saved in %s; to go on:\n", o->out);
        print_resume_command(c, o);
        return stop_code();
    }
    report(ctx, status);
    if (status == LAC_ERROR_NUMERIC)
        print_way_out(o);
    return CODE_FAILED;
}

/* ---- The verb ------------------------------------------------------------------------------ */

/* A run that is gone on with reads its table as its state says, or, where it was ended before it
 * had one, its config.json. */
static lac_status find_settings(lac_context *ctx, const train_options *o, lac_train_config *config)
{
    lac_model *model = NULL;
    lac_status status = lac_model_load(ctx, o->out, &model);
    if (model)
        status = table_settings(model, config);
    else if (status == LAC_ERROR_IO)
        status = lac_train_read(ctx, o->out, config);
    lac_model_free(&model);
    return status;
}

/* Of several ranks the first reads, and hands out. */
static lac_status open_data(lac_context *ctx, const train_options *o, lac_data **data)
{
    lac_train_config config = o->config;
    lac_status status = LAC_OK;
    if (o->resume && ranks_is_first(&o->machine))
        status = find_settings(ctx, o, &config);
    status = lac_context_agree(ctx, status);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, o->data, LAC_TABLE_TRAINING, &config, data);
    return status;
}

static lac_status prepare(lac_context *ctx, train_options *o, const lac_data *data,
                          lac_trainer **trainer)
{
    if (o->resume)
        return lac_trainer_resume(ctx, data, o->out, o->config.epochs, trainer);
    return lac_trainer_new(ctx, data, &o->config, trainer);
}

static int train(const command *c, train_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_trainer *trainer = NULL;
    display d = DISPLAY_START;

    lac_status status = machine_open(&o->machine, &ctx);
    status = ranks_meet(&o->machine, ctx, status);
    if (status == LAC_OK)
        status = open_data(ctx, o, &data);
    if (status == LAC_OK)
        status = prepare(ctx, o, data, &trainer);
    if (status == LAC_OK)
        status = lac_context_agree(ctx, print_start(ctx, o, data, trainer));
    if (status == LAC_OK) {
        signals_stop();
        progress_head();
        status = lac_trainer_run(trainer, o->out, progress_show, &d);
        progress_clear();
    }
    int code = finish(c, o, &d, ctx, trainer, status);
    lac_trainer_free(&trainer);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

/* A resumed run keeps its settings: refuses options that would say otherwise. */
static int check_resume(const command *c)
{
    const option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        if (o->given && ((o->type == OPTION_SETTING && !setting_is(o->field, "epochs")) ||
                         strcmp(o->name, "preset") == 0 || strcmp(o->name, "config") == 0))
            return options_misuse(c, "--%s does not go with --resume: a run keeps its settings",
                                  o->name);
    return CODE_GO_ON;
}

int verb_train(int argc, char **argv)
{
    train_options o = {0};
    lac_train_config *config = &o.config;
    o.base = base_usual(usual_preset, config);
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "training table: a folder with training.csv or training.zip, a CSV file, an "
                  "archive, or - for standard input; IdLookupTable.csv beside the table gives the "
                  "test-weighted RMSE"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "RUN",
         .files = FILES_WRITTEN, .inside = "config.json", .required = 1,
         .about = "folder of the run, made if missing: config.json, metrics.csv, "
                  "last.safetensors, best.safetensors"},
        {.type = OPTION_FLAG, .name = "resume", .value = &o.resume,
         .about = "go on with the run in RUN as if it had never stopped; takes only --epochs "
                  "(a new last epoch, in place of --until and --patience), --threads, --cpu and "
                  "--ranks besides"},
        BASE_OPTIONS(o.base),
        SETTINGS(settings, setting_options(config, NULL, settings)),
        MACHINE_OPTIONS(o.machine),
        RANKS_OPTION(o.machine),
    };
    const command c = {
        .name = "train",
        .usage = "lacuna train --data P --out RUN [options]\n"
                 "lacuna train --data P --out RUN --resume [--epochs N]",
        .about = "Learns keypoints from a table in which labels may be missing, and writes the "
                 "run into a folder. Prints the network's layers, then a line after every "
                 "epoch: images a second, training loss, RMSE on the hold-out, RMSE weighted as "
                 "the test set, time left.\n"
                 "Ctrl-C, or a lost connection, finishes the step, saves, and prints the command "
                 "that goes on; a second Ctrl-C ends at once. Either way the exit code is 130 "
                 "(SIGHUP: 129, SIGTERM: 143).",
        .examples = "  lacuna train --data kaggle --out run\n"
                    "  lacuna train --data kaggle --out paper --preset paper --epochs 60\n"
                    "  lacuna train --data kaggle --out again --config run --seed 2\n"
                    "  lacuna train --data kaggle --out quick --minutes 10 --lr 3e-4\n"
                    "  lacuna train --data kaggle --out run --resume --epochs 100\n"
                    "  mpirun -n 4 lacuna train --data kaggle --out run",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON && o.resume)
        code = check_resume(&c);
    if (code != CODE_GO_ON)
        return code;
    if (!o.resume)
        code = base_take(&c, &o.base, &o.machine, config);
    else if (!options_given(&c, "epochs"))
        config->epochs = 0;
    if (code == CODE_GO_ON)
        code = ranks_open(&c, &o.machine);
    if (code != CODE_GO_ON)
        return code;
    code = train(&c, &o);
    ranks_close(&o.machine);
    return code;
}
