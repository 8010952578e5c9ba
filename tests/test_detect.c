/*
 * Cascades, groups of boxes, many photos, measured crops. What OpenCV and YuNet themselves find is
 * checked where they are: LACUNA_CASES names the folder of real-world cases, LACUNA_DETECTOR a file
 * of YuNet, and opencv-data brings the cascade.
 */
#define _POSIX_C_SOURCE 200809L /* strtok_r */
#include "support.h"

#include "detect/detect.h"

#include <math.h>

/* ---- Groups ------------------------------------------------------------------------ */

static void rectangles_that_nearly_agree_are_joined(void **state)
{
    (void)state;
    static const lac_rect rects[] = {
        {10, 10, 20, 20}, {100, 50, 40, 40}, {12, 10, 20, 20}, {10, 11, 22, 20}, {12, 13, 22, 20},
        {101, 50, 40, 40}, {102, 52, 44, 44}, {103, 52, 44, 44}, {104, 52, 44, 44}, /* five there */
        {111, 61, 20, 20}, {112, 61, 20, 20}, {111, 62, 20, 20}, {110, 60, 20, 20}, /* inside */
        {200, 10, 20, 20}, {200, 10, 20, 20}, {200, 10, 20, 20}, /* too few */
    };
    lac_detection face[LAC_COUNT(rects)];
    int count;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    assert_ok(ctx, lac_boxes_group(ctx, rects, LAC_COUNT(rects), 3, face, &count));
    assert_int_equal(count, 2);
    const double want[2][5] = {{102, 51, 42, 42, 5}, {11, 11, 21, 20, 4}};
    for (int i = 0; i < 2; i++) {
        const double is[] = {face[i].box.x, face[i].box.y, face[i].box.width, face[i].box.height,
                             face[i].score};
        for (int k = 0; k < 5; k++)
            assert_true(is[k] == want[i][k]);
    }
    assert_ok(ctx, lac_boxes_group(ctx, rects, 0, 3, face, &count));
    assert_int_equal(count, 0);
    lac_context_free(&ctx);
}

/* ---- A small cascade --------------------------------------------------------------- */

/* A window of 8 x 8 whose middle is brighter than the rest. */
#define HEAD                                                                                      \
    "<?xml version=\"1.0\"?>\n<!-- a test -->\n<opencv_storage>\n"                                \
    "<cascade type_id=\"opencv-cascade-classifier\"><stageType>BOOST</stageType>\n"               \
    "<featureType>HAAR</featureType><height>8</height><width>8</width>\n"                         \
    "<stageParams><maxWeakCount>1</maxWeakCount></stageParams>\n"                                 \
    "<stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold>\n"             \
    "<weakClassifiers><_><internalNodes>\n"
#define TAIL                                                                                      \
    "</leafValues></_></weakClassifiers></_></stages>\n"                                          \
    "<features><_><rects><_>0 0 8 8 -1.</_><_>2 2 4 4 4.</_></rects>"                             \
    "<tilted>0</tilted></_></features></cascade>\n</opencv_storage>\n"
#define STUMP "0 -1 0 1.8e+00</internalNodes><leafValues>-1. 1. "
#define TREE "0 1 0 1.8 -1 -2 0 100</internalNodes><leafValues>-1 1 -1"

static lac_status open_text(lac_context *ctx, const char *text, size_t size, lac_haar **out)
{
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return lac_haar_new(ctx, "small.xml", copy, size, out);
}

static void check_square(const char *text, int threads)
{
    lac_context *ctx = context_at(LAC_CPU_AUTO, threads);
    lac_haar *haar;
    lac_photo *photo;
    lac_small small;
    const lac_detection *face;
    int count;
    assert_ok(ctx, open_text(ctx, text, strlen(text), &haar));
    assert_ok(ctx, lac_photo_new(ctx, 128, 120, &photo));
    for (int i = 60; i < 76; i++)
        memset(photo->rgb + 3 * (i * 128 + 40), 255, 16 * 3);
    for (int again = 0; again < 2; again++) {
        assert_ok(ctx, lac_small_make(ctx, photo, &small));
        assert_ok(ctx, lac_haar_run(haar, &small, &face, &count));
        assert_int_equal(count, 1);
        assert_true(face->score > 3);
        assert_true(fabs(face->box.x + face->box.width / 2 - 48) < 2);
        assert_true(fabs(face->box.y + face->box.height / 2 - 68) < 2);
        assert_true(face->box.width > 16 && face->box.width < 40);
        lac_small_free(&small);
    }
    lac_photo_free(&photo);
    lac_haar_free(&haar);
    lac_context_free(&ctx);
}

