/*
 * The reference kernels: plain loops in plain C, the specification of every slot.
 *
 * Every sum over pixels or over k is taken in double, in the order of memory. All
 * other arithmetic is float, one rounding per operation written; faster versions
 * that keep this order give the same bits.
 *
 * NaN is never hidden: relu and the 2x2 maximum hand it on. -0 counts as 0.
 */
#include "kernel/tables.h"

#include <math.h>

static float relu_of(float v)
{
    return v < 0 ? 0 : v;
}

/* The gradient before the relu: what arrives where the output is positive. */
static float gate(int relu, float z, float dz)
{
    return !relu || z > 0 ? dz : 0;
}

/* The first largest of four, or the last NaN. */
static int largest(const float v[4])
{
    int best = 0;
    for (int i = 1; i < 4; i++) {
        if (v[i] > v[best] || isnan(v[i]))
            best = i;
    }
    return best;
}

static void gemm(int ta, int tb, int m, int n, int k, const float *a, int lda, const float *b,
                 int ldb, float beta, float *c, int ldc)
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            float *out = c + (size_t)i * ldc + j;
            double sum = 0;
            for (int p = 0; p < k; p++) {
                float left = ta ? a[(size_t)p * lda + i] : a[(size_t)i * lda + p];
                float right = tb ? b[(size_t)j * ldb + p] : b[(size_t)p * ldb + j];
                sum += (double)left * right;
            }
            *out = (float)(beta == 0 ? sum : sum + (double)beta * *out);
        }
    }
}

static void moments(const float *y, int pixels, const float origin[16], double sum[16],
                    double square[16])
{
    for (int p = 0; p < pixels; p++, y += LAC_BLOCK) {
        for (int c = 0; c < LAC_BLOCK; c++) {
            double d = (double)y[c] - origin[c];
            sum[c] += d;
            square[c] += d * d;
        }
    }
}

static void affine(const float *y, const float *add, float *z, int pixels, const float scale[16],
                   const float shift[16], int relu)
{
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        float v = y[i] * scale[i % LAC_BLOCK] + shift[i % LAC_BLOCK];
        if (add)
            v += add[i];
        z[i] = relu ? relu_of(v) : v;
    }
}

/* The 2x2 window at row i, column j of the pooled plane: offsets of its pixels. */
static void window(int i, int j, int w, size_t offset[4])
{
    offset[0] = ((size_t)(2 * i) * w + 2 * j) * LAC_BLOCK;
    offset[1] = offset[0] + LAC_BLOCK;
    offset[2] = offset[0] + (size_t)w * LAC_BLOCK;
    offset[3] = offset[2] + LAC_BLOCK;
}

static void affine_pool(const float *y, float *z, int h, int w, const float scale[16],
                        const float shift[16], int relu)
{
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int c = 0; c < LAC_BLOCK; c++) {
                float v[4];
                for (int s = 0; s < 4; s++)
                    v[s] = y[offset[s] + c] * scale[c] + shift[c];
                float most = v[largest(v)];
                z[c] = relu ? relu_of(most) : most;
            }
        }
    }
}

static void affine_sums(const float *y, const float *z, const float *dz, int pixels, int relu,
                        const float origin[16], double sum[16], double product[16])
{
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        int c = (int)(i % LAC_BLOCK);
        double g = gate(relu, z[i], dz[i]);
        sum[c] += g;
        product[c] += g * ((double)y[i] - origin[c]);
    }
}

static void affine_backward(const float *y, const float *z, const float *dz, float *dy, int pixels,
                            int relu, const float a[16], const float b[16], const float c[16],
                            float *dadd, int accumulate)
{
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        size_t channel = i % LAC_BLOCK;
        float g = gate(relu, z[i], dz[i]);
        dy[i] = a[channel] * g + b[channel] * y[i] + c[channel];
        if (dadd)
            dadd[i] = accumulate ? dadd[i] + g : g;
    }
}

/* Which of the window's pixels was the maximum. The shift is the same for all four and
 * rounding is monotonic, so that it cannot make another one larger. */
static size_t winner(const float *y, const size_t offset[4], int c, float scale)
{
    float v[4];
    for (int s = 0; s < 4; s++)
        v[s] = y[offset[s] + c] * scale;
    return offset[largest(v)] + c;
}

static void pool_sums(const float *y, const float *z, const float *dz, int h, int w, int relu,
                      const float scale[16], const float origin[16], double sum[16],
                      double product[16])
{
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK, dz += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int c = 0; c < LAC_BLOCK; c++) {
                double g = gate(relu, z[c], dz[c]);
                sum[c] += g;
                product[c] += g * ((double)y[winner(y, offset, c, scale[c])] - origin[c]);
            }
        }
    }
}

static void pool_backward(const float *y, const float *z, const float *dz, float *dy, int h, int w,
                          int relu, const float scale[16], const float a[16], const float b[16],
                          const float c[16])
{
    for (size_t i = 0; i < (size_t)h * w * LAC_BLOCK; i++)
        dy[i] = a[i % LAC_BLOCK] * 0.0f + b[i % LAC_BLOCK] * y[i] + c[i % LAC_BLOCK];
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK, dz += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int k = 0; k < LAC_BLOCK; k++) {
                size_t at = winner(y, offset, k, scale[k]);
                dy[at] = a[k] * gate(relu, z[k], dz[k]) + b[k] * y[at] + c[k];
            }
        }
    }
}

static void accumulate_into(const float *x, float *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

static void adam(float *w, const float *g, float *m, float *v, size_t count,
                 const lac_adam_step *step)
{
    float keep1 = (float)step->beta1;
    float keep2 = (float)step->beta2;
    float take1 = (float)(1 - step->beta1);
    float take2 = (float)(1 - step->beta2);
    for (size_t i = 0; i < count; i++) {
        float d = g[i] + step->l2 * w[i];
        m[i] = keep1 * m[i] + take1 * d;
        v[i] = keep2 * v[i] + take2 * (d * d);
        w[i] -= step->shrink * w[i] + step->lr * m[i] / (sqrtf(v[i]) + step->eps);
    }
}

static void picture(const uint8_t *pixels, float *x, int size, int mirror)
{
    for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++)
            x[i * size + j] = (float)pixels[i * size + (mirror ? size - 1 - j : j)] / 255;
    }
}

/* x -> x / 2 + 1 in independent chains; it settles at 2. */
static double peak(long rounds, float *sink)
{
    float x[LAC_BLOCK] = {0};
    for (long r = 0; r < rounds; r++) {
        for (int i = 0; i < LAC_BLOCK; i++)
            x[i] = x[i] * 0.5f + 1;
    }
    *sink = 0;
    for (int i = 0; i < LAC_BLOCK; i++)
        *sink += x[i];
    return 2.0 * LAC_BLOCK * (double)rounds;
}

const lac_kernels lac_kernels_ref = {
    .level = LAC_CPU_REF,
    .gemm = gemm,
    .moments = moments,
    .affine = affine,
    .affine_pool = affine_pool,
    .affine_sums = affine_sums,
    .affine_backward = affine_backward,
    .pool_sums = pool_sums,
    .pool_backward = pool_backward,
    .accumulate = accumulate_into,
    .adam = adam,
    .picture = picture,
    .peak = peak,
};
