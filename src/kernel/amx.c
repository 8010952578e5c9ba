/*
 * Convolutions on bf16 by AMX's tiles (amx.h): the direct method, forward and to the input.
 *
 * The gradient of the input is a convolution of the output's, with the kernel turned; with a stride
 * it is one for each phase of the input's pixels, by the taps that meet them.
 */
#include "kernel/amx.h"

/* ---- A picture spread out ------------------------------------------------------------------- */

lac_spread lac_spread_of(int c, int stride, int phases, int pad, int h, int w)
{
    lac_spread f = {stride, pad, phases, h, w, (c + GROUP - 1) / GROUP, (size_t)h * w, 0};
    f.group = (phases * phases * f.plane + 3 * GROUP - 1) / GROUP * GROUP;
    return f;
}

lac_spread lac_spread_input(const lac_conv_shape *s)
{
    int more = (s->k - 1) / s->stride;
    int phases = s->k < s->stride ? s->k : s->stride;
    return lac_spread_of(s->c, s->stride, phases, s->pad, s->oh + more, s->ow + more);
}

/* A picture that is spread out. */
typedef struct picture {
    const char *x;
    size_t pixel; /* bytes of 16 channels */
    int h, w;
} picture;

static inline void spread_pixel(const picture *from, const char *x, stored *to)
{
    if (from->pixel == LAC_BLOCK * sizeof(float))
        vec_put(to, vec_load((const float *)(const void *)x));
    else
        memcpy(to, x, LAC_BLOCK * sizeof *to);
}

static void clear_pixels(stored *to, size_t count)
{
    for (; count > 0; count--, to += GROUP)
        memset(to, 0, LAC_BLOCK * sizeof *to);
}

/* 16 channels of a row of a plane: every stride-th pixel of row x, from pixel `at` on. */
static void spread_row(const lac_spread *f, const picture *from, const char *x, int at, stored *to)
{
    int j = 0;
    for (; j < f->w && at < 0; j++, at += f->stride, to += GROUP)
        clear_pixels(to, 1);
    for (; j < f->w && at < from->w; j++, at += f->stride, to += GROUP)
        spread_pixel(from, x + (size_t)at * from->pixel, to);
    clear_pixels(to, (size_t)(f->w - j));
}

/* A block of 16 channels x of the picture; NULL: of zeros. */
static void spread_block(const lac_spread *f, const picture *from, const char *x, stored *to)
{
    for (int p = 0; p < f->phases; p++)
        for (int q = 0; q < f->phases; q++)
            for (int i = 0; i < f->h; i++, to += (size_t)f->w * GROUP) {
                int at = f->stride * i + p - f->pad;
                if (x && at >= 0 && at < from->h)
                    spread_row(f, from, x + (size_t)at * from->w * from->pixel, q - f->pad, to);
                else
                    clear_pixels(to, (size_t)f->w);
            }
    clear_pixels(to, f->group - f->phases * f->phases * f->plane);
}

void lac_spread_out(const lac_spread *f, const void *x, int wide, int c, int h, int w, stored *to)
{
    const picture from = {x, LAC_BLOCK * (wide ? sizeof(float) : sizeof(stored)), h, w};
    size_t plane = (size_t)h * w * from.pixel;
    for (int b = 0; b < 2 * f->groups; b++)
        spread_block(f, &from, b < c / LAC_BLOCK ? from.x + b * plane : NULL,
                     to + b / 2 * f->group * GROUP + b % 2 * LAC_BLOCK);
}

/* ---- Tiles ---------------------------------------------------------------------------------- */

