/*
 * Random search (Bergstra and Bengio), with successive halving.
 *
 * What a trial draws is a function of the search's seed and its number. All that a search
 * knows stands in trials.csv, written anew whenever trials have reached the end of a round;
 * what happens next follows from it, so that a search goes on as if it had never stopped. A
 * trial under way has its run folder. search.txt holds the settings, so that no folder mixes
 * two searches.
 *
 * A trial at a time is under way, or of several teams of ranks one in each: a wave. All ranks know
 * all trials, and decide alike; rank 0 writes.
 */
#include "train/search.h"
#include "comm/comm.h"
#include "data/data.h"
#include "train/history.h"
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct search {
    lac_context *ctx;
    const lac_search_config *config;
    const char *dir;
    lac_data *data; /* the training rows */
    lac_trial *trial;
    int trials;
    int epochs;     /* the round's end */
    int current;
    lac_teams teams;
    lac_trial *wave; /* [teams] the trials under way, each of the team whose number is its place; */
    int under_way;   /* so many */
    char *text;      /* of search.txt */
    lac_lock lock;   /* rank 0's, of the folder */
    lac_search_fn progress;
    void *user;
} search;

/* ---- The folder ---------------------------------------------------------------------------- */

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

static lac_status trial_folder(const search *s, const lac_trial *t, char **out)
{
    char name[32];
    snprintf(name, sizeof name, "trial-%03d", t->number);
    return lac_path_join(s->ctx, s->dir, name, out);
}

/* The model files of a trial that will not train again, the state last: without one a trial is
 * begun anew, in a folder that holds no model. */
