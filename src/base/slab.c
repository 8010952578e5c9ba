/* Places claims by decreasing size, each at the lowest address free for its lifetime. */
#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 }; /* floats: 64 bytes */

lac_status lac_slab_claim(lac_context *ctx, lac_slab *slab, size_t floats, int first, int last,
                          void *where)
{
    if (slab->count == slab->capacity) {
        int capacity = slab->capacity ? 2 * slab->capacity : 32;
        lac_claim *claims;
        LAC_TRY(lac_alloc(ctx, (size_t)capacity, sizeof *claims, &claims));
        if (slab->count)
            memcpy(claims, slab->claims, (size_t)slab->count * sizeof *claims);
        free(slab->claims);
        slab->claims = claims;
        slab->capacity = capacity;
    }
    size_t padded = (floats + ALIGN - 1) / ALIGN * ALIGN;
    slab->claims[slab->count++] = (lac_claim){padded, first, last, where, 0};
    return LAC_OK;
}

static int larger_first(const void *a, const void *b)
{
    const lac_claim *x = a;
    const lac_claim *y = b;
    if (x->floats != y->floats)
        return x->floats < y->floats ? 1 : -1;
    return x->first - y->first;
}

static int overlaps(const lac_claim *a, const lac_claim *b)
{
    int in_time = a->first <= b->last && b->first <= a->last;
    int in_space = a->offset < b->offset + b->floats && b->offset < a->offset + a->floats;
    return in_time && in_space;
}

/* Moves claim i up until it collides with none of those before it. */
static void place(lac_slab *slab, int i)
{
    lac_claim *claim = &slab->claims[i];
    for (int j = 0; j < i; j++) {
        const lac_claim *other = &slab->claims[j];
        if (overlaps(claim, other)) {
            claim->offset = other->offset + other->floats;
            j = -1;
        }
    }
    size_t end = claim->offset + claim->floats;
    slab->floats = end > slab->floats ? end : slab->floats;
}

void lac_slab_place(lac_slab *slab)
{
    if (slab->count)
        qsort(slab->claims, (size_t)slab->count, sizeof *slab->claims, larger_first);
    for (int i = 0; i < slab->count; i++)
        place(slab, i);
}

lac_status lac_slab_build(lac_context *ctx, lac_slab *slab)
{
    lac_slab_place(slab);
    LAC_TRY(lac_pages_new(ctx, slab->floats * sizeof(float), &slab->memory));
    for (int i = 0; i < slab->count; i++) {
        float *at = slab->memory + slab->claims[i].offset;
        memcpy(slab->claims[i].where, &at, sizeof at);
    }
    return LAC_OK;
}

void lac_slab_free(lac_slab *slab)
{
    free(slab->claims);
    lac_pages_free(slab->memory, slab->floats * sizeof(float));
    *slab = (lac_slab){0};
}
