/* Bytes into a stream as base64 (RFC 4648), piece by piece. */
#ifndef LAC_BASE64_H
#define LAC_BASE64_H

#include <stddef.h>
#include <stdio.h>

typedef struct lac_base64 {
    FILE *stream; /* its error flag tells of a failed write */
    unsigned bits;
    int pending;  /* bytes in bits, 0 to 2 */
} lac_base64;

void lac_base64_add(lac_base64 *out, const void *bytes, size_t size);
void lac_base64_end(lac_base64 *out);

#endif
