/* What is measured: a trainer on drawn noise, and a plan that predicts by its model. */
#include "data/data.h"
#include "settings/config.h"
#include "train/bench.h"

#include <stdlib.h>

enum { MOST_SIZE = 1 << 14, MOST_POINTS = 10000 };

static lac_status noise(lac_context *ctx, int rows, int size, int points, lac_data **out)
{
    size_t pixels = (size_t)rows * size * size;
    size_t labels = (size_t)rows * 2 * points;
    uint8_t *picture = NULL;
    float *label = NULL;
    uint8_t *mask = NULL;
    const char **names = NULL;
    char (*text)[24] = NULL;
    lac_status status = lac_alloc(ctx, pixels, 1, &picture);
    if (status == LAC_OK)
        status = lac_alloc(ctx, labels, sizeof *label, &label);
    if (status == LAC_OK)
        status = lac_alloc(ctx, labels, 1, &mask);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)points, sizeof *names, &names);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)points, sizeof *text, &text);
    if (status == LAC_OK) {
        for (size_t i = 0; i < pixels; i++)
            picture[i] = (uint8_t)lac_random(1, LAC_STREAM(LAC_STREAM_BENCH), i);
        for (size_t i = 0; i < labels; i++) {
            label[i] = (float)(size * lac_random_uniform(2, LAC_STREAM(LAC_STREAM_BENCH), i));
            mask[i] = 1;
        }
        for (int i = 0; i < points; i++) {
            snprintf(text[i], sizeof text[i], "point%d", i + 1);
            names[i] = text[i];
        }
        status = lac_data_from_memory(ctx, rows, size, points, names, picture, label, mask, out);
    }
    free(picture);
    free(label);
    free(mask);
    free(names);
    free(text);
    return status;
}

lac_status lac_bench_trainer(lac_context *ctx, const lac_train_config *config, int size, int points,
                             lac_data **data, lac_trainer **trainer)
{
    lac_train_config c = config ? *config : lac_train_config_default();
    *data = NULL;
    *trainer = NULL;
    LAC_TRY(lac_config_check(ctx, &c));
    if (size < 1 || size > MOST_SIZE || points < 1 || points > MOST_POINTS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "size %d, %d points: must be 1 to %d, %d", size,
                        points, MOST_SIZE, MOST_POINTS);
    c.holdout = 0.0;
    LAC_TRY(noise(ctx, c.batch, size, points, data));
    return lac_trainer_new(ctx, *data, &c, trainer);
}

lac_status lac_bench_plan(const lac_trainer *t, lac_plan **out)
{
    int bf16 = t->config.precision == LAC_PRECISION_BF16;
    return lac_plan_new(t->ctx, t->model->net, &t->model->weights, t->config.batch,
                        LAC_PLAN_INFERENCE | (bf16 ? LAC_PLAN_BF16 : 0), out);
}
