/* What a teacher answers where labels are missing; see teacher.h. */
#include "train/teacher.h"
#include "data/data.h"
#include "eval/eval.h"

#include <stdlib.h>
#include <string.h>

/* A teacher and how the points that are learned are called there. */
typedef struct asking {
    lac_trainer *t;
    lac_model *model;
    int *point;      /* [K] its point of the same name, -1 = none */
    uint8_t *wanted; /* [its points] of the head at hand */
    int *index;      /* [train_count] of the rows that are asked, */
    int *row;        /* [train_count] and their rows of the data */
    long gaps, filled; /* labels that training rows lack, and those of them that it answers */
} asking;

size_t lac_teacher_place(const lac_trainer *t, int index, int head)
{
    return ((size_t)index * t->model->heads.count + head) * 2 * t->data->points;
}

/* ---- The teacher --------------------------------------------------------------------------- */

/* Equal for models that answer alike. */
static uint64_t key_of(const lac_model *model)
{
    uint64_t key = 0;
    for (int i = 0; i < lac_model_members(model); i++) {
        const lac_model *m = lac_model_member(model, i);
        double share = lac_model_share(model, i);
        key = lac_hash(key, &share, sizeof share);
        key = lac_hash(key, m->net->text, strlen(m->net->text));
        key = lac_hash(key, m->weights.w, m->net->params.floats * sizeof(float));
        key = lac_hash(key, m->weights.b, m->net->buffers.floats * sizeof(float));
        key = lac_hash(key, m->heads.aside, (size_t)m->heads.count * sizeof(double));
        key = lac_hash(key, m->heads.pattern, (size_t)m->heads.sources * (size_t)m->points);
    }
    return key;
}

static lac_status check(lac_trainer *t, const lac_model *model, const lac_kept *kept)
{
    const char *path = t->config.teacher;
    if (t->config.loss == LAC_LOSS_PLAIN)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "teacher %s: plain loss learns complete rows alone: take the masked loss",
                        path);
    if (model->size != t->data->size)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "teacher %s: its pictures are %dx%d, the data's %dx%d", path, model->size,
                        model->size, t->data->size, t->data->size);
    t->teacher = key_of(model);
    if (!kept || kept->teacher == t->teacher)
        return LAC_OK;
    return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                    "teacher %s: is another model now than when the run began, which goes on with "
                    "the same one alone", path);
}

/* The figure of a hold-out that the teacher has learned from says little. */
static lac_status count_seen(const lac_trainer *t, const lac_model *model, lac_side *side,
                             int *group)
{
    int seen = 0, unknown = 0;
    LAC_TRY(lac_model_sides(model, t->data, side, group));
    for (int i = 0; i < t->holdout_count; i++) {
        seen += side[t->holdout_rows[i]] == LAC_SIDE_TRAIN;
        unknown += side[t->holdout_rows[i]] == LAC_SIDE_ALL;
    }
    if (seen)
        lac_log(t->ctx, "teacher %s: has learned from %d of the %d rows held out here, so that "
                "their figures are too good", t->config.teacher, seen, t->holdout_count);
    if (unknown)
        lac_log(t->ctx, "teacher %s: was trained on other data; if that has pictures held out "
                "here, their figures are too good", t->config.teacher);
    return LAC_OK;
}

static lac_status warn_of_seen(const lac_trainer *t, const lac_model *model)
{
    size_t rows = (size_t)t->data->rows;
    lac_side *side = NULL;
    int *group = NULL;
    lac_status status = lac_alloc(t->ctx, rows, sizeof *side, &side);
    if (status == LAC_OK)
        status = lac_alloc(t->ctx, rows, sizeof *group, &group);
    if (status == LAC_OK)
        status = count_seen(t, model, side, group);
    free(side);
    free(group);
    return status;
}

/* ---- Its heads ------------------------------------------------------------------------------- */

static void match_points(asking *a)
{
    const lac_data *data = a->t->data;
    for (int p = 0; p < data->points; p++) {
        a->point[p] = -1;
        for (int q = 0; q < a->model->points; q++)
            if (strcmp(data->names[p], a->model->names[q]) == 0)
                a->point[p] = q;
    }
}

static int has_point(const asking *a, int head, int p)
{
    return a->t->model->heads.place[head * a->t->data->points + p] >= 0;
}

/* The teacher's head that answers for a head of the network, or -1: that of its name, or else the
 * smallest that has the points of it that the teacher knows at all. */
static int find_head(const asking *a, int head)
{
    const lac_heads *own = &a->t->model->heads, *heads = &a->model->heads;
    if (own->name && own->count > 1 && heads->name && heads->count > 1)
        return lac_heads_named(heads, own->name[head]);
    memset(a->wanted, 0, (size_t)a->model->points);
    for (int p = 0; p < own->points; p++)
        if (has_point(a, head, p) && a->point[p] >= 0)
            a->wanted[a->point[p]] = 1;
    return lac_heads_find(heads, a->wanted);
}

/* ---- Gaps and answers ------------------------------------------------------------------------ */

