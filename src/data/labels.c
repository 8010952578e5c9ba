/*
 * Which labels are there. A gap is an empty cell, a word, or a number that the user says is one.
 * Other programs write gaps as 0, 0 or -1, and nothing in the file says so: such a table would
 * teach every picture that its missing points lie there. So a label outside of the picture is an
 * error that says what to do, and what looks like marks inside gets a warning (suspect.c).
 */
#include "base/letters.h"
#include "data/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Marks --------------------------------------------------------------------------- */

lac_status lac_gaps_read(lac_context *ctx, const lac_train_config *config, lac_gaps *out)
{
    *out = (lac_gaps){.outside = config->outside};
    if (lac_marks_read(config->missing, out->mark, &out->marks))
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "missing is \"%.64s\", must be at most %d numbers, or pairs such as "
                    "0,0, between blanks", config->missing, LAC_MOST_MARKS);
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
        while (i < cell->length && words[w][i] && lac_small(cell->text[i]) == words[w][i])
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

int lac_point_is_at(const float *label, const uint8_t *mask, int point, float x, float y)
{
    return label[2 * point] == x && label[2 * point + 1] == y && mask[2 * point] &&
           mask[2 * point + 1];
}

int lac_point_shared(const float *label, const uint8_t *mask, int points)
{
    for (int p = 0; p < points; p++)
        for (int q = p + 1; q < points && mask[2 * p] && mask[2 * p + 1]; q++)
            if (lac_point_is_at(label, mask, q, label[2 * p], label[2 * p + 1]))
                return p;
    return -1;
}

int lac_label_is_zero(const float *label, const uint8_t *mask, int i)
{
    return mask[i] && label[i] == 0 && !(mask[i ^ 1] && label[i ^ 1] == 0);
}

static uint8_t note_row(const lac_data *data, const float *label, const uint8_t *mask)
{
    int note = lac_point_shared(label, mask, data->points) >= 0 ? LAC_NOTE_SHARED : 0;
    for (int i = 0; i < 2 * data->points; i++)
        if (mask[i] && !is_inside(data, label[i]))
            note |= LAC_NOTE_OUTSIDE;
        else if (lac_label_is_zero(label, mask, i))
            note |= LAC_NOTE_ZERO;
    for (int p = 0; p < data->points; p++)
        if (lac_point_is_at(label, mask, p, 0, 0))
            note |= LAC_NOTE_CORNER;
        else if (mask[2 * p] != mask[2 * p + 1])
            note |= LAC_NOTE_HALF;
    return (uint8_t)note;
}

void lac_gaps_mark(const lac_gaps *gaps, const lac_data *data, int row)
{
    size_t width = 2 * (size_t)data->points;
    float *label = data->labels + row * width;
    uint8_t *mask = data->mask + row * width;
    for (int m = 0; m < gaps->marks; m++)
        for (size_t i = 0; i < width; i += 2)
            take_marked(&gaps->mark[m], label + i, mask + i);
}

void lac_labels_move(const lac_data *data, int row, const lac_box *box)
{
    size_t width = 2 * (size_t)data->points;
    float *label = data->labels + row * width;
    const uint8_t *mask = data->mask + row * width;
    lac_box_from_photo(box, data->size, label, data->points, label);
    for (size_t i = 0; i < width; i++)
        label[i] = mask[i] ? label[i] : 0;
}

uint8_t lac_gaps_take(const lac_gaps *gaps, const lac_data *data, int row)
{
    size_t width = 2 * (size_t)data->points;
    float *label = data->labels + row * width;
    uint8_t *mask = data->mask + row * width;
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

/* ---- Labels that are no pixels ----------------------------------------------------------- */

/* Whether all labels lie in the first pixel, and not all at its corners, as shares of the picture's
 * side do. */
static int are_shares(const lac_data *data)
{
    enum { SIDE = 9 };
    size_t count = 2 * (size_t)data->rows * (size_t)data->points;
    int parts = 0;
    for (size_t i = 0; i < count; i++) {
        float value = data->labels[i];
        if (data->mask[i] && !(value >= 0 && value <= 1))
            return 0;
        parts |= data->mask[i] && value > 0 && value < 1;
    }
    return data->size >= SIDE && parts;
}

lac_status lac_labels_check(lac_csv *csv, const lac_columns *columns, const lac_gaps *gaps,
                            const uint8_t *note, const lac_data *data)
{
    const outside o = find_outside(data, note);
    if (o.count && (gaps->outside != LAC_OUTSIDE_KEEP || o.is_infinite))
        return fail_outside(csv, columns, &o, data);
    if (!are_shares(data))
        return LAC_OK;
    const char *name = lac_stream_name(csv->stream);
    if (gaps->outside != LAC_OUTSIDE_KEEP)
        return lac_fail(csv->ctx, LAC_ERROR_FORMAT,
                        "%s: all labels are 0 to 1, as shares of a picture's side are; must be "
                        "pixels, 0 to %d; --outside keep learns them as they are", name,
                        data->size);
    lac_log(csv->ctx, "%s: all labels are 0 to 1, as shares of a picture's side are; they are "
            "learned as pixels, 0 to %d", name, data->size);
    return LAC_OK;
}
