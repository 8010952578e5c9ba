/*
 * Maps one behind the other: z has the channels of all inputs, in their order. In the text:
 * "concat < a b".
 *
 * Where an input begins at a whole block of 16 channels its blocks are copied as they are. Where it
 * begins at channel 16 b + shift, each of its blocks falls into two of z: its first 16 - shift
 * channels end block b, the others begin the next one, and what follows them there is 0 until the
 * next block is copied. Backward the same copies run the other way, and what fills up an input's
 * last block is 0 again.
 */
#include "op/op.h"

#include <string.h>

static lac_status concat_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    lac_shape z = in[0];
    z.c = 0;
    for (int i = 0; i < node->inputs; i++) {
        if (!in[i].is_maps)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s: input %d is not maps, concat takes maps only", node->name, i + 1);
        if (in[i].h != z.h || in[i].w != z.w)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s: input %d is %dx%d pixels, input 1 %dx%d, must be equal",
                            node->name, i + 1, in[i].h, in[i].w, z.h, z.w);
        z.c += in[i].c;
    }
    node->out = z;
    return LAC_OK;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

/* One input in z. */
typedef struct part {
    int channels, from; /* of the input; where they begin in z */
    int z_blocks;
    size_t pixels;
    size_t element;     /* bytes */
} part;

static size_t block_bytes(const part *p)
{
    return p->pixels * LAC_BLOCK * p->element;
}

static int blocks(const part *p)
{
    return (p->channels + LAC_BLOCK - 1) / LAC_BLOCK;
}

/* Block `block` of the input into z, where `z` is the block in which it begins. */
static void put_block(const part *p, int block, const char *x, char *z)
{
    size_t pixel = LAC_BLOCK * p->element;
    size_t shift = p->from % LAC_BLOCK * p->element;
    int at = p->from / LAC_BLOCK + block;
    if (shift == 0) {
        memcpy(z, x, block_bytes(p));
        return;
    }
    char *next = at + 1 < p->z_blocks ? z + block_bytes(p) : NULL;
    for (size_t i = 0; i < p->pixels; i++, x += pixel, z += pixel) {
        memcpy(z + shift, x, pixel - shift);
        if (!next)
            continue;
        memcpy(next, x + pixel - shift, shift);
        memset(next + shift, 0, pixel - shift);
        next += pixel;
    }
}

/* The gradient of that block out of z's. */
static void take_block(const part *p, int block, const char *dz, char *dx)
{
    int channels = p->channels - block * LAC_BLOCK;
    size_t pixel = LAC_BLOCK * p->element;
    size_t shift = p->from % LAC_BLOCK * p->element;
    size_t real = channels < LAC_BLOCK ? channels * p->element : pixel;
    if (shift == 0 && real == pixel) {
        memcpy(dx, dz, block_bytes(p));
        return;
    }
    size_t first = real < pixel - shift ? real : pixel - shift;
    const char *next = dz + block_bytes(p);
    for (size_t i = 0; i < p->pixels; i++, dz += pixel, next += pixel, dx += pixel) {
        memcpy(dx, dz + shift, first);
        if (real > first)
            memcpy(dx + first, next, real - first);
        memset(dx + real, 0, pixel - real);
    }
}

/* ---- The way, a picture at a time ----------------------------------------------------------- */

static lac_status concat_plan(lac_op *op, lac_planner *p)
{
    lac_planner_scratch(p, lac_stored_floats(op->kernels, lac_shape_stored(op->node->out)));
    return LAC_OK;
}

/* Input i, of which those before it have `from` channels. */
static part part_of(const lac_op *op, int i, int from)
{
    const lac_shape out = op->node->out;
    return (part){op->input[i]->node->out.c, from, lac_shape_channels(out) / LAC_BLOCK,
                  (size_t)out.h * out.w, op->kernels->element};
}

static void work_forward(void *arg, int item, int thread)
{
    const lac_op *op = arg;
    char *z = lac_op_at(op, op->z, item * lac_shape_stored(op->node->out));
    for (int i = 0, from = 0; i < op->node->inputs; i++) {
        part p = part_of(op, i, from);
        const char *x = lac_op_fetch(op, i, item, 1, lac_op_scratch(op, thread));
        for (int b = 0; b < blocks(&p); b++)
            put_block(&p, b, x + b * block_bytes(&p),
                      z + (p.from / LAC_BLOCK + b) * block_bytes(&p));
        from += p.channels;
    }
}

static void work_backward(void *arg, int item, int thread)
{
    const lac_op *op = arg;
    const char *dz = lac_op_at(op, op->dz, item * lac_shape_stored(op->node->out));
    int from = op->node->out.c;
    for (int i = op->node->inputs - 1; i >= 0; i--) {
        from -= op->input[i]->node->out.c;
        if (!op->wants_gradient[i])
            continue;
        part p = part_of(op, i, from);
        char *target = lac_op_target(op, i, item, lac_op_scratch(op, thread));
        for (int b = 0; b < blocks(&p); b++)
            take_block(&p, b, dz + (p.from / LAC_BLOCK + b) * block_bytes(&p),
                       target + b * block_bytes(&p));
        lac_op_deliver(op, i, item, 1, target);
    }
}

static void concat_forward(lac_op *op, const lac_pass *pass)
{
    lac_parallel(pass->ctx, pass->n, work_forward, op);
}

static void concat_backward(lac_op *op, const lac_pass *pass)
{
    lac_parallel(pass->ctx, pass->n, work_backward, op);
}

static const lac_op_way concat_pictures = {
    .name = "pictures",
    .plan = concat_plan,
    .forward = concat_forward,
    .backward = concat_backward,
};
static const lac_op_way *const ways[] = {&concat_pictures, NULL};

const lac_op_spec lac_op_concat = {
    .word = "concat",
    .usage = "concat < NODE NODE...",
    .least_inputs = 2,
    .most_inputs = LAC_MOST_INPUTS,
    .shape = concat_shape,
    .ways = ways,
};
