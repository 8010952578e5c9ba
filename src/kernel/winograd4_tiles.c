/* The transforms of F(4x4, 3x3), 16 channels at a time; formulas in winograd4.h. */
#include "kernel/winograd4.h"

#define A LAC_POINT_A
#define B LAC_POINT_B
#define A2 (A * A)
#define B2 (B * B)
#define N (2 * A2 * (A2 - B2))
#define M (2 * B2 * (B2 - A2))

#define INLINE static inline __attribute__((always_inline))

/* ---- Inputs ---------------------------------------------------------------------------- */

/* Rows 0 and 5, 1 and 2, or 3 and 4 of B' d. */
INLINE void input_pair(int pair, const vec d[6], vec out[2])
{
    if (pair == 0) {
        out[0] = vec_fma(vec_all(A2 * B2), d[0], vec_fma(vec_all(-A2 - B2), d[2], d[4]));
        out[1] = vec_fma(vec_all(A2 * B2), d[1], vec_fma(vec_all(-A2 - B2), d[3], d[5]));
        return;
    }
    float point = pair == 1 ? A : B;
    float other = pair == 1 ? B2 : A2;
    vec even = vec_fma(vec_all(-other), d[2], d[4]);
    vec odd = vec_fma(vec_all(-other), d[1], d[3]);
    out[0] = vec_fma(vec_all(point), odd, even);
    out[1] = vec_fma(vec_all(-point), odd, even);
}

/* The rows that a pair comes to. */
static const int rows_of_pair[3][2] = {{0, 5}, {1, 2}, {3, 4}};

/* V of one tile, LANES channels, of which the columns [low, high) exist: rows begin at `low`. Two
 * rows of V at a time, so that what lies between the two multiplications stays in registers. */
INLINE void input_tile(const float *const row[6], int low, int high, float *v, size_t place)
{
#pragma GCC unroll 3
    for (int pair = 0; pair < 3; pair++) {
        vec r[6][2];
#pragma GCC unroll 6
        for (int c = 0; c < 6; c++) {
            vec d[6];
            r[c][0] = r[c][1] = (vec){0};
            if (c < low || c >= high)
                continue;
            for (int i = pair ? 1 : 0; i < (pair ? 5 : 6); i++)
                d[i] = vec_load(row[i] + (c - low) * LAC_BLOCK);
            input_pair(pair, d, r[c]);
        }
#pragma GCC unroll 2
        for (int k = 0; k < 2; k++) {
            const vec d[6] = {r[0][k], r[1][k], r[2][k], r[3][k], r[4][k], r[5][k]};
            float *to = v + (size_t)rows_of_pair[pair][k] * 6 * place;
#pragma GCC unroll 3
            for (int p = 0; p < 3; p++) {
                vec out[2];
                input_pair(p, d, out);
                vec_store(to + rows_of_pair[p][0] * place, out[0]);
                vec_store(to + rows_of_pair[p][1] * place, out[1]);
            }
        }
    }
}

/* The place of a tile among the pictures of a chunk. */
typedef struct cursor {
    int picture, i, j;
} cursor;

static cursor cursor_at(const lac_tiling *t, int tile)
{
    int inside = tile % t->tiles;
    return (cursor){tile / t->tiles, inside / t->across, inside % t->across};
}

static inline void cursor_next(const lac_tiling *t, cursor *c)
{
    if (++c->j < t->across)
        return;
    c->j = 0;
    if (++c->i * t->across < t->tiles)
        return;
    c->i = 0;
    c->picture++;
}

void LAC_NAME(lac_winograd4_input)(const lac_tiling *t, const float *x, int first, int count,
                                   const float *none, float *v, size_t place)
{
    cursor c = cursor_at(t, first);
    for (int k = 0; k < count; k++, v += LAC_BLOCK, cursor_next(t, &c)) {
        int low = c.j == 0;
        int left = 4 * c.j - 1;
        const float *from = x + c.picture * t->picture + (left + low) * LAC_BLOCK;
        for (int part = 0; part < PARTS; part++) {
            const float *row[6];
            for (int i = 0; i < 6; i++) {
                int y = 4 * c.i - 1 + i;
                row[i] = (y >= 0 && y < t->h ? from + (size_t)y * t->w * LAC_BLOCK : none) +
                         part * LANES;
            }
            if (low)
                input_tile(row, 1, t->w - left, v + part * LANES, place);
            else if (left + 6 <= t->w)
                input_tile(row, 0, 6, v + part * LANES, place);
            else
                input_tile(row, 0, t->w - left, v + part * LANES, place);
        }
    }
}

