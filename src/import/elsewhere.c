/*
 * Pictures that are not where the labels say. Paths of Windows have other slashes, and label files
 * travel without the folders, or the machine, that they were made on: then the name alone is looked
 * for in the folder of the labels.
 */
#include "import/foreign.h"

#include <stdlib.h>
#include <string.h>

/* Gives the face the name, and its path, if there is a file. */
static lac_status try_name(const lac_foreign *l, lac_face *face, const char *name, int *is_there)
{
    char *path, *own;
    LAC_TRY(lac_path_join(l->ctx, l->folder, name, &path));
    *is_there = lac_path_is_file(path);
    lac_status status = *is_there ? lac_strdup(l->ctx, name, &own) : LAC_OK;
    if (!*is_there || status != LAC_OK) {
        free(path);
        return status;
    }
    free(face->file);
    free(face->name);
    face->file = path;
    face->name = own;
    return LAC_OK;
}

/* A face whose picture was found by its name without folders. */
typedef struct moved {
    char *was;        /* the name with them */
    const char *file; /* the face's */
} moved;

/* out->was is NULL where the face's picture is where it should be, or nowhere. */
static lac_status find_face(const lac_foreign *l, lac_face *face, moved *out)
{
    char *name;
    int is_there = lac_path_exists(face->file) || !strpbrk(face->name, "/\\");
    if (face->is_unread || is_there)
        return LAC_OK;
    LAC_TRY(lac_strdup(l->ctx, face->name, &name));
    for (char *c = name; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    lac_status status = name[0] == '/' ? LAC_OK : try_name(l, face, name, &is_there);
    const char *slash = strrchr(name, '/');
    if (status == LAC_OK && !is_there && slash && slash[1]) {
        status = try_name(l, face, slash + 1, &is_there);
        if (is_there) {
            *out = (moved){name, face->file};
            return LAC_OK;
        }
    }
    free(name);
    return status;
}

static int compare(const void *a, const void *b)
{
    const moved *p = a, *q = b;
    int files = strcmp(p->file, q->file);
    return files ? files : strcmp(p->was, q->was);
}

static lac_status check(const lac_foreign *l, moved *list, int count)
{
    int others = 0;
    if (count == 0)
        return LAC_OK;
    qsort(list, (size_t)count, sizeof *list, compare);
    for (int i = 1; i < count; i++) {
        int is_other = strcmp(list[i].was, list[i - 1].was) != 0;
        others += is_other;
        if (is_other && strcmp(list[i].file, list[i - 1].file) == 0)
            return lac_fail(l->ctx, LAC_ERROR_FORMAT,
                            "%.150s and %.150s are not there, and %.150s cannot be both: "
                            "--pictures names the folder in which these paths begin",
                            list[i - 1].was, list[i].was, list[i].file);
    }
    lac_log(l->ctx, "%.200s is not there: %.200s is taken%s", list[0].was, list[0].file,
            others ? ", and others by their names without folders" : "");
    return LAC_OK;
}

lac_status lac_foreign_find(lac_foreign *l)
{
    moved *list;
    int count = 0;
    lac_status status = lac_alloc(l->ctx, (size_t)l->faces, sizeof *list, &list);
    for (int f = 0; f < l->faces && status == LAC_OK; f++) {
        moved m = {0};
        status = find_face(l, &l->face[f], &m);
        if (m.was)
            list[count++] = m;
    }
    if (status == LAC_OK)
        status = check(l, list, count);
    while (count)
        free(list[--count].was);
    free(list);
    return status;
}
