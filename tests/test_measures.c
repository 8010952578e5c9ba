/*
 * Measures against cases computed by hand; intervals of the bootstrap; rows as a table.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/data.h"
#include "eval/measures.h"
#include "support.h"

#include <math.h>

enum { SIDE = 20 };

static const char *const names[3] = {"left_eye", "right_eye", "nose"};
static lac_context *ctx;

static int setup(void **state)
{
    (void)state;
    return lac_context_new(&(lac_context_config){.threads = 2}, &ctx) != LAC_OK;
}

static int teardown(void **state)
{
    (void)state;
    lac_context_free(&ctx);
    return 0;
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * fmax(1, fabs(wanted))))
        fail_msg("%.17g, wanted %.17g", got, wanted);
}

static lac_data *data_of(int rows, int points, const float *labels, const uint8_t *mask)
{
    lac_data *data = NULL;
    uint8_t *pixels = calloc((size_t)rows, SIDE * SIDE);
    assert_non_null(pixels);
    assert_ok(ctx, lac_data_from_memory(ctx, rows, SIDE, points, names, pixels, labels, mask,
                                        &data));
    free(pixels);
    return data;
}

/* All rows, each a group of its own; freed by lac_predicted_free. */
static lac_predicted *predicted_of(const lac_data *data, const float *xy)
{
    size_t values = (size_t)data->rows * 2 * (size_t)data->points;
    lac_predicted *p;
    assert_ok(ctx, lac_alloc(ctx, 1, sizeof *p, &p));
    p->data = data;
    p->count = data->rows;
    assert_ok(ctx, lac_alloc(ctx, (size_t)data->rows, sizeof *p->row, &p->row));
    assert_ok(ctx, lac_alloc(ctx, (size_t)data->rows, sizeof *p->group, &p->group));
    assert_ok(ctx, lac_alloc(ctx, (size_t)data->rows, sizeof *p->side, &p->side));
    assert_ok(ctx, lac_alloc(ctx, values, sizeof *p->xy, &p->xy));
    for (int i = 0; i < data->rows; i++)
        p->row[i] = p->group[i] = i;
    memcpy(p->xy, xy, values * sizeof *xy);
    return p;
}

static lac_measures *measures_of(const lac_predicted *p, const lac_measures_config *config)
{
    lac_measures *m = NULL;
    assert_ok(ctx, lac_measures_compute(ctx, p, config, &m));
    return m;
}

