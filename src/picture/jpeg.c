/*
 * JPEG by libjpeg-turbo. Its errors come back by longjmp; nothing is printed. What it only warns
 * of and fills up with grey, a file that ends too early or data that make no sense, is an error
 * here: points on a half picture would be wrong without a word.
 */
#include "picture/picture.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum {
    QUALITY = 92,
    MOST_SCANS = 500, /* a progressive picture of a camera has 10; each may cost a whole pass */
    EXIF = JPEG_APP0 + 1
};

typedef struct trouble {
    struct jpeg_error_mgr base;
    jmp_buf back;
    char why[JMSG_LENGTH_MAX];
    int code; /* libjpeg's */
} trouble;

static void fail(j_common_ptr jpeg)
{
    trouble *t = (trouble *)(void *)jpeg->err;
    t->code = jpeg->err->msg_code;
    jpeg->err->format_message(jpeg, t->why);
    longjmp(t->back, 1);
}

static void look_at_warning(j_common_ptr jpeg, int level)
{
    static const int damage[] = {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE,
                                 JWRN_MUST_RESYNC, JWRN_ARITH_BAD_CODE};
    for (int i = 0; level < 0 && i < LAC_COUNT(damage); i++)
        if (jpeg->err->msg_code == damage[i])
            fail(jpeg);
}

static void say_nothing(j_common_ptr jpeg)
{
    (void)jpeg;
}

static struct jpeg_error_mgr *trouble_start(trouble *t)
{
    jpeg_std_error(&t->base);
    t->base.error_exit = fail;
    t->base.emit_message = look_at_warning;
    t->base.output_message = say_nothing;
    return &t->base;
}

static lac_status status_of(const trouble *t, lac_status otherwise)
{
    return t->code == JERR_OUT_OF_MEMORY ? LAC_ERROR_MEMORY : otherwise;
}

/* ---- Read ------------------------------------------------------------------------------ */

typedef struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    trouble trouble;
    int channels;
} reader;

static int is_jpeg(const uint8_t head[LAC_PHOTO_HEAD])
{
    return memcmp(head, "\xff\xd8\xff", 3) == 0;
}

static void limit_scans(j_common_ptr jpeg)
{
    if (((j_decompress_ptr)(void *)jpeg)->input_scan_number > MOST_SCANS)
        ERREXIT(jpeg, JERR_BAD_PROGRESSION);
}

static int orientation_of(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
        if (m->marker == EXIF && m->data_length > 6 && memcmp(m->data, "Exif\0\0", 6) == 0)
            return lac_exif_orientation(m->data, m->data_length);
    return 1;
}

/* Four inks cannot be made red, green and blue by the library. */
static int read_header(reader *r, lac_picture_file *file)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (setjmp(r->trouble.back))
        return 0;
    jpeg_create_decompress(jpeg);
    r->progress.progress_monitor = limit_scans;
    jpeg->progress = &r->progress;
    jpeg_save_markers(jpeg, EXIF, 0xffff);
    jpeg_mem_src(jpeg, file->bytes, (unsigned long)file->size);
    jpeg_read_header(jpeg, TRUE);
    file->orientation = orientation_of(jpeg);
    int has_inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
    r->channels = has_inks ? 4 : 3;
    return 1;
}

/* Adobe stores how much light an ink lets through, others how much it takes away. */
static void mix_inks(lac_photo *photo, int is_light)
{
    size_t pixels = (size_t)photo->width * (size_t)photo->height;
    const uint8_t *from = photo->rgb;
    uint8_t *to = photo->rgb, flip = is_light ? 0 : 255;
    for (size_t i = 0; i < pixels; i++, from += 4, to += 3) {
        int black = from[3] ^ flip;
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)(((from[c] ^ flip) * black + 127) / 255);
    }
}

static int read_rows(reader *r, lac_photo *photo)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    if (setjmp(r->trouble.back))
        return 0;
    jpeg_start_decompress(jpeg);
    size_t stride = (size_t)photo->width * (size_t)r->channels;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = photo->rgb + jpeg->output_scanline * stride;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
    int is_light = jpeg->saw_Adobe_marker;
    jpeg_finish_decompress(jpeg);
    if (r->channels == 4)
        mix_inks(photo, is_light);
    return 1;
}

static lac_status read_all(lac_context *ctx, lac_picture_file *file, reader *r, lac_photo **out)
{
    int good = read_header(r, file);
    if (good)
        LAC_TRY(lac_photo_promised(ctx, file, r->jpeg.image_width, r->jpeg.image_height,
                                   r->channels, out));
    if (good && (!*out || read_rows(r, *out)))
        return LAC_OK;
    lac_photo_free(out);
    return lac_fail(ctx, status_of(&r->trouble, LAC_ERROR_FORMAT),
                    "%s: a damaged JPEG picture: %s", file->name, r->trouble.why);
}

static lac_status read_jpeg(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    reader r = {0};
    *out = NULL;
    r.jpeg.err = trouble_start(&r.trouble);
    lac_status status = read_all(ctx, file, &r, out);
    jpeg_destroy_decompress(&r.jpeg);
    return status;
}

/* ---- Written --------------------------------------------------------------------------- */

typedef struct writer {
    struct jpeg_compress_struct jpeg;
    trouble trouble;
} writer;

/* EXIF with nothing but the orientation: a directory of one entry (exif.c). */
static void write_orientation(struct jpeg_compress_struct *jpeg, int orientation)
{
    const uint8_t exif[] = {
        'E', 'x', 'i', 'f', 0, 0,
        'M', 'M', 0, 42, 0, 0, 0, 8, /* where the directory is, from 'M' on */
        0, 1,                        /* its entries: */
        1, 0x12, 0, 3, 0, 0, 0, 1, 0, (uint8_t)orientation, 0, 0,
        0, 0, 0, 0,                  /* no further directory */
    };
    jpeg_write_marker(jpeg, EXIF, exif, sizeof exif);
}

static int write_rows(writer *w, const lac_photo *photo, int orientation, FILE *stream)
{
    struct jpeg_compress_struct *jpeg = &w->jpeg;
    if (setjmp(w->trouble.back))
        return 0;
    jpeg_create_compress(jpeg);
    jpeg_stdio_dest(jpeg, stream);
    jpeg->image_width = (JDIMENSION)photo->width;
    jpeg->image_height = (JDIMENSION)photo->height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, QUALITY, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    if (orientation != 1)
        write_orientation(jpeg, orientation);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = photo->rgb + 3 * (size_t)jpeg->next_scanline * (size_t)photo->width;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return 1;
}

static lac_status write_jpeg(lac_context *ctx, const lac_photo *photo, int orientation,
                             const lac_file *file)
{
    writer w = {0};
    w.jpeg.err = trouble_start(&w.trouble);
    lac_status status = LAC_OK;
    if (!write_rows(&w, photo, orientation, file->stream))
        status = lac_fail(ctx, status_of(&w.trouble, LAC_ERROR_IO),
                          "%s: cannot write: %s", file->path, w.trouble.why);
    jpeg_destroy_compress(&w.jpeg);
    return status;
}

const lac_picture_format lac_jpeg_format = {.name = "JPEG",
                                            .endings = ".jpg.jpeg",
                                            .is_it = is_jpeg,
                                            .read = read_jpeg,
                                            .write = write_jpeg};
