/*
 * What a method of convolving provides to conv.c (see kernel.h for the contracts), and the list of
 * methods. A method is a line of the list in methods.c; choice.c says which one comes first.
 */
#ifndef LAC_CONV_H
#define LAC_CONV_H

#include "kernel/kernel.h"

typedef struct lac_conv_method {
    void (*free_state)(void *state);
    void (*pack)(const lac_conv *conv, int thread, lac_part part, const float *w, float *forward,
                 float *backward);
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
    const struct lac_conv_entry *entry; /* the method's in the list */
    const char *name;   /* what the method calls what it does, for messages: "jit:avx512_core" */
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

/* ---- The list of methods. methods.c ------------------------------------------------------- */

enum { LAC_CONV_FLOAT = 1, LAC_CONV_BF16 = 2 }; /* storages */

static inline int lac_conv_storage(const lac_conv *conv)
{
    return conv->kernels->element == sizeof(float) ? LAC_CONV_FLOAT : LAC_CONV_BF16;
}

/* A method that is compiled for several levels or storages has a line for each under one name; no
 * two of a name have a level and a storage in common. */
typedef struct lac_conv_entry {
    const char *name;                     /* "winograd 2x2" */
    int levels;                           /* that have it, bits 1 << lac_cpu */
    int storages;                         /* likewise, of those above */
    int apart; /* an output channel has the same bits beside any others */
    int (*fits)(const lac_conv_shape *s); /* which shapes it can do; NULL: any */
    /* Fills in conv->method and what that needs: name, scratch, packed, partial, state. Leaves
     * conv->method NULL where it cannot do the task after all. MEMORY. */
    lac_status (*use)(lac_conv *conv);
} lac_conv_entry;

/* All methods of this build. Where choice.c names none, the first that can is taken; the last can
 * always. */
extern const lac_conv_entry lac_conv_list[];
extern const int lac_conv_list_count;
enum { LAC_MOST_METHODS = 32 };

/* Whether an entry's level, storages and shapes have the convolution. */
int lac_conv_can(const lac_conv *conv, const lac_conv_entry *entry);

/* The entry of this name that can do the convolution, or NULL. */
const lac_conv_entry *lac_conv_find(const lac_conv *conv, const char *name);

/* Takes the method of this name, or chooses one if it is NULL. ARGUMENT, MEMORY. */
lac_status lac_conv_choose(lac_conv *conv, const char *name);

/* ---- The methods --------------------------------------------------------------------------- */

/* Plain loops: the specification. Never fails. */
lac_status lac_conv_use_ref(lac_conv *conv);

/* Winograd on bf16, with AVX512-BF16. Rounds sums of 4 inputs, so that an output is off by up to
 * 1 % of the largest. */
lac_status lac_conv_use_winograd(lac_conv *conv);

/* Products that Winograd's F(out x out, 3x3) makes of one picture and each pair of channels. */
static inline int lac_winograd_products(const lac_conv_shape *s, int out)
{
    int across = (s->w + out - 1) / out, down = (s->h + out - 1) / out;
    return across * down * (out + 2) * (out + 2);
}

/* Winograd on floats, F(4x4, 3x3) or F(3x3, 3x3), whichever makes fewer products. */
lac_status lac_conv_use_winograd_f32_avx2(lac_conv *conv);
lac_status lac_conv_use_winograd_f32_avx512(lac_conv *conv);
lac_status lac_conv_use_winograd_f32_neon(lac_conv *conv);

/* The direct method in vector registers, for every shape, with float output too. */
lac_status lac_conv_use_direct_avx2(lac_conv *conv);
lac_status lac_conv_use_direct_avx512(lac_conv *conv);
lac_status lac_conv_use_direct_avx512_bf16(lac_conv *conv);
lac_status lac_conv_use_direct_neon(lac_conv *conv);

/* The direct method in AMX's tiles, on bf16. */
lac_status lac_conv_use_amx(lac_conv *conv);

/* oneDNN's two algorithms; it has the first where it likes, in oneDNN 3 not for float32. */
lac_status lac_conv_use_dnnl_winograd(lac_conv *conv);
lac_status lac_conv_use_dnnl_direct(lac_conv *conv);

#endif
