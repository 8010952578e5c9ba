/* What a way of convolving provides to conv.c; see kernel.h for the contracts. */
#ifndef LAC_CONV_H
#define LAC_CONV_H

#include "kernel/kernel.h"

typedef struct lac_conv_method {
    void (*free_state)(void *state);
    void (*pack)(const lac_conv *conv, const float *w, float *forward, float *backward);
    void (*forward)(const lac_conv *conv, int n, const float *x, const float *packed, float *y,
                    float *scratch);
    void (*backward_data)(const lac_conv *conv, int n, const float *dy, const float *packed,
                          float *dx, float *scratch);
    void (*backward_weights)(const lac_conv *conv, int n, const float *x, const float *dy,
                             float *partial, float *scratch);
    void (*unpack_gradient)(const lac_conv *conv, const float *partial, float *dw);
} lac_conv_method;

struct lac_conv {
    lac_conv_shape shape;
    int chunk;
    int inference;
    lac_context *ctx;
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

/* Plain loops: the specification. Never fails. */
void lac_conv_use_ref(lac_conv *conv);

/* oneDNN: returns 0 when it has no way for this shape, and leaves conv as it was. */
int lac_conv_use_dnnl(lac_conv *conv);

#endif
