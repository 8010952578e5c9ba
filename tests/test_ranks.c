/*
 * Trainings that several ranks share, by fork: whatever their number, the same bits; whatever
 * happens to one of them, all end.
 */
#define _POSIX_C_SOURCE 200809L
#include "comm/comm.h"
#include "ranked.h"
#include "training.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 4, SIDE = 32, MOST_STEPS = 16 };

typedef struct shared_training {
    lac_train_config config;
    lac_cpu cpu;
    int rows;
    char run[384];
    int epochs;           /* not 0: goes on with `run` to this one */
    lac_progress_fn progress;
    int rank;             /* of the process that looks */
    double loss[MOST_STEPS];
    int losses;
} shared_training;

static shared_training training_of(const char *model, int batch)
{
    shared_training s = {.config = small_config(model), .cpu = LAC_CPU_AUTO, .rows = 30};
    s.config.batch = batch;
    s.config.epochs = 2;
    return s;
}

static lac_status train_in(lac_context *ctx, const lac_data *data, shared_training *s)
{
    lac_trainer *t = NULL;
    lac_status status = s->epochs ? lac_trainer_resume(ctx, data, s->run, s->epochs, &t)
                                  : lac_trainer_new(ctx, data, &s->config, &t);
    if (status == LAC_OK)
        status = lac_trainer_run(t, s->run, s->progress, s);
    lac_trainer_free(&t);
    return status;
}

static lac_status train_rank(lac_context *ctx, int rank, void *user)
{
    shared_training *s = user;
    lac_data *data = data_new(ctx, s->rows, SIDE, 0);
    s->rank = rank;
    lac_status status = train_in(ctx, data, s);
    lac_data_free(&data);
    return status;
}

static ranked ranked_of(shared_training *s)
{
    return (ranked){.cpu = s->cpu, .work = train_rank, .user = s};
}

static word train(shared_training *s, int ranks, int living)
{
    const ranked r = ranked_of(s);
    return by_ranks(ranks, &r, living);
}

static void must_train(shared_training *s, int ranks, lac_status wanted)
{
    word w = train(s, ranks, ranks - 1);
    if (w.status != wanted)
        fail_msg("%d ranks: status %d, %s", ranks, w.status, w.message);
}

static void run_in(shared_training *s, const test_folder *f, int ranks)
{
    char name[16];
    snprintf(name, sizeof name, "by%d", ranks);
    strcpy(s->run, path_in(f, name).text);
}

/* Trains by 1 to MOST ranks and compares the runs, bit for bit. */
static void check_ranks(shared_training s)
{
    test_folder f;
    char one[384];
    folder_new(&f);
    for (int ranks = 1; ranks <= MOST; ranks++) {
        run_in(&s, &f, ranks);
        must_train(&s, ranks, LAC_OK);
        if (ranks == 1)
            strcpy(one, s.run);
        lac_context *ctx = context_at(s.cpu, 1);
        assert_same_run(ctx, one, s.run);
        lac_context_free(&ctx);
    }
    folder_free(&f);
}

static void any_number_of_ranks_trains_the_resnet_to_the_same_bits(void **state)
{
    check_ranks(training_of("resnet", 32));
    (void)state;
}

static void any_number_of_ranks_trains_the_cnn_to_the_same_bits(void **state)
{
    check_ranks(training_of("cnn", 32));
    (void)state;
}

static void any_number_of_ranks_trains_kimuras_cnn_to_the_same_bits(void **state)
{
    check_ranks(training_of("kimura", 32));
    (void)state;
}

static void any_number_of_ranks_trains_best_to_the_same_bits(void **state)
{
    shared_training s = training_of("best", 32);
    s.config.ema = 0.9;
    s.config.mirror_axis = LAC_MIRROR_AXIS_LEARNED;
    s.config.rotation = 10;
    s.config.noise = 0.05;
    s.config.epochs = 1;
    check_ranks(s);
    (void)state;
}

