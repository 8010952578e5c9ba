/* The reference network: see naive.h. Its own backward pass is checked in test_ops.c. */
#include "naive.h"
#include "support.h"

#include <math.h>

double *doubles(size_t count)
{
    double *p = calloc(count ? count : 1, sizeof *p);
    assert_non_null(p);
    return p;
}

static const ref_operator *const operators[] = {&ref_add,   &ref_concat, &ref_conv,
                                                &ref_dense, &ref_mean,   &ref_softargmax};

static const ref_operator *ref_operator_of(const char *word)
{
    for (int i = 0; i < LAC_COUNT(operators); i++)
        if (strcmp(operators[i]->word, word) == 0)
            return operators[i];
    fail_msg("no naive loop for %s", word);
    return NULL;
}

ref_net *ref_new(const lac_net *net, int n)
{
    ref_net *r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_true(net->count <= MOST_NODES);
    r->count = net->count;
    r->n = n;
    for (int i = 0; i < net->count; i++) {
        ref_node *a = &r->node[i];
        a->name = net->node[i].name;
        r->is_output[i] = (uint8_t)net->node[i].is_output;
        if (i == 0) {
            a->y_shape = a->out = (lac_shape){1, net->size, net->size, 0};
        } else {
            const lac_node *node = &net->node[i];
            a->op = ref_operator_of(node->spec->word);
            a->node.side = net->size;
            a->node.inputs = node->inputs - node->added;
            a->node.add = node->added ? node->input[node->inputs - 1] : 0;
            memcpy(a->node.input, node->input, sizeof a->node.input);
            if (a->op->read)
                a->op->read(node, &a->node);
            a->in = input_shape(r, a, 0);
            a->op->shape(r, a);
        }
        for (int t = 0; t < a->tensors; t++) {
            a->tensor[t] = doubles(a->count[t]);
            a->gradient[t] = doubles(a->count[t]);
        }
        a->y = doubles(n * volume(a->y_shape));
        a->v = doubles(n * volume(a->y_shape));
        a->z = doubles(n * volume(a->out));
        a->dz = doubles(n * volume(a->out));
        a->loss = doubles(n * volume(a->out));
        a->mean = doubles(a->y_shape.c);
        a->inv_std = doubles(a->y_shape.c);
        a->running_mean = doubles(a->y_shape.c);
        a->running_var = doubles(a->y_shape.c);
        if (a->node.dropout)
            a->keep = (uint8_t *)doubles(n * volume(a->out));
    }
    return r;
}

void ref_free(ref_net *r)
{
    for (int i = 0; i < r->count; i++) {
        ref_node *a = &r->node[i];
        for (int t = 0; t < a->tensors; t++) {
            free(a->tensor[t]);
            free(a->gradient[t]);
        }
        double *rest[] = {a->y, a->v, a->z, a->dz, a->loss, a->mean, a->inv_std,
                          a->running_mean, a->running_var};
        for (int k = 0; k < LAC_COUNT(rest); k++)
            free(rest[k]);
        free(a->keep);
    }
    free(r);
}

/* ---- Passes --------------------------------------------------------------------------------- */

void ref_forward(ref_net *r)
{
    r->margin = INFINITY;
    for (int i = 1; i < r->count; i++)
        r->node[i].op->forward(r, &r->node[i]);
}

void ref_backward(ref_net *r)
{
    for (int i = 0; i < r->count; i++) {
        ref_node *a = &r->node[i];
        memcpy(a->dz, a->loss, r->n * volume(a->out) * sizeof *a->dz);
        for (int t = 0; t < a->tensors; t++)
            memset(a->gradient[t], 0, a->count[t] * sizeof(double));
    }
    for (int i = r->count - 1; i > 0; i--)
        r->node[i].op->backward(r, &r->node[i]);
}

/* ---- Drawing ------------------------------------------------------------------------------- */

/* Floats, so that both sides start from the same numbers. */
static double draw(uint64_t seed, uint64_t what, uint64_t i, double low, double high)
{
    return (float)(low + (high - low) * lac_random_uniform(seed, what, i));
}

static void draw_node(ref_node *a, uint64_t seed, int index)
{
    uint64_t stream = 16 * (uint64_t)index;
    double spread = sqrt(6.0 / ((double)a->count[0] / a->node.channels));
    for (size_t i = 0; i < a->count[0]; i++)
        a->tensor[0][i] = draw(seed, stream, i, -spread, spread);
    for (int c = 0; c < a->node.channels; c++) {
        double gamma = draw(seed, stream + 1, c, 0.5, 1.5);
        a->tensor[a->tensors - 1][c] = draw(seed, stream + 2, c, -0.5, 0.5);
        if (a->node.norm)
            a->tensor[1][c] = c % 3 ? gamma : -gamma; /* a pool must not look at y alone */
        a->running_mean[c] = draw(seed, stream + 3, c, -0.5, 0.5);
        a->running_var[c] = draw(seed, stream + 4, c, 0.5, 2.0);
    }
}

void ref_draw(ref_net *r, uint64_t seed)
{
    for (size_t i = 0; i < r->n * volume(r->node[0].out); i++)
        r->node[0].z[i] = draw(seed, 1000, i, 0.0, 1.0);
    for (int o = 0; o < r->count; o++)
        for (size_t i = 0; r->is_output[o] && i < r->n * volume(r->node[o].out); i++)
            r->node[o].loss[i] = draw(seed, 1001 + o, i, -1.0, 1.0);
    for (int i = 1; i < r->count; i++)
        draw_node(&r->node[i], seed, i);
    for (int i = 0; i < r->count; i++)
        for (size_t e = 0; r->node[i].keep && e < r->n * volume(r->node[i].out); e++)
            r->node[i].keep[e] = 1;
}

void ref_redraw_running(ref_net *r, uint64_t seed)
{
    for (int i = 1; i < r->count; i++)
        draw_node(&r->node[i], seed, i);
}
