/*
 * Augmentation: what is drawn, that pixels and labels go the same way, and that neither threads
 * nor a stop change it; and the division of an epoch's pictures into batches.
 */
#include "image/units.h"
#include "train/augment.h"
#include "training.h"

#include <math.h>

enum { SIDE = 64, AREA = SIDE * SIDE, DRAWS = 20000 };

static lac_train_config all_on(const char *model)
{
    lac_train_config c = small_config(model);
    c.rotation = 20.0;
    c.scale = 0.2;
    c.shift = 0.1;
    c.aspect = 0.1;
    c.contrast = 0.4;
    c.brightness = 0.2;
    c.noise = 0.05;
    c.cutout = 0.4;
    return c;
}

static int same_view(lac_view a, lac_view b)
{
    return a.map.xx == b.map.xx && a.map.xy == b.map.xy && a.map.x0 == b.map.x0 &&
           a.map.yx == b.map.yx && a.map.yy == b.map.yy && a.map.y0 == b.map.y0 &&
           a.gain == b.gain && a.offset == b.offset;
}

/* ---- What is drawn -------------------------------------------------------------------- */

static void without_augmentation_a_visit_is_the_picture_or_its_mirror_image(void **state)
{
    (void)state;
    const lac_train_config c = lac_train_config_default();
    const lac_blemish none = {0};
    for (int row = 0; row < 100; row++)
        for (int mirror = 0; mirror < 2; mirror++) {
            const lac_visit v = {row, mirror, (uint64_t)row % 7};
            lac_view want = mirror ? lac_view_mirror(SIDE) : lac_view_identity();
            lac_blemish blemish = lac_augment_blemish(&c, &v, SIDE);
            assert_true(same_view(lac_augment_view(&c, &v, SIDE), want));
            assert_memory_equal(&blemish, &none, sizeof none);
        }
}

static void seed_epoch_row_and_mirror_alone_decide(void **state)
{
    (void)state;
    const lac_train_config c = all_on("kimura");
    lac_train_config other = c;
    const lac_visit v = {5, 0, 3}, others[] = {{6, 0, 3}, {5, 1, 3}, {5, 0, 4}};
    lac_view view = lac_augment_view(&c, &v, SIDE);
    lac_blemish blemish = lac_augment_blemish(&c, &v, SIDE), again;
    other.batch = 77;
    other.lr = 0.5;
    assert_true(same_view(view, lac_augment_view(&other, &v, SIDE)));
    again = lac_augment_blemish(&other, &v, SIDE);
    assert_memory_equal(&blemish, &again, sizeof blemish);
    other.noise = other.cutout = 0.0; /* every number has its place */
    assert_true(same_view(view, lac_augment_view(&other, &v, SIDE)));
    for (int i = 0; i < LAC_COUNT(others); i++) {
        assert_false(same_view(view, lac_augment_view(&c, &others[i], SIDE)));
        again = lac_augment_blemish(&c, &others[i], SIDE);
        assert_true(again.key != blemish.key && again.noise != blemish.noise);
    }
    other.seed = 2;
    assert_false(same_view(view, lac_augment_view(&other, &v, SIDE)));
}

/* What a visit drew for one setting, given that all others are 0. */
typedef double (*measure)(const lac_view *view, const lac_blemish *blemish);

static double angle_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return atan2(v->map.xy, v->map.xx) * 180.0 / 3.14159265358979323846;
}

static double log_scale_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return -log(v->map.xx * v->map.yy) / 2.0;
}

static double log_aspect_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return log(v->map.yy / v->map.xx) / 2.0;
}

static double shift_x_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return -v->map.x0 / SIDE;
}

static double shift_y_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return -v->map.y0 / SIDE;
}

static double contrast_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return (double)v->gain - 1.0;
}

static double brightness_of(const lac_view *v, const lac_blemish *b)
{
    (void)b;
    return (double)v->offset;
}

