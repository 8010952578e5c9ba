/*
 * lacuna predict on photos: its options, and the run.
 */
#ifndef CLI_PHOTOS_H
#define CLI_PHOTOS_H

#include "cli.h"

typedef struct photo_options {
    word_list words;    /* photos, folders and @lists */
    const char *box;    /* X,Y,W,H */
    const char *boxes;
    int whole;
    int detect;
    const char *detector; /* its file */
    const char *crop;   /* SIDE,LEFT,TOP, NAME:SIDE,LEFT,TOP or NAME */
    int format;         /* lac_faces_format */
    const char *draw;
    int smooth;
} photo_options;

/* Entries of the option table of predict. */
#define PHOTO_OPTIONS(p)                                                                       \
    {.type = OPTION_WORDS, .name = "PHOTO...", .value = &(p).words, .files = FILES_PHOTOS,     \
     .about = "photos to predict (PNG, JPEG, PGM, PPM, WebP), folders of photos, and @FILE "   \
              "for a list of paths, one a line"},                                              \
    {.type = OPTION_TEXT, .name = "box", .value = &(p).box, .unit = "X,Y,W,H",                 \
     .about = "the box of the face in every photo, pixels; it may reach beyond the photo"},    \
    {.type = OPTION_TEXT, .name = "boxes", .value = &(p).boxes, .unit = "FILE",                \
     .files = FILES_READ,                                                                      \
     .about = "boxes of faces: a CSV of file,x,y,w,h and perhaps score, a line a face"},       \
    {.type = OPTION_FLAG, .name = "whole", .value = &(p).whole,                                \
     .about = "every photo as a whole is a face, such as the model was trained on"},           \
    {.type = OPTION_FLAG, .name = "detect", .value = &(p).detect,                              \
     .about = "find the faces, by the frontal cascade of Debian's package opencv-data "        \
              "('script/bootstrap --detect' installs it)"},                                    \
    {.type = OPTION_TEXT, .name = "detector", .value = &(p).detector, .unit = "FILE",          \
     .files = FILES_READ,                                                                      \
     .about = "find the faces by this: YuNet as an ONNX file, or a cascade of OpenCV"},        \
    {.type = OPTION_TEXT, .name = "crop", .value = &(p).crop, .unit = "SIDE,LEFT,TOP",         \
     .about = "the square that the model is shown, in widths of the box: its side, and how "   \
              "far its left and its top edge are moved; or the name of a rule that the model " \
              "has, such as yunet, haar, box ('lacuna train --crop')",                         \
     .zero = "the model's rule for the detector; of boxes the centred square of the longer "   \
             "side"},                                                                          \
    {.type = OPTION_CHOICE, .name = "format", .value = &(p).format, .choices = format_choices, \
     .about = "of the answers for photos: a table, our own JSON, COCO's keypoints, dlib's "    \
              "XML, or 300-W's .pts, a file a face"},                                          \
    {.type = OPTION_TEXT, .name = "draw", .value = &(p).draw, .unit = "DIR",                   \
     .about = "also write every photo with its boxes and points, as DIR/NAME.png"},            \
    {.type = OPTION_FLAG, .name = "smooth", .value = &(p).smooth,                              \
     .about = "the photos are frames of one face: keep its points from trembling (One-Euro "   \
              "filter)"}

extern const char *const format_choices[];

/* Whether photos are named. */
int photos_given(const photo_options *options);

/* Checks what the table of options cannot say; `out` is --out. CODE_GO_ON or CODE_MISUSE. */
int photos_check(const command *c, const photo_options *options, const char *out);

/* Predicts; returns the exit code. */
int photos_predict(lac_context *ctx, const lac_model *model, const photo_options *options,
                   const lac_predict_config *how, const char *out);

#endif
