/* The head of a drawn face, painted and in relief, as it is seen and lit. */
#ifndef LAC_SYNTH_HEAD_H
#define LAC_SYNTH_HEAD_H

#include "synth/face.h"

typedef struct lac_head {
    const lac_face *face;   /* whose head it is now */
    int side, cells;
    cairo_surface_t *paint; /* [side, side] of head space */
    float *relief;          /* [cells + 1, cells + 1] */
    double light[3];        /* direction to the light, and */
    double slope[2];        /* the rays' steps in x and y per unit of z, in head space */
} lac_head;

/* Memory for heads whose paint has `side` pixels a side and whose relief has `cells` cells, an even
 * number. MEMORY. */
lac_status lac_head_new(lac_context *ctx, int side, int cells, lac_head *head);
void lac_head_free(lac_head *head);

/* Makes it the head of this face, which must live as long as it is looked at. MEMORY, without a
 * message: it runs on worker threads. */
lac_status lac_head_lay(lac_head *head, const lac_face *face);

/* What is seen at a pixel: red, green, blue (premultiplied; above 1 where it shines) and alpha. */
void lac_head_at(const lac_head *head, double column, double row, double rgba[4]);

#endif
