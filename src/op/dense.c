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
 * Where ranks share the batch they gather g and x, and each multiplies its share of the lines of
 * dW, whose weights it will change: the sums over n run as in one rank, and x is smaller than dW.
 * They find dx and go on with other operators while these are on their way; where the wire is bf16,
 * dW and dbias are of rounded g and x.
 *
 * Work is cut into tiles that do not depend on the number of threads. Products are float;
 * where activations are not, they pass through a tile of floats on their way.
 */
#include "op/dense.h"
#include "comm/comm.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Outputs per forward tile and inputs per backward tile: wide enough that packing the
 * operands inside the matrix product is small beside it. */
enum { TILE_OUT = 256, TILE_IN = 1536 };

/* A few faces' outputs are shared out in smaller pieces: one thread may get less of the memory. */
enum { FEW = 4, TILE_FEW = 50 };

enum { MOST_OUTPUTS = 1 << 20 };

enum { W, BIAS };

typedef struct dense_state {
    int k;       /* inputs, as stored */
    int outputs;
    int relu, dropout;
    lac_pictures g; /* [outputs] float, gradient in front of ReLU and dropout, */
    void *stored_g; /* and stored as the input is: the same where that is float */
    lac_pictures x; /* [k]; nothing for one rank */
    int first, whole; /* the slice of the pass at hand in them, and pictures of all */
} dense_state;

/* ---- The spec ------------------------------------------------------------------------ */

static lac_status dense_parse(lac_words *words, void *attr)
{
    lac_dense_attr *a = attr;
    LAC_TRY(lac_words_count(words, "a number of outputs", MOST_OUTPUTS, &a->outputs));
    a->relu = lac_words_take(words, "relu");
    a->dropout = a->relu && lac_words_take(words, "dropout");
    return LAC_OK;
}

static lac_status dense_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    const lac_dense_attr *a = node->attr;
    double weights = (double)lac_shape_stored(in[0]) * a->outputs;
    if (weights > INT_MAX)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: %zu inputs times %d outputs are %.0f weights, at most %d are possible",
                        node->name, lac_shape_count(in[0]), a->outputs, weights, INT_MAX);
    node->out = (lac_shape){a->outputs, 1, 1, 0};
    return LAC_OK;
}

static void dense_declare(const lac_node *node, lac_params *params, lac_params *buffers)
{
    const lac_dense_attr *a = node->attr;
    (void)buffers;
    lac_params_add_columns(params, node->name, "weight", a->outputs, node->in);
    lac_params_add(params, node->name, "bias", LAC_ROLE_ZERO, 1, &a->outputs);
}

static double dense_flop(const lac_node *node)
{
    return 2.0 * (double)lac_shape_count(node->in) * node->out.c;
}

/* ---- The way ---------------------------------------------------------------------------- */

static int is_float(const lac_op *op)
{
    return op->kernels->element == sizeof(float);
}

