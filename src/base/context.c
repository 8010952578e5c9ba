/*
 * The context: its messages, its memory. kernel/context.c makes it.
 */
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Why the calling thread's last lac_context_new failed: there is no context to tell it. */
static _Thread_local char no_context[LAC_MESSAGE] = "no context";

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
    return ctx ? ctx->message : no_context;
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
    static const char *const names[] = {"auto", "ref", "avx2", "avx512", "neon", "amx"};
    return (unsigned)cpu < LAC_COUNT(names) ? names[cpu] : "unknown";
}

/* A message is a line, whatever a file put into it: no control character reaches a terminal. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = '?';
}

static int is_inside_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Of a message that is too long, as a long path makes it, the middle is left out: what went wrong
 * is said at its end. The arguments may have the message of before among them. */
static void write_message(char message[LAC_MESSAGE], const char *format, va_list args)
{
    enum { ROOM = 12288, HEAD = 200 }; /* bytes: two paths and more */
    static const char gap[] = " ... ";
    char text[ROOM];
    int length = lac_vformat(text, sizeof text, format, args);
    size_t size = length < 0 ? 0 : length < ROOM ? (size_t)length : ROOM - 1;
    size_t head = size < LAC_MESSAGE ? size : HEAD;
    text[size] = '\0';
    const char *tail = text + size;
    if (head < size) {
        tail -= LAC_MESSAGE - HEAD - sizeof gap;
        while (is_inside_character(*tail))
            tail++;
        while (head > 0 && is_inside_character(text[head]))
            head--;
    }
    snprintf(message, LAC_MESSAGE, "%.*s%s%s", (int)head, text, *tail ? gap : "", tail);
    make_printable(message);
}

lac_status lac_fail(lac_context *ctx, lac_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_message(ctx ? ctx->message : no_context, format, args);
    va_end(args);
    return status;
}

void lac_trouble_note(lac_context *ctx, lac_status status, const char *format, ...)
{
    int none = LAC_OK;
    if (!atomic_compare_exchange_strong(&ctx->trouble, &none, (int)status))
        return;
    va_list args;
    va_start(args, format);
    write_message(ctx->trouble_message, format, args);
    va_end(args);
}

lac_status lac_trouble_take(lac_context *ctx)
{
    lac_status status = (lac_status)atomic_exchange(&ctx->trouble, LAC_OK);
    return status == LAC_OK ? LAC_OK : lac_fail(ctx, status, "%s", ctx->trouble_message);
}

lac_status lac_fail_errno(lac_context *ctx, const char *path, const char *verb)
{
    return lac_fail(ctx, LAC_ERROR_IO, "%s: cannot %s: %s", path, verb, lac_reason(errno));
}

lac_status lac_fail_line(lac_context *ctx, const char *file, long line, const char *format,
                         va_list args)
{
    char text[300];
    lac_vformat(text, sizeof text, format, args);
    return lac_fail(ctx, LAC_ERROR_FORMAT, "%s: line %ld: %s", file, line, text);
}

void lac_log(lac_context *ctx, const char *format, ...)
{
    if (!ctx->log)
        return;
    char line[LAC_MESSAGE];
    va_list args;
    va_start(args, format);
    write_message(line, format, args);
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