static double noise_of(const lac_view *v, const lac_blemish *b)
{
    (void)v;
    return (double)b->noise;
}

/* Mean and deviation of numbers that are uniform in [low, high). */
static void assert_uniform(const double *x, int count, double low, double high)
{
    double width = high - low, sum = 0.0, square = 0.0;
    for (int i = 0; i < count; i++) {
        assert_true(x[i] >= low - 1e-6 && x[i] <= high + 1e-6);
        sum += x[i];
        square += x[i] * x[i];
    }
    double mean = sum / count, deviation = sqrt(square / count - mean * mean);
    assert_true(fabs(mean - (low + high) / 2.0) < 0.01 * width);
    assert_true(fabs(deviation - width / sqrt(12.0)) < 0.01 * width);
}

static void drawn_values_are_uniform_between_their_ends(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double most;
        measure value;
        int from_zero;
    } cases[] = {{"rotation", 20.0, angle_of, 0}, {"scale", 0.3, log_scale_of, 0},
                 {"aspect", 0.2, log_aspect_of, 0}, {"shift", 0.1, shift_x_of, 0},
                 {"shift", 0.1, shift_y_of, 0}, {"contrast", 0.5, contrast_of, 0},
                 {"brightness", 0.2, brightness_of, 0}, {"noise", 0.1, noise_of, 1}};
    double *drawn = malloc(DRAWS * sizeof *drawn);
    assert_non_null(drawn);
    for (int k = 0; k < LAC_COUNT(cases); k++) {
        lac_train_config c = lac_train_config_default();
        char text[LAC_NUMBER];
        assert_int_equal(lac_train_set(NULL, &c, cases[k].name,
                                       lac_number_text(cases[k].most, text)), LAC_OK);
        for (int i = 0; i < DRAWS; i++) {
            const lac_visit v = {i % 1000, 0, (uint64_t)i / 1000};
            lac_view view = lac_augment_view(&c, &v, SIDE);
            lac_blemish blemish = lac_augment_blemish(&c, &v, SIDE);
            drawn[i] = cases[k].value(&view, &blemish);
        }
        assert_uniform(drawn, DRAWS, cases[k].from_zero ? 0.0 : -cases[k].most, cases[k].most);
    }
    free(drawn);
}

static void half_of_the_pictures_have_a_square_box_of_a_quarter_of_cutout_to_all_of_it(void **state)
{
    (void)state;
    lac_train_config c = lac_train_config_default();
    double *side = malloc(3 * DRAWS * sizeof *side), *x = side + DRAWS, *y = x + DRAWS;
    int boxes = 0;
    assert_non_null(side);
    c.cutout = 0.4;
    for (int i = 0; i < DRAWS; i++) {
        const lac_visit v = {i % 1000, 1, (uint64_t)i / 1000};
        lac_blemish b = lac_augment_blemish(&c, &v, 100);
        assert_true(b.noise == 0.0f && b.right >= b.left && b.bottom >= b.top);
        if (b.right == b.left)
            continue;
        assert_in_range(b.right - b.left - (b.bottom - b.top) + 1, 0, 2);
        side[boxes] = (b.right - b.left + b.bottom - b.top) / 2.0;
        x[boxes] = (b.left + b.right - 1) / 2.0;
        y[boxes++] = (b.top + b.bottom - 1) / 2.0;
    }
    assert_true(abs(boxes - DRAWS / 2) < DRAWS / 100);
    for (int i = 0; i < boxes; i++)
        side[i] = fmin(fmax(side[i], 10.0), 40.0); /* whole pixels */
    assert_uniform(side, boxes, 10.0, 40.0);
    for (int i = 0; i < boxes; i++) {
        x[i] = fmin(fmax(x[i], -0.5), 99.5);
        y[i] = fmin(fmax(y[i], -0.5), 99.5);
    }
    assert_uniform(x, boxes, -0.5, 99.5);
    assert_uniform(y, boxes, -0.5, 99.5);
    free(side);
}

