/* Faces written as they come: a CSV, JSON of our own, and the frame of formats that others read. */
#include "predict/writer.h"

#include <math.h>
#include <stdlib.h>

/* ---- CSV ------------------------------------------------------------------------------- */

static void begin_csv(lac_faces_writer *w)
{
    fprintf(w->file.stream, "file,face,x,y,w,h%s", w->config.scores ? ",score" : "");
    for (int k = 0; k < w->points; k++)
        for (int axis = 0; axis < 2; axis++) {
            putc(',', w->file.stream);
            lac_csv_name(w->file.stream, lac_writer_name(w, k), axis ? "_y" : "_x");
        }
    putc('\n', w->file.stream);
}

static lac_status add_csv(lac_faces_writer *w, const lac_faces *faces)
{
    FILE *stream = w->file.stream;
    for (int i = 0; i < faces->count; i++) {
        const lac_detection *face = &faces->face[i];
        lac_csv_text(stream, faces->path);
        lac_print(stream, ",%d,%.9g,%.9g,%.9g,%.9g", i + 1, face->box.x, face->box.y,
                  face->box.width, face->box.height);
        if (w->config.scores && isnan(face->score))
            putc(',', stream);
        else if (w->config.scores)
            lac_print(stream, ",%.6g", face->score);
        for (int k = 0; k < w->points; k++) {
            const float *xy = lac_writer_point(w, faces, i, k);
            lac_print(stream, ",%.4f,%.4f", (double)xy[0], (double)xy[1]);
        }
        putc('\n', stream);
    }
    return LAC_OK;
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void begin_json(lac_faces_writer *w)
{
    fputs("{\"model\": ", w->file.stream);
    lac_json_text(w->file.stream, lac_model_name(w->model));
    fputs(", \"photos\": [", w->file.stream);
}

static void add_json_face(const lac_faces_writer *w, const lac_faces *faces, int i)
{
    FILE *stream = w->file.stream;
    const lac_detection *face = &faces->face[i];
    lac_print(stream, "%s\n  {\"box\": [%.9g, %.9g, %.9g, %.9g], ", i ? "," : "", face->box.x,
              face->box.y, face->box.width, face->box.height);
    if (!isnan(face->score))
        lac_print(stream, "\"score\": %.6g, ", face->score);
    fputs("\"points\": {", stream);
    for (int k = 0; k < w->points; k++) {
        const float *xy = lac_writer_point(w, faces, i, k);
        fputs(k ? ", " : "", stream);
        lac_json_text(stream, lac_writer_name(w, k));
        lac_print(stream, ": [%.4f, %.4f]", (double)xy[0], (double)xy[1]);
    }
    fputs("}}", stream);
}

static lac_status add_json(lac_faces_writer *w, const lac_faces *faces)
{
    FILE *stream = w->file.stream;
    fprintf(stream, "%s\n {\"file\": ", w->photos ? "," : "");
    lac_json_text(stream, faces->path);
    fprintf(stream, ", \"width\": %d, \"height\": %d, \"faces\": [", faces->width, faces->height);
    for (int i = 0; i < faces->count; i++)
        add_json_face(w, faces, i);
    fputs("]}", stream);
    return LAC_OK;
}

static void end_json(lac_faces_writer *w)
{
    fputs("\n]}\n", w->file.stream);
}

/* ---- The frame ------------------------------------------------------------------------- */

static const lac_faces_kind csv_kind = {.begin = begin_csv, .add = add_csv};
static const lac_faces_kind json_kind = {1, 0, begin_json, add_json, end_json};

static const lac_faces_kind *const kinds[] = {
    [LAC_FACES_CSV] = &csv_kind,       [LAC_FACES_JSON] = &json_kind,
    [LAC_FACES_COCO] = &lac_coco_kind, [LAC_FACES_DLIB] = &lac_dlib_kind,
    [LAC_FACES_PTS] = &lac_pts_kind,
};

static lac_status find_points(lac_faces_writer *w)
{
    const lac_model *model = w->model;
    int source = w->config.source, sources = lac_model_sources(model);
    if (source < 0 || source >= sources)
        return lac_fail(w->ctx, LAC_ERROR_ARGUMENT, "source %d: must be from 0 to %d", source,
                        sources - 1);
    LAC_TRY(lac_alloc(w->ctx, (size_t)model->points, sizeof *w->at, &w->at));
    for (int k = 0; k < model->points; k++)
        if (lac_model_source_has_point(model, source, k))
            w->at[w->points++] = k;
    return LAC_OK;
}

static lac_status open_file(lac_faces_writer *w)
{
    const char *path = w->config.path;
    if ((unsigned)w->config.format >= (unsigned)LAC_COUNT(kinds))
        return lac_fail(w->ctx, LAC_ERROR_ARGUMENT, "format %d: must be from 0 to %d",
                        (int)w->config.format, LAC_COUNT(kinds) - 1);
    w->kind = kinds[w->config.format];
    if (w->config.format != LAC_FACES_PTS) {
        LAC_TRY(lac_file_create(w->ctx, path, &w->file));
    } else {
        if (!path)
            return lac_fail(w->ctx, LAC_ERROR_ARGUMENT, "files of points need a folder");
        LAC_TRY(lac_folder_make(w->ctx, path));
    }
    if (w->kind->begin)
        w->kind->begin(w);
    return LAC_OK;
}

lac_status lac_faces_writer_new(lac_context *ctx, const lac_model *model,
                                const lac_faces_writer_config *config, lac_faces_writer **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    **out = (lac_faces_writer){.ctx = ctx, .model = model, .config = *config};
    lac_status status = find_points(*out);
    if (status == LAC_OK)
        status = open_file(*out);
    if (status != LAC_OK)
        lac_faces_writer_free(out);
    return status;
}

static lac_status check_name(const lac_faces_writer *w, const char *path)
{
    const char *what = w->kind->is_utf8 && !lac_utf8_is_valid(path) ? "is not UTF-8" : NULL;
    for (const char *c = path; w->kind->is_xml && *c && !what; c++)
        what = (unsigned char)*c < ' ' ? "has a control character" : NULL;
    return what ? lac_fail(w->ctx, LAC_ERROR_FORMAT, "%s: its name %s, which this format cannot "
                           "hold: rename it, or write CSV", path, what)
                : LAC_OK;
}

lac_status lac_faces_write(lac_faces_writer *w, const lac_faces *faces)
{
    if (faces->status != LAC_OK)
        return LAC_OK;
    LAC_TRY(check_name(w, faces->path));
    if (w->config.path && lac_file_is_same(w->config.path, faces->path))
        return lac_fail(w->ctx, LAC_ERROR_ARGUMENT, "%s: is a photo, which would be replaced",
                        w->config.path);
    LAC_TRY(w->kind->add(w, faces));
    w->photos++;
    w->faces += faces->count;
    return LAC_OK;
}

lac_status lac_faces_writer_finish(lac_faces_writer *w)
{
    if (w->kind->end)
        w->kind->end(w);
    return w->file.stream ? lac_file_commit(w->ctx, &w->file) : LAC_OK;
}

void lac_faces_writer_free(lac_faces_writer **writer)
{
    lac_faces_writer *w = *writer;
    if (!w)
        return;
    lac_file_abandon(&w->file);
    for (int i = 0; i < w->photos && w->image; i++)
        free(w->image[i].path);
    free(w->image);
    free(w->at);
    free(w);
    *writer = NULL;
}
