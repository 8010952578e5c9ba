/*
 * A search's trials.csv: read by column and row, written whole. Behind the columns of every
 * search stand those of the settings that it draws.
 */
#include "train/search.h"
#include "data/csv.h"
#include "settings/config.h"
#include "train/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIAL, STATE, EPOCHS, RMSE, SECONDS, DRAWN };

static const char *const columns[DRAWN] = {"trial", "state", "epochs", "rmse", "seconds"};
static const char *const states[] = {"going", "stopped", "failed"};

/* The name of a column, or NULL behind the last. */
static const char *column_name(int column)
{
    if (column < DRAWN)
        return columns[column];
    const lac_field *f = lac_search_field(column - DRAWN);
    return f ? f->name : NULL;
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* The index of a cell's word, or -1. */
static int word_of(const lac_cell *cell, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == cell->length && memcmp(words[i], cell->text, cell->length) == 0)
            return i;
    return -1;
}

static lac_status read_setting(const lac_csv *csv, int column, const lac_field *f,
                               lac_train_config *config)
{
    const lac_cell *cell = &csv->cell[column];
    char text[LAC_SETTING], wanted[LAC_SETTING];
    snprintf(text, sizeof text, "%.*s", (int)(cell->length < sizeof text ? cell->length : 0),
             cell->text);
    if (!lac_field_read(f, text, config))
        return lac_csv_fail_cell(csv, column, lac_field_wanted(f, wanted));
    return LAC_OK;
}

static lac_status read_trial(const lac_csv *csv, lac_trial *t)
{
    const lac_field *f;
    *t = (lac_trial){.rmse = NAN, .config = lac_train_config_default()};
    LAC_TRY(lac_csv_integer(csv, TRIAL, &t->number));
    int state = word_of(&csv->cell[STATE], states, LAC_COUNT(states));
    if (state < 0)
        return lac_csv_fail_cell(csv, STATE, "going, stopped or failed");
    t->state = (lac_trial_state)state;
    LAC_TRY(lac_csv_integer(csv, EPOCHS, &t->epochs));
    if (t->epochs > LAC_MOST_EPOCHS)
        return lac_csv_fail_cell(csv, EPOCHS, "a number of epochs that a training has");
    if (csv->cell[RMSE].length > 0)
        LAC_TRY(lac_csv_number_in(csv, RMSE, 0, LAC_MOST_FIGURE, &t->rmse));
    LAC_TRY(lac_csv_number_in(csv, SECONDS, 0, LAC_MOST_SECONDS, &t->seconds));
    for (int i = 0; (f = lac_search_field(i)); i++)
        LAC_TRY(read_setting(csv, DRAWN + i, f, &t->config));
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
    int same = 0;
    while (same < csv->columns && column_name(same) &&
           strcmp(csv->name[same], column_name(same)) == 0)
        same++;
    if (same < csv->columns || column_name(same))
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

static lac_status write_trial(lac_context *ctx, FILE *stream, const lac_trial *t)
{
    char rmse[LAC_NUMBER] = "", seconds[LAC_NUMBER], value[LAC_SETTING];
    const lac_field *f;
    if (!isnan(t->rmse))
        lac_number_digits(t->rmse, 9, rmse);
    fprintf(stream, "%d,%s,%d,%s,%s", t->number, states[t->state], t->epochs, rmse,
            lac_number_digits(t->seconds, 9, seconds));
    for (int i = 0; (f = lac_search_field(i)); i++) {
        LAC_TRY(lac_train_get(ctx, &t->config, f->name, value));
        fprintf(stream, ",%s", value);
    }
    fputc('\n', stream);
    return LAC_OK;
}

static lac_status write_trials(lac_context *ctx, FILE *stream, const lac_trial *trial, int count)
{
    for (int c = 0; column_name(c); c++)
        fprintf(stream, "%s%s", c ? "," : "", column_name(c));
    fputc('\n', stream);
    for (int i = 0; i < count; i++)
        LAC_TRY(write_trial(ctx, stream, &trial[i]));
    return LAC_OK;
}

lac_status lac_trials_write(lac_context *ctx, const char *dir, const lac_trial *trial, int count)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(ctx, dir, "trials.csv", &path));
    lac_status status = lac_file_create(ctx, path, &file);
    free(path);
    LAC_TRY(status);
    status = write_trials(ctx, file.stream, trial, count);
    if (status == LAC_OK)
        return lac_file_commit(ctx, &file);
    lac_file_abandon(&file);
    return status;
}
