/*
 * Lists of faces, a line each, words between blanks; pixels are counted from 0.
 *
 * CelebA's begins with a count and the coordinates' names:
 *
 *     202599
 *     lefteye_x lefteye_y righteye_x ...
 *     000001.jpg 69 109 106 ...
 *
 * WFLW's has 196 coordinates, a box as its corners, six flags and the picture:
 *
 *     182.2 268.9 182.5 ... 181 156 471 503 0 0 0 0 0 0 37--Soccer/37_Soccer.jpg
 */
#include "import/foreign.h"
#include "import/lines.h"

#include <stdlib.h>
#include <string.h>

enum { WFLW_POINTS = 98, WFLW_BOX = 2 * WFLW_POINTS, WFLW_FILE = WFLW_BOX + 4 + 6,
       WFLW_WORDS = WFLW_FILE + 1 };

/* Coordinates in turn, x and y, of a face that has begun. */
static lac_status read_marks(lac_foreign *labels, const lac_lines *lines, char **word, int points)
{
    for (int p = 0; p < points; p++)
        LAC_TRY(lac_lines_mark(lines, labels, p, word[2 * p], word[2 * p + 1]));
    return LAC_OK;
}

/* ---- CelebA ------------------------------------------------------------------------------ */

/* The names in the second line, each with x and then y. */
static lac_status read_names(lac_foreign *labels, const lac_lines *lines, char **word, int words)
{
    int point = -1;
    if (words % 2 || words > 2 * LAC_MOST_POINTS)
        return lac_lines_fail(lines, "%d names, must be two for each of at most %d points", words,
                              LAC_MOST_POINTS);
    for (int i = 0; i < words; i++) {
        char *name;
        int axis = -1, before = point;
        LAC_TRY(lac_alloc(labels->ctx, strlen(word[i]) + 1, 1, &name));
        lac_status status = LAC_OK;
        if (lac_column_coordinate(word[i], name, &axis) && axis == i % 2)
            status = lac_foreign_point(labels, name, &point);
        free(name);
        LAC_TRY(status);
        if (axis != i % 2 || (axis ? point != before : point != i / 2))
            return lac_lines_fail(lines, "\"%.40s\" where NAME_%c must be", word[i],
                                  i % 2 ? 'y' : 'x');
    }
    return LAC_OK;
}

static lac_status read_celeba_lines(lac_foreign *labels, lac_lines *lines, char **word, int most)
{
    double wanted = -1;
    char *line = lac_lines_next(lines);
    if (line)
        LAC_TRY(lac_lines_number(lines, line, &wanted));
    line = lac_lines_next(lines);
    int words = line ? lac_words_cut(line, ' ', word, most) : 0;
    if (words < 2)
        return lac_lines_fail(lines, "no names of coordinates");
    LAC_TRY(read_names(labels, lines, word, words));
    while ((line = lac_lines_next(lines))) {
        int count = lac_words_cut(line, ' ', word, most);
        if (count != words + 1)
            return lac_lines_fail(lines, "%d words, must be a picture and %d numbers", count,
                                  words);
        LAC_TRY(lac_foreign_face(labels, word[0]));
        LAC_TRY(read_marks(labels, lines, word + 1, words / 2));
    }
    if (labels->faces != wanted)
        return lac_lines_fail(lines, "the list ends with %d of the %.10g faces that its first line "
                              "says", labels->faces, wanted);
    return LAC_OK;
}

/* ---- WFLW -------------------------------------------------------------------------------- */

static lac_status read_wflw_box(lac_foreign *labels, const lac_lines *lines, char **word)
{
    double corner[4];
    for (int i = 0; i < 4; i++)
        LAC_TRY(lac_lines_number(lines, word[i], &corner[i]));
    return lac_lines_place(lines, lac_foreign_box(labels, corner[0], corner[1],
                                                  corner[2] - corner[0], corner[3] - corner[1]));
}

static lac_status read_wflw_lines(lac_foreign *labels, lac_lines *lines, char **word, int most)
{
    LAC_TRY(lac_foreign_numbered(labels, lines->file, WFLW_POINTS));
    for (char *line; (line = lac_lines_next(lines));) {
        int words = lac_words_cut(line, ' ', word, most);
        if (words != WFLW_WORDS)
            return lac_lines_fail(lines, "%d words, must be %d", words, WFLW_WORDS);
        LAC_TRY(lac_foreign_face(labels, word[WFLW_FILE]));
        LAC_TRY(read_marks(labels, lines, word, WFLW_POINTS));
        LAC_TRY(read_wflw_box(labels, lines, word + WFLW_BOX));
    }
    return LAC_OK;
}

/* ---- Either ------------------------------------------------------------------------------ */

typedef lac_status (*read_lines)(lac_foreign *labels, lac_lines *lines, char **word, int most);

static lac_status read_list(lac_foreign *labels, const char *path, read_lines read)
{
    enum { MOST = 2 * LAC_MOST_POINTS + 1 };
    lac_lines lines;
    char **word;
    LAC_TRY(lac_alloc(labels->ctx, MOST, sizeof *word, &word));
    lac_status status = lac_lines_open(labels->ctx, path, &lines);
    if (status == LAC_OK)
        status = read(labels, &lines, word, MOST);
    lac_lines_close(&lines);
    free(word);
    return status;
}

static lac_status read_celeba(lac_foreign *labels, const char *path)
{
    return read_list(labels, path, read_celeba_lines);
}

static lac_status read_wflw(lac_foreign *labels, const char *path)
{
    return read_list(labels, path, read_wflw_lines);
}

/* Words in the head's line, which begins at *text and is passed. */
static int count_words(const char **text)
{
    int count = 0;
    size_t length = strcspn(*text, "\n");
    const char *end = *text + length;
    for (const char *p = *text + strspn(*text, " \t\r"); p < end; p += strspn(p, " \t\r")) {
        p += strcspn(p, " \t\r\n");
        count++;
    }
    *text = *end ? end + 1 : end;
    return count;
}

static int is_celeba(const lac_label_head *head)
{
    const char *text = head->text;
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && strchr(" \t\r\n", text[digits]) && count_words(&text) == 1 &&
           count_words(&text) >= 2 && !strchr(head->text, ',');
}

static int is_wflw(const lac_label_head *head)
{
    const char *text = head->text;
    return !strchr(head->text, ',') && count_words(&text) == WFLW_WORDS;
}

const lac_label_format lac_format_celeba = {"celeba", is_celeba, read_celeba};
const lac_label_format lac_format_wflw = {"wflw", is_wflw, read_wflw};
