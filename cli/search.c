/*
 * lacuna search: random search for settings.
 *
 * The table on stdout gains a line whenever a trial has come to the end of a round; at the
 * end all trials are listed, best first.
 */
#include "cli.h"
#include "progress.h"
#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct search_options {
    const char *data;
    const char *out;
    int trial; /* trains this one alone; all: 0 */
    settings_base base;
    lac_search_config config;
    machine_options machine;
} search_options;

typedef struct search_view {
    display line;
    char before[48];
    int done; /* trials that have come to the end of a round */
} search_view;

enum { WIDTH = 8 }; /* of a setting's column, at least */

static void print_head(void)
{
    printf("\n%5s  %6s  %8s", "trial", "epochs", "RMSE px");
    for (int i = 0; lac_search_field(i); i++)
        printf("  %*s", WIDTH, lac_search_field(i)->name);
    printf("\n");
}

static void print_trial(const lac_trial *t)
{
    static const char *const states[] = {"", "", ", failed"};
    char rmse[24], value[LAC_SETTING];
    const lac_field *f;
    printf("%5d  %6d  %8s", t->number, t->epochs, number_text(t->rmse, 3, rmse));
    for (int i = 0; (f = lac_search_field(i)); i++) {
        int width = (int)strlen(f->name) > WIDTH ? (int)strlen(f->name) : WIDTH;
        printf("  %*s", width, setting_text(&t->config, f->name, value));
    }
    printf("%s\n", states[t->state]);
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
        v->done++;
    }
    return stop_is_asked();
}

/* The head with its one line, if there is one. */
static int show_one(void *user, const lac_search_progress *p)
{
    if (!p->training) {
        progress_clear();
        print_head();
    }
    return show(user, p);
}

static void print_settings(const search_options *o)
{
    const lac_search_config *c = &o->config;
    printf("%d trials of %s, %s, of %d epoch%s at most\n", c->trials, c->base.model,
           c->halving ? "the worse half stopped in every round" : "all to the end", c->epochs,
           c->epochs == 1 ? "" : "s");
    printf("the hold-out is set aside; errors are those of %g of the training rows\n",
           c->validation);
}

/* The settings of the best trial as a training: what was drawn, and what else the preset has
 * otherwise. */
