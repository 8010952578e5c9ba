// The one place where an exception of oneDNN, which passed C on its way, ends.
#include "kernel/dnnl_guard.h"

extern "C" dnnl_status_t lac_dnnl_guard(dnnl_status_t (*call)(void *), void *arg)
{
    try {
        return call(arg);
    } catch (...) {
        return dnnl_out_of_memory;
    }
}
