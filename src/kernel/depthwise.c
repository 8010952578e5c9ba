/*
 * Depthwise convolution in vector registers: every channel has a kernel of its own, so a register
 * of channels is multiplied by a register of weights. The weights of a 3x3 kernel stay in nine
 * registers while a row is made.
 */
#include "kernel/vector.h"

static inline __attribute__((always_inline)) void
line_of(const lac_depthwise *d, const void *const *x, stored *y, int first, int k)
{
    vec weight[LAC_MOST_DEPTHWISE * LAC_MOST_DEPTHWISE];
    size_t c = (size_t)d->c;
    for (int i = 0; i < k * k; i++)
        weight[i] = vec_load(d->w + i * c + first);
    vec bias = vec_load(d->bias + first);
    for (int j = 0; j < d->pixels; j++) {
        vec sum = bias;
        for (int p = 0; p < k; p++) {
            const stored *from = (const stored *)x[p] + (size_t)j * d->stride * c + first;
            for (int q = 0; q < k; q++)
                sum = vec_fma(vec_take(from + q * c), weight[p * k + q], sum);
        }
        vec_put(y + j * c + first, d->relu ? relu_of(sum) : sum);
    }
}

void LAC_NAME(lac_depthwise)(const lac_depthwise *d, const void *const *x, void *y)
{
    for (int first = 0; first < d->c; first += LANES) {
        if (d->k == 3)
            line_of(d, x, y, first, 3);
        else
            line_of(d, x, y, first, d->k);
    }
}
