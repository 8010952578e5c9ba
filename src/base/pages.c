/*
 * Memory by whole pages: big slabs of zeros, and files. What libraries below must find free.
 *
 * A slab that is cleared by hand costs a page fault and a write for every page, used or
 * not, before the first prediction. Fresh pages are zero already.
 */
#define _DEFAULT_SOURCE
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

lac_status lac_pages_new(lac_context *ctx, size_t bytes, void *out)
{
    void *pages = NULL;
    memcpy(out, &pages, sizeof pages);
    ctx->allocations++;
    if (bytes == 0)
        return LAC_OK;
    pages = MAP_FAILED;
    if (!(ctx->fail_at && ctx->allocations == ctx->fail_at))
        pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: %zu bytes", bytes);
#ifdef MADV_HUGEPAGE
    madvise(pages, bytes, MADV_HUGEPAGE); /* a wish */
#endif
    memcpy(out, &pages, sizeof pages);
    return LAC_OK;
}

void lac_pages_free(void *pages, size_t bytes)
{
    if (pages)
        munmap(pages, bytes);
}

lac_status lac_reserve(lac_context *ctx)
{
    void *pages;
    LAC_TRY(lac_pages_new(ctx, LAC_ROOM, &pages));
    lac_pages_free(pages, LAC_ROOM);
    return LAC_OK;
}

lac_status lac_reserve_handles(lac_context *ctx)
{
    int end[LAC_HANDLES], count = 0;
    while (count < LAC_HANDLES && pipe(end + count) == 0)
        count += 2;
    lac_status status = count < LAC_HANDLES ? lac_fail_errno(ctx, "fonts", "open") : LAC_OK;
    while (count > 0)
        close(end[--count]);
    return status;
}

lac_status lac_file_map(lac_context *ctx, const char *path, const char **out, size_t *size)
{
    struct stat info;
    *out = NULL;
    *size = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return lac_fail_errno(ctx, path, "open");
    int known = fstat(file, &info) == 0;
    void *bytes = MAP_FAILED;
    if (known && S_ISDIR(info.st_mode))
        errno = EISDIR;
    else if (known && info.st_size > 0)
        bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    lac_status status = LAC_OK;
    if (bytes != MAP_FAILED) {
        *out = bytes;
        *size = (size_t)info.st_size;
    } else if (!known || S_ISDIR(info.st_mode) || info.st_size > 0) {
        status = lac_fail_errno(ctx, path, "read");
    }
    close(file);
    return status;
}

void lac_file_unmap(const char *bytes, size_t size)
{
    void *p;
    memcpy(&p, &bytes, sizeof p); /* munmap takes no const */
    if (p)
        munmap(p, size);
}
