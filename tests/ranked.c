/* Ranks by fork; see ranked.h. */
#define _POSIX_C_SOURCE 200809L
#include "ranked.h"

#include <unistd.h>

word by_rank(const lac_comm *comm, const ranked *r)
{
    const lac_context_config config = {.threads = 1, .cpu = r->cpu, .comm = comm,
                                       .team = r->team};
    lac_context *ctx;
    word w = {.status = lac_context_new(&config, &ctx)};
    if (w.status != LAC_OK)
        return w;
    w.status = r->work(ctx, comm->rank, r->user);
    snprintf(w.message, sizeof w.message, "%.399s", lac_context_message(ctx));
    lac_context_free(&ctx);
    return w;
}

word by_ranks(int ranks, const ranked *r, int living)
{
    lac_comm *comm;
    word other;
    int said[2];
    assert_int_equal(pipe(said), 0);
    assert_int_equal(lac_fork_open(ranks, &comm), LAC_OK);
    word w = by_rank(comm, r);
    if (comm->rank > 0)
        _exit(write(said[1], &w, sizeof w) != sizeof w);
    lac_fork_close(&comm);
    close(said[1]);
    for (; read(said[0], &other, sizeof other) == sizeof other; living--) {
        assert_int_equal(other.status, w.status);
        if (w.status != LAC_OK && w.status != LAC_STOPPED)
            assert_string_equal(other.message, w.message);
    }
    close(said[0]);
    assert_int_equal(living, 0);
    return w;
}
