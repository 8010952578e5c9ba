/*
 * Imports: every format must give the same labels of the same photos, and what is imported maps
 * back to where it was.
 */
#define _POSIX_C_SOURCE 200809L
#include "imported.h"
#include "picture/picture.h"

#include <math.h>
#include <sys/stat.h>

/* Photos a.png of 120x90 and b.png of 90x120 with three points each; in b the second is missing. */
enum { POINTS = 3 };
static const double truth[2][POINTS][2] = {{{40, 30}, {60.5, 31}, {50, 55.25}},
                                           {{30, 70}, {NAN, NAN}, {41, 95}}};

static void put_photos(const fixture *f)
{
    photo_put(f, "a.png", 120, 90);
    photo_put(f, "b.png", 90, 120);
}

typedef struct form {
    const char *format, *file, *text;
    const char *name[POINTS];
    int has_boxes; /* (30, 20, 40, 40) and (20, 60, 30, 45) */
    int rows;
} form;

static const form forms[] = {
    {"csv", "u.csv", ",0,1,2,3,4,5\na.png,40,30,60.5,31,50,55.25\nb.png,30,70,,,41,95\n",
     {"p0", "p1", "p2"}, 0, 2},
    {"csv", "n.csv", "file;x;y;w;h;eye_l_x;eye_l_y;eye_r_x;eye_r_y;nose_x;nose_y\n"
                     "a.png;30;20;40;40;40;30;60,5;31;50;55,25\n"
                     "b.png;20;60;30;45;30;70;NaN;NaN;41;95\n",
     {"eye_l", "eye_r", "nose"}, 1, 2},
    {"csv", "x.csv", "name|rect_x|rect_y|rect_width|rect_height|l[x]|l[y]|r[x]|r[y]|n[x]|n[y]|id\n"
                     "a.png|30|20|40|40|40|30|60,5|31|50|55,25|1\n"
                     "b.png|20|60|30|45|30|70|||41|95|2\n",
     {"l", "r", "n"}, 1, 2},
    {"csv", "y.csv", "x1,y1,x2,y2,l_x,l_y,r_x,r_y,n_x,n_y,f\n"
                     "30,20,70,60,40,30,60.5,31,50,55.25,a.png\n"
                     "20,60,50,105,30,70,,,41,95,b.png\n",
     {"l", "r", "n"}, 1, 2},
    {"csv", "z.csv", "0,1,2,3,4,5,6\na.png,40,30,60.5,31,50,55.25\nb.png,30,70,,,41,95\n",
     {"p0", "p1", "p2"}, 0, 2},
    {"csv", "f.csv", "set,File_Name,l:x,l:y,r:x,r:y,n:x,n:y\ntrain,a.png,40,30,60.5,31,50,55.25\n"
                     "test,b.png,30,70,,,41,95\n",
     {"l", "r", "n"}, 0, 2},
    {"dlib", "d.xml",
     "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
     "<?xml-stylesheet type='text/xsl' href='i.xsl'?>\n"
     "<dataset><name>x</name><images>\n"
     "<image file='a.png'><box top='20' left='30' width='40' height='40'><label>me</label>"
     "<part name='0' x='40' y='30'/><part name='1' x='60.5' y='31'/>"
     "<part name='2' x='50' y='55.25'/></box>\n"
     "<box top='1' left='1' width='9' height='9' ignore='1'/></image>\n"
     "<image file='b.png' width='90' height='120'><box top='60' left='20' width='30' height='45'>"
     "<part name='0' x='30' y='70'/><part name='2' x='41' y='95'/></box></image>\n"
     "</images></dataset>\n",
     {"0", "1", "2"}, 1, 2},
    {"coco", "c.json",
     "{\"info\": {}, \"images\": [{\"id\": 7, \"file_name\": \"b.png\", \"width\": 90, "
     "\"height\": 120}, {\"id\": 3, \"file_name\": \"a.png\"}],\n\"annotations\": [{\"image_id\": "
     "3, \"category_id\": 2, \"bbox\": [30, 20, 40, 40], \"keypoints\": "
     "[40.5, 30.5, 2, 61, 31.5, 1, 50.5, 55.75, 2]}, {\"image_id\": 3, \"category_id\": 1, "
     "\"bbox\": [0, 0, 1, 1]}, {\"image_id\": 7, \"category_id\": 2, \"bbox\": [20, 60, 30, 45], "
     "\"keypoints\": [30.5, 70.5, 2, 0, 0, 0, 41.5, 95.5, 2]}],\n\"categories\": [{\"id\": 1, "
     "\"name\": \"car\"}, {\"id\": 2, \"name\": \"face\", \"keypoints\": [\"l\", \"r\", \"n\"]}]}",
     {"l", "r", "n"}, 1, 2},
    {"coco", "k.json",
     "{\"images\": [{\"id\": \"b\", \"file_name\": \"b.png\"}, {\"id\": \"a\", \"file_name\": "
     "\"a.png\"}],\n\"annotations\": [{\"image_id\": \"a\", \"keypoints\": [40.5, 30.5, 2, 61, "
     "31.5, 1, 50.5, 55.75, 2]}, {\"image_id\": \"b\", \"keypoints\": [30.5, 70.5, 2, null, null, "
     "null, 41.5, 95.5, 2]}],\n\"categories\": [{\"id\": 2, \"keypoints\": [\"l\", \"r\", "
     "\"n\"]}]}",
     {"l", "r", "n"}, 0, 2},
    {"dlc", "s.csv",
     "\"scorer\";\"me\";me;me;me;me;me\nbodyparts;l;l;r;r;n;n\ncoords;x;y;x;y;x;y\n"
     "\"C:\\film\\a.png\";40;30;60,5;31;50;55,25\nfilm/b.png;30;\"70\";;;41;95\n",
     {"l", "r", "n"}, 0, 2},
    {"dlc", "l.csv",
     "scorer,me,me,me,me,me,me\nbodyparts,l,l,r,r,n,n\ncoords,x,y,x,y,x,y\n"
     "a.png,40,30,60.5,31,50,55.25\nb.png,30,70,,,41,95\n",
     {"l", "r", "n"}, 0, 2},
    {"dlc", "i.csv",
     "scorer,,,me,me,me,me,me,me,me,me,me,me,me,me\n"
     "individuals,,,s,s,s,s,s,s,t,t,t,t,t,t\nbodyparts,,,l,l,r,r,n,n,l,l,r,r,n,n\n"
     "coords,,,x,y,x,y,x,y,x,y,x,y,x,y\n"
     "labeled-data,film,a.png,40,30,60.5,31,50,55.25,,,,,,\n"
     "labeled-data,film,b.png,,,,,,,30,70,,,41,95\n",
     {"l", "r", "n"}, 0, 2},
    {"celeba", "e.txt",
     "2\nlefteye_x lefteye_y righteye_x righteye_y nose_x nose_y\n"
     "a.png 40 30 60.5 31 50 55.25\nb.png  30  70  -1  -1  41  95\n",
     {"lefteye", "righteye", "nose"}, 0, 2},
    {"pts", "a.pts", "version: 1\nn_points: 3\n{\n41 31\n61.5 32\n51 56.25\n}\n",
     {"p0", "p1", "p2"}, 0, 1},
    {"pts", "a.pts", "41 31\r\n61.5 32\r\n51 56.25\r\n", {"p0", "p1", "p2"}, 0, 1},
};

static void assert_row(const imported *t, int r, const form *like, const double want[POINTS][2])
{
    const imported_row *row = &t->row[r];
    assert_int_equal(row->points, POINTS);
    for (int p = 0; p < POINTS; p++) {
        const double *xy = imported_point(row, like->name[p]);
        for (int i = 0; i < 2; i++)
            if (isnan(want[p][i]) ? !isnan(xy[i]) : !(fabs(xy[i] - want[p][i]) < 0.01))
                fail_msg("%s, row %d, %s: %g, must be %g", like->file, r, like->name[p], xy[i],
                         want[p][i]);
    }
}

