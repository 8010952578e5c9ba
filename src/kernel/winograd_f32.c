/* Winograd on floats: the passes, a group of tiles at a time (winograd_f32.h). */
#include "kernel/winograd_f32.h"

/* About how many floats of a group, V and one panel of the other operand, a second-level cache
 * holds beside the weights that stream through it: 640 KB of at least 1 MB, 192 of 256 KB. */
#if defined __AVX512F__
enum { GROUP_FLOATS = 160 * 1024 };
#else
enum { GROUP_FLOATS = 48 * 1024 };
#endif

/* A group reads all weights, and reads and writes all sums of their gradient: 36 c oc floats. Where
 * those do not stay in a cache, small groups wait for them. With 288 channels, 8 MB and more of
 * weights, groups of 12 take 1.2 times as long as of 48 (AVX-512), and 1.3 times (AVX2); with 192
 * they are as fast. Sums of 128 channels and more want 48 too. */
enum { GROUP_LEAST = 12, GROUP_LEAST_STREAMING = 48, GROUP_MOST = 96, STREAMING = 2 << 20 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The tiles that take fewer products: of 3 for pictures of 3, 5, 6, 9 and 21 pixels a side. */
static int out_of(const lac_conv_shape *s)
{
    return lac_winograd_products(s, 3) < lac_winograd_products(s, 4) ? 3 : 4;
}

static lac_tiling tiling_of(const lac_conv_shape *s, int channels)
{
    const int out = out_of(s), places = (out + 2) * (out + 2);
    return (lac_tiling){.out = out,
                        .places = places,
                        .h = s->h,
                        .w = s->w,
                        .across = (s->w + out - 1) / out,
                        .tiles = lac_winograd_products(s, out) / places,
                        .picture = (size_t)channels * s->h * s->w};
}

/* Groups of `all` tiles of `channels`, in equal parts of about as many as the cache holds. A place
 * has one line more than it needs: an odd number of lines keeps the 36 of them apart in the
 * first-level cache. */
static lac_winograd_group group_of(int places, int channels, int all, int at_least)
{
    int fit = GROUP_FLOATS / (places * (channels + LAC_PANEL));
    fit = fit < at_least ? at_least : least(fit / GROUP_LEAST * GROUP_LEAST, GROUP_MOST);
    int parts = all < fit ? 1 : all / fit;
    int tiles = ((all + parts - 1) / parts + 1) / 2 * 2;
    size_t block = (size_t)tiles * LAC_BLOCK;
    return (lac_winograd_group){places, tiles, block, channels / LAC_BLOCK * block + LAC_BLOCK,
                                LAC_PANEL / LAC_BLOCK * block + LAC_BLOCK};
}

static lac_winograd_group group_of_products(int places, int c, int oc, int all)
{
    int streaming = places * (size_t)c * oc > STREAMING;
    return group_of(places, c, all, streaming ? GROUP_LEAST_STREAMING : GROUP_LEAST);
}

static lac_winograd_group group_of_sums(int places, int c, int all)
{
    return group_of(places, c, all, GROUP_LEAST_STREAMING);
}

static size_t group_floats(lac_winograd_group g)
{
    return g.places * (g.place_v + g.place_m);
}

/* A pass over the pictures of a chunk: its tiles, of which a group at a time is in scratch. */
typedef struct chunk {
    lac_tiling x, y;
    size_t plane;
    int c, oc;
    int all;  /* tiles of the chunk */
    int room; /* of a group */
    lac_winograd_group g;
    float *v, *other, *none;
} chunk;

static chunk chunk_of(const lac_conv_shape *s, int n, int c, int oc, int sums, float *scratch)
{
    chunk k = {.x = tiling_of(s, c), .y = tiling_of(s, oc), .c = c, .oc = oc};
    k.plane = (size_t)s->h * s->w * LAC_BLOCK;
    k.all = n * k.x.tiles;
    k.g = sums ? group_of_sums(k.x.places, c, k.all) : group_of_products(k.x.places, c, oc, k.all);
    k.room = k.g.tiles;
    k.v = scratch;
    k.other = k.v + k.g.places * k.g.place_v;
    k.none = k.other + k.g.places * k.g.place_m;
    memset(k.none, 0, (size_t)s->w * LAC_BLOCK * sizeof *k.none);
    return k;
}

static int tiles_at(const chunk *k, int first)
{
    return first < k->all ? least(k->room, k->all - first) : 0;
}

static void take_input(chunk *k, const float *x, int first)
{
    k->g.tiles = tiles_at(k, first);
    for (int b = 0; b < k->c / LAC_BLOCK; b++)
        lac_winograd_input(&k->x, x + b * k->plane, first, k->g.tiles, k->none,
                           k->v + b * k->g.block, k->g.place_v);
}

/* What the panel at channel o fetches of the x of the group at tile `first`: its share. */
static lac_winograd_fetch share_of_x(const chunk *k, const float *x, int first, int o)
{
    int blocks = k->c / LAC_BLOCK;
    int panels = (k->oc + LAC_PANEL - 1) / LAC_PANEL, panel = o / LAC_PANEL;
    int from = blocks * panel / panels, to = blocks * (panel + 1) / panels;
    return (lac_winograd_fetch){&k->x, x + from * k->plane, first, tiles_at(k, first), to - from};
}

/* The panel at channel o of y or dy, in the group at tile `first`. */
static lac_winograd_fetch panel_of_y(const chunk *k, const float *y, int first, int o)
{
    return (lac_winograd_fetch){&k->y, y + o / LAC_BLOCK * k->plane, first, tiles_at(k, first),
                                least(LAC_PANEL, k->oc - o) / LAC_BLOCK};
}

/* y [n, oc, h, w] = x [n, c, h, w] convolved. */
static void convolve(const lac_conv_shape *s, int n, const float *x, int c, const float *packed,
                     float *y, int oc, float *scratch)
{
    chunk k = chunk_of(s, n, c, oc, 0, scratch);
    for (int first = 0; first < k.all; first += k.room) {
        take_input(&k, x, first);
        for (int o = 0; o < oc; o += LAC_PANEL) {
            int columns = least(LAC_PANEL, oc - o);
            const lac_winograd_fetch fetch[] = {share_of_x(&k, x, first + k.room, o),
                                                panel_of_y(&k, y, first, o)};
            const float *u = packed + lac_winograd_panels(k.g.places, c, o);
            lac_winograd_multiply(&k.g, k.v, c, u, columns, k.other, fetch);
            for (int b = 0; b < columns / LAC_BLOCK; b++)
                lac_winograd_output(&k.y, k.other + b * k.g.block, k.g.place_m, first, k.g.tiles,
                                    y + (o / LAC_BLOCK + b) * k.plane);
        }
    }
}

static void winograd_forward(const lac_conv *conv, int thread, int n, const void *x,
                             const float *packed, void *y, float *scratch)
{
    (void)thread;
    convolve(&conv->shape, n, x, conv->shape.c, packed, y, conv->shape.oc, scratch);
}

static void winograd_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                                   const float *packed, void *dx, float *scratch)
{
    (void)thread;
    convolve(&conv->shape, n, dy, conv->shape.oc, packed, dx, conv->shape.c, scratch);
}

