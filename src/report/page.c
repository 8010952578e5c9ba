/*
 * report.html: one file that needs no other. Charts are drawn for a light and a dark page and
 * stand in it as data; pictures with points are SVG elements, so that they stay sharp, wrap on
 * a phone and keep their text as text.
 */
#include "net/model.h"
#include "report/report.h"
#include "data/data.h"
#include "base/base64.h"
#include "report/html.h"

#include <stdlib.h>
#include <string.h>

/* ---- Figures ------------------------------------------------------------------------------- */

static lac_status write_data(lac_context *ctx, FILE *stream, const char *dir, const char *name,
                             const char *end)
{
    char file[96];
    char *path, *bytes;
    size_t size;
    lac_format(file, sizeof file, "%s%s", name, end);
    LAC_TRY(lac_path_join(ctx, dir, file, &path));
    lac_status status = lac_file_read(ctx, path, &bytes, &size);
    free(path);
    LAC_TRY(status);
    lac_base64 out = {.stream = stream};
    lac_print(stream, "data:image/svg+xml;base64,");
    lac_base64_add(&out, bytes, size);
    lac_base64_end(&out);
    free(bytes);
    return LAC_OK;
}

/* Writes the figure's files, and the figure into the page. */
static lac_status write_chart(FILE *stream, const lac_material *m, const lac_figure *f,
                              const char *about)
{
    LAC_TRY(lac_figure_write(m->ctx, m->dir, f));
    lac_print(stream, "<figure><picture><source media=\"screen and (prefers-color-scheme: dark)\" "
                      "srcset=\"");
    LAC_TRY(write_data(m->ctx, stream, m->dir, f->name, "-dark.svg"));
    lac_print(stream, "\"><img alt=\"");
    lac_html_text(stream, about);
    lac_print(stream, "\" width=\"%d\" height=\"%d\" src=\"", f->width, f->height);
    LAC_TRY(write_data(m->ctx, stream, m->dir, f->name, ".svg"));
    lac_print(stream, "\"></picture></figure>\n");
    return LAC_OK;
}

static void draw_sheet(cairo_t *cr, const void *sheet)
{
    lac_sheet_draw(cr, sheet);
}

static lac_status write_sheet(FILE *stream, const lac_material *m, const char *name,
                              const lac_sheet *sheet)
{
    lac_figure f = {.name = name, .draw = draw_sheet, .arg = sheet};
    lac_sheet_size(sheet, &f.width, &f.height);
    LAC_TRY(lac_figure_write(m->ctx, m->dir, &f));
    return lac_sheet_write(m->ctx, stream, sheet);
}

/* ---- Sections ------------------------------------------------------------------------------ */

static lac_status write_samples(FILE *stream, const lac_material *m)
{
    lac_sheet sheet = {0};
    lac_print(stream, "<h2 id=\"data\">The data</h2>\n<p>%d pictures of %d&times;%d, %d point%s; "
                      "%d carry every label. Pictures are taken at even steps through the data. "
                      "<span class=\"red\">Labels are red.</span></p>\n<h3>Labels, and gaps "
                      "(figure 1)</h3>\n",
              lac_data_rows(m->data), lac_data_size(m->data), lac_data_size(m->data),
              lac_data_points(m->data), lac_data_points(m->data) == 1 ? "" : "s", m->complete);
    lac_status status = lac_sheet_samples(m, &sheet);
    if (status == LAC_OK)
        status = write_sheet(stream, m, "samples", &sheet);
    lac_sheet_free(&sheet);
    LAC_TRY(status);
    lac_print(stream, "<h3>Mirror pairs (figure 6)</h3>\n<p>Filled points have <i>left</i> in "
                      "their names, all others are hollow: a mirrored picture swaps the names of "
                      "the pairs.</p>\n");
    status = lac_sheet_mirrors(m, &sheet);
    if (status == LAC_OK)
        status = write_sheet(stream, m, "mirrors", &sheet);
    lac_sheet_free(&sheet);
    return status;
}

static void write_layer_rows(FILE *stream, const lac_layer_table *t)
{
    long parameters = 0;
    double flop = 0;
    lac_print(stream, "<div class=\"scroll\"><table><tr><th>layer<th class=\"l\">what<th>output"
                      "<th>parameters<th>MFLOP\n");
    for (int i = 0; i < t->count; i++) {
        const lac_layer *l = &t->layer[i];
        lac_print(stream, "<tr><td>%s<td class=\"l\">", l->name);
        lac_html_text(stream, l->what);
        lac_print(stream, "<td>");
        if (l->h == 1 && l->w == 1)
            lac_print(stream, "%d", l->c);
        else
            lac_print(stream, "%d&times;%d&times;%d", l->h, l->w, l->c);
        lac_print(stream, "<td>%ld<td>%.1f\n", l->parameters, 1e-6 * l->flop);
        parameters += l->parameters;
        flop += l->flop;
    }
    lac_print(stream, "<tr><th>total<th><th><th>%ld<th>%.1f</table></div>\n", parameters,
              1e-6 * flop);
}

