/* What the benchmarks of steps (bench.c) and of methods (bench_methods.c) share. */
#ifndef LAC_TRAIN_BENCH_H
#define LAC_TRAIN_BENCH_H

#include "train/trainer.h"

/* The median; sorts the values. */
double lac_median(double *values, int count);

/* A trainer of `config` on a batch of drawn noise. Both are the caller's to free, also on failure.
 * ARGUMENT, MEMORY. */
lac_status lac_bench_trainer(lac_context *ctx, const lac_train_config *config, int size, int points,
                             lac_data **data, lac_trainer **trainer);

/* A plan that only predicts, by the trainer's model and in its precision. MEMORY. */
lac_status lac_bench_plan(const lac_trainer *trainer, lac_plan **out);

/* ---- What the machine can do. bench_machine.c ------------------------------------------------ */

typedef struct lac_machine {
    lac_context *ctx;
    const lac_kernels *kernels; /* whose multiply-adds count */
    long rounds;                /* of one measurement of the peak */
    double *flop;               /* [threads] */
    float *sink;
} lac_machine;

/* Finds how many rounds a measurement of the peak needs. MEMORY. */
lac_status lac_machine_new(lac_context *ctx, const lac_kernels *kernels, lac_machine *out);
void lac_machine_free(lac_machine *machine);

/* Multiply-adds, times two, per second of so many threads together. */
double lac_machine_peak(lac_machine *machine, int threads);

/* Bytes per second, read and written by all threads that add one array to another, both far larger
 * than the caches. Median of a few sweeps. MEMORY. */
lac_status lac_machine_bandwidth(lac_context *ctx, double *out);

#endif
