/*
 * lacuna predict on photos: where their faces are, and what becomes of the answers.
 */
#include "photos.h"
#include "progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const format_choices[] = {"csv", "json", "coco", "dlib", "pts", NULL};

/* ---- Options --------------------------------------------------------------------------- */

int photos_given(const photo_options *o)
{
    return o->words.count > 0;
}

/* Reads `count` numbers between commas; 0 when the text is something else. */
static int read_numbers(const char *text, int count, double *out)
{
    for (int i = 0; i < count; i++) {
        char *end;
        out[i] = strtod(text, &end);
        if (end == text || *end != (i + 1 < count ? ',' : '\0') || !isfinite(out[i]))
            return 0;
        text = end + 1;
    }
    return 1;
}

/* --box; 0 when it is none. */
static int read_box(const photo_options *o, lac_box *box)
{
    double n[4];
    if (!read_numbers(o->box, 4, n) || !(n[2] > 0) || !(n[3] > 0))
        return 0;
    *box = (lac_box){n[0], n[1], n[2], n[3]};
    return 1;
}

/* --crop as a rule, with a name in front of it or without; 0 when it is none. */
static int read_crop(const photo_options *o, lac_crop *crop)
{
    double n[3];
    const char *colon = strchr(o->crop, ':');
    if (!read_numbers(colon ? colon + 1 : o->crop, 3, n) || !(n[0] > 0))
        return 0;
    *crop = (lac_crop){.side = n[0], .left = n[1], .top = n[2]};
    return 1;
}

static int is_name(const char *text)
{
    return *text && !strpbrk(text, ",: ");
}

