/*
 * Random search (Bergstra and Bengio), with successive halving.
 *
 * What a trial draws is a function of the search's seed and its number. All that a search
 * knows stands in trials.csv, written anew whenever a trial has reached the end of a round;
 * what happens next follows from it, so that a search goes on as if it had never stopped. A
 * trial under way has its run folder.
 */
#include "data/csv.h"
#include "data/data.h"
#include "train/config.h"
#include "train/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL, STATE, EPOCHS, RMSE, SECONDS, LR, DECAY, BATCH, WIDTH, DROPOUT, REDUCTION, COLUMNS };

static const char *const columns[COLUMNS] = {"trial", "state", "epochs", "rmse", "seconds", "lr",
                                             "weight_decay", "batch", "start_width", "dropout",
                                             "reduction"};
static const char *const states[] = {"going", "stopped", "failed"};
static const char *const reductions[] = {"all", "present"};

/* What is drawn from. */
static const double lr_range[2] = {1e-5, 1e-2};
static const double decay_range[2] = {1e-6, 1e-2};
static const int batches[] = {32, 64, 128, 256};
static const double widths[] = {0.01, 0.02, 0.05, 0.1};
static const double dropouts[] = {0, 0.25, 0.5, 0.75};

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
                               .validation = 0.2, .seed = 1};
}

/* ---- Drawing ------------------------------------------------------------------------------ */

/* A decimal of three digits: what a person reads is what was used. */
static double round_off(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.2e", value);
    return strtod(text, NULL);
}

static double log_uniform(const double range[2], double u)
{
    return round_off(range[0] * pow(range[1] / range[0], u));
}

static void draw_trial(const lac_search_config *c, int number, lac_trial *trial)
{
    double u[6];
    for (int i = 0; i < LAC_COUNT(u); i++)
        u[i] = lac_random_uniform(c->seed, LAC_STREAM(LAC_STREAM_SEARCH) + (uint64_t)number,
                                  (uint64_t)i);
    *trial = (lac_trial){.number = number, .rmse = NAN, .config = c->base};
    lac_train_config *config = &trial->config;
    config->lr = log_uniform(lr_range, u[0]);
    config->weight_decay = log_uniform(decay_range, u[1]);
    config->batch = batches[(int)(u[2] * LAC_COUNT(batches))];
    config->start = LAC_START_NORMAL;
    config->start_width = widths[(int)(u[3] * LAC_COUNT(widths))];
    config->dropout = dropouts[(int)(u[4] * LAC_COUNT(dropouts))];
    config->reduction = u[5] < 0.5 ? LAC_REDUCTION_ALL : LAC_REDUCTION_PRESENT;
    config->holdout = c->validation;
    config->split_seed = 0;
    config->minutes = 0;
}

/* ---- trials.csv --------------------------------------------------------------------------- */

/* The index of a cell's word, or -1. */
static int word_of(const lac_cell *cell, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == cell->length && memcmp(words[i], cell->text, cell->length) == 0)
            return i;
    return -1;
}

static lac_status read_trial(const lac_csv *csv, lac_trial *t)
{
    lac_train_config *c = &t->config;
    *t = (lac_trial){.rmse = NAN, .config = lac_train_config_default()};
    LAC_TRY(lac_csv_integer(csv, TRIAL, &t->number));
    int state = word_of(&csv->cell[STATE], states, LAC_COUNT(states));
    if (state < 0)
        return lac_csv_fail_cell(csv, STATE, "going, stopped or failed");
    t->state = (lac_trial_state)state;
    LAC_TRY(lac_csv_integer(csv, EPOCHS, &t->epochs));
    if (csv->cell[RMSE].length > 0)
        LAC_TRY(lac_csv_number(csv, RMSE, &t->rmse));
    LAC_TRY(lac_csv_number(csv, SECONDS, &t->seconds));
    LAC_TRY(lac_csv_number(csv, LR, &c->lr));
    LAC_TRY(lac_csv_number(csv, DECAY, &c->weight_decay));
    LAC_TRY(lac_csv_integer(csv, BATCH, &c->batch));
    LAC_TRY(lac_csv_number(csv, WIDTH, &c->start_width));
    LAC_TRY(lac_csv_number(csv, DROPOUT, &c->dropout));
    int reduction = word_of(&csv->cell[REDUCTION], reductions, LAC_COUNT(reductions));
    if (reduction < 0)
        return lac_csv_fail_cell(csv, REDUCTION, "all or present");
    c->reduction = (lac_reduction)reduction;
    return LAC_OK;
}

