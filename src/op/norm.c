/* Batch normalization per channel; formulas in norm.h. */
#include "op/norm.h"

#include <math.h>

/* PyTorch's default, as LAC_NORM_EPS is. */
static const double momentum = 0.1;

lac_status lac_norm_plan(lac_planner *p, lac_shape y, lac_norm *norm)
{
    size_t stored = (size_t)lac_shape_channels(y);
    size_t count = (size_t)y.c;
    norm->channels = y.c;
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, stored, sizeof(float), &norm->scale));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, stored, sizeof(float), &norm->shift));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, count, sizeof(double), &norm->mean));
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_ALWAYS, count, sizeof(double), &norm->inv_std));
    return lac_planner_claim(p, LAC_LIFE_ALWAYS, count, sizeof(lac_norm_dy), &norm->dy);
}

static void set(lac_op *op, lac_norm *norm, int c, double mean, double var)
{
    double inv_std = 1.0 / sqrt(var + LAC_NORM_EPS);
    double scale = lac_op_w(op, LAC_NORM_WEIGHT)[c] * inv_std;
    norm->mean[c] = mean;
    norm->inv_std[c] = inv_std;
    norm->scale[c] = (float)scale;
    norm->shift[c] = (float)(lac_op_w(op, LAC_NORM_BIAS)[c] - scale * mean);
}

void lac_norm_batch(lac_op *op, const lac_pass *pass, lac_norm *norm, int c,
                    const lac_norm_statistics *batch)
{
    float *running_mean = lac_op_b(op, LAC_NORM_RUNNING_MEAN) + c;
    float *running_var = lac_op_b(op, LAC_NORM_RUNNING_VAR) + c;
    double var = batch->var < 0.0 ? 0.0 : batch->var; /* by rounding; NaN stays NaN */
    double unbiased = batch->count > 1.0 ? var * batch->count / (batch->count - 1.0) : var;
    double take = pass->looks > 0 ? 1.0 / pass->looks : momentum;
    set(op, norm, c, batch->mean, var);
    *running_mean += (float)(take * (batch->mean - *running_mean));
    *running_var += (float)(take * (unbiased - *running_var));
}

void lac_norm_fixed(lac_op *op, lac_norm *norm)
{
    for (int c = 0; c < norm->channels; c++)
        set(op, norm, c, lac_op_b(op, LAC_NORM_RUNNING_MEAN)[c],
            lac_op_b(op, LAC_NORM_RUNNING_VAR)[c]);
}

void lac_norm_gradients(lac_op *op, lac_norm *norm, int c, double sum, double product,
                        double count)
{
    double inv_std = norm->inv_std[c];
    double scale = lac_op_w(op, LAC_NORM_WEIGHT)[c] * inv_std;
    double b = -scale * inv_std * inv_std * product / count;
    lac_op_g(op, LAC_NORM_WEIGHT)[c] = (float)(product * inv_std);
    lac_op_g(op, LAC_NORM_BIAS)[c] = (float)sum;
    norm->dy[c] = (lac_norm_dy){scale, b, -scale * sum / count - b * norm->mean[c]};
}
