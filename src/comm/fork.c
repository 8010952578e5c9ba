/*
 * Ranks by fork, who share a piece of memory: for tests, and for one machine without MPI.
 *
 * What is gathered or exchanged goes through that memory ROOM bytes at a time: each rank writes its
 * part of them, all meet, each reads what it is to have. Two rooms take turns, so that one meeting
 * a turn is enough: who writes into a room again has met, in between, everybody who read from it.
 *
 * At a meeting ranks sleep until the last one comes (futex). Whoever has slept for CHECK looks
 * whether the others still live: rank 0 asks for its children that have ended, and they whether
 * rank 0 is still their parent.
 *
 * Teams have a piece of that memory each. A rank that is gone ends them all.
 */
#define _GNU_SOURCE
#include "comm/comm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

enum { ROOM = 4 << 20 };          /* bytes; a rank's part of them stays in its cache */
enum { CHECK = 200000000 };       /* nanoseconds */
enum { NOBODY = -1 };

/* Where ranks meet. */
typedef struct place {
    atomic_int arrived;
    atomic_uint meeting;  /* counts them */
    _Alignas(64) char room[2][ROOM];
} place;

typedef struct shared {
    atomic_int gone;      /* the rank that is, or NOBODY */
    place all;
    place team[];         /* [ranks / 2] */
} shared;

/* All ranks, and behind them in memory this one's team, once somebody has asked for it. */
typedef struct team {
    lac_comm comm; /* what is handed out */
    struct team *all;
    shared *shared;
    place *place;  /* where these ranks meet */
    unsigned turn; /* picks the room */
    pid_t parent;
    pid_t child[LAC_MOST_RANKS]; /* of rank 0, by rank; 0 when it has been waited for */
    char reason[64];
} team;

/* ---- Meetings ------------------------------------------------------------------------------ */

/* Sleeps while the word is `value`, CHECK at most. */
static void sleep_on(atomic_uint *word, unsigned value)
{
    struct timespec most = {0, CHECK};
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAIT, value, &most, NULL, 0);
#else
    most.tv_nsec = CHECK / 1000;
    if (atomic_load(word) == value)
        nanosleep(&most, NULL);
#endif
}

static void wake_all(atomic_uint *word)
{
#ifdef __linux__
    syscall(SYS_futex, word, FUTEX_WAKE, LAC_MOST_RANKS, NULL, NULL, 0);
#else
    (void)word;
#endif
}

/* Tells everybody that a rank is gone. */
static void note_gone(team *t, int rank)
{
    int nobody = NOBODY;
    atomic_compare_exchange_strong(&t->shared->gone, &nobody, rank);
    atomic_fetch_add(&t->place->meeting, 1);
    wake_all(&t->place->meeting);
}

static void look_for_the_dead(team *t)
{
    if (t->comm.rank > 0) {
        if (getppid() != t->parent)
            note_gone(t, 0);
        return;
    }
    for (int r = 1; r < t->comm.size; r++)
        if (t->child[r] && waitpid(t->child[r], NULL, WNOHANG) == t->child[r]) {
            t->child[r] = 0;
            note_gone(t, r);
        }
}

static int is_any_gone(const team *t)
{
    return atomic_load(&t->shared->gone) != NOBODY;
}

/* Returns when all ranks have come, or 1 when one never will. */
static int meet(team *t)
{
    place *p = t->place;
    unsigned meeting = atomic_load(&p->meeting);
    if (is_any_gone(t))
        return 1;
    if (atomic_fetch_add(&p->arrived, 1) + 1 == t->comm.size) {
        atomic_store(&p->arrived, 0);
        atomic_fetch_add(&p->meeting, 1);
        wake_all(&p->meeting);
        return 0;
    }
    while (atomic_load(&p->meeting) == meeting && !is_any_gone(t)) {
        sleep_on(&p->meeting, meeting);
        if (atomic_load(&p->meeting) == meeting)
            look_for_the_dead(t->all);
    }
    return is_any_gone(t);
}

/* ---- Gathering ------------------------------------------------------------------------------ */

/* Of `count` bytes, the first of which is number `first` of all, those that have a place in the
 * room, which holds those from `at` on: returns how many, and where they begin among these, and
 * there. */
