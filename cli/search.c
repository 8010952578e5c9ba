/*
 * lacuna search: random search for settings.
 *
 * The table on stdout gains a line whenever a trial has come to the end of a round; at the
 * end all trials are listed, best first.
 */
#include "cli.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>

typedef struct search_options {
    const char *data;
    const char *out;
    int model, precision;
    lac_search_config config;
    machine_options machine;
} search_options;

typedef struct search_view {
    display line;
    char before[48];
} search_view;

static void print_head(void)
{
    printf("\n%5s  %6s  %8s  %9s  %9s  %5s  %5s  %7s  %s\n", "trial", "epochs", "RMSE px", "lr",
           "decay", "batch", "width", "dropout", "reduction");
}

static void print_trial(const lac_trial *t)
{
    static const char *const states[] = {"", "", ", failed"};
    const lac_train_config *c = &t->config;
    char rmse[24];
    printf("%5d  %6d  %8s  %9.3g  %9.3g  %5d  %5g  %7g  %s%s\n", t->number, t->epochs,
           number_text(t->rmse, 3, rmse), c->lr, c->weight_decay, c->batch, c->start_width,
           c->dropout, c->reduction == LAC_REDUCTION_ALL ? "all" : "present", states[t->state]);
    fflush(stdout);
}

static int show(void *user, const lac_search_progress *p)
{
    search_view *v = user;
    const lac_trial *t = &p->trial[p->current];
    if (p->training) {
        snprintf(v->before, sizeof v->before, "trial %d of %d, ", t->number, p->trials);
        progress_step(&v->line, p->training);
    } else {
        progress_clear();
        print_trial(t);
    }
    return stop_is_asked();
}

static void print_settings(const search_options *o)
{
    const lac_search_config *c = &o->config;
    printf("%d trials of %s, %s, of %d epoch%s at most\n", c->trials, c->base.model,
           c->no_halving ? "all to the end" : "the worse half stopped in every round", c->epochs,
           c->epochs == 1 ? "" : "s");
    printf("the hold-out is set aside; errors are those of %g of the training rows\n",
           c->validation);
}

/* The settings of the best trial as a training. */
static void print_best(const search_options *o, const lac_trial *t)
{
    const lac_train_config *c = &t->config;
    printf("\nto train with the best settings:\n  lacuna train --data ");
    print_quoted(stdout, o->data);
    printf(" --out best --model %s --lr %g --weight-decay %g --batch %d --start-width %g "
           "--dropout %g --reduction %s", o->config.base.model, c->lr, c->weight_decay, c->batch,
           c->start_width, c->dropout, c->reduction == LAC_REDUCTION_ALL ? "all" : "present");
    if (o->precision)
        printf(" --precision %s", precision_choices[o->precision]);
    if (o->config.base.holdout != lac_train_config_default().holdout)
        printf(" --holdout %g", o->config.base.holdout);
    if (o->config.base.split_seed)
        printf(" --split-seed %llu", (unsigned long long)o->config.base.split_seed);
    printf("\n");
}

static lac_status print_outcome(lac_context *ctx, const search_options *o)
{
    lac_trial *trials;
    int count;
    lac_status status = lac_search_read(ctx, o->out, &trials, &count);
    if (status != LAC_OK)
        return status;
    printf("\nbest first:");
    print_head();
    for (int i = 0; i < count; i++)
        print_trial(&trials[i]);
    if (count > 0 && trials[0].state != LAC_TRIAL_FAILED)
        print_best(o, &trials[0]);
    free(trials);
    return LAC_OK;
}

static int search(const search_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    search_view view = {.line = DISPLAY_START};
    view.line.before = view.before;
    signals_watch();
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_TRAINING, &data);
    if (status == LAC_OK) {
        print_settings(o);
        print_head();
        signals_stop();
        status = lac_search_run(ctx, data, &o->config, o->out, show, &view);
        progress_clear();
    }
    if (status == LAC_OK)
        status = print_outcome(ctx, o);
    int code = CODE_DONE;
    if (status == LAC_STOPPED)
        fprintf(stderr, "lacuna: stopped and saved in %s; the same command goes on\n", o->out);
    else
        code = report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_search(int argc, char **argv)
{
    search_options o = {.config = lac_search_config_default()};
    lac_search_config *config = &o.config;
    o.model = choice_of(model_choices, config->base.model);
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .required = 1,
         .about = "training table: a folder, a CSV file or a zip"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "DIR", .required = 1,
         .about = "folder of the search, made if missing: trials.csv, and a run folder for every "
                  "trial"},
        {.type = OPTION_INT, .name = "trials", .value = &config->trials, .unit = "N",
         .about = "settings to try", .min = 1, .max = 100000},
        {.type = OPTION_INT, .name = "epochs", .value = &config->epochs, .unit = "E",
         .about = "epochs of a trial that goes to the end", .min = 1, .max = 1000000},
        {.type = OPTION_FLAG, .name = "no-halving", .value = &config->no_halving,
         .about = "train every trial to the end"},
        {.type = OPTION_CHOICE, .name = "model", .value = &o.model, .choices = model_choices,
         .about = "the network"},
        {.type = OPTION_CHOICE, .name = "precision", .value = &o.precision,
         .choices = precision_choices,
         .about = "of the training, as in train"},
        {.type = OPTION_NUMBER, .name = "validation", .value = &config->validation, .unit = "F",
         .about = "share of the training rows to measure on", .max = 1, .above = 1, .below = 1},
        {.type = OPTION_NUMBER, .name = "holdout", .value = &config->base.holdout, .unit = "F",
         .about = "share of all rows set aside, as in train; never looked at", .max = 1,
         .below = 1},
        {.type = OPTION_U64, .name = "split-seed", .value = &config->base.split_seed, .unit = "N",
         .about = "of the hold-out, as in train", .zero = "1"},
        {.type = OPTION_U64, .name = "seed", .value = &config->seed, .unit = "N",
         .about = "of the settings drawn"},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "search",
        .usage = "lacuna search --data P --out DIR [--trials N] [--epochs E] [options]",
        .about = "Random search: learning rate (1e-5 to 1e-2) and weight decay (1e-6 to 1e-2) "
                 "are drawn log-uniformly; batch (32, 64, 128, 256), width of the start (0.01, "
                 "0.02, 0.05, 0.1), dropout (0, 0.25, 0.5, 0.75) and reduction (all, present) "
                 "evenly.\n"
                 "The hold-out decides nothing: it is set aside as train does, and trials are "
                 "measured on validation rows split off the rest by the same rules. All trials "
                 "train for a few epochs, the better half goes on for twice as many, and so "
                 "on.\n"
                 "Ctrl-C saves; the same command goes on, and may ask for more trials. "
                 "'lacuna report DIR' draws the search.",
        .examples = "  lacuna search --data kaggle --out search --trials 16 --epochs 16\n"
                    "  lacuna report search --data kaggle --out report",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code != CODE_GO_ON)
        return code;
    config->base.model = model_choices[o.model];
    config->base.precision = (lac_precision)o.precision;
    return search(&o);
}
