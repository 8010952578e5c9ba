/*
 * How data comes in: tables good and bad, zips whole and broken, lookup tables; and
 * Kaggle's files, where LACUNA_KAGGLE says that they are.
 */
#define _XOPEN_SOURCE 700
#include "data/csv.h"
#include "tables.h"

#include <math.h>

/* The call fails and says exactly FILE: MESSAGE. */
static void assert_refused(const fixture *f, const char *path, lac_table table, lac_status wanted,
                           const char *message)
{
    char expected[640];
    lac_data *data;
    memset(&data, 1, sizeof data); /* so that NULL is seen to be set */
    snprintf(expected, sizeof expected, "%s%s", path, message);
    assert_status(f->ctx, lac_data_open(f->ctx, path, table, &data), wanted);
    assert_null(data);
    assert_string_equal(lac_context_message(f->ctx), expected);
}

/* ---- Good tables --------------------------------------------------------------------------- */

static void assert_small_table(const lac_data *d)
{
    static const uint8_t first[4] = {0, 10, 200, 255};
    static const uint8_t second[4] = {1, 2, 3, 4};
    assert_int_equal(lac_data_rows(d), 2);
    assert_int_equal(lac_data_size(d), 2);
    assert_int_equal(lac_data_points(d), 2);
    assert_string_equal(lac_data_point_name(d, 0), "left_eye");
    assert_string_equal(lac_data_point_name(d, 1), "nose_tip");
    assert_memory_equal(lac_data_image(d, 0), first, 4);
    assert_memory_equal(lac_data_image(d, 1), second, 4);
    const float *labels = lac_data_labels(d, 0);
    assert_true(labels[0] == 0.5f && labels[1] == 1.25f && labels[2] == 0 && labels[3] == 2);
    assert_memory_equal(lac_data_mask(d, 0), "\1\1\1\1", 4);
    labels = lac_data_labels(d, 1);
    assert_true(labels[0] == 0 && labels[1] == 0 && labels[2] == 0 && labels[3] == 1);
    assert_memory_equal(lac_data_mask(d, 1), "\0\0\0\1", 4);
    assert_int_equal(lac_data_id(d, 0), 1);
    assert_int_equal(lac_data_id(d, 1), 2);
}

static const char small_table[] = "left_eye_x,left_eye_y,nose_tip_x,nose_tip_y,Image\n"
                                  "0.5,1.25,0,2,0 10 200 255\n"
                                  ",,,1,1 2 3 4\n";

static void a_table_is_the_same_in_every_dress(void **state)
{
    static const char *const dresses[] = {
        small_table,
        "left_eye_x,left_eye_y,nose_tip_x,nose_tip_y,Image\r\n"
        "0.5,1.25,0,2,0 10 200 255\r\n,,,1,1 2 3 4\r\n",
        "\xef\xbb\xbfleft_eye_x,left_eye_y,nose_tip_x,nose_tip_y,Image\n"
        "0.5,1.25,0,2,0 10 200 255\n,,,1,1 2 3 4",
        "\"left_eye_x\",\"left_eye_y\",nose_tip_x,nose_tip_y,\"Image\"\n"
        "\"0.5\",1.25,\"0\",2,\"0 10 200 255\"\n\"\",,\"\",1,1 2 3 4\n\n\r\n\n",
        "Image,left_eye_y,nose_tip_y,left_eye_x,nose_tip_x\n"
        " 000  10\t200 0255 ,125E-2,+2.0,5e-1,0.0e5\n1 2 3 4,,01,,\n",
    };
    fixture *f = *state;
    uint64_t fingerprint = 0;
    for (int i = 0; i < LAC_COUNT(dresses); i++) {
        test_path path = put(f, "table.csv", dresses[i]);
        lac_data *data = open_table(f, path.text, LAC_TABLE_TRAINING);
        assert_small_table(data);
        assert_true(i == 0 || data->fingerprint == fingerprint);
        fingerprint = data->fingerprint;
        lac_data_free(&data);
    }
}

