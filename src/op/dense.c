/*
 * Dense layer with what follows it: z = dropout(relu(x W' + bias)).
 *
 * x is [n, k], the input's activation as it lies in memory; the columns of W follow
 * that order, and lac_param.columns lets files keep PyTorch's (c, h, w). Dropout
 * (Srivastava et al. 2014) keeps a value with probability 1 - p and divides it by that.
 *
 * Backward, g = dz where z > 0, divided by 1 - p (z > 0 says both that ReLU was open and
 * that the value was kept):
 *   dW = g' x;   dbias = sum over n of g;   dx = g W.
 *
 * Work is cut into tiles that do not depend on the number of threads. Products are float;
 * where activations are not, they pass through a tile of floats on their way.
 */
#include "op/op.h"

#include <stdlib.h>

/* Outputs per forward tile and inputs per backward tile: wide enough that packing the
 * operands inside the matrix product is small beside it. */
enum { TILE_OUT = 256, TILE_IN = 1536 };

/* A few faces' outputs are shared out in smaller pieces: one thread may get less of the memory. */
enum { FEW = 4, TILE_FEW = 50 };

enum { W, BIAS };

typedef struct dense_state {
    int k;      /* inputs */
    void *g;    /* [n, out] gradient in front of ReLU and dropout, stored as the input is */
} dense_state;

static lac_status dense_shape(lac_context *ctx, lac_op *op)
{
    if (op->node.channels < 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: %d outputs, must be at least 1",
                        op->node.name, op->node.channels);
    if (op->node.dropout && !op->node.relu)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: dropout without relu", op->node.name);
    op->out = (lac_shape){op->node.channels, 1, 1};
    return LAC_OK;
}

static void dense_declare(lac_op *op, lac_params *params, lac_params *buffers)
{
    (void)buffers;
    int shape[2] = {op->node.channels, (int)lac_shape_floats(op->in)};
    op->param = lac_params_add(params, op->node.name, "weight", LAC_ROLE_WEIGHT, 2, shape);
    if (op->in.h * op->in.w > 1)
        params->table[op->param].columns = op->in;
    lac_params_add(params, op->node.name, "bias", LAC_ROLE_ZERO, 1, shape);
}

static int is_float(const lac_op *op)
{
    return op->kernels->element == sizeof(float);
}

static lac_status dense_plan(lac_op *op, lac_planner *p)
{
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(dense_state), &op->state));
    dense_state *s = op->state;
    s->k = (int)lac_shape_floats(op->in);
    size_t tile = (size_t)p->batch * (TILE_OUT > TILE_IN ? TILE_OUT : TILE_IN);
    p->scratch = tile > p->scratch && !is_float(op->input) ? tile : p->scratch;
    if (p->inference)
        return LAC_OK;
    size_t g = lac_stored_floats(op->input->kernels, (size_t)p->batch * op->node.channels);
    return lac_slab_claim(p->ctx, p->slab, g, p->backward_time, p->backward_time, &s->g);
}

static void dense_free(lac_op *op)
{
    free(op->state);
    op->state = NULL;
}

typedef struct job {
    const lac_op *op;
    const dense_state *s;
    const lac_pass *pass;
    int tile; /* outputs of an item, forward */
} job;

static int tile_at(int item, int tile, int total)
{
    int left = total - item * tile;
    return left < tile ? left : tile;
}

static int tiles(int total, int tile)
{
    return (total + tile - 1) / tile;
}

/* ---- Forward ------------------------------------------------------------------------- */

/* Drops of outputs [first, first + count) of picture i. A random number serves four outputs, 16
 * bits each. */
static void drop(const lac_pass *pass, int i, int outputs, int first, int count, float *y)
{
    const float keep = 1.0f - pass->dropout;
    const uint64_t limit = (uint64_t)((double)pass->dropout * 65536.0 + 0.5);
    uint64_t counter = pass->sample[i] * (uint64_t)outputs + (uint64_t)first;
    uint64_t bits = 0;
    for (int o = 0; o < count; o++, counter++, bits >>= 16) {
        if (o == 0 || counter % 4 == 0)
            bits = lac_random(pass->seed, LAC_STREAM(LAC_STREAM_DROPOUT) + pass->epoch,
                              counter / 4) >> (16 * (counter % 4));
        y[o] = (bits & 0xffff) < limit ? 0.0f : y[o] / keep;
    }
}

