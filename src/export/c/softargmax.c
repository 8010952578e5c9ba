/* e^x for x <= 0, to 1e-5 of itself: the series of e^(x/64), squared six times. What is below e^-32
 * is as good as nothing beside the 1 of the highest place. */
static float exponential(float x)
{
    const float t = (x < -32.0f ? -32.0f : x) / 64.0f;
    float e = 1.0f + t * (1.0f + t / 2.0f * (1.0f + t / 3.0f * (1.0f + t / 4.0f *
              (1.0f + t / 5.0f * (1.0f + t / 6.0f * (1.0f + t / 7.0f))))));
    e *= e; /* ^2 */
    e *= e; /* ^4 */
    e *= e; /* ^8 */
    e *= e; /* ^16 */
    e *= e; /* ^32 */
    return e * e;
}

/* The highest number of each of n maps. */
static void find_highest(map x, int c, int n, float *most)
{
    for (int j = 0; j < n; j++)
        most[j] = pixel_at(x, 0, 0)[c + j];
    for (int y = 0; y < x.h; y++)
        for (int i = 0; i < x.w; i++) {
            const float *const from = pixel_at(x, y, i) + c;
            for (int j = 0; j < n; j++)
                most[j] = from[j] > most[j] ? from[j] : most[j];
        }
}

/* The middle of the pixels of a picture of this side that place i of m covers, in half sides from
 * the picture's middle. */
static float place(float i, int m, int side)
{
    const float half = (float)side / 2.0f;
    return ((i + 0.5f) * (float)side / (float)m - 0.5f - half) / half;
}

/* Of n maps, one after the other in memory, the sums of e^value, and of it times the column and the
 * row. Sums run by rows first, which keeps their rounding small. */
typedef struct expected {
    float all[BLOCK], column[BLOCK], row[BLOCK];
} expected;

static void sum_places(map x, int c, int n, const float *most, expected *sum)
{
    for (int y = 0; y < x.h; y++) {
        float all[BLOCK] = {0}, column[BLOCK] = {0};
        for (int i = 0; i < x.w; i++) {
            const float *const from = pixel_at(x, y, i) + c;
            for (int j = 0; j < n; j++) {
                const float e = exponential(from[j] - most[j]);
                all[j] += e;
                column[j] += e * (float)i;
            }
        }
        for (int j = 0; j < n; j++) {
            sum->all[j] += all[j];
            sum->column[j] += column[j];
            sum->row[j] += all[j] * (float)y;
        }
    }
}

/* From each map the expected place under the softmax over its places: z is x0 y0 x1 y1 ... */
static void softargmax(map x, map z, int side)
{
    for (int c = 0; c < x.c; c += BLOCK) {
        const int n = smaller(BLOCK, x.c - c);
        float most[BLOCK];
        expected sum = {{0}, {0}, {0}};
        find_highest(x, c, n, most);
        sum_places(x, c, n, most, &sum);
        for (int j = 0; j < n; j++) {
            z.at[2 * (c + j)] = place(sum.column[j] / sum.all[j], x.w, side);
            z.at[2 * (c + j) + 1] = place(sum.row[j] / sum.all[j], x.h, side);
        }
    }
}
