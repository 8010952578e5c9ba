/*
 * The plan: a network's operators with memory, and the two passes.
 *
 * Time runs from 0: operator i of N is at time i in the forward pass and at 2N - 1 - i
 * in the backward pass. An activation lives from its producer's time to that of the last
 * operator that reads it: of the forward pass if it can be made again, else of both, and of
 * whatever is made again from it; a gradient from its first writer to its producer's backward
 * pass; buffers that never live together share memory (base/slab.h). Outputs are read, and their
 * gradients written, between the two passes.
 *
 * Where ranks can hear each other while they compute, an operator's gradients are settled in turns,
 * each of which comes after the backward passes of APART more operators, and at the end.
 */
#include "comm/comm.h"
#include "net/net.h"

#include <limits.h>
#include <stdlib.h>

enum { APART = 2 };

static int reads(const lac_node *reader, int node)
{
    for (int k = 0; k < reader->inputs; k++)
        if (reader->input[k] == node)
            return 1;
    return 0;
}

/* The last node that reads `node`, or `node` itself. */
static int last_reader(const lac_net *net, int node)
{
    int last = node;
    for (int i = node + 1; i < net->count; i++)
        if (reads(&net->node[i], node))
            last = i;
    return last;
}

static int backward_time(const lac_net *net, int node)
{
    return 2 * net->count - 1 - node;
}

/* ---- Making ------------------------------------------------------------------------------ */

/* Whether the gradient of input k of node i has been written to before: by whoever filled an
 * output's, by a later reader, or by the same one for an input behind k. */
static int is_written_before(const lac_net *net, int i, int k)
{
    const lac_node *node = &net->node[i];
    int from = node->input[k];
    int again = 0;
    for (int other = k + 1; other < node->inputs; other++)
        again |= node->input[other] == from;
    return again || net->node[from].is_output || last_reader(net, from) != i;
}

static void link_inputs(lac_plan *plan, int i)
{
    lac_op *op = &plan->op[i];
    for (int k = 0; k < op->node->inputs; k++) {
        int from = op->node->input[k];
        op->input[k] = &plan->op[from];
        op->wants_gradient[k] = from != 0;
        op->accumulate[k] = is_written_before(plan->net, i, k);
    }
}

/* Outputs are float, and so is what an operator reads that asks for it. */
static int is_float(const lac_net *net, int i)
{
    int wanted = net->node[i].is_output;
    for (int k = i + 1; k < net->count; k++)
        wanted |= net->node[k].spec->reads_float && reads(&net->node[k], i);
    return wanted;
}

static void make_op(lac_plan *plan, int i)
{
    lac_op *op = &plan->op[i];
    op->node = &plan->net->node[i];
    op->kernels = is_float(plan->net, i) ? plan->ctx->kernels : plan->kernels;
    op->reads = op->kernels;
    op->params = &plan->net->params;
    op->buffers = &plan->net->buffers;
    op->g = plan->g;
    op->scratch = &plan->scratch;
    op->scratch_size = &plan->scratch_size;
    op->partial = &plan->partial;
    link_inputs(plan, i);
    const lac_op_way *const *way = op->node->spec ? op->node->spec->ways : NULL;
    while (way && (*way)->fits && !(*way)->fits(op))
        way++;
    op->way = way ? *way : NULL;
}

/* Whether a reader's backward pass can do without the z of its input k, or recall it. */
static int can_wait(const lac_op *reader, int k)
{
    const lac_node *node = reader->node;
    int reads = node->spec->backward_reads ? node->spec->backward_reads(node) : 0;
    if (!(reads & LAC_READS_INPUTS) || k >= node->inputs - node->added)
        return 1;
    return reader->way->fetches && lac_op_is_alike(reader, 0);
}

/* Whether z of an op is made again from what it reads, which then must be there. */
static int is_recalled_from_inputs(const lac_op *op)
{
    return op->is_brief && op->way->recall_reads & LAC_READS_INPUTS;
}

/* A z that can be made again need not be kept for the backward pass. Its readers' are decided. */
static int is_brief(const lac_plan *plan, int i)
{
    const lac_op *op = &plan->op[i];
    if (plan->flags & LAC_PLAN_INFERENCE || op->node->is_output || !op->way || !op->way->recalls ||
        !op->way->recalls(op))
        return 0;
    for (int r = i + 1; r < plan->net->count; r++)
        for (int k = 0; k < plan->op[r].node->inputs; k++)
            if (plan->op[r].input[k] == op &&
                (!can_wait(&plan->op[r], k) || is_recalled_from_inputs(&plan->op[r])))
                return 0;
    return 1;
}

/* Whether the backward pass of node i, or of a reader of it, reads the z of node i. */
static int is_wanted_back(const lac_plan *plan, int i, int reader)
{
    const lac_node *node = plan->op[reader].node;
    int reads = node->spec && node->spec->backward_reads ? node->spec->backward_reads(node) : 0;
    if (reader == i)
        return reads & LAC_READS_OUTPUT;
    int wanted = 0;
    for (int k = 0; k < node->inputs - node->added; k++)
        wanted |= node->input[k] == i && reads & LAC_READS_INPUTS;
    return wanted;
}

