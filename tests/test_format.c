/*
 * Safetensors files. Every test works in a folder of its own; damage is made by rewriting the
 * file's bytes.
 */
#define _POSIX_C_SOURCE 200809L
#include "format/format.h"
#include "support.h"

#include <cjson/cJSON.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    lac_context *ctx;
    test_folder folder;
    test_path file; /* under test */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&f->folder);
    f->file = path_in(&f->folder, "model.safetensors");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    remove(f->file.text);
    int rc = rmdir(f->folder.path); /* fails when a test left something else behind */
    lac_context_free(&f->ctx);
    free(f);
    return rc;
}

static const float weight[6] = {1, -2.5f, 3e-30f, 4, -0.0f, 6};
static const float bias[2] = {7, 8};
static const lac_tensor_info infos[] = {{"b.weight", 2, {2, 3}}, {"a.bias", 1, {2}}};
static const float *const numbers[] = {weight, bias};
static const lac_metadata pairs[] = {{"epoch", "12"}, {"note", "\"quoted\"\n\xc3\xa9"}};

static void write_sample(const struct fixture *f)
{
    assert_ok(f->ctx, lac_safetensors_write(f->ctx, f->file.text, infos, numbers, 2, pairs, 2));
}

static void write_header(const char *path, const char *header, size_t data_size)
{
    char bytes[1024] = {0};
    uint64_t length = strlen(header);
    assert_true(8 + length + data_size <= sizeof bytes);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, length);
    file_put(path, bytes, 8 + length + data_size);
}

/* The file is refused, with a single line that begins with its name and holds `what`. */
static void assert_refused(const struct fixture *f, const char *what)
{
    lac_tensors *t = (lac_tensors *)1;
    lac_status status = lac_safetensors_read(f->ctx, f->file.text, &t);
    const char *message = lac_context_message(f->ctx);
    if (status != LAC_ERROR_FORMAT || !strstr(message, what))
        fail_msg("wanted \"%s\", got status %d: %s", what, (int)status, message);
    assert_null(t);
    assert_memory_equal(message, f->file.text, strlen(f->file.text));
    assert_null(strchr(message, '\n'));
}

static void assert_sample(const struct fixture *f, const lac_tensors *t)
{
    const float *data;
    for (int i = 0; i < 2; i++) {
        assert_true(lac_tensors_has(t, infos[i].name));
        assert_int_equal(lac_tensors_get(f->ctx, t, &infos[i], &data), LAC_OK);
        assert_int_equal((uintptr_t)data % sizeof(float), 0);
        assert_memory_equal(data, numbers[i], i == 0 ? sizeof weight : sizeof bias);
    }
    for (int i = 0; i < 2; i++)
        assert_string_equal(lac_tensors_metadata(t, pairs[i].key), pairs[i].value);
}

static void what_is_written_is_read_back(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    write_sample(f);
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_OK);
    assert_sample(f, t);
    assert_false(lac_tensors_has(t, "a"));
    assert_false(lac_tensors_has(t, "__metadata__"));
    assert_null(lac_tensors_metadata(t, "Epoch"));
    lac_tensors_free(&t);
    assert_null(t);
    lac_tensors_free(&t);
}

/* Byte for byte what the published description of the format demands. */
static void the_layout_is_that_of_the_published_format(void **state)
{
    const struct fixture *f = *state;
    static const char head[] =
        "{\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]},"
        "\"__metadata__\":{\"epoch\":\"12\",\"note\":\"\\\"quoted\\\"\\n\xc3\xa9\",\"checksum\":\"";
    size_t size;
    uint64_t length;
    write_sample(f);
    char *bytes = file_bytes(f->file.text, &size);
    memcpy(&length, bytes, 8);
    assert_int_equal(length % 8, 0);
    assert_int_equal(size, 8 + length + sizeof weight + sizeof bias);
    assert_memory_equal(bytes + 8, head, strlen(head));
    const char *end = bytes + 8 + strlen(head) + 16;
    assert_memory_equal(end, "\"}}", 3);
    for (end += 3; end < bytes + 8 + length; end++)
        assert_int_equal(*end, ' ');
    assert_memory_equal(end, weight, sizeof weight);
    assert_memory_equal(end + sizeof weight, bias, sizeof bias);
    free(bytes);
}

