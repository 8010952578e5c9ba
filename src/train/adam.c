/*
 * Adam (Kingma and Ba 2015), with weight decay as an L2 term of the gradient, or
 * decoupled from it (AdamW, Loshchilov and Hutter 2019). The bias corrections
 *   w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
 * are folded into the step size and eps, so that the kernel knows nothing of t.
 */
#include "train/adam.h"
#include "comm/comm.h"

#include <math.h>
#include <stdlib.h>

enum { TILE = 1 << 16 }; /* floats: four streams of 256 KB, independent of the threads */

static int is_decayed(const lac_param *param, lac_decay decay_on)
{
    return decay_on == LAC_DECAY_ALL || param->role == LAC_ROLE_WEIGHT;
}

/* Where tensor p begins in the slab; behind the last one, where the slab ends. */
static size_t offset_of(const lac_params *params, int p)
{
    return p < params->count ? params->table[p].offset : params->floats;
}

/* Whether a rank changes but its lines of the tensor. */
static int is_cut(const lac_context *ctx, const lac_param *param)
{
    return param->is_shared && lac_ranks(ctx) > 1;
}

/* Whether tensor p is done with the one before it. */
static int joins(const lac_context *ctx, const lac_params *params, lac_decay decay_on, int p)
{
    const lac_param *param = &params->table[p];
    return is_decayed(param, decay_on) == is_decayed(param - 1, decay_on) &&
           !is_cut(ctx, param) && !is_cut(ctx, param - 1);
}

/* Cuts the slab, or this rank's part of it, into tiles, none of which has tensors that decay beside
 * others that do not. With tile NULL they are only counted. Returns how many there are. */
static int cut(const lac_context *ctx, const lac_params *params, lac_decay decay_on,
               lac_adam_tile *tile)
{
    int tiles = 0, next;
    for (int p = 0; p < params->count; p = next) {
        const lac_param *param = &params->table[p];
        int decays = is_decayed(param, decay_on);
        next = p + 1;
        while (next < params->count && joins(ctx, params, decay_on, next))
            next++;
        size_t first = param->offset, end = offset_of(params, next);
        if (is_cut(ctx, param)) {
            end = first + lac_param_share(param, lac_rank(ctx) + 1, lac_ranks(ctx));
            first += lac_param_share(param, lac_rank(ctx), lac_ranks(ctx));
        }
        for (; first < end; first += TILE) {
            size_t floats = end - first < TILE ? end - first : TILE;
            if (tile)
                tile[tiles] = (lac_adam_tile){first, floats, decays};
            tiles++;
        }
    }
    return tiles;
}

lac_status lac_adam_new(lac_context *ctx, const lac_params *params, lac_decay decay_on,
                        lac_adam_state *adam)
{
    size_t bytes = params->floats * sizeof(float);
    *adam = (lac_adam_state){.floats = params->floats, .tiles = cut(ctx, params, decay_on, NULL)};
    lac_status status = lac_pages_new(ctx, bytes, &adam->m);
    if (status == LAC_OK)
        status = lac_pages_new(ctx, bytes, &adam->v);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)adam->tiles, sizeof *adam->tile, &adam->tile);
    if (status == LAC_OK)
        cut(ctx, params, decay_on, adam->tile);
    else
        lac_adam_free(adam);
    return status;
}

void lac_adam_free(lac_adam_state *adam)
{
    lac_pages_free(adam->m, adam->floats * sizeof(float));
    lac_pages_free(adam->v, adam->floats * sizeof(float));
    free(adam->tile);
    *adam = (lac_adam_state){0};
}

typedef struct job {
    const lac_kernels *kernels;
    const lac_adam_state *adam;
    float *w;
    const float *g;
    lac_adam_step step[2]; /* of what does not decay, and of what does */
} job;

static void work(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_adam_tile *t = &j->adam->tile[item];
    j->kernels->adam(j->w + t->first, j->g + t->first, j->adam->m + t->first,
                     j->adam->v + t->first, t->floats, &j->step[t->decays]);
}

static lac_adam_step constants(const lac_train_config *config, double lr, double decay, long t)
{
    double correction1 = 1.0 - pow(config->beta1, (double)t);
    double correction2 = sqrt(1.0 - pow(config->beta2, (double)t));
    int decoupled = config->optimizer == LAC_OPTIMIZER_ADAMW;
    return (lac_adam_step){
        .lr = (float)(lr * correction2 / correction1),
        .beta1 = config->beta1,
        .beta2 = config->beta2,
        .eps = (float)(config->eps * correction2),
        .l2 = decoupled ? 0.0f : (float)decay,
        .shrink = decoupled ? (float)(lr * decay) : 0.0f,
    };
}

void lac_adam_apply(lac_context *ctx, lac_adam_state *adam, const lac_train_config *config,
                    double lr, float *w, const float *g)
{
    adam->step++;
    job j = {ctx->kernels, adam, w, g,
             {constants(config, lr, 0.0, adam->step),
              constants(config, lr, config->weight_decay, adam->step)}};
    lac_parallel(ctx, adam->tiles, work, &j);
}
