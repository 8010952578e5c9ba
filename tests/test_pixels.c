/*
 * The readers of pixels: the reference against a reader of characters, every level that
 * the machine has against the same, on good text and odd, of any length and at any place.
 */
#include "kernel/kernel.h"
#include "kernel/pixels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONGEST = 700, GUARD = 0xa5 };

/* The contract of lac_pixels, character by character. */
static size_t read_slowly(const char **text, const char *end, uint8_t *out, size_t limit)
{
    size_t count = 0;
    for (; count < limit; count++) {
        const char *p = *text;
        int value = 0;
        while (p < end && p - *text < 3 && *p >= '0' && *p <= '9')
            value = 10 * value + (*p++ - '0');
        if (p == *text || p == end || *p != ' ' || value > 255)
            break;
        out[count] = (uint8_t)value;
        *text = p + 1;
    }
    return count;
}

/* Every byte that the reader may touch is in memory of just that size. */
static void check(lac_cpu level, const char *text, size_t size, size_t limit)
{
    uint8_t want[LONGEST], got[LONGEST + 64];
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, text, size);
    memset(got, GUARD, sizeof got);
    const char *want_end = text, *got_end = exact;
    size_t count = read_slowly(&want_end, text + size, want, limit);
    size_t read = lac_pixels_get(level)(&got_end, exact + size, got, limit);
    if (read != count || got_end - exact != want_end - text || memcmp(got, want, count) != 0)
        fail_msg("%s: \"%.*s\", limit %zu: %zu numbers in %td bytes, must be %zu in %td",
                 lac_cpu_name(level), (int)size, text, limit, read, got_end - exact, count,
                 want_end - text);
    for (size_t i = limit; i < sizeof got; i++)
        assert_int_equal(got[i], GUARD);
    free(exact);
}

static void check_levels(const char *text, size_t size, size_t limit)
{
    for (lac_cpu level = LAC_CPU_REF; level <= LAC_CPU_AMX; level++)
        if (lac_kernels_level(level) == level)
            check(level, text, size, limit);
}

/* Random numbers, each with a space behind, of few digits or many. Returns the length. */
static size_t write_numbers(char *text, int count, uint64_t seed)
{
    char *p = text;
    for (int i = 0; i < count; i++) {
        uint64_t bits = lac_random(seed, 0, (uint64_t)i);
        int width = (bits >> 20) % 8 == 0 ? 3 : 1; /* leading zeros too */
        p += sprintf(p, "%0*d ", width, (int)(bits & 255) >> (bits >> 8 & 7));
    }
    return (size_t)(p - text);
}

static void every_number_of_three_digits_is_read_or_left(void **state)
{
    (void)state;
    for (int value = 0; value < 1000; value++)
        for (int width = 1; width <= 3; width++) {
            char text[LONGEST];
            size_t size = write_numbers(text, 40, (uint64_t)value);
            size += (size_t)sprintf(text + size, "%0*d ", width, value);
            size += write_numbers(text + size, 40, 7);
            check_levels(text, size, LONGEST);
        }
}

static void text_may_end_anywhere(void **state)
{
    (void)state;
    char text[LONGEST];
    for (uint64_t seed = 0; seed < 20; seed++) {
        size_t size = write_numbers(text, 70, seed);
        for (size_t end = 0; end <= size; end++)
            check_levels(text, end, LONGEST);
        for (size_t limit = 0; limit <= 71; limit++)
            check_levels(text, size, limit);
        for (size_t start = 0; start < 70; start++)
            check_levels(text + start, size - start, LONGEST);
    }
}

static void what_is_odd_is_left_wherever_it_stands(void **state)
{
    static const struct {
        const char *text;
        size_t size;
    } odd[] = {
        {" ", 1},    {"  ", 2},   {"\t", 1},   {"\r", 1},     {"\n", 1},    {",", 1},
        {"\0", 1},   {"1\0", 2},  {"x", 1},    {"/ ", 2},     {": ", 2},    {"12: ", 4},
        {"-1 ", 3},  {"+1 ", 3},  {"1.5 ", 4}, {"\xb2 ", 2},  {"\x10 ", 2}, {"\x80 ", 2},
        {"0000 ", 5}, {"0255 ", 5}, {"1000 ", 5}, {"12345678901234567890 ", 21},
        {"256 ", 4}, {"999 ", 4}, {"1\t2 ", 4}, {"\"", 1},    {"0\x80 ", 3}, {"\xff\xff\xff ", 4},
    };
    (void)state;
    for (int o = 0; o < LAC_COUNT(odd); o++)
        for (int in_front = 0; in_front < 70; in_front++)
            for (uint64_t seed = 0; seed < 3; seed++) {
                char text[LONGEST];
                size_t size = write_numbers(text, in_front, seed);
                size_t cut = seed == 2 && size > 0; /* right behind a digit */
                size -= cut;
                memcpy(text + size, odd[o].text, odd[o].size);
                size += odd[o].size;
                size += write_numbers(text + size, 80, seed);
                check_levels(text, size, LONGEST);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_three_digits_is_read_or_left),
        cmocka_unit_test(text_may_end_anywhere),
        cmocka_unit_test(what_is_odd_is_left_wherever_it_stands),
    };
    return cmocka_run_group_tests_name("pixels", tests, NULL, NULL);
}
