/*
 * Naive convolution and dense layer, with what follows them: normalization or bias, addition, ReLU,
 * pool, dropout.
 */
#include "naive.h"
#include "op/conv.h"
#include "op/dense.h"
#include "support.h"

#include <math.h>

static void read_conv(const lac_node *node, ref_layer *layer)
{
    const lac_conv_attr *a = node->attr;
    layer->channels = a->channels;
    layer->k = a->k;
    layer->stride = a->stride;
    layer->norm = a->norm;
    layer->relu = a->relu;
    layer->pool = a->pool;
}

static void read_dense(const lac_node *node, ref_layer *layer)
{
    const lac_dense_attr *a = node->attr;
    layer->channels = a->outputs;
    layer->relu = a->relu;
    layer->dropout = a->dropout;
}

static void tensors_of(ref_node *a, size_t weights)
{
    a->tensors = a->node.norm ? 3 : 2;
    a->count[0] = weights;
    a->count[1] = a->count[2] = a->node.channels;
}

static void shape_conv(const ref_net *r, ref_node *a)
{
    const ref_layer *node = &a->node;
    int halve = node->pool ? 2 : 1;
    (void)r;
    a->y_shape = (lac_shape){node->channels, (a->in.h - 1) / node->stride + 1,
                             (a->in.w - 1) / node->stride + 1, 1};
    a->out = (lac_shape){node->channels, a->y_shape.h / halve, a->y_shape.w / halve, 1};
    tensors_of(a, (size_t)node->channels * a->in.c * node->k * node->k);
}

static void shape_dense(const ref_net *r, ref_node *a)
{
    (void)r;
    a->y_shape = a->out = (lac_shape){a->node.channels, 1, 1, 0};
    tensors_of(a, a->node.channels * volume(a->in));
}

/* A convolution of one picture, y += w x, or its derivatives. */
typedef struct taps {
    const double *w, *x, *dy;
    double *y, *dx, *dw; /* those not wanted are NULL */
} taps;

/* Outputs [from, to) along one axis at which a tap falls inside the picture. */
static void inside(int tap, int stride, int size, int outputs, int *from, int *to)
{
    *from = 0;
    *to = outputs;
    while (*from < outputs && *from * stride + tap < 0)
        ++*from;
    while (*to > *from && (*to - 1) * stride + tap >= size)
        --*to;
}

/* One weight: y += w x over the rows and columns that it reaches. */
static void ref_tap(const ref_node *a, const taps *t, size_t w, size_t x, size_t y, int tap)
{
    int stride = a->node.stride;
    int down = tap / a->node.k - a->node.k / 2;
    int right = tap % a->node.k - a->node.k / 2;
    int top, bottom, first, last;
    double sum = 0.0;
    inside(down, stride, a->in.h, a->y_shape.h, &top, &bottom);
    inside(right, stride, a->in.w, a->y_shape.w, &first, &last);
    for (int i = top; i < bottom; i++) {
        size_t yi = y + (size_t)i * a->y_shape.w;
        size_t xi = x + (size_t)(i * stride + down) * a->in.w + right;
        for (int j = first; t->y && j < last; j++)
            t->y[yi + j] += t->w[w] * t->x[xi + j * stride];
        for (int j = first; t->dx && j < last; j++)
            t->dx[xi + j * stride] += t->w[w] * t->dy[yi + j];
        for (int j = first; t->dw && j < last; j++)
            sum += t->x[xi + j * stride] * t->dy[yi + j];
    }
    if (t->dw)
        t->dw[w] += sum;
}

static void ref_convolve(const ref_node *a, const taps *t)
{
    int area = a->node.k * a->node.k;
    for (int o = 0; o < a->y_shape.c; o++)
        for (int c = 0; c < a->in.c; c++)
            for (int tap = 0; tap < area; tap++)
                ref_tap(a, t, ((size_t)o * a->in.c + c) * area + tap,
                        (size_t)c * a->in.h * a->in.w, (size_t)o * a->y_shape.h * a->y_shape.w,
                        tap);
}

static void ref_statistics(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    double count = (double)r->n * (double)plane;
    for (int c = 0; c < a->y_shape.c; c++) {
        double sum = 0.0;
        double square = 0.0;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++)
                sum += a->y[((size_t)i * a->y_shape.c + c) * plane + p];
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++)
                square += pow(a->y[((size_t)i * a->y_shape.c + c) * plane + p] - sum / count, 2);
        if (r->training) {
            a->mean[c] = sum / count;
            a->inv_std[c] = 1.0 / sqrt(square / count + 1e-5);
            a->running_mean[c] = 0.9 * a->running_mean[c] + 0.1 * sum / count;
            a->running_var[c] = 0.9 * a->running_var[c] + 0.1 * square / (count - 1.0);
        } else {
            a->mean[c] = a->running_mean[c];
            a->inv_std[c] = 1.0 / sqrt(a->running_var[c] + 1e-5);
        }
    }
}

/* The place in v of the largest value under element e of z. */
static size_t ref_winner(const ref_node *a, size_t e)
{
    if (!a->node.pool)
        return e;
    size_t w = a->out.w;
    size_t plane = e / (a->out.h * w);
    size_t row = 2 * (e / w % a->out.h);
    size_t first = (plane * a->y_shape.h + row) * a->y_shape.w + 2 * (e % w);
    const size_t offset[4] = {0, 1, a->y_shape.w, a->y_shape.w + 1};
    size_t best = first;
    for (int i = 1; i < 4; i++)
        if (a->v[first + offset[i]] > a->v[best])
            best = first + offset[i];
    return best;
}

