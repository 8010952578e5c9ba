/* The formats of label files, and which one a file is in. */
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

/* What a folder holds says which it is. */
static lac_status of_folder(lac_context *ctx, const char *path, const lac_label_format **out)
{
    char **names;
    int count;
    LAC_TRY(lac_folder_list(ctx, path, ".pts", &names, &count));
    *out = count ? &lac_format_pts : &lac_format_yolo;
    while (count)
        free(names[--count]);
    free(names);
    return LAC_OK;
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
