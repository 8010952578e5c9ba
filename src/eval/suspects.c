/*
 * Labels that predictions make implausible, by models that never saw them.
 *
 * What is usual differs by point and source: noses are found to the pixel, chins are not. So the
 * distance of a label from its prediction is counted in the spread that such distances have for its
 * point and source, from their median on. Median and median deviation are what most rows say: the
 * wrong labels that are looked for hardly move them. A row's mean distance is judged in the same
 * way, which finds rows that are a little off everywhere.
 */
#include "eval/suspects.h"
#include "data/data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is usual needs some numbers; the median deviation of normal ones is 1 / 1.4826 of their
 * standard deviation; no spread is below a thousandth of the picture's side, or a fifth of the
 * median, which for normal errors is nearer to a half. */
enum { ENOUGH = 20, ENOUGH_POINTS = 3 };
static const double to_deviation = 1.4826, least_side = 0.001, least_share = 0.2;

typedef struct search {
    lac_context *ctx;
    const lac_predicted *p;
    const lac_data *data;
    double limit;
    double *shift;     /* [sources, K, 2] median of label - prediction, pixels */
    lac_usual *usual;  /* [sources, K] of the distances */
    lac_usual *of_row; /* [sources] of rows' means of distance / median */
    double *distance;  /* [count, K] pixels, NaN where it is not known */
    double *mean;      /* [count] of distance / median over the row's points, NaN of too few */
    double *scratch;   /* [count * K] */
    lac_suspects *out;
} search;

/* ---- What is usual ----------------------------------------------------------------------- */

static double median(double *values, long count)
{
    lac_numbers_sort(values, count);
    return lac_quantile(values, count, 0.5);
}

lac_usual lac_usual_of(double *values, long count, double least)
{
    lac_usual u = {.median = median(values, count)};
    for (long i = 0; i < count; i++)
        values[i] = fabs(values[i] - u.median);
    u.spread = to_deviation * median(values, count);
    u.median = fmax(u.median, least);
    u.spread = fmax(u.spread, least_share * u.median);
    return u;
}

static double beyond(const lac_usual *u, double value)
{
    return (value - u->median) / u->spread;
}

static const float *label_at(const search *s, int index, int k)
{
    return lac_data_labels(s->data, s->p->row[index]) + 2 * k;
}

static const float *answer_at(const search *s, int index, int k)
{
    return s->p->xy + 2 * ((size_t)index * s->data->points + k);
}

static int source_at(const search *s, int index)
{
    return s->data->row_source[s->p->row[index]];
}

/* Whether a point has a label and a prediction that are numbers. */
static int is_known(const search *s, int index, int k)
{
    const uint8_t *mask = lac_data_mask(s->data, s->p->row[index]) + 2 * k;
    const float *xy = answer_at(s, index, k);
    return mask[0] && mask[1] && isfinite(xy[0]) && isfinite(xy[1]);
}

/* The place of a point's numbers among those of all sources. */
static size_t place(const search *s, int index, int k)
{
    return (size_t)source_at(s, index) * s->data->points + k;
}

/* How far `label` is from where point k of this row is expected. */
static double distance_of(const search *s, int index, int k, const float label[2])
{
    const float *xy = answer_at(s, index, k);
    const double *shift = s->shift + 2 * place(s, index, k);
    return hypot((double)label[0] - (double)xy[0] - shift[0],
                 (double)label[1] - (double)xy[1] - shift[1]);
}

/* Sources differ in where they mark a point, and a model may sit between them. */
static void find_shift(search *s, int source, int k)
{
    double *shift = s->shift + 2 * ((size_t)source * s->data->points + k);
    for (int axis = 0; axis < 2; axis++) {
        long count = 0;
        for (int i = 0; i < s->p->count; i++)
            if (source_at(s, i) == source && is_known(s, i, k))
                s->scratch[count++] = (double)label_at(s, i, k)[axis] -
                                      (double)answer_at(s, i, k)[axis];
        shift[axis] = count >= ENOUGH ? median(s->scratch, count) : 0;
    }
}

static void find_distances(search *s)
{
    int points = s->data->points;
    for (int source = 0; source < s->data->sources; source++)
        for (int k = 0; k < points; k++)
            find_shift(s, source, k);
    for (int i = 0; i < s->p->count; i++)
        for (int k = 0; k < points; k++)
            s->distance[(size_t)i * points + k] =
                is_known(s, i, k) ? distance_of(s, i, k, label_at(s, i, k)) : NAN;
}

/* Of the values [count, width] in this column, or all if it is -1, whose row is of this source, or
 * any if it is -1. Too few: as `other`, which may be NULL. */
