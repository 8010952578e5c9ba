/*
 * YOLO's pose labels: a folder with a text file a picture, a face a line. All numbers but the class
 * and v are shares of the picture's sides, so that the picture's size must be known: the reader
 * looks at the head of every picture. v is 0 where a point is not labelled; it may be left out.
 *
 *     0 0.52 0.41 0.30 0.40 0.45 0.36 2 0.59 0.35 2 ...
 *
 * The folder holds the texts beside their pictures, or labels/ and images/, each of them perhaps
 * with the same folders in it, such as train and val.
 */
#include "import/foreign.h"
#include "import/lines.h"
#include "picture/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 5 + 3 * LAC_MOST_POINTS };

/* Two folders, of texts and of pictures; `prefix` is the latter's path from the labels' folder. */
typedef struct place {
    const char *texts;
    const char *prefix; /* "" or "images" or "images/train" */
} place;

/* Whether every third number behind the box is 0, 1 or 2. */
static int are_triples(char *const *word, int words)
{
    for (int i = 7; i < words; i += 3) {
        double v;
        if (!lac_number_read(word[i], &v) || (v != 0 && v != 1 && v != 2))
            return 0;
    }
    return (words - 5) % 3 == 0;
}

/* Other classes than the first one are told, once: their points may be others. */
static lac_status note_class(lac_foreign *labels, const lac_lines *lines, const char *word)
{
    double class;
    LAC_TRY(lac_lines_number(lines, word, &class));
    if (labels->faces == 1)
        labels->class = class;
    if (labels->class != class && !labels->has_classes) {
        lac_log(labels->ctx, "%s: line %ld: a face of class %.10g, the first is of class %.10g: "
                "all are taken, with the same points", lines->file, lines->row, class,
                labels->class);
        labels->has_classes = 1;
    }
    return LAC_OK;
}

/* Whether most pairs lie outside of the box where the numbers could be triples: of predictions v is
 * a share, and the last number perhaps a confidence. */
static int are_predicted(char *const *word, int words, const double box[4])
{
    int points = 0, outside = 0;
    for (int i = 5; i + 1 < words; i += 2) {
        double x, y;
        if (!lac_number_read(word[i], &x) || !lac_number_read(word[i + 1], &y) ||
            (x == 0 && y == 0))
            continue;
        points++;
        outside += fabs(x - box[0]) > box[2] / 2 || fabs(y - box[1]) > box[3] / 2;
    }
    return (words - 5) % 3 != 2 && 2 * outside > points;
}

static lac_status read_face(lac_foreign *labels, const lac_lines *lines, char **word, int words)
{
    lac_face *face = &labels->face[labels->faces - 1];
    int step = are_triples(word, words) ? 3 : 2;
    double box[4], w = face->width, h = face->height;
    if (words < 7 || (words - 5) % step || words > WORDS)
        return lac_lines_fail(lines, "%d numbers, must be a class, a box, and two or three numbers "
                              "a point", words);
    for (int i = 0; i < 4; i++)
        LAC_TRY(lac_lines_number(lines, word[1 + i], &box[i]));
    if (step == 2 && are_predicted(word, words, box))
        return lac_lines_fail(lines, "%d numbers, of which most pairs lie outside of the box: must "
                              "be a class, a box, and x, y and v of each point, v 0, 1 or 2, and "
                              "no confidence behind them", words);
    LAC_TRY(note_class(labels, lines, word[0]));
    LAC_TRY(lac_lines_place(lines, lac_foreign_box(labels, w * (box[0] - box[2] / 2),
                                                   h * (box[1] - box[3] / 2), w * box[2],
                                                   h * box[3])));
    LAC_TRY(lac_foreign_numbered(labels, lines->file, (words - 5) / step));
    for (int p = 0; p < labels->points; p++) {
        char **at = word + 5 + step * p;
        double x, y, v = 1;
        LAC_TRY(lac_lines_number(lines, at[0], &x));
        LAC_TRY(lac_lines_number(lines, at[1], &y));
        if (step == 3)
            LAC_TRY(lac_lines_number(lines, at[2], &v));
        if (v != 0)
            LAC_TRY(lac_lines_place(lines, lac_foreign_mark(labels, p, w * x, h * y)));
    }
    return LAC_OK;
}

/* Whether a line is numbers, as many as a face has at least. */
static int is_face(char *const *word, int words)
{
    double value;
    for (int i = 0; i < words && i < WORDS; i++)
        if (!lac_number_read(word[i], &value))
            return 0;
    return words >= 7;
}

/* The faces of a picture that cannot be opened: without its size their numbers mean nothing. A text
 * that holds other things is none of the labels. */
static lac_status pass_lines(lac_foreign *labels, lac_lines *lines, const char *picture,
                             const char *why, char **word)
{
    for (char *line; (line = lac_lines_next(lines)); why = NULL) {
        if (!is_face(word, lac_words_cut(line, ' ', word, WORDS)))
            return LAC_OK;
        LAC_TRY(lac_foreign_unread(labels, picture, why));
    }
    return LAC_OK;
}

