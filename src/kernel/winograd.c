/*
 * 3x3 convolutions of stride 1 on bf16 by Winograd's F(2x2, 3x3) (Lavin and Gray 2016), with
 * AVX512-BF16: 16 products where the direct method takes 36.
 *
 * A tile is 2x2 outputs, which see 4x4 inputs. With
 *          1  0 -1  0         1   0   0         1  1  1  0
 *   B' =   0  1  1  0    G = 1/2 1/2 1/2   A' = 0  1 -1 -1
 *          0 -1  1  0        1/2-1/2 1/2
 *          0  1  0 -1         0   0   1
 * and V = B' x B, U = G w G', each of the 16 numbers ("place") of a tile is a matrix product of
 * its own over the channels, and
 *   y = A' (U V) A;   the same with turned weights: dx from dy;
 *   dw = G' (V (A dy A')) G, summed over tiles.
 * Transforms are float; V, U and A dy A' are rounded to bf16, once each, products are exact and
 * added in float. Some tile rows at a time stay in the second-level cache.
 *
 * The processor multiplies pairs: along the channels in V U, along tiles in V (A dy A'), whose
 * operands are therefore written as words of two neighbouring tiles.
 */
#include "kernel/conv.h"
#include "kernel/vector.h"

enum {
    PLACES = 16,
    MOST_ROWS = 12, /* of a product held in registers, by 2 registers of columns */
    FORWARD_TILES = 24, /* at a time, about */
    WEIGHT_TILES = 96,
};

/* The tiles of some rows; `tiles` to a row, an even number for words of two. */
typedef struct grid {
    int h, w;
    int rows;  /* tile rows of a picture */
    int tiles; /* of one row */
    int group; /* tile rows at a time */
} grid;

static grid grid_of(const lac_conv_shape *s, int at_a_time, int even)
{
    grid g = {.h = s->h, .w = s->w, .rows = (s->h + 1) / 2, .tiles = (s->w + 1) / 2};
    g.tiles += even && g.tiles % 2;
    g.group = at_a_time / g.tiles > 1 ? at_a_time / g.tiles : 1;
    g.group = g.group < g.rows ? g.group : g.rows;
    return g;
}

/* ---- Transforms ------------------------------------------------------------------------- */

/* Where a transform puts a tile's 16 numbers of 16 channels: [place, tiles, channels] bf16, or
 * [place, tiles / 2, channels] words. */
typedef struct target {
    stored *to;
    size_t place; /* numbers from place to place */
    int channels;
} target;

static inline void put_tile(const target *t, int tile, int words, const vec v[PLACES],
                            vec held[PLACES])
{
    if (!words) {
#pragma GCC unroll 16
        for (int p = 0; p < PLACES; p++)
            vec_put(t->to + p * t->place + (size_t)tile * t->channels, v[p]);
    } else if (tile % 2 == 0) {
#pragma GCC unroll 16
        for (int p = 0; p < PLACES; p++)
            held[p] = v[p];
    } else {
#pragma GCC unroll 16
        for (int p = 0; p < PLACES; p++)
            vec_put_words(t->to + p * t->place + (size_t)(tile - 1) * t->channels, held[p], v[p]);
    }
}

/* Column x of four rows, vertically: B' d. */
static inline void input_column(const stored *const row[4], int x, int w, vec v[4])
{
    if (x >= w) {
        v[0] = v[1] = v[2] = v[3] = (vec){0};
        return;
    }
    vec d[4];
    for (int i = 0; i < 4; i++)
        d[i] = vec_take(row[i] + (size_t)x * LAC_BLOCK);
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
}

