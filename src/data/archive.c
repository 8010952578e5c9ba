/*
 * The byte stream over a plain file, a pipe, or an entry of an archive, which may be an archive
 * again: then its bytes are read into memory and opened in turn.
 *
 * Only zips whose directory at the end can be read are taken (libarchive's seekable
 * reader): one that was cut short has lost it, and is refused before its first byte
 * is believed. libarchive checks size and checksum of the entry at its end and calls
 * a difference a warning; here it is an error. What packs an archive as a whole has its checksum
 * behind the last entry, so that an entry ends only where all behind it has been passed over.
 */
#define _POSIX_C_SOURCE 200809L
#include "data/archive.h"
#include "data/gunzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    DEEPEST = 4,           /* archives in archives */
    MEMORY_MOST = 1 << 29, /* bytes of an archive that is read into memory */
    DEFLATE_MOST = 1032,   /* bytes that deflate makes of one byte at most */
    USUAL = 4              /* bytes of a table for a byte of gz or the like, an estimate */
};

struct lac_stream {
    lac_context *ctx;
    const char *table;
    char *path;              /* of the file */
    char *name;              /* of the table in messages */
    lac_magic magic;         /* of the stream's first bytes */
    lac_magic holder;        /* of the archive that is open */
    FILE *file;              /* of a plain file, else NULL */
    struct archive *archive; /* else NULL */
    struct archive_entry *entry;
    lac_gunzip *gunzip;      /* what unpacks for the archive, or NULL */
    int is_ended;            /* 1 behind the last byte of the entry */
    char *memory;            /* of an archive that does not lie in a file of its own, else NULL */
    size_t memory_size;
    char start[LAC_MAGIC];   /* first bytes, read to see what they are */
    size_t start_size, start_used;
    size_t size;             /* estimated bytes of the table, 0 = unknown */
};

static const char not_a_zip[] = "not a zip file, or a damaged or incomplete one";

static lac_status fail_memory(const lac_stream *s)
{
    return lac_fail(s->ctx, LAC_ERROR_MEMORY, "%s: out of memory for the archive", s->name);
}

static lac_status fail_archive(lac_stream *s, const char *what)
{
    const char *reason = archive_error_string(s->archive);
    if (archive_errno(s->archive) == ENOMEM)
        return fail_memory(s);
    if (!reason)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s", s->name, what);
    int length = (int)strcspn(reason, "\n"); /* some of libarchive's messages end in a line break */
    return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s: %.*s", s->name, what, length, reason);
}

static lac_status fail_unpack(lac_stream *s)
{
    char what[80];
    if (s->holder.packing == LAC_PACKING_ZIP)
        return fail_archive(s, not_a_zip);
    snprintf(what, sizeof what, "%s that is damaged or incomplete", s->holder.what);
    return fail_archive(s, what);
}

/* Whether it packs one file, which may be a tar. */
static int packs_one(lac_packing packing)
{
    return packing == LAC_PACKING_GZ || packing == LAC_PACKING_FILTER;
}

/* ---- Entries ------------------------------------------------------------------------- */

static int support(struct archive *a, lac_packing packing)
{
    switch (packing) {
    case LAC_PACKING_ZIP:
        return archive_read_support_format_zip_seekable(a);
    case LAC_PACKING_7Z:
        return archive_read_support_format_7zip(a);
    case LAC_PACKING_TAR:
        return archive_read_support_format_tar(a);
    default:
        archive_read_support_filter_xz(a);
        archive_read_support_filter_bzip2(a);
        archive_read_support_filter_zstd(a);
        archive_read_support_format_tar(a);
        return archive_read_support_format_raw(a);
    }
}

static void end(lac_stream *s)
{
    archive_entry_free(s->entry);
    archive_read_free(s->archive);
    lac_gunzip_free(&s->gunzip);
    s->entry = NULL;
    s->archive = NULL;
    s->is_ended = 0;
}

/* Opens the archive on the bytes of its holder; *code is libarchive's. */
static lac_status feed(lac_stream *s, int *code)
{
    if (s->holder.packing != LAC_PACKING_GZ) {
        *code = s->memory ? archive_read_open_memory(s->archive, s->memory, s->memory_size)
                          : archive_read_open_filename(s->archive, s->path, 1 << 16);
        return LAC_OK;
    }
    FILE *file = s->memory ? fmemopen(s->memory, s->memory_size, "rb") : fopen(s->path, "rb");
    if (!file)
        return lac_fail_errno(s->ctx, s->name, "open");
    LAC_TRY(lac_gunzip_new(s->ctx, file, &s->gunzip));
    *code = lac_gunzip_feed(s->gunzip, s->archive);
    return LAC_OK;
}

