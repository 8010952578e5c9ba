/*
 * Ranks by MPI. MPI waits by looking without a pause, which takes the processor from other ranks
 * where there are more of them than cores; so a gather is begun, and looked after with pauses that
 * grow.
 *
 * Moves are messages from rank to rank, which travel while MPI is called for something else: a
 * backward pass gathers sums after every few operators.
 *
 * An error of MPI ends all ranks, as MPI does by itself, and mpirun says which one is gone.
 *
 * Of the library nothing is called here: the shared one hides what lacuna.h does not declare.
 */
#define _POSIX_C_SOURCE 200809L
#include "comm/comm.h"
#include "lacuna_mpi.h"

#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_BYTES = 1 << 30 }; /* of a message: MPI counts in int */
enum { LOOKS = 200 };          /* without a sleep: they give way to others that can run */
enum { LEAST_SLEEP = 5000, MOST_SLEEP = 100000 }; /* nanoseconds */

/* The messages of a move under way. Room for them grows with the first moves. */
typedef struct messages {
    MPI_Request *request;
    int count, room;
} messages;

/* All ranks, and behind them in memory this one's team, once somebody has asked for it. */
typedef struct team {
    lac_comm comm; /* what is handed out */
    MPI_Comm ranks;
    int count[LAC_MOST_RANKS], first[LAC_MOST_RANKS];         /* bytes from each rank, */
    int count_out[LAC_MOST_RANKS], first_out[LAC_MOST_RANKS]; /* and to each */
    messages move[LAC_MOST_MOVES];
    unsigned begun, finished; /* moves */
    int is_lost;              /* something has failed, and so does all that follows */
    char reason[MPI_MAX_ERROR_STRING];
} team;

static int wait_for(int count, MPI_Request *request)
{
    int done = 0, looks = 0, error = MPI_SUCCESS;
    struct timespec pause = {0, LEAST_SLEEP};
    while ((error = MPI_Testall(count, request, &done, MPI_STATUSES_IGNORE)) == MPI_SUCCESS &&
           !done) {
        if (looks++ < LOOKS) {
            sched_yield();
            continue;
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < MOST_SLEEP)
            pause.tv_nsec *= 2;
    }
    return error;
}

/* The pieces one after the other: that of a single rank, or more than a message may hold. */
static int gather_by_rank(team *t, char *bytes, const size_t *end)
{
    MPI_Request request;
    int error = MPI_SUCCESS;
    size_t at = 0;
    for (int r = 0; r < t->comm.size; r++)
        while (at < end[r] && error == MPI_SUCCESS) {
            size_t piece = end[r] - at < MOST_BYTES ? end[r] - at : MOST_BYTES;
            error = MPI_Ibcast(bytes + at, (int)piece, MPI_BYTE, r, t->ranks, &request);
            if (error == MPI_SUCCESS)
                error = wait_for(1, &request);
            at += piece;
        }
    return error;
}

static int gather_at_once(team *t, char *bytes, const size_t *end)
{
    MPI_Request request;
    for (int r = 0; r < t->comm.size; r++) {
        t->first[r] = r ? (int)end[r - 1] : 0;
        t->count[r] = (int)end[r] - t->first[r];
    }
    int error = MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, bytes, t->count, t->first,
                                MPI_BYTE, t->ranks, &request);
    return error == MPI_SUCCESS ? wait_for(1, &request) : error;
}

static int failed(team *t, int error)
{
    int length;
    if (error == MPI_SUCCESS)
        return 0;
    MPI_Error_string(error, t->reason, &length);
    t->is_lost = 1;
    return 1;
}

/* One rank has all of it. */
static int is_broadcast(const team *t, const size_t *end)
{
    int r = 0;
    while (end[r] == 0 && r < t->comm.size - 1)
        r++;
    return end[r] == end[t->comm.size - 1];
}

static int gather(void *user, void *bytes, const size_t *end)
{
    team *t = user;
    int by_rank = end[t->comm.size - 1] > MOST_BYTES || is_broadcast(t, end);
    return t->is_lost || failed(t, (by_rank ? gather_by_rank : gather_at_once)(t, bytes, end));
}

