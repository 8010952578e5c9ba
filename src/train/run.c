/*
 * The run folder: its files are made once, and gain a line an epoch or a line a start. What
 * metrics.csv must hold is kept in memory, so that nobody can take a line out of a run under way.
 */
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

static lac_status write_text(const lac_run *run, const char *name, const char *text,
                             size_t length)
{
    char *path;
    lac_file file;
    LAC_TRY(lac_path_join(run->ctx, run->path, name, &path));
    lac_status status = lac_file_create(run->ctx, path, &file);
    if (status == LAC_OK) {
        fwrite(text, 1, length, file.stream); /* commit reports a failed write */
        status = lac_file_commit(run->ctx, &file);
    }
    free(path);
    return status;
}

/* ---- config.json ---------------------------------------------------------------------- */

static lac_status write_config(const lac_run *run, const lac_train_config *config)
{
    char *text;
    LAC_TRY(lac_config_to_json(run->ctx, config, &text));
    lac_status status = write_text(run, "config.json", text, strlen(text));
    free(text);
    return status;
}

/* ---- machine.csv ---------------------------------------------------------------------- */

/* A line for every start: where the epochs behind `epochs` are made. */
static lac_status add_machine(const lac_run *run, int epochs, int is_new)
{
    char text[2 * LINE_ROOM], processor[LAC_PROCESSOR];
    char *path;
    LAC_TRY(lac_path_join(run->ctx, run->path, "machine.csv", &path));
    is_new |= !lac_path_exists(path);
    size_t used = 0;
    if (is_new) {
        write_line(machine_names, LAC_MACHINE_COLUMNS, text);
        used = strlen(text);
    }
    lac_kernels_processor(processor);
    snprintf(text + used, LINE_ROOM, "%d,%d,%s,\"%s\",%s\n", epochs,
             lac_context_threads(run->ctx), lac_cpu_name(lac_context_cpu(run->ctx)), processor,
             LAC_VERSION);
    lac_status status = is_new ? write_text(run, "machine.csv", text, strlen(text))
                               : lac_file_append(run->ctx, path, text, strlen(text));
    free(path);
    return status;
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

/* ---- metrics.csv ---------------------------------------------------------------------- */

/* Columns of metrics.csv. */
static int column_count(const lac_train_config *config)
{
    return config->ema > 0.0 ? LAC_HISTORY_COLUMNS : LAC_HISTORY_RAW;
}

/* Adds text to what metrics.csv must hold. */
static lac_status keep_text(lac_run *run, const char *text, size_t length)
{
    if (run->length + length > run->room) {
        char *more;
        size_t room = 2 * (run->length + length);
        LAC_TRY(lac_alloc(run->ctx, room, 1, &more));
        if (run->length)
            memcpy(more, run->metrics, run->length);
        free(run->metrics);
        run->metrics = more;
        run->room = room;
    }
    memcpy(run->metrics + run->length, text, length);
    run->length += length;
    return LAC_OK;
}

static lac_status keep_header(lac_run *run, const lac_train_config *config, char header[LINE_ROOM])
{
    run->columns = column_count(config);
    run->length = 0;
    run->stamp = (lac_stamp){0};
    write_line(lac_history_names, run->columns, header);
    return keep_text(run, header, strlen(header));
}

/* Writes what metrics.csv must hold, whose last `added` bytes are new: behind the others, or all
 * where somebody else has been at the file. */
static lac_status write_metrics(lac_run *run, size_t added)
{
    lac_stamp stamp;
    char *path;
    LAC_TRY(lac_path_join(run->ctx, run->path, "metrics.csv", &path));
    int there = lac_file_stamp(path, &stamp);
    int is_ours = there && memcmp(&stamp, &run->stamp, sizeof stamp) == 0;
    if (!is_ours && added < run->length)
        lac_log(run->ctx, "%s: was %s during the run, and is written anew", path,
                there ? "changed" : "removed");
    lac_status status =
        is_ours ? lac_file_append(run->ctx, path, run->metrics + run->length - added, added)
                : write_text(run, "metrics.csv", run->metrics, run->length);
    lac_file_stamp(path, &run->stamp);
    free(path);
    return status;
}

/* Keeps the lines of the first `epochs` epochs; *count is how many there are. What is no such
 * line, as somebody may have edited the file, is dropped. */
static lac_status keep_lines(lac_run *run, const char *text, int epochs, int *count)
{
    long last = 0;
    *count = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        char *comma;
        long epoch = strtol(text, &comma, 10);
        if (*comma != ',' || epoch <= last || epoch > epochs)
            continue;
        LAC_TRY(keep_text(run, text, (size_t)(end + 1 - text)));
        last = epoch;
        ++*count;
    }
    return LAC_OK;
}

