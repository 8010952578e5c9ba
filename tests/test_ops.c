/*
 * Operators against naive loops in double: whole small networks, every activation, every
 * gradient. The first argument is the level, one a process: oneDNN cannot change its own
 * on the way. Without an argument it is the best that the machine has.
 *
 * The loops are those of naive.c, whose own backward pass is checked here by difference
 * quotients. Inputs are drawn again until no ReLU and no maximum stands within a hair of its
 * kink, where float and double may rightly decide differently.
 *
 * Before a pass the whole slab is filled with NaN: who reads what was not written fails.
 */
#include "naive.h"
#include "support.h"

#include <math.h>

static lac_cpu level = LAC_CPU_AUTO;

/* ---- Networks ------------------------------------------------------------------------- */

#define IMAGE {.name = "image", .kind = LAC_OP_INPUT}
#define CONV(of, from, oc, side, ...) \
    {.name = of, .kind = LAC_OP_CONV, .input = from, .channels = oc, .k = side, __VA_ARGS__}
#define DENSE(of, from, outputs, ...) \
    {.name = of, .kind = LAC_OP_DENSE, .input = from, .channels = outputs, __VA_ARGS__}

typedef struct sample_net {
    const char *what;
    int size;  /* of the pictures */
    int batch; /* planned */
    int n;     /* in the pass */
    lac_node node[8];
} sample_net;

static const sample_net nets[] = {
    {"a plain convolution", 13, 5, 5, {IMAGE, CONV("a", 0, 16, 3, .stride = 1)}},
    {"dense layers alone, wider than a tile", 13, 7, 7,
     {IMAGE, DENSE("a", 0, 300, .relu = 1), DENSE("b", 1, 6)}},
    {"11x11 on odd pictures, chunk and rest", 13, 19, 19,
     {IMAGE, CONV("a", 0, 16, 11, .stride = 1, .norm = 1, .relu = 1, .pool = 1),
      DENSE("b", 1, 6)}},
    {"the first layer of the paper", 24, 9, 9,
     {IMAGE, CONV("a", 0, 32, 11, .stride = 1, .norm = 1, .relu = 1, .pool = 1),
      DENSE("b", 1, 4)}},
    {"the first layer of the paper on odd pictures, part of a batch", 23, 12, 9,
     {IMAGE, CONV("a", 0, 32, 11, .stride = 1, .norm = 1, .relu = 1, .pool = 1),
      DENSE("b", 1, 4)}},
    {"bias, pool and no relu; bias and relu and no pool", 9, 18, 17,
     {IMAGE, CONV("a", 0, 16, 5, .stride = 1, .pool = 1),
      CONV("b", 1, 32, 3, .stride = 1, .relu = 1), DENSE("c", 2, 300, .relu = 1),
      DENSE("d", 3, 2)}},
    {"strides of 2 on odd pictures, part of a batch", 15, 20, 11,
     {IMAGE, CONV("a", 0, 32, 3, .stride = 2, .norm = 1, .relu = 1),
      CONV("b", 1, 64, 3, .stride = 2, .norm = 1), CONV("c", 2, 16, 5, .stride = 2, .relu = 1),
      DENSE("d", 3, 4)}},
    {"3x3, 1x1 and a dense layer of many inputs", 11, 5, 5,
     {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("b", 1, 32, 1, .stride = 1, .norm = 1, .relu = 1),
      CONV("c", 2, 32, 3, .stride = 1, .norm = 1, .relu = 1), DENSE("d", 3, 6)}},
    {"a residual block with a 1x1 shortcut", 13, 17, 17,
     {IMAGE, CONV("stem", 0, 16, 5, .stride = 1, .norm = 1, .relu = 1),
      CONV("conv1", 1, 32, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("shortcut", 1, 32, 1, .stride = 2, .norm = 1),
      CONV("conv2", 2, 32, 3, .stride = 2, .norm = 1, .relu = 1, .add = 3), DENSE("d", 4, 6)}},
    {"one picture of a batch", 24, 5, 1,
     {IMAGE, CONV("stem", 0, 32, 11, .stride = 1, .norm = 1, .relu = 1, .pool = 1),
      CONV("conv1", 1, 32, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("shortcut", 1, 32, 1, .stride = 2),
      CONV("conv2", 2, 32, 3, .stride = 2, .norm = 1, .relu = 1, .add = 3), DENSE("d", 4, 6)}},
    {"identity shortcuts: three readers of one activation", 9, 5, 5,
     {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("b", 1, 16, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("c", 2, 16, 3, .stride = 1, .norm = 1, .relu = 1, .add = 1),
      CONV("d", 3, 16, 3, .stride = 1, .add = 1), DENSE("e", 4, 4)}},
    {"a convolution that adds its own input", 8, 5, 5,
     {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .norm = 1, .relu = 1),
      CONV("b", 1, 16, 3, .stride = 1, .norm = 1, .relu = 1, .add = 1), DENSE("c", 2, 4)}},
    {"a dense layer beside a convolution of one pixel", 2, 6, 6,
     {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .norm = 1, .pool = 1),
      DENSE("b", 1, 16, .relu = 1), CONV("c", 1, 16, 1, .stride = 1, .add = 2)}},
    {"dropout behind a dense layer", 9, 17, 13,
     {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .norm = 1, .relu = 1, .pool = 1),
      DENSE("b", 1, 40, .relu = 1, .dropout = 1), DENSE("c", 2, 4)}},
};

