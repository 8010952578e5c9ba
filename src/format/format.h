/*
 * Safetensors: named float32 tensors and a string-to-string metadata table in one
 * file that Python reads in one line. We add a checksum of the tensors' bytes to
 * the metadata ("checksum") and verify it when it is there.
 */
#ifndef LAC_FORMAT_H
#define LAC_FORMAT_H

#include "base/base.h"

/* A tensor: its name and its shape, first `dims` entries. */
typedef struct lac_tensor_info {
    const char *name;
    int dims;
    long shape[4];
} lac_tensor_info;

/* `data[i]` are the floats of tensor i in its plain order. Replaces `path` at once or
 * not at all. metadata: `pairs` keys and values. */
typedef struct lac_metadata {
    const char *key;
    const char *value;
} lac_metadata;

lac_status lac_safetensors_write(lac_context *ctx, const char *path, const lac_tensor_info *tensors,
                                 const float *const *data, int count, const lac_metadata *metadata,
                                 int pairs);

/* Reading: the whole file in memory; everything returned is borrowed from it. */
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
