/*
 * Labels beside the sizes of their pictures. A picture's head is read once more for it, so that
 * this is done only where it is asked for.
 */
#include "import/places.h"

#include <stdlib.h>
#include <string.h>

/* Only where the sides of a turned picture are exchanged does the size that the label file declares
 * say which picture is meant. */
int lac_face_is_stored(const lac_face *face, const lac_sides *s, lac_exif exif)
{
    if (exif != LAC_EXIF_AUTO)
        return exif == LAC_EXIF_IGNORE;
    return s->orientation >= 5 && s->width != s->height && face->width == s->width &&
           face->height == s->height;
}

int lac_is_inside(double x, double y, int width, int height)
{
    return x >= -1 && x <= width && y >= -1 && y <= height;
}

/* ---- Sizes ------------------------------------------------------------------------------- */

typedef struct job {
    lac_foreign *labels;
    const lac_import_config *config;
    lac_sides *sides; /* [faces], width 0 where the picture cannot be read */
    char **why;       /* [faces] the reason, or NULL */
} job;

/* Faces of one picture mostly stand together: the first of them reads it. */
static int has_picture_of_last(const lac_foreign *labels, int f)
{
    return f > 0 && strcmp(labels->face[f].file, labels->face[f - 1].file) == 0;
}

static void read_sides(void *arg, int f, int thread)
{
    const job *j = arg;
    lac_sides *s = &j->sides[f];
    lac_context own = {0}; /* for the message */
    (void)thread;
    if (j->labels->face[f].is_unread || has_picture_of_last(j->labels, f) ||
        lac_photo_sides(&own, j->labels->face[f].file, s) == LAC_OK)
        return;
    *s = (lac_sides){0};
    lac_strdup(&own, own.message, &j->why[f]);
}

/* The size of the picture that a face's labels belong to. */
static void size_of(const job *j, int f, int *width, int *height)
{
    const lac_sides *s = &j->sides[f];
    int is_turned =
        s->orientation >= 5 && !lac_face_is_stored(&j->labels->face[f], s, j->config->exif);
    *width = is_turned ? s->height : s->width;
    *height = is_turned ? s->width : s->height;
}

/* ---- Shares ------------------------------------------------------------------------------ */

static void leave_out(const job *j, int f)
{
    lac_face *face = &j->labels->face[f];
    if (j->why[f])
        lac_log(j->labels->ctx, "%s: left out", j->why[f]);
    face->is_unread = 1;
    face->has_box = face->marks = 0;
}

static void scale_face(const job *j, int f)
{
    int width, height;
    lac_foreign *l = j->labels;
    lac_face *face = &l->face[f];
    size_of(j, f, &width, &height);
    if (width == 0) {
        leave_out(j, f);
        return;
    }
    for (lac_mark *m = l->mark + face->first; m < l->mark + face->first + face->marks; m++) {
        m->x = (m->x + l->origin) * width - 0.5;
        m->y = (m->y + l->origin) * height - 0.5;
    }
    face->box = (lac_box){face->box.x * width, face->box.y * height, face->box.width * width,
                          face->box.height * height};
}

/* ---- Outside ------------------------------------------------------------------------------ */

/* Takes a face's points outside of the picture out, or counts them alone. */
static int take_out(const job *j, int f, int is_counted)
{
    int width, height, kept = 0;
    lac_face *face = &j->labels->face[f];
    lac_mark *m = j->labels->mark + face->first;
    size_of(j, f, &width, &height);
    for (int i = 0; i < face->marks; i++) {
        if (width && !lac_is_inside(m[i].x, m[i].y, width, height))
            continue;
        if (!is_counted)
            m[kept] = m[i];
        kept++;
    }
    int out = face->marks - kept;
    face->marks = is_counted ? face->marks : kept;
    return out;
}

/* `count` points in all, the first of them the face's. */
static lac_status fail_outside(const job *j, int f, int count)
{
    int width, height;
    const char *these = count == 1 ? "it" : "them";
    size_of(j, f, &width, &height);
    return lac_fail(j->labels->ctx, LAC_ERROR_FORMAT,
                    "%.200s, face %d: %d point%s outside of %s picture, this one %dx%d: --outside "
                    "missing makes %s of %s, --outside keep takes %s as they are",
                    j->labels->face[f].name, f + 1, count, count == 1 ? " lies" : "s lie",
                    count == 1 ? "its" : "their", width, height, count == 1 ? "a gap" : "gaps",
                    these, these);
}

/* ---- Together ----------------------------------------------------------------------------- */

static lac_status settle(job *j, int *beyond)
{
    lac_foreign *l = j->labels;
    const size_t faces = (size_t)l->faces;
    const int is_refused = j->config->outside == LAC_OUTSIDE_ERROR;
    int first = -1;
    LAC_TRY(lac_alloc(l->ctx, faces, sizeof *j->sides, &j->sides));
    LAC_TRY(lac_alloc(l->ctx, faces, sizeof *j->why, &j->why));
    lac_parallel(l->ctx, l->faces, read_sides, j);
    for (int f = 0; f < l->faces; f++) {
        if (has_picture_of_last(l, f))
            j->sides[f] = j->sides[f - 1];
        if (j->config->unit == LAC_LABELS_SHARES)
            scale_face(j, f);
        int count = j->config->outside == LAC_OUTSIDE_KEEP ? 0 : take_out(j, f, is_refused);
        first = count && first < 0 ? f : first;
        *beyond += count;
    }
    if (*beyond && is_refused)
        return fail_outside(j, first, *beyond);
    if (*beyond)
        lac_log(l->ctx, "%d point%s outside of %s picture: left out", *beyond,
                *beyond == 1 ? " lies" : "s lie", *beyond == 1 ? "its" : "their");
    return LAC_OK;
}

lac_status lac_places_settle(lac_foreign *labels, const lac_import_config *config, int *beyond)
{
    job j = {.labels = labels, .config = config};
    if (config->unit != LAC_LABELS_SHARES && config->outside == LAC_OUTSIDE_KEEP)
        return LAC_OK;
    lac_status status = settle(&j, beyond);
    for (int f = 0; j.why && f < labels->faces; f++)
        free(j.why[f]);
    free(j.why);
    free(j.sides);
    return status;
}
