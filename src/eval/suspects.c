/*
 * Labels that predictions make implausible, by models that never saw them: the distance of a label
 * from its prediction, and a row's mean distance, are judged by what is usual of them
 * (residuals.h). A row is told once, as what explains its distances best: two sides exchanged, a
 * whole row off, or some points; and rows of one picture are compared with each other.
 */
#include "data/data.h"
#include "eval/residuals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct search {
    lac_context *ctx;
    const lac_predicted *p;
    const lac_data *data;
    double limit;
    lac_residuals r;
    lac_suspects *out;
} search;

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
        double distance = s->r.distance[(size_t)index * s->data->points + k];
        x.of[k] = lac_residual_score(&s->r, index, k, distance);
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
    const double *distance = s->r.distance + (size_t)index * s->data->points;
    double as_is = distance[k] + distance[partner]; /* NaN where one is not known */
    double swapped = lac_residual_of(&s->r, index, k, lac_residual_label(&s->r, index, partner)) +
                     lac_residual_of(&s->r, index, partner, lac_residual_label(&s->r, index, k));
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
            double at = (double)lac_residual_answer(&s->r, index, q)[axis];
            if (!isfinite(at))
                continue;
            low[axis] = fmin(low[axis], at);
            high[axis] = fmax(high[axis], at);
        }
    double margin = fmax(high[0] - low[0], high[1] - low[1]) / 2;
    const float *label = lac_residual_label(&s->r, index, k);
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
        if (!lac_residual_is_known(&s->r, out->index, k))
            continue;
        for (int axis = 0; axis < 2; axis++) {
            middle[0][axis] += (double)lac_residual_answer(&s->r, out->index, k)[axis];
            middle[1][axis] += (double)lac_residual_label(&s->r, out->index, k)[axis];
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
        for (int axis = 0; axis < 2 && lac_residual_is_known(&s->r, out->index, k); axis++) {
            double answer = (double)lac_residual_answer(&s->r, out->index, k)[axis];
            double label = (double)lac_residual_label(&s->r, out->index, k)[axis];
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
    double of_row = lac_residual_row_score(&s->r, index);
    double worst = x.worst < 0 ? -INFINITY : x.of[x.worst];
    int row = s->p->row[index];
    *out = (lac_suspect){.index = index, .row = row, .number = lac_row_number(s->data, row),
                         .score = isnan(of_row) ? worst : fmax(worst, of_row), .worst = x.worst};
    if (x.worst < 0)
        return;
    out->off = lac_point_error(lac_residual_answer(&s->r, index, x.worst),
                               lac_residual_label(&s->r, index, x.worst), 1);
    name_points(s, &x, out, named);
    int is_most = x.known >= LAC_ENOUGH_POINTS && 2 * out->named > x.known;
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
        if (!lac_residual_is_known(&s->r, a, k) || !lac_residual_is_known(&s->r, b, k))
            continue;
        double d = lac_point_error(lac_residual_label(&s->r, a, k),
                                   lac_residual_label(&s->r, b, k), 1);
        double of_point = lac_residual_score(&s->r, a, k, d);
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
    return s->data->row_source[s->p->row[a]] == s->data->row_source[s->p->row[b]] &&
           memcmp(lac_data_image(s->data, s->p->row[a]), lac_data_image(s->data, s->p->row[b]),
                  size) == 0;
}

/* Of two rows of one picture that disagree, the one that is farther from its prediction is the
 * suspect. */
static void judge_twins(const search *s, int a, int b, lac_suspect *all, uint8_t *point)
{
    int points = s->data->points, most;
    uint8_t *named = (uint8_t *)s->r.scratch;
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
    for (int i = 0; i < s->p->count; i++)
        judge(s, i, s->r.scratch, &all[i], point + (size_t)i * s->data->points);
    LAC_TRY(find_twins(s, all, point));
    return keep(s, all, point);
}

static lac_status find(search *s)
{
    size_t rows = (size_t)s->p->count;
    lac_suspect *all;
    uint8_t *point = NULL;
    LAC_TRY(lac_alloc(s->ctx, rows, sizeof *all, &all));
    lac_status status = lac_alloc(s->ctx, rows * (size_t)s->data->points, 1, &point);
    if (status == LAC_OK)
        status = lac_residuals_make(s->ctx, s->p, &s->r);
    if (status == LAC_OK)
        status = judge_all(s, all, point);
    lac_residuals_free(&s->r);
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
