/* An exponential moving average of a network's numbers: parameters and running statistics. */
#ifndef LAC_TRAIN_AVERAGE_H
#define LAC_TRAIN_AVERAGE_H

#include "net/net.h"

/* The decay of the average after step number `step`, from 0: small at first, so that the start
 * is soon forgotten, and `most` later. */
double lac_average_decay(double most, long step);

/* average = decay * average + (1 - decay) * weights. */
void lac_average_update(lac_context *ctx, const lac_net *net, const lac_weights *weights,
                        double decay, lac_weights *average);

#endif
