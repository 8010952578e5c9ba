/* Rules of crops as text: a detector's name, a colon, and three numbers between commas. */
#include "base/base.h"

#include <math.h>
#include <string.h>

enum { LONGEST = 32 }; /* characters of a number */

/* A number that ends at `end`, the byte `stop` or a NUL. */
static int read_number(const char **text, char stop, double least, double most, double *out)
{
    char word[LONGEST + 1];
    size_t length = strcspn(*text, ", ");
    if (length > LONGEST || (*text)[length] != stop)
        return 0;
    memcpy(word, *text, length);
    word[length] = 0;
    *text += length;
    return lac_number_read(word, out) && *out >= least && *out <= most;
}

static int read_rule(const char **text, lac_crop *rule)
{
    const double far = 100; /* boxes that a crop may lie away, or be large */
    size_t length = strspn(*text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length == 0 || length >= sizeof rule->detector || (*text)[length] != ':')
        return 0;
    memcpy(rule->detector, *text, length);
    rule->detector[length] = 0;
    *text += length + 1;
    if (!read_number(text, ',', 0.01, far, &rule->side))
        return 0;
    ++*text;
    if (!read_number(text, ',', -far, far, &rule->left))
        return 0;
    ++*text;
    return read_number(text, (*text)[strcspn(*text, ", ")] == ' ' ? ' ' : '\0', -far, far,
                       &rule->top);
}

int lac_crops_read(const char *text, lac_crop rules[LAC_MOST_CROPS], int *count)
{
    *count = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        lac_crop rule = {0};
        if (*count == LAC_MOST_CROPS || !read_rule(&text, &rule))
            return 0;
        for (int i = 0; i < *count; i++)
            if (strcmp(rules[i].detector, rule.detector) == 0)
                return 0;
        rules[(*count)++] = rule;
    }
    return 1;
}

const char *lac_crop_text(const lac_crop *rule, char text[LAC_CROP_TEXT])
{
    const double number[] = {rule->side, rule->left, rule->top};
    size_t used = (size_t)snprintf(text, LAC_CROP_TEXT, "%s", rule->detector);
    for (int i = 0; i < LAC_COUNT(number); i++) {
        char word[LAC_NUMBER];
        double thousandths = round(1000 * number[i]);
        lac_number_digits(thousandths == 0 ? 0 : thousandths / 1000, 6, word);
        used += (size_t)snprintf(text + used, LAC_CROP_TEXT - used, "%c%s", i ? ',' : ':', word);
    }
    return text;
}
