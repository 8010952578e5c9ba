/* What oneDNN does for the kernels; the files named dnnl*.c alone know its API. */
#ifndef LAC_DNNL_H
#define LAC_DNNL_H

#include "kernel/kernel.h"

/* Holds oneDNN down to a level. oneDNN decides once for the whole process, at its first
 * primitive: later calls change nothing. */
void lac_dnnl_limit(lac_cpu level);

/* From enter to leave oneDNN uses the calling thread alone. enter returns what leave puts back;
 * a thread that runs nothing else need not leave. */
int lac_dnnl_thread_enter(void);
void lac_dnnl_thread_leave(int before);

#endif
