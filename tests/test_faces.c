/*
 * Predictions on photos: they are those of the same crops given as pictures, in pixels of the
 * photo; boxes, paths and formats are what files say; threads, neighbours and damaged files change
 * nothing.
 *
 * LACUNA_CASES names the folder of the real-world cases; without it their tests are skipped.
 */
#define _POSIX_C_SOURCE 200809L
#include "net/model.h"
#include "picture/picture.h"
#include "predict/predict.h"
#include "training.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIDE = 16, MOST = 64 };

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
    lac_data *data;
    lac_trainer *trainer;
    const lac_model *model;
    lac_predictor *predictor;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_AUTO, 2);
    folder_new(&f->folder);
    f->data = data_new(f->ctx, 12, SIDE, 1);
    lac_train_config config = small_config("kimura");
    f->trainer = trainer_new(f->ctx, f->data, &config);
    take_steps(f->trainer, 2);
    f->model = lac_trainer_model(f->trainer);
    assert_ok(f->ctx, lac_predictor_new(f->ctx, f->model, NULL, &f->predictor));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    lac_predictor_free(&f->predictor);
    lac_trainer_free(&f->trainer);
    lac_data_free(&f->data);
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

/* ---- Photos and what comes of them ------------------------------------------------------ */

static lac_photo *drawn(const fixture *f, int width, int height, int number)
{
    lac_photo *photo;
    assert_ok(f->ctx, lac_photo_new(f->ctx, width, height, &photo));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
                photo->rgb[3 * (y * width + x) + c] =
                    (uint8_t)(128 + 100 * sin(0.13 * x + 0.4 * c + number) * cos(0.09 * y));
    return photo;
}

static test_path put_photo(const fixture *f, const char *name, int width, int height, int number)
{
    test_path path = path_in(&f->folder, name);
    lac_photo *photo = drawn(f, width, height, number);
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
    lac_photo_free(&photo);
    return path;
}

static test_path put(const fixture *f, const char *name, const char *text)
{
    test_path path = path_in(&f->folder, name);
    file_put(path.text, text, strlen(text));
    return path;
}

/* What lac_photos_predict tells of its photos. */
typedef struct record {
    int count, stop_at;
    struct {
        char path[384], message[LAC_MESSAGE];
        lac_status status;
        int width, height, faces;
        lac_detection face[3];
        float xy[3][LABELS];
    } photo[MOST];
} record;

static lac_status keep(void *user, const lac_faces *faces)
{
    record *r = user;
    assert_in_range(r->count, 0, MOST - 1);
    int i = r->count++;
    snprintf(r->photo[i].path, sizeof r->photo[i].path, "%s", faces->path);
    snprintf(r->photo[i].message, LAC_MESSAGE, "%s", faces->message ? faces->message : "");
    r->photo[i].status = faces->status;
    r->photo[i].width = faces->width;
    r->photo[i].height = faces->height;
    r->photo[i].faces = faces->count;
    for (int k = 0; k < faces->count && k < 3; k++) {
        r->photo[i].face[k] = faces->face[k];
        memcpy(r->photo[i].xy[k], faces->xy + k * LABELS, sizeof r->photo[i].xy[k]);
    }
    return r->count == r->stop_at ? LAC_STOPPED : LAC_OK;
}

static lac_paths *list(const fixture *f, const char *word)
{
    lac_paths *paths;
    assert_ok(f->ctx, lac_paths_list(f->ctx, &word, 1, &paths));
    return paths;
}

static record *predict(const fixture *f, const char *word, const lac_photos_config *config)
{
    record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    lac_paths *paths = list(f, word);
    assert_ok(f->ctx, lac_photos_predict(f->predictor, paths, config, keep, r));
    lac_paths_free(&paths);
    return r;
}

/* ---- Geometry ---------------------------------------------------------------------------- */

static void answers_are_those_of_the_crop_in_pixels_of_the_photo(void **state)
{
    const fixture *f = *state;
    static const lac_box boxes[] = {{30, 20, SIDE, SIDE}, {10.25, -7.5, 4.5 * SIDE, 4.5 * SIDE}};
    lac_photo *photo = drawn(f, 120, 90, 0);
    uint8_t grey[SIDE * SIDE];
    float crop[LABELS], xy[2 * LABELS];
    assert_ok(f->ctx, lac_predictor_boxes(f->predictor, photo, boxes, 2, xy));
    for (int b = 0; b < 2; b++) {
        assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &boxes[b], SIDE, grey));
        assert_ok(f->ctx, lac_predictor_run(f->predictor, grey, 1, crop));
        double scale = boxes[b].width / SIDE;
        for (int i = 0; i < LABELS; i++) {
            double edge = i % 2 ? boxes[b].y : boxes[b].x;
            double want = edge + scale * ((double)crop[i] + 0.5) - 0.5;
            assert_true(fabs((double)xy[b * LABELS + i] - want) < 1e-3);
        }
    }
    assert_ok(f->ctx, lac_predictor_boxes(f->predictor, photo, boxes, 0, xy));
    const lac_box bad = {0, 0, 0, 5};
    assert_status(f->ctx, lac_predictor_boxes(f->predictor, photo, &bad, 1, xy),
                  LAC_ERROR_ARGUMENT);
    lac_photo_free(&photo);
}

static void a_box_that_is_no_square_becomes_the_centred_square_of_its_longer_side(void **state)
{
    const fixture *f = *state;
    test_path path = put_photo(f, "a.png", 80, 50, 0);
    const lac_photos_config whole = {.find = lac_find_whole};
    record *r = predict(f, path.text, &whole);
    const lac_box square = {0, -15, 80, 80};
    lac_photo *photo = drawn(f, 80, 50, 0);
    float xy[LABELS];
    assert_ok(f->ctx, lac_predictor_boxes(f->predictor, photo, &square, 1, xy));
    assert_int_equal(r->photo[0].faces, 1);
    assert_true(same_floats(xy, r->photo[0].xy[0], LABELS));
    assert_true(r->photo[0].face[0].box.height == 50 && isnan(r->photo[0].face[0].score));
    lac_photo_free(&photo);
    free(r);
}

