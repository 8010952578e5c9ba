/*
 * Numbers as text, with a point in every locale. printf and strtod take the decimal point of
 * the program's locale; a file must read the same everywhere.
 */
#define _POSIX_C_SOURCE 200809L /* uselocale */
#include "base/base.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* Puts the calling thread into the locale of plain C, which the C library has at hand. */
static locale_t enter_plain(locale_t *before)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *before = uselocale(plain);
    return plain;
}

static void leave_plain(locale_t plain, locale_t before)
{
    uselocale(before);
    if (plain)
        freelocale(plain);
}

int lac_vformat(char *text, size_t size, const char *format, va_list args)
{
    locale_t before;
    locale_t plain = enter_plain(&before);
    int length = vsnprintf(text, size, format, args);
    leave_plain(plain, before);
    return length;
}

int lac_format(char *text, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = lac_vformat(text, size, format, args);
    va_end(args);
    return length;
}

void lac_print(FILE *stream, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    locale_t before;
    locale_t plain = enter_plain(&before);
    vfprintf(stream, format, args);
    leave_plain(plain, before);
    va_end(args);
}

const char *lac_reason(int error)
{
    locale_t before;
    locale_t plain = enter_plain(&before);
    const char *reason = strerror(error);
    leave_plain(plain, before);
    return reason;
}

const char *lac_number_digits(double value, int digits, char text[LAC_NUMBER])
{
    lac_format(text, LAC_NUMBER, "%.*g", digits, value);
    return text;
}

const char *lac_number_decimals(double value, int decimals, char text[LAC_NUMBER])
{
    lac_format(text, LAC_NUMBER, "%.*f", decimals, value);
    return text;
}

const char *lac_number_text(double value, char text[LAC_NUMBER])
{
    double back = 0;
    for (int digits = 15; digits <= 17; digits++) /* 15 always survive, 17 always suffice */
        if (lac_number_read(lac_number_digits(value, digits, text), &back) && back == value)
            break;
    return text;
}

int lac_number_read(const char *text, double *out)
{
    char *end;
    if (*text == '\0' || strchr(" \t\n\v\f\r", *text))
        return 0;
    locale_t before;
    locale_t plain = enter_plain(&before);
    double value = strtod(text, &end);
    leave_plain(plain, before);
    if (end == text || *end != '\0')
        return 0;
    *out = value;
    return 1;
}
