/*
 * Foreign label files that are damaged or hostile: reading ends with labels in range, or with one
 * line that says what is wrong.
 */
#include "import/foreign.h"
#include "imported.h"

static lac_status read_labels(lac_context *ctx, const char *path, const char *folder,
                              const char *format)
{
    lac_foreign labels = {.ctx = ctx, .folder = folder};
    const lac_label_format *of;
    lac_status status = lac_label_format_of(ctx, path, format, &of);
    if (status == LAC_OK)
        status = of->read(&labels, path);
    for (int i = 0; status == LAC_OK && i < labels.faces; i++) {
        const lac_face *face = &labels.face[i];
        assert_true(face->file && face->marks >= 0);
        assert_true(face->first + (size_t)face->marks <= labels.marks);
        for (int m = 0; m < face->marks; m++)
            assert_true(labels.mark[face->first + (size_t)m].point < labels.points);
    }
    lac_foreign_free(&labels);
    assert_true(status == LAC_OK || !strchr(lac_context_message(ctx), '\n'));
    return status;
}

static int is_folder(const char *format)
{
    return format && strcmp(format, "yolo") == 0;
}

static lac_status read_text(const fixture *f, const char *name, const char *text, size_t size,
                            const char *format)
{
    test_path path = path_in(&f->folder, name);
    file_put(path.text, text, size);
    return read_labels(f->ctx, is_folder(format) ? f->folder.path : path.text, f->folder.path,
                       format);
}

static const struct {
    const char *name, *format, *text;
    int is_whole; /* 1: no beginning of it is a file of its own */
} samples[] = {
    {"a.csv", "csv", "f,l_x,l_y,x,y,w,h,source\na.png,1,2,3,4,5,6,me\nb.png,,,,,,,\n", 0},
    {"a.xml", "dlib", "<dataset><images><image file='a.png' width='9' height='9'><box top='1' "
                      "left='2' width='3' height='4'><part name='l' x='1' y='2'/></box></image>"
                      "</images></dataset>", 1},
    {"a.pts", "pts", "version: 1\nn_points: 2\n{\n1 2\n3 4\n}\n", 0},
    {"a.json", "coco", "{\"images\":[{\"id\":1,\"file_name\":\"a.png\"}],\"annotations\":[{"
                       "\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3,4],\"keypoints\":[1,2,2]}"
                       "],\"categories\":[{\"id\":1,\"name\":\"f\",\"keypoints\":[\"l\"]}]}", 1},
    {"d.csv", "dlc", "scorer,s,s,s\nindividuals,i,i,i\nbodyparts,l,l,l\ncoords,x,y,likelihood\n"
                     "a.png,1,2,1\nb.png,,,\n", 0},
    {"c.txt", "celeba", "1\nl_x l_y r_x r_y\na.png 1 2 3 4\n", 0},
    {"a.txt", "yolo", "0 0.5 0.5 0.4 0.5 0.33 0.33 2 0.5 0.35 1\n", 0},
    {"b.txt", "yolo", "0 0.5 0.5 0.4 0.5 0.33 0.33 2 0.5 0.35 1\n", 0}, /* of no picture */
};

static void files_may_end_anywhere(void **state)
{
    const fixture *f = *state;
    photo_put(f, "a.png", 16, 16);
    for (int i = 0; i < LAC_COUNT(samples); i++) {
        size_t size = strlen(samples[i].text);
        assert_ok(f->ctx, read_text(f, samples[i].name, samples[i].text, size, samples[i].format));
        for (size_t cut = 0; cut < size; cut++) {
            lac_status status = read_text(f, samples[i].name, samples[i].text, cut,
                                          samples[i].format);
            assert_true(status == LAC_ERROR_FORMAT || (status == LAC_OK && !samples[i].is_whole));
        }
    }
}

/* A byte of each is changed, to those that mean something somewhere. */
static void any_byte_may_be_wrong(void **state)
{
    const fixture *f = *state;
    static const char wrong[] = {'\0', '\n', ',', '<', '"', '-', '9', '\xff', ' '};
    photo_put(f, "a.png", 16, 16);
    for (int i = 0; i < LAC_COUNT(samples); i++) {
        char text[512];
        size_t size = strlen(samples[i].text);
        for (size_t at = 0; at < size; at++) {
            memcpy(text, samples[i].text, size);
            text[at] = wrong[at % sizeof wrong];
            lac_status status = read_text(f, samples[i].name, text, size, samples[i].format);
            assert_true(status == LAC_OK || status == LAC_ERROR_FORMAT);
        }
    }
}

