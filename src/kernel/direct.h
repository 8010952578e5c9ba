/*
 * What the sources of the direct convolution share (direct*.c): how its multiply-adds read numbers,
 * frames, bands.
 */
#ifndef LAC_DIRECT_H
#define LAC_DIRECT_H

#include "kernel/ahead.h"
#include "kernel/conv.h"
#include "kernel/vector.h"

/* A term holds for each lane of a register what one multiply-add joins: a float, or a word of two
 * bf16. Packed weights are such words, kept in arrays of floats. */
#ifdef LAC_BF16
enum { TERM = 2 }; /* numbers of a lane */
typedef __m512bh term;

static inline term term_load(const float *p)
{
    return (term)_mm512_loadu_si512(p);
}

static inline term term_all(const void *p)
{
    int32_t word;
    memcpy(&word, p, sizeof word);
    return (term)_mm512_set1_epi32(word);
}

/* Terms of one or two numbers each. */
static inline void term_pack(float *to, vec first, vec second)
{
    vec_put_words(to, first, second);
}

static inline vec term_multiply(term a, term b, vec sum)
{
    return _mm512_dpbf16_ps(sum, a, b);
}
#else
enum { TERM = 1 };
typedef vec term;

static inline term term_load(const float *p)
{
    return vec_load(p);
}

static inline term term_all(const void *p)
{
    float value;
    memcpy(&value, p, sizeof value);
    return vec_all(value);
}

static inline void term_pack(float *to, vec first, vec second)
{
    (void)second;
    vec_store(to, first);
}

static inline vec term_multiply(term a, term b, vec sum)
{
    return vec_fma(a, b, sum);
}
#endif

static inline int at_most(int a, int b)
{
    return a < b ? a : b;
}

static inline int at_least(int a, int b)
{
    return a > b ? a : b;
}

/* Some rows of a picture with zeros around them: row i of the picture is row i + top, which may
 * lie outside. Where no zeros are needed the picture itself serves. */
typedef struct frame {
    int blocks;    /* of channels */
    int pixel;     /* numbers of one: 16, or 1 of a plain picture */
    int h, w;      /* of the frame */
    int top, left;
    int picture_h, picture_w;
    int is_copy;
    int is_wide;   /* the picture is float and the frame bf16 */
} frame;

static inline size_t frame_block(const frame *f)
{
    return (size_t)(f->is_copy ? f->h : f->picture_h) * f->w * f->pixel;
}

static inline size_t frame_size(const frame *f)
{
    return f->blocks * frame_block(f);
}

/* What output rows [first, first + rows) of a forward pass read. */
static inline frame frame_of_x(const lac_conv_shape *s, int first, int rows)
{
    int plain = s->c == 1;
    int is_copy = s->k > 1 || plain;
    return (frame){.blocks = plain ? 1 : s->c / LAC_BLOCK,
                   .pixel = plain ? 1 : LAC_BLOCK,
                   .h = (rows - 1) * s->stride + s->k,
                   .w = is_copy ? (s->ow - 1) * s->stride + s->k + (plain ? TERM - 1 : 0) : s->w,
                   .top = s->pad - first * s->stride,
                   .left = s->pad,
                   .picture_h = s->h,
                   .picture_w = s->w,
                   .is_copy = is_copy};
}

/* Whether dy is float beside numbers that are not. */
static inline int has_wide_y(const lac_conv_shape *s)
{
    return TERM > 1 && s->wide_y;
}

/* Numbers of a picture into a frame; wide ones are whole pixels of 16. */
static inline void frame_fill(const frame *f, const char *from, stored *to, size_t count)
{
    if (!f->is_wide) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    for (size_t i = 0; i < count; i += LANES)
        vec_put(to + i, vec_load((const float *)(const void *)from + i));
}

/* Row 0 of the frame of n pictures that stand one behind the other, which is made at `room` if it
 * must be. */
