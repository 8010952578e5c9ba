/* Winograd's transforms of tiles on floats, 16 channels at a time (winograd_f32.h). */
#include "kernel/winograd_f32_cursor.h"
#include "kernel/winograd_f32_lines.h"

enum { MOST_OUT = 4, MOST_SIDE = 6 };

/* ---- Inputs and gradients ----------------------------------------------------------------- */

/* Lines of matrix times d times its transpose for one tile, LANES channels: B' d B, or, of a
 * gradient, A d A'. Of `size` columns [low, high) exist, and rows begin at `low`. One pair of
 * result rows at a time, so that what lies between the two products stays in registers. */
INLINE void take_tile(int out, int is_gradient, const float *const *row, int low, int high,
                      float *v, size_t place)
{
    const int size = is_gradient ? out : out + 2;
#pragma GCC unroll 3
    for (int pair = 0; pair < PAIRS; pair++) {
        const pair_of of = pair_at(out, pair);
        const int from = is_gradient ? 0 : of.from, to = is_gradient ? size : of.to;
        vec r[MOST_SIDE][2];
#pragma GCC unroll 6
        for (int c = 0; c < size; c++) {
            vec d[MOST_SIDE];
            r[c][0] = r[c][1] = (vec){0};
            if (c < low || c >= high)
                continue;
#pragma GCC unroll 6
            for (int i = from; i < to; i++)
                d[i] = vec_load(row[i] + (c - low) * LAC_BLOCK);
            if (is_gradient)
                gradient_pair(out, pair, d, r[c]);
            else
                input_pair(out, pair, d, r[c]);
        }
#pragma GCC unroll 2
        for (int k = 0; k < of.count; k++) {
            vec d[MOST_SIDE];
            float *line = v + (size_t)of.line[k] * (out + 2) * place;
#pragma GCC unroll 6
            for (int c = 0; c < size; c++)
                d[c] = r[c][k];
#pragma GCC unroll 3
            for (int across = 0; across < PAIRS; across++) {
                const pair_of at = pair_at(out, across);
                vec both[2];
                if (is_gradient)
                    gradient_pair(out, across, d, both);
                else
                    input_pair(out, across, d, both);
                for (int i = 0; i < at.count; i++)
                    vec_store(line + at.line[i] * place, both[i]);
            }
        }
    }
}

INLINE void take_inputs(int out, const lac_tiling *t, const float *x, int first, int count,
                        const float *none, float *v, size_t place)
{
    cursor c = cursor_at(t, first);
    for (int k = 0; k < count; k++, v += LAC_BLOCK, cursor_next(t, &c)) {
        int low = c.j == 0, high = t->w - c.j + 1;
        const float *from = x + c.picture * t->picture + (c.j - 1 + low) * LAC_BLOCK;
        for (int part = 0; part < PARTS * LANES; part += LANES) {
            const float *row[MOST_SIDE];
            find_rows(t, from + part, none, c.i - 1, out + 2, row);
            if (low)
                take_tile(out, 0, row, 1, high, v + part, place);
            else if (high >= out + 2)
                take_tile(out, 0, row, 0, out + 2, v + part, place);
            else
                take_tile(out, 0, row, 0, high, v + part, place);
        }
    }
}

INLINE void take_gradients(int out, const lac_tiling *t, const float *dy, int first, int count,
                           const float *none, float *v, size_t place)
{
    cursor c = cursor_at(t, first);
    for (int k = 0; k < count; k++, v += LAC_BLOCK, cursor_next(t, &c)) {
        int high = t->w - c.j;
        const float *from = dy + c.picture * t->picture + c.j * LAC_BLOCK;
        for (int part = 0; part < PARTS * LANES; part += LANES) {
            const float *row[MOST_OUT];
            find_rows(t, from + part, none, c.i, out, row);
            if (high >= out)
                take_tile(out, 1, row, 0, out, v + part, place);
            else
                take_tile(out, 1, row, 0, high, v + part, place);
        }
    }
}

void lac_winograd_input(const lac_tiling *t, const float *x, int first, int count,
                        const float *none, float *v, size_t place)
{
    if (t->out == 4)
        take_inputs(4, t, x, first, count, none, v, place);
    else
        take_inputs(3, t, x, first, count, none, v, place);
}

void lac_winograd_gradient(const lac_tiling *t, const float *dy, int first, int count,
                           const float *none, float *v, size_t place)
{
    if (t->out == 4)
        take_gradients(4, t, dy, first, count, none, v, place);
    else
        take_gradients(3, t, dy, first, count, none, v, place);
}

/* ---- Outputs --------------------------------------------------------------------------- */

