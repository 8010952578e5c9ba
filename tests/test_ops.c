/*
 * Operators against naive loops in double: whole small networks, every activation, every
 * gradient. The first argument is the level, one a process: oneDNN cannot change its own
 * on the way. Without an argument it is the best that the machine has.
 *
 * The loops are those of naive.c, whose own backward pass is checked here by difference
 * quotients. Inputs are drawn again until no ReLU and no maximum stands within a hair of its
 * kink, where float and double may rightly decide differently.
 *
 * Before every operator the slab is filled with NaN but for what lives: who reads what was not
 * written, or is gone, fails.
 */
#include "image/units.h"
#include "naive.h"
#include "planned.h"
#include "support.h"

#include <math.h>

static lac_cpu level = LAC_CPU_AUTO;

/* ---- Networks ------------------------------------------------------------------------- */

typedef struct sample_net {
    const char *what;
    int size;  /* of the pictures */
    int batch; /* planned */
    int n;     /* in the pass */
    const char *text;
} sample_net;

/* A softmax does not change when a number is added to its whole map, so the gradient of a bias in
 * front of it is 0, and there is nothing to compare with: those maps have a ReLU here. */
static const sample_net nets[] = {
    {"a plain convolution", 13, 5, 5, "a conv 3x3 16 output < input"},
    {"dense layers alone, wider than a tile", 13, 7, 7,
     "a dense 300 relu\n"
     "b dense 6 output"},
    {"11x11 on odd pictures, chunk and rest", 13, 19, 19,
     "a conv 11x11 16 norm relu pool\n"
     "b dense 6 output"},
    {"the first layer of the paper", 24, 9, 9,
     "a conv 11x11 32 norm relu pool\n"
     "b dense 4 output"},
    {"the first layer of the paper on odd pictures, part of a batch", 23, 12, 9,
     "a conv 11x11 32 norm relu pool\n"
     "b dense 4 output"},
    {"bias, pool and no relu; bias and relu and no pool", 9, 18, 17,
     "a conv 5x5 16 pool\n"
     "b conv 3x3 32 relu\n"
     "c dense 300 relu\n"
     "d dense 2 output"},
    {"strides of 2 on odd pictures, part of a batch", 15, 20, 11,
     "a conv 3x3 /2 32 norm relu\n"
     "b conv 3x3 /2 64 norm\n"
     "c conv 5x5 /2 16 relu\n"
     "d dense 4 output"},
    {"3x3, 1x1 and a dense layer of many inputs", 11, 5, 5,
     "a conv 3x3 16 norm relu\n"
     "b conv 1x1 32 norm relu\n"
     "c conv 3x3 32 norm relu\n"
     "d dense 6 output"},
    {"a residual block with a 1x1 shortcut", 13, 17, 17,
     "stem     conv 5x5 16 norm relu\n"
     "conv1    conv 3x3 32 norm relu     < stem\n"
     "shortcut conv 1x1 /2 32 norm       < stem\n"
     "conv2    conv 3x3 /2 32 norm relu  < conv1 + shortcut\n"
     "d        dense 6 output"},
    {"one picture of a batch", 24, 5, 1,
     "stem     conv 11x11 32 norm relu pool\n"
     "conv1    conv 3x3 32 norm relu     < stem\n"
     "shortcut conv 1x1 /2 32            < stem\n"
     "conv2    conv 3x3 /2 32 norm relu  < conv1 + shortcut\n"
     "d        dense 6 output"},
    {"identity shortcuts: three readers of one activation", 9, 5, 5,
     "a conv 3x3 16 norm relu\n"
     "b conv 3x3 16 norm relu\n"
     "c conv 3x3 16 norm relu < b + a\n"
     "d conv 3x3 16 < c + a\n"
     "e dense 4 output"},
    {"a convolution that adds its own input", 8, 5, 5,
     "a conv 3x3 16 norm relu\n"
     "b conv 3x3 16 norm relu < a + a\n"
     "c dense 4 output"},
    {"dropout behind a dense layer", 9, 17, 13,
     "a conv 3x3 16 norm relu pool\n"
     "b dense 40 relu dropout\n"
     "c dense 4 output"},
    {"channels that are no multiple of 16", 11, 6, 5,
     "a conv 5x5 /2 20 norm relu\n"
     "b conv 3x3 7 norm relu\n"
     "c conv 1x1 33 norm < a\n"
     "d conv 3x3 33 norm relu < b + c\n"
     "e dense 18 relu\n"
     "f dense 5 output"},
    {"one channel between convolutions, pooled without norm", 12, 5, 5,
     "a conv 3x3 1 relu pool\n"
     "b conv 3x3 17\n"
     "c dense 3 output"},
    {"one picture of odd channels", 12, 4, 1,
     "a conv 3x3 24 norm relu\n"
     "b conv 3x3 /2 40 relu pool\n"
     "c dense 3 output"},
    {"several outputs, of which others read", 10, 6, 5,
     "a conv 3x3 16 norm relu\n"
     "b conv 3x3 20 norm relu output\n"
     "c conv 1x1 20 relu < b + b\n"
     "d dense 12 relu output\n"
     "e dense 4 output < d\n"
     "f conv 1x1 19 output < a"},
    {"a stride of 3, and a kernel wider than the maps", 8, 5, 4,
     "a conv 3x3 /3 16 norm relu\n"
     "b conv 7x7 16 relu\n"
     "c dense 3 output"},
    {"maps up-sampled by 2 and 4 while they are added, odd ones, and added to themselves", 23, 6, 5,
     "a conv 3x3 20 norm relu\n"
     "b conv 3x3 /2 20 norm relu\n"
     "c conv 3x3 /2 20\n"
     "d add relu < c a b\n"
     "e add < d d\n"
     "f conv 1x1 7 output\n"
     "g dense 4 output < e"},
    {"maps up-sampled by 3, an output that others read", 29, 5, 3,
     "a conv 3x3 33 norm\n"
     "b conv 3x3 /3 33 norm relu\n"
     "c add output < a b\n"
     "d concat < c a c\n"
     "e conv 3x3 /2 16 norm relu\n"
     "f mean\n"
     "g dense 4 output"},
    {"channels one behind the other, in whole blocks and across them", 11, 6, 5,
     "a conv 3x3 16 relu\n"
     "b conv 5x5 32 norm < input\n"
     "c conv 1x1 7 < a\n"
     "d concat output < a b c a\n"
     "e conv 1x1 30\n"
     "f concat < c e b c\n"
     "g mean output\n"
     "h mean < d\n"
     "i dense 3 output"},
    {"soft-argmax of maps that others read", 13, 7, 5,
     "a conv 3x3 16 norm relu\n"
     "b conv 3x3 /2 19 relu\n"
     "c softargmax output\n"
     "d softargmax < a\n"
     "e dense 3 output\n"
     "f conv 1x1 5 relu < b\n"
     "g softargmax output"},
    {"an encoder and decoder of one picture", 21, 3, 1,
     "in   conv 5x5 /2 16 norm relu\n"
     "a1   conv 3x3 16 norm relu\n"
     "a    conv 3x3 16 norm relu < a1 + in\n"
     "b    conv 3x3 /2 24 norm relu\n"
     "up   conv 1x1 16 norm relu\n"
     "sum  add < up a\n"
     "d    conv 3x3 24 norm relu\n"
     "maps conv 1x1 3 relu\n"
     "xy   softargmax output"},
};