static void columns_may_come_in_any_order(void **state)
{
    fixture *f = *state;
    test_path path = put(f, "table.csv", "b_y,Image,a_x,ImageId,a_y,b_x\n1,7,0,40,0.5,0\n");
    lac_data *data = open_table(f, path.text, LAC_TABLE_TRAINING);
    assert_string_equal(lac_data_point_name(data, 0), "b");
    assert_string_equal(lac_data_point_name(data, 1), "a");
    const float *labels = lac_data_labels(data, 0);
    assert_true(labels[0] == 0 && labels[1] == 1 && labels[2] == 0 && labels[3] == 0.5f);
    assert_int_equal(lac_data_id(data, 0), 40);
    assert_int_equal(lac_data_image(data, 0)[0], 7);
    lac_data_free(&data);
}

static void a_test_table_has_ids_and_no_points(void **state)
{
    fixture *f = *state;
    test_path path = put(f, "test.csv", "ImageId,Image\n7,1 2 3 4\n3,5 6 7 8\n");
    lac_data *data = open_table(f, f->folder.path, LAC_TABLE_TEST);
    assert_int_equal(lac_data_points(data), 0);
    assert_int_equal(lac_data_rows(data), 2);
    assert_int_equal(lac_data_id(data, 0), 7);
    assert_int_equal(lac_data_id(data, 1), 3);
    assert_int_equal(lac_data_sources(data), 1);
    assert_int_equal(lac_data_row_source(data, 1), 0);
    lac_data_free(&data);
    assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT,
                   ": row 1: there are no columns NAME_x and NAME_y");
}

static void pixels_are_read_however_they_are_spaced(void **state)
{
    static const char *const spaces[] = {" ", " ", " ", " ", "  ", "\t", " \t "};
    enum { SIDE = 40, ROWS = 30 };
    fixture *f = *state;
    uint8_t pixels[ROWS][SIDE * SIDE];
    char *text = calloc(ROWS * SIDE * SIDE, 16);
    assert_non_null(text);
    char *p = text + sprintf(text, "Image\n");
    uint64_t draw = 0;
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < SIDE * SIDE; i++) {
            uint64_t bits = lac_random(1, 1, draw++);
            pixels[r][i] = (uint8_t)(bits >> (bits & 7)); /* short numbers too */
            int width = (bits >> 20) % 50 == 0 ? 5 : 0;   /* leading zeros */
            const char *space = r % 2 ? " " : spaces[(bits >> 30) % LAC_COUNT(spaces)];
            p += sprintf(p, "%0*d%s", width, pixels[r][i], i + 1 < SIDE * SIDE ? space : "\n");
        }
    }
    test_path path = put(f, "test.csv", text);
    lac_data *data = open_table(f, path.text, LAC_TABLE_TEST);
    assert_int_equal(lac_data_rows(data), ROWS);
    assert_int_equal(lac_data_size(data), SIDE);
    for (int r = 0; r < ROWS; r++)
        assert_memory_equal(lac_data_image(data, r), pixels[r], SIDE * SIDE);
    lac_data_free(&data);
    free(text);
}

static void a_line_longer_than_the_buffer_is_read_whole(void **state)
{
    enum { SIDE = 500 };
    fixture *f = *state;
    char *text = malloc(4 * SIDE * SIDE + 16);
    assert_non_null(text);
    char *p = text + sprintf(text, "Image\n");
    for (int i = 0; i < SIDE * SIDE; i++)
        p += sprintf(p, "%d%s", i % 251, i + 1 < SIDE * SIDE ? " " : "");
    test_path path = put(f, "test.csv", text);
    lac_data *data = open_table(f, path.text, LAC_TABLE_TEST);
    assert_int_equal(lac_data_size(data), SIDE);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_int_equal(lac_data_image(data, 0)[i], i % 251);
    lac_data_free(&data);
    free(text);
}