void lac_tiles_begin(void)
{
    static const struct {
        uint8_t palette, start, none[14];
        uint16_t bytes[16]; /* of a row */
        uint8_t rows[16];
    } full = {.palette = 1, .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
              .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
    _tile_loadconfig(&full);
}

void lac_tiles_end(void)
{
    _tile_release();
}

/* One walk over the output: y from x spread out. */
typedef struct walk {
    const lac_spread *from;
    const stored *x;
    int taps;
    const int *offset;     /* pixels, of the taps */
    const uint32_t *w;     /* [blocks, groups, taps] tiles: 16 words of two channels, 16 outputs */
    int blocks;            /* of 16 outputs */
    void *y;               /* [blocks, h, w, 16], stored, or floats if wide */
    int wide;
    int h, w_out;
    int stride, top, left; /* (i, j) of the walk is pixel (stride * i + top, stride * j + left) */
} walk;

/* Sums of 16 pixels, or twice as many, for one block of outputs or two; [runs, blocks] tiles. */
static inline __attribute__((always_inline)) void multiply(const walk *k, const stored *x,
                                                           const uint32_t *w, int runs, int blocks,
                                                           float *sums)
{
    const size_t next = (size_t)k->from->groups * k->taps * WORDS;
    const int row = GROUP * sizeof *x;
    LAC_TILES_SEE_MEMORY();
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int g = 0; g < k->from->groups; g++, x += k->from->group * GROUP)
        for (int t = 0; t < k->taps; t++, w += WORDS) {
            const stored *at = x + (ptrdiff_t)k->offset[t] * GROUP;
            _tile_loadd(4, at, row);
            _tile_loadd(6, w, 64);
            _tile_dpbf16ps(0, 4, 6);
            if (blocks == 2) {
                _tile_loadd(7, w + next, 64);
                _tile_dpbf16ps(1, 4, 7);
            }
            if (runs == 2) {
                _tile_loadd(5, at + TILE * GROUP, row);
                _tile_dpbf16ps(2, 5, 6);
                if (blocks == 2)
                    _tile_dpbf16ps(3, 5, 7);
            }
        }
    _tile_stored(0, sums, 64);
    if (blocks == 2)
        _tile_stored(1, sums + WORDS, 64);
    if (runs == 2) {
        _tile_stored(2, sums + 2 * WORDS, 64);
        if (blocks == 2)
            _tile_stored(3, sums + 3 * WORDS, 64);
    }
}

static void multiply_some(const walk *k, const stored *x, const uint32_t *w, int runs, int blocks,
                          float *sums)
{
    if (runs == 2 && blocks == 2)
        multiply(k, x, w, 2, 2, sums);
    else if (runs == 2)
        multiply(k, x, w, 2, 1, sums);
    else if (blocks == 2)
        multiply(k, x, w, 1, 2, sums);
    else
        multiply(k, x, w, 1, 1, sums);
}

/* Puts the sums of 16 pixels where they belong, from (i, j) on. */
static void put_run(const walk *k, const float *sums, int i, int j, int block)
{
    const size_t plane = (size_t)k->h * k->w_out;
    for (int r = 0; r < TILE; r++, sums += TILE) {
        int row = k->stride * i + k->top, column = k->stride * j + k->left;
        size_t at = (block * plane + (size_t)row * k->w_out + column) * LAC_BLOCK;
        if (row >= k->h || column < 0 || column >= k->w_out)
            ;
        else if (k->wide)
            vec_store((float *)k->y + at, vec_load(sums));
        else
            vec_put((stored *)k->y + at, vec_load(sums));
        if (++j == k->from->w) {
            j = 0;
            i++;
        }
    }
}

/* The first place of the walk whose pixel, stride * place + offset, is not negative. */
static int first_of(const walk *k, int offset)
{
    return offset < 0 ? (k->stride - 1 - offset) / k->stride : 0;
}

static void take_walk(const walk *k)
{
    _Alignas(64) float sums[4 * WORDS];
    const int w = k->from->w;
    if (k->h <= k->top || k->w_out <= k->left)
        return;
    int last = (k->h - 1 - k->top) / k->stride * w + (k->w_out - 1 - k->left) / k->stride;
    for (int b = 0; b < k->blocks; b += 2) {
        int blocks = k->blocks - b < 2 ? 1 : 2;
        const uint32_t *weights = k->w + (size_t)b * k->from->groups * k->taps * WORDS;
        int at = first_of(k, k->top) * w + first_of(k, k->left);
        for (; at <= last; at += 2 * TILE) {
            int runs = last - at < TILE ? 1 : 2;
            multiply_some(k, k->x + (size_t)at * GROUP, weights, runs, blocks, sums);
            for (int r = 0; r < runs; r++)
                for (int o = 0; o < blocks; o++)
                    put_run(k, sums + (r * 2 + o) * WORDS, (at + r * TILE) / w,
                            (at + r * TILE) % w, b + o);
        }
    }
}

