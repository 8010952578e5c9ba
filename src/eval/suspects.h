/* Suspects: what is usual of a set of numbers. */
#ifndef LAC_SUSPECTS_H
#define LAC_SUSPECTS_H

#include "eval/measures.h"

/* What most of some numbers do: their median, and their median distance from it as the standard
 * deviation of normal numbers that have the same. */
typedef struct lac_usual {
    double median, spread;
} lac_usual;

/* Of values[0..count), which are overwritten; the median is at least `least`. */
lac_usual lac_usual_of(double *values, long count, double least);

#endif
