/* A table of predictions: ImageId, then x and y of every point, a line a picture. */
#include "eval/eval.h"
#include "data/data.h"

#include <stdlib.h>

enum { CHUNK = 256 }; /* pictures predicted at a time */

static void write_header(FILE *stream, const lac_model *model)
{
    fputs("ImageId", stream);
    for (int k = 0; k < model->points; k++)
        fprintf(stream, ",%s_x,%s_y", model->names[k], model->names[k]);
    fputc('\n', stream);
}

static void write_row(FILE *stream, int id, const float *xy, int count)
{
    fprintf(stream, "%d", id);
    for (int i = 0; i < count; i++) {
        char cell[LAC_NUMBER];
        fprintf(stream, ",%s", lac_number_decimals(xy[i], 4, cell));
    }
    fputc('\n', stream);
}

static lac_status write_rows(FILE *stream, const lac_model *model, const lac_data *data)
{
    int width = 2 * model->points;
    float *xy;
    lac_predictor *predictor;
    LAC_TRY(lac_predictor_new(model->ctx, model, &predictor));
    lac_status status = lac_alloc(model->ctx, (size_t)CHUNK * width, sizeof *xy, &xy);
    write_header(stream, model);
    for (int first = 0; first < data->rows && status == LAC_OK; first += CHUNK) {
        int n = data->rows - first < CHUNK ? data->rows - first : CHUNK;
        status = lac_predictor_run(predictor, lac_data_image(data, first), n, xy);
        for (int i = 0; i < n && status == LAC_OK; i++)
            write_row(stream, lac_data_id(data, first + i), xy + (size_t)i * width, width);
    }
    lac_predictor_free(&predictor);
    free(xy);
    return status;
}

lac_status lac_predictions_write(const lac_model *model, const lac_data *data, const char *path)
{
    lac_file file;
    LAC_TRY(lac_model_check_size(model, data));
    LAC_TRY(lac_file_create(model->ctx, path, &file));
    return lac_file_finish(model->ctx, &file, write_rows(file.stream, model, data));
}