static lac_net *net_of(lac_context *ctx, const sample_net *sample, int size)
{
    lac_net *net;
    assert_ok(ctx, lac_net_new(ctx, sample->text, sample->what, size,
                               (lac_counts){1, 1, 1}, &net));
    return net;
}

/* ---- The reference itself -------------------------------------------------------------------- */

static double scalar(ref_net *r)
{
    double sum = 0.0;
    ref_forward(r);
    for (int o = 0; o < r->count; o++)
        for (size_t i = 0; r->is_output[o] && i < r->n * volume(r->node[o].out); i++)
            sum += r->node[o].z[i] * r->node[o].loss[i];
    return sum;
}

static double slope(ref_net *r, double *parameter, double h)
{
    double kept = *parameter;
    *parameter = kept + h;
    double above = scalar(r);
    *parameter = kept - h;
    double below = scalar(r);
    *parameter = kept;
    return (above - below) / (2.0 * h);
}

/* Some derivatives of one array; returns how many stood at a kink. */
static int check_slopes(ref_net *r, double *values, const double *gradient, size_t count,
                        uint64_t seed)
{
    enum { SAMPLES = 4 };
    int kinks = 0;
    double scale = 0.0;
    for (size_t i = 0; i < count; i++)
        scale = fmax(scale, fabs(gradient[i]));
    for (int s = 0; s < SAMPLES; s++) {
        size_t i = lac_random(seed, 5, s) % count;
        double wide = slope(r, &values[i], 1e-5);
        double narrow = slope(r, &values[i], 5e-6);
        if (fabs(wide - narrow) > 1e-6 * scale)
            kinks++;
        else if (!(fabs(narrow - gradient[i]) <= 1e-5 * scale))
            fail_msg("derivative %zu of %zu is %g, difference quotient %g", i, count, gradient[i],
                     narrow);
    }
    return kinks;
}

