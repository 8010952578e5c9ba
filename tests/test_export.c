/*
 * Exported models, read back: the structure of an ONNX file by a reader of its own, the text of C.
 * That they predict as the library does is shown by export.sh, which runs them.
 */
#include "net/model.h"
#include "support.h"

#include <math.h>

enum { SIZE = 20, POINTS = 3, MOST_VALUES = 200 };

static char name_a[] = "left \"eye\"", name_b[] = "right", name_c[] = "nose*/";
static char *const names[POINTS] = {name_a, name_b, name_c};

static const char every[] =
    "a   conv 5x5 /2 20 norm relu pool < input\n"
    "b-1 conv 3x3 /2 20 norm           < a\n"
    "s   add relu                      < b-1 a\n"
    "k   concat                        < s a\n"
    "c   conv 3x3 40 relu              < k + k\n"
    "d   conv 1x1 points               < c\n"
    "xy  softargmax output             < d\n";
static const char dense[] =
    "a   conv 3x3 /2 5 relu            < input\n"
    "m   mean                          < a\n"
    "h   dense 7 relu dropout          < m\n"
    "xy  dense 2*points output         < h\n";

typedef struct fixture {
    lac_context *ctx;
    test_folder folder;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->ctx = context_at(LAC_CPU_REF, 1);
    folder_new(&f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    folder_free(&f->folder);
    lac_context_free(&f->ctx);
    free(f);
    return 0;
}

static lac_model *model_new(const fixture *f, const char *text, int size)
{
    const lac_model_parts parts = {.name = "net", .text = text, .where = "net", .story = "{}",
                                   .size = size, .points = POINTS, .names = names};
    const lac_start_config start = {.start = LAC_START_UNIFORM, .seed = 7};
    lac_model *model;
    assert_ok(f->ctx, lac_model_new(f->ctx, &parts, &model));
    lac_weights_start(model->net, &model->weights, &start);
    return model;
}

/* ---- A reader of protocol buffers ------------------------------------------------------------ */

typedef struct message {
    const uint8_t *at, *end;
} message;

typedef struct field {
    int number, type;
    uint64_t value; /* of a varint */
    message bytes;  /* of a value with a length */
} field;

static uint64_t read_varint(message *m)
{
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        assert_true(m->at < m->end && shift < 64);
        value |= (uint64_t)(*m->at & 0x7f) << shift;
        if (!(*m->at++ & 0x80))
            return value;
    }
}

/* 0 at the end of the message. */
static int next(message *m, field *f)
{
    if (m->at == m->end)
        return 0;
    const uint64_t key = read_varint(m);
    *f = (field){.number = (int)(key >> 3), .type = (int)(key & 7)};
    assert_true(f->type == 0 || f->type == 2);
    f->value = read_varint(m);
    if (f->type == 2) {
        assert_true(f->value <= (uint64_t)(m->end - m->at));
        f->bytes = (message){m->at, m->at + f->value};
        m->at += f->value;
    }
    return 1;
}

/* The `nth` field of this number, from 0. */
static int find(message m, int number, int nth, field *f)
{
    while (next(&m, f))
        if (f->number == number && nth-- == 0)
            return 1;
    return 0;
}

static field need_field(message m, int number, int nth)
{
    field f;
    if (!find(m, number, nth, &f))
        fail_msg("no field %d (%d)", number, nth);
    return f;
}

static uint64_t number_of(message m, int number)
{
    return need_field(m, number, 0).value;
}

typedef struct word {
    char s[100];
} word;

static word text_of(message m, int number, int nth)
{
    const message bytes = need_field(m, number, nth).bytes;
    word t;
    snprintf(t.s, sizeof t.s, "%.*s", (int)(bytes.end - bytes.at), (const char *)bytes.at);
    return t;
}

/* ---- ONNX ------------------------------------------------------------------------------------ */

typedef struct values {
    word name[MOST_VALUES];
    int count;
} values;

static int is_known(const values *v, const char *name)
{
    for (int i = 0; i < v->count; i++)
        if (strcmp(v->name[i].s, name) == 0)
            return 1;
    return 0;
}

static void learn(values *v, word name)
{
    assert_true(v->count < MOST_VALUES);
    assert_false(is_known(v, name.s));
    v->name[v->count++] = name;
}

