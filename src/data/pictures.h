/* Pictures that a table names, rather than holds. */
#ifndef LAC_DATA_PICTURES_H
#define LAC_DATA_PICTURES_H

#include "data/csv.h"
#include "data/data.h"

enum { LAC_PICTURE_LEAST = 16, LAC_PICTURE_MOST = 512 }; /* sides of a data set of files */

/* 1 when the cell is a file's name, not pixels. */
int lac_cell_is_file(const lac_cell *cell);

/* The side of the first row's picture. FORMAT, naming row and file, also outside of the limits. */
lac_status lac_picture_size(const lac_csv *csv, int column, int *size);

/* Reads a record's picture as grey bytes [size, size]. One of another size is brought to it whole;
 * one that is no square becomes one, as large as its longer side, whose border is repeated. *box is
 * what of the picture is seen; *is_whole is 1 where that changes no place. FORMAT as above, MEMORY.
 * Any thread may call it with its own copy of the reader. */
lac_status lac_picture_read(const lac_csv *csv, int column, int size, uint8_t *grey, lac_box *box,
                            int *is_whole);

#endif