static int is_same_network(const lac_shown *a, const lac_shown *b)
{
    return strcmp(a->model->net->text, b->model->net->text) == 0;
}

/* The network of run `first` and the names of all runs of it. `number`: runs before it whose
 * networks have the same name. */
static lac_status write_network(FILE *stream, const lac_material *m, int first, int number)
{
    const lac_model *model = m->run[first].model;
    char file[96];
    lac_layer *layers;
    lac_layer_table table = {.title = model->name};
    LAC_TRY(lac_model_layers(model, &layers, &table.count));
    table.layer = layers;
    lac_format(file, sizeof file, number ? "layers-%.64s-%d" : "layers-%.64s", model->name,
               number + 1);
    lac_figure f = {file, LAC_LAYER_TABLE_WIDTH, lac_layer_table_height(&table), 0,
                    lac_layer_table_draw, &table};
    lac_print(stream, "<h3>");
    lac_html_text(stream, model->name);
    lac_print(stream, "</h3>\n<p>Of ");
    for (int i = first; i < m->runs; i++)
        if (is_same_network(&m->run[first], &m->run[i])) {
            lac_print(stream, "%s", i > first ? ", " : "");
            lac_html_text(stream, m->run[i].name);
        }
    lac_print(stream, ".</p>\n");
    write_layer_rows(stream, &table);
    lac_status status = lac_figure_write(m->ctx, m->dir, &f);
    free(layers);
    return status;
}

/* Every network once. */
static lac_status write_layers(FILE *stream, const lac_material *m)
{
    lac_print(stream, "<h2 id=\"networks\">Networks (figure 5)</h2>\n<p>Output is height &times; "
                      "width &times; channels; work is that of one picture forward, a multiply-add "
                      "counting as two.</p>\n");
    for (int i = 0; i < m->runs; i++) {
        int seen = 0, names = 0; /* the same network before; another one of its name */
        for (int j = 0; j < i; j++) {
            seen |= is_same_network(&m->run[j], &m->run[i]);
            names += strcmp(m->run[j].model->name, m->run[i].model->name) == 0;
        }
        if (!seen)
            LAC_TRY(write_network(stream, m, i, names));
    }
    return LAC_OK;
}

static lac_status write_charts(FILE *stream, const lac_material *m)
{
    lac_figure f;
    const char *about;
    lac_print(stream, "<h2 id=\"curves\">Curves (figure 8), errors</h2>\n<p>Losses of runs with "
                      "different divisors are not comparable as they are, hence also scaled: "
                      "every run&rsquo;s lowest is 0, its highest 1. An error of a point is its "
                      "distance from the label as a share of the picture&rsquo;s side (eq. 7). "
                      "Runs that differ in their seed alone have one colour.</p>\n"
                      "<div class=\"charts\">\n");
    for (int i = 0; lac_material_chart(m, i, &f, &about); i++)
        LAC_TRY(write_chart(stream, m, &f, about));
    lac_print(stream, "</div>\n");
    for (int i = 0; i < m->runs; i++)
        if (m->run[i].config.precision == LAC_PRECISION_BF16) {
            lac_print(stream, "<p class=\"quiet\">Runs in bf16 were measured in bf16 after every "
                              "epoch; everything else here predicts in float32, so the ends of "
                              "their curves differ a little from the table.</p>\n");
            break;
        }
    lac_page_points(stream, m);
    return LAC_OK;
}

static lac_status write_predictions(FILE *stream, const lac_material *m)
{
    lac_print(stream, "<h2 id=\"faces\">Predictions (figures 9 to 11)</h2>\n<p>The same %s for "
                      "every run: rows are ordered by their RMSE, averaged over the runs, and the "
                      "first, the middle and the last of %d are shown. <span class=\"red\">Labels "
                      "are red</span>, <span class=\"blue\">predictions blue</span>.</p>\n",
              m->is_holdout ? "pictures of the hold-out" : "pictures (none were held out)",
              m->ranking.count);
    for (int i = 0; i < m->runs; i++) {
        char name[40];
        lac_sheet sheet = {0};
        lac_format(name, sizeof name, "predictions-%d", i + 1);
        lac_print(stream, "<h3>");
        lac_html_text(stream, m->run[i].name);
        lac_print(stream, "</h3>\n");
        lac_status status = lac_sheet_predictions(m, i, &sheet);
        if (status == LAC_OK)
            status = write_sheet(stream, m, name, &sheet);
        lac_sheet_free(&sheet);
        LAC_TRY(status);
    }
    return LAC_OK;
}