static void a_rule_makes_the_square_that_is_shown(void **state)
{
    const fixture *f = *state;
    test_path path = put_photo(f, "a.png", 80, 50, 0);
    lac_box box = {20, 10, 30, 20};
    const lac_crop rule = {"box", 1.2, -0.1, 0.05};
    const lac_photos_config config = {.find = lac_find_box, .find_user = &box, .crop = &rule};
    record *r = predict(f, path.text, &config);
    const lac_box square = lac_crop_of(&rule, &box);
    lac_photo *photo = drawn(f, 80, 50, 0);
    float xy[LABELS];
    assert_true(square.x == 17 && square.y == 11.5 && square.width == 36);
    assert_ok(f->ctx, lac_predictor_boxes(f->predictor, photo, &square, 1, xy));
    assert_true(same_floats(xy, r->photo[0].xy[0], LABELS));
    assert_true(r->photo[0].face[0].box.width == 30);
    lac_photo_free(&photo);
    free(r);
}

/* ---- Many photos ------------------------------------------------------------------------- */

static test_path put_many(const fixture *f)
{
    test_path folder = path_in(&f->folder, "many");
    assert_ok(f->ctx, lac_folder_make(f->ctx, folder.text));
    for (int i = 0; i < 41; i++) {
        char name[40];
        snprintf(name, sizeof name, "many/frame%d.%s", i, i % 2 ? "ppm" : "png");
        put_photo(f, name, 40 + i, 90 - i, i);
    }
    put(f, "many/frame7.5.png", "\x89PNG\r\n\x1a\nand no more");
    put(f, "many/notes.txt", "no picture");
    return folder;
}

static void neighbours_and_damaged_files_change_no_answer(void **state)
{
    const fixture *f = *state;
    test_path folder = put_many(f);
    const lac_photos_config config = {.find = lac_find_whole};
    record *all = predict(f, folder.text, &config);
    assert_int_equal(all->count, 42);
    for (int i = 0; i < all->count; i++) {
        if (strstr(all->photo[i].path, "frame7.5.png")) {
            assert_int_equal(all->photo[i].status, LAC_ERROR_FORMAT);
            assert_non_null(strstr(all->photo[i].message, "frame7.5.png: a damaged PNG"));
            assert_int_equal(all->photo[i].faces, 0);
            continue;
        }
        record *one = predict(f, all->photo[i].path, &config);
        assert_int_equal(all->photo[i].status, LAC_OK);
        assert_int_equal(one->photo[0].width, all->photo[i].width);
        assert_true(same_floats(one->photo[0].xy[0], all->photo[i].xy[0], LABELS));
        free(one);
    }
    free(all);
}

static void a_run_ends_where_its_taker_says(void **state)
{
    const fixture *f = *state;
    test_path folder = put_many(f);
    const lac_photos_config config = {.find = lac_find_whole};
    record r = {.stop_at = 6};
    lac_paths *paths = list(f, folder.text);
    assert_status(f->ctx, lac_photos_predict(f->predictor, paths, &config, keep, &r),
                  LAC_STOPPED);
    assert_int_equal(r.count, 6);
    lac_paths_free(&paths);
}

static lac_status find_none(void *user, lac_context *ctx, const char *path,
                            const lac_photo *photo, lac_detection *faces, int most, int *count)
{
    (void)path;
    (void)photo;
    (void)faces;
    (void)most;
    *count = 0;
    return user ? lac_fail(ctx, LAC_ERROR_MEMORY, "too dark") : LAC_OK;
}

static void a_photo_without_faces_and_one_whose_search_fails_are_told(void **state)
{
    const fixture *f = *state;
    int dark = 1;
    test_path path = put_photo(f, "a.png", 40, 40, 0);
    lac_photos_config config = {.find = find_none};
    record *r = predict(f, path.text, &config);
    assert_int_equal(r->photo[0].status, LAC_OK);
    assert_int_equal(r->photo[0].faces, 0);
    free(r);
    config.find_user = &dark;
    r = predict(f, path.text, &config);
    assert_int_equal(r->photo[0].status, LAC_ERROR_MEMORY);
    assert_non_null(strstr(r->photo[0].message, "a.png: too dark"));
    free(r);
}

/* The square of a box that has no pixel of the photo would show nothing but its border. */
static void a_box_beside_its_photo_is_told(void **state)
{
    const fixture *f = *state;
    static const lac_box beside[] = {{40, 1, 9, 9}, {1, 40, 9, 9}, {-9, 1, 9, 9}, {1, -9, 9, 9}};
    lac_box inside = {39.5, -8.5, 9, 9};
    test_path path = put_photo(f, "a.png", 40, 40, 0);
    lac_photos_config config = {.find = lac_find_box};
    for (int i = 0; i < LAC_COUNT(beside); i++) {
        lac_box box = beside[i];
        config.find_user = &box;
        record *r = predict(f, path.text, &config);
        assert_int_equal(r->photo[0].status, LAC_ERROR_FORMAT);
        assert_non_null(strstr(r->photo[0].message, "has no pixel of the photo, which is 40x40"));
        free(r);
    }
    config.find_user = &inside;
    record *r = predict(f, path.text, &config);
    assert_int_equal(r->photo[0].faces, 1);
    free(r);
}

static void a_box_in_shares_of_the_sides_is_told(void **state)
{
    const fixture *f = *state;
    lac_box share = {0.25, 0.3, 0.5, 1}, narrow = {0.25, 0.3, 0.5, 2};
    test_path path = put_photo(f, "a.png", 40, 40, 0), single = put_photo(f, "b.png", 1, 1, 0);
    lac_photos_config config = {.find = lac_find_box, .find_user = &share};
    record *r = predict(f, path.text, &config);
    assert_int_equal(r->photo[0].status, LAC_ERROR_FORMAT);
    assert_non_null(strstr(r->photo[0].message, "0.25,0.3,0.5,1 is within one pixel"));
    free(r);
    r = predict(f, single.text, &(lac_photos_config){.find = lac_find_whole});
    assert_int_equal(r->photo[0].faces, 1);
    free(r);
    config.find_user = &narrow;
    r = predict(f, path.text, &config);
    assert_int_equal(r->photo[0].faces, 1);
    free(r);
}

/* ---- Paths ------------------------------------------------------------------------------- */

static void keep_line(void *user, const char *line)
{
    test_path *kept = user;
    snprintf(kept->text, sizeof kept->text, "%s", line);
}

