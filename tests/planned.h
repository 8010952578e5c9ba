/* A network with weights and a plan, for tests of passes. */
#ifndef LAC_TEST_PLANNED_H
#define LAC_TEST_PLANNED_H

#include "net/net.h"

typedef struct planned {
    lac_net *net;
    lac_weights *weights; /* at an address of its own, which the plan keeps */
    lac_plan *plan;       /* NULL when it was refused */
} planned;

/* `network` is a text, or the name of a network that ships. Fails the test when the text is bad;
 * returns the plan's status. */
lac_status planned_try(lac_context *ctx, const char *network, int size, int points, int batch,
                       int flags, planned *out);

/* The same, and fails the test when the plan is refused. */
planned planned_new(lac_context *ctx, const char *network, int size, int points, int batch,
                    int flags);
void planned_free(planned *p);

/* The first output and its gradient, where they are floats. */
float *planned_y(const planned *p);
float *planned_dy(const planned *p);

/* The i-th parameter of a node. */
const lac_param *planned_param(const planned *p, int node, int i);

#endif
