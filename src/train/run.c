/* The run folder: its files are made once, and gain a line an epoch or a line a start. */
#include "train/run.h"
#include "kernel/kernel.h"
#include "settings/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 512 }; /* bytes of a line of metrics.csv or machine.csv */

static const char *const machine_names[LAC_MACHINE_COLUMNS] = {
    [LAC_MACHINE_EPOCH] = "epoch",         [LAC_MACHINE_THREADS] = "threads",
    [LAC_MACHINE_CPU] = "cpu",             [LAC_MACHINE_PROCESSOR] = "processor",
    [LAC_MACHINE_VERSION] = "version",
};

static void write_line(const char *const *cell, int count, char line[LINE_ROOM])
{
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        snprintf(line + used, LINE_ROOM - used, "%s%c", cell[i], i + 1 < count ? ',' : '\n');
        used += strlen(cell[i]) + 1;
    }
}

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

/* Adds text at the end of the file, or makes the file with it. */
static lac_status append_text(lac_context *ctx, const char *run, const char *name,
                              const char *text)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, run, name, &path));
    FILE *stream = fopen(path, "ab");
    int good = stream && fputs(text, stream) >= 0;
    if (stream && fclose(stream) != 0)
        good = 0;
    lac_status status = good ? LAC_OK : lac_fail_errno(ctx, path, "write");
    free(path);
    return status;
}

/* Columns of metrics.csv. */
static int column_count(const lac_train_config *config)
{
    return config->ema > 0.0 ? LAC_HISTORY_COLUMNS : LAC_HISTORY_RAW;
}

static lac_status write_config(lac_context *ctx, const char *run, const lac_train_config *config)
{
    char *text;
    LAC_TRY(lac_config_to_json(ctx, config, &text));
    lac_status status = write_text(ctx, run, "config.json", text, strlen(text));
    free(text);
    return status;
}

/* ---- machine.csv ---------------------------------------------------------------------- */

static lac_status is_file(lac_context *ctx, const char *run, const char *name, int *there)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, run, name, &path));
    *there = lac_path_exists(path);
    free(path);
    return LAC_OK;
}

/* A line for every start: where the epochs behind `epochs` are made. */
static lac_status append_machine(lac_context *ctx, const char *run, int epochs)
{
    char line[LINE_ROOM], processor[LAC_PROCESSOR];
    int there;
    LAC_TRY(is_file(ctx, run, "machine.csv", &there));
    write_line(machine_names, LAC_MACHINE_COLUMNS, line);
    if (!there)
        LAC_TRY(append_text(ctx, run, "machine.csv", line));
    lac_kernels_processor(processor);
    snprintf(line, sizeof line, "%d,%d,%s,\"%s\",%s\n", epochs, lac_context_threads(ctx),
             lac_cpu_name(lac_context_cpu(ctx)), processor, LAC_VERSION);
    return append_text(ctx, run, "machine.csv", line);
}

lac_status lac_run_machines(lac_context *ctx, const char *run, lac_csv **out)
{
    char *path;
    *out = NULL;
    LAC_TRY(lac_path_join(ctx, run, "machine.csv", &path));
    lac_status status = lac_path_exists(path) ? lac_csv_open(ctx, path, "machine", out) : LAC_OK;
    free(path);
    if (status == LAC_OK && *out && (*out)->columns != LAC_MACHINE_COLUMNS) {
        status = lac_csv_fail(*out, -1, "%d columns, a run's machines have %d", (*out)->columns,
                              LAC_MACHINE_COLUMNS);
        lac_csv_close(out);
    }
    return status;
}

/* ---- The folder ------------------------------------------------------------------------ */

static lac_status refuse_old_run(lac_context *ctx, const char *run)
{
    static const char *const names[] = {"config.json", "metrics.csv", "last.safetensors",
                                        "best.safetensors"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        int there;
        LAC_TRY(is_file(ctx, run, names[i], &there));
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

lac_status lac_run_begin(lac_context *ctx, const char *run, const lac_train_config *config)
{
    LAC_TRY(lac_folder_make(ctx, run));
    LAC_TRY(refuse_old_run(ctx, run));
    LAC_TRY(write_config(ctx, run, config));
    LAC_TRY(append_machine(ctx, run, 0));
    char header[LINE_ROOM];
    write_line(lac_history_names, column_count(config), header);
    return write_text(ctx, run, "metrics.csv", header, strlen(header));
}

/* The bytes of the header and of the lines of the first `epochs` epochs. */
static lac_status measure_kept(lac_context *ctx, const char *path, const char *text, int columns,
                               int epochs, size_t *kept)
{
    char header[LINE_ROOM];
    write_line(lac_history_names, columns, header);
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

static lac_status keep_lines(lac_context *ctx, const char *run, int columns, int epochs)
{
    char *path;
    char *text = NULL;
    size_t size;
    LAC_TRY(lac_path_join(ctx, run, "metrics.csv", &path));
    lac_status status = lac_file_read(ctx, path, &text, &size);
    if (status == LAC_OK)
        status = measure_kept(ctx, path, text, columns, epochs, &size);
    if (status == LAC_OK)
        status = write_text(ctx, run, "metrics.csv", text, size);
    free(text);
    free(path);
    return status;
}

lac_status lac_run_resume(lac_context *ctx, const char *run, const lac_train_config *config,
                          int epochs)
{
    LAC_TRY(keep_lines(ctx, run, column_count(config), epochs));
    LAC_TRY(append_machine(ctx, run, epochs));
    return write_config(ctx, run, config);
}

static void write_cell(double value, char cell[LAC_NUMBER])
{
    cell[0] = '\0';
    if (!isnan(value))
        lac_number_digits(value, 9, cell);
}

lac_status lac_run_append(lac_context *ctx, const char *run, const lac_train_config *config,
                          const double line[LAC_HISTORY_COLUMNS])
{
    char cells[LAC_HISTORY_COLUMNS][LAC_NUMBER], text[LINE_ROOM];
    const char *cell[LAC_HISTORY_COLUMNS];
    int columns = column_count(config);
    for (int i = 0; i < columns; i++) {
        write_cell(line[i], cells[i]);
        cell[i] = cells[i];
    }
    write_line(cell, columns, text);
    return append_text(ctx, run, "metrics.csv", text);
}
