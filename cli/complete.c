/*
 * What a shell asks at the tabulator: `lacuna VERB WORD... --complete LAST` prints what LAST may
 * become, from the table that the parser uses. The shells' scripts (cli/complete/) only hand the
 * line over and the answers back.
 */
#include "options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int is_completion(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[argc - 2], "--complete") == 0;
}

void print_candidate(const char *word, const char *about, const char *begin)
{
    if (strncmp(word, begin, strlen(begin)) != 0)
        return;
    printf("%s\t", word);
    for (const char *p = about; *p; p++)
        putchar(*p == '\n' ? ' ' : *p);
    printf("\n");
}

/* ---- Values --------------------------------------------------------------------------------- */

static int is_one_of(const char *unit, size_t length, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == length && strncmp(*names, unit, length) == 0)
            return 1;
    return 0;
}

static int is_text(const option *o)
{
    return o->type == OPTION_TEXT || o->type == OPTION_LIST ||
           (o->type == OPTION_SETTING && o->field->kind == LAC_FIELD_TEXT);
}

/* What the placeholder of a text says: "error|missing|keep" are words, FILE is a path. */
static void print_unit(const char *unit, const char *before, const char *begin)
{
    static const char *const files[] = {"FILE", "FILE.html", "P", "M", "MODEL", NULL};
    static const char *const folders[] = {"DIR", "RUN", NULL};
    char word[200];
    for (size_t length; *unit; unit += length + (unit[length] == '|')) {
        length = strcspn(unit, "|");
        if (is_one_of(unit, length, files)) {
            printf("@files\n");
        } else if (is_one_of(unit, length, folders)) {
            printf("@folders\n");
        } else if (islower((unsigned char)unit[0])) {
            snprintf(word, sizeof word, "%s%.*s", before, (int)length, unit);
            print_candidate(word, "", begin);
        }
    }
}

/* `before` is "--preset=" where `begin` begins so, or "". */
static void print_values(const option *o, const char *before, const char *begin)
{
    char word[200];
    for (int i = 0; o->choices && o->choices[i]; i++) {
        snprintf(word, sizeof word, "%s%s", before, o->choices[i]);
        print_candidate(word, "", begin);
    }
    if (option_is_word(o) && !o->choices)
        printf("@files\n");
    else if (is_text(o) && o->unit)
        print_unit(o->unit, before, begin);
}

/* ---- Options and words ---------------------------------------------------------------------- */

/* Reads the words before the last: marks the options that are given and counts the words that are
 * none. Returns the option whose value comes next, or NULL. */
static const option *read_words(const command *c, int argc, char **argv, int *words)
{
    const option *waiting = NULL;
    for (int i = 0; i < argc; i++) {
        const char *name = argv[i] + 2;
        size_t length = strcspn(argv[i], "=");
        if (waiting) {
            waiting = NULL;
        } else if (strncmp(argv[i], "--", 2) != 0) {
            ++*words;
        } else {
            option *o = option_named(c, name, length - 2);
            if (o)
                o->given = 1;
            waiting = o && option_takes_value(o) && !argv[i][length] ? o : NULL;
        }
    }
    return waiting;
}

static void print_option(const option *o, const char *begin)
{
    char word[OPTION_NAME + 2], name[OPTION_NAME];
    if (option_is_word(o) || (o->given && o->type != OPTION_LIST))
        return;
    snprintf(word, sizeof word, "--%s", o->name);
    print_candidate(word, o->about, begin);
    if (!option_is_switch(o))
        return;
    option_opposite(o, name);
    snprintf(word, sizeof word, "--%s", name);
    print_candidate(word, "", begin);
}

static void print_options(const command *c, const char *begin)
{
    const option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        print_option(o, begin);
    print_candidate("--help", "explain the options", begin);
}

/* The word without a name that is next after so many, or NULL. */
static const option *next_word(const command *c, int words)
{
    const option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        if (o->type == OPTION_WORDS || (o->type == OPTION_ARGUMENT && words-- == 0))
            return o;
    return NULL;
}

void print_candidates(const command *c, int argc, char **argv)
{
    const char *last = argv[argc - 1];
    int words = 0;
    const option *waiting = read_words(c, argc - 2, argv, &words);
    const option *word = next_word(c, words);
    size_t length = strcspn(last, "=");
    int has_value = length > 2 && last[length] == '=';
    const option *inside = has_value ? option_named(c, last + 2, length - 2) : NULL;
    if (waiting) {
        print_values(waiting, "", last);
    } else if (inside && option_takes_value(inside)) {
        char before[OPTION_NAME + 4];
        snprintf(before, sizeof before, "%.*s", (int)length + 1, last);
        print_values(inside, before, last);
    } else if (last[0] == '-' || !word) {
        print_options(c, last);
    } else {
        print_values(word, "", last);
    }
}
