/*
 * Faces become pictures, and rows of a table. The faces of one picture are cut out together, so
 * that it is read once; pictures are shared out to the threads, each of which has a context of its
 * own for messages.
 */
#include "import/places.h"
#include "import/remarks.h"
#include "import/write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *lac_face_name(int face, char text[LAC_FACE_NAME])
{
    snprintf(text, LAC_FACE_NAME, "pictures/%04d.png", face + 1);
    return text;
}

/* ---- Where a face is in its picture ------------------------------------------------------ */

/* A picture that was read. */
typedef struct source {
    lac_photo *photo;  /* upright */
    int width, height; /* as it is stored */
    int orientation;   /* of the labels: 1 where they belong to the upright picture */
    int is_guess;      /* 1: that they do is usual, and nothing says it */
} source;

static lac_status read_source(lac_context *ctx, const lac_face *face, lac_exif exif, source *s)
{
    lac_sides sides;
    LAC_TRY(lac_photo_load_stored(ctx, face->file, &s->photo, &sides.orientation));
    s->width = sides.width = s->photo->width;
    s->height = sides.height = s->photo->height;
    LAC_TRY(lac_photo_turn(ctx, s->photo, sides.orientation));
    int has_size = sides.orientation >= 5 && s->width != s->height && face->width > 0;
    s->is_guess = exif == LAC_EXIF_AUTO && sides.orientation > 1 && !has_size;
    s->orientation = lac_face_is_stored(face, &sides, exif) ? sides.orientation : 1;
    return LAC_OK;
}

static void turn(const source *s, double *x, double *y)
{
    lac_photo_turn_point(s->orientation, s->width, s->height, x, y);
}

static lac_box turn_box(const source *s, const lac_box *box)
{
    double x[2] = {box->x - 0.5, box->x + box->width - 0.5};
    double y[2] = {box->y - 0.5, box->y + box->height - 0.5};
    turn(s, &x[0], &y[0]);
    turn(s, &x[1], &y[1]);
    return (lac_box){fmin(x[0], x[1]) + 0.5, fmin(y[0], y[1]) + 0.5, fabs(x[1] - x[0]),
                     fabs(y[1] - y[0])};
}

/* Puts the face's marks into its row, and counts those that are outside. */
static void place(const lac_import_job *job, const source *s, int f, lac_row *row,
                  lac_remark *r)
{
    const lac_foreign *labels = job->labels;
    const lac_face *face = &labels->face[f];
    if (face->has_box)
        lac_remark_box(r, face, labels->mark + face->first);
    row->square = turn_box(s, &job->crops->box[f]);
    for (int i = 0; i < 2 * labels->points; i++)
        row->xy[i] = NAN;
    for (int i = 0; i < face->marks; i++) {
        const lac_mark *m = &labels->mark[face->first + (size_t)i];
        float *at = row->xy + 2 * m->point;
        double x = m->x, y = m->y;
        r->beyond_stored += !lac_is_inside(x, y, s->width, s->height);
        turn(s, &x, &y);
        if (!lac_is_inside(x, y, s->photo->width, s->photo->height) && r->beyond++ == 0)
            r->face = f;
        r->points++;
        r->quarter += 2 * x <= s->photo->width && 2 * y <= s->photo->height;
        at[0] = (float)x;
        at[1] = (float)y;
        lac_box_from_photo(&row->square, job->config->size, at, 1, at);
        if (lac_crop_holds(job->config->size, at))
            continue;
        r->outside++;
        if (!job->config->keep_outside)
            at[0] = at[1] = NAN;
    }
}

/* ---- Cut out ----------------------------------------------------------------------------- */

/* Faces of one picture: order[first, end) of the cutting. */
typedef struct group {
    int first, end;
    int is_read; /* 1: the picture could be read */
    lac_status status;
    char *why;
} group;

typedef struct cutting {
    lac_import_job *job;
    int *order;       /* [faces] by picture, then by number */
    group *group;     /* [groups] */
    lac_remark *remark; /* [groups] */
    int groups;
    int first;        /* group of the handful that is being cut */
    lac_context *ctx; /* [threads] */
    uint8_t *grey;    /* [threads, size, size] */
} cutting;

