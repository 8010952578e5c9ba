/*
 * What the fuzzers share: how one ends, the promise that every message is one line, and bytes as a
 * file or a text. The first to be included.
 */
#ifndef LAC_FUZZ_H
#define LAC_FUZZ_H

#define _GNU_SOURCE /* memfd_create, mkdtemp */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static inline void require(int condition)
{
    if (!condition)
        abort();
}

/* What failed says so in one line. Returns 1 for LAC_OK. */
static inline int check(const lac_context *ctx, lac_status status)
{
    const char *message = lac_context_message(ctx);
    require(status == LAC_OK || (message[0] != 0 && !strchr(message, '\n')));
    return status == LAC_OK;
}

/* The one context of a fuzzer, with so many threads. */
static inline lac_context *the_context(int threads)
{
    static lac_context *ctx;
    const lac_context_config config = {.threads = threads};
    if (!ctx)
        require(lac_context_new(&config, &ctx) == LAC_OK);
    return ctx;
}

/* Bytes as a file without a name. */
typedef struct fuzz_file {
    int handle;
    char path[64];
} fuzz_file;

static inline fuzz_file file_of(const uint8_t *bytes, size_t size)
{
    fuzz_file file = {.handle = memfd_create("fuzz", 0)};
    require(file.handle >= 0 && write(file.handle, bytes, size) == (ssize_t)size);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.handle);
    return file;
}

/* Writes a file of a folder. */
static inline void put_file(const char *folder, const char *name, const uint8_t *bytes,
                            size_t size, char path[64])
{
    snprintf(path, 64, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    require(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

/* Bytes with a NUL behind them, freed by free(). */
static inline char *text_of(const uint8_t *bytes, size_t size)
{
    char *text = calloc(size + 1, 1);
    require(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    return text;
}

#endif
