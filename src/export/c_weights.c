/*
 * The constants of a C program. A layer's weights lie as its loops read them: a block of 16 output
 * channels behind the other, in each the inputs row by row, pixel by pixel, channel by channel, and
 * for each input the 16 weights; what fills up the last block is 0.
 *
 * A float is written as a whole number in hexadecimal times a power of two, exactly as it is.
 */
#include "export/c_code.h"
#include "export/round.h"

#include <math.h>
#include <string.h>

size_t lac_c_weights(const lac_step *step)
{
    return (size_t)(step->rows + LAC_C_BLOCK - 1) / LAC_C_BLOCK * LAC_C_BLOCK *
           (size_t)step->columns;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* A number's text, in lines that end before column 100. */
static void put_text(FILE *stream, const char *text, int *column)
{
    int length = (int)strlen(text) + 2;
    if (*column + length > 98) {
        fputs("\n   ", stream);
        *column = 3;
    }
    fprintf(stream, " %s,", text);
    *column += length;
}

static void put_float(FILE *stream, float value, int *column)
{
    char text[40] = "0";
    int exponent;
    long digits = (long)ldexp(frexp(fabs((double)value), &exponent), 24);
    for (exponent -= 24; digits && digits % 2 == 0; exponent++)
        digits /= 2;
    if (digits)
        snprintf(text, sizeof text, "%s0x%lxp%df", value < 0 ? "-" : "", (unsigned long)digits,
                 exponent);
    put_text(stream, text, column);
}

static void put_byte(FILE *stream, int value, int *column)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    put_text(stream, text, column);
}

/* ---- Arrays ---------------------------------------------------------------------------------- */

static void begin_array(const lac_c *c, FILE *stream, const char *type, const char *kind, int step,
                        size_t count)
{
    fprintf(stream, "const %s %s_%s%s[%zu] = {\n   ", type, c->name, kind,
            lac_c_ident_of(c, step).text, count);
}

static void put_floats(const lac_c *c, FILE *stream, const char *kind, int step,
                       const float *values, int count)
{
    int column = 3;
    begin_array(c, stream, "float", kind, step, (size_t)count);
    for (int i = 0; i < count; i++)
        put_float(stream, values[i], &column);
    fputs("\n};\n", stream);
}

/* The weight of input i, in the program's order, in a row of [c, h, w]. */
static float weight_at(const lac_step *step, const float *row, int i)
{
    const lac_shape in = step->node->in;
    const int plane = step->kind == LAC_STEP_CONV ? step->k * step->k : in.h * in.w;
    return row[i % in.c * plane + i / in.c];
}

static void put_weights(const lac_c *c, FILE *stream, int i, const float *scale)
{
    const lac_step *step = &c->steps->step[i];
    int column = 3;
    begin_array(c, stream, scale ? "signed char" : "float", "w", i, lac_c_weights(step));
    for (int first = 0; first < step->rows; first += LAC_C_BLOCK)
        for (int input = 0; input < step->columns; input++)
            for (int r = first; r < first + LAC_C_BLOCK; r++) {
                const float *row = step->weight + (size_t)r * (size_t)step->columns;
                float value = r < step->rows ? weight_at(step, row, input) : 0.0f;
                if (scale)
                    put_byte(stream, r < step->rows ? lac_round_byte(value, scale[r]) : 0,
                             &column);
                else
                    put_float(stream, value, &column);
            }
    fputs("\n};\n", stream);
}

static void put_step(const lac_c *c, FILE *stream, int i)
{
    const lac_step *step = &c->steps->step[i];
    fputs("\n/* ", stream);
    lac_c_comment(stream, step->node->name);
    fputs(" */\n", stream);
    put_weights(c, stream, i, step->scale);
    if (step->scale)
        put_floats(c, stream, "s", i, step->scale, step->rows);
    put_floats(c, stream, "b", i, step->bias, step->rows);
}

void lac_c_put_weights(const lac_c *c, FILE *stream)
{
    fprintf(stream, "/*\n"
                    " * The constants of %s.c: w are weights%s, b biases. A block of %d channels\n"
                    " * stands behind the other; in it the inputs follow as the program reads\n"
                    " * them, %d weights for each.\n"
                    " */\n",
            c->name, c->config->int8 ? ", s their scales by channel" : "", LAC_C_BLOCK,
            LAC_C_BLOCK);
    for (int i = 0; i < c->steps->count; i++)
        if (c->steps->step[i].weight)
            put_step(c, stream, i);
}