static int is_labelled(const lac_trainer *t, int row, int head, int label)
{
    return t->head[row] == head && t->present[(size_t)row * 2 * t->data->points + label];
}

/* Marks the gaps of a head that the teacher's head `from` answers. */
static void mark_gaps(asking *a, int head, int from)
{
    const lac_trainer *t = a->t;
    for (int i = 0; i < t->train_count; i++) {
        uint8_t *mask = t->taught_mask + lac_teacher_place(t, i, head);
        for (int label = 0; label < 2 * t->data->points; label++) {
            int point = a->point[label / 2];
            if (!has_point(a, head, label / 2) || is_labelled(t, t->train_rows[i], head, label))
                continue;
            mask[label] = from >= 0 && point >= 0 &&
                          lac_model_source_has_point(a->model, from, point);
            a->gaps++;
            a->filled += mask[label];
        }
    }
}

/* The rows of which a head has a gap that is marked; how many. */
static int find_rows(const asking *a, int head)
{
    const lac_trainer *t = a->t;
    size_t labels = 2 * (size_t)t->data->points;
    int count = 0;
    for (int i = 0; i < t->train_count; i++) {
        if (!memchr(t->taught_mask + lac_teacher_place(t, i, head), 1, labels))
            continue;
        a->index[count] = i;
        a->row[count++] = t->train_rows[i];
    }
    return count;
}

static void keep_answers(const asking *a, int head, int count, const float *xy)
{
    const lac_trainer *t = a->t;
    for (int i = 0; i < count; i++) {
        const float *answer = xy + (size_t)i * 2 * a->model->points;
        size_t at = lac_teacher_place(t, a->index[i], head);
        for (int label = 0; label < 2 * t->data->points; label++)
            if (t->taught_mask[at + label])
                t->taught[at + label] = answer[2 * a->point[label / 2] + label % 2];
    }
}

/* Answers are the mean with those of mirror images where these are learned from, too. */
static lac_status ask(const asking *a, int head)
{
    const lac_trainer *t = a->t;
    int count = find_rows(a, head);
    const lac_asked asked = {.pixels = t->data->pixels, .rows = a->row, .count = count,
                             .how = {.source = find_head(a, head), .flip = t->config.mirror}};
    float *xy;
    if (count == 0)
        return LAC_OK;
    LAC_TRY(lac_alloc(t->ctx, (size_t)count * 2 * a->model->points, sizeof *xy, &xy));
    lac_status status = lac_model_predict(a->model, &asked, NULL, xy);
    if (status == LAC_OK)
        keep_answers(a, head, count, xy);
    free(xy);
    return status;
}

static lac_status ask_all(asking *a)
{
    const lac_trainer *t = a->t;
    int heads = t->model->heads.count;
    match_points(a);
    for (int head = 0; head < heads; head++)
        mark_gaps(a, head, find_head(a, head));
    if (!a->gaps)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "teacher %s: the training rows lack no label that it could answer",
                        t->config.teacher);
    if (!a->filled)
        return lac_fail(t->ctx, LAC_ERROR_MISMATCH,
                        "teacher %s: answers none of the %ld labels that the training rows lack",
                        t->config.teacher, a->gaps);
    lac_log(t->ctx, "teacher %s: answers %ld of the %ld labels that the training rows lack",
            t->config.teacher, a->filled, a->gaps);
    for (int head = 0; head < heads; head++)
        LAC_TRY(ask(a, head));
    return LAC_OK;
}

static lac_status make_room(asking *a)
{
    lac_trainer *t = a->t;
    size_t rows = (size_t)t->train_count, room = lac_teacher_place(t, t->train_count, 0);
    LAC_TRY(lac_alloc(t->ctx, room, sizeof *t->taught, &t->taught));
    LAC_TRY(lac_alloc(t->ctx, room, sizeof *t->taught_mask, &t->taught_mask));
    LAC_TRY(lac_alloc(t->ctx, (size_t)t->data->points, sizeof *a->point, &a->point));
    LAC_TRY(lac_alloc(t->ctx, (size_t)a->model->points, sizeof *a->wanted, &a->wanted));
    LAC_TRY(lac_alloc(t->ctx, rows, sizeof *a->index, &a->index));
    return lac_alloc(t->ctx, rows, sizeof *a->row, &a->row);
}

lac_status lac_teacher_prepare(lac_trainer *t, const lac_kept *kept)
{
    const char *path = t->config.teacher;
    asking a = {.t = t};
    t->lessons = 1 + t->model->heads.count;
    LAC_TRY(lac_models_load(t->ctx, &path, 1, 0, &a.model));
    lac_status status = check(t, a.model, kept);
    if (status == LAC_OK && !kept)
        status = warn_of_seen(t, a.model);
    if (status == LAC_OK)
        status = make_room(&a);
    if (status == LAC_OK)
        status = ask_all(&a);
    lac_model_free(&a.model);
    free(a.point);
    free(a.wanted);
    free(a.index);
    free(a.row);
    return status;
}
