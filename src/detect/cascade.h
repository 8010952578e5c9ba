/*
 * A cascade of OpenCV's, read from its XML file: stages of small decision trees over differences of
 * sums of rectangles. A window is a face when it passes every stage.
 */
#ifndef LAC_CASCADE_H
#define LAC_CASCADE_H

#include "base/base.h"

enum { LAC_FEATURE_RECTS = 3 };

/* A sum over rectangles of the window, each times its weight; those that are not there have 0. */
typedef struct lac_feature {
    struct {
        int x, y, width, height;
        float weight;
    } rect[LAC_FEATURE_RECTS];
    int rects;
} lac_feature;

/* Goes to `left` where the feature is below the threshold, else to `right`: above 0 the node behind
 * the tree's first by as many, else the leaf of that number below 0. */
typedef struct lac_tree_node {
    int feature, left, right;
    float threshold;
} lac_tree_node;

typedef struct lac_tree {
    int node, leaf; /* the first of each */
} lac_tree;

typedef struct lac_stage {
    int tree, trees; /* the first, how many */
    float threshold; /* a window whose leaves add up to less is none */
} lac_stage;

typedef struct lac_cascade {
    int width, height; /* of the window */
    lac_stage *stage;
    lac_tree *tree;
    lac_tree_node *node;
    float *leaf;
    lac_feature *feature;
    int stages, trees, nodes, leaves, features;
    int rooms[5]; /* of the arrays, in this order */
} lac_cascade;

/* Reads a file's `size` bytes, which have a NUL behind them and are changed. FORMAT (no cascade of
 * this kind, tilted features), MEMORY. */
lac_status lac_cascade_read(lac_context *ctx, const char *path, char *bytes, size_t size,
                            lac_cascade *out);
void lac_cascade_free(lac_cascade *cascade);

#endif
