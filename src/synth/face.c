/*
 * Who a drawn face is: its numbers, its relief, its pose and its points.
 *
 * Means and spreads follow the proportions of upright adult faces cropped as a face
 * detector crops them: the eyes a little above the middle, the chin near the lower edge.
 */
#include "synth/face.h"

#include <math.h>
#include <string.h>

/* Draws random numbers of a stream one after the other. */
typedef struct draws {
    uint64_t seed;
    uint64_t stream;
    uint64_t next;
} draws;

static double between(draws *d, double low, double high)
{
    return low + (high - low) * lac_random_uniform(d->seed, d->stream, d->next++);
}

/* Triangular distribution: mostly near the mean, never farther from it than the spread. */
static double about(draws *d, double mean, double spread)
{
    double a = between(d, -0.5, 0.5);
    return mean + spread * (a + between(d, -0.5, 0.5));
}

static int chance(draws *d, double probability)
{
    return between(d, 0, 1) < probability;
}

static void draw_features(draws *d, lac_face *f)
{
    f->width = about(d, 1.0, 0.15);
    f->jaw = about(d, 0.80, 0.20);
    f->chin_y = about(d, 1.66, 0.20);
    f->eye_x = about(d, 0.46, 0.05);
    f->eye_wide = about(d, 0.18, 0.03);
    f->eye_high = about(d, 0.075, 0.045);
    f->eye_tilt = about(d, 0.01, 0.04);
    f->eye_tone = between(d, 0.10, 0.45);
    f->lashes = between(d, 0.015, 0.05);
    f->brow_y = about(d, -0.22, 0.09);
    f->brow_in = about(d, 0.21, 0.06);
    f->brow_out = about(d, 0.74, 0.08);
    f->brow_arch = about(d, 0.07, 0.07);
    f->brow_thick = about(d, 0.055, 0.035);
    f->nose_y = about(d, 0.52, 0.09);
    f->nose_wide = about(d, 1.0, 0.28);
    f->nose_high = about(d, 1.0, 0.35);
    f->mouth_y = f->nose_y + about(d, 0.46, 0.07);
    f->mouth_wide = about(d, 0.36, 0.06);
    f->upper_lip = about(d, 0.085, 0.045);
    f->lower_lip = about(d, 0.11, 0.05);
    f->smile = chance(d, 0.5) ? between(d, 0.2, 1.0) : about(d, 0.0, 0.4);
    f->open = chance(d, 0.4) ? between(d, 0.03, 0.18) : 0;
    f->mouth_wide += 0.08 * fmax(f->smile, 0);
}

static void draw_looks(draws *d, lac_face *f)
{
    static const lac_hair common[] = {
        LAC_HAIR_NONE,   LAC_HAIR_SHORT, LAC_HAIR_SHORT, LAC_HAIR_FRINGE, LAC_HAIR_PARTED,
        LAC_HAIR_PARTED, LAC_HAIR_LONG,  LAC_HAIR_LONG,  LAC_HAIR_CURLY,  LAC_HAIR_CAP};
    f->skin = between(d, 0.35, 0.95);
    f->hair_tone = chance(d, 0.7) ? between(d, 0.04, 0.25) : between(d, 0.3, 0.9);
    f->lip_tone = f->skin * between(d, 0.55, 0.85);
    f->age = between(d, 0, 1);
    f->beard = chance(d, 0.22) ? between(d, 0.2, 0.9) : 0;
    f->moustache = f->beard > 0 || chance(d, 0.06) ? between(d, 0.3, 0.9) : 0;
    f->hair = common[(int)between(d, 0, LAC_COUNT(common))];
    f->hair_line = about(d, -0.92, 0.12);
    f->hair_volume = between(d, 0.06, 0.30);
    f->glasses = chance(d, 0.16) ? 1 + chance(d, 0.15) : 0;
    f->glasses_tone = chance(d, 0.7) ? 0.08 : 0.6;
    f->glasses_round = between(d, 0.05, 0.24);
}