/* Names are new, and as many bytes are there as the shape says. */
static void check_tensors(message graph, values *v)
{
    field tensor, dim;
    for (int i = 0; find(graph, 5, i, &tensor); i++) {
        const uint64_t type = number_of(tensor.bytes, 2);
        const message raw = need_field(tensor.bytes, 9, 0).bytes;
        uint64_t bytes = type == 1 ? 4 : 8;
        assert_true(type == 1 || type == 7);
        for (int d = 0; find(tensor.bytes, 1, d, &dim); d++)
            bytes *= dim.value;
        assert_int_equal(raw.end - raw.at, bytes);
        learn(v, text_of(tensor.bytes, 8, 0));
    }
}

/* Every node reads what is known before it. */
static void check_nodes(message graph, values *v)
{
    field node, input;
    for (int i = 0; find(graph, 1, i, &node); i++) {
        for (int k = 0; find(node.bytes, 1, k, &input); k++) {
            const word name = text_of(node.bytes, 1, k);
            if (*name.s && !is_known(v, name.s))
                fail_msg("%s reads %s", text_of(node.bytes, 2, 0).s, name.s);
        }
        learn(v, text_of(node.bytes, 2, 0));
    }
}

static int count_nodes(message graph, const char *op)
{
    field node;
    int count = 0;
    for (int i = 0; find(graph, 1, i, &node); i++)
        count += strcmp(text_of(node.bytes, 4, 0).s, op) == 0;
    return count;
}

/* The dimensions of an input or output, the batch first. */
static void check_shape(message value, const char *name, uint64_t type, int dims, const int *dim)
{
    const message tensor = need_field(need_field(value, 2, 0).bytes, 1, 0).bytes;
    const message shape = need_field(tensor, 2, 0).bytes;
    field rest;
    assert_string_equal(text_of(value, 1, 0).s, name);
    assert_int_equal(number_of(tensor, 1), type);
    assert_string_equal(text_of(need_field(shape, 1, 0).bytes, 2, 0).s, "N");
    for (int d = 1; d < dims; d++)
        assert_int_equal(number_of(need_field(shape, 1, d).bytes, 1), dim[d]);
    assert_false(find(shape, 1, dims, &rest));
}

static void check_metadata(message model, const char *key, const char *wanted)
{
    field entry;
    for (int i = 0; find(model, 14, i, &entry); i++)
        if (strcmp(text_of(entry.bytes, 1, 0).s, key) == 0) {
            assert_non_null(wanted);
            assert_string_equal(text_of(entry.bytes, 2, 0).s, wanted);
            return;
        }
    assert_null(wanted);
}

static message onnx_of(const fixture *f, const lac_model *model, const lac_export_config *config,
                       char **bytes)
{
    const test_path path = path_in(&f->folder, "m.onnx");
    size_t size;
    assert_ok(f->ctx, lac_export_onnx(model, config, path.text));
    *bytes = file_bytes(path.text, &size);
    return (message){(const uint8_t *)*bytes, (const uint8_t *)*bytes + size};
}

static void an_onnx_file_holds_the_network(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, every, SIZE);
    const lac_export_config config = {.licence = "CC0", .crop = "as drawn"};
    values v = {.count = 0};
    char *bytes;
    const message file = onnx_of(f, model, &config, &bytes);
    const message graph = need_field(file, 7, 0).bytes;
    assert_int_equal(number_of(file, 1), 8);
    assert_string_equal(text_of(file, 2, 0).s, "lacuna");
    assert_int_equal(number_of(need_field(file, 8, 0).bytes, 2), 17);
    check_shape(need_field(graph, 11, 0).bytes, "pictures", 2, 4, (int[]){0, 1, SIZE, SIZE});
    check_shape(need_field(graph, 12, 0).bytes, "points", 1, 3, (int[]){0, POINTS, 2});
    learn(&v, text_of(need_field(graph, 11, 0).bytes, 1, 0));
    check_tensors(graph, &v);
    check_nodes(graph, &v);
    assert_true(is_known(&v, "points"));
    assert_int_equal(count_nodes(graph, "Conv"), 4);
    assert_int_equal(count_nodes(graph, "MaxPool"), 1);
    assert_int_equal(count_nodes(graph, "Resize"), 1);
    assert_int_equal(count_nodes(graph, "Slice"), 1); /* 5 pixels from 2 times 3 */
    assert_int_equal(count_nodes(graph, "BatchNormalization"), 0);
    check_metadata(file, "points", "left \"eye\",right,nose*/");
    check_metadata(file, "source", "1");
    check_metadata(file, "licence", "CC0");
    check_metadata(file, "crop", "as drawn");
    check_metadata(file, "lacuna", LAC_VERSION);
    free(bytes);
    lac_model_free(&model);
}

