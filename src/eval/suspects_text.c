/* Suspects in words: their reasons, and the list that a training drops. */
#include "data/data.h"
#include "eval/eval.h"

#include <stdarg.h>
#include <string.h>

/* A text that is cut where its room ends. */
typedef struct text {
    char *at;
    size_t size, used;
} text;

static void add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(text *t, const char *format, ...)
{
    va_list args;
    if (t->used + 1 >= t->size)
        return;
    va_start(args, format);
    int length = lac_vformat(t->at + t->used, t->size - t->used, format, args);
    va_end(args);
    t->used += length > 0 ? (size_t)length : 0;
}

/* "3 of 15 points off, most nose_tip 12.1 px" */
static void add_points(text *t, const lac_suspects *s, const lac_suspect *x)
{
    const char *worst = lac_data_point_name(s->predicted->data, x->worst);
    if (x->named > 1)
        add(t, "%d points off, most ", x->named);
    add(t, "%s %s%.1f px", worst, x->named > 1 ? "" : "off by ", x->off);
}

static void add_row(text *t, const lac_suspects *s, const lac_suspect *x)
{
    add(t, "whole row off");
    if (x->is_moved)
        add(t, ", moved by %.1f, %.1f px, scaled by %.2f", x->move[0], x->move[1], x->scale);
    else
        add(t, ", most %s %.1f px", lac_data_point_name(s->predicted->data, x->worst), x->off);
}

void lac_suspect_reason(const lac_suspects *s, int index, char *out, size_t size)
{
    const lac_suspect *x = &s->suspect[index];
    text t = {out, size, 0};
    if (size > 0)
        out[0] = 0;
    if (x->why == LAC_SUSPECT_SIDES)
        add(&t, "left and right swapped");
    else if (x->why == LAC_SUSPECT_ROW)
        add_row(&t, s, x);
    else if (x->why == LAC_SUSPECT_POINTS)
        add_points(&t, s, x);
    if (x->outside)
        add(&t, "; %d outside of the face", x->outside);
    if (x->twin)
        add(&t, "%srow %d, the same picture, is labelled up to %.1f px away", t.used ? "; " : "",
            x->twin, x->apart);
}

static void write_suspect(FILE *stream, const lac_suspects *s, int index)
{
    const lac_suspect *x = &s->suspect[index];
    const lac_data *data = s->predicted->data;
    const uint8_t *named = s->point + (size_t)index * data->points;
    char reason[200];
    lac_suspect_reason(s, index, reason, sizeof reason);
    lac_print(stream, "# %.1f: %s\n", x->score, reason);
    if (x->is_whole)
        lac_print(stream, "%d\n", x->number);
    for (int k = 0; k < data->points && !x->is_whole; k++)
        if (named[k])
            lac_print(stream, "%d %s\n", x->number, lac_data_point_name(data, k));
}

lac_status lac_suspects_write(lac_context *ctx, const lac_suspects *s, const char *path)
{
    lac_file file;
    LAC_TRY(lac_file_create(ctx, path, &file));
    lac_print(file.stream, "# Rows, or points of rows, whose labels lacuna train --drop leaves "
                           "out. Rows count\n# from 1, behind the header; what stands behind # is "
                           "a comment: the score, and why.\n");
    for (int i = 0; i < s->count; i++)
        write_suspect(file.stream, s, i);
    return lac_file_finish(ctx, &file, LAC_OK);
}
