/*
 * The data room's own types. A data set is whole in memory: pictures as bytes,
 * labels as floats, and beside every label a byte that says whether it exists.
 * A label whose mask is 0 holds 0 and is never read.
 */
#ifndef LAC_DATA_H
#define LAC_DATA_H

#include "base/base.h"

struct lac_data {
    int rows;
    int size;        /* side of the pictures, pixels */
    int points;      /* K; 0 for a test table */
    char **names;    /* [K] */
    int *mirror;     /* [K] partner of each point */
    int *shown;      /* [K] partner that the mean face shows, -1 where it shows none */
    int *wanted;     /* [K] partner that a point needs and its name does not give, or itself */
    lac_mirror_by mirror_by;
    int *ids;        /* [rows] ImageId, or row + 1; -1 where it is a text */
    char **id_text;  /* [rows] ImageIds that are texts, else NULL; NULL without any */
    int *table_row;  /* [rows] rows of the table that these are, ascending; NULL: they are all */
    int table_rows;
    uint8_t *pixels; /* [rows, 1, size, size] */
    size_t pixel_bytes; /* as given to lac_pages_new; at least those of the rows */
    float *labels;   /* [rows, 2K] pixels */
    uint8_t *mask;   /* [rows, 2K] 1 = present */

    int sources;
    char **source_name;      /* [sources] what the column source calls them, or NULL without it */
    uint8_t *source_pattern; /* [sources, K] 1 = the source carries the point */
    int *source_rows;        /* [sources] */
    int *source_points;      /* [sources] */
    double *source_weight;   /* [sources], NaN when unknown */
    int *row_source;         /* [rows] */

    uint64_t *photo;        /* [rows] a hash of the photo that the row's picture was cut from, 0
                             * where none is said; NULL without any */
    char crop[LAC_SETTING]; /* how pictures were cut out of photos, as the setting; or empty */

    uint64_t fingerprint; /* hash of pictures, labels, masks and names: equal for equal data */
};

/* One coordinate that a submission must give. */
typedef struct lac_lookup_row {
    int row_id;
    int image_id;
    int feature; /* index into features */
} lac_lookup_row;

struct lac_lookup {
    int rows;
    lac_lookup_row *row;
    int features;
    char **feature; /* names as in the file, "left_eye_center_x" */
};

/* A cell of the column source: a whole number or a word, NUL behind it. */
enum { LAC_SOURCE_WORD = 32 };
typedef char lac_source_word[LAC_SOURCE_WORD];

/* Reads a table, its gaps as `config` says, into an empty data set: size, points, names, ids,
 * pixels, labels and mask; the rest is derived from them, and from *source [rows], the words of the
 * column source, freed by free(), or NULL without it. FORMAT for more than LAC_MOST_SOURCES of
 * them. table.c */
lac_status lac_table_read(lac_context *ctx, const char *path, lac_table kind,
                          const lac_train_config *config, lac_data *data,
                          lac_source_word **source);

/* Decides the mirror partners: `pairs` is "names", "data" (the mean face) or the path of a file.
 * FORMAT, IO, MISMATCH (the mean face shows no partners), MEMORY. mirror.c */
lac_status lac_partners_find(lac_context *ctx, const char *pairs, lac_data *data);

/* The log warns where the mean face says that x and y were exchanged, of all points or of one, in
 * all rows or in those of a source; `where` names the data. MEMORY. axes.c */
lac_status lac_axes_warn(lac_context *ctx, const lac_data *data, const char *where);

/* The points that a row carries, [K]: those with a label in x or in y. */
void lac_row_points(const lac_data *data, int row, uint8_t *present);

/* The different sets of points that rows carry, or of those that are whole, with both labels; most
 * rows first. pattern.c */
typedef struct lac_patterns {
    int count;
    lac_pattern *pattern; /* [count], their sets lie in `present` */
    uint8_t *present;     /* [count, K] */
    int *of_row;          /* [rows] index of the row's pattern */
} lac_patterns;