/* ---- Gradients ------------------------------------------------------------------------- */

/* Rows 0 and 5, 1 and 2, or 3 and 4 of A d. */
INLINE void gradient_pair(int pair, const vec d[4], vec out[2])
{
    if (pair == 0) {
        out[0] = d[0];
        out[1] = d[3];
        return;
    }
    float point = pair == 1 ? A : B;
    vec even = vec_fma(vec_all(point * point), d[2], d[0]);
    vec odd = vec_fma(vec_all(point * point), d[3], d[1]);
    out[0] = vec_fma(vec_all(point), odd, even);
    out[1] = vec_fma(vec_all(-point), odd, even);
}

/* A dy A' of one tile, of which `high` columns exist. */
INLINE void gradient_tile(const float *const row[4], int high, float *v, size_t place)
{
#pragma GCC unroll 3
    for (int pair = 0; pair < 3; pair++) {
        vec r[4][2];
#pragma GCC unroll 4
        for (int c = 0; c < 4; c++) {
            vec d[4];
            r[c][0] = r[c][1] = (vec){0};
            if (c >= high)
                continue;
            for (int i = 0; i < 4; i++)
                d[i] = vec_load(row[i] + c * LAC_BLOCK);
            gradient_pair(pair, d, r[c]);
        }
#pragma GCC unroll 2
        for (int k = 0; k < 2; k++) {
            const vec d[4] = {r[0][k], r[1][k], r[2][k], r[3][k]};
            float *to = v + (size_t)rows_of_pair[pair][k] * 6 * place;
#pragma GCC unroll 3
            for (int p = 0; p < 3; p++) {
                vec out[2];
                gradient_pair(p, d, out);
                vec_store(to + rows_of_pair[p][0] * place, out[0]);
                vec_store(to + rows_of_pair[p][1] * place, out[1]);
            }
        }
    }
}

void LAC_NAME(lac_winograd4_gradient)(const lac_tiling *t, const float *dy, int first, int count,
                                      const float *none, float *v, size_t place)
{
    cursor c = cursor_at(t, first);
    for (int k = 0; k < count; k++, v += LAC_BLOCK, cursor_next(t, &c)) {
        const float *from = dy + c.picture * t->picture + 4 * c.j * LAC_BLOCK;
        int high = t->w - 4 * c.j;
        for (int part = 0; part < PARTS; part++) {
            const float *row[4];
            for (int i = 0; i < 4; i++) {
                int y = 4 * c.i + i;
                row[i] = (y < t->h ? from + (size_t)y * t->w * LAC_BLOCK : none) + part * LANES;
            }
            if (high >= 4)
                gradient_tile(row, 4, v + part * LANES, place);
            else
                gradient_tile(row, high, v + part * LANES, place);
        }
    }
}

/* ---- Outputs --------------------------------------------------------------------------- */

/* A' m. */
INLINE void output_rows(const vec m[6], vec out[4])
{
    vec sum_a = m[1] + m[2], sum_b = m[3] + m[4];
    vec difference_a = m[1] - m[2], difference_b = m[3] - m[4];
    out[0] = m[0] + sum_a + sum_b;
    out[1] = vec_fma(vec_all(B), difference_b, vec_all(A) * difference_a);
    out[2] = vec_fma(vec_all(B2), sum_b, vec_all(A2) * sum_a);
    out[3] = vec_fma(vec_all(B * B2), difference_b,
                     vec_fma(vec_all(A * A2), difference_a, m[5]));
}

