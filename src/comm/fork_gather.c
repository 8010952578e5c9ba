/*
 * Gathers and exchanges of ranks by fork (fork.h) go through the shared memory, a room of bytes at
 * a time: each rank writes its part of them, all meet, each reads what it is to have. Two rooms
 * take turns, so that one meeting a turn is enough: who writes into a room again has met, in
 * between, everybody who read from it.
 */
#include "comm/fork.h"

#include <string.h>

/* Of `count` bytes, the first of which is number `first` of all, those that have a place in the
 * room, which holds those from `at` on: returns how many, and where they begin among these, and
 * there. */
static size_t common(size_t at, size_t first, size_t count, size_t *of_bytes, size_t *of_room)
{
    size_t from = first > at ? first : at;
    size_t end = first + count < at + LAC_FORK_ROOM ? first + count : at + LAC_FORK_ROOM;
    *of_bytes = from - first;
    *of_room = from - at;
    return from < end ? end - from : 0;
}

static void put(char *room, size_t at, const char *bytes, size_t first, size_t count)
{
    size_t of_bytes, of_room, n = common(at, first, count, &of_bytes, &of_room);
    if (n)
        memcpy(room + of_room, bytes + of_bytes, n);
}

static void take(const char *room, size_t at, char *bytes, size_t first, size_t count)
{
    size_t of_bytes, of_room, n = common(at, first, count, &of_bytes, &of_room);
    if (n)
        memcpy(bytes + of_bytes, room + of_room, n);
}

int lac_fork_gather(void *user, void *bytes, const size_t *end)
{
    lac_fork_team *t = user;
    int rank = t->comm.rank;
    size_t first = rank ? end[rank - 1] : 0, total = end[t->comm.size - 1], at = 0;
    do {
        char *room = t->place->room[t->turn++ % 2];
        put(room, at, (char *)bytes + first, first, end[rank] - first);
        if (lac_fork_meet(t))
            return 1;
        take(room, at, bytes, 0, first);
        take(room, at, (char *)bytes + end[rank], end[rank], total - end[rank]);
        at += LAC_FORK_ROOM;
    } while (at < total);
    return 0;
}

int lac_fork_exchange(void *user, const void *from, const int *row, const size_t *end, void *to)
{
    lac_fork_team *t = user;
    int rank = t->comm.rank, before = rank ? row[rank - 1] : 0, rows = row[t->comm.size - 1];
    size_t width = end[t->comm.size - 1], column = rank ? end[rank - 1] : 0;
    size_t own = end[rank] - column, at = 0;
    do {
        char *room = t->place->room[t->turn++ % 2];
        for (int r = before; r < row[rank]; r++)
            put(room, at, (const char *)from + (r - before) * width, r * width, width);
        if (lac_fork_meet(t))
            return 1;
        for (int r = 0; r < rows; r++)
            take(room, at, (char *)to + r * own, r * width + column, own);
        at += LAC_FORK_ROOM;
    } while (at < rows * width);
    return 0;
}
