/*
 * Planted faults: what is wrong in which rows of a drawn table, so that what finds wrong labels
 * can be counted against the truth.
 *
 * Which row has which fault is a function of (seed, row), and the faults of a small share are
 * among those of a larger one.
 */
#include "synth/rows.h"

#include <math.h>

const char *const lac_fault_names[LAC_FAULTS] = {"none", "sides", "shift", "other", "copy"};

/* A shifted point goes this far, in sides of the picture. */
static const double near_shift = 0.10, far_shift = 0.25;

/* Faces whose points are nearer than this on average, in sides of the picture, are not taken for
 * each other: nobody could tell. The eyes of two drawn faces are 0.045 apart on average. */
static const double unlike = 0.05;

enum { TRIES = 16, MOST_SHIFTED = 3 };

/* The numbers that decide about a row's fault. */
enum { IS_FAULTY = LAC_ROW_FAULTS, KIND, HOW_MANY, WHICH, ANGLE = WHICH + MOST_SHIFTED,
       HOW_FAR = ANGLE + MOST_SHIFTED, WHOSE = HOW_FAR + MOST_SHIFTED };

static int is_unlike(const lac_drawn *t, const lac_row_label *a, const lac_row_label *b)
{
    double sum = 0;
    int count = 0;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        if (a->present[k]) {
            sum += hypot(a->xy[2 * k] - b->xy[2 * k], a->xy[2 * k + 1] - b->xy[2 * k + 1]);
            count++;
        }
    return sum > count * unlike * t->size;
}

/* An earlier row with a face whose points lie elsewhere; -1 when none is met. */
static int another(const lac_drawn *t, int row)
{
    lac_row_label own, its;
    lac_drawn_label(t, row, row, &own);
    for (int i = 0; i < TRIES; i++) {
        int other = (int)(lac_drawn_chosen(t, row, WHOSE + i) * row);
        lac_drawn_label(t, row, other, &its);
        if (is_unlike(t, &own, &its))
            return other;
    }
    return -1;
}

/* The fault of a row, and the other row that takes part in it. Where no other row can, the fault
 * is a shift. */
static lac_fault decide(const lac_drawn *t, int row, int *other)
{
    *other = row;
    if (!(lac_drawn_chosen(t, row, IS_FAULTY) < t->faulty))
        return LAC_FAULT_NONE;
    lac_fault fault = (lac_fault)(1 + (int)(lac_drawn_chosen(t, row, KIND) * (LAC_FAULTS - 1)));
    if (fault == LAC_FAULT_OTHER || fault == LAC_FAULT_COPY)
        *other = another(t, row);
    return *other < 0 ? LAC_FAULT_SHIFT : fault;
}

lac_fault lac_drawn_fault(const lac_drawn *t, int row, int *shown)
{
    int other;
    lac_fault fault = decide(t, row, &other);
    *shown = fault == LAC_FAULT_COPY ? other : row;
    return fault;
}

static void exchange_sides(lac_row_label *label)
{
    for (int i = 0; i < LAC_FACE_PAIRS; i++)
        for (int axis = 0; axis < 2; axis++) {
            double *left = &label->xy[2 * lac_face_pairs[i][0] + axis];
            double *right = &label->xy[2 * lac_face_pairs[i][1] + axis];
            double was = *left;
            *left = *right;
            *right = was;
        }
}

/* Moves a coordinate by `step`, or the other way where that would leave the picture. */
static double moved(double from, double step, int size)
{
    double to = from + step;
    return to < 0 || to > size - 1 ? from - step : to;
}

static void shift_points(const lac_drawn *t, int row, lac_row_label *label)
{
    int present[LAC_FACE_POINTS], count = 0;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        if (label->present[k])
            present[count++] = k;
    int points = 1 + (int)(lac_drawn_chosen(t, row, HOW_MANY) * MOST_SHIFTED);
    for (int i = 0; i < points && count > 0; i++) {
        int pick = (int)(lac_drawn_chosen(t, row, WHICH + i) * count);
        int k = present[pick];
        present[pick] = present[--count];
        double share = lac_drawn_chosen(t, row, HOW_FAR + i);
        double far = t->size * (near_shift + share * (far_shift - near_shift));
        double angle = 6.2831853 * lac_drawn_chosen(t, row, ANGLE + i);
        label->xy[2 * k] = moved(label->xy[2 * k], far * cos(angle), t->size);
        label->xy[2 * k + 1] = moved(label->xy[2 * k + 1], far * sin(angle), t->size);
    }
}

void lac_drawn_faulty_label(const lac_drawn *t, int row, lac_row_label *label)
{
    int other;
    lac_fault fault = decide(t, row, &other);
    lac_drawn_label(t, row, fault == LAC_FAULT_OTHER ? other : row, label);
    if (fault == LAC_FAULT_SIDES)
        exchange_sides(label);
    if (fault == LAC_FAULT_SHIFT)
        shift_points(t, row, label);
}
