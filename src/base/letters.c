/* Names that are the same but for the case of their letters. */
#include "base/letters.h"

#include <stdint.h>
#include <string.h>

char lac_small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

int lac_is_alike(const char *a, const char *b)
{
    return lac_begin_alike(a, b, SIZE_MAX);
}

int lac_begin_alike(const char *a, const char *b, size_t count)
{
    size_t i = 0;
    while (i < count && a[i] && lac_small(a[i]) == lac_small(b[i]))
        i++;
    return i == count || lac_small(a[i]) == lac_small(b[i]);
}

int lac_ends_like(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && lac_is_alike(text + length - tail, end);
}
