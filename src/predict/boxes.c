/*
 * Where faces are: the whole photo, a box, or a list of boxes in a CSV, such as other programs
 * that find faces write. The list is sorted by the names of files without folders, so that a photo
 * finds its lines at once.
 */
#include "picture/picture.h"
#include "predict/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CELLS = 1000, /* of a line that are looked at */
    WANTED = 6    /* file, x, y, w, h, score */
};

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
    int column[WANTED]; /* -1: there is none */
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

/* Whether the cell is one of the names, which stand between blanks, in letters of any size, and
 * perhaps with box_ or bbox_ in front. */
static int is_named(const char *cell, const char *names)
{
    for (const char *at = names + strspn(names, " "); *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        size_t front = strncasecmp(cell, "box_", 4) == 0    ? 4
                       : strncasecmp(cell, "bbox_", 5) == 0 ? 5
                                                            : 0;
        if (strlen(cell + front) == length && strncasecmp(cell + front, at, length) == 0)
            return 1;
        at += length;
    }
    return 0;
}

static int column_named(char *const *cell, int count, const char *names)
{
    int c = 0;
    while (c < count && !is_named(cell[c], names))
        c++;
    return c < count ? c : -1;
}

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

/* A header names the columns; without one, the first line's x is a number and they have their
 * usual order. */
static lac_status find_columns(reader *r, char *const *cell, int count, int *is_header)
{
    static const char *const names[WANTED] = {
        " file filename file_name image path ", " x left ", " y top ", " w width ", " h height ",
        " score confidence "};
    double number;
    *is_header = count < 2 || !read_number(r, cell[1], &number);
    for (int i = 0; i < WANTED; i++) {
        r->column[i] = *is_header ? column_named(cell, count, names[i]) : i < count ? i : -1;
        if (i < WANTED - 1 && r->column[i] < 0)
            return lac_fail(r->ctx, LAC_ERROR_FORMAT,
                            "%s: no boxes: the first line must be file,x,y,w,h, with or without "
                            "further columns, or hold these",
                            r->path);
    }
    double score;
    r->list->has_scores = r->column[5] >= 0 && (*is_header || read_number(r, cell[5], &score));
    return LAC_OK;
}

static lac_status fail_line(const reader *r, const char *what, const char *cell)
{
    return lac_fail(r->ctx, LAC_ERROR_FORMAT, "%s:%ld: %s is \"%.40s\"; must be a number%s",
                    r->path, r->line, what, cell,
                    strcmp(what, "w") == 0 || strcmp(what, "h") == 0 ? " above 0" : "");
}

static lac_status take_line(reader *r, char *const *cell, int count)
{
    static const char *const what[] = {"x", "y", "w", "h"};
    entry *e = &r->list->entry[r->list->count];
    double value[4];
    for (int i = 0; i < WANTED - 1; i++)
        if (r->column[i] >= count)
            return lac_fail(r->ctx, LAC_ERROR_FORMAT, "%s:%ld: %d cells, too few for a box",
                            r->path, r->line, count);
    for (int i = 0; i < 4; i++) {
        char *text = cell[r->column[i + 1]];
        if (!read_number(r, text, &value[i]) || !(fabs(value[i]) <= LAC_BOX_LIMIT) ||
            (i >= 2 && value[i] <= 0))
            return fail_line(r, what[i], text);
    }
    *e = (entry){cell[r->column[0]], r->line,
                 {{value[0], value[1], value[2], value[3]}, NAN}};
    char *score = r->list->has_scores && r->column[5] < count ? cell[r->column[5]] : NULL;
    if (score && *score && !read_number(r, score, &e->face.score))
        return fail_line(r, "score", score);
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
