/*
 * Which of several files is a table: in an archive, whose entries have paths like those of a
 * folder, or in a folder. What macOS puts beside a file, "__MACOSX" and "._NAME", is not seen.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/letters.h"
#include "data/archive.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static const char *const text_ends[] = {".csv", ".tsv", ".txt"};
static const char *const packed_ends[] = {".zip", ".csv.gz", ".csv.xz", ".csv.bz2", ".csv.zst",
                                          ".7z", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2",
                                          ".tar.zst", ".tsv.gz", ".gz", ".xz", ".bz2", ".zst"};

/* Whether the name is `stem` with one of the endings, in letters of any size. */
static int is_named(const char *name, const char *stem, const char *const *ends, int count)
{
    size_t length = strlen(stem);
    for (int i = 0; i < count; i++)
        if (lac_begin_alike(name, stem, length) && lac_is_alike(name + length, ends[i]))
            return 1;
    return 0;
}

static int rank_name(const char *name, const char *table)
{
    int is_training = strcmp(table, "training") == 0;
    if (is_named(name, table, text_ends, 1))
        return LAC_RANK_BEST;
    if (is_named(name, table, text_ends, LAC_COUNT(text_ends)))
        return LAC_RANK_BEST - 1;
    if (is_named(name, table, packed_ends, LAC_COUNT(packed_ends)))
        return LAC_RANK_BEST - 2;
    if (is_training && (is_named(name, "train", text_ends, LAC_COUNT(text_ends)) ||
                        is_named(name, "train", packed_ends, LAC_COUNT(packed_ends))))
        return LAC_RANK_NAMED;
    if (lac_ends_like(name, ".csv") || lac_ends_like(name, ".tsv"))
        return LAC_RANK_TABLE;
    for (int i = 0; i < LAC_COUNT(packed_ends); i++)
        if (lac_ends_like(name, packed_ends[i]))
            return LAC_RANK_PACKED;
    return lac_ends_like(name, ".txt") ? LAC_RANK_TEXT : 0;
}

static int is_hidden(const char *name, size_t length)
{
    return name[0] == '.' || (length == 8 && strncmp(name, "__MACOSX", 8) == 0);
}

int lac_table_rank(const char *path, const char *table)
{
    const char *name = path;
    if (strncmp(name, "./", 2) == 0)
        name += 2;
    for (const char *slash; (slash = strchr(name, '/')); name = slash + 1)
        if (is_hidden(name, (size_t)(slash - name)))
            return 0;
    return is_hidden(name, strlen(name)) ? 0 : rank_name(name, table);
}

/* ---- In a folder ------------------------------------------------------------------------ */

enum { DEEPEST = 5 }; /* folders in folders */

typedef struct search {
    lac_context *ctx;
    const char *table;
    char *found; /* or NULL */
    int rank;
} search;

static lac_status look_in(search *s, const char *folder, int depth);

static lac_status look_at(search *s, const char *path, const char *name, int depth)
{
    if (lac_path_is_folder(path))
        return depth < DEEPEST ? look_in(s, path, depth + 1) : LAC_OK;
    int rank = lac_table_rank(name, s->table);
    if (rank < LAC_RANK_NAMED || rank < s->rank)
        return LAC_OK;
    if (rank == s->rank)
        return lac_fail(s->ctx, LAC_ERROR_IO, "%s and %s are both called %s: name the one to read",
                        s->found, path, s->table);
    free(s->found);
    s->rank = rank;
    return lac_strdup(s->ctx, path, &s->found);
}

static lac_status look_in(search *s, const char *folder, int depth)
{
    DIR *dir = opendir(folder);
    lac_status status = LAC_OK;
    for (const struct dirent *e; dir && status == LAC_OK && (e = readdir(dir));) {
        char *path;
        if (is_hidden(e->d_name, strlen(e->d_name)))
            continue;
        status = lac_path_join(s->ctx, folder, e->d_name, &path);
        if (status == LAC_OK)
            status = look_at(s, path, e->d_name, depth);
        free(path);
    }
    if (dir)
        closedir(dir);
    return status;
}

/* A table or archive right in the folder is taken before what lies deeper. */
static lac_status look_near(search *s, const char *folder)
{
    static const char *const ends[] = {".csv", ".zip"};
    for (int i = 0; i < LAC_COUNT(ends); i++) {
        char name[64], *path;
        snprintf(name, sizeof name, "%s%s", s->table, ends[i]);
        LAC_TRY(lac_path_join(s->ctx, folder, name, &path));
        if (lac_path_exists(path)) {
            s->found = path;
            return LAC_OK;
        }
        free(path);
    }
    return LAC_OK;
}

lac_status lac_table_file(lac_context *ctx, const char *path, const char *table, char **out)
{
    search s = {.ctx = ctx, .table = table};
    *out = NULL;
    if (!lac_path_is_folder(path))
        return lac_strdup(ctx, path, out);
    lac_status status = look_near(&s, path);
    if (status == LAC_OK && !s.found)
        status = look_in(&s, path, 1);
    if (status == LAC_OK && !s.found)
        status = lac_fail(ctx, LAC_ERROR_IO, "%s: the folder holds neither %s.csv nor %s.zip; a "
                          "table of another name is given by its path", path, table, table);
    if (status != LAC_OK)
        free(s.found);
    else
        *out = s.found;
    return status;
}
