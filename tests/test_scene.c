/*
 * Drawn photos: the same seed gives the same files, they are read as they were drawn, and the
 * labels of all formats say the same places, which are where the faces are.
 */
#include "picture/picture.h"
#include "support.h"
#include "synth/scene.h"

#include <cjson/cJSON.h>
#include <math.h>

enum { PHOTOS = 8, SEED = 2 };

static lac_context *ctx;
static test_folder folder;
static lac_drawn people;

static char *read_text(const test_folder *where, const char *name, size_t *size)
{
    return file_bytes(path_in(where, name).text, size);
}

static lac_photo *load(const char *name)
{
    lac_photo *photo = NULL;
    assert_ok(ctx, lac_photo_load(ctx, path_in(&folder, name).text, &photo));
    return photo;
}

static void is_same_file(const test_folder *where, const char *name)
{
    size_t a_size, b_size;
    char *a = read_text(&folder, name, &a_size), *b = read_text(where, name, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a, b, a_size);
    free(a);
    free(b);
}

static const lac_synth_config of_seed = {.seed = SEED};

static int group_setup(void **state)
{
    (void)state;
    if (lac_context_new(&(lac_context_config){.threads = 2}, &ctx) != LAC_OK)
        return 1;
    folder_new(&folder);
    people = lac_scene_people(SEED, PHOTOS);
    return lac_synth_photos(ctx, PHOTOS, &of_seed, folder.path) != LAC_OK;
}

static int group_teardown(void **state)
{
    (void)state;
    folder_free(&folder);
    lac_context_free(&ctx);
    return 0;
}

static void the_same_seed_gives_the_same_files_with_any_number_of_threads(void **state)
{
    (void)state;
    test_folder other;
    lac_context *one = NULL;
    folder_new(&other);
    assert_int_equal(lac_context_new(&(lac_context_config){.threads = 1}, &one), LAC_OK);
    assert_int_equal(lac_synth_photos(one, PHOTOS, &of_seed, other.path), LAC_OK);
    is_same_file(&other, "truth.csv");
    is_same_file(&other, "dlib.xml");
    is_same_file(&other, "coco.json");
    for (int i = 0; i < PHOTOS; i++) {
        lac_scene s;
        lac_scene_make(&people, i, &s);
        is_same_file(&other, s.file);
    }
    lac_context_free(&one);
    folder_free(&other);
}

/* JPEG changes pixels a little; another turn would change them much. */
static void photos_are_read_as_they_were_drawn(void **state)
{
    (void)state;
    int turned = 0, grey = 0;
    for (int i = 0; i < PHOTOS; i++) {
        lac_scene s;
        lac_photo *drawn = NULL;
        lac_scene_make(&people, i, &s);
        assert_int_equal(lac_scene_draw(ctx, &s, &drawn), LAC_OK);
        lac_photo *photo = load(s.file);
        assert_int_equal(photo->width, s.width);
        assert_int_equal(photo->height, s.height);
        size_t bytes = (size_t)s.width * (size_t)s.height * 3;
        double far = 0;
        for (size_t j = 0; j < bytes; j++)
            far += abs(photo->rgb[j] - drawn->rgb[j]);
        assert_true(far <= (strstr(s.file, ".jpg") ? 8.0 * (double)bytes : 0));
        turned += s.orientation != 1;
        grey += s.is_grey;
        lac_photo_free(&photo);
        lac_photo_free(&drawn);
    }
    assert_int_equal(turned, 2);
    assert_int_equal(grey, 2);
}

/* The numbers behind `before` in a text, from *at on. */
static double number_behind(char **at, const char *before)
{
    *at = strstr(*at, before);
    assert_non_null(*at);
    *at += strlen(before);
    char word[LAC_NUMBER] = {0};
    memcpy(word, *at, strspn(*at, "-.0123456789"));
    double value;
    assert_true(lac_number_read(word, &value));
    return value;
}

