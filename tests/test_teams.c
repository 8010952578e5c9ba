/*
 * Folds, and trials of a search, handed out to teams of ranks: whatever their number, the files
 * of one process; whatever happens to one rank, all end, and any number of ranks goes on.
 */
#define _POSIX_C_SOURCE 200809L
#include "ranked.h"
#include "training.h"

#include <math.h>
#include <signal.h>

enum { ROWS = 40, SIDE = 32, FOLDS = 3, TRIALS = 4, MOST_CALLS = 16 };

/* Folds or a search, by their numbers from 1. */
typedef struct job {
    lac_search_config config; /* of folds its base counts */
    int is_search;
    char dir[384];
    int only;          /* not 0: this fold or trial alone */
    int rank;
    int steps[TRIALS + 1]; /* calls at steps */
    int done[MOST_CALLS], dones; /* the numbers of what was told to be done */
    struct {
        int rank, number, call; /* at which call at a step; never: call 0 */
        enum { STOP, KILL, FILL_DISK } what;
    } event;
} job;

static test_folder folder;

static int setup(void **state)
{
    (void)state;
    folder_new(&folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_free(&folder);
    return 0;
}

static int note(job *j, int number, const lac_progress *p)
{
    if (!p) {
        j->done[j->dones++] = number;
        return 0;
    }
    int is_now = ++j->steps[number] == j->event.call && j->rank == j->event.rank &&
                 number == j->event.number;
    if (is_now && j->event.what == KILL)
        raise(SIGKILL);
    if (is_now && j->event.what == FILL_DISK)
        files_at_most(1000);
    return is_now && j->event.what == STOP;
}

static int note_fold(void *user, int fold, const lac_progress *p)
{
    return note(user, fold, p);
}

static int note_trial(void *user, const lac_search_progress *p)
{
    return note(user, p->trial[p->current].number, p->training);
}

static lac_status do_on(lac_context *ctx, const lac_data *data, job *j)
{
    const lac_train_config *base = &j->config.base;
    if (j->is_search)
        return j->only ? lac_search_train(ctx, data, &j->config, j->only, j->dir, note_trial, j)
                       : lac_search_run(ctx, data, &j->config, j->dir, note_trial, j);
    return j->only ? lac_folds_train(ctx, data, base, FOLDS, j->only, j->dir, note_fold, j)
                   : lac_folds_run(ctx, data, base, FOLDS, j->dir, note_fold, j);
}

static lac_status do_job(lac_context *ctx, int rank, void *user)
{
    job *j = user;
    j->rank = rank;
    lac_data *data = data_new(ctx, ROWS, SIDE, 0);
    lac_status status = do_on(ctx, data, j);
    lac_data_free(&data);
    return status;
}

static word run(job *j, const char *dir, int ranks, int team, int living)
{
    const ranked r = {.team = team, .work = do_job, .user = j};
    strcpy(j->dir, path_in(&folder, dir).text);
    memset(j->steps, 0, sizeof j->steps);
    j->dones = 0;
    return by_ranks(ranks, &r, living);
}

static void must_run(job *j, const char *dir, int ranks, int team, lac_status wanted)
{
    word w = run(j, dir, ranks, team, ranks - 1);
    if (w.status != wanted)
        fail_msg("%s, %d ranks in teams of %d: status %d, %s", dir, ranks, team, w.status,
                 w.message);
}

static void stop_at(job *j, int rank, int number, int call)
{
    j->event.rank = rank;
    j->event.number = number;
    j->event.call = call;
}

static const struct {
    int ranks, team;
} teams[] = {{2, 1}, {4, 1}, {4, 2}, {2, 0}};

/* ---- Folds ----------------------------------------------------------------------------------- */

static job folds_new(void)
{
    job j = {.config = {.base = small_config("kimura")}};
    j.config.base.batch = 16;
    j.config.base.epochs = 2;
    return j;
}

static void assert_same_folds(const char *a, const char *b)
{
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    for (int fold = 1; fold <= FOLDS; fold++) {
        char x[400], y[400];
        snprintf(x, sizeof x, "%s/%s/fold-%03d", folder.path, a, fold);
        snprintf(y, sizeof y, "%s/%s/fold-%03d", folder.path, b, fold);
        assert_same_run(ctx, x, y);
    }
    lac_context_free(&ctx);
}

static void any_teams_train_the_folds_of_one_process(void **state)
{
    job one = folds_new(), j = one;
    must_run(&one, "one", 1, 0, LAC_OK);
    for (int i = 0; i < LAC_COUNT(teams); i++) {
        char name[16];
        snprintf(name, sizeof name, "folds%d", i);
        must_run(&j, name, teams[i].ranks, teams[i].team, LAC_OK);
        assert_same_folds("one", name);
        assert_int_equal(j.dones, FOLDS);
        assert_memory_equal(j.done, one.done, FOLDS * sizeof *j.done);
        assert_int_equal(j.steps[1], one.steps[1]);
        assert_int_equal(j.steps[2] > 0, teams[i].team == 0); /* rank 0 sees its own team's */
    }
    (void)state;
}

static void folds_stopped_by_a_team_are_gone_on_with_by_others(void **state)
{
    job j = folds_new();
    must_run(&j, "whole", 1, 0, LAC_OK);
    stop_at(&j, 1, 2, 2);
    must_run(&j, "parts", 2, 1, LAC_STOPPED);
    assert_int_equal(j.dones, 0);
    stop_at(&j, 0, 3, 2);
    must_run(&j, "parts", 1, 0, LAC_STOPPED);
    assert_int_equal(j.steps[1], 0); /* was at its end when the other was stopped */
    assert_true(j.steps[2] > 0);
    stop_at(&j, 0, 0, 0);
    must_run(&j, "parts", 4, 2, LAC_OK);
    assert_same_folds("whole", "parts");
    (void)state;
}

static void folds_trained_one_by_one_are_those_of_all(void **state)
{
    job j = folds_new();
    must_run(&j, "together", 1, 0, LAC_OK);
    for (j.only = FOLDS; j.only > 0; j.only--) {
        must_run(&j, "single", 1 + j.only % 2, 1, LAC_OK); /* by all, whatever the teams */
        assert_true(j.steps[j.only] > 0);
        assert_int_equal(j.dones, 1);
    }
    must_run(&j, "single", 1, 0, LAC_OK);
    for (int fold = 1; fold <= FOLDS; fold++)
        assert_int_equal(j.steps[fold], 0);
    assert_same_folds("together", "single");
    j.only = FOLDS + 1;
    word w = run(&j, "single", 1, 0, 0);
    assert_int_equal(w.status, LAC_ERROR_ARGUMENT);
    assert_string_equal(w.message, "fold 4 of 3, must be one of them");
    (void)state;
}

/* ---- Searches -------------------------------------------------------------------------------- */

static job search_new(void)
{
    job j = {.config = lac_search_config_default(), .is_search = 1};
    j.config.base = small_config("kimura");
    j.config.trials = TRIALS;
    j.config.epochs = 4;
    return j;
}

static void assert_same_table(const char *a, const char *b, const char *name, int first, int last)
{
    char *x = timeless(path_in(&folder, a).text, name, first, last);
    char *y = timeless(path_in(&folder, b).text, name, first, last);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void assert_same_searches(const char *a, const char *b)
{
    assert_same_table(a, b, "trials.csv", 5, 5);
    assert_same_table(a, b, "search.txt", 0, 0);
    for (int t = 1; t <= TRIALS; t++) {
        char name[40];
        snprintf(name, sizeof name, "trial-%03d/metrics.csv", t);
        assert_same_table(a, b, name, 2, 3);
        snprintf(name, sizeof name, "trial-%03d/config.json", t);
        assert_same_table(a, b, name, 0, 0);
        snprintf(name, sizeof name, "%s/trial-%03d", b, t);
        assert_int_equal(file_count(path_in(&folder, name).text), 4); /* no models, and the lock */
    }
}

static void any_teams_search_as_one_process(void **state)
{
    job one = search_new(), j = one;
    must_run(&one, "alone", 1, 0, LAC_OK);
    assert_true(one.dones > TRIALS);
    for (int i = 0; i < LAC_COUNT(teams); i++) {
        char name[16];
        snprintf(name, sizeof name, "search%d", i);
        must_run(&j, name, teams[i].ranks, teams[i].team, LAC_OK);
        assert_same_searches("alone", name);
        assert_int_equal(j.dones, one.dones);
        assert_memory_equal(j.done, one.done, (size_t)one.dones * sizeof *j.done);
    }
    (void)state;
}

static void a_search_stopped_by_a_team_is_gone_on_with_by_others(void **state)
{
    job j = search_new();
    must_run(&j, "never", 1, 0, LAC_OK);
    stop_at(&j, 1, 4, 1);
    must_run(&j, "often", 2, 1, LAC_STOPPED);
    assert_int_equal(j.dones, 2);
    stop_at(&j, 0, 3, 1);
    must_run(&j, "often", 1, 0, LAC_STOPPED); /* in the second round, or the first */
    stop_at(&j, 0, 0, 0);
    must_run(&j, "often", 4, 1, LAC_OK);
    assert_same_searches("never", "often");
    (void)state;
}

static void trials_trained_one_by_one_are_those_of_all(void **state)
{
    job j = search_new();
    must_run(&j, "all", 1, 0, LAC_OK);
    for (int t = TRIALS; t > 0; t--) {
        j.only = t;
        must_run(&j, "each", 1 + t % 2, 1, LAC_OK);
        assert_int_equal(j.dones, 1);
        assert_true(j.steps[t] > 0);
    }
    assert_false(lac_path_exists(path_in(&folder, "each/trials.csv").text));
    j.only = 0;
    stop_at(&j, 0, 0, 0);
    must_run(&j, "each", 2, 1, LAC_OK);
    assert_same_searches("all", "each");
    for (j.only = 1; j.only <= TRIALS; j.only++) { /* over */
        must_run(&j, "each", 1, 0, LAC_OK);
        assert_int_equal(j.dones, 0);
    }
    word w = run(&j, "each", 1, 0, 0);
    assert_int_equal(w.status, LAC_ERROR_ARGUMENT);
    assert_string_equal(w.message, "trial 5 of 4, must be one of them");
    assert_same_searches("all", "each");
    (void)state;
}

/* The trial that goes to the end of all is stopped in the second round, which the table tells. */
static void a_single_trial_is_of_the_round_that_the_table_tells(void **state)
{
    job j = search_new();
    must_run(&j, "whole_search", 1, 0, LAC_OK);
    int best = j.done[j.dones - 1], total = j.steps[best], calls = total / 4;
    stop_at(&j, 0, best, calls + 1); /* all steps are calls: of the second epoch the first */
    must_run(&j, "by_table", 1, 0, LAC_STOPPED);
    stop_at(&j, 0, 0, 0);
    j.only = best;
    must_run(&j, "by_table", 1, 0, LAC_OK);
    assert_int_equal(j.steps[best], calls - 1);
    must_run(&j, "by_table", 1, 0, LAC_OK);
    assert_int_equal(j.steps[best], 0); /* the round has others to wait for */
    j.only = 0;
    must_run(&j, "by_table", 2, 1, LAC_OK);
    assert_same_searches("whole_search", "by_table");
    (void)state;
}

/* A NaN in the weights of a trial, which is under way. */
static void spoil(const job *j, int number)
{
    char run[400];
    int rows[ROWS], count = 0;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    lac_data *data = data_new(ctx, ROWS, SIDE, 0), *part;
    lac_split *split;
    lac_trainer *t;
    assert_ok(ctx, lac_split_of(ctx, data, &j->config.base, &split));
    for (int row = 0; row < ROWS; row++)
        if (!lac_split_is_holdout(split, row))
            rows[count++] = row;
    assert_ok(ctx, lac_data_take(ctx, data, rows, count, &part));
    snprintf(run, sizeof run, "%s/trial-%03d", j->dir, number);
    assert_ok(ctx, lac_trainer_resume(ctx, part, run, 0, &t));
    t->model->weights.w[t->model->net->params.table[0].offset] = NAN;
    strcat(run, "/last.safetensors");
    assert_ok(ctx, lac_trainer_save(t, run));
    lac_trainer_free(&t);
    lac_split_free(&split);
    lac_data_free(&part);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

static void a_trial_that_fails_in_another_team_is_told(void **state)
{
    job j = search_new();
    lac_trial *t;
    int count;
    j.config.halving = 0;
    stop_at(&j, 0, 2, 1);
    must_run(&j, "failing", 1, 0, LAC_STOPPED);
    spoil(&j, 2);
    stop_at(&j, 0, 0, 0);
    must_run(&j, "failing", 4, 2, LAC_OK);
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    assert_ok(ctx, lac_search_read(ctx, j.dir, &t, &count));
    assert_int_equal(count, TRIALS);
    for (int i = 0; i < count; i++)
        assert_int_equal(t[i].state, t[i].number == 2 ? LAC_TRIAL_FAILED : LAC_TRIAL_GOING);
    free(t);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- What happens to one happens to all ------------------------------------------------------ */

/* Of a team of two, of one, and rank 0's neighbour. The others end theirs early, and save. */
static void a_rank_that_is_killed_ends_all_teams(void **state)
{
    static const struct {
        int ranks, team, rank, number;
    } cases[] = {{4, 2, 3, 2}, {3, 1, 2, 3}, {4, 2, 1, 1}};
    for (int i = 0; i < 2 * LAC_COUNT(cases); i++) {
        const int c = i / 2;
        job j = i % 2 ? search_new() : folds_new();
        char name[16], message[80];
        snprintf(name, sizeof name, "killed%d", i);
        stop_at(&j, cases[c].rank, cases[c].number, 1);
        j.event.what = KILL;
        j.config.epochs = j.config.base.epochs = 100000;
        word w = run(&j, name, cases[c].ranks, cases[c].team, cases[c].ranks - 2);
        snprintf(message, sizeof message, "rank %d is gone, and the training with it",
                 cases[c].rank);
        assert_int_equal(w.status, LAC_ERROR_RANKS);
        assert_string_equal(w.message, message);
        stop_at(&j, 0, 1, 1);
        j.event.what = STOP;
        must_run(&j, name, 1, 0, LAC_STOPPED);
    }
    (void)state;
}

static void a_disk_that_is_full_for_one_ends_all_with_its_message(void **state)
{
    for (int is_search = 0; is_search < 2; is_search++) {
        job j = is_search ? search_new() : folds_new();
        const char *dir = is_search ? "full_search" : "full_folds";
        j.config.halving = 0; /* rounds of one epoch write nothing after its last step */
        stop_at(&j, 2, 2, 1);
        j.event.what = FILL_DISK;
        word w = run(&j, dir, 4, 2, 3);
        assert_int_equal(w.status, LAC_ERROR_IO);
        assert_memory_equal(w.message, "rank 2: ", 8);
        assert_non_null(strstr(w.message, "-002/"));
        assert_int_equal(j.dones, 0);
        stop_at(&j, 0, 0, 0);
        must_run(&j, dir, 2, 1, LAC_OK);
    }
    (void)state;
}

static lac_status do_other(lac_context *ctx, int rank, void *user)
{
    job *j = user;
    j->config.base.seed += (uint64_t)rank;
    return do_job(ctx, rank, j);
}

static void teams_that_differ_are_refused(void **state)
{
    for (int is_search = 0; is_search < 2; is_search++) {
        job j = is_search ? search_new() : folds_new();
        const ranked r = {.team = 1, .work = do_other, .user = &j};
        strcpy(j.dir, path_in(&folder, "differ").text);
        word w = by_ranks(2, &r, 1);
        assert_int_equal(w.status, LAC_ERROR_MISMATCH);
        assert_string_equal(w.message,
                            "rank 1 has other settings than rank 0: must be the same on all");
        assert_false(lac_path_exists(j.dir));
    }
    (void)state;
}

/* A search that rank 0 may not begin. */
static void what_rank_0_alone_finds_ends_all(void **state)
{
    job j = search_new();
    must_run(&j, "taken", 2, 1, LAC_OK);
    j.config.seed = 2;
    word w = run(&j, "taken", 3, 1, 2);
    assert_int_equal(w.status, LAC_ERROR_ARGUMENT);
    assert_non_null(strstr(w.message, "holds a search with other settings or data"));
    (void)state;
}

static int gather_nothing(void *user, void *bytes, const size_t *end)
{
    (void)user, (void)bytes, (void)end;
    return 0;
}

static const char *no_reason(void *user)
{
    (void)user;
    return "";
}

static int move_nothing(void *user, const lac_move *move)
{
    (void)user, (void)move;
    return 0;
}

static void ranks_that_cannot_be_are_refused(void **state)
{
    lac_comm ranks = {.size = 4, .gather = gather_nothing, .reason = no_reason,
                      .begin = move_nothing};
    const lac_context_config config = {.threads = 1, .comm = &ranks};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(NULL), "no context: ranks with one of begin and "
                                                   "finish, must have both or neither");
    ranks.finish = move_nothing;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_OK);
    lac_context_free(&ctx);
    ranks.size = 1025;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(NULL), "no context: 1025 ranks, must be 1024 at most");
    (void)state;
}

static void teams_that_cannot_be_are_refused(void **state)
{
    const lac_comm four = {.size = 4, .gather = gather_nothing, .reason = no_reason};
    lac_context_config config = {.threads = 1, .comm = &four};
    lac_context *ctx;
    static const int bad[] = {-1, 3, 8};
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        config.team = bad[i];
        assert_int_equal(lac_context_new(&config, &ctx), LAC_ERROR_ARGUMENT);
    }
    assert_string_equal(lac_context_message(NULL),
                        "no context: teams of 8 of 4 ranks, must divide them");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_teams_train_the_folds_of_one_process),
        cmocka_unit_test(folds_stopped_by_a_team_are_gone_on_with_by_others),
        cmocka_unit_test(folds_trained_one_by_one_are_those_of_all),
        cmocka_unit_test(any_teams_search_as_one_process),
        cmocka_unit_test(a_search_stopped_by_a_team_is_gone_on_with_by_others),
        cmocka_unit_test(trials_trained_one_by_one_are_those_of_all),
        cmocka_unit_test(a_single_trial_is_of_the_round_that_the_table_tells),
        cmocka_unit_test(a_trial_that_fails_in_another_team_is_told),
        cmocka_unit_test(a_rank_that_is_killed_ends_all_teams),
        cmocka_unit_test(a_disk_that_is_full_for_one_ends_all_with_its_message),
        cmocka_unit_test(teams_that_differ_are_refused),
        cmocka_unit_test(what_rank_0_alone_finds_ends_all),
        cmocka_unit_test(ranks_that_cannot_be_are_refused),
        cmocka_unit_test(teams_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