static lac_usual usual_of(search *s, const double *values, int width, int source, int column,
                          double least, const lac_usual *other)
{
    long count = 0;
    for (int i = 0; i < s->p->count; i++)
        for (int k = 0; k < width && (source < 0 || source_at(s, i) == source); k++) {
            double value = values[(size_t)i * width + k];
            if ((column < 0 || k == column) && !isnan(value))
                s->scratch[count++] = value;
        }
    if (count == 0 || (count < ENOUGH && other))
        return other ? *other : (lac_usual){least, least};
    return lac_usual_of(s->scratch, count, least);
}

static void find_usual(search *s)
{
    int points = s->data->points;
    double least = least_side * s->data->size;
    const lac_usual all = usual_of(s, s->distance, points, -1, -1, least, NULL);
    for (int source = 0; source < s->data->sources; source++)
        for (int k = 0; k < points; k++)
            s->usual[source * points + k] =
                usual_of(s, s->distance, points, source, k, least, &all);
}

static void find_rows(search *s)
{
    int points = s->data->points;
    for (int i = 0; i < s->p->count; i++) {
        double sum = 0;
        int count = 0;
        for (int k = 0; k < points; k++) {
            double distance = s->distance[(size_t)i * points + k];
            if (isnan(distance))
                continue;
            sum += distance / s->usual[place(s, i, k)].median;
            count++;
        }
        s->mean[i] = count >= ENOUGH_POINTS ? sum / count : NAN;
    }
    const lac_usual all = usual_of(s, s->mean, 1, -1, 0, 1e-3, NULL);
    for (int source = 0; source < s->data->sources; source++)
        s->of_row[source] = usual_of(s, s->mean, 1, source, 0, 1e-3, &all);
}

/* ---- One row ------------------------------------------------------------------------------ */

/* Scores of a row's points [K], NaN where unknown; how many are known, and which is worst. */
typedef struct scores {
    double *of;
    int known, worst;
} scores;

static scores score_points(const search *s, int index, double *room)
{
    scores x = {.of = room, .worst = -1};
    for (int k = 0; k < s->data->points; k++) {
        double distance = s->distance[(size_t)index * s->data->points + k];
        x.of[k] = isnan(distance) ? NAN : beyond(&s->usual[place(s, index, k)], distance);
        if (isnan(distance))
            continue;
        x.known++;
        x.worst = x.worst < 0 || x.of[k] > x.of[x.worst] ? k : x.worst;
    }
    return x;
}

/* Whether this pair of partners fits much better when their labels change places. */
static int is_swapped(const search *s, int index, int k, int partner)
{
    const double *distance = s->distance + (size_t)index * s->data->points;
    double as_is = distance[k] + distance[partner]; /* NaN where one is not known */
    double swapped = distance_of(s, index, k, label_at(s, index, partner)) +
                     distance_of(s, index, partner, label_at(s, index, k));
    return swapped < as_is / 2;
}

/* Whether most of the pairs that are far off fit when they change places. */
static int sides_are_swapped(const search *s, int index, const scores *x)
{
    int swapped = 0, pairs = 0;
    for (int k = 0; k < s->data->points; k++) {
        int partner = s->data->mirror[k];
        if (partner <= k || isnan(x->of[k]) || isnan(x->of[partner]))
            continue;
        pairs++;
        swapped += fmax(x->of[k], x->of[partner]) >= s->limit && is_swapped(s, index, k, partner);
    }
    return swapped > 0 && 2 * swapped > pairs;
}

/* The box around the predicted points, larger by half its longer side all around: chins and ears
 * are in it, another person's face is not. */
static int is_outside(const search *s, int index, int k)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int q = 0; q < s->data->points; q++)
        for (int axis = 0; axis < 2; axis++) {
            double at = (double)answer_at(s, index, q)[axis];
            if (!isfinite(at))
                continue;
            low[axis] = fmin(low[axis], at);
            high[axis] = fmax(high[axis], at);
        }
    double margin = fmax(high[0] - low[0], high[1] - low[1]) / 2;
    const float *label = label_at(s, index, k);
    return (double)label[0] < low[0] - margin || (double)label[0] > high[0] + margin ||
           (double)label[1] < low[1] - margin || (double)label[1] > high[1] + margin;
}

/* The move and scale that bring the prediction nearest to the labels, by least squares. They tell
 * the why when less than half of the distance is left. */
