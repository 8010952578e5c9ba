/*
 * Metrics against cases computed by hand, and submissions against the lookup table that
 * they answer.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/data.h"
#include "eval/eval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[3] = {"left_eye", "right_eye", "nose"};
static lac_context *ctx;

static int setup(void **state)
{
    (void)state;
    return lac_context_new(&(lac_context_config){.threads = 1}, &ctx) != LAC_OK;
}

static int teardown(void **state)
{
    (void)state;
    lac_context_free(&ctx);
    return 0;
}

/* Blank pictures of side 20: a point that is off by more than 2 pixels fails. */
enum { SIDE = 20 };

static lac_data *data_of(int rows, int points, const float *labels, const uint8_t *mask)
{
    lac_data *data = NULL;
    uint8_t *pixels = calloc((size_t)rows, SIDE * SIDE);
    assert_non_null(pixels);
    assert_int_equal(
        lac_data_from_memory(ctx, rows, SIDE, points, names, pixels, labels, mask, &data), LAC_OK);
    free(pixels);
    return data;
}

static lac_metrics *compute(const lac_data *data, const float *xy, const int *rows, int count)
{
    lac_metrics *m = NULL;
    assert_int_equal(lac_metrics_compute(ctx, data, xy, rows, count, &m), LAC_OK);
    return m;
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12 * fmax(1, fabs(wanted))))
        fail_msg("%.17g, wanted %.17g", got, wanted);
}