static void print_best(const search_options *o, const lac_trial *t)
{
    const char *preset = lac_preset_names()[o->base.preset];
    lac_train_config usual, best = o->config.base;
    char value[LAC_SETTING], other[LAC_SETTING];
    int count;
    const lac_field *fields = lac_train_fields(&count);
    printf("\nto train with the best settings:\n  lacuna train --data ");
    print_quoted(stdout, o->data);
    printf(" --out best --preset %s", preset);
    need_preset(preset, &usual);
    best.start = LAC_START_NORMAL; /* which every trial has */
    for (const lac_field *f = fields; f < fields + count; f++) {
        if (f->draw.place)
            lac_train_set(NULL, &best, f->name, setting_text(&t->config, f->name, value));
        if (f->draw.place || strcmp(setting_text(&best, f->name, value),
                                    setting_text(&usual, f->name, other)) != 0)
            setting_print(f, &best);
    }
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

static lac_status train_all(lac_context *ctx, const search_options *o, const lac_data *data,
                            search_view *view)
{
    print_settings(o);
    print_head();
    signals_stop();
    lac_status status = lac_search_run(ctx, data, &o->config, o->out, show, view);
    progress_clear();
    if (status != LAC_OK)
        return status;
    return lac_context_agree(ctx, ranks_is_first(&o->machine) ? print_outcome(ctx, o) : LAC_OK);
}

static lac_status train_one(lac_context *ctx, const search_options *o, const lac_data *data,
                            search_view *view)
{
    signals_stop();
    lac_status status = lac_search_train(ctx, data, &o->config, o->trial, o->out, show_one, view);
    progress_clear();
    if (status == LAC_OK && !view->done)
        printf("nothing to do: trial %d is over, or waits for others of its round\n", o->trial);
    return status;
}

static int search(search_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    search_view view = {.line = DISPLAY_START};
    view.line.before = view.before;
    lac_status status = machine_open(&o->machine, &ctx);
    status = ranks_meet(&o->machine, ctx, status);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, o->data, LAC_TABLE_TRAINING, &o->config.base, &data);
    if (status == LAC_OK)
        status = (o->trial ? train_one : train_all)(ctx, o, data, &view);
    if (status == LAC_STOPPED)
        fprintf(stderr, "lacuna: stopped and saved in %s; the same command goes on\n", o->out);
    int code = status == LAC_STOPPED ? stop_code() : report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

/* What a search neither draws nor decides itself. */
static int is_offered(const lac_field *f)
{
    return !f->draw.place && !setting_is(f, "start epochs minutes until patience seed");
}

/* "batch (32, 64, 128, 256)", "learning rate (1e-05 to 0.01)". Returns the length. */
static size_t describe_draw(const lac_field *f, char *out, size_t size)
{
    const lac_draw *d = &f->draw;
    int count = d->count ? d->count : 2;
    size_t used = (size_t)snprintf(out, size, "%s (", d->title);
    for (int i = 0; i < count && used < size; i++) {
        const char *end = i + 1 == count ? ")" : d->count ? ", " : " to ";
        used += f->kind == LAC_FIELD_WORD
                    ? (size_t)snprintf(out + used, size - used, "%s%s",
                                       f->words[(int)d->value[i]], end)
                    : (size_t)snprintf(out + used, size - used, "%g%s", d->value[i], end);
    }
    return used < size ? used : size - 1;
}

/* What is drawn log-uniformly, or evenly, between commas. */
static void describe_drawn(int evenly, char *out, size_t size)
{
    const lac_field *f;
    size_t used = 0;
    for (int i = 0; (f = lac_search_field(i)); i++) {
        if ((f->draw.count > 0) != evenly || used + 3 > size)
            continue;
        used += (size_t)snprintf(out + used, size - used, "%s", used ? ", " : "");
        used += describe_draw(f, out + used, size - used);
    }
}

int verb_search(int argc, char **argv)
{
    search_options o = {.config = lac_search_config_default(), .machine = {.team = 1}};
    lac_search_config *config = &o.config;
    o.base = base_usual("paper", &config->base);
    char by_size[400] = "", evenly[400] = "", about[1600];
    describe_drawn(0, by_size, sizeof by_size);
    describe_drawn(1, evenly, sizeof evenly);
    snprintf(about, sizeof about, "Random search: a trial draws log-uniformly %s, and evenly %s.\n"
             "The hold-out decides nothing: it is set aside as train does, and trials are "
             "measured on validation rows split off the rest by the same rules. All trials train "
             "for a few epochs, the better half goes on for twice as many, and so on. What is "
             "not drawn is the preset's, but for the start, which is normal: its width is drawn.\n"
             "Ctrl-C saves; the same command goes on, with any number of ranks, and may ask for "
             "more trials. 'lacuna report DIR' draws the search.", by_size, evenly);
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "training table: a folder, a CSV file, an archive or -"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder of the search, made if missing: trials.csv, and a run folder for every "
                  "trial"},
        {.type = OPTION_INT, .name = "trials", .value = &config->trials, .unit = "N",
         .about = "settings to try", .min = 1, .max = 100000},
        {.type = OPTION_INT, .name = "trial", .value = &o.trial, .unit = "N", .zero = "all",
         .about = "train this trial alone, by all ranks, to the end of the round that trials.csv "
                  "tells, the first without one; several may be under way at a time, and the "
                  "command without it goes on from there",
         .min = 0, .max = 100000},
        {.type = OPTION_INT, .name = "epochs", .value = &config->epochs, .unit = "E",
         .about = "epochs of a trial that goes to the end", .min = 1, .max = 1000000},
        {.type = OPTION_FLAG, .name = "no-halving", .value = &config->halving,
         .about = "train every trial to the end"},
        {.type = OPTION_NUMBER, .name = "validation", .value = &config->validation, .unit = "F",
         .about = "share of the training rows to measure on", .max = 1, .above = 1, .below = 1},
        {.type = OPTION_U64, .name = "seed", .value = &config->seed, .unit = "N",
         .about = "of the settings drawn"},
        BASE_OPTIONS(o.base),
        SETTINGS(settings, setting_options(&config->base, is_offered, settings)),
        MACHINE_OPTIONS(o.machine),
        TEAM_OPTIONS(o.machine, "trial"),
    };
    const command c = {
        .name = "search",
        .usage = "lacuna search --data P --out DIR [--trials N] [--epochs E] [options]",
        .about = about,
        .examples = "  lacuna search --data kaggle --out search --trials 16 --epochs 16\n"
                    "  mpirun -n 8 lacuna search --data kaggle --out search --trials 16\n"
                    "  lacuna report search --data kaggle --out report",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON)
        code = base_take(&c, &o.base, &o.machine, &config->base);
    if (code == CODE_GO_ON && o.trial > config->trials)
        code = options_misuse(&c, "--trial %d: there are %d trials", o.trial, config->trials);
    if (code == CODE_GO_ON)
        code = ranks_open(&c, &o.machine);
    if (code != CODE_GO_ON)
        return code;
    code = search(&o);
    ranks_close(&o.machine);
    return code;
}
