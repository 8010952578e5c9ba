/*
 * Sampling: what a view's pixels show. Rows are done in strips by the kernel that reads a picture
 * along a line (kernel/sample.c); the box that a blemish puts over them is drawn here.
 */
#include "image/image.h"

/* Everything that the rows of a view share. */
static lac_strip strip_of(const lac_view *view, const lac_blemish *blemish,
                          const lac_image *image)
{
    return (lac_strip){.pixels = image->pixels,
                       .width = image->width,
                       .height = image->height,
                       .stride = image->stride,
                       .dx = (float)view->map.xx,
                       .dy = (float)view->map.yx,
                       .gain = view->gain,
                       .offset = view->offset,
                       .noise = blemish->noise,
                       .key = blemish->key};
}

/* The part of a strip of row y, from pixel `first` on, that lies in the box. */
static void draw_box(const lac_blemish *b, int y, int first, int n, float *value)
{
    if (y < b->top || y >= b->bottom)
        return;
    int from = b->left > first ? b->left - first : 0;
    int to = b->right - first < n ? b->right - first : n;
    for (int i = from; i < to; i++)
        value[i] = 0.5f;
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

void lac_view_sample(const lac_view *view, const lac_blemish *blemish, const lac_image *image,
                     const lac_kernels *kernels, int width, int height, void *out)
{
    const lac_map *m = &view->map;
    const lac_blemish none = {0};
    const lac_blemish *b = blemish ? blemish : &none;
    if (b->noise == 0.0f && b->bottom == b->top && is_plain(view, image, width, height)) {
        kernels->picture(image->pixels, out, width, lac_view_is_mirrored(view));
        return;
    }
    lac_strip strip = strip_of(view, b, image);
    float value[LAC_STRIP];
    for (int y = 0; y < height; y++)
        for (int first = 0; first < width; first += LAC_STRIP) {
            int n = width - first < LAC_STRIP ? width - first : LAC_STRIP;
            size_t pixel = (size_t)y * width + first;
            strip.x = (float)(m->xx * first + m->xy * y + m->x0);
            strip.y = (float)(m->yx * first + m->yy * y + m->y0);
            strip.counter = (uint32_t)pixel;
            kernels->sample(&strip, value, n);
            draw_box(b, y, first, n, value);
            kernels->store(value, (char *)out + pixel * kernels->element, (size_t)n);
        }
}
