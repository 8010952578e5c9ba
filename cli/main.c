/*
 * The command `lacuna`: finds the verb and hands it the rest of the line.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include "man.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct verb {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} verb;

static const verb verbs[] = {
    {"train", "learn a network from a table with gaps, or go on with a run", verb_train},
    {"eval", "measure a model against labels: RMSE, sources, failures", verb_eval},
    {"compare", "whether two models differ, and on which rows", verb_compare},
    {"predict", "keypoints of pictures: of a table, or of photos", verb_predict},
    {"detect", "find the faces of photos: a CSV of boxes", verb_detect},
    {"export", "a model for other programs: an ONNX file, or C", verb_export},
    {"submit", "write a submission file for Kaggle", verb_submit},
    {"data", "describe a table: labels, gaps, sources, duplicates, outliers", verb_data},
    {"import", "make a table of somebody else's labels and pictures", verb_import},
    {"synth", "draw a data set of faces in Kaggle's files", verb_synth},
    {"plot", "draw a run's curve, or faces with labels and predictions", verb_plot},
    {"report", "a page of runs: table II, curves, faces, what was run", verb_report},
    {"folds", "cross-validation: train and measure on every part of the rows", verb_folds},
    {"suspects", "labels that are likely wrong, as a list and a page to drop from",
     verb_suspects},
    {"search", "random search for settings, on training rows alone", verb_search},
    {"reproduce", "train the paper's three models, then report", verb_reproduce},
    {"presets", "settings that go together: what they cost and reach", verb_presets},
    {"layers", "the layer table of a network", verb_layers},
    {"bench", "speed of the training step, and the processor's peak", verb_bench},
};
enum { VERBS = sizeof verbs / sizeof verbs[0] };

static const char first_run[] = "  lacuna synth --rows 2000 --out faces\n"
                                "  lacuna train --data faces --out run --preset first\n"
                                "  lacuna eval --model run --data faces";

static void print_overview(FILE *stream)
{
    fprintf(stream, "lacuna: facial keypoints from pictures whose labels have gaps\n\n"
                    "  lacuna VERB [options]\n\n");
    for (int i = 0; i < VERBS; i++)
        fprintf(stream, "  %-9s %s\n", verbs[i].name, verbs[i].summary);
    fprintf(stream, "\n"
                    "  lacuna help VERB   explains a verb and its options, with their defaults\n"
                    "  lacuna --version\n\n"
                    "A first run\n%s\n",
            first_run);
}

static const char *next_verb(const void *list, int i)
{
    (void)list;
    return i < VERBS ? verbs[i].name : NULL;
}

static const verb *find_verb(const char *name)
{
    for (int i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *near = nearest_name(name, next_verb, NULL);
    if (near)
        fprintf(stderr, "lacuna: unknown verb '%s'; did you mean '%s'?\n", name, near);
    else
        fprintf(stderr, "lacuna: unknown verb '%s'; 'lacuna help' lists them\n", name);
    return CODE_MISUSE;
}

static int print_program_man(void)
{
    man_begin("lacuna", "facial keypoints from pictures whose labels have gaps");
    man_commands("SYNOPSIS", "lacuna VERB [options]\nlacuna help VERB\nlacuna --version");
    man_text("DESCRIPTION",
             "Learns keypoints from a table of pictures, or from other programs' label files, and "
             "predicts them on photos. A missing label is skipped, not taught as something, so "
             "that all rows of a partly labelled table can be learned from.\n"
             "A training writes a run folder, which the other verbs take as its model. Results go "
             "to standard output, notes and errors to standard error.");
    man_text("VERBS", "Each has a page of its own.");
    for (int i = 0; i < VERBS; i++)
        man_verb(verbs[i].name, verbs[i].summary);
    man_commands("EXAMPLES", first_run);
    man_end("The header lacuna.h, which is the manual of the library.");
    return CODE_DONE;
}

/* lacuna help --man [VERB] */
static int print_man_page(int argc, char **argv)
{
    if (argc == 0)
        return print_program_man();
    const verb *v = find_verb(argv[0]);
    if (!v)
        return unknown_verb(argv[0]);
    char flag[] = "--man", page[32];
    char *words[] = {flag};
    snprintf(page, sizeof page, "lacuna-%s", v->name);
    man_begin(page, v->summary);
    int code = v->run(1, words);
    man_end("lacuna(1). 'lacuna help VERB' prints the same on the terminal.");
    return code;
}

static int complete_verb(const char *begin)
{
    for (int i = 0; i < VERBS; i++)
        print_candidate(verbs[i].name, verbs[i].summary, begin);
    print_candidate("help", "explain a verb and its options", begin);
    return CODE_DONE;
}

/* lacuna help [VERB [WORD]]: a verb prints its own help. */
static int help(int argc, char **argv)
{
    if (is_completion(argc, argv))
        return complete_verb(argv[argc - 1]);
    if (argc == 0) {
        print_overview(stdout);
        return CODE_DONE;
    }
    if (strcmp(argv[0], "--man") == 0)
        return print_man_page(argc - 1, argv + 1);
    const verb *v = find_verb(argv[0]);
    if (!v)
        return unknown_verb(argv[0]);
    char flag[] = "--help";
    char *words[] = {argc > 1 ? argv[1] : flag, flag};
    return v->run(2, words);
}

static int run(int argc, char **argv)
{
    if (argc == 0) {
        print_overview(stderr);
        return CODE_MISUSE;
    }
    const char *word = argv[0];
    if (strcmp(word, "help") == 0)
        return help(argc - 1, argv + 1);
    if (word[0] == '-' && is_completion(argc, argv))
        return complete_verb(argv[argc - 1]);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help(0, NULL);
    if (strcmp(word, "--version") == 0) {
        printf("lacuna " LAC_VERSION "\n");
        return CODE_DONE;
    }
    const verb *v = find_verb(word);
    return v ? v->run(argc - 1, argv + 1) : unknown_verb(word);
}

/* A stream that the caller closed leaves its number to the next file that is opened, and what is
 * printed would stand in that file. Its place is taken by one that cannot be written. */
static void hold_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) == -1 && errno == EBADF)
            (void)open("/dev/null", O_RDONLY); /* the lowest number that is free: `stream` */
}

/* Says whether all that was printed has been written. After an earlier failure the stream still
 * has what it could not write, so that flushing it once more tells why. */
static int finish_stdout(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CODE_DONE;
    fprintf(stderr, "lacuna: standard output: cannot write: %s\n",
            errno ? strerror(errno) : "a part is missing");
    return CODE_FAILED;
}

int main(int argc, char **argv)
{
    hold_streams();
    signal(SIGXFSZ, SIG_IGN); /* a file beyond `ulimit -f` is a failed write, as on a full disk */
    const int code = run(argc - 1, argv + 1);
    return code == CODE_DONE ? finish_stdout() : code;
}
