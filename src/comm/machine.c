/*
 * Pages that ranks of one machine hold together. The lowest of them makes a file that has no name
 * and lies in memory (memfd), and the others open it through its entry in /proc. So it needs no
 * room in /dev/shm, which is small in containers, and goes with the last process that has it,
 * however that ends.
 *
 * Where ranks cannot share (no such files, or none that may be opened), each has pages of its own.
 */
#define _GNU_SOURCE
#include "comm/comm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE = 4 << 20 }; /* bytes that travel at a time: who keeps none hears them into so many */

/* Where the file is, and what it is: another process's entry may have the same path. */
typedef struct ticket {
    char path[48];
    lac_stamp stamp;
} ticket;

/* ---- The file ------------------------------------------------------------------------------ */

/* Returns it, or -1. All of it is taken now: a write to pages that cannot be had is a crash. */
static int file_make(size_t bytes, ticket *out)
{
    int file = -1;
#ifdef __linux__
    file = memfd_create("lacuna", MFD_CLOEXEC);
    if (file < 0)
        return -1;
    snprintf(out->path, sizeof out->path, "/proc/%ld/fd/%d", (long)getpid(), file);
    if (posix_fallocate(file, 0, (off_t)bytes) != 0 || !lac_file_stamp(out->path, &out->stamp)) {
        close(file);
        file = -1;
    }
#else
    (void)bytes;
    (void)out;
#endif
    return file;
}

static int file_find(const ticket *t)
{
    lac_stamp stamp;
    if (!lac_file_stamp(t->path, &stamp) || memcmp(&stamp, &t->stamp, sizeof stamp) != 0)
        return -1;
    return open(t->path, O_RDONLY | O_CLOEXEC);
}

/* Of a rank: the pages it had, those it has now, and where it hears what it does not write. */
typedef struct hand {
    size_t bytes;
    char *had, *has, *aside;
    int is_whole;  /* 1: all ranks share one */
    int is_writer; /* 1: of those that share, it is this one that writes; or it shares none */
} hand;

/* Among the ranks that are the context's. MEMORY on all where one cannot have them, RANKS. */
static lac_status share(lac_context *ctx, hand *h)
{
    ticket t = {0};
    int rank = lac_rank(ctx), file = rank == 0 ? file_make(h->bytes, &t) : -1;
    void *pages = MAP_FAILED;
    lac_status status = lac_broadcast(ctx, &t, sizeof t);
    if (status == LAC_OK && rank > 0)
        file = file_find(&t);
    if (file >= 0)
        pages = mmap(NULL, h->bytes, rank == 0 ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                     file, 0);
    if (status == LAC_OK && pages == MAP_FAILED)
        status = lac_fail(ctx, LAC_ERROR_MEMORY, "no memory that ranks could share");
    status = lac_context_agree(ctx, status);
    if (file >= 0)
        close(file);
    if (pages != MAP_FAILED && status != LAC_OK)
        munmap(pages, h->bytes);
    h->has = status == LAC_OK ? pages : NULL;
    return status;
}

/* ---- Handing out --------------------------------------------------------------------------- */

static lac_status share_on_machine(lac_context *ctx, hand *h)
{
    const lac_comm *all = ctx->comm, *near = all->machine ? all->machine(all->user) : NULL;
    h->is_writer = 1;
    if (!near || near->size == 1)
        return LAC_OK;
    ctx->comm = near;
    lac_status status = share(ctx, h);
    ctx->comm = all;
    h->is_whole = h->has && near->size == all->size;
    h->is_writer = !h->has || near->rank == 0;
    if (status == LAC_ERROR_MEMORY)
        lac_log(ctx, "ranks of this machine cannot share memory: each holds all pictures");
    return status == LAC_ERROR_MEMORY ? LAC_OK : status;
}

static lac_status find_room(lac_context *ctx, hand *h)
{
    LAC_TRY(share_on_machine(ctx, h));
    if (!h->has)
        h->has = h->had;
    if (!h->has)
        return lac_pages_new(ctx, h->bytes, &h->has);
    return h->is_writer ? LAC_OK : lac_pages_new(ctx, PIECE, &h->aside);
}

/* What rank 0 has, to those that write on other machines. All hear it. */
static lac_status spread(lac_context *ctx, const hand *h)
{
    for (size_t at = 0; at < h->bytes && !h->is_whole; at += PIECE) {
        size_t rest = h->bytes - at;
        LAC_TRY(lac_broadcast(ctx, h->is_writer ? h->has + at : h->aside,
                              rest < PIECE ? rest : PIECE));
    }
    return LAC_OK;
}

lac_status lac_pages_hand_out(lac_context *ctx, size_t used, void *pages, size_t *bytes)
{
    hand h = {.bytes = used};
    memcpy(&h.had, pages, sizeof h.had);
    lac_status status = lac_context_agree(ctx, find_room(ctx, &h));
    if (status == LAC_OK && h.had && h.has && h.has != h.had)
        memcpy(h.has, h.had, used);
    if (status == LAC_OK)
        status = lac_context_agree(ctx, spread(ctx, &h));
    lac_pages_free(h.aside, PIECE);
    if (h.has != h.had) {
        lac_pages_free(h.had, *bytes);
        *bytes = used;
    }
    memcpy(pages, &h.has, sizeof h.has);
    return status;
}
