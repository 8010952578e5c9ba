/*
 * The reader of pixels in vector registers, compiled once per instruction set.
 *
 * A block of text is a register of bytes. At every byte, whether wanted or not, stands
 * what the three bytes in front of it say; at the spaces those are the pixels, which are
 * then packed:
 *
 *     text     7 _ 1 2 _ 2 5 5 _
 *     value    . 7 . . 12. . . 255
 *
 * A block in which anything is wrong is left to the reference, with the number that runs
 * into it; so is what is shorter than a block.
 */
#include "kernel/pixels.h"
#include "kernel/vector.h"

#if defined __AVX512VBMI2__
enum { WIDTH = 64 };
typedef uint64_t mask;
#else
enum { WIDTH = 32 };
typedef uint32_t mask;
#endif
enum { MOST = WIDTH / 2 }; /* numbers that can end in a block */

typedef uint8_t bytes __attribute__((vector_size(WIDTH)));

#if defined __AVX512VBMI2__
/* Every byte's neighbour `n` places in front of it, across 16-byte lanes and blocks. */
#define AHEAD(before, now, n)                                                                   \
    (bytes) _mm512_alignr_epi8((__m512i)(now),                                                  \
                               _mm512_alignr_epi64((__m512i)(now), (__m512i)(before), 6), 16 - (n))

static inline mask mask_of(bytes truth)
{
    return _mm512_movepi8_mask((__m512i)truth);
}

static inline void pack(uint8_t *out, bytes value, mask which)
{
    __m512i packed = _mm512_maskz_compress_epi8(which, (__m512i)value);
    _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(packed));
}
#else
#define AHEAD(before, now, n)                                                                   \
    (bytes) _mm256_alignr_epi8(                                                                 \
        (__m256i)(now), _mm256_permute2x128_si256((__m256i)(before), (__m256i)(now), 0x21),     \
        16 - (n))

static inline mask mask_of(bytes truth)
{
    return (mask)_mm256_movemask_epi8((__m256i)truth);
}

static inline void pack(uint8_t *out, bytes value, mask which)
{
    uint8_t all[WIDTH];
    memcpy(all, &value, WIDTH);
    for (; which; which &= which - 1)
        *out++ = all[__builtin_ctzll(which)];
}
#endif

static inline bytes times_ten(bytes v)
{
    bytes twice = v + v;
    bytes four = twice + twice;
    return four + four + twice;
}

/* A block: which bytes are spaces, and the digits' values, 0 at the spaces. */
typedef struct block {
    bytes space;
    bytes digit;
    mask spaces;
} block;

static inline block block_load(const char *text)
{
    block b;
    bytes t;
    memcpy(&t, text, WIDTH);
    b.space = (bytes)(t == ' ');
    b.digit = (t - '0') & ~b.space;
    b.spaces = mask_of(b.space);
    return b;
}

/* The values at the spaces of `now`; 0 unless all of its numbers are as they should be. */
static inline int block_value(const block *before, const block *now, bytes *value)
{
    bytes ones = AHEAD(before->digit, now->digit, 1);
    bytes tens = AHEAD(before->digit, now->digit, 2);
    bytes hundreds = AHEAD(before->digit, now->digit, 3) & ~AHEAD(before->space, now->space, 2);
    bytes high = times_ten(hundreds) + tens;
    *value = times_ten(high) + ones; /* wraps around above 255 */
    bytes large = now->space & (bytes)((high > 25) | (*value < ones));
    mask last = now->spaces << 1 | before->spaces >> (WIDTH - 1);
    mask last2 = now->spaces << 2 | before->spaces >> (WIDTH - 2);
    mask last3 = now->spaces << 3 | before->spaces >> (WIDTH - 3);
    mask empty = now->spaces & last;
    mask longer = ~(now->spaces | last | last2 | last3);
    return (mask_of((bytes)(now->digit > 9) | large) | empty | longer) == 0;
}

size_t LAC_NAME(lac_pixels)(const char **text, const char *end, uint8_t *out, size_t limit)
{
    const char *p = *text;
    size_t count = 0;
    block before = {.spaces = (mask)1 << (WIDTH - 1)}; /* a number begins at the first byte */
    while (end - p >= WIDTH && limit - count >= MOST) {
        bytes value;
        block now = block_load(p);
        if (!block_value(&before, &now, &value))
            break;
        pack(out + count, value, now.spaces);
        count += (size_t)__builtin_popcountll(now.spaces);
        p += WIDTH;
        before = now;
    }
    /* Back to the number that was going on: the bytes behind the last space. */
    *text = p - (__builtin_clzll(before.spaces) - (64 - WIDTH));
    return count + lac_pixels_ref(text, end, out + count, limit - count);
}
