/*
 * The reference kernels against their formulas: independent loops in double, finite
 * differences, NaN and ties. The forms of the loss likewise.
 */
#include "kernel/tables.h"
#include "numbers.h"
#include "train/loss.h"

static void nan_comes_out_of_every_place_of_a_window(void **state)
{
    (void)state;
    float one[16], zero[16] = {0};
    for (int c = 0; c < LAC_BLOCK; c++)
        one[c] = 1;
    for (lac_cpu level = LAC_CPU_REF; level; level = next_level(level)) {
        const lac_kernels *k = lac_kernels_get(level);
        for (int spoiled = 0; spoiled < 4; spoiled++) {
            float *y = filled(4 * LAC_BLOCK, FILL_PLAIN, 1);
            float *z = numbers(4 * LAC_BLOCK);
            y[spoiled * LAC_BLOCK + 3] = NAN;
            k->affine_pool(y, z, 2, 2, one, zero, 1);
            for (int c = 0; c < LAC_BLOCK; c++)
                assert_int_equal(isnan(z[c]) != 0, c == 3);
            k->affine(y, NULL, z, 4, one, zero, 1);
            assert_true(isnan(z[spoiled * LAC_BLOCK + 3]));
            numbers_free(y);
            numbers_free(z);
        }
    }
}

static void the_first_of_equal_values_gets_the_gradient(void **state)
{
    (void)state;
    float one[16], zero[16] = {0};
    for (int c = 0; c < LAC_BLOCK; c++)
        one[c] = 1;
    for (lac_cpu level = LAC_CPU_REF; level; level = next_level(level)) {
        for (int places = 1; places < 16; places++) { /* bit set of where the maximum stands */
            float *y = numbers(4 * LAC_BLOCK);
            float *z = numbers(LAC_BLOCK);
            float *dy = numbers(4 * LAC_BLOCK);
            int first = __builtin_ctz((unsigned)places);
            for (int i = 0; i < 4 * LAC_BLOCK; i++)
                y[i] = places >> (i / LAC_BLOCK) & 1 ? 2 : 1;
            for (int c = 0; c < LAC_BLOCK; c++)
                z[c] = 2;
            lac_kernels_get(level)->pool_backward(y, z, one, dy, 2, 2, 1, one, one, zero, zero);
            for (int i = 0; i < 4 * LAC_BLOCK; i++)
                assert_true(dy[i] == (i / LAC_BLOCK == first ? 1.0f : 0.0f));
            numbers_free(y);
            numbers_free(z);
            numbers_free(dy);
        }
    }
}

/* Batch normalization over one plane, then relu, then the pool or nothing: the function that
 * the backward kernels differentiate, in double. The odd sides leave a row and a column out. */
enum { H = 5, W = 7, PIXELS = H * W, PLANE = PIXELS * LAC_BLOCK };

typedef struct norm_problem {
    int pool, relu;
    double y[PLANE], add[PLANE], dz[PLANE], gamma[16], beta[16];
} norm_problem;

static void norm_statistics(const norm_problem *p, int c, double *mean, double *inverse)
{
    double sum = 0, square = 0;
    for (int i = 0; i < PIXELS; i++)
        sum += p->y[i * LAC_BLOCK + c];
    *mean = sum / PIXELS;
    for (int i = 0; i < PIXELS; i++) {
        double d = p->y[i * LAC_BLOCK + c] - *mean;
        square += d * d;
    }
    *inverse = 1 / sqrt(square / PIXELS + 1e-5);
}

/* <z, dz>. */
static double norm_objective(const norm_problem *p)
{
    double total = 0;
    for (int c = 0; c < LAC_BLOCK; c++) {
        double mean, inverse, value[PIXELS];
        norm_statistics(p, c, &mean, &inverse);
        for (int i = 0; i < PIXELS; i++)
            value[i] = (p->y[i * LAC_BLOCK + c] - mean) * inverse * p->gamma[c] + p->beta[c];
        int count = p->pool ? (H / 2) * (W / 2) : PIXELS;
        for (int i = 0; i < count; i++) {
            int corner = i / (W / 2) * 2 * W + i % (W / 2) * 2;
            double z = p->pool ? fmax(fmax(value[corner], value[corner + 1]),
                                      fmax(value[corner + W], value[corner + W + 1]))
                               : value[i] + p->add[i * LAC_BLOCK + c];
            total += (p->relu ? fmax(z, 0) : z) * p->dz[i * LAC_BLOCK + c];
        }
    }
    return total;
}

static double norm_slope(norm_problem *p, double *coordinate)
{
    const double step = 1e-6;
    double kept = *coordinate;
    *coordinate = kept + step;
    double above = norm_objective(p);
    *coordinate = kept - step;
    double below = norm_objective(p);
    *coordinate = kept;
    return (above - below) / (2 * step);
}

