/*
 * Whether a text is JSON. The reader that we use answers NULL both to a text that is none and to
 * memory that ran out; this tells them apart, and asks for no memory. It is stricter than the
 * reader: what it takes, the reader takes too.
 */
#include "base/base.h"

#include <string.h>

enum { DEPTH = 100 }; /* values inside values */

/* A text on its way; `at` becomes NULL at the first byte that does not fit. */
typedef struct scan {
    const char *at, *end;
} scan;

static int peek(const scan *s)
{
    return s->at && s->at < s->end ? (unsigned char)*s->at : -1;
}

static int take(scan *s, const char *any)
{
    int c = peek(s);
    if (c <= 0 || !strchr(any, c))
        return 0;
    s->at++;
    return c;
}

static void need(scan *s, const char *word)
{
    for (; *word; word++) {
        const char letter[2] = {*word, '\0'};
        if (!take(s, letter))
            s->at = NULL;
    }
}

static void skip_blanks(scan *s)
{
    while (take(s, " \t\r\n"))
        continue;
}

static void skip_digits(scan *s)
{
    if (!take(s, "0123456789"))
        s->at = NULL;
    while (take(s, "0123456789"))
        continue;
}

static void skip_number(scan *s)
{
    take(s, "-");
    skip_digits(s);
    if (take(s, "."))
        skip_digits(s);
    if (take(s, "eE")) {
        take(s, "+-");
        skip_digits(s);
    }
}

/* Four hexadecimal digits. */
static int take_code(scan *s)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int c = take(s, "0123456789abcdefABCDEF");
        if (!c) {
            s->at = NULL;
            return 0;
        }
        code = 16 * code + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return code;
}

/* The code of a character, or of its two halves: D800 to DBFF is a first one, behind which its
 * second must stand, DC00 to DFFF. */
static void skip_character(scan *s)
{
    enum { FIRST = 0xd800, SECOND = 0xdc00, HALF = 0xfc00 };
    int code = take_code(s);
    if ((code & HALF) == FIRST) {
        need(s, "\\u");
        if ((take_code(s) & HALF) != SECOND)
            s->at = NULL;
    } else if ((code & HALF) == SECOND) {
        s->at = NULL;
    }
}

static void skip_string(scan *s)
{
    need(s, "\"");
    for (int c; (c = peek(s)) != '"';) {
        if (c < ' ') {
            s->at = NULL;
            return;
        }
        s->at++;
        if (c == '\\' && !take(s, "\"\\/bfnrt")) {
            need(s, "u");
            skip_character(s);
        }
    }
    s->at++;
}

static void skip_value(scan *s, int depth);

/* What stands between brackets: values, or names with values, between commas. */
static void skip_list(scan *s, int depth, int has_names, const char *close)
{
    s->at++;
    skip_blanks(s);
    if (take(s, close))
        return;
    do {
        skip_blanks(s);
        if (has_names) {
            skip_string(s);
            skip_blanks(s);
            need(s, ":");
        }
        skip_value(s, depth + 1);
    } while (take(s, ","));
    need(s, close);
}

static void skip_value(scan *s, int depth)
{
    skip_blanks(s);
    int c = depth < DEPTH ? peek(s) : -1;
    if (c == '{' || c == '[')
        skip_list(s, depth, c == '{', c == '{' ? "}" : "]");
    else if (c == '"')
        skip_string(s);
    else if (c == 't' || c == 'f' || c == 'n')
        need(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
    else
        skip_number(s);
    skip_blanks(s);
}

int lac_json_is_valid(const char *text, size_t length)
{
    size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    scan s = {text + mark, text + length};
    skip_value(&s, 0);
    return s.at == s.end;
}
