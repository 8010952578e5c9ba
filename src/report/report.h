/*
 * What a report is made of, gathered once (gather.c), drawn (figures.c) and written (page.c).
 */
#ifndef LAC_REPORT_H
#define LAC_REPORT_H

#include "report/rank.h"
#include "train/history.h"

enum {
    LAC_CED_STEPS = 150, /* steps of 0.1 % of the side in the cumulative distribution */
    LAC_MOST_RUNS = 512  /* runs of a report */
};

/* A run of the report. Runs that differ in their seed alone are of one kind, which has a colour
 * and a label. */
typedef struct lac_shown {
    char *path;          /* owned */
    char label[48];      /* names the run's kind: "cnn plain", or the first run's folder */
    char name[64];       /* names the run: the label, with the seed where a kind has several */
    unsigned color;
    int first;           /* index of the first run of its kind */
    char *options;       /* of its command, without the seed */
    lac_model *model;
    lac_train_config config; /* how it was trained */
    lac_history history;
    double *loss_scaled; /* [history.count] hold-out loss, lowest 0, highest 1 */
    float *xy;           /* [count, 2K] predictions of the report's rows */
    lac_metrics *metrics;
    lac_estimate *estimate; /* [LAC_MEASURES + sources] with intervals, as in lac_comparison */
    double ced[LAC_CED_STEPS + 1]; /* % of the points within 0, 0.1, 0.2 ... % of the side */
    int train_rows;
} lac_shown;

typedef struct lac_searched lac_searched;

/* The chart at hand of a search: its trials over one setting. */
typedef struct lac_search_view {
    const lac_searched *search;
    const lac_field *field;
    char name[48], about[64], axis[96];
} lac_search_view;

struct lac_searched {
    const char *path;
    char *options;    /* of the command that last started or resumed it */
    lac_trial *trial; /* [trials], best first */
    int trials;
    double *scratch;  /* [4 * trials] for drawing */
    lac_search_view *view;
};

/* A cross-validation: the models of its folds, each on its own hold-out. */
typedef struct lac_crossed {
    const char *path;
    int folds;
    lac_predicted **fold;  /* [folds] */
    lac_predicted *all;    /* their rows as one */
    lac_estimate *of_fold; /* [folds, LAC_MEASURES + sources] without intervals */
    lac_estimate *of_all;  /* [LAC_MEASURES + sources] with intervals */
    lac_suspects *suspects;
} lac_crossed;

typedef struct lac_material {
    lac_context *ctx;
    const lac_data *data;
    const char *data_path; /* as the commands on the page show it */
    const char *dir;
    int flip;              /* 1: predictions are averaged with those of the mirror image */
    lac_shown *run;
    int runs;
    lac_estimate *mean;    /* as `estimate`, of the mean of the runs' answers; NULL of one run */
    lac_searched *search;
    int searches;
    lac_crossed *crossed;
    int crossings;
    int is_holdout;   /* 1: `rows` were held out; 0: they are all rows of the data */
    int *rows;        /* [count] rows that the runs are measured on, ascending */
    int *group;       /* [count] equal for rows of equal or nearly equal pictures */
    int count;
    lac_ranking ranking; /* of `rows`, by their RMSE averaged over the runs */
    int complete;     /* rows of the data that have every label */
} lac_material;

lac_status lac_material_gather(lac_material *m, const lac_report *what);
void lac_material_free(lac_material *m);

/* Whether a path is what lac_folds_run made; its material; its section of the page, and the sheet
 * below that. crossed.c */
int lac_is_crossed(lac_context *ctx, const char *path, lac_status *status);
lac_status lac_crossed_load(const lac_material *m, const char *path, lac_crossed *out);
void lac_crossed_free(lac_crossed *crossed);
lac_status lac_page_crossed(FILE *stream, const lac_material *m, const lac_crossed *crossed);
lac_status lac_sheet_suspects(const lac_material *m, const lac_crossed *crossed,
                              lac_sheet *sheet);

/* A figure: DIR/NAME.svg and DIR/NAME.png; a chart has also DIR/NAME-dark.svg, for a dark page. */
typedef struct lac_figure {
    const char *name;
    int width, height;
    int has_dark;
    void (*draw)(cairo_t *cr, const void *arg);
    const void *arg;
} lac_figure;

lac_status lac_figure_write(lac_context *ctx, const char *dir, const lac_figure *figure);

/* Describes the chart with this index, from 0 on, in *figure and *about (its text for those who
 * do not see it). Returns 0 when there is no such chart. A search's figure is good until its next
 * one is described. */
int lac_material_chart(const lac_material *m, int index, lac_figure *figure, const char **about);
int lac_search_chart(const lac_searched *s, int index, lac_figure *figure, const char **about);

/* The sheets: rows with and without gaps, mirror pairs, the predictions of a run. MEMORY. */
lac_status lac_sheet_samples(const lac_material *m, lac_sheet *sheet);
lac_status lac_sheet_mirrors(const lac_material *m, lac_sheet *sheet);
lac_status lac_sheet_predictions(const lac_material *m, int run, lac_sheet *sheet);

/* A network's layers as a figure. */
typedef struct lac_layer_table {
    const char *title;
    const lac_layer *layer;
    int count;
} lac_layer_table;
void lac_layer_table_draw(cairo_t *cr, const void *table);
int lac_layer_table_height(const lac_layer_table *table);
enum { LAC_LAYER_TABLE_WIDTH = 720 };

/* report.html and all figures. */
lac_status lac_page_write(const lac_material *m);

/* The parts of the page that are tables. MEMORY, FORMAT (a run's machine.csv). tables.c */
void lac_page_results(FILE *stream, const lac_material *m);
void lac_page_points(FILE *stream, const lac_material *m);
lac_status lac_page_runs(FILE *stream, const lac_material *m);
lac_status lac_page_differences(FILE *stream, const lac_material *m); /* differences.c */
lac_status lac_page_search(FILE *stream, const lac_material *m, const lac_searched *s);

/* Writes a figure as a cell, and below it its interval if it has one; the name of a source. */
void lac_page_estimate(FILE *stream, const lac_estimate *e, double unit, int decimals,
                       const char *name);
void lac_page_source(FILE *stream, const lac_data *data, int source, const char *blank);

#endif
