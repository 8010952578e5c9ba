/*
 * Ranks by fork, who share a piece of memory: for tests, and for one machine without MPI.
 *
 * At a meeting ranks sleep until the last one comes (futex). Whoever has slept for CHECK looks
 * whether the others still live: rank 0 asks for its children that have ended, and they whether
 * rank 0 is still their parent.
 *
 * Teams have a piece of that memory each. A rank that is gone ends them all.
 */
#ifndef LAC_FORK_H
#define LAC_FORK_H

#include "comm/comm.h"

#include <sys/types.h>

enum { LAC_FORK_ROOM = 4 << 20 };  /* bytes; a rank's part of them stays in its cache */
enum { LAC_FORK_RING = 64 << 20 }; /* bytes; those that moves under way never need take no memory */
enum { LAC_FORK_NOBODY = -1 };

/* Where ranks meet. */
typedef struct lac_fork_place {
    atomic_int arrived;
    atomic_uint meeting;  /* counts them */
    atomic_uint news;     /* whenever a rank has begun a move */
    atomic_uint begun[LAC_MOST_RANKS]; /* moves, by rank */
    _Alignas(64) char room[2][LAC_FORK_ROOM];
    char ring[LAC_FORK_RING];
} lac_fork_place;

typedef struct lac_fork_shared {
    atomic_int gone;      /* the rank that is, or NOBODY */
    lac_fork_place all;
    lac_fork_place team[]; /* [ranks / 2] */
} lac_fork_shared;

/* The moves of this rank. Places are counted on and on, as if the ring had no end. */
typedef struct lac_fork_moves {
    unsigned begun, finished;
    uint64_t at[LAC_MOST_MOVES]; /* of those under way, or LAC_FORK_NOWHERE */
    uint64_t end;  /* of the places given so far */
    uint64_t safe; /* what lies before it, all ranks have taken */
} lac_fork_moves;

#define LAC_FORK_NOWHERE UINT64_MAX

/* All ranks, and behind them in memory this one's team, once somebody has asked for it. */
typedef struct lac_fork_team {
    lac_comm comm; /* what is handed out */
    struct lac_fork_team *all;
    lac_fork_shared *shared;
    lac_fork_place *place; /* where these ranks meet */
    unsigned turn; /* picks the room */
    lac_fork_moves moves;
    pid_t parent;
    pid_t child[LAC_MOST_RANKS]; /* of rank 0, by rank; 0 when it has been waited for */
    char reason[64];
} lac_fork_team;

/* ---- Meetings. fork_meet.c ------------------------------------------------------------------- */

/* Where the oldest move under way has its place. */
uint64_t lac_fork_oldest(const lac_fork_moves *moves);

/* Returns 0 when all ranks have come: then they have all finished the moves that this one has. 1
 * when one never will. */
int lac_fork_meet(lac_fork_team *team);

/* Tells all ranks that this one has begun so many moves. */
void lac_fork_tell(lac_fork_team *team, unsigned moves);

/* Returns when the rank has begun so many, or 1 when it never will. */
int lac_fork_wait(lac_fork_team *team, int rank, unsigned moves);

void lac_fork_look_for_the_dead(lac_fork_team *team);
int lac_fork_is_any_gone(const lac_fork_team *team);

/* Tells everybody that a rank is gone. */
void lac_fork_note_gone(lac_fork_team *team, int rank);

/* ---- Of lac_comm ----------------------------------------------------------------------------- */

int lac_fork_gather(void *user, void *bytes, const size_t *end); /* fork_gather.c */
int lac_fork_exchange(void *user, const void *from, const int *row, const size_t *end, void *to);
int lac_fork_begin(void *user, const lac_move *move); /* fork_move.c */
int lac_fork_finish(void *user, const lac_move *move);

#endif
