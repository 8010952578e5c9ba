/*
 * Weights as bytes: every row of a weight, the numbers that make one output channel, is a scale
 * times whole numbers from -127 to 127, the scale the largest magnitude / 127. A folded norm
 * multiplies whole rows, so that a row rounds to the same bytes before and after folding.
 */
#include "export/round.h"

#include <math.h>

float lac_round_scale(const float *row, size_t count)
{
    float most = 0.0f;
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, fabsf(row[i]));
    return most / 127.0f;
}

int lac_round_byte(float value, float scale)
{
    return scale > 0.0f ? (int)lrintf(value / scale) : 0;
}

lac_status lac_model_round(lac_model *model)
{
    LAC_TRY(lac_model_is_one(model, "weights to round"));
    const lac_params *params = &model->net->params;
    for (int p = 0; p < params->count; p++) {
        const lac_param *param = &params->table[p];
        const size_t columns = param->floats / (size_t)param->shape[0];
        for (int r = 0; param->dims > 1 && r < param->shape[0]; r++) {
            float *row = model->weights.w + param->offset + (size_t)r * columns;
            const float scale = lac_round_scale(row, columns);
            for (size_t i = 0; i < columns; i++)
                row[i] = scale * (float)lac_round_byte(row[i], scale);
        }
    }
    model->weights.version++;
    return LAC_OK;
}
