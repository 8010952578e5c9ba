/* What ranks say to each other, whatever carries it; see comm.h. */
#include "comm/comm.h"

#include <string.h>

int lac_ranks(const lac_context *ctx)
{
    return ctx->comm ? ctx->comm->size : 1;
}

int lac_rank(const lac_context *ctx)
{
    return ctx->comm ? ctx->comm->rank : 0;
}

/* Bytes of a rank's piece. */
static size_t piece(const size_t *end, int rank)
{
    return end[rank] - (rank ? end[rank - 1] : 0);
}

static void note_heard(lac_context *ctx, double started, double bytes)
{
    ctx->heard_seconds += lac_seconds() - started;
    ctx->heard_bytes += bytes;
    ctx->heard_times++;
}

lac_status lac_gather(lac_context *ctx, void *bytes, const size_t *end)
{
    const lac_comm *comm = ctx->comm;
    if (!comm)
        return LAC_OK;
    size_t own = piece(end, comm->rank);
    double started = lac_seconds();
    int failed = comm->gather(comm->user, bytes, end);
    note_heard(ctx, started, (double)(end[comm->size - 1] - own));
    return failed ? lac_fail(ctx, LAC_ERROR_RANKS, "%s", comm->reason(comm->user)) : LAC_OK;
}

/* What comes from other ranks. */
static double bytes_of(const lac_comm *comm, const lac_move *m)
{
    int rank = comm->rank;
    if (!m->row)
        return (double)(m->end[comm->size - 1] - piece(m->end, rank));
    int own = m->row[rank] - (rank ? m->row[rank - 1] : 0);
    return (double)(m->row[comm->size - 1] - own) * (double)piece(m->end, rank);
}

static void note_if(lac_context *ctx, int failed)
{
    if (failed)
        lac_trouble_note(ctx, LAC_ERROR_RANKS, "%s", ctx->comm->reason(ctx->comm->user));
}

void lac_exchange_noting(lac_context *ctx, const void *from, const int *row, const size_t *end,
                         void *to)
{
    const lac_comm *comm = ctx->comm;
    const lac_move move = {from, row, end, to};
    double started = lac_seconds();
    int failed = comm->exchange(comm->user, from, row, end, to);
    note_heard(ctx, started, bytes_of(comm, &move));
    note_if(ctx, failed);
}

void lac_gather_noting(lac_context *ctx, void *bytes, const size_t *end)
{
    lac_status status = lac_gather(ctx, bytes, end);
    if (status != LAC_OK)
        lac_trouble_note(ctx, status, "%s", ctx->message);
}

int lac_moves(const lac_context *ctx)
{
    return ctx->comm && ctx->comm->begin;
}

void lac_begin_noting(lac_context *ctx, const lac_move *move)
{
    double started = lac_seconds();
    if (!lac_moves(ctx))
        return;
    note_if(ctx, ctx->comm->begin(ctx->comm->user, move));
    ctx->heard_seconds += lac_seconds() - started;
}

void lac_finish_noting(lac_context *ctx, const lac_move *move)
{
    double started = lac_seconds();
    if (!lac_moves(ctx)) {
        if (move->row)
            lac_exchange_noting(ctx, move->from, move->row, move->end, move->to);
        else
            lac_gather_noting(ctx, move->to, move->end);
        return;
    }
    note_if(ctx, ctx->comm->finish(ctx->comm->user, move));
    note_heard(ctx, started, bytes_of(ctx->comm, move));
    ctx->moved_bytes += bytes_of(ctx->comm, move);
}

/* ---- Shares ---------------------------------------------------------------------------- */

int lac_share(int count, int rank, int ranks)
{
    return (int)((int64_t)count * rank / ranks);
}

void lac_slices(int n, int unit, int ranks, int *start)
{
    int units = n / unit + (n < unit || n % unit >= LAC_SLICE_LEAST);
    for (int r = 0; r < ranks; r++) {
        int64_t first = (int64_t)unit * lac_share(units, r, ranks);
        start[r] = first < n ? (int)first : n;
    }
    start[ranks] = n;
}

int lac_slice_most(int batch, int unit, int ranks)
{
    int units = batch / unit + 1;
    int64_t most = (int64_t)unit * ((units + ranks - 1) / ranks) + LAC_SLICE_LEAST;
    return most < batch ? (int)most : batch;
}

/* ---- Verdicts ---------------------------------------------------------------------------- */

