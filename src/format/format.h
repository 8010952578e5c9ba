/*
 * Safetensors: named float32 tensors and a string-to-string metadata table in one
 * file that Python reads in one line. The writer adds a checksum of all names,
 * numbers and metadata as the metadata value "checksum"; the reader verifies it
 * when it is there, and refuses a file in which that key is damaged. Types, shapes and places
 * it does not cover: they must fit each other and the file. Whoever edits such a file elsewhere
 * drops that value.
 */
#ifndef LAC_FORMAT_H
#define LAC_FORMAT_H

#include "base/base.h"

/* A tensor: its name and its shape, first `dims` entries, all above 0. */
typedef struct lac_tensor_info {
    const char *name;
    int dims;
    long shape[4];
} lac_tensor_info;

typedef struct lac_metadata {
    const char *key;
    const char *value;
} lac_metadata;

/* Writes `count` tensors, `data[i]` the floats of tensor i in its plain order, and
 * `pairs` keys and values. Names and keys differ. Replaces `path` at once or not at
 * all. IO, MEMORY. */
lac_status lac_safetensors_write(lac_context *ctx, const char *path, const lac_tensor_info *tensors,
                                 const float *const *data, int count, const lac_metadata *metadata,
                                 int pairs);

/* Reading: the whole file in memory, verified; everything returned is borrowed from
 * it. IO, FORMAT, MEMORY. */
typedef struct lac_tensors lac_tensors;

lac_status lac_safetensors_read(lac_context *ctx, const char *path, lac_tensors **out);
void lac_tensors_free(lac_tensors **tensors);

/* The floats of a tensor of exactly this shape; FORMAT when it is missing or has another. */
lac_status lac_tensors_get(lac_context *ctx, const lac_tensors *tensors,
                           const lac_tensor_info *wanted, const float **data);
int lac_tensors_has(const lac_tensors *tensors, const char *name);

/* A metadata value, or NULL. */
const char *lac_tensors_metadata(const lac_tensors *tensors, const char *key);

#endif
