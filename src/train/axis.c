/* How far aside labels lie, learned; see axis.h. */
#include "train/axis.h"
#include "data/data.h"
#include "image/units.h"

#include <math.h>

/* The labels that settle it, as a share of an epoch's: what the network's first guesses say is
 * forgotten within an epoch. */
static const double SETTLING = 0.25;

lac_status lac_axis_prepare(lac_trainer *t)
{
    const lac_data *data = t->data;
    int heads = t->model->heads.count;
    LAC_TRY(lac_alloc(t->ctx, (size_t)heads, sizeof *t->head_labels, &t->head_labels));
    for (int i = 0; i < t->train_count; i++) {
        int row = t->train_rows[i];
        const uint8_t *mask = t->present + (size_t)row * 2 * data->points;
        for (int k = 0; k < data->points; k++)
            t->head_labels[t->head[row]] += 2 * mask[2 * k];
    }
    return LAC_OK;
}

/* The sum of what the answers lie to the right of mirrored labels of a head, and to the left of
 * the others, in the network's units; how many labels. */
static int sum_gaps(const lac_trainer *t, int n, int head, double *sum)
{
    int labels = 2 * t->data->points, count = 0;
    size_t width = (size_t)t->lessons * labels;
    *sum = 0;
    for (int i = 0; i < n; i++) {
        if (t->head[t->batch_row[i]] != head)
            continue;
        double sign = lac_view_is_mirrored(&t->batch_view[i]) ? 1 : -1;
        for (size_t at = i * width; at < i * width + labels; at += 2) {
            if (t->mask[at])
                *sum += sign * ((double)t->answer[at] - (double)t->target[at]);
            count += t->mask[at];
        }
    }
    return count;
}

/* A batch's mean gap counts by the batch's share of the labels that settle it. */
void lac_axis_learn(lac_trainer *t, int n)
{
    const lac_heads *heads = &t->model->heads;
    double most = t->data->size;
    for (int h = 0; h < heads->count; h++) {
        double sum, settling = SETTLING * (double)t->head_labels[h];
        int count = sum_gaps(t, n, h, &sum);
        if (count)
            heads->aside[h] += sum * lac_unit(t->data->size) / fmax(count, settling);
        heads->aside[h] = fmin(fmax(heads->aside[h], -most), most);
    }
}