/* How far the second largest is behind, where it matters. */
static double ref_lead(const ref_node *a, size_t e, size_t best)
{
    double lead = a->node.relu ? fabs(a->v[best]) : INFINITY;
    if (!a->node.pool || (a->node.relu && a->v[best] < 0.0))
        return lead;
    size_t w = a->out.w;
    size_t first = (e / (a->out.h * w) * a->y_shape.h + 2 * (e / w % a->out.h)) * a->y_shape.w +
                   2 * (e % w);
    const size_t offset[4] = {0, 1, a->y_shape.w, a->y_shape.w + 1};
    for (int i = 0; i < 4; i++)
        if (first + offset[i] != best)
            lead = fmin(lead, a->v[best] - a->v[first + offset[i]]);
    return lead;
}

void ref_finish(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        r->margin = fmin(r->margin, ref_lead(a, e, best));
        a->z[e] = a->node.relu ? fmax(a->v[best], 0.0) : a->v[best];
        if (a->keep && r->training)
            a->z[e] = a->keep[e] ? a->z[e] / (1.0 - r->dropout) : 0.0;
    }
}

/* y [n, y_shape] is there: normalization or bias, addition, ReLU, pool, dropout. */
static void ref_finish_forward(ref_net *r, ref_node *a)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    if (a->node.norm)
        ref_statistics(r, a);
    for (size_t e = 0; e < r->n * volume(a->y_shape); e++) {
        size_t c = e / plane % a->y_shape.c;
        a->v[e] = a->node.norm ? a->tensor[1][c] * (a->y[e] - a->mean[c]) * a->inv_std[c] +
                                     a->tensor[2][c]
                               : a->y[e] + a->tensor[1][c];
        if (a->node.add)
            a->v[e] += r->node[a->node.add].z[e];
    }
    ref_finish(r, a);
}

static void forward_conv(ref_net *r, ref_node *a)
{
    memset(a->y, 0, r->n * volume(a->y_shape) * sizeof *a->y);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = input_of(r, a, 0)->z + i * volume(a->in),
                  .y = a->y + i * volume(a->y_shape)};
        ref_convolve(a, &t);
    }
    ref_finish_forward(r, a);
}

static void forward_dense(ref_net *r, ref_node *a)
{
    size_t inputs = volume(a->in);
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        const double *w = a->tensor[0] + e % volume(a->out) * inputs;
        const double *x = input_of(r, a, 0)->z + e / volume(a->out) * inputs;
        a->y[e] = 0.0;
        for (size_t k = 0; k < inputs; k++)
            a->y[e] += w[k] * x[k];
    }
    ref_finish_forward(r, a);
}

/* dv [n, y] into the gradients of norm or bias; in place becomes dy. */
static void ref_backward_norm(const ref_net *r, ref_node *a, double *dv)
{
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    double count = (double)r->n * (double)plane;
    for (int c = 0; c < a->y_shape.c; c++) {
        double sum = 0.0;
        double product = 0.0;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++) {
                size_t e = ((size_t)i * a->y_shape.c + c) * plane + p;
                sum += dv[e];
                product += dv[e] * (a->y[e] - a->mean[c]) * a->inv_std[c];
            }
        a->gradient[a->node.norm ? 2 : 1][c] = sum;
        if (!a->node.norm)
            continue;
        a->gradient[1][c] = product;
        for (int i = 0; i < r->n; i++)
            for (size_t p = 0; p < plane; p++) {
                size_t e = ((size_t)i * a->y_shape.c + c) * plane + p;
                double unit = (a->y[e] - a->mean[c]) * a->inv_std[c];
                dv[e] = a->tensor[1][c] * a->inv_std[c] *
                        (dv[e] - sum / count - unit * product / count);
            }
    }
}

/* The gradient of y [n, y_shape], to be freed; that of what is added on the way. */
static double *ref_finish_backward(ref_net *r, ref_node *a)
{
    double *dy = doubles(r->n * volume(a->y_shape));
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        int open = (!a->node.relu || a->v[best] > 0.0) && (!a->keep || a->keep[e]);
        dy[best] += open ? a->dz[e] / (a->keep ? 1.0 - r->dropout : 1.0) : 0.0;
    }
    if (a->node.add)
        for (size_t e = 0; e < r->n * volume(a->y_shape); e++)
            r->node[a->node.add].dz[e] += dy[e];
    ref_backward_norm(r, a, dy);
    return dy;
}

static void backward_conv(ref_net *r, ref_node *a)
{
    ref_node *input = input_of(r, a, 0);
    double *dy = ref_finish_backward(r, a);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = input->z + i * volume(a->in),
                  .dy = dy + i * volume(a->y_shape), .dx = input->dz + i * volume(a->in),
                  .dw = a->gradient[0]};
        ref_convolve(a, &t);
    }
    free(dy);
}

static void backward_dense(ref_net *r, ref_node *a)
{
    ref_node *input = input_of(r, a, 0);
    size_t k = volume(a->in);
    double *dy = ref_finish_backward(r, a);
    for (int i = 0; i < r->n; i++)
        for (size_t e = 0; e < volume(a->out) * k; e++) {
            double g = dy[i * volume(a->out) + e / k];
            a->gradient[0][e] += g * input->z[i * k + e % k];
            input->dz[i * k + e % k] += g * a->tensor[0][e];
        }
    free(dy);
}

const ref_operator ref_conv = {"conv", read_conv, shape_conv, forward_conv, backward_conv};
const ref_operator ref_dense = {"dense", read_dense, shape_dense, forward_dense, backward_dense};
