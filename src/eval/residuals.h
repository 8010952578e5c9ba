/* Labels against their predictions: how far they are, and what is usual of that. */
#ifndef LAC_RESIDUALS_H
#define LAC_RESIDUALS_H

#include "eval/measures.h"

/* What most of some numbers do: their median, and their median distance from it as the standard
 * deviation of normal numbers that have the same. */
typedef struct lac_usual {
    double median, spread;
} lac_usual;

/* Of values[0..count), which are overwritten; the median is at least `least`. */
lac_usual lac_usual_of(double *values, long count, double least);

enum { LAC_ENOUGH_POINTS = 3 }; /* known points of a row that is judged as a whole */

typedef struct lac_residuals {
    const lac_predicted *predicted;
    const lac_data *data;
    double *shift;     /* [sources, K, 2] median of label - prediction, pixels */
    lac_usual *usual;  /* [sources, K] of the distances */
    lac_usual *of_row; /* [sources] of rows' means of distance / median */
    double *distance;  /* [count, K] of label from prediction and shift, pixels; or NaN */
    double *mean;      /* [count] of distance / median over the row's points, NaN of too few */
    double *scratch;   /* [count * K] */
} lac_residuals;

lac_status lac_residuals_make(lac_context *ctx, const lac_predicted *predicted,
                              lac_residuals *out);
void lac_residuals_free(lac_residuals *residuals);

/* Point k of the predicted row `index`: label and answer, and whether both are numbers. */
const float *lac_residual_label(const lac_residuals *r, int index, int k);
const float *lac_residual_answer(const lac_residuals *r, int index, int k);
int lac_residual_is_known(const lac_residuals *r, int index, int k);

/* How far a label is from where the point is expected, pixels. */
double lac_residual_of(const lac_residuals *r, int index, int k, const float label[2]);

/* How far a distance of this point, or this row's mean, is beyond the usual, in usual spreads; NaN
 * where that is not known. */
double lac_residual_score(const lac_residuals *r, int index, int k, double distance);
double lac_residual_row_score(const lac_residuals *r, int index);

#endif
