/*
 * How a kernel source that is compiled once per storage reads and writes activations:
 * as floats, or with LAC_BF16 as bfloat16, a float's upper half. All arithmetic is float.
 *
 * Rounding to bf16 is to nearest, ties to even. NaN stays NaN (made quiet), what is too
 * large becomes infinite, and denormal floats become 0 of their sign, as the processor's
 * conversion has it.
 */
#ifndef LAC_STORED_H
#define LAC_STORED_H

#include <stdint.h>
#include <string.h>

static inline float lac_bf16_widen(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint16_t lac_bf16_round(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40);
    if (magnitude < 0x00800000)
        return (uint16_t)(bits >> 16 & 0x8000);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#ifdef LAC_BF16
typedef uint16_t stored;

static inline float widen(stored v)
{
    return lac_bf16_widen(v);
}

static inline stored narrow(float v)
{
    return lac_bf16_round(v);
}
#else
typedef float stored;

static inline float widen(stored v)
{
    return v;
}

static inline stored narrow(float v)
{
    return v;
}
#endif

#endif
