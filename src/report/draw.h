/*
 * A drawing on its way into a file: cairo to draw with, .png (two pixels a unit) or .svg by the
 * name, written at once or not at all.
 */
#ifndef LAC_DRAW_H
#define LAC_DRAW_H

#include "base/base.h"

#include <cairo.h>

typedef struct lac_drawing {
    cairo_t *cr;
    cairo_surface_t *surface;
    lac_file file;
    int is_png;
} lac_drawing;

typedef enum lac_theme { LAC_LIGHT, LAC_DARK } lac_theme;

/* An empty sheet of width times height units. ARGUMENT for another ending, IO, MEMORY. */
lac_status lac_drawing_open(lac_context *ctx, const char *path, int width, int height,
                            lac_theme theme, lac_drawing *drawing);

/* Writes the file, or leaves the old one if anything failed; closes the drawing either way.
 * IO, MEMORY. */
lac_status lac_drawing_close(lac_context *ctx, lac_drawing *drawing);

/* A colour as 0xrrggbb; those below turn into their counterparts on a dark sheet. */
void lac_draw_color(cairo_t *cr, unsigned rgb);

/* Text whose anchor (0 its left end, 0.5 its middle, 1 its right end) is at x, on the line y.
 * Bytes that are no UTF-8 become '?': names come from files. */
void lac_draw_text(cairo_t *cr, double x, double y, double anchor, const char *text);

/* The same, cut to `width` with an ellipsis where it is wider. */
void lac_draw_fitting(cairo_t *cr, double x, double y, double anchor, double width,
                      const char *text);

/* Sans of this size from here on. */
void lac_draw_font(cairo_t *cr, double size, int bold);

#define LAC_INK 0x222222   /* text */
#define LAC_QUIET 0x777777 /* second text */
#define LAC_GRID 0xe4e4e4
#define LAC_RED 0xd62728
#define LAC_BLUE 0x1f77b4
#define LAC_GREEN 0x2a8c3c
#define LAC_ORANGE 0xc76a00
#define LAC_PURPLE 0x7b4fb5
#define LAC_BROWN 0x8c564b

#endif
