/*
 * One parser for every verb. A verb describes its options in a table; each entry
 * points at the variable that takes the value. The variable holds the default
 * before parsing, and help shows it from there, so help cannot be wrong about it.
 *
 * Options are long: `--name value` or `--name=value`; the last one given wins.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "lacuna.h"

enum { OPTION_NAME = 40 }; /* room for the longest name */

typedef enum option_type {
    OPTION_FLAG,    /* int, becomes 1, or 0 if its name begins with "no-"; takes no value */
    OPTION_INT,     /* int in [min, max] */
    OPTION_U64,     /* uint64_t */
    OPTION_NUMBER,  /* double in [min, max]; see above and below */
    OPTION_TEXT,    /* const char * */
    OPTION_CHOICE,  /* int, the index into choices */
    OPTION_ARGUMENT, /* const char *, a word that is no option */
    OPTION_LIST,    /* word_list: a word each time that the option is given */
    OPTION_WORDS,   /* word_list: all further words that are no options; at least one */
    OPTION_SETTING, /* lac_train_config: its member `field`, by the library's rules */
    OPTION_GROUP    /* stands for the options of another table: group[0..members) */
} option_type;

/* What the words of an option name. */
typedef enum option_files {
    FILES_NONE,
    FILES_READ,    /* a file to read */
    FILES_TABLE,   /* a table, or a folder with one, whose lookup table is read too */
    FILES_RUNS,    /* a model's file, a run, a folder of runs */
    FILES_PHOTOS,  /* a photo, a folder of photos, @LIST */
    FILES_WRITTEN  /* a file or a folder to write */
} option_files;

typedef struct word_list {
    const char **word; /* [count], room for as many as there are on the line */
    int count;
} word_list;

typedef struct option {
    option_type type;
    const char *name;   /* "weight-decay"; an argument's as help shows it, "RUN" */
    void *value;        /* the variable, holding the default */
    const char *unit;   /* placeholder for the value in help, "N" */
    const char *about;  /* what it does; help wraps it */
    const char *zero;   /* what a default of 0, or NULL, means; shown in its place */
    const char *const *choices; /* ends with NULL */
    const lac_field *field;     /* of a setting */
    const char *like;           /* of a TEXT: the setting that would take the same value, or NULL */
    int (*is_good)(const char *text); /* of a TEXT that has a form: whether this is one, or NULL; */
    const char *wanted;               /* and what it must be, "a name that ends in .png" */
    option_files files;
    const char *inside;         /* of a folder WRITTEN: a file in it that may be read, or NULL */
    char spelled[OPTION_NAME];  /* of a setting: what `name` points to */
    struct option *group;
    int members;
    double min, max;
    int above, below;   /* 1: min, or max, itself is outside */
    int required;
    int given;          /* set by the parser */
} option;

/* What help VERB prints. Lines of `usage` and `examples` stand as they are;
 * `about` is wrapped, a newline in it makes a paragraph. */
typedef struct command {
    const char *name; /* "train" */
    const char *usage;
    const char *about;
    const char *examples;
    option *options;
    int count;
} command;

enum { CODE_DONE = 0, CODE_FAILED = 1, CODE_MISUSE = 2, CODE_GO_ON = -1 };

/* Fills the variables from argv[0..argc). Returns CODE_GO_ON, or the code to exit
 * with: CODE_DONE when help, a manual page (--man) or a completion (--complete) was asked for
 * and printed, CODE_MISUSE after one line on stderr that says what is wrong. */
int options_parse(const command *command, int argc, char **argv);

/* One line on stderr, "lacuna VERB: ...", and CODE_MISUSE: for what a table cannot say. */
int options_misuse(const command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Refuses a line by which a file would be written that is read, or written twice: CODE_GO_ON or
 * CODE_MISUSE. outputs.c */
int outputs_check(const command *command);

/* The same of photos, once they are listed; `out` is --out, or NULL. */
int outputs_spare(const char *verb, const char *out, const lac_paths *photos);

/* Whether an option was on the command line. */
int options_given(const command *command, const char *name);

/* The options by index from 0 on, those of groups in their place; NULL behind the last. */
option *option_at(const command *command, int i);

/* The option of this name, or NULL. */
option *option_named(const command *command, const char *name, size_t length);

/* Whether it is a word without a name, and whether it takes a value. */
int option_is_word(const option *option);
int option_takes_value(const option *option);

/* Whether it is a setting that is on or off: it is known by two names, "mirror" and "no-mirror", of
 * which `name` is the one that leaves the paper's setting. Writes the other one. */
int option_is_switch(const option *option);
void option_opposite(const option *option, char out[OPTION_NAME]);

/* What its value must be, "a number above 0". help.c */
void describe_wanted(const option *option, char *out, size_t size);

/* Its range and default, "(from 0 to 1024; default: one per core)", or an empty text. help.c */
enum { OPTION_NOTE = LAC_SETTING + 100 };
void describe_note(const option *option, char out[OPTION_NOTE]);

/* Prints usage, options with their defaults, and examples. help.c */
void print_help(const command *command);

/* The same as sections of a manual page. man.c */
void print_man(const command *command);

/* Whether the words end with "--complete WORD": a shell asks what WORD, the last one of a line so
 * far, may become. A line that shells have to read is WORD, a tab, and what it is. complete.c */
int is_completion(int argc, char **argv);
void print_candidate(const char *word, const char *about, const char *begin);

/* Prints what the last of a verb's words may become; a line @files or @folders stands for the
 * paths that the shell finds. complete.c */
void print_candidates(const command *command, int argc, char **argv);

/* The candidate nearest to a mistyped word, or NULL when none is near. Candidates are
 * read through `next`, called with 0, 1, ... until it returns NULL. */
const char *nearest_name(const char *word, const char *(*next)(const void *list, int i),
                         const void *list);

#endif