static double read_number(lac_context *ctx, char *text)
{
    char *names[] = {(char[]){"a_x"}};
    lac_cell cell = {text, strlen(text)};
    lac_csv csv = {.ctx = ctx, .columns = 1, .name = names, .cell = &cell};
    double value;
    assert_ok(ctx, lac_csv_number(&csv, 0, &value));
    return value;
}

static void numbers_are_those_of_strtod(void **state)
{
    static const char *const formats[] = {"%.17g", "%.10f", "%.25e", "%g", "%.3f", "%.40f"};
    static const char *const known[] = {
        "9007199254740993", "9007199254740992.99999999999999999999999", "1e23", "8.5e-23",
        "2.2250738585072011e-308", "4.9e-324", "1e400", "0.0000000000000000000000000001e28",
        "66.0335639098", "123456789012345678901234567890", "-0", "1.", ".5", "0e99999999999"};
    fixture *f = *state;
    char text[400];
    for (int i = 0; i < LAC_COUNT(known); i++) {
        strcpy(text, known[i]);
        double wanted;
        assert_true(lac_number_read(text, &wanted));
        double value = read_number(f->ctx, text);
        assert_memory_equal(&value, &wanted, sizeof value);
    }
    for (int i = 0; i < 20000; i++) {
        double wanted = lac_random_normal(2, 0, i) * pow(10, i % 31 - 15);
        lac_format(text, sizeof text, formats[i % LAC_COUNT(formats)], wanted);
        assert_true(lac_number_read(text, &wanted));
        double value = read_number(f->ctx, text);
        assert_memory_equal(&value, &wanted, sizeof value);
    }
}

/* ---- Bad tables ---------------------------------------------------------------------------- */

typedef struct bad_table {
    const char *text;
    size_t size; /* 0 = up to the NUL */
    const char *message;
} bad_table;

#define HEADER "a_x,a_y,Image\n"

