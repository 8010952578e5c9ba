/*
 * Many photos predicted, a handful at a time: all threads read them, their faces are found and
 * smoothed one photo after the other, all threads cut and the predictor answers, all threads draw.
 * Every photo has a context of its own, for the messages and memory of what threads do at the same
 * time.
 */
#include "net/model.h"
#include "picture/picture.h"
#include "predict/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Photos at a time: of 12 million pixels each they take 36 MB. */
enum { PHOTOS_A_THREAD = 2, MOST_PHOTOS = 32 };

/* A photo under way. */
typedef struct slot {
    lac_context ctx; /* its message and memory alone */
    lac_photo *photo;
    lac_faces faces;
    int first; /* of its faces among those of the run's handful */
    char message[LAC_MESSAGE];
} slot;

typedef struct run {
    lac_context *ctx;
    lac_predictor *predictor;
    const lac_photos_config *config;
    int points, size; /* of the model */
    int count;        /* photos in hand */
    slot *slot;       /* [MOST_PHOTOS] */
    int total;        /* faces in hand */
    int face_room;
    lac_detection *face; /* [face_room] */
    lac_box *square;     /* [face_room] what the model is shown */
    int room;
    uint8_t *grey;       /* [room, size, size] */
    float *xy;           /* [room, points, 2] */
    lac_smoother smoother;
} run;

/* Keeps the reason that a context tells as the photo's. */
static void note_failure(slot *s, const lac_context *ctx, lac_status status)
{
    const char *line = s->ctx.message; /* no control character is in it */
    snprintf(s->message, sizeof s->message, "%s", lac_context_message(ctx));
    lac_fail(&s->ctx, status, "%s", s->faces.path);
    if (strncmp(s->message, line, strlen(line)) != 0) {
        lac_fail(&s->ctx, status, "%s: %s", s->faces.path, s->message);
        snprintf(s->message, sizeof s->message, "%s", line);
    }
    s->faces.status = status;
    s->faces.message = s->message;
    s->faces.count = 0;
}

/* ---- Read ------------------------------------------------------------------------------ */

static void work_load(void *arg, int item, int thread)
{
    (void)thread;
    slot *s = &((run *)arg)->slot[item];
    lac_status status = lac_photo_load(&s->ctx, s->faces.path, &s->photo);
    if (status != LAC_OK) {
        note_failure(s, &s->ctx, status);
        return;
    }
    s->faces.width = s->photo->width;
    s->faces.height = s->photo->height;
}

/* ---- Found ----------------------------------------------------------------------------- */

static lac_status grow(lac_context *ctx, void *array, size_t item, int used, int room)
{
    char *old, *more;
    memcpy(&old, array, sizeof old);
    LAC_TRY(lac_alloc(ctx, (size_t)room, item, &more));
    if (used)
        memcpy(more, old, (size_t)used * item);
    free(old);
    memcpy(array, &more, sizeof more);
    return LAC_OK;
}

/* For faces that may be found behind those in hand. */
static lac_status make_face_room(run *r, int wanted)
{
    int room = wanted + wanted / 2;
    if (wanted <= r->face_room)
        return LAC_OK;
    LAC_TRY(grow(r->ctx, &r->face, sizeof *r->face, r->total, room));
    LAC_TRY(grow(r->ctx, &r->square, sizeof *r->square, r->total, room));
    r->face_room = room;
    return LAC_OK;
}

/* For the pictures and points of the faces in hand: a picture may take a quarter of a megabyte. */
static lac_status make_room(run *r)
{
    int room = r->total + r->total / 2;
    size_t crop = (size_t)r->size * (size_t)r->size;
    if (r->total <= r->room)
        return LAC_OK;
    LAC_TRY(grow(r->ctx, &r->grey, crop, 0, room));
    LAC_TRY(grow(r->ctx, &r->xy, 2 * (size_t)r->points * sizeof *r->xy, 0, room));
    r->room = room;
    return LAC_OK;
}

/* A box that has no pixel of its photo is of another photo, or counts in other pixels; one that is
 * no larger than a pixel is a share of the photo's sides. */
