/* Ranks: processes that share a training (docs/scale.md), for the verbs that train by them. */
#ifndef CLI_RANKS_H
#define CLI_RANKS_H

#include "cli.h"

/* An entry of a verb's option table. */
#define RANKS_OPTION(m)                                                                        \
    {.type = OPTION_INT, .name = "ranks", .value = &(m).ranks, .unit = "N",                    \
     .about = "processes on this machine that share each batch; mpirun and srun bring their own", \
     .zero = "1, or theirs", .min = 0, .max = 1024}

/* Two entries of a verb that hands out whole trainings, each a `job`; (m).team is 1 before. */
#define TEAM_OPTIONS(m, job)                                                                   \
    {.type = OPTION_INT, .name = "ranks", .value = &(m).ranks, .unit = "N",                    \
     .about = "processes on this machine that " job "s are handed out to; mpirun and srun "    \
              "bring their own",                                                               \
     .zero = "1, or theirs", .min = 0, .max = 1024},                                           \
    {.type = OPTION_INT, .name = "ranks-per-trial", .value = &(m).team, .unit = "R",           \
     .about = "of them that share a " job ", each batch of it; divides their number",          \
     .min = 1, .max = 1024}

/* Makes this process one of the ranks that mpirun or srun has started, or of N that it starts, and
 * watches signals (progress.h): a thread that did so would not survive a fork. Threads that
 * nobody has asked for are the machine's cores, shared out. CODE_GO_ON, or what to exit with. */
int ranks_open(const command *c, machine_options *machine);

/* The ranks' verdict (lac_context_agree), from which on rank 0 alone speaks: what others print is
 * lost. ctx is NULL where none could be made. */
lac_status ranks_meet(machine_options *machine, lac_context *ctx, lac_status status);

/* 1: this is rank 0, or alone. */
int ranks_is_first(const machine_options *machine);

/* Waits for the others; ends them where they do not know that this one has failed. */
void ranks_close(machine_options *machine);

#endif