static void a_small_cascade_finds_a_square(void **state)
{
    (void)state;
    check_square(HEAD STUMP TAIL, 1);
    check_square(HEAD STUMP TAIL, 3);
    check_square(HEAD TREE TAIL, 2);
}

static void a_photo_smaller_than_the_window_has_no_face(void **state)
{
    (void)state;
    const char *text = HEAD STUMP TAIL;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    lac_haar *haar;
    lac_photo *photo;
    const lac_detection *face;
    int count;
    assert_ok(ctx, open_text(ctx, text, strlen(text), &haar));
    for (int side = 1; side <= 9; side++) {
        lac_small small;
        assert_ok(ctx, lac_photo_new(ctx, side, 10 - side, &photo));
        assert_ok(ctx, lac_small_make(ctx, photo, &small));
        assert_ok(ctx, lac_haar_run(haar, &small, &face, &count));
        assert_int_equal(count, 0);
        lac_photo_free(&photo);
    }
    lac_haar_free(&haar);
    lac_context_free(&ctx);
}

static void what_no_cascade_of_ours_is_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"<html></html>", "small.xml: line 1: no <opencv_storage>"},
        {"<opencv_storage><haarcascade/></opencv_storage>", "no <cascade>"},
        {"<opencv_storage><cascade><featureType>LBP</featureType></cascade></opencv_storage>",
         "a cascade of LBP; only HAAR is supported"},
        {"<opencv_storage><cascade><width>100000</width></cascade></opencv_storage>",
         "a window's side must be 4 to 256"},
        {"<opencv_storage><cascade/></opencv_storage>", "is missing"},
        {"<opencv_storage><cascade><features><_><tilted>1</tilted></_></features></cascade>"
         "</opencv_storage>", "tilted features are not supported"},
        {"<opencv_storage><cascade><features><_><rects><_>7 0 2 8 1</_></rects></_></features>"
         "<width>8</width><height>8</height><stages><_><stageThreshold>0</stageThreshold>"
         "<weakClassifiers><_><internalNodes>0 0 0 1</internalNodes><leafValues>1</leafValues></_>"
         "</weakClassifiers></_></stages></cascade></opencv_storage>",
         "a rectangle of feature 0 leaves the window"},
        {HEAD "0 -1 1 1</internalNodes><leafValues>-1 1" TAIL, "a tree asks for feature 1 of 1"},
        {HEAD "0 -2 0 1</internalNodes><leafValues>-1 1" TAIL, "leads to a node or leaf"},
        {HEAD "1 0 0 1 0 1 0 1</internalNodes><leafValues>-1 1" TAIL, "leads to a node or leaf"},
        {HEAD "0 -1 0 x</internalNodes><leafValues>-1 1" TAIL, "<internalNodes> must be"},
        {HEAD "0 -1 0 nan</internalNodes><leafValues>-1 1" TAIL, "<internalNodes> must be"},
        {HEAD "</internalNodes><leafValues>-1 1" TAIL, "a tree has no nodes"},
    };
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_haar *haar;
        assert_status(ctx, open_text(ctx, cases[i].text, strlen(cases[i].text), &haar),
                      LAC_ERROR_FORMAT);
        assert_message(ctx, cases[i].message);
        assert_null(haar);
    }
    lac_context_free(&ctx);
}

static void a_cascade_cut_or_changed_ends_with_a_message(void **state)
{
    (void)state;
    const char text[] = HEAD TREE TAIL;
    size_t whole = strlen(text) - 1; /* but for the last newline */
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    lac_haar *haar;
    for (size_t size = 0; size < whole; size++)
        assert_status(ctx, open_text(ctx, text, size, &haar), LAC_ERROR_FORMAT);
    for (uint64_t i = 0; i < 2000; i++) {
        char changed[sizeof text];
        memcpy(changed, text, sizeof text);
        for (uint64_t k = 0; k < 1 + i % 3; k++)
            changed[lac_random(1, k, i) % whole] = (char)lac_random(2, k, i);
        lac_status status = open_text(ctx, changed, whole, &haar);
        assert_true(status == LAC_OK || status == LAC_ERROR_FORMAT);
        assert_true(status == LAC_OK || !strchr(lac_context_message(ctx), '\n'));
        lac_haar_free(&haar);
    }
    lac_context_free(&ctx);
}

/* ---- Many photos ------------------------------------------------------------------- */