/* V of one tile row of one block of channels; `none` is a row of zeros. */
static inline void input_row(const grid *g, const stored *x, const stored *none, int y, int words,
                             const target *t)
{
    const stored *row[4];
    vec a[4], b[4], held[PLACES] = {{0}};
    for (int i = 0; i < 4; i++) {
        int at = 2 * y - 1 + i;
        row[i] = at >= 0 && at < g->h ? x + (size_t)at * g->w * LAC_BLOCK : none;
        a[i] = (vec){0};
    }
    input_column(row, 0, g->w, b);
    for (int tile = 0; tile < g->tiles; tile++) {
        vec c[4], d[4], v[PLACES];
        input_column(row, 2 * tile + 1, g->w, c);
        input_column(row, 2 * tile + 2, g->w, d);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            v[4 * i] = a[i] - c[i];
            v[4 * i + 1] = b[i] + c[i];
            v[4 * i + 2] = c[i] - b[i];
            v[4 * i + 3] = b[i] - d[i];
            a[i] = c[i];
            b[i] = d[i];
        }
        put_tile(t, tile, words, v, held);
    }
}

/* A dy A' of one tile row, but for the signs of its last row and column (unpack). */
static inline void gradient_row(const grid *g, const stored *dy, const stored *none, int y,
                                const target *t)
{
    const stored *row[2];
    vec held[PLACES] = {{0}};
    for (int i = 0; i < 2; i++)
        row[i] = 2 * y + i < g->h ? dy + (size_t)(2 * y + i) * g->w * LAC_BLOCK : none;
    for (int tile = 0; tile < g->tiles; tile++) {
        vec r[2][4], v[PLACES];
        for (int k = 0; k < 2; k++) {
            int x = 2 * tile + k;
            int is_there = x < g->w;
            vec a = is_there ? vec_take(row[0] + (size_t)x * LAC_BLOCK) : (vec){0};
            vec b = is_there ? vec_take(row[1] + (size_t)x * LAC_BLOCK) : (vec){0};
            r[k][0] = a;
            r[k][1] = a + b;
            r[k][2] = a - b;
            r[k][3] = b;
        }
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            v[4 * i] = r[0][i];
            v[4 * i + 1] = r[0][i] + r[1][i];
            v[4 * i + 2] = r[0][i] - r[1][i];
            v[4 * i + 3] = r[1][i];
        }
        put_tile(t, tile, 1, v, held);
    }
}

/* A' M A of one tile row of one block of channels; m [place, tiles, channels] begins at the
 * row's first tile. */
static inline void output_row(const grid *g, const float *m, size_t place, int channels, int y,
                              stored *to)
{
    for (int tile = 0; tile < g->tiles; tile++, m += channels) {
        vec r[4][2];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            vec v[4];
            for (int k = 0; k < 4; k++)
                v[k] = vec_load(m + (4 * i + k) * place);
            r[i][0] = v[0] + v[1] + v[2];
            r[i][1] = v[1] - v[2] - v[3];
        }
        for (int k = 0; k < 2; k++) {
            stored *at = to + ((size_t)2 * y * g->w + 2 * tile + k) * LAC_BLOCK;
            if (2 * tile + k >= g->w)
                break;
            vec_put(at, r[0][k] + r[1][k] + r[2][k]);
            if (2 * y + 1 < g->h)
                vec_put(at + (size_t)g->w * LAC_BLOCK, r[1][k] - r[2][k] - r[3][k]);
        }
    }
}

/* ---- Products ------------------------------------------------------------------------------ */

/* C [rows, columns] (+)= A B over `pairs` words. Word p of A's row r is at a + r * row + p * step,
 * B is [pairs, columns]. */
typedef struct product {
    const uint32_t *a, *b;
    size_t row, step;
    int pairs, columns;
    float *c;
} product;

