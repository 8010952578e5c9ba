/*
 * The reference kernels: plain loops in plain C, the specification of every slot, compiled
 * once per storage of activations (stored.h).
 *
 * Every sum over pixels or over k is taken in double, in the order of memory. All
 * other arithmetic is float, one rounding per operation written; faster versions
 * that keep this order give the same bits.
 *
 * NaN is never hidden: relu and the 2x2 maximum hand it on. -0 counts as 0.
 */
#include "kernel/stored.h"
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

static void gemm(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                 int ldb, float beta, float *c, int ldc)
{
    const stored *left = a;
    const stored *right = b;
    const float *right_wide = b;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            float *out = c + (size_t)i * ldc + j;
            double sum = 0;
            for (int p = 0; p < k; p++) {
                size_t at = tb & LAC_TRANSPOSED ? (size_t)j * ldb + p : (size_t)p * ldb + j;
                float x = widen(left[ta ? (size_t)p * lda + i : (size_t)i * lda + p]);
                float y = widen(tb & LAC_WIDE ? narrow(right_wide[at]) : right[at]);
                sum += (double)x * y;
            }
            *out = (float)(beta == 0 ? sum : sum + (double)beta * *out);
        }
    }
}

static void moments(const void *y_, int pixels, const float origin[16], double sum[16],
                    double square[16])
{
    const stored *y = y_;
    for (int p = 0; p < pixels; p++, y += LAC_BLOCK) {
        for (int c = 0; c < LAC_BLOCK; c++) {
            double d = (double)widen(y[c]) - origin[c];
            sum[c] += d;
            square[c] += d * d;
        }
    }
}

static void affine(const void *y_, const void *add_, void *z_, int pixels, const float scale[16],
                   const float shift[16], int relu)
{
    const stored *y = y_;
    const stored *add = add_;
    stored *z = z_;
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        float v = widen(y[i]) * scale[i % LAC_BLOCK] + shift[i % LAC_BLOCK];
        if (add)
            v += widen(add[i]);
        z[i] = narrow(relu ? relu_of(v) : v);
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

static void affine_pool(const void *y_, void *z_, int h, int w, const float scale[16],
                        const float shift[16], int relu)
{
    const stored *y = y_;
    stored *z = z_;
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int c = 0; c < LAC_BLOCK; c++) {
                float v[4];
                for (int s = 0; s < 4; s++)
                    v[s] = widen(y[offset[s] + c]) * scale[c] + shift[c];
                float most = v[largest(v)];
                z[c] = narrow(relu ? relu_of(most) : most);
            }
        }
    }
}

/* Number i of dz where the relu let y's through, else 0. */
static float let_through(const lac_relu *relu, const stored *y, const stored *dz, size_t i)
{
    if (!relu)
        return widen(dz[i]);
    const stored *z = relu->z;
    size_t c = i % LAC_BLOCK;
    return gate(1, z ? widen(z[i]) : widen(y[i]) * relu->scale[c] + relu->shift[c], widen(dz[i]));
}

static void affine_sums(const void *y_, const lac_relu *relu, const void *dz_, int pixels,
                        const float origin[16], double sum[16], double product[16])
{
    const stored *y = y_;
    const stored *dz = dz_;
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        int c = (int)(i % LAC_BLOCK);
        double g = let_through(relu, y, dz, i);
        sum[c] += g;
        product[c] += g * ((double)widen(y[i]) - origin[c]);
    }
}

static void affine_backward(const void *y_, const lac_relu *relu, const void *dz_, void *dy_,
                            int pixels, const float a[16], const float b[16], const float c[16],
                            void *dadd_, int accumulate)
{
    const stored *y = y_;
    const stored *dz = dz_;
    stored *dy = dy_;
    stored *dadd = dadd_;
    for (size_t i = 0; i < (size_t)pixels * LAC_BLOCK; i++) {
        size_t channel = i % LAC_BLOCK;
        float g = let_through(relu, y, dz, i);
        dy[i] = narrow(a[channel] * g + b[channel] * widen(y[i]) + c[channel]);
        if (dadd)
            dadd[i] = narrow(accumulate ? widen(dadd[i]) + g : g);
    }
}

