/*
 * Folds, and trials of a search, handed out to teams of ranks: whatever their number, the files
 * of one process; whatever happens to one rank, all end, and any number of ranks goes on.
 */
#define _POSIX_C_SOURCE 200809L
#include "ranked.h"
#include "training.h"

#include <signal.h>

enum { ROWS = 40, SIDE = 32, FOLDS = 3 };

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

/* ---- Folds ----------------------------------------------------------------------------------- */

typedef struct folds_job {
    lac_train_config config;
    char dir[384];
    int only;             /* not 0: this fold alone */
    int at_rank, at_fold; /* where `event` happens, at the second step; nowhere: at_fold 0 */
    enum { STOP, KILL } event;
    int rank;
    int steps[FOLDS + 1], done[FOLDS + 1]; /* calls, by fold */
} folds_job;

static int note_fold(void *user, int fold, const lac_progress *p)
{
    folds_job *j = user;
    int *calls = p ? j->steps : j->done;
    calls[fold]++;
    if (!p || j->rank != j->at_rank || fold != j->at_fold || calls[fold] != 2)
        return 0;
    if (j->event == KILL)
        raise(SIGKILL);
    return 1;
}

static lac_status do_folds(lac_context *ctx, int rank, void *user)
{
    folds_job *j = user;
    j->rank = rank;
    lac_data *data = data_new(ctx, ROWS, SIDE, 0);
    lac_status status =
        j->only ? lac_folds_train(ctx, data, &j->config, FOLDS, j->only, j->dir, note_fold, j)
                : lac_folds_run(ctx, data, &j->config, FOLDS, j->dir, note_fold, j);
    lac_data_free(&data);
    return status;
}

static word run_folds(folds_job *j, const char *dir, int ranks, int team, int living)
{
    const ranked r = {.team = team, .work = do_folds, .user = j};
    strcpy(j->dir, path_in(&folder, dir).text);
    memset(j->steps, 0, sizeof j->steps);
    memset(j->done, 0, sizeof j->done);
    return by_ranks(ranks, &r, living);
}

static void must_run_folds(folds_job *j, const char *dir, int ranks, int team, lac_status wanted)
{
    word w = run_folds(j, dir, ranks, team, ranks - 1);
    if (w.status != wanted)
        fail_msg("%d ranks in teams of %d: status %d, %s", ranks, team, w.status, w.message);
}

static folds_job folds_new(void)
{
    folds_job j = {.config = small_config("kimura")};
    j.config.batch = 16;
    j.config.epochs = 2;
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
    static const struct {
        int ranks, team;
    } cases[] = {{2, 1}, {4, 1}, {4, 2}, {2, 0}};
    folds_job j = folds_new();
    must_run_folds(&j, "one", 1, 0, LAC_OK);
    int steps = j.steps[1];
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char name[16];
        snprintf(name, sizeof name, "teams%d", i);
        must_run_folds(&j, name, cases[i].ranks, cases[i].team, LAC_OK);
        assert_same_folds("one", name);
        assert_int_equal(j.steps[1], steps);
        for (int fold = 1; fold <= FOLDS; fold++)
            assert_int_equal(j.done[fold], 1);
        assert_int_equal(j.steps[2] > 0, cases[i].team == 0); /* rank 0 sees its own team's */
    }
    (void)state;
}

static void folds_stopped_by_a_team_are_gone_on_with_by_others(void **state)
{
    folds_job j = folds_new();
    must_run_folds(&j, "whole", 1, 0, LAC_OK);
    j.at_rank = 1;
    j.at_fold = 2;
    must_run_folds(&j, "parts", 2, 1, LAC_STOPPED);
    assert_int_equal(j.done[1], 0);
    j.at_fold = 3;
    j.at_rank = 0;
    must_run_folds(&j, "parts", 1, 0, LAC_STOPPED);
    assert_int_equal(j.steps[1], 0); /* was at its end when the other was stopped */
    assert_true(j.steps[2] > 0);
    j.at_fold = 0;
    must_run_folds(&j, "parts", 4, 2, LAC_OK);
    assert_same_folds("whole", "parts");
    (void)state;
}

static void folds_trained_one_by_one_are_those_of_all(void **state)
{
    folds_job j = folds_new();
    must_run_folds(&j, "together", 1, 0, LAC_OK);
    for (j.only = FOLDS; j.only > 0; j.only--) {
        must_run_folds(&j, "single", 1 + j.only % 2, 1, LAC_OK); /* by all, whatever the teams */
        assert_true(j.steps[j.only] > 0);
        assert_int_equal(j.done[j.only], 1);
    }
    must_run_folds(&j, "single", 1, 0, LAC_OK);
    for (int fold = 1; fold <= FOLDS; fold++)
        assert_int_equal(j.steps[fold], 0);
    assert_same_folds("together", "single");
    j.only = FOLDS + 1;
    word w = run_folds(&j, "single", 1, 0, 0);
    assert_int_equal(w.status, LAC_ERROR_ARGUMENT);
    assert_string_equal(w.message, "fold 4 of 3, must be one of them");
    (void)state;
}

/* Of a team of two, of one, and rank 0's neighbour. The others come to the end of their folds. */
static void a_rank_that_is_killed_ends_all_teams(void **state)
{
    static const struct {
        int ranks, team, rank, fold;
    } cases[] = {{4, 2, 3, 2}, {3, 1, 2, 3}, {4, 2, 1, 1}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        folds_job j = folds_new();
        char name[16], message[80];
        snprintf(name, sizeof name, "killed%d", i);
        j.event = KILL;
        j.at_rank = cases[i].rank;
        j.at_fold = cases[i].fold;
        word w = run_folds(&j, name, cases[i].ranks, cases[i].team, cases[i].ranks - 2);
        snprintf(message, sizeof message, "rank %d is gone, and the training with it",
                 cases[i].rank);
        assert_int_equal(w.status, LAC_ERROR_RANKS);
        assert_string_equal(w.message, message);
        j.at_fold = 0;
        must_run_folds(&j, name, 2, 1, LAC_OK);
    }
    (void)state;
}

static lac_status do_other_folds(lac_context *ctx, int rank, void *user)
{
    folds_job *j = user;
    j->config.seed += (uint64_t)rank;
    return do_folds(ctx, rank, j);
}

static void teams_that_differ_are_refused(void **state)
{
    folds_job j = folds_new();
    const ranked r = {.team = 1, .work = do_other_folds, .user = &j};
    strcpy(j.dir, path_in(&folder, "differ").text);
    word w = by_ranks(2, &r, 1);
    assert_int_equal(w.status, LAC_ERROR_MISMATCH);
    assert_string_equal(w.message,
                        "rank 1 has other settings than rank 0: must be the same on all");
    assert_false(lac_path_exists(j.dir));
    (void)state;
}

static int nothing(void *user, void *bytes, const size_t *end)
{
    (void)user, (void)bytes, (void)end;
    return 0;
}

static const char *no_reason(void *user)
{
    (void)user;
    return "";
}

static void teams_that_cannot_be_are_refused(void **state)
{
    const lac_comm four = {.size = 4, .gather = nothing, .reason = no_reason};
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
        cmocka_unit_test(a_rank_that_is_killed_ends_all_teams),
        cmocka_unit_test(teams_that_differ_are_refused),
        cmocka_unit_test(teams_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