static void is_face_of_coco(const cJSON *face, const lac_scene_face *f)
{
    const cJSON *points = cJSON_GetObjectItem(face, "keypoints");
    const cJSON *box = cJSON_GetObjectItem(face, "bbox");
    assert_int_equal(cJSON_GetArrayItem(box, 0)->valueint, f->x);
    assert_int_equal(cJSON_GetArrayItem(box, 3)->valueint, f->side);
    for (int k = 0; k < LAC_FACE_POINTS; k++) {
        int seen = cJSON_GetArrayItem(points, 3 * k + 2)->valueint;
        assert_int_equal(seen > 0, f->label.present[k]);
        for (int axis = 0; axis < 2 && seen; axis++) {
            double at = cJSON_GetArrayItem(points, 3 * k + axis)->valuedouble;
            assert_true(fabs(at - 0.5 - f->label.xy[2 * k + axis]) < 6e-5);
        }
    }
}

static void labels_of_all_formats_say_the_same_places(void **state)
{
    (void)state;
    char *csv = read_text(&folder, "truth.csv", &(size_t){0});
    char *xml = read_text(&folder, "dlib.xml", &(size_t){0});
    char *json = read_text(&folder, "coco.json", &(size_t){0});
    cJSON *coco = cJSON_Parse(json);
    assert_non_null(coco);
    const cJSON *face = cJSON_GetObjectItem(coco, "annotations")->child;
    char *line = strchr(csv, '\n') + 1, *part = xml;
    int gaps = 0;
    for (int i = 0; i < PHOTOS; i++) {
        lac_scene s;
        lac_scene_make(&people, i, &s);
        assert_int_equal((int)number_behind(&part, "width='"), s.width);
        for (int j = 0; j < s.faces; j++, face = face->next) {
            const lac_scene_face *f = &s.face[j];
            assert_memory_equal(line, s.file, strlen(s.file));
            assert_int_equal((int)number_behind(&line, ","), f->x);
            for (int cell = 0; cell < 3; cell++)
                number_behind(&line, ",");
            is_face_of_coco(face, f);
            assert_int_equal((int)number_behind(&part, "left='"), f->x);
            for (int n = 0; n < 2 * LAC_FACE_POINTS; n++) {
                double at = f->label.xy[n];
                gaps += !f->label.present[n / 2];
                line = strchr(line, ',');
                assert_int_equal(line[1] != ',' && line[1] != '\n', f->label.present[n / 2]);
                if (!f->label.present[n / 2]) {
                    line++;
                    continue;
                }
                assert_true(fabs(number_behind(&line, ",") - at) < 6e-5);
                assert_true(fabs(number_behind(&part, n % 2 ? "y='" : "x='") - at) < 0.501);
            }
            line = strchr(line, '\n') + 1;
        }
    }
    assert_int_equal(*line, 0);
    assert_null(face);
    assert_true(gaps > 0);
    cJSON_Delete(coco);
    free(json);
    free(xml);
    free(csv);
}

static void pts_files_hold_whole_faces_that_are_alone(void **state)
{
    (void)state;
    int files = 0;
    for (int i = 0; i < PHOTOS; i++) {
        lac_scene s;
        char name[32];
        lac_scene_make(&people, i, &s);
        lac_format(name, sizeof name, "%s.pts", s.stem);
        int is_there = lac_path_exists(path_in(&folder, name).text), present = 0;
        for (int k = 0; k < LAC_FACE_POINTS; k++)
            present += s.face[0].label.present[k];
        assert_int_equal(is_there, s.faces == 1 && present == LAC_FACE_POINTS);
        if (!is_there)
            continue;
        char *text = read_text(&folder, name, &(size_t){0}), *at = text;
        assert_int_equal((int)number_behind(&at, "n_points: "), LAC_FACE_POINTS);
        assert_true(fabs(number_behind(&at, "{\n") - 1 - s.face[0].label.xy[0]) < 6e-5);
        free(text);
        files++;
    }
    assert_true(files > 0);
}

