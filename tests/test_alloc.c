/*
 * Training steps and predictions allocate nothing. This program's own malloc, calloc and
 * the rest stand before the C library's and count, whoever calls: the library, the C
 * library, anyone. oneDNN builds its argument tables anew for every call, so that the
 * count is 0 on the reference level; on the best level it is lac_alloc's that must stand.
 */
#include "support.h"
#include "train/trainer.h"

#include <stdatomic.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);

static atomic_long calls;

void *malloc(size_t size)
{
    atomic_fetch_add(&calls, 1);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    atomic_fetch_add(&calls, 1);
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    atomic_fetch_add(&calls, 1);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    atomic_fetch_add(&calls, 1);
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

static lac_trainer *trainer_for(lac_context *ctx, const char *model, lac_data **data)
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
    config.batch = 4;
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
    assert_int_equal(lac_model_predict(t->model, lac_data_image(t->data, 0), 7, xy), LAC_OK);
}

static void a_step_allocates_nothing(void **state)
{
    static const char *const models[] = {"resnet", "cnn", "kimura"};
    static const lac_cpu levels[] = {LAC_CPU_REF, LAC_CPU_AUTO};
    for (int i = 0; i < 2 * LAC_COUNT(models); i++) {
        lac_context *ctx = context_at(levels[i % 2], 2);
        lac_data *data;
        lac_trainer *t = trainer_for(ctx, models[i / 2], &data);
        long ours = ctx->allocations;
        long all = calls;
        work_for_a_while(t);
        assert_int_equal(ctx->allocations, ours);
        if (lac_context_cpu(ctx) == LAC_CPU_REF)
            assert_int_equal(calls, all);
        lac_trainer_free(&t);
        lac_data_free(&data);
        lac_context_free(&ctx);
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
