/*
 * What `lacuna help VERB` prints, from the table that the parser uses.
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 25, HELP_WIDTH = 79 };

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
    if (o->type == OPTION_SETTING) {
        snprintf(out, size, "%s", o->field->range);
        return;
    }
    if (o->type == OPTION_U64) {
        snprintf(out, size, "from 0 to %" PRIu64, UINT64_MAX);
        return;
    }
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

static int is_setting(const option *o, lac_field_kind kind)
{
    return o->type == OPTION_SETTING && o->field->kind == kind;
}

static int is_whole(const option *o)
{
    return o->type == OPTION_INT || o->type == OPTION_U64 || is_setting(o, LAC_FIELD_INTEGER) ||
           is_setting(o, LAC_FIELD_SEED);
}

static int is_number(const option *o)
{
    return is_whole(o) || o->type == OPTION_NUMBER || is_setting(o, LAC_FIELD_REAL);
}

/* A seed may be anything: help leaves its range out. */
static int is_seed(const option *o)
{
    return o->type == OPTION_U64 || is_setting(o, LAC_FIELD_SEED);
}

void describe_wanted(const option *o, char *out, size_t size)
{
    char range[80];
    int count;
    const lac_field *f = lac_train_fields(&count);
    while (o->like && count-- > 1 && strcmp(f->name, o->like) != 0)
        f++;
    if (o->like) {
        const option setting = {.type = OPTION_SETTING, .field = f, .choices = f->words};
        describe_wanted(&setting, out, size);
    } else if (o->wanted) {
        snprintf(out, size, "%s", o->wanted);
    } else if (is_number(o)) {
        describe_range(o, range, sizeof range);
        snprintf(out, size, "a %snumber %s", is_whole(o) ? "whole " : "", range);
    } else if (is_setting(o, LAC_FIELD_TEXT)) {
        snprintf(out, size, "%s", o->field->range);
    } else if (o->choices) {
        describe_choices(o, out, size);
    } else {
        snprintf(out, size, "a value");
    }
}

static void describe_default(const option *o, char out[LAC_SETTING])
{
    int is_zero = 0;
    switch (o->type) {
    case OPTION_SETTING:
        out[0] = '\0';
        if (option_takes_value(o))
            setting_text(o->value, o->field->name, out);
        is_zero = option_takes_value(o) && (!out[0] || strcmp(out, "0") == 0);
        break;
    case OPTION_INT:
        is_zero = *(const int *)o->value == 0;
        snprintf(out, LAC_SETTING, "%d", *(const int *)o->value);
        break;
    case OPTION_U64:
        is_zero = *(const uint64_t *)o->value == 0;
        snprintf(out, LAC_SETTING, "%" PRIu64, *(const uint64_t *)o->value);
        break;
    case OPTION_NUMBER:
        is_zero = *(const double *)o->value == 0;
        snprintf(out, LAC_SETTING, "%g", *(const double *)o->value);
        break;
    case OPTION_CHOICE:
        snprintf(out, LAC_SETTING, "%s", o->choices[*(const int *)o->value]);
        break;
    default:
        is_zero = 1;
        out[0] = '\0';
    }
    if (is_zero && o->zero)
        snprintf(out, LAC_SETTING, "%s", o->zero);
}

/* A switch whose default is not the paper's says so. */
static void describe_switch(const option *o, char *out, size_t size)
{
    char opposite[OPTION_NAME], value[LAC_SETTING];
    option_opposite(o, opposite);
    setting_text(o->value, o->field->name, value);
    snprintf(out, size, "(default: --%s)",
             strcmp(value, o->field->usual) == 0 ? opposite : o->name);
}

void describe_note(const option *o, char out[OPTION_NOTE])
{
    char range[80] = "", fallback[LAC_SETTING];
    int has_range = is_number(o) && !is_seed(o);
    if (has_range)
        describe_range(o, range, sizeof range);
    describe_default(o, fallback);
    if (o->required)
        snprintf(out, OPTION_NOTE, "(required)");
    else if (option_is_switch(o))
        describe_switch(o, out, OPTION_NOTE);
    else if (fallback[0])
        snprintf(out, OPTION_NOTE, "(%s%sdefault: %s)", range, has_range ? "; " : "", fallback);
    else
        out[0] = '\0';
}

static int print_option_head(const option *o)
{
    if (option_is_word(o))
        return printf("  %s", o->name);
    int column = printf("  --%s", o->name), count = 0;
    for (; o->choices && o->choices[count]; count++)
        column += printf("%c%s", count ? '|' : ' ', o->choices[count]);
    if (o->unit)
        column += printf("%c%s", count ? '|' : ' ', o->unit);
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

    char note[OPTION_NOTE];
    describe_note(o, note);
    print_wrapped(note, column, HELP_COLUMN);
    printf("\n");
}

void print_help(const command *c)
{
    const option *o;
    printf("%s\n\n", c->usage);
    print_wrapped(c->about, 0, 0);
    printf("\n\nOptions\n");
    for (int i = 0; (o = option_at(c, i)); i++)
        print_option(o);
    printf("\nExamples\n%s\n", c->examples);
}