/* The whole from its parts: a point is mirrored, then stretched and turned about the centre, then
 * shifted. */
static void a_point_is_mirrored_stretched_turned_and_shifted_in_this_order(void **state)
{
    (void)state;
    const lac_train_config c = all_on("kimura");
    for (int i = 0; i < 200; i++) {
        const lac_visit v = {i, i % 2, 9};
        lac_train_config part[4];
        double value[4];
        static const measure values[4] = {angle_of, log_scale_of, log_aspect_of, NULL};
        for (int k = 0; k < 4; k++)
            part[k] = lac_train_config_default();
        part[0].rotation = c.rotation;
        part[1].scale = c.scale;
        part[2].aspect = c.aspect;
        part[3].shift = c.shift;
        /* Of a mirrored visit, what was drawn is read with the mirror taken off. */
        lac_view mirror = lac_view_mirror(SIDE), view[4];
        for (int k = 0; k < 4; k++) {
            view[k] = lac_augment_view(&part[k], &v, SIDE);
            if (v.is_mirrored)
                view[k] = lac_view_compose(&mirror, &view[k]);
            value[k] = values[k] ? values[k](&view[k], NULL) : 0.0;
        }
        float xy[2] = {11.5f, 40.25f}, got[2];
        lac_view whole = lac_augment_view(&c, &v, SIDE);
        lac_view_points(&whole, xy, 1, got);
        double centre = (SIDE - 1) / 2.0, angle = value[0] * 3.14159265358979323846 / 180.0;
        double x = (v.is_mirrored ? -1.0 : 1.0) * ((double)xy[0] - centre);
        double y = (double)xy[1] - centre;
        x *= exp(value[1] + value[2]);
        y *= exp(value[1] - value[2]);
        double want[2] = {cos(angle) * x - sin(angle) * y + SIDE * shift_x_of(&view[3], NULL),
                          sin(angle) * x + cos(angle) * y + SIDE * shift_y_of(&view[3], NULL)};
        for (int axis = 0; axis < 2; axis++)
            assert_true(fabs((double)got[axis] - centre - want[axis]) < 1e-3);
    }
}

/* ---- Pixels and labels ------------------------------------------------------------------ */

static void draw_dot(uint8_t *picture, double x, double y)
{
    for (int i = 0; i < AREA; i++) {
        double dx = i % SIDE - x, dy = i / SIDE - y;
        picture[i] = (uint8_t)lround(255.0 * exp(-(dx * dx + dy * dy) / 5.0));
    }
}

static void find_dot(const float *picture, double at[2])
{
    double sum = 0.0;
    at[0] = at[1] = 0.0;
    for (int i = 0; i < AREA; i++) {
        sum += (double)picture[i];
        at[0] += (double)picture[i] * (i % SIDE);
        at[1] += (double)picture[i] * (i / SIDE);
    }
    at[0] /= sum;
    at[1] /= sum;
}

/* Rows with one dot and one labelled point each, which sits on it. */
static lac_data *dots(lac_context *ctx, int rows)
{
    table t = table_new(rows, SIDE, 0);
    memset(t.mask, 0, (size_t)rows * LABELS);
    for (int row = 0; row < rows; row++) {
        float *at = t.labels + row * LABELS + row % POINTS * 2;
        for (int axis = 0; axis < 2; axis++)
            at[axis] = (float)(8.0 + (SIDE - 17) * lac_random_uniform(3, 4, 2 * row + axis));
        memset(t.mask + row * LABELS + row % POINTS * 2, 1, 2);
        draw_dot(t.pixels + row * AREA, (double)at[0], (double)at[1]);
    }
    lac_data *data = data_of(ctx, &t);
    table_free(&t);
    return data;
}

static int is_inside(const double at[2], double margin)
{
    return at[0] > margin && at[0] < SIDE - 1 - margin && at[1] > margin &&
           at[1] < SIDE - 1 - margin;
}