/* The last time at which z of node i is wanted in the backward pass, as it is or to make others
 * again; -1 when never. */
static int last_wanted(const lac_plan *plan, int i)
{
    int last = -1;
    for (int reader = plan->net->count - 1; reader >= i; reader--) {
        const lac_op *op = &plan->op[reader];
        int time = -1;
        if (is_wanted_back(plan, i, reader))
            time = backward_time(plan->net, reader);
        else if (reads(op->node, i) && is_recalled_from_inputs(op))
            time = last_wanted(plan, reader);
        last = time > last ? time : last;
    }
    return last;
}

/* The last time at which z of node i is read. */
static int last_read(const lac_plan *plan, int i)
{
    int forward = plan->op[i].node->is_output ? plan->net->count : last_reader(plan->net, i);
    if (plan->flags & LAC_PLAN_INFERENCE || plan->op[i].is_brief)
        return forward;
    int backward = last_wanted(plan, i);
    return backward > forward ? backward : forward;
}

static lac_status claim_activation(lac_plan *plan, int i)
{
    const lac_net *net = plan->net;
    lac_op *op = &plan->op[i];
    size_t floats = lac_stored_floats(op->kernels, lac_shape_stored(op->node->out) * plan->batch);
    LAC_TRY(lac_slab_claim(plan->ctx, &plan->slab, floats, i, last_read(plan, i), &op->z));
    if (plan->flags & LAC_PLAN_INFERENCE || i == 0)
        return LAC_OK;
    int first_write =
        op->node->is_output ? net->count - 1 : backward_time(net, last_reader(net, i));
    return lac_slab_claim(plan->ctx, &plan->slab, floats, first_write, backward_time(net, i),
                          &op->dz);
}

/* Any level rounds to bf16, if slowly. */
static const lac_kernels *wire_of(const lac_plan *plan)
{
    const lac_kernels *kernels = lac_kernels_get_bf16(plan->ctx->cpu);
    if (!(plan->flags & LAC_PLAN_WIRE_BF16))
        return plan->ctx->kernels;
    return kernels ? kernels : lac_kernels_get_bf16(LAC_CPU_REF);
}

static lac_status plan_ops(lac_plan *plan)
{
    lac_planner planner = {.ctx = plan->ctx, .batch = plan->batch, .whole = plan->whole,
                           .inference = plan->flags & LAC_PLAN_INFERENCE, .slab = &plan->slab,
                           .apart = plan->apart, .wire = wire_of(plan),
                           .end = 2 * plan->net->count};
    for (int i = plan->net->count - 1; i >= 0; i--)
        plan->op[i].is_brief = is_brief(plan, i);
    for (int i = 0; i < plan->net->count; i++) {
        lac_op *op = &plan->op[i];
        planner.forward_time = i;
        planner.backward_time = backward_time(plan->net, i);
        LAC_TRY(claim_activation(plan, i));
        if (op->way && op->way->plan)
            LAC_TRY(op->way->plan(op, &planner));
    }
    plan->scratch_size = (planner.scratch + 15) / 16 * 16;
    LAC_TRY(lac_slab_claim(plan->ctx, &plan->slab, plan->scratch_size * plan->ctx->threads, 0,
                           planner.end, &plan->scratch));
    return lac_slab_claim(plan->ctx, &plan->slab, planner.partial, plan->net->count, planner.end,
                          &plan->partial);
}

static lac_status use_bf16(lac_plan *plan)
{
    plan->kernels = lac_kernels_get_bf16(plan->ctx->cpu);
    if (!plan->kernels)
        return lac_fail(plan->ctx, LAC_ERROR_ARGUMENT,
                        "precision bf16 needs a processor with AVX512-BF16, cpu level %s does not "
                        "have it here: use float32", lac_cpu_name(plan->ctx->cpu));
    return LAC_OK;
}

static lac_status make_outputs(lac_plan *plan)
{
    int count = 0;
    LAC_TRY(lac_alloc(plan->ctx, (size_t)plan->net->output_count, sizeof *plan->output,
                      &plan->output));
    for (int i = 0; i < plan->net->count; i++)
        if (plan->net->node[i].is_output)
            plan->output[count++] = &plan->op[i];
    return LAC_OK;
}

/* Most of what a plan takes: the message says for what. */
static lac_status make_memory(lac_plan *plan)
{
    lac_status status = lac_slab_build(plan->ctx, &plan->slab);
    if (status == LAC_OK)
        status = lac_reserve(plan->ctx); /* what oneDNN takes at its first passes */
    if (status != LAC_ERROR_MEMORY)
        return status;
    return lac_fail(plan->ctx, status,
                    "out of memory: %zu bytes to pass %d pictures of %dx%d at once",
                    plan->slab.floats * sizeof(float), plan->batch, plan->net->size,
                    plan->net->size);
}