static void the_reference_differentiates_itself(void **state)
{
    int kinks = 0;
    int slopes = 0;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int s = 0; s < LAC_COUNT(nets); s++) {
        lac_net *net = net_of(ctx, &nets[s], nets[s].size / 2);
        ref_net *r = ref_new(net, 2);
        r->training = 1;
        r->dropout = 0.4;
        ref_draw(r, 77);
        for (int i = 0; i < r->count; i++)
            for (size_t e = 0; r->node[i].keep && e < r->n * volume(r->node[i].out); e++)
                r->node[i].keep[e] = e % 3 != 0;
        ref_forward(r);
        ref_backward(r);
        kinks += check_slopes(r, r->node[0].z, r->node[0].dz, r->n * volume(r->node[0].out), 1);
        slopes += 4;
        for (int i = 1; i < r->count; i++)
            for (int t = 0; t < r->node[i].tensors; t++, slopes += 4)
                kinks += check_slopes(r, r->node[i].tensor[t], r->node[i].gradient[t],
                                      r->node[i].count[t], i);
        ref_free(r);
        lac_net_free(&net);
    }
    lac_context_free(&ctx);
    assert_true(kinks < slopes / 10);
    (void)state;
}

/* ---- Operators against it ------------------------------------------------------------------- */

/* A network planned at one level, with the reference's numbers in it. */
typedef struct subject {
    const char *what;
    lac_context *ctx;
    planned net;
    const ref_net *ref;
    uint64_t *sample;
} subject;

static size_t place(lac_shape s, int i, int c, int pixel)
{
    size_t plane = (size_t)s.h * s.w;
    if (!s.is_maps)
        return i * lac_shape_count(s) + c * plane + pixel;
    return i * lac_shape_stored(s) + (c / LAC_BLOCK * plane + pixel) * LAC_BLOCK + c % LAC_BLOCK;
}

