/*
 * Points of one face from frame to frame, kept from trembling: the One-Euro filter of G. Casiez,
 * N. Roussel and D. Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
 * Interactive Systems", CHI 2012.
 *
 * A place p is followed by q += a (p - q), where a = 1 / (1 + 1 / (2 pi f)) for a cutoff of f
 * cycles a frame. The cutoff grows with the speed, so that a face at rest is calm and one that
 * moves is not left behind: f = CALM + QUICK |v| / side, with v += a(CALM) (p - q - v) from the q
 * of the frame before. Both axes of a point share its speed. Speed in sides of the face's square
 * makes the same face move alike in a photo of any size.
 */
#include "predict/predict.h"

#include <math.h>
#include <stdlib.h>

/* With these a face at rest whose points tremble by 0.5 to 1 % of its side trembles a quarter as
 * much from frame to frame, and one that moves by 2 % of its side a frame is followed within
 * 0.5 %. */
#define CALM 0.03
#define QUICK 20.0

lac_status lac_smoother_new(lac_context *ctx, int points, lac_smoother *out)
{
    *out = (lac_smoother){.points = points};
    lac_status status = lac_alloc(ctx, 2 * (size_t)points, sizeof *out->place, &out->place);
    if (status == LAC_OK)
        status = lac_alloc(ctx, 2 * (size_t)points, sizeof *out->speed, &out->speed);
    if (status != LAC_OK)
        lac_smoother_free(out);
    return status;
}

void lac_smoother_free(lac_smoother *smoother)
{
    free(smoother->place);
    free(smoother->speed);
    *smoother = (lac_smoother){0};
}

static double share(double cutoff)
{
    const double two_pi = 6.283185307179586;
    return 1 / (1 + 1 / (two_pi * cutoff));
}

static void start(lac_smoother *s, const float *xy)
{
    for (int i = 0; i < 2 * s->points; i++) {
        s->place[i] = (double)xy[i];
        s->speed[i] = 0;
    }
    s->is_running = 1;
}

/* A point that the model's source does not have is NaN and stays it. */
void lac_smoother_run(lac_smoother *s, double side, float *xy)
{
    if (!s->is_running) {
        start(s, xy);
        return;
    }
    for (int k = 0; k < 2 * s->points; k += 2) {
        double *q = s->place + k, *v = s->speed + k;
        for (int axis = 0; axis < 2; axis++)
            v[axis] += share(CALM) * ((double)xy[k + axis] - q[axis] - v[axis]);
        double a = share(CALM + QUICK * hypot(v[0], v[1]) / side);
        for (int axis = 0; axis < 2; axis++) {
            q[axis] += a * ((double)xy[k + axis] - q[axis]);
            xy[k + axis] = (float)q[axis];
        }
    }
}
