/* oneDNN throws where it finds no memory, and C cannot catch: dnnl_guard.cpp can. */
#ifndef LAC_DNNL_GUARD_H
#define LAC_DNNL_GUARD_H

#include <dnnl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns what call(arg) returns, or dnnl_out_of_memory where anything was thrown in it. What the
 * call had in hand stays as it was: it is to keep what it makes where its caller frees it. */
dnnl_status_t lac_dnnl_guard(dnnl_status_t (*call)(void *), void *arg);

#ifdef __cplusplus
}
#endif
#endif