static inline const stored *frame_make(const frame *f, const void *pictures, int n, stored *room)
{
    if (!f->is_copy)
        return (const stored *)pictures - (ptrdiff_t)f->top * f->w * f->pixel;
    const char *from = pictures;
    size_t element = f->is_wide ? sizeof(float) : sizeof(stored);
    size_t left = (size_t)f->left * f->pixel;
    size_t line = (size_t)f->w * f->pixel;
    size_t there = (size_t)f->picture_w * f->pixel;
    size_t copied = there < line - left ? there : line - left;
    stored *to = room;
    for (int b = 0; b < n * f->blocks; b++, from += f->picture_h * there * element)
        for (int i = 0; i < f->h; i++, to += line) {
            int row = i - f->top;
            if (row < 0 || row >= f->picture_h) {
                memset(to, 0, line * sizeof *to);
                continue;
            }
            memset(to, 0, left * sizeof *to);
            frame_fill(f, from + row * there * element, to + left, copied);
            memset(to + left + copied, 0, (line - left - copied) * sizeof *to);
        }
    return room;
}

/* A pass goes by bands: some rows of one picture, or all of some small ones. */
typedef struct band {
    int pictures, rows;
    int picture, row; /* the first; picture is n behind the last band */
} band;

/* The first band of n pictures of `height` rows, and the one behind `b`; `all` is as large as they
 * become. */
static inline band band_at(const band *all, int picture, int row, int n, int height)
{
    band b = {all->pictures, all->rows, picture, row};
    if (row >= height) {
        b.picture += all->pictures;
        b.row = 0;
    }
    b.pictures = n - b.picture < b.pictures ? n - b.picture : b.pictures;
    b.rows = height - b.row < b.rows ? height - b.row : b.rows;
    return b;
}

static inline band band_after(const band *all, const band *b, int n, int height)
{
    return band_at(all, b->picture, b->row + all->rows, n, height);
}

/* Rows [first, first + rows), as far as they are there, of `planes` planes of `height` rows. */
static inline ahead ahead_of(const void *planes, int count, int height, size_t row_bytes, int first,
                             int rows)
{
    first = first < 0 ? 0 : first < height ? first : height;
    rows = rows < height - first ? rows : height - first;
    return (ahead){.from = (const char *)planes + first * row_bytes,
                   .bytes = rows * row_bytes,
                   .stride = height * row_bytes,
                   .runs = rows > 0 ? count : 0};
}

/* Of a band of output rows: its rows of x, and of dy. */
static inline ahead ahead_of_x(const lac_conv *conv, const void *x, int n, const band *b)
{
    const lac_conv_shape *s = &conv->shape;
    int plain = s->c == 1;
    size_t row = (size_t)s->w * (plain ? 1 : LAC_BLOCK) * sizeof(stored);
    int planes = b->picture < n ? b->pictures * (plain ? 1 : s->c / LAC_BLOCK) : 0;
    return ahead_of(lac_conv_x_at(conv, x, b->picture), planes, s->h, row, b->row * s->stride,
                    b->rows * s->stride);
}

static inline ahead ahead_of_dy(const lac_conv *conv, const void *dy, int n, const band *b)
{
    const lac_conv_shape *s = &conv->shape;
    size_t row = (size_t)s->ow * LAC_BLOCK * (s->wide_y ? sizeof(float) : sizeof(stored));
    int planes = b->picture < n ? b->pictures * s->oc / LAC_BLOCK : 0;
    return ahead_of(lac_conv_y_at(conv, dy, b->picture), planes, s->oh, row, b->row, b->rows);
}

/* direct_weights.c */
#define LAC_DIRECT_WEIGHTS(isa)                                                                    \
    void lac_direct_weights_##isa(const lac_conv *conv, int thread, int n, const void *x,         \
                                  const void *dy, float *partial, float *scratch);                 \
    void lac_direct_unpack_##isa(const lac_conv *conv, int thread, const float *partial,          \
                                 float *dw);                                                       \
    size_t lac_direct_weights_scratch_##isa(const lac_conv_shape *s, int chunk)
LAC_DIRECT_WEIGHTS(avx2);
LAC_DIRECT_WEIGHTS(avx512);
LAC_DIRECT_WEIGHTS(avx512_bf16);
LAC_DIRECT_WEIGHTS(neon);
#undef LAC_DIRECT_WEIGHTS

#endif
