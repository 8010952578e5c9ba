/*
 * Folders: made, flushed, locked, filled, and cleaned of what killed processes left.
 *
 * The lock is flock's: it belongs to the open file, so that it also keeps two objects of one
 * process apart, and the system takes it back with the last descriptor, however the process
 * ends. It binds those who ask for it alone; readers do not. Between machines it holds where the
 * network file system carries flock to its server, as Linux's NFS and SMB do.
 */
#define _DEFAULT_SOURCE /* flock */
#include "base/base.h"
#include "base/letters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

lac_status lac_folder_flush(lac_context *ctx, const char *path)
{
    lac_status status = LAC_OK;
    int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0 && fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP)
        status = lac_fail_errno(ctx, path, "flush");
    if (file >= 0)
        close(file);
    return status;
}

lac_status lac_folder_make(lac_context *ctx, const char *path)
{
    char *parent;
    if (mkdir(path, 0777) != 0)
        return errno == EEXIST && lac_path_is_folder(path)
                   ? LAC_OK
                   : lac_fail_errno(ctx, path, "make the folder");
    LAC_TRY(lac_path_parent(ctx, path, &parent));
    lac_status status = lac_folder_flush(ctx, parent);
    free(parent);
    return status;
}

/* ---- Names in a folder ------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static lac_status add_name(lac_context *ctx, const char *name, char ***names, int *count,
                           int *room)
{
    if (*count == *room) {
        char **larger;
        LAC_TRY(lac_alloc(ctx, 2 * (size_t)*room + 64, sizeof *larger, &larger));
        if (*count)
            memcpy(larger, *names, (size_t)*count * sizeof *larger);
        free(*names);
        *names = larger;
        *room = 2 * *room + 64;
    }
    LAC_TRY(lac_strdup(ctx, name, &(*names)[*count]));
    ++*count;
    return LAC_OK;
}

lac_status lac_folder_has(lac_context *ctx, const char *folder, const char *name, int *has)
{
    char *path;
    LAC_TRY(lac_path_join(ctx, folder, name, &path));
    *has = lac_path_exists(path);
    free(path);
    return LAC_OK;
}

lac_status lac_folder_list(lac_context *ctx, const char *path, const char *end, char ***names,
                           int *count)
{
    DIR *folder = opendir(path);
    lac_status status = LAC_OK;
    int room = 0;
    *names = NULL;
    *count = 0;
    if (!folder)
        return lac_fail_errno(ctx, path, "open the folder");
    for (const struct dirent *e; status == LAC_OK && (e = readdir(folder));)
        if (e->d_name[0] != '.' && lac_ends_like(e->d_name, end))
            status = *count < INT_MAX / 4 ? add_name(ctx, e->d_name, names, count, &room)
                                          : lac_fail(ctx, LAC_ERROR_IO, "%s: too many files", path);
    closedir(folder);
    if (status == LAC_OK) {
        if (*count)
            qsort(*names, (size_t)*count, sizeof **names, compare_names);
        return LAC_OK;
    }
    while (*count)
        free((*names)[--*count]);
    free(*names);
    *names = NULL;
    return status;
}

/* ---- Left over ---------------------------------------------------------------------------- */

/* Whether the text ends in .PROCESS-NUMBER.tmp behind something. */
static int is_temporary(const char *entry)
{
    static const char digits[] = "0123456789";
    for (const char *dot = strchr(entry, '.'); dot; dot = strchr(dot + 1, '.')) {
        size_t process = strspn(dot + 1, digits);
        const char *dash = dot + 1 + process;
        size_t number = *dash == '-' ? strspn(dash + 1, digits) : 0;
        if (dot > entry && process && number && strcmp(dash + 1 + number, ".tmp") == 0)
            return 1;
    }
    return 0;
}

static int is_left_over(const char *entry, const char *const *names, int count)
{
    size_t length = strlen(entry);
    if (!names)
        return is_temporary(entry);
    for (int i = 0; i < count; i++) {
        size_t name = strlen(names[i]);
        if (length >= name + 4 && strncmp(entry, names[i], name) == 0 && entry[name] == '.' &&
            strcmp(entry + length - 4, ".tmp") == 0)
            return 1;
    }
    return 0;
}

lac_status lac_folder_sweep(lac_context *ctx, const char *path, const char *const *names,
                            int count)
{
    DIR *folder = opendir(path);
    if (!folder)
        return lac_fail_errno(ctx, path, "read the folder");
    lac_status status = LAC_OK;
    const struct dirent *entry;
    while (status == LAC_OK && (entry = readdir(folder))) {
        char *file;
        if (!is_left_over(entry->d_name, names, count))
            continue;
        status = lac_path_join(ctx, path, entry->d_name, &file);
        if (status == LAC_OK && remove(file) != 0)
            status = lac_fail_errno(ctx, file, "remove");
        free(file);
    }
    closedir(folder);
    return status;
}

