/*
 * Networks out of ONNX files: the small network against plain loops at every level, what is not
 * supported, and files that somebody damaged. Whatever the bytes are, reading ends with a graph or
 * with a message.
 */
#include "detect/graph.h"
#include "onnxes.h"
#include "support.h"

#include "detect/detect.h"

#include <math.h>

/* ---- Plain loops ------------------------------------------------------------------- */

/* Channels one behind the other, as ONNX has them. */
typedef struct planes {
    int c, h, w;
    double *x;
} planes;

static planes planes_new(int c, int h, int w)
{
    planes p = {c, h, w, calloc((size_t)c * h * w, sizeof *p.x)};
    assert_non_null(p.x);
    return p;
}

static double *at(const planes *p, int c, int i, int j)
{
    return &p->x[((size_t)c * p->h + i) * p->w + j];
}

static planes plain_conv(const small_conv *s, const planes *x)
{
    int ic = s->ic / s->group, per = s->oc / s->group;
    planes y = planes_new(s->oc, (x->h + 2 * s->pad - s->k) / s->stride + 1,
                          (x->w + 2 * s->pad - s->k) / s->stride + 1);
    for (int o = 0; o < y.c; o++)
        for (int i = 0; i < y.h; i++)
            for (int j = 0; j < y.w; j++) {
                double sum = (double)small_weight(-s->seed, o);
                for (int t = 0; t < ic * s->k * s->k; t++) {
                    int row = i * s->stride - s->pad + t / s->k % s->k;
                    int column = j * s->stride - s->pad + t % s->k;
                    if (row < 0 || row >= x->h || column < 0 || column >= x->w)
                        continue;
                    sum += *at(x, o / per * ic + t / s->k / s->k, row, column) *
                           (double)small_weight(s->seed, o * ic * s->k * s->k + t);
                }
                *at(&y, o, i, j) = s->relu && sum < 0 ? 0 : sum;
            }
    return y;
}

static planes plain_pool(const planes *x)
{
    planes y = planes_new(x->c, x->h / 2, x->w / 2);
    for (int c = 0; c < y.c; c++)
        for (int i = 0; i < y.h; i++)
            for (int j = 0; j < y.w; j++)
                *at(&y, c, i, j) = fmax(fmax(*at(x, c, 2 * i, 2 * j), *at(x, c, 2 * i, 2 * j + 1)),
                                        fmax(*at(x, c, 2 * i + 1, 2 * j),
                                             *at(x, c, 2 * i + 1, 2 * j + 1)));
    return y;
}

static void add_up_sampled(planes *x, const planes *half)
{
    for (int c = 0; c < x->c; c++)
        for (int i = 0; i < x->h; i++)
            for (int j = 0; j < x->w; j++)
                *at(x, c, i, j) += *at(half, c, i / 2, j / 2);
}

/* The small network on a picture: cls, obj, bbox. */
static void plain_small(const planes *photo, planes out[3])
{
    planes a = plain_conv(&small_convs[0], photo), b = plain_conv(&small_convs[1], &a);
    planes c = plain_conv(&small_convs[2], &b), d = plain_pool(&c);
    planes e = plain_conv(&small_convs[3], &d), f = plain_conv(&small_convs[4], &e);
    planes g = plain_conv(&small_convs[5], &d);
    add_up_sampled(&g, &f);
    planes obj_in = plain_conv(&small_convs[7], &g);
    out[0] = plain_conv(&small_convs[6], &g);
    out[1] = plain_conv(&small_convs[8], &obj_in);
    out[2] = plain_conv(&small_convs[9], &g);
    const planes all[] = {a, b, c, d, e, f, g, obj_in};
    for (int i = 0; i < LAC_COUNT(all); i++)
        free(all[i].x);
}

/* ---- The small network ------------------------------------------------------------- */

