/*
 * Grey pictures of any size, and views of them.
 *
 * A view is what a camera would show that looks at a picture: it says for each of its own
 * pixels from which point of the picture it is taken, and how bright it becomes. Mirror,
 * rotation, zoom, shift and the crop of a face are views; a view of a view is a view.
 *
 * Coordinates are in pixels, the origin is the centre of the top left pixel, x goes to the
 * right and y down. Pixel i covers i - 1/2 to i + 1/2, so a picture of width w covers
 * -1/2 to w - 1/2.
 */
#ifndef LAC_IMAGE_H
#define LAC_IMAGE_H

#include "kernel/kernel.h"

/* Borrowed grey bytes: row y starts at pixels + y * stride. Width and height are at least 1, stride
 * times height is below 2^32. */
typedef struct lac_image {
    const uint8_t *pixels;
    int width, height;
    size_t stride; /* bytes from one row to the next */
} lac_image;

/* An affine map: x' = xx x + xy y + x0, y' = yx x + yy y + y0. */
typedef struct lac_map {
    double xx, xy, x0;
    double yx, yy, y0;
} lac_map;

/* A point of the view is taken from the picture's point map(point). A picture's byte v becomes
 * gain * v / 255 + offset. The map has an inverse, gain is not 0, and all are finite. */
typedef struct lac_view {
    lac_map map;
    float gain, offset;
} lac_view;

/* What spoils the pixels of a view, its own and not the picture's; all 0: nothing. */
typedef struct lac_blemish {
    float noise;  /* deviation of normal noise, another at every pixel */
    uint32_t key; /* the noise is a function of this and the pixel's number */
    int left, top, right, bottom; /* pixels left <= x < right, top <= y < bottom become 1/2 */
} lac_blemish;

/* The picture as it is. */
lac_view lac_view_identity(void);

/* Left and right exchanged: x' = width - 1 - x. */
lac_view lac_view_mirror(int width);

/* The picture turned clockwise by `angle` radians and enlarged by `scale` > 0, both about the
 * centre of width x height pixels, then moved by dx, dy pixels. */
lac_view lac_view_turn(int width, int height, double angle, double scale, double dx, double dy);

/* The picture enlarged by `wide` and `high`, both above 0, about the centre of width x height
 * pixels. */
lac_view lac_view_stretch(int width, int height, double wide, double high);

/* A box of a picture, brought to size x size pixels: its top left pixel is x, y, it is `width`
 * x `height` pixels, both above 0. It may have fractions and reach beyond the picture. */
lac_view lac_view_box(double x, double y, double width, double height, int size);

/* The view `second` of what the view `first` shows. */
lac_view lac_view_compose(const lac_view *first, const lac_view *second);

/* The view that undoes another one. */
lac_view lac_view_inverse(const lac_view *view);

/* 1 when the view shows left as right, as the mirror does. */
int lac_view_is_mirrored(const lac_view *view);

/* Where n points [n, 2] of the picture are in the view, and back. `out` may be `xy`. */
void lac_view_points(const lac_view *view, const float *xy, int n, float *out);
void lac_view_points_back(const lac_view *view, const float *xy, int n, float *out);

/* The labels of a picture of width x height and what they become in a view of as many pixels as
 * view_width x view_height. */
typedef struct lac_view_frame {
    int width, height;
    int view_width, view_height;
    double aside; /* pixels to the right of its point at which each label lies, in picture and view
                   * alike */
} lac_view_frame;

/* Labels [K, 2] and their mask as the view has them, in pixels; 0 where the mask is 0. In a
 * mirrored view, point k is the picture's point partner[k]. A coordinate needs every one that
 * it is made of: a rotation needs both. A point that lies outside the view becomes missing,
 * unless it lay as far outside the picture (Kaggle has labels up to a pixel outside). */
void lac_view_labels(const lac_view *view, const lac_view_frame *frame, const float *labels,
                     const uint8_t *mask, const int *partner, int points, float *out,
                     uint8_t *out_mask);

/* Samples the view into out [height, width], stored as `kernels` stores activations: bilinear,
 * the picture's border repeated without end; then spoiled by `blemish`, unless NULL. A view that
 * reduces a picture to less than half skips pixels. sample.c */
void lac_view_sample(const lac_view *view, const lac_blemish *blemish, const lac_image *image,
                     const lac_kernels *kernels, int width, int height, void *out);

#endif
