/* Heads: copied, placed in the outputs, found by the points that are wanted. */
#include "net/heads.h"

#include <stdlib.h>
#include <string.h>

static lac_status copy(lac_context *ctx, const lac_heads *from, lac_heads *out)
{
    size_t points = (size_t)from->points, sources = (size_t)from->sources;
    LAC_TRY(lac_alloc(ctx, points, sizeof *out->mirror, &out->mirror));
    LAC_TRY(lac_alloc(ctx, sources * points, 1, &out->pattern));
    memcpy(out->mirror, from->mirror, points * sizeof *out->mirror);
    memcpy(out->pattern, from->pattern, sources * points);
    if (!from->name)
        return LAC_OK;
    LAC_TRY(lac_alloc(ctx, sources, sizeof *out->name, &out->name));
    for (int s = 0; s < from->sources; s++)
        LAC_TRY(lac_strdup(ctx, from->name[s], &out->name[s]));
    return LAC_OK;
}

lac_status lac_heads_copy(lac_context *ctx, const lac_heads *from, lac_heads *out)
{
    *out = (lac_heads){.points = from->points, .sources = from->sources};
    lac_status status = copy(ctx, from, out);
    if (status != LAC_OK)
        lac_heads_free(out);
    return status;
}

/* Exchanges every left_ and right_ in a name. `out` has room for twice the name. */
static void swap_sides(const char *name, char *out)
{
    while (*name) {
        int is_left = strncmp(name, "left_", 5) == 0, is_right = strncmp(name, "right_", 6) == 0;
        if (!is_left && !is_right) {
            *out++ = *name++;
            continue;
        }
        strcpy(out, is_left ? "right_" : "left_");
        out += is_left ? 6 : 5;
        name += is_left ? 5 : 6;
    }
    *out = 0;
}

/* What files without partners mean: names that differ in left_ and right_ are partners. */
static lac_status find_partners(lac_context *ctx, char *const *names, int points, int *mirror)
{
    for (int p = 0; p < points; p++) {
        char *swapped;
        LAC_TRY(lac_alloc(ctx, 2 * strlen(names[p]) + 1, 1, &swapped));
        swap_sides(names[p], swapped);
        mirror[p] = p;
        for (int q = 0; q < points; q++)
            if (strcmp(names[q], swapped) == 0)
                mirror[p] = q;
        free(swapped);
    }
    return LAC_OK;
}

lac_status lac_heads_usual(lac_context *ctx, char *const *names, int points, lac_heads *out)
{
    *out = (lac_heads){.points = points, .sources = 1};
    lac_status status = lac_alloc(ctx, (size_t)points, sizeof *out->mirror, &out->mirror);
    if (status == LAC_OK)
        status = find_partners(ctx, names, points, out->mirror);
    if (status == LAC_OK)
        status = lac_alloc(ctx, (size_t)points, 1, &out->pattern);
    if (status == LAC_OK)
        memset(out->pattern, 1, (size_t)points);
    else
        lac_heads_free(out);
    return status;
}

void lac_heads_free(lac_heads *heads)
{
    for (int s = 0; heads->name && s < heads->sources; s++)
        free(heads->name[s]);
    free(heads->name);
    free(heads->mirror);
    free(heads->pattern);
    free(heads->place);
    free(heads->aside);
    *heads = (lac_heads){0};
}

lac_counts lac_heads_counts(const lac_heads *heads)
{
    lac_counts counts = {.points = heads->points, .sources = heads->sources};
    for (int i = 0; i < heads->sources * heads->points; i++)
        counts.source_points += heads->pattern[i];
    return counts;
}

lac_status lac_heads_place(lac_context *ctx, lac_heads *heads, int outputs)
{
    int is_shared = outputs == 2 * heads->points;
    int heads_wanted = is_shared ? 1 : heads->sources;
    int all = heads_wanted * heads->points;
    LAC_TRY(lac_alloc(ctx, (size_t)all, sizeof *heads->place, &heads->place));
    LAC_TRY(lac_alloc(ctx, (size_t)heads_wanted, sizeof *heads->aside, &heads->aside));
    heads->count = heads_wanted;
    for (int i = 0, next = 0; i < all; i++)
        heads->place[i] = is_shared || heads->pattern[i] ? next++ : -1;
    return LAC_OK;
}

/* How many points a head has if it has all that are present, else -1. */
static int points_if_fit(const lac_heads *heads, int head, const uint8_t *present)
{
    const int *place = heads->place + (size_t)head * heads->points;
    int points = 0;
    for (int p = 0; p < heads->points; p++) {
        if (present[p] && place[p] < 0)
            return -1;
        points += place[p] >= 0;
    }
    return points;
}

int lac_heads_find(const lac_heads *heads, const uint8_t *present)
{
    int best = -1, fewest = 0;
    for (int h = 0; h < heads->count; h++) {
        int points = points_if_fit(heads, h, present);
        if (points >= 0 && (best < 0 || points < fewest)) {
            best = h;
            fewest = points;
        }
    }
    return best;
}

int lac_heads_named(const lac_heads *heads, const char *name)
{
    for (int h = 0; heads->name && heads->count == heads->sources && h < heads->count; h++)
        if (strcmp(heads->name[h], name) == 0)
            return h;
    return -1;
}