static void pictures_of_a_folder_that_are_not_read_are_told(void **state)
{
    const fixture *f = *state;
    static const char *const names[] = {"a/10.HEIC", "a/9.tif", "a/x.txt", "a/tif", "a/b.bmp"};
    test_path folder = path_in(&f->folder, "a"), line = {""};
    lac_paths *paths;
    const char *words[] = {folder.text};
    f->ctx->log = keep_line;
    f->ctx->log_user = &line;
    assert_ok(f->ctx, lac_folder_make(f->ctx, folder.text));
    put(f, "a/c.gif", "P2 1 1 1 1"); /* whatever its name says */
    lac_paths_free(&(lac_paths *){list(f, folder.text)});
    assert_string_equal(line.text, "");
    for (int i = 0; i < LAC_COUNT(names); i++)
        put(f, names[i], "");
    paths = list(f, folder.text);
    assert_int_equal(paths->count, 1);
    lac_paths_free(&paths);
    assert_non_null(strstr(line.text, "a: 3 pictures of a kind that is not read, the first is "
                                      "9.tif: PNG, JPEG, PGM, PPM and WebP are"));
    remove(path_in(&f->folder, "a/c.gif").text);
    assert_status(f->ctx, lac_paths_list(f->ctx, words, 1, &paths), LAC_ERROR_ARGUMENT);
}

static void folders_are_listed_by_numbers_and_lists_by_lines(void **state)
{
    const fixture *f = *state;
    static const char *const names[] = {"a/f10.png", "a/f9.png", "a/f009.png", "a/.f1.png",
                                        "a/f100x.jpg", "a/x.csv", "a/pgm"};
    static const char *const wanted[] = {"f009.png", "f9.png", "f10.png", "f100x.jpg", "pgm"};
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "a").text));
    for (int i = 0; i < LAC_COUNT(names); i++)
        put(f, names[i], strstr(names[i], "pgm") ? "P2 1 1 1 1" : "");
    lac_paths *paths = list(f, path_in(&f->folder, "a").text);
    assert_int_equal(paths->count, LAC_COUNT(wanted));
    for (int i = 0; i < paths->count; i++)
        assert_string_equal(strrchr(paths->path[i], '/') + 1, wanted[i]);
    lac_paths_free(&paths);

    test_path text = put(f, "list", "\xef\xbb\xbf" "b.png\r\n\nc d.png\nlast");
    char word[400];
    snprintf(word, sizeof word, "@%s", text.text);
    paths = list(f, word);
    assert_int_equal(paths->count, 3);
    assert_string_equal(paths->path[0], "b.png");
    assert_string_equal(paths->path[1], "c d.png");
    assert_string_equal(paths->path[2], "last");
    lac_paths_free(&paths);

    test_path empty = path_in(&f->folder, "empty");
    assert_ok(f->ctx, lac_folder_make(f->ctx, empty.text));
    const char *words[] = {empty.text};
    assert_status(f->ctx, lac_paths_list(f->ctx, words, 1, &paths), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a folder without pictures");
    assert_status(f->ctx, lac_paths_list(f->ctx, words, 0, &paths), LAC_ERROR_ARGUMENT);
    words[0] = "@/no/such/list";
    assert_status(f->ctx, lac_paths_list(f->ctx, words, 1, &paths), LAC_ERROR_IO);
    file_put(text.text, "a.png\0b.png\n", 12);
    words[0] = word;
    assert_status(f->ctx, lac_paths_list(f->ctx, words, 1, &paths), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "list: a NUL byte in the file");
}

