/*
 * Numbers as text: that every double survives, and that the program's locale has no say. The
 * locale with a decimal comma is made here, from the system's sources of it.
 */
#define _POSIX_C_SOURCE 200809L
#include "support.h"

#include <locale.h>
#include <math.h>

static double read_back(const char *text)
{
    double value = 0;
    assert_true(lac_number_read(text, &value));
    return value;
}

static void every_double_survives(void **state)
{
    (void)state;
    char text[LAC_NUMBER];
    static const double edges[] = {0, 1, -1, 0.1, 1.0 / 3, 1e-5, 5e-324, 2.2250738585072014e-308,
                                   1.7976931348623157e308, 9007199254740992, 1e22, 1e23};
    for (int i = 0; i < LAC_COUNT(edges); i++)
        assert_true(read_back(lac_number_text(edges[i], text)) == edges[i]);
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t bits = lac_random(1, 2, i);
        double value, back;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        back = read_back(lac_number_text(value, text));
        assert_memory_equal(&back, &value, sizeof value);
    }
    assert_true(isinf(read_back(lac_number_text((double)INFINITY, text))));
    assert_true(isnan(read_back(lac_number_text((double)NAN, text))));
}

static void texts_are_as_short_as_can_be(void **state)
{
    (void)state;
    char text[LAC_NUMBER];
    assert_string_equal(lac_number_text(0.1, text), "0.1");
    assert_string_equal(lac_number_text(1e-8, text), "1e-08");
    assert_string_equal(lac_number_text(256, text), "256");
    assert_string_equal(lac_number_text(nextafter(0.1, 1), text), "0.10000000000000002");
    assert_string_equal(lac_number_digits(2.0 / 3, 3, text), "0.667");
    assert_string_equal(lac_number_digits(-12345.678, 3, text), "-1.23e+04");
}

static void only_whole_texts_are_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " 1", "1 ", "\t1", "1x", "1,5", "x", "--1", "1.5.2", "."};
    for (int i = 0; i < LAC_COUNT(bad); i++) {
        double value = 7;
        assert_false(lac_number_read(bad[i], &value));
        assert_true(value == 7);
    }
    assert_true(read_back("0x1.8p+3") == 12);
    assert_true(read_back("-0x1p-1074") == -5e-324);
    assert_true(read_back("+1.5e2") == 150);
    assert_true(isinf(read_back("1e999")));
}

static int use_commas(const test_folder *folder)
{
    char command[800];
    test_path path = path_in(folder, "de_DE.UTF-8");
    snprintf(command, sizeof command, "localedef -f UTF-8 -i de_DE %s >%s/log 2>&1", path.text,
             folder->path);
    return system(command) == 0 && setenv("LOCPATH", folder->path, 1) == 0 &&
           setlocale(LC_ALL, "de_DE.UTF-8") && localeconv()->decimal_point[0] == ',';
}

static void the_locale_has_no_say(void **state)
{
    test_folder folder;
    folder_new(&folder);
    int is_there = use_commas(&folder);
    folder_free(&folder);
    if (!is_there)
        skip();
    char comma[8];
    snprintf(comma, sizeof comma, "%g", 0.5);
    assert_string_equal(comma, "0,5"); /* the test can fail */
    texts_are_as_short_as_can_be(state);
    only_whole_texts_are_numbers(state);
    every_double_survives(state);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_double_survives),
        cmocka_unit_test(texts_are_as_short_as_can_be),
        cmocka_unit_test(only_whole_texts_are_numbers),
        cmocka_unit_test(the_locale_has_no_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