static void draw_scene(draws *d, lac_face *f)
{
    double azimuth = about(d, 0, 1.35);
    double elevation = about(d, 0.45, 0.75);
    f->light[0] = sin(azimuth) * cos(elevation);
    f->light[1] = -sin(elevation);
    f->light[2] = cos(azimuth) * cos(elevation);
    f->ambient = between(d, 0.35, 0.70);
    f->diffuse = between(d, 1.05, 1.30) - f->ambient;
    f->back[0] = between(d, 0, 1);
    f->back[1] = between(d, 0, 1);
    f->back_angle = between(d, 0, 6.28);
    f->cloth = between(d, 0.03, 0.95);
    f->clutter = (int)between(d, 0, 7);
}

/* Turn = roll * pitch * yaw, so that a nod goes along the head's own axis. */
static void set_turn(double turn[9], double yaw, double pitch, double roll)
{
    double cy = cos(yaw), sy = sin(yaw);
    double cp = cos(pitch), sp = sin(pitch);
    double cr = cos(roll), sr = sin(roll);
    const double m[9] = {cr * cy - sr * sp * sy,
                         -sr * cp,
                         cr * sy + sr * sp * cy,
                         sr * cy + cr * sp * sy,
                         cr * cp,
                         sr * sy - cr * sp * cy,
                         -cp * sy,
                         sp,
                         cp * cy};
    memcpy(turn, m, sizeof m);
}

/* Puts the middle of the points at (x, y), then moves the face so that none leaves the picture. */
static void place(lac_face *f, double x, double y, int size)
{
    double xy[2 * LAC_FACE_MARKS];
    double *at[2] = {&f->x, &f->y};
    const double want[2] = {x, y};
    f->x = f->y = 0;
    lac_face_marks(f, xy);
    for (int axis = 0; axis < 2; axis++) {
        double low = xy[axis], high = xy[axis];
        for (int k = 1; k < LAC_FACE_MARKS; k++) {
            low = fmin(low, xy[2 * k + axis]);
            high = fmax(high, xy[2 * k + axis]);
        }
        double shift = want[axis] - (low + high) / 2;
        *at[axis] = fmin(fmax(shift, 1 - low), size - 2 - high);
    }
}

void lac_face_make(const lac_face_key *key, lac_face *f)
{
    *f = (lac_face){.seed = key->seed, .stream = key->person, .noise_stream = key->shot};
    draws person = {key->seed, key->person, 0};
    draws shot = {key->seed, key->shot, (uint64_t)1 << 32}; /* those below are the noise */
    draw_features(&person, f);
    draw_looks(&person, f);
    draw_scene(&person, f);

    double unit = key->size / 96.0;
    double wild = key->wild;
    double yaw = about(&person, 0, 0.22 + 0.38 * wild) + about(&shot, 0, 0.01);
    double pitch = about(&person, 0, 0.12 + 0.16 * wild) + about(&shot, 0, 0.01);
    double roll = about(&person, 0, 0.10 + 0.25 * wild) + about(&shot, 0, 0.01);
    set_turn(f->turn, yaw, pitch, roll);
    f->scale = unit * about(&person, 40, 3.5 + 3.5 * wild);
    double spread = unit * (2 + 3 * wild);
    double x = unit * 47.5 + about(&person, 0, spread) + about(&shot, 0, 0.3 * unit);
    double y = unit * 56 + about(&person, 0, spread) + about(&shot, 0, 0.3 * unit);
    place(f, x, y, key->size);

    double contrast = about(&person, 0.95, 0.35);
    f->gain = contrast * about(&shot, 1, 0.2);
    f->lift = about(&person, 0.52, 0.14) - 0.5 * f->gain + about(&shot, 0, 0.06);
    f->blur = unit * (between(&person, 0.35, 0.6 + 0.7 * wild) + between(&shot, 0, 0.15));
    f->noise = between(&person, 0, 0.015) + between(&shot, 0, 0.01);
}

static double bump(double x, double y, double wide, double high)
{
    return exp(-(x * x / (wide * wide) + y * y / (high * high)));
}

