/*
 * Winograd's matrices times a line of registers; `out` is known to the compiler: 4, 3, or, of
 * weights and sums, LAC_STRIDED, whose matrices are in winograd_f32_strided.c.
 *
 * out = 4: the points 0, a, -a, b, -b and infinity, a = 5/8, b = 3/2,
 *          a2b2   0  -a2-b2   0     1  0         1/a2b2    0     0
 *            0  -ab2  -b2     a     1  0           1/n    a/n  a2/n          1  1  1  1  1  0
 *   B' =     0   ab2  -b2    -a     1  0     G =   1/n   -a/n  a2/n    A' =  0  a -a  b -b  0
 *            0  -a2b  -a2     b     1  0           1/m    b/m  b2/m          0 a2 a2 b2 b2  0
 *            0   a2b  -a2    -b     1  0           1/m   -b/m  b2/m          0 a3-a3 b3-b3  1
 *            0  a2b2   0   -a2-b2   0  1            0      0     1
 *   n = 2 a2 (a2 - b2), m = 2 b2 (b2 - a2).
 *
 * out = 3: the points 0, a, -a, b and infinity, a = 3/4, b = 2,
 *          a2b   -a2     -b    1  0              1/a2b    0     0
 *            0   -ab    a-b    1  0                1/n   a/n  a2/n           1  1  1  1  0
 *   B' =     0    ab   -a-b    1  0          G =   1/l  -a/l  a2/l    A' =   0  a -a  b  0
 *            0   -a2      0    1  0                1/m   b/m  b2/m           0 a2 a2 b2  1
 *            0   a2b    -a2   -b  1                 0     0     1
 *   n = 2 a2 (a - b), l = -2 a2 (a + b), m = b (b2 - a2).
 *
 * The points have the smallest errors of a dozen pairs; all numbers of B' and A' are exact. With
 * random inputs and 64 channels, y is off by 7.8e-7 of its root mean square, and at most by 1.7e-6
 * of the largest (out = 4), and by 7.0e-7 and 1.3e-6 (out = 3). With the usual 1 and 2 it would be
 * 1.7e-6 and 5.2e-6, and 1.0e-6 and 2.7e-6.
 */
#ifndef LAC_WINOGRAD_F32_LINES_H
#define LAC_WINOGRAD_F32_LINES_H

#include "kernel/winograd_f32.h"

#define A4 0.625f
#define B4 1.5f
#define N4 (2 * A4 * A4 * (A4 * A4 - B4 * B4))
#define M4 (2 * B4 * B4 * (B4 * B4 - A4 * A4))

#define A3 0.75f
#define B3 2.0f
#define N3 (2 * A3 * A3 * (A3 - B3))
#define L3 (-2 * A3 * A3 * (A3 + B3))
#define M3 (B3 * (B3 * B3 - A3 * A3))

/* Results come in pairs, of 0 and infinity, a and -a, b and -b, that share sums and inputs. */
enum { PAIRS = 3 };

typedef struct pair_of {
    int count;    /* 2, or 1 for b alone */
    int line[2];  /* which results they are */
    int from, to; /* B' reads the numbers [from, to) for them */
} pair_of;

INLINE pair_of pair_at(int out, int pair)
{
    if (pair == 0)
        return (pair_of){2, {0, out + 1}, 0, out + 2};
    if (pair == 1)
        return (pair_of){2, {1, 2}, 1, out + 1};
    return (pair_of){out == 4 ? 2 : 1, {3, 4}, 1, out + 1};
}

/* A pair of B' d. */
INLINE void input_pair(int out, int pair, const vec *d, vec r[2])
{
    if (out == 4 && pair == 0) {
        const vec product = vec_all(A4 * A4 * B4 * B4), sum = vec_all(-A4 * A4 - B4 * B4);
        r[0] = vec_fma(product, d[0], vec_fma(sum, d[2], d[4]));
        r[1] = vec_fma(product, d[1], vec_fma(sum, d[3], d[5]));
    } else if (out == 4) {
        const float point = pair == 1 ? A4 : B4, other = pair == 1 ? B4 : A4;
        vec even = vec_fma(vec_all(-other * other), d[2], d[4]);
        vec odd = vec_fma(vec_all(-other * other), d[1], d[3]);
        r[0] = vec_fma(vec_all(point), odd, even);
        r[1] = vec_fma(vec_all(-point), odd, even);
    } else if (pair == 0) {
        const vec b = vec_all(-B3), a2 = vec_all(-A3 * A3);
        r[0] = vec_fma(a2, vec_fma(b, d[0], d[1]), vec_fma(b, d[2], d[3]));
        r[1] = vec_fma(a2, vec_fma(b, d[1], d[2]), vec_fma(b, d[3], d[4]));
    } else if (pair == 1) {
        vec even = vec_fma(vec_all(-B3), d[2], d[3]);
        vec odd = vec_fma(vec_all(-B3), d[1], d[2]);
        r[0] = vec_fma(vec_all(A3), odd, even);
        r[1] = vec_fma(vec_all(-A3), odd, even);
    } else {
        r[0] = vec_fma(vec_all(-A3 * A3), d[1], d[3]);
    }
}

