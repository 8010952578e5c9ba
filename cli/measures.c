/*
 * What a model is worth, as tables of 80 columns or as JSON.
 */
#include "cli.h"
#include "measures.h"

#include <math.h>
#include <string.h>

/* What a relative error is a share of. */
static const char *const norm_words[] = {"the side", "the distance", "the box"}; /* as lac_length */
static const char *const norm_names[] = {"side", "points", "box"};

/* "(1.351 to 1.502)" into text[48], or nothing where the interval is not known. */
static const char *interval_text(const lac_estimate *e, double unit, int decimals, char text[48])
{
    char low[24], high[24];
    text[0] = '\0';
    if (!isnan(e->low))
        snprintf(text, 48, "(%s to %s)", number_text(unit * e->low, decimals, low),
                 number_text(unit * e->high, decimals, high));
    return text;
}

static void print_line(const char *what, double value, int decimals, const char *unit)
{
    char text[24];
    printf("%-46s %9s%s\n", what, number_text(value, decimals, text), isnan(value) ? "" : unit);
}

/* With its interval. */
static void print_estimate(const char *what, const lac_estimate *e, double unit, int decimals,
                           const char *name)
{
    char value[24], interval[48];
    interval_text(e, unit, decimals, interval);
    printf("%-46s %9s%s%s%s\n", what, number_text(unit * e->value, decimals, value),
           isnan(e->value) ? "" : name, *interval ? " " : "", interval);
}

static void print_share(const char *what, const lac_measures *m, lac_measure measure)
{
    char text[80];
    snprintf(text, sizeof text, what, 100 * m->config.threshold, norm_words[m->config.norm]);
    print_estimate(text, &m->estimate[measure], 100, 2, " %");
}

static void print_whole(const lac_predicted *p, const lac_measures *m)
{
    char text[80];
    const char *norm = norm_words[m->config.norm];
    print_line("rows", p->count, 0, "");
    print_line("labels", (double)m->all.labels, 0, "");
    print_estimate("RMSE", &m->estimate[LAC_MEASURE_RMSE], 1, 3, " px");
    print_estimate("test-weighted RMSE", &m->estimate[LAC_MEASURE_TEST_WEIGHTED], 1, 3, " px");
    print_share("points off by more than %g %% of %s", m, LAC_MEASURE_FAILURE_POINTS);
    print_share("pictures with such a point", m, LAC_MEASURE_FAILURE_IMAGES);
    print_line("mean error of a point", m->all.mean, 3, " px");
    snprintf(text, sizeof text, "NME, of %s", norm);
    print_estimate(text, &m->estimate[LAC_MEASURE_NME], 100, 2, " %");
    snprintf(text, sizeof text, "area under the curve of shares up to %g %%",
             100 * m->config.threshold);
    print_line(text, m->all.auc, 4, "");
    if (m->all.relative < m->all.points)
        print_line("points in pictures that have this length", (double)m->all.relative, 0, "");
    if (m->config.resamples)
        printf("in brackets: 95 %% of %d resamples of %d groups of pictures, seed %llu\n",
               m->config.resamples, m->groups, (unsigned long long)m->config.seed);
}

static void print_within(const lac_measures *m)
{
    char text[40];
    snprintf(text, sizeof text, "off by at most, of %s", norm_words[m->config.norm]);
    printf("\n%-31s", text);
    for (int l = 0; l < LAC_LIMITS; l++)
        printf(" %4g %%%s", 100 * m->config.limit[l], l + 1 < LAC_LIMITS ? " " : "\n");
    printf("%-30s", "share of the points, %");
    for (int l = 0; l < LAC_LIMITS; l++)
        printf("%7s%s", number_text(100 * m->all.within[l], 2, text),
               l + 1 < LAC_LIMITS ? " " : "\n");
}

static void print_sources(const lac_data *data, const lac_measures *m)
{
    printf("\n%-27s%7s%8s%9s %-18s%7s\n", "label source", "rows", "labels", "RMSE px", "",
           "weight");
    for (int s = 0; s < m->sources; s++) {
        char name[80], rmse[24], interval[48], weight[24];
        const char *word = lac_data_source_name(data, s);
        snprintf(name, sizeof name, "%d%s%s%s: %d of %d points", s + 1, word ? " (" : "",
                 word ? word : "", word ? ")" : "", lac_data_source_points(data, s), m->points);
        printf("%-27s%7d%8ld%9s %-18s%7s\n", name, m->source[s].rows, m->source[s].labels,
               number_text(m->source[s].rmse, 3, rmse),
               interval_text(&m->source_rmse[s], 1, 3, interval),
               number_text(lac_data_source_weight(data, s), 4, weight));
    }
}

/* ---- The spread of errors ---------------------------------------------------------------- */

