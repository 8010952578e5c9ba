/*
 * What a foreign label file says, in our own terms: faces, each of a picture, with or without a
 * box, and the marks of those of its points that are there. Places are in pixels of the picture,
 * the centre of the first is 0, 0.
 *
 * A reader (formats.c lists them) adds faces and marks in the file's own order; where the file
 * begins to count is the labels' `origin`, so that readers hand on numbers as they stand there.
 */
#ifndef LAC_IMPORT_FOREIGN_H
#define LAC_IMPORT_FOREIGN_H

#include "data/labels.h"

enum {
    LAC_MOST_POINTS = 2000,     /* of all faces */
    LAC_MOST_FOREIGN = 100000000,
    LAC_FARTHEST = 1000000      /* of a label from the picture's corner, pixels */
};

/* Where a point of a face is. */
typedef struct lac_mark {
    int point;
    double x, y;
} lac_mark;

typedef struct lac_face {
    char *file;        /* the picture, as a path that opens it */
    char *name;        /* the same as the label file names it */
    int width, height; /* of the picture, as the label file says; 0: it does not */
    int is_unread;     /* 1: the reader could not open the picture, and has told of it */
    int has_box;
    lac_box box;
    lac_source_word source; /* or empty */
    size_t first;      /* mark[first, first + marks) of the labels */
    int marks;
} lac_face;

typedef struct lac_foreign {
    lac_context *ctx;
    const char *folder;   /* where the names of pictures start */
    const char *category; /* of COCO: the one to take, or NULL */
    double class;         /* of YOLO: the first face's, */
    int has_classes;      /* and 1 once another one was told */
    lac_gaps gaps;        /* numbers that mark missing points */
    int corners;          /* points at exactly 0, 0 in the file, */
    int zeros;            /* those with 0 as x or as y alone, */
    int halves;           /* those with x or y alone, which are left out, */
    int unseen;           /* those elsewhere that the file says are not labelled, */
    int negatives;        /* and those whose x and y are below 0 there, */
    double negative[2];   /* of which this is the first */
    double origin;        /* what the file calls the centre of the first pixel, x and y */
    char **name;          /* [points] */
    int points, name_room;
    lac_face *face;       /* [faces] */
    int faces, face_room;
    lac_mark *mark;       /* [marks] */
    size_t marks, mark_room;
} lac_foreign;

void lac_foreign_free(lac_foreign *labels);

/* Begins a face of the picture `name`, relative to the folder. MEMORY. */
lac_status lac_foreign_face(lac_foreign *labels, const char *name);

/* Looks for pictures that are not where their names say: with the slashes of Windows turned, or by
 * the name without its folders, which the labels' writer may have had elsewhere, in `folder`. Two
 * names that would be one picture are an error. The log tells of it. FORMAT, MEMORY. */
lac_status lac_foreign_find(lac_foreign *labels);

/* Begins a face of a picture that cannot be opened, though the labels need it: the face is left
 * out. The log says so where `why`, a line about the picture, is not NULL. MEMORY. */
lac_status lac_foreign_unread(lac_foreign *labels, const char *name, const char *why);

/* The picture of a text: PREFIX/NAME with the ending of a picture in place of the text's, which has
 * four letters, from `folder`; `prefix` may be empty. Where there is none *is_there is 0 and *out
 * PREFIX/NAME alone. *out is freed by free(). MEMORY. */
lac_status lac_foreign_beside(lac_context *ctx, const char *folder, const char *prefix,
                              const char *text, char **out, int *is_there);

/* Adds a point to the last face, as the file has it, unless it is marked as missing. Fails with
 * ARGUMENT, without a message, where the numbers are out of range: the caller knows where. */
lac_status lac_foreign_mark(lac_foreign *labels, int point, double x, double y);

/* Gives the last face a box: its left top corner in pixels from the left top corner of the picture,
 * whatever the origin. One without width and height is none. Fails as lac_foreign_mark. */
lac_status lac_foreign_box(lac_foreign *labels, double x, double y, double width, double height);

/* The index of a point's name, which is added if it is new, without what a table's header cannot
 * hold. The search begins behind the index that *point holds, -1 at first. FORMAT for too many,
 * MEMORY. */
lac_status lac_foreign_point(lac_foreign *labels, const char *name, int *point);

/* Points p0 to p(count - 1). Later calls must name as many: FORMAT, naming `where`. */
lac_status lac_foreign_numbered(lac_foreign *labels, const char *where, int count);

/* ---- Formats: a row each of a table. formats.c ---------------------------------------------- */

enum { LAC_LABEL_HEAD = 8192 };

/* What a file looks like. */
typedef struct lac_label_head {
    const char *path;
    char text[LAC_LABEL_HEAD + 1]; /* its first bytes, blanks and a byte order mark in front left
                                    * out, and a NUL */
} lac_label_head;

typedef struct lac_label_format {
    const char *name;
    int (*is_it)(const lac_label_head *head);
    lac_status (*read)(lac_foreign *labels, const char *path); /* IO, FORMAT, MEMORY */
} lac_label_format;

extern const lac_label_format lac_format_dlib, lac_format_coco, lac_format_pts, lac_format_dlc,
    lac_format_celeba, lac_format_wflw, lac_format_yolo, lac_format_csv;

/* How many .pts files a folder has, or, where it has none, the folders in it have. IO, MEMORY. */
lac_status lac_pts_count(lac_context *ctx, const char *folder, int *count);

/* The format called `name`, or of the path's first bytes if that is NULL. ARGUMENT, IO, FORMAT. */
lac_status lac_label_format_of(lac_context *ctx, const char *path, const char *name,
                               const lac_label_format **out);

#endif
