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

/* The middle of the pixels that place i of a map of m across covers, in units. */
static inline float lac_place_in_units(int i, int m, int size)
{
    return lac_to_units((float)((i + 0.5) * size / m - 0.5), size);
}

#endif
