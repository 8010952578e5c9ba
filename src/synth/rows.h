/*
 * Which face is in which row of a drawn table, what its label lacks, and what is wrong with it.
 *
 * As in Kaggle's files, the first third of the rows comes from a source that marks all
 * points, most of it posed, and the rest from one that marks four and means other places
 * by two of them. A row may show an earlier row's picture again, or the same person a
 * moment later. Every row is a pure function of (seed, row): the rows are drawn in
 * parallel, and the number of rows changes none of them but by moving the border.
 */
#ifndef LAC_SYNTH_ROWS_H
#define LAC_SYNTH_ROWS_H

#include "synth/face.h"

typedef struct lac_drawn {
    uint64_t seed;
    int count;
    int size;      /* side of the pictures */
    int first;     /* rows of the first source */
    int is_test;
    double faulty; /* share of the rows that get a fault, 0 to 1 */
} lac_drawn;

lac_drawn lac_drawn_of(uint64_t seed, int count, int size);

typedef struct lac_row_label {
    double xy[2 * LAC_FACE_POINTS];
    int present[LAC_FACE_POINTS];
} lac_row_label;

/* The key of the row's own face. */
lac_face_key lac_drawn_face(const lac_drawn *rows, int row);

/* The label in the manner of row `row` (its source, its gaps) of the face of row `face`. */
void lac_drawn_label(const lac_drawn *rows, int row, int face, lac_row_label *label);

/* A random number in [0, 1) that is the row's own; `what` says what for. Those of faults begin at
 * LAC_ROW_FAULTS. */
enum { LAC_ROW_FAULTS = 64 };
double lac_drawn_chosen(const lac_drawn *rows, int row, int what);

/* Faults as people make them. */
typedef enum lac_fault {
    LAC_FAULT_NONE,
    LAC_FAULT_SIDES, /* left and right exchanged */
    LAC_FAULT_SHIFT, /* one to three points far from their places */
    LAC_FAULT_OTHER, /* the label of another face */
    LAC_FAULT_COPY,  /* the picture of another row: two labels of one picture */
    LAC_FAULTS
} lac_fault;

extern const char *const lac_fault_names[LAC_FAULTS];

/* What is wrong with a row, and the row whose face its picture shows: `row` but for a copy. */
lac_fault lac_drawn_fault(const lac_drawn *rows, int row, int *shown);

/* The row's label with its fault. */
void lac_drawn_faulty_label(const lac_drawn *rows, int row, lac_row_label *label);

#endif
