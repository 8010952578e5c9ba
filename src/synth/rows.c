/* Who is in which row, and what its label lacks. */
#include "synth/rows.h"

#include <math.h>

static const double first_share = 0.325;  /* rows of the first source: 64 % of the coordinates */
static const double wild_share = 0.30;    /* of the first source's rows, the last, are not posed */
static const double lacking_share = 0.05; /* of the first source's rows lack one to four points */
static const double odd_share = 0.01;     /* of the second source's rows lack a point */
static const double copy_share = 0.05;
static const double twin_share = 0.07;

/* Every row of a table has a stream of random numbers for each of these purposes. */
typedef enum purpose { PERSON, SHOT, ROW, PURPOSES } purpose;

static uint64_t stream(const lac_drawn *t, int row, purpose what)
{
    uint64_t low = 2 * ((uint64_t)row * PURPOSES + (uint64_t)what) + (uint64_t)t->is_test;
    return LAC_STREAM(LAC_STREAM_SYNTH) + low;
}

lac_drawn lac_drawn_of(uint64_t seed, int count, int size)
{
    return (lac_drawn){
        .seed = seed, .count = count, .size = size, .first = (int)lround(count * first_share)};
}

/* The numbers that decide about a row. */
typedef enum decision { COPIES, COPY_OF, LACKS, LACK_COUNT, LACK_POINTS } decision;

double lac_drawn_chosen(const lac_drawn *t, int row, int what)
{
    return lac_random_uniform(t->seed, stream(t, row, ROW), (uint64_t)what);
}

/* A row that copies another one, which may be a copy too, has the key of the original. */
lac_face_key lac_drawn_face(const lac_drawn *t, int row)
{
    int person = row, shot = row;
    double kind;
    while (person > 0 && (kind = lac_drawn_chosen(t, person, COPIES)) < copy_share + twin_share) {
        int before = (int)(lac_drawn_chosen(t, person, COPY_OF) * person);
        if (kind < copy_share && shot == person)
            shot = before;
        person = before;
    }
    int posed = person < t->first * (1 - wild_share);
    return (lac_face_key){.seed = t->seed,
                          .person = stream(t, person, PERSON),
                          .shot = stream(t, shot, SHOT),
                          .wild = posed ? 0.0 : 0.6,
                          .size = t->size};
}

static int in_second_source(int point)
{
    return point == LAC_FACE_LEFT_EYE || point == LAC_FACE_RIGHT_EYE ||
           point == LAC_FACE_NOSE_TIP || point == LAC_FACE_BOTTOM_LIP;
}

/* Which points the row's label has. */
static void choose_points(const lac_drawn *t, int row, int present[LAC_FACE_POINTS])
{
    int second = row >= t->first;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        present[k] = !second || in_second_source(k);
    if (t->is_test || lac_drawn_chosen(t, row, LACKS) >= (second ? odd_share : lacking_share))
        return;
    int lacking = second ? 1 : 1 + (int)(lac_drawn_chosen(t, row, LACK_COUNT) * 4);
    for (int i = 0; i < lacking; i++)
        present[(int)(lac_drawn_chosen(t, row, LACK_POINTS + i) * LAC_FACE_POINTS)] = 0;
}

void lac_drawn_label(const lac_drawn *t, int row, int face_of, lac_row_label *label)
{
    lac_face_key key = lac_drawn_face(t, face_of);
    lac_face face;
    double xy[2 * LAC_FACE_MARKS];
    lac_face_make(&key, &face);
    lac_face_marks(&face, xy);
    choose_points(t, row, label->present);
    for (int k = 0; k < LAC_FACE_POINTS; k++) {
        int mark = k;
        if (row >= t->first && k == LAC_FACE_NOSE_TIP)
            mark = LAC_FACE_NOSE_BASE;
        if (row >= t->first && k == LAC_FACE_BOTTOM_LIP)
            mark = LAC_FACE_MOUTH_CENTER;
        label->xy[2 * k] = xy[2 * mark];
        label->xy[2 * k + 1] = xy[2 * mark + 1];
    }
}
