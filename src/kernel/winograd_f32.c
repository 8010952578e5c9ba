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

/* What kind of tiles a convolution has. */
typedef struct form {
    int out; /* of x: 4, 3, LAC_STRIDED */
    int places, matrices;
    const unsigned char *matrix; /* of a place */
    /* of x, of dy for its gradient and for that of the weights; to y, to dx */
    lac_winograd_take *take_x, *take_dy, *take_gradient;
    lac_winograd_put *put_y, *put_dx;
} form;

/* Of stride 1, the tiles that take fewer products: of 3 for pictures of 3, 5, 6, 9 and 21 pixels a
 * side. */
static const form *form_of(const lac_conv_shape *s)
{
    static const unsigned char own[36] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                          12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
                                          24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35};
    static const unsigned char shared[49] = {
        0,  1,  2,  3,  4,  4,  4,  5,  6,  7,  8,  9,  9,  9,  10, 11, 12,
        13, 14, 14, 14, 15, 16, 17, 18, 19, 19, 19, 20, 21, 22, 23, 24, 24,
        24, 20, 21, 22, 23, 24, 24, 24, 20, 21, 22, 23, 24, 24, 24};
    static const form of_4 = {4, 36, 36, own, lac_winograd_input, lac_winograd_input,
                              lac_winograd_gradient, lac_winograd_output, lac_winograd_output};
    static const form of_3 = {3, 25, 25, own, lac_winograd_input, lac_winograd_input,
                              lac_winograd_gradient, lac_winograd_output, lac_winograd_output};
    static const form strided = {LAC_STRIDED, 49, 25, shared, lac_strided_input, lac_strided_dy,
                                 lac_strided_gradient, lac_strided_output, lac_strided_dx};
    if (s->stride == 2)
        return &strided;
    return lac_winograd_products(s, 3) < lac_winograd_products(s, 4) ? &of_3 : &of_4;
}

static lac_tiling tiling_of(int out, int h, int w, int channels)
{
    int across = (w + out - 1) / out, down = (h + out - 1) / out;
    return (lac_tiling){.out = out,
                        .h = h,
                        .w = w,
                        .across = across,
                        .tiles = across * down,
                        .picture = (size_t)channels * h * w};
}

static lac_tiling tiling_of_x(const lac_conv_shape *s)
{
    return tiling_of(form_of(s)->out, s->h, s->w, s->c);
}

/* Its tiles are as many. */
static lac_tiling tiling_of_y(const lac_conv_shape *s)
{
    return tiling_of(form_of(s)->out / s->stride, s->oh, s->ow, s->oc);
}

/* Groups of `all` tiles of `channels`, in equal parts of about as many as the cache holds. A place
 * has one line more than it needs: an odd number of lines keeps the 36 of them apart in the
 * first-level cache. */
static lac_winograd_group group_of(const form *f, int channels, int all, int at_least)
{
    int fit = GROUP_FLOATS / (f->places * (channels + LAC_PANEL));
    fit = fit < at_least ? at_least : least(fit / GROUP_LEAST * GROUP_LEAST, GROUP_MOST);
    int parts = all < fit ? 1 : all / fit;
    int tiles = ((all + parts - 1) / parts + 1) / 2 * 2;
    size_t block = (size_t)tiles * LAC_BLOCK;
    return (lac_winograd_group){.places = f->places,
                                .tiles = tiles,
                                .matrix = f->matrix,
                                .block = block,
                                .place_v = channels / LAC_BLOCK * block + LAC_BLOCK,
                                .place_m = LAC_PANEL / LAC_BLOCK * block + LAC_BLOCK};
}

static lac_winograd_group group_of_products(const form *f, int c, int oc, int all)
{
    int streaming = f->matrices * (size_t)c * oc > STREAMING;
    return group_of(f, c, all, streaming ? GROUP_LEAST_STREAMING : GROUP_LEAST);
}

