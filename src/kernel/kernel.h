/*
 * The kernels: everything that touches many numbers, behind one table.
 *
 * The plain C of ref.c is the specification and fills every slot of a table; faster
 * tables exist for processors and operating systems that allow them. All kernels run on
 * the calling thread alone and return nothing: memory was found before, and where a call
 * of oneDNN fails the kernel notes it with the context (lac_trouble_note).
 *
 * Blocked layout: an activation [n, c, h, w] is stored as [n, c/16, h, w, 16]
 * (oneDNN's nChw16c), c a multiple of 16. A plane is one [h, w, 16] of it: a run
 * of `pixels` groups of 16 floats. Planes are 64-byte aligned and must not
 * overlap unless a kernel says that they may be the same.
 *
 * Activations and their gradients are stored as float or as bf16, the upper half of a float
 * (stored.h). A table is for one of the two; its pointers to stored numbers are void, and a
 * comment calls such numbers "stored". Arithmetic is float in both.
 */
#ifndef LAC_KERNEL_H
#define LAC_KERNEL_H

#include "kernel/sample.h"

enum { LAC_BLOCK = 16 };

enum { LAC_TRANSPOSED = 1, LAC_WIDE = 2 }; /* operands of gemm */

enum { LAC_MOST_K = 31, LAC_MOST_STRIDE = 8 };

enum { LAC_MOST_ADDENDS = 8 };

/* Geometry of a convolution. Input [n, c, h, w] blocked, or plain when c is 1; weights
 * [oc, c, k, k] plain; output [n, oc, oh, ow] blocked. Channels are those in storage. k is odd:
 * with PyTorch's padding of k / 2 the output is then ceil(h / stride) high. The kernel may be
 * larger than the picture. */
