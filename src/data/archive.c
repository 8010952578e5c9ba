/*
 * The byte stream over a plain file or an entry of a zip.
 *
 * Only zips whose directory at the end can be read are taken (libarchive's seekable
 * reader): one that was cut short has lost it, and is refused before its first byte
 * is believed. libarchive checks size and checksum of the entry at its end and calls
 * a difference a warning; here it is an error.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct lac_stream {
    lac_context *ctx;
    char *path;
    char *name;
    FILE *file;              /* of a plain file, else NULL */
    struct archive *archive; /* of a zip, else NULL */
    struct archive_entry *entry;
    size_t size;             /* estimated bytes of the table, 0 = unknown */
};

static int ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The file to open: `path` itself, or the table in it when it is a folder. */
static lac_status find_file(lac_context *ctx, const char *path, const char *table, char **out)
{
    if (!lac_path_is_folder(path))
        return lac_strdup(ctx, path, out);
    static const char *const endings[] = {".csv", ".zip"};
    for (int i = 0; i < LAC_COUNT(endings); i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", table, endings[i]);
        LAC_TRY(lac_path_join(ctx, path, name, out));
        if (lac_path_exists(*out))
            return LAC_OK;
        free(*out);
        *out = NULL;
    }
    return lac_fail(ctx, LAC_ERROR_IO, "%s: the folder holds neither %s.csv nor %s.zip", path,
                    table, table);
}

static const char not_a_zip[] = "not a zip file, or a damaged or incomplete one";

static lac_status zip_no_memory(const lac_stream *s)
{
    return lac_fail(s->ctx, LAC_ERROR_MEMORY, "%s: out of memory for the zip", s->path);
}

static lac_status zip_failed(lac_stream *s, const char *what)
{
    const char *reason = archive_error_string(s->archive);
    if (archive_errno(s->archive) == ENOMEM)
        return zip_no_memory(s);
    if (!reason)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s", s->path, what);
    int length = (int)strcspn(reason, "\n"); /* some of libarchive's messages end in a line break */
    return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s: %.*s", s->path, what, length, reason);
}

static void zip_end(lac_stream *s)
{
    archive_entry_free(s->entry);
    archive_read_free(s->archive);
    s->entry = NULL;
    s->archive = NULL;
}

/* The entry is ours: libarchive's own may be missing, in an archive that was made when memory
 * ran out. Nor does it always say so when opening fails for that. */
static lac_status zip_start(lac_stream *s)
{
    s->entry = archive_entry_new();
    s->archive = archive_read_new();
    if (!s->entry || !s->archive)
        return zip_no_memory(s);
    if (archive_read_support_format_zip_seekable(s->archive) == ARCHIVE_OK &&
        archive_read_open_filename(s->archive, s->path, 1 << 16) == ARCHIVE_OK)
        return LAC_OK;
    return archive_errno(s->archive) == 0 ? zip_no_memory(s) : zip_failed(s, not_a_zip);
}

/* Steps to the next entry; *name is its last path component, NULL behind the last
 * entry, and *size the size that its header claims. Warnings are accepted: at this place they
 * are about characters in names. */
static lac_status zip_step(lac_stream *s, const char **name, size_t *size)
{
    struct archive_entry *entry = s->entry;
    int code = archive_read_next_header2(s->archive, entry);
    *name = NULL;
    if (code == ARCHIVE_EOF)
        return LAC_OK;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return zip_failed(s, not_a_zip);
    const char *path = archive_entry_pathname(entry);
    const char *slash = path ? strrchr(path, '/') : NULL;
    *name = slash ? slash + 1 : path ? path : "";
    *size = archive_entry_size(entry) > 0 ? (size_t)archive_entry_size(entry) : 0;
    return LAC_OK;
}

/* Finds the index of the entry to read: the one called `wanted`, else the only CSV. */
static lac_status zip_choose(lac_stream *s, const char *wanted, int *chosen)
{
    const char *name;
    size_t size;
    int tables = 0;
    LAC_TRY(zip_start(s));
    for (int i = 0;; i++) {
        LAC_TRY(zip_step(s, &name, &size));
        if (!name)
            break;
        if (strcmp(name, wanted) == 0) {
            *chosen = i;
            return LAC_OK;
        }
        int hidden = name[0] == '.'; /* macOS puts "._training.csv" beside the table */
        if (ends_with(name, ".csv") && !hidden) {
            *chosen = i;
            tables++;
        }
    }
    if (tables == 0)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: the zip holds no CSV file", s->path);
    if (tables > 1)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT,
                        "%s: the zip holds %d CSV files and none is called %s", s->path, tables,
                        wanted);
    return LAC_OK;
}

