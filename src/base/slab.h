/*
 * A slab: one aligned piece of memory in which every buffer of a plan has its
 * place, known before the first step. Buffers say when they are alive; two that
 * never live at the same time may share bytes.
 */
#ifndef LAC_SLAB_H
#define LAC_SLAB_H

#include "base/base.h"

typedef struct lac_claim {
    size_t floats;
    int first, last; /* times at which the buffer is alive, inclusive */
    void *where;     /* the pointer that lac_slab_build sets */
    size_t offset;
} lac_claim;

typedef struct lac_slab {
    lac_claim *claims;
    int count, capacity;
    float *memory;
    size_t floats;
} lac_slab;

/* `where` is any pointer's address; it must stay valid until lac_slab_build, which sets the
 * pointer; the memory starts as 0. */
lac_status lac_slab_claim(lac_context *ctx, lac_slab *slab, size_t floats, int first, int last,
                          void *where);

/* Finds the claims' offsets, and `floats`, without memory; the claims change their order. */
void lac_slab_place(lac_slab *slab);
lac_status lac_slab_build(lac_context *ctx, lac_slab *slab);
void lac_slab_free(lac_slab *slab);

#endif
