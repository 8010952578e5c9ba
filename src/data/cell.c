/*
 * The numbers in cells, and the messages about them. Nine bytes of ten in a table are
 * pixels: a kernel reads the usual ones, up to three digits and a space; what it leaves
 * is read here, one by one.
 */
#include "data/csv.h"
#include "kernel/pixels.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A word for a message, at most 24 characters of it. */
typedef struct shown {
    char text[28];
} shown;

static shown show(const char *text, size_t length)
{
    shown s = {""};
    size_t kept = length < 24 ? length : 24;
    memcpy(s.text, text, kept);
    memcpy(s.text + kept, "...", length > kept ? 4 : 0);
    return s;
}

/* Messages are printable and one line, whatever the file holds. */
static void clean(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

lac_status lac_csv_fail(const lac_csv *csv, int column, const char *format, ...)
{
    char text[300];
    char where[48] = "";
    va_list args;
    va_start(args, format);
    lac_vformat(text, sizeof text, format, args);
    va_end(args);
    if (column >= csv->columns || (column >= 0 && csv->name[column][0] == 0))
        snprintf(where, sizeof where, ", column %d", column + 1);
    else if (column >= 0)
        snprintf(where, sizeof where, ", column %s",
                 show(csv->name[column], strlen(csv->name[column])).text);
    clean(where);
    clean(text);
    return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: row %ld%s: %s", lac_stream_name(csv->stream),
                    csv->row, where, text);
}

lac_status lac_csv_fail_cell(const lac_csv *csv, int column, const char *required)
{
    const lac_cell *cell = &csv->cell[column];
    if (memchr(cell->text, 0, cell->length))
        return lac_csv_fail(csv, column, "a NUL byte in the cell");
    return lac_csv_fail(csv, column, "\"%s\" is not %s", show(cell->text, cell->length).text,
                        required);
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A number as mantissa * 10^exponent. */
typedef struct decimal {
    int negative;
    uint64_t mantissa;
    int digits; /* of the mantissa, without leading zeros */
    int exponent;
    int cut;    /* 1 when the cell has more digits than the mantissa took */
} decimal;

static void add_digit(decimal *d, char c, int behind_point)
{
    if (d->digits == 19) {
        d->cut = 1;
        d->exponent += !behind_point;
        return;
    }
    d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
    d->digits += d->mantissa != 0;
    d->exponent -= behind_point;
}

/* Reads [sign] digits [. digits] [e [sign] digits]; 0 if the cell holds anything else. */
static int read_decimal(const lac_cell *cell, decimal *d)
{
    const char *p = cell->text;
    int some = 0;
    *d = (decimal){.negative = *p == '-'};
    p += *p == '-' || *p == '+';
    for (; is_digit(*p); p++, some = 1)
        add_digit(d, *p, 0);
    if (*p == '.')
        for (p++; is_digit(*p); p++, some = 1)
            add_digit(d, *p, 1);
    if (some && (*p == 'e' || *p == 'E')) {
        p++;
        int sign = *p == '-' ? -1 : 1;
        p += *p == '-' || *p == '+';
        int exponent = 0;
        some = is_digit(*p);
        for (; is_digit(*p); p++)
            exponent = exponent < 10000 ? exponent * 10 + (*p - '0') : exponent;
        d->exponent += sign * exponent;
    }
    return some && p == cell->text + cell->length;
}

/* A mantissa below 2^53 and a power of ten up to 10^22 are exact doubles, so one multiplication
 * or division rounds once, which is correct (Clinger 1990). The C library does all others. */
lac_status lac_csv_number(const lac_csv *csv, int column, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    decimal d;
    if (!read_decimal(&csv->cell[column], &d))
        return lac_csv_fail_cell(csv, column, "a number");
    if (d.mantissa >> 53 == 0 && !d.cut && d.exponent >= -22 && d.exponent <= 22) {
        double m = (double)d.mantissa;
        double value = d.exponent < 0 ? m / power[-d.exponent] : m * power[d.exponent];
        *out = d.negative ? -value : value;
        return LAC_OK;
    }
    if (!lac_number_read(csv->cell[column].text, out))
        return lac_csv_fail_cell(csv, column, "a number");
    return LAC_OK;
}

lac_status lac_csv_integer(const lac_csv *csv, int column, int *out)
{
    const lac_cell *cell = &csv->cell[column];
    long long value = 0;
    size_t i = 0;
    for (; i < cell->length && is_digit(cell->text[i]) && value <= INT_MAX; i++)
        value = value * 10 + (cell->text[i] - '0');
    if (i == 0 || i < cell->length || value > INT_MAX)
        return lac_csv_fail_cell(csv, column, "a whole number of 0 to 2147483647");
    *out = (int)value;
    return LAC_OK;
}

/* Fails because the word at `text` is not a pixel. */
static lac_status fail_pixel(const lac_csv *csv, int column, size_t pixel, const char *text)
{
    size_t length = strcspn(text, " \t\r");
    if (length == 0)
        return lac_csv_fail(csv, column, "a NUL byte in the cell");
    return lac_csv_fail(csv, column, "pixel %zu, \"%s\", is not a whole number of 0 to 255", pixel,
                        show(text, length).text);
}

lac_status lac_csv_pixels(const lac_csv *csv, int column, uint8_t *out, size_t limit,
                          size_t *count)
{
    const char *p = csv->cell[column].text;
    const char *end = p + csv->cell[column].length;
    lac_pixels *read_usual = lac_pixels_get(csv->ctx->cpu);
    size_t n = 0;
    for (;; n++) {
        if (n < limit)
            n += read_usual(&p, end, out + n, limit - n);
        while (is_blank(*p))
            p++;
        if (p == end)
            break;
        const char *word = p;
        int value = 0;
        for (; is_digit(*p); p++)
            value = value > 255 ? value : value * 10 + (*p - '0');
        if (p == word || value > 255 || !(is_blank(*p) || p == end))
            return fail_pixel(csv, column, n + 1, word);
        if (n < limit)
            out[n] = (uint8_t)value;
    }
    *count = n;
    return LAC_OK;
}