static void fit_move(const search *s, lac_suspect *out)
{
    double middle[2][2] = {{0}}, product = 0, square = 0, before = 0;
    int count = 0;
    for (int k = 0; k < s->data->points; k++) {
        if (!is_known(s, out->index, k))
            continue;
        for (int axis = 0; axis < 2; axis++) {
            middle[0][axis] += (double)answer_at(s, out->index, k)[axis];
            middle[1][axis] += (double)label_at(s, out->index, k)[axis];
        }
        count++;
    }
    for (int axis = 0; axis < 2; axis++) {
        middle[0][axis] /= count;
        middle[1][axis] /= count;
        out->move[axis] = middle[1][axis] - middle[0][axis];
    }
    double labels = 0;
    for (int k = 0; k < s->data->points; k++)
        for (int axis = 0; axis < 2 && is_known(s, out->index, k); axis++) {
            double answer = (double)answer_at(s, out->index, k)[axis];
            double label = (double)label_at(s, out->index, k)[axis];
            before += (label - answer) * (label - answer);
            answer -= middle[0][axis];
            label -= middle[1][axis];
            product += answer * label;
            square += answer * answer;
            labels += label * label;
        }
    out->scale = square > 0 ? product / square : 1;
    out->is_moved = labels - out->scale * product < before / 4; /* squares of distances */
}

static void name_points(const search *s, const scores *x, lac_suspect *out, uint8_t *named)
{
    for (int k = 0; k < s->data->points; k++) {
        named[k] = x->of[k] >= s->limit;
        out->named += named[k];
        out->outside += named[k] && is_outside(s, out->index, k);
    }
}

/* Judges a row by its predictions; the score is that of its worst point, or of its mean where this
 * is farther beyond the usual. */
static void judge(const search *s, int index, double *room, lac_suspect *out, uint8_t *named)
{
    const scores x = score_points(s, index, room);
    double of_row = beyond(&s->of_row[source_at(s, index)], s->mean[index]);
    double worst = x.worst < 0 ? -INFINITY : x.of[x.worst];
    int row = s->p->row[index];
    *out = (lac_suspect){.index = index, .row = row, .number = lac_row_number(s->data, row),
                         .score = isnan(of_row) ? worst : fmax(worst, of_row), .worst = x.worst};
    if (x.worst < 0)
        return;
    out->off = lac_point_error(answer_at(s, index, x.worst), label_at(s, index, x.worst), 1);
    name_points(s, &x, out, named);
    int is_most = x.known >= ENOUGH_POINTS && 2 * out->named > x.known;
    if (sides_are_swapped(s, index, &x))
        out->why = LAC_SUSPECT_SIDES;
    else if (is_most || of_row > worst)
        out->why = LAC_SUSPECT_ROW;
    out->is_whole = out->why != LAC_SUSPECT_POINTS;
    if (out->why == LAC_SUSPECT_ROW)
        fit_move(s, out);
}

/* ---- Twins -------------------------------------------------------------------------------- */

/* How far the labels of two rows of one picture are apart, in what is usual between label and
 * prediction: the largest score of a point, named when it is beyond the limit. */
static double score_twins(const search *s, int a, int b, double *apart, uint8_t *named, int *most)
{
    double score = -INFINITY;
    int shared = 0, far = 0;
    *apart = 0;
    for (int k = 0; k < s->data->points; k++) {
        named[k] = 0;
        if (!is_known(s, a, k) || !is_known(s, b, k))
            continue;
        double d = lac_point_error(label_at(s, a, k), label_at(s, b, k), 1);
        double of_point = beyond(&s->usual[place(s, a, k)], d);
        score = fmax(score, of_point);
        *apart = fmax(*apart, d);
        named[k] = of_point >= s->limit;
        shared++;
        far += named[k];
    }
    *most = 2 * far > shared;
    return score;
}

static int are_equal_pictures(const search *s, int a, int b)
{
    size_t size = (size_t)s->data->size * s->data->size;
    return source_at(s, a) == source_at(s, b) &&
           memcmp(lac_data_image(s->data, s->p->row[a]), lac_data_image(s->data, s->p->row[b]),
                  size) == 0;
}

/* Of two rows of one picture that disagree, the one that is farther from its prediction is the
 * suspect. */
static void judge_twins(const search *s, int a, int b, lac_suspect *all, uint8_t *point)
{
    int points = s->data->points, most;
    uint8_t *named = (uint8_t *)s->scratch;
    double apart, score = score_twins(s, a, b, &apart, named, &most);
    int far = all[b].score > all[a].score ? b : a;
    lac_suspect *x = &all[far];
    if (score < s->limit || (x->twin && apart <= x->apart))
        return;
    x->twin = all[far == a ? b : a].number;
    x->apart = apart;
    if (x->score >= s->limit) {
        x->score = fmax(x->score, score);
        return;
    }
    x->score = score;
    x->why = LAC_SUSPECT_TWINS;
    x->is_whole = most;
    x->named = 0;
    for (int k = 0; k < points; k++)
        x->named += point[(size_t)far * points + k] = named[k];
}

