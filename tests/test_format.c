/*
 * What is written to disk: safetensors files, config.json, the run folder. Every test
 * works in a folder of its own; damage is made by rewriting the file's bytes.
 */
#define _POSIX_C_SOURCE 200809L
#include "format/format.h"
#include "train/config.h"
#include "train/run.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    lac_context *ctx;
    char folder[64];
    char path[96]; /* of the file under test */
};

static int setup(void **state)
{
    const lac_context_config config = {.threads = 1, .cpu = LAC_CPU_REF};
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    if (!f)
        return -1;
    strcpy(f->folder, "/tmp/lacuna-format-XXXXXX");
    if (!mkdtemp(f->folder) || lac_context_new(&config, &f->ctx) != LAC_OK)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/model.safetensors", f->folder);
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"model.safetensors", "run/config.json", "run/machine.csv", "run/metrics.csv",
                                        "run/last.safetensors", "run", "."};
    struct fixture *f = *state;
    int rc = 0;
    for (int i = 0; i < LAC_COUNT(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
        if (strcmp(names[i], ".") == 0)
            rc = rmdir(f->folder); /* fails when a test left something else behind */
        else
            remove(path);
    }
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
    assert_int_equal(lac_safetensors_write(f->ctx, f->path, infos, numbers, 2, pairs, 2), LAC_OK);
}

static char *file_bytes(const struct fixture *f, const char *path, size_t *size)
{
    char *bytes;
    assert_int_equal(lac_file_read(f->ctx, path, &bytes, size), LAC_OK);
    return bytes;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void write_header(const char *path, const char *header, size_t data_size)
{
    char bytes[1024] = {0};
    uint64_t length = strlen(header);
    assert_true(8 + length + data_size <= sizeof bytes);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, length);
    write_bytes(path, bytes, 8 + length + data_size);
}

/* The file is refused, with a single line that begins with its name and holds `what`. */
static void assert_refused(const struct fixture *f, const char *what)
{
    lac_tensors *t = (lac_tensors *)1;
    lac_status status = lac_safetensors_read(f->ctx, f->path, &t);
    const char *message = lac_context_message(f->ctx);
    if (status != LAC_ERROR_FORMAT || !strstr(message, what))
        fail_msg("wanted \"%s\", got status %d: %s", what, (int)status, message);
    assert_null(t);
    assert_memory_equal(message, f->path, strlen(f->path));
    assert_null(strchr(message, '\n'));
}

/* ---- Safetensors ----------------------------------------------------------------- */

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
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_OK);
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
    char *bytes = file_bytes(f, f->path, &size);
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
    write_header(f->path,
                 "{\"y\":{\"data_offsets\":[8,12],\"shape\":[],\"dtype\":\"F32\"}, "
                 "\"x\":{\"shape\":[1,2],\"dtype\":\"F32\",\"data_offsets\":[0,8]}}  ",
                 12);
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_OK);
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
    assert_int_equal(lac_safetensors_write(f->ctx, f->path, NULL, NULL, 0, NULL, 0), LAC_OK);
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_OK);
    assert_false(lac_tensors_has(t, "x"));
    lac_tensors_free(&t);
}

static void a_file_cut_short_anywhere_is_refused(void **state)
{
    const struct fixture *f = *state;
    size_t size;
    write_sample(f);
    char *bytes = file_bytes(f, f->path, &size);
    for (size_t cut = 0; cut < size; cut++) {
        write_bytes(f->path, bytes, cut);
        assert_refused(f, "");
    }
    free(bytes);
}

static void a_flipped_bit_anywhere_is_refused_or_harmless(void **state)
{
    const struct fixture *f = *state;
    size_t size;
    uint64_t length;
    int harmless = 0;
    write_sample(f);
    char *bytes = file_bytes(f, f->path, &size);
    memcpy(&length, bytes, 8);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        lac_tensors *t;
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        write_bytes(f->path, bytes, size);
        if (lac_safetensors_read(f->ctx, f->path, &t) == LAC_OK) {
            assert_true(bit / 8 < 8 + length); /* never in a tensor */
            assert_sample(f, t);
            harmless++;
        }
        lac_tensors_free(&t);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_true(harmless < 200); /* the name of the checksum, padding */
    free(bytes);
}

