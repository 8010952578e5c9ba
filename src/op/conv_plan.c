/* Planning a convolution done in chunks: its primitives, its memory, and where a chunk lies. */
#include "op/conv_chunks.h"

#include <stdlib.h>

/* A chunk's output should stay in a core's cache together with its input: about 2 MB. A small batch
 * has four chunks at least, so that as many threads share it. */
enum { CHUNK_FLOATS = 600000, CHUNK_MOST = 16, CHUNKS_LEAST = 4 };

int lac_conv_chunk_for(const lac_op *op, int batch)
{
    int chunk = (int)(CHUNK_FLOATS / lac_shape_stored(lac_conv_y_shape(op->node)));
    chunk = chunk < 1 ? 1 : chunk > CHUNK_MOST ? CHUNK_MOST : chunk;
    int share = (batch + CHUNKS_LEAST - 1) / CHUNKS_LEAST;
    return chunk < share ? chunk : share;
}

/* The convolution of all output channels, and of half of them for a single picture. A thread that
 * is alone needs the latter only where it is other bits: it would read the picture twice. */
static lac_status plan_convolutions(lac_op *op, lac_conv_state *s, lac_planner *p)
{
    const lac_shape in = op->node->in;
    lac_conv_task task = {.shape = {.c = lac_shape_channels(in), .h = in.h, .w = in.w, .oc = s->oc,
                                    .oh = s->y_shape.h, .ow = s->y_shape.w, .k = s->attr->k,
                                    .stride = s->attr->stride, .pad = s->attr->k / 2,
                                    .wide_y = op->reads != op->kernels},
                          .chunk = s->chunk, .inference = p->inference};
    LAC_TRY(lac_conv_new(p->ctx, op->reads, &task, &s->conv));
    if (!p->inference || task.shape.oc % (2 * LAC_BLOCK) != 0)
        return LAC_OK;
    task.shape.oc /= 2;
    task.chunk = 1;
    LAC_TRY(lac_conv_new(p->ctx, op->reads, &task, &s->half));
    if (lac_context_threads(p->ctx) == 1 && lac_conv_is_cut_alike(s->conv, s->half))
        lac_conv_free(&s->half);
    return LAC_OK;
}

static lac_status plan_weights(lac_op *op, lac_conv_state *s, lac_planner *p)
{
    const lac_shape in = op->node->in;
    const size_t k = (size_t)s->attr->k;
    lac_life life = p->inference ? LAC_LIFE_ALWAYS : LAC_LIFE_FORWARD;
    size_t packed = lac_conv_packed(s->conv);
    s->keeps_packed = p->inference;
    if (s->half)
        LAC_TRY(lac_planner_claim(p, life, 2 * lac_conv_packed(s->half), sizeof(float),
                                  &s->packed_half));
    if (s->oc != s->y_shape.c || lac_shape_channels(in) != in.c)
        LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, s->oc * lac_shape_channels(in) * k * k,
                                  sizeof(float), &s->padded));
    if (op->wants_gradient[0])
        LAC_TRY(lac_planner_claim(p, LAC_LIFE_BACKWARD, packed, sizeof(float), &s->packed[1]));
    return lac_planner_claim(p, life, packed, sizeof(float), &s->packed[0]);
}

/* Bytes of a thread's rooms for a chunk of y, of x, and of what is added. */
typedef struct rooms {
    size_t y, x, add; /* floats */
} rooms;

static rooms rooms_of(const lac_op *op, const lac_conv_state *s)
{
    const lac_op *add = lac_op_added(op);
    int converts = add && add->kernels->element != op->kernels->element;
    size_t y = lac_stored_floats(op->kernels, s->chunk * lac_shape_stored(s->y_shape));
    size_t x = lac_stored_floats(op->reads, s->chunk * lac_shape_stored(op->node->in));
    return (rooms){y, x, converts ? y : 0};
}

static lac_status plan_memory(lac_op *op, lac_conv_state *s, lac_planner *p)
{
    size_t y = lac_shape_stored(s->y_shape);
    size_t channels = (size_t)s->oc;
    size_t half = s->half ? lac_conv_scratch(s->half) : 0;
    size_t scratch = lac_conv_scratch(s->conv);
    rooms r = rooms_of(op, s);
    lac_planner_scratch(p, (half > scratch ? half : scratch) + r.y + r.x + r.add);
    LAC_TRY(plan_weights(op, s, p));
    if (!p->inference) {
        LAC_TRY(lac_transit_plan(p, s->chunk, lac_conv_partial(s->conv), &s->transit));
        if (s->attr->norm || s->attr->pool)
            LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, y * p->batch, op->kernels->element,
                                      &s->y));
    }
    size_t sums = lac_chunks_room(p, s->chunk, 2 * channels);
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, sums, sizeof(double), &s->sums));
    LAC_TRY(lac_norm_plan(p, s->y_shape, &s->norm));
    return lac_planner_claim(p, LAC_LIFE_ALWAYS, LAC_CONV_ROWS * channels, sizeof(float),
                             &s->channel);
}

lac_status lac_conv_plan(lac_op *op, lac_planner *p)
{
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(lac_conv_state), &op->state));
    lac_conv_state *s = op->state;
    s->attr = op->node->attr;
    /* Where y is float, as an output is, and x is bf16, products are of bf16. */
    if (op->kernels->element > op->input[0]->kernels->element)
        op->reads = op->input[0]->kernels;
    s->y_shape = lac_conv_y_shape(op->node);
    s->oc = lac_shape_channels(s->y_shape);
    s->chunk = lac_conv_chunk_for(op, p->whole);
    s->chunks = (p->batch + s->chunk - 1) / s->chunk;
    LAC_TRY(plan_convolutions(op, s, p));
    return plan_memory(op, s, p);
}

void lac_conv_state_free(lac_op *op)
{
    lac_conv_state *s = op->state;
    if (!s)
        return;
    lac_conv_free(&s->conv);
    lac_conv_free(&s->half);
    free(s);
    op->state = NULL;
}

lac_conv_span lac_conv_span_of(const lac_op *op, int n, int item, int thread)
{
    const lac_conv_state *s = op->state;
    size_t z = lac_shape_stored(op->node->out);
    rooms r = rooms_of(op, s);
    float *scratch = lac_op_scratch(op, thread);
    int first = item * s->chunk;
    int left = n - first;
    void *y = s->y ? s->y : op->z;
    return (lac_conv_span){.n = left < s->chunk ? left : s->chunk,
                           .first = first,
                           .y = lac_op_at(op, y, first * lac_shape_stored(s->y_shape)),
                           .z = lac_op_at(op, op->z, first * z),
                           .dz = lac_op_at(op, op->dz, first * z),
                           .own = scratch,
                           .own_x = scratch + r.y,
                           .own_add = scratch + r.y + r.x,
                           .scratch = scratch + r.y + r.x + r.add};
}
