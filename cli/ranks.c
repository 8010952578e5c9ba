/* How the command becomes one of several ranks. */
#define _POSIX_C_SOURCE 200809L
#include "ranks.h"
#include "progress.h"

#ifdef HAVE_MPI
#include "lacuna_mpi.h"
#endif

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* What mpirun of Open MPI, that of MPICH and its kin, and srun leave in the environment of a rank:
 * whether it was started by one, how many there are, and how many of them on this machine. */
static const char *const rank_names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", NULL};
static const char *const size_names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS", NULL};
static const char *const near_names[] = {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS",
                                         "SLURM_NTASKS_PER_NODE", NULL};

/* The first of the names that has a value. */
static const char *told(const char *const *name)
{
    while (*name && !getenv(*name))
        name++;
    return *name ? getenv(*name) : NULL;
}

static int told_number(const char *const *name)
{
    const char *text = told(name);
    long number = text ? strtol(text, NULL, 10) : 0;
    return number > 0 && number <= INT_MAX ? (int)number : 1;
}

static int is_launched(void)
{
    return told(rank_names) != NULL;
}

static void share_cores(machine_options *m)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int near = is_launched() ? told_number(near_names) : m->comm->size;
    if (m->threads == 0 && m->comm->size > 1)
        m->threads = cores > near ? (int)(cores / near) : 1;
}

static lac_status join_launched(machine_options *m)
{
#ifdef HAVE_MPI
    signals_watch();
    return lac_mpi_open(&m->comm);
#else
    (void)m;
    return LAC_OK;
#endif
}

static lac_status start_own(machine_options *m)
{
    if (m->ranks > 1)
        signals_share();
    lac_status status = m->ranks > 1 ? lac_fork_open(m->ranks, &m->comm) : LAC_OK;
    signals_watch();
    return status;
}

static int can_join(void)
{
#ifdef HAVE_MPI
    return 1;
#else
    return told_number(size_names) == 1;
#endif
}

static int check_team(const command *c, const machine_options *m)
{
    int ranks = is_launched() ? told_number(size_names) : m->ranks ? m->ranks : 1;
    if (m->team && ranks % m->team != 0)
        return options_misuse(c, "--ranks-per-trial %d: must divide the number of ranks, %d",
                              m->team, ranks);
    return CODE_GO_ON;
}

int ranks_open(const command *c, machine_options *m)
{
    if (is_launched() && m->ranks)
        return options_misuse(c, "--ranks %d: mpirun or srun has said already how many there are",
                              m->ranks);
    if (is_launched() && !can_join()) {
        fprintf(stderr, "lacuna: started by mpirun or srun as one of %d, but built without MPI; "
                        "--ranks N shares a batch on one machine\n", told_number(size_names));
        return CODE_FAILED;
    }
    int code = check_team(c, m);
    if (code != CODE_GO_ON)
        return code;
    lac_status status = is_launched() ? join_launched(m) : start_own(m);
#ifdef HAVE_MPI
    if (status != LAC_OK && is_launched()) {
        fprintf(stderr, "lacuna: %s\n", lac_mpi_message());
        return CODE_FAILED;
    }
#endif
    if (status != LAC_OK)
        return report(NULL, status);
    if (m->comm)
        share_cores(m);
    return CODE_GO_ON;
}

lac_status ranks_meet(machine_options *m, lac_context *ctx, lac_status status)
{
    if (!m->comm || !ctx)
        return status;
    status = lac_context_agree(ctx, status);
    m->has_met = 1;
    if (m->comm->rank > 0 &&
        !(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr)))
        _exit(CODE_FAILED);
    return status;
}

int ranks_is_first(const machine_options *m)
{
    return !m->comm || m->comm->rank == 0;
}

void ranks_close(machine_options *m)
{
    if (!m->comm)
        return;
#ifdef HAVE_MPI
    if (is_launched()) {
        lac_mpi_close(&m->comm, !m->has_met);
        return;
    }
#endif
    lac_fork_close(&m->comm);
}
