/*
 * Trainings that several ranks share, by fork: whatever their number, the same bits; whatever
 * happens to one of them, all end.
 *
 * Every training makes its own context behind the fork, and ranks but 0 leave as soon as it is over:
 * what it came to is in its folder.
 */
#define _POSIX_C_SOURCE 200809L
#include "comm/comm.h"
#include "training.h"

#include <math.h>
#include <signal.h>
#include <unistd.h>

enum { MOST = 4, SIDE = 32 };

typedef struct shared_training {
    lac_train_config config;
    lac_cpu cpu;
    int rows;
    char run[384];
    int epochs;           /* not 0: goes on with `run` to this one */
    lac_progress_fn progress;
    int ranks, rank;      /* of the process that looks */
    const lac_comm *comm;
    char message[512];
} shared_training;

static shared_training training_of(const char *model, int batch)
{
    shared_training s = {.config = small_config(model), .cpu = LAC_CPU_AUTO, .rows = 45};
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

/* One rank's part, in its own context. */
static lac_status train_rank(const lac_comm *comm, shared_training *s)
{
    const lac_context_config config = {.threads = 1, .cpu = s->cpu, .comm = comm};
    lac_context *ctx;
    lac_status status = lac_context_new(&config, &ctx);
    if (status != LAC_OK)
        return status;
    lac_data *data = data_new(ctx, s->rows, SIDE, 0);
    s->comm = comm;
    s->rank = comm->rank;
    s->ranks = comm->size;
    status = train_in(ctx, data, s);
    snprintf(s->message, sizeof s->message, "%s", lac_context_message(ctx));
    lac_data_free(&data);
    lac_context_free(&ctx);
    return status;
}

/* Trains by so many ranks; what rank 0 came to. */
static lac_status train(shared_training *s, int ranks)
{
    lac_comm *comm;
    assert_int_equal(lac_fork_open(ranks, &comm), LAC_OK);
    lac_status status = train_rank(comm, s);
    if (comm->rank > 0)
        _exit(0);
    lac_fork_close(&comm);
    return status;
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
        if (train(&s, ranks) != LAC_OK)
            fail_msg("%d ranks: %s", ranks, s.message);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks_trains_kimuras_cnn_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_the_resnet_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_the_cnn_to_the_same_bits),
        cmocka_unit_test(any_number_of_ranks_trains_best_to_the_same_bits),
        cmocka_unit_test(so_it_is_in_bf16_and_in_plain_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