static void only_present_labels_are_compared(void **state)
{
    (void)state;
    /* Row 0: two whole points; row 1: x alone of the first, the second missing. */
    const float labels[8] = {5, 5, 10, 10, 4, NAN, NAN, NAN};
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 0, 0, 0};
    const float xy[8] = {6, 7, 10, 13, 8, 1000, -1000, NAN};
    lac_data *data = data_of(2, 2, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 2);
    assert_int_equal(m->rows, 2);
    assert_int_equal(m->labels, 5);
    assert_near(m->rmse, sqrt((1 + 4 + 0 + 9 + 16) / 5.0));
    assert_near(m->point_rmse[0], sqrt((1 + 4 + 16) / 3.0));
    assert_near(m->point_rmse[1], sqrt(9 / 2.0));
    assert_near(m->loss, 30 / 100.0 / 8); /* the network's unit is 10 pixels; 8 labels in all */
    lac_metrics_reduce(m, LAC_REDUCTION_ALL);
    assert_near(m->loss, 30 / 100.0 / 8);
    lac_metrics_reduce(m, LAC_REDUCTION_PRESENT);
    assert_near(m->loss, 30 / 100.0 / 5);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void half_a_point_counts_for_rmse_but_cannot_fail(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 10, 10, 4, 0, 0, 0};
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 0, 0, 0};
    const float xy[8] = {6, 7, 10, 13, 18, 0, 0, 0};
    lac_data *data = data_of(2, 2, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 2);
    assert_near(m->point_failure[0], 1); /* sqrt(5) > 2; row 1 has no whole first point */
    assert_near(m->point_failure[1], 1);
    assert_near(m->failure_points, 1);
    assert_near(m->failure_images, 1); /* of one picture: row 1 has no whole point */
    assert_near(m->point_rmse[0], sqrt((1 + 4 + 196) / 3.0));
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void a_point_fails_beyond_a_tenth_of_the_side_not_at_it(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5, 5, 5, 5, 5, 5};
    const float beyond = nextafterf(7, 8);
    const float xy[8] = {7, 5, 5, 3, beyond, 5, 5, 5};
    const uint8_t mask[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    lac_data *data = data_of(4, 1, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 4);
    assert_near(m->failure_points, 0.25);
    assert_near(m->failure_images, 0.25);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void a_diagonal_error_is_measured_along_the_diagonal(void **state)
{
    (void)state;
    const float labels[4] = {5, 5, 5, 5};
    const uint8_t mask[4] = {1, 1, 1, 1};
    const float xy[4] = {6.25f, 6.5f, 6.5f, 6.5f}; /* 1.95 and 2.12 pixels */
    lac_data *data = data_of(2, 1, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 2);
    assert_near(m->failure_points, 0.5);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void a_prediction_that_is_not_a_number_fails(void **state)
{
    (void)state;
    const float labels[2] = {5, 5};
    const uint8_t mask[2] = {1, 1};
    const float xy[2] = {NAN, 5};
    lac_data *data = data_of(1, 1, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 1);
    assert_near(m->failure_points, 1);
    assert_true(isnan(m->rmse));
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void a_picture_without_labels_changes_no_figure_but_the_rows(void **state)
{
    (void)state;
    const float labels[8] = {5, 5, 5, 5, 0, 0, 0, 0};
    const uint8_t mask[8] = {1, 1, 1, 1, 0, 0, 0, 0};
    const float xy[8] = {9, 5, 5, 5, 3, 3, 3, 3};
    lac_data *data = data_of(2, 2, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 2);
    assert_int_equal(m->rows, 2);
    assert_int_equal(m->labels, 4);
    assert_near(m->rmse, 2);
    assert_near(m->failure_points, 0.5);
    assert_near(m->failure_images, 1);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void without_any_label_the_figures_are_unknown_and_the_loss_zero(void **state)
{
    (void)state;
    const float labels[4] = {NAN, NAN, NAN, NAN};
    const uint8_t mask[4] = {0, 0, 0, 0};
    const float xy[4] = {1, 2, 3, 4};
    lac_data *data = data_of(1, 2, labels, mask);
    lac_metrics *m = compute(data, xy, NULL, 1);
    assert_true(isnan(m->rmse) && isnan(m->failure_points) && isnan(m->failure_images));
    assert_true(isnan(m->point_rmse[0]) && isnan(m->point_failure[1]));
    assert_near(m->loss, 0);
    lac_metrics_reduce(m, LAC_REDUCTION_PRESENT);
    assert_near(m->loss, 0);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void chosen_rows_are_compared_in_their_own_order(void **state)
{
    (void)state;
    const float labels[6] = {1, 1, 5, 5, 9, 9};
    const uint8_t mask[6] = {1, 1, 1, 1, 1, 1};
    const int rows[2] = {2, 0};
    const float xy[4] = {9, 9, 1, 2};
    lac_data *data = data_of(3, 1, labels, mask);
    lac_metrics *m = compute(data, xy, rows, 2);
    assert_int_equal(m->rows, 2);
    assert_near(m->rmse, sqrt(1 / 4.0));
    lac_metrics_free(&m);
    lac_data_free(&data);
}

/* Rows 0 and 1 carry both points, 2 and 3 the second alone: two sources. */
static lac_data *two_sources(void)
{
    const float labels[16] = {5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 5, 5, 0, 0, 5, 5};
    const uint8_t mask[16] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1};
    lac_data *data = data_of(4, 2, labels, mask);
    assert_int_equal(lac_data_sources(data), 2);
    return data;
}

static const float two_sources_xy[16] = {6, 5, 5, 5, 5, 5, 5, 5, 9, 9, 8, 5, 9, 9, 5, 5};

static void a_source_owns_all_labels_of_its_rows(void **state)
{
    (void)state;
    lac_data *data = two_sources();
    lac_metrics *m = compute(data, two_sources_xy, NULL, 4);
    assert_int_equal(m->sources, 2);
    assert_int_equal(m->source[0].points, 2);
    assert_int_equal(m->source[0].rows, 2);
    assert_int_equal(m->source[0].labels, 8);
    assert_near(m->source[0].rmse, sqrt(1 / 8.0));
    assert_int_equal(m->source[1].points, 1);
    assert_int_equal(m->source[1].rows, 2);
    assert_int_equal(m->source[1].labels, 4);
    assert_near(m->source[1].rmse, sqrt(9 / 4.0));
    assert_true(isnan(m->source[0].weight) && isnan(m->test_weighted));
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void the_sources_squares_are_weighted_as_in_the_test_set(void **state)
{
    (void)state;
    lac_data *data = two_sources();
    data->source_weight[0] = 0.75;
    data->source_weight[1] = 0.25;
    lac_metrics *m = compute(data, two_sources_xy, NULL, 4);
    assert_near(m->test_weighted, sqrt(0.75 * 1 / 8 + 0.25 * 9 / 4));
    assert_near(m->source[1].weight, 0.25);
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void a_weighted_source_without_rows_leaves_the_weighted_figure_unknown(void **state)
{
    (void)state;
    const int rows[1] = {0};
    lac_data *data = two_sources();
    data->source_weight[0] = 0.75;
    data->source_weight[1] = 0.25;
    lac_metrics *m = compute(data, two_sources_xy, rows, 1);
    assert_int_equal(m->source[1].rows, 0);
    assert_true(isnan(m->source[1].rmse) && isnan(m->test_weighted));
    lac_metrics_free(&m);
    data->source_weight[0] = 1;
    data->source_weight[1] = 0;
    m = compute(data, two_sources_xy, rows, 1);
    assert_near(m->test_weighted, sqrt(1 / 4.0));
    lac_metrics_free(&m);
    lac_data_free(&data);
}

static void predictions_for_other_rows_are_refused(void **state)
{
    (void)state;
    lac_data *data = two_sources();
    lac_metrics *m = NULL;
    const int rows[2] = {0, 4};
    assert_int_equal(lac_metrics_compute(ctx, data, two_sources_xy, NULL, 3, &m),
                     LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), "metrics: 3 predictions for 4 rows");
    assert_int_equal(lac_metrics_compute(ctx, data, two_sources_xy, rows, 2, &m),
                     LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), "metrics: row 4 of a data set of 4 rows");
    assert_null(m);
    lac_data_free(&data);
}

static void no_memory_at_any_call_leaves_nothing_behind(void **state)
{
    (void)state;
    lac_data *data = two_sources();
    lac_metrics *m = NULL;
    int failures = 0;
    lac_status status;
    do {
        ctx->fail_at = ctx->allocations + ++failures;
        status = lac_metrics_compute(ctx, data, two_sources_xy, NULL, 4, &m);
        assert_true(status == LAC_OK || (status == LAC_ERROR_MEMORY && !m));
    } while (status != LAC_OK);
    ctx->fail_at = 0;
    assert_int_equal(failures, 6); /* five allocations */
    lac_metrics_free(&m);
    lac_data_free(&data);
}

/* ---- Submissions -------------------------------------------------------------------------- */

typedef struct submission_case {
    lac_data *test;
    lac_model *model;
    char folder[32];
    char path[64];
} submission_case;

/* A model of the smallest network, its weights 0 but for the last biases, so that it predicts
 * `xy` for any picture; and two test pictures, 1 and 2. */
static void open_case(submission_case *c, const float xy[6])
{
    char *const model_names[3] = {(char[]){"left_eye"}, (char[]){"right_eye"}, (char[]){"nose"}};
    uint8_t pixels[2 * SIDE * SIDE] = {0};
    char *text;
    assert_int_equal(lac_data_from_memory(ctx, 2, SIDE, 0, NULL, pixels, NULL, NULL, &c->test),
                     LAC_OK);
    assert_int_equal(lac_network_text(ctx, "kimura", &text), LAC_OK);
    const lac_model_parts parts = {.name = "kimura", .text = text, .where = "kimura",
                                   .story = "{}", .size = SIDE, .points = 3,
                                   .names = model_names};
    assert_int_equal(lac_model_new(ctx, &parts, &c->model), LAC_OK);
    free(text);
    const lac_params *params = &c->model->net->params;
    const lac_param *bias = &params->table[params->count - 1];
    for (int i = 0; i < 6; i++)
        c->model->weights.w[bias->offset + i] = (xy[i] - SIDE / 2) / (SIDE / 2);
    strcpy(c->folder, "/tmp/lacuna-eval-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    snprintf(c->path, sizeof c->path, "%s/submission.csv", c->folder);
}

static void close_case(submission_case *c)
{
    remove(c->path);
    assert_int_equal(rmdir(c->folder), 0); /* no temporary file is left */
    lac_model_free(&c->model);
    lac_data_free(&c->test);
}

static void predictions_are_a_table_of_points_in_pixels(void **state)
{
    (void)state;
    submission_case c;
    lac_data *other;
    const uint8_t pixel = 0;
    char *text = NULL;
    size_t size;
    open_case(&c, (float[]){-3, 1, 25, 1, 1, 12.5f});
    assert_int_equal(lac_predictions_write(c.model, c.test, NULL, c.path), LAC_OK);
    assert_int_equal(lac_file_read(ctx, c.path, &text, &size), LAC_OK);
    assert_string_equal(
        text, "ImageId,left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,nose_y\n"
              "1,-3.0000,1.0000,25.0000,1.0000,1.0000,12.5000\n"
              "2,-3.0000,1.0000,25.0000,1.0000,1.0000,12.5000\n");
    free(text);
    assert_int_equal(lac_data_from_memory(ctx, 1, 1, 0, NULL, &pixel, NULL, NULL, &other), LAC_OK);
    assert_int_equal(lac_predictions_write(c.model, other, NULL, c.path), LAC_ERROR_MISMATCH);
    lac_data_free(&other);
    close_case(&c);
}

static char *feature_names[] = {(char[]){"nose_y"}, (char[]){"left_eye_x"}, (char[]){"right_eye_x"},
                                (char[]){"chin_x"}};

static void a_submission_answers_row_by_row_inside_the_picture(void **state)
{
    (void)state;
    submission_case c;
    open_case(&c, (float[]){-3, 1, 25, 1, 1, 12.5f});
    lac_lookup_row ask[] = {{7, 2, 0}, {3, 1, 1}, {4, 1, 2}};
    const lac_lookup lookup = {3, ask, 4, feature_names};
    char *text = NULL;
    size_t size;
    assert_int_equal(lac_submission_write(c.model, c.test, &lookup, NULL, c.path), LAC_OK);
    assert_int_equal(lac_file_read(ctx, c.path, &text, &size), LAC_OK);
    assert_string_equal(text, "RowId,Location\n7,12.500000\n3,0.000000\n4,20.000000\n");
    free(text);
    close_case(&c);
}

static void a_submission_names_what_it_cannot_answer(void **state)
{
    (void)state;
    submission_case c;
    open_case(&c, (float[]){1, 1, 1, 1, 1, NAN});
    lac_lookup_row ask = {7, 3, 0};
    const lac_lookup lookup = {1, &ask, 4, feature_names};
    assert_int_equal(lac_submission_write(c.model, c.test, &lookup, NULL, c.path),
                     LAC_ERROR_MISMATCH);
    assert_string_equal(lac_context_message(ctx),
                        "lookup table: RowId 7 asks for ImageId 3, not in the test table");
    ask = (lac_lookup_row){8, 2, 3};
    assert_int_equal(lac_submission_write(c.model, c.test, &lookup, NULL, c.path),
                     LAC_ERROR_MISMATCH);
    assert_string_equal(lac_context_message(ctx),
                        "lookup table: RowId 8, ImageId 2 asks for chin_x, which the model does "
                        "not predict");
    ask = (lac_lookup_row){9, 2, 0};
    assert_int_equal(lac_submission_write(c.model, c.test, &lookup, NULL, c.path),
                     LAC_ERROR_NUMERIC);
    assert_string_equal(lac_context_message(ctx),
                        "submission: RowId 9, ImageId 2, nose_y: the prediction is not finite");
    c.test->ids[1] = c.test->ids[0];
    assert_int_equal(lac_submission_write(c.model, c.test, &lookup, NULL, c.path),
                     LAC_ERROR_MISMATCH);
    assert_string_equal(lac_context_message(ctx),
                        "test table: ImageId 1 stands in two rows, 2 and 3");
    assert_false(lac_path_exists(c.path));
    close_case(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_present_labels_are_compared),
        cmocka_unit_test(half_a_point_counts_for_rmse_but_cannot_fail),
        cmocka_unit_test(a_point_fails_beyond_a_tenth_of_the_side_not_at_it),
        cmocka_unit_test(a_diagonal_error_is_measured_along_the_diagonal),
        cmocka_unit_test(a_prediction_that_is_not_a_number_fails),
        cmocka_unit_test(a_picture_without_labels_changes_no_figure_but_the_rows),
        cmocka_unit_test(without_any_label_the_figures_are_unknown_and_the_loss_zero),
        cmocka_unit_test(chosen_rows_are_compared_in_their_own_order),
        cmocka_unit_test(a_source_owns_all_labels_of_its_rows),
        cmocka_unit_test(the_sources_squares_are_weighted_as_in_the_test_set),
        cmocka_unit_test(a_weighted_source_without_rows_leaves_the_weighted_figure_unknown),
        cmocka_unit_test(predictions_for_other_rows_are_refused),
        cmocka_unit_test(no_memory_at_any_call_leaves_nothing_behind),
        cmocka_unit_test(predictions_are_a_table_of_points_in_pixels),
        cmocka_unit_test(a_submission_answers_row_by_row_inside_the_picture),
        cmocka_unit_test(a_submission_names_what_it_cannot_answer),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
