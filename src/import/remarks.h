/* What is worth a line about a picture and the labels of its faces. */
#ifndef LAC_IMPORT_REMARKS_H
#define LAC_IMPORT_REMARKS_H

#include "import/foreign.h"

typedef struct lac_remark {
    const char *file;  /* NULL where there is nothing to say: the picture was left out */
    int width, height; /* of the upright picture */
    int label_width, label_height; /* of the picture that its labels are taken to belong to */
    int is_guess;      /* 1: these are taken to belong to the upright one, and nothing says so */
    int told_width, told_height;   /* by the label file, where it has neither; else 0 */
    int points;
    int quarter;       /* of them in the left top quarter of the picture */
    int outside;       /* points outside of their squares */
    int beyond, face;  /* points outside of the picture, and the first face that has one */
    int beyond_stored; /* points outside of the picture if it were not turned */
    int boxes;         /* boxes, */
    int odd_boxes;     /* those that end outside of the picture, or lie beside their points, */
    int corners;       /* and those whose four numbers would be two corners in it */
} lac_remark;

/* Looks at a face's box and its points as they stand in the labels, and at the picture's size in
 * them. */
void lac_remark_box(lac_remark *remark, const lac_face *face, const lac_mark *mark);
void lac_remark_size(lac_remark *remark, const lac_face *face);

/* The log tells of all pictures together, a line for each kind of remark. */
void lac_remarks_tell(lac_context *ctx, const lac_remark *remark, int count);

#endif