/* The lines of a text, of which each is a face of a picture of this size. */
static lac_status read_lines(lac_foreign *labels, lac_lines *lines, const char *picture,
                             const int size[2], char **word)
{
    for (char *line; (line = lac_lines_next(lines));) {
        int words = lac_words_cut(line, ' ', word, WORDS);
        LAC_TRY(lac_foreign_face(labels, picture));
        lac_face *face = &labels->face[labels->faces - 1];
        face->width = size[0];
        face->height = size[1];
        LAC_TRY(read_face(labels, lines, word, words));
    }
    return LAC_OK;
}

/* The size of the upright picture; why it is not known, where it is not. */
static lac_status look_at(lac_foreign *labels, const char *picture, int size[2],
                          char why[LAC_MESSAGE])
{
    char *path;
    lac_sides sides = {0};
    LAC_TRY(lac_path_join(labels->ctx, labels->folder, picture, &path));
    lac_status status = lac_photo_sides(labels->ctx, path, &sides);
    free(path);
    size[0] = sides.orientation >= 5 ? sides.height : sides.width;
    size[1] = sides.orientation >= 5 ? sides.width : sides.height;
    if (status == LAC_ERROR_MEMORY)
        return status;
    snprintf(why, LAC_MESSAGE, "%s", status == LAC_OK ? "" : lac_context_message(labels->ctx));
    return LAC_OK;
}

static lac_status read_file(lac_foreign *labels, const char *path, const char *picture,
                            int is_there, char **word)
{
    lac_lines lines;
    int size[2] = {0};
    char why[LAC_MESSAGE];
    snprintf(why, sizeof why, "%s: no picture of that name", path);
    if (is_there)
        LAC_TRY(look_at(labels, picture, size, why));
    LAC_TRY(lac_lines_open(labels->ctx, path, &lines));
    lac_status status = why[0] ? pass_lines(labels, &lines, picture, why, word)
                               : read_lines(labels, &lines, picture, size, word);
    lac_lines_close(&lines);
    return status;
}

static lac_status read_text(lac_foreign *labels, const place *p, const char *name, char **word)
{
    char *picture, *path;
    int is_there;
    LAC_TRY(lac_foreign_beside(labels->ctx, labels->folder, p->prefix, name, &picture, &is_there));
    lac_status status = lac_path_join(labels->ctx, p->texts, name, &path);
    if (status == LAC_OK)
        status = read_file(labels, path, picture, is_there, word);
    free(path);
    free(picture);
    return status;
}

static lac_status read_texts(lac_foreign *labels, const place *p)
{
    char **names, **word;
    int count;
    LAC_TRY(lac_alloc(labels->ctx, WORDS, sizeof *word, &word));
    lac_status status = lac_folder_list(labels->ctx, p->texts, ".txt", &names, &count);
    for (int i = 0; status == LAC_OK && i < count; i++)
        status = read_text(labels, p, names[i], word);
    for (int i = 0; names && i < count; i++)
        free(names[i]);
    free(names);
    free(word);
    return status;
}

/* The texts in labels/, and in the folders in it. */
static lac_status read_labels(lac_foreign *labels, const char *texts)
{
    char **names;
    int count;
    LAC_TRY(read_texts(labels, &(place){texts, "images"}));
    LAC_TRY(lac_folder_list(labels->ctx, texts, "", &names, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count; i++) {
        char *folder = NULL, *prefix = NULL;
        if (status == LAC_OK)
            status = lac_path_join(labels->ctx, texts, names[i], &folder);
        if (status == LAC_OK)
            status = lac_path_join(labels->ctx, "images", names[i], &prefix);
        if (status == LAC_OK && lac_path_is_folder(folder))
            status = read_texts(labels, &(place){folder, prefix});
        free(prefix);
        free(folder);
        free(names[i]);
    }
    free(names);
    return status;
}

static lac_status read_folder(lac_foreign *labels, const char *path)
{
    char *texts;
    if (!lac_path_is_folder(path))
        return lac_fail(labels->ctx, LAC_ERROR_IO, "%s: YOLO's labels are a folder", path);
    labels->origin = 0.5;
    LAC_TRY(lac_path_join(labels->ctx, path, "labels", &texts));
    lac_status status = lac_path_is_folder(texts) ? read_labels(labels, texts)
                                                  : read_texts(labels, &(place){path, ""});
    free(texts);
    if (status == LAC_OK && labels->faces == 0)
        status = lac_fail(labels->ctx, LAC_ERROR_FORMAT,
                          "%s: neither .pts files nor YOLO's .txt files with pictures of the same "
                          "name: name the label file itself", path);
    return status;
}

static int is_it(const lac_label_head *head)
{
    (void)head;
    return 0; /* it is a folder */
}

const lac_label_format lac_format_yolo = {"yolo", is_it, read_folder};
