/*
 * The average of the weights that a training passes through predicts better than the last ones
 * while steps are large (Polyak and Juditsky 1992). Written as
 *   average += (1 - decay) * (weights - average)
 * it stays put exactly where the two are equal.
 *
 * Running statistics are averaged likewise, for whoever saves in the middle of an epoch; at its end
 * they are taken anew (settle.c).
 */
#include "train/average.h"

#include <math.h>

enum { TILE = 1 << 16 }; /* floats, independent of the threads */

typedef struct job {
    const float *from;
    float *to;
    size_t floats;
    float take;
} job;

static void work(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    size_t first = (size_t)item * TILE;
    size_t end = j->floats - first < TILE ? j->floats : first + TILE;
    const float *restrict from = j->from;
    float *restrict to = j->to;
    for (size_t i = first; i < end; i++)
        to[i] += j->take * (from[i] - to[i]);
}

static void update(lac_context *ctx, const float *from, float *to, size_t floats, double decay)
{
    job j = {from, to, floats, (float)(1.0 - decay)};
    lac_parallel(ctx, (int)((floats + TILE - 1) / TILE), work, &j);
}

double lac_average_decay(double most, long step)
{
    return fmin(most, (1.0 + (double)step) / (10.0 + (double)step));
}

void lac_average_update(lac_context *ctx, const lac_net *net, const lac_weights *weights,
                        double decay, lac_weights *average)
{
    update(ctx, weights->w, average->w, net->params.floats, decay);
    update(ctx, weights->b, average->b, net->buffers.floats, decay);
    average->version++;
}
