/*
 * Which method of convolving comes first: a table that measurements made (docs/performance.md).
 *
 * The choice is a function of the shape, the level, the storage, the pictures of a chunk, whether a
 * backward pass follows, and the build, never of a clock: the same seed gives the same bits, and a
 * resumed run repeats it.
 */
#ifndef LAC_CHOICE_H
#define LAC_CHOICE_H

#include "kernel/conv.h"

typedef struct lac_range {
    int least, most; /* inclusive; most 0: without a limit */
} lac_range;

/* One line of the table. */
typedef struct lac_choice_row {
    lac_cpu level;
    int storages;       /* LAC_CONV_FLOAT, LAC_CONV_BF16 or both */
    int passes;         /* 0: for training and prediction; LAC_PASSES_TRAIN, LAC_PASSES_PREDICT */
    int k, stride;      /* 0: any */
    lac_range c, oc;    /* channels as stored: multiples of 16, 1 for the pictures */
    lac_range side;     /* the larger one of the input, pixels */
    lac_range chunk;    /* pictures at a time */
    const char *method; /* its name in the list */
} lac_choice_row;

enum { LAC_PASSES_TRAIN = 1, LAC_PASSES_PREDICT = 2 };

extern const lac_choice_row lac_choice_rows[];
extern const int lac_choice_row_count;

/* Whether a row has a convolution. */
int lac_choice_row_has(const lac_choice_row *row, const lac_conv *conv);

/* Fills `order` with the methods that can do a convolution, in the order in which they are tried:
 * those of the rows that have it, then the rest of the list. Returns how many. Reads the
 * convolution's shape, chunk, inference and kernels alone. */
int lac_choice_order(const lac_conv *conv, const lac_conv_entry *order[LAC_MOST_METHODS]);

/* A row for exactly this convolution, in chunks of any size, as the table's source has it
 * (there is none for the reference's level, which has one method):
 * "{AVX512, FLOAT, TRAIN, 3, 1, {64, 64}, {128, 128}, {24, 24}, ANY, "winograd 4x4"},".
 * Returns `text`. */
enum { LAC_CHOICE_TEXT = LAC_BENCH_ROW };
const char *lac_choice_text(const lac_conv *conv, const char *method, char text[LAC_CHOICE_TEXT]);

#endif
