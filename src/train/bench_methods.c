/*
 * Every method of convolving on every convolution of a network: the figures that the rows of
 * kernel/choice.c are made from. Methods take turns, so that a noisy neighbour slows all of them;
 * medians. A measurement repeats a pass on the same chunk until it takes a millisecond, so operands
 * are in cache if they fit, as most are where a network's passes follow each other on a chunk.
 */
#include "kernel/choice.h"
#include "op/conv.h"
#include "train/bench.h"

#include <stdlib.h>
#include <string.h>

enum { FORWARD, DATA, WEIGHTS, PASSES };
enum { ONE, ALL, SIDES }; /* one thread at work, or all */

static const double least_seconds = 1e-3; /* of a measurement */
static const double margin = 1.03;        /* by which a method must win to take another's place */

/* A method that can do the convolution at hand. */
typedef struct rival {
    lac_conv *conv;
    float *packed[2];
    int repeats[PASSES]; /* calls of one measurement; 0: the pass is not needed */
    double *sample;      /* [SIDES, PASSES, rounds] */
} rival;

/* A convolution with arrays for every thread, a chunk for each. */
typedef struct arena {
    lac_context *ctx;
    const lac_conv *like; /* the plan's own */
    int rounds;
    rival rival[LAC_MOST_METHODS];
    int rivals;
    char *x, *dy, *y, *dx;    /* [threads, chunk] stored */
    size_t x_bytes, y_bytes;  /* of a chunk */
    float *w;
    float *scratch, *partial; /* [threads, the most that a method needs] */
    size_t scratch_floats, partial_floats;
} arena;

/* ---- One measurement ------------------------------------------------------------------------- */

typedef struct job {
    const arena *a;
    const rival *r;
    int pass, repeats;
} job;

static void work_pass(void *arg, int item, int thread)
{
    const job *j = arg;
    const arena *a = j->a;
    const lac_conv *conv = j->r->conv;
    const char *x = a->x + item * a->x_bytes, *dy = a->dy + item * a->y_bytes;
    float *scratch = a->scratch + thread * a->scratch_floats;
    for (int i = 0; i < j->repeats; i++)
        if (j->pass == FORWARD)
            lac_conv_forward(conv, thread, conv->chunk, x, j->r->packed[0],
                             a->y + item * a->y_bytes, scratch);
        else if (j->pass == DATA)
            lac_conv_backward_data(conv, thread, conv->chunk, dy, j->r->packed[1],
                                   a->dx + item * a->x_bytes, scratch);
        else
            lac_conv_backward_weights(conv, thread, conv->chunk, x, dy,
                                      a->partial + item * a->partial_floats, scratch);
}

/* Seconds of one call. */
static double timed(const arena *a, const rival *r, int pass, int side, int repeats)
{
    job j = {a, r, pass, repeats};
    double started = lac_seconds();
    lac_parallel(a->ctx, side == ALL ? a->ctx->threads : 1, work_pass, &j);
    return (lac_seconds() - started) / repeats;
}

static int needs(const arena *a, int pass)
{
    return pass == FORWARD || (!a->like->inference && (pass == WEIGHTS || a->like->shape.c > 1));
}

static double *samples_of(const arena *a, const rival *r, int side, int pass)
{
    return r->sample + (size_t)(side * PASSES + pass) * a->rounds;
}

static void work_pack(void *arg, int item, int thread)
{
    (void)item;
    const job *j = arg;
    lac_conv_pack(j->r->conv, thread, (lac_part){0, 1}, j->a->w, j->r->packed[0], j->r->packed[1]);
}

/* The first call of a pass finds its memory, the second says how often to repeat. */
static void warm_up(const arena *a, rival *r)
{
    job j = {.a = a, .r = r};
    lac_parallel(a->ctx, 1, work_pack, &j);
    for (int pass = 0; pass < PASSES; pass++)
        if (needs(a, pass)) {
            timed(a, r, pass, ALL, 1);
            r->repeats[pass] = 1 + (int)(least_seconds / timed(a, r, pass, ONE, 1));
        }
}

