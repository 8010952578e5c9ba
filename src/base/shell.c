/* Words of a command, written so that a POSIX shell reads them back. */
#include "base/base.h"

#include <string.h>

/* Adds text that is cut at the buffer's end; returns the length with it. */
static size_t add(char *out, size_t size, size_t length, const char *text)
{
    for (; *text; text++, length++)
        if (length + 1 < size)
            out[length] = *text;
    return length;
}

size_t lac_shell_word(const char *word, char *out, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./-+:,@%=";
    int is_plain = *word && word[strspn(word, plain)] == '\0';
    size_t length = 0;
    if (is_plain) {
        length = add(out, size, length, word);
    } else {
        length = add(out, size, length, "'");
        for (const char *p = word; *p; p++) {
            const char letter[2] = {*p, '\0'};
            length = add(out, size, length, *p == '\'' ? "'\\''" : letter);
        }
        length = add(out, size, length, "'");
    }
    if (size > 0)
        out[length < size ? length : size - 1] = '\0';
    return length;
}
