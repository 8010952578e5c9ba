/* Who is where on a drawn photo, and of which colours. */
#include "synth/scene.h"

#include <math.h>
#include <string.h>

/* How the photos are stored, in turn, so that a few show every way. */
static const struct {
    const char *ending;
    int is_grey, is_turned;
} ways[] = {{".jpg", 0, 0}, {".jpg", 0, 1}, {".png", 0, 0}, {".jpg", 0, 0},
            {".jpg", 0, 1}, {".jpg", 1, 0}, {".png", 0, 0}, {".pgm", 1, 0}};

/* Orientations besides 1, cameras' own more often than mirrored ones. */
static const int turns[] = {6, 8, 3, 6, 8, 2, 4, 5, 7};

static const double less_light = 0.85; /* so that light skin keeps its shades in 8 bits */
static const double cut_share = 0.15;  /* of the faces are cut by the border */

lac_drawn lac_scene_people(uint64_t seed, int photos)
{
    uint64_t of_photos = lac_random(seed, LAC_STREAM(LAC_STREAM_SYNTH) + UINT32_MAX, 0);
    return lac_drawn_of(of_photos, LAC_SCENE_FACES * photos, 96);
}

/* ---- Size ------------------------------------------------------------------------------ */

static void choose_size(lac_draws *d, lac_scene *s)
{
    static const double aspects[] = {1, 4 / 3.0, 4 / 3.0, 3 / 2.0, 16 / 9.0};
    double longer = 400 * pow(4, lac_between(d, 0, 1));
    double shorter = longer / aspects[(int)lac_between(d, 0, LAC_COUNT(aspects))];
    int upright = lac_chance(d, 0.4);
    s->width = (int)(upright ? shorter : longer);
    s->height = (int)(upright ? longer : shorter);
}

/* ---- Places ---------------------------------------------------------------------------- */

typedef struct square {
    double x, y, side;
} square;