static lac_status check_box(lac_context *ctx, const lac_photo *photo, const lac_box *b)
{
    const char *wrong = NULL;
    if (!(b->x < photo->width && b->y < photo->height && b->x + b->width > 0 &&
          b->y + b->height > 0))
        wrong = "has no pixel of the photo";
    else if (b->width <= 1 && b->height <= 1 && photo->width > 1 && photo->height > 1)
        wrong = "is within one pixel: must be pixels, not shares of the sides of the photo";
    return wrong ? lac_fail(ctx, LAC_ERROR_FORMAT, "the box %g,%g,%g,%g %s, which is %dx%d", b->x,
                            b->y, b->width, b->height, wrong, photo->width, photo->height)
                 : LAC_OK;
}

static lac_status check_boxes(lac_context *ctx, const lac_photo *photo, const lac_detection *face,
                              int count)
{
    for (int i = 0; i < count; i++)
        LAC_TRY(check_box(ctx, photo, &face[i].box));
    return LAC_OK;
}

/* Finders may fill LAC_MOST_FACES places: they stand behind those of the photos before. */
static lac_status find(run *r, slot *s)
{
    const lac_photos_config *c = r->config;
    int count = 0;
    s->first = r->total;
    if (s->faces.status != LAC_OK)
        return LAC_OK;
    LAC_TRY(make_face_room(r, r->total + LAC_MOST_FACES));
    lac_detection *face = r->face + r->total;
    lac_status status = c->find(c->find_user, r->ctx, s->faces.path, s->photo, face,
                                LAC_MOST_FACES, &count);
    if (status == LAC_OK)
        status = check_boxes(r->ctx, s->photo, face, count);
    if (status != LAC_OK) {
        note_failure(s, r->ctx, status);
        return LAC_OK;
    }
    for (int i = 0; i < count; i++)
        r->square[r->total + i] =
            c->crop ? lac_crop_of(c->crop, &face[i].box) : lac_box_square(&face[i].box);
    s->faces.count = count;
    r->total += count;
    return LAC_OK;
}

/* ---- Predicted ------------------------------------------------------------------------- */

static void work_cut(void *arg, int item, int thread)
{
    (void)thread;
    const run *r = arg;
    slot *s = &r->slot[item];
    size_t crop = (size_t)r->size * (size_t)r->size;
    for (int i = s->first; i < s->first + s->faces.count; i++) {
        lac_status status = lac_photo_crop(&s->ctx, s->photo, &r->square[i], r->size,
                                           r->grey + (size_t)i * crop);
        if (status != LAC_OK)
            note_failure(s, &s->ctx, status);
    }
}

static float *points_of(const run *r, int face)
{
    return r->xy + 2 * (size_t)face * (size_t)r->points;
}

static lac_status predict(run *r)
{
    LAC_TRY(make_room(r));
    lac_parallel(r->ctx, r->count, work_cut, r);
    LAC_TRY(lac_predictor_run(r->predictor, r->grey, r->total, r->xy));
    for (int i = 0; i < r->total; i++)
        lac_box_to_photo(&r->square[i], r->size, points_of(r, i), r->points, points_of(r, i));
    return LAC_OK;
}

static void smooth(run *r, const slot *s)
{
    if (s->faces.count == 1)
        lac_smoother_run(&r->smoother, r->square[s->first].width, points_of(r, s->first));
    else
        r->smoother.is_running = 0;
}

/* ---- Drawn ----------------------------------------------------------------------------- */

static lac_status draw(const run *r, slot *s)
{
    char *path;
    LAC_TRY(lac_path_after(&s->ctx, r->config->draw, s->faces.path, ".png", &path));
    lac_faces_draw(&s->faces, r->points, s->photo);
    lac_status status = lac_photo_save(&s->ctx, s->photo, path);
    free(path);
    return status;
}

static void work_draw(void *arg, int item, int thread)
{
    (void)thread;
    const run *r = arg;
    slot *s = &r->slot[item];
    if (s->faces.status != LAC_OK)
        return;
    lac_status status = draw(r, s);
    if (status != LAC_OK)
        lac_trouble_note(r->ctx, status, "%s", lac_context_message(&s->ctx));
}

