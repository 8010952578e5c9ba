/* The page's tables: results beside the paper's, what was run, what a search found. */
#include "report/report.h"
#include "data/data.h"
#include "report/html.h"
#include "settings/config.h"
#include "train/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Table II: Kaggle's score in pixels, and its rate of failure. */
static const struct {
    const char *model;
    lac_loss loss;
    double rmse, failure;
} paper[] = {
    {"cnn", LAC_LOSS_PLAIN, 3.1, 75},
    {"cnn", LAC_LOSS_MASKED, 2.36, 9},
    {"resnet", LAC_LOSS_MASKED, 2.23, 9},
};

/* ---- Results ------------------------------------------------------------------------------- */

static void write_number(FILE *stream, double value, int decimals, const char *unit)
{
    if (isnan(value))
        lac_print(stream, "<td>&ndash;");
    else
        lac_print(stream, "<td>%.*f%s", decimals, value, unit);
}

/* The paper's numbers are of 15 points on pictures of 96. */
static int has_paper(const lac_material *m)
{
    return lac_data_points(m->data) == 15 && lac_data_size(m->data) == 96;
}

/* Writes the paper's number for a training like this one, or a dash. */
static void write_paper(FILE *stream, const lac_material *m, const lac_train_config *c,
                        int of_failure)
{
    if (!has_paper(m))
        return;
    for (int i = 0; i < LAC_COUNT(paper); i++)
        if (strcmp(paper[i].model, c->model) == 0 && paper[i].loss == c->loss &&
            (c->loss == LAC_LOSS_PLAIN || c->rows == LAC_ROWS_ALL)) {
            lac_print(stream, "<td class=\"paper\">");
            lac_print(stream, of_failure ? "%.0f %%" : "%.2f px",
                      of_failure ? paper[i].failure : paper[i].rmse);
            return;
        }
    lac_print(stream, "<td class=\"paper\">&ndash;");
}

/* "4-point rows", or "rows of helen" where the table names its sources. */
void lac_page_source(FILE *stream, const lac_data *data, int source, const char *blank)
{
    const char *name = lac_data_source_name(data, source);
    if (name)
        lac_print(stream, "rows of%s%s", blank, name);
    else
        lac_print(stream, "%d-point%srows", lac_data_source_points(data, source), blank);
}

static void write_result_head(FILE *stream, const lac_material *m)
{
    const char *beside = has_paper(m) ? "<th class=\"paper\">paper" : "";
    lac_print(stream, "<div class=\"scroll\"><table><tr><th>run<th>epoch<th>test-<br>weighted<br>"
                      "RMSE%s<th>pictures<br>failed%s<th>points<br>failed<th>RMSE,<br>all labels",
              beside, beside);
    for (int s = 0; s < lac_data_sources(m->data); s++) {
        lac_print(stream, "<th>RMSE,<br>");
        lac_page_source(stream, m->data, s, "<br>");
    }
    lac_print(stream, "\n");
}

void lac_page_estimate(FILE *stream, const lac_estimate *e, double unit, int decimals,
                       const char *name)
{
    write_number(stream, unit * e->value, decimals, name);
    if (!isnan(e->low))
        lac_print(stream, "<br><span class=\"quiet\">%.*f&ndash;%.*f</span>", decimals,
                unit * e->low, decimals, unit * e->high);
}

static void write_estimates(FILE *stream, const lac_material *m, const lac_estimate *e,
                            const lac_train_config *c)
{
    lac_page_estimate(stream, &e[LAC_MEASURE_TEST_WEIGHTED], 1, 2, " px");
    write_paper(stream, m, c, 0);
    lac_page_estimate(stream, &e[LAC_MEASURE_FAILURE_IMAGES], 100, 1, " %");
    write_paper(stream, m, c, 1);
    lac_page_estimate(stream, &e[LAC_MEASURE_FAILURE_POINTS], 100, 2, " %");
    lac_page_estimate(stream, &e[LAC_MEASURE_RMSE], 1, 2, " px");
    for (int s = 0; s < lac_data_sources(m->data); s++)
        lac_page_estimate(stream, &e[LAC_MEASURES + s], 1, 2, " px");
    lac_print(stream, "\n");
}

