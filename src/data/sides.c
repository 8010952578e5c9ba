/*
 * Names of left and right that are exchanged in a part of the rows, as when tables of two habits
 * were joined: the person's left in one, the viewer's in the other. Two partners and a third point
 * run round a triangle, and by whichever angle a picture is turned, they run round it the same way,
 * but where the partners have changed places. Seen from behind they have, too: so it is a warning.
 */
#include "data/mean_face.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST = 1000, /* rows that choose the third point */
    FEW = 8,     /* rows that tell something, */
    SHARE = 20   /* and one of how many they must be at least */
};

/* Partners p and q in the rows that have them and the third point r. */
typedef struct sides {
    int p, q, r;
    int ways[2];  /* rows in which the triangle is run round the one way and the other */
    int first[2]; /* the first of them */
} sides;

/* Twice the triangle's area in squares of the picture's side, below 0 for the other way round; 0
 * without a label. */
static double turn(const lac_data *data, int row, int p, int q, int r)
{
    const float *at = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    if (!mask[2 * p] || !mask[2 * p + 1] || !mask[2 * q] || !mask[2 * q + 1] || !mask[2 * r] ||
        !mask[2 * r + 1])
        return 0;
    const double x = (double)at[2 * p], y = (double)at[2 * p + 1];
    const double side = (double)data->size;
    return (((double)at[2 * q] - x) * ((double)at[2 * r + 1] - y) -
            ((double)at[2 * q + 1] - y) * ((double)at[2 * r] - x)) / (side * side);
}

/* The third point whose triangles are largest in all; -1 without one. */
static int find_third(const lac_data *data, int p, int q)
{
    const int step = 1 + data->rows / MOST;
    double most = 0;
    int best = -1;
    for (int r = 0; r < data->points; r++) {
        double sum = 0;
        for (int row = 0; row < data->rows; row += step)
            sum += fabs(turn(data, row, p, q, r));
        best = sum > most ? r : best;
        most = fmax(sum, most);
    }
    return best;
}

/* Triangles that are nearly flat, as of a face in profile, tell nothing. */
static void count_ways(const lac_data *data, sides *s)
{
    const double flat = 0.01;
    for (int row = 0; row < data->rows; row++) {
        double way = turn(data, row, s->p, s->q, s->r);
        if (fabs(way) > flat && s->ways[way < 0]++ == 0)
            s->first[way < 0] = row;
    }
}

static void tell(lac_context *ctx, const lac_data *data, const char *where, const sides *s)
{
    const int few = s->ways[1] < s->ways[0];
    lac_log(ctx, "%s: %.60s and %.60s lie the other way round than in the rest in %d of %d rows, "
            "first in row %d: if they are not seen from behind, left and right are exchanged there",
            where, data->names[s->p], data->names[s->q], s->ways[few], s->ways[0] + s->ways[1],
            s->first[few] + 2);
}

void lac_sides_warn(lac_context *ctx, const lac_data *data, const char *where)
{
    for (int p = 0; p < data->points; p++) {
        sides s = {.p = p, .q = data->mirror[p]};
        if (s.q <= p || (s.r = find_third(data, p, s.q)) < 0)
            continue;
        count_ways(data, &s);
        const int few = s.ways[1] < s.ways[0] ? s.ways[1] : s.ways[0];
        if (few < FEW || SHARE * (long)few < s.ways[0] + s.ways[1])
            continue;
        tell(ctx, data, where, &s);
        return;
    }
}
