/* Ranks by fork begin, part into teams and end; see fork.h. */
#define _GNU_SOURCE
#include "comm/fork.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int lost(void *user)
{
    lac_fork_team *t = user;
    lac_fork_look_for_the_dead(t);
    return lac_fork_is_any_gone(t);
}

static const char *reason(void *user)
{
    lac_fork_team *t = user;
    snprintf(t->reason, sizeof t->reason, "rank %d is gone, and the training with it",
             atomic_load(&t->shared->gone));
    return t->reason;
}

static lac_comm comm_of(lac_fork_team *t, int rank, int size)
{
    return (lac_comm){.rank = rank, .size = size, .user = t, .gather = lac_fork_gather,
                      .exchange = lac_fork_exchange, .begin = lac_fork_begin,
                      .finish = lac_fork_finish, .reason = reason};
}

/* ---- Teams ---------------------------------------------------------------------------------- */

/* Once: a place belongs to one team. */
static const lac_comm *split(void *user, int size)
{
    lac_fork_team *all = user, *part = all + 1;
    if (part->comm.size == 0) {
        part->comm = comm_of(part, all->comm.rank % size, size);
        part->all = all;
        part->shared = all->shared;
        part->place = &all->shared->team[all->comm.rank / size];
    }
    return part->comm.size == size ? &part->comm : NULL;
}

/* All: they are of one machine. */
static const lac_comm *machine(void *user)
{
    lac_fork_team *t = user;
    return &t->comm;
}

/* ---- Opening -------------------------------------------------------------------------------- */

static size_t bytes_to_share(int ranks)
{
    return sizeof(lac_fork_shared) + (size_t)(ranks / 2) * sizeof(lac_fork_place);
}

static void end_team(lac_fork_team *t)
{
    for (int r = 1; r < t->comm.size; r++)
        if (t->child[r])
            waitpid(t->child[r], NULL, 0);
    munmap(t->shared, bytes_to_share(t->comm.size));
    free(t);
}

/* Makes the other ranks; returns in each of them. */
static lac_status start(lac_fork_team *t)
{
    t->parent = getpid();
    for (int r = 1; r < t->comm.size; r++) {
        pid_t child = fork();
        if (child < 0) {
            lac_fail(NULL, LAC_ERROR_IO, "cannot start rank %d of %d: %s", r, t->comm.size,
                     lac_reason(errno));
            lac_fork_note_gone(t, r);
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
    lac_fork_team *t = calloc(2, sizeof *t);
    if (!t)
        return lac_fail(NULL, LAC_ERROR_MEMORY, "out of memory: %d ranks", size);
    t->comm = comm_of(t, 0, size);
    t->comm.split = split;
    t->comm.lost = lost;
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
    atomic_store(&t->shared->gone, LAC_FORK_NOBODY);
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
