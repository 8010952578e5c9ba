/*
 * The mean face. A point's partner is the point that its mirror image covers best, if that is near
 * and holds the other way round, too.
 */
#include "data/mean_face.h"

#include <math.h>
#include <stdlib.h>

/* Labels of a point that make a mean; how near a mirrored mean comes to its partner's, and the
 * middle of the face to that of the picture, in sides. Measured: the mean of Kaggle's faces is up
 * to 0.012 from its mirror image and 0.005 beside the middle, that of 24 drawn faces 0.007 and
 * 0.006. */
enum { ENOUGH = 5 };
static const double near = 0.06, centred = 0.1;

static void add_up(const lac_data *data, int source, lac_mean_face *f, int *count)
{
    for (int r = 0; r < data->rows; r++) {
        if (source >= 0 && data->row_source[r] != source)
            continue;
        const float *label = lac_data_labels(data, r);
        const uint8_t *mask = lac_data_mask(data, r);
        for (int p = 0; p < f->points; p++)
            if (mask[2 * p] && mask[2 * p + 1]) {
                f->x[p] += (double)label[2 * p];
                f->y[p] += (double)label[2 * p + 1];
                count[p]++;
            }
    }
}

/* The middle of the points that are known. */
static double middle_of(const lac_mean_face *f)
{
    double sum = 0;
    int known = 0;
    for (int p = 0; p < f->points; p++) {
        known += !isnan(f->x[p]);
        sum += isnan(f->x[p]) ? 0 : f->x[p];
    }
    return sum / (known ? known : 1);
}

lac_status lac_mean_face_find(lac_context *ctx, const lac_data *data, int source,
                              lac_mean_face *f)
{
    int *count;
    size_t points = (size_t)data->points;
    *f = (lac_mean_face){.points = data->points, .side = data->size};
    LAC_TRY(lac_alloc(ctx, points, sizeof *f->x, &f->x));
    lac_status status = lac_alloc(ctx, points, sizeof *f->y, &f->y);
    if (status == LAC_OK)
        status = lac_alloc(ctx, points, sizeof *count, &count);
    if (status != LAC_OK) {
        lac_mean_face_free(f);
        return status;
    }
    add_up(data, source, f, count);
    for (int p = 0; p < f->points; p++) {
        f->x[p] = count[p] >= ENOUGH ? f->x[p] / count[p] : NAN;
        f->y[p] = count[p] >= ENOUGH ? f->y[p] / count[p] : NAN;
    }
    f->middle = middle_of(f);
    free(count);
    return LAC_OK;
}

void lac_mean_face_free(lac_mean_face *f)
{
    free(f->x);
    free(f->y);
    *f = (lac_mean_face){0};
}

void lac_mean_face_exchange(lac_mean_face *f)
{
    double *x = f->x;
    f->x = f->y;
    f->y = x;
    f->middle = middle_of(f);
}

double lac_mean_face_distance(const lac_mean_face *f, int p, int q)
{
    return hypot(2 * f->middle - f->x[p] - f->x[q], f->y[p] - f->y[q]);
}

static int nearest(const lac_mean_face *f, int p)
{
    int best = p;
    for (int q = 0; q < f->points; q++)
        if (lac_mean_face_distance(f, p, q) < lac_mean_face_distance(f, p, best))
            best = q;
    return best;
}

/* The partner of p: each is the other's nearest, and near. -1 when the mean face shows none. */
static int shown_partner(const lac_mean_face *f, int p, double limit)
{
    int q = nearest(f, p);
    return lac_mean_face_distance(f, p, q) <= limit && nearest(f, q) == p ? q : -1;
}

/* A mean face is believed when it shows four of five points their partner. */
void lac_mean_face_partners(const lac_mean_face *f, int *shown)
{
    int known = 0, count = 0;
    int is_centred = fabs(f->middle - (f->side - 1) / 2) <= centred * f->side;
    for (int p = 0; p < f->points; p++) {
        shown[p] = is_centred ? shown_partner(f, p, near * f->side) : -1;
        known += !isnan(f->x[p]);
        count += shown[p] >= 0;
    }
    for (int p = 0; p < f->points && 5 * count < 4 * known; p++)
        shown[p] = -1;
}

int lac_mean_face_is_far(const lac_mean_face *f, int p, int q)
{
    return lac_mean_face_distance(f, p, q) > near * f->side;
}
