/*
 * The report's section of a cross-validation: the figures of every fold, their mean and spread,
 * those of all rows at once, and the rows whose labels its models suspect most.
 */
#include "data/data.h"
#include "eval/measures.h"
#include "report/html.h"
#include "report/report.h"
#include "train/models.h"

#include <math.h>
#include <stdlib.h>

static const double suspected = 6; /* the score from which on lacuna suspects lists them */

int lac_is_crossed(lac_context *ctx, const char *path, lac_status *status)
{
    char *fold = NULL;
    *status = lac_path_join(ctx, path, "fold-001", &fold);
    int is = *status == LAC_OK && lac_path_is_folder(fold);
    free(fold);
    return is;
}

static int measures_of(const lac_data *data)
{
    return LAC_MEASURES + lac_data_sources(data);
}

/* Predicts with one fold's model, measures that without intervals. */
static lac_status load_fold(const lac_material *m, const char *run, lac_crossed *c)
{
    const lac_predict_config how = {.flip = m->flip};
    lac_measures_config config = lac_measures_config_default();
    lac_model *model;
    int f = c->folds++, groups;
    config.resamples = 0;
    LAC_TRY(lac_model_load(m->ctx, run, &model));
    lac_status status = lac_model_predict_side(model, m->data, LAC_SIDE_HOLDOUT, &how, &c->fold[f]);
    lac_model_free(&model);
    LAC_TRY(status);
    return lac_estimates_make(m->ctx, c->fold[f], NULL, &config,
                              c->of_fold + (size_t)f * (size_t)measures_of(m->data), &groups);
}

static lac_status load(const lac_material *m, char *const *runs, int count, lac_crossed *c)
{
    const lac_measures_config config = lac_measures_config_default();
    size_t measures = (size_t)measures_of(m->data);
    int groups;
    LAC_TRY(lac_alloc(m->ctx, (size_t)count, sizeof(lac_predicted *), &c->fold));
    LAC_TRY(lac_alloc(m->ctx, (size_t)count * measures, sizeof *c->of_fold, &c->of_fold));
    LAC_TRY(lac_alloc(m->ctx, measures, sizeof *c->of_all, &c->of_all));
    for (int i = 0; i < count; i++)
        LAC_TRY(load_fold(m, runs[i], c));
    LAC_TRY(lac_predicted_join(m->ctx, (const lac_predicted *const *)c->fold, count, &c->all));
    LAC_TRY(lac_estimates_make(m->ctx, c->all, NULL, &config, c->of_all, &groups));
    return lac_suspects_find(m->ctx, c->all, suspected, &c->suspects);
}

lac_status lac_crossed_load(const lac_material *m, const char *path, lac_crossed *c)
{
    char **runs;
    int count;
    c->path = path;
    LAC_TRY(lac_runs_list(m->ctx, path, &runs, &count));
    lac_status status = load(m, runs, count, c);
    lac_runs_free(&runs, count);
    return status;
}

void lac_crossed_free(lac_crossed *c)
{
    for (int i = 0; i < c->folds; i++)
        lac_predicted_free(&c->fold[i]);
    lac_predicted_free(&c->all);
    lac_suspects_free(&c->suspects);
    free(c->fold);
    free(c->of_fold);
    free(c->of_all);
}

/* ---- Its section ---------------------------------------------------------------------------- */

/* Mean and deviation of figure `i` over the folds. */
static void write_spread(FILE *stream, const lac_material *m, const lac_crossed *c, int i,
                         double unit, int decimals)
{
    double sum = 0, squares = 0;
    size_t measures = (size_t)measures_of(m->data);
    for (int f = 0; f < c->folds; f++)
        sum += c->of_fold[(size_t)f * measures + (size_t)i].value;
    double mean = sum / c->folds;
    for (int f = 0; f < c->folds; f++)
        squares += pow(c->of_fold[(size_t)f * measures + (size_t)i].value - mean, 2);
    if (isnan(mean))
        lac_print(stream, "<td>&ndash;");
    else
        lac_print(stream, "<td>%.*f &plusmn; %.*f", decimals, unit * mean, decimals,
                  unit * sqrt(squares / (c->folds > 1 ? c->folds - 1 : 1)));
}

