/* Convolutions make the sums of PIXELS pixels and a block of channels at a time: a row of weights,
 * once loaded, serves all of these pixels, and the sums stay in registers. */
enum { PIXELS = 8 };

/* Where PIXELS pixels of a map's result come from and go to. */
typedef struct places {
    const float *from[PIXELS];  /* the kernel's first place in the input */
    const float *added[PIXELS]; /* or 0 */
    float *to[PIXELS];
} places;

/* The sums of LANES channels, those of a pixel BLOCK behind those of the one before, from k rows of
 * `run` = k * channels numbers, which are `step` apart. */
static void sum_lanes(const places *p, int k, int run, int step, const weight *w, float *sum)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};
    for (int y = 0; y < k; y++) {
        const float *const x0 = p->from[0] + y * step, *const x1 = p->from[1] + y * step;
        const float *const x2 = p->from[2] + y * step, *const x3 = p->from[3] + y * step;
        const float *const x4 = p->from[4] + y * step, *const x5 = p->from[5] + y * step;
        const float *const x6 = p->from[6] + y * step, *const x7 = p->from[7] + y * step;
        for (int i = 0; i < run; i++, w += BLOCK) {
            const lanes v = weights_at(w);
            s0 += x0[i] * v;
            s1 += x1[i] * v;
            s2 += x2[i] * v;
            s3 += x3[i] * v;
            s4 += x4[i] * v;
            s5 += x5[i] * v;
            s6 += x6[i] * v;
            s7 += x7[i] * v;
        }
    }
    *(lanes_at *)sum = s0;
    *(lanes_at *)(sum + BLOCK) = s1;
    *(lanes_at *)(sum + 2 * BLOCK) = s2;
    *(lanes_at *)(sum + 3 * BLOCK) = s3;
    *(lanes_at *)(sum + 4 * BLOCK) = s4;
    *(lanes_at *)(sum + 5 * BLOCK) = s5;
    *(lanes_at *)(sum + 6 * BLOCK) = s6;
    *(lanes_at *)(sum + 7 * BLOCK) = s7;
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
    for (int i = 0; i < BLOCK; i += LANES)
        sum_lanes(p, l->k, run, row_of(x), w + i, sum + i);
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
