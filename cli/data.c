/*
 * lacuna data: what a table holds, before anything is learned from it.
 */
#include "cli.h"

#include <math.h>

enum { PATTERNS_SHOWN = 12, PATTERN_WIDTH = 60 };

typedef struct data_options {
    const char *path;
    int json, rows;
    lac_train_config config; /* missing, outside, pairs; holdout and seed of --rows */
    machine_options machine;
} data_options;

/* A row's number as a message names it: the header is row 1. */
static int file_row(int row)
{
    return row + 2;
}

static double share(int part, int whole)
{
    return whole ? 100.0 * part / whole : 0;
}

static void print_rows(const char *path, const lac_data *data, const lac_data_summary *s)
{
    printf("%s: %d picture%s of %dx%d, %d point%s\n\n", path, s->rows, s->rows == 1 ? "" : "s",
           lac_data_size(data), lac_data_size(data), s->points, s->points == 1 ? "" : "s");
    if (s->points > 0) {
        printf("%-46s %8d %8.2f %%\n", "rows with every label", s->complete_rows,
               share(s->complete_rows, s->rows));
        printf("%-46s %8d %8.2f %%\n", "rows with no label", s->unlabelled_rows,
               share(s->unlabelled_rows, s->rows));
    }
    printf("%-46s %8d %8.2f %%\n", "rows whose picture stands in an earlier row",
           s->duplicate_rows, share(s->duplicate_rows, s->rows));
    printf("%-46s %8d %8.2f %%\n", "rows with a near twin (same photo or person)", s->twin_rows,
           share(s->twin_rows, s->rows));
    printf("%-46s %8d\n", "groups of equal or nearly equal pictures", s->groups);
    if (lac_data_crop(data)[0])
        printf("%-46s %8s\n", "crop, from a box to a picture", lac_data_crop(data));
}

static void print_points(const lac_data *data, const lac_data_summary *s)
{
    printf("\n%-42s %10s %11s %9s\n", "point (mirror partner)", "labels", "", "mean x, y");
    for (int k = 0; k < s->points; k++) {
        int partner = lac_data_mirror_point(data, k);
        char name[80], x[24], y[24];
        if (partner == k)
            snprintf(name, sizeof name, "%2d %s", k + 1, lac_data_point_name(data, k));
        else
            snprintf(name, sizeof name, "%2d %s (%d)", k + 1, lac_data_point_name(data, k),
                     partner + 1);
        int is_seen = s->labels[k] > 0;
        printf("%-42s %10d %8.2f %% %7s %7s\n", name, s->labels[k], share(s->labels[k], s->rows),
               number_text(is_seen ? s->mean[2 * k] : NAN, 1, x),
               number_text(is_seen ? s->mean[2 * k + 1] : NAN, 1, y));
    }
}

/* One sign a point in the table's order: # has its label, . has not. */
static void print_patterns(const lac_data_summary *s)
{
    int shown = s->pattern_count < PATTERNS_SHOWN ? s->pattern_count : PATTERNS_SHOWN;
    int other_rows = 0;
    printf("\n%8s %8s  pattern (# = has the point, points in order)\n", "rows", "points");
    for (int i = 0; i < shown; i++) {
        const lac_pattern *p = &s->patterns[i];
        printf("%8d %8d  ", p->rows, p->points);
        for (int k = 0; k < s->points; k++) {
            if (k > 0 && k % PATTERN_WIDTH == 0)
                printf("\n%19s", "");
            putchar(p->present[k] ? '#' : '.');
        }
        printf("\n");
    }
    for (int i = shown; i < s->pattern_count; i++)
        other_rows += s->patterns[i].rows;
    if (shown < s->pattern_count)
        printf("%8d           in %d more patterns\n", other_rows, s->pattern_count - shown);
}

