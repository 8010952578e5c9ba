/* A dense layer: every number of z from all of x, a block of outputs at a time. */
static void dense(map x, map z, const layer *l)
{
    const weight *w = l->weights;
    for (int c = 0; c < z.c; c += BLOCK) {
        lanes sum[BLOCK / LANES];
        for (int j = 0; j < BLOCK / LANES; j++)
            sum[j] = (lanes){0};
        for (int y = 0; y < x.h; y++) {
            const float *const from = pixel_at(x, y, 0);
            for (int i = 0; i < x.w * x.c; i++, w += BLOCK)
                for (int j = 0; j < BLOCK / LANES; j++)
                    sum[j] += from[i] * weights_at(w + j * LANES);
        }
        float value[BLOCK];
        for (int j = 0; j < BLOCK / LANES; j++)
            *(lanes_at *)(value + j * LANES) = sum[j];
        for (int j = 0; j < smaller(BLOCK, z.c - c); j++)
            z.at[c + j] = finish(l, c + j, value[j], 0.0f);
    }
}
