/*
 * The third pass of the direct convolution (direct.c): the gradient of the weights.
 *
 * For every tap and input channel dw of 16 or 32 output channels is a sum over pixels of a number
 * of x times a register of dy. Some of them stay in registers while the loop walks a band of
 * pixels, which stays in the first-level cache; then they go back to the chunk's partial sums,
 * [c / 16, k, k, 16, oc]. In this order taps and channels are lines, as x is read in the forward
 * pass.
 *
 * The processor multiplies pairs of bf16, and here they must be pairs of pixels. x is written as
 * words of two pixels that neighbouring outputs see under one tap, [c / 16, rows, outputs / 2, k,
 * 16], and dy as words of two neighbours, [oc / 16, rows, outputs / 2, 16].
 */
#include "kernel/direct.h"

enum {
    REGISTERS = 2,
    WIDTH = REGISTERS * LANES,
    MOST = LANES == 16 ? 8 : 4, /* lines' numbers at a time: 16 sums of 32 registers, 8 of 16 */
    PIXELS = 160,               /* of a band, about */
};

/* Steps, in floats or words, from a number to the next along each direction. */
typedef struct sums {
    const float *x, *dy;
    size_t x_column, x_row, x_picture; /* from pixel to pixel, or from pair to pair */
    size_t x_line, x_block;            /* from a row of taps, a block of channels, to the next */
    size_t y_row, y_picture, y_block;
    int pictures, rows, columns;
    int blocks, lines, run; /* of x; numbers of a line */
    int channels;           /* of dy */
} sums;

/* Adds to partial [count, channels]. */
static inline __attribute__((always_inline)) void
tile(const sums *p, const float *x, const float *dy, int count, int registers, float *partial)
{
    vec s[8][REGISTERS];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        for (int k = 0; k < registers; k++)
            s[i][k] = vec_load(partial + (size_t)i * p->channels + k * LANES);
    for (int n = 0; n < p->pictures; n++)
        for (int row = 0; row < p->rows; row++) {
            const float *left = x + n * p->x_picture + row * p->x_row;
            const float *right = dy + n * p->y_picture + row * p->y_row;
            for (int j = p->columns; j > 0; j--, left += p->x_column, right += LAC_BLOCK) {
                term g[REGISTERS];
                for (int k = 0; k < registers; k++)
                    g[k] = term_load(right + k * LANES / LAC_BLOCK * p->y_block +
                                     k * LANES % LAC_BLOCK);
#pragma GCC unroll 8
                for (int i = 0; i < count; i++) {
                    term v = term_all(left + i);
                    for (int k = 0; k < registers; k++)
                        s[i][k] = term_multiply(v, g[k], s[i][k]);
                }
            }
        }
#pragma GCC unroll 8
    for (int i = 0; i < count; i++)
        for (int k = 0; k < registers; k++)
            vec_store(partial + (size_t)i * p->channels + k * LANES, s[i][k]);
}

/* One line, and as many output channels as registers hold. Lines are multiples of 16, or odd. */
static inline __attribute__((always_inline)) void
line_of_taps(const sums *p, const float *x, const float *dy, int registers, float *partial)
{
    int left = p->run;
    for (; left >= MOST; left -= MOST, x += MOST, partial += (size_t)MOST * p->channels)
        tile(p, x, dy, MOST, registers, partial);
    switch (left) {
    case 7:
        tile(p, x, dy, 7, registers, partial);
        break;
    case 5:
        tile(p, x, dy, 5, registers, partial);
        break;
    case 3:
        tile(p, x, dy, 3, registers, partial);
        break;
    case 1:
        tile(p, x, dy, 1, registers, partial);
        break;
    }
}

static void lines_wide(const sums *p, const float *x, const float *dy, float *partial)
{
    line_of_taps(p, x, dy, REGISTERS, partial);
}

/* The last 16 channels where registers are as wide. */
static void lines_narrow(const sums *p, const float *x, const float *dy, float *partial)
{
    line_of_taps(p, x, dy, 1, partial);
}

