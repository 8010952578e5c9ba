/* The data set: how it is made, and what is derived from its tables. */
#include "comm/comm.h"
#include "data/archive.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Derived parts ------------------------------------------------------------ */

static uint64_t fingerprint(const lac_data *data)
{
    size_t rows = data->rows;
    size_t labels = rows * 2 * data->points;
    int shape[3] = {data->rows, data->size, data->points};
    uint64_t h = lac_hash(0, shape, sizeof shape);
    for (int p = 0; p < data->points; p++)
        h = lac_hash(h, data->names[p], strlen(data->names[p]) + 1);
    h = lac_hash(h, data->pixels, rows * data->size * data->size);
    h = lac_hash(h, data->labels, labels * sizeof *data->labels);
    h = lac_hash(h, data->mask, labels);
    if (data->photo)
        h = lac_hash(h, data->photo, rows * sizeof *data->photo);
    for (int s = 0; data->source_name && s < data->sources; s++)
        h = lac_hash(h, data->source_name[s], strlen(data->source_name[s]) + 1);
    return data->source_name ? lac_hash(h, data->row_source, rows * sizeof *data->row_source) : h;
}

/* `words` [rows] of the column source, or NULL. */
static lac_status derive(lac_context *ctx, const char *pairs, const lac_source_word *words,
                         lac_data *data)
{
    LAC_TRY(lac_partners_find(ctx, pairs, data));
    LAC_TRY(lac_sources_find(ctx, words, data));
    data->fingerprint = fingerprint(data);
    data->table_rows = data->rows;
    return LAC_OK;
}

lac_status lac_data_pair(lac_context *ctx, lac_data *data, const char *pairs)
{
    lac_data old = *data;
    lac_status status = lac_partners_find(ctx, pairs, data);
    lac_data *unwanted = status == LAC_OK ? &old : data;
    free(unwanted->mirror);
    free(unwanted->shown);
    free(unwanted->wanted);
    if (status != LAC_OK)
        *data = old;
    return status;
}

/* ---- Making ------------------------------------------------------------------- */

static lac_status weigh_by(lac_context *ctx, const char *path, lac_data *data)
{
    lac_lookup *lookup = NULL;
    lac_status status = lac_lookup_open(ctx, path, &lookup);
    if (status == LAC_OK)
        status = lac_sources_weigh(ctx, lookup, data);
    lac_lookup_free(&lookup);
    return status;
}

/* The file beside the table that was read from a folder; freed by free(). */
static lac_status path_beside(lac_context *ctx, const char *folder, const char *name, char **out)
{
    char *table;
    LAC_TRY(lac_table_file(ctx, folder, "training", &table));
    *strrchr(table, '/') = 0;
    lac_status status = lac_path_join(ctx, table, name, out);
    free(table);
    return status;
}

/* Weighs the sources by the lookup table in the same archive or folder, if there is one. */
static lac_status weigh_sources(lac_context *ctx, const char *path, lac_data *data)
{
    char *file = NULL;
    int is_there = 0;
    if (!lac_path_is_folder(path)) {
        LAC_TRY(lac_stream_holds(ctx, path, "IdLookupTable", &is_there));
        return is_there ? weigh_by(ctx, path, data) : LAC_OK;
    }
    LAC_TRY(path_beside(ctx, path, "IdLookupTable.csv", &file));
    lac_status status = lac_path_exists(file) ? weigh_by(ctx, file, data) : LAC_OK;
    free(file);
    return status;
}

static lac_status read_all(lac_context *ctx, const char *path, lac_table table,
                           const lac_train_config *config, lac_data **out)
{
    lac_source_word *words;
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_status status = lac_table_read(ctx, path, table, config, *out, &words);
    if (status == LAC_OK)
        status = derive(ctx, config->pairs, words, *out);
    free(words);
    if (status == LAC_OK && (*out)->points)
        status = lac_axes_warn(ctx, *out, strcmp(path, "-") == 0 ? "standard input" : path);
    if (status == LAC_OK && table != LAC_TABLE_TEST)
        status = weigh_sources(ctx, path, *out);
    return status;
}

lac_status lac_data_open_as(lac_context *ctx, const char *path, lac_table table,
                            const lac_train_config *config, lac_data **out)
{
    static const lac_train_config usual = {.pairs = "names"};
    lac_status status = LAC_OK;
    *out = NULL;
    if (lac_rank(ctx) == 0)
        status = read_all(ctx, path, table, config ? config : &usual, out);
    status = lac_data_hand_out(ctx, status, out);
    if (status != LAC_OK)
        lac_data_free(out);
    return status;
}

lac_status lac_data_open(lac_context *ctx, const char *path, lac_table table, lac_data **out)
{
    return lac_data_open_as(ctx, path, table, NULL, out);
}

