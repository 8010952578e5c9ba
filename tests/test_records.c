/*
 * Tables larger than the reader's windows: rows that straddle them, rows larger than one,
 * wrong rows in several at once. What comes out is the same on any number of threads, from
 * a plain file and from a zip.
 */
#define _XOPEN_SOURCE 700
#include "data/data.h"
#include "support.h"

/* How the message of a label that is no number goes on. */
#define NO_GAP ", nor a gap: empty, NaN, NA, N/A, None, null or -"

typedef struct fixture {
    lac_context *ctx[4]; /* of 1 to 4 threads, the third without vectors */
    test_folder folder;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    for (int i = 0; i < LAC_COUNT(f->ctx); i++)
        f->ctx[i] = context_at(i == 2 ? LAC_CPU_REF : LAC_CPU_AUTO, i + 1);
    folder_new(&f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    folder_free(&f->folder);
    for (int i = 0; i < LAC_COUNT(f->ctx); i++)
        lac_context_free(&f->ctx[i]);
    free(f);
    return 0;
}

/* ---- Tables -------------------------------------------------------------------------------- */

#define HEADER "a_x,a_y,Image,ImageId\n"

/* What row r of a table holds follows from (seed, r). */
typedef struct shape {
    int rows, side;
    int zeros;       /* in front of some rows' numbers, at most */
    const char *end; /* of lines */
    uint64_t seed;
} shape;

static uint64_t bits_of(const shape *s, int row, int i)
{
    return lac_random(s->seed, (uint64_t)row, (uint64_t)i);
}

static int pixel_of(const shape *s, int row, int i)
{
    uint64_t bits = bits_of(s, row, i);
    return (int)(bits & 255) >> (bits >> 8 & 7);
}

static int has_label(int row)
{
    return row % 3 != 1;
}

static int id_of(int row)
{
    return 3 * row + 1;
}

/* The table as text; where[r] is where row r begins, where[rows] the end. */
static char *write_table(const shape *s, size_t *where)
{
    size_t area = (size_t)s->side * s->side;
    char *text = malloc(sizeof HEADER + s->rows * (area * (4 + s->zeros) + 64));
    assert_non_null(text);
    char *p = text + sprintf(text, HEADER);
    for (int r = 0; r < s->rows; r++) {
        int width = r > 0 && s->zeros ? (int)(bits_of(s, r, -1) % (s->zeros + 1)) : 0;
        where[r] = (size_t)(p - text);
        p += has_label(r) ? sprintf(p, "0.%d,%d,", r, s->side) : sprintf(p, ",,");
        for (size_t i = 0; i < area; i++)
            p += sprintf(p, "%s%0*d", i ? " " : "", width, pixel_of(s, r, (int)i));
        p += sprintf(p, ",%d%s", id_of(r), s->end);
    }
    where[s->rows] = (size_t)(p - text);
    return text;
}

static void assert_is_table(const lac_data *data, const shape *s)
{
    int area = s->side * s->side;
    assert_int_equal(lac_data_rows(data), s->rows);
    assert_int_equal(lac_data_size(data), s->side);
    for (int r = 0; r < s->rows; r++) {
        char text[32];
        snprintf(text, sizeof text, "0.%d", r);
        const float *labels = lac_data_labels(data, r);
        const uint8_t *pixels = lac_data_image(data, r);
        int there = has_label(r);
        double label;
        assert_true(lac_number_read(text, &label));
        assert_true(labels[0] == (there ? (float)label : 0));
        assert_true(labels[1] == (there ? (float)s->side : 0));
        assert_memory_equal(lac_data_mask(data, r), there ? "\1\1" : "\0\0", 2);
        assert_int_equal(lac_data_id(data, r), id_of(r));
        for (int i = 0; i < area; i++)
            if (pixels[i] != pixel_of(s, r, i))
                fail_msg("row %d, pixel %d: %d, must be %d", r, i, pixels[i], pixel_of(s, r, i));
    }
}

static const shape shapes[] = {
    {.rows = 400000, .side = 1, .end = "\n"},
    {.rows = 3000, .side = 20, .end = "\r\n", .seed = 1},
    {.rows = 1500, .side = 20, .zeros = 5, .end = "\n", .seed = 2},
    {.rows = 5, .side = 700, .end = "\n", .seed = 3}, /* a row is larger than a window */
    {.rows = 120, .side = 96, .end = "\n", .seed = 4},
};

static void a_table_is_the_same_on_any_number_of_threads(void **state)
{
    fixture *f = *state;
    test_path files[] = {path_in(&f->folder, "t.csv"), path_in(&f->folder, "t.zip")};
    for (int i = 0; i < LAC_COUNT(shapes); i++) {
        const shape *s = &shapes[i];
        size_t *where = calloc(s->rows + 1, sizeof *where);
        assert_non_null(where);
        char *text = write_table(s, where);
        const char *const entries[] = {"training.csv", text, NULL};
        file_put(files[0].text, text, where[s->rows] - strlen(s->end)); /* no last line break */
        zip_put(files[1].text, entries);
        uint64_t fingerprint = 0;
        for (int n = 0; n < 2 * LAC_COUNT(f->ctx); n++) {
            lac_context *ctx = f->ctx[n / 2];
            lac_data *data;
            assert_ok(ctx, lac_data_open(ctx, files[n % 2].text, LAC_TABLE_TRAINING, &data));
            if (n == 0)
                assert_is_table(data, s);
            assert_true(n == 0 || data->fingerprint == fingerprint);
            fingerprint = data->fingerprint;
            lac_data_free(&data);
        }
        free(text);
        free(where);
    }
}

/* The shortest rows: as many as can be in the smallest of windows. */
static void tables_of_every_small_size_are_read(void **state)
{
    enum { MOST = 300 };
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.csv");
    char text[8 + 2 * MOST] = "Image\n";
    for (int rows = 1; rows <= MOST; rows++) {
        lac_data *data;
        size_t size = strlen(text);
        snprintf(text + size, sizeof text - size, "%d\n", rows % 10);
        file_put(path.text, text, strlen(text));
        assert_ok(f->ctx[1], lac_data_open(f->ctx[1], path.text, LAC_TABLE_TEST, &data));
        assert_int_equal(lac_data_rows(data), rows);
        for (int r = 0; r < rows; r++)
            assert_int_equal(lac_data_image(data, r)[0], (r + 1) % 10);
        lac_data_free(&data);
    }
}

/* ---- Wrong rows ---------------------------------------------------------------------------- */

/* Lines that are wrong, and what is said of them. */
static const char *const faults[][2] = {
    {"x,1,0,1\n", ", column a_x: \"x\" is not a number" NO_GAP},
    {"1,1,0\n", ": 3 columns, the header has 4"},
    {"1,3l,0,1\n", ", column a_y: \"3l\" is not a number" NO_GAP},
    {"\"1,1,0,1\n", ", column a_x: a quote is opened and not closed in its line"},
    {",,0 256 0,1\n", ", column Image: pixel 2, \"256\", is not a whole number of 0 to 255"},
    {",,0 1 2,1\r\n", ", column Image: 3 pixels, the first picture has 900"},
};

static const shape spoiled = {.rows = 1200, .side = 30, .end = "\n", .seed = 5};

static void assert_refused(const fixture *f, const char *path, const char *where, long row,
                           const char *message)
{
    char expected[640];
    snprintf(expected, sizeof expected, "%s%s: row %ld%s", path, where, row, message);
    for (int i = 0; i < LAC_COUNT(f->ctx); i++) {
        lac_data *data;
        assert_status(f->ctx[i], lac_data_open(f->ctx[i], path, LAC_TABLE_TRAINING, &data),
                      LAC_ERROR_FORMAT);
        assert_null(data);
        assert_string_equal(lac_context_message(f->ctx[i]), expected);
    }
}

/* The table with wrong lines in the places of up to four rows but the first. Returns the
 * first of them and its fault. */
static int write_spoiled(const char *path, const char *text, const size_t *where, uint64_t trial,
                         int *fault)
{
    int first = spoiled.rows;
    int fault_of[1200] = {0}; /* + 1 */
    for (uint64_t i = 0; i <= trial % 4; i++) {
        int row = 1 + (int)(lac_random(6, trial, i) % (uint64_t)(spoiled.rows - 1));
        fault_of[row] = 1 + (int)((trial + i) % LAC_COUNT(faults));
        first = row < first ? row : first;
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(HEADER, file);
    for (int r = 0; r < spoiled.rows; r++)
        if (fault_of[r])
            fputs(faults[fault_of[r] - 1][0], file);
        else
            fwrite(text + where[r], 1, where[r + 1] - where[r], file);
    assert_int_equal(fclose(file), 0);
    *fault = fault_of[first] - 1;
    return first;
}

static void the_first_of_many_wrong_rows_is_reported(void **state)
{
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.csv");
    size_t where[1201];
    char *text = write_table(&spoiled, where);
    for (uint64_t trial = 0; trial < 60; trial++) {
        int fault;
        int row = write_spoiled(path.text, text, where, trial, &fault);
        assert_refused(f, path.text, "", row + 2L, faults[fault][1]);
    }
    free(text);
}

/* The text with something put in front of row `row`. */
static void put_with(const char *path, const char *text, const size_t *where, int row,
                     const char *inserted, size_t size)
{
    size_t end = where[spoiled.rows];
    char *longer = malloc(end + size);
    assert_non_null(longer);
    memcpy(longer, text, where[row]);
    memcpy(longer + where[row], inserted, size);
    memcpy(longer + where[row] + size, text + where[row], end - where[row]);
    file_put(path, longer, end + size);
    free(longer);
}

static void empty_lines_may_fill_windows_behind_the_last_row_only(void **state)
{
    enum { MANY = 5000000 };
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.csv");
    size_t where[1201];
    char *text = write_table(&spoiled, where);
    char *lines = malloc(MANY);
    assert_non_null(lines);
    memset(lines, '\n', MANY);
    put_with(path.text, text, where, spoiled.rows, lines, MANY);
    for (int i = 0; i < LAC_COUNT(f->ctx); i++) {
        lac_data *data;
        assert_ok(f->ctx[i], lac_data_open(f->ctx[i], path.text, LAC_TABLE_TRAINING, &data));
        assert_is_table(data, &spoiled);
        lac_data_free(&data);
    }
    for (int row = 1; row < spoiled.rows; row += 299)
        for (size_t size = 1; size <= MANY; size += MANY - 1) {
            put_with(path.text, text, where, row, lines, size);
            assert_refused(f, path.text, "", row + 2L, ": an empty line before the end");
        }
    /* A wrong row in front of it comes first, one behind it does not. */
    memcpy(text + where[12], "x", 1);
    memcpy(text + where[900], "x", 1);
    put_with(path.text, text, where, 700, lines, MANY);
    assert_refused(f, path.text, "", 14, ", column a_x: \"x.12\" is not a number" NO_GAP);
    memcpy(text + where[12], "0", 1);
    put_with(path.text, text, where, 700, lines, 1);
    assert_refused(f, path.text, "", 702, ": an empty line before the end");
    free(lines);
    free(text);
}

static void a_wrong_row_comes_before_damage_behind_it(void **state)
{
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.zip");
    size_t where[1201];
    char *text = write_table(&spoiled, where);
    const char *const entries[] = {"training.csv", text, NULL};
    for (int wrong = 0; wrong < 2; wrong++) {
        size_t size;
        if (wrong)
            text[where[600]] = 'x';
        zip_put(path.text, entries);
        char *bytes = file_bytes(path.text, &size);
        bytes[size * 9 / 10] ^= 0x10;
        file_put(path.text, bytes, size);
        free(bytes);
        if (wrong) {
            assert_refused(f, path.text, "/training.csv", 602,
                           ", column a_x: \"x.600\" is not a number" NO_GAP);
            continue;
        }
        for (int i = 0; i < LAC_COUNT(f->ctx); i++) {
            lac_data *data;
            assert_status(f->ctx[i],
                          lac_data_open(f->ctx[i], path.text, LAC_TABLE_TRAINING, &data),
                          LAC_ERROR_FORMAT);
            assert_null(data);
        }
    }
    free(text);
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void every_failing_allocation_is_survived(void **state)
{
    fixture *f = *state;
    test_path path = path_in(&f->folder, "t.csv");
    static const int chosen[] = {2, 3};
    for (int n = 0; n < LAC_COUNT(chosen); n++) {
        const shape *s = &shapes[chosen[n]];
        size_t *where = calloc(s->rows + 1, sizeof *where);
        assert_non_null(where);
        char *text = write_table(s, where);
        file_put(path.text, text, where[s->rows]);
        lac_context *ctx = f->ctx[1];
        lac_data *data;
        ctx->allocations = 0;
        assert_ok(ctx, lac_data_open(ctx, path.text, LAC_TABLE_TRAINING, &data));
        lac_data_free(&data);
        long calls = ctx->allocations;
        assert_in_range(calls, 20, 200);
        for (long i = 1; i <= calls; i++) {
            ctx->allocations = 0;
            ctx->fail_at = i;
            assert_status(ctx, lac_data_open(ctx, path.text, LAC_TABLE_TRAINING, &data),
                          LAC_ERROR_MEMORY);
            assert_null(data);
        }
        ctx->fail_at = 0;
        free(text);
        free(where);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_table_is_the_same_on_any_number_of_threads),
        TEST(tables_of_every_small_size_are_read),
        TEST(the_first_of_many_wrong_rows_is_reported),
        TEST(empty_lines_may_fill_windows_behind_the_last_row_only),
        TEST(a_wrong_row_comes_before_damage_behind_it),
        TEST(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
