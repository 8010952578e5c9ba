/*
 * The table-driven parser. Help, manual pages and completions are printed from the same table
 * (help.c, man.c, complete.c).
 */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 31 };

/* ---- The table ---------------------------------------------------------------------- */

option *option_at(const command *c, int i)
{
    for (option *o = c->options; o < c->options + c->count; o++) {
        int members = o->type == OPTION_GROUP ? o->members : 1;
        if (i < members)
            return o->type == OPTION_GROUP ? &o->group[i] : o;
        i -= members;
    }
    return NULL;
}

int option_is_word(const option *o)
{
    return o->type == OPTION_ARGUMENT || o->type == OPTION_WORDS;
}

int option_takes_value(const option *o)
{
    return o->type != OPTION_FLAG && !option_is_switch(o);
}

int option_is_switch(const option *o)
{
    return o->type == OPTION_SETTING && o->field->kind == LAC_FIELD_FLAG;
}

static int is_off(const char *name)
{
    return strncmp(name, "no-", 3) == 0;
}

void option_opposite(const option *o, char out[OPTION_NAME])
{
    snprintf(out, OPTION_NAME, "%s%s", is_off(o->name) ? "" : "no-",
             is_off(o->name) ? o->name + 3 : o->name);
}

/* ---- Nearest name ---------------------------------------------------------------- */

static int min3(int a, int b, int c)
{
    int smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Letters to insert, delete or replace to make one word of the other. */
static int edit_distance(const char *a, const char *b)
{
    int row[NAME_MAX_LENGTH + 1];
    int length = (int)strlen(b);
    for (int j = 0; j <= length; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= length; j++) {
            int up = row[j];
            row[j] = min3(up + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = up;
        }
    }
    return row[length];
}

const char *nearest_name(const char *word, const char *(*next)(const void *list, int i),
                         const void *list)
{
    size_t length = strlen(word);
    const char *best = NULL;
    int best_distance = 3;
    for (int i = 0;; i++) {
        const char *name = next(list, i);
        if (!name)
            return best;
        if (length == 0 || length > NAME_MAX_LENGTH || strlen(name) > NAME_MAX_LENGTH)
            continue;
        int is_prefix = length >= 2 && strncmp(word, name, length) == 0;
        int distance = is_prefix ? 1 : edit_distance(word, name);
        if (distance < best_distance && distance < (int)strlen(name)) {
            best = name;
            best_distance = distance;
        }
    }
}

static const char *next_option(const void *list, int i)
{
    const option *o;
    for (int at = 0; (o = option_at(list, at)); at++)
        if (!option_is_word(o) && i-- == 0)
            return o->name;
    return NULL;
}

/* ---- Parsing ------------------------------------------------------------------------ */

int options_misuse(const command *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "lacuna %s: ", c->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    return CODE_MISUSE;
}

int options_given(const command *c, const char *name)
{
    const option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        if (strcmp(o->name, name) == 0)
            return o->given;
    return 0;
}

/* strtod and its kind skip white space and take signs we do not want. */
static int starts_like_a_number(const char *text)
{
    return strchr("0123456789+-.", text[0]) != NULL && text[0] != '\0';
}

static int read_int(const option *o, const char *text)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (!starts_like_a_number(text) || *end || errno || (double)value < o->min ||
        (double)value > o->max)
        return 0;
    *(int *)o->value = (int)value;
    return 1;
}

static int read_u64(const option *o, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (!starts_like_a_number(text) || text[0] == '-' || *end || errno)
        return 0;
    *(uint64_t *)o->value = value;
    return 1;
}

static int read_number(const option *o, const char *text)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    int is_number = starts_like_a_number(text) && !*end && !errno;
    int is_enough = o->above ? value > o->min : value >= o->min;
    int is_small = o->below ? value < o->max : value <= o->max;
    if (!is_number || !is_enough || !is_small || value > 1e300)
        return 0;
    *(double *)o->value = value;
    return 1;
}

static int read_choice(const option *o, const char *text)
{
    for (int i = 0; o->choices[i]; i++)
        if (strcmp(o->choices[i], text) == 0) {
            *(int *)o->value = i;
            return 1;
        }
    return 0;
}

static int read_text(const option *o, const char *text)
{
    lac_train_config any = lac_train_config_default();
    if ((o->like && lac_train_set(NULL, &any, o->like, text) != LAC_OK) ||
        (o->is_good && !o->is_good(text)))
        return 0;
    *(const char **)o->value = text;
    return text[0] != '\0';
}

