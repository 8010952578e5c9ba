/*
 * Photos: what is written reads back, every kind of file gives the same picture, EXIF turns it
 * upright, damaged files are refused in a line, and boxes become crops where they should.
 */
#define _GNU_SOURCE /* memmem */
#include "picture/picture.h"
#include "tables.h"

#include <math.h>
#include <jpeglib.h>
#include <png.h>
#ifdef HAVE_WEBP
#include <webp/encode.h>
#endif

enum { WIDE = 37, HIGH = 23 };

/* A smooth picture without symmetry, so that every turn shows and JPEG keeps it. */
static lac_photo *drawn(const fixture *f, int width, int height)
{
    lac_photo *photo;
    assert_ok(f->ctx, lac_photo_new(f->ctx, width, height, &photo));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t *rgb = photo->rgb + 3 * (y * width + x);
            rgb[0] = (uint8_t)(20 + 200 * x / width);
            rgb[1] = (uint8_t)(30 + 180 * y / height);
            rgb[2] = (uint8_t)(250 - 100 * x / width - 100 * y / height);
        }
    return photo;
}

static lac_photo *load(const fixture *f, const char *path)
{
    lac_photo *photo;
    assert_ok(f->ctx, lac_photo_load(f->ctx, path, &photo));
    return photo;
}

/* The largest difference of a value. */
static int difference(const lac_photo *a, const lac_photo *b)
{
    int most = 0;
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    for (int i = 0; i < 3 * a->width * a->height; i++)
        most = abs(a->rgb[i] - b->rgb[i]) > most ? abs(a->rgb[i] - b->rgb[i]) : most;
    return most;
}

static void assert_file_shows(const fixture *f, const char *path, const lac_photo *want, int most)
{
    lac_photo *got = load(f, path);
    int found = difference(got, want);
    if (found > most)
        fail_msg("%s differs by %d, at most %d", path, found, most);
    lac_photo_free(&got);
}

static void refuse(const fixture *f, const char *path, const char *why)
{
    lac_photo *photo;
    assert_status(f->ctx, lac_photo_load(f->ctx, path, &photo), LAC_ERROR_FORMAT);
    assert_null(photo);
    assert_message(f->ctx, path);
    assert_message(f->ctx, why);
}

/* ---- Kinds of files -------------------------------------------------------------------- */

static void written_photos_read_back(void **state)
{
    const fixture *f = *state;
    static const struct {
        const char *name;
        int most;
    } kinds[] = {{"a.png", 0}, {"a.PPM", 0}, {"a.jpg", 12}, {"a.jpeg", 12}};
    lac_photo *photo = drawn(f, WIDE, HIGH);
    for (int i = 0; i < LAC_COUNT(kinds); i++) {
        test_path path = path_in(&f->folder, kinds[i].name);
        assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
        assert_file_shows(f, path.text, photo, kinds[i].most);
    }
    lac_photo_free(&photo);
}

static void grey_is_weighed_as_jpeg_weighs_it(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, WIDE, HIGH), *grey;
    test_path path = path_in(&f->folder, "a.pgm");
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
    grey = load(f, path.text);
    for (int i = 0; i < WIDE * HIGH; i++) {
        const uint8_t *c = photo->rgb + 3 * i, *g = grey->rgb + 3 * i;
        assert_true(fabs(g[0] - (0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2])) < 0.502);
        assert_true(g[0] == g[1] && g[0] == g[2]);
    }
    lac_photo_free(&photo);
    lac_photo_free(&grey);
}

static void the_name_says_nothing_about_what_is_read(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, WIDE, HIGH);
    test_path png = path_in(&f->folder, "a.png"), jpg = path_in(&f->folder, "a.jpg");
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, png.text));
    assert_int_equal(rename(png.text, jpg.text), 0);
    assert_file_shows(f, jpg.text, photo, 0);
    test_path text = put(f, "b.png", "no picture");
    refuse(f, text.text, "not a picture");
    refuse(f, put(f, "c.png", "").text, "an empty file");
    assert_int_equal(lac_photo_is_one(text.text), 1);
    assert_int_equal(lac_photo_is_one(put(f, "list.csv", "a,b\n").text), 0);
    assert_int_equal(lac_photo_is_one(put(f, "grey", "P2 1 1 9 3").text), 1);
    lac_photo_free(&photo);
}

