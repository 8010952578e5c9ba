/*
 * A photo made small: every pixel is the mean of the area that it covers, border pixels by the
 * share of them that lies inside. First rows are added up, then columns.
 */
#include "detect/detect.h"

#include <stdlib.h>

typedef struct job {
    const lac_photo *photo;
    lac_small *small;
    float *lines; /* [threads][photo's width, 3] */
} job;

/* The share of source pixel `i` in [from, to). */
static float share(int i, double from, double to)
{
    double low = from > i ? from : i;
    double high = to < i + 1 ? to : i + 1;
    return high > low ? (float)((high - low) / (to - from)) : 0;
}

static void add_line(const uint8_t *restrict from, float by, float *restrict to, int count)
{
    for (int i = 0; i < count; i++)
        to[i] += by * (float)from[i];
}

static void make_row(void *arg, int row, int thread)
{
    const job *b = arg;
    const lac_small *small = b->small;
    int width = b->photo->width, height = b->photo->height;
    float *line = b->lines + (size_t)thread * width * 3;
    double top = row * small->scale_y, bottom = (row + 1) * small->scale_y;
    for (int i = 0; i < width * 3; i++)
        line[i] = 0;
    for (int i = (int)top; i < bottom && i < height; i++)
        add_line(b->photo->rgb + (size_t)i * width * 3, share(i, top, bottom), line, width * 3);
    uint8_t *to = small->own + (size_t)row * small->width * 3;
    for (int j = 0; j < small->width; j++, to += 3) {
        double left = j * small->scale_x, right = (j + 1) * small->scale_x;
        float sum[3] = {0.5f, 0.5f, 0.5f};
        for (int i = (int)left; i < right && i < width; i++) {
            float by = share(i, left, right);
            for (int c = 0; c < 3; c++)
                sum[c] += by * line[3 * i + c];
        }
        for (int c = 0; c < 3; c++)
            to[c] = sum[c] < 255 ? (uint8_t)sum[c] : 255;
    }
}

static int reduced(int side, int longer)
{
    int small = (int)((double)side * LAC_DETECT_SIDE / longer + 0.5);
    return small > 0 ? small : 1;
}

lac_status lac_small_make(lac_context *ctx, const lac_photo *photo, lac_small *out)
{
    int longer = photo->width > photo->height ? photo->width : photo->height;
    *out = (lac_small){photo->width, photo->height, photo->rgb, NULL, 1, 1};
    if (longer <= LAC_DETECT_SIDE)
        return LAC_OK;
    out->width = reduced(photo->width, longer);
    out->height = reduced(photo->height, longer);
    out->scale_x = (double)photo->width / out->width;
    out->scale_y = (double)photo->height / out->height;
    job b = {.photo = photo, .small = out};
    LAC_TRY(lac_alloc(ctx, (size_t)out->width * out->height, 3, &out->own));
    out->rgb = out->own;
    lac_status status =
        lac_alloc(ctx, (size_t)photo->width * 3 * ctx->threads, sizeof *b.lines, &b.lines);
    if (status == LAC_OK)
        lac_parallel(ctx, out->height, make_row, &b);
    else
        lac_small_free(out);
    free(b.lines);
    return status;
}

void lac_small_free(lac_small *small)
{
    free(small->own);
    *small = (lac_small){0};
}