lac_status lac_patterns_find(lac_context *ctx, const lac_data *data, int is_whole,
                             lac_patterns *out);
void lac_patterns_free(lac_patterns *patterns);

/* Finds the sources of a data set and every row's own: by the rows' words [rows], or by their
 * patterns if that is NULL. source.c */
lac_status lac_sources_find(lac_context *ctx, const lac_source_word *words, lac_data *data);

/* The source that a set of points [K] belongs to: the smallest that contains it, or -1. */
int lac_source_of(const lac_data *data, const uint8_t *points);

/* Fills data->source_weight from a lookup table. The weights stay unknown (NaN) if it
 * asks for a point that the data does not have, or for a set that no source contains. */
lac_status lac_sources_weigh(lac_context *ctx, const lac_lookup *lookup, lac_data *data);

/* Groups rows of one photo, and of equal or nearly equal pictures: group [rows] holds the lowest
 * row of the row's group; twin [rows] is 1 where a row has a near but not exact duplicate,
 * duplicate [rows] 1 where an earlier row has the same bytes; both may be NULL. group.c */
lac_status lac_groups_find(lac_context *ctx, const lac_data *data, int *group, uint8_t *twin,
                           uint8_t *duplicate);

/* The rows[0..count), ascending, of a data set as one of their own, ids and sources kept.
 * dataset.c */
lac_status lac_data_take(lac_context *ctx, const lac_data *data, const int *rows, int count,
                         lac_data **out);

/* Gives all ranks the data that rank 0 has at *data, where the others have NULL, its pictures once
 * a machine; or the failure, if that is what making it has come to. Nothing to do for one. What
 * *data then is, also after a failure, is for lac_data_free. MEMORY, RANKS. parcel.c */
lac_status lac_data_hand_out(lac_context *ctx, lac_status status, lac_data **data);

/* The number of the row in its table, from 1; drop lists name rows by it. drop.c */
int lac_row_number(const lac_data *data, int row);

/* The points that a drop list names: point [rows, K], freed by free(), 1 = named; a row that is
 * named as a whole has all. Reads a file, or a text, which it takes apart, called `where` in
 * messages. IO, FORMAT (the message names the line), MISMATCH (no labels), MEMORY. drop.c */
lac_status lac_drop_read(lac_context *ctx, const char *path, const lac_data *data,
                         uint8_t **point);
lac_status lac_drop_parse(lac_context *ctx, char *text, const char *where, const lac_data *data,
                          uint8_t **point);

/* The shortest list that names these points, in the order of the rows, freed by free(). MEMORY. */
lac_status lac_drop_text(lac_context *ctx, const lac_data *data, const uint8_t *point,
                         char **text);

/* The data's mask without these points: [rows, 2K], freed by free(). MEMORY. */
lac_status lac_drop_mask(lac_context *ctx, const lac_data *data, const uint8_t *point,
                         uint8_t **mask);

/* Adds what the row has lost in this mask. */
void lac_drop_count(const lac_data *data, const uint8_t *mask, int row, lac_dropped *count);

/* The hold-out that a training configuration asks for. split.c */
lac_status lac_split_of(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                        lac_split **out);

/* 1 when the row has any label. access.c */
int lac_row_is_labelled(const lac_data *data, int row);

/* 1 when a training that takes `rows` learns from the row: it is not held out, and complete if
 * it has to be. split.c */
int lac_row_is_learned(const lac_data *data, int row, int is_holdout, lac_rows rows);

/* Takes a column's name apart that is a coordinate's, in any habit: `point` [strlen(column) + 1]
 * gets the point's name; *axis is 0 for x, 1 for y. 0 for other names. columns.c */
int lac_column_coordinate(const char *column, char *point, int *axis);

/* The point of a feature name, "left_eye_center_x", and its axis (0 x, 1 y), or -1. lookup.c */
int lac_feature_find(char *const *names, int points, const char *feature, int *axis);

#endif
