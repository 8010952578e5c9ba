/*
 * Two predictions of the same rows: whether one is better, by how much, and on which rows they
 * differ most. The bootstrap is paired: both are measured on the same draws, so that pictures which
 * are hard for both do not blur the difference.
 */
#include "eval/measures.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Rows in common ------------------------------------------------------------------------- */

/* Keeps of `p` the rows at these places, in place. */
static void keep(lac_predicted *p, const int *place, int count)
{
    size_t values = 2 * (size_t)p->data->points;
    for (int i = 0; i < count; i++) {
        int from = place[i];
        p->row[i] = p->row[from];
        p->group[i] = p->group[from];
        p->side[i] = p->side[from];
        memmove(p->xy + (size_t)i * values, p->xy + (size_t)from * values,
                values * sizeof *p->xy);
    }
    p->count = count;
    p->loss = NAN;
}

/* Fills place[0] and place[1] with where the rows that both have stand in either. */
static int find_common(const lac_predicted *a, const lac_predicted *b, int *place[2])
{
    int count = 0;
    for (int i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->row[i] == b->row[j]) {
            place[0][count] = i;
            place[1][count++] = j;
        }
        int first = a->row[i];
        i += first <= b->row[j];
        j += b->row[j] <= first;
    }
    return count;
}

lac_status lac_predicted_meet(lac_context *ctx, lac_predicted *a, lac_predicted *b)
{
    int *place[2];
    if (a->data != b->data)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "the predictions are of two data sets");
    LAC_TRY(lac_alloc(ctx, (size_t)a->count, 2 * sizeof(int), &place[0]));
    place[1] = place[0] + a->count;
    int count = find_common(a, b, place);
    if (count > 0 && count < a->count)
        keep(a, place[0], count);
    if (count > 0 && count < b->count)
        keep(b, place[1], count);
    free(place[0]);
    if (count > 0)
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_MISMATCH,
                    "no row was held out from both models, so none can compare them: compare them "
                    "on all rows of other data");
}

/* ---- Comparison ----------------------------------------------------------------------------- */

static int pair_order(const void *a, const void *b)
{
    const lac_row_pair *x = a, *y = b;
    double dx = fabs(x->b - x->a), dy = fabs(y->b - y->a);
    if (dx != dy)
        return dx > dy ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void rank_pairs(const lac_predicted *a, const lac_predicted *b, lac_comparison *c)
{
    size_t values = 2 * (size_t)a->data->points;
    for (int i = 0; i < a->count; i++) {
        size_t at = (size_t)i * values;
        double first = lac_row_rmse(a->data, a->row[i], a->xy + at);
        double second = lac_row_rmse(a->data, a->row[i], b->xy + at);
        if (isfinite(first) && isfinite(second))
            c->pair[c->pairs++] = (lac_row_pair){i, first, second};
    }
    qsort(c->pair, (size_t)c->pairs, sizeof *c->pair, pair_order);
}

static lac_status compare(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                          lac_comparison *c)
{
    size_t measures = LAC_MEASURES + (size_t)a->data->sources;
    c->measures = (int)measures;
    LAC_TRY(lac_alloc(ctx, measures, sizeof *c->a, &c->a));
    LAC_TRY(lac_alloc(ctx, measures, sizeof *c->b, &c->b));
    LAC_TRY(lac_alloc(ctx, measures, sizeof *c->difference, &c->difference));
    LAC_TRY(lac_alloc(ctx, (size_t)a->count, sizeof *c->pair, &c->pair));
    LAC_TRY(lac_estimates_make(ctx, a, NULL, &c->config, c->a, &c->groups));
    LAC_TRY(lac_estimates_make(ctx, b, NULL, &c->config, c->b, &c->groups));
    LAC_TRY(lac_estimates_make(ctx, a, b, &c->config, c->difference, &c->groups));
    rank_pairs(a, b, c);
    int is_weighted = !isnan(c->difference[LAC_MEASURE_TEST_WEIGHTED].value);
    c->deciding = is_weighted ? LAC_MEASURE_TEST_WEIGHTED : LAC_MEASURE_RMSE;
    return LAC_OK;
}

static int same_rows(const lac_predicted *a, const lac_predicted *b)
{
    return a->data == b->data && a->count == b->count &&
           memcmp(a->row, b->row, (size_t)a->count * sizeof *a->row) == 0;
}

lac_status lac_compare(lac_context *ctx, const lac_predicted *a, const lac_predicted *b,
                       const lac_measures_config *config, lac_comparison **out)
{
    *out = NULL;
    if (!same_rows(a, b))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "the predictions to compare are of other rows");
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->config = config ? *config : lac_measures_config_default();
    lac_status status = lac_measures_check(ctx, a, &(*out)->config);
    if (status == LAC_OK)
        status = compare(ctx, a, b, *out);
    if (status != LAC_OK)
        lac_comparison_free(out);
    return status;
}

int lac_comparison_verdict(const lac_comparison *c)
{
    const lac_estimate *d = &c->difference[c->deciding];
    return d->high < 0 ? -1 : d->low > 0 ? 1 : 0;
}

void lac_comparison_free(lac_comparison **comparison)
{
    lac_comparison *c = *comparison;
    if (!c)
        return;
    free(c->a);
    free(c->b);
    free(c->difference);
    free(c->pair);
    free(c);
    *comparison = NULL;
}