static void so_it_is_in_bf16_and_in_plain_c(void **state)
{
    shared_training s = training_of("resnet", 32);
    s.config.precision = LAC_PRECISION_BF16;
    s.cpu = bf16_level();
    check_ranks(s);
    s.config.precision = LAC_PRECISION_FLOAT32;
    s.config.epochs = 1;
    s.rows = 20;
    s.cpu = LAC_CPU_REF;
    check_ranks(s);
    (void)state;
}

static void so_it_is_with_a_teacher(void **state)
{
    shared_training s = training_of("kimura", 32);
    test_folder f;
    folder_new(&f);
    s.config.epochs = 1;
    run_in(&s, &f, 1);
    must_train(&s, 1, LAC_OK);
    strcpy(s.config.teacher, path_in(&f, "by1").text);
    check_ranks(s);
    folder_free(&f);
    (void)state;
}

/* Trains by so many ranks whose gradients are rounded on the wire. */
static void train_rounded(shared_training *s, const test_folder *f, const char *name, int ranks)
{
    strcpy(s->run, path_in(f, name).text);
    s->config.wire = LAC_PRECISION_BF16;
    must_train(s, ranks, LAC_OK);
}

static int note_loss(void *user, const lac_progress *p)
{
    shared_training *s = user;
    if (p->step < p->steps)
        s->loss[s->losses++] = p->loss;
    return 0;
}

/* Slices that begin in the middle of chunks: sums are of other parts, and round otherwise. Adam
 * makes steps of one size of whatever is left of a gradient near 0, so the difference grows. */
static void a_batch_that_cannot_be_cut_at_chunks_is_trained_within_rounding(void **state)
{
    shared_training s = training_of("resnet", 10);
    double one[MOST_STEPS];
    test_folder f;
    folder_new(&f);
    s.config.epochs = 1;
    s.progress = note_loss;
    for (int ranks = 1; ranks <= MOST; ranks++) {
        run_in(&s, &f, ranks);
        s.losses = 0;
        must_train(&s, ranks, LAC_OK);
        assert_int_equal(s.losses, 4);
        if (ranks == 1)
            memcpy(one, s.loss, sizeof one);
        assert_true(fabs(s.loss[0] - one[0]) <= 1e-6 * one[0]);
        for (int i = 1; i < s.losses; i++)
            assert_true(fabs(s.loss[i] - one[i]) <= 1e-4 * one[i]);
    }
    folder_free(&f);
    (void)state;
}

/* What rounding does to the losses of a few steps; there is no gradient before the first. */
static void bf16_on_the_wire_trains_within_its_rounding_and_always_alike(void **state)
{
    static const char *const models[] = {"resnet", "cnn"};
    for (int m = 0; m < LAC_COUNT(models); m++) {
        shared_training s = training_of(models[m], 32), exact = s;
        test_folder f;
        folder_new(&f);
        s.progress = exact.progress = note_loss;
        run_in(&exact, &f, 2);
        must_train(&exact, 2, LAC_OK);
        train_rounded(&s, &f, "rounded", 2);
        assert_int_equal(s.losses, exact.losses);
        assert_true(s.loss[0] == exact.loss[0]);
        int differs = 0;
        for (int i = 1; i < s.losses; i++) {
            differs |= s.loss[i] != exact.loss[i];
            assert_true(fabs(s.loss[i] - exact.loss[i]) <= 0.02 * exact.loss[i]);
        }
        assert_true(differs);
        char once[384];
        strcpy(once, s.run);
        train_rounded(&s, &f, "again", 2);
        lac_context *ctx = context_at(s.cpu, 1);
        assert_same_run(ctx, once, s.run);
        lac_context_free(&ctx);
        folder_free(&f);
    }
    (void)state;
}