static void write_result(FILE *stream, const lac_material *m, const lac_shown *run)
{
    lac_print(stream, "<tr><td>");
    lac_html_text(stream, run->name);
    lac_print(stream, "<td>%d", lac_model_epoch(run->model));
    write_estimates(stream, m, run->estimate, &run->config);
}

/* Writes the line of the runs' mean as a model of its own. */
static void write_ensemble(FILE *stream, const lac_material *m)
{
    const lac_train_config none = {.model = ""}; /* the paper has no such line */
    if (!m->mean)
        return;
    lac_print(stream, "<tr class=\"mean\"><td>predictions averaged, %d runs<td>", m->runs);
    write_estimates(stream, m, m->mean, &none);
}

typedef double (*figure_of)(const lac_metrics *x, int source);

static double rmse_of(const lac_metrics *x, int source) /* -1: of all labels */
{
    return source < 0 ? x->rmse : x->source[source].rmse;
}

static double weighted_of(const lac_metrics *x, int source)
{
    (void)source;
    return x->test_weighted;
}

static double points_of(const lac_metrics *x, int source)
{
    (void)source;
    return 100 * x->failure_points;
}

static double images_of(const lac_metrics *x, int source)
{
    (void)source;
    return 100 * x->failure_images;
}

/* Writes mean and standard deviation over the runs of the kind whose first run is `first`. */
static void write_mean_cell(FILE *stream, const lac_material *m, int first, figure_of of,
                            int source)
{
    double sum = 0, squares = 0;
    int n = 0;
    for (int i = first; i < m->runs; i++) {
        if (m->run[i].first != first)
            continue;
        double v = of(m->run[i].metrics, source);
        sum += v;
        squares += v * v;
        n++;
    }
    double mean = sum / n;
    if (isnan(mean))
        lac_print(stream, "<td>&ndash;");
    else
        lac_print(stream, "<td>%.2f &plusmn; %.2f", mean,
                  sqrt(fmax((squares - n * mean * mean) / (n - 1), 0)));
}

/* Writes the line of means of a kind with several runs; returns 0 for any other. */
static int write_mean(FILE *stream, const lac_material *m, int first)
{
    int n = 0;
    for (int i = 0; i < m->runs; i++)
        n += m->run[i].first == first;
    if (n < 2)
        return 0;
    lac_print(stream, "<tr class=\"mean\"><td>");
    lac_html_text(stream, m->run[first].label);
    lac_print(stream, ", mean of %d<td>", n);
    write_mean_cell(stream, m, first, weighted_of, 0);
    write_paper(stream, m, &m->run[first].config, 0);
    write_mean_cell(stream, m, first, images_of, 0);
    write_paper(stream, m, &m->run[first].config, 1);
    write_mean_cell(stream, m, first, points_of, 0);
    write_mean_cell(stream, m, first, rmse_of, -1);
    for (int s = 0; s < m->run[first].metrics->sources; s++)
        write_mean_cell(stream, m, first, rmse_of, s);
    lac_print(stream, "\n");
    return 1;
}

/* Writes how the test-weighted RMSE weighs the sources, where that is known. */
static void write_weights(FILE *stream, const lac_material *m)
{
    const lac_metrics *x = m->run[0].metrics;
    if (isnan(x->test_weighted))
        return;
    lac_print(stream, "; test-weighted is &radic;(");
    for (int s = 0; s < x->sources; s++) {
        lac_print(stream, "%s%.4f&nbsp;&middot;&nbsp;MSE of the ", s ? " + " : "",
                  x->source[s].weight);
        lac_page_source(stream, m->data, s, " ");
    }
    lac_print(stream, "), the shares that the sources have of the test set&rsquo;s labels");
}

