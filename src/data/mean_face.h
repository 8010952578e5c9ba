/* The mean face of a data set, and how it covers its mirror image, x' = 2 c - x. */
#ifndef LAC_MEAN_FACE_H
#define LAC_MEAN_FACE_H

#include "data/data.h"

typedef struct lac_mean_face {
    int points;
    double side;   /* of the pictures */
    double *x, *y; /* [K], NaN of a point with too few labels */
    double middle; /* c, the middle of its points */
} lac_mean_face;

/* Of the rows of a source, or of all where that is -1. MEMORY. */
lac_status lac_mean_face_find(lac_context *ctx, const lac_data *data, int source,
                              lac_mean_face *out);
void lac_mean_face_free(lac_mean_face *face);

/* Exchanges x and y of all points. */
void lac_mean_face_exchange(lac_mean_face *face);

/* How far the mirrored point p is from the point q, pixels; NaN when either is unknown. */
double lac_mean_face_distance(const lac_mean_face *face, int p, int q);

/* The partner that the mean face shows each point [K], -1 where it shows none: all are -1 where it
 * shows one to fewer than four of five points. */
void lac_mean_face_partners(const lac_mean_face *face, int *shown);

/* Whether the mirrored point p is so far from the point q that they are no partners. */
int lac_mean_face_is_far(const lac_mean_face *face, int p, int q);

/* How far the mean picture is from its mirror image from left to right, and from top to bottom:
 * sums of differences of grey, of a size that means nothing by itself. mean_picture.c */
typedef struct lac_mean_picture {
    double across, down;
} lac_mean_picture;

/* Of the rows of a source, or of all where that is -1. MEMORY. */
lac_status lac_mean_picture_find(lac_context *ctx, const lac_data *data, int source,
                                 lac_mean_picture *out);

/* The log tells of mirror partners that lie the other way round in a part of the rows. sides.c */
void lac_sides_warn(lac_context *ctx, const lac_data *data, const char *where);

#endif
