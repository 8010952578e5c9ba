/*
 * Sum of maps: z = relu(a + b + ...). A smaller map is up-sampled by nearest neighbour while it is
 * read, so that the larger copy never exists: by the factor k for which its sides are those of the
 * largest map divided by k and rounded up, as a stride of k makes them. In the text: "add relu <
 * a b".
 *
 * Backward, g = dz where z > 0: an input as large as z gets g, a smaller one the sum of g over the
 * places that read each of its own.
 */
#include "op/add.h"

static lac_status add_parse(lac_words *words, void *attr)
{
    lac_add_attr *a = attr;
    a->relu = lac_words_take(words, "relu");
    return LAC_OK;
}

static lac_status add_shape(lac_context *ctx, lac_node *node, const lac_shape *in)
{
    lac_shape z = in[0];
    for (int i = 0; i < node->inputs; i++)
        z = in[i].h > z.h ? in[i] : z;
    for (int i = 0; i < node->inputs; i++) {
        if (!in[i].is_maps)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s: input %d is not maps, add takes maps only", node->name, i + 1);
        if (in[i].c != z.c || lac_add_times(z, in[i]) == 0)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s: adds %dx%dx%d (h x w x channels) to %dx%dx%d, must have the same "
                            "channels, and the same sides or those that a stride gives",
                            node->name, in[i].h, in[i].w, in[i].c, z.h, z.w, z.c);
    }
    node->out = z;
    return LAC_OK;
}

/* ---- The way, a picture at a time ----------------------------------------------------------- */

static int has_relu(const lac_op *op)
{
    return ((const lac_add_attr *)op->node->attr)->relu;
}

static int times_at(const lac_op *op, int i)
{
    return lac_add_times(op->node->out, op->input[i]->node->out);
}

/* Numbers of a plane of input i. */
static size_t plane_of(const lac_op *op, int i)
{
    const lac_shape in = op->input[i]->node->out;
    return (size_t)in.h * in.w * LAC_BLOCK;
}

/* Floats of a thread's room for input i of one picture, if it is stored otherwise. */
static size_t room_of(const lac_op *op, int i)
{
    return lac_stored_floats(op->kernels, lac_shape_stored(op->input[i]->node->out));
}

static lac_status add_plan(lac_op *op, lac_planner *p)
{
    size_t room = 0;
    for (int i = 0; i < op->node->inputs; i++)
        room += room_of(op, i);
    lac_planner_scratch(p, room);
    return LAC_OK;
}

/* The sum for one picture, into z; `room` is for inputs of another storage. */
static void add_up(const lac_op *op, int picture, float *room, char *z)
{
    const lac_shape out = op->node->out;
    size_t plane = (size_t)out.h * out.w * LAC_BLOCK;
    lac_addend from[LAC_MOST_INPUTS];
    for (int i = 0; i < op->node->inputs; i++) {
        from[i] = (lac_addend){lac_op_fetch(op, i, picture, 1, room), times_at(op, i)};
        room += lac_op_is_alike(op, i) ? 0 : room_of(op, i);
    }
    for (int block = 0; block < lac_shape_channels(out) / LAC_BLOCK; block++) {
        op->kernels->add(from, op->node->inputs, z, out.h, out.w, has_relu(op));
        z += plane * op->kernels->element;
        for (int i = 0; i < op->node->inputs; i++)
            from[i].x = (const char *)from[i].x + plane_of(op, i) * op->kernels->element;
    }
}

static void work_forward(void *arg, int item, int thread)
{
    const lac_op *op = arg;
    add_up(op, item, lac_op_scratch(op, thread),
           lac_op_at(op, op->z, item * lac_shape_stored(op->node->out)));
}

/* The gradient of input i. */
static void give_back(const lac_op *op, int i, int picture, void *room)
{
    const lac_shape out = op->node->out;
    size_t plane = (size_t)out.h * out.w * LAC_BLOCK * op->kernels->element;
    size_t plane_of_input = plane_of(op, i) * op->kernels->element;
    int accumulate;
    char *target = lac_op_target_adding(op, i, picture, room, &accumulate);
    const char *z = lac_op_at(op, op->z, picture * lac_shape_stored(out));
    const char *dz = lac_op_at(op, op->dz, picture * lac_shape_stored(out));
    for (int block = 0; block < lac_shape_channels(out) / LAC_BLOCK; block++)
        op->kernels->add_backward(z + block * plane, dz + block * plane,
                                  target + block * plane_of_input, out.h, out.w,
                                  times_at(op, i), has_relu(op), accumulate);
    if (target == room)
        lac_op_deliver(op, i, picture, 1, target);
}

static void work_backward(void *arg, int item, int thread)
{
    const lac_op *op = arg;
    for (int i = op->node->inputs - 1; i >= 0; i--)
        if (op->wants_gradient[i])
            give_back(op, i, item, lac_op_scratch(op, thread));
}

static void add_forward(lac_op *op, const lac_pass *pass)
{
    lac_parallel(pass->ctx, pass->n, work_forward, op);
}

static void add_backward(lac_op *op, const lac_pass *pass)
{
    lac_parallel(pass->ctx, pass->n, work_backward, op);
}

static int add_recalls(const lac_op *op)
{
    int alike = 1;
    for (int i = 0; i < op->node->inputs; i++)
        alike &= lac_op_is_alike(op, i);
    return alike && !has_relu(op);
}

static void add_recall(const lac_op *op, int first, int n, void *room)
{
    for (int i = 0; i < n; i++)
        add_up(op, first + i, room, lac_op_at(op, room, i * lac_shape_stored(op->node->out)));
}

static int add_backward_reads(const lac_node *node)
{
    return ((const lac_add_attr *)node->attr)->relu ? LAC_READS_OUTPUT : 0;
}

static const lac_op_way add_pictures = {
    .name = "pictures",
    .plan = add_plan,
    .forward = add_forward,
    .backward = add_backward,
    .recalls = add_recalls,
    .recall = add_recall,
    .recall_reads = LAC_READS_INPUTS,
};
static const lac_op_way *const ways[] = {&add_pictures, NULL};

const lac_op_spec lac_op_add = {
    .word = "add",
    .usage = "add [relu] < NODE NODE...",
    .attr_size = sizeof(lac_add_attr),
    .least_inputs = 2,
    .most_inputs = LAC_MOST_INPUTS,
    .parse = add_parse,
    .shape = add_shape,
    .backward_reads = add_backward_reads,
    .ways = ways,
};
