/* The report's table of differences: every run against the first, on the same rows and draws. */
#include "data/data.h"
#include "report/html.h"
#include "report/report.h"

/* The report's rows as this run predicts them; all is borrowed. */
static lac_predicted predicted_of(const lac_material *m, int run)
{
    return (lac_predicted){.data = m->data, .count = m->count, .row = m->rows,
                           .xy = m->run[run].xy, .group = m->group};
}

static lac_status write_difference(FILE *stream, const lac_material *m, int run)
{
    static const char *const words[] = {"better", "no difference shown", "worse"};
    const lac_predicted first = predicted_of(m, 0), other = predicted_of(m, run);
    lac_comparison *c;
    LAC_TRY(lac_compare(m->ctx, &first, &other, NULL, &c));
    lac_print(stream, "<tr><td>");
    lac_html_text(stream, m->run[run].name);
    lac_page_estimate(stream, &c->difference[LAC_MEASURE_TEST_WEIGHTED], 1, 3, " px");
    lac_page_estimate(stream, &c->difference[LAC_MEASURE_FAILURE_IMAGES], 100, 2, " %");
    lac_page_estimate(stream, &c->difference[LAC_MEASURE_FAILURE_POINTS], 100, 2, " %");
    lac_page_estimate(stream, &c->difference[LAC_MEASURE_RMSE], 1, 3, " px");
    lac_print(stream, "<td class=\"l\">%s\n", words[1 + lac_comparison_verdict(c)]);
    lac_comparison_free(&c);
    return LAC_OK;
}

lac_status lac_page_differences(FILE *stream, const lac_material *m)
{
    if (m->runs < 2)
        return LAC_OK;
    lac_print(stream, "<h3 id=\"differences\">Differences from ");
    lac_html_text(stream, m->run[0].name);
    lac_print(stream, "</h3>\n<div class=\"scroll\"><table><tr><th>run<th>test-<br>weighted<br>RMSE"
                      "<th>pictures<br>failed<th>points<br>failed<th>RMSE,<br>all labels<th>\n");
    for (int i = 1; i < m->runs; i++)
        LAC_TRY(write_difference(stream, m, i));
    lac_print(stream, "</table></div>\n<p class=\"quiet\">Below 0 is better. Both runs are "
                      "measured on the same resamples of the hold-out, so that pictures which are "
                      "hard for both cancel out; a run is better or worse where the whole "
                      "95&nbsp;%% interval of the test-weighted RMSE, or of the RMSE where that is "
                      "not known, is on one side of 0.</p>\n");
    return LAC_OK;
}