static void names_that_would_meet_are_refused(void **state)
{
    const fixture *f = *state;
    char *same[] = {"x/a.png", "b.png", "y/a.jpg"}, *other[] = {"x/a.png", "x/a.b.png", "y/aa.jpg"};
    const lac_paths meet = {3, same}, differ = {3, other};
    assert_status(f->ctx, lac_paths_differ(f->ctx, &meet, "o", ".png", 0), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a.png");
    assert_message(f->ctx, "y/a.jpg");
    assert_ok(f->ctx, lac_paths_differ(f->ctx, &differ, "o", ".png", 1));
}

static void names_of_faces_that_would_meet_are_refused(void **state)
{
    const fixture *f = *state;
    char *meet[] = {"a-face2.jpg", "x/a.png", "a.b-face12.jpg", "a.c.png", "a.b.png", "-face2.png"};
    char *apart[] = {"a.png", "a-face.png", "a-face1.png", "a-face02.png", "a-face0.png",
                     "a-face2x.png", "b-face2.png", "aface2.png", "-face2.png"};
    lac_paths paths = {2, meet};
    assert_ok(f->ctx, lac_paths_differ(f->ctx, &paths, "o", ".png", 0));
    assert_status(f->ctx, lac_paths_differ(f->ctx, &paths, "o", ".pts", 1), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "x/a.png and a-face2.jpg: files named after faces of the first");
    paths = (lac_paths){4, meet + 2};
    assert_status(f->ctx, lac_paths_differ(f->ctx, &paths, "o", ".pts", 1), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a.b.png and a.b-face12.jpg: ");
    paths = (lac_paths){LAC_COUNT(apart), apart};
    assert_ok(f->ctx, lac_paths_differ(f->ctx, &paths, "o", ".pts", 1));
}

static void a_photo_is_not_replaced_by_what_is_named_after_it(void **state)
{
    const fixture *f = *state;
    test_path a = put(f, "a.png", "a"), b = put(f, "b.pts", "b");
    char *both[] = {a.text, b.text};
    const lac_paths paths = {2, both};
    assert_status(f->ctx, lac_paths_differ(f->ctx, &paths, f->folder.path, ".png", 0),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a.png: is a photo, which would be replaced");
    assert_status(f->ctx, lac_paths_differ(f->ctx, &paths, f->folder.path, ".pts", 1),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "b.pts: is a photo, which would be replaced");
    const lac_paths one = {1, both};
    assert_ok(f->ctx, lac_paths_differ(f->ctx, &one, f->folder.path, ".pts", 1));
    put(f, "a.pts", "by hand");
    assert_ok(f->ctx, lac_paths_differ(f->ctx, &one, "elsewhere", ".pts", 1));
    assert_status(f->ctx, lac_paths_differ(f->ctx, &one, f->folder.path, ".pts", 1),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a.pts: is there already, beside its photo");
}

/* ---- Boxes ------------------------------------------------------------------------------- */

static int boxes_of(const fixture *f, lac_box_list *boxes, const char *path, lac_detection *face)
{
    int count;
    const lac_photo photo = {.width = 1, .height = 1};
    assert_ok(f->ctx, lac_find_listed(boxes, f->ctx, path, &photo, face, 3, &count));
    return count;
}

static void boxes_are_read_in_every_habit(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *text;
        int has_scores;
    } same[] = {
        {"p/a.png,1,2,3.5,4\nb.png,5,6,7,8\np/a.png,-9,10,11,12\n", 0},
        {"p/a.png,1,2,3.5,4,0.5\r\nb.png,5,6,7,8,1\r\np/a.png,-9,10,11,12,0.25\r\n", 1},
        {"\xef\xbb\xbf" "file,x,y,w,h\n\np/a.png,1,2,3.5,4\nb.png,5,6,7,8\np/a.png,-9,10,11,12", 0},
        {"score;h;w;y;x;file\n.5;4;3.5;2;1;\"p/a.png\"\n;8;7;6;5;b.png\n0.25;12;11;10;-9;p/a.png\n",
         1},
        {"image\tleft\ttop\twidth\theight\tmore\n./p/a.png\t1\t2\t3.5\t4\t\nb.png\t5\t6\t7\t8\tx\n"
         "p/a.png\t-9\t10\t11\t12\ty\n", 0},
        {"File;bbox_X;bbox_Y;bbox_W;bbox_H;Score\np/a.png;1;2;3,5;4;0,5\nb.png;5;6;7;8;\n"
         "p/a.png;-9;10;11;12;0,25\n", 1},
        {"img,bboxX,bboxY,bboxW,bboxH\np/a.png,1,2,3.5,4\nb.png,5,6,7,8\np/a.png,-9,10,11,12\n", 0},
        {"image_path,xmin,ymin,xmax,ymax\np/a.png,1,2,4.5,6\nb.png,5,6,12,14\n"
         "p/a.png,-9,10,2,22\n", 0},
        {"id,file,x1,y1,x2,y2,confidence\n1,p/a.png,1,2,4.5,6,.5\n2,b.png,5,6,12,14,\n"
         "3,p/a.png,-9,10,2,22,.25\n", 1},
        {"bottom;right;top;left;file\n6;4,5;2;1;p/a.png\n14;12;6;5;b.png\n22;2;10;-9;p/a.png\n",
         0},
        {"file,x,y,w,h\np/a.png,1,2,3.5,4\nc.png,,,,\nb.png,5,6,7,8\nd.png,nan,NaN,nan,nan\n"
         "p/a.png,-9,10,11,12\n", 0},
    };
    for (int i = 0; i < LAC_COUNT(same); i++) {
        lac_box_list *boxes;
        lac_detection face[3];
        assert_ok(f->ctx, lac_box_list_open(f->ctx, put(f, "boxes", same[i].text).text, &boxes));
        assert_int_equal(lac_box_list_has_scores(boxes), same[i].has_scores);
        assert_int_equal(boxes_of(f, boxes, "some/p/a.png", face), 2);
        assert_true(face[0].box.x == 1 && face[0].box.y == 2 && face[0].box.width == 3.5 &&
                    face[0].box.height == 4);
        assert_true(face[1].box.x == -9 && face[1].box.height == 12);
        assert_true(same[i].has_scores ? face[1].score == 0.25 : isnan(face[1].score));
        assert_int_equal(boxes_of(f, boxes, "b.png", face), 1);
        assert_int_equal(boxes_of(f, boxes, "bb.png", face), 0);
        assert_int_equal(boxes_of(f, boxes, "c.png", face), 0);
        assert_int_equal(boxes_of(f, boxes, "a.png", face), 0);
        assert_int_equal(boxes_of(f, boxes, "xp/a.png", face), 0);
        lac_box_list_free(&boxes);
    }
    lac_box_list *quoted;
    lac_detection face[3];
    assert_ok(f->ctx, lac_box_list_open(
                          f->ctx, put(f, "boxes", "\"a \"\"b\"\", c.png\",1,2,3,4").text, &quoted));
    assert_int_equal(boxes_of(f, quoted, "a \"b\", c.png", face), 1);
    lac_box_list_free(&quoted);
    assert_ok(f->ctx, lac_box_list_open(
                          f->ctx, put(f, "boxes", "file,x,y,w,h\n\"a\nb.png\",1,2,3,4\n"
                                                  "\" c.png \" ,5,6,7,8\n").text, &quoted));
    assert_int_equal(boxes_of(f, quoted, "a\nb.png", face), 1);
    assert_int_equal(boxes_of(f, quoted, "some/ c.png ", face), 1);
    lac_box_list_free(&quoted);
    assert_ok(f->ctx, lac_box_list_open(
                          f->ctx, put(f, "boxes", "a;b.png,1,2,3,4\n").text, &quoted));
    assert_int_equal(boxes_of(f, quoted, "a;b.png", face), 1);
    lac_box_list_free(&quoted);
}

static void boxes_behind_a_nul_byte_are_not_lost_silently(void **state)
{
    const fixture *f = *state;
    static const char text[] = "a.png,1,2,3,4\n\0\nb.png,1,2,3,4\n";
    test_path path = path_in(&f->folder, "boxes");
    lac_box_list *boxes;
    file_put(path.text, text, sizeof text - 1);
    assert_status(f->ctx, lac_box_list_open(f->ctx, path.text, &boxes), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "boxes: a NUL byte in the file");
    assert_null(boxes);
}

/* A pipe has no size: it is read until it ends. */
static void boxes_come_through_a_pipe(void **state)
{
    const fixture *f = *state;
    static const char text[] = "file,x,y,w,h\na.png,1,2,3,4\n";
    int ends[2];
    char path[32];
    lac_box_list *boxes;
    lac_detection face[3];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_ok(f->ctx, lac_box_list_open(f->ctx, path, &boxes));
    close(ends[0]);
    assert_int_equal(boxes_of(f, boxes, "a.png", face), 1);
    lac_box_list_free(&boxes);
}

static void boxes_that_make_no_sense_are_named(void **state)
{
    const fixture *f = *state;
    static const char *const bad[][2] = {
        {"", "an empty file"},
        {"\n\n", "an empty file"},
        {"a.png\n", "the first line must be"},
        {"a.png,1,2,3\n", "the first line must be"},
        {"file,x,y,w\n", "the first line must be"},
        {"a.png,1,2,3,4\nb.png,1,2,3\n", ":2: 4 cells"},
        {"a.png,1,2,3,4\n\nb.png,1,2,3,x\n", ":3: h is \"x\"; must be a number above 0"},
        {"a.png,1,2,0,4\n", ":1: w is \"0\""},
        {"a.png,1,nan,3,4\n", "y is \"nan\""},
        {"a.png,1,2e9,3,4\n", "y is \"2e9\""},
        {"a.png,1,2,3,4,.5\na.png,1,2,3,4,high\n", ":2: score is \"high\""},
        {"file,\" x\",y,w,h\na.png,1,2,3,4\n", "the first line must be"},
        {"\"a\nb\",1,2,3,4\nb.png,1,2\n", ":3: 3 cells"},
        {"file,x,y,w,h\na.png,1,,3,4\n", ":2: y is \"\""},
        {"file,x1,y1,x2,y2\na.png,10,2,5,4\n", ":2: right is \"5\"; must be a number above left"},
    };
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_box_list *boxes;
        test_path path = put(f, "boxes", bad[i][0]);
        assert_status(f->ctx, lac_box_list_open(f->ctx, path.text, &boxes), LAC_ERROR_FORMAT);
        assert_null(boxes);
        assert_message(f->ctx, path.text);
        assert_message(f->ctx, bad[i][1]);
    }
}

/* ---- Formats ----------------------------------------------------------------------------- */

/* Two faces of a photo, one of another, and a photo that failed. */
static void write_faces(const fixture *f, lac_faces_format format, const char *path, int scores)
{
    static const lac_detection face[] = {{{1.5, 2, 30, 40}, 0.5}, {{-3, 4, 20, 20}, (double)NAN}};
    static const float xy[2][LABELS] = {{1, 2, 3.25, 4, 5, 6}, {7, 8, 9, 10, 11, -12.0625f}};
    const lac_faces photos[] = {
        {.path = "in/a \"&\".png", .width = 50, .height = 60, .count = 2, .face = face,
         .xy = xy[0]},
        {.path = "bad.png", .status = LAC_ERROR_FORMAT, .message = "no"},
        {.path = "b.jpg", .width = 70, .height = 80, .count = 1, .face = face + 1, .xy = xy[1]},
    };
    const lac_faces_writer_config config = {.format = format, .path = path, .scores = scores};
    lac_faces_writer *writer;
    assert_ok(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer));
    for (int i = 0; i < LAC_COUNT(photos); i++)
        assert_ok(f->ctx, lac_faces_write(writer, &photos[i]));
    assert_ok(f->ctx, lac_faces_writer_finish(writer));
    lac_faces_writer_free(&writer);
}

static void assert_file_is(const char *path, const char *wanted)
{
    size_t size;
    char *text = file_bytes(path, &size);
    assert_string_equal(text, wanted);
    free(text);
}

static void csv_has_a_line_a_face_and_is_a_list_of_boxes(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "out.csv");
    lac_box_list *boxes;
    lac_detection face[3];
    write_faces(f, LAC_FACES_CSV, path.text, 1);
    assert_file_is(path.text,
                   "file,face,x,y,w,h,score,left_eye_x,left_eye_y,right_eye_x,right_eye_y,nose_x,"
                   "nose_y\n"
                   "\"in/a \"\"&\"\".png\",1,1.5,2,30,40,0.5,1.0000,2.0000,3.2500,4.0000,5.0000,"
                   "6.0000\n"
                   "\"in/a \"\"&\"\".png\",2,-3,4,20,20,,7.0000,8.0000,9.0000,10.0000,11.0000,"
                   "-12.0625\n"
                   "b.jpg,1,-3,4,20,20,,7.0000,8.0000,9.0000,10.0000,11.0000,-12.0625\n");
    assert_ok(f->ctx, lac_box_list_open(f->ctx, path.text, &boxes));
    assert_int_equal(boxes_of(f, boxes, "in/a \"&\".png", face), 2);
    assert_true(face[0].box.x == 1.5 && face[0].score == 0.5 && isnan(face[1].score));
    lac_box_list_free(&boxes);
    write_faces(f, LAC_FACES_CSV, path.text, 0);
    size_t size;
    char *text = file_bytes(path.text, &size);
    assert_non_null(strstr(text, "b.jpg,1,-3,4,20,20,7.0000,8.0000"));
    free(text);
}

