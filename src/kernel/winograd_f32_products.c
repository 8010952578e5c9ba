/* Winograd's matrix products on floats, one panel of columns at a time. */
#include "kernel/winograd_f32.h"

/* Rows by a panel's registers that the register file holds beside a panel's line and a number of
 * V. */
#if defined __AVX512F__
enum { MOST_ROWS = 12, SUM_ROWS = 8 };
#else
enum { MOST_ROWS = 6, SUM_ROWS = 6 };
#endif

/* Where register k of a panel's line stands in [block, tile, 16]. */
INLINE size_t register_at(size_t block, int k)
{
    return k * LANES / LAC_BLOCK * block + k * LANES % LAC_BLOCK;
}

/* ---- Memory ------------------------------------------------------------------------------ */

INLINE void fetch_tile(const lac_winograd_fetch *f, int item, int write)
{
    const lac_tiling *t = f->t;
    int tile = f->first + item % f->tiles;
    int inside = tile % t->tiles;
    int i = inside / t->across * t->out, j = inside % t->across * t->out;
    const float *at = f->x + (size_t)(item / f->tiles) * t->h * t->w * LAC_BLOCK +
                      tile / t->tiles * t->picture + ((size_t)i * t->w + j) * LAC_BLOCK;
    for (int row = i; row < i + t->out && row < t->h; row++, at += (size_t)t->w * LAC_BLOCK)
        for (int k = 0; k < t->out && j + k < t->w; k++)
            if (write)
                __builtin_prefetch(at + k * LAC_BLOCK, 1, 2);
            else
                __builtin_prefetch(at + k * LAC_BLOCK, 0, 2);
}

/* The share of place p. */
INLINE void fetch_place(const lac_winograd_fetch *f, int p, int places, int write)
{
    int items = f->tiles * f->blocks;
    for (int i = items * p / places; i < items * (p + 1) / places; i++)
        fetch_tile(f, i, write);
}

/* ---- Sums over channels -------------------------------------------------------------------- */

INLINE void multiply_rows(int rows, int registers, const float *v, size_t block, int c,
                          const float *u, float *m)
{
    vec s[MOST_ROWS][LAC_PANEL_VECS];
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++)
            s[r][k] = (vec){0};
    for (int b = 0; b < c; b += LAC_BLOCK, v += block)
#pragma GCC unroll 1
        for (int i = 0; i < LAC_BLOCK; i++, u += registers * LANES) {
            vec right[LAC_PANEL_VECS];
            for (int k = 0; k < registers; k++)
                right[k] = vec_load(u + k * LANES);
#pragma GCC unroll 12
            for (int r = 0; r < rows; r++) {
                vec left = vec_all(v[r * LAC_BLOCK + i]);
#pragma GCC unroll 4
                for (int k = 0; k < registers; k++)
                    s[r][k] = vec_fma(left, right[k], s[r][k]);
            }
        }
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++)
            vec_store(m + register_at(block, k) + r * LAC_BLOCK, s[r][k]);
}

INLINE void multiply_some(int rows, int registers, const float *v, size_t block, int c,
                          const float *u, float *m)
{
#define CASE(n)                                                                                    \
    case n:                                                                                        \
        multiply_rows(n, registers, v, block, c, u, m);                                            \
        break
    switch (rows) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
#if defined __AVX512F__
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
#endif
    }
#undef CASE
}

/* As many tiles at a time as registers allow, in equal parts. */
INLINE void multiply_place(const lac_winograd_group *g, int registers, const float *v, int c,
                           const float *u, float *m)
{
    int parts = (g->tiles + MOST_ROWS - 1) / MOST_ROWS;
    for (int part = 0, done = 0; part < parts; part++) {
        int rows = (g->tiles - done + parts - part - 1) / (parts - part);
        multiply_some(rows, registers, v + (size_t)done * LAC_BLOCK, g->block, c, u,
                      m + (size_t)done * LAC_BLOCK);
        done += rows;
    }
}

void lac_winograd_multiply(const lac_winograd_group *g, const float *v, int c, const float *u,
                           int columns, float *m, const lac_winograd_fetch fetch[2])
{
    for (int p = 0; p < g->places; p++, v += g->place_v, m += g->place_m) {
        const float *matrix = u + g->matrix[p] * lac_winograd_place(c, columns);
        fetch_place(&fetch[0], p, g->places, 0);
        fetch_place(&fetch[1], p, g->places, 1);
        if (columns == LAC_PANEL)
            multiply_place(g, LAC_PANEL_VECS, v, c, matrix, m);
        else
            multiply_place(g, LAC_BLOCK / LANES, v, c, matrix, m);
    }
}

/* ---- Sums over tiles --------------------------------------------------------------------- */

INLINE void correlate_rows(int rows, int registers, const float *v, const float *w, size_t block,
                           int tiles, int add, float *sums)
{
    vec s[SUM_ROWS][LAC_PANEL_VECS];
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++)
            s[r][k] = (vec){0};
    for (int r = 0; r < rows * registers * LANES; r += LAC_BLOCK)
        __builtin_prefetch(sums + r, 1);
#pragma GCC unroll 1
    for (int t = 0; t < tiles; t++, v += LAC_BLOCK, w += LAC_BLOCK) {
        vec right[LAC_PANEL_VECS];
        for (int k = 0; k < registers; k++)
            right[k] = vec_load(w + register_at(block, k));
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            vec left = vec_all(v[r]);
#pragma GCC unroll 4
            for (int k = 0; k < registers; k++)
                s[r][k] = vec_fma(left, right[k], s[r][k]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++) {
            float *to = sums + (r * registers + k) * LANES;
            vec_store(to, add ? vec_load(to) + s[r][k] : s[r][k]);
        }
}

INLINE void correlate_place(const lac_winograd_group *g, int registers, const float *v, int c,
                            const float *w, int add, float *s)
{
    for (int b = 0; b < c; b += LAC_BLOCK, v += g->block)
        for (int r = 0; r < LAC_BLOCK; r += SUM_ROWS) {
            float *to = s + (size_t)(b + r) * registers * LANES;
            if (LAC_BLOCK - r >= SUM_ROWS)
                correlate_rows(SUM_ROWS, registers, v + r, w, g->block, g->tiles, add, to);
            else
                correlate_rows(LAC_BLOCK % SUM_ROWS, registers, v + r, w, g->block, g->tiles, add,
                               to);
        }
}

void lac_winograd_correlate(const lac_winograd_group *g, const float *v, int c, const float *w,
                            int columns, int add, float *s, const lac_winograd_fetch fetch[2])
{
    int most = -1; /* matrices have their first place in order, others later */
    for (int p = 0; p < g->places; p++, v += g->place_v, w += g->place_m) {
        float *matrix = s + g->matrix[p] * lac_winograd_place(c, columns);
        int add_place = add || g->matrix[p] <= most;
        most = g->matrix[p] > most ? g->matrix[p] : most;
        fetch_place(&fetch[0], p, g->places, 0);
        fetch_place(&fetch[1], p, g->places, 0);
        if (columns == LAC_PANEL)
            correlate_place(g, LAC_PANEL_VECS, v, c, w, add_place, matrix);
        else
            correlate_place(g, LAC_BLOCK / LANES, v, c, w, add_place, matrix);
    }
}
