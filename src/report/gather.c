/*
 * The material of a report: runs loaded, their common hold-out predicted and measured.
 *
 * All runs must hold out the same rows, or no figure could set them side by side.
 */
#include "report/report.h"
#include "data/data.h"
#include "eval/measures.h"
#include "settings/config.h"
#include "train/models.h"
#include "train/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const unsigned colors[] = {LAC_BLUE, LAC_RED, LAC_GREEN, LAC_PURPLE, LAC_ORANGE, LAC_BROWN};

/* ---- Loading ------------------------------------------------------------------------------ */

static int is_search(lac_context *ctx, const char *path, lac_status *status)
{
    char *file = NULL;
    *status = lac_path_join(ctx, path, "trials.csv", &file);
    int there = *status == LAC_OK && lac_path_exists(file);
    free(file);
    return there;
}

static lac_status load_search(lac_material *m, const char *path)
{
    lac_searched *s = &m->search[m->searches++];
    s->path = path;
    LAC_TRY(lac_search_options(m->ctx, path, &s->options));
    LAC_TRY(lac_search_read(m->ctx, path, &s->trial, &s->trials));
    LAC_TRY(lac_alloc(m->ctx, 1, sizeof *s->view, &s->view));
    return lac_alloc(m->ctx, 4 * (size_t)s->trials, sizeof *s->scratch, &s->scratch);
}

/* The material takes the path over. */
static lac_status load_run(lac_material *m, char *path)
{
    if (m->runs == LAC_MOST_RUNS) {
        free(path);
        return lac_fail(m->ctx, LAC_ERROR_ARGUMENT, "more than %d runs", LAC_MOST_RUNS);
    }
    lac_shown *run = &m->run[m->runs++];
    run->path = path;
    LAC_TRY(lac_model_load(m->ctx, path, &run->model));
    LAC_TRY(lac_model_config(run->model, &run->config));
    const lac_train_config usual = lac_train_config_default();
    lac_train_config config = run->config;
    config.seed = usual.seed;
    LAC_TRY(lac_config_options(m->ctx, &config, &usual, &run->options));
    return lac_history_read(m->ctx, path, &run->history);
}

/* A search, a cross-validation, a run, or a folder of runs. */
static lac_status load(lac_material *m, const char *path)
{
    lac_status status;
    char **runs;
    int count;
    if (is_search(m->ctx, path, &status))
        return load_search(m, path);
    LAC_TRY(status);
    if (lac_is_crossed(m->ctx, path, &status))
        return lac_crossed_load(m, path, &m->crossed[m->crossings++]);
    LAC_TRY(status);
    LAC_TRY(lac_runs_list(m->ctx, path, &runs, &count));
    for (int i = 0; i < count && status == LAC_OK; i++) {
        status = load_run(m, runs[i]);
        runs[i] = NULL;
    }
    lac_runs_free(&runs, count);
    return status;
}

/* The last part of a path. */
static void folder_name(const char *path, char *out, size_t size)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    size_t start = length;
    while (start > 0 && path[start - 1] != '/')
        start--;
    lac_format(out, size, "%.*s", (int)(length - start), path + start);
}

static void method_name(const lac_shown *run, char *out, size_t size)
{
    const lac_train_config *c = &run->config;
    lac_format(out, size, "%.*s %s", (int)size - 16, run->model->name,
               c->loss == LAC_LOSS_PLAIN          ? "plain"
               : c->rows == LAC_ROWS_COMPLETE ? "complete"
                                              : "masked");
}

/* A network's text may have been changed behind its name. */
static int is_of_a_kind(const lac_shown *a, const lac_shown *b)
{
    return strcmp(a->options, b->options) == 0 &&
           strcmp(a->model->net->text, b->model->net->text) == 0;
}

/* Finds the kind of every run, and gives the kinds their colours in the order of their first
 * runs. */
static void find_kinds(lac_material *m)
{
    int used = 0;
    for (int i = 0; i < m->runs; i++) {
        lac_shown *run = &m->run[i];
        while (!is_of_a_kind(&m->run[run->first], run))
            run->first++; /* at the latest the run itself is equal */
        run->color = run->first < i ? m->run[run->first].color
                                    : colors[used++ % LAC_COUNT(colors)];
    }
}

static int kind_size(const lac_material *m, int first)
{
    int size = 0;
    for (int i = first; i < m->runs; i++)
        size += m->run[i].first == first;
    return size;
}

/* Labels are the methods, or the folders of the first runs where two kinds share a method. */
static void label_runs(lac_material *m)
{
    int unique = 1;
    for (int i = 0; i < m->runs; i++) {
        lac_shown *run = &m->run[i];
        method_name(run, run->label, sizeof run->label);
        for (int j = 0; j < i; j++)
            unique &= m->run[j].first == run->first || strcmp(m->run[j].label, run->label) != 0;
    }
    for (int i = 0; i < m->runs && !unique; i++)
        folder_name(m->run[m->run[i].first].path, m->run[i].label, sizeof m->run[i].label);
}

