/*
 * The kernels: everything that touches many numbers, behind one table.
 *
 * The plain-C reference (ref/) is the specification and fills every slot; faster
 * versions replace slots where the processor and the operating system allow.
 * All kernels run on the calling thread alone and allocate nothing; what could
 * fail was settled before.
 *
 * Blocked layout: an activation [n, c, h, w] is stored as [n, c/16, h, w, 16]
 * (oneDNN's nChw16c), c a multiple of 16. A plane is one [h, w, 16] of it: a run
 * of `pixels` groups of 16 floats. Planes are 64-byte aligned and must not
 * overlap unless a kernel says that they may be the same.
 *
 * Activations and their gradients are stored as float or as bf16, a float's upper half
 * (stored.h); a table is for one of the two, and pointers to what it stores that way are
 * void. Arithmetic is float in both.
 */
#ifndef LAC_KERNEL_H
#define LAC_KERNEL_H

#include "base/base.h"

enum { LAC_BLOCK = 16 };

enum { LAC_TRANSPOSED = 1, LAC_WIDE = 2 }; /* operands of gemm */

/* Geometry of a convolution. Input [n, c, h, w] blocked, or plain when c is 1;
 * weights [oc, c, k, k] plain; output [n, oc, oh, ow] blocked, oc a multiple of 16,
 * oh = ceil(h / stride); "same" padding as PyTorch's padding = k / 2. */
typedef struct lac_conv_shape {
    int c, h, w;
    int oc, oh, ow;
    int k;
    int stride;
    int pad;
} lac_conv_shape;

typedef struct lac_conv lac_conv;

/* Constants of Adam for one step; the bias corrections are folded into lr and eps. */
typedef struct lac_adam_step {
    float lr;           /* lr * sqrt(1 - beta2^t) / (1 - beta1^t) */
    double beta1;       /* double: 1 - beta must not lose digits */
    double beta2;
    float eps;          /* eps * sqrt(1 - beta2^t) */
    float l2;           /* added to the gradient: l2 * weight */
    float shrink;       /* AdamW: weight loses shrink * weight */
} lac_adam_step;

struct lac_kernels {
    lac_cpu level;

    size_t element; /* bytes of a stored activation */

    /* C [m, n] = A B + beta C, row-major; A is [m, k], or [k, m] read transposed when ta is
     * LAC_TRANSPOSED; B is [k, n], or [n, k] when tb has LAC_TRANSPOSED; beta 0 does not read
     * C. All at least 1. A is stored; so is B, unless tb has LAC_WIDE: then B is float, and
     * rounded as if it were stored. C is float. */
    void (*gemm)(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                 int ldb, float beta, float *c, int ldc);

    /* Sums of (y - origin) and its square per channel, added to sum and square. A faster
     * version may overflow to infinity where |y - origin| passes 1e18. */
    void (*moments)(const void *y, int pixels, const float origin[16], double sum[16],
                    double square[16]);

    /* z = y * scale + shift (+ add unless NULL), then max(., 0) if relu. z may be y. */
    void (*affine)(const void *y, const void *add, void *z, int pixels, const float scale[16],
                   const float shift[16], int relu);

    /* The same without add, followed by a 2x2 max pool of stride 2: y [h, w, 16] to
     * z [h/2, w/2, 16]; an odd last row or column is dropped. */
    void (*affine_pool)(const void *y, void *z, int h, int w, const float scale[16],
                        const float shift[16], int relu);

    /* Backward of affine, first pass. g = dz where z > 0 or not relu, else 0. Adds to sum
     * the sum of g, to product the sum of g * (y - origin). */
    void (*affine_sums)(const void *y, const void *z, const void *dz, int pixels, int relu,
                        const float origin[16], double sum[16], double product[16]);

