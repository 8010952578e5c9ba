/* Rows of numbers, one for every picture of all ranks, that these tell each other while they
 * compute. Where the wire is bf16, a rank's own rows are rounded, too, when they are finished: so
 * all find the same with them. */
#include "comm/comm.h"
#include "op/op.h"

lac_status lac_pictures_plan(lac_planner *p, size_t width, const lac_kernels *stored,
                             lac_pictures *out)
{
    size_t count = (size_t)p->whole * width;
    *out = (lac_pictures){.width = width, .stored = stored, .wire = stored};
    if (lac_ranks(p->ctx) > 1 && p->wire->element < stored->element) {
        out->wire = p->wire;
        LAC_TRY(lac_planner_claim(p, LAC_LIFE_TRANSIT, count, p->wire->element, &out->sent));
    }
    return lac_planner_claim(p, LAC_LIFE_TRANSIT, count, stored->element, &out->all);
}

static lac_move move_of(const lac_pass *pass, const lac_pictures *p, size_t *end)
{
    for (int r = 0; r < lac_ranks(pass->ctx); r++)
        end[r] = (size_t)pass->start[r + 1] * p->width * p->wire->element;
    return (lac_move){.end = end, .to = p->sent ? p->sent : p->all};
}

void lac_pictures_begin(const lac_pass *pass, const lac_pictures *p)
{
    size_t end[LAC_MOST_RANKS];
    size_t first = lac_pass_first(pass) * p->width;
    if (p->sent)
        p->wire->store((const float *)p->all + first,
                       (char *)p->sent + first * p->wire->element, pass->n * p->width);
    const lac_move move = move_of(pass, p, end);
    lac_begin_noting(pass->ctx, &move);
}

void lac_pictures_finish(const lac_pass *pass, const lac_pictures *p)
{
    size_t end[LAC_MOST_RANKS];
    const lac_move move = move_of(pass, p, end);
    lac_finish_noting(pass->ctx, &move);
    if (p->sent)
        p->wire->load(p->sent, p->all, lac_pass_whole(pass) * p->width);
}
