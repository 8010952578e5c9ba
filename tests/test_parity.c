/*
 * Parity with PyTorch: the same parameters, pictures, labels and gaps through the same
 * network must give the same numbers. tests/parity/make_fixtures.py made the fixtures in
 * double precision and says which formulas both sides share and what is stored.
 *
 * Two tensors agree when the L2 norm of their difference is below TOLERANCE times the
 * norm of PyTorch's.
 */
#include "format/format.h"
#include "planned.h"
#include "support.h"
#include "train/adam.h"
#include "train/loss.h"

#include <math.h>

#define TOLERANCE 1e-4

enum { STEPS = 10, MOST_SAMPLES = 64 };

typedef struct setting {
    const char *model;
    int size, points, batch;
    lac_cpu cpu;
    int no_steps; /* plain C needs seconds for ten steps: gradients must do */
} setting;

/* The large pictures at the best level; the small ones at every level. */
static const setting settings[] = {
    {"resnet", 96, 15, 4, LAC_CPU_AUTO, 0}, {"cnn", 96, 15, 4, LAC_CPU_AUTO, 0},
    {"kimura", 96, 15, 4, LAC_CPU_AUTO, 0}, {"resnet", 32, 5, 6, LAC_CPU_AUTO, 0},
    {"cnn", 32, 5, 6, LAC_CPU_AUTO, 0},     {"kimura", 32, 5, 6, LAC_CPU_AUTO, 0},
    {"resnet", 32, 5, 6, LAC_CPU_AVX2, 0},  {"cnn", 32, 5, 6, LAC_CPU_AVX2, 0},
    {"kimura", 32, 5, 6, LAC_CPU_AVX2, 0},  {"resnet", 32, 5, 6, LAC_CPU_REF, 1},
    {"cnn", 32, 5, 6, LAC_CPU_REF, 1},      {"kimura", 32, 5, 6, LAC_CPU_REF, 0},
};

typedef struct fixture {
    const setting *set;
    lac_context *ctx;
    lac_tensors *truth;
    planned p;
    float *target; /* [batch, 2K] in the network's units */
    uint8_t *mask;
    uint64_t *sample;
} fixture;

static void must(const fixture *f, lac_status status)
{
    if (status != LAC_OK)
        fail_msg("status %d: %s", (int)status, lac_context_message(f->ctx));
}

/* ---- What both sides generate --------------------------------------------------------- */

static uint32_t fnv1a(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static float parameter(const lac_param *param, size_t i)
{
    double u = 2 * lac_random_uniform(7, LAC_STREAM(99) + fnv1a(param->name), i) - 1;
    if (param->dims > 1)
        return (float)(sqrt(6.0 / (double)(param->count / (size_t)param->shape[0])) * u);
    return (float)(strstr(param->name, "norm.weight") ? 1 + u / 8 : u / 8);
}

/* Parameters by formula, running statistics as at the start. */
static void start(fixture *f)
{
    const lac_params *params = &f->p.net->params;
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        float *plain;
        must(f, lac_alloc(f->ctx, param->count, sizeof *plain, &plain));
        for (size_t i = 0; i < param->count; i++)
            plain[i] = parameter(param, i);
        lac_param_from_plain(param, plain, f->p.weights->w);
        free(plain);
    }
}

static uint64_t case_seed(const fixture *f)
{
    const char *seed = lac_tensors_metadata(f->truth, "seed");
    assert_non_null(seed);
    return strtoull(seed, NULL, 10);
}

static void make_labels(fixture *f)
{
    const setting *s = f->set;
    const size_t labels = (size_t)s->batch * 2 * s->points;
    const uint64_t seed = case_seed(f);
    const double half = s->size / 2.0;
    must(f, lac_alloc(f->ctx, labels, sizeof *f->target, &f->target));
    must(f, lac_alloc(f->ctx, labels, 1, &f->mask));
    must(f, lac_alloc(f->ctx, (size_t)s->batch, sizeof *f->sample, &f->sample));
    for (size_t i = 0; i < labels; i++) {
        float label = (float)(lac_random_uniform(seed, LAC_STREAM(98) + 1, i) * (s->size - 1));
        f->mask[i] = lac_random(seed, LAC_STREAM(98) + 2, i) % 2;
        f->target[i] = f->mask[i] ? (float)((label - half) / half) : NAN; /* never read */
    }
}

