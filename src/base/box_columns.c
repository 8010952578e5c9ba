/*
 * Columns of boxes by their names: two for a corner, two for the size or for the other corner. All
 * may have the same word in front, as in bbox_x or bboxLeft.
 */
#include "base/box_columns.h"
#include "base/letters.h"

#include <stddef.h>
#include <string.h>

const char *const lac_file_columns[] = {
    "file", "filename", "file_name", "image", "image_name", "image_path", "image_file", "path",
    "filepath", "file_path", "img", "img_name", "img_path", "picture", "photo", NULL};

typedef struct box_words {
    const char *end[4]; /* of the columns' names */
    int is_corners;
} box_words;

static const box_words boxes[] = {
    {{"x", "y", "w", "h"}, 0},
    {{"x", "y", "width", "height"}, 0},
    {{"left", "top", "width", "height"}, 0},
    {{"left", "top", "w", "h"}, 0},
    {{"left", "top", "right", "bottom"}, 1},
    {{"xmin", "ymin", "xmax", "ymax"}, 1},
    {{"x_min", "y_min", "x_max", "y_max"}, 1},
    {{"x1", "y1", "x2", "y2"}, 1},
};

int lac_column_called(char *const *names, int count, const char *name)
{
    int c = 0;
    while (c < count && !lac_is_alike(names[c], name))
        c++;
    return c < count ? c : -1;
}

/* The column whose name is the first `kept` bytes of `like`, and `end`. */
static int column_like(char *const *names, int count, const char *like, size_t kept,
                       const char *end)
{
    int c = 0;
    while (c < count &&
           (!lac_begin_alike(names[c], like, kept) || !lac_is_alike(names[c] + kept, end)))
        c++;
    return c < count ? c : -1;
}

/* Whether a name's last `end` bytes are a word of their own: x, box_x, boxX, boxLeft. */
static int ends_in_word(const char *name, size_t end)
{
    const size_t before = strlen(name) - end;
    return before == 0 || strchr("_.- ", name[before - 1]) ||
           (name[before] <= 'Z' && name[before - 1] > 'Z');
}

/* Whether the column is the first of a box in these words: *out gets all four. */
static int begins_box(char *const *names, int count, int c, const box_words *words,
                      lac_box_columns *out)
{
    const char *name = names[c];
    size_t length = strlen(name), end = strlen(words->end[0]);
    if (length < end || !lac_is_alike(name + length - end, words->end[0]) ||
        !ends_in_word(name, end))
        return 0;
    int found = 0;
    for (int k = 0; k < 4; k++) {
        out->column[k] = column_like(names, count, name, length - end, words->end[k]);
        found += out->column[k] >= 0;
    }
    out->is_corners = words->is_corners;
    return found == 4;
}

int lac_box_columns_find(char *const *names, int count, int numbers, lac_box_columns *out)
{
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++)
        for (int c = 0; c < count; c++)
            if ((numbers || !lac_is_alike(names[c], "x1")) &&
                begins_box(names, count, c, &boxes[i], out))
                return 1;
    *out = (lac_box_columns){.column = {-1, -1, -1, -1}};
    return 0;
}
