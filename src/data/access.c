/* What a data set answers about its rows, points and sources. */
#include "data/data.h"

#include <string.h>

int lac_data_rows(const lac_data *data)
{
    return data->rows;
}

int lac_data_size(const lac_data *data)
{
    return data->size;
}

int lac_data_points(const lac_data *data)
{
    return data->points;
}

const char *lac_data_point_name(const lac_data *data, int point)
{
    return data->names[point];
}

int lac_data_id(const lac_data *data, int row)
{
    return data->ids[row];
}

const uint8_t *lac_data_image(const lac_data *data, int row)
{
    return data->pixels + (size_t)row * data->size * data->size;
}

const float *lac_data_labels(const lac_data *data, int row)
{
    return data->labels + (size_t)row * 2 * data->points;
}

const uint8_t *lac_data_mask(const lac_data *data, int row)
{
    return data->mask + (size_t)row * 2 * data->points;
}

const char *lac_data_id_text(const lac_data *data, int row)
{
    return data->id_text ? data->id_text[row] : NULL;
}

int lac_data_mirror_point(const lac_data *data, int point)
{
    return data->mirror[point];
}

lac_mirror_by lac_data_mirror_by(const lac_data *data)
{
    return data->mirror_by;
}

int lac_data_wanted_point(const lac_data *data, int point)
{
    return data->wanted[point];
}

int lac_data_sources(const lac_data *data)
{
    return data->sources;
}

int lac_data_source_points(const lac_data *data, int source)
{
    return data->source_points[source];
}

const char *lac_data_source_name(const lac_data *data, int source)
{
    return data->source_name ? data->source_name[source] : NULL;
}

int lac_data_source_has_point(const lac_data *data, int source, int point)
{
    return data->source_pattern[(size_t)source * data->points + point];
}

int lac_data_source_rows(const lac_data *data, int source)
{
    return data->source_rows[source];
}

int lac_data_row_source(const lac_data *data, int row)
{
    return data->row_source[row];
}

double lac_data_source_weight(const lac_data *data, int source)
{
    return data->source_weight[source];
}

int lac_data_row_is_complete(const lac_data *data, int row)
{
    return !memchr(lac_data_mask(data, row), 0, 2 * (size_t)data->points);
}

const char *lac_data_crop(const lac_data *data)
{
    return data->crop;
}

int lac_row_is_labelled(const lac_data *data, int row)
{
    return memchr(lac_data_mask(data, row), 1, 2 * (size_t)data->points) != NULL;
}
