/* Adam and AdamW over a slab of parameters. */
#ifndef LAC_TRAIN_ADAM_H
#define LAC_TRAIN_ADAM_H

#include "op/op.h"

/* A part of the slab that one thread does at a time. */
typedef struct lac_adam_tile {
    size_t first, floats;
    int decays; /* 1: the weight decay is on its tensors */
} lac_adam_tile;

typedef struct lac_adam_state {
    float *m, *v;        /* moments, same offsets as the parameters */
    size_t floats;
    lac_adam_tile *tile; /* [tiles], the whole slab; of several ranks each does its lines of shared
                          * tensors, whose moments no other has */
    int tiles;
    long step;           /* steps done */
} lac_adam_state;

lac_status lac_adam_new(lac_context *ctx, const lac_params *params, lac_decay decay_on,
                        lac_adam_state *adam);
void lac_adam_free(lac_adam_state *adam);

/* One step of size lr: w from the gradients g, both [floats]. */
void lac_adam_apply(lac_context *ctx, lac_adam_state *adam, const lac_train_config *config,
                    double lr, float *w, const float *g);

#endif
