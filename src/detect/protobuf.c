/* Fields of protobuf messages; see protobuf.h. */
#include "detect/protobuf.h"

#include <string.h>

int lac_text_is(lac_text text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

int lac_text_equal(lac_text a, lac_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

const char *lac_text_name(lac_text text, char out[LAC_NAME_ROOM])
{
    size_t size = text.size < LAC_NAME_ROOM - 1 ? text.size : LAC_NAME_ROOM - 1;
    for (size_t i = 0; i < size; i++)
        out[i] = text.at[i] > ' ' && text.at[i] <= '~' ? text.at[i] : '?';
    out[size] = '\0';
    return out;
}

int lac_proto_varint(lac_text *rest, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 64 && rest->size > 0; shift += 7) {
        unsigned char byte = (unsigned char)*rest->at;
        rest->at++;
        rest->size--;
        if (shift == 63 && byte > 1)
            return 0;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return 1;
    }
    return 0;
}

static int take_bytes(lac_text *rest, uint64_t size, lac_text *out)
{
    if (size > rest->size)
        return 0;
    *out = (lac_text){rest->at, (size_t)size};
    rest->at += size;
    rest->size -= (size_t)size;
    return 1;
}

/* Least significant byte first. */
static int take_fixed(lac_text *rest, uint64_t size, uint64_t *value)
{
    lac_text bytes;
    *value = 0;
    if (!take_bytes(rest, size, &bytes))
        return 0;
    for (size_t i = 0; i < bytes.size; i++)
        *value |= (uint64_t)(unsigned char)bytes.at[i] << (8 * i);
    return 1;
}

int lac_proto_next(lac_text *rest, lac_proto_field *field)
{
    uint64_t key, size;
    if (rest->size == 0)
        return 0;
    *field = (lac_proto_field){0};
    if (!lac_proto_varint(rest, &key) || key >> 3 == 0)
        return -1;
    field->number = key >> 3;
    field->type = (int)(key & 7);
    int good = 0;
    if (field->type == LAC_PROTO_VARINT)
        good = lac_proto_varint(rest, &field->value);
    else if (field->type == LAC_PROTO_BYTES)
        good = lac_proto_varint(rest, &size) && take_bytes(rest, size, &field->bytes);
    else if (field->type == LAC_PROTO_EIGHT)
        good = take_fixed(rest, 8, &field->value);
    else if (field->type == LAC_PROTO_FOUR)
        good = take_fixed(rest, 4, &field->value);
    return good ? 1 : -1;
}
