/*
 * Protocol buffers, as far as a writer needs them: a message is a row of fields, each a key, which
 * holds the field's number and its type, and a value; a value of any length has its length in
 * front. Numbers are varints, seven bits a byte, the lowest first.
 *
 * The length of a message must be known before its first byte. So a message is a function that puts
 * its fields, and runs twice: into a wire that only counts, and into the one that writes.
 */
#ifndef LAC_EXPORT_WIRE_H
#define LAC_EXPORT_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct lac_wire {
    FILE *stream;   /* NULL: only counts */
    uint64_t bytes; /* so far */
} lac_wire;

/* Puts the fields of the message that `it` describes. */
typedef void lac_wire_put(lac_wire *wire, const void *it);

void lac_wire_int(lac_wire *wire, int field, uint64_t value);
void lac_wire_float(lac_wire *wire, int field, float value);
void lac_wire_text(lac_wire *wire, int field, const char *text);
void lac_wire_message(lac_wire *wire, int field, lac_wire_put *put, const void *it);

/* Bytes of 32-bit floats, or of 64-bit integers, the lowest byte first on every machine. */
void lac_wire_floats(lac_wire *wire, int field, const float *value, size_t count);
void lac_wire_longs(lac_wire *wire, int field, const int64_t *value, size_t count);

/* The length of a message. */
uint64_t lac_wire_length(lac_wire_put *put, const void *it);

#endif
