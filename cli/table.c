/*
 * How verbs read a table: with the settings of a training that say what is a gap and which points
 * are partners, given as options or taken from the model that is measured; and what was decided.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

int is_table_setting(const lac_field *f)
{
    return setting_is(f, "missing outside pairs");
}

/* A model keeps its partners: a file of pairs need not be there any more. */
static void leave_pairs(lac_train_config *config)
{
    lac_train_set(NULL, config, "pairs", "names");
}

lac_status table_settings(const lac_model *model, lac_train_config *config)
{
    lac_status status = lac_model_config(model, config);
    leave_pairs(config);
    return status;
}

static lac_status table_open(lac_context *ctx, const table_job *job,
                             const lac_train_config *trained, lac_data **data)
{
    lac_train_config config = *trained;
    lac_status status = LAC_OK;
    if (job->missing)
        status = lac_train_set(ctx, &config, "missing", job->missing);
    if (status == LAC_OK && job->outside)
        status = lac_train_set(ctx, &config, "outside", job->outside);
    leave_pairs(&config);
    return status == LAC_OK
               ? lac_data_open_as(ctx, job->path, LAC_TABLE_TRAINING, &config, data)
               : status;
}

lac_status table_open_for_model(lac_context *ctx, const table_job *job, const lac_model *model,
                                lac_data **data)
{
    lac_train_config config;
    lac_status status = lac_model_config(model, &config);
    return status == LAC_OK ? table_open(ctx, job, &config, data) : status;
}

lac_status table_open_for_run(lac_context *ctx, const table_job *job, const char *run,
                              lac_data **data)
{
    lac_train_config config;
    static const char *const inside[] = {"", "/trial-001", "/fold-001"}; /* of a search, of folds */
    int i = 0, count = sizeof inside / sizeof inside[0];
    for (lac_status status = LAC_ERROR_IO; i < count && status != LAC_OK; i++) {
        char *path = need(strlen(run) + strlen(inside[i]) + 1, 1);
        strcat(strcpy(path, run), inside[i]);
        status = lac_train_read(ctx, path, &config);
        if (status != LAC_OK && i + 1 == count)
            config = lac_train_config_default();
        free(path);
    }
    return table_open(ctx, job, &config, data);
}

/* ---- Mirror partners --------------------------------------------------------------------- */

static void print_pairs(const char *by, int pairs, int points)
{
    int own = points - 2 * pairs;
    printf("mirror partners %s: ", by);
    if (pairs)
        printf("%d pair%s, ", pairs, pairs == 1 ? "" : "s");
    else
        printf("none found, ");
    printf("%d point%s own\n", own, own == 1 ? " is its" : "s are their");
}

const char *partners_by(const lac_data *data)
{
    static const char *const by[] = {"by name", "by file", "by the mean face"}; /* lac_mirror_by */
    return by[lac_data_mirror_by(data)];
}

/* The pairs that names do not give and the mean face shows, on lines of 79 columns. */
static void print_wanted(const lac_data *data)
{
    int column = 0;
    for (int p = 0; p < lac_data_points(data); p++) {
        int q = lac_data_wanted_point(data, p);
        const char *a = lac_data_point_name(data, p), *b = lac_data_point_name(data, q);
        int length = (int)(strlen(a) + strlen(b)) + 3;
        if (q <= p)
            continue;
        if (column == 0)
            column = printf("the mean face needs these:");
        else
            column += printf(",");
        if (column + length > 79)
            column = printf("\n ") - 1;
        column += printf(" %s %s", a, b);
    }
    if (column)
        printf("\n'lacuna train' takes these with --pairs data, or two names a line with --pairs "
               "FILE,\nor leaves mirror images out with --no-mirror\n");
}

void print_data_partners(const lac_data *data)
{
    int pairs = 0, points = lac_data_points(data);
    for (int p = 0; p < points; p++)
        pairs += lac_data_mirror_point(data, p) > p;
    print_pairs(partners_by(data), pairs, points);
    print_wanted(data);
}

void print_model_partners(const lac_model *model, const char *by)
{
    int pairs = 0, points = lac_model_points(model);
    for (int p = 0; p < points; p++)
        pairs += lac_model_mirror_point(model, p) > p;
    print_pairs(by, pairs, points);
}
