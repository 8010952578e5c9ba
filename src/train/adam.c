/*
 * Adam (Kingma and Ba 2015), with weight decay as an L2 term of the gradient, or
 * decoupled from it (AdamW, Loshchilov and Hutter 2019). The bias corrections
 *   w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 * are folded into the step size and eps, so that the kernel knows nothing of t.
 */
#include "train/adam.h"

#include <math.h>

enum { TILE = 1 << 16 }; /* floats: four streams of 256 KB, independent of the threads */

lac_status lac_adam_new(lac_context *ctx, size_t floats, lac_adam_state *adam)
{
    *adam = (lac_adam_state){.floats = floats};
    lac_status status = lac_pages_new(ctx, floats * sizeof(float), &adam->m);
    if (status == LAC_OK)
        status = lac_pages_new(ctx, floats * sizeof(float), &adam->v);
    if (status != LAC_OK)
        lac_adam_free(adam);
    return status;
}

void lac_adam_free(lac_adam_state *adam)
{
    lac_pages_free(adam->m, adam->floats * sizeof(float));
    lac_pages_free(adam->v, adam->floats * sizeof(float));
    *adam = (lac_adam_state){0};
}

typedef struct job {
    const lac_kernels *kernels;
    const lac_adam_state *adam;
    float *w;
    const float *g;
    lac_adam_step step;
} job;

static void work(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    size_t first = (size_t)item * TILE;
    size_t left = j->adam->floats - first;
    j->kernels->adam(j->w + first, j->g + first, j->adam->m + first, j->adam->v + first,
                     left < TILE ? left : TILE, &j->step);
}

static lac_adam_step constants(const lac_train_config *config, long t)
{
    double correction1 = 1.0 - pow(config->beta1, (double)t);
    double correction2 = sqrt(1.0 - pow(config->beta2, (double)t));
    int decoupled = config->optimizer == LAC_OPTIMIZER_ADAMW;
    return (lac_adam_step){
        .lr = (float)(config->lr * correction2 / correction1),
        .beta1 = config->beta1,
        .beta2 = config->beta2,
        .eps = (float)(config->eps * correction2),
        .l2 = decoupled ? 0.0f : (float)config->weight_decay,
        .shrink = decoupled ? (float)(config->lr * config->weight_decay) : 0.0f,
    };
}

void lac_adam_apply(lac_context *ctx, lac_adam_state *adam, const lac_train_config *config,
                    float *w, const float *g)
{
    adam->step++;
    job j = {ctx->kernels, adam, w, g, constants(config, adam->step)};
    lac_parallel(ctx, (int)((adam->floats + TILE - 1) / TILE), work, &j);
}
