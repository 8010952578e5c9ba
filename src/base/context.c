/* The context: its making, its message, its memory. */
#define _POSIX_C_SOURCE 200809L
#include "base/base.h"
#include "kernel/kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int online_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (int)cores : 1;
}

lac_status lac_context_new(const lac_context_config *config, lac_context **out)
{
    static const lac_context_config defaults;
    const lac_context_config *c = config ? config : &defaults;
    *out = NULL;
    if (c->threads < 0 || (unsigned)c->cpu > LAC_CPU_AVX512)
        return LAC_ERROR_ARGUMENT;
    lac_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return LAC_ERROR_MEMORY;
    ctx->log = c->log;
    ctx->log_user = c->log_user;
    ctx->threads = c->threads > 0 ? c->threads : online_cores();
    ctx->cpu = lac_kernels_level(c->cpu);
    if (c->cpu != LAC_CPU_AUTO)
        lac_kernels_limit(ctx->cpu);
    ctx->kernels = lac_kernels_get(ctx->cpu);
    lac_status status = lac_pool_new(ctx, ctx->threads, &ctx->pool);
    if (status != LAC_OK) {
        lac_context_free(&ctx);
        return status;
    }
    *out = ctx;
    return LAC_OK;
}

void lac_context_free(lac_context **ctx)
{
    if (!*ctx)
        return;
    lac_pool_free(&(*ctx)->pool);
    free(*ctx);
    *ctx = NULL;
}

const char *lac_context_message(const lac_context *ctx)
{
    return ctx ? ctx->message : "no context: out of memory, or a wrong configuration of it";
}

int lac_context_threads(const lac_context *ctx)
{
    return ctx->threads;
}

lac_cpu lac_context_cpu(const lac_context *ctx)
{
    return ctx->cpu;
}

const char *lac_cpu_name(lac_cpu cpu)
{
    static const char *const names[] = {"auto", "ref", "avx2", "avx512"};
    return (unsigned)cpu < 4 ? names[cpu] : "unknown";
}

lac_status lac_fail(lac_context *ctx, lac_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ctx->message, sizeof ctx->message, format, args);
    va_end(args);
    return status;
}

lac_status lac_fail_errno(lac_context *ctx, const char *path, const char *verb)
{
    return lac_fail(ctx, LAC_ERROR_IO, "%s: cannot %s: %s", path, verb, strerror(errno));
}

void lac_log(lac_context *ctx, const char *format, ...)
{
    if (!ctx->log)
        return;
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ctx->log(ctx->log_user, line);
}

lac_status lac_alloc(lac_context *ctx, size_t count, size_t size, void *out)
{
    void *memory = NULL;
    ctx->allocations++;
    int refused = ctx->fail_at && ctx->allocations == ctx->fail_at;
    if (!refused && (size == 0 || count <= (SIZE_MAX - 64) / size)) {
        size_t bytes = count * size;
        size_t padded = (bytes + 63) / 64 * 64;
        memory = aligned_alloc(64, padded ? padded : 64);
        if (memory)
            memset(memory, 0, padded ? padded : 64);
    }
    memcpy(out, &memory, sizeof memory);
    if (!memory)
        return lac_fail(ctx, LAC_ERROR_MEMORY, "out of memory: %zu items of %zu bytes", count,
                        size);
    return LAC_OK;
}

lac_status lac_strdup(lac_context *ctx, const char *text, char **out)
{
    size_t length = strlen(text) + 1;
    LAC_TRY(lac_alloc(ctx, length, 1, out));
    memcpy(*out, text, length);
    return LAC_OK;
}
