/* The training table that an import makes. */
#ifndef LAC_IMPORT_WRITE_H
#define LAC_IMPORT_WRITE_H

#include "import/crops.h"

/* A face on its way into the table. */
typedef struct lac_row {
    int is_good;   /* 1: it becomes a row */
    lac_box square; /* of the picture as it is looked at */
    float *xy;     /* [points, 2] in pixels of the crop; NaN where there is no label */
} lac_row;

typedef struct lac_import_job {
    lac_context *ctx;
    const lac_foreign *labels;
    const lac_crops *crops;
    const lac_import_config *config;
    const char *dir;
    lac_row *row;  /* [faces] */
} lac_import_job;

/* Cuts all faces that are good out of their pictures, on all threads, and writes them into
 * DIR/pictures. What cannot be read or written is no longer good, and named in the log. Counts
 * pictures and faces into *result. MEMORY, IO. */
lac_status lac_import_pictures(lac_import_job *job, lac_import_result *result);

/* Writes DIR/training.csv. IO, MEMORY. */
lac_status lac_import_table(const lac_import_job *job, const char *crop);

/* The name of a face's picture, relative to DIR. */
enum { LAC_FACE_NAME = 32 };
const char *lac_face_name(int face, char text[LAC_FACE_NAME]);

#endif
