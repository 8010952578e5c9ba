/* The loss of a batch: what a form makes of each error, summed over present labels. */
#ifndef LAC_TRAIN_LOSS_H
#define LAC_TRAIN_LOSS_H

#include "base/base.h"

/* Predictions, targets and masks [n, outputs]; mask NULL: every label is present
 * (plain MSE). A target whose mask is 0 is not read. Returns the loss; dy [n, outputs]
 * gets its gradient, exactly 0 where the mask is 0. No label at all: 0 and zeros. */
typedef struct lac_loss_batch {
    const float *y;
    const float *target;
    const uint8_t *mask;
    int n, outputs;
    lac_reduction reduction;
    lac_form form;
    double width; /* of the forms but SQUARED, in the units of y */
    const float *weight; /* [outputs] how much each counts; NULL: 1 */
} lac_loss_batch;

double lac_loss_gradient(const lac_loss_batch *batch, float *dy);

#endif
