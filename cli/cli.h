/*
 * What the verbs share. A verb is a function of its arguments that returns the
 * exit code: 0 done, 1 the run failed, 2 misuse. It parses its own options, so
 * that `--help` reaches the table that the parser uses.
 *
 * Results go to stdout, notes and errors to stderr. The program's own memory comes
 * from need(), which ends the program when there is none.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "lacuna.h"
#include "options.h"

#include <cjson/cJSON.h>
#include <stdio.h>

int verb_bench(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_data(int argc, char **argv);
int verb_detect(int argc, char **argv);
int verb_eval(int argc, char **argv);
int verb_export(int argc, char **argv);
int verb_folds(int argc, char **argv);
int verb_import(int argc, char **argv);
int verb_layers(int argc, char **argv);
int verb_plot(int argc, char **argv);
int verb_predict(int argc, char **argv);
int verb_presets(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_reproduce(int argc, char **argv);
int verb_search(int argc, char **argv);
int verb_submit(int argc, char **argv);
int verb_suspects(int argc, char **argv);
int verb_synth(int argc, char **argv);
int verb_train(int argc, char **argv);

/* ---- The machine: options --threads and --cpu --------------------------------------- */

typedef struct machine_options {
    int threads;
    int cpu; /* lac_cpu */
    int ranks;      /* asked for; ranks.h, as what follows */
    int team;       /* of them that share a fold or a trial; all: 0 */
    lac_comm *comm; /* NULL for one */
    int has_met;
} machine_options;

extern const char *const cpu_choices[];

/* Two entries of a verb's option table. */
#define MACHINE_OPTIONS(m)                                                                     \
    {.type = OPTION_INT, .name = "threads", .value = &(m).threads, .unit = "N",                \
     .about = "worker threads", .zero = "one per core", .min = 0, .max = 1024},                  \
    {.type = OPTION_CHOICE, .name = "cpu", .value = &(m).cpu, .choices = cpu_choices,          \
     .about = "highest instruction set to use; ref is plain C, slow, for comparison"}

/* An entry of a verb that predicts. */
#define FLIP_OPTION(flip_)                                                                     \
    {.type = OPTION_FLAG, .name = "flip", .value = &(flip_),                                   \
     .about = "average with the prediction of the mirror image; takes twice as long"}

lac_status machine_open(const machine_options *machine, lac_context **ctx);

/* ---- Models: options --model and --weigh. models.c ------------------------------------ */

typedef struct model_options {
    word_list path;
    int weigh;
} model_options;

/* Options with room for the words of a line; path.word is freed by free(). */
model_options models_room(int argc);

/* Two entries of a verb's option table. */
#define MODEL_OPTIONS(m)                                                                       \
    {.type = OPTION_LIST, .name = "model", .value = &(m).path, .unit = "M",                    \
     .files = FILES_RUNS, .required = 1,                                                       \
     .about = "a run folder (its last.safetensors) or a safetensors file; given several "      \
              "times, or a folder of runs: the mean of these models"},                         \
    {.type = OPTION_FLAG, .name = "weigh", .value = &(m).weigh,                                \
     .about = "weigh the models of a mean by 1 / (error of their hold-out)^2, not equally"}

lac_status models_load(lac_context *ctx, const model_options *options, lac_model **out);

/* Print on stdout what the model is: "first after epoch 16", "mean of 3 models"; of a mean also
 * its models, a line each. */
void models_title(const lac_model *model);
void models_print(const model_options *options, const lac_model *model);

/* ---- The settings of a training. settings.c ----------------------------------------- */

enum { MOST_SETTINGS = 64 };

/* An option for every setting of `config` that is_offered picks, or all if it is NULL; one
 * OPTION_GROUP of a verb's table. Returns how many there are. */
int setting_options(lac_train_config *config, int (*is_offered)(const lac_field *),
                    option out[MOST_SETTINGS]);

/* An entry for them, as in MACHINE_OPTIONS. */
#define SETTINGS(options, count) \
    {.type = OPTION_GROUP, .group = (options), .members = (count)}

/* Whether the field is one of the names between blanks. */
int setting_is(const lac_field *field, const char *names);

/* The names of what is done to pictures. */
#define AUGMENTATION "rotation scale shift aspect contrast brightness noise cutout"

/* The setting's value; returns `text`. */
const char *setting_text(const lac_train_config *config, const char *name, char text[LAC_SETTING]);

/* Prints " --weight-decay 0.0005" on stdout. */
void setting_print(const lac_field *field, const lac_train_config *config);

/* Prints all settings on stdout, as lines behind "run". */
void settings_print(const lac_train_config *config);

/* ---- How a table is read. table.c ---------------------------------------------------- */

/* Whether the setting says so. */
int is_table_setting(const lac_field *f);

/* A labelled table that is read as a training has read its own, but for what the command line
 * says. */
typedef struct table_job {
    const char *path;
    const char *missing, *outside; /* settings as text, or NULL */
} table_job;

