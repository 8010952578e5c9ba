/* What ranks tell each other at once in a pass: sums of chunks in double, along the tree (tree.h),
 * and parameters, which nobody adds. */
#include "op/tree.h"

#include <string.h>

static void hear_all(const lac_tree *t, double *rows, size_t width, double *heard)
{
    size_t end[LAC_MOST_RANKS], bytes = width * sizeof *rows;
    int before = lac_tree_before(t);
    for (int r = 0; r < t->ranks; r++)
        end[r] = (size_t)t->branch[r] * bytes;
    memcpy(heard + before * width, rows, (size_t)(t->branch[t->rank] - before) * bytes);
    lac_gather_noting(t->ctx, heard, end);
    lac_tree_add(t, &(lac_addends){.width = width, .element = sizeof *rows, .rows = heard,
                                   .to = rows});
}

static void hear_columns(const lac_tree *t, double *rows, size_t width, double *heard)
{
    size_t end[LAC_MOST_RANKS], first = lac_tree_column(t, width, t->rank);
    size_t own = lac_tree_column(t, width, t->rank + 1) - first;
    for (int r = 0; r < t->ranks; r++)
        end[r] = lac_tree_column(t, width, r + 1) * sizeof *rows;
    lac_exchange_noting(t->ctx, rows, t->branch, end, heard);
    lac_tree_add(t, &(lac_addends){.width = own, .element = sizeof *rows, .rows = heard,
                                   .to = rows + first});
    lac_gather_noting(t->ctx, rows, end);
}

void lac_chunks_add(const lac_pass *pass, int chunk, double *rows, size_t width)
{
    lac_tree t;
    lac_tree_of(pass, chunk, &t);
    lac_tree_add(&t, &(lac_addends){.of_chunks = 1, .width = width, .element = sizeof *rows,
                                    .rows = rows, .to = rows});
    if (t.ranks == 1)
        return;
    double *heard = rows + (size_t)(t.last > t.first ? t.last - t.first : 1) * width;
    if (lac_tree_is_short(t.ctx, width * sizeof *rows))
        hear_all(&t, rows, width, heard);
    else
        hear_columns(&t, rows, width, heard);
}

size_t lac_chunks_room(const lac_planner *p, int chunk, size_t width)
{
    size_t ranks = (size_t)lac_ranks(p->ctx);
    int own = lac_tree_chunks(p->batch, chunk);
    if (ranks == 1 || p->inference)
        return (size_t)own * width;
    size_t columns = lac_tree_is_short(p->ctx, width * sizeof(double)) ? width : width / ranks + 1;
    return (size_t)own * width + ranks * (size_t)lac_tree_branches(own) * columns;
}

/* ---- What is not added ----------------------------------------------------------------------- */

int lac_pass_whole(const lac_pass *pass)
{
    return pass->start ? pass->start[lac_ranks(pass->ctx)] : pass->n;
}

int lac_pass_first(const lac_pass *pass)
{
    return pass->start ? pass->start[lac_rank(pass->ctx)] : 0;
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
