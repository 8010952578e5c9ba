/* Bytes 0 to 255 become 0 to 1. */
static void picture(const unsigned char *pixels, map z)
{
    clear_frame(z);
    for (int y = 0; y < z.h; y++)
        for (int x = 0; x < z.w; x++)
            *pixel_at(z, y, x) = (float)pixels[y * z.w + x] / 255.0f;
}
