/*
 * Batch normalization per channel (Ioffe and Szegedy 2015), for operators that carry it:
 *   mean, var of y over N values; s = gamma / sqrt(var + eps); z = s y + (beta - s mean).
 * Backward, with g the gradient of z and h = y - mean:
 *   dbeta = sum g;   dgamma = sum(g h) / sqrt(var + eps)
 *   dy = s (g - sum(g) / N - h sum(g h) / (N (var + eps)))  =  a g + b y + c.
 *
 * The operator's parameters are (weight, norm.weight, norm.bias), its buffers
 * (norm.running_mean, norm.running_var).
 */
#ifndef LAC_NORM_H
#define LAC_NORM_H

#include "op/op.h"

/* What is added to a variance: PyTorch's default, which the reference curve used. */
#define LAC_NORM_EPS 1e-5

enum { LAC_NORM_WEIGHT = 1, LAC_NORM_BIAS = 2 };          /* parameters */
enum { LAC_NORM_RUNNING_MEAN = 0, LAC_NORM_RUNNING_VAR }; /* buffers */

typedef struct lac_norm_dy {
    double a, b, c;
} lac_norm_dy;

typedef struct lac_norm {
    int channels;
    float *scale, *shift;   /* [channels as stored], 0 where they only fill up */
    double *mean, *inv_std; /* [channels] */
    lac_norm_dy *dy;        /* [channels] */
} lac_norm;

/* Claims memory for the channels of y. */
lac_status lac_norm_plan(lac_planner *planner, lac_shape y, lac_norm *norm);

/* The statistics of channel c over a batch of `count` values. */
typedef struct lac_norm_statistics {
    double mean, var, count;
} lac_norm_statistics;

/* Channel c from the statistics of a batch; moves the running ones. */
void lac_norm_batch(lac_op *op, const lac_pass *pass, lac_norm *norm, int c,
                    const lac_norm_statistics *batch);

/* All channels from the running statistics. */
void lac_norm_fixed(lac_op *op, lac_norm *norm);

/* dgamma, dbeta and dy of channel c from sum g and sum g h. */
void lac_norm_gradients(lac_op *op, lac_norm *norm, int c, double sum, double product,
                        double count);

#endif