static int rows_of(const int *row, int rank)
{
    return row[rank] - (rank ? row[rank - 1] : 0);
}

/* What goes where of the i-th row of every rank that has so many. */
static void place_rows(team *t, int i, const int *row, const size_t *end)
{
    int rank = t->comm.rank;
    int own = (int)(end[rank] - (rank ? end[rank - 1] : 0));
    for (int r = 0; r < t->comm.size; r++) {
        int first = r ? (int)end[r - 1] : 0;
        t->first_out[r] = first;
        t->count_out[r] = i < rows_of(row, rank) ? (int)end[r] - first : 0;
        t->first[r] = ((r ? row[r - 1] : 0) + i) * own;
        t->count[r] = i < rows_of(row, r) ? own : 0;
    }
}

/* The first rows of all ranks, then the second ones, until none has more: rows are few, and nothing
 * has to be put together. */
static int exchange(void *user, const void *from, const int *row, const size_t *end, void *to)
{
    team *t = user;
    int own = rows_of(row, t->comm.rank), most = 0, error = MPI_SUCCESS;
    if (t->is_lost)
        return 1;
    for (int r = 0; r < t->comm.size; r++)
        most = rows_of(row, r) > most ? rows_of(row, r) : most;
    for (int i = 0; i < most && error == MPI_SUCCESS; i++) {
        MPI_Request request;
        const char *out = (const char *)from + (i < own ? i * end[t->comm.size - 1] : 0);
        place_rows(t, i, row, end);
        error = MPI_Ialltoallv(out, t->count_out, t->first_out, MPI_BYTE, to, t->count, t->first,
                               MPI_BYTE, t->ranks, &request);
        if (error == MPI_SUCCESS)
            error = wait_for(1, &request);
    }
    return failed(t, error);
}

/* ---- Moves ---------------------------------------------------------------------------------- */

static int make_room(messages *m, int count)
{
    if (count <= m->room)
        return MPI_SUCCESS;
    MPI_Request *more = realloc(m->request, (size_t)count * sizeof *more);
    if (!more)
        return MPI_ERR_NO_MEM;
    m->request = more;
    m->room = count;
    return MPI_SUCCESS;
}

static int send(team *t, messages *m, const void *from, size_t bytes, int rank)
{
    return MPI_Isend(from, (int)bytes, MPI_BYTE, rank, 0, t->ranks, &m->request[m->count++]);
}

static int receive(team *t, messages *m, void *to, size_t bytes, int rank)
{
    return MPI_Irecv(to, (int)bytes, MPI_BYTE, rank, 0, t->ranks, &m->request[m->count++]);
}

/* To and from another rank, its piece of what is gathered, or rows and columns. */
static int begin_with(team *t, messages *m, const lac_move *move, int rank)
{
    int own = t->comm.rank, error = MPI_SUCCESS;
    size_t own_first = own ? move->end[own - 1] : 0, own_bytes = move->end[own] - own_first;
    size_t first = rank ? move->end[rank - 1] : 0, bytes = move->end[rank] - first;
    if (!move->row) {
        error = receive(t, m, (char *)move->to + first, bytes, rank);
        return error ? error : send(t, m, (char *)move->to + own_first, own_bytes, rank);
    }
    int before = rank ? move->row[rank - 1] : 0;
    for (int r = before; r < move->row[rank] && !error; r++)
        error = receive(t, m, (char *)move->to + r * own_bytes, own_bytes, rank);
    for (int r = 0; r < rows_of(move->row, own) && !error; r++)
        error = send(t, m, (const char *)move->from + r * move->end[t->comm.size - 1] + first,
                     bytes, rank);
    return error;
}

static void copy_own(const team *t, const lac_move *move)
{
    int own = t->comm.rank, before = move->row && own ? move->row[own - 1] : 0;
    size_t first = own ? move->end[own - 1] : 0, bytes = move->end[own] - first;
    for (int r = 0; move->row && r < rows_of(move->row, own); r++)
        memcpy((char *)move->to + (before + r) * bytes,
               (const char *)move->from + r * move->end[t->comm.size - 1] + first, bytes);
}

