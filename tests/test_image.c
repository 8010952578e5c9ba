/*
 * Pictures and views: what a view shows and where it takes points must be the same thing, and
 * the mirror must be today's, bit for bit: of pictures the kernel's, of labels width - 1 - x.
 */
#include "image/image.h"
#include "image/units.h"
#include "numbers.h"

enum { SIDE = 33, AREA = SIDE * SIDE };

static void assert_map(const lac_view *got, const lac_view *want)
{
    const lac_map *a = &got->map, *b = &want->map;
    const double off[] = {a->xx - b->xx, a->xy - b->xy, a->x0 - b->x0, a->yx - b->yx,
                          a->yy - b->yy, a->y0 - b->y0, (double)(got->gain - want->gain),
                          (double)(got->offset - want->offset)};
    for (int i = 0; i < LAC_COUNT(off); i++)
        assert_true(fabs(off[i]) < 1e-6);
}

static void fill_bytes(uint8_t *bytes, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)lac_random(1, 2, (uint64_t)i);
}

static lac_view turned(void)
{
    lac_view view = lac_view_turn(SIDE, SIDE, 0.3, 1.2, 2.5, -1.0);
    view.gain = 0.8f;
    view.offset = 0.1f;
    return view;
}

/* ---- Pictures -------------------------------------------------------------------- */

/* The same rows, one byte farther apart: then the sampler cannot hand them to the kernel. */
static lac_image spread(const uint8_t *bytes, int size, uint8_t *room)
{
    for (int y = 0; y < size; y++)
        memcpy(room + y * (size + 1), bytes + y * size, (size_t)size);
    return (lac_image){room, size, size, (size_t)size + 1};
}

static void check_whole(const lac_kernels *k, int size, int mirror)
{
    uint8_t bytes[200 * 200], room[201 * 201];
    size_t count = (size_t)size * size;
    float *want = numbers(200 * 200), *fast = numbers(200 * 200), *slow = numbers(200 * 200);
    fill_bytes(bytes, size * size);
    lac_image dense = {bytes, size, size, (size_t)size};
    lac_image loose = spread(bytes, size, room);
    lac_view view = mirror ? lac_view_mirror(size) : lac_view_identity();
    k->picture(bytes, want, size, mirror);
    lac_view_sample(&view, NULL, &dense, k, size, size, fast);
    lac_view_sample(&view, NULL, &loose, k, size, size, slow);
    assert_memory_equal(fast, want, count * k->element);
    assert_memory_equal(slow, want, count * k->element);
    numbers_free(want);
    numbers_free(fast);
    numbers_free(slow);
}

static void identity_and_mirror_have_the_bits_of_the_kernel_that_reads_pictures(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 3, 16, 96, 127, 128, 129, 200};
    const lac_kernels *tables[] = {lac_kernels_get(LAC_CPU_REF), lac_kernels_get(LAC_CPU_AUTO),
                                   lac_kernels_get_bf16(LAC_CPU_REF),
                                   lac_kernels_get_bf16(LAC_CPU_AUTO)};
    for (int t = 0; t < LAC_COUNT(tables); t++)
        for (int i = 0; i < LAC_COUNT(sizes) && tables[t]; i++)
            for (int mirror = 0; mirror < 2; mirror++)
                check_whole(tables[t], sizes[i], mirror);
}

/* One pixel's value by the definition, in double. */
static double value_at(const lac_view *view, const lac_image *image, int x, int y)
{
    const lac_map *m = &view->map;
    double at[2] = {m->xx * x + m->xy * y + m->x0, m->yx * x + m->yy * y + m->y0};
    int last[2] = {image->width - 1, image->height - 1}, low[2], high[2];
    for (int axis = 0; axis < 2; axis++) {
        at[axis] = fmin(fmax(at[axis], 0.0), last[axis]);
        low[axis] = (int)at[axis];
        high[axis] = low[axis] < last[axis] ? low[axis] + 1 : last[axis];
        at[axis] -= low[axis];
    }
    double sum = 0.0;
    for (int corner = 0; corner < 4; corner++) {
        int right = corner % 2, down = corner / 2;
        size_t row = (size_t)(down ? high[1] : low[1]);
        sum += (right ? at[0] : 1.0 - at[0]) * (down ? at[1] : 1.0 - at[1]) *
               image->pixels[row * image->stride + (size_t)(right ? high[0] : low[0])];
    }
    return sum / 255 * (double)view->gain + (double)view->offset;
}

static void check_values(const lac_view *view, const lac_image *image, int width, int height)
{
    float *out = numbers(400);
    lac_view_sample(view, NULL, image, lac_kernels_get(LAC_CPU_REF), width, height, out);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            assert_true(fabs((double)out[y * width + x] - value_at(view, image, x, y)) < 1e-4);
    numbers_free(out);
}

