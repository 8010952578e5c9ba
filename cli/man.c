/*
 * What `lacuna help --man [VERB]` prints: a page in the macros of man(7), from the table that the
 * parser uses. Every minus is written \-, as readers copy options, and every quote \(aq, so that
 * both stay what they are in ASCII.
 */
#include "man.h"
#include "cli.h"

#include <ctype.h>
#include <string.h>

/* Of the source, with room for what letters are written as; of an example, so that it fits a
 * terminal of 80 columns behind the indent of 7. */
enum { SOURCE_WIDTH = 72, EXAMPLE_WIDTH = 71 };

/* ---- Text ---------------------------------------------------------------------------------- */

static void print_letters(const char *text, int length)
{
    static const char *const written['~' + 1] = {
        ['-'] = "\\-",   ['\''] = "\\(aq", ['\\'] = "\\e",
        ['^'] = "\\(ha", ['~'] = "\\(ti",  ['`'] = "\\(ga",
    };
    for (int i = 0; i < length; i++) {
        unsigned char letter = (unsigned char)text[i];
        if (letter <= '~' && written[letter])
            printf("%s", written[letter]);
        else
            putchar(letter);
    }
}

static void print_text(const char *text)
{
    print_letters(text, (int)strlen(text));
}

/* Words in lines of the source; a newline in the text makes a paragraph. Ends the last line. */
static void print_paragraphs(const char *text)
{
    int column = 0;
    while (*text) {
        int length = (int)strcspn(text, " \n");
        if (column > 0 && column + 1 + length > SOURCE_WIDTH) {
            printf("\n");
            column = 0;
        }
        printf("%s", column > 0 ? " " : text[0] == '.' ? "\\&" : "");
        print_letters(text, length);
        column += length + 1;
        text += length;
        if (*text == '\n') {
            printf("\n.PP\n");
            column = 0;
        }
        text += *text != '\0';
    }
    printf("\n");
}

/* A line that stands as it is. One that is too long goes on in the next, before an option, with
 * `glue` at its end. */
static void print_line(const char *text, int length, const char *glue)
{
    int at = EXAMPLE_WIDTH;
    while (length > EXAMPLE_WIDTH && at > 0 && strncmp(text + at, " -", 2) != 0)
        at--;
    if (length > EXAMPLE_WIDTH && at > 0) {
        print_letters(text, at);
        printf("%s\n    ", glue);
        text += at + 1;
        length -= at + 1;
    }
    print_letters(text, length);
    printf("\n");
}

/* Lines as they are, but for `indent` blanks in front of each. */
static void print_lines(const char *text, int indent, const char *glue)
{
    printf(".nf\n");
    while (*text) {
        int length = (int)strcspn(text, "\n"), blanks = (int)strspn(text, " ");
        int skip = blanks < indent ? blanks : indent;
        print_line(text + skip, length - skip, glue);
        text += length + (text[length] == '\n');
    }
    printf(".fi\n");
}

/* ---- Parts of a page ------------------------------------------------------------------------- */

void man_begin(const char *page, const char *summary)
{
    printf(".TH ");
    for (const char *p = page; *p; p++)
        putchar(toupper((unsigned char)*p));
    /* No date, no hyphens at the ends of lines, and these not filled up with blanks. */
    printf(" 1 \"\" \"lacuna " LAC_VERSION "\" \"lacuna\"\n.nh\n.ad l\n.SH NAME\n");
    print_text(page);
    printf(" \\- ");
    print_paragraphs(summary);
}

/* A verb that does several things, as "plot curve" is one of plot's, has sections for each. */
static void print_heading(const char *title, const char *name)
{
    if (name && strchr(name, ' '))
        printf(".SH \"%s (%s)\"\n", title, name);
    else
        printf(".SH %s\n", title);
}

void man_text(const char *title, const char *text)
{
    print_heading(title, NULL);
    print_paragraphs(text);
}

void man_verb(const char *name, const char *summary)
{
    printf(".TP\n.BR lacuna\\-%s (1)\n", name);
    print_paragraphs(summary);
}

void man_commands(const char *title, const char *lines)
{
    print_heading(title, NULL);
    print_lines(lines, 2, " \\e");
}

void man_end(const char *see_also)
{
    man_text("EXIT STATUS", "0 when all is done, 1 after one line on standard error that says what "
                            "failed, 2 when the command line is wrong. 128 and its "
                            "number when a signal ended the command: 130 after Ctrl-C, 129 after "
                            "SIGHUP, 143 after SIGTERM.");
    man_text("SEE ALSO", see_also);
}

/* ---- A verb ---------------------------------------------------------------------------------- */

/* --preset paper|first|FILE: what stands as it is in bold, what stands for something in italics. */
static void print_option_head(const option *o)
{
    if (option_is_word(o)) {
        printf(".TP\n\\fI%s\\fR\n", o->name);
        return;
    }
    printf(".TP\n\\fB\\-\\-");
    print_text(o->name);
    printf("\\fR");
    int count = 0;
    for (; o->choices && o->choices[count]; count++) {
        printf("%s\\fB", count ? "|" : " ");
        print_text(o->choices[count]);
        printf("\\fR");
    }
    if (o->unit)
        printf("%s\\fI%s\\fR", count ? "|" : " ", o->unit);
    printf("\n");
}

static void print_option(const option *o)
{
    char text[2000], note[OPTION_NOTE];
    describe_note(o, note);
    snprintf(text, sizeof text, "%s%s%s", o->about, note[0] ? " " : "", note);
    print_option_head(o);
    print_paragraphs(text);
}

void print_man(const command *c)
{
    const option *o;
    print_heading("SYNOPSIS", c->name);
    print_lines(c->usage, 0, "");
    print_heading("DESCRIPTION", c->name);
    print_paragraphs(c->about);
    print_heading("OPTIONS", c->name);
    for (int i = 0; (o = option_at(c, i)); i++)
        print_option(o);
    print_heading("EXAMPLES", c->name);
    print_lines(c->examples, 2, " \\e");
}
