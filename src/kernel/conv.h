/* What a way of convolving provides to conv.c; see kernel.h for the contracts. */
#ifndef LAC_CONV_H
#define LAC_CONV_H

#include "kernel/kernel.h"

typedef struct lac_conv_method {
    void (*free_state)(void *state);
    void (*pack)(const lac_conv *conv, int thread, const float *w, float *forward, float *backward);
    void (*forward)(const lac_conv *conv, int thread, int n, const void *x, const float *packed,
                    void *y, float *scratch);
    void (*backward_data)(const lac_conv *conv, int thread, int n, const void *dy,
                          const float *packed, void *dx, float *scratch);
    void (*backward_weights)(const lac_conv *conv, int thread, int n, const void *x, const void *dy,
                             float *partial, float *scratch);
    void (*unpack_gradient)(const lac_conv *conv, int thread, const float *partial, float *dw);
} lac_conv_method;

struct lac_conv {
    lac_conv_shape shape;
    int chunk;
    int inference;
    lac_context *ctx;
    const lac_kernels *kernels; /* of the activations' storage */
    const lac_conv_method *method;
    const char *name;
    void *state;
    size_t scratch; /* floats */
    size_t packed;
    size_t partial;
};

/* Floats of one picture of the input and of the output, and of the weights. */
size_t lac_conv_x_size(const lac_conv_shape *s);
size_t lac_conv_y_size(const lac_conv_shape *s);
size_t lac_conv_w_size(const lac_conv_shape *s);

/* The i-th picture of x or dx, and of y or dy. */
static inline char *lac_conv_x_at(const lac_conv *conv, const void *x, int i)
{
    return (char *)(uintptr_t)x + i * lac_conv_x_size(&conv->shape) * conv->kernels->element;
}

static inline char *lac_conv_y_at(const lac_conv *conv, const void *y, int i)
{
    size_t element = conv->shape.wide_y ? sizeof(float) : conv->kernels->element;
    return (char *)(uintptr_t)y + i * lac_conv_y_size(&conv->shape) * element;
}

/* Plain loops: the specification. Never fails. */
void lac_conv_use_ref(lac_conv *conv);

/* Winograd on bf16, with AVX512-BF16: returns 0 when the shape is not 3x3 of stride 1, or y
 * is wide. Rounds
 * sums of 4 inputs, so that an output is off by up to 1 % of the largest. */
int lac_conv_use_winograd(lac_conv *conv);

/* The direct method in vector registers, for every shape. Never fails. */
void lac_conv_use_direct_avx2(lac_conv *conv);
void lac_conv_use_direct_avx512(lac_conv *conv);
void lac_conv_use_direct_avx512_bf16(lac_conv *conv);

/* oneDNN; leaves conv as it was when it has no way for this shape or y is wide. MEMORY. */
lac_status lac_conv_use_dnnl(lac_conv *conv);

#endif