static void slices_begin_at_units_and_leave_none_too_small(void **state)
{
    static const struct {
        int n, unit, ranks, start[5];
    } cases[] = {{256, 16, 2, {0, 128, 256}},       {256, 16, 3, {0, 80, 160, 256}},
                 {8, 8, 4, {0, 0, 0, 0, 8}},        {19, 16, 2, {0, 0, 19}},
                 {21, 16, 2, {0, 16, 21}},          {20, 8, 2, {0, 8, 20}},
                 {10, 1, 3, {0, 3, 6, 10}},         {3, 8, 2, {0, 0, 3}},
                 {64, 16, 4, {0, 16, 32, 48, 64}}};
    for (int c = 0; c < LAC_COUNT(cases); c++) {
        int start[5];
        lac_slices(cases[c].n, cases[c].unit, cases[c].ranks, start);
        for (int r = 0; r <= cases[c].ranks; r++)
            assert_int_equal(start[r], cases[c].start[r]);
        for (int r = 0; r < cases[c].ranks; r++)
            assert_in_range(start[r + 1] - start[r], 0,
                            lac_slice_most(cases[c].n, cases[c].unit, cases[c].ranks));
    }
    (void)state;
}

/* ---- What happens to one happens to all ------------------------------------------------------ */

static int stop_of_rank_1(void *user, const lac_progress *p)
{
    const shared_training *s = user;
    return s->rank == 1 && p->epoch == 1 && p->step == 1;
}

static void a_stop_of_any_rank_is_gone_on_with_by_another_number_of_them(void **state)
{
    shared_training s = training_of("cnn", 32);
    test_folder f;
    folder_new(&f);
    run_in(&s, &f, 1);
    must_train(&s, 1, LAC_OK);
    char whole[384];
    strcpy(whole, s.run);
    run_in(&s, &f, 2);
    s.progress = stop_of_rank_1;
    must_train(&s, 2, LAC_STOPPED);
    s.progress = NULL;
    s.epochs = 1;
    must_train(&s, 3, LAC_OK);
    s.epochs = 2;
    must_train(&s, 1, LAC_OK);
    lac_context *ctx = context_at(s.cpu, 1);
    assert_same_run(ctx, whole, s.run);
    lac_context_free(&ctx);
    folder_free(&f);
    (void)state;
}

static void so_is_one_with_bf16_on_the_wire_and_by_one_rank_too(void **state)
{
    shared_training s = training_of("resnet", 32);
    test_folder f;
    char whole[384];
    folder_new(&f);
    train_rounded(&s, &f, "whole", 2);
    strcpy(whole, s.run);
    s.progress = stop_of_rank_1;
    strcpy(s.run, path_in(&f, "parts").text);
    must_train(&s, 2, LAC_STOPPED);
    s.progress = NULL;
    s.epochs = 2;
    must_train(&s, 2, LAC_OK);
    lac_context *ctx = context_at(s.cpu, 1);
    assert_same_run(ctx, whole, s.run);
    lac_context_free(&ctx);
    s.epochs = 3;
    must_train(&s, 1, LAC_OK);
    folder_free(&f);
    (void)state;
}

static int kill_rank_1(void *user, const lac_progress *p)
{
    const shared_training *s = user;
    if (s->rank == 1 && p->epoch == 2)
        raise(SIGKILL);
    return 0;
}

static void a_rank_that_is_killed_ends_all_and_the_run_can_go_on(void **state)
{
    shared_training s = training_of("kimura", 32);
    test_folder f;
    folder_new(&f);
    run_in(&s, &f, 3);
    s.progress = kill_rank_1;
    word w = train(&s, 3, 1);
    assert_int_equal(w.status, LAC_ERROR_RANKS);
    assert_string_equal(w.message, "rank 1 is gone, and the training with it");
    s.progress = NULL;
    s.epochs = 2;
    must_train(&s, 2, LAC_OK);
    folder_free(&f);
    (void)state;
}

static int kill_rank_0(void *user, const lac_progress *p)
{
    const shared_training *s = user;
    if (s->rank == 0 && p->epoch == 2)
        raise(SIGKILL);
    return 0;
}

