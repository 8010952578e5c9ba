/*
 * PGM and PPM, grey and colour, as numbers in text (P2, P3) or as bytes (P5, P6): the mark,
 * width, height and the largest value, then the values, row by row. A number above 255 takes
 * two bytes, the higher first. Blanks and comments, from # to the end of a line, stand between
 * numbers in text.
 */
#include "picture/picture.h"

#include <string.h>

enum { LARGEST = 65535 };

typedef struct reader {
    const uint8_t *at, *end;
    uint32_t most;  /* the largest value */
    int is_text;
    int is_good;    /* 0 once something was missing or too large */
} reader;

static int is_pgm(const uint8_t head[LAC_PHOTO_HEAD])
{
    return head[0] == 'P' && (head[1] == '2' || head[1] == '5') && memchr(" \t\r\n#", head[2], 5);
}

static int is_ppm(const uint8_t head[LAC_PHOTO_HEAD])
{
    return head[0] == 'P' && (head[1] == '3' || head[1] == '6') && memchr(" \t\r\n#", head[2], 5);
}

static int is_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(reader *r)
{
    for (int in_comment = 0; r->at < r->end; r->at++) {
        if (*r->at == '#')
            in_comment = 1;
        else if (*r->at == '\n' || *r->at == '\r')
            in_comment = 0;
        else if (!in_comment && !is_blank(*r->at))
            return;
    }
}

/* A number in text; of one beyond 10^8 the rest of its digits is missing a blank in front. */
static uint32_t take_number(reader *r)
{
    uint32_t value = 0;
    skip_blanks(r);
    const uint8_t *start = r->at;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && value < 100000000; r->at++)
        value = 10 * value + (uint32_t)(*r->at - '0');
    if (r->at == start || (r->at < r->end && !is_blank(*r->at) && *r->at != '#'))
        r->is_good = 0;
    return value;
}

static uint32_t take_bytes(reader *r)
{
    int count = r->most > 255 ? 2 : 1;
    if (r->end - r->at < count) {
        r->is_good = 0;
        return 0;
    }
    uint32_t value = *r->at++;
    return count == 2 ? value << 8 | *r->at++ : value;
}

/* Of 16 bits the upper 8 remain, as of a PNG. */
static uint8_t take_value(reader *r)
{
    uint32_t value = r->is_text ? take_number(r) : take_bytes(r);
    if (value > r->most)
        r->is_good = 0;
    return (uint8_t)(r->most == LARGEST ? value >> 8 : (value * 255 + r->most / 2) / r->most);
}

static void take_pixels(reader *r, int channels, const lac_photo *photo)
{
    size_t pixels = (size_t)photo->width * (size_t)photo->height;
    for (size_t i = 0; i < pixels && r->is_good; i++)
        for (int c = 0; c < 3; c++)
            photo->rgb[3 * i + c] = c < channels ? take_value(r) : photo->rgb[3 * i];
}

static lac_status read_pnm(lac_context *ctx, lac_picture_file *file, lac_photo **out)
{
    char kind = (char)file->bytes[1];
    int channels = kind == '3' || kind == '6' ? 3 : 1;
    reader r = {.at = file->bytes + 2,
                .end = file->bytes + file->size,
                .is_text = kind < '5',
                .is_good = 1};
    *out = NULL;
    uint32_t width = take_number(&r), height = take_number(&r);
    r.most = take_number(&r);
    if (!r.is_good || r.most == 0 || r.most > LARGEST)
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: a damaged P%c picture: width, height and a largest value from 1 to "
                        "%d must come first", file->name, kind, LARGEST);
    r.at += r.at < r.end; /* the one blank behind the largest value */
    /* A value takes a byte or more: a short file costs no memory. */
    if ((uint64_t)width * height * (uint64_t)channels > (uint64_t)(r.end - r.at))
        return lac_fail(ctx, LAC_ERROR_FORMAT,
                        "%s: a damaged P%c picture: too few bytes for %ux%u pixels", file->name,
                        kind, width, height);
    LAC_TRY(lac_photo_promised(ctx, file, width, height, 3, out));
    if (!*out)
        return LAC_OK;
    take_pixels(&r, channels, *out);
    if (r.is_good)
        return LAC_OK;
    lac_photo_free(out);
    return lac_fail(ctx, LAC_ERROR_FORMAT,
                    "%s: a damaged P%c picture: a value is missing, or larger than %u", file->name,
                    kind, r.most);
}

/* ---- Written --------------------------------------------------------------------------- */

/* Returns the number of pixels. */
static size_t write_header(const lac_photo *photo, const lac_file *file, int kind)
{
    fprintf(file->stream, "P%d\n%d %d\n255\n", kind, photo->width, photo->height);
    return (size_t)photo->width * (size_t)photo->height;
}

static lac_status write_ppm(lac_context *ctx, const lac_photo *photo, int orientation,
                            const lac_file *file)
{
    (void)orientation;
    (void)ctx;
    fwrite(photo->rgb, 3, write_header(photo, file, 6), file->stream);
    return LAC_OK;
}

static lac_status write_pgm(lac_context *ctx, const lac_photo *photo, int orientation,
                            const lac_file *file)
{
    (void)orientation;
    (void)ctx;
    size_t pixels = write_header(photo, file, 5);
    for (size_t i = 0; i < pixels; i++)
        putc((int)((lac_grey65536(photo->rgb + 3 * i) + 32768) >> 16), file->stream);
    return LAC_OK;
}

const lac_picture_format lac_ppm_format = {
    .name = "PPM", .endings = ".ppm.pnm", .is_it = is_ppm, .read = read_pnm, .write = write_ppm};
const lac_picture_format lac_pgm_format = {
    .name = "PGM", .endings = ".pgm", .is_it = is_pgm, .read = read_pnm, .write = write_pgm};
