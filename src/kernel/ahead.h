/*
 * Memory that will be read soon, fetched into the second-level cache a few lines at a time by what
 * computes meanwhile: a core waits for memory no more than its arithmetic takes.
 */
#ifndef LAC_AHEAD_H
#define LAC_AHEAD_H

#include <stddef.h>

/* Runs of `bytes`, `stride` from one to the next. */
typedef struct ahead {
    const char *from;
    size_t bytes, stride;
    int runs;             /* left */
    size_t done;          /* of the first */
    int lines;            /* at a time */
} ahead;

/* Spreads what there is over `calls` calls of ahead_fetch. */
static inline void ahead_spread(ahead *a, size_t calls)
{
    size_t lines = a->runs > 0 ? a->runs * (a->bytes / 64 + 1) : 0;
    a->lines = calls > 0 ? (int)(lines / calls) + 1 : 0;
}

static inline void ahead_fetch(ahead *a)
{
    for (int i = a->lines; i > 0 && a->runs > 0; i--) {
        __builtin_prefetch(a->from + a->done, 0, 2);
        a->done += 64;
        if (a->done < a->bytes)
            continue;
        a->done = 0;
        a->from += a->stride;
        a->runs--;
    }
}

#endif
