/* Marks of missing labels as text: numbers, and pairs with a comma, between blanks. */
#include "base/base.h"

#include <math.h>
#include <string.h>

static int read_number(const char *text, float *out)
{
    double value;
    int is_good = lac_number_read(text, &value) && isfinite(value) && fabs(value) <= 1e30;
    *out = is_good ? (float)value : 0;
    return is_good;
}

/* A mark that takes up [text, end): "-1" or "0,0". */
static int read_mark(const char *text, const char *end, lac_mark_of_gap *out)
{
    char word[64];
    size_t length = (size_t)(end - text);
    if (length >= sizeof word)
        return 0;
    memcpy(word, text, length);
    word[length] = 0;
    char *comma = strchr(word, ',');
    *out = (lac_mark_of_gap){.is_pair = comma != NULL};
    if (comma)
        *comma = 0;
    return read_number(word, &out->x) && (!comma || read_number(comma + 1, &out->y));
}

int lac_marks_read(const char *text, lac_mark_of_gap mark[LAC_MOST_MARKS], int *count)
{
    *count = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const char *end = text + strcspn(text, " ");
        if (*count == LAC_MOST_MARKS || !read_mark(text, end, &mark[*count]))
            return 0;
        ++*count;
        text = end;
    }
    return 1;
}