static void a_file_of_another_writer_is_read(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    const float *data;
    /* No padding, other order of keys and places, no metadata, a scalar. */
    write_header(f->file.text,
                 "{\"y\":{\"data_offsets\":[8,12],\"shape\":[],\"dtype\":\"F32\"}, "
                 "\"x\":{\"shape\":[1,2],\"dtype\":\"F32\",\"data_offsets\":[0,8]}}  ",
                 12);
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_OK);
    assert_int_equal(lac_tensors_get(f->ctx, t, &(lac_tensor_info){"y", 0, {0}}, &data), LAC_OK);
    assert_int_equal((uintptr_t)data % sizeof(float), 0);
    assert_int_equal(lac_tensors_get(f->ctx, t, &(lac_tensor_info){"x", 2, {1, 2}}, &data), LAC_OK);
    assert_null(lac_tensors_metadata(t, "checksum"));
    lac_tensors_free(&t);
}

static void a_file_of_no_tensors_is_read(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    assert_int_equal(lac_safetensors_write(f->ctx, f->file.text, NULL, NULL, 0, NULL, 0), LAC_OK);
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_OK);
    assert_false(lac_tensors_has(t, "x"));
    lac_tensors_free(&t);
}

static void a_file_cut_short_anywhere_is_refused(void **state)
{
    const struct fixture *f = *state;
    size_t size;
    write_sample(f);
    char *bytes = file_bytes(f->file.text, &size);
    for (size_t cut = 0; cut < size; cut++) {
        file_put(f->file.text, bytes, cut);
        assert_refused(f, "");
    }
    free(bytes);
}

static void a_flipped_bit_anywhere_is_refused(void **state)
{
    const struct fixture *f = *state;
    size_t size;
    write_sample(f);
    char *bytes = file_bytes(f->file.text, &size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        file_put(f->file.text, bytes, size);
        assert_refused(f, "");
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    free(bytes);
}

/* One or two bytes of it, together with a number that only the checksum would tell. */
static void a_damaged_name_of_the_checksum_is_refused(void **state)
{
    const struct fixture *f = *state;
    size_t size;
    write_sample(f);
    char *bytes = file_bytes(f->file.text, &size);
    char *key = memchr(bytes + 8, 'k', size - 8);
    while (key && memcmp(key - 4, "checksum", 8) != 0)
        key = memchr(key + 1, 'k', size - (size_t)(key + 1 - bytes));
    assert_non_null(key);
    bytes[size - 1] ^= 1;
    for (int first = 0; first < 8; first++)
        for (int second = 0; second < 8; second++) {
            memcpy(key - 4, "checksum", 8);
            key[first - 4] = 'C';
            key[second - 4] = '\xc3';
            file_put(f->file.text, bytes, size);
            assert_refused(f, "must be \"checksum\": the file was damaged");
        }
    free(bytes);
}

static void other_names_are_no_damaged_checksum(void **state)
{
    const struct fixture *f = *state;
    static const char *const keys[] = {"checksums", "check", "checkpnt", "creation", ""};
    for (int i = 0; i < LAC_COUNT(keys); i++) {
        char header[200];
        lac_tensors *t;
        snprintf(header, sizeof header, "{\"__metadata__\":{\"%s\":\"0123456789abcdef\"}, "
                 "\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", keys[i]);
        while (strlen(header) % 4 != 0)
            strcat(header, " ");
        write_header(f->file.text, header, 4);
        assert_ok(f->ctx, lac_safetensors_read(f->ctx, f->file.text, &t));
        lac_tensors_free(&t);
    }
}

static void a_missing_tensor_and_a_wrong_shape_are_named(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    const float *data = weight;
    write_sample(f);
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_OK);
    assert_int_equal(lac_tensors_get(f->ctx, t, &(lac_tensor_info){"c", 1, {2}}, &data),
                     LAC_ERROR_FORMAT);
    assert_null(data);
    assert_non_null(strstr(lac_context_message(f->ctx), "tensor \"c\" is missing"));
    const lac_tensor_info wrong[] = {{"b.weight", 2, {3, 2}}, {"b.weight", 1, {6}},
                                     {"b.weight", 3, {2, 3, 1}}};
    for (int i = 0; i < LAC_COUNT(wrong); i++)
        assert_int_equal(lac_tensors_get(f->ctx, t, &wrong[i], &data), LAC_ERROR_FORMAT);
    assert_non_null(strstr(lac_context_message(f->ctx),
                           "\"b.weight\" has the shape [2, 3], wanted [2, 3, 1]"));
    lac_tensors_free(&t);
}