static void pnm_is_read_in_every_way_of_writing(void **state)
{
    const fixture *f = *state;
    static const char *const same[] = {
        "P2\n# made by hand\n2 1 # two\n255\n17 # first\n\t204\n",
        "P2 2 1 15 1 12",
        "P2 2 1 65535 4369 52428",
        "P3 2 1 255 17 17 17 204 204 204",
    };
    for (int i = 0; i < LAC_COUNT(same); i++) {
        lac_photo *photo = load(f, put(f, "a", same[i]).text);
        static const uint8_t want[] = {17, 17, 17, 204, 204, 204};
        assert_memory_equal(photo->rgb, want, 6);
        lac_photo_free(&photo);
    }
    test_path path = path_in(&f->folder, "b");
    file_put(path.text, "P5 2 1\n65535\n\x11\xff\xcc\x00", 17);
    lac_photo *photo = load(f, path.text);
    assert_true(photo->rgb[0] == 0x11 && photo->rgb[3] == 0xcc);
    lac_photo_free(&photo);
}

static void broken_pnm_is_refused(void **state)
{
    const fixture *f = *state;
    static const char *const bad[][2] = {
        {"P2 2 1 255 17", "is missing"},     {"P2 2 1 255 17 256", "larger than 255"},
        {"P2 2 1 255 17 2x", "is missing"},  {"P2 0 1 255 17", "0x1 pixels"},
        {"P2 2 1 0 17 17", "from 1 to"},     {"P2 2 1 65536 17 17", "from 1 to"},
        {"P5 2 1 255 a", "too few bytes"},   {"P6 60000 60000 255 abc", "too few bytes"},
        {"P5 -1 1 255 a", "must come first"}, {"P5 ", "must come first"},
        {"P5 99999999999 1 255 a", "must come first"}, {"P2 2 1 255 # 17 18", "is missing"},
    };
    for (int i = 0; i < LAC_COUNT(bad); i++)
        refuse(f, put(f, "a", bad[i][0]).text, bad[i][1]);
}

/* A PNG of this kind of the bytes of `rows`, as libpng takes them. */
typedef struct png_kind {
    int color, depth, is_interlaced;
    int has_key; /* the colour 7, 7, 7 is transparent */
} png_kind;

static void png_put(const char *path, png_kind kind, int width, int height, const uint8_t *rows,
                    size_t stride)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_bytep row[64];
    FILE *file = fopen(path, "wb");
    png_color palette[256];
    png_color_16 key = {.index = 7, .red = 7, .green = 7, .blue = 7, .gray = 7};
    assert_non_null(file);
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, kind.depth, kind.color,
                 kind.is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    for (int i = 0; i < 256; i++)
        palette[i] = (png_color){(png_byte)i, (png_byte)(255 - i), (png_byte)(i / 2)};
    if (kind.color == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 256);
    if (kind.has_key)
        png_set_tRNS(png, info, NULL, 0, &key);
    for (int y = 0; y < height; y++) {
        row[y] = malloc(stride);
        memcpy(row[y], rows + (size_t)y * stride, stride);
    }
    png_set_rows(png, info, row);
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_destroy_write_struct(&png, &info);
    for (int y = 0; y < height; y++)
        free(row[y]);
    fclose(file);
}

