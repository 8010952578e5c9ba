/* Which method convolves: the list, the table, and a method asked for by name. */
#include "kernel/choice.h"
#include "support.h"

static const lac_conv_shape three = {.c = 32, .h = 12, .w = 11, .oc = 64, .oh = 12, .ow = 11,
                                     .k = 3, .stride = 1, .pad = 1};

/* A convolution as the choice sees it, on a machine that need not be this one. */
typedef struct imagined {
    lac_kernels kernels;
    lac_conv conv;
} imagined;

static void imagine(imagined *m, const lac_conv_shape *shape, lac_cpu level, int bf16, int chunk)
{
    *m = (imagined){.kernels = {.level = level, .element = bf16 ? 2 : 4},
                    .conv = {.shape = *shape, .chunk = chunk, .kernels = &m->kernels}};
}

static const char *first(lac_cpu level, int bf16)
{
    const lac_conv_entry *order[LAC_MOST_METHODS];
    imagined m;
    imagine(&m, &three, level, bf16, 3);
    assert_true(lac_choice_order(&m.conv, order) >= 1);
    return order[0]->name;
}

static int is_listed(const char *name)
{
    int times = 0;
    for (int i = 0; lac_conv_method_at(i); i++)
        times += strcmp(lac_conv_method_at(i), name) == 0;
    assert_true(times <= 1);
    return times;
}

static void methods_of_one_name_exclude_each_other(void **state)
{
    (void)state;
    assert_true(lac_conv_list_count <= LAC_MOST_METHODS);
    for (int i = 0; i < lac_conv_list_count; i++) {
        const lac_conv_entry *a = &lac_conv_list[i];
        assert_true(is_listed(a->name));
        assert_true(a->levels && a->storages && a->use);
        for (int k = 0; k < i; k++) {
            const lac_conv_entry *b = &lac_conv_list[k];
            assert_true(strcmp(a->name, b->name) != 0 || !(a->levels & b->levels) ||
                        !(a->storages & b->storages));
        }
    }
    assert_false(is_listed("nonsense"));
    assert_string_equal(lac_conv_list[lac_conv_list_count - 1].name, "ref");
}

static void assert_range(lac_range r, int block)
{
    assert_true(r.least >= 0 && r.most >= 0 && (r.most == 0 || r.least <= r.most));
    assert_true(r.least % block == 0 || r.least == 1);
    assert_true(r.most % block == 0 || r.most == 1);
}

static void rows_are_in_range_and_name_methods_of_the_list(void **state)
{
    (void)state;
    for (int i = 0; i < lac_choice_row_count; i++) {
        const lac_choice_row *row = &lac_choice_rows[i];
        assert_true(row->level > LAC_CPU_REF && row->level <= LAC_CPU_AMX);
        assert_true(row->storages >= 1 && row->storages <= (LAC_CONV_FLOAT | LAC_CONV_BF16));
        assert_true(row->passes >= 0 && row->passes <= LAC_PASSES_PREDICT);
        assert_true(row->k == 0 || (row->k % 2 == 1 && row->k <= LAC_MOST_K));
        assert_true(row->stride >= 0 && row->stride <= LAC_MOST_STRIDE);
        assert_range(row->c, LAC_BLOCK);
        assert_range(row->oc, LAC_BLOCK);
        assert_range(row->side, 1);
        assert_range(row->chunk, 1);
#if defined LAC_X86 && defined HAVE_DNNL
        assert_true(is_listed(row->method));
#endif
    }
}

/* The order of one convolution: each method once, the last resort among them. */
static void check_order(const lac_conv_shape *shape, lac_cpu level, int how)
{
    const lac_conv_entry *order[LAC_MOST_METHODS], *again[LAC_MOST_METHODS];
    imagined m;
    imagine(&m, shape, level, how & 1, how & 2 ? 1 : 16);
    m.conv.inference = how >> 2;
    int count = lac_choice_order(&m.conv, order);
    assert_int_equal(lac_choice_order(&m.conv, again), count);
    int able = 0, resort = 0;
    for (int i = 0; i < lac_conv_list_count; i++)
        able += lac_conv_can(&m.conv, &lac_conv_list[i]);
    assert_int_equal(count, able);
    for (int i = 0; i < count; i++) {
        assert_ptr_equal(order[i], again[i]);
        assert_true(lac_conv_can(&m.conv, order[i]));
        for (int k = 0; k < i; k++)
            assert_ptr_not_equal(order[i], order[k]);
        resort |= order[i]->use == lac_conv_use_ref;
    }
    assert_true(resort);
}

static void every_convolution_has_methods_in_a_fixed_order(void **state)
{
    (void)state;
    static const int channels[] = {1, 16, 48, 64, 512};
    static const int sides[] = {1, 6, 24, 96, 700};
    for (int k = 1; k <= LAC_MOST_K; k += 2)
        for (int stride = 1; stride <= LAC_MOST_STRIDE; stride++)
            for (int i = 0; i < LAC_COUNT(channels) * LAC_COUNT(sides); i++) {
                int side = sides[i / LAC_COUNT(channels)], out = (side + stride - 1) / stride;
                lac_conv_shape s = {.c = channels[i % LAC_COUNT(channels)], .h = side, .w = side,
                                    .oc = 32, .oh = out, .ow = out, .k = k, .stride = stride,
                                    .pad = k / 2};
                for (lac_cpu level = LAC_CPU_REF; level <= LAC_CPU_AMX; level++)
                    for (int how = 0; how < 8; how++)
                        check_order(&s, level, how);
            }
}