static cJSON *read_json(const char *path)
{
    size_t size;
    char *text = file_bytes(path, &size);
    assert_true(lac_json_is_valid(text, size));
    cJSON *root = cJSON_Parse(text);
    assert_non_null(root);
    free(text);
    return root;
}

static double number_at(const cJSON *array, int i)
{
    const cJSON *item = cJSON_GetArrayItem(array, i);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static void json_names_every_point(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "out.json");
    write_faces(f, LAC_FACES_JSON, path.text, 0);
    cJSON *root = read_json(path.text);
    const cJSON *photos = cJSON_GetObjectItem(root, "photos");
    assert_int_equal(cJSON_GetArraySize(photos), 2);
    const cJSON *first = cJSON_GetArrayItem(photos, 0);
    assert_string_equal(cJSON_GetObjectItem(first, "file")->valuestring, "in/a \"&\".png");
    const cJSON *face = cJSON_GetArrayItem(cJSON_GetObjectItem(first, "faces"), 1);
    assert_null(cJSON_GetObjectItem(face, "score"));
    assert_true(number_at(cJSON_GetObjectItem(face, "box"), 0) == -3);
    const cJSON *points = cJSON_GetObjectItem(face, "points");
    assert_int_equal(cJSON_GetArraySize(points), POINTS);
    assert_true(number_at(cJSON_GetObjectItem(points, "nose"), 1) == -12.0625);
    cJSON_Delete(root);
}

