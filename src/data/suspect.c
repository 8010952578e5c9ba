/*
 * Labels that look like gaps though nothing says so: points in the corner, several points of a row
 * at one place, labels that are 0 while their point's other one is not, a point at one place in
 * many rows, rows that repeat the row before. Each gets a warning that says what to do. So do
 * points of which one label is there and the other is not.
 */
#include "data/labels.h"

#include <stdlib.h>
#include <string.h>

/* A place, and the rows in which a point lies there. */
typedef struct place {
    float x, y;
    int rows;
} place;

enum { SHARED = 16, COMMON = 5, FEW_ROWS = 8 }; /* places to count; rows that tell something */

/* Counts a place among [most] (Misra and Gries): whatever the order, one that has more than
 * 1/(most + 1) of what comes is among them at the end. */
static void note_place(place *places, int most, float x, float y)
{
    int empty = -1;
    for (int i = 0; i < most; i++) {
        if (places[i].rows && places[i].x == x && places[i].y == y) {
            places[i].rows++;
            return;
        }
        empty = places[i].rows == 0 ? i : empty;
    }
    if (empty >= 0)
        places[empty] = (place){x, y, 1};
    for (int i = 0; i < most && empty < 0; i++)
        places[i].rows--;
}

/* Rows in which the point lies at this place; `point` -1: two points at least. */
static int count_rows(const lac_data *data, int point, const place *at)
{
    int rows = 0;
    for (int r = 0; r < data->rows; r++) {
        const float *label = lac_data_labels(data, r);
        const uint8_t *mask = lac_data_mask(data, r);
        int found = 0;
        for (int p = point < 0 ? 0 : point; p < (point < 0 ? data->points : point + 1); p++)
            found += lac_point_is_at(label, mask, p, at->x, at->y);
        rows += found > (point < 0);
    }
    return rows;
}

/* The most frequent of the places that are still counted, with its rows; rows 0 without any. */
static place most_frequent(const lac_data *data, int point, const place *places, int most)
{
    place best = {0};
    for (int i = 0; i < most; i++) {
        place at = places[i];
        at.rows = at.rows ? count_rows(data, point, &at) : 0;
        best = at.rows > best.rows ? at : best;
    }
    return best;
}

static long count_points(const lac_data *data, float x, float y)
{
    long points = 0;
    for (int r = 0; r < data->rows; r++)
        for (int p = 0; p < data->points; p++)
            points += lac_point_is_at(lac_data_labels(data, r), lac_data_mask(data, r), p, x, y);
    return points;
}

static int warn_of_place(const lac_csv *csv, const lac_data *data, float x, float y)
{
    char x_text[LAC_NUMBER], y_text[LAC_NUMBER];
    lac_number_digits((double)x, 7, x_text);
    lac_number_digits((double)y, 7, y_text);
    lac_log(csv->ctx, "%s: %ld points lie at exactly %s, %s; if that marks missing labels, say "
            "--missing %s,%s", lac_stream_name(csv->stream), count_points(data, x, y), x_text,
            y_text, x_text, y_text);
    return 1;
}

/* Whether the coordinate's labels that are not 0 lie at the edge too, within a tenth of the side by
 * their mean: 0 is a place there, as for corners of pages, and no mark. */
static int is_at_edge(const lac_data *data, int coordinate)
{
    double sum = 0;
    int count = 0;
    for (int r = 0; r < data->rows; r++) {
        const float label = lac_data_labels(data, r)[coordinate];
        if (!lac_data_mask(data, r)[coordinate] || label == 0)
            continue;
        sum += (double)label;
        count++;
    }
    return count > 0 && 10 * sum <= (double)data->size * count;
}

/* The corner, where no point of a face lies, is the usual mark. */
static int warn_of_corner(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    enum { FEW = 3 };
    long marks = 0;
    for (int p = 0; p < data->points; p++) {
        int rows = 0;
        for (int r = 0; r < data->rows; r++)
            rows += note[r] & LAC_NOTE_CORNER &&
                    lac_point_is_at(lac_data_labels(data, r), lac_data_mask(data, r), p, 0, 0);
        if (rows && !(is_at_edge(data, 2 * p) && is_at_edge(data, 2 * p + 1)))
            marks += rows;
    }
    return marks >= FEW && warn_of_place(csv, data, 0, 0);
}

/* Warns when several points lie together at the same place in one row of fifty. */
static int warn_of_shared(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    place places[SHARED] = {{0}};
    int rows = 0;
    for (int r = 0; r < data->rows; r++) {
        const float *label = lac_data_labels(data, r);
        if (!(note[r] & LAC_NOTE_SHARED))
            continue;
        int p = lac_point_shared(label, lac_data_mask(data, r), data->points);
        note_place(places, SHARED, label[2 * p], label[2 * p + 1]);
        rows++;
    }
    if (rows < 2 || 50LL * rows < data->rows)
        return 0;
    const place best = most_frequent(data, -1, places, SHARED);
    int is_much = best.rows > 1 && 50LL * best.rows >= data->rows;
    return is_much && warn_of_place(csv, data, best.x, best.y);
}