static int group_order(const void *a, const void *b)
{
    const int *x = a, *y = b; /* group, index */
    return x[0] != y[0] ? (x[0] > y[0]) - (x[0] < y[0]) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* Every pair of rows of one picture; groups hold all pairs of equal pictures. */
static lac_status find_twins(const search *s, lac_suspect *all, uint8_t *point)
{
    int count = s->p->count;
    int(*sorted)[2];
    LAC_TRY(lac_alloc(s->ctx, (size_t)count, sizeof *sorted, &sorted));
    for (int i = 0; i < count; i++) {
        sorted[i][0] = s->p->group[i];
        sorted[i][1] = i;
    }
    qsort(sorted, (size_t)count, sizeof *sorted, group_order);
    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count && sorted[j][0] == sorted[i][0]; j++)
            if (are_equal_pictures(s, sorted[i][1], sorted[j][1]))
                judge_twins(s, sorted[i][1], sorted[j][1], all, point);
    free(sorted);
    return LAC_OK;
}

/* ---- All rows ----------------------------------------------------------------------------- */

static int suspect_order(const void *a, const void *b)
{
    const lac_suspect *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Keeps those from the limit on, worst first, and their points, which lie by index. */
static lac_status keep(const search *s, const lac_suspect *all, const uint8_t *point)
{
    lac_suspects *out = s->out;
    size_t points = (size_t)s->data->points;
    LAC_TRY(lac_alloc(s->ctx, (size_t)s->p->count, sizeof *out->suspect, &out->suspect));
    for (int i = 0; i < s->p->count; i++)
        if (all[i].score >= s->limit)
            out->suspect[out->count++] = all[i];
    qsort(out->suspect, (size_t)out->count, sizeof *out->suspect, suspect_order);
    LAC_TRY(lac_alloc(s->ctx, (size_t)out->count * points, 1, &out->point));
    for (int i = 0; i < out->count; i++)
        memcpy(out->point + i * points, point + (size_t)out->suspect[i].index * points, points);
    return LAC_OK;
}

static lac_status judge_all(search *s, lac_suspect *all, uint8_t *point)
{
    find_distances(s);
    find_usual(s);
    find_rows(s);
    for (int i = 0; i < s->p->count; i++)
        judge(s, i, s->scratch, &all[i], point + (size_t)i * s->data->points);
    LAC_TRY(find_twins(s, all, point));
    return keep(s, all, point);
}

static lac_status find(search *s)
{
    size_t points = (size_t)s->data->points, places = (size_t)s->data->sources * points;
    size_t rows = (size_t)s->p->count;
    lac_suspect *all = NULL;
    uint8_t *point = NULL;
    LAC_TRY(lac_alloc(s->ctx, 2 * places, sizeof *s->shift, &s->shift));
    LAC_TRY(lac_alloc(s->ctx, places, sizeof *s->usual, &s->usual));
    LAC_TRY(lac_alloc(s->ctx, (size_t)s->data->sources, sizeof *s->of_row, &s->of_row));
    LAC_TRY(lac_alloc(s->ctx, rows * points, sizeof *s->distance, &s->distance));
    LAC_TRY(lac_alloc(s->ctx, rows, sizeof *s->mean, &s->mean));
    LAC_TRY(lac_alloc(s->ctx, rows * points, sizeof *s->scratch, &s->scratch));
    lac_status status = lac_alloc(s->ctx, rows, sizeof *all, &all);
    if (status == LAC_OK)
        status = lac_alloc(s->ctx, rows * points, 1, &point);
    if (status == LAC_OK)
        status = judge_all(s, all, point);
    free(all);
    free(point);
    return status;
}

lac_status lac_suspects_find(lac_context *ctx, const lac_predicted *predicted, double limit,
                             lac_suspects **out)
{
    *out = NULL;
    if (!(limit > 0))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "suspects from a score of %g, must be above 0",
                        limit);
    if (predicted->data->points == 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "the data has no labels to suspect");
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->predicted = predicted;
    (*out)->limit = limit;
    search s = {.ctx = ctx, .p = predicted, .data = predicted->data, .limit = limit, .out = *out};
    lac_status status = find(&s);
    free(s.shift);
    free(s.usual);
    free(s.of_row);
    free(s.distance);
    free(s.mean);
    free(s.scratch);
    if (status != LAC_OK)
        lac_suspects_free(out);
    return status;
}

void lac_suspects_free(lac_suspects **suspects)
{
    lac_suspects *s = *suspects;
    if (!s)
        return;
    free(s->suspect);
    free(s->point);
    free(s);
    *suspects = NULL;
}