/* Largest difference relative to the largest number. */
static void assert_close(const subject *s, const char *name, const float *got, const double *want,
                         size_t count, double tolerance)
{
    double scale = 1e-30;
    for (size_t i = 0; i < count; i++)
        scale = fmax(scale, fabs(want[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs(got[i] - want[i]) <= tolerance * scale))
            fail_msg("%s at %s, %s: element %zu of %zu is %.9g, must be %.9g (largest %g)", s->what,
                     lac_cpu_name(lac_context_cpu(s->ctx)), name, i, count, (double)got[i], want[i],
                     scale);
}

static void assert_activation(const subject *s, const lac_op *op, const char *suffix,
                              const float *got, const double *want, double tolerance)
{
    char name[64];
    const lac_shape out = op->node->out;
    int plane = out.h * out.w;
    size_t count = s->ref->n * volume(out);
    float *plain = malloc(count * sizeof *plain);
    assert_non_null(plain);
    for (int i = 0; i < s->ref->n; i++)
        for (int c = 0; c < out.c; c++)
            for (int p = 0; p < plane; p++)
                plain[((size_t)i * out.c + c) * plane + p] = got[place(out, i, c, p)];
    snprintf(name, sizeof name, "%s.%s", op->node->name, suffix);
    assert_close(s, name, plain, want, count, tolerance);
    free(plain);
}

/* Parameters and buffers of the reference into the plan. */
static void load(const subject *s)
{
    const lac_plan *plan = s->net.plan;
    for (int i = 1; i < s->ref->count; i++) {
        const ref_node *a = &s->ref->node[i];
        for (int t = 0; t < a->tensors; t++) {
            float *plain = malloc(a->count[t] * sizeof *plain);
            assert_non_null(plain);
            const lac_param *param = planned_param(&s->net, i, t);
            assert_int_equal(param->count, a->count[t]);
            for (size_t e = 0; e < a->count[t]; e++)
                plain[e] = (float)a->tensor[t][e];
            lac_param_from_plain(param, plain, s->net.weights->w);
            free(plain);
        }
        for (int c = 0; a->node.norm && c < a->node.channels; c++) {
            lac_op_b(&plan->op[i], 0)[c] = (float)a->running_mean[c];
            lac_op_b(&plan->op[i], 1)[c] = (float)a->running_var[c];
        }
    }
}

static subject subject_new(const sample_net *sample, const ref_net *r, int inference)
{
    subject s = {.what = sample->what, .ref = r, .ctx = context_at(level, 2)};
    s.net = planned_new(s.ctx, sample->text, sample->size, 1, sample->batch,
                        inference ? LAC_PLAN_INFERENCE : 0);
    s.sample = calloc(sample->batch, sizeof *s.sample);
    assert_non_null(s.sample);
    for (int i = 0; i < sample->batch; i++)
        s.sample[i] = 3 * i + 5;
    load(&s);
    return s;
}

static void subject_free(subject *s)
{
    planned_free(&s->net);
    lac_context_free(&s->ctx);
    free(s->sample);
}

/* NaN wherever nothing lives that was written before the operator of this time. */
static void spoil(const subject *s, int time)
{
    const lac_plan *plan = s->net.plan;
    const lac_slab *slab = &plan->slab;
    uint8_t *lives = calloc(slab->floats, 1);
    assert_non_null(lives);
    for (int c = 0; c < slab->count; c++) {
        const lac_claim *claim = &slab->claims[c];
        int keeps = claim->first == 0 && claim->last == 2 * s->net.net->count;
        if (keeps || (claim->first < time && time <= claim->last))
            memset(lives + claim->offset, 1, claim->floats);
    }
    for (size_t i = 0; i < slab->floats; i++)
        slab->memory[i] = lives[i] ? slab->memory[i] : NAN;
    for (size_t i = 0; i < plan->scratch_size * s->ctx->threads; i++)
        plan->scratch[i] = NAN;
    free(lives);
}

static lac_pass pass_of(const subject *s)
{
    return (lac_pass){.ctx = s->ctx, .n = s->ref->n, .training = s->ref->training,
                      .dropout = (float)s->ref->dropout, .seed = 3, .epoch = 2,
                      .sample = s->sample};
}

enum { FORWARD_TOLERANCE_INVERSE = 50000, BACKWARD_TOLERANCE_INVERSE = 20000 };

static void check_forward(const subject *s)
{
    lac_pass pass = pass_of(s);
    float *x = s->net.plan->op[0].z;
    for (size_t i = 0; i < s->ref->n * volume(s->ref->node[0].out); i++)
        x[i] = (float)s->ref->node[0].z[i];
    for (int i = 1; i < s->ref->count; i++) {
        lac_op *op = &s->net.plan->op[i];
        spoil(s, i);
        op->way->forward(op, &pass);
        assert_activation(s, op, "z", op->z, s->ref->node[i].z, 1.0 / FORWARD_TOLERANCE_INVERSE);
    }
}

static void check_running(const subject *s)
{
    for (int i = 1; i < s->ref->count; i++) {
        const ref_node *a = &s->ref->node[i];
        if (!a->node.norm)
            continue;
        const lac_op *op = &s->net.plan->op[i];
        assert_close(s, "running mean", lac_op_b(op, 0), a->running_mean, a->node.channels, 1e-5);
        assert_close(s, "running variance", lac_op_b(op, 1), a->running_var, a->node.channels,
                     1e-5);
    }
}

static void check_gradients(const subject *s, int i)
{
    for (int t = 0; t < s->ref->node[i].tensors; t++) {
        const lac_param *param = planned_param(&s->net, i, t);
        float *plain = malloc(param->count * sizeof *plain);
        assert_non_null(plain);
        lac_param_to_plain(param, s->net.plan->g, plain);
        assert_close(s, param->name, plain, s->ref->node[i].gradient[t], param->count,
                     1.0 / BACKWARD_TOLERANCE_INVERSE);
        free(plain);
    }
}

/* The loss's gradient of an output, as a plan wants it: what fills up a block is 0. */
static void hand_in_loss(const subject *s, int o)
{
    const ref_node *a = &s->ref->node[o];
    const lac_shape out = s->net.net->node[o].out;
    int plane = out.h * out.w;
    float *dz = s->net.plan->op[o].dz;
    memset(dz, 0, s->ref->n * lac_shape_stored(out) * sizeof *dz);
    for (int i = 0; i < s->ref->n; i++)
        for (int c = 0; c < out.c; c++)
            for (int p = 0; p < plane; p++)
                dz[place(out, i, c, p)] = (float)a->loss[((size_t)i * out.c + c) * plane + p];
}

static void check_backward(const subject *s)
{
    lac_pass pass = pass_of(s);
    for (size_t i = 0; i < s->net.net->params.floats; i++)
        s->net.plan->g[i] = NAN;
    for (int o = 0; o < s->ref->count; o++)
        if (s->ref->is_output[o])
            hand_in_loss(s, o);
    for (int i = s->ref->count - 1; i > 0; i--) {
        lac_op *op = &s->net.plan->op[i];
        assert_activation(s, op, "dz", op->dz, s->ref->node[i].dz,
                          1.0 / BACKWARD_TOLERANCE_INVERSE);
        spoil(s, 2 * s->ref->count - 1 - i);
        op->way->backward(op, &pass);
        for (int turn = 0; turn < LAC_TURNS && op->way->settle; turn++)
            op->way->settle(op, &pass, turn);
    }
    for (int i = 1; i < s->ref->count; i++)
        check_gradients(s, i);
}

/* Dropout's choice is the operator's: read off where an open output is 0. */
static void adopt_dropout(const subject *s, ref_net *r)
{
    lac_pass pass = pass_of(s);
    float *x = s->net.plan->op[0].z;
    for (size_t i = 0; i < r->n * volume(r->node[0].out); i++)
        x[i] = (float)r->node[0].z[i];
    for (int i = 1; i < r->count; i++) {
        lac_op *op = &s->net.plan->op[i];
        op->way->forward(op, &pass);
        const float *z = op->z;
        for (size_t e = 0; r->node[i].keep && e < r->n * volume(r->node[i].out); e++)
            r->node[i].keep[e] = z[e] != 0.0f || r->node[i].v[e] <= 0.0;
    }
}

/* A reference whose kinks are all out of reach. */
static ref_net *ref_clear(const lac_net *net, const sample_net *sample, int training,
                          uint64_t *seed)
{
    enum { TRIES = 400 };
    static const double margin = 1e-5;
    ref_net *r = ref_new(net, sample->n);
    r->training = training;
    r->dropout = 0.375;
    for (*seed = 1; *seed <= TRIES; ++*seed) {
        ref_draw(r, *seed);
        ref_forward(r);
        ref_redraw_running(r, *seed);
        if (r->margin > margin)
            return r;
    }
    fail_msg("%s: no inputs away from kinks", sample->what);
    return NULL;
}

static void training_passes_equal_naive_loops(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int k = 0; k < LAC_COUNT(nets); k++) {
        uint64_t seed;
        lac_net *net = net_of(ctx, &nets[k], nets[k].size);
        ref_net *r = ref_clear(net, &nets[k], 1, &seed);
        subject s = subject_new(&nets[k], r, 0);
        adopt_dropout(&s, r);
        ref_forward(r);
        ref_backward(r);
        ref_redraw_running(r, seed);
        load(&s);
        check_forward(&s);
        check_backward(&s);
        ref_forward(r);
        check_running(&s);
        subject_free(&s);
        ref_free(r);
        lac_net_free(&net);
    }
    lac_context_free(&ctx);
    (void)state;
}

