/* The reference network: see naive.h. Its own backward pass is checked in test_ops.c. */
#include "naive.h"
#include "op/conv.h"
#include "op/dense.h"
#include "support.h"

#include <math.h>

static double *doubles(size_t count)
{
    double *p = calloc(count ? count : 1, sizeof *p);
    assert_non_null(p);
    return p;
}

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

static int is_conv(const ref_node *a)
{
    return strcmp(a->node.word, "conv") == 0;
}

static void ref_layer_of(const lac_node *node, ref_layer *layer)
{
    layer->word = node->spec->word;
    layer->input = node->input[0];
    layer->add = node->added ? node->input[node->inputs - 1] : 0;
    if (strcmp(layer->word, "conv") == 0)
        read_conv(node, layer);
    else
        read_dense(node, layer);
}

static void ref_shapes(ref_net *r, int i)
{
    ref_node *a = &r->node[i];
    const ref_layer *node = &a->node;
    a->in = r->node[node->input].out;
    a->y_shape = a->out = (lac_shape){node->channels, 1, 1, 0};
    a->count[0] = (size_t)node->channels * volume(a->in);
    if (is_conv(a)) {
        a->y_shape.h = (a->in.h - 1) / node->stride + 1;
        a->y_shape.w = (a->in.w - 1) / node->stride + 1;
        int halve = node->pool ? 2 : 1;
        a->out = (lac_shape){node->channels, a->y_shape.h / halve, a->y_shape.w / halve, 1};
        a->count[0] = (size_t)node->channels * a->in.c * node->k * node->k;
    }
    a->tensors = node->norm ? 3 : 2;
    a->count[1] = a->count[2] = node->channels;
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
            ref_layer_of(&net->node[i], &a->node);
            ref_shapes(r, i);
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

static void ref_finish(ref_net *r, ref_node *a)
{
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        r->margin = fmin(r->margin, ref_lead(a, e, best));
        a->z[e] = a->node.relu ? fmax(a->v[best], 0.0) : a->v[best];
        if (a->keep && r->training)
            a->z[e] = a->keep[e] ? a->z[e] / (1.0 - r->dropout) : 0.0;
    }
}

static void ref_forward_node(ref_net *r, ref_node *a)
{
    const double *x = r->node[a->node.input].z;
    size_t y_size = volume(a->y_shape);
    size_t plane = (size_t)a->y_shape.h * a->y_shape.w;
    memset(a->y, 0, r->n * y_size * sizeof *a->y);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = x + i * volume(a->in), .y = a->y + i * y_size};
        if (is_conv(a))
            ref_convolve(a, &t);
        for (size_t o = 0; o < y_size && !is_conv(a); o++)
            for (size_t k = 0; k < volume(a->in); k++)
                t.y[o] += t.w[o * volume(a->in) + k] * t.x[k];
    }
    if (a->node.norm)
        ref_statistics(r, a);
    for (size_t e = 0; e < r->n * y_size; e++) {
        size_t c = e / plane % a->y_shape.c;
        a->v[e] = a->node.norm ? a->tensor[1][c] * (a->y[e] - a->mean[c]) * a->inv_std[c] +
                                     a->tensor[2][c]
                               : a->y[e] + a->tensor[1][c];
        if (a->node.add)
            a->v[e] += r->node[a->node.add].z[e];
    }
    ref_finish(r, a);
}

void ref_forward(ref_net *r)
{
    r->margin = INFINITY;
    for (int i = 1; i < r->count; i++)
        ref_forward_node(r, &r->node[i]);
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

static void ref_backward_node(ref_net *r, ref_node *a)
{
    ref_node *input = &r->node[a->node.input];
    size_t y_size = volume(a->y_shape);
    size_t k = volume(a->in);
    double *dy = doubles(r->n * y_size);
    for (size_t e = 0; e < r->n * volume(a->out); e++) {
        size_t best = ref_winner(a, e);
        int open = (!a->node.relu || a->v[best] > 0.0) && (!a->keep || a->keep[e]);
        dy[best] += open ? a->dz[e] / (a->keep ? 1.0 - r->dropout : 1.0) : 0.0;
    }
    if (a->node.add)
        for (size_t e = 0; e < r->n * y_size; e++)
            r->node[a->node.add].dz[e] += dy[e];
    ref_backward_norm(r, a, dy);
    for (int i = 0; i < r->n; i++) {
        taps t = {.w = a->tensor[0], .x = input->z + i * k, .dy = dy + i * y_size,
                  .dx = input->dz + i * k, .dw = a->gradient[0]};
        if (is_conv(a))
            ref_convolve(a, &t);
        for (size_t e = 0; e < y_size * k && !is_conv(a); e++) {
            t.dw[e] += t.dy[e / k] * t.x[e % k];
            t.dx[e % k] += t.dy[e / k] * t.w[e];
        }
    }
    free(dy);
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
        ref_backward_node(r, &r->node[i]);
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
