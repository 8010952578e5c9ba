/*
 * The label sources that a model has learned from, and where in its outputs their points are.
 *
 * A model answers with one vector that all sources share, 2 x points numbers, or with a head per
 * source: the points of source 0 in their order, then those of source 1, and so on. Both are a
 * table of places: which pair of outputs is a head's point.
 */
#ifndef LAC_HEADS_H
#define LAC_HEADS_H

#include "op/words.h"

typedef struct lac_heads {
    int points;
    int *mirror;      /* [points] the partner of each point in a mirror */
    int sources;      /* of the training data, at least 1 */
    uint8_t *pattern; /* [sources, points] 1 = the source has the point */
    char **name;      /* [sources], or NULL where patterns tell the sources apart */
    int count;        /* of heads: `sources`, or 1 that all share; 0 until they are placed */
    int *place;       /* [count, points] the pair of outputs that is a head's point, -1 = none */
    double *aside;    /* [count] pixels to the right of its points at which a head marks them; a
                       * mirror takes its x to size - 1 + 2 aside - x */
} lac_heads;

/* A copy without places, freed by lac_heads_free. MEMORY. */
lac_status lac_heads_copy(lac_context *ctx, const lac_heads *from, lac_heads *out);

/* One source of all points; names that differ in left_ and right_ are partners, which is what
 * files of before mean that do not name partners. MEMORY. */
lac_status lac_heads_usual(lac_context *ctx, char *const *names, int points, lac_heads *out);
void lac_heads_free(lac_heads *heads);

lac_counts lac_heads_counts(const lac_heads *heads);

/* Fills `count` and `place`, and `aside` with 0, for a vector of so many outputs: 2 x points are
 * shared, else they are a head per source. MEMORY. */
lac_status lac_heads_place(lac_context *ctx, lac_heads *heads, int outputs);

/* The head that answers for a set of points [points]: that with the fewest that has them all, or
 * -1. */
int lac_heads_find(const lac_heads *heads, const uint8_t *present);

/* The head of the source of this name; -1 where there is none, or sources have no names. */
int lac_heads_named(const lac_heads *heads, const char *name);

/* ---- As text. heads_text.c ------------------------------------------------------------- */

/* The sources as JSON, [{"name": ..., "points": [...]}, ...], freed by free(); `names` [points]
 * are those of the points. MEMORY. */
lac_status lac_heads_to_text(lac_context *ctx, const lac_heads *heads, char *const *names,
                             char **out);

/* Reads sources and partners (names joined by commas) of `points` points; either text may be
 * NULL, then they are as in lac_heads_usual. `where` names the file. FORMAT, MEMORY. */
lac_status lac_heads_from_text(lac_context *ctx, const char *sources, const char *mirror,
                               char *const *names, int points, const char *where, lac_heads *out);

/* "a,b,c" cut into its names, in place; *names is an array of *count pointers into text. MEMORY. */
lac_status lac_names_cut(lac_context *ctx, char *text, char ***names, int *count);

/* `aside` as numbers joined by commas, freed by free(), and back into heads that are placed; as
 * many as there are heads, none larger than `most`. FORMAT, MEMORY. */
lac_status lac_heads_aside_to_text(lac_context *ctx, const lac_heads *heads, char **out);
lac_status lac_heads_aside_from_text(lac_context *ctx, const char *text, double most,
                                     const char *where, lac_heads *heads);

/* The names of the points, or of their partners where `mirror` is not NULL, joined by commas;
 * freed by free(). MEMORY. */
lac_status lac_names_join(lac_context *ctx, char *const *names, int points, const int *mirror,
                          char **out);

#endif