static void coco_has_the_first_pixels_centre_at_a_half(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "out.json");
    write_faces(f, LAC_FACES_COCO, path.text, 0);
    cJSON *root = read_json(path.text);
    const cJSON *images = cJSON_GetObjectItem(root, "images");
    const cJSON *faces = cJSON_GetObjectItem(root, "annotations");
    const cJSON *names = cJSON_GetObjectItem(
        cJSON_GetArrayItem(cJSON_GetObjectItem(root, "categories"), 0), "keypoints");
    assert_int_equal(cJSON_GetArraySize(names), POINTS);
    assert_int_equal(cJSON_GetArraySize(images), 2);
    assert_int_equal(cJSON_GetArraySize(faces), 3);
    const cJSON *last = cJSON_GetArrayItem(faces, 2), *image = cJSON_GetArrayItem(images, 1);
    assert_true(cJSON_GetObjectItem(last, "image_id")->valuedouble ==
                cJSON_GetObjectItem(image, "id")->valuedouble);
    assert_string_equal(cJSON_GetObjectItem(image, "file_name")->valuestring, "b.jpg");
    assert_true(number_at(cJSON_GetObjectItem(last, "bbox"), 0) == -3);
    const cJSON *points = cJSON_GetObjectItem(last, "keypoints");
    assert_int_equal(cJSON_GetArraySize(points), 3 * POINTS);
    assert_true(number_at(points, 0) == 7.5 && number_at(points, 1) == 8.5);
    assert_true(number_at(points, 2) == 2 && number_at(points, 7) == -11.5625);
    cJSON_Delete(root);
}

static void dlib_has_whole_pixels(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "out.xml");
    write_faces(f, LAC_FACES_DLIB, path.text, 0);
    size_t size;
    char *text = file_bytes(path.text, &size);
    static const char *const parts[] = {
        "<image file=\"in/a &quot;&amp;&quot;.png\" width=\"50\" height=\"60\">",
        "<box top=\"2\" left=\"2\" width=\"30\" height=\"40\">",
        "<part name=\"right_eye\" x=\"3\" y=\"4\"/>", "<part name=\"nose\" x=\"11\" y=\"-12\"/>"};
    for (int i = 0; i < LAC_COUNT(parts); i++)
        assert_non_null(strstr(text, parts[i]));
    assert_null(strstr(text, "bad.png"));
    free(text);
}

static void pts_has_a_file_a_face_from_one_on(void **state)
{
    const fixture *f = *state;
    test_path folder = path_in(&f->folder, "pts");
    write_faces(f, LAC_FACES_PTS, folder.text, 0);
    assert_int_equal(file_count(folder.text), 3);
    assert_file_is(path_in(&f->folder, "pts/b.pts").text,
                   "version: 1\nn_points: 3\n{\n8.0000 9.0000\n10.0000 11.0000\n12.0000 "
                   "-11.0625\n}\n");
    assert_file_is(path_in(&f->folder, "pts/a \"&\".pts").text,
                   "version: 1\nn_points: 3\n{\n2.0000 3.0000\n4.2500 5.0000\n6.0000 7.0000\n}\n");
    assert_true(lac_path_exists(path_in(&f->folder, "pts/a \"&\"-face2.pts").text));
}

/* Names that a format cannot hold; the others are written all the same. */
static void names_are_refused_where_they_cannot_stand(void **state)
{
    const fixture *f = *state;
    static const struct {
        lac_faces_format format;
        int latin, newline; /* whether it holds the name in Latin-1, and the one with a newline */
    } cases[] = {{LAC_FACES_CSV, 1, 1}, {LAC_FACES_JSON, 0, 1}, {LAC_FACES_COCO, 0, 1},
                 {LAC_FACES_DLIB, 0, 0}, {LAC_FACES_PTS, 1, 1}};
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char name[16];
        snprintf(name, sizeof name, "out%d", i);
        test_path path = path_in(&f->folder, name);
        const lac_faces_writer_config config = {.format = cases[i].format, .path = path.text};
        const lac_faces latin = {.path = "\xe4.png"}, newline = {.path = "a\nb.png"},
                        good = {.path = "\xc3\xa4, \"b\".png"};
        lac_faces_writer *writer;
        assert_ok(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer));
        assert_status(f->ctx, lac_faces_write(writer, &latin),
                      cases[i].latin ? LAC_OK : LAC_ERROR_FORMAT);
        if (!cases[i].latin)
            assert_message(f->ctx, "\xe4.png: its name is not UTF-8, which this format cannot");
        assert_status(f->ctx, lac_faces_write(writer, &newline),
                      cases[i].newline ? LAC_OK : LAC_ERROR_FORMAT);
        assert_ok(f->ctx, lac_faces_write(writer, &good));
        assert_ok(f->ctx, lac_faces_writer_finish(writer));
        lac_faces_writer_free(&writer);
        if (cases[i].format == LAC_FACES_JSON || cases[i].format == LAC_FACES_COCO) {
            size_t size;
            char *text = file_bytes(path.text, &size);
            assert_true(lac_json_is_valid(text, size) && lac_utf8_is_valid(text));
            free(text);
        }
    }
}

static void an_unfinished_file_leaves_the_old_one(void **state)
{
    const fixture *f = *state;
    test_path path = put(f, "out.csv", "old");
    lac_faces_writer_config config = {.path = path.text};
    lac_faces_writer *writer;
    assert_ok(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer));
    lac_faces_writer_free(&writer);
    assert_file_is(path.text, "old");
    assert_int_equal(file_count(f->folder.path), 1);
    config.source = 1;
    assert_status(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer),
                  LAC_ERROR_ARGUMENT);
    config = (lac_faces_writer_config){.format = LAC_FACES_PTS};
    assert_status(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer),
                  LAC_ERROR_ARGUMENT);
    assert_null(writer);
}

/* ---- Drawn, smoothed --------------------------------------------------------------------- */

static void drawn_photos_show_boxes_and_points(void **state)
{
    const fixture *f = *state;
    test_path path = put_photo(f, "a.ppm", 200, 200, 0), folder = path_in(&f->folder, "drawn");
    lac_box box = {20, 30, 100, 100};
    const lac_photos_config config = {
        .find = lac_find_box, .find_user = &box, .draw = folder.text};
    record *r = predict(f, path.text, &config);
    lac_photo *got, *plain = drawn(f, 200, 200, 0);
    assert_ok(f->ctx, lac_photo_load(f->ctx, path_in(&f->folder, "drawn/a.png").text, &got));
    static const uint8_t blue[] = {31, 119, 180};
    assert_memory_equal(got->rgb + 3 * (30 * 200 + 20), blue, 3);
    assert_memory_equal(got->rgb + 3 * (129 * 200 + 119), blue, 3);
    assert_memory_equal(got->rgb + 3 * (130 * 200 + 120), plain->rgb + 3 * (130 * 200 + 120), 3);
    const float *last = r->photo[0].xy[0] + LABELS - 2; /* it lies on top */
    const uint8_t *dot = got->rgb + 3 * (lroundf(last[1]) * 200 + lroundf(last[0]));
    assert_true(dot[0] > 200 && dot[1] < 120 && dot[2] < 120);
    lac_photo_free(&got);
    lac_photo_free(&plain);
    free(r);
}