/* ---- Passes --------------------------------------------------------------------------------- */

static void forward(const lac_conv *conv, int thread, int n, const void *x, const float *packed,
                    void *y, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const lac_spread f = lac_spread_input(s);
    int offset[MOST_TAPS];
    for (int p = 0; p < s->k; p++)
        for (int q = 0; q < s->k; q++)
            offset[p * s->k + q] = lac_spread_tap(&f, p, q);
    walk k = {.from = &f, .x = (const stored *)scratch, .taps = s->k * s->k, .offset = offset,
              .w = (const uint32_t *)packed, .blocks = s->oc / LAC_BLOCK, .h = s->oh,
              .wide = s->wide_y, .w_out = s->ow, .stride = 1};
    lac_tiles_begin();
    for (int i = 0; i < n; i++) {
        lac_spread_out(&f, lac_conv_x_at(conv, x, i), 0, s->c, s->h, s->w, (stored *)scratch);
        k.y = lac_conv_y_at(conv, y, i);
        take_walk(&k);
    }
    lac_tiles_end();
}

/* The taps of a side that meet the pixels of a phase. */
static int taps_of(const lac_conv_shape *s, int phase)
{
    return phase < s->k ? (s->k - 1 - phase) / s->stride + 1 : 0;
}

/* dy, around it as many zeros as taps reach beyond it. */
static lac_spread spread_gradient(const lac_conv_shape *s)
{
    int more = (s->k - 1) / s->stride;
    return lac_spread_of(s->oc, 1, 1, more, (s->h - 1 + s->pad) / s->stride + 1 + more,
                         (s->w - 1 + s->pad) / s->stride + 1 + more);
}

/* dx of the pixels (stride * i + p - pad, stride * j + q - pad), by the weights from k.w on.
 * Returns where those end. */
static const uint32_t *walk_phase(walk k, const lac_conv_shape *s, int p, int q)
{
    int offset[MOST_TAPS];
    int down = taps_of(s, p), across = taps_of(s, q), pad = k.from->pad;
    k.taps = down * across;
    for (int m = 0; m < down; m++)
        for (int n = 0; n < across; n++)
            offset[m * across + n] = (pad - m) * k.from->w + pad - n;
    k.offset = offset;
    k.top = p - s->pad;
    k.left = q - s->pad;
    take_walk(&k);
    return k.w + (size_t)k.blocks * k.from->groups * k.taps * WORDS;
}

static void backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                          const float *packed, void *dx, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const lac_spread f = spread_gradient(s);
    lac_tiles_begin();
    for (int i = 0; i < n; i++) {
        lac_spread_out(&f, lac_conv_y_at(conv, dy, i), s->wide_y, s->oc, s->oh, s->ow,
                       (stored *)scratch);
        walk k = {.from = &f, .x = (const stored *)scratch, .w = (const uint32_t *)packed,
                  .blocks = s->c / LAC_BLOCK, .y = lac_conv_x_at(conv, dx, i),
                  .h = s->h, .w_out = s->w, .stride = s->stride};
        for (int p = 0; p < s->stride; p++)
            for (int q = 0; q < s->stride; q++)
                k.w = walk_phase(k, s, p, q);
    }
    lac_tiles_end();
}

/* ---- Weights -------------------------------------------------------------------------------- */

/* Where the numbers of a tile of weights stand among plain ones. */
typedef struct source {
    const float *w;
    size_t channel, output; /* from one to the next */
    int channels;           /* that there are, from w on; the rest is 0 */
} source;