static void every_format_gives_the_same_labels(void **state)
{
    const fixture *f = *state;
    put_photos(f);
    for (int i = 0; i < LAC_COUNT(forms); i++) {
        imported t;
        char out[16];
        lac_import_config config = lac_import_config_default();
        config.missing = "-1,-1";
        snprintf(out, sizeof out, "out%d", i);
        test_path from = put(f, forms[i].file, forms[i].text);
        import_ok(f, from.text, &config, out, &t);
        assert_string_equal(t.result.format, forms[i].format);
        assert_int_equal(t.rows, forms[i].rows);
        assert_string_equal(t.result.crop, forms[i].has_boxes ? "box:1.5,-0.25,0" : "");
        for (int r = 0; r < t.rows; r++)
            assert_row(&t, r, &forms[i], truth[r]);
        remove(from.text);
    }
}

typedef struct told {
    int calls, done, count, stop_at;
} told;

static int note_progress(void *user, int done, int count)
{
    told *t = user;
    assert_true(t->calls ? done > t->done : done == 0);
    assert_true(done <= count);
    *t = (told){t->calls + 1, done, count, t->stop_at};
    return t->stop_at && done >= t->stop_at;
}

enum { PICTURES = 40 }; /* more than a thread takes at once */

static lac_status import_many(const fixture *f, told *t, lac_import_result *result)
{
    const lac_context_config alone = {.threads = 1};
    char text[64 * PICTURES] = "file,a_x,a_y,x,y,w,h\n";
    for (int i = 0; i < PICTURES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d.png", i);
        photo_put(f, name, 20, 20);
        snprintf(text + strlen(text), 64, "%s,8,9,2,2,16,16\n", name);
    }
    lac_context *ctx;
    lac_import_config config = lac_import_config_default();
    config.progress = note_progress;
    config.progress_user = t;
    test_path from = put(f, "many.csv", text), out = path_in(&f->folder, "many");
    assert_int_equal(lac_context_new(&alone, &ctx), LAC_OK);
    lac_status status = lac_import(ctx, from.text, &config, out.text, result);
    lac_context_free(&ctx);
    return status;
}

static void an_import_tells_how_far_it_is(void **state)
{
    const fixture *f = *state;
    told t = {0};
    lac_import_result result;
    assert_int_equal(import_many(f, &t, &result), LAC_OK);
    assert_int_equal(result.rows, PICTURES);
    assert_true(t.calls > 1);
    assert_int_equal(t.done, PICTURES);
    assert_int_equal(t.count, PICTURES);
}

static void a_stopped_import_leaves_nothing_and_may_be_repeated(void **state)
{
    const fixture *f = *state;
    told t = {.stop_at = 10};
    lac_import_result result;
    assert_int_equal(import_many(f, &t, &result), LAC_STOPPED);
    assert_true(t.done < PICTURES);
    assert_int_equal(file_count(path_in(&f->folder, "many").text), 0);
    t = (told){0};
    assert_int_equal(import_many(f, &t, &result), LAC_OK);
}

/* What a killed import left goes; nothing of it gets among the pictures of the next. */
static void a_killed_import_is_begun_anew(void **state)
{
    const fixture *f = *state;
    imported t;
    put_photos(f);
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "out").text));
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "out/pictures").text));
    put(f, "out/.unfinished", "import");
    put(f, "out/training.csv.123-0.tmp", "half");
    put(f, "out/pictures/0099.png", "old");
    put(f, "out/pictures/0098.png.123-4.tmp", "half");
    import_ok(f, put(f, forms[0].file, forms[0].text).text, NULL, "out", &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(file_count(path_in(&f->folder, "out/pictures").text), 2);
    assert_int_equal(file_count(path_in(&f->folder, "out").text), 2);
}

/* YOLO's shares of the sides, and WFLW's 98 points. */
static void folders_and_long_lines_are_read_too(void **state)
{
    const fixture *f = *state;
    imported t;
    char line[4096];
    put_photos(f);
    put(f, "a.txt", "0 0.5 0.5 0.4 0.5 0.3375 0.338889 2 0.508333 0.35 1 0.420833 0.619444 2\n");
    put(f, "b.txt", "0 0.5 0.5 0.4 0.5 0.338889 0.5875 2 0 0 0 0.461111 0.795833 2\n");
    put(f, "classes.txt", "face\n");
    import_ok(f, f->folder.path, NULL, "yolo", &t);
    assert_string_equal(t.result.format, "yolo");
    for (int r = 0; r < 2; r++)
        assert_row(&t, r, &forms[0], truth[r]);
    size_t used = 0;
    for (int p = 0; p < 98; p++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%d %d.5 ", 20 + p % 10,
                                 30 + p / 10);
    snprintf(line + used, sizeof line - used, "10 20 60 80 0 0 0 0 0 0 a.png\n");
    put(f, "list.txt", line);
    lac_import_result result;
    assert_ok(f->ctx, lac_import(f->ctx, path_in(&f->folder, "list.txt").text, NULL,
                                 path_in(&f->folder, "wflw").text, &result));
    assert_string_equal(result.format, "wflw");
    assert_int_equal(result.points, 98);
    assert_string_equal(result.crop, "box:1.2,-0.1,0"); /* of a box of 50 x 60 */
}

static void a_folder_of_pts_files_is_one_import(void **state)
{
    const fixture *f = *state;
    imported t;
    put_photos(f);
    put(f, "b.pts", "version: 1\nn_points: 3\n{\n31 71\n36 72\n42 96\n}\n");
    put(f, "a.pts", "version: 1\nn_points: 3\n{\n41 31\n61.5 32\n51 56.25\n}\n");
    import_ok(f, f->folder.path, NULL, "out", &t);
    assert_int_equal(t.rows, 2);
    assert_row(&t, 0, &forms[0], truth[0]);
}

static void pts_files_in_folders_of_folders_are_one_import(void **state)
{
    const fixture *f = *state;
    imported t;
    static const char *const folders[] = {"w", "w/afw", "w/helen", "w/helen/train", "w/none"};
    static const char *const pictures[][2] = {{"a.png", "w/helen/train/a.png"},
                                              {"b.png", "w/afw/b.PNG"}};
    put_photos(f);
    for (int i = 0; i < LAC_COUNT(folders); i++)
        assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, folders[i]).text));
    for (int i = 0; i < LAC_COUNT(pictures); i++)
        assert_int_equal(rename(path_in(&f->folder, pictures[i][0]).text,
                                path_in(&f->folder, pictures[i][1]).text), 0);
    put(f, "w/afw/b.pts", "31 71\n36 72\n42 96\n");
    put(f, "w/helen/train/a.pts", "41 31\n61.5 32\n51 56.25\n");
    put(f, "w/none/readme.txt", "");
    import_ok(f, path_in(&f->folder, "w").text, NULL, "out", &t);
    assert_string_equal(t.result.format, "pts");
    assert_int_equal(t.rows, 2);
    assert_string_equal(t.row[0].photo, "afw/b.PNG");
    assert_string_equal(t.row[1].photo, "helen/train/a.png");
    put(f, "w/own.pts", "31 71\n36 72\n42 96\n"); /* its folders are not looked into then */
    import_ok(f, path_in(&f->folder, "w/helen").text, NULL, "again", &t);
    assert_int_equal(t.rows, 1);
    assert_status(f->ctx, lac_import(f->ctx, path_in(&f->folder, "w").text, NULL,
                                     path_in(&f->folder, "o").text, &t.result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "none of its 1 faces could be imported");
}

