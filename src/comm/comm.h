/*
 * Ranks: processes that share each batch of a training. Bytes are moved between them and nothing is
 * added on the way: whoever adds does it in an order that depends on the pictures alone. So no sum
 * depends on how many there are, and all of them hold the same weights.
 *
 * Where there are many trainings to do, ranks part into teams, each of which does a training at a
 * time as if there were no others.
 */
#ifndef LAC_COMM_H
#define LAC_COMM_H

#include "base/base.h"

int lac_ranks(const lac_context *ctx); /* 1 without a communicator */
int lac_rank(const lac_context *ctx);

/* The pieces of all ranks to all ranks, as lac_comm says; nothing to do for one. RANKS. */
lac_status lac_gather(lac_context *ctx, void *bytes, const size_t *end);

/* What rank 0 has at `bytes` to all, there; nothing to do for one. RANKS. */
lac_status lac_broadcast(lac_context *ctx, void *bytes, size_t size);

/* The same as lac_gather where nothing can be returned: a failure is noted as trouble. */
void lac_gather_noting(lac_context *ctx, void *bytes, const size_t *end);

/* Some columns of the rows of all, as lac_comm's exchange says; notes a failure. */
void lac_exchange_noting(lac_context *ctx, const void *from, const int *row, const size_t *end,
                         void *to);

/* Whether ranks can hear each other while they compute. */
int lac_moves(const lac_context *ctx);

/* Begins and finishes a move, as lac_comm says; where it cannot be begun, finishing it does all.
 * They note a failure. */
void lac_begin_noting(lac_context *ctx, const lac_move *move);
void lac_finish_noting(lac_context *ctx, const lac_move *move);

/* Where the share of a rank begins when `count` things are shared out evenly. */
int lac_share(int count, int rank, int ranks);

/* Cuts a batch of n pictures into a slice a rank: rank r's is [start[r], start[r + 1]), of
 * start [ranks + 1]. Slices begin at multiples of `unit`, and none has fewer pictures than
 * LAC_SLICE_LEAST but where the batch has not more, or none at all, or the unit is 1. */
enum { LAC_SLICE_LEAST = 5 };
void lac_slices(int n, int unit, int ranks, int *start);

/* The most pictures of a slice of at most `batch`. */
int lac_slice_most(int batch, int unit, int ranks);

/* What ranks have to say to each other after a step. Those of rank 0 count but for the status,
 * whose first failure does, and the stop, which any may ask for. */
typedef struct lac_verdict {
    lac_status status;
    int stop;
    double seconds;
} lac_verdict;

/* Makes the verdict that of all ranks, and the message that of the status. Returns the status. */
lac_status lac_agree(lac_context *ctx, lac_verdict *verdict);

/* Something that must be the same on all ranks; `what` names it. MISMATCH, RANKS. */
lac_status lac_expect_same(lac_context *ctx, const char *what, uint64_t hash);

/* ---- Pages --------------------------------------------------------------------------------- */

/* Gives all ranks what rank 0 has, to read, once a machine where its ranks can share memory.
 * `pages` is any pointer's address, at rank 0 of *bytes of lac_pages_new, `used` of which are
 * handed out, elsewhere of NULL. Then it is what to free with lac_pages_free, of *bytes, also after
 * a failure, which is that of all. MEMORY, RANKS. machine.c */
lac_status lac_pages_hand_out(lac_context *ctx, size_t used, void *pages, size_t *bytes);

/* ---- Teams --------------------------------------------------------------------------------- */

typedef struct lac_teams {
    const lac_comm *all, *own; /* NULL: one rank */
    int size, count;           /* ranks of a team, teams */
    int number;                /* this one's, from 0 */
} lac_teams;

/* All ranks as one. */
lac_teams lac_teams_one(const lac_context *ctx);

/* Teams of as many ranks as the context says. ARGUMENT, RANKS. */
lac_status lac_teams_open(lac_context *ctx, lac_teams *out);

/* Does `work`, which may be NULL, with the context's ranks those of the team. Then all meet again,
 * and agree on what has come of it. */
lac_status lac_teams_work(lac_context *ctx, const lac_teams *teams,
                          lac_status (*work)(void *user), void *user);

/* Whether a rank is gone, of whatever team, so that work may as well end. */
int lac_teams_lost(const lac_teams *teams);

#endif