static void values_are_bilinear_with_the_border_repeated(void **state)
{
    (void)state;
    static const int shapes[][2] = {{1, 1}, {1, 7}, {9, 1}, {2, 3}, {SIDE, 20}};
    uint8_t bytes[2 * AREA];
    fill_bytes(bytes, 2 * AREA);
    for (int i = 0; i < LAC_COUNT(shapes); i++) {
        int w = shapes[i][0], h = shapes[i][1];
        lac_image image = {bytes, w, h, (size_t)w + 3};
        const lac_view views[] = {turned(), lac_view_identity(), lac_view_mirror(w),
                                  lac_view_box(-3.0, 0.25, 40.0, 7.5, 20),
                                  lac_view_turn(w, h, 2.0, 0.1, 1e7, 1e7)};
        for (int v = 0; v < LAC_COUNT(views); v++) {
            check_values(&views[v], &image, 20, 20);
            check_values(&views[v], &image, 130, 3);
            check_values(&views[v], &image, 1, 1);
        }
    }
}

static void gain_and_offset_follow_the_value(void **state)
{
    (void)state;
    uint8_t byte = 51;
    float out = 0.0f;
    lac_image image = {&byte, 1, 1, 1};
    lac_view view = lac_view_identity();
    view.gain = 2.0f;
    view.offset = -0.5f;
    lac_view_sample(&view, NULL, &image, lac_kernels_get(LAC_CPU_REF), 1, 1, &out);
    assert_true(fabsf(out + 0.1f) < 1e-6f);
}

static void bf16_storage_holds_the_float_values_rounded(void **state)
{
    (void)state;
    const lac_kernels *k = lac_kernels_get_bf16(LAC_CPU_REF);
    uint8_t bytes[AREA];
    float wide[AREA];
    uint16_t got[AREA], want[AREA];
    fill_bytes(bytes, AREA);
    lac_image image = {bytes, SIDE, SIDE, SIDE};
    lac_view view = turned();
    lac_view_sample(&view, NULL, &image, lac_kernels_get(LAC_CPU_REF), SIDE, SIDE, wide);
    lac_view_sample(&view, NULL, &image, k, SIDE, SIDE, got);
    k->store(wide, want, AREA);
    assert_memory_equal(got, want, sizeof want);
}

/* ---- Points ---------------------------------------------------------------------- */

/* The centre of what is bright. */
static void find_dot(const float *picture, int width, int height, double at[2])
{
    double sum = 0.0;
    at[0] = at[1] = 0.0;
    for (int i = 0; i < width * height; i++) {
        sum += (double)picture[i];
        at[0] += (double)picture[i] * (i % width);
        at[1] += (double)picture[i] * (i / width);
    }
    at[0] /= sum;
    at[1] /= sum;
}

/* A dot is small enough for its centre to survive sampling, and large enough not to slip
 * between samples. */
static void check_dot(const lac_view *view, float x, float y)
{
    uint8_t bytes[AREA] = {0};
    float out[AREA];
    double found[2];
    float want[2], dot[2] = {x, y};
    for (int i = 0; i < AREA; i++) {
        double dx = i % SIDE - (double)x, dy = i / SIDE - (double)y;
        bytes[i] = (uint8_t)lround(255.0 * exp(-(dx * dx + dy * dy) / 4.0));
    }
    lac_image image = {bytes, SIDE, SIDE, SIDE};
    lac_view_sample(view, NULL, &image, lac_kernels_get(LAC_CPU_REF), SIDE, SIDE, out);
    find_dot(out, SIDE, SIDE, found);
    lac_view_points(view, dot, 1, want);
    assert_true(fabs(found[0] - (double)want[0]) < 0.05);
    assert_true(fabs(found[1] - (double)want[1]) < 0.05);
}

static void a_dot_is_seen_where_its_point_is_mapped_to(void **state)
{
    (void)state;
    const lac_view views[] = {lac_view_identity(), lac_view_mirror(SIDE),
                              lac_view_turn(SIDE, SIDE, 0.5, 1.0, 0.0, 0.0),
                              lac_view_turn(SIDE, SIDE, -1.2, 1.3, 2.5, -3.25),
                              lac_view_box(5.5, 3.0, 20.0, 24.0, SIDE)};
    for (int v = 0; v < LAC_COUNT(views); v++) {
        check_dot(&views[v], 18.0f, 14.0f);
        check_dot(&views[v], 12.25f, 17.5f);
    }
}