/* Whatever the format, a picture that is missing or damaged is left out and counted. */
static void pictures_that_cannot_be_read_end_no_import(void **state)
{
    const fixture *f = *state;
    imported t;
    static const char face[] = "0 0.5 0.5 0.4 0.5 0.3 0.3 2 0.6 0.3 2 0.45 0.6 2\n";
    put_photos(f);
    put(f, "broken.png", "\x89PNG\r\n\x1a\n");
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "y").text));
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "y/labels").text));
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "y/images").text));
    assert_int_equal(rename(path_in(&f->folder, "a.png").text,
                            path_in(&f->folder, "y/images/a.png").text), 0);
    put(f, "y/images/broken.png", "\x89PNG\r\n\x1a\n");
    put(f, "y/labels/a.txt", face);
    put(f, "y/labels/broken.txt", "0 0.5 0.5 0.4 0.5 0.3 0.3 2\n0 0.5 0.5 0.4 0.5 0.3 0.3 2\n");
    put(f, "y/labels/gone.txt", face);
    put(f, "y/labels/classes.txt", "face\n");
    put(f, "y/labels/empty.txt", "");
    import_ok(f, path_in(&f->folder, "y").text, NULL, "yolo", &t);
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.result.unread, 3);
    put(f, "b.pts", "31 71\n36 72\n42 96\n");
    put(f, "broken.pts", "31 71\n36 72\n42 96\n");
    put(f, "gone.pts", "31 71\n36 72\n42 96\n");
    import_ok(f, f->folder.path, NULL, "out", &t);
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.result.unread, 2);
    remove(path_in(&f->folder, "b.png").text);
    assert_status(f->ctx, lac_import(f->ctx, f->folder.path, NULL, path_in(&f->folder, "o").text,
                                     &t.result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "3 whose picture could not be read");
}

static void a_folder_without_labels_of_its_own_names_what_it_holds(void **state)
{
    const fixture *f = *state;
    imported t;
    lac_import_config config = lac_import_config_default();
    put_photos(f);
    put(f, "readme.txt", "no picture has this name");
    put(f, "b.pts", "31 71\n36 72\n42 96\n");
    import_ok(f, f->folder.path, NULL, "out", &t);
    put(f, "labels.XML", "");
    put(f, "z.csv", "");
    put(f, "a.txt", "0 0.5 0.5 0.4 0.5 0.3 0.3 2 0.5 0.5 2 0.4 0.4 2\n");
    import_ok(f, f->folder.path, NULL, "again", &t);
    assert_string_equal(t.result.format, "pts");
    config.format = "yolo";
    import_ok(f, f->folder.path, &config, "shares", &t);
    assert_string_equal(t.result.format, "yolo");
    remove(path_in(&f->folder, "a.txt").text);
    remove(path_in(&f->folder, "b.pts").text);
    assert_status(f->ctx, lac_import(f->ctx, f->folder.path, NULL, path_in(&f->folder, "o").text,
                                     &t.result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "of the same name, but labels.XML and others: name the label file");
}

/* ---- Squares ----------------------------------------------------------------------------- */

static const char three[] = "file,l_x,l_y,r_x,r_y,n_x,n_y\n"
                            "a.png,40,30,60,30,50,50\n"
                            "b.png,20,40,60,40,40,80\n"
                            "a.png,70,30,90,30,,\n"
                            "b.png,10,10,,,,\n"
                            "b.png,,,,,,\n"
                            "gone.png,40,30,60,30,50,50\n";

static void faces_with_gaps_are_placed_by_the_mean_face(void **state)
{
    const fixture *f = *state;
    imported t;
    put_photos(f);
    test_path from = put(f, "t.csv", three);
    import_ok(f, from.text, NULL, "out", &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.result.photos, 2);
    assert_int_equal(t.result.unlabelled, 1);
    assert_int_equal(t.result.unplaced, 1);
    assert_int_equal(t.result.unread, 1);
    /* An extent of 20 and margins of 0.3: a side of 32 about the middle, edges at half pixels. */
    const lac_box want[] = {{34.5, 24.5, 32, 32}, {8.5, 28.5, 64, 64}, {64.5, 24.5, 32, 32}};
    for (int r = 0; r < 3; r++) {
        const lac_box *b = &t.row[r].square;
        assert_true(fabs(b->x - want[r].x) < 1e-9 && fabs(b->y - want[r].y) < 1e-9);
        assert_true(fabs(b->width - want[r].width) < 1e-9 && b->height == b->width);
    }
}

static void strict_imports_leave_nothing_out(void **state)
{
    const fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    lac_import_result result;
    put_photos(f);
    config.strict = 1;
    test_path from = put(f, "t.csv", three), out = path_in(&f->folder, "out");
    assert_status(f->ctx, lac_import(f->ctx, from.text, &config, out.text, &result),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "3 of its 6 faces left out");
    assert_false(lac_path_exists(path_in(&f->folder, "out/training.csv").text));
    from = put(f, "none.csv", "file,l_x,l_y\ngone.png,1,2\n");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "none of its 1 faces could be imported");
}

static void two_imports_into_one_folder_do_not_mix(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    lac_filling other;
    put_photos(f);
    test_path from = put(f, "t.csv", three), out = path_in(&f->folder, "out");
    assert_ok(f->ctx, lac_filling_begin(f->ctx, out.text, "import", NULL, 0, &other));
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &result), LAC_ERROR_IO);
    assert_message(f->ctx, "another process is at work in this folder");
    assert_int_equal(file_count(out.text), 1);
    lac_filling_end(&other);
    assert_ok(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &result));
}

static void a_table_that_is_there_stays(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    size_t size;
    put_photos(f);
    test_path from = put(f, "t.csv", three), old = put(f, "training.csv", "mine");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, f->folder.path, &result),
                  LAC_ERROR_IO);
    assert_message(f->ctx, "holds a training.csv already");
    char *text = file_bytes(old.text, &size);
    assert_string_equal(text, "mine");
    free(text);
}

/* A picture of the user's own where a face would be written. */
static void pictures_that_are_there_stay(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    size_t size;
    put_photos(f);
    test_path out = path_in(&f->folder, "own"), folder = path_in(&f->folder, "own/pictures");
    assert_ok(f->ctx, lac_folder_make(f->ctx, out.text));
    assert_ok(f->ctx, lac_folder_make(f->ctx, folder.text));
    test_path from = put(f, "t.csv", three), old = put(f, "own/pictures/0001.png", "mine");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &result), LAC_ERROR_IO);
    assert_message(f->ctx, "holds files already, such as 0001.png");
    char *text = file_bytes(old.text, &size);
    assert_string_equal(text, "mine");
    free(text);
}

static void a_numbered_column_may_be_missing(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    put_photos(f);
    test_path from = put(f, "t.csv", "file,0,00,1,3\na.png,1,2,3,4\n");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, path_in(&f->folder, "out").text,
                                     &result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "p1 has no column for its x");
}

/* A table of pandas has a column of row numbers without a name. */
static void a_column_may_have_no_name(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    put_photos(f);
    test_path from = put(f, "t.csv", ",file,l_x,l_y,r_x,r_y\n7,a.png,20,30,60,30\n");
    test_path out = path_in(&f->folder, "out");
    assert_ok(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &result));
}

static char told_lines[2000];

static void note_line(void *user, const char *line)
{
    (void)user;
    size_t used = strlen(told_lines);
    snprintf(told_lines + used, sizeof told_lines - used, "%s\n", line);
}

static void assert_told(const char *part)
{
    if (!strstr(told_lines, part))
        fail_msg("\"%s\" does not hold \"%s\"", told_lines, part);
    told_lines[0] = 0;
}

