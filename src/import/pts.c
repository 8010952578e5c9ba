/*
 * 300-W's .pts: a file a face, or a folder of them, beside a picture of the same name. Of a folder
 * without any the folders in it are looked into. The centre of the first pixel is 1, 1; a missing
 * point is two words such as nan. Copies without head and braces are read too. NAME-face2.pts is
 * another face of the picture NAME, as predictions are written, where none is called NAME-face2.
 *
 *     version: 1
 *     n_points: 68
 *     {
 *     30.1 84.2
 *     ...
 *     }
 */
#include "base/letters.h"
#include "import/foreign.h"
#include "import/lines.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 8 }; /* folders in folders that are looked into */

/* The head: what stands in front of {, if that is there. *count is what n_points says, or -1. */
static lac_status read_head(lac_lines *lines, char **line, long *count)
{
    *count = -1;
    while (*line && !strchr("-+.0123456789", **line)) {
        double value;
        if (**line == '{') {
            *line = lac_lines_next(lines);
            return LAC_OK;
        }
        if (strncmp(*line, "n_points:", 9) == 0) {
            char *word[2];
            int words = lac_words_cut(*line + 9, ' ', word, 2);
            if (words != 1 || !lac_number_read(word[0], &value) || value < 1 ||
                value > LAC_MOST_POINTS || value != (double)(long)value)
                return lac_lines_fail(lines, "n_points must be 1 to %d", LAC_MOST_POINTS);
            *count = (long)value;
        } else if (strncmp(*line, "version:", 8) != 0) {
            return lac_lines_fail(lines, "\"%.24s\" where version, n_points, { or a point must be",
                                  *line);
        }
        *line = lac_lines_next(lines);
    }
    return LAC_OK;
}

/* The points up to } or the end; *count is how many there are. */
static lac_status read_points(lac_foreign *labels, lac_lines *lines, char *line, int *count)
{
    for (*count = 0; line && *line != '}'; ++*count, line = lac_lines_next(lines)) {
        char *word[2];
        if (*count == LAC_MOST_POINTS)
            return lac_lines_fail(lines, "more than %d points", LAC_MOST_POINTS);
        if (lac_words_cut(line, strchr(line, ',') ? ',' : ' ', word, 2) != 2)
            return lac_lines_fail(lines, "a point must be two numbers");
        LAC_TRY(lac_lines_mark(lines, labels, *count, word[0], word[1]));
    }
    return LAC_OK;
}

static lac_status read_face(lac_foreign *labels, lac_lines *lines)
{
    char *line = lac_lines_next(lines);
    long wanted;
    int count;
    LAC_TRY(read_head(lines, &line, &wanted));
    int has_end = line != NULL;
    LAC_TRY(read_points(labels, lines, line, &count));
    if (!has_end || count == 0 || (wanted >= 0 && wanted != count))
        return lac_lines_fail(lines, "%d points, n_points says %ld", count, wanted);
    return lac_foreign_numbered(labels, lines->file, count);
}

static lac_status read_file(lac_foreign *labels, const char *path)
{
    lac_lines lines;
    LAC_TRY(lac_lines_open(labels->ctx, path, &lines));
    lac_status status = read_face(labels, &lines);
    lac_lines_close(&lines);
    return status;
}

/* The name without -face2, or a larger number, before its ending; NULL where there is none. */
static lac_status without_face(lac_context *ctx, const char *name, char **out)
{
    static const char mark[] = "-face";
    size_t marks = sizeof mark - 1, end = strlen(name) - 4, at = end;
    *out = NULL;
    while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
        at--;
    if (at == end || at <= marks || memcmp(name + at - marks, mark, marks) != 0)
        return LAC_OK;
    LAC_TRY(lac_strdup(ctx, name, out));
    memmove(*out + at - marks, name + end, strlen(name + end) + 1);
    return LAC_OK;
}

