/* What operators share: shapes, tables of tensors, claims, and inputs that are stored in another
 * precision. */
#include "op/op.h"

#include <assert.h>
#include <stdio.h>

/* ---- Shapes and tensors -------------------------------------------------------------------- */

size_t lac_shape_count(lac_shape s)
{
    return (size_t)s.c * s.h * s.w;
}

int lac_shape_channels(lac_shape s)
{
    return s.is_maps ? (s.c + LAC_BLOCK - 1) / LAC_BLOCK * LAC_BLOCK : s.c;
}

size_t lac_shape_stored(lac_shape s)
{
    return (size_t)lac_shape_channels(s) * s.h * s.w;
}

static lac_param *append(lac_params *params, const char *node, const char *suffix, lac_role role)
{
    lac_param *p = &params->table[params->count++];
    *p = (lac_param){.role = role, .count = 1, .fan_in = 1, .offset = params->floats};
    snprintf(p->name, sizeof p->name, "%s.%s", node, suffix);
    return p;
}

static void set_shape(lac_params *params, lac_param *p, int dims, const int *shape, size_t floats)
{
    assert(dims >= 1 && dims <= LAC_COUNT(p->shape));
    p->dims = dims;
    for (int i = 0; i < dims; i++) {
        p->shape[i] = shape[i];
        p->count *= (size_t)shape[i];
        p->fan_in *= i > 0 ? shape[i] : 1;
    }
    p->floats = floats ? floats : p->count;
    params->floats += (p->floats + 15) / 16 * 16;
}

void lac_params_add(lac_params *params, const char *node, const char *suffix, lac_role role,
                    int dims, const int *shape)
{
    set_shape(params, append(params, node, suffix, role), dims, shape, 0);
}

void lac_params_add_columns(lac_params *params, const char *node, const char *suffix, int outputs,
                            lac_shape columns)
{
    lac_param *p = append(params, node, suffix, LAC_ROLE_WEIGHT);
    const int shape[2] = {outputs, (int)lac_shape_count(columns)};
    p->columns = columns;
    p->is_shared = 1;
    set_shape(params, p, 2, shape, outputs * lac_shape_stored(columns));
}

/* ---- Planning ------------------------------------------------------------------------------ */

lac_status lac_planner_claim(lac_planner *p, lac_life life, size_t count, size_t size, void *where)
{
    int is_late = life == LAC_LIFE_BACKWARD || life == LAC_LIFE_TRANSIT;
    int first = life == LAC_LIFE_ALWAYS ? 0 : is_late ? p->backward_time : p->forward_time;
    int last = life == LAC_LIFE_ALWAYS ? p->end
               : life == LAC_LIFE_FORWARD || p->inference ? p->forward_time : p->backward_time;
    if (p->inference && is_late)
        return LAC_OK;
    if (life == LAC_LIFE_TRANSIT)
        last = last + LAC_TURNS * p->apart < p->end ? last + LAC_TURNS * p->apart : p->end;
    size_t floats = (count * size + sizeof(float) - 1) / sizeof(float);
    return lac_slab_claim(p->ctx, p->slab, floats, first, last, where);
}

void lac_planner_scratch(lac_planner *planner, size_t floats)
{
    planner->scratch = floats > planner->scratch ? floats : planner->scratch;
}

void lac_planner_partial(lac_planner *planner, size_t floats)
{
    planner->partial = floats > planner->partial ? floats : planner->partial;
}

/* ---- Ways ------------------------------------------------------------------------------------ */

const char *lac_op_method(const lac_op *op)
{
    if (op->way->conv)
        return lac_conv_method_name(op->way->conv(op));
    return op->node->spec->ways[1] ? op->way->name : "-";
}

/* ---- Inputs of another storage --------------------------------------------------------------- */

static const lac_kernels *kernels_of(const lac_op *op, int i)
{
    return i == 0 ? op->reads : op->kernels;
}

int lac_op_is_alike(const lac_op *op, int i)
{
    return kernels_of(op, i)->element == op->input[i]->kernels->element;
}

const void *lac_op_fetch(const lac_op *op, int i, int first, int n, void *room)
{
    const lac_op *input = op->input[i];
    size_t each = lac_shape_stored(input->node->out);
    const void *from = lac_op_at(input, input->z, first * each);
    if (lac_op_is_alike(op, i))
        return from;
    if (kernels_of(op, i)->element == sizeof(float))
        input->kernels->load(from, room, n * each);
    else
        kernels_of(op, i)->store(from, room, n * each);
    return room;
}

const void *lac_op_fetch_again(const lac_op *op, int first, int n, void *room)
{
    const lac_op *input = op->input[0];
    if (!input->is_brief)
        return lac_op_fetch(op, 0, first, n, room);
    input->way->recall(input, first, n, room);
    return room;
}

void *lac_op_target(const lac_op *op, int i, int first, void *room)
{
    const lac_op *input = op->input[i];
    if (op->accumulate[i] || !lac_op_is_alike(op, i))
        return room;
    return lac_op_at(input, input->dz, first * lac_shape_stored(input->node->out));
}

void *lac_op_target_adding(const lac_op *op, int i, int first, void *room, int *accumulate)
{
    const lac_op *input = op->input[i];
    *accumulate = op->accumulate[i] && lac_op_is_alike(op, i);
    if (!lac_op_is_alike(op, i))
        return room;
    return lac_op_at(input, input->dz, first * lac_shape_stored(input->node->out));
}

/* Numbers [at, at + count) of a gradient, a few at a time: each side widened, added, rounded. */
static void add_converted(const lac_op *op, int i, size_t at, size_t count, const void *target)
{
    enum { PIECE = 512 };
    const lac_op *input = op->input[i];
    const lac_kernels *kernels = kernels_of(op, i);
    float there[PIECE], more[PIECE];
    for (size_t done = 0; done < count; done += PIECE) {
        size_t piece = count - done < PIECE ? count - done : PIECE;
        void *dz = lac_op_at(input, input->dz, at + done);
        kernels->load((const char *)target + done * kernels->element, more, piece);
        if (op->accumulate[i]) {
            input->kernels->load(dz, there, piece);
            for (size_t k = 0; k < piece; k++)
                more[k] += there[k];
        }
        input->kernels->store(more, dz, piece);
    }
}

void lac_op_deliver(const lac_op *op, int i, int first, int n, const void *target)
{
    const lac_op *input = op->input[i];
    size_t each = lac_shape_stored(input->node->out);
    void *dz = lac_op_at(input, input->dz, first * each);
    if (target == dz)
        return;
    if (lac_op_is_alike(op, i))
        kernels_of(op, i)->accumulate(target, dz, n * each);
    else
        add_converted(op, i, first * each, n * each, target);
}