static void assert_slope(double got, double want, const char *what, int i)
{
    if (fabs(got - want) > 1e-4)
        fail_msg("%s[%d] is %.9g, the difference quotient %.9g", what, i, got, want);
}

/* Forward and both backward passes by kernels, with the textbook's coefficients between. */
static void check_norm_gradient(const lac_kernels *k, int pool, int relu)
{
    static norm_problem p;
    float *y = numbers(PLANE), *add = numbers(PLANE), *z = numbers(PLANE), *dz = numbers(PLANE);
    float *dy = numbers(PLANE), *dadd = numbers(PLANE);
    float scale[16], shift[16], origin[16], a[16], b[16], c[16];
    const lac_relu through = {z, scale, shift};
    double sum[16] = {0}, product[16] = {0}, dgamma[16];
    p.pool = pool;
    p.relu = relu;
    for (int i = 0; i < PLANE; i++) {
        p.y[i] = y[i] = number_of(FILL_PLAIN, 1, (uint64_t)i);
        p.add[i] = add[i] = number_of(FILL_PLAIN, 2, (uint64_t)i);
        p.dz[i] = dz[i] = number_of(FILL_PLAIN, 3, (uint64_t)i);
    }
    for (int i = 0; i < LAC_BLOCK; i++) {
        double mean, inverse;
        p.gamma[i] = i % 5 == 1 ? -0.7 : 0.5 + i / 16.0;
        p.beta[i] = i / 8.0 - 1;
        norm_statistics(&p, i, &mean, &inverse);
        scale[i] = (float)(p.gamma[i] * inverse);
        shift[i] = (float)(p.beta[i] - p.gamma[i] * inverse * mean);
        origin[i] = (float)mean + 0.25f;
    }
    if (pool) {
        k->affine_pool(y, z, H, W, scale, shift, relu);
        k->pool_sums(y, z, dz, H, W, relu, scale, origin, sum, product);
    } else {
        k->affine(y, add, z, PIXELS, scale, shift, relu);
        k->affine_sums(y, relu ? &through : NULL, dz, PIXELS, origin, sum, product);
    }
    for (int i = 0; i < LAC_BLOCK; i++) {
        double mean, inverse;
        norm_statistics(&p, i, &mean, &inverse);
        dgamma[i] = inverse * (product[i] + ((double)origin[i] - mean) * sum[i]);
        double along = p.gamma[i] * inverse;
        a[i] = (float)along;
        b[i] = (float)(-along * inverse * dgamma[i] / PIXELS);
        c[i] = (float)(-along * (sum[i] - mean * inverse * dgamma[i]) / PIXELS);
    }
    if (pool)
        k->pool_backward(y, z, dz, dy, H, W, relu, scale, a, b, c);
    else
        k->affine_backward(y, relu ? &through : NULL, dz, dy, PIXELS, a, b, c, dadd, 0);
    for (int i = 0; i < LAC_BLOCK; i++) {
        assert_slope(sum[i], norm_slope(&p, &p.beta[i]), "dbeta", i);
        assert_slope(dgamma[i], norm_slope(&p, &p.gamma[i]), "dgamma", i);
    }
    for (int i = 0; i < PLANE; i += 3) {
        assert_slope((double)dy[i], norm_slope(&p, &p.y[i]), "dy", i);
        if (!pool)
            assert_slope((double)dadd[i], norm_slope(&p, &p.add[i]), "dadd", i);
    }
    float *all[] = {y, add, z, dz, dy, dadd};
    for (int i = 0; i < LAC_COUNT(all); i++)
        numbers_free(all[i]);
}

static void the_backward_passes_are_the_gradient_of_batch_normalization(void **state)
{
    (void)state;
    for (int n = 0; n < 4; n++) {
        check_norm_gradient(&lac_kernels_ref, n / 2, n % 2);
        check_norm_gradient(lac_kernels_get(LAC_CPU_AUTO), n / 2, n % 2);
    }
}

static void moments_are_the_sums_of_the_definition(void **state)
{
    (void)state;
    enum { COUNT = 37 * LAC_BLOCK };
    float *y = filled(COUNT, FILL_PLAIN, 1);
    float origin[16];
    constants(origin, 2);
    double sum[16] = {0}, square[16] = {0};
    lac_kernels_ref.moments(y, 37, origin, sum, square);
    for (int c = 0; c < LAC_BLOCK; c++) {
        double mean = 0, spread = 0;
        for (int i = c; i < COUNT; i += LAC_BLOCK)
            mean += (double)y[i] / 37;
        for (int i = c; i < COUNT; i += LAC_BLOCK)
            spread += pow((double)y[i] - mean, 2) / 37;
        double shifted = sum[c] / 37;
        assert_true(fabs(shifted + (double)origin[c] - mean) < 1e-12);
        assert_true(fabs(square[c] / 37 - shifted * shifted - spread) < 1e-12);
    }
    numbers_free(y);
}