typedef struct lac_conv_shape {
    int c, h, w;    /* c: 1 or a multiple of 16 */
    int oc, oh, ow; /* oc: a multiple of 16; oh = ceil(h / stride), ow likewise */
    int k;          /* 1, 3, ... LAC_MOST_K */
    int stride;     /* 1 to LAC_MOST_STRIDE */
    int pad;        /* k / 2 */
    int wide_y;     /* y and dy are float, whatever storage x has */
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

/* A plane that add reads: [ceil(h / times), ceil(w / times), 16], each of its places `times` times
 * across and down, as if it were up-sampled by nearest neighbour and cut to h x w. */
typedef struct lac_addend {
    const void *x;
    int times;
} lac_addend;

/* A row of a depthwise convolution of k x k taps: pixels are `c` channels side by side. */
enum { LAC_MOST_DEPTHWISE = 7 };
typedef struct lac_depthwise {
    int c;      /* a multiple of 16 */
    int pixels; /* that the row makes */
    int k;      /* 1 to LAC_MOST_DEPTHWISE */
    int stride;
    int relu;
    const float *w;    /* [k, k, c] */
    const float *bias; /* [c] */
} lac_depthwise;

/* What softargmax finds in each of 16 maps. */
typedef struct lac_expected {
    float most[LAC_BLOCK];  /* the largest number of the map */
    float share[LAC_BLOCK]; /* 1 / sum of exp(l - most), the softmax there */
    float x[LAC_BLOCK], y[LAC_BLOCK];
} lac_expected;

/* What a relu let through: all if there is none (NULL), else where z > 0, or, with z NULL where
 * nothing was added, where y * scale + shift > 0. */
typedef struct lac_relu {
    const void *z;
    const float *scale, *shift; /* [16] */
} lac_relu;

struct lac_kernels {
    lac_cpu level;

    size_t element; /* bytes of a stored activation */

    /* C [m, n] = A B + beta C, row-major; A is [m, k], or [k, m] read transposed when ta is
     * LAC_TRANSPOSED; B is [k, n], or [n, k] when tb has LAC_TRANSPOSED. m, n and k are at
     * least 1; C is not read when beta is 0. A and B are stored, C is float. When tb has
     * LAC_WIDE, B is float, and its numbers are rounded as if they were stored. */
    void (*gemm)(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                 int ldb, float beta, float *c, int ldc);

    /* Sums of (y - origin) and its square per channel, added to sum and square. A faster
     * version may overflow to infinity where |y - origin| passes 1e18. */
    void (*moments)(const void *y, int pixels, const float origin[16], double sum[16],
                    double square[16]);

    /* z = y * scale + shift (+ add unless NULL), then max(., 0) if relu. z may be y or add. */
    void (*affine)(const void *y, const void *add, void *z, int pixels, const float scale[16],
                   const float shift[16], int relu);

    /* The same without add, followed by a 2x2 max pool of stride 2: y [h, w, 16] to
     * z [h/2, w/2, 16]; an odd last row or column is dropped. */
    void (*affine_pool)(const void *y, void *z, int h, int w, const float scale[16],
                        const float shift[16], int relu);

    /* Backward of affine, first pass. g = dz where the relu let through, else 0. Adds to sum
     * the sum of g, to product the sum of g * (y - origin). */
    void (*affine_sums)(const void *y, const lac_relu *relu, const void *dz, int pixels,
                        const float origin[16], double sum[16], double product[16]);

    /* Second pass: dy = a * g + b * y + c. Unless dadd is NULL it gets g, added to what is
     * there if accumulate. */
    void (*affine_backward)(const void *y, const lac_relu *relu, const void *dz, void *dy,
                            int pixels, const float a[16], const float b[16], const float c[16],
                            void *dadd, int accumulate);

    /* Both passes for affine_pool: the gradient goes to the first largest of the four
     * values of y * scale (row by row), and only where the pooled value is > 0 if relu. */
    void (*pool_sums)(const void *y, const void *z, const void *dz, int h, int w, int relu,
                      const float scale[16], const float origin[16], double sum[16],
                      double product[16]);
    void (*pool_backward)(const void *y, const void *z, const void *dz, void *dy, int h, int w,
                          int relu, const float scale[16], const float a[16], const float b[16],
                          const float c[16]);

    /* z [h, w, 16] = sum of `count` planes in their order, then max(., 0) if relu. */
    void (*add)(const lac_addend *from, int count, void *z, int h, int w, int relu);

    /* Backward of add for one of its planes: dx [ceil(h / times), ceil(w / times), 16] is the sum
     * of g, as in affine_sums, over the places that read it, at most times x times, row by row;
     * added to what is there if accumulate. */
    void (*add_backward)(const void *z, const void *dz, void *dx, int h, int w, int times, int relu,
                         int accumulate);

    /* y [pixels, c] = bias + the sum over p and q, in their order, of pixel j * stride + q of row
     * x[p] times w[p, q], then max(., 0) if relu. x are k rows, padded already. A faster version
     * may round once per multiply-add. */
    void (*depthwise)(const lac_depthwise *d, const void *const *x, void *y);

    /* Soft-argmax of the 16 maps of a plane l [h, w, 16]: with m the softmax of a map over its
     * places, x is the sum of m * column[j] and y that of m * row[i]. A faster version's exp is
     * off by at most 2^-22 of its value, and 0 below exp(-87). */
    void (*softargmax)(const void *l, int h, int w, const float *column, const float *row,
                       lac_expected *out);

    /* Its backward pass: dl = m (column[j] dx + row[i] dy - (x dx + y dy)), added to what is there
     * if accumulate. */
    void (*softargmax_backward)(const void *l, int h, int w, const float *column, const float *row,
                                const lac_expected *at, const float dx[16], const float dy[16],
                                void *dl, int accumulate);

    /* y += x, both stored. */
    void (*accumulate)(const void *x, void *y, size_t count);

    /* Convert between the storage type (float or bf16) and float; any count. */
    void (*load)(const void *x, float *y, size_t count);
    void (*store)(const float *x, void *y, size_t count);

    /* Adam (Kingma and Ba 2015) on `count` parameters. */
    void (*adam)(float *w, const float *g, float *m, float *v, size_t count,
                 const lac_adam_step *step);

    /* A picture [size, size] of bytes to stored numbers, byte / 255; mirrored left to right if
     * mirror. */
    void (*picture)(const uint8_t *pixels, void *x, int size, int mirror);

    /* A strip of a view. */
    lac_sampler *sample;

    /* Multiply-adds in registers, to measure the processor's peak. Returns the operations done;
     * the result goes to *sink, so that the compiler cannot leave them out. */
    double (*peak)(long rounds, float *sink);
};

lac_cpu lac_kernels_level(lac_cpu wanted);      /* the level that this machine will run */
const lac_kernels *lac_kernels_get(lac_cpu level);

/* The table for bf16 activations, or NULL: the reference has one, and levels whose processor
 * multiplies bf16 (AVX512-BF16). */
const lac_kernels *lac_kernels_get_bf16(lac_cpu level);

/* The processor's name, or "unknown". */
enum { LAC_PROCESSOR = 64 };
void lac_kernels_processor(char text[LAC_PROCESSOR]);

/* ---- Convolutions ------------------------------------------------------------------ */

/* What is to be convolved. */
typedef struct lac_conv_task {
    lac_conv_shape shape;
    int chunk;          /* pictures at a time, at most */
    int inference;      /* 1: no backward pass */
    const char *method; /* the name of one, NULL: that which the table of choice.c puts first */
} lac_conv_task;

/* Plans a convolution whose activations are stored as `kernels` does it; products are of such
 * numbers even where y is wide. On failure *out is NULL. ARGUMENT (the method named cannot do it,
 * here or at all), MEMORY. */
lac_status lac_conv_new(lac_context *ctx, const lac_kernels *kernels, const lac_conv_task *task,
                        lac_conv **out);
void lac_conv_free(lac_conv **conv);
int lac_conv_chunk(const lac_conv *conv);
const char *lac_conv_method_name(const lac_conv *conv); /* "winograd 2x2", "onednn direct" */

/* Whether a convolution to some of another's output channels gives the bits that that one gives. */
int lac_conv_is_cut_alike(const lac_conv *whole, const lac_conv *some);

/* The i-th name of this build's list of methods, NULL behind the last, which is "ref". */
const char *lac_conv_method_at(int i);
size_t lac_conv_scratch(const lac_conv *conv);        /* floats per thread */
size_t lac_conv_packed(const lac_conv *conv);         /* floats of a packed weight, one direction */
size_t lac_conv_partial(const lac_conv *conv);        /* floats of one chunk's weight gradient */

/* The calls below run on a thread of lac_parallel, whose index they get as `thread`. */

/* One of `of` parts, which several threads may do at once. */
typedef struct lac_part {
    int part, of;
} lac_part;

/* Converts a part of plain weights into the order and the precision of the forward and the backward
 * pass; once per step. Either may be NULL. A method that cannot divide this does all in part 0. */
void lac_conv_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                   float *packed_forward, float *packed_backward);

/* These convolve n pictures, at most chunk, and overwrite their output. x, y, dx and dy are
 * stored (but for wide_y), and a method may multiply by 0 a weight that meets no pixel, which shows
 * if it is not finite; partial, the weights' gradient of these pictures, is float in an order
 * of the kernel's own. */
void lac_conv_forward(const lac_conv *conv, int thread, int n, const void *x,
                      const float *packed_forward, void *y, float *scratch);
void lac_conv_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                            const float *packed_backward, void *dx, float *scratch);
void lac_conv_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                               const void *dy, float *partial, float *scratch);

/* Writes the sum of all partials to dw in the order of plain weights. Destroys it. */
void lac_conv_unpack_gradient(const lac_conv *conv, int thread, float *partial, float *dw);

#endif
