/*
 * YuNet (Wu, Peng and Yu 2023): at every place of a grid of `stride` pixels the network says how
 * sure it is of a face (cls) and of a well placed box (obj), and where the box is (bbox): its
 * centre from the place's corner in strides, and the logarithms of its sides in strides. Outputs
 * are named by their stride, "cls_8"; strides and channels are read from the file.
 */
#include "detect/detect.h"
#include "detect/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 8, MOST_STRIDE = 256, MOST_BOXES = 5000 };

/* Faces are boxes with sqrt(cls obj) of at least SCORE. Of two that overlap by more than OVERLAP
 * the better is kept, as OpenCV does. */
#define SCORE 0.6
#define OVERLAP 0.3

enum { CLS, OBJ, BBOX, PARTS };

typedef struct level {
    int stride;
    const lac_graph_output *part[PARTS];
} level;

struct lac_yunet {
    lac_context *ctx;
    lac_graph graph;
    level level[LEVELS];
    int levels;
    int multiple; /* the largest stride: pictures are filled up to multiples of it */
    lac_detection *faces;
    int room;
};

/* ---- Reading ----------------------------------------------------------------------- */

/* The stride of "cls_8", or 0. */
static int stride_of(lac_text name)
{
    int stride = 0;
    if (name.size < 5 || memcmp(name.at, "cls_", 4) != 0)
        return 0;
    for (size_t i = 4; i < name.size; i++) {
        int digit = name.at[i] - '0';
        if (digit < 0 || digit > 9 || stride > MOST_STRIDE)
            return 0;
        stride = 10 * stride + digit;
    }
    return stride <= MOST_STRIDE ? stride : 0;
}

static lac_status find_parts(lac_yunet *y, level *l)
{
    static const struct {
        const char *name;
        int channels;
    } parts[PARTS] = {{"cls", 1}, {"obj", 1}, {"bbox", 4}};
    for (int i = 0; i < PARTS; i++) {
        char name[LAC_NAME_ROOM];
        snprintf(name, sizeof name, "%s_%d", parts[i].name, l->stride);
        l->part[i] = lac_graph_find(&y->graph, name);
        if (!l->part[i] || y->graph.step[l->part[i]->step].c != parts[i].channels)
            return lac_fail(y->ctx, LAC_ERROR_FORMAT,
                            "%s: the output %s of %d channel%s is missing", y->graph.onnx.path,
                            name, parts[i].channels, parts[i].channels == 1 ? "" : "s");
        lac_graph_need(&y->graph, l->part[i]->step);
    }
    return LAC_OK;
}

static lac_status find_levels(lac_yunet *y)
{
    for (int i = 0; i < y->graph.outputs; i++) {
        int stride = stride_of(y->graph.output[i].name);
        if (stride == 0 || y->levels == LEVELS)
            continue;
        y->level[y->levels].stride = stride;
        LAC_TRY(find_parts(y, &y->level[y->levels++]));
        if (stride > y->multiple)
            y->multiple = stride;
    }
    if (y->levels == 0)
        return lac_fail(y->ctx, LAC_ERROR_FORMAT,
                        "%s: no YuNet: it has no outputs cls_8, obj_8, bbox_8 and the like",
                        y->graph.onnx.path);
    return LAC_OK;
}

/* The grids must be what the names say. */
static lac_status check_levels(const lac_yunet *y)
{
    for (int i = 0; i < y->levels; i++) {
        for (int k = 0; k < PARTS; k++) {
            const lac_step *s = &y->graph.step[y->level[i].part[k]->step];
            int stride = y->level[i].stride;
            if (s->h * stride != y->graph.step[0].h || s->width * stride != y->graph.step[0].width)
                return lac_fail(y->ctx, LAC_ERROR_FORMAT,
                                "%s: node %s: a map of %dx%d from a picture of %dx%d, stride %d",
                                y->graph.onnx.path, s->name, s->width, s->h,
                                y->graph.step[0].width, y->graph.step[0].h, stride);
        }
    }
    return LAC_OK;
}

static int filled(const lac_yunet *y, int side)
{
    return (side + y->multiple - 1) / y->multiple * y->multiple;
}