/* Messages that are too large for MPI's int are not begun. */
static int is_too_large(const team *t, const lac_move *move)
{
    return move->end[t->comm.size - 1] > MOST_BYTES;
}

static int begin(void *user, const lac_move *move)
{
    team *t = user;
    messages *m = &t->move[t->begun++ % LAC_MOST_MOVES];
    int others = t->comm.size - 1, error = MPI_SUCCESS;
    m->count = 0;
    if (t->is_lost || is_too_large(t, move))
        return t->is_lost;
    int rows = move->row ? move->row[others] + others * rows_of(move->row, t->comm.rank) : 0;
    error = make_room(m, move->row ? rows : 2 * others);
    for (int i = 1; i <= others && error == MPI_SUCCESS; i++)
        error = begin_with(t, m, move, (t->comm.rank + i) % t->comm.size);
    copy_own(t, move);
    return failed(t, error);
}

static int finish(void *user, const lac_move *move)
{
    team *t = user;
    messages *m = &t->move[t->finished++ % LAC_MOST_MOVES];
    if (t->is_lost)
        return 1;
    if (!is_too_large(t, move))
        return failed(t, wait_for(m->count, m->request));
    return move->row ? exchange(t, move->from, move->row, move->end, move->to)
                     : gather(t, move->to, move->end);
}

static const char *reason(void *user)
{
    const team *t = user;
    return t->reason;
}

/* Once, as ranks by fork. */
static const lac_comm *split(void *user, int size)
{
    team *all = user, *part = all + 1;
    if (part->comm.size == 0 && MPI_Comm_split(all->ranks, all->comm.rank / size, all->comm.rank,
                                               &part->ranks) == MPI_SUCCESS)
        part->comm = (lac_comm){.rank = all->comm.rank % size, .size = size, .gather = gather,
                                .exchange = exchange, .begin = begin, .finish = finish,
                                .reason = reason, .user = part};
    return part->comm.size == size ? &part->comm : NULL;
}

/* Those of this one's machine, by MPI's word, behind the team. Once. */
static const lac_comm *machine(void *user)
{
    team *all = user, *near = all + 2;
    if (near->comm.size == 0 &&
        MPI_Comm_split_type(all->ranks, MPI_COMM_TYPE_SHARED, all->comm.rank, MPI_INFO_NULL,
                            &near->ranks) == MPI_SUCCESS) {
        near->comm = (lac_comm){.gather = gather, .exchange = exchange, .reason = reason,
                                .user = near};
        MPI_Comm_rank(near->ranks, &near->comm.rank);
        MPI_Comm_size(near->ranks, &near->comm.size);
    }
    return near->comm.size ? &near->comm : NULL;
}

static char message[80];

const char *lac_mpi_message(void)
{
    return message;
}

lac_status lac_mpi_open(lac_comm **out)
{
    int had, size, rank;
    *out = NULL;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &had) != MPI_SUCCESS) {
        snprintf(message, sizeof message, "MPI does not begin");
        return LAC_ERROR_RANKS;
    }
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (size > LAC_MOST_RANKS) {
        snprintf(message, sizeof message, "%d ranks: at most %d are possible", size,
                 LAC_MOST_RANKS);
        return LAC_ERROR_ARGUMENT;
    }
    team *t = calloc(3, sizeof *t);
    if (!t) {
        snprintf(message, sizeof message, "out of memory: %d ranks", size);
        return LAC_ERROR_MEMORY;
    }
    t->comm = (lac_comm){.rank = rank, .size = size, .gather = gather,
                         .exchange = exchange, .begin = begin, .finish = finish,
                         .reason = reason, .user = t, .split = split};
    t->ranks = MPI_COMM_WORLD;
    t->comm.machine = machine;
    *out = &t->comm;
    return LAC_OK;
}

void lac_mpi_close(lac_comm **comm, int failed)
{
    if (!*comm)
        return;
    if (failed)
        MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Finalize();
    for (int i = 0; i < 2 * LAC_MOST_MOVES; i++)
        free(((team *)(*comm)->user)[i / LAC_MOST_MOVES].move[i % LAC_MOST_MOVES].request);
    free((*comm)->user);
    *comm = NULL;
}