static void adam_takes_the_steps_of_the_definition(void **state)
{
    (void)state;
    enum { COUNT = 50, STEPS = 10 };
    float *x[4];
    adam_arrays(x, COUNT, FILL_PLAIN, 0);
    double w[COUNT], m[COUNT] = {0}, v[COUNT] = {0};
    for (int i = 0; i < COUNT; i++) {
        w[i] = x[0][i];
        x[2][i] = x[3][i] = 0;
    }
    for (int t = 1; t <= STEPS; t++) {
        double lr = 1e-2, l2 = 5e-4, eps = 1e-8, shrink = 1e-3;
        double root = sqrt(1 - pow(0.999, t));
        lac_adam_step step = {.lr = (float)(lr * root / (1 - pow(0.9, t))), .beta1 = 0.9,
                              .beta2 = 0.999, .eps = (float)(eps * root), .l2 = (float)l2,
                              .shrink = (float)shrink};
        lac_kernels_ref.adam(x[0], x[1], x[2], x[3], COUNT, &step);
        for (int i = 0; i < COUNT; i++) {
            double g = x[1][i] + l2 * w[i];
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.999 * v[i] + 0.001 * g * g;
            double mean = m[i] / (1 - pow(0.9, t));
            double spread = v[i] / (1 - pow(0.999, t));
            w[i] = w[i] * (1 - shrink) - lr * mean / (sqrt(spread) + eps);
            assert_true(fabs((double)x[0][i] - w[i]) < 2e-6);
        }
    }
    for (int i = 0; i < 4; i++)
        numbers_free(x[i]);
}

/* ---- Loss ---------------------------------------------------------------------------- */

/* The curve of a form over an error, as the documents write it. */
static double curve(lac_form form, double e, double d)
{
    double off = fabs(e);
    switch (form) {
    case LAC_FORM_HUBER:
        return off < d ? e * e : 2 * d * off - d * d;
    case LAC_FORM_SATURATING:
        return e * e / (1 + e * e / (d * d));
    case LAC_FORM_WING:
        return off < d ? d * log(1 + 5 * off / d) : off - d * (1 - log(6));
    default:
        return e * e;
    }
}

/* Errors are quarters of the width and a little more, to both sides of every bend. */
static void every_form_is_its_curve_and_its_gradient_the_slope_of_it(void **state)
{
    (void)state;
    const double d = 0.125, step = 1e-6;
    for (lac_form form = LAC_FORM_SQUARED; form <= LAC_FORM_WING; form++)
        for (int k = -20; k <= 20; k++) {
            const float target = 0.25f;
            const float y = target + (float)k * (float)d / 4 + 1.0f / 256;
            const uint8_t mask = 1;
            float dy;
            lac_loss_batch b = {&y, &target, &mask, 1, 1, LAC_REDUCTION_PRESENT, form, d, NULL};
            double e = (double)y - (double)target, loss = lac_loss_gradient(&b, &dy);
            double slope = (curve(form, e + step, d) - curve(form, e - step, d)) / (2 * step);
            assert_true(fabs(loss - curve(form, e, d)) < 1e-12);
            assert_slope((double)dy, slope, "dy", k);
        }
}

static void forms_meet_at_the_width_and_rest_at_no_error(void **state)
{
    (void)state;
    const double d = 0.125;
    for (lac_form form = LAC_FORM_SQUARED; form <= LAC_FORM_WING; form++) {
        const float target[2] = {0.25f, 0.25f}, y[2] = {0.25f, 0.375f};
        float dy[2];
        lac_loss_batch b = {y, target, NULL, 1, 2, LAC_REDUCTION_PRESENT, form, d, NULL};
        const double wanted = form == LAC_FORM_SATURATING ? d * d / 2
                              : form == LAC_FORM_WING     ? d * log(6) : d * d;
        assert_true(fabs(lac_loss_gradient(&b, dy) - wanted / 2) < 1e-12);
        assert_true(dy[0] == 0.0f && dy[1] > 0.0f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nan_comes_out_of_every_place_of_a_window),
        cmocka_unit_test(the_first_of_equal_values_gets_the_gradient),
        cmocka_unit_test(the_backward_passes_are_the_gradient_of_batch_normalization),
        cmocka_unit_test(moments_are_the_sums_of_the_definition),
        cmocka_unit_test(adam_takes_the_steps_of_the_definition),
        cmocka_unit_test(every_form_is_its_curve_and_its_gradient_the_slope_of_it),
        cmocka_unit_test(forms_meet_at_the_width_and_rest_at_no_error),
    };
    return cmocka_run_group_tests_name("formulas", tests, NULL, NULL);
}