static void wrong_files_say_what_is_wrong(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *name, *text, *message;
    } cases[] = {
        {"a.csv", "a,b\n1,2\n", "no column names pictures"},
        {"a.csv", "l_x,l_y,Image\n1,2,0 1 2 3\n", "no column names pictures"},
        {"a.csv", "f,l_x\na.png,1\n", "l has no column for its y"},
        {"a.csv", "f,g\na.png,1\n", "no columns of coordinates"},
        {"a.csv", "f,l_x,l_y\na.png,1e9,2\n", "more than a million"},
        {"a.csv", "f,l_x,l_y\na.png,one,2\n", "\"one\" is not a number"},
        {"a.csv", "f,0,1,3\na.png,1,2,3\n", "no columns of coordinates"},
        {"a.xml", "<annotation/>", "the outermost element is annotation; dlib's is dataset"},
        {"a.xml", "<dataset><image/></dataset>", "an image without a file"},
        {"a.xml", "<dataset><image file='a'><box top='x' left='1' width='1' height='1'/></image>"
                  "</dataset>", "top is \"x\", must be a number"},
        {"a.xml", "<dataset><image file='a'><box top='1' left='1' width='1' height='1'>"
                  "<part name='l' x='1' y='1e7'/></box></image></dataset>", "y is \"1e7\""},
        {"a.xml", "<dataset><image file='a'><box top='1' left='1' width='1' height='1'>"
                  "<part name='l' x='1' y='1'/><part name='l' x='1' y='1'/></box></image>"
                  "</dataset>", "the part l stands twice"},
        {"a.xml", "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><dataset>&b;</dataset>",
         "declarations and CDATA are not read"},
        {"a.pts", "version: 1\nn_points: 3\n{\n1 2\n}\n", "1 points, n_points says 3"},
        {"a.pts", "n_points: -3\n{\n}\n", "n_points must be 1 to 2000"},
        {"a.pts", "1 2 3\n", "a point must be two numbers"},
        {"a.pts", "1 inf\n", "\"inf\" is not a number"},
        {"a.json", "{\"images\": []}", "no list of categories"},
        {"a.json", "{\"images\": [", "not JSON, or cut short"},
        {"a.json", "{\"images\": [NaN]}", "not JSON, or cut short; NaN is none, null is"},
        {"a.json", "[1, 2]", "no list of categories"},
        {"a.json", "{\"images\":[],\"annotations\":[],\"categories\":[{\"id\":1}]}",
         "no category has keypoints"},
        {"a.json", "{\"images\":[{\"id\":1}],\"annotations\":[],\"categories\":[{\"id\":1,"
                   "\"keypoints\":[\"l\"]}]}", "an image without a file_name, number 1"},
        {"a.json", "{\"images\":[],\"annotations\":[{\"image_id\":1,\"keypoints\":[1,2,2]}],"
                   "\"categories\":[{\"id\":1,\"keypoints\":[\"l\"]}]}",
         "an annotation of an image that is not there, number 1"},
        {"a.json", "{\"images\":[{\"id\":1,\"file_name\":\"a\"}],\"annotations\":[{\"image_id\":1,"
                   "\"keypoints\":[1,2]}],\"categories\":[{\"id\":1,\"keypoints\":[\"l\"]}]}",
         "three numbers for each"},
        {"a.json", "{\"images\":[{\"id\":1,\"file_name\":\"a\"}],\"annotations\":[{\"image_id\":1,"
                   "\"keypoints\":[1e300,2,2]}],\"categories\":[{\"id\":1,\"keypoints\":[\"l\"]}]}",
         "more than a million"},
        {"a.csv", "scorer,a,a\nbodyparts,l,l\ncoords,y,x\n", "a y without its x"},
        {"a.csv", "scorer,a,a\nbodyparts,l,l\ncoords,x,y\na.png,1\n", "2 columns"},
        {"a.txt", "1\nl_x l_y\na.png 1\n", "2 words, must be a picture and 2 numbers"},
        {"a.txt", "3\nl_x l_y\na.png 1 2\n", "ends with 1 of the 3 faces that its first line says"},
        {"a.txt", "1\nl_x l_y\na.png 1 2\na.png 3 4\n", "ends with 2 of the 1 faces"},
        {"a.txt", "1\nx_1 y_1 width height\na.png 1 2 3 4\n", "where NAME_x must be"},
    };
    photo_put(f, "a.png", 16, 16);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        assert_status(f->ctx, read_text(f, cases[i].name, cases[i].text, strlen(cases[i].text),
                                        NULL), LAC_ERROR_FORMAT);
        assert_message(f->ctx, cases[i].message);
        remove(path_in(&f->folder, cases[i].name).text);
    }
}

static void deep_json_is_refused(void **state)
{
    const fixture *f = *state;
    enum { DEEP = 100000 };
    char *text = malloc(2 * DEEP + 16);
    assert_non_null(text);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    memcpy(text, "{\"a\":", 5);
    assert_status(f->ctx, read_text(f, "a.json", text, 2 * DEEP, "coco"), LAC_ERROR_FORMAT);
    free(text);
}

/* Every allocation fails once: reading ends with MEMORY, and nothing is lost. */
static void memory_may_run_out_anywhere(void **state)
{
    const fixture *f = *state;
    photo_put(f, "a.png", 16, 16);
    for (int i = 0; i < LAC_COUNT(samples); i++) {
        const char *format = samples[i].format;
        test_path path = put(f, samples[i].name, samples[i].text);
        const char *from = is_folder(format) ? f->folder.path : path.text;
        lac_status status = LAC_ERROR_MEMORY;
        for (long at = 1; status == LAC_ERROR_MEMORY; at++) {
            f->ctx->fail_at = f->ctx->allocations + at;
            status = read_labels(f->ctx, from, f->folder.path, format);
        }
        f->ctx->fail_at = 0;
        assert_int_equal(status, LAC_OK);
    }
}

static void formats_are_known_by_name(void **state)
{
    const fixture *f = *state;
    const lac_label_format *format;
    assert_status(f->ctx, lac_label_format_of(f->ctx, "a", "voc", &format), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "no format is called voc; there are pts, dlib, coco, dlc, celeba, wflw, "
                           "yolo, csv");
    assert_status(f->ctx, lac_label_format_of(f->ctx, path_in(&f->folder, "gone").text, NULL,
                                              &format), LAC_ERROR_IO);
    assert_status(f->ctx, read_labels(f->ctx, f->folder.path, f->folder.path, NULL),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "name the label file itself");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_may_end_anywhere),      TEST(any_byte_may_be_wrong),
        TEST(wrong_files_say_what_is_wrong), TEST(deep_json_is_refused),
        TEST(memory_may_run_out_anywhere), TEST(formats_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
