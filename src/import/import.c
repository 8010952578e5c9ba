/* An import: reads the labels, finds the squares, cuts the faces out, writes a table. */
#define _POSIX_C_SOURCE 200809L
#include "import/places.h"
#include "import/write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

lac_import_config lac_import_config_default(void)
{
    return (lac_import_config){.size = 96, .margin = 0.3, .outside = LAC_OUTSIDE_KEEP};
}

/* ---- Read -------------------------------------------------------------------------------- */

static lac_status check_config(lac_context *ctx, const lac_import_config *config)
{
    if (config->size < 16 || config->size > 512)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "a side of %d pixels, must be 16 to 512",
                        config->size);
    if (!(config->box_scale >= 0 && config->box_scale <= 10) ||
        !(config->margin >= 0 && config->margin <= 10))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                        "a box scale of %g and a margin of %g, must be 0 to 10",
                        config->box_scale, config->margin);
    return LAC_OK;
}

/* The folder in which names of pictures start, freed by free(). */
static lac_status find_folder(lac_context *ctx, const char *from, const lac_import_config *config,
                              char **out)
{
    if (config->pictures)
        return lac_strdup(ctx, config->pictures, out);
    return lac_path_is_folder(from) ? lac_strdup(ctx, from, out)
                                    : lac_path_parent(ctx, from, out);
}

/* Other programs write a missing point as 0, 0 or -1, -1, and nothing in the file says so. */
static void warn(const lac_foreign *labels, const char *from)
{
    enum { FEW = 3, SHARE = 20 }; /* as of the labels of a table */
    char x[LAC_NUMBER], y[LAC_NUMBER];
    if (labels->corners)
        lac_log(labels->ctx, "%s: %d point%s at exactly 0, 0: if that marks missing ones, "
                "--missing 0,0 says so", from, labels->corners,
                labels->corners == 1 ? " lies" : "s lie");
    if (labels->zeros >= FEW && SHARE * (size_t)labels->zeros >= labels->marks)
        lac_log(labels->ctx, "%s: %d points have 0 as x or as y alone: if that marks missing ones, "
                "--missing 0 says so", from, labels->zeros);
    if (labels->halves)
        lac_log(labels->ctx, "%s: %d point%s x or y alone: left out", from, labels->halves,
                labels->halves == 1 ? " has" : "s have");
    if (labels->unseen)
        lac_log(labels->ctx, "%s: %d point%s a place and v = 0, which says that no label is there: "
                "left out", from, labels->unseen, labels->unseen == 1 ? " has" : "s have");
    if (labels->negatives) {
        lac_number_digits(labels->negative[0], 7, x);
        lac_number_digits(labels->negative[1], 7, y);
        lac_log(labels->ctx, "%s: %d point%s left of and above the picture, the first at %s, %s: "
                "if that marks missing ones, --missing %s,%s says so", from, labels->negatives,
                labels->negatives == 1 ? " lies" : "s lie", x, y, x, y);
    }
}

static int is_beside(const lac_foreign *labels, const lac_mark *m)
{
    return m->x + labels->origin < 0 && m->y + labels->origin < 0;
}

/* No label lies left of and above its picture, at the same place in several faces: such a mark
 * would be learned, and spoil the squares. The place that most of them share is found by the
 * majority vote of Boyer and Moore. */
static lac_status check_beside(const lac_foreign *labels, const char *from)
{
    enum { FEW = 3 };
    const lac_mark *most = NULL, *end = labels->mark + labels->marks;
    int votes = 0, count = 0;
    char x[LAC_NUMBER], y[LAC_NUMBER];
    for (const lac_mark *m = labels->mark; m < end && labels->negatives >= FEW; m++) {
        if (!is_beside(labels, m))
            continue;
        most = votes == 0 ? m : most;
        votes += m->x == most->x && m->y == most->y ? 1 : -1;
    }
    for (const lac_mark *m = labels->mark; most && m < end; m++)
        count += m->x == most->x && m->y == most->y;
    if (count < FEW || 2 * count <= labels->negatives)
        return LAC_OK;
    lac_number_digits(most->x + labels->origin, 7, x);
    lac_number_digits(most->y + labels->origin, 7, y);
    return lac_fail(labels->ctx, LAC_ERROR_FORMAT, "%s: %d points lie at exactly %s, %s, left of "
                    "and above the picture, as marks of missing ones do: --missing %s,%s says that "
                    "they are", from, count, x, y, x, y);
}