static void a_positive_angle_turns_clockwise_and_a_shift_moves_right_and_down(void **state)
{
    (void)state;
    float right_of_centre[2] = {20.0f, 16.0f}, out[2];
    lac_view turn = lac_view_turn(SIDE, SIDE, 1.5707963267948966, 1.0, 0.0, 0.0);
    lac_view_points(&turn, right_of_centre, 1, out);
    assert_true(fabsf(out[0] - 16.0f) < 1e-5f && fabsf(out[1] - 20.0f) < 1e-5f);
    lac_view shift = lac_view_turn(SIDE, SIDE, 0.0, 2.0, 3.0, -2.0);
    lac_view_points(&shift, right_of_centre, 1, out);
    assert_true(fabsf(out[0] - 27.0f) < 1e-5f && fabsf(out[1] - 14.0f) < 1e-5f);
}

static void a_box_brings_its_edges_to_the_edges_of_the_view(void **state)
{
    (void)state;
    float edges[4] = {9.5f, 19.5f, 49.5f, 99.5f}, out[4];
    lac_view box = lac_view_box(10.0, 20.0, 40.0, 80.0, 96);
    lac_view_points(&box, edges, 2, out);
    static const float want[4] = {-0.5f, -0.5f, 95.5f, 95.5f};
    for (int i = 0; i < 4; i++)
        assert_true(fabsf(out[i] - want[i]) < 1e-4f);
    lac_view whole = lac_view_box(0.0, 0.0, 96.0, 96.0, 96), identity = lac_view_identity();
    assert_memory_equal(&whole, &identity, sizeof whole);
}

static void the_mirror_twice_is_the_picture_as_it_is(void **state)
{
    (void)state;
    lac_view mirror = lac_view_mirror(SIDE), identity = lac_view_identity();
    lac_view twice = lac_view_compose(&mirror, &mirror);
    assert_map(&twice, &identity);
    assert_true(lac_view_is_mirrored(&mirror));
    assert_false(lac_view_is_mirrored(&twice));
}

static void a_view_and_its_inverse_make_the_identity(void **state)
{
    (void)state;
    lac_view view = turned(), inverse = lac_view_inverse(&view), identity = lac_view_identity();
    lac_view before = lac_view_compose(&inverse, &view);
    lac_view behind = lac_view_compose(&view, &inverse);
    assert_map(&before, &identity);
    assert_map(&behind, &identity);
    float xy[4] = {3.0f, 4.5f, -20.0f, 31.0f}, out[4];
    lac_view_points(&view, xy, 2, out);
    lac_view_points_back(&view, out, 2, out);
    for (int i = 0; i < 4; i++)
        assert_true(fabsf(out[i] - xy[i]) < 1e-4f);
}

static void a_composed_view_is_the_second_of_what_the_first_shows(void **state)
{
    (void)state;
    lac_view first = turned(), second = lac_view_box(4.0, 6.0, 20.0, 18.0, SIDE);
    second.gain = 0.5f;
    second.offset = 0.2f;
    lac_view both = lac_view_compose(&first, &second);
    float xy[2] = {12.0f, 9.0f}, step[2], at_once[2];
    lac_view_points(&first, xy, 1, step);
    lac_view_points(&second, step, 1, step);
    lac_view_points(&both, xy, 1, at_once);
    assert_true(fabsf(step[0] - at_once[0]) < 1e-4f && fabsf(step[1] - at_once[1]) < 1e-4f);
    float value = 0.3f;
    float stepwise = (value * first.gain + first.offset) * second.gain + second.offset;
    assert_true(fabsf(stepwise - (value * both.gain + both.offset)) < 1e-6f);
}

/* ---- Labels ---------------------------------------------------------------------- */

enum { POINTS = 3 };
static const int partner[POINTS] = {1, 0, 2};

/* Identity and mirror as they are written down in float, for labels of every size. */
static void plain_labels_have_the_bits_of_float_arithmetic(void **state)
{
    (void)state;
    static const int size = 96;
    static const lac_view_frame frame = {96, 96, 96, 96, 0};
    for (uint64_t n = 0; n < 20000; n++) {
        float label[2 * POINTS], out[2 * POINTS];
        uint8_t mask[2 * POINTS], out_mask[2 * POINTS];
        for (uint64_t i = 0; i < 2 * POINTS; i++) {
            double width = n % 3 == 0 ? 1e-6 : n % 3 == 1 ? 1.0 : 1000.0;
            mask[i] = lac_random(1, i, n) % 4 > 0;
            label[i] = mask[i] ? (float)(width * lac_random_normal(2, i, n) +
                                         47.5 * (double)(n % 2)) : 0.0f;
        }
        for (int mirror = 0; mirror < 2; mirror++) {
            lac_view view = mirror ? lac_view_mirror(size) : lac_view_identity();
            lac_view_labels(&view, &frame, label, mask, partner, POINTS, out, out_mask);
            for (int i = 0; i < 2 * POINTS; i++) {
                int from = mirror ? 2 * partner[i / 2] + i % 2 : i;
                float p = mirror && i % 2 == 0 ? (float)(size - 1) - label[from] : label[from];
                float want = mask[from] ? p : 0.0f;
                assert_int_equal(out_mask[i], mask[from]);
                assert_memory_equal(&out[i], &want, sizeof want);
            }
        }
    }
}

