/*
 * lacuna, continued: pictures as people have them. Part of lacuna.h, which includes it.
 *
 * The order is: photos, boxes and crops, detectors. Coordinates are in pixels of the photo as it is
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

#endif