/* One thread alone is all there are. */
static int sides(const arena *a)
{
    return a->ctx->threads > 1 ? SIDES : 1;
}

static lac_status measure(arena *a)
{
    for (int i = 0; i < a->rivals; i++)
        warm_up(a, &a->rival[i]);
    for (int round = 0; round < a->rounds; round++)
        for (int pass = 0; pass < PASSES; pass++)
            for (int side = 0; side < sides(a) && needs(a, pass); side++)
                for (int i = 0; i < a->rivals; i++) {
                    rival *r = &a->rival[i];
                    samples_of(a, r, side, pass)[round] = timed(a, r, pass, side, r->repeats[pass]);
                }
    return lac_trouble_take(a->ctx);
}

/* ---- One convolution ------------------------------------------------------------------------- */

/* Numbers in (-0.5, 0.5), stored. */
static lac_status drawn(lac_context *ctx, const lac_kernels *k, uint64_t stream, size_t count,
                        char **out)
{
    float few[256];
    LAC_TRY(lac_alloc(ctx, count, k->element, out));
    for (size_t first = 0; first < count; first += LAC_COUNT(few)) {
        size_t n = count - first < LAC_COUNT(few) ? count - first : LAC_COUNT(few);
        for (size_t i = 0; i < n; i++)
            few[i] = (float)lac_random_uniform(stream, LAC_STREAM(LAC_STREAM_BENCH), first + i) -
                     0.5f;
        k->store(few, *out + first * k->element, n);
    }
    return LAC_OK;
}

static lac_status make_arrays(arena *a)
{
    lac_context *ctx = a->ctx;
    const lac_conv *like = a->like;
    size_t threads = (size_t)ctx->threads;
    size_t x = lac_conv_x_size(&like->shape) * like->chunk;
    size_t y = lac_conv_y_size(&like->shape) * like->chunk;
    a->x_bytes = x * like->kernels->element;
    const lac_kernels *of_y = like->shape.wide_y ? ctx->kernels : like->kernels;
    a->y_bytes = y * of_y->element;
    LAC_TRY(drawn(ctx, like->kernels, 1, threads * x, &a->x));
    LAC_TRY(drawn(ctx, of_y, 2, threads * y, &a->dy));
    LAC_TRY(lac_alloc(ctx, threads, a->y_bytes, &a->y));
    LAC_TRY(lac_alloc(ctx, threads, a->x_bytes, &a->dx));
    LAC_TRY(lac_alloc(ctx, lac_conv_w_size(&like->shape), sizeof *a->w, &a->w));
    for (size_t i = 0; i < lac_conv_w_size(&like->shape); i++)
        a->w[i] = (float)lac_random_uniform(3, LAC_STREAM(LAC_STREAM_BENCH), i) - 0.5f;
    LAC_TRY(lac_alloc(ctx, threads, a->scratch_floats * sizeof(float), &a->scratch));
    return lac_alloc(ctx, threads, a->partial_floats * sizeof(float), &a->partial);
}

static lac_status add_rival(arena *a, const char *method)
{
    const lac_conv *like = a->like;
    const lac_conv_task task = {like->shape, like->chunk, like->inference, method};
    rival *r = &a->rival[a->rivals];
    lac_status status = lac_conv_new(a->ctx, like->kernels, &task, &r->conv);
    if (status == LAC_ERROR_ARGUMENT) /* it cannot do this one */
        return LAC_OK;
    LAC_TRY(status);
    a->rivals++;
    size_t packed = lac_conv_packed(r->conv), scratch = lac_conv_scratch(r->conv);
    size_t partial = (lac_conv_partial(r->conv) + 15) / 16 * 16;
    scratch = (scratch + 15) / 16 * 16;
    a->scratch_floats = scratch > a->scratch_floats ? scratch : a->scratch_floats;
    a->partial_floats = partial > a->partial_floats ? partial : a->partial_floats;
    LAC_TRY(lac_alloc(a->ctx, packed, sizeof(float), &r->packed[0]));
    if (needs(a, DATA))
        LAC_TRY(lac_alloc(a->ctx, packed, sizeof(float), &r->packed[1]));
    return lac_alloc(a->ctx, (size_t)a->rounds, SIDES * PASSES * sizeof *r->sample, &r->sample);
}

