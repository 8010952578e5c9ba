/*
 * What is inside a detector: the two kinds, and what they share. A kind reads its file, and finds
 * faces in a photo that was made small before; detector.c joins them.
 */
#ifndef LAC_DETECT_H
#define LAC_DETECT_H

#include "base/base.h"

/* ---- A photo reduced for a detector. small.c --------------------------------------- */

/* The longer side that detectors see. YuNet learned on pictures of this side, and finds faces of
 * about 12 pixels to the whole picture in it; a larger photo costs time by its area. */
enum { LAC_DETECT_SIDE = 640 };

typedef struct lac_small {
    int width, height;
    const uint8_t *rgb; /* [height, width, 3] */
    uint8_t *own;       /* the same, unless it is the photo's */
    double scale_x, scale_y; /* pixels of the photo in one of this */
} lac_small;

/* The photo, averaged down so that its longer side is LAC_DETECT_SIDE; smaller ones stay as they
 * are. The photo must outlive it. MEMORY. */
lac_status lac_small_make(lac_context *ctx, const lac_photo *photo, lac_small *out);
void lac_small_free(lac_small *small);

/* ---- Boxes. boxes.c ---------------------------------------------------------------- */

/* Best first, and of equal scores in the order in which they stand. MEMORY. */
lac_status lac_boxes_sort(lac_context *ctx, lac_detection *faces, int count);

/* Keeps of sorted boxes those that no better one, which is kept, covers by more than `overlap`:
 * area of both / area of either. Returns how many. */
int lac_boxes_suppress(lac_detection *faces, int count, double overlap);

/* Boxes of a grouping: rectangles in whole pixels. */
typedef struct lac_rect {
    int x, y, width, height;
} lac_rect;

/* Joins rectangles that nearly agree, as OpenCV's groupRectangles does with eps 0.2, and keeps
 * groups of more than `neighbours` as their mean, whose score is their number. Returns how many;
 * `out` must hold as many as `rects`. MEMORY. */
lac_status lac_boxes_group(lac_context *ctx, const lac_rect *rects, int count, int neighbours,
                           lac_detection *out, int *groups);

/* ---- The kinds --------------------------------------------------------------------- */

typedef struct lac_yunet lac_yunet;
typedef struct lac_haar lac_haar;

/* Take a file's bytes, which they own even on failure; `path`, for messages, must outlive them.
 * FORMAT, MEMORY. */
lac_status lac_yunet_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_yunet **out);
void lac_yunet_free(lac_yunet **yunet);
lac_status lac_haar_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                        lac_haar **out);
void lac_haar_free(lac_haar **haar);

/* The faces of a small photo in its own pixels, best first, in memory of the detector that is valid
 * until the next call. FORMAT (a network that does not fit the photo's size), MEMORY. */
lac_status lac_yunet_run(lac_yunet *yunet, const lac_small *photo, const lac_detection **faces,
                         int *count);
lac_status lac_haar_run(lac_haar *haar, const lac_small *photo, const lac_detection **faces,
                        int *count);

/* The cascade's file where no detector is named. */
extern const char lac_cascade_file[];

#endif
