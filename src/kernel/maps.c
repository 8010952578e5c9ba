/*
 * Kernels of the operators add and softargmax in vector registers, for either storage of
 * activations (stored.h).
 *
 * add and its backward pass do the reference's operations in its order and give its bits.
 * softargmax walks a map once, a row at a time: when a row has a number larger than all before, the
 * sums so far are scaled to it. Its sums are float, of a row and then of rows.
 */
#include "kernel/vector.h"

#include <math.h>

/* ---- Sums of planes ------------------------------------------------------------------- */

/* Where add reads: the current row of a plane, and how often its current place was read. */
typedef struct reader {
    const stored *x;
    int times, read;
} reader;

static inline void add_row(reader *from, int count, stored *z, int w, int relu)
{
    for (int j = 0; j < w; j++, z += LAC_BLOCK) {
        vec sum[PARTS] = {{0}};
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < PARTS; i++)
                sum[i] += vec_take(from[k].x + i * LANES);
            if (++from[k].read == from[k].times) {
                from[k].read = 0;
                from[k].x += LAC_BLOCK;
            }
        }
        for (int i = 0; i < PARTS; i++)
            vec_put(z + i * LANES, relu ? relu_of(sum[i]) : sum[i]);
    }
}

void LAC_NAME(lac_add)(const lac_addend *from, int count, void *z_, int h, int w, int relu)
{
    stored *z = z_;
    for (int i = 0; i < h; i++) {
        reader readers[LAC_MOST_ADDENDS];
        for (int k = 0; k < count; k++) {
            const stored *x = from[k].x;
            int times = from[k].times;
            size_t across = (size_t)(w + times - 1) / times;
            readers[k] = (reader){x + (i / times) * across * LAC_BLOCK, times, 0};
        }
        add_row(readers, count, z + (size_t)i * w * LAC_BLOCK, w, relu);
    }
}

void LAC_NAME(lac_add_backward)(const void *z_, const void *dz_, void *dx_, int h, int w,
                                int times, int relu, int accumulate)
{
    const stored *z = z_;
    const stored *dz = dz_;
    stored *dx = dx_;
    for (int top = 0; top < h; top += times) {
        for (int left = 0; left < w; left += times) {
            int bottom = top + times < h ? top + times : h;
            int right = left + times < w ? left + times : w;
            for (int part = 0; part < PARTS; part++, dx += LANES) {
                vec sum = {0};
                for (int i = top; i < bottom; i++) {
                    size_t at = ((size_t)i * w + left) * LAC_BLOCK + part * LANES;
                    for (int j = left; j < right; j++, at += LAC_BLOCK) {
                        vec g = vec_take(dz + at);
                        sum += relu ? gate(1, vec_take(z + at), g) : g;
                    }
                }
                vec_put(dx, accumulate ? vec_take(dx) + sum : sum);
            }
        }
    }
}

/* ---- Soft-argmax ----------------------------------------------------------------------- */

typedef uint32_t vec_bits __attribute__((vector_size(LANES * sizeof(uint32_t))));

/* exp(v) for v <= 0, off by at most 2^-22 of its value; 0 below -87, NaN of NaN. With v = n log 2 +
 * r, |r| <= log(2) / 2, it is 2^n exp(r), and exp(r) a polynomial (Cephes' expf). */
static inline vec exp_of(vec v)
{
    static const float p[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                              4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
    static const float log2_high = 0.693359375f;
    static const float log2_low = -2.12194440e-4f;
    static const float whole = 12582912.0f; /* 1.5 * 2^23: what is added to it loses its fraction */
    const vec one = vec_all(1.0f);
    const vec least = vec_all(-87.0f);
    vec_mask is_small = vec_greater(least, v);
    v = vec_select(is_small, least, v);
    vec shifted = vec_fma(v, vec_all(1.44269504f), vec_all(whole));
    vec n = shifted - vec_all(whole);
    vec r = vec_fma(n, vec_all(-log2_high), v);
    r = vec_fma(n, vec_all(-log2_low), r);
    vec sum = vec_all(p[0]);
    for (int i = 1; i < (int)(sizeof p / sizeof *p); i++)
        sum = vec_fma(sum, r, vec_all(p[i]));
    sum = vec_fma(sum, r * r, r + one);
    vec power = (vec)(((vec_bits)shifted + 127) << 23); /* the low bits of shifted are n */
    return vec_select(is_small, (vec){0}, sum * power);
}

/* Sums over the places so far of 16 maps, all exp(l - most). */
typedef struct sums {
    vec most, all, x, y;
} sums;

static inline void sum_row(sums *s, const stored *l, int w, const float *column, float row)
{
    vec most = s->most;
    for (int j = 0; j < w; j++) {
        vec v = vec_take(l + (size_t)j * LAC_BLOCK);
        most = vec_select(vec_greater(v, most), v, most);
    }
    vec scale = exp_of(s->most - most);
    vec all = {0};
    vec x = {0};
    for (int j = 0; j < w; j++) {
        vec e = exp_of(vec_take(l + (size_t)j * LAC_BLOCK) - most);
        all += e;
        x = vec_fma(e, vec_all(column[j]), x);
    }
    s->most = most;
    s->all = vec_fma(s->all, scale, all);
    s->x = vec_fma(s->x, scale, x);
    s->y = vec_fma(s->y, scale, vec_all(row) * all);
}

void LAC_NAME(lac_softargmax)(const void *l_, int h, int w, const float *column, const float *row,
                              lac_expected *out)
{
    for (int c = 0; c < LAC_BLOCK; c += LANES) {
        const stored *l = (const stored *)l_ + c;
        sums s = {.most = vec_all(-INFINITY)};
        for (int i = 0; i < h; i++)
            sum_row(&s, l + (size_t)i * w * LAC_BLOCK, w, column, row[i]);
        vec_store(out->most + c, s.most);
        vec_store(out->share + c, vec_all(1.0f) / s.all);
        vec_store(out->x + c, s.x / s.all);
        vec_store(out->y + c, s.y / s.all);
    }
}

void LAC_NAME(lac_softargmax_backward)(const void *l_, int h, int w, const float *column,
                                       const float *row, const lac_expected *at,
                                       const float dx_[16], const float dy_[16], void *dl_,
                                       int accumulate)
{
    for (int c = 0; c < LAC_BLOCK; c += LANES) {
        const stored *l = (const stored *)l_ + c;
        stored *dl = (stored *)dl_ + c;
        vec most = vec_load(at->most + c);
        vec share = vec_load(at->share + c);
        vec x = vec_load(at->x + c);
        vec dx = vec_load(dx_ + c);
        vec dy = vec_load(dy_ + c);
        for (int i = 0; i < h; i++) {
            vec down = (vec_all(row[i]) - vec_load(at->y + c)) * dy;
            for (int j = 0; j < w; j++, l += LAC_BLOCK, dl += LAC_BLOCK) {
                vec m = exp_of(vec_take(l) - most) * share;
                vec d = m * vec_fma(vec_all(column[j]) - x, dx, down);
                vec_put(dl, accumulate ? vec_take(dl) + d : d);
            }
        }
    }
}
