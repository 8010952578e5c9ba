/*
 * Predicts the points of a face. The photo is the face's crop; MODEL is a run folder or a
 * safetensors file.
 *
 *     cc predict.c $(pkg-config --cflags --libs lacuna) -o predict && ./predict MODEL PHOTO
 */
#include <lacuna.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    lac_context *ctx = NULL;
    lac_model *model = NULL;
    lac_predictor *predictor = NULL;
    lac_photo *photo = NULL;
    float *xy = NULL;
    int good = argc == 3 && lac_context_new(NULL, &ctx) == LAC_OK &&
        lac_model_load(ctx, argv[1], &model) == LAC_OK &&
        lac_predictor_new(ctx, model, NULL, &predictor) == LAC_OK &&
        lac_photo_load(ctx, argv[2], &photo) == LAC_OK;
    if (good) {
        lac_box whole = {0, 0, (double)photo->width, (double)photo->height};
        xy = (float *)calloc((size_t)lac_model_points(model), 2 * sizeof *xy);
        good = xy && lac_predictor_boxes(predictor, photo, &whole, 1, xy) == LAC_OK;
    }
    for (int i = 0; good && i < lac_model_points(model); i++)
        printf("%s %.2f %.2f\n", lac_model_point_name(model, i), xy[2 * i], xy[2 * i + 1]);
    if (!good)
        fprintf(stderr, "%s\n", argc == 3 ? lac_context_message(ctx) : "predict MODEL PHOTO");
    free(xy);
    lac_photo_free(&photo);
    lac_predictor_free(&predictor);
    lac_model_free(&model);
    lac_context_free(&ctx);
    return good ? 0 : 1;
}
