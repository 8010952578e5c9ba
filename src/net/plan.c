/*
 * The plan: a network's operators with shapes, the four slabs, and the two passes.
 *
 * Time runs from 0: operator i of N is at time i in the forward pass and at 2N - 1 - i
 * in the backward pass. An activation lives from its producer's time to that of the last
 * operator that reads it, a gradient from its first writer to its producer's backward
 * pass; buffers that never live together share memory (base/slab.h).
 */
#include "net/net.h"

#include <math.h>
#include <stdlib.h>

static const lac_op_class *const classes[LAC_OP_KINDS] = {&lac_op_input, &lac_op_conv,
                                                          &lac_op_dense};

static int reads(const lac_node *reader, int node)
{
    return (reader->kind != LAC_OP_INPUT && reader->input == node) ||
           (reader->add != 0 && reader->add == node);
}

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

static lac_status make_op(lac_plan *plan, int i)
{
    lac_op *op = &plan->op[i];
    const lac_node *node = &plan->net.node[i];
    op->node = *node;
    op->class = classes[node->kind];
    op->kernels = i == plan->net.count - 1 ? plan->ctx->kernels : plan->kernels;
    op->w = &plan->w;
    op->g = &plan->g;
    op->b = &plan->b;
    op->params = &plan->params;
    op->buffers = &plan->buffers;
    op->scratch = &plan->scratch;
    op->scratch_size = &plan->scratch_size;
    op->partial = &plan->partial;
    op->in = (lac_shape){1, plan->size, plan->size};
    if (node->kind != LAC_OP_INPUT) {
        op->input = &plan->op[node->input];
        op->in = op->input->out;
        op->needs_dx = node->input != 0;
        op->dx_accumulate = last_reader(&plan->net, node->input) != i ||
                            (node->add && node->add == node->input); /* dadd comes first */
    }
    if (node->add) {
        op->add = &plan->op[node->add];
        op->dadd_accumulate = last_reader(&plan->net, node->add) != i;
    }
    LAC_TRY(op->class->shape(plan->ctx, op));
    op->class->declare(op, &plan->params, &plan->buffers);
    if (lac_stem_fits(op))
        op->class = &lac_op_stem; /* the same operator, another way */
    return LAC_OK;
}

static lac_status claim_activation(lac_plan *plan, int i)
{
    const lac_net *net = &plan->net;
    lac_op *op = &plan->op[i];
    size_t floats = lac_stored_floats(op->kernels, lac_shape_floats(op->out) * plan->batch);
    int inference = plan->flags & LAC_PLAN_INFERENCE;
    int last = last_reader(net, i);
    int is_output = i == net->count - 1;
    int z_last = inference ? (is_output ? net->count : last) : backward_time(net, i);
    LAC_TRY(lac_slab_claim(plan->ctx, &plan->slab, floats, i, z_last, &op->z));
    if (inference || i == 0)
        return LAC_OK;
    int first_write = is_output ? net->count - 1 : backward_time(net, last);
    return lac_slab_claim(plan->ctx, &plan->slab, floats, first_write, backward_time(net, i),
                          &op->dz);
}

static lac_status plan_ops(lac_plan *plan)
{
    lac_planner planner = {.ctx = plan->ctx, .batch = plan->batch,
                           .inference = plan->flags & LAC_PLAN_INFERENCE,
                           .params = &plan->params, .buffers = &plan->buffers,
                           .slab = &plan->slab,
                           .end = 2 * plan->net.count};
    for (int i = 0; i < plan->net.count; i++) {
        planner.forward_time = i;
        planner.backward_time = backward_time(&plan->net, i);
        LAC_TRY(claim_activation(plan, i));
        LAC_TRY(plan->op[i].class->plan(&plan->op[i], &planner));
    }
    plan->scratch_size = (planner.scratch + 15) / 16 * 16;
    LAC_TRY(lac_slab_claim(plan->ctx, &plan->slab, plan->scratch_size * plan->ctx->threads, 0,
                           planner.end, &plan->scratch));
    return lac_slab_claim(plan->ctx, &plan->slab, planner.partial, plan->net.count, planner.end,
                          &plan->partial);
}

static lac_status make_slabs(lac_plan *plan)
{
    LAC_TRY(lac_pages_new(plan->ctx, plan->params.floats * sizeof(float), &plan->w));
    if (!(plan->flags & LAC_PLAN_INFERENCE))
        LAC_TRY(lac_pages_new(plan->ctx, plan->params.floats * sizeof(float), &plan->g));
    LAC_TRY(lac_alloc(plan->ctx, plan->buffers.floats, sizeof(float), &plan->b));
    LAC_TRY(lac_slab_build(plan->ctx, &plan->slab));
    plan->x = plan->op[0].z;
    plan->y = plan->op[plan->net.count - 1].z;
    plan->dy = plan->op[plan->net.count - 1].dz;
    return LAC_OK;
}

static lac_status use_bf16(lac_plan *plan)
{
    const lac_node *last = &plan->net.node[plan->net.count - 1];
    plan->kernels = lac_kernels_get_bf16(plan->ctx->cpu);
    if (!plan->kernels)
        return lac_fail(plan->ctx, LAC_ERROR_ARGUMENT,
                        "precision bf16 needs a processor with AVX512-BF16, cpu level %s does not "
                        "have it here: use float32", lac_cpu_name(plan->ctx->cpu));
    if (last->kind != LAC_OP_DENSE)
        return lac_fail(plan->ctx, LAC_ERROR_ARGUMENT,
                        "%s: precision bf16 needs a dense layer as the last", last->name);
    return LAC_OK;
}