/* The entry is ours: libarchive's own may be missing, in an archive that was made when memory
 * ran out. Nor does it always say so when opening fails for that. */
static lac_status start(lac_stream *s)
{
    end(s);
    s->entry = archive_entry_new();
    s->archive = archive_read_new();
    if (!s->entry || !s->archive)
        return fail_memory(s);
    int code = support(s->archive, s->holder.packing);
    if (code == ARCHIVE_OK)
        LAC_TRY(feed(s, &code));
    if (code == ARCHIVE_OK)
        return LAC_OK;
    return archive_errno(s->archive) == 0 ? fail_memory(s) : fail_unpack(s);
}

/* Steps to the next entry; *path is NULL behind the last one, and *size the size that its header
 * claims. Warnings are accepted: at this place they are about characters in names. */
static lac_status step(lac_stream *s, const char **path, size_t *size)
{
    struct archive_entry *entry = s->entry;
    int code = archive_read_next_header2(s->archive, entry);
    *path = NULL;
    if (code == ARCHIVE_EOF)
        return LAC_OK;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return fail_unpack(s);
    *path = archive_entry_pathname(entry);
    *path = *path && archive_entry_filetype(entry) != AE_IFDIR ? *path : "";
    *size = archive_entry_size(entry) > 0 ? (size_t)archive_entry_size(entry) : 0;
    return LAC_OK;
}

typedef struct choice {
    int index;  /* of the entry */
    int rank;   /* 0 = none */
    int is_top; /* 1: it lies in no folder */
    int equal;  /* entries of this rank, in folders or not as this one */
} choice;

/* Finds the entry that answers best to the table's name; what lies in no folder is taken before
 * what does. */
static lac_status choose(lac_stream *s, choice *best)
{
    const char *path;
    size_t size;
    *best = (choice){0};
    LAC_TRY(start(s));
    for (int i = 0;; i++) {
        LAC_TRY(step(s, &path, &size));
        if (!path)
            return LAC_OK;
        if (archive_format(s->archive) == ARCHIVE_FORMAT_RAW) {
            *best = (choice){i, LAC_RANK_TABLE, 1, 1};
            return LAC_OK;
        }
        int rank = lac_table_rank(path, s->table);
        int is_top = !strchr(strncmp(path, "./", 2) == 0 ? path + 2 : path, '/');
        if (rank > best->rank || (rank == best->rank && is_top > best->is_top))
            *best = (choice){i, rank, is_top, 0};
        best->equal += rank == best->rank && is_top == best->is_top;
        if (rank == LAC_RANK_BEST && is_top)
            return LAC_OK;
    }
}

static lac_status check_choice(const lac_stream *s, const choice *c)
{
    if (c->rank == 0)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s that holds no table (.csv)", s->name,
                        s->holder.what);
    if (c->rank < LAC_RANK_NAMED && c->equal > 1)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT,
                        "%s: %s that holds %d tables, none of them called %s.csv", s->name,
                        s->holder.what, c->equal, s->table);
    if (c->equal > 1)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT,
                        "%s: %s that holds %d tables called %s, in several folders: unpack it, and "
                        "name the one to read", s->name, s->holder.what, c->equal, s->table);
    return LAC_OK;
}

