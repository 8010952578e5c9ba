/*
 * Sums of gradients on their way. A rank adds up its own branches of the tree (tree.h) and begins
 * to send them; two turns later, between which other operators make their backward passes, it has
 * the sum. Of short rows the first turn hears the branches of all; of long ones it hears this
 * rank's columns, adds them up and begins to send the sum, which the second turn hears.
 *
 * On the wire numbers may be bf16: branches are rounded, and the sum of long ones once more, by all
 * ranks alike. They are added in float.
 */
#include "op/tree.h"

lac_status lac_transit_plan(lac_planner *p, int chunk, size_t width, lac_transit *t)
{
    size_t ranks = (size_t)lac_ranks(p->ctx);
    int own = lac_tree_chunks(p->batch, chunk);
    *t = (lac_transit){.chunk = chunk, .width = width, .wire = p->wire};
    lac_planner_partial(p, (size_t)own * width);
    if (ranks == 1)
        return LAC_OK;
    size_t branches = (size_t)lac_tree_branches(own), element = p->wire->element;
    t->is_short = lac_tree_is_short(p->ctx, width * element);
    size_t heard = ranks * branches * (t->is_short ? width : width / ranks + 1);
    if (element != sizeof(float))
        lac_planner_partial(p, heard);
    LAC_TRY(lac_planner_claim(p, LAC_LIFE_TRANSIT, heard, element, &t->heard));
    if (t->is_short)
        return LAC_OK;
    return lac_planner_claim(p, LAC_LIFE_TRANSIT, branches * width, element, &t->row);
}

static char *at(const lac_transit *t, void *base, size_t i)
{
    return (char *)base + i * t->wire->element;
}

/* Where every rank's columns, or its branches, end. */
static void ends(const lac_transit *t, const lac_tree *tree, size_t *end)
{
    for (int r = 0; r < tree->ranks; r++)
        end[r] = t->wire->element * (t->is_short ? (size_t)tree->branch[r] * t->width
                                                 : lac_tree_column(tree, t->width, r + 1));
}

static lac_move first_move(const lac_transit *t, const lac_tree *tree, size_t *end)
{
    ends(t, tree, end);
    return (lac_move){t->row, t->is_short ? NULL : tree->branch, end, t->heard};
}

static lac_move second_move(const lac_transit *t, const lac_tree *tree, size_t *end)
{
    ends(t, tree, end);
    return (lac_move){.end = end, .to = t->row};
}

/* The sum of what was heard, `width` columns of it, to `to`, stored as `wire`. */
static void add_heard(const lac_transit *t, const lac_tree *tree, float *rows, size_t width,
                      void *to, const lac_kernels *wire)
{
    lac_addends a = {.width = width, .element = sizeof *rows, .rows = t->heard, .to = to};
    if (t->wire->element != sizeof *rows) {
        a.rows = rows;
        a.reads = t->wire;
        a.heard = t->heard;
        a.wire = wire;
    }
    lac_tree_add(tree, &a);
}

void lac_transit_begin(const lac_pass *pass, const lac_transit *t, float *rows)
{
    lac_tree tree;
    size_t end[LAC_MOST_RANKS];
    lac_tree_of(pass, t->chunk, &tree);
    lac_addends a = {.of_chunks = 1, .width = t->width, .element = sizeof *rows, .rows = rows,
                     .to = rows};
    if (tree.ranks > 1) {
        a.to = t->is_short ? at(t, t->heard, lac_tree_before(&tree) * t->width) : t->row;
        a.wire = t->wire;
    }
    lac_tree_add(&tree, &a);
    if (tree.ranks == 1)
        return;
    lac_move move = first_move(t, &tree, end);
    lac_begin_noting(pass->ctx, &move);
}

void lac_transit_turn(const lac_pass *pass, const lac_transit *t, float *rows)
{
    lac_tree tree;
    size_t end[LAC_MOST_RANKS];
    lac_tree_of(pass, t->chunk, &tree);
    if (tree.ranks == 1)
        return;
    lac_move move = first_move(t, &tree, end);
    lac_finish_noting(pass->ctx, &move);
    if (t->is_short)
        return;
    size_t first = lac_tree_column(&tree, t->width, tree.rank);
    size_t own = lac_tree_column(&tree, t->width, tree.rank + 1) - first;
    add_heard(t, &tree, rows, own, at(t, t->row, first), t->wire);
    move = second_move(t, &tree, end);
    lac_begin_noting(pass->ctx, &move);
}

float *lac_transit_end(const lac_pass *pass, const lac_transit *t, float *rows)
{
    lac_tree tree;
    size_t end[LAC_MOST_RANKS];
    lac_tree_of(pass, t->chunk, &tree);
    if (tree.ranks == 1)
        return rows;
    float *sum = t->wire->element != sizeof *rows ? rows : t->is_short ? t->heard : t->row;
    if (t->is_short) {
        add_heard(t, &tree, rows, t->width, sum, NULL);
        return sum;
    }
    lac_move move = second_move(t, &tree, end);
    lac_finish_noting(pass->ctx, &move);
    if (sum == t->row)
        return sum;
    t->wire->load(t->row, rows, t->width);
    return rows;
}