/* ---- The run --------------------------------------------------------------------------- */

static lac_status predict_some(run *r, char *const *path, int count)
{
    r->count = count;
    r->total = 0;
    for (int i = 0; i < count; i++) {
        slot *s = &r->slot[i];
        s->photo = NULL;
        s->faces = (lac_faces){.path = path[i]};
    }
    lac_parallel(r->ctx, count, work_load, r);
    for (int i = 0; i < count; i++)
        LAC_TRY(find(r, &r->slot[i]));
    LAC_TRY(predict(r));
    for (int i = 0; i < count; i++) {
        slot *s = &r->slot[i];
        s->faces.face = r->face + s->first;
        s->faces.xy = points_of(r, s->first);
        if (r->config->smooth)
            smooth(r, s);
    }
    if (r->config->draw)
        lac_parallel(r->ctx, count, work_draw, r);
    return lac_trouble_take(r->ctx);
}

static lac_status predict_all(run *r, const lac_paths *paths, lac_faces_fn each, void *user)
{
    int most = PHOTOS_A_THREAD * lac_context_threads(r->ctx);
    most = most < MOST_PHOTOS ? most : MOST_PHOTOS;
    lac_status status = LAC_OK;
    for (int first = 0; first < paths->count && status == LAC_OK; first += most) {
        int count = paths->count - first < most ? paths->count - first : most;
        status = predict_some(r, paths->path + first, count);
        for (int i = 0; i < count && status == LAC_OK; i++)
            status = each(user, &r->slot[i].faces);
        for (int i = 0; i < count; i++)
            lac_photo_free(&r->slot[i].photo);
    }
    return status;
}

static lac_status prepare(run *r, const lac_paths *paths)
{
    const lac_photos_config *c = r->config;
    LAC_TRY(lac_alloc(r->ctx, MOST_PHOTOS, sizeof *r->slot, &r->slot));
    if (c->smooth)
        LAC_TRY(lac_smoother_new(r->ctx, r->points, &r->smoother));
    if (!c->draw)
        return LAC_OK;
    LAC_TRY(lac_paths_differ(r->ctx, paths, c->draw, ".png", 0));
    return lac_folder_make(r->ctx, c->draw);
}

lac_status lac_photos_predict(lac_predictor *predictor, const lac_paths *paths,
                              const lac_photos_config *config, lac_faces_fn each, void *user)
{
    const lac_model *model = lac_predictor_model(predictor);
    run r = {.ctx = lac_predictor_context(predictor), .predictor = predictor, .config = config,
             .points = model->points, .size = model->size};
    lac_status status = prepare(&r, paths);
    if (status == LAC_OK)
        status = predict_all(&r, paths, each, user);
    free(r.slot);
    free(r.face);
    free(r.square);
    free(r.grey);
    free(r.xy);
    lac_smoother_free(&r.smoother);
    return status;
}

/* ---- One photo ------------------------------------------------------------------------- */

lac_status lac_predictor_boxes(lac_predictor *predictor, const lac_photo *photo,
                               const lac_box *boxes, int n, float *xy)
{
    lac_context *ctx = lac_predictor_context(predictor);
    const lac_model *model = lac_predictor_model(predictor);
    size_t crop = (size_t)model->size * (size_t)model->size;
    size_t points = 2 * (size_t)model->points;
    uint8_t *grey;
    if (n < 0)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%d boxes, must be 0 or more", n);
    LAC_TRY(lac_alloc(ctx, (size_t)n, crop, &grey));
    lac_status status = LAC_OK;
    for (int i = 0; i < n && status == LAC_OK; i++)
        status = lac_photo_crop(ctx, photo, &boxes[i], model->size, grey + (size_t)i * crop);
    if (status == LAC_OK)
        status = lac_predictor_run(predictor, grey, n, xy);
    for (int i = 0; i < n && status == LAC_OK; i++)
        lac_box_to_photo(&boxes[i], model->size, xy + (size_t)i * points, model->points,
                         xy + (size_t)i * points);
    free(grey);
    return status;
}
