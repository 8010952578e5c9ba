/* Weights as whole numbers of a byte times a scale. round.c */
#ifndef LAC_EXPORT_ROUND_H
#define LAC_EXPORT_ROUND_H

#include "net/model.h"

/* The scale of a row of weights, and the whole number that is nearest to value / scale. */
float lac_round_scale(const float *row, size_t count);
int lac_round_byte(float value, float scale);

#endif
