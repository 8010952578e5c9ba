/* Fields of protocol buffers, counted or written. */
#include "export/wire.h"

#include <string.h>

enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 }; /* types of fields */

static void put_bytes(lac_wire *wire, const void *bytes, size_t size)
{
    if (wire->stream)
        fwrite(bytes, 1, size, wire->stream);
    wire->bytes += size;
}

static void put_varint(lac_wire *wire, uint64_t value)
{
    uint8_t bytes[10];
    size_t size = 0;
    do {
        bytes[size++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
    put_bytes(wire, bytes, size);
}

static void put_key(lac_wire *wire, int field, int type)
{
    put_varint(wire, (uint64_t)field << 3 | (uint64_t)type);
}

/* The lowest `size` bytes of a number, the lowest first. */
static void put_fixed(lac_wire *wire, uint64_t value, int size)
{
    uint8_t bytes[8];
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    put_bytes(wire, bytes, (size_t)size);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void lac_wire_int(lac_wire *wire, int field, uint64_t value)
{
    put_key(wire, field, VARINT);
    put_varint(wire, value);
}

void lac_wire_float(lac_wire *wire, int field, float value)
{
    put_key(wire, field, FIXED32);
    put_fixed(wire, bits_of(value), 4);
}

void lac_wire_text(lac_wire *wire, int field, const char *text)
{
    put_key(wire, field, LENGTH);
    put_varint(wire, strlen(text));
    put_bytes(wire, text, strlen(text));
}

uint64_t lac_wire_length(lac_wire_put *put, const void *it)
{
    lac_wire counting = {0};
    put(&counting, it);
    return counting.bytes;
}

void lac_wire_message(lac_wire *wire, int field, lac_wire_put *put, const void *it)
{
    uint64_t length = lac_wire_length(put, it);
    put_key(wire, field, LENGTH);
    put_varint(wire, length);
    if (wire->stream)
        put(wire, it);
    else
        wire->bytes += length;
}

void lac_wire_floats(lac_wire *wire, int field, const float *value, size_t count)
{
    put_key(wire, field, LENGTH);
    put_varint(wire, 4 * count);
    if (!wire->stream)
        wire->bytes += 4 * count;
    for (size_t i = 0; wire->stream && i < count; i++)
        put_fixed(wire, bits_of(value[i]), 4);
}

void lac_wire_longs(lac_wire *wire, int field, const int64_t *value, size_t count)
{
    put_key(wire, field, LENGTH);
    put_varint(wire, 8 * count);
    for (size_t i = 0; i < count; i++)
        put_fixed(wire, (uint64_t)value[i], 8);
}
