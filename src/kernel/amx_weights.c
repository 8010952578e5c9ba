/*
 * The gradient of the weights by AMX's tiles (amx.h): for each tap a product of matrices whose sums
 * run along pixels, dw [c, oc] = sum of x [c, pixel + offset of the tap] dy [pixel, oc].
 *
 * So x, spread out, is turned to lines of pixels, one for a channel, of which a tile takes 16 by 32
 * from any pixel on, and dy to words of two neighbouring pixels. Where a walk over the output meets
 * the zeros between rows, dy is 0.
 *
 * Sums stay in tiles for a STRETCH of pixels, so that the lines of a stretch, for 32 channels of x
 * and as many of dy, are in the first-level cache while all taps are multiplied.
 */
#include "kernel/amx.h"

enum { STRETCH = 256 };

/* Sizes of one picture's operands. */
typedef struct plan {
    lac_spread x, dy;
    size_t line;   /* numbers of a line of x: an odd number of cache lines, so that 16 of them do
                    * not meet in one set */
    size_t pixels; /* of dy, rounded up to 32 */
} plan;

static plan plan_of(const lac_conv_shape *s)
{
    plan p = {.x = lac_spread_input(s)};
    p.dy = lac_spread_of(s->oc, 1, 1, 0, s->oh, p.x.w);
    p.line = p.x.group % (2 * GROUP) ? p.x.group : p.x.group + GROUP;
    p.pixels = (p.dy.plane + GROUP - 1) / GROUP * GROUP;
    return p;
}

/* 16 words, each of two pixels, of 16 channels. */
static inline void words_of(const stored *first, void *to)
{
    __m256i a, b;
    memcpy(&a, first, sizeof a);
    memcpy(&b, first + GROUP, sizeof b);
    words_put(to, _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1));
}

/* x [group, pixel, 32] to lines [c, line]. */
static void turn(const plan *p, const stored *x, int c, stored *lines)
{
    for (int b = 0; b < c / LAC_BLOCK; b++) {
        const stored *from = x + b / 2 * p->x.group * GROUP + b % 2 * LAC_BLOCK;
        stored *to = lines + b * LAC_BLOCK * p->line;
        for (size_t i = 0; i < p->x.group; i += GROUP) {
            vec words[LANES];
            for (int k = 0; k < LANES; k++)
                words_of(from + (i + 2 * k) * GROUP, &words[k]);
            vec_transpose(words);
            for (int k = 0; k < LANES; k++)
                memcpy(to + k * p->line + i, &words[k], sizeof words[k]);
        }
    }
}

/* dy [group, pixel, 32] to words [oc / 16, pixels / 2, 16]. */
static void pair(const plan *p, const stored *dy, int oc, uint32_t *words)
{
    for (int b = 0; b < oc / LAC_BLOCK; b++) {
        const stored *from = dy + b / 2 * p->dy.group * GROUP + b % 2 * LAC_BLOCK;
        for (size_t i = 0; i < p->pixels; i += 2, words += TILE)
            words_of(from + i * GROUP, words);
    }
}

/* Up to 32 x 32 channels: their lines, words and sums. */
typedef struct square {
    const stored *lines;
    const uint32_t *words;
    float *sums;
    size_t line, block; /* numbers from line to line, words from block to block of dy */
    size_t down;        /* sums from block to block of x; those of dy are neighbours */
} square;

