/* What the benchmark's tables say of a network: methods, bytes, and the rounds of methods. */
#include "planned.h"
#include "support.h"

enum { PICTURES = 3, SIDE = 8, PLANE = SIDE * SIDE * LAC_BLOCK };

static const char network[] = "a conv 3x3 16 norm relu < input\n"
                              "b conv 3x3 16 relu < a\n"
                              "c add relu < a b\n"
                              "maps conv 1x1 points < c\n"
                              "xy softargmax output < maps\n";

enum { A = 1, B, C, MAPS, XY };

static void check_bytes(const planned *p, int i, int backward, double of_a_picture,
                        double parameters)
{
    double got = lac_plan_bytes(p->plan, i, PICTURES, backward);
    double want = PICTURES * of_a_picture + parameters * sizeof(float);
    if (got != want)
        fail_msg("%s, %s: %.0f bytes, must be %.0f", p->net->node[i].name,
                 backward ? "backward" : "forward", got, want);
}

/* Of a storage of e bytes; maps, and what comes of them, are floats in either. */
static void check_network(lac_context *ctx, int flags, double e)
{
    planned p = planned_new(ctx, network, SIDE, 2, PICTURES, flags);
    const double f = sizeof(float);
    check_bytes(&p, A, 0, (SIDE * SIDE + PLANE) * e, 9 * 16 + 2 * 16);
    check_bytes(&p, A, 1, (SIDE * SIDE + 2 * PLANE) * e, 9 * 16 + 2 * 16);
    check_bytes(&p, B, 0, 2 * PLANE * e, 9 * 16 * 16 + 16);
    check_bytes(&p, B, 1, 5 * PLANE * e, 2 * (9 * 16 * 16 + 16)); /* adds to what c gave a */
    check_bytes(&p, C, 0, 3 * PLANE * e, 0);
    check_bytes(&p, C, 1, 4 * PLANE * e, 0);
    check_bytes(&p, MAPS, 0, PLANE * (e + f), 2 * 16 + 2);
    check_bytes(&p, MAPS, 1, PLANE * (2 * e + f), 2 * (2 * 16 + 2));
    check_bytes(&p, XY, 0, (PLANE + 4) * f, 0);
    check_bytes(&p, XY, 1, (2 * PLANE + 4) * f, 0);
    planned_free(&p);
}

static void bytes_are_what_must_be_moved_once(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    check_network(ctx, 0, 4);
    check_network(ctx, LAC_PLAN_BF16, 2);
    lac_context_free(&ctx);
}

static void operators_tell_their_method(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    planned p = planned_new(ctx, network, SIDE, 2, PICTURES, 0);
    assert_string_equal(lac_op_method(&p.plan->op[A]), "ref");
    assert_string_equal(lac_op_method(&p.plan->op[C]), "-");
    assert_string_equal(lac_op_method(&p.plan->op[XY]), "-");
    planned_free(&p);
    lac_context_free(&ctx);
    ctx = context_at(lac_kernels_level(LAC_CPU_AUTO), 1);
    p = planned_new(ctx, "resnet", 96, 15, 1, 0);
    assert_string_equal(lac_op_method(&p.plan->op[1]), ctx->cpu == LAC_CPU_REF ? "ref" : "stem");
    planned_free(&p);
    lac_context_free(&ctx);
}

static void check_conv(const lac_bench_conv *c, int is_first)
{
    int taken = 0;
    assert_int_equal(c->operators, 1);
    assert_true(c->methods >= 1 && c->flop > 0 && c->chunk >= 1);
    for (int i = 0; i < c->methods; i++) {
        const lac_bench_method *m = &c->method[i];
        taken += m->is_taken;
        for (int side = 0; side < 2; side++)
            for (int pass = 0; pass < 3; pass++)
                assert_true((m->seconds[side][pass] > 0) == !(pass == 1 && is_first));
    }
    assert_int_equal(taken, 1);
    const char *name = strchr(c->row, '"');
    assert_true((name != NULL) == (c->methods > 1));
    assert_true(!name || strcmp(strchr(name + 1, '"'), "\"},") == 0);
}

static void every_convolution_has_figures_and_a_row(void **state)
{
    (void)state;
    lac_context *ctx = context_at(lac_kernels_level(LAC_CPU_AUTO), 2);
    lac_train_config config = lac_train_config_default();
    lac_bench_methods_result *r;
    strcpy(config.model, "kimura");
    config.batch = 8;
    lac_bench_methods_config how = {.size = 24, .points = 3, .rounds = 2};
    assert_ok(ctx, lac_bench_methods(ctx, &config, &how, &r));
    assert_int_equal(r->convs, 3);
    assert_true(r->peak_flop_per_second[0] > 0 && r->peak_flop_per_second[1] > 0);
    for (int i = 0; i < r->convs; i++)
        check_conv(&r->conv[i], i == 0);
    assert_string_equal(r->conv[0].name, "conv1");
    assert_int_equal(r->conv[0].k, 5);
    assert_int_equal(r->conv[1].channels[0], 16);
    assert_int_equal(r->conv[1].channels[1], 32);
    assert_int_equal(r->conv[1].size[0], 12);
    lac_bench_methods_result_free(&r);
    assert_null(r);
    how.rounds = 0;
    assert_status(ctx, lac_bench_methods(ctx, &config, &how, &r), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "0 rounds: must be at least 1");
    lac_context_free(&ctx);
}

/* Methods of one storage alone are timed on it: a bf16 network has its own list. */
static void bf16_is_timed_by_its_own_methods(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    lac_train_config config = lac_train_config_default();
    lac_bench_methods_result *r;
    strcpy(config.model, "kimura");
    config.batch = 1;
    config.precision = LAC_PRECISION_BF16;
    const lac_bench_methods_config how = {.size = 8, .points = 3, .rounds = 1};
    assert_ok(ctx, lac_bench_methods(ctx, &config, &how, &r));
    for (int i = 0; i < r->convs; i++) {
        assert_int_equal(r->conv[i].methods, 1);
        assert_string_equal(r->conv[i].method[0].name, "ref");
        assert_string_equal(r->conv[i].row, "");
    }
    lac_bench_methods_result_free(&r);
    lac_context_free(&ctx);
}

/* Two threads share the channels of one picture; one makes all. */
static void one_picture_is_predicted_by_halves(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        lac_context *ctx = context_at(LAC_CPU_REF, threads);
        lac_train_config config = lac_train_config_default();
        lac_bench_methods_result *r;
        strcpy(config.model, "kimura");
        config.batch = 1;
        const lac_bench_methods_config how = {.size = 8, .points = 3, .rounds = 1, .predict = 1};
        assert_ok(ctx, lac_bench_methods(ctx, &config, &how, &r));
        const lac_bench_conv *c = &r->conv[1];
        assert_int_equal(c->chunk, 1);
        assert_int_equal(c->channels[0], 16);
        assert_int_equal(c->channels[1], 32 / threads);
        assert_true(c->flop == 2.0 * 9 * 16 * 32 / threads * c->size[0] * c->size[0]);
        assert_true(c->method[0].seconds[0][0] > 0);
        assert_true(c->method[0].seconds[0][1] == 0 && c->method[0].seconds[0][2] == 0);
        lac_bench_methods_result_free(&r);
        lac_context_free(&ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_what_must_be_moved_once),
        cmocka_unit_test(operators_tell_their_method),
        cmocka_unit_test(every_convolution_has_figures_and_a_row),
        cmocka_unit_test(bf16_is_timed_by_its_own_methods),
        cmocka_unit_test(one_picture_is_predicted_by_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