static void faces_are_apart_and_of_many_sizes_and_some_are_cut(void **state)
{
    (void)state;
    enum { MANY = 200 };
    lac_drawn crowd = lac_scene_people(1, MANY);
    int faces = 0, cut = 0, small = 0, large = 0, most = 0, orientations[9] = {0};
    for (int i = 0; i < MANY; i++) {
        lac_scene s;
        lac_scene_make(&crowd, i, &s);
        assert_in_range(s.faces, 1, LAC_SCENE_FACES);
        assert_in_range(s.width, 200, 1600);
        assert_in_range(s.height, 200, 1600);
        orientations[s.orientation]++;
        most += s.faces == LAC_SCENE_FACES;
        for (int j = 0; j < s.faces; j++, faces++) {
            const lac_scene_face *f = &s.face[j];
            cut += f->x < 0 || f->y < 0 || f->x + f->side > s.width || f->y + f->side > s.height;
            small += f->side < 100;
            large += f->side > 300;
            for (int k = 0; k < LAC_FACE_POINTS; k++)
                if (f->label.present[k])
                    assert_true(f->label.xy[2 * k] >= 0 && f->label.xy[2 * k] <= s.width - 1 &&
                                f->label.xy[2 * k + 1] >= 0 &&
                                f->label.xy[2 * k + 1] <= s.height - 1);
            for (int l = 0; l < j; l++) {
                const lac_scene_face *g = &s.face[l];
                assert_true(f->side >= g->side);
                assert_true(f->x >= g->x + g->side || g->x >= f->x + f->side ||
                            f->y >= g->y + g->side || g->y >= f->y + f->side);
            }
        }
    }
    assert_in_range(cut, faces * 8 / 100, faces * 22 / 100);
    assert_true(small > faces / 10 && large > faces / 20 && most > 5);
    for (int i = 2; i <= 8; i++)
        assert_true(orientations[i] > 0);
}

static double darkness(const lac_photo *photo, double x, double y)
{
    size_t column = (size_t)lround(x), row = (size_t)lround(y);
    const uint8_t *rgb = photo->rgb + 3 * (row * (size_t)photo->width + column);
    return 255 - lac_grey65536(rgb) / 65536.0;
}

static void eye_centres_are_on_pupils(void **state)
{
    (void)state;
    enum { MANY = 24 };
    lac_drawn crowd = lac_scene_people(2, MANY);
    int eyes = 0, found = 0;
    for (int i = 0; i < MANY; i++) {
        lac_scene s;
        lac_photo *photo = NULL;
        lac_scene_make(&crowd, i, &s);
        assert_int_equal(lac_scene_draw(ctx, &s, &photo), LAC_OK);
        for (int j = 0; j < s.faces; j++) {
            const lac_scene_face *f = &s.face[j];
            if (f->face.glasses || f->face.eye_high < 0.07 || f->side < 80)
                continue;
            double white = 0.13 * f->face.scale;
            for (int k = 0; k < 2; k++) {
                const double *at = &f->label.xy[2 * k];
                if (!f->label.present[k] || at[0] < white || at[0] > s.width - 1 - white)
                    continue;
                found +=
                    2 * darkness(photo, at[0], at[1]) >
                    darkness(photo, at[0] - white, at[1]) + darkness(photo, at[0] + white, at[1]);
                eyes++;
            }
        }
        lac_photo_free(&photo);
    }
    assert_true(eyes >= 20);
    assert_true(found >= eyes * 9 / 10);
}