lac_status lac_yunet_new(lac_context *ctx, const char *path, char *bytes, size_t size,
                         lac_yunet **out)
{
    lac_status status = lac_alloc(ctx, 1, sizeof **out, out);
    if (status != LAC_OK) {
        free(bytes);
        return status;
    }
    lac_yunet *y = *out;
    y->ctx = ctx;
    status = lac_graph_new(ctx, path, bytes, size, &y->graph);
    if (status == LAC_OK)
        status = find_levels(y);
    if (status == LAC_OK)
        status = lac_graph_measure(&y->graph, filled(y, LAC_DETECT_SIDE),
                                   filled(y, LAC_DETECT_SIDE));
    if (status == LAC_OK)
        status = check_levels(y);
    if (status != LAC_OK)
        lac_yunet_free(out);
    return status;
}

void lac_yunet_free(lac_yunet **yunet)
{
    lac_yunet *y = *yunet;
    if (!y)
        return;
    lac_graph_free(&y->graph);
    free(y->faces);
    free(y);
    *yunet = NULL;
}

/* ---- Running ----------------------------------------------------------------------- */

/* Blue, green, red from 0 to 255; black right and below of the photo. */
static void fill_picture(lac_yunet *y, const lac_small *photo)
{
    const lac_step *s = &y->graph.step[0];
    float *to = s->map;
    memset(to, 0, (size_t)s->h * s->width * 3 * sizeof *to);
    for (int i = 0; i < photo->height; i++) {
        const uint8_t *rgb = photo->rgb + (size_t)i * photo->width * 3;
        to = s->map + (size_t)i * s->width * 3;
        for (int j = 0; j < photo->width; j++, rgb += 3, to += 3)
            for (int c = 0; c < 3; c++)
                to[c] = (float)rgb[2 - c];
    }
}

static const float *numbers_at(const lac_yunet *y, const lac_graph_output *output, int place)
{
    const lac_step *s = &y->graph.step[output->step];
    return s->map + (size_t)place * s->room;
}

static double chance(const lac_yunet *y, const lac_graph_output *output, int place)
{
    double x = (double)*numbers_at(y, output, place);
    if (output->is_sigmoid)
        return 1 / (1 + exp(-x));
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* 0 when there is none. */
static int face_at(const lac_yunet *y, const level *l, int i, int j, lac_detection *face)
{
    int place = i * y->graph.step[l->part[CLS]->step].width + j;
    double stride = l->stride;
    face->score = sqrt(chance(y, l->part[CLS], place) * chance(y, l->part[OBJ], place));
    if (!(face->score >= SCORE))
        return 0;
    const float *b = numbers_at(y, l->part[BBOX], place);
    double width = exp((double)b[2]) * stride, height = exp((double)b[3]) * stride;
    double x = (j + (double)b[0]) * stride - width / 2;
    double top = (i + (double)b[1]) * stride - height / 2;
    face->box = (lac_box){x, top, width, height};
    return fabs(x) < 1e6 && fabs(top) < 1e6 && width < 1e6 && height < 1e6;
}

lac_status lac_yunet_run(lac_yunet *y, const lac_small *photo, const lac_detection **faces,
                         int *count)
{
    int places = 0, found = 0;
    LAC_TRY(lac_graph_plan(&y->graph, filled(y, photo->height), filled(y, photo->width)));
    LAC_TRY(check_levels(y));
    for (int i = 0; i < y->levels; i++) {
        const lac_step *s = &y->graph.step[y->level[i].part[CLS]->step];
        places += s->h * s->width;
    }
    if (places > y->room) {
        free(y->faces);
        y->room = 0;
        LAC_TRY(lac_alloc(y->ctx, (size_t)places, sizeof *y->faces, &y->faces));
        y->room = places;
    }
    fill_picture(y, photo);
    lac_graph_run(&y->graph);
    for (int k = 0; k < y->levels; k++) {
        const lac_step *s = &y->graph.step[y->level[k].part[CLS]->step];
        for (int i = 0; i < s->h; i++)
            for (int j = 0; j < s->width; j++)
                found += face_at(y, &y->level[k], i, j, &y->faces[found]);
    }
    LAC_TRY(lac_boxes_sort(y->ctx, y->faces, found));
    *faces = y->faces;
    *count = lac_boxes_suppress(y->faces, found < MOST_BOXES ? found : MOST_BOXES, OVERLAP);
    return LAC_OK;
}
