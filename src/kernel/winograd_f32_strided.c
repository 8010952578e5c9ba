/*
 * Winograd's transforms of tiles for 3x3 convolutions of stride 2 on floats, 16 channels at a time
 * (winograd_f32.h).
 *
 * Along a line y[i] = w0 x[2i-1] + w1 x[2i] + w2 x[2i+1]. The odd pixels of x meet w0 and w2 alone,
 * a convolution of stride 1 with two taps, for which F(3, 2) takes 4 products for 3 outputs, at the
 * points 0, 1, -1 and infinity; the even ones meet w1. With d the 7 pixels of x that 3 outputs see,
 *          1  0  0  0 -1  0  0          1   0   0
 *          0  0  1  0  1  0  0         1/2  0  1/2
 *          0  0 -1  0  1  0  0         1/2  0 -1/2          1  1  1  0  1  0  0
 *   B' =   0  0 -1  0  0  0  1    G =   0   0   1      A' = 0  1 -1  0  0  1  0
 *          0  1  0  0  0  0  0          0   1   0           0  1  1  1  0  0  1
 *          0  0  0  1  0  0  0          0   1   0
 *          0  0  0  0  0  1  0          0   1   0
 * and y = A' (G w . B' d). In both directions together that are 49 products for 9 outputs, where
 * the direct method takes 81, of only 25 different matrices of weights. The same for dx from dy:
 * the odd pixels are a convolution of dy with w2 and w0, the even ones w1 dy:
 *          1  0 -1  0                   0  0  0  0  1  0  0
 *          0  1  1  0                   1  1  1  0  0  0  0
 *          0 -1  1  0                   0  0  0  0  0  1  0
 *   B' =   0 -1  0  1              A' = 0  1 -1  0  0  0  0
 *          1  0  0  0                   0  0  0  0  0  0  1
 *          0  1  0  0                   0  1  1  1  0  0  0
 *          0  0  1  0
 * for the 4 of dy that 6 of dx see.
 */
#include "kernel/winograd_f32_cursor.h"

enum { SIDE = 7, OUT = 3 };

/* ---- Into places --------------------------------------------------------------------------- */

/* What a tile is taken from: x, dy for the gradient of x, dy for that of the weights. */
enum source { FROM_X, FROM_DY, FROM_GRADIENT };

INLINE int size_of(enum source source)
{
    return source == FROM_X ? SIDE : source == FROM_DY ? OUT + 1 : OUT;
}

/* Result i of B' of F(3, 2), whose numbers are `step` apart. */
INLINE vec difference_at(int i, const vec *d, int step)
{
    switch (i) {
    case 0:
        return d[0] - d[2 * step];
    case 1:
        return d[step] + d[2 * step];
    case 2:
        return d[2 * step] - d[step];
    default:
        return d[3 * step] - d[step];
    }
}

/* Result i of B' d or, of the weights' gradient, A d. */
INLINE vec taken_at(enum source source, int i, const vec *d)
{
    if (source == FROM_X)
        return i < 4 ? difference_at(i, d, 2) : d[2 * i - 7];
    if (source == FROM_DY)
        return i < 4 ? difference_at(i, d, 1) : d[i - 4];
    if (i == 1 || i == 2)
        return i == 1 ? d[0] + d[2] + d[1] : d[0] + d[2] - d[1];
    return i < 4 ? d[i / 3 * 2] : d[i - 4];
}

/* The places of one tile, LANES channels. Of its columns [low, high) exist, and rows begin at
 * `low`. */
INLINE void take_tile(enum source source, const float *const *row, int low, int high, float *v,
                      size_t place)
{
    const int size = size_of(source);
#pragma GCC unroll 7
    for (int i = 0; i < SIDE; i++) {
        vec r[SIDE];
#pragma GCC unroll 7
        for (int c = 0; c < size; c++) {
            vec d[SIDE];
            r[c] = (vec){0};
            if (c < low || c >= high)
                continue;
#pragma GCC unroll 7
            for (int k = 0; k < size; k++)
                d[k] = vec_load(row[k] + (c - low) * LAC_BLOCK);
            r[c] = taken_at(source, i, d);
        }
#pragma GCC unroll 7
        for (int j = 0; j < SIDE; j++)
            vec_store(v + (SIDE * i + j) * place, taken_at(source, j, r));
    }
}

