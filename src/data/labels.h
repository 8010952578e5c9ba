/* Which labels are there: marks of missing ones, labels outside of the picture. */
#ifndef LAC_LABELS_H
#define LAC_LABELS_H

#include "data/columns.h"

typedef struct lac_gaps {
    lac_mark_of_gap mark[LAC_MOST_MARKS];
    int marks;
    lac_outside outside;
} lac_gaps;

/* Reads the settings `missing` and `outside`. ARGUMENT. */
lac_status lac_gaps_read(lac_context *ctx, const lac_train_config *config, lac_gaps *out);

/* 1 when the cell is empty or a word for a gap. */
int lac_cell_is_gap(const lac_cell *cell);

/* What is worth a look in a row. */
enum {
    LAC_NOTE_OUTSIDE = 1, /* a label is outside of the picture */
    LAC_NOTE_CORNER = 2,  /* a point lies at exactly 0, 0 */
    LAC_NOTE_SHARED = 4,  /* two points lie at exactly one place */
    LAC_NOTE_CROP = 8,    /* the rule of its crop is not that of the first row */
    LAC_NOTE_ZERO = 16,   /* a label is 0, and its point's other one is another, or not there */
    LAC_NOTE_HALF = 32    /* a point has one label */
};

/* Takes what is marked as missing out of a row's labels [2K] and mask [2K]. */
void lac_gaps_mark(const lac_gaps *gaps, const lac_data *data, int row);

/* Puts a row's labels from a picture into a box of it, of the data's size. */
void lac_labels_move(const lac_data *data, int row, const lac_box *box);

/* Takes what is outside, where that is said to be missing, out of a row's labels and mask. Returns
 * the notes of what is left. */
uint8_t lac_gaps_take(const lac_gaps *gaps, const lac_data *data, int row);

/* Whether a label, x or y of a point, is 0 and the point's other one is not. */
int lac_label_is_zero(const float *label, const uint8_t *mask, int i);

/* Whether a point has both labels, at this place. */
int lac_point_is_at(const float *label, const uint8_t *mask, int point, float x, float y);

/* The first of a row's points whose place a later one shares, or -1. */
int lac_point_shared(const float *label, const uint8_t *mask, int points);

/* For the whole table, with the notes of its rows: FORMAT when labels are outside that must not
 * be. */
lac_status lac_labels_check(lac_csv *csv, const lac_columns *columns, const lac_gaps *gaps,
                            const uint8_t *note, const lac_data *data);

/* The log warns of what looks like marks of gaps in the whole table. MEMORY. suspect.c */
lac_status lac_labels_warn(const lac_csv *csv, const uint8_t *note, const lac_data *data);

#endif