static char *copy_of(const message *m)
{
    char *bytes = malloc(m->size + 1);
    assert_non_null(bytes);
    memcpy(bytes, m->bytes, m->size);
    bytes[m->size] = '\0';
    return bytes;
}

static lac_status read_graph(lac_context *ctx, const message *m, lac_graph *graph)
{
    return lac_graph_new(ctx, "small.onnx", copy_of(m), m->size, graph);
}

static void compare_output(const lac_graph *g, const char *name, const planes *want)
{
    const lac_graph_output *output = lac_graph_find(g, name);
    assert_non_null(output);
    const lac_step *s = &g->step[output->step];
    assert_int_equal(s->c, want->c);
    assert_int_equal(s->h, want->h);
    assert_int_equal(s->width, want->w);
    for (int i = 0; i < want->h * want->w; i++)
        for (int c = 0; c < s->room; c++) {
            double is = (double)s->map[(size_t)i * s->room + c];
            double must = c < s->c ? want->x[(size_t)c * want->h * want->w + i] : 0;
            if (!(fabs(is - must) <= 1e-4 * (1 + fabs(must))))
                fail_msg("%s: pixel %d, channel %d is %g, must be %g", name, i, c, is, must);
        }
}

static void check_small(lac_context *ctx, int computed, int h, int w)
{
    static message model;
    static const char *const names[] = {"cls_4", "obj_4", "bbox_4"};
    lac_graph g;
    planes photo = planes_new(3, h, w), want[3];
    make_small(&model, computed);
    assert_ok(ctx, read_graph(ctx, &model, &g));
    for (int i = 0; i < g.outputs; i++)
        lac_graph_need(&g, g.output[i].step);
    assert_ok(ctx, lac_graph_plan(&g, h, w));
    for (int i = 0; i < h * w; i++)
        for (int c = 0; c < 3; c++) {
            float v = small_weight(99, 3 * i + c);
            g.step[0].map[3 * i + c] = v;
            photo.x[(size_t)c * h * w + i] = (double)v;
        }
    lac_graph_run(&g);
    plain_small(&photo, want);
    for (int i = 0; i < 3; i++) {
        compare_output(&g, names[i], &want[i]);
        free(want[i].x);
    }
    assert_int_equal(lac_graph_find(&g, "cls_4")->is_sigmoid, 1);
    assert_int_equal(lac_graph_find(&g, "obj_4")->is_sigmoid, 0);
    assert_null(lac_graph_find(&g, "kps_4"));
    free(photo.x);
    lac_graph_free(&g);
}

static void a_small_network_makes_what_plain_loops_make(void **state)
{
    (void)state;
    for (lac_cpu cpu = LAC_CPU_REF; cpu <= LAC_CPU_AMX; cpu++) {
        lac_context *ctx = context_at(cpu, 2);
        if (!ctx)
            continue;
        check_small(ctx, 0, 24, 40);
        check_small(ctx, 1, 8, 8);
        check_small(ctx, 1, 136, 72);
        lac_context_free(&ctx);
    }
}

/* ---- What is not supported --------------------------------------------------------- */

/* Changes the first place where `word` stands; it must be there. */
static void change(message *m, const char *word, const char *by)
{
    size_t length = strlen(word);
    assert_int_equal(length, strlen(by));
    for (size_t i = 0; i + length <= m->size; i++) {
        if (memcmp(m->bytes + i, word, length) == 0) {
            memcpy(m->bytes + i, by, length);
            return;
        }
    }
    fail_msg("%s is not there", word);
}

static void a_refusal_names_the_node(void **state)
{
    (void)state;
    static message model;
    static const struct {
        const char *word, *by, *message;
    } cases[] = {
        {"MaxPool", "MinPool", "small.onnx: node pool (MinPool): this operator is not supported"},
        {"nearest", "smooth!", "small.onnx: node up (Resize): its mode must be nearest"},
        {"floor", "round", "node up (Resize): its nearest_mode must be floor"},
        {"asymmetric", "half_pixel", "node up (Resize): its coordinates must be asymmetric"},
        {"scales", "zcales", "node up (Resize): it reads what no node before it makes"},
    };
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_graph g;
        make_small(&model, 0);
        change(&model, cases[i].word, cases[i].by);
        assert_status(ctx, read_graph(ctx, &model, &g), LAC_ERROR_FORMAT);
        assert_message(ctx, cases[i].message);
    }
    lac_context_free(&ctx);
}