static void a_missing_tensor_and_a_wrong_shape_are_named(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    const float *data = weight;
    write_sample(f);
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_OK);
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
        write_header(f->path, cases[i].header, 8);
        assert_refused(f, cases[i].what);
    }
}

static void a_header_longer_than_the_file_is_refused(void **state)
{
    const struct fixture *f = *state;
    static const uint64_t lengths[] = {9, UINT64_MAX, UINT64_MAX - 7, 1ull << 63};
    for (int i = 0; i < LAC_COUNT(lengths); i++) {
        uint64_t bytes[2] = {lengths[i], 0};
        write_bytes(f->path, bytes, sizeof bytes);
        assert_refused(f, "cut short");
    }
}

static void a_missing_file_and_a_folder_are_io_errors(void **state)
{
    const struct fixture *f = *state;
    lac_tensors *t;
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_ERROR_IO);
    assert_null(t);
    assert_int_equal(lac_safetensors_read(f->ctx, f->folder, &t), LAC_ERROR_IO);
    assert_int_equal(lac_safetensors_write(f->ctx, f->folder, infos, numbers, 2, NULL, 0),
                     LAC_ERROR_IO);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    struct fixture *f = *state;
    lac_tensors *t;
    char temporary[128];
    write_sample(f);
    snprintf(temporary, sizeof temporary, "%s.tmp", f->path);
    assert_int_equal(mkdir(temporary, 0700), 0); /* stands in the writer's way */
    assert_int_equal(lac_safetensors_write(f->ctx, f->path, infos, numbers, 1, NULL, 0),
                     LAC_ERROR_IO);
    rmdir(temporary);
    assert_int_equal(lac_safetensors_read(f->ctx, f->path, &t), LAC_OK);
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
        status = lac_safetensors_read(f->ctx, f->path, &t);
        assert_true(nth < 20 && (status == LAC_OK || (status == LAC_ERROR_MEMORY && !t)));
        lac_tensors_free(&t);
    }
    f->ctx->fail_at = 0;
}

/* ---- Configuration --------------------------------------------------------------- */

static void the_defaults_are_legal_and_those_of_the_paper(void **state)
{
    const struct fixture *f = *state;
    lac_train_config c = lac_train_config_default();
    assert_int_equal(lac_config_check(f->ctx, &c), LAC_OK);
    assert_string_equal(c.model, "resnet");
    assert_true(c.lr == 1e-4 && c.weight_decay == 5e-4 && c.batch == 256 && c.epochs == 1000);
    assert_true(c.dropout == 0.5 && c.mirror == 1 && c.holdout == 0.2 && c.seed == 1);
    assert_true(c.rows == LAC_ROWS_ALL && c.loss == LAC_LOSS_MASKED && c.start == LAC_START_NORMAL);
    assert_true(c.reduction == LAC_REDUCTION_ALL && c.optimizer == LAC_ADAM && c.minutes == 0);
}

static void a_checked_model_name_is_the_librarys_own(void **state)
{
    const struct fixture *f = *state;
    char name[] = "kimura";
    lac_train_config c = lac_train_config_default();
    c.model = name;
    assert_int_equal(lac_config_check(f->ctx, &c), LAC_OK);
    name[0] = 'x';
    assert_string_equal(c.model, "kimura");
}

static void assert_illegal(const struct fixture *f, lac_train_config c, const char *message)
{
    assert_int_equal(lac_config_check(f->ctx, &c), LAC_ERROR_ARGUMENT);
    assert_string_equal(lac_context_message(f->ctx), message);
}