static void fill_pictures(const fixture *f, lac_plan *plan)
{
    const size_t pixels = (size_t)f->set->size * f->set->size;
    uint8_t *picture;
    must(f, lac_alloc(f->ctx, pixels, 1, &picture));
    for (int n = 0; n < f->set->batch; n++) {
        for (size_t i = 0; i < pixels; i++)
            picture[i] = (uint8_t)(lac_random(case_seed(f), LAC_STREAM(98), n * pixels + i) % 256);
        f->ctx->kernels->picture(picture, (float *)plan->op[0].z + n * pixels, f->set->size, 0);
    }
    free(picture);
}

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->set = *state;
    *state = f;
    const lac_context_config config = {.threads = 2, .cpu = f->set->cpu};
    char path[512];
    assert_int_equal(lac_context_new(&config, &f->ctx), LAC_OK);
    snprintf(path, sizeof path, "%s/%s_%d.safetensors", FIXTURES, f->set->model, f->set->size);
    must(f, lac_safetensors_read(f->ctx, path, &f->truth));
    f->p = planned_new(f->ctx, f->set->model, f->set->size, f->set->points, f->set->batch, 0);
    make_labels(f);
    start(f);
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    planned_free(&f->p);
    lac_tensors_free(&f->truth);
    free(f->target);
    free(f->mask);
    free(f->sample);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

/* ---- Comparing -------------------------------------------------------------------------- */

static const float *truth(const fixture *f, const char *name, long count)
{
    const float *data;
    must(f, lac_tensors_get(f->ctx, f->truth, &(lac_tensor_info){name, 1, {count}}, &data));
    return data;
}

static double distance(const float *a, const float *b, size_t count)
{
    double difference = 0;
    double norm = 0;
    for (size_t i = 0; i < count; i++) {
        difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        norm += (double)b[i] * b[i];
    }
    return sqrt(difference / norm);
}

static void assert_close(const char *name, const float *ours, const float *wanted, size_t count)
{
    double error = distance(ours, wanted, count);
    if (!(error < TOLERANCE))
        fail_msg("%s: relative error %.2g", name, error);
}

/* Samples of a parameter, or of its gradient, in PyTorch's order; returns their number. */
static size_t take_samples(const fixture *f, const lac_param *param, const float *slab,
                           float samples[MOST_SAMPLES])
{
    const size_t count = param->count < MOST_SAMPLES ? param->count : MOST_SAMPLES;
    float *plain;
    must(f, lac_alloc(f->ctx, param->count, sizeof *plain, &plain));
    lac_param_to_plain(param, slab, plain);
    for (uint64_t j = 0; j < count; j++)
        samples[j] = plain[j * 2654435761u % param->count];
    free(plain);
    return count;
}

/* All tensors of a table, where PyTorch's are called prefix NAME suffix. */
static void assert_samples(const fixture *f, const lac_params *table, const float *slab,
                           const char *prefix, const char *suffix)
{
    for (int p = 0; p < table->count; p++) {
        const lac_param *param = &table->table[p];
        char name[128];
        float samples[MOST_SAMPLES];
        size_t count = take_samples(f, param, slab, samples);
        snprintf(name, sizeof name, "%s%s%s", prefix, param->name, suffix);
        assert_close(name, samples, truth(f, name, (long)count), count);
    }
}

static void assert_outputs(const fixture *f, const char *name, const float *y)
{
    const long outputs = 2L * f->set->points;
    const float *wanted;
    must(f, lac_tensors_get(f->ctx, f->truth,
                            &(lac_tensor_info){name, 2, {f->set->batch, outputs}}, &wanted));
    assert_close(name, y, wanted, (size_t)(f->set->batch * outputs));
}

/* ---- Passes ------------------------------------------------------------------------------ */

static lac_pass pass_of(const fixture *f, int training)
{
    return (lac_pass){.ctx = f->ctx, .n = f->set->batch, .training = training,
                      .sample = f->sample};
}

static double loss_of(const fixture *f, lac_reduction reduction, float *dy)
{
    const lac_loss_batch batch = {planned_y(&f->p), f->target, f->mask, f->set->batch,
                                  2 * f->set->points, reduction, LAC_FORM_SQUARED, 0.0, NULL};
    return lac_loss_gradient(&batch, dy);
}

/* Forward, loss, backward; returns the loss. */
static double learn(const fixture *f)
{
    const lac_pass pass = pass_of(f, 1);
    fill_pictures(f, f->p.plan);
    lac_plan_forward(f->p.plan, &pass);
    double loss = loss_of(f, LAC_REDUCTION_ALL, planned_dy(&f->p));
    lac_plan_backward(f->p.plan, &pass);
    return loss;
}

static void outputs_and_losses_match(void **state)
{
    fixture *f = *state;
    const lac_pass pass = pass_of(f, 1);
    float loss[2];
    fill_pictures(f, f->p.plan);
    lac_plan_forward(f->p.plan, &pass);
    assert_outputs(f, "output", planned_y(&f->p));
    loss[0] = (float)loss_of(f, LAC_REDUCTION_ALL, planned_dy(&f->p));
    loss[1] = (float)loss_of(f, LAC_REDUCTION_PRESENT, planned_dy(&f->p));
    assert_close("loss, reduction all", loss, truth(f, "loss", 2), 1);
    assert_close("loss, reduction present", loss + 1, truth(f, "loss", 2) + 1, 1);
}