/* Counts of a coordinate, x or y of a point. */
typedef struct coordinate {
    int zeros;    /* rows in which it is 0 and the point's other one is not */
    int labelled; /* rows in which it is there */
} coordinate;

static void count_zeros(const lac_data *data, const uint8_t *note, coordinate *count)
{
    for (int r = 0; r < data->rows; r++)
        for (int i = 0; i < 2 * data->points; i++) {
            const uint8_t *mask = lac_data_mask(data, r);
            count[i].labelled += mask[i];
            if (note[r] & LAC_NOTE_ZERO)
                count[i].zeros += lac_label_is_zero(lac_data_labels(data, r), mask, i);
        }
}

/* Warns of coordinates that are 0 in one of twenty of their rows, as when a gap is 0 in one of two
 * columns, or where the other one is empty. */
static lac_status warn_of_zeros(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    enum { FEW = 3, SHARE = 20 };
    coordinate *count;
    long zeros = 0;
    int first = -1, rows = 0;
    for (int r = 0; r < data->rows; r++)
        rows += (note[r] & LAC_NOTE_ZERO) != 0;
    if (rows < FEW)
        return LAC_OK;
    LAC_TRY(lac_alloc(csv->ctx, 2 * (size_t)data->points, sizeof *count, &count));
    count_zeros(data, note, count);
    for (int i = 2 * data->points - 1; i >= 0; i--)
        if (count[i].zeros >= FEW && SHARE * (long)count[i].zeros >= count[i].labelled &&
            !is_at_edge(data, i)) {
            zeros += count[i].zeros;
            rows = count[i].zeros;
            first = i;
        }
    free(count);
    if (first < 0)
        return LAC_OK;
    char name[60];
    snprintf(name, sizeof name, "%s", data->names[first / 2]);
    lac_csv_clean(name);
    lac_log(csv->ctx, "%s: %ld labels are exactly 0 where their point's other one is not: %c of %s "
            "in %d rows; if that marks missing labels, say --missing 0",
            lac_stream_name(csv->stream), zeros, first % 2 ? 'y' : 'x', name, rows);
    return LAC_OK;
}

/* Warns when all labels, or all but stray ones, lie in a quarter of the pictures, as those of a
 * smaller copy do. */
static void warn_of_quarter(const lac_csv *csv, const lac_data *data)
{
    enum { FEW = 20, STRAY = 100 };
    const float half = (float)data->size / 2;
    long labels = 0, beyond = 0;
    size_t count = 2 * (size_t)data->rows * (size_t)data->points;
    for (size_t i = 0; i < count; i++) {
        labels += data->mask[i];
        beyond += data->mask[i] && data->labels[i] > half;
    }
    if (labels >= FEW && STRAY * beyond <= labels && data->points > 1 && data->size > 2)
        lac_log(csv->ctx, "%s: %s labels lie in the left top quarter of the pictures, 0 to %g of "
                "0 to %d, as those of a smaller copy do: they must be pixels of these pictures",
                lac_stream_name(csv->stream), beyond ? "99 of 100" : "all", (double)half,
                data->size);
}

/* Warns of points with one label. */
static void warn_of_halves(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    long halves = 0, first = -1;
    for (int r = 0; r < data->rows; r++)
        for (int p = 0; p < data->points && note[r] & LAC_NOTE_HALF; p++) {
            const uint8_t *mask = lac_data_mask(data, r) + 2 * p;
            if (mask[0] == mask[1])
                continue;
            first = halves++ == 0 ? (long)r * data->points + p : first;
        }
    if (halves == 0)
        return;
    char name[60];
    snprintf(name, sizeof name, "%s", data->names[first % data->points]);
    lac_csv_clean(name);
    lac_log(csv->ctx, "%s: %ld point%s x or y alone, first %s in row %ld: that label is learned, "
            "but a point counts as labelled with both alone", lac_stream_name(csv->stream), halves,
            halves == 1 ? " has" : "s have", name, first / data->points + 2);
}

/* Whether labels are so coarse, as whole pixels of small pictures are, that two other places at
 * least have a quarter as many rows. */
static int is_coarse(const lac_data *data, int point, const place *best)
{
    place places[SHARED] = {{0}};
    int frequent = 0;
    for (int r = 0; r < data->rows; r++) {
        const float *label = lac_data_labels(data, r) + 2 * point;
        const uint8_t *mask = lac_data_mask(data, r) + 2 * point;
        if (mask[0] && mask[1])
            note_place(places, SHARED, label[0], label[1]);
    }
    for (int i = 0; i < SHARED; i++)
        frequent += places[i].rows && 4 * count_rows(data, point, &places[i]) > best->rows;
    return frequent > 2; /* it is one of them */
}

