/*
 * Faces in formats of others: COCO keypoints, dlib's XML, the 300-W data's .pts. Each has its own
 * idea of where a pixel is: the centre of the first one is 0.5, 0.5 in COCO, 0, 0 for dlib and 1, 1
 * in .pts.
 */
#include "predict/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- COCO ------------------------------------------------------------------------------ */

static void begin_coco(lac_faces_writer *w)
{
    FILE *stream = w->file.stream;
    fputs("{\"categories\": [{\"id\": 1, \"name\": \"face\", \"supercategory\": \"face\", "
          "\"skeleton\": [],\n \"keypoints\": [", stream);
    for (int k = 0; k < w->points; k++) {
        fputs(k ? ", " : "", stream);
        lac_json_text(stream, lac_writer_name(w, k));
    }
    fputs("]}],\n\"annotations\": [", stream);
}

/* The list of images comes behind the annotations: it is kept until then. */
static lac_status keep_image(lac_faces_writer *w, const lac_faces *faces)
{
    if (w->photos == w->room) {
        int room = w->room ? 2 * w->room : 64;
        lac_image_entry *more;
        LAC_TRY(lac_alloc(w->ctx, (size_t)room, sizeof *more, &more));
        if (w->photos)
            memcpy(more, w->image, (size_t)w->photos * sizeof *more);
        free(w->image);
        w->image = more;
        w->room = room;
    }
    lac_image_entry *image = &w->image[w->photos];
    *image = (lac_image_entry){.width = faces->width, .height = faces->height};
    return lac_strdup(w->ctx, faces->path, &image->path);
}

/* A coordinate edge to edge is the same number as from centre to centre: a box's x is its first
 * pixel's centre here, that pixel's left edge there. */
static lac_status add_coco(lac_faces_writer *w, const lac_faces *faces)
{
    FILE *stream = w->file.stream;
    LAC_TRY(keep_image(w, faces));
    for (int i = 0; i < faces->count; i++) {
        const lac_detection *face = &faces->face[i];
        const lac_box *b = &face->box;
        lac_print(stream,
                  "%s\n {\"id\": %d, \"image_id\": %d, \"category_id\": 1, \"iscrowd\": 0, "
                  "\"bbox\": [%.9g, %.9g, %.9g, %.9g], \"area\": %.9g, ",
                  w->faces + i ? "," : "", w->faces + i + 1, w->photos + 1, b->x, b->y, b->width,
                  b->height, b->width * b->height);
        if (!isnan(face->score))
            lac_print(stream, "\"score\": %.6g, ", face->score);
        fprintf(stream, "\"num_keypoints\": %d,\n  \"keypoints\": [", w->points);
        for (int k = 0; k < w->points; k++) {
            const float *xy = lac_writer_point(w, faces, i, k);
            lac_print(stream, "%s%.4f, %.4f, 2", k ? ", " : "", (double)xy[0] + 0.5,
                      (double)xy[1] + 0.5);
        }
        fputs("]}", stream);
    }
    return LAC_OK;
}

static void end_coco(lac_faces_writer *w)
{
    FILE *stream = w->file.stream;
    fputs("\n],\n\"images\": [", stream);
    for (int i = 0; i < w->photos; i++) {
        const lac_image_entry *image = &w->image[i];
        fprintf(stream, "%s\n {\"id\": %d, \"file_name\": ", i ? "," : "", i + 1);
        lac_json_text(stream, image->path);
        fprintf(stream, ", \"width\": %d, \"height\": %d}", image->width, image->height);
    }
    fputs("\n]}\n", stream);
}

const lac_faces_kind lac_coco_kind = {1, 0, begin_coco, add_coco, end_coco};

/* ---- dlib ------------------------------------------------------------------------------ */

static void begin_dlib(lac_faces_writer *w)
{
    fputs("<?xml version='1.0' encoding='UTF-8'?>\n<dataset>\n<name>predicted by lacuna</name>\n"
          "<images>\n", w->file.stream);
}

/* Whole numbers: dlib reads no others. */
static lac_status add_dlib(lac_faces_writer *w, const lac_faces *faces)
{
    FILE *stream = w->file.stream;
    fputs(" <image file=\"", stream);
    lac_html_text(stream, faces->path);
    fprintf(stream, "\" width=\"%d\" height=\"%d\">\n", faces->width, faces->height);
    for (int i = 0; i < faces->count; i++) {
        const lac_box *b = &faces->face[i].box;
        fprintf(stream, "  <box top=\"%ld\" left=\"%ld\" width=\"%ld\" height=\"%ld\">\n",
                lround(b->y), lround(b->x), lround(b->width), lround(b->height));
        for (int k = 0; k < w->points; k++) {
            const float *xy = lac_writer_point(w, faces, i, k);
            fputs("   <part name=\"", stream);
            lac_html_text(stream, lac_writer_name(w, k));
            fprintf(stream, "\" x=\"%ld\" y=\"%ld\"/>\n", lroundf(xy[0]), lroundf(xy[1]));
        }
        fputs("  </box>\n", stream);
    }
    fputs(" </image>\n", stream);
    return LAC_OK;
}

static void end_dlib(lac_faces_writer *w)
{
    fputs("</images>\n</dataset>\n", w->file.stream);
}

const lac_faces_kind lac_dlib_kind = {1, 1, begin_dlib, add_dlib, end_dlib};

/* ---- .pts ------------------------------------------------------------------------------ */

static lac_status write_pts(lac_faces_writer *w, const lac_faces *faces, int i, const char *path)
{
    lac_file file;
    LAC_TRY(lac_file_create(w->ctx, path, &file));
    fprintf(file.stream, "version: 1\nn_points: %d\n{\n", w->points);
    for (int k = 0; k < w->points; k++) {
        const float *xy = lac_writer_point(w, faces, i, k);
        lac_print(file.stream, "%.4f %.4f\n", (double)xy[0] + 1, (double)xy[1] + 1);
    }
    fputs("}\n", file.stream);
    return lac_file_commit(w->ctx, &file);
}

static lac_status add_pts(lac_faces_writer *w, const lac_faces *faces)
{
    lac_status status = LAC_OK;
    for (int i = 0; i < faces->count && status == LAC_OK; i++) {
        char tail[40] = ".pts", *path;
        if (i > 0)
            snprintf(tail, sizeof tail, "-face%d.pts", i + 1);
        LAC_TRY(lac_path_after(w->ctx, w->config.path, faces->path, tail, &path));
        status = write_pts(w, faces, i, path);
        free(path);
    }
    return status;
}

const lac_faces_kind lac_pts_kind = {.add = add_pts};
