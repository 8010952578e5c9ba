/* Paths of photos: files, folders and lists, and names of files that are made after them. */
#define _POSIX_C_SOURCE 200809L
#include "picture/picture.h"
#include "predict/predict.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lists ----------------------------------------------------------------------------- */

typedef struct list {
    lac_context *ctx;
    lac_paths *paths;
    int room;
} list;

/* Takes over the path, also when it fails. */
static lac_status add(list *l, char *path)
{
    lac_paths *p = l->paths;
    if (p->count == l->room) {
        char **more;
        int room = l->room ? 2 * l->room : 64;
        if (lac_alloc(l->ctx, (size_t)room, sizeof *more, &more) != LAC_OK) {
            free(path);
            return LAC_ERROR_MEMORY;
        }
        if (p->count)
            memcpy(more, p->path, (size_t)p->count * sizeof *more);
        free(p->path);
        p->path = more;
        l->room = room;
    }
    p->path[p->count++] = path;
    return LAC_OK;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As strcmp, but runs of digits are compared as numbers, however long. */
static int compare(const char *a, const char *b)
{
    while (*a && (*a == *b || (is_digit(*a) && is_digit(*b)))) {
        if (!is_digit(*a)) {
            a++;
            b++;
            continue;
        }
        a += strspn(a, "0");
        b += strspn(b, "0");
        size_t m = strspn(a, "0123456789"), n = strspn(b, "0123456789");
        int order = m != n ? (m > n) - (m < n) : strncmp(a, b, m);
        if (order)
            return order;
        a += m;
        b += n;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* Names that differ in leading zeros alone have an order too. */
static int path_order(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    int order = compare(left, right);
    return order ? order : strcmp(left, right);
}

/* Pictures of a folder that no reader takes. */
typedef struct unread {
    int count;
    char first[256]; /* in the order of names */
} unread;

static void note_unread(unread *u, const char *name)
{
    if (!lac_name_is_unread(name))
        return;
    if (u->count++ == 0 || compare(name, u->first) < 0)
        snprintf(u->first, sizeof u->first, "%s", name);
}

static void tell_unread(const list *l, const char *path, const unread *u)
{
    if (u->count)
        lac_log(l->ctx, "%s: %d picture%s of a kind that is not read, the first is %s: PNG, JPEG, "
                "PGM, PPM and WebP are", path, u->count, u->count == 1 ? "" : "s", u->first);
}

static lac_status add_folder(list *l, const char *path)
{
    int first = l->paths->count;
    unread others = {0};
    struct dirent *entry;
    lac_status status = LAC_OK;
    DIR *folder = opendir(path);
    if (!folder)
        return lac_fail_errno(l->ctx, path, "open");
    while (status == LAC_OK && (entry = readdir(folder))) {
        char *file;
        if (entry->d_name[0] == '.')
            continue;
        status = lac_path_join(l->ctx, path, entry->d_name, &file);
        if (status == LAC_OK && lac_path_is_file(file) && lac_photo_is_one(file)) {
            status = add(l, file);
        } else {
            free(file);
            note_unread(&others, entry->d_name);
        }
    }
    closedir(folder);
    LAC_TRY(status);
    tell_unread(l, path, &others);
    int count = l->paths->count - first;
    if (count == 0)
        return lac_fail(l->ctx, LAC_ERROR_ARGUMENT, "%s: a folder without pictures", path);
    qsort(l->paths->path + first, (size_t)count, sizeof *l->paths->path, path_order);
    return LAC_OK;
}

/* Lines end in LF or CRLF; empty ones say nothing. */
static lac_status add_lines(list *l, const char *path)
{
    char *text, *copy;
    LAC_TRY(lac_file_text(l->ctx, path, &text));
    lac_status status = LAC_OK;
    for (char *line, *next = text; status == LAC_OK && (line = lac_line_next(&next));) {
        size_t length = strlen(line);
        if (length && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (!*line)
            continue;
        status = lac_strdup(l->ctx, line, &copy);
        if (status == LAC_OK)
            status = add(l, copy);
    }
    free(text);
    return status;
}

static lac_status add_word(list *l, const char *word)
{
    char *copy;
    if (word[0] == '@')
        return add_lines(l, word + 1);
    if (lac_path_is_folder(word))
        return add_folder(l, word);
    LAC_TRY(lac_strdup(l->ctx, word, &copy));
    return add(l, copy);
}

lac_status lac_paths_list(lac_context *ctx, const char *const *words, int n, lac_paths **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    list l = {.ctx = ctx, .paths = *out};
    lac_status status = LAC_OK;
    for (int i = 0; i < n && status == LAC_OK; i++)
        status = add_word(&l, words[i]);
    if (status == LAC_OK && (*out)->count == 0)
        status = lac_fail(ctx, LAC_ERROR_ARGUMENT, "no pictures are named");
    if (status != LAC_OK)
        lac_paths_free(out);
    return status;
}

void lac_paths_free(lac_paths **paths)
{
    if (!*paths)
        return;
    for (int i = 0; i < (*paths)->count; i++)
        free((*paths)->path[i]);
    free((*paths)->path);
    free(*paths);
    *paths = NULL;
}

/* ---- Names ----------------------------------------------------------------------------- */

/* The name without folder and ending; its length. A name that starts with its only dot has none. */
static const char *stem_of(const char *path, int *length)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    *length = (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name));
    return name;
}

lac_status lac_path_after(lac_context *ctx, const char *folder, const char *photo,
                          const char *tail, char **out)
{
    int length;
    char *name;
    const char *stem = stem_of(photo, &length);
    size_t size = (size_t)length + strlen(tail) + 1;
    *out = NULL;
    LAC_TRY(lac_alloc(ctx, size, 1, &name));
    snprintf(name, size, "%.*s%s", length, stem, tail);
    lac_status status = lac_path_join(ctx, folder, name, out);
    free(name);
    return status;
}

static int stem_order(const void *a, const void *b)
{
    int m, n;
    const char *left = stem_of(*(const char *const *)a, &m);
    const char *right = stem_of(*(const char *const *)b, &n);
    int order = memcmp(left, right, (size_t)(m < n ? m : n));
    return order ? order : m - n;
}

/* Two stems that are one name but for folder and ending. */
static lac_status check_equal(lac_context *ctx, const char *const *sorted, int count)
{
    for (int i = 1; i < count; i++)
        if (stem_order(&sorted[i - 1], &sorted[i]) == 0)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                            "%s and %s: files named after them would replace each other",
                            sorted[i - 1], sorted[i]);
    return LAC_OK;
}

/* The length of a stem without -face2, or a larger number, at its end; 0 where there is none. */
static int without_face(const char *stem, int length)
{
    static const char mark[] = "-face";
    const int marks = (int)sizeof mark - 1;
    int at = length;
    while (at > 0 && is_digit(stem[at - 1]))
        at--;
    int is_number = at < length && stem[at] != '0' && !(length - at == 1 && stem[at] == '1');
    return is_number && at > marks && memcmp(stem + at - marks, mark, (size_t)marks) == 0
               ? at - marks
               : 0;
}

/* A photo whose name is that of another one's second face. */
static lac_status check_faces(lac_context *ctx, const char *const *sorted, int count)
{
    for (int i = 0; i < count; i++) {
        int length;
        char *own;
        const char *stem = stem_of(sorted[i], &length);
        int rest = without_face(stem, length);
        if (!rest)
            continue;
        LAC_TRY(lac_strdup(ctx, stem, &own));
        strcpy(own + rest, "."); /* the ending of a name, so that a dot before it is none */
        const char *const *other = bsearch(&own, sorted, (size_t)count, sizeof *sorted,
                                           stem_order);
        free(own);
        if (other)
            return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s and %s: files named after faces of the "
                            "first and after the second would replace each other", *other,
                            sorted[i]);
    }
    return LAC_OK;
}

