/* Adam and AdamW over a slab of parameters. */
#ifndef LAC_TRAIN_ADAM_H
#define LAC_TRAIN_ADAM_H

#include "kernel/kernel.h"

typedef struct lac_adam_state {
    float *m, *v; /* moments, same offsets as the parameters */
    size_t floats;
    long step;    /* steps done */
} lac_adam_state;

lac_status lac_adam_new(lac_context *ctx, size_t floats, lac_adam_state *adam);
void lac_adam_free(lac_adam_state *adam);

/* One step: w from the gradients g, both [floats]. */
void lac_adam_apply(lac_context *ctx, lac_adam_state *adam, const lac_train_config *config,
                    float *w, const float *g);

#endif