static void words_that_are_gaps_are_gaps_in_every_text(void **state)
{
    fixture *f = *state;
    imported t;
    static const char list[] = "2\nl_x l_y r_x r_y n_x n_y\na.png 40 30 NaN nan 50 55.25\n"
                               "b.png 30 70 na 71 41 95\n";
    put_photos(f);
    f->ctx->log = note_line;
    put(f, "a.pts", "n_points: 3\n{\n41 31\nnan nan\n51 56.25\n}\n");
    put(f, "b.pts", "31 71\nNA 72\n42 96\n");
    test_path celeba = put(f, "c.txt", list);
    for (int i = 0; i < 2; i++) {
        import_ok(f, i ? f->folder.path : celeba.text, NULL, i ? "out" : "list", &t);
        assert_told("1 point has x or y alone: left out");
        assert_int_equal(t.rows, 2);
        for (int r = 0; r < t.rows; r++) {
            assert_true(isnan(imported_point(&t.row[r], i ? "p1" : "r")[0]));
            assert_false(isnan(imported_point(&t.row[r], i ? "p2" : "n")[0]));
        }
    }
}

static void pictures_are_found_without_their_folders(void **state)
{
    fixture *f = *state;
    imported t;
    lac_import_result result;
    put_photos(f);
    f->ctx->log = note_line;
    test_path from = put(f, "t.csv", "file,l_x,l_y,r_x,r_y\nx/y/a.png,40,30,60,31\n"
                                     "/no/where/b.png,30,70,50,71\n/no/where/b.png,30,70,50,75\n");
    import_ok(f, from.text, NULL, "out", &t);
    assert_int_equal(t.rows, 3);
    assert_string_equal(t.row[1].photo, "b.png");
    assert_told("a.png is taken, and others by their names without folders");
    from = put(f, "t.csv", "file,l_x,l_y,r_x,r_y\nx/a.png,40,30,60,31\ny/a.png,40,30,60,31\n");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, path_in(&f->folder, "o").text,
                                     &result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "x/a.png and y/a.png are not there");
    assert_message(f->ctx, "cannot be both: --pictures names the folder");
}

static void what_would_be_imported_wrongly_is_refused(void **state)
{
    const fixture *f = *state;
    static const char *const cases[][2] = {
        {"l_x,l_y,photo,photo_x,photo_y,photo_width,photo_height,crop,Image\n"
         "4,3,a.png,1,1,9,9,,pictures/0001.png\n", "a table that 'lacuna import' has made"},
        {"file,l_x,l_y,L.x,l.x\na.png,4,3,2,1\n", "column 2 is the same coordinate"},
        {"<dataset><image file='a.png'><part name='l' x='4' y='3'/></image></dataset>",
         "line 1: a part outside of a box"},
        {"file,l_x,l_y,r_x,r_y\na.png,0,1,.2,.3\n", "all points are at 0 to 1, as shares of a "
         "picture's sides are: --unit shares says that they are, --unit pixels that they are none"},
    };
    lac_import_result result;
    put_photos(f);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        test_path from = put(f, "t.csv", cases[i][0]);
        assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, path_in(&f->folder, "o").text,
                                         &result), LAC_ERROR_FORMAT);
        assert_message(f->ctx, cases[i][1]);
    }
}

static void what_the_labels_say_otherwise_is_told(void **state)
{
    fixture *f = *state;
    imported t;
    put_photos(f);
    f->ctx->log = note_line;
    import_ok(f, put(f, "d.xml", "<dataset><image file='a.png' width='240' height='180'><box "
                                 "top='20' left='30' width='40' height='40'><part name='l' "
                                 "x='40' y='30'/></box></image></dataset>").text, NULL, "out", &t);
    assert_told("a.png is 120x90, but 240x180 by its labels");
    import_ok(f, put(f, "d.xml", "<dataset><image file='a.png' width='90' height='120'><box "
                                 "top='20' left='30' width='40' height='40'><part name='l' "
                                 "x='40' y='30'/></box></image></dataset>").text, NULL, "out2", &t);
    assert_string_equal(told_lines, "");
    import_ok(f, put(f, "t.csv", "id,file,l_x,l_y,r_x,r_y,set\n1,a.png,40,30,60,31,train\n").text,
              NULL, "out3", &t);
    assert_told("t.csv: columns id, set: no labels, left alone");
    import_ok(f, put(f, "t.csv", "\" file\",Width,height,\"l_x \",l_y,r_x,r_y\n"
                                 "a.png,240,180,40,30,60,31\nb.png,,,40,30,60,31\n").text, NULL,
              "out5", &t);
    if (strstr(told_lines, "left alone"))
        fail_msg("%s", told_lines);
    assert_told("a.png is 120x90, but 240x180 by its labels");
    import_ok(f, put(f, "t.csv", "file,x,y,w,h,l_x,l_y\na.png,60,40,110,80,70,60\n"
                                 "b.png,30,70,60,100,50,75\n").text, NULL, "out4", &t);
    assert_told("2 of 2 boxes end outside of their pictures or lie beside their points, and all "
                "would lie inside as two corners: they are read as left, top, width, height");
    import_ok(f, put(f, "t.csv", "file,x,y,w,h,l_x,l_y,r_x,r_y,n_x,n_y\n"
                                 "a.png,20,10,60,50,40,30,30,30,50,32\n"
                                 "b.png,30,40,60,80,45,60,40,60,50,62\n").text, NULL, "out6", &t);
    assert_told("2 of 2 boxes end outside of their pictures or lie beside their points, and all");
    import_ok(f, put(f, "t.csv", "file,x,y,w,h,l_x,l_y,r_x,r_y,n_x,n_y\n"
                                 "a.png,20,10,60,50,50,35,40,35,60,35\n"
                                 "b.png,20,20,60,60,40,55,50,55,60,50\n").text, NULL, "out7", &t);
    assert_string_equal(told_lines, "");
}

/* Columns v beside x and y, in every habit of their names; other numbers are left alone. */
static void points_of_a_table_that_are_not_seen_are_gaps(void **state)
{
    static const struct {
        const char *head, *v;
        int is_gap;
    } cases[] = {{"l_x,l_y,l_v,r_x,r_y,r_v", "0", 1}, {"lX,lY,lV,rX,rY,rV", "0.0", 1},
                 {"x1,y1,v1,x2,y2,v2", "0", 1},       {"l(x),l(y),l(v),r(x),r(y),r(v)", "0", 1},
                 {"l_x,l_y,l_v,r_x,r_y,r_v", "", 0},  {"l_x,l_y,l_v,r_x,r_y,r_v", "1", 0},
                 {"l_x,l_y,l_v,r_x,r_y,r_u", "0", 0}, {"l_x,l_y,l_v,r_x,r_y,r_v", "0.1", 0}};
    fixture *f = *state;
    put_photos(f);
    f->ctx->log = note_line;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char text[300], out[8];
        imported t;
        told_lines[0] = 0;
        sprintf(text, "x,y,w,h,file,%s\n30,20,40,40,a.png,40,30,2,60,31,%s\n"
                      "30,20,40,40,b.png,40,30,1,0,0,%s\n", cases[i].head, cases[i].v, cases[i].v);
        sprintf(out, "out%d", i);
        import_ok(f, put(f, "t.csv", text).text, NULL, out, &t);
        assert_int_equal(isnan(imported_point(&t.row[0], i == 2 ? "2" : "r")[0]) != 0,
                         cases[i].is_gap);
        if (cases[i].is_gap)
            assert_told("1 point has a place and v = 0, which says that no label is there");
        else
            assert_told("at exactly 0, 0");
    }
}