static void inference_passes_equal_naive_loops(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    for (int k = 0; k < LAC_COUNT(nets); k++) {
        uint64_t seed;
        lac_net *net = net_of(ctx, &nets[k], nets[k].size);
        ref_net *r = ref_clear(net, &nets[k], 0, &seed);
        ref_forward(r);
        for (int inference = 0; inference < 2; inference++) { /* on either plan */
            subject s = subject_new(&nets[k], r, inference);
            check_forward(&s);
            check_running(&s); /* untouched */
            subject_free(&s);
        }
        ref_free(r);
        lac_net_free(&net);
    }
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Soft-argmax ----------------------------------------------------------------------------- */

enum { MAPS = 3, FAR = 100 };

/* A map that is high at one place alone gives that place, however large its numbers are. */
static void check_sharp_peaks(lac_context *ctx, int side, const char *network, float offset)
{
    planned p = planned_new(ctx, network, side, 1, 2, 0);
    lac_op *op = &p.plan->op[2];
    const lac_shape in = op->node->in;
    int places = in.h * in.w;
    float *maps = op->input[0]->z;
    lac_pass pass = {.ctx = ctx, .n = 2};
    for (int first = 0; first < places; first++) {
        for (size_t e = 0; e < 2 * lac_shape_stored(in); e++)
            maps[e] = offset;
        for (int m = 0; m < 2 * MAPS; m++)
            maps[place(in, m / MAPS, m % MAPS, (first + m) % places)] += FAR;
        op->way->forward(op, &pass);
        for (int m = 0; m < 2 * MAPS; m++) {
            int at = (first + m) % places;
            float x = ((float)(at % in.w) + 0.5f) * (float)side / (float)in.w - 0.5f;
            float y = ((float)(at / in.w) + 0.5f) * (float)side / (float)in.h - 0.5f;
            assert_true(fabsf(planned_y(&p)[2 * m] - lac_to_units(x, side)) < 1e-6f);
            assert_true(fabsf(planned_y(&p)[2 * m + 1] - lac_to_units(y, side)) < 1e-6f);
        }
    }
    planned_free(&p);
}

static void softargmax_of_a_sharp_peak_is_its_place(void **state)
{
    static const float offsets[] = {0.0f, 1e4f, -1e4f};
    lac_context *ctx = context_at(level, 2);
    for (int i = 0; i < LAC_COUNT(offsets); i++) {
        check_sharp_peaks(ctx, 24, "a conv 1x1 /2 3\nb softargmax output", offsets[i]);
        check_sharp_peaks(ctx, 24, "a conv 1x1 3\nb softargmax output", offsets[i]);
        check_sharp_peaks(ctx, 13, "a conv 1x1 /3 3\nb softargmax output", offsets[i]);
    }
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Dropout --------------------------------------------------------------------------------- */

enum { DROP_N = 40, DROP_OUTPUTS = 100 };

static planned dropout_net(lac_context *ctx)
{
    planned p = planned_new(ctx, "a dense 100 relu dropout output", 2, 1, DROP_N, 0);
    for (int o = 0; o < DROP_OUTPUTS; o++)
        lac_op_w(&p.plan->op[1], 1)[o] = 3.0f; /* biases: every output is 3 */
    return p;
}

static void dropout_keeps_its_share_and_scales_it(void **state)
{
    lac_context *ctx = context_at(level, 1);
    planned p = dropout_net(ctx);
    const float *y = planned_y(&p);
    uint64_t sample[DROP_N];
    for (int i = 0; i < DROP_N; i++)
        sample[i] = i;
    int kept_twice = 0;
    uint8_t before[DROP_N * DROP_OUTPUTS] = {0};
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        lac_pass pass = {.ctx = ctx, .n = DROP_N, .training = 1, .dropout = 0.25f, .seed = 1,
                         .epoch = epoch, .sample = sample};
        assert_ok(ctx, lac_plan_forward(p.plan, &pass));
        int kept = 0;
        for (int i = 0; i < DROP_N * DROP_OUTPUTS; i++) {
            assert_true(y[i] == 0.0f || y[i] == 4.0f);
            kept += y[i] != 0.0f;
            kept_twice += epoch == 1 && before[i] && y[i] != 0.0f;
            before[i] = y[i] != 0.0f;
        }
        assert_in_range(kept, 3000 - 110, 3000 + 110); /* 4 deviations of 27 */
    }
    assert_in_range(kept_twice, 2250 - 130, 2250 + 130);
    planned_free(&p);
    lac_context_free(&ctx);
    (void)state;
}

static void dropout_follows_the_sample_wherever_it_stands(void **state)
{
    lac_context *ctx = context_at(level, 2);
    planned p = dropout_net(ctx);
    const float *y = planned_y(&p);
    uint64_t sample[DROP_N];
    float first[DROP_N * DROP_OUTPUTS];
    lac_pass pass = {.ctx = ctx, .n = DROP_N, .training = 1, .dropout = 0.5f, .seed = 1,
                     .sample = sample};
    for (int i = 0; i < DROP_N; i++)
        sample[i] = 1000 + i;
    assert_ok(ctx, lac_plan_forward(p.plan, &pass));
    memcpy(first, y, sizeof first);
    for (int i = 0; i < DROP_N; i++)
        sample[i] = 1000 + DROP_N - 1 - i;
    assert_ok(ctx, lac_plan_forward(p.plan, &pass));
    for (int i = 0; i < DROP_N; i++)
        assert_memory_equal(y + i * DROP_OUTPUTS, first + (DROP_N - 1 - i) * DROP_OUTPUTS,
                            DROP_OUTPUTS * sizeof *first);
    assert_memory_not_equal(first, first + DROP_OUTPUTS, DROP_OUTPUTS * sizeof *first);
    pass.training = 0;
    assert_ok(ctx, lac_plan_forward(p.plan, &pass));
    for (int i = 0; i < DROP_N * DROP_OUTPUTS; i++)
        assert_true(y[i] == 3.0f);
    planned_free(&p);
    lac_context_free(&ctx);
    (void)state;
}

/* 77 tells Meson that the machine lacks the level. */
static int choose_level(const char *name)
{
    while (level <= LAC_CPU_AMX && strcmp(name, lac_cpu_name(level)) != 0)
        level++;
    lac_context *ctx = level <= LAC_CPU_AMX ? context_at(level, 1) : NULL;
    int there = ctx != NULL;
    lac_context_free(&ctx);
    return there ? 0 : 77;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_differentiates_itself),
        cmocka_unit_test(training_passes_equal_naive_loops),
        cmocka_unit_test(inference_passes_equal_naive_loops),
        cmocka_unit_test(softargmax_of_a_sharp_peak_is_its_place),
        cmocka_unit_test(dropout_keeps_its_share_and_scales_it),
        cmocka_unit_test(dropout_follows_the_sample_wherever_it_stands),
    };
    int missing = argc > 1 ? choose_level(argv[1]) : 0;
    if (missing)
        return missing;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
