/*
 * Convolutions by the direct method in vector registers: any kernel and stride, for either
 * storage of activations. Here the forward pass and that of the data; direct_weights.c has the
 * third.
 *
 * Both are one product: outputs of 16 or 32 channels at ROWS pixels stay in registers while the
 * loop walks their inputs, each of which is multiplied by a register of weights. With zeros
 * around the picture (frame) every output reads alike. A row of taps reads numbers that stand one
 * behind the other, the 16 channels of its pixels, so that the inputs of an output are lines: as
 * many as there are blocks of channels times rows of taps. Weights are packed in that order.
 *
 * dx from dy: pixel a of dx with a + pad = r + stride m, r < stride, is met by the taps r, r +
 * stride, ... alone, which read dy at m, m - 1, ... So the pixels of equal r, down and across,
 * make a product of its own over dy, of stride 1, whose taps are turned.
 */
#include "kernel/direct_product.h"

enum {
    MANY_PIXELS = 12 * ROWS, /* of small pictures together, so that few rows of tiles stay empty */
    MOST_NUMBERS = 1 << 16,  /* of a frame, which is to stay in the second-level cache */
};

/* ---- Bands --------------------------------------------------------------------------------- */

/* Of pictures that have `rows` rows and `pixels` outputs to a product, and frames of `line` numbers
 * a row. */
static band band_of(int rows, int pixels, size_t line, int chunk)
{
    int fit = at_least((int)(MOST_NUMBERS / line), 1);
    int parts = (rows + fit - 1) / fit;
    if (parts > 1)
        return (band){.pictures = 1, .rows = (rows + parts - 1) / parts};
    int pictures = at_most((MANY_PIXELS + pixels - 1) / pixels, fit / rows);
    return (band){.pictures = at_most(pictures, chunk), .rows = rows};
}

/* Tiles of all groups of channels of a band. */
static size_t tiles_of_band(const band *b, int columns, int channels)
{
    size_t pixels = (size_t)b->pictures * b->rows * columns;
    return (pixels + ROWS - 1) / ROWS * ((channels + WIDTH - 1) / WIDTH);
}

static band band_forward(const lac_conv_shape *s, int chunk)
{
    return band_of(s->oh, s->oh * s->ow, (size_t)s->stride * s->w * s->c, chunk);
}

/* Numbers of a line of taps in the order in which they are multiplied. */
static int run_of(const lac_conv_shape *s)
{
    return s->c == 1 ? (s->k + TERM - 1) / TERM * TERM : s->k * LAC_BLOCK;
}

static void direct_forward(const lac_conv *conv, int thread, int n, const void *x,
                           const float *packed, void *y, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const band all = band_forward(s, conv->chunk);
    size_t pixel = LAC_BLOCK * (s->wide_y ? sizeof(float) : sizeof(stored));
    for (band b = band_at(&all, 0, 0, n, s->oh), next; b.picture < n; b = next) {
        const frame f = frame_of_x(s, b.row, b.rows);
        const stored *from =
            frame_make(&f, lac_conv_x_at(conv, x, b.picture), b.pictures, (stored *)scratch);
        next = band_after(&all, &b, n, s->oh);
        ahead more = ahead_of_x(conv, x, n, &next);
        ahead_spread(&more, f.is_copy ? tiles_of_band(&b, s->ow, s->oc) : 0);
        size_t line = (size_t)f.w * f.pixel;
        const product p = {.x = from,
                           .x_column = (size_t)s->stride * f.pixel,
                           .x_row = s->stride * line,
                           .x_picture = frame_size(&f),
                           .x_line = line,
                           .x_block = frame_block(&f),
                           .blocks = f.blocks,
                           .lines = s->k,
                           .run = run_of(s),
                           .packed_lines = s->k,
                           .top = b.row * s->stride - s->pad,
                           .down = s->stride,
                           .height = s->h,
                           .y = lac_conv_y_at(conv, y, b.picture) + b.row * s->ow * pixel,
                           .y_column = pixel,
                           .y_row = s->ow * pixel,
                           .y_picture = s->oc / LAC_BLOCK * s->oh * s->ow * pixel,
                           .y_block = s->oh * s->ow * pixel,
                           .pictures = b.pictures,
                           .rows = b.rows,
                           .columns = s->ow,
                           .channels = s->oc,
                           .wide_y = has_wide_y(s),
                           .ahead = &more};
        LAC_NAME(lac_direct_multiply)(&p, packed);
    }
}

/* ---- Backward ------------------------------------------------------------------------------ */

/* The pixels of one direction whose taps are r, r + stride, ...: m in [first, end). */
typedef struct residue {
    int taps, first, end;
} residue;

static residue residue_of(const lac_conv_shape *s, int r, int size)
{
    int before = s->pad - r + s->stride - 1;
    return (residue){(s->k - r + s->stride - 1) / s->stride * (r < s->k),
                     before > 0 ? before / s->stride : 0,
                     (size + s->pad - r + s->stride - 1) / s->stride};
}

