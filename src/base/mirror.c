/*
 * Mirror partners of points by their names. Two names are partners when each becomes the other by
 * exchanging left and right, in any case of the letters. Sides are written in several habits:
 *
 *     left, right anywhere         left_eye  lefteye  LeftEye  eye.left
 *     l, r as words of their own   eye_l  L_eye  EyeL  LEye
 *     l, r as first or last letter leye  eyel
 *
 * The last is tried only for names that the others leave without a partner.
 */
#define _POSIX_C_SOURCE 200809L /* stpcpy */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

static int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static int is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_letter(char c)
{
    return is_lower(c) || is_upper(c);
}

static char to_lower(char c)
{
    return is_upper(c) ? (char)(c + 'a' - 'A') : c;
}

/* Whether a word begins at name[i]: behind what is no letter, at "aB" and at the B of "ABc". */
static int begins_word(const char *name, size_t i)
{
    char c = name[i];
    if (i == 0 || !is_letter(name[i - 1]) || !is_letter(c))
        return 1;
    return is_upper(c) && (is_lower(name[i - 1]) || is_lower(name[i + 1]));
}

/* Whether `word`, in small letters, is at `text`. */
static int is_at(const char *text, const char *word)
{
    while (*word && to_lower(*text) == *word) {
        text++;
        word++;
    }
    return *word == 0;
}

enum { BY_WORD, BY_FIRST, BY_LAST, RULES };

/* How many letters at name[i] say a side by the rule; 0 when none do. */
static size_t side_length(const char *name, size_t i, int rule)
{
    char c = to_lower(name[i]);
    if (c != 'l' && c != 'r')
        return 0;
    if (rule == BY_FIRST)
        return i == 0;
    if (rule == BY_LAST)
        return name[i + 1] == 0;
    if (is_at(name + i, "left"))
        return 4;
    if (is_at(name + i, "right"))
        return 5;
    return begins_word(name, i) && begins_word(name, i + 1);
}

/* The name in small letters with its sides exchanged. `out` has room for twice the name. */
static void exchange_sides(const char *name, int rule, char *out)
{
    for (size_t i = 0; name[i];) {
        size_t length = side_length(name, i, rule);
        int is_left = to_lower(name[i]) == 'l';
        if (length == 0)
            *out++ = to_lower(name[i++]);
        else if (length == 1)
            *out++ = is_left ? 'r' : 'l';
        else
            out = stpcpy(out, is_left ? "right" : "left");
        i += length;
    }
    *out = 0;
}

int lac_name_is_left(const char *name)
{
    for (size_t i = 0; name[i]; i++)
        if (side_length(name, i, BY_WORD))
            return to_lower(name[i]) == 'l';
    return 0;
}

/* The point that the rule makes the partner of point p, or p. */
static int partner_by(int rule, char *const *names, int points, int p, char *exchanged)
{
    exchange_sides(names[p], rule, exchanged);
    for (int q = 0; q < points; q++)
        if (strlen(names[q]) == strlen(exchanged) && is_at(names[q], exchanged))
            return q;
    return p;
}

/* Joins the points that the rule makes partners of each other and that have none yet. */
static void join_by(int rule, char *const *names, int points, int *mirror, char *exchanged)
{
    for (int p = 0; p < points; p++) {
        int q = partner_by(rule, names, points, p, exchanged);
        if (mirror[p] == p && mirror[q] == q &&
            partner_by(rule, names, points, q, exchanged) == p) {
            mirror[p] = q;
            mirror[q] = p;
        }
    }
}

lac_status lac_mirror_find(lac_context *ctx, char *const *names, int points, int *mirror)
{
    size_t longest = 0;
    char *exchanged;
    for (int p = 0; p < points; p++) {
        size_t length = strlen(names[p]);
        longest = length > longest ? length : longest;
        mirror[p] = p;
    }
    LAC_TRY(lac_alloc(ctx, 2 * longest + 1, 1, &exchanged));
    for (int rule = 0; rule < RULES; rule++)
        join_by(rule, names, points, mirror, exchanged);
    free(exchanged);
    return LAC_OK;
}
