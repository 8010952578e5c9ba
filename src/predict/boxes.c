/*
 * Where faces are: the whole photo, a box, or a list of boxes in a CSV, such as other programs
 * that find faces write. The list is sorted by the names of files without folders, so that a photo
 * finds its lines at once.
 */
#include "base/box_columns.h"
#include "picture/picture.h"
#include "predict/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 1000 }; /* of a line that are looked at */

typedef struct entry {
    const char *file;
    long line;
    lac_detection face;
} entry;

struct lac_box_list {
    char *text; /* of the file, cut into cells */
    entry *entry; /* [count] by the names of files, then by lines */
    int count;
    int has_scores;
};

/* A file under way. */
typedef struct reader {
    lac_context *ctx;
    const char *path;
    lac_box_list *list;
    long line;
    char separator;
    int file, score; /* columns; no score: -1 */
    lac_box_columns box;
} reader;

/* ---- Lines ----------------------------------------------------------------------------- */

/* Cuts the first line off the text and returns what stands behind it, or NULL; *lines is how many
 * lines of the file it takes: in a cell in quotes there may be newlines. */
static char *cut_line(char *text, long *lines)
{
    int is_quoted = 0, is_start = 1;
    for (*lines = 1; *text && (is_quoted || *text != '\n'); text++) {
        if (is_quoted && *text == '"' && text[1] == '"')
            text++;
        else if (*text == '"' && (is_quoted || is_start))
            is_quoted = !is_quoted;
        is_start = strchr(",;\t", *text) || (is_start && *text == ' ');
        *lines += *text == '\n';
    }
    char *next = *text ? text + 1 : NULL;
    *text = '\0';
    return next;
}

/* The cell at *at without quotes and blanks round it; *at goes on, to NULL at the line's end. */
static char *cut_cell(char **at, char separator)
{
    char *from = *at + strspn(*at, " ");
    int is_quoted = *from == '"';
    char *start = from += is_quoted, *to = start, *kept = start;
    while (*from && (is_quoted || *from != separator)) {
        if (is_quoted && *from == '"' && *++from != '"') {
            is_quoted = 0;
            kept = to;
        } else {
            *to++ = *from++;
        }
    }
    *at = *from ? from + 1 : NULL;
    while (to > kept && to[-1] == ' ')
        to--;
    *to = '\0';
    return start;
}

/* Returns how many cells there are. */
static int cut(char *line, char separator, char *cell[CELLS])
{
    int count = 0;
    while (line && count < CELLS)
        cell[count++] = cut_cell(&line, separator);
    return count;
}

/* ---- Columns --------------------------------------------------------------------------- */

/* Where commas separate nothing, they may be decimal points. */
static int read_number(const reader *r, char *cell, double *out)
{
    char *comma = r->separator == ',' ? NULL : strchr(cell, ',');
    if (!comma)
        return lac_number_read(cell, out);
    *comma = '.';
    if (lac_number_read(cell, out))
        return 1;
    *comma = ',';
    return 0;
}

/* No file is -1, as where there is no box. */
static void find_named(reader *r, char *const *cell, int count)
{
    static const char *const scores[] = {"score", "confidence", "box_score", "bbox_score"};
    r->file = r->score = -1;
    for (int i = 0; i < LAC_COUNT(scores) && r->score < 0; i++)
        r->score = lac_column_called(cell, count, scores[i]);
    if (!lac_box_columns_find(cell, count, 1, &r->box))
        return;
    for (const char *const *name = lac_file_columns; *name && r->file < 0; name++)
        r->file = lac_column_called(cell, count, *name);
}

/* A header names the columns; without one, the first line's x is a number and they have their
 * usual order: file, x, y, w, h, score. */