static const bad_table bad_tables[] = {
    {"\n\r\n\n", 0, ": the file is empty"},
    {"\xef\xbb\xbf", 0, ": the file is empty"},
    {HEADER, 0, ": row 1: a header and no rows behind it"},
    {HEADER "\n\n", 0, ": row 3: a header and no rows behind it"},
    {HEADER "1,1,0 0 0 0\n1,0 0 0 0\n", 0, ": row 3: 2 columns, the header has 3"},
    {HEADER "1,1,0 0 0 0,\n", 0, ": row 2: 4 columns, the header has 3"},
    {HEADER "1,1,0 0 0 0\n\n1,1,0 0 0 0\n", 0, ": row 3: an empty line before the end"},
    {"\n" HEADER "1,1,0 0 0 0\n", 0, ": row 1: an empty line before the end"},
    {HEADER "1,one,0 0 0 0\n", 0, ": row 2, column a_y: \"one\" is not a number" NO_GAP},
    {HEADER "1,nani,0 0 0 0\n", 0, ": row 2, column a_y: \"nani\" is not a number" NO_GAP},
    {HEADER "1,na\0,0 0 0 0\n", sizeof HEADER "1,na\0,0 0 0 0\n" - 1,
     ": row 2, column a_y: a NUL byte in the cell"},
    {HEADER "1,--,0 0 0 0\n", 0, ": row 2, column a_y: \"--\" is not a number" NO_GAP},
    {HEADER "1,\"1,5\",0 0 0 0\n", 0, ": row 2, column a_y: \"1,5\" is not a number" NO_GAP
     "; with decimal commas the sign between columns must be another one, such as ;"},
    {HEADER "inf,1,0 0 0 0\n", 0, ": row 2, column a_x: \"inf\" is not a number" NO_GAP},
    {HEADER "0x1,1,0 0 0 0\n", 0, ": row 2, column a_x: \"0x1\" is not a number" NO_GAP},
    {HEADER "1e,1,0 0 0 0\n", 0, ": row 2, column a_x: \"1e\" is not a number" NO_GAP},
    {HEADER "1,.,0 0 0 0\n", 0, ": row 2, column a_y: \".\" is not a number" NO_GAP},
    {HEADER "1,1 1,0 0 0 0\n", 0, ": row 2, column a_y: \"1 1\" is not a number" NO_GAP},
    {HEADER "1,1\t2,0 0 0 0\n", 0, ": row 2, column a_y: \"1?2\" is not a number" NO_GAP},
    {HEADER "1,a text that is longer than a line,0 0 0 0\n", 0,
     ": row 2, column a_y: \"a text that is longer th...\" is not a number" NO_GAP},
    {HEADER "1,1,0 256 0 0\n", 0,
     ": row 2, column Image: pixel 2, \"256\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 0 0 999\n", 0,
     ": row 2, column Image: pixel 4, \"999\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 0 0 4294967297\n", 0,
     ": row 2, column Image: pixel 4, \"4294967297\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 -1 0 0\n", 0,
     ": row 2, column Image: pixel 2, \"-1\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 1 0 0\n1,1,0 1.0 0 0\n", 0,
     ": row 3, column Image: pixel 2, \"1.0\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0.0 255.5 0 0\n", 0,
     ": row 2, column Image: pixel 2, \"255.5\", is not a number of 0 to 255"},
    {HEADER "1,1,[0 -1.0 0 0]\n", 0,
     ": row 2, column Image: pixel 2, \"-1.0\", is not a number of 0 to 255"},
    {HEADER "1,1,0.0 1.0 0.5 0\n1,1,0 1 2 3\n", 0,
     ": row 3, column Image: pixel 3, \"2\", is not a number of 0 to 1, as those of the first "
     "picture are"},
    {HEADER "1,1,[0 0\0 0 0]\n", sizeof HEADER "1,1,[0 0\0 0 0]\n" - 1,
     ": row 2, column Image: a NUL byte in the cell"},
    {HEADER "1,1,[[0 1] ... [2 3]]\n", 0,
     ": row 2, column Image: pixel 3, \"...\", is not a number of 0 to 255"},
    {HEADER "1,1,0 1 2: 0\n", 0,
     ": row 2, column Image: pixel 3, \"2:\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 1 \xb2 0\n", 0,
     ": row 2, column Image: pixel 3, \"?\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 0 0\n", 0, ": row 2, column Image: 3 pixels do not make a square picture"},
    {HEADER "1,1,\n", 0, ": row 2, column Image: 0 pixels do not make a square picture"},
    {HEADER "1,1,0 0 0 0\n1,1,0 0 0\n", 0,
     ": row 3, column Image: 3 pixels, the first picture has 4"},
    {HEADER "1,1,0 0 0 0\n1,1,0 0 0 0 0 0\n", 0,
     ": row 3, column Image: 6 pixels, the first picture has 4"},
    {HEADER "1,1,0 0 0 0\n1,1", 0, ": row 3: 2 columns, the header has 3"},
    {HEADER "1,1\0,0 0 0 0\n", sizeof HEADER "1,1\0,0 0 0 0\n" - 1,
     ": row 2, column a_y: a NUL byte in the cell"},
    {HEADER "1,1,0 0\0 0 0\n", sizeof HEADER "1,1,0 0\0 0 0\n" - 1,
     ": row 2, column Image: pixel 2, \"0\", is not a whole number of 0 to 255"},
    {HEADER "1,1,0 0 \0 0 0\n", sizeof HEADER "1,1,0 0 \0 0 0\n" - 1,
     ": row 2, column Image: a NUL byte in the cell"},
    {"a_x,a\0_y,Image\n1,1,0\n", sizeof "a_x,a\0_y,Image\n1,1,0\n" - 1,
     ": row 1, column 2: a NUL byte in the cell"},
    {HEADER "1,\"1,0 0 0 0\n", 0,
     ": row 2, column a_y: a quote is opened and not closed in its line"},
    {HEADER "1,1,\"0 0 0 0\" 0\n", 0, ": row 2, column Image: text behind the closing quote"},
    {HEADER "1,\"1\"\"\",0 0 0 0\n", 0, ": row 2, column a_y: \"1\"\" is not a number" NO_GAP},
    {"a_x,Image\n1,0\n", 0, ": row 1, column a_x: there is no column for the y of a"},
    {"Image,b_y\n0,1\n", 0, ": row 1, column b_y: there is no column for the x of b"},
    {"a_x,a_y,a_x,Image\n1,1,1,0\n", 0,
     ": row 1, column a_x: the column stands twice, as number 1 and 3"},
    {"1.5,2,1.5,9\n1,1,1,0\n", 0, ": row 1, column 1.5: the column stands twice, as number 1 and "
                                  "3; the first row must name the columns"},
    {"a_x,a_y,a.X,Image\n1,1,1,0\n", 0, ": row 1, column a.X: column 1 is the same coordinate"},
    {"a_x,a_y,Picture\n1,1,0\n", 0,
     ": row 1: there is no column of pictures, called Image, image or pixels; the first of 3 "
     "columns is \"a_x\"; labels of other programs are made a table by 'lacuna import'"},
    {"\"a,b_x\",\"a,b_y\",Image\n1,1,0\n", 0,
     ": row 1, column a,b_x: a point's name must be printable, without a comma"},
    {"\x1b[31m_x,\x1b[31m_y,Image\n1,1,0\n", 0,
     ": row 1, column ?[31m_x: a point's name must be printable, without a comma"},
    {"n\xe9_x,n\xe9_y,Image\n1,1,0\n", 0,
     ": row 1, column n?_x: a point's name must be UTF-8: save the table so"},
    {"a_x,a_y,ImageId,Image\n1,1,\x1b[31m,0\n", 0,
     ": row 2, column ImageId: \"?[31m\" is not a printable text"},
    {"_x,_y,Image\n1,1,0\n", 0, ": row 1: there are no columns NAME_x and NAME_y"},
    {"box_x,box_y,box_w,box_h,Image\n1,1,1,1,0\n", 0,
     ": row 1: there are no columns NAME_x and NAME_y"},
    {"a_x,a_y\n1,1\n", 0,
     ": row 1: there is no column of pictures, called Image, image or pixels; the first of 2 "
     "columns is \"a_x\"; labels of other programs are made a table by 'lacuna import'"},
    {"Image,ImageId\n0,1.5\n", 0, ": row 1: there are no columns NAME_x and NAME_y"},
};

