/*
 * The table-driven parser and the help that is printed from the same table.
 */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 25, HELP_WIDTH = 79, NAME_MAX_LENGTH = 31 };

/* ---- Help ---------------------------------------------------------------------- */

/* Prints words from `column` on, broken before HELP_WIDTH and indented by `indent`.
 * Returns the column behind the last word. */
static int print_wrapped(const char *text, int column, int indent)
{
    while (*text) {
        if (*text == '\n') {
            printf("\n%*s", indent, "");
            column = indent;
            text++;
            continue;
        }
        int length = (int)strcspn(text, " \n");
        int space = column > indent;
        if (space && column + space + length > HELP_WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
            space = 0;
        }
        printf("%s%.*s", space ? " " : "", length, text);
        column += space + length;
        text += length;
        text += *text == ' ';
    }
    return column;
}

/* "from 1 to 9", "above 0", "from 0 to below 1", "from 0 up" */
static void describe_range(const option *o, char *out, size_t size)
{
    int used = snprintf(out, size, "%s %.7g", o->above ? "above" : "from", o->min);
    if (o->max < 1e300)
        snprintf(out + used, size - used, " to %s%.7g", o->below ? "below " : "", o->max);
    else if (!o->above)
        snprintf(out + used, size - used, " up");
}

/* "a, b or c" */
static void describe_choices(const option *o, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; o->choices[i] && used < size; i++) {
        const char *before = i == 0 ? "" : o->choices[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(out + used, size - used, "%s%s", before, o->choices[i]);
    }
}

/* What a value of this option must be, as a noun. */
static void describe_wanted(const option *o, char *out, size_t size)
{
    char range[80];
    switch (o->type) {
    case OPTION_INT:
    case OPTION_NUMBER:
        describe_range(o, range, sizeof range);
        snprintf(out, size, "a %snumber %s", o->type == OPTION_INT ? "whole " : "", range);
        break;
    case OPTION_U64:
        snprintf(out, size, "a whole number from 0 to %" PRIu64, UINT64_MAX);
        break;
    case OPTION_CHOICE:
        describe_choices(o, out, size);
        break;
    default:
        snprintf(out, size, "a value");
    }
}

static void describe_default(const option *o, char *out, size_t size)
{
    int is_zero = 0;
    switch (o->type) {
    case OPTION_INT:
        is_zero = *(const int *)o->value == 0;
        snprintf(out, size, "%d", *(const int *)o->value);
        break;
    case OPTION_U64:
        is_zero = *(const uint64_t *)o->value == 0;
        snprintf(out, size, "%" PRIu64, *(const uint64_t *)o->value);
        break;
    case OPTION_NUMBER:
        is_zero = *(const double *)o->value == 0;
        snprintf(out, size, "%g", *(const double *)o->value);
        break;
    case OPTION_CHOICE:
        snprintf(out, size, "%s", o->choices[*(const int *)o->value]);
        break;
    default:
        is_zero = 1;
        out[0] = '\0';
    }
    if (is_zero && o->zero)
        snprintf(out, size, "%s", o->zero);
}

static int is_word(const option *o)
{
    return o->type == OPTION_ARGUMENT || o->type == OPTION_WORDS;
}

static int print_option_head(const option *o)
{
    if (is_word(o))
        return printf("  %s", o->name);
    int column = printf("  --%s", o->name);
    if (o->type == OPTION_CHOICE) {
        for (int i = 0; o->choices[i]; i++)
            column += printf("%c%s", i ? '|' : ' ', o->choices[i]);
    } else if (o->type != OPTION_FLAG) {
        column += printf(" %s", o->unit);
    }
    return column;
}