/* Shares of a picture's sides, read as pixels, are all in the first one, and not all at its
 * corners. */
static lac_status check_pixels(const lac_foreign *labels, const char *from)
{
    int parts = 0;
    for (size_t i = 0; i < labels->marks; i++) {
        double x = labels->mark[i].x + labels->origin, y = labels->mark[i].y + labels->origin;
        if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1))
            return LAC_OK;
        parts |= (x > 0 && x < 1) || (y > 0 && y < 1);
    }
    return parts ? lac_fail(labels->ctx, LAC_ERROR_FORMAT, "%s: all points are at 0 to 1, as "
                            "shares of a picture's sides are: --unit shares says that they are, "
                            "--unit pixels that they are none", from)
                 : LAC_OK;
}

static lac_status read_labels(lac_context *ctx, const char *from, const lac_import_config *config,
                              lac_foreign *labels, lac_import_result *result)
{
    const lac_label_format *format;
    lac_train_config gaps = lac_train_config_default();
    LAC_TRY(check_config(ctx, config));
    if (config->missing)
        LAC_TRY(lac_train_set(ctx, &gaps, "missing", config->missing));
    LAC_TRY(lac_gaps_read(ctx, &gaps, &labels->gaps));
    LAC_TRY(lac_label_format_of(ctx, from, config->format, &format));
    snprintf(result->format, sizeof result->format, "%s", format->name);
    if (format == &lac_format_yolo && config->unit == LAC_LABELS_SHARES)
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: YOLO's numbers are shares by themselves: "
                        "leave the unit out", from);
    LAC_TRY(format->read(labels, from));
    if (labels->faces == 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: no face in it", from);
    int unread = 0;
    for (int f = 0; f < labels->faces; f++)
        unread += labels->face[f].is_unread;
    if (labels->points == 0 && unread < labels->faces)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: no point in it", from);
    if (config->unit == LAC_LABELS_AUTO)
        LAC_TRY(check_pixels(labels, from));
    LAC_TRY(check_beside(labels, from));
    warn(labels, from);
    LAC_TRY(lac_foreign_find(labels));
    return lac_places_settle(labels, config, &result->beyond);
}

/* ---- Choose ------------------------------------------------------------------------------ */

/* COCO's pictures of people have a hundred thousand faces without a point: the first are named. */
static void tell(const lac_import_job *job, int f, int count)
{
    enum { NAMED = 10 };
    const lac_face *face = &job->labels->face[f];
    if (count <= NAMED)
        lac_log(job->ctx, "%s: face %d: %s: left out%s", face->name, f + 1,
                face->marks ? "no box, and its points do not tell how large it is"
                            : "no point is labelled", count == NAMED ? "; no more are named" : "");
}

/* Says which faces can become rows. */
static lac_status choose(lac_import_job *job, lac_import_result *result)
{
    const lac_foreign *labels = job->labels;
    size_t width = 2 * (size_t)labels->points;
    for (int f = 0; f < labels->faces; f++) {
        lac_row *row = &job->row[f];
        const lac_face *face = &labels->face[f];
        row->is_good = face->marks > 0 && job->crops->is_known[f];
        if (row->is_good)
            LAC_TRY(lac_alloc(job->ctx, width, sizeof *row->xy, &row->xy));
        else if (face->is_unread)
            result->unread++;
        else if (face->marks == 0)
            result->unlabelled++;
        else
            result->unplaced++;
        if (!row->is_good && !face->is_unread)
            tell(job, f, result->unlabelled + result->unplaced);
    }
    return LAC_OK;
}

/* ---- Make -------------------------------------------------------------------------------- */

/* Removes what a killed import left in the folder of pictures; else fails where it holds anything:
 * a picture of the same name would be lost. */
static lac_status make_empty(lac_context *ctx, const char *folder, int may_remove)
{
    char **names;
    int count;
    LAC_TRY(lac_folder_list(ctx, folder, "", &names, &count));
    lac_status status = LAC_OK;
    if (count && !may_remove)
        status = lac_fail(ctx, LAC_ERROR_IO, "%s: holds files already, such as %.60s: choose "
                          "another folder, or remove them", folder, names[0]);
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (status == LAC_OK)
            status = lac_path_join(ctx, folder, names[i], &path);
        if (status == LAC_OK && remove(path) != 0)
            status = lac_fail_errno(ctx, path, "remove");
        free(path);
        free(names[i]);
    }
    free(names);
    return status;
}