static void a_circle_is_refused(void **state)
{
    (void)state;
    static message model, graph, node;
    lac_graph g;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    graph.size = 0;
    begin_node(&node, "Relu", "first", "b", "a");
    put_message(&graph, 1, &node);
    begin_node(&node, "Relu", "second", "a", "b");
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "photo", 3);
    put_value(&graph, 12, "b", 0);
    make_model(&model, &graph);
    assert_status(ctx, read_graph(ctx, &model, &g), LAC_ERROR_FORMAT);
    assert_message(ctx, "small.onnx: node first (Relu): it reads what no node before it makes");
    lac_context_free(&ctx);
}

static void sizes_that_the_numbers_do_not_fill_are_refused(void **state)
{
    (void)state;
    static message model, graph, node, tensor;
    static const uint64_t dims[][4] = {{1000000000, 1000000000, 3, 3},
                                       {UINT64_MAX, 1, 1, 1},
                                       {4294967296, 4294967296, 1, 1},
                                       {0, 3, 3, 3},
                                       {2, 3, 1, 1}};
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    for (int i = 0; i < LAC_COUNT(dims); i++) {
        lac_graph g;
        float one = 1;
        graph.size = tensor.size = 0;
        for (int k = 0; k < 4; k++)
            put_varint(&tensor, 1, dims[i][k]);
        put_varint(&tensor, 2, 1);
        put_text(&tensor, 8, "w");
        put_bytes(&tensor, 9, &one, sizeof one);
        put_message(&graph, 5, &tensor);
        begin_node(&node, "Conv", "conv", "photo w", "y");
        put_message(&graph, 1, &node);
        put_value(&graph, 11, "photo", 3);
        put_value(&graph, 12, "y", 0);
        make_model(&model, &graph);
        assert_status(ctx, read_graph(ctx, &model, &g), LAC_ERROR_FORMAT);
    }
    lac_context_free(&ctx);
}

static void a_map_that_grows_without_end_is_refused(void **state)
{
    (void)state;
    static message model, graph, node;
    const int dims[] = {4, -1};
    const float scales[] = {1, 1, 8, 8};
    char from[16] = "photo", inputs[40], to[16];
    lac_graph g;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    graph.size = 0;
    put_floats(&graph, "s", dims, scales);
    for (int i = 0; i < 20; i++) {
        snprintf(inputs, sizeof inputs, "%s - s", from);
        snprintf(to, sizeof to, "y%d", i);
        begin_node(&node, "Resize", to, inputs, to);
        put_word(&node, "mode", "nearest");
        put_word(&node, "coordinate_transformation_mode", "asymmetric");
        put_word(&node, "nearest_mode", "floor");
        put_message(&graph, 1, &node);
        snprintf(from, sizeof from, "%s", to);
    }
    begin_node(&node, "Relu", "last", from, "z");
    put_message(&graph, 1, &node);
    put_value(&graph, 11, "photo", 3);
    put_value(&graph, 12, "z", 0);
    make_model(&model, &graph);
    assert_ok(ctx, read_graph(ctx, &model, &g));
    lac_graph_need(&g, g.output[0].step);
    assert_status(ctx, lac_graph_plan(&g, 32, 32), LAC_ERROR_FORMAT);
    assert_message(ctx, "its map is too large");
    lac_graph_free(&g);
    lac_context_free(&ctx);
}

/* ---- As a detector ----------------------------------------------------------------- */