static lac_net net_of(const sample_net *sample)
{
    lac_net net = {.name = sample->what, .count = 1};
    while (net.count < LAC_COUNT(sample->node) && sample->node[net.count].name)
        net.count++;
    memcpy(net.node, sample->node, net.count * sizeof *net.node);
    return net;
}

/* ---- The reference itself -------------------------------------------------------------------- */

static double scalar(ref_net *r)
{
    const ref_node *last = &r->node[r->count - 1];
    double sum = 0.0;
    ref_forward(r);
    for (size_t i = 0; i < r->n * volume(last->out); i++)
        sum += last->z[i] * last->dz[i];
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
    for (int s = 0; s < LAC_COUNT(nets); s++) {
        lac_net net = net_of(&nets[s]);
        int size = nets[s].size > 4 ? nets[s].size / 2 : nets[s].size;
        ref_net *r = ref_new(&net, size, 2);
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
    }
    assert_true(kinks < slopes / 10);
    (void)state;
}

/* ---- Operators against it ------------------------------------------------------------------- */

/* A network planned at one level, with the reference's numbers in it. */
typedef struct subject {
    const char *what;
    lac_context *ctx;
    lac_plan *plan;
    const ref_net *ref;
    uint64_t *sample;
} subject;

static size_t place(lac_shape s, int i, int c, int pixel)
{
    size_t plane = (size_t)s.h * s.w;
    if (s.c == 1 || plane == 1)
        return (size_t)i * s.c * plane + c * plane + pixel;
    return (((size_t)i * s.c / LAC_BLOCK + c / LAC_BLOCK) * plane + pixel) * LAC_BLOCK +
           c % LAC_BLOCK;
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
    int plane = op->out.h * op->out.w;
    size_t count = s->ref->n * volume(op->out);
    float *plain = malloc(count * sizeof *plain);
    assert_non_null(plain);
    for (int i = 0; i < s->ref->n; i++)
        for (int c = 0; c < op->out.c; c++)
            for (int p = 0; p < plane; p++)
                plain[((size_t)i * op->out.c + c) * plane + p] = got[place(op->out, i, c, p)];
    snprintf(name, sizeof name, "%s.%s", op->node.name, suffix);
    assert_close(s, name, plain, want, count, tolerance);
    free(plain);
}