static void work_forward(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    int outputs = op->node.channels;
    int first = item * j->tile;
    int count = tile_at(item, j->tile, outputs);
    int dropout = op->node.dropout && j->pass->training && j->pass->dropout > 0.0f;
    const float *bias = lac_op_w(op, BIAS) + first;
    int direct = is_float(op);
    float *y = direct ? lac_op_at(op, op->z, first) : lac_op_scratch(op, thread);
    int row = direct ? outputs : count;
    op->input->kernels->gemm(0, LAC_TRANSPOSED | LAC_WIDE, j->pass->n, count, j->s->k,
                             op->input->z, j->s->k, lac_op_w(op, W) + (size_t)first * j->s->k,
                             j->s->k, 0.0f, y, row);
    for (int i = 0; i < j->pass->n; i++, y += row) {
        for (int o = 0; o < count; o++) {
            float value = y[o] + bias[o];
            y[o] = op->node.relu && value < 0.0f ? 0.0f : value;
        }
        if (dropout)
            drop(j->pass, i, outputs, first, count, y);
        if (!direct)
            op->kernels->store(y, lac_op_at(op, op->z, (size_t)i * outputs + first),
                               (size_t)count);
    }
}

static void dense_forward(lac_op *op, const lac_pass *pass)
{
    job j = {op, op->state, pass, pass->n <= FEW ? TILE_FEW : TILE_OUT};
    lac_parallel(pass->ctx, tiles(op->node.channels, j.tile), work_forward, &j);
}

/* ---- Backward ---------------------------------------------------------------------------- */

static void work_gate(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_op *op = j->op;
    int outputs = op->node.channels;
    int first = item * TILE_OUT;
    int count = tile_at(item, TILE_OUT, outputs);
    float keep = op->node.dropout ? 1.0f - j->pass->dropout : 1.0f;
    float *dbias = lac_op_g(op, BIAS) + first;
    for (int o = 0; o < count; o++)
        dbias[o] = 0.0f;
    for (int i = 0; i < j->pass->n; i++) {
        size_t at = (size_t)i * outputs + first;
        float z[TILE_OUT], g[TILE_OUT];
        op->kernels->load(lac_op_at(op, op->z, at), z, (size_t)count);
        op->kernels->load(lac_op_at(op, op->dz, at), g, (size_t)count);
        for (int o = 0; o < count; o++) {
            int open = !op->node.relu || z[o] > 0.0f;
            g[o] = open ? g[o] / keep : 0.0f;
            dbias[o] += g[o];
        }
        op->input->kernels->store(g, lac_op_at(op->input, j->s->g, at), (size_t)count);
    }
}

/* Numbers [at, at + count) of the input's gradient. */
static void put_row(const lac_op *op, float *dx, size_t at, int count)
{
    const lac_op *input = op->input;
    void *to = lac_op_at(input, input->dz, at);
    if (op->dx_accumulate) {
        float there[TILE_IN];
        input->kernels->load(to, there, (size_t)count);
        for (int i = 0; i < count; i++)
            dx[i] += there[i];
    }
    input->kernels->store(dx, to, (size_t)count);
}

static void work_backward(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    const lac_op *input = op->input;
    const lac_kernels *kernels = input->kernels;
    int n = j->pass->n;
    int k = j->s->k;
    int outputs = op->node.channels;
    int first = item * TILE_IN;
    int count = tile_at(item, TILE_IN, k);
    kernels->gemm(LAC_TRANSPOSED, 0, outputs, count, n, j->s->g, outputs,
                  lac_op_at(input, input->z, first), k, 0.0f, lac_op_g(op, W) + first, k);
    if (!op->needs_dx)
        return;
    int direct = is_float(input);
    float *dx = direct ? lac_op_at(input, input->dz, first) : lac_op_scratch(op, thread);
    int row = direct ? k : count;
    kernels->gemm(0, LAC_WIDE, n, count, outputs, j->s->g, outputs, lac_op_w(op, W) + first, k,
                  direct && op->dx_accumulate ? 1.0f : 0.0f, dx, row);
    for (int i = 0; i < n && !direct; i++)
        put_row(op, dx + (size_t)i * row, (size_t)i * k + first, count);
}

static void dense_backward(lac_op *op, const lac_pass *pass)
{
    dense_state *s = op->state;
    job j = {.op = op, .s = s, .pass = pass};
    lac_parallel(pass->ctx, tiles(op->node.channels, TILE_OUT), work_gate, &j);
    lac_parallel(pass->ctx, tiles(s->k, TILE_IN), work_backward, &j);
}

const lac_op_class lac_op_dense = {"dense",       dense_shape,    dense_declare, dense_plan,
                                   dense_forward, dense_backward, dense_free};