static lac_status count_failed(void *user, const lac_faces *faces)
{
    int *failed = user;
    *failed += faces->status != LAC_OK;
    assert_true((faces->status == LAC_OK) == !faces->message);
    return LAC_OK;
}

static void put_photo(lac_context *ctx, const test_folder *folder, const char *name, int x, int y)
{
    lac_photo *photo;
    assert_ok(ctx, lac_photo_new(ctx, 128, 120, &photo));
    for (int i = y; i < y + 16 && x >= 0; i++)
        memset(photo->rgb + 3 * (i * 128 + x), 255, 16 * 3);
    test_path path = path_in(folder, name);
    assert_ok(ctx, lac_photo_save(ctx, photo, path.text));
    lac_photo_free(&photo);
}

static void many_photos_make_a_table(void **state)
{
    (void)state;
    static const char text[] = HEAD STUMP TAIL;
    test_folder folder;
    lac_paths *paths;
    lac_box_list *list;
    char *tables[2];
    folder_new(&folder);
    test_path cascade = path_in(&folder, "cascade.xml"), out = path_in(&folder, "out.csv");
    file_put(cascade.text, text, sizeof text - 1);
    for (int threads = 1; threads <= 2; threads++) {
        int failed = 0;
        size_t size;
        lac_context *ctx = context_at(LAC_CPU_AUTO, threads);
        test_path photos = path_in(&folder, "photos"), bad = path_in(&folder, "photos/2,.png");
        const char *const words[] = {photos.text};
        if (threads == 1) {
            assert_ok(ctx, lac_folder_make(ctx, photos.text));
            put_photo(ctx, &folder, "photos/1.png", 40, 60);
            put_photo(ctx, &folder, "photos/3.png", -1, 0);
            put_photo(ctx, &folder, "photos/4, \"x\".png", 80, 20);
            file_put(bad.text, "no picture", 10);
        }
        assert_ok(ctx, lac_paths_list(ctx, words, 1, &paths));
        assert_int_equal(paths->count, 4);
        assert_ok(ctx, lac_photos_detect_write(ctx, cascade.text, paths, out.text, count_failed,
                                               &failed));
        assert_int_equal(failed, 1);
        tables[threads - 1] = file_bytes(out.text, &size);
        assert_ok(ctx, lac_box_list_open(ctx, out.text, &list));
        assert_true(lac_box_list_has_scores(list));
        lac_box_list_free(&list);
        assert_status(ctx, lac_photos_detect_write(ctx, cascade.text, paths, paths->path[0], NULL,
                                                   NULL), LAC_ERROR_ARGUMENT);
        assert_message(ctx, "is a photo, which would be replaced");
        lac_paths_free(&paths);
        lac_context_free(&ctx);
    }
    assert_string_equal(tables[0], tables[1]);
    assert_memory_equal(tables[0], "file,x,y,w,h,score\n", 19);
    assert_non_null(strstr(tables[0], "/photos/1.png,"));
    assert_null(strstr(tables[0], "/photos/3.png"));
    assert_non_null(strstr(tables[0], "/photos/4, \"\"x\"\".png\","));
    free(tables[0]);
    free(tables[1]);
    folder_free(&folder);
}

/* ---- Crops ------------------------------------------------------------------------- */

/* Pictures of 192 pixels stand in their frame as they are, 64 pixels from its edge. */
static void a_crop_is_measured_by_the_median(void **state)
{
    (void)state;
    enum { SIZE = 192, ROWS = 5 };
    static const char text[] = HEAD STUMP TAIL;
    static uint8_t pictures[ROWS][SIZE][SIZE];
    test_folder folder;
    lac_detector *detector;
    lac_crop_fit fit;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    folder_new(&folder);
    test_path cascade = path_in(&folder, "cascade.xml");
    file_put(cascade.text, text, sizeof text - 1);
    assert_ok(ctx, lac_detector_open(ctx, cascade.text, &detector));
    for (int r = 0; r < 4; r++) /* of the last row nothing is found */
        for (int i = 80; i < 96; i++)
            memset(&pictures[r][i][64 + (r == 3 ? 40 : r)], 255, 16);
    assert_ok(ctx, lac_crop_measure(ctx, detector, pictures[0][0], ROWS, SIZE, &fit));
    assert_int_equal(fit.rows, ROWS);
    assert_int_equal(fit.faces, 4);
    assert_string_equal(fit.crop.detector, "haar");
    double width = SIZE / fit.crop.side; /* of the box about the second row's square */
    const lac_box box = {73 - width / 2, 88 - width / 2, width, width};
    lac_box crop = lac_crop_of(&fit.crop, &box);
    assert_true(width > 16 && width < 40);
    assert_true(fabs(crop.x) < 4 && fabs(crop.y) < 4);
    assert_true(fit.side_spread < 0.5 && fit.left_spread < 0.5 && fit.top_spread < 0.5);
    memset(pictures, 0, sizeof pictures);
    assert_status(ctx, lac_crop_measure(ctx, detector, pictures[0][0], ROWS, SIZE, &fit),
                  LAC_ERROR_MISMATCH);
    lac_detector_free(&detector);
    folder_free(&folder);
    lac_context_free(&ctx);
}

