/*
 * Random search (Bergstra and Bengio), with successive halving.
 *
 * What a trial draws is a function of the search's seed and its number. All that a search
 * knows stands in trials.csv, written anew whenever a trial has reached the end of a round;
 * what happens next follows from it, so that a search goes on as if it had never stopped. A
 * trial under way has its run folder. search.txt holds the settings, so that no folder mixes
 * two searches.
 */
#include "train/search.h"
#include "comm/comm.h"
#include "data/data.h"
#include "net/net.h"
#include "settings/config.h"
#include "train/history.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TRIALS = 100000 };

typedef struct search {
    lac_context *ctx;
    const lac_search_config *config;
    const char *dir;
    lac_data *data; /* the training rows */
    lac_trial *trial;
    int trials;
    int epochs;     /* the round's end */
    int current;
    lac_search_fn progress;
    void *user;
} search;

lac_search_config lac_search_config_default(void)
{
    return (lac_search_config){.base = lac_train_config_default(), .trials = 20, .epochs = 16,
                               .halving = 1, .validation = 0.2, .seed = 1};
}

/* ---- Drawing ------------------------------------------------------------------------------ */

/* A decimal of three digits: what a person reads is what was used. */
static double round_off(double value)
{
    char text[LAC_NUMBER];
    lac_number_read(lac_number_digits(value, 3, text), &value);
    return value;
}

static double draw(const lac_draw *d, double u)
{
    if (d->count)
        return d->value[(int)(u * d->count)];
    return round_off(d->value[0] * pow(d->value[1] / d->value[0], u));
}

static void draw_trial(const lac_search_config *c, int number, lac_trial *trial)
{
    const uint64_t stream = LAC_STREAM(LAC_STREAM_SEARCH) + (uint64_t)number;
    const lac_field *f;
    *trial = (lac_trial){.number = number, .rmse = NAN, .config = c->base};
    lac_train_config *config = &trial->config;
    for (int i = 0; (f = lac_search_field(i)); i++)
        lac_field_put(f, draw(&f->draw, lac_random_uniform(c->seed, stream, (uint64_t)i)), config);
    config->start = LAC_START_NORMAL; /* of which the width is drawn */
    config->holdout = c->validation;
    config->split_seed = 0;
    config->fold = 0;
    config->minutes = 0;
    config->until = 0;
    config->patience = 0; /* rounds end a trial */
}

/* ---- The folder ---------------------------------------------------------------------------- */

/* Three lines: how long it goes, its settings, its data. A search that goes on may change the
 * first. */
/* " network HASH" of a text that people may change behind its name; of one that ships, nothing. */
static lac_status network_text(const search *s, char out[32])
{
    const char *network = s->config->base.model;
    char *text;
    out[0] = '\0';
    for (const char *const *name = lac_network_names(); *name; name++)
        if (strcmp(*name, network) == 0)
            return LAC_OK;
    LAC_TRY(lac_network_text(s->ctx, network, &text));
    snprintf(out, 32, " network %016" PRIx64, lac_hash(0, text, strlen(text)));
    free(text);
    return LAC_OK;
}

static lac_status settings_text(const search *s, char **out)
{
    const lac_search_config *c = s->config;
    const lac_train_config usual = lac_train_config_default();
    lac_train_config kept = c->base; /* what neither is drawn nor the search's own */
    const lac_field *f;
    for (int i = 0; (f = lac_search_field(i)); i++)
        lac_field_read(f, f->usual, &kept);
    kept.start = usual.start;
    kept.epochs = usual.epochs;
    char validation[LAC_NUMBER], network[32];
    char *options;
    LAC_TRY(network_text(s, network));
    LAC_TRY(lac_config_options(s->ctx, &kept, &usual, &options));
    size_t room = strlen(options) + 200;
    lac_status status = lac_alloc(s->ctx, room, 1, out);
    if (status == LAC_OK)
        snprintf(*out, room, "--trials %d --epochs %d%s\n--validation %s --seed %" PRIu64
                 "%s\ndata %016" PRIx64 "%s\n", c->trials, c->epochs,
                 c->halving ? "" : " --no-halving", lac_number_text(c->validation, validation),
                 c->seed, options, s->data->fingerprint, network);
    free(options);
    return status;
}

