/*
 * Texts that go into files of other kinds, and texts that come out of files: what is UTF-8, what
 * JSON and CSV can hold, byte order marks and NUL bytes.
 */
#define _POSIX_C_SOURCE 200809L /* open_memstream */
#include "support.h"
#include "base/letters.h"

static void characters_are_those_of_the_standard(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int length;
    } cases[] = {
        {"a", 1},            {"", 0},
        {"\x7f", 1},         {"\xc3\xa4", 2},
        {"\xe2\x82\xac", 3}, {"\xf0\x9f\x98\x80", 4},
        {"\x80", 0},         {"\xff", 0},
        {"\xc3", 0},         {"\xc0\xaf", 0},         /* longer than it needs to be */
        {"\xe0\x80\xaf", 0}, {"\xed\xa0\x80", 0},     /* half of a pair of UTF-16 */
        {"\xf4\x8f\xbf\xbf", 4}, {"\xf4\x90\x80\x80", 0}, /* beyond the last */
        {"\xe2\x82", 0},     {"\xf0\x9f\x98", 0},
    };
    for (int i = 0; i < LAC_COUNT(cases); i++)
        assert_int_equal(lac_utf8_length(cases[i].text), cases[i].length);
    assert_true(lac_utf8_is_valid(""));
    assert_true(lac_utf8_is_valid("\xc3\xa4.png"));
    assert_false(lac_utf8_is_valid("a\xe4.png"));
}

static void names_are_alike_in_letters_of_any_case(void **state)
{
    (void)state;
    assert_true(lac_is_alike("Image_1.ZIP", "iMAGE_1.zip") && lac_is_alike("", ""));
    assert_false(lac_is_alike("zip", "zi") || lac_is_alike("zi", "zip") || lac_is_alike("[", "{"));
    assert_true(lac_begin_alike("TRAINING.csv", "training", 8) && lac_begin_alike("a", "b", 0));
    assert_false(lac_begin_alike("train", "training", 8) || lac_begin_alike("b", "a", 1));
    assert_true(lac_begin_alike("A", "a", 9)); /* both end before */
    assert_true(lac_ends_like("a.PNG", ".png") && lac_ends_like("a", ""));
    assert_false(lac_ends_like(".png", ".png") || lac_ends_like("png", ".png"));
    assert_false(lac_is_alike("\xc3\x84", "\xc3\xa4")); /* of ASCII alone */
}

/* What a writer of text makes of it. */
static void assert_written(void (*write)(FILE *stream, const char *text), const char *text,
                           const char *wanted)
{
    char *got = NULL;
    size_t size;
    FILE *stream = open_memstream(&got, &size);
    assert_non_null(stream);
    write(stream, text);
    fclose(stream);
    assert_string_equal(got, wanted);
    free(got);
}

static void write_x(FILE *stream, const char *text)
{
    lac_csv_name(stream, text, "_x");
}

/* Names of files and points may be any bytes. */
static void any_bytes_are_written_as_what_reads_them_can_read(void **state)
{
    (void)state;
#define MARK "\xef\xbf\xbd"
    assert_written(lac_html_text, "a<b>&\"\n\xc3\xa9\t", "a&lt;b&gt;&amp;&quot;\n\xc3\xa9\t");
    assert_written(lac_html_text, "\033[2J\xe9\177", MARK "[2J" MARK MARK);
    assert_written(lac_json_text, "\"\\\n\xe2\x82\xac", "\"\\\"\\\\\\u000a\xe2\x82\xac\"");
    assert_written(lac_json_text, "\xed\xa0\x80\xc0\xaf", "\"" MARK MARK MARK MARK MARK "\"");
    assert_written(lac_json_text, "\xf0\x9f\x98\x80\xf0\x9f", "\"\xf0\x9f\x98\x80" MARK MARK "\"");
    assert_written(write_x, "the \"tip\"", "\"the \"\"tip\"\"_x\"");
    assert_written(write_x, "nose", "nose_x");
#undef MARK
}

static void cells_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    assert_written(lac_csv_text, "a b.png", "a b.png");
    assert_written(lac_csv_text, "a;b", "\"a;b\"");
    assert_written(lac_csv_text, "a,b", "\"a,b\"");
    assert_written(lac_csv_text, "a \"b\"", "\"a \"\"b\"\"\"");
    assert_written(lac_csv_text, "a\nb", "\"a\nb\"");
    assert_written(lac_csv_text, "a\rb", "\"a\rb\"");
    assert_written(lac_csv_text, " a", "\" a\"");
}

static void a_byte_order_mark_is_no_part_of_a_text(void **state)
{
    (void)state;
    static const char marked[] = "\xef\xbb\xbf{\"a\": 1}";
    lac_context *ctx = context_at(LAC_CPU_REF, 1);
    test_folder folder;
    char *text;
    folder_new(&folder);
    test_path path = path_in(&folder, "text");
    file_put(path.text, marked, sizeof marked - 1);
    assert_ok(ctx, lac_file_text(ctx, path.text, &text));
    assert_string_equal(text, "{\"a\": 1}");
    free(text);
    file_put(path.text, "", 0);
    assert_ok(ctx, lac_file_text(ctx, path.text, &text));
    assert_string_equal(text, "");
    free(text);
    file_put(path.text, "a\0b", 3);
    assert_status(ctx, lac_file_text(ctx, path.text, &text), LAC_ERROR_FORMAT);
    assert_message(ctx, "a NUL byte in the file");
    assert_null(text);
    assert_true(lac_json_is_valid(marked, sizeof marked - 1));
    assert_false(lac_json_is_valid(marked, 3));
    folder_free(&folder);
    lac_context_free(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_those_of_the_standard),
        cmocka_unit_test(names_are_alike_in_letters_of_any_case),
        cmocka_unit_test(any_bytes_are_written_as_what_reads_them_can_read),
        cmocka_unit_test(cells_are_quoted_where_they_must_be),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