static void print_spread(const char *what, const lac_errors *e)
{
    char text[24];
    printf("%-27s%7s", what, number_text(e->rmse, 3, text));
    for (int q = 0; q < LAC_QUANTILES; q++)
        printf("%7s", number_text(e->quantile[q], 2, text));
    printf("%8s", number_text(100 * e->failure_points, 2, text));
    printf("%s%8s\n", isnan(e->failure_points) ? "  " : " %", number_text(e->auc, 3, text));
}

static void print_spread_header(const lac_measures *m)
{
    char text[24];
    printf("\n%-27s%7s", "error of a point, px", "RMSE");
    for (int q = 0; q < LAC_QUANTILES; q++) {
        snprintf(text, sizeof text, "%g %%", 100 * m->config.quantile[q]);
        printf("%7s", text);
    }
    snprintf(text, sizeof text, "> %g %%", 100 * m->config.threshold);
    printf("%10s%8s\n", text, "area");
}

/* Patterns that few rows have are left to JSON. */
static void print_patterns(const lac_measures *m)
{
    for (int i = 0; m->patterns > 1 && i < m->patterns; i++) {
        char text[60];
        int points = 0;
        for (int k = 0; k < m->points; k++)
            points += m->present[(size_t)i * m->points + k];
        snprintf(text, sizeof text, "%d row%s with %d points", m->pattern[i].rows,
                 m->pattern[i].rows == 1 ? "" : "s", points);
        if (100 * m->pattern[i].rows >= m->all.rows)
            print_spread(text, &m->pattern[i]);
    }
}

static void print_spreads(const lac_data *data, const lac_measures *m)
{
    print_spread_header(m);
    print_spread("all", &m->all);
    for (int s = 0; m->sources > 1 && s < m->sources; s++) {
        char text[60];
        const char *word = lac_data_source_name(data, s);
        snprintf(text, sizeof text, "source %d%s%s%s", s + 1, word ? " (" : "", word ? word : "",
                 word ? ")" : "");
        print_spread(text, &m->source[s]);
    }
    print_patterns(m);
    for (int k = 0; k < m->points; k++)
        print_spread(lac_data_point_name(data, k), &m->point[k]);
}

void measures_print(const lac_predicted *p, const lac_measures *m)
{
    print_whole(p, m);
    print_within(m);
    print_sources(p->data, m);
    print_spreads(p->data, m);
}

/* ---- JSON -------------------------------------------------------------------------------- */

void json_add_interval(cJSON *object, const char *name, const lac_estimate *e)
{
    const double ends[2] = {e->low, e->high};
    cJSON_AddItemToObject(object, name, cJSON_CreateDoubleArray(ends, 2));
}

/* {"1": 0.25, "2": 0.5}: values by their percent. */
static void add_by_percent(cJSON *object, const char *name, const double *share,
                           const double *value, int count)
{
    cJSON *of = cJSON_AddObjectToObject(object, name);
    for (int i = 0; i < count; i++) {
        char percent[24];
        snprintf(percent, sizeof percent, "%g", 100 * share[i]);
        cJSON_AddNumberToObject(of, percent, value[i]);
    }
}

static void add_errors(cJSON *object, const lac_measures *m, const lac_errors *e)
{
    cJSON *of = cJSON_AddObjectToObject(object, "errors");
    cJSON_AddNumberToObject(of, "rows", e->rows);
    cJSON_AddNumberToObject(of, "labels", (double)e->labels);
    cJSON_AddNumberToObject(of, "points", (double)e->points);
    cJSON_AddNumberToObject(of, "rmse", e->rmse);
    cJSON_AddNumberToObject(of, "mean", e->mean);
    add_by_percent(of, "percentiles", m->config.quantile, e->quantile, LAC_QUANTILES);
    cJSON_AddNumberToObject(of, "relative_points", (double)e->relative);
    add_by_percent(of, "within", m->config.limit, e->within, LAC_LIMITS);
    cJSON_AddNumberToObject(of, "auc", e->auc);
    cJSON_AddNumberToObject(of, "failure_points", e->failure_points);
    cJSON_AddNumberToObject(of, "failure_images", e->failure_images);
    cJSON_AddNumberToObject(of, "nme", e->nme);
}

