/*
 * The numbers in cells, and the messages about them. Nine bytes of ten in a table are
 * pixels: a kernel reads the usual ones, up to three digits and a space; what it leaves
 * is read here, one by one.
 */
#include "data/csv.h"
#include "kernel/pixels.h"

#include <limits.h>
#include <math.h>
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

void lac_csv_clean(char *text)
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
    lac_csv_clean(where);
    lac_csv_clean(text);
    return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: row %ld%s: %s", lac_stream_name(csv->stream),
                    csv->row, where, text);
}

/* Whether it is a number, but for a comma in the place of its point. */
static int has_decimal_comma(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, digits);
    size_t part = text[whole] == ',' ? strspn(text + whole + 1, digits) : 0;
    return part > 0 && !text[whole + 1 + part];
}

lac_status lac_csv_fail_cell(const lac_csv *csv, int column, const char *required)
{
    const lac_cell *cell = &csv->cell[column];
    if (memchr(cell->text, 0, cell->length))
        return lac_csv_fail(csv, column, "a NUL byte in the cell");
    return lac_csv_fail(csv, column, "\"%s\" is not %s%s", show(cell->text, cell->length).text,
                        required, csv->separator == ',' && has_decimal_comma(cell->text)
                                      ? "; with decimal commas the sign between columns must be "
                                        "another one, such as ;"
                                      : "");
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
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

/* Reads [sign] digits [. digits] [e [sign] digits] from [p, end); 0 if there is anything else. The
 * byte at `end` is none of a number's. */
static int read_decimal(const char *p, const char *end, decimal *d)
{
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
    return some && p == end;
}

/* A mantissa below 2^53 and a power of ten up to 10^22 are exact doubles, so one multiplication
 * or division rounds once, which is correct (Clinger 1990). The C library does all others. */
static int is_exact(const decimal *d, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->mantissa >> 53 != 0 || d->cut || d->exponent < -22 || d->exponent > 22)
        return 0;
    double m = (double)d->mantissa;
    double value = d->exponent < 0 ? m / power[-d->exponent] : m * power[d->exponent];
    *out = d->negative ? -value : value;
    return 1;
}

lac_status lac_csv_number(const lac_csv *csv, int column, double *out)
{
    const lac_cell *cell = &csv->cell[column];
    char *comma = csv->separator == ',' ? NULL : memchr(cell->text, ',', cell->length);
    decimal d;
    if (comma)
        *comma = '.';
    if (!read_decimal(cell->text, cell->text + cell->length, &d)) {
        if (comma)
            *comma = ',';
        return lac_csv_fail_cell(csv, column, "a number");
    }
    if (is_exact(&d, out))
        return LAC_OK;
    if (!lac_number_read(cell->text, out))
        return lac_csv_fail_cell(csv, column, "a number");
    return LAC_OK;
}

lac_status lac_csv_number_in(const lac_csv *csv, int column, double least, double most,
                             double *out)
{
    char required[2 * LAC_NUMBER + 20], low[LAC_NUMBER], high[LAC_NUMBER];
    LAC_TRY(lac_csv_number(csv, column, out));
    if (*out >= least && *out <= most)
        return LAC_OK;
    snprintf(required, sizeof required, "a number of %s to %s", lac_number_text(least, low),
             lac_number_text(most, high));
    return lac_csv_fail_cell(csv, column, required);
}

int lac_cell_integer(const lac_cell *cell, int *out)
{
    long long value = 0;
    size_t i = 0;
    for (; i < cell->length && is_digit(cell->text[i]) && value <= INT_MAX; i++)
        value = value * 10 + (cell->text[i] - '0');
    if (i == 0 || i < cell->length || value > INT_MAX)
        return 0;
    *out = (int)value;
    return 1;
}

lac_status lac_csv_integer(const lac_csv *csv, int column, int *out)
{
    if (lac_cell_integer(&csv->cell[column], out))
        return LAC_OK;
    return lac_csv_fail_cell(csv, column, "a whole number of 0 to 2147483647");
}

/* ---- Pixels ------------------------------------------------------------------------- */

/* Fails because the word at `text` is not a pixel. */
static lac_status fail_pixel(const lac_csv *csv, int column, size_t pixel, const char *text)
{
    size_t length = strcspn(text, " \t\r\n");
    if (length == 0)
        return lac_csv_fail(csv, column, "a NUL byte in the cell");
    return lac_csv_fail(csv, column, "pixel %zu, \"%s\", is not a whole number of 0 to 255", pixel,
                        show(text, length).text);
}

static lac_status read_plain(const lac_csv *csv, int column, uint8_t *out, size_t limit,
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

/* Between the numbers of a list that another program has printed. */
static const char loose_gaps[] = " \t\r\n,[]()";

/* A number of 0 to `most`, 1 or 255; 0 if the word is none. */
static int read_level(const char *word, const char *end, double most, double *out)
{
    decimal d;
    if (!read_decimal(word, end, &d))
        return 0;
    if (!is_exact(&d, out)) /* more digits than a double has */
        *out = (d.negative ? -1.0 : 1.0) * (double)d.mantissa * pow(10, d.exponent);
    return *out >= 0 && *out <= most;
}

static lac_status read_loose(const lac_csv *csv, int column, double most, uint8_t *out,
                             size_t limit, size_t *count)
{
    const char *p = csv->cell[column].text;
    const char *end = p + csv->cell[column].length;
    size_t n = 0;
    for (;; n++) {
        double value;
        p += strspn(p, loose_gaps);
        if (p == end)
            break;
        const char *word = p;
        p += strcspn(p, loose_gaps);
        if (p == word)
            return lac_csv_fail(csv, column, "a NUL byte in the cell");
        if (!read_level(word, p, most, &value))
            return lac_csv_fail(csv, column, "pixel %zu, \"%s\", is not a number of 0 to %g%s",
                                n + 1, show(word, (size_t)(p - word)).text, most,
                                most > 1 ? "" : ", as those of the first picture are");
        if (n < limit)
            out[n] = (uint8_t)(value * (255 / most) + 0.5);
    }
    *count = n;
    return LAC_OK;
}

lac_pixel_form lac_csv_pixel_form(const lac_csv *csv, int column)
{
    const char *p = csv->cell[column].text;
    int has_point = 0;
    if (!strpbrk(p, ".,[]()eE"))
        return LAC_PIXELS_PLAIN;
    for (p += strspn(p, loose_gaps); *p; p += strspn(p, loose_gaps)) {
        const char *word = p;
        double value;
        p += strcspn(p, loose_gaps);
        has_point |= memchr(word, '.', (size_t)(p - word)) != NULL;
        if (!read_level(word, p, 1, &value))
            return LAC_PIXELS_LOOSE;
    }
    return has_point ? LAC_PIXELS_UNIT : LAC_PIXELS_LOOSE;
}

lac_status lac_csv_pixels(const lac_csv *csv, int column, lac_pixel_form form, uint8_t *out,
                          size_t limit, size_t *count)
{
    if (form == LAC_PIXELS_PLAIN)
        return read_plain(csv, column, out, limit, count);
    return read_loose(csv, column, form == LAC_PIXELS_UNIT ? 1 : 255, out, limit, count);
}
