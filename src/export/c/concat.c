/* The channels of all maps, one map behind the other. */
static void concat(const map *x, int count, map z)
{
    clear_frame(z);
    for (int y = 0; y < z.h; y++)
        for (int i = 0; i < z.w; i++) {
            float *to = pixel_at(z, y, i);
            for (int k = 0; k < count; k++) {
                const float *const from = pixel_at(x[k], y, i);
                for (int c = 0; c < x[k].c; c++)
                    *to++ = from[c];
            }
        }
}