static lac_status dense_plan(lac_op *op, lac_planner *p)
{
    const lac_dense_attr *a = op->node->attr;
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(dense_state), &op->state));
    dense_state *s = op->state;
    s->k = (int)lac_shape_stored(op->node->in);
    s->outputs = a->outputs;
    s->relu = a->relu;
    s->dropout = a->dropout;
    if (!is_float(op->input[0]) || !is_float(op))
        lac_planner_scratch(p, (size_t)p->batch * (TILE_OUT > TILE_IN ? TILE_OUT : TILE_IN));
    size_t element = op->input[0]->kernels->element, whole = (size_t)p->whole;
    if (!is_float(op->input[0]))
        LAC_TRY(lac_planner_claim(p, LAC_LIFE_TRANSIT, whole * a->outputs, element,
                                  &s->stored_g));
    if (lac_ranks(p->ctx) > 1)
        LAC_TRY(lac_pictures_plan(p, (size_t)s->k, op->input[0]->kernels, &s->x));
    return lac_pictures_plan(p, (size_t)a->outputs, p->ctx->kernels, &s->g);
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
    int outputs = j->s->outputs;
    int first = item * j->tile;
    int count = tile_at(item, j->tile, outputs);
    int dropout = j->s->dropout && j->pass->training && j->pass->dropout > 0.0f;
    const float *bias = lac_op_w(op, BIAS) + first;
    int direct = is_float(op);
    float *y = direct ? lac_op_at(op, op->z, first) : lac_op_scratch(op, thread);
    int row = direct ? outputs : count;
    op->input[0]->kernels->gemm(0, LAC_TRANSPOSED | LAC_WIDE, j->pass->n, count, j->s->k,
                             op->input[0]->z, j->s->k, lac_op_w(op, W) + (size_t)first * j->s->k,
                             j->s->k, 0.0f, y, row);
    for (int i = 0; i < j->pass->n; i++, y += row) {
        for (int o = 0; o < count; o++) {
            float value = y[o] + bias[o];
            y[o] = j->s->relu && value < 0.0f ? 0.0f : value;
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
    lac_parallel(pass->ctx, tiles(j.s->outputs, j.tile), work_forward, &j);
}

/* ---- Backward ---------------------------------------------------------------------------- */

static float *g_of(const dense_state *s)
{
    return s->g.all;
}

static void work_gate(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_op *op = j->op;
    int outputs = j->s->outputs;
    int first = item * TILE_OUT;
    int count = tile_at(item, TILE_OUT, outputs);
    float keep = j->s->dropout ? 1.0f - j->pass->dropout : 1.0f;
    for (int i = 0; i < j->pass->n; i++) {
        size_t at = (size_t)i * outputs + first;
        float *g = g_of(j->s) + (size_t)j->s->first * outputs + at;
        float z[TILE_OUT];
        op->kernels->load(lac_op_at(op, op->z, at), z, (size_t)count);
        op->kernels->load(lac_op_at(op, op->dz, at), g, (size_t)count);
        for (int o = 0; o < count; o++) {
            int open = !j->s->relu || z[o] > 0.0f;
            g[o] = open ? g[o] / keep : 0.0f;
        }
    }
}

/* Of the pictures of all ranks. */
static void work_bias(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_op *op = j->op;
    int outputs = j->s->outputs;
    int first = item * TILE_OUT;
    int count = tile_at(item, TILE_OUT, outputs);
    float *dbias = lac_op_g(op, BIAS) + first;
    for (int o = 0; o < count; o++)
        dbias[o] = 0.0f;
    for (int i = 0; i < j->s->whole; i++) {
        const float *g = g_of(j->s) + (size_t)i * outputs + first;
        for (int o = 0; o < count; o++)
            dbias[o] += g[o];
    }
}

/* Rounds g of pictures [first, end) as the input is stored. */
static void round_g(const job *j, int first, int end)
{
    const lac_op *input = j->op->input[0];
    size_t outputs = (size_t)j->s->outputs;
    if (!is_float(input))
        input->kernels->store(g_of(j->s) + first * outputs,
                              lac_op_at(input, j->s->stored_g, first * outputs),
                              (end - first) * outputs);
}

/* Numbers [at, at + count) of the input's gradient. */
static void put_row(const lac_op *op, float *dx, size_t at, int count)
{
    const lac_op *input = op->input[0];
    void *to = lac_op_at(input, input->dz, at);
    if (op->accumulate[0]) {
        float there[TILE_IN];
        input->kernels->load(to, there, (size_t)count);
        for (int i = 0; i < count; i++)
            dx[i] += there[i];
    }
    input->kernels->store(dx, to, (size_t)count);
}

/* The lines of dW that this rank multiplies. */
static int line_of_rank(const job *j, int rank)
{
    return lac_share(j->s->outputs, rank, lac_ranks(j->pass->ctx));
}

/* g as products read it. */
static void *g_of_products(const job *j)
{
    return is_float(j->op->input[0]) ? j->s->g.all : j->s->stored_g;
}

static void work_weights(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    const lac_op *op = j->op;
    const lac_op *input = op->input[0];
    int k = j->s->k;
    int first = item * TILE_IN;
    int line = line_of_rank(j, lac_rank(j->pass->ctx));
    int lines = line_of_rank(j, lac_rank(j->pass->ctx) + 1) - line;
    void *x = j->s->x.all ? j->s->x.all : input->z;
    input->kernels->gemm(LAC_TRANSPOSED, 0, lines, tile_at(item, TILE_IN, k), j->s->whole,
                         lac_op_at(input, g_of_products(j), line), j->s->outputs,
                         lac_op_at(input, x, first), k, 0.0f,
                         lac_op_g(op, W) + (size_t)line * k + first, k);
}

static void work_inputs(void *arg, int item, int thread)
{
    const job *j = arg;
    const lac_op *op = j->op;
    const lac_op *input = op->input[0];
    int n = j->pass->n;
    int k = j->s->k;
    int outputs = j->s->outputs;
    int first = item * TILE_IN;
    int count = tile_at(item, TILE_IN, k);
    int direct = is_float(input);
    float *dx = direct ? lac_op_at(input, input->dz, first) : lac_op_scratch(op, thread);
    int row = direct ? k : count;
    input->kernels->gemm(0, LAC_WIDE, n, count, outputs,
                         lac_op_at(input, g_of_products(j), (size_t)j->s->first * outputs), outputs,
                         lac_op_w(op, W) + first, k, direct && op->accumulate[0] ? 1.0f : 0.0f, dx,
                         row);
    for (int i = 0; i < n && !direct; i++)
        put_row(op, dx + (size_t)i * row, (size_t)i * k + first, count);
}

static job job_of(lac_op *op, const lac_pass *pass)
{
    return (job){.op = op, .s = op->state, .pass = pass};
}

static void begin_operands(const job *j)
{
    const lac_op *input = j->op->input[0];
    size_t k = (size_t)j->s->k;
    memcpy(lac_op_at(input, j->s->x.all, j->s->first * k), input->z,
           j->pass->n * k * input->kernels->element);
    lac_pictures_begin(j->pass, &j->s->x);
    lac_pictures_begin(j->pass, &j->s->g);
}

static void dense_backward(lac_op *op, const lac_pass *pass)
{
    dense_state *s = op->state;
    job j = job_of(op, pass);
    s->first = lac_pass_first(pass);
    s->whole = lac_pass_whole(pass);
    lac_parallel(pass->ctx, tiles(s->outputs, TILE_OUT), work_gate, &j);
    if (s->x.all)
        begin_operands(&j);
    round_g(&j, s->first, s->first + pass->n);
    if (op->wants_gradient[0])
        lac_parallel(pass->ctx, tiles(s->k, TILE_IN), work_inputs, &j);
}

static void dense_settle(lac_op *op, const lac_pass *pass, int turn)
{
    const dense_state *s = op->state;
    job j = job_of(op, pass);
    if (turn > 0)
        return;
    if (s->x.all) {
        lac_pictures_finish(pass, &s->x);
        lac_pictures_finish(pass, &s->g);
    }
    round_g(&j, 0, s->first);
    round_g(&j, s->first + pass->n, s->whole);
    lac_parallel(pass->ctx, tiles(s->outputs, TILE_OUT), work_bias, &j);
    lac_parallel(pass->ctx, tiles(s->k, TILE_IN), work_weights, &j);
}

static int dense_backward_reads(const lac_node *node)
{
    int relu = ((const lac_dense_attr *)node->attr)->relu;
    return LAC_READS_INPUTS | (relu ? LAC_READS_OUTPUT : 0);
}

static const lac_op_way dense_tiles = {
    .name = "tiles",
    .plan = dense_plan,
    .forward = dense_forward,
    .backward = dense_backward,
    .settle = dense_settle,
    .free = dense_free,
};
static const lac_op_way *const ways[] = {&dense_tiles, NULL};

const lac_op_spec lac_op_dense = {
    .word = "dense",
    .usage = "dense OUTPUTS [relu [dropout]] [output] [< NODE]",
    .attr_size = sizeof(lac_dense_attr),
    .least_inputs = 1,
    .most_inputs = 1,
    .parse = dense_parse,
    .shape = dense_shape,
    .declare = dense_declare,
    .flop = dense_flop,
    .backward_reads = dense_backward_reads,
    .ways = ways,
};