INLINE void take_tiles(enum source source, const lac_tiling *t, const float *x, int first,
                       int count, const float *none, float *v, size_t place)
{
    const int size = size_of(source), before = source == FROM_X; /* pixels in front of the tile */
    cursor c = cursor_at(t, first);
    for (int k = 0; k < count; k++, v += LAC_BLOCK, cursor_next(t, &c)) {
        int low = before && c.j == 0, high = t->w - c.j + before;
        const float *from = x + c.picture * t->picture + (c.j - before + low) * LAC_BLOCK;
        for (int part = 0; part < PARTS * LANES; part += LANES) {
            const float *row[SIDE];
            find_rows(t, from + part, none, c.i - before, size, row);
            if (low == 0 && high >= size)
                take_tile(source, row, 0, size, v + part, place);
            else
                take_tile(source, row, low, high, v + part, place);
        }
    }
}

void lac_strided_input(const lac_tiling *t, const float *x, int first, int count,
                       const float *none, float *v, size_t place)
{
    take_tiles(FROM_X, t, x, first, count, none, v, place);
}

void lac_strided_dy(const lac_tiling *t, const float *dy, int first, int count, const float *none,
                    float *v, size_t place)
{
    take_tiles(FROM_DY, t, dy, first, count, none, v, place);
}

void lac_strided_gradient(const lac_tiling *t, const float *dy, int first, int count,
                          const float *none, float *v, size_t place)
{
    take_tiles(FROM_GRADIENT, t, dy, first, count, none, v, place);
}

/* ---- Out of places ------------------------------------------------------------------------- */

/* Result i of A' of F(3, 2). */
INLINE vec sum_at(int i, const vec *m)
{
    return i == 0 ? m[1] + m[2] + m[0] : i == 1 ? m[1] - m[2] : m[1] + m[2] + m[3];
}

/* Result i of A' m: of y, or of dx. */
INLINE vec put_at(int is_dx, int i, const vec *m)
{
    if (is_dx)
        return i % 2 ? sum_at(i / 2, m) : m[4 + i / 2];
    return sum_at(i, m) + m[4 + i];
}

/* One tile, LANES channels; of its `rows` and `columns` so many exist. */
INLINE void put_tile(int is_dx, const float *m, size_t place, size_t line, int rows, int columns,
                     float *y)
{
    const int out = is_dx ? LAC_STRIDED : OUT;
#pragma GCC unroll 6
    for (int i = 0; i < out; i++) {
        vec r[SIDE];
        if (i >= rows)
            return;
#pragma GCC unroll 7
        for (int c = 0; c < SIDE; c++) {
            vec v[SIDE];
#pragma GCC unroll 7
            for (int k = 0; k < SIDE; k++)
                v[k] = vec_load(m + (SIDE * k + c) * place);
            r[c] = put_at(is_dx, i, v);
        }
#pragma GCC unroll 6
        for (int c = 0; c < out; c++)
            if (c < columns)
                vec_store(y + i * line + c * LAC_BLOCK, put_at(is_dx, c, r));
    }
}

INLINE void put_tiles(int is_dx, const lac_tiling *t, const float *m, size_t place, int first,
                      int count, float *y)
{
    const int out = is_dx ? LAC_STRIDED : OUT;
    cursor c = cursor_at(t, first);
    size_t line = (size_t)t->w * LAC_BLOCK;
    for (int k = 0; k < count; k++, m += LAC_BLOCK, cursor_next(t, &c)) {
        float *to = y + c.picture * t->picture + c.i * line + c.j * LAC_BLOCK;
        int rows = t->h - c.i, columns = t->w - c.j;
        for (int part = 0; part < PARTS * LANES; part += LANES)
            if (rows >= out && columns >= out)
                put_tile(is_dx, m + part, place, line, out, out, to + part);
            else
                put_tile(is_dx, m + part, place, line, rows, columns, to + part);
    }
}

void lac_strided_output(const lac_tiling *t, const float *m, size_t place, int first, int count,
                        float *y)
{
    put_tiles(0, t, m, place, first, count, y);
}

void lac_strided_dx(const lac_tiling *t, const float *m, size_t place, int first, int count,
                    float *dx)
{
    put_tiles(1, t, m, place, first, count, dx);
}