static void an_onnx_file_may_take_floats(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, dense, SIZE);
    const lac_export_config config = {.float_input = 1};
    char *bytes;
    const message file = onnx_of(f, model, &config, &bytes);
    const message graph = need_field(file, 7, 0).bytes;
    check_shape(need_field(graph, 11, 0).bytes, "pictures", 1, 4, (int[]){0, 1, SIZE, SIZE});
    assert_int_equal(count_nodes(graph, "Cast"), 0);
    assert_int_equal(count_nodes(graph, "Gemm"), 2);
    check_metadata(file, "licence", NULL);
    free(bytes);
    lac_model_free(&model);
}

static void a_mean_becomes_one_graph(void **state)
{
    const fixture *f = *state;
    lac_model *models[2] = {model_new(f, every, SIZE), model_new(f, dense, SIZE)};
    lac_model *mean;
    values v = {.count = 0};
    char *bytes;
    assert_ok(f->ctx, lac_model_mean(f->ctx, models, (double[]){3, 1}, 2, &mean));
    const message graph = need_field(onnx_of(f, mean, NULL, &bytes), 7, 0).bytes;
    learn(&v, text_of(need_field(graph, 11, 0).bytes, 1, 0));
    check_tensors(graph, &v);
    check_nodes(graph, &v);
    assert_true(is_known(&v, "points"));
    free(bytes);
    lac_model_free(&mean);
}

/* ---- C --------------------------------------------------------------------------------------- */

static char *text_in(const fixture *f, const char *name)
{
    size_t size;
    return file_bytes(path_in(&f->folder, name).text, &size);
}

static void assert_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\"", part);
}

static void c_is_four_files_with_the_sizes(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, every, SIZE);
    const test_path dir = path_in(&f->folder, "c");
    const lac_export_config config = {.name = "eyes", .licence = "a */ b /* c?\?\?/"};
    lac_export_size size;
    char wanted[100];
    assert_ok(f->ctx, lac_export_c(model, &config, dir.text, &size));
    assert_int_equal(file_count(dir.text), 4);
    char *header = text_in(f, "c/eyes.h"), *program = text_in(f, "c/eyes.c");
    char *weights = text_in(f, "c/eyes_weights.c"), *example = text_in(f, "c/example.c");
    snprintf(wanted, sizeof wanted, "#define EYES_FLOATS %zu ", size.memory / sizeof(float));
    assert_in(header, wanted);
    assert_in(header, "#define EYES_SIZE 20 ");
    assert_in(header, "#define EYES_POINTS 3\n");
    assert_in(header, "Licence: a * / b / * c? ? ?/\n");
    assert_in(program, "\"left \\042eye\\042\",");
    assert_in(program, "conv(m4_k, m5_c, m4_k, &l5_c);");
    assert_null(strstr(program, "dense"));
    assert_in(weights, "const float eyes_w1_a[800] = {");
    assert_in(example, "eyes_predict(pixels, memory, xy);");
    assert_null(strchr(example, '@'));
    free(header);
    free(program);
    free(weights);
    free(example);
    lac_model_free(&model);
}

/* Maps of 10 x 10 to 20 x 20 pixels that follow one another need not all have their own memory. */
static void maps_of_c_share_memory(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, every, SIZE);
    lac_export_size size;
    size_t alone = 0;
    assert_ok(f->ctx, lac_export_c(model, NULL, path_in(&f->folder, "c").text, &size));
    for (int i = 0; i < model->net->count; i++)
        alone += lac_shape_count(model->net->node[i].out) * sizeof(float);
    assert_true(size.memory < 2 * alone);
    assert_true(size.memory > (size_t)SIZE * SIZE * sizeof(float));
    lac_model_free(&model);
}

