/* WebP by libwebp, where that was found when the library was built. */
#include "picture/picture.h"

#include <string.h>

static int is_webp(const uint8_t head[LAC_PHOTO_HEAD])
{
    return memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0;
}

#ifdef HAVE_WEBP

#include <webp/decode.h>

static const char *word_of(VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return "no memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return "of a kind that is not known";
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return "the file ends too early";
    default:
        return "its data make no sense";
    }
}

static lac_status fail(lac_context *ctx, const lac_picture_file *file, VP8StatusCode code)
{
    return lac_fail(ctx,
                    code == VP8_STATUS_OUT_OF_MEMORY ? LAC_ERROR_MEMORY : LAC_ERROR_FORMAT,
                    "%s: a damaged WebP picture: %s", file->name, word_of(code));
}

/* A chunk is a name of four letters, a size, the lower byte first, and as many bytes, and one more
 * where they are odd in number. */
static int orientation_of(const lac_picture_file *file)
{
    enum { FIRST = 12, HEAD = 8 };
    const uint8_t *p = file->bytes;
    for (size_t at = FIRST; at <= file->size && file->size - at >= HEAD;) {
        const uint8_t *s = p + at + 4;
        size_t size = s[0] | (size_t)s[1] << 8 | (size_t)s[2] << 16 | (size_t)s[3] << 24;
        if (size > file->size - at - HEAD)
            return 1;
        if (memcmp(p + at, "EXIF", 4) == 0)
            return lac_exif_orientation(p + at + HEAD, size);
        at += HEAD + size + size % 2;
    }
    return 1;
}

static lac_status read_webp(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    WebPDecoderConfig config;
    *out = NULL;
    if (!WebPInitDecoderConfig(&config))
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: libwebp is of another version", file->name);
    VP8StatusCode code = WebPGetFeatures(file->bytes, file->size, &config.input);
    if (code != VP8_STATUS_OK)
        return fail(ctx, file, code);
    if (config.input.has_animation)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a WebP animation, not one picture",
                        file->name);
    int channels = config.input.has_alpha ? 4 : 3;
    file->orientation = orientation_of(file);
    LAC_TRY(lac_photo_promised(ctx, file, (uint64_t)config.input.width,
                               (uint64_t)config.input.height, channels, out));
    if (!*out)
        return LAC_OK;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = (*out)->rgb;
    config.output.u.RGBA.stride = channels * (*out)->width;
    config.output.u.RGBA.size = (size_t)channels * (size_t)(*out)->width * (size_t)(*out)->height;
    code = WebPDecode(file->bytes, file->size, &config);
    if (code != VP8_STATUS_OK) {
        lac_photo_free(out);
        return fail(ctx, file, code);
    }
    if (channels == 4)
        lac_photo_blend(*out);
    return LAC_OK;
}

#else

static lac_status read_webp(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    *out = NULL;
    return lac_fail(ctx, LAC_ERROR_FORMAT,
                    "%s: a WebP picture, which this build does not read (it was built without "
                    "libwebp)", file->name);
}

#endif

const lac_picture_format lac_webp_format = {
    .name = "WebP", .endings = ".webp", .is_it = is_webp, .read = read_webp};
