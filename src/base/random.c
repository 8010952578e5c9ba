/*
 * Counter-based random numbers: three rounds of a 64-bit mixer over key and
 * counter (the finalizer of SplitMix64, Steele et al. 2014).
 */
#include "base/base.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t lac_random(uint64_t seed, uint64_t stream, uint64_t counter)
{
    return mix(mix(mix(seed) ^ stream) ^ counter);
}

double lac_random_uniform(uint64_t seed, uint64_t stream, uint64_t counter)
{
    return (double)(lac_random(seed, stream, counter) >> 11) * 0x1p-53;
}

double lac_random_normal(uint64_t seed, uint64_t stream, uint64_t counter)
{
    const double pi = 3.14159265358979323846;
    double radius = 1.0 - lac_random_uniform(seed, stream, 2 * counter); /* (0, 1] */
    double angle = lac_random_uniform(seed, stream, 2 * counter + 1);
    return sqrt(-2.0 * log(radius)) * cos(2.0 * pi * angle); /* Box and Muller */
}

void lac_shuffle(uint64_t seed, uint64_t stream, int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int j = (int)(lac_random(seed, stream, (uint64_t)i) % (uint64_t)(i + 1));
        int swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}
