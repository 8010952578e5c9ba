/*
 * Arrays of floats for tests of kernels: between guard bands, filled by a seed,
 * compared bit for bit or within a tolerance.
 */
#ifndef LAC_TEST_NUMBERS_H
#define LAC_TEST_NUMBERS_H

#include "kernel/kernel.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    BAND = 64,     /* floats before and behind an array */
    MOST = 1 << 28 /* floats of an array; a compiler that knows it sees that no size overflows */
};

/* The next level that the machine has, or LAC_CPU_AUTO behind the last. */
static inline lac_cpu next_level(lac_cpu level)
{
    while (++level <= LAC_CPU_AMX)
        if (lac_kernels_level(level) == level)
            return level;
    return LAC_CPU_AUTO;
}

typedef enum fill {
    FILL_PLAIN,   /* (-2, 2) */
    FILL_TIES,    /* few different values, zeros of both signs among them */
    FILL_EXTREME, /* plain, mixed with huge, tiny, denormal and infinite numbers and NaN */
    FILLS
} fill;

static inline uint32_t band_pattern(size_t i)
{
    return 0x7fc0dead + (uint32_t)i; /* a NaN: reading it shows too */
}

/* `count` floats that start 64-byte aligned, or `skew` floats behind. */
static inline float *numbers_skewed(size_t count, int skew)
{
    if (count > MOST)
        abort();
    size_t floats = (count + (size_t)skew + 2 * BAND + 15) / 16 * 16;
    float *memory = aligned_alloc(64, floats * sizeof *memory);
    assert_non_null(memory);
    uint32_t head[2] = {(uint32_t)count, (uint32_t)skew};
    for (size_t i = 0; i < floats; i++) {
        uint32_t bits = band_pattern(i);
        memcpy(memory + i, &bits, sizeof bits);
    }
    float *p = memory + BAND + skew;
    memcpy(p - 2, head, sizeof head);
    return p;
}

static inline float *numbers(size_t count)
{
    return numbers_skewed(count, 0);
}

/* Checks the bands and frees. */
static inline void numbers_free(float *p)
{
    uint32_t head[2];
    memcpy(head, p - 2, sizeof head);
    size_t before = BAND + head[1];
    float *memory = p - before;
    for (size_t i = 0; i < before + head[0] + BAND; i++) {
        uint32_t bits;
        memcpy(&bits, memory + i, sizeof bits);
        int inside = i >= before - 2 && i < before + head[0];
        if (!inside && bits != band_pattern(i))
            fail_msg("written outside: float %ld of %u", (long)i - (long)before, head[0]);
    }
    free(memory);
}

static inline float number_of(fill kind, uint64_t seed, uint64_t i)
{
    static const float extremes[] = {1e30f, -1e30f, 1e-30f, 1e-40f, -1e-45f, -0.0f,
                                     0.0f,  INFINITY, -INFINITY, NAN, 3e38f, 1.0f};
    double u = lac_random_uniform(seed, 0, i);
    if (kind == FILL_TIES)
        return u < 0.2 ? -0.0f : (float)((int)(u * 5) - 2);
    uint64_t which = lac_random(seed, 1, i) % (4 * LAC_COUNT(extremes));
    if (kind == FILL_EXTREME && which < LAC_COUNT(extremes))
        return extremes[which];
    return (float)(4 * u - 2);
}

static inline float *filled(size_t count, fill kind, uint64_t seed)
{
    float *p = numbers(count);
    for (size_t i = 0; i < count; i++)
        p[i] = number_of(kind, seed, i);
    return p;
}

static inline float *copied(const float *from, size_t count)
{
    float *p = numbers(count);
    memcpy(p, from, count * sizeof *p);
    return p;
}

/* Per-channel constants: plain, a few zero or negative. */
static inline void constants(float out[16], uint64_t seed)
{
    for (int i = 0; i < LAC_BLOCK; i++)
        out[i] = i == 3 ? 0 : number_of(FILL_PLAIN, seed, (uint64_t)i);
}

/* Weights, gradient and both moments (the second is never negative). */
static inline void adam_arrays(float *out[4], size_t count, fill kind, int skew)
{
    for (int which = 0; which < 4; which++) {
        out[which] = numbers_skewed(count, skew * which);
        for (size_t i = 0; i < count; i++) {
            float v = number_of(kind, (uint64_t)which + 1, i);
            out[which][i] = which == 3 ? fabsf(v) : v;
        }
    }
}

/* Equal bits, or both NaN. `what` says which call it was. */
static inline void assert_same(const float *got, const float *want, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(got + i, want + i, sizeof *got) != 0 && !(isnan(got[i]) && isnan(want[i])))
            fail_msg("%s: element %zu of %zu is %.9g, must be %.9g", what, i, count, (double)got[i],
                     (double)want[i]);
    }
}

/* |got - want| <= tolerance * the largest |want|. */
static inline void assert_near(const float *got, const float *want, size_t count, double tolerance,
                        const char *what)
{
    double scale = 0;
    for (size_t i = 0; i < count; i++)
        if (fabs((double)want[i]) > scale)
            scale = fabs((double)want[i]);
    for (size_t i = 0; i < count; i++) {
        if (!(fabs((double)got[i] - (double)want[i]) <= tolerance * scale))
            fail_msg("%s: element %zu of %zu is %.9g, must be %.9g", what, i, count, (double)got[i],
                     (double)want[i]);
    }
}

#endif
