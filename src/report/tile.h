/*
 * A picture with points on it, ready to be painted by cairo or written as an inline SVG of
 * a page, and sheets of such tiles in titled bands.
 */
#ifndef LAC_TILE_H
#define LAC_TILE_H

#include "image/image.h"
#include "report/draw.h"

/* A point, in pixels from the picture's top left corner. A label may have a line to where it was
 * predicted. */
typedef struct lac_mark {
    double x, y;
    double to_x, to_y;
    int has_line;
    int is_hollow;
    unsigned color;
} lac_mark;

typedef struct lac_tile {
    int size;
    uint8_t *pixels; /* [size, size] */
    lac_mark *mark;
    int marks;
    char left[32], right[32]; /* caption */
} lac_tile;

/* What a tile shows. */
typedef struct lac_tile_source {
    const lac_data *data;
    int row;
    const float *xy;  /* [2K] predictions, or NULL */
    const lac_view *view; /* of the row's picture; NULL: as it is */
    const lac_blemish *blemish; /* what spoils the view, or NULL */
    int tells_sides;  /* 1: points whose names have left_ are filled, the others hollow */
    const uint8_t *filled; /* [K] 1: filled, the others hollow; NULL: all are filled */
} lac_tile_source;

/* Makes a tile: labels with both coordinates are red, predictions blue. MEMORY. */
lac_status lac_tile_make(lac_context *ctx, const lac_tile_source *source, lac_tile *out);

enum { LAC_BAND_TILES = 6, LAC_SHEET_BANDS = 3, LAC_MOST_BANDS = 4,
       LAC_TILE_SIDE = 150 };

typedef struct lac_band {
    const char *name;
    int count;
    lac_tile tile[LAC_BAND_TILES];
} lac_band;

typedef struct lac_sheet {
    char title[160];
    const char *note;
    int has_predictions; /* 1: the legend explains the blue points */
    int bands;
    lac_band band[LAC_MOST_BANDS];
} lac_sheet;

void lac_sheet_size(const lac_sheet *sheet, int *width, int *height);
void lac_sheet_draw(cairo_t *cr, const lac_sheet *sheet);

/* Draws the sheet into a file, .png or .svg by the name. ARGUMENT, IO, MEMORY. */
lac_status lac_sheet_plot(lac_context *ctx, const lac_sheet *sheet, const char *path);

/* Writes a tile as an SVG element, without its caption. MEMORY. */
lac_status lac_tile_write(lac_context *ctx, FILE *stream, const lac_tile *tile);
void lac_tile_free(lac_tile *tile);

/* Writes the bands as HTML, without the title. MEMORY. */
lac_status lac_sheet_write(lac_context *ctx, FILE *stream, const lac_sheet *sheet);
void lac_sheet_free(lac_sheet *sheet);

#endif