static void an_illegal_field_is_named_with_value_and_range(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config good = lac_train_config_default();
    lac_train_config c;
#define ILLEGAL(field, value, message) \
    (c = good, c.field = (value), assert_illegal(f, c, message))
    ILLEGAL(model, "vgg", "model is vgg, must be resnet, cnn or kimura");
    ILLEGAL(model, NULL, "model is NULL, must be resnet, cnn or kimura");
    ILLEGAL(rows, (lac_rows)2, "rows is 2, must be all or complete");
    ILLEGAL(loss, (lac_loss)-1, "loss is -1, must be masked or plain");
    ILLEGAL(reduction, (lac_reduction)2, "reduction is 2, must be all or present");
    ILLEGAL(optimizer, (lac_optimizer)2, "optimizer is 2, must be adam or adamw");
    ILLEGAL(start, (lac_start)2, "start is 2, must be normal or he");
    ILLEGAL(precision, (lac_precision)2, "precision is 2, must be float32 or bf16");
    ILLEGAL(epochs, 0, "epochs is 0, must be 1 or more");
    ILLEGAL(batch, -1, "batch is -1, must be 1 or more");
    ILLEGAL(lr, 0, "lr is 0, must be above 0");
    ILLEGAL(lr, (double)NAN, "lr is nan, must be above 0");
    ILLEGAL(lr, (double)INFINITY, "lr is inf, must be above 0");
    ILLEGAL(beta1, 1, "beta1 is 1, must be in [0, 1)");
    ILLEGAL(beta2, -0.1, "beta2 is -0.1, must be in [0, 1)");
    ILLEGAL(eps, 0, "eps is 0, must be at least 1e-30");
    ILLEGAL(weight_decay, -1, "weight_decay is -1, must be 0 or more");
    ILLEGAL(dropout, 1, "dropout is 1, must be in [0, 1)");
    ILLEGAL(mirror, 2, "mirror is 2, must be 0 or 1");
    ILLEGAL(minutes, -1, "minutes is -1, must be 0 or more");
    ILLEGAL(holdout, 1, "holdout is 1, must be in [0, 1)");
}

static lac_train_config unusual_config(void)
{
    return (lac_train_config){.model = "cnn", .rows = LAC_ROWS_COMPLETE, .loss = LAC_LOSS_PLAIN,
                              .reduction = LAC_REDUCTION_PRESENT, .optimizer = LAC_ADAMW,
                              .start = LAC_START_HE, .start_width = 0.3,
                              .precision = LAC_PRECISION_BF16, .epochs = 2147483647, .batch = 3,
                              .split_seed = UINT64_MAX - 1,
                              .lr = nextafter(0.1, 1), .beta1 = nextafter(1, 0), .beta2 = 1.0 / 3,
                              .eps = 1e-30, .weight_decay = 1e300, .dropout = 0, .mirror = 0,
                              .minutes = 1.5, .holdout = 0.25, .seed = UINT64_MAX};
}

static void a_configuration_survives_json_to_the_last_bit(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config a = unusual_config();
    lac_train_config b = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &a, &text), LAC_OK);
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &b), LAC_OK);
    free(text);
    assert_string_equal(b.model, "cnn");
    assert_true(a.rows == b.rows && a.loss == b.loss && a.reduction == b.reduction);
    assert_true(a.optimizer == b.optimizer && a.start == b.start && a.precision == b.precision);
    assert_true(a.epochs == b.epochs && a.batch == b.batch && a.mirror == b.mirror);
    assert_true(a.lr == b.lr && a.beta1 == b.beta1 && a.beta2 == b.beta2 && a.eps == b.eps);
    assert_true(a.weight_decay == b.weight_decay && a.dropout == b.dropout);
    assert_true(a.minutes == b.minutes && a.holdout == b.holdout && a.seed == b.seed);
    assert_true(a.start_width == b.start_width && a.split_seed == b.split_seed);
}

