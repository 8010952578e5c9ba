/*
 * lacuna, continued: pictures as people have them. Part of lacuna.h, which includes it.
 *
 * The order is: photos, boxes and crops, detectors, predicting, import, finding faces. Coordinates
 * are in pixels of the photo as it is looked at (turned upright), the origin is the centre of the
 * top left pixel.
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
 * transparent; EXIF's orientation, in JPEG, PNG and WebP, is applied. IO, FORMAT (no such picture,
 * truncated, too large), MEMORY. */
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
 * border repeated; a box of more than `size` pixels is averaged, a smaller one interpolated.
 * ARGUMENT (a side that is not above 0, a number beyond the limit), MEMORY. */
lac_status lac_photo_crop(lac_context *ctx, const lac_photo *photo, const lac_box *box, int size,
                          uint8_t *grey);

/* Points [n, 2] of a crop of that size in pixels of the photo, and back. `out` may be `xy`. */
void lac_box_to_photo(const lac_box *box, int size, const float *xy, int n, float *out);
void lac_box_from_photo(const lac_box *box, int size, const float *xy, int n, float *out);

/* ---- Detectors --------------------------------------------------------------------- */

typedef struct lac_detector lac_detector;

/* A face that was found. */
typedef struct lac_detection {
    lac_box box;
    double score; /* the detector's own: the higher the surer */
} lac_detection;

/* Reads a detector: YuNet as an ONNX file, or a cascade of OpenCV as an XML file. path NULL: the
 * frontal cascade of the opencv-data package. IO, FORMAT (names the node or the line), MEMORY. */
lac_status lac_detector_open(lac_context *ctx, const char *path, lac_detector **out);
void lac_detector_free(lac_detector **detector);
const char *lac_detector_name(const lac_detector *detector); /* "yunet", "haar": see lac_crop */

/* The faces of a photo, best first, at most `most`; *count says how many. The photo is looked at
 * with a longer side of 640 pixels at most; YuNet's score is 0.6 to 1, a cascade's the number of
 * windows that agree, above 3. All threads of the context work on it. FORMAT (a network that does
 * not fit a picture of this size), MEMORY. */
lac_status lac_detector_run(lac_detector *detector, const lac_photo *photo, lac_detection *faces,
                            int most, int *count);

/* ---- Predicting -------------------------------------------------------------------- */

/* The centred square of a box's longer side. */
lac_box lac_box_square(const lac_box *box);

/* Predicts n boxes of a photo, each brought to the model's size as lac_photo_crop does, into xy
 * [n, 2K], pixels of the photo; NaN for points that the source does not have. ARGUMENT, MEMORY. */
lac_status lac_predictor_boxes(lac_predictor *predictor, const lac_photo *photo,
                               const lac_box *boxes, int n, float *xy);

/* Paths of photos. */
typedef struct lac_paths {
    int count;
    char **path; /* [count] */
} lac_paths;

/* Lists photos by words [n]: a file is one; a folder stands for the pictures in it, by their names
 * or their first bytes, in the order of their names, in which a number counts as one (frame 9 comes
 * before frame 10); @FILE for the paths in a text file, one a line. IO, ARGUMENT (no pictures),
 * MEMORY. */
lac_status lac_paths_list(lac_context *ctx, const char *const *words, int n, lac_paths **out);
void lac_paths_free(lac_paths **paths);

/* Fails where files named after photos, FOLDER/NAME + tail, NAME being a photo's without folder and
 * ending, would replace each other or a photo. faces 1: they are labels, one a face, and those
 * behind the first are called NAME-face2 and so on; one that is beside its photo already is not
 * replaced either. ARGUMENT (names both), MEMORY. */
lac_status lac_paths_differ(lac_context *ctx, const lac_paths *paths, const char *folder,
                            const char *tail, int faces);

/* The faces of one of many photos. */
typedef struct lac_faces {
    const char *path;
    lac_status status;   /* of reading the photo and finding its faces */
    const char *message; /* why that failed, one line, or NULL */
    int width, height;   /* of the photo, pixels */
    int count;
    const lac_detection *face; /* [count] boxes as they were found; NaN is no score */
    const float *xy;           /* [count, 2K] pixels of the photo */
} lac_faces;

/* Says where the faces of a photo are: at most `most`, *count of them. Photos come in their order,
 * one at a time. A failure, explained in the context's message, is that of the photo alone. */
typedef lac_status (*lac_find_faces)(void *user, lac_context *ctx, const char *path,
                                     const lac_photo *photo, lac_detection *faces, int most,
                                     int *count);
enum { LAC_MOST_FACES = 2000 }; /* of a photo */

/* The whole photo is a face; so is one box of every photo (user: a lac_box); boxes are listed in a
 * file (user: a lac_box_list). */
