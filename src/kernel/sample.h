/*
 * A strip of a view: up to LAC_STRIP pixels of a row, taken from a picture along a line.
 */
#ifndef LAC_SAMPLE_H
#define LAC_SAMPLE_H

#include "base/base.h"

enum { LAC_STRIP = 128 };

typedef struct lac_strip {
    const uint8_t *pixels; /* the picture: row y starts at pixels + y * stride */
    int width, height;
    size_t stride;         /* times height: below 2^32 */
    float x, y;        /* the picture's point that the first pixel shows */
    float dx, dy;      /* from there to the next one's */
    float gain, offset; /* a byte v becomes gain * v / 255 + offset */
    float noise;       /* deviation of the noise added to it; 0: none */
    uint32_t key;      /* of the noise, which is a function of key and counter + pixel */
    uint32_t counter;
} lac_strip;

/* Samples n pixels, at most LAC_STRIP, into value: bilinear, the border repeated without end. */
typedef void lac_sampler(const lac_strip *strip, float *value, int n);

extern lac_sampler lac_sample_ref;
extern lac_sampler lac_sample_avx2, lac_sample_avx512, lac_sample_avx512_bf16, lac_sample_neon;

#endif