static void json_from_before_a_field_means_its_default(void **state)
{
    const struct fixture *f = *state;
    const char *late[] = {"\t\"start_width\":\t0.3,\n", ",\n\t\"split_seed\":\t\"7\""};
    lac_train_config c = lac_train_config_default();
    char *text;
    c.start_width = 0.3;
    c.split_seed = 7;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    for (int i = 0; i < 2; i++) {
        char *at = strstr(text, late[i]);
        assert_non_null(at);
        memmove(at, at + strlen(late[i]), strlen(at + strlen(late[i])) + 1);
    }
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &c), LAC_OK);
    assert_true(c.start_width == 0.02 && c.split_seed == 0);
    free(text);
}

static void the_json_reads_as_the_command_line_does(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config c = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    assert_string_equal(
        text, "{\n\t\"model\":\t\"resnet\",\n\t\"rows\":\t\"all\",\n\t\"loss\":\t\"masked\",\n"
              "\t\"reduction\":\t\"all\",\n\t\"optimizer\":\t\"adam\",\n\t\"start\":\t\"normal\",\n"
              "\t\"start_width\":\t0.02,\n\t\"precision\":\t\"float32\",\n"
              "\t\"epochs\":\t1000,\n\t\"batch\":\t256,\n\t\"lr\":\t0.0001,\n\t\"beta1\":\t0.9,\n"
              "\t\"beta2\":\t0.999,\n\t\"eps\":\t1e-08,\n\t\"weight_decay\":\t0.0005,\n"
              "\t\"dropout\":\t0.5,\n\t\"mirror\":\t1,\n\t\"minutes\":\t0,\n\t\"holdout\":\t0.2,\n"
              "\t\"seed\":\t\"1\",\n\t\"split_seed\":\t\"0\"\n}");
    free(text);
}

/* The default's JSON with `old` replaced by `with` is refused with exactly `message`. */
static void assert_bad_json(const struct fixture *f, const char *old, const char *with,
                            const char *message)
{
    lac_train_config c = lac_train_config_default();
    char *text;
    char edited[1024];
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    char *at = strstr(text, old);
    assert_non_null(at);
    snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, with, at + strlen(old));
    free(text);
    assert_int_equal(lac_config_from_json(f->ctx, edited, "here", &c), LAC_ERROR_FORMAT);
    assert_string_equal(lac_context_message(f->ctx), message);
}

static void json_from_before_there_was_a_precision_means_float32(void **state)
{
    const struct fixture *f = *state;
    lac_train_config c = lac_train_config_default();
    char *text;
    assert_int_equal(lac_config_to_json(f->ctx, &c, &text), LAC_OK);
    static const char field[] = "\t\"precision\":\t\"float32\",\n";
    char *at = strstr(text, field);
    assert_non_null(at);
    memmove(at, at + sizeof field - 1, strlen(at + sizeof field - 1) + 1);
    c.precision = LAC_PRECISION_BF16;
    assert_int_equal(lac_config_from_json(f->ctx, text, "here", &c), LAC_OK);
    assert_int_equal(c.precision, LAC_PRECISION_FLOAT32);
    free(text);
}