/* Texts of YOLO's and of DeepLabCut's that may mean something else. */
static void labels_that_are_predictions_are_told(void **state)
{
    fixture *f = *state;
    imported t;
    lac_import_config config = lac_import_config_default();
    put_photos(f);
    f->ctx->log = note_line;
    config.format = "yolo";
    put(f, "a.txt", "0 .4 .4 .3 .4 .35 .3 .45 .3\n2 .4 .4 .3 .4 .35 .3 .45 .31\n"
                    "2 .4 .4 .3 .4 .35 .3 .45 .32\n");
    import_ok(f, f->folder.path, &config, "out", &t);
    assert_int_equal(t.rows, 3);
    assert_told("a.txt: line 2: a face of class 2, the first is of class 0: all are taken");
    /* Five points as pairs; three with v, and a confidence behind; four with v as shares. */
    put(f, "a.txt", "0 .4 .4 .3 .4 .35 .3 .45 .3 .4 .4 .36 .5 .44 .5\n");
    import_ok(f, f->folder.path, &config, "pairs", &t);
    assert_int_equal(t.result.points, 5);
    assert_string_equal(told_lines, "");
    static const char *const predicted[] = {
        "0 .4 .4 .3 .4 .35 .3 .9 .45 .3 .8 .4 .5 .99 .7\n",
        "0 .4 .4 .3 .4 .35 .3 .9 .45 .3 .8 .4 .5 .99 .41 .45 .97\n"};
    for (int i = 0; i < LAC_COUNT(predicted); i++) {
        put(f, "a.txt", predicted[i]);
        assert_status(f->ctx, lac_import(f->ctx, f->folder.path, &config,
                                         path_in(&f->folder, "o").text, &t.result),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, "numbers, of which most pairs lie outside of the box");
    }
    import_ok(f, put(f, "d.csv", "scorer,s,s,s,s,s,s\nbodyparts,l,l,l,r,r,r\n"
                                 "coords,x,y,likelihood,x,y,likelihood\n"
                                 "a.png,40,30,.1,60,31,.9\n").text, NULL, "dlc", &t);
    assert_told("d.csv: columns likelihood: no labels, left alone: points are taken whatever");
}

/* No label is left of and above its picture, at the same place in several faces. */
static void marks_beside_the_picture_are_refused(void **state)
{
    fixture *f = *state;
    imported t;
    lac_import_config config = lac_import_config_default();
    test_path out = path_in(&f->folder, "o");
    put_photos(f);
    test_path from = put(f, "t.csv", "file,l_x,l_y,r_x,r_y\na.png,40,30,-1,-1\nb.png,-2,-3,60,40\n"
                                     "a.png,40,33,-1,-1\na.png,-1,-1,60,33\n");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &t.result),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "t.csv: 3 points lie at exactly -1, -1, left of and above the picture, "
                           "as marks of missing ones do: --missing -1,-1 says that they are");
    assert_false(lac_path_exists(out.text));
    config.missing = "-1,-1";
    config.margin = 1;
    import_ok(f, put(f, "u.csv", "file,l_x,l_y,r_x,r_y\na.png,40,30,60,31\na.png,40,33,-1,-1\n"
                                 "b.png,40,30,60,31\n").text, &config, "out", &t);
    assert_int_equal(t.rows, 2);
}

/* Of a box and two points of a.png, 120x90, as shares of its sides. */
static void shares_of_the_sides_become_pixels_where_that_is_said(void **state)
{
    fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    imported t;
    put_photos(f);
    f->ctx->log = note_line;
    test_path from = put(f, "t.csv", "file,x,y,w,h,l_x,l_y,r_x,r_y\n"
                                     "a.png,0.25,0.5,0.5,0.25,0.375,0.5,0.625,0.75\n"
                                     "c.png,0.25,0.5,0.5,0.25,0.375,0.5,0.625,0.75\n");
    config.unit = LAC_LABELS_SHARES;
    import_ok(f, from.text, &config, "out", &t);
    assert_told("c.png: cannot open: No such file or directory: left out");
    assert_int_equal(t.rows, 1);
    assert_int_equal(t.result.unread, 1);
    assert_true(fabs(imported_point(&t.row[0], "l")[0] - 44.5) < 0.01);
    assert_true(fabs(imported_point(&t.row[0], "r")[1] - 67) < 0.01);
    config.unit = LAC_LABELS_PIXELS;
    config.box_scale = 10;
    import_ok(f, from.text, &config, "pixels", &t);
    assert_true(fabs(imported_point(&t.row[0], "l")[0] - 0.375) < 0.01);
}

static void points_outside_of_their_pictures_are_counted(void **state)
{
    fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    lac_import_result result;
    imported t;
    put_photos(f);
    f->ctx->log = note_line;
    test_path from = put(f, "t.csv", "file,l_x,l_y,r_x,r_y,n_x,n_y\na.png,40,30,60,31,120,90\n"
                                     "b.png,30,70,50,71,100,30\na.png,40,30,60,31,50,-7\n");
    import_ok(f, from.text, &config, "out", &t);
    assert_int_equal(t.result.beyond, 2);
    assert_told("a.png, face 3: 2 points lie outside of their picture, this one 120x90: taken as "
                "they are; --outside missing makes them gaps");
    assert_true(fabs(imported_point(&t.row[1], "n")[0] - 100) < 0.01);
    config.outside = LAC_OUTSIDE_MISSING;
    import_ok(f, from.text, &config, "gaps", &t);
    assert_told("2 points lie outside of their picture: left out");
    assert_int_equal(t.result.beyond, 2);
    assert_true(isnan(imported_point(&t.row[1], "n")[0]));
    assert_false(isnan(imported_point(&t.row[0], "n")[0]));
    config.outside = LAC_OUTSIDE_ERROR;
    assert_status(f->ctx, lac_import(f->ctx, from.text, &config, path_in(&f->folder, "no").text,
                                     &result), LAC_ERROR_FORMAT);
    assert_message(f->ctx, "b.png, face 2: 2 points lie outside of their picture, this one 90x120: "
                           "--outside missing makes gaps of them, --outside keep takes them as");
}

static void labels_of_smaller_copies_are_told(void **state)
{
    fixture *f = *state;
    put_photos(f);
    f->ctx->log = note_line;
    for (int is_small = 0; is_small < 2; is_small++) {
        char text[1000] = "file,l_x,l_y,r_x,r_y\n", out[8];
        imported t;
        for (int i = 0; i < 10; i++)
            sprintf(text + strlen(text), "a.png,%d,20,%d,44\n", 20 + i, is_small ? 60 : 62);
        snprintf(out, sizeof out, "o%d", is_small);
        import_ok(f, put(f, "t.csv", text).text, NULL, out, &t);
        if (is_small)
            assert_told("all 20 points lie in the left top quarters of their pictures");
        else
            assert_string_equal(told_lines, "");
    }
}

static void points_that_are_left_out_are_told(void **state)
{
    fixture *f = *state;
    imported t;
    put_photos(f);
    f->ctx->log = note_line;
    import_ok(f, put(f, "c.json", "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], "
                     "\"annotations\": [{\"image_id\": 1, \"keypoints\": [40, 30, 2, 70, 31, 1, "
                     "50, 5, 0, 0, 0, 0]}], \"categories\": [{\"id\": 2, \"keypoints\": [\"l\", "
                     "\"r\", \"n\", \"m\"]}]}").text, NULL, "out", &t);
    assert_told("c.json: 1 point has a place and v = 0, which says that no label is there: "
                "left out");
    import_ok(f, put(f, "t.csv", "file,l_x,l_y,r_x,r_y,n_x,n_y\na.png,40,30,60,31,50,\n").text,
              NULL, "half", &t);
    assert_told("t.csv: 1 point has x or y alone: left out");
}

static void further_faces_of_pts_files_are_of_the_same_picture(void **state)
{
    const fixture *f = *state;
    imported t;
    put_photos(f);
    photo_put(f, "b-face2.png", 90, 120);
    put(f, "a.pts", "41 31\n61.5 32\n51 56.25\n");
    put(f, "a-face2.pts", "31 31\n51.5 32\n41 56.25\n");
    put(f, "b-face2.pts", "31 31\n51.5 32\n41 56.25\n");
    import_ok(f, f->folder.path, NULL, "out", &t);
    assert_int_equal(t.rows, 3);
    assert_string_equal(t.row[0].photo, "a.png");
    assert_string_equal(t.row[1].photo, "a.png");
    assert_string_equal(t.row[2].photo, "b-face2.png");
}