static int common_multiple(int a, int b)
{
    int64_t x = a, y = b;
    while (y) {
        int64_t rest = x % y;
        x = y;
        y = rest;
    }
    int64_t multiple = a / x * b;
    return multiple < INT_MAX ? (int)multiple : INT_MAX;
}

/* Slices that begin with a chunk of every operator leave all sums as one rank makes them, bit for
 * bit. Where the batch has too few such places for the ranks, slices begin anywhere. */
static void cut_batch(lac_plan *plan)
{
    int unit = 1, ranks = lac_ranks(plan->ctx);
    for (int i = 1; i < plan->net->count; i++) {
        const lac_op *op = &plan->op[i];
        int chunk = op->way->chunk ? op->way->chunk(op, plan->whole) : 1;
        if (chunk > 1)
            unit = common_multiple(unit, chunk);
    }
    if (unit < LAC_SLICE_LEAST)
        unit *= (LAC_SLICE_LEAST + unit - 1) / unit;
    plan->unit = plan->whole / unit >= ranks ? unit : 1;
    plan->batch = lac_slice_most(plan->whole, plan->unit, ranks);
}

void lac_plan_slices(const lac_plan *plan, int n, int *start)
{
    lac_slices(n, plan->unit, lac_ranks(plan->ctx), start);
}

static lac_status build(lac_plan *plan)
{
    const lac_net *net = plan->net;
    if (plan->flags & LAC_PLAN_BF16)
        LAC_TRY(use_bf16(plan));
    if (!(plan->flags & LAC_PLAN_INFERENCE))
        LAC_TRY(lac_pages_new(plan->ctx, net->params.floats * sizeof(float), &plan->g));
    LAC_TRY(lac_alloc(plan->ctx, (size_t)net->count, sizeof *plan->op, &plan->op));
    for (int i = 0; i < net->count; i++)
        make_op(plan, i);
    if (lac_ranks(plan->ctx) > 1 && !(plan->flags & LAC_PLAN_INFERENCE)) {
        cut_batch(plan);
        plan->apart = lac_moves(plan->ctx) ? APART : 0;
    }
    lac_plan_use(plan, plan->weights);
    LAC_TRY(plan_ops(plan));
    LAC_TRY(make_outputs(plan));
    return make_memory(plan);
}

lac_status lac_plan_new(lac_context *ctx, const lac_net *net, const lac_weights *weights,
                        int batch, int flags, lac_plan **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_plan *plan = *out;
    plan->ctx = ctx;
    plan->net = net;
    plan->weights = weights;
    plan->batch = plan->whole = batch;
    plan->unit = 1;
    plan->flags = flags;
    plan->kernels = ctx->kernels;
    lac_status status = build(plan);
    if (status != LAC_OK)
        lac_plan_free(out);
    return status;
}

void lac_plan_use(lac_plan *plan, const lac_weights *weights)
{
    plan->weights = weights;
    for (int i = 0; i < plan->net->count; i++) {
        plan->op[i].w = weights->w;
        plan->op[i].b = weights->b;
        plan->op[i].weights_version = &weights->version;
    }
}

void lac_plan_free(lac_plan **plan)
{
    lac_plan *p = *plan;
    if (!p)
        return;
    for (int i = 0; p->op && i < p->net->count; i++)
        if (p->op[i].way && p->op[i].way->free)
            p->op[i].way->free(&p->op[i]);
    lac_slab_free(&p->slab);
    lac_pages_free(p->g, p->net->params.floats * sizeof(float));
    free(p->op);
    free(p->output);
    free(p);
    *plan = NULL;
}

/* ---- Passes ---------------------------------------------------------------------------------- */

lac_status lac_plan_forward(lac_plan *plan, const lac_pass *pass)
{
    for (int i = 1; i < plan->net->count; i++) {
        lac_op *op = &plan->op[i];
        double started = lac_seconds();
        op->way->forward(op, pass);
        op->seconds[0] = lac_seconds() - started;
    }
    return lac_trouble_take(plan->ctx);
}

static void settle(lac_plan *plan, const lac_pass *pass, int i, int turn)
{
    double started = lac_seconds();
    if (i < 1 || i >= plan->net->count || !plan->op[i].way->settle)
        return;
    plan->op[i].way->settle(&plan->op[i], pass, turn);
    plan->op[i].seconds[1] += lac_seconds() - started;
}

lac_status lac_plan_backward(lac_plan *plan, const lac_pass *pass)
{
    for (int i = plan->net->count - 1; i > -LAC_TURNS * plan->apart; i--) {
        double started = lac_seconds();
        if (i > 0) {
            plan->op[i].way->backward(&plan->op[i], pass);
            plan->op[i].seconds[1] = lac_seconds() - started;
        }
        for (int turn = 0; turn < LAC_TURNS; turn++)
            settle(plan, pass, i + plan->apart * (turn + 1), turn);
    }
    return lac_trouble_take(plan->ctx);
}
