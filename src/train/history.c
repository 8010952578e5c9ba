/* A run's metrics.csv as columns of numbers. (run.c writes it.) */
#include "train/history.h"
#include "data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const lac_history_names[LAC_HISTORY_COLUMNS] = {
    [LAC_HISTORY_EPOCH] = "epoch",
    [LAC_HISTORY_SECONDS] = "seconds",
    [LAC_HISTORY_RATE] = "images_per_s",
    [LAC_HISTORY_LOSS] = "train_loss",
    [LAC_HISTORY_HOLDOUT_LOSS] = "holdout_loss",
    [LAC_HISTORY_RMSE] = "holdout_rmse",
    [LAC_HISTORY_WEIGHTED] = "test_weighted_rmse",
    [LAC_HISTORY_FAILURE_POINTS] = "failure_points",
    [LAC_HISTORY_FAILURE_IMAGES] = "failure_images",
    [LAC_HISTORY_RAW] = "raw_rmse",
};

static const struct {
    double least, most;
} ranges[LAC_HISTORY_COLUMNS] = {
    [LAC_HISTORY_EPOCH] = {1, LAC_MOST_EPOCHS},
    [LAC_HISTORY_SECONDS] = {0, LAC_MOST_SECONDS},
    [LAC_HISTORY_RATE] = {0, LAC_MOST_FIGURE},
    [LAC_HISTORY_LOSS] = {0, LAC_MOST_FIGURE},
    [LAC_HISTORY_HOLDOUT_LOSS] = {0, LAC_MOST_FIGURE},
    [LAC_HISTORY_RMSE] = {0, LAC_MOST_FIGURE},
    [LAC_HISTORY_WEIGHTED] = {0, LAC_MOST_FIGURE},
    [LAC_HISTORY_FAILURE_POINTS] = {0, 1},
    [LAC_HISTORY_FAILURE_IMAGES] = {0, 1},
    [LAC_HISTORY_RAW] = {0, LAC_MOST_FIGURE},
};

static lac_status find_columns(const lac_csv *csv, const char *path, int at[LAC_HISTORY_COLUMNS])
{
    for (int c = 0; c < LAC_HISTORY_COLUMNS; c++) {
        at[c] = -1;
        for (int i = 0; i < csv->columns; i++)
            if (strcmp(csv->name[i], lac_history_names[c]) == 0)
                at[c] = i;
        if (at[c] < 0 && c != LAC_HISTORY_RAW)
            return lac_fail(csv->ctx, LAC_ERROR_FORMAT, "%s: row 1: no column %s", path,
                            lac_history_names[c]);
    }
    return LAC_OK;
}

static lac_status make_room(lac_context *ctx, lac_history *h)
{
    if (h->count < h->room)
        return LAC_OK;
    int room = h->room ? 2 * h->room : 64;
    for (int c = 0; c < LAC_HISTORY_COLUMNS; c++) {
        double *more;
        LAC_TRY(lac_alloc(ctx, (size_t)room, sizeof *more, &more));
        if (h->count)
            memcpy(more, h->value[c], (size_t)h->count * sizeof *more);
        free(h->value[c]);
        h->value[c] = more;
    }
    h->room = room;
    return LAC_OK;
}

static lac_status read_rows(lac_context *ctx, lac_csv *csv, const int at[LAC_HISTORY_COLUMNS],
                            lac_history *h)
{
    int more;
    LAC_TRY(lac_csv_next(csv, &more));
    while (more) {
        LAC_TRY(make_room(ctx, h));
        for (int c = 0; c < LAC_HISTORY_COLUMNS; c++) {
            double *value = &h->value[c][h->count];
            *value = NAN;
            if (at[c] >= 0 && (csv->cell[at[c]].length > 0 || c == LAC_HISTORY_EPOCH))
                LAC_TRY(lac_csv_number_in(csv, at[c], ranges[c].least, ranges[c].most, value));
        }
        const double *epoch = h->value[LAC_HISTORY_EPOCH];
        double before = h->count ? epoch[h->count - 1] : 0;
        if (!(epoch[h->count] > before) || epoch[h->count] != floor(epoch[h->count]))
            return lac_csv_fail_cell(csv, at[LAC_HISTORY_EPOCH],
                                     "a whole number above the row before");
        h->count++;
        LAC_TRY(lac_csv_next(csv, &more));
    }
    return LAC_OK;
}

static lac_status read_file(lac_context *ctx, const char *path, lac_history *h)
{
    lac_csv *csv;
    int at[LAC_HISTORY_COLUMNS];
    LAC_TRY(lac_csv_open(ctx, path, "metrics", &csv));
    lac_status status = find_columns(csv, path, at);
    if (status == LAC_OK)
        status = read_rows(ctx, csv, at, h);
    lac_csv_close(&csv);
    return status;
}

lac_status lac_history_read(lac_context *ctx, const char *run, lac_history *out)
{
    char *path;
    *out = (lac_history){0};
    LAC_TRY(lac_path_join(ctx, run, "metrics.csv", &path));
    lac_status status = read_file(ctx, path, out);
    free(path);
    if (status != LAC_OK)
        lac_history_free(out);
    return status;
}

void lac_history_free(lac_history *h)
{
    for (int c = 0; c < LAC_HISTORY_COLUMNS; c++)
        free(h->value[c]);
    *h = (lac_history){0};
}