static void print_sources(const lac_data *data)
{
    printf("\n%8s %8s  %s\n", "rows", "points", "label source: share of the test set");
    for (int i = 0; i < lac_data_sources(data); i++) {
        double weight = lac_data_source_weight(data, i);
        const char *name = lac_data_source_name(data, i);
        printf("%8d %8d  %d", lac_data_source_rows(data, i), lac_data_source_points(data, i),
               i + 1);
        if (name)
            printf(" (%s)", name);
        fputs(": ", stdout);
        if (isnan(weight))
            printf("unknown without IdLookupTable.csv\n");
        else
            printf("%.2f %%\n", 100 * weight);
    }
}

static void print_outliers(const lac_data *data, const lac_data_summary *s)
{
    printf("\n%8s %8s  farthest from the mean face (the header is row 1)\n", "row", "picture");
    for (int i = 0; i < s->outlier_count; i++) {
        int row = s->outliers[i].row;
        char id[24];
        printf("%8d %8s  %.2f px\n", file_row(row), picture_text(data, row, id),
               s->outliers[i].distance);
    }
}

static void add_labels(cJSON *root, const lac_data *data, const lac_data_summary *s)
{
    cJSON_AddStringToObject(root, "mirror_partners", partners_by(data));
    cJSON *points = cJSON_AddArrayToObject(root, "points");
    for (int k = 0; k < s->points; k++) {
        cJSON *point = cJSON_CreateObject();
        cJSON_AddStringToObject(point, "name", lac_data_point_name(data, k));
        cJSON_AddStringToObject(point, "mirror",
                                lac_data_point_name(data, lac_data_mirror_point(data, k)));
        if (lac_data_wanted_point(data, k) != k)
            cJSON_AddStringToObject(point, "mirror_wanted",
                                    lac_data_point_name(data, lac_data_wanted_point(data, k)));
        cJSON_AddNumberToObject(point, "labels", s->labels[k]);
        cJSON_AddNumberToObject(point, "mean_x", s->labels[k] ? s->mean[2 * k] : NAN);
        cJSON_AddNumberToObject(point, "mean_y", s->labels[k] ? s->mean[2 * k + 1] : NAN);
        cJSON_AddItemToArray(points, point);
    }
    cJSON *patterns = cJSON_AddArrayToObject(root, "patterns");
    for (int i = 0; i < s->pattern_count; i++) {
        cJSON *pattern = cJSON_CreateObject();
        cJSON_AddNumberToObject(pattern, "rows", s->patterns[i].rows);
        cJSON *names = cJSON_AddArrayToObject(pattern, "points");
        for (int k = 0; k < s->points; k++)
            if (s->patterns[i].present[k])
                cJSON_AddItemToArray(names, cJSON_CreateString(lac_data_point_name(data, k)));
        cJSON_AddItemToArray(patterns, pattern);
    }
    cJSON *sources = cJSON_AddArrayToObject(root, "sources");
    for (int i = 0; i < lac_data_sources(data); i++) {
        cJSON *source = cJSON_CreateObject();
        json_add_source(source, data, i);
        cJSON_AddNumberToObject(source, "points", lac_data_source_points(data, i));
        cJSON_AddNumberToObject(source, "rows", lac_data_source_rows(data, i));
        cJSON_AddNumberToObject(source, "test_weight", lac_data_source_weight(data, i));
        cJSON_AddItemToArray(sources, source);
    }
}

static void print_json(const char *path, const lac_data *data, const lac_data_summary *s)
{
    cJSON *root = json_new();
    cJSON_AddStringToObject(root, "path", path);
    cJSON_AddNumberToObject(root, "rows", s->rows);
    cJSON_AddNumberToObject(root, "size", lac_data_size(data));
    cJSON_AddNumberToObject(root, "complete_rows", s->complete_rows);
    cJSON_AddNumberToObject(root, "unlabelled_rows", s->unlabelled_rows);
    cJSON_AddNumberToObject(root, "duplicate_rows", s->duplicate_rows);
    cJSON_AddNumberToObject(root, "twin_rows", s->twin_rows);
    cJSON_AddNumberToObject(root, "groups", s->groups);
    if (lac_data_crop(data)[0])
        cJSON_AddStringToObject(root, "crop", lac_data_crop(data));
    add_labels(root, data, s);
    cJSON *outliers = cJSON_AddArrayToObject(root, "outliers");
    for (int i = 0; i < s->outlier_count; i++) {
        cJSON *outlier = cJSON_CreateObject();
        cJSON_AddNumberToObject(outlier, "row", file_row(s->outliers[i].row));
        json_add_picture(outlier, data, s->outliers[i].row);
        cJSON_AddNumberToObject(outlier, "distance", s->outliers[i].distance);
        cJSON_AddItemToArray(outliers, outlier);
    }
    json_print(root);
}