/* An old table is neither overwritten nor left beside pictures that are not its own. */
static lac_status begin(lac_context *ctx, const char *dir, lac_filling *filling)
{
    static const char *const names[] = {"training.csv"};
    char *path;
    LAC_TRY(lac_filling_begin(ctx, dir, "import", names, LAC_COUNT(names), filling));
    lac_status status = lac_path_join(ctx, dir, "pictures", &path);
    if (status == LAC_OK)
        status = lac_folder_make(ctx, path);
    if (status == LAC_OK)
        status = make_empty(ctx, path, filling->is_anew);
    if (status == LAC_OK)
        status = lac_filling_claim(ctx, filling);
    free(path);
    if (status != LAC_OK)
        lac_filling_end(filling);
    return status;
}

/* Without a table its pictures are nothing: they and their folder go, for another try. There may
 * be no memory for the paths: they are put together in `path`, which has room for them. */
static void take_back(const lac_import_job *job, char *path, size_t room)
{
    char name[LAC_FACE_NAME];
    for (int f = 0; f < job->labels->faces; f++) {
        snprintf(path, room, "%s/%s", job->dir, lac_face_name(f, name));
        remove(path);
    }
    *strrchr(path, '/') = '\0';
    rmdir(path);
}

static lac_status check_result(const lac_import_job *job, const char *from,
                               const lac_import_result *result)
{
    int left_out = result->unlabelled + result->unplaced + result->unread;
    const char *hint = "; if pictures lie elsewhere, --pictures DIR says where";
    if (result->rows == 0)
        return lac_fail(job->ctx, LAC_ERROR_FORMAT,
                        "%s: none of its %d faces could be imported: %d without a point, %d "
                        "without a place, %d whose picture could not be read%s", from, left_out,
                        result->unlabelled, result->unplaced, result->unread,
                        result->unread ? hint : "");
    if (job->config->strict && left_out)
        return lac_fail(job->ctx, LAC_ERROR_FORMAT, "%s: %d of its %d faces left out (strict)",
                        from, left_out, left_out + result->rows);
    return LAC_OK;
}

static lac_status fill(lac_import_job *job, const char *from, lac_import_result *result)
{
    LAC_TRY(lac_import_pictures(job, result));
    for (int f = 0; f < job->labels->faces; f++)
        result->rows += job->row[f].is_good;
    LAC_TRY(check_result(job, from, result));
    if (job->crops->rule.detector[0])
        lac_crop_text(&job->crops->rule, result->crop);
    return lac_import_table(job, result->crop);
}

static lac_status make(lac_import_job *job, const char *from, lac_import_result *result)
{
    size_t room = strlen(job->dir) + 1 + LAC_FACE_NAME;
    char *path;
    lac_filling filling;
    LAC_TRY(choose(job, result));
    LAC_TRY(begin(job->ctx, job->dir, &filling));
    lac_status status = lac_alloc(job->ctx, room, 1, &path);
    if (status == LAC_OK)
        status = fill(job, from, result);
    if (status != LAC_OK && path)
        take_back(job, path, room);
    free(path);
    lac_filling_end(&filling);
    return status;
}

static lac_status import_labels(lac_context *ctx, const lac_foreign *labels, const char *from,
                                const lac_import_config *config, const char *dir,
                                lac_import_result *result)
{
    lac_crops crops;
    lac_import_job job = {.ctx = ctx, .labels = labels, .crops = &crops, .config = config,
                          .dir = dir};
    LAC_TRY(lac_crops_find(labels, config, &crops));
    lac_status status = lac_alloc(ctx, (size_t)labels->faces, sizeof *job.row, &job.row);
    if (status == LAC_OK)
        status = make(&job, from, result);
    for (int f = 0; job.row && f < labels->faces; f++)
        free(job.row[f].xy);
    free(job.row);
    lac_crops_free(&crops);
    return status;
}

lac_status lac_import(lac_context *ctx, const char *from, const lac_import_config *config,
                      const char *dir, lac_import_result *result)
{
    const lac_import_config usual = lac_import_config_default();
    lac_foreign labels = {.ctx = ctx};
    char *folder;
    config = config ? config : &usual;
    *result = (lac_import_result){0};
    LAC_TRY(find_folder(ctx, from, config, &folder));
    labels.folder = folder;
    labels.category = config->category;
    lac_status status = read_labels(ctx, from, config, &labels, result);
    result->points = labels.points;
    if (status == LAC_OK)
        status = import_labels(ctx, &labels, from, config, dir, result);
    lac_foreign_free(&labels);
    free(folder);
    return status;
}
