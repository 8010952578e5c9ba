/* Photos in memory: what may be made, and what readers of files share. */
#include "picture/picture.h"

#include <stdlib.h>

static int is_too_large(uint64_t width, uint64_t height)
{
    return width > LAC_PHOTO_MAX_SIDE || height > LAC_PHOTO_MAX_SIDE ||
           width * height > LAC_PHOTO_MAX_PIXELS;
}

static lac_status make(lac_context *ctx, int width, int height, int channels, lac_photo **out)
{
    lac_photo *photo;
    *out = NULL;
    LAC_TRY(lac_alloc(ctx, 1, sizeof *photo, &photo));
    *photo = (lac_photo){.width = width, .height = height};
    size_t pixels = (size_t)width * (size_t)height;
    lac_status status = lac_alloc(ctx, pixels, (size_t)channels, &photo->rgb);
    if (status == LAC_OK)
        *out = photo;
    else
        free(photo);
    return status;
}

lac_status lac_photo_new(lac_context *ctx, int width, int height, lac_photo **out)
{
    *out = NULL;
    if (width < 1 || height < 1 || is_too_large((uint64_t)width, (uint64_t)height))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a photo of %dx%d pixels; must be 1 to %d a side and %d in all", width,
                        height, LAC_PHOTO_MAX_SIDE, LAC_PHOTO_MAX_PIXELS);
    return make(ctx, width, height, 3, out);
}

void lac_photo_free(lac_photo **photo)
{
    if (!*photo)
        return;
    free((*photo)->rgb);
    free(*photo);
    *photo = NULL;
}

lac_status lac_photo_promised(lac_context *ctx, lac_picture_file *file, uint64_t width,
                              uint64_t height, int channels, lac_photo **out)
{
    *out = NULL;
    if (width == 0 || height == 0 || is_too_large(width, height))
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: a picture of %llux%llu pixels; must be 1 to %d a side and %d in all",
                        file->name, (unsigned long long)width, (unsigned long long)height,
                        LAC_PHOTO_MAX_SIDE, LAC_PHOTO_MAX_PIXELS);
    file->width = (int)width;
    file->height = (int)height;
    return file->is_for_size ? LAC_OK : make(ctx, (int)width, (int)height, channels, out);
}

void lac_photo_blend(lac_photo *photo)
{
    size_t pixels = (size_t)photo->width * (size_t)photo->height;
    const uint8_t *from = photo->rgb;
    uint8_t *to = photo->rgb;
    for (size_t i = 0; i < pixels; i++, from += 4, to += 3) {
        int alpha = from[3];
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}
