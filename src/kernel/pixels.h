/*
 * Pixels as text: numbers of 0 to 255 between single spaces, by far the most of a table.
 *
 * A reader of them stops at whatever looks otherwise and leaves it to its caller, who
 * knows what else is allowed and what to say about the rest.
 */
#ifndef LAC_PIXELS_H
#define LAC_PIXELS_H

#include "base/base.h"

/* Reads numbers from *text on into out, each of one to three digits, at most 255, and
 * with one space behind: as many as there are in a row, at most `limit`. Returns how many
 * and leaves *text behind the last one's space. Touches no byte outside [*text, end) and
 * [out, out + limit); what is left of out is undefined. All levels do exactly the same. */
typedef size_t lac_pixels(const char **text, const char *end, uint8_t *out, size_t limit);

lac_pixels *lac_pixels_get(lac_cpu level);

extern lac_pixels lac_pixels_ref;
extern lac_pixels lac_pixels_avx2, lac_pixels_avx512_vbmi2; /* x86-64 only */

#endif