/* Which of the window's pixels was the maximum. The shift is the same for all four and
 * rounding is monotonic, so that it cannot make another one larger. */
static size_t winner(const stored *y, const size_t offset[4], int c, float scale)
{
    float v[4];
    for (int s = 0; s < 4; s++)
        v[s] = widen(y[offset[s] + c]) * scale;
    return offset[largest(v)] + c;
}

static void pool_sums(const void *y_, const void *z_, const void *dz_, int h, int w, int relu,
                      const float scale[16], const float origin[16], double sum[16],
                      double product[16])
{
    const stored *y = y_;
    const stored *z = z_;
    const stored *dz = dz_;
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK, dz += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int c = 0; c < LAC_BLOCK; c++) {
                double g = gate(relu, widen(z[c]), widen(dz[c]));
                double most = widen(y[winner(y, offset, c, scale[c])]);
                sum[c] += g;
                product[c] += g * (most - origin[c]);
            }
        }
    }
}

static void pool_backward(const void *y_, const void *z_, const void *dz_, void *dy_, int h, int w,
                          int relu, const float scale[16], const float a[16], const float b[16],
                          const float c[16])
{
    const stored *y = y_;
    const stored *z = z_;
    const stored *dz = dz_;
    stored *dy = dy_;
    for (size_t i = 0; i < (size_t)h * w * LAC_BLOCK; i++) {
        float v = a[i % LAC_BLOCK] * 0.0f + b[i % LAC_BLOCK] * widen(y[i]) + c[i % LAC_BLOCK];
        dy[i] = narrow(v);
    }
    for (int i = 0; i < h / 2; i++) {
        for (int j = 0; j < w / 2; j++, z += LAC_BLOCK, dz += LAC_BLOCK) {
            size_t offset[4];
            window(i, j, w, offset);
            for (int k = 0; k < LAC_BLOCK; k++) {
                size_t at = winner(y, offset, k, scale[k]);
                float g = gate(relu, widen(z[k]), widen(dz[k]));
                dy[at] = narrow(a[k] * g + b[k] * widen(y[at]) + c[k]);
            }
        }
    }
}

static void add(const lac_addend *from, int count, void *z_, int h, int w, int relu)
{
    stored *z = z_;
    for (int i = 0; i < h; i++) {
        for (int j = 0; j < w; j++) {
            for (int c = 0; c < LAC_BLOCK; c++) {
                float sum = 0;
                for (int k = 0; k < count; k++) {
                    const stored *x = from[k].x;
                    int times = from[k].times;
                    size_t across = (size_t)(w + times - 1) / times;
                    size_t at = (i / times) * across + j / times;
                    sum += widen(x[at * LAC_BLOCK + c]);
                }
                *z++ = narrow(relu ? relu_of(sum) : sum);
            }
        }
    }
}

static void add_backward(const void *z_, const void *dz_, void *dx_, int h, int w, int times,
                         int relu, int accumulate)
{
    const stored *z = z_;
    const stored *dz = dz_;
    stored *dx = dx_;
    for (int top = 0; top < h; top += times) {
        for (int left = 0; left < w; left += times) {
            for (int c = 0; c < LAC_BLOCK; c++, dx++) {
                float sum = 0;
                for (int i = top; i < h && i < top + times; i++)
                    for (int j = left; j < w && j < left + times; j++) {
                        size_t at = ((size_t)i * w + j) * LAC_BLOCK + c;
                        sum += gate(relu, widen(z[at]), widen(dz[at]));
                    }
                *dx = narrow(accumulate ? widen(*dx) + sum : sum);
            }
        }
    }
}