/* The first option given that is for photos, or NULL. */
static const char *for_photos(const command *c)
{
    static const char *const names[] = {"box", "boxes", "whole", "detect", "detector", "crop",
                                        "format", "draw", "smooth"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (options_given(c, names[i]))
            return names[i];
    return NULL;
}

int photos_check(const command *c, const photo_options *o, const char *out)
{
    lac_box box;
    lac_crop crop;
    int places = (o->box != NULL) + (o->boxes != NULL) + o->whole + (o->detect || o->detector);
    if (options_given(c, "data")) {
        const char *name = for_photos(c);
        if (photos_given(o))
            return options_misuse(c, "photos and --data: give one of them");
        return name ? options_misuse(c, "--%s is for photos, not for --data", name) : CODE_GO_ON;
    }
    if (!photos_given(o))
        return options_misuse(c, "--data P or photos are missing; 'lacuna help %s' explains",
                              c->name);
    if (places == 0)
        return options_misuse(c, "where are the faces? Give --box X,Y,W,H for all photos, --boxes "
                                 "FILE, --whole for photos that are crops of faces, or --detect");
    if (places > 1)
        return options_misuse(c, "--box, --boxes, --whole and --detect: give one of them");
    if (o->box && !read_box(o, &box))
        return options_misuse(c, "--box needs X,Y,W,H, numbers with W and H above 0, not '%s'",
                              o->box);
    if (o->crop && !is_name(o->crop) && !read_crop(o, &crop))
        return options_misuse(c, "--crop needs SIDE,LEFT,TOP, numbers with SIDE above 0, or the "
                                 "name of a rule, not '%s'", o->crop);
    if (o->format == LAC_FACES_PTS && !out)
        return options_misuse(c, "--format pts writes a file a face: name their folder with --out");
    return CODE_GO_ON;
}

/* ---- The run --------------------------------------------------------------------------- */

/* Where faces are, and how their squares are made. */
typedef struct finder {
    lac_box box;
    lac_box_list *list;
    lac_detector *detector;
    lac_crop crop;
    lac_photos_config config;
    int has_scores;
} finder;

/* Boxes from a file are taken as they are, though they may be like those of the labels, from which
 * the model's pictures were made by a rule: the same for all models of a mean. */
static lac_status tell_rule(const lac_model *model)
{
    lac_crop rule;
    lac_status status = lac_model_crops_agree(model, "box");
    if (status != LAC_OK)
        return status;
    if (lac_model_crop(model, "box", &rule) == LAC_OK &&
        (rule.side != 1 || rule.left != 0 || rule.top != 0))
        fprintf(stderr, "lacuna: the model is shown the centred squares of the boxes; if these are "
                        "like the boxes of its labels, --crop box makes the squares that it "
                        "knows\n");
    return LAC_OK;
}

/* --crop, else the model's rule for the detector's boxes. */
static lac_status choose_crop(const lac_model *model, const photo_options *o, finder *f)
{
    const char *name = f->detector ? lac_detector_name(f->detector) : NULL;
    f->config.crop = &f->crop;
    if (o->crop && read_crop(o, &f->crop))
        return LAC_OK;
    if (o->crop || name)
        return lac_model_crop(model, o->crop ? o->crop : name, &f->crop);
    f->config.crop = NULL;
    return o->boxes || o->box ? tell_rule(model) : LAC_OK;
}

static lac_status finder_open(lac_context *ctx, const lac_model *model, const photo_options *o,
                              finder *f)
{
    lac_status status = LAC_OK;
    *f = (finder){.config = {.find = lac_find_whole, .smooth = o->smooth, .draw = o->draw}};
    if (o->boxes) {
        status = lac_box_list_open(ctx, o->boxes, &f->list);
        f->config.find = lac_find_listed;
        f->config.find_user = f->list;
        f->has_scores = f->list && lac_box_list_has_scores(f->list);
    } else if (o->detect || o->detector) {
        status = lac_detector_open(ctx, o->detector, &f->detector);
        f->config.find = lac_find_detected;
        f->config.find_user = f->detector;
        f->has_scores = 1;
    } else if (o->box && read_box(o, &f->box)) {
        f->config.find = lac_find_box;
        f->config.find_user = &f->box;
    }
    return status == LAC_OK ? choose_crop(model, o, f) : status;
}

static void finder_close(finder *f)
{
    lac_box_list_free(&f->list);
    lac_detector_free(&f->detector);
}

/* A run under way. */
typedef struct job {
    lac_context *ctx;
    lac_faces_writer *writer;
    count_display display;
    int count, done; /* photos */
    int failed, faceless;
    char faceless_path[200]; /* the first of them */
    int boxes;      /* faces, */
    int long_boxes; /* those a tenth of whose box, or more, is behind the end of its photo, */
    int corners;    /* and those whose four numbers would be two corners in it */
} job;

static void fail_photo(job *j, const char *why)
{
    progress_clear();
    fprintf(stderr, "lacuna: %s\n", why);
    j->failed++;
}

static void count_boxes(job *j, const lac_faces *faces)
{
    const double width = faces->width + 1, height = faces->height + 1;
    j->boxes += faces->count;
    for (int i = 0; i < faces->count; i++) {
        const lac_box *b = &faces->face[i].box;
        j->long_boxes += b->x + 0.9 * b->width > width || b->y + 0.9 * b->height > height;
        j->corners += b->width > b->x && b->width <= width && b->height > b->y &&
                      b->height <= height;
    }
}

/* Two corners that are read as a corner and a size make boxes too large, many of which end outside
 * of their photos. */
static void tell_corners(const job *j, const photo_options *o)
{
    if ((o->box || o->boxes) && j->boxes && j->corners == j->boxes && 2 * j->long_boxes > j->boxes)
        fprintf(stderr, "lacuna: %d of %d boxes end outside of their photos, and all would lie "
                "inside as two corners: they are taken as left, top, width, height%s\n",
                j->long_boxes, j->boxes, o->boxes ? "; a first line file,left,top,right,bottom "
                "says that they are corners" : "");
}

static lac_status take_faces(void *user, const lac_faces *faces)
{
    job *j = user;
    j->done++;
    count_boxes(j, faces);
    if (faces->status != LAC_OK) {
        fail_photo(j, faces->message);
    } else if (faces->count == 0 && j->faceless++ == 0) {
        snprintf(j->faceless_path, sizeof j->faceless_path, "%s", faces->path);
        for (char *c = j->faceless_path; *c; c++)
            *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
    }
    lac_status status = lac_faces_write(j->writer, faces);
    if (status == LAC_ERROR_FORMAT)
        fail_photo(j, lac_context_message(j->ctx));
    else if (status != LAC_OK)
        return status;
    return progress_count(&j->display, j->done, j->count) ? LAC_STOPPED : LAC_OK;
}

/* A list of boxes that is of other photos is a failure: nothing was predicted. */
static void tell_faceless(job *j, const char *boxes)
{
    int is_of_others = boxes && j->faceless == j->count;
    j->failed += is_of_others;
    if (is_of_others)
        fprintf(stderr, "lacuna: no line of %s is of %s: the file that it names must be the "
                "photo's path, or end it behind a slash\n", boxes,
                j->count == 1 ? j->faceless_path : "any of these photos");
    else if (j->faceless == 1)
        fprintf(stderr, "lacuna: no face in %s\n", j->faceless_path);
    else if (j->faceless > 1)
        fprintf(stderr, "lacuna: no face in %d of %d photos, the first is %s\n", j->faceless,
                j->count, j->faceless_path);
}

static lac_status run(lac_predictor *predictor, const lac_paths *paths, const finder *f,
                      const photo_options *o, job *j)
{
    j->count = paths->count;
    j->display = count_display_start("photo");
    lac_status status = lac_photos_predict(predictor, paths, &f->config, take_faces, j);
    progress_clear();
    if (status == LAC_OK)
        status = lac_faces_writer_finish(j->writer);
    if (status == LAC_OK) {
        tell_corners(j, o);
        tell_faceless(j, o->boxes);
    }
    return status;
}

int photos_predict(lac_context *ctx, const lac_model *model, const photo_options *o,
                   const lac_predict_config *how, const char *out)
{
    lac_paths *paths = NULL;
    lac_predictor *predictor = NULL;
    finder f = {0};
    job j = {.ctx = ctx};
    lac_status status = lac_paths_list(ctx, o->words.word, o->words.count, &paths);
    if (status == LAC_OK && outputs_spare("predict", out, paths) != CODE_GO_ON) {
        lac_paths_free(&paths);
        return CODE_MISUSE;
    }
    if (status == LAC_OK && o->draw)
        status = lac_paths_differ(ctx, paths, o->draw, ".png", 0);
    if (status == LAC_OK && o->format == LAC_FACES_PTS)
        status = lac_paths_differ(ctx, paths, out, ".pts", 1);
    if (status == LAC_OK)
        status = finder_open(ctx, model, o, &f);
    if (status == LAC_OK)
        status = lac_predictor_new(ctx, model, how, &predictor);
    const lac_faces_writer_config writer = {.format = (lac_faces_format)o->format, .path = out,
                                            .source = how->source, .scores = f.has_scores};
    if (status == LAC_OK)
        status = lac_faces_writer_new(ctx, model, &writer, &j.writer);
    signals_stop();
    if (status == LAC_OK)
        status = run(predictor, paths, &f, o, &j);
    lac_faces_writer_free(&j.writer);
    lac_predictor_free(&predictor);
    lac_paths_free(&paths);
    finder_close(&f);
    if (status == LAC_STOPPED)
        return stop_code();
    int code = report(ctx, status);
    return code == CODE_DONE && j.failed ? CODE_FAILED : code;
}