static void bad_json_names_its_field(void **state)
{
    const struct fixture *f = *state;
    assert_bad_json(f, "{", "", "here: the configuration is not a JSON object");
    assert_bad_json(f, "}", "} x", "here: the configuration is not a JSON object");
    assert_bad_json(f, "\"lr\"", "\"lrate\"", "here: unknown field \"lrate\"");
    assert_bad_json(f, "\"lr\"", "\"l\nr\"", "here: unknown field \"?\"");
    assert_bad_json(f, "\t\"lr\":\t0.0001,\n", "", "here: the field \"lr\" is missing");
    assert_bad_json(f, "0.0001", "0", "here: \"lr\" must be above 0");
    assert_bad_json(f, "0.0001", "\"1\"", "here: \"lr\" must be above 0");
    assert_bad_json(f, "256", "2.5", "here: \"batch\" must be 1 or more");
    assert_bad_json(f, "256", "1e10", "here: \"batch\" must be 1 or more");
    assert_bad_json(f, "\"masked\"", "\"Masked\"", "here: \"loss\" must be masked or plain");
    assert_bad_json(f, "\"masked\"", "0", "here: \"loss\" must be masked or plain");
    assert_bad_json(f, "\"resnet\"", "\"\"", "here: \"model\" must be resnet, cnn or kimura");
    static const char seed[] = "here: \"seed\" must be a whole number of at most 64 bits";
    assert_bad_json(f, "\"1\"", "1", seed);
    assert_bad_json(f, "\"1\"", "\"\"", seed);
    assert_bad_json(f, "\"1\"", "\"-1\"", seed);
    assert_bad_json(f, "\"1\"", "\"18446744073709551616\"", seed);
}

/* ---- Run folder ------------------------------------------------------------------ */

#define HEADER "epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse," \
               "test_weighted_rmse,failure_points,failure_images\n"

static void assert_metrics(const struct fixture *f, const char *wanted)
{
    char path[128];
    size_t size;
    snprintf(path, sizeof path, "%s/run/metrics.csv", f->folder);
    char *text = file_bytes(f, path, &size);
    assert_string_equal(text, wanted);
    free(text);
}

static void begin_run(const struct fixture *f, char run[96])
{
    const lac_train_config config = lac_train_config_default();
    snprintf(run, 96, "%s/run", f->folder);
    assert_int_equal(lac_run_begin(f->ctx, run, &config), LAC_OK);
}

static void append(const struct fixture *f, const char *run, int epoch)
{
    const lac_run_line line = {.epoch = epoch, .seconds = epoch / 3.0, .images_per_s = 800,
                               .train_loss = 0.125, .holdout_loss = NAN, .holdout_rmse = NAN,
                               .test_weighted_rmse = NAN, .failure_points = 0,
                               .failure_images = NAN};
    assert_int_equal(lac_run_append(f->ctx, run, &line), LAC_OK);
}

#define LINE_1 "1,0.333333333,800,0.125,,,,0,\n"
#define LINE_2 "2,0.666666667,800,0.125,,,,0,\n"
#define LINE_3 "3,1,800,0.125,,,,0,\n"

static void a_run_gains_a_line_an_epoch(void **state)
{
    const struct fixture *f = *state;
    char run[96];
    char path[128];
    size_t size;
    lac_train_config config;
    begin_run(f, run);
    assert_metrics(f, HEADER);
    append(f, run, 1);
    append(f, run, 2);
    assert_metrics(f, HEADER LINE_1 LINE_2);
    snprintf(path, sizeof path, "%s/config.json", run);
    char *text = file_bytes(f, path, &size);
    assert_int_equal(lac_config_from_json(f->ctx, text, path, &config), LAC_OK);
    free(text);
}

static void a_folder_that_holds_a_run_is_refused_untouched(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config config = lac_train_config_default();
    char run[96];
    char path[128];
    begin_run(f, run);
    append(f, run, 1);
    assert_int_equal(lac_run_begin(f->ctx, run, &config), LAC_ERROR_ARGUMENT);
    assert_non_null(strstr(lac_context_message(f->ctx), "holds a run already (config.json)"));
    assert_metrics(f, HEADER LINE_1);
    snprintf(path, sizeof path, "%s/config.json", run);
    assert_int_equal(remove(path), 0);
    snprintf(path, sizeof path, "%s/metrics.csv", run);
    assert_int_equal(remove(path), 0);
    snprintf(path, sizeof path, "%s/last.safetensors", run);
    write_bytes(path, "x", 1);
    assert_int_equal(lac_run_begin(f->ctx, run, &config), LAC_ERROR_ARGUMENT);
}