static void every_kind_of_png_is_read(void **state)
{
    const fixture *f = *state;
    enum { W = 5, H = 4 };
    uint8_t rows[H * W * 8];
    for (int i = 0; i < (int)sizeof rows; i++)
        rows[i] = (uint8_t)(7 + 3 * i);
    rows[0] = rows[1] = rows[2] = 7;
    test_path path = path_in(&f->folder, "a.png");
    static const struct {
        png_kind kind;
        int bytes; /* of a pixel */
    } kinds[] = {
        {{PNG_COLOR_TYPE_GRAY, 8, 0, 0}, 1},      {{PNG_COLOR_TYPE_GRAY, 8, 1, 0}, 1},
        {{PNG_COLOR_TYPE_GRAY, 16, 0, 0}, 2},     {{PNG_COLOR_TYPE_GRAY, 8, 0, 1}, 1},
        {{PNG_COLOR_TYPE_PALETTE, 8, 1, 0}, 1},   {{PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0, 0}, 2},
        {{PNG_COLOR_TYPE_GRAY_ALPHA, 16, 1, 0}, 4}, {{PNG_COLOR_TYPE_RGB, 8, 1, 0}, 3},
        {{PNG_COLOR_TYPE_RGB, 8, 1, 1}, 3},       {{PNG_COLOR_TYPE_RGB, 16, 0, 0}, 6},
        {{PNG_COLOR_TYPE_RGB_ALPHA, 8, 1, 0}, 4}, {{PNG_COLOR_TYPE_RGB_ALPHA, 16, 0, 0}, 8},
    };
    for (int i = 0; i < LAC_COUNT(kinds); i++) {
        png_kind kind = kinds[i].kind;
        int bytes = kinds[i].bytes, step = kind.depth / 8;
        int is_color = (kind.color & PNG_COLOR_MASK_COLOR) && kind.color != PNG_COLOR_TYPE_PALETTE;
        png_put(path.text, kind, W, H, rows, (size_t)(W * bytes));
        lac_photo *photo = load(f, path.text);
        for (int p = 0; p < W * H; p++) {
            const uint8_t *from = rows + p * bytes;
            int alpha = kind.color & PNG_COLOR_MASK_ALPHA ? from[bytes - step] : 255;
            if (kind.has_key && from[0] == 7 && (!is_color || (from[1] == 7 && from[2] == 7)))
                alpha = 0;
            for (int c = 0; c < 3; c++) {
                int v = from[is_color ? c * step : 0];
                if (kind.color == PNG_COLOR_TYPE_PALETTE)
                    v = c == 0 ? v : c == 1 ? 255 - v : v / 2;
                int want = (v * alpha + 255 * (255 - alpha) + 127) / 255;
                if (photo->rgb[3 * p + c] != want)
                    fail_msg("kind %d, pixel %d, channel %d: %d, must be %d", i, p, c,
                             photo->rgb[3 * p + c], want);
            }
        }
        lac_photo_free(&photo);
    }
}

/* Writes values [HIGH, WIDE, channels] as JPEG. */
static void jpeg_put(const char *path, J_COLOR_SPACE space, int is_progressive,
                     const uint8_t *values)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = WIDE;
    jpeg.image_height = HIGH;
    jpeg.in_color_space = space;
    jpeg.input_components = space == JCS_GRAYSCALE ? 1 : space == JCS_CMYK ? 4 : 3;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 98, TRUE);
    if (is_progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = malloc(WIDE * 4);
        size_t stride = (size_t)(WIDE * jpeg.input_components);
        memcpy(row, values + jpeg.next_scanline * stride, stride);
        jpeg_write_scanlines(&jpeg, &row, 1);
        free(row);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
}

/* Inks are written as Adobe's programs do, as the light that they let through. */
static void every_kind_of_jpeg_is_read(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "a.jpg");
    lac_photo *photo = drawn(f, WIDE, HIGH), *grey = drawn(f, WIDE, HIGH),
              *inks = drawn(f, WIDE, HIGH);
    uint8_t one[WIDE * HIGH], four[4 * WIDE * HIGH];
    for (int i = 0; i < WIDE * HIGH; i++) {
        one[i] = photo->rgb[3 * i];
        memset(grey->rgb + 3 * i, one[i], 3);
        memcpy(four + 4 * i, photo->rgb + 3 * i, 3);
        four[4 * i + 3] = 204;
        for (int c = 0; c < 3; c++)
            inks->rgb[3 * i + c] = (uint8_t)(photo->rgb[3 * i + c] * 4 / 5);
    }
    jpeg_put(path.text, JCS_GRAYSCALE, 0, one);
    assert_file_shows(f, path.text, grey, 4);
    jpeg_put(path.text, JCS_CMYK, 0, four);
    assert_file_shows(f, path.text, inks, 6);
    jpeg_put(path.text, JCS_RGB, 1, photo->rgb);
    assert_file_shows(f, path.text, photo, 8);
    lac_photo_free(&photo);
    lac_photo_free(&grey);
    lac_photo_free(&inks);
}

/* Each scan of a progressive picture may cost a pass over all of it: a small file could take for
 * ever. The first scan is repeated. */