static lac_status open_small(lac_context *ctx, const char *bytes, size_t size)
{
    lac_yunet *yunet;
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    copy[size] = '\0';
    lac_status status = lac_yunet_new(ctx, "small.onnx", copy, size, &yunet);
    if (status == LAC_OK)
        lac_yunet_free(&yunet);
    return status;
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static message model;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    make_small(&model, 1);
    assert_ok(ctx, open_small(ctx, model.bytes, model.size));
    size_t graph_end = model.size - 4; /* only the version of operators stands behind it */
    for (size_t size = 0; size < graph_end; size++) {
        lac_status status = open_small(ctx, model.bytes, size);
        if (status != LAC_ERROR_FORMAT)
            fail_msg("cut to %zu of %zu bytes: status %d", size, model.size, (int)status);
    }
    lac_context_free(&ctx);
}

static void a_changed_byte_ends_well_or_with_a_message(void **state)
{
    (void)state;
    static message model, changed;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    make_small(&model, 1);
    for (uint64_t i = 0; i < 3000; i++) {
        changed = model;
        for (uint64_t k = 0; k < 1 + i % 3; k++)
            changed.bytes[lac_random(7, k, i) % model.size] = (char)lac_random(8, k, i);
        lac_status status = open_small(ctx, changed.bytes, changed.size);
        const char *why = lac_context_message(ctx);
        assert_true(status == LAC_OK || status == LAC_ERROR_FORMAT);
        assert_true(status == LAC_OK || (*why && !strchr(why, '\n')));
    }
    lac_context_free(&ctx);
}

static void outputs_that_are_missing_are_named(void **state)
{
    (void)state;
    static message model;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    make_small(&model, 0);
    for (int i = 0; i < 2; i++) /* the node's output and the graph's */
        change(&model, "obj_4", "xbj_4");
    change(&model, "xbj_4", "ybj_4");
    assert_status(ctx, open_small(ctx, model.bytes, model.size), LAC_ERROR_FORMAT);
    assert_message(ctx, "small.onnx: the output obj_4 of 1 channel is missing");
    lac_context_free(&ctx);
}

/* Places of 4 x 4 pixels are faces where they are white: cls and obj are the mean of their blue,
 * the box is the place's middle with sides of e = 2.718 places. */
static void make_finder(message *model)
{
    static message graph, node;
    static float w[3 * 4 * 4], box[4 * 3 * 4 * 4];
    const int dims[] = {1, 3, 4, 4, -1}, box_dims[] = {4, 3, 4, 4, -1}, four[] = {4, -1};
    const int k[] = {4, 4}, back[] = {0, 2, 3, 1};
    const float bias[] = {0.5f, 0.5f, 1, 1};
    static const char *const names[] = {"cls_4", "obj_4", "bbox_4"};
    graph.size = 0;
    for (int i = 0; i < 16; i++)
        w[i] = 1.0f / 16 / 255;
    put_floats(&graph, "w", dims, w);
    put_floats(&graph, "box", box_dims, box);
    put_floats(&graph, "bias", four, bias);
    put_value(&graph, 11, "photo", 3);
    for (int i = 0; i < 3; i++) {
        char map[16];
        snprintf(map, sizeof map, "map%d", i);
        begin_node(&node, "Conv", map, i < 2 ? "photo w" : "photo box bias", map);
        put_ints(&node, "strides", 2, k);
        put_message(&graph, 1, &node);
        begin_node(&node, "Transpose", names[i], map, names[i]);
        put_ints(&node, "perm", 4, back);
        put_message(&graph, 1, &node);
        put_value(&graph, 12, names[i], 0);
    }
    make_model(model, &graph);
}

static void paint(lac_photo *photo, int x, int y, int side, const uint8_t rgb[3])
{
    for (int i = y; i < y + side; i++)
        for (int j = x; j < x + side; j++)
            memcpy(photo->rgb + 3 * (i * photo->width + j), rgb, 3);
}