static size_t common(size_t at, size_t first, size_t count, size_t *of_bytes, size_t *of_room)
{
    size_t from = first > at ? first : at;
    size_t end = first + count < at + ROOM ? first + count : at + ROOM;
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

static int gather(void *user, void *bytes, const size_t *end)
{
    team *t = user;
    int rank = t->comm.rank;
    size_t first = rank ? end[rank - 1] : 0, total = end[t->comm.size - 1], at = 0;
    do {
        char *room = t->place->room[t->turn++ % 2];
        put(room, at, (char *)bytes + first, first, end[rank] - first);
        if (meet(t))
            return 1;
        take(room, at, bytes, 0, first);
        take(room, at, (char *)bytes + end[rank], end[rank], total - end[rank]);
        at += ROOM;
    } while (at < total);
    return 0;
}

static int exchange(void *user, const void *from, const int *row, const size_t *end, void *to)
{
    team *t = user;
    int rank = t->comm.rank, before = rank ? row[rank - 1] : 0, rows = row[t->comm.size - 1];
    size_t width = end[t->comm.size - 1], column = rank ? end[rank - 1] : 0;
    size_t own = end[rank] - column, at = 0;
    do {
        char *room = t->place->room[t->turn++ % 2];
        for (int r = before; r < row[rank]; r++)
            put(room, at, (const char *)from + (r - before) * width, r * width, width);
        if (meet(t))
            return 1;
        for (int r = 0; r < rows; r++)
            take(room, at, (char *)to + r * own, r * width + column, own);
        at += ROOM;
    } while (at < rows * width);
    return 0;
}

static int lost(void *user)
{
    team *t = user;
    look_for_the_dead(t);
    return is_any_gone(t);
}

static const char *reason(void *user)
{
    team *t = user;
    snprintf(t->reason, sizeof t->reason, "rank %d is gone, and the training with it",
             atomic_load(&t->shared->gone));
    return t->reason;
}

/* ---- Teams ---------------------------------------------------------------------------------- */

/* Once: a place belongs to one team. */
static const lac_comm *split(void *user, int size)
{
    team *all = user, *part = all + 1;
    if (part->comm.size == 0) {
        part->comm = (lac_comm){.rank = all->comm.rank % size, .size = size, .gather = gather,
                                .exchange = exchange, .reason = reason, .user = part};
        part->all = all;
        part->shared = all->shared;
        part->place = &all->shared->team[all->comm.rank / size];
    }
    return part->comm.size == size ? &part->comm : NULL;
}

/* All: they are of one machine. */
static const lac_comm *machine(void *user)
{
    team *t = user;
    return &t->comm;
}

/* ---- Opening -------------------------------------------------------------------------------- */

static size_t bytes_to_share(int ranks)
{
    return sizeof(shared) + (size_t)(ranks / 2) * sizeof(place);
}

static void end_team(team *t)
{
    for (int r = 1; r < t->comm.size; r++)
        if (t->child[r])
            waitpid(t->child[r], NULL, 0);
    munmap(t->shared, bytes_to_share(t->comm.size));
    free(t);
}

/* Makes the other ranks; returns in each of them. */
static lac_status start(team *t)
{
    t->parent = getpid();
    for (int r = 1; r < t->comm.size; r++) {
        pid_t child = fork();
        if (child < 0) {
            lac_fail(NULL, LAC_ERROR_IO, "cannot start rank %d of %d: %s", r, t->comm.size,
                     lac_reason(errno));
            note_gone(t, r);
            return LAC_ERROR_IO;
        }
        if (child == 0) {
            t->comm.rank = r;
            return LAC_OK;
        }
        t->child[r] = child;
    }
    return LAC_OK;
}

lac_status lac_fork_open(int size, lac_comm **out)
{
    *out = NULL;
    if (size < 1 || size > LAC_MOST_RANKS)
        return lac_fail(NULL, LAC_ERROR_ARGUMENT, "%d ranks: must be 1 to %d", size,
                        LAC_MOST_RANKS);
    team *t = calloc(2, sizeof *t);
    if (!t)
        return lac_fail(NULL, LAC_ERROR_MEMORY, "out of memory: %d ranks", size);
    t->comm = (lac_comm){.size = size, .gather = gather, .exchange = exchange, .reason = reason,
                         .user = t, .split = split, .lost = lost};
    t->comm.machine = machine;
    t->all = t;
    t->shared = mmap(NULL, bytes_to_share(size), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (t->shared == MAP_FAILED) {
        free(t);
        return lac_fail(NULL, LAC_ERROR_MEMORY, "out of memory: %zu bytes for ranks to share",
                        bytes_to_share(size));
    }
    t->place = &t->shared->all;
    atomic_store(&t->shared->gone, NOBODY);
    lac_status status = start(t);
    if (status != LAC_OK) {
        end_team(t);
        return status;
    }
    *out = &t->comm;
    return LAC_OK;
}

void lac_fork_close(lac_comm **comm)
{
    if (!*comm)
        return;
    if ((*comm)->rank == 0)
        end_team((*comm)->user);
    *comm = NULL;
}