static int meet(const double a[4], const double b[4]) /* left, top, right, bottom */
{
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/* Whether two people hide nothing of each other's heads: neither do the heads touch, nor is the
 * smaller head behind the larger one's body. */
static int is_apart(square a, square b)
{
    if (a.side > b.side)
        return is_apart(b, a);
    const double small[] = {a.x - 0.2 * a.side, a.y - 0.3 * a.side, a.x + 1.2 * a.side,
                            a.y + 1.1 * a.side};
    const double head[] = {b.x - 0.2 * b.side, b.y - 0.3 * b.side, b.x + 1.2 * b.side,
                           b.y + 1.1 * b.side};
    const double body[] = {b.x - 0.5 * b.side, b.y + b.side, b.x + 1.5 * b.side, 1e9};
    return !meet(small, head) && !meet(small, body);
}

static square choose_place(lac_draws *d, const lac_scene *s, int people)
{
    double shorter = fmin(s->width, s->height);
    double least = fmax(56, 0.13 * shorter), most = 0.62 * shorter / sqrt(people);
    square q = {.side = floor(least * pow(fmax(most / least, 1), lac_between(d, 0, 1)))};
    q.x = lac_between(d, 0, s->width - q.side);
    q.y = lac_between(d, fmin(0.15 * q.side, s->height - q.side), s->height - q.side);
    double out = lac_between(d, 0.05, 0.30) * q.side;
    int edge = (int)lac_between(d, 0, 4);
    if (lac_chance(d, cut_share)) {
        q.x = edge == 0 ? -out : edge == 1 ? s->width - q.side + out : q.x;
        q.y = edge == 2 ? -out : edge == 3 ? s->height - q.side + out : q.y;
    }
    q.x = floor(q.x);
    q.y = floor(q.y);
    return q;
}

static int choose_places(lac_draws *d, const lac_scene *s, square places[LAC_SCENE_FACES])
{
    static const int usual[] = {1, 1, 1, 1, 2, 2, 2, 3, 3, 4};
    enum { TRIES = 40 };
    int people = usual[(int)lac_between(d, 0, LAC_COUNT(usual))], count = 0;
    for (int tries = 0; tries < TRIES && count < people; tries++) {
        square q = choose_place(d, s, people);
        int is_free = 1, at = count;
        for (int i = 0; i < count; i++)
            is_free &= is_apart(q, places[i]);
        if (!is_free)
            continue;
        for (; at > 0 && places[at - 1].side > q.side; at--)
            places[at] = places[at - 1];
        places[at] = q;
        count++;
    }
    return count;
}

/* ---- Colours --------------------------------------------------------------------------- */

static void set_tint(double tint[3], double red, double green, double blue)
{
    double grey = 0.299 * red + 0.587 * green + 0.114 * blue;
    tint[0] = red / grey;
    tint[1] = green / grey;
    tint[2] = blue / grey;
}

static void hue_tint(double tint[3], double hue, double depth)
{
    double rgb[3];
    for (int c = 0; c < 3; c++)
        rgb[c] = 1 - depth * (0.5 - 0.5 * cos(6.2831853 * (hue - c / 3.0)));
    set_tint(tint, rgb[0], rgb[1], rgb[2]);
}

static void choose_colours(lac_draws *d, lac_face *f)
{
    static const double eyes[][3] = {
        {1.3, 0.9, 0.7}, {1.3, 0.9, 0.7}, {0.75, 1, 1.4}, {0.9, 1, 0.8}};
    double dark = (0.95 - f->skin) / 0.6;
    double warm = lac_between(d, -0.04, 0.04);
    set_tint(f->tint[LAC_TINT_SKIN], 1.12 + 0.13 * dark + warm, 0.96 - 0.02 * dark,
             0.82 - 0.12 * dark - warm);
    set_tint(f->tint[LAC_TINT_LIPS], 1.35, 0.85, 0.85 + warm);
    double red = lac_between(d, 0, 0.35), is_grey = f->hair_tone > 0.3 && lac_chance(d, 0.3);
    if (is_grey == 0)
        set_tint(f->tint[LAC_TINT_HAIR], 1.15 + red, 0.95, 0.75 - red * 0.8);
    const double *eye = eyes[(int)lac_between(d, 0, LAC_COUNT(eyes))];
    set_tint(f->tint[LAC_TINT_EYES], eye[0], eye[1], eye[2]);
    hue_tint(f->tint[LAC_TINT_CLOTH], lac_between(d, 0, 1), lac_between(d, 0, 0.8));
}

/* ---- All ------------------------------------------------------------------------------- */

static void add_face(const lac_drawn *people, int row, square q, lac_scene *s)
{
    lac_scene_face *one = &s->face[s->faces];
    lac_drawn sized = *people;
    sized.size = (int)q.side;
    *one = (lac_scene_face){.x = (int)q.x, .y = (int)q.y, .side = (int)q.side};
    lac_face_key key = lac_drawn_face(&sized, row);
    lac_face_make(&key, &one->face);
    lac_drawn_label(&sized, row, row, &one->label);
    one->face.x += one->x;
    one->face.y += one->y;
    for (int k = 0; k < LAC_FACE_POINTS; k++) {
        double *xy = &one->label.xy[2 * k];
        xy[0] += one->x;
        xy[1] += one->y;
        one->label.present[k] &=
            xy[0] >= 0 && xy[1] >= 0 && xy[0] <= s->width - 1 && xy[1] <= s->height - 1;
    }
    lac_draws colours = {key.seed, key.person, (uint64_t)1 << 33};
    choose_colours(&colours, &one->face);
    const lac_face *lit = &s->face[0].face; /* one light for all */
    memcpy(one->face.light, lit->light, sizeof lit->light);
    one->face.ambient = s->faces ? lit->ambient : less_light * lit->ambient;
    one->face.diffuse = s->faces ? lit->diffuse : less_light * lit->diffuse;
    s->faces++;
}

void lac_scene_make(const lac_drawn *people, int photo, lac_scene *s)
{
    uint64_t seed = lac_random(people->seed, LAC_STREAM(LAC_STREAM_SYNTH) + UINT32_MAX, 1);
    lac_draws d = {seed, LAC_STREAM(LAC_STREAM_SYNTH) + (uint64_t)photo, 0};
    int way = photo % LAC_COUNT(ways);
    *s = (lac_scene){.is_grey = ways[way].is_grey, .orientation = 1};
    if (ways[way].is_turned)
        s->orientation = turns[photo / 3 % LAC_COUNT(turns)];
    lac_format(s->stem, sizeof s->stem, "photo_%05d", photo + 1);
    lac_format(s->file, sizeof s->file, "%s%s", s->stem, ways[way].ending);
    choose_size(&d, s);
    square places[LAC_SCENE_FACES];
    int count = choose_places(&d, s, places);
    for (int i = 0; i < count; i++)
        add_face(people, photo * LAC_SCENE_FACES + i, places[i], s);
    s->paint = (lac_draws){d.seed, d.stream, (uint64_t)1 << 32};
}
