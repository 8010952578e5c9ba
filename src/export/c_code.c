/*
 * A model's program and header. The functions of the layers are the files of export/c/, of which a
 * program gets those that it needs; what follows them is written here: the layers' constants, and
 * one function that calls a layer after the other.
 */
#include "export/c_code.h"

#include "base/shipped.h"

#include <string.h>

/* ---- Text ------------------------------------------------------------------------------------ */

/* Two letters that would end the comment, or that compilers warn of in one: ends, beginnings, and
 * question marks, which begin a trigraph. */
static int is_apart(const char *text)
{
    return strncmp(text, "*/", 2) == 0 || strncmp(text, "/*", 2) == 0 ||
           strncmp(text, "??", 2) == 0;
}

void lac_c_comment(FILE *stream, const char *text)
{
    for (; *text; text++) {
        fputc((unsigned char)*text < ' ' ? ' ' : *text, stream);
        if (is_apart(text))
            fputc(' ', stream);
    }
}

void lac_c_string(FILE *stream, const char *text)
{
    fputc('"', stream);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < ' ' || c > '~' || strchr("\"\\?", c))
            fprintf(stream, "\\%03o", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
}

lac_c_ident lac_c_ident_of(const lac_c *c, int step)
{
    lac_c_ident ident;
    const int used = snprintf(ident.text, sizeof ident.text, "%d_", step);
    snprintf(ident.text + used, sizeof ident.text - (size_t)used, "%s",
             c->steps->step[step].node->name);
    for (char *p = ident.text; *p; p++)
        *p = (char)(*p == '.' || *p == '-' ? '_' : *p);
    return ident;
}

/* ---- The header ------------------------------------------------------------------------------ */

static void put_line(FILE *stream, const char *what, const char *text)
{
    if (!text)
        return;
    fprintf(stream, " * %s: ", what);
    lac_c_comment(stream, text);
    fputc('\n', stream);
}

/* What the model is, as lines of a comment. */
static void put_about(const lac_c *c, FILE *stream)
{
    const lac_model *model = c->steps->model;
    char source[24];
    snprintf(source, sizeof source, "%d", c->config->source + 1);
    put_line(stream, "Network", model->name);
    if (model->heads.count > 1)
        put_line(stream, "Label source", source);
    put_line(stream, "Crop", c->config->crop);
    put_line(stream, "Licence", c->config->licence);
}

