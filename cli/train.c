/*
 * lacuna train: starts a run or goes on with one, and shows how it goes.
 */
#include "cli.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const rows_choices[] = {"all", "complete", NULL};        /* as lac_rows */
static const char *const loss_choices[] = {"masked", "plain", NULL};        /* as lac_loss */
static const char *const reduction_choices[] = {"all", "present", NULL};    /* as lac_reduction */
static const char *const optimizer_choices[] = {"adam", "adamw", NULL};     /* as lac_optimizer */
static const char *const start_choices[] = {"normal", "he", NULL};          /* as lac_start */

/* Options that a resumed run takes; everything else stands in the run's config.json. */
static const char *const resume_options[] = {"data", "out", "resume", "epochs", "threads", "cpu"};

typedef struct train_options {
    const char *data;
    const char *out;
    int resume, no_mirror;
    int model, rows, loss, reduction, optimizer, start, precision;
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

static void print_settings(const lac_context *ctx, const lac_train_config *c)
{
    printf("run      %s, %d epoch%s, batch %d, %s, lr %g, decay %g, dropout %g\n", c->model,
           c->epochs, c->epochs == 1 ? "" : "s", c->batch, optimizer_choices[c->optimizer], c->lr,
           c->weight_decay, c->dropout);
    printf("         rows %s, loss %s, reduction %s, start %s, mirror %s, seed %llu\n",
           rows_choices[c->rows], loss_choices[c->loss], reduction_choices[c->reduction],
           start_choices[c->start], c->mirror ? "on" : "off", (unsigned long long)c->seed);
    int threads = lac_context_threads(ctx);
    printf("machine  %d thread%s, %s, %s\n\n", threads, threads == 1 ? "" : "s",
           lac_cpu_name(lac_context_cpu(ctx)), precision_choices[c->precision]);
}

static lac_status print_start(lac_context *ctx, const train_options *o, const lac_data *data,
                              const lac_trainer *trainer)
{
    const lac_train_config *config = lac_trainer_config(trainer);
    lac_layer *layers;
    int count;
    lac_status status = lac_model_layers(ctx, config->model, lac_data_size(data),
                                         lac_data_points(data), &layers, &count);
    if (status != LAC_OK)
        return status;
    print_data_line(o->data, data, lac_trainer_split(trainer));
    print_settings(ctx, config);
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
    if (options_given(c, "threads"))
        fprintf(stderr, " --threads %d", o->machine.threads);
    if (options_given(c, "cpu"))
        fprintf(stderr, " --cpu %s", cpu_choices[o->machine.cpu]);
    fprintf(stderr, "\n");
}

static void print_end(const train_options *o, const display *d, const lac_trainer *trainer)
{
    const lac_train_config *config = lac_trainer_config(trainer);
    int epoch = lac_model_epoch(lac_trainer_model(trainer));
    printf("\n");
    if (epoch < config->epochs)
        printf("the time is up (--minutes %g) after %d of %d epochs\n", config->minutes, epoch,
               config->epochs);
    else if (d->epochs == 0)
        printf("nothing to do: the run stands at epoch %d of %d; --epochs N adds more\n", epoch,
               config->epochs);
    if (d->best_epoch)
        printf("lowest hold-out RMSE of these epochs: %.3f px, epoch %d\n", d->best_rmse,
               d->best_epoch);
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
        return CODE_DONE;
    }
    report(ctx, status);
    if (status == LAC_ERROR_NUMERIC)
        print_way_out(o);
    return CODE_FAILED;
}

/* ---- The verb ------------------------------------------------------------------------------ */

static lac_status prepare(lac_context *ctx, train_options *o, const lac_data *data,
                          lac_trainer **trainer)
{
    if (o->resume)
        return lac_trainer_resume(ctx, data, o->out, o->config.epochs, trainer);
    o->config.model = model_choices[o->model];
    o->config.rows = (lac_rows)o->rows;
    o->config.loss = (lac_loss)o->loss;
    o->config.reduction = (lac_reduction)o->reduction;
    o->config.optimizer = (lac_optimizer)o->optimizer;
    o->config.start = (lac_start)o->start;
    o->config.precision = (lac_precision)o->precision;
    o->config.mirror = !o->no_mirror;
    return lac_trainer_new(ctx, data, &o->config, trainer);
}

static int train(const command *c, train_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_trainer *trainer = NULL;
    display d = DISPLAY_START;

    signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_TRAINING, &data);
    if (status == LAC_OK)
        status = prepare(ctx, o, data, &trainer);
    if (status == LAC_OK)
        status = print_start(ctx, o, data, trainer);
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
    for (int i = 0; i < c->count; i++) {
        int is_allowed = !c->options[i].given;
        for (size_t j = 0; j < sizeof resume_options / sizeof resume_options[0]; j++)
            is_allowed |= strcmp(c->options[i].name, resume_options[j]) == 0;
        if (!is_allowed)
            return options_misuse(c, "--%s does not go with --resume: a run keeps its settings",
                                  c->options[i].name);
    }
    return CODE_GO_ON;
}

