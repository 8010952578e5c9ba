/* What oneDNN does for the kernels; the files named dnnl*.c alone know its API. */
#ifndef LAC_DNNL_H
#define LAC_DNNL_H

#include "kernel/kernel.h"

/* Row-major matrix product, contract of lac_kernels.gemm. Returns 0 where oneDNN could not,
 * and C is as it was. */
int lac_dnnl_gemm(int ta, int tb, int m, int n, int k, const void *a, int lda, const void *b,
                  int ldb, float beta, float *c, int ldc);

/* Holds oneDNN down to a level. oneDNN decides once for the whole process, at its first
 * primitive: later calls change nothing. */
void lac_dnnl_limit(lac_cpu level);

/* From enter to leave oneDNN uses the calling thread alone. enter returns what leave puts back;
 * a thread that runs nothing else need not leave. */
int lac_dnnl_thread_enter(void);
void lac_dnnl_thread_leave(int before);

#endif
