/*
 * What is on a drawn photo: its size and file, one to four people and where they are.
 *
 * Everything about a photo is a function of (seed, number of the photo), and of the count of photos
 * as far as that moves the border between the sources of labels. The people and the gaps in their
 * labels are those of a drawn table (rows.h), four rows a photo. A face is drawn into a square,
 * its box, as the pictures of the table are drawn; the box lies somewhere in the photo.
 */
#ifndef LAC_SYNTH_SCENE_H
#define LAC_SYNTH_SCENE_H

#include "synth/draws.h"
#include "synth/rows.h"

enum { LAC_SCENE_FACES = 4 };

typedef struct lac_scene_face {
    lac_face face;
    int x, y, side;      /* its box, in pixels of the photo; it may reach beyond the photo */
    lac_row_label label; /* in pixels of the photo; what is outside is a gap */
} lac_scene_face;

typedef struct lac_scene {
    int width, height; /* as it is looked at */
    int faces;
    lac_scene_face face[LAC_SCENE_FACES]; /* the smallest, which are behind the others, first */
    int orientation;                      /* EXIF's, 1 to 8 */
    int is_grey;
    char stem[24]; /* of the file's name, */
    char file[32]; /* and all of it */
    lac_draws paint;    /* of what is painted besides faces */
} lac_scene;

/* The people of `photos` photos. */
lac_drawn lac_scene_people(uint64_t seed, int photos);

void lac_scene_make(const lac_drawn *people, int photo, lac_scene *scene);

/* Paints all but the heads: a room or a place outside, in its own resolution, and a body. */
void lac_scene_paint_place(const lac_scene *scene, cairo_t *cr, int width, int height);
void lac_scene_paint_body(const lac_scene *scene, const lac_face *face, cairo_t *cr);

/* Labels of all photos in a format of others. */
typedef void lac_scene_labels(const lac_drawn *people, int photos, FILE *out);
lac_scene_labels lac_scene_write_csv, lac_scene_write_dlib, lac_scene_write_coco;
void lac_scene_write_pts(const lac_scene_face *face, FILE *out);

/* The photo as it is looked at. MEMORY. */
lac_status lac_scene_draw(lac_context *ctx, const lac_scene *scene, lac_photo **out);

#endif
