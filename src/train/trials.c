/* A search's trials.csv: read by column and row, written whole. */
#include "train/search.h"
#include "data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL, STATE, EPOCHS, RMSE, SECONDS, LR, DECAY, BATCH, WIDTH, DROPOUT, REDUCTION, COLUMNS };

static const char *const columns[COLUMNS] = {"trial", "state", "epochs", "rmse", "seconds", "lr",
                                             "weight_decay", "batch", "start_width", "dropout",
                                             "reduction"};
static const char *const states[] = {"going", "stopped", "failed"};
static const char *const reductions[] = {"all", "present"};

/* ---- Reading ------------------------------------------------------------------------------- */

/* The index of a cell's word, or -1. */
static int word_of(const lac_cell *cell, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == cell->length && memcmp(words[i], cell->text, cell->length) == 0)
            return i;
    return -1;
}

static lac_status read_trial(const lac_csv *csv, lac_trial *t)
{
    lac_train_config *c = &t->config;
    *t = (lac_trial){.rmse = NAN, .config = lac_train_config_default()};
    LAC_TRY(lac_csv_integer(csv, TRIAL, &t->number));
    int state = word_of(&csv->cell[STATE], states, LAC_COUNT(states));
    if (state < 0)
        return lac_csv_fail_cell(csv, STATE, "going, stopped or failed");
    t->state = (lac_trial_state)state;
    LAC_TRY(lac_csv_integer(csv, EPOCHS, &t->epochs));
    if (csv->cell[RMSE].length > 0)
        LAC_TRY(lac_csv_number(csv, RMSE, &t->rmse));
    LAC_TRY(lac_csv_number(csv, SECONDS, &t->seconds));
    LAC_TRY(lac_csv_number(csv, LR, &c->lr));
    LAC_TRY(lac_csv_number(csv, DECAY, &c->weight_decay));
    LAC_TRY(lac_csv_integer(csv, BATCH, &c->batch));
    LAC_TRY(lac_csv_number(csv, WIDTH, &c->start_width));
    LAC_TRY(lac_csv_number(csv, DROPOUT, &c->dropout));
    int reduction = word_of(&csv->cell[REDUCTION], reductions, LAC_COUNT(reductions));
    if (reduction < 0)
        return lac_csv_fail_cell(csv, REDUCTION, "all or present");
    c->reduction = (lac_reduction)reduction;
    return LAC_OK;
}

static lac_status add_trial(lac_context *ctx, const lac_trial *t, lac_trial **trials, int *count)
{
    lac_trial *more;
    if ((*count & (*count - 1)) == 0) { /* full at every power of two */
        LAC_TRY(lac_alloc(ctx, *count ? 2 * (size_t)*count : 1, sizeof *more, &more));
        if (*count)
            memcpy(more, *trials, (size_t)*count * sizeof *more);
        free(*trials);
        *trials = more;
    }
    (*trials)[(*count)++] = *t;
    return LAC_OK;
}

static lac_status read_trials(lac_context *ctx, lac_csv *csv, lac_trial **trials, int *count)
{
    lac_trial t;
    int more;
    for (int c = 0; c < COLUMNS; c++)
        if (csv->columns != COLUMNS || strcmp(csv->name[c], columns[c]) != 0)
            return lac_csv_fail(csv, -1, "these are not the columns of a search");
    for (;;) {
        LAC_TRY(lac_csv_next(csv, &more));
        if (!more)
            return LAC_OK;
        LAC_TRY(read_trial(csv, &t));
        if (t.number != *count + 1)
            return lac_csv_fail_cell(csv, TRIAL, "the number after the row before");
        LAC_TRY(add_trial(ctx, &t, trials, count));
    }
}

lac_status lac_trials_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count)
{
    char *path;
    lac_csv *csv = NULL;
    *trials = NULL;
    *count = 0;
    LAC_TRY(lac_path_join(ctx, dir, "trials.csv", &path));
    lac_status status = lac_csv_open(ctx, path, "trials", &csv);
    if (status == LAC_OK)
        status = read_trials(ctx, csv, trials, count);
    lac_csv_close(&csv);
    free(path);
    if (status != LAC_OK) {
        free(*trials);
        *trials = NULL;
        *count = 0;
    }
    return status;
}

int lac_trial_order(const void *a, const void *b)
{
    const lac_trial *x = a;
    const lac_trial *y = b;
    if ((x->state == LAC_TRIAL_FAILED) != (y->state == LAC_TRIAL_FAILED))
        return x->state == LAC_TRIAL_FAILED ? 1 : -1;
    if (x->epochs != y->epochs)
        return x->epochs > y->epochs ? -1 : 1;
    if (isnan(x->rmse) != isnan(y->rmse))
        return isnan(x->rmse) ? 1 : -1;
    if (!isnan(x->rmse) && x->rmse != y->rmse)
        return x->rmse < y->rmse ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

lac_status lac_search_read(lac_context *ctx, const char *dir, lac_trial **trials, int *count)
{
    LAC_TRY(lac_trials_read(ctx, dir, trials, count));
    if (*count)
        qsort(*trials, (size_t)*count, sizeof **trials, lac_trial_order);
    return LAC_OK;
}

/* ---- Writing ------------------------------------------------------------------------------- */

static void write_trial(FILE *stream, const lac_trial *t)
{
    const lac_train_config *c = &t->config;
    const char *parts[COLUMNS];
    char cell[COLUMNS][32] = {{0}};
    for (int i = 0; i < COLUMNS; i++)
        parts[i] = cell[i];
    snprintf(cell[TRIAL], sizeof cell[0], "%d", t->number);
    parts[STATE] = states[t->state];
    snprintf(cell[EPOCHS], sizeof cell[0], "%d", t->epochs);
    if (!isnan(t->rmse))
        snprintf(cell[RMSE], sizeof cell[0], "%.9g", t->rmse);
    snprintf(cell[SECONDS], sizeof cell[0], "%.3f", t->seconds);
    snprintf(cell[LR], sizeof cell[0], "%.9g", c->lr);
    snprintf(cell[DECAY], sizeof cell[0], "%.9g", c->weight_decay);
    snprintf(cell[BATCH], sizeof cell[0], "%d", c->batch);
    snprintf(cell[WIDTH], sizeof cell[0], "%.9g", c->start_width);
    snprintf(cell[DROPOUT], sizeof cell[0], "%.9g", c->dropout);
    parts[REDUCTION] = reductions[c->reduction];
    for (int i = 0; i < COLUMNS; i++) {
        for (char *p = cell[i]; parts[i] == cell[i] && *p; p++)
            *p = *p == ',' ? '.' : *p; /* some locales' decimal point */
        fprintf(stream, "%s%c", parts[i], i + 1 < COLUMNS ? ',' : '\n');
    }
}

lac_status lac_trials_write(lac_context *ctx, const char *dir, const lac_trial *trial, int count)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(ctx, dir, "trials.csv", &path));
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        for (int i = 0; i < COLUMNS; i++)
            fprintf(file.stream, "%s%c", columns[i], i + 1 < COLUMNS ? ',' : '\n');
        for (int i = 0; i < count; i++)
            write_trial(file.stream, &trial[i]);
        status = lac_file_commit(ctx, &file);
    }
    free(path);
    return status;
}
