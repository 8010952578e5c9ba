/*
 * Which points are partners in a mirror image: by their names, by a file of pairs, or by the mean
 * face, which its mirror image, x' = 2 c - x, must cover; c is the middle of its points. The mean
 * face is looked at in any case: it tells when names leave points alone that need a partner.
 */
#include "data/mean_face.h"

#include <stdlib.h>
#include <string.h>

/* A point needs a partner that it has not when it is clearly beside the middle, and the mean face
 * shows it one that is as alone. */
static void find_wanted(const lac_mean_face *f, lac_data *data)
{
    for (int p = 0; p < f->points; p++) {
        int q = data->shown[p];
        int is_alone = q >= 0 && data->mirror[p] == p && data->mirror[q] == q;
        data->wanted[p] = is_alone && lac_mean_face_is_far(f, p, p) ? q : p;
    }
}

/* ---- A file of pairs ------------------------------------------------------------------ */

typedef struct pair_file {
    lac_context *ctx;
    const char *path;
    int line;
    lac_data *data;
} pair_file;

static lac_status find_point(const pair_file *f, const char *name, int *point)
{
    const lac_data *data = f->data;
    for (*point = 0; *point < data->points; ++*point)
        if (strcmp(data->names[*point], name) == 0)
            return LAC_OK;
    return lac_fail(f->ctx, LAC_ERROR_FORMAT,
                    "%s:%d: no point is called %.60s; there are %.60s, %.60s, ...", f->path,
                    f->line, name, data->names[0], data->names[data->points > 1]);
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r");
    size_t length = strlen(text);
    while (length && strchr(" \t\r", text[length - 1]))
        text[--length] = 0;
    return text;
}

/* "a,b" or "a b"; with a comma names may have blanks. */
static lac_status read_pair(const pair_file *f, char *line)
{
    int a, b;
    line = trim(line);
    char *gap = line + strcspn(line, ",");
    if (!*gap)
        gap = line + strcspn(line, " \t");
    if (!*line)
        return LAC_OK;
    if (!*gap)
        return lac_fail(f->ctx, LAC_ERROR_FORMAT,
                        "%s:%d: a pair is two names with a blank or a comma between them",
                        f->path, f->line);
    *gap = 0;
    LAC_TRY(find_point(f, trim(line), &a));
    LAC_TRY(find_point(f, trim(gap + 1), &b));
    int *mirror = f->data->mirror;
    if (mirror[a] != a || mirror[b] != b)
        return lac_fail(f->ctx, LAC_ERROR_FORMAT, "%s:%d: %.100s has a partner already", f->path,
                        f->line, f->data->names[mirror[a] != a ? a : b]);
    mirror[a] = b;
    mirror[b] = a;
    return LAC_OK;
}

static lac_status read_pairs(pair_file *f, char *text)
{
    for (char *line; (line = lac_line_next(&text)) != NULL;) {
        f->line++;
        LAC_TRY(read_pair(f, line));
    }
    return LAC_OK;
}

static lac_status pair_by_file(lac_context *ctx, const char *path, lac_data *data)
{
    pair_file f = {ctx, path, 0, data};
    char *text;
    for (int p = 0; p < data->points; p++)
        data->mirror[p] = p;
    LAC_TRY(lac_file_text(ctx, path, &text));
    lac_status status = read_pairs(&f, text);
    free(text);
    return status;
}

/* ---- Deciding -------------------------------------------------------------------------- */

static lac_status pair_by_mean(lac_context *ctx, lac_data *data)
{
    for (int p = 0; p < data->points; p++) {
        if (data->shown[p] < 0)
            return lac_fail(ctx, LAC_ERROR_MISMATCH,
                            "pairs data: the mean face does not show the mirror partner of %.100s: "
                            "name the partners with --pairs FILE", data->names[p]);
        data->mirror[p] = data->shown[p];
    }
    return LAC_OK;
}

static lac_status decide(lac_context *ctx, const char *pairs, const lac_mean_face *f,
                         lac_data *data)
{
    lac_mean_face_partners(f, data->shown);
    data->mirror_by = strcmp(pairs, "names") == 0  ? LAC_MIRROR_NAMES
                      : strcmp(pairs, "data") == 0 ? LAC_MIRROR_MEAN
                                                   : LAC_MIRROR_FILE;
    if (data->mirror_by == LAC_MIRROR_FILE)
        LAC_TRY(pair_by_file(ctx, pairs, data));
    else if (data->mirror_by == LAC_MIRROR_MEAN)
        LAC_TRY(pair_by_mean(ctx, data));
    else
        LAC_TRY(lac_mirror_find(ctx, data->names, data->points, data->mirror));
    for (int p = 0; p < data->points; p++)
        data->wanted[p] = p;
    if (data->mirror_by == LAC_MIRROR_NAMES)
        find_wanted(f, data);
    return LAC_OK;
}

lac_status lac_partners_find(lac_context *ctx, const char *pairs, lac_data *data)
{
    lac_mean_face f;
    size_t points = (size_t)data->points;
    data->shown = data->wanted = NULL;
    LAC_TRY(lac_alloc(ctx, points, sizeof *data->mirror, &data->mirror));
    LAC_TRY(lac_alloc(ctx, points, sizeof *data->shown, &data->shown));
    LAC_TRY(lac_alloc(ctx, points, sizeof *data->wanted, &data->wanted));
    if (points == 0)
        return LAC_OK;
    LAC_TRY(lac_mean_face_find(ctx, data, -1, &f));
    lac_status status = decide(ctx, pairs, &f, data);
    lac_mean_face_free(&f);
    return status;
}