/* A' m A of one tile, LANES channels; of its output `rows` and `columns` exist. */
INLINE void put_tile(int out, const float *m, size_t place, size_t line, int rows, int columns,
                     float *y)
{
    const int side = out + 2;
    vec r[MOST_SIDE][MOST_OUT];
#pragma GCC unroll 6
    for (int c = 0; c < side; c++) {
        vec v[MOST_SIDE];
#pragma GCC unroll 6
        for (int i = 0; i < side; i++)
            v[i] = vec_load(m + (side * i + c) * place);
        output_line(out, v, r[c]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < out; i++) {
        vec v[MOST_SIDE], w[MOST_OUT];
        if (i >= rows)
            return;
#pragma GCC unroll 6
        for (int c = 0; c < side; c++)
            v[c] = r[c][i];
        output_line(out, v, w);
#pragma GCC unroll 4
        for (int c = 0; c < out; c++)
            if (c < columns)
                vec_store(y + i * line + c * LAC_BLOCK, w[c]);
    }
}

INLINE void put_outputs(int out, const lac_tiling *t, const float *m, size_t place, int first,
                        int count, float *y)
{
    cursor c = cursor_at(t, first);
    size_t line = (size_t)t->w * LAC_BLOCK;
    for (int k = 0; k < count; k++, m += LAC_BLOCK, cursor_next(t, &c)) {
        float *to = y + c.picture * t->picture + c.i * line + c.j * LAC_BLOCK;
        int rows = t->h - c.i, columns = t->w - c.j;
        for (int part = 0; part < PARTS * LANES; part += LANES)
            if (rows >= out && columns >= out)
                put_tile(out, m + part, place, line, out, out, to + part);
            else
                put_tile(out, m + part, place, line, rows, columns, to + part);
    }
}

void lac_winograd_output(const lac_tiling *t, const float *m, size_t place, int first, int count,
                         float *y)
{
    if (t->out == 4)
        put_outputs(4, t, m, place, first, count, y);
    else
        put_outputs(3, t, m, place, first, count, y);
}

/* ---- Weights --------------------------------------------------------------------------- */

/* G w G' of LANES kernels; u stands `place` floats apart. */
INLINE void put_weights(int out, const vec tap[9], float *u, size_t place)
{
    const int side = side_of(out);
    vec r[3][MOST_SIDE], line[MOST_SIDE];
    for (int j = 0; j < 3; j++) /* columns of the kernel */
        weight_line(out, (vec[]){tap[j], tap[3 + j], tap[6 + j]}, r[j]);
    for (int i = 0; i < side; i++) {
        weight_line(out, (vec[]){r[0][i], r[1][i], r[2][i]}, line);
        for (int j = 0; j < side; j++)
            vec_store(u + (side * i + j) * place, line[j]);
    }
}

void lac_winograd_weights(int out, const lac_kernels_at *from, int c, int columns, float *u)
{
    size_t place = lac_winograd_place(c, columns);
    for (int i = 0; i < c; i++)
        for (int k = 0; k < columns; k += LANES, u += LANES) {
            vec tap[9];
            for (int j = 0; j < 9; j++)
                for (int lane = 0; lane < LANES; lane++)
                    tap[j][lane] = from->w[i * from->along + (k + lane) * from->across +
                                           (from->turned ? 8 - j : j)];
            if (out == LAC_STRIDED)
                put_weights(LAC_STRIDED, tap, u, place);
            else if (out == 4)
                put_weights(4, tap, u, place);
            else
                put_weights(3, tap, u, place);
        }
}

/* G' s G of LANES kernels, tap by tap `columns` floats apart. */
INLINE void put_sums(int out, const float *s, size_t place, float *dw, int columns)
{
    const int side = side_of(out);
    vec r[MOST_SIDE][3], tap[3];
    for (int j = 0; j < side; j++) {
        vec v[MOST_SIDE];
        for (int i = 0; i < side; i++)
            v[i] = vec_load(s + (side * i + j) * place);
        sum_line(out, v, r[j]);
    }
    for (int i = 0; i < 3; i++) {
        vec v[MOST_SIDE];
        for (int j = 0; j < side; j++)
            v[j] = r[j][i];
        sum_line(out, v, tap);
        for (int j = 0; j < 3; j++)
            vec_store(dw + (3 * i + j) * columns, tap[j]);
    }
}

void lac_winograd_sums(int out, const float *s, int c, int columns, float *dw)
{
    size_t place = lac_winograd_place(c, columns);
    for (int i = 0; i < c; i++)
        for (int k = 0; k < columns; k += LANES) {
            const float *from = s + (size_t)i * columns + k;
            float *to = dw + (size_t)i * 9 * columns + k;
            if (out == LAC_STRIDED)
                put_sums(LAC_STRIDED, from, place, to, columns);
            else if (out == 4)
                put_sums(4, from, place, to, columns);
            else
                put_sums(3, from, place, to, columns);
        }
}