/* Names are label and seed, or the folders where two runs would share a name. */
static void name_runs(lac_material *m)
{
    int unique = 1;
    for (int i = 0; i < m->runs; i++) {
        lac_shown *run = &m->run[i];
        if (kind_size(m, run->first) > 1)
            lac_format(run->name, sizeof run->name, "%.40s, seed %llu", run->label,
                       (unsigned long long)run->config.seed);
        else
            lac_format(run->name, sizeof run->name, "%s", run->label);
        for (int j = 0; j < i; j++)
            unique &= strcmp(m->run[j].name, run->name) != 0;
    }
    for (int i = 0; i < m->runs && !unique; i++)
        folder_name(m->run[i].path, m->run[i].name, sizeof m->run[i].name);
}

/* ---- Measuring ---------------------------------------------------------------------------- */

static lac_status choose_rows(lac_material *m)
{
    for (int i = 0; i < m->runs; i++) {
        int *rows, count;
        int is_holdout = m->run[i].config.holdout > 0;
        if (i == 0)
            m->is_holdout = is_holdout;
        lac_side side = m->is_holdout ? LAC_SIDE_HOLDOUT : LAC_SIDE_ALL;
        LAC_TRY(lac_model_rows(m->run[i].model, m->data, side, &rows, &count));
        int is_first = i == 0;
        int is_same = is_first || (count == m->count && is_holdout == m->is_holdout &&
                                   memcmp(rows, m->rows, (size_t)count * sizeof *rows) == 0);
        if (is_first) {
            m->rows = rows;
            m->count = count;
        } else {
            free(rows);
        }
        if (!is_same)
            return lac_fail(m->ctx, LAC_ERROR_MISMATCH,
                            "%s: holds out other rows than %s: runs of one report must share "
                            "their hold-out (the same holdout and split_seed)",
                            m->run[i].path, m->run[0].path);
    }
    return LAC_OK;
}

static void count_training_rows(const lac_material *m, lac_shown *run)
{
    const lac_train_config *config = &run->config;
    int next = 0;
    for (int row = 0; row < lac_data_rows(m->data); row++) {
        int is_out = m->is_holdout && next < m->count && m->rows[next] == row;
        next += is_out;
        run->train_rows += lac_row_is_learned(m->data, row, is_out, config->rows);
    }
}

/* The cumulative distribution of eq. 7's error over points with both coordinates. */
static void distribute(const lac_material *m, lac_shown *run)
{
    int points = lac_data_points(m->data);
    long within[LAC_CED_STEPS + 2] = {0};
    long all = 0;
    for (int i = 0; i < m->count; i++) {
        const float *label = lac_data_labels(m->data, m->rows[i]);
        const uint8_t *mask = lac_data_mask(m->data, m->rows[i]);
        const float *xy = run->xy + (size_t)i * 2 * points;
        for (int k = 0; k < points; k++) {
            if (!mask[2 * k] || !mask[2 * k + 1])
                continue;
            double error = lac_point_error(xy + 2 * k, label + 2 * k, lac_data_size(m->data));
            int bin = error <= 0.15 ? (int)ceil(error * 1000) : LAC_CED_STEPS + 1;
            within[bin]++;
            all++;
        }
    }
    long sum = 0;
    for (int b = 0; b <= LAC_CED_STEPS; b++) {
        sum += within[b];
        run->ced[b] = all ? 100 * (double)sum / (double)all : NAN;
    }
}

static lac_status scale_loss(lac_context *ctx, lac_shown *run)
{
    int count = run->history.count;
    const double *loss = run->history.value[LAC_HISTORY_HOLDOUT_LOSS];
    double low = INFINITY, high = -INFINITY;
    LAC_TRY(lac_alloc(ctx, (size_t)count, sizeof *run->loss_scaled, &run->loss_scaled));
    for (int i = 0; i < count; i++) {
        low = fmin(low, loss[i]);
        high = fmax(high, loss[i]);
    }
    for (int i = 0; i < count; i++)
        run->loss_scaled[i] = high > low ? (loss[i] - low) / (high - low) : NAN;
    return LAC_OK;
}

static lac_status find_groups(lac_material *m)
{
    LAC_TRY(lac_alloc(m->ctx, (size_t)lac_data_rows(m->data), sizeof *m->group, &m->group));
    LAC_TRY(lac_groups_find(m->ctx, m->data, m->group, NULL, NULL));
    for (int i = 0; i < m->count; i++) /* rows ascend, so that none is read behind its place */
        m->group[i] = m->group[m->rows[i]];
    return LAC_OK;
}

