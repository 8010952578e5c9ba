/*
 * What tests of imports share: photos and label files in a folder, an import of them, and its table
 * read back, every label in pixels of its photo again.
 */
#ifndef LAC_TEST_IMPORTED_H
#define LAC_TEST_IMPORTED_H

#include "tables.h"

/* Saves a photo of coloured noise. */
void photo_put(const fixture *f, const char *name, int width, int height);

enum { IMPORTED_POINTS = 20, IMPORTED_ROWS = 32, IMPORTED_NAME = 48 };

/* A row of an imported table. */
typedef struct imported_row {
    char photo[64];
    lac_box square;
    int points;
    char name[IMPORTED_POINTS][IMPORTED_NAME];
    double xy[IMPORTED_POINTS][2]; /* pixels of the photo; NaN where there is no label */
} imported_row;

typedef struct imported {
    lac_import_result result;
    int rows;
    imported_row row[IMPORTED_ROWS];
} imported;

/* Imports the label file into a new folder `out` and reads the table. config NULL: defaults. */
void import_ok(const fixture *f, const char *from, const lac_import_config *config,
               const char *out, imported *table);

/* The point of a row by its name. */
const double *imported_point(const imported_row *row, const char *name);

#endif
