/* Faces and marks, gathered by the readers of label files. */
#include "import/foreign.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one more item: *array has room for *room items of `size` bytes. */
static lac_status grow(lac_context *ctx, void *array, size_t size, size_t count, size_t *room)
{
    void *old, *larger;
    if (count < *room)
        return LAC_OK;
    size_t wanted = *room ? 2 * *room : 64;
    memcpy(&old, array, sizeof old);
    LAC_TRY(lac_alloc(ctx, wanted, size, &larger));
    if (count)
        memcpy(larger, old, count * size);
    free(old);
    memcpy(array, &larger, sizeof larger);
    *room = wanted;
    return LAC_OK;
}

void lac_foreign_free(lac_foreign *l)
{
    for (int i = 0; i < l->faces; i++) {
        free(l->face[i].file);
        free(l->face[i].name);
    }
    for (int p = 0; p < l->points; p++)
        free(l->name[p]);
    free(l->face);
    free(l->name);
    free(l->mark);
    *l = (lac_foreign){0};
}

/* Whether a name is a path as it stands. */
static int is_path(const lac_foreign *l, const char *name)
{
    return name[0] == '/' || strcmp(l->folder, ".") == 0;
}

/* The path of a face's name, from the folder on. */
static lac_status path_of(const lac_foreign *l, const char *name, char **out)
{
    return is_path(l, name) ? lac_strdup(l->ctx, name, out)
                            : lac_path_join(l->ctx, l->folder, name, out);
}

lac_status lac_foreign_face(lac_foreign *l, const char *name)
{
    size_t room = (size_t)l->face_room;
    if (l->faces == LAC_MOST_FOREIGN)
        return lac_fail(l->ctx, LAC_ERROR_FORMAT, "more than %d faces", LAC_MOST_FOREIGN);
    LAC_TRY(grow(l->ctx, &l->face, sizeof *l->face, (size_t)l->faces, &room));
    l->face_room = (int)room;
    lac_face *face = &l->face[l->faces];
    *face = (lac_face){.first = l->marks};
    LAC_TRY(lac_strdup(l->ctx, name, &face->name));
    lac_status status = path_of(l, name, &face->file);
    if (status == LAC_OK)
        l->faces++;
    else
        free(face->name);
    return status;
}

lac_status lac_foreign_unread(lac_foreign *l, const char *name, const char *why)
{
    LAC_TRY(lac_foreign_face(l, name));
    l->face[l->faces - 1].is_unread = 1;
    if (why)
        lac_log(l->ctx, "%s: left out", why);
    return LAC_OK;
}

lac_status lac_foreign_beside(lac_context *ctx, const char *folder, const char *prefix,
                              const char *text, char **out, int *is_there)
{
    static const char *const endings[] = {".jpg", ".png", ".jpeg", ".JPG", ".PNG", ".JPEG",
                                          ".webp", ".ppm", ".pgm"};
    size_t room = strlen(prefix) + strlen(text) + 8;
    LAC_TRY(lac_alloc(ctx, room, 1, out));
    snprintf(*out, room, "%s%s%.*s", prefix, *prefix ? "/" : "", (int)strlen(text) - 4, text);
    size_t stem = strlen(*out);
    *is_there = 0;
    for (int i = 0; i < LAC_COUNT(endings) && !*is_there; i++) {
        char *path;
        strcpy(*out + stem, endings[i]);
        lac_status status = lac_path_join(ctx, folder, *out, &path);
        if (status != LAC_OK) {
            free(*out);
            return status;
        }
        *is_there = lac_path_exists(path);
        free(path);
    }
    if (!*is_there)
        (*out)[stem] = '\0';
    return LAC_OK;
}

static int is_marked(const lac_gaps *gaps, double x, double y)
{
    for (int m = 0; m < gaps->marks; m++) {
        const lac_mark_of_gap *g = &gaps->mark[m];
        int is_x = (float)x == g->x, is_y = (float)y == (g->is_pair ? g->y : g->x);
        if (g->is_pair ? is_x && is_y : is_x || is_y)
            return 1;
    }
    return 0;
}

