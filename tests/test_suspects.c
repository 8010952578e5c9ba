/*
 * Suspects: the rule on made residuals. Predictions are the labels of an imagined face and normal
 * errors; then single labels are made wrong in ways of which each must be told as what it is.
 */
#include "data/data.h"
#include "eval/residuals.h"
#include "support.h"

#include <math.h>
#include <stdio.h>

enum { SIDE = 96, POINTS = 6, ROWS = 80, WIDTH = 2 * POINTS };

static const char *const names[POINTS] = {"left_eye", "right_eye", "left_mouth", "right_mouth",
                                          "nose", "chin"};
static const float face[WIDTH] = {66, 37, 30, 37, 60, 76, 36, 76, 48, 58, 48, 90};

/* Standard deviations of the predictions' errors: chins are found badly. */
static const double error[POINTS] = {1, 1, 1, 1, 0.5, 5};

typedef struct made {
    lac_context *ctx;
    uint8_t pixels[ROWS][SIDE * SIDE];
    float label[ROWS][WIDTH], xy[ROWS][WIDTH];
    uint8_t mask[ROWS][WIDTH];
    int row[ROWS], group[ROWS];
    lac_side side[ROWS];
    lac_data *data;
    lac_predicted predicted;
    lac_suspects *found;
} made;

static made *made_new(void)
{
    made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->ctx = context_at(LAC_CPU_REF, 1);
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < SIDE * SIDE; i++)
            m->pixels[r][i] = (uint8_t)lac_random(1, (uint64_t)r, (uint64_t)i);
        for (int v = 0; v < WIDTH; v++) {
            double off = error[v / 2] * lac_random_normal(2, (uint64_t)r, (uint64_t)v);
            m->label[r][v] = face[v];
            m->xy[r][v] = (float)((double)face[v] + off);
            m->mask[r][v] = 1;
        }
        m->row[r] = m->group[r] = r;
    }
    return m;
}

/* Finds the suspects of the labels as they are now. */
static void find(made *m, double limit)
{
    lac_suspects_free(&m->found);
    lac_data_free(&m->data);
    assert_ok(m->ctx, lac_data_from_memory(m->ctx, ROWS, SIDE, POINTS, names, m->pixels[0],
                                           m->label[0], m->mask[0], &m->data));
    m->predicted = (lac_predicted){.data = m->data, .count = ROWS, .row = m->row, .xy = m->xy[0],
                                   .group = m->group, .side = m->side};
    assert_ok(m->ctx, lac_suspects_find(m->ctx, &m->predicted, limit, &m->found));
}

static void made_free(made *m)
{
    lac_suspects_free(&m->found);
    lac_data_free(&m->data);
    lac_context_free(&m->ctx);
    free(m);
}

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-4 * fmax(1, fabs(wanted))))
        fail_msg("%.9g, wanted %.9g", got, wanted);
}

static void what_is_usual_is_median_and_its_deviation(void **state)
{
    (void)state;
    double values[] = {100, 1, 4, 2, 3}, same[] = {2, 2, 2, 2}, none[] = {0, 0};
    lac_usual u = lac_usual_of(values, 5, 0.1);
    assert_near(u.median, 3);
    assert_near(u.spread, 1.4826);
    u = lac_usual_of(same, 4, 0.1); /* at least a fifth of the median */
    assert_near(u.median, 2);
    assert_near(u.spread, 0.4);
    u = lac_usual_of(none, 2, 0.1);
    assert_near(u.median, 0.1);
    assert_near(u.spread, 0.02);
}

static void right_labels_are_no_suspects(void **state)
{
    (void)state;
    made *m = made_new();
    find(m, 6);
    assert_int_equal(m->found->count, 0);
    made_free(m);
}

static void a_point_far_off_is_named_with_its_distance(void **state)
{
    (void)state;
    char reason[200];
    made *m = made_new();
    m->label[33][0] += 20;
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    const lac_suspect *s = &m->found->suspect[0];
    assert_int_equal(s->row, 33);
    assert_int_equal(s->number, 34);
    assert_int_equal(s->why, LAC_SUSPECT_POINTS);
    assert_false(s->is_whole);
    assert_int_equal(s->named, 1);
    assert_int_equal(s->worst, 0);
    assert_true(m->found->point[0]);
    assert_near(s->off, hypot((double)m->label[33][0] - (double)m->xy[33][0],
                              (double)m->label[33][1] - (double)m->xy[33][1]));
    assert_int_equal(s->outside, 0);
    lac_suspect_reason(m->found, 0, reason, sizeof reason);
    assert_non_null(strstr(reason, "left_eye off by "));
    made_free(m);
}

