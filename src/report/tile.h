/*
 * A picture with points on it, ready to be painted by cairo or written as an inline SVG of
 * a page, and sheets of such tiles in titled bands.
 */
#ifndef LAC_TILE_H
#define LAC_TILE_H

#include "report/draw.h"

/* A point in the picture's units from its top left corner; with a line to where it should be. */
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

/* Where a tile comes from. */
typedef struct lac_tile_source {
    const lac_data *data;
    int row;
    const float *xy;  /* [2K] predictions, or NULL */
    int is_mirrored;  /* the row's mirror image */
    int tells_sides;  /* points whose names have left_ are filled, the others hollow */
} lac_tile_source;

/* Labels red where both coordinates exist, all predictions blue. MEMORY. */
lac_status lac_tile_make(lac_context *ctx, const lac_tile_source *source, lac_tile *out);

enum { LAC_BAND_TILES = 6, LAC_SHEET_BANDS = 3, LAC_TILE_SIDE = 150 };

typedef struct lac_band {
    const char *name;
    int count;
    lac_tile tile[LAC_BAND_TILES];
} lac_band;

typedef struct lac_sheet {
    char title[160];
    const char *note;
    int has_predictions; /* for the legend */
    int bands;
    lac_band band[LAC_SHEET_BANDS];
} lac_sheet;

void lac_sheet_size(const lac_sheet *sheet, int *width, int *height);
void lac_sheet_draw(cairo_t *cr, const lac_sheet *sheet);

/* The bands as HTML, without the title. MEMORY. */
lac_status lac_sheet_write(lac_context *ctx, FILE *stream, const lac_sheet *sheet);
void lac_sheet_free(lac_sheet *sheet);

#endif