void lac_page_results(FILE *stream, const lac_material *m)
{
    lac_print(stream, "<h2 id=\"results\">Results (table II)</h2>\n");
    write_result_head(stream, m);
    for (int i = 0; i < m->runs; i++)
        write_result(stream, m, &m->run[i]);
    int means = 0;
    for (int i = 0; i < m->runs; i++)
        means += write_mean(stream, m, i);
    write_ensemble(stream, m);
    lac_print(stream, "</table></div>\n<p class=\"quiet\">Models are those after the last epoch, "
                    "not the best on these rows. Grey numbers are 95&nbsp;%% intervals, for other "
                    "pictures of the kind, by the bootstrap of groups of twins. %sRMSE is over "
                    "the labels that exist, all of them (eq. 8) or those of a label source",
            m->flip ? "Predictions are means with those of the mirror image. " : "");
    write_weights(stream, m);
    lac_print(stream, ". A point off by more than 10&nbsp;%% of the side (eq. 7) has failed, and "
                      "so has a picture with any such point%s.%s</p>\n",
              has_paper(m) ? "; of its rate the paper does not say which it counts. Its RMSE is "
                             "the score of Kaggle&rsquo;s server, with which the test-weighted one "
                             "is comparable" : "",
              means ? " Means of seeds are &plusmn; one standard deviation." : "");
}

/* Writes the numbers that the figure of every point's error shows. */
void lac_page_points(FILE *stream, const lac_material *m)
{
    lac_print(stream, "<h3>Error of every point</h3>\n<p>RMSE, and the share that failed.</p>\n"
                      "<div class=\"scroll\"><table><tr><th>point");
    for (int r = 0; r < m->runs; r++) {
        lac_print(stream, "<th colspan=\"2\">");
        lac_html_text(stream, m->run[r].name);
    }
    for (int k = 0; k < lac_data_points(m->data); k++) {
        lac_print(stream, "\n<tr><td>");
        lac_html_text(stream, lac_data_point_name(m->data, k));
        for (int r = 0; r < m->runs; r++) {
            write_number(stream, m->run[r].metrics->point_rmse[k], 2, " px");
            write_number(stream, 100 * m->run[r].metrics->point_failure[k], 2, " %");
        }
    }
    lac_print(stream, "</table></div>\n");
}

/* ---- What was run -------------------------------------------------------------------------- */

static double last_of(const lac_history *h, int column)
{
    return h->count ? h->value[column][h->count - 1] : NAN;
}

static void write_duration(FILE *stream, double seconds)
{
    if (isnan(seconds))
        lac_print(stream, "&ndash;");
    else
        lac_print(stream, "%.0f s (%ld:%02ld h)", seconds, (long)seconds / 3600,
                  (long)seconds / 60 % 60);
}

/* Writes the machines of a run, from its machine.csv. */
static lac_status write_machines(FILE *stream, const lac_material *m, const char *run)
{
    lac_csv *csv;
    int more = 0, lines = 0;
    LAC_TRY(lac_run_machines(m->ctx, run, &csv));
    lac_status status = csv ? lac_csv_next(csv, &more) : LAC_OK;
    char shown[200] = "", text[200], start[40];
    while (status == LAC_OK && more) {
        const lac_cell *cell = csv->cell;
        lac_format(text, sizeof text, "%s, %s threads, %s, lacuna %s",
                   cell[LAC_MACHINE_PROCESSOR].text, cell[LAC_MACHINE_THREADS].text,
                   cell[LAC_MACHINE_CPU].text, cell[LAC_MACHINE_VERSION].text);
        if (strcmp(text, shown) != 0) { /* started on another machine than before */
            lac_format(start, sizeof start, ", from epoch %s on", cell[LAC_MACHINE_EPOCH].text);
            lac_print(stream, "%s", lines++ ? "; " : "");
            lac_html_text(stream, text);
            lac_html_text(stream, start);
            memcpy(shown, text, sizeof shown);
        }
        status = lac_csv_next(csv, &more);
    }
    if (lines == 0)
        lac_print(stream, "not recorded");
    lac_csv_close(&csv);
    return status;
}

