/*
 * Names that are the same but for the case of their letters. Only a to z have a case here, in every
 * locale of the program: in a Turkish one, to strcasecmp "ZIP" is not "zip".
 */
#ifndef LAC_LETTERS_H
#define LAC_LETTERS_H

#include <stddef.h>

/* The small letter of a capital one; any other byte as it is. */
char lac_small(char c);

int lac_is_alike(const char *a, const char *b);

/* Whether their first `count` bytes are alike, or both end before that. */
int lac_begin_alike(const char *a, const char *b, size_t count);

/* Whether the text is longer than `end`, and ends like it. */
int lac_ends_like(const char *text, const char *end);

#endif