/* Picture i of the batch at hand, of this epoch: its dot is where its label is, which is that of
 * the point that the row has, or of its partner. Returns whether the label is still there. */
static int check_visit(const lac_trainer *t, int i, int epoch)
{
    static const int partner[POINTS] = {1, 0, 2};
    int row = t->batch_row[i], mirror = t->batch_sample[i] % 2;
    int from = row % POINTS, point = mirror ? partner[from] : from, labels = 0;
    const uint8_t *mask = t->mask + i * LABELS;
    const lac_visit visit = {row, mirror, (uint64_t)epoch};
    float want[2];
    double at[2], found[2];
    lac_view_points(&t->batch_view[i], lac_data_labels(t->data, row) + 2 * from, 1, want);
    for (int k = 0; k < LABELS; k++)
        labels += mask[k];
    at[0] = (double)want[0];
    at[1] = (double)want[1];
    assert_true(same_view(t->batch_view[i], lac_augment_view(&t->config, &visit, SIDE)));
    assert_int_equal(lac_view_is_mirrored(&t->batch_view[i]), mirror);
    assert_int_equal(labels, is_inside(at, -0.5) ? 2 : 0);
    assert_true(mask[2 * point] == labels / 2 && mask[2 * point + 1] == labels / 2);
    if (!is_inside(at, 8.0))
        return labels > 0; /* the border's repetition would draw at the dot */
    find_dot((const float *)t->plan->op[0].z + i * AREA, found);
    for (int axis = 0; axis < 2; axis++) {
        double label = (double)lac_to_pixels(t->target[i * LABELS + 2 * point + axis], SIDE);
        assert_true(fabs(label - found[axis]) < 0.1);
    }
    return 1;
}

static void labels_follow_the_pixels_and_are_missing_where_they_left(void **state)
{
    (void)state;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    lac_data *data = dots(ctx, 60);
    lac_train_config config = all_on("kimura");
    config.brightness = config.noise = config.cutout = 0.0; /* they would move the dot's centre */
    config.holdout = 0.0;
    config.batch = 20;
    config.shift = 0.3;
    lac_trainer *t = trainer_new(ctx, data, &config);
    int there = 0, visits = 0;
    for (int step = 0; step < 2 * lac_trainer_steps(t); step++) {
        int epoch = t->cursor.epoch;
        take_steps(t, 1);
        for (int i = 0; i < 20; i++, visits++)
            there += check_visit(t, i, epoch);
    }
    assert_in_range(there, visits / 2, visits * 19 / 20);
    lac_trainer_free(&t);
    lac_data_free(&data);
    lac_context_free(&ctx);
}

static void a_turned_point_with_one_coordinate_is_missing(void **state)
{
    (void)state;
    static const lac_view_frame frame = {SIDE, SIDE, SIDE, SIDE, 0};
    static const float label[4] = {30.0f, 31.0f, 32.0f, 33.0f};
    static const uint8_t mask[4] = {1, 0, 1, 1}, turned[4] = {0, 0, 1, 1};
    static const int partner[2] = {0, 1};
    const lac_visit v = {1, 0, 1};
    lac_train_config c = lac_train_config_default();
    float out[4];
    uint8_t out_mask[4];
    c.shift = c.scale = 0.1;
    lac_view view = lac_augment_view(&c, &v, SIDE);
    lac_view_labels(&view, &frame, label, mask, partner, 2, out, out_mask);
    assert_memory_equal(out_mask, mask, 4);
    c.rotation = 10.0;
    view = lac_augment_view(&c, &v, SIDE);
    lac_view_labels(&view, &frame, label, mask, partner, 2, out, out_mask);
    assert_memory_equal(out_mask, turned, 4);
}

/* ---- Noise and boxes ---------------------------------------------------------------------- */

