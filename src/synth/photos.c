/* A folder of drawn photos, drawn and stored in parallel, with their labels. */
#include "picture/picture.h"
#include "synth/scene.h"

#include <stdlib.h>

typedef struct album {
    lac_context *ctx;
    lac_drawn people;
    int photos;
    const char *dir;
} album;

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
static void draw_one(void *arg, int photo, int thread)
{
    const album *a = arg;
    lac_context own = {0};
    (void)thread;
    if (atomic_load(&a->ctx->trouble) != LAC_OK)
        return;
    lac_status status = draw(&own, a, photo);
    if (status != LAC_OK)
        lac_trouble_note(a->ctx, status, "%s", own.message);
}

static lac_status write_labels(const album *a, const char *name, lac_scene_labels *write)
{
    lac_file file;
    LAC_TRY(open_file(a->ctx, a, name, &file));
    write(&a->people, a->photos, file.stream);
    return lac_file_finish(a->ctx, &file, LAC_OK);
}

lac_status lac_synth_photos(lac_context *ctx, int photos, uint64_t seed, const char *dir)
{
    const int most = 99999;
    if (photos < 1 || photos > most)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "synth: %d photos, must be 1 to %d", photos, most);
    LAC_TRY(lac_folder_make(ctx, dir));
    album a = {.ctx = ctx, .people = lac_scene_people(seed, photos), .photos = photos, .dir = dir};
    lac_parallel(ctx, photos, draw_one, &a);
    LAC_TRY(lac_trouble_take(ctx));
    LAC_TRY(write_labels(&a, "truth.csv", lac_scene_write_csv));
    LAC_TRY(write_labels(&a, "dlib.xml", lac_scene_write_dlib));
    return write_labels(&a, "coco.json", lac_scene_write_coco);
}