    /* Second pass: dy = a * g + b * y + c. Unless dadd is NULL it gets g, added to what is
     * there if accumulate. */
    void (*affine_backward)(const void *y, const void *z, const void *dz, void *dy, int pixels,
                            int relu, const float a[16], const float b[16], const float c[16],
                            void *dadd, int accumulate);

    /* Both passes for affine_pool: the gradient goes to the first largest of the four
     * values of y * scale (row by row), and only where the pooled value is > 0 if relu. */
    void (*pool_sums)(const void *y, const void *z, const void *dz, int h, int w, int relu,
                      const float scale[16], const float origin[16], double sum[16],
                      double product[16]);
    void (*pool_backward)(const void *y, const void *z, const void *dz, void *dy, int h, int w,
                          int relu, const float scale[16], const float a[16], const float b[16],
                          const float c[16]);

    /* y += x, both stored. */
    void (*accumulate)(const void *x, void *y, size_t count);

    /* Between what is stored and float. */
    void (*load)(const void *x, float *y, size_t count);
    void (*store)(const float *x, void *y, size_t count);

    /* Adam (Kingma and Ba 2015) on `count` parameters. */
    void (*adam)(float *w, const float *g, float *m, float *v, size_t count,
                 const lac_adam_step *step);

    /* Bytes to floats / 255, the picture [size, size] mirrored left to right if mirror. */
    void (*picture)(const uint8_t *pixels, void *x, int size, int mirror);

    /* Multiply-adds without memory, for the peak: returns the FLOP done; *sink keeps them. */
    double (*peak)(long rounds, float *sink);
};

lac_cpu lac_kernels_level(lac_cpu wanted);      /* the level that this machine will run */
const lac_kernels *lac_kernels_get(lac_cpu level);

/* The table for bf16 activations, or NULL: the reference has one, and levels whose processor
 * multiplies bf16 (AVX512-BF16). */
const lac_kernels *lac_kernels_get_bf16(lac_cpu level);
int lac_kernels_have_tiles(void);               /* AMX for bf16, which oneDNN's convolutions use */

/* The processor's name, or "unknown". */
enum { LAC_PROCESSOR = 64 };
void lac_kernels_processor(char text[LAC_PROCESSOR]);

/* ---- Convolutions ------------------------------------------------------------------ */

/* Plans the convolution for `chunk` pictures at a time, of activations that `kernels`
 * stores. `inference` leaves the backward passes out. */
lac_status lac_conv_new(lac_context *ctx, const lac_kernels *kernels, const lac_conv_shape *shape,
                        int chunk, int inference, lac_conv **out);
void lac_conv_free(lac_conv **conv);
int lac_conv_chunk(const lac_conv *conv);
const char *lac_conv_method_name(const lac_conv *conv); /* "ref", "jit_wino_4x3:avx512_core" */
size_t lac_conv_scratch(const lac_conv *conv);        /* floats per thread */
size_t lac_conv_packed(const lac_conv *conv);         /* floats of a packed weight, one direction */
size_t lac_conv_partial(const lac_conv *conv);        /* floats of one chunk's weight gradient */

/* Once per step: plain weights into the order and the precision of the forward and the
 * backward pass (packed_backward may be NULL). */
void lac_conv_pack(const lac_conv *conv, int thread, const float *w, float *packed_forward,
                   float *packed_backward);

/* n pictures, at most chunk. All overwrite. x, y, dx, dy are stored. partial is float, in the
 * kernel's own order; lac_conv_reduce sums `count` of them, one behind the other, in order,
 * into plain dw and destroys them. pack and reduce too are called on worker threads. */
void lac_conv_forward(const lac_conv *conv, int thread, int n, const void *x,
                      const float *packed_forward, void *y, float *scratch);
void lac_conv_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                            const float *packed_backward, void *dx, float *scratch);
void lac_conv_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                               const void *dy, float *partial, float *scratch);
void lac_conv_reduce(const lac_conv *conv, int thread, float *partial, int count, float *dw);

#endif