static void a_jpeg_of_a_thousand_scans_is_refused(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "a.jpg");
    lac_photo *photo = drawn(f, WIDE, HIGH);
    size_t size;
    jpeg_put(path.text, JCS_RGB, 1, photo->rgb);
    char *bytes = file_bytes(path.text, &size);
    char *scan = memmem(bytes, size, "\xff\xda", 2), *end = scan + 2;
    assert_non_null(scan);
    while (end[0] != '\xff' || end[1] == 0)
        end++;
    FILE *file = fopen(path.text, "wb");
    fwrite(bytes, 1, (size_t)(end - bytes), file);
    for (int i = 0; i < 1000; i++)
        fwrite(scan, 1, (size_t)(end - scan), file);
    fwrite(end, 1, size - (size_t)(end - bytes), file);
    fclose(file);
    refuse(f, path.text, "a damaged JPEG picture");
    assert_message(f->ctx, "progress");
    free(bytes);
    lac_photo_free(&photo);
}

static void webp_is_read_or_named(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, WIDE, HIGH);
#ifdef HAVE_WEBP
    uint8_t *bytes;
    test_path path = path_in(&f->folder, "a.webp");
    size_t size = WebPEncodeLosslessRGB(photo->rgb, WIDE, HIGH, 3 * WIDE, &bytes);
    assert_true(size > 0);
    file_put(path.text, bytes, size);
    assert_file_shows(f, path.text, photo, 0);
    for (size_t cut = LAC_PHOTO_HEAD; cut < size; cut++) {
        file_put(path.text, bytes, cut);
        refuse(f, path.text, "a damaged WebP picture");
    }
    WebPFree(bytes);
    static const uint8_t clear[] = {9, 9, 9, 0, 8, 8, 8, 255};
    size = WebPEncodeLosslessRGBA(clear, 2, 1, 8, &bytes);
    file_put(path.text, bytes, size);
    lac_photo *blended = load(f, path.text);
    assert_true(blended->rgb[0] == 255 && blended->rgb[3] == 8);
    lac_photo_free(&blended);
    WebPFree(bytes);
#else
    test_path path = path_in(&f->folder, "a.webp");
    file_put(path.text, "RIFF\0\0\0\0WEBPVP8 ", 16);
    refuse(f, path.text, "without libwebp");
#endif
    lac_photo_free(&photo);
}

/* ---- Orientation ----------------------------------------------------------------------- */

/* Puts an EXIF segment behind a JPEG's first two bytes. */
static void tag(const char *from, const char *to, int orientation, int is_little)
{
    uint8_t exif[] = {0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, '*', 0, 0, 0, 8,
                      0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (uint8_t)orientation, 0, 0, 0, 0,
                      0, 0};
    const uint8_t little[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0,
                              (uint8_t)orientation, 0};
    size_t size;
    char *bytes = file_bytes(from, &size);
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    if (is_little)
        memcpy(exif + 10, little, sizeof little);
    fwrite(bytes, 1, 2, file);
    fwrite(exif, 1, sizeof exif, file);
    fwrite(bytes + 2, 1, size - 2, file);
    fclose(file);
    free(bytes);
}

/* Where EXIF says that the first row and the first column of what is stored are looked at. */
static void looked_at(int orientation, int width, int height, int x, int y, int *column, int *row)
{
    int right = width - 1 - x, bottom = height - 1 - y;
    const int at[9][2] = {{0, 0}, {x, y}, {right, y}, {right, bottom}, {x, bottom},
                          {y, x}, {bottom, x}, {bottom, right}, {y, right}};
    *column = at[orientation][0];
    *row = at[orientation][1];
}

/* Whether the file, which stores a photo turned, is read upright, and its sides are told. */
static void assert_upright(const fixture *f, const char *path, const lac_photo *stored, int o)
{
    int known = o >= 1 && o <= 8 ? o : 1;
    lac_sides sides;
    lac_photo *upright = load(f, path);
    assert_int_equal(upright->width, known < 5 ? WIDE : HIGH);
    assert_int_equal(upright->height, known < 5 ? HIGH : WIDE);
    for (int y = 0; y < HIGH; y++)
        for (int x = 0; x < WIDE; x++) {
            int column, row;
            looked_at(known, WIDE, HIGH, x, y, &column, &row);
            assert_memory_equal(upright->rgb + 3 * (row * upright->width + column),
                                stored->rgb + 3 * (y * WIDE + x), 3);
        }
    assert_ok(f->ctx, lac_photo_sides(f->ctx, path, &sides));
    assert_true(sides.width == WIDE && sides.height == HIGH && sides.orientation == known);
    lac_photo_free(&upright);
}