static lac_status write_run(FILE *stream, const lac_material *m, const lac_shown *run)
{
    const lac_train_config *c = &run->config;
    const char *preset;
    lac_train_config base;
    char *options;
    LAC_TRY(lac_preset_nearest(m->ctx, c, &preset));
    LAC_TRY(lac_train_preset(m->ctx, preset, &base));
    lac_print(stream, "<h3>");
    lac_html_text(stream, run->name);
    lac_print(stream, "</h3>\n<dl><dt>command<dd><code>lacuna train --data ");
    LAC_TRY(lac_html_word(m->ctx, stream, m->data_path));
    lac_print(stream, " --out ");
    LAC_TRY(lac_html_word(m->ctx, stream, run->path));
    lac_print(stream, " --preset %s", preset);
    LAC_TRY(lac_config_options(m->ctx, c, &base, &options));
    lac_html_text(stream, options);
    free(options);
    int visits = run->train_rows * (c->mirror ? 2 : 1);
    lac_print(stream, "</code>\n<dt>epochs<dd>%d of %d%s\n", run->history.count, c->epochs,
              run->history.count < c->epochs ? ", not finished" : "");
    lac_print(stream, "<dt>rows<dd>%d to train on, %d visits an epoch, %d %s\n", run->train_rows,
              visits, m->count, m->is_holdout ? "held out" : "measured on, none held out");
    lac_print(stream, "<dt>seed<dd>%llu\n<dt>training<dd>", (unsigned long long)c->seed);
    write_duration(stream, last_of(&run->history, LAC_HISTORY_SECONDS));
    double rate = last_of(&run->history, LAC_HISTORY_RATE);
    if (!isnan(rate))
        lac_print(stream, ", %.0f pictures/s in the last epoch", rate);
    double raw = last_of(&run->history, LAC_HISTORY_RAW);
    if (!isnan(raw))
        lac_print(stream, "\n<dt>average<dd>the model is an average of the weights; the weights "
                          "themselves end at %.2f px", raw);
    lac_print(stream, "\n<dt>machine<dd>");
    LAC_TRY(write_machines(stream, m, run->path));
    lac_print(stream, "</dl>\n");
    return LAC_OK;
}

lac_status lac_page_runs(FILE *stream, const lac_material *m)
{
    lac_print(stream, "<h2 id=\"runs\">What was run</h2>\n<p>Data: ");
    lac_html_text(stream, m->data_path);
    lac_print(stream, ", %d rows, %d complete, hash %016llx. Options left out have their "
                      "defaults.</p>\n",
              lac_data_rows(m->data), m->complete, (unsigned long long)m->data->fingerprint);
    for (int i = 0; i < m->runs; i++)
        LAC_TRY(write_run(stream, m, &m->run[i]));
    return LAC_OK;
}

/* ---- Search -------------------------------------------------------------------------------- */

lac_status lac_page_search(FILE *stream, const lac_material *m, const lac_searched *s)
{
    static const char *const states[] = {"", "stopped early", "failed"};
    char value[LAC_SETTING];
    lac_print(stream, "<h2>Search: ");
    lac_html_text(stream, s->path);
    lac_print(stream, "</h2>\n<p><code>lacuna search --data ");
    LAC_TRY(lac_html_word(m->ctx, stream, m->data_path));
    lac_print(stream, " --out ");
    LAC_TRY(lac_html_word(m->ctx, stream, s->path));
    putc(' ', stream);
    lac_html_text(stream, s->options);
    lac_print(stream, "</code></p>\n<p>%d trials, best first. Errors are those of validation rows "
                      "split off the training rows, after a trial&rsquo;s last epoch: the hold-out "
                      "was not looked at.</p>\n<div class=\"scroll\"><table><tr>"
                      "<th>trial<th>RMSE<th>epochs", s->trials);
    for (int i = 0; lac_search_field(i); i++)
        lac_print(stream, "<th>%s", lac_search_field(i)->draw.title);
    lac_print(stream, "<th>\n");
    for (int i = 0; i < s->trials; i++) {
        const lac_trial *t = &s->trial[i];
        lac_print(stream, "<tr><td>%d", t->number);
        write_number(stream, t->rmse, 2, " px");
        lac_print(stream, "<td>%d", t->epochs);
        for (int k = 0; lac_search_field(k); k++) {
            lac_train_get(m->ctx, &t->config, lac_search_field(k)->name, value);
            lac_print(stream, "<td>%s", value);
        }
        lac_print(stream, "<td class=\"l\">%s\n", states[t->state]);
    }
    lac_print(stream, "</table></div>\n");
    return LAC_OK;
}
