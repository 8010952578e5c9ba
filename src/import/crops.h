/* Which square of its picture each face becomes. */
#ifndef LAC_IMPORT_CROPS_H
#define LAC_IMPORT_CROPS_H

#include "import/foreign.h"

typedef struct lac_crops {
    lac_crop rule;  /* from the labels' boxes; its detector is empty where there are none */
    lac_box *box;   /* [faces] the squares */
    uint8_t *is_known; /* [faces] 0: nothing says where the face is */
} lac_crops;

/* MEMORY. */
lac_status lac_crops_find(const lac_foreign *labels, const lac_import_config *config,
                          lac_crops *out);
/* Whether a table of pictures of that size takes a label there. */
int lac_crop_holds(int size, const float xy[2]);

void lac_crops_free(lac_crops *crops);

#endif