/* A line of figures: those of `e`, or their mean and deviation where that is NULL. */
static void write_line(FILE *stream, const lac_material *m, const lac_crossed *c,
                       const lac_estimate *e)
{
    for (int i = 0; i < measures_of(m->data); i++) {
        int is_pixels =
            i == LAC_MEASURE_RMSE || i == LAC_MEASURE_TEST_WEIGHTED || i >= LAC_MEASURES;
        double unit = is_pixels ? 1 : 100;
        if (e)
            lac_page_estimate(stream, &e[i], unit, 2, is_pixels ? " px" : " %");
        else
            write_spread(stream, m, c, i, unit, 2);
    }
    lac_print(stream, "\n");
}

static void write_table(FILE *stream, const lac_material *m, const lac_crossed *c)
{
    lac_print(stream, "<div class=\"scroll\"><table><tr><th>fold<th>rows<th>RMSE,<br>all labels"
                      "<th>test-<br>weighted<th>points<br>failed<th>pictures<br>failed<th>NME");
    for (int s = 0; s < lac_data_sources(m->data); s++) {
        lac_print(stream, "<th>RMSE,<br>");
        lac_page_source(stream, m->data, s, "<br>");
    }
    lac_print(stream, "\n");
    for (int f = 0; f < c->folds; f++) {
        lac_print(stream, "<tr><td>%d<td>%d", f + 1, c->fold[f]->count);
        write_line(stream, m, c, c->of_fold + (size_t)f * (size_t)measures_of(m->data));
    }
    lac_print(stream, "<tr class=\"mean\"><td>mean<td>");
    write_line(stream, m, c, NULL);
    lac_print(stream, "<tr><td>all rows<td>%d", c->all->count);
    write_line(stream, m, c, c->of_all);
    lac_print(stream, "</table></div>\n<p class=\"quiet\">Means are &plusmn; the standard "
                      "deviation over the folds. Of all rows at once, each is predicted by the "
                      "model that was trained on neither it nor a twin; grey numbers are "
                      "95&nbsp;%% intervals.</p>\n");
}

lac_status lac_sheet_suspects(const lac_material *m, const lac_crossed *c, lac_sheet *sheet)
{
    const lac_suspects *s = c->suspects;
    size_t points = (size_t)lac_data_points(m->data);
    sheet->has_predictions = 1;
    sheet->note = "by score; filled labels are far off";
    lac_format(sheet->title, sizeof sheet->title, "Labels to look at");
    for (int i = 0; i < s->count && i < 2 * LAC_BAND_TILES; i++) {
        const lac_suspect *x = &s->suspect[i];
        const lac_tile_source source = {
            .data = m->data, .row = x->row, .xy = c->all->xy + 2 * points * (size_t)x->index,
            .filled = x->is_whole ? NULL : s->point + points * (size_t)i};
        sheet->bands = 1 + i / LAC_BAND_TILES;
        lac_band *band = &sheet->band[i / LAC_BAND_TILES];
        lac_tile *tile = &band->tile[band->count++];
        band->name = i < LAC_BAND_TILES ? "the most suspicious rows" : "and the next";
        LAC_TRY(lac_tile_make(m->ctx, &source, tile));
        lac_format(tile->left, sizeof tile->left, "score %.1f", x->score);
    }
    return LAC_OK;
}

lac_status lac_page_crossed(FILE *stream, const lac_material *m, const lac_crossed *c)
{
    lac_print(stream, "<h2>Cross-validation: ");
    lac_html_text(stream, c->path);
    lac_print(stream, "</h2>\n");
    write_table(stream, m, c);
    lac_print(stream, "<h3>Labels to look at</h3>\n<p>%d rows have a score of %.0f or more: their "
                      "labels are far beyond what is usual for the points and their source. "
                      "<code>lacuna suspects ", c->suspects->count, suspected);
    LAC_TRY(lac_html_word(m->ctx, stream, c->path));
    lac_print(stream, " --data ");
    LAC_TRY(lac_html_word(m->ctx, stream, m->data_path));
    lac_print(stream, " --page suspects.html</code> shows all of them, to be ticked and "
                      "dropped.</p>\n");
    return LAC_OK;
}
