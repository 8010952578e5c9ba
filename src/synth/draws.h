/* Random numbers of a stream, drawn one after the other. */
#ifndef LAC_SYNTH_DRAWS_H
#define LAC_SYNTH_DRAWS_H

#include "base/base.h"

typedef struct lac_draws {
    uint64_t seed;
    uint64_t stream;
    uint64_t next; /* counter of the next number */
} lac_draws;

static inline double lac_between(lac_draws *d, double low, double high)
{
    return low + (high - low) * lac_random_uniform(d->seed, d->stream, d->next++);
}

/* Triangular distribution: mostly near the mean, never farther from it than the spread. */
static inline double lac_about(lac_draws *d, double mean, double spread)
{
    double a = lac_between(d, -0.5, 0.5);
    return mean + spread * (a + lac_between(d, -0.5, 0.5));
}

static inline int lac_chance(lac_draws *d, double probability)
{
    return lac_between(d, 0, 1) < probability;
}

#endif
