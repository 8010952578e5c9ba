/* What tests of several ranks share: ranks by fork, each of which does the same work. */
#ifndef LAC_TEST_RANKED_H
#define LAC_TEST_RANKED_H

#include "support.h"

typedef struct ranked {
    int team; /* as in lac_context_config */
    lac_cpu cpu;
    lac_status (*work)(lac_context *ctx, int rank, void *user);
    void *user;
} ranked;

/* What a rank has come to. */
typedef struct word {
    lac_status status;
    char message[400];
} word;

/* One rank's part, in a context of its own, of one thread. */
word by_rank(const lac_comm *comm, const ranked *r);

/* By so many. What rank 0 has come to; all others that live, `living` of them, must have come to
 * the same. Ranks but 0 leave as soon as their part is over, and tell through a pipe. */
word by_ranks(int ranks, const ranked *r, int living);

#endif