static lac_status copy_names(lac_context *ctx, lac_data *data, int points,
                             const char *const *names)
{
    LAC_TRY(lac_alloc(ctx, points, sizeof *data->names, &data->names));
    for (int p = 0; p < points; p++) {
        if (!names[p] || !names[p][0])
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "point %d: no name", p);
        if (strchr(names[p], ',') || !lac_text_printable(names[p]))
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "point %d: its name %.100s must be printable, without a comma", p,
                            names[p]);
        for (int q = 0; q < p; q++)
            if (strcmp(names[q], names[p]) == 0)
                return lac_fail(ctx, LAC_ERROR_ARGUMENT, "points %d and %d: both are called %.100s",
                                q, p, names[p]);
        LAC_TRY(lac_strdup(ctx, names[p], &data->names[p]));
        data->points = p + 1;
    }
    return LAC_OK;
}

/* Copies the labels whose mask is 1; all others stay 0. */
static lac_status copy_labels(lac_context *ctx, lac_data *data, const float *labels,
                              const uint8_t *mask)
{
    size_t width = 2 * (size_t)data->points;
    size_t count = data->rows * width;
    LAC_TRY(lac_alloc(ctx, count, sizeof *data->labels, &data->labels));
    LAC_TRY(lac_alloc(ctx, count, 1, &data->mask));
    for (size_t i = 0; i < count; i++) {
        if (mask[i] > 1)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "row %zu, label %zu: the mask is %d, not 0 or 1", i / width,
                            i % width, mask[i]);
        if (!mask[i])
            continue;
        if (!isfinite(labels[i]))
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "row %zu, label %zu: %f is not a finite number", i / width,
                            i % width, labels[i]);
        data->labels[i] = labels[i];
        data->mask[i] = 1;
    }
    return LAC_OK;
}

lac_status lac_data_from_memory(lac_context *ctx, int rows, int size, int points,
                                const char *const *names, const uint8_t *pixels,
                                const float *labels, const uint8_t *mask, lac_data **out)
{
    enum { SIZE_MOST = 16384 };
    *out = NULL;
    if (rows < 1 || size < 1 || size > SIZE_MOST || points < 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%d rows of side %d with %d points: at least 1 row, a side of 1 to %d and "
                        "no negative number of points", rows, size, points, SIZE_MOST);
    if (!pixels || (points > 0 && (!names || !labels || !mask)))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "pixels, names, labels or mask are NULL");
    size_t count = (size_t)rows * size * size;
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_data *data = *out;
    data->rows = rows;
    data->size = size;
    lac_status status = copy_names(ctx, data, points, names);
    if (status == LAC_OK)
        status = copy_labels(ctx, data, labels, mask);
    data->pixel_bytes = count;
    if (status == LAC_OK)
        status = lac_pages_new(ctx, count, &data->pixels);
    if (status == LAC_OK)
        status = lac_alloc(ctx, rows, sizeof *data->ids, &data->ids);
    if (status == LAC_OK) {
        memcpy(data->pixels, pixels, count);
        for (int r = 0; r < rows; r++)
            data->ids[r] = r + 1;
        status = derive(ctx, "names", NULL, data);
    }
    if (status != LAC_OK)
        lac_data_free(out);
    return status;
}

static lac_status take_sources(lac_context *ctx, const lac_data *from, const int *rows,
                               lac_data *data)
{
    size_t sources = (size_t)from->sources, pattern = sources * (size_t)from->points;
    LAC_TRY(lac_alloc(ctx, pattern, 1, &data->source_pattern));
    LAC_TRY(lac_alloc(ctx, sources, sizeof(int), &data->source_rows));
    LAC_TRY(lac_alloc(ctx, sources, sizeof(int), &data->source_points));
    LAC_TRY(lac_alloc(ctx, sources, sizeof(double), &data->source_weight));
    LAC_TRY(lac_alloc(ctx, (size_t)data->rows, sizeof(int), &data->row_source));
    memcpy(data->source_pattern, from->source_pattern, pattern);
    memcpy(data->source_points, from->source_points, sources * sizeof(int));
    memcpy(data->source_weight, from->source_weight, sources * sizeof(double));
    data->sources = from->sources;
    if (from->source_name)
        LAC_TRY(lac_alloc(ctx, sources, sizeof *data->source_name, &data->source_name));
    for (int s = 0; from->source_name && s < from->sources; s++)
        LAC_TRY(lac_strdup(ctx, from->source_name[s], &data->source_name[s]));
    for (int r = 0; r < data->rows; r++) {
        data->row_source[r] = from->row_source[rows[r]];
        data->source_rows[data->row_source[r]]++;
    }
    return LAC_OK;
}

