/*
 * Loaded before a program's libraries (LD_PRELOAD): refuses one request for memory.
 *
 *     REFUSE_FROM=NAME   whose requests count: "program", or the library whose path holds NAME
 *     REFUSE_AT=N        the request, counted from 1, that gets nothing; 0: none
 *     REFUSE_COUNT=FILE  where to write how many there were
 *
 * A request's object is the one that called: a library that asks in the C library's name, as
 * fopen does, is the C library.
 */
#define _GNU_SOURCE /* RTLD_NEXT, dl_iterate_phdr */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *memalign(size_t alignment, size_t size);

static uintptr_t first, last; /* addresses of the object whose requests count */
static long at;
static atomic_long count;

/* The program itself has no name in this list. */
static int find_object(struct dl_phdr_info *info, size_t size, void *name)
{
    int is_it = strcmp(name, "program") == 0 ? !*info->dlpi_name
                                             : strstr(info->dlpi_name, name) != NULL;
    for (int i = 0; is_it && i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            uintptr_t end = begin + info->dlpi_phdr[i].p_memsz;
            first = first && first < begin ? first : begin;
            last = last > end ? last : end;
        }
    (void)size;
    return is_it;
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("REFUSE_AT");
    char *from = getenv("REFUSE_FROM");
    at = number ? atol(number) : 0;
    if (from)
        dl_iterate_phdr(find_object, from);
    atomic_store(&count, 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("REFUSE_COUNT");
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&count));
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (file >= 0 && write(file, text, (size_t)length) == length)
        close(file);
}

/* 1 when the request of `caller` is the one to refuse. */
static int refused(const void *caller)
{
    uintptr_t address = (uintptr_t)caller;
    if (address < first || address >= last || atomic_fetch_add(&count, 1) + 1 != at)
        return 0;
    errno = ENOMEM;
    return 1;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    return refused(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
    return refused(CALLER) ? NULL : __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
    return refused(CALLER) ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size)
{
    return refused(CALLER) ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return refused(CALLER) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *memory = refused(CALLER) ? NULL : __libc_memalign(alignment, size);
    if (memory)
        *out = memory;
    return memory ? 0 : ENOMEM;
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    static void *(*next)(void *, size_t, int, int, int, off_t);
    if (!next) {
        void *found = dlsym(RTLD_NEXT, "mmap");
        memcpy(&next, &found, sizeof next);
    }
    return refused(CALLER) ? MAP_FAILED : next(address, length, protection, flags, file, offset);
}
