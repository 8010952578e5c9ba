/*
 * A chart: lines over two axes, each line with its name and value at its end instead of a
 * legend apart. Axes are linear or logarithmic, their range given or taken from the lines.
 */
#ifndef LAC_CHART_H
#define LAC_CHART_H

#include "report/draw.h"

typedef struct lac_axis {
    const char *title;  /* with its unit */
    int logarithmic;
    int whole;          /* marks at whole numbers only */
    double low, high;   /* the range shown; both 0: that of the values */
} lac_axis;

typedef struct lac_series {
    const char *name;   /* NULL: no text at its end */
    char value[32];     /* below the name */
    unsigned color;
    int is_scattered;   /* dots without a line */
    int is_rule;        /* a line without dots */
    int count;
    const double *x, *y; /* [count]; what is not finite leaves a gap */
} lac_series;

typedef struct lac_chart {
    const char *title;
    const char *empty;           /* text in place of the lines when there are no values */
    lac_axis x, y;
    double left, top, wide, high; /* of the plotted area, units */
    double room;                  /* width for the texts right of the plotted area, units */
    const lac_series *series;
    int count;
} lac_chart;

/* The nice step, 1, 2 or 5 times a power of ten, nearest above span / parts. */
double lac_nice_step(double span, int parts);

void lac_chart_draw(cairo_t *cr, const lac_chart *chart);

#endif
