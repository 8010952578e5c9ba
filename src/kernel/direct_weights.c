/*
 * The third pass of the direct convolution (direct.c): the gradient of the weights.
 *
 * For every tap and input channel dw of 16 or 32 output channels is a sum over pixels of a number
 * of x times a register of dy. Some of them stay in registers while the loop walks a band of
 * pixels, which stays in the first-level cache; then they go back to the chunk's partial sums,
 * [c / 16, k, k, 16, oc]. In this order taps and channels are lines, as x is read in the forward
 * pass.
 *
 * The processor multiplies pairs of bf16, and here they must be pairs of pixels. dy is written as
 * words of two neighbours, [oc / 16, rows, pairs, 16], and x as words of the two pixels that a pair
 * of outputs sees under one tap, [c / 16, rows, pairs, k, 16].
 */
#include "kernel/direct.h"

enum {
    REGISTERS = LANES == 4 ? 4 : 2,
    WIDTH = REGISTERS * LANES,
    MOST = LANES == 16 ? 8 : 4, /* lines' numbers at a time: 16 sums of 32 registers, 8 of 16 */
    PIXELS = 256,               /* of a band, about */
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
    ahead *ahead_x, *ahead_dy;
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
            ahead_fetch(p->ahead_x);
            ahead_fetch(p->ahead_dy);
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
    size_t tiles = (size_t)p->blocks * p->lines * ((p->run + MOST - 1) / MOST) *
                   ((p->channels + WIDTH - 1) / WIDTH);
    ahead_spread(p->ahead_x, tiles * p->pictures * p->rows);
    ahead_spread(p->ahead_dy, tiles * p->pictures * p->rows);
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
        return (band){.pictures = 1, .rows = rows};
    int pictures = PIXELS / (s->oh * s->ow);
    pictures = pictures < chunk ? pictures : chunk;
    return (band){.pictures = pictures > 1 ? pictures : 1, .rows = s->oh};
}

/* What a band reads. */
typedef struct source {
    const void *x, *dy; /* its first picture */
    ahead ahead_x, ahead_dy;
} source;

#ifdef LAC_BF16
/* Words of the numbers of two pixels. */
static inline void put_words(const stored *a, const stored *b, float *to)
{
    __m512i both = _mm512_castsi256_si512(_mm256_loadu_si256((const void *)a));
    words_put(to, _mm512_inserti64x4(both, _mm256_loadu_si256((const void *)b), 1));
}

/* An odd number of columns is filled up: the last pair's second pixel meets a dy of 0. */
static frame frame_of_pairs(const lac_conv_shape *s, int first, int rows)
{
    frame f = frame_of_x(s, first, rows);
    f.is_copy |= s->ow % 2;
    if (f.is_copy)
        f.w = (s->ow + s->ow % 2 - 1) * s->stride + s->k;
    return f;
}

/* Words of a line of the frame: those of its pairs under each tap, or one from every number of a
 * plain picture on. */
static size_t words_of_line(const lac_conv_shape *s, const frame *f)
{
    return f->pixel == 1 ? (size_t)(f->w - s->stride) : (size_t)(s->ow + 1) / 2 * s->k * LAC_BLOCK;
}

static void write_line(const lac_conv_shape *s, const frame *f, const stored *x, float *to)
{
    size_t step = (size_t)s->stride * f->pixel;
    if (f->pixel == 1) {
        uint32_t *restrict word = (uint32_t *)to;
        int pairs = f->w - s->stride;
        for (int i = 0; i < pairs; i++)
            word[i] = x[i] | (uint32_t)x[i + s->stride] << 16;
        return;
    }
    for (int j = 0; j < s->ow; j += 2, x += 2 * step)
        for (int t = 0; t < s->k; t++, to += LAC_BLOCK)
            put_words(x + t * LAC_BLOCK, x + t * LAC_BLOCK + step, to);
}

static size_t words_of_dy(const lac_conv_shape *s, int rows)
{
    return (size_t)s->oc * rows * ((s->ow + 1) / 2);
}

/* Words of a line of dy. */
static void write_dy_line(const stored *dy, int columns, float *to)
{
    static const stored none[LAC_BLOCK];
    for (; columns > 0; columns -= 2, dy += 2 * LAC_BLOCK, to += LAC_BLOCK)
        put_words(dy, columns > 1 ? dy + LAC_BLOCK : none, to);
}

static void write_wide_dy_line(const float *dy, int columns, float *to)
{
    static const float none[LAC_BLOCK];
    for (; columns > 0; columns -= 2, dy += 2 * LAC_BLOCK, to += LAC_BLOCK)
        vec_put_words(to, vec_load(dy), vec_load(columns > 1 ? dy + LAC_BLOCK : none));
}