/* As lac_foreign_beside. */
static lac_status find_picture(const lac_foreign *labels, const char *name, char **out,
                               int *is_there)
{
    char *whole, *picture;
    LAC_TRY(lac_foreign_beside(labels->ctx, labels->folder, "", name, out, is_there));
    if (*is_there)
        return LAC_OK;
    lac_status status = without_face(labels->ctx, name, &whole);
    if (status == LAC_OK && whole)
        status = lac_foreign_beside(labels->ctx, labels->folder, "", whole, &picture, is_there);
    if (status != LAC_OK || *is_there)
        free(*out);
    if (status == LAC_OK && *is_there)
        *out = picture;
    else if (status == LAC_OK && whole)
        free(picture);
    free(whole);
    return status;
}

static lac_status read_one(lac_foreign *labels, const char *path, const char *name)
{
    char *picture, why[LAC_MESSAGE];
    int is_there;
    LAC_TRY(find_picture(labels, name, &picture, &is_there));
    snprintf(why, sizeof why, "%s/%s: no picture of that name beside it", labels->folder, name);
    lac_status status = is_there ? lac_foreign_face(labels, picture)
                                 : lac_foreign_unread(labels, picture, why);
    if (status == LAC_OK && is_there)
        status = read_file(labels, path);
    free(picture);
    return status;
}

/* ---- Folders ----------------------------------------------------------------------------- */

/* What is done with a file; `name` is its path from the outermost folder on. */
typedef lac_status (*take_fn)(void *user, const char *path, const char *name);

static lac_status walk(lac_context *ctx, const char *path, const char *prefix, int depth,
                       take_fn take, void *user);

/* Takes a file that ends in .pts, or else goes into a folder. */
static lac_status visit(lac_context *ctx, const char *path, const char *name, int depth,
                        take_fn take, void *user)
{
    if (lac_ends_like(name, ".pts") && !lac_path_is_folder(path))
        return take(user, path, name);
    return depth && lac_path_is_folder(path) ? walk(ctx, path, name, depth - 1, take, user)
                                             : LAC_OK;
}

/* All .pts files of a folder, or, where it has none, of the folders in it. */
static lac_status walk(lac_context *ctx, const char *path, const char *prefix, int depth,
                       take_fn take, void *user)
{
    char **names;
    int count;
    LAC_TRY(lac_folder_list(ctx, path, ".pts", &names, &count));
    if (count == 0)
        LAC_TRY(lac_folder_list(ctx, path, "", &names, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count; i++) {
        char *file = NULL, *name = NULL;
        if (status == LAC_OK)
            status = lac_path_join(ctx, path, names[i], &file);
        if (status == LAC_OK)
            status = *prefix ? lac_path_join(ctx, prefix, names[i], &name)
                             : lac_strdup(ctx, names[i], &name);
        if (status == LAC_OK)
            status = visit(ctx, file, name, depth, take, user);
        free(name);
        free(file);
        free(names[i]);
    }
    free(names);
    return status;
}

static lac_status count_file(void *user, const char *path, const char *name)
{
    (void)path;
    (void)name;
    ++*(int *)user;
    return LAC_OK;
}

lac_status lac_pts_count(lac_context *ctx, const char *folder, int *count)
{
    *count = 0;
    return walk(ctx, folder, "", DEPTH, count_file, count);
}

static lac_status take_file(void *user, const char *path, const char *name)
{
    return read_one(user, path, name);
}

static lac_status read_pts(lac_foreign *labels, const char *path)
{
    const char *slash = strrchr(path, '/');
    labels->origin = 1;
    if (lac_path_is_folder(path))
        return walk(labels->ctx, path, "", DEPTH, take_file, labels);
    if (!lac_ends_like(path, ".pts"))
        return lac_fail(labels->ctx, LAC_ERROR_FORMAT,
                        "%s: must end in .pts, so that its picture is found by its name", path);
    return read_one(labels, path, slash ? slash + 1 : path);
}

static int is_it(const lac_label_head *head)
{
    return lac_ends_like(head->path, ".pts") || strncmp(head->text, "version:", 8) == 0;
}

const lac_label_format lac_format_pts = {"pts", is_it, read_pts};