static void arena_free(arena *a)
{
    void *all[] = {a->x, a->dy, a->y, a->dx, a->w, a->scratch, a->partial};
    for (int i = 0; i < LAC_COUNT(all); i++)
        free(all[i]);
    for (int i = 0; i < LAC_COUNT(a->rival); i++) {
        lac_conv_free(&a->rival[i].conv);
        free(a->rival[i].packed[0]);
        free(a->rival[i].packed[1]);
        free(a->rival[i].sample);
    }
}

static double sum_of_passes(const lac_bench_method *m)
{
    return m->seconds[ALL][FORWARD] + m->seconds[ALL][DATA] + m->seconds[ALL][WEIGHTS];
}

static void summarize(arena *a, lac_bench_conv *out)
{
    const lac_bench_method *best = NULL;
    for (int i = 0; i < a->rivals; i++) {
        lac_bench_method *m = &out->method[i];
        m->name = lac_conv_method_name(a->rival[i].conv);
        m->is_taken = strcmp(m->name, lac_conv_method_name(a->like)) == 0;
        for (int side = 0; side < SIDES; side++)
            for (int pass = 0; pass < PASSES; pass++)
                if (needs(a, pass))
                    m->seconds[side][pass] = lac_median(
                        samples_of(a, &a->rival[i], side % sides(a), pass), a->rounds);
        best = m->is_taken ? m : best;
    }
    for (int i = 0; i < a->rivals; i++) {
        const lac_bench_method *m = &out->method[i];
        if (!best || sum_of_passes(m) * (best->is_taken ? margin : 1.0) < sum_of_passes(best))
            best = m;
    }
    out->methods = a->rivals;
    if (a->rivals > 1)
        lac_choice_text(a->like, best->name, out->row);
}

/* Plain C is the last of the list. */
static lac_status time_methods(lac_context *ctx, const lac_conv *like, int rounds,
                               lac_bench_conv *out)
{
    arena a = {.ctx = ctx, .like = like, .rounds = rounds};
    lac_status status = LAC_OK;
    for (int i = 0; lac_conv_method_at(i) && status == LAC_OK; i++)
        if (a.rivals == 0 || lac_conv_method_at(i + 1))
            status = add_rival(&a, lac_conv_method_at(i));
    if (status == LAC_OK)
        status = make_arrays(&a);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)a.rivals, sizeof *out->method, &out->method);
    if (status == LAC_OK)
        status = measure(&a);
    if (status == LAC_OK)
        summarize(&a, out);
    arena_free(&a);
    return status;
}

/* ---- A network ------------------------------------------------------------------------------- */

static const lac_conv *conv_of(const lac_op *op)
{
    return op->way && op->way->conv ? op->way->conv(op) : NULL;
}

static int is_same(const lac_op *a, const lac_op *b)
{
    const lac_conv *p = conv_of(a), *q = conv_of(b);
    return p && q && memcmp(&p->shape, &q->shape, sizeof p->shape) == 0 && p->chunk == q->chunk &&
           p->kernels == q->kernels;
}

static lac_bench_conv describe(const lac_plan *plan, int i)
{
    const lac_op *op = &plan->op[i];
    const lac_conv_attr *attr = op->node->attr;
    const lac_conv *conv = conv_of(op);
    const lac_shape in = op->node->in, y = lac_conv_y_shape(op->node);
    const int oc = lac_shape_channels(y);
    lac_bench_conv c = {.k = attr->k, .stride = attr->stride, .size = {in.h, y.h},
                        .channels = {lac_shape_channels(in), conv ? conv->shape.oc : oc},
                        .chunk = conv ? conv->chunk : 0};
    snprintf(c.name, sizeof c.name, "%s", op->node->name);
    c.flop = lac_node_flop(plan->net, op->node, 0) * c.chunk * c.channels[1] / oc;
    for (int k = i; k < plan->net->count; k++)
        c.operators += k == i || is_same(op, &plan->op[k]);
    return c;
}