/* [pictures, oc / 16, rows, pairs, 16]. */
static void write_dy(const lac_conv_shape *s, const void *dy, const band *b, float *to)
{
    size_t line = (size_t)s->ow * LAC_BLOCK;
    for (int p = 0; p < b->pictures * s->oc / LAC_BLOCK; p++)
        for (int i = b->row; i < b->row + b->rows; i++, to += (s->ow + 1) / 2 * LAC_BLOCK) {
            size_t at = ((size_t)p * s->oh + i) * line;
            if (s->wide_y)
                write_wide_dy_line((const float *)dy + at, s->ow, to);
            else
                write_dy_line((const stored *)dy + at, s->ow, to);
        }
}

static void band_weights(const lac_conv_shape *s, const band *b, source *of, float *partial,
                         float *scratch)
{
    const frame f = frame_of_pairs(s, b->row, b->rows);
    size_t pairs = (size_t)(s->ow + 1) / 2;
    size_t line = words_of_line(s, &f);
    size_t lines = (size_t)f.blocks * f.h;
    float *g = scratch + b->pictures * lines * line;
    float *copy = g + b->pictures * words_of_dy(s, b->rows);
    const stored *from = frame_make(&f, of->x, b->pictures, (stored *)copy);
    for (int i = 0; i < b->pictures * f.blocks; i++, from += frame_block(&f))
        for (int j = 0; j < f.h; j++)
            write_line(s, &f, from + (size_t)j * f.w * f.pixel,
                       scratch + ((size_t)i * f.h + j) * line);
    write_dy(s, of->dy, b, g);
    add_products(&(sums){.x = scratch,
                         .dy = g,
                         .x_column = f.pixel == 1 ? 2 * (size_t)s->stride
                                                  : (size_t)s->k * LAC_BLOCK,
                         .x_row = s->stride * line,
                         .x_picture = lines * line,
                         .x_line = line,
                         .x_block = f.h * line,
                         .y_row = pairs * LAC_BLOCK,
                         .y_picture = words_of_dy(s, b->rows),
                         .y_block = b->rows * pairs * LAC_BLOCK,
                         .pictures = b->pictures,
                         .rows = b->rows,
                         .columns = (int)pairs,
                         .blocks = f.blocks,
                         .lines = s->k,
                         .run = s->k * f.pixel,
                         .channels = s->oc,
                         .ahead_x = &of->ahead_x,
                         .ahead_dy = &of->ahead_dy},
                 partial);
}

size_t LAC_NAME(lac_direct_weights_scratch)(const lac_conv_shape *s, int chunk)
{
    const band all = band_of(s, chunk);
    const frame f = frame_of_pairs(s, 0, all.rows);
    size_t copy = f.is_copy ? (frame_size(&f) + 1) / 2 : 0;
    return all.pictures * (f.blocks * f.h * words_of_line(s, &f) + words_of_dy(s, all.rows) + copy);
}
#else
static void band_weights(const lac_conv_shape *s, const band *b, source *of, float *partial,
                         float *scratch)
{
    const frame f = frame_of_x(s, b->row, b->rows);
    size_t line = (size_t)f.w * f.pixel;
    sums p = {.x = frame_make(&f, of->x, b->pictures, scratch),
              .dy = (const float *)of->dy + b->row * s->ow * LAC_BLOCK,
              .x_column = (size_t)s->stride * f.pixel,
              .x_row = s->stride * line,
              .x_picture = frame_size(&f),
              .x_line = line,
              .x_block = frame_block(&f),
              .y_row = (size_t)s->ow * LAC_BLOCK,
              .y_picture = lac_conv_y_size(s),
              .y_block = (size_t)s->oh * s->ow * LAC_BLOCK,
              .pictures = b->pictures,
              .rows = b->rows,
              .columns = s->ow,
              .blocks = f.blocks,
              .lines = s->k,
              .run = s->k * f.pixel,
              .channels = s->oc,
              .ahead_x = &of->ahead_x,
              .ahead_dy = &of->ahead_dy};
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
    for (band b = band_at(&all, 0, 0, n, s->oh), next; b.picture < n; b = next) {
        next = band_after(&all, &b, n, s->oh);
        source of = {lac_conv_x_at(conv, x, b.picture), lac_conv_y_at(conv, dy, b.picture),
                     ahead_of_x(conv, x, n, &next), ahead_of_dy(conv, dy, n, &next)};
        band_weights(s, &b, &of, partial, scratch);
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
