/*
 * Reads protobuf messages: a run of fields, each a number, a type on the wire and a value, which is
 * a varint, four or eight bytes, or a length and as many bytes. Nothing is copied; every length is
 * checked against the end of its message.
 */
#ifndef LAC_PROTOBUF_H
#define LAC_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* Some bytes of a file that stays in memory: a name, a message, a tensor's numbers. */
typedef struct lac_text {
    const char *at;
    size_t size;
} lac_text;

int lac_text_is(lac_text text, const char *word);
int lac_text_equal(lac_text a, lac_text b);

/* At most LAC_NAME_ROOM - 1 bytes of it as a string for messages; what does not print is a '?'.
 * Returns `out`. */
enum { LAC_NAME_ROOM = 48 };
const char *lac_text_name(lac_text text, char out[LAC_NAME_ROOM]);

/* Types on the wire. */
enum { LAC_PROTO_VARINT = 0, LAC_PROTO_EIGHT = 1, LAC_PROTO_BYTES = 2, LAC_PROTO_FOUR = 5 };

typedef struct lac_proto_field {
    uint64_t number;
    int type;
    uint64_t value; /* of a varint, or four or eight bytes */
    lac_text bytes; /* of LAC_PROTO_BYTES */
} lac_proto_field;

/* Takes the first field off `rest`. 1: there was one; 0: the message is at its end; -1: it is
 * damaged. */
int lac_proto_next(lac_text *rest, lac_proto_field *field);

/* Takes a varint off `rest`; 0 when it is damaged. */
int lac_proto_varint(lac_text *rest, uint64_t *value);

#endif
