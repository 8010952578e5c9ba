/*
 * loss = sum over present labels of f(y - target) / divisor
 * dy   = f'(y - target) / divisor where present, else 0
 * divisor: n * outputs (reduction all, the paper's), or the number of present labels.
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

static long present_labels(const lac_loss_batch *b, long labels)
{
    if (!b->mask)
        return labels;
    long present = 0;
    for (long i = 0; i < labels; i++)
        present += b->mask[i];
    return present;
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
    long present = present_labels(b, labels);
    double divisor = (double)(b->reduction == LAC_REDUCTION_ALL ? labels : present);
    double sum = 0.0;
    for (long i = 0; i < labels; i++) {
        dy[i] = 0.0f;
        if (b->mask && !b->mask[i])
            continue;
        double slope;
        sum += f((double)b->y[i] - b->target[i], b->width, &slope);
        dy[i] = (float)(slope / divisor);
    }
    return present ? sum / divisor : 0.0;
}
