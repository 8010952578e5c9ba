/*
 * Predictions on photos: from paths and boxes to points in the photos' pixels.
 */
#ifndef LAC_PREDICT_H
#define LAC_PREDICT_H

#include "base/base.h"

/* FOLDER/NAME + tail, NAME being that of a photo without folder and ending. Freed by free(). */
lac_status lac_path_after(lac_context *ctx, const char *folder, const char *photo,
                          const char *tail, char **out);

/* Draws the boxes [n] and points [n, points, 2] of faces into their photo. */
void lac_faces_draw(const lac_faces *faces, int points, lac_photo *photo);

/* What the filter of one face remembers; all 0 but `points` and the memory: nothing yet. */
typedef struct lac_smoother {
    int points;
    int is_running; /* 1 once it has seen a frame */
    double *place;  /* [points, 2] filtered, pixels */
    double *speed;  /* [points, 2] filtered, pixels a frame */
} lac_smoother;

lac_status lac_smoother_new(lac_context *ctx, int points, lac_smoother *out);
void lac_smoother_free(lac_smoother *smoother);

/* Filters the points [points, 2] of the next frame, of a face whose square has this side. */
void lac_smoother_run(lac_smoother *smoother, double side, float *xy);

#endif
