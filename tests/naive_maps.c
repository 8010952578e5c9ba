/* Naive loops of the operators that have no weights: add, concat, mean, softargmax. */
#include "naive.h"
#include "op/add.h"
#include "support.h"

#include <math.h>

/* ---- Sum of maps ----------------------------------------------------------------------------- */

static void read_add(const lac_node *node, ref_layer *layer)
{
    const lac_add_attr *a = node->attr;
    layer->relu = a->relu;
}

static void shape_add(const ref_net *r, ref_node *a)
{
    a->out = a->in;
    for (int i = 1; i < a->node.inputs; i++)
        if (input_shape(r, a, i).h > a->out.h)
            a->out = input_shape(r, a, i);
    a->y_shape = a->out;
}

/* The number of input i that number e of z reads. */
static size_t ref_source(const ref_net *r, const ref_node *a, int i, size_t e)
{
    const lac_shape in = input_shape(r, a, i);
    size_t times = (a->out.h + in.h - 1) / in.h;
    size_t column = e % a->out.w;
    size_t row = e / a->out.w % a->out.h;
    return (e / ((size_t)a->out.h * a->out.w) * in.h + row / times) * in.w + column / times;
}

static void forward_add(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        a->v[e] = 0.0;
        for (int i = 0; i < a->node.inputs; i++)
            a->v[e] += input_of(r, a, i)->z[ref_source(r, a, i, e)];
    }
    ref_finish(r, a);
}

static void backward_add(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++)
        for (int i = 0; i < a->node.inputs; i++)
            if (!a->node.relu || a->v[e] > 0.0)
                input_of(r, a, i)->dz[ref_source(r, a, i, e)] += a->dz[e];
}

const ref_operator ref_add = {"add", read_add, shape_add, forward_add, backward_add};

/* ---- Channels one behind the other ----------------------------------------------------------- */

static void shape_concat(const ref_net *r, ref_node *a)
{
    a->out = a->in;
    for (int i = 1; i < a->node.inputs; i++)
        a->out.c += input_shape(r, a, i).c;
    a->y_shape = a->out;
}

/* z and dz of input i beside those of picture n of a. */
static void ref_join(ref_net *r, ref_node *a, int backward)
{
    for (int n = 0; n < r->n; n++) {
        size_t at = n * volume(a->out);
        for (int i = 0; i < a->node.inputs; i++) {
            ref_node *input = input_of(r, a, i);
            size_t from = n * volume(input->out);
            for (size_t e = 0; e < volume(input->out); e++, at++, from++) {
                if (backward)
                    input->dz[from] += a->dz[at];
                else
                    a->z[at] = input->z[from];
            }
        }
    }
}

static void forward_concat(ref_net *r, ref_node *a)
{
    ref_join(r, a, 0);
}

static void backward_concat(ref_net *r, ref_node *a)
{
    ref_join(r, a, 1);
}

const ref_operator ref_concat = {"concat", NULL, shape_concat, forward_concat, backward_concat};

/* ---- Mean ------------------------------------------------------------------------------------ */

static void shape_mean(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){a->in.c, 1, 1, 0};
}

static void forward_mean(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->in.h * a->in.w;
    memset(a->z, 0, r->n * volume(a->out) * sizeof *a->z);
    for (size_t e = 0; e < r->n * volume(a->in); e++)
        a->z[e / plane] += input_of(r, a, 0)->z[e] / (double)plane;
}

static void backward_mean(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->in.h * a->in.w;
    for (size_t e = 0; e < r->n * volume(a->in); e++)
        input_of(r, a, 0)->dz[e] += a->dz[e / plane] / (double)plane;
}

const ref_operator ref_mean = {"mean", NULL, shape_mean, forward_mean, backward_mean};

/* ---- Soft-argmax ----------------------------------------------------------------------------- */

static void shape_softargmax(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){2 * a->in.c, 1, 1, 0};
}

/* What place i of m stands for, in the network's units. */
static double ref_place(const ref_node *a, int i, int m)
{
    double pixel = (i + 0.5) * a->node.side / m - 0.5;
    return (pixel - a->node.side / 2.0) / (a->node.side / 2.0);
}

/* Softmax of one map. */
static void ref_softmax(const double *l, size_t count, double *m)
{
    double most = l[0];
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, l[i]);
    for (size_t i = 0; i < count; i++)
        sum += m[i] = exp(l[i] - most);
    for (size_t i = 0; i < count; i++)
        m[i] /= sum;
}

static void forward_softargmax(ref_net *r, ref_node *a)
{
    int w = a->in.w;
    size_t plane = (size_t)a->in.h * w;
    double *m = doubles(plane);
    memset(a->z, 0, r->n * volume(a->out) * sizeof *a->z);
    for (int map = 0; map < r->n * a->in.c; map++) {
        ref_softmax(input_of(r, a, 0)->z + map * plane, plane, m);
        for (size_t i = 0; i < plane; i++) {
            a->z[2 * map] += m[i] * ref_place(a, (int)i % w, w);
            a->z[2 * map + 1] += m[i] * ref_place(a, (int)i / w, a->in.h);
        }
    }
    free(m);
}

/* By the whole Jacobian of the softmax: dm_j / dl_i = m_j ((i == j) - m_i). */
static void backward_softargmax(ref_net *r, ref_node *a)
{
    int w = a->in.w;
    size_t plane = (size_t)a->in.h * w;
    double *m = doubles(plane);
    for (int map = 0; map < r->n * a->in.c; map++) {
        ref_softmax(input_of(r, a, 0)->z + map * plane, plane, m);
        for (size_t j = 0; j < plane; j++) {
            double dm = a->dz[2 * map] * ref_place(a, (int)j % w, w) +
                        a->dz[2 * map + 1] * ref_place(a, (int)j / w, a->in.h);
            for (size_t i = 0; i < plane; i++)
                input_of(r, a, 0)->dz[map * plane + i] += dm * m[j] * ((i == j) - m[i]);
        }
    }
    free(m);
}

const ref_operator ref_softargmax = {"softargmax", NULL, shape_softargmax, forward_softargmax,
                                     backward_softargmax};
