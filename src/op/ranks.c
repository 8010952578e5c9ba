/*
 * Sums over a batch that several ranks may share. Each chunk of pictures has a row of numbers, and
 * rows are added up along a tree over the chunks of the whole batch: of `count` neighbours the
 * largest power of two below it makes the left half, the others make the right one. Which numbers
 * are added to which depends on nothing else, and so do the bits of the sum.
 *
 * A rank adds up the branches whose chunks are all its own: of so many chunks, few, and one where
 * slices are alike and a power of two. These are what it sends. Short ones go to all ranks, each of
 * which adds up the rest of the tree. Of long ones every rank gets some columns from everybody,
 * adds those up, and all gather the sum: about two rows in and out of a rank, however many ranks
 * and pictures there are.
 */
#include "comm/comm.h"
#include "op/op.h"

#include <string.h>

/* Elements that a thread adds up along the whole tree before it takes the next: 16 KB of a row, so
 * that those of many rows stay in its cache. */
enum { TILE = 4096 };

/* Rows go to all where those of all ranks together have at most SHORT bytes: it takes no longer to
 * hear them than to exchange something with every rank. So do rows of more than LONG: MPI counts in
 * int. */
enum { SHORT = 1 << 20, LONG = 1 << 26 };

typedef struct sum {
    lac_context *ctx;
    int ranks, rank;
    int first, last;            /* this rank's chunks */
    int end[LAC_MOST_RANKS];    /* of every rank's chunks */
    int branch[LAC_MOST_RANKS]; /* the end of every rank's branches */
    size_t element;             /* bytes */
} sum;

/* Rows of which some columns are added up: this rank's chunks, or the branches of all ranks. */
typedef struct table {
    const sum *sum;
    char *rows;
    size_t width;
    int of_chunks;
} table;

/* What a thread does with some columns of a table, along the tree from left to right. */
typedef struct walk {
    const table *table;
    size_t at, columns;
    int row;    /* that comes next */
    int branch; /* the next one of this rank */
} walk;

static int chunks_of(int pictures, int chunk)
{
    return (pictures + chunk - 1) / chunk;
}

int lac_pass_whole(const lac_pass *pass)
{
    return pass->start ? pass->start[lac_ranks(pass->ctx)] : pass->n;
}

/* ---- The tree -------------------------------------------------------------------------------- */

static int left_half(int count)
{
    int half = 1;
    while (2 * half < count)
        half *= 2;
    return half;
}

static int rank_with(const sum *s, int chunk)
{
    int rank = 0, last = s->ranks - 1;
    while (rank < last) {
        int middle = (rank + last) / 2;
        if (s->end[middle] > chunk)
            last = middle;
        else
            rank = middle + 1;
    }
    return rank;
}

/* Whether one rank has all of these chunks. */
static int is_branch(const sum *s, int first, int count)
{
    return first + count <= s->end[rank_with(s, first)];
}

static void count_branches(sum *s, int first, int count)
{
    if (is_branch(s, first, count)) {
        s->branch[rank_with(s, first)]++;
        return;
    }
    int half = left_half(count);
    count_branches(s, first, half);
    count_branches(s, first + half, count - half);
}

static char *numbers(const walk *w, int row)
{
    return w->table->rows + (row * w->table->width + w->at) * w->table->sum->element;
}

static void add_row(const walk *w, int from, int to)
{
    const sum *s = w->table->sum;
    if (s->element == sizeof(float)) {
        s->ctx->kernels->accumulate(numbers(w, from), numbers(w, to), w->columns);
        return;
    }
    const double *x = (const double *)numbers(w, from);
    double *y = (double *)numbers(w, to);
    for (size_t i = 0; i < w->columns; i++)
        y[i] += x[i];
}

/* Returns the row where the sum is. */
static int add_up(walk *w, int first, int count)
{
    const table *t = w->table;
    if (t->of_chunks ? count == 1 : is_branch(t->sum, first, count))
        return w->row++;
    int half = left_half(count);
    int left = add_up(w, first, half);
    int right = add_up(w, first + half, count - half);
    add_row(w, right, left);
    return left;
}

/* The branches of this rank, to the first rows. */
static void add_up_own(walk *w, int first, int count)
{
    const sum *s = w->table->sum;
    if (first >= s->last || first + count <= s->first)
        return;
    if (first < s->first || first + count > s->last) {
        int half = left_half(count);
        add_up_own(w, first, half);
        add_up_own(w, first + half, count - half);
        return;
    }
    int row = add_up(w, first, count);
    memmove(numbers(w, w->branch++), numbers(w, row), w->columns * s->element);
}

static int chunks_of_all(const sum *s)
{
    return s->end[s->ranks - 1];
}

static void work_columns(void *arg, int item, int thread)
{
    (void)thread;
    const table *t = arg;
    walk w = {.table = t, .at = (size_t)item * TILE};
    w.columns = t->width - w.at < TILE ? t->width - w.at : TILE;
    if (t->of_chunks)
        add_up_own(&w, 0, chunks_of_all(t->sum));
    else
        add_up(&w, 0, chunks_of_all(t->sum));
}

static void add_up_columns(table t)
{
    lac_parallel(t.sum->ctx, (int)((t.width + TILE - 1) / TILE), work_columns, &t);
}

/* ---- Between ranks --------------------------------------------------------------------------- */