/* An entry may be called anything, a message is one line. */
static lac_status rename_stream(lac_stream *s, const char *entry)
{
    const char *slash = strrchr(entry, '/');
    char *name;
    LAC_TRY(lac_path_join(s->ctx, s->name, slash ? slash + 1 : entry, &name));
    for (char *c = name + strlen(s->name); *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    free(s->name);
    s->name = name;
    return LAC_OK;
}

/* Goes to the chosen entry. A file that is packed alone keeps its name. */
static lac_status enter(lac_stream *s, const choice *c)
{
    const char *path = NULL;
    size_t claimed = 0;
    LAC_TRY(start(s));
    for (int i = 0; i <= c->index; i++)
        LAC_TRY(step(s, &path, &claimed));
    if (!path)
        return lac_fail(s->ctx, LAC_ERROR_IO, "%s: the file changed while it was read", s->name);
    if (s->holder.packing == LAC_PACKING_ZIP)
        s->size = claimed / DEFLATE_MOST < s->size ? claimed : s->size * DEFLATE_MOST;
    else
        s->size *= s->holder.packing == LAC_PACKING_TAR ? 1 : USUAL;
    return archive_format(s->archive) == ARCHIVE_FORMAT_RAW ? LAC_OK : rename_stream(s, path);
}

/* ---- Opening --------------------------------------------------------------------------- */

/* Passes over the entries behind the chosen one, so that what packs them all is checked. */
static lac_status pass_rest(lac_stream *s)
{
    const char *path = "";
    size_t size;
    while (path && packs_one(s->holder.packing))
        LAC_TRY(step(s, &path, &size));
    return s->gunzip && lac_gunzip_pass(s->gunzip, s->archive) != ARCHIVE_OK ? fail_unpack(s)
                                                                             : LAC_OK;
}

/* Reads behind the first bytes. */
static lac_status read_on(lac_stream *s, char *buffer, size_t size, size_t *count)
{
    *count = 0;
    if (s->file) {
        *count = fread(buffer, 1, size, s->file);
        return ferror(s->file) ? lac_fail_errno(s->ctx, s->name, "read") : LAC_OK;
    }
    if (s->is_ended)
        return LAC_OK;
    la_ssize_t got = archive_read_data(s->archive, buffer, size);
    s->is_ended = got == 0;
    if (got == 0)
        return pass_rest(s);
    if (got < 0)
        return s->holder.packing == LAC_PACKING_ZIP ? fail_archive(s, "the zip is damaged")
                                                    : fail_unpack(s);
    *count = (size_t)got;
    return LAC_OK;
}

/* Reads the first bytes and finds out what they are. */
static lac_status look(lac_stream *s)
{
    s->start_size = s->start_used = 0;
    for (size_t got = 1; got && s->start_size < sizeof s->start; s->start_size += got)
        LAC_TRY(read_on(s, s->start + s->start_size, sizeof s->start - s->start_size, &got));
    if (s->start_size == 0)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: the file is empty", s->name);
    s->magic = lac_magic_of(s->start, s->start_size);
    if (s->magic.advice)
        return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: %s, not a table; %s", s->name,
                        s->magic.what, s->magic.advice);
    return LAC_OK;
}

/* Reads all that is left of the stream into memory, behind its first bytes. */
static lac_status read_whole(lac_stream *s, char **out, size_t *size)
{
    size_t room = 1 << 16, used = 0, got = 1;
    LAC_TRY(lac_alloc(s->ctx, room, 1, out));
    while (got) {
        if (used == room) {
            char *larger;
            if (room >= MEMORY_MOST)
                return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: larger than %d MB, unpack it first",
                                s->name, MEMORY_MOST >> 20);
            LAC_TRY(lac_alloc(s->ctx, 2 * room, 1, &larger));
            memcpy(larger, *out, used);
            free(*out);
            *out = larger;
            room *= 2;
        }
        LAC_TRY(lac_stream_read(s, *out + used, room - used, &got));
        used += got;
    }
    *size = used;
    return LAC_OK;
}

/* Puts the packed stream into memory, unless it is a file of its own that can be opened anew. */
static lac_status settle(lac_stream *s)
{
    char *bytes = NULL;
    size_t size = 0;
    s->holder = s->magic;
    if (!s->archive && s->file != stdin && fseek(s->file, 0, SEEK_SET) == 0) {
        fclose(s->file);
        s->file = NULL;
        return LAC_OK;
    }
    lac_status status = read_whole(s, &bytes, &size);
    if (status != LAC_OK) {
        free(bytes);
        return status;
    }
    if (s->file && s->file != stdin)
        fclose(s->file);
    end(s);
    s->file = NULL;
    free(s->memory);
    s->memory = bytes;
    s->memory_size = s->size = size;
    return LAC_OK;
}

static lac_status open_file(lac_stream *s)
{
    struct stat info;
    int is_pipe = strcmp(s->path, "-") == 0;
    LAC_TRY(lac_strdup(s->ctx, is_pipe ? "standard input" : s->path, &s->name));
    if (lac_path_is_folder(s->path))
        return lac_fail(s->ctx, LAC_ERROR_IO, "%s: a folder, not a file", s->path);
    s->file = is_pipe ? stdin : fopen(s->path, "rb");
    if (!s->file)
        return lac_fail_errno(s->ctx, s->path, "open");
    s->size = fstat(fileno(s->file), &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 0;
    return LAC_OK;
}

static int is_called_zip(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".zip") == 0;
}