/* A grey picture, spoiled. */
static void sample_grey(const lac_blemish *blemish, float *out)
{
    static const uint8_t grey = 51; /* 0.2 */
    const lac_image image = {&grey, 1, 1, 1};
    lac_view view = lac_view_identity();
    lac_view_sample(&view, blemish, &image, lac_kernels_get(LAC_CPU_AUTO), SIDE, SIDE, out);
}

static void noise_is_normal_and_another_at_every_pixel_and_in_every_picture(void **state)
{
    (void)state;
    enum { PICTURES = 50 };
    float now[AREA], before[AREA] = {0};
    double sum = 0.0, square = 0.0, fourth = 0.0, right = 0.0, below = 0.0, next = 0.0;
    for (uint32_t n = 0; n < PICTURES; n++) {
        const lac_blemish blemish = {.noise = 0.1f, .key = (uint32_t)lac_random(1, 2, n)};
        sample_grey(&blemish, now);
        for (int i = 0; i < AREA; i++) {
            double x = (double)now[i] - 0.2;
            sum += x;
            square += x * x;
            fourth += x * x * x * x;
            right += i > 0 ? x * ((double)now[i - 1] - 0.2) : 0.0;
            below += i >= SIDE ? x * ((double)now[i - SIDE] - 0.2) : 0.0;
            next += n > 0 ? x * ((double)before[i] - 0.2) : 0.0;
        }
        memcpy(before, now, sizeof before);
    }
    double count = PICTURES * AREA, variance = square / count;
    assert_true(fabs(sum / count) < 0.001);
    assert_true(fabs(sqrt(variance) - 0.1) < 0.001);
    assert_true(fabs(fourth / count / (variance * variance) - 3.0) < 0.25);
    assert_true(fabs(right / count) < 0.01 * variance && fabs(below / count) < 0.01 * variance);
    assert_true(fabs(next / count) < 0.01 * variance);
}

static void a_box_is_grey_and_nothing_else_changes(void **state)
{
    (void)state;
    static const lac_blemish boxes[] = {{.left = 3, .top = 5, .right = 20, .bottom = 6},
                                        {.left = -9, .top = -9, .right = 2, .bottom = 70},
                                        {.left = 60, .top = 60, .right = 90, .bottom = 90},
                                        {.left = 0, .top = 0, .right = 0, .bottom = 0}};
    float out[AREA];
    for (int k = 0; k < LAC_COUNT(boxes); k++) {
        const lac_blemish *b = &boxes[k];
        sample_grey(b, out);
        for (int i = 0; i < AREA; i++) {
            int x = i % SIDE, y = i / SIDE;
            int covered = x >= b->left && x < b->right && y >= b->top && y < b->bottom;
            assert_true(out[i] == (covered ? 0.5f : 0.2f));
        }
    }
}

/* ---- Threads and stops ---------------------------------------------------------------------- */

static void threads_change_nothing(void **state)
{
    (void)state;
    static const lac_precision precisions[] = {LAC_PRECISION_FLOAT32, LAC_PRECISION_BF16};
    for (int p = 0; p < 2; p++) {
        lac_trainer *t[3];
        lac_data *data[3];
        lac_context *ctx[3];
        for (int i = 0; i < 3; i++) {
            lac_train_config config = all_on("kimura");
            config.precision = precisions[p];
            ctx[i] = context_at(p ? bf16_level() : LAC_CPU_AUTO, i + 1);
            data[i] = data_new(ctx[i], 24, 24, 0);
            t[i] = trainer_new(ctx[i], data[i], &config);
            take_steps(t[i], 9);
            assert_true(i == 0 || same_state(t[0], t[i]));
        }
        for (int i = 0; i < 3; i++) {
            lac_trainer_free(&t[i]);
            lac_data_free(&data[i]);
            lac_context_free(&ctx[i]);
        }
    }
}

static int stop_in_the_middle(void *user, const lac_progress *progress)
{
    (void)user;
    return progress->epoch == 2 && progress->step == 2;
}