static void pack_tile(const source *from, uint32_t *to)
{
    const __m512i lanes =
        _mm512_mullo_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                           _mm512_set1_epi32((int)from->output));
    for (int r = 0; r < TILE; r++, to += TILE) {
        const float *w = from->w + 2 * r * from->channel;
        vec both[2] = {{0}};
        for (int k = 0; k < 2 && 2 * r + k < from->channels; k++)
            both[k] = _mm512_i32gather_ps(lanes, w + k * from->channel, sizeof *w);
        vec_put_words(to, both[0], both[1]);
    }
}

static void pack_forward(const lac_conv_shape *s, lac_part part, const float *w, uint32_t *to)
{
    size_t taps = (size_t)s->k * s->k, output = s->c * taps;
    int groups = (s->c + GROUP - 1) / GROUP;
    for (int b = part.part; b < s->oc / LAC_BLOCK; b += part.of)
        for (int g = 0; g < groups; g++)
            for (size_t t = 0; t < taps; t++)
                pack_tile(&(source){w + b * LAC_BLOCK * output + g * GROUP * taps + t, taps, output,
                                    s->c - g * GROUP},
                          to + ((b * groups + g) * taps + t) * WORDS);
}

/* Of one phase. */
static void pack_phase(const lac_conv_shape *s, lac_part part, const float *w, int p, int q,
                       uint32_t *to)
{
    size_t taps = (size_t)s->k * s->k, output = s->c * taps;
    int groups = (s->oc + GROUP - 1) / GROUP;
    for (int b = part.part; b < s->c / LAC_BLOCK; b += part.of)
        for (int g = 0; g < groups; g++) {
            uint32_t *at = to + (size_t)(b * groups + g) * taps_of(s, p) * taps_of(s, q) * WORDS;
            for (int i = p; i < s->k; i += s->stride)
                for (int j = q; j < s->k; j += s->stride, at += WORDS)
                    pack_tile(&(source){w + g * GROUP * output + b * LAC_BLOCK * taps +
                                            i * s->k + j,
                                        output, taps, s->oc - g * GROUP},
                              at);
        }
}

static void pack(const lac_conv *conv, int thread, lac_part part, const float *w, float *forward,
                 float *backward)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    if (forward)
        pack_forward(s, part, w, (uint32_t *)forward);
    uint32_t *to = (uint32_t *)backward;
    size_t tiles = (size_t)(s->c / LAC_BLOCK) * ((s->oc + GROUP - 1) / GROUP);
    for (int p = 0; backward && p < s->stride; p++)
        for (int q = 0; q < s->stride; q++) {
            pack_phase(s, part, w, p, q, to);
            to += tiles * taps_of(s, p) * taps_of(s, q) * WORDS;
        }
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

lac_status lac_conv_use_amx(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           pack,
                                           forward,
                                           backward_data,
                                           lac_amx_backward_weights,
                                           lac_amx_unpack};
    const lac_conv_shape *s = &conv->shape;
    const lac_spread x = lac_spread_input(s), dy = spread_gradient(s);
    size_t passes = larger(lac_spread_size(&x), lac_spread_size(&dy)) / 2;
    size_t taps = (size_t)s->k * s->k * WORDS;
    conv->method = &method;
    conv->name = "amx";
    conv->scratch = larger(passes, lac_amx_weights_scratch(s));
    conv->packed = taps * larger((size_t)x.groups * (s->oc / LAC_BLOCK),
                                 (size_t)dy.groups * (s->c / LAC_BLOCK));
    conv->partial = taps * (s->c / LAC_BLOCK) * (s->oc / LAC_BLOCK);
    return LAC_OK;
}

/* ---- Peak ----------------------------------------------------------------------------------- */

double lac_amx_peak(long rounds, float *sink)
{
    _Alignas(64) float sums[WORDS] = {0};
    lac_tiles_begin();
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_zero(4);
    _tile_zero(5);
    _tile_zero(6);
    _tile_zero(7);
    for (long i = 0; i < rounds; i++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, 64);
    lac_tiles_end();
    *sink = sums[0];
    return 4.0 * 2 * TILE * TILE * GROUP * (double)rounds;
}