static lac_status save_face(const cutting *c, const source *s, int f, lac_context *ctx,
                            uint8_t *grey)
{
    const lac_import_job *job = c->job;
    int size = job->config->size;
    char name[LAC_FACE_NAME], *path = NULL;
    lac_photo *face;
    LAC_TRY(lac_photo_crop(ctx, s->photo, &job->row[f].square, size, grey));
    LAC_TRY(lac_photo_new(ctx, size, size, &face));
    for (int i = 0; i < size * size; i++)
        memset(face->rgb + 3 * (size_t)i, grey[i], 3);
    lac_status status = lac_path_join(ctx, job->dir, lac_face_name(f, name), &path);
    if (status == LAC_OK)
        status = lac_photo_save(ctx, face, path);
    free(path);
    lac_photo_free(&face);
    return status;
}

/* Begins what is said of a picture. */
static lac_remark remark_of(const lac_face *face, const source *s)
{
    const int is_stored = s->orientation > 1;
    return (lac_remark){.file = face->file, .width = s->photo->width, .height = s->photo->height,
                        .label_width = is_stored ? s->width : s->photo->width,
                        .label_height = is_stored ? s->height : s->photo->height,
                        .is_guess = s->is_guess};
}

static lac_status cut_group(const cutting *c, int item, lac_context *ctx, uint8_t *grey)
{
    const lac_import_job *job = c->job;
    group *g = &c->group[item];
    lac_remark *remark = &c->remark[item];
    source s = {0};
    const lac_face *first = &job->labels->face[c->order[g->first]];
    lac_status status = read_source(ctx, first, job->config->exif, &s);
    g->is_read = status == LAC_OK;
    if (g->is_read)
        *remark = remark_of(first, &s);
    for (int i = g->first; i < g->end && status == LAC_OK; i++) {
        int f = c->order[i];
        place(job, &s, f, &job->row[f], remark);
        lac_remark_size(remark, &job->labels->face[f]);
        status = save_face(c, &s, f, ctx, grey);
    }
    if (status != LAC_OK)
        *remark = (lac_remark){0};
    lac_photo_free(&s.photo);
    return status;
}

static void work(void *arg, int item, int thread)
{
    cutting *c = arg;
    group *g = &c->group[c->first + item];
    lac_context *ctx = &c->ctx[thread];
    size_t area = (size_t)c->job->config->size * (size_t)c->job->config->size;
    g->status = cut_group(c, c->first + item, ctx, c->grey + (size_t)thread * area);
    if (g->status != LAC_OK)
        lac_strdup(ctx, lac_context_message(ctx), &g->why); /* without memory there is no reason */
}

/* qsort hands no argument on: what is sorted carries the names along. */
typedef struct named {
    const char *file;
    int face;
} named;

static int compare_named(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int names = strcmp(x->file, y->file);
    return names ? names : x->face - y->face;
}

static lac_status group_faces(cutting *c)
{
    const lac_import_job *job = c->job;
    const lac_foreign *labels = job->labels;
    size_t faces = (size_t)labels->faces;
    named *list = NULL;
    int count = 0;
    LAC_TRY(lac_alloc(job->ctx, faces, sizeof *c->order, &c->order));
    LAC_TRY(lac_alloc(job->ctx, faces, sizeof *c->group, &c->group));
    LAC_TRY(lac_alloc(job->ctx, faces, sizeof *c->remark, &c->remark));
    LAC_TRY(lac_alloc(job->ctx, faces, sizeof *list, &list));
    for (int f = 0; f < labels->faces; f++)
        if (job->row[f].is_good)
            list[count++] = (named){labels->face[f].file, f};
    if (count)
        qsort(list, (size_t)count, sizeof *list, compare_named);
    for (int i = 0; i < count; i++) {
        c->order[i] = list[i].face;
        if (i == 0 || strcmp(list[i].file, list[i - 1].file) != 0)
            c->group[c->groups++].first = i;
        c->group[c->groups - 1].end = i + 1;
    }
    free(list);
    return LAC_OK;
}

/* Tells of the failures in the order of the names; a disk that is full ends the import. */
static lac_status settle(cutting *c, lac_import_result *result)
{
    lac_context *ctx = c->job->ctx;
    for (int i = 0; i < c->groups; i++) {
        const group *g = &c->group[i];
        result->outside += c->remark[i].outside;
        result->beyond += c->remark[i].beyond;
        result->photos += g->status == LAC_OK;
        if (g->status == LAC_OK)
            continue;
        int is_full = g->is_read && g->status == LAC_ERROR_IO; /* the disk */
        if (!g->why)
            return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory");
        if (is_full || g->status == LAC_ERROR_MEMORY)
            return lac_fail(ctx, g->status, "%s", g->why);
        for (int k = g->first; k < g->end; k++)
            c->job->row[c->order[k]].is_good = 0;
        result->unread += g->end - g->first;
        lac_log(ctx, "%s: left out", g->why);
    }
    lac_remarks_tell(ctx, c->remark, c->groups);
    return LAC_OK;
}

