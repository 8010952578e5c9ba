/* The formats of label files, and which one a file is in. */
#include "base/letters.h"
#include "import/foreign.h"

#include <stdlib.h>
#include <string.h>

/* The first that takes a file is the one: the last takes any. */
static const lac_label_format *const formats[] = {
    &lac_format_pts,    &lac_format_dlib, &lac_format_coco, &lac_format_dlc,
    &lac_format_celeba, &lac_format_wflw, &lac_format_yolo, &lac_format_csv};

static lac_status named(lac_context *ctx, const char *name, const lac_label_format **out)
{
    char list[100] = "";
    size_t used = 0;
    for (int i = 0; i < LAC_COUNT(formats); i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            *out = formats[i];
            return LAC_OK;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                 formats[i]->name);
    }
    return lac_fail(ctx, LAC_ERROR_ARGUMENT, "no format is called %.40s; there are %s", name, list);
}

static lac_status read_head(lac_context *ctx, lac_label_head *head)
{
    FILE *file = fopen(head->path, "rb");
    if (!file)
        return lac_fail_errno(ctx, head->path, "open");
    size_t size = fread(head->text, 1, LAC_LABEL_HEAD, file);
    lac_status status = ferror(file) ? lac_fail_errno(ctx, head->path, "read") : LAC_OK;
    fclose(file);
    head->text[size] = 0;
    size_t blank = size >= 3 && memcmp(head->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    blank += strspn(head->text + blank, " \t\r\n");
    memmove(head->text, head->text + blank, size + 1 - blank);
    return status;
}

/* What of a folder may be labels. */
typedef struct content {
    int pts;        /* files */
    int yolo;       /* texts that have a picture, and the folder labels */
    int others;     /* files that may be of another format, */
    char other[64]; /* of which this is the first */
} content;

static lac_status look_at(lac_context *ctx, const char *folder, const char *name, content *c)
{
    char *picture;
    int is_there = 0;
    c->pts += lac_ends_like(name, ".pts");
    c->yolo += strcmp(name, "labels") == 0;
    if (lac_ends_like(name, ".txt")) {
        LAC_TRY(lac_foreign_beside(ctx, folder, "", name, &picture, &is_there));
        free(picture);
        c->yolo += is_there;
    }
    if ((lac_ends_like(name, ".json") || lac_ends_like(name, ".xml") ||
         lac_ends_like(name, ".csv")) &&
        c->others++ == 0)
        snprintf(c->other, sizeof c->other, "%s", name);
    return LAC_OK;
}

/* Chooses what the folder holds, and says what else is there. */
static lac_status choose(lac_context *ctx, const char *path, const content *c,
                         const lac_label_format **out)
{
    char other[100] = "";
    if (c->others)
        snprintf(other, sizeof other, "%.63s%s", c->other, c->others > 1 ? " and others" : "");
    if (!c->pts && !c->yolo && c->others)
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: neither .pts files nor YOLO's .txt files with "
                        "pictures of the same name, but %s: name the label file itself", path,
                        other);
    *out = c->pts ? &lac_format_pts : &lac_format_yolo;
    int has_both = c->pts && c->yolo;
    if (has_both || c->others)
        lac_log(ctx, "%s: %s are read; beside them are %s%s%s: to read these, name the file, or "
                "the kind with --format", path, c->pts ? ".pts files" : "YOLO's .txt files",
                has_both ? "YOLO's .txt files" : "", has_both && c->others ? ", " : "", other);
    return LAC_OK;
}

/* What a folder holds says which it is. */
static lac_status of_folder(lac_context *ctx, const char *path, const lac_label_format **out)
{
    char **names;
    int count;
    content c = {0};
    LAC_TRY(lac_folder_list(ctx, path, "", &names, &count));
    lac_status status = LAC_OK;
    for (int i = 0; i < count; i++) {
        if (status == LAC_OK)
            status = look_at(ctx, path, names[i], &c);
        free(names[i]);
    }
    free(names);
    if (status == LAC_OK && !c.pts && !c.yolo && !c.others)
        status = lac_pts_count(ctx, path, &c.pts);
    return status == LAC_OK ? choose(ctx, path, &c, out) : status;
}

lac_status lac_label_format_of(lac_context *ctx, const char *path, const char *name,
                               const lac_label_format **out)
{
    lac_label_head head = {.path = path};
    if (name)
        return named(ctx, name, out);
    if (lac_path_is_folder(path))
        return of_folder(ctx, path, out);
    if (lac_path_exists(path) && !lac_path_is_file(path))
        return lac_fail(ctx, LAC_ERROR_ARGUMENT, "%s: a pipe or a device, which can be read only "
                        "once: name its format (--format)", path);
    LAC_TRY(read_head(ctx, &head));
    int i = 0;
    while (!formats[i]->is_it(&head))
        i++;
    *out = formats[i];
    return LAC_OK;
}