static lac_status find_columns(reader *r, char *const *cell, int count, int *is_header)
{
    double number;
    *is_header = count < 2 || !read_number(r, cell[1], &number);
    r->file = count < 5 ? -1 : 0;
    r->box = (lac_box_columns){{1, 2, 3, 4}, 0};
    r->score = count > 5 && read_number(r, cell[5], &number) ? 5 : -1;
    if (*is_header)
        find_named(r, cell, count);
    r->list->has_scores = r->score >= 0;
    return r->file >= 0 ? LAC_OK
                        : lac_fail(r->ctx, LAC_ERROR_FORMAT,
                                   "%s: no boxes: the first line must be file,x,y,w,h or "
                                   "file,left,top,right,bottom, with or without further columns, "
                                   "or hold a file and four numbers", r->path);
}

static lac_status fail_line(const reader *r, const char *what, const char *required,
                            const char *cell)
{
    return lac_fail(r->ctx, LAC_ERROR_FORMAT, "%s:%ld: %s is \"%.40s\"; must be a number%s",
                    r->path, r->line, what, cell, required);
}

/* Whether none of the box's cells says anything, as of a photo in which no face was found. */
static int is_faceless(const reader *r, char *const *cell)
{
    int k = 0;
    double value = 0;
    while (k < 4 && (!*cell[r->box.column[k]] ||
                     (lac_number_read(cell[r->box.column[k]], &value) && isnan(value))))
        k++;
    return k == 4;
}

static lac_status read_box(const reader *r, char *const *cell, double box[4])
{
    static const char *const what[2][4] = {{"x", "y", "w", "h"},
                                           {"left", "top", "right", "bottom"}};
    static const char *const required[2][4] = {{"", "", " above 0", " above 0"},
                                               {"", "", " above left", " above top"}};
    const int is_corners = r->box.is_corners;
    for (int k = 0; k < 4; k++) {
        char *text = cell[r->box.column[k]];
        int is_good = read_number(r, text, &box[k]) && fabs(box[k]) <= LAC_BOX_LIMIT;
        if (is_good && k >= 2 && is_corners)
            box[k] -= box[k - 2];
        if (!is_good || (k >= 2 && box[k] <= 0))
            return fail_line(r, what[is_corners][k], required[is_corners][k], text);
    }
    return LAC_OK;
}

static lac_status take_line(reader *r, char *const *cell, int count)
{
    double box[4];
    int last = r->file;
    for (int k = 0; k < 4; k++)
        last = r->box.column[k] > last ? r->box.column[k] : last;
    if (last >= count)
        return lac_fail(r->ctx, LAC_ERROR_FORMAT, "%s:%ld: %d cells, too few for a box", r->path,
                        r->line, count);
    if (is_faceless(r, cell))
        return LAC_OK;
    LAC_TRY(read_box(r, cell, box));
    entry *e = &r->list->entry[r->list->count];
    *e = (entry){cell[r->file], r->line, {{box[0], box[1], box[2], box[3]}, NAN}};
    char *score = r->score >= 0 && r->score < count ? cell[r->score] : NULL;
    if (score && *score && !read_number(r, score, &e->face.score))
        return fail_line(r, "score", "", score);
    r->list->count++;
    return LAC_OK;
}

/* ---- The list -------------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int entry_order(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    int order = strcmp(name_of(left->file), name_of(right->file));
    return order ? order : (left->line > right->line) - (left->line < right->line);
}

/* What the first line has most of, outside of quotes. */
static char separator_of(const char *line)
{
    static const char any[] = ",;\t";
    char best = any[0];
    int most = 0;
    for (const char *a = any; *a; a++) {
        int count = 0, is_quoted = 0;
        for (const char *c = line; *c; c++) {
            is_quoted ^= *c == '"';
            count += !is_quoted && *c == *a;
        }
        if (count > most) {
            most = count;
            best = *a;
        }
    }
    return best;
}