static lac_status put_settings(const search *s, const char *path, const char *text)
{
    lac_file file;
    LAC_TRY(lac_file_create(s->ctx, path, &file));
    fputs(text, file.stream); /* commit reports a failed write */
    return lac_file_commit(s->ctx, &file);
}

static lac_status check_settings(const search *s, const char *path, const char *text)
{
    char *old;
    size_t size;
    LAC_TRY(lac_file_read(s->ctx, path, &old, &size));
    const char *found = strchr(old, '\n'), *wanted = strchr(text, '\n');
    lac_status status = LAC_OK;
    if (!found || strcmp(found, wanted) != 0)
        status = lac_fail(s->ctx, LAC_ERROR_ARGUMENT,
                          "%s: holds a search with other settings or data (see search.txt): give "
                          "the same ones, or another folder", s->dir);
    free(old);
    return status;
}

/* Begins the folder, or sees that its search is this one. */
static lac_status keep_settings(const search *s)
{
    char *path;
    char *text = NULL;
    LAC_TRY(lac_path_join(s->ctx, s->dir, "search.txt", &path));
    lac_status status = settings_text(s, &text);
    if (status == LAC_OK && lac_path_exists(path))
        status = check_settings(s, path, text);
    if (status == LAC_OK)
        status = put_settings(s, path, text);
    free(text);
    free(path);
    return status;
}

lac_status lac_search_options(lac_context *ctx, const char *dir, char **out)
{
    char *path;
    size_t size;
    LAC_TRY(lac_path_join(ctx, dir, "search.txt", &path));
    lac_status status = lac_file_read(ctx, path, out, &size);
    char *first = status == LAC_OK ? strchr(*out, '\n') : NULL;
    char *second = first ? strchr(first + 1, '\n') : NULL;
    if (second) {
        *first = ' ';
        *second = '\0';
    } else if (status == LAC_OK) {
        status = lac_fail(ctx, LAC_ERROR_FORMAT, "%s: not the settings of a search", path);
        free(*out);
        *out = NULL;
    }
    free(path);
    return status;
}

static lac_status write_trials(const search *s)
{
    return lac_trials_write(s->ctx, s->dir, s->trial, s->trials);
}

/* Puts what the folder knows into the trials just drawn. */
static lac_status recall(search *s)
{
    char *path;
    lac_trial *old;
    int count;
    LAC_TRY(lac_path_join(s->ctx, s->dir, "trials.csv", &path));
    int there = lac_path_exists(path);
    free(path);
    if (!there)
        return LAC_OK;
    LAC_TRY(lac_trials_read(s->ctx, s->dir, &old, &count));
    for (int i = 0; i < count && i < s->trials; i++) {
        lac_train_config drawn = s->trial[i].config;
        s->trial[i] = old[i];
        s->trial[i].config = drawn;
    }
    free(old);
    if (count <= s->trials)
        return LAC_OK;
    return lac_fail(s->ctx, LAC_ERROR_ARGUMENT,
                    "%s: holds %d trials, this search has %d: it may have more, not fewer", s->dir,
                    count, s->trials);
}

/* ---- Trials -------------------------------------------------------------------------------- */

static lac_status trial_folder(const search *s, int i, char **out)
{
    char name[32];
    snprintf(name, sizeof name, "trial-%03d", s->trial[i].number);
    return lac_path_join(s->ctx, s->dir, name, out);
}

/* The model files of a trial that will not train again, the state last: without one a trial is
 * begun anew, in a folder that holds no model. */
