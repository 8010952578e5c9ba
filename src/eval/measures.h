/*
 * The parts of measures: the errors of a row's points, which are summed over sets of points
 * (errors.c) and over groups of rows (bootstrap.c).
 */
#ifndef LAC_MEASURES_H
#define LAC_MEASURES_H

#include "eval/eval.h"

/* The length that the errors of a row's points are divided by, pixels; NaN where the row lacks
 * the labels for it. */
double lac_row_norm(const lac_data *data, int row, const lac_measures_config *config);

/* Errors of some of a row's points. */
typedef struct lac_row_errors {
    double squares; /* pixels squared, over coordinates */
    int labels;     /* coordinates */
    int points;     /* with both coordinates */
    int relative;   /* of these, with a relative error */
    int failures;   /* of these, beyond the threshold */
    double sum;     /* of the relative errors */
} lac_row_errors;

/* Adds a point, whose row has the norm `norm`. Returns its error in pixels: NaN without both
 * coordinates, infinite where the prediction is not a number. */
double lac_row_errors_add(lac_row_errors *sum, const float xy[2], const float label[2],
                          const uint8_t mask[2], double norm, double threshold);

/* What is measured: rows, and the pattern of each row of the data. */
typedef struct lac_errors_of {
    const lac_predicted *predicted;
    const lac_measures_config *config;
    const int *pattern;  /* [rows of the data] */
    const double *norm;  /* [count] */
    double *scratch;     /* [count * K] */
} lac_errors_of;

/* A set of points: of this number, in rows of this source and this pattern; -1 is any. */
typedef struct lac_point_set {
    int point, source, pattern;
} lac_point_set;

void lac_errors_measure(const lac_errors_of *of, lac_point_set set, lac_errors *out);

void lac_numbers_sort(double *number, long count);

/* The value below which the share `share` of sorted numbers lies: linear between the two
 * neighbours of the place share * (count - 1), counted from 0. NaN of no numbers. */
double lac_quantile(const double *sorted, long count, double share);

/* Measures of `a`, or what those of `b` are more than those of `a` where b is not NULL and has the
 * same rows; into out[LAC_MEASURES + sources], behind the named ones the RMSE of each source. Tells
 * the number of groups. MEMORY. */
lac_status lac_estimates_make(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                              const lac_measures_config *config, lac_estimate *out, int *groups);

/* ARGUMENT: a value outside its range, no label in the rows. measures.c */
lac_status lac_measures_check(lac_context *ctx, const lac_predicted *predicted,
                             const lac_measures_config *config);

#endif
