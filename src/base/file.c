/* Clock, paths, and files that are replaced at once or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINK_ROOM = 4096 }; /* bytes of what a symbolic link points to */

#ifdef __APPLE__
#define NANOSECONDS(info) (info).st_mtimensec
#else
#define NANOSECONDS(info) (info).st_mtim.tv_nsec
#endif

#define HASH_PRIME UINT64_C(0x9e3779b185ebca87)

double lac_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A device or a pipe is written as it is: there is no old content to keep. A folder is not
 * written either way, and fails at once. */
static int is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

/* Where a chain of symbolic links ends, whether or not that exists: a link stays, and what it
 * points to is replaced. A chain of 40 is a circle. */
static lac_status follow_links(lac_context *ctx, const char *path, char **out)
{
    char link[LINK_ROOM];
    ssize_t length = -1;
    LAC_TRY(lac_strdup(ctx, path, out));
    for (int i = 0; i < 40 && (length = readlink(*out, link, sizeof link - 1)) >= 0; i++) {
        char *from = *out;
        char *slash = strrchr(from, '/');
        link[length] = '\0';
        if (slash)
            slash[1] = '\0';
        *out = NULL;
        lac_status status = link[0] == '/' || !slash ? lac_strdup(ctx, link, out)
                                                    : lac_path_join(ctx, from, link, out);
        free(from);
        LAC_TRY(status);
    }
    errno = ELOOP;
    return length < 0 ? LAC_OK : lac_fail_errno(ctx, path, "write");
}

/* A new file beside the final one, whose name no other process takes at the same time. */
static lac_status open_temporary(lac_context *ctx, lac_file *file)
{
    LAC_TRY(follow_links(ctx, file->path, &file->target));
    LAC_TRY(lac_path_parent(ctx, file->target, &file->folder));
    size_t room = strlen(file->target) + 48;
    LAC_TRY(lac_alloc(ctx, room, 1, &file->temporary));
    do {
        snprintf(file->temporary, room, "%s.%ld-%u.tmp", file->target, (long)getpid(),
                 ctx->temporaries++);
        file->stream = fopen(file->temporary, "wbx");
    } while (!file->stream && errno == EEXIST);
    return LAC_OK;
}

lac_status lac_file_create(lac_context *ctx, const char *path, lac_file *file)
{
    *file = (lac_file){0};
    if (!path) {
        LAC_TRY(lac_strdup(ctx, "standard output", &file->path));
        file->stream = stdout;
        return LAC_OK;
    }
    lac_status status = lac_strdup(ctx, path, &file->path);
    if (status == LAC_OK && is_special(path))
        file->stream = fopen(path, "wb");
    else if (status == LAC_OK)
        status = open_temporary(ctx, file);
    if (status == LAC_OK && !file->stream)
        status = lac_fail_errno(ctx, path, "write");
    if (status != LAC_OK)
        lac_file_abandon(file);
    return status;
}

/* Standard output is the caller's and stays open. */
static int close_stream(FILE *stream)
{
    return stream == stdout ? 0 : fclose(stream);
}

lac_status lac_file_commit(lac_context *ctx, lac_file *file)
{
    lac_status status = LAC_OK;
    int good = !ferror(file->stream) && fflush(file->stream) == 0 &&
               (!file->temporary || fsync(fileno(file->stream)) == 0);
    if (!good)
        status = lac_fail_errno(ctx, file->path, "write");
    if (close_stream(file->stream) != 0 && status == LAC_OK)
        status = lac_fail_errno(ctx, file->path, "write");
    file->stream = NULL;
    if (status == LAC_OK && file->temporary) {
        if (rename(file->temporary, file->target) != 0) {
            status = lac_fail_errno(ctx, file->path, "replace");
        } else {
            free(file->temporary);
            file->temporary = NULL;
            status = lac_folder_flush(ctx, file->folder);
        }
    }
    lac_file_abandon(file);
    return status;
}

void lac_file_abandon(lac_file *file)
{
    if (file->stream)
        close_stream(file->stream);
    if (file->temporary)
        remove(file->temporary);
    free(file->path);
    free(file->target);
    free(file->folder);
    free(file->temporary);
    *file = (lac_file){0};
}

lac_status lac_file_finish(lac_context *ctx, lac_file *file, lac_status status)
{
    if (status == LAC_OK)
        return lac_file_commit(ctx, file);
    lac_file_abandon(file);
    return status;
}

static int write_all(int file, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, text, length);
        if (written < 0 && errno != EINTR)
            return 0;
        text += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return 1;
}

lac_status lac_file_append(lac_context *ctx, const char *path, const char *text, size_t length)
{
    struct stat before;
    lac_status status = LAC_OK;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || fstat(file, &before) != 0) {
        status = lac_fail_errno(ctx, path, "write");
    } else if (!write_all(file, text, length) || fsync(file) != 0) {
        status = lac_fail_errno(ctx, path, "write");
        int cut = ftruncate(file, before.st_size); /* no half line; the failure is told already */
        (void)cut;
    }
    if (file >= 0)
        close(file);
    return status;
}

