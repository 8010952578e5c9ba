/* The words of a line: taking them, and saying what was wanted in their place. */
#include "op/words.h"

#include <stdarg.h>
#include <string.h>

lac_status lac_words_fail(const lac_words *words, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    lac_vformat(text, sizeof text, format, args);
    va_end(args);
    return lac_fail(words->ctx, LAC_ERROR_ARGUMENT, "%s:%d: %s", words->where, words->line, text);
}

lac_status lac_words_wanted(const lac_words *words, const char *wanted)
{
    const char *word = lac_words_peek(words);
    if (!word)
        return lac_words_fail(words, "the line ends where %s is wanted", wanted);
    return lac_words_fail(words, "\"%.40s\" where %s is wanted", word, wanted);
}

const char *lac_words_peek(const lac_words *words)
{
    return words->next < words->count ? words->word[words->next] : NULL;
}

int lac_words_take(lac_words *words, const char *word)
{
    const char *next = lac_words_peek(words);
    int is_this = next && strcmp(next, word) == 0;
    words->next += is_this;
    return is_this;
}

int lac_words_number(const char *text, const char *end, int least, int most, int *out)
{
    long value = 0;
    if (text == end)
        return 0;
    for (const char *p = text; p < end; p++) {
        if (*p < '0' || *p > '9')
            return 0;
        value = 10 * value + (*p - '0');
        if (value > most)
            return 0;
    }
    *out = (int)value;
    return value >= least;
}

/* What a name of a count stands for, 0 if it is none. */
static int count_of(const lac_counts *counts, const char *name)
{
    return strcmp(name, "points") == 0          ? counts->points
           : strcmp(name, "sources") == 0       ? counts->sources
           : strcmp(name, "source_points") == 0 ? counts->source_points
                                                : 0;
}

lac_status lac_words_count(lac_words *words, const char *what, int most, int *out)
{
    const char *word = lac_words_peek(words);
    const char *times = word ? strchr(word, '*') : NULL;
    int factor = 1;
    int count = word ? count_of(&words->counts, times ? times + 1 : word) : 0;
    if (times && !lac_words_number(word, times, 1, most, &factor))
        count = 0;
    if (count && count <= most / factor)
        *out = factor * count;
    else if (!word || count || !lac_words_number(word, word + strlen(word), 1, most, out)) {
        char wanted[160];
        snprintf(wanted, sizeof wanted,
                 "%s (1 to %d, points, sources, source_points, or a multiple such as 2*points)",
                 what, most);
        return lac_words_wanted(words, wanted);
    }
    words->next++;
    return LAC_OK;
}
