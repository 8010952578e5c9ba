/* Where the tiles of a chunk stand in its pictures, for Winograd's transforms on floats. */
#ifndef LAC_WINOGRAD_F32_CURSOR_H
#define LAC_WINOGRAD_F32_CURSOR_H

#include "kernel/winograd_f32.h"

/* The place of a tile among the pictures of a chunk, and its first output. */
typedef struct cursor {
    int picture, i, j;
} cursor;

static inline cursor cursor_at(const lac_tiling *t, int tile)
{
    int inside = tile % t->tiles;
    return (cursor){tile / t->tiles, inside / t->across * t->out, inside % t->across * t->out};
}

static inline void cursor_next(const lac_tiling *t, cursor *c)
{
    c->j += t->out;
    if (c->j < t->w)
        return;
    c->j = 0;
    c->i += t->out;
    if (c->i < t->h)
        return;
    c->i = 0;
    c->picture++;
}

/* The rows of a tile from row y on, as far as they exist. */
static inline void find_rows(const lac_tiling *t, const float *from, const float *none, int y,
                             int rows, const float **row)
{
    for (int i = 0; i < rows; i++, y++)
        row[i] = y >= 0 && y < t->h ? from + (size_t)y * t->w * LAC_BLOCK : none;
}

#endif
