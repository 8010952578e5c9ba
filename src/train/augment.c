/* Augmentation drawn; see augment.h. */
#include "train/augment.h"

#include <math.h>

/* The numbers of a visit: each is drawn at its place, whichever others are asked for. */
enum {
    ANGLE, SCALE, SHIFT_X, SHIFT_Y, ASPECT, CONTRAST, BRIGHTNESS, NOISE, NOISE_KEY, HAS_BOX,
    BOX_X, BOX_Y, BOX_SIDE,
    PLACES = 16
};

typedef struct draws {
    uint64_t seed, stream, first;
} draws;

static draws draws_of(const lac_train_config *config, const lac_visit *visit)
{
    uint64_t which = 2 * (uint64_t)visit->row + (visit->is_mirrored ? 1 : 0);
    return (draws){config->seed, LAC_STREAM(LAC_STREAM_AUGMENT) + visit->epoch, PLACES * which};
}

/* Uniform in [0, 1). */
static double share(const draws *d, int place)
{
    return lac_random_uniform(d->seed, d->stream, d->first + (uint64_t)place);
}

/* Uniform in [-most, most). */
static double either_way(const draws *d, int place, double most)
{
    return most * (2.0 * share(d, place) - 1.0);
}

lac_view lac_augment_view(const lac_train_config *config, const lac_visit *visit, int size)
{
    const double degree = 3.14159265358979323846 / 180.0;
    const draws d = draws_of(config, visit);
    double scale = exp(either_way(&d, SCALE, config->scale));
    double aspect = exp(either_way(&d, ASPECT, config->aspect));
    lac_view mirror = visit->is_mirrored ? lac_view_mirror(size) : lac_view_identity();
    lac_view stretch = lac_view_stretch(size, size, scale * aspect, scale / aspect);
    lac_view turn = lac_view_turn(size, size, either_way(&d, ANGLE, config->rotation) * degree,
                                  1.0, either_way(&d, SHIFT_X, config->shift) * size,
                                  either_way(&d, SHIFT_Y, config->shift) * size);
    lac_view view = lac_view_compose(&mirror, &stretch);
    view = lac_view_compose(&view, &turn);
    view.gain = (float)(1.0 + either_way(&d, CONTRAST, config->contrast));
    view.offset = (float)either_way(&d, BRIGHTNESS, config->brightness);
    return view;
}

/* Puts a box into half of the pictures: its centre anywhere in the picture, its side from a
 * quarter of the largest up. What it covers are the pixels whose centres it contains. */
static void draw_box(const draws *d, double largest, int size, lac_blemish *out)
{
    double half = size * largest * (0.25 + 0.75 * share(d, BOX_SIDE)) / 2.0;
    double x = size * share(d, BOX_X) - 0.5, y = size * share(d, BOX_Y) - 0.5;
    if (share(d, HAS_BOX) >= 0.5)
        return;
    out->left = (int)ceil(x - half);
    out->right = (int)ceil(x + half);
    out->top = (int)ceil(y - half);
    out->bottom = (int)ceil(y + half);
}

lac_blemish lac_augment_blemish(const lac_train_config *config, const lac_visit *visit, int size)
{
    const draws d = draws_of(config, visit);
    lac_blemish out = {.noise = (float)(share(&d, NOISE) * config->noise)};
    if (config->noise > 0.0)
        out.key = (uint32_t)lac_random(d.seed, d.stream, d.first + NOISE_KEY);
    if (config->cutout > 0.0)
        draw_box(&d, config->cutout, size, &out);
    return out;
}