static lac_status read_lines(reader *r, char *text)
{
    char *cell[CELLS];
    int is_header, is_first = 1;
    long lines = 0;
    for (char *line = text, *next; line; line = next) {
        r->line += lines;
        next = cut_line(line, &lines);
        size_t length = strlen(line);
        if (length && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (!line[strspn(line, " \t")])
            continue;
        if (is_first)
            r->separator = separator_of(line);
        int count = cut(line, r->separator, cell);
        if (is_first)
            LAC_TRY(find_columns(r, cell, count, &is_header));
        if (!is_first || !is_header)
            LAC_TRY(take_line(r, cell, count));
        is_first = 0;
    }
    if (is_first)
        return lac_fail(r->ctx, LAC_ERROR_FORMAT, "%s: an empty file, no boxes", r->path);
    return LAC_OK;
}

static size_t count_lines(const char *text)
{
    size_t lines = 1;
    while ((text = strchr(text, '\n'))) {
        text++;
        lines++;
    }
    return lines;
}

static lac_status read_list(lac_context *ctx, const char *path, lac_box_list *list)
{
    reader r = {.ctx = ctx, .path = path, .list = list, .line = 1};
    LAC_TRY(lac_file_text(ctx, path, &list->text));
    size_t lines = count_lines(list->text);
    if (lines > INT32_MAX)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: %zu lines of boxes; at most %d", path, lines,
                        INT32_MAX);
    LAC_TRY(lac_alloc(ctx, lines, sizeof *list->entry, &list->entry));
    LAC_TRY(read_lines(&r, list->text));
    qsort(list->entry, (size_t)list->count, sizeof *list->entry, entry_order);
    return LAC_OK;
}

lac_status lac_box_list_open(lac_context *ctx, const char *path, lac_box_list **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    lac_status status = read_list(ctx, path, *out);
    if (status != LAC_OK)
        lac_box_list_free(out);
    return status;
}

void lac_box_list_free(lac_box_list **list)
{
    if (!*list)
        return;
    free((*list)->text);
    free((*list)->entry);
    free(*list);
    *list = NULL;
}

int lac_box_list_has_scores(const lac_box_list *list)
{
    return list->has_scores;
}

/* ---- Finders --------------------------------------------------------------------------- */

/* The first entry whose file has this name. */
static int first_named(const lac_box_list *list, const char *name)
{
    int low = 0, high = list->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(name_of(list->entry[middle].file), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the path is `file`, or ends with it behind a slash. */
static int is_of(const char *file, const char *path)
{
    while (strncmp(file, "./", 2) == 0)
        file += 2;
    size_t length = strlen(path), tail = strlen(file);
    return tail <= length && strcmp(path + length - tail, file) == 0 &&
           (tail == length || path[length - tail - 1] == '/');
}

lac_status lac_find_listed(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                           lac_detection *faces, int most, int *count)
{
    (void)photo;
    const lac_box_list *list = user;
    const char *name = name_of(path);
    *count = 0;
    for (int i = first_named(list, name); i < list->count; i++) {
        const entry *e = &list->entry[i];
        if (strcmp(name_of(e->file), name) != 0)
            break;
        if (!is_of(e->file, path))
            continue;
        if (*count == most)
            return lac_fail(ctx, LAC_ERROR_FORMAT, "more than %d boxes", most);
        faces[(*count)++] = e->face;
    }
    return LAC_OK;
}

lac_status lac_find_box(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                        lac_detection *faces, int most, int *count)
{
    (void)ctx;
    (void)path;
    (void)photo;
    (void)most;
    const lac_box *box = user;
    faces[0] = (lac_detection){*box, NAN};
    *count = 1;
    return LAC_OK;
}

lac_status lac_find_whole(void *user, lac_context *ctx, const char *path, const lac_photo *photo,
                          lac_detection *faces, int most, int *count)
{
    (void)user;
    lac_box whole = {0, 0, photo->width, photo->height};
    return lac_find_box(&whole, ctx, path, photo, faces, most, count);
}