/* ---- Files that are no detectors --------------------------------------------------- */

static void a_file_that_is_no_detector_is_refused(void **state)
{
    (void)state;
    test_folder folder;
    lac_detector *detector;
    lac_context *ctx = context_at(LAC_CPU_AUTO, 1);
    folder_new(&folder);
    test_path path = path_in(&folder, "file");
    static const char *const texts[] = {"", "<", "\xef\xbb\xbf <x>", "hello",
                                        "\x3a\xff\xff\xff\xff\x0f"};
    for (int i = 0; i < LAC_COUNT(texts); i++) {
        file_put(path.text, texts[i], strlen(texts[i]));
        assert_status(ctx, lac_detector_open(ctx, path.text, &detector), LAC_ERROR_FORMAT);
        assert_null(detector);
    }
    test_path none = path_in(&folder, "none");
    assert_status(ctx, lac_detector_open(ctx, none.text, &detector), LAC_ERROR_IO);
    folder_free(&folder);
    lac_context_free(&ctx);
}

/* ---- The real ones ----------------------------------------------------------------- */

/* Every photo of the cases has one drawn face, whose box the truth tells. */
static void check_cases(const char *path)
{
    const char *cases = getenv("LACUNA_CASES");
    lac_detector *detector;
    size_t size;
    char name[512], *rest;
    if (!cases)
        skip();
    lac_context *ctx = context_at(LAC_CPU_AUTO, 2);
    assert_ok(ctx, lac_detector_open(ctx, path, &detector));
    snprintf(name, sizeof name, "%s/photos/truth.csv", cases);
    char *table = file_bytes(name, &size);
    strtok_r(table, "\n", &rest);
    for (char *line; (line = strtok_r(NULL, "\n", &rest));) {
        lac_photo *photo;
        lac_detection face[4];
        double box[4];
        int count;
        char *cells;
        snprintf(name, sizeof name, "%s/photos/%s", cases, strtok_r(line, ",", &cells));
        for (int i = 0; i < 4; i++)
            assert_true(lac_number_read(strtok_r(NULL, ",", &cells), &box[i]));
        assert_ok(ctx, lac_photo_load(ctx, name, &photo));
        assert_ok(ctx, lac_detector_run(detector, photo, face, 4, &count));
        assert_int_equal(count, 1);
        const lac_box *is = &face[0].box;
        assert_true(fabs(is->x + is->width / 2 - box[0] - box[2] / 2) < box[2] / 4);
        assert_true(fabs(is->y + is->height / 2 - box[1] - box[3] / 2) < box[3] / 4);
        lac_photo_free(&photo);
    }
    free(table);
    lac_detector_free(&detector);
    lac_context_free(&ctx);
}

static void the_cascade_finds_the_faces_of_the_cases(void **state)
{
    (void)state;
    if (!lac_path_exists(lac_cascade_file))
        skip();
    check_cases(NULL);
}

static void yunet_finds_the_faces_of_the_cases(void **state)
{
    (void)state;
    const char *path = getenv("LACUNA_DETECTOR");
    if (!path)
        skip();
    check_cases(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rectangles_that_nearly_agree_are_joined),
        cmocka_unit_test(a_small_cascade_finds_a_square),
        cmocka_unit_test(a_photo_smaller_than_the_window_has_no_face),
        cmocka_unit_test(what_no_cascade_of_ours_is_is_told),
        cmocka_unit_test(a_cascade_cut_or_changed_ends_with_a_message),
        cmocka_unit_test(many_photos_make_a_table),
        cmocka_unit_test(a_crop_is_measured_by_the_median),
        cmocka_unit_test(a_file_that_is_no_detector_is_refused),
        cmocka_unit_test(the_cascade_finds_the_faces_of_the_cases),
        cmocka_unit_test(yunet_finds_the_faces_of_the_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
