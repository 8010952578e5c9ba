/*
 * Drawn faces whose points are exact.
 *
 * A face lives in head space: x to the right of the picture, y down from the line of
 * the eyes, z towards the viewer, half a face's width is 1. It is a relief: depth over
 * (x, y). Paint is laid on it flat, seen from the front, by cairo; rendering turns the
 * relief, walks a ray from every pixel down to it, and lights what it hits. The points
 * are places on the same relief, sent through the same turn.
 */
#ifndef LAC_SYNTH_FACE_H
#define LAC_SYNTH_FACE_H

#include "base/base.h"

#include <cairo.h>

/* Kaggle's 15 points in its order, then the two places that the second source of labels
 * calls nose tip and bottom lip. */
enum {
    LAC_FACE_LEFT_EYE, LAC_FACE_RIGHT_EYE,
    LAC_FACE_LEFT_EYE_INNER, LAC_FACE_LEFT_EYE_OUTER,
    LAC_FACE_RIGHT_EYE_INNER, LAC_FACE_RIGHT_EYE_OUTER,
    LAC_FACE_LEFT_BROW_INNER, LAC_FACE_LEFT_BROW_OUTER,
    LAC_FACE_RIGHT_BROW_INNER, LAC_FACE_RIGHT_BROW_OUTER,
    LAC_FACE_NOSE_TIP, LAC_FACE_MOUTH_LEFT, LAC_FACE_MOUTH_RIGHT,
    LAC_FACE_TOP_LIP, LAC_FACE_BOTTOM_LIP,
    LAC_FACE_POINTS,
    LAC_FACE_NOSE_BASE = LAC_FACE_POINTS, LAC_FACE_MOUTH_CENTER,
    LAC_FACE_MARKS
};

/* The points that a mirror exchanges: left, right. */
enum { LAC_FACE_PAIRS = 6 };
extern const int lac_face_pairs[LAC_FACE_PAIRS][2];

typedef enum lac_hair {
    LAC_HAIR_NONE, LAC_HAIR_SHORT, LAC_HAIR_FRINGE, LAC_HAIR_PARTED, LAC_HAIR_LONG,
    LAC_HAIR_CURLY, LAC_HAIR_CAP, LAC_HAIRS
} lac_hair;

/* What is drawn. Lengths in head space, tones in [0, 1], angles in radians. */
typedef struct lac_face {
    double width, jaw, chin_y;
    double eye_x, eye_wide, eye_high, eye_tilt, eye_tone, lashes;
    double brow_y, brow_in, brow_out, brow_arch, brow_thick;
    double nose_y, nose_wide, nose_high;
    double mouth_y, mouth_wide, upper_lip, lower_lip, smile, open;
    double skin, hair_tone, lip_tone, age, beard, moustache;
    double hair_line, hair_volume;
    lac_hair hair;
    int glasses; /* 0 none, 1 clear, 2 dark */
    double glasses_tone, glasses_round;

    double light[3]; /* direction to the light, unit length, in view space */
    double ambient, diffuse;
    double back[2], back_angle, cloth;
    int clutter;          /* things in the background */
    uint64_t seed;        /* of the random numbers of hair and clutter */
    uint64_t stream;

    double turn[9];       /* head space to view space */
    double scale, x, y;   /* view space to pixels */
    double gain, lift, blur, noise;
    uint64_t noise_stream;
} lac_face;

/* Which face: who, how posed, where (stream `person`), and small changes of pose, exposure and
 * noise (stream `shot`). Two shots of one person are near twins. */
typedef struct lac_face_key {
    uint64_t seed;
    uint64_t person;
    uint64_t shot;
    double wild; /* 0 posed for the camera ... 1 caught in the wild */
    int size;    /* side of the picture */
} lac_face_key;

/* Draws the face's numbers and places it so that all points are inside [1, size - 2]. */
void lac_face_make(const lac_face_key *key, lac_face *face);

/* The points in pixels. */
void lac_face_marks(const lac_face *face, double xy[2 * LAC_FACE_MARKS]);

/* The relief's z at x, y of head space, before the head is turned. */
double lac_face_depth(const lac_face *face, double x, double y);

/* A point of head space in the picture: x and y in pixels, z of the turned head. */
void lac_face_project(const lac_face *face, const double p[3], double q[3]);

/* The paint covers [-LAC_FACE_REACH, LAC_FACE_REACH] squared of head space. */
#define LAC_FACE_REACH 2.0
void lac_face_paint(const lac_face *face, cairo_t *cr);           /* in head space */
void lac_face_paint_behind(const lac_face *face, cairo_t *cr);    /* in pixels */

/* Working memory to draw pictures of one size; every thread needs its own. */
typedef struct lac_easel lac_easel;
lac_status lac_easel_new(lac_context *ctx, int size, lac_easel **out);
void lac_easel_free(lac_easel **easel);

/* Draws into pixels [size, size]. MEMORY, without a message: it runs on worker threads. */
lac_status lac_face_render(const lac_face *face, lac_easel *easel, uint8_t *pixels);

#endif