/* Adds one panel's products to its sums, and fetches what comes next of x and dy. */
static void add_panel(chunk *k, const float *x, const float *dy, int first, int o, float *sums)
{
    int columns = least(LAC_PANEL, k->oc - o);
    int is_last = o + columns == k->oc;
    const lac_winograd_fetch fetch[] = {
        share_of_x(k, x, first + k->room, o),
        panel_of_y(k, dy, is_last ? first + k->room : first, is_last ? 0 : o + columns)};
    for (int b = 0; b < columns / LAC_BLOCK; b++)
        lac_winograd_gradient(&k->y, dy + (o / LAC_BLOCK + b) * k->plane, first, k->g.tiles,
                              k->none, k->other + b * k->g.block, k->g.place_m);
    lac_winograd_correlate(&k->g, k->v, k->c, k->other, columns, first > 0,
                           sums + lac_winograd_panels(k->g.places, k->c, o), fetch);
}

static void winograd_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                                      const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    const int out = out_of(s), places = (out + 2) * (out + 2);
    float *sums = scratch;
    chunk k = chunk_of(s, n, s->c, s->oc, 1, sums + lac_winograd_panels(places, s->c, s->oc));
    for (int first = 0; first < k.all; first += k.room) {
        take_input(&k, x, first);
        for (int o = 0; o < s->oc; o += LAC_PANEL)
            add_panel(&k, x, dy, first, o, sums);
    }
    for (int o = 0; o < s->oc; o += LAC_PANEL)
        lac_winograd_sums(out, sums + lac_winograd_panels(places, s->c, o), s->c,
                          least(LAC_PANEL, s->oc - o), partial + (size_t)o * 9 * s->c);
}