/* A list that is called as a photo leaves the photo what it was. */
static void nothing_is_written_over_a_photo(void **state)
{
    const fixture *f = *state;
    test_path path = put_photo(f, "a.png", 40, 40, 0);
    const lac_faces_writer_config config = {.path = path.text};
    const lac_faces faces = {.path = path.text, .width = 40, .height = 40};
    lac_faces_writer *writer;
    lac_photo *photo;
    assert_ok(f->ctx, lac_faces_writer_new(f->ctx, f->model, &config, &writer));
    assert_status(f->ctx, lac_faces_write(writer, &faces), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "is a photo, which would be replaced");
    lac_faces_writer_free(&writer);
    assert_ok(f->ctx, lac_photo_load(f->ctx, path.text, &photo));
    lac_photo_free(&photo);
}

/* A pipe that nobody writes to is not waited for, and a name of two lines is told in one. */
static void a_pipe_is_no_photo(void **state)
{
    const fixture *f = *state;
    const lac_photos_config config = {.find = lac_find_whole};
    test_path pipe = path_in(&f->folder, "two\nlines.png");
    record r = {0};
    assert_int_equal(mkfifo(pipe.text, 0600), 0);
    lac_paths *paths = list(f, pipe.text);
    assert_ok(f->ctx, lac_photos_predict(f->predictor, paths, &config, keep, &r));
    lac_paths_free(&paths);
    assert_int_equal(r.photo[0].status, LAC_ERROR_IO);
    assert_non_null(strstr(r.photo[0].message, "two?lines.png: a pipe or a device"));
    assert_null(strchr(r.photo[0].message, '\n'));
}

static void nothing_is_drawn_over_the_photos(void **state)
{
    const fixture *f = *state;
    test_path path = put_photo(f, "a.png", 40, 40, 0);
    const lac_photos_config config = {.find = lac_find_whole, .draw = f->folder.path};
    size_t before, after;
    char *old = file_bytes(path.text, &before);
    record r = {0};
    lac_paths *paths = list(f, path.text);
    assert_status(f->ctx, lac_photos_predict(f->predictor, paths, &config, keep, &r),
                  LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "is a photo, which would be replaced");
    char *now = file_bytes(path.text, &after);
    assert_int_equal(before, after);
    assert_memory_equal(old, now, before);
    free(old);
    free(now);
    lac_paths_free(&paths);
}

/* Points that may be far outside do not touch other memory, and NaN is no point. */
static void points_outside_are_not_drawn(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, 30, 20, 0), *plain = drawn(f, 30, 20, 0);
    const lac_detection face = {{-1e9, -1e9, 5, 5}, 0};
    const float xy[] = {-1e9f, 5, 1e9f, 1e9f, NAN, NAN};
    const lac_faces faces = {.count = 1, .face = &face, .xy = xy};
    lac_faces_draw(&faces, POINTS, photo);
    assert_memory_equal(photo->rgb, plain->rgb, 3 * 30 * 20);
    lac_photo_free(&photo);
    lac_photo_free(&plain);
}

/* What a frame of points trembles by from the one before, root mean square, at rest for 100 frames
 * and then moving by 2 % of the side a frame; and how far it is behind in the end. */
static void tremble(const fixture *f, int is_smooth, double *rest, double *behind)
{
    enum { FRAMES = 200 };
    const double side = 200;
    lac_smoother s;
    double last = 0, sum = 0, late = 0;
    assert_ok(f->ctx, lac_smoother_new(f->ctx, 1, &s));
    for (int t = 0; t < FRAMES; t++) {
        double at = t < 100 ? 0 : (t - 99) * 0.02 * side;
        float xy[2] = {(float)(at + 0.005 * side * lac_random_normal(1, 1, (uint64_t)t)), 7};
        if (is_smooth)
            lac_smoother_run(&s, side, xy);
        if (t > 20 && t < 100)
            sum += ((double)xy[0] - last) * ((double)xy[0] - last) / 79;
        if (t >= 150)
            late += (at - (double)xy[0]) / 50 / side;
        last = (double)xy[0];
        assert_true(xy[1] == 7);
    }
    lac_smoother_free(&s);
    *rest = sqrt(sum);
    *behind = late;
}

static void smoothing_calms_a_face_at_rest_and_follows_one_that_moves(void **state)
{
    const fixture *f = *state;
    double raw, calm, behind;
    tremble(f, 0, &raw, &behind);
    assert_true(fabs(behind) < 0.002);
    tremble(f, 1, &calm, &behind);
    if (!(calm < 0.3 * raw && behind > 0 && behind < 0.006))
        fail_msg("trembles by %g of %g, is behind by %g", calm, raw, behind);
}

static void frames_are_smoothed_in_their_order(void **state)
{
    const fixture *f = *state;
    test_path folder = put_many(f);
    const lac_photos_config plain = {.find = lac_find_whole},
                            smooth = {.find = lac_find_whole, .smooth = 1};
    record *a = predict(f, folder.text, &plain), *b = predict(f, folder.text, &smooth);
    lac_smoother s;
    assert_ok(f->ctx, lac_smoother_new(f->ctx, POINTS, &s));
    for (int i = 0; i < a->count; i++) {
        int w = a->photo[i].width, h = a->photo[i].height;
        if (a->photo[i].faces == 1)
            lac_smoother_run(&s, w > h ? w : h, a->photo[i].xy[0]);
        else
            s.is_running = 0;
        assert_true(same_floats(a->photo[i].xy[0], b->photo[i].xy[0], LABELS));
    }
    lac_smoother_free(&s);
    free(a);
    free(b);
}

/* ---- The cases --------------------------------------------------------------------------- */

static test_path case_path(const char *name)
{
    const char *cases = getenv("LACUNA_CASES");
    test_path path;
    if (!cases || !*cases)
        skip();
    snprintf(path.text, sizeof path.text, "%s/%s", cases, name);
    return path;
}

/* The correlation of two pictures of n pixels. */
static double likeness(const uint8_t *a, const uint8_t *b, int n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < n; i++) {
        ma += (double)a[i] / n;
        mb += (double)b[i] / n;
    }
    for (int i = 0; i < n; i++) {
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
        ab += (a[i] - ma) * (b[i] - mb);
    }
    return ab / sqrt(aa * bb);
}

