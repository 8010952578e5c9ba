/* What the evaluation shares with the training and the pictures. */
#ifndef LAC_EVAL_H
#define LAC_EVAL_H

#include "net/model.h"

#include <stdio.h>

/* MISMATCH when the data's pictures have another size than the model's. */
lac_status lac_model_check_size(const lac_model *model, const lac_data *data);

/* MISMATCH when the data does not fit the model, or is not that of the training and `side` asks
 * for its split. */
lac_status lac_model_check(const lac_model *model, const lac_data *data, lac_side side);

/* The side of every row of data that fits into side [rows], ALL when the data is not that of the
 * training, and the first row of its group into group [rows]. MEMORY. */
lac_status lac_model_sides(const lac_model *model, const lac_data *data, lac_side *side,
                           int *group);

/* The rows whose side is `wanted`, or all, ascending, freed by free(). MISMATCH when there are
 * none; MEMORY. */
lac_status lac_side_rows(const lac_model *model, const lac_data *data, const lac_side *side,
                         lac_side wanted, int **rows, int *count);

/* The rows of one side of the model's own split by the three functions above. */
lac_status lac_model_rows(const lac_model *model, const lac_data *data, lac_side side,
                          int **rows, int *count);

/* For a model that is no mean: its head for every row of the data, [rows], freed by free(). That is
 * the head of the source of the same name, or else the one that lac_heads_find gives for the
 * source's points. MISMATCH when a source has none; MEMORY. */
lac_status lac_model_heads(const lac_model *model, const lac_data *data, int **heads);

/* Predicts rows [count] of labelled data, each as its own source, into xy [count, 2K], pixels.
 * MISMATCH, MEMORY. */
lac_status lac_model_predict_rows(const lac_model *model, const lac_data *data, const int *rows,
                                  int count, int flip, float *xy);

/* Eq. 7: a point that is off by more of the side than this has failed. */
#define LAC_FAILING 0.10

/* The figure that compares with Kaggle's score, pixels: sqrt(sum of weight_s * mean_square[s]). */
double lac_test_weighted(const lac_data *data, const double *mean_square);

/* Eq. 7: how far a predicted point is off its label, as a share of the picture's side. */
double lac_point_error(const float xy[2], const float label[2], int size);

/* RMSE of one row's predictions [2K], pixels; NaN without a label. */
double lac_row_rmse(const lac_data *data, int row, const float *xy);

/* A row's ImageId as a cell of a CSV file. */
void lac_write_id(FILE *stream, const lac_data *data, int row);

/* lac_metrics_compute divides the loss by all labels, missing ones included. This makes it the
 * loss of a run with this reduction. */
void lac_metrics_reduce(lac_metrics *metrics, lac_reduction reduction);

#endif
