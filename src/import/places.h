/* Where labels lie in their pictures, whose sizes are read for it. */
#ifndef LAC_IMPORT_PLACES_H
#define LAC_IMPORT_PLACES_H

#include "import/foreign.h"
#include "picture/picture.h"

/* Whether the labels of a face belong to the picture as it is stored, not turned upright. */
int lac_face_is_stored(const lac_face *face, const lac_sides *sides, lac_exif exif);

/* Whether a place is in a picture of that size, or at its edge, wherever that is counted from. */
int lac_is_inside(double x, double y, int width, int height);

/* What needs the sizes of all pictures before squares are found: makes pixels of shares, and
 * refuses points outside of their pictures, or makes gaps of them. *beyond is how many these were.
 * Faces whose picture cannot be read are left out and named where numbers are shares. FORMAT,
 * MEMORY. */
lac_status lac_places_settle(lac_foreign *labels, const lac_import_config *config, int *beyond);

#endif
