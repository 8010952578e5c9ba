/*
 * lacuna report: a page of runs and searches.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

int report_write(lac_context *ctx, const report_job *job, const lac_data *data)
{
    const lac_report what = {.runs = job->runs, .count = job->count, .data_path = job->data_path,
                             .flip = job->flip};
    int code = report(ctx, lac_report_write(ctx, &what, data, job->out));
    if (code == CODE_DONE)
        printf("%s/report.html: open it in a browser\n", job->out);
    return code;
}

static int write_report(const machine_options *machine, const report_job *job,
                        const table_job *table)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_status status = machine_open(machine, &ctx);
    if (status == LAC_OK)
        status = table_open_for_run(ctx, table, job->runs[0], &data);
    int code = status == LAC_OK ? report_write(ctx, job, data) : report(ctx, status);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_report(int argc, char **argv)
{
    machine_options machine = {0};
    report_job job = {0};
    table_job table = {0};
    word_list runs = {.word = need((size_t)argc, sizeof *runs.word)};
    option options[] = {
        {.type = OPTION_WORDS, .name = "RUN...", .value = &runs, .required = 1, .files = FILES_RUNS,
         .about = "run folders, finished or still training, folders of runs, and what search and "
                  "folds made"},
        {.type = OPTION_TEXT, .name = "data", .value = &table.path, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "labelled table, that of the training: a folder, a CSV file, an archive or -"},
        {.type = OPTION_TEXT, .name = "out", .value = &job.out, .unit = "DIR",
         .files = FILES_WRITTEN, .required = 1,
         .about = "folder for report.html and the figures, made if missing"},
        FLIP_OPTION(job.flip),
        GAP_OPTIONS(table),
        MACHINE_OPTIONS(machine),
    };
    const command c = {
        .name = "report",
        .usage = "lacuna report RUN... --data P --out DIR [options]",
        .about = "Writes report.html, one file that needs no other, light or dark as the "
                 "reader's system, and every figure as .svg and .png: the paper's table II with "
                 "its numbers beside the runs', loss curves (figure 8), error by epoch and by "
                 "seconds, predictions on the same hold-out faces (9 to 11), distribution of "
                 "errors, error of every point, labels and gaps (1), mirror pairs (6), layers "
                 "(5), and what was run. Models are those of last.safetensors. The runs must "
                 "share their hold-out. Several runs are compared with the first; of folds the "
                 "page has every figure, their spread, and the rows with the most suspicious "
                 "labels.",
        .examples = "  lacuna report run --data kaggle --out report\n"
                    "  lacuna report cnn-plain cnn-masked resnet-masked search \\\n"
                    "      --data kaggle --out report",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    job.runs = runs.word;
    job.count = runs.count;
    job.data_path = table.path;
    if (code == CODE_GO_ON)
        code = write_report(&machine, &job, &table);
    free(runs.word);
    return code;
}