/* Whether operator i is a convolution, and the first of its like. */
static int is_new(const lac_plan *plan, int i)
{
    const lac_node *node = plan->op[i].node;
    if (!node->spec || strcmp(node->spec->word, "conv") != 0)
        return 0;
    for (int k = 1; k < i; k++)
        if (is_same(&plan->op[k], &plan->op[i]))
            return 0;
    return 1;
}

typedef struct peaks {
    double *sample[SIDES]; /* [convs + 1] */
} peaks;

static void measure_peaks(lac_machine *machine, peaks *p, int i)
{
    for (int side = 0; side < SIDES; side++)
        p->sample[side][i] = lac_machine_peak(machine, side == ALL ? machine->ctx->threads : 1);
}

static lac_status time_network(const lac_plan *plan, int rounds, lac_machine *machine, peaks *p,
                               lac_bench_methods_result *out)
{
    measure_peaks(machine, p, 0);
    for (int i = 1; i < plan->net->count; i++) {
        if (!is_new(plan, i))
            continue;
        lac_bench_conv *c = &out->conv[out->convs++];
        *c = describe(plan, i);
        if (conv_of(&plan->op[i]))
            LAC_TRY(time_methods(plan->ctx, conv_of(&plan->op[i]), rounds, c));
        measure_peaks(machine, p, out->convs);
    }
    for (int side = 0; side < SIDES; side++)
        out->peak_flop_per_second[side] = lac_median(p->sample[side], out->convs + 1);
    return LAC_OK;
}

static lac_status bench(const lac_plan *plan, int rounds, lac_bench_methods_result *out)
{
    lac_context *ctx = plan->ctx;
    size_t nodes = (size_t)plan->net->count;
    lac_machine machine = {0};
    peaks p = {{NULL}};
    lac_status status = lac_alloc(ctx, nodes, sizeof *out->conv, &out->conv);
    for (int side = 0; side < SIDES && status == LAC_OK; side++)
        status = lac_alloc(ctx, nodes, sizeof(double), &p.sample[side]);
    if (status == LAC_OK)
        status = lac_machine_new(ctx, plan->kernels, &machine);
    if (status == LAC_OK)
        status = time_network(plan, rounds, &machine, &p, out);
    lac_machine_free(&machine);
    free(p.sample[ONE]);
    free(p.sample[ALL]);
    return status;
}

lac_status lac_bench_methods(lac_context *ctx, const lac_train_config *config,
                             const lac_bench_methods_config *how, lac_bench_methods_result **out)
{
    lac_data *data;
    lac_trainer *trainer;
    lac_plan *plan = NULL;
    *out = NULL;
    if (how->rounds < 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d rounds: must be at least 1", how->rounds);
    lac_status status =
        lac_bench_trainer(ctx, config, how->size, how->points, &data, &trainer);
    if (status == LAC_OK)
        status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status == LAC_OK && how->predict)
        status = lac_bench_plan(trainer, &plan);
    if (status == LAC_OK)
        status = bench(plan ? plan : trainer->plan, how->rounds, *out);
    if (status != LAC_OK)
        lac_bench_methods_result_free(out);
    lac_plan_free(&plan);
    lac_trainer_free(&trainer);
    lac_data_free(&data);
    return status;
}

void lac_bench_methods_result_free(lac_bench_methods_result **result)
{
    if (!*result)
        return;
    for (int i = 0; (*result)->conv && i < (*result)->convs; i++)
        free((*result)->conv[i].method);
    free((*result)->conv);
    free(*result);
    *result = NULL;
}