static void a_bad_table_is_refused_by_file_row_and_column(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < LAC_COUNT(bad_tables); i++) {
        const bad_table *b = &bad_tables[i];
        test_path path = path_in(&f->folder, "bad.csv");
        file_put(path.text, b->text, b->size ? b->size : strlen(b->text));
        assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT, b->message);
    }
}

static void missing_files_and_empty_ones_are_named(void **state)
{
    fixture *f = *state;
    test_path missing = path_in(&f->folder, "missing.csv");
    assert_refused(f, missing.text, LAC_TABLE_TRAINING, LAC_ERROR_IO,
                   ": cannot open: No such file or directory");
    assert_refused(f, f->folder.path, LAC_TABLE_TRAINING, LAC_ERROR_IO,
                   ": the folder holds neither training.csv nor training.zip; a "
                   "table of another name is given by its path");
    assert_refused(f, f->folder.path, LAC_TABLE_TEST, LAC_ERROR_IO,
                   ": the folder holds neither test.csv nor test.zip; a table of "
                   "another name is given by its path");
    test_path empty = put(f, "empty.csv", "");
    assert_refused(f, empty.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT, ": the file is empty");
}

/* ---- Zips ---------------------------------------------------------------------------------- */

static test_path put_zip(const fixture *f, const char *name, const char *const *entries)
{
    test_path path = path_in(&f->folder, name);
    zip_put(path.text, entries);
    return path;
}