/* All groups, in handfuls that the threads share, so that between them the caller is told how far
 * it is. */
static lac_status cut_groups(cutting *c)
{
    enum { PICTURES_A_THREAD = 16 };
    const lac_import_config *config = c->job->config;
    lac_context *ctx = c->job->ctx;
    const int handful = PICTURES_A_THREAD * lac_context_threads(ctx);
    for (int end;; c->first = end) {
        if (config->progress && config->progress(config->progress_user, c->first, c->groups))
            return lac_fail(ctx, LAC_STOPPED, "stopped after %d pictures", c->first);
        if (c->first == c->groups)
            return LAC_OK;
        end = c->groups - c->first < handful ? c->groups : c->first + handful;
        lac_parallel(ctx, end - c->first, work, c);
    }
}

static lac_status cut(cutting *c, lac_import_result *result)
{
    lac_context *ctx = c->job->ctx;
    size_t threads = (size_t)lac_context_threads(ctx);
    size_t area = (size_t)c->job->config->size * (size_t)c->job->config->size;
    LAC_TRY(group_faces(c));
    LAC_TRY(lac_alloc(ctx, threads, sizeof *c->ctx, &c->ctx));
    LAC_TRY(lac_alloc(ctx, threads, area, &c->grey));
    for (size_t i = 0; i < threads; i++)
        c->ctx[i] = *ctx;
    LAC_TRY(cut_groups(c));
    return settle(c, result);
}

lac_status lac_import_pictures(lac_import_job *job, lac_import_result *result)
{
    cutting c = {.job = job};
    lac_status status = cut(&c, result);
    for (int i = 0; i < c.groups; i++)
        free(c.group[i].why);
    free(c.order);
    free(c.group);
    free(c.remark);
    free(c.ctx);
    free(c.grey);
    return status;
}

/* ---- The table --------------------------------------------------------------------------- */

/* How many faces of the table say where their labels come from. */
static int has_sources(const lac_import_job *job)
{
    int count = 0;
    for (int f = 0; f < job->labels->faces; f++)
        count += job->row[f].is_good && job->labels->face[f].source[0];
    return count > 0;
}

static void write_head(FILE *stream, const lac_import_job *job, int sources)
{
    for (int p = 0; p < job->labels->points; p++)
        fprintf(stream, "%s_x,%s_y,", job->labels->name[p], job->labels->name[p]);
    fprintf(stream, "%sphoto,photo_x,photo_y,photo_width,photo_height,crop,Image\n",
            sources ? "source," : "");
}

/* Nine digits tell any float from its neighbours. The rule stands in quotes in every row, so that
 * the name of a photo may hold a line break (data/csv.h). */
static void write_row(FILE *stream, const lac_import_job *job, int f, const char *crop, int sources)
{
    const lac_row *row = &job->row[f];
    const lac_face *face = &job->labels->face[f];
    const double square[4] = {row->square.x, row->square.y, row->square.width,
                              row->square.height};
    char text[LAC_NUMBER], name[LAC_FACE_NAME];
    for (int i = 0; i < 2 * job->labels->points; i++)
        fprintf(stream, "%s,", isnan(row->xy[i])
                                   ? ""
                                   : lac_number_digits((double)row->xy[i], 9, text));
    if (sources)
        fprintf(stream, "%s,", face->source[0] ? face->source : "none");
    lac_csv_text(stream, face->name);
    for (int i = 0; i < 4; i++)
        fprintf(stream, ",%s", lac_number_text(square[i], text));
    fprintf(stream, ",\"%s\",%s\n", crop, lac_face_name(f, name));
}

lac_status lac_import_table(const lac_import_job *job, const char *crop)
{
    char *path;
    lac_file file;
    int sources = has_sources(job);
    LAC_TRY(lac_path_join(job->ctx, job->dir, "training.csv", &path));
    lac_status status = lac_file_create(job->ctx, path, &file);
    free(path);
    LAC_TRY(status);
    write_head(file.stream, job, sources);
    for (int f = 0; f < job->labels->faces; f++)
        if (job->row[f].is_good)
            write_row(file.stream, job, f, crop, sources);
    return lac_file_finish(job->ctx, &file, LAC_OK);
}
