/*
 * Soft-argmax: where each of P maps is high, as the expected place under its softmax. The output is
 * x0 y0 x1 y1 ... in the network's units (image/units.h). Place i of m across stands for the middle
 * of the pixels that it covers, (i + 0.5) side / m - 0.5, whatever m is.
 *
 * With m = softmax(l) over the places and (x, y) = sum m g, g a place's coordinates:
 *   dl_i = m_i (g_i . (dx, dy) - sum_j m_j g_j . (dx, dy)) = m_i (g_i - (x, y)) . (dx, dy).
 *
 * The maps are stored as float in any plan: a softmax of bf16 would move points by tenths of a
 * pixel.
 */
#include "image/units.h"
#include "op/op.h"

#include <stdlib.h>

typedef struct softargmax_state {
    int blocks;
    float *column, *row;    /* [w], [h] coordinates of the places */
    lac_expected *expected; /* [n, blocks], kept for backward */
} softargmax_state;

static lac_status softargmax_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    if (!in[0].is_maps)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: softargmax reads maps, its input is not maps", node->name);
    node->out = (lac_shape){2 * in[0].c, 1, 1, 0};
    return LAC_OK;
}

static lac_status softargmax_plan(lac_op *op, lac_planner *p)
{
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(softargmax_state), &op->state));
    softargmax_state *s = op->state;
    const lac_shape in = op->node->in;
    s->blocks = lac_shape_channels(in) / LAC_BLOCK;
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, (size_t)in.w, sizeof(float), &s->column));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, (size_t)in.h, sizeof(float), &s->row));
    return lac_planner_claim(p, LAC_LIFE_STEP, (size_t)p->batch * s->blocks, sizeof(lac_expected),
                             &s->expected);
}

static void softargmax_free(lac_op *op)
{
    free(op->state);
    op->state = NULL;
}

static void fill_places(float *place, int m, int side)
{
    for (int i = 0; i < m; i++)
        place[i] = lac_place_in_units(i, m, side);
}

typedef struct job {
    const lac_op *op;
    const softargmax_state *s;
} job;

/* Block `item % blocks` of picture `item / blocks`. */
static const void *maps_at(const job *j, const void *maps, int item)
{
    const lac_op *input = j->op->input[0];
    size_t plane = (size_t)j->op->node->in.h * j->op->node->in.w * LAC_BLOCK;
    return (const char *)maps + item * plane * input->kernels->element;
}

static int maps_in(const job *j, int item)
{
    int left = j->op->node->in.c - item % j->s->blocks * LAC_BLOCK;
    return left < LAC_BLOCK ? left : LAC_BLOCK;
}

/* The first of the block's coordinates in z or dz. */
static void *coordinates_at(const job *j, void *base, int item)
{
    size_t picture = (size_t)(item / j->s->blocks) * j->op->node->out.c;
    return lac_op_at(j->op, base, picture + 2 * LAC_BLOCK * (item % j->s->blocks));
}

static void work_forward(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_shape in = j->op->node->in;
    const lac_op *input = j->op->input[0];
    lac_expected *found = &j->s->expected[item];
    float xy[2 * LAC_BLOCK];
    input->kernels->softargmax(maps_at(j, input->z, item), in.h, in.w, j->s->column, j->s->row,
                               found);
    for (int c = 0; c < LAC_BLOCK; c++) {
        xy[2 * c] = found->x[c];
        xy[2 * c + 1] = found->y[c];
    }
    j->op->kernels->store(xy, coordinates_at(j, j->op->z, item), 2 * (size_t)maps_in(j, item));
}

static void work_backward(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_shape in = j->op->node->in;
    const lac_op *input = j->op->input[0];
    float xy[2 * LAC_BLOCK] = {0}; /* what fills up the block gets no gradient */
    float dx[LAC_BLOCK], dy[LAC_BLOCK];
    j->op->kernels->load(coordinates_at(j, j->op->dz, item), xy, 2 * (size_t)maps_in(j, item));
    for (int c = 0; c < LAC_BLOCK; c++) {
        dx[c] = xy[2 * c];
        dy[c] = xy[2 * c + 1];
    }
    const char *l = maps_at(j, input->z, item);
    char *dl = (char *)input->dz + (l - (const char *)input->z);
    input->kernels->softargmax_backward(l, in.h, in.w, j->s->column, j->s->row,
                                        &j->s->expected[item], dx, dy, dl, j->op->accumulate[0]);
}

static void softargmax_forward(lac_op *op, const lac_pass *pass)
{
    softargmax_state *s = op->state;
    job j = {op, s};
    fill_places(s->column, op->node->in.w, op->node->side);
    fill_places(s->row, op->node->in.h, op->node->side);
    lac_parallel(pass->ctx, pass->n * s->blocks, work_forward, &j);
}

static void softargmax_backward(lac_op *op, const lac_pass *pass)
{
    job j = {op, op->state};
    lac_parallel(pass->ctx, pass->n * j.s->blocks, work_backward, &j);
}

static int softargmax_backward_reads(const lac_node *node)
{
    (void)node;
    return LAC_READS_INPUTS;
}

static const lac_op_way softargmax_blocks = {
    .name = "blocks",
    .plan = softargmax_plan,
    .forward = softargmax_forward,
    .backward = softargmax_backward,
    .free = softargmax_free,
};
static const lac_op_way *const ways[] = {&softargmax_blocks, NULL};

const lac_op_spec lac_op_softargmax = {
    .word = "softargmax",
    .usage = "softargmax [< NODE]",
    .least_inputs = 1,
    .most_inputs = 1,
    .reads_float = 1,
    .shape = softargmax_shape,
    .backward_reads = softargmax_backward_reads,
    .ways = ways,
};
