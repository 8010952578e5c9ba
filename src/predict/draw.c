/*
 * Boxes and points drawn into a photo, without a library: a frame of each box, and discs with
 * white rims. Their sizes follow the box, so that small faces stay visible under their points.
 */
#include "predict/predict.h"

#include <math.h>

/* A dot of this centre and radius is drawn with a rim around it. */
typedef struct dot {
    double x, y, radius;
} dot;

static const uint8_t red[] = {214, 39, 40}, white[] = {255, 255, 255}, blue[] = {31, 119, 180};

/* Lays a colour over a pixel, which covers it by a share of 0 to 1. */
static void lay(lac_photo *photo, int x, int y, const uint8_t *color, double share)
{
    uint8_t *rgb = photo->rgb + 3 * ((size_t)y * (size_t)photo->width + (size_t)x);
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)(rgb[c] + share * (color[c] - rgb[c]) + 0.5);
}

static int clamp(double x, int pixels)
{
    return x <= 0 ? 0 : x >= pixels ? pixels : (int)x;
}

/* How much of a pixel a disc covers, by the distance of their centres: all, none, or the part
 * of an edge that runs through it. */
static double covered(double distance, double radius)
{
    return fmin(fmax(radius + 0.5 - distance, 0), 1);
}

static void draw_dot(lac_photo *photo, const dot *d)
{
    double rim = d->radius * 1.4 + 0.5, reach = rim + 1;
    if (!isfinite(d->x) || !isfinite(d->y))
        return;
    int left = clamp(d->x - reach, photo->width), right = clamp(d->x + reach + 1, photo->width);
    int top = clamp(d->y - reach, photo->height), bottom = clamp(d->y + reach + 1, photo->height);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double distance = hypot(x - d->x, y - d->y);
            lay(photo, x, y, white, covered(distance, rim));
            lay(photo, x, y, red, covered(distance, d->radius));
        }
}

static void fill(lac_photo *photo, double left, double top, double right, double bottom)
{
    int x0 = clamp(left + 0.5, photo->width), x1 = clamp(right + 0.5, photo->width);
    int y0 = clamp(top + 0.5, photo->height), y1 = clamp(bottom + 0.5, photo->height);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            lay(photo, x, y, blue, 1);
}

/* The frame lies inside of the box. */
static void draw_box(lac_photo *photo, const lac_box *b, double width)
{
    double right = b->x + b->width, bottom = b->y + b->height;
    fill(photo, b->x, b->y, right, b->y + width);
    fill(photo, b->x, bottom - width, right, bottom);
    fill(photo, b->x, b->y, b->x + width, bottom);
    fill(photo, right - width, b->y, right, bottom);
}

void lac_faces_draw(const lac_faces *faces, int points, lac_photo *photo)
{
    for (int i = 0; i < faces->count; i++) {
        const lac_box *box = &faces->face[i].box;
        double side = fmax(box->width, box->height);
        draw_box(photo, box, fmin(fmax(round(side / 150), 1), 8));
        for (int k = 0; k < points; k++) {
            const float *xy = faces->xy + 2 * ((size_t)i * (size_t)points + (size_t)k);
            const dot d = {(double)xy[0], (double)xy[1], fmin(fmax(side / 100, 1), 12)};
            draw_dot(photo, &d);
        }
    }
}
