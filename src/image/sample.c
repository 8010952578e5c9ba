/*
 * Sampling: what a view's pixels show.
 *
 * A row is done in strips, and a strip in three loops over arrays: where its pixels come from,
 * the four bytes around each, and their blend. The first and the last have neither branches
 * nor calls, so the compiler makes vectors of them.
 *
 * A point beyond the border is moved onto it, which repeats the border. A coordinate on the
 * last column is that column's left neighbour and a weight of 1, so that four bytes always
 * exist; weights of 0 and 1 give a byte exactly.
 */
#include "image/image.h"

enum { STRIP = 128 };

typedef struct strip {
    int column[STRIP], row[STRIP];   /* of the top left one of the four bytes */
    float right[STRIP], down[STRIP]; /* weights of the right and the lower bytes */
    float corner[4][STRIP];          /* the bytes: top left, top right, below them */
    float value[STRIP];
} strip;

/* Splits coordinates start + i * step, moved into [0, last], into whole and fraction. */
static void locate(float start, float step, int last, int n, int *restrict whole,
                   float *restrict fraction)
{
    float most = (float)last;
    int highest = last > 0 ? last - 1 : 0;
    for (int i = 0; i < n; i++) {
        float at = start + (float)i * step;
        at = at > 0.0f ? at : 0.0f;
        at = at < most ? at : most;
        int low = (int)at;
        low = low < highest ? low : highest;
        whole[i] = low;
        fraction[i] = at - (float)low;
    }
}

static void fetch(const lac_image *image, int n, strip *s)
{
    size_t right = image->width > 1, down = image->height > 1 ? image->stride : 0;
    for (int i = 0; i < n; i++) {
        const uint8_t *p = image->pixels + (size_t)s->row[i] * image->stride + s->column[i];
        s->corner[0][i] = p[0];
        s->corner[1][i] = p[right];
        s->corner[2][i] = p[down];
        s->corner[3][i] = p[down + right];
    }
}

static void blend(const lac_view *view, int n, strip *s)
{
    float gain = view->gain, offset = view->offset;
    for (int i = 0; i < n; i++) {
        float x = s->right[i];
        float top = s->corner[0][i] + x * (s->corner[1][i] - s->corner[0][i]);
        float low = s->corner[2][i] + x * (s->corner[3][i] - s->corner[2][i]);
        s->value[i] = (top + s->down[i] * (low - top)) / 255 * gain + offset;
    }
}

static void sample_row(const lac_view *view, const lac_image *image, int y, int first, int n,
                       strip *s)
{
    const lac_map *m = &view->map;
    double x0 = m->xx * first + m->xy * y + m->x0, y0 = m->yx * first + m->yy * y + m->y0;
    locate((float)x0, (float)m->xx, image->width - 1, n, s->column, s->right);
    locate((float)y0, (float)m->yx, image->height - 1, n, s->row, s->down);
    fetch(image, n, s);
    blend(view, n, s);
}

/* Whether the kernels' own reading of pictures does: the whole of a square one, as it is or
 * mirrored. Its bits are the same. */
static int is_plain(const lac_view *view, const lac_image *image, int width, int height)
{
    const lac_map *m = &view->map;
    int is_whole = image->width == width && image->height == height && width == height &&
                   image->stride == (size_t)width;
    int is_upright = m->xy == 0.0 && m->yx == 0.0 && m->yy == 1.0 && m->y0 == 0.0 &&
                     ((m->xx == 1.0 && m->x0 == 0.0) || (m->xx == -1.0 && m->x0 == width - 1));
    return is_whole && is_upright && view->gain == 1.0f && view->offset == 0.0f;
}

void lac_view_sample(const lac_view *view, const lac_image *image, const lac_kernels *kernels,
                     int width, int height, void *out)
{
    if (is_plain(view, image, width, height)) {
        kernels->picture(image->pixels, out, width, lac_view_is_mirrored(view));
        return;
    }
    strip s;
    for (int y = 0; y < height; y++)
        for (int first = 0; first < width; first += STRIP) {
            int n = width - first < STRIP ? width - first : STRIP;
            char *to = (char *)out + ((size_t)y * width + first) * kernels->element;
            sample_row(view, image, y, first, n, &s);
            kernels->store(s.value, to, (size_t)n);
        }
}
