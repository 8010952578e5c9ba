/*
 * The reference reader of pixels: a number and its space are four bytes at most, read as
 * one word and taken apart without a branch on the number of digits, which no processor
 * can guess.
 */
#include "kernel/pixels.h"

/* Up to four bytes as one word, the first lowest; 0 for those that are not there. */
static uint32_t load_word(const char *text, const char *end)
{
    const unsigned char *b = (const unsigned char *)text;
    if (end - text >= 4)
        return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    uint32_t word = 0;
    for (int i = 0; i < end - text; i++)
        word |= (uint32_t)b[i] << 8 * i;
    return word;
}

/* The value of digits at the top of a word, hundreds lowest; above 255 if they are not
 * digits. */
static uint32_t digits_value(uint32_t d)
{
    uint32_t wrong = ((d + 0x76767676u) | d) & 0x80808080u;
    return (d >> 24) + 10 * (d >> 16 & 255) + 100 * (d >> 8 & 255) + wrong;
}

/* The first byte without the bit 16 ends a number: '0' to '9' have it, blanks and NUL do
 * not. */
size_t lac_pixels_ref(const char **text, const char *end, uint8_t *out, size_t limit)
{
    const char *p = *text;
    size_t count = 0;
    while (count < limit) {
        uint32_t word = load_word(p, end);
        uint32_t stops = ~word & 0x10101010u;
        if (stops == 0)
            break;
        unsigned stop = (unsigned)__builtin_ctz(stops) - 4; /* bits before it */
        if (stop == 0 || (word >> stop & 255) != ' ')
            break;
        uint32_t value = digits_value((word ^ 0x30303030u) << (32 - stop));
        if (value > 255)
            break;
        out[count++] = (uint8_t)value;
        p += stop / 8 + 1;
    }
    *text = p;
    return count;
}