static void the_table_decides_by_level_and_storage(void **state)
{
    (void)state;
    assert_string_equal(first(LAC_CPU_REF, 0), "ref");
    assert_string_equal(first(LAC_CPU_REF, 1), "ref");
#ifdef LAC_X86
    assert_string_equal(first(LAC_CPU_AVX512, 0), "winograd");
    assert_string_equal(first(LAC_CPU_AVX512, 1), "winograd 2x2");
    assert_string_equal(first(LAC_CPU_AMX, 1), "amx");
#endif
}

/* What `three`, float32 in chunks of 3 for training at AVX2, has to do with a row. */
static int has(const lac_choice_row *row)
{
    imagined m;
    imagine(&m, &three, LAC_CPU_AVX2, 0, 3);
    return lac_choice_row_has(row, &m.conv);
}

static void every_column_of_a_row_counts(void **state)
{
    (void)state;
    const lac_choice_row all = {.level = LAC_CPU_AVX2, .storages = LAC_CONV_FLOAT};
    const lac_choice_row fitting = {.level = LAC_CPU_AVX2, .storages = LAC_CONV_FLOAT,
                                    .passes = LAC_PASSES_TRAIN, .k = 3, .stride = 1, .c = {32, 32},
                                    .oc = {48, 64}, .side = {12, 0}, .chunk = {1, 3}};
    assert_true(has(&all));
    assert_true(has(&fitting));
    lac_choice_row others[] = {fitting, fitting, fitting, fitting, fitting,
                               fitting, fitting, fitting, fitting, fitting};
    others[0].level = LAC_CPU_AVX512;
    others[1].storages = LAC_CONV_BF16;
    others[2].passes = LAC_PASSES_PREDICT;
    others[3].k = 1;
    others[4].stride = 2;
    others[5].c = (lac_range){48, 0};
    others[6].oc = (lac_range){16, 48};
    others[7].side = (lac_range){13, 0};
    others[8].chunk = (lac_range){1, 2};
    others[9].chunk = (lac_range){4, 4};
    for (int i = 0; i < LAC_COUNT(others); i++)
        assert_false(has(&others[i]));
}

static void a_row_is_printed_as_the_table_has_it(void **state)
{
    (void)state;
    char text[LAC_CHOICE_TEXT];
    imagined m;
    imagine(&m, &three, LAC_CPU_AVX512, 0, 3);
    assert_string_equal(lac_choice_text(&m.conv, "winograd 4x4", text),
                        "{AVX512, FLOAT, TRAIN, 3, 1, {32, 32}, {64, 64}, {12, 12}, ANY, "
                        "\"winograd 4x4\"},");
    imagine(&m, &three, LAC_CPU_AMX, 1, 1);
    lac_choice_text(&m.conv, "onednn direct", text);
    assert_non_null(strstr(text, "{AMX, BF16, TRAIN, 3"));
    m.conv.inference = 1;
    assert_non_null(strstr(lac_choice_text(&m.conv, "onednn direct", text), "PREDICT"));
}

/* ---- Made -------------------------------------------------------------------------------- */

static void the_choice_is_repeated(void **state)
{
    (void)state;
    lac_context *ctx = context_at(lac_kernels_level(LAC_CPU_AUTO), 1);
    const lac_conv_task task = {three, 3, 0, NULL};
    for (int i = 0; i < 2; i++) {
        lac_conv *a, *b;
        assert_ok(ctx, lac_conv_new(ctx, ctx->kernels, &task, &a));
        assert_ok(ctx, lac_conv_new(ctx, ctx->kernels, &task, &b));
        assert_string_equal(lac_conv_method_name(a), lac_conv_method_name(b));
        lac_conv_free(&a);
        lac_conv_free(&b);
    }
    lac_context_free(&ctx);
}

static void a_method_that_cannot_is_an_error(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_conv *conv;
    lac_conv_task task = {three, 3, 0, "nonsense"};
    assert_status(ctx, lac_conv_new(ctx, ctx->kernels, &task, &conv), LAC_ERROR_ARGUMENT);
    assert_null(conv);
    assert_message(ctx, "nonsense: no such method of convolving, must be one of ");
    assert_message(ctx, "ref");
#ifdef LAC_X86
    task.method = "winograd 2x2";
    assert_status(ctx, lac_conv_new(ctx, ctx->kernels, &task, &conv), LAC_ERROR_ARGUMENT);
    assert_null(conv);
    assert_message(ctx, "method winograd 2x2 cannot do the convolution 3x3 /1, 32x12x11 to 64 "
                        "channels, of float32 at cpu level ref");
#endif
    task.method = "ref";
    assert_ok(ctx, lac_conv_new(ctx, ctx->kernels, &task, &conv));
    lac_conv_free(&conv);
    lac_context_free(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_of_one_name_exclude_each_other),
        cmocka_unit_test(rows_are_in_range_and_name_methods_of_the_list),
        cmocka_unit_test(every_convolution_has_methods_in_a_fixed_order),
        cmocka_unit_test(the_table_decides_by_level_and_storage),
        cmocka_unit_test(every_column_of_a_row_counts),
        cmocka_unit_test(a_row_is_printed_as_the_table_has_it),
        cmocka_unit_test(the_choice_is_repeated),
        cmocka_unit_test(a_method_that_cannot_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