static void so_does_rank_0(void **state)
{
    shared_training s = training_of("kimura", 32);
    test_folder f;
    word w;
    int words = 0;
    folder_new(&f);
    run_in(&s, &f, 3);
    s.progress = kill_rank_0;
    const ranked r = ranked_of(&s);
    int heard[2];
    assert_int_equal(pipe(heard), 0);
    pid_t child = fork();
    if (child == 0) {
        close(heard[0]);
        lac_comm *comm;
        if (lac_fork_open(3, &comm) != LAC_OK)
            _exit(1);
        w = by_rank(comm, &r);
        _exit(write(heard[1], &w, sizeof w) != sizeof w);
    }
    close(heard[1]);
    for (; read(heard[0], &w, sizeof w) == sizeof w; words++) {
        assert_int_equal(w.status, LAC_ERROR_RANKS);
        assert_string_equal(w.message, "rank 0 is gone, and the training with it");
    }
    close(heard[0]);
    assert_int_equal(words, 2);
    assert_int_equal(waitpid(child, NULL, 0), child);
    folder_free(&f);
    (void)state;
}

static int fill_disk_of_rank_0(void *user, const lac_progress *p)
{
    const shared_training *s = user;
    if (s->rank == 0 && p->epoch == 2)
        files_at_most(1000);
    return 0;
}

static void a_full_disk_of_rank_0_ends_all_with_its_message(void **state)
{
    shared_training s = training_of("kimura", 32);
    test_folder f;
    folder_new(&f);
    run_in(&s, &f, 2);
    s.progress = fill_disk_of_rank_0;
    word w = train(&s, 2, 1);
    files_at_most(0);
    assert_int_equal(w.status, LAC_ERROR_IO);
    assert_non_null(strstr(w.message, ".safetensors: "));
    s.progress = NULL;
    s.epochs = 2;
    must_train(&s, 2, LAC_OK);
    folder_free(&f);
    (void)state;
}

static void ranks_that_differ_are_refused(void **state)
{
    shared_training s = training_of("kimura", 32);
    lac_comm *comm;
    test_folder f;
    folder_new(&f);
    run_in(&s, &f, 2);
    assert_int_equal(lac_fork_open(2, &comm), LAC_OK);
    s.config.seed += (uint64_t)comm->rank;
    const ranked r = ranked_of(&s);
    word w = by_rank(comm, &r);
    if (comm->rank > 0)
        _exit(0);
    lac_fork_close(&comm);
    assert_int_equal(w.status, LAC_ERROR_MISMATCH);
    assert_string_equal(w.message,
                        "rank 1 has other settings than rank 0: must be the same on all");
    assert_int_equal(access(s.run, F_OK), -1); /* nothing is begun that would be in the way */
    folder_free(&f);
    (void)state;
}

static void a_number_of_ranks_that_cannot_be_is_refused(void **state)
{
    lac_comm *comm;
    assert_int_equal(lac_fork_open(0, &comm), LAC_ERROR_ARGUMENT);
    assert_null(comm);
    assert_string_equal(lac_context_message(NULL), "0 ranks: must be 1 to 1024");
    const lac_comm none = {.rank = 2, .size = 2};
    const lac_context_config config = {.comm = &none};
    lac_context *ctx;
    assert_int_equal(lac_context_new(&config, &ctx), LAC_ERROR_ARGUMENT);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks_trains_kimuras_cnn_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_the_resnet_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_the_cnn_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_best_to_the_same_bits),
        cmocka_unit_test(so_it_is_in_bf16_and_in_plain_c),
        cmocka_unit_test(so_it_is_with_a_teacher),
        cmocka_unit_test(a_batch_that_cannot_be_cut_at_chunks_is_trained_within_rounding),
        cmocka_unit_test(bf16_on_the_wire_trains_within_its_rounding_and_always_alike),
        cmocka_unit_test(slices_begin_at_units_and_leave_none_too_small),
        cmocka_unit_test(a_stop_of_any_rank_is_gone_on_with_by_another_number_of_them),
        cmocka_unit_test(so_is_one_with_bf16_on_the_wire_and_by_one_rank_too),
        cmocka_unit_test(a_rank_that_is_killed_ends_all_and_the_run_can_go_on),
        cmocka_unit_test(so_does_rank_0),
        cmocka_unit_test(a_full_disk_of_rank_0_ends_all_with_its_message),
        cmocka_unit_test(ranks_that_differ_are_refused),
        cmocka_unit_test(a_number_of_ranks_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