/* Whether the place is a corner of the pictures, where pages that fill them have their own. */
static int is_corner(const lac_data *data, const place *at)
{
    const float last = (float)(data->size - 1);
    return (at->x == 0 || at->x == last) && (at->y == 0 || at->y == last);
}

/* The place at which a point lies in a fifth of its rows or more; rows 0 without one. */
static place find_common(const lac_data *data, int point)
{
    place places[COMMON] = {{0}};
    int labelled = 0;
    for (int r = 0; r < data->rows; r++) {
        const float *label = lac_data_labels(data, r) + 2 * point;
        const uint8_t *mask = lac_data_mask(data, r) + 2 * point;
        if (!mask[0] || !mask[1])
            continue;
        labelled++;
        note_place(places, COMMON, label[0], label[1]);
    }
    for (int i = 0; i < COMMON; i++) /* of N / 5 at most N / (COMMON + 1) are uncounted again */
        if (30LL * places[i].rows < labelled)
            places[i].rows = 0;
    place best = most_frequent(data, point, places, COMMON);
    const int is_much = best.rows >= FEW_ROWS && 5LL * best.rows >= labelled;
    if (!is_much || is_corner(data, &best) || is_coarse(data, point, &best))
        best.rows = 0;
    return best;
}

typedef struct common_job {
    const lac_data *data;
    place *found; /* [K] */
} common_job;

static void work_common(void *arg, int item, int thread)
{
    const common_job *job = arg;
    (void)thread;
    job->found[item] = find_common(job->data, item);
}

/* Warns of points that lie at one place in many rows, as when gaps were filled with a mean. */
static lac_status warn_of_common(const lac_csv *csv, const lac_data *data)
{
    common_job job = {.data = data};
    int points = 0, first = 0;
    LAC_TRY(lac_alloc(csv->ctx, (size_t)data->points, sizeof *job.found, &job.found));
    lac_parallel(csv->ctx, data->points, work_common, &job);
    for (int p = data->points - 1; p >= 0; p--) {
        points += job.found[p].rows > 0;
        first = job.found[p].rows ? p : first;
    }
    char x[LAC_NUMBER], y[LAC_NUMBER], name[60];
    const place at = points ? job.found[first] : (place){0};
    free(job.found);
    if (points == 0)
        return LAC_OK;
    lac_number_digits((double)at.x, 7, x);
    lac_number_digits((double)at.y, 7, y);
    snprintf(name, sizeof name, "%s", data->names[first]);
    lac_csv_clean(name);
    lac_log(csv->ctx, "%s: %d point%s at one place in many rows: %s at exactly %s, %s in %d; if "
            "that stands for missing labels, say --missing %s,%s", lac_stream_name(csv->stream),
            points, points == 1 ? " lies" : "s lie", name, x, y, at.rows, x, y);
    return LAC_OK;
}

/* Whether more than half of a row's points lie exactly where they do in the row before. */
static int repeats(const lac_data *data, int row)
{
    const float *label = lac_data_labels(data, row);
    const uint8_t *mask = lac_data_mask(data, row);
    int same = 0, labelled = 0;
    for (int p = 0; p < data->points; p++) {
        labelled += mask[2 * p] && mask[2 * p + 1];
        same += lac_point_is_at(label, mask, p, label[2 * p - 2 * data->points],
                                label[2 * p + 1 - 2 * data->points]);
    }
    return 2 * same > labelled;
}

/* Whether the row has the picture of the row before, as a copy of that row has. */
static int is_copy(const lac_data *data, int row)
{
    const size_t area = (size_t)data->size * (size_t)data->size;
    const uint8_t *picture = data->pixels + (size_t)row * area;
    return memcmp(picture, picture - area, area) == 0;
}

/* Warns when a quarter of the rows repeat the labels of the row before and not its picture, as when
 * gaps were filled from there. */
static void warn_of_repeats(const lac_csv *csv, const lac_data *data)
{
    int rows = 0;
    for (int r = 1; r < data->rows; r++)
        rows += repeats(data, r) && !is_copy(data, r);
    if (rows >= FEW_ROWS && 4LL * rows >= data->rows)
        lac_log(csv->ctx, "%s: in %d of %d rows most points lie exactly where they do in the row "
                "before; if gaps were filled from there, leave them empty",
                lac_stream_name(csv->stream), rows, data->rows);
}

lac_status lac_labels_warn(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    warn_of_halves(csv, note, data);
    warn_of_quarter(csv, data);
    if (warn_of_corner(csv, note, data) || warn_of_shared(csv, note, data))
        return LAC_OK;
    LAC_TRY(warn_of_zeros(csv, note, data));
    warn_of_repeats(csv, data);
    return warn_of_common(csv, data);
}
