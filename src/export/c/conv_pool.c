/* A convolution, then the largest of every 2x2 of its pixels; `strip` has room for two rows. */
static void conv_pool(map x, map z, map strip, const layer *l)
{
    const map nothing = {0, 0, 0, 0, 0};
    clear_frame(z);
    for (int y = 0; y < z.h; y++) {
        conv_rows(x, 2 * y, strip, nothing, l);
        for (int i = 0; i < z.w; i++) {
            const float *const a = pixel_at(strip, 0, 2 * i), *const b = pixel_at(strip, 1, 2 * i);
            float *const to = pixel_at(z, y, i);
            for (int c = 0; c < z.c; c++) {
                const float above = a[c] > a[z.c + c] ? a[c] : a[z.c + c];
                const float below = b[c] > b[z.c + c] ? b[c] : b[z.c + c];
                to[c] = above > below ? above : below;
            }
        }
    }
}