/* A pair of A d. */
INLINE void gradient_pair(int out, int pair, const vec *d, vec r[2])
{
    const float point = out == 4 ? (pair == 1 ? A4 : B4) : pair == 1 ? A3 : B3;
    if (pair == 0) {
        r[0] = d[0];
        r[1] = d[out - 1];
        return;
    }
    vec even = vec_fma(vec_all(point * point), d[2], d[0]);
    vec odd = out == 4 ? vec_fma(vec_all(point * point), d[3], d[1]) : d[1];
    r[0] = vec_fma(vec_all(point), odd, even);
    if (pair_at(out, pair).count == 2)
        r[1] = vec_fma(vec_all(-point), odd, even);
}

/* A' m. */
INLINE void output_line(int out, const vec *m, vec *r)
{
    vec sum = m[1] + m[2], difference = m[1] - m[2];
    if (out == 4) {
        vec sum_b = m[3] + m[4], difference_b = m[3] - m[4];
        r[0] = m[0] + sum + sum_b;
        r[1] = vec_fma(vec_all(B4), difference_b, vec_all(A4) * difference);
        r[2] = vec_fma(vec_all(B4 * B4), sum_b, vec_all(A4 * A4) * sum);
        r[3] = vec_fma(vec_all(B4 * B4 * B4), difference_b,
                       vec_fma(vec_all(A4 * A4 * A4), difference, m[5]));
    } else {
        r[0] = m[0] + sum + m[3];
        r[1] = vec_fma(vec_all(B3), m[3], vec_all(A3) * difference);
        r[2] = vec_fma(vec_all(B3 * B3), m[3], vec_fma(vec_all(A3 * A3), sum, m[4]));
    }
}

/* The row of G for a point p, whose divisor is n. */
INLINE vec weight_at(float p, float n, const vec w[3])
{
    return vec_fma(vec_all(p * p / n), w[2], vec_fma(vec_all(p / n), w[1], vec_all(1 / n) * w[0]));
}

/* Rows of G. */
INLINE int side_of(int out)
{
    return out == LAC_STRIDED ? 5 : out + 2;
}

/* G w. */
INLINE void weight_line(int out, const vec w[3], vec *r)
{
    if (out == LAC_STRIDED) {
        r[0] = w[0];
        r[1] = vec_all(0.5f) * (w[0] + w[2]);
        r[2] = vec_all(0.5f) * (w[0] - w[2]);
        r[3] = w[2];
        r[4] = w[1];
    } else if (out == 4) {
        r[0] = vec_all(1 / (A4 * A4 * B4 * B4)) * w[0];
        r[1] = weight_at(A4, N4, w);
        r[2] = weight_at(-A4, N4, w);
        r[3] = weight_at(B4, M4, w);
        r[4] = weight_at(-B4, M4, w);
        r[5] = w[2];
    } else {
        r[0] = vec_all(1 / (A3 * A3 * B3)) * w[0];
        r[1] = weight_at(A3, N3, w);
        r[2] = weight_at(-A3, L3, w);
        r[3] = weight_at(B3, M3, w);
        r[4] = w[2];
    }
}

/* G' s. */
INLINE void sum_line(int out, const vec *s, vec r[3])
{
    if (out == LAC_STRIDED) {
        r[0] = vec_fma(vec_all(0.5f), s[1] + s[2], s[0]);
        r[1] = s[4];
        r[2] = vec_fma(vec_all(0.5f), s[1] - s[2], s[3]);
    } else if (out == 4) {
        vec a = s[1] + s[2], b = s[3] + s[4];
        r[0] = vec_fma(vec_all(1 / (A4 * A4 * B4 * B4)), s[0],
                       vec_fma(vec_all(1 / N4), a, vec_all(1 / M4) * b));
        r[1] = vec_fma(vec_all(A4 / N4), s[1] - s[2], vec_all(B4 / M4) * (s[3] - s[4]));
        r[2] = vec_fma(vec_all(A4 * A4 / N4), a, vec_fma(vec_all(B4 * B4 / M4), b, s[5]));
    } else {
        vec a = vec_all(1 / N3) * s[1], minus = vec_all(1 / L3) * s[2], b = vec_all(1 / M3) * s[3];
        r[0] = vec_fma(vec_all(1 / (A3 * A3 * B3)), s[0], a + minus + b);
        r[1] = vec_fma(vec_all(A3), a - minus, vec_all(B3) * b);
        r[2] = vec_fma(vec_all(A3 * A3), a + minus, vec_fma(vec_all(B3 * B3), b, s[4]));
    }
}

#endif