static void a_label_that_leaves_the_picture_is_missing(void **state)
{
    (void)state;
    static const lac_view_frame frame = {SIDE, SIDE, SIDE, SIDE, 0};
    static const float label[2 * POINTS] = {2.0f, 16.0f, 30.0f, 16.0f, 16.0f, 33.0f};
    static const uint8_t mask[2 * POINTS] = {1, 1, 1, 1, 1, 1};
    float out[2 * POINTS];
    uint8_t out_mask[2 * POINTS];
    lac_view shift = lac_view_turn(SIDE, SIDE, 0.0, 1.0, 4.0, 0.0);
    lac_view_labels(&shift, &frame, label, mask, partner, POINTS, out, out_mask);
    static const uint8_t want[2 * POINTS] = {1, 1, 0, 0, 1, 1}; /* the last: no farther out */
    assert_memory_equal(out_mask, want, sizeof want);
    assert_true(out[0] == 6.0f && out[2] == 0.0f && out[3] == 0.0f && out[5] == 33.0f);
    lac_view down = lac_view_turn(SIDE, SIDE, 0.0, 1.0, 0.0, 1.0);
    lac_view_labels(&down, &frame, label, mask, partner, POINTS, out, out_mask);
    assert_true(out_mask[0] && out_mask[2] && !out_mask[4] && !out_mask[5]);
}

static void a_coordinate_alone_survives_only_views_that_keep_the_axes(void **state)
{
    (void)state;
    static const lac_view_frame frame = {SIDE, SIDE, SIDE, SIDE, 0};
    static const float label[2 * POINTS] = {10.0f, NAN, 20.0f, 16.0f, NAN, NAN};
    static const uint8_t mask[2 * POINTS] = {1, 0, 1, 1, 0, 0};
    float out[2 * POINTS];
    uint8_t out_mask[2 * POINTS];
    lac_view box = lac_view_box(2.0, 2.0, 28.0, 28.0, SIDE), turn = turned();
    lac_view_labels(&box, &frame, label, mask, partner, POINTS, out, out_mask);
    assert_memory_equal(out_mask, mask, sizeof mask);
    lac_view_labels(&turn, &frame, label, mask, partner, POINTS, out, out_mask);
    static const uint8_t want[2 * POINTS] = {0, 0, 1, 1, 0, 0};
    assert_memory_equal(out_mask, want, sizeof want);
    for (int i = 0; i < 2 * POINTS; i++)
        assert_true(isfinite(out[i]));
}

static void units_are_half_a_side_and_come_back(void **state)
{
    (void)state;
    assert_true(lac_to_units(48.0f, 96) == 0.0f && lac_to_units(96.0f, 96) == 1.0f);
    assert_true(lac_to_pixels(-1.0f, 97) == 0.0f && lac_to_pixels(0.5f, 96) == 72.0f);
    assert_true(lac_unit(97) == 48.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_and_mirror_have_the_bits_of_the_kernel_that_reads_pictures),
        cmocka_unit_test(values_are_bilinear_with_the_border_repeated),
        cmocka_unit_test(gain_and_offset_follow_the_value),
        cmocka_unit_test(bf16_storage_holds_the_float_values_rounded),
        cmocka_unit_test(a_dot_is_seen_where_its_point_is_mapped_to),
        cmocka_unit_test(a_positive_angle_turns_clockwise_and_a_shift_moves_right_and_down),
        cmocka_unit_test(a_box_brings_its_edges_to_the_edges_of_the_view),
        cmocka_unit_test(the_mirror_twice_is_the_picture_as_it_is),
        cmocka_unit_test(a_view_and_its_inverse_make_the_identity),
        cmocka_unit_test(a_composed_view_is_the_second_of_what_the_first_shows),
        cmocka_unit_test(plain_labels_have_the_bits_of_float_arithmetic),
        cmocka_unit_test(a_label_that_leaves_the_picture_is_missing),
        cmocka_unit_test(a_coordinate_alone_survives_only_views_that_keep_the_axes),
        cmocka_unit_test(units_are_half_a_side_and_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