static lac_status drop_models(const search *s, const lac_trial *t)
{
    static const char *const names[] = {"best.safetensors", "last.safetensors"};
    char *run;
    LAC_TRY(trial_folder(s, t, &run));
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

/* Writes what has come of trials, and then drops the models of those that are over. */
static lac_status keep(const search *s, const lac_trial *trial, int count)
{
    if (lac_rank(s->ctx) > 0)
        return LAC_OK;
    LAC_TRY(write_trials(s));
    for (int i = 0; i < count; i++)
        if (trial[i].state != LAC_TRIAL_GOING || trial[i].epochs >= s->config->epochs)
            LAC_TRY(drop_models(s, &trial[i]));
    return LAC_OK;
}

static int tell(search *s, const lac_progress *training)
{
    const lac_search_progress p = {.trial = s->trial, .trials = s->trials, .current = s->current,
                                   .epochs = s->epochs, .training = training};
    return s->progress ? s->progress(s->user, &p) : 0;
}

static int tell_step(void *user, const lac_progress *training)
{
    search *s = user;
    return tell(s, training) | lac_teams_lost(&s->teams);
}

static lac_status train_in(search *s, const char *run, lac_trial *t)
{
    lac_trainer *trainer;
    lac_train_config config = t->config;
    config.epochs = s->epochs;
    LAC_TRY(lac_trainer_open(s->ctx, s->data, &config, run, &trainer));
    lac_status status = lac_trainer_run(trainer, run, tell_step, s);
    lac_trainer_free(&trainer);
    return status;
}

static lac_status read_outcome(const search *s, const char *run, lac_trial *t)
{
    lac_history h;
    LAC_TRY(lac_history_read(s->ctx, run, &h));
    t->epochs = h.count ? (int)h.value[LAC_HISTORY_EPOCH][h.count - 1] : 0;
    if (h.count) {
        double weighted = h.value[LAC_HISTORY_WEIGHTED][h.count - 1];
        t->rmse = isnan(weighted) ? h.value[LAC_HISTORY_RMSE][h.count - 1] : weighted;
        t->seconds = h.value[LAC_HISTORY_SECONDS][h.count - 1];
    }
    lac_history_free(&h);
    return LAC_OK;
}

/* Trains this team's trial to the end of the round. */
static lac_status train_trial(void *user)
{
    search *s = user;
    lac_trial *t = &s->wave[s->teams.number];
    char *run;
    s->current = t->number - 1;
    LAC_TRY(trial_folder(s, t, &run));
    lac_status status = train_in(s, run, t);
    if (status == LAC_ERROR_NUMERIC) {
        t->state = LAC_TRIAL_FAILED;
        status = LAC_OK;
    }
    if (status == LAC_OK && lac_rank(s->ctx) == 0)
        status = read_outcome(s, run, t);
    free(run);
    return status;
}

/* ---- Waves --------------------------------------------------------------------------------- */

static int is_due(const search *s, int i)
{
    return s->trial[i].state == LAC_TRIAL_GOING && s->trial[i].epochs < s->epochs;
}

/* The next trials that this round trains, from index `from` on. Returns how many. */
static int pick(search *s, int from)
{
    s->under_way = 0;
    for (int i = from; i < s->trials && s->under_way < s->teams.count; i++)
        if (is_due(s, i))
            s->wave[s->under_way++] = s->trial[i];
    return s->under_way;
}

/* Trains the wave to the end of the round. The first rank of each team knows what has come of its
 * trial, and tells all. */
static lac_status advance(search *s)
{
    size_t end[LAC_MOST_RANKS];
    int has_one = s->teams.number < s->under_way;
    LAC_TRY(lac_teams_work(s->ctx, &s->teams, has_one ? train_trial : NULL, s));
    for (int r = 0; r < lac_ranks(s->ctx); r++) {
        int told = r / s->teams.size + 1;
        end[r] = (size_t)(told < s->under_way ? told : s->under_way) * sizeof *s->wave;
    }
    LAC_TRY(lac_gather(s->ctx, s->wave, end));
    for (int i = 0; i < s->under_way; i++)
        s->trial[s->wave[i].number - 1] = s->wave[i];
    return LAC_OK;
}

/* Says that the wave is done; any rank may stop all. */
static lac_status tell_done(search *s)
{
    lac_verdict verdict = {0};
    for (int i = 0; i < s->under_way; i++) {
        s->current = s->wave[i].number - 1;
        verdict.stop |= tell(s, NULL);
    }
    LAC_TRY(lac_agree(s->ctx, &verdict));
    return verdict.stop ? LAC_STOPPED : LAC_OK;
}

/* ---- Rounds -------------------------------------------------------------------------------- */

static int halvings(const lac_search_config *c)
{
    int count = 0;
    while (c->halving && c->trials >> (count + 1) && c->epochs >> (count + 1))
        count++;
    return count;
}

/* Stops the worst of those going, so that of all trials one in 2, 4, 8, ... is left. */
static void halve(search *s, int round)
{
    int going = 0, parts = 1 << (round + 1), kept = (s->trials + parts - 1) / parts;
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
}

static lac_status run_rounds(search *s)
{
    int last = halvings(s->config);
    for (int round = 0; round <= last; round++) {
        s->epochs = s->config->epochs >> (last - round);
        for (int from = 0; pick(s, from) > 0; from = s->wave[s->under_way - 1].number) {
            LAC_TRY(advance(s));
            LAC_TRY(lac_context_agree(s->ctx, keep(s, s->wave, s->under_way)));
            LAC_TRY(tell_done(s));
        }
        if (round < last)
            halve(s, round);
        LAC_TRY(lac_context_agree(s->ctx, keep(s, s->trial, s->trials)));
    }
    return LAC_OK;
}

/* Trains one trial to the end of the first round that has any left to train. */
static lac_status run_one(search *s, int number)
{
    int last = halvings(s->config), round = 0;
    s->epochs = s->config->epochs >> last;
    while (pick(s, 0) == 0 && round < last) {
        halve(s, round++);
        s->epochs = s->config->epochs >> (last - round);
    }
    if (!is_due(s, number - 1))
        return LAC_OK;
    s->wave[0] = s->trial[number - 1];
    LAC_TRY(advance(s));
    return tell_done(s);
}

/* ---- The search ---------------------------------------------------------------------------- */

/* The rows that the hold-out leaves; on rank 0. */
static lac_status take_training_rows(search *s, const lac_data *data)
{
    if (lac_rank(s->ctx) > 0)
        return LAC_OK;
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

static lac_status draw_all(search *s)
{
    const lac_search_config *c = s->config;
    LAC_TRY(lac_alloc(s->ctx, (size_t)c->trials, sizeof *s->trial, &s->trial));
    for (s->trials = 0; s->trials < c->trials; s->trials++)
        lac_trial_draw(c, s->trials + 1, &s->trial[s->trials]);
    LAC_TRY(lac_alloc(s->ctx, (size_t)s->teams.count, sizeof *s->wave, &s->wave));
    return lac_search_text(s->ctx, c, s->data, &s->text);
}

/* On every rank: what it needs, and that it is what the others have. */
static lac_status prepare(search *s, const lac_data *data)
{
    LAC_TRY(lac_context_agree(s->ctx, lac_search_check(s->ctx, data, s->config)));
    LAC_TRY(lac_ranks_compare(s->ctx, &s->config->base, data));
    LAC_TRY(lac_data_hand_out(s->ctx, take_training_rows(s, data), &s->data));
    LAC_TRY(lac_context_agree(s->ctx, draw_all(s)));
    return lac_expect_same(s->ctx, "settings", lac_hash(0, s->text, strlen(s->text)));
}

/* Takes the search's folder and writes into it what is known; on rank 0. */
static lac_status take_folder(search *s)
{
    static const char *const names[] = {"trials.csv", "search.txt"};
    if (lac_rank(s->ctx) > 0)
        return LAC_OK;
    LAC_TRY(lac_folder_make(s->ctx, s->dir));
    LAC_TRY(lac_lock_take(s->ctx, s->dir, &s->lock));
    LAC_TRY(lac_folder_sweep(s->ctx, s->dir, names, LAC_COUNT(names)));
    LAC_TRY(recall(s));
    LAC_TRY(lac_search_compare(s->ctx, s->dir, s->text));
    LAC_TRY(lac_search_keep(s->ctx, s->dir, s->text));
    return write_trials(s);
}

/* Looks into it, and leaves it as it is. */
static lac_status look_into_folder(search *s)
{
    if (lac_rank(s->ctx) > 0)
        return LAC_OK;
    LAC_TRY(lac_folder_make(s->ctx, s->dir));
    LAC_TRY(recall(s));
    return lac_search_compare(s->ctx, s->dir, s->text);
}

/* What rank 0 knows of the trials, to all; or why it knows nothing. */
static lac_status tell_trials(search *s, lac_status status)
{
    LAC_TRY(lac_context_agree(s->ctx, status));
    return lac_broadcast(s->ctx, s->trial, (size_t)s->trials * sizeof *s->trial);
}

static void leave(search *s)
{
    lac_lock_release(&s->lock);
    lac_data_free(&s->data);
    free(s->trial);
    free(s->wave);
    free(s->text);
}

lac_status lac_search_run(lac_context *ctx, const lac_data *data, const lac_search_config *config,
                          const char *dir, lac_search_fn progress, void *user)
{
    const lac_search_config usual = lac_search_config_default();
    search s = {.ctx = ctx, .config = config ? config : &usual, .dir = dir,
                .progress = progress, .user = user};
    LAC_TRY(lac_teams_open(ctx, &s.teams));
    lac_status status = prepare(&s, data);
    if (status == LAC_OK)
        status = tell_trials(&s, take_folder(&s));
    if (status == LAC_OK)
        status = run_rounds(&s);
    leave(&s);
    return status;
}

lac_status lac_search_train(lac_context *ctx, const lac_data *data,
                            const lac_search_config *config, int trial, const char *dir,
                            lac_search_fn progress, void *user)
{
    const lac_search_config usual = lac_search_config_default();
    search s = {.ctx = ctx, .config = config ? config : &usual, .dir = dir,
                .progress = progress, .user = user, .teams = lac_teams_one(ctx)};
    if (trial < 1 || trial > s.config->trials)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "trial %d of %d, must be one of them", trial,
                        s.config->trials);
    lac_status status = prepare(&s, data);
    if (status == LAC_OK)
        status = tell_trials(&s, look_into_folder(&s));
    if (status == LAC_OK)
        status = run_one(&s, trial);
    leave(&s);
    return status;
}
