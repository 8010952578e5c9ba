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

#endif
