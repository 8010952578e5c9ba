/* A folder of drawn photos, drawn and stored in parallel, with their labels. */
#include "picture/picture.h"
#include "synth/scene.h"

#include <stdlib.h>
#include <string.h>

typedef struct album {
    lac_context *ctx;
    const lac_synth_config *config;
    lac_drawn people;
    int photos;
    int first; /* of the handful that is being drawn */
    const char *dir;
} album;

static const char *const labels[] = {"truth.csv", "dlib.xml", "coco.json"};

static lac_status open_file(lac_context *ctx, const album *a, const char *name, lac_file *file)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, a->dir, name, &path));
    lac_status status = lac_file_create(ctx, path, file);
    free(path);
    return status;
}

static lac_status store(lac_context *ctx, const album *a, const lac_scene *scene, lac_photo *photo)
{
    int turned = scene->orientation;
    int back = turned == 6 ? 8 : turned == 8 ? 6 : turned; /* all others are their own inverse */
    char *path;
    LAC_TRY(lac_photo_turn(ctx, photo, back));
    LAC_TRY(lac_path_join(ctx, a->dir, scene->file, &path));
    lac_status status = lac_photo_save_stored(ctx, photo, turned, path);
    free(path);
    return status;
}

static int is_complete(const lac_scene *scene)
{
    int labelled = 0;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        labelled += scene->face[0].label.present[k];
    return scene->faces == 1 && labelled == LAC_FACE_POINTS;
}

static lac_status write_pts(lac_context *ctx, const album *a, const lac_scene *scene)
{
    char name[32];
    lac_file file;
    lac_format(name, sizeof name, "%s.pts", scene->stem);
    LAC_TRY(open_file(ctx, a, name, &file));
    lac_scene_write_pts(&scene->face[0], file.stream);
    return lac_file_finish(ctx, &file, LAC_OK);
}

static lac_status draw(lac_context *ctx, const album *a, int photo)
{
    lac_scene scene;
    lac_photo *picture;
    lac_scene_make(&a->people, photo, &scene);
    LAC_TRY(lac_scene_draw(ctx, &scene, &picture));
    lac_status status = store(ctx, a, &scene, picture);
    lac_photo_free(&picture);
    if (status == LAC_OK && is_complete(&scene))
        status = write_pts(ctx, a, &scene);
    return status;
}

/* A thread's own context takes the messages. */
static void draw_one(void *arg, int item, int thread)
{
    const album *a = arg;
    lac_context own = {0};
    (void)thread;
    if (atomic_load(&a->ctx->trouble) != LAC_OK)
        return;
    lac_status status = draw(&own, a, a->first + item);
    if (status != LAC_OK)
        lac_trouble_note(a->ctx, status, "%s", own.message);
}

/* All photos, in handfuls that the threads share, so that between them the caller is told how far
 * it is. */
static lac_status draw_all(album *a)
{
    enum { PHOTOS_A_THREAD = 4 };
    const lac_synth_config *c = a->config;
    const int handful = PHOTOS_A_THREAD * lac_context_threads(a->ctx);
    for (int end;; a->first = end) {
        if (c->progress && c->progress(c->progress_user, a->first, a->photos))
            return lac_fail(a->ctx, LAC_STOPPED, "synth: stopped after %d photos", a->first);
        if (a->first == a->photos)
            return LAC_OK;
        end = a->photos - a->first < handful ? a->photos : a->first + handful;
        lac_parallel(a->ctx, end - a->first, draw_one, a);
        LAC_TRY(lac_trouble_take(a->ctx));
    }
}

static lac_status write_labels(const album *a)
{
    static lac_scene_labels *const write[LAC_COUNT(labels)] = {
        lac_scene_write_csv, lac_scene_write_dlib, lac_scene_write_coco};
    for (int i = 0; i < LAC_COUNT(labels); i++) {
        lac_file file;
        LAC_TRY(open_file(a->ctx, a, labels[i], &file));
        write[i](&a->people, a->photos, file.stream);
        LAC_TRY(lac_file_commit(a->ctx, &file));
    }
    return LAC_OK;
}

/* ---- Nothing is replaced, nothing is left -------------------------------------------------- */

static int is_ours(const char *name)
{
    for (int i = 0; i < LAC_COUNT(labels); i++)
        if (strcmp(name, labels[i]) == 0)
            return 1;
    return strncmp(name, "photo_", 6) == 0 && strspn(name + 6, "0123456789") == 5 &&
           name[11] == '.';
}

static lac_status remove_file(lac_context *ctx, const char *dir, const char *name)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, dir, name, &path));
    lac_status status = remove(path) == 0 ? LAC_OK : lac_fail_errno(ctx, path, "remove");
    free(path);
    return status;
}

/* Removes the files of an album from the folder, or fails where there is one. */
static lac_status clear(lac_context *ctx, const char *dir, int may_remove)
{
    char **names;
    int count;
    LAC_TRY(lac_folder_list(ctx, dir, "", &names, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count; i++) {
        if (status == LAC_OK && is_ours(names[i]))
            status = may_remove ? remove_file(ctx, dir, names[i])
                                : lac_filling_fail(ctx, dir, names[i]);
        free(names[i]);
    }
    free(names);
    return status;
}

static lac_status fill(album *a)
{
    lac_status status = draw_all(a);
    if (status == LAC_OK)
        status = write_labels(a);
    lac_context own = {0}; /* the message of what failed stays */
    if (status != LAC_OK)
        clear(&own, a->dir, 1);
    return status;
}

lac_status lac_synth_photos(lac_context *ctx, int photos, const lac_synth_config *config,
                            const char *dir)
{
    const int most = 99999;
    const lac_synth_config usual = {.seed = 1}, *c = config ? config : &usual;
    lac_filling filling;
    if (photos < 1 || photos > most)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "synth: %d photos, must be 1 to %d", photos, most);
    LAC_TRY(lac_filling_begin(ctx, dir, "synth photos", NULL, 0, &filling));
    album a = {.ctx = ctx, .config = c, .people = lac_scene_people(c->seed, photos),
               .photos = photos, .dir = dir};
    lac_status status = clear(ctx, dir, filling.is_anew);
    if (status == LAC_OK)
        status = lac_filling_claim(ctx, &filling);
    if (status == LAC_OK)
        status = fill(&a);
    lac_filling_end(&filling);
    return status;
}
