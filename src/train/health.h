/*
 * Signs of a training that learns nothing any more, told through the context's log: a
 * network that answers every picture with the same points, and one whose error grows.
 */
#ifndef LAC_TRAIN_HEALTH_H
#define LAC_TRAIN_HEALTH_H

#include "base/base.h"

/* Epochs in a row that show a sign; the fifth is told, the ones behind it are not. Starts as
 * zeros, and anew in a resumed run. */
typedef struct lac_health {
    int flat;
    int far;
} lac_health;

/* What an epoch predicted for its hold-out, or for training rows without one. */
typedef struct lac_health_sample {
    const lac_data *data;
    const int *rows; /* [count] */
    const float *xy; /* [count, 2K] */
    int count;
    int epoch;       /* finished */
    long steps;      /* done */
    double rmse;     /* pixels */
    double lowest;   /* RMSE of any epoch so far */
    int holdout;     /* 1 = the rows are held out */
} lac_health_sample;

void lac_health_check(lac_context *ctx, lac_health *health, const lac_health_sample *sample);

#endif