static lac_status add_trial(lac_context *ctx, const lac_trial *t, lac_trial **trials, int *count)
{
    lac_trial *more;
    if ((*count & (*count - 1)) == 0) { /* full at every power of two */
        LAC_TRY(lac_alloc(ctx, *count ? 2 * (size_t)*count : 1, sizeof *more, &more));
        if (*count)
            memcpy(more, *trials, (size_t)*count * sizeof *more);
        free(*trials);
        *trials = more;
    }
    (*trials)[(*count)++] = *t;
    return LAC_OK;
}

static lac_status read_trials(lac_context *ctx, lac_csv *csv, lac_trial **trials, int *count)
{
    lac_trial t;
    int more;
    for (int c = 0; c < COLUMNS; c++)
        if (csv->columns != COLUMNS || strcmp(csv->name[c], columns[c]) != 0)
            return lac_csv_fail(csv, -1, "these are not the columns of a search");
    for (;;) {
        LAC_TRY(lac_csv_next(csv, &more));
        if (!more)
            return LAC_OK;
        LAC_TRY(read_trial(csv, &t));
        if (t.number != *count + 1)
            return lac_csv_fail_cell(csv, TRIAL, "the number after the row before");
        LAC_TRY(add_trial(ctx, &t, trials, count));
    }
}

/* In the order of their numbers. */
static lac_status read_file(lac_context *ctx, const char *dir, lac_trial **trials, int *count)
{
    char *path;
    lac_csv *csv = NULL;
    *trials = NULL;
    *count = 0;
    LAC_TRY(lac_path_join(ctx, dir, "trials.csv", &path));
    lac_status status = lac_csv_open(ctx, path, "trials", &csv);
    if (status == LAC_OK)
        status = read_trials(ctx, csv, trials, count);
    lac_csv_close(&csv);
    free(path);
    if (status != LAC_OK) {
        free(*trials);
        *trials = NULL;
        *count = 0;
    }
    return status;
}

/* Those that came farthest first, of these the lowest error. */
static int trial_order(const void *a, const void *b)
{
    const lac_trial *x = a;
    const lac_trial *y = b;
    if ((x->state == LAC_TRIAL_FAILED) != (y->state == LAC_TRIAL_FAILED))
        return x->state == LAC_TRIAL_FAILED ? 1 : -1;
    if (x->epochs != y->epochs)
        return x->epochs > y->epochs ? -1 : 1;
    if (isnan(x->rmse) != isnan(y->rmse))
        return isnan(x->rmse) ? 1 : -1;
    if (!isnan(x->rmse) && x->rmse != y->rmse)
        return x->rmse < y->rmse ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

lac_status lac_search_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count)
{
    LAC_TRY(read_file(ctx, dir, trials, count));
    if (*count)
        qsort(*trials, (size_t)*count, sizeof **trials, trial_order);
    return LAC_OK;
}

static void write_trial(FILE *stream, const lac_trial *t)
{
    const lac_train_config *c = &t->config;
    const char *parts[COLUMNS];
    char cell[COLUMNS][32] = {{0}};
    for (int i = 0; i < COLUMNS; i++)
        parts[i] = cell[i];
    snprintf(cell[TRIAL], sizeof cell[0], "%d", t->number);
    parts[STATE] = states[t->state];
    snprintf(cell[EPOCHS], sizeof cell[0], "%d", t->epochs);
    if (!isnan(t->rmse))
        snprintf(cell[RMSE], sizeof cell[0], "%.9g", t->rmse);
    snprintf(cell[SECONDS], sizeof cell[0], "%.3f", t->seconds);
    snprintf(cell[LR], sizeof cell[0], "%.9g", c->lr);
    snprintf(cell[DECAY], sizeof cell[0], "%.9g", c->weight_decay);
    snprintf(cell[BATCH], sizeof cell[0], "%d", c->batch);
    snprintf(cell[WIDTH], sizeof cell[0], "%.9g", c->start_width);
    snprintf(cell[DROPOUT], sizeof cell[0], "%.9g", c->dropout);
    parts[REDUCTION] = reductions[c->reduction];
    for (int i = 0; i < COLUMNS; i++) {
        for (char *p = cell[i]; parts[i] == cell[i] && *p; p++)
            *p = *p == ',' ? '.' : *p; /* some locales' decimal point */
        fprintf(stream, "%s%c", parts[i], i + 1 < COLUMNS ? ',' : '\n');
    }
}

