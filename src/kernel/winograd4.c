/* Convolutions by Winograd's F(4x4, 3x3): the passes, a group of tiles at a time (winograd4.h). */
#include "kernel/winograd4.h"

/* Floats of a group of tiles, of V and of the other operand, about: what a second-level cache
 * holds beside the weights that stream through it. */
#if defined __AVX512F__
enum { GROUP_FLOATS = 160 * 1024 };
#else
enum { GROUP_FLOATS = 80 * 1024 };
#endif
enum { GROUP_LEAST = 12, GROUP_MOST = 96 }; /* tiles */
/* The sums of a weights' gradient, 36 c oc floats, are read and written once a group. */
enum { GROUP_LEAST_SUMS = 48 };

static lac_tiling tiling_of(const lac_conv_shape *s, int channels)
{
    int across = (s->w + LAC_OUT - 1) / LAC_OUT;
    int down = (s->h + LAC_OUT - 1) / LAC_OUT;
    return (lac_tiling){s->h, s->w, across, across * down, (size_t)channels * s->h * s->w};
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* A place has one line more than it needs: an odd number of lines keeps the 36 of them apart in
 * the first-level cache. */
static lac_winograd4_group group_of(int channels, int all, int at_least)
{
    int tiles = GROUP_FLOATS / (LAC_PLACES * (channels + LAC_PANEL));
    tiles = tiles / GROUP_LEAST * GROUP_LEAST;
    tiles = tiles < at_least ? at_least : tiles;
    int parts = all / least(tiles, GROUP_MOST);
    parts = parts > 1 ? parts : 1;
    tiles = ((all + parts - 1) / parts + 1) / 2 * 2;
    size_t block = (size_t)tiles * LAC_BLOCK;
    return (lac_winograd4_group){tiles, block, channels / LAC_BLOCK * block + LAC_BLOCK,
                                 LAC_PANEL / LAC_BLOCK * block + LAC_BLOCK};
}

static size_t group_floats(lac_winograd4_group g)
{
    return LAC_PLACES * (g.place_v + g.place_m);
}

/* Of the next group's x the share of the panel at channel o. */
static lac_winograd4_fetch next_fetch(const lac_tiling *in, const float *x, int next, int room,
                                      int all, int o, int oc)
{
    int c = (int)(in->picture / ((size_t)in->h * in->w * LAC_BLOCK));
    int panels = (oc + LAC_PANEL - 1) / LAC_PANEL, panel = o / LAC_PANEL;
    int from = c * panel / panels, to = c * (panel + 1) / panels;
    int tiles = next < all ? least(room, all - next) : 0;
    return (lac_winograd4_fetch){in, x + (size_t)from * in->h * in->w * LAC_BLOCK, next, tiles,
                                 to - from};
}

/* y [n, oc, h, w] = x [n, c, h, w] convolved. */
static void convolve(const lac_conv_shape *s, int n, const float *x, int c, const float *packed,
                     float *y, int oc, float *scratch)
{
    const lac_tiling in = tiling_of(s, c), out = tiling_of(s, oc);
    size_t plane = (size_t)s->h * s->w * LAC_BLOCK;
    int all = n * in.tiles;
    lac_winograd4_group g = group_of(c, all, GROUP_LEAST);
    float *v = scratch;
    float *m = v + LAC_PLACES * g.place_v;
    float *none = m + LAC_PLACES * g.place_m;
    memset(none, 0, (size_t)s->w * LAC_BLOCK * sizeof *none);
    for (int first = 0, room = g.tiles; first < all; first += room) {
        g.tiles = least(room, all - first);
        for (int b = 0; b < c / LAC_BLOCK; b++)
            LAC_NAME(lac_winograd4_input)(&in, x + b * plane, first, g.tiles, none,
                                          v + b * g.block, g.place_v);
        int next = first + room;
        for (int o = 0; o < oc; o += LAC_PANEL) {
            int columns = least(LAC_PANEL, oc - o);
            const lac_winograd4_fetch fetch[] = {
                next_fetch(&in, x, next, room, all, o, oc),
                {&out, y + o / LAC_BLOCK * plane, first, g.tiles, columns / LAC_BLOCK}};
            LAC_NAME(lac_winograd4_multiply)(&g, v, c, packed + lac_winograd4_panels(c, o), columns, m,
                                             fetch);
            for (int b = 0; b < columns / LAC_BLOCK; b++)
                LAC_NAME(lac_winograd4_output)(&out, m + b * g.block, g.place_m, first, g.tiles,
                                               y + (o / LAC_BLOCK + b) * plane);
        }
    }
}

static void winograd4_forward(const lac_conv *conv, int thread, int n, const void *x,
                              const float *packed, void *y, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    convolve(s, n, x, s->c, packed, y, s->oc, scratch);
}

static void winograd4_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                                    const float *packed, void *dx, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    convolve(s, n, dy, s->oc, packed, dx, s->c, scratch);
}

