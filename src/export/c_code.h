/*
 * A model as C, between the files that write it: c_layout.c gives its maps their places in the
 * caller's memory, c_weights.c writes the constants, c_code.c the program.
 */
#ifndef LAC_EXPORT_C_CODE_H
#define LAC_EXPORT_C_CODE_H

#include "export/steps.h"

enum { LAC_C_NAME = 33, LAC_C_BLOCK = 16 };

/* A map of the program: pixels of c channels, with a frame. */
typedef struct lac_c_map {
    int h, w, c, frame;
    size_t offset; /* in the caller's memory, floats */
} lac_c_map;

typedef struct lac_c {
    const lac_steps *steps;
    const lac_export_config *config;
    const char *name;        /* "face" */
    char upper[LAC_C_NAME];  /* "FACE" */
    lac_c_map *map;          /* [steps] */
    lac_c_map *strip;        /* [steps] rows of a convolution in front of its pool */
    lac_layer *layer;        /* [steps] their words */
    size_t floats;           /* of the caller's memory */
    size_t weight_bytes;
} lac_c;

/* Places the maps. MEMORY. */
lac_status lac_c_layout(lac_context *ctx, lac_c *c);

/* "3_b_in", the end of names of what belongs to step 3. */
typedef struct lac_c_ident {
    char text[LAC_NAME + 16];
} lac_c_ident;
lac_c_ident lac_c_ident_of(const lac_c *c, int step);

/* Numbers of a step's weights, blocks of channels filled up. */
size_t lac_c_weights(const lac_step *step);

/* A text as part of a comment, and as a string of C. */
void lac_c_comment(FILE *stream, const char *text);
void lac_c_string(FILE *stream, const char *text);

/* NAME.h, NAME.c, NAME_weights.c, example.c. */
void lac_c_put_header(const lac_c *c, FILE *stream);
void lac_c_put_program(const lac_c *c, FILE *stream);
void lac_c_put_weights(const lac_c *c, FILE *stream);
void lac_c_put_example(const lac_c *c, FILE *stream);

/* A text that ships: export/c/ and export/page/, by its name without the ending. */
const char *lac_c_part(const char *name);

#endif