static void all_eight_orientations_are_turned_upright(void **state)
{
    const fixture *f = *state;
    test_path plain = path_in(&f->folder, "a.jpg"), turned = path_in(&f->folder, "b.jpg");
    lac_photo *photo = drawn(f, WIDE, HIGH), *stored;
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, plain.text));
    stored = load(f, plain.text);
    for (int o = 0; o <= 9; o++) {
        tag(plain.text, turned.text, o, o % 2);
        assert_upright(f, turned.text, stored, o);
    }
    lac_photo_free(&stored);
    lac_photo_free(&photo);
}

/* A directory of one entry. */
enum { TIFF = 26 };

static void fill_tiff(uint8_t tiff[TIFF], int orientation)
{
    const uint8_t bytes[TIFF] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1,
                                 0, (uint8_t)orientation};
    memcpy(tiff, bytes, TIFF);
}

static void put_turned_png(const char *path, const lac_photo *photo, int orientation)
{
    uint8_t tiff[TIFF];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fill_tiff(tiff, orientation);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)photo->width, (png_uint_32)photo->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_eXIf_1(png, info, TIFF, tiff);
    png_write_info(png, info);
    for (int y = 0; y < photo->height; y++)
        png_write_row(png, photo->rgb + 3 * y * photo->width);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    fclose(file);
}

static void a_png_is_turned_by_exif_too(void **state)
{
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "a.png");
    lac_photo *photo = drawn(f, WIDE, HIGH);
    for (int o = 1; o <= 8; o++) {
        put_turned_png(path.text, photo, o);
        assert_upright(f, path.text, photo, o);
    }
    lac_photo_free(&photo);
}

#ifdef HAVE_WEBP
static void put_chunk(FILE *file, const char *name, const uint8_t *bytes, size_t size)
{
    const uint8_t head[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), 0};
    fwrite(name, 1, 4, file);
    fwrite(head, 1, 4, file);
    fwrite(bytes, 1, size, file);
    if (size % 2)
        putc(0, file);
}

/* What stands in front of a simple file's only chunk has 20 bytes. */
static void put_turned_webp(const char *path, const lac_photo *photo, int orientation)
{
    enum { HEAD = 20 };
    const uint8_t about[10] = {8, 0, 0, 0, WIDE - 1, 0, 0, HIGH - 1, 0, 0}; /* there is EXIF */
    uint8_t tiff[TIFF], *simple;
    size_t size = WebPEncodeLosslessRGB(photo->rgb, photo->width, photo->height, 3 * photo->width,
                                        &simple);
    size_t data = simple[16] | (size_t)simple[17] << 8 | (size_t)simple[18] << 16;
    assert_true(size >= HEAD + data && memcmp(simple + 12, "VP8L", 4) == 0);
    size_t all = 4 + 8 + sizeof about + 8 + data + data % 2 + 8 + TIFF;
    const uint8_t head[4] = {(uint8_t)all, (uint8_t)(all >> 8), (uint8_t)(all >> 16), 0};
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fill_tiff(tiff, orientation);
    fwrite("RIFF", 1, 4, file);
    fwrite(head, 1, 4, file);
    fwrite("WEBP", 1, 4, file);
    put_chunk(file, "VP8X", about, sizeof about);
    put_chunk(file, "VP8L", simple + HEAD, data);
    put_chunk(file, "EXIF", tiff, TIFF);
    fclose(file);
    WebPFree(simple);
}
#endif

static void a_webp_is_turned_by_exif_too(void **state)
{
#ifdef HAVE_WEBP
    const fixture *f = *state;
    test_path path = path_in(&f->folder, "a.webp");
    lac_photo *photo = drawn(f, WIDE, HIGH);
    for (int o = 1; o <= 8; o++) {
        put_turned_webp(path.text, photo, o);
        assert_upright(f, path.text, photo, o);
    }
    lac_photo_free(&photo);
#else
    (void)state;
    skip();
#endif
}