/* The scale is each point's own: what is far for a nose is usual for a chin. */
static void the_scale_is_that_of_point_and_source(void **state)
{
    (void)state;
    made *m = made_new();
    m->label[10][8] = m->xy[10][8] + 6; /* nose */
    m->label[20][10] = m->xy[20][10] + 6; /* chin */
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    assert_int_equal(m->found->suspect[0].row, 10);
    for (int r = 40; r < ROWS; r++) { /* another source, which marks noses 8 px lower */
        m->mask[r][10] = m->mask[r][11] = 0;
        m->label[r][9] += 8;
    }
    find(m, 6);
    assert_int_equal(m->data->sources, 2);
    assert_int_equal(m->found->count, 1);
    assert_int_equal(m->found->suspect[0].row, 10);
    m->label[50][9] -= 8; /* marked as the first source does */
    find(m, 6);
    assert_int_equal(m->found->count, 2);
    made_free(m);
}

static void exchange(float *a, float *b)
{
    for (int axis = 0; axis < 2; axis++) {
        float was = a[axis];
        a[axis] = b[axis];
        b[axis] = was;
    }
}

static void swapped_sides_are_told(void **state)
{
    (void)state;
    char reason[200];
    made *m = made_new();
    exchange(&m->label[7][0], &m->label[7][2]);
    exchange(&m->label[7][4], &m->label[7][6]);
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    assert_int_equal(m->found->suspect[0].row, 7);
    assert_int_equal(m->found->suspect[0].why, LAC_SUSPECT_SIDES);
    assert_true(m->found->suspect[0].is_whole);
    lac_suspect_reason(m->found, 0, reason, sizeof reason);
    assert_non_null(strstr(reason, "left and right swapped"));
    made_free(m);
}

static void another_face_is_a_row_moved_and_scaled(void **state)
{
    (void)state;
    char reason[200], cut[12];
    made *m = made_new();
    for (int v = 0; v < WIDTH; v++)
        m->label[5][v] = 0.5f * m->xy[5][v] + (v % 2 ? 2.0f : 40.0f);
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    const lac_suspect *s = &m->found->suspect[0];
    assert_int_equal(s->row, 5);
    assert_int_equal(s->why, LAC_SUSPECT_ROW);
    assert_true(s->is_whole && s->is_moved);
    assert_near(s->scale, 0.5);
    double middle = 0;
    for (int k = 0; k < POINTS; k++)
        middle += (double)m->xy[5][2 * k] / POINTS;
    assert_near(s->move[0], 40 - 0.5 * middle);
    lac_suspect_reason(m->found, 0, reason, sizeof reason);
    assert_non_null(strstr(reason, "scaled by 0.50"));
    lac_suspect_reason(m->found, 0, cut, sizeof cut);
    assert_string_equal(cut, "whole row o");
    made_free(m);
}

/* No point by itself is far off, but all are by more than usual. */
static void a_row_off_a_little_everywhere_is_found(void **state)
{
    (void)state;
    made *m = made_new();
    for (int k = 0; k < POINTS; k++)
        m->label[12][2 * k] = m->xy[12][2 * k] + (float)(4 * error[k]);
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    assert_int_equal(m->found->suspect[0].row, 12);
    assert_int_equal(m->found->suspect[0].why, LAC_SUSPECT_ROW);
    made_free(m);
}

static void points_outside_of_the_face_are_told(void **state)
{
    (void)state;
    made *m = made_new();
    m->label[60][4] = 95;
    m->label[60][5] = 1;
    m->xy[60][4] = 50;
    m->xy[60][5] = 76;
    for (int k = 0; k < POINTS; k++) /* a small face in a corner of the picture */
        for (int axis = 0; axis < 2 && k != 2; axis++) {
            m->xy[60][2 * k + axis] = 40 + (m->xy[60][2 * k + axis] - 48) / 3;
            m->label[60][2 * k + axis] = m->xy[60][2 * k + axis];
        }
    find(m, 6);
    assert_int_equal(m->found->count, 1);
    assert_int_equal(m->found->suspect[0].outside, 1);
    made_free(m);
}

static void equal_pictures_that_disagree_are_told_once(void **state)
{
    (void)state;
    char reason[200];
    made *m = made_new();
    memcpy(m->pixels[71], m->pixels[70], sizeof m->pixels[0]);
    memcpy(m->xy[71], m->xy[70], sizeof m->xy[0]);
    m->group[71] = 70;
    for (int k = 0; k < POINTS; k++) { /* neither is far from the prediction between them */
        m->label[70][2 * k] = m->xy[70][2 * k] - (float)(2.6 * error[k]);
        m->label[71][2 * k] = m->xy[71][2 * k] + (float)(2.7 * error[k]);
        m->label[70][2 * k + 1] = m->label[71][2 * k + 1] = m->xy[70][2 * k + 1];
    }
    find(m, 5.5);
    assert_int_equal(m->found->count, 1);
    const lac_suspect *s = &m->found->suspect[0];
    assert_int_equal(s->number, 72);
    assert_int_equal(s->twin, 71);
    assert_int_equal(s->why, LAC_SUSPECT_TWINS);
    assert_near(s->apart, 5.3 * 5);
    lac_suspect_reason(m->found, 0, reason, sizeof reason);
    assert_non_null(strstr(reason, "row 71, the same picture, is labelled up to 26.5 px away"));
    made_free(m);
}

