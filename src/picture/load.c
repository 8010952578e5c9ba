/* Photos as files: the first bytes say which format reads, the name's ending which one writes. */
#include "base/letters.h"
#include "picture/picture.h"

#include <stdlib.h>
#include <string.h>

static const lac_picture_format *const formats[] = {
    &lac_png_format, &lac_jpeg_format, &lac_ppm_format, &lac_pgm_format, &lac_webp_format,
};

/* ---- Read ------------------------------------------------------------------------------ */

static const lac_picture_format *format_of(const uint8_t *bytes, size_t size)
{
    uint8_t head[LAC_PHOTO_HEAD] = {0};
    memcpy(head, bytes, size < sizeof head ? size : sizeof head);
    for (int i = 0; i < LAC_COUNT(formats); i++)
        if (formats[i]->is_it(head))
            return formats[i];
    return NULL;
}

lac_status lac_photo_decode(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    *out = NULL;
    file->orientation = 1;
    const lac_picture_format *format = format_of(file->bytes, file->size);
    if (!format)
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        file->size ? "%s: not a picture in PNG, JPEG, PGM, PPM or WebP"
                                   : "%s: an empty file",
                        file->name);
    return format->read(ctx, file, out);
}

/* Decodes the file at the path; *file says what is wanted, and takes what is found. */
static lac_status load(lac_context *ctx, const char *path, lac_picture_file *file, lac_photo **out)
{
    lac_stamp stamp;
    char *bytes;
    *out = NULL;
    if (lac_path_exists(path) && !lac_path_is_folder(path) && !lac_path_is_file(path))
        return lac_fail(ctx, LAC_ERROR_IO, "%s: a pipe or a device, not a file", path);
    if (lac_file_stamp(path, &stamp) && stamp.size > LAC_PHOTO_MAX_BYTES)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a picture of %lld bytes; at most %d are read",
                        path, (long long)stamp.size, LAC_PHOTO_MAX_BYTES);
    LAC_TRY(lac_file_read(ctx, path, &bytes, &file->size));
    file->name = path;
    file->bytes = (const uint8_t *)bytes;
    lac_status status = lac_photo_decode(ctx, file, out);
    free(bytes);
    return status;
}

lac_status lac_photo_load_stored(lac_context *ctx, const char *path, lac_photo **out,
                                 int *orientation)
{
    lac_picture_file file = {.orientation = 1};
    lac_status status = load(ctx, path, &file, out);
    *orientation = file.orientation;
    return status;
}

lac_status lac_photo_sides(lac_context *ctx, const char *path, lac_sides *out)
{
    lac_photo *none;
    lac_picture_file file = {.is_for_size = 1, .orientation = 1};
    LAC_TRY(load(ctx, path, &file, &none));
    *out = (lac_sides){file.width, file.height, file.orientation};
    return LAC_OK;
}

lac_status lac_photo_load(lac_context *ctx, const char *path, lac_photo **out)
{
    int orientation;
    LAC_TRY(lac_photo_load_stored(ctx, path, out, &orientation));
    lac_status status = lac_photo_turn(ctx, *out, orientation);
    if (status != LAC_OK)
        lac_photo_free(out);
    return status;
}

/* ---- Names ----------------------------------------------------------------------------- */

static const lac_picture_format *format_named(const char *path)
{
    const char *dot = strrchr(path, '.');
    size_t length = dot ? strlen(dot) : 0;
    for (int i = 0; i < LAC_COUNT(formats) && length > 1; i++)
        for (const char *e = formats[i]->endings; *e; e += 1 + strcspn(e + 1, "."))
            if (lac_begin_alike(e, dot, length) && (e[length] == '.' || !e[length]))
                return formats[i];
    return NULL;
}

int lac_name_is_photo(const char *path)
{
    return format_named(path) != NULL;
}

int lac_name_is_unread(const char *path)
{
    static const char *const endings[] = {".bmp",  ".dib",  ".gif", ".tif", ".tiff", ".heic",
                                          ".heif", ".avif", ".jp2", ".jxl", ".pbm",  ".pam",
                                          ".dng",  ".cr2",  ".nef", ".arw"};
    const char *dot = strrchr(path, '.');
    int i = 0;
    while (dot && i < LAC_COUNT(endings) && !lac_is_alike(dot, endings[i]))
        i++;
    return dot && i < LAC_COUNT(endings);
}

int lac_photo_is_one(const char *path)
{
    if (lac_name_is_photo(path))
        return 1;
    uint8_t head[LAC_PHOTO_HEAD] = {0};
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return format_of(head, size) != NULL;
}

lac_status lac_photo_save_stored(lac_context *ctx, const lac_photo *photo, int orientation,
                                 const char *path)
{
    const lac_picture_format *format = format_named(path);
    if (!format || !format->write)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "%s: a picture's name must end in .png, .jpg, .jpeg, .ppm or .pgm", path);
    if (orientation != 1 && format != &lac_jpeg_format)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: orientation %d; %s is stored upright", path,
                        orientation, format->name);
    lac_file file;
    LAC_TRY(lac_file_create(ctx, path, &file));
    return lac_file_finish(ctx, &file, format->write(ctx, photo, orientation, &file));
}

lac_status lac_photo_save(lac_context *ctx, const lac_photo *photo, const char *path)
{
    return lac_photo_save_stored(ctx, photo, 1, path);
}
