/*
 * loss = sum over present labels of (y - target)^2 / divisor
 * dy   = 2 (y - target) / divisor where present, else 0
 * divisor: n * outputs (reduction all, the paper's), or the number of present labels.
 */
#include "train/loss.h"

static long present_labels(const lac_loss_batch *b, long labels)
{
    if (!b->mask)
        return labels;
    long present = 0;
    for (long i = 0; i < labels; i++)
        present += b->mask[i];
    return present;
}

double lac_loss_gradient(const lac_loss_batch *b, float *dy)
{
    long labels = (long)b->n * b->outputs;
    long present = present_labels(b, labels);
    double divisor = (double)(b->reduction == LAC_REDUCTION_ALL ? labels : present);
    double sum = 0.0;
    for (long i = 0; i < labels; i++) {
        dy[i] = 0.0f;
        if (b->mask && !b->mask[i])
            continue;
        double error = (double)b->y[i] - b->target[i];
        sum += error * error;
        dy[i] = (float)(2.0 * error / divisor);
    }
    return present ? sum / divisor : 0.0;
}