static int is_near(double x)
{
    return x >= -LAC_FARTHEST && x <= LAC_FARTHEST;
}

/* Counts what may be a mark of a missing point. */
static void note(lac_foreign *l, double x, double y)
{
    l->corners += x == 0 && y == 0;
    l->zeros += (x == 0) != (y == 0);
    if (x >= 0 || y >= 0)
        return;
    if (l->negatives++ == 0) {
        l->negative[0] = x;
        l->negative[1] = y;
    }
}

lac_status lac_foreign_mark(lac_foreign *l, int point, double x, double y)
{
    if (is_marked(&l->gaps, x, y))
        return LAC_OK;
    if (!is_near(x) || !is_near(y))
        return LAC_ERROR_ARGUMENT;
    note(l, x, y);
    LAC_TRY(grow(l->ctx, &l->mark, sizeof *l->mark, l->marks, &l->mark_room));
    l->mark[l->marks++] = (lac_mark){point, x - l->origin, y - l->origin};
    l->face[l->faces - 1].marks++;
    return LAC_OK;
}

lac_status lac_foreign_box(lac_foreign *l, double x, double y, double width, double height)
{
    lac_face *face = &l->face[l->faces - 1];
    if (!is_near(x) || !is_near(y) || !is_near(width) || !is_near(height))
        return LAC_ERROR_ARGUMENT;
    face->has_box = width > 0 && height > 0;
    face->box = (lac_box){x, y, width, height};
    return LAC_OK;
}

/* Copies the name without blanks at its ends; what has a meaning in a table becomes _. */
static lac_status clean(lac_context *ctx, const char *name, char **out)
{
    name += strspn(name, " \t\r\n");
    LAC_TRY(lac_alloc(ctx, strlen(name) + 8, 1, out)); /* room for "photo_" and "point" */
    size_t length = strlen(name);
    while (length && strchr(" \t\r\n", name[length - 1]))
        length--;
    for (size_t i = 0; i < length; i++)
        (*out)[i] = (unsigned char)name[i] < ' ' || strchr(",;\"", name[i]) ? '_' : name[i];
    if (length == 0)
        strcpy(*out, "point");
    if (strcmp(*out, "photo") == 0) /* photo_x and so on are columns of the table already */
        strcpy(*out, "photo_");
    return LAC_OK;
}

lac_status lac_foreign_point(lac_foreign *l, const char *name, int *point)
{
    char *own;
    size_t room = (size_t)l->name_room;
    LAC_TRY(clean(l->ctx, name, &own));
    /* Faces mostly name the same points in the same order: the search begins behind the last. */
    for (int i = 0, p = *point; i < l->points; i++) {
        p = p + 1 < l->points && p >= -1 ? p + 1 : 0;
        if (strcmp(l->name[p], own) == 0) {
            *point = p;
            free(own);
            return LAC_OK;
        }
    }
    lac_status status = l->points < LAC_MOST_POINTS
                            ? grow(l->ctx, &l->name, sizeof *l->name, (size_t)l->points, &room)
                            : lac_fail(l->ctx, LAC_ERROR_FORMAT, "more than %d names of points",
                                       LAC_MOST_POINTS);
    if (status != LAC_OK) {
        free(own);
        return status;
    }
    l->name_room = (int)room;
    l->name[l->points] = own;
    *point = l->points++;
    return LAC_OK;
}

lac_status lac_foreign_numbered(lac_foreign *l, const char *where, int count)
{
    char name[16];
    if (l->points == count)
        return LAC_OK;
    if (l->points)
        return lac_fail(l->ctx, LAC_ERROR_FORMAT, "%s: %d points, those before have %d", where,
                        count, l->points);
    for (int i = 0, point = -1; i < count; i++) {
        snprintf(name, sizeof name, "p%d", i);
        LAC_TRY(lac_foreign_point(l, name, &point));
    }
    return LAC_OK;
}
