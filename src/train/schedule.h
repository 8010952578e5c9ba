/* How the step size changes over a training. */
#ifndef LAC_TRAIN_SCHEDULE_H
#define LAC_TRAIN_SCHEDULE_H

#include "base/base.h"

/* What `lr` is multiplied by in step number `step`, from 0, of `steps`. A function of nothing
 * else, so that a resumed training needs no state of it. */
double lac_schedule_rate(const lac_train_config *config, long step, long steps);

#endif