/* Its first bytes would be gone when the labels are read. */
static void the_format_of_a_pipe_must_be_named(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    test_path from = path_in(&f->folder, "pipe");
    assert_int_equal(mkfifo(from.text, 0600), 0);
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, path_in(&f->folder, "out").text,
                                     &result), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "a pipe or a device");
}

/* The same box under names in several habits; the box that follows it is no point. */
static void a_box_is_known_by_its_names(void **state)
{
    static const char *const heads[] = {
        "faceX,faceY,faceW,faceH",
        "faceX,faceY,faceWidth,faceHeight",
        "faceLeft,faceTop,faceWidth,faceHeight",
        "Face X,Face Y,Face W,Face H",
        "face_x,face_y,face_w,face_h,body_x,body_y,body_w,body_h",
        "x,y,w,h,bodyX,bodyY,bodyWidth,bodyHeight",
    };
    fixture *f = *state;
    put_photos(f);
    f->ctx->log = note_line;
    for (int i = 0; i < LAC_COUNT(heads); i++) {
        char text[400], out[16];
        const char *more = strstr(heads[i], "ody") ? ",1,2,100,80" : "";
        imported t;
        told_lines[0] = 0;
        sprintf(text, "file,leftX,leftY,chin_x,chin_y,%s\na.png,50,30,60,55,40,20,40,40%s\n",
                heads[i], more);
        sprintf(out, "out%d", i);
        import_ok(f, put(f, "t.csv", text).text, NULL, out, &t);
        assert_string_equal(t.result.crop, "box:1,0,0");
        assert_int_equal(t.result.points, 2);
        assert_true(fabs(imported_point(&t.row[0], "left")[0] - 50) < 0.01);
        if ((strstr(told_lines, "left alone") != NULL) != (*more != 0))
            fail_msg("%s: %s", heads[i], told_lines);
    }
}

/* Of 202 points some lie beyond the middle: two may. */
static void stray_points_hide_no_smaller_copy(void **state)
{
    fixture *f = *state;
    put_photos(f);
    f->ctx->log = note_line;
    for (int stray = 0; stray < 4; stray++) {
        static char text[8192];
        char *to = text + sprintf(text, "file,l_x,l_y,r_x,r_y\n"), out[16];
        lac_import_result result;
        told_lines[0] = 0;
        for (int r = 0; r < 101; r++)
            to += sprintf(to, "a.png,20.5,%d,40,30.25\n", r < stray ? 80 : 12 + r % 9);
        sprintf(out, "out%d", stray);
        assert_ok(f->ctx, lac_import(f->ctx, put(f, "t.csv", text).text, NULL,
                                     path_in(&f->folder, out).text, &result));
        const char *wanted = stray ? "points lie in the left top quarters of their pictures"
                                   : "all 202 points lie in the left top quarters";
        if ((strstr(told_lines, wanted) != NULL) != (stray < 3))
            fail_msg("%d stray points: %s", stray, told_lines);
    }
}

static void boxes_grow_until_they_hold_the_points(void **state)
{
    const fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    imported t;
    put_photos(f);
    test_path from = put(f, "t.csv", "file,x,y,w,h,l_x,l_y,chin_x,chin_y\n"
                                     "a.png,40,20,40,40,50,30,60,61\n"
                                     "b.png,20,30,20,20,30,40,30,51\n");
    import_ok(f, from.text, NULL, "auto", &t);
    assert_string_equal(t.result.crop, "box:1.15,-0.075,-0.075");
    assert_int_equal(t.result.outside, 0);
    config.box_scale = 1;
    import_ok(f, from.text, &config, "one", &t);
    assert_string_equal(t.result.crop, "box:1,0,0");
    assert_int_equal(t.result.outside, 2);
    assert_true(isnan(imported_point(&t.row[0], "chin")[1]));
    config.keep_outside = 1;
    import_ok(f, from.text, &config, "kept", &t);
    assert_true(fabs(imported_point(&t.row[0], "chin")[1] - 61) < 0.01);
}

/* ---- Turned pictures --------------------------------------------------------------------- */

/* Puts EXIF's orientation into a JPEG, behind its first two bytes. */
static void turn_file(const fixture *f, const char *name, int orientation)
{
    static const char exif[] = "\xff\xe1\0\x22" "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03"
                               "\0\0\0\x01\0\0\0\0\0\0\0\0";
    size_t size, length = sizeof exif - 1;
    char *bytes = file_bytes(path_in(&f->folder, name).text, &size);
    char *turned = calloc(size + length, 1);
    assert_non_null(turned);
    memcpy(turned, bytes, 2);
    memcpy(turned + 2, exif, length);
    turned[2 + 4 + 6 + 8 + 2 + 9] = (char)orientation;
    memcpy(turned + 2 + length, bytes + 2, size - 2);
    file_put(path_in(&f->folder, name).text, turned, size + length);
    free(turned);
    free(bytes);
}

/* A stored picture of 120x90, turned to 90x120: row y of it is column 89 - y. */
static void labels_of_stored_pictures_are_turned_with_them(void **state)
{
    const fixture *f = *state;
    static const char label[] =
        "<dataset><images><image file='t.jpg' width='%d' height='%d'><box left='20' top='10' "
        "width='40' height='40'><part name='a' x='30' y='20'/></box></image></images></dataset>";
    const struct {
        int width, height;
        lac_exif exif;
        double x, y, left, top;
    } cases[] = {{120, 90, LAC_EXIF_AUTO, 69, 30, 40, 20},
                 {90, 120, LAC_EXIF_AUTO, 30, 20, 20, 10},
                 {0, 0, LAC_EXIF_AUTO, 30, 20, 20, 10},
                 {0, 0, LAC_EXIF_IGNORE, 69, 30, 40, 20},
                 {120, 90, LAC_EXIF_APPLY, 30, 20, 20, 10}};
    photo_put(f, "t.jpg", 120, 90);
    turn_file(f, "t.jpg", 6);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_import_config config = lac_import_config_default();
        char text[512], out[8];
        imported t;
        snprintf(text, sizeof text, label, cases[i].width, cases[i].height);
        snprintf(out, sizeof out, "o%d", i);
        config.exif = cases[i].exif;
        import_ok(f, put(f, "t.xml", text).text, &config, out, &t);
        const double *a = imported_point(&t.row[0], "a");
        assert_true(fabs(a[0] - cases[i].x) < 0.01 && fabs(a[1] - cases[i].y) < 0.01);
        assert_true(t.row[0].square.x == cases[i].left && t.row[0].square.y == cases[i].top);
        assert_true(t.row[0].square.width == 40);
    }
}

/* t.jpg is stored as 120x90 and looked at as 90x120; `x` is 100 in the stored one alone. */
static void labels_that_fit_the_stored_picture_alone_are_told(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"file,l_x,l_y,r_x,r_y\nt.jpg,40,30,100,31\n",
         "t.jpg: its labels lie outside of the picture turned upright, 90x120, and inside of it as "
         "it is stored; 1 of 1 turned pictures is so: --exif ignore takes labels for those of the "
         "stored pictures"},
        {"file,l_x,l_y,r_x,r_y\nt.jpg,40,30,60,31\n",
         "t.jpg: the picture is stored turned, as EXIF says: its labels are taken for those of the "
         "upright picture, with --exif ignore for those of the stored one\n"},
        {"file,l_x,l_y,r_x,r_y\nt.jpg,40,30,60,110\n", ""},
    };
    photo_put(f, "t.jpg", 120, 90);
    turn_file(f, "t.jpg", 6);
    f->ctx->log = note_line;
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char out[8];
        imported t;
        snprintf(out, sizeof out, "o%d", i);
        import_ok(f, put(f, "t.csv", cases[i].text).text, NULL, out, &t);
        if (cases[i].told[0])
            assert_told(cases[i].told);
        else
            assert_string_equal(told_lines, "");
    }
}