static void a_zip_gives_the_table_by_name_or_its_only_one(void **state)
{
    static const char *const named[] = {"readme.txt", "hello", "other.csv", "a\n",
                                        "deep/training.csv", small_table, NULL};
    static const char *const only[] = {"__MACOSX/._faces.csv", "junk", "readme.txt", "hello",
                                       "faces.csv", small_table, NULL};
    fixture *f = *state;
    const char *const *zips[] = {named, only};
    for (int i = 0; i < LAC_COUNT(zips); i++) {
        test_path path = put_zip(f, "training.zip", zips[i]);
        lac_data *data = open_table(f, path.text, LAC_TABLE_TRAINING);
        assert_small_table(data);
        lac_data_free(&data);
        data = open_table(f, f->folder.path, LAC_TABLE_TRAINING);
        assert_small_table(data);
        lac_data_free(&data);
    }
}

static void a_zip_is_known_by_its_content_too(void **state)
{
    static const char *const entries[] = {"training.csv", small_table, NULL};
    fixture *f = *state;
    test_path path = put_zip(f, "faces.dat", entries);
    lac_data *data = open_table(f, path.text, LAC_TABLE_TRAINING);
    assert_small_table(data);
    lac_data_free(&data);
    path = put(f, "text.zip", small_table);
    assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT,
                   ": not a zip file, or a damaged or incomplete one: Unrecognized archive format");
}

static void a_zip_without_the_one_table_is_refused(void **state)
{
    static const char *const none[] = {"readme.md", "hello", NULL};
    static const char *const two[] = {"a.csv", small_table, "b.csv", small_table, NULL};
    static const char *const bad[] = {"training.csv", HEADER "1,x,0\n", NULL};
    fixture *f = *state;
    test_path path = put_zip(f, "a.zip", none);
    assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT,
                   ": a zip file that holds no table (.csv)");
    path = put_zip(f, "a.zip", two);
    assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT,
                   ": a zip file that holds 2 tables, none of them called training.csv");
    path = put_zip(f, "a.zip", bad);
    assert_refused(f, path.text, LAC_TABLE_TRAINING, LAC_ERROR_FORMAT,
                   "/training.csv: row 2, column a_y: \"x\" is not a number" NO_GAP);
}

