/*
 * loss = sum over present labels of w f(y - target) / divisor
 * dy   = w f'(y - target) / divisor where present, else 0
 * divisor: the sum of w over all n * outputs (reduction all, the paper's), or over present ones.
 * w is an output's weight, 1 of a label.
 *
 * f of an error e, with width d:
 *   squared     e^2
 *   huber       e^2 where |e| < d, else 2 d |e| - d^2
 *   saturating  e^2 / (1 + (e / d)^2), whose slope falls again behind |e| = d / sqrt(3)
 *   wing        d ln(1 + |e| / eps) where |e| < d, else |e| - d + d ln(1 + d / eps), with
 *               eps = d / 5 (Feng et al. 2018, who take d = 10 and eps = 2)
 */
#include "train/loss.h"

#include <math.h>

static const double wing_bend = 5.0; /* d / eps */

static int is_present(const lac_loss_batch *b, long i)
{
    return !b->mask || b->mask[i];
}

static double weight_of(const lac_loss_batch *b, long i)
{
    return b->weight ? (double)b->weight[i % b->outputs] : 1.0;
}

/* Of the present labels, or of all. */
static double sum_weights(const lac_loss_batch *b, int all)
{
    double sum = 0.0;
    for (long i = 0; i < (long)b->n * b->outputs; i++)
        sum += all || is_present(b, i) ? weight_of(b, i) : 0.0;
    return sum;
}

/* ---- Forms: f(e), and f'(e) into *slope --------------------------------------------------- */

typedef double (*form)(double e, double d, double *slope);

static double squared(double e, double d, double *slope)
{
    (void)d;
    *slope = 2.0 * e;
    return e * e;
}

static double huber(double e, double d, double *slope)
{
    double off = fabs(e);
    if (off < d)
        return squared(e, d, slope);
    *slope = copysign(2.0 * d, e);
    return 2.0 * d * off - d * d;
}

static double saturating(double e, double d, double *slope)
{
    double held = 1.0 / (1.0 + (e / d) * (e / d));
    *slope = 2.0 * e * held * held;
    return e * e * held;
}

/* At e = 0, where the curve has a corner, the slope is 0. */
static double wing(double e, double d, double *slope)
{
    double off = fabs(e);
    if (off >= d) {
        *slope = copysign(1.0, e);
        return off - d + d * log1p(wing_bend);
    }
    *slope = off > 0.0 ? copysign(wing_bend / (1.0 + wing_bend * off / d), e) : 0.0;
    return d * log1p(wing_bend * off / d);
}

static const form forms[] = {[LAC_FORM_SQUARED] = squared,
                             [LAC_FORM_HUBER] = huber,
                             [LAC_FORM_SATURATING] = saturating,
                             [LAC_FORM_WING] = wing};

double lac_loss_gradient(const lac_loss_batch *b, float *dy)
{
    const form f = forms[b->form];
    long labels = (long)b->n * b->outputs;
    double divisor = sum_weights(b, b->reduction == LAC_REDUCTION_ALL);
    double sum = 0.0;
    for (long i = 0; i < labels; i++) {
        dy[i] = 0.0f;
        if (!is_present(b, i))
            continue;
        double slope, weight = weight_of(b, i);
        sum += weight * f((double)b->y[i] - b->target[i], b->width, &slope);
        dy[i] = (float)(weight * slope / divisor);
    }
    return divisor > 0.0 ? sum / divisor : 0.0;
}
