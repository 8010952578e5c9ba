/* The sum of maps. A smaller map counts as if each of its pixels stood 2x2, 3x3, ... times. */
static void add(const map *x, int count, map z, int relu)
{
    clear_frame(z);
    for (int y = 0; y < z.h; y++)
        for (int i = 0; i < z.w; i++) {
            float *const to = pixel_at(z, y, i);
            clear(to, z.c);
            for (int k = 0; k < count; k++) {
                const int times = (z.h + x[k].h - 1) / x[k].h;
                const float *const from = pixel_at(x[k], y / times, i / times);
                for (int c = 0; c < z.c; c++)
                    to[c] += from[c];
            }
            for (int c = 0; relu && c < z.c; c++)
                to[c] = to[c] > 0.0f ? to[c] : 0.0f;
        }
}