static lac_winograd_group group_of_sums(const form *f, int c, int all)
{
    return group_of(f, c, all, GROUP_LEAST_STREAMING);
}

static size_t group_floats(lac_winograd_group g)
{
    return g.places * (g.place_v + g.place_m);
}

/* A pass over the pictures of a chunk: its tiles, of which a group at a time is in scratch. V is
 * made of `from`, which has c channels; beside it is `to`, which has oc: what is written, or of the
 * weights' gradient dy. */
typedef struct chunk {
    const form *form;
    lac_tiling from, to;
    int c, oc;
    int all;  /* tiles of the chunk */
    int room; /* of a group */
    lac_winograd_group g;
    float *v, *other, *none;
} chunk;

static void chunk_begin(chunk *k, lac_winograd_group g, float *scratch)
{
    k->g = g;
    k->room = g.tiles;
    k->v = scratch;
    k->other = k->v + g.places * g.place_v;
    k->none = k->other + g.places * g.place_m;
    memset(k->none, 0, (size_t)k->from.w * LAC_BLOCK * sizeof *k->none);
}

/* Floats of a block of channels of one picture. */
static size_t plane_of(const lac_tiling *t)
{
    return (size_t)t->h * t->w * LAC_BLOCK;
}

static int tiles_at(const chunk *k, int first)
{
    return first < k->all ? least(k->room, k->all - first) : 0;
}

static void take_input(chunk *k, lac_winograd_take *take, const float *x, int first)
{
    k->g.tiles = tiles_at(k, first);
    for (int b = 0; b < k->c / LAC_BLOCK; b++)
        take(&k->from, x + b * plane_of(&k->from), first, k->g.tiles, k->none,
             k->v + b * k->g.block, k->g.place_v);
}

/* What the panel at channel o fetches of the x of the group at tile `first`: its share. */
static lac_winograd_fetch share_of_x(const chunk *k, const float *x, int first, int o)
{
    int blocks = k->c / LAC_BLOCK;
    int panels = (k->oc + LAC_PANEL - 1) / LAC_PANEL, panel = o / LAC_PANEL;
    int from = blocks * panel / panels, to = blocks * (panel + 1) / panels;
    return (lac_winograd_fetch){&k->from, x + from * plane_of(&k->from), first,
                                tiles_at(k, first), to - from};
}

/* The panel at channel o of y or dy, in the group at tile `first`. */
static lac_winograd_fetch panel_of_y(const chunk *k, const float *y, int first, int o)
{
    return (lac_winograd_fetch){&k->to, y + o / LAC_BLOCK * plane_of(&k->to), first,
                                tiles_at(k, first), least(LAC_PANEL, k->oc - o) / LAC_BLOCK};
}

/* Makes y of x: k->to of k->from. */
static void convolve(chunk *k, lac_winograd_take *take, lac_winograd_put *put, const float *x,
                     const float *packed, float *y, float *scratch)
{
    chunk_begin(k, group_of_products(k->form, k->c, k->oc, k->all), scratch);
    for (int first = 0; first < k->all; first += k->room) {
        take_input(k, take, x, first);
        for (int o = 0; o < k->oc; o += LAC_PANEL) {
            int columns = least(LAC_PANEL, k->oc - o);
            const lac_winograd_fetch fetch[] = {share_of_x(k, x, first + k->room, o),
                                                panel_of_y(k, y, first, o)};
            const float *u = packed + lac_winograd_panels(k->form->matrices, k->c, o);
            lac_winograd_multiply(&k->g, k->v, k->c, u, columns, k->other, fetch);
            for (int b = 0; b < columns / LAC_BLOCK; b++)
                put(&k->to, k->other + b * k->g.block, k->g.place_m, first, k->g.tiles,
                    y + (o / LAC_BLOCK + b) * plane_of(&k->to));
        }
    }
}