/* A white pixel must be where the point that it was on has gone, in all eight ways. */
static void points_turn_with_their_photo(void **state)
{
    const fixture *f = *state;
    enum { W = 7, H = 4, X = 5, Y = 1 };
    for (int orientation = 1; orientation <= 8; orientation++) {
        lac_photo *photo;
        double x = X, y = Y;
        assert_ok(f->ctx, lac_photo_new(f->ctx, W, H, &photo));
        photo->rgb[3 * (Y * W + X)] = 255;
        assert_ok(f->ctx, lac_photo_turn(f->ctx, photo, orientation));
        lac_photo_turn_point(orientation, W, H, &x, &y);
        assert_true(x >= 0 && x < photo->width && y >= 0 && y < photo->height);
        assert_int_equal(photo->rgb[3 * ((int)y * photo->width + (int)x)], 255);
        lac_photo_free(&photo);
    }
}

/* ---- The table --------------------------------------------------------------------------- */

static const char many[] =
    "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}, {\"id\": 2, \"file_name\": \"b.png\"}],"
    "\"categories\": [{\"id\": 1, \"name\": \"face\", \"keypoints\": [\"left_eye\", \"right_eye\"]"
    "}, {\"id\": 2, \"name\": \"hand\", \"keypoints\": [\"thumb\"]}], \"annotations\": ["
    "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [10, 10, 30, 30], "
    "\"keypoints\": [20, 20, 2, 30, 20, 2]},"
    "{\"image_id\": 2, \"category_id\": 1, \"bbox\": [10, 10, 40, 40], "
    "\"keypoints\": [20, 20, 2, 30, 20, 2]},"
    "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [60, 10, 30, 30], "
    "\"keypoints\": [70, 20, 2, 80, 20, 2]}]}";

static void one_of_several_categories_is_named(void **state)
{
    const fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    imported t;
    put_photos(f);
    test_path from = put(f, "m.json", many), out = path_in(&f->folder, "out");
    assert_status(f->ctx, lac_import(f->ctx, from.text, NULL, out.text, &t.result),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "several categories have keypoints: name one of face, hand");
    config.category = "foot";
    assert_status(f->ctx, lac_import(f->ctx, from.text, &config, out.text, &t.result),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "called foot; there are face, hand");
    config.category = "face";
    import_ok(f, from.text, &config, "out", &t);
    assert_int_equal(t.rows, 3);
    assert_int_equal(t.result.photos, 2);
}

/* Rows of one photo are one group, so that a hold-out takes both or neither. */
static void rows_of_one_photo_stay_together(void **state)
{
    const fixture *f = *state;
    lac_import_config config = lac_import_config_default();
    imported t;
    lac_data *data;
    lac_split *split;
    put_photos(f);
    config.category = "face";
    import_ok(f, put(f, "m.json", many).text, &config, "out", &t);
    data = open_table(f, path_in(&f->folder, "out").text, LAC_TABLE_TRAINING);
    assert_string_equal(lac_data_crop(data), t.result.crop);
    assert_ok(f->ctx, lac_split_make(f->ctx, data, 0.5, 1, &split));
    assert_int_equal(lac_split_group(split, 0), 0);
    assert_int_equal(lac_split_group(split, 1), 1);
    assert_int_equal(lac_split_group(split, 2), 0);
    lac_split_free(&split);
    lac_data_free(&data);
}

/* The rule goes from the table into the model, and a run with it goes on. */
static void a_training_takes_the_rule_of_its_table(void **state)
{
    const fixture *f = *state;
    lac_import_config import = lac_import_config_default();
    imported t;
    lac_trainer *trainer;
    lac_crop crop;
    put_photos(f);
    import.category = "face";
    import.size = 32;
    import_ok(f, put(f, "m.json", many).text, &import, "out", &t);
    lac_data *data = open_table(f, path_in(&f->folder, "out").text, LAC_TABLE_TRAINING);
    lac_train_config config = lac_train_config_default();
    assert_ok(f->ctx, lac_train_preset(f->ctx, "first", &config));
    config.epochs = 1;
    config.holdout = 0;
    test_path run = path_in(&f->folder, "run");
    assert_ok(f->ctx, lac_trainer_new(f->ctx, data, &config, &trainer));
    assert_ok(f->ctx, lac_trainer_run(trainer, run.text, NULL, NULL));
    assert_ok(f->ctx, lac_model_crop(lac_trainer_model(trainer), "box", &crop));
    assert_true(crop.side == 1 && crop.left == 0 && crop.top == 0);
    assert_ok(f->ctx, lac_model_crop(lac_trainer_model(trainer), NULL, &crop));
    assert_status(f->ctx, lac_model_crop(lac_trainer_model(trainer), "yunet", &crop),
                  LAC_ERROR_MISMATCH);
    assert_message(f->ctx, "rule for boxes of yunet");
    lac_trainer_free(&trainer);
    config.epochs = 2;
    assert_ok(f->ctx, lac_trainer_open(f->ctx, data, &config, run.text, &trainer));
    lac_trainer_free(&trainer);
    assert_ok(f->ctx, lac_train_set(f->ctx, &config, "crop", "yunet:1.19,-0.09,0.07 haar:1,0,0"));
    assert_ok(f->ctx, lac_trainer_new(f->ctx, data, &config, &trainer));
    assert_ok(f->ctx, lac_model_crop(lac_trainer_model(trainer), "haar", &crop));
    assert_ok(f->ctx, lac_model_crop(lac_trainer_model(trainer), NULL, &crop));
    assert_string_equal(crop.detector, "yunet");
    lac_trainer_free(&trainer);
    assert_status(f->ctx, lac_train_set(f->ctx, &config, "crop", "yunet:1,2"), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "crop is yunet:1,2, must be rules such as yunet:1.19,-0.09,0.07");
    strcpy(config.crop, "yunet:1,2");
    assert_status(f->ctx, lac_trainer_new(f->ctx, data, &config, &trainer), LAC_ERROR_ARGUMENT);
    lac_data_free(&data);
}

static void rules_are_read_and_written(void **state)
{
    static const char *const bad[] = {"x", "x:", "x:1,2", "x:1,2,3,4", "x:0,0,0", "x:1,0,0 x:2,0,0",
                                      "X:1,0,0", ":1,0,0", "x:1,nan,0", "x:1,0,0,", "x:1,,0",
                                      "a123456789012345678901234:1,0,0", "x: 1,0,0"};
    lac_crop rules[LAC_MOST_CROPS];
    char text[LAC_CROP_TEXT];
    int count;
    (void)state;
    assert_true(lac_crops_read("", rules, &count) && count == 0);
    assert_true(lac_crops_read("  yunet:1.19,-0.09,0.07   haar:1,0,0 ", rules, &count));
    assert_int_equal(count, 2);
    assert_true(rules[0].side == 1.19 && rules[0].left == -0.09 && rules[0].top == 0.07);
    assert_string_equal(lac_crop_text(&rules[0], text), "yunet:1.19,-0.09,0.07");
    const lac_crop fine = {"box", 4.0 / 3, -1.0 / 6, -0.0001};
    assert_string_equal(lac_crop_text(&fine, text), "box:1.333,-0.167,0");
    for (int i = 0; i < LAC_COUNT(bad); i++)
        assert_false(lac_crops_read(bad[i], rules, &count));
}

