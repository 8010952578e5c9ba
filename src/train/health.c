/* Finds the signs of a failing training in what is predicted after an epoch. */
#include "train/health.h"
#include "data/data.h"

#include <math.h>

enum {
    LASTING = 5,      /* epochs in a row that make a sign: single epochs jump */
    FIRST_STEPS = 100 /* are not looked at: every network begins by predicting the mean */
};

static const double flat_share = 0.05; /* predictions that vary less than this share of what the
                                          labels do count as constant */
static const double far_times = 3.0;   /* times the lowest RMSE counts as far */

/* How much the predictions vary, or the labels when xy is NULL: deviation of each coordinate
 * from its mean over the rows, RMS over all present labels, pixels. */
static double spread(const lac_health_sample *s, const float *xy)
{
    int width = 2 * s->data->points;
    double squares = 0.0;
    long labels = 0;
    for (int i = 0; i < width; i++) {
        double sum = 0.0, sum_squares = 0.0;
        long n = 0;
        for (int r = 0; r < s->count; r++) {
            if (!lac_data_mask(s->data, s->rows[r])[i])
                continue;
            const float *label = lac_data_labels(s->data, s->rows[r]);
            double v = (double)(xy ? xy[(size_t)r * width + i] : label[i]);
            sum += v;
            sum_squares += v * v;
            n++;
        }
        squares += n ? sum_squares - sum * sum / (double)n : 0.0;
        labels += n;
    }
    return labels ? sqrt(fmax(squares, 0.0) / (double)labels) : 0.0;
}

void lac_health_check(lac_context *ctx, lac_health *h, const lac_health_sample *s)
{
    double wanted = spread(s, NULL);
    double got = spread(s, s->xy);
    h->flat = s->steps > FIRST_STEPS && got < flat_share * wanted ? h->flat + 1 : 0;
    h->far = s->rmse > far_times * s->lowest || s->rmse > s->data->size ? h->far + 1 : 0;
    if (h->flat == LASTING)
        lac_log(ctx,
                "epoch %d: collapsed: for %d epochs every picture has been given nearly the same "
                "points (they vary by %.2f px, the labels by %.2f px); try another seed, a smaller "
                "lr, or the start he",
                s->epoch, LASTING, got, wanted);
    if (h->far == LASTING)
        lac_log(ctx,
                "epoch %d: diverging: the %s RMSE is %.4g px, its lowest was %.4g px, and "
                "this has lasted %d epochs; try a smaller lr or more weight decay, and look for "
                "bad labels in the data",
                s->epoch, s->holdout ? "hold-out" : "training", s->rmse, s->lowest, LASTING);
}