int lac_file_stamp(const char *path, lac_stamp *out)
{
    struct stat info;
    *out = (lac_stamp){0};
    if (stat(path, &info) != 0)
        return 0;
    *out = (lac_stamp){(uint64_t)info.st_dev, (uint64_t)info.st_ino, (int64_t)info.st_size,
                       (int64_t)info.st_mtime, (int64_t)NANOSECONDS(info)};
    return 1;
}

int lac_file_is_same(const char *a, const char *b)
{
    lac_stamp x, y;
    return lac_file_stamp(a, &x) && lac_file_stamp(b, &y) && x.device == y.device &&
           x.number == y.number;
}

lac_status lac_path_join(lac_context *ctx, const char *folder, const char *name, char **out)
{
    size_t length = strlen(folder) + strlen(name) + 2;
    LAC_TRY(lac_alloc(ctx, length, 1, out));
    size_t end = strlen(folder);
    const char *slash = end && folder[end - 1] == '/' ? "" : "/";
    snprintf(*out, length, "%s%s%s", folder, slash, name);
    return LAC_OK;
}

lac_status lac_path_parent(lac_context *ctx, const char *path, char **out)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    LAC_TRY(lac_strdup(ctx, length ? path : ".", out));
    if (length)
        (*out)[length] = '\0';
    return LAC_OK;
}

int lac_path_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int lac_path_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

int lac_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* A pipe, a device, a file of /proc do not say how much is in them: they are read to their end. */
static lac_status read_to_end(lac_context *ctx, FILE *file, const char *path, char **out,
                              size_t *size)
{
    enum { FIRST = 1 << 16, MOST = 1 << 30 };
    size_t room = 0;
    *size = 0;
    do {
        char *more;
        room = room ? 2 * room : FIRST;
        if (room > MOST)
            return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a pipe or device with more than %d bytes",
                            path, MOST);
        LAC_TRY(lac_alloc(ctx, room + 1, 1, &more));
        if (*size)
            memcpy(more, *out, *size);
        free(*out);
        *out = more;
        *size += fread(more + *size, 1, room - *size, file);
    } while (*size == room);
    return ferror(file) ? lac_fail_errno(ctx, path, "read") : LAC_OK;
}

static lac_status read_size(lac_context *ctx, FILE *file, const char *path, char **out,
                            size_t size)
{
    LAC_TRY(lac_alloc(ctx, size + 1, 1, out));
    return fread(*out, 1, size, file) == size ? LAC_OK : lac_fail_errno(ctx, path, "read");
}

lac_status lac_file_read(lac_context *ctx, const char *path, char **out, size_t *size)
{
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return lac_fail_errno(ctx, path, "open");
    lac_status status;
    struct stat info;
    if (fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : errno;
        status = lac_fail_errno(ctx, path, "read");
    } else if (S_ISREG(info.st_mode) && info.st_size > 0) {
        *size = (size_t)info.st_size;
        status = read_size(ctx, file, path, out, *size);
    } else {
        status = read_to_end(ctx, file, path, out, size);
    }
    fclose(file);
    if (status != LAC_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}

lac_status lac_file_text(lac_context *ctx, const char *path, char **out)
{
    size_t size;
    LAC_TRY(lac_file_read(ctx, path, out, &size));
    if (memchr(*out, 0, size)) {
        free(*out);
        *out = NULL;
        return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: a NUL byte in the file", path);
    }
    if (strncmp(*out, "\xef\xbb\xbf", 3) == 0)
        memmove(*out, *out + 3, size - 3 + 1);
    return LAC_OK;
}

/* One step of the hash's four independent lanes of multiply and rotate, which keep the
 * multiplier busy. */
static void hash_block(uint64_t lane[4], const unsigned char block[32])
{
    for (int i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, block + 8 * i, 8);
        uint64_t h = (lane[i] ^ word) * HASH_PRIME;
        lane[i] = h << 31 | h >> 33;
    }
}

uint64_t lac_hash(uint64_t seed, const void *bytes, size_t size)
{
    uint64_t lane[4] = {seed ^ size, seed + HASH_PRIME, seed ^ ~HASH_PRIME, seed - HASH_PRIME};
    const unsigned char *p = bytes;
    for (; size >= 32; p += 32, size -= 32)
        hash_block(lane, p);
    if (size > 0) {
        unsigned char block[32] = {0};
        memcpy(block, p, size);
        hash_block(lane, block);
    }
    uint64_t h = seed;
    for (int i = 0; i < 4; i++) {
        h = (h ^ lane[i]) * HASH_PRIME;
        h ^= h >> 29;
    }
    return h;
}