/* What values m in [first, first + rows) read. */
static frame frame_of_dy(const lac_conv_shape *s, int first, int rows)
{
    int top = (s->k - 1) / s->stride; /* the most that is read above m */
    int left = s->pad / s->stride;
    int w = left + (s->w - 1 + s->pad) / s->stride + 1;
    int is_copy = s->k > 1 || has_wide_y(s);
    return (frame){.blocks = s->oc / LAC_BLOCK,
                   .pixel = LAC_BLOCK,
                   .h = rows + top,
                   .w = is_copy ? w : s->ow,
                   .top = top - first,
                   .left = left,
                   .picture_h = s->oh,
                   .picture_w = s->ow,
                   .is_copy = is_copy,
                   .is_wide = has_wide_y(s)};
}

/* Values of m of a column of dx. */
static int count_down(const lac_conv_shape *s)
{
    return (s->h - 1 + s->pad) / s->stride + 1;
}

static band band_backward(const lac_conv_shape *s, int chunk)
{
    const frame one = frame_of_dy(s, 0, 1);
    return band_of(count_down(s), s->oh * s->ow, (size_t)one.w * s->oc, chunk);
}

/* The product of one residue down, one across, over a band of values of m and its frame. */
static product product_of(const lac_conv_shape *s, const frame *f, const stored *dy, const band *b,
                          int down, int across, char *dx)
{
    residue i = residue_of(s, down, s->h);
    residue j = residue_of(s, across, s->w);
    size_t line = (size_t)f->w * LAC_BLOCK;
    size_t pixel = LAC_BLOCK * sizeof(stored);
    int m = at_least(i.first, b->row);
    ptrdiff_t y = (ptrdiff_t)down + (ptrdiff_t)m * s->stride - s->pad;
    ptrdiff_t x = (ptrdiff_t)across + (ptrdiff_t)j.first * s->stride - s->pad;
    int is_met = i.taps * j.taps > 0;
    int inner = at_most(i.end, b->row + b->rows) - m;
    return (product){.x = is_met ? dy + (m - i.taps + 1 + f->top) * line +
                                       (size_t)(j.first - j.taps + 1 + f->left) *
                                           LAC_BLOCK
                                 : dy,
                     .x_column = LAC_BLOCK,
                     .x_row = line,
                     .x_picture = frame_size(f),
                     .x_line = line,
                     .x_block = frame_block(f),
                     .blocks = f->blocks,
                     .lines = is_met ? i.taps : 0,
                     .run = j.taps * LAC_BLOCK,
                     .packed_lines = is_met ? i.taps : 0,
                     .top = m - i.taps + 1,
                     .down = 1,
                     .height = s->oh,
                     .y = dx + (y * s->w + x) * (ptrdiff_t)pixel,
                     .y_column = s->stride * pixel,
                     .y_row = s->stride * s->w * pixel,
                     .y_picture = s->c / LAC_BLOCK * s->h * s->w * pixel,
                     .y_block = s->h * s->w * pixel,
                     .rows = inner > 0 ? inner : 0,
                     .columns = j.end > j.first ? j.end - j.first : 0,
                     .channels = s->c};
}

/* Where the stride is larger than the kernel, the rows of dx that belong to a band become zeros:
 * no tap meets most of their pixels. */
static void clear_unmet(const lac_conv_shape *s, const band *b, stored *dx)
{
    int first = at_least(b->row * s->stride - s->pad, 0);
    int end = at_most((b->row + b->rows) * s->stride - s->pad, s->h);
    size_t line = (size_t)s->w * LAC_BLOCK;
    for (int i = 0; i < b->pictures * s->c / LAC_BLOCK && s->k < s->stride; i++)
        memset(dx + (i * s->h + first) * line, 0, (end - first) * line * sizeof *dx);
}

static void direct_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                                 const float *packed, void *dx, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const band all = band_backward(s, conv->chunk);
    int down = count_down(s);
    for (band b = band_at(&all, 0, 0, n, down), next; b.picture < n; b = next) {
        const frame f = frame_of_dy(s, b.row, b.rows);
        const stored *from =
            frame_make(&f, lac_conv_y_at(conv, dy, b.picture), b.pictures, (stored *)scratch);
        next = band_after(&all, &b, n, down);
        ahead more = ahead_of_dy(conv, dy, n, &next);
        ahead_spread(&more, f.is_copy ? tiles_of_band(&b, s->stride * s->w, s->c) : 0);
        const float *w = packed;
        clear_unmet(s, &b, (stored *)(void *)lac_conv_x_at(conv, dx, b.picture));
        for (int r = 0; r < s->stride * s->stride; r++) {
            product p = product_of(s, &f, from, &b, r / s->stride, r % s->stride,
                                   lac_conv_x_at(conv, dx, b.picture));
            if (p.lines == 0)
                continue;
            p.pictures = b.pictures;
            p.ahead = &more;
            LAC_NAME(lac_direct_multiply)(&p, w);
            w += (size_t)p.blocks * p.lines * p.run / TERM * s->c;
        }
    }
}