static void a_jpeg_says_how_it_lies(void **state)
{
    (void)state;
    lac_photo *photo = NULL;
    test_path jpeg = path_in(&folder, "lies.jpg"), png = path_in(&folder, "lies.png");
    assert_int_equal(lac_photo_new(ctx, 40, 24, &photo), LAC_OK);
    for (int orientation = 1; orientation <= 8; orientation++) {
        lac_photo *stored = NULL;
        int read = 0;
        assert_int_equal(lac_photo_save_stored(ctx, photo, orientation, jpeg.text), LAC_OK);
        assert_int_equal(lac_photo_load_stored(ctx, jpeg.text, &stored, &read), LAC_OK);
        assert_int_equal(read, orientation);
        assert_int_equal(stored->width, 40);
        lac_photo_free(&stored);
    }
    assert_int_equal(lac_photo_save_stored(ctx, photo, 6, png.text), LAC_ERROR_ARGUMENT);
    assert_message(ctx, "lies.png: orientation 6");
    remove(jpeg.text);
    lac_photo_free(&photo);
}

static void impossible_photos_are_refused(void **state)
{
    (void)state;
    assert_int_equal(lac_synth_photos(ctx, 0, NULL, folder.path), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(ctx), "synth: 0 photos, must be 1 to 99999");
    assert_int_equal(lac_synth_photos(ctx, 1, NULL, "/nowhere/at/all"), LAC_ERROR_IO);
}

static void put(const test_folder *where, const char *name)
{
    file_put(path_in(where, name).text, "x", 1);
}

static void photos_and_labels_that_are_there_stay(void **state)
{
    (void)state;
    static const char *const names[] = {"coco.json", "photo_00099.jpg", "photo_00001.pts"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        test_folder own;
        folder_new(&own);
        put(&own, names[i]);
        assert_int_equal(lac_synth_photos(ctx, 1, NULL, own.path), LAC_ERROR_IO);
        assert_message(ctx, names[i]);
        assert_int_equal(file_count(own.path), 1);
        folder_free(&own);
    }
}

static int stop_at_four(void *user, int done, int count)
{
    int *calls = user;
    assert_true(done <= count);
    assert_true(++*calls > 1 || done == 0);
    return done >= 4;
}

static void a_stop_leaves_nothing_of_ours(void **state)
{
    (void)state;
    test_folder own;
    int calls = 0;
    const lac_synth_config config = {.seed = SEED, .progress = stop_at_four,
                                     .progress_user = &calls};
    folder_new(&own);
    put(&own, "photo.txt");
    assert_int_equal(lac_synth_photos(ctx, 100, &config, own.path), LAC_STOPPED);
    assert_true(calls > 1);
    assert_int_equal(file_count(own.path), 1);
    folder_free(&own);
}

/* Of the photos of a killed process none is left among those of the next. */
static void a_killed_drawing_is_begun_anew(void **state)
{
    (void)state;
    test_folder own, fresh;
    folder_new(&own);
    folder_new(&fresh);
    file_put(path_in(&own, ".unfinished").text, "synth photos", 12);
    put(&own, "photo_00042.jpg");
    put(&own, "photo_00002.png.12-3.tmp");
    put(&own, "notes.txt");
    assert_int_equal(lac_synth_photos(ctx, 2, &of_seed, own.path), LAC_OK);
    assert_int_equal(lac_synth_photos(ctx, 2, &of_seed, fresh.path), LAC_OK);
    assert_int_equal(file_count(own.path), file_count(fresh.path) + 1);
    folder_free(&own);
    folder_free(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_files_with_any_number_of_threads),
        cmocka_unit_test(photos_are_read_as_they_were_drawn),
        cmocka_unit_test(labels_of_all_formats_say_the_same_places),
        cmocka_unit_test(pts_files_hold_whole_faces_that_are_alone),
        cmocka_unit_test(faces_are_apart_and_of_many_sizes_and_some_are_cut),
        cmocka_unit_test(eye_centres_are_on_pupils),
        cmocka_unit_test(a_jpeg_says_how_it_lies),
        cmocka_unit_test(photos_and_labels_that_are_there_stay),
        cmocka_unit_test(a_stop_leaves_nothing_of_ours),
        cmocka_unit_test(a_killed_drawing_is_begun_anew),
        cmocka_unit_test(impossible_photos_are_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