static inline __attribute__((always_inline)) void block(const product *p, int rows, int registers,
                                                        int add)
{
    vec s[MOST_ROWS][2];
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++)
            s[r][k] = add ? vec_load(p->c + (size_t)r * p->columns + k * LANES) : (vec){0};
    const uint32_t *a = p->a;
    const uint32_t *b = p->b;
    for (int i = 0; i < p->pairs; i++, a += p->step, b += p->columns) {
        __m512bh right[2];
        for (int k = 0; k < registers; k++)
            right[k] = (__m512bh)_mm512_loadu_si512(b + k * LANES);
#pragma GCC unroll 12
        for (int r = 0; r < rows; r++) {
            __m512bh left = (__m512bh)_mm512_set1_epi32((int32_t)a[r * p->row]);
#pragma GCC unroll 2
            for (int k = 0; k < registers; k++)
                s[r][k] = _mm512_dpbf16_ps(s[r][k], left, right[k]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < registers; k++)
            vec_store(p->c + (size_t)r * p->columns + k * LANES, s[r][k]);
}

static inline __attribute__((always_inline)) void rows_by(const product *p, int rows, int registers,
                                                          int add)
{
    product at = *p;
    int step;
    for (; rows > 0; rows -= step) {
        if (rows >= 12)
            block(&at, step = 12, registers, add);
        else if (rows >= 8)
            block(&at, step = 8, registers, add);
        else if (rows >= 4)
            block(&at, step = 4, registers, add);
        else
            block(&at, step = 1, registers, add);
        at.a += step * at.row;
        at.c += (size_t)step * at.columns;
    }
}

static inline __attribute__((always_inline)) void multiply(const product *p, int rows, int add)
{
    product at = *p;
    int column = 0;
    for (; column + 2 * LANES <= p->columns; column += 2 * LANES) {
        rows_by(&at, rows, 2, add);
        at.b += 2 * LANES;
        at.c += 2 * LANES;
    }
    if (column < p->columns)
        rows_by(&at, rows, 1, add);
}

/* ---- Passes ------------------------------------------------------------------------- */

/* y [oc, h, w] = x [c, h, w] convolved; packed [place, c / 2, oc] words. */
static void convolve(const grid *g, const stored *x, int c, const uint32_t *packed, stored *y,
                     int oc, float *scratch)
{
    size_t plane = (size_t)g->h * g->w * LAC_BLOCK;
    size_t most = (size_t)g->group * g->tiles;
    float *m = scratch;
    stored *v = (stored *)(m + PLACES * most * oc);
    stored *none = v + PLACES * most * c;
    memset(none, 0, (size_t)g->w * LAC_BLOCK * sizeof *none);
    for (int first = 0; first < g->rows; first += g->group) {
        int rows = g->rows - first < g->group ? g->rows - first : g->group;
        int tiles = rows * g->tiles;
        for (int b = 0; b < c / LAC_BLOCK; b++)
            for (int r = 0; r < rows; r++) {
                stored *to = v + (size_t)r * g->tiles * c + b * LAC_BLOCK;
                input_row(g, x + b * plane, none, first + r, 0, &(target){to, most * c, c});
            }
        for (int p = 0; p < PLACES; p++) {
            const uint32_t *words = (const uint32_t *)(v + p * most * c);
            multiply(&(product){words, packed + (size_t)p * c / 2 * oc, c / 2, 1, c / 2, oc,
                                m + p * most * oc},
                     tiles, 0);
        }
        for (int b = 0; b < oc / LAC_BLOCK; b++)
            for (int r = 0; r < rows; r++)
                output_row(g, m + (size_t)r * g->tiles * oc + b * LAC_BLOCK, most * oc, oc,
                           first + r, y + b * plane);
    }
}

static void winograd_forward(const lac_conv *conv, int thread, int n, const void *x,
                             const float *packed, void *y, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const grid g = grid_of(s, FORWARD_TILES, 0);
    for (int i = 0; i < n; i++)
        convolve(&g, (const stored *)lac_conv_x_at(conv, x, i), s->c, (const uint32_t *)packed,
                 (stored *)lac_conv_y_at(conv, y, i), s->oc, scratch);
}

static void winograd_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                                   const float *packed, void *dx, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const grid g = grid_of(s, FORWARD_TILES, 0);
    for (int i = 0; i < n; i++)
        convolve(&g, (const stored *)lac_conv_y_at(conv, dy, i), s->oc, (const uint32_t *)packed,
                 (stored *)lac_conv_x_at(conv, dx, i), s->c, scratch);
}