/* Threads change nothing, and names that would break a table do not. */
static void the_table_is_the_same_on_any_threads(void **state)
{
    const fixture *f = *state;
    lac_context *one = context_at(LAC_CPU_AUTO, 1);
    lac_import_result result;
    size_t size[2];
    put_photos(f);
    test_path from = put(f, "t.csv", "file,\"l,e\"\"_x\",\"l,e\"\"_y\",photo_x,photo_y\n"
                                     "a.png,40,30,60,31\na.png,50,30,61,31\nb.png,30,70,1,2\n");
    assert_ok(f->ctx, lac_import(f->ctx, from.text, NULL, path_in(&f->folder, "2").text, &result));
    assert_ok(one, lac_import(one, from.text, NULL, path_in(&f->folder, "1").text, &result));
    char *a = file_bytes(path_in(&f->folder, "1/training.csv").text, &size[0]);
    char *b = file_bytes(path_in(&f->folder, "2/training.csv").text, &size[1]);
    assert_string_equal(a, b);
    assert_int_equal(strncmp(a, "l_e__x,l_e__y,photo__x,photo__y,photo,", 38), 0);
    lac_data *data = open_table(f, path_in(&f->folder, "1").text, LAC_TABLE_TRAINING);
    assert_int_equal(lac_data_points(data), 2);
    lac_data_free(&data);
    free(a);
    free(b);
    lac_context_free(&one);
}

/* Every allocation fails once: an import ends with MEMORY and without a table. */
static void an_import_may_run_out_of_memory(void **state)
{
    const fixture *f = *state;
    lac_import_result result;
    lac_status status = LAC_ERROR_MEMORY;
    put_photos(f);
    test_path from = put(f, "t.csv", three);
    test_path out = path_in(&f->folder, "out"), table = path_in(&f->folder, "out/training.csv");
    for (long at = 1; status == LAC_ERROR_MEMORY; at++) {
        assert_false(lac_path_exists(table.text));
        f->ctx->fail_at = f->ctx->allocations + at;
        status = lac_import(f->ctx, from.text, NULL, out.text, &result);
    }
    f->ctx->fail_at = 0;
    assert_ok(f->ctx, status);
    assert_int_equal(result.rows, 3);
}

/* Names may lead anywhere: they are only read. */
static void names_may_be_absolute_or_lead_up(void **state)
{
    const fixture *f = *state;
    char text[1024];
    imported t;
    put_photos(f);
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "in").text));
    snprintf(text, sizeof text, "file,l_x,l_y,r_x,r_y\n../a.png,40,30,60,31\n%s,30,40,50,60\n",
             path_in(&f->folder, "b.png").text);
    import_ok(f, put(f, "in/t.csv", text).text, NULL, "out", &t);
    assert_int_equal(t.rows, 2);
    assert_string_equal(t.row[0].photo, "../a.png");
}

/* ---- The cases --------------------------------------------------------------------------- */

/* LACUNA_CASES names a folder of small files of real-world shape; in its photos/, truth.csv has the
 * right answers. Without it the test is skipped. */
static void cases_give_the_truth(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *file;
        int rows;
        double within;
    } cases[] = {{"udacity.csv", 12, 0.0601}, {"dlib.xml", 12, 0.5101}, {"coco.json", 12, 0.0151},
                 {"dlc.csv", 12, 0.0015},     {"", 6, 0.0015}};
    const char *folder = getenv("LACUNA_CASES");
    static imported truth_table, t;
    if (!folder)
        skip();
    char path[512];
    lac_import_config config = lac_import_config_default();
    snprintf(path, sizeof path, "%s/photos/truth.csv", folder);
    import_ok(f, path, NULL, "truth", &truth_table);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char out[8];
        int complete = 0;
        snprintf(path, sizeof path, "%s/photos/%s", folder, cases[i].file);
        snprintf(out, sizeof out, "o%d", i);
        import_ok(f, path, &config, out, &t);
        assert_int_equal(t.rows, cases[i].rows);
        for (int r = 0; r < t.rows; r++) {
            const imported_row *row = &t.row[r], *right = &truth_table.row[r];
            int present = 0;
            assert_string_equal(row->photo, right->photo);
            for (int p = 0; p < 15; p++) {
                for (int a = 0; a < 2; a++)
                    if (isnan(row->xy[p][a]) != isnan(right->xy[p][a]) ||
                        fabs(row->xy[p][a] - right->xy[p][a]) > cases[i].within)
                        fail_msg("%s, row %d, point %d: %g, must be %g", cases[i].file, r, p,
                                 row->xy[p][a], right->xy[p][a]);
                present += !isnan(row->xy[p][0]);
            }
            complete += present == 15;
            assert_true(present == 15 || present == 4);
        }
        assert_int_equal(complete, 6);
    }
}

/* A CSV that names turned.jpg has the labels of photo_00.jpg, as it is looked at. */
static void a_turned_case_is_as_the_plain_one(void **state)
{
    const fixture *f = *state;
    const char *folder = getenv("LACUNA_CASES");
    lac_import_config config = lac_import_config_default();
    imported t;
    lac_data *data;
    if (!folder)
        skip();
    char photos[512];
    snprintf(photos, sizeof photos, "%s/photos", folder);
    config.pictures = photos;
    test_path from = put(f, "t.csv", "file,x,y,w,h,l_x,l_y\nphoto_00.jpg,207,83,96,96,272,118\n"
                                     "turned.jpg,207,83,96,96,272,118\n");
    import_ok(f, from.text, &config, "out", &t);
    data = open_table(f, path_in(&f->folder, "out").text, LAC_TABLE_TRAINING);
    double difference = 0;
    for (int i = 0; i < 96 * 96; i++)
        difference += abs(lac_data_image(data, 0)[i] - lac_data_image(data, 1)[i]);
    assert_true(difference / (96 * 96) < 4);
    lac_data_free(&data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_format_gives_the_same_labels),
        TEST(an_import_tells_how_far_it_is),
        TEST(a_stopped_import_leaves_nothing_and_may_be_repeated),
        TEST(a_killed_import_is_begun_anew),
        TEST(folders_and_long_lines_are_read_too),
        TEST(a_folder_of_pts_files_is_one_import),
        TEST(pts_files_in_folders_of_folders_are_one_import),
        TEST(pictures_that_cannot_be_read_end_no_import),
        TEST(a_folder_without_labels_of_its_own_names_what_it_holds),
        TEST(faces_with_gaps_are_placed_by_the_mean_face),
        TEST(strict_imports_leave_nothing_out),
        TEST(two_imports_into_one_folder_do_not_mix),
        TEST(a_table_that_is_there_stays),
        TEST(pictures_that_are_there_stay),
        TEST(a_numbered_column_may_be_missing),
        TEST(a_column_may_have_no_name),
        TEST(words_that_are_gaps_are_gaps_in_every_text),
        TEST(pictures_are_found_without_their_folders),
        TEST(what_would_be_imported_wrongly_is_refused),
        TEST(what_the_labels_say_otherwise_is_told),
        TEST(points_of_a_table_that_are_not_seen_are_gaps),
        TEST(labels_that_are_predictions_are_told),
        TEST(marks_beside_the_picture_are_refused),
        TEST(shares_of_the_sides_become_pixels_where_that_is_said),
        TEST(points_outside_of_their_pictures_are_counted),
        TEST(labels_of_smaller_copies_are_told),
        TEST(points_that_are_left_out_are_told),
        TEST(further_faces_of_pts_files_are_of_the_same_picture),
        TEST(the_format_of_a_pipe_must_be_named),
        TEST(a_box_is_known_by_its_names),
        TEST(stray_points_hide_no_smaller_copy),
        TEST(boxes_grow_until_they_hold_the_points),
        TEST(labels_of_stored_pictures_are_turned_with_them),
        TEST(labels_that_fit_the_stored_picture_alone_are_told),
        TEST(points_turn_with_their_photo),
        TEST(one_of_several_categories_is_named),
        TEST(rows_of_one_photo_stay_together),
        TEST(a_training_takes_the_rule_of_its_table),
        TEST(rules_are_read_and_written),
        TEST(the_table_is_the_same_on_any_threads),
        TEST(an_import_may_run_out_of_memory),
        TEST(names_may_be_absolute_or_lead_up),
        TEST(cases_give_the_truth),
        TEST(a_turned_case_is_as_the_plain_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
