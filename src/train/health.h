/*
 * Signs of a training that fails: the network answers every picture with the same points, or
 * its error grows. Each is written to the context's log.
 */
#ifndef LAC_TRAIN_HEALTH_H
#define LAC_TRAIN_HEALTH_H

#include "base/base.h"

/* How many epochs in a row have shown a sign. The fifth writes to the log, later ones do not.
 * Both start at 0, in a resumed run too. */
typedef struct lac_health {
    int flat; /* the predictions hardly differ from picture to picture */
    int far;  /* the error is far above its lowest */
} lac_health;

/* What was predicted after an epoch: for the hold-out, or for training rows without one. */
typedef struct lac_health_sample {
    const lac_data *data;
    const int *rows; /* [count] */
    const float *xy; /* [count, 2K] */
    int count;
    int epoch;       /* finished */
    long steps;      /* training steps taken so far */
    double rmse;     /* pixels */
    double lowest;   /* lowest RMSE of all epochs so far, pixels */
    int holdout;     /* 1 = the rows are held out */
} lac_health_sample;

void lac_health_check(lac_context *ctx, lac_health *health, const lac_health_sample *sample);

#endif
