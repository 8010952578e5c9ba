/*
 * The step size, as a multiple of `lr`. With p the share of all steps that are done and w the
 * warm-up:
 *   p < w     p / w
 *   constant  1
 *   cosine    (1 + cos(pi (p - w) / (1 - w))) / 2     (Loshchilov and Hutter 2017, no restarts)
 *   steps     step_factor ^ floor(p / step_every)
 */
#include "train/schedule.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double lac_schedule_rate(const lac_train_config *config, long step, long steps)
{
    double warmup = config->warmup;
    double p = (double)step / (double)steps;
    if (p < warmup)
        return p / warmup;
    switch (config->schedule) {
    case LAC_SCHEDULE_COSINE:
        return 0.5 * (1.0 + cos(pi * (p - warmup) / (1.0 - warmup)));
    case LAC_SCHEDULE_STEPS: /* not p / step_every: 0.3 / 0.1 is below 3 */
        return pow(config->step_factor,
                   floor((double)step / (config->step_every * (double)steps)));
    default:
        return 1.0;
    }
}