static const uint8_t all_present[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static void a_quantile_lies_between_its_two_neighbours(void **state)
{
    (void)state;
    const double sorted[4] = {1, 2, 3, 5};
    assert_near(lac_quantile(sorted, 4, 0), 1);
    assert_near(lac_quantile(sorted, 4, 0.5), 2.5);
    assert_near(lac_quantile(sorted, 4, 0.9), 3 + 0.7 * 2); /* place 2.7 of 0 to 3 */
    assert_near(lac_quantile(sorted, 4, 1), 5);
    assert_near(lac_quantile(sorted, 1, 0.9), 1);
    assert_true(isnan(lac_quantile(sorted, 0, 0.5)));
}

static void errors_are_counted_against_limits_and_the_threshold(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5, 5, 5, 5, 5, 5};
    const float xy[8] = {6, 5, 5, 7, 8, 5, 5, 5}; /* off by 1, 2, 3 and 0 of 20 pixels */
    lac_data *data = data_of(4, 1, labels, all_present);
    lac_predicted *p = predicted_of(data, xy);
    lac_measures *m = measures_of(p, NULL);
    assert_int_equal(m->all.points, 4);
    assert_near(m->all.mean, 6 / 4.0);
    assert_near(m->all.quantile[0], 1.5);
    assert_near(m->all.quantile[1], 2 + 0.7);
    assert_near(m->all.within[0], 0.25); /* at most 1 % */
    assert_near(m->all.within[3], 0.5);  /* at most 5 %: an error at the limit is within it */
    assert_near(m->all.within[5], 0.75);
    assert_near(m->all.failure_points, 0.25);
    assert_near(m->all.failure_images, 0.25);
    assert_near(m->all.auc, (0.5 + 0 + 0 + 1) / 4);
    assert_near(m->all.nme, 6 / 4.0 / 20);
    assert_near(m->estimate[LAC_MEASURE_NME].value, 6 / 4.0 / 20);
    lac_measures_free(&m);
    lac_measures_config config = lac_measures_config_default();
    config.threshold = 0.2;
    m = measures_of(p, &config);
    assert_near(m->all.failure_points, 0);
    assert_near(m->all.auc, (0.75 + 0.5 + 0.25 + 1) / 4);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

static void the_area_is_the_integral_of_the_shares_within(void **state)
{
    (void)state;
    enum { ROWS = 50, STEPS = 6000 };
    float labels[2 * ROWS], xy[2 * ROWS];
    uint8_t mask[2 * ROWS];
    for (int i = 0; i < 2 * ROWS; i++) {
        labels[i] = 5;
        xy[i] = 5 + (float)lac_random_normal(1, 0, (uint64_t)i);
        mask[i] = 1;
    }
    lac_data *data = data_of(ROWS, 1, labels, mask);
    lac_predicted *p = predicted_of(data, xy);
    lac_measures_config config = lac_measures_config_default();
    config.resamples = 0;
    double sum = 0;
    for (int i = 0; i < STEPS; i += LAC_LIMITS) {
        for (int l = 0; l < LAC_LIMITS; l++)
            config.limit[l] = config.threshold * (i + l + 0.5) / STEPS;
        lac_measures *m = measures_of(p, &config);
        for (int l = 0; l < LAC_LIMITS; l++)
            sum += m->all.within[l] / STEPS;
        if (i + LAC_LIMITS == STEPS)
            assert_true(fabs(sum - m->all.auc) < 1e-4);
        lac_measures_free(&m);
    }
    lac_predicted_free(&p);
    lac_data_free(&data);
}

/* Row 0: eyes 5 pixels apart; row 1 has one eye alone; row 2: eyes 10 apart. */
static const float norm_labels[18] = {3, 4, 6, 8, 5, 10, 3, 4, 0, 0, 5, 10, 2, 2, 12, 2, 5, 10};
static const uint8_t norm_mask[18] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
static const float norm_xy[18] = {3, 5, 6, 8, 5, 12, 4, 4, 0, 0, 5, 10, 2, 2, 12, 2, 5, 11};

static void errors_relative_to_two_points_need_both(void **state)
{
    (void)state;
    lac_data *data = data_of(3, 3, norm_labels, norm_mask);
    lac_predicted *p = predicted_of(data, norm_xy);
    lac_measures_config config = lac_measures_config_default();
    config.norm = LAC_LENGTH_POINTS;
    config.norm_point[1] = 1;
    lac_measures *m = measures_of(p, &config);
    assert_int_equal(m->all.points, 8);
    assert_int_equal(m->all.relative, 6);
    assert_near(m->all.mean, (1 + 2 + 1 + 1) / 8.0);
    assert_near(m->all.nme, ((0.2 + 0 + 0.4) / 3 + (0 + 0 + 0.1) / 3) / 2);
    assert_near(m->all.failure_points, 2 / 6.0); /* 0.2 and 0.4; 0.1 is not more than 0.1 */
    assert_near(m->all.failure_images, 0.5);
    assert_int_equal(m->point[1].points, 2);
    assert_near(m->point[2].nme, (0.4 + 0.1) / 2);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

static void errors_relative_to_the_box_take_the_root_of_its_area(void **state)
{
    (void)state;
    lac_data *data = data_of(3, 3, norm_labels, norm_mask);
    lac_measures_config config = lac_measures_config_default();
    config.norm = LAC_LENGTH_BOX;
    assert_near(lac_row_norm(data, 0, &config), sqrt(3 * 6.0));
    assert_near(lac_row_norm(data, 1, &config), sqrt(2 * 6.0));
    assert_near(lac_row_norm(data, 2, &config), sqrt(10 * 8.0));
    lac_data_free(&data);
    data = data_of(1, 1, norm_labels, all_present); /* one point makes no box */
    assert_true(isnan(lac_row_norm(data, 0, &config)));
    lac_data_free(&data);
}

static void nme_is_a_mean_of_pictures_not_of_points(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5, 5, 5, 5, 0, 0};
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 1, 0, 0};
    const float xy[8] = {5, 5, 5, 5, 9, 5, 0, 0};
    lac_data *data = data_of(2, 2, labels, mask);
    lac_predicted *p = predicted_of(data, xy);
    lac_measures *m = measures_of(p, NULL);
    assert_near(m->all.nme, (0 + 0.2) / 2);
    assert_near(m->all.failure_points, 1 / 3.0);
    assert_near(m->all.failure_images, 1 / 2.0);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

static void a_prediction_that_is_not_a_number_is_infinitely_far_off(void **state)
{
    (void)state;
    const float labels[6] = {5, 5, 5, 5, 5, 5};
    const float xy[6] = {5, 6, NAN, 5, 5, 5};
    lac_data *data = data_of(3, 1, labels, all_present);
    lac_predicted *p = predicted_of(data, xy);
    lac_measures *m = measures_of(p, NULL);
    assert_near(m->all.failure_points, 1 / 3.0);
    assert_near(m->all.quantile[0], 1);
    assert_true(isinf(m->all.quantile[3]) && isnan(m->all.rmse));
    assert_near(m->all.auc, (1 + 0.5) / 3);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

/* Two patterns, which are two sources. */
static void sets_of_rows_are_measured_on_their_own(void **state)
{
    (void)state;
    const float labels[16] = {5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 5, 5, 0, 0, 5, 0};
    const uint8_t mask[16] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0};
    const float xy[16] = {6, 5, 5, 5, 5, 5, 5, 5, 9, 9, 8, 5, 9, 9, 6, 5};
    lac_data *data = data_of(4, 2, labels, mask);
    data->source_weight[0] = 0.75;
    data->source_weight[1] = 0.25;
    lac_predicted *p = predicted_of(data, xy);
    lac_measures *m = measures_of(p, NULL);
    assert_int_equal(m->sources, 2);
    assert_int_equal(m->source[1].rows, 2);
    assert_int_equal(m->source[1].labels, 3);
    assert_int_equal(m->source[1].points, 1); /* half a point counts for the RMSE alone */
    assert_near(m->source[1].rmse, sqrt((9 + 0 + 1) / 3.0));
    assert_near(m->source[1].mean, 3);
    assert_int_equal(m->patterns, 2);
    assert_true(m->present[0] && m->present[1] && !m->present[2] && m->present[3]);
    assert_near(m->pattern[0].rmse, sqrt(1 / 8.0));
    assert_near(m->source_rmse[0].value, sqrt(1 / 8.0));
    assert_near(m->estimate[LAC_MEASURE_TEST_WEIGHTED].value,
                sqrt(0.75 / 8 + 0.25 * 10 / 3));
    lac_metrics *metrics;
    assert_ok(ctx, lac_metrics_compute(ctx, data, xy, NULL, 4, &metrics));
    assert_near(m->all.rmse, metrics->rmse);
    assert_near(m->estimate[LAC_MEASURE_RMSE].value, metrics->rmse);
    assert_near(m->estimate[LAC_MEASURE_TEST_WEIGHTED].value, metrics->test_weighted);
    assert_near(m->all.failure_points, metrics->failure_points);
    assert_near(m->all.failure_images, metrics->failure_images);
    assert_near(m->point[1].rmse, metrics->point_rmse[1]);
    lac_metrics_free(&metrics);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

/* ---- Intervals ---------------------------------------------------------------------------- */

/* Rows of one point, off by a normal number of pixels in x and y. */
static lac_predicted *noise(int rows, uint64_t seed, lac_data **data)
{
    float *labels = calloc((size_t)rows, 2 * sizeof *labels);
    float *xy = calloc((size_t)rows, 2 * sizeof *xy);
    uint8_t *mask = malloc(2 * (size_t)rows);
    assert_true(labels && xy && mask);
    for (int i = 0; i < 2 * rows; i++) {
        mask[i] = 1;
        xy[i] = (float)lac_random_normal(seed, 0, (uint64_t)i);
    }
    *data = data_of(rows, 1, labels, mask);
    lac_predicted *p = predicted_of(*data, xy);
    free(labels);
    free(xy);
    free(mask);
    return p;
}

static int same_estimate(const lac_estimate *a, const lac_estimate *b)
{
    return a->value == b->value && a->low == b->low && a->high == b->high;
}

static void intervals_are_a_function_of_the_seed_and_not_of_the_threads(void **state)
{
    (void)state;
    lac_data *data;
    lac_predicted *p = noise(60, 1, &data);
    lac_measures_config config = lac_measures_config_default();
    lac_context *one, *all = ctx;
    assert_int_equal(lac_context_new(&(lac_context_config){.threads = 1}, &one), LAC_OK);
    lac_measures *a = measures_of(p, &config), *b = measures_of(p, &config);
    ctx = one;
    lac_measures *c = measures_of(p, &config);
    ctx = all;
    config.seed = 2;
    lac_measures *d = measures_of(p, &config);
    const lac_estimate *e = a->estimate;
    assert_true(e->low < e->value && e->value < e->high);
    assert_true(same_estimate(e, b->estimate) && same_estimate(e, c->estimate));
    assert_true(e->value == d->estimate->value && e->low != d->estimate->low);
    config.resamples = 0;
    lac_measures *none = measures_of(p, &config);
    assert_true(none->estimate->value == e->value && isnan(none->estimate->low));
    lac_measures_free(&a);
    lac_measures_free(&b);
    lac_measures_free(&c);
    lac_measures_free(&d);
    lac_measures_free(&none);
    lac_predicted_free(&p);
    lac_data_free(&data);
    lac_context_free(&one);
}

static void intervals_cover_the_truth_about_as_often_as_they_say(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    int covered = 0;
    for (int t = 0; t < TRIALS; t++) {
        lac_data *data;
        lac_predicted *p = noise(100, 100 + (uint64_t)t, &data);
        lac_measures_config config = lac_measures_config_default();
        config.resamples = 200;
        lac_measures *m = measures_of(p, &config);
        covered += m->estimate->low <= 1 && 1 <= m->estimate->high; /* the deviation is 1 */
        lac_measures_free(&m);
        lac_predicted_free(&p);
        lac_data_free(&data);
    }
    if (covered < 0.90 * TRIALS || covered > 0.99 * TRIALS)
        fail_msg("%d of %d intervals cover", covered, TRIALS);
}

static void twins_in_groups_make_no_interval_narrower(void **state)
{
    (void)state;
    enum { ROWS = 30 };
    lac_data *data, *doubled;
    lac_predicted *p = noise(ROWS, 3, &data);
    lac_predicted *twice = noise(2 * ROWS, 3, &doubled);
    for (int i = 0; i < 2 * ROWS; i++) {
        twice->group[i] = i / 2;
        memcpy(twice->xy + 2 * i, p->xy + 2 * (i / 2), 2 * sizeof *p->xy);
    }
    lac_measures *a = measures_of(p, NULL), *b = measures_of(twice, NULL);
    assert_int_equal(b->groups, ROWS);
    assert_near(a->estimate->low, b->estimate->low);
    assert_near(a->estimate->high, b->estimate->high);
    lac_measures_free(&a);
    lac_measures_free(&b);
    lac_predicted_free(&p);
    lac_predicted_free(&twice);
    lac_data_free(&data);
    lac_data_free(&doubled);
}

/* ---- Comparison --------------------------------------------------------------------------- */

static lac_comparison *compare(const lac_predicted *a, const lac_predicted *b)
{
    lac_comparison *c = NULL;
    assert_ok(ctx, lac_compare(ctx, a, b, NULL, &c));
    return c;
}

static void a_prediction_does_not_differ_from_itself(void **state)
{
    (void)state;
    lac_data *data;
    lac_predicted *p = noise(40, 1, &data);
    lac_comparison *c = compare(p, p);
    for (int i = 0; i < c->measures; i++)
        if (i != LAC_MEASURE_TEST_WEIGHTED)
            assert_true(c->difference[i].value == 0 && c->difference[i].low == 0 &&
                        c->difference[i].high == 0);
    assert_int_equal(c->deciding, LAC_MEASURE_RMSE);
    assert_int_equal(lac_comparison_verdict(c), 0);
    lac_comparison_free(&c);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

/* b is a with every error a little smaller, so that only a paired comparison can tell. */
static void a_small_difference_on_every_row_is_told_by_pairs(void **state)
{
    (void)state;
    lac_data *data;
    lac_predicted *a = noise(40, 1, &data);
    lac_predicted *b = predicted_of(data, a->xy);
    for (int i = 0; i < 2 * a->count; i++)
        b->xy[i] *= 0.99f;
    lac_comparison *c = compare(a, b), *back = compare(b, a);
    const lac_estimate *d = &c->difference[LAC_MEASURE_RMSE];
    assert_true(c->a->low < c->b->value && c->b->value < c->a->value);
    assert_near(d->value, -0.01 * c->a->value);
    assert_int_equal(lac_comparison_verdict(c), -1);
    assert_int_equal(lac_comparison_verdict(back), 1);
    assert_near(back->difference->low, -d->high);
    lac_comparison_free(&c);
    lac_comparison_free(&back);
    lac_predicted_free(&a);
    lac_predicted_free(&b);
    lac_data_free(&data);
}

static void equally_good_predictions_are_not_told_apart(void **state)
{
    (void)state;
    lac_data *data, *same;
    lac_predicted *a = noise(100, 1, &data), *other = noise(100, 4, &same);
    lac_predicted *b = predicted_of(data, other->xy);
    lac_comparison *c = compare(a, b);
    const lac_estimate *d = c->difference;
    assert_true(d->low < 0 && 0 < d->high);
    assert_near(d->value, c->b->value - c->a->value);
    assert_int_equal(lac_comparison_verdict(c), 0);
    lac_comparison_free(&c);
    lac_predicted_free(&a);
    lac_predicted_free(&b);
    lac_predicted_free(&other);
    lac_data_free(&data);
    lac_data_free(&same);
}

static void rows_are_ranked_by_how_much_they_differ(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5, 5, 5, 5, 0, 0};
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 1, 0, 0};
    lac_data *data = data_of(4, 1, labels, mask);
    lac_predicted *a = predicted_of(data, (const float[8]){6, 6, 5, 5, 8, 8, 1, 1});
    lac_predicted *b = predicted_of(data, (const float[8]){6, 6, 7, 7, 5, 5, 9, 9});
    lac_comparison *c = compare(a, b);
    assert_int_equal(c->pairs, 3); /* the last row has no label */
    assert_int_equal(c->pair[0].index, 2);
    assert_near(c->pair[0].a, 3);
    assert_near(c->pair[0].b, 0);
    assert_int_equal(c->pair[1].index, 1);
    assert_int_equal(c->pair[2].index, 0);
    lac_comparison_free(&c);
    b->row[0] = 1;
    assert_status(ctx, lac_compare(ctx, a, b, NULL, &c), LAC_ERROR_ARGUMENT);
    assert_null(c);
    lac_predicted_free(&a);
    lac_predicted_free(&b);
    lac_data_free(&data);
}

/* Keeps rows[0..count) of a prediction of all rows; x of row r is r. */
static lac_predicted *some_rows(const lac_data *data, const int *rows, int count)
{
    const float xy[12] = {0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0};
    lac_predicted *p = predicted_of(data, xy);
    for (int i = 0; i < count; i++) {
        p->row[i] = p->group[i] = rows[i];
        p->xy[2 * i] = (float)rows[i];
    }
    p->count = count;
    return p;
}

static void two_predictions_meet_on_the_rows_that_both_have(void **state)
{
    (void)state;
    const float labels[12] = {0};
    lac_data *data = data_of(6, 1, labels, all_present);
    lac_predicted *a = some_rows(data, (const int[]){0, 2, 3, 5}, 4);
    lac_predicted *b = some_rows(data, (const int[]){1, 2, 4, 5}, 4);
    lac_predicted *c = some_rows(data, (const int[]){1, 4}, 2);
    assert_status(ctx, lac_predicted_meet(ctx, a, c), LAC_ERROR_MISMATCH);
    assert_message(ctx, "no row was held out from both models");
    assert_int_equal(a->count, 4);
    assert_ok(ctx, lac_predicted_meet(ctx, a, b));
    assert_int_equal(a->count, 2);
    assert_int_equal(b->count, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(a->row[i], i ? 5 : 2);
        assert_int_equal(a->group[i], a->row[i]);
        assert_true(a->xy[2 * i] == (float)a->row[i] && b->xy[2 * i] == (float)a->row[i]);
    }
    lac_predicted_free(&a);
    lac_predicted_free(&b);
    lac_predicted_free(&c);
    lac_data_free(&data);
}

/* ---- Rows, refusals ----------------------------------------------------------------------- */

static void rows_are_a_table_with_empty_cells_for_what_is_missing(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5.25f, 5, 5, 5, 0, 0};
    const uint8_t mask[8] = {1, 1, 1, 0, 1, 1, 0, 0};
    const float xy[8] = {8, 9, 5, 5, 5, NAN, 1, 2};
    lac_data *data = data_of(2, 2, labels, mask);
    lac_predicted *p = predicted_of(data, xy);
    test_folder folder;
    folder_new(&folder);
    const test_path path = path_in(&folder, "rows.csv");
    p->side[1] = LAC_SIDE_ALL;
    p->group[1] = 0;
    assert_ok(ctx, lac_predicted_write(ctx, p, path.text));
    size_t size;
    char *text = file_bytes(path.text, &size);
    assert_string_equal(
        text,
        "ImageId,source,side,group,rmse,"
        "left_eye_x,left_eye_y,left_eye_x_predicted,left_eye_y_predicted,left_eye_error,"
        "right_eye_x,right_eye_y,right_eye_x_predicted,right_eye_y_predicted,right_eye_error\n"
        "1,1,holdout,1,2.8904,5,5,8.0000,9.0000,5.0000,5.25,,5.0000,5.0000,\n"
        "2,2,,1,,5,5,5.0000,,,,,1.0000,2.0000,\n");
    free(text);
    folder_free(&folder);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

static void what_cannot_be_measured_is_refused(void **state)
{
    (void)state;
    lac_data *data = data_of(3, 3, norm_labels, norm_mask);
    lac_predicted *p = predicted_of(data, norm_xy);
    lac_measures *m;
    lac_measures_config config = lac_measures_config_default();
    config.threshold = 0;
    assert_status(ctx, lac_measures_compute(ctx, p, &config, &m), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "a threshold of 0, must be above 0");
    config = lac_measures_config_default();
    config.resamples = -1;
    assert_status(ctx, lac_measures_compute(ctx, p, &config, &m), LAC_ERROR_ARGUMENT);
    config = lac_measures_config_default();
    config.quantile[1] = 1.5;
    assert_status(ctx, lac_measures_compute(ctx, p, &config, &m), LAC_ERROR_ARGUMENT);
    config = lac_measures_config_default();
    config.norm = LAC_LENGTH_POINTS;
    config.norm_point[1] = 3;
    assert_status(ctx, lac_measures_compute(ctx, p, &config, &m), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "point 3 of the norm, must be from 0 to 2");
    config.norm_point[1] = 0;
    assert_status(ctx, lac_measures_compute(ctx, p, &config, &m), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "the distance of two points");
    memset(data->mask, 0, 3 * 2 * 3);
    assert_status(ctx, lac_measures_compute(ctx, p, NULL, &m), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no labels: none of the 3 rows to measure has one");
    lac_comparison *c;
    assert_status(ctx, lac_compare(ctx, p, p, NULL, &c), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "no labels: none of the 3 rows to measure has one");
    assert_null(c);
    assert_null(m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

static void no_memory_at_any_call_leaves_nothing_behind(void **state)
{
    (void)state;
    lac_data *data = data_of(3, 3, norm_labels, norm_mask);
    lac_predicted *p = predicted_of(data, norm_xy);
    lac_measures *m = NULL;
    int failures = 0;
    lac_status status;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_measures_compute(ctx, p, NULL, &m);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !m));
    } while (status != LAC_OK);
    int measured = failures;
    lac_comparison *c = NULL;
    failures = 0;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_compare(ctx, p, p, NULL, &c);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !c));
    } while (status != LAC_OK);
    ctx->fail_at = 0;
    assert_true(measured > 15 && failures > 15);
    lac_comparison_free(&c);
    lac_measures_free(&m);
    lac_predicted_free(&p);
    lac_data_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quantile_lies_between_its_two_neighbours),
        cmocka_unit_test(errors_are_counted_against_limits_and_the_threshold),
        cmocka_unit_test(the_area_is_the_integral_of_the_shares_within),
        cmocka_unit_test(errors_relative_to_two_points_need_both),
        cmocka_unit_test(errors_relative_to_the_box_take_the_root_of_its_area),
        cmocka_unit_test(nme_is_a_mean_of_pictures_not_of_points),
        cmocka_unit_test(a_prediction_that_is_not_a_number_is_infinitely_far_off),
        cmocka_unit_test(sets_of_rows_are_measured_on_their_own),
        cmocka_unit_test(intervals_are_a_function_of_the_seed_and_not_of_the_threads),
        cmocka_unit_test(intervals_cover_the_truth_about_as_often_as_they_say),
        cmocka_unit_test(twins_in_groups_make_no_interval_narrower),
        cmocka_unit_test(a_prediction_does_not_differ_from_itself),
        cmocka_unit_test(a_small_difference_on_every_row_is_told_by_pairs),
        cmocka_unit_test(equally_good_predictions_are_not_told_apart),
        cmocka_unit_test(rows_are_ranked_by_how_much_they_differ),
        cmocka_unit_test(two_predictions_meet_on_the_rows_that_both_have),
        cmocka_unit_test(rows_are_a_table_with_empty_cells_for_what_is_missing),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
        cmocka_unit_test(no_memory_at_any_call_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