static void resuming_drops_the_lines_of_later_epochs(void **state)
{
    const struct fixture *f = *state;
    lac_train_config config = lac_train_config_default();
    char run[96];
    begin_run(f, run);
    for (int epoch = 1; epoch <= 3; epoch++)
        append(f, run, epoch);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 3), LAC_OK);
    assert_metrics(f, HEADER LINE_1 LINE_2 LINE_3);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 1), LAC_OK);
    assert_metrics(f, HEADER LINE_1);
    append(f, run, 2);
    assert_metrics(f, HEADER LINE_1 LINE_2);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 0), LAC_OK);
    assert_metrics(f, HEADER);
}

static void resuming_a_run_replaces_its_number_of_epochs(void **state)
{
    const struct fixture *f = *state;
    lac_train_config config = lac_train_config_default();
    char run[96];
    char path[128];
    size_t size;
    begin_run(f, run);
    config.epochs = 7;
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 0), LAC_OK);
    snprintf(path, sizeof path, "%s/config.json", run);
    char *text = file_bytes(f, path, &size);
    config.epochs = 0;
    assert_int_equal(lac_config_from_json(f->ctx, text, path, &config), LAC_OK);
    assert_int_equal(config.epochs, 7);
    free(text);
}

static void a_missing_line_is_named_when_a_run_is_resumed(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config config = lac_train_config_default();
    char run[96];
    begin_run(f, run);
    append(f, run, 1);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 2), LAC_ERROR_FORMAT);
    assert_non_null(strstr(lac_context_message(f->ctx),
                           "metrics.csv:3: the line of epoch 2 is missing"));
    append(f, run, 3);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 2), LAC_ERROR_FORMAT);
    assert_metrics(f, HEADER LINE_1 LINE_3);
}

static void a_run_that_is_not_there_cannot_be_resumed(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config config = lac_train_config_default();
    const lac_run_line line = {.epoch = 1};
    char run[96];
    snprintf(run, sizeof run, "%s/run", f->folder);
    assert_int_equal(lac_run_resume(f->ctx, run, &config, 1), LAC_ERROR_IO);
    assert_int_equal(lac_run_append(f->ctx, run, &line), LAC_ERROR_IO);
}

static void a_run_under_a_missing_folder_is_an_io_error(void **state)
{
    const struct fixture *f = *state;
    const lac_train_config config = lac_train_config_default();
    char run[96];
    snprintf(run, sizeof run, "%s/none/run", f->folder);
    assert_int_equal(lac_run_begin(f->ctx, run, &config), LAC_ERROR_IO);
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
        TEST(a_flipped_bit_anywhere_is_refused_or_harmless),
        TEST(a_missing_tensor_and_a_wrong_shape_are_named),
        TEST(a_header_that_lies_is_refused),
        TEST(a_header_longer_than_the_file_is_refused),
        TEST(a_missing_file_and_a_folder_are_io_errors),
        TEST(a_failed_write_leaves_the_old_file),
        TEST(reading_survives_every_refused_allocation),
        TEST(the_defaults_are_legal_and_those_of_the_paper),
        TEST(a_checked_model_name_is_the_librarys_own),
        TEST(an_illegal_field_is_named_with_value_and_range),
        TEST(a_configuration_survives_json_to_the_last_bit),
        TEST(json_from_before_a_field_means_its_default),
        TEST(the_json_reads_as_the_command_line_does),
        TEST(json_from_before_there_was_a_precision_means_float32),
        TEST(bad_json_names_its_field),
        TEST(a_run_gains_a_line_an_epoch),
        TEST(a_folder_that_holds_a_run_is_refused_untouched),
        TEST(resuming_drops_the_lines_of_later_epochs),
        TEST(resuming_a_run_replaces_its_number_of_epochs),
        TEST(a_missing_line_is_named_when_a_run_is_resumed),
        TEST(a_run_that_is_not_there_cannot_be_resumed),
        TEST(a_run_under_a_missing_folder_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
