/* The processor's multiply-add peak and the memory's bandwidth: what operators are measured by. */
#include "train/bench.h"

#include <stdlib.h>

static const double peak_seconds = 0.05; /* one measurement of the peak */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double lac_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

/* ---- Peak ----------------------------------------------------------------------------- */

static void work_peak(void *arg, int item, int thread)
{
    (void)thread;
    lac_machine *m = arg;
    m->flop[item] = m->kernels->peak(m->rounds, &m->sink[item * LAC_BLOCK]);
}

double lac_machine_peak(lac_machine *m, int threads)
{
    double started = lac_seconds();
    lac_parallel(m->ctx, threads, work_peak, m);
    double seconds = lac_seconds() - started;
    double flop = 0.0;
    for (int i = 0; i < threads; i++)
        flop += m->flop[i];
    return flop / seconds;
}

lac_status lac_machine_new(lac_context *ctx, const lac_kernels *kernels, lac_machine *m)
{
    size_t threads = (size_t)ctx->threads;
    double started;
    *m = (lac_machine){.ctx = ctx, .kernels = kernels, .rounds = 1000};
    LAC_TRY(lac_alloc(ctx, threads, sizeof *m->flop, &m->flop));
    LAC_TRY(lac_alloc(ctx, threads * LAC_BLOCK, sizeof *m->sink, &m->sink));
    do {
        m->rounds *= 2;
        started = lac_seconds();
        lac_machine_peak(m, ctx->threads);
    } while (lac_seconds() - started < peak_seconds);
    return LAC_OK;
}

void lac_machine_free(lac_machine *m)
{
    free(m->flop);
    free(m->sink);
}

/* ---- Bandwidth ---------------------------------------------------------------------------- */

/* Two arrays of 128 MB, where caches have some tens; swept in pieces, more of them than threads. */
enum { STREAM = 32 << 20, PIECES = 64, PIECE = STREAM / PIECES, SWEEPS = 9 };

typedef struct stream {
    const lac_kernels *kernels;
    float *from, *to; /* [STREAM] */
} stream;

/* Writes both arrays: a page that was only read is not there yet. */
static void work_fill(void *arg, int item, int thread)
{
    (void)thread;
    const stream *s = arg;
    for (size_t i = (size_t)item * PIECE; i < (size_t)(item + 1) * PIECE; i++)
        s->from[i] = s->to[i] = 1.0f;
}

static void work_sweep(void *arg, int item, int thread)
{
    (void)thread;
    const stream *s = arg;
    size_t first = (size_t)item * PIECE;
    s->kernels->accumulate(s->from + first, s->to + first, PIECE);
}

lac_status lac_machine_bandwidth(lac_context *ctx, double *out)
{
    const double moved = 3.0 * STREAM * sizeof(float); /* two reads, one write */
    const size_t bytes = STREAM * sizeof(float);
    stream s = {.kernels = ctx->kernels};
    double rate[SWEEPS];
    lac_status status = lac_pages_new(ctx, bytes, &s.from);
    if (status == LAC_OK)
        status = lac_pages_new(ctx, bytes, &s.to);
    if (status == LAC_OK) {
        lac_parallel(ctx, PIECES, work_fill, &s);
        for (int i = 0; i < SWEEPS; i++) {
            double started = lac_seconds();
            lac_parallel(ctx, PIECES, work_sweep, &s);
            rate[i] = moved / (lac_seconds() - started);
        }
        *out = lac_median(rate, SWEEPS);
    }
    lac_pages_free(s.from, bytes);
    lac_pages_free(s.to, bytes);
    return status;
}