static int goes_to_all(const lac_context *ctx, size_t row_bytes)
{
    return !ctx->comm->exchange || row_bytes > LONG ||
           row_bytes * (size_t)lac_ranks(ctx) <= SHORT;
}

/* Where a rank's columns begin. */
static size_t column(const sum *s, size_t width, int rank)
{
    return (size_t)lac_share((int)width, rank, s->ranks);
}

static void hear_all(const sum *s, char *rows, size_t width, char *heard)
{
    size_t end[LAC_MOST_RANKS], bytes = width * s->element;
    int before = s->rank ? s->branch[s->rank - 1] : 0;
    for (int r = 0; r < s->ranks; r++)
        end[r] = (size_t)s->branch[r] * bytes;
    memcpy(heard + before * bytes, rows, (size_t)(s->branch[s->rank] - before) * bytes);
    lac_gather_noting(s->ctx, heard, end);
    add_up_columns((table){.sum = s, .rows = heard, .width = width});
    memcpy(rows, heard, bytes);
}

static void hear_columns(const sum *s, char *rows, size_t width, char *heard)
{
    size_t end[LAC_MOST_RANKS];
    size_t first = column(s, width, s->rank), own = column(s, width, s->rank + 1) - first;
    for (int r = 0; r < s->ranks; r++)
        end[r] = column(s, width, r + 1) * s->element;
    lac_exchange_noting(s->ctx, rows, s->branch, end, heard);
    add_up_columns((table){.sum = s, .rows = heard, .width = own});
    memcpy(rows + first * s->element, heard, own * s->element);
    lac_gather_noting(s->ctx, rows, end);
}

static void place_chunks(const lac_pass *pass, int chunk, sum *s)
{
    s->end[0] = chunks_of(pass->n, chunk);
    for (int r = 0; pass->start && r < s->ranks; r++)
        s->end[r] = (r ? s->end[r - 1] : 0) +
                    chunks_of(pass->start[r + 1] - pass->start[r], chunk);
    s->first = s->rank ? s->end[s->rank - 1] : 0;
    s->last = s->end[s->rank];
}

static void add_up_rows(const lac_pass *pass, int chunk, void *rows, size_t width, size_t element)
{
    sum s = {.ctx = pass->ctx, .element = element, .ranks = 1};
    if (pass->start) {
        s.ranks = lac_ranks(pass->ctx);
        s.rank = lac_rank(pass->ctx);
    }
    place_chunks(pass, chunk, &s);
    add_up_columns((table){.sum = &s, .rows = rows, .width = width, .of_chunks = 1});
    if (s.ranks == 1)
        return;
    count_branches(&s, 0, chunks_of_all(&s));
    for (int r = 1; r < s.ranks; r++)
        s.branch[r] += s.branch[r - 1];
    size_t own = (size_t)(s.last > s.first ? s.last - s.first : 1);
    char *heard = (char *)rows + own * width * element;
    if (goes_to_all(s.ctx, width * element))
        hear_all(&s, rows, width, heard);
    else
        hear_columns(&s, rows, width, heard);
}

void lac_chunks_add(const lac_pass *pass, int chunk, float *rows, size_t width)
{
    add_up_rows(pass, chunk, rows, width, sizeof *rows);
}

void lac_chunks_add_doubles(const lac_pass *pass, int chunk, double *rows, size_t width)
{
    add_up_rows(pass, chunk, rows, width, sizeof *rows);
}

/* Of a row of 2^k to 2^(k+1) - 1 chunks at most 2 k are left where it lies askew to the tree. */
static int branches_most(int chunks)
{
    int levels = 0;
    while (chunks >> (levels + 1))
        levels++;
    return levels ? 2 * levels : 1;
}

size_t lac_chunks_room(const lac_planner *p, int chunk, size_t width, size_t element)
{
    size_t ranks = (size_t)lac_ranks(p->ctx);
    int own = chunks_of(p->batch, chunk);
    if (ranks == 1 || p->inference)
        return (size_t)own * width;
    size_t columns = goes_to_all(p->ctx, width * element) ? width : width / ranks + 1;
    return (size_t)own * width + ranks * (size_t)branches_most(own) * columns;
}

/* ---- What is not added ----------------------------------------------------------------------- */

int lac_pass_first(const lac_pass *pass)
{
    return pass->start ? pass->start[lac_rank(pass->ctx)] : 0;
}

void lac_pictures_gather(const lac_pass *pass, void *rows, size_t bytes)
{
    size_t end[LAC_MOST_RANKS];
    if (!pass->start)
        return;
    for (int r = 0; r < lac_ranks(pass->ctx); r++)
        end[r] = (size_t)pass->start[r + 1] * bytes;
    lac_gather_noting(pass->ctx, rows, end);
}

size_t lac_param_share(const lac_param *param, int rank, int ranks)
{
    int lines = param->shape[0];
    return param->floats / (size_t)lines * (size_t)lac_share(lines, rank, ranks);
}

lac_status lac_params_gather(lac_context *ctx, const lac_params *params, float *slab)
{
    int ranks = lac_ranks(ctx);
    size_t end[LAC_MOST_RANKS];
    for (const lac_param *p = params->table; p < params->table + params->count; p++) {
        if (!p->is_shared)
            continue;
        for (int r = 0; r < ranks; r++)
            end[r] = lac_param_share(p, r + 1, ranks) * sizeof *slab;
        LAC_TRY(lac_gather(ctx, slab + p->offset, end));
    }
    return LAC_OK;
}