static void all_gradients_match(void **state)
{
    fixture *f = *state;
    learn(f);
    assert_samples(f, &f->p.net->params, f->p.plan->g, "", ".gradient");
    for (int p = 0; p < f->p.net->params.count; p++) {
        const lac_param *param = &f->p.net->params.table[p];
        double square = 0;
        char name[128];
        for (size_t i = 0; i < param->count; i++)
            square += pow(f->p.plan->g[param->offset + i], 2);
        float norm = (float)sqrt(square);
        snprintf(name, sizeof name, "%s.gradient.norm", param->name);
        assert_close(name, &norm, truth(f, name, 1), 1);
    }
}

static void statistics_and_inference_match(void **state)
{
    fixture *f = *state;
    const lac_pass training = pass_of(f, 1);
    const lac_pass inference = pass_of(f, 0);
    fill_pictures(f, f->p.plan);
    lac_plan_forward(f->p.plan, &training);
    assert_samples(f, &f->p.net->buffers, f->p.weights->b, "", "");
    lac_plan *plan;
    must(f, lac_plan_new(f->ctx, f->p.net, f->p.weights, f->set->batch, LAC_PLAN_INFERENCE,
                         &plan));
    fill_pictures(f, plan);
    must(f, lac_plan_forward(plan, &inference));
    assert_outputs(f, "eval", plan->output[0]->z);
    lac_plan_free(&plan);
    fill_pictures(f, f->p.plan);
    lac_plan_forward(f->p.plan, &inference); /* as while training, between epochs */
    assert_outputs(f, "eval", planned_y(&f->p));
}

static void ten_steps_match(fixture *f, lac_optimizer optimizer, const char *name)
{
    lac_train_config config = lac_train_config_default();
    lac_adam_state adam;
    float losses[STEPS];
    char prefix[16];
    config.optimizer = optimizer;
    config.lr = 1e-5;
    config.weight_decay = optimizer == LAC_OPTIMIZER_ADAM ? 5e-4 : 20;
    must(f, lac_adam_new(f->ctx, &f->p.net->params, config.decay_on, &adam));
    for (int step = 0; step < STEPS; step++) {
        losses[step] = (float)learn(f);
        lac_adam_apply(f->ctx, &adam, &config, config.lr, f->p.weights->w, f->p.plan->g);
    }
    lac_adam_free(&adam);
    snprintf(prefix, sizeof prefix, "%s.losses", name);
    assert_close(prefix, losses, truth(f, prefix, STEPS), STEPS);
    snprintf(prefix, sizeof prefix, "%s.", name);
    assert_samples(f, &f->p.net->params, f->p.weights->w, prefix, "");
    assert_samples(f, &f->p.net->buffers, f->p.weights->b, prefix, "");
}

static void ten_steps_of_adam_match(void **state)
{
    ten_steps_match(*state, LAC_OPTIMIZER_ADAM, "adam");
}

static void ten_steps_of_adamw_match(void **state)
{
    ten_steps_match(*state, LAC_OPTIMIZER_ADAMW, "adamw");
}

static const struct {
    const char *name;
    CMUnitTestFunction function;
    int steps;
} checks[] = {
    {"outputs_and_losses_match", outputs_and_losses_match, 0},
    {"all_gradients_match", all_gradients_match, 0},
    {"statistics_and_inference_match", statistics_and_inference_match, 0},
    {"ten_steps_of_adam_match", ten_steps_of_adam_match, 1},
    {"ten_steps_of_adamw_match", ten_steps_of_adamw_match, 1},
};

int main(void)
{
    enum { SETTINGS = LAC_COUNT(settings), CHECKS = LAC_COUNT(checks) };
    static struct CMUnitTest tests[SETTINGS * CHECKS];
    static char names[SETTINGS * CHECKS][96];
    size_t count = 0;
    for (int i = 0; i < SETTINGS * CHECKS; i++) {
        const setting *s = &settings[i / CHECKS];
        if (s->no_steps && checks[i % CHECKS].steps)
            continue;
        snprintf(names[count], sizeof names[count], "%s_%d_%s: %s", s->model, s->size,
                 lac_cpu_name(s->cpu), checks[i % CHECKS].name);
        tests[count] = (struct CMUnitTest){names[count], checks[i % CHECKS].function, setup,
                                           teardown, (void *)(uintptr_t)s};
        count++;
    }
    return _cmocka_run_group_tests("parity", tests, count, NULL, NULL);
}
