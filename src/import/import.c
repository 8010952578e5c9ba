/* An import: reads the labels, finds the squares, cuts the faces out, writes a table. */
#include "import/write.h"

#include <stdlib.h>
#include <string.h>

lac_import_config lac_import_config_default(void)
{
    return (lac_import_config){.size = 96, .margin = 0.3};
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
    char x[LAC_NUMBER], y[LAC_NUMBER];
    if (labels->corners)
        lac_log(labels->ctx, "%s: %d point%s at exactly 0, 0: if that marks missing ones, "
                "--missing 0,0 says so", from, labels->corners,
                labels->corners == 1 ? " lies" : "s lie");
    if (labels->negatives) {
        lac_number_digits(labels->negative[0], 7, x);
        lac_number_digits(labels->negative[1], 7, y);
        lac_log(labels->ctx, "%s: %d point%s left of and above the picture, the first at %s, %s: "
                "if that marks missing ones, --missing %s,%s says so", from, labels->negatives,
                labels->negatives == 1 ? " lies" : "s lie", x, y, x, y);
    }
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
    LAC_TRY(format->read(labels, from));
    if (labels->faces == 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: no face in it", from);
    if (labels->points == 0)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: no point in it", from);
    warn(labels, from);
    return LAC_OK;
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
        row->is_good = labels->face[f].marks > 0 && job->crops->is_known[f];
        if (row->is_good)
            LAC_TRY(lac_alloc(job->ctx, width, sizeof *row->xy, &row->xy));
        else if (labels->face[f].marks == 0)
            result->unlabelled++;
        else
            result->unplaced++;
        if (!row->is_good)
            tell(job, f, result->unlabelled + result->unplaced);
    }
    return LAC_OK;
}

/* ---- Make -------------------------------------------------------------------------------- */

/* Fails where the folder holds anything: a picture of the same name would be lost. */
static lac_status check_empty(lac_context *ctx, const char *folder)
{
    char **names;
    int count;
    LAC_TRY(lac_folder_list(ctx, folder, "", &names, &count));
    lac_status status = count ? lac_fail(ctx, LAC_ERROR_IO, "%s: holds files already, such as "
                                         "%.60s: choose another folder, or remove them", folder,
                                         names[0])
                              : LAC_OK;
    while (count)
        free(names[--count]);
    free(names);
    return status;
}

/* An old table is neither overwritten nor left beside pictures that are not its own. */
static lac_status make_pictures(lac_context *ctx, const char *dir)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, dir, "training.csv", &path));
    int is_there = lac_path_exists(path);
    free(path);
    if (is_there)
        return lac_fail(ctx, LAC_ERROR_IO, "%s: holds a training.csv already: choose another "
                        "folder", dir);
    LAC_TRY(lac_path_join(ctx, dir, "pictures", &path));
    lac_status status = lac_folder_make(ctx, path);
    if (status == LAC_OK)
        status = check_empty(ctx, path);
    free(path);
    return status;
}

/* Without a table its pictures are nothing: the folder is as it was, for another try. There may be
 * no memory for the paths: they are put together in `path`, which has room for them. */
static void take_back(const lac_import_job *job, char *path, size_t room)
{
    char name[LAC_FACE_NAME];
    for (int f = 0; f < job->labels->faces; f++) {
        snprintf(path, room, "%s/%s", job->dir, lac_face_name(f, name));
        remove(path);
    }
}

static lac_status check_result(const lac_import_job *job, const char *from,
                               const lac_import_result *result)
{
    int left_out = result->unlabelled + result->unplaced + result->unread;
    if (result->rows == 0)
        return lac_fail(job->ctx, LAC_ERROR_FORMAT,
                        "%s: none of its %d faces could be imported: %d without a point, %d "
                        "without a place, %d whose picture could not be read", from, left_out,
                        result->unlabelled, result->unplaced, result->unread);
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

/* In the folder, locked: of two imports that mixed their pictures neither would be told. */
static lac_status make_inside(lac_import_job *job, const char *from, lac_import_result *result)
{
    size_t room = strlen(job->dir) + 1 + LAC_FACE_NAME;
    char *path;
    LAC_TRY(make_pictures(job->ctx, job->dir));
    LAC_TRY(lac_alloc(job->ctx, room, 1, &path));
    lac_status status = fill(job, from, result);
    if (status != LAC_OK)
        take_back(job, path, room);
    free(path);
    return status;
}

static lac_status make(lac_import_job *job, const char *from, lac_import_result *result)
{
    lac_lock lock;
    LAC_TRY(choose(job, result));
    LAC_TRY(lac_folder_make(job->ctx, job->dir));
    LAC_TRY(lac_lock_take(job->ctx, job->dir, &lock));
    lac_status status = make_inside(job, from, result);
    lac_lock_release(&lock);
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
