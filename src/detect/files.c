/*
 * Faces of many photos: every thread takes photos, with a context and a detector of its own, for
 * a detector is small and what threads share would make them wait. Photos are taken by the
 * handful, so that what was found comes in the order of the paths.
 */
#include "detect/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PHOTOS_A_THREAD = 8 };

/* A photo of the handful. */
typedef struct slot {
    lac_faces faces;
    lac_detection *face; /* [LAC_MOST_FACES] */
    char message[LAC_MESSAGE];
} slot;

/* What a thread works with. */
typedef struct hand {
    lac_context *ctx;
    lac_detector *detector;
} hand;

typedef struct crew {
    lac_context *ctx;
    const lac_paths *paths;
    int first; /* path of the handful */
    hand *hand; /* [threads] */
    slot *slot; /* [handful] */
    int handful;
} crew;

static void find_in_photo(void *arg, int item, int thread)
{
    const crew *c = arg;
    const hand *h = &c->hand[thread];
    slot *s = &c->slot[item];
    lac_photo *photo = NULL;
    int count = 0;
    s->faces = (lac_faces){.path = c->paths->path[c->first + item], .face = s->face};
    lac_status status = lac_photo_load(h->ctx, s->faces.path, &photo);
    if (status == LAC_OK)
        status = lac_detector_run(h->detector, photo, s->face, LAC_MOST_FACES, &count);
    s->faces.status = status;
    s->faces.count = count;
    if (photo) {
        s->faces.width = photo->width;
        s->faces.height = photo->height;
    }
    if (status != LAC_OK) {
        snprintf(s->message, sizeof s->message, "%s", lac_context_message(h->ctx));
        s->faces.message = s->message;
    }
    lac_photo_free(&photo);
}

static lac_status open_hand(lac_context *ctx, const char *detector, hand *h)
{
    const lac_context_config alone = {.threads = 1, .cpu = ctx->cpu};
    lac_status status = lac_context_new(&alone, &h->ctx);
    if (status != LAC_OK)
        return lac_fail(ctx, status, "%s", lac_context_message(NULL));
    status = lac_detector_open(h->ctx, detector, &h->detector);
    return status == LAC_OK ? LAC_OK : lac_fail(ctx, status, "%s", lac_context_message(h->ctx));
}

static lac_status open_crew(crew *c, const char *detector)
{
    lac_context *ctx = c->ctx;
    c->handful = PHOTOS_A_THREAD * ctx->threads;
    LAC_TRY(lac_alloc(ctx, (size_t)ctx->threads, sizeof *c->hand, &c->hand));
    LAC_TRY(lac_alloc(ctx, (size_t)c->handful, sizeof *c->slot, &c->slot));
    for (int i = 0; i < c->handful; i++)
        LAC_TRY(lac_alloc(ctx, LAC_MOST_FACES, sizeof *c->slot[i].face, &c->slot[i].face));
    for (int i = 0; i < ctx->threads; i++)
        LAC_TRY(open_hand(ctx, detector, &c->hand[i]));
    return LAC_OK;
}

static void close_crew(crew *c)
{
    for (int i = 0; c->hand && i < c->ctx->threads; i++) {
        lac_detector_free(&c->hand[i].detector);
        lac_context_free(&c->hand[i].ctx);
    }
    for (int i = 0; c->slot && i < c->handful; i++)
        free(c->slot[i].face);
    free(c->hand);
    free(c->slot);
}

static lac_status run_crew(crew *c, lac_faces_fn each, void *user)
{
    for (; c->first < c->paths->count; c->first += c->handful) {
        int left = c->paths->count - c->first;
        int count = left < c->handful ? left : c->handful;
        lac_parallel(c->ctx, count, find_in_photo, c);
        for (int i = 0; i < count; i++) {
            if (c->slot[i].faces.status == LAC_ERROR_MEMORY)
                return lac_fail(c->ctx, LAC_ERROR_MEMORY, "%s", c->slot[i].message);
            LAC_TRY(each(user, &c->slot[i].faces));
        }
    }
    return LAC_OK;
}

lac_status lac_photos_detect(lac_context *ctx, const char *detector, const lac_paths *paths,
                             lac_faces_fn each, void *user)
{
    crew c = {.ctx = ctx, .paths = paths};
    lac_status status = open_crew(&c, detector);
    if (status == LAC_OK)
        status = run_crew(&c, each, user);
    close_crew(&c);
    return status;
}

lac_status lac_find_detected(void *user, lac_context *ctx, const char *path,
                             const lac_photo *photo, lac_detection *faces, int most, int *count)
{
    (void)ctx; /* the detector's own */
    (void)path;
    return lac_detector_run(user, photo, faces, most, count);
}

/* ---- As a table -------------------------------------------------------------------- */

typedef struct table {
    lac_context *ctx;
    const char *path; /* NULL: standard output */
    FILE *stream;
    lac_faces_fn each;
    void *user;
} table;

static lac_status write_faces(void *user, const lac_faces *faces)
{
    const table *t = user;
    if (t->path && lac_file_is_same(t->path, faces->path))
        return lac_fail(t->ctx, LAC_ERROR_ARGUMENT, "%s: is a photo, which would be replaced",
                        t->path);
    for (int i = 0; i < faces->count; i++) {
        const lac_detection *f = &faces->face[i];
        lac_csv_text(t->stream, faces->path);
        lac_print(t->stream, ",%.2f,%.2f,%.2f,%.2f,%.4f\n", f->box.x, f->box.y, f->box.width,
                  f->box.height, f->score);
    }
    return t->each ? t->each(t->user, faces) : LAC_OK;
}

static lac_status write_table(crew *c, const char *out, table *t)
{
    lac_file file;
    LAC_TRY(lac_file_create(c->ctx, out, &file));
    t->stream = file.stream;
    fputs("file,x,y,w,h,score\n", t->stream);
    return lac_file_finish(c->ctx, &file, run_crew(c, write_faces, t));
}

lac_status lac_photos_detect_write(lac_context *ctx, const char *detector, const lac_paths *paths,
                                   const char *out, lac_faces_fn each, void *user)
{
    crew c = {.ctx = ctx, .paths = paths};
    table t = {.ctx = ctx, .path = out, .each = each, .user = user};
    lac_status status = open_crew(&c, detector);
    if (status == LAC_OK)
        status = write_table(&c, out, &t);
    close_crew(&c);
    return status;
}
