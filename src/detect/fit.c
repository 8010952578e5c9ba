/*
 * The rule that makes a model's square of a detector's box, measured: a training picture is such a
 * square. It is set into a larger frame, as if it stood in a photo, and the detector is run there.
 */
#include "detect/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The frame is SIDE pixels wide and the picture takes up the middle, three fifths of it, 192
 * pixels: a usual size of a face for a detector. Beyond the picture its border is repeated. */
enum { SIDE = 320, PART = 3, PARTS = 5, MOST_FACES = 2 };

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which that share of the sorted ones lies. */
static double quantile(const double *sorted, int count, double share)
{
    double at = share * (count - 1);
    int low = (int)at;
    int high = low + 1 < count ? low + 1 : low;
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

static double median(double *values, int count, double *spread)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
    *spread = (quantile(values, count, 0.75) - quantile(values, count, 0.25)) / 2;
    return quantile(values, count, 0.5);
}

static void make_rgb(const uint8_t *grey, int pixels, uint8_t *rgb)
{
    for (int i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++)
            rgb[3 * i + c] = grey[i];
}

/* A picture's frame, and what is needed to make it. */
typedef struct easel {
    lac_photo *picture, *frame;
    uint8_t *grey; /* [SIDE, SIDE] */
} easel;

static lac_status open_easel(lac_context *ctx, int size, easel *e)
{
    LAC_TRY(lac_photo_new(ctx, size, size, &e->picture));
    LAC_TRY(lac_photo_new(ctx, SIDE, SIDE, &e->frame));
    return lac_alloc(ctx, (size_t)SIDE * SIDE, 1, &e->grey);
}

static lac_status fill_frame(lac_context *ctx, const uint8_t *pixels, easel *e)
{
    int size = e->picture->width;
    double side = (double)size * PARTS / PART, margin = (side - size) / 2;
    const lac_box around = {-margin, -margin, side, side};
    make_rgb(pixels, size * size, e->picture->rgb);
    LAC_TRY(lac_photo_crop(ctx, e->picture, &around, SIDE, e->grey));
    make_rgb(e->grey, SIDE * SIDE, e->frame->rgb);
    return LAC_OK;
}

static lac_status measure(lac_context *ctx, lac_detector *detector, const uint8_t *pictures,
                          easel *e, double *side, double *left, double *top, lac_crop_fit *out)
{
    int size = e->picture->width, count;
    lac_detection face[MOST_FACES];
    for (int i = 0; i < out->rows; i++) {
        LAC_TRY(fill_frame(ctx, pictures + (size_t)i * size * size, e));
        LAC_TRY(lac_detector_run(detector, e->frame, face, MOST_FACES, &count));
        if (count != 1)
            continue;
        const lac_box *b = &face[0].box;
        double picture = (double)SIDE * PART / PARTS, margin = (SIDE - picture) / 2;
        side[out->faces] = picture / b->width;
        left[out->faces] = (margin - b->x) / b->width;
        top[out->faces++] = (margin - b->y) / b->width;
    }
    return LAC_OK;
}

lac_status lac_crop_measure(lac_context *ctx, lac_detector *detector, const uint8_t *pictures,
                            int rows, int size, lac_crop_fit *out)
{
    easel e = {0};
    double *values = NULL;
    *out = (lac_crop_fit){.rows = rows};
    if (rows < 1 || size < 1)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d pictures of side %d; both must be above 0",
                        rows, size);
    lac_status status = lac_alloc(ctx, (size_t)rows * 3, sizeof *values, &values);
    if (status == LAC_OK)
        status = open_easel(ctx, size, &e);
    double *side = values, *left = values + rows, *top = values + 2 * (size_t)rows;
    if (status == LAC_OK)
        status = measure(ctx, detector, pictures, &e, side, left, top, out);
    if (status == LAC_OK && out->faces == 0)
        status = lac_fail(ctx, LAC_ERROR_MISMATCH,
                          "the detector finds one face in none of %d pictures", rows);
    if (status == LAC_OK) {
        snprintf(out->crop.detector, sizeof out->crop.detector, "%s",
                 lac_detector_name(detector));
        out->crop.side = median(side, out->faces, &out->side_spread);
        out->crop.left = median(left, out->faces, &out->left_spread);
        out->crop.top = median(top, out->faces, &out->top_spread);
    }
    lac_photo_free(&e.picture);
    lac_photo_free(&e.frame);
    free(e.grey);
    free(values);
    return status;
}
