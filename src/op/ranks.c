/* Sums over a batch that several ranks share: a row for every chunk, gathered, then added up by
 * each rank in the order of the rows. */
#include "comm/comm.h"
#include "op/op.h"

static int chunks_of(int pictures, int chunk)
{
    return (pictures + chunk - 1) / chunk;
}

int lac_pass_whole(const lac_pass *pass)
{
    return pass->start ? pass->start[lac_ranks(pass->ctx)] : pass->n;
}

lac_chunks lac_chunks_of(const lac_pass *pass, int chunk)
{
    const int *start = pass->start;
    lac_chunks rows = {0};
    if (!start)
        return (lac_chunks){0, chunks_of(pass->n, chunk)};
    for (int r = 0; r < lac_ranks(pass->ctx); r++) {
        if (r == lac_rank(pass->ctx))
            rows.before = rows.count;
        rows.count += chunks_of(start[r + 1] - start[r], chunk);
    }
    return rows;
}

/* A slice may end in the middle of a chunk. */
int lac_chunks_most(const lac_planner *p, int chunk)
{
    return chunks_of(p->whole, chunk) + lac_ranks(p->ctx) - 1;
}

void lac_chunks_gather(const lac_pass *pass, int chunk, void *rows, size_t bytes)
{
    const int *start = pass->start;
    size_t end[LAC_MOST_RANKS], count = 0;
    if (!start)
        return;
    for (int r = 0; r < lac_ranks(pass->ctx); r++) {
        count += (size_t)chunks_of(start[r + 1] - start[r], chunk);
        end[r] = count * bytes;
    }
    lac_gather_noting(pass->ctx, rows, end);
}

size_t lac_param_share(const lac_param *param, int rank, int ranks)
{
    int lines = param->shape[0];
    return param->floats / (size_t)lines * (size_t)lac_share(lines, rank, ranks);
}

lac_status lac_params_gather(lac_context *ctx, const lac_params *params, float *slab)
{
    int ranks = lac_ranks(ctx);
    size_t end[LAC_MOST_RANKS];
    for (const lac_param *p = params->table; p < params->table + params->count; p++) {
        if (!p->is_shared)
            continue;
        for (int r = 0; r < ranks; r++)
            end[r] = lac_param_share(p, r + 1, ranks) * sizeof *slab;
        LAC_TRY(lac_gather(ctx, slab + p->offset, end));
    }
    return LAC_OK;
}