/* Predictions of the report's rows with their intervals. */
static lac_status estimate(const lac_material *m, float *xy, lac_estimate **out)
{
    const lac_measures_config config = lac_measures_config_default();
    const lac_predicted p = {.data = m->data, .count = m->count, .row = m->rows, .xy = xy,
                             .group = m->group};
    size_t measures = LAC_MEASURES + (size_t)lac_data_sources(m->data);
    int groups;
    LAC_TRY(lac_alloc(m->ctx, measures, sizeof **out, out));
    return lac_estimates_make(m->ctx, &p, NULL, &config, *out, &groups);
}

static lac_status measure(const lac_material *m, lac_shown *run)
{
    size_t values = 2 * (size_t)lac_data_points(m->data);
    LAC_TRY(lac_alloc(m->ctx, (size_t)m->count * values, sizeof *run->xy, &run->xy));
    LAC_TRY(lac_model_predict_rows(run->model, m->data, m->rows, m->count, m->flip, run->xy));
    LAC_TRY(lac_metrics_compute(m->ctx, m->data, run->xy, m->rows, m->count, &run->metrics));
    lac_metrics_reduce(run->metrics, run->config.reduction);
    LAC_TRY(estimate(m, run->xy, &run->estimate));
    count_training_rows(m, run);
    distribute(m, run);
    return scale_loss(m->ctx, run);
}

/* What the mean of all runs' predictions is worth, where there are several. */
static lac_status measure_mean(lac_material *m)
{
    size_t values = (size_t)m->count * 2 * (size_t)lac_data_points(m->data);
    float *mean;
    if (m->runs < 2)
        return LAC_OK;
    LAC_TRY(lac_alloc(m->ctx, values, sizeof *mean, &mean));
    for (size_t v = 0; v < values; v++) {
        double sum = 0;
        for (int r = 0; r < m->runs; r++)
            sum += (double)m->run[r].xy[v];
        mean[v] = (float)(sum / m->runs);
    }
    lac_status status = estimate(m, mean, &m->mean);
    free(mean);
    return status;
}

/* Every run shows the same faces. */
static lac_status rank_rows(lac_material *m)
{
    const float **xy;
    LAC_TRY(lac_alloc(m->ctx, (size_t)m->runs, sizeof *xy, &xy));
    for (int r = 0; r < m->runs; r++)
        xy[r] = m->run[r].xy;
    lac_status status =
        lac_ranking_make(m->ctx, m->data, m->rows, m->count, xy, m->runs, &m->ranking);
    free(xy);
    return status;
}

/* ---- All of it ---------------------------------------------------------------------------- */

lac_status lac_material_gather(lac_material *m, const lac_report *what)
{
    LAC_TRY(lac_alloc(m->ctx, LAC_MOST_RUNS, sizeof *m->run, &m->run));
    LAC_TRY(lac_alloc(m->ctx, (size_t)what->count, sizeof *m->search, &m->search));
    LAC_TRY(lac_alloc(m->ctx, (size_t)what->count, sizeof *m->crossed, &m->crossed));
    m->flip = what->flip;
    m->data_path = what->data_path ? what->data_path : "DATA";
    for (int i = 0; i < what->count; i++)
        LAC_TRY(load(m, what->runs[i]));
    find_kinds(m);
    label_runs(m);
    name_runs(m);
    LAC_TRY(choose_rows(m));
    if (m->runs)
        LAC_TRY(find_groups(m));
    for (int i = 0; i < m->runs; i++)
        LAC_TRY(measure(m, &m->run[i]));
    LAC_TRY(measure_mean(m));
    for (int row = 0; row < lac_data_rows(m->data); row++)
        m->complete += lac_data_row_is_complete(m->data, row);
    return m->runs ? rank_rows(m) : LAC_OK;
}

void lac_material_free(lac_material *m)
{
    for (int i = 0; m->run && i < m->runs; i++) {
        lac_shown *run = &m->run[i];
        free(run->path);
        free(run->options);
        free(run->loss_scaled);
        free(run->xy);
        free(run->estimate);
        lac_metrics_free(&run->metrics);
        lac_history_free(&run->history);
        lac_model_free(&run->model);
    }
    for (int i = 0; m->search && i < m->searches; i++) {
        free(m->search[i].options);
        free(m->search[i].trial);
        free(m->search[i].scratch);
        free(m->search[i].view);
    }
    for (int i = 0; i < m->crossings; i++)
        lac_crossed_free(&m->crossed[i]);
    free(m->crossed);
    free(m->mean);
    free(m->group);
    free(m->run);
    free(m->search);
    free(m->rows);
    lac_ranking_free(&m->ranking);
}