/* `edit` changes the story that the stopped run's file tells. */
static void check_resumed(training *f, void (*edit)(char *story))
{
    test_path whole = path_in(&f->folder, "whole"), run = path_in(&f->folder, "run");
    lac_trainer *straight = trainer_new(f->ctx, f->data, &f->config);
    lac_trainer *t = trainer_new(f->ctx, f->data, &f->config);
    assert_ok(f->ctx, lac_trainer_run(straight, whole.text, NULL, NULL));
    if (edit)
        edit(t->model->story);
    assert_status(f->ctx, lac_trainer_run(t, run.text, stop_in_the_middle, NULL), LAC_STOPPED);
    lac_trainer_free(&t);
    assert_ok(f->ctx, lac_trainer_resume(f->ctx, f->data, run.text, 0, &t));
    assert_int_equal(t->config.even_batches, f->config.even_batches);
    assert_ok(f->ctx, lac_trainer_run(t, run.text, NULL, NULL));
    assert_true(same_state(straight, t));
    assert_same_run(f->ctx, whole.text, run.text);
    lac_trainer_free(&t);
    lac_trainer_free(&straight);
}

static void a_run_stopped_in_an_epoch_and_resumed_is_one_never_stopped(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    f->config = all_on("kimura");
    check_resumed(f, NULL);
    training_free(f);
}

/* ---- Batches ------------------------------------------------------------------------------- */

static void even_batches_differ_by_one_picture_at_most(void **state)
{
    (void)state;
    for (int visits = 1; visits < 200; visits++)
        for (int batch = 1; batch < 40; batch++)
            for (int even = 0; even < 2; even++) {
                lac_trainer t = {.visits = visits,
                                 .config = {.batch = batch, .even_batches = even}};
                int steps = lac_trainer_steps(&t), least = visits, most = 0;
                assert_int_equal(steps, (visits + batch - 1) / batch);
                assert_int_equal(lac_trainer_first(&t, 0), 0);
                assert_int_equal(lac_trainer_first(&t, steps), visits);
                for (int step = 0; step < steps; step++) {
                    int n = lac_trainer_first(&t, step + 1) - lac_trainer_first(&t, step);
                    assert_true(even || n == batch || step == steps - 1);
                    least = n < least ? n : least;
                    most = n > most ? n : most;
                }
                assert_true(least >= 1 && most <= batch && (!even || most - least <= 1));
            }
}

/* As it was told before there were even batches. */
static void forget_even_batches(char *story)
{
    static const char field[] = "\t\"even_batches\":\t0,\n";
    char *at = strstr(story, field);
    assert_non_null(at);
    memmove(at, at + strlen(field), strlen(at + strlen(field)) + 1);
}

static void a_run_of_before_goes_on_with_full_batches(void **state)
{
    (void)state;
    training *f = training_new(LAC_CPU_AUTO, 16);
    f->config.even_batches = 0;
    check_resumed(f, forget_even_batches);
    training_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_augmentation_a_visit_is_the_picture_or_its_mirror_image),
        cmocka_unit_test(seed_epoch_row_and_mirror_alone_decide),
        cmocka_unit_test(drawn_values_are_uniform_between_their_ends),
        cmocka_unit_test(
            half_of_the_pictures_have_a_square_box_of_a_quarter_of_cutout_to_all_of_it),
        cmocka_unit_test(a_point_is_mirrored_stretched_turned_and_shifted_in_this_order),
        cmocka_unit_test(labels_follow_the_pixels_and_are_missing_where_they_left),
        cmocka_unit_test(a_turned_point_with_one_coordinate_is_missing),
        cmocka_unit_test(noise_is_normal_and_another_at_every_pixel_and_in_every_picture),
        cmocka_unit_test(a_box_is_grey_and_nothing_else_changes),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(a_run_stopped_in_an_epoch_and_resumed_is_one_never_stopped),
        cmocka_unit_test(even_batches_differ_by_one_picture_at_most),
        cmocka_unit_test(a_run_of_before_goes_on_with_full_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
