/*
 * The kernel tables that dispatch.c chooses from, one per level.
 *
 * ref.c holds plain C. vector.c and gemm.c are one source that the build compiles
 * once per instruction set; they exist on x86-64 only (LAC_X86).
 */
#ifndef LAC_TABLES_H
#define LAC_TABLES_H

#include "kernel/kernel.h"

extern const lac_kernels lac_kernels_ref;
extern const lac_kernels lac_kernels_avx2;
extern const lac_kernels lac_kernels_avx512;

/* The vector sources' own lac_kernels.gemm; oneDNN's takes its place where there is one. */
void lac_gemm_avx2(int ta, int tb, int m, int n, int k, const float *a, int lda, const float *b,
                   int ldb, float beta, float *c, int ldc);
void lac_gemm_avx512(int ta, int tb, int m, int n, int k, const float *a, int lda, const float *b,
                     int ldb, float beta, float *c, int ldc);

#endif