static int read_value(const option *o, const char *text)
{
    switch (o->type) {
    case OPTION_INT:
        return read_int(o, text);
    case OPTION_U64:
        return read_u64(o, text);
    case OPTION_NUMBER:
        return read_number(o, text);
    case OPTION_CHOICE:
        return read_choice(o, text);
    case OPTION_SETTING:
        return lac_train_set(NULL, o->value, o->field->name, text) == LAC_OK;
    case OPTION_LIST:
    case OPTION_WORDS: {
        word_list *list = o->value;
        list->word[list->count++] = text;
        return text[0] != '\0';
    }
    default:
        return read_text(o, text);
    }
}

static int set_option(const command *c, option *o, const char *text)
{
    o->given = 1;
    if (read_value(o, text))
        return CODE_GO_ON;
    char wanted[LAC_SETTING];
    describe_wanted(o, wanted, sizeof wanted);
    const char *dashes = option_is_word(o) ? "" : "--";
    return options_misuse(c, "%s%s needs %s, not '%s'", dashes, o->name, wanted, text);
}

static void set_flag(option *o, const char *name)
{
    o->given = 1;
    if (o->type == OPTION_FLAG)
        *(int *)o->value = !is_off(name);
    else
        lac_train_set(NULL, o->value, o->field->name, is_off(name) ? "0" : "1");
}

static int is_named(const option *o, const char *name, size_t length)
{
    char opposite[OPTION_NAME] = "";
    if (option_is_switch(o))
        option_opposite(o, opposite);
    return (strlen(o->name) == length && strncmp(o->name, name, length) == 0) ||
           (length && strlen(opposite) == length && strncmp(opposite, name, length) == 0);
}

option *option_named(const command *c, const char *name, size_t length)
{
    option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        if (!option_is_word(o) && is_named(o, name, length))
            return o;
    return NULL;
}

static int unknown_option(const command *c, const char *word, size_t length)
{
    char name[NAME_MAX_LENGTH + 2];
    snprintf(name, sizeof name, "%.*s", (int)length, word + strspn(word, "-"));
    const char *near = nearest_name(name, next_option, c);
    if (near)
        return options_misuse(c, "unknown option %s; did you mean --%s?", word, near);
    return options_misuse(c, "unknown option %s; 'lacuna help %s' lists the options", word,
                          c->name);
}

/* Takes the option at argv[*i] and, if it stands apart, its value. */
static int parse_option(const command *c, int argc, char **argv, int *i)
{
    const char *word = argv[*i];
    const char *name = word + strspn(word, "-");
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    option *o = strncmp(word, "--", 2) == 0 ? option_named(c, name, length) : NULL;
    if (!o || name != word + 2)
        return unknown_option(c, word, length);
    if (!option_takes_value(o)) {
        if (value)
            return options_misuse(c, "--%.*s takes no value", (int)length, name);
        set_flag(o, name);
        return CODE_GO_ON;
    }
    if (!value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
            char wanted[LAC_SETTING];
            describe_wanted(o, wanted, sizeof wanted);
            return options_misuse(c, "--%s needs %s", o->name, wanted);
        }
        value = argv[++*i];
    }
    return set_option(c, o, value);
}

static int parse_argument(const command *c, const char *word)
{
    option *o;
    for (int i = 0; (o = option_at(c, i)); i++)
        if (o->type == OPTION_WORDS || (o->type == OPTION_ARGUMENT && !o->given))
            return set_option(c, o, word);
    return options_misuse(c, "stray argument '%s'", word);
}

static int check_required(const command *c)
{
    const option *o;
    for (int i = 0; (o = option_at(c, i)); i++) {
        if (!o->required || o->given)
            continue;
        if (option_is_word(o))
            return options_misuse(c, "%s is missing; 'lacuna help %s' explains", o->name, c->name);
        char wanted[LAC_SETTING];
        describe_wanted(o, wanted, sizeof wanted);
        return options_misuse(c, "--%s %s is missing; 'lacuna help %s' explains", o->name,
                              o->unit ? o->unit : wanted, c->name);
    }
    return CODE_GO_ON;
}

/* Prints what was asked for in the place of the verb's work; returns whether anything was. */
static int print_asked(const command *c, int argc, char **argv)
{
    if (is_completion(argc, argv)) {
        print_candidates(c, argc, argv);
        return 1;
    }
    if (argc > 0 && strcmp(argv[0], "--man") == 0) {
        print_man(c);
        return 1;
    }
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(c);
            return 1;
        }
    return 0;
}

int options_parse(const command *c, int argc, char **argv)
{
    if (print_asked(c, argc, argv))
        return CODE_DONE;
    for (int i = 0; i < argc; i++) {
        int is_option = argv[i][0] == '-' && argv[i][1] != '\0';
        int code = is_option ? parse_option(c, argc, argv, &i) : parse_argument(c, argv[i]);
        if (code != CODE_GO_ON)
            return code;
    }
    const int code = check_required(c);
    return code == CODE_GO_ON ? outputs_check(c) : code;
}
