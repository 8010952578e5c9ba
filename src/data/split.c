/*
 * The hold-out: whole groups, a fraction of every stratum, or one of several folds.
 *
 * A stratum is a label pattern, of one source where the table names sources, and a third of
 * the rows that have it; a group stands in that of its first row. All strata are walked one
 * behind the other, each in shuffled order, and a quota runs along: it rises by the fraction
 * of every group's rows, and a group is taken when that brings the quota nearer to 0. So each
 * stratum gives its share to within a group, and strata too small for one share it. Folds are
 * dealt on the same walk: a group goes to the fold with the fewest rows so far.
 */
#include "data/data.h"

#include <math.h>
#include <stdlib.h>

struct lac_split {
    int rows;
    int holdout_rows;
    int *group;       /* [rows] */
    uint8_t *holdout; /* [rows] */
};

/* The groups in the order of the strata. A group is named by its first row. */
typedef struct strata {
    int count;
    int *order;   /* [groups] the groups, stratum after stratum */
    int *end;     /* [count] where each stratum ends in `order` */
    int *stratum; /* [rows] the stratum of each row */
    int *size;    /* [rows] rows of the group that begins here, 0 where none does */
} strata;

/* Pattern and source of a row as one number. Where patterns make the sources, the pattern says
 * all. */
static int kind_of(const lac_data *data, const lac_patterns *patterns, int row)
{
    int pattern = patterns->of_row[row];
    return data->source_name ? pattern * data->sources + data->row_source[row] : pattern;
}

/* Fills stratum [rows]. `all` and `seen` [kinds] count the rows of each kind and start as 0. */
static void assign_strata(const lac_data *data, const lac_patterns *patterns, int *all, int *seen,
                          int *stratum)
{
    for (int r = 0; r < data->rows; r++)
        all[kind_of(data, patterns, r)]++;
    for (int r = 0; r < data->rows; r++) {
        int kind = kind_of(data, patterns, r);
        int third = (int)(3LL * seen[kind]++ / all[kind]);
        stratum[r] = 3 * kind + third;
    }
}

/* Sorts the groups by stratum (counting sort). */
static void order_groups(strata *s, const int *group, int rows)
{
    for (int r = 0; r < rows; r++) {
        s->size[group[r]]++;
        if (group[r] == r)
            s->end[s->stratum[r]]++;
    }
    for (int i = 0, sum = 0; i < s->count; i++) {
        int groups = s->end[i];
        s->end[i] = sum; /* where the stratum starts; the loop below moves it to the end */
        sum += groups;
    }
    for (int r = 0; r < rows; r++)
        if (group[r] == r)
            s->order[s->end[s->stratum[r]]++] = r;
}

static lac_status make_strata(lac_context *ctx, const lac_data *data, const int *group, strata *s)
{
    lac_patterns patterns;
    int *counts = NULL;
    LAC_TRY(lac_patterns_find(ctx, data, 0, &patterns));
    int kinds = patterns.count * (data->source_name ? data->sources : 1);
    s->count = 3 * kinds;
    lac_status status = lac_alloc(ctx, kinds, 2 * sizeof *counts, &counts);
    if (status == LAC_OK)
        status = lac_alloc(ctx, data->rows, sizeof *s->stratum, &s->stratum);
    if (status == LAC_OK)
        assign_strata(data, &patterns, counts, counts + kinds, s->stratum);
    free(counts);
    lac_patterns_free(&patterns);
    LAC_TRY(status);
    LAC_TRY(lac_alloc(ctx, s->count, sizeof *s->end, &s->end));
    LAC_TRY(lac_alloc(ctx, data->rows, sizeof *s->order, &s->order));
    LAC_TRY(lac_alloc(ctx, data->rows, sizeof *s->size, &s->size));
    order_groups(s, group, data->rows);
    return LAC_OK;
}

/* The quota starts at a random place between -1/2 and 1/2. Started at 0, it would hold out the
 * same rows of small strata whatever the seed. */
static void walk(const strata *s, double fraction, uint64_t seed, lac_split *split)
{
    uint64_t stream = LAC_STREAM(LAC_STREAM_SPLIT);
    double quota = lac_random_uniform(seed, stream, 0) - 0.5;
    for (int i = 0; i < s->count; i++) {
        int start = i > 0 ? s->end[i - 1] : 0;
        int *order = s->order + start;
        int count = s->end[i] - start;
        lac_shuffle(seed, stream + 1 + i, order, count);
        for (int j = 0; j < count; j++) {
            int size = s->size[order[j]];
            quota += fraction * size;
            if (quota >= 0.5 * size) {
                split->holdout[order[j]] = 1;
                split->holdout_rows += size;
                quota -= size;
            }
        }
    }
}

/* The fold with the fewest rows. The search begins at a random one, so that of equal ones not
 * always the same is taken. */
