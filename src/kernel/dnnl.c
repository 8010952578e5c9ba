/*
 * oneDNN as a whole: its threads, its level. Convolutions are planned in dnnl_plan.c and run in
 * dnnl_conv.c.
 *
 * The threads are ours: every call of oneDNN uses the calling thread alone. A primitive is made
 * in that state too, because it fixes the number of its threads when it is made.
 */
#include "kernel/dnnl.h"
#include "kernel/dnnl_guard.h"

#ifdef HAVE_OMP
/* Of the runtime that oneDNN was built with; both concern the calling thread alone. */
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
#endif

int lac_dnnl_thread_enter(void)
{
#ifdef HAVE_OMP
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
#else
    return 0;
#endif
}

void lac_dnnl_thread_leave(int before)
{
#ifdef HAVE_OMP
    omp_set_num_threads(before);
#endif
    (void)before;
}

void lac_dnnl_limit(lac_cpu level)
{
    if (level == LAC_CPU_AVX2)
        dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
}
