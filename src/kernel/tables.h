/*
 * The kernel tables that dispatch.c chooses from, one per level.
 *
 * ref.c holds plain C, compiled once per storage of activations. vector.c and gemm.c are one
 * source that the build compiles once per instruction set, and vector.c once more for bf16.
 */
#ifndef LAC_TABLES_H
#define LAC_TABLES_H

#include "kernel/kernel.h"

/* The levels above the reference that this build has, from the lowest up: X(ending of the names of
 * its functions and tables, level). */
#if defined LAC_X86
#define LAC_LEVELS(X) X(avx2, LAC_CPU_AVX2) X(avx512, LAC_CPU_AVX512)
#elif defined LAC_ARM64
#define LAC_LEVELS(X) X(neon, LAC_CPU_NEON)
#else
#define LAC_LEVELS(X)
#endif

extern const lac_kernels lac_kernels_ref, lac_kernels_ref_bf16;
extern const lac_kernels lac_kernels_avx2, lac_kernels_avx512, lac_kernels_avx512_bf16;
extern const lac_kernels lac_kernels_neon;
extern const lac_kernels lac_kernels_amx; /* of bf16 alone */

/* lac_kernels.peak, of products in tiles */
double lac_amx_peak(long rounds, float *sink);

/* lac_kernels.gemm, but for few rows. */
typedef void lac_gemm(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                      int ldb, float beta, float *c, int ldc);
extern lac_gemm lac_gemm_avx2, lac_gemm_avx512, lac_gemm_avx512_bf16, lac_gemm_neon;

/* The same for few rows, that is small m, of A as it stands and B transposed. */
typedef void lac_gemm_few(int tb, int m, int n, int k, const void *a, int lda, const void *b,
                          int ldb, float beta, float *c, int ldc);
extern lac_gemm_few lac_gemm_few_avx2, lac_gemm_few_avx512, lac_gemm_few_avx512_bf16;
extern lac_gemm_few lac_gemm_few_neon;

/* lac_kernels.depthwise */
typedef void lac_depthwise_row(const lac_depthwise *d, const void *const *x, void *y);
extern lac_depthwise_row lac_depthwise_avx2, lac_depthwise_avx512, lac_depthwise_avx512_bf16;
extern lac_depthwise_row lac_depthwise_neon;

/* lac_kernels.add, .add_backward, .softargmax and .softargmax_backward (maps.c). */
#define LAC_MAPS(isa)                                                                              \
    void lac_add_##isa(const lac_addend *from, int count, void *z, int h, int w, int relu);        \
    void lac_add_backward_##isa(const void *z, const void *dz, void *dx, int h, int w, int times,  \
                                int relu, int accumulate);                                         \
    void lac_softargmax_##isa(const void *l, int h, int w, const float *column, const float *row,  \
                              lac_expected *out);                                                  \
    void lac_softargmax_backward_##isa(const void *l, int h, int w, const float *column,           \
                                       const float *row, const lac_expected *at,                   \
                                       const float dx[16], const float dy[16], void *dl,           \
                                       int accumulate)
LAC_MAPS(avx2);
LAC_MAPS(avx512);
LAC_MAPS(avx512_bf16);
LAC_MAPS(neon);
#undef LAC_MAPS

#endif
