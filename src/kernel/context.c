/*
 * The making of a context: the level of the processor, the kernels for it, the threads.
 */
#define _POSIX_C_SOURCE 200809L
#include "kernel/kernel.h"

#include <stdlib.h>
#include <unistd.h>

#ifdef HAVE_DNNL
#include "kernel/dnnl.h"
#endif

static int online_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (int)cores : 1;
}

static lac_status check_ranks(const lac_context_config *config)
{
    const lac_comm *comm = config->comm;
    int ranks = comm ? comm->size : 1;
    if (comm && (comm->rank < 0 || comm->rank >= comm->size || !comm->gather || !comm->reason))
        return lac_fail(NULL, LAC_ERROR_ARGUMENT,
                        "no context: rank %d of %d, must be one of them, with gather and reason",
                        comm->rank, comm->size);
    if (comm && !comm->begin != !comm->finish)
        return lac_fail(NULL, LAC_ERROR_ARGUMENT,
                        "no context: ranks with one of begin and finish, must have both or "
                        "neither");
    if (ranks > LAC_MOST_RANKS)
        return lac_fail(NULL, LAC_ERROR_ARGUMENT, "no context: %d ranks, must be %d at most",
                        ranks, LAC_MOST_RANKS);
    if (config->team < 0 || config->team > ranks || (config->team && ranks % config->team))
        return lac_fail(NULL, LAC_ERROR_ARGUMENT,
                        "no context: teams of %d of %d ranks, must divide them", config->team,
                        ranks);
    return LAC_OK;
}

static lac_status check(const lac_context_config *config)
{
    if (config->threads < 0)
        return lac_fail(NULL, LAC_ERROR_ARGUMENT, "no context: %d threads, must be 0 or more",
                        config->threads);
    if ((unsigned)config->cpu > LAC_CPU_AMX)
        return lac_fail(NULL, LAC_ERROR_ARGUMENT, "no context: level %d, must be %d to %d",
                        (int)config->cpu, LAC_CPU_AUTO, LAC_CPU_AMX);
    return check_ranks(config);
}

lac_status lac_context_new(const lac_context_config *config, lac_context **out)
{
    static const lac_context_config defaults;
    const lac_context_config *c = config ? config : &defaults;
    *out = NULL;
    LAC_TRY(check(c));
    lac_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return lac_fail(NULL, LAC_ERROR_MEMORY, "no context: out of memory");
    ctx->log = c->log;
    ctx->log_user = c->log_user;
    ctx->comm = c->comm && c->comm->size > 1 ? c->comm : NULL;
    ctx->team = c->team;
    ctx->threads = c->threads > 0 ? c->threads : online_cores();
    ctx->cpu = lac_kernels_level(c->cpu);
    ctx->kernels = lac_kernels_get(ctx->cpu);
#ifdef HAVE_DNNL
    if (c->cpu != LAC_CPU_AUTO)
        lac_dnnl_limit(ctx->cpu);
    ctx->thread_enter = lac_dnnl_thread_enter;
    ctx->thread_leave = lac_dnnl_thread_leave;
#endif
    lac_status status = lac_pool_new(ctx, ctx->threads, &ctx->pool);
    if (status != LAC_OK) {
        lac_fail(NULL, status, "no context: %s", ctx->message);
        lac_context_free(&ctx);
        return status;
    }
    *out = ctx;
    return LAC_OK;
}
