/*
 * The stem: z = pool(relu(norm(conv 11x11(x)))) of one-channel pictures, in one kernel that
 * never writes y, the convolution's output, 302 MB for 256 pictures of 96x96.
 *
 * The batch statistics are known before the convolution runs. With P the frame of zeros
 * around a picture, E[k] the sum of P under tap k over all N positions and M[k, k'] that of
 * products, y = w' P gives
 *   mean = w' E / N,   var = w' M w / N - mean^2,
 * and M is an autocorrelation of the pictures over 21 x 21 shifts with corrections at the
 * border (kernel/stem.h): 4 MFLOP a picture, where the convolution takes 71.
 *
 * Backward, the gradient of y is a g + b y + c (op/conv.c), and g is not 0 at one in four
 * positions at most, those under the maxima. With G = sum of g P there ("gathered"):
 *   sum g = S,   sum g (y - mean) = w' G - mean S,
 *   dw = a G + b M w + c E.
 * Sums of E, M, G are taken in double, per chunk.
 */
#include "kernel/stem.h"
#include "op/conv.h"
#include "op/norm.h"

#include <stdlib.h>
#include <string.h>

/* Pictures per chunk: enough chunks for many threads, few sums to add. */
enum { CHUNK = 8, BANDS = 4 };

enum { W };

typedef struct stem_state {
    const lac_stem_kernels *kernels;
    lac_stem_shape shape;
    lac_norm norm;
    char *frames;    /* [threads, frame]; the borders stay 0 */
    char *scratch;   /* [threads, scratch_size] */
    size_t frame, scratch_size; /* bytes, whole cache lines */
    float *w;        /* [oc, taps] as the convolution rounds them */
    float *packed;   /* as the kernel wants them, [LAC_STEM_PACKED, oc] at most */
    int keeps_packed;        /* inference: packed weights stay from one pass to the next */
    uint64_t packed_version; /* of the weights that are packed */
    uint8_t *which;  /* [n, oc, h/2, w/2] */
    double *moments; /* [chunks, LAC_STEM_MOMENTS] */
    double *gather;  /* [chunks, oc, LAC_STEM_GATHER + 1]: behind the gathered sums, sum g */
    double *e, *m;   /* [taps], [taps, taps] */
    double *by_tap, *mw; /* [taps, oc]: w and M w */
} stem_state;

static int stem_fits(const lac_op *op)
{
    const lac_conv_attr *a = op->node->attr;
    const lac_shape in = op->node->in;
    return lac_stem_get(op->kernels) && op->kernels == op->input[0]->kernels && !in.is_maps &&
           in.c == 1 && in.h >= LAC_STEM_LEAST && in.w >= LAC_STEM_LEAST &&
           !op->node->added && !op->wants_gradient[0] && a->k == LAC_STEM_K && a->stride == 1 &&
           a->norm && a->relu && a->pool && a->channels % (2 * LAC_BLOCK) == 0;
}

/* What every pass needs. */
static lac_status plan_forward(lac_op *op, stem_state *s, lac_planner *p)
{
    size_t threads = (size_t)p->ctx->threads;
    size_t oc = (size_t)s->shape.oc;
    size_t pooled = (size_t)op->node->out.h * op->node->out.w;
    /* Outside training each thread has one picture's places, which nobody reads. */
    size_t pictures = !p->inference && (size_t)p->batch > threads ? (size_t)p->batch : threads;
    lac_life weights = p->inference ? LAC_LIFE_ALWAYS : LAC_LIFE_STEP;
    LAC_TRY(lac_norm_plan(p, lac_conv_y_shape(op->node), &s->norm));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, threads, s->frame, &s->frames));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, threads, s->scratch_size, &s->scratch));
    LAC_TRY(lac_planner_claim(p, weights, LAC_STEM_TAPS * oc, sizeof(float), &s->w));
    LAC_TRY(lac_planner_claim(p, weights, LAC_STEM_PACKED * oc, sizeof(float), &s->packed));
    return lac_planner_claim(p, LAC_LIFE_STEP, pictures * pooled * oc, 1, &s->which);
}

/* What statistics and gradients need besides. */
static lac_status plan_training(stem_state *s, lac_planner *p)
{
    size_t oc = (size_t)s->shape.oc;
    size_t element = sizeof(double);
    size_t moments = lac_chunks_room(p, CHUNK, LAC_STEM_MOMENTS);
    size_t gather = lac_chunks_room(p, CHUNK, oc * (LAC_STEM_GATHER + 1));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_FORWARD, moments, element, &s->moments));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_BACKWARD, gather, element, &s->gather));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, LAC_STEM_TAPS, sizeof(double), &s->e));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, LAC_STEM_TAPS * LAC_STEM_TAPS, sizeof(double),
                              &s->m));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_STEP, LAC_STEM_TAPS * oc, sizeof(double), &s->by_tap));
    return lac_planner_claim(p, LAC_LIFE_STEP, LAC_STEM_TAPS * oc, sizeof(double), &s->mw);
}