static void a_header_that_lies_is_refused(void **state)
{
    const struct fixture *f = *state;
#define TENSOR(name, dtype, shape, offsets) \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
    static const struct {
        const char *header;
        const char *what;
    } cases[] = {
        {"", "not a JSON object"},
        {"garbage", "not a JSON object"},
        {"[]", "not a JSON object"},
        {"{}x", "not a JSON object"},
        {"{\"x\":", "not a JSON object"},
        {"{}", "fill 0 of 8 bytes"},
        {"{\"x\":3}", "\"x\" is not of dtype F32"},
        {"{" TENSOR("x", "F64", "[1]", "[0,8]") "}", "\"x\" is not of dtype F32"},
        {"{" TENSOR("x", "F32", "[1]", "[0,4]") "}", "fill 4 of 8 bytes"},
        {"{" TENSOR("x", "F32", "[3]", "[0,12]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "[1]", "[8,4]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "[1]", "[-4,0]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "[1]", "[0.5,4.5]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "[1]", "[0]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "[1]", "[1e999,1e999]") "}", "outside the file"},
        {"{" TENSOR("x", "F32", "2", "[0,8]") "}", "has no shape"},
        {"{" TENSOR("x", "F32", "[1]", "[0,8]") "}", "does not fit its data_offsets"},
        {"{" TENSOR("x", "F32", "[2,0]", "[0,8]") "}", "cannot hold"},
        {"{" TENSOR("x", "F32", "[-2]", "[0,8]") "}", "cannot hold"},
        {"{" TENSOR("x", "F32", "[4294967296,4294967296]", "[0,0]") "}", "cannot hold"},
        {"{" TENSOR("x", "F32", "[1,1,1,1,2]", "[0,8]") "}", "more than 4 dimensions"},
        {"{" TENSOR("x", "F32", "[1]", "[4,8]") "}", "does not begin where"},
        {"{" TENSOR("x", "F32", "[2]", "[0,8]") "," TENSOR("y", "F32", "[1]", "[4,8]") "}",
         "\"y\" does not begin where"},
        {"{" TENSOR("x", "F32", "[1]", "[0,4]") "," TENSOR("x", "F32", "[1]", "[4,8]") "}",
         "\"x\" is there twice"},
        {"{" TENSOR("x\\n", "F32", "[2]", "[0,8]") "}", "not printable"},
        {"{" TENSOR("x", "F32", "[2]", "[0,8]") ",\"__metadata__\":1}", "not an object"},
        {"{" TENSOR("x", "F32", "[2]", "[0,8]") ",\"__metadata__\":{\"k\":1}}",
         "__metadata__ \"k\" is not a string"},
        {"{" TENSOR("x", "F32", "[2]", "[0,8]") ",\"__metadata__\":{\"k\\n\":1}}",
         "a key of __metadata__ is not printable"},
        {"{" TENSOR("x", "F32", "[2]", "[0,8]") ",\"__metadata__\":{\"checksum\":\"0\"}}",
         "checksum does not match"},
    };
    for (int i = 0; i < LAC_COUNT(cases); i++) {
        write_header(f->file.text, cases[i].header, 8);
        assert_refused(f, cases[i].what);
    }
}

static void a_header_longer_than_the_file_is_refused(void **state)
{
    const struct fixture *f = *state;
    static const uint64_t lengths[] = {9, UINT64_MAX, UINT64_MAX - 7, 1ull << 63};
    for (int i = 0; i < LAC_COUNT(lengths); i++) {
        uint64_t bytes[2] = {lengths[i], 0};
        file_put(f->file.text, bytes, sizeof bytes);
        assert_refused(f, "cut short");
    }
}

static void a_missing_file_and_a_folder_are_io_errors(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_ERROR_IO);
    assert_null(t);
    assert_int_equal(lac_safetensors_read(f->ctx, f->folder.path, &t), LAC_ERROR_IO);
    assert_int_equal(lac_safetensors_write(f->ctx, f->folder.path, infos, numbers, 2, NULL, 0),
                     LAC_ERROR_IO);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    lac_tensors *t;
    write_sample(f);
    files_at_most(100);
    lac_status status =
        lac_safetensors_write(f->ctx, f->file.text, infos, numbers, 1, NULL, 0);
    files_at_most(0);
    assert_status(f->ctx, status, LAC_ERROR_IO);
    assert_int_equal(lac_safetensors_read(f->ctx, f->file.text, &t), LAC_OK);
    assert_sample(f, t);
    lac_tensors_free(&t);
}