/* A plan's operators with shapes and tables. */
static lac_status make_ops(lac_context *ctx, const lac_net *net, int size, int flags,
                           lac_plan **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_plan *plan = *out;
    plan->ctx = ctx;
    plan->net = *net;
    plan->size = size;
    plan->flags = flags;
    plan->kernels = ctx->kernels;
    lac_status status = flags & LAC_PLAN_BF16 ? use_bf16(plan) : LAC_OK;
    for (int i = 0; i < net->count && status == LAC_OK; i++)
        status = make_op(plan, i);
    if (status != LAC_OK)
        lac_plan_free(out);
    return status;
}

lac_status lac_plan_shapes(lac_context *ctx, const lac_net *net, int size, lac_plan **out)
{
    return make_ops(ctx, net, size, 0, out);
}

lac_status lac_plan_new(lac_context *ctx, const lac_net *net, int size, int batch, int flags,
                        lac_plan **out)
{
    LAC_TRY(make_ops(ctx, net, size, flags, out));
    lac_plan *plan = *out;
    plan->batch = batch;
    lac_status status = plan_ops(plan);
    if (status == LAC_OK)
        status = make_slabs(plan);
    if (status == LAC_OK)
        lac_plan_start(plan, NULL);
    else
        lac_plan_free(out);
    return status;
}

void lac_plan_free(lac_plan **plan)
{
    lac_plan *p = *plan;
    if (!p)
        return;
    for (int i = 0; i < p->net.count; i++)
        if (p->op[i].class)
            p->op[i].class->free(&p->op[i]);
    lac_slab_free(&p->slab);
    lac_pages_free(p->w, p->params.floats * sizeof(float));
    lac_pages_free(p->g, p->params.floats * sizeof(float));
    free(p->b);
    free(p);
    *plan = NULL;
}

/* ---- Start --------------------------------------------------------------------------------- */

static float start_value(const lac_param *param, const lac_start_config *config, int index,
                         size_t i)
{
    if (param->role != LAC_ROLE_WEIGHT)
        return param->role == LAC_ROLE_ONE ? 1.0f : 0.0f;
    if (!config)
        return 0.0f;
    double deviation = config->start == LAC_START_HE ? sqrt(2.0 / param->fan_in) : config->width;
    return (float)(deviation * lac_random_normal(config->seed,
                                                 LAC_STREAM(LAC_STREAM_START) + index, i));
}

/* The slab is 0 when it comes; without a config only the ones are written. */
static void start_table(const lac_params *params, const lac_start_config *config, float *slab)
{
    for (int p = 0; p < params->count; p++)
        if (config || params->table[p].role == LAC_ROLE_ONE)
            for (size_t i = 0; i < params->table[p].count; i++)
                slab[params->table[p].offset + i] = start_value(&params->table[p], config, p, i);
}

void lac_plan_start(lac_plan *plan, const lac_start_config *config)
{
    start_table(&plan->params, config, plan->w);
    start_table(&plan->buffers, config, plan->b);
}

/* ---- Passes ---------------------------------------------------------------------------------- */

void lac_plan_forward(lac_plan *plan, const lac_pass *pass)
{
    for (int i = 0; i < plan->net.count; i++) {
        lac_op *op = &plan->op[i];
        double started = lac_seconds();
        op->class->forward(op, pass);
        op->seconds[0] = lac_seconds() - started;
    }
}

void lac_plan_backward(lac_plan *plan, const lac_pass *pass)
{
    for (int i = plan->net.count - 1; i > 0; i--) {
        lac_op *op = &plan->op[i];
        double started = lac_seconds();
        op->class->backward(op, pass);
        op->seconds[1] = lac_seconds() - started;
    }
}

/* ---- Tensors in files ---------------------------------------------------------------- */

/* Calls for every weight: its place in the slab's order and in the plain one. A dense
 * weight's columns follow [c/16, h, w, 16] in the slab and [c, h, w] in files. */
static void copy_columns(const lac_param *param, const float *from, float *to, int to_plain)
{
    lac_shape s = param->columns;
    size_t columns = lac_shape_floats(s);
    for (size_t row = 0; row < param->count; row += columns)
        for (int c = 0; c < s.c; c++)
            for (int i = 0; i < s.h * s.w; i++) {
                size_t plain = row + (size_t)c * s.h * s.w + i;
                size_t blocked = row + ((size_t)(c / LAC_BLOCK) * s.h * s.w + i) * LAC_BLOCK +
                                 c % LAC_BLOCK;
                to[to_plain ? plain : blocked] = from[to_plain ? blocked : plain];
            }
}

static void copy(const lac_param *param, const float *from, float *to, int to_plain)
{
    if (param->columns.c > 1)
        copy_columns(param, from, to, to_plain);
    else
        for (size_t i = 0; i < param->count; i++)
            to[i] = from[i];
}

void lac_param_to_plain(const lac_param *param, const float *slab, float *plain)
{
    copy(param, slab + param->offset, plain, 1);
}

void lac_param_from_plain(const lac_param *param, const float *plain, float *slab)
{
    copy(param, plain, slab + param->offset, 0);
}
