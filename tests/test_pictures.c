/*
 * Tables that name pictures: they must become the data set that the same pixels in cells become,
 * and what is wrong with a picture must be said with its row.
 */
#include "imported.h"

#include <math.h>

enum { SIDE = 20 };

/* Grey pictures g0.png to g2.png of SIDE x SIDE, and a table that holds their pixels. */
static void put_pictures(const fixture *f, char *pixels, size_t room)
{
    size_t used = (size_t)snprintf(pixels, room, "l_x,l_y,r_x,r_y,Image\n");
    for (int r = 0; r < 3; r++) {
        char name[16];
        lac_photo *photo;
        assert_ok(f->ctx, lac_photo_new(f->ctx, SIDE, SIDE, &photo));
        used += (size_t)snprintf(pixels + used, room - used, "5,%d.5,12,,", r + 3);
        for (int i = 0; i < SIDE * SIDE; i++) {
            int grey = (int)(lac_random(5, (uint64_t)r, (uint64_t)i) % 256);
            memset(photo->rgb + 3 * (size_t)i, grey, 3);
            used += (size_t)snprintf(pixels + used, room - used, "%s%d", i ? " " : "", grey);
        }
        used += (size_t)snprintf(pixels + used, room - used, "\n");
        snprintf(name, sizeof name, "g%d.png", r);
        assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path_in(&f->folder, name).text));
        lac_photo_free(&photo);
    }
}

static void named_pictures_are_as_pixels_in_cells(void **state)
{
    const fixture *f = *state;
    static char pixels[1 << 14];
    put_pictures(f, pixels, sizeof pixels);
    test_path plain = put(f, "plain.csv", pixels);
    test_path named = put(f, "named.csv", "l_x,l_y,r_x,r_y,Image\n5,3.5,12,,g0.png\n"
                                          "5,4.5,12,,./g1.png\n5,5.5,12,,\"g2.png\"\n");
    lac_data *a = open_table(f, plain.text, LAC_TABLE_TRAINING);
    lac_data *b = open_table(f, named.text, LAC_TABLE_TRAINING);
    assert_true(a->fingerprint == b->fingerprint);
    lac_data_free(&b);
    b = open_table(f, put(f, "test.csv", "ImageId,pixels\n1,g0.png\n2,g1.png\n3,g2.png\n").text,
                   LAC_TABLE_TEST);
    assert_memory_equal(lac_data_image(a, 0), lac_data_image(b, 0), 3 * SIDE * SIDE);
    lac_data_free(&a);
    lac_data_free(&b);
}

/* A picture of 40x40 and one of 20x40, to a side of 20: places are halved about the pixels' edges,
 * and marks of gaps are taken as they stand. */
static void other_sizes_are_brought_to_the_first(void **state)
{
    const fixture *f = *state;
    static char pixels[1 << 14];
    lac_train_config config = lac_train_config_default();
    lac_data *data;
    put_pictures(f, pixels, sizeof pixels);
    photo_put(f, "large.png", 40, 40);
    photo_put(f, "high.ppm", 20, 40);
    assert_ok(f->ctx, lac_train_set(f->ctx, &config, "missing", "-1"));
    test_path path = put(f, "t.csv", "l_x,l_y,r_x,r_y,Image\n5,3.5,12,,g0.png\n"
                                     "10,20.5,-1,-1,large.png\n10,20.5,,,high.ppm\n");
    assert_ok(f->ctx, lac_data_open_as(f->ctx, path.text, LAC_TABLE_TRAINING, &config, &data));
    assert_int_equal(lac_data_size(data), SIDE);
    assert_true(lac_data_labels(data, 0)[0] == 5);
    assert_true(fabsf(lac_data_labels(data, 1)[0] - 4.75f) < 1e-5f);
    assert_true(fabsf(lac_data_labels(data, 1)[1] - 10) < 1e-5f);
    assert_true(lac_data_mask(data, 1)[2] == 0 && lac_data_labels(data, 1)[2] == 0);
    assert_true(fabsf(lac_data_labels(data, 2)[0] - 9.75f) < 1e-5f);
    const uint8_t *high = lac_data_image(data, 2);
    for (int y = 0; y < SIDE; y++)
        for (int x = 1; x < 5; x++) /* the border repeated */
            assert_int_equal(high[y * SIDE + x], high[y * SIDE]);
    lac_data_free(&data);
}

static void sides_of_16_to_512_are_read(void **state)
{
    const fixture *f = *state;
    static const int good[] = {16, 17, 511, 512}, bad[] = {15, 513};
    for (int i = 0; i < LAC_COUNT(good); i++) {
        photo_put(f, "p.png", good[i], good[i]);
        lac_data *data = open_table(f, put(f, "t.csv", "l_x,l_y,Image\n1,2,p.png\n").text,
                                    LAC_TABLE_TRAINING);
        assert_int_equal(lac_data_size(data), good[i]);
        lac_data_free(&data);
    }
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        lac_data *data;
        photo_put(f, "p.png", bad[i], bad[i]);
        assert_status(f->ctx, lac_data_open(f->ctx, path_in(&f->folder, "t.csv").text,
                                            LAC_TABLE_TRAINING, &data), LAC_ERROR_FORMAT);
        assert_message(f->ctx, "its longer side must be 16 to 512");
    }
}