static void add_products(const sums *p, float *partial)
{
    for (int o = 0; o < p->channels; o += WIDTH) {
        const float *dy = p->dy + o / LAC_BLOCK * p->y_block;
        float *to = partial + o;
        for (int b = 0; b < p->blocks; b++)
            for (int l = 0; l < p->lines; l++, to += (size_t)p->run * p->channels)
                (p->channels - o >= WIDTH ? lines_wide : lines_narrow)(
                    p, p->x + b * p->x_block + l * p->x_line, dy, to);
    }
}

/* ---- Bands --------------------------------------------------------------------------------- */

static band band_of(const lac_conv_shape *s, int chunk)
{
    int rows = (PIXELS + s->ow - 1) / s->ow;
    if (rows < s->oh)
        return (band){1, rows};
    int pictures = PIXELS / (s->oh * s->ow);
    pictures = pictures < chunk ? pictures : chunk;
    return (band){pictures > 1 ? pictures : 1, s->oh};
}

#ifdef LAC_BF16
/* Words of the numbers of two pixels. */
static inline void put_words(const stored *a, const stored *b, float *to)
{
    __m256i first = _mm256_loadu_si256((const void *)a);
    __m256i second = _mm256_loadu_si256((const void *)b);
    __m512i low = _mm512_cvtepu16_epi32(first);
    __m512i high = _mm512_slli_epi32(_mm512_cvtepu16_epi32(second), 16);
    _mm512_storeu_si512(to, _mm512_or_si512(low, high));
}

static const stored zeros[LAC_BLOCK];

/* Column j of a row, which may lie outside. */
static inline const stored *column(const stored *row, int j, int w)
{
    return row && j >= 0 && j < w ? row + (size_t)j * LAC_BLOCK : zeros;
}

static size_t words_of_x(const lac_conv_shape *s, const frame *f)
{
    return (size_t)f->blocks * f->h * ((s->ow + 1) / 2) * s->k * f->pixel;
}

/* x of n pictures as words, [n, blocks, rows of the frame, pairs of outputs, k, pixel]. */
static void write_x(const lac_conv_shape *s, const frame *f, const stored *x, int n, float *to)
{
    for (int b = 0; b < n * f->blocks; b++, x += (size_t)s->h * s->w * f->pixel)
        for (int i = 0; i < f->h; i++) {
            int at = i - f->top;
            const stored *row = at >= 0 && at < s->h ? x + (size_t)at * s->w * f->pixel : NULL;
            for (int j = -s->pad; j < s->ow * s->stride - s->pad; j += 2 * s->stride)
                for (int t = j; t < j + s->k; t++, to += f->pixel) {
                    int next = t + s->stride;
                    if (f->pixel == LAC_BLOCK) {
                        put_words(column(row, t, s->w), column(row, next, s->w), to);
                        continue;
                    }
                    stored pair[2] = {row && t >= 0 && t < s->w ? row[t] : 0,
                                      row && next >= 0 && next < s->w ? row[next] : 0};
                    memcpy(to, pair, sizeof pair);
                }
        }
}

static size_t words_of_dy(const lac_conv_shape *s, int rows)
{
    return (size_t)s->oc * rows * ((s->ow + 1) / 2);
}

/* The same of dy, whose band begins there: [n, oc / 16, rows, pairs, 16]. */
static void write_dy(const lac_conv_shape *s, const stored *dy, int rows, int n, float *to)
{
    for (int b = 0; b < n * s->oc / LAC_BLOCK; b++, dy += (size_t)s->oh * s->ow * LAC_BLOCK)
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < s->ow; j += 2, to += LAC_BLOCK) {
                const stored *row = dy + (size_t)i * s->ow * LAC_BLOCK;
                put_words(column(row, j, s->ow), column(row, j + 1, s->ow), to);
            }
}