static lac_status stem_plan(lac_op *op, lac_planner *p)
{
    LAC_TRY(lac_alloc(p->ctx, 1, sizeof(stem_state), &op->state));
    stem_state *s = op->state;
    const lac_shape in = op->node->in;
    s->kernels = lac_stem_get(op->kernels);
    s->shape = (lac_stem_shape){in.h, in.w, op->node->out.c, lac_stem_stride(in.w)};
    s->frame = (lac_stem_frame(in.h, in.w) * op->kernels->element + 63) / 64 * 64;
    s->scratch_size = lac_stem_scratch(in.h, in.w);
    s->keeps_packed = p->inference;
    LAC_TRY(plan_forward(op, s, p));
    return p->inference ? LAC_OK : plan_training(s, p);
}

static void stem_free(lac_op *op)
{
    free(op->state);
    op->state = NULL;
}

typedef struct job {
    lac_op *op;
    stem_state *s;
    const lac_pass *pass;
} job;

static void for_each_chunk(const job *j, lac_work work)
{
    job copy = *j;
    lac_parallel(j->pass->ctx, (j->pass->n + CHUNK - 1) / CHUNK, work, &copy);
}

static int chunk_end(const job *j, int item)
{
    int end = (item + 1) * CHUNK;
    return end < j->pass->n ? end : j->pass->n;
}

/* A picture in the thread's frame. */
static const void *frame_of(const job *j, int picture, int thread)
{
    const stem_state *s = j->s;
    char *frame = s->frames + thread * s->frame;
    lac_stem_fill(&s->shape, j->op->kernels->element,
                  lac_op_at(j->op, j->op->input[0]->z,
                            picture * lac_shape_stored(j->op->node->in)), frame);
    return frame;
}

static void *scratch_of(const job *j, int thread)
{
    return j->s->scratch + thread * j->s->scratch_size;
}

/* ---- Forward ----------------------------------------------------------------------------- */

static void work_moments(void *arg, int item, int thread)
{
    const job *j = arg;
    double *sums = j->s->moments + (size_t)item * LAC_STEM_MOMENTS;
    memset(sums, 0, LAC_STEM_MOMENTS * sizeof *sums);
    for (int i = item * CHUNK; i < chunk_end(j, item); i++)
        j->s->kernels->moments(&j->s->shape, frame_of(j, i, thread), scratch_of(j, thread), sums);
}

/* Bands of rows that a picture is cut into: a single face keeps all threads busy. Where
 * there are many pictures, whole ones spare copies into frames. */
static int bands(const job *j)
{
    return j->pass->training ? 1 : BANDS;
}

static void work_forward(void *arg, int item, int thread)
{
    const job *j = arg;
    const stem_state *s = j->s;
    int picture = item / bands(j);
    int band = item % bands(j);
    int rows = j->op->node->out.h;
    size_t floats = lac_shape_stored(j->op->node->out);
    lac_stem_filter filter = {s->packed, s->norm.scale, s->norm.shift};
    uint8_t *which = s->which + (size_t)(j->pass->training ? picture : thread) * floats;
    s->kernels->forward(&s->shape, frame_of(j, picture, thread), scratch_of(j, thread), &filter,
                        rows * band / bands(j), rows * (band + 1) / bands(j),
                        lac_op_at(j->op, j->op->z, picture * floats), which);
}

/* M w of all channels at once, which lie side by side: a sum per channel would wait for each
 * addition. */
static void products(stem_state *s)
{
    const int oc = s->shape.oc;
    for (int c = 0; c < oc; c++)
        for (int a = 0; a < LAC_STEM_TAPS; a++)
            s->by_tap[a * oc + c] = s->w[(size_t)c * LAC_STEM_TAPS + a];
    memset(s->mw, 0, (size_t)LAC_STEM_TAPS * oc * sizeof *s->mw);
    for (int a = 0; a < LAC_STEM_TAPS; a++)
        for (int b = 0; b < LAC_STEM_TAPS; b++) {
            const double m = s->m[a * LAC_STEM_TAPS + b];
            const double *restrict from = s->by_tap + (size_t)b * oc;
            double *restrict to = s->mw + (size_t)a * oc;
            for (int c = 0; c < oc; c++)
                to[c] += m * from[c];
        }
}

static double positions(const job *j)
{
    return (double)lac_pass_whole(j->pass) * j->op->node->in.h * j->op->node->in.w;
}