/* What is beside its photo already may be a label by hand. */
static lac_status check_labels(lac_context *ctx, const char *photo, const char *path,
                               const char *tail)
{
    char *folder, *beside;
    LAC_TRY(lac_path_parent(ctx, photo, &folder));
    lac_status status = lac_path_after(ctx, folder, photo, tail, &beside);
    free(folder);
    LAC_TRY(status);
    if (lac_file_is_same(path, beside))
        status = lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: is there already, beside its photo: choose "
                          "another folder", path);
    free(beside);
    return status;
}

/* A photo where its own file would be, or its label. */
static lac_status check_apart(lac_context *ctx, const char *const *sorted, int count,
                              const char *folder, const char *tail, int labels)
{
    for (int i = 0; i < count; i++) {
        char *path;
        LAC_TRY(lac_path_after(ctx, folder, sorted[i], tail, &path));
        int is_same = lac_file_is_same(path, sorted[i]);
        lac_status status = is_same ? lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: is a photo, which "
                                               "would be replaced", path)
                                    : LAC_OK;
        if (status == LAC_OK && labels)
            status = check_labels(ctx, sorted[i], path, tail);
        free(path);
        LAC_TRY(status);
    }
    return LAC_OK;
}

lac_status lac_paths_differ(lac_context *ctx, const lac_paths *paths, const char *folder,
                            const char *tail, int faces)
{
    const char **sorted;
    LAC_TRY(lac_alloc(ctx, (size_t)paths->count, sizeof *sorted, &sorted));
    for (int i = 0; i < paths->count; i++)
        sorted[i] = paths->path[i];
    qsort(sorted, (size_t)paths->count, sizeof *sorted, stem_order);
    lac_status status = check_equal(ctx, sorted, paths->count);
    if (status == LAC_OK && faces)
        status = check_faces(ctx, sorted, paths->count);
    if (status == LAC_OK)
        status = check_apart(ctx, sorted, paths->count, folder, tail, faces);
    free(sorted);
    return status;
}
