/* Columns of pictures' names and of boxes, in tables that other programs write. */
#ifndef LAC_BOX_COLUMNS_H
#define LAC_BOX_COLUMNS_H

/* What a column of pictures' names is called, the likeliest first; NULL behind the last. */
extern const char *const lac_file_columns[];

/* The column called so, in letters of any case, or -1. */
int lac_column_called(char *const *names, int count, const char *name);

/* The columns of a box. */
typedef struct lac_box_columns {
    int column[4];  /* x, y, width, height, or -1 each */
    int is_corners; /* 1: the last two are its right bottom corner */
} lac_box_columns;

/* Finds the first box among the names: x, y, w, h, or left, top, right, bottom, and the like, all
 * four with the same word in front or with none. Where `numbers` is 0, x1, y1, x2, y2 are points.
 * Returns whether there is one. */
int lac_box_columns_find(char *const *names, int count, int numbers, lac_box_columns *out);

#endif