static void batch_statistics(const job *j)
{
    stem_state *s = j->s;
    lac_op *op = j->op;
    double count = positions(j);
    lac_chunks_add(j->pass, CHUNK, s->moments, LAC_STEM_MOMENTS);
    lac_stem_assemble(s->moments, s->e, s->m);
    products(s);
    for (int c = 0; c < s->shape.oc; c++) {
        double first = 0.0, second = 0.0; /* w' E, w' M w */
        for (int a = 0; a < LAC_STEM_TAPS; a++) {
            double w = s->by_tap[a * s->shape.oc + c];
            first += w * s->e[a];
            second += w * s->mw[a * s->shape.oc + c];
        }
        double mean = first / count;
        const lac_norm_statistics batch = {mean, second / count - mean * mean, count};
        lac_norm_batch(op, j->pass, &s->norm, c, &batch);
    }
}

/* The convolution's weights, as it rounds them, and what normalizes its sums. */
static void prepare(const job *j)
{
    lac_op *op = j->op;
    stem_state *s = j->s;
    size_t weights = (size_t)LAC_STEM_TAPS * s->shape.oc;
    op->kernels->store(lac_op_w(op, W), s->packed, weights);
    op->kernels->load(s->packed, s->w, weights);
    if (j->pass->training) {
        for_each_chunk(j, work_moments);
        batch_statistics(j);
    } else {
        lac_norm_fixed(op, &s->norm);
    }
    s->kernels->pack(s->w, s->norm.scale, s->shape.oc, s->packed);
}

static void stem_forward(lac_op *op, const lac_pass *pass)
{
    job j = {op, op->state, pass};
    stem_state *s = op->state;
    if (!s->keeps_packed || s->packed_version != *op->weights_version)
        prepare(&j);
    s->packed_version = *op->weights_version;
    lac_parallel(pass->ctx, pass->n * bands(&j), work_forward, &j);
}

/* ---- Backward ------------------------------------------------------------------------------ */

static void work_gather(void *arg, int item, int thread)
{
    const job *j = arg;
    const stem_state *s = j->s;
    size_t floats = lac_shape_stored(j->op->node->out);
    size_t count = (size_t)s->shape.oc * (LAC_STEM_GATHER + 1);
    double *gather = s->gather + item * count;
    double *sum = gather + (size_t)s->shape.oc * LAC_STEM_GATHER;
    memset(gather, 0, count * sizeof *gather);
    for (int i = item * CHUNK; i < chunk_end(j, item); i++)
        s->kernels->gather(&s->shape, frame_of(j, i, thread),
                           lac_op_at(j->op, j->op->z, i * floats),
                           lac_op_at(j->op, j->op->dz, i * floats), s->which + i * floats,
                           scratch_of(j, thread), gather, sum);
}

static double gathered(const double *gather, int tap)
{
    return gather[tap / LAC_STEM_K * LAC_STEM_ROW + tap % LAC_STEM_K];
}

static void weight_gradient(const job *j, int c, const double *gather)
{
    const stem_state *s = j->s;
    float *dw = lac_op_g(j->op, W) + (size_t)c * LAC_STEM_TAPS;
    const lac_norm_dy *k = &s->norm.dy[c];
    for (int a = 0; a < LAC_STEM_TAPS; a++)
        dw[a] = (float)(k->a * gathered(gather, a) + k->b * s->mw[a * s->shape.oc + c] +
                        k->c * s->e[a]);
}

static void stem_backward(lac_op *op, const lac_pass *pass)
{
    stem_state *s = op->state;
    job j = {op, s, pass};
    for_each_chunk(&j, work_gather);
    lac_chunks_add(pass, CHUNK, s->gather, (size_t)s->shape.oc * (LAC_STEM_GATHER + 1));
    const double *sum = s->gather + (size_t)s->shape.oc * LAC_STEM_GATHER;
    for (int c = 0; c < s->shape.oc; c++) {
        const double *gather = s->gather + (size_t)c * LAC_STEM_GATHER;
        const float *w = s->w + (size_t)c * LAC_STEM_TAPS;
        double product = 0.0;
        for (int k = 0; k < LAC_STEM_TAPS; k++)
            product += w[k] * gathered(gather, k);
        product -= s->norm.mean[c] * sum[c];
        lac_norm_gradients(op, &s->norm, c, sum[c], product, positions(&j));
        weight_gradient(&j, c, gather);
    }
}

static int stem_chunk(const lac_op *op, int batch)
{
    (void)op;
    (void)batch;
    return CHUNK;
}

const lac_op_way lac_conv_stem = {
    .name = "stem",
    .chunk = stem_chunk,
    .fits = stem_fits,
    .plan = stem_plan,
    .forward = stem_forward,
    .backward = stem_backward,
    .free = stem_free,
};