static void band_weights(const lac_conv_shape *s, const frame *f, const stored *x,
                         const stored *dy, int rows, int n, float *partial, float *scratch)
{
    size_t pairs = (size_t)(s->ow + 1) / 2;
    size_t x_size = words_of_x(s, f);
    size_t line = pairs * s->k * f->pixel;
    float *g = scratch + n * x_size;
    write_x(s, f, x, n, scratch);
    write_dy(s, dy, rows, n, g);
    add_products(&(sums){.x = scratch,
                         .dy = g,
                         .x_column = (size_t)s->k * f->pixel,
                         .x_row = s->stride * line,
                         .x_picture = x_size,
                         .x_line = line,
                         .x_block = f->h * line,
                         .y_row = pairs * LAC_BLOCK,
                         .y_picture = words_of_dy(s, rows),
                         .y_block = rows * pairs * LAC_BLOCK,
                         .pictures = n,
                         .rows = rows,
                         .columns = (int)pairs,
                         .blocks = f->blocks,
                         .lines = s->k,
                         .run = s->k * f->pixel,
                         .channels = s->oc},
                 partial);
}

size_t LAC_NAME(lac_direct_weights_scratch)(const lac_conv_shape *s, int chunk)
{
    const band all = band_of(s, chunk);
    const frame f = frame_of_x(s, 0, all.rows);
    return all.pictures * (words_of_x(s, &f) + words_of_dy(s, all.rows));
}
#else
static void band_weights(const lac_conv_shape *s, const frame *f, const stored *x,
                         const stored *dy, int rows, int n, float *partial, float *scratch)
{
    size_t line = (size_t)f->w * f->pixel;
    sums p = {.x = frame_make(f, x, n, scratch),
              .dy = dy,
              .x_column = (size_t)s->stride * f->pixel,
              .x_row = s->stride * line,
              .x_picture = frame_size(f),
              .x_line = line,
              .x_block = frame_block(f),
              .y_row = (size_t)s->ow * LAC_BLOCK,
              .y_picture = lac_conv_y_size(s),
              .y_block = (size_t)s->oh * s->ow * LAC_BLOCK,
              .pictures = n,
              .rows = rows,
              .columns = s->ow,
              .blocks = f->blocks,
              .lines = s->k,
              .run = s->k * f->pixel,
              .channels = s->oc};
    add_products(&p, partial);
}

size_t LAC_NAME(lac_direct_weights_scratch)(const lac_conv_shape *s, int chunk)
{
    const band all = band_of(s, chunk);
    const frame f = frame_of_x(s, 0, all.rows);
    return f.is_copy ? all.pictures * frame_size(&f) : 0;
}
#endif

void LAC_NAME(lac_direct_weights)(const lac_conv *conv, int thread, int n, const void *x,
                                  const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const band all = band_of(s, conv->chunk);
    memset(partial, 0, conv->partial * sizeof *partial);
    for (int i = 0; i < n; i += all.pictures)
        for (int row = 0; row < s->oh; row += all.rows) {
            int pictures = n - i < all.pictures ? n - i : all.pictures;
            int rows = s->oh - row < all.rows ? s->oh - row : all.rows;
            const frame f = frame_of_x(s, row, rows);
            band_weights(s, &f, (const stored *)lac_conv_x_at(conv, x, i),
                         (const stored *)lac_conv_y_at(conv, dy, i) +
                             (size_t)row * s->ow * LAC_BLOCK,
                         rows, pictures, partial, scratch);
        }
}

void LAC_NAME(lac_direct_unpack)(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    int block = s->c == 1 ? 1 : LAC_BLOCK;
    size_t area = (size_t)s->k * s->k;
    for (int b = 0; b < s->c; b += block)
        for (size_t tap = 0; tap < area; tap++)
            for (int c = b; c < b + block; c++)
                for (int o = 0; o < s->oc; o++)
                    dw[((size_t)o * s->c + c) * area + tap] = *partial++;
}
