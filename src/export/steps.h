/*
 * A model as an exporter writes it: the network's nodes as steps of prediction alone, with batch
 * normalization folded into the convolutions' weights, numbers in their plain order, and the places
 * in the output that answer for one label source.
 */
#ifndef LAC_EXPORT_STEPS_H
#define LAC_EXPORT_STEPS_H

#include "net/model.h"

typedef enum lac_step_kind {
    LAC_STEP_PICTURE,
    LAC_STEP_ADD,
    LAC_STEP_CONCAT,
    LAC_STEP_CONV,
    LAC_STEP_DENSE,
    LAC_STEP_MEAN,
    LAC_STEP_SOFTARGMAX
} lac_step_kind;

typedef struct lac_step {
    const lac_node *node;
    lac_step_kind kind;
    int k, stride, pool; /* of a convolution */
    int relu;
    int rows, columns;
    float *weight; /* [rows, columns]: [oc, c, k, k] of a convolution, [outputs, c, h, w] of a dense
                    * layer; NULL where the operator has none */
    float *bias;   /* [rows] */
    float *scale;  /* [rows] of weights that are rounded to bytes, else NULL */
} lac_step;

typedef struct lac_steps {
    const lac_model *model;
    int count; /* step i is node i of the network */
    lac_step *step;
    int output; /* the step that answers */
    int points; /* of the source */
    int *point; /* [points] of the model */
    int *place; /* [points] pair of numbers in the output */
} lac_steps;

/* The steps of a model that is no mean, answering for the points that `whole` has as `source`:
 * the model itself, or the mean that it is a member of. ARGUMENT (a mean, an operator that
 * exporters do not know), MEMORY. */
lac_status lac_steps_new(const lac_model *model, const lac_model *whole, int source,
                         lac_steps **out);
void lac_steps_free(lac_steps **steps);

/* Fails unless the model has the source. ARGUMENT. */
lac_status lac_export_check_source(const lac_model *model, int source);

#endif