static lac_status keep_metrics(lac_run *run, const char *path, const lac_train_config *config,
                               int epochs)
{
    char header[LINE_ROOM];
    char *text = NULL;
    size_t size;
    int count = 0;
    LAC_TRY(keep_header(run, config, header));
    lac_status status = LAC_OK;
    if (lac_path_exists(path)) {
        status = lac_file_read(run->ctx, path, &text, &size);
        if (status == LAC_OK && strncmp(text, header, strlen(header)) != 0)
            status = lac_fail(run->ctx, LAC_ERROR_FORMAT,
                              "%s:1: not the header of a run's metrics; without the file the run "
                              "goes on, and lacks these lines", path);
        if (status == LAC_OK)
            status = keep_lines(run, text + strlen(header), epochs, &count);
        free(text);
    }
    if (status == LAC_OK && count < epochs)
        lac_log(run->ctx, "%s: lacks %d of the lines of %d epochs, which stay missing", path,
                epochs - count, epochs);
    return status;
}

static void write_cell(double value, char cell[LAC_NUMBER])
{
    cell[0] = '\0';
    if (!isnan(value))
        lac_number_digits(value, 9, cell);
}

lac_status lac_run_append(lac_run *run, const double line[LAC_HISTORY_COLUMNS])
{
    char cells[LAC_HISTORY_COLUMNS][LAC_NUMBER], text[LINE_ROOM];
    const char *cell[LAC_HISTORY_COLUMNS];
    for (int i = 0; i < run->columns; i++) {
        write_cell(line[i], cells[i]);
        cell[i] = cells[i];
    }
    write_line(cell, run->columns, text);
    LAC_TRY(keep_text(run, text, strlen(text)));
    return write_metrics(run, strlen(text));
}

/* ---- The folder ------------------------------------------------------------------------ */

lac_status lac_run_open(lac_context *ctx, const char *path, lac_run **out)
{
    static const char *const names[] = {"config.json", "machine.csv", "metrics.csv",
                                        "last.safetensors", "best.safetensors"};
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    lac_status status = lac_strdup(ctx, path, &(*out)->path);
    if (status == LAC_OK)
        status = lac_lock_take(ctx, path, &(*out)->lock);
    if (status == LAC_OK)
        status = lac_folder_sweep(ctx, path, names, LAC_COUNT(names));
    if (status != LAC_OK)
        lac_run_close(out);
    return status;
}

void lac_run_close(lac_run **run)
{
    lac_run *r = *run;
    if (!r)
        return;
    lac_lock_release(&r->lock);
    free(r->path);
    free(r->metrics);
    free(r);
    *run = NULL;
}

/* Whether metrics.csv has a line behind its header. */
static lac_status has_epochs(lac_context *ctx, const char *path, int *has)
{
    char *text;
    size_t size;
    LAC_TRY(lac_file_read(ctx, path, &text, &size));
    const char *end = strchr(text, '\n');
    *has = end && end[1];
    free(text);
    return LAC_OK;
}

lac_status lac_run_find(lac_context *ctx, const char *path, const char **name)
{
    static const char *const names[] = {"last.safetensors", "best.safetensors", "metrics.csv"};
    lac_status status = LAC_OK;
    *name = NULL;
    for (int i = 0; i < LAC_COUNT(names) && !*name && status == LAC_OK; i++) {
        char *file;
        LAC_TRY(lac_path_join(ctx, path, names[i], &file));
        int has = lac_path_exists(file);
        if (has && i == 2)
            status = has_epochs(ctx, file, &has);
        if (has)
            *name = names[i];
        free(file);
    }
    return status;
}

lac_status lac_run_discard(const lac_run *run)
{
    static const char *const names[] = {"config.json", "metrics.csv", "machine.csv"};
    for (int i = 0; i < LAC_COUNT(names); i++) {
        char *path;
        LAC_TRY(lac_path_join(run->ctx, run->path, names[i], &path));
        int good = !lac_path_exists(path) || remove(path) == 0;
        lac_status status = good ? LAC_OK : lac_fail_errno(run->ctx, path, "remove");
        free(path);
        LAC_TRY(status);
    }
    return LAC_OK;
}

/* A run's own model would be taken for the folds'. */
static lac_status check_folds(const lac_run *run)
{
    int is_there;
    LAC_TRY(lac_folder_has(run->ctx, run->path, "fold-001", &is_there));
    return is_there ? lac_fail(run->ctx, LAC_ERROR_ARGUMENT,
                               "%s: holds folds: a run needs a folder of its own", run->path)
                    : LAC_OK;
}

lac_status lac_run_begin(lac_run *run, const lac_train_config *config)
{
    char header[LINE_ROOM];
    const char *found;
    LAC_TRY(check_folds(run));
    LAC_TRY(lac_run_find(run->ctx, run->path, &found));
    if (found)
        return lac_fail(run->ctx, LAC_ERROR_ARGUMENT,
                        "%s: holds a run already (%s): resume it or choose another folder",
                        run->path, found);
    LAC_TRY(write_config(run, config));
    LAC_TRY(add_machine(run, 0, 1));
    LAC_TRY(keep_header(run, config, header));
    return write_metrics(run, run->length);
}

lac_status lac_run_resume(lac_run *run, const lac_train_config *config, int epochs)
{
    char *path;
    LAC_TRY(lac_path_join(run->ctx, run->path, "metrics.csv", &path));
    lac_status status = keep_metrics(run, path, config, epochs);
    free(path);
    if (status == LAC_OK)
        status = write_metrics(run, run->length);
    if (status == LAC_OK)
        status = add_machine(run, epochs, 0);
    return status == LAC_OK ? write_config(run, config) : status;
}