static void depthwise(const lac_depthwise *d, const void *const *x, void *y_)
{
    stored *y = y_;
    for (int j = 0; j < d->pixels; j++) {
        for (int i = 0; i < d->c; i++) {
            double sum = (double)d->bias[i];
            for (int p = 0; p < d->k; p++) {
                const stored *from = x[p];
                for (int q = 0; q < d->k; q++)
                    sum += (double)widen(from[((size_t)j * d->stride + q) * d->c + i]) *
                           (double)d->w[(p * d->k + q) * d->c + i];
            }
            y[(size_t)j * d->c + i] = narrow(d->relu ? relu_of((float)sum) : (float)sum);
        }
    }
}

static void softargmax(const void *l_, int h, int w, const float *column, const float *row,
                       lac_expected *out)
{
    const stored *l = l_;
    for (int c = 0; c < LAC_BLOCK; c++) {
        float most = -INFINITY;
        double sum = 0;
        double x = 0;
        double y = 0;
        for (int p = 0; p < h * w; p++)
            most = widen(l[p * LAC_BLOCK + c]) > most ? widen(l[p * LAC_BLOCK + c]) : most;
        for (int p = 0; p < h * w; p++) {
            double e = expf(widen(l[p * LAC_BLOCK + c]) - most);
            sum += e;
            x += e * column[p % w];
            y += e * row[p / w];
        }
        out->most[c] = most;
        out->share[c] = (float)(1 / sum);
        out->x[c] = (float)(x / sum);
        out->y[c] = (float)(y / sum);
    }
}

static void softargmax_backward(const void *l_, int h, int w, const float *column,
                                const float *row, const lac_expected *at, const float dx[16],
                                const float dy[16], void *dl_, int accumulate)
{
    const stored *l = l_;
    stored *dl = dl_;
    for (int p = 0; p < h * w; p++) {
        for (int c = 0; c < LAC_BLOCK; c++, l++, dl++) {
            float m = expf(widen(*l) - at->most[c]) * at->share[c];
            float d = (column[p % w] - at->x[c]) * dx[c] + (row[p / w] - at->y[c]) * dy[c];
            *dl = narrow(accumulate ? widen(*dl) + m * d : m * d);
        }
    }
}

static void accumulate_into(const void *x_, void *y_, size_t count)
{
    const stored *x = x_;
    stored *y = y_;
    for (size_t i = 0; i < count; i++)
        y[i] = narrow(widen(y[i]) + widen(x[i]));
}

static void load(const void *x_, float *y, size_t count)
{
    const stored *x = x_;
    for (size_t i = 0; i < count; i++)
        y[i] = widen(x[i]);
}

static void store(const float *x, void *y_, size_t count)
{
    stored *y = y_;
    for (size_t i = 0; i < count; i++)
        y[i] = narrow(x[i]);
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

static void picture(const uint8_t *pixels, void *x_, int size, int mirror)
{
    stored *x = x_;
    for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++)
            x[i * size + j] =
                narrow((float)pixels[i * size + (mirror ? size - 1 - j : j)] / 255);
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

#ifdef LAC_BF16
const lac_kernels lac_kernels_ref_bf16 = {
#else
const lac_kernels lac_kernels_ref = {
#endif
    .level = LAC_CPU_REF,
    .element = sizeof(stored),
    .gemm = gemm,
    .moments = moments,
    .affine = affine,
    .affine_pool = affine_pool,
    .affine_sums = affine_sums,
    .affine_backward = affine_backward,
    .pool_sums = pool_sums,
    .pool_backward = pool_backward,
    .add = add,
    .add_backward = add_backward,
    .depthwise = depthwise,
    .softargmax = softargmax,
    .softargmax_backward = softargmax_backward,
    .accumulate = accumulate_into,
    .load = load,
    .store = store,
    .adam = adam,
    .picture = picture,
    .sample = lac_sample_ref,
    .peak = peak,
};