static void bytes_take_a_quarter(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, every, SIZE);
    const lac_export_config config = {.int8 = 1};
    const test_path dir = path_in(&f->folder, "c");
    lac_export_size whole, rounded;
    assert_ok(f->ctx, lac_export_c(model, NULL, dir.text, &whole));
    assert_ok(f->ctx, lac_export_c(model, &config, dir.text, &rounded));
    assert_true(rounded.weights < whole.weights / 3);
    assert_int_equal(rounded.memory, whole.memory);
    char *weights = text_in(f, "c/face_weights.c");
    assert_in(weights, "const signed char face_w1_a[800] = {");
    assert_in(weights, "const float face_s1_a[20] = {");
    free(weights);
    lac_model_free(&model);
}

static void rounding_moves_weights_by_half_a_step_at_most(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, dense, SIZE), *rounded = model_new(f, dense, SIZE);
    const lac_param *weight = &model->net->params.table[0];
    const size_t columns = weight->count / (size_t)weight->shape[0];
    int moved = 0;
    assert_ok(f->ctx, lac_model_round(rounded));
    for (int r = 0; r < weight->shape[0]; r++) {
        const float *was = model->weights.w + weight->offset + (size_t)r * columns;
        const float *is = rounded->weights.w + weight->offset + (size_t)r * columns;
        float most = 0;
        for (size_t i = 0; i < columns; i++)
            most = fmaxf(most, fabsf(was[i]));
        for (size_t i = 0; i < columns; i++) {
            assert_true(fabsf(was[i] - is[i]) <= most / 254.0f * 1.001f);
            moved += was[i] != is[i];
        }
    }
    assert_true(moved > 0);
    lac_model_free(&model);
    lac_model_free(&rounded);
}

/* ---- Refusals -------------------------------------------------------------------------------- */

static void what_cannot_be_exported_is_refused(void **state)
{
    const fixture *f = *state;
    const test_path path = path_in(&f->folder, "x");
    static const char *const bad[] = {"", "1a", "a-b", "_a", "example",
                                      "a23456789012345678901234567890123"};
    lac_model *models[2] = {model_new(f, dense, SIZE), model_new(f, dense, SIZE + 2)};
    lac_model *mean;
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        const lac_export_config config = {.name = bad[i]};
        assert_status(f->ctx, lac_export_c(models[0], &config, path.text, NULL),
                      LAC_ERROR_ARGUMENT);
        assert_message(f->ctx, "cannot begin names of C");
    }
    const lac_export_config other = {.source = 1};
    assert_status(f->ctx, lac_export_onnx(models[0], &other, path.text), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_export_c(models[0], &other, path.text, NULL), LAC_ERROR_ARGUMENT);
    models[0]->weights.w[3] = NAN;
    assert_status(f->ctx, lac_export_c(models[0], NULL, path.text, NULL), LAC_ERROR_ARGUMENT);
    assert_message(f->ctx, "not a finite number");
    assert_ok(f->ctx, lac_model_mean(f->ctx, models, NULL, 2, &mean));
    assert_status(f->ctx, lac_export_onnx(mean, NULL, path.text), LAC_ERROR_MISMATCH);
    assert_status(f->ctx, lac_export_c(mean, NULL, path.text, NULL), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_model_round(mean), LAC_ERROR_ARGUMENT);
    assert_int_equal(file_count(f->folder.path), 0);
    lac_model_free(&mean);
}

/* Where memory ends an export fails, and leaves nothing behind. */
static void an_export_survives_every_failed_allocation(void **state)
{
    const fixture *f = *state;
    lac_model *model = model_new(f, every, SIZE);
    const test_path path = path_in(&f->folder, "x");
    lac_status status = LAC_ERROR_MEMORY;
    for (int to_c = 0; to_c < 2; to_c++) {
        status = LAC_ERROR_MEMORY;
        for (int i = 1; status != LAC_OK; i++) {
            f->ctx->fail_at = f->ctx->allocations + i;
            status = to_c ? lac_export_c(model, NULL, path.text, NULL)
                          : lac_export_onnx(model, NULL, path.text);
            f->ctx->fail_at = 0;
            assert_true(status == LAC_OK || status == LAC_ERROR_MEMORY);
        }
        tree_remove(path.text);
    }
    lac_model_free(&model);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_onnx_file_holds_the_network),
        TEST(an_onnx_file_may_take_floats),
        TEST(a_mean_becomes_one_graph),
        TEST(c_is_four_files_with_the_sizes),
        TEST(maps_of_c_share_memory),
        TEST(bytes_take_a_quarter),
        TEST(rounding_moves_weights_by_half_a_step_at_most),
        TEST(what_cannot_be_exported_is_refused),
        TEST(an_export_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
