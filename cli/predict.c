/*
 * lacuna predict: a CSV of keypoints from a table of pictures.
 */
#include "cli.h"

#include <stdlib.h>

enum { CHUNK = 256 };

typedef struct predict_options {
    const char *model;
    const char *data;
    const char *out;
    machine_options machine;
} predict_options;

static lac_status write_rows(FILE *stream, lac_context *ctx, const lac_model *model,
                             const lac_data *data)
{
    lac_predictor *predictor;
    int points = lac_model_points(model), rows = lac_data_rows(data);
    float *xy = need((size_t)CHUNK * 2 * points, sizeof *xy);
    lac_status status = lac_predictor_new(ctx, model, &predictor);

    fprintf(stream, "ImageId");
    for (int k = 0; k < points; k++)
        fprintf(stream, ",%s_x,%s_y", lac_model_point_name(model, k),
                lac_model_point_name(model, k));
    fprintf(stream, "\n");
    for (int first = 0; first < rows && status == LAC_OK; first += CHUNK) {
        int n = rows - first < CHUNK ? rows - first : CHUNK;
        status = lac_predictor_run(predictor, lac_data_image(data, first), n, xy);
        for (int i = 0; i < n && status == LAC_OK; i++) {
            fprintf(stream, "%d", lac_data_id(data, first + i));
            for (int j = 0; j < 2 * points; j++)
                fprintf(stream, ",%.4f", (double)xy[i * 2 * points + j]);
            fprintf(stream, "\n");
        }
    }
    lac_predictor_free(&predictor);
    free(xy);
    return status;
}

/* A picture of another size would be read as if it had the model's. */
static int check_size(const predict_options *o, const lac_model *model, const lac_data *data)
{
    int size = lac_data_size(data), wanted = lac_model_size(model);
    if (size == wanted)
        return CODE_DONE;
    fprintf(stderr, "lacuna: %s: pictures of %dx%d; the model %s needs %dx%d\n", o->data, size,
            size, o->model, wanted, wanted);
    return CODE_FAILED;
}

static int predict(const predict_options *o)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_data *data = NULL;
    output out = {0};

    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_model_load(ctx, o->model, &model);
    if (status == LAC_OK)
        status = lac_data_open(ctx, o->data, LAC_TABLE_TEST, &data);
    int code = report(ctx, status);
    if (code == CODE_DONE)
        code = check_size(o, model, data);
    if (code == CODE_DONE)
        code = output_open(&out, o->out);
    if (code == CODE_DONE) {
        code = report(ctx, write_rows(out.stream, ctx, model, data));
        if (code == CODE_DONE)
            code = output_close(&out);
        else
            output_abandon(&out);
    }
    lac_data_free(&data);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return code;
}

int verb_predict(int argc, char **argv)
{
    predict_options o = {0};
    option options[] = {
        {.type = OPTION_TEXT, .name = "model", .value = &o.model, .unit = "M", .required = 1,
         .about = "a run folder (its last.safetensors) or a safetensors file"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.data, .unit = "P", .required = 1,
         .about = "pictures: a CSV file or a zip, with labels (which are not used) or without; "
                  "of a folder, its test table"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .about = "the CSV to write; it is replaced at once or not at all",
         .zero = "standard output"},
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "predict",
        .usage = "lacuna predict --model M --data P [options]",
        .about = "Predicts every picture of a table. The result is a CSV: ImageId (or the "
                 "row's number from 1), then NAME_x,NAME_y of every point, in pixels from the "
                 "centre of the top left pixel.",
        .examples = "  lacuna predict --model run --data kaggle > points.csv\n"
                    "  lacuna predict --model run --data test.csv --out points.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    return code == CODE_GO_ON ? predict(&o) : code;
}
