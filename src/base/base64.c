/* Base64: three bytes make four letters. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void lac_base64_add(lac_base64 *out, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < size; i++) {
        out->bits = out->bits << 8 | p[i];
        if (++out->pending < 3)
            continue;
        for (int shift = 18; shift >= 0; shift -= 6)
            putc(letters[out->bits >> shift & 63], out->stream);
        out->bits = 0;
        out->pending = 0;
    }
}

void lac_base64_end(lac_base64 *out)
{
    if (out->pending == 0)
        return;
    unsigned bits = out->bits << (8 * (3 - out->pending));
    for (int i = 0; i < 4; i++)
        putc(i <= out->pending ? letters[bits >> (18 - 6 * i) & 63] : '=', out->stream);
    *out = (lac_base64){.stream = out->stream};
}