/* Adds a stretch of `pixels`, a multiple of 32. */
static inline __attribute__((always_inline)) void add(const square *s, size_t pixels, int rows,
                                                      int columns)
{
    const stored *x = s->lines;
    const uint32_t *dy = s->words;
    const size_t across = s->line * sizeof *x;
    LAC_TILES_SEE_MEMORY();
    _tile_loadd(0, s->sums, 64);
    if (columns == 2)
        _tile_loadd(1, s->sums + WORDS, 64);
    if (rows == 2) {
        _tile_loadd(2, s->sums + s->down, 64);
        if (columns == 2)
            _tile_loadd(3, s->sums + s->down + WORDS, 64);
    }
    for (size_t i = 0; i < pixels; i += GROUP, x += GROUP, dy += WORDS) {
        _tile_loadd(4, x, across);
        _tile_loadd(6, dy, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (columns == 2) {
            _tile_loadd(7, dy + s->block, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (rows == 2) {
            _tile_loadd(5, x + TILE * s->line, across);
            _tile_dpbf16ps(2, 5, 6);
            if (columns == 2)
                _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, s->sums, 64);
    if (columns == 2)
        _tile_stored(1, s->sums + WORDS, 64);
    if (rows == 2) {
        _tile_stored(2, s->sums + s->down, 64);
        if (columns == 2)
            _tile_stored(3, s->sums + s->down + WORDS, 64);
    }
}

static void add_some(const square *s, size_t pixels, int rows, int columns)
{
    if (rows == 2 && columns == 2)
        add(s, pixels, 2, 2);
    else if (rows == 2)
        add(s, pixels, 2, 1);
    else if (columns == 2)
        add(s, pixels, 1, 2);
    else
        add(s, pixels, 1, 1);
}

/* Adds one picture to sums [tap, c / 16, oc / 16, 16, 16]. */
static void add_picture(const plan *p, const lac_conv_shape *s, const stored *lines,
                        const uint32_t *words, float *sums)
{
    const int rows = s->c / LAC_BLOCK, columns = s->oc / LAC_BLOCK;
    const size_t block = p->pixels / 2 * TILE;
    for (int i = 0; i < rows; i += 2)
        for (int j = 0; j < columns; j += 2)
            for (size_t at = 0; at < p->pixels; at += STRETCH)
                for (int t = 0; t < s->k * s->k; t++) {
                    size_t left = p->pixels - at;
                    size_t from = at + lac_spread_tap(&p->x, t / s->k, t % s->k);
                    const square q = {lines + (size_t)i * LAC_BLOCK * p->line + from,
                                      words + j * block + at / 2 * TILE,
                                      sums + (((size_t)t * rows + i) * columns + j) * WORDS,
                                      p->line, block, (size_t)columns * WORDS};
                    add_some(&q, left < STRETCH ? left : STRETCH, rows - i < 2 ? 1 : 2,
                             columns - j < 2 ? 1 : 2);
                }
}

/* Numbers of the larger picture spread out, which both share. */
static size_t spread_size(const plan *p)
{
    size_t x = lac_spread_size(&p->x), dy = lac_spread_size(&p->dy);
    return x > dy ? x : dy;
}

void lac_amx_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                              const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const plan p = plan_of(s);
    stored *spread = (stored *)scratch;
    uint32_t *words = (uint32_t *)(spread + spread_size(&p));
    stored *lines = (stored *)(words + s->oc * p.pixels / 2);
    memset(partial, 0, conv->partial * sizeof *partial);
    lac_tiles_begin();
    for (int i = 0; i < n; i++) {
        lac_spread_out(&p.x, lac_conv_x_at(conv, x, i), 0, s->c, s->h, s->w, spread);
        turn(&p, spread, s->c, lines);
        lac_spread_out(&p.dy, lac_conv_y_at(conv, dy, i), s->wide_y, s->oc, s->oh, s->ow, spread);
        pair(&p, spread, s->oc, words);
        add_picture(&p, s, lines, words, partial);
    }
    lac_tiles_end();
}

/* The sums of 16 x 16 channels, a tile for each tap, `next` numbers from one to the next. */
static void unpack_block(const float *sums, size_t next, size_t taps, size_t output, float *dw)
{
    for (int o = 0; o < TILE; o++)
        for (int c = 0; c < TILE; c++)
            for (size_t t = 0; t < taps; t++)
                dw[o * output + c * taps + t] = sums[t * next + c * TILE + o];
}

void lac_amx_unpack(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const size_t taps = (size_t)s->k * s->k, output = s->c * taps, next = (size_t)s->c * s->oc;
    for (int c = 0; c < s->c; c += TILE)
        for (int o = 0; o < s->oc; o += TILE, partial += WORDS)
            unpack_block(partial, next, taps, output, dw + o * output + c * taps);
}

size_t lac_amx_weights_scratch(const lac_conv_shape *s)
{
    const plan p = plan_of(s);
    return (spread_size(&p) + s->oc * p.pixels + s->c * p.line) / 2;
}
