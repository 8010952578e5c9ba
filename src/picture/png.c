/* PNG by libpng. Its errors come back by longjmp to whoever called it last; nothing is printed. */
#include "picture/picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { WHY = 128 };

typedef struct work {
    png_structp png;
    png_infop info;
    char why[WHY];
    int is_out_of_memory;
    /* Read. */
    const uint8_t *bytes;
    size_t left;
    png_uint_32 width, height;
    int channels;
    /* Written. */
    FILE *stream;
} work;

static void fail(png_structp png, png_const_charp message)
{
    work *w = png_get_error_ptr(png);
    snprintf(w->why, sizeof w->why, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* libpng does not tell otherwise that memory was what it lacked. */
static png_voidp take_memory(png_structp png, png_alloc_size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        ((work *)png_get_mem_ptr(png))->is_out_of_memory = 1;
    return memory;
}

static void give_memory(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static lac_status status_of(const work *w, lac_status otherwise)
{
    return w->is_out_of_memory ? LAC_ERROR_MEMORY : otherwise;
}

/* ---- Read ------------------------------------------------------------------------------ */

static int is_png(const uint8_t head[LAC_PHOTO_HEAD])
{
    return memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static void take_bytes(png_structp png, png_bytep out, size_t count)
{
    work *w = png_get_io_ptr(png);
    if (count > w->left)
        png_error(png, "the file ends too early");
    memcpy(out, w->bytes, count);
    w->bytes += count;
    w->left -= count;
}

/* EXIF may stand behind the picture too, where nothing that reads on its way sees it. */
static int orientation_of(const work *w)
{
#ifdef PNG_eXIf_SUPPORTED
    png_bytep exif = NULL;
    png_uint_32 size = 0;
    if (png_get_eXIf_1(w->png, w->info, &size, &exif))
        return lac_exif_orientation(exif, size);
#else
    (void)w;
#endif
    return 1;
}

/* Every kind of PNG becomes 8 bits of red, green and blue, with alpha where it has any. */
static int read_header(work *w)
{
    if (setjmp(png_jmpbuf(w->png)))
        return 0;
    png_set_read_fn(w->png, w, take_bytes);
    png_set_crc_action(w->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(w->png, w->info);
    png_set_expand(w->png);
    png_set_strip_16(w->png);
    png_set_gray_to_rgb(w->png);
    w->width = png_get_image_width(w->png, w->info);
    w->height = png_get_image_height(w->png, w->info);
    int has_alpha = (png_get_color_type(w->png, w->info) & PNG_COLOR_MASK_ALPHA) ||
                    png_get_valid(w->png, w->info, PNG_INFO_tRNS);
    w->channels = has_alpha ? 4 : 3;
    return 1;
}

static int read_rows(work *w, const lac_photo *photo)
{
    if (setjmp(png_jmpbuf(w->png)))
        return 0;
    int passes = png_set_interlace_handling(w->png);
    png_read_update_info(w->png, w->info);
    size_t stride = (size_t)photo->width * (size_t)w->channels;
    if (png_get_rowbytes(w->png, w->info) != stride)
        png_error(w->png, "rows of an unexpected length");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < photo->height; y++)
            png_read_row(w->png, photo->rgb + (size_t)y * stride, NULL);
    png_read_end(w->png, NULL);
    return 1;
}

static lac_status read_all(lac_context *ctx, lac_picture_file *file, work *w,
                           lac_photo **out)
{
    int good = read_header(w);
    if (good) {
        file->orientation = orientation_of(w);
        LAC_TRY(lac_photo_promised(ctx, file, w->width, w->height, w->channels, out));
        if (!*out)
            return LAC_OK;
    }
    if (!good || !read_rows(w, *out)) {
        lac_photo_free(out);
        return lac_fail(ctx, status_of(w, LAC_ERROR_FORMAT), "%s: a damaged PNG picture: %s",
                        file->name, w->is_out_of_memory ? "out of memory" : w->why);
    }
    if (w->channels == 4)
        lac_photo_blend(*out);
    return LAC_OK;
}

static lac_status read_png(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    work w = {.bytes = file->bytes, .left = file->size};
    *out = NULL;
    w.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &w, fail, ignore, &w, take_memory,
                                     give_memory);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    lac_status status =
        w.info ? read_all(ctx, file, &w, out)
               : lac_fail(ctx, LAC_ERROR_MEMORY, "%s: out of memory", file->name);
    png_destroy_read_struct(&w.png, &w.info, NULL);
    return status;
}

/* ---- Written --------------------------------------------------------------------------- */

/* A failed write is seen at the end, as the stream's. */
static void put_bytes(png_structp png, png_bytep bytes, size_t count)
{
    const work *w = png_get_io_ptr(png);
    fwrite(bytes, 1, count, w->stream);
}

static void flush(png_structp png)
{
    (void)png;
}

static int write_rows(work *w, const lac_photo *photo)
{
    if (setjmp(png_jmpbuf(w->png)))
        return 0;
    png_set_write_fn(w->png, w, put_bytes, flush);
    png_set_IHDR(w->png, w->info, (png_uint_32)photo->width, (png_uint_32)photo->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(w->png, w->info);
    for (int y = 0; y < photo->height; y++)
        png_write_row(w->png, photo->rgb + 3 * (size_t)y * (size_t)photo->width);
    png_write_end(w->png, NULL);
    return 1;
}

static lac_status write_png(lac_context *ctx, const lac_photo *photo, int orientation,
                            const lac_file *file)
{
    (void)orientation;
    work w = {.stream = file->stream};
    w.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &w, fail, ignore, &w, take_memory,
                                      give_memory);
    w.info = w.png ? png_create_info_struct(w.png) : NULL;
    lac_status status = LAC_OK;
    if (!w.info || !write_rows(&w, photo))
        status = lac_fail(ctx, status_of(&w, LAC_ERROR_IO), "%s: cannot write: %s", file->path,
                          w.info && !w.is_out_of_memory ? w.why : "out of memory");
    png_destroy_write_struct(&w.png, &w.info);
    return status;
}

const lac_picture_format lac_png_format = {
    .name = "PNG", .endings = ".png", .is_it = is_png, .read = read_png, .write = write_png};