static void winograd4_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                                       const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const lac_tiling in = tiling_of(s, s->c), out = tiling_of(s, s->oc);
    size_t plane = (size_t)s->h * s->w * LAC_BLOCK;
    int all = n * in.tiles;
    lac_winograd4_group g = group_of(s->c, all, GROUP_LEAST_SUMS);
    float *sums = scratch;
    float *v = sums + lac_winograd4_panels(s->c, s->oc);
    float *w = v + LAC_PLACES * g.place_v;
    float *none = w + LAC_PLACES * g.place_m;
    memset(none, 0, (size_t)s->w * LAC_BLOCK * sizeof *none);
    for (int first = 0, room = g.tiles; first < all; first += room) {
        g.tiles = least(room, all - first);
        for (int b = 0; b < s->c / LAC_BLOCK; b++)
            LAC_NAME(lac_winograd4_input)(&in, (const float *)x + b * plane, first, g.tiles, none,
                                          v + b * g.block, g.place_v);
        for (int o = 0; o < s->oc; o += LAC_PANEL) {
            int columns = least(LAC_PANEL, s->oc - o);
            for (int b = 0; b < columns / LAC_BLOCK; b++)
                LAC_NAME(lac_winograd4_gradient)(&out,
                                                 (const float *)dy + (o / LAC_BLOCK + b) * plane,
                                                 first, g.tiles, none, w + b * g.block, g.place_m);
            int more = o + columns < s->oc;
            int at = more ? o + columns : 0;
            int dy_first = more ? first : first + room;
            int dy_tiles = dy_first < all ? least(room, all - dy_first) : 0;
            const lac_winograd4_fetch fetch[] = {
                next_fetch(&in, x, first + room, room, all, o, s->oc),
                {&out, (const float *)dy + at / LAC_BLOCK * plane, dy_first, dy_tiles,
                 least(LAC_PANEL, s->oc - at) / LAC_BLOCK}};
            LAC_NAME(lac_winograd4_correlate)(&g, v, s->c, w, columns, first > 0,
                                              sums + lac_winograd4_panels(s->c, o), fetch);
        }
    }
    for (int o = 0; o < s->oc; o += LAC_PANEL)
        LAC_NAME(lac_winograd4_sums)(sums + lac_winograd4_panels(s->c, o), s->c,
                                     least(LAC_PANEL, s->oc - o), partial + (size_t)o * 9 * s->c);
}

/* ---- Weights ------------------------------------------------------------------------------ */

static void winograd4_pack(const lac_conv *conv, int thread, const float *w, float *forward,
                           float *backward)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    size_t line = (size_t)s->c * 9;
    for (int o = 0; forward && o < s->oc; o += LAC_PANEL)
        LAC_NAME(lac_winograd4_weights)(w + o * line, 9, line, 0, s->c, least(LAC_PANEL, s->oc - o),
                                        forward + lac_winograd4_panels(s->c, o));
    for (int c = 0; backward && c < s->c; c += LAC_PANEL)
        LAC_NAME(lac_winograd4_weights)(w + c * 9, line, 9, 1, s->oc, least(LAC_PANEL, s->c - c),
                                        backward + lac_winograd4_panels(s->oc, c));
}

/* A partial is [panel, c, 9, columns]. */
static void winograd4_unpack(const lac_conv *conv, int thread, const float *partial, float *dw)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    for (int o = 0; o < s->oc; o += LAC_PANEL) {
        int columns = least(LAC_PANEL, s->oc - o);
        for (int i = 0; i < s->c * 9; i++, partial += columns)
            for (int k = 0; k < columns; k++)
                dw[(size_t)(o + k) * s->c * 9 + i] = partial[k];
    }
}

static size_t scratch_of(const lac_conv *conv)
{
    const lac_conv_shape *s = &conv->shape;
    const int all = conv->chunk * tiling_of(s, s->c).tiles;
    size_t forward = group_floats(group_of(s->c, all, GROUP_LEAST));
    size_t data = group_floats(group_of(s->oc, all, GROUP_LEAST));
    size_t weights = lac_winograd4_panels(s->c, s->oc) +
                     group_floats(group_of(s->c, all, GROUP_LEAST_SUMS));
    size_t none = (size_t)s->w * LAC_BLOCK;
    if (conv->inference)
        return forward + none;
    return (data > weights ? data : weights) + none;
}

void LAC_NAME(lac_conv_use_winograd4)(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           winograd4_pack,
                                           winograd4_forward,
                                           winograd4_backward_data,
                                           winograd4_backward_weights,
                                           winograd4_unpack};
    const lac_conv_shape *s = &conv->shape;
    conv->method = &method;
    conv->name = LANES == 16 ? "winograd_4x4:avx512" : "winograd_4x4:avx2";
    conv->scratch = scratch_of(conv);
    size_t forward = lac_winograd4_panels(s->c, s->oc);
    size_t backward = lac_winograd4_panels(s->oc, s->c);
    conv->packed = forward > backward ? forward : backward;
    conv->partial = (size_t)9 * s->c * s->oc;
}