/* Whether the open file is the one at the path, which may have been removed or made anew. */
static int is_at(int file, const char *path)
{
    struct stat own, there;
    return fstat(file, &own) == 0 && stat(path, &there) == 0 && own.st_dev == there.st_dev &&
           own.st_ino == there.st_ino;
}

/* Who held the lock may have removed the file between our opening and our locking it: then others
 * lock another one, and so must we. */
static lac_status lock_file(lac_context *ctx, const char *folder, const char *path, lac_lock *lock)
{
    int is_locked;
    for (;;) {
        lock->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock->file < 0)
            return lac_fail_errno(ctx, path, "lock");
        lock->held = 1;
        is_locked = flock(lock->file, LOCK_EX | LOCK_NB) == 0;
        if (!is_locked || is_at(lock->file, path))
            break;
        lac_lock_release(lock);
    }
    if (is_locked)
        return LAC_OK;
    if (errno != EWOULDBLOCK) {
        lac_fail_errno(ctx, path, "lock");
        lac_log(ctx, "%s; nobody else must work in %s now", lac_context_message(ctx), folder);
        return LAC_OK;
    }
    lac_lock_release(lock);
    return lac_fail(ctx, LAC_ERROR_IO,
                    "%s: another process is at work in this folder: wait for it, or choose "
                    "another folder", folder);
}

lac_status lac_lock_take(lac_context *ctx, const char *folder, lac_lock *lock)
{
    char *path;
    *lock = (lac_lock){0};
    LAC_TRY(lac_path_join(ctx, folder, ".lock", &path));
    lac_status status = lock_file(ctx, folder, path, lock);
    free(path);
    return status;
}

void lac_lock_release(lac_lock *lock)
{
    if (lock->held)
        close(lock->file);
    *lock = (lac_lock){0};
}

/* ---- Filled ------------------------------------------------------------------------------- */

lac_status lac_filling_fail(lac_context *ctx, const char *folder, const char *name)
{
    return lac_fail(ctx, LAC_ERROR_IO, "%s: holds a %.100s already: choose another folder", folder,
                    name);
}

static lac_status check_absent(lac_context *ctx, const char *folder, const char *const *names,
                               int count)
{
    for (int i = 0; i < count; i++) {
        char *path;
        LAC_TRY(lac_path_join(ctx, folder, names[i], &path));
        int is_there = lac_path_exists(path);
        free(path);
        if (is_there)
            return lac_filling_fail(ctx, folder, names[i]);
    }
    return LAC_OK;
}

/* Whether the mark holds the name of the command, and nothing else. */
static int is_claimed(const lac_filling *f)
{
    char text[16];
    size_t length = strlen(f->who);
    ssize_t got = pread(f->lock.file, text, sizeof text, 0);
    return got == (ssize_t)length && memcmp(text, f->who, length) == 0;
}

lac_status lac_filling_begin(lac_context *ctx, const char *folder, const char *who,
                             const char *const *names, int count, lac_filling *out)
{
    *out = (lac_filling){.who = who};
    LAC_TRY(lac_folder_make(ctx, folder));
    LAC_TRY(lac_path_join(ctx, folder, ".unfinished", &out->mark));
    lac_status status = lock_file(ctx, folder, out->mark, &out->lock);
    if (status != LAC_OK) {
        free(out->mark);
        *out = (lac_filling){0};
        return status;
    }
    out->is_anew = is_claimed(out);
    status = out->is_anew ? lac_folder_sweep(ctx, folder, NULL, 0)
                          : check_absent(ctx, folder, names, count);
    if (status != LAC_OK)
        lac_filling_end(out);
    return status;
}

lac_status lac_filling_claim(lac_context *ctx, lac_filling *f)
{
    size_t length = strlen(f->who);
    ssize_t put = pwrite(f->lock.file, f->who, length, 0);
    if (put == (ssize_t)length && ftruncate(f->lock.file, (off_t)length) == 0)
        return LAC_OK;
    return lac_fail_errno(ctx, f->mark, "write");
}

void lac_filling_end(lac_filling *filling)
{
    if (filling->mark)
        remove(filling->mark);
    free(filling->mark);
    lac_lock_release(&filling->lock);
    *filling = (lac_filling){0};
}
