typedef void conv_sums_function(const places *p, int k, int run, int step, const weight *weights,
                                float *sum);

static conv_sums_function *find_conv_sums(void)
{
#if HAS_WIDER_LANES
    if (widest() > LANES)
        return widest() == LANES16 ? conv_sums16 : conv_sums8;
#endif
    return conv_sums;
}

/* The pixels of z from number `first` on, in reading order; beyond the last one, the last again.
 * Row 0 of z is row `top` of the convolution's result. */
static places find_places(map x, int top, map z, map added, const layer *l, int first)
{
    places p;
    for (int i = 0; i < PIXELS; i++) {
        const int pixel = smaller(first + i, z.h * z.w - 1);
        const int row = pixel / z.w, column = pixel % z.w;
        p.from[i] = pixel_at(x, (top + row) * l->stride - l->k / 2,
                             column * l->stride - l->k / 2);
        p.added[i] = added.at ? pixel_at(added, row, column) : 0;
        p.to[i] = pixel_at(z, row, column);
    }
    return p;
}

/* The block of channels from `c` on of these places. */
static void conv_block(map x, map z, const layer *l, const places *p, int c)
{
    const int run = l->k * x.c, channels = smaller(BLOCK, z.c - c);
    const weight *const w = l->weights + c * l->k * run;
    float sum[PIXELS * BLOCK];
    find_conv_sums()(p, l->k, run, row_of(x), w, sum);
    for (int i = 0; i < PIXELS; i++)
        for (int j = 0; j < channels; j++)
            p->to[i][c + j] = finish(l, c + j, sum[i * BLOCK + j],
                                     p->added[i] ? p->added[i][c + j] : 0.0f);
}

/* The rows of a convolution's result that z has, from row `top` on. */
static void conv_rows(map x, int top, map z, map added, const layer *l)
{
    for (int c = 0; c < z.c; c += BLOCK)
        for (int first = 0; first < z.h * z.w; first += PIXELS) {
            const places p = find_places(x, top, z, added, l, first);
            conv_block(x, z, l, &p, c);
        }
}