static lac_status copy_ints(lac_context *ctx, const int *from, int count, int **out)
{
    LAC_TRY(lac_alloc(ctx, (size_t)count, sizeof **out, out));
    if (count)
        memcpy(*out, from, (size_t)count * sizeof **out);
    return LAC_OK;
}

/* Some rows' mean face may show less than all rows': what was decided for these is kept. */
static lac_status take_partners(lac_context *ctx, const lac_data *from, lac_data *data)
{
    data->mirror_by = from->mirror_by;
    LAC_TRY(copy_ints(ctx, from->mirror, from->points, &data->mirror));
    LAC_TRY(copy_ints(ctx, from->shown, from->points, &data->shown));
    return copy_ints(ctx, from->wanted, from->points, &data->wanted);
}

static lac_status take_ids(lac_context *ctx, const lac_data *from, const int *rows, lac_data *data)
{
    size_t count = (size_t)data->rows;
    LAC_TRY(lac_alloc(ctx, count, sizeof *data->ids, &data->ids));
    if (from->id_text)
        LAC_TRY(lac_alloc(ctx, count, sizeof *data->id_text, &data->id_text));
    for (int r = 0; r < data->rows; r++) {
        data->ids[r] = from->ids[rows[r]];
        if (from->id_text && from->id_text[rows[r]])
            LAC_TRY(lac_strdup(ctx, from->id_text[rows[r]], &data->id_text[r]));
    }
    return LAC_OK;
}

static lac_status take_table_rows(lac_context *ctx, const lac_data *from, const int *rows,
                                  lac_data *data)
{
    LAC_TRY(lac_alloc(ctx, (size_t)data->rows, sizeof *data->table_row, &data->table_row));
    for (int r = 0; r < data->rows; r++)
        data->table_row[r] = lac_row_number(from, rows[r]) - 1;
    data->table_rows = from->table_rows;
    return LAC_OK;
}

static lac_status take(lac_context *ctx, const lac_data *from, const int *rows, lac_data *data)
{
    size_t count = (size_t)data->rows, width = 2 * (size_t)from->points;
    size_t area = (size_t)from->size * from->size;
    LAC_TRY(copy_names(ctx, data, from->points, (const char *const *)from->names));
    LAC_TRY(take_ids(ctx, from, rows, data));
    LAC_TRY(take_table_rows(ctx, from, rows, data));
    data->pixel_bytes = count * area;
    LAC_TRY(lac_pages_new(ctx, data->pixel_bytes, &data->pixels));
    LAC_TRY(lac_alloc(ctx, count * width, sizeof *data->labels, &data->labels));
    LAC_TRY(lac_alloc(ctx, count * width, 1, &data->mask));
    for (int r = 0; r < data->rows; r++) {
        memcpy(data->pixels + r * area, lac_data_image(from, rows[r]), area);
        memcpy(data->labels + r * width, lac_data_labels(from, rows[r]),
               width * sizeof *data->labels);
        memcpy(data->mask + r * width, lac_data_mask(from, rows[r]), width);
    }
    if (from->photo)
        LAC_TRY(lac_alloc(ctx, count, sizeof *data->photo, &data->photo));
    for (int r = 0; from->photo && r < data->rows; r++)
        data->photo[r] = from->photo[rows[r]];
    memcpy(data->crop, from->crop, sizeof data->crop);
    LAC_TRY(take_sources(ctx, from, rows, data));
    LAC_TRY(take_partners(ctx, from, data));
    data->fingerprint = fingerprint(data);
    return LAC_OK;
}

lac_status lac_data_take(lac_context *ctx, const lac_data *data, const int *rows, int count,
                         lac_data **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->rows = count;
    (*out)->size = data->size;
    lac_status status = take(ctx, data, rows, *out);
    if (status != LAC_OK)
        lac_data_free(out);
    return status;
}

void lac_data_free(lac_data **data)
{
    lac_data *d = *data;
    if (!d)
        return;
    for (int p = 0; d->names && p < d->points; p++)
        free(d->names[p]);
    free(d->names);
    free(d->mirror);
    free(d->shown);
    free(d->wanted);
    free(d->ids);
    for (int r = 0; d->id_text && r < d->rows; r++)
        free(d->id_text[r]);
    free(d->id_text);
    free(d->table_row);
    lac_pages_free(d->pixels, d->pixel_bytes);
    free(d->labels);
    free(d->mask);
    for (int s = 0; d->source_name && s < d->sources; s++)
        free(d->source_name[s]);
    free(d->source_name);
    free(d->source_pattern);
    free(d->source_rows);
    free(d->source_points);
    free(d->source_weight);
    free(d->row_source);
    free(d->photo);
    free(d);
    *data = NULL;
}
