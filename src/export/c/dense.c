typedef void dense_sums_function(map x, const weight *w, float *sum);

static dense_sums_function *find_dense_sums(void)
{
#if HAS_WIDER_LANES
    if (widest() > LANES)
        return widest() == LANES16 ? dense_sums16 : dense_sums8;
#endif
    return dense_sums;
}

/* A dense layer: every number of z from all of x, a block of outputs at a time. */
static void dense(map x, map z, const layer *l)
{
    const int inputs = x.h * x.w * x.c;
    for (int c = 0; c < z.c; c += BLOCK) {
        float sum[BLOCK];
        find_dense_sums()(x, l->weights + c * inputs, sum);
        for (int j = 0; j < smaller(BLOCK, z.c - c); j++)
            z.at[c + j] = finish(l, c + j, sum[j], 0.0f);
    }
}