/* Where truth.csv has a photo's points, in the order of the table's; NaN where it has none. */
static void read_truth(char *text, const char *path, int points, float *xy)
{
    char start[64];
    snprintf(start, sizeof start, "\n%s,", strrchr(path, '/') + 1);
    const char *cell = strstr(text, start);
    assert_non_null(cell);
    for (int i = 0; i < 5; i++)
        cell = strchr(cell, ',') + 1;
    for (int i = 0; i < 2 * points; i++) {
        size_t length = strcspn(cell, ",\r\n");
        char number[32];
        double value = NAN;
        snprintf(number, sizeof number, "%.*s", (int)length, cell);
        assert_true(!length || lac_number_read(number, &value));
        xy[i] = (float)value;
        cell += length + (cell[length] == ',');
    }
}

/* Points of a photo are those of the picture that its box is. The file rounds boxes to whole
 * pixels: the one of 154 was 153.6. */
static void assert_same_points(const lac_box *box, int size, int points, const float *xy,
                               const lac_data *data, int row)
{
    float *own = malloc(2 * (size_t)points * sizeof *own);
    float most = box->width == 154 ? 0.4f * (float)size / 154 : 0.001f;
    assert_non_null(own);
    lac_box_from_photo(box, size, xy, points, own);
    for (int i = 0; i < 2 * points; i++) {
        assert_int_equal(isnan(own[i]), !lac_data_mask(data, row)[i]);
        if (!isnan(own[i]))
            assert_true(fabsf(own[i] - lac_data_labels(data, row)[i]) < most);
    }
    free(own);
}

/* The photos were made of the table's pictures, tinted: cut out again they are like them. */
static void crops_of_the_cases_are_the_pictures_they_were_made_of(void **state)
{
    const fixture *f = *state;
    test_path photos = case_path("photos"), plain = case_path("plain.csv");
    lac_data *data;
    lac_box_list *boxes;
    int found = 0;
    assert_ok(f->ctx, lac_data_open(f->ctx, plain.text, LAC_TABLE_TRAINING, &data));
    assert_ok(f->ctx, lac_box_list_open(f->ctx, case_path("photos/truth.csv").text, &boxes));
    size_t bytes;
    char *truth = file_bytes(case_path("photos/truth.csv").text, &bytes);
    int size = lac_data_size(data);
    uint8_t *grey = malloc((size_t)size * (size_t)size);
    lac_paths *paths = list(f, photos.text);
    for (int i = 0; i < paths->count; i++) {
        lac_detection face[3];
        if (boxes_of(f, boxes, paths->path[i], face) != 1)
            continue;
        lac_photo *photo;
        double best = 0;
        int row = 0;
        assert_ok(f->ctx, lac_photo_load(f->ctx, paths->path[i], &photo));
        assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &face[0].box, size, grey));
        for (int r = 0; r < lac_data_rows(data); r++)
            if (likeness(grey, lac_data_image(data, r), size * size) > best) {
                row = r;
                best = likeness(grey, lac_data_image(data, r), size * size);
            }
        if (best < 0.997)
            fail_msg("%s: no picture is like its face, the best correlates by %g",
                     paths->path[i], best);
        float xy[2 * 15];
        assert_int_equal(lac_data_points(data), 15);
        read_truth(truth, paths->path[i], 15, xy);
        assert_same_points(&face[0].box, size, 15, xy, data, row);
        lac_photo_free(&photo);
        found++;
    }
    assert_int_equal(found, 12);
    lac_paths_free(&paths);
    lac_box_list_free(&boxes);
    lac_data_free(&data);
    free(truth);
    free(grey);
}

static void a_photo_that_is_stored_turned_gets_the_same_answers(void **state)
{
    const fixture *f = *state;
    test_path plain = case_path("photos/photo_00.jpg"), turned = case_path("photos/turned.jpg");
    lac_box box = {207, 83, 96, 96};
    const lac_photos_config config = {.find = lac_find_box, .find_user = &box};
    record *a = predict(f, plain.text, &config), *b = predict(f, turned.text, &config);
    assert_int_equal(a->photo[0].width, b->photo[0].width);
    for (int i = 0; i < LABELS; i++)
        assert_true(fabs((double)a->photo[0].xy[0][i] - (double)b->photo[0].xy[0][i]) < 0.5);
    free(a);
    free(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_are_those_of_the_crop_in_pixels_of_the_photo),
        TEST(a_box_that_is_no_square_becomes_the_centred_square_of_its_longer_side),
        TEST(a_rule_makes_the_square_that_is_shown),
        TEST(neighbours_and_damaged_files_change_no_answer),
        TEST(a_run_ends_where_its_taker_says),
        TEST(a_photo_without_faces_and_one_whose_search_fails_are_told),
        TEST(a_box_beside_its_photo_is_told),
        TEST(a_box_in_shares_of_the_sides_is_told),
        TEST(pictures_of_a_folder_that_are_not_read_are_told),
        TEST(folders_are_listed_by_numbers_and_lists_by_lines),
        TEST(names_that_would_meet_are_refused),
        TEST(names_of_faces_that_would_meet_are_refused),
        TEST(a_photo_is_not_replaced_by_what_is_named_after_it),
        TEST(boxes_are_read_in_every_habit),
        TEST(boxes_behind_a_nul_byte_are_not_lost_silently),
        TEST(boxes_come_through_a_pipe),
        TEST(boxes_that_make_no_sense_are_named),
        TEST(csv_has_a_line_a_face_and_is_a_list_of_boxes),
        TEST(json_names_every_point),
        TEST(coco_has_the_first_pixels_centre_at_a_half),
        TEST(dlib_has_whole_pixels),
        TEST(pts_has_a_file_a_face_from_one_on),
        TEST(an_unfinished_file_leaves_the_old_one),
        TEST(names_are_refused_where_they_cannot_stand),
        TEST(drawn_photos_show_boxes_and_points),
        TEST(nothing_is_written_over_a_photo),
        TEST(a_pipe_is_no_photo),
        TEST(nothing_is_drawn_over_the_photos),
        TEST(points_outside_are_not_drawn),
        TEST(smoothing_calms_a_face_at_rest_and_follows_one_that_moves),
        TEST(frames_are_smoothed_in_their_order),
        TEST(crops_of_the_cases_are_the_pictures_they_were_made_of),
        TEST(a_photo_that_is_stored_turned_gets_the_same_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
