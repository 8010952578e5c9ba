/*
 * A model's file: safetensors, as docs/format.md describes it. A training's file is a model's
 * with more tensors and texts in it, which this room writes and hands out by name.
 */
#ifndef LAC_MODEL_FILE_H
#define LAC_MODEL_FILE_H

#include "format/format.h"
#include "net/model.h"

/* A further set of tensors, named as those of the table behind a prefix. */
typedef struct lac_more_tensors {
    const char *prefix;
    const lac_params *params; /* the network's parameters or buffers */
    const float *slab;        /* their offsets */
} lac_more_tensors;

typedef struct lac_more {
    const lac_metadata *text;
    int texts;
    const lac_more_tensors *tensors;
    int sets;
} lac_more;

/* Writes a model, and more if it is not NULL. IO, MEMORY. */
lac_status lac_model_write(const lac_model *model, const lac_more *more, const char *path);

/* An open file. */
typedef struct lac_model_file {
    lac_context *ctx;
    char *path;
    lac_tensors *tensors;
} lac_model_file;

/* `path` is the file, or a run folder, whose last.safetensors is read. IO, FORMAT, MEMORY. */
lac_status lac_model_file_open(lac_context *ctx, const char *path, lac_model_file *out);
void lac_model_file_close(lac_model_file *file);

/* The model with its weights. FORMAT, ARGUMENT, MEMORY. */
lac_status lac_model_file_read(const lac_model_file *file, lac_model **out);

/* Fails if a weight of the model in it is not finite: such a model answers nothing, though a
 * training may go on from it. FORMAT (names the tensor). */
lac_status lac_model_file_answers(const lac_model_file *file, const lac_model *model);

/* What else is in it: whether the metadata has a key, its text or NULL, a number there in
 * [low, high], a whole one, a set of tensors. FORMAT. */
int lac_model_file_has(const lac_model_file *file, const char *key);
const char *lac_model_file_text(const lac_model_file *file, const char *key);
lac_status lac_model_file_number(const lac_model_file *file, const char *key, double low,
                                 double high, double *out);
lac_status lac_model_file_whole(const lac_model_file *file, const char *key, double low,
                                double high, long *out);
lac_status lac_model_file_tensors(const lac_model_file *file, const char *prefix,
                                  const lac_params *params, float *slab);

#endif