/* ---- Weights ------------------------------------------------------------------------------ */

/* A part of the panels of one pass, from c to oc channels. */
static void pack_pass(const lac_conv_shape *s, lac_part part, lac_kernels_at from, int c, int oc,
                      float *packed)
{
    const int out = out_of(s), places = (out + 2) * (out + 2);
    for (int o = 0; o < oc; o += LAC_PANEL, from.w += LAC_PANEL * from.across)
        if (o / LAC_PANEL % part.of == part.part)
            lac_winograd_weights(out, &from, c, least(LAC_PANEL, oc - o),
                                 packed + lac_winograd_panels(places, c, o));
}

static void winograd_pack(const lac_conv *conv, int thread, lac_part part, const float *w,
                          float *forward, float *backward)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    size_t line = (size_t)s->c * 9;
    if (forward)
        pack_pass(s, part, (lac_kernels_at){w, 9, line, 0}, s->c, s->oc, forward);
    if (backward)
        pack_pass(s, part, (lac_kernels_at){w, line, 9, 1}, s->oc, s->c, backward);
}

/* A partial is [panel, c, 9, columns]. */
static void winograd_unpack(const lac_conv *conv, int thread, const float *partial, float *dw)
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

/* For any number of pictures: fewer than a chunk may fall into larger groups. */
static size_t scratch_of(const lac_conv *conv)
{
    const lac_conv_shape *s = &conv->shape;
    const int places = tiling_of(s, s->c).places;
    size_t most = 0;
    for (int n = 1; n <= conv->chunk; n++) {
        int all = n * tiling_of(s, s->c).tiles;
        size_t floats[] = {group_floats(group_of_products(places, s->c, s->oc, all)),
                           group_floats(group_of_products(places, s->oc, s->c, all)),
                           group_floats(group_of_sums(places, s->c, all)) +
                               lac_winograd_panels(places, s->c, s->oc)};
        for (int i = 0; i < (conv->inference ? 1 : 3); i++)
            most = floats[i] > most ? floats[i] : most;
    }
    return most + (size_t)s->w * LAC_BLOCK;
}

lac_status LAC_NAME(lac_conv_use_winograd_f32)(lac_conv *conv)
{
    static const lac_conv_method method = {NULL,
                                           winograd_pack,
                                           winograd_forward,
                                           winograd_backward_data,
                                           winograd_backward_weights,
                                           winograd_unpack};
    const lac_conv_shape *s = &conv->shape;
    conv->method = &method;
    conv->name = out_of(s) == 4 ? "winograd_4x4:" LAC_ISA_TEXT : "winograd_3x3:" LAC_ISA_TEXT;
    conv->scratch = scratch_of(conv);
    const int places = tiling_of(s, s->c).places;
    size_t forward = lac_winograd_panels(places, s->c, s->oc);
    size_t backward = lac_winograd_panels(places, s->oc, s->c);
    conv->packed = forward > backward ? forward : backward;
    conv->partial = (size_t)9 * s->c * s->oc;
    return LAC_OK;
}
