/* Drawings in files: surfaces, endings, text. */
#include "report/draw.h"

#include <cairo-svg.h>
#include <math.h>
#include <string.h>

static cairo_status_t write_bytes(void *closure, const unsigned char *bytes, unsigned length)
{
    FILE *stream = closure;
    return fwrite(bytes, 1, length, stream) == length ? CAIRO_STATUS_SUCCESS
                                                      : CAIRO_STATUS_WRITE_ERROR;
}

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static const unsigned on_dark[][2] = {
    {LAC_INK, 0xe8e8e8},    {LAC_QUIET, 0xa0a4aa},  {LAC_GRID, 0x34383e},
    {LAC_RED, 0xff6b6b},    {LAC_BLUE, 0x6cb6ff},   {LAC_GREEN, 0x5fd07a},
    {LAC_ORANGE, 0xffab4a}, {LAC_PURPLE, 0xb794f6}, {LAC_BROWN, 0xd0a090},
};

static const cairo_user_data_key_t dark_key; /* only its address is used: present on a dark sheet */

lac_status lac_drawing_open(lac_context *ctx, const char *path, int width, int height,
                            lac_theme theme, lac_drawing *d)
{
    *d = (lac_drawing){.is_png = ends_with(path, ".png")};
    if (!d->is_png && !ends_with(path, ".svg"))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: a picture's name must end in .png or .svg",
                        path);
    LAC_TRY(lac_reserve(ctx));
    LAC_TRY(lac_reserve_handles(ctx));
    LAC_TRY(lac_file_create(ctx, path, &d->file));
    if (d->is_png)
        d->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 2 * width, 2 * height);
    else
        d->surface =
            cairo_svg_surface_create_for_stream(write_bytes, d->file.stream, width, height);
    d->cr = cairo_create(d->surface);
    if (d->is_png)
        cairo_scale(d->cr, 2, 2);
    lac_draw_color(d->cr, theme == LAC_DARK ? 0x16191d : 0xffffff);
    cairo_paint(d->cr);
    if (theme == LAC_DARK)
        cairo_set_user_data(d->cr, &dark_key, d->cr, NULL);
    return LAC_OK;
}

/* cairo remembers its first error, so one check at the end covers all drawing. */
lac_status lac_drawing_close(lac_context *ctx, lac_drawing *d)
{
    cairo_status_t drawn = cairo_status(d->cr);
    cairo_destroy(d->cr);
    if (drawn == CAIRO_STATUS_SUCCESS && d->is_png)
        drawn = cairo_surface_write_to_png_stream(d->surface, write_bytes, d->file.stream);
    cairo_surface_finish(d->surface);
    if (drawn == CAIRO_STATUS_SUCCESS)
        drawn = cairo_surface_status(d->surface);
    cairo_surface_destroy(d->surface);
    if (drawn == CAIRO_STATUS_SUCCESS)
        return lac_file_commit(ctx, &d->file);
    lac_status status = drawn == CAIRO_STATUS_NO_MEMORY ? LAC_ERROR_MEMORY : LAC_ERROR_IO;
    lac_fail(ctx, status, "%s: cannot draw: %s", d->file.path, cairo_status_to_string(drawn));
    lac_file_abandon(&d->file);
    return status;
}

void lac_draw_color(cairo_t *cr, unsigned rgb)
{
    if (cairo_get_user_data(cr, &dark_key))
        for (int i = 0; i < LAC_COUNT(on_dark); i++)
            if (on_dark[i][0] == rgb) {
                rgb = on_dark[i][1];
                break;
            }
    cairo_set_source_rgb(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

void lac_draw_font(cairo_t *cr, double size, int bold)
{
    cairo_select_font_face(cr, "sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
}

enum { MOST_TEXT = 160 };

/* Shortens the text to what there is room for. cairo takes nothing but UTF-8. */
static void make_drawable(const char *text, char out[MOST_TEXT])
{
    int used = 0;
    while (*text && used < MOST_TEXT - 4) {
        int length = lac_utf8_length(text);
        if (length)
            memcpy(out + used, text, (size_t)length);
        else
            out[used] = '?';
        used += length ? length : 1;
        text += length ? length : 1;
    }
    out[used] = '\0';
}

static double width_of(cairo_t *cr, const char *text)
{
    cairo_text_extents_t e;
    cairo_text_extents(cr, text, &e);
    return e.x_advance;
}

void lac_draw_fitting(cairo_t *cr, double x, double y, double anchor, double width,
                      const char *text)
{
    char drawn[MOST_TEXT];
    make_drawable(text, drawn);
    for (size_t end = strlen(drawn); end > 0 && width_of(cr, drawn) > width;) {
        do
            end--;
        while (end > 0 && (drawn[end] & 0xc0) == 0x80);
        memcpy(drawn + end, "\u2026", sizeof "\u2026");
    }
    cairo_move_to(cr, x - anchor * width_of(cr, drawn), y);
    cairo_show_text(cr, drawn);
    cairo_new_path(cr);
}

void lac_draw_text(cairo_t *cr, double x, double y, double anchor, const char *text)
{
    lac_draw_fitting(cr, x, y, anchor, INFINITY, text);
}
