/* The tree of sums and what of it a rank has; see tree.h. */
#include "op/tree.h"

#include <string.h>

/* Elements that a thread adds up along the whole tree before it takes the next: 16 KB of a row, so
 * that those of many rows stay in its cache. */
enum { TILE = 4096 };

/* Rows go to all where those of all ranks together have at most SHORT bytes: it takes no longer to
 * hear them than to exchange something with every rank. So do rows of more than LONG: MPI counts in
 * int. */
enum { SHORT = 1 << 20, LONG = 1 << 26 };

/* What a thread does with some columns, along the tree from left to right. */
typedef struct walk {
    const lac_tree *tree;
    const lac_addends *addends;
    size_t at, columns;
    int row;    /* that comes next */
    int branch; /* the next one of this rank */
} walk;

int lac_tree_chunks(int pictures, int chunk)
{
    return (pictures + chunk - 1) / chunk;
}

/* ---- Branches -------------------------------------------------------------------------------- */

static int left_half(int count)
{
    int half = 1;
    while (2 * half < count)
        half *= 2;
    return half;
}

static int rank_with(const lac_tree *t, int chunk)
{
    int rank = 0, last = t->ranks - 1;
    while (rank < last) {
        int middle = (rank + last) / 2;
        if (t->end[middle] > chunk)
            last = middle;
        else
            rank = middle + 1;
    }
    return rank;
}

/* Whether one rank has all of these chunks. */
static int is_branch(const lac_tree *t, int first, int count)
{
    return first + count <= t->end[rank_with(t, first)];
}

static void count_branches(lac_tree *t, int first, int count)
{
    if (is_branch(t, first, count)) {
        t->branch[rank_with(t, first)]++;
        return;
    }
    int half = left_half(count);
    count_branches(t, first, half);
    count_branches(t, first + half, count - half);
}

static int chunks_of_all(const lac_tree *t)
{
    return t->end[t->ranks - 1];
}

static void place_chunks(const lac_pass *pass, int chunk, lac_tree *t)
{
    t->end[0] = lac_tree_chunks(pass->n, chunk);
    for (int r = 0; pass->start && r < t->ranks; r++)
        t->end[r] = (r ? t->end[r - 1] : 0) +
                    lac_tree_chunks(pass->start[r + 1] - pass->start[r], chunk);
    t->first = t->rank ? t->end[t->rank - 1] : 0;
    t->last = t->end[t->rank];
}

void lac_tree_of(const lac_pass *pass, int chunk, lac_tree *t)
{
    int shared = pass->start != NULL;
    t->ctx = pass->ctx;
    t->ranks = shared ? lac_ranks(pass->ctx) : 1;
    t->rank = shared ? lac_rank(pass->ctx) : 0;
    place_chunks(pass, chunk, t);
    memset(t->branch, 0, (size_t)t->ranks * sizeof *t->branch);
    count_branches(t, 0, chunks_of_all(t));
    for (int r = 1; r < t->ranks; r++)
        t->branch[r] += t->branch[r - 1];
}

int lac_tree_before(const lac_tree *t)
{
    return t->rank ? t->branch[t->rank - 1] : 0;
}

/* Of a row of 2^k to 2^(k+1) - 1 chunks at most 2 k are left where it lies askew to the tree. */
int lac_tree_branches(int chunks)
{
    int levels = 0;
    while (chunks >> (levels + 1))
        levels++;
    return levels ? 2 * levels : 1;
}

int lac_tree_is_short(const lac_context *ctx, size_t row_bytes)
{
    return !ctx->comm->exchange || row_bytes > LONG ||
           row_bytes * (size_t)lac_ranks(ctx) <= SHORT;
}

size_t lac_tree_column(const lac_tree *t, size_t width, int rank)
{
    return (size_t)lac_share((int)width, rank, t->ranks);
}

/* ---- Sums ------------------------------------------------------------------------------------ */

static char *numbers(const walk *w, int row)
{
    const lac_addends *a = w->addends;
    return (char *)a->rows + (row * a->width + w->at) * a->element;
}

static void add_row(const walk *w, int from, int to)
{
    if (w->addends->element == sizeof(float)) {
        w->tree->ctx->kernels->accumulate((const float *)numbers(w, from), numbers(w, to),
                                          w->columns);
        return;
    }
    const double *x = (const double *)numbers(w, from);
    double *y = (double *)numbers(w, to);
    for (size_t i = 0; i < w->columns; i++)
        y[i] += x[i];
}

/* Takes the next row. */
static int take_row(walk *w)
{
    const lac_addends *a = w->addends;
    if (a->heard)
        a->reads->load((const char *)a->heard + (w->row * a->width + w->at) * a->reads->element,
                       (float *)numbers(w, w->row), w->columns);
    return w->row++;
}

/* Returns the row where the sum is. */
static int add_up(walk *w, int first, int count)
{
    if (w->addends->of_chunks ? count == 1 : is_branch(w->tree, first, count))
        return take_row(w);
    int half = left_half(count);
    int left = add_up(w, first, half);
    int right = add_up(w, first + half, count - half);
    add_row(w, right, left);
    return left;
}

/* The sum of these chunks to its place. */
static void put_sum(walk *w, int first, int count)
{
    const lac_addends *a = w->addends;
    int row = add_up(w, first, count);
    size_t element = a->wire ? a->wire->element : a->element;
    char *to = (char *)a->to + (w->branch++ * a->width + w->at) * element;
    if (a->wire)
        a->wire->store((const float *)numbers(w, row), to, w->columns);
    else if (to != numbers(w, row))
        memcpy(to, numbers(w, row), w->columns * element);
}

static void put_branches(walk *w, int first, int count)
{
    const lac_tree *t = w->tree;
    if (first >= t->last || first + count <= t->first)
        return;
    if (first < t->first || first + count > t->last) {
        int half = left_half(count);
        put_branches(w, first, half);
        put_branches(w, first + half, count - half);
        return;
    }
    put_sum(w, first, count);
}

typedef struct job {
    const lac_tree *tree;
    const lac_addends *addends;
} job;

static void work_columns(void *arg, int item, int thread)
{
    (void)thread;
    const job *j = arg;
    walk w = {.tree = j->tree, .addends = j->addends, .at = (size_t)item * TILE};
    w.columns = j->addends->width - w.at < TILE ? j->addends->width - w.at : TILE;
    (j->addends->of_chunks ? put_branches : put_sum)(&w, 0, chunks_of_all(j->tree));
}

void lac_tree_add(const lac_tree *tree, const lac_addends *addends)
{
    job j = {tree, addends};
    lac_parallel(tree->ctx, (int)((addends->width + TILE - 1) / TILE), work_columns, &j);
}