/* Adds one picture's products to sums [place, c, oc]. */
static void add_weights(const grid *g, const lac_conv_shape *s, const stored *x, const stored *dy,
                        float *sums, float *scratch)
{
    size_t plane = (size_t)g->h * g->w * LAC_BLOCK;
    size_t most = (size_t)g->group * g->tiles;
    stored *v = (stored *)scratch;
    stored *u = v + PLACES * most * s->c;
    stored *none = u + PLACES * most * s->oc;
    memset(none, 0, (size_t)g->w * LAC_BLOCK * sizeof *none);
    for (int first = 0; first < g->rows; first += g->group) {
        int rows = g->rows - first < g->group ? g->rows - first : g->group;
        for (int r = 0; r < rows; r++) {
            size_t tile = (size_t)r * g->tiles;
            for (int b = 0; b < s->c; b += LAC_BLOCK)
                input_row(g, x + b / LAC_BLOCK * plane, none, first + r, 1,
                          &(target){v + tile * s->c + 2 * b, most * s->c, s->c});
            for (int b = 0; b < s->oc; b += LAC_BLOCK)
                gradient_row(g, dy + b / LAC_BLOCK * plane, none, first + r,
                             &(target){u + tile * s->oc + 2 * b, most * s->oc, s->oc});
        }
        for (int p = 0; p < PLACES; p++) {
            const uint32_t *left = (const uint32_t *)(v + p * most * s->c);
            const uint32_t *right = (const uint32_t *)(u + p * most * s->oc);
            multiply(&(product){left, right, 1, s->c, rows * g->tiles / 2, s->oc,
                                sums + (size_t)p * s->c * s->oc},
                     s->c, 1);
        }
    }
}

static void winograd_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                                      const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const grid g = grid_of(s, WEIGHT_TILES, 1);
    memset(partial, 0, conv->partial * sizeof *partial);
    for (int i = 0; i < n; i++)
        add_weights(&g, s, (const stored *)lac_conv_x_at(conv, x, i),
                    (const stored *)lac_conv_y_at(conv, dy, i), partial, scratch);
}

/* ---- Weights ------------------------------------------------------------------------ */

/* The 9 numbers of a kernel, or of 16 kernels at once, one a lane. */
typedef struct kernels {
    vec tap[9];
} kernels;

/* Those of 16 kernels, `across` floats from one to the next. */
static inline kernels kernels_take(const float *w, size_t across, int turned)
{
    float lanes[9][LANES];
    kernels k;
    for (int l = 0; l < LANES; l++, w += across)
        for (int i = 0; i < 9; i++)
            lanes[turned ? 8 - i : i][l] = w[i];
    for (int i = 0; i < 9; i++)
        k.tap[i] = vec_load(lanes[i]);
    return k;
}

static inline void kernels_put(const kernels *k, float *w, size_t across)
{
    float lanes[9][LANES];
    for (int i = 0; i < 9; i++)
        vec_store(lanes[i], k->tap[i]);
    for (int l = 0; l < LANES; l++, w += across)
        for (int i = 0; i < 9; i++)
            w[i] = lanes[i][l];
}

/* G applied to three numbers. */
static inline void widen_by_g(vec a, vec b, vec c, vec to[4])
{
    const vec half = vec_all(0.5f);
    to[0] = a;
    to[1] = (a + b + c) * half;
    to[2] = (a - b + c) * half;
    to[3] = c;
}

/* G w G'. */
static inline void transform_weights(const kernels *k, vec u[PLACES])
{
    vec column[3][4];
    for (int j = 0; j < 3; j++)
        widen_by_g(k->tap[j], k->tap[3 + j], k->tap[6 + j], column[j]);
    for (int i = 0; i < 4; i++)
        widen_by_g(column[0][i], column[1][i], column[2][i], u + 4 * i);
}