static lac_status write_trials(const search *s)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(s->ctx, s->dir, "trials.csv", &path));
    lac_status status = lac_file_create(s->ctx, path, &file);
    if (status == LAC_OK) {
        for (int i = 0; i < COLUMNS; i++)
            fprintf(file.stream, "%s%c", columns[i], i + 1 < COLUMNS ? ',' : '\n');
        for (int i = 0; i < s->trials; i++)
            write_trial(file.stream, &s->trial[i]);
        status = lac_file_commit(s->ctx, &file);
    }
    free(path);
    return status;
}

/* Puts what the folder knows into the trials just drawn, which must be the same ones. */
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
    LAC_TRY(read_file(s->ctx, s->dir, &old, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count && i < s->trials && status == LAC_OK; i++) {
        lac_train_config *drawn = &s->trial[i].config;
        const lac_train_config *found = &old[i].config;
        if (drawn->lr != found->lr || drawn->weight_decay != found->weight_decay)
            status = lac_fail(s->ctx, LAC_ERROR_ARGUMENT,
                              "%s: trial %d has lr %g and decay %g, this search draws %g and %g: "
                              "give the folder's own seed, or another folder", s->dir, i + 1,
                              found->lr, found->weight_decay, drawn->lr, drawn->weight_decay);
        lac_train_config kept = *drawn;
        s->trial[i] = old[i];
        s->trial[i].config = kept;
    }
    if (status == LAC_OK && count > s->trials)
        status = lac_fail(s->ctx, LAC_ERROR_ARGUMENT,
                          "%s: holds %d trials, this search has %d: it may have more, not fewer",
                          s->dir, count, s->trials);
    free(old);
    return status;
}

/* ---- Trials -------------------------------------------------------------------------------- */

static lac_status trial_folder(const search *s, int i, char **out)
{
    char name[32];
    snprintf(name, sizeof name, "trial-%03d", s->trial[i].number);
    return lac_path_join(s->ctx, s->dir, name, out);
}

/* The model files of a trial that will not train again. */
static lac_status drop_models(const search *s, int i)
{
    static const char *const names[] = {"last.safetensors", "best.safetensors"};
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
    t->epochs = h.count;
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
    while (!c->no_halving && c->trials >> (count + 1) && c->epochs >> (count + 1))
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
                (worst < 0 || trial_order(&s->trial[i], &s->trial[worst]) > 0))
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

static lac_status check(lac_context *ctx, const lac_search_config *c)
{
    lac_train_config base = c->base;
    if (c->trials < 1 || c->epochs < 1 || !(c->validation > 0 && c->validation < 1))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a search of %d trials, %d epochs, validation %g: at least 1 trial and 1 "
                        "epoch, a share above 0 and below 1", c->trials, c->epochs, c->validation);
    return lac_config_check(ctx, &base);
}

lac_status lac_search_run(lac_context *ctx, const lac_data *data, const lac_search_config *config,
                          const char *dir, lac_search_fn progress, void *user)
{
    const lac_search_config usual = lac_search_config_default();
    search s = {.ctx = ctx, .config = config ? config : &usual, .dir = dir,
                .progress = progress, .user = user};
    LAC_TRY(check(ctx, s.config));
    LAC_TRY(lac_folder_make(ctx, dir));
    s.trials = s.config->trials;
    LAC_TRY(lac_alloc(ctx, (size_t)s.trials, sizeof *s.trial, &s.trial));
    for (int i = 0; i < s.trials; i++)
        draw_trial(s.config, i + 1, &s.trial[i]);
    lac_status status = recall(&s);
    if (status == LAC_OK)
        status = take_training_rows(&s, data);
    if (status == LAC_OK)
        status = run_rounds(&s);
    lac_data_free(&s.data);
    free(s.trial);
    return status;
}