static void boxes_are_decoded_suppressed_and_sorted(void **state)
{
    (void)state;
    static message model;
    static const uint8_t white[] = {255, 255, 255}, blue[] = {0, 0, 204}, red[] = {255, 0, 0};
    test_folder folder;
    lac_detector *detector;
    lac_photo *photo;
    lac_detection face[8];
    int count;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    folder_new(&folder);
    make_finder(&model);
    test_path path = path_in(&folder, "finder");
    file_put(path.text, model.bytes, model.size);
    assert_ok(ctx, lac_detector_open(ctx, path.text, &detector));
    assert_string_equal(lac_detector_name(detector), "yunet");
    assert_ok(ctx, lac_photo_new(ctx, 39, 29, &photo));
    paint(photo, 4, 8, 4, blue);
    paint(photo, 16, 12, 4, white); /* and its neighbour, which overlaps it by more than 0.3 */
    paint(photo, 20, 12, 4, blue);
    paint(photo, 4, 20, 4, red);
    assert_ok(ctx, lac_detector_run(detector, photo, face, 8, &count));
    assert_int_equal(count, 2);
    double side = 4 * exp(1);
    const double want[2][3] = {{18, 14, 1}, {6, 10, 0.8}};
    for (int i = 0; i < 2; i++) {
        assert_true(fabs(face[i].box.x + side / 2 - want[i][0]) < 1e-4);
        assert_true(fabs(face[i].box.y + side / 2 - want[i][1]) < 1e-4);
        assert_true(fabs(face[i].box.width - side) < 1e-4);
        assert_true(fabs(face[i].box.height - side) < 1e-4);
        assert_true(fabs(face[i].score - want[i][2]) < 1e-5);
    }
    assert_ok(ctx, lac_detector_run(detector, photo, face, 1, &count));
    assert_int_equal(count, 1);
    lac_photo_free(&photo);
    lac_detector_free(&detector);
    folder_free(&folder);
    lac_context_free(&ctx);
}

/* A photo of 1300 x 100 is looked at as one of 640 x 49. */
static void boxes_of_a_large_photo_are_in_its_pixels(void **state)
{
    (void)state;
    static message model;
    static const uint8_t white[] = {255, 255, 255};
    lac_yunet *yunet;
    lac_photo *photo;
    lac_small small;
    const lac_detection *face;
    int count;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    make_finder(&model);
    assert_ok(ctx, lac_yunet_new(ctx, "finder", copy_of(&model), model.size, &yunet));
    assert_ok(ctx, lac_photo_new(ctx, 1300, 100, &photo));
    paint(photo, 1000, 40, 20, white);
    assert_ok(ctx, lac_small_make(ctx, photo, &small));
    assert_int_equal(small.width, 640);
    assert_int_equal(small.height, 49);
    assert_ok(ctx, lac_yunet_run(yunet, &small, &face, &count));
    assert_true(count > 0);
    double x = (face[0].box.x + face[0].box.width / 2) * small.scale_x;
    double y = (face[0].box.y + face[0].box.height / 2) * small.scale_y;
    assert_true(x > 1000 && x < 1020 && y > 40 && y < 60);
    lac_small_free(&small);
    lac_photo_free(&photo);
    lac_yunet_free(&yunet);
    lac_context_free(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_network_makes_what_plain_loops_make),
        cmocka_unit_test(a_refusal_names_the_node),
        cmocka_unit_test(a_circle_is_refused),
        cmocka_unit_test(sizes_that_the_numbers_do_not_fill_are_refused),
        cmocka_unit_test(a_map_that_grows_without_end_is_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(a_changed_byte_ends_well_or_with_a_message),
        cmocka_unit_test(outputs_that_are_missing_are_named),
        cmocka_unit_test(boxes_are_decoded_suppressed_and_sorted),
        cmocka_unit_test(boxes_of_a_large_photo_are_in_its_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
