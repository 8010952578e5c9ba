/*
 * Training steps and predictions allocate nothing. This program's own malloc, calloc and
 * the rest stand before the C library's and count, whoever calls: the library, the C
 * library, anyone.
 *
 * But for a function of oneDNN, which allocates inside: dnnl_primitive_execute builds a
 * table of its arguments (some ten pieces, half a kilobyte). It too stands here before
 * oneDNN's own, and what a thread allocates inside of it is not counted.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "support.h"
#include "train/trainer.h"

#include <dlfcn.h>

#ifdef HAVE_DNNL
#include <dnnl.h>
#endif

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);

static atomic_long calls;
static atomic_long inside_calls; /* of oneDNN's function */
static _Thread_local int inside; /* that */

static void count_call(void)
{
    if (!inside)
        atomic_fetch_add(&calls, 1);
}

void *malloc(size_t size)
{
    count_call();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    count_call();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    count_call();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    count_call();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = memalign(alignment, size);
    return *out ? 0 : 12; /* ENOMEM */
}

#ifdef HAVE_DNNL
/* The function of this name that this program's own hides. */
static void hidden(const char *name, void *function)
{
    void *p = dlsym(RTLD_NEXT, name);
    assert_non_null(p);
    memcpy(function, &p, sizeof p);
}

dnnl_status_t dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                     int count, const dnnl_exec_arg_t *args)
{
    dnnl_status_t (*execute)(const_dnnl_primitive_t, dnnl_stream_t, int, const dnnl_exec_arg_t *);
    inside++;
    hidden("dnnl_primitive_execute", &execute);
    dnnl_status_t status = execute(primitive, stream, count, args);
    inside--;
    atomic_fetch_add(&inside_calls, 1);
    return status;
}
#endif

static lac_trainer *trainer_for(lac_context *ctx, const char *model, lac_precision precision,
                                int modern, lac_data **data)
{
    enum { ROWS = 7, SIZE = 8 };
    static const char *const names[] = {"left_eye", "right_eye"};
    uint8_t pixels[ROWS * SIZE * SIZE];
    float labels[ROWS * 4];
    uint8_t mask[ROWS * 4];
    lac_train_config config = lac_train_config_default();
    lac_trainer *t;
    for (int i = 0; i < (int)sizeof pixels; i++)
        pixels[i] = (uint8_t)lac_random(1, 1, i);
    for (int i = 0; i < ROWS * 4; i++) {
        labels[i] = (float)(i % SIZE);
        mask[i] = i % 5 != 0;
    }
    strcpy(config.model, model);
    config.precision = precision;
    config.batch = 4;
    if (modern) {
        config.schedule = LAC_SCHEDULE_COSINE;
        config.decay_on = LAC_DECAY_WEIGHTS;
        config.error = LAC_FORM_SATURATING;
        config.ema = 0.998;
    }
    assert_ok(ctx, lac_data_from_memory(ctx, ROWS, SIZE, 2, names, pixels, labels, mask, data));
    assert_ok(ctx, lac_trainer_new(ctx, *data, &config, &t));
    return t;
}

static void the_counters_count(void **state)
{
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    long before = calls;
    void *p;
    assert_ok(ctx, lac_alloc(ctx, 1, 1, &p));
    assert_true(calls > before);
    before = calls;
    free(p);
    p = malloc(10);
    p = realloc(p, 20);
    assert_int_equal(calls, before + 2);
    free(p);
    lac_context_free(&ctx);
    (void)state;
}

/* Steps across the end of an epoch, and a prediction. */
static void work_for_a_while(lac_trainer *t)
{
    float xy[7 * 4];
    for (int i = 0; i < 2 * lac_trainer_steps(t); i++) {
        double loss;
        assert_int_equal(lac_trainer_step(t, &loss), LAC_OK);
        if (t->cursor.step == lac_trainer_steps(t)) {
            t->cursor.step = 0;
            t->cursor.epoch++;
        }
    }
    for (int flip = 0; flip < 2; flip++) {
        const lac_asked asked = {.pixels = lac_data_image(t->data, 0), .count = 7,
                                 .how.flip = flip};
        assert_int_equal(lac_plan_predict(t->plan, &t->model->heads, &asked, xy), LAC_OK);
    }
}

static void check_steps(lac_cpu level, const char *model, lac_precision precision, int modern)
{
    lac_context *ctx = context_at(level, 2);
    lac_data *data;
    lac_trainer *t = trainer_for(ctx, model, precision, modern, &data);
    long ours = ctx->allocations;
    long all = calls;
    long executed = inside_calls;
    work_for_a_while(t);
    assert_int_equal(ctx->allocations, ours);
    assert_int_equal(calls, all);
#ifdef HAVE_DNNL
    assert_true(inside_calls == executed || lac_context_cpu(ctx) != LAC_CPU_REF);
#endif
    (void)executed;
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

static void a_step_allocates_nothing(void **state)
{
    static const char *const models[] = {"resnet", "cnn", "kimura"};
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AUTO};
    for (int i = 0; i < 2 * LAC_COUNT(models); i++) {
        check_steps(levels[i % 2], models[i / 2], LAC_PRECISION_FLOAT32, i / 2 == 0);
        if (lac_kernels_get_bf16(levels[i % 2]))
            check_steps(levels[i % 2], models[i / 2], LAC_PRECISION_BF16, i / 2 == 1);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counters_count),
        cmocka_unit_test(a_step_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
