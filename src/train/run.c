/* The run folder: begun once, kept in step with the epochs, never half written. */
#include "train/run.h"
#include "kernel/kernel.h"
#include "settings/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] = "epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse,"
                             "test_weighted_rmse,failure_points,failure_images\n";

static const char machine_header[] = "epoch,threads,cpu,processor,version\n";

static lac_status write_text(lac_context *ctx, const char *run, const char *name,
                             const char *text, size_t length)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(ctx, run, name, &path));
    lac_status status = lac_file_create(ctx, path, &file);
    if (status == LAC_OK) {
        fwrite(text, 1, length, file.stream); /* commit reports a failed write */
        status = lac_file_commit(ctx, &file);
    }
    free(path);
    return status;
}

static lac_status write_config(lac_context *ctx, const char *run, const lac_train_config *config)
{
    char *text;
    LAC_TRY(lac_config_to_json(ctx, config, &text));
    lac_status status = write_text(ctx, run, "config.json", text, strlen(text));
    free(text);
    return status;
}

static lac_status refuse_old_run(lac_context *ctx, const char *run)
{
    static const char *const names[] = {"config.json", "metrics.csv", "last.safetensors",
                                        "best.safetensors"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        char *path;
        LAC_TRY(lac_path_join(ctx, run, names[i], &path));
        int there = lac_path_exists(path);
        free(path);
        if (there)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s: holds a run already (%s): resume it or choose another folder", run,
                            names[i]);
    }
    return LAC_OK;
}

lac_status lac_run_discard(lac_context *ctx, const char *run)
{
    static const char *const names[] = {"config.json", "metrics.csv", "machine.csv"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        char *path;
        LAC_TRY(lac_path_join(ctx, run, names[i], &path));
        int good = !lac_path_exists(path) || remove(path) == 0;
        lac_status status = good ? LAC_OK : lac_fail_errno(ctx, path, "remove");
        free(path);
        LAC_TRY(status);
    }
    return LAC_OK;
}

/* A line for every start: where the epochs behind `epochs` were made. */
static lac_status append_machine(lac_context *ctx, const char *run, int epochs)
{
    char *path;
    char processor[LAC_PROCESSOR];
    lac_kernels_processor(processor);
    LAC_TRY(lac_path_join(ctx, run, "machine.csv", &path));
    int is_new = !lac_path_exists(path);
    FILE *stream = fopen(path, "ab");
    if (stream)
        fprintf(stream, "%s%d,%d,%s,\"%s\",%s\n", is_new ? machine_header : "", epochs,
                lac_context_threads(ctx), lac_cpu_name(lac_context_cpu(ctx)), processor,
                LAC_VERSION);
    int good = stream && !ferror(stream);
    if (stream && fclose(stream) != 0)
        good = 0;
    lac_status status = good ? LAC_OK : lac_fail_errno(ctx, path, "write");
    free(path);
    return status;
}

lac_status lac_run_begin(lac_context *ctx, const char *run, const lac_train_config *config)
{
    LAC_TRY(lac_folder_make(ctx, run));
    LAC_TRY(refuse_old_run(ctx, run));
    LAC_TRY(write_config(ctx, run, config));
    LAC_TRY(append_machine(ctx, run, 0));
    return write_text(ctx, run, "metrics.csv", header, strlen(header));
}

/* The bytes of the header and of the lines of the first `epochs` epochs. */
static lac_status measure_kept(lac_context *ctx, const char *path, const char *text, int epochs,
                               size_t *kept)
{
    if (strncmp(text, header, strlen(header)) != 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s:1: not the header of a run's metrics", path);
    const char *line = text + strlen(header);
    for (int epoch = 1; epoch <= epochs; epoch++) {
        const char *end = strchr(line, '\n');
        char *comma;
        if (!end || strtol(line, &comma, 10) != epoch || *comma != ',')
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s:%d: the line of epoch %d is missing", path,
                            epoch + 1, epoch);
        line = end + 1;
    }
    *kept = (size_t)(line - text);
    return LAC_OK;
}

static lac_status keep_lines(lac_context *ctx, const char *run, int epochs)
{
    char *path;
    char *text = NULL;
    size_t size;
    LAC_TRY(lac_path_join(ctx, run, "metrics.csv", &path));
    lac_status status = lac_file_read(ctx, path, &text, &size);
    if (status == LAC_OK)
        status = measure_kept(ctx, path, text, epochs, &size);
    if (status == LAC_OK)
        status = write_text(ctx, run, "metrics.csv", text, size);
    free(text);
    free(path);
    return status;
}

lac_status lac_run_resume(lac_context *ctx, const char *run, const lac_train_config *config,
                          int epochs)
{
    LAC_TRY(keep_lines(ctx, run, epochs));
    LAC_TRY(append_machine(ctx, run, epochs));
    return write_config(ctx, run, config);
}

static void write_cell(FILE *stream, double value)
{
    char cell[32] = "";
    if (!isnan(value))
        snprintf(cell, sizeof cell, "%.9g", value);
    char *comma = strchr(cell, ','); /* some locales' decimal point */
    if (comma)
        *comma = '.';
    fprintf(stream, ",%s", cell);
}

lac_status lac_run_append(lac_context *ctx, const char *run, const lac_run_line *line)
{
    const double cells[] = {line->seconds,      line->images_per_s,       line->train_loss,
                            line->holdout_loss, line->holdout_rmse,       line->test_weighted_rmse,
                            line->failure_points, line->failure_images};
    char *path;
    LAC_TRY(lac_path_join(ctx, run, "metrics.csv", &path));
    lac_status status = LAC_OK;
    FILE *stream = fopen(path, "ab");
    if (stream) {
        fprintf(stream, "%d", line->epoch);
        for (int i = 0; i < LAC_COUNT(cells); i++)
            write_cell(stream, cells[i]);
        fputc('\n', stream);
    }
    int good = stream && !ferror(stream);
    if (stream && fclose(stream) != 0)
        good = 0;
    if (!good)
        status = lac_fail_errno(ctx, path, "write");
    free(path);
    return status;
}