static void reading_survives_every_refused_allocation(void **state)
{
    struct fixture *f = *state;
    lac_status status = LAC_ERROR_MEMORY;
    write_sample(f);
    for (int nth = 1; status != LAC_OK; nth++) {
        lac_tensors *t;
        f->ctx->allocations = 0;
        f->ctx->fail_at = nth;
        status = lac_safetensors_read(f->ctx, f->file.text, &t);
        assert_true(nth < 20 && (status == LAC_OK || (status == LAC_ERROR_MEMORY && !t)));
        lac_tensors_free(&t);
    }
    f->ctx->fail_at = 0;
}

/* ---- JSON ------------------------------------------------------------------------------- */

static void what_json_is_the_reader_reads_too(void **state)
{
    static const char *const good[] = {"{}", " [ ] ", "null", "-0.5e+10", "\"\"", "[1,2.0,3E1]",
                                       "{\"a\": {\"b\": [true, false, null]}, \"c\": \"d\"}",
                                       "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD7ff\"",
                                       "\"\\ud83d\\uDE00\\ue000\"", "[[[[[]]]]]\n"};
    static const char *const bad[] = {"", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}",
                                      "[1 2]", "tru", "nulll", "-", "1.", ".5", "1e", "+1", "\"",
                                      "\"\\x\"", "\"\\u12g4\"", "\"\\", "\"\n\"", "[}", "{]",
                                      "1 1", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"",
                                      "\"\\ud83d\\n\""};
    (void)state;
    for (int i = 0; i < LAC_COUNT(good); i++) {
        cJSON *read = cJSON_ParseWithOpts(good[i], NULL, 1);
        if (!read || !lac_json_is_valid(good[i], strlen(good[i])))
            fail_msg("%s is JSON", good[i]);
        cJSON_Delete(read);
    }
    for (int i = 0; i < LAC_COUNT(bad); i++)
        if (lac_json_is_valid(bad[i], strlen(bad[i])))
            fail_msg("%s is no JSON", bad[i]);
}

/* Any byte changed: what is still JSON is read by the reader. */
static void a_damaged_text_is_never_taken_for_lack_of_memory(void **state)
{
    const char text[] = "{\"a\": [1.5e3, -2, \"x\\u00e9\\n\"], \"b\": {\"c\": null, \"d\": true}}";
    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++)
        for (int byte = 1; byte < 256; byte++) {
            char changed[sizeof text];
            memcpy(changed, text, sizeof text);
            changed[i] = (char)byte;
            cJSON *read = cJSON_ParseWithOpts(changed, NULL, 1);
            if (!read && lac_json_is_valid(changed, strlen(changed)))
                fail_msg("byte %zu as %d: taken for JSON", i, byte);
            cJSON_Delete(read);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read_back),
        TEST(the_layout_is_that_of_the_published_format),
        TEST(a_file_of_another_writer_is_read),
        TEST(a_file_of_no_tensors_is_read),
        TEST(a_file_cut_short_anywhere_is_refused),
        TEST(a_flipped_bit_anywhere_is_refused),
        TEST(a_damaged_name_of_the_checksum_is_refused),
        TEST(other_names_are_no_damaged_checksum),
        TEST(a_missing_tensor_and_a_wrong_shape_are_named),
        TEST(a_header_that_lies_is_refused),
        TEST(a_header_longer_than_the_file_is_refused),
        TEST(a_missing_file_and_a_folder_are_io_errors),
        TEST(a_failed_write_leaves_the_old_file),
        TEST(reading_survives_every_refused_allocation),
        cmocka_unit_test(what_json_is_the_reader_reads_too),
        cmocka_unit_test(a_damaged_text_is_never_taken_for_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