static void sides_are_told_without_a_picture(void **state)
{
    const fixture *f = *state;
    lac_sides sides;
    assert_ok(f->ctx, lac_photo_sides(f->ctx, put(f, "a.pgm", "P2 3 2 255 1 2 3 4 5 6").text,
                                      &sides));
    assert_true(sides.width == 3 && sides.height == 2 && sides.orientation == 1);
    assert_ok(f->ctx, lac_photo_sides(f->ctx, put(f, "a.pgm", "P2 3 2 3 1 2 3 4 5 6").text,
                                      &sides)); /* the values are not looked at */
    assert_status(f->ctx, lac_photo_sides(f->ctx, put(f, "a.png", "no picture").text, &sides),
                  LAC_ERROR_FORMAT);
}

static void exif_that_makes_no_sense_says_nothing(void **state)
{
    (void)state;
    uint8_t tiff[] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0};
    assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 6);
    for (size_t cut = 0; cut < sizeof tiff; cut++) {
        uint8_t *some = malloc(cut + 1);
        memcpy(some, tiff, cut);
        assert_int_equal(lac_exif_orientation(some, cut), 1);
        free(some);
    }
    for (int at = 4; at < 8; at++) {
        uint8_t before = tiff[at];
        tiff[at] = 0xff;
        assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 1);
        tiff[at] = before;
    }
    tiff[9] = 255; /* entries that are not there */
    assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 6);
    tiff[13] = 4; /* a number of another type */
    assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 1);
    tiff[19] = 0; /* a whole one */
    tiff[21] = 8;
    assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 8);
    tiff[13] = 2; /* a text */
    assert_int_equal(lac_exif_orientation(tiff, sizeof tiff), 1);
}

/* ---- Damage ---------------------------------------------------------------------------- */

static void files_cut_anywhere_are_refused(void **state)
{
    const fixture *f = *state;
    static const char *const names[] = {"a.png", "a.jpg", "a.ppm", "a.pgm"};
    lac_photo *photo = drawn(f, WIDE, HIGH);
    for (int i = 0; i < LAC_COUNT(names); i++) {
        test_path path = path_in(&f->folder, names[i]);
        size_t size;
        assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
        char *bytes = file_bytes(path.text, &size);
        for (size_t cut = 0; cut < size; cut++) {
            file_put(path.text, bytes, cut);
            refuse(f, path.text, "");
        }
        free(bytes);
    }
    lac_photo_free(&photo);
}

static void a_wrong_checksum_is_refused(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, WIDE, HIGH);
    test_path path = path_in(&f->folder, "a.png");
    size_t size;
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
    char *bytes = file_bytes(path.text, &size);
    static const size_t from_end[] = {1, 13, 20}; /* the end's, the data's, the data */
    for (int i = 0; i < LAC_COUNT(from_end); i++) {
        bytes[size - from_end[i]] ^= 1;
        file_put(path.text, bytes, size);
        refuse(f, path.text, "a damaged PNG picture");
        bytes[size - from_end[i]] ^= 1;
    }
    free(bytes);
    lac_photo_free(&photo);
}

