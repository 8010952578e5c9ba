/*
 * Photos: pictures in colour as people have them in files, read, written and cropped.
 *
 * A file is read whole, its first bytes say what it is, and the format's own reader makes a photo
 * of it as it is stored. What the header promises is checked before memory is taken for it. All
 * functions use of their context its message and its memory alone, so that several threads may
 * read photos at the same time, each with a context of its own, which may be zeroed but for that.
 */
#ifndef LAC_PICTURE_H
#define LAC_PICTURE_H

#include "base/base.h"

/* Bytes of a file that is read, and those that say what it is. */
enum { LAC_PHOTO_MAX_BYTES = 2000000000, LAC_PHOTO_HEAD = 12 };

/* A file on its way to a photo. */
typedef struct lac_picture_file {
    const char *name; /* for messages */
    const uint8_t *bytes;
    size_t size;
    int orientation;   /* EXIF's, 1 to 8; 1 where there is none */
    int width, height; /* as it is stored */
    int is_for_size;   /* 1: readers stop once these three are known, and make no photo */
} lac_picture_file;

typedef struct lac_picture_format {
    const char *name; /* "PNG" */
    const char *endings; /* of the names of its files, in small letters: ".jpg.jpeg" */
    int (*is_it)(const uint8_t head[LAC_PHOTO_HEAD]);
    lac_status (*read)(lac_context *ctx, lac_picture_file *file, lac_photo **out);
    /* NULL where none are written. A failed write leaves the stream's error mark. Only JPEG knows
     * of orientations. */
    lac_status (*write)(lac_context *ctx, const lac_photo *photo, int orientation,
                        const lac_file *file);
} lac_picture_format;

extern const lac_picture_format lac_png_format, lac_jpeg_format, lac_ppm_format, lac_pgm_format,
    lac_webp_format;

/* The photo as its file stores it, not turned, and EXIF's orientation of it. Takes what the file
 * holds, or reads the file of that name. As lac_photo_load. */
lac_status lac_photo_decode(lac_context *ctx, lac_picture_file *file, lac_photo **out);
lac_status lac_photo_load_stored(lac_context *ctx, const char *path, lac_photo **out,
                                 int *orientation);

/* The size of a photo as its file stores it, and EXIF's orientation of it. */
typedef struct lac_sides {
    int width, height;
    int orientation;
} lac_sides;

/* Decodes the file's head alone. As lac_photo_load. */
lac_status lac_photo_sides(lac_context *ctx, const char *path, lac_sides *out);

/* Writes a photo that lies as EXIF's orientation says. As lac_photo_save; formats other than JPEG
 * take orientation 1 alone. */
lac_status lac_photo_save_stored(lac_context *ctx, const lac_photo *photo, int orientation,
                                 const char *path);

/* Turns a stored photo upright. MEMORY: it stays as it is. exif.c */
lac_status lac_photo_turn(lac_context *ctx, lac_photo *photo, int orientation);

/* Where a point of a stored photo of that size is once the photo is upright. exif.c */
void lac_photo_turn_point(int orientation, int width, int height, double *x, double *y);

/* The orientation that a TIFF structure, EXIF's, tells, with "Exif\0\0" in front or without; 1
 * where it tells none. exif.c */
int lac_exif_orientation(const uint8_t *tiff, size_t size);

/* 1 when the name ends as that of a file that is read, or as one of another kind of picture. */
int lac_name_is_photo(const char *path);
int lac_name_is_unread(const char *path);

/* 1 when the name ends as a picture's file does, or the file's first bytes are a picture's. */
int lac_photo_is_one(const char *path);

/* For readers: a photo of a size that its file promises, with room for `channels` of 3 or 4 bytes a
 * pixel, NULL where the size was all that is wanted; and what makes 3 of 4 in place: the
 * transparent shows white. FORMAT (too large, empty), MEMORY. */
lac_status lac_photo_promised(lac_context *ctx, lac_picture_file *file, uint64_t width,
                              uint64_t height, int channels, lac_photo **out);
void lac_photo_blend(lac_photo *photo);

/* 65536 times the grey of a pixel. The weights of BT.601, as JPEG has them. */
static inline uint32_t lac_grey65536(const uint8_t *rgb)
{
    return 19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2];
}

#endif