static void print_table(const char *path, const lac_data *data, const lac_data_summary *s)
{
    print_rows(path, data, s);
    if (s->points == 0)
        return;
    print_points(data, s);
    print_data_partners(data);
    print_patterns(s);
    print_sources(data);
    print_outliers(data, s);
}

static lac_status describe(lac_context *ctx, const data_options *o, const lac_data *data)
{
    lac_data_summary *summary;
    lac_status status = lac_data_summarize(ctx, data, &summary);
    if (status != LAC_OK)
        return status;
    if (o->json)
        print_json(o->path, data, summary);
    else
        print_table(o->path, data, summary);
    lac_data_summary_free(&summary);
    return LAC_OK;
}

/* A line for every row, with what a training makes of it. */
static lac_status list_rows(lac_context *ctx, const data_options *o, const lac_data *data)
{
    lac_split *split;
    lac_status status = lac_split_make(ctx, data, o->config.holdout, o->config.seed, &split);
    if (status != LAC_OK)
        return status;
    printf("row,picture,source,group,held_out\n");
    for (int r = 0; r < lac_data_rows(data); r++) {
        char id[24];
        printf("%d,%s,%d,%d,%d\n", file_row(r), picture_text(data, r, id),
               lac_data_row_source(data, r) + 1, file_row(lac_split_group(split, r)),
               lac_split_is_holdout(split, r));
    }
    lac_split_free(&split);
    return LAC_OK;
}

static int run(const data_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = lac_data_open_as(ctx, o->path, LAC_TABLE_ANY, &o->config, &data);
    if (status == LAC_OK)
        status = o->rows ? list_rows(ctx, o, data) : describe(ctx, o, data);
    int code = report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_data(int argc, char **argv)
{
    data_options o = {.config = lac_train_config_default()};
    option settings[MOST_SETTINGS];
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "PATH", .value = &o.path, .required = 1,
         .about = "a table: a CSV file, an archive or a folder that holds one (its training "
                  "table), or - for standard input"},
        {.type = OPTION_FLAG, .name = "json", .value = &o.json,
         .about = "print JSON, with all patterns; the header is row 1"},
        {.type = OPTION_FLAG, .name = "rows", .value = &o.rows,
         .about = "print CSV instead, a line a row: row (the header is row 1), picture, label "
                  "source, group of equal or nearly equal pictures (its first row), and 1 where "
                  "a training of this hold-out and seed holds the row out"},
        {.type = OPTION_NUMBER, .name = "holdout", .value = &o.config.holdout, .unit = "F",
         .min = 0, .max = 1, .below = 1, .about = "of --rows: share of the rows that is held out"},
        {.type = OPTION_U64, .name = "seed", .value = &o.config.seed, .unit = "N",
         .about = "of --rows: the training's seed, or its --split-seed"},
        SETTINGS(settings, setting_options(&o.config, is_table_setting, settings)),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "data",
        .usage = "lacuna data PATH [options]",
        .about = "Describes a table: rows, labels of every point, patterns of missing labels, "
                 "label sources and their share of the test set (known if the folder holds "
                 "IdLookupTable.csv), exact duplicates and near twins of pictures, and the rows "
                 "farthest from the mean face, where wrong labels are likely.",
        .examples = "  lacuna data kaggle\n"
                    "  lacuna data kaggle/training.zip --json\n"
                    "  lacuna data kaggle --rows --seed 2 >rows.csv",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    if (code == CODE_GO_ON && o.json && o.rows)
        code = options_misuse(&c, "--json and --rows: one at a time");
    return code == CODE_GO_ON ? run(&o) : code;
}
