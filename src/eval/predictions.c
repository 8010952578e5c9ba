/* A table of predictions: ImageId, then x and y of every point of a source, a line a picture. */
#include "eval/eval.h"
#include "data/data.h"

#include <stdlib.h>

enum { CHUNK = 256 }; /* pictures predicted at a time */

/* A table under way. */
typedef struct table {
    const lac_model *model;
    const lac_data *data;
    const lac_predict_config *how;
    FILE *stream;
} table;

static int has_point(const table *t, int point)
{
    return lac_model_source_has_point(t->model, t->how ? t->how->source : 0, point);
}

static void write_header(const table *t)
{
    fputs("ImageId", t->stream);
    for (int i = 0; i < 2 * t->model->points; i++)
        if (has_point(t, i / 2)) {
            fputc(',', t->stream);
            lac_csv_name(t->stream, t->model->names[i / 2], i % 2 ? "_y" : "_x");
        }
    fputc('\n', t->stream);
}

void lac_write_id(FILE *stream, const lac_data *data, int row)
{
    const char *id = lac_data_id_text(data, row);
    if (id)
        lac_csv_text(stream, id);
    else
        fprintf(stream, "%d", lac_data_id(data, row));
}

static void write_row(const table *t, int row, const float *xy)
{
    lac_write_id(t->stream, t->data, row);
    for (int i = 0; i < 2 * t->model->points; i++) {
        char cell[LAC_NUMBER];
        if (has_point(t, i / 2))
            fprintf(t->stream, ",%s", lac_number_decimals(xy[i], 4, cell));
    }
    fputc('\n', t->stream);
}

static lac_status write_rows(const table *t, lac_predictor *predictor)
{
    const lac_data *data = t->data;
    int width = 2 * t->model->points;
    float *xy;
    LAC_TRY(lac_alloc(t->model->ctx, (size_t)CHUNK * width, sizeof *xy, &xy));
    lac_status status = LAC_OK;
    write_header(t);
    for (int first = 0; first < data->rows && status == LAC_OK; first += CHUNK) {
        int n = data->rows - first < CHUNK ? data->rows - first : CHUNK;
        status = lac_predictor_run(predictor, lac_data_image(data, first), n, xy);
        for (int i = 0; i < n && status == LAC_OK; i++)
            write_row(t, first + i, xy + (size_t)i * width);
    }
    free(xy);
    return status;
}

lac_status lac_predictions_write(const lac_model *model, const lac_data *data,
                                 const lac_predict_config *config, const char *path)
{
    lac_context *ctx = model->ctx;
    lac_predictor *predictor;
    lac_file file;
    LAC_TRY(lac_model_check_size(model, data));
    LAC_TRY(lac_predictor_new(ctx, model, config, &predictor));
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        const table t = {model, data, config, file.stream};
        status = lac_file_finish(ctx, &file, write_rows(&t, predictor));
    }
    lac_predictor_free(&predictor);
    return status;
}