static void add_whole(cJSON *root, const lac_data *data, const lac_measures *m)
{
    const lac_measures_config *c = &m->config;
    cJSON_AddNumberToObject(root, "labels", (double)m->all.labels);
    for (int i = 0; i < LAC_MEASURES; i++)
        cJSON_AddNumberToObject(root, lac_measure_name((lac_measure)i), m->estimate[i].value);
    cJSON_AddStringToObject(root, "relative_to", norm_names[c->norm]);
    for (int i = 0; c->norm == LAC_LENGTH_POINTS && i < 2; i++)
        cJSON_AddStringToObject(root, i ? "relative_to_b" : "relative_to_a",
                                lac_data_point_name(data, c->norm_point[i]));
    cJSON_AddNumberToObject(root, "threshold", c->threshold);
    cJSON *intervals = cJSON_AddObjectToObject(root, "intervals");
    cJSON_AddNumberToObject(intervals, "level", 0.95);
    cJSON_AddNumberToObject(intervals, "resamples", c->resamples);
    cJSON_AddNumberToObject(intervals, "groups", m->groups);
    cJSON_AddNumberToObject(intervals, "seed", (double)c->seed);
    for (int i = 0; i < LAC_MEASURES; i++)
        json_add_interval(intervals, lac_measure_name((lac_measure)i), &m->estimate[i]);
    add_errors(root, m, &m->all);
}

static void add_sources(cJSON *root, const lac_data *data, const lac_measures *m)
{
    cJSON *sources = cJSON_AddArrayToObject(root, "sources");
    for (int s = 0; s < m->sources; s++) {
        cJSON *source = cJSON_CreateObject();
        json_add_source(source, data, s);
        cJSON_AddNumberToObject(source, "points", lac_data_source_points(data, s));
        cJSON_AddNumberToObject(source, "rows", m->source[s].rows);
        cJSON_AddNumberToObject(source, "labels", (double)m->source[s].labels);
        cJSON_AddNumberToObject(source, "rmse", m->source[s].rmse);
        json_add_interval(source, "rmse_interval", &m->source_rmse[s]);
        cJSON_AddNumberToObject(source, "test_weight", lac_data_source_weight(data, s));
        add_errors(source, m, &m->source[s]);
        cJSON_AddItemToArray(sources, source);
    }
}

static void add_points(cJSON *root, const lac_data *data, const lac_measures *m)
{
    cJSON *points = cJSON_AddArrayToObject(root, "points");
    for (int k = 0; k < m->points; k++) {
        cJSON *point = cJSON_CreateObject();
        cJSON_AddStringToObject(point, "name", lac_data_point_name(data, k));
        cJSON_AddNumberToObject(point, "rmse", m->point[k].rmse);
        cJSON_AddNumberToObject(point, "failure", m->point[k].failure_points);
        add_errors(point, m, &m->point[k]);
        cJSON_AddItemToArray(points, point);
    }
    cJSON *patterns = cJSON_AddArrayToObject(root, "patterns");
    for (int i = 0; i < m->patterns; i++) {
        cJSON *pattern = cJSON_CreateObject();
        cJSON *names = cJSON_AddArrayToObject(pattern, "points");
        for (int k = 0; k < m->points; k++)
            if (m->present[(size_t)i * m->points + k])
                cJSON_AddItemToArray(names, cJSON_CreateString(lac_data_point_name(data, k)));
        add_errors(pattern, m, &m->pattern[i]);
        cJSON_AddItemToArray(patterns, pattern);
    }
}

void measures_json(cJSON *root, const lac_predicted *p, const lac_measures *m)
{
    cJSON_AddNumberToObject(root, "rows", p->count);
    cJSON_AddNumberToObject(root, "loss", p->loss);
    add_whole(root, p->data, m);
    add_sources(root, p->data, m);
    add_points(root, p->data, m);
}

/* ---- Options ------------------------------------------------------------------------------- */

int is_norm(const char *text)
{
    const char *comma = strchr(text, ',');
    size_t length = comma ? (size_t)(comma - text) : 0;
    return strcmp(text, "box") == 0 ||
           (comma && (strlen(comma + 1) != length || strncmp(text, comma + 1, length) != 0));
}

static int find_point(const lac_data *data, const char *name, size_t length)
{
    for (int k = 0; k < lac_data_points(data); k++)
        if (strncmp(lac_data_point_name(data, k), name, length) == 0 &&
            lac_data_point_name(data, k)[length] == '\0')
            return k;
    fprintf(stderr, "lacuna: --nme: the data has no point '%.*s'\n", (int)length, name);
    return -1;
}

int measure_take(const measure_options *o, const lac_data *data, lac_measures_config *config)
{
    *config = lac_measures_config_default();
    config->threshold = o->threshold / 100;
    config->resamples = o->resamples;
    config->seed = o->seed;
    if (!o->nme)
        return CODE_DONE;
    config->norm = strcmp(o->nme, "box") == 0 ? LAC_LENGTH_BOX : LAC_LENGTH_POINTS;
    if (config->norm == LAC_LENGTH_BOX)
        return CODE_DONE;
    const char *comma = strchr(o->nme, ','); /* is_norm saw to it */
    int *point = config->norm_point;
    point[0] = find_point(data, o->nme, (size_t)(comma - o->nme));
    if (point[0] >= 0)
        point[1] = find_point(data, comma + 1, strlen(comma + 1));
    return point[0] < 0 || point[1] < 0 ? CODE_FAILED : CODE_DONE;
}