/* A piece of the same size from every rank, this one's at its place. */
static lac_status gather_pieces(lac_context *ctx, void *pieces, size_t size)
{
    size_t end[LAC_MOST_RANKS];
    for (int r = 0; r < ctx->comm->size; r++)
        end[r] = (size_t)(r + 1) * size;
    return lac_gather(ctx, pieces, end);
}

/* What one rank has to all. */
static lac_status broadcast_of(lac_context *ctx, int rank, void *bytes, size_t size)
{
    size_t end[LAC_MOST_RANKS];
    for (int r = 0; r < lac_ranks(ctx); r++)
        end[r] = r < rank ? 0 : size;
    return lac_gather(ctx, bytes, end);
}

lac_status lac_broadcast(lac_context *ctx, void *bytes, size_t size)
{
    return broadcast_of(ctx, 0, bytes, size);
}

/* The message of one rank to all, who fail with it. */
static lac_status fail_as(lac_context *ctx, int rank, lac_status status)
{
    char message[LAC_MESSAGE] = "";
    if (rank == ctx->comm->rank)
        memcpy(message, ctx->message, sizeof message);
    LAC_TRY(broadcast_of(ctx, rank, message, sizeof message));
    if (rank == 0)
        return lac_fail(ctx, status, "%s", message);
    return lac_fail(ctx, status, "rank %d: %.*s", rank, LAC_MESSAGE - 16, message);
}

lac_status lac_agree(lac_context *ctx, lac_verdict *verdict)
{
    lac_verdict all[LAC_MOST_RANKS];
    if (!ctx->comm || verdict->status == LAC_ERROR_RANKS)
        return verdict->status;
    all[ctx->comm->rank] = *verdict;
    LAC_TRY(gather_pieces(ctx, all, sizeof *all));
    *verdict = all[0];
    for (int r = 0; r < ctx->comm->size; r++) {
        if (all[r].status != LAC_OK) {
            verdict->status = fail_as(ctx, r, all[r].status);
            return verdict->status;
        }
        verdict->stop |= all[r].stop;
    }
    return LAC_OK;
}

lac_status lac_context_agree(lac_context *ctx, lac_status status)
{
    lac_verdict verdict = {.status = status};
    return lac_agree(ctx, &verdict);
}

lac_status lac_expect_same(lac_context *ctx, const char *what, uint64_t hash)
{
    uint64_t all[LAC_MOST_RANKS];
    if (!ctx->comm)
        return LAC_OK;
    all[ctx->comm->rank] = hash;
    LAC_TRY(gather_pieces(ctx, all, sizeof *all));
    for (int r = 1; r < ctx->comm->size; r++)
        if (all[r] != all[0])
            return lac_fail(ctx, LAC_ERROR_MISMATCH,
                            "rank %d has other %s than rank 0: must be the same on all", r, what);
    return LAC_OK;
}

/* ---- Teams --------------------------------------------------------------------------------- */

lac_teams lac_teams_one(const lac_context *ctx)
{
    return (lac_teams){.all = ctx->comm, .own = ctx->comm, .size = lac_ranks(ctx), .count = 1};
}

/* Of fewer than all, and more than one. */
static lac_status split(lac_context *ctx, lac_teams *t)
{
    t->own = t->all->split ? t->all->split(t->all->user, t->size) : NULL;
    if (t->own)
        return LAC_OK;
    return lac_fail(ctx, LAC_ERROR_ARGUMENT,
                    "teams of %d of %d ranks: these part into single ones alone", t->size,
                    t->all->size);
}

lac_status lac_teams_open(lac_context *ctx, lac_teams *out)
{
    int ranks = lac_ranks(ctx), size = ctx->team;
    *out = lac_teams_one(ctx);
    if (size == 0 || size == ranks)
        return LAC_OK;
    *out = (lac_teams){.all = ctx->comm, .size = size, .count = ranks / size,
                       .number = lac_rank(ctx) / size};
    return lac_context_agree(ctx, size > 1 ? split(ctx, out) : LAC_OK);
}

lac_status lac_teams_work(lac_context *ctx, const lac_teams *teams,
                          lac_status (*work)(void *user), void *user)
{
    ctx->comm = teams->own;
    lac_status status = work ? work(user) : LAC_OK;
    ctx->comm = teams->all;
    return lac_context_agree(ctx, status);
}

int lac_teams_lost(const lac_teams *teams)
{
    const lac_comm *all = teams->all;
    return all && all->lost && all->lost(all->user);
}
