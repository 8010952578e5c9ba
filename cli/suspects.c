/*
 * lacuna suspects: labels that models which never saw them make implausible, as a table, as a list
 * for train --drop, and as a page.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 79, REASON = 17 }; /* columns of the table, and where reasons begin */

typedef struct suspects_options {
    const char *path;
    table_job table;
    double limit;
    int top;
    const char *out;
    const char *page;
    lac_predict_config how;
    machine_options machine;
} suspects_options;

/* Prints a text between the columns REASON and LINE, broken at blanks. */
static void print_wrapped(const char *text)
{
    const int width = LINE - REASON;
    while ((int)strlen(text) > width) {
        int at = width;
        while (at > 0 && text[at] != ' ')
            at--;
        int length = at ? at : width;
        printf("%.*s\n%*s", length, text, REASON, "");
        text += length + (at > 0);
    }
    printf("%s\n", text);
}

static void print_table(const suspects_options *o, const lac_suspects *s)
{
    int shown = s->count < o->top ? s->count : o->top;
    printf("%d of %d rows of %s, each by a model that was not trained on it\n",
           s->predicted->count, lac_data_rows(s->predicted->data), o->table.path);
    printf("%d suspect%s from a score of %g on\n", s->count, s->count == 1 ? "" : "s", o->limit);
    if (shown)
        printf("\n%7s%8s  %s\n", "row", "score", "reason");
    for (int i = 0; i < shown; i++) {
        char reason[200];
        lac_suspect_reason(s, i, reason, sizeof reason);
        printf("%7d%8.1f  ", s->suspect[i].number, s->suspect[i].score);
        print_wrapped(reason);
    }
    if (shown < s->count)
        printf("%d more; --top N shows more\n", s->count - shown);
}

static lac_status write_files(lac_context *ctx, const suspects_options *o, const lac_suspects *s)
{
    lac_status status = LAC_OK;
    if (o->out)
        status = lac_suspects_write(ctx, s, o->out);
    if (status == LAC_OK && o->page)
        status = lac_suspects_page(ctx, s, o->page);
    return status;
}

static void print_files(const suspects_options *o)
{
    if (o->out)
        printf("\n%s: look it through, then train with --drop %s\n", o->out, o->out);
    if (o->page)
        printf("\n%s: open it in a browser; it saves what is ticked as such a list\n", o->page);
}

static int suspects(const suspects_options *o)
{
    lac_context *ctx = NULL;
    lac_data *data = NULL;
    lac_predicted *predicted = NULL;
    lac_suspects *found = NULL;
    lac_status status = machine_open(&o->machine, &ctx);
    if (status == LAC_OK)
        status = table_open_for_run(ctx, &o->table, o->path, &data);
    if (status == LAC_OK)
        status = lac_runs_predict(ctx, data, o->path, &o->how, &predicted);
    if (status == LAC_OK)
        status = lac_suspects_find(ctx, predicted, o->limit, &found);
    if (status == LAC_OK)
        status = write_files(ctx, o, found);
    if (status == LAC_OK) {
        print_table(o, found);
        print_files(o);
    }
    int code = report(ctx, status);
    lac_suspects_free(&found);
    lac_predicted_free(&predicted);
    lac_data_free(&data);
    lac_context_free(&ctx);
    return code;
}

int verb_suspects(int argc, char **argv)
{
    suspects_options o = {.limit = 6, .top = 20};
    option options[] = {
        {.type = OPTION_ARGUMENT, .name = "DIR", .value = &o.path,
         .files = FILES_RUNS, .required = 1,
         .about = "what 'lacuna folds' made, whose models predict all rows, or a run, which "
                  "predicts its hold-out"},
        {.type = OPTION_TEXT, .name = "data", .value = &o.table.path, .unit = "P",
         .files = FILES_TABLE, .required = 1,
         .about = "labelled table, that of the training: a folder, a CSV file, an archive or -"},
        {.type = OPTION_NUMBER, .name = "limit", .value = &o.limit, .unit = "X", .max = 1e9,
         .above = 1, .about = "score from which on a point or a row is a suspect"},
        {.type = OPTION_INT, .name = "top", .value = &o.top, .unit = "N", .max = 1000000000,
         .about = "suspects to print; the list and the page have all"},
        {.type = OPTION_TEXT, .name = "out", .value = &o.out, .unit = "FILE",
         .files = FILES_WRITTEN,
         .about = "write the list of suspects that train --drop takes, each with its reason",
         .zero = "none"},
        {.type = OPTION_TEXT, .name = "page", .value = &o.page, .unit = "FILE.html",
         .files = FILES_WRITTEN,
         .about = "write a page of their pictures, which saves those that you tick as a list",
         .zero = "none"},
        FLIP_OPTION(o.how.flip),
        GAP_OPTIONS(o.table),
        MACHINE_OPTIONS(o.machine),
    };
    const command c = {
        .name = "suspects",
        .usage = "lacuna suspects DIR --data P [options]",
        .about = "Finds labels that models which never saw them make implausible: points far off, "
                 "rows labelled as another face, left and right swapped, equal pictures whose "
                 "labels differ. The score counts how far beyond the usual a label is from its "
                 "prediction, in the spread that is usual for its point and source. A hard picture "
                 "may score as high as a wrong label: look before you drop. Nothing is dropped "
                 "unless a training is told to. docs/evaluation.md has the formula.",
        .examples = "  lacuna folds --data kaggle --out folds --preset first\n"
                    "  lacuna suspects folds --data kaggle --out drop.txt --page suspects.html\n"
                    "  lacuna train --data kaggle --out run --drop drop.txt",
        .options = options,
        .count = sizeof options / sizeof options[0],
    };
    int code = options_parse(&c, argc, argv);
    return code == CODE_GO_ON ? suspects(&o) : code;
}