static void winograd_forward(const lac_conv *conv, int thread, int n, const void *x,
                             const float *packed, void *y, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    chunk k = {.form = form_of(s), .from = tiling_of_x(s), .to = tiling_of_y(s),
               .c = s->c, .oc = s->oc};
    k.all = n * k.from.tiles;
    convolve(&k, k.form->take_x, k.form->put_y, x, packed, y, scratch);
}

static void winograd_backward_data(const lac_conv *conv, int thread, int n, const void *dy,
                                   const float *packed, void *dx, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    chunk k = {.form = form_of(s), .from = tiling_of_y(s), .to = tiling_of_x(s),
               .c = s->oc, .oc = s->c};
    k.all = n * k.from.tiles;
    convolve(&k, k.form->take_dy, k.form->put_dx, dy, packed, dx, scratch);
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
        k->form->take_gradient(&k->to, dy + (o / LAC_BLOCK + b) * plane_of(&k->to), first,
                               k->g.tiles, k->none, k->other + b * k->g.block, k->g.place_m);
    lac_winograd_correlate(&k->g, k->v, k->c, k->other, columns, first > 0,
                           sums + lac_winograd_panels(k->form->matrices, k->c, o), fetch);
}

static void winograd_backward_weights(const lac_conv *conv, int thread, int n, const void *x,
                                      const void *dy, float *partial, float *scratch)
{
    (void)thread;
    const lac_conv_shape *s = &conv->shape;
    chunk k = {.form = form_of(s), .from = tiling_of_x(s), .to = tiling_of_y(s),
               .c = s->c, .oc = s->oc};
    const int matrices = k.form->matrices;
    float *sums = scratch;
    k.all = n * k.from.tiles;
    chunk_begin(&k, group_of_sums(k.form, s->c, k.all),
                sums + lac_winograd_panels(matrices, s->c, s->oc));
    for (int first = 0; first < k.all; first += k.room) {
        take_input(&k, k.form->take_x, x, first);
        for (int o = 0; o < s->oc; o += LAC_PANEL)
            add_panel(&k, x, dy, first, o, sums);
    }
    for (int o = 0; o < s->oc; o += LAC_PANEL)
        lac_winograd_sums(k.form->out, sums + lac_winograd_panels(matrices, s->c, o), s->c,
                          least(LAC_PANEL, s->oc - o), partial + (size_t)o * 9 * s->c);
}

/* ---- Weights ------------------------------------------------------------------------------ */

/* A part of the panels of one pass, from c to oc channels. */
static void pack_pass(const lac_conv_shape *s, lac_part part, lac_kernels_at from, int c, int oc,
                      float *packed)
{
    const form *f = form_of(s);
    for (int o = 0; o < oc; o += LAC_PANEL, from.w += LAC_PANEL * from.across)
        if (o / LAC_PANEL % part.of == part.part)
            lac_winograd_weights(f->out, &from, c, least(LAC_PANEL, oc - o),
                                 packed + lac_winograd_panels(f->matrices, c, o));
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
    const form *f = form_of(s);
    size_t most = 0;
    for (int n = 1; n <= conv->chunk; n++) {
        int all = n * tiling_of_x(s).tiles;
        size_t floats[] = {group_floats(group_of_products(f, s->c, s->oc, all)),
                           group_floats(group_of_products(f, s->oc, s->c, all)),
                           group_floats(group_of_sums(f, s->c, all)) +
                               lac_winograd_panels(f->matrices, s->c, s->oc)};
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
    conv->name = form_of(s)->out == LAC_STRIDED ? "winograd_strided:" LAC_ISA_TEXT
                 : form_of(s)->out == 4         ? "winograd_4x4:" LAC_ISA_TEXT
                                                : "winograd_3x3:" LAC_ISA_TEXT;
    conv->scratch = scratch_of(conv);
    size_t forward = lac_winograd_panels(form_of(s)->matrices, s->c, s->oc);
    size_t backward = lac_winograd_panels(form_of(s)->matrices, s->oc, s->c);
    conv->packed = forward > backward ? forward : backward;
    conv->partial = (size_t)9 * s->c * s->oc;
    return LAC_OK;
}
