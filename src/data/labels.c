/*
 * Which labels are there. A gap is an empty cell, a word, or a number that the user says is one.
 * Other programs write gaps as 0, 0 or -1, and nothing in the file says so: such a table would
 * teach every picture that its missing points lie there. So a label outside of the picture is an
 * error that says what to do, and labels that lie together at one place get a warning.
 */
#include "data/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Marks --------------------------------------------------------------------------- */

/* A mark that takes up [text, end): "-1" or "0,0". */
static int read_mark(const char *text, const char *end, lac_mark_of_gap *out)
{
    char word[64];
    double x, y;
    size_t length = (size_t)(end - text);
    if (length >= sizeof word)
        return 0;
    memcpy(word, text, length);
    word[length] = 0;
    char *comma = strchr(word, ',');
    if (comma)
        *comma = 0;
    if (!lac_number_read(word, &x) || !isfinite(x) || fabs(x) > 1e30)
        return 0;
    if (comma && (!lac_number_read(comma + 1, &y) || !isfinite(y) || fabs(y) > 1e30))
        return 0;
    *out = (lac_mark_of_gap){(float)x, comma ? (float)y : 0, comma != NULL};
    return 1;
}

lac_status lac_gaps_read(lac_context *ctx, const lac_train_config *config, lac_gaps *out)
{
    *out = (lac_gaps){.outside = config->outside};
    const char *p = config->missing;
    for (p += strspn(p, " "); *p; p += strspn(p, " ")) {
        const char *end = p + strcspn(p, " ");
        if (out->marks == LAC_MOST_MARKS || !read_mark(p, end, &out->mark[out->marks++]))
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "missing is \"%.64s\", must be at most %d numbers, or pairs such as "
                            "0,0, between blanks", config->missing, LAC_MOST_MARKS);
        p = end;
    }
    return LAC_OK;
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

int lac_cell_is_gap(const lac_cell *cell)
{
    static const char *const words[] = {"nan", "na", "n/a", "none", "null", "-", "-nan", "#n/a",
                                        "<na>"};
    char c = cell->text[0];
    if (cell->length == 0)
        return 1;
    if ((c >= '0' && c <= '9') || cell->length > 4)
        return 0;
    for (int w = 0; w < LAC_COUNT(words); w++) {
        size_t i = 0;
        while (i < cell->length && words[w][i] && to_lower(cell->text[i]) == words[w][i])
            i++;
        if (i == cell->length && words[w][i] == 0)
            return 1;
    }
    return 0;
}

static int is_inside(const lac_data *data, float value)
{
    return value >= 0 && value <= (float)data->size;
}

static void take_out(float *label, uint8_t *mask)
{
    *label = 0;
    *mask = 0;
}

static void take_marked(const lac_mark_of_gap *m, float label[2], uint8_t mask[2])
{
    int is_x = mask[0] && label[0] == m->x;
    int is_y = mask[1] && label[1] == (m->is_pair ? m->y : m->x);
    if (m->is_pair)
        is_x = is_y = is_x && is_y;
    if (is_x)
        take_out(&label[0], &mask[0]);
    if (is_y)
        take_out(&label[1], &mask[1]);
}

/* Whether a point has both labels, at this place. */
static int is_at(const float *label, const uint8_t *mask, int point, float x, float y)
{
    return label[2 * point] == x && label[2 * point + 1] == y && mask[2 * point] &&
           mask[2 * point + 1];
}

/* The first point of the row whose place a later one shares, or -1. */
static int find_shared(const float *label, const uint8_t *mask, int points)
{
    for (int p = 0; p < points; p++)
        for (int q = p + 1; q < points && mask[2 * p] && mask[2 * p + 1]; q++)
            if (is_at(label, mask, q, label[2 * p], label[2 * p + 1]))
                return p;
    return -1;
}

static uint8_t note_row(const lac_data *data, const float *label, const uint8_t *mask)
{
    int note = find_shared(label, mask, data->points) >= 0 ? LAC_NOTE_SHARED : 0;
    for (int i = 0; i < 2 * data->points; i++)
        if (mask[i] && !is_inside(data, label[i]))
            note |= LAC_NOTE_OUTSIDE;
    for (int p = 0; p < data->points; p++)
        if (is_at(label, mask, p, 0, 0))
            note |= LAC_NOTE_CORNER;
    return (uint8_t)note;
}

uint8_t lac_gaps_take(const lac_gaps *gaps, const lac_data *data, int row)
{
    size_t width = 2 * (size_t)data->points;
    float *label = data->labels + row * width;
    uint8_t *mask = data->mask + row * width;
    for (int m = 0; m < gaps->marks; m++)
        for (size_t i = 0; i < width; i += 2)
            take_marked(&gaps->mark[m], label + i, mask + i);
    for (size_t i = 0; i < width && gaps->outside == LAC_OUTSIDE_MISSING; i++)
        if (mask[i] && !is_inside(data, label[i]))
            take_out(&label[i], &mask[i]);
    return note_row(data, label, mask);
}

