/*
 * The labels of drawn photos as other tools write them: each has its own way of leaving out what
 * is missing, and of counting pixels.
 */
#include "synth/scene.h"

#include <math.h>

/* Points that are labelled but hidden, as COCO tells them apart: eyes behind dark glasses. */
static int is_hidden(const lac_face *face, int point)
{
    return face->glasses == 2 && point <= LAC_FACE_RIGHT_EYE_OUTER;
}

/* Pixels from 0, 0, the centre of the first; empty where a point is missing. */
void lac_scene_write_csv(const lac_drawn *people, int photos, FILE *out)
{
    fputs("file,x,y,w,h", out);
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        lac_print(out, ",%s_x,%s_y", lac_face_names[k], lac_face_names[k]);
    fputc('\n', out);
    for (int photo = 0; photo < photos; photo++) {
        lac_scene s;
        lac_scene_make(people, photo, &s);
        for (int i = 0; i < s.faces; i++) {
            const lac_scene_face *f = &s.face[i];
            lac_print(out, "%s,%d,%d,%d,%d", s.file, f->x, f->y, f->side, f->side);
            for (int j = 0; j < 2 * LAC_FACE_POINTS; j++)
                if (f->label.present[j / 2])
                    lac_print(out, ",%.4f", f->label.xy[j]);
                else
                    fputc(',', out);
            fputc('\n', out);
        }
    }
}

/* Whole pixels from 0, 0; a part that is missing is left out. */
void lac_scene_write_dlib(const lac_drawn *people, int photos, FILE *out)
{
    fputs("<?xml version='1.0' encoding='UTF-8'?>\n<dataset>\n<name>drawn faces</name>\n<images>\n",
          out);
    for (int photo = 0; photo < photos; photo++) {
        lac_scene s;
        lac_scene_make(people, photo, &s);
        lac_print(out, "  <image file='%s' width='%d' height='%d'>\n", s.file, s.width, s.height);
        for (int i = 0; i < s.faces; i++) {
            const lac_scene_face *f = &s.face[i];
            lac_print(out, "    <box top='%d' left='%d' width='%d' height='%d'>\n", f->y, f->x,
                      f->side, f->side);
            for (int k = 0; k < LAC_FACE_POINTS; k++)
                if (f->label.present[k])
                    lac_print(out, "      <part name='%s' x='%ld' y='%ld'/>\n", lac_face_names[k],
                              lround(f->label.xy[2 * k]), lround(f->label.xy[2 * k + 1]));
            fputs("    </box>\n", out);
        }
        fputs("  </image>\n", out);
    }
    fputs("</images>\n</dataset>\n", out);
}

static void write_annotation(const lac_scene_face *f, int id, int image, FILE *out)
{
    int labelled = 0;
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        labelled += f->label.present[k];
    lac_print(out,
              "{\"id\": %d, \"image_id\": %d, \"category_id\": 1, \"iscrowd\": 0, \"area\": %d, "
              "\"bbox\": [%d, %d, %d, %d], \"num_keypoints\": %d, \"keypoints\": [",
              id, image, f->side * f->side, f->x, f->y, f->side, f->side, labelled);
    for (int k = 0; k < LAC_FACE_POINTS; k++) {
        const double *xy = &f->label.xy[2 * k];
        fputs(k ? ", " : "", out);
        if (f->label.present[k])
            lac_print(out, "%.4f, %.4f, %d", xy[0] + 0.5, xy[1] + 0.5,
                      is_hidden(&f->face, k) ? 1 : 2);
        else
            fputs("0, 0, 0", out);
    }
    fputs("]}", out);
}

/* Pixels from 0.5, 0.5; a missing point is 0, 0, 0. */
void lac_scene_write_coco(const lac_drawn *people, int photos, FILE *out)
{
    lac_scene s;
    int id = 0;
    fputs("{\"images\": [", out);
    for (int photo = 0; photo < photos; photo++) {
        lac_scene_make(people, photo, &s);
        lac_print(out, "%s\n{\"id\": %d, \"file_name\": \"%s\", \"width\": %d, \"height\": %d}",
                  photo ? "," : "", photo + 1, s.file, s.width, s.height);
    }
    fputs("],\n\"annotations\": [", out);
    for (int photo = 0; photo < photos; photo++) {
        lac_scene_make(people, photo, &s);
        for (int i = 0; i < s.faces; i++) {
            fputs(id ? ",\n" : "\n", out);
            write_annotation(&s.face[i], ++id, photo + 1, out);
        }
    }
    fputs("],\n\"categories\": [{\"id\": 1, \"name\": \"face\", \"skeleton\": [], \"keypoints\": [",
          out);
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        lac_print(out, "%s\"%s\"", k ? ", " : "", lac_face_names[k]);
    fputs("]}]}\n", out);
}

/* Pixels from 1, 1, of a face of which no point is missing. */
void lac_scene_write_pts(const lac_scene_face *f, FILE *out)
{
    lac_print(out, "version: 1\nn_points: %d\n{\n", LAC_FACE_POINTS);
    for (int k = 0; k < LAC_FACE_POINTS; k++)
        lac_print(out, "%.4f %.4f\n", f->label.xy[2 * k] + 1, f->label.xy[2 * k + 1] + 1);
    fputs("}\n", out);
}
