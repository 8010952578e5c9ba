/*
 * The network's coordinates. It answers in units of half a picture's side, 0 in the middle:
 * a pixel coordinate p of a picture of side `size` is (p - size/2) / (size/2).
 */
#ifndef LAC_UNITS_H
#define LAC_UNITS_H

/* Pixels in one unit. */
static inline double lac_unit(int size)
{
    return size / 2.0;
}

static inline float lac_to_units(float pixel, int size)
{
    float half = (float)lac_unit(size);
    return (pixel - half) / half;
}

static inline float lac_to_pixels(float unit, int size)
{
    float half = (float)lac_unit(size);
    return unit * half + half;
}

#endif