static void wrong_pictures_are_named_with_their_row(void **state)
{
    const fixture *f = *state;
    static char pixels[1 << 14];
    static const char *const cases[][2] = {
        {"l_x,l_y,Image\n1,2,g0.png\n1,2,gone.png\n", "t.csv: row 3, column Image: "},
        {"l_x,l_y,Image\n1,2,g0.png\n1,2,gone.png\n", "gone.png: cannot open"},
        {"l_x,l_y,Image\n1,2,g0.png\n1,2,t.csv\n", "t.csv: not a picture"},
        {"l_x,l_y,Image\n1,2,g0.png\n1,2,\n", "row 3, column Image: \"\" is not the name"},
        {"l_x,l_y,Image\n1,2,g0.png\n1,2,1 2 3\n", "1 2 3: cannot open"},
        {"l_x,l_y,Image\n1,2,gone.png\n", "row 2, column Image: "},
        {"l_x,l_y,Image\n1,30,g0.png\n", "30 is not inside the picture, 0 to 20"},
    };
    put_pictures(f, pixels, sizeof pixels);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        lac_data *data;
        test_path path = put(f, "t.csv", cases[i][0]);
        assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_message(f->ctx, cases[i][1]);
    }
}

/* What an import writes reads as the crops that it made, on any number of threads. */
static void many_pictures_are_read_by_all_threads(void **state)
{
    const fixture *f = *state;
    enum { ROWS = 2000 };
    char *text = malloc(ROWS * 40), *p = text;
    static char pixels[1 << 14];
    assert_non_null(text);
    put_pictures(f, pixels, sizeof pixels);
    p += sprintf(p, "l_x,l_y,Image\n");
    for (int r = 0; r < ROWS; r++)
        p += sprintf(p, "%d,2,g%d.png\n", r % 20, r % 3);
    test_path path = put(f, "t.csv", text);
    lac_context *four = context_at(LAC_CPU_AUTO, 4);
    lac_data *a = open_table(f, path.text, LAC_TABLE_TRAINING), *b;
    assert_ok(four, lac_data_open(four, path.text, LAC_TABLE_TRAINING, &b));
    assert_true(a->fingerprint == b->fingerprint);
    lac_data_free(&a);
    lac_data_free(&b);
    lac_context_free(&four);
    free(text);
}

/* A rule that is none, or not the same everywhere, is left alone. */
static void a_rule_must_be_that_of_all_rows(void **state)
{
    const fixture *f = *state;
    static char pixels[1 << 14];
    static const char *const cases[][2] = {
        {"\"box:1,0,0\"\n1,2,g1.png,\"box:1,0,0\"\n", "box:1,0,0"},
        {"\"box:1,0,0\"\n1,2,g1.png,\"box:2,0,0\"\n", ""},
        {"yes\n1,2,g1.png,yes\n", ""},
        {"\n1,2,g1.png,\n", ""},
    };
    put_pictures(f, pixels, sizeof pixels);
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, "l_x,l_y,Image,crop\n1,2,g0.png,%s", cases[i][0]);
        lac_data *data = open_table(f, put(f, "t.csv", text).text, LAC_TABLE_TRAINING);
        assert_string_equal(lac_data_crop(data), cases[i][1]);
        lac_data_free(&data);
    }
}

/* A file beside an archive is not the picture in it; a table that is packed alone has its pictures
 * there. */
static void pictures_in_archives_are_refused(void **state)
{
    const fixture *f = *state;
    static const char table[] = "l_x,l_y,Image\n5,3.5,./p/a.png\n6,4,./p/a.png\n";
    const char *const both[] = {"set/training.csv", table, "set/p/a.png", "other", NULL};
    const char *const alone[] = {"set/training.csv", table, "p/b/a.png", "other", NULL};
    test_path zip = path_in(&f->folder, "t.zip");
    lac_data *data;
    assert_ok(f->ctx, lac_folder_make(f->ctx, path_in(&f->folder, "p").text));
    photo_put(f, "p/a.png", SIDE, SIDE);
    zip_put(zip.text, both);
    assert_status(f->ctx, lac_data_open(f->ctx, zip.text, LAC_TABLE_TRAINING, &data),
                  LAC_ERROR_FORMAT);
    assert_message(f->ctx, "row 2, column Image: p/a.png lies in the archive, as the table does; "
                           "pictures in archives are not read: unpack it");
    zip_put(zip.text, alone);
    data = open_table(f, zip.text, LAC_TABLE_TRAINING);
    assert_int_equal(lac_data_rows(data), 2);
    lac_data_free(&data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(named_pictures_are_as_pixels_in_cells),
        TEST(other_sizes_are_brought_to_the_first),
        TEST(sides_of_16_to_512_are_read),
        TEST(wrong_pictures_are_named_with_their_row),
        TEST(many_pictures_are_read_by_all_threads),
        TEST(a_rule_must_be_that_of_all_rows),
        TEST(pictures_in_archives_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