/* Opens archive after archive until the stream gives a text. */
static lac_status open_stream(lac_stream *s, const char *path)
{
    LAC_TRY(lac_table_file(s->ctx, path, s->table, &s->path));
    LAC_TRY(open_file(s));
    LAC_TRY(look(s));
    if (!s->magic.packing && is_called_zip(s->path))
        s->magic = (lac_magic){LAC_PACKING_ZIP, "a zip file", NULL};
    for (int depth = 0; s->magic.packing; depth++) {
        choice c;
        if (depth == DEEPEST)
            return lac_fail(s->ctx, LAC_ERROR_FORMAT, "%s: packed more than %d times", s->name,
                            DEEPEST);
        LAC_TRY(settle(s));
        LAC_TRY(choose(s, &c));
        LAC_TRY(check_choice(s, &c));
        LAC_TRY(enter(s, &c));
        LAC_TRY(look(s));
    }
    return LAC_OK;
}

lac_status lac_stream_open(lac_context *ctx, const char *path, const char *table,
                           lac_stream **out)
{
    LAC_TRY(lac_alloc(ctx, 1, sizeof **out, out));
    (*out)->ctx = ctx;
    (*out)->table = table;
    lac_status status = open_stream(*out, path);
    if (status != LAC_OK)
        lac_stream_close(out);
    return status;
}

static lac_status find_inside(lac_stream *s, const char *path, int *is_there)
{
    choice c;
    LAC_TRY(lac_strdup(s->ctx, path, &s->path));
    LAC_TRY(open_file(s));
    LAC_TRY(look(s));
    if (!s->magic.packing || packs_one(s->magic.packing))
        return LAC_OK;
    LAC_TRY(settle(s));
    LAC_TRY(choose(s, &c));
    *is_there = c.rank >= LAC_RANK_NAMED;
    return LAC_OK;
}

lac_status lac_stream_holds(lac_context *ctx, const char *path, const char *table, int *is_there)
{
    lac_stream *s;
    *is_there = 0;
    if (!lac_path_is_file(path)) /* a pipe is read once */
        return LAC_OK;
    LAC_TRY(lac_alloc(ctx, 1, sizeof *s, &s));
    s->ctx = ctx;
    s->table = table;
    lac_status status = find_inside(s, path, is_there);
    lac_stream_close(&s);
    return status == LAC_ERROR_MEMORY ? status : LAC_OK;
}

/* Whether an entry's path is `name`, or ends with it behind a slash. */
static int is_called(const char *entry, const char *name)
{
    size_t length = strlen(entry), tail = strlen(name);
    return length >= tail && strcmp(entry + length - tail, name) == 0 &&
           (length == tail || entry[length - tail - 1] == '/');
}

static lac_status find_entry(lac_stream *s, const char *path, const char *name, int *is_there)
{
    LAC_TRY(lac_strdup(s->ctx, path, &s->path));
    LAC_TRY(open_file(s));
    LAC_TRY(look(s));
    if (!s->magic.packing)
        return LAC_OK;
    LAC_TRY(settle(s));
    LAC_TRY(start(s));
    for (const char *entry = ""; entry && !*is_there;) {
        size_t size;
        LAC_TRY(step(s, &entry, &size));
        *is_there = entry && is_called(entry, name);
    }
    return LAC_OK;
}

lac_status lac_archive_holds(lac_context *ctx, const char *path, const char *name, int *is_there)
{
    lac_stream *s;
    *is_there = 0;
    LAC_TRY(lac_alloc(ctx, 1, sizeof *s, &s));
    s->ctx = ctx;
    lac_status status = find_entry(s, path, name, is_there);
    lac_stream_close(&s);
    return status;
}

void lac_stream_close(lac_stream **stream)
{
    lac_stream *s = *stream;
    if (!s)
        return;
    if (s->file && s->file != stdin)
        fclose(s->file);
    end(s);
    free(s->memory);
    free(s->path);
    free(s->name);
    free(s);
    *stream = NULL;
}

lac_status lac_stream_read(lac_stream *stream, char *buffer, size_t size, size_t *count)
{
    size_t left = stream->start_size - stream->start_used;
    if (left == 0)
        return read_on(stream, buffer, size, count);
    *count = left < size ? left : size;
    memcpy(buffer, stream->start + stream->start_used, *count);
    stream->start_used += *count;
    return LAC_OK;
}

size_t lac_stream_size(const lac_stream *stream)
{
    return stream->size;
}

const char *lac_stream_path(const lac_stream *stream)
{
    return stream->path;
}

const char *lac_stream_name(const lac_stream *stream)
{
    return stream->name;
}