/* Parameters and buffers of the reference into the plan. */
static void load(const subject *s)
{
    lac_plan *plan = s->plan;
    for (int i = 1; i < s->ref->count; i++) {
        const ref_node *a = &s->ref->node[i];
        for (int t = 0; t < a->tensors; t++) {
            float *plain = malloc(a->count[t] * sizeof *plain);
            assert_non_null(plain);
            const lac_param *param = &plan->params.table[plan->op[i].param + t];
            assert_int_equal(param->count, a->count[t]);
            for (size_t e = 0; e < a->count[t]; e++)
                plain[e] = (float)a->tensor[t][e];
            lac_param_from_plain(param, plain, plan->w);
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
    lac_net net = net_of(sample);
    subject s = {.what = sample->what, .ref = r, .ctx = context_at(level, 2)};
    assert_ok(s.ctx, lac_plan_new(s.ctx, &net, sample->size, sample->batch, inference, &s.plan));
    s.sample = calloc(sample->batch, sizeof *s.sample);
    assert_non_null(s.sample);
    for (int i = 0; i < sample->batch; i++)
        s.sample[i] = 3 * i + 5;
    load(&s);
    return s;
}

static void subject_free(subject *s)
{
    lac_plan_free(&s->plan);
    lac_context_free(&s->ctx);
    free(s->sample);
}

static void spoil(const subject *s)
{
    for (size_t i = 0; i < s->plan->slab.floats; i++)
        s->plan->slab.memory[i] = NAN;
    for (size_t i = 0; s->plan->g && i < s->plan->params.floats; i++)
        s->plan->g[i] = NAN;
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
    spoil(s);
    float *x = s->plan->x;
    for (size_t i = 0; i < s->ref->n * volume(s->ref->node[0].out); i++)
        x[i] = (float)s->ref->node[0].z[i];
    for (int i = 1; i < s->ref->count; i++) {
        lac_op *op = &s->plan->op[i];
        op->class->forward(op, &pass);
        assert_activation(s, op, "z", op->z, s->ref->node[i].z, 1.0 / FORWARD_TOLERANCE_INVERSE);
    }
}

static void check_running(const subject *s)
{
    for (int i = 1; i < s->ref->count; i++) {
        const ref_node *a = &s->ref->node[i];
        if (!a->node.norm)
            continue;
        const lac_op *op = &s->plan->op[i];
        assert_close(s, "running mean", lac_op_b(op, 0), a->running_mean, a->node.channels, 1e-5);
        assert_close(s, "running variance", lac_op_b(op, 1), a->running_var, a->node.channels,
                     1e-5);
    }
}

static void check_gradients(const subject *s, int i)
{
    const lac_op *op = &s->plan->op[i];
    for (int t = 0; t < s->ref->node[i].tensors; t++) {
        const lac_param *param = &s->plan->params.table[op->param + t];
        float *plain = malloc(param->count * sizeof *plain);
        assert_non_null(plain);
        lac_param_to_plain(param, s->plan->g, plain);
        assert_close(s, param->name, plain, s->ref->node[i].gradient[t], param->count,
                     1.0 / BACKWARD_TOLERANCE_INVERSE);
        free(plain);
    }
}

static void check_backward(const subject *s)
{
    lac_pass pass = pass_of(s);
    const ref_node *last = &s->ref->node[s->ref->count - 1];
    int plane = last->out.h * last->out.w;
    for (int i = 0; i < s->ref->n; i++)
        for (int c = 0; c < last->out.c; c++)
            for (int p = 0; p < plane; p++)
                s->plan->dy[place(last->out, i, c, p)] =
                    (float)last->dz[((size_t)i * last->out.c + c) * plane + p];
    for (int i = s->ref->count - 1; i > 0; i--) {
        lac_op *op = &s->plan->op[i];
        assert_activation(s, op, "dz", op->dz, s->ref->node[i].dz,
                          1.0 / BACKWARD_TOLERANCE_INVERSE);
        op->class->backward(op, &pass);
    }
    for (int i = 1; i < s->ref->count; i++)
        check_gradients(s, i);
}

/* Dropout's choice is the operator's: read off where an open output is 0. */
static void adopt_dropout(const subject *s, ref_net *r)
{
    lac_pass pass = pass_of(s);
    float *x = s->plan->x;
    for (size_t i = 0; i < r->n * volume(r->node[0].out); i++)
        x[i] = (float)r->node[0].z[i];
    for (int i = 1; i < r->count; i++) {
        s->plan->op[i].class->forward(&s->plan->op[i], &pass);
        const float *z = s->plan->op[i].z;
        for (size_t e = 0; r->node[i].keep && e < r->n * volume(r->node[i].out); e++)
            r->node[i].keep[e] = z[e] != 0.0f || r->node[i].v[e] <= 0.0;
    }
}

/* A reference whose kinks are all out of reach. */
static ref_net *ref_clear(const sample_net *sample, int training, uint64_t *seed)
{
    enum { TRIES = 400 };
    static const double margin = 1e-5;
    lac_net net = net_of(sample);
    ref_net *r = ref_new(&net, sample->size, sample->n);
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
    for (int k = 0; k < LAC_COUNT(nets); k++) {
        uint64_t seed;
        ref_net *r = ref_clear(&nets[k], 1, &seed);
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
    }
    (void)state;
}

static void inference_passes_equal_naive_loops(void **state)
{
    for (int k = 0; k < LAC_COUNT(nets); k++) {
        uint64_t seed;
        ref_net *r = ref_clear(&nets[k], 0, &seed);
        ref_forward(r);
        for (int inference = 0; inference < 2; inference++) { /* on either plan */
            subject s = subject_new(&nets[k], r, inference);
            check_forward(&s);
            check_running(&s); /* untouched */
            subject_free(&s);
        }
        ref_free(r);
    }
    (void)state;
}

/* ---- Dropout --------------------------------------------------------------------------------- */

enum { DROP_N = 40, DROP_OUTPUTS = 100 };

static lac_plan *dropout_plan(lac_context *ctx)
{
    const lac_net net = {"dropout", 2,
                         {IMAGE, DENSE("a", 0, DROP_OUTPUTS, .relu = 1, .dropout = 1)}};
    lac_plan *plan;
    assert_ok(ctx, lac_plan_new(ctx, &net, 2, DROP_N, 0, &plan));
    for (int o = 0; o < DROP_OUTPUTS; o++)
        lac_op_w(&plan->op[1], 1)[o] = 3.0f; /* biases: every output is 3 */
    return plan;
}

static void dropout_keeps_its_share_and_scales_it(void **state)
{
    lac_context *ctx = context_at(level, 1);
    lac_plan *plan = dropout_plan(ctx);
    uint64_t sample[DROP_N];
    for (int i = 0; i < DROP_N; i++)
        sample[i] = i;
    int kept_twice = 0;
    uint8_t before[DROP_N * DROP_OUTPUTS] = {0};
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        lac_pass pass = {.ctx = ctx, .n = DROP_N, .training = 1, .dropout = 0.25f, .seed = 1,
                         .epoch = epoch, .sample = sample};
        lac_plan_forward(plan, &pass);
        int kept = 0;
        for (int i = 0; i < DROP_N * DROP_OUTPUTS; i++) {
            assert_true(plan->y[i] == 0.0f || plan->y[i] == 4.0f);
            kept += plan->y[i] != 0.0f;
            kept_twice += epoch == 1 && before[i] && plan->y[i] != 0.0f;
            before[i] = plan->y[i] != 0.0f;
        }
        assert_in_range(kept, 3000 - 110, 3000 + 110); /* 4 deviations of 27 */
    }
    assert_in_range(kept_twice, 2250 - 130, 2250 + 130);
    lac_plan_free(&plan);
    lac_context_free(&ctx);
    (void)state;
}

static void dropout_follows_the_sample_wherever_it_stands(void **state)
{
    lac_context *ctx = context_at(level, 2);
    lac_plan *plan = dropout_plan(ctx);
    uint64_t sample[DROP_N];
    float first[DROP_N * DROP_OUTPUTS];
    lac_pass pass = {.ctx = ctx, .n = DROP_N, .training = 1, .dropout = 0.5f, .seed = 1,
                     .sample = sample};
    for (int i = 0; i < DROP_N; i++)
        sample[i] = 1000 + i;
    lac_plan_forward(plan, &pass);
    memcpy(first, plan->y, sizeof first);
    for (int i = 0; i < DROP_N; i++)
        sample[i] = 1000 + DROP_N - 1 - i;
    lac_plan_forward(plan, &pass);
    for (int i = 0; i < DROP_N; i++)
        assert_memory_equal(plan->y + i * DROP_OUTPUTS, first + (DROP_N - 1 - i) * DROP_OUTPUTS,
                            DROP_OUTPUTS * sizeof *first);
    assert_memory_not_equal(first, first + DROP_OUTPUTS, DROP_OUTPUTS * sizeof *first);
    pass.training = 0;
    lac_plan_forward(plan, &pass);
    for (int i = 0; i < DROP_N * DROP_OUTPUTS; i++)
        assert_true(plan->y[i] == 3.0f);
    lac_plan_free(&plan);
    lac_context_free(&ctx);
    (void)state;
}

/* ---- Shapes that cannot be ----------------------------------------------------------------- */

static void illegal_shapes_are_refused_by_name(void **state)
{
    static const struct {
        const char *message;
        int size;
        lac_node node[4];
    } cases[] = {
        {"channels", 8, {IMAGE, CONV("a", 0, 24, 3, .stride = 1)}},
        {"pool", 1, {IMAGE, CONV("a", 0, 16, 3, .stride = 1, .pool = 1)}},
        {"adds", 8, {IMAGE, CONV("a", 0, 16, 3, .stride = 1), CONV("b", 1, 32, 3, .stride = 1),
                     CONV("c", 2, 16, 3, .stride = 2, .add = 1)}},
        {"pool", 8, {IMAGE, CONV("a", 0, 16, 3, .stride = 1), CONV("b", 1, 16, 3, .stride = 1),
                     CONV("c", 2, 16, 3, .stride = 1, .add = 1, .pool = 1)}},
        {"outputs", 8, {IMAGE, DENSE("a", 0, 0)}},
        {"relu", 8, {IMAGE, DENSE("a", 0, 4, .dropout = 1)}},
    };
    lac_context *ctx = context_at(level, 1);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_net net = {.name = "bad"};
        while (net.count < 4 && cases[i].node[net.count].name) {
            net.node[net.count] = cases[i].node[net.count];
            net.count++;
        }
        lac_plan *plan = (lac_plan *)&net;
        assert_status(ctx, lac_plan_new(ctx, &net, cases[i].size, 4, 0, &plan),
                      LAC_ERROR_ARGUMENT);
        assert_null(plan);
        assert_message(ctx, cases[i].message);
        assert_message(ctx, net.node[net.count - 1].name);
    }
    lac_context_free(&ctx);
    (void)state;
}

/* 77 tells Meson that the machine lacks the level. */
static int choose_level(const char *name)
{
    while (level <= LAC_CPU_AVX512 && strcmp(name, lac_cpu_name(level)) != 0)
        level++;
    lac_context *ctx = level <= LAC_CPU_AVX512 ? context_at(level, 1) : NULL;
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
        cmocka_unit_test(dropout_keeps_its_share_and_scales_it),
        cmocka_unit_test(dropout_follows_the_sample_wherever_it_stands),
        cmocka_unit_test(illegal_shapes_are_refused_by_name),
    };
    int missing = argc > 1 ? choose_level(argv[1]) : 0;
    if (missing)
        return missing;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
