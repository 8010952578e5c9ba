/*
 * Boxes of photos as grey squares.
 *
 * Both axes are done alike. Along one, pixel i of the crop covers an interval of the photo; a
 * pixel p of the photo covers p - 1/2 to p + 1/2. Where the interval is longer than a pixel, the
 * crop's value is the mean over it. Where it is shorter, it is taken as one pixel long, about the
 * same middle: that is linear interpolation. So one formula does both. What lies beyond the photo
 * has the value of its border.
 */
#include "image/image.h"
#include "picture/picture.h"

#include <math.h>
#include <stdlib.h>

/* The photo's pixels first .. first + count - 1 make one of the crop, with these weights. */
typedef struct taps {
    int first, count;
    const float *weight; /* together 1 */
} taps;

/* One axis of a box. */
typedef struct axis {
    double start, step; /* the box's edge, and the photo's pixels to one of the crop */
    int pixels;         /* of the photo */
    int most;           /* taps of a pixel of the crop */
    taps *tap;          /* [size] */
    float *weight;      /* [size, most] */
} axis;

static int clamp(double x, int pixels)
{
    return x <= 0 ? 0 : x >= pixels - 1 ? pixels - 1 : (int)x;
}

static taps taps_of(const axis *a, int i, float *weight)
{
    double length = fmax(a->step, 1.0);
    double middle = a->start + (i + 0.5) * a->step;
    double from = middle - 0.5 * length, to = middle + 0.5 * length;
    int first = clamp(floor(from + 0.5), a->pixels), last = clamp(ceil(to - 0.5), a->pixels);
    for (int p = first; p <= last; p++) {
        double left = p == first ? from : p - 0.5;
        double right = p == last ? to : p + 0.5;
        weight[p - first] = (float)((right - left) / length);
    }
    return (taps){first, last - first + 1, weight};
}

static lac_status axis_new(lac_context *ctx, double start, double length, int size, int pixels,
                           axis *a)
{
    *a = (axis){.start = start - 0.5, .step = length / size, .pixels = pixels};
    a->most = clamp(ceil(a->step), pixels) + 2;
    LAC_TRY(lac_alloc(ctx, (size_t)size, sizeof *a->tap, &a->tap));
    LAC_TRY(lac_alloc(ctx, (size_t)size * (size_t)a->most, sizeof *a->weight, &a->weight));
    for (int i = 0; i < size; i++)
        a->tap[i] = taps_of(a, i, a->weight + (size_t)i * (size_t)a->most);
    return LAC_OK;
}

/* Adds `share` of a row of the photo to a row of the crop. */
static void add_row(const axis *x, const uint8_t *row, float share, int size, float *sum)
{
    for (int i = 0; i < size; i++) {
        const taps *t = &x->tap[i];
        float value = 0;
        for (int k = 0; k < t->count; k++)
            value += t->weight[k] * (float)lac_grey65536(row + 3 * (size_t)(t->first + k));
        sum[i] += share * value;
    }
}

static void sample(const lac_photo *photo, const axis *x, const axis *y, int size, float *sum,
                   uint8_t *grey)
{
    for (int j = 0; j < size; j++, grey += size) {
        const taps *t = &y->tap[j];
        for (int i = 0; i < size; i++)
            sum[i] = 0;
        for (int k = 0; k < t->count; k++)
            add_row(x, photo->rgb + 3 * (size_t)(t->first + k) * (size_t)photo->width,
                    t->weight[k], size, sum);
        for (int i = 0; i < size; i++)
            grey[i] = (uint8_t)fminf(sum[i] / 65536.0f + 0.5f, 255.0f);
    }
}

/* Within the limit, doubles tell halves of pixels apart. */
static int is_box(const lac_box *b)
{
    return fabs(b->x) <= LAC_BOX_LIMIT && fabs(b->y) <= LAC_BOX_LIMIT && b->width > 0 &&
           b->width <= LAC_BOX_LIMIT && b->height > 0 && b->height <= LAC_BOX_LIMIT;
}

lac_status lac_photo_crop(lac_context *ctx, const lac_photo *photo, const lac_box *box, int size,
                          uint8_t *grey)
{
    axis x = {0}, y = {0};
    float *sum = NULL;
    if (size < 1 || !is_box(box))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a box of %g x %g pixels at %g, %g, to become %d pixels: sides must be "
                        "above 0, and no number beyond %d",
                        box->width, box->height, box->x, box->y, size, LAC_BOX_LIMIT);
    lac_status status = axis_new(ctx, box->x, box->width, size, photo->width, &x);
    if (status == LAC_OK)
        status = axis_new(ctx, box->y, box->height, size, photo->height, &y);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)size, sizeof *sum, &sum);
    if (status == LAC_OK)
        sample(photo, &x, &y, size, sum, grey);
    free(x.tap);
    free(x.weight);
    free(y.tap);
    free(y.weight);
    free(sum);
    return status;
}

/* ---- Boxes ----------------------------------------------------------------------------- */

lac_box lac_crop_of(const lac_crop *crop, const lac_box *box)
{
    double side = crop->side * box->width;
    return (lac_box){box->x + crop->left * box->width, box->y + crop->top * box->width, side,
                     side};
}

lac_box lac_box_square(const lac_box *b)
{
    double side = fmax(b->width, b->height);
    return (lac_box){b->x + 0.5 * (b->width - side), b->y + 0.5 * (b->height - side), side, side};
}

void lac_box_to_photo(const lac_box *box, int size, const float *xy, int n, float *out)
{
    const lac_view view = lac_view_box(box->x, box->y, box->width, box->height, size);
    lac_view_points_back(&view, xy, n, out);
}

void lac_box_from_photo(const lac_box *box, int size, const float *xy, int n, float *out)
{
    const lac_view view = lac_view_box(box->x, box->y, box->width, box->height, size);
    lac_view_points(&view, xy, n, out);
}