static int least_fold(const int *rows, int folds, uint64_t random)
{
    int least = (int)(random % (uint64_t)folds);
    for (int i = 1, f = least; i < folds; i++) {
        f = f + 1 < folds ? f + 1 : 0;
        least = rows[f] < rows[least] ? f : least;
    }
    return least;
}

/* Deals the groups to folds, of which this one, from 0, is held out. */
static void deal(const strata *s, int folds, int fold, uint64_t seed, lac_split *split)
{
    int rows[LAC_MOST_FOLDS] = {0};
    uint64_t stream = LAC_STREAM(LAC_STREAM_SPLIT);
    for (int i = 0; i < s->count; i++) {
        int start = i > 0 ? s->end[i - 1] : 0;
        lac_shuffle(seed, stream + 1 + i, s->order + start, s->end[i] - start);
        for (int j = start; j < s->end[i]; j++) {
            int group = s->order[j];
            int to = least_fold(rows, folds, lac_random(seed, stream, 1 + (uint64_t)group));
            rows[to] += s->size[group];
            split->holdout[group] = to == fold;
        }
    }
    split->holdout_rows = rows[fold];
}

/* What to hold out: a fraction, or, with folds above 0, one of them. */
typedef struct wanted {
    double fraction;
    int folds, fold;
    uint64_t seed;
} wanted;

static lac_status make_split(lac_context *ctx, const lac_data *data, const wanted *w,
                             lac_split *split)
{
    strata s = {0};
    split->rows = data->rows;
    LAC_TRY(lac_alloc(ctx, data->rows, sizeof *split->group, &split->group));
    LAC_TRY(lac_alloc(ctx, data->rows, 1, &split->holdout));
    LAC_TRY(lac_groups_find(ctx, data, split->group, NULL, NULL));
    lac_status status = make_strata(ctx, data, split->group, &s);
    if (status == LAC_OK && w->folds)
        deal(&s, w->folds, w->fold - 1, w->seed, split);
    else if (status == LAC_OK)
        walk(&s, w->fraction, w->seed, split);
    for (int r = 0; status == LAC_OK && r < split->rows; r++)
        split->holdout[r] = split->holdout[split->group[r]];
    free(s.end);
    free(s.order);
    free(s.stratum);
    free(s.size);
    return status;
}

static lac_status split_new(lac_context *ctx, const lac_data *data, const wanted *w,
                            lac_split **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_status status = make_split(ctx, data, w, *out);
    if (status != LAC_OK)
        lac_split_free(out);
    return status;
}

lac_status lac_split_make(lac_context *ctx, const lac_data *data, double fraction, uint64_t seed,
                          lac_split **out)
{
    *out = NULL;
    if (!(fraction >= 0 && fraction < 1))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a hold-out of %g of the rows: at least 0 and less than 1", fraction);
    return split_new(ctx, data, &(wanted){.fraction = fraction, .seed = seed}, out);
}

lac_status lac_split_make_fold(lac_context *ctx, const lac_data *data, int folds, int fold,
                               uint64_t seed, lac_split **out)
{
    *out = NULL;
    if (folds < 2 || folds > LAC_MOST_FOLDS || fold < 1 || fold > folds)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "fold %d of %d: from 1 to their number, which is 2 to %d", fold, folds,
                        LAC_MOST_FOLDS);
    return split_new(ctx, data, &(wanted){.folds = folds, .fold = fold, .seed = seed}, out);
}

lac_status lac_split_of(lac_context *ctx, const lac_data *data, const lac_train_config *config,
                        lac_split **out)
{
    uint64_t seed = config->split_seed ? config->split_seed : config->seed;
    if (config->fold == 0)
        return lac_split_make(ctx, data, config->holdout, seed, out);
    double folds = config->holdout > 0 ? fmin(round(1 / config->holdout), LAC_MOST_FOLDS + 1) : 0;
    return lac_split_make_fold(ctx, data, (int)folds, config->fold, seed, out);
}

void lac_split_free(lac_split **split)
{
    if (!*split)
        return;
    free((*split)->group);
    free((*split)->holdout);
    free(*split);
    *split = NULL;
}

int lac_split_is_holdout(const lac_split *split, int row)
{
    return split->holdout[row];
}

int lac_split_group(const lac_split *split, int row)
{
    return split->group[row];
}

int lac_split_holdout_rows(const lac_split *split)
{
    return split->holdout_rows;
}

int lac_row_is_learned(const lac_data *data, int row, int is_holdout, lac_rows rows)
{
    return !is_holdout && (rows == LAC_ROWS_ALL || lac_data_row_is_complete(data, row));
}

int lac_split_train_rows(const lac_split *split, const lac_data *data, lac_rows rows)
{
    int count = 0;
    for (int row = 0; row < data->rows; row++)
        count += lac_row_is_learned(data, row, split->holdout[row], rows);
    return count;
}
