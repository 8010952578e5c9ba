/*
 * How trainings are shown while they go, and Ctrl-C: what the verbs that train share.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "lacuna.h"

typedef struct display {
    const char *before; /* of the line that is rewritten: "trial 3 of 20, " */
    double rmse;     /* of the last epoch's hold-out, or NaN */
    double shown;    /* seconds of training when the line was last rewritten */
    int epochs;      /* completed in this process */
    int best_epoch;  /* of lowest hold-out RMSE in this process */
    double best_rmse;
} display;

#define DISPLAY_START {.before = "", .rmse = NAN, .shown = -1, .best_rmse = INFINITY}

/* Ctrl-C. Watches SIGINT, SIGTERM and SIGHUP, which end the program; before any context is made,
 * whose threads would take them. */
void signals_watch(void);

/* Before a fork: what asks one of these processes for a stop asks all. */
void signals_share(void);

/* From here on the first asks for a stop, the second, but for a SIGHUP, ends the program. */
void signals_stop(void);
int stop_is_asked(void);
int stop_code(void); /* the exit code of a program that was stopped: 128 + the signal's number */

/* A lac_progress_fn, `user` a display: the table on stdout, a line an epoch, under its head. */
void progress_head(void);
int progress_show(void *user, const lac_progress *p);

/* The same line for what is counted: how many of how many are done. A lac_count_fn, `user` a
 * count_display made at the start; the first signal asks for a stop once it has been called. When
 * all are done, the line is cleared. Where stderr is no terminal it is a line a minute. */
typedef struct count_display {
    const char *what;    /* "photo" */
    double start, shown; /* seconds of the clock; from there to when the line was last rewritten */
} count_display;

count_display count_display_start(const char *what);
int progress_count(void *user, int done, int count);

/* The rewritten line alone, and its end. */
void progress_step(display *d, const lac_progress *p);
void progress_clear(void);

#endif
