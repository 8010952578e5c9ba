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
#ifndef LAC_TREE_H
#define LAC_TREE_H

#include "comm/comm.h"
#include "op/op.h"

typedef struct lac_tree {
    lac_context *ctx;
    int ranks, rank;
    int first, last;            /* this rank's chunks */
    int end[LAC_MOST_RANKS];    /* of every rank's chunks */
    int branch[LAC_MOST_RANKS]; /* the end of every rank's branches */
} lac_tree;

void lac_tree_of(const lac_pass *pass, int chunk, lac_tree *out);

/* The first of this rank's branches. */
int lac_tree_before(const lac_tree *tree);

/* Rows are added up in place, and change: of this rank's chunks, whose sums are its branches, or of
 * the branches of all, whose sum is the batch's. Sums go to `to`, one behind the other. */
typedef struct lac_addends {
    int of_chunks;
    size_t width, element;
    void *rows, *to;          /* `to` may be the rows */
    const lac_kernels *reads; /* NULL, or how `heard` is stored, which the rows are made of first */
    const void *heard;
    const lac_kernels *wire;  /* NULL, or how sums are stored */
} lac_addends;

void lac_tree_add(const lac_tree *tree, const lac_addends *addends);

/* The most branches of a rank with so many chunks, and how many these are for so many pictures. */
int lac_tree_branches(int chunks);
int lac_tree_chunks(int pictures, int chunk);

/* Whether a row of so many bytes goes to all ranks. */
int lac_tree_is_short(const lac_context *ctx, size_t row_bytes);

/* Where a rank's columns begin. */
size_t lac_tree_column(const lac_tree *tree, size_t width, int rank);

#endif