/* Rows and columns of the tile's output that exist. */
INLINE void output_tile(const float *m, size_t place, size_t line, int rows, int columns, float *y)
{
    vec r[6][4];
#pragma GCC unroll 6
    for (int c = 0; c < 6; c++) {
        vec v[6];
#pragma GCC unroll 6
        for (int i = 0; i < 6; i++)
            v[i] = vec_load(m + (6 * i + c) * place);
        output_rows(v, r[c]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const vec v[6] = {r[0][i], r[1][i], r[2][i], r[3][i], r[4][i], r[5][i]};
        vec out[4];
        output_rows(v, out);
        if (i >= rows)
            return;
#pragma GCC unroll 4
        for (int c = 0; c < 4; c++)
            if (c < columns)
                vec_store(y + i * line + c * LAC_BLOCK, out[c]);
    }
}

void LAC_NAME(lac_winograd4_output)(const lac_tiling *t, const float *m, size_t place, int first,
                                    int count, float *y)
{
    cursor c = cursor_at(t, first);
    size_t line = (size_t)t->w * LAC_BLOCK;
    for (int k = 0; k < count; k++, m += LAC_BLOCK, cursor_next(t, &c)) {
        float *to = y + c.picture * t->picture + 4 * c.i * line + 4 * c.j * LAC_BLOCK;
        int rows = t->h - 4 * c.i, columns = t->w - 4 * c.j;
        for (int part = 0; part < PARTS * LANES; part += LANES) {
            if (rows >= 4 && columns >= 4)
                output_tile(m + part, place, line, 4, 4, to + part);
            else
                output_tile(m + part, place, line, rows, columns, to + part);
        }
    }
}

/* ---- Weights --------------------------------------------------------------------------- */

/* G w. */
INLINE void weight_rows(const vec w[3], vec out[6])
{
    vec even_a = vec_fma(vec_all(A2 / N), w[2], vec_all(1 / N) * w[0]);
    vec even_b = vec_fma(vec_all(B2 / M), w[2], vec_all(1 / M) * w[0]);
    vec odd_a = vec_all(A / N) * w[1], odd_b = vec_all(B / M) * w[1];
    out[0] = vec_all(1 / (A2 * B2)) * w[0];
    out[1] = even_a + odd_a;
    out[2] = even_a - odd_a;
    out[3] = even_b + odd_b;
    out[4] = even_b - odd_b;
    out[5] = w[2];
}

void LAC_NAME(lac_winograd4_weights)(const float *w, size_t along, size_t across, int turned, int c,
                                     int columns, float *u)
{
    size_t place = lac_winograd4_place(c, columns);
    for (int i = 0; i < c; i++)
        for (int k = 0; k < columns; k += LANES) {
            vec tap[9], r[3][6], out[6];
            for (int j = 0; j < 9; j++)
                for (int lane = 0; lane < LANES; lane++)
                    tap[j][lane] = w[i * along + (k + lane) * across + (turned ? 8 - j : j)];
            for (int j = 0; j < 3; j++) /* columns of the kernel */
                weight_rows((vec[]){tap[j], tap[3 + j], tap[6 + j]}, r[j]);
            for (int row = 0; row < 6; row++) {
                weight_rows((vec[]){r[0][row], r[1][row], r[2][row]}, out);
                for (int j = 0; j < 6; j++)
                    vec_store(u + (6 * row + j) * place + (size_t)i * columns + k, out[j]);
            }
        }
}

/* G' s. */
INLINE void sum_rows(const vec s[6], vec out[3])
{
    vec sum_a = s[1] + s[2], sum_b = s[3] + s[4];
    out[0] = vec_fma(vec_all(1 / (A2 * B2)), s[0],
                     vec_fma(vec_all(1 / N), sum_a, vec_all(1 / M) * sum_b));
    out[1] = vec_fma(vec_all(A / N), s[1] - s[2], vec_all(B / M) * (s[3] - s[4]));
    out[2] = vec_fma(vec_all(A2 / N), sum_a, vec_fma(vec_all(B2 / M), sum_b, s[5]));
}

void LAC_NAME(lac_winograd4_sums)(const float *s, int c, int columns, float *dw)
{
    size_t place = lac_winograd4_place(c, columns);
    for (int i = 0; i < c; i++)
        for (int k = 0; k < columns; k += LANES) {
            vec r[6][3], out[3];
            for (int j = 0; j < 6; j++) {
                vec v[6];
                for (int row = 0; row < 6; row++)
                    v[row] = vec_load(s + (6 * row + j) * place + (size_t)i * columns + k);
                sum_rows(v, r[j]);
            }
            for (int row = 0; row < 3; row++) {
                sum_rows((vec[]){r[0][row], r[1][row], r[2][row], r[3][row], r[4][row], r[5][row]},
                         out);
                for (int j = 0; j < 3; j++)
                    vec_store(dw + ((size_t)i * 9 + 3 * row + j) * columns + k, out[j]);
            }
        }
}