static lac_status zip_open(lac_stream *s, const char *table)
{
    enum { DEFLATE_MOST = 1032 }; /* bytes that deflate makes of one byte at most */
    char wanted[64];
    int chosen = 0;
    const char *name = NULL;
    size_t claimed = 0;
    snprintf(wanted, sizeof wanted, "%s.csv", table);
    LAC_TRY(zip_choose(s, wanted, &chosen));
    zip_end(s);
    LAC_TRY(zip_start(s));
    for (int i = 0; i <= chosen; i++)
        LAC_TRY(zip_step(s, &name, &claimed));
    s->size = claimed / DEFLATE_MOST < s->size ? claimed : s->size * DEFLATE_MOST;
    if (!name)
        return lac_fail(s->ctx, LAC_ERROR_IO, "%s: the file changed while it was read", s->path);
    LAC_TRY(lac_path_join(s->ctx, s->path, name, &s->name));
    for (char *c = s->name + strlen(s->path); *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?'; /* an entry may be called anything, a message is one line */
    return LAC_OK;
}

/* Opens the file and finds out whether it is a zip, by its name or its first bytes. */
static lac_status open_file(lac_stream *s, int *is_zip)
{
    char start[4] = {0};
    if (lac_path_is_folder(s->path))
        return lac_fail(s->ctx, LAC_ERROR_IO, "%s: a folder, not a file", s->path);
    s->file = fopen(s->path, "rb");
    if (!s->file)
        return lac_fail_errno(s->ctx, s->path, "open");
    struct stat info;
    s->size = fstat(fileno(s->file), &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 0;
    size_t got = fread(start, 1, sizeof start, s->file);
    if (ferror(s->file))
        return lac_fail_errno(s->ctx, s->path, "read");
    if (got == 0)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: the file is empty", s->path);
    if (fseek(s->file, 0, SEEK_SET) != 0)
        return lac_fail_errno(s->ctx, s->path, "rewind");
    *is_zip = ends_with(s->path, ".zip") || memcmp(start, "PK\3\4", 4) == 0 ||
              memcmp(start, "PK\5\6", 4) == 0;
    return LAC_OK;
}

static lac_status open_stream(lac_stream *s, const char *path, const char *table)
{
    int is_zip = 0;
    LAC_TRY(find_file(s->ctx, path, table, &s->path));
    LAC_TRY(open_file(s, &is_zip));
    if (!is_zip)
        return lac_strdup(s->ctx, s->path, &s->name);
    fclose(s->file);
    s->file = NULL;
    return zip_open(s, table);
}

lac_status lac_stream_open(lac_context *ctx, const char *path, const char *table,
                           lac_stream **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    lac_status status = open_stream(*out, path, table);
    if (status != LAC_OK)
        lac_stream_close(out);
    return status;
}

void lac_stream_close(lac_stream **stream)
{
    lac_stream *s = *stream;
    if (!s)
        return;
    if (s->file)
        fclose(s->file);
    zip_end(s);
    free(s->path);
    free(s->name);
    free(s);
    *stream = NULL;
}

lac_status lac_stream_read(lac_stream *stream, char *buffer, size_t size, size_t *count)
{
    *count = 0;
    if (stream->file) {
        *count = fread(buffer, 1, size, stream->file);
        return ferror(stream->file) ? lac_fail_errno(stream->ctx, stream->name, "read") : LAC_OK;
    }
    la_ssize_t got = archive_read_data(stream->archive, buffer, size);
    if (got < 0)
        return zip_failed(stream, "the zip is damaged");
    *count = (size_t)got;
    return LAC_OK;
}

size_t lac_stream_size(const lac_stream *stream)
{
    return stream->size;
}

const char *lac_stream_name(const lac_stream *stream)
{
    return stream->name;
}
