/*
 * Strips of a view: where pixels come from, the four bytes around each, their blend, and noise.
 *
 * Each is a loop over arrays without branches or calls, which the compiler turns into vectors,
 * but for the loads of bytes: two bytes at once, one number of four bytes a pixel. (Gathers are
 * no faster on the processors that we know.) The build compiles this source for every instruction
 * set; all give the same bits.
 *
 * A point beyond the border is moved onto it, which repeats the border. A coordinate on the
 * last column is that column's left neighbour and a weight of 1, so that four bytes always
 * exist; weights of 0 and 1 give a byte exactly.
 */
#include "kernel/sample.h"

#define LAC_JOIN(stem, isa) stem##_##isa
#define LAC_EXPAND(stem, isa) LAC_JOIN(stem, isa)
#ifndef LAC_ISA
#define LAC_ISA ref
#endif

typedef struct places {
    int column[LAC_STRIP], row[LAC_STRIP]; /* of the top left one of the four bytes */
    float right[LAC_STRIP], down[LAC_STRIP]; /* weights of the right and the lower bytes */
    uint32_t bytes[LAC_STRIP]; /* from the lowest: top left, top right, below them */
} places;

/* Splits coordinates start + i * step, moved into [0, last], into whole and fraction. */
static void locate(float start, float step, int last, int n, int *restrict whole,
                   float *restrict fraction)
{
    float most = (float)last;
    int highest = last > 0 ? last - 1 : 0;
    for (int i = 0; i < n; i++) {
        float at = start + (float)i * step;
        at = at > 0.0f ? at : 0.0f;
        at = at < most ? at : most;
        int low = (int)at;
        low = low < highest ? low : highest;
        whole[i] = low;
        fraction[i] = at - (float)low;
    }
}

static uint32_t two_bytes(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

/* The row below that of a picture one pixel high is its own, the byte at the right of a picture one
 * pixel wide the same byte. */
static void fetch(const lac_strip *s, int n, places *p)
{
    const uint8_t *row = s->pixels, *below = s->pixels + (s->height > 1 ? s->stride : 0);
    uint32_t offset[LAC_STRIP];
    for (int i = 0; i < n; i++)
        offset[i] = (uint32_t)p->row[i] * (uint32_t)s->stride + (uint32_t)p->column[i];
    if (s->width == 1) {
        for (int i = 0; i < n; i++)
            p->bytes[i] = row[offset[i]] * 0x0101u | below[offset[i]] * 0x01010000u;
        return;
    }
#pragma GCC unroll 4
    for (int i = 0; i < n; i++)
        p->bytes[i] = two_bytes(row + offset[i]) | two_bytes(below + offset[i]) << 16;
}

static float byte_of(uint32_t bytes, int i)
{
    return (float)(int)(bytes >> 8 * i & 0xff);
}

static void blend(const lac_strip *s, const places *p, int n, float *restrict value)
{
    float gain = s->gain, offset = s->offset;
    for (int i = 0; i < n; i++) {
        uint32_t b = p->bytes[i];
        float x = p->right[i];
        float top = byte_of(b, 0) + x * (byte_of(b, 1) - byte_of(b, 0));
        float low = byte_of(b, 2) + x * (byte_of(b, 3) - byte_of(b, 2));
        value[i] = (top + p->down[i] * (low - top)) / 255 * gain + offset;
    }
}

/* A random number from a counter (C. Wellons' lowbias32), and another one from that. */
static uint32_t mix(uint32_t z)
{
    z = (z ^ z >> 16) * 0x7feb352du;
    z = (z ^ z >> 15) * 0x846ca68bu;
    return z ^ z >> 16;
}

static uint32_t mix_on(uint32_t z)
{
    z *= 0x9e3779b1u;
    return z ^ z >> 15;
}

/* Sums of bytes 0 and 1, and of 2 and 3, in either half. */
static uint32_t pair_sums(uint32_t z)
{
    return (z & 0x00ff00ffu) + (z >> 8 & 0x00ff00ffu);
}

/* The sum of eight random bytes is near to normal: mean 8 * 127.5, variance 8 * (256^2 - 1) / 12,
 * at most 4.9 deviations. */
static void add_noise(const lac_strip *s, int n, float *restrict value)
{
    const float deviation = 209.0215f;
    float scale = s->noise / deviation;
    for (int i = 0; i < n; i++) {
        uint32_t first = mix(s->key + s->counter + (uint32_t)i);
        uint32_t sums = pair_sums(first) + pair_sums(mix_on(first));
        int sum = (int)((sums >> 16) + (sums & 0xffffu));
        value[i] += scale * (float)(sum - 1020);
    }
}

void LAC_EXPAND(lac_sample, LAC_ISA)(const lac_strip *s, float *value, int n)
{
    places p;
    locate(s->x, s->dx, s->width - 1, n, p.column, p.right);
    locate(s->y, s->dy, s->height - 1, n, p.row, p.down);
    fetch(s, n, &p);
    blend(s, &p, n, value);
    if (s->noise > 0.0f)
        add_noise(s, n, value);
}
