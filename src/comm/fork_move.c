/*
 * Moves of ranks by fork (fork.h) have a ring of the shared memory, each a place in it, from which
 * all take their part when they finish it: a rank puts its own part there, says that it has, and
 * goes on. The places follow from the moves alone, so that all ranks know them. Where moves under
 * way leave no place for one, it is made when it is finished, as a gather or an exchange.
 */
#include "comm/fork.h"

#include <string.h>

static size_t bytes_of(const lac_fork_team *t, const lac_move *m)
{
    int last = t->comm.size - 1;
    return m->end[last] * (size_t)(m->row ? m->row[last] : 1);
}

/* The next place for so many bytes, none of which lies at the end of the ring and at its
 * beginning. */
static uint64_t next_place(const lac_fork_moves *m, size_t bytes)
{
    uint64_t rest = LAC_FORK_RING - m->end % LAC_FORK_RING;
    return bytes > rest ? m->end + rest : m->end;
}

/* Finds a place for so many bytes. Others may still take what was there: then all meet. */
static int give_place(lac_fork_team *t, size_t bytes, uint64_t *at)
{
    lac_fork_moves *m = &t->moves;
    uint64_t end = next_place(m, bytes) + bytes;
    *at = LAC_FORK_NOWHERE;
    if (bytes > LAC_FORK_RING || end - lac_fork_oldest(m) > LAC_FORK_RING)
        return 0;
    if (end - m->safe > LAC_FORK_RING && lac_fork_meet(t))
        return 1;
    *at = next_place(m, bytes);
    m->end = *at + bytes;
    return 0;
}

/* This rank's rows, but its own columns, or its piece. */
static void put_own(const lac_fork_team *t, const lac_move *m, char *room)
{
    int rank = t->comm.rank, before = m->row && rank ? m->row[rank - 1] : 0;
    size_t first = rank ? m->end[rank - 1] : 0, end = m->end[rank];
    size_t width = m->end[t->comm.size - 1];
    if (!m->row) {
        memcpy(room + first, (const char *)m->to + first, end - first);
        return;
    }
    for (int r = before; r < m->row[rank]; r++) {
        const char *from = (const char *)m->from + (r - before) * width;
        memcpy(room + r * width, from, first);
        memcpy(room + r * width + end, from + end, width - end);
    }
}

static void take_others(const lac_fork_team *t, const lac_move *m, const char *room)
{
    int rank = t->comm.rank, before = m->row && rank ? m->row[rank - 1] : 0;
    size_t first = rank ? m->end[rank - 1] : 0, end = m->end[rank];
    size_t width = m->end[t->comm.size - 1];
    char *to = m->to;
    if (!m->row) {
        memcpy(to, room, first);
        memcpy(to + end, room + end, width - end);
        return;
    }
    for (int r = 0; r < m->row[t->comm.size - 1]; r++, to += end - first) {
        int is_own = r >= before && r < m->row[rank];
        const char *row = is_own ? (const char *)m->from + (r - before) * width
                                 : room + r * width;
        memcpy(to, row + first, end - first);
    }
}

int lac_fork_begin(void *user, const lac_move *move)
{
    lac_fork_team *t = user;
    lac_fork_moves *m = &t->moves;
    uint64_t at;
    if (lac_fork_is_any_gone(t) || give_place(t, bytes_of(t, move), &at))
        return 1;
    m->at[m->begun++ % LAC_MOST_MOVES] = at;
    if (at == LAC_FORK_NOWHERE)
        return 0;
    put_own(t, move, t->place->ring + at % LAC_FORK_RING);
    lac_fork_tell(t, m->begun);
    return 0;
}

int lac_fork_finish(void *user, const lac_move *move)
{
    lac_fork_team *t = user;
    lac_fork_moves *m = &t->moves;
    if (lac_fork_is_any_gone(t))
        return 1;
    uint64_t at = m->at[m->finished++ % LAC_MOST_MOVES];
    if (at == LAC_FORK_NOWHERE)
        return move->row ? lac_fork_exchange(t, move->from, move->row, move->end, move->to)
                         : lac_fork_gather(t, move->to, move->end);
    for (int r = 0; r < t->comm.size; r++)
        if (lac_fork_wait(t, r, m->finished))
            return 1;
    take_others(t, move, t->place->ring + at % LAC_FORK_RING);
    return 0;
}