void lac_c_put_header(const lac_c *c, FILE *stream)
{
    const char *name = c->name, *upper = c->upper;
    fprintf(stream, "/*\n * %d points of a picture. Written by lacuna %s.\n", c->steps->points,
            LAC_VERSION);
    put_about(c, stream);
    fprintf(stream, " */\n#ifndef %s_H\n#define %s_H\n\n", upper, upper);
    fprintf(stream, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    fprintf(stream, "#define %s_SIZE %d /* side of the picture, pixels */\n", upper,
            c->steps->model->size);
    fprintf(stream, "#define %s_POINTS %d\n", upper, c->steps->points);
    fprintf(stream, "#define %s_FLOATS %zu /* of memory lent to a prediction, %zu bytes */\n\n",
            upper, c->floats, c->floats * sizeof(float));
    fprintf(stream, "extern const char *const %s_names[%s_POINTS];\n\n", name, upper);
    fprintf(stream,
            "/* Finds the points of a grey picture [%s_SIZE, %s_SIZE], rows from the top, 0\n"
            " * black. xy [%s_POINTS, 2] are pixels from the centre of the top left pixel, x to\n"
            " * the right, y down. `memory` [%s_FLOATS] may hold anything; with memory of its\n"
            " * own every thread may predict at the same time. */\n",
            upper, upper, upper, upper);
    fprintf(stream, "void %s_predict(const unsigned char *pixels, float *memory, float *xy);\n\n",
            name);
    fprintf(stream, "#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* ---- Functions of the layers ----------------------------------------------------------------- */

const char *lac_c_part(const char *name)
{
    const lac_shipped *part = lac_c_parts;
    while (part->name && strcmp(part->name, name) != 0)
        part++;
    return part->text;
}

static void put_part(FILE *stream, const char *name)
{
    fprintf(stream, "\n%s", lac_c_part(name));
}

/* A part for rows of so many floats: what stands for @N@ ends the names of types and functions. */
static void put_part_for(FILE *stream, const char *name, const char *lanes)
{
    const char *text = lac_c_part(name);
    fputc('\n', stream);
    for (const char *at; (at = strchr(text, '@')); text = at + strlen("@N@")) {
        fwrite(text, 1, (size_t)(at - text), stream);
        fputs(lanes, stream);
    }
    fputs(text, stream);
}

static void put_sums(FILE *stream, const char *name)
{
    put_part_for(stream, name, "");
    fputs("\n#if HAS_WIDER_LANES", stream);
    put_part_for(stream, name, "8");
    put_part_for(stream, name, "16");
    fputs("#endif\n", stream);
}

static int has(const lac_c *c, lac_step_kind kind)
{
    for (int i = 0; i < c->steps->count; i++)
        if (c->steps->step[i].kind == kind)
            return 1;
    return 0;
}

static int has_pool(const lac_c *c, int pool)
{
    for (int i = 0; i < c->steps->count; i++)
        if (c->steps->step[i].kind == LAC_STEP_CONV && c->steps->step[i].pool == pool)
            return 1;
    return 0;
}

static void put_convs(const lac_c *c, FILE *stream)
{
    put_part(stream, "places");
    put_sums(stream, "conv_sums.c");
    put_part(stream, "conv");
    if (has_pool(c, 0))
        put_part(stream, "conv_whole");
    if (has_pool(c, 1))
        put_part(stream, "conv_pool");
}

static void put_parts(const lac_c *c, FILE *stream)
{
    put_part(stream, "lanes");
    put_part(stream, c->config->int8 ? "weights_int8" : "weights_float32");
    put_part(stream, "map");
    put_part(stream, "picture");
    put_part(stream, "layer");
    if (has(c, LAC_STEP_CONV))
        put_convs(c, stream);
    if (has(c, LAC_STEP_ADD))
        put_part(stream, "add");
    if (has(c, LAC_STEP_CONCAT))
        put_part(stream, "concat");
    if (has(c, LAC_STEP_MEAN))
        put_part(stream, "mean");
    if (has(c, LAC_STEP_DENSE)) {
        put_sums(stream, "dense_sums.c");
        put_part(stream, "dense");
    }
    if (has(c, LAC_STEP_SOFTARGMAX))
        put_part(stream, "softargmax");
}

/* ---- The model ------------------------------------------------------------------------------- */

static void put_layer(const lac_c *c, FILE *stream, int i)
{
    const lac_step *step = &c->steps->step[i];
    const char *name = c->name;
    const lac_c_ident id = lac_c_ident_of(c, i);
    fprintf(stream, "extern const weight %s_w%s[%zu];\n", name, id.text, lac_c_weights(step));
    fprintf(stream, "extern const float %s_b%s[%d];\n", name, id.text, step->rows);
    if (step->scale)
        fprintf(stream, "extern const float %s_s%s[%d];\n", name, id.text, step->rows);
    fprintf(stream, "static const layer l%s = {%s_w%s, ", id.text, name, id.text);
    if (step->scale)
        fprintf(stream, "%s_s%s", name, id.text);
    else
        fprintf(stream, "0");
    fprintf(stream, ", %s_b%s, %d, %d, %d};\n", name, id.text, step->k, step->stride, step->relu);
}

static void put_map(FILE *stream, const char *kind, const char *ident, const lac_c_map *m)
{
    fprintf(stream, "    const map %s%s = {memory + %zu, %d, %d, %d, %d};\n", kind, ident,
            m->offset, m->h, m->w, m->c, m->frame);
}

static void put_maps(const lac_c *c, FILE *stream)
{
    for (int i = 0; i < c->steps->count; i++) {
        put_map(stream, "m", lac_c_ident_of(c, i).text, &c->map[i]);
        if (c->steps->step[i].pool)
            put_map(stream, "strip", lac_c_ident_of(c, i).text, &c->strip[i]);
    }
}

static lac_c_ident input_of(const lac_c *c, int i, int input)
{
    return lac_c_ident_of(c, c->steps->step[i].node->input[input]);
}

static void put_conv(const lac_c *c, FILE *stream, int i)
{
    const lac_step *step = &c->steps->step[i];
    const lac_c_ident id = lac_c_ident_of(c, i), from = input_of(c, i, 0);
    if (step->pool)
        fprintf(stream, "    conv_pool(m%s, m%s, strip%s, &l%s);\n", from.text, id.text, id.text,
                id.text);
    else if (step->node->added)
        fprintf(stream, "    conv(m%s, m%s, m%s, &l%s);\n", from.text, id.text,
                input_of(c, i, step->node->inputs - 1).text, id.text);
    else
        fprintf(stream, "    conv(m%s, m%s, nothing, &l%s);\n", from.text, id.text, id.text);
}

/* A function of several maps. */
static void put_several(const lac_c *c, FILE *stream, int i, const char *function)
{
    const lac_step *step = &c->steps->step[i];
    const lac_c_ident id = lac_c_ident_of(c, i);
    fprintf(stream, "    const map of%s[%d] = {", id.text, step->node->inputs);
    for (int k = 0; k < step->node->inputs; k++)
        fprintf(stream, "%sm%s", k ? ", " : "", input_of(c, i, k).text);
    fprintf(stream, "};\n    %s(of%s, %d, m%s", function, id.text, step->node->inputs, id.text);
    if (step->kind == LAC_STEP_ADD)
        fprintf(stream, ", %d", step->relu);
    fprintf(stream, ");\n");
}

static void put_call(const lac_c *c, FILE *stream, int i)
{
    const lac_step *step = &c->steps->step[i];
    const lac_c_ident id = lac_c_ident_of(c, i);
    if (step->kind != LAC_STEP_PICTURE) {
        fprintf(stream, "    /* %s: ", step->node->name);
        lac_c_comment(stream, c->layer[i].what);
        fprintf(stream, " */\n");
    }
    switch (step->kind) {
    case LAC_STEP_PICTURE:
        fprintf(stream, "    picture(pixels, m%s);\n", id.text);
        break;
    case LAC_STEP_ADD:
        put_several(c, stream, i, "add");
        break;
    case LAC_STEP_CONCAT:
        put_several(c, stream, i, "concat");
        break;
    case LAC_STEP_CONV:
        put_conv(c, stream, i);
        break;
    case LAC_STEP_DENSE:
        fprintf(stream, "    dense(m%s, m%s, &l%s);\n", input_of(c, i, 0).text, id.text, id.text);
        break;
    case LAC_STEP_MEAN:
        fprintf(stream, "    mean(m%s, m%s);\n", input_of(c, i, 0).text, id.text);
        break;
    case LAC_STEP_SOFTARGMAX:
        fprintf(stream, "    softargmax(m%s, m%s, %s_SIZE);\n", input_of(c, i, 0).text, id.text,
                c->upper);
        break;
    }
}

static void put_answer(const lac_c *c, FILE *stream)
{
    fprintf(stream, "\n    /* The output is in halves of the side, from the picture's middle. */\n"
                    "    static const int pair[%s_POINTS] = {", c->upper);
    for (int p = 0; p < c->steps->points; p++)
        fprintf(stream, "%s%d", p == 0 ? "" : p % 20 ? ", " : ",\n        ", c->steps->place[p]);
    fprintf(stream, "};\n"
                    "    const float half = (float)%s_SIZE / 2.0f;\n"
                    "    for (int p = 0; p < %s_POINTS; p++) {\n"
                    "        xy[2 * p] = m%s.at[2 * pair[p]] * half + half;\n"
                    "        xy[2 * p + 1] = m%s.at[2 * pair[p] + 1] * half + half;\n"
                    "    }\n", c->upper, c->upper, lac_c_ident_of(c, c->steps->output).text,
            lac_c_ident_of(c, c->steps->output).text);
}

static void put_names(const lac_c *c, FILE *stream)
{
    fprintf(stream, "\nconst char *const %s_names[%s_POINTS] = {\n", c->name, c->upper);
    for (int p = 0; p < c->steps->points; p++) {
        fputs("    ", stream);
        lac_c_string(stream, c->steps->model->names[c->steps->point[p]]);
        fputs(",\n", stream);
    }
    fputs("};\n", stream);
}

void lac_c_put_program(const lac_c *c, FILE *stream)
{
    fprintf(stream, "/*\n * How %s.h finds points. Written by lacuna %s; C99, no library.\n",
            c->name, LAC_VERSION);
    put_about(c, stream);
    fprintf(stream, " */\n#include \"%s.h\"\n", c->name);
    put_parts(c, stream);
    fprintf(stream, "\n/* The layers: w are weights, %sb biases, of %s_weights.c. */\n",
            c->config->int8 ? "s their scales, " : "", c->name);
    for (int i = 0; i < c->steps->count; i++)
        if (c->steps->step[i].weight)
            put_layer(c, stream, i);
    put_names(c, stream);
    fprintf(stream, "\nvoid %s_predict(const unsigned char *pixels, float *memory, float *xy)\n{\n",
            c->name);
    put_maps(c, stream);
    if (has_pool(c, 0))
        fprintf(stream, "    const map nothing = {0, 0, 0, 0, 0};\n\n");
    for (int i = 0; i < c->steps->count; i++)
        put_call(c, stream, i);
    put_answer(c, stream);
    fprintf(stream, "}\n");
}

/* The example, with the model's name. */
void lac_c_put_example(const lac_c *c, FILE *stream)
{
    const char *text = lac_c_part("example.c");
    for (const char *at; (at = strchr(text, '@')); text = at + strlen("@NAME@")) {
        fwrite(text, 1, (size_t)(at - text), stream);
        fputs(strncmp(at, "@NAME@", strlen("@NAME@")) == 0 ? c->upper : c->name, stream);
    }
    fputs(text, stream);
}