static lac_status write_searches(FILE *stream, const lac_material *m)
{
    for (int s = 0; s < m->searches; s++) {
        char name[48];
        lac_figure f;
        const char *about;
        LAC_TRY(lac_page_search(stream, m, &m->search[s]));
        lac_print(stream, "<div class=\"charts\">\n");
        for (int i = 0; lac_search_chart(&m->search[s], i, &f, &about); i++) {
            if (s > 0) {
                lac_format(name, sizeof name, "%s-%d", f.name, s + 1);
                f.name = name;
            }
            LAC_TRY(write_chart(stream, m, &f, about));
        }
        lac_print(stream, "</div>\n");
    }
    return LAC_OK;
}

static lac_status write_crossings(FILE *stream, const lac_material *m)
{
    for (int i = 0; i < m->crossings; i++) {
        char name[40];
        lac_sheet sheet = {0};
        lac_format(name, sizeof name, i ? "suspects-%d" : "suspects", i + 1);
        LAC_TRY(lac_page_crossed(stream, m, &m->crossed[i]));
        lac_status status = lac_sheet_suspects(m, &m->crossed[i], &sheet);
        if (status == LAC_OK && sheet.bands)
            status = write_sheet(stream, m, name, &sheet);
        lac_sheet_free(&sheet);
        LAC_TRY(status);
    }
    return LAC_OK;
}

static void write_counts(FILE *stream, const lac_material *m)
{
    const int count[] = {m->runs, m->searches, m->crossings};
    static const char *const one[] = {"run", "search", "cross-validation"};
    static const char *const many[] = {"runs", "searches", "cross-validations"};
    int told = 0;
    for (int i = 0; i < LAC_COUNT(count); i++)
        if (count[i])
            lac_print(stream, "%s%d %s", told++ ? ", " : "", count[i],
                      (count[i] == 1 ? one : many)[i]);
}

static lac_status write_body(FILE *stream, const lac_material *m)
{
    lac_html_head(stream, "lacuna: report");
    lac_print(stream, "<body>\n<h1>lacuna: report</h1>\n<p class=\"quiet\">");
    write_counts(stream, m);
    lac_print(stream, " on ");
    lac_html_text(stream, m->data_path);
    lac_print(stream, ": %d rows", lac_data_rows(m->data));
    if (m->runs && m->is_holdout)
        lac_print(stream, ", of which %d are held out, the same for all runs", m->count);
    else if (m->runs)
        lac_print(stream, ", none held out");
    lac_print(stream, ".</p>\n");
    if (m->runs) {
        lac_page_results(stream, m);
        LAC_TRY(lac_page_differences(stream, m));
        LAC_TRY(write_charts(stream, m));
        LAC_TRY(write_predictions(stream, m));
    }
    LAC_TRY(write_crossings(stream, m));
    LAC_TRY(write_searches(stream, m));
    LAC_TRY(write_samples(stream, m));
    if (m->runs) {
        LAC_TRY(write_layers(stream, m));
        LAC_TRY(lac_page_runs(stream, m));
    }
    lac_print(stream, "<p class=\"quiet\">lacuna " LAC_VERSION "</p>\n</body>\n</html>\n");
    return LAC_OK;
}

lac_status lac_page_write(const lac_material *m)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(m->ctx, m->dir, "report.html", &path));
    lac_status status = lac_file_create(m->ctx, path, &file);
    free(path);
    LAC_TRY(status);
    return lac_file_finish(m->ctx, &file, write_body(file.stream, m));
}

lac_status lac_report_write(lac_context *ctx, const lac_report *report, const lac_data *data,
                            const char *dir)
{
    lac_material m = {.ctx = ctx, .data = data, .dir = dir};
    if (report->count < 1 || report->count > LAC_MOST_RUNS)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "a report of %d runs: at least 1, at most %d",
                        report->count, LAC_MOST_RUNS);
    if (lac_data_points(data) == 0)
        return lac_fail(ctx, LAC_ERROR_MISMATCH, "a report needs labels, the data has none");
    lac_status status = lac_folder_make(ctx, dir);
    if (status == LAC_OK)
        status = lac_material_gather(&m, report);
    if (status == LAC_OK)
        status = lac_page_write(&m);
    lac_material_free(&m);
    return status;
}