/* CRC-32 of PNG. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * (3 - i));
}

static void sizes_beyond_the_limits_are_refused_before_there_is_memory(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, WIDE, HIGH);
    test_path png = path_in(&f->folder, "a.png"), jpg = path_in(&f->folder, "a.jpg");
    size_t size;
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, png.text));
    assert_ok(f->ctx, lac_photo_save(f->ctx, photo, jpg.text));
    static const uint32_t sides[][2] = {{60000, 60000}, {32768, 1}, {1, 32768}, {20000, 5001}};
    char *bytes = file_bytes(png.text, &size);
    for (int i = 0; i < LAC_COUNT(sides); i++) {
        put32((uint8_t *)bytes + 16, sides[i][0]);
        put32((uint8_t *)bytes + 20, sides[i][1]);
        put32((uint8_t *)bytes + 29, checksum((uint8_t *)bytes + 12, 17));
        file_put(png.text, bytes, size);
        refuse(f, png.text, "must be 1 to 32767 a side and 100000000 in all");
    }
    put32((uint8_t *)bytes + 16, 0);
    put32((uint8_t *)bytes + 29, checksum((uint8_t *)bytes + 12, 17));
    file_put(png.text, bytes, size);
    refuse(f, png.text, "a damaged PNG picture");
    free(bytes);
    bytes = file_bytes(jpg.text, &size);
    char *frame = memmem(bytes, size, "\xff\xc0", 2);
    assert_non_null(frame);
    memcpy(frame + 5, "\xea\x60\xea\x60", 4);
    file_put(jpg.text, bytes, size);
    refuse(f, jpg.text, "60000x60000 pixels");
    memcpy(frame + 5, "\0\0\0\1", 4);
    file_put(jpg.text, bytes, size);
    refuse(f, jpg.text, "a damaged JPEG picture");
    free(bytes);
    lac_photo_free(&photo);
}

static void what_cannot_be_written_leaves_what_was(void **state)
{
    const fixture *f = *state;
    lac_photo *photo = drawn(f, 200, 200), *none;
    static const char *const names[] = {"a.png", "a.jpg", "a.ppm", "a.pgm"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        test_path path = path_in(&f->folder, names[i]);
        assert_ok(f->ctx, lac_photo_save(f->ctx, photo, path.text));
        files_at_most(300);
        assert_status(f->ctx, lac_photo_save(f->ctx, photo, path.text), LAC_ERROR_IO);
        files_at_most(0);
        assert_message(f->ctx, path.text);
        lac_photo *old = load(f, path.text);
        lac_photo_free(&old);
    }
    assert_int_equal(file_count(f->folder.path), LAC_COUNT(names));
    assert_status(f->ctx, lac_photo_save(f->ctx, photo, "a.gif"), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_photo_save(f->ctx, photo, "a.webp"), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_photo_save(f->ctx, photo, "png"), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_photo_new(f->ctx, 0, 5, &none), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_photo_new(f->ctx, 20000, 5001, &none), LAC_ERROR_ARGUMENT);
    assert_status(f->ctx, lac_photo_load(f->ctx, "missing.png", &none), LAC_ERROR_IO);
    assert_status(f->ctx, lac_photo_load(f->ctx, f->folder.path, &none), LAC_ERROR_IO);
    lac_photo_free(&photo);
}

/* ---- Crops ----------------------------------------------------------------------------- */

static lac_photo *grey_photo(const fixture *f, int width, int height,
                             double (*value)(double, double))
{
    lac_photo *photo;
    assert_ok(f->ctx, lac_photo_new(f->ctx, width, height, &photo));
    for (int i = 0; i < width * height; i++)
        for (int c = 0; c < 3; c++)
            photo->rgb[3 * i + c] = (uint8_t)lround(value(i % width, i / width));
    return photo;
}

static double ramp(double x, double y)
{
    return 20 + 1.5 * x + 0.5 * y;
}

static double noise(double x, double y)
{
    return (double)(lac_random(1, 2, (uint64_t)(x + 1000 * y)) & 255);
}

/* On a ramp, a crop's pixel is the ramp's value where its middle is, at any scale. */
static void crops_show_what_is_where_they_look(void **state)
{
    const fixture *f = *state;
    static const lac_box boxes[] = {{10, 12, 32, 32},    {10.3, 12.8, 32, 32},
                                    {20, 20, 8.5, 8.5},  {5.25, 3.5, 77.7, 77.7},
                                    {4, 4, 110, 60},     {30, 30, 0.5, 0.5}};
    enum { SIZE = 16 };
    uint8_t grey[SIZE * SIZE];
    lac_photo *photo = grey_photo(f, 120, 90, ramp);
    for (int b = 0; b < LAC_COUNT(boxes); b++) {
        const lac_box *box = &boxes[b];
        assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, box, SIZE, grey));
        for (int i = 0; i < SIZE * SIZE; i++) {
            float xy[2] = {(float)(i % SIZE), (float)(i / SIZE)}, back[2];
            lac_box_to_photo(box, SIZE, xy, 1, xy);
            assert_true(fabs(grey[i] - ramp((double)xy[0], (double)xy[1])) < 1.01);
            lac_box_from_photo(box, SIZE, xy, 1, back);
            assert_true(fabs((double)back[0] - i % SIZE) < 1e-3);
        }
    }
    lac_photo_free(&photo);
}

static void a_box_of_as_many_pixels_is_copied(void **state)
{
    const fixture *f = *state;
    enum { SIZE = 20 };
    uint8_t grey[SIZE * SIZE];
    lac_photo *photo = grey_photo(f, 50, 40, noise);
    const lac_box box = {7, 9, SIZE, SIZE};
    assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &box, SIZE, grey));
    for (int i = 0; i < SIZE * SIZE; i++)
        assert_int_equal(grey[i], (int)noise(7 + i % SIZE, 9 + i / SIZE));
    lac_photo_free(&photo);
}

