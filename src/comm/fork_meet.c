/* Ranks by fork wait for each other; see fork.h. */
#define _GNU_SOURCE
#include "comm/fork.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

enum { CHECK = 200000000 }; /* nanoseconds */

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

static void tell_news(lac_fork_place *p)
{
    atomic_fetch_add(&p->news, 1);
    wake_all(&p->news);
}

void lac_fork_note_gone(lac_fork_team *t, int rank)
{
    int nobody = LAC_FORK_NOBODY;
    atomic_compare_exchange_strong(&t->shared->gone, &nobody, rank);
    wake_all(&t->place->meeting);
    tell_news(t->place);
}

void lac_fork_look_for_the_dead(lac_fork_team *t)
{
    if (t->comm.rank > 0) {
        if (getppid() != t->parent)
            lac_fork_note_gone(t, 0);
        return;
    }
    /* Where the signal of an ended child is ignored, which processes inherit, it cannot be waited
     * for once it has ended. */
    for (int r = 1; r < t->comm.size; r++)
        if (t->child[r] && waitpid(t->child[r], NULL, WNOHANG) != 0) {
            t->child[r] = 0;
            lac_fork_note_gone(t, r);
        }
}

int lac_fork_is_any_gone(const lac_fork_team *t)
{
    return atomic_load(&t->shared->gone) != LAC_FORK_NOBODY;
}

uint64_t lac_fork_oldest(const lac_fork_moves *m)
{
    for (unsigned i = m->finished; i != m->begun; i++)
        if (m->at[i % LAC_MOST_MOVES] != LAC_FORK_NOWHERE)
            return m->at[i % LAC_MOST_MOVES];
    return m->end;
}

/* What all ranks have finished has no place any more. The ring begins anew where that is all: so
 * those moves that are small touch little of it. */
static void forget_finished(lac_fork_moves *m)
{
    if (m->begun == m->finished)
        m->end = (m->end + LAC_FORK_RING - 1) / LAC_FORK_RING * LAC_FORK_RING;
    m->safe = lac_fork_oldest(m);
}

/* Whoever was there is allowed to be gone a moment later: it may have nothing more to say. */
int lac_fork_meet(lac_fork_team *t)
{
    lac_fork_place *p = t->place;
    unsigned meeting = atomic_load(&p->meeting);
    if (lac_fork_is_any_gone(t))
        return 1;
    forget_finished(&t->moves);
    if (atomic_fetch_add(&p->arrived, 1) + 1 == t->comm.size) {
        atomic_store(&p->arrived, 0);
        atomic_fetch_add(&p->meeting, 1);
        wake_all(&p->meeting);
        return 0;
    }
    while (atomic_load(&p->meeting) == meeting) {
        if (lac_fork_is_any_gone(t))
            return 1;
        sleep_on(&p->meeting, meeting);
        if (atomic_load(&p->meeting) == meeting)
            lac_fork_look_for_the_dead(t->all);
    }
    return 0;
}

void lac_fork_tell(lac_fork_team *t, unsigned moves)
{
    atomic_store(&t->place->begun[t->comm.rank], moves);
    tell_news(t->place);
}

int lac_fork_wait(lac_fork_team *t, int rank, unsigned moves)
{
    lac_fork_place *p = t->place;
    for (;;) {
        unsigned news = atomic_load(&p->news);
        if ((int)(atomic_load(&p->begun[rank]) - moves) >= 0)
            return 0;
        if (lac_fork_is_any_gone(t))
            return 1;
        sleep_on(&p->news, news);
        if (atomic_load(&p->news) == news)
            lac_fork_look_for_the_dead(t->all);
    }
}