static void a_zip_cut_short_anywhere_is_refused(void **state)
{
    static const char *const entries[] = {"training.csv", small_table, NULL};
    fixture *f = *state;
    test_path whole = put_zip(f, "whole.zip", entries);
    test_path cut = path_in(&f->folder, "cut.zip");
    size_t size;
    char *bytes = file_bytes(whole.text, &size);
    for (size_t length = 1; length < size; length++) {
        file_put(cut.text, bytes, length);
        lac_data *data;
        assert_status(f->ctx, lac_data_open(f->ctx, cut.text, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_null(data);
        assert_message(f->ctx, "not a zip file, or a damaged or incomplete one");
    }
    free(bytes);
}

static void a_changed_byte_in_a_zip_is_found(void **state)
{
    enum { ROWS = 500 };
    fixture *f = *state;
    char text[64 + 16 * ROWS] = HEADER;
    char *p = text + strlen(text);
    for (int r = 0; r < ROWS; r++)
        p += sprintf(p, "0,1,%d\n", (int)(lac_random(3, 0, r) & 255));
    const char *const entries[] = {"training.csv", text, NULL};
    test_path path = put_zip(f, "training.zip", entries);
    size_t size;
    char *bytes = file_bytes(path.text, &size);
    for (size_t at = size / 4; at < size / 2; at += 7) {
        bytes[at] ^= 0x10;
        file_put(path.text, bytes, size);
        lac_data *data;
        assert_status(f->ctx, lac_data_open(f->ctx, path.text, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_null(data);
        assert_null(strchr(lac_context_message(f->ctx), '\n'));
        bytes[at] ^= 0x10;
    }
    free(bytes);
}

/* ---- Lookup table -------------------------------------------------------------------------- */

static void put_training_of_two_sources(const fixture *f)
{
    put(f, "training.csv", "a_x,a_y,b_x,b_y,Image\n0,0,1,1,1\n0,0,1,1,2\n0,0,,,3\n0,0,,,4\n");
}

static void test_weights_follow_from_the_lookup_table(void **state)
{
    fixture *f = *state;
    put_training_of_two_sources(f);
    lac_data *data = open_table(f, f->folder.path, LAC_TABLE_TRAINING);
    assert_true(isnan(lac_data_source_weight(data, 0)));
    lac_data_free(&data);
    put(f, "IdLookupTable.csv", "Location,FeatureName,RowId,ImageId\n"
                                ",a_x,1,1\n,a_x,2,2\n,b_y,3,1\n5,b_x,4,1\n,a_y,5,2\n,a_x,6,3\n,"
                                "a_y,7,3\n,a_y,8,1\n");
    data = open_table(f, f->folder.path, LAC_TABLE_TRAINING);
    assert_int_equal(lac_data_sources(data), 2);
    assert_true(lac_data_source_weight(data, 0) == 0.5); /* picture 1 asks for a and b */
    assert_true(lac_data_source_weight(data, 1) == 0.5);
    lac_data_free(&data);
    lac_lookup *lookup;
    assert_ok(f->ctx, lac_lookup_open(f->ctx, f->folder.path, &lookup));
    assert_int_equal(lac_lookup_rows(lookup), 8);
    assert_int_equal(lookup->features, 4);
    assert_string_equal(lookup->feature[lookup->row[3].feature], "b_x");
    assert_int_equal(lookup->row[3].row_id, 4);
    assert_int_equal(lookup->row[3].image_id, 1);
    lac_lookup_free(&lookup);
}

static void a_lookup_table_for_other_points_leaves_the_weights_unknown(void **state)
{
    fixture *f = *state;
    put_training_of_two_sources(f);
    put(f, "IdLookupTable.csv", "RowId,ImageId,FeatureName,Location\n1,1,a_x,\n2,1,c_x,\n");
    lac_data *data = open_table(f, f->folder.path, LAC_TABLE_TRAINING);
    assert_true(isnan(lac_data_source_weight(data, 0)));
    assert_true(isnan(lac_data_source_weight(data, 1)));
    lac_data_free(&data);
}

static void a_bad_lookup_table_is_refused(void **state)
{
    static const char *const bad[][2] = {
        {"", ": the file is empty"},
        {"RowId,ImageId,FeatureName\n", ": row 1: a header and no rows behind it"},
        {"RowId,ImageId,Location\n1,1,\n", ": row 1: there is no column FeatureName"},
        {"RowId,ImageId,FeatureName,Where\n1,1,a_x,\n",
         ": row 1, column Where: an unknown column, known are RowId, ImageId, FeatureName and "
         "Location"},
        {"RowId,ImageId,FeatureName\nx,1,a_x\n",
         ": row 2, column RowId: \"x\" is not a whole number of 0 to 2147483647"},
        {"RowId,ImageId,FeatureName\n1,-1,a_x\n",
         ": row 2, column ImageId: \"-1\" is not a whole number of 0 to 2147483647"},
        {"RowId,ImageId,FeatureName\n1,1,a_z\n",
         ": row 2, column FeatureName: \"a_z\" is not the name of a coordinate, NAME_x or NAME_y"},
        {"RowId,ImageId,FeatureName\n1,1\n", ": row 2: 2 columns, the header has 3"},
    };
    fixture *f = *state;
    put_training_of_two_sources(f);
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        test_path path = put(f, "IdLookupTable.csv", bad[i][0]);
        char expected[640];
        snprintf(expected, sizeof expected, "%s%s", path.text, bad[i][1]);
        lac_lookup *lookup;
        assert_status(f->ctx, lac_lookup_open(f->ctx, path.text, &lookup), LAC_ERROR_FORMAT);
        assert_null(lookup);
        assert_string_equal(lac_context_message(f->ctx), expected);
        lac_data *data;
        assert_status(f->ctx, lac_data_open(f->ctx, f->folder.path, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_null(data);
    }
}

/* ---- Memory -------------------------------------------------------------------------------- */

static lac_status do_everything(lac_context *ctx, const char *folder)
{
    lac_data *data = NULL;
    lac_split *split = NULL;
    lac_data_summary *summary = NULL;
    lac_status status = lac_data_open(ctx, folder, LAC_TABLE_TRAINING, &data);
    if (status == LAC_OK)
        status = lac_split_make(ctx, data, 0.5, 1, &split);
    if (status == LAC_OK)
        status = lac_data_summarize(ctx, data, &summary);
    lac_data_summary_free(&summary);
    lac_split_free(&split);
    lac_data_free(&data);
    return status;
}

static void every_failing_allocation_is_survived(void **state)
{
    static const char *const entries[] = {"training.csv", small_table, NULL};
    fixture *f = *state;
    put_zip(f, "training.zip", entries);
    put(f, "IdLookupTable.csv", "RowId,ImageId,FeatureName,Location\n1,1,left_eye_x,\n");
    assert_ok(f->ctx, do_everything(f->ctx, f->folder.path));
    long calls = f->ctx->allocations;
    assert_in_range(calls, 50, 500);
    for (long i = 1; i <= calls; i++) {
        f->ctx->allocations = 0;
        f->ctx->fail_at = i;
        assert_status(f->ctx, do_everything(f->ctx, f->folder.path), LAC_ERROR_MEMORY);
    }
    f->ctx->fail_at = 0;
}

/* ---- Kaggle's data ------------------------------------------------------------------------- */

static void kaggles_data_is_what_it_is_known_to_be(void **state)
{
    const char *folder = getenv("LACUNA_KAGGLE");
    if (!folder || !*folder)
        skip();
    fixture *f = *state;
    lac_data *data = open_table(f, folder, LAC_TABLE_TRAINING);
    lac_data_summary *s;
    assert_ok(f->ctx, lac_data_summarize(f->ctx, data, &s));
    assert_int_equal(s->rows, 7049);
    assert_int_equal(lac_data_size(data), 96);
    assert_int_equal(s->points, 15);
    assert_int_equal(s->complete_rows, 2140);
    assert_int_equal(s->duplicate_rows, 555);
    assert_in_range(s->twin_rows, 0.06 * 7049, 0.10 * 7049);
    assert_int_equal(lac_data_sources(data), 2);
    assert_int_equal(lac_data_source_points(data, 0), 15);
    assert_int_equal(lac_data_source_points(data, 1), 4);
    assert_true(fabs(lac_data_source_weight(data, 0) - 0.6486) < 5e-5);
    assert_true(fabs(lac_data_source_weight(data, 1) - 0.3514) < 5e-5);
    lac_split *split;
    assert_ok(f->ctx, lac_split_make(f->ctx, data, 0.2, 1, &split));
    assert_in_range(lac_split_holdout_rows(split), 1400, 1420);
    lac_split_free(&split);
    lac_data_summary_free(&s);
    lac_data_free(&data);
    data = open_table(f, folder, LAC_TABLE_TEST);
    assert_int_equal(lac_data_rows(data), 1783);
    assert_int_equal(lac_data_size(data), 96);
    lac_data_free(&data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_is_the_same_in_every_dress),
        TEST(columns_may_come_in_any_order),
        TEST(a_test_table_has_ids_and_no_points),
        TEST(pixels_are_read_however_they_are_spaced),
        TEST(a_line_longer_than_the_buffer_is_read_whole),
        TEST(numbers_are_those_of_strtod),
        TEST(a_bad_table_is_refused_by_file_row_and_column),
        TEST(missing_files_and_empty_ones_are_named),
        TEST(a_zip_gives_the_table_by_name_or_its_only_one),
        TEST(a_zip_is_known_by_its_content_too),
        TEST(a_zip_without_the_one_table_is_refused),
        TEST(a_zip_cut_short_anywhere_is_refused),
        TEST(a_changed_byte_in_a_zip_is_found),
        TEST(test_weights_follow_from_the_lookup_table),
        TEST(a_lookup_table_for_other_points_leaves_the_weights_unknown),
        TEST(a_bad_lookup_table_is_refused),
        TEST(every_failing_allocation_is_survived),
        TEST(kaggles_data_is_what_it_is_known_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
