/*
 * Numbers as text, with a point in every locale. printf and strtod take the decimal point of
 * the program's locale; a file must read the same everywhere.
 */
#define _GNU_SOURCE /* strtod_l */
#include "base/base.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* Puts a point in place of the locale's, which may be several bytes. */
static void set_point(char *text)
{
    char *from = text + strspn(text, "+-0123456789");
    size_t length = strcspn(from, "+-0123456789einf");
    if (length == 0) /* a whole number, infinity or NaN */
        return;
    *from = '.';
    memmove(from + 1, from + length, strlen(from + length) + 1);
}

const char *lac_number_digits(double value, int digits, char text[LAC_NUMBER])
{
    snprintf(text, LAC_NUMBER, "%.*g", digits, value);
    set_point(text);
    return text;
}

const char *lac_number_decimals(double value, int decimals, char text[LAC_NUMBER])
{
    snprintf(text, LAC_NUMBER, "%.*f", decimals, value);
    set_point(text);
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
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return 0;
    double value = strtod_l(text, &end, plain);
    freelocale(plain);
    if (end == text || *end != '\0')
        return 0;
    *out = value;
    return 1;
}