static lac_status drop_models(const search *s, int i)
{
    static const char *const names[] = {"best.safetensors", "last.safetensors"};
    char *run;
    LAC_TRY(trial_folder(s, i, &run));
    lac_status status = LAC_OK;
    for (int n = 0; n < LAC_COUNT(names) && status == LAC_OK; n++) {
        char *path = NULL;
        status = lac_path_join(s->ctx, run, names[n], &path);
        if (status == LAC_OK && lac_path_exists(path) && remove(path) != 0)
            status = lac_fail_errno(s->ctx, path, "remove");
        free(path);
    }
    free(run);
    return status;
}

static int is_over(const search *s, int i)
{
    return s->trial[i].state != LAC_TRIAL_GOING || s->trial[i].epochs >= s->config->epochs;
}

static lac_status record(search *s, int i, const char *run)
{
    lac_history h;
    lac_trial *t = &s->trial[i];
    LAC_TRY(lac_history_read(s->ctx, run, &h));
    t->epochs = h.count ? (int)h.value[LAC_HISTORY_EPOCH][h.count - 1] : 0;
    if (h.count) {
        double weighted = h.value[LAC_HISTORY_WEIGHTED][h.count - 1];
        t->rmse = isnan(weighted) ? h.value[LAC_HISTORY_RMSE][h.count - 1] : weighted;
        t->seconds = h.value[LAC_HISTORY_SECONDS][h.count - 1];
    }
    lac_history_free(&h);
    LAC_TRY(write_trials(s));
    return is_over(s, i) ? drop_models(s, i) : LAC_OK;
}

static int tell(search *s, const lac_progress *training)
{
    const lac_search_progress p = {.trial = s->trial, .trials = s->trials, .current = s->current,
                                   .epochs = s->epochs, .training = training};
    return s->progress ? s->progress(s->user, &p) : 0;
}

static int tell_step(void *user, const lac_progress *training)
{
    return tell(user, training);
}

static lac_status train_trial(search *s, const char *run)
{
    lac_trainer *trainer;
    lac_train_config config = s->trial[s->current].config;
    config.epochs = s->epochs;
    LAC_TRY(lac_trainer_open(s->ctx, s->data, &config, run, &trainer));
    lac_status status = lac_trainer_run(trainer, run, tell_step, s);
    lac_trainer_free(&trainer);
    return status;
}

/* Trains one trial to the end of the round. */
static lac_status advance(search *s, int i)
{
    char *run;
    s->current = i;
    LAC_TRY(trial_folder(s, i, &run));
    lac_status status = train_trial(s, run);
    if (status == LAC_ERROR_NUMERIC) {
        s->trial[i].state = LAC_TRIAL_FAILED;
        status = LAC_OK;
    }
    if (status == LAC_OK)
        status = record(s, i, run);
    free(run);
    if (status == LAC_OK && tell(s, NULL))
        status = LAC_STOPPED;
    return status;
}

/* ---- Rounds -------------------------------------------------------------------------------- */

static int halvings(const lac_search_config *c)
{
    int count = 0;
    while (c->halving && c->trials >> (count + 1) && c->epochs >> (count + 1))
        count++;
    return count;
}

/* Stops the worst of those going until `kept` are left. */
static lac_status halve(search *s, int kept)
{
    int going = 0;
    for (int i = 0; i < s->trials; i++)
        going += s->trial[i].state == LAC_TRIAL_GOING;
    for (; going > kept; going--) {
        int worst = -1;
        for (int i = 0; i < s->trials; i++)
            if (s->trial[i].state == LAC_TRIAL_GOING &&
                (worst < 0 || lac_trial_order(&s->trial[i], &s->trial[worst]) > 0))
                worst = i;
        s->trial[worst].state = LAC_TRIAL_STOPPED;
    }
    return write_trials(s);
}

