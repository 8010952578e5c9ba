/* Writers of faces: what the formats share. */
#ifndef LAC_WRITER_H
#define LAC_WRITER_H

#include "net/model.h"
#include "predict/predict.h"

/* A photo that COCO's list of images tells of, at the end of its file. */
typedef struct lac_image_entry {
    char *path;
    int width, height;
} lac_image_entry;

struct lac_faces_writer;

/* A format. NULL: nothing to do. */
typedef struct lac_faces_kind {
    int is_utf8, is_xml; /* what a name must be to stand in it */
    void (*begin)(struct lac_faces_writer *w);
    lac_status (*add)(struct lac_faces_writer *w, const lac_faces *faces);
    void (*end)(struct lac_faces_writer *w);
} lac_faces_kind;

extern const lac_faces_kind lac_coco_kind, lac_dlib_kind, lac_pts_kind;

struct lac_faces_writer {
    lac_context *ctx;
    const lac_model *model;
    const lac_faces_kind *kind;
    lac_faces_writer_config config;
    int points; /* that the source has */
    int *at;    /* [points] their places among the model's */
    lac_file file; /* of PTS none: its stream is NULL */
    int photos, faces; /* written so far */
    lac_image_entry *image; /* [photos] of COCO; there is memory for `room` */
    int room;
};

static inline const char *lac_writer_name(const lac_faces_writer *w, int point)
{
    return w->model->names[w->at[point]];
}

/* Where a point of a face is. */
static inline const float *lac_writer_point(const lac_faces_writer *w, const lac_faces *faces,
                                            int face, int point)
{
    return faces->xy + 2 * ((size_t)face * (size_t)w->model->points + (size_t)w->at[point]);
}

#endif