lac_status lac_find_whole(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                          lac_detection *faces, int most, int *count);
lac_status lac_find_box(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                        lac_detection *faces, int most, int *count);
lac_status lac_find_listed(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                           lac_detection *faces, int most, int *count);

/* Boxes by photos: a CSV of file, x, y, w, h and perhaps a score, a line a face, in this order or
 * by a header with these names. A line is of the photo whose path is `file` or ends with it, behind
 * a slash. IO, FORMAT (names the line), MEMORY. */
typedef struct lac_box_list lac_box_list;
lac_status lac_box_list_open(lac_context *ctx, const char *path, lac_box_list **out);
void lac_box_list_free(lac_box_list **list);
int lac_box_list_has_scores(const lac_box_list *list);

typedef struct lac_photos_config {
    lac_find_faces find;
    void *find_user;
    const lac_crop *crop; /* makes squares of the boxes; NULL: as lac_box_square does */
    int smooth;       /* 1: photos are frames, in their order, of one face: its points are kept from
                       * trembling (docs/photos.md); one without exactly one face starts anew (0) */
    const char *draw; /* folder, made if missing, for every photo with its boxes and points, as
                       * NAME.png; or NULL */
} lac_photos_config;

/* Predicts the faces of many photos. All threads read and draw them; `each` gets every photo's
 * faces in the order of the paths, and may end the run by a status other than OK, which is then
 * returned. A photo that cannot be read is no failure: its faces say so. ARGUMENT (two photos of
 * one name to draw, a box without area), IO (drawing), MEMORY. */
typedef lac_status (*lac_faces_fn)(void *user, const lac_faces *faces);
lac_status lac_photos_predict(lac_predictor *predictor, const lac_paths *paths,
                              const lac_photos_config *config, lac_faces_fn each, void *user);

/* How faces are written: a CSV with a line a face; JSON of our own; COCO keypoints; dlib's XML, as
 * imglab writes it; .pts files of the 300-W data, one a face. docs/photos.md shows each. */
typedef enum lac_faces_format {
    LAC_FACES_CSV = 0,
    LAC_FACES_JSON = 1,
    LAC_FACES_COCO = 2,
    LAC_FACES_DLIB = 3,
    LAC_FACES_PTS = 4
} lac_faces_format;

typedef struct lac_faces_writer_config {
    lac_faces_format format;
    const char *path; /* a file, which is replaced at once or not at all, or NULL, standard output;
                       * for PTS a folder, made if missing, for NAME.pts of every photo, and
                       * NAME-face2.pts of its second face */
    int source;       /* whose points are written, 0 to the model's sources - 1 (0) */
    int scores;       /* 1: the CSV has a column of scores behind the box (0) */
} lac_faces_writer_config;

/* The model must outlive the writer. ARGUMENT (no such source, PTS without a path), IO, MEMORY. */
typedef struct lac_faces_writer lac_faces_writer;
lac_status lac_faces_writer_new(lac_context *ctx, const lac_model *model,
                                const lac_faces_writer_config *config, lac_faces_writer **out);

/* Adds a photo's faces; those of a photo that failed are left out. FORMAT, and nothing is added,
 * where the format cannot hold the photo's name: JSON, COCO and DLIB are UTF-8, and DLIB has no
 * control characters. IO, MEMORY. */
lac_status lac_faces_write(lac_faces_writer *writer, const lac_faces *faces);

/* Ends the file. Without this, free leaves what was there before (of PTS, what was written). */
lac_status lac_faces_writer_finish(lac_faces_writer *writer);
void lac_faces_writer_free(lac_faces_writer **writer);

/* The rule of a model (its setting `crop`) for the boxes of a detector; detector NULL: the first.
 * MISMATCH when it has none for it, naming those that it has, and when the models of a mean have
 * different ones; FORMAT, MEMORY. */
lac_status lac_model_crop(const lac_model *model, const char *detector, lac_crop *out);

/* Whether the models of a mean have the same rule for the boxes of a detector, or none of them has
 * one; one model agrees with itself. MISMATCH (names two that do not), FORMAT. */
lac_status lac_model_crops_agree(const lac_model *model, const char *detector);

/* The rule of a table (its column crop), as the setting; "" without one. */
const char *lac_data_crop(const lac_data *data);

/* ---- Import ---------------------------------------------------------------------------- */

/* To which picture the labels of one that is stored turned belong. */
typedef enum lac_exif {
    LAC_EXIF_AUTO = 0,  /* where the label file declares the size, to the one that has it; else as
                         * APPLY */
    LAC_EXIF_APPLY = 1, /* to the picture as it is looked at */
    LAC_EXIF_IGNORE = 2 /* to the picture as it is stored: the labels are turned with it */
} lac_exif;