/* A part of [place, c / 2, oc] words; c and oc change places if `turned`. */
static void pack_pass(const lac_conv_shape *s, lac_part part, const float *w, int turned,
                      float *packed)
{
    int c = turned ? s->oc : s->c;
    int oc = turned ? s->c : s->oc;
    size_t along = turned ? (size_t)s->c * 9 : 9;   /* from one input channel to the next */
    size_t across = turned ? 9 : (size_t)s->c * 9;
    for (int i = 2 * part.part; i < c; i += 2 * part.of)
        for (int o = 0; o < oc; o += LANES) {
            vec even[PLACES], odd[PLACES];
            kernels k = kernels_take(w + i * along + o * across, across, turned);
            transform_weights(&k, even);
            k = kernels_take(w + (i + 1) * along + o * across, across, turned);
            transform_weights(&k, odd);
            for (int p = 0; p < PLACES; p++)
                vec_put_words(packed + ((size_t)p * c / 2 + i / 2) * oc + o, even[p], odd[p]);
        }
}

static void winograd_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                          float *forward, float *backward)
{
    (void)thread;
    if (forward)
        pack_pass(&conv->shape, part, w, 0, forward);
    if (backward)
        pack_pass(&conv->shape, part, w, 1, backward);
}

/* G' applied to four numbers. */
static inline void narrow_by_g(const vec from[4], vec to[3])
{
    const vec half = vec_all(0.5f);
    vec sum = (from[1] + from[2]) * half;
    to[0] = from[0] + sum;
    to[1] = (from[1] - from[2]) * half;
    to[2] = sum + from[3];
}

/* G' S G of 16 kernels, with the signs that gradient_row left out. */
static inline kernels transform_sums(const float *sums, size_t place)
{
    kernels k;
    vec row[4][3];
    for (int i = 0; i < 4; i++) {
        vec v[4];
        for (int j = 0; j < 4; j++)
            v[j] = vec_load(sums + (4 * i + j) * place);
        if (i == 3)
            for (int j = 0; j < 3; j++)
                v[j] = -v[j];
        else
            v[3] = -v[3];
        narrow_by_g(v, row[i]);
    }
    for (int j = 0; j < 3; j++) {
        vec column[3];
        narrow_by_g((vec[4]){row[0][j], row[1][j], row[2][j], row[3][j]}, column);
        for (int i = 0; i < 3; i++)
            k.tap[3 * i + j] = column[i];
    }
    return k;
}

static void winograd_unpack(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    for (int c = 0; c < s->c; c++)
        for (int o = 0; o < s->oc; o += LANES) {
            kernels k = transform_sums(partial + (size_t)c * s->oc + o, (size_t)s->c * s->oc);
            kernels_put(&k, dw + ((size_t)o * s->c + c) * 9, (size_t)s->c * 9);
        }
}

static size_t scratch_of(const lac_conv_shape *s)
{
    const grid g = grid_of(s, FORWARD_TILES, 0);
    const grid even = grid_of(s, WEIGHT_TILES, 1);
    size_t channels = (size_t)s->c + s->oc; /* at most c or oc floats and the other as bf16 */
    size_t forward = PLACES * (size_t)g.group * g.tiles * channels;
    size_t weights = PLACES * (size_t)even.group * even.tiles * channels / 2;
    size_t row = (size_t)s->w * LAC_BLOCK / 2;
    return ((forward > weights ? forward : weights) + row + 15) / 16 * 16;
}

lac_status lac_conv_use_winograd(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           winograd_pack,
                                           winograd_forward,
                                           winograd_backward_data,
                                           winograd_backward_weights,
                                           winograd_unpack};
    const lac_conv_shape *s = &conv->shape;
    conv->method = &method;
    conv->name = "winograd_2x2:avx512_bf16";
    conv->scratch = scratch_of(s);
    conv->packed = (size_t)PLACES * s->c * s->oc / 2;
    conv->partial = (size_t)PLACES * s->c * s->oc;
    return LAC_OK;
}