static void gaps_and_missing_answers_are_no_suspects(void **state)
{
    (void)state;
    made *m = made_new();
    m->label[3][0] = 1;
    m->mask[3][0] = 0; /* half a point cannot be compared */
    m->xy[4][8] = NAN;
    m->label[4][9] = 1;
    for (int v = 0; v < WIDTH; v++)
        m->mask[9][v] = 0;
    find(m, 6);
    assert_int_equal(m->found->count, 0);
    made_free(m);
}

static void suspects_are_written_as_a_list_that_drops_them(void **state)
{
    (void)state;
    made *m = made_new();
    test_folder folder;
    lac_dropped d;
    folder_new(&folder);
    test_path path = path_in(&folder, "drop.txt");
    m->label[33][0] += 20;
    m->label[40][8] += 20;
    m->label[40][0] -= 20;
    exchange(&m->label[7][0], &m->label[7][2]);
    exchange(&m->label[7][4], &m->label[7][6]);
    find(m, 6);
    assert_int_equal(m->found->count, 3);
    for (int i = 1; i < 3; i++)
        assert_true(m->found->suspect[i].score <= m->found->suspect[i - 1].score);
    assert_ok(m->ctx, lac_suspects_write(m->ctx, m->found, path.text));
    assert_ok(m->ctx, lac_data_drop(m->ctx, m->data, path.text, NULL, 0, &d));
    assert_int_equal(d.rows, 1);
    assert_int_equal(d.points, 3);
    assert_false(lac_row_is_labelled(m->data, 7));
    assert_false(lac_data_mask(m->data, 33)[0] || lac_data_mask(m->data, 40)[8]);
    assert_true(lac_data_mask(m->data, 33)[2]);
    folder_free(&folder);
    made_free(m);
}

static void the_page_holds_every_suspect_and_its_lines(void **state)
{
    (void)state;
    made *m = made_new();
    test_folder folder;
    size_t size;
    folder_new(&folder);
    test_path path = path_in(&folder, "page.html");
    m->label[33][0] += 20;
    exchange(&m->label[7][0], &m->label[7][2]);
    exchange(&m->label[7][4], &m->label[7][6]);
    find(m, 6);
    assert_ok(m->ctx, lac_suspects_page(m->ctx, m->found, path.text));
    char *page = file_bytes(path.text, &size);
    assert_non_null(strstr(page, "data-lines=\"8\n\""));
    assert_non_null(strstr(page, "data-lines=\"34 left_eye\n\""));
    assert_non_null(strstr(page, "default-src 'none'"));
    assert_null(strstr(page, "http:"));
    assert_null(strstr(page, "https:"));
    free(page);
    folder_free(&folder);
    made_free(m);
}

static void a_limit_must_be_above_0(void **state)
{
    (void)state;
    made *m = made_new();
    lac_suspects *s;
    find(m, 6);
    assert_status(m->ctx, lac_suspects_find(m->ctx, &m->predicted, 0, &s), LAC_ERROR_ARGUMENT);
    assert_null(s);
    assert_status(m->ctx, lac_suspects_find(m->ctx, &m->predicted, NAN, &s), LAC_ERROR_ARGUMENT);
    made_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_usual_is_median_and_its_deviation),
        cmocka_unit_test(right_labels_are_no_suspects),
        cmocka_unit_test(a_point_far_off_is_named_with_its_distance),
        cmocka_unit_test(the_scale_is_that_of_point_and_source),
        cmocka_unit_test(swapped_sides_are_told),
        cmocka_unit_test(another_face_is_a_row_moved_and_scaled),
        cmocka_unit_test(a_row_off_a_little_everywhere_is_found),
        cmocka_unit_test(points_outside_of_the_face_are_told),
        cmocka_unit_test(equal_pictures_that_disagree_are_told_once),
        cmocka_unit_test(gaps_and_missing_answers_are_no_suspects),
        cmocka_unit_test(suspects_are_written_as_a_list_that_drops_them),
        cmocka_unit_test(the_page_holds_every_suspect_and_its_lines),
        cmocka_unit_test(a_limit_must_be_above_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