/* ---- Weights ------------------------------------------------------------------------------- */

/* Where the weights of a term's numbers stand: `across` floats from lane to lane, and `along` from
 * the first number of a term to the second. */
typedef struct places {
    size_t across, along;
    int lanes;
} places;

static inline void gather(const float *w, const places *from, float to[WIDTH])
{
    for (int k = 0; k < from->lanes; k++, w += from->across)
        to[k] = *w;
}

/* `lanes` terms of `count` numbers each, TERM but for the last of an odd line. */
static inline float *pack_terms(const float *w, const places *from, int count, float *to)
{
    float first[WIDTH], second[WIDTH] = {0};
    gather(w, from, first);
    if (count > 1)
        gather(w + from->along, from, second);
    for (int k = 0; k < from->lanes; k += LANES)
        term_pack(to + k, vec_load(first + k), vec_load(second + k));
    return to + from->lanes;
}

static void pack_forward(const lac_conv_shape *s, lac_part part, const float *w, float *packed)
{
    size_t area = (size_t)s->k * s->k;
    size_t kernel = s->c * area; /* of one output channel */
    int plain = s->c == 1;
    int block = plain ? 1 : LAC_BLOCK;
    size_t line = (size_t)s->c / block * s->k * ((run_of(s) + TERM - 1) / TERM);
    for (int o = part.part * WIDTH; o < s->oc; o += part.of * WIDTH) {
        float *to = packed + o * line;
        const places from = {kernel, plain ? 1 : area, at_most(WIDTH, s->oc - o)};
        for (int b = 0; b < s->c; b += block)
            for (int i = 0; i < s->k; i++)
                for (int t = 0; t < run_of(s); t += TERM) {
                    size_t at = o * kernel + (b + t % block) * area + i * s->k + t / block;
                    to = pack_terms(w + at, &from, plain ? at_most(s->k - t, TERM) : TERM, to);
                }
    }
}

/* A part of one pair of residues: [c / WIDTH, oc / 16, taps down, taps across, 16, WIDTH], turned.
 * Returns where the next pair begins. */
static float *pack_residue(const lac_conv_shape *s, lac_part part, const float *w, int down,
                           int across, float *packed)
{
    size_t area = (size_t)s->k * s->k;
    size_t kernel = s->c * area;
    int lines = residue_of(s, down, s->h).taps;
    int taps = residue_of(s, across, s->w).taps;
    size_t line = (size_t)s->oc / TERM * lines * taps;
    for (int c = part.part * WIDTH; c < s->c; c += part.of * WIDTH) {
        float *to = packed + c * line;
        const places from = {area, kernel, at_most(WIDTH, s->c - c)};
        for (int b = 0; b < s->oc; b += LAC_BLOCK)
            for (int i = lines - 1; i >= 0; i--)
                for (int j = taps - 1; j >= 0; j--) {
                    int tap = (down + i * s->stride) * s->k + across + j * s->stride;
                    for (int o = b; o < b + LAC_BLOCK; o += TERM)
                        to = pack_terms(w + o * kernel + c * area + tap, &from, TERM, to);
                }
    }
    return packed + s->c * line;
}

static void direct_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                        float *forward, float *backward)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    if (forward)
        pack_forward(s, part, w, forward);
    for (int r = 0; backward && r < s->stride * s->stride; r++)
        backward = pack_residue(s, part, w, r / s->stride, r % s->stride, backward);
}

/* ---- Plan ---------------------------------------------------------------------------------- */

static size_t scratch_of(const lac_conv *conv)
{
    const lac_conv_shape *s = &conv->shape;
    const band forward = band_forward(s, conv->chunk);
    const band backward = band_backward(s, conv->chunk);
    const frame x = frame_of_x(s, 0, forward.rows);
    const frame dy = frame_of_dy(s, 0, backward.rows);
    size_t of_x = x.is_copy ? forward.pictures * frame_size(&x) : 0;
    size_t of_dy = dy.is_copy ? backward.pictures * frame_size(&dy) : 0;
    size_t most = of_x > of_dy ? of_x : of_dy;
    size_t floats = (most * sizeof(stored) + 63) / 64 * 16; /* whole cache lines */
    size_t weights = LAC_NAME(lac_direct_weights_scratch)(s, conv->chunk);
    return floats > weights ? floats : weights;
}

lac_status LAC_NAME(lac_conv_use_direct)(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           direct_pack,
                                           direct_forward,
                                           direct_backward_data,
                                           LAC_NAME(lac_direct_weights),
                                           LAC_NAME(lac_direct_unpack)};
    const lac_conv_shape *s = &conv->shape;
    size_t run = (size_t)run_of(s) / TERM;
    conv->method = &method;
    conv->name = "direct:" LAC_ISA_TEXT;
    conv->scratch = scratch_of(conv);
    conv->packed = run * s->k * (s->c == 1 ? 1 : s->c / LAC_BLOCK) * s->oc;
    conv->partial = lac_conv_w_size(s);
    return LAC_OK;
}