/* Every pixel of the photo counts as much as any other, however far it is reduced. */
static void a_larger_box_is_averaged(void **state)
{
    const fixture *f = *state;
    uint8_t one, four[4];
    double sum = 0;
    lac_photo *photo = grey_photo(f, 60, 60, noise);
    const lac_box whole = {0, 0, 60, 60};
    for (int i = 0; i < 3600; i++)
        sum += photo->rgb[3 * i];
    assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &whole, 1, &one));
    assert_int_equal(one, lround(sum / 3600));
    assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &whole, 2, four));
    assert_true(fabs((four[0] + four[1] + four[2] + four[3]) / 4.0 - sum / 3600) <= 0.5);
    lac_photo_free(&photo);
}

static void the_border_is_repeated(void **state)
{
    const fixture *f = *state;
    enum { SIZE = 8 };
    uint8_t grey[SIZE * SIZE];
    lac_photo *photo = grey_photo(f, 50, 40, noise);
    const lac_box far[] = {{-500, -500, 40, 40}, {900, -500, 3, 3}, {-1e9, 1e9, 1, 1}};
    const double want[] = {noise(0, 0), noise(49, 0), noise(0, 39)};
    for (int b = 0; b < LAC_COUNT(far); b++) {
        assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &far[b], SIZE, grey));
        for (int i = 0; i < SIZE * SIZE; i++)
            assert_int_equal(grey[i], (int)want[b]);
    }
    const lac_box half = {-4, 0, SIZE, SIZE};
    assert_ok(f->ctx, lac_photo_crop(f->ctx, photo, &half, SIZE, grey));
    for (int i = 0; i < SIZE; i++)
        assert_int_equal(grey[i], (int)noise(i < 4 ? 0 : i - 4, 0));
    const lac_box bad[] = {{0, 0, 0, 5}, {0, 0, 5, -1}, {(double)NAN, 0, 5, 5}, {1.1e9, 0, 5, 5},
                           {0, 0, (double)INFINITY, 5}};
    for (int b = 0; b < LAC_COUNT(bad); b++)
        assert_status(f->ctx, lac_photo_crop(f->ctx, photo, &bad[b], SIZE, grey),
                      LAC_ERROR_ARGUMENT);
    lac_photo_free(&photo);
}

static void a_rule_makes_a_square_of_a_box(void **state)
{
    (void)state;
    const lac_crop yunet = {"yunet", 1.19, -0.09, 0.07};
    const lac_box face = {100, 50, 200, 270}, square = lac_crop_of(&yunet, &face);
    assert_true(fabs(square.x - 82) < 1e-9 && fabs(square.y - 64) < 1e-9);
    assert_true(fabs(square.width - 238) < 1e-9 && fabs(square.height - 238) < 1e-9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(written_photos_read_back),
        TEST(grey_is_weighed_as_jpeg_weighs_it),
        TEST(the_name_says_nothing_about_what_is_read),
        TEST(pnm_is_read_in_every_way_of_writing),
        TEST(broken_pnm_is_refused),
        TEST(every_kind_of_png_is_read),
        TEST(every_kind_of_jpeg_is_read),
        TEST(a_jpeg_of_a_thousand_scans_is_refused),
        TEST(webp_is_read_or_named),
        TEST(all_eight_orientations_are_turned_upright),
        TEST(a_png_is_turned_by_exif_too),
        TEST(a_webp_is_turned_by_exif_too),
        TEST(sides_are_told_without_a_picture),
        TEST(exif_that_makes_no_sense_says_nothing),
        TEST(files_cut_anywhere_are_refused),
        TEST(a_wrong_checksum_is_refused),
        TEST(sizes_beyond_the_limits_are_refused_before_there_is_memory),
        TEST(what_cannot_be_written_leaves_what_was),
        TEST(crops_show_what_is_where_they_look),
        TEST(a_box_of_as_many_pixels_is_copied),
        TEST(a_larger_box_is_averaged),
        TEST(the_border_is_repeated),
        TEST(a_rule_makes_a_square_of_a_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