/* What the numbers of a label file are. */
typedef enum lac_label_unit {
    LAC_LABELS_AUTO = 0, /* pixels, but a file whose points are all at 0 to 1 is refused */
    LAC_LABELS_PIXELS,
    LAC_LABELS_SHARES /* shares of the picture's width and height, from its left top corner */
} lac_label_unit;

typedef struct lac_import_config {
    const char *format;   /* csv, dlib, pts, coco, dlc, celeba, wflw or yolo; NULL: what the first
                           * bytes say (NULL) */
    const char *pictures; /* folder in which the pictures' names start; NULL: the label file's own
                           * (NULL) */
    const char *category; /* of COCO: the one to take; NULL: the only one with keypoints (NULL) */
    const char *missing;  /* numbers that mark missing points, as the setting of that name (NULL) */
    int size;             /* side of the crops, pixels, 16 to 512 (96) */
    int by_points;        /* 1: crop by the extent of the points even where there are boxes (0) */
    lac_label_unit unit;  /* of points and boxes (AUTO) */
    lac_outside outside;  /* points outside of their picture: refuse them all, make gaps of them
                           * before squares are found, or keep them (KEEP) */
    double box_scale;     /* side of the crop in sides of the box, centred, up to 10; 0: the least
                           * from 1 to 2 that holds all points of 99 faces of 100 (0) */
    double margin;        /* about the extent of the points, in extents, on each side, 0 to 10. In
                           * drawn faces of Kaggle's geometry it is 0.24 to 0.33 (0.3) */
    int keep_outside;     /* 1: labels outside of the crop are written; 0: they become gaps (0) */
    lac_exif exif;
    int strict;           /* 1: a face or picture that is left out is a failure (0) */
    lac_count_fn progress; /* of pictures, or NULL (NULL) */
    void *progress_user;
} lac_import_config;

typedef struct lac_import_result {
    int rows, points, photos;
    int unlabelled; /* faces without a point, left out */
    int unplaced;   /* faces without a box and with too few points to tell where they are */
    int unread;     /* faces of pictures that could not be read */
    int beyond;     /* points outside of their picture, kept or not */
    int outside;    /* points outside of the crop */
    char format[8];
    char crop[256]; /* rule for the model, as the setting `crop`; empty when the labels have no
                     * boxes */
} lac_import_result;

lac_import_config lac_import_config_default(void);

/* Reads a foreign label file, or a folder of them, and writes a training table: DIR/training.csv
 * and the faces as DIR/pictures/NNNN.png, N the number of the face in the label file. The table
 * says where each came from: columns photo (the name in the label file, without its folders where
 * the picture was found so), photo_x, photo_y, photo_width and photo_height (the square), and crop
 * (the rule), which a training takes over. config NULL: defaults. The log names what is left out:
 * all pictures, the first ten faces. All is there at the end, or nothing; IO where DIR has a table
 * or pictures already, but for a folder that a killed process has left. FORMAT, ARGUMENT, STOPPED,
 * MEMORY. */
lac_status lac_import(lac_context *ctx, const char *from, const lac_import_config *config,
                      const char *dir, lac_import_result *result);

/* ---- Finding faces ---------------------------------------------------------------------- */

/* As lac_find_faces, by a detector (user). */
lac_status lac_find_detected(void *user, lac_context *ctx, const char *path,
                             const lac_photo *photo, lac_detection *faces, int most, int *count);

/* Finds the faces of many photos; detector as for lac_detector_open. All threads take photos;
 * `each` gets every photo's faces, without points, in the order of the paths, and may end the run
 * by a status other than OK, which is then returned. A photo that cannot be read is no failure: its
 * faces say so. IO, FORMAT (the detector's file), MEMORY. */
lac_status lac_photos_detect(lac_context *ctx, const char *detector, const lac_paths *paths,
                             lac_faces_fn each, void *user);

/* The same into a table that lac_box_list_open reads: file,x,y,w,h,score, a line a face. `out` is
 * replaced at once or not at all, NULL is standard output; `each` may be NULL. */
lac_status lac_photos_detect_write(lac_context *ctx, const char *detector, const lac_paths *paths,
                                   const char *out, lac_faces_fn each, void *user);

/* A crop rule as it was measured. */
typedef struct lac_crop_fit {
    lac_crop crop;
    int rows, faces; /* pictures, and those of them in which exactly one face was found */
    double side_spread, left_spread, top_spread; /* half of the pictures are as near to it */
} lac_crop_fit;

/* Measures the rule by which a detector's boxes become pictures like these [rows, size, size], as a
 * training table has them: each is set into a larger frame and its face found there; the medians
 * make the rule. ARGUMENT, MISMATCH (no face was found), MEMORY. */
lac_status lac_crop_measure(lac_context *ctx, lac_detector *detector, const uint8_t *pictures,
                            int rows, int size, lac_crop_fit *out);

#endif