int verb_train(int argc, char **argv)
{
    train_options o = {.config = lac_train_config_default()};
    lac_train_config *config = &o.config;
    o.model = choice_of(model_choices, config->model);
    o.rows = config->rows;
    o.loss = config->loss;
    o.reduction = config->reduction;
    o.optimizer = config->optimizer;
    o.start = config->start;
    o.precision = config->precision;
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .required = 1,
         .about = "training table: a folder with training.csv or training.zip, a CSV file or a "
                  "zip; IdLookupTable.csv in the folder gives the test-weighted RMSE"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "RUN", .required = 1,
         .about = "folder of the run, made if missing: config.json, metrics.csv, "
                  "last.safetensors, best.safetensors"},
        {.type = OPTION_FLAG, .name = "resume", .value = &o.resume,
         .about = "go on with the run in RUN as if it had never stopped; takes only --epochs "
                  "(a new last epoch), --threads and --cpu besides"},
        {.type = OPTION_CHOICE, .name = "model", .value = &o.model, .choices = model_choices,
         .about = "the network; 'lacuna layers --model NAME' shows it"},
        {.type = OPTION_CHOICE, .name = "rows", .value = &o.rows, .choices = rows_choices,
         .about = "training rows: all, or only those with every label; the hold-out keeps all "
                  "its rows"},
        {.type = OPTION_CHOICE, .name = "loss", .value = &o.loss, .choices = loss_choices,
         .about = "squared error of present labels (eq. 3 to 6), or plain, which needs complete "
                  "rows: --rows complete"},
        {.type = OPTION_CHOICE, .name = "reduction", .value = &o.reduction,
         .choices = reduction_choices,
         .about = "divide the loss by all labels of the batch, as the paper, or by the present "
                  "ones"},
        {.type = OPTION_CHOICE, .name = "optimizer", .value = &o.optimizer,
         .choices = optimizer_choices,
         .about = "adam adds the decay to the gradient, adamw keeps it apart"},
        {.type = OPTION_CHOICE, .name = "start", .value = &o.start, .choices = start_choices,
         .about = "first weights from N(0, width), or from He's N(0, sqrt(2 / fan in))"},
        {.type = OPTION_NUMBER, .name = "start-width", .value = &config->start_width, .unit = "X",
         .about = "deviation of the normal start", .max = INFINITY, .above = 1},
        {.type = OPTION_CHOICE, .name = "precision", .value = &o.precision,
         .choices = precision_choices,
         .about = "bf16 is faster and stores half as much; weights, statistics and Adam stay "
                  "float32; needs a processor with AVX512-BF16"},
        {.type = OPTION_INT, .name = "epochs", .value = &config->epochs, .unit = "N",
         .about = "visits of every row and its mirror image", .min = 1, .max = 1000000},
        {.type = OPTION_INT, .name = "batch", .value = &config->batch, .unit = "N",
         .about = "pictures in a step", .min = 1, .max = 65536},
        {.type = OPTION_NUMBER, .name = "lr", .value = &config->lr, .unit = "X",
         .about = "step size of Adam", .max = INFINITY, .above = 1},
        {.type = OPTION_NUMBER, .name = "weight-decay", .value = &config->weight_decay,
         .unit = "X", .about = "L2 term on every parameter", .max = INFINITY},
        {.type = OPTION_NUMBER, .name = "dropout", .value = &config->dropout, .unit = "X",
         .about = "share of the hidden dense layer dropped in a step", .max = 1, .below = 1},
        {.type = OPTION_FLAG, .name = "no-mirror", .value = &o.no_mirror,
         .about = "leave the mirror images out"},
        {.type = OPTION_NUMBER, .name = "holdout", .value = &config->holdout, .unit = "F",
         .about = "share of the rows kept from training to measure on", .max = 1, .below = 1},
        {.type = OPTION_U64, .name = "seed", .value = &config->seed, .unit = "N",
         .about = "of hold-out, first weights, order and dropout: same seed, same result"},
        {.type = OPTION_U64, .name = "split-seed", .value = &config->split_seed, .unit = "N",
         .about = "of the hold-out alone: other seeds, same hold-out", .zero = "that of --seed"},
        {.type = OPTION_NUMBER, .name = "minutes", .value = &config->minutes, .unit = "M",
         .about = "stop after this much training", .zero = "no limit", .max = INFINITY},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "train",
        .usage = "lacuna train --data P --out RUN [options]\n"
                 "lacuna train --data P --out RUN --resume [--epochs N]",
        .about = "Learns keypoints from a table in which labels may be missing, and writes the "
                 "run into a folder. The defaults are the paper's. Prints the network's layers, "
                 "then a line after every epoch: images a second, training loss, RMSE on the "
                 "hold-out, RMSE weighted as the test set, time left.\n"
                 "Ctrl-C finishes the step, saves, and prints the command that goes on; a "
                 "second one ends at once.",
        .examples = "  lacuna train --data kaggle --out run --epochs 60\n"
                    "  lacuna train --data kaggle --out quick --minutes 10 --lr 3e-4\n"
                    "  lacuna train --data kaggle --out run --resume --epochs 100",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON && o.resume)
        code = check_resume(&c);
    if (code != CODE_GO_ON)
        return code;
    if (o.resume && !options_given(&c, "epochs"))
        config->epochs = 0;
    return train(&c, &o);
}
