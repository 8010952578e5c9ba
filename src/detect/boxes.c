/* Boxes that several windows found of one face: sorted, suppressed or joined. */
#include "detect/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Suppression ------------------------------------------------------------------- */

typedef struct ranked {
    lac_detection face;
    int place;
} ranked;

static int better_first(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;
    if (x->face.score != y->face.score)
        return x->face.score < y->face.score ? 1 : -1;
    return x->place - y->place;
}

lac_status lac_boxes_sort(lac_context *ctx, lac_detection *faces, int count)
{
    ranked *all;
    LAC_TRY(lac_alloc(ctx, (size_t)count + 1, sizeof *all, &all));
    for (int i = 0; i < count; i++)
        all[i] = (ranked){faces[i], i};
    qsort(all, (size_t)count, sizeof *all, better_first);
    for (int i = 0; i < count; i++)
        faces[i] = all[i].face;
    free(all);
    return LAC_OK;
}

static double shared(double a, double a_side, double b, double b_side)
{
    double low = a > b ? a : b;
    double high = a + a_side < b + b_side ? a + a_side : b + b_side;
    return high > low ? high - low : 0;
}

static double overlap_of(const lac_box *a, const lac_box *b)
{
    double both = shared(a->x, a->width, b->x, b->width) * shared(a->y, a->height, b->y, b->height);
    double either = a->width * a->height + b->width * b->height - both;
    return either > 0 ? both / either : 0;
}

int lac_boxes_suppress(lac_detection *faces, int count, double overlap)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        int covered = 0;
        for (int k = 0; k < kept && !covered; k++)
            covered = overlap_of(&faces[k].box, &faces[i].box) > overlap;
        if (!covered)
            faces[kept++] = faces[i];
    }
    return kept;
}

/* ---- Groups ------------------------------------------------------------------------ */

#define EPS 0.2

/* All members of a group, added up. */
typedef struct group {
    long x, y, width, height;
    int count;
} group;

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int agree(const lac_rect *a, const lac_rect *b)
{
    double most = EPS * 0.5 * (least(a->width, b->width) + least(a->height, b->height));
    return abs(a->x - b->x) <= most && abs(a->y - b->y) <= most &&
           abs(a->x + a->width - b->x - b->width) <= most &&
           abs(a->y + a->height - b->y - b->height) <= most;
}

/* The first of a rectangle's group; halves the path to it. */
static int first_of(int *parent, int i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* What agrees with a member belongs to the group, in any number of steps. */
static void join(const lac_rect *rects, int count, int *parent)
{
    for (int i = 0; i < count; i++)
        parent[i] = i;
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < i; k++) {
            if (!agree(&rects[i], &rects[k]))
                continue;
            int a = first_of(parent, i), b = first_of(parent, k);
            parent[a > b ? a : b] = least(a, b);
        }
    }
}

static lac_rect mean_of(const group *g)
{
    float by = 1.0f / (float)g->count;
    return (lac_rect){(int)lrintf((float)g->x * by), (int)lrintf((float)g->y * by),
                      (int)lrintf((float)g->width * by), (int)lrintf((float)g->height * by)};
}

/* A group of few windows inside one of many is a part of that face. */
static int is_part(const lac_rect *a, int of_a, const lac_rect *b, int of_b)
{
    int dx = (int)lrint(b->width * EPS), dy = (int)lrint(b->height * EPS);
    return a->x >= b->x - dx && a->y >= b->y - dy &&
           a->x + a->width <= b->x + b->width + dx && a->y + a->height <= b->y + b->height + dy &&
           (of_b > (of_a > 3 ? of_a : 3) || of_a < 3);
}

static int keep_groups(const group *all, int count, int neighbours, lac_detection *out)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (all[i].count <= neighbours)
            continue;
        lac_rect mine = mean_of(&all[i]);
        int part = 0;
        for (int k = 0; k < count && !part; k++) {
            lac_rect other = all[k].count > neighbours ? mean_of(&all[k]) : mine;
            part = k != i && all[k].count > neighbours &&
                   is_part(&mine, all[i].count, &other, all[k].count);
        }
        if (!part)
            out[kept++] = (lac_detection){{mine.x, mine.y, mine.width, mine.height}, all[i].count};
    }
    return kept;
}

lac_status lac_boxes_group(lac_context *ctx, const lac_rect *rects, int count, int neighbours,
                           lac_detection *out, int *groups)
{
    int *parent;
    group *sum;
    *groups = 0;
    LAC_TRY(lac_alloc(ctx, (size_t)count + 1, sizeof *parent, &parent));
    lac_status status = lac_alloc(ctx, (size_t)count + 1, sizeof *sum, &sum);
    if (status == LAC_OK) {
        join(rects, count, parent);
        for (int i = 0; i < count; i++) {
            group *g = &sum[first_of(parent, i)];
            g->x += rects[i].x;
            g->y += rects[i].y;
            g->width += rects[i].width;
            g->height += rects[i].height;
            g->count++;
        }
        *groups = keep_groups(sum, count, neighbours, out);
        status = lac_boxes_sort(ctx, out, *groups);
    }
    free(sum);
    free(parent);
    return status;
}
