/* Maps: h x w pixels of c channels, the channels of a pixel side by side. Around them lies a frame
 * of zeros, as wide as the widest kernel that reads them wants, so that no kernel asks where the
 * border is. A vector is a map of one pixel without a frame. */
typedef struct map {
    float *at; /* [h + 2 frame, w + 2 frame, c] */
    int h, w, c, frame;
} map;

/* Numbers from one row to the next. */
static int row_of(map m)
{
    return (m.w + 2 * m.frame) * m.c;
}

static float *pixel_at(map m, int y, int x)
{
    return m.at + (y + m.frame) * row_of(m) + (x + m.frame) * m.c;
}

static void clear(float *at, int count)
{
    for (int i = 0; i < count; i++)
        at[i] = 0.0f;
}

static void clear_frame(map m)
{
    const int row = row_of(m), side = m.frame * m.c;
    for (int y = -m.frame; y < m.h + m.frame; y++) {
        float *const first = pixel_at(m, y, -m.frame);
        if (y < 0 || y >= m.h) {
            clear(first, row);
        } else {
            clear(first, side);
            clear(first + row - side, side);
        }
    }
}
