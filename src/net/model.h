/*
 * A model: a plan with the names of its points and the story of its training. The
 * trainer's model runs on the training plan, a loaded one on an inference plan.
 */
#ifndef LAC_MODEL_H
#define LAC_MODEL_H

#include "image/image.h"
#include "net/net.h"

struct lac_model {
    lac_context *ctx;
    lac_train_config config;
    int size;
    int points;
    char **names;         /* [points] */
    int epoch;            /* epochs finished */
    uint64_t fingerprint; /* of the training data */
    lac_plan *plan;
};

/* Names are copied. */
lac_status lac_model_new(lac_context *ctx, const lac_train_config *config, int size, int points,
                         char *const *names, lac_model **out);

/* Plans the model's network; lac_model_new does not, so that a file can be checked first. */
lac_status lac_model_plan(lac_model *model, int batch, int inference);

/* Fills plan->x with pictures rows[0..n) of `pixels` [., size, size]; rows NULL: the first n.
 * view [n] of each, or NULL: the pictures as they are. */
void lac_model_fill(const lac_model *model, const uint8_t *pixels, const int *rows,
                    const lac_view *view, int n);

/* Predicts pictures rows[0..count) of `pixels`; rows NULL: the first `count`. xy [count, 2K]. */
void lac_model_predict_rows(const lac_model *model, const uint8_t *pixels, const int *rows,
                            int count, float *xy);

#endif