double lac_face_depth(const lac_face *f, double x, double y)
{
    double side = fabs(x) / f->width;
    double high = (y - 0.15) / 1.55;
    double q = side * side / (1.05 * 1.05) + high * high;
    double z = 1 - 0.30 * q - 0.50 * q * q;
    double bridge = f->nose_y * 0.45;
    z += f->nose_high * 0.16 * bump(x, y - bridge, 0.13, 0.30);
    z += f->nose_high * 0.26 * bump(x, y - f->nose_y + 0.02, 0.15 * f->nose_wide, 0.16);
    z += 0.10 * bump(fabs(x) - 0.15 * f->nose_wide, y - f->nose_y - 0.06, 0.08, 0.08);
    z -= 0.13 * bump(fabs(x) - f->eye_x + 0.04, y - 0.02, 0.24, 0.15);
    z += 0.06 * bump(fabs(x) - 0.38, y - f->brow_y, 0.34, 0.10);
    z += 0.06 * bump(fabs(x) - 0.60, y - 0.42, 0.24, 0.22);
    z += 0.07 * bump(x, y - f->mouth_y, 0.34, 0.16);
    z += 0.09 * bump(x, y - f->chin_y + 0.20, 0.26, 0.17);
    return z;
}

void lac_face_project(const lac_face *f, const double p[3], double q[3])
{
    const double *t = f->turn;
    double view[3];
    for (int i = 0; i < 3; i++)
        view[i] = t[3 * i] * p[0] + t[3 * i + 1] * p[1] + t[3 * i + 2] * p[2];
    q[0] = f->x + f->scale * view[0];
    q[1] = f->y + f->scale * view[1];
    q[2] = view[2];
}

const int lac_face_pairs[LAC_FACE_PAIRS][2] = {{LAC_FACE_LEFT_EYE, LAC_FACE_RIGHT_EYE},
                                              {LAC_FACE_LEFT_EYE_INNER, LAC_FACE_RIGHT_EYE_INNER},
                                              {LAC_FACE_LEFT_EYE_OUTER, LAC_FACE_RIGHT_EYE_OUTER},
                                              {LAC_FACE_LEFT_BROW_INNER, LAC_FACE_RIGHT_BROW_INNER},
                                              {LAC_FACE_LEFT_BROW_OUTER, LAC_FACE_RIGHT_BROW_OUTER},
                                              {LAC_FACE_MOUTH_LEFT, LAC_FACE_MOUTH_RIGHT}};

/* The points in head space; left is the subject's, at the right of the picture. */
static void flat_marks(const lac_face *f, double p[LAC_FACE_MARKS][2])
{
    const double at[LAC_FACE_PAIRS][2] = {{f->eye_x, 0},
                            {f->eye_x - f->eye_wide, 0.02 + f->eye_tilt},
                            {f->eye_x + f->eye_wide, 0.02 - f->eye_tilt},
                            {f->brow_in, f->brow_y},
                            {f->brow_out, f->brow_y + 0.03},
                            {f->mouth_wide, f->mouth_y - 0.01 - 0.09 * f->smile}};
    for (int i = 0; i < LAC_FACE_PAIRS; i++)
        for (int side = 0; side < 2; side++) {
            p[lac_face_pairs[i][side]][0] = side ? -at[i][0] : at[i][0];
            p[lac_face_pairs[i][side]][1] = at[i][1];
        }
    const double middle[] = {f->nose_y, f->mouth_y - f->upper_lip,
                             f->mouth_y + f->open + f->lower_lip, f->nose_y + 0.16,
                             f->mouth_y + f->open / 2};
    static const int in_middle[] = {LAC_FACE_NOSE_TIP, LAC_FACE_TOP_LIP, LAC_FACE_BOTTOM_LIP,
                                    LAC_FACE_NOSE_BASE, LAC_FACE_MOUTH_CENTER};
    for (int i = 0; i < LAC_COUNT(in_middle); i++) {
        p[in_middle[i]][0] = 0;
        p[in_middle[i]][1] = middle[i];
    }
}

void lac_face_marks(const lac_face *f, double xy[2 * LAC_FACE_MARKS])
{
    double flat[LAC_FACE_MARKS][2];
    flat_marks(f, flat);
    for (int k = 0; k < LAC_FACE_MARKS; k++) {
        const double p[3] = {flat[k][0], flat[k][1], lac_face_depth(f, flat[k][0], flat[k][1])};
        double q[3];
        lac_face_project(f, p, q);
        xy[2 * k] = q[0];
        xy[2 * k + 1] = q[1];
    }
}