static lac_status run_rounds(search *s)
{
    int last = halvings(s->config);
    for (int round = 0; round <= last; round++) {
        s->epochs = s->config->epochs >> (last - round);
        for (int i = 0; i < s->trials; i++)
            if (s->trial[i].state == LAC_TRIAL_GOING && s->trial[i].epochs < s->epochs)
                LAC_TRY(advance(s, i));
        int parts = 1 << (round + 1);
        if (round < last)
            LAC_TRY(halve(s, (s->trials + parts - 1) / parts));
        for (int i = 0; i < s->trials; i++)
            if (is_over(s, i))
                LAC_TRY(drop_models(s, i));
    }
    return LAC_OK;
}

/* ---- The search ---------------------------------------------------------------------------- */

/* The rows that the hold-out leaves. */
static lac_status take_training_rows(search *s, const lac_data *data)
{
    lac_split *split;
    int *rows = NULL;
    int count = 0;
    LAC_TRY(lac_split_of(s->ctx, data, &s->config->base, &split));
    lac_status status = lac_alloc(s->ctx, (size_t)data->rows, sizeof *rows, &rows);
    for (int row = 0; row < data->rows && status == LAC_OK; row++)
        if (!lac_split_is_holdout(split, row))
            rows[count++] = row;
    if (status == LAC_OK)
        status = lac_data_take(s->ctx, data, rows, count, &s->data);
    free(rows);
    lac_split_free(&split);
    return status;
}

/* A network that cannot be is refused before anything is written. */
static lac_status check_network(lac_context *ctx, const lac_data *data, const char *network)
{
    lac_layer *layers;
    int count;
    lac_status status = lac_network_layers(ctx, network, data->size, data->points, &layers, &count);
    free(layers);
    return status;
}

static lac_status check(lac_context *ctx, const lac_data *data, const lac_search_config *c)
{
    if (lac_ranks(ctx) > 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "a search of %d ranks: must be one, each of its "
                        "trials is a training of its own", lac_ranks(ctx));
    if (c->trials < 1 || c->trials > MOST_TRIALS || c->epochs < 1 ||
        c->epochs > LAC_MOST_EPOCHS || !(c->validation > 0 && c->validation < 1))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a search of %d trials, %d epochs, validation %g: 1 to %d trials, 1 to %d "
                        "epochs, a share above 0 and below 1", c->trials, c->epochs, c->validation,
                        MOST_TRIALS, LAC_MOST_EPOCHS);
    LAC_TRY(lac_config_check(ctx, &c->base));
    return check_network(ctx, data, c->base.model);
}

/* In the search's folder, locked. */
static lac_status go_on(search *s, const lac_data *data)
{
    static const char *const names[] = {"trials.csv", "search.txt"};
    LAC_TRY(lac_folder_sweep(s->ctx, s->dir, names, LAC_COUNT(names)));
    LAC_TRY(take_training_rows(s, data));
    LAC_TRY(recall(s));
    LAC_TRY(keep_settings(s));
    LAC_TRY(write_trials(s));
    return run_rounds(s);
}

lac_status lac_search_run(lac_context *ctx, const lac_data *data, const lac_search_config *config,
                          const char *dir, lac_search_fn progress, void *user)
{
    const lac_search_config usual = lac_search_config_default();
    search s = {.ctx = ctx, .config = config ? config : &usual, .dir = dir,
                .progress = progress, .user = user};
    lac_lock lock;
    LAC_TRY(check(ctx, data, s.config));
    LAC_TRY(lac_folder_make(ctx, dir));
    LAC_TRY(lac_lock_take(ctx, dir, &lock));
    s.trials = s.config->trials;
    lac_status status = lac_alloc(ctx, (size_t)s.trials, sizeof *s.trial, &s.trial);
    for (int i = 0; i < s.trials && status == LAC_OK; i++)
        draw_trial(s.config, i + 1, &s.trial[i]);
    if (status == LAC_OK)
        status = go_on(&s, data);
    lac_lock_release(&lock);
    lac_data_free(&s.data);
    free(s.trial);
    return status;
}