static void print_option(const option *o)
{
    int column = print_option_head(o);
    if (column >= HELP_COLUMN - 1) {
        printf("\n");
        column = 0;
    }
    printf("%*s", HELP_COLUMN - column, "");
    column = print_wrapped(o->about, HELP_COLUMN, HELP_COLUMN);

    char range[80] = "", fallback[80], note[200];
    int has_range = o->type == OPTION_INT || o->type == OPTION_NUMBER;
    if (has_range)
        describe_range(o, range, sizeof range);
    describe_default(o, fallback, sizeof fallback);
    if (o->required)
        snprintf(note, sizeof note, "(required)");
    else if (fallback[0])
        snprintf(note, sizeof note, "(%s%sdefault: %s)", range, has_range ? "; " : "", fallback);
    else
        note[0] = '\0';
    print_wrapped(note, column, HELP_COLUMN);
    printf("\n");
}

static void print_help(const command *c)
{
    printf("%s\n\n", c->usage);
    print_wrapped(c->about, 0, 0);
    printf("\n\nOptions\n");
    for (int i = 0; i < c->count; i++)
        print_option(&c->options[i]);
    printf("\nExamples\n%s\n", c->examples);
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
    const command *c = list;
    while (i < c->count && is_word(&c->options[i]))
        i++;
    return i < c->count ? c->options[i].name : NULL;
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
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->options[i].name, name) == 0)
            return c->options[i].given;
    return 0;
}

int choice_of(const char *const *choices, const char *name)
{
    int i = 0;
    while (strcmp(choices[i], name) != 0)
        i++;
    return i;
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
    case OPTION_WORDS: {
        word_list *list = o->value;
        list->word[list->count++] = text;
        return text[0] != '\0';
    }
    default:
        *(const char **)o->value = text;
        return text[0] != '\0';
    }
}

static int set_option(const command *c, option *o, const char *text)
{
    o->given = 1;
    if (read_value(o, text))
        return CODE_GO_ON;
    char wanted[160];
    describe_wanted(o, wanted, sizeof wanted);
    const char *dashes = is_word(o) ? "" : "--";
    return options_misuse(c, "%s%s needs %s, not '%s'", dashes, o->name, wanted, text);
}

static option *find_option(const command *c, const char *name, size_t length)
{
    for (int i = 0; i < c->count; i++) {
        option *o = &c->options[i];
        if (!is_word(o) && strlen(o->name) == length &&
            strncmp(o->name, name, length) == 0)
            return o;
    }
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
    option *o = strncmp(word, "--", 2) == 0 ? find_option(c, name, length) : NULL;
    if (!o || name != word + 2)
        return unknown_option(c, word, length);
    if (o->type == OPTION_FLAG) {
        if (value)
            return options_misuse(c, "--%s takes no value", o->name);
        *(int *)o->value = 1;
        o->given = 1;
        return CODE_GO_ON;
    }
    if (!value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0) {
            char wanted[160];
            describe_wanted(o, wanted, sizeof wanted);
            return options_misuse(c, "--%s needs %s", o->name, wanted);
        }
        value = argv[++*i];
    }
    return set_option(c, o, value);
}

static int parse_argument(const command *c, const char *word)
{
    for (int i = 0; i < c->count; i++)
        if (c->options[i].type == OPTION_WORDS ||
            (c->options[i].type == OPTION_ARGUMENT && !c->options[i].given))
            return set_option(c, &c->options[i], word);
    return options_misuse(c, "stray argument '%s'", word);
}

static int check_required(const command *c)
{
    for (int i = 0; i < c->count; i++) {
        const option *o = &c->options[i];
        if (!o->required || o->given)
            continue;
        if (is_word(o))
            return options_misuse(c, "%s is missing; 'lacuna help %s' explains", o->name, c->name);
        return options_misuse(c, "--%s %s is missing; 'lacuna help %s' explains", o->name, o->unit,
                              c->name);
    }
    return CODE_GO_ON;
}

int options_parse(const command *c, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(c);
            return CODE_DONE;
        }
    for (int i = 0; i < argc; i++) {
        int is_option = argv[i][0] == '-' && argv[i][1] != '\0';
        int code = is_option ? parse_option(c, argc, argv, &i) : parse_argument(c, argv[i]);
        if (code != CODE_GO_ON)
            return code;
    }
    return check_required(c);
}
