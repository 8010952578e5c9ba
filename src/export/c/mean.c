/* The mean of each map over its pixels. */
static void mean(map x, map z)
{
    clear(z.at, z.c);
    for (int y = 0; y < x.h; y++)
        for (int i = 0; i < x.w; i++)
            for (int c = 0; c < x.c; c++)
                z.at[c] += pixel_at(x, y, i)[c];
    for (int c = 0; c < x.c; c++)
        z.at[c] /= (float)(x.h * x.w);
}
