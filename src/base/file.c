/* Clock, paths, and files that are replaced at once or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

lac_status lac_file_create(lac_context *ctx, const char *path, lac_file *file)
{
    *file = (lac_file){0};
    if (!path) {
        LAC_TRY(lac_strdup(ctx, "standard output", &file->path));
        file->stream = stdout;
        return LAC_OK;
    }
    size_t length = strlen(path) + sizeof ".tmp";
    lac_status status = lac_strdup(ctx, path, &file->path);
    if (status == LAC_OK && !is_special(path)) {
        status = lac_alloc(ctx, length, 1, &file->temporary);
        if (status == LAC_OK)
            snprintf(file->temporary, length, "%s.tmp", path);
    }
    if (status == LAC_OK) {
        file->stream = fopen(file->temporary ? file->temporary : path, "wb");
        if (!file->stream)
            status = lac_fail_errno(ctx, path, "write");
    }
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
    if (status == LAC_OK && file->temporary && rename(file->temporary, file->path) != 0)
        status = lac_fail_errno(ctx, file->path, "replace");
    if (status == LAC_OK) {
        free(file->temporary);
        file->temporary = NULL;
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

lac_status lac_path_join(lac_context *ctx, const char *folder, const char *name, char **out)
{
    size_t length = strlen(folder) + strlen(name) + 2;
    LAC_TRY(lac_alloc(ctx, length, 1, out));
    size_t end = strlen(folder);
    const char *slash = end && folder[end - 1] == '/' ? "" : "/";
    snprintf(*out, length, "%s%s%s", folder, slash, name);
    return LAC_OK;
}

int lac_path_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int lac_path_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

lac_status lac_folder_make(lac_context *ctx, const char *path)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && lac_path_is_folder(path)))
        return LAC_OK;
    return lac_fail_errno(ctx, path, "make the folder");
}

lac_status lac_file_read(lac_context *ctx, const char *path, char **out, size_t *size)
{
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return lac_fail_errno(ctx, path, "open");
    lac_status status = LAC_OK;
    struct stat info;
    if (fstat(fileno(file), &info) != 0 || S_ISDIR(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : errno;
        status = lac_fail_errno(ctx, path, "read");
    } else {
        *size = (size_t)info.st_size;
        status = lac_alloc(ctx, *size + 1, 1, out);
    }
    if (status == LAC_OK && fread(*out, 1, *size, file) != *size) {
        status = lac_fail_errno(ctx, path, "read");
        free(*out);
        *out = NULL;
    }
    fclose(file);
    return status;
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