/* Two entries of the option table of a verb that measures a model. */
#define GAP_OPTIONS(job)                                                                       \
    {.type = OPTION_TEXT, .name = "missing", .value = &(job).missing, .unit = "MARKS",         \
     .like = "missing", .about = "what marks a missing label, such as -1 or 0,0",              \
     .zero = "as in the training"},                                                            \
    {.type = OPTION_TEXT, .name = "outside", .value = &(job).outside, .like = "outside",       \
     .unit = "error|missing|keep", .about = "labels outside of the picture",                   \
     .zero = "as in the training"}

/* The settings that a model's training has read its table with. */
lac_status table_settings(const lac_model *model, lac_train_config *config);

lac_status table_open_for_model(lac_context *ctx, const table_job *job, const lac_model *model,
                                lac_data **data);
lac_status table_open_for_run(lac_context *ctx, const table_job *job, const char *run,
                              lac_data **data);

/* Mirror partners, as lines on stdout; "by name". */
const char *partners_by(const lac_data *data);
void print_data_partners(const lac_data *data);
void print_model_partners(const lac_model *model, const char *by);

/* Where the settings come from that the command line leaves out. base.c */
typedef struct settings_base {
    int preset;       /* an index into lac_preset_names() */
    const char *file; /* a file or run folder that stands in the preset's place, or NULL */
} settings_base;

/* The preset that the verb takes when the command line names none. Puts its settings into
 * `config`, where help finds them as defaults. */
settings_base base_usual(const char *preset, lac_train_config *config);

/* Two entries of a verb's option table. */
#define BASE_OPTIONS(b)                                                                        \
    {.type = OPTION_CHOICE, .name = "preset", .value = &(b).preset,                            \
     .choices = lac_preset_names(),                                                            \
     .about = "settings to start from, see 'lacuna presets'; options below change them, "      \
              "and show this one's values as their defaults"},                                 \
    {.type = OPTION_TEXT, .name = "config", .value = &(b).file, .unit = "FILE",                \
     .files = FILES_RUNS,                                                                      \
     .about = "settings to start from instead: a preset's text, changed, or a run's "          \
              "config.json or folder"}

/* After parsing: puts the settings of the base under those that the command line gave. Returns
 * CODE_GO_ON, or the code to exit with. */
int base_take(const command *c, const settings_base *base, const machine_options *machine,
              lac_train_config *config);

/* Prints the base on stdout, as a line behind "preset" or "config". */
void base_print(const settings_base *base);

/* ---- The end of a run --------------------------------------------------------------- */

/* The exit code of a status; a failure's message goes to stderr as "lacuna: ...". */
int report(const lac_context *ctx, lac_status status);

/* Writes a page that predicts in a browser. Returns the exit code. page.c */
int page_write(lac_context *ctx, const lac_model *model, const lac_export_config *how,
               const char *path, lac_export_size *size);

/* What report.html is made of; says on stdout where it is. Returns the exit code. report.c */
typedef struct report_job {
    const char *const *runs;
    int count;
    const char *data_path;
    const char *out;
    int flip;
} report_job;

int report_write(lac_context *ctx, const report_job *job, const lac_data *data);

/* ---- What bench --methods prints. bench_methods.c ------------------------------------ */

void methods_print(const lac_bench_methods_result *result, int threads);
void methods_json(cJSON *root, const lac_bench_methods_result *result); /* frees root */

/* ---- A drawing's name ------------------------------------------------------------------- */

int is_drawing(const char *name); /* ends in .png or .svg */

/* Of an option that names one. */
#define DRAWING_FORM .is_good = is_drawing, .wanted = "a name that ends in .png or .svg"

/* ---- Text ------------------------------------------------------------------------------ */

/* The layer table of a network, with totals. */
void print_layers(const lac_layer *layers, int count);

/* A number into text[24]: with `decimals`, or "-" for NaN. */
const char *number_text(double value, int decimals, char text[24]);

/* A picture's ImageId, a number or a text. */
const char *picture_text(const lac_data *data, int row, char text[24]);
void json_add_picture(cJSON *object, const lac_data *data, int row);

/* "1:02:03" or "2:03" into text[24], or "-" for NaN. */
const char *duration_text(double seconds, char text[24]);

/* Prints a word so that a shell reads it back as it is. */
void print_quoted(FILE *stream, const char *word);

/* An empty document, whose parts come from need(); NaN is written as null. */
cJSON *json_new(void);

/* A text that ships, as a document whose parts come from need(). */
cJSON *json_read(const char *text);

/* Adds the name of a label source, if the table names its sources. */
void json_add_source(cJSON *object, const lac_data *data, int source);

/* Prints the document on stdout and frees it. */
void json_print(cJSON *root);

/* ---- Memory ----------------------------------------------------------------------------- */

/* Memory for count items, zeroed. */
void *need(size_t count, size_t size);

/* The settings of a preset that ships. */
void need_preset(const char *name, lac_train_config *config);

#endif