/* ---- Labels outside of the picture ------------------------------------------------------ */

/* The column of a coordinate. */
static int column_of(const lac_csv *csv, const lac_columns *columns, int coordinate)
{
    int c = 0;
    while (c < csv->columns - 1 && columns->role[c] != coordinate)
        c++;
    return c;
}

/* What is outside: how many, the first, and the value that most of them share, by the majority
 * vote of Boyer and Moore. */
typedef struct outside {
    long count;
    size_t first; /* place among all labels */
    int is_infinite; /* 1 when one of them is no finite number */
    float common;
    long common_count;
} outside;

static outside find_outside(const lac_data *data, const uint8_t *note)
{
    outside o = {0};
    long votes = 0;
    size_t width = 2 * (size_t)data->points;
    for (int r = 0; r < data->rows; r++)
        for (size_t i = r * width; i < (r + 1) * width && note[r] & LAC_NOTE_OUTSIDE; i++) {
            float value = data->labels[i];
            if (!data->mask[i] || is_inside(data, value))
                continue;
            o.first = o.count++ == 0 ? i : o.first;
            o.is_infinite |= !isfinite(value);
            o.common = votes == 0 ? value : o.common;
            votes += value == o.common ? 1 : -1;
        }
    for (size_t i = 0; i < (size_t)data->rows * width && o.count; i++)
        o.common_count += data->mask[i] && data->labels[i] == o.common;
    return o;
}

static lac_status fail_outside(lac_csv *csv, const lac_columns *columns, const outside *o,
                               const lac_data *data)
{
    char value[LAC_NUMBER], common[LAC_NUMBER], what[160], mark[240] = "";
    size_t width = 2 * (size_t)data->points;
    const char *these = o->count == 1 ? "it" : "them";
    lac_number_digits((double)data->labels[o->first], 7, value);
    lac_number_digits((double)o->common, 7, common);
    if (o->count == 1)
        snprintf(what, sizeof what, "%s is not inside the picture, 0 to %d", value, data->size);
    else
        snprintf(what, sizeof what, "%ld labels are not inside the picture, 0 to %d, the first is "
                 "%s", o->count, data->size, value);
    if (o->common_count > 1 && 2 * o->common_count > o->count)
        snprintf(mark, sizeof mark, "--missing %s takes the %ld that are %s for gaps, ", common,
                 o->common_count, common);
    csv->row = (long)(o->first / width) + 2;
    return lac_csv_fail(csv, column_of(csv, columns, (int)(o->first % width)),
                        "%s: %s--outside missing takes %s for gaps, --outside keep learns %s", what,
                        mark, these, these);
}

/* ---- Labels that look like marks ---------------------------------------------------------- */

/* A place at which several points of the same row lie. */
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
            found += is_at(label, mask, p, at->x, at->y);
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
            points += is_at(lac_data_labels(data, r), lac_data_mask(data, r), p, x, y);
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

/* The corner, where no point of a face lies, is the usual mark. */
static int warn_of_corner(const lac_csv *csv, const uint8_t *note, const lac_data *data)
{
    enum { FEW = 3 };
    int rows = 0;
    for (int r = 0; r < data->rows; r++)
        rows += (note[r] & LAC_NOTE_CORNER) != 0;
    return rows && count_points(data, 0, 0) >= FEW && warn_of_place(csv, data, 0, 0);
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
        int p = find_shared(label, lac_data_mask(data, r), data->points);
        note_place(places, SHARED, label[2 * p], label[2 * p + 1]);
        rows++;
    }
    if (rows < 2 || 50LL * rows < data->rows)
        return 0;
    const place best = most_frequent(data, -1, places, SHARED);
    int is_much = best.rows > 1 && 50LL * best.rows >= data->rows;
    return is_much && warn_of_place(csv, data, best.x, best.y);
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
    if (best.rows < FEW_ROWS || 5LL * best.rows < labelled)
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

lac_status lac_labels_check(lac_csv *csv, const lac_columns *columns, const lac_gaps *gaps,
                            const uint8_t *note, const lac_data *data)
{
    const outside o = find_outside(data, note);
    if (o.count && (gaps->outside != LAC_OUTSIDE_KEEP || o.is_infinite))
        return fail_outside(csv, columns, &o, data);
    if (warn_of_corner(csv, note, data) || warn_of_shared(csv, note, data))
        return LAC_OK;
    return warn_of_common(csv, data);
}
