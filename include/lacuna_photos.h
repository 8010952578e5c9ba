/*
 * lacuna, continued: pictures as people have them. Part of lacuna.h, which includes it.
 *
 * The order is: photos, boxes and crops, detectors, import. Coordinates are in pixels of the photo as it is
 * looked at (turned upright), the origin is the centre of the top left pixel.
 */
#ifndef LACUNA_PHOTOS_H
#define LACUNA_PHOTOS_H

#ifndef LACUNA_H
#error "include lacuna.h"
#endif

/* ---- Photos ---------------------------------------------------------------------- */

/* A picture in colour, 8 bits a channel. */
typedef struct lac_photo {
    int width, height;
    uint8_t *rgb; /* [height, width, 3] */
} lac_photo;

/* The largest photo that is read: pixels, and pixels along a side. */
#define LAC_PHOTO_MAX_PIXELS 100000000
#define LAC_PHOTO_MAX_SIDE 32767

/* Reads a PNG, JPEG, PGM, PPM or WebP file; its first bytes say which, not its name. Grey becomes
 * three equal channels, 16 bits the upper 8, transparent pixels white as far as they are
 * transparent; a JPEG's EXIF orientation is applied. IO, FORMAT (no such picture, truncated,
 * too large), MEMORY. */
lac_status lac_photo_load(lac_context *ctx, const char *path, lac_photo **out);

/* A black photo. ARGUMENT, MEMORY. */
lac_status lac_photo_new(lac_context *ctx, int width, int height, lac_photo **out);
void lac_photo_free(lac_photo **photo);

/* Writes a photo; its name says the format: .png, .jpg, .jpeg (quality 92), .ppm, .pgm. An existing
 * file is replaced at once or not at all. ARGUMENT (another ending), IO, MEMORY. */
lac_status lac_photo_save(lac_context *ctx, const lac_photo *photo, const char *path);

/* ---- Boxes and crops --------------------------------------------------------------- */

/* A box of width x height pixels whose top left pixel is x, y: the whole photo is
 * 0, 0, width, height. It may have fractions and reach beyond the photo. */
typedef struct lac_box {
    double x, y, width, height;
} lac_box;

#define LAC_BOX_LIMIT 1000000000 /* no number of a box goes beyond it */

/* The square that a model wants to see, from the box that a detector finds: its side is `side` box
 * widths, its left edge is moved by `left` box widths, its top edge by `top` box widths. */
typedef struct lac_crop {
    char detector[24]; /* whose boxes they are: "yunet", "haar", "box" (those of the labels), ... */
    double side, left, top;
} lac_crop;

lac_box lac_crop_of(const lac_crop *crop, const lac_box *box);

/* The box of a photo as grey bytes [size, size], red, green and blue by 0.299, 0.587, 0.114; the
 * border repeated; a box of more than `size` pixels is averaged, a smaller one interpolated. ARGUMENT (a
 * side that is not above 0, a number beyond the limit), MEMORY. */
lac_status lac_photo_crop(lac_context *ctx, const lac_photo *photo, const lac_box *box, int size,
                          uint8_t *grey);

/* Points [n, 2] of a crop of that size in pixels of the photo, and back. `out` may be `xy`. */
void lac_box_to_photo(const lac_box *box, int size, const float *xy, int n, float *out);
void lac_box_from_photo(const lac_box *box, int size, const float *xy, int n, float *out);

/* ---- Detectors ----------------------------------------------------------------------- */

typedef struct lac_detector lac_detector;

/* A face that was found. */
typedef struct lac_detection {
    lac_box box;
    double score; /* 0 to 1, or of the detector's own scale */
} lac_detection;

/* Reads a detector: YuNet as an ONNX file, or a cascade of OpenCV as an XML file. path NULL: the
 * frontal cascade of the opencv-data package. IO, FORMAT, MEMORY. */
lac_status lac_detector_open(lac_context *ctx, const char *path, lac_detector **out);
void lac_detector_free(lac_detector **detector);
const char *lac_detector_name(const lac_detector *detector); /* "yunet", "haar": see lac_crop */

/* The faces of a photo, best first, at most `most`; *count says how many. MEMORY. */
lac_status lac_detector_run(lac_detector *detector, const lac_photo *photo, lac_detection *faces,
                            int most, int *count);

/* The rule of a model (its setting `crop`) for the boxes of a detector; detector NULL: the first.
 * MISMATCH when it has none for it, naming those that it has; FORMAT, MEMORY. */
lac_status lac_model_crop(const lac_model *model, const char *detector, lac_crop *out);

/* The rule of a table (its column crop), as the setting; "" without one. */
const char *lac_data_crop(const lac_data *data);

/* ---- Import ---------------------------------------------------------------------------- */

/* To which picture the labels of a turned JPEG belong. */
typedef enum lac_exif {
    LAC_EXIF_AUTO = 0,  /* where the label file declares the size, to the one that has it; else as
                         * APPLY */
    LAC_EXIF_APPLY = 1, /* to the picture as it is looked at */
    LAC_EXIF_IGNORE = 2 /* to the picture as it is stored: the labels are turned with it */
} lac_exif;

typedef struct lac_import_config {
    const char *format;   /* csv, dlib, pts, coco, dlc, celeba, wflw or yolo; NULL: what the first
                           * bytes say (NULL) */
    const char *pictures; /* folder in which the pictures' names start; NULL: the label file's own
                           * (NULL) */
    const char *category; /* of COCO: the one to take; NULL: the only one with keypoints (NULL) */
    const char *missing;  /* numbers that mark missing points, as the setting of that name (NULL) */
    int size;             /* side of the crops, pixels, 16 to 512 (96) */
    int by_points;        /* 1: crop by the extent of the points even where there are boxes (0) */
    double box_scale;     /* side of the crop in sides of the box, centred, up to 10; 0: the least
                           * from 1 to 2 that holds all points of 99 faces of 100 (0) */
    double margin;        /* about the extent of the points, in extents, on each side, 0 to 10. In
                           * drawn faces of Kaggle's geometry it is 0.24 to 0.33 (0.3) */
    int keep_outside;     /* 1: labels outside of the crop are written; 0: they become gaps (0) */
    lac_exif exif;
    int strict;           /* 1: a face or picture that is left out is a failure (0) */
} lac_import_config;

typedef struct lac_import_result {
    int rows, points, photos;
    int unlabelled; /* faces without a point, left out */
    int unplaced;   /* faces without a box and with too few points to tell where they are */
    int unread;     /* faces of pictures that could not be read */
    int outside;    /* points outside of the crop */
    char format[8];
    char crop[256]; /* rule for the model, as the setting `crop`; empty when the labels have no
                     * boxes */
} lac_import_result;

lac_import_config lac_import_config_default(void);

/* Reads a foreign label file, or a folder of them, and writes a training table: DIR/training.csv
 * and the faces as DIR/pictures/NNNN.png, N the number of the face in the label file. The table
 * says where each came from: columns photo (the name in the label file), photo_x, photo_y,
 * photo_width and photo_height (the square), and crop (the rule), which a training takes over.
 * config NULL: defaults. The log names what is left out: all pictures, the first ten faces. IO
 * (also where DIR has a table already), FORMAT, ARGUMENT, MEMORY. */
lac_status lac_import(lac_context *ctx, const char *from, const lac_import_config *config,
                      const char *dir, lac_import_result *result);

#endif
