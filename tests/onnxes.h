/*
 * ONNX files as tests write them: messages in memory, and a small network of YuNet's kind whose
 * weights are a function of their place.
 */
#ifndef LAC_TEST_ONNXES_H
#define LAC_TEST_ONNXES_H

#include <stddef.h>
#include <stdint.h>

typedef struct message {
    char bytes[1 << 16];
    size_t size;
} message;

void put_varint(message *m, uint64_t number, uint64_t value);
void put_bytes(message *m, uint64_t number, const void *bytes, size_t size);
void put_text(message *m, uint64_t number, const char *text);
void put_message(message *m, uint64_t number, const message *inner);

/* Attributes of a node: whole numbers, a word. */
void put_ints(message *node, const char *name, int count, const int *values);
void put_word(message *node, const char *name, const char *word);

/* A node's operator, name, inputs (names between blanks) and output; its attributes may follow. */
void begin_node(message *node, const char *op, const char *name, const char *inputs,
                const char *output);

/* Tensors of floats and of whole numbers; dims end with -1. */
void put_floats(message *graph, const char *name, const int *dims, const float *values);
void put_integers(message *graph, const char *name, int count, const int *values);

/* What goes into the graph (11) or comes out of it (12), with `channels` as its second size. */
void put_value(message *graph, uint64_t number, const char *name, int channels);

/* The file of a graph. */
void make_model(message *model, const message *graph);

/* ---- The small network ------------------------------------------------------------- */

/* A convolution of it: weights [oc, ic, k, k] and bias are small_weight(seed, i). */
typedef struct small_conv {
    const char *name, *from, *to; /* what it reads and makes */
    int oc, ic, k, stride, pad, group, relu;
    int seed;
} small_conv;

enum { SMALL_CONVS = 10 };
extern const small_conv small_convs[SMALL_CONVS];
float small_weight(int seed, int i);

/* "conv pool" and so on: stem, a separable unit, a pool, a unit of stride 2, up-sampled and added,
 * heads cls_4 (through a sigmoid), obj_4 and bbox_4 with channels at the back. `computed`: the last
 * sizes are computed by the graph, as PyTorch writes it, not held by the file. */
void make_small(message *model, int computed);

#endif
