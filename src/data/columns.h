/* What the columns of a table are. */
#ifndef LAC_COLUMNS_H
#define LAC_COLUMNS_H

#include "data/csv.h"
#include "data/data.h"

/* What a column is; a label column is its coordinate, 2 * point + axis. */
enum {
    LAC_COLUMN_IMAGE = -1,
    LAC_COLUMN_ID = -2,
    LAC_COLUMN_SOURCE = -3,
    LAC_COLUMN_PHOTO = -4, /* the photo that the picture was cut from */
    LAC_COLUMN_CROP = -5,  /* the rule by which it was */
    LAC_COLUMN_PLACE = -6, /* where in the photo: for people and other programs */
    LAC_COLUMN_OTHER = -7
};

typedef struct lac_columns {
    int *role;  /* [columns], freed by free() */
    int image;  /* the column of the pictures */
    int id;     /* that of their ids, or -1 */
    int source; /* that of the label sources, or -1 */
    int photo;  /* that of the photos, or -1 */
    int crop;   /* that of the rule, or -1 */
} lac_columns;

/* Reads the header: fills the columns' roles, and the names of the data's points. The log tells
 * which columns are none of a table's. FORMAT, MEMORY. */
lac_status lac_columns_find(const lac_csv *csv, lac_table kind, lac_columns *columns,
                            lac_data *data);

/* Whether a coordinate's column is a box's x or y: a width of its name is there, too. */
int lac_column_is_box(const lac_csv *csv, const char *column);

/* Whether x1, y1, x2 or y2 is of a box: all four are there, no x0 or x3, and points with names. */
int lac_column_is_corner(const lac_csv *csv, const char *name);

/* The log names the columns whose role is LAC_COLUMN_OTHER, once. */
void lac_columns_tell_others(const lac_csv *csv, const lac_columns *columns);

#endif
